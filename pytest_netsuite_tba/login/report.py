"""The audit trail as text: the section under a failing test."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .audit_trail import AuditTrail, LoginAttempt

TITLE = "NetSuite Login Audit Trail"
_SHOWN = 20  # attempts; the newest are the ones that matter
_GAP = "  "
_HEADINGS = ("Time", "Method", "Path", "HTTP", "Status", "Detail", "Application", "Role")
_PATH = 2
_PATH_LEAST = 24


def render(trail: AuditTrail, *, width: int = 80) -> str:
    """Give the trail as a table of ``width`` columns, each attempt with its cause and cure below it.

    The newest 20 attempts are shown, oldest first; times are NetSuite's, UTC.
    """
    attempts = list(trail)[-_SHOWN:]
    if not attempts:
        return "No request reached the fake NetSuite."
    rows = [_row(one) for one in attempts]
    widths = [max(len(row[column]) for row in [_HEADINGS, *rows]) for column in range(len(_HEADINGS))]
    others = sum(widths) - widths[_PATH] + len(_GAP) * (len(_HEADINGS) - 1)
    widths[_PATH] = min(widths[_PATH], max(_PATH_LEAST, width - others))
    lines = []
    earlier = len(trail) - len(attempts) + trail.dropped
    if earlier:
        lines.append(f"({earlier} earlier attempts are not shown)")
    lines.append(_line(_HEADINGS, widths))
    for attempt, row in zip(attempts, rows, strict=True):
        lines.append(_line(row, widths))
        if attempt.cause:
            lines.append(f"    {attempt.cause}")
        if attempt.cure:
            lines.append(f"    Cure: {attempt.cure}")
    return "\n".join(lines)


def _row(attempt: LoginAttempt) -> tuple[str, ...]:
    detail = attempt.detail or (attempt.refusal.id if attempt.refusal else attempt.code or "")
    path = "/" + attempt.url.partition("://")[2].partition("/")[2]
    return (
        f"{attempt.time:%H:%M:%S}",
        attempt.method,
        path,
        str(attempt.http_status or "-"),
        attempt.status,
        detail,
        attempt.application,
        attempt.role,
    )


def _line(cells: Sequence[str], widths: list[int]) -> str:
    return _GAP.join(_fit(cell, width).ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _fit(text: str, width: int) -> str:
    """Shorten a text to its two ends: of a RESTlet's path, the script and deployment stand at the end."""
    text = "".join(one if one.isprintable() else "?" for one in text)
    if len(text) <= width:
        return text
    tail = (width - 1) * 2 // 3
    return f"{text[: width - 1 - tail]}…{text[-tail:]}"
