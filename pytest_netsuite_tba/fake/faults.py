"""Transport faults on request, once or on a schedule."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug import Response

from pytest_netsuite_tba.account.fields import nearest
from pytest_netsuite_tba.login.refusals.transport import FAULT
from pytest_netsuite_tba.services.hosts import host_of
from pytest_netsuite_tba.services.restlets import PATH

if TYPE_CHECKING:
    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.login.audit_trail import AuditTrail
    from pytest_netsuite_tba.login.request import SignedRequest
    from pytest_netsuite_tba.services.hosts import Name

# kind -> its options and their defaults.
KINDS: dict[str, dict[str, Any]] = {
    "wrong_data_center": {"location": ""},  # 302; to the account's own host unless told
    "unavailable": {"retry_after": 0},  # 503; with a Retry-After header if positive, in seconds
    "delay": {"seconds": 1.0},  # answer this much later
    "reset": {"after_script": False},  # drop the connection, before the login or after the script ran
}


_DAY = 86_400  # seconds
RESET = "the test asked for a reset connection"


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


class Faults:
    """The faults of one server, whose ``trail`` they go into; ``stopped`` ends a delay."""

    def __init__(self, trail: AuditTrail, stopped: threading.Event) -> None:
        self._trail = trail
        self.stopped = stopped
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
        """Give the faults that may still strike, in the order added."""
        with self._lock:
            return [one for one in self._faults if one.seen < one.on + one.times - 1]

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()

    def striking(self, request: SignedRequest) -> list[Fault]:
        """Count this request for every fault that it matches; give those that strike it, in the order added."""
        if not self._faults:
            return []
        with self._lock:
            matching = [one for one in self._faults if one.script is None or _calls(request, one.script)]
            for fault in matching:
                fault.seen += 1
            return [one for one in matching if one.on <= one.seen < one.on + one.times]

    def strike(self, fault: Fault, request: SignedRequest, service: Name, account: Account) -> Response | None:
        """Let a fault strike before the login; None where the request goes on.

        Raises:
            ConnectionResetError: the fault is a reset.

        """
        options = fault.options
        if fault.kind == "delay":
            self.stopped.wait(options["seconds"])
            return None
        if fault.kind == "reset" and options["after_script"]:
            return None
        headers = {}
        status = 503
        if fault.kind == "wrong_data_center":
            status = 302
            own = f"https://{host_of(service, account)}{request.path}?{request.query}"
            headers["Location"] = options["location"] or own
        elif options.get("retry_after"):
            headers["Retry-After"] = str(options["retry_after"])
        asked = FAULT.because(f"The test asked for the fault {fault.kind!r}.")
        attempt = self._trail.refuse(request, asked, now=account.clock.now(), expected=True, account=account.id)
        self._trail.answered(attempt, None if fault.kind == "reset" else status)
        if fault.kind == "reset":
            raise ConnectionResetError(RESET)
        return Response(b"", status=status, headers=headers)


def _calls(request: SignedRequest, script: str) -> bool:
    return request.path == PATH and f"&script={script}&" in f"&{request.query}&"
