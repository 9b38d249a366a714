"""Secrets that are derived from names are known for such, and random ones take their place."""

import pytest

from pytest_netsuite_tba import Account, Entity, Integration, Token
from pytest_netsuite_tba.account.well_known import has_well_known_secrets, make_fresh


def secrets_of(account):
    return {
        "consumer_secret": [integration.consumer_secret for integration in account.integrations.values()],
        "secret": [token.secret for token in account.tokens.values()],
        "password": [entity.password for entity in account.entities.values()],
        "two_factor_secret": [entity.two_factor_secret for entity in account.entities.values()],
    }


GIVEN = {"consumer_secret": "a" * 20, "secret": "b" * 20, "password": "c" * 20, "two_factor_secret": "GEZDGNBVGY3TQOJQ"}


def account_with(**given):
    """An account with these secrets; the others are derived."""
    return Account(
        integrations=[Integration(name="I", consumer_secret=given.get("consumer_secret", ""))],
        entities=[Entity(password=given.get("password", ""), two_factor_secret=given.get("two_factor_secret", ""))],
        tokens=[Token(name="T", secret=given.get("secret", ""))],
    )


@pytest.mark.parametrize("derived", [*GIVEN, None])
def test_a_secret_that_was_given_stays_and_one_that_was_derived_goes(derived):
    """Keys and ids are no secrets: they stay too."""
    account = account_with(**{name: value for name, value in GIVEN.items() if name != derived})
    ids = account.integrations.first().consumer_key, account.tokens.first().id
    before = secrets_of(account)
    assert (derived is not None) == has_well_known_secrets(account)

    make_fresh(account)

    after = secrets_of(account)
    assert {derived} - {None} == {name for name in after if after[name] != before[name]}
    assert ids == (account.integrations.first().consumer_key, account.tokens.first().id)
    assert not has_well_known_secrets(account)


def test_an_account_without_records_has_none():
    account = Account(integrations=[], entities=[], tokens=[])
    make_fresh(account)

    assert not has_well_known_secrets(account)
