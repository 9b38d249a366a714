"""Bodies that a client sent packed (RFC 9110 section 8.4): bytes in, bytes out, within a limit."""

from __future__ import annotations

import zlib

from .message import BadRequestError

CODINGS = frozenset({"gzip", "x-gzip"})  # two names of one (RFC 9110 section 8.4.1.3)
_TIMES = 2  # that one body is packed; nobody does it twice but by mistake
_MEMBERS = 16  # of one gzip file (RFC 1952 section 2.2); clients send one
_GZIP = zlib.MAX_WBITS | 16  # zlib's way to ask for gzip's own header


def unpacked(body: bytes, coding: str, limit: int) -> bytes:
    """The body as it was before it was packed; one of another coding, or empty, as it came.

    No more than ``limit`` bytes are ever made of it, however small it came. ``coding`` lists what was done to it, in
    that order.

    Raises:
        BadRequestError: it is not what its coding says, or longer than ``limit``.
    """
    codings = [name for part in coding.split(",") if (name := part.strip().lower()) not in {"", "identity"}]
    if not CODINGS.issuperset(codings):
        return body
    if len(codings) > _TIMES:
        raise BadRequestError(400, f"the body is packed more than {_TIMES} times")
    for _ in codings:
        body = _unpacked_once(body, limit)
    return body


def _unpacked_once(body: bytes, limit: int) -> bytes:
    if not body:
        return body
    whole = bytearray()
    for _ in range(_MEMBERS):
        member = zlib.decompressobj(_GZIP)
        try:
            whole += member.decompress(body, limit - len(whole) + 1)
        except zlib.error:
            raise BadRequestError(400, "the body is not the gzip that its Content-Encoding says") from None
        if len(whole) > limit:
            raise BadRequestError(413, f"the body is longer than {limit} bytes once it is unpacked")
        if not member.eof:
            raise BadRequestError(400, "the body ends in the middle of its gzip")
        body = member.unused_data
        if not body:
            return bytes(whole)
    raise BadRequestError(400, f"the body has more than {_MEMBERS} members of gzip")
