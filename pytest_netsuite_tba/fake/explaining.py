"""What the trail of a fake is handed to explain its refusals by; nothing of it is needed for a green test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_netsuite_tba.login.facts import Facts
    from pytest_netsuite_tba.login.verdict import Diagnosis


def diagnose(facts: Facts, *, budget: float = 1.0) -> Diagnosis:
    """Search for the mistake behind a refusal, with ``budget`` times the usual work."""
    from pytest_netsuite_tba.diagnosis.diagnose import diagnose as search
    from pytest_netsuite_tba.report.rendering import render_diagnosis

    if facts.cut:
        return _shown(facts, facts.cut)
    return replace(search(facts, budget=budget), renderer=render_diagnosis)


_NOT_SEARCHED = "This is what the refusal shows by itself; nobody has searched for more yet."


def first_look(facts: Facts) -> Diagnosis | None:
    """What a refusal shows without a search; None where only a search can tell.

    Where the signature is right there is nothing to search for: then it is the diagnosis itself.
    """
    if facts.forced or facts.cut or facts.is_signed_right:
        return diagnose(facts, budget=0)
    shown = _shown(facts, _NOT_SEARCHED)
    return shown if shown.mistakes else None


def _shown(facts: Facts, note: str) -> Diagnosis:
    """What the refusal shows by itself, as a diagnosis with a note."""
    from pytest_netsuite_tba.diagnosis.findings import finding
    from pytest_netsuite_tba.login.verdict import Diagnosis
    from pytest_netsuite_tba.report.rendering import render_diagnosis

    seen = finding(facts)
    mistakes = () if seen is None else (seen,)
    return Diagnosis(mistakes=mistakes, notes=(note,), renderer=render_diagnosis).without_secrets(facts.hiding)
