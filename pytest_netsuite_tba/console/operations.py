"""The control API: one table of operations. Routes, the OpenAPI description and the docs are made from its rows."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache, partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from werkzeug import Response

from pytest_netsuite_tba.account.clock import unix_seconds
from pytest_netsuite_tba.account.fields import nearest
from pytest_netsuite_tba.account.records import KEYS, Account, Token
from pytest_netsuite_tba.account.scripts import Deployment
from pytest_netsuite_tba.account.seed import read_changes, read_record
from pytest_netsuite_tba.fake.faults import KINDS, FaultError
from pytest_netsuite_tba.login.hiding import hider
from pytest_netsuite_tba.login.refusals import BY_ID, REFUSALS
from pytest_netsuite_tba.report.explanation import explanation, how_to_open

from .answers import ApiError, hidden
from .bodies import BODY, body_of, check_object, complaints_as_errors
from .by_hand import REQUEST, send
from .openapi import Operation, document
from .records import account_as_json, clock_as_json, fault_as_json, record_as_json
from .schemas import (
    BOOLEAN,
    CLOCK_CHANGE,
    COLLECTIONS,
    COUNT,
    NEW_FAULT,
    NUMBER,
    OBJECT,
    REFUSAL,
    TEXT,
    WHOLE,
    list_of,
    object_of,
    or_null,
    ref,
)
from .trail import OPENING, PARAMETERS, query_of, wants_search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from werkzeug import Request

    from pytest_netsuite_tba.account.clock import Clock
    from pytest_netsuite_tba.account.fields import Record
    from pytest_netsuite_tba.server.server import NetSuiteServer

    from .schemas import Schema
    from .trail import Trail


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One request to an operation, and the server that it is about.

    Attributes:
        server: whose accounts are read and changed.
        trail: its audit trail, as the console reads it.
        seed: the records that a reset goes back to.
        uptime: counts the seconds since the console was made.
        request: as it came.
        path: the varying parts of its path, by name.
    """

    server: NetSuiteServer
    trail: Trail
    seed: list[Account]
    uptime: Callable[[], float]
    request: Request
    path: Mapping[str, Any]

    @property
    def account(self) -> Account:
        """The account that the path names; a 404 where there is none."""
        name = self.path["account"]
        if name not in self.server.accounts:
            raise ApiError(404, f"no account {name!r} is here; {nearest(name, self.server.accounts)}")
        return self.server.accounts[name]

    @property
    def body(self) -> object:
        """The JSON that it was sent; a 400 where that is none."""
        return body_of(self.request)


# -- the server --------------------------------------------------------------------------------------------------


def _health(context: Context) -> dict[str, Any]:
    return {
        "status": "ok",
        "version": version("pytest-netsuite-tba"),
        "accounts": list(context.server.accounts),
        "uptime_seconds": round(context.uptime(), 3),
    }


def _description(_: Context) -> Response:
    return Response(description(), content_type="application/json")


def _reset(context: Context) -> None:
    check_object(context.body, _NOTHING)
    context.server.restore(context.seed)
    context.trail.announce("records")
    context.trail.announce("cleared")


def _send(context: Context) -> dict[str, Any]:
    return send(context.server, context.trail, context.body)


# -- the audit trail ---------------------------------------------------------------------------------------------


def _attempts(context: Context) -> dict[str, Any]:
    return context.trail.read(query_of(context.request.args, context.server))


def _clear_attempts(context: Context) -> None:
    context.server.audit_trail.clear()
    context.trail.announce("cleared")


def _attempt(context: Context) -> dict[str, Any]:
    attempt = context.trail.find(context.path["attempt"])
    return attempt.as_dict() if wants_search(context.request.args, context.server) else attempt.as_dict(budget=0)


def _explanation(context: Context) -> dict[str, Any]:
    attempt = context.trail.find(context.path["attempt"])
    url = f"{context.request.scheme}://{context.request.environ['HTTP_HOST']}"
    unsearched = (
        "" if wants_search(context.request.args, context.server) else how_to_open(f"{url}/__admin/", attempt.id)
    )
    return explanation(attempt, server_url=url, is_proxy=context.server.proxy is not None, how_to_open=unsearched)


