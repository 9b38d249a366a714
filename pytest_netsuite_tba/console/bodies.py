"""The JSON that a request to the console holds, and what is wrong with it: a 400 that names the JSON path."""

from __future__ import annotations

import json
import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_netsuite_tba.account.fields import RecordError, nearest
from pytest_netsuite_tba.account.seed import SeedError

from .answers import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug import Request

    from .schemas import Schema

MOST_BYTES = 16 * 1024 * 1024  # a RESTlet's canned answer may have 10 MB
BODY = "$"  # how a JSON path calls the body as a whole (RFC 9535)
# Type of JSON Schema -> Python's, and what it is called.
_TYPES: dict[str, tuple[tuple[type, ...], str]] = {
    "boolean": ((bool,), "true or false"),
    "integer": ((int,), "a whole number"),
    "null": ((type(None),), "null"),
    "number": ((int, float), "a number"),
    "string": ((str,), "a text"),
}
_MISSING = object()


class _NoNumberError(ValueError):
    """A number that JSON has not."""


def body_of(request: Request) -> object:
    """Read the body; an empty one is an empty object.

    Raises:
        ApiError: it is not JSON (RFC 8259): no NaN, no infinity, UTF-8, no lone surrogate; or it is too long.
    """
    raw = request.get_data()
    if len(raw) > MOST_BYTES:
        raise ApiError(413, f"the body has {len(raw)} bytes; {MOST_BYTES} are the most", path=BODY)
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_no_number, parse_float=_finite) if raw.strip() else {}
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone surrogate stands for no character
    except RecursionError:
        raise ApiError(400, "the body is nested too deeply", path=BODY) from None
    except ValueError as error:
        raise ApiError(400, f"the body is not JSON: {_complaint(error)}", path=BODY) from None
    return value


def _complaint(error: ValueError) -> str:
    """What is wrong with a text that should be JSON, in words of no library."""
    if isinstance(error, json.JSONDecodeError):
        return f"see line {error.lineno}, column {error.colno}"
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8, see byte {error.start}"
    if isinstance(error, UnicodeEncodeError):
        return "it has half a surrogate pair, which stands for no character"
    return str(error) if isinstance(error, _NoNumberError) else "a number has too many digits"


def _no_number(text: str) -> float:
    raise _NoNumberError(f"{text} is no JSON number")


def _finite(text: str) -> float:
    if math.isinf(number := float(text)):
        raise _NoNumberError(f"{text[:40]} is too large a number")
    return number


def check_object(table: object, schema: Schema) -> dict[str, Any]:
    """Return an object whose keys and plain values are those that the schema describes.

    Raises:
        ApiError: one does not fit.
    """
    properties = schema["properties"]
    if not isinstance(table, dict):
        raise ApiError(400, f"expected an object of {', '.join(properties) or 'nothing'}", path=BODY)
    for key in schema["required"]:
        if key not in table:
            raise ApiError(400, f"missing; {complaint_of(_MISSING, properties[key])}", path=f"{BODY}.{key}")
    for key, value in table.items():
        if key not in properties:
            raise ApiError(400, f"unknown key; {nearest(key, properties)}", path=f"{BODY}.{key}")
        if complaint := complaint_of(value, properties[key]):
            raise ApiError(400, f"{value!r} is not valid; {complaint}", path=f"{BODY}.{key}")
    return table


def complaint_of(value: object, schema: Schema) -> str:
    """Say what is valid; nothing where the value is."""
    if valid := schema.get("enum"):
        return "" if value in valid else nearest(value, valid)
    names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    least, most = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    types = [kind for name in names for kind in _TYPES[name][0]]
    if type(value) in types and (not isinstance(value, int | float) or least <= value <= most):
        return ""
    words = " or ".join(_TYPES[name][1] for name in names if name != "null")
    return (
        f"expected {words}"
        + (f" from {least}" if least > -math.inf else "")
        + (f" to {most}" if most < math.inf else "")
    )


@contextmanager
def complaints_as_errors() -> Iterator[None]:
    """Turn a record's complaint about what was sent into a 400 that names the JSON path."""
    try:
        yield
    except SeedError as error:
        key = error.key
        raise ApiError(400, error.message, path=f"{BODY}{'.' if key and key[0] != '[' else ''}{key}") from None
    except RecordError as error:
        field = error.where.rpartition(".")[2] if "." in error.where else ""
        raise ApiError(400, str(error), path=f"{BODY}.{field}" if field else BODY) from None
