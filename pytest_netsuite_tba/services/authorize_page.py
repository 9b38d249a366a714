"""Step 2 of the authorization flow: the user logs in, picks a role, and allows or denies (section_156536698849)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_netsuite_tba.login import checks
from pytest_netsuite_tba.login.gate import first_refusal
from pytest_netsuite_tba.login.refusals.token_endpoints import BY_TOKEN_ID
from pytest_netsuite_tba.oauth1.encoding import FORM, decode_query, to_bytes, to_text
from pytest_netsuite_tba.oauth1.target import Target
from pytest_netsuite_tba.tokens.approval import STATE
from pytest_netsuite_tba.tokens.nlauth import UserCredentials
from pytest_netsuite_tba.tokens.request_tokens import Choice, OpenForm, User
from pytest_netsuite_tba.tokens.user_checks import CHOICE_CHECKS, CODE_CHECKS, ENTITY_CHECKS, ROLE_CHECKS, UserLogin

from . import authorize_views as views
from . import service
from .endpoints import RefusedError, account_of_host, check_method
from .reply import Reply

if TYPE_CHECKING:
    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.login.refusal import Refusal
    from pytest_netsuite_tba.tokens.desk import Redirect, TokenDesk
    from pytest_netsuite_tba.tokens.request_tokens import RequestToken
    from pytest_netsuite_tba.tokens.user_checks import UserCheck

    from .service import Exchange

_MOST_BYTES = 65_536  # of a form: it holds a few short fields


def serve(exchange: Exchange) -> Reply | None:
    """Answer one request of a browser; what is between the pages is kept with the request token."""
    request = exchange.request
    if request.path != views.PAGE_PATH:
        return None
    account = account_of_host(exchange)
    try:
        check_method(request, "GET", "POST")
        return _open(exchange, account) if request.method == "GET" else _submit(exchange, account)
    except RefusedError as refused:
        exchange.account = account
        attempt = exchange.refuse(refused.refusal, hosts=None)
        reply = refuse(exchange, attempt.refusal or refused.refusal)
        if refused.allow:
            reply.headers.append(("Allow", refused.allow))
        return reply


def refuse(_: Exchange, refusal: Refusal) -> Reply:
    """Say on a page that the request cannot be allowed."""
    return _page(views.notice("This request cannot be allowed", _sentence(refusal)), refusal.status)


def _open(exchange: Exchange, account: Account | None) -> Reply:
    """Serve the log-in page for a request token that waits."""
    fields = _fields(exchange.request.query_parameters)
    state = fields.get("state", "")
    if STATE.fullmatch(state) is None:
        raise RefusedError(BY_TOKEN_ID["page-bad-state"])
    with exchange.desk.lock:
        token = _find_waiting(exchange.desk, fields, account)
        return _page(_log_in_page(exchange.desk, token, token.open_form(OpenForm(state=state))))


def _submit(exchange: Exchange, account: Account | None) -> Reply:
    """Take a form that came back."""
    request = exchange.request
    if request.media_type != FORM or len(request.body) > _MOST_BYTES:
        raise RefusedError(BY_TOKEN_ID["page-stale-form"].because("What came is no form of this page."))
    fields = _fields(decode_query(to_text(request.body)))
    with exchange.desk.lock:
        token = _find_waiting(exchange.desk, fields, account)
        form = token.forms.pop(fields.get("form", ""), None)
        if form is None:
            raise RefusedError(BY_TOKEN_ID["page-stale-form"])
        visit = Visit(exchange, token, form)
        if not form.users:
            return _log_in(visit, fields)
        if form.choice is not None:
            return _check_code(visit, form.choice, fields.get("code", ""))
        return _decide(visit, fields)


def _find_waiting(desk: TokenDesk, fields: dict[str, str], account: Account | None) -> RequestToken:
    token = desk.waiting(fields.get("oauth_token", ""))
    if token is None:
        raise RefusedError(BY_TOKEN_ID["page-no-request-token"])
    if account is not None and token.account not in (None, account):
        raise RefusedError(
            BY_TOKEN_ID["page-no-request-token"].because("The request token was made for another account.")
        )
    return token


# -- one form after the other --------------------------------------------------------------------------------------


def _log_in(visit: Visit, fields: dict[str, str]) -> Reply:
    desk, token = visit.desk, visit.token
    email, password = _plain(fields.get("email", "")), fields.get("password", "")
    homes = (token.account,) if token.account else desk.homes(email, password)
    credentials = UserCredentials(email=email, password=password)
    logins = [UserLogin(visit.request, home, credentials) for home in homes]
    for login in logins:
        refusal = visit.judge(login, ENTITY_CHECKS)
        if refusal is not None:
            form = token.open_form(OpenForm(state=visit.form.state))
            return _page(_log_in_page(desk, token, form, email=email, error=_sentence(refusal)), refusal.status)
    users = tuple(User(login.account, login.found_entity) for login in logins)
    wanted = next((_value(choice) for choice in _choices(users) if str(choice.role.id) == token.role), "")
    return visit.consent(users, wanted)


def _decide(visit: Visit, fields: dict[str, str]) -> Reply:
    users, decision, picked = visit.form.users, fields.get("decision"), fields.get("role", "")
    if decision == "deny":
        return _send_on(visit.desk.deny(visit.token, visit.form.state))
    choice = next((choice for choice in _choices(users) if _value(choice) == picked), None)
    if decision != "allow" or choice is None:
        return visit.consent(users, picked, error="Pick a role, then Allow or Deny.", status=400)
    if choice.role.two_factor and first_refusal(visit.login(choice), CHOICE_CHECKS) is None:
        return visit.code(choice)
    refusal = visit.judge(visit.login(choice), CHOICE_CHECKS)
    if refusal is not None:
        return visit.consent(users, "", error=_sentence(refusal), status=refusal.status)
    return visit.allow(choice)


def _check_code(visit: Visit, choice: Choice, code: str) -> Reply:
    refusal = visit.judge(visit.login(choice, code), CODE_CHECKS)
    if refusal is not None:
        return visit.code(choice, error=refusal.cause, status=refusal.status)
    return visit.allow(choice)


def _log_in_page(desk: TokenDesk, token: RequestToken, form: str, *, email: str = "", error: str = "") -> str:
    return views.log_in(
        token=token.id, form=form, application=_application(desk, token),
        company="" if token.account is None else f"{token.account.name} ({token.account.id})", email=email,
        error=error,
    )  # fmt: skip


class Visit:
    """One form that came back, the log-ins that it was, and the page that answers it."""

    def __init__(self, exchange: Exchange, token: RequestToken, form: OpenForm) -> None:
        self.exchange = exchange
        self.request = exchange.request
        self.desk = exchange.desk
        self.token = token
        self.form = form

    def login(self, choice: Choice, code: str = "") -> UserLogin:
        """The user's log-in to the interface with the role picked."""
        credentials = UserCredentials(email=choice.entity.email, role=str(choice.role.id), code=code)
        return UserLogin(self.request, choice.account, credentials, interface=True)

    def judge(self, login: UserLogin, checks: tuple[UserCheck, ...]) -> Refusal | None:
        """Judge a log-in; the page that answers it follows."""
        integration = self.desk.integration_of(self.token)
        login.application = "" if integration is None else integration.name
        return self.exchange.keep(self.desk.log_in(login, checks)).refusal

    def consent(self, users: tuple[User, ...], wanted: str, *, error: str = "", status: int | None = 200) -> Reply:
        """Serve the page with the roles, Allow and Deny."""
        options = _options(self, users)
        usable = [option.value for option in options if option.why is None]
        page = views.consent(
            token=self.token.id, form=self.token.open_form(OpenForm(state=self.form.state, users=users)),
            application=_application(self.desk, self.token), user=users[0].entity.label,
            callback=_where(self.token.callback), roles=options,
            chosen=wanted if wanted in usable else next(iter(usable), ""), error=error,
        )  # fmt: skip
        return _page(page, status)

    def code(self, choice: Choice, *, error: str = "", status: int | None = 200) -> Reply:
        """Serve the page that asks for the one-time code."""
        form = self.token.open_form(OpenForm(state=self.form.state, users=self.form.users, choice=choice))
        return _page(views.code(token=self.token.id, form=form, role=choice.role.name, error=error), status)

    def allow(self, choice: Choice) -> Reply:
        """Send the user on to the application."""
        redirect = self.desk.allow(self.token, *choice, self.form.state)
        return _send_on(redirect)