def _events(context: Context) -> Response:
    return Response(context.trail.events(), content_type="text/event-stream")


# -- records -----------------------------------------------------------------------------------------------------

_ADD: dict[str, Callable[[Account, Any], object]] = {
    "integrations": Account.add_integration,
    "roles": lambda account, role: account.roles.add(role),
    "entities": Account.add_entity,
    "tokens": Account.add_token,
}
_DELETE: dict[str, Callable[[Account, Any], object]] = {
    "integrations": Account.delete_integration,
    "entities": Account.delete_entity,
    "tokens": Account.delete_token,
}


def _accounts(context: Context) -> dict[str, Any]:
    return {"accounts": [account_as_json(account) for account in context.server.accounts.values()]}


def _account(context: Context) -> dict[str, Any]:
    return account_as_json(context.account)


def _change_account(context: Context) -> dict[str, Any]:
    account = context.account
    _change(context, account, account)
    return account_as_json(account)


def _records(collection: str, context: Context) -> dict[str, Any]:
    return {collection: account_as_json(context.account)[collection]}


def _record(collection: str, context: Context) -> dict[str, Any]:
    return record_as_json(_find(collection, context))


def _create_record(collection: str, context: Context) -> dict[str, Any]:
    """Add a record; only the answer that creates a token holds its secret."""
    account, table, kind = context.account, context.body, COLLECTIONS[collection]
    noun, key = KEYS[kind]
    with account.lock, complaints_as_errors():
        if kind is Token and isinstance(table, dict) and "name" not in table:
            table["name"] = account.tokens.free_name(lambda number: f"Token {number}")
        record = read_record(kind, table, account, BODY)
        name = getattr(record, key)
        if name in getattr(account, collection):
            raise ApiError(400, f"{name!r} is taken; each {noun} needs a {key} of its own", path=f"{BODY}.{key}")
        _ADD[collection](account, record)
    context.trail.announce("records")
    return record_as_json(record) | ({"secret": record.secret} if kind is Token else {})


def _change_record(collection: str, context: Context) -> dict[str, Any]:
    record = _find(collection, context)
    _change(context, record, context.account)
    return record_as_json(record)


def _delete_record(collection: str, context: Context) -> None:
    _DELETE[collection](context.account, _find(collection, context))
    context.trail.announce("records")


def _find(collection: str, context: Context) -> Record:
    name, records = context.path["name"], getattr(context.account, collection)
    key = int(name) if collection == "roles" and name.isascii() and name.isdigit() else name
    if key not in records:
        raise ApiError(404, f"no {records.noun} {name!r} in account {context.account.id}; {nearest(name, records)}")
    record: Record = records[key]
    return record


def _change(context: Context, record: Record, account: Account) -> None:
    """Validate the whole, then change it: a request sees all of it or nothing."""
    table = context.body
    with account.lock, complaints_as_errors():
        for change in read_changes(record, table, account, BODY):
            change.make()
    context.trail.announce("records")


# -- RESTlets ----------------------------------------------------------------------------------------------------


def _deploy(context: Context) -> dict[str, Any]:
    account, table = context.account, context.body
    with account.lock, complaints_as_errors():
        deployment = account.add_deployment(read_record(Deployment, table, account, BODY))
    context.trail.announce("records")
    return record_as_json(deployment)


def _deployment(context: Context) -> Deployment:
    script, deploy = context.path["script"], context.path["deploy"]
    deployment = context.account.find_deployment(script, deploy)
    if deployment is None:
        known = [f"{deployed.script}/{deployed.deploy}" for deployed in context.account.restlets]
        raise ApiError(404, f"{script}/{deploy} is not deployed; {nearest(f'{script}/{deploy}', known)}")
    return deployment


def _restlet(context: Context) -> dict[str, Any]:
    return record_as_json(_deployment(context))


def _undeploy(context: Context) -> None:
    account = context.account
    with account.lock:
        account.restlets.remove(_deployment(context))
    context.trail.announce("records")


def _calls(context: Context) -> dict[str, Any]:
    calls = _deployment(context).calls
    shown = hidden([asdict(call) for call in calls], hider(context.server.accounts))
    return {"calls": shown, "dropped": calls.dropped}


# -- clock, faults, refusals -------------------------------------------------------------------------------------


