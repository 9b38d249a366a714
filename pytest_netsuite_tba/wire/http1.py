"""HTTP/1.1 messages, strictly (RFC 9110 and 9112): bytes in, values out, and back; no socket."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    Headers = tuple[tuple[str, str], ...]

_CHUNK_LINE_BYTES = 4_096
_TRAILER_BYTES = 16_384
_OURS = frozenset({"connection", "content-length", "transfer-encoding"})  # settled here, whatever the application says
_TLS_HANDSHAKE = b"\x16\x03"
_SHORT = 256  # bytes of a header line; a longer one is not worth keeping
_REMEMBERED = 1_024  # all header lines but one or two come again with every request

# None of these can match the same bytes in two ways: a long header costs no more than its length.
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_CONTROL_OR_BARE_LF = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|(?<!\r)\n")
_LINE_START = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) ([^\x00-\x20\x7f]+)")
_REQUEST_LINE = re.compile(_LINE_START.pattern + rb" HTTP/(\d)\.(\d)")
_HEX = re.compile(rb"[0-9A-Fa-f]+")
_AUTHORITY = r"[A-Za-z0-9._~!$&'()*+,;=%:\[\]-]"
_HOST = re.compile(f"{_AUTHORITY}*")
_HOST_AND_PORT = re.compile(rf"{_AUTHORITY}+:\d+")
_ABSOLUTE = re.compile(rf"https?://{_AUTHORITY}+(?:[/?].*)?", re.IGNORECASE | re.DOTALL)
_STATUS = re.compile(r"([2-9]\d\d)(?: .*)?")


class BadRequestError(Exception):
    """A request that gets no answer but this one.

    Attributes:
        status: HTTP status.
        reason: one sentence that names the offending part.
        spoken: the request was well-formed; a proxy refuses it, and says why in the status line too, as that is all
            that most clients show of a refused tunnel.
        cure: what to do about it, where that is not to send well-formed HTTP.
        method, target, headers: what could be read of it.

    """

    def __init__(self, status: int, reason: str, *, spoken: bool = False, cure: str | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.spoken = spoken
        self.cure = cure
        self.method: str | None = None
        self.target: str | None = None
        self.headers: Headers = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A request's head. Text is UTF-8 with other bytes as lone surrogates.

    Attributes:
        method, target, headers: as sent.
        minor: of the HTTP version, 0 or 1.
        length: bytes of the body; None where it is chunked.
        keep_alive: whether the client wants the connection kept.
        expects_continue: whether it waits for ``100 Continue``.

    """

    method: str
    target: str
    minor: int
    headers: Headers
    length: int | None
    keep_alive: bool
    expects_continue: bool


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


# -- the head of a request -------------------------------------------------------------------------------------


def parse_head(raw: bytes) -> Head:
    """Read a head, without the empty line that ends it.

    Raises:
        BadRequestError: it is not what RFC 9112 sections 3 and 5 ask for.

    """
    line, _, fields = raw.partition(b"\r\n")
    method, target, version = _request_line(line)
    headers: list[tuple[str, str]] = []
    try:
        _check_version(version)
        headers.extend(map(_header, fields.split(b"\r\n") if fields else ()))
        _check_target(method, target)
        return _head(method, target, int(version[-1:]), tuple(headers))
    except BadRequestError as bad:
        bad.method, bad.target, bad.headers = method, target, tuple(headers)
        raise


def _check_version(version: bytes) -> None:
    if version not in {b"1.0", b"1.1"}:
        raise BadRequestError(505, f"HTTP/{version.decode()} is not spoken here, HTTP/1.1 is")


def check_unfinished(part: bytes | bytearray, seen: int) -> None:
    """Refuse a head that is still arriving once no more bytes can make it one.

    ``seen`` says how many bytes of it were looked at before.

    Raises:
        BadRequestError: rather than wait for an end that may never come (RFC 9112 section 2.2).

    """
    if part.startswith(_TLS_HANDSHAKE):
        cure = "Call it by http://, or start it with netsuite-tba serve --tls."
        raise BadRequestError(400, "this is a TLS handshake, and this port speaks plain HTTP", cure=cure)
    found = _CONTROL_OR_BARE_LF.search(part, seen)
    if found is not None or not 0x20 < part[0] < 0x7F:  # noqa: PLR2004  (a space; the end of ASCII)
        if found is not None and found.group() == b"\n":
            raise unfinished(400, "a line ends with LF alone, not with CRLF", part)
        raise BadRequestError(400, f"this is not HTTP: {bytes(part[:20])!r}")
    end = part.find(b"\r\n")
    if end + 2 > seen and end >= 0:
        _request_line(bytes(part[:end]))


