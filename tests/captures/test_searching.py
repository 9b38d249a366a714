"""The work of searching is shared: what is quick for each first, then five budgets evenly among those without a finding."""

import pytest

from pytest_netsuite_tba.captures.searching import search_all
from pytest_netsuite_tba.login.verdict import Diagnosis, Reading


class Attempt:
    """Finds something with so much of a budget, or never."""

    def __init__(self, found_with=1_000.0):
        self.found_with, self.budgets, self.diagnosis = found_with, [], None

    def diagnose(self, *, budget):
        self.budgets.append(budget)
        found = budget >= self.found_with
        self.diagnosis = Diagnosis(computed=9, readings=(Reading(mistakes=(), likelihood=1.0),) if found else ())


def test_one_request_has_the_whole_budget():
    attempt = Attempt()

    assert search_all([attempt], budget=7) == [7]
    assert attempt.budgets == [7]


def test_five_budgets_are_shared_evenly():
    steps = []
    attempts = [Attempt() for _ in range(20)]

    assert search_all(attempts, budget=1, step=lambda: steps.append(1)) == pytest.approx([0.25] * 20)
    assert [attempt.budgets for attempt in attempts] == [[0, 0.25]] * 20
    assert len(steps) == 20


def test_nobody_has_more_than_a_budget():
    attempts = [Attempt() for _ in range(2)]
    search_all(attempts, budget=2)

    assert [attempt.budgets for attempt in attempts] == [[0, 2], [0, 2]]


def test_what_needs_nothing_more_leaves_it_to_the_others():
    easy, hard = [Attempt(found_with=0) for _ in range(5)], [Attempt() for _ in range(10)]

    assert search_all([*easy, *hard], budget=1) == [0] * 5 + [0.5] * 10
    assert [attempt.budgets for attempt in easy] == [[0]] * 5


def test_of_very_many_each_has_what_is_quick():
    attempts = [Attempt() for _ in range(1_000)]

    assert search_all(attempts, budget=1) == [0] * 1_000
    assert [attempt.budgets for attempt in attempts] == [[0]] * 1_000
