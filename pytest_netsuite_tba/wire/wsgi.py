"""A WSGI application called with a request that has been read whole (PEP 3333)."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from .message import encode, split_target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import WSGIApplication

    from .message import Head

_REMEMBERED = 1_024  # nearly all names of headers come again with every request


def make_environ(
    head: Head, body: bytes, *, scheme: str, server: tuple[str, int], client: tuple[str, int]
) -> dict[str, Any]:
    """Make the environ of a request; ``REQUEST_URI`` is the raw target."""
    target_scheme, authority, target = split_target(head.target)
    path, _, query = target.partition("?")
    raw_target = encode(head.target).decode("latin-1")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": head.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(encode(path)).decode("latin-1"),
        "QUERY_STRING": encode(query).decode("latin-1"),
        "REQUEST_URI": raw_target,
        "RAW_URI": raw_target,
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/1.{head.minor}",
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": target_scheme.lower() or scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in head.headers:
        key = _environ_key(name)
        if key == "CONTENT_LENGTH":
            environ[key] = str(len(body))
        elif key:
            text = value if value.isascii() else encode(value).decode("latin-1")
            environ[key] = f"{environ[key]},{text}" if key in environ else text
    if authority:
        environ["HTTP_HOST"] = authority
    if head.length is None:
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


@lru_cache(_REMEMBERED)
def _environ_key(name: str) -> str:
    """The environ's key of a header; ``""`` for one that is not in it."""
    key = name.upper()
    if key in {"CONTENT-LENGTH", "CONTENT-TYPE"}:
        return key.replace("-", "_")
    hidden = "_" in key or key == "TRANSFER-ENCODING"  # X_A would pass for X-A
    return "" if hidden else "HTTP_" + key.replace("-", "_")


def call(
    app: WSGIApplication, environ: dict[str, object]
) -> tuple[str, list[tuple[str, str]], bytes | None, Iterable[bytes]]:
    """Call the application; return status and headers, then the body, or None and the parts in which it is still to come.

    It comes in parts where its length is not known: no Content-Length, and no sequence.
    """
    started: list[tuple[str, list[tuple[str, str]]]] = []
    written = bytearray()

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: object = None
    ) -> Callable[[bytes], object]:
        if started and exc_info is None:
            raise AssertionError("start_response was called twice")
        started[:] = [(status, headers)]
        return written.extend

    parts = app(environ, start_response)
    if started and environ["REQUEST_METHOD"] != "HEAD" and not _has_length(parts, *started[0]):
        return *started[0], None, parts
    try:
        for part in parts:
            written += part
    finally:
        close(parts)
    if not started:
        raise AssertionError("start_response was not called")
    status, headers = started[0]
    return status, headers, bytes(written), ()


def close(parts: Iterable[bytes]) -> None:
    """Close what an application returned, as a server must."""
    end = getattr(parts, "close", None)
    if end is not None:
        end()


def _has_length(parts: Iterable[bytes], status: str, headers: list[tuple[str, str]]) -> bool:
    """Whether it is known how long a body is; a 204 or 304 has none (RFC 9112 section 6.3)."""
    if isinstance(parts, Sequence) or status[:3] in {"204", "304"}:
        return True
    return any(name.lower() == "content-length" for name, _ in headers)
