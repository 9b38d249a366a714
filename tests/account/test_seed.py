"""``account.toml``: what it makes, and how each mistake in it is reported."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_netsuite_tba.account.records import Account, default_credential
from pytest_netsuite_tba.account.scripts import Audience, Canned, ScriptError
from pytest_netsuite_tba.account.seed import SeedError, load, parse
from pytest_netsuite_tba.account.users import LOG_IN_USING_ACCESS_TOKENS

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "account-toml.md"
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
RESTLET = '[[restlets]]\nscript = "customscript_a"\ndeploy = "customdeploy_a"\n'
TOP = (
    "'account', 'name', 'features', 'behaviour', 'ip_rules', 'concurrency_limit', 'approve_auto_installation', "
    "'integrations', 'roles', 'entities', 'tokens', 'restlets', 'web_services'"
)


def one(text: str) -> Account:
    (account,) = parse(text, "account.toml")
    return account


def error(text: str) -> SeedError:
    with pytest.raises(SeedError) as caught:
        parse(text, "account.toml")
    return caught.value


@pytest.fixture
def example() -> Account:
    return one(EXAMPLES[0])


def test_account_and_its_tables(example):
    """The top level, [features] and [behaviour] become the account's own fields."""
    assert example.id == "1234567_SB1"
    assert example.ip_rules == ["127.0.0.0/8", "::1"]
    assert example.concurrency_limit == 5
    assert example.features.token_based_authentication is True
    assert example.behaviour.login_failure_status == 401


def test_integrations_and_roles(example):
    """[[integrations]] and [[roles]] become records, in the order of the file."""
    assert list(example.integrations) == ["Shop"]
    assert example.integrations["Shop"].consumer_key == "shop-consumer-key"
    assert example.integrations["Shop"].state == "ENABLED"
    assert list(example.roles) == [1005, 1006]
    assert example.roles[1005].permissions == {LOG_IN_USING_ACCESS_TOKENS, "SuiteScript", "REST Web Services"}


def test_entities_have_their_roles(example):
    """An entity's role ids become the account's own role records."""
    first, second = example.entities.values()
    assert [example.roles[1005]] == first.roles
    assert first.roles[0] is example.roles[1005]
    assert list(example.roles.values()) == second.roles
    assert (second.name, second.department) == ("Wendy Warehouse", "Logistics")


def test_tokens_refer_to_records(example):
    """A token names its integration, its entity by e-mail address and its role by id."""
    shop, old = example.tokens.values()
    assert (shop.name, shop.id) == ("Shop token", "shop-token")
    assert shop.integration is example.integrations["Shop"]
    assert shop.entity is example.entities["integration@example.com"]
    assert shop.role is example.roles[1005]
    assert old.role is example.roles[1006]
    assert old.integration is example.integrations["Shop"]
    assert old.revoked is True
    assert old.id == default_credential("1234567_SB1", "token", "Old token", "id")


def test_restlets_have_canned_entry_points(example):
    """An entry point is JSON, a text, an error or an echo."""
    orders, imports, stock = example.restlets
    assert (orders.script, orders.script_number, orders.deploy, orders.deploy_number) == (
        "customscript_orders",
        42,
        "customdeploy_orders",
        1,
    )
    assert orders.get == Canned(json={"ok": True})
    assert orders.post == Canned(echo=True)
    assert orders.put == Canned(text="updated")
    assert orders.delete == Canned(error=ScriptError(code="NO_SUCH_ORDER", message="There is no such order."))
    assert orders.audience == "all"
    assert imports.get == Canned(error=ScriptError(code="SSS_USAGE_LIMIT_EXCEEDED"))
    assert imports.put == Canned(exception="TypeError: order is null")
    assert imports.delete == Canned(nothing=True)
    assert (stock.script_number, stock.deploy_number) == (44, 1)
    assert stock.audience == Audience(roles=[1006], employees=["integration@example.com"])
    assert stock.owner == "warehouse@example.com"


