"""The control API described in OpenAPI 3.1, made from the records; ``docs/generate.py`` writes it to ``openapi.json``."""

from __future__ import annotations

import copy
from typing import Any, get_args

from pytest_netsuite_tba.account.fields import Record, rules_of
from pytest_netsuite_tba.account.records import Account, Features, Integration, Token
from pytest_netsuite_tba.account.schema import json_schema
from pytest_netsuite_tba.account.scripts import ENTRY_POINTS, Audience, Canned, Deployment, ScriptError
from pytest_netsuite_tba.account.seed import changeable
from pytest_netsuite_tba.account.users import Entity, Role
from pytest_netsuite_tba.account.web_services import BusinessRecord, OperationAnswer, QueryAnswer, WebServices
from pytest_netsuite_tba.diagnosis.catalogue import CATALOGUE
from pytest_netsuite_tba.fake.faults import KINDS
from pytest_netsuite_tba.login.refusals import BY_ID

from .by_hand import METHODS
from .trail import DEFAULT_LIMIT, MOST_WAIT_SECONDS

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_WHOLE: Schema = {"type": "integer"}
_BOOLEAN: Schema = {"type": "boolean"}
_MOMENT: Schema = {"description": "ISO 8601, as 2026-09-21T14:13:20Z, or Unix seconds."}
_COUNT: Schema = {"type": "integer", "minimum": 1, "default": 1}


_WEB_SERVICES = (WebServices, BusinessRecord, QueryAnswer, OperationAnswer)


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _object(properties: dict[str, Schema], required: list[str] | None = None) -> Schema:
    """Describe an object that holds all of these, or ``required`` of them, and nothing else."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }


_ACCOUNT_PARAMETER = {"name": "account", "in": "path", "required": True, "schema": _TEXT}
_QUERY: dict[str, tuple[str, Schema]] = {
    "status": ("Of the login.", {"enum": ["Success", "Failure"]}),
    "detail": ("The audit trail's Detail, or the id of a refusal, a public error code, or the id of a mistake.", _TEXT),
    "account": ("Id of the account called.", _TEXT),
    "since": ("NetSuite's time from which on, as 2026-09-21T14:13:20Z or Unix seconds.", _TEXT),
    "until": ("NetSuite's time up to which.", _TEXT),
    "after": ("Only attempts with a higher id.", {"type": "integer", "minimum": 0, "maximum": 10**9}),
    "limit": (
        "At most so many, the newest.",
        {"type": "integer", "minimum": 1, "maximum": 10**9, "default": DEFAULT_LIMIT},
    ),
    "diagnosis": ("Whether the mistakes are searched for.", {"enum": ["true", "false"], "default": "true"}),
    "wait_for": ("Wait until so many match.", {"type": "integer", "minimum": 1, "maximum": 10_000}),
    "timeout": (
        "Seconds to wait at most; then the answer says timed_out.",
        {"type": "number", "minimum": 0, "maximum": MOST_WAIT_SECONDS, "default": 10},
    ),
}
_ERRORS = {
    "400": "Something is wrong with what was sent: message and JSON path say what; nothing was changed.",
    "401": "The token is missing or wrong.",
    "403": "A foreign Origin or Host, or another machine without a token.",
    "404": "There is no such thing; the message names the nearest.",
    "405": "No such operation here.",
    "415": "A write whose Content-Type is not application/json.",
}


def _operation(
    summary: str,
    answer: Schema | None = None,
    *,
    body: Schema | None = None,
    status: int = 200,
    parameters: list[Schema] | None = None,
    media_type: str = "application/json",
) -> Schema:
    done: Schema = {"description": summary}
    if answer is not None:
        done["content"] = {media_type: {"schema": answer}}
    found: Schema = {
        "summary": summary,
        "responses": {str(status): done} | {code: {"$ref": f"#/components/responses/{code}"} for code in _ERRORS},
    }
    if parameters:
        found["parameters"] = parameters
    if body is not None:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return found


def document(version: str) -> Schema:
    """Give the description; ``version`` is the package's."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Control API of the fake NetSuite",
            "version": version,
            "description": "Read the Login Audit Trail of a running server, and change its accounts.",
        },
        "servers": [{"url": "/__admin"}],
        "security": [{}, {"bearer": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "responses": {
                code: {"description": text, "content": {"application/json": {"schema": _ref("Error")}}}
                for code, text in _ERRORS.items()
            },
            "schemas": _schemas(),
        },
    }


