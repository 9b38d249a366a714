"""``account.toml`` read into records, with errors that name the file, the key and the nearest valid name.

The keys are the fields of the records: :func:`rules_of` is the only list of them. What the control API is sent is
read by the same rules.
"""

from __future__ import annotations

import copy
import json
import math
import os
import re
import tomllib
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

from .clock import unix_seconds
from .fields import FieldRule, Record, RecordError, expectation, fit, nearest, rules_of, without_none
from .keyed import R, Records
from .records import KEYS, Account, Integration, Token
from .scripts import Audience, Canned, Deployment, ScriptError
from .users import Entity, Role
from .web_services import WebServices, WebServicesContent

if TYPE_CHECKING:
    from collections.abc import Iterator

_CREDENTIALS: dict[type, str] = {Integration: "consumer_key", Token: "id"}  # what a request finds the record by
_Known = dict[type, Mapping[Any, Any]]  # what a reference may name: kind, then name, e-mail address or id


class SeedError(ValueError):
    """An account file cannot be used.

    Attributes:
        source: the file.
        key: the offending key, as ``tokens[0].role``; empty where the file as a whole is at fault.
        message: what is wrong with it, in one line, without any secret.
    """

    def __init__(self, source: str, key: str, message: str) -> None:
        super().__init__(": ".join(part for part in (source, key, message) if part))
        self.source = source
        self.key = key
        self.message = message


