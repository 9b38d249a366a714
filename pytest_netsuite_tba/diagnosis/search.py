"""Breadth-first over recipes: single mistakes, the likeliest pairs, every pair, then triples while there is time."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from .catalogue import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .pipeline import Pipeline, Recipe
    from .stages import Option

BUDGET_SECONDS = 1.0
_LEAST_SECONDS = 1.0  # for what is quick: single mistakes and the likeliest pairs; a large form makes even them slow
_LIKELY = 5  # sightings of each mistake of a likely pair


class _Phase(NamedTuple):
    """Recipes that are tried together.

    Attributes:
        name: what :attr:`Found.tried` calls it; ``""`` where the next phase tells of both.
        deviations: of each recipe.
        which: ``all`` but the rare ones, the ``rare``, or the ``likely``.
        is_quick: it has its time whatever the budget is.
        is_part: of the next phase, which may find more of the same size.
    """

    name: str
    deviations: int
    which: str = "all"
    is_quick: bool = False
    is_part: bool = False


_PHASES = (
    _Phase("single mistakes", 1, is_quick=True),
    _Phase("likely pairs", 2, "likely", is_quick=True, is_part=True),
    _Phase("", 2),
    _Phase("pairs", 2, "rare"),
    _Phase("triples", 3),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search came to.

    Attributes:
        recipes: all of the smallest number of deviations that reproduce the received signature.
        tried: what was tried to its end: ``single mistakes``, ``likely pairs``, ``pairs``, ``triples``.
        cut_short: the time ended before everything was tried.
        made: how many signatures were computed.
    """

    recipes: tuple[Recipe, ...]
    tried: tuple[str, ...] = ()
    cut_short: bool = False
    made: int


def candidates(pipeline: Pipeline, deviations: int, which: str = "all") -> Iterator[Recipe]:
    """Every recipe of so many deviations, each at another stage.

    ``rare`` ones are those with an option that is otherwise tried alone only; ``likely`` ones those of mistakes that
    are seen often.
    """
    stages = [
        (at, pipeline.options[name]) for at, name in enumerate(pipeline.stages) if len(pipeline.options[name]) > 1
    ]
    rare = which == "rare"

    def is_tried(option: Option) -> bool:
        if which == "likely":
            return not option.alone and _is_likely(option)
        return rare or deviations == 1 or not option.alone

    for chosen in itertools.combinations(stages, deviations):
        choices = [
            [index for index, option in enumerate(options) if index and is_tried(option)] for _, options in chosen
        ]
        recipe, places = list(pipeline.right), [at for at, _ in chosen]
        for indices in itertools.product(*choices):
            if rare and not any(options[index].alone for index, (_, options) in zip(indices, chosen, strict=True)):
                continue
            for at, index in zip(places, indices, strict=False):  # of one length, and not asked in the hot loop
                recipe[at] = index
            yield tuple(recipe)


def _is_likely(option: Option) -> bool:
    return max(CATALOGUE[id].sightings for id in option.mistakes) >= _LIKELY


def search(pipeline: Pipeline, *, budget: float = BUDGET_SECONDS, clock: Callable[[], float] = time.monotonic) -> Found:
    """Find the recipes that make the received signature.

    ``budget`` is in seconds; single mistakes and the likeliest pairs have a second at least. ``clock`` tells them.
    """
    begin = clock()
    if pipeline.signature(pipeline.right) == pipeline.received:
        return Found(recipes=(pipeline.right,), made=pipeline.made)
    found: dict[Recipe, None] = {}
    tried: list[str] = []
    for phase in _PHASES:
        end = begin + (max(budget, _LEAST_SECONDS) if phase.is_quick else budget)
        for recipe in candidates(pipeline, phase.deviations, phase.which):
            if clock() > end:
                return Found(recipes=tuple(found), tried=tuple(tried), cut_short=True, made=pipeline.made)
            if pipeline.signature(recipe) == pipeline.received:
                found[recipe] = None
        tried += [phase.name] if phase.name else []
        if found and not phase.is_part:
            break
    return Found(recipes=tuple(found), tried=tuple(tried), made=pipeline.made)
