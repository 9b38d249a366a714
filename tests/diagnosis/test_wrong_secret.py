"""What is said where no mistake was found: what was tried, and how likely a wrong secret is."""

import pytest
from support.passports import NOW, URL, envelope, fields, passport

from pytest_netsuite_tba import Account, NetSuiteServer, Token
from pytest_netsuite_tba.captures.judge import Judge
from pytest_netsuite_tba.diagnosis.catalogue import CATALOGUE
from pytest_netsuite_tba.diagnosis.unexplained import what_was_tried
from pytest_netsuite_tba.diagnosis.wrong_secret import (
    EVIDENCE,
    SIGHTINGS_OF_OTHERS,
    SIGHTINGS_OF_WRONG_SECRETS,
    WRONG_SECRETS,
    suspicion,
)
from pytest_netsuite_tba.fake.core import Fake
from pytest_netsuite_tba.login import gate
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.login.verdict import roughly
from pytest_netsuite_tba.report.explanation import reading_lines

HOST = "https://1234567-sb1.restlets.api.netsuite.com"
ECHO = f"{HOST}/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"


@pytest.fixture
def account():
    made = Account()
    made.clock.freeze(NOW)
    return made


@pytest.fixture
def fake(account):
    return Fake([account])


def sent(fake, url=ECHO, *, secret=None, method="GET", content_type="", body=""):
    """The attempt that a request becomes; ``secret`` is the token's with which it is signed, where that differs."""
    (account,) = fake.accounts.values()
    tokens = {} if secret is None else {"tokens": [Token(secret=secret)]}
    own = NetSuiteServer(Account(clock=account.clock, **tokens)).credentials
    headers = (("Authorization", own.authorization(method, url)), ("Content-Type", content_type))
    return fake.judge(SignedRequest(method=method, target=url, host="", headers=headers, body=body.encode()))


def test_a_token_that_was_let_in_before_speaks_for_its_secrets(fake):
    """By the id of that attempt; one that never was speaks against them, but for the first of all: nothing is known then."""
    first = suspicion(sent(fake, secret="another").facts)
    never = suspicion(sent(fake, secret="another").facts)
    sent(fake)
    assert sent(fake).accepted
    before = suspicion(sent(fake, secret="another").facts)

    assert first.speaks_for == ()
    assert never.speaks_for == ("No request with this key and token was let in before.",)
    assert before.speaks_against == ("Attempt 4, with the same key, token and secrets, was let in.",)
    assert before.speaks_for == ()
    assert before.likelihood < 0.2 < never.likelihood


def test_secrets_that_were_changed_since_were_not_let_in(fake, account):
    """Nor are those of before the gate forgot."""
    sent(fake)
    token = account.tokens["Default token"]
    was, token.secret = token.secret, "rotated" * 8
    assert sent(fake).facts.let_in_before is None
    token.secret = was
    assert sent(fake, secret="another").facts.let_in_before == 1
    fake.gate.forget()
    assert sent(fake, secret="another").facts.let_in_before is None


def test_who_was_let_in_is_remembered_within_bounds(fake, account, monkeypatch):
    """Of many tokens the latest few."""
    monkeypatch.setattr(gate, "_MOST_LET_IN", 2)
    token = account.tokens["Default token"]
    secrets = [f"{number:064}" for number in range(3)]
    for secret in secrets:
        token.secret = secret
        assert sent(fake, secret=secret).accepted
    known = []
    for secret in secrets:
        token.secret = secret
        known.append(sent(fake, secret="another").facts.let_in_before)

    assert known == [None, 2, 3]


AGAINST = {
    "a quote": (f"{ECHO}&q=O%27Neil", {}, "encoders treat differently: '."),
    "a space and a colon": (f"{ECHO}&q=a+b%3A", {}, "encoders treat differently: a space, :."),
    "a path": (f"{HOST}/app/site/hosting/restlet.nl%21?script=1&deploy=1", {}, "The path holds characters"),
    "a repeated name": (f"{ECHO}&id=1&id=2", {}, "stands there twice or is empty: id."),
    "an empty value": (f"{ECHO}&id=", {}, "stands there twice or is empty: id."),
    "more parameters": (f"{ECHO}&a=1&b=2", {}, "beside script and deploy: a, b."),
    "a port": (f"{ECHO.replace('.com/', '.com:8443/')}", {}, "The URL has a port, 8443"),
    "a form": (
        ECHO,
        {"method": "POST", "body": "a=1", "content_type": "application/x-www-form-urlencoded"},
        "The body is a form",
    ),
}


