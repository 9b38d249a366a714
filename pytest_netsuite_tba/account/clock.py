"""The account's clock: real, frozen, advanced, skewed."""

from __future__ import annotations

import copy
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

Moment = datetime | str | int | float


def unix_seconds(at: Moment) -> float:
    """Convert a moment to Unix seconds.

    ``at`` is a number of seconds, an ISO 8601 text, or a datetime; without an offset it is UTC.

    Raises:
        ValueError: it is none of these.
    """
    if isinstance(at, bool) or not isinstance(at, datetime | str | int | float):
        raise ValueError(f"{at!r} is no moment; expected a datetime, an ISO 8601 text or Unix seconds")
    if isinstance(at, int | float):
        return float(at)
    if isinstance(at, str):
        try:
            at = datetime.fromisoformat(at)
        except ValueError:
            raise ValueError(f"{at!r} is no moment; expected ISO 8601 as in '2026-09-21T14:13:20Z'") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


class Clock:
    """What time it is at NetSuite, and for the clients that the fixtures make.

    ``time.time`` is looked up at each call, so freezegun and time-machine move this clock too.
    """

    def __init__(self, source: Callable[[], float] | None = None) -> None:
        self._source = source
        self._frozen: float | None = None
        self._offset = 0.0
        self._skew = 0.0

    def now(self) -> float:
        """NetSuite's time, in Unix seconds."""
        return self.client_now() + self._skew

    def client_now(self) -> float:
        """The clients' time, in Unix seconds: NetSuite's without the skew."""
        if self._frozen is not None:
            return self._frozen
        return (self._source or time.time)() + self._offset

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still."""
        return self._frozen is not None

    @property
    def skew_seconds(self) -> float:
        """How far NetSuite's time is ahead of its clients'."""
        return self._skew

    def copy(self) -> Clock:
        """Make a clock of its own that shows the same."""
        return copy.copy(self)

    def run(self) -> None:
        """Let a frozen clock go on, from real time and what it was advanced by before it was frozen."""
        self._frozen = None

    def freeze(self, at: Moment | None = None) -> None:
        """Stop the clock, now or ``at`` a moment, for NetSuite and its clients together."""
        self._frozen = self.client_now() if at is None else unix_seconds(at)

    def advance(
        self, by: timedelta | None = None, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> None:
        """Move the clock forward (backward if negative), for NetSuite and its clients together."""
        step = (
            (by or timedelta()) + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        ).total_seconds()
        if self._frozen is None:
            self._offset += step
        else:
            self._frozen += step

    def skew(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Set NetSuite's clock ahead of its clients' (behind if negative); ``skew()`` ends it."""
        self._skew = timedelta(minutes=minutes, seconds=seconds).total_seconds()

    def reset(self) -> None:
        """Run on real time again, unskewed."""
        self._frozen, self._offset, self._skew = None, 0.0, 0.0

    def __repr__(self) -> str:
        state = "running" if self._frozen is None else "frozen"
        return f"<Clock {state} at {datetime.fromtimestamp(self.now(), UTC).isoformat()}, skew {self._skew:+g} s>"
