"""Which hosts are an account's, and which roles are a user's: /rest/datacenterurls and /rest/roles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.records import NETSUITE, as_account_id
from pytest_netsuite_tba.login import checks
from pytest_netsuite_tba.login.refusals.token_endpoints import BY_TOKEN_ID
from pytest_netsuite_tba.tokens.user_checks import ENTITY_CHECKS, UserLogin, why_unusable

from . import authorize_page, rest_web_services, restlets
from .bodies import json_reply
from .endpoints import RefusedError, account_of, account_of_host, log_in, parameter, refuse, serve, user_credentials
from .service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.account.users import Entity

    from .reply import Reply
    from .service import Exchange

# With a hyphen it is none, by `Behaviour.hyphen_in_company_id` (docs/rules.md 6).
_ACCOUNT_ID = re.compile(r"[A-Za-z0-9]+(?:_[A-Za-z0-9]+)?")
_LONGEST_ID = 64


def data_center_urls(exchange: Exchange) -> Reply:
    """Tell an account's domains to anybody (Oracle chapter_157011836591)."""
    sent = {name for name, _ in exchange.request.query_parameters}
    wanted = parameter(exchange.request, "c" if "c" in sent and "account" not in sent else "account")
    asked = wanted.replace("-", "_") if _knows_hyphens(exchange.called) else wanted
    if len(wanted) > _LONGEST_ID or _ACCOUNT_ID.fullmatch(asked) is None:
        raise RefusedError(
            BY_TOKEN_ID["bad-parameter"]
            .because(f"{wanted[:80]!r} is no account id; write it as NetSuite does, as 1234567_SB1.")
            .saying("Company ID is invalid")
        )
    return json_reply(domains(account_named(exchange, wanted)))


def account_named(exchange: Exchange, name: str) -> Account | None:
    """The account of that id, in capitals or not; with a hyphen for the underscore where ``Behaviour`` says so."""
    account = exchange.accounts.get(name) or exchange.accounts.get(as_account_id(name))
    return account if account is None or "-" not in name or _knows_hyphens(account) else None


def _knows_hyphens(account: Account) -> bool:
    return account.behaviour.hyphen_in_company_id == "account"


def roles(exchange: Exchange) -> Reply:
    """List a user's roles; a call that names the account lists that account's only (Oracle section_4639983016)."""
    credentials = user_credentials(exchange.request)
    desk, account = exchange.desk, account_of_host(exchange)
    if credentials.account:
        homes: tuple[Account, ...] = (account_of(credentials, account, exchange.accounts),)
    elif not (credentials.email and credentials.password):
        raise RefusedError(BY_TOKEN_ID["user-incomplete"])
    else:
        homes = (account,) if account else desk.homes(credentials.email, credentials.password)
    listed: list[object] = []
    for home in homes:
        login = UserLogin(exchange.request, home, credentials)
        attempt = exchange.keep(desk.log_in(login, ENTITY_CHECKS, logged=False))
        if attempt.refusal is not None:
            return refuse(exchange, attempt.refusal)
        with home.lock:
            listed += _roles(home, login.found_entity, named=bool(credentials.account or account))
    return json_reply(listed)


def _roles(account: Account, entity: Entity, *, named: bool) -> Iterator[object]:
    for role in entity.roles:
        if why_unusable(entity, role) is None and (named or not role.customer_center):
            yield {
                "account": {"internalId": account.id, "name": account.name, "type": account.type},
                "role": {"internalId": role.id, "name": role.name},
                "dataCenterURLs": domains(account),
            }


def domains(account: Account | None) -> dict[str, str]:
    """An account's domains; those that all accounts share where it is not known."""
    if account is None:
        shared = {"webservicesDomain": "webservices", "restDomain": "rest", "systemDomain": "system"}
        return {name: f"https://{label}{NETSUITE}" for name, label in shared.items()}
    return {
        "webservicesDomain": f"https://{rest_web_services.SERVICE.host_of(account)}",
        "restDomain": f"https://{restlets.SERVICE.host_of(account)}",
        "systemDomain": f"https://{authorize_page.SERVICE.host_of(account)}",
    }


ENDPOINTS = {"/rest/datacenterurls": ("GET", data_center_urls), "/rest/roles": ("GET", roles)}
SERVICE = Service(
    name="discovery", channel="token", domains=("restlets.api", "app"), shared=("rest", "system"),
    paths=tuple(ENDPOINTS), checks=checks.RESTLET, refuse=refuse,
    login=lambda exchange: log_in(exchange, ENDPOINTS), serve=lambda exchange: serve(exchange, ENDPOINTS),
)  # fmt: skip
