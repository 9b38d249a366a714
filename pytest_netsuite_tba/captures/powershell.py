"""PowerShell's ``Invoke-WebRequest`` and ``Invoke-RestMethod``, as browsers, Postman and people write them."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.encoding import FORM, to_bytes

from .capture import Capture, CaptureError, Reader, can_be_read, header_of, lines_of, request_to

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMAND = re.compile(r"\b(?:Invoke-(?:WebRequest|RestMethod)|iwr|irm)\b(?=[ \t`])", re.IGNORECASE)
_TOKEN = re.compile(
    r"""(?P<here>@(["'])[ \t]*\n(?P<inside>.*?)\n\2@) | "(?P<double>(?:[^"`]|`.|"")*)" | '(?P<single>(?:[^']|'')*)'
    | (?P<table>@\{) | (?P<close>\}) | (?P<option>-[A-Za-z]\w*:?) | (?P<variable>\$[A-Za-z_]\w*)
    | (?P<goes_on>`\r?\n) | (?P<ends>\r?\n|;) | (?P<equals>=) | (?P<group>[()|]) | (?P<plain>[^\s"'`@{}$=;()|]+) | (?P<other>\S)""",
    re.VERBOSE | re.DOTALL,
)
_MOST = 200  # commands: for each, the text before it is searched for its variables
_MOST_TOKENS = 2_000  # of a command
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_CHARACTER = re.compile(r"\$\(\[char\]([0-9]{1,6})\)")
_VARIABLE = re.compile(r"(?<!`)\$(?:\(|\{?[A-Za-z_])")
_LATER = "A variable stands in the command; what it held is not in the text."
_SWITCHES = {
    "usebasicparsing",
    "disablekeepalive",
    "skipcertificatecheck",
    "allowunencryptedauthentication",
    "passthru",
}


class _Text(str):
    """A text of the command; ``unknown`` where PowerShell would have put something in."""

    __slots__ = ("unknown",)
    unknown: bool


def _text(found: re.Match[str]) -> _Text:
    raw = found[0]
    if found["double"] is not None:
        plain = _CHARACTER.sub(lambda one: chr(min(int(one[1]), 0x10FFFF)), found["double"])
        value = _Text(
            re.sub(r'`(.)|""', lambda one: '"' if not one[1] else _ESCAPED.get(one[1], one[1]), plain, flags=re.DOTALL)
        )
        value.unknown = _VARIABLE.search(plain) is not None
        return value
    if found["single"] is not None:
        raw = found["single"].replace("''", "'")
    elif found["here"] is not None:
        raw = found["inside"].replace("\r\n", "\n")
    value = _Text(raw)
    value.unknown = found["here"] is not None and found["here"].startswith('@"') and _VARIABLE.search(raw) is not None
    return value


def _read(text: str) -> list[Capture]:
    captures = []
    line_of = lines_of(text)
    for found in islice(_COMMAND.finditer(text), _MOST):
        capture = _capture(text, found, f"line {line_of(found.start())}")
        if capture is not None:
            captures.append(capture)
    if not captures:
        raise CaptureError("there is no Invoke-WebRequest with a URL in the input")
    return captures


def _capture(text: str, start: re.Match[str], where: str) -> Capture | None:
    options, tables = _options(text, start.end())
    before = text[: start.start()]
    url = _known(options.get("uri"), before)
    if url is None:
        return None
    unknown = url.unknown
    headers: list[tuple[str, str]] = []
    for name, given in tables.get("headers") or _table_of(options.get("headers"), before):
        value = _known(given, before)
        headers.append((name, value or given))
        unknown |= (value is None or value.unknown) and name.lower() in {"authorization", "content-type"}
    kind = options.get("contenttype")
    if kind is not None:
        headers = [*(pair for pair in headers if pair[0].lower() != "content-type"), ("Content-Type", kind)]
    method = options.get("method")
    body = _known(options.get("body"), before)
    notes: list[str] = []
    unsure = None
    has_body = "body" in options or "body" in tables
    method_name = (method or "GET").upper()
    if has_body and not header_of(headers, "content-type") and method_name == "POST":
        headers.append(("Content-Type", FORM))  # as PowerShell does
    if has_body and body is None:
        notes.append("The body is not in the capture.")
    elif "infile" in options:
        notes.append("The body stands in a file, which was not read.")
    if notes and header_of(headers, "content-type").partition(";")[0].strip() == FORM:
        unsure = "The body is a form, which is signed, and it is not in the capture."
    if has_body and body is None and method_name == "GET":
        unsure = "PowerShell puts the body of a GET into the URL's query, and it is not in the capture."
    request = request_to(url, where, method=method_name, headers=headers, body=to_bytes(body or ""))
    return Capture(request=request, where=where, notes=tuple(notes), unsure=_LATER if unknown else unsure)


_VALUES = {"double", "single", "plain", "here", "variable"}


def _kind(found: re.Match[str]) -> str:
    return "here" if found["here"] is not None else str(found.lastgroup)


def _tokens(text: str, at: int) -> Iterator[tuple[re.Match[str], int]]:
    """The tokens of one command, each with how deep in brackets it stands: up to the end of its line outside of them."""
    depth = 0
    for found in islice(_TOKEN.finditer(text, at), _MOST_TOKENS):
        kind = _kind(found)
        depth += {"@{": 1, "}": -1, "(": 1, ")": -1}.get(found[0], 0) if kind in {"table", "close", "group"} else 0
        if depth < 0 or (not depth and (kind == "ends" or found[0] == "|")):
            return
        yield found, depth


def _options(text: str, at: int) -> tuple[dict[str, _Text], dict[str, list[tuple[str, _Text]]]]:
    """The options of one command, by name in lower case, and those that are tables."""
    options: dict[str, _Text] = {}
    tables: dict[str, list[tuple[str, _Text]]] = {}
    name = ""
    tokens = _tokens(text, at)
    for found, depth in tokens:
        kind = _kind(found)
        if kind == "table":
            tables[name] = _pairs(tokens)
        elif kind == "option":
            name = found["option"].lstrip("-").rstrip(":").lower()
            name = "" if name in _SWITCHES else name
        elif kind in _VALUES and not found[0].startswith("[") and (name or not depth):
            options.setdefault(name or "uri", _text(found))
            name = ""
    return options, tables


def _pairs(tokens: Iterator[tuple[re.Match[str], int]]) -> list[tuple[str, _Text]]:
    """The names and values of a table, up to its brace."""
    pairs: list[tuple[str, _Text]] = []
    name: _Text | None = None
    for found, _ in tokens:
        if _kind(found) == "close":
            break
        if _kind(found) in _VALUES and name is None:
            name = _text(found)
        elif _kind(found) in _VALUES and name is not None:
            pairs.append((name, _text(found)))
            name = None
    return pairs


def _known(value: _Text | None, before: str) -> _Text | None:
    """A text, or what the text before put into the variable that it is; None where that is not to be found."""
    if value is None or not re.fullmatch(r"\$\w+", value):
        return value
    assigned = list(re.finditer(rf"{re.escape(value)}\s*=\s*", before, re.IGNORECASE))
    found = _TOKEN.match(before, assigned[-1].end()) if assigned else None
    if found is None or not any(found[kind] is not None for kind in ("here", "double", "single")):
        return None
    return _text(found)


def _table_of(value: _Text | None, before: str) -> list[tuple[str, _Text]]:
    """The pairs that the text before put into a variable: ``@{...}``, ``.Add(name, value)`` and ``[name] = value``."""
    if value is None or not re.fullmatch(r"\$\w+", value):
        return []
    name = re.escape(value)
    pairs: list[tuple[str, _Text]] = []
    for found in re.finditer(rf"{name}\s*(?:=\s*(?=@\{{)|\.Add\(|\[)", before, re.IGNORECASE):
        if before[found.end() : found.end() + 2] == "@{":
            _, tables = _options("-headers " + before[found.end() :], 0)
            pairs = list(tables.get("headers", []))
            continue
        texts = _texts_of_line(before, found.end())
        if len(texts) == 2:  # noqa: PLR2004  (a name and a value)
            pairs.append((texts[0], texts[1]))
    return pairs


def _texts_of_line(text: str, at: int) -> list[_Text]:
    texts = []
    for found in _TOKEN.finditer(text, at):
        if found["ends"] is not None:
            break
        if found["double"] is not None or found["single"] is not None or found["variable"] is not None:
            texts.append(_text(found))
    return texts


READER = Reader(
    "an Invoke-WebRequest of PowerShell", lambda text: _COMMAND.search(text) and can_be_read(text, _read), _read
)
