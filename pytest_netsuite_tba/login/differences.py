"""Where two base strings part: piece by piece, decoded once, with the places of each piece in both.

A base string is read as ``METHOD&URL&PARAMETERS``, or as the five fields of a SOAP ``tokenPassport``. What cannot be
taken apart so is compared as a whole. The work is linear in the texts.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .hiding import Hiding

Part = Literal[
    "method", "url", "parameter", "name", "order", "form", "account", "consumerKey", "token", "nonce", "timestamp"
]
Place = tuple[int, int]
_Said = tuple[str | None, str | None]

_PASSPORT: tuple[Part, ...] = ("account", "consumerKey", "token", "nonce", "timestamp")
_MOST_PIECES = 2_000  # parameters; texts of more are compared as a whole
# How often a text was encoded -> what joins pairs, and what joins a name and its value, then.
_JOINTS = (
    (re.compile("&"), re.compile("=")),
    (re.compile("%26"), re.compile("%3d", re.IGNORECASE)),
    (re.compile("%2526"), re.compile("%253d", re.IGNORECASE)),
)
_ONCE = 1
_BRACKETS = re.compile(r"\[[^]]*\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One piece that was signed otherwise than it should have been.

    Attributes:
        part: ``method``, ``url``; ``parameter``, whose value differs, or that stands on one side only; ``name`` of a
            parameter, spelt otherwise; ``order``, in which the pieces stand; ``form``, how pieces or the whole were
            joined and encoded; or a field of the ``tokenPassport``.
        name: of the parameter, fully decoded; of a ``form`` that is not the whole's, ``parameters``; else ``""``.
        signed, expected: what stands there, decoded once: of a parameter its value as the parameter string has it;
            None where the piece is missing.
        signed_at, expected_at: start and end of the piece in the base string, in characters from 0; None likewise.
        signed_raw, expected_raw: the piece as the base string has it, name and value; None likewise.
    """

    part: Part
    name: str = ""
    signed: str | None = None
    expected: str | None = None
    signed_at: Place | None = None
    expected_at: Place | None = None
    signed_raw: str | None = None
    expected_raw: str | None = None

    def without_secrets(self, hiding: Hiding) -> Difference:
        """The same, where a secret shows once it is decoded."""
        return replace(
            self, name=hiding.text(self.name), signed=hiding.optional(self.signed),
            expected=hiding.optional(self.expected),
        )  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """As JSON holds it; a place is a list of start and end."""
        return {
            "part": self.part,
            "name": self.name,
            "signed": self.signed,
            "expected": self.expected,
            "signed_at": None if self.signed_at is None else list(self.signed_at),
            "expected_at": None if self.expected_at is None else list(self.expected_at),
            "signed_raw": self.signed_raw,
            "expected_raw": self.expected_raw,
        }


def differences(signed: str, expected: str) -> tuple[Difference, ...]:
    """Where two base strings part, in the order of the expected one; empty where they are equal."""
    if signed == expected:
        return ()
    compare = _of_passports if expected.count("&") == len(_PASSPORT) - 1 else _of_requests  # which has two
    return tuple(compare(signed, expected) or _of_wholes(signed, expected))


# -- taken apart -------------------------------------------------------------------------------------------------


class _Piece(NamedTuple):
    """A piece of a base string: where it stands, and its text decoded once."""

    at: Place
    raw: str
    text: str

    @classmethod
    def of(cls, base_string: str, start: int, end: int, times: int = _ONCE) -> _Piece:
        raw = text = base_string[start:end]
        for _ in range(times):
            text = _decode(text)
        return cls((start, end), raw, text)


class _Parts(NamedTuple):
    """A base string of a request: method, URL, its third part, and the parameters of that."""

    method: _Piece
    url: _Piece
    third: _Piece
    parameters: list[_Piece]
    encoded: int  # how often the third part was encoded


def _decode(text: str) -> str:
    return unquote(text, errors="replace")


def _difference(
    part: Part, left: _Piece | None, right: _Piece | None, *, name: str = "", said: _Said | None = None
) -> Difference:
    """Of a signed and an expected piece; what is ``said`` of them stands for what they are decoded to."""
    signed, expected = said or (left and left.text, right and right.text)
    return Difference(
        part=part, name=name, signed=signed, expected=expected, signed_at=left and left.at,
        expected_at=right and right.at, signed_raw=left and left.raw, expected_raw=right and right.raw,
    )  # fmt: skip


def _apart(base_string: str) -> _Parts | None:
    """Take ``METHOD&URL&PARAMETERS`` apart, however often the third part was encoded; None where it is no such text."""
    first = base_string.find("&")
    second = base_string.find("&", first + 1)
    if min(first, second) < 0:
        return None
    third = second + 1
    encoded = next((times for times, (_, equals) in enumerate(_JOINTS) if equals.search(base_string, third)), None)
    if encoded is None:
        return None
    pieces, start = [], third
    for joint in _JOINTS[encoded][0].finditer(base_string, third):
        pieces.append(_Piece.of(base_string, start, joint.start(), encoded))
        start = joint.end()
        if len(pieces) > _MOST_PIECES:
            return None
    pieces.append(_Piece.of(base_string, start, len(base_string), encoded))
    return _Parts(
        _Piece.of(base_string, 0, first), _Piece.of(base_string, first + 1, second),
        _Piece.of(base_string, third, len(base_string), encoded), pieces, encoded,
    )  # fmt: skip


