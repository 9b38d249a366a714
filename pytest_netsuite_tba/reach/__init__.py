"""How unmodified clients reach the fake: variables, files to trust, the authority of this run, this process."""

from .authority import CertificateAuthority
from .proxy import Proxy

__all__ = ["CertificateAuthority", "Proxy"]
