"""Which service of which account does a request call? Row 1 of the table of checks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.records import NETSUITE, as_account_id
from pytest_netsuite_tba.login.refusals import BY_ID
from pytest_netsuite_tba.login.refusals.transport import WRONG_DATA_CENTER
from pytest_netsuite_tba.oauth1.encoding import to_text
from pytest_netsuite_tba.oauth1.target import Target, host_and_port

from .envelopes import wrong_data_center
from .restlets import SERVICE as RESTLETS
from .table import ELSEWHERE, SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.login.refusal import Refusal
    from pytest_netsuite_tba.login.request import SignedRequest

    from .reply import Reply
    from .service import Exchange, Service

_AT_DOMAIN = {
    domain: tuple(service for service in SERVICES if domain in service.domains)
    for domain in dict.fromkeys(domain for service in SERVICES for domain in service.domains)
}
# Hosts of an account where other things run: pages, forms, the web shop (Oracle section_1498251763).
_OF_OTHER_THINGS = ("extforms", "shop", "secure")
# Hosts of old that no account has to itself: rest, webservices.na1, system, ...
_SHARED = re.compile(r"(rest|system|webservices)(\.(na|eu|ap)[0-9]+|\.sandbox|\.beta)?")
# Domain and service -> the refusal of its own that is known for it.
_ELSEWHERE = {
    ("restlets.api", "rest"): "rest-on-restlets-host",
    ("app", "rest"): "rest-on-restlets-host",
    ("suitetalk.api", "restlet"): "restlet-on-suitetalk-host",
}
_PASSPORTS_ACCOUNT = re.compile(rb"<(?:[\w.-]+:)?account\b[^<>]*>\s*([^<\s]+)\s*<")


class MisdirectedError(Exception):
    """Row 1: the request is at a host where nothing of this kind is.

    Attributes:
        refusal: what is said of it.
        service: that the path names, else RESTlets.
        account: whose host it is, or None.
        location: where the client is sent instead, or ``""``.
        answer: makes attempt and reply where it is not answered as a RESTlet call is, or None.
    """

    def __init__(
        self,
        refusal: Refusal,
        account: Account | None = None,
        *,
        service: Service | None = None,
        location: str = "",
        answer: Callable[[Exchange], Reply] | None = None,
    ) -> None:
        super().__init__(refusal.cause)
        self.service = service or RESTLETS
        self.refusal = refusal
        self.account = account
        self.location = location
        self.answer = answer


def route(request: SignedRequest, accounts: Mapping[str, Account]) -> tuple[Service, Account | None]:
    """The service and the account that a request calls; no account where the host is one for all of them.

    A path of no service belongs to :data:`.table.ELSEWHERE`. A NetSuite host names its account. Any other host (the fake's own address) has every service, and belongs to
    the account that the realm names, else to the first account, whose realm check then refuses it.

    Raises:
        MisdirectedError: the host is of no account served here, or has no such service.
    """
    wanted = None
    for service in SERVICES:
        if request.path.startswith(service.paths):
            wanted = service
            break
    host = host_and_port(request.host.lower())[0].rstrip(".")
    if not host.endswith(NETSUITE):
        return wanted or ELSEWHERE, _account_named(request, accounts)
    name = host.removesuffix(NETSUITE)
    label, _, domain = name.partition(".")
    account = next((account for account in accounts.values() if account.host_label == label), None)
    _check_scheme(request, account or next(iter(accounts.values())))
    if not domain and wanted is not None and label in wanted.shared:
        return wanted, None
    if wanted is None and (account is not None or domain not in _AT_DOMAIN):
        return ELSEWHERE, account
    if wanted is None or account is None:
        raise _of_no_account(request, name, wanted, accounts)
    if wanted in _AT_DOMAIN.get(domain, ()):
        return wanted, account
    raise _elsewhere(request, domain, wanted, account)


def _of_no_account(
    request: SignedRequest, name: str, wanted: Service | None, accounts: Mapping[str, Account]
) -> MisdirectedError:
    """Why nobody answers at a host of no account; those of old have answers of their own."""
    if _SHARED.fullmatch(name) and wanted is not None and wanted.name == "rest":
        return MisdirectedError(BY_ID["unknown-host"], service=wanted, answer=wrong_data_center)
    if name.partition(".")[0] == "rest" and wanted is RESTLETS and request.method == "GET":
        named = _account_named(request, accounts)
        if named.behaviour.shared_hosts_redirect:
            own = Target("https", named.restlets_host, request.path, request.query)
            return MisdirectedError(WRONG_DATA_CENTER, named, location=own.url)
    cause = f"The host {request.host!r} is of no account that is served here ({', '.join(accounts)})."
    return MisdirectedError(BY_ID["unknown-host"].because(cause), service=wanted)


def _elsewhere(request: SignedRequest, domain: str, wanted: Service, account: Account) -> MisdirectedError:
    """Why a service does not answer at a host of the account."""
    if (domain, wanted.name) in _ELSEWHERE:
        return MisdirectedError(BY_ID[_ELSEWHERE[domain, wanted.name]], account)
    cause = f"The host {request.host!r} has no service at {request.path[:80]!r}."
    if domain in _OF_OTHER_THINGS:
        return MisdirectedError(BY_ID["no-service-at-host"].because(cause), account, service=wanted)
    return MisdirectedError(BY_ID["unknown-host"].because(cause), service=wanted)


def _check_scheme(request: SignedRequest, account: Account) -> None:
    """Raise for a call by plain http, where ``Behaviour.plain_http`` refuses those."""
    if request.scheme == "http" and account.behaviour.plain_http == "refused":
        raise MisdirectedError(BY_ID["plain-http"], account)


def _account_named(request: SignedRequest, accounts: Mapping[str, Account]) -> Account:
    """The account that the realm (of NLAuth: ``nlauth_account``), or the ``tokenPassport``, names, however spelt.

    Else the account of the token that was sent, else the first: the realm's own check then refuses the call.
    """
    if len(accounts) == 1:
        return next(iter(accounts.values()))
    header = request.authorization
    sent = header.parameters if header else ()
    names = [parameter.value for parameter in sent if parameter.name in {"realm", "nlauth_account"}]
    if not names and b"tokenPassport" in request.body:
        found = _PASSPORTS_ACCOUNT.search(request.body)
        names = [to_text(found[1])] if found else []
    name = names[0] if names else ""
    named = accounts.get(name) or accounts.get(as_account_id(name))
    if named is not None:
        return named
    ids = {parameter.value for parameter in sent if parameter.name == "oauth_token"}
    owners = (account for account in accounts.values() if any(account.tokens.by("id", id) for id in ids))
    return next(owners, None) or next(iter(accounts.values()))
