"""Commands and their words, as bash, PowerShell, and cmd.exe with the C runtime make them of a text."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, NamedTuple

from pytest_netsuite_tba.oauth1.encoding import to_bytes, to_text, without_lone_surrogates

from .capture import CaptureError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Word(NamedTuple):
    """One word of a command, the line it begins in, and what must be said of it."""

    text: str
    line: int
    notes: tuple[str, ...] = ()


def commands(text: str) -> Iterator[list[Word]]:
    """Split a text into commands of at least one word, in the shell that it is for.

    Args:
        text: its lines end with line feeds; prompts and comments are passed over.

    Raises:
        CaptureError: a quote is not closed, or the shell reads the text otherwise than its writer meant.
    """
    before, nul, _ = text.partition("\0")
    if nul:
        line = before.count("\n") + 1
        raise CaptureError(f"line {line}: here is a NUL, which no command can hold")
    shell = shell_of(text)
    return _c_runtime(_cmd_exe(text)) if shell == "cmd" else _split(f"{text}\n", _LEXERS[shell])


def command_at(text: str, at: int, shell: str, line: int, closing: str = "") -> tuple[list[Word], int]:
    """The one command that begins at ``at``, and where it ends.

    Args:
        text: as for :func:`commands`, and it ends with a line feed.
        line: where ``at`` is.
        shell: ``bash`` or ``powershell``.
        closing: what ends it, too, outside of quotes: the ``)`` of ``$(curl ...)``.

    Raises:
        CaptureError: a quote is not closed.
    """
    ends = [len(text)]
    words = next(_split(text, _LEXERS[shell], at, line, closing, ends), [])
    return words, ends[-1]


# -- which shell -------------------------------------------------------------------------------------------------

PROGRAMS = r"(?:curl|wget|https?)"
AMPERSAND = "An & stands outside of quotes: there a shell ends the command; quote the URL."
VARIABLE = " is a variable of a shell; it stands as it is."
_PROMPTS = {"bash": r"\$[ \t]+", "powershell": r"PS\ [^>\n]*>[ \t]*", "cmd": r"[A-Za-z]:\\[^>\n]*>[ \t]*"}
_FIRST = re.compile(
    rf"^[ \t]*(?:{'|'.join(f'(?P<{shell}>{prompt})' for shell, prompt in _PROMPTS.items())})?{PROGRAMS}\b",
    re.IGNORECASE | re.MULTILINE,
)
# What one shell alone writes; what stands in quotes is passed over, for there it is text.
_MARK = re.compile(
    r"""(?P<cmd>\^[\n"%&]|"[^"\n]*\^%\^)|(?P<powershell>`[\n"$`])|(?P<bash>\\\n|\$')"""
    r"""|'[^']*+'?|"(?:\\.|[^"\\])*+"?""",
    re.DOTALL,
)


def shell_of(text: str) -> str:
    """Name the shell by the prompt of the first curl, else by the first mark after it; bash where there is none."""
    first = _FIRST.search(text)
    marks = [first, *_MARK.finditer(text, first.end())] if first else []
    return next((mark.lastgroup for mark in marks if mark.lastgroup), "bash")


# -- bash and PowerShell -----------------------------------------------------------------------------------------

_ANSI_C = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}
_BACKTICKED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_VARIABLE = re.compile(r"(?<![\\`])(\$)(?:\{?([A-Za-z_]\w*)|(?=\())")


def _ansi_c(text: str) -> str:
    """Undo the escapes of bash's quote with a dollar sign; bytes that make UTF-8 together become one character."""

    def unescape(found: re.Match[str]) -> str:
        if found[1]:
            return to_text(bytes([int(found[1], 16)]))
        if found[2] or found[3]:
            number = int(found[2] or found[3], 16)
            return chr(number) if number <= sys.maxunicode else "\ufffd"
        if found[4]:
            return to_text(bytes([int(found[4], 8) & 0xFF]))
        return _ESCAPED.get(found[5], found[5] if found[5] in "\\'\"?" else f"\\{found[5]}")

    return to_text(to_bytes(without_lone_surrogates(_ANSI_C.sub(unescape, text))))


def _replacer(pattern: str, by: str | Callable[[re.Match[str]], str]) -> Callable[[str], str]:
    compiled = re.compile(pattern, re.DOTALL)
    return lambda text: compiled.sub(by, text)


# The pieces of a word by name, what ends it, and what ends a command. The first that fits is taken.
_LEXERS = {
    shell: re.compile(
        rf"(?P<passed> ^[ \t]*{_PROMPTS[shell]}(?={PROGRAMS}) | (?<![^\s;|&])\#[^\n]* | {goes_on}) | {pieces}"
        r"""| (?P<open> \$'|['"]) | (?P<blank> [^\S\n]+) | (?P<ends> [\n;|] | &(?:&|(?!\S)))""",
        re.VERBOSE | re.DOTALL | re.MULTILINE | re.IGNORECASE,
    )
    for shell, goes_on, pieces in (
        (
            "bash",
            r"\\\n",
            r"""\\(?P<escaped> .) | '(?P<single> [^']*)' | \$'(?P<ansi> (?:[^'\\]|\\.)*)' | "(?P<double> (?:[^"\\]|\\.)*)"
            | (?P<plain> (?:[^\s'"\\$;|&] | &(?=[^\s&]) | \$(?!'))+)""",
        ),
        (
            "powershell",
            r"`\n",
            r"""`(?P<escaped> .) | '(?P<single> (?:[^']|'')*)'(?!') | "(?P<backticked> (?:[^"`\\]|`.|""|\\"?)*)"(?!")
            | (?P<plain> (?:[^\s'"`;|&] | &(?=[^\s&]))+)""",
        ),
    )
}
# What a piece stands for, if not for itself.
_MEANINGS = {
    "ansi": _ansi_c,
    "single": _replacer("''", "'"),
    "double": _replacer(r'\\(["\\$`])|\\\n', r"\1"),
    "backticked": _replacer(r'`(.)|["\\](")', lambda found: found[2] or _BACKTICKED.get(found[1], found[1])),
}


def _split(
    text: str, lexer: re.Pattern[str], at: int = 0, line: int = 1, closing: str = "", ends: list[int] | None = None
) -> Iterator[list[Word]]:
    """The commands from ``at`` on; where each ends is put into ``ends``."""
    command: list[Word] = []
    parts: list[str] = []
    notes: list[str] = []
    begin = line
    for found in lexer.finditer(text, at):
        kind = str(found.lastgroup)
        piece = found[kind]
        if closing and kind == "plain" and closing in piece:
            parts.append(piece.partition(closing)[0])
            if ends is not None:
                ends.append(found.start() + piece.index(closing) + 1)
            yield [*command, Word("".join(parts), begin if len(parts) > 1 else line, tuple(notes))]
            return
        if kind == "open":
            raise CaptureError(f"line {line}: the quote {piece} is not closed")
        if kind in {"blank", "ends"}:
            command += [Word("".join(parts), begin, tuple(notes))] if parts else []
            parts, notes = [], []
            if kind == "ends" and command:
                if ends is not None:
                    ends.append(found.start())
                yield command
                command = []
        elif kind != "passed":
            begin = begin if parts else line
            parts.append(_MEANINGS.get(kind, str)(piece))
            notes += [AMPERSAND] if kind == "plain" and "&" in piece else []
            notes += _variables(_VARIABLE, piece) if kind in {"plain", "double", "backticked"} else []
        line += found[0].count("\n")


def _variables(pattern: re.Pattern[str], text: str) -> list[str]:
    return [f"{''.join(name)}{VARIABLE}" for name in pattern.findall(text)]


# -- cmd.exe, stage one: carets are undone, and what cmd.exe itself acts on is marked -----------------------------

_ACTS = "\0"  # goes before what cmd.exe acts on; no command can hold it
_CMD = re.compile(
    rf"""
    (?P<passed> ^[ \t]*(?:(?:rem\b|::|\#)[^\n]* | {_PROMPTS["cmd"]}(?={PROGRAMS})))
    # A word of a browser. A backslash goes with what it protects, so that the closing quote is the right one.
    | (?P<browser> \^"(?:\^?\\\^?+[^\n] | \^\n\n | \^[^"\\\n] | [^\\^"\n])*+(?:\^")?)
    # What Chromium of 2022 still wrote inside of quotes, and that of 2017 for a line break.
    | (?P<refused> "[^"\n]*?\^(?!(?a:[\w \t:=+~'/.,?;()*`-])) | (?<=")\^\n+")
    | (?P<quoted> "[^"\n]*"?)
    | \^\n?+(?P<protected> .)  # after a caret at the end of a line, that is the first character of the next one
    | (?P<acts> [&|<>\n])
    | (?P<plain> [^"^&|<>\n]+)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_CARET = re.compile(r"\^\n?+(.)", re.DOTALL)
_PERCENT = re.compile(r"(%)(?![0-9A-Fa-f]{2})([A-Za-z_]\w*)(%)")
_DOUBLED = re.compile(r'(?<!\\)(\\++)(?!")([$`]?)')
_DOUBLED_NOTE = "Backslashes were read as the browser had them; curl.exe itself would send more of them."
_LOST_NOTE = "A character beyond ASCII was lost: for cmd, the browser writes a space for it."


def _cmd_exe(text: str) -> Iterator[Word]:
    """Undo cmd.exe's part of the quoting, piece by piece."""
    line = 1
    for found in _CMD.finditer(text):
        kind = str(found.lastgroup)
        piece = found[kind]
        if kind == "refused":
            why = "cmd.exe reads it otherwise than the old browser that wrote it meant it"
            raise CaptureError(f"line {line}: a caret stands in quotes or joins two: {why}; copy the command for bash")
        if kind == "browser":
            yield _browsers(piece, line)
        elif kind != "passed":
            yield Word(_ACTS + piece if kind == "acts" else piece, line, tuple(_variables(_PERCENT, piece)))
        line += found[0].count("\n")
    yield Word(f"{_ACTS}\n", line)


def _browsers(written: str, line: int) -> Word:
    """Undo the carets of a browser's word, and what it does to backslashes beyond the rules of the C runtime.

    Browsers double every backslash, though only those before a quote need it; Firefox puts one before ``$`` and
    a backtick too.
    """
    text = _CARET.sub(r"\1", written)
    single = _DOUBLED.sub(lambda run: "\\" * ((len(run[1]) + (not run[2])) // 2) + run[2], text)
    lost = any(found[1] in " \ufffd" for found in _CARET.finditer(written))
    said = ((single != text, _DOUBLED_NOTE), (lost, _LOST_NOTE))
    return Word(single, line, tuple(note for happened, note in said if happened))


# -- cmd.exe, stage two: the C runtime of curl.exe makes the arguments --------------------------------------------

_PART = re.compile(rf'\\*"|\\+|{_ACTS}.|[ \t]+|[^\\"{_ACTS} \t]+', re.DOTALL)


def _c_runtime(pieces: Iterator[Word]) -> Iterator[list[Word]]:
    """Group the arguments into commands; the target of ``<`` and ``>`` is none."""
    command: list[Word] = []
    redirected = False
    for word in _arguments(list(pieces)):
        if word.text in {f"{_ACTS}<", f"{_ACTS}>"}:
            redirected = True
        elif not word.text.startswith(_ACTS):
            command += [] if redirected else [word]
            redirected = False
        elif command:
            yield command
            command, redirected = [], False


def _arguments(pieces: list[Word]) -> Iterator[Word]:
    """Make arguments as Microsoft's C runtime does since 2008; what cmd.exe acts on stands between them.

    Backslashes count before a quote only: two are one, an odd one protects the quote. Two quotes inside of quotes are
    one.

    Raises:
        CaptureError: a quote is not closed, or single quotes stand for double ones.
    """
    text = "".join(piece.text for piece in pieces)
    owners = [number for number, piece in enumerate(pieces) for _ in piece.text]  # of each character
    parts: list[str] = []
    begin = opened = closed = -1
    for found in _PART.finditer(text):
        part, at, end = found[0], found.start(), found.end()
        line = pieces[owners[at]].line
        if opened < 0 and part[0] in f"{_ACTS} \t":
            if begin >= 0:
                yield _argument("".join(parts), pieces[owners[begin] : owners[at - 1] + 1])
            parts, begin = [], -1
            if part[0] == _ACTS:
                yield Word(part, line)
            continue
        if begin < 0 and part[0] == "'" and text[at - 1] in " \t":
            raise CaptureError(f"line {line}: a single quote is nothing to cmd.exe, whose carets this text has")
        begin = at if begin < 0 else begin
        if part[0] == _ACTS:
            what = f"the {part[1]}" if part[1].strip() else "the end"
            first = pieces[owners[opened]].line
            cut = f"before {what} of line {line}, where cmd.exe cuts the command"
            raise CaptureError(f'line {first}: the quote " is not closed {cut}')
        if part[-1] != '"':
            parts.append(part)
            continue
        parts.append("\\" * ((len(part) - 1) // 2))
        if len(part) % 2 == 0:
            parts.append('"')
        elif opened >= 0:
            opened, closed = -1, end
        else:
            parts.append('"' if closed == end - 1 else "")
            opened = end - 1


def _argument(text: str, pieces: list[Word]) -> Word:
    return Word(text, pieces[0].line, tuple(dict.fromkeys(note for piece in pieces for note in piece.notes)))
