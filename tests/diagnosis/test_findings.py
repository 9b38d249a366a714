"""What header, trail and records show without a search is named, and what NetSuite takes is let in."""

import dataclasses

import oauthlib.oauth1
import pytest
from support.mis_signed import CONSUMER_SECRET, HOST, NOW, PATH, QUERY, TOKEN_SECRET, account, judged, request, signer

from pytest_netsuite_tba import Account, Integration, NetSuiteServer, Token
from pytest_netsuite_tba.fake.core import Fake
from pytest_netsuite_tba.login.request import SignedRequest


def change(records, **fields):
    """Set ``owner__field`` in the first token's records."""
    token = records.tokens["Shop token"]
    owners = {"token": token, "integration": token.integration, "role": token.role, "entity": token.entity}
    owners["features"] = records.features
    for name, value in fields.items():
        owner, _, key = name.partition("__")
        setattr(owners[owner], key, value)


def oauthlib_header(**more):
    values = {"timestamp": str(NOW), "nonce": "nonce-1234567890", "realm": "1234567_SB1"} | more
    client = oauthlib.oauth1.Client(
        "c" * 64,
        client_secret=CONSUMER_SECRET,
        resource_owner_key="d" * 64,
        resource_owner_secret=TOKEN_SECRET,
        signature_method=values.pop("signature_method", "HMAC-SHA256"),
        **values,
    )
    return client.sign(f"https://{HOST}{PATH}?{QUERY.replace(chr(39), '%27')}")[1]["Authorization"]


