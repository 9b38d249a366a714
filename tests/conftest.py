"""The plugin is tested as its users run it: through pytest's own pytester."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester", "support.chromium", "support.console_caller"]


@pytest.fixture
def pytester(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Leave out plugins that are only these tests' own, and take two seconds to import."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:schemathesis -p no:hypothesispytest -p no:benchmark")
    return pytester


@pytest.fixture
def short_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search for single mistakes and likely pairs alone: for tests that ask for something else than what is found."""
    monkeypatch.setattr("pytest_netsuite_tba.diagnosis.search.WORK", 0)


@pytest.fixture
def searches(server, monkeypatch):
    """The refusals of the test module's ``server`` whose mistakes were searched for, one a search."""
    searched = []
    diagnose = server._fake.gate.diagnose

    def counting(facts, *, budget=1.0):
        searched.append(facts.refusal)
        return diagnose(facts, budget=budget)

    monkeypatch.setattr(server._fake.gate, "diagnose", counting)
    return searched
