"""Requests as clients of JavaScript hold them: ``fetch(url, options)``, and the errors of axios and got."""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.encoding import FORM, to_bytes, without_lone_surrogates
from pytest_netsuite_tba.oauth1.target import Target

from .capture import Capture, CaptureError, Reader, can_be_read, header_of, lines_of, request_to, with_query
from .http_text import NO_BODY, NO_FORM
from .javascript import OPAQUE, Opaque, value_at
from .json_text import document_of, table

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNKNOWN = "A part of the {} is a variable or was not printed."
_DEPTH = 6
_MOST = 500

# -- one request -------------------------------------------------------------------------------------------------


def request_of(given: dict[str, object], where: str, *, url: object = None, status: object = None) -> Capture:
    """The request of an object with ``url``, ``method``, ``headers`` and what else clients know.

    Raises:
        CaptureError: there is no URL.
    """
    notes: list[str] = []
    unknown: list[str] = []
    full, query = _url(given, url, unknown)
    method = given.get("method")
    if not isinstance(method, str):
        unknown += ["method"] if isinstance(method, Opaque) else []
        method = "GET"
        notes.append("No method stands in it: GET was assumed, as the client does.")
    headers = _headers(given.get("headers"), unknown)
    data = next((given[name] for name in ("data", "body", "json", "form") if given.get(name) is not None), None)
    body = b""
    if isinstance(data, str):
        body = to_bytes(without_lone_surrogates(data))
    elif isinstance(data, dict | list) and not given.get("form"):
        body = to_bytes(without_lone_surrogates(json.dumps(data, ensure_ascii=False, default=str)))
    elif data is not None:
        notes.append(NO_BODY)
    media_type = header_of(headers, "content-type").partition(";")[0].strip()
    is_hidden = isinstance(data, Opaque) and not media_type  # new URLSearchParams(...) brings its own
    if data is not None and not isinstance(data, str) and (media_type.lower() == FORM or is_hidden):
        unknown.append("form")
    if body and not media_type:
        notes.append("No Content-Type stands in it.")
    request = request_to(
        with_query(full, query) if query else full, where, method=method.upper(), headers=headers, body=body
    )
    unsure = _UNKNOWN.format(unknown[0]) if unknown else None
    return Capture(
        request=request, where=where, status=status if isinstance(status, int) and status else None,
        notes=tuple(notes), unsure=NO_FORM if unknown == ["form"] else unsure,
    )  # fmt: skip


def _url(given: dict[str, object], url: object, unknown: list[str]) -> tuple[str, list[tuple[str, str]]]:
    """The URL, and the pairs that its client puts behind it."""
    url = url if isinstance(url, str) else given.get("url", given.get("uri"))
    if isinstance(url, dict):
        url = url.get("href")
    base = given.get("baseURL") or given.get("prefixUrl")
    if isinstance(base, str) and isinstance(url, str) and "://" not in url:
        url = base.rstrip("/") + "/" + url.lstrip("/") if url else base
    if not isinstance(url, str):
        raise CaptureError("the object has no URL that is a text")
    params = given.get("params")
    if params is None and not Target.of(url).query:
        params = given.get("searchParams")
    if isinstance(params, str):
        url += ("&" if "?" in url else "?") + params.removeprefix("?")
    if (params and given.get("paramsSerializer") not in (None, {})) or not isinstance(params, dict | str | None):
        unknown.append("query")
    query = _pairs_of(params, unknown) if isinstance(params, dict) else []
    return without_lone_surrogates(url), query


def _pairs_of(params: dict[str, object], unknown: list[str]) -> list[tuple[str, str]]:
    """The pairs of an object; clients differ in how they write a list, or an object in it."""
    query = []
    for name, value in params.items():
        if isinstance(value, bool):
            query.append((name, str(value).lower()))
        elif isinstance(value, str | int | float):
            query.append((name, str(value)))
        elif value is not None:
            unknown.append("query")
    return query


def _headers(value: object, unknown: list[str]) -> list[tuple[str, str]]:
    pairs: Iterable[tuple[object, object]] = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = [(pair[0], pair[1]) for pair in value if isinstance(pair, list) and len(pair) == 2]  # noqa: PLR2004
    elif isinstance(value, Opaque):
        unknown.append("headers")
    headers: list[tuple[str, str]] = []
    for name, sent in pairs:
        for each in sent if isinstance(sent, list) else [sent]:
            if isinstance(each, str | int | float):
                headers.append((str(name), without_lone_surrogates(str(each))))
            elif isinstance(each, Opaque) and str(name).lower() in {"authorization", "content-type"}:
                unknown.append("headers")
    return headers


