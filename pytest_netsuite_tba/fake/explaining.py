"""What the trail of a fake is handed to explain its refusals by; nothing of it is needed for a green test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_netsuite_tba.login.facts import Facts
    from pytest_netsuite_tba.login.verdict import Diagnosis


def diagnose(facts: Facts, *, budget: float = 1.0) -> Diagnosis:
    """Search for the mistake behind a refusal, for ``budget`` seconds at most."""
    from pytest_netsuite_tba.diagnosis.diagnose import diagnose as search
    from pytest_netsuite_tba.report.rendering import render_diagnosis

    return replace(search(facts, budget=budget), renderer=render_diagnosis)
