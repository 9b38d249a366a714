"""The console as a WSGI application: guard, route, answer."""

from __future__ import annotations

import logging
import time
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule

from pytest_netsuite_tba.login.hiding import hider

from .answers import SECURITY_HEADERS, ApiError, error_reply, hidden, json_response
from .guard import Guard
from .openapi import Operation
from .operations import OPERATIONS, Context
from .page import locked, page
from .trail import Trail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from pytest_netsuite_tba.server.server import NetSuiteServer

PATH = "/__admin/"
_LOG = logging.getLogger(__name__)


class Console:
    """Answers below ``/__admin/``; set it as ``server.console``.

    The records as they are now are those that a reset goes back to.

    Args:
        server: whose audit trail and records are shown and changed.
        token: when given, every request needs it: as a bearer token, or exchanged for a cookie at
            ``/__admin/?token=...``. Without one only requests from this machine are answered.
        admin_hosts: names that ``Host`` may hold besides ``localhost`` and loopback addresses.
        monotonic: gives seconds, for the uptime.
    """

    def __init__(
        self,
        server: NetSuiteServer,
        *,
        token: str | None = None,
        admin_hosts: Iterable[str] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hide = hider(server.accounts)
        self._guard = Guard(token, admin_hosts, PATH, open_paths=(PATH + "health",))
        begin, seed = monotonic(), [account.copy() for account in server.accounts.values()]
        self._context = partial(
            Context, server=server, trail=Trail(server), seed=seed, uptime=lambda: monotonic() - begin
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one WSGI call; no error of the console's own says more than its kind."""
        request = Request(environ)
        try:
            _check_query(request)
            response = self._guard.check(request) or self._answer(request)
        except ApiError as error:
            error.message, error.path = hidden((error.message, error.path), self._hide)
            is_page = error.status == HTTPStatus.UNAUTHORIZED and _is_browser(request)
            response = locked(error) if is_page else error_reply(error)
        except Exception:  # noqa: BLE001  (uncaught, the browser gets a reset connection; the traceback goes to the log)
            _LOG.exception("the console failed on %s %s", request.method, request.path)
            response = error_reply(ApiError(500, "the console failed; the server's log has the traceback"))
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        try:
            operation, path = _ROUTES.bind_to_environ(request.environ).match()
        except MethodNotAllowed as error:
            allowed = ", ".join(sorted(error.valid_methods or ()))
            raise ApiError(
                405, f"{request.method} is not answered here; valid: {allowed}", headers={"Allow": allowed}
            ) from None
        except HTTPException:
            raise ApiError(404, f"{request.path[:200]} is no path of the console; see {PATH}openapi.json") from None
        self._guard.check_content_type(request)
        value = operation.handler(self._context(request=request, path=path))
        if isinstance(value, Response):
            return value
        return Response(status=204) if operation.answer is None else json_response(value, operation.status)


def _check_query(request: Request) -> None:
    """Refuse a query string of bytes that are no text, which whoever reads a parameter would fail on."""
    try:
        request.query_string.decode()
    except UnicodeDecodeError:
        raise ApiError(400, "the query string is not UTF-8") from None


def _is_browser(request: Request) -> bool:
    """Whether the answer is to be read by somebody: scripts take anything, or JSON."""
    return request.accept_mimetypes.best_match(("application/json", "text/html")) == "text/html"


_PAGE = Operation("GET", "", "The page.", lambda _: page())
_TO_PAGE = Operation(
    "GET", "", "For whoever left out the slash.", lambda _: Response(status=308, headers={"Location": PATH})
)
_ROUTES = Map(
    [
        Rule(PATH[:-1], methods=["GET"], endpoint=_TO_PAGE),
        *(Rule(PATH + row.route, methods=[row.method], endpoint=row) for row in (_PAGE, *OPERATIONS)),
    ],
    merge_slashes=False,
    strict_slashes=False,
)
