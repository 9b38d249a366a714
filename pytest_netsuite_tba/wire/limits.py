"""What a client may send, and how long it may take over it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a client may send, and how long it may take over it.

    Attributes:
        head_bytes: of the request line and the headers.
        body_bytes: of the body.
        head_seconds: from the first byte of a request to the end of its head; also for the TLS handshake.
        body_seconds: for the whole body, and for reading an answer.
        idle_seconds: for a kept connection without a request.
        connections: open at once, streams not counted; one more is closed at once. A test's client has its end in the
            same process, so that each may take two of its descriptors.
        streams: responses of no known length, which may never end; one more is a 503.
    """

    head_bytes: int = 65_536
    body_bytes: int = 32 * 1024 * 1024
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    idle_seconds: float = 75.0
    connections: int = 512
    streams: int = 64
