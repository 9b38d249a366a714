"""The signed clients: each library signs what it really sends."""

import json
from contextlib import ExitStack
from typing import get_args

import anyio
import httpx
import pytest

from pytest_netsuite_tba.clients.credentials import Credentials, Kind
from pytest_netsuite_tba.clients.httpx import TokenBasedAuth

ECHO = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"
SYNC = ("client", "requests", "httpx", "httpx2")
# Raw spellings that a client may send. oauthlib refuses brackets, braces and pipes before it sends anything.
AWKWARD = (
    "a=b%20c",
    "a=b+c",
    "a=%2B",
    "a=1&a=2",
    "a=",
    "a",
    "%C3%A9=%E2%82%AC",
    "a=~-._",
    "a=YQ==",
    "a=%25&b=%26",
    "a=!*'()",
)


@pytest.fixture
def connect(netsuite):
    """Makes the client of a library, for a token or the first one, and closes it after the test."""
    with ExitStack() as closing:

        def make(library, token=None):
            credentials = netsuite.credentials if token is None else netsuite.credentials_for(token)
            client = getattr(credentials, library)()
            return closing.enter_context(client) if library != "client" else client

        yield make


@pytest.mark.parametrize("library", SYNC)
@pytest.mark.parametrize("query", AWKWARD)
def test_awkward_queries_are_signed_as_sent(netsuite, connect, library, query):
    """Whatever spelling of the query leaves the client, it is the one that was signed."""
    client = connect(library)

    client.get(f"{ECHO}&{query}")

    assert [("Success", None)] == [(attempt.status, attempt.cause) for attempt in netsuite.audit_trail]


@pytest.mark.parametrize("library", SYNC)
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_each_method_is_signed_and_answered(netsuite, connect, library, method):
    """All four entry points are reached, a JSON body unchanged and unsigned."""
    client = connect(library)
    body = {"json": {"id": 7, "name": "é&="}} if method in {"post", "put"} else {}

    answer = getattr(client, method)(ECHO, **body)

    seen = json.loads(answer.text)
    assert (method.upper(), body.get("json")) == (seen["method"], seen["body"])


@pytest.mark.parametrize("library", SYNC)
def test_content_type_is_json_unless_told_otherwise(netsuite, connect, library):
    """A bare GET would be judged as plain text, so the clients say JSON."""
    client = connect(library)
    netsuite.token.active = False

    with netsuite.expect_refusal("token_rejected", count=2):
        as_json = client.get(ECHO)
        as_text = client.get(ECHO, headers={"Content-Type": "text/plain"})

    assert '{"error" : {"code" : "INVALID_LOGIN_ATTEMPT", "message" : "Invalid login attempt."}}' == as_json.text
    assert "error code: INVALID_LOGIN_ATTEMPT\nerror message: Invalid login attempt." == as_text.text


@pytest.mark.parametrize("library", SYNC)
def test_clients_sign_by_the_accounts_clock(netsuite, connect, library):
    """Frozen or advanced, clients and account move together; skewed, they part."""
    client = connect(library)

    netsuite.clock.freeze("2020-02-29T12:00:00Z")
    client.get(ECHO)
    netsuite.clock.advance(days=400)
    client.get(ECHO)
    netsuite.clock.skew(minutes=7)
    with netsuite.expect_refusal("InvalidTimestamp"):
        client.get(ECHO)

    assert ["2020-02-29T12:00:00+00:00", "2021-04-04T12:00:00+00:00", "2021-04-04T12:07:00+00:00"] == [
        attempt.time.isoformat() for attempt in netsuite.audit_trail
    ]


@pytest.mark.parametrize("library", SYNC)
def test_another_tokens_clients(netsuite, connect, library):
    """Each token has credentials, and each credentials clients."""
    token = netsuite.create_token(name="Second token")
    client = connect(library, token)

    client.get(ECHO)

    assert "Second token" == netsuite.audit_trail[-1].token_name


@pytest.mark.parametrize("library", SYNC)
def test_a_form_is_signed_with_its_fields_and_then_refused(netsuite, connect, library):
    """A form counts in the signature, and RESTlets take none: 415, not a login failure."""
    client = connect(library)
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = client.post(ECHO, data={"a": "b c", "d": "é"}, headers=form)

    assert (415, "Success") == (answer.status_code, netsuite.audit_trail[-1].status)


