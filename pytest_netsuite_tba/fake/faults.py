"""Transport faults on request, once or on a schedule."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_netsuite_tba.account.fields import nearest
from pytest_netsuite_tba.services.restlets import RESTLET_PATH

if TYPE_CHECKING:
    from pytest_netsuite_tba.login.request import SignedRequest

# kind -> its options and their defaults.
KINDS: dict[str, dict[str, Any]] = {
    "wrong_data_center": {"location": ""},  # 302; to the account's own host unless told
    "unavailable": {"retry_after": 0},  # 503; with a Retry-After header if positive, in seconds
    "delay": {"seconds": 1.0},  # answer this much later
    "reset": {"after_script": False},  # drop the connection, before the login or after the script ran
}


_DAY = 86_400  # seconds


class FaultError(ValueError):
    """There is no such fault; ``argument`` is what is wrong with it: kind, on, times, or the name of an option."""

    def __init__(self, argument: str, message: str) -> None:
        super().__init__(message)
        self.argument = argument


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
    def is_early(self) -> bool:
        """Whether it answers, or cuts off, a request that nobody has judged yet."""
        if self.kind == "reset":
            return not self.options["after_script"]
        return self.kind in {"wrong_data_center", "unavailable"}


class Faults:
    """The faults of one fake.

    Attributes:
        stopped: set once the server stops: whoever waits for something there waits no longer.
    """

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, kind: str, *, on: int = 1, times: int = 1, script: str | None = None, **options: Any) -> Fault:  # noqa: ANN401  (checked against KINDS)
        """Ask for a fault.

        Args:
            kind: ``wrong_data_center``, ``unavailable``, ``delay`` or ``reset``.
            on: the first matching call that it strikes, counted from now, from 1.
            times: how many calls in a row it strikes.
            script: only calls of this script.
            options: ``location`` (wrong_data_center), ``retry_after`` in seconds (unavailable), ``seconds`` (delay),
                ``after_script`` (reset).

        Raises:
            FaultError: no such kind or option, or a count below 1.
        """
        if kind not in KINDS:
            raise FaultError("kind", f"{kind!r} is no fault; {nearest(kind, KINDS)}")
        for name, value in options.items():
            if name not in KINDS[kind]:
                raise FaultError(name, f"{kind} has no option {name!r}; {nearest(name, KINDS[kind])}")
            wanted = type(KINDS[kind][name])
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
        fault = Fault(kind=kind, on=on, times=times, script=script, options=KINDS[kind] | options)
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

    def striking(self, request: SignedRequest) -> list[Fault]:
        """Count this request for every fault that it matches; give those that strike it, in the order added."""
        if not self._faults:
            return []
        with self._lock:
            matching = [fault for fault in self._faults if fault.script is None or _calls(request, fault.script)]
            for fault in matching:
                fault.seen += 1
            return [fault for fault in matching if fault.on <= fault.seen < fault.on + fault.times]

    def wait(self, fault: Fault) -> None:
        """Wait as long as a delay asks, or until the server stops."""
        if fault.kind == "delay":
            self.stopped.wait(fault.options["seconds"])


def _calls(request: SignedRequest, script: str) -> bool:
    return request.path == RESTLET_PATH and f"&script={script}&" in f"&{request.query}&"
