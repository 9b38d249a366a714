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
_EACH = 4  # bytes for each of them: below that, byte by byte is faster


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
        """All that decides what comes out: encoders that share it differ in their names only."""
        return self[1:5]

    @property
    def encode(self) -> Callable[[str], str]:
        """What a call does; whoever calls it often takes it out once: ``encode = encoder.encode``."""
        return _encode_by(self[1:5])

    def __call__(self, text: str) -> str:
        """``text`` encoded; half a character (a lone surrogate that stands for no byte) is U+FFFD, as browsers do."""
        return _encode_by(self[1:5])(text)


def _escapes(raw: bytes) -> str:
    return "".join([f"%{byte:02X}" for byte in raw])


def _units(char: str) -> list[int]:
    """The UTF-16 code units of a character: two of one beyond U+FFFF."""
    raw = char.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)]


def _percent_u(char: str) -> str:
    return "".join([f"%u{unit:04X}" for unit in _units(char)])


def _each_half(char: str) -> str:
    return "".join([_escapes(chr(unit).encode("utf-8", "surrogatepass")) for unit in _units(char)])


def _low_byte_first(char: str) -> str:
    return "".join([f"%{unit & 255:02X}" + (f"{unit >> 8:02X}" if unit >> 8 else "") for unit in _units(char)])


# What becomes of a character that is not ASCII, in upper case. A charset makes a question mark of what it lacks.
BEYOND: dict[str, Callable[[str], str]] = {
    "utf-8": lambda char: _escapes(to_bytes(char)),
    "kept": str,
    "latin-1": lambda char: _escapes(char.encode("latin-1", "replace")),
    "windows-1252": lambda char: _escapes(char.encode("cp1252", "replace")),
    "cesu-8": _each_half,
    "%uXXXX": _percent_u,
    "%XX, %uXXXX": lambda char: f"%{ord(char):02X}" if char <= "\xff" else _percent_u(char),
    "code point": lambda char: f"%{ord(char):02X}",
    "code unit": lambda char: "".join([f"%{unit:02X}" for unit in _units(char)]),
    "code unit, low byte first": _low_byte_first,
}


@cache  # of the alphabets of the table, not of texts
def _encode_by(alphabet: tuple[str, str, bool, str]) -> Callable[[str], str]:
    """The function that encodes by an alphabet; its tables are made once."""
    keeps, space, lower, beyond = alphabet
    kept = (ascii_letters + digits + keeps).encode()
    form = "%{:02x}" if lower else "%{:02X}"
    table = [chr(byte) if byte in kept else form.format(byte) for byte in range(256)]
    if ord(" ") not in kept:
        table[ord(" ")] = space
    encode_bytes = _by_bytes(table, kept)
    encode_chars = _by_utf8(encode_bytes) if beyond == "utf-8" else _by_chars(table, BEYOND[beyond], lower=lower)
    return lambda text: encode_bytes(text.encode()) if text.isascii() else encode_chars(text)


def _by_bytes(table: list[str], kept: bytes) -> Callable[[bytes], str]:
    replacements = [(bytes([byte]), escape.encode("latin-1")) for byte, escape in enumerate(table)]

    def encode(raw: bytes) -> str:
        found = raw.translate(None, kept)
        if not found:
            return raw.decode()
        different = set(found)
        if len(different) > _FEW or len(different) * _EACH > len(raw):
            return "".join(map(table.__getitem__, raw))
        # "%" before the escapes come in, "+" before spaces become one.
        for byte in sorted(different, key=b"+%".find, reverse=True):
            raw = raw.replace(*replacements[byte])
        return raw.decode()

    return encode


def _by_utf8(encode_bytes: Callable[[bytes], str]) -> Callable[[str], str]:
    def encode(text: str) -> str:
        try:
            return encode_bytes(to_bytes(text))
        except ValueError:
            return encode_bytes(to_bytes(without_lone_surrogates(text)))

    return encode


