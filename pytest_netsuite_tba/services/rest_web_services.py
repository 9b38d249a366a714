"""REST web services: records of any type and SuiteQL, with its own error envelope (docs/rules.md 3.3, 3.4, 9)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, unquote

from pytest_netsuite_tba.account.fields import RecordError
from pytest_netsuite_tba.login import checks

from . import service
from .bodies import JSON, BadBodyError, dump_json, read_body
from .reply import UNAUTHORIZED, Reply, error_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.account.web_services import Fields
    from pytest_netsuite_tba.login.login import Login
    from pytest_netsuite_tba.login.refusal import Refusal
    from pytest_netsuite_tba.login.request import SignedRequest

    from .service import Exchange

R = TypeVar("R")
ROOT = "/services/rest/"
RECORDS = f"{ROOT}record/v1/"
CATALOG = f"{RECORDS}metadata-catalog"
SUITEQL = f"{ROOT}query/v1/suiteql"
MOST_ROWS = 1_000  # a page (Oracle section_156414087576)
_MEDIA_TYPE = "application/vnd.oracle.resource+json"
# What `type` names of a status: RFC 9110's section of it; 429 is RFC 6585's.
_SECTIONS = {400: "15.5.1", 401: "15.5.2", 404: "15.5.5", 405: "15.5.6", 415: "15.5.16", 500: "15.6.1"}
_TOO_MANY = "https://www.rfc-editor.org/rfc/rfc6585.html#section-4"

# code -> (status, detail). NetSuite's codes (Oracle section_156570709583); where no detail of NetSuite's is known, ours.
ERRORS: dict[str, tuple[int, str]] = {
    "NONEXISTENT_ID": (404, "Record does not exist."),
    "INVALID_CONTENT": (400, "Invalid content in the request body: {0}."),
    "INVALID_PARAMETER": (400, "Invalid value of the query parameter {0}: {1}."),
    "INVALID_HEADER": (400, "Invalid value of the header {0}: {1}."),
    "INVALID_QUERY": (400, "Invalid search query."),
    "USER_ERROR": (400, "{0}"),
    "INVALID_METHOD": (405, "The method {0} is not supported here."),
    "UNSUPPORTED_MEDIA_TYPE": (415, "The content type {0} is not supported."),
    "UNEXPECTED_ERROR": (500, "An unexpected error occurred. Error ID: {0}"),
}


def error(code: str, *facts: str, where: dict[str, str] | None = None) -> Reply:
    """Answer with one of :data:`ERRORS`; ``where`` adds ``o:errorHeader`` or ``o:errorQueryParam``."""
    status, detail = ERRORS[code]
    code = "INVALID_PARAMETER" if code == "INVALID_QUERY" else code
    return envelope(status, code, detail.format(*facts), where or {})


def envelope(status: int, code: str, detail: str, where: dict[str, str]) -> Reply:
    """Write the error envelope."""
    section = _SECTIONS.get(status)
    body = {
        "type": f"https://www.rfc-editor.org/rfc/rfc9110.html#section-{section}" if section else _TOO_MANY,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "o:errorDetails": [{"detail": detail, **where, "o:errorCode": code}],
    }
    return _write(status, "error", body, code)


def _write(status: int, kind: str, value: object, code: str | None = None) -> Reply:
    content_type = f"{_MEDIA_TYPE}; type={kind}; charset=UTF-8"
    return Reply.of(dump_json(value).encode(), content_type, status=status, code=code)


def _no_content(location: str = "") -> Reply:
    return Reply(status=204, headers=[("Location", location)] if location else [])


def refuse(exchange: Exchange, refusal: Refusal) -> Reply:
    """Render a refusal. On a 401 the WWW-Authenticate constant, which tells no cause."""
    status = refusal.status or UNAUTHORIZED
    if refusal.code is None:
        return Reply.of(b"", status=status)
    reply = envelope(status, refusal.code, refusal.message, {})
    if status == UNAUTHORIZED:
        reply.headers += exchange.challenge().items()
    return reply


def answer(exchange: Exchange, login: Login) -> Reply | None:
    """Answer from the account's records, unless the test said an answer of its own."""
    if exchange.beside.is_expected():
        return None
    call = RestCall(exchange.request, login.account)
    reply = call.answer()
    exchange.note = call.problem
    if call.unannounced is not None:
        exchange.failures.append(exchange.gate.hide().text(call.unannounced))
    if call.failure is not None:
        exchange.failures.append(call.failure)
    return reply


