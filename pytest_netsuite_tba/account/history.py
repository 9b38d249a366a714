"""Bounded lists that say how much they let go, and the store that bounds several of them together."""

from __future__ import annotations

import sys
import threading
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from .forks import held_at_fork

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")

DEFAULT_HISTORY = 10_000
DEFAULT_HISTORY_BYTES = 64 * 1024 * 1024
_SHARE_OF_REST = 0.875  # of the bytes: the most that is kept of what cannot be cut, so that new bodies find room
NO_LONGER_KEPT = "({} bytes, no longer kept)"  # stands where a body was

_LOCK = held_at_fork(threading.RLock())  # while histories change; nothing else is waited for meanwhile


@dataclass(slots=True)
class Weight:
    """About how many bytes an entry takes.

    Attributes:
        rest: what cannot be cut.
        body: what can be: bodies of its own, and base strings.
        request: the request's body, to be cut as well; it weighs once, however many entries have it.
    """

    rest: int = 0
    body: int = 0
    request: bytes = field(default=b"", repr=False)


_NOTHING = Weight()


@dataclass(eq=False, slots=True)
class _Kept(Generic[T]):
    """An entry, where it is kept, and what it weighs."""

    history: History[T]
    entry: T
    weight: Weight


class Store:
    """What some histories keep together, within so many bytes.

    Of what is too much, the bodies go first, those of the oldest entries; an entry goes where the rest of all is too
    much as well.

    Attributes:
        limit: in bytes.
        used: of it, as the histories weigh their entries.
    """

    def __init__(self, limit: float = DEFAULT_HISTORY_BYTES) -> None:
        self.limit = limit
        self.used = self._rest = 0
        self._numbers = count()
        self._requests: Counter[int] = Counter()  # id() of a request's body -> how many entries have it
        self._kept: OrderedDict[int, _Kept[Any]] = OrderedDict()  # oldest first
        self._whole: OrderedDict[int, _Kept[Any]] = OrderedDict()  # those of them that may be cut

    def add(self, kept: _Kept[Any]) -> int:
        """Keep an entry; its number."""
        number = next(self._numbers)
        self._kept[number] = kept
        self._weigh(number, kept, _NOTHING, kept.weight)
        return number

    def change(self, number: int, weight: Weight) -> None:
        """Have an entry weigh so much from now on; one that is gone weighs nothing."""
        kept = self._kept.get(number)
        if kept is not None:
            self._weigh(number, kept, kept.weight, weight)
            self.fit()

    def _weigh(self, number: int, kept: _Kept[Any], before: Weight, now: Weight) -> None:
        self.used += now.rest + now.body - before.rest - before.body
        self._rest += now.rest - before.rest
        if now.request:
            self._count(now.request, 1)
        if before.request:
            self._count(before.request, -1)
        kept.weight = now
        if now.body or now.request:
            self._whole[number] = kept
        elif before.body or before.request:
            self._whole.pop(number, None)

    def _count(self, request: bytes, step: int) -> None:
        """Note that one entry more, or less, has the body of a request."""
        before = self._requests[id(request)]
        self._requests[id(request)] = now = before + step
        if not now:
            del self._requests[id(request)]
        self.used += len(request) * (bool(now) - bool(before))

    def remove(self, number: int) -> None:
        """Keep an entry no more."""
        kept = self._kept.pop(number)
        self._weigh(number, kept, kept.weight, _NOTHING)

    def fit(self) -> None:
        """Let go what is too much."""
        while self._rest > self.limit * _SHARE_OF_REST:
            number, kept = next(iter(self._kept.items()))
            kept.history.drop(number)
        while self.used > self.limit and self._whole:
            number, kept = next(iter(self._whole.items()))
            kept.entry = kept.history.cut(kept.entry)
            self._weigh(number, kept, kept.weight, Weight(kept.weight.rest))

    def clear(self) -> None:
        """Forget whatever the histories keep."""
        with _LOCK:
            while self._kept:
                next(iter(self._kept.values())).history.clear()


class History(Sequence[T]):
    """The newest entries, oldest first.

    Args:
        limit: how many entries are kept.
        store: bounds them in bytes, with those of other histories; one of its own when omitted.

    Attributes:
        limit: as above.
        dropped: how many older ones were let go.
        store: as above.
    """

    def __init__(self, limit: int = DEFAULT_HISTORY, store: Store | None = None) -> None:
        self.limit = limit
        self.store = Store() if store is None else store
        self.dropped = 0
        self._entries: OrderedDict[int, _Kept[T]] = OrderedDict()

    def weigh(self, entry: T) -> Weight:
        """About how many bytes an entry takes."""
        del entry
        return Weight()

    def cut(self, entry: T) -> T:
        """The entry without its body, whose length it says."""
        return entry

    def append(self, entry: T) -> int:
        """Add ``entry``; the oldest goes when the history is full. Its number in the store is returned."""
        kept = _Kept(self, entry, self.weigh(entry))
        with _LOCK:
            number = self.store.add(kept)
            self._entries[number] = kept
            if len(self._entries) > self.limit:
                self.drop(next(iter(self._entries)))
            self.store.fit()
        return number

    def weigh_anew(self, number: int, entry: T) -> None:
        """Note that an entry weighs something else now."""
        weight = self.weigh(entry)
        with _LOCK:
            self.store.change(number, weight)

    def drop(self, number: int) -> None:
        """Let an entry go, and count it. Whoever still holds it has it without its body."""
        kept = self._entries.pop(number)
        self.store.remove(number)
        self.dropped += 1
        self.cut(kept.entry)

    def join(self, other: History[Any]) -> None:
        """Keep as many entries as ``other`` from now on, within the bytes of its store."""
        if self.store is not other.store:
            with _LOCK:
                entries = list(self)
                self.clear()
                self.limit, self.store = other.limit, other.store
                for entry in entries:
                    self.append(entry)

    def clear(self) -> None:
        """Forget every entry, and the count of those let go."""
        with _LOCK:
            for number in self._entries:
                self.store.remove(number)
            self._entries.clear()
            self.dropped = 0

    def newest(self) -> T | None:
        """The newest entry, or None where there is none."""
        with _LOCK:
            return next((kept.entry for kept in reversed(self._entries.values())), None)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[T]:
        with _LOCK:
            return iter([kept.entry for kept in self._entries.values()])

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if index == -1 and (newest := History.newest(self)) is not None:  # the one that is asked for most
            return newest
        entries = list(History.__iter__(self))
        if not entries and isinstance(index, int):
            raise IndexError("nothing has arrived yet: the history is empty")
        return entries[index]

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # typeshed has object.__hash__ a method; None is how Python says that there is none

    def __repr__(self) -> str:
        return repr(list(self))

    def __reduce__(self) -> tuple[type[Self], tuple[int]]:
        """A copy of an account, and a pickle, start with nothing behind them."""
        return type(self), (self.limit,)


def size_of_texts(texts: Iterable[object]) -> int:
    """How many bytes some texts take."""
    return sum(map(sys.getsizeof, texts))


def size_of(value: object, most: float = float("inf")) -> int:
    """About how many bytes a value of plain texts, numbers, lists and dicts takes; no more than just above ``most`` are counted."""
    total, waiting = 0, [value]
    while waiting and total <= most:
        value = waiting.pop()
        total += sys.getsizeof(value)
        if isinstance(value, dict):
            waiting += value.keys()
            waiting += value.values()
        elif isinstance(value, list | tuple | set | frozenset):
            waiting += value
    return total
