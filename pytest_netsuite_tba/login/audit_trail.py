"""The Login Audit Trail: one attempt a request, and what the test announced of them."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pytest_netsuite_tba.account.fields import nearest
from pytest_netsuite_tba.account.history import DEFAULT_HISTORY, History, Store, Weight, size_of_texts

from .facts import Earlier
from .refusals import KNOWN
from .refusals.transport import FAKE_FAILED
from .verdict import NO_DIAGNOSIS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from .facts import Facts
    from .refusal import Channel, Refusal
    from .verdict import Diagnose, Diagnosis, FirstLook


_CUT = "Its base strings are no longer kept, as newer requests took their place; search again, and they are made again."
_ATTEMPT, _REFERENCE = 800, 200  # bytes of an attempt, about, without its texts and facts


def _nobody(_: LoginAttempt) -> None:
    """Nobody keeps it."""


@dataclass(slots=True, kw_only=True)
class LoginAttempt:
    """One request at the account's door.

    It is complete as to the login when it is made; only ``http_status``, ``code`` and ``cause`` may say more once the
    answer is made.

    Attributes:
        id: 1 for the first attempt at this server.
        time: NetSuite's time, UTC.
        channel: restlet, rest, soap or token.
        method, url: as sent.
        http_status: what the client got; None while its answer is being made, and where it never got one.
        status: of the login. Whatever the RESTlet then answers, a login that was let in is a Success. ``NotJudged`` is
            what no verdict can be given on, for the ``cause``; it stands in no trail.
        detail: the audit trail's Detail, or None.
        cause: what was wrong, in one sentence, or None.
        cure: what to do about it, in one sentence, or None.
        code: the public error code, or None.
        application, token_name, user, role: NetSuite's columns, as far as the request names them; else ``""``.
        account: id of the account called; ``""`` where there is none.
        forced: refused because the test asked for it.
        expected: announced by the test.
        logged_by_netsuite: whether NetSuite's own trail would show it.
        refusal: the row of the table of refusals, or None.
        diagnosis: of a refused attempt, the mistake behind it: searched when first looked at.
        facts: what its diagnosis is made of, or None; no part of what is shown.
        signature: as sent, or ``""``; the diagnosis of a replay asks for it.
        search: finds the diagnosis of ``facts``.
        look: tells of ``facts`` what can be seen without a search.
    """

    id: int
    time: datetime
    channel: Channel
    method: str
    url: str
    http_status: int | None = None
    status: Literal["Success", "Failure", "NotJudged"]
    detail: str | None = None
    cause: str | None = None
    cure: str | None = None
    code: str | None = None
    application: str = ""
    token_name: str = ""
    user: str = ""
    role: str = ""
    account: str = ""
    forced: bool = False
    expected: bool = False
    logged_by_netsuite: bool = True
    refusal: Refusal | None = field(default=None, repr=False)
    facts: Facts | None = field(default=None, repr=False, compare=False)
    signature: str = field(default="", repr=False, compare=False)
    search: Diagnose | None = field(default=None, repr=False, compare=False)
    look: FirstLook | None = field(default=None, repr=False, compare=False)
    _diagnosis: Diagnosis | None = field(default=None, repr=False, compare=False)
    _seen: Diagnosis | None = field(default=None, repr=False, compare=False)
    _grown: Callable[[LoginAttempt], object] = field(default=_nobody, repr=False, compare=False)

    @property
    def diagnosis(self) -> Diagnosis:
        """Which mistake it was, searched when first looked at; an empty one of what was not refused."""
        return self._diagnosis or self.diagnose()

    def diagnose(self, *, budget: float = 1.0) -> Diagnosis:
        """Search again, within ``budget``; what it finds is :attr:`diagnosis` from then on."""
        if self.facts is not None and self.search is not None and not (self.facts.cut and self._diagnosis):
            self._diagnosis = self.search(self.facts, budget=budget)
            self._grown(self)
        return self._diagnosis or NO_DIAGNOSIS

    def diagnosis_within(self, *, budget: float) -> Diagnosis | None:
        """The diagnosis; one that nobody has looked at yet is searched within ``budget``.

        With 0 nothing is searched: it is what was found before, else what can be seen at once; None where only a search
        can tell.
        """
        if self._diagnosis is None and budget:
            self.diagnose(budget=budget)
        if self._diagnosis is None and self._seen is None and self.facts is not None and self.look is not None:
            self._seen = self.look(self.facts)
            self._grown(self)
        return self._diagnosis or self._seen

    @property
    def awaits_search(self) -> bool:
        """Whether nobody has searched for its mistake yet, and nothing but a search can tell it."""
        searchable = self.facts is not None and self.search is not None and bool(self.signature) and not self.forced
        return searchable and self.diagnosis_within(budget=0) is None

    def as_dict(self, *, budget: float = 1.0) -> dict[str, Any]:
        """As JSON holds it, its diagnosis included.

        A diagnosis that nobody has looked at yet is searched within ``budget``; with 0 as :meth:`diagnosis_within`.
        """
        diagnosis = self.diagnosis_within(budget=budget)
        return {
            "accepted": self.accepted,
            "id": self.id,
            "time": f"{self.time:%Y-%m-%dT%H:%M:%SZ}",
            "channel": self.channel,
            "method": self.method,
            "url": self.url,
            "account": self.account,
            "http_status": self.http_status,
            "status": self.status,
            "detail": self.detail,
            "refusal": self.refusal.id if self.refusal else None,
            "cause": self.cause,
            "code": self.code,
            "application": self.application,
            "token_name": self.token_name,
            "user": self.user,
            "role": self.role,
            "forced": self.forced,
            "expected": self.expected,
            "logged_by_netsuite": self.logged_by_netsuite,
            "diagnosis": None if diagnosis is None else diagnosis.as_dict(),
        }

    @property
    def accepted(self) -> bool | None:
        """Whether the login was let in; None where it was not judged."""
        return None if self.status == "NotJudged" else self.status == "Success"

    def not_judged(self, why: str) -> None:
        """Take the verdict back, for the reason ``why``, a sentence; what a search can still show of it stays."""
        self.status, self.cause = "NotJudged", why
        self.http_status = self.detail = self.code = self.cure = self.refusal = None
        self.logged_by_netsuite = False

    @property
    def weight(self) -> Weight:
        """About how many bytes it takes: its body and its base strings, and the rest."""
        facts = self.facts
        texts = size_of_texts((self.method, self.url, self.signature, self.cause, self.cure))
        rest = _ATTEMPT + texts + (0 if facts is None else facts.size)
        body = b"" if facts is None else facts.request.body
        found = sum(diagnosis.size for diagnosis in (self._diagnosis, self._seen) if diagnosis is not None)
        return Weight(rest, found, body)

    def tell_when_grown(self, told: Callable[[LoginAttempt], object]) -> None:
        """Have ``told`` called whenever it takes more memory than before."""
        self._grown = told

    def cut(self) -> None:
        """Let the body go, and the base strings; what was found stays, and says that nothing more can be."""
        facts = self.facts
        if facts is None or facts.cut:
            return
        if facts.request.body:
            self.facts = facts = facts.without_body()
            self._seen = None
        if self._diagnosis is not None:
            self._diagnosis = self._diagnosis.without_base_strings(facts.cut or _CUT)

    def forget_diagnosis(self) -> None:
        """Neither show nor search a mistake."""
        self.facts = self._diagnosis = self._seen = None


class _Attempts(History[LoginAttempt]):
    """Attempts, weighed."""

    def weigh(self, entry: LoginAttempt) -> Weight:
        """About how many bytes it takes."""
        return entry.weight

    def cut(self, entry: LoginAttempt) -> LoginAttempt:
        """The attempt itself, its body gone."""
        entry.cut()
        return entry


class _Unannounced(_Attempts):
    """Attempts that the trail has as well: they are weighed there, until it lets them go."""

    def weigh(self, entry: LoginAttempt) -> Weight:
        """Next to nothing."""
        del entry
        return Weight(_REFERENCE)


class AuditTrail(_Attempts):
    """The newest attempts, oldest first.

    Attributes:
        log: keeps the same requests, and is cleared with the trail; or None.
        announced: ids of refusals that are expected throughout.
        unannounced: the refused attempts that the test did not announce.
        watchers: called with each attempt once its answer is made, in the thread that answers: they must be quick.
    """

    def __init__(self, limit: int = DEFAULT_HISTORY, store: Store | None = None) -> None:
        super().__init__(limit, store)
        self.log: History[Any] | None = None
        self._ids = itertools.count(1)
        self._expectations: list[Expectation] = []
        self.announced: set[str] = set()
        self.watchers: list[Callable[[LoginAttempt], object]] = []
        self.unannounced: History[LoginAttempt] = _Unannounced(limit, self.store)
        self._there: dict[int, int] = {}  # number of an attempt here -> of the same among the unannounced

    def next_id(self) -> int:
        """The id of the next attempt."""
        return next(self._ids)

    def append(self, entry: LoginAttempt) -> int:
        """Add an attempt; a refused one goes to the innermost open expectation."""
        there = None
        if not entry.accepted:
            if self._expectations:
                self._expectations[-1].attempts.append(entry)
                entry.expected = True
            if entry.refusal is not None and entry.refusal.id in {
                *self.announced,
                FAKE_FAILED.id,
            }:  # which is told by itself
                entry.expected = True
            if not entry.expected:
                there = self.unannounced.append(entry)
        number = super().append(entry)
        if entry.facts is not None:  # one that was let in grows no more
            entry.tell_when_grown(partial(self.weigh_anew, number))
        if there is not None:
            self._there[number] = there
            if number not in self._entries:  # there was no room
                self._weigh_there(number, entry)
        return number

    def drop(self, number: int) -> None:
        """Let an attempt go; one that nobody announced is kept apart."""
        entry = self._entries[number].entry
        super().drop(number)
        self._weigh_there(number, entry)

    def _weigh_there(self, number: int, entry: LoginAttempt) -> None:
        there = self._there.pop(number, None)
        if there is not None:
            self.unannounced.store.change(there, Weight(entry.weight.rest))

    def tell(self, attempt: LoginAttempt) -> list[Exception]:
        """Tell the watchers of an attempt whose answer is made; returns what they raised."""
        failed: list[Exception] = []
        for watcher in self.watchers:
            try:
                watcher(attempt)
            except Exception as error:  # noqa: BLE001  (it is the test's own code; the others are told, and the test fails)
                failed.append(error)
        return failed

    def earlier(self, id: int) -> Earlier | None:
        """What the diagnosis of a replay needs of the attempt with this id, if it is still here."""
        for attempt in reversed(list(self)):
            if attempt.id == id:
                return Earlier(
                    id=attempt.id, method=attempt.method, url=attempt.url, signature=attempt.signature,
                    http_status=attempt.http_status, code=attempt.code,
                )  # fmt: skip
        return None

    @property
    def refused(self) -> list[LoginAttempt]:
        """The attempts that were refused."""
        return [attempt for attempt in self if not attempt.accepted]

    def as_netsuite_shows(self) -> list[LoginAttempt]:
        """What NetSuite's own page would show: not the attempts that it does not log."""
        return [attempt for attempt in self if attempt.logged_by_netsuite]

    def clear(self) -> None:
        """Forget every attempt, and the log of the same requests."""
        super().clear()
        self.unannounced.clear()
        self._there.clear()
        if self.log is not None:
            self.log.clear()

    @contextmanager
    def expect_refusal(self, detail: str | None = None, *, count: int | None = None) -> Iterator[list[LoginAttempt]]:
        """Announce refusals; see ``NetSuiteServer.expect_refusal``."""
        if detail is not None and detail not in KNOWN:
            raise ValueError(f"{detail!r} is no detail and no refusal; {nearest(detail, KNOWN)}")
        expectation = Expectation(detail=detail, count=count)
        self._expectations.append(expectation)
        try:
            yield expectation.attempts
        finally:
            self._expectations.remove(expectation)
        expectation.check()


@dataclass(eq=False, slots=True, kw_only=True)
class Expectation:
    """Refusals that a test announced, and those that came."""

    detail: str | None
    count: int | None
    attempts: list[LoginAttempt] = field(default_factory=list)

    def check(self) -> None:
        """Raise an AssertionError unless what came is what was announced."""
        wanted = "a refused login" if self.detail is None else f"a login refused with {self.detail!r}"
        if not self.attempts and self.count != 0:
            raise AssertionError(f"expected {wanted}, but every login was let in (or none was tried)")
        for attempt in self.attempts:
            refusal = attempt.refusal
            names = {attempt.detail} if refusal is None else {attempt.detail, refusal.id, refusal.detail}
            if self.detail is not None and self.detail not in names:
                got = attempt.detail or (refusal and refusal.id)
                raise AssertionError(
                    f"expected {wanted}, but attempt {attempt.id} was refused with {got!r}: {attempt.cause}"
                )
        if self.count is not None and len(self.attempts) != self.count:
            raise AssertionError(f"expected {wanted} {self.count} times, but there were {len(self.attempts)}")
