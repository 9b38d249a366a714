"""The audit trail over HTTP: filtered, waited for, and as a stream of server-sent events."""

from __future__ import annotations

import json
import math
import threading
import time
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pytest_netsuite_tba.account.clock import unix_seconds
from pytest_netsuite_tba.account.fields import nearest
from pytest_netsuite_tba.account.forks import free_in_child
from pytest_netsuite_tba.account.history import DEFAULT_HISTORY
from pytest_netsuite_tba.diagnosis.catalogue import CATALOGUE
from pytest_netsuite_tba.fake.governor import Governor
from pytest_netsuite_tba.login.refusals import BY_ID, DETAILS
from pytest_netsuite_tba.login.refusals.token_endpoints import BY_TOKEN_ID, TOKEN_DETAILS

from .answers import ApiError
from .openapi import QueryParameter
from .schemas import ATTEMPT, COUNT, NUMBER, TEXT, WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.server.server import NetSuiteServer

POLL_SECONDS = 0.1  # how soon a stop of the server, or a client that left, is noticed
MOST_WAIT_SECONDS = 60
DEFAULT_WAIT_SECONDS = 10
DEFAULT_LIMIT = 100
_COMMENT_SECONDS = 15.0  # a proxy between may close what is silent
_MOST_PENDING = 16 * 1024 * 1024  # bytes of events; a reader that is further behind is let go, and comes back
_WAITING = ("", "waiting", "")
_MOST = 10**9  # of what is counted
_REFUSALS = {**BY_ID, **BY_TOKEN_ID}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which attempts are asked for, how many of the newest, and how long to wait for ``wait_for`` of them."""

    status: str | None = None
    detail: str | None = None
    account: str | None = None
    since: float = -math.inf
    until: float = math.inf
    after: int = 0
    limit: int = DEFAULT_LIMIT
    diagnosis: bool = True
    wait_for: int = 0
    timeout: float = DEFAULT_WAIT_SECONDS

    def matches(self, attempt: LoginAttempt) -> bool:
        """Whether the attempt is asked for; by a mistake, where that is known: nothing is searched."""
        return (
            attempt.id > self.after
            and self.status in {None, attempt.status}
            and self.account in {None, attempt.account}
            and self.since <= attempt.time.timestamp() <= self.until
            and (
                self.detail in {None, attempt.detail, attempt.code, attempt.refusal and attempt.refusal.id}
                or (self.detail in CATALOGUE and self.detail in _mistakes(attempt))
            )
        )


def _mistakes(attempt: LoginAttempt) -> set[str]:
    diagnosis = None if attempt.accepted else attempt.diagnosis_within(budget=0)
    return set() if diagnosis is None else {mistake.id for mistake in diagnosis.mistakes}


# -- the query string --------------------------------------------------------------------------------------------


def _choice(text: str, valid: Iterable[str]) -> str:
    if text not in valid:
        raise ValueError(nearest(text, valid))
    return text


def _detail(text: str, server: NetSuiteServer) -> str:
    """Read whatever may be asked for as a detail: a script's own error has a code that only the trail knows."""
    codes = [holder.code for holder in (*_REFUSALS.values(), *server.audit_trail) if holder.code]
    return _choice(text, dict.fromkeys((*DETAILS, *TOKEN_DETAILS, *_REFUSALS, *CATALOGUE, *codes)))


def _moment(text: str, _: NetSuiteServer) -> float:
    try:
        seconds = float(text) if text.replace(".", "", 1).isdecimal() else unix_seconds(text)
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds):
        raise ValueError("expected ISO 8601 as in '2026-09-21T14:13:20Z', or Unix seconds")
    return seconds


def _reachable(count: int, server: NetSuiteServer) -> int:
    if count > server.audit_trail.limit:
        raise ValueError(f"expected a whole number from 1 to {server.audit_trail.limit}: the trail keeps no more")
    return count


PARAMETERS = {
    "status": QueryParameter("Of the login.", ATTEMPT["status"]),
    "detail": QueryParameter(
        "The audit trail's Detail, or the id of a refusal, a public error code, or the id of a mistake that is known.",
        TEXT,
        _detail,
    ),
    "account": QueryParameter("Id of the account called.", TEXT, lambda text, server: _choice(text, server.accounts)),
    "since": QueryParameter("NetSuite's time from which on, as 2026-09-21T14:13:20Z or Unix seconds.", TEXT, _moment),
    "until": QueryParameter("NetSuite's time up to which.", TEXT, _moment),
    "after": QueryParameter("Only attempts with a higher id.", WHOLE | {"minimum": 0, "maximum": _MOST}),
    "limit": QueryParameter("At most so many, the newest.", COUNT | {"maximum": _MOST, "default": DEFAULT_LIMIT}),
    "diagnosis": QueryParameter(
        "Whether it says of the mistakes what is known: by opening an attempt, or without a search.",
        {"enum": ["true", "false"], "default": "true"},
        lambda text, _: text == "true",
    ),
    "wait_for": QueryParameter(
        "Wait until so many match.", WHOLE | {"minimum": 1, "maximum": DEFAULT_HISTORY}, _reachable
    ),
    "timeout": QueryParameter(
        "Seconds to wait at most; then the answer says timed_out.",
        NUMBER | {"minimum": 0, "maximum": MOST_WAIT_SECONDS, "default": DEFAULT_WAIT_SECONDS},
    ),
}


OPENING = {
    "search": QueryParameter(
        "Whether its mistake is searched for; without, it says what is known.",
        {"enum": ["true", "false"], "default": "true"},
        lambda text, _: text == "true",
    ),
}


