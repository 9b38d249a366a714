"""What the test said by pytest-httpserver's means: the answers beside the fake, and a log of every request."""

from __future__ import annotations

import itertools
import logging
import string
from dataclasses import replace
from io import BytesIO
from traceback import clear_frames
from typing import TYPE_CHECKING, Any, NamedTuple, Self, overload
from urllib.parse import quote

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from werkzeug.http import HTTP_STATUS_CODES

from pytest_netsuite_tba.account.history import NO_LONGER_KEPT, History, Weight, size_of_texts
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
MOST_NOTED = 100  # failures of a kind that are kept until somebody asks
_LONG_BODY = 100_000  # bytes


class Expectations(HTTPServer):
    """A pytest-httpserver that never listens: it keeps expectations, and what is to fail the test.

    Args:
        host, port: of the server that it stands behind.
        log: where every request is written.
        hide: takes the secrets out of what is told.

    Attributes:
        untold: how many failures came after the first :data:`MOST_NOTED` of their kind, and are only counted.
    """

    untold = 0

    def __init__(self, host: str, port: int, log: RequestLog, hide: Callable[[str], str]) -> None:
        super().__init__(host, port)
        self._hide = hide
        self.log: RequestLog = log  # type: ignore[assignment]  # pytest-httpserver has a list that grows for ever; ours reads like one, and is bounded

    def clear_log(self) -> None:
        """Forget the log of requests and responses."""
        self.log.clear()

    def add_assertion(self, obj: str | AssertionError) -> None:
        """Fail the test for this reason; of many the first are kept."""
        if len(self.assertions) < MOST_NOTED:
            super().add_assertion(obj)
        else:
            self.untold += 1

    def clear_assertions(self) -> None:
        """Forget what was noted to fail the test, and how much was not."""
        super().clear_assertions()
        self.untold = 0

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

    def note(self, failure: Failure, *, body: int = 0) -> None:
        """Fail the test, at the latest in ``netsuite.verify()``; an exception whose text holds a secret is told by another.

        One that a request of a long body raised (``body`` bytes) keeps its traceback, but not the variables, which have it.
        """
        if isinstance(failure, Exception) and self._hide(str(failure)) != str(failure):
            kind = type(failure) if isinstance(failure, AnswerError | EntryPointError) else AnswerError
            failure = kind(self._hide(f"{'' if kind is type(failure) else f'{type(failure).__name__}: '}{failure}"))
        if isinstance(failure, str):
            self.add_assertion(failure)
        elif any(failure is noted for noted in (*self.assertions, *self.handler_errors)):
            return
        elif len(self.handler_errors) < MOST_NOTED:
            self.handler_errors.append(failure)
            if body > _LONG_BODY:
                _clear_variables(failure)
        else:
            self.untold += 1


def _clear_variables(failure: BaseException) -> None:
    """Empty the frames of an exception, and of those that led to it."""
    seen: list[BaseException | None] = []
    raised: BaseException | None = failure
    while raised is not None and raised not in seen:
        seen.append(raised)
        clear_frames(raised.__traceback__)
        raised = raised.__cause__ or raised.__context__


_NOT_KEPT = frozenset({"wsgi.input", "werkzeug.request"})
_ENTRY = 1_800  # bytes of an entry of the log, about, without its texts and bodies


class LogEntry(NamedTuple):
    """A request, as WSGI has it, with its body, and the answer."""

    environ: WSGIEnvironment
    body: bytes
    reply: Reply

    @classmethod
    def of(cls, environ: WSGIEnvironment, body: bytes, reply: Reply) -> Self:
        """The entry of a call, of whose environ only that is kept which is looked at: a client's own request may hold the body again."""
        return cls({name: value for name, value in environ.items() if name not in _NOT_KEPT}, body, reply)

    @property
    def weight(self) -> Weight:
        """About how many bytes it takes: both bodies, and the rest."""
        texts = [value for value in self.environ.values() if isinstance(value, str)]
        texts += itertools.chain(*self.reply.headers)
        parts = self.reply.body if isinstance(self.reply.body, bytes) else b""
        source = self.reply.source
        written = source.calculate_content_length() if isinstance(source, Response) and not parts else None
        return Weight(_ENTRY + size_of_texts(texts), len(parts) + (written or 0), self.body)

    def cut(self) -> LogEntry:
        """The same with a text in place of a body, both ways."""
        reply = self.reply
        if isinstance(reply.body, bytes) and reply.body:
            reply = replace(reply, body=_no_longer(reply.body), source=None)
        return self._replace(body=_no_longer(self.body) if self.body else b"", reply=reply)

    def shown(self) -> tuple[Request, Response]:
        """Both as werkzeug has them; whoever reads the one leaves the next reader's alone."""
        response = self.reply.source
        if not isinstance(response, Response):
            response = Response(self.reply.body, status=self.reply.status, headers=self.reply.headers)
        environ = self.environ | {"wsgi.input": BytesIO(self.body), "wsgi.input_terminated": True}
        return readable(environ), response


def _no_longer(body: bytes) -> bytes:
    return NO_LONGER_KEPT.format(len(body)).encode()


class RequestLog(History[Any]):
    """Every request and its response, werkzeug's both, made when they are looked at."""

    def weigh(self, entry: LogEntry) -> Weight:
        """About how many bytes it takes."""
        return entry.weight

    def cut(self, entry: LogEntry) -> LogEntry:
        """The entry with its bodies' lengths in their place."""
        return entry.cut()

    def __iter__(self) -> Iterator[tuple[Request, Response]]:
        return (entry.shown() for entry in super().__iter__())

    @overload
    def __getitem__(self, index: int) -> tuple[Request, Response]: ...
    @overload
    def __getitem__(self, index: slice) -> list[tuple[Request, Response]]: ...
    def __getitem__(self, index: int | slice) -> tuple[Request, Response] | list[tuple[Request, Response]]:
        return list(self)[index] if isinstance(index, slice) else super().__getitem__(index).shown()


def readable(environ: WSGIEnvironment) -> Request:
    """The request of a call as werkzeug has it; of a query that is not UTF-8, which it cannot read, each other byte escaped."""
    query = environ.get("QUERY_STRING", "").encode("latin-1")
    try:
        query.decode()
    except UnicodeDecodeError:
        environ = environ | {"QUERY_STRING": quote(query, safe=string.punctuation)}
    return Request(environ, populate_request=False)  # in the environ it would keep itself, and the body


def as_reply(value: object, environ: WSGIEnvironment) -> Reply | None:
    """A werkzeug response as a reply to this request; None for any other value."""
    if not isinstance(value, Response):
        return None
    content, status, headers = value.get_wsgi_response(environ)
    reason = status.partition(" ")[2]
    if reason == HTTP_STATUS_CODES.get(value.status_code, "").upper():
        reason = ""  # werkzeug's own, in capitals: nobody asked for it
    return Reply(status=value.status_code, reason=reason, headers=headers, body=content, source=value)
