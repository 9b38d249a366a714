"""The JSON that a request to the console holds, and what is wrong with it: a 400 that names the JSON path."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_netsuite_tba.account.fields import RecordError, expectation, fitted, nearest
from pytest_netsuite_tba.account.seed import SeedError

from .answers import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug import Request

MOST_BYTES = 16 * 1024 * 1024  # a RESTlet's canned answer may have 10 MB
BODY = "$"  # how a JSON path calls the body as a whole (RFC 9535)


def body_of(request: Request) -> Any:  # noqa: ANN401  (whatever JSON holds)
    """Read the body; an empty one is an empty object.

    Raises:
        ApiError: it is not JSON (RFC 8259): no NaN, no infinity, UTF-8; or it is too long.

    """
    raw = request.get_data()
    if len(raw) > MOST_BYTES:
        raise ApiError(413, f"the body has {len(raw)} bytes; {MOST_BYTES} are the most", path=BODY)
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_no_number, parse_float=_finite) if raw.strip() else {}
    except RecursionError:
        raise ApiError(400, "the body is nested too deeply", path=BODY) from None
    except ValueError as error:  # JSONDecodeError, UnicodeDecodeError, or a number of too many digits
        raise ApiError(400, f"the body is not JSON: {error}", path=BODY) from None


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON number")


def _finite(text: str) -> float:
    if (number := float(text)) in {float("inf"), float("-inf")}:
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def fit(table: Any, hints: dict[str, Any], *, required: tuple[str, ...] = (), others: bool = False) -> None:  # noqa: ANN401
    """Check an object's keys and the types of their values; ``others`` lets other keys pass.

    Raises:
        ApiError: one does not fit.

    """
    if not isinstance(table, dict):
        raise ApiError(400, f"expected an object of {', '.join(hints) or 'nothing'}", path=BODY)
    for key in required:
        if key not in table:
            raise ApiError(400, f"missing; expected {expectation(hints[key])}", path=f"{BODY}.{key}")
    for key, value in table.items():
        if key not in hints:
            if others:
                continue
            raise ApiError(400, f"unknown key; {nearest(key, hints)}", path=f"{BODY}.{key}")
        try:
            fitted(value, hints[key], key)
        except RecordError as error:
            raise ApiError(400, f"{value!r} is not valid; {error.hint}", path=f"{BODY}.{key}") from None


@contextmanager
def reading() -> Iterator[None]:
    """Turn a record's complaint about what was sent into a 400 that names the JSON path."""
    try:
        yield
    except SeedError as error:
        key = error.key
        raise ApiError(400, error.message, path=f"{BODY}{'.' if key and key[0] != '[' else ''}{key}") from None
    except RecordError as error:
        field = error.where.rpartition(".")[2] if "." in error.where else ""
        raise ApiError(400, str(error), path=f"{BODY}.{field}" if field else BODY) from None
