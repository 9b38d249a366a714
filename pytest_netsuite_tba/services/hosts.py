"""Which service of which account does a request call? Row 1 of the table of checks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from pytest_netsuite_tba.account.records import NETSUITE, spelt
from pytest_netsuite_tba.login.refusals import BY_ID
from pytest_netsuite_tba.login.refusals.transport import WRONG_DATA_CENTER
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.oauth1.encoding import to_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.login.refusal import Refusal

Name = Literal["restlet", "rest", "soap", "token", "discovery", "ui"]

SOAP_PATH = "/services/NetSuitePort_"
# What a path begins with -> the service that it calls. Any other path belongs to the host's first service.
PATHS: tuple[tuple[str, Name], ...] = (
    ("/app/site/hosting/restlet.nl", "restlet"),
    ("/services/rest/", "rest"),
    (SOAP_PATH, "soap"),
    ("/wsdl/", "soap"),
    ("/rest/requesttoken", "token"),
    ("/rest/accesstoken", "token"),
    ("/rest/issuetoken", "token"),
    ("/rest/revoketoken", "token"),
    ("/rest/tokeninfo", "token"),
    ("/rest/datacenterurls", "discovery"),
    ("/rest/roles", "discovery"),
    ("/app/login/", "ui"),
)
# What follows the account's label in a host name -> the services there (Oracle section_1498251763).
DOMAINS: dict[str, tuple[Name, ...]] = {
    "restlets.api": ("restlet", "token", "discovery"),
    "suitetalk.api": ("rest", "soap"),
    "app": ("restlet", "ui", "token", "discovery"),
    "extforms": ("restlet",),
    "shop": ("restlet",),
    "secure": ("restlet",),
}
# Hosts that no account has to itself, by the name before .netsuite.com (Oracle chapter_157011836591).
SHARED: dict[str, tuple[Name, ...]] = {
    "rest": ("discovery", "token", "rest"),
    "system": ("token", "ui", "discovery"),
    "webservices": ("soap",),
}
_PASSPORTS_ACCOUNT = re.compile(rb"<(?:[\w.-]+:)?account\b[^>]*>\s*([^<\s]+)\s*<")
HEADERS = "netsuite_tba.headers"  # WSGI key of our listener: the headers as sent, repeated ones repeated


def signed_request(environ: Mapping[str, Any], body: bytes) -> SignedRequest:
    """Make a request of a WSGI environ; the raw target and headers where the server kept them, else rebuilt."""
    target = environ.get("REQUEST_URI") or environ.get("RAW_URI") or _rebuilt_target(environ)
    if "?" not in target and environ.get("QUERY_STRING"):  # werkzeug's EnvironBuilder leaves it out
        target = f"{target}?{environ['QUERY_STRING']}"
    port = environ.get("SERVER_PORT", "")
    return SignedRequest(
        method=environ["REQUEST_METHOD"],
        target=to_text(target.encode("latin-1")),
        host=environ.get("HTTP_HOST") or f"{environ.get('SERVER_NAME', 'localhost')}:{port}",
        scheme=environ.get("wsgi.url_scheme", "http"),
        headers=environ.get(HEADERS) or tuple(_rebuilt_headers(environ)),
        body=body,
        remote_address=environ.get("REMOTE_ADDR") or "127.0.0.1",
    )


def _rebuilt_target(environ: Mapping[str, Any]) -> str:
    path = quote(
        (environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1"), safe="/~:@!$&'()*+,;="
    )
    query = environ.get("QUERY_STRING", "")
    return f"{path}?{query}" if query else path


def _rebuilt_headers(environ: Mapping[str, Any]) -> list[tuple[str, str]]:
    headers = [
        (key[5:].replace("_", "-").title(), to_text(value.encode("latin-1", "replace")))
        for key, value in environ.items()
        if key.startswith("HTTP_")
    ]
    for key, name in (("CONTENT_TYPE", "Content-Type"), ("CONTENT_LENGTH", "Content-Length")):
        if environ.get(key):
            headers.append((name, environ[key]))
    return headers


class MisdirectedError(Exception):
    """Row 1: the request is at a host where nothing of this kind is.

    Attributes:
        refusal: what is said of it.
        service: that the path names.
        account: whose host it is, or None.
        location: where the client is sent instead, or ``""``.

    """

    def __init__(
        self, refusal: Refusal, account: Account | None = None, *, service: Name | None = None, location: str = ""
    ) -> None:
        super().__init__(refusal.cause)
        self.service: Name = service or "restlet"
        self.refusal = refusal
        self.account = account
        self.location = location


def called(request: SignedRequest, accounts: Mapping[str, Account]) -> tuple[Name, Account | None]:
    """Give the service and the account that a request calls; no account where the host is one for all of them.

    A NetSuite host names its account. Any other host (the fake's own address) has every service, and belongs to
    the account that the realm names, else to the first account, whose realm check then refuses it.

    Raises:
        MisdirectedError: the host is of no account served here, or has no such service.

    """
    path = request.path
    wanted: Name | None = None
    for prefix, service in PATHS:
        if path.startswith(prefix):
            wanted = service
            break
    host = request.host.lower().rpartition(":")[0] if ":" in request.host else request.host.lower()
    host = host.rstrip(".")
    if not host.endswith(NETSUITE):
        return wanted or "restlet", _account_named(request, accounts)
    label, _, domain = host.removesuffix(NETSUITE).partition(".")
    if not domain and wanted in SHARED.get(label, ()):
        return wanted, None
    if label == "rest" and wanted == "restlet" and request.method == "GET":
        _check_data_center(request, _account_named(request, accounts))
    account = next((one for one in accounts.values() if one.host_label == label), None)
    services = DOMAINS.get(domain)
    if services is None or account is None:
        cause = f"The host {request.host!r} is of no account that is served here ({', '.join(accounts)})."
        raise MisdirectedError(BY_ID["unknown-host"].because(cause), service=wanted)
    if wanted is None or wanted in services:
        return wanted or services[0], account
    if wanted == "rest" and "restlet" in services:
        raise MisdirectedError(BY_ID["rest-on-restlets-host"], account)
    cause = f"The host {request.host!r} has no service at {path[:80]!r}."
    raise MisdirectedError(BY_ID["unknown-host"].because(cause), service=wanted)


def _check_data_center(request: SignedRequest, account: Account) -> None:
    """Raise where the account's data centre still sends such a call on, by ``Behaviour.shared_hosts_redirect``."""
    if account.behaviour.shared_hosts_redirect:
        own = f"https://{account.restlets_host}{request.path}{'?' if request.query else ''}{request.query}"
        raise MisdirectedError(WRONG_DATA_CENTER, account, location=own)


def host_of(service: Name, account: Account) -> str:
    """Give the account's host for a service."""
    domain = next(domain for domain, services in DOMAINS.items() if service in services)
    return f"{account.host_label}.{domain}{NETSUITE}"


def _account_named(request: SignedRequest, accounts: Mapping[str, Account]) -> Account:
    """Give the account that the realm (of NLAuth: ``nlauth_account``), or the ``tokenPassport``, names, however spelt.

    Else the account of the token that was sent, else the first: the realm's own check then refuses the call.
    """
    if len(accounts) == 1:
        return next(iter(accounts.values()))
    header = request.authorization
    named_by = ("realm", "nlauth_account")
    names = [one.value for one in header.parameters if one.name in named_by] if header else []
    if not names and b"tokenPassport" in request.body:
        names = [to_text(one) for one in _PASSPORTS_ACCOUNT.findall(request.body)]
    name = names[0] if names else ""
    named = accounts.get(name) or accounts.get(spelt(name))
    if named is not None:
        return named
    sent = {one.value for one in header.parameters if one.name == "oauth_token"} if header else set()
    owners = (one for one in accounts.values() if any(token.id in sent for token in one.tokens.values()))
    return next(owners, None) or next(iter(accounts.values()))
