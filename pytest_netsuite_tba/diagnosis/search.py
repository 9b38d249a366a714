"""The search: recipes in the order of their likelihood, until the work is done or an answer is sure.

Recipes are tried in bands of cost. Writing a digest is searched backwards: the signature that came is turned back into
every digest that it may be, so that a candidate costs one HMAC and one look. Options that make the same of this request
are tried as one, wherever they cannot differ.
"""

from __future__ import annotations

import hashlib
import itertools
from bisect import bisect_left
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_netsuite_tba.oauth1.encoding import to_bytes

from .pipeline import BASE, JOINED, KEY, LEAST_OF_LATE
from .stages.digest import HASHES_TRIED, Hmac, no_way_back, plaintext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .pipeline import Deviation, Pipeline, Recipe

WORK = 2_000_000_000  # of a budget of 1: bytes hashed, and what encoding, sorting and looking cost beside them
LEAST_WORK = 60_000_000  # whatever the budget is: enough for a usual request's single mistakes and likeliest pairs
_LOOK = 1_500  # the work of a candidate beside the bytes that it hashes
_FIRST_BANDS, _BAND = (3.1, 3.6, 4.1, LEAST_OF_LATE), 0.7  # in costs
_QUICK = 2.0  # how much further in cost pairs are tried whose base string is known: they cost a tenth of the work
_AFTER = 0.5  # how much more other readings may cost that are still looked for
_SINGLES_AFTER = 1.8  # the same of single mistakes of the same part
_WORK_AFTER = 2_000_000  # what is spent on other readings at least
_USUAL_KEY, _WORK_OF_KEY = 512, 40  # bytes of a key, and what each beyond costs that is encoded
LIKELY = 6.6  # the cost of a likely pair
_MOST_KEPT = 6 * 2**20  # bytes of base strings that are kept
_PREFIX = 8  # bytes of a digest that are looked up before the whole is compared
_MOST_ALIKE = 20  # readings of one find that do the same to this request


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search came to.

    Attributes:
        recipes: those that reproduce the received signature, the likeliest first.
        tried: what was tried to its end: ``single mistakes``, ``likely pairs``, ``pairs``, ``triples``.
        counts: how many of each number of mistakes were tried: singles, pairs, triples.
        cut_short: the work ended before the single mistakes and the likely pairs were tried.
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


class _OutOfWorkError(Exception):
    """The budget ended."""


class _Sorted:
    """Deviations in the order of their cost."""

    def __init__(self, deviations: Sequence[Deviation]) -> None:
        self.all = list(deviations)
        self._costs = [deviation.cost for deviation in self.all]

    @property
    def lowest(self) -> float:
        """The lowest cost; more than any where there is no deviation."""
        return self._costs[0] if self._costs else float("inf")

    @property
    def highest(self) -> float:
        """The highest cost."""
        return self._costs[-1] if self._costs else 0.0

    def between(self, low: float, high: float) -> list[Deviation]:
        """Those that cost at least ``low`` and less than ``high``."""
        return self.all[bisect_left(self._costs, low) : bisect_left(self._costs, high)]

    def has(self, low: float, high: float) -> bool:
        """Whether there are any."""
        return bisect_left(self._costs, low) < bisect_left(self._costs, high)

    def pairs(self, low: float, high: float, begin: int = 0) -> Iterator[tuple[Deviation, Deviation]]:
        """Every two of different stages that cost so much together, from a place on."""
        deviations, costs = self.all, self._costs
        for at in range(begin, len(deviations)):
            first = deviations[at]
            if 2 * first.cost >= high:
                break
            start = max(at + 1, bisect_left(costs, low - first.cost))
            for second in deviations[start : bisect_left(costs, high - first.cost)]:
                if second.stage != first.stage:
                    yield first, second


