"""What goes wrong on request, once or on a schedule: the table of kinds, and the faults that a test asked for."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pytest_netsuite_tba.account.fields import nearest
from pytest_netsuite_tba.account.forks import free_in_child
from pytest_netsuite_tba.login.refusals.transport import CONCURRENCY, FAULT, OVERLOAD
from pytest_netsuite_tba.oauth1.target import Target
from pytest_netsuite_tba.services.reply import Reply, encoded_url
from pytest_netsuite_tba.services.restlets import RESTLET_PATH

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_netsuite_tba.login.request import SignedRequest
    from pytest_netsuite_tba.services.service import Exchange

_DAY = 86_400  # seconds


class ResetError(Exception):
    """The connection is reset before anything is judged."""


class Option(NamedTuple):
    """One option of a kind of fault.

    Attributes:
        default: its value when omitted; others are of the same type, numbers from 0 to a day of seconds.
        doc: what it is, in half a sentence.
    """

    default: str | float | bool
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of fault: a row of :data:`KINDS`.

    Attributes:
        title: what it is, in a few words.
        doc: what the client sees, in a sentence.
        options: by name. ``seconds`` is how long it keeps a call waiting.
        channels: whose calls it strikes; None for any.
        stage: where it strikes: ``arrival``, before anything is judged; ``governor``, where requests in flight are
            counted; ``answer``, once there is one.
        answer: of a fault that strikes on arrival, what the client gets; raises :class:`ResetError` for nothing.
    """

    title: str
    doc: str
    options: dict[str, Option] = field(default_factory=dict)
    channels: tuple[str, ...] | None = None
    stage: Literal["arrival", "governor", "answer"] = "arrival"
    answer: Callable[[Exchange, Fault], Reply] | None = None


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault; it strikes the calls numbered ``on`` to ``on + times - 1`` of those that match.

    Attributes:
        kind: one of :data:`KINDS`.
        on: the first matching call that it strikes, from 1.
        times: how many it strikes.
        script: only calls of this script (id or number as the URL has it); None for any call.
        options: of the kind.
        seen: matching calls so far.
    """

    kind: str
    on: int
    times: int
    script: str | None
    options: dict[str, Any]
    seen: int = 0

    @property
    def cause(self) -> str:
        """Who asked for it, in a sentence."""
        return f"The test asked for the fault {self.kind!r}."

    @property
    def stage(self) -> str:
        """Where it strikes; a reset may be either."""
        return "answer" if self.options.get("after_script") else KINDS[self.kind].stage

    def matches(self, request: SignedRequest, channel: str) -> bool:
        """Whether such a request is one of its calls."""
        channels = KINDS[self.kind].channels
        return (channels is None or channel in channels) and (self.script is None or _calls(request, self.script))


# -- what the client gets of a fault that strikes on arrival -------------------------------------------------------


def _note(exchange: Exchange, fault: Fault) -> None:
    exchange.refuse(FAULT.because(fault.cause), channel="restlet", forced=True)


def _reset(exchange: Exchange, fault: Fault) -> Reply:
    _note(exchange, fault)
    raise ResetError


def _unavailable(exchange: Exchange, fault: Fault) -> Reply:
    _note(exchange, fault)
    seconds = fault.options["retry_after"]
    return Reply.of(b"", status=503, headers={"Retry-After": str(seconds)} if seconds else {})


def _wrong_data_center(exchange: Exchange, fault: Fault) -> Reply:
    _note(exchange, fault)
    request = exchange.request
    own = Target("https", exchange.service.host_of(exchange.called), request.path, request.query)
    location = fault.options["location"] or own.url
    return Reply.of(b"", status=302, headers={"Location": encoded_url(location)})


def _overload(exchange: Exchange, fault: Fault) -> Reply:
    refusal = OVERLOAD.because(fault.cause)
    attempt = exchange.refuse(refusal, forced=True)
    return exchange.service.refuse(exchange, attempt.refusal or refusal)


_WEB_SERVICES = CONCURRENCY.channels  # RESTlets, REST and SOAP: whom the governor knows

KINDS: dict[str, Kind] = {
    "wrong_data_center": Kind(
        title="302 wrong data center",
        doc="302 to the account's own host.",
        options={"location": Option("", "where to, instead")},
        answer=_wrong_data_center,
    ),
    "unavailable": Kind(
        title="503 unavailable",
        doc="503 with an empty body.",
        options={"retry_after": Option(0, "seconds of a `Retry-After` header; none where 0")},
        answer=_unavailable,
    ),
    "overload": Kind(
        title="Login error after a delay",
        doc="Nothing for a while, then the login error of the channel, whatever the login.",
        options={"seconds": Option(60.0, "how long it waits")},
        channels=_WEB_SERVICES,
        answer=_overload,
    ),
    "busy": Kind(
        title="Too many requests at once",
        doc="The channel's own answer to too many requests at once, where the concurrency limit gives it.",
        channels=_WEB_SERVICES,
        stage="governor",
    ),
    "delay": Kind(
        title="Delay of 1 s",
        doc="The right answer, late. The call holds its place among the requests in flight.",
        options={"seconds": Option(1.0, "how long it waits")},
        stage="answer",
    ),
    "reset": Kind(
        title="Connection reset",
        doc="The connection is dropped, before the login.",
        options={"after_script": Option(default=False, doc="drop it after the script ran, in place of the answer")},
        answer=_reset,
    ),
}  # fmt: skip


class FaultError(ValueError):
    """There is no such fault; ``argument`` is what is wrong with it: kind, on, times, or the name of an option."""

    def __init__(self, argument: str, message: str) -> None:
        super().__init__(message)
        self.argument = argument


class Faults:
    """The faults of one fake.

    Attributes:
        stopped: set once the server stops: whoever waits for something there waits no longer.
    """

    def __init__(self) -> None:
        self.stopped = free_in_child(threading.Event())
        self._faults: list[Fault] = []
        self._lock = free_in_child(threading.Lock())

    def add(self, kind: str, *, on: int = 1, times: int = 1, script: str | None = None, **options: Any) -> Fault:  # noqa: ANN401  (checked against KINDS)
        """Ask for a fault.

        Args:
            kind: one of :data:`KINDS`.
            on: the first matching call that it strikes, counted from now, from 1. ``busy`` counts the calls that the
                governor lets in or not: those of RESTlets, REST and SOAP that are let in by their login.
            times: how many calls in a row it strikes.
            script: only calls of this script.
            options: of the kind: ``location`` (wrong_data_center), ``retry_after`` in seconds (unavailable),
                ``seconds`` (delay, overload), ``after_script`` (reset).

        Raises:
            FaultError: no such kind or option, or a count below 1.
        """
        if kind not in KINDS:
            raise FaultError("kind", f"{kind!r} is no fault; {nearest(kind, KINDS)}")
        known = KINDS[kind].options
        for name, value in options.items():
            if name not in known:
                raise FaultError(name, f"{kind} has no option {name!r}; {nearest(name, known)}")
            wanted = type(known[name].default)
            number = wanted in {int, float}
            fits = isinstance(value, (int, float) if number else wanted) and not (number and isinstance(value, bool))
            if not fits:
                raise FaultError(name, f"{kind}: {name} is {value!r}; expected {wanted.__name__}")
            if number and not 0 <= value <= _DAY:
                raise FaultError(name, f"{kind}: {name} is {value!r}; expected 0 to {_DAY} seconds")
        counts: dict[str, object] = {"on": on, "times": times}
        for name, count in counts.items():
            if isinstance(count, bool) or not isinstance(count, int) or count < 1:
                raise FaultError(name, f"{name} is {count!r}; expected a whole number from 1")
        given = {name: option.default for name, option in known.items()} | options
        fault = Fault(kind=kind, on=on, times=times, script=script, options=given)
        with self._lock:
            self._faults.append(fault)
        return fault

    def pending(self) -> list[Fault]:
        """The faults that may still strike, in the order added."""
        with self._lock:
            return [fault for fault in self._faults if fault.seen < fault.on + fault.times - 1]

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()

    def striking(self, request: SignedRequest, channel: str, *stages: str) -> list[Fault]:
        """Count this request for every fault of these stages that it matches; those that strike it, in the order added."""
        if not self._faults:
            return []
        with self._lock:
            matching = [fault for fault in self._faults if fault.stage in stages and fault.matches(request, channel)]
            for fault in matching:
                fault.seen += 1
            return [fault for fault in matching if fault.on <= fault.seen < fault.on + fault.times]

    def wait(self, fault: Fault) -> None:
        """Wait as long as a fault asks, or until the server stops."""
        self.stopped.wait(fault.options.get("seconds", 0))


def _calls(request: SignedRequest, script: str) -> bool:
    return request.path == RESTLET_PATH and f"&script={script}&" in f"&{request.query}&"
