"""Answers compressed for a client that offers to take them so (RFC 9110 section 12.5.3)."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import TYPE_CHECKING

from werkzeug.http import parse_accept_header

from pytest_netsuite_tba.wire.wsgi import close

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_netsuite_tba.services.reply import Reply

_LEVEL = 6


def compressed(reply: Reply, accept_encoding: str) -> Reply:
    """The reply in gzip where the client likes that at least as well as it is; else the reply itself.

    An empty body stays empty, one whose length is not known comes in parts as it did, and one that has a coding
    keeps it.
    """
    names = {name.lower() for name, _ in reply.headers}
    accepted = parse_accept_header(accept_encoding)
    wanted = accepted.quality("gzip")
    if "content-encoding" in names or "content-length" not in names or not wanted:
        return reply
    if wanted < accepted.quality("identity"):
        return reply
    whole = reply.body if isinstance(reply.body, bytes) else _joined(reply.body)
    if not whole:
        return replace(reply, body=whole)
    body = gzip.compress(whole, _LEVEL, mtime=0)
    headers = [(name, value) for name, value in reply.headers if name.lower() != "content-length"]
    headers += [("Content-Encoding", "gzip"), ("Content-Length", str(len(body)))]
    return replace(reply, headers=headers, body=body)


def _joined(parts: Iterable[bytes]) -> bytes:
    try:
        return b"".join(parts)
    finally:
        close(parts)
