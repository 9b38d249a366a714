"""The account's records: what an administrator does to them, and what they refuse to hold."""

from __future__ import annotations

import hashlib
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pytest_netsuite_tba.account.clock import Clock, unix_seconds
from pytest_netsuite_tba.account.fields import RecordError
from pytest_netsuite_tba.account.history import History
from pytest_netsuite_tba.account.records import Account, Features, Integration, Token
from pytest_netsuite_tba.account.scripts import Audience, Canned, Deployment
from pytest_netsuite_tba.account.users import LOG_IN_USING_ACCESS_TOKENS, USER_ACCESS_TOKENS, Entity, Role

NOON = 1_767_268_800.0  # 2026-01-01T12:00:00Z


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def token(account) -> Token:
    return account.tokens.first()


# What a token is, and what becomes of it (Oracle bridgehead_4249078810)


def test_default_account_can_log_in(account, token):
    """An account made from its id alone has one record of each kind, and a RESTlet."""
    assert token.integration is account.integrations.first()
    assert token.entity is account.entities.first()
    assert token.role is account.roles.first()
    assert token.role in token.entity.roles
    assert token.role.may_use_tokens
    assert [("customscript_echo", "customdeploy_echo", 1, 1)] == [
        (deployment.script, deployment.deploy, deployment.script_number, deployment.deploy_number)
        for deployment in account.restlets
    ]


def test_revoking_is_permanent(token):
    """A revoked token is inactive, stays listed, and cannot be given back."""
    token.revoke()
    assert (False, True) == (token.active, token.revoked)
    with pytest.raises(RecordError, match=r"^Token\.revoked: False is not valid; expected true: a revoked token stays"):
        token.revoked = False
    assert token.revoked is True


def test_inactive_box_is_reversible(token):
    """The Inactive box of a token can be cleared again."""
    token.active = False
    token.active = True
    assert (True, False) == (token.active, token.revoked)


def test_role_is_taken_away_and_given_back(account, token):
    """A token outlives the loss of its role, and works again when the entity gets it back."""
    token.entity.take_role_away(token.role)
    assert token.entity.roles == []
    assert list(account.tokens) == [token.name]
    token.entity.give_role(token.role)
    token.entity.give_role(token.role)
    assert [token.role] == token.entity.roles


def test_role_that_is_not_held(account, token):
    """A role that the entity does not have cannot be taken away."""
    other = account.roles.add(Role(id=1006, name="Warehouse"))
    with pytest.raises(RecordError) as caught:
        token.entity.take_role_away(other)
    assert str(caught.value) == ("roles of integration@example.com: 1006 is not valid; did you mean 1005? valid: 1005")


def test_deleted_entity_takes_its_tokens_along(account, token):
    """Deleting an entity deletes its tokens, and no others."""
    account.add_entity(Entity(email="other@example.com"))
    account.create_token(entity="other@example.com", name="Other")
    account.delete_entity(token.entity)
    assert list(account.entities) == ["other@example.com"]
    assert list(account.tokens) == ["Other"]


def test_deleted_integration_revokes_its_tokens(account, token):
    """Deleting an integration record revokes its tokens, and no others."""
    account.add_integration(Integration(name="Other"))
    other = account.create_token(integration="Other")
    account.delete_integration(token.integration)
    assert list(account.integrations) == ["Other"]
    assert (True, False) == (token.revoked, token.active)
    assert (False, True) == (other.revoked, other.active)


def test_reset_credentials(token):
    """Resetting an integration's credentials makes a new key and secret of 64 hex digits."""
    old = (token.integration.consumer_key, token.integration.consumer_secret)
    token.integration.reset_credentials()
    new = (token.integration.consumer_key, token.integration.consumer_secret)
    assert set(old).isdisjoint(new)
    assert [64, 64] == [len(bytes.fromhex(credential)) * 2 for credential in new]


def test_sandbox_refresh_deletes_tokens(account):
    """A sandbox refresh deletes every token and leaves the rest."""
    account.create_token()
    account.refresh_sandbox()
    assert len(account.tokens) == 0
    assert [1, 1, 1] == [len(account.integrations), len(account.entities), len(account.roles)]


def test_deleted_token(account, token):
    """A deleted token is gone, and cannot be deleted twice."""
    account.delete_token(token)
    assert list(account.tokens) == []
    with pytest.raises(RecordError, match=r"^token of account 1234567_SB1: 'Default token' is not valid; valid: none$"):
        account.delete_token(token)


