"""The certificate authority of this run: its key is in memory only."""

from __future__ import annotations

import re
import ssl
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from pytest_netsuite_tba.extras import MissingExtraError
from pytest_netsuite_tba.wire.relay import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterable

    import trustme

_KEPT_CONTEXTS = 256
_HOST_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+")


class CertificateAuthority:
    """A certificate authority for this run: its key is in memory only, and ends with it.

    Args:
        names: hosts and addresses for which a connection that names no host gets its certificate.

    Raises:
        MissingExtraError: trustme is not installed.
    """

    def __init__(self, names: Iterable[str] = LOOPBACK) -> None:
        try:
            import trustme
        except ImportError as missing:
            raise MissingExtraError("TLS", "tls") from missing
        self._names = tuple(dict.fromkeys(names))
        self._authority = trustme.CA(
            organization_name="pytest-netsuite-tba", organization_unit_name="fake NetSuite of one test run"
        )
        self._contexts = lru_cache(maxsize=_KEPT_CONTEXTS)(self._issue)

    @property
    def certificate(self) -> bytes:
        """The authority's own certificate, PEM."""
        return self._authority.cert_pem.bytes()

    def context(self, host: str = "") -> ssl.SSLContext:
        """A server's TLS context with a certificate for ``host``, or for the host that SNI names (RFC 6066).

        Without a host: one for loopback.
        """
        return self._contexts(host.lower().rstrip("."))

    def _issue(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        self._leaf(host).configure_cert(context)
        context.sni_callback = self._answer_name  # type: ignore[assignment]  # typeshed says SSLObject; for a socket, the ssl module hands in the SSLSocket
        return context

    def _leaf(self, host: str) -> trustme.LeafCert:
        if not host:
            return self._authority.issue_cert(*self._names)
        try:
            return self._authority.issue_cert(host)
        except ValueError:  # 1234567_sb1 is no host name by RFC 1123, and yet what a client may ask for
            if not _HOST_NAME.fullmatch(host):
                raise
            return self._leaf_of_no_host_name(host)

    def _leaf_of_no_host_name(self, host: str) -> trustme.LeafCert:
        """Issue a certificate for a name that trustme takes for none."""
        import trustme
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import ExtendedKeyUsageOID

        authority = x509.load_pem_x509_certificate(self.certificate)
        loaded = serialization.load_pem_private_key(self._authority.private_key_pem.bytes(), None)
        signing = cast("ec.EllipticCurvePrivateKey", loaded)  # trustme's default
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

    def _answer_name(self, connection: ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> int | None:
        """Answer the host that the client names (SNI)."""
        if name:
            try:
                connection.context = self.context(name)
            except ValueError:
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        return None
