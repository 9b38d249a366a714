"""How a client may have made a signature: stages, each with the right option and the wrong ones, and what comes of them.

A recipe is a tuple of deviations, each of another stage. A pipeline makes the parts of the base string, the key and the
digest of a recipe; a part that a recipe does not touch is the right one, made once.
"""

from __future__ import annotations

import itertools
import re
from abc import ABC, abstractmethod
from contextlib import suppress
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from pytest_netsuite_tba.oauth1.encoding import between_escapes, form_decode, percent_encode, to_bytes, to_text

from .likelihood import cost_of
from .options import Case, Stage, Table
from .stages import body, digest, encoding, header, joining, key, passport, query, url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pytest_netsuite_tba.login.facts import Facts, Secrets

    from .options import Option, Pair

# Bytes of parts, and as many of encoded pairs, that are kept for the recipes they come in again.
_MOST_KEPT = 12 * 2**20
_SIZE_OF_PIECE = 300  # bytes, beside its texts
_SIZE_OF_PAIR = 100
_BITS = {"method": 1, "uri": 2, "parameters": 4, "whole": 15, "key": 16, "digest": 32, "text": 64}
BASE, KEY = 15, 48
JOINED = 8  # only in "whole": the parts were put together otherwise
Chosen = dict[str, Any]


class Deviation(NamedTuple):
    """A wrong option of a stage.

    Attributes:
        at: its number among those of the pipeline.
        stage: its stage's name.
        option: what is done.
        cost: how unlikely it is: the negative logarithm of its odds.
        bits: the parts that it changes.
    """

    at: int
    stage: str
    option: Option
    cost: float
    bits: int


Recipe = tuple[Deviation, ...]

HEADER_STAGES = (
    Stage("method", url.methods, ("method",)),
    Stage("scheme", url.schemes, ("uri",)),
    Stage("host", url.hosts, ("uri",)),
    Stage("port", url.ports, ("uri",)),
    Stage("path", url.paths, ("uri",)),
    Stage("form of URI", url.forms_of_uri, ("uri",)),
    Stage("query", query.queries, ("parameters",)),
    Stage("part of query", query.parts_of_query, ("parameters",), is_late=True),
    Stage("decoding", query.decoding, ("parameters",)),
    Stage("repeated", query.repeated, ("parameters",)),
    Stage("arrays", query.arrays, ("parameters",), is_late=True),
    Stage("values", query.values, ("parameters",), is_late=True),
    Stage("names", query.names, ("parameters",), is_late=True),
    Stage("version", header.versions, ("parameters",)),
    Stage("declared", header.declared, ("parameters",)),
    Stage("nonce", header.nonces, ("parameters",)),
    Stage("made twice", header.made_twice, ("parameters",), is_late=True),
    Stage("fields", header.fields, ("parameters",), is_late=True),
    Stage("left out", header.left_out, ("parameters",)),
    Stage("body", body.bodies, ("parameters",)),
    Stage("realm", header.realms, ("parameters",)),
    Stage("extras", header.extras, ("parameters",)),
    Stage("unsent", header.unsent, ("parameters",), is_late=True),
    Stage("empty", query.empties, ("parameters",)),
    Stage("charset", encoding.charsets, ("parameters",)),
    Stage("encoder", encoding.common_encoders, ("uri", "parameters")),
    Stage("encoder", encoding.other_encoders, ("uri", "parameters"), is_late=True),
    Stage("space", encoding.spaces, ("parameters",)),
    Stage("hex case", encoding.hex_cases, ("parameters",)),
    Stage("layers", encoding.layers, ("parameters",)),
    Stage("order", joining.orders, ("parameters",)),
    Stage("joiner", joining.joiners, ("parameters",)),
    Stage("join", joining.joins, ("whole",)),
    Stage("secrets", key.secrets, ("key",)),
    Stage("consumer secret", key.consumer_secrets, ("key",), is_late=True),
    Stage("token secret", key.token_secrets, ("key",), is_late=True),
    Stage("both secrets", key.both_secrets, ("key",), is_late=True),
    Stage("key", key.keys, ("key",)),
    Stage("digest", digest.digests, ("digest",)),
    Stage("text", digest.texts, ("text",)),
    Stage("header", digest.headers, ("text",)),
)
# What changes the pairs, in the order of the pipeline.
_CHANGES = (
    "query", "part of query", "decoding", "repeated", "arrays", "values", "names", "version", "declared", "nonce", "made twice", "fields",
    "left out", "body", "realm", "extras", "unsent", "empty",
)  # fmt: skip
_PLACES = {stage: place for place, stage in enumerate(_CHANGES)}
_DECODED = _PLACES["decoding"]
PASSPORT_STAGES = (
    Stage("account", passport.accounts, ("parameters",)),
    Stage("passport", passport.fields, ("parameters",), is_late=True),
    Stage("form", passport.forms, ("parameters",)),
    Stage("separator", passport.separators, ("parameters",)),
    Stage("encoding", passport.encodings, ("parameters",)),
    *(stage for stage in HEADER_STAGES if {"key", "digest"}.intersection(stage.parts)),
    Stage("text", passport.texts, ("text",)),
    Stage("header", passport.sent, ("text",)),
)