def test_lock_and_unlock(token):
    """A user is locked until the moment given, or until unlocked."""
    token.entity.lock(NOON)
    assert [True, False] == [token.entity.is_locked(NOON - 1), token.entity.is_locked(NOON)]
    token.entity.failed_logins = 5
    token.entity.unlock()
    assert (False, None, 0) == (
        token.entity.is_locked(NOON - 1),
        token.entity.locked_until,
        token.entity.failed_logins,
    )


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        ({LOG_IN_USING_ACCESS_TOKENS}, True),
        ({USER_ACCESS_TOKENS}, True),
        ({"SuiteScript", "Access Token Management"}, False),
        (set(), False),
    ],
)
def test_role_may_use_tokens(permissions, expected):
    """A role needs Log in using Access Tokens or User Access Tokens."""
    assert expected == Role(permissions=permissions).may_use_tokens


# Creating


def test_create_token_by_names(account):
    """A token's records may be named by name, e-mail address and id."""
    role = account.roles.add(Role(id=1006))
    entity = account.add_entity(Entity(email="other@example.com"))
    token = account.create_token(integration="Default integration", entity="other@example.com", role=1006)
    assert token.integration is account.integrations.first()
    assert token.entity is entity
    assert token.role is role
    assert token.name == "Token 2"


def test_create_token_defaults(account):
    """Without a role a token takes its entity's first one."""
    role = account.roles.add(Role(id=1006))
    account.add_entity(Entity(email="other@example.com", roles=[role]))
    assert account.create_token(entity="other@example.com").role is role


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"role": 1006}, "role of account 1234567_SB1: 1006 is not valid; did you mean 1005? valid: 1005"),
        (
            {"integration": "Default"},
            (
                "integration of account 1234567_SB1: 'Default' is not valid; did you mean 'Default integration'? "
                "valid: 'Default integration'"
            ),
        ),
        (
            {"entity": "zoe@example.org"},
            (
                "entity of account 1234567_SB1: 'zoe@example.org' is not valid; "
                "did you mean 'integration@example.com'? valid: 'integration@example.com'"
            ),
        ),
    ],
)
def test_unknown_name(account, wanted, message):
    """An unknown name is refused, and the message names the nearest."""
    with pytest.raises(RecordError) as caught:
        account.create_token(**wanted)
    assert message == str(caught.value)
    assert len(account.tokens) == 1


def test_record_of_another_account(account):
    """A token cannot be of another account's entity."""
    stranger = Account("7654321").entities.first()
    with pytest.raises(RecordError, match=r"^entity of account 1234567_SB1"):
        account.create_token(entity=stranger)


@pytest.mark.parametrize(
    "add",
    [
        lambda account: account.add_integration(Integration()),
        lambda account: account.roles.add(Role()),
        lambda account: account.add_entity(Entity()),
        lambda account: account.add_token(Token()),
    ],
)
def test_name_twice(account, add):
    """Two records of one kind have different names."""
    with pytest.raises(RecordError, match=r"not yet in use$"):
        add(account)


def test_default_credentials_are_the_same_tomorrow(account, token):
    """A default key or secret is a hash of the account, the record and the field."""

    def expected(kind: str, name: str, field: str) -> str:
        return hashlib.sha256(f"pytest-netsuite-tba/1234567_SB1/{kind}/{name}/{field}".encode()).hexdigest()

    assert expected("integration", "Default integration", "consumer_key") == token.integration.consumer_key
    assert expected("integration", "Default integration", "consumer_secret") == token.integration.consumer_secret
    assert expected("token", "Default token", "id") == token.id
    assert expected("token", "Default token", "secret") == token.secret


def test_hosts():
    """A host spells the account in lower case, with a hyphen (Oracle section_1498251763)."""
    assert Account("1234567_SB1").restlets_host == "1234567-sb1.restlets.api.netsuite.com"
    assert Account("TSTDRV123456").host_label == "tstdrv123456"


def test_secrets_are_not_shown(account, token):
    """No repr of a record shows a secret."""
    shown = f"{account!r} {token!r} {token.integration!r} {account.tokens!r}"
    assert [] == [secret for secret in (token.secret, token.integration.consumer_secret) if secret in shown]


