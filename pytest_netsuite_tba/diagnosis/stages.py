"""What can go wrong at each stage of making a signature, whatever the request: tables of options.

Option 0 of a stage is the right one; every other names the mistake that it is.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import unicodedata
from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_netsuite_tba.oauth1.encoding import form_decode, percent_decode, percent_encode, to_bytes, to_text
from pytest_netsuite_tba.oauth1.signature import HASHES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Pair(NamedTuple):
    """A parameter on its way into the base string; ``raw`` ones are still encoded as they were sent."""

    name: str
    value: str
    source: str  # header, query, form or more
    raw: bool = False


class Option(NamedTuple):
    """A choice at one stage: its value, and the mistakes that it may be, the most sighted first.

    ``alone`` ones are many: they are combined with others only when all else was tried.
    """

    value: Any
    mistakes: tuple[str, ...] = ()
    cause: str = ""
    alone: bool = False


def wrongly(value: Any, *mistakes: str, cause: str = "", alone: bool = False) -> Option:  # noqa: ANN401
    """Give an option that is a mistake; several ids where the same transform has several causes."""
    return Option(value, mistakes, cause, alone)


def _utf8(text: str) -> bytes:
    return to_bytes(text)


def _in(charset: str) -> Callable[[str], bytes]:
    return lambda text: text.encode(charset, "surrogateescape")


def _javascript_escape(text: str) -> bytes:
    return text.encode("ascii", "backslashreplace")


CHARSETS = (
    Option(_utf8),
    *(
        wrongly(encode, "non-ascii-wrong-charset", cause=f"Non-ASCII text was signed as {name}, not as UTF-8.")
        for name, encode in (
            ("Latin-1", _in("latin-1")),
            ("Windows-1252", _in("cp1252")),
            ("UTF-16", _in("utf-16-be")),
            ("decomposed Unicode (NFD)", lambda text: to_bytes(unicodedata.normalize("NFD", text))),
            ("composed Unicode (NFC)", lambda text: to_bytes(unicodedata.normalize("NFC", text))),
            ("\\u escapes", lambda text: json.dumps(text)[1:-1].encode()),
            ("\\x escapes", _javascript_escape),
            ("UTF-8 read as Latin-1", lambda text: to_bytes(to_bytes(text).decode("latin-1"))),
            ("question marks", lambda text: text.encode("ascii", "replace")),
        )
    ),
)
NO_TILDE, INNER = "no tilde", "inner"  # INNER: the outer encoding is strict
SAFE = (
    Option(""),
    wrongly("!'()*", "js-encodeuricomponent", cause="! ' ( ) * were signed as they are."),
    wrongly(
        "!'()*" + INNER,
        "js-encodeuricomponent",
        cause="! ' ( ) * of each name and value were left as they are; the joined text was encoded right.",
    ),
    wrongly(NO_TILDE, "tilde-encoded", cause="~ was signed as %7E."),
    wrongly("*", "js-encodeuricomponent", cause="* was signed as it is."),
    wrongly("!", "js-encodeuricomponent", cause="! was signed as it is."),
    wrongly("!*'()" + NO_TILDE, "js-encodeuricomponent", cause="! ' ( ) * were signed as they are, ~ as %7E."),
    wrongly("!$&'()*+,;=:@", "values-not-encoded", cause="Characters that a URL may hold were signed as they are."),
    wrongly("!$&'()*+,;=:/?@", "values-not-encoded", cause="Characters that a URL may hold were signed as they are."),
    wrongly("/", "values-not-encoded", cause="/ was signed as it is, as quote() of Python leaves it."),
    wrongly("@:/", "values-not-encoded", cause="@ : / were signed as they are."),
    wrongly("!#$&'()*+,/:;=?@", "values-not-encoded", cause="They were encoded with encodeURI."),
)
SPACE = (
    Option(""),
    wrongly("+", "plus-for-space"),
    wrongly("form", "plus-for-space", cause="The parameters were encoded as a form: space as +, ~ as %7E, * as it is."),
    wrongly("everywhere", "plus-for-space", cause='Spaces were signed as "+" at both layers.'),
    wrongly("raw", "values-not-encoded", cause="Spaces were not encoded."),
)
HEX_CASE = (
    Option(""),
    wrongly("both", "lowercase-hex"),
    wrongly("outer", "lowercase-hex", cause="Percent escapes of the outer encoding are in lower case."),
    wrongly("inner", "lowercase-hex", cause="Percent escapes of the inner encoding are in lower case."),
)
# How many layers of encoding (oauth_ names and values, query names, query values) get before they are joined.
LAYERS = (
    Option((1, 1, 1)),
    wrongly((0, 0, 0), "values-not-encoded"),
    wrongly((1, 0, 0), "values-not-encoded", cause="The query's names and values were joined raw."),
    wrongly((1, 1, 0), "values-not-encoded", cause="The query's values were joined raw."),
    wrongly((1, 0, 1), "values-not-encoded", cause="The query's names were joined raw."),
    wrongly((0, 1, 1), "values-not-encoded", cause="The oauth_ values were joined raw."),
    wrongly((1, 1, 2), "params-double-encoded", cause="The query's values were encoded twice."),
    wrongly((1, 2, 2), "params-double-encoded", cause="The query's names and values were encoded twice."),
    wrongly((2, 1, 1), "params-double-encoded", cause="The oauth_ values were encoded twice."),
    wrongly((2, 2, 2), "params-double-encoded", cause="Every name and value was encoded twice."),
)
DECODING = (
    Option(form_decode),
    wrongly(percent_decode, "query-reencoded-after-signing", "plus-kept-literal", cause='"+" was signed as a plus.'),
    wrongly(
        lambda text: text,
        "query-reencoded-after-signing",
        "params-double-encoded",
        cause="The query was signed without decoding it: its escapes were encoded again.",
    ),
    wrongly(
        lambda text: text.replace("%20", "+"),
        "query-reencoded-after-signing",
        "plus-for-space",
        cause="The query was signed with + for its spaces, and without decoding it.",
    ),
    wrongly(
        lambda text: text.replace("+", "%20"),
        "query-reencoded-after-signing",
        cause="The query was signed with %20 for its pluses, and without decoding it.",
    ),
    wrongly(lambda text: form_decode(form_decode(text)), "query-decoded-twice"),
    wrongly(lambda text: percent_decode(form_decode(text)), "query-decoded-twice"),
)
EXTRAS = (
    Option(()),
    wrongly((("oauth_callback", ""),), "empty-extras-signed", cause="An empty oauth_callback was signed."),
    wrongly((("oauth_verifier", ""),), "empty-extras-signed", cause="An empty oauth_verifier was signed."),
    wrongly((("oauth_token", ""),), "empty-extras-signed", cause="An empty oauth_token was signed."),
    wrongly((("oauth_callback", ""), ("oauth_verifier", "")), "empty-extras-signed"),
    wrongly((("oauth_callback", "oob"),), "empty-extras-signed", cause="oauth_callback=oob was signed."),
    wrongly((("oauth_body_hash", ""),), "empty-extras-signed", cause="An empty oauth_body_hash was signed."),
    wrongly((("oauth_signature", ""),), "oauth-signature-in-base-string", cause="An empty oauth_signature was signed."),
    wrongly("received", "oauth-signature-in-base-string", cause="The signature of the header was signed too."),
    wrongly("previous", "oauth-signature-in-base-string", cause="The signature of a first pass was signed too."),
)
JOIN = (
    Option("{m}&{u}&{p}"),
    wrongly("{m}&{u}&{P}", "param-string-not-encoded"),
    wrongly("{m}&{U}&{p}", "uri-not-encoded"),
    wrongly("{m}&{U}&{P}", "uri-not-encoded", "param-string-not-encoded", cause="Neither part was encoded."),
    wrongly("{m}&{u}&", "base-string-parts", cause="The base string has no parameters."),
    wrongly("{m}&{u}", "base-string-parts", cause="The base string has no parameters."),
    wrongly("{u}&{p}", "base-string-parts", cause="The base string has no method."),
    wrongly("{m}&{p}", "base-string-parts", cause="The base string has no URL."),
    wrongly("{p}", "base-string-parts", cause="The base string is only the parameters."),
    wrongly("{P}", "base-string-parts", cause="The base string is only the parameters."),
    wrongly("{u}&{m}&{p}", "base-string-parts", cause="URL and method are swapped."),
    wrongly("{m}&{p}&{u}", "base-string-parts", cause="URL and parameters are swapped."),
    wrongly("{m}{u}{p}", "base-string-parts", cause='The parts were joined without "&".'),
    wrongly("{m}\n{u}\n{p}", "base-string-parts", cause="The parts were joined by line breaks."),
    wrongly("{m}&{u}&{p}\n", "base-string-parts", cause="The base string ends with a line break."),
    wrongly("{m} {u} {p}", "base-string-parts", cause="The parts were joined by spaces."),
    wrongly("{m}&{u}?{p}", "base-string-parts", cause='URL and parameters were joined by "?".'),
    wrongly("{m}&{u}%26{p}", "base-string-parts", cause='URL and parameters were joined by an encoded "&".'),
    wrongly("&{m}&{u}&{p}", "base-string-parts", cause='The base string begins with "&".'),
    wrongly("{m}&{u}&{p}&", "base-string-parts", cause='The base string ends with "&".'),
    wrongly("again", "base-string-encoded-again", cause="The whole base string was encoded once more."),
    wrongly("{m}&{u}&{pp}", "base-string-encoded-again", cause="The joined parameters were encoded twice."),
    wrongly("{m}&{uu}&{p}", "base-string-encoded-again", cause="The URL was encoded twice."),
)
JOINER = (
    Option(("", "=", "&", "")),
    wrongly(("", "=", ",", ""), "parameters-joined-otherwise", cause="The parameters were joined by commas."),
    wrongly(("", "=", ", ", ""), "parameters-joined-otherwise", cause="The parameters were joined by commas."),
    wrongly(("", "=", "", ""), "parameters-joined-otherwise", cause="The parameters were joined by nothing."),
    wrongly(("", "", "", ""), "parameters-joined-otherwise", cause="Names, values and pairs were joined by nothing."),
    wrongly(("", "=", ";", ""), "parameters-joined-otherwise", cause="The parameters were joined by semicolons."),
    wrongly(("", "=", "\n", ""), "parameters-joined-otherwise", cause="The parameters were joined by line breaks."),
    wrongly(("", "=", "&amp;", ""), "parameters-joined-otherwise", cause='The parameters were joined by "&amp;".'),
    wrongly(("", "=", "&", "&"), "parameters-joined-otherwise", cause='The parameters end with "&".'),
    wrongly(("&", "=", "&", ""), "parameters-joined-otherwise", cause='The parameters begin with "&".'),
    wrongly(("?", "=", "&", ""), "parameters-joined-otherwise", cause='The parameters begin with "?".'),
    wrongly(("", '="', '"&', '"'), "parameters-quoted", cause="The values were signed with their quotes."),
    wrongly(("", '="', '",', '"'), "parameters-quoted", cause="The header was signed as it is written."),
)
KEY: tuple[Option, ...] = (
    Option(lambda s: (percent_encode(s.consumer_secret), "&", percent_encode(s.token_secret))),
    wrongly(lambda s: (percent_encode(s.consumer_secret), "&", ""), "key-consumer-secret-only"),
    wrongly(lambda s: (percent_encode(s.consumer_secret), "", ""), "key-consumer-secret-only", "key-no-ampersand"),
    wrongly(lambda s: (s.consumer_secret, "", ""), "key-consumer-secret-only", "key-no-ampersand"),
    wrongly(lambda s: (percent_encode(s.consumer_secret), "", percent_encode(s.token_secret)), "key-no-ampersand"),
    wrongly(lambda s: (s.consumer_secret, "", s.token_secret), "key-no-ampersand"),
    wrongly(
        lambda s: (s.consumer_secret, "&", s.token_secret),
        "key-secrets-not-encoded",
        cause="The secrets were not encoded in the key.",
    ),
    wrongly(
        lambda s: (_twice(s.consumer_secret), "&", _twice(s.token_secret)),
        "key-secrets-not-encoded",
        cause="The secrets were encoded twice in the key.",
    ),
    wrongly(
        lambda s: (percent_encode(s.consumer_secret), "&", s.token_secret),
        "key-secrets-not-encoded",
        cause="The token secret was not encoded in the key.",
    ),
    wrongly(
        lambda s: (s.consumer_secret, "&", percent_encode(s.token_secret)),
        "key-secrets-not-encoded",
        cause="The consumer secret was not encoded in the key.",
    ),
    wrongly(
        lambda s: (percent_encode(f"{s.consumer_secret}&{s.token_secret}"), "", ""),
        "key-secrets-not-encoded",
        cause='The whole key was encoded, its "&" too.',
    ),
    wrongly(lambda s: (percent_encode(s.token_secret), "&", percent_encode(s.consumer_secret)), "key-swapped"),
    wrongly(lambda s: (percent_encode(s.token_secret), "", percent_encode(s.consumer_secret)), "key-swapped"),
    wrongly(lambda s: ("", "&", percent_encode(s.token_secret)), "key-swapped", cause='The key is "&" + token secret.'),
    wrongly(lambda s: (percent_encode(s.token_secret), "", ""), "key-swapped", cause="The key is the token secret."),
    wrongly(lambda s: (s.token_secret, "", ""), "key-swapped", cause="The key is the token secret, not encoded."),
    wrongly(lambda s: (percent_encode(s.token_secret), "&", ""), "key-swapped", cause='The key is token secret + "&".'),
    *(
        wrongly(
            lambda s, a=a, b=b: (percent_encode(getattr(s, a)), "&", percent_encode(getattr(s, b))),
            "key-uses-ids",
            cause=f"The key is made of {a.replace('_', ' ')} and {b.replace('_', ' ')}.",
        )
        for a, b in itertools.product(
            ("consumer_secret", "consumer_key", "token_id", "token_secret"),
            ("token_secret", "token_id", "consumer_key", "consumer_secret"),
        )
        if {a, b} & {"consumer_key", "token_id"}
    ),
    wrongly(lambda _: ("", "&", ""), "key-consumer-secret-only", cause="Both secrets in the key are empty."),
    wrongly(lambda _: ("", "", ""), "key-consumer-secret-only", cause="The key is empty."),
    *(
        wrongly(
            lambda s, by=by: (percent_encode(s.consumer_secret), by, percent_encode(s.token_secret)),
            "key-no-ampersand",
            cause=f"The secrets were joined by {by!r}.",
        )
        for by in ("%26", "+", ":", ",", "|", " ", "\n", "&amp;")
    ),
)


def plaintext(key: bytes, _: bytes) -> bytes:
    """Give the key itself (RFC 5849 section 3.4.4)."""
    return key


DIGESTS: tuple[tuple[str, Callable[[bytes, bytes], bytes]], ...] = (
    *((name, lambda key, base, name=name: hmac.digest(key, base, name)) for name in HASHES.values()),
    *(
        (name, lambda key, base, name=name: hmac.digest(key, base, name))
        for name in ("sha512", "sha384", "sha224", "md5")
    ),
)
OTHER_DIGESTS = (
    wrongly(
        lambda key, base: hmac.digest(base, key, "sha256"),
        "hmac-misused",
        cause="The base string was used as the key, and the key as the text.",
    ),
    wrongly(
        lambda _, base: hashlib.sha256(base).digest(), "hmac-misused", cause="The base string was hashed without a key."
    ),
    wrongly(
        lambda key, base: hashlib.sha256(key + base).digest(),
        "hmac-misused",
        cause="Key and base string were hashed together, without HMAC.",
    ),
    wrongly(
        lambda key, base: hashlib.sha256(base + key).digest(),
        "hmac-misused",
        cause="Base string and key were hashed together, without HMAC.",
    ),
    wrongly(
        lambda key, base: hmac.digest(key, hashlib.sha256(base).digest(), "sha256"),
        "hmac-misused",
        cause="The base string was hashed before HMAC.",
    ),
    wrongly(
        lambda key, base: hmac.digest(hashlib.sha256(key).digest(), base, "sha256"),
        "hmac-misused",
        cause="The key was hashed before HMAC.",
    ),
    wrongly(plaintext, "method-declared-differs", cause="The signature is PLAINTEXT: the key itself."),
)


def _base64(digest: bytes) -> str:
    return b64encode(digest).decode("ascii")


TEXT = (
    Option(_base64),
    wrongly(lambda d: d.hex(), "digest-hex"),
    wrongly(lambda d: d.hex().upper(), "digest-hex", cause="The signature is in hex, upper case."),
    wrongly(
        lambda d: urlsafe_b64encode(d).decode("ascii"),
        "digest-base64-variant",
        cause="The signature is URL-safe base64 (- and _).",
    ),
    wrongly(lambda d: _base64(d).rstrip("="), "digest-base64-variant", cause="The signature has lost its padding (=)."),
    wrongly(
        lambda d: urlsafe_b64encode(d).decode("ascii").rstrip("="),
        "digest-base64-variant",
        cause="The signature is URL-safe base64 without padding.",
    ),
    *(
        wrongly(lambda d, end=end: _base64(d) + end, "digest-base64-variant", cause=f"The signature ends with {end!r}.")
        for end in ("\n", "\r\n", " ", ":", "&")
    ),
    wrongly(
        lambda d: _base64(d.hex().encode()), "digest-encoded-otherwise", cause="It is base64 of the digest in hex."
    ),
    wrongly(
        lambda d: _base64(d.hex().upper().encode()),
        "digest-encoded-otherwise",
        cause="It is base64 of the digest in upper-case hex.",
    ),
    wrongly(lambda d: _base64(_base64(d).encode()), "digest-encoded-otherwise", cause="It is base64 of base64."),
    wrongly(
        lambda d: "-".join(f"{one:02X}" for one in d),
        "digest-hex",
        cause="The signature is in hex with hyphens (BitConverter.ToString).",
    ),
    wrongly(to_text, "digest-encoded-otherwise", cause="It is the raw digest, without base64."),
    wrongly(
        lambda d: _base64(to_bytes(d.decode("latin-1"))),
        "digest-encoded-otherwise",
        cause="The digest was turned into text before base64.",
    ),
)
HEADER = (
    Option(lambda text: text),
    # Decoded by the server, a raw plus is a space.
    wrongly(form_decode, "signature-plus-not-encoded"),
    wrongly(percent_encode, "signature-encoded-twice"),
    wrongly(lambda text: text.strip().replace("+", " "), "signature-plus-not-encoded"),
    wrongly(lambda text: f'"{text}"', "digest-encoded-otherwise", cause="The signature is quoted twice."),
)


def _twice(text: str) -> str:
    return percent_encode(percent_encode(text))


def sorted_as_oracle_does(encoded: list[tuple[str, str, Pair]]) -> list[tuple[str, str, Pair]]:
    """Sort like Oracle's PHP sample: before encoding, numbers as numbers."""

    def key(one: tuple[str, str, Pair]) -> tuple[str, bool, float, str]:
        value = one[2].value
        number = value.isascii() and value.isdecimal()
        return one[2].name, not number, float(value) if number else 0.0, value

    return sorted(encoded, key=key)


