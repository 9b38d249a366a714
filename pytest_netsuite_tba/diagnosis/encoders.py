"""The percent-encoders that real platforms have: for each what it keeps, what it makes of the rest, and who says so.

A row says what its function does with one name or value. What its callers put around it (a loop over pairs, a joined
query) is no part of it. ``tests/diagnosis/encoders.json`` holds what the real functions answered.
"""

from __future__ import annotations

from functools import cache
from string import ascii_letters, digits
from typing import TYPE_CHECKING, NamedTuple

from pytest_netsuite_tba.oauth1.encoding import to_bytes, without_lone_surrogates

if TYPE_CHECKING:
    from collections.abc import Callable

_FEW = 12  # so many different characters are replaced one after the other, which is faster than byte by byte


class Encoder(NamedTuple):
    """One function that percent-encodes a text: ``encoder(text)``.

    ``keeps`` are the ASCII characters besides letters and digits that it leaves as they are, in the order of their code
    points. ``space`` is what a space becomes, ``lower`` says that the digits of its escapes are in lower case, and
    ``beyond`` is what it makes of characters that are not ASCII: a key of :data:`BEYOND`. ``source`` is the document or
    the source file that says so.
    """

    name: str
    keeps: str
    space: str = "%20"
    lower: bool = False
    beyond: str = "utf-8"
    source: str = ""

    @property
    def alphabet(self) -> tuple[str, str, bool, str]:
        """All that decides what comes out: encoders that share it are told apart by their names only."""
        return self[1:5]

    @property
    def encode(self) -> Callable[[str], str]:
        """What a call does; whoever calls it often takes it out once: ``encode = encoder.encode``."""
        return _encode_by(self[1:5])

    def __call__(self, text: str) -> str:
        """``text`` encoded; half a character (a lone surrogate that stands for no byte) is U+FFFD, as browsers do."""
        return _encode_by(self[1:5])(text)


def _escape(byte: int, *, lower: bool) -> str:
    return f"%{byte:02x}" if lower else f"%{byte:02X}"


def _escapes(raw: bytes, *, lower: bool) -> str:
    return "".join([_escape(byte, lower=lower) for byte in raw])


def _units(char: str) -> list[int]:
    """The UTF-16 code units of a character: two of one beyond U+FFFF."""
    raw = char.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)]


def _unit_escapes(char: str, *, lower: bool) -> str:
    return "".join([f"%u{unit:04x}" if lower else f"%u{unit:04X}" for unit in _units(char)])


def _in_charset(charset: str) -> Callable[[str, bool], str]:
    """A character that the charset lacks is a question mark."""
    return lambda char, lower: _escapes(char.encode(charset, "replace"), lower=lower)


# What becomes of a character that is not ASCII: its name, and the function of the character and the case of its digits.
BEYOND: dict[str, Callable[[str, bool], str]] = {
    "utf-8": lambda char, lower: _escapes(to_bytes(char), lower=lower),
    "kept": lambda char, lower: char,  # noqa: ARG005 - what is kept has no digits
    "latin-1": _in_charset("latin-1"),
    "code points": lambda char, lower: f"%{ord(char):x}" if lower else f"%{ord(char):X}",
    "%uXXXX": lambda char, lower: _unit_escapes(char, lower=lower),
    # JavaScript's escape: two digits where they suffice
    "%XX, %uXXXX": lambda char, lower: (
        _escape(ord(char), lower=lower) if char <= "\xff" else _unit_escapes(char, lower=lower)
    ),
    # each half of a character beyond U+FFFF by itself
    "cesu-8": lambda char, lower: "".join(
        [_escapes(chr(unit).encode("utf-8", "surrogatepass"), lower=lower) for unit in _units(char)]
    ),
}


@cache  # of the alphabets of the table, not of texts
def _encode_by(alphabet: tuple[str, str, bool, str]) -> Callable[[str], str]:
    """The function that encodes by an alphabet; its tables are made once."""
    keeps, space, lower, beyond = alphabet
    kept = (ascii_letters + digits + keeps).encode()
    table = [chr(byte) if byte in kept else _escape(byte, lower=lower) for byte in range(256)]
    if ord(" ") not in kept:
        table[ord(" ")] = space
    encode_bytes = _by_bytes(table, kept)
    encode_chars = (
        _by_bytes_of_text(encode_bytes) if beyond == "utf-8" else _by_chars(table, BEYOND[beyond], lower=lower)
    )
    return lambda text: encode_bytes(text.encode()) if text.isascii() else encode_chars(text)


