"""SOAP 1.1 envelopes in and out. What comes in is parsed by defusedxml: no entity is expanded or fetched.

How much of it is parsed and kept before the login: :mod:`.envelope_parser`.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, cast

from pytest_netsuite_tba.login.bounds import BOUNDS, Bounds
from pytest_netsuite_tba.login.refusals import BY_ID
from pytest_netsuite_tba.login.token_passport import FIELDS, OTHER_LOGINS, Envelope, SentPassport
from pytest_netsuite_tba.oauth1.target import host_and_port

from .bodies import xml_text
from .envelope_parser import SOAP_1_1, NotXmlError, TooMuchError, login_part, whole
from .reply import Reply

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from pytest_netsuite_tba.login.request import SignedRequest

    from .service import Exchange

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_VERSION = re.compile(r"urn:\w+?_([0-9]{4}_[0-9])(?:_[0-9]+)?\.")
_EXPECTED = "expected a SOAP 1.1 envelope"
_FAULT = 500
_NEWEST = "2025_2"  # the last planned endpoint (Oracle article_2104046421)
_ENDPOINT = re.compile(r"/services/NetSuitePort_([0-9]{4}_[0-9])")
# Public error code -> the fault that carries it (Oracle section_N3539420, bridgehead_1525252812); which code goes with
# which is Oracle's for the two limits, and inferred from their names for the others.
_FAULTS = {
    "EXCEEDED_MAX_RCRDS": "exceededRecordCountFault",
    "INSUFFICIENT_PERMISSION": "insufficientPermissionFault",
    "INVALID_ACCT": "invalidAccountFault",
    "INVALID_JOB_ID": "asyncFault",
    "INVALID_PAGE_INDEX": "asyncFault",
    "INVALID_WS_VERSION": "invalidVersionFault",
    "JOB_NOT_COMPLETE": "asyncFault",
    "MAX_RCRDS_EXCEEDED": "exceededRecordCountFault",
    "SESSION_TIMED_OUT": "invalidSessionFault",
    "UNEXPECTED_ERROR": "unexpectedErrorFault",
    "UNSUPPORTED_WS_VERSION": "invalidVersionFault",
    "WS_CONCUR_SESSION_DISALLWD": "exceededRequestLimitFault",
    "WS_REQUEST_BLOCKED": "exceededConcurrentRequestLimitFault",
}


def read_envelope(body: bytes, bounds: Bounds = BOUNDS) -> tuple[Envelope, Element | None]:
    """Read of an envelope what its login needs; gives it, and the element of its operation, without what is inside.

    What is none says so in its ``problem``; what is more than is read, in its ``excess``.

    Raises:
        MissingExtraError: defusedxml is not installed.
    """
    try:
        root = login_part(body, bounds)
    except TooMuchError as error:
        return Envelope(excess=str(error)), None
    except NotXmlError as error:
        empty = not body.strip()
        return Envelope(problem=f"{'The body is empty' if empty else error}; {_EXPECTED}."), None
    if root.tag != f"{{{SOAP_1_1}}}Envelope":
        return Envelope(problem=f"The body is <{local_name(root.tag)[:40]}>; {_EXPECTED}."), None
    header, content = root.find(f"{{{SOAP_1_1}}}Header"), root.find(f"{{{SOAP_1_1}}}Body")
    if content is None or not len(content):
        return Envelope(problem="The envelope has no operation in its Body."), None
    operation = content[0]
    version = _VERSION.match(_namespace(operation.tag))
    parts = [part for part in (() if header is None else header) if part.get(_NIL) not in {"true", "1"}]
    return Envelope(
        operation=local_name(operation.tag),
        version=version[1] if version else "",
        other_logins=tuple(name for name in OTHER_LOGINS if any(_logs_in(part, name) for part in parts)),
        passports=tuple(islice((_passport(part) for part in parts if local_name(part.tag) == "tokenPassport"), 2)),
    ), operation


def operation_of(body: bytes) -> Element:
    """The whole operation of an envelope whose login was let in.

    Raises:
        MissingExtraError: defusedxml is not installed.
    """
    content = whole(body).find(f"{{{SOAP_1_1}}}Body")
    return cast("Element", content)[0]  # it had one when it was judged


def _logs_in(part: Element, name: str) -> bool:
    """Whether it is the header element of that name; an ``applicationInfo`` without an id says nothing."""
    return local_name(part.tag) == name and (name == "passport" or any(text.strip() for text in part.itertext()))


def _passport(element: Element) -> SentPassport:
    """Read the fields by their local names: clients put them into any namespace, or none (docs/rules.md 8)."""
    sent = [(name, child) for child in element if (name := local_name(child.tag)) in FIELDS]
    times = Counter(name for name, _ in sent)
    signature = next((child for name, child in sent if name == "signature"), None)
    return SentPassport(
        fields={name: (child.text or "").strip() for name, child in sent},
        repeated=tuple(name for name in FIELDS if times[name] > 1),
        algorithm="" if signature is None else signature.get("algorithm", ""),
    )


def local_name(tag: str) -> str:
    """The name of an element or attribute without its namespace."""
    return tag.rpartition("}")[2]


def _namespace(tag: str) -> str:
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def answer_reply(request: SignedRequest, content: str, *, account: str, now: float) -> Reply:
    """Answer with the XML of an answer; one that is itself a fault is sent as one, with its status and its code.

    Args:
        request: that is answered.
        content: the element inside the Body.
        account: the id that the header's ``documentInfo`` names, as captured.
        now: Unix seconds; it holds them too.
    """
    from defusedxml.ElementTree import fromstring

    answer = fromstring(content)
    if answer.tag == f"{{{SOAP_1_1}}}Fault":
        code = next((part.text for part in answer.iterfind("detail/*/*") if local_name(part.tag) == "code"), None)
        return _envelope_reply(content, status=_FAULT, code=code)
    moment = f"{datetime.fromtimestamp(now, UTC):%m%d%Y%H%M%S%f}"
    number = f"WEBSERVICES_{account}_{moment}{secrets.randbelow(10**7):07}_{secrets.token_hex(6)}"
    header = (
        '<platformMsgs:documentInfo xmlns:platformMsgs="'
        f'urn:messages_{version_of(request)}.platform.webservices.netsuite.com">'
        f"<platformMsgs:nsId>{xml_text(number)}</platformMsgs:nsId></platformMsgs:documentInfo>"
    )
    return _envelope_reply(content, f"<soapenv:Header>{header}</soapenv:Header>")


def _envelope_reply(content: str, header: str = "", *, status: int = 200, code: str | None = None) -> Reply:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<soapenv:Envelope xmlns:soapenv="{SOAP_1_1}" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{header}<soapenv:Body>{content}</soapenv:Body></soapenv:Envelope>"
    )
    return Reply.of(body.encode("utf-8", "replace"), "text/xml; charset=utf-8", status=status, code=code)


def fault_reply(request: SignedRequest, code: str | None, message: str, status: int = _FAULT) -> Reply:
    """Answer with a fault as captured from NetSuite, without a header (docs/rules.md 8).

    Without a code its detail names the host alone.
    """
    kind, host = _FAULTS.get(code or "", "invalidCredentialsFault"), host_and_port(request.host)[0]
    typed = (
        ""
        if code is None
        else (
            f'<platformFaults:{kind} xmlns:platformFaults="urn:faults_{version_of(request)}.platform.webservices.netsuite.com">'
            f"<platformFaults:code>{xml_text(code)}</platformFaults:code>"
            f"<platformFaults:message>{xml_text(message)}</platformFaults:message></platformFaults:{kind}>"
        )
    )
    content = (
        "<soapenv:Fault><faultcode>soapenv:Server.userException</faultcode>"
        f"<faultstring>{xml_text(message)}</faultstring><detail>{typed}"
        f'<ns1:hostname xmlns:ns1="http://xml.apache.org/axis/">{xml_text(host)}</ns1:hostname>'
        "</detail></soapenv:Fault>"
    )
    return _envelope_reply(content, status=status, code=code)


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
