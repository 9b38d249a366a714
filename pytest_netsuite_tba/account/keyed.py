"""Records of one kind, looked up by name, id or e-mail address, in the order created."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from .fields import CHANGES, Record, RecordError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, ValuesView

R = TypeVar("R", bound=Record)


class Records(Mapping[Any, R], Generic[R]):
    """Records of one kind of one account.

    Attributes:
        noun: what such a record is called.
    """

    def __init__(self, noun: str, key: str, account: str, records: Iterable[R] = ()) -> None:
        self.noun = noun
        self._key = key
        self._account = account
        self._records = list(records)
        self._values = dict(enumerate(self._records)).values()

    def add(self, record: R) -> R:
        """Add ``record``.

        Raises:
            RecordError: there is one of that name already.
        """
        key = getattr(record, self._key)
        if key in self:
            raise RecordError(f"{self.noun} of account {self._account}", key, f"a {self._key} not yet in use")
        self._become([*self._records, record])
        return record

    def remove(self, record: R) -> None:
        """Remove ``record``, which must be here."""
        self._become([kept for kept in self._records if kept is not record])

    def _become(self, records: list[R]) -> None:
        self._records = records
        self._values = dict(enumerate(records)).values()
        CHANGES.note()

    def find(self, wanted: object, where: str = "") -> R:
        """Find the record that ``wanted`` is, or is the key of; ``where`` says what asks for it.

        Raises:
            RecordError: it is not of this account; the message names those that are.
        """
        for record in self._records:
            if record is wanted or getattr(record, self._key) == wanted:
                return record
        key = getattr(wanted, self._key, wanted)
        raise RecordError(where or f"{self.noun} of account {self._account}", key, nearest(key, self))

    def first(self) -> R:
        """Take the first record.

        Raises:
            RecordError: there is none.
        """
        if not self._records:
            raise RecordError(f"{self.noun} of account {self._account}", None, f"at least one {self.noun}")
        return self._records[0]

    def __getitem__(self, key: object) -> R:
        for record in self._records:
            if getattr(record, self._key) == key:
                return record
        raise KeyError(f"no {self.noun} {key!r} in account {self._account}; {nearest(key, self)}")

    def __contains__(self, key: object) -> bool:
        return any(getattr(record, self._key) == key for record in self._records)

    def __iter__(self) -> Iterator[Any]:
        return (getattr(record, self._key) for record in list(self._records))

    def values(self) -> ValuesView[R]:
        """The records themselves, as they are now."""
        return self._values  # the inherited view would search for each by its key

    def __len__(self) -> int:
        return len(self._records)

    def __repr__(self) -> str:
        return repr(self._records)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return type(self)(self.noun, self._key, self._account, copy.deepcopy(self._records, memo))
