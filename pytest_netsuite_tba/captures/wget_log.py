"""What ``wget --debug`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .http_text import log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .http_text import Line

_BODY = "[BODY data: "


def _unwrap(lines: list[Line]) -> Iterator[Line]:
    is_open = in_body = False
    for number, line in lines:
        if line in {"---request begin---", "---response begin---"}:
            is_open = True
        elif line in {"---request end---", "---response end---"}:
            is_open = False
        elif line.startswith(_BODY):
            in_body = not line.endswith("]")
            yield number, line.removeprefix(_BODY).removesuffix("]")
        elif in_body:
            in_body = not line.endswith("]")
            yield number, line.removesuffix("]")
        elif is_open:
            yield number, line


READER = log("what wget --debug prints", r"^---request begin---[ \r]*$", _unwrap)
