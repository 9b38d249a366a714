"""The metadata catalog: schemas made of the fields that an account's records have (Oracle chapter_1540810168)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .rest_records import RECORDS, no_such_type
from .rest_replies import document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .reply import Reply
    from .rest_call import RestCall

Schema = dict[str, Any]
CATALOG = f"{RECORDS}metadata-catalog"
SCHEMA = "application/schema+json"
OPENAPI = "application/swagger+json"
_LINK = "nsLink"
_LINK_AT = f"{CATALOG}/{_LINK}"
_DRAFT = "http://json-schema.org/draft-06/hyper-schema#"
_DEEPEST = 8  # of what lies in each other in a record
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})"
)
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")
_TITLES = {"id": "Internal ID", "externalId": "External ID", "refName": "Reference Name", "links": "Links"}
_REFERENCE = {"id", "refName", "externalId", "links"}
_TEXT: Schema = {"type": "string"}
# What every schema has, besides what its records have.
_ALWAYS = {"id": "", "externalId": "", "refName": ""}
_COUNTS = {
    "totalResults": ("Total Results", "integer"),
    "count": ("Count", "integer"),
    "hasMore": ("Has More Results", "boolean"),
    "offset": ("Query Offset", "integer"),
}


def catalog(call: RestCall) -> Reply:
    """List the types that there are records of; as OpenAPI where that is asked for, or some types are selected."""
    selected = call.parameters.get("select")
    if selected is None and OPENAPI not in call.request.header("accept").lower():
        return _list(call)
    names = [name.strip() for name in (selected or "").split(",") if name.strip()] or _types(call)
    unknown = next((name for name in names if not _has(call, name)), None)
    return _openapi(call, names) if unknown is None else _unknown(call, unknown)


def type_schema(call: RestCall, type: str) -> Reply:
    """Give the schema of one type: JSON Schema, or OpenAPI where that is asked for."""
    if type == _LINK:
        return document({**_link_schema(), "$schema": _DRAFT}, SCHEMA)
    if not _has(call, type):
        return _unknown(call, type)
    if OPENAPI in call.request.header("accept").lower():
        return _openapi(call, [type])
    schema = _record_schema(call, type, _LINK_AT)
    filterable = schema.pop("x-ns-filterable")
    return document({**schema, "$schema": _DRAFT, "x-ns-filterable": filterable}, SCHEMA)


def _list(call: RestCall) -> Reply:
    """The list as captured in 2026: names in lower case, four links of each."""
    here = f"{call.base}{CATALOG}/"
    kinds = (("canonical", SCHEMA), ("alternate", OPENAPI), ("alternate", SCHEMA))
    items = [
        {
            "name": name,
            "links": [
                *({"rel": rel, "href": here + quote(name), "mediaType": media_type} for rel, media_type in kinds),
                {"rel": "describes", "href": f"{call.base}{RECORDS}{quote(name)}", "mediaType": "application/json"},
            ],
        }
        for name in _types(call)
    ]
    links = [{"rel": "canonical", "href": here, "mediaType": "application/json"}]
    return document({"items": items, "links": links}, SCHEMA)


def _types(call: RestCall) -> list[str]:
    return [name.lower() for name in call.records]


def _has(call: RestCall, type: str) -> bool:
    return type.lower() in _types(call)


def _unknown(call: RestCall, type: str) -> Reply:
    """Nobody knows the fields of a type that has no records: it fails the test."""
    call.problem = f"There is no record of type {type[:80]!r} that a schema could be made of."
    call.unannounced = (
        f"The metadata catalog was asked for {type[:80]!r}, of which there is no record: netsuite.records.add() adds "
        "one, and its fields are the schema; or netsuite.expect_request() says the answer."
    )
    return no_such_type(call, type)


# -- JSON Schema -------------------------------------------------------------------------------------------------------


def _record_schema(call: RestCall, type: str, link: str) -> Schema:
    """The schema of a type; ``link`` is where that of a link is."""
    with call.account.lock:
        records = list(call.records[type].values())
    properties = _properties([_ALWAYS, *records], link, 0)
    properties["links"] = _links(link)
    filterable = [
        name for name, schema in properties.items() if name not in {"links", "refName"} and not _is_sublist(schema)
    ]
    return {"type": "object", "properties": properties, "x-ns-filterable": filterable}


def _properties(objects: Iterable[Mapping[str, Any]], link: str, depth: int) -> dict[str, Schema]:
    """The properties that some objects have, each by all the values that it has in them."""
    values: dict[str, list[Any]] = {}
    for fields in objects:
        for name, value in fields.items():
            values.setdefault(name, []).append(value)
    return {name: _property(name, found, link, depth) for name, found in values.items() if name != "links"}


def _property(name: str, values: list[Any], link: str, depth: int) -> Schema:
    schema = _of_values([value for value in values if value is not None], link, depth)
    if schema["type"] in {"object", "array"}:
        return schema
    nullable = {} if schema["type"] == "boolean" else {"nullable": True}
    custom = {"x-ns-custom-field": True} if name.lower().startswith("cust") and "_" in name else {}
    return {"title": _title(name), **schema, **nullable, **custom}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# What all values of a field are -> its schema; the first row that fits counts.
_SCALARS: tuple[tuple[Callable[[Any], object], Schema], ...] = (
    (lambda value: isinstance(value, bool), {"type": "boolean"}),
    (lambda value: isinstance(value, int) and _is_number(value), {"type": "integer", "format": "int64"}),
    (_is_number, {"type": "number", "format": "double"}),
    (lambda value: isinstance(value, str) and _DATE.fullmatch(value), {"type": "string", "format": "date"}),
    (lambda value: isinstance(value, str) and _DATE_TIME.fullmatch(value), {"type": "string", "format": "date-time"}),
)


def _of_values(values: list[Any], link: str, depth: int) -> Schema:
    """The narrowest schema that all the values fit; text where there is none."""
    if not values:
        return _TEXT
    if all(isinstance(value, dict) for value in values):
        return _object(values, link, depth + 1)
    if all(isinstance(value, list) for value in values):
        parts = [part for value in values for part in value] if depth < _DEEPEST else []
        return {"type": "array", "items": _of_values(parts, link, depth + 1)}
    return next((schema for fits, schema in _SCALARS if all(map(fits, values))), _TEXT)


def _object(values: Sequence[Mapping[str, Any]], link: str, depth: int) -> Schema:
    """A reference, a sublist or a subrecord."""
    if depth > _DEEPEST:
        return {"type": "object"}
    names = {name for value in values for name in value}
    if names <= _REFERENCE:
        texts = {"id": "Internal identifier", "refName": "Reference Name", "externalId": "External identifier"}
        return _schema_of({name: {"title": title, **_TEXT} for name, title in texts.items()}, link)
    if "items" not in names:
        return _schema_of(_properties(values, link, depth), link)
    lines = [line for value in values if isinstance(value.get("items"), list) for line in value["items"]]
    counts: dict[str, Schema] = {
        name: {"title": title, "type": type_, **({"format": "int64"} if type_ == "integer" else {}), "readOnly": True}
        for name, (title, type_) in _COUNTS.items()
    }
    return _schema_of({**counts, "items": {"type": "array", "items": _of_values(lines, link, depth)}}, link)


def _schema_of(properties: dict[str, Schema], link: str) -> Schema:
    return {"type": "object", "properties": {**properties, "links": _links(link)}}


def _links(link: str) -> Schema:
    return {"title": "Links", "type": "array", "readOnly": True, "items": {"type": "array", "$ref": link}}


def _link_schema() -> Schema:
    names = {"rel": "Relationship", "href": "Hypertext Reference"}
    properties = {name: {"title": title, **_TEXT, "readOnly": True} for name, title in names.items()}
    return {"type": "object", "properties": properties}


def _is_sublist(schema: Schema) -> bool:
    return schema["type"] == "array" or "items" in schema.get("properties", {})


def _title(name: str) -> str:
    """``companyName`` is ``Company Name``."""
    words = _TITLES.get(name) or " ".join(word for word in _WORD.split(name) if word)
    return words[:1].upper() + words[1:]


# -- OpenAPI 3.0 -------------------------------------------------------------------------------------------------------


def _openapi(call: RestCall, names: list[str]) -> Reply:
    """Paths and schemas of types, each spelt as it was asked for (Oracle section_1545126526)."""
    paths: Schema = {}
    schemas: Schema = {}
    for name in names:
        paths |= _paths(name)
        schemas[name] = _record_schema(call, name, _component(_LINK))
        schemas[f"{name}Collection"] = _collection_schema(name)
    schemas |= {_LINK: _link_schema(), "nsError": _error_schema()}
    return document(
        {
            "openapi": "3.0.1",
            "info": {"title": "NetSuite REST Record API", "version": "v1"},
            "servers": [{"url": f"{call.base}{RECORDS.rstrip('/')}"}],
            "paths": paths,
            "components": {"schemas": schemas},
        },
        OPENAPI,
    )


def _component(name: str) -> str:
    return f"#/components/schemas/{name}"


def _paths(name: str) -> Schema:
    """What can be done with the records of a type; ``q`` is NetSuite's, the fake does not filter by it."""
    paging = [
        _parameter("q", "query", "Search query used to filter results", _TEXT),
        _parameter("limit", "query", "Results on a page", {"type": "integer", "default": 1000}),
        _parameter("offset", "query", "First result of the page", {"type": "integer", "default": 0}),
    ]
    id_ = _parameter("id", "path", "Internal identifier", _TEXT) | {"required": True}
    external = _parameter("externalId", "path", "External identifier", _TEXT) | {"required": True}
    listed = _content("List of records.", f"{name}Collection", "collection")
    read, done = _content("Get record.", name, "singular"), {"description": "No content."}
    return {
        f"/{name}": {
            "get": _operation(name, "Get list of records.", {"200": listed}, paging),
            "post": _operation(name, "Insert record.", {"204": done}, [], name),
        },
        f"/{name}/{{id}}": {
            "get": _operation(name, "Get record.", {"200": read}, [id_]),
            "patch": _operation(name, "Update record.", {"204": done}, [id_], name),
            "delete": _operation(name, "Remove record.", {"204": done}, [id_]),
        },
        f"/{name}/eid:{{externalId}}": {
            "put": _operation(name, "Insert or update record.", {"204": done}, [external], name),
        },
    }


