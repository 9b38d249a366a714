"""The control API: a row of the table an operation."""

from __future__ import annotations

import time
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from werkzeug import Response

from pytest_netsuite_tba.account.clock import unix_seconds
from pytest_netsuite_tba.account.fields import nearest
from pytest_netsuite_tba.account.history import History
from pytest_netsuite_tba.account.records import KEYS, Account, Integration, Token
from pytest_netsuite_tba.account.scripts import Deployment
from pytest_netsuite_tba.account.seed import read_changes, read_record
from pytest_netsuite_tba.account.users import Entity, Role
from pytest_netsuite_tba.fake.faults import FaultError
from pytest_netsuite_tba.login.refusals import BY_ID, REFUSALS
from pytest_netsuite_tba.report.explanation import explanation

from .answers import ApiError, as_json
from .bodies import BODY, body_of, fit, reading
from .by_hand import send
from .records import shown, shown_account, shown_call, shown_clock, shown_fault
from .trail import Trail, query_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug import Request

    from pytest_netsuite_tba.account.clock import Clock
    from pytest_netsuite_tba.account.fields import Record
    from pytest_netsuite_tba.server.server import NetSuiteServer

MOST_REFUSALS = 10_000  # asked for at once
_LAST_SECOND = 253_402_300_799  # of the year 9999, the last that a datetime can hold
# collection in the path -> kind of record, and how it is added to an account.
_KINDS: dict[str, tuple[type[Record], Callable[[Account, Any], Any]]] = {
    "integrations": (Integration, Account.add_integration),
    "roles": (Role, lambda account, role: account.roles.add(role)),
    "entities": (Entity, Account.add_entity),
    "tokens": (Token, Account.add_token),
}
_DELETES: dict[str, Callable[[Account, Any], None]] = {
    "integrations": Account.delete_integration,
    "entities": Account.delete_entity,
    "tokens": Account.delete_token,
}
_CLOCK: dict[str, Any] = {"freeze": bool | str | int | float, "advance": float, "skew": float}


