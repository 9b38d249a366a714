"""What a TLS handshake begins with: the server that it names is looked at before Python's ssl does that.

Where the name is not ASCII, ssl prints a traceback, and no handler of ours is asked before.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import time

_MOST = 16_384  # bytes of a ClientHello with its records; clients send 200 to 2,000
_MOST_RECORDS = 16  # clients send one
_RECORD_HEAD, _MESSAGE_HEAD = struct.Struct("!B2xH"), struct.Struct("!I")  # RFC 8446 sections 5.1 and 4
_EXTENSION_HEAD, _NAME_HEAD = struct.Struct("!HH"), struct.Struct("!HBH")  # RFC 8446 section 4.2, RFC 6066 section 3
_HANDSHAKE, _CLIENT_HELLO, _SERVER_NAME = 22, 1, 0
_BEFORE_SESSION = _MESSAGE_HEAD.size + 2 + 32  # then come a version and the random (RFC 8446 section 4.1.2)


class HelloError(ValueError):
    """A handshake that goes no further; the message says why."""


def check_hello(client: socket.socket, deadline: float) -> None:
    """Look at a client's ClientHello, and leave it to be read; anything else is left to ssl.

    Raises:
        HelloError: it names a server that is not ASCII, or is longer than any client's.
        OSError: it has not come by the deadline, of ``time.monotonic()``, or the client is gone.
    """
    wanted, hello = _RECORD_HEAD.size, None
    while hello is None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        client.settimeout(left)
        peeked = _peek(client, wanted)
        if len(peeked) < wanted:
            return  # the client closed
        wanted, hello = hello_in(peeked)
    name = server_name_of(hello)
    if not name.isascii():
        raise HelloError(f"the server's name is not ASCII: {name[:80]!r}")


def _peek(client: socket.socket, count: int) -> bytes:
    """What has come, once that is ``count`` bytes; less at the end."""
    with contextlib.suppress(OSError):  # a system without the option gives what there is
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, count)
    try:
        return client.recv(_MOST, socket.MSG_PEEK)
    finally:
        with contextlib.suppress(OSError):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)


def hello_in(records: bytes) -> tuple[int, bytes | None]:
    """How many bytes of records are needed to go on, and the ClientHello once it is whole; ``b""`` is none.

    Raises:
        HelloError: it is longer than any client's.
    """
    message, at = b"", 0
    for _ in range(_MOST_RECORDS):
        end = at + _RECORD_HEAD.size
        if end > len(records):
            return end, None
        kind, length = _RECORD_HEAD.unpack_from(records, at)
        if kind != _HANDSHAKE or not length:
            return end, b""
        end += length
        if end > _MOST:
            break
        if end > len(records):
            return end, None
        message, at = message + records[end - length : end], end
        if message[0] != _CLIENT_HELLO:
            return end, b""
        if len(message) >= _MESSAGE_HEAD.size:
            whole = _MESSAGE_HEAD.size + (_MESSAGE_HEAD.unpack_from(message)[0] & 0xFFFFFF)
            if len(message) >= whole:
                return end, message[:whole]
    raise HelloError(f"the ClientHello is longer than {_MOST} bytes, or comes in more than {_MOST_RECORDS} records")


def server_name_of(hello: bytes) -> bytes:
    """The host that a ClientHello names; ``b""`` where it names none, or is none."""
    at = _BEFORE_SESSION
    for width in (1, 2, 1):  # of the lengths of session id, cipher suites and compression methods
        at += width + int.from_bytes(hello[at : at + width])
    at += 2  # the length of all extensions
    while at + _EXTENSION_HEAD.size <= len(hello):
        kind, length = _EXTENSION_HEAD.unpack_from(hello, at)
        at += _EXTENSION_HEAD.size
        if kind == _SERVER_NAME:
            return hello[at + _NAME_HEAD.size : at + length]
        at += length
    return b""