# Assignment


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("token.role.active", 1, "Role.active: 1 is not valid; expected true or false"),
        ("token.role.id", "1005", "Role.id: '1005' is not valid; expected a whole number"),
        ("token.role.id", True, "Role.id: True is not valid; expected a whole number"),
        ("token.role.permissions", [5], "Role.permissions: 5 is not valid; expected a text"),
        (
            "token.role.permissions",
            ["Log in using access token"],
            (
                "Role.permissions: 'Log in using access token' is not valid; "
                "expected NetSuite's spelling 'Log in using Access Tokens'"
            ),
        ),
        ("token.integration", "Shop", "Token.integration: 'Shop' is not valid; expected an Integration"),
        ("token.secret", 5550123, "Token.secret: the value is not valid; expected a text"),
        (
            "token.integration.state",
            "BLOKED",
            (
                "Integration.state: 'BLOKED' is not valid; did you mean 'BLOCKED'? "
                "valid: 'ENABLED', 'BLOCKED', 'WAITING_FOR_APPROVAL'"
            ),
        ),
        ("token.entity.locked_until", "noon", "Entity.locked_until: 'noon' is not valid; expected a number"),
        ("account.concurrency_limit", 1.5, "Account.concurrency_limit: 1.5 is not valid; expected a whole number"),
        ("account.concurrency_limit", -1, "Account.concurrency_limit: -1 is not valid; expected a whole number from 0"),
        (
            "account.behaviour.nonce_max_length",
            -1,
            "Behaviour.nonce_max_length: -1 is not valid; expected a whole number from 0",
        ),
        (
            "account.behaviour.login_failure_status",
            402,
            "Behaviour.login_failure_status: 402 is not valid; expected one of 401, 403",
        ),
        ("account.features", "on", "Account.features: 'on' is not valid; expected a Features"),
        ("account.ip_rules", "::1", "Account.ip_rules: '::1' is not valid; expected a list of texts"),
        (
            "account.ip_rules",
            ["10.0.0.0/33"],
            (
                "Account.ip_rules: '10.0.0.0/33' is not valid; expected an address or network, as '192.0.2.0/24' "
                "('10.0.0.0/33' does not appear to be an IPv4 or IPv6 network)"
            ),
        ),
        (
            "account.id",
            "1234567-sb1",
            (
                "Account.id: '1234567-sb1' is not valid; expected upper case with an underscore, as '1234567_SB1'; "
                "did you mean '1234567_SB1'?"
            ),
        ),
    ],
)
def test_wrong_value(account, token, path, value, message):
    """A value that a field cannot hold is refused where it is assigned, and the field stays."""
    *owners, field = path.split(".")
    record = {"account": account, "token": token}[owners[0]]
    for owner in owners[1:]:
        record = getattr(record, owner)
    before = getattr(record, field)
    with pytest.raises(RecordError) as caught:
        setattr(record, field, value)
    assert message == str(caught.value)
    assert before == getattr(record, field)


@pytest.mark.parametrize("make", [Integration, Role, Entity, Token, Features])
def test_misspelt_field(make):
    """A misspelt field is an error, not a new attribute."""
    with pytest.raises(AttributeError, match=f"^{make.__name__} has no field 'activ'"):
        make().activ = False


def test_misspelt_field_names_the_nearest(token):
    """The error of a misspelt field names the nearest."""
    with pytest.raises(AttributeError, match="did you mean 'web_services_only'"):
        token.role.web_service_only = True


def test_permissions_without_a_meaning_are_kept():
    """A permission that the fake knows nothing of is kept, and changes nothing."""
    assert Role(permissions=["Lists", "Lists"]).permissions == {"Lists"}


# Deployments


def test_numbers_are_given_out(account):
    """A script without a number gets the next free one; its deployments are counted from 1."""
    first = account.deploy("customscript_a", "customdeploy_1")
    second = account.deploy("customscript_a", "customdeploy_2")
    third = account.deploy("customscript_b", "customdeploy_1")
    assert [(2, 1), (2, 2), (3, 1)] == [
        (deployment.script_number, deployment.deploy_number) for deployment in (first, second, third)
    ]
    assert account.find_deployment("2", "customdeploy_2") is second
    assert account.find_deployment("customscript_a", "1") is first
    assert account.find_deployment("4", "1") is None


def test_number_that_is_taken(account):
    """A number means one script, and within it one deployment."""
    with pytest.raises(RecordError, match=r"^Deployment\.script_number: 1 .* that customscript_echo has not$"):
        account.deploy("customscript_a", "customdeploy_1", number=1)
    account.deploy("customscript_a", "customdeploy_1", number=7, deploy_number=3)
    with pytest.raises(RecordError, match=r"^Deployment\.deploy_number: 3 .* that customdeploy_1 has not$"):
        account.deploy("customscript_a", "customdeploy_2", deploy_number=3)


