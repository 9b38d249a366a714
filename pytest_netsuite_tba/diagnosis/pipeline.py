"""How a client may have made a signature: a pipeline of stages, each with the right choice and the wrong ones.

A recipe takes one option at each stage. The :class:`Workshop` makes what a recipe makes for one request, and each
intermediate product once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes

from pytest_netsuite_tba.login.base_string import FORM, NOT_SIGNED
from pytest_netsuite_tba.oauth1.encoding import form_decode, percent_encode, to_bytes, to_text
from pytest_netsuite_tba.oauth1.signature import HASHES, encode_joined

from .choices import FORMS_OF_URI, IN_URI, bodies, host_and_port, hosts, paths, ports, queries, secrets, split
from .stages import (
    CHARSETS,
    DECODING,
    DIGESTS,
    EMPTY,
    EXTRAS,
    HEADER,
    HEX_CASE,
    INNER,
    JOIN,
    JOINER,
    KEY,
    LAYERS,
    NO_TILDE,
    ORDER,
    OTHER_DIGESTS,
    REPEATED,
    SAFE,
    SPACE,
    TEXT,
    Option,
    Pair,
    plaintext,
    sorted_as_oracle_does,
    wrongly,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_netsuite_tba.login.facts import Facts

_ESCAPE = re.compile("%[0-9A-F]{2}")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")
_OAUTH_NAMES = frozenset(
    "oauth_" + name
    for name in (
        [
            "consumer_key",
            "token",
            "signature_method",
            "timestamp",
            "nonce",
            "signature",
            "version",
            "callback",
            "verifier",
            "body_hash",
        ]
    )
)

Recipe = tuple[int, ...]

# The stages, in the order of the pipeline. The names are those of Workshop's options.
STAGES = [
    "method",
    "scheme",
    "host",
    "port",
    "path",
    "form_of_uri",
    "query",
    "repeated",
    "empty",
    "decoding",
    "body",
    "realm",
    "version",
    "declared",
    "extras",
    "header_parameters",
    "charset",
    "safe",
    "space",
    "hex_case",
    "layers",
    "order",
    "joiner",
    "join",
    "secrets",
    "key",
    "digest",
    "text",
    "header",
]
_AT = {name: index for index, name in enumerate(STAGES)}
_URI = slice(_AT["scheme"], _AT["query"] + 1)
_PAIRS = slice(_AT["query"], _AT["header_parameters"] + 1)
_ENCODER = slice(_AT["charset"], _AT["hex_case"] + 1)
_PARAMETERS = slice(_AT["query"], _AT["joiner"] + 1)
_URI_AND_ENCODER = slice(_AT["scheme"], _AT["hex_case"] + 1)
_BASE = slice(0, _AT["join"] + 1)
_KEY = slice(_AT["secrets"], _AT["key"] + 1)
_DIGEST = slice(0, _AT["digest"] + 1)
_TEXT_AND_HEADER = slice(_AT["text"], _AT["header"] + 1)


@lru_cache(256)
def _encoder(charset: int, safe: int, space: int, hex_case: int) -> tuple[Callable[[str], str], Callable[[str], str]]:
    """Give the inner and the outer encoding of these options."""
    to_charset, raw, how, case = (
        CHARSETS[charset].value,
        SAFE[safe].value,
        SPACE[space].value,
        HEX_CASE[hex_case].value,
    )
    if not (charset or safe or space or hex_case):
        return percent_encode, percent_encode
    keeps_tilde = NO_TILDE not in raw and how != "form"
    kept_outside = "*" if how == "form" else ""
    kept_inside = raw.replace(NO_TILDE, "").replace(INNER, "") + kept_outside
    if INNER not in raw:
        kept_outside = kept_inside

    def encode(text: str, *, inner: bool) -> str:
        try:
            plain = to_charset(text)
        except UnicodeError:
            plain = to_bytes(text)
        done = quote_from_bytes(plain, safe=kept_inside if inner else kept_outside)
        if not keeps_tilde:
            done = done.replace("~", "%7E")
        if how == "raw" and inner:
            done = done.replace("%20", " ")
        elif (how and how != "raw" and inner) or how == "everywhere":
            done = done.replace("%20", "+")
        if case in {"both", "inner" if inner else "outer"}:
            done = _ESCAPE.sub(lambda found: found[0].lower(), done)
        return done

    return lru_cache(1024)(lambda text: encode(text, inner=True)), lru_cache(1024)(
        lambda text: encode(text, inner=False)
    )


class Workshop:
    """Makes what recipes make for one request.

    Attributes:
        options: by stage, the right choice first.
        received: the signature that came, as the server reads it.
        made: how many signatures were computed.

    """

    stages = tuple(STAGES)

    def __init__(self, facts: Facts) -> None:
        request = facts.request
        self.facts = facts
        self.received = facts.parameters.get("oauth_signature", "")
        self.made = 0
        in_header = facts.parameters.items() if request.authorizations else ()
        self._header = tuple(Pair(name, value, "header") for name, value in in_header if name not in NOT_SIGNED)
        self._query = tuple(
            Pair(name, value, "query", raw=True)
            for name, value in split(request.query)
            if form_decode(name) != "oauth_signature"
        )
        form = to_text(request.body) if request.media_type == FORM else ""
        self._form = tuple(Pair(name, value, "form", raw=True) for name, value in split(form))
        self._memory: dict[str, dict[Recipe, Any]] = defaultdict(dict)
        self._previous: str | None = None
        declared = facts.parameters.get("oauth_signature_method", "")
        self.options: dict[str, tuple[Option, ...]] = {
            "method": self._methods(),
            "scheme": (Option(request.scheme), *self._schemes()),
            "host": (Option(""), *hosts(facts)),
            "port": (Option(None), *ports(facts)),
            "path": (Option(request.path or "/"), *paths(request.path or "/")),
            "form_of_uri": FORMS_OF_URI
            if request.query
            else tuple(one for one in FORMS_OF_URI if "{q}" not in one.value),
            "query": (Option(None), *queries(self._query, request.query)),
            "repeated": REPEATED if self._has_repeated() else REPEATED[:1],
            "empty": EMPTY if any(not one.value for one in (*self._header, *self._query)) else EMPTY[:1],
            "decoding": DECODING if self._query or self._form else DECODING[:1],
            "body": (Option(self._form), *bodies(facts, self._form)),
            "realm": (Option(None), *self._realms()),
            "version": (Option(True), *self._versions()),  # noqa: FBT003
            "declared": (Option(declared), *self._declared(declared)),
            "extras": EXTRAS,
            "header_parameters": (Option(frozenset()), *self._left_out()),
            "charset": CHARSETS if self._has_non_ascii() else CHARSETS[:1],
            "safe": SAFE,
            "space": SPACE,
            "hex_case": HEX_CASE,
            "layers": LAYERS,
            "order": ORDER if facts.parameter_order == "rfc5849" else (Option(sorted_as_oracle_does),),
            "joiner": JOINER,
            "join": JOIN,
            "secrets": tuple(secrets(facts)),
            "key": KEY,
            "digest": self._digests(declared),
            "text": TEXT,
            "header": HEADER,
        }
        self._values = [[one.value for one in self.options[stage]] for stage in STAGES]
        self.right: Recipe = (0,) * len(STAGES)

    def _methods(self) -> tuple[Option, ...]:
        sent = self.facts.request.method.upper()
        options = [Option(sent)]
        options += [
            wrongly(one, "method-wrong", cause=f"It was signed for {one}, and sent as {sent}.")
            for one in _METHODS
            if one != sent
        ]
        options.append(wrongly(sent.lower(), "method-lowercase"))
        options.append(wrongly(sent.capitalize(), "method-lowercase", cause="The method was signed capitalised."))
        options.append(wrongly("", "method-wrong", cause="No method was signed."))
        return tuple(options)

    def _schemes(self) -> list[Option]:
        sent = self.facts.request.scheme
        other = "http" if sent == "https" else "https"
        cause = f"The base string begins with {other}://, the request came by {sent}."
        return [wrongly(other, "proxy-changes-request", "scheme-mismatch", cause=cause)]

    def _realms(self) -> list[Option]:
        realm, account = self.facts.parameters.get("realm"), self.facts.account
        values = dict.fromkeys(one for one in (realm, account) if one)
        return [wrongly(one, "realm-in-base-string", cause=f"realm={one[:80]} was signed.") for one in values]

    def _versions(self) -> list[Option]:
        if "oauth_version" in self.facts.parameters:
            cause = "oauth_version is in the header, and was not signed."
        else:
            cause = "oauth_version=1.0 was signed, and is not in the header."
        return [wrongly(False, "oauth-version-mismatch", cause=cause)]  # noqa: FBT003

    @staticmethod
    def _declared(declared: str) -> list[Option]:
        return [
            wrongly(one, "method-declared-differs", cause=f"The base string says {one}, the header {declared[:40]!r}.")
            for one in ("HMAC-SHA1", "HMAC-SHA256", "HMAC_SHA256", "HMAC-SHA512", "RSA-SHA1", "PLAINTEXT")
            if one != declared
        ]

    def _left_out(self) -> list[Option]:
        """Parameters of the header that may not have been signed."""
        names = [one.name for one in self._header]
        strange = frozenset(one for one in names if not one.startswith("oauth_"))
        invented = [one for one in names if one.startswith("oauth_") and one not in _OAUTH_NAMES]
        options = []
        if strange:
            said = ", ".join(sorted(strange))[:120]
            options.append(
                wrongly(strange, "query-in-auth-header", cause=f"The header holds {said}, which was not signed twice.")
            )
        options += [
            wrongly(frozenset({one}), "invented-oauth-parameter", cause=f"{one[:60]} is in the header, but not signed.")
            for one in invented
        ]
        options += [
            wrongly(
                frozenset({one}), "oauth-parameter-not-signed", cause=f"{one[:60]} is in the header, but not signed."
            )
            for one in names
            if one in _OAUTH_NAMES and one != "oauth_version"
        ]
        return options

    def _digests(self, declared: str) -> tuple[Option, ...]:
        """Hash as declared (HMAC-SHA256 where that is no known name), then every other."""
        first = HASHES.get(declared, "sha256")
        named = dict(DIGESTS)
        options = [Option(named[first])]
        options += [
            wrongly(named[name], "method-declared-differs", cause=f"It was made with HMAC and {name.upper()}.")
            for name in named
            if name != first
        ]
        return (*options, *OTHER_DIGESTS)

    def _has_repeated(self) -> bool:
        names = [one.name for one in self._query]
        return len(set(names)) < len(names)

    def _has_non_ascii(self) -> bool:
        request = self.facts.request
        return not request.body.isascii() or any(
            not (form_decode(one.name) + form_decode(one.value)).isascii() for one in (*self._query, *self._header)
        )

    # -- products ----------------------------------------------------------------------------------------------

    def _value(self, recipe: Recipe, stage: str) -> Any:  # noqa: ANN401
        at = _AT[stage]
        return self._values[at][recipe[at]]

    def _once(self, kind: str, recipe: Recipe, part: slice, make: Callable[[Recipe], Any]) -> Any:  # noqa: ANN401
        memory, key = self._memory[kind], recipe[part]
        if key not in memory:
            memory[key] = make(recipe)
        return memory[key]

    def _uri(self, recipe: Recipe) -> str:
        host, port = self._value(recipe, "host"), self._value(recipe, "port")
        scheme = self._value(recipe, "scheme")
        request = self.facts.request
        sent, _, sent_port = host_and_port(request.host)
        if "://" in host:
            scheme, _, host = host.partition("://")
            sent_port = ""
        elif not host:
            host = sent.lower()
        if port is None:
            port = f":{sent_port}" if sent_port and sent_port != {"https": "443", "http": "80"}.get(scheme) else ""
        form = self._value(recipe, "form_of_uri")
        if self._value(recipe, "query") == IN_URI and "{q}" not in form:
            form += "?{q}"
        parts = {"{s}": scheme, "{h}": host + port, "{p}": self._value(recipe, "path"), "{q}": request.query}
        uri: str = re.sub(r"\{[shpq]\}", lambda found: parts[found[0]], form)
        return uri

    def _pairs(self, recipe: Recipe) -> tuple[Pair, ...]:
        query, left_out = self._value(recipe, "query"), self._value(recipe, "header_parameters")
        decode, keep = self._value(recipe, "decoding"), self._value(recipe, "empty")
        header = [one for one in self._header if one.name not in left_out]
        if not self._value(recipe, "version"):
            signed = [one for one in header if one.name != "oauth_version"]
            header = signed if len(signed) < len(header) else [*header, Pair("oauth_version", "1.0", "header")]
        declared = self._value(recipe, "declared")
        header = [one._replace(value=declared) if one.name == "oauth_signature_method" else one for one in header]
        sent = self._query
        if query == IN_URI:
            sent = ()
        elif query == "at equals":
            sent = tuple(one._replace(value=one.value.partition("=")[0]) for one in sent)
        elif query is not None:
            sent = tuple(one for one in sent if one.name in query)
        sent = self._value(recipe, "repeated")(sent)
        more = [*sent, *self._value(recipe, "body")]
        pairs = header + [Pair(decode(one.name), decode(one.value), one.source) if one.raw else one for one in more]
        realm = self._value(recipe, "realm")
        if realm is not None:
            pairs.append(Pair("realm", realm, "more"))
        extras = self._value(recipe, "extras")
        if extras == "received":
            extras = (("oauth_signature", self.received),)
        elif extras == "previous":
            extras = (("oauth_signature", self._first_pass()),)
        kept = [one for one in pairs if keep(one)]
        return (*kept, *(Pair(name, value, "extra") for name, value in extras))

    def _first_pass(self) -> str:
        if self._previous is None:
            self._previous = ""  # while it is made
            self._previous = self.signature(self.right) or ""
        return self._previous

    def _parameters(self, recipe: Recipe) -> str:
        pairs = self._once("pairs", recipe, _PAIRS, self._pairs)
        inner, _ = _encoder(*recipe[_ENCODER])
        of_header, of_names, of_values = self._value(recipe, "layers")
        encoded = [
            (_layered(one.name, of_header, inner), _layered(one.value, of_header, inner), one)
            if one.source == "header"
            else (_layered(one.name, of_names, inner), _layered(one.value, of_values, inner), one)
            for one in pairs
        ]
        before, equals, between, after = self._value(recipe, "joiner")
        ordered = self._value(recipe, "order")(encoded)
        joined: str = before + between.join([f"{name}{equals}{value}" for name, value, _ in ordered]) + after
        return joined

    def base_string(self, recipe: Recipe) -> str:
        """Give the base string of a recipe."""
        uri = self._once("uri", recipe, _URI, self._uri)
        parameters = self._once("parameters", recipe, _PARAMETERS, self._parameters)
        method, how = self._value(recipe, "method"), self._value(recipe, "join")
        if how == "{m}&{u}&{p}":
            outer_uri = self._once("outer uri", recipe, _URI_AND_ENCODER, lambda one: _encoder(*one[_ENCODER])[1](uri))
            joined: str = self._once("joined", recipe, _PARAMETERS, lambda one: _encode_joined(one, parameters))
            return f"{method}&{outer_uri}&{joined}"
        _, outer = _encoder(*recipe[_ENCODER])
        if how == "again":
            return outer(f"{method}&{outer(uri)}&{outer(parameters)}")
        parts: dict[str, Callable[[], str]] = {
            "{m}": lambda: method,
            "{u}": lambda: outer(uri),
            "{U}": lambda: uri,
            "{uu}": lambda: outer(outer(uri)),
            "{p}": lambda: outer(parameters),
            "{P}": lambda: parameters,
            "{pp}": lambda: outer(outer(parameters)),
        }
        text: str = re.sub(r"\{\w+\}", lambda found: parts[found[0]](), how)
        return text

    def signature(self, recipe: Recipe) -> str | None:
        """Give the signature of a recipe as the server would read it; None where its secrets are not known."""
        if self._value(recipe, "secrets") is None:
            return None
        if recipe[_TEXT_AND_HEADER] == (0, 0):
            digest = self._digest(recipe)
        else:  # many texts of few digests
            digest = self._once("digest", recipe, _DIGEST, self._digest)
        if self._value(recipe, "digest") is plaintext:
            return to_text(digest)
        text: str = self._value(recipe, "header")(self._value(recipe, "text")(digest))
        return text

    def _base(self, recipe: Recipe) -> bytes:
        return to_bytes_or_replace(self.base_string(recipe))

    def _key(self, recipe: Recipe) -> bytes:
        return to_bytes_or_replace("".join(self._value(recipe, "key")(self._value(recipe, "secrets"))))

    def _digest(self, recipe: Recipe) -> bytes:
        base = self._once("base", recipe, _BASE, self._base)
        key = self._once("key", recipe, _KEY, self._key)
        self.made += 1
        digest: bytes = self._value(recipe, "digest")(key, base)
        return digest

    def mistakes(self, recipe: Recipe) -> tuple[tuple[tuple[str, ...], str], ...]:
        """Give for each deviation the ids that it may be, and what was found."""
        return tuple(
            (option.mistakes, option.cause)
            for stage, index in zip(STAGES, recipe, strict=True)
            if index
            for option in (self.options[stage][index],)
        )


def _encode_joined(recipe: Recipe, parameters: str) -> str:
    encoder = recipe[_ENCODER]
    return _encoder(*encoder)[1](parameters) if any(encoder) else encode_joined(parameters)


def _layered(text: str, layers: int, encode: Callable[[str], str]) -> str:
    for _ in range(layers):
        text = encode(text)
    return text


def to_bytes_or_replace(text: str) -> bytes:
    """Give the bytes of a text; a surrogate that stands for no byte becomes a question mark."""
    try:
        return to_bytes(text)
    except ValueError:
        return text.encode("utf-8", "replace")
