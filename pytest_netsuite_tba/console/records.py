"""Records as JSON shows them: the keys of ``account.toml``, without the secrets."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytest_netsuite_tba.account.fields import Record, rules_of
from pytest_netsuite_tba.account.keyed import Records
from pytest_netsuite_tba.account.records import KEYS
from pytest_netsuite_tba.account.scripts import ENTRY_POINTS, Canned, Deployment
from pytest_netsuite_tba.account.web_services import WebServicesContent

if TYPE_CHECKING:
    from pytest_netsuite_tba.account.clock import Clock
    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.account.scripts import Call
    from pytest_netsuite_tba.fake.faults import Fault


def shown(record: Record) -> dict[str, Any]:
    """Give a record's fields by key; records that it refers to by what names them."""
    kind: Any = type(record)
    found = {
        rule.key: _value(getattr(record, rule.name))
        for rule in rules_of(kind).values()
        if rule.seed and not rule.secret and rule.name not in ENTRY_POINTS
    }
    if isinstance(record, Deployment):
        found |= {method: _entry_point(getattr(record, method)) for method in ENTRY_POINTS}
        found["calls"] = len(record.calls) + record.calls.dropped
    return found


def shown_account(account: Account) -> dict[str, Any]:
    """Give an account, its records and its clock."""
    with account.lock:
        return shown(account) | {"clock": shown_clock(account.clock)}


def shown_clock(clock: Clock) -> dict[str, Any]:
    """Give what the account's clock shows, and its clients' (UTC), and how they differ."""
    return {
        "now": _iso(clock.now()),
        "client_now": _iso(clock.client_now()),
        "frozen": clock.is_frozen,
        "skew_seconds": clock.skew_seconds,
    }


def shown_fault(fault: Fault) -> dict[str, Any]:
    """Give a fault; ``seen`` are the calls that matched it so far."""
    found = dataclasses.asdict(fault)
    options: dict[str, Any] = found.pop("options")
    return found | options


def shown_call(call: Call) -> dict[str, Any]:
    """Give one run of an entry point; it holds no Authorization header."""
    return dataclasses.asdict(call)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _value(value: object) -> object:
    if isinstance(value, WebServicesContent):
        value = value.as_seed()
    if isinstance(value, Records):
        return [shown(one) for one in value.values()]
    if isinstance(value, Record) and type(value) in KEYS:
        return getattr(value, KEYS[type(value)][1])
    if isinstance(value, Record):
        return shown(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_value(one) for one in value]
    return value


def _entry_point(value: object) -> object:
    """Give an entry point as it is written, a plain value as the canned answer that it is; a function by its name."""
    if value is None:
        return None
    if isinstance(value, Canned):
        return {rule: given for rule, given in shown(value).items() if given not in (None, False)}
    if callable(value):
        return {"function": getattr(value, "__qualname__", type(value).__qualname__)}
    return {"json": value}
