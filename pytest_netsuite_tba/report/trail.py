"""The audit trail as text: the section under a failing test."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_netsuite_tba.oauth1.target import origin_form

from .explanation import reading_lines
from .rendering import render_diagnosis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_netsuite_tba.login.audit_trail import AuditTrail, LoginAttempt

Row = tuple[str, ...]
TITLE = "NetSuite Login Audit Trail"
UNANNOUNCED = "NetSuite: not announced by the test"
SHOWN = 20  # attempts; the newest are the ones that matter
_SCRIPT = re.compile("^script=(?:customscript_)?([^&]*)&deploy=(?:customdeploy_)?")
_GAP = "  "
INDENT = "    "
_HEADINGS = ("Time", "Account", "Method", "Path", "Status", "Detail", "Application", "Role")
# Columns that give way where the table is too wide, and how far each does, in this order.
_GIVE_WAY = (("Path", 20), ("Application", 11), ("Role", 8), ("Path", 10))
_GIVE_UP = ("Role", "Application", "Method", "Account")  # columns left out where even that is too wide


class Table:
    """The trail as a table that fits a width: made for some rows, it shows others in the same columns.

    Only where the rows are of more than one account they say of which.
    """

    def __init__(self, rows: Sequence[Row], *, width: int) -> None:
        self._widths = [max(len(row[column]) for row in [_HEADINGS, *rows]) for column in range(len(_HEADINGS))]
        account = _HEADINGS.index("Account")
        if len({row[account] for row in rows if row[account]}) <= 1:
            self._widths[account] = 0
        for heading, least in (*_GIVE_WAY, *((column, 0) for column in _GIVE_UP)):
            at = _HEADINGS.index(heading)
            excess = sum(self._widths) + len(_GAP) * (sum(map(bool, self._widths)) - 1) - width
            if excess > 0:
                self._widths[at] = max(min(self._widths[at], least), self._widths[at] - excess) if least else 0

    def heading(self) -> str:
        """The line of the headings."""
        return self.line(_HEADINGS)

    def line(self, row: Row) -> str:
        """The line of an attempt."""
        cells = [_fit(cell, width).ljust(width) for cell, width in zip(row, self._widths, strict=True) if width]
        return _GAP.join(cells).rstrip()


def row(attempt: Mapping[str, Any], detail: str | None = None) -> Row:
    """The cells of an attempt as JSON holds it; ``detail`` where the audit trail has none."""
    path = origin_form(attempt["url"])
    if path.startswith("/app/site/hosting/restlet.nl?"):
        path = _SCRIPT.sub(r"\1 / ", path.partition("?")[2])  # which RESTlet it is, says the query
    return (
        attempt["time"][11:19],
        attempt["account"],
        attempt["method"],
        path,
        f"{attempt['http_status'] or '-'} {attempt['status']}",
        attempt["detail"] or detail or _first_mistake(attempt) or attempt["code"] or attempt["refusal"] or "",
        attempt["application"],
        attempt["role"],
    )


def _first_mistake(attempt: Mapping[str, Any]) -> str:
    """The id of the mistake that was found, where NetSuite logs no detail."""
    mistakes = (attempt["diagnosis"] or {}).get("mistakes") or [{"id": ""}]
    return str(mistakes[0]["id"])


def render_trail(trail: AuditTrail, *, width: int = 80, requests: int = 0) -> str:
    """Write the trail as a table of ``width`` columns, each attempt with its cause and cure below it.

    ``requests`` is how many came that may be no logins. The newest 20 attempts are shown, oldest first; times are NetSuite's, UTC.
    """
    attempts = list(trail)[-SHOWN:]
    if not attempts and requests:
        return "No login reached the fake NetSuite; what came was of paths that no token service owns."
    if not attempts:
        return (
            "No request reached the fake NetSuite.\n"
            "Does your code make NetSuite's host names itself? Then ask for the fixture netsuite_hosts."
        )
    rows = [row(attempt.as_dict(budget=0), attempt.refusal.id if attempt.refusal else None) for attempt in attempts]
    table = Table(rows, width=width)
    earlier = len(trail) - len(attempts) + trail.dropped
    lines = [f"({earlier} earlier attempts are not shown)"] if earlier else []
    lines.append(table.heading())
    for attempt, cells in zip(attempts, rows, strict=True):
        lines.append(table.line(cells))
        lines += [f"{INDENT}{line}".rstrip() for line in _explanation(attempt, width - len(INDENT))]
    return "\n".join(lines)


def _explanation(attempt: LoginAttempt, width: int) -> list[str]:
    """Cause and cure; for a refusal that the test did not announce, the whole diagnosis."""
    if attempt.accepted or attempt.expected:
        return [line for line in (attempt.cause, attempt.cure and f"Cure: {attempt.cure}") if line]
    diagnosis = attempt.diagnosis
    found = render_diagnosis(diagnosis, width=width, header=False).splitlines()
    return found if diagnosis.mistakes else [*reading_lines(attempt, width=width), *found]


def _fit(text: str, width: int) -> str:
    """Shorten a text that is too long; what cannot be printed is a question mark."""
    text = "".join(char if char.isprintable() else "?" for char in text)
    return text if len(text) <= width else f"{text[: width - 1]}…"
