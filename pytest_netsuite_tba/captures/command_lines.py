"""Commands of curl, wget and HTTPie, found wherever they stand: behind a prompt, an assignment, ``time`` or prose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import curl, httpie, wget
from .capture import Capture, CaptureError, Reader, can_be_read, lines_of
from .shells import PROGRAMS, command_at, commands, shell_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .shells import Word

_PROGRAMS: dict[str, Callable[[list[Word]], Capture]] = {
    "curl": curl.capture,
    "wget": wget.capture,
    "http": httpie.capture,
    "https": httpie.capture,
}
_GOES_ON = r"(?=[ \t]+\S|[ \t]*[\\^`]\n)"
_START = re.compile(rf"(?<![\w$.:-]){PROGRAMS}(?:\.exe)?{_GOES_ON}", re.IGNORECASE)
# What may stand before a command on its line, where the line is surely one: a prompt, an assignment, time, a path.
_BEFORE = re.compile(
    r"[ \t]*(?:(?:\$|%|>|PS [^>\n]*>|[A-Za-z]:\\[^>\n]*>|[\w.@:~-]+[$%])[ \t]*)?"
    r"(?:[\w$:]+[ \t]*=[ \t]*)?[\"'(`$@&]*(?:(?:time|sudo|exec|eval|if|then|do|!)[ \t]+)*[\w.:/\\~-]{0,200}?",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"=[ \t]*[\"']$|\beval[ \t]+[\"']$")
_COMMENT = re.compile(r"[ \t]*(?:#|::|rem\b|//)", re.IGNORECASE)
_OPTION = re.compile(r"\s*-{1,2}[A-Za-z]")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://|[\w.$-]+[.:/]|localhost|\$|:[0-9/]|/|[^A-Za-z\s]*\{\{", re.IGNORECASE)
_MOST_COMMANDS = 2_000
_MOST_FAILURES = 100  # places where prose names a program
_WIDEST = 400  # characters before a command that are looked at


def read(text: str) -> list[Capture]:
    """Read the request of each command of a text.

    Raises:
        CaptureError: a shell could not read it so, an option lacks its value, or there is no URL.
    """
    text = text.replace("\r\n", "\n")
    captures = list(_of_cmd(text) if shell_of(text) == "cmd" else _found(text))
    if not captures:
        raise CaptureError("there is no command of curl, wget or HTTPie in the input")
    return captures


def _program(word: str) -> Callable[[list[Word]], Capture] | None:
    name = word.rpartition("/")[2].rpartition("\\")[2].lower().removesuffix(".exe")
    return _PROGRAMS.get(name)


def _of_cmd(text: str) -> list[Capture]:
    """Of cmd.exe, whose carets are undone over the whole text, from the line of the first command on."""
    starts = (start for start in _START.finditer(text) if _BEFORE.fullmatch(_before(text, start.start())))
    first = next(starts, None)
    begin = 0 if first is None else text.rfind("\n", 0, first.start()) + 1
    line_breaks = "\n" * text.count("\n", 0, begin)
    captures: list[Capture] = []
    for words in commands(line_breaks + text[begin:]):
        program = _program(words[0].text)
        if program is not None:
            captures += [program(each) for each in _by_next(words)]
        elif captures and words[0].text.startswith("-"):
            raise _ended(words[0].line)
    return captures


def _found(text: str, *, first_line: int = 1, nested: bool = False) -> list[Capture]:
    """Of bash and PowerShell: each command is read from where it begins, so that nothing before it matters."""
    line_of = lines_of(text)
    nul = text.find("\0")
    if nul >= 0:
        raise CaptureError(f"line {line_of(nul)}: here is a NUL, which no command can hold")
    shell = shell_of(text)
    text = f"{text}\n"
    captures: list[Capture] = []
    at = failed = 0
    while failed < _MOST_FAILURES and (start := _START.search(text, at)) is not None:
        at = start.end()
        before = _before(text, start.start())
        if _COMMENT.match(before) or (nested and captures):
            continue
        line = first_line + line_of(start.start()) - 1
        try:
            found, end = _one(text, start.start(), shell, before, line)
        except CaptureError:
            if _BEFORE.fullmatch(before) is not None:
                raise
            found, end = [], at
        failed += not found
        if found:
            at = end
            captures += found
            after = _OPTION.match(text, end)
            if after is not None and text[end : end + 1] == "\n":
                raise _ended(first_line + line_of(after.end()) - 1)
        if len(captures) > _MOST_COMMANDS:
            raise CaptureError(f"the input holds more than {_MOST_COMMANDS} commands")
    return captures


def _before(text: str, at: int) -> str:
    """What stands before a place on its line."""
    return text[max(text.rfind("\n", max(0, at - _WIDEST), at) + 1, at - _WIDEST, 0) : at]


def _one(text: str, at: int, shell: str, before: str, line: int) -> tuple[list[Capture], int]:
    """The requests of the command at ``at``; none where prose only names the program."""
    if _QUOTED.search(before):  # curl_cmd="curl ..."
        words, end = command_at(text, at - 1, shell, line)
        return (_found(words[0].text, first_line=line, nested=True), end) if words else ([], at + 1)
    closing = {"(": ")", "`": "`" if shell == "bash" else ""}.get(before[-1:], "")
    words, end = command_at(text, at, shell, line, closing)
    program = _program(words[0].text) if words else None
    if program is None:
        return [], max(end, at + 1)
    values = [word.text for word in words[1:] if not word.text.startswith("-")]
    if not any(_URL.match(value.lstrip("\"'")) for value in values):
        if program is curl.capture and len(values) <= 1:
            raise CaptureError(f"line {line}: the curl command has no URL")
        return [], end
    return [program(each) for each in _by_next(words)], end


def _by_next(words: list[Word]) -> list[list[Word]]:
    """The words of each request: curl's ``--next`` begins another one."""
    commands = [[words[0]]]
    for word in words[1:]:
        if word.text in {"--next", "-:"}:
            commands.append([words[0]])
        else:
            commands[-1].append(word)
    return commands


def _ended(line: int) -> CaptureError:
    marks = "bash goes on after \\, cmd after ^, PowerShell after `"
    return CaptureError(f"line {line}: an option stands here, but the command has ended above; {marks}")


# What follows a program's name where it is a command, by how sure the place is.
_IN_PROSE = re.compile(r"[ \t]+(?:-{1,2}[A-Za-z]|[\"']?https?://)")
_AFTER_HTTPIE = re.compile(r"(?:[ \t]+-\S*)*(?:[ \t]+[A-Z]+)?[ \t]+\S*(?:[.:/]|\\\n)")
_AFTER = re.compile(r"[ \t]*(?:-|[\\^`]\n|\S*[.:/'\"$^{])")


def _recognises(text: str) -> bool:
    """Whether a command stands in the text, with more than its name; one amid other text has to be whole."""
    text = text.replace("\r\n", "\n")
    may_be = False
    for start in _START.finditer(text):
        before, after = _before(text, start.start()), text[start.end() : start.end() + _WIDEST]
        if _COMMENT.match(before):
            continue
        if _BEFORE.fullmatch(before) is None:
            may_be |= _IN_PROSE.match(after) is not None
        elif (_AFTER_HTTPIE if start[0].lower().startswith("http") else _AFTER).match(after):
            return True
    return may_be and can_be_read(text, read)


READER = Reader("a command of curl, wget or HTTPie", _recognises, read)
