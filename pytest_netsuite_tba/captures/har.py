"""HAR 1.2 files, as browsers, Postman and proxies write them, and a request of one alone."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from pytest_netsuite_tba.oauth1.encoding import FORM, decode_query, to_bytes
from pytest_netsuite_tba.oauth1.target import Target, without_fragment

from .capture import Capture, CaptureError, Reader, header_of, request_to, with_query
from .http_text import NO_BODY, NO_FORM, lacks_a_form
from .json_text import document_of, rows, table, whole, word

_HOST = ".netsuite.com"
_PATHS = ("/app/site/hosting/restlet.nl", "/services/rest/", "/services/NetSuitePort", "/rest/")
_LOOKED_FOR = "one to a NetSuite host or path, or with an OAuth header; --entry N picks any"
_FROM_LIST = "The URL has no query; that of queryString was taken."
_CONFLICT = "The query of the URL and that of queryString differ: which of them was sent, the file does not say."
_ENCODED = "The query stands in queryString only, with % or + in it: whether that is encoded, the file does not say."
_CHROME_HIDES = (
    "The browser left the Authorization header out of the file. In the settings of DevTools, "
    "allow HAR files with sensitive data, and save it again."
)


def _is_har(text: str) -> bool:
    document = table(document_of(text))
    return isinstance(table(document.get("log")).get("entries"), list) or _is_request(document)


def _is_request(document: dict[str, Any]) -> bool:
    return isinstance(document.get("url"), str) and "method" in document and isinstance(document.get("headers"), list)


def _entries(text: str) -> list[Any]:
    document = table(document_of(text))
    if _is_request(document):
        return [{"request": document}]
    entries: list[Any] = document["log"]["entries"]
    return entries


def read(text: str) -> list[Capture]:
    """Read the entries that go to NetSuite or are signed by OAuth.

    Raises:
        CaptureError: an entry cannot be read, or there is none.
    """
    entries = _entries(text)
    chosen = [(number, candidate) for number, candidate in enumerate(entries, 1) if _concerns_netsuite(candidate)]
    if not chosen:
        raise CaptureError(f"none of the {len(entries)} entries of the HAR file is {_LOOKED_FOR}")
    hidden = _CHROME_HIDES if _is_sanitized(text, entries) else None
    return [_capture(candidate, number, hidden) for number, candidate in chosen]


def pick(text: str, entry: int) -> Capture:
    """Read the entry asked for, whatever it is.

    Raises:
        CaptureError: there is none of that number, or it cannot be read.
    """
    entries = _entries(text)
    if not 1 <= entry <= len(entries):
        raise CaptureError(f"there is no entry {entry}; the HAR file has 1 to {len(entries)}")
    return _capture(entries[entry - 1], entry, _CHROME_HIDES if _is_sanitized(text, entries) else None)


def _is_sanitized(text: str, entries: list[Any]) -> bool:
    """Whether a browser wrote it without what is sensitive: Chromium does since 130, unless it is told otherwise."""
    creator = table(table(table(document_of(text)).get("log")).get("creator")).get("name")
    sent = {name.lower() for entry in entries for name, _ in _headers(table(table(entry).get("request")))}
    return creator == "WebInspector" and not {"authorization", "cookie"} & sent


def _concerns_netsuite(entry: object) -> bool:
    request = table(table(entry).get("request"))
    if not isinstance(request.get("url"), str):
        return False
    try:
        parts = urlsplit(request["url"])
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    if host.endswith(_HOST) or parts.path.startswith(_PATHS):
        return True
    return header_of(_headers(request), "authorization")[:5].lower() == "oauth"


def _headers(request: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (header["name"], header["value"])
        for header in rows(request.get("headers"))
        if isinstance(header.get("name"), str) and isinstance(header.get("value"), str)
    ]


def _capture(entry: object, number: int, hidden: str | None) -> Capture:
    where = f"entry {number}"
    entry = table(whole(entry))
    request = entry.get("request")
    if not isinstance(request, dict):
        raise CaptureError(f"{where}: request is missing")
    method, url = request.get("method"), request.get("url")
    if not isinstance(method, str) or not isinstance(url, str):
        raise CaptureError(f"{where}: request.method and request.url must be texts")
    sent = _headers(request)
    authority = header_of(sent, ":authority")
    headers = [(name, value) for name, value in sent if not name.startswith(":")]
    if authority and not header_of(headers, "host"):
        headers.insert(0, ("Host", authority))
    url, notes, unsure = _with_query(url, request)
    data = table(request.get("postData"))
    body = _body(data)
    kind = word(data.get("mimeType"))
    if body and kind and not header_of(headers, "content-type"):
        headers.append(("Content-Type", kind))
        notes.append("The Content-Type is that of postData; the headers hold none.")
    size = request.get("bodySize")
    is_known = size == 0 and not isinstance(size, bool)
    if not body and not is_known and ((isinstance(size, int) and size > 0) or lacks_a_form(method, headers)):
        notes.append(NO_BODY)
        if header_of(headers, "content-type").partition(";")[0].strip().lower() == FORM:
            unsure = NO_FORM
    if not header_of(headers, "authorization"):
        unsure = unsure or hidden
    status = table(entry.get("response")).get("status")
    return Capture(
        request=request_to(url, where, method=method, headers=headers, body=body),
        where=where,
        time=_time(entry.get("startedDateTime"), where),
        status=status if isinstance(status, int) and status else None,
        notes=tuple(notes),
        unsure=unsure,
    )


def _with_query(url: str, request: dict[str, Any]) -> tuple[str, list[str], str | None]:
    """The URL with its query, what was assumed of it, and why it is not sure.

    Some writers put the query into ``url`` and ``queryString`` both, decoded or not; others into one of them.
    """
    listed = [(word(pair.get("name")), word(pair.get("value"))) for pair in rows(request.get("queryString"))]
    query = Target.of(without_fragment(url)).query
    if not listed:
        return url, [], None
    if not query:
        doubtful = any(set("%+") & set(name + value) for name, value in listed)
        return with_query(url, listed), [_FROM_LIST], _ENCODED if doubtful else None
    decoded = Counter(decode_query(query))
    again = Counter(pair for name, value in listed for pair in decode_query(f"{name}={value}"))
    raw = Counter(tuple(pair.partition("=")[::2]) for pair in query.split("&") if pair)
    same = Counter(listed) in (decoded, raw) or again == decoded
    return url, [], None if same else _CONFLICT


def _body(data: dict[str, Any]) -> bytes:
    text = data.get("text")
    if isinstance(text, str) and text:
        if data.get("encoding") == "base64":
            try:
                return base64.b64decode(text, validate=True)
            except (binascii.Error, ValueError):
                pass
        return to_bytes(text)
    pairs = [(str(pair.get("name", "")), str(pair.get("value", ""))) for pair in rows(data.get("params"))]
    return urlencode(pairs, errors="surrogateescape").encode()


def _time(value: object, where: str) -> float | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except (ValueError, OverflowError):
        raise CaptureError(f"{where}: startedDateTime is {str(value)[:40]!r}; expected 2026-09-21T14:13:20Z") from None


READER = Reader("a HAR file", _is_har, read, pick)
