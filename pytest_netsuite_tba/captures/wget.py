"""The options of a wget command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.encoding import FORM, to_bytes

from .capture import Capture, CaptureError, header_of, request_to
from .shells import VARIABLE

if TYPE_CHECKING:
    from .shells import Word

# Short options that take a value; a long one has it behind "=" or as its next word.
_VALUED = frozenset("aADgGhiIlLoOPQRtTUwXYBe")
_LONG = frozenset([
    "method", "header", "post-data", "body-data", "post-file", "body-file", "user-agent", "referer", "output-document",
    "output-file", "append-output", "execute", "timeout", "tries", "user", "password", "http-user", "http-password",
    "certificate", "ca-certificate", "private-key", "directory-prefix", "wait", "limit-rate", "load-cookies",
    "save-cookies", "max-redirect", "input-file", "compression", "secure-protocol", "bind-address", "dns-timeout",
    "connect-timeout", "read-timeout", "quota", "config", "base", "default-page", "ca-directory",
])  # fmt: skip
_FILE = "The body stands in a file, which was not read."


def capture(words: list[Word]) -> Capture:
    """Read the request of one command.

    Raises:
        CaptureError: an option lacks its value, or there is no URL.
    """
    where = f"line {words[0].line}"
    options, urls, unknown = _options(words[1:], where)
    if not urls:
        raise CaptureError(f"{where}: the wget command has no URL")
    notes = list(dict.fromkeys(note for word in words for note in word.notes))
    headers, method, body = _request_of(options, notes)
    has_body = bool(body) or _FILE in notes
    if has_body and not header_of(headers, "content-type"):
        headers.append(("Content-Type", FORM))  # as wget does
    if len(urls) > 1:
        notes.append(f"The command has {len(urls)} URLs; the first was taken.")
    request = request_to(urls[0], where, method=method or "GET", headers=headers, body=to_bytes(body))
    unsure = "A shell puts values into the command that are not in the capture." if unknown else None
    if _FILE in notes and request.media_type == FORM:
        unsure = "The body is a form, which is signed, and it stands in a file, which was not read."
    return Capture(request=request, where=where, notes=tuple(notes), unsure=unsure)


def _request_of(options: list[tuple[str, str]], notes: list[str]) -> tuple[list[tuple[str, str]], str, str]:
    """The headers, the method and the body that the options say."""
    headers: list[tuple[str, str]] = []
    body = method = ""
    for name, value in options:
        if name == "header":
            header, _, text = value.partition(":")
            headers.append((header.strip(), text.strip()))
        elif name == "user-agent":
            headers.append(("User-Agent", value))
        elif name == "method":
            method = value.upper()
        elif name in {"post-data", "body-data"}:
            body, method = value, method or "POST"
        elif name in {"post-file", "body-file"}:
            notes.append(_FILE)
            method = method or "POST"
    return headers, method, body


def _options(words: list[Word], where: str) -> tuple[list[tuple[str, str]], list[str], bool]:
    options: list[tuple[str, str]] = []
    urls: list[str] = []
    unknown = False
    rest = iter(words)
    for word in rest:
        text = word.text
        if not text.startswith("-") or text == "-":
            urls += [text]
            unknown |= _has_variable(word)
            continue
        name, equals, value = text.lstrip("-").partition("=")
        if not text.startswith("--"):
            letter = next((letter for letter in text[1:] if letter in _VALUED), "")
            value = text.partition(letter)[2] if letter else ""
            name, equals = ("user-agent" if letter == "U" else ""), "" if letter else "="
        if not equals and (name in _LONG or not text.startswith("--")) and not value:
            following = next(rest, None)
            if following is None:
                raise CaptureError(f"{where}: {text[:40]} has no value")
            value, word = following.text, following  # noqa: PLW2901  (the word that has the value)
        unknown |= _has_variable(word) and (
            name != "header" or value.lower().startswith(("authorization", "content-type", "$"))
        )
        options.append((name, value))
    return options, urls, unknown


def _has_variable(word: Word) -> bool:
    return any(note.endswith(VARIABLE) for note in word.notes)