def head_too_long(part: bytes | bytearray, limit: int) -> BadRequestError:
    """Give the refusal of a head of more than ``limit`` bytes (RFC 9112 section 3, RFC 6585 section 5)."""
    if part.find(b"\r\n", 0, limit) < 0:
        return unfinished(414, f"the request line is longer than {limit} bytes", part[:limit])
    return unfinished(431, f"the request's head is longer than {limit} bytes", part[:limit])


def unfinished(status: int, reason: str, part: bytes | bytearray) -> BadRequestError:
    """Give the refusal of a head of which only ``part`` has come, with what can be read of that."""
    bad = BadRequestError(status, reason)
    line, *fields = bytes(part).split(b"\r\n")
    found = _LINE_START.match(line)
    if found is not None:
        bad.method, bad.target = found.group(1).decode("ascii"), _text(found.group(2))
        whole = [field for field in fields[:-1] if _fault_of(field) is None]
        bad.headers = tuple(map(_header, whole))
    return bad


def _request_line(line: bytes) -> tuple[str, str, bytes]:
    found = _REQUEST_LINE.fullmatch(line)
    if found is None:
        control = _CONTROL.search(line)
        if control is not None:
            raise BadRequestError(400, f"the request line has the control character {control.group()!r}")
        raise BadRequestError(400, f"the request line is not 'METHOD target HTTP/1.1': {line[:60]!r}")
    return found.group(1).decode("ascii"), _text(found.group(2)), b"%s.%s" % found.group(3, 4)


def _header(field: bytes) -> tuple[str, str]:
    return _short_header(field) if len(field) <= _SHORT else _read_header(field)


def _read_header(field: bytes) -> tuple[str, str]:
    fault = _fault_of(field)
    if fault is not None:
        raise BadRequestError(400, f"{fault}: {field[:60].decode('latin-1')!r}")
    name, _, value = field.partition(b":")
    return name.decode("ascii"), _text(value.strip(b" \t"))


_short_header = lru_cache(_REMEMBERED)(_read_header)


def _fault_of(field: bytes) -> str | None:
    """Say why this is no header line (RFC 9112 section 5); None if it is one."""
    name, colon, value = field.partition(b":")
    if colon and _NAME.fullmatch(name) and not _CONTROL.search(value):
        return None
    if field[:1] in {b" ", b"\t"}:
        return "a header is folded over two lines"
    control = _CONTROL.search(field)
    if control is not None:
        return f"a header has the control character {control.group()!r}"
    if not colon:
        return "a header line has no colon"
    if name != name.rstrip(b" \t"):
        return "a header has whitespace before its colon"
    return "this is no header name"


def _check_target(method: str, target: str) -> None:
    """Take the four forms of RFC 9112 section 3.2, each where it belongs."""
    if method == "CONNECT":
        if not _HOST_AND_PORT.fullmatch(target):
            raise BadRequestError(400, f"the target of CONNECT is not host:port: {target[:60]!r}")
    elif "#" in target:
        raise BadRequestError(400, f"the request target has a fragment, which is never sent: {target[:60]!r}")
    elif not (target.startswith("/") or (target == "*" and method == "OPTIONS") or _ABSOLUTE.fullmatch(target)):
        raise BadRequestError(400, f"the request target is neither a path nor an http URL: {target[:60]!r}")


def _head(method: str, target: str, minor: int, headers: Headers) -> Head:
    """Settle host, framing and persistence."""
    fields: dict[str, list[str]] = {}
    for name, value in headers:
        fields.setdefault(name.lower(), []).append(value)
    _check_host(minor, fields.get("host", []))
    length = _length(minor, fields.get("content-length", []), fields.get("transfer-encoding", []))
    expectations = fields.get("expect", [])
    if any(one.lower() != "100-continue" for one in expectations):
        raise BadRequestError(417, f"the only expectation is 100-continue, not {', '.join(expectations)[:60]!r}")
    options = {one.strip().lower() for value in fields.get("connection", ()) for one in value.split(",")}
    return Head(
        method=method,
        target=target,
        minor=minor,
        headers=headers,
        length=length,
        keep_alive="close" not in options and (minor == 1 or "keep-alive" in options),
        expects_continue=bool(expectations) and minor == 1,
    )


def _check_host(minor: int, hosts: list[str]) -> None:
    """Ask for the one Host header of RFC 9112 section 3.2."""
    if len(hosts) > 1 or (minor and not hosts):
        raise BadRequestError(400, f"an HTTP/1.1 request has one Host header, this one has {len(hosts)}")
    if hosts and not _HOST.fullmatch(hosts[0]):
        raise BadRequestError(400, f"the Host header is no host: {hosts[0][:60]!r}")


