"""Requests that were signed wrongly, drawn by a seed, and how well a diagnosis names what was done.

``draw_case`` takes one, two or three operators of different stages (``wrong_operators.py``) and a call
(``netsuite_calls.py``) on which each of them matters; ``rightly_named`` judges what was said of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING

from .netsuite_calls import draw_call
from .own_signer import Operator, Signed, Signer
from .wrong_operators import OPERATORS

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator


@dataclass(frozen=True)
class Case:
    """A call, signed wrongly."""

    call: object
    operators: tuple[Operator, ...]
    signed: Signed

    def __str__(self):
        return " + ".join(operator.name for operator in self.operators)


RIGHT = Signer()
MOST_TWINS = 500
_PLACE = {operator: number for number, operator in enumerate(OPERATORS)}.__getitem__
COMMON_WEIGHT = 3
COMMON = [operator for operator in OPERATORS if operator.weight >= COMMON_WEIGHT]


def make_case(call, operators) -> Case | None:
    """Sign ``call`` with every operator; None unless each of them matters: fewer give something else."""
    signed = Signer(operators).sign(call)
    fewer = [Signer(operators[:at] + operators[at + 1 :]).sign(call).received for at in range(len(operators))]
    fewer += [Signer([operator]).sign(call).received for operator in operators] if len(operators) > 2 else []
    if signed.received in {RIGHT.sign(call).received, *fewer}:
        return None
    return Case(call, tuple(operators), signed)


def draw_case(source: random.Random, number: int, operators=OPERATORS, *, beside=(), weighted=False) -> Case:
    """A case of ``number`` operators of different stages.

    The first is one of ``operators``, the others of ``beside`` or of the same; they are drawn evenly, or by their
    weights. Where no call shows each of them they are drawn anew: what changes nothing is no mistake.
    """
    others = beside or operators

    def some(of, count):
        return source.choices(of, [operator.weight for operator in of] if weighted else None, k=count)

    while True:
        chosen = sorted([*some(operators, 1), *some(others, number - 1)], key=_PLACE)
        if len({operator.stage for operator in chosen}) < number:
            continue
        passport = True if any(operator.stage == "passport" for operator in chosen) else None
        for _ in range(60):
            case = make_case(draw_call(source, passport=passport), tuple(chosen))
            if case is not None:
                return case


# -- judging ---------------------------------------------------------------------------------------------------------

NAMED, BESIDE, WRONG, UNPROVEN = "rightly named", "named beside", "wrongly named", "unproven"
# True of a request whatever its signer did, or harmless where the secrets are hex; a reading may hold them beside the
# mistakes.
REMARKS = frozenset({
    "nonce-special-characters", "wrong-content-type", "get-with-body", "body-hash-present", "key-secrets-not-encoded",
})  # fmt: skip


def names(mistake, operator) -> bool:
    """Whether a mistake of a diagnosis is this operator: by its id, or by what its title and cause say."""
    if mistake.id in operator.ids:
        return True
    said = f"{mistake.title} {mistake.cause}"
    return bool(operator.words) and re.search(operator.words, said, re.IGNORECASE | re.DOTALL) is not None


def _reads(operators, reading):
    """Each operator is named, and nothing else is said but remarks."""
    return all(any(names(mistake, operator) for mistake in reading) for operator in operators) and all(
        mistake.id in REMARKS or any(names(mistake, operator) for operator in operators) for mistake in reading
    )


def twins(case: Case) -> Iterator[tuple[Operator, ...]]:
    """What else gives the same request: a single operator, or the case's own with others in place of some.

    Which of them it was no diagnosis can know, so each is a right name.
    """
    call, received, own = case.call, case.signed.received, case.operators

    def same(operators):
        return Signer(sorted(operators, key=_PLACE)).sign(call).received == received

    yield from ((operator,) for operator in OPERATORS if same((operator,)))
    if len(own) > 1:
        instead_of = [
            [operator for operator in OPERATORS if same((*own[:at], operator, *own[at + 1 :]))]
            for at in range(len(own))
        ]
        yield from filter(same, islice(product(*instead_of), MOST_TWINS))


def rightly_named(case: Case, diagnosis) -> str:
    """How a diagnosis did: NAMED, BESIDE (not in its best reading, but in another), WRONG or UNPROVEN.

    Rightly named is a proven diagnosis whose reading holds, for each operator, a mistake that is it by an id of the
    catalogue or by its words, and no mistake that is none of them. Where other operators give the very same
    request, their names are right as well.
    """
    if not diagnosis.proven:
        return UNPROVEN
    others = None
    for outcome, readings in ((NAMED, (diagnosis.mistakes,)), (BESIDE, diagnosis.also_consistent)):
        if any(_reads(case.operators, reading) for reading in readings):
            return outcome
        others = list(twins(case)) if others is None else others
        if any(_reads(operators, reading) for operators in others for reading in readings):
            return outcome
    return WRONG
