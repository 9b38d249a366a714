"""What pytest prints where two of our values are not equal: what differs, by name, and of a secret no more than that."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pytest_netsuite_tba.clients.variables import SecretVariables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _typeshed import DataclassInstance

_MOST = 240  # characters of a value, as pytest's own


def explain(left: object, right: object) -> list[str] | None:
    """The lines below ``assert left == right``; None where neither side can hold a secret."""
    if isinstance(left, SecretVariables) or isinstance(right, SecretVariables):
        if isinstance(left, Mapping) and isinstance(right, Mapping):
            return _lines(left, right, _variables(left, right))
        return _lines(left, right, ())
    if type(left) is type(right) and dataclasses.is_dataclass(left) and not isinstance(left, type) and _is_ours(left):
        return _lines(left, right, _fields(left, right))
    return None


def _is_ours(value: object) -> bool:
    return type(value).__module__.partition(".")[0] == __package__.partition(".")[0]


def _lines(left: object, right: object, found: Iterable[str]) -> list[str]:
    return [f"{_shown(left)} == {_shown(right)}", "", *found]


def _variables(left: Mapping[Any, object], right: Mapping[Any, object]) -> Iterator[str]:
    """Name by name; no value of either side, as a test that expects a secret holds it too."""
    for title, names in (
        ("Other values", [name for name in left if name in right and left[name] != right[name]]),
        ("Only on the left", [name for name in left if name not in right]),
        ("Only on the right", [name for name in right if name not in left]),
    ):
        if names:
            yield f"{title}: {', '.join(map(str, names))}"


def _fields(left: DataclassInstance, right: object) -> Iterator[str]:
    """Field by field; of one that no repr shows, that it differs."""
    for field in dataclasses.fields(left):
        sides = getattr(left, field.name), getattr(right, field.name)
        if field.compare and sides[0] != sides[1]:
            yield f"{field.name}: {' != '.join(map(_shown, sides))}" if field.repr else f"{field.name}: not the same"


def _shown(value: object) -> str:
    """A value as a report may have it; of a mapping beside variables, its names."""
    if isinstance(value, Mapping) and not isinstance(value, SecretVariables):
        return f"<{', '.join(map(str, value))}>"
    text = repr(value)
    return text if len(text) <= _MOST else f"{text[:_MOST]}..."
