"""Signed clients for httpx and httpx2, whose interfaces are one; sync and async."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from pytest_netsuite_tba.account.records import NETSUITE
from pytest_netsuite_tba.oauth1.encoding import FORM, to_text

from .hosts import RealHostError

if TYPE_CHECKING:
    from types import ModuleType

    from .credentials import Credentials
    from .hosts import Hosts


class TokenBasedAuth:
    """An ``auth=`` for httpx and httpx2: signs the request as it will be sent.

    A JSON or text body stays as it is and is not signed; a form is signed with its fields.
    """

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials

    def __call__(self, request: Any) -> Any:
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

    def handle_request(self, request: Any) -> Any:
        raise RealHostError(request.url.host)

    async def handle_async_request(self, request: Any) -> Any:
        raise RealHostError(request.url.host)


def client(library: ModuleType, credentials: Credentials, base_url: str, hosts: Hosts | None) -> Any:
    """Make a ``Client``."""
    return library.Client(**_options(library.HTTPTransport, credentials, base_url, hosts))


def async_client(library: ModuleType, credentials: Credentials, base_url: str, hosts: Hosts | None) -> Any:
    """Make an ``AsyncClient``. It keeps no connection: a fixture cannot close one after the test's loop has ended."""
    options = _options(library.AsyncHTTPTransport, credentials, base_url, hosts)
    return library.AsyncClient(**options, limits=library.Limits(max_keepalive_connections=0))


def _options(transport: type[Any], credentials: Credentials, base_url: str, hosts: Hosts | None) -> dict[str, Any]:
    """Signed, relative URLs to the fake, NetSuite's own names through its proxy, nothing from the environment.

    The fake itself speaks plain http, so the TLS context is an empty one: loading the system's roots costs 45 ms.
    """
    if hosts is None:
        to_netsuite = type("Nowhere", (_Nowhere, *transport.__bases__), {})()
    else:
        to_netsuite = transport(proxy=hosts.proxy_url, verify=ssl.create_default_context(cafile=hosts.ca_file))
    return {
        "mounts": dict.fromkeys((f"all://*{NETSUITE}", f"all://*{NETSUITE}."), to_netsuite),
        "auth": TokenBasedAuth(credentials),
        "base_url": base_url,
        "headers": {"Content-Type": "application/json"},
        "trust_env": False,
        "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    }
