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


def wrong(value: object, *mistakes: str, cause: str = "", alone: bool = False) -> Option:
    """An option that is a mistake; several ids where the same transform has several causes."""
    return Option(value, mistakes, cause, alone)


def _to_charset(charset: str) -> Callable[[str], bytes]:
    return lambda text: text.encode(charset, "surrogateescape")


# fmt: off
CHARSETS = (
    Option(to_bytes),
    *(
        wrong(encode, "non-ascii-wrong-charset", cause=f"Non-ASCII text was signed as {name}, not as UTF-8.")
        for name, encode in (
            ("Latin-1", _to_charset("latin-1")),
            ("Windows-1252", _to_charset("cp1252")),
            ("UTF-16", _to_charset("utf-16-be")),
            ("decomposed Unicode (NFD)", lambda text: to_bytes(unicodedata.normalize("NFD", text))),
            ("composed Unicode (NFC)", lambda text: to_bytes(unicodedata.normalize("NFC", text))),
            ("\\u escapes", lambda text: json.dumps(text)[1:-1].encode()),
            ("\\x escapes", lambda text: text.encode("ascii", "backslashreplace")),
            ("UTF-8 read as Latin-1", lambda text: to_bytes(to_bytes(text).decode("latin-1"))),
            ("question marks", lambda text: text.encode("ascii", "replace")),
        )
    ),
)
NO_TILDE, INNER = "no tilde", "inner"  # INNER: the outer encoding is strict
SAFE = (
    Option(""),
    wrong("!'()*", "js-encodeuricomponent", cause="! ' ( ) * were signed as they are."),
    wrong("!'()*" + INNER, "js-encodeuricomponent",
        cause="! ' ( ) * of each name and value were left as they are; the joined text was encoded right."),
    wrong(NO_TILDE, "tilde-encoded", cause="~ was signed as %7E."),
    wrong("*", "js-encodeuricomponent", cause="* was signed as it is."),
    wrong("!", "js-encodeuricomponent", cause="! was signed as it is."),
    wrong("!*'()" + NO_TILDE, "js-encodeuricomponent", cause="! ' ( ) * were signed as they are, ~ as %7E."),
    wrong("!$&'()*+,;=:@", "values-not-encoded", cause="Characters that a URL may hold were signed as they are."),
    wrong("!$&'()*+,;=:/?@", "values-not-encoded", cause="Characters that a URL may hold were signed as they are."),
    wrong("/", "values-not-encoded", cause="/ was signed as it is, as quote() of Python leaves it."),
    wrong("@", "values-not-encoded", cause="@ was signed as it is."),
    wrong("@:/", "values-not-encoded", cause="@ : / were signed as they are."),
    wrong("!#$&'()*+,/:;=?@", "values-not-encoded", cause="They were encoded with encodeURI."),
)
SPACE = (
    Option(""),
    wrong("+", "plus-for-space"),
    wrong("form", "plus-for-space", cause="The parameters were encoded as a form: space as +, ~ as %7E, * as it is."),
    wrong("everywhere", "plus-for-space", cause='Spaces were signed as "+" at both layers.'),
    wrong("raw", "values-not-encoded", cause="Spaces were not encoded."),
)
HEX_CASE = (
    Option(""),
    wrong("both", "lowercase-hex"),
    wrong("outer", "lowercase-hex", cause="Percent escapes of the outer encoding are in lower case."),
    wrong("inner", "lowercase-hex", cause="Percent escapes of the inner encoding are in lower case."),
)
# How many layers of encoding (oauth_ names and values, query names, query values) get before they are joined.
LAYERS = (
    Option((1, 1, 1)),
    wrong((0, 0, 0), "values-not-encoded"),
    wrong((1, 0, 0), "values-not-encoded", cause="The query's names and values were joined raw."),
    wrong((1, 1, 0), "values-not-encoded", cause="The query's values were joined raw."),
    wrong((1, 0, 1), "values-not-encoded", cause="The query's names were joined raw."),
    wrong((0, 1, 1), "values-not-encoded", cause="The oauth_ values were joined raw."),
    wrong((1, 1, 2), "params-double-encoded", cause="The query's values were encoded twice."),
    wrong((1, 2, 2), "params-double-encoded", cause="The query's names and values were encoded twice."),
    wrong((2, 1, 1), "params-double-encoded", cause="The oauth_ values were encoded twice."),
    wrong((2, 2, 2), "params-double-encoded", cause="Every name and value was encoded twice."),
)
DECODING = (
    Option(form_decode),
    wrong(percent_decode, "query-reencoded-after-signing", "plus-kept-literal", cause='"+" was signed as a plus.'),
    wrong(lambda text: text, "query-reencoded-after-signing", "params-double-encoded",
        cause="The query was signed without decoding it: its escapes were encoded again."),
    wrong(lambda text: text.replace("%20", "+"), "query-reencoded-after-signing", "plus-for-space",
        cause="The query was signed with + for its spaces, and without decoding it."),
    wrong(lambda text: text.replace("+", "%20"), "query-reencoded-after-signing",
        cause="The query was signed with %20 for its pluses, and without decoding it."),
    wrong(lambda text: form_decode(form_decode(text)), "query-decoded-twice"),
    wrong(lambda text: percent_decode(form_decode(text)), "query-decoded-twice"),
)
EXTRAS = (
    Option(()),
    wrong((("oauth_callback", ""),), "empty-extras-signed", cause="An empty oauth_callback was signed."),
    wrong((("oauth_verifier", ""),), "empty-extras-signed", cause="An empty oauth_verifier was signed."),
    wrong((("oauth_token", ""),), "empty-extras-signed", cause="An empty oauth_token was signed."),
    wrong((("oauth_callback", ""), ("oauth_verifier", "")), "empty-extras-signed"),
    wrong((("oauth_callback", "oob"),), "empty-extras-signed", cause="oauth_callback=oob was signed."),
    wrong((("oauth_body_hash", ""),), "empty-extras-signed", cause="An empty oauth_body_hash was signed."),
    wrong((("oauth_signature", ""),), "oauth-signature-in-base-string", cause="An empty oauth_signature was signed."),
    wrong("received", "oauth-signature-in-base-string", cause="The signature of the header was signed too."),
    wrong("previous", "oauth-signature-in-base-string", cause="The signature of a first pass was signed too."),
)
JOIN = (
    Option("{m}&{u}&{p}"),
    wrong("{m}&{u}&{P}", "param-string-not-encoded"),
    wrong("{m}&{U}&{p}", "uri-not-encoded"),
    wrong("{m}&{U}&{P}", "uri-not-encoded", "param-string-not-encoded", cause="Neither part was encoded."),
    wrong("{m}&{u}&", "base-string-parts", cause="The base string has no parameters."),
    wrong("{m}&{u}", "base-string-parts", cause="The base string has no parameters."),
    wrong("{u}&{p}", "base-string-parts", cause="The base string has no method."),
    wrong("{m}&{p}", "base-string-parts", cause="The base string has no URL."),
    wrong("{p}", "base-string-parts", cause="The base string is only the parameters."),
    wrong("{P}", "base-string-parts", cause="The base string is only the parameters."),
    wrong("{u}&{m}&{p}", "base-string-parts", cause="URL and method are swapped."),
    wrong("{m}&{p}&{u}", "base-string-parts", cause="URL and parameters are swapped."),
    wrong("{m}{u}{p}", "base-string-parts", cause='The parts were joined without "&".'),
    wrong("{m}\n{u}\n{p}", "base-string-parts", cause="The parts were joined by line breaks."),
    wrong("{m}&{u}&{p}\n", "base-string-parts", cause="The base string ends with a line break."),
    wrong("{m} {u} {p}", "base-string-parts", cause="The parts were joined by spaces."),
    wrong("{m}&{u}?{p}", "base-string-parts", cause='URL and parameters were joined by "?".'),
    wrong("{m}&{u}%26{p}", "base-string-parts", cause='URL and parameters were joined by an encoded "&".'),
    wrong("&{m}&{u}&{p}", "base-string-parts", cause='The base string begins with "&".'),
    wrong("{m}&{u}&{p}&", "base-string-parts", cause='The base string ends with "&".'),
    wrong("again", "base-string-encoded-again", cause="The whole base string was encoded once more."),
    wrong("{m}&{u}&{pp}", "base-string-encoded-again", cause="The joined parameters were encoded twice."),
    wrong("{m}&{uu}&{p}", "base-string-encoded-again", cause="The URL was encoded twice."),
)
JOINER = (
    Option(("", "=", "&", "")),
    wrong(("", "=", ",", ""), "parameters-joined-otherwise", cause="The parameters were joined by commas."),
    wrong(("", "=", ", ", ""), "parameters-joined-otherwise", cause="The parameters were joined by commas."),
    wrong(("", "=", "", ""), "parameters-joined-otherwise", cause="The parameters were joined by nothing."),
    wrong(("", "", "", ""), "parameters-joined-otherwise", cause="Names, values and pairs were joined by nothing."),
    wrong(("", "=", ";", ""), "parameters-joined-otherwise", cause="The parameters were joined by semicolons."),
    wrong(("", "=", "\n", ""), "parameters-joined-otherwise", cause="The parameters were joined by line breaks."),
    wrong(("", "=", "&amp;", ""), "parameters-joined-otherwise", cause='The parameters were joined by "&amp;".'),
    wrong(("", "=", "&", "&"), "parameters-joined-otherwise", cause='The parameters end with "&".'),
    wrong(("&", "=", "&", ""), "parameters-joined-otherwise", cause='The parameters begin with "&".'),
    wrong(("?", "=", "&", ""), "parameters-joined-otherwise", cause='The parameters begin with "?".'),
    wrong(("", '="', '"&', '"'), "parameters-quoted", cause="The values were signed with their quotes."),
    wrong(("", '="', '",', '"'), "parameters-quoted", cause="The header was signed as it is written."),
)
KEY: tuple[Option, ...] = (
    Option(lambda s: (percent_encode(s.consumer_secret), "&", percent_encode(s.token_secret))),
    wrong(lambda s: (percent_encode(s.consumer_secret), "&", ""), "key-consumer-secret-only"),
    wrong(lambda s: (percent_encode(s.consumer_secret), "", ""), "key-consumer-secret-only", "key-no-ampersand"),
    wrong(lambda s: (s.consumer_secret, "", ""), "key-consumer-secret-only", "key-no-ampersand"),
    wrong(lambda s: (percent_encode(s.consumer_secret), "", percent_encode(s.token_secret)), "key-no-ampersand"),
    wrong(lambda s: (s.consumer_secret, "", s.token_secret), "key-no-ampersand"),
    wrong(lambda s: (s.consumer_secret, "&", s.token_secret), "key-secrets-not-encoded",
        cause="The secrets were not encoded in the key."),
    wrong(lambda s: (_twice(s.consumer_secret), "&", _twice(s.token_secret)), "key-secrets-not-encoded",
        cause="The secrets were encoded twice in the key."),
    wrong(lambda s: (percent_encode(s.consumer_secret), "&", s.token_secret), "key-secrets-not-encoded",
        cause="The token secret was not encoded in the key."),
    wrong(lambda s: (s.consumer_secret, "&", percent_encode(s.token_secret)), "key-secrets-not-encoded",
        cause="The consumer secret was not encoded in the key."),
    wrong(lambda s: (percent_encode(f"{s.consumer_secret}&{s.token_secret}"), "", ""), "key-secrets-not-encoded",
        cause='The whole key was encoded, its "&" too.'),
    wrong(lambda s: (percent_encode(s.token_secret), "&", percent_encode(s.consumer_secret)), "key-swapped"),
    wrong(lambda s: (percent_encode(s.token_secret), "", percent_encode(s.consumer_secret)), "key-swapped"),
    wrong(lambda s: ("", "&", percent_encode(s.token_secret)), "key-swapped", cause='The key is "&" + token secret.'),
    wrong(lambda s: (percent_encode(s.token_secret), "", ""), "key-swapped", cause="The key is the token secret."),
    wrong(lambda s: (s.token_secret, "", ""), "key-swapped", cause="The key is the token secret, not encoded."),
    wrong(lambda s: (percent_encode(s.token_secret), "&", ""), "key-swapped", cause='The key is token secret + "&".'),
    *(
        wrong(lambda s, a=a, b=b: (percent_encode(getattr(s, a)), "&", percent_encode(getattr(s, b))), "key-uses-ids",
            cause=f"The key is made of {a.replace('_', ' ')} and {b.replace('_', ' ')}.")
        for a, b in itertools.product(
            ("consumer_secret", "consumer_key", "token_id", "token_secret"),
            ("token_secret", "token_id", "consumer_key", "consumer_secret"),
        )
        if {a, b} & {"consumer_key", "token_id"}
    ),
    wrong(lambda _: ("", "&", ""), "key-consumer-secret-only", cause="Both secrets in the key are empty."),
    wrong(lambda _: ("", "", ""), "key-consumer-secret-only", cause="The key is empty."),
    *(
        wrong(lambda s, by=by: (percent_encode(s.consumer_secret), by, percent_encode(s.token_secret)),
            "key-no-ampersand", cause=f"The secrets were joined by {by!r}.")
        for by in ("%26", "+", ":", ",", "|", " ", "\n", "&amp;")
    ),
)


