"""REST web services: the table of what is there, and their way to refuse (docs/rules.md 3.3, 3.4, 9)."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from pytest_netsuite_tba.login import checks

from . import rest_catalog, rest_jobs, rest_records, rest_suiteql, service
from .reply import UNAUTHORIZED, Reply
from .rest_call import PAGING, RestCall
from .rest_replies import ROOT, envelope, error
from .sent_headers import REST

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_netsuite_tba.login.login import Login
    from pytest_netsuite_tba.login.refusal import Refusal

    from .service import Exchange

_NAMED = 5  # unknown parameters that a report names


@dataclass(frozen=True, slots=True)
class Resource:
    """What is at some paths: a row of :data:`RESOURCES`.

    Attributes:
        path: what follows ``/services/rest/``; its groups are arguments of ``answer``.
        answer: gives the reply to a call.
        methods: that it takes.
        parameters: of the query that it knows.
        preference: that a Prefer header must have, if any.
        is_async: whether ``Prefer: respond-async`` makes a job of it.
    """

    path: re.Pattern[str]
    answer: Callable[..., Reply]
    _: KW_ONLY
    methods: tuple[str, ...] = ("GET",)
    parameters: frozenset[str] = frozenset()
    preference: str | None = None
    is_async: bool = True


_JOB = r"async/v1/job/(?P<id>[0-9]+)"
_TYPE = r"record/v1/(?P<type>[A-Za-z_][A-Za-z0-9_]*)"
# The first row that fits answers.
RESOURCES = (
    Resource(re.compile(r"record/v1/metadata-catalog/?"), rest_catalog.catalog, parameters=frozenset({"select"})),
    Resource(re.compile(r"record/v1/metadata-catalog/(?P<type>[A-Za-z0-9_]+)"), rest_catalog.type_schema),
    Resource(
        re.compile("query/v1/suiteql"),
        rest_suiteql.answer,
        methods=("POST",),
        parameters=PAGING,
        preference="transient",
    ),
    Resource(re.compile(_JOB), rest_jobs.job, is_async=False),
    Resource(re.compile(f"{_JOB}/task/?"), rest_jobs.tasks, is_async=False, parameters=PAGING),
    Resource(re.compile(f"{_JOB}/task/(?P<task>[0-9]+)"), rest_jobs.task, is_async=False),
    Resource(re.compile(f"{_JOB}/task/(?P<task>[0-9]+)/result"), rest_jobs.result, is_async=False),
    Resource(re.compile(f"{_TYPE}/?"), rest_records.collection, methods=("GET", "POST"), parameters=PAGING),
    Resource(
        re.compile(f"{_TYPE}/(?P<id>(?i:eid:)[^/]*)"),
        rest_records.instance,
        methods=("GET", "PATCH", "DELETE", "PUT"),
    ),
    Resource(re.compile(f"{_TYPE}/(?P<id>[^/]+)"), rest_records.instance, methods=("GET", "PATCH", "DELETE")),
)


def refuse(exchange: Exchange, refusal: Refusal) -> Reply:
    """Render a refusal. On a 401 the WWW-Authenticate constant, which tells no cause."""
    status = refusal.status or UNAUTHORIZED
    if refusal.code is None:
        return Reply.of(b"", status=status)
    reply = envelope(status, refusal.code, refusal.message, {})
    if status == UNAUTHORIZED:
        reply.headers += exchange.challenge().items()
    return reply


def answer(exchange: Exchange, login: Login) -> Reply | None:
    """Answer from the account's records, unless the test said an answer of its own."""
    if exchange.beside.is_expected():
        return None
    call = RestCall(exchange.request, login.account)
    reply = _respond(call)
    exchange.note = call.problem
    if call.unannounced is not None:
        exchange.failures.append(exchange.gate.hide().text(call.unannounced))
    if call.failure is not None:
        exchange.failures.append(call.failure)
    return reply


def _respond(call: RestCall) -> Reply:
    """Find who answers, and look at what every resource looks at."""
    method, path = call.request.method, call.request.path
    if method == "OPTIONS":
        return Reply(status=204)  # as the tests of npm's netsuite-rest have it of `/services/rest/*`
    rows = ((row, row.path.fullmatch(path.removeprefix(ROOT))) for row in RESOURCES)
    row, found = next(((row, found) for row, found in rows if found), (None, None))
    if row is None or found is None:
        return _no_such_path(call)
    if method not in row.methods:
        return _no_such_method(call, row)
    if row.preference is not None and row.preference not in call.preferences:
        call.problem = f"It needs the header 'Prefer: {row.preference}'."
        return error("INVALID_HEADER", "Prefer", f"it must be {row.preference}", where={"o:errorHeader": "Prefer"})
    unknown = [name for name in call.parameters if name not in row.parameters and not name.startswith("oauth_")]
    if unknown and call.account.behaviour.unknown_query_parameter == "refused":
        call.problem = f"The query parameter {unknown[0][:80]!r} is not one of {', '.join(row.parameters) or 'none'}."
        return error("INVALID_PARAMETER", unknown[0], "unknown", where={"o:errorQueryParam": unknown[0]})
    if row.is_async and rest_jobs.RESPOND_ASYNC in call.preferences:
        reply = rest_jobs.submit(call, lambda: row.answer(call, **found.groupdict()))
    else:
        reply = row.answer(call, **found.groupdict())
    if unknown:
        names = ", ".join(repr(name[:80]) for name in unknown[:_NAMED])
        told = f"The fake knows nothing of these query parameters, the answer is as without them: {names}."
        call.problem = f"{call.problem} {told}" if call.problem else told
    return reply


def _no_such_path(call: RestCall) -> Reply:
    """Nothing of ours is at this path, and no expectation answered it."""
    call.problem = "Nothing answers this path."
    call.unannounced = (
        f"REST web services were asked for {call.request.method[:20]} {call.request.path[:200]}, which nothing answers: "
        "netsuite.expect_request() says its answer."
    )
    return error("NONEXISTENT_ID")


def _no_such_method(call: RestCall, row: Resource) -> Reply:
    """The resource is there, but does not take this method."""
    method, valid = call.request.method[:20], ", ".join(row.methods)
    call.problem = f"{method} is not supported here; valid: {valid}."
    reply = error("INVALID_METHOD", method)
    reply.headers.append(("Allow", valid))
    return reply


SERVICE = service.Service(
    name="rest", channel="rest", domains=("suitetalk.api",), paths=(ROOT,), checks=checks.REST, refuse=refuse,
    answer=answer, headers=REST, gzips=True,
)  # fmt: skip
