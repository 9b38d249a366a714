"""The account's gate: the one place where a login is judged, and the one maker of an attempt."""

from __future__ import annotations

import threading
from collections import deque
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, TypeVar, cast

from pytest_netsuite_tba.account.fields import CHANGES
from pytest_netsuite_tba.account.forks import free_in_child
from pytest_netsuite_tba.account.records import by_id

from .audit_trail import LoginAttempt
from .facts import MOST_KNOWN, Facts, Secrets
from .hiding import hider, hiding, secrets_of
from .login import AnyLogin
from .nonces import NonceStore
from .token_passport import in_words_of_soap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pytest_netsuite_tba.account.records import Account

    from .audit_trail import AuditTrail
    from .hiding import Hiding
    from .refusal import Refusal
    from .verdict import Diagnose, FirstLook

L = TypeVar("L", bound=AnyLogin)
_MOST_LET_IN = 10_000  # pairs of credentials whose latest login is remembered


def first_refusal(login: L, checks: Iterable[Callable[[L], Refusal | None]]) -> Refusal | None:
    """Run checks in order, up to the first that refuses; None where all let the login pass."""
    for check in checks:
        refusal = check(login)
        if refusal is not None:
            return refusal
    return None


class Gate:
    """Judges logins, each under the lock of the account that is called, and writes the trail.

    Args:
        accounts: those of the fake; a diagnosis tells whose credentials were sent.
        trail: where every attempt is written.
        diagnose: finds the mistake behind a refusal, once somebody looks at it.
        look: tells what of it can be seen without a search.

    Attributes:
        nonces: those spent at each account within the window, by its id.
    """

    def __init__(self, accounts: Iterable[Account], trail: AuditTrail, diagnose: Diagnose, look: FirstLook) -> None:
        self.accounts = by_id(accounts)
        self.trail = trail
        self.diagnose = diagnose
        self.look = look
        self._secrets: tuple[str, ...] = ()
        self._hiding: tuple[object, Hiding] = None, hiding(())  # after which change of the records, and what
        self._known: tuple[object, tuple[Secrets, ...]] = None, ()  # likewise
        self._let_in: dict[tuple[str, ...], int] = {}  # credentials -> id of the latest attempt that they let in
        self.forget()

    def forget(self) -> None:
        """Forget the nonces spent, who was let in, and what was to be refused by force."""
        self._let_in.clear()
        self.nonces = {id: NonceStore() for id in self.accounts}
        self._forced = {at_token_endpoints: _Forced() for at_token_endpoints in (True, False)}

    def force(self, refusal: Refusal, times: int | None) -> None:
        """Refuse the next ``times`` logins (all, if None) with ``refusal``, whatever they hold and whosever they are.

        A refusal of the token endpoints waits for their next login; any other for the next signed call.
        """
        self._forced[refusal.of_token_endpoints].add(refusal, times)

    def judge(
        self,
        login: L,
        checks: Sequence[Callable[[L], Refusal | None]],
        *,
        then: Callable[[L], object] = lambda _: None,
        logged: bool = True,
    ) -> LoginAttempt:
        """Run the checks on a login, in order, and append the attempt to the trail.

        Args:
            login: its account is not None.
            checks: the first that refuses decides.
            then: done for a login that is let in, before anybody sees the attempt.
            logged: whether NetSuite's own trail shows it.

        The lock is held for the verdict alone: the request is read, and its base string built, before it.
        """
        login.read()
        with cast("Account", login.account).lock:
            login.attempt = self.trail.next_id()
            forced = self._forced[login.at_token_endpoints].take()
            refusal = first_refusal(login, checks if forced is None else checks[:2])  # those two find the names
            if forced is None:
                login.count(refusal)
                if refusal is None:
                    then(login)
                    self._remember(login)
            refusal = forced or refusal
            if refusal is not None and login.channel == "soap":
                refusal = refusal.because(in_words_of_soap(refusal.cause), in_words_of_soap(refusal.cure))
            return self._attempt(login, refusal, forced=forced is not None, logged=logged)

    def _remember(self, login: AnyLogin) -> None:
        """Keep which credentials were right: a diagnosis tells so before it doubts them."""
        credentials = login.signed_with()
        if credentials:
            self._let_in[credentials] = login.attempt
            if len(self._let_in) > _MOST_LET_IN:
                del self._let_in[next(iter(self._let_in))]

    def refuse(self, login: AnyLogin, refusal: Refusal, *, forced: bool = False) -> LoginAttempt:
        """Append a refused attempt that never came before a check; ``forced`` where the test asked for it."""
        login.attempt = self.trail.next_id()
        return self._attempt(login, refusal, forced=forced)

    def pass_over(self, login: AnyLogin, why: str) -> LoginAttempt:
        """Make the attempt of a request on which no verdict is given, for the reason ``why``; no trail shows it."""
        login.attempt = self.trail.next_id()
        attempt = self._make(login, None, self.hide(*login.secrets_of_its_own), forced=False)
        attempt.not_judged(why)
        return attempt

    def hide(self, *more: str) -> Hiding:
        """What hides the secrets that are known now, and ``more``."""
        latest, (as_of, hides) = CHANGES.latest, self._hiding
        if as_of is not latest:
            self._secrets = tuple(secrets_of(self.accounts.values()))
            hides = hiding(self._secrets)
            self._hiding = latest, hides
        return hiding((*self._secrets, *more)) if more else hides

    def shown(self, text: str) -> str:
        """A text as it may be shown: without the secrets that are known now."""
        try:
            hides = self.hide()
        except (AttributeError, TypeError, ValueError):  # a test broke a record: this one says so, and shows nothing
            return hider(self.accounts)(text)
        return hides.text(text)

    def _first_known(self) -> tuple[Secrets, ...]:
        """The secrets of the first tokens, as they are now: the same tuple for as long as they are the same."""
        latest, (as_of, known) = CHANGES.latest, self._known
        if as_of is not latest:
            tokens = (
                (account, token) for account in self.accounts.values() for token in account.tokens.head(MOST_KNOWN)
            )
            now = tuple(Secrets.of(account, token.integration, token) for account, token in islice(tokens, MOST_KNOWN))
            known = known if known == now else now
            self._known = latest, known
        return known

    def _attempt(self, login: AnyLogin, refusal: Refusal | None, *, forced: bool, logged: bool = True) -> LoginAttempt:
        """Make the attempt, and write it into the trail."""
        attempt = self._make(login, refusal, self.hide(*login.secrets_of_its_own), forced=forced)
        attempt.logged_by_netsuite = logged and (attempt.refusal is None or attempt.refusal.logged)
        self.trail.append(attempt)
        return attempt

    def _make(self, login: AnyLogin, refusal: Refusal | None, hides: Hiding, *, forced: bool) -> LoginAttempt:
        """Make the attempt, complete and without a secret."""
        request, account, columns = login.request, login.account, login.columns
        settled = facts = None
        if refusal is not None:
            settled = refusal.settled((account or next(iter(self.accounts.values()))).behaviour, login.channel)
            if login.is_explained and not login.excess:  # what is too large to be read is not kept either
                facts = self._facts(login, refusal, hides, forced=forced)
        attempt = LoginAttempt(
            id=login.attempt, time=datetime.fromtimestamp(login.now, UTC), channel=login.channel,
            method=hides.text(request.method), url=hides.text(request.url),
            account="" if account is None else account.id, status="Success" if settled is None else "Failure",
            forced=forced, expected=forced, signature=login.signature, facts=facts, search=self.diagnose, look=self.look,
            application=columns.application, token_name=columns.token_name, user=columns.user, role=columns.role,
        )  # fmt: skip
        if settled is not None:
            attempt.refusal = settled
            attempt.detail = hides.optional(settled.detail_for(login.channel))
            attempt.cause, attempt.cure = hides.text(settled.cause), hides.text(settled.cure)
            attempt.code = settled.code
        return attempt

    def _facts(self, login: AnyLogin, refusal: Refusal, hides: Hiding, *, forced: bool) -> Facts:
        """Keep what a diagnosis will need, before the records change."""
        account, accounts, last = login.account, self.accounts.values(), self.trail.newest()
        hosts = tuple(served.restlets_host for served in accounts) if login.hosts is None else login.hosts
        return Facts(
            request=login.request, row=refusal, hiding=hides, now=login.now,
            account="" if account is None else account.id,
            host="" if account is None or login.hosts is not None else account.restlets_host, hosts=hosts,
            parameters=login.parameters, own=login.own_secrets(), known=login.other_secrets(self._first_known(), accounts),
            tokens=sum(len(account.tokens) for account in accounts), known_elsewhere=self._elsewhere(login),
            parameter_order="rfc5849" if account is None else account.behaviour.parameter_order,
            earlier=None if login.earlier_attempt is None else self.trail.earlier(login.earlier_attempt),
            is_first=last is None, after_redirect=last is not None and str(last.http_status).startswith("30"),
            forced=forced, let_in_before=self._let_in.get(login.signed_with()),
        )  # fmt: skip

    def _elsewhere(self, login: AnyLogin) -> str:
        """Name another account that knows the consumer key or the token."""
        key, token_id = login.parameters.get("oauth_consumer_key"), login.parameters.get("oauth_token")
        for account in self.accounts.values():
            if account is not login.account and (
                account.integrations.by("consumer_key", key) or account.tokens.by("id", token_id)
            ):
                return account.id
        return ""


class _Forced:
    """Refusals that a test asked for, first come first served."""

    def __init__(self) -> None:
        self._lock = free_in_child(threading.Lock())
        self._next: deque[Refusal] = deque()
        self._always: Refusal | None = None

    def add(self, refusal: Refusal, times: int | None) -> None:
        """Ask for ``refusal`` so many times, or from then on if None."""
        with self._lock:
            if times is None:
                self._always = refusal
            else:
                self._next.extend([refusal] * times)

    def take(self) -> Refusal | None:
        """The refusal of the next login, or None."""
        if not self._next:
            return self._always
        with self._lock:
            return self._next.popleft() if self._next else self._always