# id of the mistake -> (the header sent, changes of the records, whether the signature proves the rest right).
SHOWN = {
    "sha1-used": (oauthlib_header(signature_method="HMAC-SHA1"), {}, True),
    "realm-missing": (oauthlib_header(realm=None), {}, True),
    "realm-lowercase": (oauthlib_header(realm="1234567_sb1"), {}, True),
    "realm-hyphen": (oauthlib_header(realm="1234567-sb1"), {}, True),
    "realm-is-something-else": (oauthlib_header(realm="1234567"), {}, True),
    "timestamp-out-of-window": (oauthlib_header(timestamp=str(NOW - 3_600)), {}, True),
    "timestamp-milliseconds": (oauthlib_header(timestamp=f"{NOW}000"), {}, True),
    "timestamp-not-integer": (oauthlib_header(timestamp=f"{NOW}.5"), {}, True),
    "nonce-too-short": (oauthlib_header(nonce="abc"), {}, True),
    "method-name-misspelled": (oauthlib_header().replace("HMAC-SHA256", "HMAC_SHA256"), {}, True),
    "params-missing": (oauthlib_header().replace('oauth_nonce="nonce-1234567890", ', ""), {}, False),
    "header-separators": (oauthlib_header().replace(", ", "&"), {}, False),
    "header-values-unquoted": (
        oauthlib_header().replace('"', "").replace("OAuth realm=1234567_SB1", 'OAuth realm="1234567_SB1"'),
        {},
        False,
    ),
    "bearer-or-nlauth-mixed": ("Bearer abc", {}, False),
    "no-auth-at-all": ("", {}, False),
    "feature-disabled": (oauthlib_header(), {"features__token_based_authentication": False}, True),
    "integration-blocked-or-unknown": (oauthlib_header(), {"integration__state": "BLOCKED"}, True),
    "token-revoked-or-inactive": (oauthlib_header(), {"token__active": False}, True),
    "role-lacks-permission": (oauthlib_header(), {"role__permissions": ["SuiteScript"]}, True),
    "user-inactive-or-ip-blocked": (oauthlib_header(), {"entity__active": False}, True),
    "web-services-only-role": (oauthlib_header(), {"role__web_services_only": True}, True),
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_header_and_records_show(name):
    header, changes, proven = SHOWN[name]
    records = account()
    change(records, **changes)
    attempt, _ = judged(header, records, target=f"{PATH}?{QUERY.replace(chr(39), '%27')}")
    diagnosis = attempt.diagnose(budget=0.0)

    assert not attempt.accepted
    assert diagnosis.mistakes[0].id == name
    assert diagnosis.proven == proven


def test_local_time_is_called_so():
    diagnosis = judged(oauthlib_header(timestamp=str(NOW + 2 * 3_600 + 5)))[0].diagnosis

    assert diagnosis.mistakes[0].cause == "oauth_timestamp is +2 hours off: local time was taken for UTC."
    assert "new nonce and timestamp" in diagnosis.notes[-1]


@pytest.mark.parametrize(
    ("status", "code", "path", "name"),
    [
        (200, None, PATH, "header-reused"),
        (302, None, PATH, "redirect-reuses-header"),
        (503, None, PATH, "retry-resends-header"),
        (400, "SSS_REQUEST_LIMIT_EXCEEDED", PATH, "retry-resends-header"),
    ],
)
def test_a_header_that_comes_again(status, code, path, name):
    header = signer().authorization()
    first, fake = judged(header)
    first.http_status, first.code = status, code
    second = fake.judge(request(header, target=f"{path}?{QUERY}"))

    assert second.detail == "nonce_used"
    assert [mistake.id for mistake in second.diagnosis.mistakes] == [name]
    third = fake.judge(request(second.diagnosis.corrected_authorization))
    assert third.accepted


def test_another_request_with_the_same_nonce():
    _, fake = judged(signer().authorization())
    other = signer()
    other.query = "script=1&deploy=1"
    attempt = fake.judge(request(other.authorization(), target=f"{PATH}?{other.query}"))

    assert [mistake.id for mistake in attempt.diagnosis.mistakes] == ["nonce-collision"]


@pytest.mark.parametrize(
    "beginning", ["OAuth OAuth ", "OAuth oauth  ", "OAuth Authorization: OAuth ", "Authorization: OAuth "]
)
def test_a_scheme_that_stands_twice_is_named(beginning):
    attempt = judged(beginning + signer().authorization().removeprefix("OAuth "))[0]
    diagnosis = attempt.diagnose(budget=0.0)

    assert not attempt.accepted
    assert [found.id for found in diagnosis.mistakes] == ["scheme-twice"]
    assert diagnosis.proven == beginning.startswith("OAuth")


@pytest.mark.parametrize(
    "header",
    [
        signer("a+/=b-nonce").authorization(),
        "OAuth " + signer().authorization().removeprefix('OAuth realm="1234567_SB1", ') + ", realm=1234567_SB1",
        oauthlib_header(),
    ],
    ids=["nonce-special-characters", "realm-last-or-unquoted", "right"],
)
def test_what_netsuite_tolerates_is_let_in(header):
    target = f"{PATH}?{QUERY.replace(chr(39), '%27')}"

    assert judged(header, target=target)[0].accepted


def test_a_signed_body_hash_is_let_in():
    right = signer()
    right.header["oauth_body_hash"] = "2jmj7l5rSw0yVb/vlWAYkK/YBwk="

    assert judged(right.authorization())[0].accepted


def called(netsuite, url, **headers):
    """Call in-process as the client of another account would; give the attempt."""
    with netsuite.expect_refusal():
        netsuite.credentials.client().get(url, headers=headers)
    return netsuite.audit_trail[-1]


ECHO = f"{PATH}?script=customscript_echo&deploy=customdeploy_echo"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("1234567_sb1.restlets.api.netsuite.com", "host-underscore"),
        ("rest.netsuite.com", "wrong-service-domain"),
        ("7654321.restlets.api.netsuite.com", "host-of-no-account"),
    ],
)
def test_a_host_that_is_wrong(host, name):
    attempt = called(NetSuiteServer(), f"https://{host}{ECHO}")

    assert [mistake.id for mistake in attempt.diagnosis.mistakes] == [name]
    assert "1234567-sb1" in attempt.diagnosis.mistakes[0].cure


