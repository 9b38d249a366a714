"""HAR 1.2 files, as browsers, Postman and proxies write them."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from pytest_netsuite_tba.oauth1.encoding import to_bytes, without_lone_surrogates

from .capture import Capture, CaptureError, request_to

_HOST = ".netsuite.com"
_PATHS = ("/app/site/hosting/restlet.nl", "/services/rest/", "/services/NetSuitePort", "/rest/")
_LOOKED_FOR = "one to a NetSuite host or path, or with an OAuth header; --entry N picks any"


def read(text: str, *, entry: int | None = None) -> list[Capture]:
    """Read the entries that go to NetSuite or are signed by OAuth; or the entry asked for, whatever it is.

    Raises:
        CaptureError: it is no HAR, an entry cannot be read, or there is none.
    """
    entries = _entries(text)
    if entry is not None:
        if not 1 <= entry <= len(entries):
            raise CaptureError(f"there is no entry {entry}; the HAR file has 1 to {len(entries)}")
        return [_capture(entries[entry - 1], entry)]
    chosen = [(number, candidate) for number, candidate in enumerate(entries, 1) if _concerns_netsuite(candidate)]
    if not chosen:
        raise CaptureError(f"none of the {len(entries)} entries of the HAR file is {_LOOKED_FOR}")
    return [_capture(candidate, number) for number, candidate in chosen]


def _entries(text: str) -> list[Any]:
    try:
        har = json.loads(text)
    except RecursionError:
        raise CaptureError("the JSON is nested too deep for a HAR file") from None
    except json.JSONDecodeError as error:
        raise CaptureError(f"line {error.lineno}, column {error.colno}: the JSON is broken: {error.msg}") from None
    except ValueError as error:
        raise CaptureError(f"the JSON cannot be read: {error}") from None
    log = har.get("log") if isinstance(har, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        found = ", ".join(map(str, list(har)[:5])) if isinstance(har, dict) else f"a {type(har).__name__}"
        raise CaptureError(f"this JSON is no HAR file: log.entries is missing; found: {found[:80] or 'nothing'}")
    return entries


def _concerns_netsuite(entry: Any) -> bool:  # noqa: ANN401  (of a file)
    request = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(request, dict) or not isinstance(request.get("url"), str):
        return False
    try:
        parts = urlsplit(request["url"])
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    if host.endswith(_HOST) or parts.path.startswith(_PATHS):
        return True
    return any(name.lower() == "authorization" and value[:5].lower() == "oauth" for name, value in _headers(request))


def _headers(request: dict[str, Any]) -> list[tuple[str, str]]:
    headers = request.get("headers")
    return [
        (header["name"], header["value"])
        for header in (headers if isinstance(headers, list) else [])
        if isinstance(header, dict) and isinstance(header.get("name"), str) and isinstance(header.get("value"), str)
    ]


def _capture(entry: Any, number: int) -> Capture:  # noqa: ANN401  (of a file)
    where = f"entry {number}"
    entry = json.loads(
        without_lone_surrogates(json.dumps(entry, ensure_ascii=False))
    )  # JSON can write half a character
    request = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(request, dict):
        raise CaptureError(f"{where}: request is missing")
    method, url = request.get("method"), request.get("url")
    if not isinstance(method, str) or not isinstance(url, str):
        raise CaptureError(f"{where}: request.method and request.url must be texts")
    sent = _headers(request)
    authority = next((value for name, value in sent if name == ":authority"), "")
    headers = [(name, value) for name, value in sent if not name.startswith(":")]
    if authority and all(name.lower() != "host" for name, _ in headers):
        headers.insert(0, ("Host", authority))
    response = entry.get("response")
    status = response.get("status") if isinstance(response, dict) else None
    return Capture(
        request=request_to(url, where, method=method, headers=headers, body=_body(request)),
        where=where,
        time=_time(entry.get("startedDateTime"), where),
        status=status if isinstance(status, int) and status else None,
    )


def _body(request: dict[str, Any]) -> bytes:
    data = request.get("postData")
    if not isinstance(data, dict):
        return b""
    text = data.get("text")
    if isinstance(text, str) and text:
        if data.get("encoding") == "base64":
            try:
                return base64.b64decode(text, validate=True)
            except (binascii.Error, ValueError):
                pass
        return to_bytes(text)
    params = data.get("params")
    pairs = [pair for pair in params if isinstance(pair, dict)] if isinstance(params, list) else []
    return urlencode(
        [(str(pair.get("name", "")), str(pair.get("value", ""))) for pair in pairs], errors="surrogateescape"
    ).encode()


def _time(value: object, where: str) -> float | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except (ValueError, OverflowError):
        raise CaptureError(f"{where}: startedDateTime is {str(value)[:40]!r}; expected 2026-09-21T14:13:20Z") from None
