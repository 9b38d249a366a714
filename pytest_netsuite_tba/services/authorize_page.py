"""Step 2 of the authorization flow: the user logs in, picks a role, and allows or denies (section_156536698849)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_netsuite_tba.login.base_string import FORM
from pytest_netsuite_tba.login.refusals.token_endpoints import BY_TOKEN_ID
from pytest_netsuite_tba.oauth1.encoding import decode_query, to_bytes, to_text
from pytest_netsuite_tba.tokens.approval import STATE
from pytest_netsuite_tba.tokens.nlauth import UserCredentials
from pytest_netsuite_tba.tokens.request_tokens import Choice, OpenForm, User
from pytest_netsuite_tba.tokens.user_checks import (
    CHOICE_CHECKS,
    CODE_CHECKS,
    ENTITY_CHECKS,
    ROLE_CHECKS,
    UserLogin,
    first_refusal,
)

from . import authorize_views as views
from .bodies import Answer
from .endpoints import RefusedError, check_method, host_names
from .service import Service

if TYPE_CHECKING:
    from werkzeug import Request, Response

    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.login.gate import Gate
    from pytest_netsuite_tba.login.refusal import Refusal
    from pytest_netsuite_tba.login.request import SignedRequest
    from pytest_netsuite_tba.tokens.desk import Redirect, TokenDesk
    from pytest_netsuite_tba.tokens.request_tokens import RequestToken
    from pytest_netsuite_tba.tokens.user_checks import UserCheck

_MOST_BYTES = 65_536  # of a form: it holds a few short fields


class AuthorizePage(Service):
    """The pages; what is between them is kept with the request token, and each form works once."""

    channel = "token"

    def serve(self, request: Request, signed: SignedRequest, gate: Gate | None, *, within_limit: bool) -> Response:  # noqa: ARG002  (no script runs)
        """Answer one request of a browser."""
        if signed.path != views.PATH:
            return self.fake.answer_expected(request)
        account = None if gate is None else host_names(signed, gate.account)
        try:
            check_method(signed, "GET", "POST")
            return self._open(signed, account) if signed.method == "GET" else self._sent(signed, account)
        except RefusedError as refused:
            attempt = self.fake.desk.refuse(signed, refused.refusal, account)
            response = _page(
                views.notice("This request cannot be allowed", _sentence(refused.refusal)), attempt.http_status
            )
            if refused.allow:
                response.headers["Allow"] = refused.allow
            self.fake.audit_trail.answered(attempt, response.status_code)
            return response

    def _open(self, signed: SignedRequest, account: Account | None) -> Response:
        """Serve the log-in page for a request token that waits."""
        fields = _once(signed.query_parameters)
        state = fields.get("state", "")
        if STATE.fullmatch(state) is None:
            raise RefusedError(BY_TOKEN_ID["page-bad-state"])
        with self.fake.desk.lock:
            token = self._token(fields, account)
            return _page(self._log_in_page(token, token.open_form(OpenForm(state=state))))

    def _sent(self, signed: SignedRequest, account: Account | None) -> Response:
        """Take a form that came back."""
        if signed.media_type != FORM or len(signed.body) > _MOST_BYTES:
            raise RefusedError(BY_TOKEN_ID["page-stale-form"].because("What came is no form of this page."))
        fields = _once(decode_query(to_text(signed.body)))
        with self.fake.desk.lock:
            token = self._token(fields, account)
            form = token.forms.pop(fields.get("form", ""), None)
            if form is None:
                raise RefusedError(BY_TOKEN_ID["page-stale-form"])
            visit = Visit(self.fake.desk, signed, token, form)
            if not form.users:
                response = self._logged_in(visit, fields)
            elif form.choice is not None:
                response = self._coded(visit, form.choice, fields.get("code", ""))
            else:
                response = self._decided(visit, fields)
        for attempt in visit.attempts:
            self.fake.audit_trail.answered(attempt, response.status_code)
        return response

    def _token(self, fields: dict[str, str], account: Account | None) -> RequestToken:
        token = self.fake.desk.waiting(fields.get("oauth_token", ""))
        if token is None:
            raise RefusedError(BY_TOKEN_ID["page-no-request-token"])
        if account is not None and token.account not in (None, account):
            raise RefusedError(
                BY_TOKEN_ID["page-no-request-token"].because("The request token was made for another account.")
            )
        return token

    # -- one form after the other ----------------------------------------------------------------------------

    def _logged_in(self, visit: Visit, fields: dict[str, str]) -> Response:
        desk, token = self.fake.desk, visit.token
        email, password = _plain(fields.get("email", "")), fields.get("password", "")
        homes = (token.account,) if token.account else desk.homes(email, password)
        credentials = UserCredentials(email=email, password=password)
        logins = [UserLogin(home, credentials, remote_address=visit.signed.remote_address) for home in homes]
        for login in logins:
            refusal = visit.judge(login, ENTITY_CHECKS)
            if refusal is not None:
                form = token.open_form(OpenForm(state=visit.form.state))
                page = self._log_in_page(token, form, email=email, error=_sentence(refusal))
                return _page(page, refusal.status)
        users = tuple(User(login.account, login.found_entity) for login in logins)
        wanted = next((_value(one) for one in _choices(users) if str(one.role.id) == token.role), "")
        return visit.consent(users, wanted)

    def _decided(self, visit: Visit, fields: dict[str, str]) -> Response:
        users, decision, picked = visit.form.users, fields.get("decision"), fields.get("role", "")
        if decision == "deny":
            return _sent_on(self.fake.desk.deny(visit.token, visit.form.state))
        choice = next((one for one in _choices(users) if _value(one) == picked), None)
        if decision != "allow" or choice is None:
            return visit.consent(users, picked, error="Pick a role, then Allow or Deny.", status=400)
        if choice.role.two_factor and first_refusal(visit.login(choice), CHOICE_CHECKS) is None:
            return visit.code(choice)
        refusal = visit.judge(visit.login(choice), CHOICE_CHECKS)
        if refusal is not None:
            return visit.consent(users, "", error=_sentence(refusal), status=refusal.status)
        return visit.allow(choice)

    @staticmethod
    def _coded(visit: Visit, choice: Choice, code: str) -> Response:
        refusal = visit.judge(visit.login(choice, code), CODE_CHECKS)
        if refusal is not None:
            return visit.code(choice, error=refusal.cause, status=refusal.status)
        return visit.allow(choice)

    def _log_in_page(self, token: RequestToken, form: str, *, email: str = "", error: str = "") -> str:
        return views.log_in(
            token=token.id,
            form=form,
            application=_application(self.fake.desk, token),
            company="" if token.account is None else f"{token.account.name} ({token.account.id})",
            email=email,
            error=error,
        )


class Visit:
    """One form that came back, the log-ins that it was, and the page that answers it."""

    def __init__(self, desk: TokenDesk, signed: SignedRequest, token: RequestToken, form: OpenForm) -> None:
        self.desk = desk
        self.signed = signed
        self.token = token
        self.form = form
        self.attempts: list[LoginAttempt] = []

    def login(self, choice: Choice, code: str = "") -> UserLogin:
        """Give the user's log-in to the interface with the role picked."""
        credentials = UserCredentials(email=choice.entity.email, role=str(choice.role.id), code=code)
        return UserLogin(choice.account, credentials, remote_address=self.signed.remote_address, interface=True)

    def judge(self, login: UserLogin, checks: tuple[UserCheck, ...]) -> Refusal | None:
        """Judge a log-in; the page that answers it follows."""
        application = self.desk.integration_of(self.token)
        attempt = self.desk.log_in(self.signed, login, checks, application=application)
        self.attempts.append(attempt)
        return attempt.refusal

    def consent(self, users: tuple[User, ...], wanted: str, *, error: str = "", status: int | None = 200) -> Response:
        """Serve the page with the roles, Allow and Deny."""
        options = _options(self, users)
        usable = [one.value for one in options if one.why is None]
        page = views.consent(
            token=self.token.id,
            form=self.token.open_form(OpenForm(state=self.form.state, users=users)),
            application=_application(self.desk, self.token),
            user=users[0].entity.label,
            callback=_where(self.token.callback),
            roles=options,
            chosen=wanted if wanted in usable else next(iter(usable), ""),
            error=error,
        )
        return _page(page, status)

    def code(self, choice: Choice, *, error: str = "", status: int | None = 200) -> Response:
        """Serve the page that asks for the one-time code."""
        form = self.token.open_form(OpenForm(state=self.form.state, users=self.form.users, choice=choice))
        return _page(views.code(token=self.token.id, form=form, role=choice.role.name, error=error), status)

    def allow(self, choice: Choice) -> Response:
        """Send the user on to the application."""
        redirect = self.desk.allow(self.token, *choice, self.form.state)
        return _sent_on(redirect)


