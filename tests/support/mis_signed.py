"""Requests that a signer of its own signed wrongly, and what becomes of them at the fake."""

from urllib.parse import quote

from pytest_netsuite_tba import Account, Integration, Token
from pytest_netsuite_tba.fake.core import Fake
from pytest_netsuite_tba.login.facts import Facts, Secrets
from pytest_netsuite_tba.login.hiding import hiding
from pytest_netsuite_tba.login.refusals import find_refusal
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.report.explanation import reading_lines

from .mis_signers import WRONG, Signer
from .signing import HOST, NOW, PATH

# Whatever a mistake may stumble over: spaces both ways, escapes, repeated and empty values, é, an odd order.
QUERY = "script=customscript_orders&deploy=1&q=a%20b+c&r=2&r=10&empty=&c%40=x&c2=y&s=!'()*~&p=%2Fx%26y&n=caf%C3%A9"
BODY = b'{"id": 7, "lines": [1, 2], "note": "x y", "ok": true}'
CONSUMER_SECRET, TOKEN_SECRET = "consumer &+%é secret", "token &+%é secret"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
# What a mistake needs of the request besides; nothing for the others.
NEEDS = {
    "custom-port-dropped": {"host": f"{HOST}:8443"},
    "form-body-not-signed": {"method": "POST", "body": b"a=1&b=2", "content_type": FORM},
    "json-body-as-params": {"method": "POST", "body": BODY},
}
STAGE = {name: stage for name, (stage, _) in WRONG.items()}


def account(consumer_key="c" * 64, consumer_secret=CONSUMER_SECRET, token_id="d" * 64, token_secret=TOKEN_SECRET):
    """Two tokens of two integrations, the clock frozen."""
    made = Account(
        "1234567_SB1",
        integrations=[
            Integration(name="Shop", consumer_key=consumer_key, consumer_secret=consumer_secret),
            Integration(name="Other", consumer_key="e" * 64, consumer_secret="another consumer secret"),
        ],
        tokens=[
            Token(name="Shop token", id=token_id, secret=token_secret),
            Token(name="Other token", id="f" * 64, secret="another token secret"),
        ],
    )
    made.tokens["Other token"].integration = made.integrations["Other"]
    made.clock.freeze(NOW)
    return made


def signer(nonce="nonce+1234567890", *, method="GET", host=HOST, body=b"", content_type=JSON):
    oauth = {
        "oauth_consumer_key": "c" * 64,
        "oauth_token": "d" * 64,
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": str(NOW),
        "oauth_nonce": nonce,
        "oauth_version": "1.0",
    }
    return Signer(
        method=method,
        scheme="https",
        host=host,
        path=PATH,
        query=QUERY,
        header=oauth,
        consumer_secret=CONSUMER_SECRET,
        token_secret=TOKEN_SECRET,
        realm="1234567_SB1",
        form=body.decode() if content_type == FORM else "",
    )


def request(
    authorization, *, method="GET", host=HOST, body=b"", content_type=JSON, target=f"{PATH}?{QUERY}", agent="curl/8.5.0"
):
    headers = (("Host", host), ("User-Agent", agent), ("Content-Type", content_type), ("Authorization", authorization))
    return SignedRequest(method=method, target=target, host=host, headers=headers, body=body)


def judged(authorization, records=None, **sent):
    """The attempt, and the fake that it came to."""
    fake = Fake([records or account()])
    return fake.judge(request(authorization, **sent)), fake


def misled(*names):
    """Sign with these mistakes; give header, base string and what was sent."""
    sent = {}
    for name in names:
        sent |= NEEDS.get(name, {})
    # A signature without a plus shows nothing of a plus that was not encoded: take a nonce that makes one.
    for number in range(100):
        wrong = signer(f"nonce+{number:010}", **sent)
        for name in sorted(names, key=lambda name: STAGE[name] in {"query", "path"}):
            WRONG[name][1](wrong)
        header = wrong.authorization()
        if "signature-plus-not-encoded" not in names or "+" in header.rpartition("oauth_signature=")[2]:
            return header, wrong.base_string(), sent
    raise AssertionError("no signature has a plus")


def readings(diagnosis):
    """Every set of ids that the diagnosis offers, the main reading first."""
    return [{mistake.id for mistake in reading} for reading in (diagnosis.mistakes, *diagnosis.also_consistent)]


def diagnosed(wrong, *, path=PATH, query=QUERY, raw_nonce=False, budget=0.0):
    """The diagnosis of what a signer signed, sent to this path and query; quick parts of the search only."""
    header = wrong.authorization()
    if raw_nonce:
        header = header.replace(quote(wrong.header["oauth_nonce"], safe=""), wrong.header["oauth_nonce"])
    target = f"{path}?{query}" if query else path
    return judged(header, target=target)[0].diagnose(budget=budget)


def explanation_of(attempt):
    return " ".join(" ".join(reading_lines(attempt)).split())


def facts(sent, *, nonce="nonce+1234567890", secret=CONSUMER_SECRET, signature="bm9uZQ==", **changed):
    """What is known of a request (see ``request``), whatever it is, that was refused for its signature."""
    own = Secrets(
        name="Shop token", consumer_key="c" * 64, consumer_secret=secret, token_id="d" * 64, token_secret=TOKEN_SECRET
    )
    other = Secrets(
        name="Other token", consumer_key="e" * 64, consumer_secret="another", token_id="f" * 64, token_secret="secret"
    )
    parameters = {"realm": "1234567_SB1"} | signer(nonce).header | {"oauth_signature": signature} | changed
    return Facts(
        request=sent, row=find_refusal("InvalidSignature"), hiding=hiding(()), now=NOW, account="1234567_SB1", parameters=parameters,
        own=own, known=(own, other),
    )  # fmt: skip
