"""One call of REST web services that was let in: what it asks for, and what every resource makes of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from .bodies import JSON, TEXT, BadBodyError, read_body
from .rest_replies import MEDIA_TYPE, error, resource, self_link

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.account.web_services import Fields
    from pytest_netsuite_tba.login.request import SignedRequest

    from .reply import Reply

R = TypeVar("R")
MOST_ROWS = 1_000  # a page (Oracle section_156414087576)
PAGING = frozenset({"limit", "offset"})
_LONGEST_NUMBER = 15


class RestCall:
    """One call.

    Attributes:
        request: as it came.
        account: that it calls.
        records: what web services find in it.
        base: scheme and host, for links.
        parameters: of the query.
        preferences: of the Prefer header, in lower case (RFC 7240).
        problem: what a reader of the report should know of the answer, or None.
        unannounced: what the test left out, or None.
        failure: an exception of the test's own code, or None.
    """

    def __init__(self, request: SignedRequest, account: Account) -> None:
        self.request = request
        self.account = account
        self.records = account.web_services
        self.base = f"{request.scheme}://{request.host}"
        self.parameters = dict(request.query_parameters)
        self.preferences = {
            part.strip().lower() for value in request.headers_of("prefer") for part in re.split("[,;]", value)
        }
        self.problem: str | None = None
        self.unannounced: str | None = None
        self.failure: Exception | None = None

    def body(self) -> Fields | Reply:
        """Read a JSON object, or give the error that says why it is none.

        No Content-Type stands for JSON: clients that send a text give none (README of npm's netsuite-rest).
        """
        media_type = self.request.media_type.lower()
        taken = {"", JSON, MEDIA_TYPE}
        if self.account.behaviour.rest_plain_text_body == "json":
            taken.add(TEXT)
        if media_type not in taken:
            self.problem = f"Content-Type is {media_type[:80]!r}; REST web services take {JSON}."
            return error("UNSUPPORTED_MEDIA_TYPE", media_type[:80])
        try:
            value = read_body(JSON, self.request.body, control_characters=True)
        except BadBodyError as bad:
            self.problem = f"{bad}."
            return error("INVALID_CONTENT")
        if not isinstance(value, dict):
            self.problem = "The body is no JSON object."
            return error("INVALID_CONTENT")
        return value

    def page(self, rows: Sequence[R], shown: Callable[[R], Fields]) -> Reply:
        """The page of ``rows`` that ``limit`` and ``offset`` ask for, with its links."""
        numbers = {}
        for name, default, least, most in (("limit", MOST_ROWS, 1, MOST_ROWS), ("offset", 0, 0, None)):
            text = self.parameters.get(name, str(default))
            number = int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else -1
            if number < least or (most is not None and number > most):
                valid = f"a whole number from {least}" + ("" if most is None else f" to {most}")
                self.problem = f"The query parameter {name} is {text[:80]!r}; expected {valid}."
                return error("INVALID_PARAMETER", name, f"expected {valid}", where={"o:errorQueryParam": name})
            numbers[name] = number
        limit, offset = numbers["limit"], numbers["offset"]
        if offset % limit:
            self.problem = f"The offset {offset} is not divisible by the limit {limit}."
            where = {"o:errorQueryParam": "offset"}
            return error("INVALID_PARAMETER", "offset", "it must be divisible by limit", where=where)
        total = len(rows)
        page = rows[offset : offset + limit]
        last = max(0, (total - 1) // limit * limit)
        has_more = offset + limit < total
        others = {"previous": max(0, offset - limit), "first": 0} if offset else {}
        others |= {"next": offset + limit, "last": last} if has_more else {}
        links = [{"rel": rel, "href": self._page_at(limit, at)} for rel, at in others.items()]
        return resource(
            "collection",
            {
                "links": [*links, self_link(self.request.url, self.request.method)],
                "count": len(page),
                "hasMore": has_more,
                "items": [shown(row) for row in page],
                "offset": offset,
                "totalResults": total,
            },
        )

    def _page_at(self, limit: int, offset: int) -> str:
        """The URL of another page: this one's, its other parameters as they were sent (captured in 2026)."""
        wanted = {"limit": limit, "offset": offset}
        parts = [part for part in self.request.query.split("&") if part]
        named = [part.partition("=")[0] for part in parts]
        parts = [f"{name}={wanted[name]}" if name in wanted else part for name, part in zip(named, parts, strict=True)]
        parts += [f"{name}={value}" for name, value in wanted.items() if name not in named]
        return f"{self.base}{self.request.path}?{'&'.join(parts)}"
