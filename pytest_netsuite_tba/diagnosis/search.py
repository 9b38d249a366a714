"""Breadth-first over recipes: every single mistake, every pair, then triples while there is time."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .passports import PassportWorkshop
    from .pipeline import Recipe, Workshop

BUDGET_SECONDS = 1.0
_LOOK_AT_THE_CLOCK = 64  # candidates


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search came to.

    Attributes:
        recipes: all of the smallest number of deviations that reproduce the received signature.
        exhausted: every combination of so many deviations was tried.
        made: how many signatures were computed.

    """

    recipes: tuple[Recipe, ...]
    exhausted: int
    made: int


def candidates(workshop: Workshop | PassportWorkshop, deviations: int, *, rare: bool = False) -> Iterator[Recipe]:
    """Give every recipe of so many deviations, each at another stage.

    ``rare`` ones are those with an option that is otherwise tried alone only.
    """
    stages = [
        (at, workshop.options[name]) for at, name in enumerate(workshop.stages) if len(workshop.options[name]) > 1
    ]
    for chosen in itertools.combinations(stages, deviations):
        choices = [
            [index for index, option in enumerate(options) if index and (rare or deviations == 1 or not option.alone)]
            for _, options in chosen
        ]
        recipe, places = list(workshop.right), [at for at, _ in chosen]
        for indices in itertools.product(*choices):
            if rare and not any(options[index].alone for index, (_, options) in zip(indices, chosen, strict=True)):
                continue
            for at, index in zip(places, indices):  # noqa: B905  (of the same length; this is the hot loop)
                recipe[at] = index
            yield tuple(recipe)


def search(workshop: Workshop | PassportWorkshop, *, budget: float = BUDGET_SECONDS) -> Found:
    """Find the recipes that make the received signature.

    ``budget`` is in seconds and bounds what comes after the single mistakes.
    """
    end = time.monotonic() + budget
    if workshop.signature(workshop.right) == workshop.received:
        return Found(recipes=(workshop.right,), exhausted=0, made=workshop.made)
    exhausted = 0
    rounds: list[tuple[int, bool]] = [(1, False), (2, False), (2, True), (3, False)]
    for deviations, rare in rounds:
        found: list[Recipe] = []
        in_time = True
        for number, recipe in enumerate(candidates(workshop, deviations, rare=rare)):
            if workshop.signature(recipe) == workshop.received:
                found.append(recipe)
            if deviations > 1 and not number % _LOOK_AT_THE_CLOCK and time.monotonic() > end:
                in_time = False
                break
        if found or not in_time:
            return Found(recipes=tuple(found), exhausted=exhausted, made=workshop.made)
        exhausted = deviations
    return Found(recipes=(), exhausted=exhausted, made=workshop.made)
