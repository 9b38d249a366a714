"""Raw HTTP text, ``curl -v`` transcripts and what ``http.client`` prints with ``debuglevel=1``."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.oauth1.encoding import to_bytes, to_text, without_lone_surrogates

from .capture import Capture, CaptureError, date_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_REQUEST = re.compile(r"([A-Za-z!#$%&'*+.^_`|~-]{1,32}) +(\S+)(?: +HTTP/[0-9.]+)?[ \t]*")
_RESPONSE = re.compile(r"HTTP/[0-9.]+ +([0-9]{3})\b.*")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*(.*?)[ \t]*")
_LOCAL = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]+)?|.*:80", re.IGNORECASE)
Line = tuple[int, str]


def read(text: str) -> list[Capture]:
    """Read the requests of a text, each with the response that follows it.

    Raises:
        CaptureError: a line is neither a request line nor a header where one must stand.
    """
    lines = [(number, line.rstrip("\r")) for number, line in enumerate(text.split("\n"), 1)]
    if any(re.match(r"send: b['\"]", line) for _, line in lines):
        lines = list(_of_http_client(lines))
    elif any(line.startswith("> ") for _, line in lines):
        lines = list(_of_transcript(lines))
    captures: list[Capture] = []
    at = 0
    while at < len(lines):
        number, line = lines[at]
        if not line.strip():
            at += 1
            continue
        answered = _RESPONSE.fullmatch(line)
        if answered and captures:
            headers, at = _headers(lines, at + 1)
            captures[-1] = replace(captures[-1], time=date_of(headers), status=int(answered[1]))
            _, at = _body(lines, at, headers)
            continue
        at = _request(lines, at, number, line, captures)
    return captures


def _request(lines: list[Line], at: int, number: int, line: str, captures: list[Capture]) -> int:
    where = f"line {number}"
    found = _REQUEST.fullmatch(line)
    if found is None or not found[2].lower().startswith(("/", "http://", "https://", "*")):
        expected = "a request line such as 'GET https://1234567.restlets.api.netsuite.com/... HTTP/1.1'"
        raise CaptureError(f"{where}: expected {expected}, a curl command or a HAR file, got {_quote(line)}")
    headers, at = _headers(lines, at + 1)
    body, at = _body(lines, at, headers)
    target = found[2]
    host = next((value for name, value in headers if name.lower() == "host"), "")
    absolute = target.lower().startswith(("http://", "https://"))
    if not host and not absolute:
        raise CaptureError(f"{where}: the request has no Host header, and the host is part of what is signed")
    length = next((value for name, value in headers if name.lower() == "content-length"), "0")
    notes = () if body or length in {"", "0"} else ("The body is not in the capture.",)
    request = SignedRequest(
        method=found[1], target=target.partition("#")[0], host=host,
        scheme="http" if _LOCAL.fullmatch(host) else "https", headers=headers, body=to_bytes(body),
    )  # fmt: skip
    captures.append(Capture(request=request, where=where, notes=notes))
    return at


def _headers(lines: list[Line], at: int) -> tuple[tuple[tuple[str, str], ...], int]:
    """Read header lines up to the empty one."""
    headers: list[tuple[str, str]] = []
    while at < len(lines) and lines[at][1].strip():
        number, line = lines[at]
        if line[0] in " \t" and headers:  # a header that was wrapped where it was pasted
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {line.strip()}")
        else:
            found = _HEADER.fullmatch(line)
            if found is None:
                raise CaptureError(
                    f"line {number}: expected a header 'Name: value' or an empty line, got {_quote(line)}"
                )
            headers.append((found[1], found[2]))
        at += 1
    return tuple(headers), at + 1


def _body(lines: list[Line], at: int, headers: tuple[tuple[str, str], ...]) -> tuple[str, int]:
    """Read a body: as long as Content-Length says, else up to a response, another request or the end."""
    length = next((value for name, value in headers if name.lower() == "content-length"), "")
    wanted = int(length) if length.isascii() and length.isdigit() and len(length) < 10 else None  # noqa: PLR2004
    body: list[str] = []
    size = -1
    while at < len(lines):
        line = lines[at][1]
        if _RESPONSE.fullmatch(line) or re.fullmatch(r"[A-Z]+ \S+ HTTP/[0-9.]+[ \t]*", line):
            break
        if wanted is not None and size >= wanted:
            break
        body.append(line)
        size += 1 + len(to_bytes(line))
        at += 1
    text = "\n".join(body)
    if wanted is None:
        return text.rstrip("\n"), at
    return text.rstrip("\n") if len(text) > wanted else text, at


def _of_transcript(lines: list[Line]) -> Iterator[Line]:
    """Take what ``curl -v`` sent (``>``) and got (``<``); the rest is noise."""
    for number, line in lines:
        if line[:2] in {"> ", "< "} or line in {">", "<"}:
            yield number, line[2:]


def _of_http_client(lines: list[Line]) -> Iterator[Line]:
    """Undo the ``send:``, ``reply:`` and ``header:`` lines of ``http.client``."""
    for number, line in lines:
        kind, _, rest = line.partition(" ")
        if kind in {"send:", "reply:"}:
            try:
                literal = ast.literal_eval(rest.strip())
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                raise CaptureError(f"line {number}: after {kind!r} no Python text is to be read") from None
            text = to_text(literal) if isinstance(literal, bytes) else without_lone_surrogates(str(literal))
            for piece in text.removesuffix("\r\n").split("\n"):
                yield number, piece.rstrip("\r")
        elif kind == "header:":
            yield number, rest


def _quote(line: str) -> str:
    """Quote a line without what may be a credential: its first word or so."""
    word = line.strip().partition(":")[0].partition(" ")[0]
    return repr(word[:40]) + ("" if len(line.strip()) == len(word) else " ...")
