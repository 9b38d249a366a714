"""The audit trail as text: the section under a failing test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .diagnosis import rendering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .audit_trail import AuditTrail, LoginAttempt

TITLE = "NetSuite Login Audit Trail"
_SHOWN = 20  # attempts; the newest are the ones that matter
_GAP = "  "
_INDENT = "    "
_HEADINGS = ("Time", "Method", "Path", "Status", "Detail", "Application", "Role")
# Columns that give way where the table is too wide, and how far each does, in this order.
_GIVE_WAY = (("Path", 20), ("Application", 11), ("Role", 8), ("Path", 10))


def render(trail: AuditTrail, *, width: int = 80) -> str:
    """Give the trail as a table of ``width`` columns, each attempt with its cause and cure below it.

    The newest 20 attempts are shown, oldest first; times are NetSuite's, UTC.
    """
    attempts = list(trail)[-_SHOWN:]
    if not attempts:
        return "No request reached the fake NetSuite."
    rows = [_row(one) for one in attempts]
    widths = [max(len(row[column]) for row in [_HEADINGS, *rows]) for column in range(len(_HEADINGS))]
    for heading, least in _GIVE_WAY:
        column = _HEADINGS.index(heading)
        excess = sum(widths) + len(_GAP) * (len(widths) - 1) - width
        if excess > 0:
            widths[column] = max(min(widths[column], least), widths[column] - excess)
    lines = []
    earlier = len(trail) - len(attempts) + trail.dropped
    if earlier:
        lines.append(f"({earlier} earlier attempts are not shown)")
    lines.append(_line(_HEADINGS, widths))
    for attempt, row in zip(attempts, rows, strict=True):
        lines.append(_line(row, widths))
        lines += [f"{_INDENT}{line}".rstrip() for line in _explanation(attempt, width - len(_INDENT))]
    return "\n".join(lines)


def _explanation(attempt: LoginAttempt, width: int) -> list[str]:
    """Give cause and cure; for a refusal that the test did not announce, the whole diagnosis."""
    if not attempt.accepted and not attempt.expected:
        diagnosis = attempt.diagnosis
        if diagnosis is not None and (diagnosis.mistakes or diagnosis.notes):
            if not diagnosis.mistakes:
                return [f"{attempt.cause}", *rendering.render(diagnosis, width=width, header=False).splitlines()]
            return rendering.render(diagnosis, width=width, header=False).splitlines()
    said = (attempt.cause, attempt.cure and f"Cure: {attempt.cure}")
    return [one for one in said if one]


def _row(attempt: LoginAttempt) -> tuple[str, ...]:
    detail = attempt.detail or (attempt.refusal.id if attempt.refusal else attempt.code or "")
    path = "/" + attempt.url.partition("://")[2].partition("/")[2]
    return (
        f"{attempt.time:%H:%M:%S}",
        attempt.method,
        path,
        f"{attempt.http_status or '-'} {attempt.status}",
        detail,
        attempt.application,
        attempt.role,
    )


def _line(cells: Sequence[str], widths: list[int]) -> str:
    fitted = [
        _fit(cell, width, at_the_end=_HEADINGS[column] != "Path")
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return _GAP.join(cell.ljust(width) for cell, width in zip(fitted, widths, strict=True)).rstrip()


def _fit(text: str, width: int, *, at_the_end: bool) -> str:
    """Shorten a text; a path in the middle, for the script and the deployment stand at its end."""
    text = "".join(one if one.isprintable() else "?" for one in text)
    if len(text) <= width:
        return text
    tail = 0 if at_the_end else (width - 1) * 2 // 3
    return f"{text[: width - 1 - tail]}…{text[len(text) - tail :]}"