def _choices(users: tuple[User, ...]) -> list[Choice]:
    return [Choice(account, entity, role) for account, entity in users for role in entity.roles]


def _value(choice: Choice) -> str:
    return f"{choice.account.id}/{choice.role.id}"


def _options(visit: Visit, users: tuple[User, ...]) -> list[views.RoleOption]:
    """Every role that the user has, and why some cannot be picked."""
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
    """Scheme and host of a callback, for people."""
    target = Target.of(callback)
    return f"{target.scheme}://{target.host}"


def _sentence(refusal: Refusal) -> str:
    """Say to the user no more than NetSuite would; where the answer has no code, there is nothing to hide."""
    return refusal.message or f"{refusal.cause} {refusal.cure}"


def _fields(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """The fields of a form or a query, each of which may come once."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise RefusedError(BY_TOKEN_ID["bad-parameter"].because("A field came twice.").saying("A field came twice."))
    return fields


def _plain(text: str) -> str:
    return to_bytes(text).decode("utf-8", "replace")


def _page(html: str, status: int | None = 200) -> Reply:
    body = html.encode("utf-8", "replace")
    return Reply.of(body, "text/html; charset=utf-8", status=status or 200, headers=views.PAGE_HEADERS)


def _send_on(redirect: Redirect) -> Reply:
    headers = {"Location": redirect.url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Reply.of(b"", "text/html; charset=utf-8", status=302, headers=headers)


SERVICE = service.Service(
    name="ui", channel="token", domains=("app",), shared=("system",), paths=("/app/login/",), checks=checks.RESTLET,
    refuse=refuse, serve=serve,
)  # fmt: skip