def _length(minor: int, lengths: list[str], codings: list[str]) -> int | None:
    """Give the length of the body, None for a chunked one (RFC 9112 section 6.3)."""
    if codings:
        if lengths:
            raise BadRequestError(400, "Content-Length and Transfer-Encoding contradict each other")
        if not minor:
            raise BadRequestError(400, "HTTP/1.0 has no Transfer-Encoding")
        if [one.lower() for one in codings] != ["chunked"]:
            raise BadRequestError(501, f"the only Transfer-Encoding is chunked, not {', '.join(codings)[:60]!r}")
        return None
    if len(set(lengths)) > 1 or any(not (one.isascii() and one.isdigit()) for one in lengths):
        raise BadRequestError(400, f"Content-Length is not one whole number: {', '.join(lengths)[:60]!r}")
    digits = lengths[0].lstrip("0") if lengths else ""
    return int(digits or "0") if len(digits) < 19 else sys.maxsize  # noqa: PLR2004  (int() reads no thousands of digits)


# -- the body of a request -------------------------------------------------------------------------------------


def read_chunked(read_line: Callable[[int], bytes], read_exactly: Callable[[int], bytes], limit: int) -> bytes:
    """Read a chunked body (RFC 9112 section 7.1); extensions and trailers are skipped.

    ``read_line`` gives a line of at most so many bytes without its CRLF, ``read_exactly`` so many bytes.

    Raises:
        BadRequestError: a chunk is malformed, or the body longer than ``limit``.

    """
    body = bytearray()
    while count := _chunk_size(read_line(_CHUNK_LINE_BYTES)):
        if len(body) + count > limit:
            raise BadRequestError(413, f"the body is longer than {limit} bytes")
        body += read_exactly(count)
        if read_exactly(2) != b"\r\n":
            raise BadRequestError(400, "a chunk does not end where its size says")
    trailers = 0
    while line := read_line(_CHUNK_LINE_BYTES):
        _header(line)
        trailers += len(line)
        if trailers > _TRAILER_BYTES:
            raise BadRequestError(431, f"the trailers are longer than {_TRAILER_BYTES} bytes")
    return bytes(body)


def _chunk_size(line: bytes) -> int:
    size = line.partition(b";")[0].rstrip(b" \t")
    if not _HEX.fullmatch(size) or _CONTROL.search(line):
        raise BadRequestError(400, f"this is no chunk size: {line[:20]!r}")
    return int(size, 16)


# -- what a proxy needs ----------------------------------------------------------------------------------------


def authority_of(head: Head) -> tuple[str, int]:
    """Give host (lower case, no brackets; empty for the server itself) and port that a target names (RFC 9112 3.2).

    Raises:
        BadRequestError: the port is none.

    """
    authority, scheme = head.target, ""
    if head.method != "CONNECT":
        if head.target.startswith("/") or head.target == "*":
            return "", 0
        scheme, _, rest = head.target.partition("://")
        authority = re.split("[/?]", rest, maxsplit=1)[0]
    host, colon, port = authority.rpartition(":")
    if not colon or "]" in port:
        host, port = authority, ""
    port = port or {"http": "80"}.get(scheme.lower(), "443")
    if not (port.isascii() and port.isdigit() and len(port) < 6 and 0 < int(port) < 65536):  # noqa: PLR2004  (RFC 9293)
        raise BadRequestError(400, f"{port[:20]!r} is no port")
    return host.lower().strip("[]"), int(port)


def forwarded(head: Head, body: bytes) -> bytes:
    """Give the bytes of a request in absolute form as its origin server gets it, the connection for it alone."""
    rest = head.target.partition("://")[2]
    split = re.search("[/?]", rest)
    authority, path = (rest, "/") if split is None else (rest[: split.start()], rest[split.start() :])
    kept = [one for one in head.headers if one[0].lower() not in {*_OURS, "host", "expect", "proxy-connection"}]
    lines = [f"{head.method} {path if path.startswith('/') else '/' + path} HTTP/1.1", f"Host: {authority}"]
    lines += [f"{name}: {value}" for name, value in kept if not name.lower().startswith("proxy-")]
    lines += [f"Content-Length: {len(body)}"] if body or head.length != 0 else []
    return _raw("\r\n".join([*lines, "Connection: close", "", ""])) + body


# -- what the application gets ---------------------------------------------------------------------------------


