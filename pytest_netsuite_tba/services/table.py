"""NetSuite's services: the one table from which routing, channels and host names are derived."""

from __future__ import annotations

from pytest_netsuite_tba.login import checks

from . import authorize_page, discovery, rest_web_services, restlets, soap, token_endpoints, wsdl
from .service import Service

SERVICES = (
    restlets.SERVICE,
    rest_web_services.SERVICE,
    soap.SERVICE,
    wsdl.SERVICE,
    token_endpoints.SERVICE,
    discovery.SERVICE,
    authorize_page.SERVICE,
)
# Suitelets, files, pages: no token service owns them. Whatever the test expects answers, and nobody logs in.
ELSEWHERE = Service(
    name="elsewhere", channel="restlet", domains=(), paths=(), checks=checks.RESTLET, refuse=restlets.refuse,
    login=lambda _: None, serve=lambda _: None,
)  # fmt: skip
CHANNELS = tuple(dict.fromkeys(service.channel for service in SERVICES))
PATHS = tuple(path for service in SERVICES for path in service.paths)
