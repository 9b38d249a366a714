"""The token endpoints: requesttoken, accesstoken, issuetoken, revoketoken, tokeninfo (Oracle chapter_157017286140)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from pytest_netsuite_tba.login import checks
from pytest_netsuite_tba.login.refusals.token_endpoints import BY_TOKEN_ID
from pytest_netsuite_tba.oauth1.encoding import percent_encode
from pytest_netsuite_tba.tokens.user_checks import ISSUE_CHECKS, REVOKE_CHECKS, UserLogin, find_token, why_not_revocable

from . import service
from .bodies import json_reply
from .endpoints import account_of, account_of_host, log_in, parameter, refuse, serve, user_credentials
from .reply import Reply
from .service import signed_login

if TYPE_CHECKING:
    from pytest_netsuite_tba.account.records import Account, Integration, Token
    from pytest_netsuite_tba.login.login import Login
    from pytest_netsuite_tba.login.refusal import Refusal

    from .service import Exchange

_FORM_TYPE = "application/x-www-form-urlencoded; charset=utf-8"


# -- the authorization flow --------------------------------------------------------------------------------------


def request_token(exchange: Exchange) -> Reply:
    """Step 1 (Oracle section_156338994830)."""
    attempt, token = exchange.desk.request_token(exchange.request, _named_account(exchange))
    exchange.keep(attempt)
    if token is None:
        return _refuse(exchange)
    pairs = {"oauth_token": token.id, "oauth_token_secret": token.secret, "oauth_callback_confirmed": "true"}
    return _form_reply(pairs | ({"role": token.role} if token.role else {}))


def access_token(exchange: Exchange) -> Reply:
    """Step 3 (Oracle section_156537025868)."""
    attempt, token = exchange.desk.access_token(exchange.request, _named_account(exchange))
    exchange.keep(attempt)
    if token is None:
        return _refuse(exchange)
    return _form_reply({"oauth_token": token.id, "oauth_token_secret": token.secret})


def _named_account(exchange: Exchange) -> Account | None:
    """The account if the request names it: by NetSuite's host, by the realm, or as the only one there is."""
    account, header = exchange.account, exchange.request.authorization
    if account is None or len(exchange.accounts) == 1:
        return account
    realm = header is not None and any(parameter.name == "realm" for parameter in header.parameters)
    return account if realm else account_of_host(exchange)


# -- by user credentials, or by a signature ------------------------------------------------------------------------


def issue_token(exchange: Exchange) -> Reply:
    """A token for user credentials; never OAuth-signed."""
    credentials = user_credentials(exchange.request)
    consumer_key, name = parameter(exchange.request, "consumerKey"), parameter(exchange.request, "name", required=False)
    account = account_of(credentials, account_of_host(exchange), exchange.accounts)
    accounts = exchange.accounts.values()
    login = UserLogin(exchange.request, account, credentials, consumer_key=consumer_key, accounts=accounts)
    made: list[Token] = []

    def issue(login: UserLogin) -> None:
        integration = cast("Integration", login.integration)
        made.append(account.issue_token(integration, login.found_entity, login.found_role, name))
        login.token_name = made[0].name

    exchange.keep(exchange.desk.log_in(login, ISSUE_CHECKS, then=issue))
    if not made:
        return _refuse(exchange)
    return json_reply({"tokenId": made[0].id, "tokenSecret": made[0].secret})


def revoke_token(exchange: Exchange) -> Reply:
    """The end of a token, by its user's credentials or by a signature."""
    request, header = exchange.request, exchange.request.authorization
    if header is not None and header.scheme.lower() == "nlauth":
        credentials = user_credentials(request)
        consumer_key, token_id = parameter(request, "consumerKey"), parameter(request, "token")
        account = account_of(credentials, account_of_host(exchange), exchange.accounts)
        user = UserLogin(request, account, credentials, consumer_key=consumer_key, token_id=token_id)

        def revoke(user: UserLogin) -> None:
            user.token_name = _revoke(account, token_id).name

        exchange.keep(exchange.desk.log_in(user, REVOKE_CHECKS, then=revoke))
        return _confirm(exchange)
    consumer_key, token_id = parameter(request, "consumerKey"), parameter(request, "token")

    def role_may_revoke(login: Login) -> Refusal | None:
        may = login.found_token.role.may_make_tokens
        return None if may else BY_TOKEN_ID["user-insufficient-permission"]

    def token_is_the_users_own(login: Login) -> Refusal | None:
        return why_not_revocable(login.account, login.found_token.entity, consumer_key, token_id)

    def revoke_by_signature(login: Login) -> None:
        login.token_shown = _revoke(login.account, token_id)

    checks = (*exchange.service.checks, role_may_revoke, token_is_the_users_own)
    exchange.keep(exchange.gate.judge(signed_login(exchange), checks, then=revoke_by_signature))
    return _confirm(exchange, challenged=True)


def token_info(exchange: Exchange) -> Reply:
    """What a token stands for; OAuth-signed. Oracle says which facts, and not their names (docs/rules.md 7.2)."""
    login = signed_login(exchange)
    exchange.keep(exchange.gate.judge(login, exchange.service.checks))
    if not exchange.attempts[-1].accepted:
        return _refuse(exchange, challenged=True)
    token = login.found_token
    facts = {
        "companyName": login.account.name,
        "companyId": login.account.id,
        "roleName": token.role.name,
        "roleId": token.role.id,
        login.account.behaviour.tokeninfo_entity_name: token.entity.id,
    }
    return json_reply(facts)


def _refuse(exchange: Exchange, *, challenged: bool = False) -> Reply:
    return refuse(exchange, cast("Refusal", exchange.attempts[-1].refusal), challenged=challenged)


def _form_reply(pairs: dict[str, str]) -> Reply:
    body = "&".join(f"{name}={percent_encode(value)}" for name, value in pairs.items())
    return Reply.of(body.encode(), _FORM_TYPE)


def _revoke(account: Account, token_id: str) -> Token:
    token = cast("Token", find_token(token_id, account))  # checked under the same lock
    token.revoke()
    return token


def _confirm(exchange: Exchange, *, challenged: bool = False) -> Reply:
    if not exchange.attempts[-1].accepted:
        return _refuse(exchange, challenged=challenged)
    return Reply.of(b"")


ENDPOINTS = {
    "/rest/requesttoken": ("POST", request_token),
    "/rest/accesstoken": ("POST", access_token),
    "/rest/issuetoken": ("GET", issue_token),
    "/rest/revoketoken": ("GET", revoke_token),
    "/rest/tokeninfo": ("GET", token_info),
}


SERVICE = service.Service(
    name="token", channel="token", domains=("restlets.api", "app"), shared=("rest", "system"),
    paths=tuple(ENDPOINTS), checks=checks.TOKEN_ENDPOINTS, refuse=refuse,
    login=lambda exchange: log_in(exchange, ENDPOINTS), serve=lambda exchange: serve(exchange, ENDPOINTS),
)  # fmt: skip