def plaintext(key: bytes, _: bytes) -> bytes:
    """The key itself (RFC 5849 section 3.4.4)."""
    return key


def _hmac(name: str) -> Callable[[bytes, bytes], bytes]:
    return lambda key, base: hmac.digest(key, base, name)


_HMACS = {name: _hmac(name) for name in (*HASHES.values(), "sha512", "sha384", "sha224", "md5")}
_NO_HMACS = (
    wrong(lambda key, base: hmac.digest(base, key, "sha256"), "hmac-misused",
        cause="The base string was used as the key, and the key as the text."),
    wrong(lambda _, base: hashlib.sha256(base).digest(), "hmac-misused",
        cause="The base string was hashed without a key."),
    wrong(lambda key, base: hashlib.sha256(key + base).digest(), "hmac-misused",
        cause="Key and base string were hashed together, without HMAC."),
    wrong(lambda key, base: hashlib.sha256(base + key).digest(), "hmac-misused",
        cause="Base string and key were hashed together, without HMAC."),
    wrong(lambda key, base: hmac.digest(key, hashlib.sha256(base).digest(), "sha256"), "hmac-misused",
        cause="The base string was hashed before HMAC."),
    wrong(lambda key, base: hmac.digest(hashlib.sha256(key).digest(), base, "sha256"), "hmac-misused",
        cause="The key was hashed before HMAC."),
    wrong(plaintext, "method-declared-differs", cause="The signature is PLAINTEXT: the key itself."),
)


