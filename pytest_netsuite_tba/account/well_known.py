"""Secrets that anybody can work out, as they are derived from names; and new ones in their place."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

from .records import Account, Integration, Token
from .users import Entity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .fields import Record

# The kind of record, the secret, and what makes a new one.
_SECRETS: tuple[tuple[str, str, Callable[[], str]], ...] = (
    ("integrations", "consumer_secret", lambda: secrets.token_hex(32)),
    ("tokens", "secret", lambda: secrets.token_hex(32)),
    ("entities", "password", lambda: secrets.token_hex(32)),
    ("entities", "two_factor_secret", lambda: base64.b32encode(secrets.token_bytes(20)).decode()),
)


def has_well_known_secrets(account: Account) -> bool:
    """Whether a secret of the account is the one that an account of this id and these names has by default."""
    return any(True for _ in _well_known(account))


def make_fresh(account: Account) -> None:
    """Put a random secret in the place of each that is well known; one that was given stays."""
    for record, field, fresh in list(_well_known(account)):
        setattr(record, field, fresh)


def _well_known(account: Account) -> Iterator[tuple[Record, str, str]]:
    """Each record with a well-known secret, the field that holds it, and a new one for it."""
    twin = Account(
        account.id,
        integrations=[Integration(name=name) for name in account.integrations],
        entities=[Entity(email=email) for email in account.entities],
        tokens=[Token(name=name) for name in account.tokens],
    )
    for kind, field, make in _SECRETS:
        for name, record in getattr(account, kind).items():
            if getattr(record, field) == getattr(getattr(twin, kind)[name], field):
                yield record, field, make()
