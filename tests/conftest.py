"""The plugin is tested as its users run it: through pytest's own pytester."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester", "support.chromium", "support.console_caller"]


@pytest.fixture
def pytester(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Leave out plugins that are only these tests' own, and take two seconds to import."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:schemathesis -p no:hypothesispytest -p no:benchmark")
    return pytester
