"""Rows 1 to 18: each refused by a real request or record, on the wire as NetSuite does, beside it with the truth."""

import pytest
from support.signing import HOST, NONCE, NOW, QUERY, TARGET, authorization, oauth_parameters, signature
from werkzeug.test import Client

from pytest_netsuite_tba.oauth1.header import format_authorization

LOGIN = ("INVALID_LOGIN_ATTEMPT", "Invalid login attempt.")
CREDENTIALS = (
    "INVALID_LOGIN_CREDENTIALS",
    "You have entered an invalid email address or account number. Please try again.",
)
SYNTAX = ("INVALID_REQUEST", "The request could not be understood by the server due to malformed syntax.")
CHALLENGE = 'OAuth realm="1234567_SB1", error="token_rejected", error_description="Invalid login attempt."'


def replayed(netsuite, send):
    send(authorization(netsuite))
    return authorization(netsuite)


def quoted(netsuite, old, new):
    return authorization(netsuite).replace(old, new)


# what is wrong: (makes the header or changes the records, status, code and message, audit-trail detail, logged)
# A function gets the fake and a way to send a header; it gives the header to send, None for a right one.
ROWS = {
    "2 no header": (lambda n, s: "", 401, LOGIN, None, False),
    "2 user credentials": (lambda n, s: "NLAuth nlauth_account=1", 401, CREDENTIALS, None, False),
    "2 another scheme": (lambda n, s: "Basic YTpi", 401, LOGIN, None, False),
    "3 sent twice": (
        lambda n, s: authorization(n) + ', oauth_nonce="abcdefgh"',
        400,
        SYNTAX,
        "parameter_rejected",
        True,
    ),
    "3 empty": (lambda n, s: authorization(n, oauth_version=""), 400, SYNTAX, "parameter_rejected", True),
    "3 unquoted": (
        lambda n, s: quoted(n, 'oauth_version="1.0"', "oauth_version=1.0"),
        400,
        SYNTAX,
        "parameter_rejected",
        True,
    ),
    "3 no comma": (lambda n, s: quoted(n, ", oauth_token", " oauth_token"), 400, SYNTAX, "parameter_rejected", True),
    "3 bad escape": (lambda n, s: quoted(n, NONCE, NONCE + "%zz"), 400, SYNTAX, "parameter_rejected", True),
    "4 missing": (
        lambda n, s: authorization(n, oauth_nonce=None),
        400,
        SYNTAX,
        "MissingTokenPassportRequiredFields",
        True,
    ),
    "4 no signature": (
        lambda n, s: authorization(n, oauth_signature=None),
        400,
        SYNTAX,
        "MissingTokenPassportRequiredFields",
        True,
    ),
    "5 version": (lambda n, s: authorization(n, oauth_version="2.0"), 400, SYNTAX, "VersionRejected", True),
    "6 SHA-1": (
        lambda n, s: authorization(n, oauth_signature_method="HMAC-SHA1"),
        400,
        SYNTAX,
        "UnknownAlgorithm",
        True,
    ),
    "6 underscore": (
        lambda n, s: authorization(n, oauth_signature_method="HMAC_SHA256"),
        400,
        SYNTAX,
        "UnknownAlgorithm",
        True,
    ),
    "7 no number": (lambda n, s: authorization(n, oauth_timestamp="1.79e9"), 400, SYNTAX, "InvalidTimestamp", True),
    "7 zero": (lambda n, s: authorization(n, oauth_timestamp="0"), 400, SYNTAX, "InvalidTimestamp", True),
    "7 too old": (lambda n, s: authorization(n, oauth_timestamp=str(NOW - 301)), 400, SYNTAX, "InvalidTimestamp", True),
    "7 too new": (lambda n, s: authorization(n, oauth_timestamp=str(NOW + 301)), 400, SYNTAX, "InvalidTimestamp", True),
    "7 milliseconds": (
        lambda n, s: authorization(n, oauth_timestamp=str(NOW * 1000)),
        400,
        SYNTAX,
        "InvalidTimestamp",
        True,
    ),
    "7 five thousand digits": (
        lambda n, s: authorization(n, oauth_timestamp="9" * 5000),
        400,
        SYNTAX,
        "InvalidTimestamp",
        True,
    ),
    "8 no realm": (lambda n, s: authorization(n, realm=None), 401, LOGIN, None, False),
    "8 lower case": (lambda n, s: authorization(n, realm="1234567_sb1"), 401, LOGIN, None, False),
    "8 hyphen": (lambda n, s: authorization(n, realm="1234567-SB1"), 401, LOGIN, None, False),
    "9 feature off": (
        lambda n, s: setattr(n.account.features, "token_based_authentication", False),
        401,
        LOGIN,
        "FeatureDisabled",
        True,
    ),
    "10 key unknown": (
        lambda n, s: authorization(n, oauth_consumer_key="f" * 64),
        401,
        LOGIN,
        "consumer_key_unknown",
        True,
    ),
    "10 credentials reset": (lambda n, s: n.integration.reset_credentials(), 401, LOGIN, "consumer_key_unknown", True),
    "11 blocked": (lambda n, s: setattr(n.integration, "state", "BLOCKED"), 401, LOGIN, "consumer_key_refused", True),
    "11 waiting": (
        lambda n, s: setattr(n.integration, "state", "WAITING_FOR_APPROVAL"),
        401,
        LOGIN,
        "consumer_key_refused",
        True,
    ),
    "11 unticked": (
        lambda n, s: setattr(n.integration, "token_based_authentication", False),
        401,
        LOGIN,
        "consumer_key_refused",
        True,
    ),
    "12 token unknown": (lambda n, s: authorization(n, oauth_token="f" * 64), 401, LOGIN, "token_rejected", True),
    "12 revoked": (lambda n, s: n.token.revoke(), 401, LOGIN, "token_rejected", True),
    "12 inactive": (lambda n, s: setattr(n.token, "active", False), 401, LOGIN, "token_rejected", True),
    "12 entity deleted": (lambda n, s: n.account.delete_entity(n.entity), 401, LOGIN, "token_rejected", True),
    "12 sandbox refreshed": (lambda n, s: n.account.refresh_sandbox(), 401, LOGIN, "token_rejected", True),
    "13 signature": (lambda n, s: authorization(n, query=QUERY + "&a=1"), 401, LOGIN, "InvalidSignature", True),
    "13 not ASCII": (lambda n, s: authorization(n, oauth_signature="é"), 401, LOGIN, "InvalidSignature", True),
    "14 nonce short": (lambda n, s: authorization(n, oauth_nonce="abcde"), 401, LOGIN, "nonce_rejected", True),
    "15 replay": (replayed, 401, LOGIN, "nonce_used", True),
    "16 locked": (lambda n, s: n.entity.lock(NOW + 1), 401, LOGIN, "temporary_locked", True),
    "17 entity inactive": (lambda n, s: setattr(n.entity, "active", False), 401, LOGIN, "permission_denied", True),
    "17 no access": (lambda n, s: setattr(n.entity, "access", False), 401, LOGIN, "permission_denied", True),
    "17 role inactive": (lambda n, s: setattr(n.role, "active", False), 401, LOGIN, "permission_denied", True),
    "17 role gone": (lambda n, s: n.entity.take_role_away(n.role), 401, LOGIN, "permission_denied", True),
    "17 switched off": (
        lambda n, s: setattr(n.role, "switched_off_by_user", True),
        401,
        LOGIN,
        "permission_denied",
        True,
    ),
    "17 no permission": (
        lambda n, s: n.role.permissions.difference_update(("Log in using Access Tokens", "User Access Tokens")),
        401,
        LOGIN,
        "permission_denied",
        True,
    ),
    "17 address": (lambda n, s: setattr(n.account, "ip_rules", ["10.0.0.0/8"]), 401, LOGIN, "permission_denied", True),
    "18 web services only": (lambda n, s: setattr(n.role, "web_services_only", True), 401, CREDENTIALS, None, True),
}
FORMS = {
    "application/json": '{{"error" : {{"code" : "{0}", "message" : "{1}"}}}}',
    "application/xml": "<error><code>{0}</code><message>{1}</message></error>",
    "": "error code: {0}\nerror message: {1}",
}


