"""Sockets: a thread a connection, kept alive, every limit a deadline."""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING

from .http1 import BadRequestError, Head, parse_head, read_chunked, wsgi_environ

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

_LOG = logging.getLogger(__name__)
_RECEIVE = 65_536
_END = b"\r\n\r\n"
_DRAIN_BYTES = 1024 * 1024
_DRAIN_SECONDS = 0.5
_JOIN_SECONDS = 0.5
_NO_BODY = frozenset({204, 304})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a client may send, and how long it may take over it.

    Attributes:
        head_bytes: of the request line and the headers.
        body_bytes: of the body.
        head_seconds: from the first byte of a request to the end of its head; also for the TLS handshake.
        body_seconds: for the whole body, and for reading an answer.
        idle_seconds: for a kept connection without a request.
        connections: open at once; one more is closed at once.

    """

    head_bytes: int = 65_536
    body_bytes: int = 32 * 1024 * 1024
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    idle_seconds: float = 75.0
    connections: int = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed:
    """What could be read of a request that is no well-formed HTTP.

    Attributes:
        status: answered.
        reason: one sentence that names the offending part.
        method, target: None where the request line could not be read.
        headers: those read.

    """

    status: int
    reason: str
    method: str | None
    target: str | None
    headers: tuple[tuple[str, str], ...]


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)


class Listener:
    """Serves a WSGI application over HTTP/1.1 on one address, until stopped.

    Args:
        app: the application; a ConnectionResetError that it raises resets the connection.
        host, port: where to listen; port 0 takes a free one.
        limits: see :class:`Limits`.
        ssl_context: speak TLS; the handshake is made in the connection's own thread.
        on_malformed: told of each request that is no well-formed HTTP.

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
        on_malformed: Callable[[Malformed], None] | None = None,
    ) -> None:
        self.app = app
        self.limits = limits or Limits()
        self.ssl_context = ssl_context
        self.on_malformed = on_malformed
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=256)
        self._socket.settimeout(0)  # a client may be gone between select and accept
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self._wake, self._woken = socket.socketpair()
        self._lock = threading.Lock()
        self._connections: dict[_Connection, threading.Thread] = {}
        self._accepting: threading.Thread | None = None
        self._stopped = False

    def start(self) -> None:
        """Begin to accept connections."""
        self._accepting = threading.Thread(target=self._accept, name=f"netsuite-accept-{self.port}", daemon=True)
        self._accepting.start()

    def stop(self) -> None:
        """Stop at once: no more is accepted, every connection is closed. Further calls do nothing."""
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
            open_connections = dict(self._connections)
        self._wake.send(b"\0")
        if self._accepting is not None:
            self._accepting.join()
        for connection in open_connections:
            connection.abort()
        deadline = time.monotonic() + _JOIN_SECONDS
        for thread in open_connections.values():
            if thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))
        for one in (self._socket, self._wake, self._woken):
            one.close()

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self._stopped:
                selector.select()
                if self._stopped:
                    return
                try:
                    client, address = self._socket.accept()
                except BlockingIOError:
                    continue
                except OSError:  # out of descriptors: wait for a stop, or for one to be freed
                    selector.unregister(self._socket)
                    selector.select(0.05)
                    selector.register(self._socket, selectors.EVENT_READ)
                    continue
                self._serve(client, address)

    def _serve(self, client: socket.socket, address: tuple[str, int]) -> None:
        connection = _Connection(self, client, address)
        thread = threading.Thread(target=connection.run, name=f"netsuite-connection-{address[1]}", daemon=True)
        with self._lock:
            if self._stopped or len(self._connections) >= self.limits.connections:
                client.close()
                return
            self._connections[connection] = thread
        thread.start()

    def forget(self, connection: _Connection) -> None:
        """Take a connection that ended off the list."""
        with self._lock:
            self._connections.pop(connection, None)


class _ClosedError(Exception):
    """The client closed the connection, or may take no longer."""


