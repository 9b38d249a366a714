"""One connection: requests read and answered in order, by deadlines; TLS and tunnels where they are asked for."""

from __future__ import annotations

import contextlib
import logging
import socket
import struct
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from .http1 import (
    BadRequestError,
    Head,
    answer,
    authority_of,
    check_unfinished,
    forwarded,
    head_too_long,
    parse_head,
    read_chunked,
    refusal,
    unfinished,
    wsgi_environ,
)
from .relay import LOOPBACK, RefusedHostError, relay

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable
    from wsgiref.types import WSGIApplication

    from .relay import Proxy

_LOG = logging.getLogger(__name__)
_RECEIVE = 65_536
_END = b"\r\n\r\n"
_PARTING_SECONDS = 2.0
_TUNNEL_IS_OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"
_TLS_HANDSHAKE = b"\x16"  # the first byte of a ClientHello (RFC 8446 section 5.1); no HTTP begins with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a client may send, and how long it may take over it.

    Attributes:
        head_bytes: of the request line and the headers.
        body_bytes: of the body.
        head_seconds: from the first byte of a request to the end of its head; also for the TLS handshake.
        body_seconds: for the whole body, and for reading an answer.
        idle_seconds: for a kept connection without a request.
        connections: open at once; one more is closed at once. A test's client has its end in the same process,
            so that each may take two of its descriptors.

    """

    head_bytes: int = 65_536
    body_bytes: int = 32 * 1024 * 1024
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    idle_seconds: float = 75.0
    connections: int = 512


@lru_cache(maxsize=2)
def _date_at(second: int) -> str:
    return formatdate(second, usegmt=True)


def _date() -> str:
    return _date_at(int(time.time()))


class Home(Protocol):
    """What a connection needs of the listener that it belongs to."""

    app: WSGIApplication
    limits: Limits
    ssl_context: ssl.SSLContext | None
    proxy: Proxy | None
    host: str
    port: int
    stopped: bool

    def report(self, bad: BadRequestError) -> None:
        """Tell of a request that is no well-formed HTTP."""


class _ClosedError(Exception):
    """The client closed the connection."""


class Connection:
    """One connection and the requests that come over it, in order."""

    def __init__(self, listener: Home, client: socket.socket, address: tuple[str, int]) -> None:
        self.listener = listener
        self.limits = listener.limits
        self.socket = client
        self.address = address
        self.buffer = bytearray()
        self.deadline = 0.0
        self.tls: ssl.SSLSocket | None = None
        self.is_busy = False  # from the first byte of a request to the last of its answer
        self._closing = threading.Lock()

    def run(self) -> None:
        """Serve requests until the client or the server has enough."""
        try:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.listener.ssl_context is not None:
                self._shake_hands_if_asked(self.listener.ssl_context)
            while self._one_request() and not self.listener.stopped:
                self.is_busy = False
            self._part()
        except ConnectionResetError:
            self._reset()
        except (OSError, _ClosedError):
            pass  # the client has its answers, went away, or was too slow in reading one
        finally:
            self.close()

    def _shake_hands_if_asked(self, context: ssl.SSLContext) -> None:
        """Go on in TLS if the client's first byte begins a handshake, else in plain HTTP."""
        self.socket.settimeout(self.limits.idle_seconds)
        if self.socket.recv(1, socket.MSG_PEEK) != _TLS_HANDSHAKE:
            return
        self.socket.settimeout(self.limits.head_seconds)  # of the whole handshake
        with self._closing:  # wrap_socket moves the descriptor
            self.socket = self.tls = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.tls.do_handshake()

    def abort(self) -> None:
        """End the connection from another thread: whoever waits on it wakes up."""
        with self._closing, contextlib.suppress(OSError):
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)  # SSLSocket's own would pull TLS away from its thread

    def close(self) -> None:
        """Free the descriptor."""
        with self._closing:
            self.socket.close()

    def _part(self) -> None:
        """Close so that the client can read all that was sent (RFC 9112 section 9.6, RFC 8446 section 6.1).

        Closing with something unread resets the connection, and the answer with it: what still comes is read first,
        for a while, unless the listener stops.
        """
        if self.tls is not None:
            self.tls.settimeout(0)
            with contextlib.suppress(OSError):
                self.tls.unwrap()  # sends close_notify, and does not wait for the client's
        self.socket.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + _PARTING_SECONDS
        while not self.listener.stopped and self._allow(deadline) and self.socket.recv(_RECEIVE):
            pass

    def _reset(self) -> None:
        """Close with RST, as the fault ``reset`` asks."""
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        with contextlib.suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    # -- bytes in and out ----------------------------------------------------------------------------------------

    def _allow(self, deadline: float) -> bool:
        """Let the socket wait until the deadline.

        Raises:
            TimeoutError: it has passed.

        """
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.socket.settimeout(left)
        return True

    def _receive(self) -> None:
        """Read some more before the deadline.

        Raises:
            TimeoutError: the deadline passed.
            _ClosedError: the client closed.

        """
        self._allow(self.deadline)
        try:
            data = self.socket.recv(_RECEIVE)
        except TimeoutError:
            raise
        except OSError:
            data = b""
        if not data:
            raise _ClosedError
        self.buffer += data

    def _send(self, message: bytes) -> None:
        """Send all of it; the client has so long to read it as it has to send a body."""
        deadline = time.monotonic() + self.limits.body_seconds
        left = memoryview(message)
        while left and self._allow(deadline):
            left = left[self.socket.send(left) :]

    # -- reading a request ---------------------------------------------------------------------------------------

    def _await_request(self) -> bool:
        """Wait for the first byte of a request; say whether one came.

        Raises:
            _ClosedError: the client closed, and there is nothing to tell it: over TLS it is told that we close too.

        """
        self.deadline = time.monotonic() + self.limits.idle_seconds
        try:
            while not self.buffer.lstrip(b"\r\n"):
                self.buffer.clear()
                self._receive()
        except TimeoutError:
            return False
        except _ClosedError:
            if self.tls is None:
                raise
            return False
        self.is_busy = True
        if self.buffer[0] in b"\r\n":  # empty lines before a request are skipped (RFC 9112 section 2.2)
            self.buffer = self.buffer.lstrip(b"\r\n")
        return True

    def _read_head(self) -> Head:
        """Read up to the empty line."""
        self.deadline = time.monotonic() + self.limits.head_seconds
        limit, seen = self.limits.head_bytes, 0
        try:
            while (end := self.buffer.find(_END, max(0, seen - len(_END)))) < 0 and len(self.buffer) <= limit:
                check_unfinished(self.buffer, seen)
                seen = len(self.buffer)
                self._receive()
        except TimeoutError:
            raise unfinished(408, "the request's head took too long to arrive", self.buffer) from None
        except _ClosedError:
            raise unfinished(400, "the client closed in the middle of the request's head", self.buffer) from None
        if not 0 <= end <= limit:
            raise head_too_long(self.buffer, limit)
        head = bytes(self.buffer[:end])
        del self.buffer[: end + len(_END)]
        return parse_head(head)

    def _read_line(self, limit: int) -> bytes:
        while (end := self.buffer.find(b"\r\n", 0, limit)) < 0:
            if len(self.buffer) >= limit:
                raise BadRequestError(400, f"a line of the chunked body is longer than {limit} bytes")
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
        """Read the whole body, however it is framed; whoever expects 100 Continue gets it (RFC 9110 section 10.1.1)."""
        if head.length == 0:
            return b""
        limit = self.limits.body_bytes
        if head.length is not None and head.length > limit:
            raise BadRequestError(413, f"the body is longer than {limit} bytes")
        if head.expects_continue and not self.buffer:
            self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.deadline = time.monotonic() + self.limits.body_seconds
        try:
            if head.length is None:
                return read_chunked(self._read_line, self._read_exactly, limit)
            return self._read_exactly(head.length)
        except TimeoutError:
            raise BadRequestError(408, "the request's body took too long to arrive") from None
        except _ClosedError:
            raise BadRequestError(400, "the client closed in the middle of the request's body") from None

    # -- one request -------------------------------------------------------------------------------------------

    def _one_request(self) -> bool:
        """Read, answer, and say whether the connection stays."""
        if not self._await_request():
            return False
        head: Head | None = None
        try:
            head = self._read_head()
            if head.method == "CONNECT":
                return self._connect(head)
            elsewhere = self._elsewhere(*authority_of(head)) if self.listener.proxy is not None else None
            body = self._read_body(head)
            if elsewhere is not None:
                return self._reach(elsewhere, forwarded(head, body))
        except BadRequestError as bad:
            if head is not None:
                bad.method, bad.target, bad.headers = head.method, head.target, head.headers
            self.listener.report(bad)
            self._send(refusal(bad, _date()))
            return False
        return self._answer(head, body)

    # -- being a proxy -------------------------------------------------------------------------------------------

    def _elsewhere(self, host: str, port: int) -> tuple[str, int] | None:
        """Give the address that the proxy is to reach for the client; None where the fake itself answers.

        Raises:
            BadRequestError: nobody is let through to it.

        """
        assert self.listener.proxy is not None  # noqa: S101  (asked only with one)
        own = {self.listener.host, *LOOPBACK}
        if not host or (host in own and port == self.listener.port):
            return None
        try:
            return None if self.listener.proxy.is_fake(host) else (host, port)
        except RefusedHostError as refused:
            _LOG.warning("%s", refused)
            raise BadRequestError(403, str(refused), spoken=True) from None

    def _connect(self, head: Head) -> bool:
        """Open a tunnel (RFC 9110 section 9.3.6), to the fake or to an allowed host."""
        proxy = self.listener.proxy
        if proxy is None or self.tls is not None:
            cure = "Start it with netsuite-tba serve --proxy, or ask for the fixture netsuite_hosts."
            raise BadRequestError(501, f"this is no proxy, so there is no tunnel to {head.target}", cure=cure)
        host, port = authority_of(head)
        elsewhere = self._elsewhere(host, port)
        if elsewhere is not None:
            return self._reach(elsewhere, bytes(self.buffer), tunnel=True)
        if self.buffer:
            raise BadRequestError(400, "bytes came before the tunnel was open")
        try:
            context = proxy.context(host)
        except ValueError:
            raise BadRequestError(400, f"no certificate can be made for {host!r}") from None
        self._send(_TUNNEL_IS_OPEN)
        self._shake_hands_if_asked(context)
        return True

    def _reach(self, address: tuple[str, int], message: bytes, *, tunnel: bool = False) -> bool:
        """Send to an allowed host, and carry bytes both ways until it or the client has enough."""
        try:
            upstream = socket.create_connection(address, timeout=self.limits.head_seconds)
        except OSError as unreachable:
            reason = unreachable.strerror or str(unreachable)
            raise BadRequestError(502, f"{address[0]} cannot be reached: {reason}", spoken=True) from None
        with upstream:
            if tunnel:
                self._send(_TUNNEL_IS_OPEN)
            upstream.sendall(message)
            relay(self.socket, upstream, idle_seconds=self.limits.idle_seconds)
        return False

    def _answer(self, head: Head, body: bytes) -> bool:
        """Let the application answer; whatever it raises, but a wished-for reset, is a 500 without a word on the wire."""
        environ = wsgi_environ(
            head,
            body,
            scheme="http" if self.tls is None else "https",
            server=(self.listener.host, self.listener.port),
            client=self.address,
            errors=sys.stderr,
        )
        try:
            status, headers, content = _run(self.listener.app, environ)
            streamed = None if isinstance(content, bytes) else content
            message, keep = answer(head, status, headers, content if isinstance(content, bytes) else None, _date())
        except ConnectionResetError:
            raise
        except BaseException:  # noqa: BLE001  (pytest.fail() and sys.exit() too: they end a request, not the thread)
            _LOG.exception("the application failed on %s %s", head.method, environ["PATH_INFO"])
            message, keep = answer(head, "500 Internal Server Error", [("Content-Type", "text/plain")], b"", _date())
            streamed = None
        if streamed is None:
            self._send(message)
            return keep
        try:
            self._send(message)
            return self._stream(streamed, chunked=bool(head.minor)) and keep
        finally:
            _close(streamed)

    def _stream(self, parts: Iterable[bytes], *, chunked: bool) -> bool:
        """Send a body as it comes (RFC 9112 section 7.1); say whether it came to its own end.

        The application yields ``b""`` now and then, so that a client or a server that has enough is noticed
        while there is nothing to send.
        """
        self.is_busy = False  # who stops the listener does not wait for a body that has no end
        try:
            for part in parts:
                if self.listener.stopped or self._is_left():
                    return False
                if part:
                    self._send(b"%X\r\n%b\r\n" % (len(part), part) if chunked else part)
        except OSError:
            raise
        except BaseException:  # noqa: BLE001  (pytest.fail() and sys.exit() too: they end a request, not the thread)
            _LOG.exception("the application failed in the middle of its answer")
            return False
        if chunked:
            self._send(b"0\r\n\r\n")
        return chunked

    def _is_left(self) -> bool:
        """Whether the client has closed; over TLS, whether anything came, for its close cannot be told from data."""
        self.socket.settimeout(0)
        try:
            return not socket.socket.recv(self.socket, 1, socket.MSG_PEEK) or self.tls is not None
        except BlockingIOError:
            return False
        except OSError:
            return True


def _run(
    app: WSGIApplication, environ: dict[str, object]
) -> tuple[str, list[tuple[str, str]], bytes | Iterable[bytes]]:
    """Call the application (PEP 3333); give status, headers and body.

    The body is what the application gave where that has no length: no Content-Length, and no sequence.
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
        return *started[0], parts
    try:
        for part in parts:
            written += part
    finally:
        _close(parts)
    if not started:
        raise AssertionError("start_response was not called")
    status, headers = started[0]
    return status, headers, bytes(written)


def _has_length(parts: Iterable[bytes], status: str, headers: list[tuple[str, str]]) -> bool:
    """Whether it is known how long a body is; a 204 or 304 has none (RFC 9112 section 6.3)."""
    if isinstance(parts, Sequence) or status[:3] in {"204", "304"}:
        return True
    return any(name.lower() == "content-length" for name, _ in headers)


def _close(parts: Iterable[bytes]) -> None:
    """Close what an application gave, as a server must (PEP 3333)."""
    close = getattr(parts, "close", None)
    if close is not None:
        close()
