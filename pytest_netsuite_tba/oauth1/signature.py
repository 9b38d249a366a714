"""Base string, key and digest (RFC 5849 section 3.4)."""

from __future__ import annotations

import base64
import hmac
import re
from typing import TYPE_CHECKING, Literal, get_args

from .encoding import percent_encode, percent_encode_pair, to_bytes
from .target import host_and_port

if TYPE_CHECKING:
    from collections.abc import Iterable

HmacMethod = Literal["HMAC-SHA256", "HMAC-SHA1"]

# HMAC-SHA1 is RFC 5849 section 3.4.2; HMAC-SHA256 keeps its construction with the other hash.
# PLAINTEXT and RSA-SHA1 (RFC 5849 sections 3.4.4 and 3.4.3) are names to be recognised, not methods of this package.
HASHES: dict[str, str] = {"HMAC-SHA256": "sha256", "HMAC-SHA1": "sha1"}
SIGNATURE_METHODS: tuple[str, ...] = (*get_args(HmacMethod), "RSA-SHA1", "PLAINTEXT")

_ENCODED_ONCE = re.compile(r"[A-Za-z0-9._~%&=-]*").fullmatch
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def base_uri(scheme: str, host: str, path: str) -> str:
    """The base string URI (RFC 5849 section 3.4.1.2): scheme and host in lower case, the default port left out.

    ``host`` may hold a port; an empty one is the default, and zeros before a number are dropped (RFC 3986 section
    6.2.3). ``path`` is the raw path as sent, escapes untouched; an empty one is ``/``.
    """
    scheme, host = scheme.lower(), host.lower()
    name, port = host_and_port(host)
    if not port or (port.isascii() and port.isdigit()):
        number = port.lstrip("0") or port[:1]
        host = name if number in {"", _DEFAULT_PORTS.get(scheme)} else f"{name}:{number}"
    return f"{scheme}://{host}{path or '/'}"


def parameter_string(parameters: Iterable[tuple[str, str]]) -> str:
    """Encode, sort by name and then value in byte order, and join (RFC 5849 section 3.4.1.3.2).

    ``parameters`` are decoded pairs; leaving out ``realm`` and ``oauth_signature`` is the caller's part.
    """
    return "&".join(map("=".join, sorted([percent_encode_pair(pair) for pair in parameters])))


def base_string(method: str, uri: str, parameters: str) -> str:
    """Encode and join the three parts: those of :func:`base_uri` and :func:`parameter_string` (RFC 5849, 3.4.1.1)."""
    return f"{percent_encode(method.upper())}&{percent_encode(uri)}&{encode_joined(parameters)}"


def encode_joined(parameters: str) -> str:
    """``percent_encode(parameters)``, sooner where they are encoded once, as they should be."""
    if _ENCODED_ONCE(parameters):  # then only three characters are left to encode
        return parameters.replace("%", "%25").replace("&", "%26").replace("=", "%3D")
    return percent_encode(parameters)


def signing_key(consumer_secret: str, token_secret: str = "") -> str:
    """Join both secrets, each encoded, by ``&``, which stays when there is no token secret (RFC 5849 section 3.4.2)."""
    return f"{percent_encode(consumer_secret)}&{percent_encode(token_secret)}"


def sign(text: str, key: str, method: HmacMethod = "HMAC-SHA256") -> str:
    """Sign a base string with ``key``: base64, not percent-encoded yet (RFC 5849 section 3.4.2)."""
    return base64.b64encode(hmac.digest(to_bytes(key), to_bytes(text), HASHES[method])).decode("ascii")
