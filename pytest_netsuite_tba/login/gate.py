"""The account's door: it judges one request at a time and writes the trail."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .audit_trail import LoginAttempt
from .channels import CHECKS
from .checks import Login, nonce_is_new
from .facts import Facts, Secrets
from .nonces import NonceStore
from .token_passport import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_netsuite_tba.account.records import Account, Integration, Token

    from .audit_trail import AuditTrail
    from .checks import Check
    from .refusal import Channel, Refusal
    from .request import SignedRequest


class Gate:
    """Judges the requests of one account, under the account's lock.

    Attributes:
        account: whose records decide.
        accounts: those of the server, this one among them; a diagnosis tells whose credentials were sent.
        trail: where every attempt is written.
        nonces: those spent within the window.

    """

    def __init__(self, account: Account, trail: AuditTrail, accounts: Iterable[Account] = ()) -> None:
        self.account = account
        self.accounts = tuple(accounts) or (account,)
        self.trail = trail
        self.nonces = NonceStore()
        self._forced: deque[Refusal] = deque()
        self._always: Refusal | None = None
        self._in_flight = 0

    def force(self, refusal: Refusal, times: int | None) -> None:
        """Refuse the next ``times`` logins (all, if None) with ``refusal``, whatever they hold."""
        with self.account.lock:
            if times is None:
                self._always = refusal
            else:
                self._forced.extend([refusal] * times)

    def forget(self) -> None:
        """Forget the nonces spent, and what was to be refused by force."""
        with self.account.lock:
            self.nonces = NonceStore()
            self._forced.clear()
            self._always = None

    @contextmanager
    def slot(self) -> Iterator[bool]:
        """Hold one place among the requests in flight; gives whether it is within the account's limit."""
        account = self.account
        with account.lock:
            self._in_flight += 1
            within = account.concurrency_limit is None or self._in_flight <= account.concurrency_limit
        try:
            yield within
        finally:
            with account.lock:
                self._in_flight -= 1

    def judge(
        self, request: SignedRequest, channel: Channel = "restlet", checks: tuple[Check, ...] | None = None
    ) -> tuple[LoginAttempt, Token | None]:
        """Run a channel's checks on one request and append the attempt to the trail.

        Gives the attempt, and the token if it may in. ``checks`` are for a channel that has several tuples of them.
        """
        account = self.account
        with account.lock:
            now = account.clock.now()
            attempt = LoginAttempt(
                id=self.trail.next_id(),
                time=datetime.fromtimestamp(now, UTC),
                channel=channel,
                method=request.method,
                url=request.url,
                status="Success",
                account=account.id,
                _is_answered=request.is_answered,
                _diagnose=self.trail.diagnose,
            )
            login = Login(request, account, self.nonces, now)
            checks = checks or CHECKS[channel]
            refusal = self._forced_refusal(login, checks)
            if refusal is None:
                refusal = self._run_checks(checks, login, attempt.id)
            else:
                attempt.forced = attempt.expected = True
            if refusal is not None:
                if channel == "soap":
                    refusal = replace(refusal, cause=spoken(refusal.cause), cure=spoken(refusal.cure))
                attempt.refuse(refusal.settled(account.behaviour, channel))
                attempt._facts = self._facts(login, refusal, forced=attempt.forced)  # noqa: SLF001  (of the same room)
            attempt._signature = login.parameters.get("oauth_signature", "")  # noqa: SLF001
            if account.behaviour.failed_signatures_lock_user:
                self._count_failures(login, refusal)
            if login.integration is not None:
                attempt.application = login.integration.name
            if login.token is not None:
                attempt.token_name = login.token.name
                attempt.user = login.token.entity.label
                attempt.role = login.token.role.name
            self.trail.append(attempt)
            return attempt, login.token if refusal is None else None

    def _forced_refusal(self, login: Login, checks: tuple[Check, ...]) -> Refusal | None:
        if not self._forced and self._always is None:
            return None
        if checks[0](login) is None:
            checks[1](login)  # only for the names that the trail shows
        return self._forced.popleft() if self._forced else self._always

    @staticmethod
    def _run_checks(checks: tuple[Check, ...], login: Login, attempt: int) -> Refusal | None:
        for check in checks:
            refusal = check(login)
            if refusal is not None:
                return refusal
            if check is nonce_is_new:
                parameters = login.parameters
                login.nonces.spend(
                    login.found_token.entity.email,
                    parameters["oauth_nonce"],
                    int(parameters["oauth_timestamp"]),
                    now=login.now,
                    attempt=attempt,
                )
        return None

    def _facts(self, login: Login, refusal: Refusal, *, forced: bool) -> Facts:
        """Keep what a diagnosis will need, before the records change."""
        integration, token = login.integration, login.token
        own = None
        if integration is not None and token is not None:
            own = _secrets(self.account.id, integration, token)
        earlier = None if login.earlier_attempt is None else self.trail.earlier(login.earlier_attempt)
        return Facts(
            request=login.request,
            refusal=refusal.id,
            reason=refusal.cause,
            now=login.now,
            account=self.account.id,
            host=self.account.restlets_host,
            hosts=tuple(one.restlets_host for one in self.accounts),
            parameters=login.parameters,
            own=own,
            known=tuple(_secrets_of(self.accounts)),
            known_elsewhere=self._elsewhere(login),
            parameter_order=self.account.behaviour.parameter_order,
            earlier=earlier,
            after_redirect=bool(len(self.trail)) and str(self.trail[-1].http_status).startswith("30"),
            forced=forced,
        )

    def _elsewhere(self, login: Login) -> str:
        """Name another account of this server that knows the key or the token."""
        key, token_id = login.parameters.get("oauth_consumer_key"), login.parameters.get("oauth_token")
        for account in self.accounts:
            if account is not self.account and (
                any(one.consumer_key == key for one in account.integrations.values())
                or any(one.id == token_id for one in account.tokens.values())
            ):
                return account.id
        return ""

    @staticmethod
    def _count_failures(login: Login, refusal: Refusal | None) -> None:
        """Lock the user after five wrong signatures in a row, where ``Behaviour`` says that they count."""
        if login.token is None:
            return
        entity = login.token.entity
        if refusal is None:
            entity.failed_logins = 0
        elif refusal.id == "InvalidSignature":
            entity.count_failure(login.now)


def _secrets_of(accounts: Iterable[Account]) -> Iterator[Secrets]:
    """Give the four values of every token of these accounts."""
    for account in accounts:
        for token in account.tokens.values():
            yield _secrets(account.id, token.integration, token)


def _secrets(account: str, integration: Integration, token: Token) -> Secrets:
    return Secrets(
        name=token.name,
        account=account,
        consumer_key=integration.consumer_key,
        consumer_secret=integration.consumer_secret,
        token_id=token.id,
        token_secret=token.secret,
    )
