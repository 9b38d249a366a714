"""What stands round a capture and is no part of it: colours, fences of Markdown, HTML."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.encoding import without_lone_surrogates

if TYPE_CHECKING:
    from collections.abc import Iterator

_COLOUR = re.compile(r"\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})[^\n`]*$", re.MULTILINE)
_MOST_FENCES = 400


def clean(text: str) -> str:
    """Take the byte order mark, the colours of a terminal and half characters from a text."""
    text = without_lone_surrogates(text.removeprefix("\ufeff"))
    return _COLOUR.sub("", text) if "\x1b" in text else text


def fenced(text: str) -> Iterator[str]:
    """The text of each fenced block of Markdown, with empty lines before it: its lines keep their numbers."""
    opening: re.Match[str] | None = None
    for fence in list(islice(_FENCE.finditer(text), _MOST_FENCES)):
        if opening is None:
            opening = fence
        elif fence[1].startswith(opening[1]):
            yield "\n" * (text.count("\n", 0, opening.end()) + 1) + text[opening.end() + 1 : fence.start()]
            opening = None
    if opening is not None:
        yield "\n" * (text.count("\n", 0, opening.end()) + 1) + text[opening.end() + 1 :]