# -- errors ------------------------------------------------------------------------------------------------------


def _held(value: object, depth: int = 0) -> dict[str, object] | None:
    """The object with an OAuth header that a printed one is, or holds."""
    if not isinstance(value, dict) or depth > _DEPTH:
        return None
    if ("url" in value or "uri" in value) and "headers" in value and _is_signed(value["headers"]):
        return value
    for name in ("config", "options", "request", "error", "response", "cause", "req", "defaultOptions"):
        found = _held(value.get(name), depth + 1)
        if found is not None:
            return found
    return None


def _is_signed(headers: object) -> bool:
    return header_of(_headers(headers, []), "authorization") != ""


def _status(value: dict[str, object]) -> object:
    response = value.get("response")
    return value.get("status") or (
        response.get("status") or response.get("statusCode") if isinstance(response, dict) else None
    )


def _of_json(text: str) -> list[Capture]:
    document = document_of(text)
    values = document if isinstance(document, list) else [document]
    held = [(found, _status(table(value))) for value in values if (found := _held(value)) is not None]
    return [request_of(found, f"request {number}", status=status) for number, (found, status) in enumerate(held, 1)]


def _is_json(text: str) -> bool:
    document = document_of(text)
    return any(_held(value) for value in (document if isinstance(document, list) else [document])[:_MOST])


# An object that is printed begins at a brace that ends its line.
_BRACE = re.compile(r"\{[ \t\r]*$|\b(?:config|options|request)['\"]?:\s{0,40}\{", re.MULTILINE)
_PRINTED = re.compile(r"\bheaders['\"]?:\s")
_AUTHORIZATION = re.compile(r"['\"]?authorization['\"]?: *\[?\s*['\"`]", re.IGNORECASE)


def _printed(text: str) -> list[Capture]:
    captures: list[Capture] = []
    line_of = lines_of(text)
    at = 0
    while len(captures) < _MOST and (found := _BRACE.search(text, at)) is not None:
        brace = text.rindex("{", found.start(), found.end())
        try:
            value, end = value_at(text, brace)
        except CaptureError:
            if captures:
                break
            raise
        held = _held(value)
        if held is None:
            at = max(end, found.end())
            continue
        line = line_of(brace)
        captures.append(request_of(held, f"line {line}", status=_status(value) if isinstance(value, dict) else None))
        at = end
    if not captures:
        raise CaptureError("no object of the text holds a URL and an Authorization header")
    return captures


def _is_printed(text: str) -> bool:
    return bool(_PRINTED.search(text) and _AUTHORIZATION.search(text)) and can_be_read(text, _printed)


# -- fetch(...) --------------------------------------------------------------------------------------------------

_FETCH = re.compile(r"\bfetch\(\s*")
_NAME = re.compile(r"[A-Za-z_$][\w$]*(?=\s*[,)])")


def _fetch(text: str) -> list[Capture]:
    captures = []
    line_of = lines_of(text)
    end = 0
    for found in islice(_FETCH.finditer(text), _MOST):
        if found.start() < end:  # in the arguments of another
            continue
        where = f"line {line_of(found.start())}"
        url, end = _argument(text, found.end())
        if not isinstance(url, str):
            if isinstance(url, Opaque):
                raise CaptureError(f"{where}: the URL of this fetch() is not written in the text")
            continue
        comma = re.compile(r"\s*,\s*").match(text, end)
        options, end = _argument(text, comma.end()) if comma is not None else ({}, end)
        if isinstance(options, Opaque):
            raise CaptureError(f"{where}: the options of this fetch() are not written in the text")
        captures.append(request_of(options if isinstance(options, dict) else {}, where, url=url))
    if not captures:
        raise CaptureError("there is no fetch() with a URL in the text")
    return captures


def _argument(text: str, at: int) -> tuple[object, int]:
    """An argument: a value, or the name of a constant that the text holds."""
    name = _NAME.match(text, at)
    if name is None:
        return value_at(text, at)
    constant = re.search(rf"\b(?:const|let|var)\s+{re.escape(name[0])}\s*=\s*", text)
    return (OPAQUE if constant is None else value_at(text, constant.end())[0]), name.end()


JSON = Reader("an error of axios or got as JSON", _is_json, _of_json)
PRINTED = Reader("an error of axios or got as it is printed", _is_printed, _printed)
FETCH = Reader("a fetch() call", lambda text: _FETCH.search(text) and can_be_read(text, _fetch), _fetch)