@pytest.mark.parametrize("library", ["async_httpx", "async_httpx2"])
def test_async_clients(netsuite, library):
    """The async clients sign as the sync ones do."""

    async def calls():
        async with getattr(netsuite.credentials, library)() as client:
            return [await client.post(ECHO, json={"n": number}) for number in range(3)]

    assert [200, 200, 200] == [answer.status_code for answer in anyio.run(calls)]


def test_the_in_process_client_passes_an_absolute_url_on_unchanged(netsuite, netsuite_client):
    """Scheme, host, port and raw target of an absolute URL reach the fake as written."""
    url = "https://1234567-SB1.restlets.api.netsuite.com:8443/app/site/hosting/restlet.nl?&script=1&deploy=1&a=%7e"

    assert 200 == netsuite_client.get(url).status_code
    assert url == netsuite.audit_trail[-1].url


def test_a_relative_url_means_the_accounts_own_host(netsuite, netsuite_client):
    """In process, a relative URL is one of the account's RESTlet host."""
    netsuite_client.get(ECHO)

    assert f"https://1234567-sb1.restlets.api.netsuite.com{ECHO}" == netsuite.audit_trail[-1].url


@pytest.mark.parametrize("library", SYNC)
def test_a_url_in_the_query_makes_no_other_host(netsuite, connect, library):
    """A relative URL stays one, whatever its query holds."""
    client = connect(library)

    client.get(f"{ECHO}&next=https://example.com/")

    assert [("Success", True)] == [
        (attempt.status, attempt.url.endswith(f"{ECHO}&next=https://example.com/")) for attempt in netsuite.audit_trail
    ]


def test_plain_wsgi_needs_no_socket(netsuite):
    """The fake is a WSGI application: httpx's own transport reaches it, and nothing listens."""
    transport = httpx.WSGITransport(app=netsuite.wsgi_app)
    with httpx.Client(transport=transport, auth=TokenBasedAuth(netsuite.credentials)) as client:
        answer = client.get(
            "https://1234567-sb1.restlets.api.netsuite.com/app/site/hosting/restlet.nl",
            params={"script": "customscript_echo", "deploy": "1", "q": "ä b&c"},
            headers={"Content-Type": "application/json"},
        )

    assert {"q": "ä b&c"} == answer.json()["parameters"]
    assert not netsuite.is_running()


FIVE = {
    "account": "1234567_SB1",
    "consumer_key": "c" * 64,
    "consumer_secret": "consumer secret",
    "token_id": "t" * 64,
    "token_secret": "token secret",
}
URL = "https://1234567-sb1.restlets.api.netsuite.com/app/site/hosting/restlet.nl?script=1&deploy=1"


def test_credentials_are_five_texts(netsuite):
    """Equal where these are, whoever made them; no secret is shown."""
    alone = Credentials(**{name: getattr(netsuite.credentials, name) for name in FIVE})

    assert netsuite.credentials == alone
    assert hash(netsuite.credentials) == hash(alone)
    assert netsuite.credentials != Credentials(**FIVE)
    assert f"Credentials(account='1234567_SB1', consumer_key='{'c' * 64}', token_id='{'t' * 64}')" == repr(
        Credentials(**FIVE)
    )


def test_five_texts_sign_by_the_systems_time(netsuite, netsuite_client):
    """Without any fake, as a client would; the fake lets it in."""
    alone = Credentials(**{name: getattr(netsuite.credentials, name) for name in FIVE})

    netsuite_client.get(URL, headers={"Authorization": alone.authorization("GET", URL)})

    assert "Success" == netsuite.audit_trail[-1].status


@pytest.mark.parametrize("kind", get_args(Kind))
def test_five_texts_alone_make_no_client(kind):
    """There is no fake that it could call; the message says where to take those of one."""
    said = rf"^{kind}\(\) needs a fake to call, .* of 1234567_SB1 .*: take those of netsuite.credentials_for\(token\)$"
    with pytest.raises(RuntimeError, match=said):
        getattr(Credentials(**FIVE), kind)()


def test_no_proxy_of_the_environment_counts(connect, monkeypatch):
    """A proxy or certificate in the environment does not come between the fixtures' clients and the fake."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for library in SYNC[1:]:
        assert 200 == connect(library).get(ECHO).status_code