def digests(right: str) -> tuple[Option, ...]:
    """HMAC with the right hash, then with every other, then what is no HMAC of the base string."""
    return (
        Option(_HMACS[right]),
        *(
            wrong(make, "method-declared-differs", cause=f"It was made with HMAC and {name.upper()}.")
            for name, make in _HMACS.items()
            if name != right
        ),
        *_NO_HMACS,
    )


def _base64(digest: bytes) -> str:
    return b64encode(digest).decode("ascii")


TEXT = (
    Option(_base64),
    wrong(lambda d: d.hex(), "digest-hex"),
    wrong(lambda d: d.hex().upper(), "digest-hex", cause="The signature is in hex, upper case."),
    wrong(lambda d: urlsafe_b64encode(d).decode("ascii"), "digest-base64-variant",
        cause="The signature is URL-safe base64 (- and _)."),
    wrong(lambda d: _base64(d).rstrip("="), "digest-base64-variant", cause="The signature has lost its padding (=)."),
    wrong(lambda d: urlsafe_b64encode(d).decode("ascii").rstrip("="), "digest-base64-variant",
        cause="The signature is URL-safe base64 without padding."),
    *(
        wrong(lambda d, end=end: _base64(d) + end, "digest-base64-variant", cause=f"The signature ends with {end!r}.")
        for end in ("\n", "\r\n", " ", ":", "&")
    ),
    wrong(lambda d: _base64(d.hex().encode()), "digest-encoded-otherwise", cause="It is base64 of the digest in hex."),
    wrong(lambda d: _base64(d.hex().upper().encode()), "digest-encoded-otherwise",
        cause="It is base64 of the digest in upper-case hex."),
    wrong(lambda d: _base64(_base64(d).encode()), "digest-encoded-otherwise", cause="It is base64 of base64."),
    wrong(lambda d: d.hex("-").upper(), "digest-hex",
        cause="The signature is in hex with hyphens (BitConverter.ToString)."),
    wrong(to_text, "digest-encoded-otherwise", cause="It is the raw digest, without base64."),
    wrong(lambda d: _base64(to_bytes(d.decode("latin-1"))), "digest-encoded-otherwise",
        cause="The digest was turned into text before base64."),
)
HEADER = (
    Option(lambda text: text),
    # Decoded by the server, a raw plus is a space.
    wrong(form_decode, "signature-plus-not-encoded"),
    wrong(percent_encode, "signature-encoded-twice"),
    wrong(lambda text: text.strip().replace("+", " "), "signature-plus-not-encoded"),
    wrong(lambda text: f'"{text}"', "digest-encoded-otherwise", cause="The signature is quoted twice."),
)


