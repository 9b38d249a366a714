"""A signer made of RFC 5849 alone: a function for each stage, so that any of them can be replaced by a wrong one.

It shares no code with the product, so that what the diagnosis names was not made by the hand that names it.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_plus

from .alphabets import percent
from .netsuite_calls import FORM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Place(NamedTuple):
    """Where a request goes."""

    scheme: str
    host: str
    path: str


class Parts(NamedTuple):
    """What the pairs are made of, decoded."""

    oauth: list[tuple[str, str]]
    query: list[tuple[str, str | None]]
    body: list[tuple[str, str]]


class Signed(NamedTuple):
    """What a signer made.

    Attributes:
        base: the base string.
        sent: the header, or the signature of a passport.
        received: what a server can tell of it: in a header a raw ``+`` is a space to whoever reads it as a form, while a
            raw ``/`` or ``=`` is what it says; round the signature of a passport space is nothing.
    """

    base: str
    sent: str
    received: str


def _place(place, call):
    """Scheme and host in lower case, the default port left out (RFC 5849, 3.4.1.2)."""
    default = {"http": ":80", "https": ":443"}[place.scheme]
    return Place(place.scheme, place.host.lower().removesuffix(default), place.path or "/")


def split_query(query, call):
    """Pairs as written; None for the value of a name without ``=``."""
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    return [(name, value if equals else None) for name, equals, value in pairs]


def form_pairs(body, call):
    """Only a form is signed (RFC 5849, 3.4.1.3.1)."""
    if call.content_type != FORM:
        return []
    return [(unquote_plus(name), unquote_plus(value or "")) for name, value in split_query(body, call)]


def _text_of(pairs):
    return [(name, "" if value is None else value) for name, value in pairs]


def _header(fields, call):
    written = ", ".join(f'{name}="{value}"' for name, value in [("realm", call.credentials.account), *fields])
    return f"OAuth {written}"


STAGES = {
    "method": lambda method, call: method.upper(),
    "place": _place,
    "uri": lambda place, call: f"{place.scheme}://{place.host}{place.path}",
    "query": lambda query, call: query,
    "split": split_query,
    "decode": lambda text, call: unquote_plus(text, errors="surrogateescape"),
    "sent": lambda pairs, call: pairs,
    "body": form_pairs,
    "oauth": lambda pairs, call: pairs,
    "parts": lambda parts, call: [*parts.oauth, *_text_of(parts.query), *parts.body],
    "encode_name": lambda text, call: percent(text),
    "encode": lambda text, call: percent(text),
    "order": lambda pairs, call: [encoded for _, encoded in sorted(pairs, key=lambda pair: pair[1])],
    "join": lambda pairs, call: "&".join(f"{name}={value}" for name, value in pairs),
    "outer_uri": lambda text, call: percent(text),
    "outer_parameters": lambda text, call: percent(text),
    "base": lambda parts, call: "&".join(parts),
    "fields": lambda fields, call: fields,  # of a passport
    "passport_base": lambda fields, call: "&".join(fields),
    "octets": lambda text, call: text.encode("utf-8", "surrogateescape"),
    "secrets": lambda secrets, call: secrets,
    "key": lambda secrets, call: "&".join(map(percent, secrets)),
    "key_octets": lambda key, call: key.encode("utf-8") if isinstance(key, str) else key,
    "hash": lambda given, call: hmac.digest(*given, "sha256"),
    "text": lambda digest, call: base64.b64encode(digest).decode(),
    "written": lambda signature, call: percent(signature),
    "nonce": lambda nonce, call: percent(nonce),
    "header": _header,
}  # fmt: skip


class Signer:
    """A function for each stage; each takes what the stage before made, and the call.

    ``Signer()`` is right. An operator puts another function where one stands.
    """

    def __init__(self, operators: Iterable[Operator] = ()):
        self.stages = dict(STAGES)
        for operator in operators:
            operator.wrong(self.stages)

    def base_string(self, call):
        """The text that is hashed."""
        stages = self.stages
        if call.passport:
            credentials = call.credentials
            given = [credentials.account, credentials.consumer_key, credentials.token_id, call.nonce, call.timestamp]
            return stages["passport_base"](stages["fields"](given, call), call)
        uri = stages["uri"](stages["place"](Place(call.scheme, call.host, call.path), call), call)
        split = stages["split"](stages["query"](call.query, call), call)
        decode, name_of, value_of = stages["decode"], stages["encode_name"], stages["encode"]
        query = [(decode(name, call), None if value is None else decode(value, call)) for name, value in split]
        query = stages["sent"](query, call)
        parts = Parts(stages["oauth"](call.oauth, call), query, stages["body"](call.body, call))
        pairs = _text_of(stages["parts"](parts, call))
        encoded = [(pair, (name_of(pair[0], call), value_of(pair[1], call))) for pair in pairs]
        parameters = stages["join"](stages["order"](encoded, call), call)
        texts = (stages["method"](call.method, call), stages["outer_uri"](uri, call),
                 stages["outer_parameters"](parameters, call))  # fmt: skip
        return stages["base"](texts, call)

    def signature(self, call):
        """The signature as text, of the base string and the credentials."""
        return self._signature(call, self.base_string(call))

    def _signature(self, call, base):
        stages, credentials = self.stages, call.credentials
        secrets = stages["secrets"]((credentials.consumer_secret, credentials.token_secret), call)
        key = stages["key_octets"](stages["key"](secrets, call), call)
        return stages["text"](stages["hash"]((key, stages["octets"](base, call)), call), call)

    def with_signature(self, call, signature):
        """What is sent with this signature: a header; of a passport the signature alone."""
        if call.passport:
            return signature
        stages = self.stages
        fields = [(name, stages["nonce"](value, call) if name == "oauth_nonce" else percent(value))
                  for name, value in call.oauth]  # fmt: skip
        return stages["header"]([*fields, ("oauth_signature", stages["written"](signature, call))], call)

    def sign(self, call) -> Signed:
        """Sign ``call``."""
        base = self.base_string(call)
        sent = self.with_signature(call, self._signature(call, base))
        return Signed(base, sent, sent.strip() if call.passport else unquote_plus(sent))


# -- operators -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class Operator:
    """One mistake.

    Attributes:
        name: what was done.
        stage: where in the pipeline; operators of one case are of different stages.
        weight: how often it was seen.
        ids: those of the catalogue that name it rightly.
        words: a regular expression that title or cause of a right finding matches, where no id fits.
        wrong: puts its functions into the stages of a signer.
    """

    name: str
    stage: str
    weight: int = 1
    ids: tuple[str, ...] = ()
    words: str = ""
    wrong: Callable[[dict], None]

    def __repr__(self):
        return self.name


def instead(**functions):
    """Other functions for whole stages."""
    return lambda stages: stages.update(functions)


def after(stage, change):
    """Change what the stage makes; ``change`` takes that and the call."""

    def wrong(stages):
        right = stages[stage]
        stages[stage] = lambda given, call: change(right(given, call), call)

    return wrong


def before(stage, change):
    """Change what the stage is given."""

    def wrong(stages):
        right = stages[stage]
        stages[stage] = lambda given, call: right(change(given, call), call)

    return wrong


def together(*changes):
    """Several changes that one cause makes."""

    def wrong(stages):
        for change in changes:
            change(stages)

    return wrong
