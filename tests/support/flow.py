"""Sends requests of the authorization flow and NLAuth headers, with any mistake in them, in-process."""

import json
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

from werkzeug.test import Client

from pytest_netsuite_tba import Account, NetSuiteServer
from pytest_netsuite_tba.oauth1.header import format_authorization
from pytest_netsuite_tba.oauth1.signature import base_string, base_uri, parameter_string, sign, signing_key

RESTLETS = "https://1234567-sb1.restlets.api.netsuite.com"
APP = "https://1234567-sb1.app.netsuite.com"
CALLBACK = "https://my.example.com/TBA/?callbackRequest"
NONCE = "bUvpxBX93OWo0FLswq5M"
VECTORS = {vector["name"]: vector for vector in json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))}


def send(netsuite, method, url, *, authorization=None, **more):
    """Send one request without following a redirect; headers are those given and no other."""
    parts = urlsplit(url)
    headers = {} if authorization is None else {"Authorization": authorization}
    headers |= more.pop("headers", {})
    return Client(netsuite.wsgi_app).open(
        parts.path,
        method=method,
        base_url=f"{parts.scheme}://{parts.netloc}",
        query_string=parts.query,
        headers=headers,
        **more,
    )


def header(netsuite, url, *, consumer_secret=None, token_secret="", realm="1234567_SB1", method="POST", **changed):
    """A right header of the flow but for what is changed; a value of None leaves that parameter out."""
    integration = netsuite.integration
    pairs = {
        "oauth_consumer_key": integration.consumer_key,
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": str(int(netsuite.clock.client_now())),
        "oauth_nonce": NONCE,
        "oauth_version": "1.0",
    } | changed
    signature = pairs.pop("oauth_signature", "")
    pairs = {name: value for name, value in pairs.items() if value is not None}
    parts = urlsplit(url)
    text = base_string(method, base_uri(parts.scheme, parts.netloc, parts.path), parameter_string(pairs.items()))
    secret = integration.consumer_secret if consumer_secret is None else consumer_secret
    if signature is not None:
        pairs["oauth_signature"] = signature or sign(text, signing_key(secret, token_secret))
    return format_authorization(pairs.items(), realm=realm)


def ask(netsuite, *, base=RESTLETS, **changed):
    """Step 1; gives the answer."""
    url = f"{base}/rest/requesttoken"
    return send(netsuite, "POST", url, authorization=header(netsuite, url, **({"oauth_callback": CALLBACK} | changed)))


def pairs_of(answer):
    """The pairs of a form-encoded answer."""
    assert (200, "application/x-www-form-urlencoded; charset=utf-8") == (answer.status_code, answer.content_type)
    return dict(parse_qsl(answer.text, strict_parsing=True))


def asked(netsuite, **changed):
    """Step 1, let in; gives the pairs of the answer."""
    return pairs_of(ask(netsuite, **changed))


def exchange(netsuite, token, verifier, *, base=RESTLETS, **changed):
    """Step 3 with the request token's pairs; gives the answer."""
    url = f"{base}/rest/accesstoken"
    right = {"oauth_token": token["oauth_token"], "oauth_verifier": verifier, "oauth_nonce": "wjRgXQPWhYtKl0A7bO8Z"}
    secrets = {"token_secret": token["oauth_token_secret"]}
    return send(netsuite, "POST", url, authorization=header(netsuite, url, **(secrets | right | changed)))


def nlauth(netsuite, **changed):
    """A right NLAuth header but for what is changed; a value of None leaves that parameter out."""
    pairs = {
        "nlauth_account": netsuite.account.id,
        "nlauth_email": netsuite.entity.email,
        "nlauth_signature": netsuite.entity.password,
    } | changed
    return "NLAuth " + ", ".join(
        f"{name}={quote(str(value), safe='')}" for name, value in pairs.items() if value is not None
    )


def refused(answer):
    """Status and code of a refused request, which is JSON, or has no body."""
    return answer.status_code, answer.json["error"]["code"] if answer.data else None


def last(netsuite):
    """What the trail says of the last request."""
    attempt = netsuite.audit_trail[-1]
    return attempt.status, attempt.detail, attempt.refusal and attempt.refusal.id


def set_(path, value):
    """Set one field of the records, named from the server on."""
    *owners, field = path.split(".")

    def arrange(netsuite):
        record = netsuite
        for owner in owners:
            record = getattr(record, owner)
        setattr(record, field, value)

    return arrange


def take_role_away(netsuite):
    netsuite.entity.take_role_away(netsuite.role)


def two_accounts(**customer):
    """A vendor's account, where the integration is, and a customer's without it."""
    vendor = Account("1111111")
    return NetSuiteServer(vendor, Account("2222222", integrations=[], tokens=[], **customer))
