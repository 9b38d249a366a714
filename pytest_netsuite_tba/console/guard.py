"""Who may use the console: this machine, or whoever has the token; and no page of another site."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from typing import TYPE_CHECKING

from werkzeug import Response

from .answers import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug import Request

# What browsers say of where a request comes from (Fetch Metadata); whoever says nothing is no browser's page.
_OWN_SITES = {"same-origin", "none"}
# What an HTML form cannot harm by; DELETE is never sent across origins unasked (Fetch standard, CORS-safelisted method).
_SAFE_FROM_FORMS = {"GET", "HEAD", "DELETE"}


class Guard:
    """Lets a request to the console in, or refuses it.

    Args:
        token: without one, only this machine is let in; with one, only who has it, wherever from.
        admin_hosts: names besides loopback's own that ``Host`` may hold; a port is ignored.
        page: path of the page, where a browser exchanges the token for a cookie.
        open_paths: with a token, these need none, nor a Host of ours: an orchestrator asks by an address of its own.
    """

    def __init__(
        self, token: str | None, admin_hosts: Iterable[str], page: str, open_paths: Iterable[str] = ()
    ) -> None:
        self._token = token
        self._admin_hosts = {host_name(host) for host in admin_hosts}
        self._page = page
        self._open_paths = frozenset(open_paths)
        self._session = secrets.token_urlsafe(32)

    def check(self, request: Request) -> Response | None:
        """Let a request go on by None, or answer with the redirect that ends the exchange of the token.

        Raises:
            ApiError: it may not.
        """
        if self._token is not None and request.path in self._open_paths:
            return None
        self._check_host(request)
        self._check_origin(request)
        self._check_site(request)
        if self._token is None:
            if not is_loopback(request.remote_addr or ""):
                raise ApiError(403, "the console answers this machine only; netsuite-tba serve --expose opens it")
            return None
        given = request.args.get("token") if request.path == self._page else None
        if given is not None and _same(given, self._token):
            return self._exchange(request)
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and _same(bearer.strip(), self._token):
            return None
        if _same(request.cookies.get(self._cookie(request), ""), self._session):
            return None
        raise ApiError(
            401,
            "the console needs the token that the server printed at its start: "
            "Authorization: Bearer TOKEN, or /__admin/?token=TOKEN in a browser",
            headers={"WWW-Authenticate": 'Bearer realm="netsuite-tba console"'},
        )

    def _check_host(self, request: Request) -> None:
        """Refuse a name that somebody else's DNS may have pointed here (DNS rebinding)."""
        host = host_name(request.environ.get("HTTP_HOST", ""))
        if not is_loopback(host) and host not in self._admin_hosts:
            cure = "netsuite-tba serve --admin-host NAME lets it be"
            raise ApiError(403, f"Host {host[:80]!r} is not one of this console; {cure}")

    @staticmethod
    def _check_origin(request: Request) -> None:
        """Refuse what a page of another site sends (RFC 6454); whoever sends no Origin is no such page."""
        origin = request.headers.get("Origin")
        own = f"{request.scheme}://{request.environ.get('HTTP_HOST', '')}"
        if origin is not None and origin.lower() != own.lower():
            raise ApiError(403, f"Origin {origin[:80]!r} is another site's; the console answers its own page only")

    def _check_site(self, request: Request) -> None:
        """Refuse what a page of another site sends without an Origin, as it may a GET or HEAD; its links open the page."""
        site = request.headers.get("Sec-Fetch-Site", "none")
        is_link = (
            request.headers.get("Sec-Fetch-Mode") == "navigate" and request.headers.get("Sec-Fetch-Dest") == "document"
        )
        if site.lower() not in _OWN_SITES and not (is_link and request.method == "GET" and request.path == self._page):
            raise ApiError(
                403, f"Sec-Fetch-Site {site[:80]!r}: another site asks; the console answers its own page only"
            )

    @staticmethod
    def check_content_type(request: Request) -> None:
        """Refuse a write that an HTML form of another site could send (CSRF).

        Raises:
            ApiError: its Content-Type is not application/json.
        """
        if request.method not in _SAFE_FROM_FORMS and request.mimetype != "application/json":
            sent = request.mimetype[:80] or "nothing"
            raise ApiError(415, f"Content-Type is {sent!r}; expected application/json, with or without a body")

    def _exchange(self, request: Request) -> Response:
        response = Response(status=303, headers={"Location": self._page})
        response.set_cookie(
            self._cookie(request), self._session, path=self._page, httponly=True, samesite="Strict",
            secure=request.scheme == "https",
        )  # fmt: skip
        return response

    @staticmethod
    def _cookie(request: Request) -> str:
        """Name the cookie; with the port, since browsers send one host's cookies to all of its ports."""
        return f"netsuite-tba-{request.environ.get('SERVER_PORT', '')}"


def host_name(host: str) -> str:
    """Return a Host without its port, in lower case, an IPv6 address without its brackets."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] if host.count(":") == 1 else host


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own (RFC 6761 section 6.3 for ``localhost``)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))
