"""Cassettes: of VCR (Ruby, PHP) and vcrpy, as YAML or JSON."""

from __future__ import annotations

import base64
import binascii
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from pytest_netsuite_tba.oauth1.encoding import FORM, to_bytes, without_lone_surrogates

from .capture import Capture, CaptureError, Reader, date_of, header_of, request_to
from .http_text import NO_BODY
from .json_text import document_of, rows, table, whole, word
from .yaml_text import looks_like, yaml_of


def _interactions(document: object) -> list[dict[str, Any]]:
    held = table(document)
    found = (
        held.get("http_interactions") or held.get("interactions") or (document if isinstance(document, list) else [])
    )
    return [row for row in rows(found) if isinstance(row.get("request"), dict)]


def _is_json(text: str) -> bool:
    interactions = _interactions(document_of(text))
    return (
        bool(interactions)
        and any("uri" in row["request"] or "url" in row["request"] for row in interactions)
        and all("log" not in row for row in interactions)
    )


def _captures(document: object) -> list[Capture]:
    interactions = _interactions(document)
    captures = []
    for number, interaction in enumerate(interactions, 1):
        request = interaction["request"]
        if word(request.get("uri") or request.get("url")):
            captures.append(
                _capture(request, table(interaction.get("response")), interaction.get("recorded_at"), number)
            )
    if not captures:
        raise CaptureError("no interaction of the cassette has a request with a URI")
    return captures


def _capture(request: dict[str, Any], response: dict[str, Any], recorded: object, number: int) -> Capture:
    where = f"interaction {number}"
    headers = _headers(request.get("headers"))
    body, is_known = _body(request.get("body"))
    status = response.get("status")
    code = status.get("code") if isinstance(status, dict) else status or response.get("code")
    has_lost = not is_known or (not body and header_of(headers, "content-length") not in {"", "0"})
    uri = without_lone_surrogates(word(request.get("uri") or request.get("url")))
    method = (word(request.get("method")) or "GET").upper()
    captured = request_to(uri, where, method=method, headers=headers, body=body)
    return Capture(
        request=captured,
        where=where,
        time=date_of(_headers(response.get("headers"))) or _recorded(recorded),
        status=code if isinstance(code, int) and not isinstance(code, bool) else None,
        notes=(NO_BODY,) if has_lost else (),
        unsure="The body is a form, which is signed, and it is not in the cassette."
        if has_lost and captured.media_type == FORM
        else None,
    )


def _headers(value: object) -> list[tuple[str, str]]:
    pairs = []
    for name, sent in table(value).items():
        for each in sent if isinstance(sent, list) else [sent]:
            text = each.decode("utf-8", "surrogateescape") if isinstance(each, bytes) else word(each)
            pairs.append((str(name), without_lone_surrogates(text)))
    return pairs


def _body(value: object) -> tuple[bytes, bool]:
    """The body, and whether it is known: text, ``{encoding, string}``, ``{base64_string}``, bytes, pairs or nothing."""
    if isinstance(value, dict) and ("string" in value or "base64_string" in value):
        try:
            return (
                base64.b64decode(word(value["base64_string"]))
                if "base64_string" in value
                else _body(value["string"])[0]
            ), True
        except (binascii.Error, ValueError):
            return b"", False
    if isinstance(value, bytes):
        return value, True
    if isinstance(value, str):
        return to_bytes(without_lone_surrogates(value)), True
    if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
        return urlencode(value).encode(), True
    return b"", value is None


def _recorded(value: object) -> float | None:
    try:
        return parsedate_to_datetime(word(value)).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


JSON = Reader("a cassette of VCR as JSON", _is_json, lambda text: _captures(whole(document_of(text))))
YAML = Reader(
    "a cassette of VCR as YAML",
    looks_like(r"^(?:http_)?interactions:|^-[ \t]+request:"),
    lambda text: _captures(yaml_of(text, "a cassette of VCR")),
)
