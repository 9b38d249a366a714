"""The time for searching is shared: quick for each first, what is left evenly; by a clock that only the test moves."""

import pytest

from pytest_netsuite_tba.captures.searching import search_all
from pytest_netsuite_tba.login.verdict import Diagnosis


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Attempt:
    """Takes a tenth of a second for what is quick, then all that it is given; finds nothing unless told when."""

    def __init__(self, clock, *, quick=0.1, found_after=1_000.0):
        self.clock, self.quick, self.found_after = clock, quick, found_after
        self.budgets, self.diagnosis = [], None

    def diagnose(self, *, budget):
        self.budgets.append(round(budget, 3))
        took = max(self.quick, min(budget, self.found_after))
        self.clock.now += took
        found = took >= self.found_after
        self.diagnosis = Diagnosis(proven=found, cut_short=not found)


def test_one_request_has_the_whole_budget():
    clock = Clock()
    attempt = Attempt(clock)

    assert search_all([attempt], budget=7, clock=clock) == [7]
    assert attempt.budgets == [7]


def test_what_is_left_of_five_budgets_is_shared_evenly():
    """20 requests take 2 seconds for what is quick; 3 of 5 are left, of which each has 0.15."""
    clock, steps = Clock(), []
    attempts = [Attempt(clock) for _ in range(20)]

    got = search_all(attempts, budget=1, clock=clock, step=lambda: steps.append(1))

    assert all(attempt.budgets == [0, 0.15] for attempt in attempts)
    assert got == pytest.approx([0.25] * 20)
    assert clock.now == pytest.approx(5)
    assert len(steps) == 20


def test_nobody_has_more_than_a_budget():
    clock = Clock()
    attempts = [Attempt(clock) for _ in range(2)]
    search_all(attempts, budget=1, clock=clock)

    assert [attempt.budgets for attempt in attempts] == [[0, 1], [0, 1]]


def test_what_one_does_not_need_goes_to_the_others():
    """Of 10, 5 need nothing more, and one is found early."""
    clock = Clock()
    easy = [Attempt(clock, found_after=0.05) for _ in range(5)]
    hard = [Attempt(clock, found_after=0.2), *(Attempt(clock) for _ in range(6))]
    search_all([*easy, *hard], budget=1, clock=clock)

    assert all(attempt.budgets == [0] for attempt in easy)
    assert [attempt.budgets[1] for attempt in hard] == [0.543, *[0.6] * 6]


def test_where_nothing_is_left_each_has_what_is_quick():
    clock = Clock()
    attempts = [Attempt(clock) for _ in range(60)]
    search_all(attempts, budget=1, clock=clock)

    assert all(attempt.budgets == [0] for attempt in attempts)