def _choices(users: tuple[User, ...]) -> list[Choice]:
    return [Choice(account, entity, role) for account, entity in users for role in entity.roles]


def _value(choice: Choice) -> str:
    return f"{choice.account.id}/{choice.role.id}"


def _options(visit: Visit, users: tuple[User, ...]) -> list[views.RoleOption]:
    """Give every role that the user has, and why some cannot be picked."""
    several = len(users) > 1
    options = []
    for choice in _choices(users):
        where = f", {choice.account.name} ({choice.account.id})" if several else ""
        refusal = first_refusal(visit.login(choice), ROLE_CHECKS)
        why = None if refusal is None else refusal.cause
        options.append(views.RoleOption(_value(choice), f"{choice.role.name}{where}", why))
    return options


def _application(desk: TokenDesk, token: RequestToken) -> str:
    integration = desk.integration_of(token)
    return "An application" if integration is None else integration.name


def _where(callback: str) -> str:
    """Give scheme and host of a callback, for people."""
    return callback.partition("://")[0] + "://" + re.split("[/?#]", callback.partition("://")[2])[0]


def _sentence(refusal: Refusal) -> str:
    """Say to the user no more than NetSuite would; where the answer has no code, there is nothing to hide."""
    return refusal.message or f"{refusal.cause} {refusal.cure}"


def _once(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Give the fields of a form or a query, each of which may come once."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise RefusedError(BY_TOKEN_ID["bad-parameter"].because("A field came twice.").saying("A field came twice."))
    return fields


def _plain(text: str) -> str:
    return to_bytes(text).decode("utf-8", "replace")


def _page(html: str, status: int | None = 200) -> Response:
    return Answer(
        html.encode("utf-8", "replace"), status=status, content_type="text/html; charset=utf-8", headers=views.HEADERS
    )


def _sent_on(redirect: Redirect) -> Response:
    headers = {"Location": redirect.url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Answer(b"", status=302, content_type="text/html; charset=utf-8", headers=headers)
