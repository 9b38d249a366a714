"""Each mistake of a TokenPassport is named, alone and in pairs, and proven by making its signature again."""

import base64
import hashlib
import hmac
import itertools
import json
import random
import subprocess
from dataclasses import dataclass
from urllib.parse import quote

import pytest
import requests
from support import mis_signed
from support.passports import HOST, NOW, PATH, URL, envelope, fields, passport, right

from pytest_netsuite_tba import Account, NetSuiteServer, explain
from pytest_netsuite_tba.cli import main
from pytest_netsuite_tba.console import Console
from pytest_netsuite_tba.diagnosis.pipeline import pipeline_of
from pytest_netsuite_tba.diagnosis.search import search
from pytest_netsuite_tba.fake.core import Fake
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.services.envelopes import read_envelope

CONSUMER_SECRET, TOKEN_SECRET = "c0" * 32, "d1" * 32


def account():
    """Its keys and ids are of upper-case letters, so that lower case is a mistake."""
    return mis_signed.account("AB" * 32, CONSUMER_SECRET, "CD" * 32, TOKEN_SECRET)


@dataclass
class PassportSigner:
    """Every stage of a passport's signature as a field: the defaults are right. Written from Oracle's text alone."""

    sent: dict
    account: str = ""
    order: tuple = ("account", "consumerKey", "token", "nonce", "timestamp")
    by: str = "&"
    inner: object = staticmethod(lambda text: text)
    outer: object = staticmethod(lambda text: text)
    base: str = ""
    consumer_secret: str = CONSUMER_SECRET
    token_secret: str = TOKEN_SECRET
    key: object = staticmethod(lambda a, b: f"{a}&{b}")
    digest: object = staticmethod(lambda key, base: hmac.digest(key, base, "sha256"))
    text: object = staticmethod(lambda raw: base64.b64encode(raw).decode())

    def base_string(self):
        values = self.sent | {"account": self.account or self.sent["account"]}
        return self.base or self.outer(self.by.join(self.inner(values[name]) for name in self.order))

    def envelope(self):
        key = self.key(self.consumer_secret, self.token_secret)
        return envelope(passport(self.sent, self.text(self.digest(key.encode(), self.base_string().encode()))))


def change(**changed):
    return lambda signer: [setattr(signer, name, value) for name, value in changed.items()]


def as_oauth(signer):
    sent = signer.sent
    pairs = {
        "oauth_consumer_key": sent["consumerKey"],
        "oauth_nonce": sent["nonce"],
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": sent["timestamp"],
        "oauth_token": sent["token"],
        "oauth_version": "1.0",
    }
    joined = "&".join(f"{name}={quoted(value)}" for name, value in sorted(pairs.items()))
    signer.base = f"POST&{quote(URL, safe='')}&{quote(joined, safe='')}"


def hyphen(signer):
    signer.sent["account"] = "1234567-sb1"


def lower_case(signer):
    signer.sent["account"] = "1234567_sb1"


def quoted(text):
    return quote(text, safe="")


