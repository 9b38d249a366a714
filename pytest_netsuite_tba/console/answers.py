"""The console's answers: JSON, its errors, and the headers that every one of them carries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from werkzeug import Response

if TYPE_CHECKING:
    from collections.abc import Callable

# Nothing of the console may be framed, sniffed, cached or read from another origin.
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class ApiError(Exception):
    """A request to the console that is answered with an error.

    Attributes:
        status: HTTP status.
        message: what is wrong and what is valid, in one line, without any secret.
        path: JSON path of the mistake in the body, as ``$.permissions[0]``; of a query parameter its name; or None.
        headers: further headers of the answer.
    """

    def __init__(
        self, status: int, message: str, *, path: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.path = path
        self.headers = headers or {}


def json_response(value: object, status: int = 200) -> Response:
    """Answer with a JSON value on a line of its own."""
    return Response(json.dumps(value) + "\n", status=status, content_type="application/json")


def hidden(value: Any, hide: Callable[[str], str]) -> Any:  # noqa: ANN401  (JSON's type is recursive; with object, each caller would cast the dict that it put in)
    """Take the known secrets out of every text in a value; ``hide`` is the audit trail's."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, dict):
        return {hide(key): hidden(item, hide) for key, item in value.items()}
    return [hidden(item, hide) for item in value] if isinstance(value, list | tuple) else value


def error_reply(error: ApiError) -> Response:
    """Answer with ``{"error": {"message": ..., "path": ...}}``."""
    response = json_response({"error": {"message": error.message, "path": error.path}}, error.status)
    response.headers.extend(error.headers)
    return response
