"""One connection: requests read and answered in order, by deadlines; TLS and tunnels where they are asked for."""

from __future__ import annotations

import contextlib
import logging
import socket
import struct
import sys
import threading
import time
from dataclasses import KW_ONLY, dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from .hello import HelloError, check_hello
from .limits import Limits
from .message import TLS_HANDSHAKE, BadRequestError, Head, Malformed
from .reader import Reader
from .relay import LOOPBACK, ProxyError, ProxyRules, authority_of, forwarded, relay
from .response import error_response, response_bytes
from .wsgi import call, close, make_environ

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable
    from wsgiref.types import WSGIApplication

    Value = TypeVar("Value")

_LOG = logging.getLogger(__name__)
_RECEIVE = 65_536
_PARTING_SECONDS = 2.0
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_TUNNEL_IS_OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"
_UNRECOGNIZED_NAME = b"\x15\x03\x01\x00\x02\x02\x70"  # the alert (RFC 8446 section 6.2), as ssl sends it


@dataclass(eq=False, repr=False)
class Site:
    """What is served at one address, and how.

    Attributes:
        app: the application; a ConnectionResetError that it raises resets the connection.
        host, port: where.
        limits: see :class:`Limits`.
        ssl_context: speak TLS with whoever begins with a handshake; it is made in the connection's own thread.
        proxy: be a proxy too, by these rules.
        on_malformed: told of each request that is no well-formed HTTP, before it is answered.
        tls_cure, proxy_cure: what helps against a TLS handshake where plain HTTP is expected, and against CONNECT where
            there is no proxy; whoever is told of them is told that too.
        headers_key: by which the application finds the headers as sent in the environ, repeated ones repeated.
        folded_key: by which it finds the names of those that were folded.
        stopped: no more requests are served.
        streams: the connections that carry a response of no known length just now.
    """

    app: WSGIApplication
    host: str
    port: int
    _: KW_ONLY
    limits: Limits = Limits()
    ssl_context: ssl.SSLContext | None = None
    proxy: ProxyRules | None = None
    on_malformed: Callable[[Malformed], None] | None = None
    tls_cure: str | None = None
    proxy_cure: str | None = None
    headers_key: str | None = None
    folded_key: str | None = None
    stopped: bool = field(default=False, init=False)
    streams: set[Connection] = field(default_factory=set, init=False)
    _counting: threading.Lock = field(default_factory=threading.Lock, init=False)

    def begin_stream(self, connection: Connection) -> bool:
        """Count a connection among the streams; False where there are as many as may be."""
        with self._counting:
            if len(self.streams) >= self.limits.streams:
                return False
            self.streams.add(connection)
            return True


class _FullError(Exception):
    """There are as many streams as may be; the message says how many."""


