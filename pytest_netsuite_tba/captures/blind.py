"""The reader that knows no form: one OAuth header, one URL and at most one method, wherever they stand in a text."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, NamedTuple

from pytest_netsuite_tba.oauth1.encoding import FORM
from pytest_netsuite_tba.oauth1.header import parse_authorization
from pytest_netsuite_tba.oauth1.target import Target

from .capture import Capture, CaptureError, lines_of, request_to

if TYPE_CHECKING:
    from collections.abc import Iterable

BY_PARTS = "give the parts: netsuite-tba explain --method GET --url 'https://...' --authorization 'OAuth ...'"
_OPENS = re.compile(r"\bOAuth\s+(?=[\w.%~-]+\s*=)")
_PAIR = re.compile(r"[\w.%~-]+\s*=\s*(?:\"[^\"\n]{0,2000}\"|[^\s,\"']+)")
_JOINT = re.compile(r"\s*,\s*|\s+(?=(?:oauth_\w+|realm)\s*=)")
_URL = re.compile(r"https?://[^\s\"'<>`\\^|\u2018\u2019\u201c\u201d]+")
_TRAILING = ",;:!?)]}"
_METHODS = "GET|POST|PUT|DELETE|PATCH|HEAD"
_SAID = re.compile(
    rf"\b(?:[\w.]*method|verb|type)[\"']?\s*(?:[:=]|=>)\s*[\"']?(?:HttpMethod\.|Method\.)?({_METHODS})\b", re.IGNORECASE
)
_CALLED = re.compile(r"(?:\.|::|->)(get|post|put|delete|patch|head)\b(?:\.new)?\s*[({]", re.IGNORECASE)
_LOUD = re.compile(rf"(?<![\w-])({_METHODS})(?![\w-])")
_OF_NETSUITE = re.compile(r"/app/site/hosting/|/services/|/rest/")
_RESTLET = "/app/site/hosting/restlet.nl"
_MASKED = re.compile(
    r"authorization[\"']?\s*[:=,]+\s*b?[\"'\[]*(?:\[?(?:secure|redacted|filtered|masked|hidden)\b|\*{3,}|<(?:redacted|masked|hidden))",
    re.IGNORECASE,
)
_MOST_LISTED = 5
_FORM = "A form is spoken of in the text; a form is signed, and which one was sent was not found."
# A body that is spoken of: of a form, and of any kind.
_GIVEN = r"(?:^|[\s\"'({,])(?:-d|--data(?:-\w+)?|body|data|form|payload|content|json)[\"']?\s*(?:[:=]|=>|\s)\s*b?[\"'`\u2018\u2019\u201c\u201d]?"
_LIKE_A_FORM = re.compile(rf"{_GIVEN}[\w.%\[\]-]{{1,100}}=[^=>]", re.IGNORECASE)
_BODY = re.compile(rf"{_GIVEN}(?:[\w.%\[\]-]{{1,100}}=[^=>]|[\{{\[])", re.IGNORECASE)
_UNSIGNED = re.compile(r"\b(?:application|text)/(?:[\w.-]+\+)?(?:json|xml|plain)\b")
_METHOD = " was taken for the method."
NO_METHOD = "No method was found: GET was assumed."
_WHICH_METHOD = "The text speaks of a body, and names no method; give it with --method."
_NO_QUERY = "The URL that was found has no script, which the URL of every RESTlet has: its query stands elsewhere."


class _Found(NamedTuple):
    """A text that was found, and its line."""

    text: str
    line: int


def read(text: str) -> list[Capture] | None:
    """Read the one request of a text; None where it holds no OAuth header or no URL.

    Raises:
        CaptureError: it holds two that differ; they are listed.
    """
    undone = _undone(text)
    headers = _different(_headers(undone))
    if not headers:
        return None
    urls = _different(_urls(undone))
    if not urls:
        return None
    if len(headers) > 1 or len(urls) > 1:
        what = "OAuth headers" if len(headers) > 1 else "URLs"
        listed = (
            [_name_of(header) for header in headers]
            if len(headers) > 1
            else [f"{url.text[:120]!r} (line {url.line})" for url in urls]
        )
        more = f" and {len(listed) - _MOST_LISTED} more" if len(listed) > _MOST_LISTED else ""
        raise CaptureError(
            f"the text holds {len(listed)} {what} that differ: {', '.join(listed[:_MOST_LISTED])}{more}; keep one request, or {BY_PARTS}"
        )
    header, url = headers[0], urls[0]
    method, notes, unsure = _method(undone, url)
    notes = [
        f"No known form: line {url.line} was taken for the URL, line {header.line} for the Authorization header.",
        *notes,
    ]
    pairs = [("Authorization", header.text)]
    if FORM in undone:
        pairs.append(("Content-Type", FORM))
        unsure = unsure or _FORM
    rest = _URL.sub(" ", undone).replace(header.text, " ")
    if method not in {"GET", "HEAD"} and _LIKE_A_FORM.search(rest):
        unsure = unsure or _FORM
    if not any(note.endswith(_METHOD) for note in notes) and _BODY.search(rest):
        unsure = unsure or _WHICH_METHOD
    if method in {"POST", "PUT", "PATCH"} and not unsure and not _UNSIGNED.search(rest):
        notes.append("No body was found: one that is no form, or none, was assumed.")
    request = request_to(url.text, f"line {url.line}", method=method, headers=pairs)
    if request.path == _RESTLET and all(name != "script" for name, _ in request.query_parameters):
        unsure = unsure or _NO_QUERY
    return [Capture(request=request, where=f"line {url.line}", notes=tuple(notes), unsure=unsure)]


def complaint(text: str) -> str:
    """Why a text cannot be read, in a sentence, and what to do about it."""
    undone = _undone(text)
    urls = _urls(undone)
    if next(iter(_headers(undone)), None) is not None:
        why = "the text holds an OAuth header, but no URL"
    elif _MASKED.search(undone):
        why = "the tool that made the text masked the Authorization header; take it unmasked"
    elif urls:
        why = f"line {urls[0].line}: a URL stands here, but the text holds no OAuth header (a log of httpx or urllib3 shows none)"
    else:
        first = next((number for number, line in enumerate(text.split("\n"), 1) if line.strip()), 1)
        why = f"line {first}: this is no form that is read (a curl command, a raw HTTP request, a HAR file, a log, ...)"
    return f"{why}; {BY_PARTS}"


def _undone(text: str) -> str:
    r"""Undo the escapes that logs and pages put round a header and a URL: ``\"``, ``\/``, ``\u0026``, ``&amp;``."""
    text = re.sub(r"\\u00([0-7][0-9a-fA-F])", lambda found: chr(int(found[1], 16)), text)
    text = re.sub(r"\\+([\"'/])", r"\1", text).replace('`"', '"')
    text = text.replace("\\r\\n", "\n").replace("\\n", "\n")
    return html.unescape(text) if re.search(r"&(?:quot|amp|#34|#38|#39|lt|gt);", text) else text


