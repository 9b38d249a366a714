"""Breadth-first over recipes: every single mistake, every pair, then triples while there is time."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .pipeline import Pipeline, Recipe

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


def candidates(pipeline: Pipeline, deviations: int, *, rare: bool = False) -> Iterator[Recipe]:
    """Every recipe of so many deviations, each at another stage.

    ``rare`` ones are those with an option that is otherwise tried alone only.
    """
    stages = [
        (at, pipeline.options[name]) for at, name in enumerate(pipeline.stages) if len(pipeline.options[name]) > 1
    ]
    for chosen in itertools.combinations(stages, deviations):
        choices = [
            [index for index, option in enumerate(options) if index and (rare or deviations == 1 or not option.alone)]
            for _, options in chosen
        ]
        recipe, places = list(pipeline.right), [at for at, _ in chosen]
        for indices in itertools.product(*choices):
            if rare and not any(options[index].alone for index, (_, options) in zip(indices, chosen, strict=True)):
                continue
            for at, index in zip(places, indices, strict=False):  # of one length, and not asked in the hot loop
                recipe[at] = index
            yield tuple(recipe)


def search(pipeline: Pipeline, *, budget: float = BUDGET_SECONDS) -> Found:
    """Find the recipes that make the received signature.

    ``budget`` is in seconds and bounds what comes after the single mistakes.
    """
    end = time.monotonic() + budget
    if pipeline.signature(pipeline.right) == pipeline.received:
        return Found(recipes=(pipeline.right,), exhausted=0, made=pipeline.made)
    exhausted = 0
    for deviations, rare in ((1, False), (2, False), (2, True), (3, False)):
        found: list[Recipe] = []
        in_time = True
        for number, recipe in enumerate(candidates(pipeline, deviations, rare=rare)):
            if pipeline.signature(recipe) == pipeline.received:
                found.append(recipe)
            if deviations > 1 and not number % _LOOK_AT_THE_CLOCK and time.monotonic() > end:
                in_time = False
                break
        if found or not in_time:
            return Found(recipes=tuple(found), exhausted=exhausted, made=pipeline.made)
        exhausted = deviations
    return Found(recipes=(), exhausted=exhausted, made=pipeline.made)
