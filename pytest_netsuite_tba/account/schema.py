"""The JSON Schema of ``account.toml``, made from the records."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from .fields import FieldRule, Record, rules_of, without_none
from .keyed import Records
from .records import KEYS, Account
from .scripts import Audience, Canned, Deployment, ScriptError
from .web_services import WebServices, WebServicesContent

# How the file writes what is no record, as ``seed`` reads it.
_WRITTEN: dict[object, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    str: {"type": "string"},
    Any: {},
    # A TOML date and time reaches a validator as a text.
    float: {"anyOf": [{"type": "number"}, {"type": "string", "format": "date-time"}]},
    rules_of(Deployment)["get"].hint: {"$ref": "#/$defs/Canned"},
    ScriptError: {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/ScriptError"}]},
    WebServicesContent: {"$ref": "#/$defs/WebServices"},
    rules_of(Deployment)["audience"].hint: {
        "anyOf": [
            {"const": "all"},
            {"type": "array", "items": {"type": ["integer", "string"]}},
            {"$ref": "#/$defs/Audience"},
        ]
    },
}
_EXTRA: dict[type[Record], dict[str, Any]] = {Canned: {"minProperties": 1, "maxProperties": 1}}


def json_schema() -> dict[str, Any]:
    """Make the JSON Schema (draft 2020-12) of an account file: the plain form, or ``[[accounts]]``."""
    definitions: dict[str, Any] = {}
    account = _define(Account, definitions)
    for kind in (Canned, ScriptError, Audience, WebServices):
        _define(kind, definitions)
    accounts = {
        "description": "Several accounts; nothing may stand beside them.",
        "type": "array",
        "items": {"$ref": "#/$defs/Account"},
        "minItems": 1,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "account.toml of pytest-netsuite-tba",
        **account,
        "properties": {**account["properties"], "accounts": accounts},
        "dependentSchemas": {"accounts": {"maxProperties": 1}},
        "$defs": dict(sorted(definitions.items())),
    }


def _define(kind: type[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Describe a record under its class's name, and the records that it holds."""
    record: Any = kind  # mypy takes a class for as unhashable as its instances
    rules = [rule for rule in rules_of(record).values() if rule.seed]
    definition: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {rule.key: _property(rule, definitions) for rule in rules},
        **_EXTRA.get(kind, {}),
    }
    required = [rule.key for rule in rules if rule.required and kind is not Account]
    if required:
        definition["required"] = required
    definitions[kind.__name__] = definition
    return definition


def _property(rule: FieldRule, definitions: dict[str, Any]) -> dict[str, Any]:
    shown = isinstance(rule.default, bool | int) or (isinstance(rule.default, str) and rule.default)
    default = {"default": rule.default} if shown else {}
    minimum = {} if rule.minimum is None else {"minimum": rule.minimum}
    return {"description": rule.doc, **_type(rule.hint, definitions), **minimum, **default}


def _type(hint: object, definitions: dict[str, Any]) -> dict[str, Any]:
    hint, origin = without_none(hint), get_origin(without_none(hint))
    if hint in _WRITTEN:
        return _WRITTEN[hint]
    if origin is Literal:
        return {"enum": list(get_args(hint))}
    if hint in KEYS:  # a reference: by name, e-mail address or id
        return _type(rules_of(hint)[KEYS[hint][1]].hint, definitions)
    if isinstance(hint, type):
        _define(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    (item,) = get_args(hint)
    if origin is Records:
        _define(item, definitions)
        return {"type": "array", "items": {"$ref": f"#/$defs/{item.__name__}"}}
    return {"type": "array", "items": _type(item, definitions), **({"uniqueItems": True} if item in KEYS else {})}