@pytest.fixture
def send(netsuite, netsuite_client):
    """Sends a GET with a header of the test's making to the fake, whose clock stands still."""
    netsuite.clock.freeze(NOW)

    def get(header, content_type="application/json"):
        headers = {"Authorization": header, "Content-Type": content_type}
        return netsuite_client.get(f"https://{HOST}{TARGET}", headers=headers)

    return get


@pytest.mark.parametrize("content_type", FORMS)
@pytest.mark.parametrize("row", ROWS)
def test_each_row_is_refused_as_netsuite_does(netsuite, send, row, content_type):
    """The client is told status, code and message; the audit trail alone knows the detail."""
    change, status, (code, message), detail, logged = ROWS[row]
    header = change(netsuite, send)
    header = authorization(netsuite) if header is None else header

    with netsuite.expect_refusal(detail, count=1):
        answer = send(header, content_type)

    attempt = netsuite.audit_trail[-1]
    assert (status, FORMS[content_type].format(code, message)) == (answer.status_code, answer.text)
    assert (CHALLENGE if status == 401 else None) == answer.headers.get("WWW-Authenticate")
    assert ("Failure", detail, code, logged) == (
        attempt.status,
        attempt.detail,
        attempt.code,
        attempt.logged_by_netsuite,
    )
    assert attempt.cause
    assert attempt.cure


