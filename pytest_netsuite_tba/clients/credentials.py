"""What a client needs to sign: the credentials of one token."""
# mypy: disable-error-code="no-any-return"
# What makes the clients knows their types no better than by name; they are declared here.

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from pytest_netsuite_tba.account.clock import Clock
from pytest_netsuite_tba.oauth1.signer import base_string_for, signed_header

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx as httpx_library
    import httpx2 as httpx2_library
    import requests as requests_library
    from werkzeug.test import Client

Kind = Literal["client", "requests", "rest", "httpx", "async_httpx", "httpx2", "async_httpx2"]


def _no_client(kind: Kind, credentials: Credentials) -> NoReturn:
    raise RuntimeError(
        f"{kind}() needs a fake to call, and these credentials of {credentials.account} belong to none: "
        "take those of netsuite.credentials_for(token)"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The credentials of one token, as they were when this was made; equal where the five texts are.

    Its clients call the fake that made it; without one they raise a ``RuntimeError``, and where their library is not
    installed a ``MissingExtraError``, which names the extra.

    Attributes:
        account: account id, the realm.
        consumer_key, consumer_secret: of the integration record.
        token_id, token_secret: of the token.
        clock: the account's; clients sign by its ``client_now()``, which is the system's time unless it is given.
        make_client: makes the clients; a server hands it in.
    """

    account: str
    consumer_key: str
    consumer_secret: str = field(repr=False)
    token_id: str
    token_secret: str = field(repr=False)
    clock: Clock = field(default_factory=Clock, repr=False, compare=False)
    make_client: Callable[[Kind, Credentials], Any] = field(default=_no_client, repr=False, compare=False)

    def authorization(self, method: str, url: str, form: str = "") -> str:
        """Sign one request: the value of its Authorization header.

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

    def client(self) -> Client:
        """Make an in-process client, werkzeug's: no socket, no extra."""
        return self.make_client("client", self)

    def requests(self) -> requests_library.Session:
        """Make a signed ``requests.Session``."""
        return self.make_client("requests", self)

    def rest(self) -> requests_library.Session:
        """Make the same for REST web services: a relative URL is one below ``/services/rest/``."""
        return self.make_client("rest", self)

    def httpx(self) -> httpx_library.Client:
        """Make a signed ``httpx.Client``."""
        return self.make_client("httpx", self)

    def async_httpx(self) -> httpx_library.AsyncClient:
        """Make a signed ``httpx.AsyncClient``."""
        return self.make_client("async_httpx", self)

    def httpx2(self) -> httpx2_library.Client:
        """Make a signed ``httpx2.Client``."""
        return self.make_client("httpx2", self)

    def async_httpx2(self) -> httpx2_library.AsyncClient:
        """Make a signed ``httpx2.AsyncClient``."""
        return self.make_client("async_httpx2", self)
