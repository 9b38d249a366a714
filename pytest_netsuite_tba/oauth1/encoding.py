"""Percent encoding and query decoding (RFC 5849 sections 3.4.1.3.1 and 3.6).

Text is Unicode throughout. Bytes that are not UTF-8 travel as lone surrogates
(``errors="surrogateescape"``), so that whatever a client sent comes out of
:func:`percent_encode` as the bytes that went into :func:`decode_query`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes, unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

FORM = "application/x-www-form-urlencoded"  # the one media type whose body is signed (RFC 5849, 3.4.1.3.1)
_ERRORS = "surrogateescape"
_RESERVED = re.compile(r"[^A-Za-z0-9._~-]")
_ESCAPES = {chr(code): f"%{code:02X}" for code in range(128)}
_UNESCAPED = {f"{high}{low}": chr(int(high + low, 16)) for high in "01234567" for low in "0123456789ABCDEFabcdef"}
_STANDS_FOR_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_SHORT = 256  # characters: names, keys and ids, which come again with every request
_REMEMBERED = 1_024
_LONG = 2**15  # characters: a longer text is encoded and decoded in parts, as every escape is an object for a while


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES[found[0]]


def to_bytes(text: str) -> bytes:
    """The bytes that ``text`` stands for: UTF-8, escaped bytes as they came.

    Raises:
        ValueError: ``text`` holds a surrogate that stands for no byte; no URL can carry it.
    """
    try:
        return text.encode("utf-8", _ERRORS)
    except UnicodeEncodeError as error:
        raise ValueError(
            f"cannot encode: U+{ord(text[error.start]):04X} at position {error.start} is a lone surrogate"
        ) from None


def to_text(raw: bytes) -> str:
    """Read ``raw`` as text; bytes that are not UTF-8 become lone surrogates."""
    return raw.decode("utf-8", _ERRORS)


def without_lone_surrogates(text: str) -> str:
    """Put U+FFFD for each surrogate that stands for no byte: half a character, which JSON can write and no request carry."""
    return _STANDS_FOR_NO_BYTE.sub("\ufffd", text)


def percent_encode(text: str) -> str:
    """Encode all but the unreserved ``A-Z a-z 0-9 - . _ ~`` as upper-case ``%XX`` (RFC 5849 section 3.6).

    Raises:
        ValueError: as :func:`to_bytes`.
    """
    return _encode_short(text) if len(text) <= _SHORT else _encode(text)


def _encode(text: str) -> str:
    if len(text) > _LONG:
        return "".join([_encode(text[at : at + _LONG]) for at in range(0, len(text), _LONG)])
    if text.isascii():
        return _RESERVED.sub(_escape, text)
    return quote_from_bytes(to_bytes(text), safe="")


_encode_short = lru_cache(_REMEMBERED)(_encode)


def percent_encode_pair(pair: tuple[str, str]) -> tuple[str, str]:
    """The same for a name and its value; most pairs of a request come again with the next."""
    return _encode_short_pair(pair) if len(pair[0]) + len(pair[1]) <= _SHORT else _encode_pair(pair)


def _encode_pair(pair: tuple[str, str]) -> tuple[str, str]:
    return percent_encode(pair[0]), _encode(pair[1])


_encode_short_pair = lru_cache(_REMEMBERED)(_encode_pair)


def percent_decode(text: str) -> str:
    """Undo :func:`percent_encode`; ``+`` stays a plus, and ``%`` before anything but two hex digits stays."""
    if len(text) > _LONG:
        return to_text(b"".join([unquote_to_bytes(to_bytes(part)) for part in between_escapes(text)]))
    first, *escaped = text.split("%")
    if not escaped:
        return text
    try:
        return first + "".join([_UNESCAPED[part[:2]] + part[2:] for part in escaped])
    except KeyError:  # no ASCII, or no escape at all
        return to_text(unquote_to_bytes(to_bytes(text)))


def between_escapes(text: str) -> Iterator[str]:
    """Cut a long text into parts of some 32,000 characters, each before a ``%``: within no escape, however often it was encoded."""
    begin = 0
    while begin < len(text):
        cut = text.find("%", begin + _LONG)
        end = len(text) if cut < 0 else cut
        yield text[begin:end]
        begin = end


def form_decode(text: str) -> str:
    """Decode one name or value of a query or form: ``+`` and ``%20`` both are a space."""
    return percent_decode(text.replace("+", " "))


def decode_query(query: str) -> list[tuple[str, str]]:
    """Split a raw query string or form body into decoded pairs, in the order sent.

    Empty pairs (``?&a=1&&b=2``) are skipped, a name without ``=`` has the value ``""``, and only the first ``=``
    of a pair splits it (RFC 5849 section 3.4.1.3.1).
    """
    pairs = []
    for pair in query.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            encoded = "%" in pair or "+" in pair
            pairs.append((form_decode(name), form_decode(value)) if encoded else (name, value))
    return pairs