_COST = itemgetter(Deviation._fields.index("cost"))
_NUMBERS = itertools.count()
_FIRST_OF_REQUEST = 1_000_000  # lower numbers are those of tables, which all requests share
LEAST_OF_LATE = 4.6  # the cost of an option of a late stage is no less


def _deviation(number: int, stage: Stage, option: Option, platform: str) -> Deviation:
    bits = sum(_BITS[part] for part in option.parts or stage.parts)
    cost = cost_of(option, platform)
    return Deviation(number, stage.name, option, max(cost, LEAST_OF_LATE) if stage.is_late else cost, bits)


def _of_table(stage: Stage, table: Table) -> list[Deviation]:
    made: list[Deviation] | None = table.known.get(stage.name)
    if made is None:
        made = table.known[stage.name] = [_deviation(next(_NUMBERS), stage, option, "") for option in table.options[1:]]
    return made


def _bits(recipe: Recipe) -> int:
    bits = 0
    for deviation in recipe:
        bits |= deviation.bits
    return bits


def _place_of(deviation: Deviation) -> int:
    return _PLACES[deviation.stage]


class Pipeline(ABC):
    """Makes what recipes make for one request.

    Attributes:
        case: the request, taken apart.
        deviations: every wrong option, the likeliest first.
        writings: the deviations of how a digest is written and sent.
        received: the signature that came, as the server reads it.
        work: bytes hashed and encoded so far, as :mod:`search` counts them.
    """

    stages: ClassVar[tuple[Stage, ...]]

    def __init__(self, facts: Facts) -> None:
        self.case = Case(facts)
        self.received = self.case.received
        self.work = 0
        self.deviations: list[Deviation] = []
        self.writings: list[Deviation] = []
        self.right: Chosen = {}
        self._parts_kept = _Kept(_MOST_KEPT)
        self._others: dict[str, dict[str, str]] = {}
        self._products: dict[tuple[str, int], bytes] = {}
        self._add(stage for stage in self.stages if not stage.is_late)
        self.right = dict.fromkeys((stage.name for stage in self.stages if stage.is_late), None) | self.right
        self._makers = self.makers()
        self._right_parts = [(part, _BITS[part], make(())) for part, make in self._makers.items()]

    def add_late_stages(self) -> None:
        """Make the options that are many and seldom seen."""
        self._add(stage for stage in self.stages if stage.is_late)

    def _add(self, stages: Iterable[Stage]) -> None:
        number = itertools.count(_FIRST_OF_REQUEST + len(self.deviations))
        for stage in stages:
            made = stage.options(self.case)
            right, *others = made.options if isinstance(made, Table) else made
            self.right[stage.name] = right.value
            if isinstance(made, Table):
                self.deviations += _of_table(stage, made)
            else:
                self.deviations += [_deviation(next(number), stage, option, self.case.platform) for option in others]
        self.deviations.sort(key=_COST)
        self.writings = [deviation for deviation in self.deviations if deviation.bits == _BITS["text"]]

    def chosen(self, recipe: Recipe) -> Chosen:
        """What each stage does."""
        chosen = self.right.copy()
        for deviation in recipe:
            chosen[deviation.stage] = deviation.option.value
        return chosen

    def told(self, recipe: Recipe) -> tuple[Option, ...]:
        """The options of a recipe, each named by what it does beside the others."""
        return tuple([deviation.option for deviation in recipe])

    @abstractmethod
    def makers(self) -> dict[str, Callable[[Recipe], bytes]]:
        """The parts of the base string, in its order, and what makes each."""

    @staticmethod
    @abstractmethod
    def encode_secret(text: str) -> str:
        """A secret as it stands in the key."""

    def base(self, recipe: Recipe) -> bytes:
        """The base string of a recipe."""
        return b"&".join(self._parts_of(recipe, _bits(recipe)))

    def _parts_of(self, recipe: Recipe, bits: int) -> list[bytes]:
        """The parts of a base string; those that one deviation changes, or none, are made once."""
        parts = []
        for part, bit, right in self._right_parts:
            if not bits & bit:
                parts.append(right)
                continue
            mine = [deviation for deviation in recipe if deviation.bits & bit]
            parts.append(self._part_of_one(part, mine[0]) if len(mine) == 1 else self._part(part, recipe))
        return parts

    def _part(self, part: str, recipe: Recipe) -> bytes:
        made = self._makers[part](recipe)
        self.work += _work_of(made)
        return made

    def _part_of_one(self, part: str, deviation: Deviation) -> bytes:
        """A part as one deviation has it, which many recipes share."""
        key = (part, deviation.at)
        known = self._products.get(key)
        if known is None:
            known = self._part(part, (deviation,))
            if self._parts_kept.take(len(known)):
                self._products[key] = known
        return known

    def key(self, recipe: Recipe) -> bytes | None:
        """The key of a recipe; None where its secrets are not known."""
        chosen = self.chosen(recipe)
        own = chosen["secrets"]
        if own is None:
            return None
        consumer = own.consumer_secret if chosen["consumer secret"] is None else chosen["consumer secret"]
        token = own.token_secret if chosen["token secret"] is None else chosen["token secret"]
        both = chosen["both secrets"]
        if both is not None:
            consumer, token = (
                secret if isinstance(secret, bytes) else both(secret) or secret for secret in (consumer, token)
            )
        layers = chosen.get("encoder")  # a passport has none
        encode = self.encode_secret if layers is None or layers.key is None else layers.key.encode
        return key.key_bytes(chosen["key"], key.KeyParts(consumer, token, self._others_of(own), encode))

    def _others_of(self, own: Secrets) -> dict[str, str]:
        """What may stand in a key besides secrets."""
        known = self._others.get(own.token_id)
        if known is None:
            sent = self.case.sent.get
            known = self._others[own.token_id] = {
                "k": own.consumer_key, "i": own.token_id, "a": self.case.facts.account,
                "n": sent("oauth_nonce", ""), "s": sent("oauth_timestamp", ""),
            }  # fmt: skip
        return known

    def signature(self, recipe: Recipe) -> str | None:
        """The signature of a recipe as the server would read it; None where its secrets are not known."""
        secret = self.key(recipe)
        if secret is None:
            return None
        chosen = self.chosen(recipe)
        made = chosen["digest"](secret, self.base(recipe))
        if chosen["digest"] is digest.plaintext:
            return to_text(made)
        text: str = chosen["text"].forth(made)
        return self._sent(chosen, text)

    def _sent(self, chosen: Chosen, text: str) -> str:
        sent: str = chosen["header"].forth(text)
        return sent


