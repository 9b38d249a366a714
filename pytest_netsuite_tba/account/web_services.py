"""What web services find in an account: business records of any type, answers to SuiteQL and to SOAP operations."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from .fields import Record, RecordError, setting
from .jobs import Jobs

Fields = dict[str, Any]
# Rows, or a function of the query's text that gives them.
Rows = list[Fields] | Callable[[str], list[Fields]]
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# What may stand at the beginning of a document alone (XML 1.0 section 2.8), and a byte order mark before it.
_DECLARATION = re.compile(r"\ufeff?\s*(?:<\?xml\s[^>]*\?>\s*)?")
_DOCTYPE = "<!DOCTYPE"
_QUOTED_OR_NOT = re.compile(r"""('[^']*'?|"[^"]*"?)|[^'"]+""")


class SoapFault(Exception):  # noqa: N818  (SOAP's own word for it)
    """A fault of SOAP web services, by name: give it to ``netsuite.soap()``, or raise it in its function.

    It is sent as NetSuite sends faults: status 500, ``soapenv:Server.userException``, and in its detail the fault that
    carries the code, ``exceededConcurrentRequestLimitFault`` for ``WS_REQUEST_BLOCKED`` (docs/rules.md 8).

    Attributes:
        code: of NetSuite's ``FaultCodeType``, ``INSUFFICIENT_PERMISSION``.
        message: the text, in ``faultstring`` and in the detail.

    Raises:
        RecordError: one of the two is no text, or the code is empty.
    """

    def __init__(self, code: str, message: str = "") -> None:
        for name, value in (("code", code), ("message", message)):
            if not isinstance(value, str):
                raise RecordError(f"SoapFault.{name}", value, "a text")
        if not code:
            raise RecordError("SoapFault.code", code, "an error code, as 'WS_REQUEST_BLOCKED'")
        super().__init__(code, message)  # of these a copy is made
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


# What a SOAP operation answers, XML or a fault, or a function of the request's XML that gives it.
SoapAnswer = str | SoapFault | Callable[[str], str | SoapFault]


@dataclass(slots=True, kw_only=True)
class BusinessRecord(Record):
    """A record of ``account.toml``."""

    type: str = setting("Type: `customer`, `salesOrder`, `customrecord_...`.")
    id: int | None = setting("Internal id; the next free one when omitted.", default=None)
    fields: Any = setting("Its fields, a table; `externalId` may be among them.", factory=dict)


@dataclass(slots=True, kw_only=True)
class QueryAnswer(Record):
    """An answer to SuiteQL of ``account.toml``."""

    query: str = setting("The query's text; outside quotes case does not count, and any white space is one space.")
    rows: list[Any] = setting("What it gives: a list of tables.", factory=list)


@dataclass(slots=True, kw_only=True)
class OperationFault(Record):
    """A fault that a SOAP operation of ``account.toml`` answers."""

    code: str = setting("The error code: `WS_REQUEST_BLOCKED`.")
    message: str = setting("Its message.", default="")


@dataclass(slots=True, kw_only=True)
class OperationAnswer(Record):
    """An answer to a SOAP operation of ``account.toml``: exactly one of ``xml`` and ``fault``."""

    operation: str = setting("Its name: `get`.")
    xml: str | None = setting("The element inside the answer's Body.", default=None)
    fault: OperationFault | None = setting("A fault to answer with, in place of `xml`.", default=None)

    def __post_init__(self) -> None:
        if (self.xml is None) is (self.fault is None):
            raise RecordError("an answer to a SOAP operation", self.operation, "exactly one of xml and fault")

    @property
    def answer(self) -> SoapAnswer:
        """What the operation answers."""
        return SoapFault(self.fault.code, self.fault.message) if self.fault is not None else self.xml or ""


@dataclass(slots=True, kw_only=True)
class WebServices(Record):
    """What ``account.toml`` says of them."""

    records: list[BusinessRecord] = setting("Business records.", factory=list)
    suiteql: list[QueryAnswer] = setting("Answers to SuiteQL.", factory=list)
    soap: list[OperationAnswer] = setting("Answers to SOAP operations.", factory=list)


