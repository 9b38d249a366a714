"""SOAP web services: the passport's check with SOAP's own faults, and canned answers by operation (rules section 8)."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree.ElementTree import tostring

from pytest_netsuite_tba.account.web_services import xml_element
from pytest_netsuite_tba.extras import MissingExtraError
from pytest_netsuite_tba.login.refusals import BY_ID

from .bodies import Answer
from .envelopes import fault, read_envelope, written
from .hosts import SOAP_PATH, host_of
from .service import Service

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from werkzeug import Request, Response

    from pytest_netsuite_tba.account.records import Account, Token
    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.login.gate import Gate
    from pytest_netsuite_tba.login.refusal import Channel, Refusal
    from pytest_netsuite_tba.login.request import SignedRequest

_NEWEST = "2025_2"  # the last planned endpoint (Oracle article_2104046421)
_ENDPOINT = re.compile(r"/services/NetSuitePort_([0-9]{4}_[0-9])")
_CONTENT_TYPE = "text/xml; charset=utf-8"
# Public error code -> the fault that carries it (Oracle section_N3539420, bridgehead_1525252812).
_FAULTS = {
    "INSUFFICIENT_PERMISSION": "insufficientPermissionFault",
    "WS_REQUEST_BLOCKED": "exceededConcurrentRequestLimitFault",
    "UNEXPECTED_ERROR": "unexpectedErrorFault",
}
_SHARED_HOSTS = {name: f"https://{name}.netsuite.com" for name in ("webservices", "rest", "system")}


class SoapWebServices(Service):
    """The SOAP endpoints, whatever their version."""

    channel: Channel = "soap"

    def serve(self, request: Request, signed: SignedRequest, gate: Gate | None, *, within_limit: bool) -> Response:
        """Read the envelope first. ``getDataCenterUrls`` needs no login, nor does a WSDL: the test's own, if any."""
        if not signed.path.startswith(SOAP_PATH):
            return self.fake.answer_expected(request)
        try:
            signed.envelope, operation = read_envelope(signed.body)
        except MissingExtraError as missing:
            self.fake.note_failure(missing)
            return self._fault("UNEXPECTED_ERROR", f"An unexpected error occurred. Error ID: {_error_id()}", signed)
        if operation is not None and signed.envelope.operation == "getDataCenterUrls":
            return self._data_center_urls(signed, operation)
        if gate is None:
            return self._wrong_data_center(signed)
        return super().serve(request, signed, gate, within_limit=within_limit)

    def _wrong_data_center(self, signed: SignedRequest) -> Response:
        """Refuse a call at a host that no account has to itself, with 200 as captured (rules 3.4)."""
        account = next(iter(self.fake.accounts.values()))
        host = host_of("soap", account)
        cause = f"The host {signed.host!r} is no account's own; SOAP is called at {host}."
        refused = BY_ID["unknown-host"].because(cause)
        attempt = self.fake.audit_trail.refuse(signed, refused, now=account.clock.now(), channel="soap", hosts=(host,))
        message = f"Incorrect data center requested! Please use the account's own domain, https://{host}."
        answer = self._fault("USER_ERROR", message, signed, 200)
        self.fake.audit_trail.answered(attempt, 200, "USER_ERROR")
        return answer

    def refuse(self, signed: SignedRequest, refusal: Refusal, account: Account | None) -> Response:
        """Render a refusal as a fault."""
        del account
        return self._fault(refusal.code or "USER_ERROR", refusal.message, signed, refusal.status or 500)

    def answer(
        self, request: Request, signed: SignedRequest, account: Account, token: Token, attempt: LoginAttempt
    ) -> Response:
        """Answer by an expectation, by what the test said of the operation, or by what every account can tell."""
        del token
        if self.fake.is_expected(request):
            return self.fake.answer_expected(request)
        assert signed.envelope is not None  # noqa: S101  (serve has read it)
        operation = signed.envelope.operation
        canned = account.store.operations.get(operation)
        if canned is not None:
            _, element = read_envelope(signed.body)
            assert element is not None  # noqa: S101  (it had an operation when it was judged)
            try:
                content = xml_element(canned(tostring(element, encoding="unicode"))) if callable(canned) else canned
            except Exception as raised:  # noqa: BLE001  (whatever the test's own function raises: reported, never lost)
                attempt.cause = f"The answer to {operation} raised {type(raised).__name__}: {raised}"
                self.fake.note_failure(raised)
                return self._fault("UNEXPECTED_ERROR", f"An unexpected error occurred. Error ID: {_error_id()}", signed)
            return _envelope(content)
        if operation == "getServerTime":
            now = datetime.fromtimestamp(account.clock.now(), UTC)
            return self._result(signed, "getServerTime", f"<c:serverTime>{now:%Y-%m-%dT%H:%M:%S}.000Z</c:serverTime>")
        attempt.cause = f"Nothing answers the operation {operation[:80]}."
        self.fake.add_assertion(
            f"SOAP called {operation[:80]!r}, which nothing answers: netsuite.soap({operation[:80]!r}, ...) says what it does."
        )
        return self._fault("UNEXPECTED_ERROR", f"An unexpected error occurred. Error ID: {_error_id()}", signed)

    def _data_center_urls(self, signed: SignedRequest, operation: Element) -> Response:
        """Tell the hosts of an account; those for all of them where it is not known (Oracle chapter_157011836591)."""
        wanted = next(((one.text or "").strip() for one in operation.iter() if one.tag.endswith("}account")), "")
        account = self.fake.accounts.get(wanted)
        if account is None:
            rest, soap, ui = (_SHARED_HOSTS[name] for name in ("rest", "webservices", "system"))
        else:
            rest, soap, ui = (f"https://{host_of(name, account)}" for name in ("restlet", "soap", "ui"))
        urls = f"<c:restDomain>{rest}</c:restDomain><c:webservicesDomain>{soap}</c:webservicesDomain>"
        urls = f"<c:dataCenterUrls>{urls}<c:systemDomain>{ui}</c:systemDomain></c:dataCenterUrls>"
        return self._result(signed, "getDataCenterUrls", urls)

    def _result(self, signed: SignedRequest, operation: str, content: str) -> Response:
        version = _version(signed)
        return _envelope(
            f'<{operation}Response xmlns="urn:messages_{version}.platform.webservices.netsuite.com">'
            f'<c:{operation}Result xmlns:c="urn:core_{version}.platform.webservices.netsuite.com">'
            f'<c:status isSuccess="true"/>{content}</c:{operation}Result></{operation}Response>'
        )

    def _fault(self, code: str, message: str, signed: SignedRequest, status: int = 500) -> Answer:
        kind = _FAULTS.get(code, "invalidCredentialsFault")
        host = signed.host.partition(":")[0]
        body = fault(kind, code, message, version=_version(signed), host=host)
        answer = Answer(body, status=status, content_type=_CONTENT_TYPE)
        answer.code = code
        return answer


def _envelope(content: str) -> Answer:
    return Answer(written(content), status=200, content_type=_CONTENT_TYPE)


def _version(signed: SignedRequest) -> str:
    """Give the endpoint's version: the operation's namespace has it, or the path."""
    if signed.envelope is not None and signed.envelope.version:
        return signed.envelope.version
    found = _ENDPOINT.match(signed.path)
    return found[1] if found else _NEWEST


def _error_id() -> str:
    return uuid.uuid4().hex[:16]
