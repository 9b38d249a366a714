"""Known secrets are taken out of whatever is shown: a client may send one where an id belongs, or in its URL."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from pytest_netsuite_tba.oauth1.encoding import percent_encode, to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pytest_netsuite_tba.account.records import Account

HIDDEN = "[secret]"
_LEAST_PASSWORD = 10  # characters: a shorter one may be a word of our own texts
_BEGINNING = 12  # characters of a secret that are one, where a text was cut
_MOST_ENCODED = 4  # times: twice in a right base string, and twice by mistake
_LEAST_SECRET = 6  # characters; hiding a shorter text would tear every other text apart


class Hiding:
    """Takes some secrets out of texts: as they are, and encoded up to four times.

    A key or id that equals a secret is no secret of ours: it would tear the ids out of every text.

    Args:
        secrets: consumer secrets and token secrets.
    """

    __slots__ = ("_beginnings", "_forms")

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets for form in _forms(secret)}
        self._forms = sorted(forms, key=len, reverse=True)  # a secret may hold another one
        self._beginnings = tuple({form[:_BEGINNING] for form in forms})

    def text(self, text: str) -> str:
        """The text without the secrets, whole or cut short."""
        if len(text) < _LEAST_SECRET or not any(map(text.__contains__, self._beginnings)):
            return text
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        for form in self._forms:
            if len(form) > _BEGINNING:
                text = _without_beginning(text, form)
        return text

    def optional(self, text: str | None) -> str | None:
        """The same for a text that may be None."""
        return None if text is None else self.text(text)


def _without_beginning(text: str, secret: str) -> str:
    """Hide where a text was cut within a secret: a beginning of it, after which no word goes on."""
    at = text.find(secret[:_BEGINNING])
    while at >= 0:
        end = at + _BEGINNING
        while end - at < len(secret) and text[end : end + 1] == secret[end - at]:
            end += 1
        if not text[end : end + 1].isalnum():
            text, end = f"{text[:at]}{HIDDEN}{text[end:]}", at + len(HIDDEN)
        at = text.find(secret[:_BEGINNING], end)
    return text


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

    def hide(text: str) -> str:
        try:
            secrets = secrets_of(accounts.values())
        except (AttributeError, TypeError, ValueError) as failed:  # a test broke them, as token.integration = None
            return f"(not shown: the secrets of the records cannot be read: {type(failed).__name__})"
        return hiding(tuple(secrets)).text(text)

    return hide


@lru_cache(maxsize=1_024)
def _forms(secret: str) -> tuple[str, ...]:
    """A secret as it is, encoded as clients do and as often, and as Python quotes it; nothing of one too short."""
    once = percent_encode(secret)
    lower = re.sub("%..", lambda found: found[0].lower(), once)
    others = (quote(to_bytes(secret), safe="!'()*~"), quote_plus(to_bytes(secret)), repr(secret)[1:-1])
    forms = {secret, *others}
    encoded = {once, lower}
    for _ in range(_MOST_ENCODED):
        forms |= encoded
        encoded = set(map(percent_encode, encoded))
    return tuple(form for form in forms if len(form) >= _LEAST_SECRET)