class Connection:
    """One connection and the requests that come over it, in order."""

    def __init__(self, site: Site, client: socket.socket, address: tuple[str, int]) -> None:
        self.site = site
        self.limits = site.limits
        self.socket = client
        self.address = address
        self.reader = Reader(site.limits, site.tls_cure)
        self.tls: ssl.SSLSocket | None = None
        self.is_busy = False  # from the first byte of a request to the last of its response
        self._upstream_socket: socket.socket | None = None
        self._closing = threading.Lock()

    def run(self) -> None:
        """Serve requests until the client or the server has enough."""
        try:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            goes_on = self.site.ssl_context is None or self._shake_hands_if_asked(self.site.ssl_context)
            while goes_on and self._serve_request() and not self.site.stopped:
                self.is_busy = False
            self._part()
        except ConnectionResetError:
            self._reset()
        except OSError:
            pass  # the client went away, or was too slow in reading a response
        finally:
            self.close()

    def _shake_hands_if_asked(self, context: ssl.SSLContext) -> bool:
        """Go on in TLS if the client's first byte begins a handshake, else in plain HTTP; False where not at all."""
        self.socket.settimeout(self.limits.idle_seconds)
        if self.socket.recv(1, socket.MSG_PEEK) != TLS_HANDSHAKE:
            return True
        deadline = time.monotonic() + self.limits.head_seconds  # of the whole handshake
        try:
            check_hello(self.socket, deadline)
        except HelloError as refused:
            _LOG.warning("refused a TLS handshake: %s", refused)
            self._send(_UNRECOGNIZED_NAME)
            return False
        self._allow(deadline)
        with self._closing:  # wrap_socket moves the descriptor
            self.socket = self.tls = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.tls.do_handshake()
        return True

    def abort(self) -> None:
        """End the connection from another thread: whoever waits on it wakes up."""
        with self._closing, contextlib.suppress(OSError):
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)  # SSLSocket's own would pull TLS away from its thread

    def close(self) -> None:
        """Free the descriptor."""
        with self._closing:
            self.socket.close()

    def leave_to_parent(self) -> None:
        """Free the descriptors in a child process, and end nothing."""
        self._closing = threading.Lock()  # a thread that is not here may have held it
        self.socket.close()
        if self._upstream_socket is not None:
            self._upstream_socket.close()

    def _part(self) -> None:
        """Close so that the client can read all that was sent (RFC 9112 section 9.6, RFC 8446 section 6.1).

        Closing with something unread resets the connection, and the response with it: what still comes is read first,
        for a while, unless the listener stops.
        """
        if self.tls is not None:
            self.tls.settimeout(0)
            with contextlib.suppress(OSError):
                self.tls.unwrap()  # sends close_notify, and does not wait for the client's
        self.socket.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + _PARTING_SECONDS
        while not self.site.stopped and self._allow(deadline) and self.socket.recv(_RECEIVE):
            pass

    def _reset(self) -> None:
        """Close with RST, as the application asks."""
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

    def _read(self, step: Callable[[], Value | None], seconds: float) -> Value:
        """Feed the reader until it has taken the step, or for so many seconds."""
        deadline = time.monotonic() + seconds
        while (value := step()) is None:
            if self.reader.awaits_continue:
                self._send(_CONTINUE)
            try:
                self._allow(deadline)
                self.reader.feed(self.socket.recv(_RECEIVE))
            except TimeoutError:
                self.reader.time_out()
            except OSError:
                self.reader.feed(b"")
        return value

    def _send(self, message: bytes) -> None:
        """Send all of it; the client has so long to read it as it has to send a body."""
        deadline = time.monotonic() + self.limits.body_seconds
        left = memoryview(message)
        while left and self._allow(deadline):
            left = left[self.socket.send(left) :]

    # -- one request -------------------------------------------------------------------------------------------

    def _serve_request(self) -> bool:
        """Read a request and answer it; return whether the connection stays."""
        if not self._read(self.reader.begin, self.limits.idle_seconds):
            return False
        self.is_busy = True
        head: Head | None = None
        try:
            head = self._read(self.reader.head, self.limits.head_seconds)
            if head.method == "CONNECT":
                return self._connect(head)
            proxy = self.site.proxy
            upstream = None if proxy is None else self._upstream(proxy, *authority_of(head))
            body = self._read(self.reader.body, self.limits.body_seconds)
            if upstream is not None:
                return self._reach(upstream, forwarded(head, body))
        except BadRequestError as bad:
            malformed = bad.malformed
            malformed = replace(malformed, is_tls=self.tls is not None)
            if head is not None:
                malformed = replace(malformed, method=head.method, target=head.target, headers=head.headers)
            self._report(malformed)
            self._send(error_response(malformed.status, malformed.reason, method=malformed.method))
            return False
        except ProxyError as error:
            _LOG.warning("%s", error)
            method = None if head is None else head.method
            self._send(error_response(error.status, str(error), method=method, phrase=str(error)))
            return False
        return self._respond(head, body)

    def _report(self, malformed: Malformed) -> None:
        """Tell ``on_malformed``, unless it was stop() that cut the request short."""
        if self.site.on_malformed is None or self.site.stopped:
            return
        try:
            self.site.on_malformed(malformed)
        except Exception:  # noqa: BLE001  (whatever it does, the client gets its response)
            _LOG.exception("on_malformed failed on %s", malformed.reason)

    def _respond(self, head: Head, body: bytes) -> bool:
        """Let the application answer; whatever it raises, but a wished-for reset, is a 500 without a word on the wire."""
        scheme = "http" if self.tls is None else "https"
        environ = make_environ(head, body, scheme=scheme, server=(self.site.host, self.site.port), client=self.address)
        if self.site.headers_key is not None:
            environ[self.site.headers_key] = head.headers
        if self.site.folded_key is not None:
            environ[self.site.folded_key] = head.folded
        parts: Iterable[bytes] = ()
        coming: Iterable[bytes] = ()
        try:
            try:
                status, headers, content, parts = call(self.site.app, environ)
                message, keep = response_bytes(head, status, headers, content)
                coming = self._begin_stream(parts) if content is None else ()
            except ConnectionResetError:
                raise
            except _FullError as full:
                _LOG.warning("answered 503: %s", full)
                content, keep = b"", False
                message = error_response(503, str(full), method=head.method)
            except BaseException:  # noqa: BLE001  (pytest.fail() and sys.exit() too: they end a request, not the thread)
                _LOG.exception("the application failed on %s %s", head.method, environ["PATH_INFO"])
                content = b""
                message, keep = response_bytes(
                    head, "500 Internal Server Error", [("Content-Type", "text/plain")], content
                )
            self._send(message)
            return (content is not None or self._stream(coming, chunked=bool(head.minor))) and keep
        finally:
            close(parts)
            self.site.streams.discard(self)

    def _begin_stream(self, parts: Iterable[bytes]) -> Iterable[bytes]:
        """Have the first part made, before the head is sent (PEP 3333): who has read the head misses nothing.

        Raises:
            _FullError: there are as many streams as may be.
        """
        if not self.site.begin_stream(self):
            raise _FullError(f"there are {self.limits.streams} streams already")
        coming = iter(parts)
        return chain([next(coming, b"")], coming)

    def _stream(self, parts: Iterable[bytes], *, chunked: bool) -> bool:
        """Send a body as it comes (RFC 9112 section 7.1); return whether it came to its own end.

        The application yields ``b""`` now and then, so that a client or a server that has enough is noticed
        while there is nothing to send.
        """
        self.is_busy = False  # who stops the listener does not wait for a body that has no end
        try:
            for part in parts:
                if self.site.stopped or self._is_left():
                    return False
                if part:
                    self._send(b"%X\r\n%b\r\n" % (len(part), part) if chunked else part)
        except OSError:
            raise
        except BaseException:  # noqa: BLE001  (pytest.fail() and sys.exit() too: they end a request, not the thread)
            _LOG.exception("the application failed in the middle of its response")
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

    # -- being a proxy -------------------------------------------------------------------------------------------

    def _upstream(self, proxy: ProxyRules, host: str, port: int) -> tuple[str, int] | None:
        """The address that the proxy is to reach for the client; None where the site itself answers.

        Raises:
            RefusedHostError: nobody is let through to it.
        """
        is_own = host in {self.site.host, *LOOPBACK} and port == self.site.port
        return None if not host or is_own or proxy.is_fake(host) else (host, port)

    def _connect(self, head: Head) -> bool:
        """Open a tunnel (RFC 9110 section 9.3.6), to the site or to an allowed host."""
        proxy = self.site.proxy
        if proxy is None or self.tls is not None:
            reason = f"this is no proxy, so there is no tunnel to {head.target}"
            raise BadRequestError(501, reason, cure=self.site.proxy_cure)
        host, port = authority_of(head)
        upstream = self._upstream(proxy, host, port)
        if upstream is not None:
            return self._reach(upstream, self.reader.rest, is_tunnel=True)
        if self.reader.rest:
            raise BadRequestError(400, "bytes came before the tunnel was open")
        try:
            context = proxy.context(host)
        except ValueError:
            raise BadRequestError(400, f"no certificate can be made for {host!r}") from None
        self._send(_TUNNEL_IS_OPEN)
        return self._shake_hands_if_asked(context)

    def _reach(self, address: tuple[str, int], message: bytes, *, is_tunnel: bool = False) -> bool:
        """Send to an allowed host, and carry bytes both ways until it or the client has enough."""
        try:
            upstream = socket.create_connection(address, timeout=self.limits.head_seconds)
        except OSError as unreachable:
            reason = unreachable.strerror or str(unreachable)
            raise ProxyError(f"{address[0]} cannot be reached: {reason}") from None
        except UnicodeError:  # IDNA cannot encode it
            raise ProxyError(f"{address[0]} cannot be reached: it is no host name") from None
        self._upstream_socket = upstream
        with upstream:
            if is_tunnel:
                self._send(_TUNNEL_IS_OPEN)
            upstream.sendall(message)
            relay(self.socket, upstream, idle_seconds=self.limits.idle_seconds, is_tunnel=is_tunnel)
        return False