def _clock(context: Context) -> dict[str, Any]:
    return clock_as_json(context.account.clock)


def _change_clock(context: Context) -> dict[str, Any]:
    account, table = context.account, check_object(context.body, CLOCK_CHANGE)
    with account.lock:
        _set_clock(account.clock.copy(), table)
        _set_clock(account.clock, table)
    context.trail.announce("records")
    return clock_as_json(account.clock)


_LAST_SECOND = 253_402_300_799  # of the year 9999, the last that a datetime can hold


def _set_clock(clock: Clock, table: dict[str, Any]) -> None:
    """Freeze, advance and skew, in the order given; what would leave the years that a date can hold is refused."""
    key = ""
    try:
        for key, value in table.items():
            if key == "advance":
                clock.advance(seconds=value)
            elif key == "skew":
                clock.skew(seconds=value)
            elif value is False:
                clock.run()
            else:
                clock.freeze(None if value is True else unix_seconds(value))
        fits = all(0 <= seconds <= _LAST_SECOND for seconds in (clock.now(), clock.client_now()))
    except OverflowError:
        fits = False
    except ValueError as error:
        raise ApiError(400, str(error), path=f"{BODY}.{key}") from None
    if not fits:
        raise ApiError(400, "the clock would leave the years 1970 to 9999", path=f"{BODY}.{key}")


def _faults(context: Context) -> dict[str, Any]:
    faults = context.server.faults.pending()
    return {
        "faults": [fault_as_json(fault) for fault in faults],
        "kinds": {name: kind.title for name, kind in KINDS.items()},
    }


def _add_fault(context: Context) -> dict[str, Any]:
    table = check_object(context.body, NEW_FAULT)
    try:
        fault = context.server.faults.add(**table)
    except FaultError as error:
        raise ApiError(400, str(error), path=f"{BODY}.{error.argument}") from None
    context.trail.announce("records")
    return fault_as_json(fault)


def _clear_faults(context: Context) -> None:
    context.server.faults.clear()
    context.trail.announce("records")


def _refusals(_: Context) -> dict[str, Any]:
    return {"refusals": [{key: getattr(refusal, key) for key in REFUSAL} for refusal in REFUSALS]}


def _refuse(context: Context) -> dict[str, Any]:
    wanted: dict[str, Any] = {"id": "", "times": 1} | check_object(context.body, _NEXT_REFUSAL)
    context.server.refuse_next(wanted["id"], times=wanted["times"])
    return wanted


# -- the table ---------------------------------------------------------------------------------------------------

_NOTHING = object_of({})
_FORCED = object_of({"id": TEXT, "times": WHOLE})
_NEXT_REFUSAL = object_of({"id": {"enum": list(BY_ID)}, "times": COUNT | {"maximum": 10_000}}, ["id"])
_HEALTH = object_of({"status": TEXT, "version": TEXT, "accounts": list_of(TEXT), "uptime_seconds": NUMBER})
_CALLS = object_of({"calls": list_of(ref("Call")), "dropped": WHOLE})
_SENT = object_of(
    {"status": or_null(WHOLE), "headers": list_of(list_of(TEXT)), "body": TEXT, "attempt": or_null(ref("Attempt"))}
)
_EXPLANATION = object_of(
    {
        "attempt": ref("Attempt"),
        "readings": list_of(object_of({"what": TEXT, "why": TEXT, "cure": TEXT, "proven": BOOLEAN, "docs": TEXT})),
        "also": TEXT,
        "differences": list_of(
            object_of(
                {"title": TEXT, "place": TEXT}
                | dict.fromkeys(("signed", "expected", "signed_raw", "expected_raw"), or_null(TEXT))
            )
        ),
        "difference": list_of(object_of({"mark": {"enum": ["=", "-", "+"]}, "text": TEXT})),
        "stages": list_of(object_of({"title": TEXT, "lines": list_of(TEXT)})),
        "commands": list_of(object_of({"title": TEXT, "command": TEXT})),
    }
)


def _several(key: str, component: str) -> Schema:
    return object_of({key: list_of(ref(component))})


