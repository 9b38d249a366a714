"""A right Authorization header, made in one place (RFC 5849 section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .encoding import decode_query
from .header import format_authorization
from .signature import base_string, base_uri, parameter_string, sign, signing_key
from .target import Target

if TYPE_CHECKING:
    from collections.abc import Callable

    Pairs = list[tuple[str, str]]


class SignedHeader(NamedTuple):
    """The value of an Authorization header, what was signed in it, and the signature, base64 and not percent-encoded."""

    authorization: str
    base_string: str
    signature: str


def signed_header(
    make_base_string: Callable[[Pairs], str],
    *,
    consumer_key: str,
    consumer_secret: str,
    token_id: str,
    token_secret: str,
    realm: str,
    nonce: str,
    timestamp: str,
) -> SignedHeader:
    """Sign by HMAC-SHA256.

    Args:
        make_base_string: makes the base string of the header's decoded pairs; :func:`base_string_for` is RFC 5849's.
        consumer_key, consumer_secret, token_id, token_secret: the credentials, not encoded.
        realm: the account id.
        nonce: used once.
        timestamp: Unix seconds.

    Raises:
        ValueError: as :func:`pytest_netsuite_tba.oauth1.encoding.to_bytes`.
    """
    pairs = [
        ("oauth_consumer_key", consumer_key),
        ("oauth_token", token_id),
        ("oauth_signature_method", "HMAC-SHA256"),
        ("oauth_timestamp", timestamp),
        ("oauth_nonce", nonce),
        ("oauth_version", "1.0"),
    ]
    text = make_base_string(pairs)
    signature = sign(text, signing_key(consumer_secret, token_secret))
    header = format_authorization([*pairs, ("oauth_signature", signature)], realm=realm)
    return SignedHeader(header, text, signature)


def base_string_for(method: str, url: str, form: str = "") -> Callable[[Pairs], str]:
    """How the pairs of a header become the base string of a request (RFC 5849 section 3.4.1).

    ``url`` is absolute and spelt as it will be sent; ``form`` is the body where that is a form.
    """
    scheme, host, path, query = Target.of(url)
    sent = decode_query(query) + decode_query(form)
    return lambda pairs: base_string(method, base_uri(scheme, host, path), parameter_string(pairs + sent))
