"""One fake NetSuite: a request in, an outcome out. No WSGI, no socket, no pytest."""

from __future__ import annotations

import logging
import secrets
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from pytest_netsuite_tba.account.history import DEFAULT_HISTORY
from pytest_netsuite_tba.account.records import by_id
from pytest_netsuite_tba.login.audit_trail import AuditTrail
from pytest_netsuite_tba.login.gate import Gate
from pytest_netsuite_tba.login.hiding import hider
from pytest_netsuite_tba.login.login import AnyLogin
from pytest_netsuite_tba.login.refusals.transport import FAKE_FAILED, FAULT, MALFORMED_HTTP
from pytest_netsuite_tba.oauth1.target import Target
from pytest_netsuite_tba.services import restlets
from pytest_netsuite_tba.services.reply import Reply, encoded_url
from pytest_netsuite_tba.services.routing import MisdirectedError, route
from pytest_netsuite_tba.services.service import Exchange
from pytest_netsuite_tba.tokens.desk import TokenDesk

from .explaining import diagnose
from .faults import Faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.login.request import SignedRequest
    from pytest_netsuite_tba.services.service import Failure, Surroundings

    from .faults import Fault

_LOG = logging.getLogger(__name__)
_FAILED = 500
NEVER_ANSWERED = "The test asked for the fault 'reset' after the script: the client never got the answer."
# Captured on SOAP answers in 2022 (docs/rules.md 3.6). A client with a cookie jar sends the cookie back; it is set
# only for a request without it, as a load balancer does.
_ROUTING_COOKIE = "NS_ROUTING_VERSION=LAGGING"
_CAPTURED_HEADERS = (
    ("P3P", 'CP="CAO PSAa OUR BUS PUR"'),
    ("Vary", "User-Agent"),
    ("Strict-Transport-Security", "max-age=31536000"),
)


def _operation_id() -> str:
    """A random UUID (RFC 9562 section 5.4), made faster than by the library for it."""
    digits = secrets.token_hex(16)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


class Alone:
    """Nothing stands beside the fake."""

    def is_expected(self) -> bool:
        """No answer of anybody else's is expected."""
        return False

    def answer(self) -> Reply | None:
        """Nobody answers."""
        return None

    def as_reply(self, value: object) -> Reply | None:
        """No value is a framework's response."""
        del value
        return None


ALONE = Alone()


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of one request.

    Attributes:
        request: that it is of.
        reply: what the client gets; None where somebody else is to answer, and where the connection is reset at once.
        attempts: those that it made, in order; none where nobody was to be let in.
        unanswered: nothing answers it, neither the fake nor whoever stands beside it.
        failures: what is to fail the test.
        reset: the test wishes the connection reset.
        note: what a reader of the trail should know of the reply, or None.
    """

    request: SignedRequest
    reply: Reply | None
    attempts: list[LoginAttempt]
    unanswered: bool = False
    failures: Sequence[Failure] = ()
    reset: bool = False
    note: str | None = None

    @property
    def attempt(self) -> LoginAttempt | None:
        """The attempt that it made: of several, the last."""
        return self.attempts[-1] if self.attempts else None


class AnswerError(Exception):
    """The test's own function ended by what is the ``__cause__``."""

    who = "the answer"

    @classmethod
    def of(cls, failed: BaseException) -> Self:
        """What to report of an exception."""
        told = cls(f"{cls.who} raised {type(failed).__name__}: {failed}")
        told.__cause__ = failed
        return told


class InternalError(AnswerError):
    """The fake itself raised what is the ``__cause__``."""

    who = "the fake"


class _ResetError(Exception):
    """The connection is reset before anything is judged."""


