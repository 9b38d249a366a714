"""SOAP web services: the passport's check, SOAP's own faults, and answers by operation (docs/rules.md 8)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, cast
from xml.etree.ElementTree import tostring

from pytest_netsuite_tba.account.web_services import SoapFault, xml_element
from pytest_netsuite_tba.extras import MissingExtraError
from pytest_netsuite_tba.login.passport_checks import SOAP

from . import service
from .discovery import account_named, domains
from .envelope_parser import NEEDS_NO_LOGIN
from .envelopes import (
    answer_reply,
    fault_reply,
    local_name,
    operation_of,
    read_envelope,
    version_of,
    wrong_data_center,
)
from .reply import Reply, error_id

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.login.login import Login
    from pytest_netsuite_tba.login.refusal import Refusal
    from pytest_netsuite_tba.login.request import SignedRequest
    from pytest_netsuite_tba.login.token_passport import Envelope

    from .service import Exchange

SOAP_PATH = "/services/NetSuitePort_"
_LONGEST_ID = 64  # a bound of ours
# What is answered where no account is asked for, word for word (Oracle section_N3494684).
_NO_ACCOUNT = (
    '<c:status isSuccess="false"><c:statusDetail type="ERROR"><c:code>DATA_REQD</c:code><c:message>'
    "You need to provide a proper value for the required field: account."
    "</c:message></c:statusDetail></c:status>"
)


def serve(exchange: Exchange) -> Reply | None:
    """Read the envelope first. ``getDataCenterUrls`` needs no login."""
    request = exchange.request
    try:
        operation = read(request)
    except MissingExtraError as missing:
        exchange.failures.append(missing)
        return _unexpected(request)
    if operation is not None and operation.name == NEEDS_NO_LOGIN:
        return _data_center_urls(exchange, operation.element)
    if exchange.account is None:
        return wrong_data_center(exchange)
    return service.serve(exchange)


def log_in(exchange: Exchange) -> LoginAttempt:
    """Read the envelope, and judge its passport.

    Raises:
        MissingExtraError: the extra ``xml`` is not installed.
    """
    read(exchange.request)
    return service.log_in(exchange)


class SoapCall(NamedTuple):
    """What a SOAP call asks for; before the login its element is empty, but for :data:`NEEDS_NO_LOGIN`."""

    name: str
    element: Element


def read(request: SignedRequest) -> SoapCall | None:
    """Keep the envelope of a request with it; the operation, if it has one.

    Raises:
        MissingExtraError: the extra ``xml`` is not installed.
    """
    request.envelope, element = read_envelope(request.body)
    return None if element is None else SoapCall(request.envelope.operation, element)


def refuse(exchange: Exchange, refusal: Refusal) -> Reply:
    """Render a refusal as a fault."""
    return fault_reply(exchange.request, refusal.code, refusal.message, refusal.status or 500)


def answer(exchange: Exchange, login: Login) -> Reply | None:
    """Answer by an expectation, by what the test said of the operation, or by what every account can tell."""
    if exchange.beside.is_expected():
        return None
    request, account = exchange.request, login.account
    operation = cast("Envelope", request.envelope).operation
    name = operation[:80]
    canned = account.web_services.operations.get(operation)
    if canned is not None:
        try:
            said = canned(tostring(operation_of(request.body), "unicode")) if callable(canned) else canned
            return _said(request, account, said)
        except SoapFault as fault:
            return fault_reply(request, fault.code, fault.message)
        except Exception as raised:  # noqa: BLE001  (whatever the test's own function raises: reported, never lost)
            exchange.note = f"The answer to {name} raised {type(raised).__name__}: {raised}"
            exchange.failures.append(raised)
            return _unexpected(request)
    if operation == "getServerTime":
        now = account.clock.now()
        moment = datetime.fromtimestamp(now, UTC)
        content = f'<c:status isSuccess="true"/><c:serverTime>{moment:%Y-%m-%dT%H:%M:%S}.000Z</c:serverTime>'
        return _result(request, "getServerTime", content, account=account.id, now=now)
    exchange.note = f"Nothing answers the operation {name}."
    exchange.failures.append(
        f"SOAP called {name!r}, which nothing answers: netsuite.soap({name!r}, ...) says what it does."
    )
    return _unexpected(request)


def _said(request: SignedRequest, account: Account, said: str | SoapFault) -> Reply:
    """Answer as a test said: the XML of an answer, or a fault by name."""
    if isinstance(said, SoapFault):
        return fault_reply(request, said.code, said.message)
    return answer_reply(request, xml_element(said), account=account.id, now=account.clock.now())


def _data_center_urls(exchange: Exchange, operation: Element) -> Reply:
    """Tell the hosts of an account; those for all of them where it is not known (Oracle section_N3494684)."""
    texts = ((element.text or "").strip() for element in operation.iter() if local_name(element.tag) == "account")
    account, now = next(texts, "")[:_LONGEST_ID], exchange.called.clock.now()
    if not account:
        return _result(exchange.request, "getDataCenterUrls", _NO_ACCOUNT, account="", now=now)
    urls = domains(account_named(exchange, account))
    found = "".join(
        f"<c:{name}>{urls[name]}</c:{name}>" for name in ("restDomain", "webservicesDomain", "systemDomain")
    )
    content = f'<c:status isSuccess="true"/><c:dataCenterUrls>{found}</c:dataCenterUrls>'
    return _result(exchange.request, "getDataCenterUrls", content, account=account, now=now)


def _result(request: SignedRequest, operation: str, content: str, *, account: str, now: float) -> Reply:
    version = version_of(request)
    return answer_reply(
        request,
        f'<{operation}Response xmlns="urn:messages_{version}.platform.webservices.netsuite.com">'
        f'<c:{operation}Result xmlns:c="urn:core_{version}.platform.webservices.netsuite.com">'
        f"{content}</c:{operation}Result></{operation}Response>",
        account=account,
        now=now,
    )


def _unexpected(request: SignedRequest) -> Reply:
    return fault_reply(request, "UNEXPECTED_ERROR", f"An unexpected error occurred. Error ID: {error_id()}")


SERVICE = service.Service(
    name="soap", channel="soap", domains=("suitetalk.api",), shared=("webservices",), paths=(SOAP_PATH,),
    checks=SOAP, refuse=refuse, answer=answer, login=log_in, serve=serve,
)  # fmt: skip