def _by_bytes(table: list[str], kept: bytes) -> Callable[[bytes], str]:
    replacements = [(bytes([byte]), escape.encode("latin-1")) for byte, escape in enumerate(table)]

    def encode(raw: bytes) -> str:
        found = raw.translate(None, kept)
        if not found:
            return raw.decode()
        different = set(found)
        if len(different) > _FEW:
            return "".join(map(table.__getitem__, raw))
        # "%" before the escapes come in, "+" before spaces become one.
        for byte in sorted(different, key=b"+%".find, reverse=True):
            raw = raw.replace(*replacements[byte])
        return raw.decode()

    return encode


def _by_bytes_of_text(encode_bytes: Callable[[bytes], str]) -> Callable[[str], str]:
    def encode(text: str) -> str:
        try:
            return encode_bytes(to_bytes(text))
        except ValueError:
            return encode_bytes(to_bytes(without_lone_surrogates(text)))

    return encode


def _by_chars(table: list[str], other: Callable[[str, bool], str], *, lower: bool) -> Callable[[str], str]:
    def encode_char(char: str) -> str:
        if char.isascii():
            return table[ord(char)]
        if "\udc80" <= char <= "\udcff":  # a byte that is not UTF-8
            return table[ord(char) - 0xDC00]
        return other(char, lower)

    return lambda text: "".join(map(encode_char, without_lone_surrogates(text)))


ENCODERS = (
    Encoder("RFC 3986's unreserved characters", "-._~", source="RFC 5849 section 3.6"),
    Encoder("JavaScript's encodeURIComponent", "!'()*-._~", source="ECMA-262 section 19.2.6.7"),
    Encoder("JavaScript's encodeURI", "!#$&'()*+,-./:;=?@_~", source="ECMA-262 section 19.2.6.5"),
    Encoder("JavaScript's escape", "*+-./@_", beyond="%XX, %uXXXX", source="ECMA-262 section B.2.1.1"),
    Encoder("JavaScript's URLSearchParams", "*-._", "+",
        source="WHATWG URL Standard: application/x-www-form-urlencoded percent-encode set"),
    Encoder("Java's URLEncoder", "*-._", "+", source="Java SE API, java.net.URLEncoder"),
    Encoder("Guava's urlPathSegmentEscaper", "!$&'()*+,-.:;=@_~",
        source="Guava API, com.google.common.net.UrlEscapers"),
    Encoder("Guava's urlFragmentEscaper", "!$&'()*+,-./:;=?@_~",
        source="Guava API, com.google.common.net.UrlEscapers"),
    Encoder(".NET's HttpUtility.UrlEncode", "!()*-._", "+", lower=True,
        source="microsoft/referencesource System.Web/Util/HttpEncoderUtility.cs"),
    Encoder(".NET's WebUtility.UrlEncode", "!()*-._", "+",
        source="dotnet/runtime System/Net/WebUtility.cs"),
    Encoder(".NET's Uri.EscapeDataString before 4.5", "!'()*-._~", source="RFC 2396 section 2.3 (unreserved)"),
    Encoder(".NET's Uri.EscapeUriString", "!#$&'()*+,-./:;=?@[]_~", source="dotnet/runtime System/UriHelper.cs"),
    Encoder("PHP's urlencode", "-._", "+", source="PHP manual, function.urlencode"),
    Encoder("PHP's rawurlencode before 5.3", "-._", source="PHP manual, function.rawurlencode (changelog)"),
    Encoder("Python's quote", "-./_~", source="Python library reference, urllib.parse.quote"),
    Encoder("Python's quote before 3.7", "-./_", source="Python library reference, urllib.parse.quote"),
    Encoder("Python's quote_plus", "-._~", "+", source="Python library reference, urllib.parse.quote_plus"),
    Encoder("Ruby's URI::DEFAULT_PARSER.escape", "!$&'()*+,-./:;=?@[]_~", source="ruby/uri lib/uri/rfc2396_parser.rb"),
    Encoder("Addressable's encode_component", "!#$&'()*+,-./:;=?@[]_~",
        source="sporkmonger/addressable lib/addressable/uri.rb"),
    Encoder("Go's PathEscape", "$&+-.:=@_~", source="golang/go src/net/url/url.go (shouldEscape)"),
)  # fmt: skip

# Encoders by what they do; the first of each is the best known, and the first of all is the right one.
ALPHABETS: tuple[tuple[Encoder, ...], ...] = tuple(
    tuple(encoder for encoder in ENCODERS if encoder.alphabet == alphabet)
    for alphabet in dict.fromkeys(encoder.alphabet for encoder in ENCODERS)
)