class Fake:
    """Everything that a NetSuite does with a request, for one or more accounts.

    Args:
        accounts: served; their records decide.
        trail: where attempts are written; one of its own when omitted.
        history: how many attempts such a trail keeps.

    Attributes:
        accounts: by id.
        audit_trail: of every account.
        gate: where logins are judged.
        desk: where tokens are made and revoked by NetSuite's own endpoints.
        faults: what the test asked to go wrong on the way.
    """

    def __init__(
        self, accounts: Iterable[Account], *, trail: AuditTrail | None = None, history: int = DEFAULT_HISTORY
    ) -> None:
        self.accounts = by_id(accounts)
        self.audit_trail = AuditTrail(history) if trail is None else trail
        self.gate = Gate(self.accounts.values(), self.audit_trail, diagnose)
        self.desk = TokenDesk(self.gate)
        self.faults = Faults()
        self._hide = hider(self.accounts)
        self._in_flight = dict.fromkeys(self.accounts, 0)

    def call(self, request: SignedRequest, beside: Surroundings = ALONE) -> Outcome:
        """Judge a request and answer it.

        The attempt is in the trail, complete as to the login, before a script runs. An exception of the fake's own is
        a 500, and one of the failures. ``beside`` is asked whether it answers in the fake's place.
        """
        exchange, reply = self._exchange(request, beside), None
        try:
            reply = self._answer(exchange)
        except _ResetError:
            exchange.reset = True
        except Exception as failed:  # noqa: BLE001  (uncaught it is a 500 of the listener's thread, and the test stays green)
            reply = self._fail(exchange, failed)
        except KeyboardInterrupt:
            raise
        except BaseException as ended:  # noqa: BLE001  (pytest.fail() and sys.exit() in a test's own function are no Exceptions; in a thread they are lost)
            reply = self._fail_beside(exchange, ended)
        outcome = self._outcome(exchange, reply, unanswered=reply is None and not exchange.reset)
        try:
            self.settle(outcome)
        except Exception as failed:  # noqa: BLE001  (a watcher of the trail is the test's own code: the same)
            outcome.reply = self._fail(exchange, failed)
        return outcome

    def judge(self, request: SignedRequest) -> LoginAttempt:
        """Judge a request by the rules of its own door, and render its refusal.

        No script runs, and whoever is let in gets no answer; but a token endpoint makes or revokes its token. What
        asks for no login is ``NotJudged``.

        Raises:
            MissingExtraError: a SOAP request, and the extra ``xml`` is not installed.
        """
        exchange, reply = self._exchange(request, ALONE), None
        try:
            exchange.service, account = route(request, self.accounts)
        except MisdirectedError as wrong:
            reply = self._misdirect(exchange, wrong)
        else:
            at_token_endpoints = exchange.service.channel == "token"  # a host that all share names no account to them
            exchange.account = account if at_token_endpoints else account or exchange.called
            attempt = exchange.service.login(exchange)
            if attempt is None:
                return self.pass_over(request, f"Nobody logs in at this path, {request.path[:80]}.")
            if attempt.refusal is not None:
                reply = exchange.service.refuse(exchange, attempt.refusal)
        self.settle(self._outcome(exchange, reply, unanswered=False))
        return exchange.attempts[-1]

    def pass_over(self, request: SignedRequest, why: str) -> LoginAttempt:
        """The attempt of a request on which no verdict is given, for the reason ``why``; no trail shows it."""
        try:
            service, account = route(request, self.accounts)
        except MisdirectedError as wrong:
            service, account = wrong.service, wrong.account
        now = next(iter(self.accounts.values())).clock.now()
        return self.gate.pass_over(AnyLogin(request, account, service.channel, now), why)

    def settle(self, outcome: Outcome) -> None:
        """Note what the client gets in the attempts, and tell the watchers: the one place where that happens."""
        reply = outcome.reply
        for attempt in outcome.attempts:
            if outcome.note:
                attempt.cause = self._hide(outcome.note)
            if reply is not None and reply.code is not None:
                attempt.code = reply.code
            if reply is not None and not outcome.reset:
                attempt.http_status = reply.status
            elif reply is not None:
                attempt.cause = f"{attempt.cause} {NEVER_ANSWERED}" if attempt.cause else NEVER_ANSWERED
            self.audit_trail.tell(attempt)
        if reply is not None:
            routed = any(_ROUTING_COOKIE in sent for sent in outcome.request.headers_of("cookie"))
            cookie = () if routed else (("Set-Cookie", f"{_ROUTING_COOKIE}; path=/"),)
            reply.headers += (("x-n-operationid", _operation_id()), *cookie, *_CAPTURED_HEADERS)

    def note_malformed(self, request: SignedRequest, status: int, cause: str, cure: str | None) -> None:
        """Write into the trail what could be read of a request that is no well-formed HTTP."""
        login = AnyLogin(request, None, "restlet", next(iter(self.accounts.values())).clock.now())
        attempt = self.gate.refuse(login, MALFORMED_HTTP.because(cause, cure))
        reply = Reply(status=status)
        self.settle(Outcome(request=request, reply=reply, attempts=[attempt]))

    def restore(self, seed: Iterable[Account]) -> None:
        """Go back to these records, which are copied, and forget all that happened since, but the attempts' numbers."""
        for account in seed:
            served = self.accounts.get(account.id)
            if served is None:
                raise ValueError(f"no account {account.id!r} is here; valid: {', '.join(self.accounts)}")
            with served.lock:
                served.become(account.copy())
        self.gate.forget()
        self.desk.forget()
        self.faults.clear()
        self.audit_trail.clear()

    # -- one request -------------------------------------------------------------------------------------------

    def _exchange(self, request: SignedRequest, beside: Surroundings) -> Exchange:
        return Exchange(
            request=request, service=restlets.SERVICE, account=None, accounts=self.accounts, gate=self.gate,
            desk=self.desk, beside=beside,
        )  # fmt: skip

    @staticmethod
    def _outcome(exchange: Exchange, reply: Reply | None, *, unanswered: bool) -> Outcome:
        return Outcome(
            request=exchange.request, reply=reply, attempts=exchange.attempts, unanswered=unanswered,
            failures=exchange.failures, reset=exchange.reset, note=exchange.note,
        )  # fmt: skip

    def _answer(self, exchange: Exchange) -> Reply | None:
        try:
            exchange.service, exchange.account = route(exchange.request, self.accounts)
        except MisdirectedError as wrong:
            return self._misdirect(exchange, wrong)
        striking = self.faults.striking(exchange.request)
        early = next((fault for fault in striking if fault.is_early), None) if striking else None
        if early is not None:
            for fault in striking[: striking.index(early)]:
                self.faults.wait(fault)
            return self._strike(exchange, early)
        account = exchange.account
        if account is not None:
            exchange.within_limit = self._enter(account)
        try:
            for fault in striking:
                self.faults.wait(fault)
                exchange.reset = exchange.reset or fault.kind == "reset"
            reply = exchange.service.serve(exchange)
            return self._answer_beside(exchange) if reply is None else reply
        finally:
            if account is not None:
                self._leave(account)

    def _answer_beside(self, exchange: Exchange) -> Reply | None:
        """Let whoever stands beside the fake answer, while the request holds its place among those in flight.

        Raises:
            _ResetError: it asks for one.
        """
        try:
            return exchange.beside.answer()
        except ConnectionResetError:
            raise _ResetError from None
        except Exception as failed:  # noqa: BLE001  (a handler is the test's own code and may raise anything; it is a failure of the test)
            return self._fail_beside(exchange, failed)

    def _enter(self, account: Account) -> bool:
        """Take a place among the requests in flight; says whether it is within the account's limit."""
        with account.lock:
            self._in_flight[account.id] += 1
            return account.concurrency_limit is None or self._in_flight[account.id] <= account.concurrency_limit

    def _leave(self, account: Account) -> None:
        with account.lock:
            self._in_flight[account.id] -= 1

    def _misdirect(self, exchange: Exchange, wrong: MisdirectedError) -> Reply:
        """Row 1: refuse as RESTlets do, and lead on where NetSuite would."""
        exchange.account = wrong.account
        hosts = tuple(wrong.service.host_of(account) for account in self.accounts.values())
        exchange.refuse(wrong.refusal, channel="restlet", hosts=hosts)
        reply = restlets.refuse(exchange, wrong.refusal)
        if wrong.location:
            reply.headers.append(("Location", encoded_url(wrong.location)))
        return reply

    def _strike(self, exchange: Exchange, fault: Fault) -> Reply:
        """Let a fault strike before the login.

        Raises:
            _ResetError: the fault is a reset.
        """
        exchange.account = exchange.called
        exchange.refuse(FAULT.because(f"The test asked for the fault {fault.kind!r}."), channel="restlet", forced=True)
        if fault.kind == "reset":
            raise _ResetError
        if fault.kind == "wrong_data_center":
            request = exchange.request
            own = Target("https", exchange.service.host_of(exchange.account), request.path, request.query)
            location = fault.options["location"] or own.url
            return Reply.of(b"", status=302, headers={"Location": encoded_url(location)})
        seconds = fault.options["retry_after"]
        return Reply.of(b"", status=503, headers={"Retry-After": str(seconds)} if seconds else {})

    @staticmethod
    def _fail_beside(exchange: Exchange, failed: BaseException) -> Reply:
        """Tell of an exception of the test's own function; ``pytest.fail()`` raises what is no Exception."""
        exchange.failures.append(failed if isinstance(failed, Exception) else AnswerError.of(failed))
        exchange.note = f"The answer failed: {type(failed).__name__}: {failed}"
        return Reply.of(b"", status=_FAILED)

    def _fail(self, exchange: Exchange, failed: Exception) -> Reply:
        """Tell of an exception of the fake's own."""
        told = f"the fake failed on {exchange.request.method} {exchange.request.path}\n{traceback.format_exc()}"
        _LOG.error("%s", self._hide(told))
        exchange.failures.append(InternalError.of(failed))
        exchange.note = f"The fake itself failed: {type(failed).__name__}: {failed}"
        if not exchange.attempts:
            with suppress(Exception):  # what failed may be what every attempt is made of
                exchange.refuse(FAKE_FAILED, channel="restlet", hosts=None, now=time.time())  # or the clock
        return Reply.of(b"", status=_FAILED)
