"""What a user does on the authorize page, without the page: for tests that drive the flow without a browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_netsuite_tba.login.gate import first_refusal
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.oauth1.encoding import decode_query

from .nlauth import UserCredentials
from .user_checks import CHOICE_CHECKS, UserLogin

if TYPE_CHECKING:
    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.account.users import Entity, Role

    from .desk import Redirect, TokenDesk
    from .request_tokens import RequestToken

STATE = re.compile(r"[A-Za-z0-9]{0,512}")  # Oracle section_156536698849


_BY_HAND = SignedRequest(method="POST", target="/app/login/secure/authorizetoken.nl", host="")


def approve(
    desk: TokenDesk,
    request_token: str,
    *,
    entity: Entity | str | None,
    role: Role | int | None,
    account: Account | str | None,
    state: str,
    deny: bool,
) -> Redirect:
    """Allow or deny a request token; see ``NetSuiteServer.authorize``."""
    if "oauth_token=" in request_token:
        sent = dict(decode_query(request_token.partition("?")[2].partition("#")[0]))
        request_token, state = sent.get("oauth_token", ""), state or sent.get("state", "")
    if STATE.fullmatch(state) is None:
        raise ValueError(f"state is {state[:80]!r}; expected letters and digits, 512 at most")
    with desk.lock:
        token = desk.waiting(request_token)
        if token is None:
            raise ValueError(
                f"request token {request_token[:80]!r} does not wait for a user: it is unknown, used, denied or expired"
            )
        if deny:
            return desk.deny(token, state)
        home = _home(desk, token, account)
        who = home.entities.find(home.entities.first() if entity is None else entity, "authorize(entity=)")
        wanted = "" if role is None else str(home.roles.find(role, "authorize(role=)").id)
        wanted = wanted or _asked_for(who, token.role)
        credentials = UserCredentials(email=who.email, role=wanted)
        login = UserLogin(_BY_HAND, home, credentials, interface=True)
        refusal = first_refusal(login, CHOICE_CHECKS)
        if refusal is not None:
            raise ValueError(f"{who.email} cannot allow the request token: {refusal.cause} {refusal.cure}")
        return desk.allow(token, home, who, login.found_role, state)


def _home(desk: TokenDesk, token: RequestToken, account: Account | str | None) -> Account:
    """Find the account where the token will be: as given, as the first step named it, or the token's own."""
    if account is None:
        return token.account or token.home
    for served in desk.accounts.values():
        if account in (served.id, served):
            return served
    raise ValueError(
        f"account {getattr(account, 'id', account)!r} is not served here; valid: {', '.join(desk.accounts)}"
    )


def _asked_for(entity: Entity, wanted: str) -> str:
    """The role that the first step asked for, if the user has it: the page picks it too."""
    return wanted if any(str(role.id) == wanted for role in entity.roles) else ""
