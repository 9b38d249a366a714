"""One fake NetSuite: a request in, an outcome out. No WSGI, no socket, no pytest."""

from __future__ import annotations

import logging
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, cast

from pytest_netsuite_tba.account.forks import free_in_child
from pytest_netsuite_tba.account.history import DEFAULT_HISTORY, DEFAULT_HISTORY_BYTES, Store
from pytest_netsuite_tba.account.records import by_id
from pytest_netsuite_tba.login.audit_trail import AuditTrail
from pytest_netsuite_tba.login.gate import Gate
from pytest_netsuite_tba.login.login import AnyLogin
from pytest_netsuite_tba.login.refusals.transport import CONCURRENCY, FAKE_FAILED, MALFORMED_HTTP
from pytest_netsuite_tba.services import restlets, sent_headers
from pytest_netsuite_tba.services.reply import Reply, encoded_url
from pytest_netsuite_tba.services.routing import MisdirectedError, route
from pytest_netsuite_tba.services.service import Exchange
from pytest_netsuite_tba.tokens.desk import TokenDesk

from .explaining import diagnose, first_look
from .faults import KINDS, Faults, ResetError
from .governor import Governor, Places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pytest_netsuite_tba.account.records import Account, Integration
    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.login.request import SignedRequest
    from pytest_netsuite_tba.services.service import Failure, Service, Surroundings

    from .faults import Fault

