"""Bodies of RESTlet calls, in and out: JSON, XML and text (Oracle section_4634920277)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from pytest_netsuite_tba.extras import MissingExtraError

from .reply import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from xml.etree.ElementTree import Element

    from pytest_netsuite_tba.account.behaviour import Behaviour


JSON = "application/json"
XML = "application/xml"
TEXT = "text/plain"
MEDIA_TYPES = (JSON, XML, TEXT)
REFUSED = 400  # INVALID_RETURN_DATA_FORMAT
_WITH_EXPONENT = 1e21  # from there on JavaScript writes a whole number with one
LIMIT_BYTES = 10 * 1024 * 1024  # Oracle section_4640094112: 10 MB each way
# XML 1.0 sections 2.2 and 2.3; a name stays within Latin-1 letters,
# which the fourth and the fifth edition both allow.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_XML_NAME = re.compile(r"[^A-Za-z0-9_.\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff-]")


_AS_IT_IS = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_ESCAPED = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


class BadBodyError(ValueError):
    """The body is not what its Content-Type says."""


class NotReturnableError(ValueError):
    """A script returned what its call's content type cannot carry (``INVALID_RETURN_DATA_FORMAT``)."""


def error_reply(
    media_type: str, status: int, code: str | None, message: str, headers: Mapping[str, str] | None = None
) -> Reply:
    """Write an error in the form that the call's content type asks for; without a code there is no body."""
    if code is None:
        media_type, body = TEXT, ""
    elif media_type == JSON:
        body = f'{{"error" : {{"code" : {dump_json(code)}, "message" : {dump_json(message)}}}}}'
    elif media_type == XML:
        body = f"<error><code>{xml_text(code)}</code><message>{xml_text(message)}</message></error>"
    else:
        media_type, body = TEXT, f"error code: {code}\nerror message: {message}"
    return Reply.of(_encode(body), _content_type(media_type), status=status, headers=headers, code=code)


def call_type(media_type: str) -> str:
    """By which type a call's answer is written: its own where RESTlets know it, else text."""
    return media_type if media_type in MEDIA_TYPES else TEXT


def value_reply(media_type: str, value: object, behaviour: Behaviour) -> Reply:
    """Write what a script returned, by :data:`RETURNS`.

    Raises:
        NotReturnableError: the call's type cannot carry such a value.
        TypeError, ValueError: JSON, or XML, cannot hold it.
    """
    call = call_type(media_type)
    body = RETURNS[_kind_of(value)][call](value, behaviour)
    return Reply.of(_encode(body), _content_type(call))


def _kind_of(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict | list | tuple):
        return "object"
    if isinstance(value, int | float):
        return "number"
    raise TypeError(f"no script returns a {type(value).__name__}, JSON has none; return a text, a number or an object")


def _as_it_is(value: Any, _: Behaviour) -> str:  # noqa: ANN401  (whatever a script returned)
    return str.__str__(value)  # of an enum's member the text, not its name


def _as_json(value: Any, _: Behaviour) -> str:  # noqa: ANN401  (the same)
    return dump_json(_as_javascript(value))


