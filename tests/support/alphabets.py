"""How platforms encode a text for a URL: each encoder one row, beside the right one."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from .netsuite_calls import UNRESERVED

if TYPE_CHECKING:
    from collections.abc import Callable

LETTERS_AND_DIGITS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def encoder(
    safe=UNRESERVED, *, space="%20", lower=False, octets=lambda character: character.encode("utf-8", "surrogateescape")
):
    """An encoder: which characters it leaves, what a space becomes, the case of its hex, the bytes of a character."""
    kept = LETTERS_AND_DIGITS | set(safe)
    form = "%{:02x}" if lower else "%{:02X}"

    def encode(text):
        return "".join(
            character if character in kept else space if character == " "
            else "".join(map(form.format, octets(character)))
            for character in text
        )  # fmt: skip

    return encode


percent = encoder()  # RFC 5849 section 3.6


def _code_units(form, safe, limit=128):
    """An encoder that writes each UTF-16 unit from ``limit`` up by ``form``."""
    ascii_part = encoder(safe)

    def encode(text):
        written = []
        for character in text:
            if ord(character) < limit:
                written.append(ascii_part(character) if ord(character) < 128 else f"%{ord(character):02X}")
            else:
                units = character.encode("utf-16-be", "surrogatepass")
                written += [form.format(int.from_bytes(units[at : at + 2], "big")) for at in range(0, len(units), 2)]
        return "".join(written)

    return encode


def _cesu8(character):
    units = character.encode("utf-16-be", "surrogatepass")
    halves = [chr(int.from_bytes(units[at : at + 2], "big")) for at in range(0, len(units), 2)]
    return b"".join(half.encode("utf-8", "surrogatepass") for half in halves)


def _as(charset, instead="?"):
    def octets(character):
        try:
            return character.encode(charset)
        except UnicodeEncodeError:
            return instead.encode()

    return octets


def _hex_octets(character):
    """The bytes whose hex is the code point's: %E9 for e acute, %20AC would be two bytes."""
    code = ord(character)
    return code.to_bytes((code.bit_length() + 7) // 8, "big")


class Alphabet(NamedTuple):
    """An encoder of a platform, and how a right finding may call it."""

    encode: Callable[[str], str]
    ids: tuple[str, ...]
    words: str
    weight: int = 1


# "!'()* were signed as they are": who leaves a character says which; a title that speaks of joining raw is another's.
LEFT = r"|^(?!.*joined raw).*((signed|left|kept|stays?|leaves?|spares?)\b.{0,80}(as (it|they) (is|are|was|were)|untouched|raw)|unencoded|not (percent.)?encoded)"
JS, PLUS, TILDE, HEX = "js-encodeuricomponent", "plus-for-space", "tilde-encoded", "lowercase-hex"
# The ids of an alphabet are those of all that it does otherwise: which of it shows depends on the request.
# What each leaves as it is beside letters and digits: the documentation or the source of each.
ALPHABETS = {
    "encodeURIComponent": Alphabet(encoder("-_.!~*'()"), (JS,), r"encodeURIComponent" + LEFT, 13),  # ECMA-262, 19.2.6.5
    "encodeURI": Alphabet(encoder("-_.!~*'();/?:@&=+$,#"), (JS,), r"encodeURI\b" + LEFT),  # ECMA-262, 19.2.6.4
    "escape": Alphabet(
        _code_units("%u{:04X}", "@*_+-./", 256), (TILDE, JS, "non-ascii-wrong-charset"), r"\bescape\b" + LEFT
    ),  # ECMA-262, B.2.1.1
    "URLSearchParams": Alphabet(
        encoder("-._*", space="+"), (PLUS, TILDE, JS), r"form|URLSearchParams|URLEncoder" + LEFT, 2
    ),  # URL Standard
    "WebUtility.UrlEncode": Alphabet(
        encoder("-_.!*()", space="+"), (PLUS, TILDE, JS), r"\.NET|UrlEncode" + LEFT
    ),  # dotnet/runtime
    "HttpUtility.UrlEncode": Alphabet(
        encoder("-_.!*()", space="+", lower=True), (PLUS, TILDE, JS, HEX), r"HttpUtility|\.NET|UrlEncode" + LEFT
    ),
    "Uri.EscapeUriString": Alphabet(
        encoder("-_.!~*'();/?:@&=+$,#[]"), (JS,), r"EscapeUriString|encodeURI\b|\.NET" + LEFT
    ),
    "php-urlencode": Alphabet(encoder("-_.", space="+"), (PLUS, TILDE), r"urlencode", 9),  # php.net/urlencode
    "quote_plus": Alphabet(encoder("-_.~", space="+"), (PLUS,), r"quote_plus|QueryEscape|urlencode", 9),  # urllib.parse
    "quote": Alphabet(encoder("-_.~/"), (), r"quote|slash|/" + LEFT),  # urllib.parse.quote leaves the slash
    "guava-path-segment": Alphabet(encoder("-._~!$'()*,;&=@:+"), (JS,), r"Guava|path segment" + LEFT),  # UrlEscapers
    "go-path-escape": Alphabet(encoder("-_.~$&+=:@"), (), r"PathEscape|path" + LEFT),  # net/url
    "swift-url-query-allowed": Alphabet(encoder("-._~!$&'()*+,/:;=?@"), (JS,), r"urlQueryAllowed|Swift" + LEFT),
    "swift-url-host-allowed": Alphabet(encoder("-._~!$&'()*+,:;=[]"), (JS,), r"urlHostAllowed|Swift" + LEFT),
    "ruby-uri-escape": Alphabet(encoder("-_.!~*'();/?:@&=+$,[]"), (JS,), r"URI\.escape|Ruby|encodeURI\b" + LEFT),
    "addressable": Alphabet(
        encoder("-._~:/?#[]@!$&'()*+,;="), (JS,), r"Addressable|Ruby|reserved" + LEFT
    ),  # encode_component
    "swift-url-path-allowed": Alphabet(encoder("-._~!$&'()*+,/:=@"), (JS,), r"urlPathAllowed|Swift" + LEFT),
    "perl-uri-escape": Alphabet(  # before URI 3.29, and uri_escape where uri_escape_utf8 is meant
        encoder("-_.!~*'()", octets=_as("latin-1")), (JS, "non-ascii-wrong-charset"), r"uri_escape|Perl" + LEFT
    ),
    "lower-case-hex": Alphabet(encoder(lower=True), (HEX,), r"lower", 3),
    "tilde": Alphabet(encoder("-._"), (TILDE,), r"~|tilde", 2),
    "asterisk-left": Alphabet(
        encoder("-._~*"), (JS,), r"\*" + LEFT
    ),  # encodeURIComponent(...).replace(/[!'()*]/g, escape)
    "at-left": Alphabet(encoder("-._~@"), (), r"@" + LEFT),
    "colon-left": Alphabet(encoder("-._~:"), (), r":" + LEFT),
    "comma-left": Alphabet(encoder("-._~,"), (), r"," + LEFT),
    "plus-left": Alphabet(encoder("-._~+"), (), r"\+|plus" + LEFT),
    "brackets-left": Alphabet(encoder("-._~[]"), (), r"\[|bracket" + LEFT),
    "spaces-only": Alphabet(lambda text: text.replace(" ", "%20"), (), r"only.*space|space.*only|spaces alone"),
    "latin-1": Alphabet(encoder(octets=_as("latin-1")), ("non-ascii-wrong-charset",), r"latin|8859", 2),
    "windows-1252": Alphabet(encoder(octets=_as("cp1252")), ("non-ascii-wrong-charset",), r"1252", 2),
    "cesu-8": Alphabet(encoder(octets=_cesu8), ("non-ascii-wrong-charset",), r"CESU|surrogate|halves"),
    "percent-u": Alphabet(_code_units("%u{:04X}", UNRESERVED), ("non-ascii-wrong-charset",), r"%u|code (point|unit)"),
    "code-point-in-hex": Alphabet(
        encoder(octets=lambda character: character.encode() if character.isascii() else _hex_octets(character)),
        ("non-ascii-wrong-charset",),
        r"code (point|unit)",
    ),
    "nfd": Alphabet(
        lambda text: percent(unicodedata.normalize("NFD", text)), ("non-ascii-wrong-charset",), r"NFD|decomposed"
    ),
    "json-escapes": Alphabet(lambda text: percent(json.dumps(text)[1:-1]), ("non-ascii-wrong-charset",), r"\\u|JSON"),
    "non-ascii-left": Alphabet(
        lambda text: "".join(character if ord(character) > 127 else percent(character) for character in text),
        ("non-ascii-wrong-charset",),
        r"non-ascii|not encoded|raw",
    ),
    "utf-8-twice": Alphabet(
        lambda text: percent(text.encode("utf-8", "replace").decode("latin-1")),
        ("non-ascii-wrong-charset",),
        r"twice|mojibake|latin",
    ),
    "question-marks": Alphabet(
        lambda text: percent(text.encode("ascii", "replace").decode()), ("non-ascii-wrong-charset",), r"\?|question"
    ),
}