# name -> (stage, id of the mistake, what is done wrong). The ids are those of the survey.
ORDER, SHAPE = "soap-base-string-wrong-order", "soap-namespace-or-format"
WRONG = {
    "account in lower case": ("account", "soap-account-spelling", lower_case),
    "account with a hyphen": ("account", "soap-account-spelling", hyphen),
    "account signed in lower case": ("account", "soap-account-spelling", change(account="1234567_sb1")),
    "token before key": ("order", ORDER, change(order=("account", "token", "consumerKey", "nonce", "timestamp"))),
    "timestamp before nonce": ("order", ORDER, change(order=("account", "consumerKey", "token", "timestamp", "nonce"))),
    "account last": ("order", ORDER, change(order=("consumerKey", "token", "nonce", "timestamp", "account"))),
    "no account": ("order", ORDER, change(order=("consumerKey", "token", "nonce", "timestamp"))),
    "no timestamp": ("order", ORDER, change(order=("account", "consumerKey", "token", "nonce"))),
    "no separator": ("separator", ORDER, change(by="")),
    "commas": ("separator", ORDER, change(by=",")),
    "bars": ("separator", ORDER, change(by="|")),
    "fields encoded": ("encoding", ORDER, change(inner=quoted)),
    "whole encoded": ("encoding", ORDER, change(outer=quoted)),
    "upper case": ("encoding", ORDER, change(inner=str.upper)),
    "OAuth base string": ("order", "rest-base-string-for-soap", as_oauth),
    "key swapped": ("key", "key-swapped", change(key=lambda a, b: f"{b}&{a}")),
    "no ampersand": ("key", "key-no-ampersand", change(key=lambda a, b: a + b)),
    "one secret": ("key", "key-consumer-secret-only", change(key=lambda a, _: f"{a}&")),
    "line feed pasted": ("secrets", "secret-with-whitespace", change(token_secret=TOKEN_SECRET + "\n")),
    "other secrets": (
        "secrets",
        "wrong-secret-pair",
        change(
            consumer_secret="another consumer secret",
            token_secret="another token secret",
        ),
    ),
    "SHA-1": ("digest", "method-declared-differs", change(digest=lambda key, base: hmac.digest(key, base, "sha1"))),
    "no HMAC": ("digest", "hmac-misused", change(digest=lambda key, base: hashlib.sha256(base).digest())),
    "hex": ("text", "digest-hex", change(text=lambda raw: raw.hex())),
    "no padding": (
        "text",
        "digest-base64-variant",
        change(text=lambda raw: base64.b64encode(raw).decode().rstrip("=")),
    ),
    "a colon": ("text", SHAPE, change(text=lambda raw: base64.b64encode(raw).decode() + ":")),
}
# Pairs that cannot both be seen: the first leaves nothing of what the second spoils.
HIDES = {
    ("OAuth base string", "account signed in lower case"): "no account is signed",
    ("OAuth base string", "no separator"): "there is none",
    ("OAuth base string", "commas"): "there is none",
    ("OAuth base string", "bars"): "there is none",
    ("OAuth base string", "fields encoded"): "it has an encoding of its own",
    ("OAuth base string", "whole encoded"): "it has an encoding of its own",
    ("OAuth base string", "upper case"): "it has an encoding of its own",
    ("OAuth base string", "account in lower case"): "no account is signed",
    ("OAuth base string", "account with a hyphen"): "no account is signed",
    ("no account", "account in lower case"): "no account is signed",
    ("no account", "account with a hyphen"): "no account is signed",
    ("no account", "account signed in lower case"): "no account is signed",
    ("upper case", "account in lower case"): "all is upper case",
    ("upper case", "account signed in lower case"): "all is upper case",
    ("no HMAC", "key swapped"): "there is no key",
    ("no HMAC", "no ampersand"): "there is no key",
    ("no HMAC", "one secret"): "there is no key",
    ("no HMAC", "line feed pasted"): "there is no key",
    ("no HMAC", "other secrets"): "there is no key",
    ("one secret", "line feed pasted"): "that secret is not in the key",
    ("other secrets", "key swapped"): "the signer makes the key once",
    ("other secrets", "no ampersand"): "the signer makes the key once",
    ("other secrets", "one secret"): "the signer makes the key once",
}


def request(body):
    """A captured call, its envelope read as a server does."""
    made = SignedRequest(
        method="POST",
        target=PATH,
        host=HOST,
        headers=(("Host", HOST), ("Content-Type", "text/xml")),
        body=body.encode(),
    )
    made.envelope, _ = read_envelope(made.body)
    return made


def judged(body, fake=None):
    fake = fake or Fake([account()])
    return fake.judge(request(body)), fake


def misled(*names, nonce="n+/=1234567890"):
    """Sign with these mistakes; give the signer and the envelope."""
    signer = PassportSigner(fields(account().tokens["Shop token"], nonce=nonce))
    for name in sorted(names, key=lambda name: WRONG[name][0] == "order"):
        WRONG[name][2](signer)
    return signer, signer.envelope()


def readings(diagnosis):
    return [{mistake.id for mistake in reading} for reading in (diagnosis.mistakes, *diagnosis.also_consistent)]


def test_the_right_passport_is_let_in():
    """What the signer of these tests makes without a mistake is right."""
    assert judged(misled()[1])[0].accepted


@pytest.mark.parametrize("name", WRONG)
def test_every_mistake_is_named(name):
    """The signature is made again with the mistake, and the passport given beside it is let in."""
    signer, body = misled(name)
    attempt, fake = judged(body)
    diagnosis = attempt.diagnose(budget=60)

    assert "InvalidSignature" == attempt.detail
    assert diagnosis.proven
    assert {WRONG[name][1]} in readings(diagnosis)
    assert signer.base_string() == diagnosis.signed_base_string
    assert f"1234567_SB1&{'AB' * 32}&{'CD' * 32}&n+/=1234567890&{NOW}" == diagnosis.expected_base_string
    assert judged(envelope(diagnosis.corrected_authorization), fake)[0].accepted


def sensible_pairs():
    for pair in itertools.combinations(WRONG, 2):
        first, second = (WRONG[name][0] for name in pair)
        if first != second and pair not in HIDES and pair[::-1] not in HIDES:
            yield pair


PAIR_PARTS = 20  # one in each day's run


@pytest.mark.parametrize(
    "part",
    [0, *(pytest.param(number, marks=(pytest.mark.exhaustive, pytest.mark.whole)) for number in range(1, PAIR_PARTS))],
)
def test_every_sensible_pair_is_named(part):
    """The search finds it within the usual work."""
    missed = []
    for pair in itertools.islice(sensible_pairs(), part, None, PAIR_PARTS):
        _, body = misled(*pair)
        diagnosis = judged(body)[0].diagnosis
        found = readings(diagnosis)
        if {WRONG[name][1] for name in pair} not in found:
            missed.append((pair, found[:3]))

    assert not missed, missed


