"""What a server, a capture and a test have in common: one request, as it went over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.encoding import FORM, decode_query, to_text
from pytest_netsuite_tba.oauth1.header import parse_authorization
from pytest_netsuite_tba.oauth1.target import Target

if TYPE_CHECKING:
    from pytest_netsuite_tba.oauth1.header import AuthorizationHeader

    from .token_passport import Envelope


class SignedRequest:
    """A request as its sender wrote it. Text is UTF-8; other bytes are lone surrogates (``surrogateescape``).

    Attributes:
        method: as sent.
        target: the raw request target, escapes untouched: origin form or absolute form.
        scheme, host, path, query: what the base string is made of; of the target where that is absolute, else
            of the connection and the Host header. ``host`` may hold a port, ``query`` has no ``?``.
        headers: names and values in the order sent, repeated ones repeated.
        body: the whole body.
        remote_address: the client's IP address.
        folded: names of the headers that were folded over several lines, each read as one (RFC 9112 section 5.2).
        envelope: of a SOAP request, once somebody has read it.
    """

    __slots__ = (
        "_authorization",
        "_first_headers",
        "_query_parameters",
        "authorizations",
        "body",
        "envelope",
        "folded",
        "headers",
        "host",
        "method",
        "path",
        "query",
        "remote_address",
        "scheme",
        "target",
    )

    def __init__(
        self,
        *,
        method: str,
        target: str,
        host: str,
        scheme: str = "https",
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes = b"",
        remote_address: str = "127.0.0.1",
        folded: tuple[str, ...] = (),
    ) -> None:
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.remote_address = remote_address
        self.folded = folded
        self.envelope: Envelope | None = None
        self.scheme, self.host, self.path, self.query = Target.of(target, scheme=scheme, host=host)
        self.authorizations = self.headers_of("authorization")
        self._first_headers: dict[str, str] | None = None
        self._authorization: AuthorizationHeader | None = None
        self._query_parameters: list[tuple[str, str]] | None = None

    @property
    def url(self) -> str:
        """The full URL."""
        return f"{self.scheme}://{self.host}{self.path}{'?' if self.query else ''}{self.query}"

    @property
    def authorization(self) -> AuthorizationHeader | None:
        """The first Authorization header, parsed once; None where there is none."""
        if self._authorization is None and self.authorizations:
            self._authorization = parse_authorization(self.authorizations[0])
        return self._authorization

    @property
    def query_parameters(self) -> list[tuple[str, str]]:
        """The decoded pairs of the query string, in the order sent, decoded once."""
        if self._query_parameters is None:
            self._query_parameters = decode_query(self.query)
        return self._query_parameters

    def header(self, name: str) -> str:
        """The value of the first header of that name (lower case), or ``""``."""
        if self._first_headers is None:
            self._first_headers = {sent.lower(): value for sent, value in reversed(self.headers)}
        return self._first_headers.get(name, "")

    def headers_of(self, name: str) -> tuple[str, ...]:
        """The values of all headers of that name (lower case), in the order sent."""
        return tuple([value for sent, value in self.headers if sent.lower() == name])

    @property
    def media_type(self) -> str:
        """The Content-Type without its parameters, spelt as sent; ``""`` where there is none."""
        return self.header("content-type").partition(";")[0].strip()

    @property
    def is_form(self) -> bool:
        """Whether the body is a form, and therefore signed."""
        return bool(self.body) and self.media_type == FORM

    @property
    def form(self) -> str:
        """The body, where it is a form; ``""`` of any other."""
        return to_text(self.body) if self.is_form else ""

    def __repr__(self) -> str:
        return f"<SignedRequest {self.method} {self.path}>"  # a query may hold a secret
