"""Known secrets are taken out of whatever is shown: a client may send one where an id belongs, or in its URL."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.encoding import percent_encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pytest_netsuite_tba.account.records import Account

HIDDEN = "[secret]"
_LEAST_PASSWORD = 10  # characters: a shorter one may be a word of our own texts
_LEAST_SECRET = 6  # characters; hiding a shorter text would tear every other text apart


class Hiding:
    """Takes some secrets out of texts: as they are, encoded, and encoded twice.

    A key or id that equals a secret is no secret of ours: it would tear the ids out of every text.

    Args:
        secrets: consumer secrets and token secrets.
    """

    __slots__ = ("_forms",)

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets for form in _forms(secret)}
        self._forms = sorted(forms, key=len, reverse=True)  # a secret may hold another one

    def text(self, text: str) -> str:
        """The text without the secrets."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, HIDDEN)
        return text

    def optional(self, text: str | None) -> str | None:
        """The same for a text that may be None."""
        return None if text is None else self.text(text)


@lru_cache(maxsize=64)
def hiding(secrets: tuple[str, ...]) -> Hiding:
    """What hides these secrets; the same ones are asked for with every request."""
    return Hiding(secrets)


def secrets_of(accounts: Iterable[Account]) -> list[str]:
    """Every secret that these accounts have now; of passwords the long ones, as a short one may be a word."""
    found: list[str] = []
    for account in accounts:
        found += [integration.consumer_secret for integration in account.integrations.values()]
        for token in account.tokens.values():
            found += (token.secret, token.integration.consumer_secret)  # which may be another account's
        for entity in account.entities.values():
            found += [entity.password] if len(entity.password) >= _LEAST_PASSWORD else []
            found += [entity.two_factor_secret] if entity.two_factor_secret else []
    return found


def hider(accounts: Mapping[str, Account]) -> Callable[[str], str]:
    """What takes the secrets out of a text that these accounts have when it is called."""
    return lambda text: hiding(tuple(secrets_of(accounts.values()))).text(text)


@lru_cache(maxsize=1_024)
def _forms(secret: str) -> tuple[str, ...]:
    """A secret as it is, encoded, and encoded twice; nothing of one that is too short."""
    once = percent_encode(secret)
    return tuple(form for form in {secret, once, percent_encode(once)} if len(form) >= _LEAST_SECRET)