_LOG = logging.getLogger(__name__)
_FAILED = 500
NEVER_ANSWERED = "The test asked for the fault 'reset' after the script: the client never got the answer."
FOLDED = "Folded over several lines, and read as one (RFC 9112 section 5.2): {}."


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
        service: that it calls; None where it is no request to any.
        reply: what the client gets; None where somebody else is to answer, and where the connection is reset at once.
        attempts: those that it made, in order; none where nobody was to be let in.
        unanswered: nothing answers it, neither the fake nor whoever stands beside it.
        failures: what is to fail the test.
        reset: the test wishes the connection reset.
        note: what a reader of the trail should know of the reply, or None.
    """

    request: SignedRequest
    service: Service | None = None
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


class _Governed:
    """What the governor says to one request; the fault ``busy`` says it too."""

    def __init__(self, places: Places, faults: Faults, exchange: Exchange) -> None:
        self._places = places
        self._faults = faults
        self._exchange = exchange

    def over_account(self) -> str:
        """Why the account takes no more requests; ``""`` where it does."""
        exchange = self._exchange
        busy = self._faults.striking(exchange.request, exchange.service.channel, "governor")
        return busy[0].cause if busy else self._places.over_account()

    def over_integration(self, integration: Integration) -> str:
        """Why the integration gets no place; ``""`` where it has one from now on."""
        return self._places.over_integration(integration)


class Fake:
    """Everything that a NetSuite does with a request, for one or more accounts.

    Args:
        accounts: served; their records decide.
        trail: where attempts are written; one of its own when omitted.
        history, history_bytes: how many attempts such a trail keeps, and within how many bytes, with the calls of
            deployments.

    Attributes:
        accounts: by id.
        audit_trail: of every account.
        gate: where logins are judged.
        desk: where tokens are made and revoked by NetSuite's own endpoints.
        faults: what the test asked to go wrong on the way.
        files: that anybody may have: WSDLs and their schemas, by path; they stay when the records go back.
    """

    def __init__(
        self,
        accounts: Iterable[Account],
        *,
        trail: AuditTrail | None = None,
        history: int = DEFAULT_HISTORY,
        history_bytes: int = DEFAULT_HISTORY_BYTES,
    ) -> None:
        self.accounts = by_id(accounts)
        for account in self.accounts.values():
            free_in_child(account.lock)
        self.audit_trail = AuditTrail(history, Store(history_bytes)) if trail is None else trail
        self.gate = Gate(self.accounts.values(), self.audit_trail, diagnose, first_look)
        self.desk = TokenDesk(self.gate)
        self.faults = Faults()
        self.files: dict[str, bytes] = {}
        self._hide = self.gate.shown
        self._governor = Governor()

    def call(self, request: SignedRequest, beside: Surroundings = ALONE) -> Outcome:
        """Judge a request and answer it.

        The attempt is in the trail, complete as to the login, before a script runs. An exception of the fake's own is
        a 500, and one of the failures. ``beside`` is asked whether it answers in the fake's place.
        """
        exchange, reply = self._exchange(request, beside), None
        try:
            reply = self._answer(exchange)
        except ResetError:
            exchange.reset = True
        except Exception as failed:  # noqa: BLE001  (uncaught it is a 500 of the listener's thread, and the test stays green)
            reply = self._fail(exchange, failed)
        except KeyboardInterrupt:
            raise
        except BaseException as ended:  # noqa: BLE001  (pytest.fail() and sys.exit() in a test's own function are no Exceptions; in a thread they are lost)
            reply = self._fail_beside(exchange, ended)
        outcome = self._outcome(exchange, reply, unanswered=reply is None and not exchange.reset)
        for raised in self.settle(outcome):
            outcome.reply, outcome.note = self._fail(exchange, raised), exchange.note
            self._write(outcome)
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
            exchange.service, exchange.account = route(request, self.accounts)
        except MisdirectedError as wrong:
            reply = self._misdirect(exchange, wrong)
        else:
            if exchange.account is None and exchange.service.channel in CONCURRENCY.channels:
                reply = exchange.service.serve(exchange)  # at a host that no account has to itself nobody is let in
            if not exchange.attempts:
                if exchange.service.channel != "token":  # whose endpoints learn no account from a host that all share
                    exchange.account = exchange.called
                attempt = exchange.service.login(exchange)
                if attempt is None:
                    return self.pass_over(request, f"Nobody logs in at this path, {request.path[:80]}.")
                reply = None if attempt.refusal is None else exchange.service.refuse(exchange, attempt.refusal)
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

    def settle(self, outcome: Outcome) -> list[Exception]:
        """Note what the client gets in the attempts, and tell the watchers: the one place where that happens.

        Returns what the watchers raised.
        """
        self._write(outcome)
        return [failed for attempt in outcome.attempts for failed in self.audit_trail.tell(attempt)]

    def _write(self, outcome: Outcome) -> None:
        reply, folded = outcome.reply, outcome.request.folded
        for attempt in outcome.attempts:
            if outcome.note:
                attempt.cause = self._hide(outcome.note)
            if folded:
                told = FOLDED.format(", ".join(folded)[:200])
                attempt.cause = f"{attempt.cause} {told}" if attempt.cause else told
            if reply is not None and reply.code is not None:
                attempt.code = self._hide(reply.code)
            if reply is not None and not outcome.reset:
                attempt.http_status = reply.status
            elif reply is not None:
                attempt.cause = f"{attempt.cause} {NEVER_ANSWERED}" if attempt.cause else NEVER_ANSWERED
        if reply is not None and outcome.service is not None:
            sent_headers.add(outcome.service.headers, reply, outcome.request)

    def fail(self, request: SignedRequest, failed: Exception) -> Outcome:
        """The outcome of a request on which the fake failed outside of :meth:`call`."""
        exchange = self._exchange(request, ALONE)
        outcome = self._outcome(exchange, self._fail(exchange, failed), unanswered=False)
        self.settle(outcome)
        return outcome

    def note_malformed(self, request: SignedRequest, status: int, cause: str, cure: str | None) -> list[Exception]:
        """Write into the trail what could be read of a request that is no well-formed HTTP; as :meth:`settle`."""
        login = AnyLogin(request, None, "restlet", next(iter(self.accounts.values())).clock.now())
        attempt = self.gate.refuse(login, MALFORMED_HTTP.because(cause, cure))
        reply = Reply(status=status)
        return self.settle(Outcome(request=request, reply=reply, attempts=[attempt]))

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
        self.audit_trail.store.clear()  # the calls of the deployments that went

    # -- one request -------------------------------------------------------------------------------------------

    def _exchange(self, request: SignedRequest, beside: Surroundings) -> Exchange:
        return Exchange(
            request=request, service=restlets.SERVICE, account=None, accounts=self.accounts, gate=self.gate,
            desk=self.desk, beside=beside, files=self.files,
        )  # fmt: skip

    @staticmethod
    def _outcome(exchange: Exchange, reply: Reply | None, *, unanswered: bool) -> Outcome:
        return Outcome(
            request=exchange.request, service=exchange.service, reply=reply, attempts=exchange.attempts, unanswered=unanswered,
            failures=exchange.failures, reset=exchange.reset, note=exchange.note,
        )  # fmt: skip

    def _answer(self, exchange: Exchange) -> Reply | None:
        try:
            exchange.service, exchange.account = route(exchange.request, self.accounts)
        except MisdirectedError as wrong:
            return self._misdirect(exchange, wrong)
        channel = exchange.service.channel
        striking = self.faults.striking(exchange.request, channel, "arrival", "answer")
        early = next((fault for fault in striking if fault.stage == "arrival"), None) if striking else None
        governed = channel in CONCURRENCY.channels and exchange.account is not None
        with Places(self._governor, exchange.account if governed else None) as places:
            if early is not None:
                return self._strike(exchange, early, striking[: striking.index(early)], places)
            places.take_of_account()
            exchange.governor = _Governed(places, self.faults, exchange)
            try:
                reply = exchange.service.serve(exchange)
            finally:
                exchange.governor = None  # a circle would keep the body until somebody collects
            reply = self._answer_beside(exchange) if reply is None else reply
            for fault in () if exchange.busy else striking:
                self.faults.wait(fault)
                exchange.reset = exchange.reset or fault.kind == "reset"
            return reply

    def _answer_beside(self, exchange: Exchange) -> Reply | None:
        """Let whoever stands beside the fake answer, while the request holds its place among those in flight.

        Raises:
            ResetError: it asks for one.
        """
        try:
            return exchange.beside.answer()
        except ConnectionResetError:
            raise ResetError from None
        except Exception as failed:  # noqa: BLE001  (a handler is the test's own code and may raise anything; it is a failure of the test)
            return self._fail_beside(exchange, failed)

    def _misdirect(self, exchange: Exchange, wrong: MisdirectedError) -> Reply:
        """Row 1: refuse as RESTlets do, and lead on where NetSuite would."""
        if wrong.answer is not None:
            exchange.service = wrong.service
            return wrong.answer(exchange)
        exchange.account = wrong.account
        hosts = tuple(wrong.service.host_of(account) for account in self.accounts.values())
        attempt = exchange.refuse(wrong.refusal, channel="restlet", hosts=hosts)
        reply = restlets.refuse(exchange, attempt.refusal or wrong.refusal)
        if wrong.location:
            reply.headers.append(("Location", encoded_url(wrong.location)))
        return reply

    def _strike(self, exchange: Exchange, fault: Fault, before: list[Fault], places: Places) -> Reply:
        """Let a fault strike before the login, after the delays that strike first; it holds a place for those alone.

        Raises:
            ResetError: the fault is a reset.
        """
        exchange.account = exchange.called
        if before:
            places.take_of_account()
        for delay in before:
            self.faults.wait(delay)
        self.faults.wait(fault)
        return cast("Callable[[Exchange, Fault], Reply]", KINDS[fault.kind].answer)(exchange, fault)

    @staticmethod
    def _fail_beside(exchange: Exchange, failed: BaseException) -> Reply:
        """Tell of an exception of the test's own function; ``pytest.fail()`` raises what is no Exception."""
        exchange.failures.append(failed if isinstance(failed, Exception) else AnswerError.of(failed))
        exchange.note = f"The answer failed: {type(failed).__name__}: {failed}"
        return Reply.of(b"", status=_FAILED)

    def _fail(self, exchange: Exchange, failed: Exception) -> Reply:
        """Tell of an exception of the fake's own."""
        told = "".join(traceback.format_exception(failed))
        _LOG.error("%s", self._hide(f"the fake failed on {exchange.request.method} {exchange.request.path}\n{told}"))
        exchange.failures.append(InternalError.of(failed))
        exchange.note = f"The fake itself failed: {type(failed).__name__}: {failed}"
        if not exchange.attempts:
            with suppress(Exception):  # what failed may be what every attempt is made of
                exchange.refuse(FAKE_FAILED, channel="restlet", hosts=None, now=time.time())  # or the clock
        return Reply.of(b"", status=_FAILED)