def load(path: str | os.PathLike[str]) -> list[Account]:
    """Read an account file (TOML, UTF-8).

    Raises:
        SeedError: it cannot be read, or as :func:`parse`.
    """
    source = os.fspath(path)
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SeedError(source, "", f"not UTF-8 (at line {line})") from None
    except (OSError, ValueError) as error:
        raise SeedError(source, "", f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return parse(text, source)


def parse(text: str, source: str) -> list[Account]:
    """Make the accounts that ``text`` describes; ``source`` names it in errors.

    Raises:
        SeedError: it is not TOML, or a key or a value is not valid.
    """
    try:
        return _accounts(tomllib.loads(text), _Place(source))
    except SeedError:
        raise
    except RecursionError:
        raise SeedError(source, "", "not usable: nested too deeply") from None
    except ValueError as error:  # TOMLDecodeError, or a number of too many digits
        raise SeedError(source, "", f"not TOML: {error}") from None


def read_record(kind: type[R], table: object, account: Account, source: str) -> R:
    """Make a record of plain values, as JSON has them; what it refers to is looked up in ``account``.

    The record is not added. ``source`` stands before the key in errors.

    Raises:
        SeedError: a key or a value is not valid, or another record has its consumer key or token id.
    """
    place = _Place(source)
    record = _record(kind, table, place, _known(account))
    with place.checked(kind):
        _check_credentials(record, record, account)
    return record


def read_changes(record: Record, table: object, account: Account, source: str) -> list[Change]:
    """Read which fields of a record, and of the records in it, plain values change; nothing is changed yet.

    Raises:
        SeedError: a key or a value is not valid; all of them are tried on a copy.
    """
    return list(_changes(record, table, account, _Place(source)))


@dataclass(frozen=True, slots=True)
class Change:
    """A field that is about to be set, to a value that fits."""

    record: Record
    field: str
    value: object

    def make(self) -> None:
        """Set it."""
        setattr(self.record, self.field, self.value)


def changeable_fields(kind: type[Any]) -> dict[str, FieldRule]:
    """Select the rules of the fields that may be changed in place: not what names a record, nor what holds others."""
    fixed = {"id"} if kind is Account else {KEYS[kind][1]} if kind in KEYS else set()
    if kind is Token:
        fixed |= {"integration", "entity", "role"}  # a token is for good that of one of each
    return {
        key: rule
        for key, rule in _rules(kind).items()
        if rule.name not in fixed and get_origin(rule.hint) is not Records and rule.hint != list[Deployment]
    }


def _changes(record: Any, table: object, account: Account, place: _Place) -> Iterator[Change]:  # noqa: ANN401
    kind: type[Any] = type(record)
    rules = changeable_fields(kind)
    if not isinstance(table, dict):
        raise place.error(f"expected an object of {', '.join(rules)}", table)
    twin = copy.copy(record)
    for key, value in table.items():
        at = place.at(key)
        if key not in rules:
            raise at.error(f"unknown key; {nearest(key, rules)}")
        rule = rules[key]
        current = getattr(record, rule.name)
        if isinstance(current, Record) and without_none(rule.hint) is type(current):
            yield from _changes(current, value, account, at)
            continue
        new = _value(value, rule, at, _known(account))
        with place.checked(kind):
            setattr(twin, rule.name, new)
            _check_credentials(twin, record, account)
        yield Change(record, rule.name, new)


def _known(account: Account) -> _Known:
    return {Integration: account.integrations, Role: account.roles, Entity: account.entities, Token: account.tokens}


def _check_credentials(record: Any, itself: object, account: Account) -> None:  # noqa: ANN401
    """Refuse a consumer key or a token id that another record has: a request could not tell them apart."""
    field = _CREDENTIALS.get(type(record))
    if field is None:
        return
    others: Records[Any] = account.integrations if isinstance(record, Integration) else account.tokens
    value = getattr(record, field)
    other = others.by(field, value) if value else None
    if other is not None and other is not itself:
        raise RecordError(f"{type(record).__name__}.{field}", value, "one that no other record has")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the file we are."""

    source: str
    key: str = ""

    def at(self, part: str | int) -> _Place:
        """Step further in: to a key, or an index of a list."""
        if isinstance(part, int):
            return _Place(self.source, f"{self.key}[{part}]")
        name = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else json.dumps(part)
        return _Place(self.source, f"{self.key}.{name}" if self.key else name)

    def error(self, message: str, value: object = None) -> SeedError:
        """Make an error; ``value`` is shown if it is plain, for a table or list may hold a secret."""
        plain = isinstance(value, str | int | float)
        return SeedError(self.source, self.key, f"{value!r} is not valid; {message}" if plain else message)

    @contextmanager
    def checked(self, kind: type[Any] | None = None) -> Iterator[None]:
        """Turn a record's complaint into one that names the key."""
        try:
            yield
        except RecordError as error:
            owner, _, name = error.where.partition(".")
            rules = _rules(kind).values() if kind and owner == kind.__name__ else ()
            key = next((rule.key for rule in rules if rule.name == name), None)
            raise (self.at(key) if key else self).error(error.hint, error.value) from None


def _rules(kind: type[Any]) -> dict[str, FieldRule]:
    """Look up the rules of what the file may set, by key, in the order declared."""
    record: Any = kind  # mypy takes a class for as unhashable as its instances
    return {rule.key: rule for rule in rules_of(record).values() if rule.seed}


def _accounts(table: dict[str, Any], root: _Place) -> list[Account]:
    if "accounts" not in table:
        return [_account(table, root)]
    place = root.at("accounts")
    for key in sorted(table.keys() - {"accounts"}):
        raise place.error(f"stands beside {key!r}; move that into an [[accounts]] table")
    entries = _entries(table["accounts"], place)
    if not entries:
        raise place.error("expected at least one [[accounts]] table")
    accounts: dict[object, Account] = {}
    for here, entry in entries:
        account = _account(entry, here)
        _check_unique(accounts, account.id, here.at("account"), given="account" in entry)
        accounts[account.id] = account
    return list(accounts.values())


def _account(table: dict[str, Any], place: _Place) -> Account:
    # A section that is left out is one record of defaults; tokens are Account's to make.
    referred = [key for key, rule in _rules(Account).items() if get_origin(rule.hint) is Records and key != "tokens"]
    values = _values(Account, {key: [{}] for key in referred} | table, place, {})
    restlets = values.pop("restlets", None)
    with place.checked(Account):
        account = Account(**values, restlets=None if restlets is None else [])
    for index, deployment in enumerate(restlets or []):
        with place.at("restlets").at(index).checked(Deployment):
            account.add_deployment(deployment)
    return account


# What is written flat into an account, as environment variables have it.
_IN_OTHER_TABLES = {
    "consumer_key": "consumer_key below [[integrations]]",
    "consumer_secret": "consumer_secret below [[integrations]]",
    "token_id": "id below [[tokens]]",
    "token_secret": "secret below [[tokens]]",
}


def _values(kind: type[Any], table: dict[str, Any], place: _Place, known: _Known) -> dict[str, Any]:
    """Read the fields of a record by their rules, in the order declared."""
    rules = _rules(kind)
    for key in table:
        if key not in rules:
            known_as = _IN_OTHER_TABLES.get(key) if kind is Account else None
            raise place.at(key).error(
                f"unknown key here; it is {known_as}" if known_as else f"unknown key; {nearest(key, rules)}"
            )
    for key, rule in rules.items():
        if key in table or kind is Account:
            continue
        if rule.required:
            raise place.at(key).error(f"missing; expected {expectation(rule.hint)}")
        if rule.hint in KEYS and not known[rule.hint]:
            raise place.at(key).error(f"missing, and there is no {KEYS[rule.hint][0]}")
    return {rule.name: _value(table[key], rule, place.at(key), known) for key, rule in rules.items() if key in table}


def _value(value: object, rule: FieldRule, place: _Place, known: _Known) -> object:
    """Read a plain value as the field's type wants it; JSON has null besides, where a field may be without one."""
    hint = without_none(rule.hint)
    if value is None and (hint is not rule.hint or hint == _ENTRY_POINT):
        return None
    return _read(value, hint, rule, place, known)


def _read(value: object, hint: Any, rule: FieldRule, place: _Place, known: _Known) -> object:  # noqa: ANN401
    if hint in _READERS:
        return _READERS[hint](value, place)
    if hint in KEYS:
        return _reference(value, hint, place, known)
    item = get_args(hint)[0] if get_origin(hint) in {list, Records} else None
    if get_origin(hint) is list and item in KEYS:
        return _references(value, item, place, known)
    if isinstance(item, type) and issubclass(item, Record):
        return _tables(value, item, place, known)
    if isinstance(hint, type) and issubclass(hint, Record):
        return _record(hint, value, place, known)
    with place.checked():
        return fit(value, hint, rule.name, secret=rule.secret)


def _record(kind: type[R], table: object, place: _Place, known: _Known) -> R:
    if not isinstance(table, dict):
        raise place.error(f"expected a table of {', '.join(_rules(kind))}")
    values = _values(kind, table, place, known)
    with place.checked(kind):
        return kind(**values)


def _entries(value: object, place: _Place) -> list[tuple[_Place, dict[str, Any]]]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        header = re.sub(r"\[\d+\]", "", place.key)
        raise place.error(f"expected tables, each under [[{header}]]")
    return [(place.at(index), entry) for index, entry in enumerate(value)]


def _tables(value: object, kind: type[Any], place: _Place, known: _Known) -> list[Any]:
    """Read an array of tables, each of a name of its own."""
    field = KEYS[kind][1] if kind in KEYS else "deploy"
    records: dict[object, Any] = {}
    for here, table in _entries(value, place):
        record = _record(kind, table, here, known)
        if kind not in KEYS and kind is not Deployment:  # it has no name of its own
            records[here] = record
            continue
        name = getattr(record, field) if kind in KEYS else f"{record.script} / {record.deploy}"
        _check_unique(records, name, here.at(field), given=field in table)
        shared = _CREDENTIALS.get(kind, "")
        for index, other in enumerate(records.values()):
            if table.get(shared) and table[shared] == getattr(other, shared):
                raise here.at(shared).error(f"is the same as that of {place.key}[{index}]")
        records[name] = record
    known[kind] = records
    return list(records.values())


def _check_unique(taken: dict[object, Any], name: object, place: _Place, *, given: bool) -> None:
    if name in taken:
        why = "is given twice" if given else "is the default, and is taken"
        raise place.error(f"{'' if given else 'missing; '}{name!r} {why}; each needs one of its own")


def _reference(value: object, kind: type, place: _Place, known: _Known) -> object:
    if type(value) not in {str, int} or value not in known[kind]:
        raise place.error(
            nearest(value, known[kind])
            if isinstance(value, str | int | float)
            else f"expected the {KEYS[kind][1]} of one {KEYS[kind][0]}",
            value,
        )
    return known[kind][value]


def _references(value: object, kind: type, place: _Place, known: _Known) -> list[object]:
    if not isinstance(value, list):
        raise place.error(f"expected a list, each the {KEYS[kind][1]} of one {KEYS[kind][0]}", value)
    for index, name in enumerate(value):
        if name in value[:index]:
            raise place.at(index).error(f"{name!r} is given twice")
    return [_reference(name, kind, place.at(index), known) for index, name in enumerate(value)]


def _entry_point(value: object, place: _Place) -> object:
    if not isinstance(value, dict):
        raise place.error(
            "expected { json = ... }, { text = ... }, { error = ... }, { exception = ... }, { nothing = true } or "
            "{ echo = true }",
            value,
        )
    return _record(Canned, value, place, {})


def _script_error(value: object, place: _Place) -> object:
    """Read an error: a table, or its code alone."""
    if not isinstance(value, str | dict):
        raise place.error("expected a table of code, message, or a code alone", value)
    return _record(ScriptError, {"code": value} if isinstance(value, str) else value, place, {})


def _audience(value: object, place: _Place) -> object:
    if isinstance(value, dict):
        return _record(Audience, value, place, {})
    if value == "all":
        return value
    if not isinstance(value, list):
        raise place.error("expected 'all', a list of role ids and e-mail addresses, or a table", value)
    for index, member in enumerate(value):
        if type(member) not in {int, str}:
            raise place.at(index).error("expected a role id or an e-mail address", member)
    return value


def _web_services(value: object, place: _Place) -> object:
    """Read what web services find; what they cannot hold names its table."""
    seeds = _record(WebServices, value, place, {})
    content = WebServicesContent()
    for index, record in enumerate(seeds.records):
        here = place.at("records").at(index)
        with here.checked():
            content.add(record.type, _json(record.fields, here.at("fields")), id=record.id)
    for index, answer in enumerate(seeds.suiteql):
        here = place.at("suiteql").at(index)
        with here.checked():
            content.answer_suiteql(answer.query, _json(answer.rows, here.at("rows")))
    for index, operation in enumerate(seeds.soap):
        with place.at("soap").at(index).checked():
            content.answer_soap(operation.operation, operation.answer)
    return content


def _moment(value: object, place: _Place) -> float:
    if isinstance(value, datetime | str):
        try:
            return unix_seconds(value)
        except ValueError:
            raise place.error("expected a date and time, or Unix seconds", value) from None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise place.error("expected a date and time, or Unix seconds", value)
    return value


def _json(value: object, place: _Place) -> Any:  # noqa: ANN401  (a JSON value)
    """Return the value if JSON can hold it: TOML has dates, times and infinities besides."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        _json(part, place.at(key))
    if not isinstance(value, dict | list | str | int | float | None) or (
        isinstance(value, float) and not math.isfinite(value)
    ):
        raise place.error(f"{value} is not valid; JSON cannot hold it; write a text or a number")
    return value


_ENTRY_POINT = rules_of(Deployment)["get"].hint
_READERS = {
    rules_of(Canned)["json"].hint: _json,
    _ENTRY_POINT: _entry_point,
    ScriptError: _script_error,
    rules_of(Deployment)["audience"].hint: _audience,
    WebServicesContent: _web_services,
    float: _moment,
}
