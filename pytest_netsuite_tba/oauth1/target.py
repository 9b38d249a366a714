"""A URL, or the target of a request, split in one place (RFC 3986 section 3, RFC 9112 section 3.2).

Nothing is decoded. No request carries a fragment, so ``#`` is a character like any other here but that it ends a host;
:func:`without_fragment` is for URLs that people write.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Self

_SCHEME_AND_HOST = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)")


class Target(NamedTuple):
    """The four parts of which a base string is made.

    Attributes:
        scheme: in lower case.
        host: as written, with its port and whatever stands before an ``@``.
        path: raw, up to the first ``?``; "" where nothing follows the host.
        query: raw, without its ``?``.
    """

    scheme: str
    host: str
    path: str
    query: str

    @classmethod
    def of(cls, url: str, *, scheme: str = "", host: str = "") -> Self:
        """Split a URL, or a request target; ``scheme`` and ``host`` are those of one that names none (origin form)."""
        absolute = None if url.startswith("/") else _SCHEME_AND_HOST.match(url)
        if absolute is not None:
            scheme, host = absolute.groups()
            url = url[absolute.end() :]
        path, _, query = url.partition("?")
        return cls(scheme.lower(), host, path, query)

    @property
    def url(self) -> str:
        """All four joined; of an origin form the path and the query."""
        start = f"{self.scheme}://{self.host}" if self.scheme else ""
        return f"{start}{self.path}{'?' if self.query else ''}{self.query}"


def origin_form(url: str) -> str:
    """What stands in a request line for ``url``: all that follows the host, as written, from ``/`` on."""
    absolute = None if url.startswith("/") else _SCHEME_AND_HOST.match(url)
    rest = url if absolute is None else url[absolute.end() :]
    return rest if rest.startswith("/") else f"/{rest}"


def without_fragment(url: str) -> str:
    """The part of ``url`` that is sent (RFC 3986 section 3.5)."""
    return url.partition("#")[0]


def host_and_port(host: str) -> tuple[str, str]:
    """Split ``name:port``; the port is "" where there is none, and an IPv6 address keeps its brackets."""
    name, colon, port = host.rpartition(":")
    return (name, port) if colon and "]" not in port else (host, "")
