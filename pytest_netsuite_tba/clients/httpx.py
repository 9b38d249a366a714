"""Signed clients for httpx and httpx2, whose interfaces are one; sync and async."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from pytest_netsuite_tba.account.records import NETSUITE
from pytest_netsuite_tba.oauth1.encoding import to_text

from .credentials import RealHostError

if TYPE_CHECKING:
    from types import ModuleType

    from .credentials import Credentials

FORM = "application/x-www-form-urlencoded"


class TokenBasedAuth:
    """An ``auth=`` for httpx and httpx2: signs the request as it will be sent.

    A JSON or text body stays as it is and is not signed; a form is signed with its fields.
    """

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials

    def __call__(self, request: Any) -> Any:  # noqa: ANN401  (a Request of either library)
        """Put the Authorization header on ``request`` and give it back."""
        is_form = request.headers.get("content-type", "").partition(";")[0] == FORM
        form = to_text(request.content) if is_form else ""
        target = request.url.raw_path.decode("ascii")
        host = request.url.netloc.decode("ascii")
        url = f"{request.url.scheme}://{host}{target}"
        request.headers["Authorization"] = self.credentials.authorization(request.method, url, form)
        return request


class _Nowhere:
    """The way to a NetSuite host while nothing leads that to the fake."""

    def handle_request(self, request: Any) -> Any:  # noqa: ANN401  (a Request of either library)
        raise RealHostError(request.url.host)

    async def handle_async_request(self, request: Any) -> Any:  # noqa: ANN401
        raise RealHostError(request.url.host)


def client_options(credentials: Credentials, transport: type[Any]) -> dict[str, Any]:
    """Give the keywords of a ``Client``: signed, relative URLs to the fake, nothing from the environment.

    ``transport`` is the library's class, for NetSuite's own host names. The fake itself speaks plain http, so the TLS
    context is an empty one: loading the system's roots costs 45 ms.
    """
    hosts = credentials.hosts()
    if hosts is None:
        way = type("Nowhere", (_Nowhere, *transport.__bases__), {})()
    else:
        way = transport(proxy=hosts.proxy_url, verify=ssl.create_default_context(cafile=hosts.ca_file))
    return {
        "mounts": {f"all://*{NETSUITE}": way},
        "auth": TokenBasedAuth(credentials),
        "base_url": credentials.base_url(),
        "headers": {"Content-Type": "application/json"},
        "trust_env": False,
        "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    }


def async_client_options(credentials: Credentials, module: ModuleType) -> dict[str, Any]:
    """Give the keywords of an ``AsyncClient``.

    No connection is kept: a fixture cannot close one after the test's event loop has ended.
    """
    return {
        **client_options(credentials, module.AsyncHTTPTransport),
        "limits": module.Limits(max_keepalive_connections=0),
    }
