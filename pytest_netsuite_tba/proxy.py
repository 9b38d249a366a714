"""The proxy through which NetSuite's real host names reach the fake: its certificate authority and its rules."""

from __future__ import annotations

import fnmatch
import re
import select
import socket
import ssl
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from .account.records import NETSUITE
from .extras import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_KEPT_CONTEXTS = 256
_CARRIED_BYTES = 65_536
_PARTING_SECONDS = 2.0
_ASKED_FOR = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+")


class RefusedHostError(Exception):
    """The proxy lets nobody through to this host; the message names it and says what would."""


class CertificateAuthority:
    """A certificate authority for this run: its key is in memory only, and ends with it.

    Args:
        names: hosts and addresses for which a connection that names no host gets its certificate.

    Raises:
        MissingExtraError: trustme is not installed.

    """

    def __init__(self, names: Iterable[str] = LOOPBACK) -> None:
        try:
            import trustme  # noqa: PLC0415  (extra)
        except ImportError as missing:
            raise MissingExtraError("TLS", "tls") from missing
        self._names = tuple(dict.fromkeys(names))
        self._authority: Any = trustme.CA(  # its types come with the extra
            organization_name="pytest-netsuite-tba", organization_unit_name="fake NetSuite of one test run"
        )
        self._contexts = lru_cache(maxsize=_KEPT_CONTEXTS)(self._issue)

    @property
    def certificate(self) -> bytes:
        """The authority's own certificate, PEM."""
        return cast("bytes", self._authority.cert_pem.bytes())

    def context(self, host: str = "") -> ssl.SSLContext:
        """Give a server's TLS context with a certificate for ``host``, or for the host that SNI names (RFC 6066).

        Without a host: one for loopback.
        """
        return self._contexts(host.lower().rstrip("."))

    def _issue(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        self._leaf(host).configure_cert(context)
        context.sni_callback = self._named  # type: ignore[assignment]  # typeshed wants SSLSocket's parent
        return context

    def _leaf(self, host: str) -> Any:  # noqa: ANN401  (trustme has no types of its own here)
        if not host:
            return self._authority.issue_cert(*self._names)
        try:
            return self._authority.issue_cert(host)
        except ValueError:  # 1234567_sb1 is no host name by RFC 1123, and yet what a client may ask for
            if not _ASKED_FOR.fullmatch(host):
                raise
            return self._issue_as_asked(host)

    def _issue_as_asked(self, host: str) -> Any:  # noqa: ANN401
        """Issue a certificate for a name that trustme takes for none."""
        import trustme  # noqa: PLC0415  (extra)
        from cryptography import x509  # noqa: PLC0415  (trustme stands on it)
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
        from cryptography.x509.oid import ExtendedKeyUsageOID  # noqa: PLC0415

        authority = x509.load_pem_x509_certificate(self.certificate)
        signing = serialization.load_pem_private_key(self._authority.private_key_pem.bytes(), None)
        assert isinstance(signing, ec.EllipticCurvePrivateKey)  # noqa: S101  (trustme's default)
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(authority.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(authority.not_valid_before_utc)
            .not_valid_after(authority.not_valid_after_utc)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(signing, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return trustme.LeafCert(private, leaf.public_bytes(serialization.Encoding.PEM), [])

    def _named(self, connection: ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> int | None:
        """Answer the host that the client names (SNI)."""
        if name:
            try:
                connection.context = self.context(name)
            except ValueError:
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        return None


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


def relay(client: socket.socket, upstream: socket.socket, *, idle_seconds: float) -> None:
    """Carry bytes both ways until both sides have ended, one is gone, or nothing came for so long.

    Once one side has ended, the other has a moment for what is still on its way.
    """
    other = {client: upstream, upstream: client}
    for one in other:
        one.settimeout(idle_seconds)
    while other:
        readable, _, _ = select.select(list(other), [], [], idle_seconds)
        if not readable:
            return
        for one in readable:
            data = one.recv(_CARRIED_BYTES)
            to = upstream if one is client else client
            if data:
                to.sendall(data)
            else:
                to.shutdown(socket.SHUT_WR)
                del other[one]
                idle_seconds = min(idle_seconds, _PARTING_SECONDS)