class _Connection:
    """One connection and the requests that come over it, in order."""

    def __init__(self, listener: Listener, client: socket.socket, address: tuple[str, int]) -> None:
        self.listener = listener
        self.limits = listener.limits
        self.socket = client
        self.address = address
        self.buffer = bytearray()
        self.deadline = 0.0
        self.scheme = "http" if listener.ssl_context is None else "https"
        self._closing = threading.Lock()
        self._closed = False

    def run(self) -> None:
        """Serve requests until the client or the server has enough."""
        try:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.listener.ssl_context is not None:
                self.socket.settimeout(self.limits.head_seconds)
                wrapped = self.listener.ssl_context.wrap_socket(
                    self.socket, server_side=True, do_handshake_on_connect=False
                )
                self.socket = wrapped
                wrapped.do_handshake()
            while self._one_request():
                pass
        except ConnectionResetError:
            self._reset()
        except (OSError, _ClosedError):
            pass  # the client went away, or was too slow in reading its answer
        finally:
            self._close()
            self.listener.forget(self)

    def abort(self) -> None:
        """End the connection from another thread: whoever waits on it wakes up."""
        with self._closing:
            if not self._closed:
                with contextlib.suppress(OSError):
                    self.socket.shutdown(socket.SHUT_RDWR)

    def _close(self) -> None:
        with self._closing:
            self._closed = True
            self.socket.close()

    def _reset(self) -> None:
        """Close with RST, as the fault ``reset`` asks."""
        with contextlib.suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    # -- reading -----------------------------------------------------------------------------------------------

    def _receive(self) -> None:
        """Read some more before the deadline.

        Raises:
            TimeoutError: the deadline passed.
            _ClosedError: the client closed.

        """
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.socket.settimeout(left)
        try:
            data = self.socket.recv(_RECEIVE)
        except ConnectionResetError:
            data = b""
        if not data:
            raise _ClosedError
        self.buffer += data

    def _read_head(self) -> bytes | None:
        """Read up to the empty line; None where the client has nothing more to ask."""
        self.deadline = time.monotonic() + self.limits.idle_seconds
        try:
            while not self.buffer.lstrip(b"\r\n"):
                self.buffer.clear()
                self._receive()
        except (TimeoutError, _ClosedError):
            return None
        if self.buffer[0] in b"\r\n":  # empty lines before a request are skipped (RFC 9112 section 2.2)
            self.buffer = self.buffer.lstrip(b"\r\n")
        self.deadline = time.monotonic() + self.limits.head_seconds
        searched = 0
        while (end := self.buffer.find(_END, searched)) < 0:
            if len(self.buffer) > self.limits.head_bytes:
                break
            if b"\x00" in self.buffer or not 0x20 < self.buffer[0] < 0x7F:  # noqa: PLR2004  (a space)
                raise BadRequestError(400, f"this is not HTTP: {bytes(self.buffer[:20])!r}")
            searched = max(0, len(self.buffer) - 3)
            self._receive()
        if end < 0 or end > self.limits.head_bytes:
            raise BadRequestError(431, f"the request's head is longer than {self.limits.head_bytes} bytes")
        head = bytes(self.buffer[:end])
        del self.buffer[: end + len(_END)]
        return head

    def _read_line(self, limit: int) -> bytes:
        while (end := self.buffer.find(b"\r\n")) < 0:
            if len(self.buffer) > limit:
                raise BadRequestError(400, "a line of the chunked body is too long")
            self._receive()
        line = bytes(self.buffer[:end])
        del self.buffer[: end + 2]
        return line

    def _read_exactly(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self._receive()
        data = bytes(self.buffer[:count])
        del self.buffer[:count]
        return data

    def _read_body(self, head: Head) -> bytes:
        """Read the whole body, however it is framed."""
        if head.length == 0:
            return b""
        limit = self.limits.body_bytes
        if head.length is not None and head.length > limit:
            raise BadRequestError(413, f"the body is longer than {limit} bytes")
        self.deadline = time.monotonic() + self.limits.body_seconds
        if head.expects_continue and not self.buffer:
            self.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if head.length is None:
            return read_chunked(self._read_line, self._read_exactly, limit)
        return self._read_exactly(head.length)

    # -- one request -------------------------------------------------------------------------------------------

    def _one_request(self) -> bool:
        """Read, answer, and say whether the connection stays."""
        head: Head | None = None
        try:
            raw = self._read_head()
            if raw is None:
                return False
            head = parse_head(raw)
            body = self._read_body(head)
        except BadRequestError as bad:
            self._refuse(bad, head)
            return False
        except TimeoutError:
            part = "head" if head is None else "body"
            self._refuse(BadRequestError(408, f"the request's {part} took too long to arrive"), head)
            return False
        except _ClosedError:
            part = "head" if head is None else "body"
            self._refuse(BadRequestError(400, f"the client closed in the middle of the request's {part}"), head)
            return False
        return self._answer(head, body)

    def _answer(self, head: Head, body: bytes) -> bool:
        environ = wsgi_environ(
            head,
            body,
            scheme=self.scheme,
            server=(self.listener.host, self.listener.port),
            client=(self.address[0], self.address[1]),
            errors=sys.stderr,
        )
        status, headers, content = self._run_app(environ)
        keep = head.keep_alive and not any(name.lower() == "connection" and value == "close" for name, value in headers)
        code = int(status[:3])
        lines = [f"HTTP/1.1 {status}"]
        lines += [f"{name}: {value}" for name, value in headers if name.lower() not in {"connection", "content-length"}]
        if not any(name.lower() == "date" for name, _ in headers):
            lines.append(f"Date: {_date(int(time.time()))}")
        if code not in _NO_BODY:
            lines.append(f"Content-Length: {len(content)}")
        if not keep:
            lines.append("Connection: close")
        elif not head.minor:
            lines.append("Connection: keep-alive")
        message = "\r\n".join(lines).encode("latin-1") + _END
        if head.method != "HEAD" and code not in _NO_BODY:
            message += content
        self.socket.settimeout(self.limits.body_seconds)
        self.socket.sendall(message)
        return keep

    def _run_app(self, environ: dict[str, object]) -> tuple[str, list[tuple[str, str]], bytes]:
        """Call the application; whatever it raises, but a wished-for reset, is a 500 without a word on the wire."""
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str,
            headers: list[tuple[str, str]],
            exc_info: object = None,  # noqa: ARG001  (PEP 3333 names it)
        ) -> Callable[[bytes], object]:
            started[:] = [(status, headers)]
            return written.extend

        written = bytearray()
        try:
            answer = self.listener.app(environ, start_response)
            try:
                for part in answer:
                    written += part
            finally:
                close = getattr(answer, "close", None)
                if close is not None:
                    close()
            status, headers = started[0]
        except ConnectionResetError:
            raise
        except Exception:  # noqa: BLE001  (the server lives on, whatever the application does)
            _LOG.exception("the application failed on %s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return "500 Internal Server Error", [("Content-Type", "text/plain")], b""
        return status, headers, bytes(written)

    def _refuse(self, bad: BadRequestError, head: Head | None) -> None:
        """Answer a request that is no HTTP, close, and let the client read the answer."""
        if self.listener.on_malformed is not None:
            self.listener.on_malformed(
                Malformed(
                    status=bad.status,
                    reason=bad.reason,
                    method=head.method if head else bad.method,
                    target=head.target if head else bad.target,
                    headers=head.headers if head else bad.headers,
                )
            )
        body = f"{bad.reason}\n".encode("utf-8", "replace")
        status = f"{bad.status} {HTTPStatus(bad.status).phrase}"
        lines = [f"HTTP/1.1 {status}", "Content-Type: text/plain; charset=utf-8", f"Content-Length: {len(body)}"]
        lines.append("Connection: close")
        with contextlib.suppress(OSError):
            self.socket.settimeout(_DRAIN_SECONDS)
            self.socket.sendall("\r\n".join(lines).encode("ascii") + _END + body)
            self.socket.shutdown(socket.SHUT_WR)
            self._drain()

    def _drain(self) -> None:
        """Read what is still coming, bounded, so that closing does not reset the answer away (RFC 9112 section 9.6)."""
        deadline = time.monotonic() + _DRAIN_SECONDS
        drained = 0
        while drained < _DRAIN_BYTES and (left := deadline - time.monotonic()) > 0:
            self.socket.settimeout(left)
            data = self.socket.recv(_RECEIVE)
            if not data:
                return
            drained += len(data)
