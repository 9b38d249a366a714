"""Whom the proxy lets through: NetSuite's host names are the fake, others are refused unless they are allowed."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.records import NETSUITE
from pytest_netsuite_tba.wire.relay import RefusedHostError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    from .authority import CertificateAuthority


class Proxy:
    """What becomes of a connection through the proxy: NetSuite's hosts are the fake, others are refused.

    Args:
        authority: signs the certificates of NetSuite's hosts.
        allowed_hosts: other hosts that are let through, to the real ones: names, or patterns as ``*.example.com``.

    Raises:
        ValueError: an allowed host is no host name, or NetSuite's.

    """

    def __init__(self, authority: CertificateAuthority, allowed_hosts: Iterable[str] = ()) -> None:
        self.authority = authority
        self.allowed_hosts = tuple(map(_checked, allowed_hosts))

    def context(self, host: str) -> ssl.SSLContext:
        """Give the TLS context for a NetSuite host."""
        return self.authority.context(host)

    def is_fake(self, host: str) -> bool:
        """Say whether the fake answers for this host; else the real one is to be reached.

        Raises:
            RefusedHostError: it is neither NetSuite's nor allowed.

        """
        name = host.lower().rstrip(".")
        if name.endswith(NETSUITE):
            return True
        if any(fnmatch.fnmatchcase(name, one) for one in self.allowed_hosts):
            return False
        raise RefusedHostError(
            f"{host} is not NetSuite, and only NetSuite is let through here (allow it by netsuite_allowed_hosts, or --allow-host)"
        )


def _checked(host: str) -> str:
    name = host.strip().lower().rstrip(".")
    if not name or any(one in name for one in "/:@ \t,") or name.startswith("."):
        raise ValueError(
            f"{host!r} is no host that can be allowed; expected a name or a pattern, as api.example.com or *.example.com"
        )
    if name.endswith(NETSUITE):
        raise ValueError(f"{host!r} is NetSuite's: the fake answers for it, it cannot be let through to the real one")
    return name
