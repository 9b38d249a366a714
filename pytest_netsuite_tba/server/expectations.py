"""What the test said by pytest-httpserver's means: the answers beside the fake, and a log of every request."""

from __future__ import annotations

import logging
import string
from typing import TYPE_CHECKING, Any, overload
from urllib.parse import quote

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from werkzeug.http import HTTP_STATUS_CODES

from pytest_netsuite_tba.account.history import History
from pytest_netsuite_tba.fake.core import AnswerError
from pytest_netsuite_tba.services.reply import Reply
from pytest_netsuite_tba.services.restlets import EntryPointError
from pytest_netsuite_tba.services.table import PATHS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from wsgiref.types import WSGIEnvironment

    from pytest_netsuite_tba.services.service import Failure

_LOG = logging.getLogger(__name__)
_NOT_FOUND = 404


class Expectations(HTTPServer):
    """A pytest-httpserver that never listens: it keeps expectations, and what is to fail the test.

    Args:
        host, port: of the server that it stands behind.
        log: where every request is written.
        hide: takes the secrets out of what is told.
    """

    def __init__(self, host: str, port: int, log: RequestLog, hide: Callable[[str], str]) -> None:
        super().__init__(host, port)
        self._hide = hide
        self.log: RequestLog = log  # type: ignore[assignment]  # pytest-httpserver has a list that grows for ever; ours reads like one, and is bounded

    def clear_log(self) -> None:
        """Forget the log of requests and responses."""
        self.log.clear()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is expected."""
        return not (self.ordered_handlers or self.oneshot_handlers or self.handlers)

    def is_expected(self, request: Request) -> bool:
        """Whether an expectation matches."""
        handlers = [*self.ordered_handlers[:1], *self.oneshot_handlers, *self.handlers]
        return any(handler.matcher.match(request) for handler in handlers)

    def respond_nohandler(self, request: Request, extra_message: str = "") -> Response:
        """Answer as NetSuite does at a path where nothing is; the test fails, and is told what there is."""
        del extra_message
        path = request.environ.get("REQUEST_URI") or request.full_path
        expected = [
            repr(handler.matcher) for handler in (*self.ordered_handlers, *self.oneshot_handlers, *self.handlers)
        ]
        told = (
            f"{self._hide(f'{request.method} {path}')}: nothing answers this path; "
            f"expected by netsuite.expect_request(): {', '.join(expected) or 'nothing'}."
        )
        if not request.path.startswith(PATHS):
            told += " No token service owns the path: nobody had to log in."
            _LOG.warning("%s", told)  # the trail has no line of it
        self.add_assertion(told)
        return Response(b"", status=_NOT_FOUND)

    def note(self, failure: Failure) -> None:
        """Fail the test, at the latest in ``netsuite.verify()``; an exception whose text holds a secret is told by another."""
        if isinstance(failure, Exception) and self._hide(str(failure)) != str(failure):
            kind = type(failure) if isinstance(failure, AnswerError | EntryPointError) else AnswerError
            failure = kind(self._hide(f"{'' if kind is type(failure) else f'{type(failure).__name__}: '}{failure}"))
        if isinstance(failure, str):
            self.add_assertion(failure)
        elif not any(failure is noted for noted in (*self.assertions, *self.handler_errors)):
            self.handler_errors.append(failure)


class RequestLog(History[Any]):
    """Every request and its response, werkzeug's both, made when they are looked at."""

    def __iter__(self) -> Iterator[tuple[Request, Response]]:
        return (_log_entry(*entry) for entry in super().__iter__())

    @overload
    def __getitem__(self, index: int) -> tuple[Request, Response]: ...
    @overload
    def __getitem__(self, index: slice) -> list[tuple[Request, Response]]: ...
    def __getitem__(self, index: int | slice) -> tuple[Request, Response] | list[tuple[Request, Response]]:
        return list(self)[index] if isinstance(index, slice) else _log_entry(*super().__getitem__(index))


def readable(environ: WSGIEnvironment) -> Request:
    """The request of a call as werkzeug has it; of a query that is not UTF-8, which it cannot read, each other byte escaped."""
    query = environ.get("QUERY_STRING", "").encode("latin-1")
    try:
        query.decode()
    except UnicodeDecodeError:
        environ = environ | {"QUERY_STRING": quote(query, safe=string.punctuation)}
    return Request(environ)


def _log_entry(environ: WSGIEnvironment, reply: Reply) -> tuple[Request, Response]:
    response = reply.source
    if not isinstance(response, Response):
        response = Response(reply.body, status=reply.status, headers=reply.headers)
    return readable(environ), response


def as_reply(value: object, environ: WSGIEnvironment) -> Reply | None:
    """A werkzeug response as a reply to this request; None for any other value."""
    if not isinstance(value, Response):
        return None
    content, status, headers = value.get_wsgi_response(environ)
    reason = status.partition(" ")[2]
    if reason == HTTP_STATUS_CODES.get(value.status_code, "").upper():
        reason = ""  # werkzeug's own, in capitals: nobody asked for it
    return Reply(status=value.status_code, reason=reason, headers=headers, body=content, source=value)
