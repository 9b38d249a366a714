"""Logs of Java's clients: Apache HttpClient's wire and headers log, OkHttp, HttpURLConnection, java.net.http."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.encoding import to_bytes, to_text

from .capture import Capture, CaptureError, Reader, request_to
from .http_text import capture_of, log, messages, numbered, of_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .http_text import Line, Piece

# -- Apache HttpClient -------------------------------------------------------------------------------------------

_WIRE = re.compile(r'.*?(?:(http-outgoing-[0-9]+) )?(>>|<<) "(.*)"[ \t]*')
_HEADERS = re.compile(r".*?(?:(http-outgoing-[0-9]+) )?(>>|<<) (.*)")
_ESCAPE = re.compile(r"\[(?:0x([0-9a-f]{1,2})|(\\[rn]))\]")


def _character(found: re.Match[str]) -> str:
    return to_text(bytes([int(found[1], 16)])) if found[1] else {"\\r": "\r", "\\n": "\n"}[found[2]]


def _wire(lines: list[Line]) -> Iterator[Line]:
    """Undo the wire log, connection by connection."""
    connections: dict[str, list[Piece]] = {}
    for number, line in lines:
        found = _WIRE.fullmatch(line)
        if found is not None:
            text = to_text(to_bytes(_ESCAPE.sub(_character, found[3])))
            connections.setdefault(found[1] or "", []).append((number, found[2], text))
    for pieces in connections.values():
        yield from of_pieces(pieces)


def _apache_headers(lines: list[Line]) -> Iterator[Line]:
    """Undo the headers log, which has no empty lines: a message ends where another begins."""
    connections: dict[str, list[Line]] = {}
    for number, line in lines:
        found = _HEADERS.fullmatch(line)
        if found is not None:
            begins = re.fullmatch(r"[A-Z]+ \S+ HTTP/[0-9.]+|HTTP/[0-9.]+ [0-9]{3}.*", found[3])
            taken = connections.setdefault(found[1] or "", [])
            taken += [(number, ""), (number, found[3])] if begins else [(number, found[3])]
    for taken in connections.values():
        yield from [*taken, (0, "")]


# -- OkHttp ------------------------------------------------------------------------------------------------------

_OK_START = re.compile(r"(.*?)--> ([A-Z]+) (https?://\S+)(?: (?:http/|h2)\S*)?(?: \(.*\))?[ \t]*")
_OK_END = re.compile(r".*?--> END ([A-Z]+)(.*)")
_OK_SIZE = re.compile(r"\b0*[1-9][0-9]*-byte body")
_OK_OMITTED = "The log leaves out the body and says no Content-Type; a form would be signed."
_OK_RESPONSE = re.compile(r".*?<-- ([0-9]{3})\b.*")
_OK_PREFIX = re.compile(
    r"^.*?(?:\b(?:INFO|DEBUG|FINE)\b|\b[oO]k[hH]ttp\S*)[ \t]*(?:\([ 0-9]*\)|\[[^\]]*\])?[ \t]*(?:: |- |:$)"
)
_OK_NOISE = re.compile(r".*okhttp3\.\S+ \S+[ \t]*")  # the first of java.util.logging's two lines
_HEADER = re.compile(r"([\w!#$%&'*+.^`|~-]+): ?(.*)")


def _ok_http(text: str) -> list[Capture]:
    captures = []
    lines = iter(numbered(text))
    for number, line in lines:
        start = _OK_START.fullmatch(line)
        if start is None:
            continue
        prefix, method, url = start.groups()
        headers: list[tuple[str, str]] = []
        body: list[str] = []
        ended = in_body = False
        size: re.Match[str] | None = None
        for _, following in lines:
            end = _OK_END.fullmatch(following)
            if end is not None or _OK_RESPONSE.fullmatch(following):
                ended = True
                size = _OK_SIZE.search(end[2]) if end is not None else None
                break
            if _OK_NOISE.fullmatch(following):
                continue
            said = (
                following.removeprefix(prefix)
                if prefix and following.startswith(prefix)
                else _OK_PREFIX.sub("", following)
            )
            header = _HEADER.fullmatch(said)
            if in_body:
                body.append(said)
            elif header is None:
                in_body = True
            else:
                headers.append((header[1], header[2]))
        where = f"line {number}"
        request = request_to(url, where, method=method, headers=headers, body=to_bytes("\n".join(body)))
        notes = () if ended else ("The log of this request has no end.",)
        checked = capture_of(where, method, url, request.headers, request.body)
        unsure = checked.unsure
        if size is not None and not body and not request.media_type:
            unsure = unsure or _OK_OMITTED
        captures.append(Capture(request=request, where=where, notes=notes + checked.notes, unsure=unsure))
    if not captures:
        raise CaptureError("there is no request in OkHttp's log")
    return captures


# -- the JDK's own -----------------------------------------------------------------------------------------------

_PAIRS = re.compile(r".*?sun\.net\.www\.MessageHeader@\w+.*? pairs: (\{.*\}).*")
_PAIR = re.compile(r"\{([^:{}]*): (.*?)\}(?=\{|$)")
_START = re.compile(r"\{([A-Z]+ \S+ HTTP/[0-9.]+): null\}")
_ANSWER = re.compile(r"\{null: (HTTP/[0-9.]+ [0-9]{3}[^{}]*)\}")


def _url_connection(lines: list[Line]) -> Iterator[Line]:
    for number, line in lines:
        found = _PAIRS.fullmatch(line)
        if found is None:
            continue
        start = _START.match(found[1]) or _ANSWER.match(found[1])
        if start is not None:
            yield number, start[1]
            for pair in _PAIR.finditer(found[1], start.end()):
                yield number, f"{pair[1]}: {pair[2]}"
            yield number, ""


_JDK_HEADERS = re.compile(r".*\bHEADERS: (?:REQUEST|RESPONSE) HEADERS:?.*")


def _jdk_client(text: str) -> list[Capture]:
    return messages(numbered(text))


WIRE = log("Apache HttpClient's wire log", r'>> "[A-Z]+ \S+ HTTP/', _wire)
HEADERS = log("Apache HttpClient's headers log", r">> [A-Z]+ \S+ HTTP/", _apache_headers)
OK_HTTP = Reader("OkHttp's log", re.compile(r"^(?:.*?[ \t:])?--> [A-Z]+ https?://", re.MULTILINE).search, _ok_http)
URL_CONNECTION = log("the log of Java's HttpURLConnection", r"sun\.net\.www\.MessageHeader@", _url_connection)
