"""What curl and libcurl say of themselves: ``-v`` and ``CURLOPT_VERBOSE``, ``--trace`` and ``--trace-ascii``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.encoding import to_text

from .http_text import log, of_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .http_text import Line, Piece

_TIME = r"(?:[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]+ )?(?:\[[0-9-]+\] )?"  # --trace-time and --trace-ids
_MARKED = re.compile(rf"{_TIME}([<>*{{}}])(?: (.*))?")
_REQUEST_LINE = re.compile(r"[A-Z]+ \S+ HTTP/[0-9.]+")
_HEADER = re.compile(r"[\w!#$%&'*+.^`|~-]+:.*")
_BLOCK = re.compile(rf"{_TIME}(=>|<=|==) (Send header|Send data|Recv header|Recv data|\w+)?.*")
_DUMPED = re.compile(r"([0-9a-f]{4,8}): ?(.*)")
_HEX = re.compile(r"((?:[0-9a-f]{2} ){1,16}) *.{0,17}")


def _verbose(lines: list[Line]) -> Iterator[Line]:
    """Take what was sent (``>``) and got (``<``). curl marks each line, libcurl only the first of a block."""
    is_open = False  # in a block of libcurl's, whose other lines have no mark
    for number, line in lines:
        marked = _MARKED.fullmatch(line)
        if marked is not None and marked[1] in "<>":
            is_open = _REQUEST_LINE.fullmatch(marked[2] or "") is not None
            yield number, marked[2] or ""
        elif is_open and marked is None:
            is_open = _HEADER.fullmatch(line) is not None
            yield number, line if is_open else ""
        else:
            is_open = False


def _trace(lines: list[Line]) -> Iterator[Line]:
    return of_pieces(_dumped(lines))


def _dumped(lines: list[Line]) -> Iterator[Piece]:
    """Undo the dump. Of text, a line break stood where the next line's offset is not this one's end."""
    direction = ""
    block: list[tuple[int, int, str]] = []
    for number, line in [*lines, (0, "== Info")]:
        begins = _BLOCK.fullmatch(line)
        found = _DUMPED.fullmatch(line)
        if begins is not None:
            yield from ((at, direction, text) for at, text in _text_of(block))
            block = []
            direction = {"=>": ">", "<=": "<"}.get(begins[1], "") if begins[2] in _TAKEN else ""
        elif found is not None and direction:
            block.append((number, int(found[1], 16), found[2]))


_TAKEN = {"Send header", "Send data", "Recv header", "Recv data"}


def _text_of(block: list[tuple[int, int, str]]) -> Iterator[tuple[int, str]]:
    pairs = [_HEX.fullmatch(text + " ") for _, _, text in block]
    if not block:
        return
    if all(pairs):
        raw = bytes.fromhex("".join(found[1] for found in pairs if found is not None))
        yield block[0][0], to_text(raw)
        return
    ends = [offset for _, offset, _ in block[1:]]
    for (number, offset, text), following in zip(block, [*ends, None], strict=True):
        yield number, text + ("\r\n" if following is None or following > offset + len(text) else "")


VERBOSE = log("what curl -v or libcurl prints", rf"^{_TIME}> [A-Z]+ \S+ HTTP/[0-9.]+[ \t\r]*$", _verbose)
TRACE = log("curl's --trace-ascii", rf"^{_TIME}=> Send header, [0-9]+ bytes", _trace)
