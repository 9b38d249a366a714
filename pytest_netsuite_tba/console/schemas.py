"""The JSON of the control API as JSON Schema, made from the records, the attempts and the tables."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from pytest_netsuite_tba.account.fields import rules_of, without_none
from pytest_netsuite_tba.account.records import Account, Features, Integration, Token
from pytest_netsuite_tba.account.schema import json_schema
from pytest_netsuite_tba.account.scripts import ENTRY_POINTS, Audience, Call, Canned, Deployment, ScriptError
from pytest_netsuite_tba.account.seed import changeable_fields
from pytest_netsuite_tba.account.users import Entity, Role
from pytest_netsuite_tba.account.web_services import (
    BusinessRecord,
    OperationAnswer,
    OperationFault,
    QueryAnswer,
    WebServices,
)
from pytest_netsuite_tba.diagnosis.catalogue import CATALOGUE
from pytest_netsuite_tba.fake.faults import KINDS, Fault
from pytest_netsuite_tba.login.audit_trail import LoginAttempt
from pytest_netsuite_tba.login.differences import Difference
from pytest_netsuite_tba.login.refusal import Refusal
from pytest_netsuite_tba.login.verdict import Diagnosis, Mistake, Reading, Suspicion
from pytest_netsuite_tba.services.table import CHANNELS

if TYPE_CHECKING:
    from collections.abc import Container

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
OBJECT: Schema = {"type": "object"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
PLACE: Schema = {  # of a piece in a text
    "description": "Start and end, in characters from 0.", "type": "array", "items": WHOLE, "minItems": 2, "maxItems": 2
}  # fmt: skip
COUNT: Schema = {"type": "integer", "minimum": 1, "default": 1}
REFUSAL = ("id", "detail", "code", "cause", "cure")  # what is shown of a refusal
_NAMES: dict[str, Any] = {
    "Channel": Literal[CHANNELS],
    "datetime": datetime,
}  # of annotations, for the type checker only
_PLAIN: dict[Any, Schema] = {str: TEXT, int: WHOLE, float: NUMBER, bool: BOOLEAN, datetime: MOMENT, Any: {}}


def ref(name: str) -> Schema:
    """Refer to one of :func:`components`."""
    return {"$ref": f"#/components/schemas/{name}"}


def list_of(item: Schema) -> Schema:
    """Describe a list."""
    return {"type": "array", "items": item}


def or_null(schema: Schema) -> Schema:
    """Let null pass besides."""
    return {"anyOf": [schema, {"type": "null"}]} if "$ref" in schema else schema | {"type": [schema["type"], "null"]}


def object_of(properties: dict[str, Schema], required: list[str] | None = None) -> Schema:
    """Describe an object that holds all of these, or ``required`` of them, and nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }


def fields_of(kind: type[Any], *, only: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> dict[str, Schema]:
    """Describe the public fields of a dataclass by their types."""
    names = [field.name for field in dataclasses.fields(kind) if field.name[0] != "_" and field.name not in without]
    # Of these alone: what the others are annotated with may be imported for the type checker only.
    annotations = {name: kind.__annotations__[name] for name in only or names}
    part = type(kind.__name__, (), {"__annotations__": annotations, "__module__": kind.__module__})
    return {name: _schema_of(hint) for name, hint in get_type_hints(part, localns=_NAMES).items()}


def _schema_of(hint: object) -> Schema:
    origin, parts = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if type(None) in parts:
        return or_null(_schema_of(without_none(hint)))
    if origin is Literal:
        return {"enum": list(parts)}
    if origin is dict:
        return OBJECT
    return ref(hint.__name__) if isinstance(hint, type) else list_of(_schema_of(parts[0]))


# -- bodies that are no records ----------------------------------------------------------------------------------

ATTEMPT = fields_of(LoginAttempt, without=("refusal", "cure", "facts", "signature", "search", "look")) | {
    "status": {"enum": ["Success", "Failure"]}  # what is not judged stands in no trail
}
CLOCK_CHANGE = object_of(
    {
        "freeze": {
            "description": "true: now; a moment: then; false: let it run.",
            "type": ["boolean", "string", "number"],
        },
        "advance": NUMBER | {"description": "Seconds, for NetSuite and its clients together."},
        "skew": NUMBER | {"description": "Seconds by which NetSuite is ahead of its clients."},
    },
    [],
)
_OPTIONS = {
    name: NUMBER | {"minimum": 0} if type(option.default) in {int, float} else _schema_of(type(option.default))
    for kind in KINDS.values()
    for name, option in kind.options.items()
}
_SCHEDULE = {"on": COUNT, "times": COUNT, "script": or_null(TEXT)}
NEW_FAULT = object_of({"kind": {"enum": list(KINDS)}} | _SCHEDULE | _OPTIONS, ["kind"])


# -- components --------------------------------------------------------------------------------------------------

# Collection of an account -> its records.
COLLECTIONS: dict[str, type[Any]] = {"integrations": Integration, "roles": Role, "entities": Entity, "tokens": Token}
_PARTS = (
    Features,
    Canned,
    ScriptError,
    Audience,
    WebServices,
    BusinessRecord,
    QueryAnswer,
    OperationAnswer,
    OperationFault,
)


def components() -> dict[str, Schema]:
    """Describe the records as they are shown, made and changed, and all else that goes over the wire."""
    text = json.dumps(json_schema()["$defs"]).replace("#/$defs/", "#/components/schemas/")
    written: dict[str, Schema] = json.loads(text)
    for kind in (Account, Deployment, *COLLECTIONS.values(), *_PARTS):
        _let_null_pass(kind, written[kind.__name__]["properties"])
    deployment, account = written.pop("Deployment"), written.pop("Account")["properties"]
    schemas = written | {"NewRestlet": deployment}
    for kind in COLLECTIONS.values():
        name, record = kind.__name__, written[kind.__name__]
        shown = {rule.key for rule in rules_of(kind).values() if not rule.secret}
        schemas |= {
            name: object_of(_picked(record["properties"], shown)),
            f"New{name}": record,
            f"{name}Change": object_of(_picked(record["properties"], changeable_fields(kind)), []),
        }
    for name in ("Features", "Behaviour"):
        schemas |= {
            name: written[name] | {"required": list(written[name]["properties"])},
            f"{name}Change": written[name],
        }
    entry_point = {"anyOf": [ref("Canned"), object_of({"function": TEXT}), {"type": "null"}]}
    changes = {"features": ref("FeaturesChange"), "behaviour": ref("BehaviourChange")}
    names = {key: kind.__name__ for key, kind in COLLECTIONS.items()} | {"restlets": "Restlet"}
    lists = {key: list_of(ref(name)) for key, name in names.items()}
    records = {"features": ref("Features"), "behaviour": ref("Behaviour"), "clock": ref("Clock")}
    return schemas | {
        "CreatedToken": object_of(schemas["Token"]["properties"] | {"secret": TEXT}),
        "Restlet": object_of(deployment["properties"] | dict.fromkeys(ENTRY_POINTS, entry_point) | {"calls": WHOLE}),
        "Account": object_of(account | lists | records),
        "AccountChange": object_of(_picked(account, changeable_fields(Account)) | changes, []),
        "Error": object_of({"error": object_of({"message": TEXT, "path": or_null(TEXT)})}),
        "Mistake": object_of(fields_of(Mistake) | {"id": {"enum": list(CATALOGUE)}, "docs": TEXT}),
        "Reading": object_of(fields_of(Reading) | {"likelihood": SHARE}),
        "Difference": object_of(fields_of(Difference) | {"signed_at": or_null(PLACE), "expected_at": or_null(PLACE)}),
        "Suspicion": object_of(fields_of(Suspicion) | {"likelihood": SHARE}),
        "Diagnosis": object_of(
            fields_of(Diagnosis, without=("renderer",))
            | {"ambiguous": BOOLEAN, "tried_counts": OBJECT | {"additionalProperties": WHOLE}}
        ),
        "Attempt": object_of(
            {"accepted": BOOLEAN, "refusal": or_null(TEXT), "diagnosis": or_null(ref("Diagnosis"))} | ATTEMPT
        ),
        "Attempts": object_of(
            {"attempts": list_of(ref("Attempt")), "matching": WHOLE, "dropped": WHOLE, "timed_out": BOOLEAN}
        ),
        "Clock": object_of({"now": MOMENT, "client_now": MOMENT, "frozen": BOOLEAN, "skew_seconds": NUMBER}),
        "ClockChange": CLOCK_CHANGE,
        "Call": object_of(fields_of(Call)),
        "Fault": object_of(
            fields_of(Fault, without=("options",)) | {"kind": {"enum": list(KINDS)}} | _OPTIONS,
            ["kind", "on", "times", "script", "seen"],
        ),
        "NewFault": {
            "oneOf": [
                object_of({"kind": {"const": name}} | _SCHEDULE | _picked(_OPTIONS, kind.options), ["kind"])
                for name, kind in KINDS.items()
            ]
        },
        "Refusal": object_of(fields_of(Refusal, only=REFUSAL)),
    }


def _let_null_pass(kind: type[Any], properties: dict[str, Schema]) -> None:
    """Let a field be null where it may be without a value: a file can only omit it."""
    for rule in rules_of(kind).values():
        if rule.key in properties and (type(None) in get_args(rule.hint) or rule.name in ENTRY_POINTS):
            schema = properties[rule.key]
            shape = {key: schema.pop(key) for key in ("type", "anyOf", "$ref", "items", "const") if key in schema}
            schema["anyOf"] = [*shape.pop("anyOf", [shape] if shape else []), {"type": "null"}]


def _picked(properties: dict[str, Schema], keys: Container[str]) -> dict[str, Schema]:
    return {key: schema for key, schema in properties.items() if key in keys}
