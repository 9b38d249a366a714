"""What the endpoints below /rest/ have in common: one method each, JSON errors, parameters, user credentials."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from werkzeug import Response

from pytest_netsuite_tba.account.records import NETSUITE
from pytest_netsuite_tba.login.refusals.token_endpoints import BY_TOKEN_ID
from pytest_netsuite_tba.oauth1.encoding import to_bytes
from pytest_netsuite_tba.tokens.nlauth import BadNLAuthError, UserCredentials, parse_nlauth

from .bodies import JSON, Answer, dump_json, error_answer
from .restlets import OAUTH_CHALLENGE
from .service import Service

if TYPE_CHECKING:
    from werkzeug import Request

    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.login.gate import Gate
    from pytest_netsuite_tba.login.refusal import Refusal
    from pytest_netsuite_tba.login.request import SignedRequest


class RefusedError(Exception):
    """The request is refused before any check of a login.

    Attributes:
        refusal: says why.
        allow: the methods that would do, where the method is why.

    """

    def __init__(self, refusal: Refusal, *, allow: str = "") -> None:
        super().__init__(refusal.cause)
        self.refusal = refusal
        self.allow = allow


Endpoint = Callable[["SignedRequest", "Account | None"], Response]


class Endpoints(Service):
    """Endpoints below /rest/, each by its path and its one method.

    Errors are JSON whatever the call's content type (captured by cloudextend/contrib-netsuite-servicemgr).
    """

    channel = "token"

    def endpoints(self) -> dict[str, tuple[str, Endpoint]]:
        """Give the method and the answer of each path."""
        raise NotImplementedError

    def serve(self, request: Request, signed: SignedRequest, gate: Gate | None, *, within_limit: bool) -> Response:  # noqa: ARG002  (no script runs)
        """Judge one request and answer it."""
        method, answer = self.endpoints().get(signed.path, ("", None))
        if answer is None:
            return self.fake.answer_expected(request)
        account = None if gate is None else gate.account
        try:
            check_method(signed, method)
            return answer(signed, account)
        except RefusedError as refused:
            response = self.refused(self.fake.desk.refuse(signed, refused.refusal, account))
            if refused.allow:
                response.headers["Allow"] = refused.allow
            return response

    def refused(self, attempt: LoginAttempt, *, challenge: bool = False) -> Response:
        """Render a refused attempt; ``challenge``: as RESTlets do where a signature was judged."""
        refusal = attempt.refusal
        assert refusal is not None  # noqa: S101  (the caller asked)
        account = self.fake.accounts.get(attempt.account)
        status = refusal.status or 401
        headers = {}
        if challenge and status == 401 and account is not None and account.behaviour.www_authenticate_on_restlets:  # noqa: PLR2004
            headers["WWW-Authenticate"] = OAUTH_CHALLENGE.format(account.id)
        return self.answered(attempt, error_answer(JSON, status, refusal.code, refusal.message, headers))

    def answered(self, attempt: LoginAttempt, response: Response) -> Response:
        """Note in the trail what the client gets, and give it."""
        self.fake.audit_trail.answered(attempt, response.status_code)
        return response


def check_method(signed: SignedRequest, *methods: str) -> None:
    """Raise a RefusedError unless the request's method is one of these."""
    if signed.method not in methods:
        cause = f"{signed.path} takes {' and '.join(methods)} only, not {signed.method[:20]!r}."
        raise RefusedError(BY_TOKEN_ID["method-not-allowed"].because(cause), allow=", ".join(methods))


def host_names(signed: SignedRequest, account: Account | None) -> Account | None:
    """Give the account if it is the host that names it: NetSuite's own hosts do, the fake's address does not."""
    return account if signed.host.lower().partition(":")[0].endswith(NETSUITE) else None


def user_credentials(signed: SignedRequest) -> UserCredentials:
    """Read the NLAuth header.

    Raises:
        RefusedError: there is none, or it cannot be read.

    """
    refused = BY_TOKEN_ID["user-no-credentials"]
    if not signed.authorizations:
        raise RefusedError(refused.because("The request has no Authorization header."))
    if len(signed.authorizations) > 1:
        raise RefusedError(BY_TOKEN_ID["user-malformed"].because("The request has several Authorization headers."))
    header = signed.authorizations[0].strip()
    scheme = header.partition(" ")[0]
    if scheme.lower() != "nlauth":
        raise RefusedError(refused.because(f"The Authorization header is of the scheme {scheme[:40]!r}, not NLAuth."))
    try:
        return parse_nlauth(header)
    except BadNLAuthError as bad:
        raise RefusedError(BY_TOKEN_ID["user-malformed"].because(str(bad))) from None


def account_of(credentials: UserCredentials, called: Account | None, accounts: dict[str, Account]) -> Account:
    """Give the account that the host and ``nlauth_account`` both name; a shared host names none.

    Raises:
        RefusedError: a value is missing, or the two do not agree.

    """
    if not (credentials.account and credentials.email and credentials.password):
        raise RefusedError(BY_TOKEN_ID["user-incomplete"])
    named = accounts.get(credentials.account)
    if named is None or called not in (None, named):
        host = "" if called is None else f", and the host is that of {called.id!r}"
        known = f"is not one of {', '.join(accounts)}" if named is None else "is another"
        raise RefusedError(
            BY_TOKEN_ID["user-wrong-account"].because(f"nlauth_account {credentials.account[:80]!r} {known}{host}.")
        )
    return named


def parameter(signed: SignedRequest, name: str, *, required: bool = True) -> str:
    """Give a parameter of the query string, ``""`` for an optional one that is not there.

    Raises:
        RefusedError: it is missing, empty or there twice; the message names it.

    """
    values = [value for sent, value in signed.query_parameters if sent == name]
    refused = BY_TOKEN_ID["bad-parameter"]
    if len(values) > 1:
        raise RefusedError(refused.because(f"{name} is sent twice.").saying(f"{name} is given more than once."))
    if not values and not required:
        return ""
    if not values or not values[0]:
        missing = f"{name} is {'empty' if values else 'missing'}."
        raise RefusedError(refused.because(missing).saying(f"Please enter value(s) for: {name}"))
    return to_bytes(values[0]).decode("utf-8", "replace")


def json_answer(value: object) -> Response:
    """Answer with JSON."""
    return Answer(dump_json(value).encode(), status=200, content_type=f"{JSON}; charset=utf-8")