def test_there_are_many_sensible_pairs():
    assert 180 < len(list(sensible_pairs()))


@pytest.mark.parametrize(
    "pair", [("account in lower case", "hex"), ("no account", "one secret"), ("OAuth base string", "key swapped")]
)
def test_a_pair_from_the_envelope_to_the_report(pair):
    """The search itself finds it."""
    diagnosis = judged(misled(*pair)[1])[0].diagnose(budget=60)

    assert diagnosis.proven
    assert {WRONG[name][1] for name in pair} in readings(diagnosis)


def test_no_false_proof():
    """No random signature is among the candidates."""
    chance = random.Random(20260921)
    kept = judged(misled("hex")[1])[0].facts
    for _ in range(5):
        pipeline = pipeline_of(kept)
        pipeline.received = base64.b64encode(chance.randbytes(32)).decode()
        found = search(pipeline, budget=0.1)
        assert ((), True) == (found.recipes, found.made > 5_000)


def test_a_passport_that_comes_again():
    """One passport for several requests is called so."""
    body = misled()[1]
    _, fake = judged(body)

    assert ["memoised-passport"] == [mistake.id for mistake in judged(body, fake)[0].diagnosis.mistakes]


def test_the_report_has_the_passport_to_send():
    """No header is shown where none is wanted."""
    text = judged(misled("key swapped")[1])[0].diagnosis.render(width=100)

    assert "<m:tokenPassport" in text
    assert "Authorization" not in text
    assert CONSUMER_SECRET not in text


def test_the_command_has_the_passport_to_send(tmp_path):
    """The explanation's curl command, run by bash, is let in; the one as it was sent is not."""
    with NetSuiteServer(account()) as server:
        server.console = Console(server)
        body = misled("hex")[1]
        url = f"{server.url}{PATH}"
        requests.post(url, data=body.encode(), headers={"Content-Type": "text/xml"}, timeout=30)
        explained = requests.get(f"{server.url}/__admin/attempts/1/explanation", timeout=30).json()
        commands = {command["title"]: command["command"] for command in explained["commands"]}
        for title in ("The request as it was sent", "With the right tokenPassport"):
            subprocess.run(["bash", "-c", commands[title]], capture_output=True, check=True, timeout=60)

        assert ([], ["Failure", "Failure", "Success"]) == (
            explained["stages"],
            [attempt.status for attempt in server.audit_trail],
        )


# -- explain -----------------------------------------------------------------------------------------------------


def raw(body):
    length = len(body.encode())
    head = f'POST {PATH} HTTP/1.1\nHost: {HOST}\nContent-Type: text/xml\nContent-Length: {length}\nSOAPAction: "getServerTime"'
    return f"{head}\n\n{body}"


def curl(body):
    return f"curl '{URL}' -H 'Content-Type: text/xml' --data-binary '{body}'"


def har(body):
    entry = {
        "request": {
            "method": "POST",
            "url": URL,
            "headers": [{"name": "Host", "value": HOST}],
            "postData": {"mimeType": "text/xml", "text": body},
        }
    }
    return json.dumps({"log": {"entries": [entry]}})


@pytest.mark.parametrize("captured", [raw, curl, har])
def test_explain_reads_a_captured_soap_call(captured):
    """Raw HTTP, curl or HAR: judged on the soap channel, at the time of its own timestamp."""
    assert explain(captured(misled()[1]), account()).accepted
    attempt = explain(captured(misled("account in lower case")[1]), account())

    assert ("soap", "InvalidSignature") == (attempt.channel, attempt.detail)
    assert ["soap-account-spelling"] == [mistake.id for mistake in attempt.diagnosis.mistakes]


def test_the_command_explains_without_secrets(tmp_path, capsys):
    """Without the secrets it says what the passport alone shows; a right one is not judged."""
    file = tmp_path / "call.txt"
    file.write_text(raw(misled("hex")[1]), "utf-8")
    assert 2 == main(["explain", "--no-secrets", str(file)])
    assert "signature was not checked" in capsys.readouterr().out
    file.write_text(raw(right(account().tokens["Shop token"], nonce=None)), "utf-8")
    assert 1 == main(["explain", "--no-secrets", "--json", str(file)])
    found = json.loads(capsys.readouterr().out)
    assert ("soap", "MissingTokenPassportRequiredFields") == (found["channel"], found["detail"])


def test_a_rest_path_is_judged_on_the_rest_channel():
    """Web services have permissions and details of their own; a Web Services Only role is let in there."""
    url = f"https://{HOST}/services/rest/record/v1/customer"
    records = Account()
    records.clock.freeze(NOW)
    records.roles[1005].web_services_only = True
    header = NetSuiteServer(records).credentials.authorization("GET", url)

    attempt = explain(f"GET {url} HTTP/1.1\nHost: {HOST}\nAuthorization: {header}\n\n", records)

    assert ("rest", True) == (attempt.channel, attempt.accepted)
