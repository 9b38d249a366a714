"""Secrets are hidden as the records have them when a login is judged, however they came to be."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode, urlsafe_b64encode
from functools import reduce
from urllib.parse import quote, quote_plus

import pytest

from pytest_netsuite_tba import Account, Entity, Integration, Token
from pytest_netsuite_tba.fake.core import Fake
from pytest_netsuite_tba.login.hiding import Hiding
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.report.explanation import explanation

SECRET = "a-secret-of-thirty-two-letters!!"


def _set_token(fake: Fake, account: Account) -> None:
    account.tokens.first().secret = SECRET


def _set_integration(fake: Fake, account: Account) -> None:
    account.integrations.first().consumer_secret = SECRET


def _set_password(fake: Fake, account: Account) -> None:
    account.entities.first().password = SECRET


def _add_token(fake: Fake, account: Account) -> None:
    account.add_token(Token(name="another", secret=SECRET))


def _add_integration(fake: Fake, account: Account) -> None:
    account.add_integration(Integration(name="another", consumer_secret=SECRET))


def _add_entity(fake: Fake, account: Account) -> None:
    account.add_entity(Entity(email="another@example.com", password=SECRET))


def _restore(fake: Fake, account: Account) -> None:
    seed = account.copy()
    seed.tokens.first().secret = SECRET
    call(fake, account)
    fake.restore([seed])


CHANGES = [_set_token, _set_integration, _set_password, _add_token, _add_integration, _add_entity, _restore]


def call(fake: Fake, account: Account) -> str:
    """The URL of a call that has the secret in its query, as the trail shows it."""
    request = SignedRequest(method="GET", target=f"/app/site/hosting/restlet.nl?a={SECRET}", host=account.restlets_host)
    attempt = fake.call(request).attempt
    assert attempt is not None
    return attempt.url


@pytest.mark.parametrize("change", CHANGES)
def test_a_secret_that_the_records_got_since_the_last_login_is_hidden(change):
    account = Account()
    fake = Fake([account])
    assert call(fake, account).endswith(SECRET)

    change(fake, account)

    assert call(fake, account).endswith("?a=[secret]")


def test_a_text_that_is_no_secret_any_more_is_shown():
    account = Account()
    fake = Fake([account])
    account.tokens.first().secret = SECRET
    assert call(fake, account).endswith("?a=[secret]")

    account.delete_token(account.tokens.first())

    assert call(fake, account).endswith(SECRET)


LETTERS = "abcdefghijklmnopqrstuvwxyz012345"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (LETTERS, "[secret]"),
        (f"is {LETTERS}{LETTERS}.", "is [secret][secret]."),
        (LETTERS[:12], "[secret]"),
        (f"is {LETTERS[:12]}", "is [secret]"),
        (f"is '{LETTERS[:20]}' or", "is '[secret]' or"),
        (f"{LETTERS[:12]}, {LETTERS[:14]}, {LETTERS[:31]}, so", "[secret], [secret], [secret], so"),
        (LETTERS[:11], LETTERS[:11]),
        (f"{LETTERS[:12]}X", f"{LETTERS[:12]}X"),
        (f"{LETTERS[:15]}X!", f"{LETTERS[:15]}X!"),
        (f"{LETTERS[:12]}X is no {LETTERS[:13]}: no", f"{LETTERS[:12]}X is no [secret]: no"),
    ],
)
def test_a_secret_is_hidden_whole_and_where_it_was_cut(text, shown):
    """Twelve characters of it are a secret, but not where another word goes on: a key may begin like it."""
    assert shown == Hiding([LETTERS]).text(text)


def test_of_a_secret_that_holds_another_nothing_is_left():
    """The longer one is taken out first, whatever their order."""
    short, long = "open-sesame", "0open-sesame-and-more"

    assert "[secret] [secret]" == Hiding([short, long]).text(f"{long} {short}")


@pytest.mark.parametrize(("secret", "hidden"), [("abcde", False), ("abcdef", True)])
def test_a_secret_of_six_characters_is_hidden(secret, hidden):
    """A shorter one may be part of any word."""
    assert ("[secret]" if hidden else secret) == Hiding([secret]).text(secret)


@pytest.mark.parametrize(
    "spelt",
    ["a/b+c d~é'", "a%2Fb%2Bc%20d~%C3%A9%27", "a%2fb%2bc%20d~%c3%a9%27", "a%252Fb%252Bc%2520d~%25C3%25A9%2527",
     "a%2Fb%2Bc%20d~%C3%A9'", "a%2Fb%2Bc+d~%C3%A9%27"],
    ids=["raw", "RFC 3986", "lower case", "twice", "JavaScript", "form"],
)  # fmt: skip
def test_a_secret_is_hidden_in_each_spelling(spelt):
    """As encodeURIComponent, .NET and forms write it, and as it stands in a base string."""
    assert "<[secret]>" == Hiding(["a/b+c d~é'"]).text(f"<{spelt}>")


def _swapped(text: str) -> str:
    return re.sub("%(.)(.)", r"%\2\1", text)


def _halves(text: str) -> str:
    return text[len(text) // 2 :] + text[: len(text) // 2]


def _every_byte(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def encoded(text: str) -> str:
    return quote(text, safe="")


ODD = "a/b+c d~\u00e9'&<Q>\"=\\%"
PLAIN = "0a1b2c3d4e5f60718293a4b5c6d7e8f9fedcba98765432100123456789abcdef"
LETTERED = "ZZconsumerSECRET-2026"
SPELT = {
    "as it is": str,
    "once": encoded,
    "once, in small letters": lambda text: re.sub("%..", lambda found: found[0].lower(), encoded(text)),
    "twice": lambda text: encoded(encoded(text)),
    "twice, in small letters": lambda text: re.sub("%25..", lambda found: found[0].lower(), encoded(encoded(text))),
    "seven times": lambda text: reduce(lambda so_far, _: encoded(so_far), range(7), text),
    "all of it in small letters": lambda text: encoded(text).lower(),
    "all of it twice, in small letters": lambda text: encoded(encoded(text)).lower(),
    "all of it in capitals": lambda text: encoded(text).upper(),
    "a form": quote_plus,
    "a form, encoded": lambda text: encoded(quote_plus(text)),
    "a form, in small letters": lambda text: quote_plus(text).lower(),
    "a plus that was read as a blank": lambda text: text.replace("+", " "),
    "JavaScript": lambda text: quote(text, safe="!'()*~"),
    "with the tilde": lambda text: encoded(text).replace("~", "%7E"),
    "with the tilde, twice": lambda text: encoded(encoded(text).replace("~", "%7e")),
    "every byte": _every_byte,
    "the halves of each byte reversed": lambda text: _swapped(encoded(text)),
    "Python": lambda text: repr(text)[1:-1],
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON of PHP": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON, encoded": lambda text: encoded(json.dumps(text)[1:-1]),
    "XML": html.escape,
}
BESIDE = ["", "=", "%3D", "%25", "%2525", "100%", "x"]


@pytest.mark.parametrize("secret", [ODD, PLAIN, LETTERED])
@pytest.mark.parametrize("spelt", SPELT)
def test_a_secret_is_hidden_however_it_is_spelt(spelt, secret):
    """Whatever stands beside it; what stands beside it is left."""
    form = SPELT[spelt](secret)
    hides = Hiding([secret, "another-secret-of-the-account"])

    assert {beside: f"{beside}[secret]&x" for beside in BESIDE} == {
        beside: hides.text(f"{beside}{form}&x") for beside in BESIDE
    }


@pytest.mark.parametrize("times", range(5))
def test_a_secret_is_hidden_behind_a_percent_sign(times):
    """Whose own escape goes together with two digits that the secret begins with."""
    secret = "ab/12+cd~ef=34"
    shown = Hiding([secret]).text(reduce(lambda so_far, _: encoded(so_far), range(times), f"100%{secret}"))

    assert reduce(lambda so_far, _: encoded(so_far), range(times), "100%") + "[secret]" == shown


PACKED = {
    "base64": lambda text: b64encode(text).decode(),
    "base64 of a URL": lambda text: urlsafe_b64encode(text).decode().rstrip("="),
    "base64, encoded": lambda text: encoded(b64encode(text).decode()),
    "hex": bytes.hex,
    "hex in capitals": lambda text: text.hex().upper(),
}


@pytest.mark.parametrize("beside", ["Basic ", "a=", "x", "xx", "path/xxx"])
@pytest.mark.parametrize("before", ["", "k:", "key:", "consumer-key:"])
@pytest.mark.parametrize("secret", [ODD, PLAIN, LETTERED, "abc?>~def?>~"])
@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("others", [1, 200])
def test_a_secret_is_hidden_where_it_is_packed(packed, secret, before, beside, others):
    """As ``Basic`` has key and secret, wherever the secret begins: of what it is packed in, too little is left."""
    hides = Hiding([secret, *(f"{number}-another-secret" for number in range(others))])
    whole = PACKED[packed](f"{before}{secret}:x".encode())

    left = hides.text(f"{beside}{whole}, x").removeprefix(beside).removesuffix(", x")
    start, found, end = left.partition("[secret]")
    assert (True, True, True) == (whole.startswith(start), found != "", whole.endswith(end))
    assert len(start) + len(end) <= len(PACKED[packed](f"{before}:x".encode())) + 6


def test_both_halves_of_a_secret_are_hidden_in_any_order():
    hides = Hiding([PLAIN])

    assert "[secret]" == hides.text(_halves(PLAIN)).replace("[secret][secret]", "[secret]")
    assert "<[secret]>x<[secret]>" == hides.text(f"<{PLAIN[32:]}>x<{PLAIN[:32]}>")


@pytest.mark.parametrize("secret", ["x" + "\u00e9" * 16, "\u20ac" * 11, "x\U0001f600" * 8])
def test_no_half_of_a_character_is_left(secret):
    """Wherever a text was cut, and wherever the half of a secret begins."""
    hides = Hiding([secret])
    for at in range(len(secret)):
        assert "\ufffd" not in hides.text(f"<{secret[:at]}> {secret[at:]}").encode().decode("utf-8", "replace")
    for text in (secret, "\udcff\ud800" + secret):
        assert "[secret]" == hides.text(text).removeprefix("\udcff\ud800")


INNOCENT = [
    "GET /app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo HTTP/1.1",
    "oauth_version is '2.0', not '1.0'.", "Send oauth_signature_method HMAC-SHA256, and the token's secret in the key.",
    "100% of it; 5%25 +%2B+ %zz %", "Netsuite NETSUITE netsuite", "ZZConsumerSecret-2026 zZconsumerSECRET-2026",
    "0a1b2c3d4e5fOther", PLAIN[:11], PLAIN[1:12], "c" * 64, b64encode(b"key:password").decode(), "Basic Og==", "a/b c",
]  # fmt: skip


@pytest.mark.parametrize("text", INNOCENT)
@pytest.mark.parametrize("others", [1, 200])
def test_what_is_no_secret_is_left(text, others):
    """Neither a word of other capitals than a secret, nor what begins like it, nor what cannot be decoded."""
    secrets = [ODD, PLAIN, LETTERED, "NetSuite-2026", *(f"{number}-another-secret" for number in range(others))]

    assert text == Hiding(secrets).text(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("oauth_version is 's3cr', not '1.0'.", "oauth_version is '[secret]', not '1.0'."),
        ('OAuth realm="x", oauth_version="s3cr"', 'OAuth realm="x", oauth_version="[secret]"'),
        ("a&oauth_version%3Ds3cr%26oauth_token%3Ds", "a&oauth_version%3D[secret]%26oauth_token%3Ds"),
        ("a?oauth_signature_method=s3cr", "a?oauth_signature_method=[secret]"),
        ('{"oauth_signature_method": "s3cr"}', '{"oauth_signature_method": "[secret]"}'),
        ("algorithm is 's3cr', not", "algorithm is '[secret]', not"),
        ("oauth_version is 's3cre', and s3cr a word.", "oauth_version is 's3cre', and s3cr a word."),
    ],
)
def test_a_short_secret_is_hidden_where_a_login_says_it_by_name(text, shown):
    """Elsewhere it may be part of any word."""
    assert shown == Hiding(["s3cr"]).text(text)


def test_a_short_secret_in_the_version_is_shown_nowhere():
    """Neither by the cause nor by what is told of the whole attempt."""
    account = Account()
    account.tokens.first().secret = "s3cr"
    fake = Fake([account])
    for name in ("oauth_version", "oauth_signature_method"):
        header = 'OAuth realm="1234567_SB1", oauth_consumer_key="k", oauth_token="t", oauth_timestamp="1", '
        values = {"oauth_signature_method": "HMAC-SHA256", "oauth_version": "1.0"} | {name: "s3cr"}
        header += ", ".join(f'{key}="{value}"' for key, value in values.items())
        request = SignedRequest(
            method="GET", target=f"/app/site/hosting/restlet.nl?{name}=s3cr", host=account.restlets_host,
            headers=(("Authorization", f'{header}, oauth_nonce="nonce-1", oauth_signature="x"'),),
        )  # fmt: skip
        attempt = fake.call(request).attempt
        assert attempt is not None

        told = json.dumps(explanation(attempt, server_url="https://localhost", is_proxy=True, how_to_open="Open it"))
        assert (False, True) == ("s3cr" in told, "[secret]" in told)


def test_the_work_does_not_grow_with_the_secrets(monkeypatch):
    """Of a hundred secrets or ten thousand, which all begin alike, a text is compared with the same few."""
    compared = []
    monkeypatch.setattr(
        Hiding, "_is_form", lambda self, *pieces, real=Hiding._is_form: compared.append(1) or real(self, *pieces)
    )
    text = "token-secret-000000 token-secret- " * 20
    counts = []
    for many in (100, 10_000):
        compared.clear()
        Hiding([f"token-secret-{number:06}" for number in range(1, many)]).text(text)
        counts.append(len(compared))

    assert counts[0] == counts[1] <= 200


def test_the_work_grows_with_the_text_and_no_faster(monkeypatch):
    """Also where every place of it begins like a secret."""
    compared = []
    monkeypatch.setattr(
        Hiding, "_is_form", lambda self, *pieces, real=Hiding._is_form: compared.append(1) or real(self, *pieces)
    )
    hides = Hiding(["a" * 30 + "b"])
    counts = []
    for size in (1_000, 2_000, 4_000):
        compared.clear()
        assert hides.text("a" * size)
        counts.append(len(compared))

    assert counts[2] - counts[1] == 2 * (counts[1] - counts[0])


def test_no_text_stays_none():
    """An attempt without a detail has none after hiding either."""
    assert [None, "[secret]"] == [Hiding([LETTERS]).optional(text) for text in (None, LETTERS)]
