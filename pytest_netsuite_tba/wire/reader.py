"""A client's bytes in, its requests out, within limits; no socket and no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import message
from .message import BadRequestError, Head

if TYPE_CHECKING:
    from collections.abc import Generator

    from .limits import Limits

_END = b"\r\n\r\n"
_CHUNK_LINE_BYTES = 4_096
_TRAILER_BYTES = 16_384
_CLOSED = 400, "the client closed in the middle of the request's {}"
_TIMED_OUT = 408, "the request's {} took too long to arrive"


class Reader:
    """Reads requests one after the other, each in three steps: :meth:`begin`, :meth:`head`, :meth:`body`.

    A step returns None where bytes are missing: feed what comes next, and take it again.

    Args:
        limits: how long a head and a body may be.
        tls_cure: what helps against a TLS handshake.

    Attributes:
        awaits_continue: the client sends its body only after ``100 Continue`` (RFC 9110 section 10.1.1).
    """

    def __init__(self, limits: Limits, tls_cure: str | None = None) -> None:
        self.awaits_continue = False
        self._limits = limits
        self._tls_cure = tls_cure
        self._buffer = bytearray()
        self._seen = 0  # bytes of an unfinished head that were looked at
        self._end: tuple[int, str] | None = None  # nothing more will come
        self._body: Generator[None, None, bytes] | None = None

    def feed(self, data: bytes) -> None:
        """Take what has arrived; ``b""`` says that the client closed."""
        self.awaits_continue = False
        self._buffer += data
        if not data:
            self._end = _CLOSED

    def time_out(self) -> None:
        """Wait for no more: the client was too slow."""
        self._end = _TIMED_OUT

    @property
    def rest(self) -> bytes:
        """What came after the last step."""
        return bytes(self._buffer)

    def begin(self) -> bool | None:
        """Say whether a request begins, False where nothing more comes; empty lines are skipped (RFC 9112 section 2.2)."""
        if self._buffer.startswith((b"\r", b"\n")):
            self._buffer = self._buffer.lstrip(b"\r\n")
        if self._buffer:
            return True
        return None if self._end is None else False

    def head(self) -> Head | None:
        """Read up to the empty line.

        Raises:
            BadRequestError: it is no head, or too long, or without end.
        """
        limit = self._limits.head_bytes
        end = self._buffer.find(_END, max(0, self._seen - len(_END)))
        if end < 0 and len(self._buffer) <= limit:
            message.check_beginning(self._buffer, self._seen, self._tls_cure)
            self._seen = len(self._buffer)
            if self._end is not None:
                raise message.unfinished(self._end[0], self._end[1].format("head"), self._buffer)
            return None
        if not 0 <= end <= limit:
            raise message.too_long(self._buffer, limit)
        head = message.parse_head(bytes(self._buffer[:end]))
        del self._buffer[: end + len(_END)]
        self._seen = 0
        self._body = None if head.length == 0 else self._read_body(head)
        return head

    def body(self) -> bytes | None:
        """Read the whole body of the request whose head was read, however it is framed.

        Raises:
            BadRequestError: it is framed badly, or too long, or without end.
        """
        if self._body is None:
            return b""
        try:
            next(self._body)
        except StopIteration as stop:
            body: bytes = stop.value
            return body
        if self._end is not None:
            raise BadRequestError(self._end[0], self._end[1].format("body"))
        return None

    # -- the parts of a body: each yields while bytes are missing ------------------------------------------------

    def _read_body(self, head: Head) -> Generator[None, None, bytes]:
        limit = self._limits.body_bytes
        if head.length is not None and head.length > limit:
            raise BadRequestError(413, f"the body is longer than {limit} bytes")
        self.awaits_continue = head.expects_continue and not self._buffer
        return (yield from self._read_chunks(limit) if head.length is None else self._read_exactly(head.length))

    def _read_exactly(self, count: int) -> Generator[None, None, bytes]:
        while len(self._buffer) < count:
            yield
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def _read_line(self) -> Generator[None, None, bytes]:
        while (end := self._buffer.find(b"\r\n", 0, _CHUNK_LINE_BYTES)) < 0:
            if len(self._buffer) >= _CHUNK_LINE_BYTES:
                raise BadRequestError(400, f"a line of the chunked body is longer than {_CHUNK_LINE_BYTES} bytes")
            yield
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    def _read_chunks(self, limit: int) -> Generator[None, None, bytes]:
        """Read a chunked body (RFC 9112 section 7.1); extensions and trailers are skipped."""
        body = bytearray()
        while size := message.parse_chunk_size((yield from self._read_line())):
            if len(body) + size > limit:
                raise BadRequestError(413, f"the body is longer than {limit} bytes")
            body += yield from self._read_exactly(size)
            if (yield from self._read_exactly(2)) != b"\r\n":
                raise BadRequestError(400, "a chunk does not end where its size says")
        trailers = 0
        while line := (yield from self._read_line()):
            if not trailers or line[:1] not in {b" ", b"\t"}:  # else it goes on with the one before
                message.parse_header(line)
            trailers += len(line)
            if trailers > _TRAILER_BYTES:
                raise BadRequestError(431, f"the trailers are longer than {_TRAILER_BYTES} bytes")
        return bytes(body)
