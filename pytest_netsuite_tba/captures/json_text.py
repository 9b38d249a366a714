"""JSON documents, parsed once for all forms that are JSON."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from pytest_netsuite_tba.oauth1.encoding import without_lone_surrogates


@lru_cache(maxsize=1)  # each form asks in its turn whether the same text is its own
def document_of(text: str) -> Any:  # noqa: ANN401  (of a file)
    """The JSON value of a text; None where it is none."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (RecursionError, ValueError):
        return None


def complaint(text: str) -> str:
    """What is wrong with a text that begins as JSON and that nothing could read; "" where it does not begin so."""
    if not text.lstrip().startswith(("{", "[")):
        return ""
    try:
        document = json.loads(text)
    except RecursionError:
        return "the JSON is nested too deep"
    except json.JSONDecodeError as error:
        if re.match(r"\s*[\[{]\s*'", text):  # a printed object of Python's, or JavaScript's
            return ""
        return f"line {error.lineno}, column {error.colno}: the JSON is broken: {error.msg}"
    except ValueError as error:
        return f"the JSON cannot be read: {error}"
    found = ", ".join(map(str, list(document)[:5])) if isinstance(document, dict) else f"a {type(document).__name__}"
    return f"this JSON is no HAR file (log.entries is missing), and no other form that is read; found: {found[:80] or 'nothing'}"


def whole(value: Any) -> Any:  # noqa: ANN401  (of a file)
    """The same value without half characters, which JSON can write and no request carry."""
    return json.loads(without_lone_surrogates(json.dumps(value, ensure_ascii=False)))


def table(value: object) -> dict[str, Any]:
    """The value where it is an object, else an empty one: files are what others wrote."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[dict[str, Any]]:
    """The objects of a list; none where it is no list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def word(value: object) -> str:
    """A text, or a number as text; "" for anything else."""
    return (
        value
        if isinstance(value, str)
        else str(value)
        if isinstance(value, int | float) and not isinstance(value, bool)
        else ""
    )
