"""Whatever arrives at the token endpoints and at discovery, the answer is a documented one and nothing half-changes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.flow import RESTLETS, asked, exchange, header, nlauth, send

from pytest_netsuite_tba import NetSuiteServer
from pytest_netsuite_tba.login.refusals.token_endpoints import TOKEN_REFUSALS

PATHS = ("requesttoken", "accesstoken", "issuetoken", "revoketoken", "tokeninfo", "datacenterurls", "roles")
HOSTS = (RESTLETS, "https://1234567-sb1.app.netsuite.com", "https://system.netsuite.com", "https://rest.netsuite.com")
NAMES = ("consumerKey", "token", "name", "account", "c", "oauth_token", "")
VALUES = ("", "a", "%FF%00", "%ED%A0%80", "%", "+", "1234567-sb1", "é".encode().hex(), "a" * 5000, "%0D%0AX:%20y")
HEADERS = (
    "",
    "OAuth",
    "NLAuth",
    "Bearer abc",
    "Basic \xff",
    "OAuth realm=1234567_SB1, oauth_consumer_key",
    'OAuth oauth_consumer_key="a", oauth_consumer_key="b"',
    'OAuth oauth_consumer_key="%FF", oauth_token="%00", oauth_verifier="%", oauth_signature="%FF"',
    "NLAuth nlauth_account=1234567_SB1, nlauth_email=%FF, nlauth_signature=%00",
    "NLAuth nlauth_account=1234567_SB1,,, nlauth_email=a",
    f"NLAuth nlauth_email={'a' * 5000}",
)
# The public answers: those of the tables, and of the RESTlet rows that a signed call may meet.
ANSWERS = {(refusal.status or 401, refusal.code) for refusal in TOKEN_REFUSALS} | {
    (401, "INVALID_LOGIN_ATTEMPT"),
    (401, "INVALID_LOGIN_CREDENTIALS"),
    (400, "INVALID_REQUEST"),
    (403, None),
}


def state(netsuite):
    """Everything that a request could change, but for counts of failed logins."""
    account = netsuite.account
    return (
        repr(account.tokens),
        repr(account.integrations),
        repr(account.roles),
        len(netsuite._fake.desk.request_tokens),
    )


def headers_of(netsuite):
    """Headers that are wrong, and three that are right but for what they are sent with."""
    url = f"{RESTLETS}/rest/requesttoken"
    return (*HEADERS, nlauth(netsuite), header(netsuite, url), netsuite.credentials.authorization("GET", url))


pairs = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=4)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    path=st.sampled_from(PATHS),
    host=st.sampled_from(HOSTS),
    method=st.sampled_from(("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get", "X")),
    query=pairs,
    number=st.integers(0, len(HEADERS) + 2),
    body=st.sampled_from((b"", b"a=b", b"{}", b"\xff" * 100)),
)
def test_any_request_gets_a_documented_answer(path, host, method, query, number, body):
    """A status and a code of the tables, as JSON or with no body; a refused request changes nothing."""
    netsuite = NetSuiteServer()
    before = state(netsuite)
    url = f"{host}/rest/{path}?{'&'.join(f'{name}={value}' for name, value in query)}"
    answer = send(netsuite, method, url, authorization=headers_of(netsuite)[number], data=body)

    if answer.status_code != 200:
        assert (answer.status_code, answer.json["error"]["code"] if answer.data else None) in ANSWERS
        assert before == state(netsuite)
        assert ("Failure", answer.status_code) == (
            netsuite.audit_trail[-1].status,
            netsuite.audit_trail[-1].http_status,
        )
        assert netsuite.audit_trail[-1].cause
    else:
        assert path in {"datacenterurls", "roles"}
        assert before == state(netsuite)
    assert [] == netsuite.httpserver.handler_errors


@pytest.mark.netsuite(strict=False)
def test_one_request_token_gives_one_token_however_many_ask_at_once(netsuite):
    """Eight exchanges at once: one token, seven refusals."""
    token = asked(netsuite)
    verifier = netsuite.authorize(token["oauth_token"]).verifier
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda n: exchange(netsuite, token, verifier, oauth_nonce=f"nonce-{n}").status_code, range(8))
        )

    assert [200, *[401] * 7] == sorted(answers)
    assert 2 == len(netsuite.account.tokens)
