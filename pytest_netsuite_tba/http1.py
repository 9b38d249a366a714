"""HTTP/1.1 message heads and bodies, strictly (RFC 9110 and 9112): bytes in, values out, no socket."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

TARGET_BYTES = 65_000
_CHUNK_LINE_BYTES = 4_096
_TRAILER_BYTES = 16_384

_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) ([^\x00-\x20\x7f]+) HTTP/(\d)\.(\d)")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*((?:[^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?)[ \t]*")
_HEX = re.compile(rb"[0-9A-Fa-f]{1,15}")


class BadRequestError(Exception):
    """A request that gets no answer but this one.

    Attributes:
        status: HTTP status.
        reason: one sentence that names the offending part.
        method, target, headers: what could be read of it.

    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.method: str | None = None
        self.target: str | None = None
        self.headers: tuple[tuple[str, str], ...] = ()


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
    headers: tuple[tuple[str, str], ...]
    length: int | None
    keep_alive: bool
    expects_continue: bool


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def parse_head(raw: bytes) -> Head:
    """Read a head, without the empty line that ends it.

    Raises:
        BadRequestError: it is not what RFC 9112 sections 3 and 5 ask for.

    """
    line, _, fields = raw.partition(b"\r\n")
    found = _REQUEST_LINE.fullmatch(line)
    if found is None:
        raise BadRequestError(400, f"the request line is not 'METHOD target HTTP/1.1': {line[:60]!r}")
    method, target = found.group(1).decode("ascii"), _text(found.group(2))
    headers: list[tuple[str, str]] = []
    try:
        minor = _checked_version(found.group(3), found.group(4))
        _check_target(method, target)
        headers.extend(_header(field) for field in (fields.split(b"\r\n") if fields else ()))
        return _head(method, target, minor, tuple(headers))
    except BadRequestError as bad:
        bad.method, bad.target, bad.headers = method, target, tuple(headers)
        raise


def _checked_version(major: bytes, minor: bytes) -> int:
    if major != b"1" or minor not in {b"0", b"1"}:
        raise BadRequestError(505, f"HTTP/{major.decode()}.{minor.decode()} is not spoken here, HTTP/1.1 is")
    return int(minor)


def _header(field: bytes) -> tuple[str, str]:
    pair = _FIELD.fullmatch(field)
    if pair is None:
        raise BadRequestError(400, f"this is no header line: {field[:60].decode('latin-1')!r}")
    return pair.group(1).decode("ascii"), _text(pair.group(2))


def _check_target(method: str, target: str) -> None:
    """Take origin form, absolute form and ``OPTIONS *`` (RFC 9112 section 3.2)."""
    if len(target) > TARGET_BYTES:
        raise BadRequestError(414, f"the request target is longer than {TARGET_BYTES} bytes")
    if method == "CONNECT":
        raise BadRequestError(501, "CONNECT is not spoken here")
    if target.startswith("/") or (target == "*" and method == "OPTIONS"):
        return
    if not re.match(r"https?://[^/?#]+", target, re.IGNORECASE):
        raise BadRequestError(400, f"the request target is neither a path nor an http URL: {target[:60]!r}")


def _head(method: str, target: str, minor: int, headers: tuple[tuple[str, str], ...]) -> Head:
    """Settle the framing (RFC 9112 section 6)."""

    def values(wanted: str) -> list[str]:
        return [value for name, value in headers if name.lower() == wanted]

    hosts = values("host")
    if len(hosts) > 1 or (minor and not hosts):
        raise BadRequestError(400, f"an HTTP/1.1 request has one Host header, this one has {len(hosts)}")
    lengths, codings = values("content-length"), values("transfer-encoding")
    if lengths and codings:
        raise BadRequestError(400, "Content-Length and Transfer-Encoding contradict each other")
    if len(set(lengths)) > 1 or any(not (one.isascii() and one.isdigit()) or len(one) > 15 for one in lengths):  # noqa: PLR2004  (a petabyte)
        raise BadRequestError(400, f"Content-Length is not one whole number: {', '.join(lengths)[:60]!r}")
    if codings and [one.lower() for one in codings] != ["chunked"]:
        raise BadRequestError(501, f"the only Transfer-Encoding is chunked, not {', '.join(codings)[:60]!r}")
    expectations = values("expect")
    if any(one.lower() != "100-continue" for one in expectations):
        raise BadRequestError(417, f"the only expectation is 100-continue, not {', '.join(expectations)[:60]!r}")
    options = {one.strip().lower() for value in values("connection") for one in value.split(",")}
    return Head(
        method=method,
        target=target,
        minor=minor,
        headers=headers,
        length=None if codings else int(lengths[0]) if lengths else 0,
        keep_alive="close" not in options and (minor == 1 or "keep-alive" in options),
        expects_continue=bool(expectations) and minor == 1,
    )


def read_chunked(read_line: Callable[[int], bytes], read_exactly: Callable[[int], bytes], limit: int) -> bytes:
    """Read a chunked body (RFC 9112 section 7.1); extensions and trailers are skipped.

    ``read_line`` gives a line of at most so many bytes without its CRLF, ``read_exactly`` so many bytes.

    Raises:
        BadRequestError: a chunk is malformed, or the body longer than ``limit``.

    """
    body = bytearray()
    while True:
        size = read_line(_CHUNK_LINE_BYTES).partition(b";")[0].strip()
        if not _HEX.fullmatch(size):
            raise BadRequestError(400, f"this is no chunk size: {size[:20]!r}")
        count = int(size, 16)
        if not count:
            break
        if len(body) + count > limit:
            raise BadRequestError(413, f"the body is longer than {limit} bytes")
        body += read_exactly(count)
        if read_exactly(2) != b"\r\n":
            raise BadRequestError(400, "a chunk does not end where its size says")
    trailers = 0
    while line := read_line(_CHUNK_LINE_BYTES):
        trailers += len(line)
        if trailers > _TRAILER_BYTES:
            raise BadRequestError(431, "the trailers are too long")
    return bytes(body)


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
    environ: dict[str, Any] = {
        "REQUEST_METHOD": head.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(_raw(path)).decode("latin-1"),
        "QUERY_STRING": _raw(query).decode("latin-1"),
        "REQUEST_URI": _raw(head.target).decode("latin-1"),
        "RAW_URI": _raw(head.target).decode("latin-1"),
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
        key = name.upper()
        if "_" in key or key in {"TRANSFER-ENCODING", "CONTENT-LENGTH"}:
            continue
        key = "CONTENT_TYPE" if key == "CONTENT-TYPE" else "HTTP_" + key.replace("-", "_")
        text = _raw(value).decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    if host is not None:
        environ["HTTP_HOST"] = host
    if body or head.length is None:
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
