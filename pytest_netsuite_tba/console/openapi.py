"""What an operation of the control API is, and the description of all of them in OpenAPI 3.1."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from .bodies import complaint_of
from .schemas import TEXT, WHOLE, components, ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pytest_netsuite_tba.server.server import NetSuiteServer

    from .schemas import Schema

_ERRORS = {
    "400": "Something is wrong with what was sent: message and JSON path say what; nothing was changed.",
    "401": "The token is missing or wrong.",
    "403": "A foreign Origin, site or Host, or another machine without a token.",
    "404": "There is no such thing; the message names the nearest.",
    "405": "No such operation here.",
    "415": "A write whose Content-Type is not application/json.",
    "503": "As many streams, or requests that wait, are there already as may be.",
}
# Of a part of a path that is no plain text: its schema, and the converter of its route (werkzeug's).
_PART_SCHEMAS: dict[str, Schema] = {"attempts/{attempt}": WHOLE | {"minimum": 1}, "roles/{name}": WHOLE}
_CONVERTERS = {"attempt": "int:", "name": "path:"}


class QueryParameter(NamedTuple):
    """A parameter of a query string; ``read`` makes of a value that fits what is asked of the server."""

    description: str
    schema: Schema
    read: Callable[[Any, NetSuiteServer], object] = lambda value, _: value

    def value_of(self, text: str, server: NetSuiteServer) -> object:
        """Read its text.

        Raises:
            ValueError: it is not valid; says what is.
        """
        value: object = text
        with suppress(ValueError):
            value = {"integer": int, "number": float}.get(self.schema.get("type", ""), str)(text)
        if complaint := complaint_of(value, self.schema):
            raise ValueError(complaint)
        return self.read(value, server)


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """A row of the table of operations.

    Attributes:
        method: GET, POST, PATCH or DELETE.
        path: below ``/__admin/``, with ``{name}`` for what varies.
        summary: what it does, or what it answers with.
        handler: takes a ``Context``; returns what JSON holds, a Response of its own, or None.
        answer: the schema of its answer, or the name of a component; None where that is empty.
        body: the same of what it is sent; None where that is nothing.
        query: the parameters of its query string, by name.
    """

    method: str
    path: str
    summary: str
    handler: Callable[..., Any]
    answer: Schema | str | None = None
    body: Schema | str | None = None
    query: Mapping[str, QueryParameter] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """HTTP status of its answer."""
        created = self.method == "POST" and self.path != "requests"  # which makes nothing that stays
        return 204 if self.answer is None else 201 if created else 200

    @property
    def route(self) -> str:
        """The path as werkzeug writes it."""
        return re.sub(r"{(\w+)}", lambda part: f"<{_CONVERTERS.get(part[1], '')}{part[1]}>", self.path)

    def described(self) -> Schema:
        """Describe it."""
        parts = [
            {"name": name, "in": "path", "required": True, "schema": _PART_SCHEMAS.get(f"{before}/{{{name}}}", TEXT)}
            for before, name in re.findall(r"([^/]*)/{(\w+)}", self.path)
        ]
        query = [
            {"name": name, "in": "query", "description": parameter.description, "schema": parameter.schema}
            for name, parameter in self.query.items()
        ]
        done: Schema = {"description": self.summary}
        if self.answer is not None:
            done["content"] = _content(self.answer)
        errors = {code: {"$ref": f"#/components/responses/{code}"} for code in _ERRORS}
        found: Schema = {"summary": self.summary, "responses": {str(self.status): done} | errors}
        if parts or query:
            found["parameters"] = parts + query
        if self.body is not None:
            found["requestBody"] = {"required": True, "content": _content(self.body)}
        return found


def _content(schema: Schema | str) -> Schema:
    """Describe a body: JSON, or server-sent events where it is a text."""
    media_type = "text/event-stream" if schema is TEXT else "application/json"
    return {media_type: {"schema": ref(schema) if isinstance(schema, str) else schema}}


def document(operations: Iterable[Operation], version: str) -> Schema:
    """Describe the control API; ``version`` is the package's."""
    paths: dict[str, Schema] = {}
    for operation in operations:
        paths.setdefault(f"/{operation.path}", {})[operation.method.lower()] = operation.described()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Control API of the fake NetSuite",
            "version": version,
            "description": "Read the Login Audit Trail of a running server, and change its accounts.",
        },
        "servers": [{"url": "/__admin"}],
        "security": [{}, {"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "responses": {code: {"description": text, "content": _content("Error")} for code, text in _ERRORS.items()},
            "schemas": components(),
        },
    }
