"""What is said where no mistake was found: what was tried, and what cannot be proven."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_netsuite_tba.login.facts import Facts

# What ``Diagnosis.tried`` may name, in the order of the search -> what is said where it came to its end.
PHASES = {
    "single mistakes": "every single mistake",
    "likely pairs": "the likeliest pairs",
    "pairs": "every pair",
    "triples": "every triple",
}
_MORE = 4  # times the budget, to go on with


def what_was_tried(
    tried: Sequence[str], counts: Mapping[str, int], *, computed: int, cut_short: bool, budget: float
) -> str:
    """Say how many signatures were computed, of which kinds, and where the budget ended.

    ``tried`` and ``counts`` are by the names of :data:`PHASES`; a kind that nobody counted is named without a number.
    """
    told = [phase for phase in tried if not (phase == "likely pairs" and "pairs" in tried)]
    kinds = [f"{PHASES[phase]} ({counts[phase]:,})" if phase in counts else PHASES[phase] for phase in told]
    known = "No known mistake makes this signature" if kinds else "No mistake was found that makes this signature"
    said = f"{known}: {_number(computed)}{': ' if kinds else ''}{', '.join(kinds)}"
    if not cut_short:
        return f"{said}."
    order = list(PHASES)
    ended_in = order[min(order.index(tried[-1]) + 1, len(order) - 1)] if tried else order[0]
    more = max(_MORE, _MORE * budget)
    return f"{said}; the budget ended in the {ended_in} (go on with --budget {more:g}, .diagnose(budget={more:g}))."


def _number(computed: int) -> str:
    return f"{computed:,} {'was' if computed == 1 else 'were'} computed"


def what_cannot_be_proven(facts: Facts) -> list[str]:
    """What no search can find out."""
    parameters = "parameters signed that the request does not hold, " if facts.request.envelope is None else ""
    unproven = f"{parameters}a secret that is not known here, another nonce or timestamp signed than sent"
    notes = [f"What cannot be proven: {unproven}, or a request that was changed on its way."]
    if facts.sender is None:
        notes.append("The account does not know this key or token, so its secrets are unknown.")
    return notes