def _twice(text: str) -> str:
    return percent_encode(percent_encode(text))


Encoded = list[tuple[str, str, Pair]]  # encoded name, encoded value, and what they were made of


def _by(key: Callable[[tuple[str, str, Pair]], Any], *, reverse: bool = False) -> Callable[[Encoded], Encoded]:
    return lambda encoded: sorted(encoded, key=key, reverse=reverse)


def _as_oracle_sorts(part: tuple[str, str, Pair]) -> tuple[str, bool, float, str]:
    """Order like Oracle's PHP sample: before encoding, numbers as numbers."""
    name, value = part[2][:2]
    number = value.isascii() and value.isdecimal()
    return name, not number, float(value) if number else 0.0, value


def _of(sources: str) -> Callable[[Encoded], Encoded]:
    ranks = {name: rank for rank, name in enumerate(sources.split())}
    return _by(lambda part: ranks.get(part[2].source, len(ranks)))


def _sort_header_only(encoded: Encoded) -> Encoded:
    header = sorted(part for part in encoded if part[2].source == "header")
    return header + [part for part in encoded if part[2].source != "header"]


SORT_AS_ORACLE_DOES = _by(_as_oracle_sorts)
# The right order is by encoded name, then by encoded value.
ORDER = (
    Option(_by(lambda part: part[:2])),
    wrong(_by(lambda part: part[2][:2]), "sorted-before-encoding"),
    wrong(_of("header extra query form more"), "not-sorted",
        cause="The header's parameters came first, then the query's, as sent."),
    wrong(_of("query form header more"), "not-sorted",
        cause="The query's parameters came first, then the header's, as sent."),
    wrong(_of("header query form more extra"), "not-sorted",
        cause="They were signed in the order in which they were made."),
    wrong(_sort_header_only, "not-sorted",
        cause="The oauth_ parameters were sorted, the query's were appended as sent."),
    wrong(_by(lambda part: (part[2].source != "header", part[2].source, *part[:2])), "not-sorted",
        cause="oauth_ and query parameters were sorted apart."),
    wrong(_by(lambda part: (part[2].source == "header", *part[:2])), "not-sorted",
        cause="Query and oauth_ parameters were sorted apart, the query's first."),
    wrong(_by(lambda part: part[0]), "sorted-otherwise",
        cause="They were sorted by name only; repeated names kept the order sent."),
    wrong(_by(lambda part: f"{part[0]}={part[1]}"), "sorted-otherwise",
        cause='They were sorted as "name=value" texts.'),
    wrong(_by(lambda part: (part[0].lower(), part[1].lower())), "sorted-otherwise",
        cause="They were sorted without regard to case."),
    wrong(SORT_AS_ORACLE_DOES, "sorted-otherwise",
        cause="Numbers were sorted as numbers, as Oracle's PHP sample does."),
    wrong(_by(lambda part: part[:2], reverse=True), "sorted-otherwise", cause="They were sorted in descending order."),
    wrong(_by(lambda part: (part[2].name.encode("utf-16-be", "surrogatepass"), part[1])), "sorted-before-encoding",
        cause="They were sorted as UTF-16 before they were encoded."),
)


def _first_of_each(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    return tuple({pair.name: pair for pair in reversed(tuple(pairs))}.values())[::-1]


def _last_of_each(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    return tuple({pair.name: pair for pair in pairs}.values())


def _join_values(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    found: dict[str, Pair] = {}
    for pair in pairs:
        earlier = found.get(pair.name)
        found[pair.name] = pair if earlier is None else pair._replace(value=f"{earlier.value},{pair.value}")
    return tuple(found.values())


REPEATED = (
    Option(tuple),
    wrong(_last_of_each, "repeated-names-lost", cause="Only the last value of each repeated name was signed."),
    wrong(_first_of_each, "repeated-names-lost", cause="Only the first value of each repeated name was signed."),
    wrong(_join_values, "repeated-names-lost", cause="The values of a repeated name were joined by commas."),
)
EMPTY = (Option(lambda _: True), wrong(lambda pair: bool(pair.value), "empty-values-dropped"))
