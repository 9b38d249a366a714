"""What a client process reads: the proxy and the certificates to trust, in files and environment variables."""

from __future__ import annotations

import contextlib
import os
import ssl
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_netsuite_tba.clients.hosts import Hosts
from pytest_netsuite_tba.oauth1.target import Target, host_and_port
from pytest_netsuite_tba.wire.relay import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .authority import CertificateAuthority

# Would send a client elsewhere, or have it trust others.
UNSET = ("ALL_PROXY", "all_proxy", "SSL_CERT_DIR")
_TRUST_STORE_PASSWORD = "changeit"  # noqa: S105  (Java's own default; the store holds certificates only)
_NAME_THE_CA_FILE = (
    *("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"),
    *("PERL_LWP_SSL_CA_FILE", "DENO_CERT", "GIT_SSL_CAINFO", "HTTPLIB2_CA_CERTS"),
)


class TrustFiles:
    """Files by which clients of any language trust the fake; no key is among them.

    Args:
        directory: where they are written.
        authority: the one to trust.
        with_system_roots: trust what the system trusts too, for clients that also reach real hosts.

    Attributes:
        ca_file: the certificates to trust, PEM.
    """

    def __init__(self, directory: Path, authority: CertificateAuthority, *, with_system_roots: bool = False) -> None:
        trusted = [authority.certificate]
        if with_system_roots:
            trusted += [ssl.DER_cert_to_PEM_cert(root).encode("ascii") for root in _system_roots()]
        self.ca_file = directory / "ca.pem"
        self.ca_file.write_bytes(b"".join(trusted))
        self._java = directory / "truststore.p12"
        self._java.write_bytes(_java_trust_store(trusted))
        self._php = directory / "php"
        self._php.mkdir(exist_ok=True)
        quoted = f'"{self.ca_file}"'
        (self._php / "ca.ini").write_text(f"curl.cainfo = {quoted}\nopenssl.cafile = {quoted}\n", "utf-8")

    def hosts(self, proxy_url: str) -> Hosts:
        """All that a client needs to reach the fake behind the proxy at ``proxy_url``."""
        return Hosts(proxy_url=proxy_url, ca_file=self.ca_file, variables=self.variables(proxy_url))

    def variables(self, proxy_url: str | None = None) -> dict[str, str]:
        """The variables that have a client trust the fake, and lead it through the proxy at ``proxy_url``.

        What already stands in ``JAVA_TOOL_OPTIONS`` is kept.
        """
        variables = dict.fromkeys(_NAME_THE_CA_FILE, str(self.ca_file))
        variables["PHP_INI_SCAN_DIR"] = f"{os.environ.get('PHP_INI_SCAN_DIR', '')}{os.pathsep}{self._php}"
        java = {
            "javax.net.ssl.trustStore": str(self._java),
            "javax.net.ssl.trustStoreType": "PKCS12",
            "javax.net.ssl.trustStorePassword": _TRUST_STORE_PASSWORD,
        }
        if proxy_url is not None:
            host, port = host_and_port(Target.of(proxy_url).host)
            java |= {f"{scheme}.proxyHost": host.strip("[]") for scheme in ("http", "https")}
            java |= {f"{scheme}.proxyPort": port for scheme in ("http", "https")}
            java["http.nonProxyHosts"] = "localhost|127.*|[::1]"
            variables |= {"NODE_USE_ENV_PROXY": "1", "PERL_LWP_ENV_PROXY": "1"}
            for name in ("HTTP_PROXY", "HTTPS_PROXY"):
                variables[name] = variables[name.lower()] = proxy_url
            variables["NO_PROXY"] = variables["no_proxy"] = ",".join(LOOPBACK)
        options = [_quoted_for_java(f"-D{name}={value}") for name, value in java.items()]
        variables["JAVA_TOOL_OPTIONS"] = " ".join([os.environ.get("JAVA_TOOL_OPTIONS", ""), *options]).strip()
        return variables


def _quoted_for_java(option: str) -> str:
    return f'"{option}"' if " " in option else option


def _system_roots() -> list[bytes]:
    """The certificates that OpenSSL trusts here, DER; those of a directory are only read when they are named."""
    context = ssl.create_default_context()
    directory = ssl.get_default_verify_paths().capath
    for file in sorted(Path(directory).iterdir()) if directory else ():
        with contextlib.suppress(OSError):
            context.load_verify_locations(cafile=file)
    return context.get_ca_certs(binary_form=True)


def _java_trust_store(certificates: Iterable[bytes]) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    entries = []
    for number, certificate in enumerate(certificates):
        with warnings.catch_warnings(), contextlib.suppress(ValueError, UserWarning):
            warnings.simplefilter("error")  # a few old roots break RFC 5280; Java can do without them
            entries.append(pkcs12.PKCS12Certificate(x509.load_pem_x509_certificate(certificate), b"%d" % number))
    return pkcs12.serialize_java_truststore(entries, BestAvailableEncryption(_TRUST_STORE_PASSWORD.encode()))