def test_a_host_of_no_account_is_refused_before_anything_else(netsuite, netsuite_client):
    """Row 1: a NetSuite host that no account here has is a 403 without a word."""
    with netsuite.expect_refusal("unknown-host"):
        answer = netsuite_client.get(f"https://7654321.restlets.api.netsuite.com{TARGET}")

    assert (403, b"", False) == (answer.status_code, answer.data, netsuite.audit_trail[-1].logged_by_netsuite)


def reordered(netsuite):
    pairs = oauth_parameters(netsuite)
    pairs["oauth_signature"] = signature(netsuite, pairs)
    return format_authorization(reversed(pairs.items())) + ', realm="1234567_SB1"'


LET_PASS = {
    "realm last, any order": reordered,
    "unquoted realm": lambda n: quoted(n, 'realm="1234567_SB1"', "realm=1234567_SB1"),
    "lower-case scheme": lambda n: quoted(n, "OAuth ", "oauth "),
    "no version": lambda n: authorization(n, oauth_version=None),
    "signed body hash": lambda n: authorization(n, oauth_body_hash="n4nHQM60bXQYySSnisV5QdXpZSA="),
    "signed role": lambda n: authorization(n, role="3"),
    "raw slash and equals": lambda n: quoted(n, "%3D", "=").replace("%2F", "/"),
    "no space after commas": lambda n: quoted(n, ", ", ","),
    "five minutes off": lambda n: authorization(n, oauth_timestamp=str(NOW - 300)),
    "six-character nonce": lambda n: authorization(n, oauth_nonce="abcdef"),
    "base64 nonce": lambda n: authorization(n, oauth_nonce="a+b/c=="),
}


@pytest.mark.parametrize("what", LET_PASS)
def test_what_netsuite_lets_pass_is_let_pass(netsuite, send, what):
    """Not every deviation is an error."""
    assert 200 == send(LET_PASS[what](netsuite)).status_code


def test_a_raw_plus_in_the_signature_is_a_space(netsuite, send):
    """The server URL-decodes the header: a signature whose + is sent raw fails, the same one encoded does not."""
    number = 0
    while "+" not in signature(netsuite, oauth_parameters(netsuite, oauth_nonce=f"{NONCE}{number}")):
        number += 1
    header = authorization(netsuite, oauth_nonce=f"{NONCE}{number}")

    with netsuite.expect_refusal("InvalidSignature"):
        send(header.replace("%2B", "+"))
    assert 200 == send(header).status_code


BEHAVIOURS = {
    "login_failure_status": (403, lambda n: authorization(n, oauth_token="f" * 64), (403, LOGIN[0])),
    "missing_header_code": ("INVALID_REQUEST", lambda n: "", (401, SYNTAX[0])),
    "missing_realm_code": ("INVALID_LOGIN_CREDENTIALS", lambda n: authorization(n, realm=None), (401, CREDENTIALS[0])),
    "timestamp_outside_window_code": (
        "INVALID_LOGIN_ATTEMPT",
        lambda n: authorization(n, oauth_timestamp=str(NOW - 999)),
        (401, LOGIN[0]),
    ),
    "nonce_max_length": (30, lambda n: authorization(n, oauth_nonce="n" * 31), (401, LOGIN[0])),
}


@pytest.mark.parametrize("field", BEHAVIOURS)
def test_behaviour_decides_what_the_documents_leave_open(netsuite, send, field):
    """Each open question is a field, and the field changes the answer."""
    value, make, expected = BEHAVIOURS[field]
    setattr(netsuite.behaviour, field, value)

    with netsuite.expect_refusal():
        answer = send(make(netsuite))

    assert expected == (answer.status_code, answer.json["error"]["code"])