def _as_javascript(value: Any) -> Any:  # noqa: ANN401  (the same)
    """A value whose whole numbers are written without a fraction: JavaScript has no 100.0 (ECMA-262, Number::toString)."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _WITH_EXPONENT:
        return int(value)
    if isinstance(value, dict):
        return {key: _as_javascript(inner) for key, inner in value.items()}
    return [_as_javascript(inner) for inner in value] if isinstance(value, list | tuple) else value


def _empty(_value: Any, _: Behaviour) -> str:  # noqa: ANN401  (the same)
    return ""


def _refused(_value: Any, _: Behaviour) -> str:  # noqa: ANN401  (the same)
    raise NotReturnableError


def _object_to_xml(value: Any, behaviour: Behaviour) -> str:  # noqa: ANN401  (the same)
    if behaviour.object_to_xml_call == "refused":
        raise NotReturnableError
    return xml_response(value)


def _nothing_to_text(_value: Any, behaviour: Behaviour) -> str:  # noqa: ANN401  (the same)
    if behaviour.no_return_value_status == REFUSED:
        raise NotReturnableError
    return ""


# What may be returned to which call, and how it is written; docs/rules.md 4.3 says which cells are inferred.
RETURNS: dict[str, dict[str, Callable[[Any, Behaviour], str]]] = {
    "text": {JSON: _as_it_is, XML: _as_it_is, TEXT: _as_it_is},
    "object": {JSON: _as_json, XML: _object_to_xml, TEXT: _refused},
    "number": {JSON: _as_json, XML: _refused, TEXT: _refused},  # true and false, too
    "nothing": {JSON: _empty, XML: _empty, TEXT: _nothing_to_text},
}


def json_reply(value: object) -> Reply:
    """Write a value as JSON."""
    return Reply.of(dump_json(value).encode(), _content_type(JSON))


def read_body(media_type: str, raw: bytes, *, control_characters: bool = False) -> Any:  # noqa: ANN401  (a JSON value, an XML object or a text)
    """Read a POST or PUT body as the script sees it; None where an object was to come and nothing did.

    ``control_characters`` lets a text of JSON have line breaks and tabs as they are (RFC 8259 section 7 wants them
    escaped).

    Raises:
        BadBodyError: it is not what its content type says.
        MissingExtraError: XML without defusedxml.
    """
    if media_type == XML:
        return _from_xml(raw) if raw else None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadBodyError(f"the body is not UTF-8: see byte {error.start}") from None
    if media_type != JSON:
        return text
    if not text.strip():
        return None
    try:
        return json.loads(text, parse_constant=_no_constant, strict=not control_characters)
    except RecursionError:
        raise BadBodyError("the body is JSON nested too deep") from None
    except BadBodyError:
        raise
    except json.JSONDecodeError as error:
        raise BadBodyError(f"the body is not JSON: see line {error.lineno}, column {error.colno}") from None
    except ValueError:
        raise BadBodyError("the body is not JSON: a number has too many digits") from None


def _no_constant(name: str) -> object:
    raise BadBodyError(f"the body is not JSON: {name} is no number there")


def dump_json(value: object) -> str:
    """Write JSON as JavaScript does: no spaces, text as it is, lone surrogates escaped."""
    text = _AS_IT_IS.encode(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        return _ESCAPED.encode(value)
    return text


def _content_type(media_type: str) -> str:
    return f"{media_type}; charset=utf-8"


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def xml_text(value: object) -> str:
    """Escape a value for XML; what no XML can hold becomes U+FFFD."""
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return escape(_NOT_IN_XML.sub("\ufffd", text))


def xml_response(value: object) -> str:
    """Write an object as XML of our own making: no capture shows NetSuite's."""
    return f"<response>{_to_xml(value)}</response>"


def _to_xml(value: object) -> str:
    if isinstance(value, dict):
        return "".join(
            f"<{tag}>{_to_xml(child)}</{tag}>"
            for tag, child in ((_xml_name(key), child) for key, child in value.items())
        )
    if isinstance(value, list | tuple):
        return "".join(f"<item>{_to_xml(item)}</item>" for item in value)
    if value is not None and not isinstance(value, str | int | float):
        raise TypeError(f"a {type(value).__name__} cannot be written as XML")
    return xml_text(value)


def _xml_name(name: object) -> str:
    """An element's name; what XML forbids in one becomes ``_`` (a query may hold ``a[0]``)."""
    text = _NOT_IN_XML_NAME.sub("_", str(name))
    return text if text[:1].isalpha() or text[:1] == "_" else f"_{text}"


def _from_xml(raw: bytes) -> object:
    try:
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import ParseError, fromstring
    except ImportError:
        raise MissingExtraError("a RESTlet call with an XML body", "xml") from None
    try:
        return _element_value(fromstring(raw))
    except DefusedXmlException:
        raise BadBodyError("the body has entities or a DTD of its own, which is not let in") from None
    except ParseError as error:
        line, column = error.position
        raise BadBodyError(f"the body is not XML: see line {line}, column {column + 1}") from None
    except (RecursionError, LookupError, ValueError):
        raise BadBodyError("the body is not XML: its encoding is unknown, or it is nested too deep") from None


def _element_value(element: Element) -> object:
    if not len(element):
        return element.text or ""
    value: dict[str, Any] = {}
    for child in element:
        inner = _element_value(child)
        if child.tag not in value:
            value[child.tag] = inner
        elif isinstance(value[child.tag], list):
            value[child.tag].append(inner)
        else:
            value[child.tag] = [value[child.tag], inner]
    return value
