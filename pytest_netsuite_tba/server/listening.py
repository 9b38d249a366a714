"""pytest-httpserver's ``HTTPServer`` behind our own listener instead of werkzeug's."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from pytest_httpserver import HTTPServer

from pytest_netsuite_tba.account.history import History
from pytest_netsuite_tba.services.hosts import HEADERS
from pytest_netsuite_tba.wire import Limits
from pytest_netsuite_tba.wire.listener import Listener

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from pytest_netsuite_tba.reach.proxy import Proxy
    from pytest_netsuite_tba.wire.message import Malformed


class ListeningServer(HTTPServer):
    """An ``HTTPServer`` that listens from the first time that :attr:`url` is read until :meth:`stop`.

    Args:
        host, port: where to listen; port 0 takes a free one.
        history: how many entries of its log are kept.
        limits: what a client may send, and how long it may take.
        ssl_context: speak TLS with this context, to whoever begins with a handshake.
        proxy: be an HTTP proxy too.

    """

    DEFAULT_LISTEN_HOST = "127.0.0.1"

    def __init__(
        self,
        host: str,
        port: int,
        *,
        history: int,
        limits: Limits | None,
        ssl_context: ssl.SSLContext | None,
        proxy: Proxy | None,
    ) -> None:
        self.history = history
        super().__init__(host, port, ssl_context, threaded=True)
        self.clear_log()
        self.limits = limits or Limits()
        self._proxy = proxy
        self._listener: Listener | None = None
        self._start_lock = threading.Lock()
        self._stopped = threading.Event()

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one WSGI call."""
        raise NotImplementedError

    def record_malformed(self, malformed: Malformed) -> None:
        """Take note of a request that is no well-formed HTTP, before it is answered."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """``http://127.0.0.1:<port>``; reading it starts the listener."""
        self._ensure_started()
        scheme = "http" if self.ssl_context is None else "https"
        return f"{scheme}://{self.format_host(self.host)}:{self.port}"

    @property
    def proxy(self) -> Proxy | None:
        """The rules of the proxy that it also is; set, they hold at once, for a listener that runs too."""
        return self._proxy

    @proxy.setter
    def proxy(self, proxy: Proxy | None) -> None:
        with self._start_lock:
            self._proxy = proxy
            if self._listener is not None:
                self._listener.proxy = proxy

    def url_for(self, suffix: str) -> str:
        """Give the URL of a path at this server; starts the listener."""
        self._ensure_started()
        return super().url_for(suffix)

    def _ensure_started(self) -> None:
        with self._start_lock:
            if self._listener is None and not self._stopped.is_set():
                self._start()

    def _start(self) -> None:
        self._stopped.clear()
        self._listener = Listener(
            self.wsgi_app,
            self.host,
            self.port,
            limits=self.limits,
            ssl_context=self.ssl_context,
            proxy=self._proxy,
            on_malformed=self.record_malformed,
            tls_cure="Call it by http://, or start it with netsuite-tba serve --tls.",
            proxy_cure="Start it with netsuite-tba serve --proxy, or ask for the fixture netsuite_hosts.",
            headers_key=HEADERS,
        )
        self.port = self._listener.port
        self._listener.start()

    def start(self) -> None:
        """Start to listen now rather than when :attr:`url` is first read; does nothing if it does."""
        with self._start_lock:
            if self._listener is None:
                self._start()

    def stop(self, grace: float = 0.0) -> None:
        """Stop: the socket and every connection are closed. Does nothing if it does not listen.

        Requests in flight have ``grace`` seconds to be answered.
        """
        self._stopped.set()
        with self._start_lock:
            if self._listener is not None:
                self._listener.stop(grace)
                self._listener = None

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to stop: whoever waits for something at this server waits no longer."""
        return self._stopped.is_set()

    def is_running(self) -> bool:
        """Whether it listens."""
        return self._listener is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def clear_log(self) -> None:
        """Forget the log of requests and responses."""
        self.log = History(self.history)  # type: ignore[assignment]  # bounded, and says what it dropped