class Api:
    """The operations; each takes the request and what its path names, and gives the answer.

    The records as they are when this is made are those that :meth:`reset` goes back to.
    """

    def __init__(self, server: NetSuiteServer, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.server = server
        self.trail = Trail(server)
        self._seed = [one.copy() for one in server.accounts.values()]
        self._monotonic = monotonic
        self._begin = monotonic()
        account = "accounts/<account>"
        record = f"{account}/<any({', '.join(_KINDS)}):kind>"
        restlet = f"{account}/restlets/<script>/<deploy>"
        self.operations: tuple[tuple[str, str, Callable[..., Response]], ...] = (
            ("GET", "health", self.health),
            ("GET", "openapi.json", self.openapi),
            ("GET", "attempts", self.attempts),
            ("DELETE", "attempts", self.clear),
            ("GET", "attempts/<int:attempt>", self.attempt),
            ("GET", "attempts/<int:attempt>/explanation", self.explanation),
            ("GET", "events", self.events),
            ("GET", "accounts", self.accounts),
            ("GET", account, self.account),
            ("PATCH", account, self.change_account),
            ("GET", f"{account}/clock", self.clock),
            ("PATCH", f"{account}/clock", self.change_clock),
            ("GET", f"{account}/restlets", self.restlets),
            ("POST", f"{account}/restlets", self.deploy),
            ("GET", restlet, self.restlet),
            ("DELETE", restlet, self.undeploy),
            ("GET", f"{restlet}/calls", self.calls),
            ("GET", record, self.records),
            ("POST", record, self.create),
            ("GET", f"{record}/<path:name>", self.record),
            ("PATCH", f"{record}/<path:name>", self.change),
            ("DELETE", f"{account}/<any({', '.join(_DELETES)}):kind>/<path:name>", self.delete),
            ("GET", "faults", self.faults),
            ("POST", "faults", self.add_fault),
            ("DELETE", "faults", self.clear_faults),
            ("GET", "refusals", self.refusals),
            ("POST", "refusals", self.refuse),
            ("POST", "requests", self.send),
            ("POST", "reset", self.reset),
        )

    # -- the server ------------------------------------------------------------------------------------------

    def health(self, _: Request) -> Response:
        """Say that it runs, and what."""
        uptime = round(self._monotonic() - self._begin, 3)
        name = version("pytest-netsuite-tba")
        return as_json(
            {"status": "ok", "version": name, "accounts": list(self.server.accounts), "uptime_seconds": uptime}
        )

    def openapi(self, _: Request) -> Response:
        """Give the description of all this."""
        return Response(openapi_text(), content_type="application/json")

    def reset(self, request: Request) -> Response:
        """Go back to the seed, and forget attempts, calls, faults and refusals by force."""
        fit(body_of(request), {})
        self.server.restore(self._seed)
        self.trail.announce("records")
        self.trail.announce("cleared")
        return self._nothing()

    def send(self, request: Request) -> Response:
        """Sign a request and send it through the server itself."""
        return as_json(send(self.server, self.trail, body_of(request)))

    # -- the audit trail -------------------------------------------------------------------------------------

    def attempts(self, request: Request) -> Response:
        """Give the attempts that match, waiting for them if asked to."""
        return as_json(self.trail.read(query_of(request.args, self.server)))

    def clear(self, _: Request) -> Response:
        """Forget all attempts."""
        self.server.audit_trail.clear()
        self.trail.announce("cleared")
        return self._nothing()

    def attempt(self, _: Request, attempt: int) -> Response:
        """Give one attempt."""
        return as_json(self.trail.find(attempt).as_dict())

    def explanation(self, request: Request, attempt: int) -> Response:
        """Give one attempt told to the end."""
        url = f"{request.scheme}://{request.environ['HTTP_HOST']}"
        return as_json(explanation(self.trail.find(attempt), server_url=url, is_proxy=self.server.proxy is not None))

    def events(self, _: Request) -> Response:
        """Stream what happens."""
        return Response(self.trail.events(), content_type="text/event-stream")

    # -- records ---------------------------------------------------------------------------------------------

    def _account(self, name: str) -> Account:
        if name not in self.server.accounts:
            raise ApiError(404, f"no account {name!r} is here; {nearest(name, self.server.accounts)}")
        return self.server.accounts[name]

    @staticmethod
    def _find(account: Account, kind: str, name: str) -> Any:  # noqa: ANN401  (a record of the kind)
        records = getattr(account, kind)
        key: object = int(name) if kind == "roles" and name.isascii() and name.isdigit() else name
        if key not in records:
            raise ApiError(
                404, f"no {KEYS[_KINDS[kind][0]][0]} {name!r} in account {account.id}; {nearest(name, records)}"
            )
        return records[key]

    def accounts(self, _: Request) -> Response:
        """Give every account with all its records."""
        return as_json({"accounts": [shown_account(one) for one in self.server.accounts.values()]})

    def account(self, _: Request, account: str) -> Response:
        """Give an account with all its records."""
        return as_json(shown_account(self._account(account)))

    def change_account(self, request: Request, account: str) -> Response:
        """Change features, behaviour and the other fields of the account itself."""
        found = self._account(account)
        self._apply(found, found, body_of(request))
        return as_json(shown_account(found))

    def records(self, _: Request, account: str, kind: str) -> Response:
        """Give the records of a kind."""
        return as_json({kind: shown_account(self._account(account))[kind]})

    def record(self, _: Request, account: str, kind: str, name: str) -> Response:
        """Give one record."""
        return as_json(shown(self._find(self._account(account), kind, name)))

    def create(self, request: Request, account: str, kind: str) -> Response:
        """Add a record; only the answer that creates a token holds its secret."""
        found, table = self._account(account), body_of(request)
        record_kind, add = _KINDS[kind]
        with found.lock, reading():
            if kind == "tokens" and isinstance(table, dict) and "name" not in table:
                table = table | {"name": _free_name(found)}
            record = read_record(record_kind, table, found, BODY)
            noun, key = KEYS[record_kind]
            if getattr(record, key) in getattr(found, kind):
                taken = getattr(record, key)
                raise ApiError(400, f"{taken!r} is taken; each {noun} needs a {key} of its own", path=f"{BODY}.{key}")
            add(found, record)
        self.trail.announce("records")
        secret = {"secret": record.secret} if isinstance(record, Token) else {}
        return as_json(shown(record) | secret, 201)

    def change(self, request: Request, account: str, kind: str, name: str) -> Response:
        """Change fields of a record: all that are named, or none."""
        found = self._account(account)
        record = self._find(found, kind, name)
        self._apply(found, record, body_of(request))
        return as_json(shown(record))

    def delete(self, _: Request, account: str, kind: str, name: str) -> Response:
        """Delete a record, and what goes with it."""
        found = self._account(account)
        record = self._find(found, kind, name)
        _DELETES[kind](found, record)
        self.trail.announce("records")
        return self._nothing()

    def _apply(self, account: Account, record: Any, table: object) -> None:  # noqa: ANN401  (any record)
        """Validate the whole, then change it: a request sees all of it or nothing."""
        with account.lock, reading():
            for change in read_changes(record, table, account, BODY):
                change.make()
        self.trail.announce("records")

    # -- RESTlets --------------------------------------------------------------------------------------------

    def restlets(self, _: Request, account: str) -> Response:
        """Give the script deployments."""
        return as_json({"restlets": shown_account(self._account(account))["restlets"]})

    def deploy(self, request: Request, account: str) -> Response:
        """Deploy a RESTlet with canned answers; one of the same ids is replaced."""
        found, table = self._account(account), body_of(request)
        with found.lock, reading():
            deployment = found.add_deployment(read_record(Deployment, table, found, BODY))
            deployment.calls = History(self.server.audit_trail.limit)
        self.trail.announce("records")
        return as_json(shown(deployment), 201)

    def _deployment(self, account: str, script: str, deploy: str) -> Deployment:
        deployment = self._account(account).find_deployment(script, deploy)
        if deployment is None:
            known = [f"{one.script}/{one.deploy}" for one in self._account(account).restlets]
            raise ApiError(404, f"{script}/{deploy} is not deployed; {nearest(f'{script}/{deploy}', known)}")
        return deployment

    def restlet(self, _: Request, account: str, script: str, deploy: str) -> Response:
        """Give one deployment."""
        return as_json(shown(self._deployment(account, script, deploy)))

    def undeploy(self, _: Request, account: str, script: str, deploy: str) -> Response:
        """Take a deployment away."""
        found = self._account(account)
        with found.lock:
            found.restlets.remove(self._deployment(account, script, deploy))
        self.trail.announce("records")
        return self._nothing()

    def calls(self, _: Request, account: str, script: str, deploy: str) -> Response:
        """Give what the script saw, oldest first."""
        calls = self._deployment(account, script, deploy).calls
        return as_json({"calls": [shown_call(one) for one in calls], "dropped": calls.dropped})

    # -- clock, faults, refusals -----------------------------------------------------------------------------

    def clock(self, _: Request, account: str) -> Response:
        """Give the account's clock."""
        return as_json(shown_clock(self._account(account).clock))

    def change_clock(self, request: Request, account: str) -> Response:
        """Freeze, advance and skew the clock, in this order."""
        found, table = self._account(account), body_of(request)
        fit(table, _CLOCK)
        with found.lock:
            twin = found.clock.copy()
            _turn(twin, table)
            _turn(found.clock, table)
        self.trail.announce("records")
        return as_json(shown_clock(found.clock))

    def faults(self, _: Request) -> Response:
        """Give the faults that may still strike."""
        return as_json({"faults": [shown_fault(one) for one in self.server.faults.pending()]})

    def add_fault(self, request: Request) -> Response:
        """Ask for a fault."""
        table = body_of(request)
        fit(table, {"kind": str, "script": str | None}, required=("kind",), others=True)
        try:
            fault = self.server.faults.add(**table)
        except FaultError as error:
            raise ApiError(400, str(error), path=f"{BODY}.{error.argument}") from None
        self.trail.announce("records")
        return as_json(shown_fault(fault), 201)

    def clear_faults(self, _: Request) -> Response:
        """Forget all faults."""
        self.server.faults.clear()
        self.trail.announce("records")
        return self._nothing()

    def refusals(self, _: Request) -> Response:
        """Give every way in which a login is refused."""
        return as_json(
            {
                "refusals": [
                    {"id": one.id, "detail": one.detail, "code": one.code, "cause": one.cause, "cure": one.cure}
                    for one in REFUSALS
                ]
            }
        )

    def refuse(self, request: Request) -> Response:
        """Refuse the next logins in one of those ways, whatever they hold."""
        table = body_of(request)
        fit(table, {"id": str, "times": int}, required=("id",))
        wanted, times = table["id"], table.get("times", 1)
        if wanted not in BY_ID:
            raise ApiError(400, f"{wanted!r} is no refusal; {nearest(wanted, BY_ID)}", path=f"{BODY}.id")
        if not 1 <= times <= MOST_REFUSALS:
            raise ApiError(400, f"{times} is not valid; expected 1 to {MOST_REFUSALS}", path=f"{BODY}.times")
        self.server.refuse_next(wanted, times=times)
        return as_json({"id": wanted, "times": times}, 201)

    @staticmethod
    def _nothing() -> Response:
        return Response(status=204)


def _turn(clock: Clock, table: dict[str, Any]) -> None:
    """Freeze, advance and skew; what would leave the years that a date can hold is refused."""
    key = ""
    try:
        for key, value in table.items():
            if key == "freeze" and value is False:
                clock.run()
            elif key == "freeze":
                clock.freeze(None if value is True else unix_seconds(value))
            elif key == "advance":
                clock.advance(seconds=value)
            else:
                clock.skew(seconds=value)
    except OverflowError:
        raise ApiError(400, "the clock would leave the years 1970 to 9999", path=f"{BODY}.{key}") from None
    except ValueError as error:
        raise ApiError(400, str(error), path=f"{BODY}.{key}") from None
    if not (0 <= clock.now() <= _LAST_SECOND and 0 <= clock.client_now() <= _LAST_SECOND):
        raise ApiError(400, "the clock would leave the years 1970 to 9999", path=f"{BODY}.{key}")


def _free_name(account: Account) -> str:
    numbers = range(1, len(account.tokens) + 2)
    return next(name for name in (f"Token {number}" for number in numbers) if name not in account.tokens)


@cache
def openapi_text() -> str:
    """Give the OpenAPI description, a file of this package."""
    return files(__package__).joinpath("openapi.json").read_text("utf-8")
