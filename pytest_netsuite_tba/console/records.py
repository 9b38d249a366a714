"""Records as JSON: the keys of ``account.toml``, without the secrets."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytest_netsuite_tba.account.fields import Record, rules_of
from pytest_netsuite_tba.account.keyed import Records
from pytest_netsuite_tba.account.records import KEYS
from pytest_netsuite_tba.account.scripts import ENTRY_POINTS, Canned, Deployment
from pytest_netsuite_tba.account.web_services import OperationAnswer, WebServicesContent

if TYPE_CHECKING:
    from pytest_netsuite_tba.account.clock import Clock
    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.fake.faults import Fault


def record_as_json(record: Record) -> dict[str, Any]:
    """Return a record's fields by key; records that it refers to by what names them."""
    kind: Any = type(record)
    fields = {
        rule.key: _value_as_json(getattr(record, rule.name))
        for rule in rules_of(kind).values()
        if rule.seed and not rule.secret and rule.name not in ENTRY_POINTS
    }
    if isinstance(record, OperationAnswer):  # one of the two is its answer
        fields = {key: value for key, value in fields.items() if value is not None}
    if isinstance(record, Deployment):
        fields |= {method: _entry_point_as_json(getattr(record, method)) for method in ENTRY_POINTS}
        fields["calls"] = len(record.calls) + record.calls.dropped
    return fields


def account_as_json(account: Account) -> dict[str, Any]:
    """Return an account, its records and its clock."""
    with account.lock:
        return record_as_json(account) | {"clock": clock_as_json(account.clock)}


def clock_as_json(clock: Clock) -> dict[str, Any]:
    """Return what the account's clock shows, and its clients' (UTC), and how they differ."""
    return {
        "now": _iso(clock.now()),
        "client_now": _iso(clock.client_now()),
        "frozen": clock.is_frozen,
        "skew_seconds": clock.skew_seconds,
    }


def fault_as_json(fault: Fault) -> dict[str, Any]:
    """Return a fault, its options beside the rest; ``seen`` are the calls that matched it so far."""
    fields = dataclasses.asdict(fault)
    options: dict[str, Any] = fields.pop("options")
    return fields | options


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _value_as_json(value: object) -> object:
    if isinstance(value, WebServicesContent):
        value = value.as_seed()
    if isinstance(value, Records):
        return [record_as_json(record) for record in value.values()]
    if isinstance(value, Record) and type(value) in KEYS:
        return getattr(value, KEYS[type(value)][1])
    if isinstance(value, Record):
        return record_as_json(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_value_as_json(item) for item in value]
    return value


def _entry_point_as_json(value: object) -> object:
    """Return an entry point as it is written, a plain value as the canned answer that it is; a function by its name."""
    if value is None:
        return None
    if isinstance(value, Canned):
        fields, rules = record_as_json(value), rules_of(Canned)
        return {key: given for key, given in fields.items() if given is not rules[key].default}
    if callable(value):
        return {"function": getattr(value, "__qualname__", type(value).__qualname__)}
    return {"json": value}
