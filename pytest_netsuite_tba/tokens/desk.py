"""The desk where tokens are made and revoked: it judges one request at a time and writes the trail."""

from __future__ import annotations

import hmac
import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.forks import free_in_child
from pytest_netsuite_tba.oauth1.encoding import to_bytes

from .callbacks import with_parameters
from .checks import ACCESS_TOKEN_CHECKS, REQUEST_TOKEN_CHECKS, FlowLogin
from .request_tokens import Approval, RequestToken, RequestTokens, TokenUse
from .user_checks import find_integration

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_netsuite_tba.account.records import Account, Integration, Token
    from pytest_netsuite_tba.account.users import Entity, Role
    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.login.gate import Gate
    from pytest_netsuite_tba.login.request import SignedRequest

    from .user_checks import UserCheck, UserLogin


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """Where the user's browser is sent in the end: the application's callback, with what it needs.

    Attributes:
        url: the callback with the parameters below (RFC 5849 section 2.2, Oracle section_156536698849).
        token: the request token.
        verifier: for the access-token step; empty after Deny.
        company: account id; company, role and entity are empty after Deny.
        role, entity: internal ids.
        state: as the application sent it.
    """

    url: str = field(repr=False)
    token: str
    verifier: str = field(repr=False)
    company: str = ""
    role: str = ""
    entity: str = ""
    state: str = ""


class TokenDesk:
    """The authorization flow and user log-ins, for all accounts of one fake.

    Attributes:
        request_tokens: those that wait for the user or for the access-token step.
        lock: held while one of them changes; an account's own lock is taken inside it, never around it.
    """

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.request_tokens = RequestTokens()
        self.lock = free_in_child(threading.RLock())

    @property
    def accounts(self) -> dict[str, Account]:
        """Every account, by id."""
        return self._gate.accounts

    def forget(self) -> None:
        """Forget the request tokens."""
        with self.lock:
            self.request_tokens = RequestTokens()

    # -- the flow --------------------------------------------------------------------------------------------

    def request_token(
        self, request: SignedRequest, account: Account | None
    ) -> tuple[LoginAttempt, RequestToken | None]:
        """Step 1: judge the request; the attempt, and the new request token if it may have one.

        ``account`` is the one that the host names; None at a host that all share.
        """
        login = self._login(request, account)
        with self.lock:
            attempt = self._gate.judge(login, REQUEST_TOKEN_CHECKS)
            if not attempt.accepted:
                return attempt, None
            parameters = login.parameters
            token = RequestToken(
                consumer_key=parameters["oauth_consumer_key"], home=login.home,
                account=login.account if login.names_account else None, callback=parameters["oauth_callback"],
                role=parameters.get("role", ""), created=login.home.clock.now(),
            )  # fmt: skip
            return attempt, self.request_tokens.add(token)

    def access_token(self, request: SignedRequest, account: Account | None) -> tuple[LoginAttempt, Token | None]:
        """Step 3: judge the request; the attempt, and the new token. The request token is spent."""
        login = self._login(request, account)
        with self.lock:
            attempt = self._gate.judge(login, ACCESS_TOKEN_CHECKS, then=self._exchange)
            return attempt, login.token if attempt.accepted else None

    def _exchange(self, login: FlowLogin) -> None:
        """Make the access token, and spend the request token."""
        approval, now = login.found_approval, datetime.fromtimestamp(login.now, UTC)
        login.token = approval.account.issue_token(login.found_integration, approval.entity, approval.role)
        self.request_tokens.spend(login.found_request_token, TokenUse(now, login.attempt))

    def _login(self, request: SignedRequest, account: Account | None) -> FlowLogin:
        """The login of a step, read before anything is locked."""
        named = account or self._named_by(request)
        chosen = named or next(iter(self.accounts.values()))
        login = FlowLogin(
            request, chosen, self._gate.nonces[chosen.id], accounts=self.accounts.values(),
            request_tokens=self.request_tokens, names_account=named is not None,
        )  # fmt: skip
        login.read()
        return login

    def _named_by(self, request: SignedRequest) -> Account | None:
        """The account of a host that all share: the realm's, or the one where the user allowed the token."""
        header = request.authorization
        sent = {parameter.name: parameter.value for parameter in header.parameters} if header else {}
        token = self.request_tokens.find(sent.get("oauth_token", ""))
        if token is not None and token.approval is not None:
            return token.approval.account
        return self.accounts.get(sent.get("realm", ""))

    # -- users -----------------------------------------------------------------------------------------------

    def log_in(
        self,
        login: UserLogin,
        checks: tuple[UserCheck, ...],
        *,
        then: Callable[[UserLogin], object] = lambda _: None,
        logged: bool = True,
    ) -> LoginAttempt:
        """Judge a user's credentials and append the attempt; the fifth failure in a row locks the user.

        ``then`` is done for who is let in; ``logged`` says whether NetSuite's own trail shows it.
        """
        with self.lock:
            return self._gate.judge(login, checks, then=then, logged=logged)

    def homes(self, email: str, password: str) -> tuple[Account, ...]:
        """The accounts where these are a user's; failing that the first that knows the address, else the first."""
        found = ((account, account.entities.by("login", email.lower())) for account in self.accounts.values())
        known = [(account, entity) for account, entity in found if entity is not None]
        right = [
            account for account, entity in known if hmac.compare_digest(to_bytes(entity.password), to_bytes(password))
        ]
        return tuple(right) or (known[0][0] if known else next(iter(self.accounts.values())),)

    # -- what the user decides -------------------------------------------------------------------------------

    def waiting(self, id: str) -> RequestToken | None:
        """The request token of this id if the user may still decide on it."""
        token = self.request_tokens.find(id)
        return token if token is not None and token.undecided else None

    def integration_of(self, token: RequestToken) -> Integration | None:
        """The record of the application that asked for a request token, if it is still there."""
        return find_integration(token.consumer_key, (token.account or token.home, token.home))

    def allow(self, token: RequestToken, account: Account, entity: Entity, role: Role, state: str = "") -> Redirect:
        """Note that the user allows ``token``, for this entity and role; what may be was checked before."""
        with self.lock:
            token.approval = Approval(account=account, entity=entity, role=role, verifier=secrets.token_hex(32))
            token.forms.clear()
            return _redirect(
                token, verifier=token.approval.verifier, company=account.id, role=str(role.id),
                entity=str(entity.id), state=state,
            )  # fmt: skip

    def deny(self, token: RequestToken, state: str = "") -> Redirect:
        """Note that the user denies ``token``: the verifier is empty."""
        with self.lock:
            token.denied = True
            token.forms.clear()
            return _redirect(token, verifier="", state=state)


def _redirect(token: RequestToken, *, verifier: str, state: str, **who: str) -> Redirect:
    parameters = {"oauth_token": token.id, "oauth_verifier": verifier, **who}
    if state:
        parameters["state"] = state
    url = with_parameters(token.callback, parameters)
    return Redirect(url=url, token=token.id, verifier=verifier, state=state, **who)