_LOOK = 1_500  # what a string costs that is put together, beside its bytes


def _work_of(made: bytes) -> int:
    return 2 * _LOOK + 10 * len(made)


_PLACE = re.compile(r"\{\w+\}")
_ESCAPE = re.compile("%[0-9A-F]{2}")
_PLAIN = "_Az09"  # what encoders leave as it is, but for "_", which some encode
_IS_PLAIN = re.compile("[A-Za-z0-9_]*").fullmatch


class _Kept:
    """How many bytes one search keeps for later, at most."""

    def __init__(self, most: int) -> None:
        self._left = most
        self.missed = 0  # the work of making what was not kept

    def take(self, size: int) -> bool:
        """Whether so many more may be kept."""
        self._left -= size
        return self._left > 0


class _Encoding:
    """One way to encode names, values and parts; what it made of a pair is kept for the next recipe.

    A pair of plain letters, which it leaves alone, it takes from the ``right`` encoding.
    """

    def __init__(
        self, inner: Callable[[str], str], outer: Callable[[str], str], of_uri: Callable[[str], str],
        layers: tuple[int, int, int], right: _Encoding | None, kept: _Kept,
    ) -> None:  # fmt: skip
        self._kept = kept
        self.outer, self.of_uri = outer, of_uri
        self.ampersand, self._equals = outer("&"), outer("=")
        self._inner, self._layers = inner, layers
        self._pieces: dict[Pair, joining.Piece] = {}
        spares_plain = inner(_PLAIN) == outer(_PLAIN) == _PLAIN
        shares = right is not None and spares_plain and layers == (1, 1, 1) and self._equals == right.outer("=")
        self._right = right if shares else None

    def pieces(self, pairs: Sequence[Pair]) -> list[joining.Piece]:
        """The pairs, encoded."""
        known, piece = self._pieces.get, self._piece
        return [known(pair) or piece(pair) for pair in pairs]

    def _piece(self, pair: Pair) -> joining.Piece:
        if self._right is not None and _IS_PLAIN(pair.name + pair.value) and pair.source != query.BARE:
            (made,) = self._right.pieces((pair,))
            self._keep(pair, made)
            return made
        of_header, of_names, of_values = self._layers
        is_header = pair.source == "header"
        as_sent = pair.source == query.AS_SENT
        name = pair.name if as_sent else self._times(pair.name, of_header if is_header else of_names)
        value = pair.value if as_sent else self._times(pair.value, of_header if is_header else of_values)
        equals = "" if pair.source == query.BARE else self._equals
        made = joining.Piece(name, value, f"{self.outer(name)}{equals}{self.outer(value)}", pair)
        self._kept.missed += 2 * _LOOK + 10 * len(made.outer)
        self._keep(pair, made)
        return made

    def _keep(self, pair: Pair, made: joining.Piece) -> None:
        if self._kept.take(_SIZE_OF_PIECE + len(made.name) + len(made.value) + len(made.outer)):
            self._pieces[pair] = made

    def _times(self, text: str, times: int) -> str:
        for _ in range(times):
            text = self._inner(text)
        return text


