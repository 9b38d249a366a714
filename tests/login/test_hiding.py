"""Secrets are hidden as the records have them when a login is judged, however they came to be."""

from __future__ import annotations

import pytest

from pytest_netsuite_tba import Account, Entity, Integration, Token
from pytest_netsuite_tba.fake.core import Fake
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
