"""Requests captured anywhere: curl command lines, raw HTTP, HAR files.

:func:`read` recognises which of them a text is. What counts is what a client sent: the raw target, the headers in
their order, the body.
"""

from __future__ import annotations

import re

from pytest_netsuite_tba.oauth1.encoding import without_lone_surrogates

from . import curl, har, http_text
from .capture import Capture, CaptureError

__all__ = ["Capture", "CaptureError", "read"]

_CURL = re.compile(
    r"\s*(?:(?:#|::|rem\b)[^\n]*\n\s*)*(?:\$\s+|PS [^>\n]*>\s*|[A-Za-z]:\\[^>\n]*>\s*)?curl(?:\.exe)?\s", re.IGNORECASE
)
WHAT_IS_READ = "a curl command, a raw HTTP request or a HAR file"


def read(text: str, *, entry: int | None = None) -> list[Capture]:
    """Read the requests that a text holds, in order.

    Args:
        text: UTF-8 with ``surrogateescape``; a byte order mark and CRLF are taken, half a character is U+FFFD.
        entry: only this one, from 1: of a HAR file's entries, else of the requests.

    Raises:
        CaptureError: nothing can be read from it; the message says where, and what is valid.
    """
    text = without_lone_surrogates(text.removeprefix("\ufeff"))
    if not text.strip():
        raise CaptureError(f"the input is empty; expected {WHAT_IS_READ}")
    if text.lstrip().startswith(("{", "[")):
        return har.read(text, entry=entry)
    captures = curl.read(text) if _CURL.match(text) else http_text.read(text)
    if entry is None:
        return captures
    if not 1 <= entry <= len(captures):
        raise CaptureError(f"there is no request {entry}; the input holds {len(captures)}")
    return [captures[entry - 1]]
