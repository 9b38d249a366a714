"""Bytes carried both ways between a client and the host that a proxy reached for it."""

from __future__ import annotations

import select
import socket
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import ssl

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_CARRIED_BYTES = 65_536
_PARTING_SECONDS = 2.0


class RefusedHostError(Exception):
    """The proxy lets nobody through to this host; the message names it and says what would."""


class Proxy(Protocol):
    """Whom a listener that is a proxy lets through, and by which certificate it serves."""

    def is_fake(self, host: str) -> bool:
        """Whether the listener's own application answers for ``host``; else the real one is reached.

        Raises:
            RefusedHostError: nobody is let through to it.

        """

    def context(self, host: str) -> ssl.SSLContext:
        """The TLS context by which the listener is ``host``."""


def relay(client: socket.socket, upstream: socket.socket, *, idle_seconds: float) -> None:
    """Carry bytes both ways until both sides have ended, one is gone, or nothing came for so long.

    Once one side has ended, the other has a moment for what is still on its way.
    """
    other = {client: upstream, upstream: client}
    for one in other:
        one.settimeout(idle_seconds)
    while other:
        readable, _, _ = select.select(list(other), [], [], idle_seconds)
        if not readable:
            return
        for one in readable:
            data = one.recv(_CARRIED_BYTES)
            to = upstream if one is client else client
            if data:
                to.sendall(data)
            else:
                to.shutdown(socket.SHUT_WR)
                del other[one]
                idle_seconds = min(idle_seconds, _PARTING_SECONDS)