@pytest.mark.parametrize("name", AGAINST)
def test_what_else_may_be_the_mistake_speaks_against(fake, name):
    """Each makes a wrong secret less likely than it is of a plain request."""
    url, more, said = AGAINST[name]
    sent(fake, secret="another")
    plain = suspicion(sent(fake, secret="another").facts)
    found = suspicion(sent(fake, url, secret="another", **more).facts)

    assert said in " ".join(found.speaks_against)
    assert found.likelihood < plain.likelihood


def test_the_figures_are_those_of_the_catalogue():
    """As far as the topics go that say what a signature is made of."""
    topics = ("encode", "url", "query", "parameters", "sort", "base-string", "key", "hmac")
    of_signatures = sum(entry.sightings for entry in CATALOGUE.values() if entry.topic in topics)
    wrong = sum(CATALOGUE[id].sightings for id in WRONG_SECRETS)

    assert wrong == SIGHTINGS_OF_WRONG_SECRETS
    assert SIGHTINGS_OF_OTHERS == pytest.approx(of_signatures, rel=0.1)
    assert all(factor > 0 and factor != 1 for factor, _, _ in EVIDENCE)


@pytest.mark.parametrize(
    ("likelihood", "words"),
    [
        (0.317, "about 1 in 3"),
        (0.0, "about 1 in 50"),
        (0.055, "about 1 in 20"),
        (0.5, "about 1 in 2"),
        (0.98, "about 9 in 10"),
        (1.0, "about 9 in 10"),
    ],
)
def test_a_likelihood_promises_no_more_than_is_known(likelihood, words):
    """No percentages of what was judged by rule of thumb."""
    assert roughly(likelihood) == words


TRIED = ("single mistakes", "likely pairs", "pairs")


@pytest.mark.parametrize(
    ("tried", "counts", "computed", "budget", "said"),
    [
        (
            TRIED, {"single mistakes": 412, "pairs": 30_872, "triples": 0}, 31_284, 1,
            ("No known mistake makes this signature: 31,284 were computed: every single mistake (412), every pair "
            "(30,872). To try more: --budget 4, .diagnose(budget=4)."),
        ),
        (
            (*TRIED, "triples"), {"single mistakes": 9, "pairs": 40, "triples": 50}, 99, 1,
            ("No known mistake makes this signature: 99 were computed: every single mistake (9), every pair (40), every "
            "triple (50)."),
        ),
        (
            TRIED[:2], {"single mistakes": 1_700, "pairs": 90, "triples": 8}, 1_798, 3,
            ("No known mistake makes this signature: 1,798 were computed: every single mistake (1,700), 90 pairs, the "
            "likeliest ones, 8 triples, the likeliest ones. To try more: --budget 12, .diagnose(budget=12)."),
        ),
        (
            (), {}, 1, 0,
            ("No mistake was found that makes this signature: 1 was computed. To try more: --budget 4, "
            ".diagnose(budget=4)."),
        ),
    ],
)  # fmt: skip
def test_what_was_tried_is_told_truly(tried, counts, computed, budget, said):
    """How many, which kinds, and how to go on."""
    assert what_was_tried(tried, counts, computed=computed, budget=budget) == said


@pytest.mark.exhaustive
@pytest.mark.whole  # a million candidates
def test_of_a_search_that_came_to_its_end_the_screen_says_how_likely(account):
    """A tokenPassport has few ways to be signed wrongly: all of them are tried."""
    token = account.tokens["Default token"]
    body = envelope(passport(fields(token), "A" * 43 + "=")).encode()
    request = SignedRequest(method="POST", target=URL, host="", headers=(("Content-Type", "text/xml"),), body=body)
    attempt = Judge([account]).judge(request)
    diagnosis = attempt.diagnose(budget=600)

    assert (attempt.detail, diagnosis.cut_short, diagnosis.tried[-1:]) == ("InvalidSignature", False, ("triples",))
    assert diagnosis.computed > 100
    assert diagnosis.wrong_secret.speaks_against == ()
    text = " ".join(" ".join(reading_lines(attempt)).split())
    assert text.startswith("What No known mistake explains this signature Why For a wrong secret: No request with")
    assert "A wrong token secret or consumer secret: about 1 in 2. Cure Paste both secrets again" in text