def _of_requests(signed: str, expected: str) -> list[Difference]:
    """Those of two base strings of requests; none where one of them is no such text."""
    ours, theirs = _apart(signed), _apart(expected)
    if ours is None or theirs is None:
        return []
    found = [_difference("method", ours.method, theirs.method)] if ours.method.raw != theirs.method.raw else []
    found += [_difference("url", ours.url, theirs.url)] if ours.url.raw != theirs.url.raw else []  # fmt: skip
    pairs = _paired(ours.parameters, theirs.parameters)
    both = [(left, right) for left, right in pairs if left is not None and right is not None]
    form = _difference("form", ours.third, theirs.third, name="parameters")
    if len(both) * 2 < min(len(ours.parameters), len(theirs.parameters)):
        return [] if found else [form]
    if any(left.text == right.text and left.raw != right.raw for left, right in both):
        found.append(form)
    for left, right in pairs:
        found += _of_parameter(left, right)
    found += _of_order(both)
    return found


def _paired(signed: list[_Piece], expected: list[_Piece]) -> list[tuple[_Piece | None, _Piece | None]]:
    """Each expected piece with the signed one that stands for it; last, the signed ones that stand for none.

    First those that are equal, then those of one name, then those whose name was rewritten.
    """
    partner: dict[int, _Piece] = {}
    left, right = list(range(len(signed))), list(range(len(expected)))
    for key in (lambda piece: piece.text, _name_of, _bare_name_of):
        waiting: defaultdict[str, deque[int]] = defaultdict(deque)
        for index in left:
            waiting[key(signed[index])].append(index)
        taken = set()
        for index in right:
            candidates = waiting[key(expected[index])]
            if candidates:
                taken.add(candidates[0])
                partner[index] = signed[candidates.popleft()]
        left = [index for index in left if index not in taken]
        right = [index for index in right if index not in partner]
    return [
        *((partner.get(index), piece) for index, piece in enumerate(expected)), *((signed[index], None) for index in left)
    ]  # fmt: skip


def _name_of(piece: _Piece) -> str:
    """The name of a parameter, fully decoded."""
    return _decode(piece.text.partition("=")[0])


def _bare_name_of(piece: _Piece) -> str:
    """The name without the brackets that frameworks add, ``ids[0]``, and without case."""
    return _BRACKETS.sub("", _name_of(piece)).lower()


def _of_parameter(left: _Piece | None, right: _Piece | None) -> Iterator[Difference]:
    """Where two spellings of one parameter part, in its name and in its value."""
    (our_name, our_equals, ours), (their_name, their_equals, theirs) = map(_split, (left, right))
    name = _decode(their_name or our_name or "")
    if left is None or right is None:
        yield _difference("parameter", left, right, name=name, said=(ours, theirs))
        return
    if our_name != their_name:
        yield _difference("name", left, right, name=name, said=(our_name, their_name))
    if ours != theirs:
        yield _difference("parameter", left, right, name=name, said=(ours, theirs))
    elif our_equals != their_equals:
        yield _difference("form", left, right, name=name)


def _split(piece: _Piece | None) -> tuple[str | None, str | None, str | None]:
    """A pair's name, equals sign and value; three times None of one that is missing."""
    return (None, None, None) if piece is None else piece.text.partition("=")


def _of_order(pairs: list[tuple[_Piece, _Piece]]) -> Iterator[Difference]:
    """The first place where another piece stands than should."""
    stands_for = {left.at: right for left, right in pairs}
    for (_, right), left in zip(pairs, sorted(left for left, _ in pairs), strict=True):
        if stands_for[left.at] is not right:
            names = _name_of(left), _name_of(right)
            yield _difference("order", left, right, said=names if names[0] != names[1] else None)
            return


def _of_passports(signed: str, expected: str) -> list[Difference]:
    """Those of two base strings of a ``tokenPassport``; none where one of them is no such text."""
    ours, theirs = _fields(signed), _fields(expected)
    if ours is None or theirs is None:
        return []
    texts, right = [piece.text for piece in ours], [piece.text for piece in theirs]
    if sorted(texts) == sorted(right):
        names = "&".join(_PASSPORT[right.index(text)] for text in texts)
        whole, wanted = (_Piece((0, len(text)), text, text) for text in (signed, expected))
        return [_difference("order", whole, wanted, said=(names, "&".join(_PASSPORT)))]
    return [
        _difference(part, left, wanted)
        for part, left, wanted in zip(_PASSPORT, ours, theirs, strict=True)
        if left.text != wanted.text
    ]


def _fields(base_string: str) -> list[_Piece] | None:
    """The five fields of a passport's base string, which are not encoded; None where it has another number."""
    if base_string.count("&") != len(_PASSPORT) - 1:
        return None
    ends = [found.start() for found in re.finditer("&", base_string)] + [len(base_string)]
    starts = [0, *(end + 1 for end in ends[:-1])]
    return [_Piece.of(base_string, start, end, 0) for start, end in zip(starts, ends, strict=True)]


# -- as a whole --------------------------------------------------------------------------------------------------


def _of_wholes(signed: str, expected: str) -> list[Difference]:
    """What is left of two texts without their common beginning and end; no escape is torn apart."""
    least = min(len(signed), len(expected))
    start = begin_alike(signed, expected, least)
    start -= max((start - at for at in (start - 1, start - 2) if at >= 0 and signed[at] == "%"), default=0)
    same = begin_alike(signed[::-1], expected[::-1], least - start)
    ends = [len(signed) - same, len(expected) - same]
    cut = max((3 - (end - at) for text, end in zip((signed, expected), ends, strict=True)
               for at in (end - 1, end - 2) if at >= start and text[at] == "%"), default=0)  # fmt: skip
    left, right = (
        _Piece.of(text, start, end + min(cut, same)) for text, end in zip((signed, expected), ends, strict=True)
    )
    return [_difference("form", left, right)]


def begin_alike(left: Sequence[str], right: Sequence[str], most: int) -> int:
    """How many characters (or tokens) two texts begin with alike, of ``most``; by halves, which compares whole slices."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
