"""Records of one kind in the order added, found in tables: by name, id, e-mail address, or what a request calls them."""

from __future__ import annotations

import itertools
import threading
import weakref
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Self, TypeVar, cast

from .fields import CHANGES, Record, RecordError, nearest
from .forks import held_at_fork

if TYPE_CHECKING:
    from collections.abc import Iterator, ValuesView

R = TypeVar("R", bound=Record)
Key = tuple[Hashable, ...]  # what a key is of, and what it is: ("name", "Default token")

_LOCK = held_at_fork(threading.RLock())  # while tables change; nothing else is waited for meanwhile


class _Place(NamedTuple):
    """Where a record stands in the order, and the keys that it is found by."""

    number: int
    keys: tuple[Key, ...]


class Tables(Generic[R]):
    """Finds records by their keys, at a cost that does not grow with them, whatever is set on them later.

    Of several records with one key, the first that was added is found. A record knows the tables that it is in, and
    has them renew its keys when a field is set.

    Args:
        keys_of: the keys of a record; of several records the same key may be.
    """

    def __init__(self, keys_of: Callable[[R], tuple[Key, ...]]) -> None:
        self._keys_of = keys_of
        self._records: dict[int, R] = {}
        self._places: dict[int, _Place] = {}  # by id() of the record
        self._found: dict[Key, tuple[int, ...]] = {}
        self._highest: dict[Key, int] = {}  # last part of the keys that begin so, where somebody asked
        self._numbers = itertools.count()
        self._snapshot: dict[int, R] | None = None

    def enter(self, record: R) -> None:
        """Find ``record`` from now on, after those that are here."""
        reference: weakref.ref[Any] = weakref.ref(self)
        with _LOCK:
            if id(record) in self._places:  # a list may hold it twice
                return
            number = next(self._numbers)
            self._records[number], self._snapshot = record, None
            self._places[id(record)] = _Place(number, ())
            self._renew(record)
        others = (other for other in getattr(record, "holders", ()) if other() is not None)
        object.__setattr__(record, "holders", (*others, reference))

    def leave(self, record: R) -> None:
        """Find ``record`` no more; it must be here."""
        holders = tuple(other for other in record.holders if other() not in {None, self})
        object.__setattr__(record, "holders", holders)
        with _LOCK:
            number, keys = self._places.pop(id(record))
            del self._records[number]
            self._snapshot = None
            self._drop(number, keys)

    def renew(self, record: R) -> None:
        """Find ``record`` by the keys that it has now."""
        with _LOCK:
            if id(record) in self._places:
                self._renew(record)

    def _renew(self, record: R) -> None:
        number, old = self._places[id(record)]
        keys = self._keys_of(record)
        if keys == old:
            return
        self._places[id(record)] = _Place(number, keys)
        for key in keys:
            if key not in old:
                self._found[key] = (*self._found.get(key, ()), number)
                highest = self._highest.get(key[:-1])
                if highest is not None and isinstance(key[-1], int):
                    self._highest[key[:-1]] = max(highest, key[-1])
        self._drop(number, [key for key in old if key not in keys])  # at every moment it is found by one or the other

    def _drop(self, number: int, keys: Iterable[Key]) -> None:
        for key in keys:
            left = tuple(other for other in self._found[key] if other != number)
            if left:
                self._found[key] = left
            else:
                del self._found[key]
                if key[-1] is not None and self._highest.get(key[:-1]) == key[-1]:
                    del self._highest[key[:-1]]

    def find(self, *key: Hashable) -> R | None:
        """The first record that has this key, or None."""
        try:
            numbers = self._found.get(key)
        except TypeError:  # a list, or another record: no key is such
            return None
        return None if numbers is None else self._records.get(min(numbers))

    def next_number(self, *begins: Hashable) -> int:
        """One more than the highest number among the keys that begin so; 1 where there is none."""
        with _LOCK:
            if begins not in self._highest:
                found = (key[-1] for key in self._found if key[:-1] == begins)
                self._highest[begins] = max((number for number in found if isinstance(number, int)), default=0)
            return self._highest[begins] + 1

    def holds(self, record: object) -> bool:
        """Whether it is this very record that is here."""
        return id(record) in self._places

    def all(self) -> dict[int, R]:
        """Every record, in order, as they are now: what is added or removed later changes it no more."""
        with _LOCK:
            if self._snapshot is None:
                self._snapshot = dict(self._records)
            return self._snapshot

    def first(self, count: int) -> list[R]:
        """The records that were added first, so many of them at most."""
        with _LOCK:
            return list(itertools.islice(self._records.values(), count))

    def __len__(self) -> int:
        return len(self._records)