class Search:
    """One search for one signature."""

    def __init__(self, pipeline: Pipeline, budget: float) -> None:
        self.pipeline = pipeline
        self.end: float = max(budget * WORK, LEAST_WORK)
        self.found: dict[frozenset[int], tuple[Recipe, float]] = {}  # with the cost without what was written
        self.counts = [0, 0, 0, 0]
        self._bases: dict[int, bytes] = {}
        self._keys: dict[int, _KeySide] = {}
        self._alike: dict[int, list[Deviation]] = {}
        self._others: frozenset[int] = frozenset()
        self._quick = 0.0  # up to this cost pairs of a known base string and a key were tried
        self._take_deviations()
        self._right = pipeline.base(())
        self._received = to_bytes(pipeline.received)
        self._right_key = self._key_side(())
        self._wanted = self._digests_wanted()

    def _take_deviations(self) -> None:
        deviations = self.pipeline.deviations
        self.base = _Sorted([deviation for deviation in deviations if deviation.bits & BASE])
        self.key = _Sorted(
            [deviation for deviation in deviations if deviation.bits & KEY and not deviation.bits & BASE]
        )
        self._single_bases, self._single_keys = self.base, self.key

    def _group(self) -> None:
        """Of single deviations that make the same base string or key, take the likeliest for all.

        Those that change nothing of this request are left out, but where others may bring out what they change.
        """
        alike: dict[object, Deviation] = {_short(self._right): _NOTHING, _short(self.pipeline.key(())): _NOTHING}
        first_of_keys: list[Deviation] = []
        first_of_bases: list[Deviation] = []
        for deviations, firsts in ((self.base, first_of_bases), (self.key, first_of_keys)):
            for deviation in deviations.all:
                made: object = deviation.at
                if deviations is self.base and not deviation.bits & KEY:
                    made = _short(self._base_of(deviation))
                elif deviations is self.key and deviation.stage != "digest":
                    made = _short(self.pipeline.key((deviation,)))
                first = alike.setdefault(made, deviation)
                if first is deviation:
                    firsts.append(deviation)
                else:
                    self._alike.setdefault(first.at, []).append(deviation)
        self._others = frozenset(deviation.at for deviation in self.base.all) - {
            deviation.at for deviation in first_of_bases
        }
        self._single_bases, self._single_keys = _Sorted(first_of_bases), _Sorted(first_of_keys)

    # -- what is looked for ------------------------------------------------------------------------------------------

    def _digests_wanted(self) -> dict[bytes, list[Recipe]]:
        """The first bytes of every digest that the received signature may be, and how it was written then."""
        right, received = self.pipeline.right, self.pipeline.received
        texts = [((), right["text"]), *self._writings("text")]
        headers = [((), right["header"]), *self._writings("header")]
        wanted: dict[bytes, list[Recipe]] = {}
        for of_header, sent in headers:
            text = sent.back(received)
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
            self.pipeline.work += 3 * _LOOK + (0 if key is None else _WORK_OF_KEY * max(0, len(key) - _USUAL_KEY))
            if len(recipe) == 1:
                self._keys[recipe[0].at] = known
        return known

    def _is_plaintext(self, recipe: Recipe) -> None:
        """The signature is the key itself; a key of no secret proves nothing."""
        if any("value-of-nothing" in deviation.option.mistakes for deviation in recipe):
            return
        for deviation in self.key.all:
            if deviation.option.value is plaintext and deviation not in recipe:
                self._keep((*recipe, deviation))

    def _base_of(self, deviation: Deviation) -> bytes:
        known = self._bases.get(deviation.at)
        if known is None:
            known = self.pipeline.base((deviation,))
            if len(self._bases) * len(known) < _MOST_KEPT:
                self._bases[deviation.at] = known
            if self.pipeline.work > self.end:
                raise _OutOfWorkError
        return known

    def _check(self, recipe: Recipe, prefix: bytes) -> None:
        """A digest begins as one that is wanted: keep the recipe if the whole signature is the received one."""
        choices = [(deviation, *self._alike.get(deviation.at, ())) for deviation in recipe]
        for alike in itertools.islice(itertools.product(*choices), _MOST_ALIKE):
            for writing in self._wanted[prefix]:
                if self._keep((*alike, *writing)) and not writing:
                    break  # other ways to write it come to the same

    def _keep(self, recipe: Recipe) -> bool:
        """Keep a recipe if it makes the received signature."""
        if self.pipeline.signature(recipe) != self.pipeline.received:
            return False
        if not self.found:  # others of its like are looked for a while
            self.end = min(self.end, 2 * self.pipeline.work + _WORK_AFTER)
        cost = sum([deviation.cost for deviation in recipe if deviation not in self.pipeline.writings])
        self.found.setdefault(frozenset([deviation.at for deviation in recipe]), (recipe, cost))
        return True

    # -- the order of the search -------------------------------------------------------------------------------------

    def run(self) -> Found:
        """Try recipes in bands of cost."""
        tried: list[str] = []
        cut_short, singles = False, float("inf")  # beyond that cost all single mistakes were tried
        try:
            self._with_right_key((), self._right)
            if frozenset() in self.found:  # nothing is wrong with the signature
                return Found(recipes=((),), made=sum(self.counts))
            self._lossy()
            for low, high in itertools.pairwise(self._bands()):
                lowest = min([cost for _, cost in self.found.values()], default=low)
                ends = bool(self.found) and (low > lowest + _AFTER or low == LEAST_OF_LATE)
                if low == LEAST_OF_LATE and (not ends or low < lowest + _AFTER):
                    self.pipeline.add_late_stages()
                    self._take_deviations()
                if ends:
                    self._singles_beside(min(low, singles), lowest + _SINGLES_AFTER)
                    break
                if low == LEAST_OF_LATE:
                    self._group()
                self._singles(low, min(high, singles))
                self._pairs(low, high)
                self._triples(low, high)
                if high > LIKELY and singles > high:
                    singles = high  # with the likely pairs come the last of the single mistakes: they are few
                    self._singles(high, float("inf"))
                tried = self._tried(high)
        except _OutOfWorkError:
            cut_short = not self.found and "likely pairs" not in tried
        self._others_alike()
        smallest = self._smallest()
        smallest.sort(key=lambda recipe: sum([deviation.cost for deviation in recipe]))
        return Found(
            recipes=tuple(smallest), tried=tuple(tried), counts=(self.counts[1], self.counts[2], self.counts[3]), cut_short=cut_short,
            made=sum(self.counts),
        )  # fmt: skip

    def _singles_beside(self, low: float, high: float) -> None:
        """Beside a single mistake that was found, try those that change the same part and are not much less likely."""
        bits = 0
        for recipe, _ in self.found.values():
            bits |= recipe[0].bits if len(recipe) == 1 else 0
        for deviation in self.base.between(low, high):
            if deviation.bits & bits:
                self._with_right_key((deviation,), self._base_of(deviation))
        sides = [self._key_side((deviation,)) for deviation in self.key.between(low, high) if deviation.bits & bits]
        self._with_keys((), self._right, sides)

    def _smallest(self) -> list[Recipe]:
        """What was found, but for what holds another find and something idle besides."""
        return [recipe for its, (recipe, _) in self.found.items() if not any(other < its for other in self.found)]

    def _others_alike(self) -> None:
        """Try others in the place of each deviation of what was found: in company they may make the same of this request."""
        end = self.pipeline.work + _WORK_AFTER
        for recipe in self._smallest():
            base = self.pipeline.base(recipe)
            for replaced in recipe if len(recipe) > 1 else ():
                rest = tuple([deviation for deviation in recipe if deviation is not replaced])
                stages = {deviation.stage for deviation in rest}
                near = self.base.between(0, replaced.cost + _SINGLES_AFTER) if replaced.bits & BASE & ~KEY else ()
                for other in near:
                    if other.stage not in stages and not other.bits & KEY and self.pipeline.work < end:
                        self.pipeline.work += _LOOK
                        if self.pipeline.base((*rest, other)) == base:
                            self._keep((*rest, other))

    def _bands(self) -> Iterator[float]:
        """The limits of the bands, up to the most that a triple costs."""
        yield from (0.0, *_FIRST_BANDS)
        high = LEAST_OF_LATE
        while high <= 3 * self._highest:
            high += _BAND
            yield high

    @property
    def _highest(self) -> float:
        return max(self.base.highest, self.key.highest, LEAST_OF_LATE)

    def _tried(self, high: float) -> list[str]:
        limits = {
            "single mistakes": LIKELY,
            "likely pairs": LIKELY,
            "pairs": 2 * self._highest,
            "triples": 3 * self._highest,
        }
        return [name for name, limit in limits.items() if high > limit] if high > LEAST_OF_LATE else []

    def _singles(self, low: float, high: float) -> None:
        sides = [self._key_side((deviation,)) for deviation in self.key.between(low, high)]
        if sides:
            self._with_keys((), self._right, sides)
        for deviation in self.base.between(low, high):
            self._with_right_key((deviation,), self._base_of(deviation))

    def _pairs(self, low: float, high: float) -> None:
        for pair in self._base_pairs(low, high):
            self._with_right_key(pair, self.pipeline.base(pair))
        for pair in self._single_keys.pairs(low, high):
            self._with_keys((), self._right, [self._key_side(pair)])
        low, self._quick = self._quick, high if high <= LIKELY else high + _QUICK
        for deviation in self._single_bases.between(0, self._quick - self._single_keys.lowest):
            sides = self._sides(low - deviation.cost, self._quick - deviation.cost)
            self._with_keys((deviation,), self._base_of(deviation), sides)

    def _triples(self, low: float, high: float) -> None:
        keys = self._single_keys
        for first, second in self._base_pairs(0, high - keys.lowest):
            cost = first.cost + second.cost
            if keys.has(low - cost, high - cost):
                base = self.pipeline.base((first, second))
                if base not in (self._base_of(first), self._base_of(second)):
                    self._with_keys((first, second), base, self._sides(low - cost, high - cost))
        for deviation in self._single_bases.between(0, high - 2 * keys.lowest):
            for pair in keys.pairs(low - deviation.cost, high - deviation.cost):
                self._with_keys((deviation,), self._base_of(deviation), [self._key_side(pair)])
        for at, deviation in enumerate(self.base.all):
            if 3 * deviation.cost >= high:
                break
            for pair in self.base.pairs(low - deviation.cost, high - deviation.cost, at + 1):
                recipe = (deviation, *pair)
                if deviation.stage not in (pair[0].stage, pair[1].stage) and self._can_differ(recipe):
                    self._with_right_key(recipe, self.pipeline.base(recipe))

    def _can_differ(self, recipe: Recipe) -> bool:
        """Whether nothing of a recipe is done by another: one that is alike differs only beside what changes its part."""
        for deviation in recipe:
            if deviation.at in self._others:
                bits = 0
                for other in recipe:
                    bits |= other.bits if other is not deviation else 0
                if not bits & deviation.bits & ~JOINED:
                    return False
        return True

    def _base_pairs(self, low: float, high: float) -> Iterator[tuple[Deviation, Deviation]]:
        """Two deviations of the base string; of those that change other parts each, one of those that are alike."""
        for pair in self.base.pairs(low, high):
            if pair[0].bits & pair[1].bits & ~JOINED or self._can_differ(pair):
                yield pair

    def _sides(self, low: float, high: float) -> list[_KeySide]:
        return [self._key_side((deviation,)) for deviation in self._single_keys.between(low, high)]

    def _with_right_key(self, recipe: Recipe, base: bytes) -> None:
        """Look up what the right key makes of a base string."""
        if any(deviation.bits & KEY for deviation in recipe):
            self._with_keys(recipe, base, [self._right_key])
            return
        digest = self._right_key.digest
        if digest is not None and (prefix := digest(base)[:_PREFIX]) in self._wanted:
            self._check(recipe, prefix)
        self._count(len(recipe), 1, base)

    def _with_keys(self, recipe: Recipe, base: bytes, sides: list[_KeySide]) -> None:
        """Look up what these keys make of it; where the recipe changes the key too, they are made for it."""
        if not sides:
            return
        of_key = tuple([deviation for deviation in recipe if deviation.bits & KEY])
        if of_key:
            sides = [self._key_side((*of_key, *side.recipe))._replace(recipe=side.recipe) for side in sides]
        wanted = self._wanted
        for side in sides:
            if side.digest is not None and (prefix := side.digest(base)[:_PREFIX]) in wanted:
                self._check((*recipe, *side.recipe), prefix)
        self._count(len(recipe) + len(sides[0].recipe), len(sides), base)

    def _count(self, deviations: int, times: int, base: bytes) -> None:
        self.counts[min(deviations, 3)] += times
        self.pipeline.work += times * (_LOOK + len(base))
        if self.pipeline.work > self.end:
            raise _OutOfWorkError

    def _lossy(self) -> None:
        """Ways to write a digest that cannot be gone back: tried on the right digest alone."""
        for writing in self.pipeline.writings:
            if writing.option.value.back is no_way_back:
                self._keep((writing,))