def _of_records(collection: str) -> Iterator[Operation]:
    """Make the rows of a kind of record."""
    name, several = COLLECTIONS[collection].__name__, f"accounts/{{account}}/{collection}"
    single, created = f"{several}/{{name}}", "CreatedToken" if collection == "tokens" else name
    for method, path, summary, handler, answer, body in (
        ("GET", several, f"The {collection}.", _records, _several(collection, name), None),
        ("POST", several, f"Add one to the {collection}.", _create_record, created, f"New{name}"),
        ("GET", single, f"One of the {collection}.", _record, name, None),
        ("PATCH", single, f"Change fields of one of the {collection}.", _change_record, name, f"{name}Change"),
        ("DELETE", single, f"Delete one of the {collection}.", _delete_record, None, None),
    ):
        if method != "DELETE" or collection in _DELETE:
            yield Operation(method, path, summary, partial(handler, collection), answer, body)


_ACCOUNT = "accounts/{account}"
_CLOCK = f"{_ACCOUNT}/clock"
_RESTLETS = f"{_ACCOUNT}/restlets"
_RESTLET = f"{_RESTLETS}/{{script}}/{{deploy}}"
# fmt: off
OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "health", "Say that it runs, and what.", _health, _HEALTH),
    Operation("GET", "openapi.json", "This description.", _description, OBJECT),
    Operation("GET", "attempts", "The attempts that match, oldest first.", _attempts, "Attempts", query=PARAMETERS),
    Operation("DELETE", "attempts", "Forget all attempts, and the log of their requests.", _clear_attempts),
    Operation("GET", "attempts/{attempt}", "One attempt.", _attempt, "Attempt", query=OPENING),
    Operation(
        "GET", "attempts/{attempt}/explanation", "One attempt told to the end.", _explanation, _EXPLANATION, query=OPENING
    ),
    Operation("GET", "events", "Server-sent events: attempt (without its diagnosis), records, cleared.", _events, TEXT),
    Operation("GET", "accounts", "Every account with all its records.", _accounts, _several("accounts", "Account")),
    Operation("GET", _ACCOUNT, "An account with all its records.", _account, "Account"),
    Operation("PATCH", _ACCOUNT, "Change features, behaviour and the account's own fields.", _change_account,
        "Account", "AccountChange"),
    Operation("GET", _CLOCK, "The account's clock.", _clock, "Clock"),
    Operation("PATCH", _CLOCK, "Freeze, advance and skew the clock.", _change_clock, "Clock", "ClockChange"),
    Operation("GET", _RESTLETS, "The script deployments.", partial(_records, "restlets"),
        _several("restlets", "Restlet")),
    Operation("POST", _RESTLETS, "Deploy a RESTlet; one of the same ids is replaced.", _deploy, "Restlet",
        "NewRestlet"),
    Operation("GET", _RESTLET, "One deployment.", _restlet, "Restlet"),
    Operation("DELETE", _RESTLET, "Take a deployment away.", _undeploy),
    Operation("GET", f"{_RESTLET}/calls", "What the script saw, oldest first.", _calls, _CALLS),
    Operation("GET", "faults", "Faults that may still strike, and the kinds there are.", _faults,
        object_of({"faults": list_of(ref("Fault")), "kinds": object_of(dict.fromkeys(KINDS, TEXT))})),
    Operation("POST", "faults", "Ask for a fault.", _add_fault, "Fault", "NewFault"),
    Operation("DELETE", "faults", "Forget all faults.", _clear_faults),
    Operation("GET", "refusals", "Every way in which a login is refused.", _refusals, _several("refusals", "Refusal")),
    Operation("POST", "refusals", "Refuse the next logins in one of those ways.", _refuse, _FORCED, _NEXT_REFUSAL),
    Operation("POST", "requests", "Sign a request with a token and send it through the server itself.", _send, _SENT,
        REQUEST),
    Operation("POST", "reset", "Go back to the seed; forget attempts, calls, faults and refusals by force.", _reset,
        body=_NOTHING),
    *(operation for collection in COLLECTIONS for operation in _of_records(collection)),
)
# fmt: on


@cache
def description() -> str:
    """Return the OpenAPI description of this version, as text."""
    return json.dumps(document(OPERATIONS, version("pytest-netsuite-tba")), indent=2, ensure_ascii=False) + "\n"
