"""Where the server listens: on loopback, from the first time that its address is asked for until it stops."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.forks import free_in_child
from pytest_netsuite_tba.login.environ import FOLDED_KEY, HEADERS_KEY
from pytest_netsuite_tba.wire.listener import Listener

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

    from pytest_netsuite_tba.reach.proxy import Proxy
    from pytest_netsuite_tba.wire import Limits
    from pytest_netsuite_tba.wire.message import Malformed


class Listening:
    """A listener that is started when it is needed.

    In a child process its address is still that of the parent, which answers there. Started there, it takes one of the
    child's own.

    Args:
        application: what it serves.
        host, port: where; port 0 takes a free one.
        limits: what a client may send, and how long it may take.
        ssl_context: speak TLS with this context, to whoever begins with a handshake.
        proxy: be an HTTP proxy too.
        stopped: set while it is stopped, and no address starts it.
        on_malformed: told of each request that is no well-formed HTTP, before it is answered.
    """

    def __init__(
        self,
        application: WSGIApplication,
        host: str,
        port: int,
        *,
        limits: Limits,
        ssl_context: ssl.SSLContext | None,
        proxy: Proxy | None,
        stopped: threading.Event,
        on_malformed: Callable[[Malformed], None],
    ) -> None:
        self._application = application
        self.host = host
        self.port = self._asked_port = port
        self.limits = limits
        self._ssl_context = ssl_context
        self._proxy = proxy
        self._stopped = stopped
        self._on_malformed = on_malformed
        self._listener: Listener | None = None
        self._lock = free_in_child(threading.Lock())
        self._process = os.getpid()

    @property
    def url(self) -> str:
        """``http://127.0.0.1:<port>``; reading it starts the listener, unless it was stopped."""
        with self._lock:
            if self._listener is None and not self._stopped.is_set():
                self._start()
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def proxy(self) -> Proxy | None:
        """The rules of the proxy that it also is; set, they hold at once, for a listener that runs too."""
        return self._proxy

    @proxy.setter
    def proxy(self, proxy: Proxy | None) -> None:
        with self._lock:
            self._proxy = proxy
            if self._listener is not None:
                self._listener.proxy = proxy

    @property
    def is_running(self) -> bool:
        """Whether it listens."""
        return self._listener is not None and not self._listener.stopped  # as a child process has its parent's

    @property
    def scheme(self) -> str:
        """By which it is called."""
        return "http" if self._ssl_context is None else "https"

    def start(self) -> None:
        """Listen from now on; does nothing if it does."""
        with self._lock:
            if not self.is_running:
                self._start()

    def _start(self) -> None:
        if self._process != os.getpid():  # the port is the parent's
            self._process, self.port = os.getpid(), self._asked_port
        self._stopped.clear()
        self._listener = Listener(
            self._application, self.host, self.port, limits=self.limits, ssl_context=self._ssl_context,
            proxy=self._proxy, on_malformed=self._on_malformed,
            tls_cure="Call it by http://, or start it with netsuite-tba serve --tls.",
            proxy_cure="Start it with netsuite-tba serve --proxy, or ask for the fixture netsuite_hosts.",
            headers_key=HEADERS_KEY, folded_key=FOLDED_KEY,
        )  # fmt: skip
        self.port = self._listener.port
        self._listener.start()

    def stop(self, grace: float) -> None:
        """Close the socket and every connection, once requests in flight had ``grace`` seconds to be answered."""
        self._stopped.set()
        with self._lock:
            if self._listener is not None:
                self._listener.stop(grace)
                self._listener = None
