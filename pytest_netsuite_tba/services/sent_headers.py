"""The headers that every answer of a service has, whatever it says: a table for each (docs/rules.md 3.6)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_netsuite_tba.login.request import SignedRequest

    from .reply import Reply

    # Name, and the value or what makes it for a request; None leaves the header out.
    Header = tuple[str, str | Callable[[SignedRequest], str | None]]

_ROUTING_COOKIE = "NS_ROUTING_VERSION=LAGGING"


def _random_id(_: SignedRequest) -> str:
    """A random UUID (RFC 9562 section 5.4), made faster than by the library for it."""
    digits = secrets.token_hex(16)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _routing_cookie(request: SignedRequest) -> str | None:
    """A client with a cookie jar sends it back; it is set only for a request without it, as a load balancer does."""
    routed = any(_ROUTING_COOKIE in sent for sent in request.headers_of("cookie"))
    return None if routed else f"{_ROUTING_COOKIE}; path=/"


# Captured on SOAP answers in 2022; nobody captured those of RESTlets.
SOAP_2022: tuple[Header, ...] = (
    ("x-n-operationid", _random_id),
    ("Set-Cookie", _routing_cookie),
    ("P3P", 'CP="CAO PSAa OUR BUS PUR"'),
    ("Vary", "User-Agent"),
    ("Strict-Transport-Security", "max-age=31536000"),
)
# Captured on 22 answers of REST web services in March 2026; without akamai-grn, which is the delivery network's.
REST: tuple[Header, ...] = (
    ("Cache-Control", "No-Cache"),
    ("Expires", "0"),
    ("Pragma", "No-Cache"),
    ("Strict-Transport-Security", "max-age=31536000"),
    ("Vary", "User-Agent, Accept-Encoding"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-N-OperationId", _random_id),
    ("X-NetSuite-JobId", _random_id),
)


def add(headers: tuple[Header, ...], reply: Reply, request: SignedRequest) -> None:
    """Add to a reply what its service always sends; what a test's own answer says of the same header stands."""
    said = {name.lower() for name, _ in reply.headers} - {"set-cookie"}
    for name, value in headers:
        text = value if isinstance(value, str) else value(request)
        if text is not None and name.lower() not in said:
            reply.headers.append((name, text))
