"""A request out of a WSGI environ (PEP 3333), which is a plain mapping: no framework is needed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from pytest_netsuite_tba.oauth1.encoding import to_text

from .request import SignedRequest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

HEADERS_KEY = "netsuite_tba.headers"  # WSGI key of our listener: the headers as sent, repeated ones repeated
FOLDED_KEY = "netsuite_tba.folded"  # and the names of those that were folded over several lines


def request_of(environ: Mapping[str, Any], body: bytes) -> SignedRequest:
    """The request of a WSGI environ; the raw target and headers where the server kept them, else rebuilt."""
    target = environ.get("REQUEST_URI") or environ.get("RAW_URI") or _rebuild_target(environ)
    if "?" not in target and environ.get("QUERY_STRING"):  # werkzeug's EnvironBuilder leaves it out
        target = f"{target}?{environ['QUERY_STRING']}"
    port = environ.get("SERVER_PORT", "")
    return SignedRequest(
        method=environ["REQUEST_METHOD"],
        target=to_text(target.encode("latin-1")),
        host=environ.get("HTTP_HOST") or f"{environ.get('SERVER_NAME', 'localhost')}:{port}",
        scheme=environ.get("wsgi.url_scheme", "http"),
        headers=environ.get(HEADERS_KEY) or tuple(_rebuild_headers(environ)),
        body=body,
        remote_address=environ.get("REMOTE_ADDR") or "127.0.0.1",
        folded=environ.get(FOLDED_KEY) or (),
    )


def _rebuild_target(environ: Mapping[str, Any]) -> str:
    path = quote(
        (environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1"), safe="/~:@!$&'()*+,;="
    )
    query = environ.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


def _rebuild_headers(environ: Mapping[str, Any]) -> list[tuple[str, str]]:
    headers = [
        (key[5:].replace("_", "-").title(), to_text(value.encode("latin-1", "replace")))
        for key, value in environ.items()
        if key.startswith("HTTP_")
    ]
    for key, name in (("CONTENT_TYPE", "Content-Type"), ("CONTENT_LENGTH", "Content-Length")):
        if environ.get(key):
            headers.append((name, environ[key]))
    return headers
