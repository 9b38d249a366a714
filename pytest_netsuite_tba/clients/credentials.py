"""What a client needs to sign: the credentials of one token, and the clients that use them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from pytest_netsuite_tba.account.records import NETSUITE
from pytest_netsuite_tba.extras import MissingExtraError
from pytest_netsuite_tba.oauth1.signer import base_string_for, signed_header

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType
    from wsgiref.types import WSGIApplication

    import httpx as httpx_library
    import httpx2 as httpx2_library
    import requests as requests_library

    from pytest_netsuite_tba.account.clock import Clock
    from pytest_netsuite_tba.account.records import Account

    from .wsgi import NetSuiteClient


class RealHostError(RuntimeError):
    """A signed client was about to call the real NetSuite."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} would be the real NetSuite: ask for the fixture netsuite_hosts (extra 'tls'), or give a relative URL"
        )


class Hosts(Protocol):
    """How NetSuite's own host names reach the fake."""

    @property
    def proxy_url(self) -> str:
        """The proxy that leads there."""

    @property
    def ca_file(self) -> Path:
        """The certificates to trust, PEM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The credentials of one token, as they were when this was made.

    Attributes:
        account: account id, the realm.
        consumer_key, consumer_secret: of the integration record.
        token_id, token_secret: of the token.

    """

    account: str
    consumer_key: str
    consumer_secret: str = field(repr=False)
    token_id: str
    token_secret: str = field(repr=False)
    records: Account = field(repr=False, compare=False)
    application: WSGIApplication = field(repr=False, compare=False)
    base_url: Callable[[], str] = field(repr=False, compare=False)
    hosts: Callable[[], Hosts | None] = field(repr=False, compare=False)

    def way_to(self, host: str) -> Hosts | None:
        """Give the way to a host: None means straight to it, as to the fake's own address.

        Raises:
            RealHostError: it is NetSuite's, and nothing leads it to the fake.

        """
        name = host.lower().rstrip(".")
        if not name.endswith(NETSUITE):
            return None
        hosts = self.hosts()
        if hosts is None:
            raise RealHostError(host)
        return hosts

    @property
    def clock(self) -> Clock:
        """The account's clock; clients sign by its ``client_now()``."""
        return self.records.clock

    def authorization(self, method: str, url: str, form: str = "") -> str:
        """Sign one request and give its Authorization header.

        ``url`` is absolute and spelt as it will be sent; ``form`` is the body where that is a form. The nonce is
        20 characters, the timestamp the clients' time.
        """
        return signed_header(
            base_string_for(method, url, form),
            consumer_key=self.consumer_key,
            consumer_secret=self.consumer_secret,
            token_id=self.token_id,
            token_secret=self.token_secret,
            realm=self.account,
            nonce=secrets.token_hex(10),
            timestamp=str(int(self.clock.client_now())),
        ).authorization

    def client(self) -> NetSuiteClient:
        """Make an in-process client: no socket, no extra."""
        from .wsgi import NetSuiteClient

        return NetSuiteClient(self.application, self)

    def requests(self) -> requests_library.Session:
        """Make a signed ``requests.Session``.

        Raises:
            MissingExtraError: the extra ``requests`` is not installed.

        """
        _needed("requests_oauthlib", "requests")
        from .requests import SignedSession

        return SignedSession(self)

    def rest(self) -> requests_library.Session:
        """Make the same for REST web services: a relative URL is one below ``/services/rest/``."""
        _needed("requests_oauthlib", "requests")
        from .requests import RestSession

        return RestSession(self)

    def httpx(self) -> httpx_library.Client:
        """Make a signed ``httpx.Client``; raises as :meth:`requests`."""
        from .httpx import client_options

        module = _needed("httpx", "httpx")
        client: httpx_library.Client = module.Client(**client_options(self, module.HTTPTransport))
        return client

    def async_httpx(self) -> httpx_library.AsyncClient:
        """Make a signed ``httpx.AsyncClient``; raises as :meth:`requests`."""
        from .httpx import async_client_options

        module = _needed("httpx", "httpx")
        client: httpx_library.AsyncClient = module.AsyncClient(**async_client_options(self, module))
        return client

    def httpx2(self) -> httpx2_library.Client:
        """Make a signed ``httpx2.Client``; raises as :meth:`requests`."""
        from .httpx import client_options

        module = _needed("httpx2", "httpx2")
        client: httpx2_library.Client = module.Client(**client_options(self, module.HTTPTransport))
        return client

    def async_httpx2(self) -> httpx2_library.AsyncClient:
        """Make a signed ``httpx2.AsyncClient``; raises as :meth:`requests`."""
        from .httpx import async_client_options

        module = _needed("httpx2", "httpx2")
        client: httpx2_library.AsyncClient = module.AsyncClient(**async_client_options(self, module))
        return client


def _needed(module: str, extra: str) -> ModuleType:
    """Import the library of an extra, or say how to install it."""
    try:
        return import_module(module)
    except ModuleNotFoundError:
        raise MissingExtraError("this client", extra) from None
