"""Items saved by Burp Suite: XML with the requests in base64 or as they are. Read without a parser: it has a DTD."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import replace

from pytest_netsuite_tba.oauth1.encoding import to_text

from .capture import Capture, CaptureError, Reader
from .http_text import messages, numbered

_ITEMS = re.compile(r"<items[ \t][^>]*burpVersion=|<item>\s*<time>")
_PART = re.compile(
    r"<(/?)(item|url|protocol|request|response)(?:[ \t]+base64=\"(true|false)\")?[ \t]*>(?:<!\[CDATA\[)?"
)


def _read(text: str) -> list[Capture]:
    captures: list[Capture] = []
    number = 0
    parts: dict[str, str] = {}
    name, begin, encoded = "", 0, False
    for found in _PART.finditer(text):
        closes = found[1] == "/"
        if not closes and found[2] == "item":
            number, parts, name = number + 1, {}, ""
        elif not closes and not name:
            name, begin, encoded = found[2], found.end(), found[3] == "true"
        elif closes and found[2] == name:
            parts[name] = _decoded(text[begin : found.start()].removesuffix("]]>"), f"item {number}", encoded=encoded)
            name = ""
        elif closes and found[2] == "item" and "request" in parts:
            captures += _captures(parts, f"item {number}")
    if not captures:
        raise CaptureError("there is no request in the file of Burp Suite")
    return captures


def _decoded(text: str, where: str, *, encoded: bool) -> str:
    if not encoded:
        return text
    try:
        return to_text(base64.b64decode(text, validate=False))
    except (binascii.Error, ValueError):
        raise CaptureError(f"{where}: the base64 is broken") from None


def _captures(parts: dict[str, str], where: str) -> list[Capture]:
    scheme = (parts.get("protocol") or parts.get("url", "").partition(":")[0]).strip() or "https"
    both = [*numbered(parts["request"]), (0, ""), *numbered(parts.get("response", ""))]
    found = []
    for capture in messages(both)[:1]:
        capture.request.scheme = scheme
        found.append(replace(capture, where=where, notes=tuple(note for note in capture.notes if "scheme" not in note)))
    return found


READER = Reader("a file of Burp Suite", _ITEMS.search, _read)