def _parameter(name: str, place: str, description: str, schema: Schema) -> Schema:
    return {"name": name, "in": place, "description": description, "schema": schema}


def _operation(
    name: str, summary: str, responses: Schema, parameters: list[Schema], taken: str | None = None
) -> Schema:
    media_type = "application/vnd.oracle.resource+json; type=singular"
    body = {"content": {media_type: {"schema": {"$ref": _component(taken)}}}} if taken else None
    return {
        "tags": [name],
        "summary": summary,
        "parameters": parameters,
        **({"requestBody": body} if body else {}),
        "responses": responses | {"default": _content("Error response.", "nsError", "error")},
    }


def _content(description: str, schema: str, kind: str) -> Schema:
    media_type = f"application/vnd.oracle.resource+json; type={kind}"
    return {"description": description, "content": {media_type: {"schema": {"$ref": _component(schema)}}}}


def _collection_schema(name: str) -> Schema:
    schema = _object([{"items": []}], _component(_LINK), 0)
    schema["properties"]["items"] = {"type": "array", "items": {"$ref": _component(name)}}
    return schema


def _error_schema() -> Schema:
    details = {"type": "object", "properties": {"detail": _TEXT, "o:errorCode": _TEXT}}
    properties = {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer", "format": "int64"},
        "o:errorDetails": {"type": "array", "items": details},
    }
    return {"type": "object", "properties": properties}
