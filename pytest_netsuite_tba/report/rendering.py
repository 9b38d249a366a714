"""A diagnosis as text: what, why and cure in three lines, then the base strings, aligned where they differ."""

from __future__ import annotations

import difflib
import re
import textwrap
from typing import TYPE_CHECKING

from .fixes import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_netsuite_tba.login.verdict import Diagnosis, Mistake

    from .fixes import Fix

_INDENT = len("What  ")
_MOST_LINES = 200
_SHOWN_OTHERS = 5
_COLOURS = {"bold": "\x1b[1m", "-": "\x1b[31m", "+": "\x1b[32m", "dim": "\x1b[2m"}
_PLAIN = "\x1b[0m"
_JOINT = re.compile("(?<=&)|(?<=%26)")


def render_diagnosis(
    diagnosis: Diagnosis,
    *,
    width: int = 80,
    colour: bool = False,
    header: bool = True,
    fixes: Mapping[str, Fix] | None = None,
) -> str:
    """Write the diagnosis in lines of at most ``width`` columns, but for what is to be copied, which stays whole.

    ``fixes`` are the right lines by id of the mistake; they stand below its cure.
    """
    return "\n".join(_lines(diagnosis, max(width, 40), colour=colour, header=header, fixes=fixes or {}))


def mistake_lines(what: str, why: str, cure: str, docs: str, width: int, *, proven: bool, colour: bool) -> list[str]:
    """Labelled texts, a line each, or more where they are long; ``docs`` may be ``""``."""
    labels = {"What": f"{what} (proven)" if proven else what, "Why": why, "Cure": cure}
    labels |= {"Docs": docs} if docs else {}
    return [line for label, text in labels.items() for line in labelled_lines(label, text, width, colour=colour)]


def _lines(diagnosis: Diagnosis, width: int, *, colour: bool, header: bool, fixes: Mapping[str, Fix]) -> Iterator[str]:
    shown: set[str] = set()
    for found in diagnosis.mistakes:
        yield from mistake_lines(
            found.title, found.cause, found.cure, found.docs, width, proven=diagnosis.proven, colour=colour
        )
        fix = fixes.get(found.id)
        if fix is not None:
            yield from _fix_lines(fix, width, colour=colour, is_shown=fix.topic in shown)
            shown.add(fix.topic)
    for note in diagnosis.notes:
        yield from labelled_lines("Note", note, width, colour=colour)
    if diagnosis.also_consistent:
        yield from labelled_lines("Also", _list_others(diagnosis.also_consistent), width, colour=colour)
    signed, expected = diagnosis.signed_base_string, diagnosis.expected_base_string
    if signed is not None and expected is not None and signed != expected:
        yield ""
        yield paint("Base strings: - as it was signed, + as it should have been", "bold", colour=colour)
        yield from _difference(signed, expected, width, colour=colour)
    elif expected is not None and not diagnosis.proven:
        yield ""
        yield paint("The expected base string, one parameter a line", "bold", colour=colour)
        yield from (f"  {_shorten(piece, width - 2)}" for piece in split_base_string(expected)[:_MOST_LINES])
    if header and diagnosis.corrected_authorization is not None:
        yield ""
        is_passport = diagnosis.corrected_authorization.startswith("<")
        yield paint(f"The right {'tokenPassport' if is_passport else 'header'}:", "bold", colour=colour)
        yield f"{'' if is_passport else 'Authorization: '}{diagnosis.corrected_authorization}"


def _fix_lines(fix: Fix, width: int, *, colour: bool, is_shown: bool) -> Iterator[str]:
    """The right lines, whole, to be copied; those of a topic once."""
    language = LANGUAGES[fix.language]
    by_whom = "" if language.is_tested else "; not run by our tests"
    text = fix.sentence or f"{fix.title} ({language.title}{by_whom}){', as above.' if is_shown else ':'}"
    yield from labelled_lines("Fix", text, width, colour=colour)
    if fix.code and not is_shown:
        yield from ["", *fix.code.splitlines(), ""]


