"""A diagnosis as text: what, why and cure in three lines, then the base strings, aligned where they differ."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, NamedTuple

from pytest_netsuite_tba.login.verdict import roughly

from .differences import difference_lines
from .fixes import LANGUAGES, lines_of_all
from .text import labelled_lines, paint, printable, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_netsuite_tba.login.verdict import Diagnosis, Reading

    from .fixes import Fix

_MOST_LINES = 200  # of two base strings
_MOST_PIECE_LINES = 12  # of one piece of them
_SHOWN_OTHERS = 5
_SHOWN_EQUAL = 4  # readings that are equally likely
_TWO = 2
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


class Told(NamedTuple):
    """What is wrong, why, and what to do about it, in a sentence each.

    ``docs`` is where more stands of it, or ``""``.
    """

    what: str
    why: str
    cure: str
    proven: bool = False
    docs: str = ""


def told_of(diagnosis: Diagnosis) -> list[Told]:
    """What, why and cure of each mistake; where several readings are equally likely, of them as one choice."""
    if not diagnosis.is_ambiguous:
        return [
            Told(found.title, found.cause, found.cure, diagnosis.proven, found.docs) for found in diagnosis.mistakes
        ]
    equal = diagnosis.equally_likely
    shown = [found for found in diagnosis.mistakes if found not in equal[0].mistakes]
    return [*(Told(found.title, found.cause, found.cure, docs=found.docs) for found in shown), _choice(equal)]


def _choice(readings: Sequence[Reading]) -> Told:
    """Name every reading of equal weight: none of them alone is proven."""
    some, more = readings[:_SHOWN_EQUAL], len(readings) - _SHOWN_EQUAL
    titles = [" and ".join(found.title for found in reading.mistakes) for reading in some]
    titles += [f"one of {more} more"] if more > 0 else []
    count = "both" if len(readings) == _TWO else f"all {len(readings)}"
    why = [" ".join(found.cause for found in reading.mistakes) for reading in some]
    cure = [" ".join(found.cure for found in reading.mistakes) for reading in some]
    return Told(
        f"Either {', '.join(titles[:-1])} or {titles[-1]}; {count} make exactly this signature",
        f"Either: {' Or: '.join(why)}",
        cure[0] if len(set(cure)) == 1 else f"Either: {' Or: '.join(cure)}",
        docs=", ".join(dict.fromkeys(found.docs for reading in some for found in reading.mistakes)),
    )


def told_lines(told: Told, width: int, *, colour: bool) -> list[str]:
    """Labelled texts, a line each, or more where they are long."""
    labels = {"What": f"{told.what} (proven)" if told.proven else told.what, "Why": told.why, "Cure": told.cure}
    labels |= {"Docs": told.docs} if told.docs else {}
    return [line for label, text in labels.items() for line in labelled_lines(label, text, width, colour=colour)]


def _lines(diagnosis: Diagnosis, width: int, *, colour: bool, header: bool, fixes: Mapping[str, Fix]) -> Iterator[str]:
    found_fixes = [fixes[found.id] for found in diagnosis.mistakes if found.id in fixes]
    topics = list(dict.fromkeys(fix.topic for fix in found_fixes if fix.code))
    told, where = told_of(diagnosis), ""
    for number, reading in enumerate(told, 1):
        yield from told_lines(reading, width, colour=colour)
        of_this = diagnosis.mistakes[number - 1 : None if number == len(told) else number]
        for fix in [fixes[found.id] for found in of_this if found.id in fixes]:
            yield from _fix_lines(fix, width, colour=colour, where="below" if len(topics) > 1 else where)
            where = "as above"
    if len(topics) > 1:  # their lines together, each function once
        yield from ["", *lines_of_all(topics, found_fixes[0].language).splitlines(), ""]
    for note in diagnosis.notes:
        yield from labelled_lines("Note", note, width, colour=colour)
    also = other_readings(diagnosis)
    if also:
        yield from labelled_lines("Also", also, width, colour=colour)
    signed, expected = diagnosis.signed_base_string, diagnosis.expected_base_string
    if signed is not None and expected is not None and signed != expected:
        if diagnosis.differences:
            yield ""
            yield from difference_lines(diagnosis.differences, width, colour=colour)
        yield ""
        heading = shorten("Base strings: - as it was signed, + as it should have been", width)
        yield paint(heading, "bold", colour=colour)
        yield from _difference(signed, expected, width, colour=colour)
    elif expected is not None and not diagnosis.proven:
        yield ""
        yield paint("The expected base string, one parameter a line", "bold", colour=colour)
        yield from (f"  {shorten(piece, width - 2)}" for piece in split_base_string(expected)[:_MOST_LINES])
    if header and diagnosis.corrected_authorization is not None:
        yield ""
        is_passport = diagnosis.corrected_authorization.startswith("<")
        yield paint(f"The right {'tokenPassport' if is_passport else 'header'}:", "bold", colour=colour)
        yield f"{'' if is_passport else 'Authorization: '}{diagnosis.corrected_authorization}"


def _fix_lines(fix: Fix, width: int, *, colour: bool, where: str) -> Iterator[str]:
    """The right lines, whole, to be copied; or where they stand: once, and those of several topics below all of them."""
    language = LANGUAGES[fix.language]
    by_whom = "" if language.is_tested else "; not run by our tests"
    text = fix.sentence or f"{fix.title} ({language.title}{by_whom}){f', {where}.' if where else ':'}"
    yield from labelled_lines("Fix", text, width, colour=colour)
    if fix.code and not where:
        yield from ["", *fix.code.splitlines(), ""]


def other_readings(diagnosis: Diagnosis) -> str:
    """The readings that are less likely, and how likely each is; "" where there is none."""
    others = diagnosis.readings[len(diagnosis.equally_likely) :]
    said = [
        f"{'; and '.join(f'{found.title} ({found.id})' for found in reading.mistakes)}, {roughly(reading.likelihood)}"
        for reading in others[:_SHOWN_OTHERS]
    ]
    said += [f"and {len(others) - len(said)} more"] if len(others) > len(said) else []
    return f"consistent, but less likely: {' | '.join(said)}" if said else ""


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
            yield paint(f"  {shorten(piece, width - 2)}", "dim", colour=colour)
        else:
            yield from _whole(mark, piece, width, colour=colour)


def _whole(mark: str, text: str, width: int, *, colour: bool) -> Iterator[str]:
    """A piece that differs, over as many lines as it takes; of a very long one the beginning."""
    text = printable(text)
    step = width - 2
    shown = text[: step * _MOST_PIECE_LINES]
    for start in range(0, max(len(shown), 1), step):
        yield paint(f"{mark if not start else ' '} {shown[start : start + step]}", mark, colour=colour)
    if len(shown) < len(text):
        yield paint(f"  ... and {len(text) - len(shown):,} characters more", mark, colour=colour)
