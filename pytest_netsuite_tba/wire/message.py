"""The head of a request, strictly (RFC 9110 and 9112): bytes in, values out."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    Headers = tuple[tuple[str, str], ...]

TLS_HANDSHAKE = b"\x16"  # the first byte of a ClientHello (RFC 8446 section 5.1); no HTTP begins with it
_SHORT = 256  # bytes of a header line; a longer one is not worth keeping
_VISIBLE = range(0x21, 0x7F)  # of ASCII
_DIGITS = 18  # of a length; more are too long for any limit, and int() reads no thousands of them
_REMEMBERED = 1_024  # all header lines but one or two come again with every request

# None of these can match the same bytes in two ways: a long header costs no more than its length.
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_CONTROL_OR_BARE_LF = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|(?<!\r)\n")
_LINE_START = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) ([^\x00-\x20\x7f]+)")
_REQUEST_LINE = re.compile(_LINE_START.pattern + rb" HTTP/(\d)\.(\d)")
_FOLD = re.compile(rb"\r\n[ \t]+")
_HEX = re.compile(rb"[0-9A-Fa-f]+")
_AUTHORITY = r"[A-Za-z0-9._~!$&'()*+,;=%:\[\]-]"
_HOST = re.compile(f"{_AUTHORITY}*")
_HOST_AND_PORT = re.compile(rf"{_AUTHORITY}+:\d+")
_ABSOLUTE = re.compile(rf"https?://{_AUTHORITY}+(?:[/?].*)?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed:
    """What could be read of a request that is no well-formed HTTP.

    Attributes:
        status: answered.
        reason: one sentence that names the offending part.
        cure: what to do about it, where that is not to send well-formed HTTP.
        method, target: None where the request line could not be read.
        headers: those read.
        is_tls: whether it came inside TLS.
    """

    status: int
    reason: str
    cure: str | None = None
    method: str | None = None
    target: str | None = None
    headers: Headers = ()
    is_tls: bool = False


class BadRequestError(Exception):
    """A request that gets no answer but an error; ``malformed`` is what there is to know about it."""

    def __init__(self, status: int, reason: str, *, cure: str | None = None) -> None:
        super().__init__(reason)
        self.malformed = Malformed(status=status, reason=reason, cure=cure)

    def add_request(self, method: str, target: str, headers: Headers) -> None:
        """Add what could be read of the request."""
        self.malformed = replace(self.malformed, method=method, target=target, headers=headers)


class Head(NamedTuple):
    """A request's head. Text is UTF-8 with other bytes as lone surrogates.

    Attributes:
        method, target, headers: as sent; a header folded over several lines as one line.
        minor: of the HTTP version, 0 or 1.
        length: bytes of the body; None where it is chunked.
        keep_alive: whether the client wants the connection kept.
        expects_continue: whether it waits for ``100 Continue``.
        folded: names of the headers that were folded (RFC 9112 section 5.2).
    """

    method: str
    target: str
    minor: int
    headers: Headers
    length: int | None
    keep_alive: bool
    expects_continue: bool
    folded: tuple[str, ...] = ()


def decode(raw: bytes) -> str:
    """Text of bytes from the wire."""
    return raw.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """Bytes as they were before :func:`decode`."""
    return text.encode("utf-8", "surrogateescape")


def split_target(target: str) -> tuple[str, str, str]:
    """Scheme and authority of a request target, empty unless it is in absolute form, and its path with the query."""
    if target.startswith("/") or target == "*":
        return "", "", target
    scheme, _, rest = target.partition("://")
    authority = re.split("[/?]", rest, maxsplit=1)[0]
    path = rest[len(authority) :]
    return scheme, authority, path if path.startswith("/") else f"/{path}"


def parse_head(raw: bytes) -> Head:
    """Read a head, without the empty line that ends it.

    Raises:
        BadRequestError: it is not what RFC 9112 sections 3 and 5 ask for.
    """
    line, _, fields = raw.partition(b"\r\n")
    method, target, version = _parse_request_line(line)
    headers: list[tuple[str, str]] = []
    try:
        _check_version(version)
        headers.extend(map(parse_header, _unfold(fields).split(b"\r\n") if fields else ()))
        _check_target(method, target)
        head = _settle(method, target, int(version[-1:]), tuple(headers))
        return head._replace(folded=_folded(fields)) if _FOLD.search(fields) else head
    except BadRequestError as bad:
        bad.add_request(method, target, tuple(headers))
        raise


def check_beginning(part: bytes | bytearray, seen: int, tls_cure: str | None) -> None:
    """Refuse a head that is still arriving once no more bytes can make it one.

    ``seen`` says how many bytes of it were looked at before, ``tls_cure`` what helps against a TLS handshake.

    Raises:
        BadRequestError: rather than wait for an end that may never come (RFC 9112 section 2.2).
    """
    if part.startswith(TLS_HANDSHAKE + b"\x03"):
        raise BadRequestError(400, "this is a TLS handshake, and this port speaks plain HTTP", cure=tls_cure)
    found = _CONTROL_OR_BARE_LF.search(part, seen)
    if found is not None or part[0] not in _VISIBLE:
        if found is not None and found.group() == b"\n":
            raise unfinished(400, "a line ends with LF alone, not with CRLF", part)
        raise BadRequestError(400, f"this is not HTTP: {_shown(part[:20])}")
    end = part.find(b"\r\n")
    if end + 2 > seen and end >= 0:
        _parse_request_line(bytes(part[:end]))


def too_long(part: bytes | bytearray, limit: int) -> BadRequestError:
    """The error of a head of more than ``limit`` bytes (RFC 9112 section 3, RFC 6585 section 5)."""
    if part.find(b"\r\n", 0, limit) < 0:
        return unfinished(414, f"the request line is longer than {limit} bytes", part[:limit])
    return unfinished(431, f"the request's head is longer than {limit} bytes", part[:limit])


def unfinished(status: int, reason: str, part: bytes | bytearray) -> BadRequestError:
    """The error of a head of which only ``part`` has come, with what can be read of that."""
    bad = BadRequestError(status, reason)
    line, *fields = _unfold(bytes(part)).split(b"\r\n")
    found = _LINE_START.match(line)
    if found is not None:
        whole = tuple(parse_header(field) for field in fields[:-1] if _fault_of(field) is None)
        bad.add_request(found.group(1).decode("ascii"), decode(found.group(2)), whole)
    return bad


def parse_header(field: bytes) -> tuple[str, str]:
    """Name and value of a header line, or of a trailer.

    Raises:
        BadRequestError: it is none.
    """
    return _parse_short_header(field) if len(field) <= _SHORT else _parse_header(field)


def _unfold(fields: bytes) -> bytes:
    """Header lines with each fold replaced by one blank (RFC 9112 section 5.2)."""
    return _FOLD.sub(b" ", fields)


def _folded(fields: bytes) -> tuple[str, ...]:
    """Names of the headers that go over several lines, each once."""
    names: dict[str, None] = {}
    name = b""
    for line in fields.split(b"\r\n"):
        if line[:1] in {b" ", b"\t"}:
            names[decode(name)] = None
        else:
            name = line.partition(b":")[0]
    return tuple(names)


def parse_chunk_size(line: bytes) -> int:
    """How many bytes a chunk has (RFC 9112 section 7.1); extensions are skipped.

    Raises:
        BadRequestError: the line does not begin with a hexadecimal number.
    """
    size = line.partition(b";")[0].rstrip(b" \t")
    if not _HEX.fullmatch(size) or _CONTROL.search(line):
        raise BadRequestError(400, f"this is no chunk size: {_shown(line[:20])}")
    return int(size, 16)


def _parse_request_line(line: bytes) -> tuple[str, str, bytes]:
    found = _REQUEST_LINE.fullmatch(line)
    if found is None:
        control = _CONTROL.search(line)
        if control is not None:
            raise BadRequestError(400, f"the request line has the control character {_shown(control.group())}")
        raise BadRequestError(400, f"the request line is not 'METHOD target HTTP/1.1': {_shown(line[:60])}")
    return found.group(1).decode("ascii"), decode(found.group(2)), b"%s.%s" % found.group(3, 4)


def _parse_header(field: bytes) -> tuple[str, str]:
    fault = _fault_of(field)
    if fault is not None:
        raise BadRequestError(400, f"{fault}: {_shown(field[:60])}")
    name, _, value = field.partition(b":")
    return name.decode("ascii"), decode(value.strip(b" \t"))


_parse_short_header = lru_cache(_REMEMBERED)(_parse_header)


def _fault_of(field: bytes) -> str | None:
    """Why this is no header line (RFC 9112 section 5); None if it is one."""
    name, colon, value = field.partition(b":")
    if colon and _NAME.fullmatch(name) and not _CONTROL.search(value):
        return None
    if field[:1] in {b" ", b"\t"}:
        return "a blank stands before the first header"
    control = _CONTROL.search(field)
    if control is not None:
        return f"a header has the control character {_shown(control.group())}"
    if not colon:
        return "a header line has no colon"
    if name != name.rstrip(b" \t"):
        return "a header has whitespace before its colon"
    return "this is no header name"


def _shown(raw: bytes | bytearray) -> str:
    """Bytes between quotes, what is not printable escaped."""
    return repr(raw.decode("latin-1"))


def _check_version(version: bytes) -> None:
    if version not in {b"1.0", b"1.1"}:
        raise BadRequestError(505, f"HTTP/{version.decode()} is not spoken here, HTTP/1.1 is")


def _check_target(method: str, target: str) -> None:
    """Take the four forms of RFC 9112 section 3.2, each where it belongs."""
    if method == "CONNECT":
        if not _HOST_AND_PORT.fullmatch(target):
            raise BadRequestError(400, f"the target of CONNECT is not host:port: {target[:60]!r}")
    elif "#" in target:
        raise BadRequestError(400, f"the request target has a fragment, which is never sent: {target[:60]!r}")
    elif not (target.startswith("/") or (target == "*" and method == "OPTIONS") or _ABSOLUTE.fullmatch(target)):
        raise BadRequestError(400, f"the request target is neither a path nor an http URL: {target[:60]!r}")


def _settle(method: str, target: str, minor: int, headers: Headers) -> Head:
    """Settle host, framing and persistence."""
    fields: dict[str, list[str]] = {}
    for name, value in headers:
        fields.setdefault(name.lower(), []).append(value)
    _check_host(minor, fields.get("host", []))
    length = _body_length(minor, fields.get("content-length", []), fields.get("transfer-encoding", []))
    expectations = fields.get("expect", [])
    if any(expectation.lower() != "100-continue" for expectation in expectations):
        raise BadRequestError(417, f"the only expectation is 100-continue, not {', '.join(expectations)[:60]!r}")
    options = {option.strip().lower() for value in fields.get("connection", ()) for option in value.split(",")}
    return Head(
        method=method, target=target, minor=minor, headers=headers, length=length,
        keep_alive="close" not in options and (minor == 1 or "keep-alive" in options),
        expects_continue=bool(expectations) and minor == 1,
    )  # fmt: skip


def _check_host(minor: int, hosts: list[str]) -> None:
    """Ask for the one Host header of RFC 9112 section 3.2."""
    if len(hosts) > 1 or (minor and not hosts):
        raise BadRequestError(400, f"an HTTP/1.1 request has one Host header, this one has {len(hosts)}")
    if hosts and not _HOST.fullmatch(hosts[0]):
        raise BadRequestError(400, f"the Host header is no host: {hosts[0][:60]!r}")


def _body_length(minor: int, lengths: list[str], codings: list[str]) -> int | None:
    """Bytes of the body, None for a chunked one (RFC 9112 section 6.3)."""
    if codings:
        if lengths:
            raise BadRequestError(400, "Content-Length and Transfer-Encoding contradict each other")
        if not minor:
            raise BadRequestError(400, "HTTP/1.0 has no Transfer-Encoding")
        if [coding.lower() for coding in codings] != ["chunked"]:
            raise BadRequestError(501, f"the only Transfer-Encoding is chunked, not {', '.join(codings)[:60]!r}")
        return None
    if len(set(lengths)) > 1 or any(not (length.isascii() and length.isdigit()) for length in lengths):
        raise BadRequestError(400, f"Content-Length is not one whole number: {', '.join(lengths)[:60]!r}")
    digits = lengths[0].lstrip("0") if lengths else ""
    return int(digits or "0") if len(digits) <= _DIGITS else sys.maxsize
