"""What a refusal is: why, how the trail names it, and how each channel answers it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from pytest_netsuite_tba.account.behaviour import Behaviour
    from pytest_netsuite_tba.account.records import Account, Token

Channel = str  # restlet, rest, soap or token: the rows of the table of services say which there are
WEB_SERVICES: tuple[Channel, ...] = ("rest", "soap")

# Public error codes of RESTlets and their English messages (Oracle section_4634920277).
MESSAGES = {
    "INVALID_LOGIN_ATTEMPT": "Invalid login attempt.",
    "INVALID_LOGIN_CREDENTIALS": "You have entered an invalid email address or account number. Please try again.",
    "INVALID_REQUEST": "The request could not be understood by the server due to malformed syntax.",
    "TWO_FA_REQD": "Two-Factor Authentication required.",
}


class PublicError(NamedTuple):
    """How a channel answers a refusal: public error code (None for an empty body), HTTP status, message."""

    code: str | None
    status: int
    message: str


# Web services answer nearly every refused login alike (captured: drudge/n8n-nodes-netsuite#9, jacobsvante/netsuite#27).
INVALID_LOGIN: dict[Channel, PublicError] = {
    "rest": PublicError(
        "INVALID_LOGIN",
        401,
        "Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI at "
        "Setup > Users/Roles > User Management > View Login Audit Trail.",
    ),
    "soap": PublicError("USER_ERROR", 500, "Invalid login attempt."),
}
NO_PERMISSION = PublicError("USER_ERROR", 400, "Your current role does not have permission to perform this action.")

_SAME = "same"
Settle = Callable[["Behaviour"], Mapping[str, Any]]  # fields of the refusal that an account's Behaviour decides


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One reason to refuse a login.

    Attributes:
        id: unique name; the audit-trail detail, ``detail-cause``, or a kebab-case name where nothing is logged.
        row: of the table of checks, 1 to 18.
        detail: what the Login Audit Trail shows for a RESTlet call, or None.
        detail_value: what the trail shows behind the detail, in angle brackets; ``""`` for nothing.
        code: the public error code, or None where the answer has none.
        status: HTTP status; None stands for ``Behaviour.login_failure_status``.
        cause: what happened, in one sentence.
        cure: what to do about it, in one sentence.
        web_services_detail: the detail for SOAP and REST web services where it differs.
        logged: whether NetSuite's own audit trail shows the attempt.
        arrange: makes the records such that the next login is refused this way; None where only a client's
            mistake can.
        settle: the fields that an account's ``Behaviour`` decides; None where it decides none.
        channels: where it can happen.
        answers: how web services answer it where that is not :data:`INVALID_LOGIN`.
        text: the message where it is not the code's own.
        title: what is wrong, in a few words, where the catalogue of mistakes has no title for it.
        mistake: id of the mistake in the catalogue that the refusal itself shows, or ``""``.
        header_at_fault: whether another Authorization header could have been let in.
        needs_new_nonce: whether the right header has another nonce and timestamp than were sent.
        counted: whether it counts towards the lock of its user.
    """

    id: str
    row: int
    cause: str
    cure: str
    detail: str | None = None
    detail_value: str = ""
    code: str | None = "INVALID_LOGIN_ATTEMPT"
    status: int | None = None
    web_services_detail: str | None = _SAME
    logged: bool = True
    arrange: Callable[[Account, Token], object] | None = dataclasses.field(default=None, repr=False, compare=False)
    settle: Settle | None = dataclasses.field(default=None, repr=False, compare=False)
    channels: tuple[Channel, ...] = ("restlet", *WEB_SERVICES)
    answers: Mapping[Channel, PublicError] = dataclasses.field(default_factory=dict, repr=False, compare=False)
    text: str = ""
    title: str = ""
    mistake: str = ""
    header_at_fault: bool = True
    needs_new_nonce: bool = False
    counted: bool = False

    @property
    def message(self) -> str:
        """The English message that goes with the code."""
        return self.text or MESSAGES.get(self.code or "", "")

    @property
    def of_token_endpoints(self) -> bool:
        """Whether only the authorization flow and user log-ins are refused this way."""
        return self.channels == ("token",)

    def detail_for(self, channel: Channel) -> str | None:
        """The audit-trail detail as ``channel`` logs it."""
        if channel in WEB_SERVICES and self.web_services_detail != _SAME:
            return self.web_services_detail
        return f"{self.detail} <{self.detail_value}>" if self.detail_value else self.detail

    def because(self, cause: str, cure: str | None = None) -> Self:
        """The same refusal with the facts of one request as its cause, and where they ask for it another cure."""
        return dataclasses.replace(self, cause=cause, cure=cure or self.cure)

    def settled(self, behaviour: Behaviour, channel: Channel = "restlet") -> Self:
        """The refusal as an account of this behaviour answers it there: code, status and detail are final."""
        settled = self if self.settle is None else dataclasses.replace(self, **self.settle(behaviour))
        if channel in WEB_SERVICES:
            answer = self.answers.get(channel) or INVALID_LOGIN[channel]
            if answer is NO_PERMISSION and behaviour.rest_permission_code != NO_PERMISSION.code:
                answer = INVALID_LOGIN[channel]
            settled = dataclasses.replace(settled, code=answer.code, status=answer.status, text=answer.message)
        if settled.status is None:
            settled = dataclasses.replace(settled, status=behaviour.login_failure_status)
        return settled


def set_field(path: str, value: object) -> Callable[[Account, Token], object]:
    """Arrange by setting one field, named as ``token.role.active`` or ``account.features....``."""
    *owners, field = path.split(".")

    def arrange(account: Account, token: Token) -> None:
        record: object = {"account": account, "token": token}[owners[0]]
        for owner in owners[1:]:
            record = getattr(record, owner)
        setattr(record, field, value)

    return arrange
