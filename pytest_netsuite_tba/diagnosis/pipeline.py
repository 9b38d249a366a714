"""How a client may have made a signature: a pipeline of stages, each with the right choice and the wrong ones.

A recipe takes one option at each stage. The :class:`Pipeline` makes what a recipe makes for one request, each intermediate
product once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote_from_bytes

from pytest_netsuite_tba.login.base_string import NOT_SIGNED
from pytest_netsuite_tba.oauth1.encoding import form_decode, percent_encode, to_bytes, to_text
from pytest_netsuite_tba.oauth1.signature import HASHES, encode_joined

from . import stages
from .choices import FORMS_OF_URI, IN_URI, bodies, hosts, paths, ports, queries, secrets, split, split_port, unsent
from .stages import INNER, NO_TILDE, Option, Pair, plaintext, wrong

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_netsuite_tba.login.facts import Facts

_ESCAPE = re.compile("%[0-9A-F]{2}")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")
_IS_OAUTH = re.compile(
    "oauth_(consumer_key|token|signature_method|timestamp|nonce|signature|version|callback|verifier|body_hash)"
).fullmatch

_RAW_PLUS = 'The "+" of oauth_nonce stands raw in the header, where it is read as a space; encoded it is %2B.'

T = TypeVar("T")
Recipe = tuple[int, ...]

# The stages, in the order of the pipeline. The names are those of its options.
STAGES = (
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
    "nonce",
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
)
_AT = {name: index for index, name in enumerate(STAGES)}
_URI = slice(_AT["scheme"], _AT["query"] + 1)
_PAIRS = slice(_AT["query"], _AT["nonce"] + 1)
_ENCODER = slice(_AT["charset"], _AT["hex_case"] + 1)
_PARAMETERS = slice(_AT["query"], _AT["joiner"] + 1)
_URI_AND_ENCODER = slice(_AT["scheme"], _AT["hex_case"] + 1)
_BASE = slice(0, _AT["join"] + 1)
_KEY = slice(_AT["secrets"], _AT["key"] + 1)
_DIGEST = slice(0, _AT["digest"] + 1)
_TEXT_AND_HEADER = slice(_AT["text"], _AT["header"] + 1)


@lru_cache(256)
def _encoder(charset: int, safe: int, space: int, hex_case: int) -> tuple[Callable[[str], str], Callable[[str], str]]:
    """The inner and the outer encoding of these options."""
    if not (charset or safe or space or hex_case):
        return percent_encode, percent_encode
    to_charset, raw = stages.CHARSETS[charset].value, stages.SAFE[safe].value
    how, case = stages.SPACE[space].value, stages.HEX_CASE[hex_case].value
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

    remember = lru_cache(1024)
    return remember(partial(encode, inner=True)), remember(partial(encode, inner=False))


class Pipeline:
    """Makes what recipes make for one request.

    Attributes:
        stages: their names, in order.
        options: by stage, the right choice first.
        received: the signature that came, as the server reads it.
        made: how many signatures were computed.
    """

    stages: tuple[str, ...] = STAGES

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.received = facts.parameters.get("oauth_signature", "")
        self.made = 0
        self._memory: dict[str, dict[Recipe, Any]] = defaultdict(dict)
        self._previous: str | None = None
        self.options = self._options()
        self._values = {
            stage: (at, [option.value for option in self.options[stage]]) for at, stage in enumerate(self.stages)
        }
        self.right: Recipe = (0,) * len(self.stages)

    def _options(self) -> dict[str, tuple[Option, ...]]:
        facts, request = self.facts, self.facts.request
        in_header = facts.parameters.items() if request.authorizations else ()
        self._header = tuple(Pair(name, value, "header") for name, value in in_header if name not in NOT_SIGNED)
        self._query = tuple(
            Pair(name, value, "query", raw=True)
            for name, value in split(request.query)
            if form_decode(name) != "oauth_signature"
        )
        self._form = tuple(Pair(name, value, "form", raw=True) for name, value in split(request.form))
        declared = facts.parameters.get("oauth_signature_method", "")
        return {
            "method": self._methods(),
            "scheme": (Option(request.scheme), *self._schemes()),
            "host": (Option(""), *hosts(facts)),
            "port": (Option(None), *ports(facts)),
            "path": (Option(request.path or "/"), *paths(request.path or "/")),
            "form_of_uri": tuple(form for form in FORMS_OF_URI if request.query or "{q}" not in form.value),
            "query": (Option(None), *queries(self._query, request.query)),
            "repeated": _where(stages.REPEATED, possible=self._has_repeated()),
            "empty": _where(stages.EMPTY, possible=not all(pair.value for pair in (*self._header, *self._query))),
            "decoding": _where(stages.DECODING, possible=bool(self._query or self._form)),
            "body": (Option(self._form), *bodies(facts, self._form)),
            "realm": (Option(None), *self._realms()),
            "version": (Option(value=True), *self._versions()),
            "declared": (Option(declared), *self._declared(declared)),
            "extras": (*stages.EXTRAS, *unsent(self._query, facts.parameters.get("oauth_timestamp", ""))),
            "header_parameters": (Option(frozenset()), *self._left_out()),
            "charset": _where(stages.CHARSETS, possible=self._has_non_ascii()),
            "safe": stages.SAFE,
            "nonce": self._nonces(),
            "space": self._spaces(),
            "hex_case": stages.HEX_CASE,
            "layers": stages.LAYERS,
            "order": stages.ORDER if facts.parameter_order == "rfc5849" else (Option(stages.SORT_AS_ORACLE_DOES),),
            "joiner": stages.JOINER,
            "join": stages.JOIN,
            "secrets": tuple(secrets(facts)),
            "key": stages.KEY,
            # Hashed as declared; HMAC-SHA256 where that is no known name.
            "digest": stages.digests(HASHES.get(declared, "sha256")),
            "text": stages.TEXT,
            "header": stages.HEADER,
        }

    def _methods(self) -> tuple[Option, ...]:
        sent = self.facts.request.method.upper()
        return (
            Option(sent),
            *(
                wrong(other, "method-wrong", cause=f"It was signed for {other}, and sent as {sent}.")
                for other in _METHODS
                if other != sent
            ),
            wrong(sent.lower(), "method-lowercase"),
            wrong(sent.capitalize(), "method-lowercase", cause="The method was signed capitalised."),
            wrong("", "method-wrong", cause="No method was signed."),
        )

    def _schemes(self) -> list[Option]:
        sent = self.facts.request.scheme
        other = "http" if sent == "https" else "https"
        cause = f"The base string begins with {other}://, the request came by {sent}."
        return [wrong(other, "proxy-changes-request", "scheme-mismatch", cause=cause)]

    def _realms(self) -> list[Option]:
        realm, account = self.facts.parameters.get("realm"), self.facts.account
        values = dict.fromkeys(value for value in (realm, account) if value)
        return [wrong(value, "realm-in-base-string", cause=f"realm={value[:80]} was signed.") for value in values]

    def _versions(self) -> list[Option]:
        if "oauth_version" in self.facts.parameters:
            cause = "oauth_version is in the header, and was not signed."
        else:
            cause = "oauth_version=1.0 was signed, and is not in the header."
        return [Option(value=False, mistakes=("oauth-version-mismatch",), cause=cause)]

    @staticmethod
    def _declared(declared: str) -> list[Option]:
        return [
            wrong(name, "method-declared-differs", cause=f"The base string says {name}, the header {declared[:40]!r}.")
            for name in ("HMAC-SHA1", "HMAC-SHA256", "HMAC_SHA256", "HMAC-SHA512", "RSA-SHA1", "PLAINTEXT")
            if name != declared
        ]

    def _left_out(self) -> list[Option]:
        """Parameters of the header that may not have been signed."""
        names = [pair.name for pair in self._header]
        strange = frozenset(name for name in names if not name.startswith("oauth_"))
        options = []
        if strange:
            cause = f"The header holds {', '.join(sorted(strange))[:120]}, which was not signed twice."
            options.append(wrong(strange, "query-in-auth-header", cause=cause))
        invented = [name for name in names if name not in strange and not _IS_OAUTH(name)]
        left_out = dict.fromkeys(invented, "invented-oauth-parameter")
        for name in names:
            if _IS_OAUTH(name) and name != "oauth_version":
                left_out[name] = "oauth-parameter-not-signed"
        return options + [
            wrong(frozenset({name}), mistake, cause=f"{name[:60]} is in the header, but not signed.")
            for name, mistake in left_out.items()
        ]

    def _nonces(self) -> tuple[Option, ...]:
        """A "+" that stands raw in the header is read as a space; the nonce was signed with its plus."""
        meant = self._nonce_with_plus()
        return (Option(None), *([wrong(meant, "nonce-special-characters", cause=_RAW_PLUS)] if meant else []))

    def _spaces(self) -> tuple[Option, ...]:
        """Where no space is but of a raw "+" of the nonce, no space was signed as "+": the plus was, unencoded."""
        if not self._nonce_with_plus() or self._has_space():
            return stages.SPACE
        return tuple(
            option._replace(mistakes=("nonce-special-characters",), cause=_RAW_PLUS)
            if "plus-for-space" in option.mistakes
            else option
            for option in stages.SPACE
        )

    def _nonce_with_plus(self) -> str:
        """The nonce as it was meant, if a "+" of it stands raw in the header; else ``""``."""
        header = self.facts.request.authorization
        sent = header.parameters if header else ()
        return next((pair.value for pair in sent if pair.name == "oauth_nonce" and "+" in pair.raw), "")

    def _has_space(self) -> bool:
        pairs = (*self._query, *self._form)
        return b" " in self.facts.request.body or any(
            " " in form_decode(pair.name) + form_decode(pair.value) for pair in pairs
        )

    def _has_repeated(self) -> bool:
        return len({pair.name for pair in self._query}) < len(self._query)

    def _has_non_ascii(self) -> bool:
        request = self.facts.request
        return not request.body.isascii() or any(
            not (form_decode(pair.name) + form_decode(pair.value)).isascii() for pair in (*self._query, *self._header)
        )

    # -- products ----------------------------------------------------------------------------------------------

    def _value(self, recipe: Recipe, stage: str) -> Any:  # noqa: ANN401  (texts, numbers, functions, by stage: a type that names the stage would be thirty overloads)
        at, values = self._values[stage]
        return values[recipe[at]]

    def _once(self, kind: str, recipe: Recipe, part: slice, make: Callable[[Recipe], T]) -> T:
        memory: dict[Recipe, T] = self._memory[kind]
        key = recipe[part]
        if key not in memory:
            memory[key] = make(recipe)
        return memory[key]

    def _uri(self, recipe: Recipe) -> str:
        host, port = self._value(recipe, "host"), self._value(recipe, "port")
        scheme = self._value(recipe, "scheme")
        request = self.facts.request
        sent, _, sent_port = split_port(request.host)
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
        header = [pair for pair in self._header if pair.name not in left_out]
        if not self._value(recipe, "version"):
            signed = [pair for pair in header if pair.name != "oauth_version"]
            header = signed if len(signed) < len(header) else [*header, Pair("oauth_version", "1.0", "header")]
        nonce = self._value(recipe, "nonce")
        if nonce is not None:
            header = [pair._replace(value=nonce) if pair.name == "oauth_nonce" else pair for pair in header]
        declared = self._value(recipe, "declared")
        header = [pair._replace(value=declared) if pair.name == "oauth_signature_method" else pair for pair in header]
        sent = self._query
        if query == IN_URI:
            sent = ()
        elif query == "at equals":
            sent = tuple(pair._replace(value=pair.value.partition("=")[0]) for pair in sent)
        elif query is not None:
            sent = tuple(pair for pair in sent if pair.name in query)
        sent = self._value(recipe, "repeated")(sent)
        pairs = header + [
            Pair(decode(pair.name), decode(pair.value), pair.source) if pair.raw else pair
            for pair in (*sent, *self._value(recipe, "body"))
        ]
        realm = self._value(recipe, "realm")
        if realm is not None:
            pairs.append(Pair("realm", realm, "more"))
        extras = self._value(recipe, "extras")
        if extras == "received":
            extras = (("oauth_signature", self.received),)
        elif extras == "previous":
            extras = (("oauth_signature", self._first_pass()),)
        return (*filter(keep, pairs), *(Pair(name, value, "extra") for name, value in extras))

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
            (_layer(pair.name, of_header, inner), _layer(pair.value, of_header, inner), pair)
            if pair.source == "header"
            else (_layer(pair.name, of_names, inner), _layer(pair.value, of_values, inner), pair)
            for pair in pairs
        ]
        before, equals, between, after = self._value(recipe, "joiner")
        ordered = self._value(recipe, "order")(encoded)
        joined: str = before + between.join([f"{name}{equals}{value}" for name, value, _ in ordered]) + after
        return joined

    def base_string(self, recipe: Recipe) -> str:
        """The base string of a recipe."""
        uri = self._once("uri", recipe, _URI, self._uri)
        parameters = self._once("parameters", recipe, _PARAMETERS, self._parameters)
        method, how = self._value(recipe, "method"), self._value(recipe, "join")
        if how == "{m}&{u}&{p}":
            outer_uri = self._once("outer uri", recipe, _URI_AND_ENCODER, lambda r: _encoder(*r[_ENCODER])[1](uri))
            joined = self._once("joined", recipe, _PARAMETERS, lambda r: _encode_joined(r, parameters))
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
        """The signature of a recipe as the server would read it; None where its secrets are not known."""
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
        return to_bytes(self.base_string(recipe))

    def _key(self, recipe: Recipe) -> bytes:
        return to_bytes("".join(self._value(recipe, "key")(self._value(recipe, "secrets"))))

    def _digest(self, recipe: Recipe) -> bytes:
        base = self._once("base", recipe, _BASE, self._base)
        key = self._once("key", recipe, _KEY, self._key)
        self.made += 1
        digest: bytes = self._value(recipe, "digest")(key, base)
        return digest

    def mistakes(self, recipe: Recipe) -> tuple[tuple[tuple[str, ...], str], ...]:
        """For each deviation the ids that it may be, and what was found."""
        chosen = (self.options[stage][index] for stage, index in zip(self.stages, recipe, strict=True) if index)
        return tuple((option.mistakes, option.cause) for option in chosen)


def _where(options: tuple[Option, ...], *, possible: bool) -> tuple[Option, ...]:
    return options if possible else options[:1]


def _encode_joined(recipe: Recipe, parameters: str) -> str:
    encoder = recipe[_ENCODER]
    return _encoder(*encoder)[1](parameters) if any(encoder) else encode_joined(parameters)


def _layer(text: str, layers: int, encode: Callable[[str], str]) -> str:
    for _ in range(layers):
        text = encode(text)
    return text
