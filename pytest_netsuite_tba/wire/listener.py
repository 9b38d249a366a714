"""The listener: it accepts clients, each in a thread of its own, and stops at once."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakSet

from .connection import Connection, Site
from .threads import common_threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_LOG = logging.getLogger(__name__)
_JOIN_SECONDS = 0.5
_LISTENERS: WeakSet[Listener] = WeakSet()


@dataclass(eq=False, repr=False)
class Listener(Site):
    """Serves a WSGI application over HTTP/1.1 on one address, until stopped; port 0 takes a free one.

    Raises:
        OSError: the address cannot be listened on.
    """

    def __post_init__(self) -> None:
        """Take the address."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            self.host.encode("idna")
        except UnicodeError:  # a TypeError of the socket's, which would stay open
            raise OSError(f"{self.host!r} is no host name") from None
        self.socket = socket.create_server((self.host, self.port), family=family, backlog=256)
        self.socket.settimeout(0)  # a client may be gone before it is accepted
        self.port = self.socket.getsockname()[1]
        self._threads = common_threads()
        self._ended = threading.Condition()
        self._connections: dict[Connection, int] = {}  # and the thread that serves each
        self._started = False
        _LISTENERS.add(self)

    def start(self) -> None:
        """Begin to accept connections.

        Raises:
            RuntimeError: it was started or stopped before, or no thread can be started.
        """
        with self._ended:
            if self.stopped or self._started:
                raise RuntimeError("a listener is started once")
            self._threads.watch(self.socket, self._accept)
            self._started = True

    def stop(self, grace: float = 0.0) -> None:
        """Stop: no more is accepted, every connection is closed. Further calls do nothing.

        Requests that have begun have ``grace`` seconds to be answered. An application that is still at work after
        that is waited for half a second; then its response goes nowhere.
        """
        with self._ended:
            if self.stopped:
                return
            self.stopped = True
            if self._started:
                self._threads.leave(self.socket)
            with contextlib.suppress(OSError):  # not every system shuts down a socket that listens
                self.socket.shutdown(socket.SHUT_RDWR)  # a forked process, or a wait under way, may keep it open
            self.socket.close()  # whoever comes now is refused rather than left waiting
            this = threading.get_ident()  # a request's own code may stop the listener; nobody waits for that one

            def are_gone(connections: Iterable[Connection]) -> bool:
                return not any(self._connections.get(connection, this) != this for connection in connections)

            connections = list(self._connections)
            busy = [connection for connection in connections if connection.is_busy]
            for connection in connections:
                if connection not in busy:
                    connection.abort()
            self._ended.wait_for(lambda: are_gone(busy), grace)
            for connection in busy:
                connection.abort()
            self._ended.wait_for(lambda: are_gone(connections), _JOIN_SECONDS)
            for connection in connections:
                connection.close()

    def leave_to_parent(self) -> None:
        """Free every descriptor, in a child process: whoever is served, its parent serves."""
        self.stopped = True
        self._ended = threading.Condition()  # a thread that is not here may have held it
        self.socket.close()
        for connection in self._connections:
            connection.leave_to_parent()

    def _accept(self) -> Callable[[], None] | None:
        """Accept a client, and return what serves it in the thread that asks; None where nobody is to be served."""
        with self._ended:
            if self.stopped:
                return None
            try:
                client, address = self.socket.accept()
            except BlockingIOError:
                return None
            connection = Connection(self, client, address)
            if len(self._connections) - len(self.streams) >= self.limits.connections:
                _LOG.warning("closed a connection: there are %d already", self.limits.connections)
                connection.close()
                return None
            self._connections[connection] = threading.get_ident()
            return partial(self._serve, connection)

    def _serve(self, connection: Connection) -> None:
        thread = threading.current_thread()
        thread.name, name = f"{__package__}-connection-{connection.address[1]}", thread.name
        try:
            connection.run()
        finally:
            thread.name = name
            with self._ended:
                del self._connections[connection]
                self._ended.notify_all()


def _leave_to_parent() -> None:
    for listener in list(_LISTENERS):
        listener.leave_to_parent()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_leave_to_parent)