class _Nothing(NamedTuple):
    """Stands for the right option among deviations."""

    at: int = -1


_NOTHING: Any = _Nothing()
_BLOCKS = {name: hashlib.new(name).block_size for name in HASHES_TRIED}
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


def _short(made: bytes | None) -> bytes:
    """What stands for a text that is compared with others, and not kept."""
    return b"" if made is None else hashlib.blake2b(made, digest_size=16).digest()


def _digest(make: Callable[[bytes, bytes], bytes], key: bytes) -> Callable[[bytes], bytes]:
    """What a key makes of a base string; the states of HMAC (RFC 2104 section 4) are made once."""
    if not isinstance(make, Hmac):
        return partial(make, key)
    new = getattr(hashlib, make.name)
    block = _BLOCKS[make.name]
    padded = (new(key).digest() if len(key) > block else key).ljust(block, b"\0")
    copy_inner = new(padded.translate(_INNER)).copy
    copy_outer = new(padded.translate(_OUTER)).copy

    def digest(base: bytes) -> bytes:
        inner, outer = copy_inner(), copy_outer()
        inner.update(base)
        outer.update(inner.digest())
        made: bytes = outer.digest()
        return made

    return digest


def search(pipeline: Pipeline, *, budget: float = 1.0) -> Found:
    """Find the recipes that make the received signature; ``budget`` multiplies :data:`WORK`."""
    return Search(pipeline, budget).run()
