"""``HttpRequestMessage.ToString()`` of .NET."""

from __future__ import annotations

import re

from pytest_netsuite_tba.oauth1.encoding import FORM

from .capture import Capture, CaptureError, Reader, header_of, lines_of, request_to
from .http_text import NO_BODY, NO_FORM

_MESSAGE = re.compile(
    r"Method: ([A-Z]+), RequestUri: '([^'\s]+)', Version: [0-9.]+, Content: ([^\r\n]*), Headers:\s*\{[ \t\r]*(?=\n)"
)
_CLOSE = re.compile(r"\n[ \t]*\}")
_HEADER = re.compile(r"[ \t]*([\w!#$%&'*+.^`|~-]+): (.*)")


def _read(text: str) -> list[Capture]:
    captures = []
    line_of = lines_of(text)
    for found in _MESSAGE.finditer(text):
        where = f"line {line_of(found.start())}"
        close = _CLOSE.search(text, found.end())
        if close is None:
            break
        pairs = (_HEADER.fullmatch(line) for line in text[found.end() : close.start()].split("\n"))
        headers = [(pair[1], pair[2].strip()) for pair in pairs if pair is not None]
        has_body = found[3] != "<null>"
        is_form = header_of(headers, "content-type").partition(";")[0].strip() == FORM
        captures.append(
            Capture(
                request=request_to(found[2], where, method=found[1], headers=headers),
                where=where,
                notes=(NO_BODY,) if has_body else (),
                unsure=NO_FORM if has_body and is_form else None,
            )
        )
    if not captures:
        raise CaptureError("the headers of the HttpRequestMessage have no end")
    return captures


READER = Reader(".NET's HttpRequestMessage", _MESSAGE.search, _read)
