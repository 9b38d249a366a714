"""Lines of text: labelled, shortened, printable and coloured."""

from __future__ import annotations

import textwrap

_INDENT = len("What  ")
_COLOURS = {"bold": "\x1b[1m", "-": "\x1b[31m", "+": "\x1b[32m", "dim": "\x1b[2m"}
_PLAIN = "\x1b[0m"


def labelled_lines(label: str, text: str, width: int, *, colour: bool) -> list[str]:
    """A labelled text, wrapped and indented under its label."""
    wrapped = textwrap.wrap(printable(text), width - _INDENT, break_long_words=True) or [""]
    first = paint(label.ljust(_INDENT), "bold", colour=colour) + wrapped[0]
    return [first, *(" " * _INDENT + line for line in wrapped[1:])]


def shorten(text: str, width: int) -> str:
    """Leave out the middle of a text that is too long."""
    text = printable(text)
    if len(text) <= width:
        return text
    tail = (width - 1) // 3
    return f"{text[: width - 1 - tail]}…{text[len(text) - tail :]}"


def printable(text: str) -> str:
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
