"""HTTP messages as text: raw requests and responses, and what logs unwrap into."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.oauth1.encoding import FORM, to_bytes

from .capture import Capture, CaptureError, Reader, date_of, header_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_REQUEST = re.compile(r"([A-Za-z!#$%&'*+.^_`|~-]{1,32}) +(\S+)(?: +HTTP/[0-9.]+)?[ \t]*")
_LIKELY = re.compile(r"[A-Z]{3,32} +(?:/|https?://)\S*[ \t]*")
_CERTAIN = re.compile(r"([A-Z]{1,32}) +(\S+) +HTTP/[0-9.]+[ \t]*")  # wherever it stands
_RESPONSE = re.compile(r"HTTP/[0-9.]+ +([0-9]{3})\b.*")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:(.*)")
_STARTS = re.compile(
    r"^[A-Z]{1,32} +(?:/|\*|https?://)\S* +HTTP/[0-9.]+[ \t\r]*$|^[A-Z]{3,10} +(?:/|https?://)\S*[ \t]*\r?(?:\n[\w-]+[ \t]*:|\Z)",
    re.MULTILINE,
)
_RULE = re.compile(r"-{3,}[A-Z ]*-{3,}")  # what people print below a request
_LOCAL = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]+)?|.*:80", re.IGNORECASE)
_NETSUITE = re.compile(r".*\.netsuite\.com(?::443)?", re.IGNORECASE)
NO_BODY = "The body is not in the capture."
NO_FORM = "The body is a form, which is signed, and it is not in the capture."
CHUNKED = "The body is a form, which is signed, and it is chunked: what is of the form, the text does not say."
NO_WHOLE_FORM = "The body is a form, which is signed, and the capture holds less of it than Content-Length says."
_HOLD_FORMS = {"POST", "PUT", "PATCH"}
Line = tuple[int, str]
Piece = tuple[int, str, str]


def numbered(text: str) -> list[Line]:
    """The lines of a text with their numbers, without what ends them."""
    return [(number, line.rstrip("\r")) for number, line in enumerate(text.split("\n"), 1)]


def read(text: str) -> list[Capture]:
    """Read the requests of a text, each with the response that follows it.

    Raises:
        CaptureError: a line is neither a request line nor a header where one must stand.
    """
    return messages(numbered(text))


def first_line(text: str) -> int:
    """The first line that is surely a request line, from 1; 0 where there is none."""
    return next((number for number, line in numbered(text) if _CERTAIN.fullmatch(line)), 0)


def log(form: str, mark: str, unwrap: Callable[[list[Line]], Iterable[Line]]) -> Reader:
    """A reader of logs: they are known by ``mark`` (multi-line), and hold messages that ``unwrap`` gives line by line."""
    compiled = re.compile(mark, re.MULTILINE)
    return Reader(form, compiled.search, lambda text: messages(list(unwrap(numbered(text)))))


def of_pieces(pieces: Iterable[Piece]) -> Iterator[Line]:
    """Join what was sent or received piece by piece (line number, direction, text), and split it into lines."""
    for _, group in groupby(pieces, lambda piece: piece[1]):
        together = list(group)
        text = "".join(_apart(piece[2]) for piece in together)
        if text.strip():
            yield from ((together[0][0], line.rstrip("\r")) for line in text.split("\n"))


def _apart(text: str) -> str:
    """A piece; on a line of its own where it begins a request, for the body before it seldom ends its line."""
    return "\n" + text if _CERTAIN.fullmatch(text.partition("\n")[0].rstrip("\r")) else text


def messages(lines: list[Line]) -> list[Capture]:
    """Read the requests of such lines, each with the response that follows it.

    What stands before the first request line, and after a response, is passed over where a request line is certain.
    A CONNECT opens a tunnel: what follows it went through TLS.

    Raises:
        CaptureError: as :func:`read`.
    """
    captures: list[Capture] = []
    start = _CERTAIN if any(_CERTAIN.fullmatch(line) for _, line in lines) else _LIKELY
    at = 0
    tunnel = False
    while at < len(lines):
        _number, line = lines[at]
        answered = _RESPONSE.fullmatch(line)
        request = _REQUEST.fullmatch(line)
        if answered:
            headers, at = _headers(lines, at + 1)
            if captures and captures[-1].status in {None, 100}:
                captures[-1] = replace(captures[-1], time=date_of(headers), status=int(answered[1]))
            if not (tunnel and not captures):
                _, at = _body(lines, at, headers)
        elif request is not None and request[1].upper() == "CONNECT":
            _, at = _headers(lines, at + 1)
            tunnel = True
        elif start.fullmatch(line) is None:
            at += 1
        else:
            at = _request(lines, at, captures, tunnel=tunnel)
    if not captures:
        raise CaptureError("there is no request in the input")
    return captures


def _request(lines: list[Line], at: int, captures: list[Capture], *, tunnel: bool) -> int:
    where, line = f"line {lines[at][0]}", lines[at][1]
    method, target = line.split()[:2]
    headers, at = _headers(lines, at + 1)
    body, at = _body(lines, at, headers)
    host = header_of(headers, "host")
    if not host and not target.lower().startswith(("http://", "https://")):
        raise CaptureError(f"{where}: the request has no Host header, and the host is part of what is signed")
    captures.append(capture_of(where, method, target, headers, to_bytes(body), tunnel=tunnel))
    return at


def capture_of(
    where: str, method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes, *, tunnel: bool = False
) -> Capture:
    """A capture of a message; what it does not say is assumed, and said."""
    pairs = tuple(headers)
    notes: list[str] = []
    unsure = None
    host = header_of(pairs, "host")
    scheme = "http" if _LOCAL.fullmatch(host) and not tunnel else "https"
    if not target.lower().startswith("http") and not tunnel and not _NETSUITE.fullmatch(host):
        notes.append(f"The capture does not say the scheme; {scheme} was assumed for the host {host[:80]!r}.")
    is_form = header_of(pairs, "content-type").partition(";")[0].strip().lower() == FORM
    length = header_of(pairs, "content-length")
    if not body and (length not in {"", "0"} or lacks_a_form(method, pairs)):
        notes.append(NO_BODY)
        unsure = NO_FORM if is_form else None
    elif body and is_form and "chunked" in header_of(pairs, "transfer-encoding").lower():
        unsure = CHUNKED
    elif is_form and length.isascii() and length.isdigit() and len(body) < int(length[:9]):
        unsure = NO_WHOLE_FORM
    request = SignedRequest(
        method=method, target=target.partition("#")[0], host=host, scheme=scheme, headers=pairs, body=body
    )
    return Capture(request=request, where=where, notes=tuple(notes), unsure=unsure)


def lacks_a_form(method: str, headers: Iterable[tuple[str, str]]) -> bool:
    """Whether a request that shows no body is one of a form, and does not say that the form was empty."""
    pairs = tuple(headers)
    is_form = header_of(pairs, "content-type").partition(";")[0].strip().lower() == FORM
    return is_form and method.upper() in _HOLD_FORMS and header_of(pairs, "content-length") != "0"


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
                    f"line {number}: expected a header 'Name: value' or an empty line, got {quote(line)}"
                )
            headers.append((found[1], found[2].strip(" \t")))
        at += 1
    return tuple(headers), at + 1


def _body(lines: list[Line], at: int, headers: tuple[tuple[str, str], ...]) -> tuple[str, int]:
    """Read a body: as long as Content-Length says, else up to a response, another request or the end."""
    length = header_of(headers, "content-length")
    wanted = int(length) if length.isascii() and length.isdigit() and len(length) < 10 else None  # noqa: PLR2004
    body: list[str] = []
    size = -1 if wanted else 0
    while at < len(lines):
        line = lines[at][1]
        if _RESPONSE.fullmatch(line) or _CERTAIN.fullmatch(line):
            break
        if (wanted is not None and size >= wanted) or (wanted is None and _RULE.fullmatch(line)):
            break
        body.append(line)
        size += 1 + len(to_bytes(line))
        at += 1
    text = "\n".join(body)
    if wanted is None:
        return text.rstrip("\n"), at
    return text.rstrip("\n") if len(text) > wanted else text, at


def quote(line: str) -> str:
    """Quote a line without what may be a credential: its first word or so."""
    word = line.strip().partition(":")[0].partition(" ")[0]
    return repr(word[:40]) + ("" if len(line.strip()) == len(word) else " ...")


READER = Reader("a raw HTTP request", _STARTS.search, read)
