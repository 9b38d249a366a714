"""NetSuite's services: the one table from which routing, channels and host names are derived."""

from __future__ import annotations

from . import authorize_page, discovery, rest_web_services, restlets, soap, token_endpoints, wsdl

# Of services at one domain, the first is the one that a path of none of them belongs to.
SERVICES = (
    restlets.SERVICE,
    rest_web_services.SERVICE,
    soap.SERVICE,
    wsdl.SERVICE,
    token_endpoints.SERVICE,
    discovery.SERVICE,
    authorize_page.SERVICE,
)
CHANNELS = tuple(dict.fromkeys(service.channel for service in SERVICES))
PATHS = tuple(path for service in SERVICES for path in service.paths)
