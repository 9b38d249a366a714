"""WSDLs and their schemas, which need no login: those of ``netsuite.soap_wsdl()``, or what the test expects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from pytest_netsuite_tba.account.records import NETSUITE
from pytest_netsuite_tba.login.passport_checks import SOAP
from pytest_netsuite_tba.oauth1.target import host_and_port

from . import soap
from .reply import Reply
from .service import Service

if TYPE_CHECKING:
    from .service import Exchange

# The addresses in a WSDL that lead to NetSuite: of its schemas, and of the endpoint.
_NETSUITES = re.compile(rb"(?i)https?://(?:[\w-]+\.)+netsuite\.com(?=/(?:services|wsdl|xsd)/)")


def serve(exchange: Exchange) -> Reply | None:
    """Answer with the file of that path; at the fake's own address, its addresses lead here.

    So a client that was pointed here by a WSDL alone makes its calls here.
    """
    request, files = exchange.request, exchange.files
    if exchange.beside.is_expected():
        return None
    text = files.get(request.path)
    if text is None or request.method not in {"GET", "HEAD"}:
        wsdls = ", ".join(path for path in files if path.endswith(".wsdl"))
        exchange.failures.append(
            f"netsuite.soap_wsdl(path) serves a WSDL and its schemas; there is: {wsdls or 'none'}."
        )
        return None
    if not host_and_port(request.host.lower())[0].rstrip(".").endswith(NETSUITE):
        here = escape(f"{request.scheme}://{request.host}", {'"': "&quot;", "'": "&apos;"}).encode()
        text = _NETSUITES.sub(lambda _: here, text)
    return Reply.of(text, "text/xml")


SERVICE = Service(
    name="wsdl", channel="soap", domains=soap.SERVICE.domains, shared=soap.SERVICE.shared, paths=("/wsdl/", "/xsd/"),
    checks=SOAP, refuse=soap.refuse, login=lambda _: None, serve=serve,
)  # fmt: skip