def _by_chars(table: list[str], other: Callable[[str], str], *, lower: bool) -> Callable[[str], str]:
    def encode_char(char: str) -> str:
        if char.isascii():
            return table[ord(char)]
        if "\udc80" <= char <= "\udcff":  # a byte that is not UTF-8
            return table[ord(char) - 0xDC00]
        escape = other(char)
        return escape.lower() if lower and escape != char else escape

    return lambda text: "".join(map(encode_char, without_lone_surrogates(text)))


_RFC2396 = "!#$&'()*+,-./:;=?@[]_~"  # what a URL may hold: reserved, unreserved, #, and RFC 2732's brackets
_GUAVA = "Guava API, com.google.common.net.UrlEscapers"
_ADDRESSABLE = "sporkmonger/addressable lib/addressable/uri.rb"
_SWIFT = "Apple Foundation, NSCharacterSet (printed in gist ericdke/3b87601583a77b856293ab330b8bd4cc)"
_KTOR = "ktorio/ktor ktor-http/common/src/io/ktor/http/Codecs.kt"
_UTL_URL = "Oracle Database PL/SQL Packages and Types Reference 12.2, UTL_URL"

# The first is the right one.
# fmt: off
ENCODERS = (
    Encoder("RFC 3986's unreserved characters", "-._~", source="RFC 5849 section 3.6"),
    # JavaScript
    Encoder("JavaScript's encodeURIComponent", "!'()*-._~", source="ECMA-262 section 19.2.6.7"),
    Encoder("JavaScript's encodeURI", "!#$&'()*+,-./:;=?@_~", source="ECMA-262 section 19.2.6.5"),
    Encoder("JavaScript's escape", "*+-./@_", beyond="%XX, %uXXXX", source="ECMA-262 section B.2.1.1"),
    Encoder("JavaScript's URLSearchParams", "*-._", "+",
        source="WHATWG URL Standard section 1.3, application/x-www-form-urlencoded percent-encode set"),
    Encoder("JavaScript's URL.search", "!$%&()*+,-./:;=?@[\\]^_`{|}~",
        source="WHATWG URL Standard section 1.3, special-query percent-encode set"),
    Encoder("Node's querystring.escape", "!'()*-._~", source="nodejs/node lib/querystring.js"),
    Encoder("axios's params", "!$'()*,-.:_~", "+", source="axios/axios lib/helpers/buildURL.js"),
    Encoder("axios's params, 1.7", "!$'()*,-.:[]_~", "+", source="axios/axios v1.7.9 lib/helpers/buildURL.js"),
    Encoder("Angular's HttpParams", "!$'()*,-./:;=?@_~", source="angular/angular packages/common/http/src/params.ts"),
    Encoder("jQuery's param", "!'()*-._~", source="jquery/jquery src/serialize.js"),
    Encoder("qs's stringify", "-._~", source="ljharb/qs lib/utils.js"),
    Encoder("qs's stringify, RFC 1738", "()-._~", "+", source="ljharb/qs lib/utils.js, lib/formats.js"),
    # Java and Kotlin
    Encoder("Java's URLEncoder", "*-._", "+", source="Java SE API, java.net.URLEncoder"),
    Encoder("Java's URLEncoder by Latin-1", "*-._", "+", beyond="latin-1", source="Java SE API, java.net.URLEncoder"),
    Encoder("Java's URI of several arguments", "!$&'()*+,-./:;=?@[]_~", beyond="kept",
        source="Java SE API, java.net.URI (quoting illegal characters)"),
    Encoder("Java's URI of several arguments, toASCIIString", "!$&'()*+,-./:;=?@[]_~",
        source="Java SE API, java.net.URI (toASCIIString)"),
    Encoder("Guava's urlFormParameterEscaper", "*-._", "+", source=_GUAVA),
    Encoder("Guava's urlPathSegmentEscaper", "!$&'()*+,-.:;=@_~", source=_GUAVA),
    Encoder("Guava's urlFragmentEscaper", "!$&'()*+,-./:;=?@_~", source=_GUAVA),
    Encoder("Spring's UriUtils.encode", "-._~", source="Spring API, UriUtils"),
    Encoder("Spring's UriUtils.encodeQueryParam", "!$'()*,-./:;?@_~", source="Spring API, UriUtils"),
    Encoder("Spring's UriUtils.encodePathSegment", "!$&'()*+,-.:;=@_~", source="Spring API, UriUtils"),
    Encoder("OkHttp's addQueryParameter", "*-._", source="square/okhttp HttpUrl (QUERY_COMPONENT_ENCODE_SET)"),
    Encoder("OkHttp's FormBody", "*-._", source="square/okhttp HttpUrl (FORM_ENCODE_SET)"),
    Encoder("Apache's URLEncodedUtils.format", "*-._", "+", source="Apache HttpClient 4.5 API, URLEncodedUtils"),
    Encoder("Apache's URLCodec", "*-._", "+", source="Apache Commons Codec API, URLCodec"),
    Encoder("Ktor's encodeURLParameter", "-._~", source=_KTOR),
    Encoder("Ktor's encodeURLQueryComponent", "!#$&'()*+,-./:;=?@[]~", source=_KTOR),
    Encoder("Ktor's encodeURLQueryComponent, full", "", source=_KTOR),
    # .NET
    Encoder(".NET's HttpUtility.UrlEncode", "!()*-._", "+", lower=True,
        source=".NET API, HttpEncoder.UrlEncode; microsoft/referencesource System.Web/Util/HttpEncoderUtility.cs"),
    Encoder(".NET's HttpUtility.UrlEncodeUnicode", "!()*-._", "+", lower=True, beyond="%uXXXX",
        source="microsoft/referencesource System.Web/Util/HttpEncoder.cs"),
    Encoder(".NET's WebUtility.UrlEncode", "!()*-._", "+",
        source="dotnet/runtime System.Runtime.Extensions WebUtility.cs (IsUrlSafeChar)"),
    Encoder(".NET's Uri.EscapeDataString", "-._~", source=".NET API, Uri.EscapeDataString"),
    Encoder(".NET's Uri.EscapeDataString before 4.5", "!'()*-._~",
        source=".NET API, Uri.EscapeDataString (remarks); RFC 2396 section 2.3"),
    Encoder(".NET's Uri.EscapeUriString", _RFC2396, source="dotnet/runtime System.Private.Uri UriHelper.cs"),
    Encoder(".NET's FormUrlEncodedContent", "-._~", "+", source="dotnet/runtime FormUrlEncodedContent.cs (Encode)"),
    Encoder("OAuthBase.cs and RestSharp's UrlEncodeStrict", "-._~", beyond="code unit",
        source="restsharp/RestSharp Authenticators/OAuth/OAuthTools.cs (UrlEncodeStrict)"),
    # PHP
    Encoder("PHP's urlencode", "-._", "+", source="PHP manual, function.urlencode"),
    Encoder("PHP's rawurlencode", "-._~", source="PHP manual, function.rawurlencode"),
    Encoder("PHP's rawurlencode before 5.3", "-._", source="PHP manual, function.rawurlencode (changelog)"),
    Encoder("PHP's http_build_query", "-._", "+", source="PHP manual, function.http-build-query"),
    Encoder("PHP's http_build_query, RFC 3986", "-._~", source="PHP manual, function.http-build-query"),
    Encoder("PHP's curl_escape", "-._~", source="curl manual, curl_easy_escape"),
    # Python
    Encoder("Python's quote", "-./_~", source="Python library reference, urllib.parse.quote"),
    Encoder("Python's quote(safe='')", "-._~", source="Python library reference, urllib.parse.quote"),
    Encoder("Python's quote(safe='~')", "-._~", source="Python library reference, urllib.parse.quote"),
    Encoder("Python's quote_plus", "-._~", "+", source="Python library reference, urllib.parse.quote_plus"),
    Encoder("Python's urlencode", "-._~", "+", source="Python library reference, urllib.parse.urlencode"),
    Encoder("Python's quote before 3.7", "-./_", source="Python library reference, urllib.parse.quote (changed in 3.7)"),
    Encoder("Python's quote(safe='') before 3.7", "-._",
        source="Python library reference, urllib.parse.quote (changed in 3.7)"),
    Encoder("Python's quote_plus before 3.7", "-._", "+",
        source="Python library reference, urllib.parse.quote (changed in 3.7)"),
    Encoder("Python's urlencode before 3.7", "-._", "+",
        source="Python library reference, urllib.parse.quote (changed in 3.7)"),
    # Ruby
    Encoder("Ruby's CGI.escape", "-._~", "+", source="ruby/cgi lib/cgi/util.rb"),
    Encoder("Ruby's ERB::Util.url_encode", "-._~", source="ruby/erb lib/erb/util.rb"),
    Encoder("Ruby's URI.encode_www_form_component", "*-._", "+", source="ruby/uri lib/uri/common.rb"),
    Encoder("Ruby's URI::DEFAULT_PARSER.escape", "!$&'()*+,-./:;=?@[]_~", source="ruby/uri lib/uri/rfc2396_parser.rb"),
    Encoder("Addressable's encode_component", _RFC2396, source=_ADDRESSABLE),
    Encoder("Addressable's encode_component, unreserved", "-._~", source=_ADDRESSABLE),
    Encoder("Addressable's encode_component, query", "!$&'()*+,-./:;=?@_~", source=_ADDRESSABLE),
    Encoder("Addressable's encode_component, path", "!$&'()*+,-./:;=@_~", source=_ADDRESSABLE),
    Encoder("Addressable's form_encode", "-._~", "+", source=_ADDRESSABLE),
    Encoder("Addressable's query_values=", "-._~", source=_ADDRESSABLE),
    # Go, Rust, Dart, Swift, Qt
    Encoder("Go's QueryEscape", "-._~", "+", source="golang/go src/net/url/url.go (shouldEscape)"),
    Encoder("Go's PathEscape", "$&+-.:=@_~", source="golang/go src/net/url/url.go (shouldEscape)"),
    Encoder("Rust's percent_encoding::NON_ALPHANUMERIC", "", source="servo/rust-url percent_encoding/src/ascii_set.rs"),
    Encoder("Rust's form_urlencoded", "*-._", "+", source="servo/rust-url form_urlencoded/src/lib.rs"),
    Encoder("Dart's Uri.encodeComponent", "!'()*-._~", source="dart-lang/sdk sdk/lib/core/uri.dart"),
    Encoder("Dart's Uri.encodeQueryComponent", "-._~", "+", source="dart-lang/sdk sdk/lib/core/uri.dart"),
    Encoder("Swift's alphanumerics", "", source="Apple Foundation, CharacterSet.alphanumerics"),
    Encoder("Swift's urlQueryAllowed", "!$&'()*+,-./:;=?@_~", source=_SWIFT),
    Encoder("Swift's urlHostAllowed", "!$&'()*+,-.:;=[]_~", source=_SWIFT),
    Encoder("Swift's urlPathAllowed", "!$&'()*+,-./:=@_~", source=_SWIFT),
    Encoder("Swift's urlUserAllowed", "!$&'()*+,-.;=_~", source=_SWIFT),
    Encoder("Swift's URLQueryItem", "!$'()*+,-./:;?@_~",
        source="swiftlang/swift-foundation Sources/FoundationEssentials/URL/URLParser.swift (queryItemAllowed)"),
    Encoder("Alamofire's afURLQueryAllowed", "-./?_~", source="Alamofire API, CharacterSet.afURLQueryAllowed"),
    Encoder("Qt's QUrl::toPercentEncoding", "-._~", source="Qt documentation, QUrl::toPercentEncoding"),
    # Perl, Tcl, Lua, R, shells
    Encoder("Perl's uri_escape_utf8", "-._~", source="libwww-perl/URI lib/URI/Escape.pm"),
    Encoder("Perl's uri_escape_utf8 before URI 1.53", "!'()*-._~", source="libwww-perl/URI Changes, 1.53"),
    Encoder("Perl's uri_escape", "-._~", beyond="latin-1", source="libwww-perl/URI lib/URI/Escape.pm"),
    Encoder("Perl's URI->query_form", "!'()*-._~", "+", source="libwww-perl/URI lib/URI/_query.pm"),
    Encoder("Perl's Mojo::Util::url_escape", "-._~", source="Mojolicious documentation, Mojo::Util"),
    Encoder("Tcl's http::formatQuery", "-._~", source="Tcl manual, http(n)"),
    Encoder("Lua's socket.url.escape", "_", lower=True, source="lunarmodules/luasocket src/url.lua"),
    Encoder("R's URLencode", _RFC2396, source="R manual, utils::URLencode"),
    Encoder("R's URLencode, reserved", "-._~", source="R manual, utils::URLencode"),
    Encoder("jq's @uri", "-._~", source="jqlang/jq pull request 2157"),
    Encoder("jq's @uri before 1.7", "!'()*-._~", source="jqlang/jq pull request 2157"),
    Encoder("Bash's printf of each character", "-._~", beyond="code point", source="POSIX, printf (a leading quote)"),
    # Delphi, databases, spreadsheets, ABAP
    Encoder("Delphi's TNetEncoding.URL", "!$'()*-.@_", "+", source="Embarcadero RTL, System.NetEncoding (TURLEncoding)"),
    Encoder("Free Pascal's HTTPEncode", "!$'()*-.@_", "+", source="fpc/FPCSource packages/fcl-web/src/base/httpprotocol.pp"),
    # Since 2017 it leaves %XX in a text as it is, as R's URLencode leaves such a text: that is not told here.
    Encoder("Indy's TIdURI.ParamsEncode", "!$&'()+,-./:;=?@_~\x7f", source="IndySockets/Indy Lib/Protocols/IdURI.pas"),
    Encoder("Oracle's UTL_URL.ESCAPE", "!$%&'()*+,-./:;=?@_~", source=_UTL_URL),
    Encoder("Oracle's UTL_URL.ESCAPE, reserved characters too", "!'()*-._~", source=_UTL_URL),
    Encoder("T-SQL's UrlEncode of Peter DeBetta", "!'()*-._~", lower=True, beyond="code unit, low byte first",
        source="sqlblog.com, Peter DeBetta, T-SQL UrlEncode (2007-03-09)"),
    Encoder("VBA's URLEncode of freevbcode.com", "", beyond="windows-1252", source="Stack Overflow, question 218181"),
    Encoder("VBA's URLEncode by ADODB.Stream", "-._~", source="Stack Overflow, question 218181"),
    Encoder("LibreOffice's ENCODEURL", "-_", source="LibreOffice core sc/source/core/tool/interpr7.cxx"),
    Encoder("ABAP's escape, E_URL", "!$&'()*+,-./:;=?@_", source="ABAP keyword documentation, escape (abenescape_functions)"),
    Encoder("DataWeave's encodeURIComponent", "!'()*-._~", source="MuleSoft documentation, dw::core::URL"),
)
# fmt: on

# Encoders by what they do, in the order of the table.
ALPHABETS: tuple[tuple[Encoder, ...], ...] = tuple(
    tuple(encoder for encoder in ENCODERS if encoder.alphabet == alphabet)
    for alphabet in dict.fromkeys(encoder.alphabet for encoder in ENCODERS)
)
