"""SOAP 1.1 envelopes in and out. What comes in is parsed by defusedxml: no entity is expanded or fetched."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from pytest_netsuite_tba.extras import MissingExtraError
from pytest_netsuite_tba.login.token_passport import Envelope, SentPassport

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SOAP_1_1 = "http://schemas.xmlsoap.org/soap/envelope/"
_VERSION = re.compile(r"urn:\w+?_([0-9]{4}_[0-9])(?:_[0-9]+)?\.")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_EXPECTED = "expected a SOAP 1.1 envelope"


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
        headers=tuple(_local(one.tag) for one in parts),
        passports=tuple(_passport(one) for one in parts if _local(one.tag) == "tokenPassport"),
    ), operation


def _passport(element: Element) -> SentPassport:
    names = [_local(one.tag) for one in element]
    signature = next((one for one in element if _local(one.tag) == "signature"), None)
    return SentPassport(
        namespace=_namespace(element.tag),
        fields={name: (one.text or "").strip() for name, one in zip(names, element, strict=True)},
        repeated=tuple(name for name in dict.fromkeys(names) if names.count(name) > 1),
        algorithm="" if signature is None else signature.get("algorithm", ""),
    )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _namespace(tag: str) -> str:
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def written(content: str) -> bytes:
    """Write an envelope round the XML of an answer."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<soapenv:Envelope xmlns:soapenv="{SOAP_1_1}" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<soapenv:Body>{content}</soapenv:Body></soapenv:Envelope>"
    ).encode("utf-8", "replace")


def text(value: str) -> str:
    """Escape text for XML; what no XML can hold becomes U+FFFD."""
    return escape(_NOT_IN_XML.sub("\ufffd", value))


def fault(kind: str, code: str, message: str, *, version: str, host: str) -> bytes:
    """Write a fault as captured from NetSuite (rules section 8)."""
    return written(
        "<soapenv:Fault><faultcode>soapenv:Server.userException</faultcode>"
        f"<faultstring>{text(message)}</faultstring><detail>"
        f'<platformFaults:{kind} xmlns:platformFaults="urn:faults_{version}.platform.webservices.netsuite.com">'
        f"<platformFaults:code>{code}</platformFaults:code>"
        f"<platformFaults:message>{text(message)}</platformFaults:message></platformFaults:{kind}>"
        f'<ns1:hostname xmlns:ns1="http://xml.apache.org/axis/">{text(host)}</ns1:hostname>'
        "</detail></soapenv:Fault>"
    )
