"""A diagnosis as text: what, why and cure in three lines, then the base strings, aligned where they differ."""

from __future__ import annotations

import difflib
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_netsuite_tba.login.verdict import Diagnosis, Mistake

_LABELS = ("What", "Why", "Cure")
_INDENT = len("What  ")
_MOST_LINES = 200
_SHOWN_OTHERS = 5
_COLOURS = {"bold": "\x1b[1m", "-": "\x1b[31m", "+": "\x1b[32m", "dim": "\x1b[2m"}
_PLAIN = "\x1b[0m"


def render(diagnosis: Diagnosis, *, width: int = 80, colour: bool = False, header: bool = True) -> str:
    """Give the diagnosis in lines of at most ``width`` columns, but for the header to copy, which stays whole."""
    return "\n".join(_lines(diagnosis, max(width, 40), colour=colour, header=header))


def summary(diagnosis: Diagnosis, *, width: int = 80, colour: bool = False) -> list[str]:
    """Give the three lines (more where they are long) of each mistake."""
    lines: list[str] = []
    for mistake in diagnosis.mistakes:
        proof = " (proven)" if diagnosis.proven else ""
        for label, text in zip(_LABELS, (mistake.title + proof, mistake.cause, mistake.cure), strict=True):
            lines += labelled(label, text, width, colour=colour)
    return lines


def _lines(diagnosis: Diagnosis, width: int, *, colour: bool, header: bool) -> Iterator[str]:
    yield from summary(diagnosis, width=width, colour=colour)
    for note in diagnosis.notes:
        yield from labelled("Note", note, width, colour=colour)
    if diagnosis.also_consistent:
        yield from labelled("Also", _others(diagnosis.also_consistent), width, colour=colour)
    signed, expected = diagnosis.signed_base_string, diagnosis.expected_base_string
    if signed is not None and expected is not None and signed != expected:
        yield ""
        yield painted("Base strings: - as it was signed, + as it should have been", "bold", colour=colour)
        yield from _difference(signed, expected, width, colour=colour)
    elif expected is not None and not diagnosis.proven:
        yield ""
        yield painted("The expected base string, one parameter a line", "bold", colour=colour)
        yield from (f"  {_shortened(one, width - 2)}" for one in pieces(expected)[:_MOST_LINES])
    if header and diagnosis.corrected_authorization is not None:
        yield ""
        is_passport = diagnosis.corrected_authorization.startswith("<")
        yield painted(f"The right {'tokenPassport' if is_passport else 'header'}:", "bold", colour=colour)
        yield f"{'' if is_passport else 'Authorization: '}{diagnosis.corrected_authorization}"


def _others(readings: tuple[tuple[Mistake, ...], ...]) -> str:
    said = ["; and ".join(f"{one.title} ({one.id})" for one in reading) for reading in readings[:_SHOWN_OTHERS]]
    more = len(readings) - len(said)
    return "consistent: " + " | ".join(said) + (f" | and {more} more" if more else "")


def labelled(label: str, text: str, width: int, *, colour: bool) -> list[str]:
    """Give a labelled text, wrapped and indented under its label."""
    wrapped = textwrap.wrap(_printable(text), width - _INDENT, break_long_words=True) or [""]
    first = painted(label.ljust(_INDENT), "bold", colour=colour) + wrapped[0]
    return [first, *(" " * _INDENT + one for one in wrapped[1:])]


def pieces(base_string: str) -> list[str]:
    """Split a base string at its joints: method, URL, and each parameter as it stands there."""
    return [
        piece + joint for part in base_string.replace("&", "&\0").split("\0") for piece, joint in _split_keeping(part)
    ]


def _split_keeping(part: str) -> list[tuple[str, str]]:
    *ended, last = part.split("%26")
    return [(one, "%26") for one in ended] + [(last, "")]


def _unjoined(piece: str) -> str:
    """Leave out the joint: whether a parameter is the last one is no difference of its own."""
    return piece.removesuffix("%26").removesuffix("&")


def aligned(signed: str, expected: str) -> Iterator[tuple[str, str]]:
    """Give the pieces of two base strings, each with its mark: ``=`` of both, ``-`` as signed, ``+`` as expected."""
    ours, theirs = pieces(signed)[:_MOST_LINES], pieces(expected)[:_MOST_LINES]
    for tag, from_, to, at, until in difflib.SequenceMatcher(
        None, [_unjoined(one) for one in ours], [_unjoined(one) for one in theirs], autojunk=False
    ).get_opcodes():
        if tag == "equal":
            yield from (("=", one) for one in ours[from_:to])
            continue
        yield from (("-", one) for one in ours[from_:to])
        yield from (("+", one) for one in theirs[at:until])


def stages(base_string: str) -> list[tuple[str, list[str]]]:
    """Give the stages that lead to a base string, each with its lines; none of an empty one."""
    if not base_string:
        return []
    method, url, *_ = base_string.split("&")
    return [
        ("1 Method", [method]),
        ("2 URL, encoded", [url]),
        ("3 Parameters: encoded, sorted, joined by & and encoded again", pieces(base_string)[2:]),
        ("4 Base string", [base_string]),
    ]


def _difference(signed: str, expected: str, width: int, *, colour: bool) -> Iterator[str]:
    for mark, piece in aligned(signed, expected):
        if mark == "=":
            yield painted(f"  {_shortened(piece, width - 2)}", "dim", colour=colour)
        else:
            yield from _whole(mark, piece, width, colour=colour)


def _whole(mark: str, text: str, width: int, *, colour: bool) -> Iterator[str]:
    """Give a piece that differs in full, over as many lines as it takes."""
    text = _printable(text)
    step = width - 2
    for start in range(0, max(len(text), 1), step):
        yield painted(f"{mark if not start else ' '} {text[start : start + step]}", mark, colour=colour)


def _shortened(text: str, width: int) -> str:
    text = _printable(text)
    if len(text) <= width:
        return text
    tail = (width - 1) // 3
    return f"{text[: width - 1 - tail]}…{text[len(text) - tail :]}"


def _printable(text: str) -> str:
    """Show line breaks and other controls as escapes; a lone surrogate as U+FFFD."""
    return "".join(
        one
        if one.isprintable()
        else "\ufffd"
        if "\ud800" <= one <= "\udfff"
        else one.encode("unicode_escape").decode("ascii")
        for one in text
    )


def painted(text: str, how: str, *, colour: bool) -> str:
    """Give a text in colour: ``bold``, ``dim``, ``+`` (green) or ``-`` (red)."""
    return f"{_COLOURS[how]}{text}{_PLAIN}" if colour else text
