"""What NetSuite's services have in common: a row each, and a request on its way through one of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pytest_netsuite_tba.account.records import NETSUITE
from pytest_netsuite_tba.login.login import AnyLogin, Login
from pytest_netsuite_tba.login.refusals.transport import CONCURRENCY

from .sent_headers import SOAP_2022

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_netsuite_tba.account.records import Account, Integration
    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.login.checks import Check
    from pytest_netsuite_tba.login.gate import Gate
    from pytest_netsuite_tba.login.refusal import Channel, Refusal
    from pytest_netsuite_tba.login.request import SignedRequest
    from pytest_netsuite_tba.tokens.desk import TokenDesk

    from .reply import Reply
    from .sent_headers import Header

Failure = str | Exception  # what the test left out, in words; or what its own code raised

OAUTH_CHALLENGE = 'OAuth realm="{0}", error="token_rejected", error_description="Invalid login attempt."'
BEARER_CHALLENGE = 'Bearer realm="{0}", error="invalid_token", error_description="Invalid login attempt."'


class Surroundings(Protocol):
    """What stands beside the fake and may answer in its place."""

    def is_expected(self) -> bool:
        """Whether the test said an answer to this very request."""

    def answer(self) -> Reply | None:
        """Answer what the fake leaves unanswered; None where nobody does."""

    def as_reply(self, value: object) -> Reply | None:
        """A framework's own response, which an entry point returned, as a reply; None for any other value."""


class Governor(Protocol):
    """Says, in a sentence, which limit of requests in flight is reached; ``""`` where none is."""

    def over_account(self) -> str:
        """Say it of the account's limit."""

    def over_integration(self, integration: Integration) -> str:
        """Say it of the limit that holds for an integration; from now on the request counts there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One of NetSuite's services: a row of the table in :mod:`.table`.

    Attributes:
        name: unique.
        channel: by whose rules its requests are judged, and what the trail calls it.
        domains: what follows the account's label in a host name where it is served, its own host first (Oracle
            section_1498251763).
        shared: names before ``.netsuite.com`` of the hosts that no account has to itself where it is served (Oracle
            chapter_157011836591).
        paths: what its paths begin with.
        checks: of a login, in order.
        refuse: the reply to a refused login; the refusal is settled.
        answer: the reply to a login that was let in; None leaves it to what stands beside the fake.
        login: judges a request, and runs no script; None of a request that nobody has to log in for.
        serve: judges a request and answers it.
        headers: that each of its answers has.
        gzips: whether an answer is compressed for a client that offers to take it so.
    """

    name: str
    channel: Channel
    domains: tuple[str, ...]
    shared: tuple[str, ...] = ()
    paths: tuple[str, ...]
    checks: tuple[Check, ...]
    refuse: Callable[[Exchange, Refusal], Reply]
    answer: Callable[[Exchange, Login], Reply | None] = lambda _exchange, _login: None  # leaves all unanswered
    login: Callable[[Exchange], LoginAttempt | None] = field(default_factory=lambda: log_in)
    serve: Callable[[Exchange], Reply | None] = field(default_factory=lambda: serve)
    headers: tuple[Header, ...] = SOAP_2022
    gzips: bool = False

    def host_of(self, account: Account) -> str:
        """The account's own host for it."""
        return f"{account.host_label}.{self.domains[0]}{NETSUITE}"


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request on its way to its reply.

    Attributes:
        request: as it came.
        service: that it calls.
        account: that it calls; None at the hosts that no account has to itself.
        accounts: those of the fake, by id.
        gate, desk: where logins are judged, and tokens are made.
        beside: what may answer in the fake's place.
        files: WSDLs and their schemas, by path.
        governor: bounds the requests in flight; None where the request is not served, but only judged.
        busy: which of its limits was reached, in a sentence, or ``""``.
        attempts: those that the request made, in order.
        failures: what is to fail the test.
        note: what a reader of the trail should know of the reply, or None.
        reset: the test wishes the connection reset once the script ran.
    """

    request: SignedRequest
    service: Service
    account: Account | None
    accounts: dict[str, Account]
    gate: Gate
    desk: TokenDesk
    beside: Surroundings
    files: Mapping[str, bytes] = field(default_factory=dict)
    governor: Governor | None = None
    busy: str = ""
    attempts: list[LoginAttempt] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    note: str | None = None
    reset: bool = False

    @property
    def called(self) -> Account:
        """The account called, or the first."""
        return self.account or next(iter(self.accounts.values()))

    def keep(self, attempt: LoginAttempt) -> LoginAttempt:
        """Keep an attempt that the request made."""
        self.attempts.append(attempt)
        return attempt

    def refuse(
        self,
        refusal: Refusal,
        *,
        channel: Channel | None = None,
        forced: bool = False,
        hosts: tuple[str, ...] | None = (),
        now: float | None = None,
    ) -> LoginAttempt:
        """Make an attempt that is refused before any check.

        Args:
            refusal: why.
            channel: the service's own when omitted.
            forced: the test asked for it.
            hosts: that may have been meant; None leaves it without a diagnosis.
            now: Unix seconds; NetSuite's time when omitted.
        """
        login = AnyLogin(
            self.request, self.account, channel or self.service.channel,
            self.called.clock.now() if now is None else now, hosts=hosts or (), is_explained=hosts is not None,
        )  # fmt: skip
        return self.keep(self.gate.refuse(login, refusal, forced=forced))

    def challenge(self) -> dict[str, str]:
        """The account's WWW-Authenticate header, constant for each scheme: it tells no cause (docs/rules.md 3.3)."""
        header = self.request.authorization
        bearer = header is not None and header.scheme.lower() == "bearer"
        return {"WWW-Authenticate": (BEARER_CHALLENGE if bearer else OAUTH_CHALLENGE).format(self.called.id)}


def signed_login(exchange: Exchange) -> Login:
    """The signed login of a request, by the records of the account called."""
    account = exchange.called
    return Login(exchange.request, account, exchange.gate.nonces[account.id], exchange.service.channel)


def log_in(exchange: Exchange) -> LoginAttempt:
    """Run the service's checks."""
    return exchange.keep(exchange.gate.judge(signed_login(exchange), exchange.service.checks))


def serve(exchange: Exchange) -> Reply | None:
    """Run the service's checks, then refuse or answer; a full pool is told before or after the login.

    An integration's pool after it: only the login says whose call it is.
    """
    service, behaviour, governor = exchange.service, exchange.called.behaviour, exchange.governor
    if governor is not None and behaviour.concurrency_before_login:
        exchange.busy = governor.over_account()
        if exchange.busy:
            exchange.refuse(CONCURRENCY.because(exchange.busy), forced=True)
            return service.refuse(exchange, CONCURRENCY.settled(behaviour, service.channel))
    login = signed_login(exchange)
    attempt = exchange.keep(exchange.gate.judge(login, service.checks))
    if attempt.refusal is not None:
        return service.refuse(exchange, attempt.refusal)
    if governor is not None:
        over = "" if behaviour.concurrency_before_login else governor.over_account()
        exchange.busy = over or governor.over_integration(login.found_integration)
        if exchange.busy:
            exchange.note = exchange.busy
            return service.refuse(exchange, CONCURRENCY.settled(behaviour, service.channel))
    return service.answer(exchange, login)