def test_web_services_only_may_be_let_in(netsuite, send):
    """Sources disagree on Web Services Only; Behaviour can side with the other one."""
    netsuite.role.web_services_only = True
    netsuite.behaviour.web_services_only_refused = False

    assert 200 == send(authorization(netsuite)).status_code


def test_the_challenge_may_be_left_out(netsuite, send):
    """No capture shows WWW-Authenticate on RESTlets; Behaviour can leave it out."""
    netsuite.behaviour.www_authenticate_on_restlets = False

    with netsuite.expect_refusal():
        assert "WWW-Authenticate" not in send("").headers


def test_an_unticked_box_may_be_logged_as_unknown(netsuite, send):
    """The detail for an unticked Token-based Authentication box is Behaviour's."""
    netsuite.integration.token_based_authentication = False
    netsuite.behaviour.tba_unticked_detail = "consumer_key_unknown"

    with netsuite.expect_refusal("consumer_key_unknown"):
        send(authorization(netsuite))


def test_a_wrong_realm_may_be_logged(netsuite, send):
    """One integrator found no trace of a wrong realm; Behaviour can log it."""
    netsuite.behaviour.wrong_realm_logged = True

    with netsuite.expect_refusal("wrong-realm"):
        send(authorization(netsuite, realm="7654321"))
    assert 1 == len(netsuite.audit_trail.as_netsuite_shows())


def test_five_wrong_signatures_may_lock_the_user(netsuite, send):
    """Whether wrong signatures count as failed logins is Behaviour's; a lock lasts 30 minutes."""
    netsuite.behaviour.failed_signatures_lock_user = True
    with netsuite.expect_refusal("InvalidSignature", count=5):
        for _ in range(5):
            send(authorization(netsuite, oauth_signature="wrong"))
    with netsuite.expect_refusal("temporary_locked", count=1):
        send(authorization(netsuite))
    netsuite.clock.advance(minutes=30)
    assert 200 == send(authorization(netsuite)).status_code


def test_parameters_may_come_in_the_query(netsuite):
    """OAuth parameters outside the header are refused, or accepted where Behaviour says so (RFC 5849 section 3.5.3)."""
    netsuite.clock.freeze(NOW)
    pairs = oauth_parameters(netsuite)
    pairs["oauth_signature"] = signature(netsuite, pairs | {"realm": "1234567_SB1"})
    query = format_authorization(pairs.items()).removeprefix("OAuth ").replace('"', "").replace(", ", "&")
    url = f"{TARGET}&realm=1234567_SB1&{query}"
    unsigned = Client(netsuite.wsgi_app)

    with netsuite.expect_refusal("no-authorization"):
        unsigned.get(url, base_url=f"https://{HOST}")
    netsuite.behaviour.oauth_outside_header = "accept"
    answer = unsigned.get(url, base_url=f"https://{HOST}", headers={"Content-Type": "application/json"})
    assert 200 == answer.status_code


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("a=2&a=10&a=1", "a=1&a=2&a=10"),
        ("a[0]=x&a1=y", "a1=y&a%5B0%5D=x"),
        ("x=YQ==", "x=YQ"),
    ],
)
def test_oracles_sample_orders_otherwise(netsuite, netsuite_client, query, parameters):
    """Where Oracle's PHP sample and RFC 5849 part, Behaviour chooses (section_1534939551)."""
    netsuite.clock.freeze(NOW)
    pairs = oauth_parameters(netsuite)
    oauth = "&".join(f"{name}={value}" for name, value in sorted(pairs.items()))
    own = f"deploy=customdeploy_echo&{oauth}&script=customscript_echo"
    whole = f"{own}&{parameters}" if query.startswith("x") else f"{parameters}&{own}"
    pairs["oauth_signature"] = signature(netsuite, pairs, parameters=whole)
    header = format_authorization(pairs.items(), realm="1234567_SB1")
    url = f"https://{HOST}{TARGET}&{query}"

    with netsuite.expect_refusal("InvalidSignature"):
        netsuite_client.get(url, headers={"Authorization": header})
    netsuite.behaviour.parameter_order = "oracle-sample"
    assert 200 == netsuite_client.get(url, headers={"Authorization": header}).status_code
