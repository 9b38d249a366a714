"""The items of an HTTPie command: ``http POST :8080/x 'Authorization:OAuth ...' id:=7 name=value page==2``."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pytest_netsuite_tba.oauth1.encoding import FORM, to_bytes

from .capture import Capture, CaptureError, header_of, request_to, with_query
from .shells import VARIABLE

if TYPE_CHECKING:
    from .shells import Word

_METHOD = re.compile(r"[A-Z]+|[a-z]{3,7}")
# The separator of an item is the first that stands in it; of two at one place, the longer.
_ITEM = re.compile(r"((?:\\.|[^\\:=@;])*)(:=@|=@|:=|==|:|=|@|;)(.*)", re.DOTALL)
_VALUED = frozenset([
    "-a", "--auth", "-A", "--auth-type", "-o", "--output", "-p", "--print", "-s", "--style", "--session", "--timeout",
    "--proxy", "--verify", "--cert", "--cert-key", "--raw", "--max-redirects", "--ssl", "--pretty", "--boundary",
    "--response-charset", "--response-mime", "--format-options", "--session-read-only", "--path-as-is-value",
    "--default-scheme", "--ciphers", "--history-print", "-P",
])  # fmt: skip
_PIPED = "A body may have been piped in, which was not read."
_FILE = "A part of the body stands in a file, which was not read."


def capture(words: list[Word]) -> Capture:
    """Read the request of one command.

    Raises:
        CaptureError: an option lacks its value, or there is no URL.
    """
    where = f"line {words[0].line}"
    options, rest = _options(words[1:], where)
    method = ""
    if len(rest) > 1 and _METHOD.fullmatch(rest[0].text) and not _ITEM.match(rest[0].text):
        method, rest = rest[0].text.upper(), rest[1:]
    if not rest:
        raise CaptureError(f"{where}: the HTTPie command has no URL")
    notes = list(dict.fromkeys(note for word in words for note in word.notes))
    url = _full_url(rest[0].text, "https" if words[0].text.rpartition("/")[2] == "https" else "http")
    headers: list[tuple[str, str]] = []
    query: list[tuple[str, str]] = []
    fields: list[tuple[str, object]] = []
    for word in rest[1:]:
        _take(word.text, headers, query, fields, notes, where)
    is_form = bool({"-f", "--form", "--multipart"} & set(options))
    body = b""
    raw = options.get("--raw", "")
    if raw:
        body = to_bytes(raw)
    elif fields and is_form:
        body = urlencode([(name, str(value)) for name, value in fields], errors="surrogateescape").encode()
    elif fields:
        body = to_bytes(json.dumps(dict(fields), ensure_ascii=False))
    has_body = bool(body) or _FILE in notes
    if has_body and not header_of(headers, "content-type"):
        headers.append(("Content-Type", FORM if is_form and "--multipart" not in options else "application/json"))
    if not has_body and method not in {"", "GET", "HEAD", "DELETE"}:
        notes.append(_PIPED)
    if has_body and is_form:
        notes.append("HTTPie's way to write a form was assumed.")
    request = request_to(
        with_query(url, query) if query else url,
        where,
        method=method or ("POST" if has_body else "GET"),
        headers=headers,
        body=body,
    )
    return Capture(request=request, where=where, notes=tuple(notes), unsure=_unsure(rest, notes, request.media_type))


def _unsure(rest: list[Word], notes: list[str], media_type: str) -> str | None:
    decides = (
        word
        for word in rest
        if word is rest[0] or word.text.lower().startswith(("authorization", "$")) or "==" in word.text
    )
    if any(note.endswith(VARIABLE) for word in decides for note in word.notes):
        return "A shell puts values into the command that are not in the capture."
    if media_type == FORM and {_PIPED, _FILE} & set(notes):
        return "The body is a form, which is signed, and it is not in the capture."
    return None


def _options(words: list[Word], where: str) -> tuple[dict[str, str], list[Word]]:
    options: dict[str, str] = {}
    rest: list[Word] = []
    walk = iter(words)
    for word in walk:
        if not word.text.startswith("-") or word.text == "-":
            rest.append(word)
            continue
        name, equals, value = word.text.partition("=")
        if not equals and name in _VALUED:
            following = next(walk, None)
            if following is None:
                raise CaptureError(f"{where}: {name} has no value")
            value = following.text
        options[name] = value
    return options, rest


def _full_url(text: str, scheme: str) -> str:
    """Complete a URL as HTTPie does: ``:8080/x`` is of this machine, and without a scheme it is ``http``."""
    if re.match(r":(?::|[0-9]|/|$)", text):
        text = "localhost" + (text[1:] if not re.match(r":[0-9]", text) else text)
    return text if "://" in text else f"{scheme}://{text}"


def _take(
    text: str,
    headers: list[tuple[str, str]],
    query: list[tuple[str, str]],
    fields: list[tuple[str, object]],
    notes: list[str],
    where: str,
) -> None:
    found = _ITEM.match(text)
    if found is None:
        return
    name, kind, value = re.sub(r"\\(.)", r"\1", found[1]), found[2], found[3]
    if kind in {":", ";"}:
        headers += [(name, value.strip())] if value or kind == ";" else []
    elif kind == "==":
        query.append((name, value))
    elif kind == "=":
        fields.append((name, value))
    elif kind == ":=":
        try:
            fields.append((name, json.loads(value)))
        except (ValueError, RecursionError):
            raise CaptureError(f"{where}: the item {name[:40]!r} is no JSON") from None
    else:
        notes.append(_FILE)
