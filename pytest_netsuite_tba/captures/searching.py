"""How the work of searching is shared among the requests of one input."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_netsuite_tba.login.audit_trail import LoginAttempt

BUDGETS = 5  # for all requests of an input together
_LEAST = 0.05  # a share that is worth a second search: with less, it comes to little more than the first


def search_all(
    attempts: Sequence[LoginAttempt], *, budget: float, step: Callable[[], object] = lambda: None
) -> list[float]:
    """Search the mistakes of all attempts; what part of a default budget each got, 0 for what every search has.

    One attempt has the whole budget. Of several each first gets its single mistakes and its likeliest pairs; five
    budgets are then shared evenly among those where nothing was found, a budget at most each. ``step`` is called after
    each attempt of the first round.
    """
    if len(attempts) == 1:
        attempts[0].diagnose(budget=budget)
        step()
        return [budget]
    for attempt in attempts:
        attempt.diagnose(budget=0)
        step()
    unfinished = [number for number, attempt in enumerate(attempts) if is_unfinished(attempt)]
    got = [0.0] * len(attempts)
    share = min(budget, BUDGETS * budget / max(len(unfinished), 1))
    for number in unfinished if share >= _LEAST else ():
        attempts[number].diagnose(budget=share)
        got[number] = share
    return got


def is_unfinished(attempt: LoginAttempt) -> bool:
    """Whether it was searched, nothing was found, and not everything was tried."""
    diagnosis = attempt.diagnosis
    return bool(diagnosis.computed) and not diagnosis.readings and "triples" not in diagnosis.tried
