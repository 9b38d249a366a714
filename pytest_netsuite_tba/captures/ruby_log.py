"""Debug output of Ruby's ``Net::HTTP`` (``set_debug_output``, and of what stands on it)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.encoding import to_bytes, to_text, without_lone_surrogates

from .http_text import log, of_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .http_text import Line, Piece

_SAID = re.compile(r'.*?(<-|->) "(.*)"[ \t]*')
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}|(.))")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v", "0": "\0"}


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return to_text(bytes([int(found[1], 16)]))
    if found[2] or found[3]:
        number = int(found[2] or found[3], 16)
        return chr(number) if number <= 0x10FFFF else "\ufffd"  # noqa: PLR2004  (the last character of Unicode)
    return _ESCAPED.get(found[4], found[4])


def _unwrap(lines: list[Line]) -> Iterator[Line]:
    return of_pieces(_said(lines))


def _said(lines: list[Line]) -> Iterator[Piece]:
    for number, line in lines:
        found = _SAID.fullmatch(line)
        if found is not None:
            text = without_lone_surrogates(_ESCAPE.sub(_character, found[2]))
            yield number, found[1], to_text(to_bytes(text))


READER = log("debug output of Ruby's Net::HTTP", r'<- "[A-Z]+ \S+ HTTP/', _unwrap)
