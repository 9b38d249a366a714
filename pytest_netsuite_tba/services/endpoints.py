"""What the endpoints below /rest/ have in common: one method each, JSON errors, parameters, user credentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.records import NETSUITE
from pytest_netsuite_tba.login.refusals.token_endpoints import BY_TOKEN_ID
from pytest_netsuite_tba.oauth1.encoding import to_bytes
from pytest_netsuite_tba.oauth1.target import host_and_port
from pytest_netsuite_tba.tokens.nlauth import BadNLAuthError, UserCredentials, parse_nlauth

from .bodies import JSON, error_reply
from .reply import UNAUTHORIZED, Reply
from .service import OAUTH_CHALLENGE

if TYPE_CHECKING:
    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.login.refusal import Refusal
    from pytest_netsuite_tba.login.request import SignedRequest

    from .service import Exchange


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


Endpoint = Callable[["Exchange"], Reply]


def serve(exchange: Exchange, endpoints: Mapping[str, tuple[str, Endpoint]]) -> Reply | None:
    """Answer by the endpoint at the request's path, which takes one method; what is at none of them is left.

    Errors are JSON whatever the call's content type (captured by cloudextend/contrib-netsuite-servicemgr).
    """
    method, endpoint = endpoints.get(exchange.request.path, ("", None))
    if endpoint is None:
        return None
    try:
        check_method(exchange.request, method)
        return endpoint(exchange)
    except RefusedError as refused:
        attempt = exchange.refuse(refused.refusal, hosts=None)
        reply = refuse(exchange, attempt.refusal or refused.refusal)
        if refused.allow:
            reply.headers.append(("Allow", refused.allow))
        return reply


def log_in(exchange: Exchange, endpoints: Mapping[str, tuple[str, Endpoint]]) -> LoginAttempt | None:
    """Judge a call by the rules of its endpoint; None where that lets everybody in, or there is none."""
    serve(exchange, endpoints)
    return exchange.attempts[-1] if exchange.attempts else None


def refuse(exchange: Exchange, refusal: Refusal, *, challenged: bool = False) -> Reply:
    """Render a refusal; ``challenged`` as RESTlets do, where a signature was judged."""
    status, account = refusal.status or UNAUTHORIZED, exchange.called
    challenged = challenged and status == UNAUTHORIZED and account.behaviour.www_authenticate_on_restlets
    headers = {"WWW-Authenticate": OAUTH_CHALLENGE.format(account.id)} if challenged else {}
    return error_reply(JSON, status, refusal.code, refusal.message, headers)


def check_method(signed: SignedRequest, *methods: str) -> None:
    """Raise a RefusedError unless the request's method is one of these."""
    if signed.method not in methods:
        cause = f"{signed.path} takes {' and '.join(methods)} only, not {signed.method[:20]!r}."
        raise RefusedError(BY_TOKEN_ID["method-not-allowed"].because(cause), allow=", ".join(methods))


def account_of_host(exchange: Exchange) -> Account | None:
    """The account if it is the host that names it: NetSuite's own hosts do, the fake's address does not."""
    host, _ = host_and_port(exchange.request.host.lower())
    return exchange.account if host.rstrip(".").endswith(NETSUITE) else None


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
    """The account that the host and ``nlauth_account`` both name; a shared host names none.

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
    """A parameter of the query string, ``""`` for an optional one that is not there.

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