def _list_others(readings: tuple[tuple[Mistake, ...], ...]) -> str:
    said = ["; and ".join(f"{found.title} ({found.id})" for found in reading) for reading in readings[:_SHOWN_OTHERS]]
    more = len(readings) - len(said)
    return "consistent: " + " | ".join(said) + (f" | and {more} more" if more else "")


def labelled_lines(label: str, text: str, width: int, *, colour: bool) -> list[str]:
    """A labelled text, wrapped and indented under its label."""
    wrapped = textwrap.wrap(_printable(text), width - _INDENT, break_long_words=True) or [""]
    first = paint(label.ljust(_INDENT), "bold", colour=colour) + wrapped[0]
    return [first, *(" " * _INDENT + line for line in wrapped[1:])]


def split_base_string(base_string: str) -> list[str]:
    """Split a base string behind its joints: method, URL, and each parameter as it stands there."""
    return _JOINT.split(base_string)


def _without_joint(piece: str) -> str:
    """Leave out the joint: whether a parameter is the last is no difference of its own."""
    return piece.removesuffix("%26").removesuffix("&")


def align(signed: str, expected: str) -> Iterator[tuple[str, str]]:
    """Mark the pieces of two base strings: ``=`` of both, ``-`` as signed, ``+`` as expected."""
    ours, theirs = split_base_string(signed)[:_MOST_LINES], split_base_string(expected)[:_MOST_LINES]
    bare_ours, bare_theirs = list(map(_without_joint, ours)), list(map(_without_joint, theirs))
    matcher = difflib.SequenceMatcher(None, bare_ours, bare_theirs, autojunk=False)
    for tag, from_, to, at, until in matcher.get_opcodes():
        if tag == "equal":
            yield from (("=", piece) for piece in ours[from_:to])
            continue
        yield from (("-", piece) for piece in ours[from_:to])
        yield from (("+", piece) for piece in theirs[at:until])


def base_string_steps(base_string: str) -> list[tuple[str, list[str]]]:
    """The steps that lead to a base string, each with its lines; none of an empty base string."""
    if not base_string:
        return []
    method, url, *_ = base_string.split("&")
    return [
        ("1 Method", [method]),
        ("2 URL, encoded", [url]),
        ("3 Parameters: encoded, sorted, joined by & and encoded again", split_base_string(base_string)[2:]),
        ("4 Base string", [base_string]),
    ]


def _difference(signed: str, expected: str, width: int, *, colour: bool) -> Iterator[str]:
    for mark, piece in align(signed, expected):
        if mark == "=":
            yield paint(f"  {_shorten(piece, width - 2)}", "dim", colour=colour)
        else:
            yield from _whole(mark, piece, width, colour=colour)


def _whole(mark: str, text: str, width: int, *, colour: bool) -> Iterator[str]:
    """A piece that differs, in full, over as many lines as it takes."""
    text = _printable(text)
    step = width - 2
    for start in range(0, max(len(text), 1), step):
        yield paint(f"{mark if not start else ' '} {text[start : start + step]}", mark, colour=colour)


def _shorten(text: str, width: int) -> str:
    text = _printable(text)
    if len(text) <= width:
        return text
    tail = (width - 1) // 3
    return f"{text[: width - 1 - tail]}…{text[len(text) - tail :]}"


def _printable(text: str) -> str:
    """Show line breaks and other controls as escapes; a lone surrogate as U+FFFD."""
    return "".join(
        char
        if char.isprintable()
        else "\ufffd"
        if "\ud800" <= char <= "\udfff"
        else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def paint(text: str, how: str, *, colour: bool) -> str:
    """Colour a text where there is colour: ``bold``, ``dim``, ``+`` (green) or ``-`` (red)."""
    return f"{_COLOURS[how]}{text}{_PLAIN}" if colour else text