class WebServicesContent(Mapping[str, Mapping[str, Fields]]):
    """Records by type, then by internal id, a text of digits; types have no case. There are no schemas.

    A record is a dict of what its owner put in: JSON values, ``externalId`` among them where it has one. Its
    internal id is its key, and in ``id``.
    """

    def __init__(self) -> None:
        self._types: dict[str, dict[str, Fields]] = {}
        self._names: dict[str, str] = {}
        self._suiteql: list[tuple[str | re.Pattern[str], str, Rows]] = []  # as said, as compared, its rows
        self._last_id = 0
        self.operations: dict[str, SoapAnswer] = {}  # of SOAP, by name
        self.jobs = Jobs()  # of REST, answered later

    def add(self, type: str, fields: Mapping[str, Any] | None = None, *, id: int | str | None = None) -> Fields:
        """Add a record of ``type`` (``customer``, ``salesOrder``, ``customrecord_...``); gives it with its ``id``.

        Raises:
            RecordError: the type or the id is none, the id or the external id is taken, or JSON cannot hold a field.
        """
        if not _TYPE.fullmatch(type):
            raise RecordError("record type", type, "letters, digits and underscores, as 'salesOrder'")
        record = _json_object(fields or {}, type)
        number = str(self._last_id + 1 if id is None else id)
        if not (number.isascii() and number.isdigit()):
            raise RecordError(f"id of a {type}", id, "digits")
        records = self._types.get(type.lower(), {})
        if number in records:
            raise RecordError(f"id of a {type}", id, "an id that no other has")
        self._check_external_id(type, record, None)
        self._names.setdefault(type.lower(), type)
        record["id"] = number
        self._types.setdefault(type.lower(), records)[number] = record
        self._last_id = max(self._last_id, int(number))
        return record

    def change(self, type: str, id: str, fields: Mapping[str, Any]) -> None:
        """Set fields of a record, all of them or none; its ``id`` stays.

        Raises:
            KeyError: there is no such record.
            RecordError: the external id is taken, or JSON cannot hold a field.
        """
        record = self._types[type.lower()][id]
        changed = _json_object(fields, type) | {"id": id}
        self._check_external_id(type, changed, record)
        record.update(changed)

    def remove(self, type: str, id: str) -> None:
        """Remove a record.

        Raises:
            KeyError: there is none.
        """
        del self._types[type.lower()][id]

    def find(self, type: str, id: str) -> Fields | None:
        """Find the record of that internal id, or of that external id, written ``eid:...``; None if there is none."""
        records = self._types.get(type.lower(), {})
        if id[:4].lower() != "eid:":
            return records.get(id)
        return next((record for record in records.values() if record.get("externalId") == id[4:]), None)

    def answer_suiteql(self, query: str | re.Pattern[str], rows: Rows) -> None:
        """Answer a SuiteQL query; see :meth:`pytest_netsuite_tba.NetSuiteServer.suiteql`."""
        if not callable(rows):
            for row in rows:
                _json_object(row, "row of a SuiteQL answer")
        # A list of its own: a request may be looking through the present one.
        self._suiteql = [(query, _fold(query) if isinstance(query, str) else "", rows), *self._suiteql]

    def answer_soap(self, operation: str, answer: SoapAnswer) -> None:
        """Answer a SOAP operation; see :meth:`pytest_netsuite_tba.NetSuiteServer.soap`."""
        self.operations[operation] = (
            answer if callable(answer) or isinstance(answer, SoapFault) else xml_element(answer)
        )

    def rows_of(self, query: str) -> list[Fields] | None:
        """Look up the rows of a SuiteQL query; None where nobody said any."""
        asked = _fold(query)
        for wanted, folded, rows in self._suiteql:
            if folded == asked if isinstance(wanted, str) else wanted.search(query):
                if not callable(rows):
                    return rows
                given: Any = rows(query)
                if not (isinstance(given, list) and all(isinstance(row, dict) for row in given)):
                    raise RecordError("what the function gives", given, "a list of dicts")
                return given
        return None

    def as_seed(self) -> WebServices:
        """Write what it holds as ``account.toml`` would; answers by functions and patterns are left out."""
        return WebServices(
            records=[
                BusinessRecord(type=name, id=int(id), fields={key: record[key] for key in record if key != "id"})
                for name in self
                for id, record in list(self[name].items())
            ],
            suiteql=[
                QueryAnswer(query=query, rows=rows)
                for query, _, rows in reversed(self._suiteql)
                if isinstance(query, str) and isinstance(rows, list)
            ],
            soap=[
                OperationAnswer(operation=name, fault=OperationFault(code=answer.code, message=answer.message))
                if isinstance(answer, SoapFault)
                else OperationAnswer(operation=name, xml=answer)
                for name, answer in self.operations.items()
                if isinstance(answer, str | SoapFault)
            ],
        )

    def _check_external_id(self, type: str, record: Fields, own: Fields | None) -> None:
        external = record.get("externalId")
        if external is not None:
            other = self.find(type, f"eid:{external}")
            if other is not None and other is not own:
                raise RecordError(f"externalId of a {type}", external, "one that no other has")

    def __getitem__(self, type: str) -> Mapping[str, Fields]:
        return self._types.get(type.lower(), {})

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._names.values()))

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"<WebServicesContent {', '.join(f'{len(self[name])} {name}' for name in self) or 'empty'}>"


def _json_object(value: object, where: str) -> Fields:
    """Copy a dict that JSON can hold."""
    if not isinstance(value, Mapping):
        raise RecordError(where, value, "a dict of JSON values")
    try:
        copied: Fields = json.loads(json.dumps(dict(value), allow_nan=False))
    except RecursionError:
        raise RecordError(where, "a value", "one that does not lie in itself, nor nested too deep for JSON") from None
    except (TypeError, ValueError) as error:
        raise RecordError(where, value, f"values that JSON can hold ({error})") from None
    return copied


def _fold(query: str) -> str:
    """Write a query as it is compared: what is quoted as it is, the rest in lower case with single spaces."""
    return _QUOTED_OR_NOT.sub(lambda found: found[1] or re.sub(r"\s+", " ", found[0].lower()), query.strip())


def xml_element(text: object) -> str:
    """Check the text of one XML element; gives it as it can stand in the Body: without the XML declaration.

    Raises:
        RecordError: it is none, or has a DTD, or is a whole envelope.
    """
    wanted = "the text of one XML element"
    if not isinstance(text, str):
        raise RecordError("SOAP answer", text, wanted)
    names: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")  # it is the test's own text, no stranger's
    parser.StartElementHandler = lambda name, _: names.append(name) if not names else None
    parser.StartDoctypeDeclHandler = lambda *_: names.append(_DOCTYPE)
    whole = _DECLARATION.sub("", text, count=1)
    try:
        parser.Parse(whole.encode("utf-8", "surrogatepass"), True)  # noqa: FBT003  (True is for the last part; expat takes it by position alone)
    except expat.ExpatError as error:
        raise RecordError("SOAP answer", text[:80], f"{wanted} ({error})") from None
    if names[0] == _DOCTYPE:
        raise RecordError("SOAP answer", text[:80], f"{wanted}, without a DOCTYPE: SOAP has none")
    if names[0].endswith("/envelope/ Envelope"):
        raise RecordError("SOAP answer", text[:80], f"{wanted}: what is inside the Body, not the envelope round it")
    return whole
