"""The desk where tokens are made and revoked: it judges one request at a time and writes the trail."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_netsuite_tba.login.audit_trail import LoginAttempt
from pytest_netsuite_tba.login.facts import Facts, Secrets
from pytest_netsuite_tba.oauth1.encoding import to_bytes

from .callbacks import with_parameters
from .checks import ACCESS_TOKEN_CHECKS, REQUEST_TOKEN_CHECKS, FlowLogin, nonce_is_new, nonce_of
from .request_tokens import Approval, Exchange, RequestToken, RequestTokens
from .user_checks import COUNTED, ISSUE_CHECKS, first_refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_netsuite_tba.account.records import Account, Integration, Token
    from pytest_netsuite_tba.account.users import Entity, Role
    from pytest_netsuite_tba.login.audit_trail import AuditTrail
    from pytest_netsuite_tba.login.gate import Gate
    from pytest_netsuite_tba.login.refusal import Refusal
    from pytest_netsuite_tba.login.request import SignedRequest

    from .checks import FlowCheck
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
    """The authorization flow and user log-ins, for all accounts of one server.

    Attributes:
        request_tokens: those that wait for the user or for the access-token step.
        lock: held while one of them changes; an account's own lock is taken inside it, never around it.

    """

    def __init__(self, gates: Mapping[str, Gate], trail: AuditTrail) -> None:
        self._gates = gates
        self._trail = trail
        self.request_tokens = RequestTokens()
        self.lock = threading.RLock()
        self._forced: deque[Refusal] = deque()
        self._always: Refusal | None = None

    @property
    def accounts(self) -> dict[str, Account]:
        """Every account, by id."""
        return {name: gate.account for name, gate in self._gates.items()}

    def force(self, refusal: Refusal, times: int | None) -> None:
        """Refuse the next ``times`` requests of the flow and log-ins (all, if None) with ``refusal``."""
        with self.lock:
            if times is None:
                self._always = refusal
            else:
                self._forced.extend([refusal] * times)

    def forget(self) -> None:
        """Forget the request tokens, and what was to be refused by force."""
        with self.lock:
            self.request_tokens = RequestTokens()
            self._forced.clear()
            self._always = None

    def _take_forced(self) -> Refusal | None:
        return self._forced.popleft() if self._forced else self._always

    # -- the flow --------------------------------------------------------------------------------------------

    def request_token(
        self, request: SignedRequest, account: Account | None
    ) -> tuple[LoginAttempt, RequestToken | None]:
        """Step 1: judge the request; gives the attempt, and the new request token if it may have one.

        ``account`` is the one that the host names; None at a host that all share.
        """
        with self.lock:
            login, attempt = self._judge(request, account, REQUEST_TOKEN_CHECKS)
            if attempt.refusal is not None:
                return attempt, None
            parameters = login.parameters
            token = RequestToken(
                consumer_key=parameters["oauth_consumer_key"],
                home=login.home,
                account=login.account if login.names_account else None,
                callback=parameters["oauth_callback"],
                role=parameters.get("role", ""),
                created=login.home.clock.now(),
            )
            return attempt, self.request_tokens.add(token)

    def access_token(self, request: SignedRequest, account: Account | None) -> tuple[LoginAttempt, Token | None]:
        """Step 3: judge the request; gives the attempt, and the new token. The request token is spent."""
        with self.lock:
            login, attempt = self._judge(request, account, ACCESS_TOKEN_CHECKS)
            if attempt.refusal is not None:
                return attempt, None
            approval = login.found_approval
            token = approval.account.issue_token(login.found_integration, approval.entity, approval.role)
            attempt.token_name = token.name
            self.request_tokens.spend(login.found_request_token, Exchange(attempt.time, attempt.id))
            return attempt, token

    def _judge(
        self, request: SignedRequest, account: Account | None, checks: tuple[FlowCheck, ...]
    ) -> tuple[FlowLogin, LoginAttempt]:
        named = account or self._named_by(request)
        chosen = named or next(iter(self.accounts.values()))
        with chosen.lock:
            login = FlowLogin(
                request,
                chosen,
                self._gates[chosen.id].nonces,
                chosen.clock.now(),
                accounts=self.accounts.values(),
                request_tokens=self.request_tokens,
                names_account=named is not None,
            )
            attempt = self._attempt(request, chosen)
            refusal = self._take_forced()
            attempt.forced = attempt.expected = refusal is not None
            if refusal is None:
                refusal = self._run(login, checks, attempt.id)
            if login.integration is not None:
                attempt.application = login.integration.name
            if login.request_token is not None and login.request_token.approval is not None:
                attempt.user = login.request_token.approval.entity.label
                attempt.role = login.request_token.approval.role.name
            if refusal is not None:
                attempt.refuse(refusal.settled(chosen.behaviour, "token"))
                if refusal.id == "flow-InvalidCallback" and not attempt.forced:
                    attempt.detail = f"{refusal.detail} <{login.parameters['oauth_callback'][:200]}>"
                attempt._facts = _facts(login, refusal, forced=attempt.forced)  # noqa: SLF001  (of the same room)
            attempt._signature = login.parameters.get("oauth_signature", "")  # noqa: SLF001
            self._trail.append(attempt)
            return login, attempt

    def _named_by(self, request: SignedRequest) -> Account | None:
        """Give the account of a host that all share: the realm's, or the one where the user allowed the token."""
        header = request.authorization
        sent = {one.name: one.value for one in header.parameters} if header else {}
        token = self.request_tokens.find(sent.get("oauth_token", ""))
        if token is not None and token.approval is not None:
            return token.approval.account
        return self.accounts.get(sent.get("realm", ""))

    @staticmethod
    def _run(login: FlowLogin, checks: tuple[FlowCheck, ...], attempt: int) -> Refusal | None:
        for check in checks:
            refusal = check(login)
            if refusal is not None:
                return refusal
            if check is nonce_is_new:
                login.nonces.spend(*nonce_of(login), now=login.now, attempt=attempt)
        return None

    def _attempt(self, request: SignedRequest, account: Account | None) -> LoginAttempt:
        clock = (account or next(iter(self.accounts.values()))).clock
        return LoginAttempt(
            id=self._trail.next_id(),
            time=datetime.fromtimestamp(clock.now(), UTC),
            channel="token",
            method=request.method,
            url=request.url,
            status="Success",
            account="" if account is None else account.id,
            _is_answered=request.is_answered,
            _diagnose=self._trail.diagnose,
        )

    # -- users -----------------------------------------------------------------------------------------------

    def log_in(
        self,
        request: SignedRequest,
        login: UserLogin,
        checks: tuple[UserCheck, ...],
        *,
        application: Integration | None = None,
        logged: bool = True,
    ) -> LoginAttempt:
        """Judge a user's credentials and append the attempt; the fifth failure in a row locks the user.

        ``logged``: whether NetSuite's own trail shows it.
        """
        with self.lock, login.account.lock:
            attempt = self._attempt(request, login.account)
            refusal = self._take_forced()
            attempt.forced = attempt.expected = refusal is not None
            if refusal is None:
                refusal = first_refusal(login, checks)
            if login.entity is not None:
                attempt.user = login.entity.label
                if refusal is None:
                    login.entity.failed_logins = 0
                elif refusal.id in COUNTED and not attempt.forced:
                    login.entity.count_failure(login.now)
            if login.role is not None:
                attempt.role = login.role.name
            if application is not None:
                attempt.application = application.name
            if refusal is not None:
                attempt.refuse(refusal.settled(login.account.behaviour, "token"))
            attempt.logged_by_netsuite = attempt.logged_by_netsuite and logged
            self._trail.append(attempt)
            return attempt

    def issue(self, request: SignedRequest, login: UserLogin, name: str) -> tuple[LoginAttempt, Token | None]:
        """Judge a call of issuetoken; gives the attempt, and the new token, called ``name`` if that is not empty."""
        with self.lock, login.account.lock:
            attempt = self.log_in(request, login, ISSUE_CHECKS, application=login.integration)
            if attempt.refusal is not None or login.integration is None:
                return attempt, None
            token = login.account.issue_token(login.integration, login.found_entity, login.found_role, name)
            attempt.token_name = token.name
            return attempt, token

    def homes(self, email: str, password: str) -> tuple[Account, ...]:
        """Give the accounts where these are a user's; failing that the first that knows the address, else the first."""
        known = [
            (account, one)
            for account in self.accounts.values()
            for one in account.entities.values()
            if one.email.lower() == email.lower()
        ]
        right = [account for account, one in known if hmac.compare_digest(to_bytes(one.password), to_bytes(password))]
        return tuple(right) or (known[0][0] if known else next(iter(self.accounts.values())),)

    def refuse(self, request: SignedRequest, refusal: Refusal, account: Account | None) -> LoginAttempt:
        """Append a refused attempt that came before any check."""
        with self.lock:
            attempt = self._attempt(request, account)
            behaviour = (account or next(iter(self.accounts.values()))).behaviour
            attempt.refuse(refusal.settled(behaviour, "token"))
            self._trail.append(attempt)
            return attempt

    # -- what the user decides -------------------------------------------------------------------------------

    def waiting(self, id: str) -> RequestToken | None:
        """Give the request token of this id if the user may still decide on it."""
        token = self.request_tokens.find(id)
        return token if token is not None and token.undecided else None

    def integration_of(self, token: RequestToken) -> Integration | None:
        """Give the record of the application that asked for a request token, if it is still there."""
        for account in (token.account or token.home, token.home):
            for one in account.integrations.values():
                if one.consumer_key == token.consumer_key:
                    return one
        return None

    def allow(self, token: RequestToken, account: Account, entity: Entity, role: Role, state: str = "") -> Redirect:
        """Note that the user allows ``token``, for this entity and role; what may be was checked before."""
        with self.lock:
            token.approval = Approval(account=account, entity=entity, role=role, verifier=secrets.token_hex(32))
            token.forms.clear()
            return _redirect(
                token,
                verifier=token.approval.verifier,
                company=account.id,
                role=str(role.id),
                entity=str(entity.id),
                state=state,
            )

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


def _facts(login: FlowLogin, refusal: Refusal, *, forced: bool) -> Facts:
    """Keep what a diagnosis will need, before the records change."""
    integration, token = login.integration, login.request_token
    own = None
    if integration is not None and (token is not None or "oauth_token" not in login.parameters):
        own = Secrets(
            name="request token" if token else integration.name,
            consumer_key=integration.consumer_key,
            consumer_secret=integration.consumer_secret,
            token_id=token.id if token else "",
            token_secret=token.secret if token else "",
        )
    return Facts(
        request=login.request,
        refusal=refusal.id,
        reason=refusal.cause,
        now=login.now,
        account=login.account.id,
        host=login.account.restlets_host,
        hosts=tuple(one.restlets_host for one in login.accounts),
        parameters=login.parameters,
        own=own,
        parameter_order=login.account.behaviour.parameter_order,
        forced=forced,
    )
