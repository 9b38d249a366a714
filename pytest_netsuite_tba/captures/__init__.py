"""Requests captured anywhere: command lines, logs, files, printed objects.

:func:`read` asks the rows of :mod:`.table` which of them a text is, and looks without one where none knows it. What
counts is what a client sent: the raw target, the headers in their order, the body. Nothing that a text names is opened.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from . import blind, command_lines, http_text, json_text
from .capture import Capture, CaptureError
from .cleaning import clean, fenced
from .remarks import remarked
from .table import READERS

if TYPE_CHECKING:
    from .capture import Reader

__all__ = ["Capture", "CaptureError", "read"]

_MOST_CHARACTERS = 64 * 1024 * 1024
WHAT_IS_READ = (
    "a request as a command line, a log, a file or a printed object has it, such as a curl command or a HAR file"
)


def read(text: str, *, entry: int | None = None) -> list[Capture]:
    """Read the requests that a text holds, in order.

    Args:
        text: UTF-8 with ``surrogateescape``; a byte order mark and CRLF are taken, half a character is U+FFFD.
        entry: only this one, from 1: of a HAR file's entries, else of the requests.

    Raises:
        CaptureError: nothing can be read from it; the message says where, and what is valid.
    """
    if len(text) > _MOST_CHARACTERS:
        raise CaptureError(f"the input has {len(text)} characters; at most {_MOST_CHARACTERS} are read")
    text = clean(text)
    if not text.strip():
        raise CaptureError(f"the input is empty; expected {WHAT_IS_READ}")
    reader = _reader_of(text)
    if entry is not None and reader is not None and reader.pick is not None:
        return [remarked(reader.pick(text, entry))]
    captures = [remarked(capture) for capture in _captures(text, reader)]
    if entry is None:
        return captures
    if not 1 <= entry <= len(captures):
        raise CaptureError(f"there is no request {entry}; the input holds {len(captures)}")
    return [captures[entry - 1]]


def _reader_of(text: str) -> Reader | None:
    return next((reader for reader in READERS if reader.recognises(text)), None)


def _captures(text: str, reader: Reader | None) -> list[Capture]:
    blocks = [] if text.lstrip().startswith(("{", "[", "<")) else list(fenced(text))
    known = [(block, found) for block in blocks if (found := _reader_of(block)) is not None]
    if known:
        return [capture for block, found in known for capture in found.read(block)]
    captures = [] if reader is None else reader.read(text)
    if reader is command_lines.READER and (other := http_text.first_line(text)):
        note = f"A raw HTTP request stands in the text too, at line {other}; it was not read."
        captures = [replace(capture, notes=(*capture.notes, note)) for capture in captures]
    if any(capture.request.authorizations or b"tokenPassport" in capture.request.body for capture in captures):
        return captures
    captures = blind.read(text) or captures  # what was read holds no login, but the text may
    if captures:
        return captures
    why = json_text.complaint(text)
    raise CaptureError(f"{why}; {blind.BY_PARTS}" if why else blind.complaint(text))
