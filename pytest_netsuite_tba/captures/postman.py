"""Postman collections, v2.0 and v2.1. What Postman signs when it sends is in none of them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from pytest_netsuite_tba.oauth1.encoding import FORM, to_bytes

from .capture import Capture, CaptureError, Reader, header_of, request_to
from .json_text import document_of, rows, table, whole, word
from .variables import VARIABLE_LEFT, filled

_DEEPEST = 30
_SIGNS_LATER = (
    "Postman signs this request when it sends it: the collection holds no signature. Send it, and copy the request "
    "from Postman's console."
)
_FORM_ELSEWHERE = "The body is a form, which is signed, and it is not in the collection."


def _is_collection(text: str) -> bool:
    document = table(document_of(text))
    document = table(document.get("collection")) or document
    return isinstance(document.get("item"), list)


def _read(text: str) -> list[Capture]:
    document = table(whole(document_of(text)))
    document = table(document.get("collection")) or document
    values = {word(row.get("key") or row.get("id")): word(row.get("value")) for row in rows(document.get("variable"))}
    captures: list[Capture] = []
    found = _items(document, (), document.get("auth"))
    for path, request, auth in found:
        where = f"request {' / '.join(path)!r}"[:200]
        capture = _capture(request, auth, values, where)
        if capture is not None:
            captures.append(capture)
    if not captures:
        raise CaptureError(
            f"none of the {len(found)} requests of the Postman collection has a URL, and a header or OAuth 1.0"
        )
    return captures


def _items(
    folder: dict[str, Any], path: tuple[str, ...], auth: object
) -> list[tuple[tuple[str, ...], dict[str, Any], object]]:
    """The requests of a folder and of those in it, each with its path and the auth that it inherits."""
    if len(path) > _DEEPEST:
        raise CaptureError("the folders of the Postman collection are nested too deep")
    found = []
    for item in rows(folder.get("item")):
        name = (*path, word(item.get("name")) or "?")
        own = item.get("auth") or auth
        request = item.get("request")
        if isinstance(request, str):
            found.append((name, {"url": request, "method": "GET"}, own))
        elif isinstance(request, dict):
            found.append((name, request, request.get("auth") or own))
        else:
            found += _items(item, name, own)
    return found


def _capture(request: dict[str, Any], auth: object, values: dict[str, str], where: str) -> Capture | None:
    headers = _headers(request.get("header"), values)
    url = filled(_url(request.get("url")), values)
    if not url:
        return None
    kind = word(table(auth).get("type"))
    signs_later = kind in {"oauth1", "oauth2", "bearer", "basic", "hawk"} and not header_of(headers, "authorization")
    if not header_of(headers, "authorization") and not signs_later:
        return None
    body, media_type, form_missing = _body(table(request.get("body")), values)
    if media_type and not header_of(headers, "content-type"):
        headers.append(("Content-Type", media_type))
    captured = request_to(url, where, method=(word(request.get("method")) or "GET").upper(), headers=headers, body=body)
    unsure = None
    if signs_later:
        unsure = (
            _SIGNS_LATER if kind == "oauth1" else f"The request logs in by {kind}, which Postman adds when it sends it."
        )
    elif "{{" in url or "{{" in header_of(headers, "authorization") or (captured.form and b"{{" in body):
        unsure = VARIABLE_LEFT
    elif form_missing and captured.media_type == FORM:
        unsure = _FORM_ELSEWHERE
    return Capture(request=captured, where=where, unsure=unsure)


def _url(url: object) -> str:
    """A URL of either version: text, or an object whose query may hold what is switched off."""
    if isinstance(url, str):
        return url
    parts = table(url)
    raw = word(parts.get("raw"))
    if not raw and parts.get("host"):
        raw = f"{word(parts.get('protocol')) or 'https'}://{_joined(parts.get('host'), '.')}"
        raw += f":{word(parts['port'])}" if parts.get("port") else ""
        raw += "/" + _joined(parts.get("path"), "/").removeprefix("/")
    if isinstance(parts.get("query"), list):
        raw = raw.partition("#")[0].partition("?")[0]
        sent = [pair for pair in rows(parts["query"]) if not pair.get("disabled")]
        query = "&".join(
            word(pair.get("key")) + ("" if pair.get("value") is None else f"={_escaped(word(pair['value']))}")
            for pair in sent
        )
        raw += f"?{query}" if query else ""
    for variable in rows(parts.get("variable")):
        value = word(variable.get("value")).replace("\\", r"\\")
        raw = re.sub(rf"/:{re.escape(word(variable.get('key')))}(?=[/?]|$)", f"/{value}", raw)
    return raw


def _escaped(value: str) -> str:
    """What Postman escapes of a value as it was typed; what is escaped stays so."""
    return re.sub(r"[ \"<>`#&]", lambda found: f"%{ord(found[0]):02X}", value)


def _joined(value: object, by: str) -> str:
    return (
        by.join(word(part) or word(table(part).get("value")) for part in value)
        if isinstance(value, list)
        else word(value)
    )


def _headers(value: object, values: dict[str, str]) -> list[tuple[str, str]]:
    if isinstance(value, str):  # version 2.0 may have lines
        pairs = [line.partition(":") for line in value.splitlines() if ":" in line]
        return [(filled(name.strip(), values), filled(text.strip(), values)) for name, _, text in pairs]
    sent = [row for row in rows(value) if not row.get("disabled")]
    return [(filled(word(row.get("key")), values), filled(word(row.get("value")), values)) for row in sent]


def _body(body: dict[str, Any], values: dict[str, str]) -> tuple[bytes, str, bool]:
    """The body, the Content-Type that Postman adds for it, and whether it is not there."""
    mode = word(body.get("mode"))
    content = body.get(mode)
    if body.get("disabled") or not content:
        return b"", "", False
    if mode == "raw":
        language = word(table(table(body.get("options")).get("raw")).get("language"))
        return (
            to_bytes(filled(word(content), values)),
            {"json": "application/json", "xml": "application/xml"}.get(language, "text/plain"),
            False,
        )
    if mode == "urlencoded":
        sent = [row for row in rows(content) if not row.get("disabled")]
        pairs = [(filled(word(row.get("key")), values), filled(word(row.get("value")), values)) for row in sent]
        return urlencode(pairs, errors="surrogateescape").encode(), FORM, isinstance(content, str)
    return b"", {"formdata": "multipart/form-data", "graphql": "application/json"}.get(mode, ""), True


READER = Reader("a Postman collection", _is_collection, _read)
