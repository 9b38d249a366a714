"""The search: recipes in the order of their likelihood, until the work is done or an answer is sure.

Recipes are tried in bands of cost. Writing a digest is searched backwards: the signature that came is turned back into
every digest that it may be, so that a candidate costs one HMAC and one look.
"""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_left
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_netsuite_tba.oauth1.encoding import to_bytes

from .pipeline import BASE, KEY, LEAST_OF_LATE
from .stages.digest import Hmac, no_way_back, plaintext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .pipeline import Deviation, Pipeline, Recipe

WORK = 2_000_000_000  # of a budget of 1: bytes hashed, and what encoding, sorting and looking cost beside them
LEAST_WORK = 50_000_000  # whatever the budget is: enough for a usual request's single mistakes and likeliest pairs
_LOOK = 1_500  # the work of a candidate beside the bytes that it hashes
_FIRST_BAND, _BAND = 4.0, 0.7  # in costs
_AFTER = 1.2  # how much less likely other readings may be that are still looked for
LIKELY = 7.5  # the cost of a likely pair
_WORK_AFTER = 2_000_000  # what is spent on other readings at least
_MOST_KEPT = 16 * 2**20  # bytes of base strings that are kept
_PREFIX = 8  # bytes of a digest that are looked up before the whole is compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search came to.

    Attributes:
        recipes: those that reproduce the received signature, the likeliest first.
        tried: what was tried to its end: ``single mistakes``, ``likely pairs``, ``pairs``, ``triples``.
        counts: how many of each number of mistakes were tried: singles, pairs, triples.
        cut_short: the work ended before everything was tried.
        made: how many signatures were computed.
    """

    recipes: tuple[Recipe, ...]
    tried: tuple[str, ...] = ()
    counts: tuple[int, int, int] = (0, 0, 0)
    cut_short: bool = False
    made: int = 0


class _KeySide(NamedTuple):
    """Deviations of key and digest, and what they make of a base string."""

    recipe: Recipe
    digest: Callable[[bytes], bytes] | None  # None where the secrets are not known


class _OutOfWork(Exception):
    """The budget ended."""


class Search:
    """One search for one signature."""

    def __init__(self, pipeline: Pipeline, budget: float) -> None:
        self.pipeline = pipeline
        self.end = max(int(budget * WORK), LEAST_WORK)
        self.found: dict[frozenset[int], tuple[Recipe, float]] = {}  # with the cost without what was written
        self.counts = [0, 0, 0, 0]
        self._take_deviations()
        self._bases: dict[int, bytes] = {}
        self._keys: dict[int, _KeySide] = {}
        self._right = pipeline.base(())
        self._received = to_bytes(pipeline.received)
        self._right_key = self._key_side(())
        self._wanted = self._digests_wanted()

    def _take_deviations(self) -> None:
        deviations = self.pipeline.deviations
        self.base = [deviation for deviation in deviations if deviation.bits & BASE]
        self.key = [deviation for deviation in deviations if deviation.bits & KEY and not deviation.bits & BASE]
        self._base_costs = [deviation.cost for deviation in self.base]
        self._key_costs = [deviation.cost for deviation in self.key]

    # -- what is looked for ------------------------------------------------------------------------------------------

    def _digests_wanted(self) -> dict[bytes, list[Recipe]]:
        """The first bytes of every digest that the received signature may be, and how it was written then."""
        right, received = self.pipeline.right, self.pipeline.received
        texts = [((), right["text"]), *self._writings("text")]
        headers = [((), right.get("header")), *self._writings("header")]
        wanted: dict[bytes, list[Recipe]] = {}
        for of_header, sent in headers:
            text = received if sent is None else sent.back(received)
            for of_text, written in texts if text is not None else ():
                made = written.back(text)
                if made and len(made) >= _PREFIX:
                    wanted.setdefault(made[:_PREFIX], []).append((*of_text, *of_header))
        return wanted

    def _writings(self, stage: str) -> list[tuple[Recipe, Any]]:
        return [((written,), written.option.value) for written in self.pipeline.writings if written.stage == stage]

    def _key_side(self, recipe: Recipe) -> _KeySide:
        """Key and digest of a recipe; of a single one they are kept."""
        known = self._keys.get(recipe[0].at) if len(recipe) == 1 else None
        if known is None:
            key = self.pipeline.key(recipe)
            make = self.pipeline.right["digest"]
            for deviation in recipe:
                if deviation.stage == "digest":
                    make = deviation.option.value
            if key == self._received:
                self._is_plaintext(recipe)
            known = _KeySide(recipe, None if key is None else _digest(make, key))
            self.pipeline.work += _LOOK
            if len(recipe) == 1:
                self._keys[recipe[0].at] = known
        return known

    def _is_plaintext(self, recipe: Recipe) -> None:
        """The signature is the key itself."""
        for deviation in self.key:
            if deviation.option.value is plaintext and deviation not in recipe:
                self._keep((*recipe, deviation), sum([changed.cost for changed in recipe]))

    def _check(self, recipe: Recipe, prefix: bytes) -> None:
        """A digest begins as one that is wanted: keep the recipe if the whole signature is the received one."""
        for writing in self._wanted[prefix]:
            whole = (*recipe, *writing)
            if self.pipeline.signature(whole) == self.pipeline.received:
                self._keep(whole, sum([deviation.cost for deviation in recipe]))

    def _keep(self, recipe: Recipe, cost: float) -> None:
        if not self.found:  # others of its like are looked for a while
            self.end = min(self.end, 2 * self.pipeline.work + _WORK_AFTER)
        self.found.setdefault(frozenset([deviation.at for deviation in recipe]), (recipe, cost))

    # -- the order of the search -------------------------------------------------------------------------------------

    def run(self) -> Found:
        """Try recipes in bands of cost."""
        tried, cut_short = [], False
        try:
            self._try((), self._right, [self._right_key])
            if frozenset() in self.found:  # nothing is wrong with the signature
                return Found(recipes=((),), made=sum(self.counts))
            self._lossy()
            low, high, last = 0.0, _FIRST_BAND, 2 * _FIRST_BAND
            singles = 0.0  # up to this cost they were tried
            while low < 3 * last and not (self.found and low > min([cost for _, cost in self.found.values()]) + _AFTER):
                if high > LEAST_OF_LATE >= low:
                    self.pipeline.add_late_stages()
                    self._take_deviations()
                    last = self._highest_cost()
                # With the likely pairs the last of the single mistakes are tried too: they are few.
                self._singles(singles, singles := high if high <= LIKELY else math.inf)
                for search in (self._pairs, self._triples):
                    search(low, high)
                tried = [name for name, cost in (("single mistakes", LIKELY), ("likely pairs", LIKELY), ("pairs", 2 * last)) if high > cost]
                low, high = high, high + _BAND if high != _FIRST_BAND else LEAST_OF_LATE
        except _OutOfWork:
            cut_short = not self.found
        self._alike()
        smallest = [recipe for its, (recipe, _) in self.found.items() if not any(other < its for other in self.found)]
        smallest.sort(key=lambda recipe: sum([deviation.cost for deviation in recipe]))
        return Found(
            recipes=tuple(smallest), tried=tuple(tried), counts=tuple(self.counts[1:]), cut_short=cut_short,
            made=sum(self.counts),
        )  # fmt: skip

    def _alike(self) -> None:
        """Try others in the place of each deviation of what was found: in company they may make the same of this request."""
        end = self.pipeline.work + LEAST_WORK
        for recipe, cost in list(self.found.values()):
            base = self.pipeline.base(recipe)
            for replaced in recipe if len(recipe) > 1 else ():
                rest = tuple(deviation for deviation in recipe if deviation is not replaced)
                stages = {deviation.stage for deviation in rest}
                for other in self.base if replaced.bits & BASE else ():
                    if other.stage not in stages and not (other.bits | replaced.bits) & KEY and self.pipeline.work < end:
                        self.pipeline.work += _LOOK
                        if self.pipeline.base((*rest, other)) == base:
                            self._keep((*rest, other), cost + other.cost - replaced.cost)

    def _highest_cost(self) -> float:
        return max([0.0, *self._base_costs[-1:], *self._key_costs[-1:]])

    def _try(self, recipe: Recipe, base: bytes, sides: list[_KeySide]) -> None:
        """Look up what these keys make of a base string."""
        wanted = self._wanted
        for side in sides:
            if side.digest is not None and (prefix := side.digest(base)[:_PREFIX]) in wanted:
                self._check((*recipe, *side.recipe), prefix)
        self.counts[min(len(recipe) + len(sides[0].recipe), 3)] += len(sides)
        self.pipeline.work += len(sides) * (_LOOK + len(base))
        if self.pipeline.work > self.end:
            raise _OutOfWork

    def _base_of(self, deviation: Deviation) -> bytes:
        known = self._bases.get(deviation.at)
        if known is None:
            known = self.pipeline.base((deviation,))
            if len(self._bases) * len(known) < _MOST_KEPT:
                self._bases[deviation.at] = known
        return known

    def _sides(self, low: float, high: float, *, and_right: bool = True) -> list[_KeySide]:
        """What single deviations of the key, or none, make, of a cost in this band."""
        first, last = bisect_left(self._key_costs, low), bisect_left(self._key_costs, high)
        sides = [self._key_side((deviation,)) for deviation in self.key[first:last]]
        return [self._right_key, *sides] if and_right and low <= 0 < high else sides

    def _with_right_key(self, recipe: Recipe, base: bytes) -> None:
        for deviation in recipe:
            if deviation.bits & KEY:
                self._with_keys(recipe, base, [self._right_key])
                return
        digest = self._right_key.digest
        if digest is not None and (prefix := digest(base)[:_PREFIX]) in self._wanted:
            self._check(recipe, prefix)
        self.counts[len(recipe)] += 1
        self.pipeline.work += _LOOK + len(base)
        if self.pipeline.work > self.end:
            raise _OutOfWork

    def _with_keys(self, recipe: Recipe, base: bytes, sides: list[_KeySide]) -> None:
        """Try the keys; where the recipe changes the key too, they are made for it."""
        if any([deviation.bits & KEY for deviation in recipe]):
            of_key = tuple(deviation for deviation in recipe if deviation.bits & KEY)
            for side in sides:
                made = self._key_side((*of_key, *side.recipe))
                self._try(recipe, base, [made._replace(recipe=side.recipe)])
        elif sides:
            self._try(recipe, base, sides)

    def _singles(self, low: float, high: float) -> None:
        sides = self._sides(low, high, and_right=False)
        if sides:
            self._try((), self._right, sides)
        first, last = bisect_left(self._base_costs, low), bisect_left(self._base_costs, high)
        for deviation in self.base[first:last]:
            self._with_right_key((deviation,), self._base_of(deviation))

    def _pairs(self, low: float, high: float) -> None:
        for first, second in _two(self.base, self._base_costs, low, high):
            self._with_right_key((first, second), self.pipeline.base((first, second)))
        if self._key_costs:
            for deviation in self.base:
                if deviation.cost + self._key_costs[0] >= high:
                    break
                base = self._base_of(deviation)
                if base != self._right or deviation.bits & KEY:
                    self._with_keys((deviation,), base, self._sides(low - deviation.cost, high - deviation.cost, and_right=False))
        for pair in _two(self.key, self._key_costs, low, high):
            self._try((), self._right, [self._key_side(pair)])

    def _triples(self, low: float, high: float) -> None:
        costs = self._key_costs
        if costs:
            for first, second in _two(self.base, self._base_costs, 0, high - costs[0]):
                cost = first.cost + second.cost
                if bisect_left(costs, low - cost) < bisect_left(costs, high - cost):
                    base = self.pipeline.base((first, second))
                    if base not in (self._base_of(first), self._base_of(second)):
                        self._with_keys((first, second), base, self._sides(low - cost, high - cost, and_right=False))
            for deviation in self.base:
                if deviation.cost + 2 * costs[0] >= high:
                    break
                base = self._base_of(deviation)
                if base != self._right:
                    for pair in _two(self.key, costs, low - deviation.cost, high - deviation.cost):
                        self._with_keys((deviation,), base, [self._key_side(pair)])
        for at, deviation in enumerate(self.base):
            if 3 * deviation.cost >= high:
                break
            others, their_costs = self.base[at + 1 :], self._base_costs[at + 1 :]
            for pair in _two(others, their_costs, low - deviation.cost, high - deviation.cost):
                if deviation.stage not in (pair[0].stage, pair[1].stage):
                    recipe = (deviation, *pair)
                    self._with_right_key(recipe, self.pipeline.base(recipe))

    def _lossy(self) -> None:
        """Ways to write a digest that cannot be gone back: tried on the right digest alone."""
        for writing in self.pipeline.writings:
            if writing.option.value.back is no_way_back and self.pipeline.signature((writing,)) == self.pipeline.received:
                self._keep((writing,), 0.0)


def _two(deviations: list[Deviation], costs: list[float], low: float, high: float) -> Iterator[tuple[Deviation, Deviation]]:
    """Every two of different stages whose costs come to at least ``low`` and less than ``high``."""
    for at, first in enumerate(deviations):
        if 2 * first.cost >= high:
            break
        begin = max(at + 1, bisect_left(costs, low - first.cost))
        for second in deviations[begin : bisect_left(costs, high - first.cost)]:
            if second.stage != first.stage:
                yield first, second


_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


def _digest(make: Callable[[bytes, bytes], bytes], key: bytes) -> Callable[[bytes], bytes]:
    """What a key makes of a base string; the states of HMAC (RFC 2104 section 4) are made once."""
    if not isinstance(make, Hmac):
        return partial(make, key)
    block = hashlib.new(make.name).block_size
    padded = (hashlib.new(make.name, key).digest() if len(key) > block else key).ljust(block, b"\0")
    copy_inner = hashlib.new(make.name, padded.translate(_INNER)).copy
    copy_outer = hashlib.new(make.name, padded.translate(_OUTER)).copy

    def digest(base: bytes) -> bytes:
        inner, outer = copy_inner(), copy_outer()
        inner.update(base)
        outer.update(inner.digest())
        return outer.digest()

    return digest


def search(pipeline: Pipeline, *, budget: float = 1.0) -> Found:
    """Find the recipes that make the received signature; ``budget`` multiplies :data:`WORK`."""
    return Search(pipeline, budget).run()