def test_deploying_again_replaces(account):
    """A deployment of the same ids replaces the former."""
    new = account.deploy("customscript_echo", "customdeploy_echo", get={"ok": True})
    assert len(account.restlets) == 1
    assert account.restlets[0] is new


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"audience": [1006]}, "Deployment.audience: 1006 is not valid; did you mean 1005? valid: 1005"),
        (
            {"audience": ["integration@example.org"]},
            (
                "Deployment.audience: 'integration@example.org' is not valid; did you mean 'integration@example.com'? "
                "valid: 'integration@example.com'"
            ),
        ),
        ({"owner": "zoe"}, "Deployment.owner: 'zoe' is not valid; valid: 'integration@example.com'"),
        (
            {"get": {1, 2}},
            (
                "Deployment.get: {1, 2} is not valid; expected a function, or a value that JSON can hold "
                "(Object of type set is not JSON serializable)"
            ),
        ),
        (
            {"status": "RELEASE"},
            "Deployment.status: 'RELEASE' is not valid; did you mean 'RELEASED'? valid: 'RELEASED', 'TESTING'",
        ),
    ],
)
def test_wrong_deployment(account, given, message):
    """A deployment that cannot work is refused at once, and nothing is deployed."""
    with pytest.raises(RecordError) as caught:
        account.deploy("customscript_a", "customdeploy_a", **given)
    assert message == str(caught.value)
    assert len(account.restlets) == 1


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        (Audience(), False),
        (Audience(roles=[1005]), True),
        (Audience(roles=[7]), False),
        (Audience(departments=["Sales"]), True),
        (Audience(roles=[7], departments=["Sales"]), False),
        (Audience(roles=[1005], departments=["Stock"]), False),
        (Audience(roles=[7], employees=["integration@example.com"]), True),
    ],
)
def test_audience(audience, expected):
    """Roles and departments must both hold; employees are let in besides (Oracle chapter_N2999041)."""
    assert expected == audience.holds(Entity(department="Sales"), Role())


# Copies


def test_copy_is_independent(account, token):
    """What happens to a copy does not happen to the account."""
    account.deploy("customscript_a", "customdeploy_a", get={"list": [1]}, audience=[1005])
    twin = account.copy()
    copied = twin.tokens.first()
    copied.revoke()
    copied.role.permissions.clear()
    copied.entity.roles.clear()
    twin.behaviour.login_failure_status = 403
    twin.features.token_based_authentication = False
    twin.ip_rules.append("::1")
    twin.clock.freeze(NOON)
    twin.restlets[1].get["list"].append(2)
    twin.restlets[1].audience.roles.clear()
    twin.restlets[1].calls.append(None)
    twin.delete_integration(copied.integration)
    assert (True, False) == (token.active, token.revoked)
    assert token.role.may_use_tokens
    assert [token.role] == token.entity.roles
    assert account.behaviour.login_failure_status == 401
    assert account.features.token_based_authentication is True
    assert account.ip_rules == []
    assert account.clock.now() != NOON
    assert account.restlets[1].get == {"list": [1]}
    assert account.restlets[1].audience == Audience(roles=[1005])
    assert len(account.restlets[1].calls) == 0
    assert list(account.integrations) == ["Default integration"]


def test_copy_keeps_its_own_references(account):
    """A copy's token refers to the copy's records."""
    twin = account.copy()
    token = twin.tokens.first()
    assert token.integration is twin.integrations.first()
    assert token.entity is twin.entities.first()
    assert token.role is twin.roles.first()
    assert token.role is token.entity.roles[0]
    assert token == account.tokens.first()
    assert twin.lock is not account.lock


def test_copy_shares_functions(account):
    """A function in an entry point stays the caller's own, whatever it is bound to."""
    lock = threading.Lock()  # cannot be copied

    def get(parameters: object) -> object:
        with lock:
            return parameters

    account.deploy("customscript_a", "customdeploy_a", get=get)
    assert account.copy().restlets[1].get is get


def test_copy_leaves_history_behind(account):
    """A copy starts with nothing behind it, and as much room."""
    deployment = Deployment(script="customscript_a", deploy="customdeploy_a", get=Canned(text=""))
    account.add_deployment(deployment)
    object.__setattr__(deployment, "calls", History(3))
    deployment.calls.append(None)
    calls = account.copy().restlets[1].calls
    assert (0, 3) == (len(calls), calls.limit)


