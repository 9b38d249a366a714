"""Insomnia's exports: version 4 as JSON, version 5 as YAML."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from pytest_netsuite_tba.oauth1.encoding import FORM, to_bytes

from .capture import Capture, CaptureError, Reader, header_of, request_to, with_query
from .json_text import document_of, rows, table, whole, word
from .variables import VARIABLE_LEFT, filled
from .yaml_text import looks_like, yaml_of

_DEEPEST = 30
_SIGNS_LATER = (
    "Insomnia signs this request when it sends it: the export holds no signature. Send it, and copy the request from "
    "its timeline."
)


def _is_export(text: str) -> bool:
    document = table(document_of(text))
    return document.get("_type") == "export" and isinstance(document.get("resources"), list)


def _read(text: str) -> list[Capture]:
    resources = rows(table(whole(document_of(text))).get("resources"))
    values: dict[str, str] = {}
    for resource in resources:
        if resource.get("_type") == "environment":
            values |= {name: word(value) for name, value in table(resource.get("data")).items()}
    return _captures([resource for resource in resources if resource.get("_type") == "request"], values)


def _read_yaml(text: str) -> list[Capture]:
    document = table(yaml_of(text, "an export of Insomnia"))
    environments = table(document.get("environments"))
    values = {name: word(value) for name, value in table(environments.get("data")).items()}
    return _captures(_nested(document.get("collection"), 0), values)


def _nested(items: object, depth: int) -> list[dict[str, Any]]:
    if depth > _DEEPEST:
        raise CaptureError("the folders of the Insomnia export are nested too deep")
    found = []
    for item in rows(items):
        found += _nested(item["children"], depth + 1) if isinstance(item.get("children"), list) else [item]
    return found


def _captures(requests: list[dict[str, Any]], values: dict[str, str]) -> list[Capture]:
    captures = [capture for request in requests if (capture := _capture(request, values)) is not None]
    if not captures:
        raise CaptureError(
            f"none of the {len(requests)} requests of the Insomnia export has a URL, and a header or OAuth 1.0"
        )
    return captures


def _capture(request: dict[str, Any], values: dict[str, str]) -> Capture | None:
    where = f"request {word(request.get('name'))!r}"[:200]
    sent = [row for row in rows(request.get("headers")) if not row.get("disabled")]
    headers = [(word(row.get("name")), filled(word(row.get("value")), values)) for row in sent]
    url = filled(word(request.get("url")), values)
    kind = word(table(request.get("authentication")).get("type"))
    signs_later = bool(kind) and kind != "none" and not header_of(headers, "authorization")
    if not url or not (signs_later or header_of(headers, "authorization")):
        return None
    pairs = [row for row in rows(request.get("parameters")) if not row.get("disabled")]
    query = [(word(row.get("name")), filled(word(row.get("value")), values)) for row in pairs]
    content = table(request.get("body"))
    body = to_bytes(filled(word(content.get("text")), values))
    if not body and content.get("params"):
        fields = [row for row in rows(content["params"]) if not row.get("disabled")]
        body = urlencode([(word(row.get("name")), filled(word(row.get("value")), values)) for row in fields]).encode()
    if word(content.get("mimeType")) and not header_of(headers, "content-type"):
        headers.append(("Content-Type", word(content.get("mimeType"))))
    captured = request_to(
        with_query(url, query) if query else url,
        where,
        method=word(request.get("method")) or "GET",
        headers=headers,
        body=body,
    )
    unsure = None
    if signs_later:
        unsure = (
            _SIGNS_LATER
            if kind == "oauth1"
            else f"The request logs in by {kind}, which Insomnia adds when it sends it."
        )
    elif any(
        "{{" in text or "{%" in text for text in (captured.target, header_of(headers, "authorization"), captured.form)
    ):
        unsure = VARIABLE_LEFT
    elif captured.media_type == FORM and not body and content:
        unsure = "The body is a form, which is signed, and it is not in the export."
    return Capture(request=captured, where=where, unsure=unsure)


JSON = Reader("an export of Insomnia", _is_export, _read)
YAML = Reader("an export of Insomnia as YAML", looks_like(r"^type: ['\"]?collection\.insomnia\.rest/"), _read_yaml)
