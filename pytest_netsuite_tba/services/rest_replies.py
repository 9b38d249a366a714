"""What REST web services say: documents, links and the error envelope (docs/rules.md 3.4, 9)."""

from __future__ import annotations

from http import HTTPStatus

from .bodies import dump_json
from .reply import Reply

ROOT = "/services/rest/"
MEDIA_TYPE = "application/vnd.oracle.resource+json"
# What `type` names of a status: RFC 9110's section of it; 429 is RFC 6585's.
_SECTIONS = {400: "15.5.1", 401: "15.5.2", 404: "15.5.5", 405: "15.5.6", 409: "15.5.10", 415: "15.5.16", 500: "15.6.1"}
_TOO_MANY = "https://www.rfc-editor.org/rfc/rfc6585.html#section-4"
_UNPARSED = (
    "Invalid search query. Detailed unprocessed description follows. "
    "Search error occurred: Failed to parse SQL [{0}]: {1}."
)
_SUBMITTED = (
    "A request with the same idempotency key is already submitted. "
    'See the "Location" header for a link to the previously submitted job'
)

# code -> (status, detail). NetSuite's codes (Oracle section_156570709583) and its details as captured in 2026
# (docs/rules.md 9); where no detail of NetSuite's is known, ours.
ERRORS: dict[str, tuple[int, str]] = {
    "NONEXISTENT_ID": (404, "The record instance does not exist. Provide a valid record instance ID."),
    "NONEXISTENT_TYPE": (404, "Record type '{0}' does not exist."),
    "INVALID_CONTENT": (400, "Invalid content in the request body."),
    "INVALID_PARAMETER": (400, "Invalid value of the query parameter {0}: {1}."),
    "INVALID_HEADER": (400, "Invalid value of the header {0}: {1}."),
    "INVALID_QUERY": (400, "Invalid search query."),
    "UNPARSED_QUERY": (400, _UNPARSED),
    "IDEMPOTENCY_ERROR": (400, _SUBMITTED),
    "USER_ERROR": (400, "{0}"),
    "INVALID_METHOD": (405, "The method {0} is not supported here."),
    "UNSUPPORTED_MEDIA_TYPE": (415, "The content type {0} is not supported."),
    "UNEXPECTED_ERROR": (500, "An unexpected error occurred. Error ID: {0}"),
}
# Errors that share a public code.
_PUBLIC = {
    "NONEXISTENT_TYPE": "NONEXISTENT_ID",
    "INVALID_QUERY": "INVALID_PARAMETER",
    "UNPARSED_QUERY": "INVALID_PARAMETER",
}
# Errors whose body names another status than the line does: Oracle's sample (subsect_164494900632).
_TITLED = {"IDEMPOTENCY_ERROR": HTTPStatus.CONFLICT}


def error(code: str, *facts: str, where: dict[str, str] | None = None) -> Reply:
    """Answer with one of :data:`ERRORS`; ``where`` adds ``o:errorHeader``, ``o:errorQueryParam`` or ``o:errorUrl``."""
    status, detail = ERRORS[code]
    return envelope(status, _PUBLIC.get(code, code), detail.format(*facts), where or {}, _TITLED.get(code))


def envelope(status: int, code: str, detail: str, where: dict[str, str], titled: int | None = None) -> Reply:
    """Write the error envelope; ``titled`` is the status that type and title speak of, if it is another."""
    section = _SECTIONS.get(titled or status)
    body = {
        "type": f"https://www.rfc-editor.org/rfc/rfc9110.html#section-{section}" if section else _TOO_MANY,
        "title": HTTPStatus(titled or status).phrase,
        "status": status,
        "o:errorDetails": [{"detail": detail, **where, "o:errorCode": code}],
    }
    return document(body, f"{MEDIA_TYPE}; type=error", status=status, code=code)


def resource(kind: str, value: object) -> Reply:
    """Write a ``singular`` or a ``collection``."""
    return document(value, f"{MEDIA_TYPE}; type={kind}")


def document(value: object, media_type: str, *, status: int = 200, code: str | None = None) -> Reply:
    """Write JSON; a line feed ends it, as captured in 2026 (docs/rules.md 3.4)."""
    return Reply.of(f"{dump_json(value)}\n".encode(), f"{media_type}; charset=UTF-8", status=status, code=code)


def no_content(location: str = "") -> Reply:
    """Answer that it is done; ``location`` is where the record now is."""
    return Reply(status=204, headers=[("Location", location)] if location else [])


def self_link(href: str, method: str = "GET") -> dict[str, str]:
    """The link of a document to itself; it alone names a method (captured in 2026, docs/rules.md 9)."""
    return {"rel": "self", "href": href, "method": method}