def test_secrets_survive(example):
    """Keys and secrets hold any character."""
    assert example.integrations["Shop"].consumer_secret == "a&b+c%20é"
    assert example.tokens["Shop token"].secret == "d&e+f%2Fé"


def test_several_accounts():
    """[[accounts]] holds several accounts, which share no record."""
    first, second = parse(EXAMPLES[1], "account.toml")
    assert ["1234567", "1234567_SB1"] == [first.id, second.id]
    assert second.features.token_based_authentication is False
    assert first.features.token_based_authentication is True
    assert first.roles[1005] is not second.roles[1005]
    assert first.behaviour is not second.behaviour
    assert first.tokens["Default token"].secret != second.tokens["Default token"].secret


def test_parsed_twice_shares_nothing():
    """Each reading of a file makes records of its own."""
    first, second = one(EXAMPLES[0]), one(EXAMPLES[0])
    first.restlets[0].get.json["ok"] = False
    first.roles[1005].permissions.clear()
    assert second.restlets[0].get.json == {"ok": True}
    assert LOG_IN_USING_ACCESS_TOKENS in second.roles[1005].permissions


def test_empty_file_is_the_default_account():
    """An omitted section takes the record's defaults."""
    account = one("")
    assert account.id == Account().id
    assert list(account.tokens.values()) == list(Account().tokens.values())
    assert [deployment.script for deployment in account.restlets] == ["customscript_echo"]


def test_references_to_default_records():
    """A reference may name the default record of an omitted section."""
    account = one('[[tokens]]\nintegration = "Default integration"\nentity = "integration@example.com"\nrole = 1005\n')
    assert account.tokens.first().role is account.roles[1005]
    assert account.entities.first().roles == [account.roles[1005]]


def test_empty_sections_stay_empty():
    """An empty list is no record at all, which is not the same as an omitted one."""
    account = one("tokens = []\nrestlets = []")
    assert len(account.tokens) == 0
    assert account.restlets == []
    assert len(one("integrations = []").tokens) == 0


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1767225600", 1767225600.0),
        ("1767225600.5", 1767225600.5),
        ("2026-01-01T00:00:00Z", 1767225600.0),
        ("2026-01-01T01:00:00+01:00", 1767225600.0),
        ("2026-01-01T00:00:00", 1767225600.0),
    ],
)
def test_locked_until(written, expected):
    """locked_until is Unix seconds, or a TOML date and time: UTC without an offset."""
    assert one(f"[[entities]]\nlocked_until = {written}").entities.first().locked_until == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"all"', "all"),
        ("[]", Audience()),
        ('[1005, "integration@example.com"]', Audience(roles=[1005], employees=["integration@example.com"])),
        ('{ roles = [1005], departments = ["Sales"] }', Audience(roles=[1005], departments=["Sales"])),
    ],
)
def test_audience(written, expected):
    """An audience is "all", a list or a table."""
    assert one(f"{RESTLET}audience = {written}").restlets[0].audience == expected