def wsgi_environ(
    head: Head,
    body: bytes,
    *,
    scheme: str,
    server: tuple[str, int],
    client: tuple[str, int],
    errors: Any,  # noqa: ANN401  (a text stream)
) -> dict[str, Any]:
    """Make the WSGI environ (PEP 3333) of a request that has been read whole.

    ``REQUEST_URI`` is the raw target, ``netsuite_tba.headers`` the headers as sent.
    """
    target, host = head.target, None
    if not target.startswith("/") and target != "*":
        scheme, _, rest = target.partition("://")
        before_query, mark, query = rest.partition("?")
        host, slash, path = before_query.partition("/")
        target = f"{slash or '/'}{path}{mark}{query}"
    path, _, query = target.partition("?")
    raw_target = _raw(head.target).decode("latin-1")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": head.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(_raw(path)).decode("latin-1"),
        "QUERY_STRING": _raw(query).decode("latin-1"),
        "REQUEST_URI": raw_target,
        "RAW_URI": raw_target,
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/1.{head.minor}",
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme.lower(),
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": errors,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "netsuite_tba.headers": head.headers,
    }
    for name, value in head.headers:
        key = _environ_key(name)
        if key == "CONTENT_LENGTH":
            environ[key] = str(len(body))
        elif key:
            text = value if value.isascii() else _raw(value).decode("latin-1")
            environ[key] = f"{environ[key]},{text}" if key in environ else text
    if host is not None:
        environ["HTTP_HOST"] = host
    if head.length is None:
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


@lru_cache(_REMEMBERED)
def _environ_key(name: str) -> str:
    """Give the environ's key of a header (PEP 3333); ``""`` for one that is not in it."""
    key = name.upper()
    if key in {"CONTENT-LENGTH", "CONTENT-TYPE"}:
        return key.replace("-", "_")
    hidden = "_" in key or key == "TRANSFER-ENCODING"  # X_A would pass for X-A
    return "" if hidden else "HTTP_" + key.replace("-", "_")


# -- answers ---------------------------------------------------------------------------------------------------


def answer(
    head: Head, status: str, headers: list[tuple[str, str]], content: bytes | None, date: str
) -> tuple[bytes, bool]:
    """Give an application's answer as bytes, and whether the connection can be kept after it.

    A Content-Length of the application's own is sent as it is; where it is wrong the connection ends with the answer.
    Content that is None follows in chunks, or up to the connection's end for HTTP/1.0 (RFC 9112 section 6.3).

    Raises:
        ValueError: the application's status or a header of it cannot be sent.

    """
    found = _STATUS.fullmatch(status)
    if found is None:
        raise ValueError(f"{status!r} is no final HTTP status")
    given = {name.lower(): value for name, value in headers}
    declared = given.get("content-length")
    if declared is not None and not (declared.isascii() and declared.isdigit()):
        raise ValueError(f"Content-Length is {declared!r}; expected a whole number")
    keep = head.keep_alive and given.get("connection", "").lower() != "close"
    lines = [f"HTTP/1.1 {status}"]
    lines += [f"{name}: {value}" for name, value in headers if name.lower() not in _OURS]
    if "date" not in given:
        lines.append(f"Date: {date}")
    if content is None:
        length, content, whole = None, b"", bool(head.minor)
        lines += ["Transfer-Encoding: chunked"] * head.minor
    else:
        length, content, whole = _framed(head.method, found.group(1), declared, content)
    if length is not None:
        lines.append(f"Content-Length: {length}")
    keep = keep and whole
    if not keep:
        lines.append("Connection: close")
    elif not head.minor:
        lines.append("Connection: keep-alive")
    text = "\r\n".join(lines)
    if not text.count("\r") == text.count("\n") == len(lines) - 1 or "\0" in text:
        raise ValueError("a header of the answer has a line break or a NUL")
    return text.encode("latin-1") + b"\r\n\r\n" + content, keep


def _framed(method: str, code: str, declared: str | None, content: bytes) -> tuple[str | None, bytes, bool]:
    """Give Content-Length, what follows the head, and whether that is all of it (RFC 9110 section 8.6)."""
    if code == "204":
        return None, b"", True
    if code == "304":
        return declared, b"", True
    if method == "HEAD":
        return declared or (str(len(content)) if content else None), b"", True
    if declared is None or int(declared) == len(content):
        return str(len(content)), content, True
    return declared, content[: int(declared)], False


def refusal(bad: BadRequestError, date: str) -> bytes:
    """Give the answer to a request that is no well-formed HTTP."""
    body = f"{bad.reason}\n".encode("utf-8", "replace")
    head = (
        f"HTTP/1.1 {bad.status} {bad.reason if bad.spoken else HTTPStatus(bad.status).phrase}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"Date: {date}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode("ascii", "replace") + (b"" if bad.method == "HEAD" else body)
