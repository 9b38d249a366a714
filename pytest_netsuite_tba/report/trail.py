"""The audit trail as text: the section under a failing test."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_netsuite_tba.oauth1.target import origin_form

from . import rendering
from .explanation import told

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
        if len({row[account] for row in rows if row[account]}) < 2:  # noqa: PLR2004  (of one, nobody asks which)
            self._widths[account] = 0
        for heading, least in (*_GIVE_WAY, *((one, 0) for one in _GIVE_UP)):
            column = _HEADINGS.index(heading)
            excess = sum(self._widths) + len(_GAP) * (sum(map(bool, self._widths)) - 1) - width
            if excess > 0:
                self._widths[column] = (
                    max(min(self._widths[column], least), self._widths[column] - excess) if least else 0
                )

    def heading(self) -> str:
        """Give the line of the headings."""
        return self.line(_HEADINGS)

    def line(self, row: Row) -> str:
        """Give the line of an attempt."""
        fitted = [_fit(cell, width).ljust(width) for cell, width in zip(row, self._widths, strict=True) if width]
        return _GAP.join(fitted).rstrip()


def row(attempt: Mapping[str, Any], detail: str | None = None) -> Row:
    """Give the cells of an attempt as JSON holds it; ``detail`` where the audit trail has none."""
    path = origin_form(attempt["url"])
    if path.startswith("/app/site/hosting/restlet.nl?"):
        path = _SCRIPT.sub(r"\1 / ", path.partition("?")[2])  # which RESTlet it is, says the query
    return (
        attempt["time"][11:19],
        attempt["account"],
        attempt["method"],
        path,
        f"{attempt['http_status'] or '-'} {attempt['status']}",
        attempt["detail"] or detail or _named(attempt) or attempt["code"] or "",
        attempt["application"],
        attempt["role"],
    )


def _named(attempt: Mapping[str, Any]) -> str:
    """Give the mistake that was found, where NetSuite logs no detail."""
    mistakes = (attempt["diagnosis"] or {}).get("mistakes") or [{"id": ""}]
    return str(mistakes[0]["id"])


def render(trail: AuditTrail, *, width: int = 80) -> str:
    """Give the trail as a table of ``width`` columns, each attempt with its cause and cure below it.

    The newest 20 attempts are shown, oldest first; times are NetSuite's, UTC.
    """
    attempts = list(trail)[-SHOWN:]
    if not attempts:
        return (
            "No request reached the fake NetSuite.\n"
            "Does your code make NetSuite's host names itself? Then ask for the fixture netsuite_hosts."
        )
    rows = [row(one.as_dict(budget=0), one.refusal.id if one.refusal else None) for one in attempts]
    table = Table(rows, width=width)
    lines = []
    earlier = len(trail) - len(attempts) + trail.dropped
    if earlier:
        lines.append(f"({earlier} earlier attempts are not shown)")
    lines.append(table.heading())
    for attempt, cells in zip(attempts, rows, strict=True):
        lines.append(table.line(cells))
        lines += [f"{INDENT}{line}".rstrip() for line in _explanation(attempt, width - len(INDENT))]
    return "\n".join(lines)


def _explanation(attempt: LoginAttempt, width: int) -> list[str]:
    """Give cause and cure; for a refusal that the test did not announce, the whole diagnosis."""
    if not attempt.accepted and not attempt.expected:
        diagnosis = attempt.diagnosis
        found = [] if diagnosis is None else rendering.render(diagnosis, width=width, header=False).splitlines()
        named = diagnosis is not None and diagnosis.mistakes
        return found if named else [*told(attempt, width=width), *found]
    said = (attempt.cause, attempt.cure and f"Cure: {attempt.cure}")
    return [one for one in said if one]


def _fit(text: str, width: int) -> str:
    """Shorten a text that is too long; what cannot be printed is a question mark."""
    text = "".join(one if one.isprintable() else "?" for one in text)
    return text if len(text) <= width else f"{text[: width - 1]}…"
