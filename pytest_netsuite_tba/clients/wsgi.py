"""The in-process client: werkzeug's test client, signing what it sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from werkzeug import Request
from werkzeug.datastructures import Headers
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from pytest_netsuite_tba.oauth1.encoding import FORM, to_bytes, to_text
from pytest_netsuite_tba.oauth1.target import Target, origin_form

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    from werkzeug.test import TestResponse

    from .credentials import Credentials


class NetSuiteClient(Client):
    """A werkzeug test client whose requests are signed.

    An absolute URL's scheme, host, port and raw target go on unchanged; a relative one means the account's own
    RESTlet host by https. ``Content-Type: application/json`` is sent unless told otherwise. Cookies are
    not kept: a signed request needs none.
    """

    def __init__(self, application: WSGIApplication, credentials: Credentials, restlets_host: str) -> None:
        super().__init__(application, use_cookies=False)
        self.credentials = credentials
        self._restlets_host = restlets_host

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Sign and send a request; arguments as for :class:`werkzeug.test.EnvironBuilder`, the URL first."""
        if not args or not isinstance(args[0], str):
            return super().open(*args, **kwargs)
        url, *rest = args
        scheme, host, *_ = Target.of(url, scheme="https", host=self._restlets_host)
        target = origin_form(url)
        headers = kwargs["headers"] = Headers(kwargs.get("headers"))
        is_form = "data" in kwargs and not isinstance(kwargs["data"], str | bytes)
        if "content_type" not in kwargs and "Content-Type" not in headers and not is_form:
            kwargs["content_type"] = "application/json"
        sending = {name: kwargs.pop(name) for name in ("buffered", "follow_redirects") if name in kwargs}
        path, mark, query = target.partition("?")
        if mark and kwargs.get("query_string") is not None:
            raise ValueError("a query stands in the URL and in query_string")
        builder = EnvironBuilder("/", None, *rest, **kwargs)  # for headers and body; it would spell the URL its own way
        try:
            environ = builder.get_environ()
        finally:
            builder.close()
        if not mark:
            query = to_text(environ["QUERY_STRING"].encode("latin-1"))
            target = f"{path}?{query}" if query else path
        raw_target = to_bytes(target).decode("latin-1")  # as an environ holds text (PEP 3333)
        environ |= {
            "PATH_INFO": unquote_to_bytes(to_bytes(path)).decode("latin-1"),
            "QUERY_STRING": to_bytes(query).decode("latin-1"),
            "REQUEST_URI": raw_target,
            "RAW_URI": raw_target,
            "HTTP_HOST": host,
            "wsgi.url_scheme": scheme,
            "REMOTE_ADDR": environ.get("REMOTE_ADDR", "127.0.0.1"),
            **(kwargs.get("environ_overrides") or {}),
        }
        if "HTTP_AUTHORIZATION" not in environ:
            form = ""
            if environ.get("CONTENT_TYPE", "").partition(";")[0] == FORM:
                body = environ["wsgi.input"].read()
                environ["wsgi.input"].seek(0)
                form = to_text(body)
            method = environ["REQUEST_METHOD"]
            environ["HTTP_AUTHORIZATION"] = self.credentials.authorization(method, f"{scheme}://{host}{target}", form)
        return super().open(Request(environ), **sending)

    def run_wsgi_app(
        self,
        environ: WSGIEnvironment,
        buffered: bool = False,  # noqa: FBT001, FBT002  (werkzeug's own signature)
    ) -> tuple[Iterable[bytes], str, Headers]:
        """Run the application; werkzeug's own would parse the URL again, for cookies that are not kept."""
        return run_wsgi_app(self.application, environ, buffered=buffered)
