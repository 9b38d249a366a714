"""What the services have in common: judged at the account's gate, then answered; each in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from pytest_netsuite_tba.login.refusals.transport import CONCURRENCY

if TYPE_CHECKING:
    from werkzeug import Request, Response

    from pytest_netsuite_tba.account.records import Account, Token
    from pytest_netsuite_tba.login.audit_trail import AuditTrail, LoginAttempt
    from pytest_netsuite_tba.login.gate import Gate
    from pytest_netsuite_tba.login.refusal import Channel, Refusal
    from pytest_netsuite_tba.login.request import SignedRequest
    from pytest_netsuite_tba.tokens.desk import TokenDesk


class Fake(Protocol):
    """What a service needs of the server that it belongs to."""

    accounts: dict[str, Account]
    gates: dict[str, Gate]
    audit_trail: AuditTrail
    desk: TokenDesk

    def is_expected(self, request: Request) -> bool:
        """Whether an expectation of pytest-httpserver's matches."""

    def answer_expected(self, request: Request) -> Response:
        """Answer by pytest-httpserver's expectations; where none matches, the test fails."""

    def note_failure(self, failure: Exception) -> None:
        """Fail the test with an exception of its own code, or of its set-up."""

    def add_assertion(self, obj: Any) -> None:  # noqa: ANN401  (pytest-httpserver's own)
        """Fail the test with a message."""


class Service:
    """One of NetSuite's services, at one server.

    Attributes:
        channel: by whose tuple of checks its requests are judged.

    """

    channel: Channel = "restlet"

    def __init__(self, fake: Fake) -> None:
        self.fake = fake

    def serve(self, request: Request, signed: SignedRequest, gate: Gate | None, *, within_limit: bool) -> Response:
        """Judge one request and answer it; ``gate`` is None only at the hosts that no account has to itself.

        ``within_limit``: whether no more requests are in flight than the account may have.
        """
        assert gate is not None  # noqa: S101  (hosts.SHARED sends such requests elsewhere)
        account, trail = gate.account, self.fake.audit_trail
        if not within_limit and account.behaviour.concurrency_before_login:
            busy = CONCURRENCY.settled(account.behaviour, self.channel)
            attempt = trail.refuse(
                signed, busy, now=account.clock.now(), channel=self.channel, expected=True, account=account.id
            )
            trail.answered(attempt, busy.status)
            return self.refuse(signed, busy, account)
        attempt, token = gate.judge(signed, self.channel)
        if attempt.refusal is not None:
            trail.answered(attempt, attempt.refusal.status)
            return self.refuse(signed, attempt.refusal, account)
        assert token is not None  # noqa: S101  (checked under the same lock)
        if within_limit:
            response = self.answer(request, signed, account, token, attempt)
        else:
            response = self.refuse(signed, CONCURRENCY.settled(account.behaviour, self.channel), account)
            attempt.cause = f"More than {account.concurrency_limit} requests were in flight."
        trail.answered(attempt, response.status_code, getattr(response, "code", None))
        return response

    def refuse(self, signed: SignedRequest, refusal: Refusal, account: Account | None) -> Response:
        """Render a refusal, which is settled, as this service does."""
        raise NotImplementedError

    def answer(
        self, request: Request, signed: SignedRequest, account: Account, token: Token, attempt: LoginAttempt
    ) -> Response:
        """Answer a request that was let in; what a reader of the report should know goes into ``attempt.cause``."""
        raise NotImplementedError