def _of(sources: str) -> Callable[[list[tuple[str, str, Pair]]], list[tuple[str, str, Pair]]]:
    ranks = {name: rank for rank, name in enumerate(sources.split())}
    return lambda encoded: sorted(encoded, key=lambda one: ranks.get(one[2].source, len(ranks)))


def _sorted_header_first(encoded: list[tuple[str, str, Pair]]) -> list[tuple[str, str, Pair]]:
    header = sorted(one for one in encoded if one[2].source == "header")
    return header + [one for one in encoded if one[2].source != "header"]


def _oauth_in_usual_order(encoded: list[tuple[str, str, Pair]]) -> list[tuple[str, str, Pair]]:
    return sorted(encoded, key=lambda one: (one[2].source != "header", one[2].source, one[0], one[1]))


# An order of (encoded name, encoded value, pair); the right one is by the first two.
ORDER = (
    Option(lambda encoded: sorted(encoded, key=lambda one: one[:2])),
    wrongly(lambda encoded: sorted(encoded, key=lambda one: one[2][:2]), "sorted-before-encoding"),
    wrongly(
        _of("header extra query form more"),
        "not-sorted",
        cause="The header's parameters came first, then the query's, as sent.",
    ),
    wrongly(
        _of("query form header more"),
        "not-sorted",
        cause="The query's parameters came first, then the header's, as sent.",
    ),
    wrongly(
        _of("header query form more extra"),
        "not-sorted",
        cause="They were signed in the order in which they were made.",
    ),
    wrongly(
        _sorted_header_first,
        "not-sorted",
        cause="The oauth_ parameters were sorted, the query's were appended as sent.",
    ),
    wrongly(_oauth_in_usual_order, "not-sorted", cause="oauth_ and query parameters were sorted apart."),
    wrongly(
        lambda encoded: sorted(encoded, key=lambda one: (one[2].source == "header", one[0], one[1])),
        "not-sorted",
        cause="Query and oauth_ parameters were sorted apart, the query's first.",
    ),
    wrongly(
        lambda encoded: sorted(encoded, key=lambda one: one[0]),
        "sorted-otherwise",
        cause="They were sorted by name only; repeated names kept the order sent.",
    ),
    wrongly(
        lambda encoded: sorted(encoded, key=lambda one: f"{one[0]}={one[1]}"),
        "sorted-otherwise",
        cause='They were sorted as "name=value" texts.',
    ),
    wrongly(
        lambda encoded: sorted(encoded, key=lambda one: (one[0].lower(), one[1].lower())),
        "sorted-otherwise",
        cause="They were sorted without regard to case.",
    ),
    wrongly(
        sorted_as_oracle_does, "sorted-otherwise", cause="Numbers were sorted as numbers, as Oracle's PHP sample does."
    ),
    wrongly(
        lambda encoded: sorted(encoded, key=lambda one: one[:2], reverse=True),
        "sorted-otherwise",
        cause="They were sorted in descending order.",
    ),
    wrongly(
        lambda encoded: sorted(encoded, key=lambda one: (one[2].name.encode("utf-16-be", "surrogatepass"), one[1])),
        "sorted-before-encoding",
        cause="They were sorted as UTF-16 before they were encoded.",
    ),
)


def _first_of_each(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    return tuple({one.name: one for one in reversed(tuple(pairs))}.values())[::-1]


def _last_of_each(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    return tuple({one.name: one for one in pairs}.values())


def _joined(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    found: dict[str, Pair] = {}
    for one in pairs:
        earlier = found.get(one.name)
        found[one.name] = one if earlier is None else one._replace(value=f"{earlier.value},{one.value}")
    return tuple(found.values())


REPEATED = (
    Option(tuple),
    wrongly(_last_of_each, "repeated-names-lost", cause="Only the last value of each repeated name was signed."),
    wrongly(_first_of_each, "repeated-names-lost", cause="Only the first value of each repeated name was signed."),
    wrongly(_joined, "repeated-names-lost", cause="The values of a repeated name were joined by commas."),
)
EMPTY = (Option(lambda _: True), wrongly(lambda pair: bool(pair.value), "empty-values-dropped"))
