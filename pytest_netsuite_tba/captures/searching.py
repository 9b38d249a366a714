"""How the time for searching is shared among the requests of one input."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_netsuite_tba.login.audit_trail import LoginAttempt

BUDGETS = 5  # for all requests of an input together


def search_all(
    attempts: Sequence[LoginAttempt],
    *,
    budget: float,
    clock: Callable[[], float] = time.monotonic,
    step: Callable[[], object] = lambda: None,
) -> list[float]:
    """Search the mistakes of all attempts; how many seconds each got.

    One attempt has the whole budget, in seconds. Of several each first gets what is quick, its single mistakes and
    its likeliest pairs; what is left of five budgets is then shared evenly among those where nothing was found, a
    budget at most each. ``step`` is called after each attempt of the first round.
    """
    got = []
    for attempt in attempts:
        begin = clock()
        attempt.diagnose(budget=budget if len(attempts) == 1 else 0)
        got.append(clock() - begin)
        step()
    left = BUDGETS * budget - sum(got)
    unfinished = [number for number, attempt in enumerate(attempts) if is_cut_short(attempt)]
    if len(attempts) == 1:
        unfinished = []
    for waiting, number in zip(range(len(unfinished), 0, -1), unfinished, strict=True):
        share = min(budget, left / waiting)
        if share > got[number]:  # a search begins anew: with less it comes to nothing more
            begin = clock()
            attempts[number].diagnose(budget=share)
            took = clock() - begin
            got[number] += took
            left -= took
    return got


def is_cut_short(attempt: LoginAttempt) -> bool:
    """Whether nothing was found, and the time ended before everything was tried."""
    diagnosis = attempt.diagnosis
    return diagnosis is not None and diagnosis.cut_short and not diagnosis.proven
