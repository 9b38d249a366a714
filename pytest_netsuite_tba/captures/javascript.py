"""Values as JavaScript writes them, in source and by ``util.inspect``; what is no plain value is opaque."""

from __future__ import annotations

import json
import re

from .capture import CaptureError

_DEEPEST = 60
_SPACE = re.compile(r"(?:\s++|//[^\n]*+|/\*.{0,500}?\*/)*+", re.DOTALL)
_STRING = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`""", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_NUMBER = re.compile(r"-?[0-9][0-9_.]*(?:[eE][+-]?[0-9]+)?n?")
_KEY = re.compile(r"[\w$]+|\[[^\]\n]*\]")
# What util.inspect writes before a brace: a class, a reference, the null prototype.
_CLASS = re.compile(r"(?:<ref \*[0-9]+>\s*)?(?:(?:\[[\w :$]++\]|[A-Za-z_$][\w$]*+(?:\([0-9]+\))?)\s*+){0,4}+(?=\{)")
_NO_LIST = re.compile(r"\[(?:[A-Z]\w*|class|Function)(?:[^\]'\"\n]{0,200}\])")
_TO_THE_NEXT = re.compile(r"[^,\]}\n([{'\"`]*")
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}|(\n)|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


class Opaque:
    """A value that is none: a function, a variable, an object that was not printed."""


OPAQUE = Opaque()
Value = dict[str, object] | list[object] | str | int | float | bool | None | Opaque


def unescape(text: str) -> str:
    """Undo the escapes of a string; a line that goes on behind a backslash is one."""

    def character(found: re.Match[str]) -> str:
        code = found[1] or found[2] or found[3]
        if code:
            number = int(code, 16)
            return chr(number) if number <= 0x10FFFF else "\ufffd"  # noqa: PLR2004  (the last of Unicode)
        return "" if found[4] else _ESCAPED.get(found[5], found[5])

    text = _ESCAPE.sub(character, text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if not text.isascii() else text


def value_at(text: str, at: int, depth: int = 0) -> tuple[Value, int]:
    """Read the value at ``at``; gives it, and where it ends.

    Raises:
        CaptureError: it is nested too deep.
    """
    if depth > _DEEPEST:
        raise CaptureError("the object is nested too deep")
    at = _skip(text, at)
    named = _CLASS.match(text, at)
    if named is not None:
        return _object(text, named.end() + 1, depth)
    if text.startswith("[", at) and not _NO_LIST.match(text, at):
        return _array(text, at + 1, depth)
    string = _STRING.match(text, at)
    if string is not None:
        return _joined(text, string)
    for pattern in (_NUMBER, _WORD):
        found = pattern.match(text, at)
        if found is not None and not re.match(r"[\w.($\s]*[.(=]", text[found.end() : found.end() + 40]):
            return _plain(found[0]), found.end()
    return _call(text, at, depth)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


def _plain(word: str) -> Value:
    known: dict[str, Value] = {"true": True, "false": False, "null": None, "undefined": None}
    if word in known:
        return known[word]
    try:
        return int(word)
    except ValueError:
        return OPAQUE


def _joined(text: str, string: re.Match[str]) -> tuple[Value, int]:
    """A string, and those that ``+`` puts behind it."""
    parts: list[str] = []
    found: re.Match[str] | None = string
    end = string.end()
    opaque = False
    while found is not None:
        opaque |= found[3] is not None and "${" in found[3]
        parts.append(unescape(found[1] or found[2] or found[3] or ""))
        end = found.end()
        plus = _skip(text, end)
        if not text.startswith("+", plus):
            break
        found = _STRING.match(text, _skip(text, plus + 1))
        opaque |= found is None
    return (OPAQUE if opaque else "".join(parts)), end


def _call(text: str, at: int, depth: int) -> tuple[Value, int]:
    """What is no plain value, up to where it ends; ``JSON.stringify({...})`` is the text that it makes."""
    start = re.compile(r"JSON\.stringify\(").match(text, at)
    if start is not None:
        value, end = value_at(text, start.end(), depth + 1)
        close = text.find(")", end)
        written = OPAQUE if _holds_opaque(value) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return written, close + 1 if close >= 0 else end
    depths = 0
    for _ in range(len(text) - at):
        at = _TO_THE_NEXT.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing at least
        if at >= len(text):
            break
        string = _STRING.match(text, at)
        if string is not None:
            at = string.end()
            continue
        if text[at] in "([{":
            depths += 1
        elif text[at] in ")]}" or (text[at] in ",\n" and not depths):
            if not depths:
                break
            depths -= 1
        at += 1
    return OPAQUE, at


def _holds_opaque(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_opaque, value.values()))
    return any(map(_holds_opaque, value)) if isinstance(value, list) else isinstance(value, Opaque)


def _object(text: str, at: int, depth: int) -> tuple[Value, int]:
    value: dict[str, object] = {}
    while True:
        at = _skip(text, at)
        if at >= len(text):  # what was printed is often cut
            return value, at
        if text[at] == "}":
            return value, at + 1
        if text[at] == ",":
            at += 1
            continue
        string = _STRING.match(text, at)
        key = string or _KEY.match(text, at)
        if key is None:
            _, end = _call(text, at, depth)
            at = max(end, at + 1)
            continue
        name = key[0] if string is None else unescape(string[1] or string[2] or string[3] or "")
        at = _skip(text, key.end())
        if text.startswith(":", at) or text.startswith("=>", at):
            value[name], at = value_at(text, at + (1 if text[at] == ":" else 2), depth + 1)
        else:
            value[name] = OPAQUE


def _array(text: str, at: int, depth: int) -> tuple[Value, int]:
    value: list[object] = []
    while True:
        at = _skip(text, at)
        if at >= len(text):
            return value, at
        if text[at] == "]":
            return value, at + 1
        if text[at] == ",":
            at += 1
            continue
        item, end = value_at(text, at, depth + 1)
        value.append(item)
        at = max(end, at + 1)
