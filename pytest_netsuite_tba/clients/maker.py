"""Makes the signed clients of a fake; the module of each, and its library, come in when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pytest_netsuite_tba.extras import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

    from .credentials import Credentials, Kind
    from .hosts import Hosts


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientMaker:
    """What the clients of one account have to know of the fake.

    Attributes:
        application: the fake without a socket.
        restlets_host: the account's own, which a relative URL means in process.
        base_url: gives the fake's address, which a relative URL means elsewhere; it listens from then on.
        hosts: gives the way to it by NetSuite's own host names, None where there is none.
    """

    application: WSGIApplication
    restlets_host: str
    base_url: Callable[[], str]
    hosts: Callable[[], Hosts | None]

    def make(self, kind: Kind, credentials: Credentials) -> Any:
        """Make the client of that method of ``credentials``.

        Raises:
            MissingExtraError: its library is not installed.
        """
        if kind == "client":
            from .wsgi import NetSuiteClient

            return NetSuiteClient(self.application, credentials, self.restlets_host)
        extra = {"rest": "requests"}.get(kind) or kind.removeprefix("async_")
        try:
            library = import_module({"requests": "requests_oauthlib"}.get(extra, extra))
        except ModuleNotFoundError:
            raise MissingExtraError("this client", extra) from None
        if extra == "requests":
            from .requests import RestSession, SignedSession

            return (RestSession if kind == "rest" else SignedSession)(credentials, self.base_url, self.hosts)
        from .httpx import async_client, client

        return (client if kind == extra else async_client)(library, credentials, self.base_url(), self.hosts())
