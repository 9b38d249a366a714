"""The signed ``requests.Session``: requests-oauthlib, by the account's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import requests
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client
from requests_oauthlib import OAuth1

from pytest_netsuite_tba.oauth1.target import Target

from .hosts import RealHostError, is_netsuite

if TYPE_CHECKING:
    from collections.abc import Callable

    from .credentials import Credentials
    from .hosts import Hosts


class SignedSession(requests.Session):
    """A session that signs; relative URLs mean the fake, and no proxy or certificate of the environment counts.

    ``Content-Type: application/json`` is sent unless told otherwise.
    """

    path = "/"  # what a relative URL is relative to

    def __init__(
        self, credentials: Credentials, base_url: Callable[[], str], hosts: Callable[[], Hosts | None]
    ) -> None:
        super().__init__()
        clock = credentials.clock

        class ClockedClient(Client):
            """oauthlib's client, its timestamp taken from the account's clock."""

            def get_oauth_params(self, request: Any) -> list[tuple[str, str]]:
                self.timestamp = str(int(clock.client_now()))
                parameters: list[tuple[str, str]] = super().get_oauth_params(request)  # type: ignore[no-untyped-call]  # oauthlib has no types
                return parameters

        self._base_url, self._hosts = base_url, hosts
        self.trust_env = False
        self.headers["Content-Type"] = "application/json"
        self.auth = OAuth1(
            credentials.consumer_key, credentials.consumer_secret, credentials.token_id, credentials.token_secret,
            signature_method=SIGNATURE_HMAC_SHA256, realm=credentials.account, client_class=ClockedClient,
        )  # fmt: skip

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request; a relative ``url`` is joined to the fake's."""
        if isinstance(url, str) and not Target.of(url).scheme:
            url = urljoin(self._base_url() + self.path, url)
        return super().request(method, url, *args, **kwargs)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send a prepared request; one to a NetSuite host goes through the fake's proxy, or nowhere.

        Raises:
            RealHostError: nothing leads that host to the fake.
        """
        host = urlsplit(request.url or "").hostname or ""
        if is_netsuite(host):
            hosts = self._hosts()
            if hosts is None:
                raise RealHostError(host)
            kwargs |= {"proxies": dict.fromkeys(("http", "https"), hosts.proxy_url), "verify": str(hosts.ca_file)}
        return super().send(request, **kwargs)


class RestSession(SignedSession):
    """The same for REST web services: a relative URL, ``record/v1/customer``, is one below ``/services/rest/``."""

    path = "/services/rest/"

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request; a relative ``url`` may begin with a slash."""
        if isinstance(url, str) and not Target.of(url).scheme and not url.startswith(self.path):
            url = url.lstrip("/")
        return super().request(method, url, *args, **kwargs)
