"""The listener: it accepts, a thread a connection, and stops at once."""

from __future__ import annotations

import logging
import selectors
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .connection import Connection, Limits

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

    from .http1 import BadRequestError
    from .proxy import Proxy

_LOG = logging.getLogger(__name__)
_JOIN_SECONDS = 0.5
_BACK_OFF_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed:
    """What could be read of a request that is no well-formed HTTP.

    Attributes:
        status: answered.
        reason: one sentence that names the offending part.
        cure: what to do about it, where that is not to send well-formed HTTP.
        method, target: None where the request line could not be read.
        headers: those read.

    """

    status: int
    reason: str
    cure: str | None
    method: str | None
    target: str | None
    headers: tuple[tuple[str, str], ...]


class Listener:
    """Serves a WSGI application over HTTP/1.1 on one address, until stopped.

    Args:
        app: the application; a ConnectionResetError that it raises resets the connection.
        host, port: where to listen; port 0 takes a free one.
        limits: see :class:`Limits`.
        ssl_context: speak TLS with whoever begins with a handshake; it is made in the connection's own thread.
        proxy: be a proxy too, by these rules.
        on_malformed: told of each request that is no well-formed HTTP, before it is answered.

    Raises:
        OSError: the address cannot be listened on.

    """

    def __init__(
        self,
        app: WSGIApplication,
        host: str,
        port: int,
        *,
        limits: Limits | None = None,
        ssl_context: ssl.SSLContext | None = None,
        proxy: Proxy | None = None,
        on_malformed: Callable[[Malformed], None] | None = None,
    ) -> None:
        self.app = app
        self.limits = limits or Limits()
        self.ssl_context = ssl_context
        self.proxy = proxy
        self.on_malformed = on_malformed
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=256)
        self._socket.settimeout(0)  # a client may be gone between select and accept
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self._wake, self._woken = socket.socketpair()
        self._lock = threading.Lock()
        self._connections: dict[Connection, threading.Thread] = {}
        self._accepting: threading.Thread | None = None
        self.stopped = False

    def start(self) -> None:
        """Begin to accept connections.

        Raises:
            RuntimeError: it was started or stopped before.

        """
        with self._lock:
            if self.stopped or self._accepting is not None:
                raise RuntimeError("a listener is started once")
            self._accepting = threading.Thread(target=self._accept, name=f"netsuite-accept-{self.port}", daemon=True)
            self._accepting.start()

    def stop(self, grace: float = 0.0) -> None:
        """Stop: no more is accepted, every connection is closed. Further calls do nothing.

        Requests that have begun have ``grace`` seconds to be answered. An application that is still at work after
        that is waited for half a second; then its answer goes nowhere.
        """
        with self._lock:
            if self.stopped:
                return
            self.stopped = True
        self._wake.send(b"\0")
        if self._accepting is not None:
            self._accepting.join()
        self._socket.close()  # whoever comes now is refused rather than left waiting
        with self._lock:
            open_connections = dict(self._connections)
        deadline = time.monotonic() + grace
        for connection in sorted(open_connections, key=lambda one: one.is_busy):  # the idle ones first
            if connection.is_busy:
                _join(open_connections[connection], deadline)
            connection.abort()
        deadline = time.monotonic() + _JOIN_SECONDS
        for connection, thread in open_connections.items():
            _join(thread, deadline)
            connection.close()
        for one in (self._wake, self._woken):
            one.close()

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self.stopped:
                selector.select()
                if self.stopped:
                    return
                try:
                    client, address = self._socket.accept()
                except BlockingIOError:
                    continue
                except OSError:  # out of descriptors: wait for a stop, or for one to be freed
                    selector.unregister(self._socket)
                    selector.select(_BACK_OFF_SECONDS)
                    selector.register(self._socket, selectors.EVENT_READ)
                    continue
                self._serve(client, address)

    def _serve(self, client: socket.socket, address: tuple[str, int]) -> None:
        connection = Connection(self, client, address)
        thread = threading.Thread(target=connection.run, name=f"netsuite-connection-{address[1]}", daemon=True)
        with self._lock:
            full = len(self._connections) >= self.limits.connections
            if not full:
                self._connections[connection] = thread
        try:
            if not full:
                thread.start()
                return
            _LOG.warning("closed a connection: there are %d already", self.limits.connections)
        except RuntimeError:  # out of threads
            _LOG.warning("closed a connection: no thread can be started for it")
        connection.close()
        self.forget(connection)

    def forget(self, connection: Connection) -> None:
        """Take a connection that ended off the list."""
        with self._lock:
            self._connections.pop(connection, None)

    def report(self, bad: BadRequestError) -> None:
        """Tell ``on_malformed``, unless it was stop() that cut the request short."""
        if self.on_malformed is None or self.stopped or bad.spoken:
            return
        try:
            self.on_malformed(
                Malformed(
                    status=bad.status,
                    reason=bad.reason,
                    cure=bad.cure,
                    method=bad.method,
                    target=bad.target,
                    headers=bad.headers,
                )
            )
        except Exception:  # noqa: BLE001  (whatever it does, the client gets its answer)
            _LOG.exception("on_malformed failed on %s", bad.reason)


def _join(thread: threading.Thread, deadline: float) -> None:
    """Wait for a thread until the deadline; not for itself, where a request's own code stops the listener."""
    if thread is not threading.current_thread():
        thread.join(max(0.0, deadline - time.monotonic()))
