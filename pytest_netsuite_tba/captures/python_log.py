"""What Python's clients print: ``http.client`` with ``debuglevel=1``, and aiohttp's ``RequestInfo``."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.encoding import to_text, without_lone_surrogates

from .capture import Capture, CaptureError, Reader, lines_of, request_to
from .http_text import log, of_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .http_text import Line, Piece

_SAID = re.compile(r"(?:^|.*?[ :])(send|reply|header): (.*)")
_INFO = re.compile(r"RequestInfo\(url=URL\('([^'\n]*)'\), method='(\w+)', headers=<CIMultiDict(?:Proxy)?\(([^\n]*?)\)>")
_PAIR = re.compile(r"""'((?:[^'\\]|\\.)*)': ('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")


def _http_client(lines: list[Line]) -> Iterator[Line]:
    """Undo the ``send:``, ``reply:`` and ``header:`` lines of ``http.client``."""
    return of_pieces(_said(lines))


def _said(lines: list[Line]) -> Iterator[Piece]:
    for number, line in lines:
        found = _SAID.fullmatch(line)
        if found is None:
            continue
        kind, rest = found.groups()
        if kind == "header":
            yield number, "<", f"{rest}\r\n"
        elif rest.strip().startswith(("b'", 'b"', "'", '"')):
            yield number, ">" if kind == "send" else "<", _literal(number, f"{kind}:", rest)


def _literal(number: int, after: str, text: str) -> str:
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise CaptureError(f"line {number}: after {after!r} no Python text is to be read") from None
    return to_text(value) if isinstance(value, bytes) else without_lone_surrogates(str(value))


def _aiohttp(text: str) -> list[Capture]:
    captures = []
    line_of = lines_of(text)
    for found in _INFO.finditer(text):
        number = line_of(found.start())
        headers = [(name, _literal(number, name, value)) for name, value in _PAIR.findall(found[3])]
        request = request_to(found[1], f"line {number}", method=found[2], headers=headers)
        captures.append(Capture(request=request, where=f"line {number}", notes=("A RequestInfo holds no body.",)))
    return captures


HTTP_CLIENT = log("debug output of Python's http.client", r"(?:^|[ :])send: b['\"]", _http_client)
AIOHTTP = Reader("aiohttp's RequestInfo", _INFO.search, _aiohttp)