def test_tokens_of_another_environment():
    netsuite = NetSuiteServer(Account("1234567_SB1"), Account("1234567"))
    production = next(iter(netsuite.accounts["1234567"].tokens.values()))
    url = f"https://1234567-sb1.restlets.api.netsuite.com{ECHO}"
    header = netsuite.credentials_for(production).authorization("GET", url).replace('"1234567"', '"1234567_SB1"')
    attempt = called(netsuite, url, Authorization=header)

    assert attempt.diagnosis.mistakes[0].id == "tokens-of-another-environment"
    assert "Account 1234567 has it." in attempt.diagnosis.mistakes[0].cause


def test_a_session_cookie():
    attempt = called(NetSuiteServer(), ECHO, Cookie="JSESSIONID=x")

    assert attempt.diagnosis.mistakes[0].id == "cookie-sent"


def test_parameters_outside_the_header():
    fake = Fake([account()])
    bare = SignedRequest(method="GET", target=f"{ECHO}&oauth_signature=x", host=HOST, headers=(("Host", HOST),))
    assert fake.judge(bare).diagnosis.mistakes[0].id == "header-not-encoded-option"


def test_a_redirect_that_lost_the_header():
    fake = Fake([account()])
    first = fake.judge(request(signer().authorization()))
    first.http_status = 302
    bare = SignedRequest(method="GET", target=ECHO, host=HOST, headers=(("Host", HOST),))

    assert fake.judge(bare).diagnosis.mistakes[0].id == "redirect-drops-header"


PRODUCTION, SANDBOX = "1234567", "1234567_SB1"


def sent_to_two(realm, signed_as, **changed):
    """Send one account's credentials to the address that two accounts share; the one refused attempt."""
    accounts = [
        Account(id, integrations=[Integration(name="Shop")], tokens=[Token(name="Shop token")])
        for id in (PRODUCTION, SANDBOX)
    ]
    netsuite = NetSuiteServer(*accounts)
    owner = netsuite.accounts[signed_as]
    credentials = dataclasses.replace(netsuite.credentials_for(owner.tokens.first()), **changed)
    url = "http://127.0.0.1:1/app/site/hosting/restlet.nl?script=1&deploy=1"
    header = credentials.authorization("GET", url).replace(f'realm="{signed_as}", ', realm and f"{realm}, ")
    return called(netsuite, url, Authorization=header)


@pytest.mark.parametrize(
    ("realm", "wanted"),
    [
        (f'realm="{SANDBOX.lower()}"', "realm-lowercase"),
        ('realm="1234567-sb1"', "realm-hyphen"),
        ('realm="9"', "realm-is-something-else"),
        ("", "realm-missing"),
    ],
)
def test_of_two_accounts_the_one_that_was_meant_judges(realm, wanted):
    """At an address of both, a misspelt realm still tells which; else the token does."""
    attempt = sent_to_two(realm, SANDBOX)

    assert (SANDBOX, [wanted]) == (attempt.account, [mistake.id for mistake in attempt.diagnosis.mistakes])
    assert attempt.diagnosis.corrected_authorization.startswith(f'OAuth realm="{SANDBOX}"')


def test_the_four_values_of_another_account_belong_together():
    """They are at the wrong account, which is one mistake; no secret was mixed up."""
    attempt = sent_to_two(f'realm="{SANDBOX}"', PRODUCTION)

    diagnosis = attempt.diagnosis
    assert (["tokens-of-another-environment"], True) == (
        [mistake.id for mistake in diagnosis.mistakes],
        diagnosis.proven,
    )
    assert diagnosis.corrected_authorization is None


def test_a_secret_of_another_accounts_token_is_named_with_its_account():
    """Two tokens of one name are told apart."""
    other = Account(PRODUCTION, integrations=[Integration(name="Shop")], tokens=[Token(name="Shop token")])
    mixed = other.tokens.first()
    attempt = sent_to_two(
        f'realm="{SANDBOX}"',
        SANDBOX,
        consumer_secret=mixed.integration.consumer_secret,
        token_secret=mixed.secret,
    )

    (mistake,) = attempt.diagnosis.mistakes
    assert "It was signed with the secrets of token 'Shop token' of account 1234567." == mistake.cause
