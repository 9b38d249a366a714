"""What a proxy needs: whom a request is for, what it looks like there, and bytes carried both ways."""

from __future__ import annotations

import re
import selectors
import socket
from typing import TYPE_CHECKING, Protocol

from .message import BadRequestError, encode, split_target
from .response import SETTLED_HERE

if TYPE_CHECKING:
    import ssl

    from .message import Head

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_DROPPED = {*SETTLED_HERE, "host", "expect"}  # of the headers that are sent on, beside the proxy's own
_PORT = re.compile("[0-9]{1,5}")
_PORTS = range(1, 65_536)  # RFC 9293 section 3.1
_CARRIED_BYTES = 65_536
_PARTING_SECONDS = 2.0


class ProxyError(Exception):
    """A well-formed request that a proxy does not carry; the message says why, in the status line too.

    The status line is all that most clients show of a refused tunnel.
    """

    status = 502  # nothing can be reached there


class RefusedHostError(ProxyError):
    """The proxy lets nobody through to this host; the message names it and says what would."""

    status = 403


class ProxyRules(Protocol):
    """Whom a listener that is a proxy lets through, and by which certificate it serves."""

    def is_fake(self, host: str) -> bool:
        """Whether the listener's own application answers for ``host``; else the real one is reached.

        Raises:
            RefusedHostError: nobody is let through to it.
        """

    def context(self, host: str) -> ssl.SSLContext:
        """The TLS context by which the listener is ``host``."""


def authority_of(head: Head) -> tuple[str, int]:
    """Host (lower case, no brackets; empty for the server itself) and port that a target names (RFC 9112 section 3.2).

    Raises:
        BadRequestError: the port is none.
    """
    scheme, authority, _ = ("", head.target, "") if head.method == "CONNECT" else split_target(head.target)
    if not authority:
        return "", 0
    host, colon, port = authority.rpartition(":")
    if not colon or "]" in port:
        host, port = authority, ""
    port = port or ("80" if scheme.lower() == "http" else "443")
    if not (_PORT.fullmatch(port) and int(port) in _PORTS):
        raise BadRequestError(400, f"{port[:20]!r} is no port")
    return host.lower().strip("[]"), int(port)


def forwarded(head: Head, body: bytes) -> bytes:
    """The bytes of a request in absolute form as its origin server gets it, the connection for it alone."""
    _, authority, path = split_target(head.target)
    lines = [f"{head.method} {path} HTTP/1.1", f"Host: {authority}"]
    for name, value in head.headers:
        if name.lower() not in _DROPPED and not name.lower().startswith("proxy-"):
            lines.append(f"{name}: {value}")
    lines += [f"Content-Length: {len(body)}"] if body or head.length != 0 else []
    return encode("\r\n".join([*lines, "Connection: close", "", ""])) + body


def relay(client: socket.socket, upstream: socket.socket, *, idle_seconds: float, is_tunnel: bool) -> None:
    """Carry bytes both ways until both sides have ended, one is gone, or nothing came for so long.

    Once one side has ended, the other has a moment for what is still on its way. Without a tunnel there is but one
    request, and all is over with the upstream's end.
    """
    with selectors.DefaultSelector() as selector:
        for source, sink in ((client, upstream), (upstream, client)):
            source.settimeout(idle_seconds)
            selector.register(source, selectors.EVENT_READ, (source, sink))
        while selector.get_map():
            ready = selector.select(idle_seconds)
            if not ready:
                return
            for key, _ in ready:
                source, sink = key.data
                data = source.recv(_CARRIED_BYTES)
                if data:
                    sink.sendall(data)
                elif source is upstream and not is_tunnel:
                    return
                else:
                    sink.shutdown(socket.SHUT_WR)
                    selector.unregister(source)
                    idle_seconds = min(idle_seconds, _PARTING_SECONDS)