class HeaderPipeline(Pipeline):
    """The signature of an Authorization header (RFC 5849 section 3.4)."""

    stages = HEADER_STAGES
    encode_secret = staticmethod(percent_encode)

    def __init__(self, facts: Facts) -> None:
        self._encodings: dict[tuple[int, ...], _Encoding] = {}
        self._known_pairs: dict[int, Sequence[Pair]] = {}
        self._pieces_kept, self._pairs_kept = _Kept(_MOST_KEPT), _Kept(_MOST_KEPT // 2)
        self._first_pass: str | None = None
        self._decoded_pairs: Sequence[Pair] | None = None
        super().__init__(facts)

    @property
    def _decoded(self) -> Sequence[Pair]:
        if self._decoded_pairs is None:
            self._decoded_pairs = self.right["decoding"](self.case.pairs)
        return self._decoded_pairs

    def told(self, recipe: Recipe) -> tuple[Option, ...]:
        """The options of a recipe; an encoder is named by the characters that were signed with it."""
        if all(deviation.stage != "encoder" for deviation in recipe):
            return super().told(recipe)
        pairs, platform = self._pairs(recipe), self.case.platform
        return tuple([
            encoding.told(option, pairs, platform) if stage == "encoder" else option
            for _, stage, option, _, _ in recipe
        ])  # fmt: skip

    def makers(self) -> dict[str, Callable[[Recipe], bytes]]:
        """Method, URL and parameters (RFC 5849 section 3.4.1.1), the latter two encoded."""
        return {"method": self._method, "uri": self._encoded_uri, "parameters": self._encoded_parameters}

    def base(self, recipe: Recipe) -> bytes:
        """The base string of a recipe; its parts may have been put together otherwise."""
        if not _bits(recipe) & JOINED:
            return super().base(recipe)
        made = self._whole(recipe)
        self.work += _LOOK + len(made)
        return made

    def _method(self, recipe: Recipe) -> bytes:
        return to_bytes(self.chosen(recipe)["method"])

    def _encoded_uri(self, recipe: Recipe) -> bytes:
        chosen = self.chosen(recipe)
        return to_bytes(self._encoding(chosen).of_uri(self._uri(chosen)))

    def _encoded_parameters(self, recipe: Recipe) -> bytes:
        made = to_bytes(self._parameters(recipe))
        self.work, self._pieces_kept.missed = self.work + self._pieces_kept.missed, 0
        return made

    def _uri(self, chosen: Chosen) -> str:
        request = self.case.request
        host, scheme, port = chosen["host"], chosen["scheme"], chosen["port"]
        sent, _, sent_port = url.split_port(request.host)
        if "://" in host:
            scheme, _, host = host.partition("://")
            sent_port = ""
        elif not host:
            host = sent.lower()
        if port is None:
            port = f":{sent_port}" if sent_port and sent_port != {"https": "443", "http": "80"}.get(scheme) else ""
        form = chosen["form of URI"]
        if chosen["query"] == query.IN_URI and "{q}" not in form:
            form += "?{q}"
        if form == "{s}://{h}{p}":
            return f"{scheme}://{host}{port}{chosen['path']}"
        parts = {"s": scheme, "S": scheme.upper(), "h": host + port, "p": chosen["path"], "q": request.query}
        parts["A"] = f"{scheme}://{host}{port}{chosen['path']}".upper()
        parts["d"] = form_decode(request.query) if "{d}" in form else ""
        uri: str = _PLACE.sub(lambda found: parts[found[0][1:-1]], form)
        return uri

    def _encoding(self, chosen: Chosen) -> _Encoding:
        choices = (chosen["charset"], chosen["encoder"], chosen["space"], chosen["hex case"], chosen["layers"])
        key = tuple(map(id, choices))  # they live as long as their options
        known = self._encodings.get(key)
        if known is None:
            known = self._encodings[key] = _encoding_of(
                next(iter(self._encodings.values()), None), self._pieces_kept, *choices
            )
        return known

    def _pairs(self, recipe: Recipe) -> Sequence[Pair]:
        changes = [deviation for deviation in recipe if deviation.stage in _PLACES]
        if not changes:
            return self._decoded
        changes.sort(key=_place_of)
        first, *more = changes
        if more and _PLACES[more[0].stage] <= _DECODED:
            return self._changed(changes)
        pairs = self._pairs_of_one(first)
        for deviation in more:
            pairs = self._change(deviation, pairs)
        return pairs

    def _pairs_of_one(self, deviation: Deviation) -> Sequence[Pair]:
        """The pairs after one change, which come again with every second."""
        known = self._known_pairs.get(deviation.at)
        if known is None:
            known = self._changed([deviation])
            if self._pairs_kept.take(sum([_SIZE_OF_PAIR + len(pair.name) + len(pair.value) for pair in known])):
                self._known_pairs[deviation.at] = known
        return known

    def _changed(self, changes: Sequence[Deviation]) -> Sequence[Pair]:
        """The pairs after these changes, which are in order; they are decoded where that is no change itself."""
        is_decoded = _PLACES[changes[0].stage] > _DECODED
        pairs: Sequence[Pair] = self._decoded if is_decoded else self.case.pairs
        for deviation in changes:
            if not is_decoded and _PLACES[deviation.stage] > _DECODED:
                pairs, is_decoded = self.right["decoding"](pairs), True
            pairs = self._change(deviation, pairs)
            is_decoded = is_decoded or deviation.stage == "decoding"
        return pairs if is_decoded else self.right["decoding"](pairs)

    def _change(self, deviation: Deviation, pairs: Sequence[Pair]) -> Sequence[Pair]:
        change = deviation.option.value
        if change == query.IN_URI:
            return [pair for pair in pairs if pair.source != "query"]
        if change == "previous":
            change = header.more(("oauth_signature", self._previous()))
        changed: Sequence[Pair] = change(pairs)
        return changed

    def _previous(self) -> str:
        """The signature of a first pass, which is the right one."""
        if self._first_pass is None:
            self._first_pass = self.signature(()) or ""
        return self._first_pass

    def _ordered(self, chosen: Chosen, recipe: Recipe, encoding: _Encoding) -> list[joining.Piece]:
        ordered: list[joining.Piece] = chosen["order"](encoding.pieces(self._pairs(recipe)))
        return ordered

    def _parameters(self, recipe: Recipe) -> str:
        chosen = self.right if all(deviation.stage in _PLACES for deviation in recipe) else self.chosen(recipe)
        encoding = self._encoding(chosen)
        if chosen["joiner"] is not self.right["joiner"]:
            return encoding.outer(self._joined(chosen, recipe, encoding))
        return encoding.ampersand.join([piece.outer for piece in self._ordered(chosen, recipe, encoding)])

    def _joined(self, chosen: Chosen, recipe: Recipe, encoding: _Encoding) -> str:
        before, equals, between, after = chosen["joiner"]
        texts = [
            piece.name if piece.pair.source == query.BARE else f"{piece.name}{equals}{piece.value}"
            for piece in self._ordered(chosen, recipe, encoding)
        ]
        joined: str = before + between.join(texts) + after
        return joined

    def _whole(self, recipe: Recipe) -> bytes:
        chosen = self.chosen(recipe)
        how, encoding = chosen["join"], self._encoding(chosen)
        if how.startswith("soap"):
            names = ("oauth_consumer_key", "oauth_token", "oauth_nonce", "oauth_timestamp")
            values = (self.case.facts.account, *(self.case.sent.get(name, "") for name in names))
            return to_bytes("&".join(map(percent_encode, values) if how.endswith("encoded") else values))
        outer = encoding.outer
        others = tuple(deviation for deviation in recipe if deviation.stage != "join")
        method, uri, parameters = map(to_text, self._parts_of(others, _bits(others)))
        made: dict[str, Callable[[], str]] = {
            "m": lambda: method,
            "u": lambda: uri,
            "U": lambda: self._uri(chosen),
            "uu": lambda: encoding.of_uri(uri),
            "p": lambda: parameters,
            "P": lambda: self._joined(chosen, recipe, encoding),
            "pp": lambda: outer(parameters),
            "b": lambda: to_text(self.case.body),
            "B": lambda: outer(to_text(self.case.body)),
        }
        if "{" in how:
            return to_bytes(_PLACE.sub(lambda found: made[found[0][1:-1]](), how))
        change = {"whole": outer, **joining.CHANGES}[how]
        return to_bytes(change(f"{method}&{uri}&{parameters}"))


def _encoding_of(
    right: _Encoding | None,
    kept: _Kept,
    charset: Callable[[str], str] | None,
    layers: encoding.Layers,
    space: str,
    case: str,
    times: tuple[int, int, int],
) -> _Encoding:
    inner = _encode_by(layers.inner, charset, space, lower=case in {"both", "inner"})
    outer = _encode_by(
        layers.outer, charset, space if space == "everywhere" else "", lower=case in {"both", "outer"}
    )  # fmt: skip
    of_uri = outer if layers.uri == layers.outer else _encode_by(layers.uri, None, "", lower=case in {"both", "outer"})
    return _Encoding(inner, outer, of_uri, times, right, kept)


_SPACES = {"+": "+", "everywhere": "+", "raw": " ", "removed": ""}


def _encode_by(
    encoder: encoding.Encodes | None,
    charset: Callable[[str], str] | None,
    space: str,
    *,
    lower: bool,
) -> Callable[[str], str]:
    encode = percent_encode if encoder is None else encoder.encode
    if charset is None and not space and not lower:
        return encode

    def deviating(text: str) -> str:
        if charset is not None and not text.isascii():
            with suppress(UnicodeError):  # what the charset does not hold is signed as UTF-8
                text = charset(text)
        done = encode(text)
        if space == "first only":
            done = done.replace("%20", " ").replace(" ", "%20", 1)
        elif space:
            done = done.replace("%20", _SPACES[space])
        if lower:
            done = "".join([_ESCAPE.sub(lambda found: found[0].lower(), part) for part in between_escapes(done)])
        return done

    return deviating


class PassportPipeline(Pipeline):
    """The signature of a SOAP call's ``tokenPassport`` (Oracle section_4395630653): five fields, nothing encoded."""

    stages = PASSPORT_STAGES

    def makers(self) -> dict[str, Callable[[Recipe], bytes]]:
        """The fields are one part."""
        return {"parameters": self._fields}

    @staticmethod
    def encode_secret(text: str) -> str:
        """As it is."""
        return text

    def _fields(self, recipe: Recipe) -> bytes:
        chosen = self.chosen(recipe)
        form = chosen["form"]
        if isinstance(form, str):
            return to_bytes(form)
        sent = self.case.sent.get
        values = {
            "account": chosen["account"], "consumerKey": sent("oauth_consumer_key", ""), "token": sent("oauth_token", ""),
            "nonce": sent("oauth_nonce", ""), "timestamp": sent("oauth_timestamp", ""),
        } | (chosen["passport"] or {})  # fmt: skip
        inner, outer = chosen["encoding"]
        texts = [values[passport.FIELDS[at]] for at in form]
        joined: str = chosen["separator"].join(texts if inner is None else map(inner, texts))
        return to_bytes(joined if outer is None else outer(joined))

    def _sent(self, chosen: Chosen, text: str) -> str:
        return super()._sent(chosen, text).strip()  # a line break round it is let pass


def pipeline_of(facts: Facts) -> Pipeline:
    """The pipeline of an attempt: by its header, or by its passport."""
    return HeaderPipeline(facts) if facts.request.envelope is None else PassportPipeline(facts)
