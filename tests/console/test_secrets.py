"""No answer of the console holds a known secret, wherever a client put it."""

import base64
import contextlib
import json
from urllib.parse import quote

import pytest
from support import flow, passports, signing
from support.console_caller import ACCOUNT, ECHO, Caller

from pytest_netsuite_tba import Account, Entity, Integration, NetSuiteServer
from pytest_netsuite_tba.console import Console
from pytest_netsuite_tba.console.operations import OPERATIONS

SECRETS = {
    "consumer secret": "c/Secret+of the%consumer\N{LATIN SMALL LETTER E WITH ACUTE}",
    "token secret": "token-secret-1a2b3c",
    "consumer secret without a token": "unused-secret-1a2b3c",
    "password": "password-1a2b3c",
    "two-factor secret": base64.b32encode(b"20 bytes to hide here").decode(),
}
NAMES = {"integrations": "Default integration", "roles": "1005", "entities": "integration@example.com"}
REST = "https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/record/v1/customer"
HEADER = (
    *("oauth_consumer_key", "oauth_token", "oauth_nonce", "oauth_timestamp", "oauth_version"),
    *("oauth_signature_method", "oauth_signature", "oauth_callback", "oauth_verifier", "realm"),
)


@pytest.fixture
def call():
    entity = Entity(password=SECRETS["password"], two_factor_secret=SECRETS["two-factor secret"])
    account = Account(integrations=[Integration(consumer_secret=SECRETS["consumer secret"])], entities=[entity])
    account.tokens.first().secret = SECRETS["token secret"]
    unused = Integration(name="Unused", consumer_secret=SECRETS["consumer secret without a token"])
    account.add_integration(unused)
    with NetSuiteServer(account) as server:
        server.console = Console(server)
        yield Caller(server)


def calls_that_hold(server, secret):
    """Requests with the secret in each place of a call to a RESTlet, and to REST."""
    client, encoded = server.credentials.client(), quote(secret, safe="")
    on_the_wire = secret.encode().decode("latin-1")
    for url in (
        f"{ECHO}&q={encoded}",
        f"{ECHO}&{encoded}=q",
        f"/app/site/hosting/restlet.nl?script={encoded}&deploy={encoded}",
        f"/{encoded}",
        f"{REST}/{encoded}?q={encoded}",
    ):
        client.get(url)
        client.get(url, headers={"Authorization": signing.authorization(server)})
    for headers in ({}, {"Authorization": signing.authorization(server)}):
        client.get(ECHO, headers={"X-A": on_the_wire, "Cookie": f"a={on_the_wire}", **headers})
        client.post(ECHO, json={"a": secret, secret: ["a"]}, headers=headers)
        client.post(ECHO, data=secret.encode(), content_type="text/plain", headers=headers)
        client.post(ECHO, data=f"a={encoded}", content_type="application/x-www-form-urlencoded", headers=headers)


def headers_that_hold(server, secret):
    """The same for each parameter of a header, of a call to a RESTlet and of the flow's first step."""
    for name in HEADER:
        header = {"Authorization": signing.authorization(server, **{name: secret})}
        server.credentials.client().get(ECHO, headers=header)
        with contextlib.suppress(ValueError):  # a value that no header holds
            flow.ask(server, **{name: secret})
    flow.ask(server, oauth_callback=f"https://example.com/{quote(secret, safe='')}", oauth_verifier="spent")
    server.credentials.client().get(
        ECHO, headers={"Authorization": f"NLAuth nlauth_signature={quote(secret, safe='')}"}
    )


def passports_that_hold(server, secret):
    """The same for each field of a SOAP passport, and for a SOAP body."""
    token, client = server.token, server.credentials.client()
    bodies = [passports.right(token, body=f"<get>{secret}</get>")]
    for name in ("account", "consumerKey", "token", "nonce", "timestamp"):
        sent = passports.fields(token, **{name: secret})
        bodies += [passports.right(token, **{name: secret}), passports.envelope(passports.passport(sent, secret))]
    for body in bodies:
        client.post(passports.URL, data=body.encode(), content_type="text/xml", headers={"SOAPAction": "get"})


def requests_that_hold(call, secret):
    """What the console itself is asked, with the secret in it."""
    encoded = quote(secret, safe="")
    yield call("POST", "requests", {"url": f"{ECHO}&q={encoded}"})
    yield call(
        "POST", "requests", {"url": ECHO, "method": "POST", "body": json.dumps({"a": secret}, ensure_ascii=False)}
    )
    yield call("POST", "requests", {"url": "/x", "token": secret})
    yield call("POST", "faults", {"kind": secret})
    yield call("PATCH", f"{ACCOUNT}/roles/1005", {secret: True})
    yield call("GET", f"accounts/{encoded}")
    yield call("GET", f"attempts?status={encoded}")
    yield call("GET", encoded)


def answers(call, path):
    """Every answer to a GET of the table of operations."""
    parts = {"account": "1234567_SB1", "script": "customscript_echo", "deploy": "customdeploy_echo"}
    parts["name"] = NAMES.get(path.split("/")[2], "Default token") if "{name}" in path else ""
    ids = [attempt.id for attempt in call.server.audit_trail] if "{attempt}" in path else [0]
    for attempt in ids:
        yield call("GET", path.format_map(parts | {"attempt": attempt}))


def forms(secret):
    """A secret as JSON holds it, as it is, encoded, and encoded twice."""
    once = quote(secret, safe="")
    return [json.dumps(form)[1:-1] for form in (secret, once, quote(once, safe=""))]


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("send", [calls_that_hold, headers_that_hold, passports_that_hold])
def test_no_secret_that_a_client_sent_is_shown(call, send, kind):
    """By whatever operation reads."""
    secret = SECRETS[kind]
    send(call.server, secret)

    reads = [row.path for row in OPERATIONS if row.method == "GET" and row.path != "events"]
    shown = {path: [answer.text for answer in answers(call, path)] for path in reads}

    assert [] == [
        path for path, texts in shown.items() if any(form in text for form in forms(secret) for text in texts)
    ]
    assert [] == [path for path, texts in shown.items() if not texts]


@pytest.mark.parametrize("kind", SECRETS)
def test_no_secret_that_the_console_is_sent_comes_back(call, kind):
    """Neither in an answer nor in an error."""
    secret = SECRETS[kind]

    texts = [answer.text for answer in requests_that_hold(call, secret)]

    assert [] == [text for text in texts if any(form in text for form in forms(secret))]
