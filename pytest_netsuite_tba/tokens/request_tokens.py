"""Request tokens: what the first step of the authorization flow makes, the second approves and the third spends."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.account.users import Entity, Role

KEPT = 10_000
CHARACTERS_KEPT = 16 * 1024 * 1024  # of callbacks and roles, as they were sent
FORMS_KEPT = 16  # pages of one request token that may be open at once


class User(NamedTuple):
    """One entity of one account."""

    account: Account
    entity: Entity


class Choice(NamedTuple):
    """One role of one entity of one account."""

    account: Account
    entity: Entity
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What the user allowed: one entity and role of one account."""

    account: Account = field(repr=False)
    entity: Entity = field(repr=False)
    role: Role = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenForm:
    """One page that was served and not sent back yet.

    Attributes:
        state: the ``state`` that the application sent along, or ``""``.
        users: who logged in, in each account where that address and password are a user's; empty on the log-in page.
        choice: what the user allowed, on the page that asks for its one-time code; else None.
    """

    state: str = ""
    users: tuple[User, ...] = field(default=(), repr=False)
    choice: Choice | None = field(default=None, repr=False)


@dataclass(slots=True, kw_only=True)
class RequestToken:
    """One request token.

    Attributes:
        id, secret: 64 hex digits each.
        consumer_key: of the integration that asked for it.
        home: the account whose integration record and clock it was made by.
        account: the account that the first step named; None where the user's log-in is to tell.
        callback: where the user is sent in the end.
        role: id of the role that the first step asked for, as sent; ``""`` where it did not.
        created: Unix seconds.
        approval: what the user allowed, or None.
        denied: the user clicked Deny.
        forms: the pages open for it, by their one-time value.
    """

    id: str = field(default_factory=lambda: secrets.token_hex(32))
    secret: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    consumer_key: str
    home: Account = field(repr=False)
    account: Account | None = field(default=None, repr=False)
    callback: str
    role: str = ""
    created: float
    approval: Approval | None = None
    denied: bool = False
    forms: dict[str, OpenForm] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> int:
        """How many characters of it the application sent."""
        return len(self.callback) + len(self.role)

    @property
    def expired(self) -> bool:
        """Whether it is older than ``Behaviour.request_token_seconds``, by the account's clock."""
        return self.home.clock.now() - self.created > self.home.behaviour.request_token_seconds

    @property
    def undecided(self) -> bool:
        """Whether the user may still allow or deny it."""
        return self.approval is None and not self.denied and not self.expired

    def open_form(self, form: OpenForm) -> str:
        """Note that a page is served; gives the unguessable value that must come back with it, once."""
        while len(self.forms) >= FORMS_KEPT:
            self.forms.pop(next(iter(self.forms)))
        key = secrets.token_urlsafe(32)
        self.forms[key] = form
        return key


class TokenUse(NamedTuple):
    """When a request token became an access token, and by which attempt."""

    time: datetime
    attempt: int


class RequestTokens:
    """The request tokens of one server, by id; the newest 10,000. Not thread-safe: the desk's lock is."""

    def __init__(self) -> None:
        self._tokens: dict[str, RequestToken] = {}
        self._characters = 0
        self._uses: dict[str, TokenUse] = {}  # as many

    def add(self, token: RequestToken) -> RequestToken:
        """Keep ``token``; the oldest go, where there are too many or their callbacks too long."""
        self._characters += token.size
        while self._tokens and (len(self._tokens) >= KEPT or self._characters > CHARACTERS_KEPT):
            self._forget(next(iter(self._tokens)))
        self._tokens[token.id] = token
        return token

    def _forget(self, id: str) -> None:
        forgotten = self._tokens.pop(id, None)
        self._characters -= 0 if forgotten is None else forgotten.size

    def find(self, id: str) -> RequestToken | None:
        """Find the request token of this id, in whatever state, or None."""
        return self._tokens.get(id)

    def spend(self, token: RequestToken, use: TokenUse) -> None:
        """Forget a token that was exchanged, but for when it was: it works once."""
        self._forget(token.id)
        if len(self._uses) >= KEPT:
            self._uses.pop(next(iter(self._uses)))
        self._uses[token.id] = use

    def use_of(self, id: str) -> TokenUse | None:
        """Look up when the request token of this id was exchanged; None where it was not, or nobody remembers."""
        return self._uses.get(id)

    def __len__(self) -> int:
        return len(self._tokens)