class RestCall:
    """One call that was let in.

    Attributes:
        problem: what a reader of the report should know of the answer, or None.
        unannounced: what the test left out, or None.
        failure: an exception of the test's own code, or None.
    """

    def __init__(self, request: SignedRequest, account: Account) -> None:
        self.request = request
        self.account = account
        self.records = account.web_services
        self.base = f"{request.scheme}://{request.host}"
        self.parameters = dict(request.query_parameters)
        self.problem: str | None = None
        self.unannounced: str | None = None
        self.failure: Exception | None = None

    def answer(self) -> Reply:
        """Answer the call."""
        path = self.request.path
        if path.rstrip("/") == CATALOG:
            return self._refuse_unless("GET") or self._catalog()
        if path == SUITEQL:
            return self._refuse_unless("POST") or self._suiteql()
        kind, slash, id_ = path.removeprefix(RECORDS).partition("/")
        if not path.startswith(RECORDS) or "/" in id_ or not kind.isidentifier() or not kind.isascii():
            return self._no_such_path(path)
        with self.account.lock:
            return self._record(kind, unquote(id_)) if id_ else self._collection(kind, slash)

    def _no_such_path(self, path: str) -> Reply:
        """Nothing of ours is at this path, and no expectation answered it."""
        self.problem = "Nothing answers this path."
        self.unannounced = (
            f"REST web services were asked for {self.request.method[:20]} {path[:200]}, which nothing answers: "
            "netsuite.expect_request() says its answer."
        )
        return error("NONEXISTENT_ID")

    # -- records -----------------------------------------------------------------------------------------------

    def _collection(self, kind: str, _: str) -> Reply:
        if self.request.method == "GET":
            if "q" in self.parameters:
                self.unannounced = (
                    f"A list of {kind} was asked for with q={self.parameters['q'][:80]!r}; the store filters nothing: "
                    "answer it with netsuite.expect_request()."
                )
                return error("INVALID_PARAMETER", "q", "not faked", where={"o:errorQueryParam": "q"})
            ids = sorted(self.records[kind], key=int)
            return self._page(f"{RECORDS}{kind}", ids, lambda id_: {"links": self._self(kind, id_), "id": id_})
        if self.request.method != "POST":
            return self._refuse_unless("GET", "POST") or _no_content()
        return self._change(lambda fields: self._create(kind, fields))

    def _record(self, kind: str, id_: str) -> Reply:
        method = self.request.method
        by_external_id = id_[:4].lower() == "eid:"
        allowed = ("GET", "PATCH", "DELETE", "PUT") if by_external_id else ("GET", "PATCH", "DELETE")
        refused = self._refuse_unless(*allowed)
        if refused is not None:
            return refused
        record = self.records.find(kind, id_)
        if method == "PUT":
            return self._change(lambda fields: self._upsert(kind, id_[4:], record, fields))
        if record is None:
            self.problem = f"There is no {kind} {id_[:80]}."
            return error("NONEXISTENT_ID")
        if method == "GET":
            return _write(200, "singular", {"links": self._self(kind, record["id"]), **record})
        if method == "DELETE":
            self.records.remove(kind, record["id"])
            return _no_content()
        return self._change(lambda fields: self._patch(kind, record["id"], fields))

    def _change(self, change: Callable[[Fields], Reply]) -> Reply:
        """Read the body, and change the store by it, or not at all."""
        fields = self._body()
        if isinstance(fields, Reply):
            return fields
        try:
            reply: Reply = change(fields)
        except RecordError as wrong:
            self.problem = f"{wrong}."
            return error("USER_ERROR", "This record already exists.")
        return reply

    def _create(self, kind: str, fields: Fields) -> Reply:
        return _no_content(self._href(kind, self.records.add(kind, fields)["id"]))

    def _patch(self, kind: str, id_: str, fields: Fields) -> Reply:
        self.records.change(kind, id_, fields)
        return _no_content(self._href(kind, id_))

    def _upsert(self, kind: str, external: str, record: Fields | None, fields: Fields) -> Reply:
        fields = {**fields, "externalId": external}
        return self._create(kind, fields) if record is None else self._patch(kind, record["id"], fields)

    def _href(self, kind: str, id_: str) -> str:
        return f"{self.base}{RECORDS}{kind}/{id_}"

    def _self(self, kind: str, id_: str) -> list[dict[str, str]]:
        return [{"rel": "self", "href": self._href(kind, id_)}]

    def _catalog(self) -> Reply:
        """List the types that there are records of; no schema is known of any."""
        here = f"{self.base}{CATALOG}"
        items = [
            {"name": name, "links": [{"rel": "canonical", "href": f"{here}/{quote(name)}"}]} for name in self.records
        ]
        return _write(200, "collection", {"links": [{"rel": "self", "href": here}], "items": items})

    # -- SuiteQL -----------------------------------------------------------------------------------------------

    def _suiteql(self) -> Reply:
        preferred = [value.strip().lower() for value in self.request.header("prefer").split(",")]
        if "transient" not in preferred:
            self.problem = "SuiteQL needs the header 'Prefer: transient'."
            return error("INVALID_HEADER", "Prefer", "it must be transient", where={"o:errorHeader": "Prefer"})
        body = self._body()
        if isinstance(body, Reply):
            return body
        query = body.get("q")
        if not isinstance(query, str) or not query.strip():
            self.problem = "The body has no query: {'q': 'SELECT ...'}."
            return error("INVALID_CONTENT", "q must be a text")
        try:
            rows = self.records.rows_of(query)
        except Exception as raised:  # noqa: BLE001  (whatever the test's own function raises: reported, never lost)
            self.problem = f"The answer to the query raised {type(raised).__name__}: {raised}"
            self.failure = raised
            return error("UNEXPECTED_ERROR", error_id())
        if rows is None:
            self.problem = "Nothing answers this SuiteQL query."
            self.unannounced = (
                f"SuiteQL asked {query[:200]!r}, which nothing answers: netsuite.suiteql() says its rows."
            )
            return error("INVALID_QUERY")
        return self._page(SUITEQL, rows, lambda row: {"links": [], **row})

    # -- both --------------------------------------------------------------------------------------------------

    def _page(self, path: str, rows: Sequence[R], shown: Callable[[R], Fields]) -> Reply:
        """The page that ``limit`` and ``offset`` ask for, with its links."""
        numbers = {}
        for name, default, least, most in (("limit", MOST_ROWS, 1, MOST_ROWS), ("offset", 0, 0, None)):
            text = self.parameters.get(name, str(default))
            number = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1  # noqa: PLR2004
            if number < least or (most is not None and number > most):
                valid = f"a whole number from {least}" + ("" if most is None else f" to {most}")
                return error("INVALID_PARAMETER", name, f"expected {valid}", where={"o:errorQueryParam": name})
            numbers[name] = number
        limit, offset = numbers["limit"], numbers["offset"]
        if offset % limit:
            where = {"o:errorQueryParam": "offset"}
            return error("INVALID_PARAMETER", "offset", "it must be divisible by limit", where=where)
        total = len(rows)
        page = rows[offset : offset + limit]
        last = max(0, (total - 1) // limit * limit)
        has_more = offset + limit < total
        links = {"first": 0, "previous": max(0, offset - limit)} if offset else {}
        links |= {"next": offset + limit, "last": last} if has_more else {}
        return _write(
            200,
            "collection",
            {
                "links": [
                    {"rel": rel, "href": f"{self.base}{path}?limit={limit}&offset={at}"}
                    for rel, at in (links | {"self": offset}).items()
                ],
                "count": len(page),
                "hasMore": has_more,
                "items": [shown(row) for row in page],
                "offset": offset,
                "totalResults": total,
            },
        )

    def _body(self) -> Fields | Reply:
        """Read a JSON object, or give the error that says why it is none."""
        media_type = self.request.media_type.lower()
        if media_type not in {JSON, _MEDIA_TYPE}:
            self.problem = f"Content-Type is {media_type[:80]!r}; REST web services take {JSON}."
            return error("UNSUPPORTED_MEDIA_TYPE", media_type[:80] or "of a body without Content-Type")
        try:
            value = read_body(JSON, self.request.body)
        except BadBodyError as bad:
            self.problem = f"{bad}."
            return error("INVALID_CONTENT", str(bad))
        if not isinstance(value, dict):
            self.problem = "The body is no JSON object."
            return error("INVALID_CONTENT", "a JSON object is expected")
        return value

    def _refuse_unless(self, *methods: str) -> Reply | None:
        if self.request.method in methods:
            return None
        self.problem = f"{self.request.method[:20]} is not supported here; valid: {', '.join(methods)}."
        reply = error("INVALID_METHOD", self.request.method[:20])
        reply.headers.append(("Allow", ", ".join(methods)))
        return reply


SERVICE = service.Service(
    name="rest", channel="rest", domains=("suitetalk.api",), paths=(ROOT,), checks=checks.REST, refuse=refuse,
    answer=answer,
)  # fmt: skip