class Records(Mapping[Any, R], Generic[R]):
    """Records of one kind of one account.

    Args:
        noun: what such a record is called.
        key: the field that names one.
        also: other fields that one is found by.
        account: id of the account.
        records: those that are there to begin with.
    """

    def __init__(self, noun: str, key: str, also: tuple[str, ...], account: str, records: Iterable[R] = ()) -> None:
        self.noun = noun
        self._key = key
        self._also = also
        self._account = account
        fields = (key, *also)
        self._tables: Tables[R] = Tables(lambda record: tuple((field, getattr(record, field)) for field in fields))
        self._named: dict[str, int] = {}  # a name that was wanted -> the number that it was given last
        for record in records:
            self._tables.enter(record)

    def add(self, record: R) -> R:
        """Add ``record``.

        Raises:
            RecordError: there is one of that name already.
        """
        key = getattr(record, self._key)
        if key in self:
            raise RecordError(f"{self.noun} of account {self._account}", key, f"a {self._key} not yet in use")
        self._tables.enter(record)
        CHANGES.note()
        return record

    def remove(self, record: R) -> None:
        """Remove ``record``, which must be here."""
        self._tables.leave(record)
        CHANGES.note()

    def find(self, wanted: object, where: str = "") -> R:
        """Find the record that ``wanted`` is, or is the key of; ``where`` says what asks for it.

        Raises:
            RecordError: it is not of this account; the message names those that are.
        """
        found = cast("R", wanted) if self._tables.holds(wanted) else self._tables.find(self._key, wanted)
        if found is None:
            key = getattr(wanted, self._key, wanted)
            raise RecordError(where or f"{self.noun} of account {self._account}", key, nearest(key, self))
        return found

    def by(self, field: str, value: object) -> R | None:
        """The first record whose ``field``, one of those that records are found by, is ``value``; None where none is."""
        return self._tables.find(field, value)

    def holds(self, record: object) -> bool:
        """Whether it is this very record that is here."""
        return self._tables.holds(record)

    def next_number(self, field: str) -> int:
        """One more than the highest number that a record has in ``field``; 1 where there is none."""
        return self._tables.next_number(field)

    def free_name(self, spelt: Callable[[int], str]) -> str:
        """A name that no record has: as ``spelt`` spells 1, else the next number that it was not asked for before."""
        wanted = spelt(1)
        if wanted not in self:
            return wanted
        number = self._named.get(wanted, 1) + 1
        while spelt(number) in self:
            number += 1
        self._named[wanted] = number
        return spelt(number)

    def first(self) -> R:
        """Take the first record.

        Raises:
            RecordError: there is none.
        """
        found = self.head(1)
        if not found:
            raise RecordError(f"{self.noun} of account {self._account}", None, f"at least one {self.noun}")
        return found[0]

    def head(self, count: int) -> list[R]:
        """The first records, so many of them at most."""
        return self._tables.first(count)

    def __getitem__(self, key: object) -> R:
        found = self._tables.find(self._key, key)
        if found is None:
            raise KeyError(f"no {self.noun} {key!r} in account {self._account}; {nearest(key, self)}")
        return found

    def __contains__(self, key: object) -> bool:
        return self._tables.find(self._key, key) is not None

    def __iter__(self) -> Iterator[Any]:
        return (getattr(record, self._key) for record in self.values())

    def values(self) -> ValuesView[R]:
        """The records themselves, as they are now."""
        return self._tables.all().values()

    def __len__(self) -> int:
        return len(self._tables)

    def __repr__(self) -> str:
        return repr(list(self.values()))

    def __reduce__(self) -> tuple[type[Self], tuple[Any, ...]]:
        """A copy, shallow or deep, and a pickle have tables of their own."""
        return type(self), (self.noun, self._key, self._also, self._account, list(self.values()))
