"""What a service answers: values, which a server writes on a wire."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from pytest_netsuite_tba.oauth1.encoding import to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNAUTHORIZED = 401
# Reason phrases, in title case as on every channel (docs/rules.md 3.6): Oracle's where it prints one (section_4634920277),
# the usual one of any other status.
REASONS = {status.value: status.phrase for status in HTTPStatus} | {302: "Moved Temporarily"}


@dataclass(slots=True, kw_only=True)
class Reply:
    """An HTTP response.

    Attributes:
        status: of HTTP.
        reason: its phrase; ``""`` stands for the usual one.
        headers: in the order sent, Content-Length among them where the body is whole.
        body: whole, or in parts as they are made.
        code: the public error code, or None.
        source: the framework's own response that it was, or None.
    """

    status: int = 200
    reason: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | Iterable[bytes] = b""
    code: str | None = None
    source: object = None

    @classmethod
    def of(
        cls,
        body: bytes,
        content_type: str = "text/plain; charset=utf-8",
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        code: str | None = None,
    ) -> Self:
        """A whole body of some content type; ``headers`` go before Content-Type."""
        fields = [*(headers or {}).items(), ("Content-Type", content_type), ("Content-Length", str(len(body)))]
        return cls(status=status, headers=fields, body=body, code=code)


def reason_phrase(status: int) -> str:
    """What stands after a status on the wire; ``Unknown`` for one that nobody named."""
    return REASONS.get(status, "Unknown")


def error_id() -> str:
    """What an unexpected error is looked up by: 16 hex digits."""
    return uuid.uuid4().hex[:16]


def encoded_url(url: str) -> str:
    """A URL as a Location header can hold it: what no URL may hold is percent-encoded, escapes stay (RFC 9110 10.2.2)."""
    return quote(to_bytes(url), safe="%!#$&'()*+,/:;=?@~")
