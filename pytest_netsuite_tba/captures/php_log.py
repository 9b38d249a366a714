"""Guzzle's log middleware, with ``MessageFormatter::DEBUG``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .http_text import log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .http_text import Line

_FENCE = re.compile(r".*?(>{8}|<{8}|-{8})[ \t]*(?:\[\][ \t]*)*")


def _unwrap(lines: list[Line]) -> Iterator[Line]:
    """Take what stands between ``>>>>>>>>``, ``<<<<<<<<`` and ``--------``."""
    is_open = False
    for number, line in lines:
        fence = _FENCE.fullmatch(line)
        if fence is not None:
            is_open = fence[1][0] != "-"
            yield number, ""
        elif is_open:
            yield number, line


READER = log("Guzzle's log", r">{8}[ \t\r]*$", _unwrap)
