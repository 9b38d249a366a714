"""``.http`` and ``.rest`` files, of VS Code's REST Client and of IntelliJ's HTTP client."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.encoding import FORM, to_bytes

from .capture import Capture, CaptureError, Reader, header_of, request_to
from .http_text import numbered, quote
from .variables import VARIABLE_LEFT, filled

if TYPE_CHECKING:
    from .http_text import Line

_REQUEST = re.compile(r"(?:([A-Z]{3,10}) +)?((?:https?://|\{\{|/)\S.*?)(?: HTTP/[0-9.]+)?")
_GOES_ON = re.compile(r"[ \t]+([?&/]\S.*)")
_HEADER = re.compile(r"([\w!#$%&'*+.^`|~-]+)[ \t]*:(.*)")
_ASSIGNED = re.compile(r"@([\w.-]+)[ \t]*=(.*)")
_COMMENT = re.compile(r"[ \t]*(?:#|//)")
_MARKS = re.compile(
    r"^###|^@[\w.-]+[ \t]*=|^(?:GET|POST|PUT|DELETE|PATCH) +\{\{|^(?:GET|POST|PUT|DELETE|PATCH) +https?://\S[^\n]*\n[ \t]+[?&]",
    re.MULTILINE,
)
_STARTS = re.compile(r"^(?:(?:GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS) +)?(?:https?://|\{\{)\S", re.MULTILINE)
_FROM_FILE = "The body stands in a file, which was not read."


def _read(text: str) -> list[Capture]:
    lines = numbered(text)
    values = {found[1]: found[2].strip() for _, line in lines if (found := _ASSIGNED.fullmatch(line))}
    blocks: list[list[Line]] = [[]]
    for number, line in lines:
        if line.startswith("###"):
            blocks.append([])
        else:
            blocks[-1].append((number, line))
    captures = [capture for block in blocks if (capture := _capture(block, values)) is not None]
    if not captures:
        raise CaptureError("there is no request in the .http file")
    return captures


def _capture(block: list[Line], values: dict[str, str]) -> Capture | None:
    rest = [(number, line) for number, line in block if not _ASSIGNED.fullmatch(line)]
    while rest and (not rest[0][1].strip() or _COMMENT.match(rest[0][1])):
        rest = rest[1:]
    if not rest:
        return None
    number, line = rest[0]
    start = _REQUEST.fullmatch(line.rstrip())
    if start is None:
        raise CaptureError(f"line {number}: expected a request line such as 'GET https://...', got {quote(line)}")
    url, at = start[2], 1
    while at < len(rest) and (goes_on := _GOES_ON.fullmatch(rest[at][1])) is not None:
        url += goes_on[1].rstrip()
        at += 1
    headers, at = _headers(rest, at, values)
    body, notes = _body(rest[at + 1 :], values)
    url = filled(url, values)
    where = f"line {number}"
    if url.startswith("/"):
        url = f"https://{header_of(headers, 'host')}{url}"
    if url.startswith("{{"):
        raise CaptureError(f"{where}: the URL begins with a variable that the file does not set")
    if header_of(headers, "content-type").partition(";")[0].strip().lower() == FORM:
        body = re.sub(rb"\n[ \t]*&", b"&", body)  # as both editors do
    request = request_to(url, where, method=start[1] or "GET", headers=headers, body=body)
    unsure = None
    if any("{{" in text for text in (url, header_of(headers, "authorization"), request.form)):
        unsure = VARIABLE_LEFT
    elif notes and request.media_type == FORM:
        unsure = f"The body is a form, which is signed. {_FROM_FILE}"
    return Capture(request=request, where=where, notes=notes, unsure=unsure)


def _headers(rest: list[Line], at: int, values: dict[str, str]) -> tuple[list[tuple[str, str]], int]:
    """The headers, up to the empty line, and where that is."""
    headers: list[tuple[str, str]] = []
    while at < len(rest) and rest[at][1].strip():
        header = _HEADER.fullmatch(rest[at][1])
        if header is not None:
            headers.append((header[1], filled(header[2].strip(), values)))
        elif not _COMMENT.match(rest[at][1]):
            raise CaptureError(
                f"line {rest[at][0]}: expected a header 'Name: value' or an empty line, got {quote(rest[at][1])}"
            )
        at += 1
    return headers, at


def _body(lines: list[Line], values: dict[str, str]) -> tuple[bytes, tuple[str, ...]]:
    """The body: without scripts (``> {% ... %}``) and what keeps the answer; ``< file`` is not read."""
    kept: list[str] = []
    notes: tuple[str, ...] = ()
    in_script = False
    for _, line in lines:
        if in_script or line.startswith("> "):
            in_script = "%}" not in line and (in_script or "{%" in line)
        elif line.startswith(("< ", "<@", "<> ", ">> ")):
            notes = (_FROM_FILE,) if line.startswith(("< ", "<@")) else notes
        else:
            kept.append(line)
    return to_bytes(filled("\n".join(kept).strip("\n"), values)), notes


def _recognises(text: str) -> bool:
    return _MARKS.search(text) is not None and _STARTS.search(text) is not None


READER = Reader("an .http file", _recognises, _read)