def _headers(text: str) -> Iterable[_Found]:
    """Each ``OAuth name="value", ...`` with a signature or a nonce in it."""
    end = 0
    line_of = lines_of(text)
    for opens in _OPENS.finditer(text):
        if opens.start() < end:
            continue
        end = opens.end()
        while (pair := _PAIR.match(text, end)) is not None:
            end = pair.end()
            joint = _JOINT.match(text, end)
            if joint is None or _PAIR.match(text, joint.end()) is None:
                break
            end = joint.end()
        value = re.sub(r"\s*\n\s*", " ", text[opens.start() : end])
        if re.search(r"oauth_(?:signature|nonce|token|consumer_key)\b", value):
            yield _Found(value, line_of(opens.start()))


def _urls(text: str) -> list[_Found]:
    """Each URL; only those to NetSuite, or to its paths, where there are such."""
    found = []
    line_of = lines_of(text)
    for match in _URL.finditer(text):
        url = match[0].rstrip(_TRAILING)
        if not url.endswith(("...", "\u2026")):  # one that was cut; remarks say so
            url = url.rstrip(f".{_TRAILING}")
        if Target.of(url).host:
            found.append(_Found(url.partition("#")[0], line_of(match.start())))
    of_netsuite = [url for url in found if _OF_NETSUITE.search(Target.of(url.text).path)]
    return of_netsuite or [url for url in found if Target.of(url.text).host.lower().endswith(".netsuite.com")] or found


def _different(found: Iterable[_Found]) -> list[_Found]:
    seen: dict[str, _Found] = {}
    for each in found:
        seen.setdefault(each.text, each)
    return list(seen.values())


def _name_of(header: _Found) -> str:
    """A header by its line and nonce."""
    values = {parameter.name: parameter.raw for parameter in parse_authorization(header.text).parameters}
    return f"line {header.line} (oauth_nonce {values.get('oauth_nonce', '')[:40]!r})"


def _method(text: str, url: _Found) -> tuple[str, list[str], str | None]:
    """The method, what was assumed of it, and why it is not sure."""
    line = text.split("\n")[url.line - 1]
    beside = {found.upper() for found in _LOUD.findall(line.replace(url.text, " "))}
    said = {found.upper() for found in _SAID.findall(text)} | {found.upper() for found in _CALLED.findall(text)}
    anywhere = {found.upper() for found in _LOUD.findall(_URL.sub(" ", text))}
    for candidates in (beside, said, anywhere):
        if len(candidates) == 1:
            method = next(iter(candidates))
            return method, [f"{method}{_METHOD}"], None
        if candidates:
            listed = ", ".join(sorted(candidates))
            return min(candidates), [], f"The text names several methods ({listed}); give one with --method."
    return "GET", [NO_METHOD], None
