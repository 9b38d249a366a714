"""A bounded list that says how much it let go."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

DEFAULT_HISTORY = 10_000


class History(Sequence[T]):
    """The newest entries, oldest first.

    Attributes:
        limit: how many entries are kept.
        dropped: how many older ones were let go.
    """

    def __init__(self, limit: int = DEFAULT_HISTORY) -> None:
        self.limit = limit
        self.dropped = 0
        self._entries: deque[T] = deque(maxlen=limit)
        self._lock = threading.Lock()

    def append(self, entry: T) -> None:
        """Add ``entry``; the oldest goes when the history is full."""
        with self._lock:
            if len(self._entries) == self.limit:
                self.dropped += 1
            self._entries.append(entry)

    def clear(self) -> None:
        """Forget every entry, and the count of those let go."""
        with self._lock:
            self._entries.clear()
            self.dropped = 0

    def newest(self) -> T | None:
        """The newest entry, or None where there is none."""
        with self._lock:
            return self._entries[-1] if self._entries else None

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[T]:
        with self._lock:
            return iter(list(self._entries))

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return list(self)[index]
        if not self._entries:
            raise IndexError("nothing has arrived yet: the history is empty")
        return self._entries[index]

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # typeshed has object.__hash__ a method; None is how Python says that there is none

    def __repr__(self) -> str:
        return repr(list(self))

    def __reduce__(self) -> tuple[type[Self], tuple[int]]:
        """A copy of an account, and a pickle, start with nothing behind them."""
        return type(self), (self.limit,)