# The clock


class Source:
    """A source of time that a test sets."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def test_clock_runs_with_its_source():
    """An untouched clock is its source's."""
    source = Source(NOON)
    clock = Clock(source)
    source.now += 5
    assert (NOON + 5, NOON + 5) == (clock.now(), clock.client_now())


def test_clock_is_real_by_default(monkeypatch):
    """time.time is looked up at each call, so that tools which replace it move the clock."""
    clock = Clock()
    monkeypatch.setattr("time.time", Source(NOON))
    assert clock.now() == NOON


def test_freeze():
    """A frozen clock stands still, for NetSuite and its clients."""
    source = Source(NOON)
    clock = Clock(source)
    clock.freeze()
    source.now += 5
    assert (NOON, NOON) == (clock.now(), clock.client_now())
    clock.freeze("2026-01-01T13:00:00+01:00")
    assert clock.now() == NOON
    clock.advance(minutes=1)
    assert clock.now() == NOON + 60


def test_advance():
    """A clock is moved by any units together, and back by negative ones."""
    clock = Clock(Source(NOON))
    clock.advance(timedelta(seconds=1), days=1, hours=1, minutes=1, seconds=1)
    assert clock.now() == NOON + 86400 + 3600 + 60 + 2
    clock.advance(days=-1)
    assert (NOON + 3662, NOON + 3662) == (clock.now(), clock.client_now())


def test_skew():
    """A skew is between NetSuite and its clients; it is set, not added, and ends without arguments."""
    clock = Clock(Source(NOON))
    clock.skew(minutes=7)
    clock.skew(minutes=6, seconds=1)
    assert (NOON + 361, NOON) == (clock.now(), clock.client_now())
    clock.skew()
    assert clock.now() == NOON


def test_skew_outlasts_freezing():
    """A frozen clock is still skewed."""
    clock = Clock(Source(0))
    clock.skew(seconds=-30)
    clock.freeze(NOON)
    assert (NOON - 30, NOON) == (clock.now(), clock.client_now())


def test_reset():
    """A reset ends freezing, advancing and skewing."""
    clock = Clock(Source(NOON))
    clock.advance(days=1)
    clock.skew(minutes=1)
    clock.freeze()
    clock.reset()
    assert (NOON, NOON) == (clock.now(), clock.client_now())


@pytest.mark.parametrize(
    "moment",
    [
        NOON,
        int(NOON),
        "2026-01-01T12:00:00Z",
        "2026-01-01T12:00:00",
        "2026-01-01T14:00+02:00",
        datetime(2026, 1, 1, 12, tzinfo=UTC),
        datetime(2026, 1, 1, 12),  # noqa: DTZ001  (without an offset it is UTC)
        datetime(2026, 1, 1, 7, tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_moments(moment):
    """A moment is Unix seconds, ISO 8601 or a datetime; without an offset it is UTC."""
    assert unix_seconds(moment) == NOON


@pytest.mark.parametrize("moment", ["noon", True, None, b"2026"])
def test_no_moment(moment):
    """What is no moment is refused with its value."""
    with pytest.raises(ValueError, match="is no moment; expected"):
        unix_seconds(moment)


# History


def test_history_is_bounded():
    """A full history lets the oldest entry go, and counts it."""
    history = History(3)
    for number in range(5):
        history.append(number)
    assert ([2, 3, 4], 3, 2) == (list(history), len(history), history.dropped)
    assert (2, 4, [3, 4]) == (history[0], history[-1], history[1:])


def test_history_is_cleared():
    """A cleared history forgets its entries, and the count of those let go."""
    history = History(1)
    history.append(1)
    history.append(2)
    history.clear()
    assert (0, 0) == (len(history), history.dropped)


def test_empty_history():
    """An empty history says so when an entry is asked for."""
    with pytest.raises(IndexError, match=r"^nothing has arrived yet: the history is empty$"):
        History()[-1]


def test_history_is_compared_as_a_list():
    """A history equals the list of its entries."""
    history = History(2)
    history.append("a")
    assert history == ["a"]
    assert history != ["b"]
    assert repr(history) == "['a']"


def test_history_of_many_threads():
    """No entry is lost or counted twice when threads append at once."""
    history = History(100)
    threads = [threading.Thread(target=lambda: [history.append(number) for number in range(200)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 8 * 200 == len(history) + history.dropped
