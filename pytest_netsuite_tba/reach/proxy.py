"""Whom the proxy lets through: NetSuite's host names are the fake, others are refused unless they are allowed."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from pytest_netsuite_tba.clients.hosts import is_netsuite
from pytest_netsuite_tba.wire.relay import RefusedHostError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    from pytest_netsuite_tba.clients.hosts import Hosts

    from .authority import CertificateAuthority
    from .trust import TrustFiles

_NOT_IN_A_NAME = frozenset("/:@ \t,")


class Proxy:
    """What becomes of a connection through the proxy: NetSuite's hosts are the fake, others are refused.

    Args:
        authority: signs the certificates of NetSuite's hosts.
        allowed_hosts: other hosts that are let through, to the real ones: names, or patterns as ``*.example.com``.
        trust: the files by which clients trust the authority; the fake's own clients reach NetSuite's hosts by them.

    Raises:
        ValueError: an allowed host is no host name, or NetSuite's.
    """

    def __init__(
        self, authority: CertificateAuthority, allowed_hosts: Iterable[str] = (), trust: TrustFiles | None = None
    ) -> None:
        self.authority = authority
        self.allowed_hosts = tuple(map(_host_name, allowed_hosts))
        self.trust = trust

    def hosts(self, url: str) -> Hosts | None:
        """How clients reach NetSuite's hosts by the listener at ``url``; None without files that have them trust it."""
        return None if self.trust is None else self.trust.hosts(url)

    def context(self, host: str) -> ssl.SSLContext:
        """The TLS context for a NetSuite host."""
        return self.authority.context(host)

    def is_fake(self, host: str) -> bool:
        """Whether the fake answers for this host; else the real one is to be reached.

        Raises:
            RefusedHostError: it is neither NetSuite's nor allowed.
        """
        if is_netsuite(host):
            return True
        name = host.lower().rstrip(".")
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in self.allowed_hosts):
            return False
        raise RefusedHostError(
            f"{host} is not NetSuite, and only NetSuite is let through here (allow it by netsuite_allowed_hosts, or --allow-host)"
        )


def _host_name(host: str) -> str:
    """Check and normalise a host that is to be allowed."""
    name = host.strip().lower().rstrip(".")
    if not name or name.startswith(".") or not _NOT_IN_A_NAME.isdisjoint(name):
        raise ValueError(
            f"{host!r} is no host that can be allowed; expected a name or a pattern, as api.example.com or *.example.com"
        )
    if is_netsuite(name):
        raise ValueError(f"{host!r} is NetSuite's: the fake answers for it, it cannot be let through to the real one")
    return name
