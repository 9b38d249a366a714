"""NetSuite's own host names, and the way by which a client that calls them reaches the fake."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.records import NETSUITE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class RealHostError(RuntimeError):
    """A signed client was about to call the real NetSuite."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} would be the real NetSuite: ask for the fixture netsuite_hosts (extra 'tls'), or give a relative URL"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """How a client reaches the fake by NetSuite's own host names.

    Attributes:
        proxy_url: ``http://127.0.0.1:<port>``: an HTTP proxy that speaks CONNECT.
        ca_file: the certificates to trust, PEM.
        variables: the environment variables that say so to clients of any language.
    """

    proxy_url: str
    ca_file: Path
    variables: Mapping[str, str] = field(repr=False)


def is_netsuite(host: str) -> bool:
    """Whether a host, without its port, is NetSuite's: case does not count, nor does a dot at the end."""
    return host.lower().rstrip(".").endswith(NETSUITE)
