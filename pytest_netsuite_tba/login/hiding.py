"""Known secrets are taken out of whatever is shown: a client may send one where an id belongs, or in its URL."""

from __future__ import annotations

import dataclasses
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.encoding import percent_encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_netsuite_tba.account.records import Account

    from .facts import Facts
    from .verdict import Mistake

HIDDEN = "[secret]"
_LEAST_SECRET = 6  # characters; hiding a shorter text would tear every other text apart


class Hiding:
    """Takes the secrets that were known when a request was judged out of texts and mistakes."""

    def __init__(self, facts: Facts) -> None:
        texts: set[str] = set()
        for one in (*facts.known, *((facts.own,) if facts.own else ())):
            texts.update(*map(_forms, (one.consumer_secret, one.token_secret)))
        # A key or id that equals a secret would tear the ids out of every text.
        self._pattern = re.compile("|".join(map(re.escape, sorted(texts, key=len, reverse=True)))) if texts else None

    def text(self, text: str | None) -> str | None:
        """Give the text without the secrets, however often they were encoded."""
        return text if text is None or self._pattern is None else self._pattern.sub(HIDDEN, text)

    def mistake(self, one: Mistake) -> Mistake:
        """Give the mistake, its sentences without the secrets."""
        return dataclasses.replace(one, cause=self.text(one.cause) or "", cure=self.text(one.cure) or "")


def without_secrets(text: str, accounts: Mapping[str, Account]) -> str:
    """Give a text without the secrets that these accounts have now."""
    for account in accounts.values():
        for token in account.tokens.values():
            for form in (*_forms(token.secret), *_forms(token.integration.consumer_secret)):
                if form in text:
                    text = text.replace(form, HIDDEN)
    return text


@lru_cache(maxsize=1_024)
def _forms(secret: str) -> Iterable[str]:
    """Give a secret as it is, encoded, and encoded twice, the longest first; nothing of one that is too short."""
    once = _encoded(secret)
    forms = {secret, once, _encoded(once)}
    return tuple(sorted((one for one in forms if len(one) >= _LEAST_SECRET), key=len, reverse=True))


def _encoded(text: str) -> str:
    """Encode a text that may hold surrogates which stand for no byte."""
    try:
        return percent_encode(text)
    except ValueError:
        return text
