"""Would NetSuite let this request in, and if not, which mistake was it? Without a server."""

from __future__ import annotations

import math
import re
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_netsuite_tba.account.history import Store
from pytest_netsuite_tba.account.records import (
    NETSUITE,
    Account,
    Integration,
    Token,
    as_account_id,
    by_id,
    default_credential,
)
from pytest_netsuite_tba.account.seed import load
from pytest_netsuite_tba.captures import read as read_captures
from pytest_netsuite_tba.extras import MissingExtraError
from pytest_netsuite_tba.fake.core import Fake
from pytest_netsuite_tba.login.audit_trail import AuditTrail
from pytest_netsuite_tba.login.environ import request_of
from pytest_netsuite_tba.login.nonces import NonceStore
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.login.token_passport import FIELDS
from pytest_netsuite_tba.oauth1.encoding import to_text
from pytest_netsuite_tba.services.soap import SOAP_PATH, read
from pytest_netsuite_tba.tokens.nlauth import parse_nlauth

from .capture import Capture, request_to
from .not_judged import kind_without_login, why_not_judged

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from pytest_netsuite_tba.account.clock import Moment
    from pytest_netsuite_tba.login.audit_trail import LoginAttempt

_TEN_DIGITS = re.compile(r"[0-9]{10}")
UNCHECKED_TIME = "The time window was not checked: no time is known but the request's own timestamp."
NO_SECRETS = "The secrets are not known, so the signature was not checked; --account FILE gives them."
UNCHECKED_STEP = "The request token and its secret stand in no record, so this step was not checked."
UNCHECKED_USER = "The user's password does not stand in the records, so the credentials were not checked."


class Judge:
    """Judges captured requests in order, against one trail: a header that comes twice is seen.

    Args:
        accounts: by whose records; they are copied, and not changed. Without any, only what a header shows by
            itself is judged.

    Raises:
        ValueError: two accounts have the same id.
    """

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        known = {name: account.copy() for name, account in by_id(accounts).items()}
        self.knows_secrets = bool(known)
        self._trail = AuditTrail(sys.maxsize, Store(math.inf))  # whoever reads the captures has them in memory anyway
        self._fake = Fake(known.values(), trail=self._trail)
        self._known = frozenset(_ids(known.values()))
        self._assumed: dict[str, NonceStore] = {}

    def judge(self, request: SignedRequest, at: float | None = None, *, unsure: str | None = None) -> LoginAttempt:
        """The attempt that the request would have become at ``at`` (Unix seconds).

        Without a time it is the request's own timestamp where that has ten digits, else now. Where no verdict can be
        given, for the reason ``unsure`` or another one, the attempt is ``NotJudged``, and ``cause`` says why.

        Raises:
            ValueError: a SOAP request, and the extra ``xml`` is not installed.
        """
        try:
            if request.envelope is None and request.path.startswith(SOAP_PATH):
                read(request)
            fake = self._fake if self.knows_secrets else self._make_up(request)
            for account in fake.accounts.values():
                account.clock.freeze(moment(request) if at is None else at)
            why = unsure or why_not_judged(request, _sent_parameters(request), self._known)
            if why:
                return fake.pass_over(request, why)
            attempt = fake.judge(request)
        except MissingExtraError as missing:
            raise ValueError(str(missing)) from None
        why = self._beyond_the_records(attempt, request, fake)
        if not self.knows_secrets:
            _forget_secrets(attempt)
        if why:
            attempt.not_judged(why)
        return attempt

    def _beyond_the_records(self, attempt: LoginAttempt, request: SignedRequest, fake: Fake) -> str:
        """Why a refusal is none, because what it was judged by is not in the records; else ``""``."""
        refusal = attempt.refusal
        if not self.knows_secrets and (refusal is None or refusal.detail == "InvalidSignature"):
            return NO_SECRETS  # one that is let in was signed by what is made up here
        if refusal is None:
            return ""
        if refusal.id == "flow-TokenRejected":
            return UNCHECKED_STEP
        account = fake.accounts.get(attempt.account)
        if refusal.id == "user-wrong-credentials" and account is not None and not _has_password(account, request):
            return UNCHECKED_USER
        return ""

    def _make_up(self, request: SignedRequest) -> Fake:
        """A fake with the account that the request seems to call; nothing is known of its secrets."""
        label = request.host.lower().partition(".")[0] if request.host.lower().endswith(NETSUITE) else ""
        sent = _sent_parameters(request)
        realm = as_account_id(sent.get("realm", ""))
        name = as_account_id(label) or (realm if re.fullmatch("[A-Z0-9_]+", realm) else "") or "1234567"
        try:
            account = Account(name)
        except ValueError:
            account = Account("1234567")
        token = next(iter(account.tokens.values()))
        token.integration.consumer_key = sent.get("oauth_consumer_key") or token.integration.consumer_key
        token.id = sent.get("oauth_token") or token.id
        fake = Fake([account], trail=self._trail)
        fake.gate.nonces = {account.id: self._assumed.setdefault(account.id, NonceStore())}
        return fake


def _forget_secrets(attempt: LoginAttempt) -> None:
    """What was made up must not be searched, nor shown."""
    if attempt.facts is not None:
        attempt.facts = replace(attempt.facts, own=None, known=())
    attempt.application = attempt.token_name = attempt.user = attempt.role = ""


def _ids(accounts: Iterable[Account]) -> set[str]:
    """The keys and ids of the records."""
    return {
        text
        for account in accounts
        for text in (
            *(integration.consumer_key for integration in account.integrations.values()),
            *(token.id for token in account.tokens.values()),
        )
    }


