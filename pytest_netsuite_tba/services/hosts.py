"""Which account does a request call? Row 1 of the table of checks."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.oauth1.encoding import form_decode, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pytest_netsuite_tba.account.records import Account

NETSUITE = ".netsuite.com"
# What follows the account's label in a host name (Oracle section_1498251763).
SERVICES = ("restlets.api", "suitetalk.api", "app", "extforms", "shop", "secure")
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


def account_called(request: SignedRequest, accounts: Mapping[str, Account]) -> Account | None:
    """Give the account that the request calls, or None where its host is NetSuite's but no account's.

    A NetSuite host names its account. Any other host (the fake's own address) belongs to the account that the
    realm names, else to the first account, whose realm check then refuses it.
    """
    host = request.host.lower().rpartition(":")[0] if ":" in request.host else request.host.lower()
    host = host.rstrip(".").replace("_", "-")
    if host.endswith(NETSUITE):
        label, _, service = host.removesuffix(NETSUITE).partition(".")
        if service not in SERVICES:
            return None
        return next((one for one in accounts.values() if one.host_label == label), None)
    header = request.authorization
    realms = [form_decode(one.raw) for one in header.parameters if one.name == "realm"] if header else []
    return accounts.get(realms[0] if realms else "") or next(iter(accounts.values()))
