"""What a refusal is: why, how the trail names it, and how each channel answers it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_netsuite_tba.account.behaviour import Behaviour
    from pytest_netsuite_tba.account.records import Account, Token

Channel = Literal["restlet", "rest", "soap", "token"]
WEB_SERVICES: tuple[Channel, ...] = ("rest", "soap")

# Public error codes of RESTlets and their English messages (Oracle section_4634920277).
MESSAGES = {
    "INVALID_LOGIN_ATTEMPT": "Invalid login attempt.",
    "INVALID_LOGIN_CREDENTIALS": "You have entered an invalid email address or account number. Please try again.",
    "INVALID_REQUEST": "The request could not be understood by the server due to malformed syntax.",
    "TWO_FA_REQD": "Two-Factor Authentication required.",
}


class Answer(NamedTuple):
    """How a channel answers a refusal: public error code (None for an empty body), HTTP status, message."""

    code: str | None
    status: int
    message: str


# Web services answer nearly every refused login alike (captured: drudge/n8n-nodes-netsuite#9, jacobsvante/netsuite#27).
INVALID_LOGIN: dict[Channel, Answer] = {
    "rest": Answer(
        "INVALID_LOGIN",
        401,
        "Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI at "
        "Setup > Users/Roles > User Management > View Login Audit Trail.",
    ),
    "soap": Answer("USER_ERROR", 500, "Invalid login attempt."),
}

_SAME = "same"
NO_PERMISSION = Answer("USER_ERROR", 400, "Your current role does not have permission to perform this action.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One reason to refuse a login.

    Attributes:
        id: unique name; the audit-trail detail, ``detail-cause``, or a kebab-case name where nothing is logged.
        row: of the table of checks, 1 to 18.
        detail: what the Login Audit Trail shows for a RESTlet call, or None.
        code: the public error code, or None where the answer has none.
        status: HTTP status; None stands for ``Behaviour.login_failure_status``.
        cause: what happened, in one sentence.
        cure: what to do about it, in one sentence.
        web_services_detail: the detail for SOAP and REST web services where it differs.
        logged: whether NetSuite's own audit trail shows the attempt.
        arrange: makes the records such that the next login is refused this way; None where only a client's
            mistake can.
        channels: where it can happen.
        answers: how web services answer it where that is not :data:`INVALID_LOGIN`.
        text: the message where it is not the code's own.
        title: what is wrong, in a few words, where the catalogue of mistakes has no title for it.

    """

    id: str
    row: int
    cause: str
    cure: str
    detail: str | None = None
    code: str | None = "INVALID_LOGIN_ATTEMPT"
    status: int | None = None
    web_services_detail: str | None = _SAME
    logged: bool = True
    arrange: Callable[[Account, Token], object] | None = dataclasses.field(default=None, repr=False, compare=False)
    channels: tuple[Channel, ...] = ("restlet", *WEB_SERVICES)
    answers: Mapping[Channel, Answer] = dataclasses.field(default_factory=dict, repr=False, compare=False)
    text: str = ""
    title: str = ""

    @property
    def message(self) -> str:
        """The English message that goes with the code."""
        return self.text or MESSAGES.get(self.code or "", "")

    def detail_for(self, channel: Channel) -> str | None:
        """Give the audit-trail detail as ``channel`` logs it."""
        if channel in WEB_SERVICES and self.web_services_detail != _SAME:
            return self.web_services_detail
        return self.detail

    def because(self, cause: str, cure: str | None = None) -> Self:
        """Give the same refusal with the facts of one request as its cause, and where they ask for it another cure."""
        return dataclasses.replace(self, cause=cause, cure=cure or self.cure)

    def settled(self, behaviour: Behaviour, channel: Channel = "restlet") -> Refusal:
        """Give the refusal as an account of this behaviour answers it there: code, status and detail are final."""
        code, status, logged, detail, text = self.code, self.status, self.logged, self.detail, self.text
        if self.id == "no-authorization":
            code = behaviour.missing_header_code
        elif self.id == "realm-missing":
            code, logged = behaviour.missing_realm_code, behaviour.wrong_realm_logged
        elif self.id == "wrong-realm":
            logged = behaviour.wrong_realm_logged
        elif self.id == "InvalidTimestamp":
            code = behaviour.timestamp_outside_window_code
            status = 400 if code == "INVALID_REQUEST" else None
        elif self.id == "consumer_key_refused-tba-unticked":
            detail = behaviour.tba_unticked_detail
        elif self.code == "INSUFFICIENT_PERMISSION":
            status = behaviour.insufficient_permission_status
        if channel in WEB_SERVICES:
            answer = self.answers.get(channel) or INVALID_LOGIN[channel]
            if answer is NO_PERMISSION and behaviour.rest_permission_code != NO_PERMISSION.code:
                answer = INVALID_LOGIN[channel]
            code, status, text = answer
        status = behaviour.login_failure_status if status is None else status
        return dataclasses.replace(self, code=code, status=status, logged=logged, detail=detail, text=text)


def set_field(path: str, value: object) -> Callable[[Account, Token], object]:
    """Arrange by setting one field, named as ``token.role.active`` or ``account.features....``."""
    *owners, field = path.split(".")

    def arrange(account: Account, token: Token) -> None:
        record: object = {"account": account, "token": token}[owners[0]]
        for owner in owners[1:]:
            record = getattr(record, owner)
        setattr(record, field, value)

    return arrange
