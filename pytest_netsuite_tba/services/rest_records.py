"""Business records by REST web services (Oracle chapter_1540810168)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from pytest_netsuite_tba.account.fields import RecordError

from .reply import Reply
from .rest_replies import ROOT, error, no_content, resource, self_link

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_netsuite_tba.account.web_services import Fields

    from .rest_call import RestCall

RECORDS = f"{ROOT}record/v1/"
# Types that have no records by REST: captured in 2026 (docs/rules.md 9). What else an account has, nobody can tell.
_NO_TYPES = frozenset({"file"})


def collection(call: RestCall, type: str) -> Reply:
    """List the records of a type, or create one."""
    if _is_no_type(type):
        return no_such_type(call, type)
    if call.request.method != "GET":
        fields = call.body()
        with call.account.lock:
            return _change(call, fields, lambda fields: _create(call, type, fields))
    with call.account.lock:
        ids = sorted(call.records[type], key=int)
    return call.page(ids, lambda id_: {"links": [self_link(href(call, type, id_))], "id": id_})


def instance(call: RestCall, type: str, id: str) -> Reply:
    """Read, change, upsert or delete one record."""
    if _is_no_type(type):
        return no_such_type(call, type)
    method, id_ = call.request.method, unquote(id)
    sent = call.body() if method in {"PUT", "PATCH"} else {}
    with call.account.lock:
        record = call.records.find(type, id_)
        if method == "PUT":
            return _change(call, sent, lambda fields: _upsert(call, type, id_[len("eid:") :], record, fields))
        if record is None:
            call.problem = f"There is no {type} {id_[:80]}."
            return error("NONEXISTENT_ID")
        if method == "GET":
            query = f"?{call.request.query}" if call.request.query else ""
            return resource("singular", {"links": [self_link(href(call, type, record["id"]) + query)], **record})
        if method == "DELETE":
            call.records.remove(type, record["id"])
            return no_content()
        return _change(call, sent, lambda fields: _patch(call, type, record["id"], fields))


def href(call: RestCall, type: str, id: str) -> str:
    """The URL of a record."""
    return f"{call.base}{RECORDS}{type}/{id}"


def no_such_type(call: RestCall, type: str) -> Reply:
    """Answer that there is no such type of record."""
    call.problem = call.problem or f"REST web services have no records of type {type[:80]!r}."
    return error("NONEXISTENT_TYPE", type, where={"o:errorUrl": call.request.path})


def _is_no_type(type: str) -> bool:
    return type.lower() in _NO_TYPES


def _change(call: RestCall, fields: Fields | Reply, change: Callable[[Fields], Reply]) -> Reply:
    """Change the store by what the body had, or not at all where that is the error that it made."""
    if isinstance(fields, Reply):
        return fields
    try:
        reply: Reply = change(fields)
    except RecordError as wrong:
        call.problem = f"{wrong}."
        return error("USER_ERROR", "This record already exists.")
    return reply


def _create(call: RestCall, type: str, fields: Fields) -> Reply:
    return no_content(href(call, type, call.records.add(type, fields)["id"]))


def _patch(call: RestCall, type: str, id: str, fields: Fields) -> Reply:
    call.records.change(type, id, fields)
    return no_content(href(call, type, id))


def _upsert(call: RestCall, type: str, external: str, record: Fields | None, fields: Fields) -> Reply:
    fields = {**fields, "externalId": external}
    return _create(call, type, fields) if record is None else _patch(call, type, record["id"], fields)