UNDER_TOKEN = "'name', 'id', 'secret', 'integration', 'entity', 'role', 'active', 'revoked'"
JSON_CANNOT = "is not valid; JSON cannot hold it; write a text or a number"
FORMS = "{ json = ... }, { text = ... }, { error = ... }, { exception = ... }, { nothing = true } or { echo = true }"
ONE_OF = "exactly one of json, text, error, exception, nothing = true or echo = true"


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        pytest.param("acount = 1", "acount", f"unknown key; did you mean 'account'? valid: {TOP}", id="unknown-key"),
        pytest.param('"a b" = 1', '"a b"', f"unknown key; valid: {TOP}", id="unknown-key-quoted"),
        pytest.param(
            "[[tokens]]\nrol = 1",
            "tokens[0].rol",
            f"unknown key; did you mean 'role'? valid: {UNDER_TOKEN}",
            id="unknown-key-of-record",
        ),
        pytest.param(
            "[[entities]]\nfailed_logins = 1",
            "entities[0].failed_logins",
            "unknown key; valid: 'email', 'id', 'name', 'active', 'access', 'roles', 'department', 'locked_until', "
            "'password', 'two_factor_secret'",
            id="field-that-no-file-sets",
        ),
        pytest.param(
            f"{RESTLET}get = {{ jsn = 1 }}",
            "restlets[0].get.jsn",
            "unknown key; did you mean 'json'? valid: 'json', 'text', 'nothing', 'error', 'exception', 'echo'",
            id="unknown-key-of-entry-point",
        ),
        pytest.param(
            f'{RESTLET}get = {{ error = "" }}',
            "restlets[0].get.error.code",
            "'' is not valid; expected the error's name, as 'MY_ERROR'",
            id="error-without-a-name",
        ),
        pytest.param(
            f'{RESTLET}get = {{ exception = "" }}',
            "restlets[0].get",
            "'' is not valid; expected its text, as \"TypeError: order is null\"",
            id="exception-without-a-text",
        ),
        pytest.param(
            'account = "1234567-sb1"',
            "account",
            "'1234567-sb1' is not valid; expected upper case with an underscore, as '1234567_SB1'; "
            "did you mean '1234567_SB1'?",
            id="account-id",
        ),
        pytest.param("account = 1234567", "account", "1234567 is not valid; expected a text", id="account-number"),
        pytest.param(
            'ip_rules = ["localhost"]',
            "ip_rules",
            "'localhost' is not valid; expected an address or network, as '192.0.2.0/24' "
            "('localhost' does not appear to be an IPv4 or IPv6 network)",
            id="ip-rule",
        ),
        pytest.param(
            'ip_rules = "::1"', "ip_rules", "'::1' is not valid; expected a list of texts", id="ip-rules-no-list"
        ),
        pytest.param(
            "concurrency_limit = true",
            "concurrency_limit",
            "True is not valid; expected a whole number",
            id="true-is-no-number",
        ),
        pytest.param(
            "[features]\ntoken_based_authentication = 1",
            "features.token_based_authentication",
            "1 is not valid; expected true or false",
            id="number-is-no-boolean",
        ),
        pytest.param(
            "[behaviour]\nlogin_failure_status = 402",
            "behaviour.login_failure_status",
            "402 is not valid; expected one of 401, 403",
            id="choice-of-numbers",
        ),
        pytest.param(
            '[[integrations]]\nstate = "enable"',
            "integrations[0].state",
            "'enable' is not valid; did you mean 'ENABLED'? valid: 'ENABLED', 'BLOCKED', 'WAITING_FOR_APPROVAL'",
            id="choice-of-texts",
        ),
        pytest.param(
            '[[roles]]\npermissions = ["Suitescript"]',
            "roles[0].permissions",
            "'Suitescript' is not valid; expected NetSuite's spelling 'SuiteScript'",
            id="permission",
        ),
        pytest.param(
            "[[roles]]\npermissions = [5]", "roles[0].permissions", "5 is not valid; expected a text", id="item"
        ),
        pytest.param(
            "[[tokens]]\nrole = 1006",
            "tokens[0].role",
            "1006 is not valid; did you mean 1005? valid: 1005",
            id="unknown-role",
        ),
        pytest.param("[[tokens]]\nrole = true", "tokens[0].role", "True is not valid; valid: 1005", id="role-boolean"),
        pytest.param(
            '[[tokens]]\nrole = "1005"',
            "tokens[0].role",
            "'1005' is not valid; did you mean 1005? valid: 1005",
            id="role-text",
        ),
        pytest.param(
            '[[tokens]]\nintegration = "default integration"',
            "tokens[0].integration",
            "'default integration' is not valid; did you mean 'Default integration'? valid: 'Default integration'",
            id="unknown-integration",
        ),
        pytest.param(
            '[[tokens]]\nentity = "integration@example.org"',
            "tokens[0].entity",
            "'integration@example.org' is not valid; did you mean 'integration@example.com'? "
            "valid: 'integration@example.com'",
            id="unknown-entity",
        ),
        pytest.param(
            '[[tokens]]\nentity = { secret = "hush" }',
            "tokens[0].entity",
            "expected the email of one entity",
            id="reference-is-a-table",
        ),
        pytest.param(
            "[[roles]]\n[[entities]]\nroles = [1005, 7]",
            "entities[0].roles[1]",
            "7 is not valid; valid: 1005",
            id="unknown-role-of-entity",
        ),
        pytest.param(
            "[[entities]]\nroles = 1005",
            "entities[0].roles",
            "1005 is not valid; expected a list, each the id of one role",
            id="roles-no-list",
        ),
        pytest.param(
            "[[entities]]\nroles = [1005, 1005]", "entities[0].roles[1]", "1005 is given twice", id="role-twice"
        ),
        pytest.param(
            "integrations = []\n[[tokens]]",
            "tokens[0].integration",
            "missing, and there is no integration",
            id="none-to-take",
        ),
        pytest.param(
            "[[tokens]]\n[[tokens]]",
            "tokens[1].name",
            "missing; 'Default token' is the default, and is taken; each needs one of its own",
            id="two-tokens-without-a-name",
        ),
        pytest.param(
            '[[integrations]]\nname = "Shop"\n[[integrations]]\nname = "Shop"',
            "integrations[1].name",
            "'Shop' is given twice; each needs one of its own",
            id="name-twice",
        ),
        pytest.param(
            '[[integrations]]\nname = "A"\nconsumer_key = "k"\n[[integrations]]\nname = "B"\nconsumer_key = "k"',
            "integrations[1].consumer_key",
            "is the same as that of integrations[0]",
            id="consumer-key-twice",
        ),
        pytest.param(
            '[[tokens]]\nname = "A"\nid = "t"\n[[tokens]]\nname = "B"\nid = "t"',
            "tokens[1].id",
            "is the same as that of tokens[0]",
            id="token-id-twice",
        ),
        pytest.param(
            RESTLET + RESTLET,
            "restlets[1].deploy",
            "'customscript_a / customdeploy_a' is given twice; each needs one of its own",
            id="restlet-twice",
        ),
        pytest.param(
            f'{RESTLET}script_number = 4\n[[restlets]]\nscript = "b"\ndeploy = "b"\nscript_number = 4',
            "restlets[1].script_number",
            "4 is not valid; expected a number that customscript_a has not",
            id="script-number-taken",
        ),
        pytest.param('[[restlets]]\nscript = "a"', "restlets[0].deploy", "missing; expected a text", id="missing"),
        pytest.param('[tokens]\nname = "x"', "tokens", "expected tables, each under [[tokens]]", id="table-for-tables"),
        pytest.param(
            "[[accounts]]\ntokens = 5",
            "accounts[0].tokens",
            "expected tables, each under [[accounts.tokens]]",
            id="number",
        ),
        pytest.param(
            "features = true",
            "features",
            "expected a table of token_based_authentication, rest_web_services, soap_web_services",
            id="value-for-table",
        ),
        pytest.param(
            f"{RESTLET}get = 5", "restlets[0].get", f"5 is not valid; expected {FORMS}", id="entry-point-no-table"
        ),
        pytest.param(
            f'{RESTLET}get = {{ json = 1, text = "" }}',
            "restlets[0].get",
            f"expected {ONE_OF}",
            id="entry-point-of-two-kinds",
        ),
        pytest.param(
            f"{RESTLET}get = {{ echo = false }}",
            "restlets[0].get",
            f"expected {ONE_OF}",
            id="entry-point-of-no-kind",
        ),
        pytest.param(
            f"{RESTLET}get = {{ error = 5 }}",
            "restlets[0].get.error",
            "5 is not valid; expected a table of code, message, or a code alone",
            id="error",
        ),
        pytest.param(
            f"{RESTLET}get = {{ json = {{ days = [1, 2026-01-01] }} }}",
            "restlets[0].get.json.days[1]",
            f"2026-01-01 {JSON_CANNOT}",
            id="json-date",
        ),
        pytest.param(
            f"{RESTLET}get = {{ json = inf }}", "restlets[0].get.json", f"inf {JSON_CANNOT}", id="json-infinity"
        ),
        pytest.param(
            f'{RESTLET}audience = "All"',
            "restlets[0].audience",
            "'All' is not valid; expected 'all', a list of role ids and e-mail addresses, or a table",
            id="audience-text",
        ),
        pytest.param(
            f"{RESTLET}audience = [1.5]",
            "restlets[0].audience[0]",
            "1.5 is not valid; expected a role id or an e-mail address",
            id="audience-item",
        ),
        pytest.param(
            f"{RESTLET}audience = [1006]",
            "restlets[0].audience",
            "1006 is not valid; did you mean 1005? valid: 1005",
            id="audience-unknown-role",
        ),
        pytest.param(
            f'{RESTLET}owner = "me@example.com"',
            "restlets[0].owner",
            "'me@example.com' is not valid; did you mean 'integration@example.com'? valid: 'integration@example.com'",
            id="unknown-owner",
        ),
        pytest.param(
            "[[entities]]\nlocked_until = 2026-01-01",
            "entities[0].locked_until",
            "expected a date and time, or Unix seconds",
            id="date-without-time",
        ),
        pytest.param(
            "[[entities]]\nlocked_until = nan",
            "entities[0].locked_until",
            "nan is not valid; expected a date and time, or Unix seconds",
            id="no-number",
        ),
        pytest.param(
            '[[accounts]]\naccount = "A"\n[[accounts.tokens]]\nrole = 1006',
            "accounts[0].tokens[0].role",
            "1006 is not valid; did you mean 1005? valid: 1005",
            id="in-one-of-several",
        ),
        pytest.param(
            "[[accounts]]\n[[accounts]]",
            "accounts[1].account",
            "missing; '1234567_SB1' is the default, and is taken; each needs one of its own",
            id="two-accounts-without-an-id",
        ),
        pytest.param(
            'account = "1234567"\n[[accounts]]',
            "accounts",
            "stands beside 'account'; move that into an [[accounts]] table",
            id="both-forms",
        ),
        pytest.param("accounts = []", "accounts", "expected at least one [[accounts]] table", id="no-account"),
        pytest.param('account = "1', "", "not TOML: Unterminated string (at end of document)", id="toml"),
        pytest.param(
            "\n a b = 1", "", "not TOML: Expected '=' after a key in a key/value pair (at line 2, column 4)", id="place"
        ),
        pytest.param(f"{RESTLET}get.json = {'[' * 3000}", "", "not usable: nested too deeply", id="deep"),
    ],
)
def test_error(text, key, message):
    """An error is one line that names the file, the key, and what is valid."""
    expected = ("account.toml", key, message)
    caught = error(text)
    assert expected == (caught.source, caught.key, caught.message)
    assert ": ".join(part for part in expected if part) == str(caught)


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("[[tokens]]\nsecret", "5550123"),
        ("[[tokens]]\nsecret", '["hush"]'),
        ("[[tokens]]\nsecret", '{ hush = "hush" }'),
        ("[[integrations]]\nconsumer_secret", "5550123"),
        ("[[integrations]]\nconsumer_secret", "2026-01-01"),
        ("tokens", '{ secret = "hush" }'),
        ("tokens", '"hush"'),
        ("[[tokens]]\nname", '{ secret = "hush" }'),
        ("[[tokens]]\nname", '["hush"]'),
        ("[[tokens]]\nsecret", "hush"),
    ],
)
def test_no_error_shows_a_secret(key, written):
    """A secret, or a table that may hold one, is never part of a message."""
    caught = error(f"{key} = {written}")
    assert [] == [secret for secret in ("hush", "5550123", "2026") if secret in f"{caught} {caught!r}"]


