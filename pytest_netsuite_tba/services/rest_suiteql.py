"""SuiteQL by REST web services (Oracle section_157909186990)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .reply import Reply, error_id
from .rest_replies import error

if TYPE_CHECKING:
    from .rest_call import RestCall

# What is quoted or a comment as a whole, or one that must have its other half. Oracle's SQL has a second way to quote,
# q'[it's]', within brackets or between any one character (SQL Language Reference, "Text Literals"): its beginning.
_PART = re.compile(
    r"""\b[nN]?[qQ]'(?P<mark>[^\s'])|'[^']*'|"[^"]*"|--[^\n]*|/\*.*?\*/|/\*|['"()\[\]{}]""",
    re.DOTALL,
)
_ENDS = {"[": "]", "{": "}", "(": ")", "<": ">"}
_CLOSES = {")": "(", "]": "[", "}": "{"}
_ALONE = {"'": "quote", '"': "double quote", "/*": "comment"}


def answer(call: RestCall) -> Reply:
    """Answer with the rows that the test said of the query."""
    body = call.body()
    if isinstance(body, Reply):
        return body
    query = body.get("q")
    if not isinstance(query, str) or not query.strip():
        call.problem = "The body has no query: {'q': 'SELECT ...'}."
        return error("INVALID_CONTENT")
    wrong = unparsed(query)
    if wrong is not None:
        call.problem = f"NetSuite could not parse the query: {wrong}."
        return error("UNPARSED_QUERY", query, "syntax error", where={"o:errorQueryParam": "q"})
    try:
        rows = call.records.rows_of(query)
    except Exception as raised:  # noqa: BLE001  (whatever the test's own function raises: reported, never lost)
        call.problem = f"The answer to the query raised {type(raised).__name__}: {raised}"
        call.failure = raised
        return error("UNEXPECTED_ERROR", error_id())
    if rows is None:
        call.problem = "Nothing answers this SuiteQL query."
        call.unannounced = f"SuiteQL asked {query[:200]!r}, which nothing answers: netsuite.suiteql() says its rows."
        return error("INVALID_QUERY")
    reply = call.page(rows, lambda row: {"links": [], **row})
    if reply.code is None:
        reply.headers.append(("Preference-Applied", "transient"))
    return reply


def unparsed(query: str) -> str | None:
    """What no SQL can be parsed with: a quote, a comment or a bracket without its other half; None if nothing is.

    It knows no more of SQL than that.
    """
    opened: list[tuple[str, int]] = []
    end = 0
    while (part := _PART.search(query, end)) is not None:
        text, at, end, mark = part[0], part.start() + 1, part.end(), part["mark"]
        if mark is not None:
            end = query.find(f"{_ENDS.get(mark, mark)}'", end) + 2
            if end < part.end():
                return f"the quote at character {at} is never closed"
            continue
        if text in _CLOSES.values():
            opened.append((text, at))
        elif text in _CLOSES:
            if not opened or opened.pop()[0] != _CLOSES[text]:
                return f"the {text} at character {at} closes nothing"
        elif text in _ALONE:
            return f"the {_ALONE[text]} at character {at} is never closed"
    return f"the {opened[-1][0]} at character {opened[-1][1]} is never closed" if opened else None
