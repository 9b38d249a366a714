"""What differs between two base strings, each piece alone: decoded beside encoded, with marks that need no colour."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from pytest_netsuite_tba.login.differences import begin_alike

from .text import paint, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_netsuite_tba.login.differences import Difference

SHOWN = 6  # differences; the base strings below show all of them
_GAP = "   "
_INDENT = len("- ")
_MOST_COMPARED = 300  # characters of two texts; of longer ones all between their common ends is marked
_ALIKE = 0.5  # of two texts; where less is alike, all between their ends is marked
_TOKENS = re.compile("%(?:25)*[0-9A-Fa-f]{2}|.", re.DOTALL)  # an escape, however often it was encoded, is one
_PARTS = {"method": "Method", "url": "URL", "form": "The whole base string"}


def difference_lines(differences: Sequence[Difference], width: int, *, colour: bool) -> Iterator[str]:
    """Each difference alone, in lines of at most ``width`` columns; of many the first few."""
    yield paint("What differs: - as signed, + as expected", "bold", colour=colour)
    for difference in differences[:SHOWN]:
        yield from _lines(difference, width, colour=colour)
    if len(differences) > SHOWN:
        yield f"  ... and {len(differences) - SHOWN} more"


def title(difference: Difference) -> str:
    """What differs, in a few words; a parameter by its name."""
    part, name = difference.part, difference.name
    if part == "parameter" and difference.signed_at is None:
        return f"{name}: not signed"
    if part == "parameter" and difference.expected_at is None:
        return f"{name}: signed, but not expected"
    if part == "name":
        return f"Name of {name}"
    if part == "order":
        return "Order: another piece stands first"
    if part == "form" and name:
        return f"How {'the parameters are' if name == 'parameters' else f'{name} is'} joined or encoded"
    return name or _PARTS.get(part, part)


def place(difference: Difference) -> str:
    """Where it stands in the base strings, in characters from 0."""
    signed, expected = difference.signed_at, difference.expected_at
    if signed is None or expected is None:
        return f"at {(signed or expected or (0,))[0]}"
    return f"at {signed[0]}" if signed[0] == expected[0] else f"signed at {signed[0]}, expected at {expected[0]}"


class _Side(NamedTuple):
    """A text, and below it ``^`` where it differs from the other one."""

    text: str
    marks: str = ""

    def cut(self, start: int, room: int) -> _Side:
        """What there is room for, from ``start``."""
        text = self.text[start : start + room]
        text = f"…{text[1:]}" if start else text
        text = f"{text[:-1]}…" if start + room < len(self.text) else text
        return _Side(text, self.marks[start : start + room].rstrip())


class _Pair(NamedTuple):
    """What was signed and what is expected, as it is shown; None where it is missing."""

    signed: _Side | None
    expected: _Side | None

    @classmethod
    def of(cls, signed: str | None, expected: str | None) -> _Pair:
        if signed is None or expected is None:
            return cls(*(None if text is None else _Side(printable(text)) for text in (signed, expected)))
        texts = printable(signed), printable(expected)
        return cls(*map(_Side, texts, _marks(*texts)))

    @property
    def width(self) -> int:
        """Columns of the longer one."""
        return max(len(side.text) for side in self if side is not None)

    def fitted(self, room: int) -> _Pair:
        """Both cut to ``room`` columns, round the first place where they part."""
        first = min((side.marks.find("^") for side in self if side is not None and "^" in side.marks), default=0)
        start = max(0, min(first - room // 3, self.width - room))
        return _Pair(*(None if side is None else side.cut(start, room) for side in self))


def _marks(signed: str, expected: str) -> tuple[str, str]:
    """Mark where two texts differ: what is between their common ends, and of that, if it is short, what is not alike."""
    left, right = _TOKENS.findall(signed), _TOKENS.findall(expected)
    least = min(len(left), len(right))
    begin = begin_alike(left, right, least)
    end = begin_alike(left[::-1], right[::-1], least - begin)
    middles = left[begin : len(left) - end], right[begin : len(right) - end]
    spans = [(0, len(middles[0]), 0, len(middles[1]))]
    if max(map(len, middles)) <= _MOST_COMPARED:
        matcher = SequenceMatcher(None, *middles, autojunk=False)
        if matcher.ratio() >= _ALIKE:
            spans = [
                (start, stop, at, until) for tag, start, stop, at, until in matcher.get_opcodes() if tag != "equal"
            ]
    return (
        _underlined(left, begin, [(start, stop) for start, stop, _, _ in spans]),
        _underlined(right, begin, [(start, stop) for _, _, start, stop in spans]),
    )


def _underlined(tokens: list[str], begin: int, spans: list[tuple[int, int]]) -> str:
    marked = {begin + index for start, end in spans for index in range(start, end)}
    return "".join(("^" if index in marked else " ") * len(token) for index, token in enumerate(tokens)).rstrip()


def _lines(difference: Difference, width: int, *, colour: bool) -> Iterator[str]:
    heading = f"  {printable(title(difference))}"
    where = f"  ({place(difference)})"
    yield paint(heading[: width - len(where)] + where, "dim", colour=colour)
    decoded = difference.signed, difference.expected
    raw = difference.signed_raw, difference.expected_raw
    columns = [_Pair.of(*texts) for texts in dict.fromkeys((decoded, raw)) if texts[0] != texts[1]]
    room = width - _INDENT
    if sum(pair.width for pair in columns) + len(_GAP) * (len(columns) - 1) <= room:
        yield from _side_by_side(columns, colour=colour)
        return
    for pair in columns:
        yield from _side_by_side([pair.fitted(room)], colour=colour)


def _side_by_side(columns: list[_Pair], *, colour: bool) -> Iterator[str]:
    """A line for what was signed and one for what is expected, each with its marks below."""
    for index, sign in enumerate("-+"):
        sides = [pair[index] for pair in columns]
        texts = _spread(columns, ["" if side is None else side.text for side in sides])
        marks = _spread(columns, ["" if side is None else side.marks for side in sides])
        if any(side is not None for side in sides):
            yield paint(f"{sign} {texts}".rstrip(), sign, colour=colour)
        if marks:
            yield f"  {marks}"


def _spread(columns: list[_Pair], texts: Sequence[str]) -> str:
    """Texts in columns that are as wide as the pairs."""
    return _GAP.join(text.ljust(pair.width) for pair, text in zip(columns, texts, strict=True)).rstrip()