def wants_search(given: Mapping[str, str], server: NetSuiteServer) -> bool:
    """Read the query string that opens an attempt: whether its mistake is to be searched for.

    Raises:
        ApiError: as :func:`query_of`.
    """
    return bool(_values_of(given, OPENING, server).get("search", True))


def query_of(given: Mapping[str, str], server: NetSuiteServer) -> Query:
    """Read the parameters of a query string.

    Raises:
        ApiError: one is unknown, or its value is not valid; names it and what is.
    """
    return Query(**_values_of(given, PARAMETERS, server))


def _values_of(
    given: Mapping[str, str], parameters: Mapping[str, QueryParameter], server: NetSuiteServer
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, text in given.items():
        if name not in parameters:
            raise ApiError(400, f"unknown parameter {name[:80]!r}; {nearest(name, parameters)}", path=name[:80])
        try:
            values[name] = parameters[name].value_of(text, server)
        except ValueError as error:
            raise ApiError(400, f"{text[:80]!r} is not valid; {error}", path=name) from None
    return values


# -- the trail ---------------------------------------------------------------------------------------------------


def undiagnosed(attempt: LoginAttempt) -> dict[str, Any]:
    """An attempt as JSON holds it, without its diagnosis: nothing is looked for."""
    return replace(attempt, facts=None).as_dict(budget=0) | {"diagnosis": None}


@dataclass(eq=False, slots=True)
class _Reader:
    """A stream that runs, and the events that it has still to send."""

    events: deque[bytes] = field(default_factory=deque)
    size: int = 0

    def add(self, event: bytes) -> bool:
        """Take an event, unless there are too many."""
        self.size += len(event)
        self.events.append(event)
        return self.size <= _MOST_PENDING

    def take(self) -> bytes:
        """The oldest event; ``b""`` where there is none."""
        event = self.events.popleft() if self.events else b""
        self.size -= len(event)
        return event


class Trail:
    """Reads a server's audit trail, and tells whoever listens of each new attempt.

    Attributes:
        answered_here: its ``attempt`` is the latest that the present thread answered.
    """

    def __init__(self, server: NetSuiteServer) -> None:
        self._server = server
        self._told = free_in_child(threading.Condition())
        self._readers: set[_Reader] = set()
        self._governor = Governor()
        self.answered_here = threading.local()
        server.audit_trail.watchers.append(self._note)

    def _note(self, attempt: LoginAttempt) -> None:
        self.answered_here.attempt = attempt
        self.announce("attempt", attempt)

    def announce(self, event: str, attempt: LoginAttempt | None = None) -> None:
        """Tell all listeners of an ``attempt``, or that something else changed: ``records`` or ``cleared``."""
        told = b""
        if self._readers:
            data = {} if attempt is None else undiagnosed(attempt)
            told = f"event: {event}\ndata: {json.dumps(data)}\n\n".encode("ascii")
        with self._told:
            self._readers = {reader for reader in self._readers if reader.add(told)}
            self._told.notify_all()

    def read(self, query: Query) -> dict[str, Any]:
        """Return the attempts that match, oldest first, once there are enough of them or the time is over."""
        matching = self._matching(query)
        if len(matching) < query.wait_for:
            matching = self._wait(query)
        return {
            "attempts": [
                attempt.as_dict(budget=0) if query.diagnosis else undiagnosed(attempt)
                for attempt in matching[-query.limit :]
            ],
            "matching": len(matching),
            "dropped": self._server.audit_trail.dropped,
            "timed_out": len(matching) < query.wait_for,
        }

    def _wait(self, query: Query) -> list[LoginAttempt]:
        """Wait until enough attempts match, or the time is over; those that match then.

        Raises:
            ApiError: as many wait already as there may be streams.
        """
        most = self._server.limits.streams
        place = self._governor.take(_WAITING, most)
        if place is None:
            raise ApiError(503, f"{most} requests wait for attempts already; ask again later, or without wait_for")
        deadline = time.monotonic() + query.timeout
        try:
            while not self._server.faults.stopped.is_set():
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                with self._told:  # what is answered just now is seen the next time
                    self._told.wait(min(left, POLL_SECONDS))
                matching = self._matching(query)
                if len(matching) >= query.wait_for:
                    return matching
            return self._matching(query)
        finally:
            self._governor.give_back([place])

    def _matching(self, query: Query) -> list[LoginAttempt]:
        return [attempt for attempt in list(self._server.audit_trail) if query.matches(attempt)]

    def find(self, id: int) -> LoginAttempt:
        """Return the attempt with this id.

        Raises:
            ApiError: it is not (or no longer) here.
        """
        for attempt in reversed(list(self._server.audit_trail)):
            if attempt.id == id:
                return attempt
        raise ApiError(404, f"no attempt {id} is in the audit trail; it was cleared, or dropped, or has yet to come")

    def events(self) -> Iterator[bytes]:
        """Stream server-sent events until the reader leaves or the server stops.

        ``attempt`` holds an attempt without its diagnosis; ``records`` and ``cleared`` hold nothing. ``b""``
        comes between, so that the listener can look whether anybody still reads. It listens from its first part on.
        """
        mine = _Reader()
        with self._told:
            self._readers.add(mine)
        try:
            yield b"retry: 1000\n\n"
            silent = 0.0
            while not self._server.faults.stopped.is_set() and mine in self._readers:
                with self._told:
                    if not mine.events:
                        self._told.wait(POLL_SECONDS)
                    event = mine.take()
                if not event:
                    silent += POLL_SECONDS
                    event = b": nothing new\n\n" if silent >= _COMMENT_SECONDS else b""
                    silent %= _COMMENT_SECONDS
                yield event
        finally:
            with self._told:
                self._readers.discard(mine)
