"""Time-based one-time codes: 6 digits, 30 seconds (RFC 6238, over the HOTP of RFC 4226)."""

from __future__ import annotations

import base64
import hmac
import struct

STEP_SECONDS = 30
DIGITS = 6


def step_of(now: float) -> int:
    """The number of the 30 seconds that ``now`` (Unix seconds) is in."""
    return int(now // STEP_SECONDS)


def code(secret: str, now: float) -> str:
    """Compute the code of ``secret`` (base32) at ``now`` (Unix seconds)."""
    key = base64.b32decode(secret, casefold=True)
    digest = hmac.digest(key, struct.pack(">q", step_of(now)), "sha1")  # RFC 6238's default, as authenticator apps use
    offset = digest[-1] & 0x0F
    (number,) = struct.unpack(">I", digest[offset : offset + 4])
    return str((number & 0x7FFFFFFF) % 10**DIGITS).zfill(DIGITS)