def test_deep_keys():
    """A key of thousands of parts is an error like any other."""
    assert error(f"{RESTLET}get.json.{'.'.join('a' * 3000)} = 1").source == "account.toml"


def test_file_is_read_as_utf_8(tmp_path):
    """A file is UTF-8, with or without the byte order mark that editors on Windows write."""
    path = tmp_path / "account.toml"
    path.write_bytes('[[tokens]]\nsecret = "é"\n'.encode("utf-8-sig"))
    assert load(path)[0].tokens.first().secret == "é"
    assert load(str(path))[0].tokens.first().secret == "é"


def test_missing_file(tmp_path):
    """A file that is not there is an error of one line that names it."""
    path = tmp_path / "account.toml"
    with pytest.raises(SeedError) as caught:
        load(path)
    assert str(caught.value) == f"{path}: cannot be read: No such file or directory"


def test_file_of_another_encoding(tmp_path):
    """A file that is not UTF-8 is an error that names the line."""
    path = tmp_path / "account.toml"
    path.write_bytes('[[tokens]]\nsecret = "é"\n'.encode("latin-1"))
    with pytest.raises(SeedError) as caught:
        load(path)
    assert str(caught.value) == f"{path}: not UTF-8 (at line 2)"


def test_errors_on_the_page():
    """The errors that the page shows are those that the file gives."""
    shown = re.search(r"^```text\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert shown is not None
    assert [
        str(error("[[roles]]\n[[roles]]\nid = 1006\n[[tokens]]\nrole = 1007")),
        str(error("[[integrations]]\nconsumer_sceret = 1")),
        str(error("\n\nrole = Integration")),
    ] == shown[1].splitlines()


@pytest.mark.parametrize(
    ("written", "canned"),
    [
        ('error = "SSS_USAGE_LIMIT_EXCEEDED"', Canned(error=ScriptError(code="SSS_USAGE_LIMIT_EXCEEDED"))),
        ('exception = "TypeError: order is null"', Canned(exception="TypeError: order is null")),
        ("nothing = true", Canned(nothing=True)),
        ("json = false", Canned(json=False)),
        ('text = ""', Canned(text="")),
    ],
)
def test_an_entry_point_may_fail_or_return_little(written, canned):
    """An error is named by its code alone, an exception by its text; false and an empty text are answers."""
    assert canned == one(f"{RESTLET}get = {{ {written} }}").restlets[0].get


RECORD = '[[web_services.records]]\ntype = "customer"\n'


@pytest.mark.parametrize("more", ["", RECORD], ids=["no-record", "one-record"])
def test_answers_count_without_business_records(more):
    """SuiteQL and SOAP answers of a file count, whether or not it has a record."""
    suiteql = '[[web_services.suiteql]]\nquery = "SELECT 1 FROM dual"\nrows = [{ a = "1" }]\n'
    soap = '[[web_services.soap]]\noperation = "get"\nxml = "<getResponse/>"\n'

    content = one(suiteql + soap + more).web_services

    assert [{"a": "1"}] == content.rows_of("select 1 from DUAL")
    assert {"get": "<getResponse/>"} == content.operations


@pytest.mark.parametrize("name", ["features", "behaviour", "web_services", "clock"])
def test_a_part_that_is_given_is_taken_however_empty(name):
    """An account keeps the very part that it is given, and does not ask whether there is anything in it."""
    part = type(getattr(Account(), name))()

    assert getattr(Account(**{name: part}), name) is part


@pytest.mark.parametrize("name", ["integration", "entity", "role"])
def test_an_empty_name_names_no_record(name):
    """A token is not made for the first record where an empty name was given."""
    with pytest.raises(ValueError, match="is not valid"):
        Account().create_token(**{name: 0 if name == "role" else ""})
