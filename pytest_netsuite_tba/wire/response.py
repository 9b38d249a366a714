"""Responses as bytes (RFC 9112 sections 4 and 6)."""

from __future__ import annotations

import re
import time
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .message import Head

SETTLED_HERE = frozenset({"connection", "content-length", "transfer-encoding"})  # whatever the application says
_STATUS = re.compile(r"([2-9]\d\d)(?: .*)?")


def response_bytes(
    head: Head, status: str, headers: list[tuple[str, str]], content: bytes | None
) -> tuple[bytes, bool]:
    """An application's response as bytes, and whether the connection can be kept after it.

    A Content-Length of the application's own is sent as it is; where it is wrong the connection ends with the response.
    Content that is None follows in chunks, or up to the connection's end for HTTP/1.0 (RFC 9112 section 6.3).

    Raises:
        ValueError: the application's status or a header of it cannot be sent.
    """
    found = _STATUS.fullmatch(status)
    if found is None:
        raise ValueError(f"{status!r} is no final HTTP status")
    own = {name.lower(): value for name, value in headers}
    declared = own.get("content-length")
    if declared is not None and not (declared.isascii() and declared.isdigit()):
        raise ValueError(f"Content-Length is {declared!r}; expected a whole number")
    keep = head.keep_alive and own.get("connection", "").lower() != "close"
    lines = [f"HTTP/1.1 {status}"]
    lines += [f"{name}: {value}" for name, value in headers if name.lower() not in SETTLED_HERE]
    if "date" not in own:
        lines.append(f"Date: {_date_at(int(time.time()))}")
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
        raise ValueError("a header of the response has a line break or a NUL")
    return text.encode("latin-1") + b"\r\n\r\n" + content, keep


def error_response(status: int, reason: str, *, method: str | None, phrase: str | None = None) -> bytes:
    """The response to a request that the application does not see, its reason as text; the connection ends with it."""
    body = f"{reason}\n".encode("utf-8", "replace")
    head = (
        f"HTTP/1.1 {status} {phrase or HTTPStatus(status).phrase}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"Date: {_date_at(int(time.time()))}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode("ascii", "replace") + (b"" if method == "HEAD" else body)


@lru_cache(maxsize=2)
def _date_at(second: int) -> str:
    return formatdate(second, usegmt=True)


def _framed(method: str, code: str, declared: str | None, content: bytes) -> tuple[str | None, bytes, bool]:
    """Content-Length, what follows the head, and whether that is all of it (RFC 9110 section 8.6)."""
    if code == "204":
        return None, b"", True
    if code == "304":
        return declared, b"", True
    if method == "HEAD":
        return declared or (str(len(content)) if content else None), b"", True
    if declared is None or int(declared) == len(content):
        return str(len(content)), content, True
    return declared, content[: int(declared)], False
