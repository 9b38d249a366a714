"""Secrets are hidden as the records have them when a login is judged, however they came to be."""

from __future__ import annotations

import pytest

from pytest_netsuite_tba import Account, Entity, Integration, Token
from pytest_netsuite_tba.fake.core import Fake
from pytest_netsuite_tba.login.hiding import Hiding
from pytest_netsuite_tba.login.request import SignedRequest

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


def test_no_text_stays_none():
    """An attempt without a detail has none after hiding either."""
    assert [None, "[secret]"] == [Hiding([LETTERS]).optional(text) for text in (None, LETTERS)]
