"""The listener: it lets clients in, each in a thread of the crew, and stops at once."""

from __future__ import annotations

import logging
import socket
import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from .connection import Connection, Limits
from .threads import CREW

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable
    from wsgiref.types import WSGIApplication

    from .http1 import BadRequestError
    from .relay import Proxy

_LOG = logging.getLogger(__name__)
_JOIN_SECONDS = 0.5


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
        self.socket = socket.create_server((host, port), family=family, backlog=256)
        self.socket.settimeout(0)  # a client may be gone before it is let in
        self.host = host
        self.port: int = self.socket.getsockname()[1]
        self._ended = threading.Condition()
        self._connections: dict[Connection, int] = {}  # and the thread that serves each
        self._started = self.stopped = False

    def start(self) -> None:
        """Begin to accept connections.

        Raises:
            RuntimeError: it was started or stopped before, or no thread can be started.

        """
        with self._ended:
            if self.stopped or self._started:
                raise RuntimeError("a listener is started once")
            CREW.watch(self)
            self._started = True

    def stop(self, grace: float = 0.0) -> None:
        """Stop: no more is accepted, every connection is closed. Further calls do nothing.

        Requests that have begun have ``grace`` seconds to be answered. An application that is still at work after
        that is waited for half a second; then its answer goes nowhere.
        """
        with self._ended:
            if self.stopped:
                return
            self.stopped = True
            if self._started:
                CREW.leave(self)
            self.socket.close()  # whoever comes now is refused rather than left waiting
            connections = self._connections
            this = threading.get_ident()  # a request's own code may stop the listener; nobody waits for that one

            def are_gone(ones: Iterable[Connection]) -> bool:
                return not any(connections.get(one, this) != this for one in ones)

            open_ones = list(connections)
            busy = [one for one in open_ones if one.is_busy]
            for one in open_ones:
                if one not in busy:
                    one.abort()
            self._ended.wait_for(lambda: are_gone(busy), grace)
            for one in busy:
                one.abort()
            self._ended.wait_for(lambda: are_gone(open_ones), _JOIN_SECONDS)
            for one in open_ones:
                one.close()

    def let_in(self) -> Callable[[], object] | None:
        """Accept a client, and give what serves it in the thread that asks.

        Raises:
            OSError: there is none, or no descriptor for it.

        """
        with self._ended:
            if self.stopped:
                return None
            try:
                client, address = self.socket.accept()
            except BlockingIOError:
                return None
            connection = Connection(self, client, address)
            if len(self._connections) >= self.limits.connections:
                _LOG.warning("closed a connection: there are %d already", self.limits.connections)
                connection.close()
                return None
            self._connections[connection] = threading.get_ident()
            return partial(self._serve, connection)

    def _serve(self, connection: Connection) -> None:
        thread = threading.current_thread()
        thread.name, name = f"netsuite-connection-{connection.address[1]}", thread.name
        try:
            connection.run()
        finally:
            thread.name = name
            with self._ended:
                del self._connections[connection]
                self._ended.notify_all()

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
