"""SOAP 1.1 envelopes in and out. What comes in is parsed by defusedxml: no entity is expanded or fetched."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_netsuite_tba.extras import MissingExtraError
from pytest_netsuite_tba.login.refusals import BY_ID
from pytest_netsuite_tba.login.token_passport import Envelope, SentPassport
from pytest_netsuite_tba.oauth1.target import host_and_port

from .bodies import xml_text
from .reply import Reply

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from pytest_netsuite_tba.login.request import SignedRequest

    from .service import Exchange

SOAP_1_1 = "http://schemas.xmlsoap.org/soap/envelope/"
_VERSION = re.compile(r"urn:\w+?_([0-9]{4}_[0-9])(?:_[0-9]+)?\.")
_EXPECTED = "expected a SOAP 1.1 envelope"
_NEWEST = "2025_2"  # the last planned endpoint (Oracle article_2104046421)
_ENDPOINT = re.compile(r"/services/NetSuitePort_([0-9]{4}_[0-9])")
# Public error code -> the fault that carries it (Oracle section_N3539420, bridgehead_1525252812).
_FAULTS = {
    "INSUFFICIENT_PERMISSION": "insufficientPermissionFault",
    "WS_REQUEST_BLOCKED": "exceededConcurrentRequestLimitFault",
    "UNEXPECTED_ERROR": "unexpectedErrorFault",
}


def read_envelope(body: bytes) -> tuple[Envelope, Element | None]:
    """Read an envelope; gives it, and the element of its operation. What is none says so in its ``problem``.

    Raises:
        MissingExtraError: defusedxml is not installed.
    """
    try:
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import ParseError, fromstring
    except ImportError:
        raise MissingExtraError("a SOAP call", "xml") from None
    if not body.strip():
        return Envelope(problem=f"The body is empty; {_EXPECTED}."), None
    try:
        root = fromstring(body, forbid_dtd=True)
    except DefusedXmlException as error:
        return Envelope(problem=f"The body is XML that is not let in: {type(error).__name__}."), None
    except (ParseError, RecursionError, LookupError, ValueError) as error:
        return Envelope(problem=f"The body is not XML: {error}; {_EXPECTED}."), None
    if root.tag != f"{{{SOAP_1_1}}}Envelope":
        return Envelope(problem=f"The body is <{_local(root.tag)[:40]}>; {_EXPECTED}."), None
    header, content = root.find(f"{{{SOAP_1_1}}}Header"), root.find(f"{{{SOAP_1_1}}}Body")
    if content is None or not len(content):
        return Envelope(problem="The envelope has no operation in its Body."), None
    operation = content[0]
    version = _VERSION.match(_namespace(operation.tag))
    parts = [] if header is None else list(header)
    return Envelope(
        operation=_local(operation.tag),
        version=version[1] if version else "",
        headers=tuple(_local(part.tag) for part in parts),
        passports=tuple(_passport(part) for part in parts if _local(part.tag) == "tokenPassport"),
    ), operation


def _passport(element: Element) -> SentPassport:
    names = [_local(child.tag) for child in element]
    signature = next((child for child in element if _local(child.tag) == "signature"), None)
    return SentPassport(
        namespace=_namespace(element.tag),
        fields={name: (child.text or "").strip() for name, child in zip(names, element, strict=True)},
        repeated=tuple(name for name in dict.fromkeys(names) if names.count(name) > 1),
        algorithm="" if signature is None else signature.get("algorithm", ""),
    )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _namespace(tag: str) -> str:
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def envelope_reply(content: str, *, status: int = 200, code: str | None = None) -> Reply:
    """Answer with an envelope round the XML of an answer."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<soapenv:Envelope xmlns:soapenv="{SOAP_1_1}" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<soapenv:Body>{content}</soapenv:Body></soapenv:Envelope>"
    )
    return Reply.of(body.encode("utf-8", "replace"), "text/xml; charset=utf-8", status=status, code=code)


def fault_reply(request: SignedRequest, code: str, message: str, status: int = 500) -> Reply:
    """Answer with a fault as captured from NetSuite (docs/rules.md 8)."""
    kind, host = _FAULTS.get(code, "invalidCredentialsFault"), host_and_port(request.host)[0]
    content = (
        "<soapenv:Fault><faultcode>soapenv:Server.userException</faultcode>"
        f"<faultstring>{xml_text(message)}</faultstring><detail>"
        f'<platformFaults:{kind} xmlns:platformFaults="urn:faults_{version_of(request)}.platform.webservices.netsuite.com">'
        f"<platformFaults:code>{code}</platformFaults:code>"
        f"<platformFaults:message>{xml_text(message)}</platformFaults:message></platformFaults:{kind}>"
        f'<ns1:hostname xmlns:ns1="http://xml.apache.org/axis/">{xml_text(host)}</ns1:hostname>'
        "</detail></soapenv:Fault>"
    )
    return envelope_reply(content, status=status, code=code)


def wrong_data_center(exchange: Exchange) -> Reply:
    """Refuse a call at a host that no account has to itself, with 200 as captured (docs/rules.md 3.4)."""
    host = exchange.service.host_of(exchange.called)
    cause = f"The host {exchange.request.host!r} is no account's own; {exchange.service.channel.upper()} is called at {host}."
    exchange.refuse(BY_ID["unknown-host"].because(cause), hosts=(host,))
    message = f"Incorrect data center requested! Please use the account's own domain, https://{host}."
    return fault_reply(exchange.request, "USER_ERROR", message, 200)


def version_of(request: SignedRequest) -> str:
    """The endpoint's version: the operation's namespace has it, or the path."""
    if request.envelope is not None and request.envelope.version:
        return request.envelope.version
    found = _ENDPOINT.match(request.path)
    return found[1] if found else _NEWEST