def _paths() -> Schema:
    account = "/accounts/{account}"
    attempt = {"name": "attempt", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
    restlet = [
        _ACCOUNT_PARAMETER,
        {"name": "script", "in": "path", "required": True, "schema": _TEXT},
        {"name": "deploy", "in": "path", "required": True, "schema": _TEXT},
    ]
    query = [{"name": name, "in": "query", "description": text, "schema": one} for name, (text, one) in _QUERY.items()]
    explained = _object(
        {
            "attempt": _ref("Attempt"),
            "readings": _list(_object({"what": _TEXT, "why": _TEXT, "cure": _TEXT})),
            "difference": _list(_object({"mark": {"enum": ["=", "-", "+"]}, "text": _TEXT})),
            "stages": _list(_object({"title": _TEXT, "lines": _list(_TEXT)})),
            "commands": _list(_object({"title": _TEXT, "command": _TEXT})),
        }
    )
    sent = dict.fromkeys(("account", "token", "url", "body", "content_type"), _TEXT)
    got = {"status": {"type": ["integer", "null"]}, "headers": _list(_list(_TEXT)), "body": _TEXT}
    paths: Schema = {
        "/health": {
            "get": _operation(
                "Say that it runs, and what.",
                _object(
                    {"status": _TEXT, "version": _TEXT, "accounts": _list(_TEXT), "uptime_seconds": {"type": "number"}}
                ),
            )
        },
        "/openapi.json": {"get": _operation("This description.", {"type": "object"})},
        "/attempts": {
            "get": _operation("The attempts that match, oldest first.", _ref("Attempts"), parameters=query),
            "delete": _operation("Forget all attempts.", status=204),
        },
        "/attempts/{attempt}": {"get": _operation("One attempt.", _ref("Attempt"), parameters=[attempt])},
        "/attempts/{attempt}/explanation": {
            "get": _operation("One attempt told to the end.", explained, parameters=[attempt])
        },
        "/events": {
            "get": _operation(
                "Server-sent events: attempt (without its diagnosis), records, cleared.",
                _TEXT,
                media_type="text/event-stream",
            )
        },
        "/accounts": {
            "get": _operation("Every account with all its records.", _object({"accounts": _list(_ref("Account"))}))
        },
        account: {
            "get": _operation("An account with all its records.", _ref("Account"), parameters=[_ACCOUNT_PARAMETER]),
            "patch": _operation(
                "Change features, behaviour and the account's own fields.",
                _ref("Account"),
                body=_ref("AccountChange"),
                parameters=[_ACCOUNT_PARAMETER],
            ),
        },
        f"{account}/clock": {
            "get": _operation("The account's clock.", _ref("Clock"), parameters=[_ACCOUNT_PARAMETER]),
            "patch": _operation(
                "Freeze, advance and skew the clock.",
                _ref("Clock"),
                body=_ref("ClockChange"),
                parameters=[_ACCOUNT_PARAMETER],
            ),
        },
        f"{account}/restlets": {
            "get": _operation(
                "The script deployments.",
                _object({"restlets": _list(_ref("Restlet"))}),
                parameters=[_ACCOUNT_PARAMETER],
            ),
            "post": _operation(
                "Deploy a RESTlet; one of the same ids is replaced.",
                _ref("Restlet"),
                body=_ref("NewRestlet"),
                status=201,
                parameters=[_ACCOUNT_PARAMETER],
            ),
        },
        f"{account}/restlets/{{script}}/{{deploy}}": {
            "get": _operation("One deployment.", _ref("Restlet"), parameters=restlet),
            "delete": _operation("Take a deployment away.", status=204, parameters=restlet),
        },
        f"{account}/restlets/{{script}}/{{deploy}}/calls": {
            "get": _operation(
                "What the script saw, oldest first.",
                _object({"calls": _list(_ref("Call")), "dropped": _WHOLE}),
                parameters=restlet,
            )
        },
        "/faults": {
            "get": _operation("Faults that may still strike.", _object({"faults": _list(_ref("Fault"))})),
            "post": _operation("Ask for a fault.", _ref("Fault"), body=_ref("NewFault"), status=201),
            "delete": _operation("Forget all faults.", status=204),
        },
        "/refusals": {
            "get": _operation("Every way in which a login is refused.", _object({"refusals": _list(_ref("Refusal"))})),
            "post": _operation(
                "Refuse the next logins in one of those ways.",
                _object({"id": _TEXT, "times": _WHOLE}),
                body=_object({"id": {"enum": list(BY_ID)}, "times": _COUNT | {"maximum": 10_000}}, ["id"]),
                status=201,
            ),
        },
        "/requests": {
            "post": _operation(
                "Sign a request with a token and send it through the server itself.",
                _object(got | {"attempt": {"anyOf": [_ref("Attempt"), {"type": "null"}]}}),
                body=_object(sent | {"method": {"enum": list(METHODS)}}, ["url"]),
            )
        },
        "/reset": {
            "post": _operation(
                "Go back to the seed; forget attempts, calls, faults and refusals by force.",
                status=204,
                body=_object({}),
            )
        },
    }
    for kind, name in (("integrations", "Integration"), ("roles", "Role"), ("entities", "Entity"), ("tokens", "Token")):
        paths |= _record_paths(f"{account}/{kind}", kind, name)
    return paths


def _record_paths(path: str, kind: str, name: str) -> Schema:
    key = {"name": "name", "in": "path", "required": True, "schema": _WHOLE if kind == "roles" else _TEXT}
    one = [_ACCOUNT_PARAMETER, key]
    created = _ref("CreatedToken" if kind == "tokens" else name)
    paths: Schema = {
        path: {
            "get": _operation(f"The {kind}.", _object({kind: _list(_ref(name))}), parameters=[_ACCOUNT_PARAMETER]),
            "post": _operation(
                f"Add one to the {kind}.",
                created,
                body=_ref(f"New{name}"),
                status=201,
                parameters=[_ACCOUNT_PARAMETER],
            ),
        },
        f"{path}/{{name}}": {
            "get": _operation(f"One of the {kind}.", _ref(name), parameters=one),
            "patch": _operation(
                f"Change fields of one of the {kind}.", _ref(name), body=_ref(f"{name}Change"), parameters=one
            ),
        },
    }
    if kind != "roles":
        paths[f"{path}/{{name}}"]["delete"] = _operation(f"Delete one of the {kind}.", status=204, parameters=one)
    return paths


# -- schemas -----------------------------------------------------------------------------------------------------


def _schemas() -> dict[str, Schema]:
    """Describe the records as they are shown, made and changed, and all else that goes over the wire."""
    written: dict[str, Schema] = json_schema()["$defs"]
    schemas: dict[str, Schema] = {}
    for kind in (Features, Integration, Role, Entity, Token, Canned, ScriptError, Audience, *_WEB_SERVICES):
        schemas |= {kind.__name__: _written(kind, written)}
    schemas["Behaviour"] = _pointed(written["Behaviour"])
    schemas["NewRestlet"] = _written(Deployment, written)
    for kind in (Integration, Role, Entity, Token):
        name = kind.__name__
        schemas[f"New{name}"] = schemas[name]
        schemas[f"{name}Change"] = _picked(schemas[name], changeable(kind))
        schemas[name] = _shown(kind, schemas[name])
    for name in ("Features", "Behaviour"):
        schemas[f"{name}Change"] = schemas[name]
        schemas[name] = schemas[name] | {"required": list(schemas[name]["properties"])}
    schemas["CreatedToken"] = _object(schemas["Token"]["properties"] | {"secret": _TEXT})
    schemas["Restlet"] = _shown_restlet(schemas["NewRestlet"])
    whole = _written(Account, written)
    change = _picked(whole, changeable(Account))
    change["properties"] |= {"features": _ref("FeaturesChange"), "behaviour": _ref("BehaviourChange")}
    schemas["AccountChange"] = change
    lists = {
        "integrations": "Integration",
        "roles": "Role",
        "entities": "Entity",
        "tokens": "Token",
        "restlets": "Restlet",
    }
    shown = whole["properties"] | {kind: _list(_ref(name)) for kind, name in lists.items()}
    shown |= {"features": _ref("Features"), "behaviour": _ref("Behaviour"), "clock": _ref("Clock")}
    schemas["Account"] = _object(shown)
    return schemas | _SCHEMAS


def _pointed(schema: Schema) -> Schema:
    """Let the references of ``account.schema.json`` point to this document's schemas."""
    text: Any = copy.deepcopy(schema)

    def walk(one: Any) -> None:  # noqa: ANN401  (any part of a schema)
        if isinstance(one, dict):
            if "$ref" in one:
                one["$ref"] = one["$ref"].replace("#/$defs/", "#/components/schemas/")
            for part in one.values():
                walk(part)
        elif isinstance(one, list):
            for part in one:
                walk(part)

    walk(text)
    found: Schema = text
    return found


def _written(kind: type[Any], written: dict[str, Schema]) -> Schema:
    """Describe a record as it is sent: as in the file, but JSON has null where a field may be without a value."""
    record: Any = kind  # mypy takes a class for as unhashable as its instances
    schema = _pointed(written[kind.__name__])
    for rule in rules_of(record).values():
        optional = type(None) in get_args(rule.hint) or rule.name in ENTRY_POINTS
        if rule.key in schema["properties"] and optional:
            one = schema["properties"][rule.key]
            shape = {key: one.pop(key) for key in ("type", "anyOf", "$ref", "items", "const") if key in one}
            one["anyOf"] = [*shape.pop("anyOf", [shape] if shape else []), {"type": "null"}]
    return schema


def _picked(schema: Schema, keys: Any) -> Schema:  # noqa: ANN401  (a mapping of rules)
    """Keep these properties, none of them required."""
    return _object({key: one for key, one in schema["properties"].items() if key in keys}, [])


def _shown(kind: type[Record], schema: Schema) -> Schema:
    """Describe a record as it is shown: everything but the secrets."""
    record: Any = kind
    secret = {rule.key for rule in rules_of(record).values() if rule.secret}
    return _object({key: one for key, one in schema["properties"].items() if key not in secret})


def _shown_restlet(schema: Schema) -> Schema:
    function = _object({"function": _TEXT})
    entry = {"anyOf": [_ref("Canned"), function, {"type": "null"}]}
    shown = schema["properties"] | dict.fromkeys(ENTRY_POINTS, entry) | {"calls": _WHOLE}
    return _object(shown)


_MISTAKE = _object({"id": {"enum": list(CATALOGUE)}, "title": _TEXT, "cause": _TEXT, "cure": _TEXT})
_OPTIONS: dict[str, Schema] = {
    name: {"type": {str: "string", int: "number", float: "number", bool: "boolean"}[type(value)]}
    | ({"minimum": 0} if type(value) in {int, float} else {})
    for options in KINDS.values()
    for name, value in options.items()
}
_SCHEMAS: dict[str, Schema] = {
    "Error": _object({"error": _object({"message": _TEXT, "path": _TEXT_OR_NULL})}),
    "Mistake": _MISTAKE,
    "Diagnosis": _object(
        {
            "proven": _BOOLEAN,
            "mistakes": _list(_ref("Mistake")),
            "also_consistent": _list(_list(_ref("Mistake"))),
            "signed_base_string": _TEXT_OR_NULL,
            "expected_base_string": _TEXT_OR_NULL,
            "corrected_authorization": _TEXT_OR_NULL,
            "notes": _list(_TEXT),
        }
    ),
    "Attempt": _object(
        {
            "accepted": _BOOLEAN,
            "id": _WHOLE,
            "time": {"type": "string", "format": "date-time"},
            "channel": {"enum": ["restlet", "rest", "soap", "token"]},
            "method": _TEXT,
            "url": _TEXT,
            "account": _TEXT,
            "http_status": {"type": ["integer", "null"]},
            "status": {"enum": ["Success", "Failure"]},
            "detail": _TEXT_OR_NULL,
            "refusal": _TEXT_OR_NULL,
            "cause": _TEXT_OR_NULL,
            "code": _TEXT_OR_NULL,
            "application": _TEXT,
            "token_name": _TEXT,
            "user": _TEXT,
            "role": _TEXT,
            "forced": _BOOLEAN,
            "expected": _BOOLEAN,
            "logged_by_netsuite": _BOOLEAN,
            "diagnosis": {"anyOf": [_ref("Diagnosis"), {"type": "null"}]},
        }
    ),
    "Attempts": _object(
        {"attempts": _list(_ref("Attempt")), "matching": _WHOLE, "dropped": _WHOLE, "timed_out": _BOOLEAN}
    ),
    "Clock": _object(
        {
            "now": {"type": "string", "format": "date-time"},
            "client_now": {"type": "string", "format": "date-time"},
            "frozen": _BOOLEAN,
            "skew_seconds": {"type": "number"},
        }
    ),
    "ClockChange": _object(
        {
            "freeze": _MOMENT
            | {"description": "true: now; a moment: then; false: let it run.", "type": ["boolean", "string", "number"]},
            "advance": {"type": "number", "description": "Seconds, for NetSuite and its clients together."},
            "skew": {"type": "number", "description": "Seconds by which NetSuite is ahead of its clients."},
        },
        [],
    ),
    "Call": _object(
        {
            "method": _TEXT,
            "parameters": {"type": "object"},
            "body": {},
            "headers": {"type": "object"},
            **dict.fromkeys(("user", "role", "application", "token_name"), _TEXT),
        }
    ),
    "Fault": _object(
        {"kind": {"enum": list(KINDS)}, "on": _WHOLE, "times": _WHOLE, "script": _TEXT_OR_NULL, "seen": _WHOLE}
        | _OPTIONS,
        ["kind", "on", "times", "script", "seen"],
    ),
    "NewFault": {
        "oneOf": [
            _object(
                {"kind": {"const": kind}, "on": _COUNT, "times": _COUNT, "script": _TEXT_OR_NULL}
                | {name: _OPTIONS[name] for name in options},
                ["kind"],
            )
            for kind, options in KINDS.items()
        ]
    },
    "Refusal": _object({"id": _TEXT, "detail": _TEXT_OR_NULL, "code": _TEXT_OR_NULL, "cause": _TEXT, "cure": _TEXT}),
}
