"""A request made by hand: signed with a token of an account, and sent through the server itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pytest_netsuite_tba.account.fields import nearest
from pytest_netsuite_tba.login.hiding import hider
from pytest_netsuite_tba.oauth1.target import Target

from .answers import ApiError, hidden
from .bodies import check_object
from .schemas import TEXT, object_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import TestResponse

    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.server.server import NetSuiteServer

    from .trail import Trail

REQUEST = object_of(
    dict.fromkeys(("account", "token", "url", "body", "content_type"), TEXT)
    | {"method": {"enum": ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]}},
    ["url"],
)


def send(server: NetSuiteServer, trail: Trail, table: object) -> dict[str, Any]:
    """Sign and send what a :data:`REQUEST` asks for; return what came back and the attempt that it was.

    A URL without a host means the account's own RESTlet host. Nothing leaves this process.

    Raises:
        ApiError: a key or a value is not valid.
    """
    wanted = {"method": "GET", "body": "", "content_type": "application/json"} | check_object(table, REQUEST)
    account = server.accounts.get(wanted.get("account", server.account.id))
    if account is None:
        raise ApiError(400, nearest(wanted["account"], server.accounts), path="$.account")
    name = wanted.get("token", next(iter(account.tokens), ""))
    if name not in account.tokens:
        raise ApiError(400, f"{name!r} is no token of {account.id}; {nearest(name, account.tokens)}", path="$.token")
    _check_url(wanted["url"])
    if not wanted["content_type"].isprintable():
        raise ApiError(400, "expected a header's value: printable characters", path="$.content_type")
    client = server.credentials_for(account.tokens[name]).client()
    options = {"method": wanted["method"], "content_type": wanted["content_type"]}
    if wanted["body"]:
        options["data"] = wanted["body"].encode()
    hide = hider(server.accounts)
    response, attempt = attempt_of(trail, lambda: client.open(wanted["url"], **options))
    return {
        "status": None if response is None else response.status_code,
        "headers": [] if response is None else hidden(list(response.headers), hide),
        "body": "" if response is None else hide(response.get_data(as_text=True)),
        "attempt": None if attempt is None else attempt.as_dict(),
    }


def attempt_of(trail: Trail, call: Callable[[], TestResponse]) -> tuple[TestResponse | None, LoginAttempt | None]:
    """Call the server in this thread; its answer, None for a reset connection, and the attempt that it was, if any."""
    trail.answered_here.attempt = None
    try:
        response = call()
    except ConnectionResetError:
        response = None
    return response, trail.answered_here.attempt


def _check_url(url: str) -> None:
    """Refuse what is no URL of a NetSuite, or would come back to the console."""
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ApiError(400, "expected a URL with everything but ASCII percent-encoded", path="$.url")
    target = Target.of(url, scheme="https")
    if target.scheme not in {"http", "https"}:
        raise ApiError(400, f"{target.scheme[:20]!r} is no scheme of NetSuite's; valid: 'http', 'https'", path="$.url")
    if unquote(target.path).lstrip("/").startswith("__admin"):
        raise ApiError(400, "the console's own paths are not sent through the server", path="$.url")