def _has_password(account: Account, request: SignedRequest) -> bool:
    """Whether the records say a password that user credentials can be checked by; one that was made up is none."""
    email = parse_nlauth(request.authorizations[0].strip()).email.lower()
    said = {
        entity.email.lower()
        for entity in account.entities.values()
        if entity.password != default_credential(account.id, "entity", entity.email, "password")
    }
    unknown = all(entity.email.lower() != email for entity in account.entities.values())
    return email in said or (unknown and bool(said))


def _sent_parameters(request: SignedRequest) -> dict[str, str]:
    """The OAuth parameters of the header, or those that a passport says, as sent."""
    if request.envelope is not None:
        fields = request.envelope.passports[0].fields if request.envelope.passports else {}
        return {parameter: fields.get(name, "") for name, parameter in FIELDS.items()}
    return {sent.name: sent.value for sent in request.authorization.parameters} if request.authorization else {}


def moment(request: SignedRequest) -> float:
    """The time by the request's own timestamp if it is a plausible one, else now."""
    stamp = _sent_parameters(request).get("oauth_timestamp", "")
    return float(stamp) if _TEN_DIGITS.fullmatch(stamp) else time.time()


def account_with(account: str, *, consumer_key: str, consumer_secret: str, token_id: str, token_secret: str) -> Account:
    """An account that holds one token with these four values, everything else such that it may log in.

    Raises:
        ValueError: a value does not fit its record.
    """
    integration = Integration(name="Integration", consumer_key=consumer_key, consumer_secret=consumer_secret)
    token = Token(name="Token", id=token_id, secret=token_secret)
    return Account(account, integrations=[integration], tokens=[token])


def explain(request: object, account: Account | str | os.PathLike[str], *, at: Moment | None = None) -> LoginAttempt:
    """The login attempt that a request would become, with its diagnosis.

    Where no verdict can be given its ``status`` is ``NotJudged`` and its ``accepted`` None; ``cause`` says why.

    Args:
        request: a request (or a response, for its request) of requests, httpx, httpx2 or werkzeug, a
            ``SignedRequest``, or a captured text: a curl command, a raw HTTP request, a HAR file with one entry.
        account: the account called, or the path of an ``account.toml``.
        at: when NetSuite sees it; the request's own timestamp when omitted, so that the window is not checked.

    Raises:
        TypeError: ``request`` is none of these.
        ValueError: a text that cannot be read, or an ``account.toml`` that is wrong.
    """
    from pytest_netsuite_tba.account.clock import unix_seconds

    accounts = [account] if isinstance(account, Account) else load(account)
    capture = _as_capture(request)
    moment = capture.time if at is None else unix_seconds(at)
    return Judge(accounts).judge(capture.request, moment, unsure=capture.unsure)


def assert_signed(request: object, account: Account | str | os.PathLike[str], *, at: Moment | None = None) -> None:
    """Raise an AssertionError that names the mistake, unless NetSuite would let the request in.

    One on which no verdict can be given is told as that.

    Arguments and errors as for :func:`explain`.
    """
    attempt = explain(request, account, at=at)
    if attempt.accepted is None:
        raise AssertionError(f"{attempt.method} {attempt.url} was not judged: {attempt.cause}")
    if not attempt.accepted:
        said = attempt.diagnosis.render(width=100)
        raise AssertionError(f"{attempt.method} {attempt.url} would be refused: {attempt.cause}\n{said}")


def _as_capture(request: object) -> Capture:
    """Any request as a capture; of several in a text the only one that holds a login by token."""
    if isinstance(request, str):
        captures = read_captures(request)
        if len(captures) > 1:
            captures = [capture for capture in captures if not kind_without_login(capture.request)] or captures
        if len(captures) != 1:
            raise ValueError(f"the text holds {len(captures)} requests; explain() takes one")
        return captures[0]
    return Capture(request=_as_signed_request(request), where="the request")


def _as_signed_request(request: object) -> SignedRequest:
    """Any request of a library as a SignedRequest."""
    if isinstance(request, SignedRequest):
        return request
    given: Any = request
    if hasattr(given, "status_code") and hasattr(given, "request"):
        given = given.request
    if hasattr(given, "environ"):
        return request_of(given.environ, given.get_data())
    if hasattr(given, "prepare") and not hasattr(given, "copy"):
        given = given.prepare()
    if not (hasattr(given, "method") and hasattr(given, "url") and hasattr(given, "headers")):
        raise TypeError(
            f"cannot read a request from {type(request).__name__}; expected one of requests, httpx, werkzeug, "
            "a SignedRequest or a captured text"
        )
    return _of_client(given)


def _of_client(request: Any) -> SignedRequest:  # noqa: ANN401  (of requests or httpx, neither of which need be there)
    raw = getattr(request.headers, "raw", None)
    pairs = [(_text(name), _text(value)) for name, value in (request.headers.items() if raw is None else raw)]
    url = str(request.url)
    if "://" not in url:
        raise ValueError(f"{url!r} is no absolute URL; what is signed holds the host")
    content = request.body if hasattr(request, "body") else _content(request)
    body = content.encode() if isinstance(content, str) else content if isinstance(content, bytes) else b""
    return request_to(url, "the request", method=request.method or "GET", headers=pairs, body=body)


def _content(request: Any) -> bytes:  # noqa: ANN401  (of httpx)
    read_content = getattr(request, "read", None)
    content: bytes = read_content() if callable(read_content) else b""
    return content


def _text(value: str | bytes) -> str:
    return to_text(value) if isinstance(value, bytes) else value
