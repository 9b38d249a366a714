"""How likely a mistake is: by its sightings, and by whether it is a habit of the platform that made the request."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from .catalogue import CATALOGUE

if TYPE_CHECKING:
    from .options import Option

UNSEEN = 0.5  # the weight of a mistake that nobody wrote of
TOTAL = 250.0  # of all weights, about: a mistake of weight w has the odds w / TOTAL
_MORE, _LESS = 4.0, 0.5  # what a request's platform does to its own mistakes, and to those of others


@lru_cache(256)
def weight_of(mistake: str) -> float:
    """The weight of a mistake: its sightings, at least :data:`UNSEEN`."""
    return max(float(CATALOGUE[mistake].sightings), UNSEEN)


def cost_of(option: Option, platform: str) -> float:
    """How unlikely an option is for a request of this platform: the negative logarithm of its odds."""
    return math.log(TOTAL / weight(option, max(map(weight_of, option.mistakes)), platform))


def weight(option: Option, sightings: float, platform: str) -> float:
    """The weight of an option that is a mistake with so many sightings."""
    factor = 1.0
    if platform and option.platform:
        factor = _MORE if option.platform == platform else _LESS
    return sightings * option.share * factor
