"""How names, values and parts were percent-encoded: by which encoder, at which layer, in which charset, how often."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import partial
from html.entities import codepoint2name
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pytest_netsuite_tba.diagnosis.encoders import ALPHABETS, Encoder
from pytest_netsuite_tba.diagnosis.options import VARIANT, Option, Table, always, special, wrong
from pytest_netsuite_tba.oauth1.encoding import form_decode, percent_encode, to_bytes, to_text

from .header import RAW_PLUS, nonce_with_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pytest_netsuite_tba.diagnosis.options import Case, Pair


# -- charset ---------------------------------------------------------------------------------------------------------


def _to_charset(charset: str) -> Callable[[str], str]:
    """The text whose UTF-8 bytes are those of the other charset."""
    return lambda text: to_text(text.encode(charset, "surrogateescape"))


def _cesu_8(text: str) -> str:
    units = text.encode("utf-16-be", "surrogatepass")
    halves = [chr(int.from_bytes(units[at : at + 2])) for at in range(0, len(units), 2)]
    return to_text("".join(halves).encode("utf-8", "surrogatepass"))


def _javascript_escapes(text: str) -> str:
    return json.dumps(text)[1:-1]


def _html_names(text: str) -> str:
    """As PHP's ``htmlentities`` writes what is not ASCII."""
    names = {char: codepoint2name.get(ord(char)) for char in set(text) if not char.isascii()}
    return "".join([f"&{names[char]};" if names.get(char) else char for char in text])


_CHARSETS: tuple[tuple[str, Callable[[str], str], float], ...] = (
    ("Latin-1", _to_charset("latin-1"), 1),
    ("Windows-1252", _to_charset("cp1252"), 0.6),
    ("UTF-16", _to_charset("utf-16-be"), VARIANT),
    ("UTF-16, the low byte first", _to_charset("utf-16-le"), 0.2),
    ("UTF-16 with a byte order mark", _to_charset("utf-16"), 0.2),
    ("UTF-7", _to_charset("utf-7"), 0.1),
    ("Windows-1251", _to_charset("cp1251"), 0.2),
    ("Windows-1250", _to_charset("cp1250"), 0.2),
    ("Latin-9", _to_charset("iso-8859-15"), 0.2),
    ("Mac Roman", _to_charset("mac-roman"), 0.2),
    ("code page 437", _to_charset("cp437"), 0.2),
    ("code page 850", _to_charset("cp850"), 0.2),
    ("Shift-JIS", _to_charset("shift-jis"), 0.2),
    ("GBK", _to_charset("gbk"), 0.2),
    ("Big5", _to_charset("big5"), 0.2),
    ("EUC-KR", _to_charset("euc-kr"), 0.2),
    ("decomposed Unicode (NFD)", lambda text: unicodedata.normalize("NFD", text), 0.8),
    ("composed Unicode (NFC)", lambda text: unicodedata.normalize("NFC", text), 0.8),
    ("CESU-8 (surrogate pairs in halves)", _cesu_8, 0.8),
    ("\\u escapes", _javascript_escapes, VARIANT),
    ("\\x escapes", lambda text: text.encode("ascii", "backslashreplace").decode(), VARIANT),
    ("UTF-8 read as Latin-1", lambda text: to_bytes(text).decode("latin-1"), 1),
    ("UTF-8 read as Windows-1252", lambda text: to_bytes(text).decode("cp1252", "replace"), 0.6),
    ("question marks", lambda text: text.encode("ascii", "replace").decode(), 0.8),
    ("replacement characters (U+FFFD)", lambda text: "".join(char if char.isascii() else "\ufffd" for char in text), VARIANT),
    ("replacement characters (U+FFFD), a byte each",
        lambda text: "".join(char if char.isascii() else "\ufffd" * len(to_bytes(char)) for char in text), VARIANT),
    ("HTML's numbers", lambda text: text.encode("ascii", "xmlcharrefreplace").decode(), VARIANT),
    ("HTML's names", _html_names, 0.1),
    ("nothing", lambda text: text.encode("ascii", "ignore").decode(), VARIANT),
)  # fmt: skip


_CHARSET = Table(
    Option(None),
    *(
        wrong(
            encode, "non-ascii-wrong-charset", cause=f"Non-ASCII text was signed as {name}, not as UTF-8.", share=share
        )
        for name, encode, share in _CHARSETS
    ),
)


def charsets(case: Case) -> Table:
    """The charset or the form of Unicode; None is UTF-8 as it came."""
    return _CHARSET.right_alone if case.characters.isascii() else _CHARSET


# -- encoders --------------------------------------------------------------------------------------------------------


class Encodes(Protocol):
    """What encodes a text."""

    @property
    def encode(self) -> Callable[[str], str]:
        """The function that does."""


class Layers(NamedTuple):
    """Which encoder works at which layer; None is the right one.

    ``inner`` encodes names and values, ``outer`` the joined parameters, ``uri`` the URL, ``key`` the secrets.
    """

    inner: Encodes | None = None
    outer: Encodes | None = None
    uri: Encodes | None = None
    key: Encodes | None = None


RIGHT_LAYERS = Layers()
_RFC = "-._~"
_HAND_MADE = tuple(
    Encoder("a hand-made encoder", "".join(sorted(keeps)), space, lower, beyond)
    for keeps, space, lower, beyond in (
        ("-._~!'()*", "%20", True, "utf-8"),
        ("-._~!'()*", "+", False, "utf-8"),
        ("-._!'()*", "%20", False, "utf-8"),
        ("-._!'()*", "+", False, "utf-8"),
        ("-._~", "+", True, "utf-8"),
        ("-._~", " ", False, "utf-8"),
        ("-._*~", "%20", False, "utf-8"),
        ("-._!~", "%20", False, "utf-8"),
        ("-._'~", "%20", False, "utf-8"),
        ("-._()~", "%20", False, "utf-8"),
        ("-._!*~", "%20", False, "utf-8"),
        ("-._*()~", "%20", False, "utf-8"),
        ("-._@:/~", "%20", False, "utf-8"),
        ("-._,~", "%20", False, "utf-8"),
        ("-._/~", "%20", True, "utf-8"),
        ("-._/~", "+", False, "utf-8"),
        ("", "%20", False, "utf-8"),
        ("", "+", False, "utf-8"),
        ("-_", "%20", False, "utf-8"),
        (_RFC, "%20", False, "kept"),
        (_RFC, "+", False, "kept"),
        (_RFC, "%20", False, "cesu-8"),
        (_RFC, "%20", False, "%XX, %uXXXX"),
        (_RFC, "%20", False, "%uXXXX"),
        (_RFC, "%20", False, "code point"),
    )
)
_JOINED = "%&="  # what the joined parameters hold
# Where an encoder may have been used: in words, the parts, how often beside the others.
_SCOPES: dict[str, tuple[str, tuple[str, ...], float]] = {
    "both": ("Names, values and parts were encoded", ("uri", "parameters"), 1.0),
    "inner": ("Names and values were encoded (the joined text was encoded right)", ("parameters",), 0.9),
    "all": ("Names, values, parts and the secrets of the key were encoded", ("uri", "parameters", "key"), 0.7),
    "outer": ("The joined parameters and the URL were encoded", ("uri", "parameters"), 0.3),
    "parameters": ("The joined parameters were encoded", ("parameters",), 0.2),
    "uri": ("The URL was encoded", ("uri",), 0.3),
}


def common_encoders(case: Case) -> list[Option]:
    """The encoders of the best-known platforms, at each layer; those that make the same of this request are one."""
    return _encoders(case, _COMMON, ())


def other_encoders(case: Case) -> list[Option]:
    """Every other encoder, those that spare one character of the request, and those that are mended once a text."""
    inside = case.characters + special(case.request.path)
    return [*_encoders(case, (*_OTHERS, *_sparing(inside)), _COMMON), *_mended_once(case)]


class _MendedOnce(NamedTuple):
    """encodeURIComponent, and then ``replace("'", "%27")`` of JavaScript, which replaces the first alone."""

    characters: str

    def encode(self, text: str) -> str:
        text = _COMMON[0][0](text)
        for char in self.characters:
            text = text.replace(char, f"%{ord(char):02X}", 1)
        return text


def _mended_once(case: Case) -> Iterator[Option]:
    present = "".join(char for char in "!'()*" if char in case.characters)
    for characters in dict.fromkeys((present, *present)):
        if characters:
            encoder = _MendedOnce(characters)
            for layers, parts in (
                (Layers(inner=encoder), ("parameters",)),
                (Layers(encoder, encoder, encoder), ("uri", "parameters")),
            ):
                yield wrong(layers, "js-encodeuricomponent", share=0.05, parts=parts,
                    cause=f"Of each text only the first {' '.join(characters)} was encoded after encodeURIComponent.")  # fmt: skip


def _encoders(case: Case, encoders: Iterable[Named], known: Iterable[Named]) -> list[Option]:
    """The options of these encoders that do what none of the known ones does."""
    inside, uri, signed = case.characters, special(f"://{case.request.host}{case.request.path}"), case.signed_characters
    own = case.facts.sender
    in_key = "" if own is None else special(own.consumer_secret + own.token_secret)

    def effect_of(encode: Callable[[str], str]) -> tuple[str, ...]:
        return encode(inside + _JOINED), encode(uri), encode(in_key)

    alike: dict[tuple[str, ...], tuple[Encoder, list[str]]] = {}
    for encoder, names in encoders:
        alike.setdefault(effect_of(encoder.encode), (encoder, []))[1].extend(names)
    for encoder, _ in known:
        alike.pop(effect_of(encoder.encode), None)
    right = _effects(percent_encode, percent_encode, inside, uri, in_key)
    seen = {right["both"]}
    for encoder, _ in known:
        seen.update(_effects(encoder.encode, percent_encode, inside, uri, in_key).values())
    options = [Option(RIGHT_LAYERS)]
    for encoder, all_names in alike.values():
        encode = encoder.encode
        is_of_key = encode(in_key) != percent_encode(in_key)
        shown = inside if encode(signed) == percent_encode(signed) else signed  # a body is seldom signed
        for scope, made in _effects(encode, percent_encode, inside, uri, in_key).items():
            if made not in seen and (scope != "all" or is_of_key):
                seen.add(made)
                options.append(_option(encoder, all_names, scope, shown, uri, case.platform))
    return [*map(_of_raw_plus, options)] if _is_space_of_raw_plus(case) else options


def _is_space_of_raw_plus(case: Case) -> bool:
    """No space was sent but that of a raw "+" of the nonce: where a space was signed as "+", it was the plus itself."""
    sent = [pair.name + pair.value for pair in (*case.query, *case.form)]
    return bool(nonce_with_plus(case)) and b" " not in case.body and not any(" " in form_decode(text) for text in sent)


def _of_raw_plus(option: Option) -> Option:
    if "plus-for-space" not in option.mistakes:
        return option
    return option._replace(mistakes=("nonce-special-characters",), cause=RAW_PLUS)


def _effects(
    encode: Callable[[str], str], right: Callable[[str], str], inside: str, uri: str, in_key: str
) -> dict[str, tuple[str, ...]]:
    """What an encoder makes of this request's characters, by where it is used."""
    by_it, by_right = encode(inside), right(inside)
    return {
        "both": (encode(by_it + _JOINED), encode(uri)),
        "inner": (right(by_it + _JOINED), right(uri)),
        "all": (encode(by_it + _JOINED), encode(uri), encode(in_key)),
        "outer": (encode(by_right + _JOINED), encode(uri)),
        "parameters": (encode(by_right + _JOINED), right(uri)),
        "uri": (right(by_right + _JOINED), encode(uri)),
    }


Named = tuple[Encoder, tuple[str, ...]]  # an encoder, and the names of the platforms that have it
_WELL_KNOWN = frozenset({
    "JavaScript's encodeURIComponent", "JavaScript's encodeURI", "JavaScript's URLSearchParams", "JavaScript's escape",
    ".NET's HttpUtility.UrlEncode", ".NET's WebUtility.UrlEncode", ".NET's Uri.EscapeUriString", "PHP's urlencode",
    "PHP's rawurlencode before 5.3", "Python's quote", "Python's quote before 3.7", "Python's quote_plus",
})  # fmt: skip
_PLATFORMS: tuple[Named, ...] = tuple((alike[0], tuple(encoder.name for encoder in alike)) for alike in ALPHABETS[1:])
_COMMON = tuple(named for named in _PLATFORMS if _WELL_KNOWN.intersection(named[1]))
_OTHERS = (
    *(named for named in _PLATFORMS if named not in _COMMON),
    *((encoder, ()) for encoder in _HAND_MADE),
)


def _sparing(characters: str) -> Iterator[Named]:
    """Encoders that spare one character of the request, or encode one that is to be left."""
    for char in sorted(set(characters)):
        if char.isascii() and char.isprintable() and char not in " %" + _RFC:
            yield Encoder("a hand-made encoder", "".join(sorted(_RFC + char))), ()
    for char in "-._":
        if char in characters:
            yield Encoder("a hand-made encoder", _RFC.replace(char, "")), ()


def _option(encoder: Encoder, names: Sequence[str], scope: str, inside: str, uri: str, platform: str) -> Option:
    layers = {
        "both": Layers(encoder, encoder, encoder), "inner": Layers(inner=encoder),
        "all": Layers(encoder, encoder, encoder, encoder), "outer": Layers(outer=encoder, uri=encoder),
        "parameters": Layers(outer=encoder), "uri": Layers(uri=encoder),
    }[scope]  # fmt: skip
    platforms = [name.partition("'")[0] for name in names]
    _, parts, share = _SCOPES[scope]
    return wrong(
        layers, _mistake(encoder, scope, inside, uri), cause=partial(_says, encoder, names, scope, inside, uri),
        share=share * (1.0 if _WELL_KNOWN.intersection(names) else 0.3 if names else 0.2),
        platform=platform if platform in platforms else "".join(platforms[:1]),
        parts=parts,
    )  # fmt: skip


def told(option: Option, pairs: Sequence[Pair], platform: str) -> Option:
    """The same encoder, named by all that it does wrong to the characters of what was signed with it."""
    if not isinstance(option.cause, partial):  # it is told by something else than its characters
        return option
    encoder, names, scope, shown, uri = option.cause.args
    signed = special("".join([pair.name + pair.value for pair in pairs]))
    if encoder.encode(signed) != percent_encode(signed):
        shown = signed
    option = _option(encoder, names, scope, shown, uri, platform)
    besides = () if scope not in _INSIDE else _deviations(encoder, shown, lower=_is_lower(encoder, scope, shown))
    return option._replace(
        besides=tuple(
            (_as_of(names, mistake), f"The same encoder: {words}.")
            for mistake, words in besides
            if mistake not in option.mistakes
        )
    )


def _as_of(names: Sequence[str], mistake: str) -> str:
    """The mistake beside another of the same encoder: what another platform leaves is no encodeURIComponent."""
    is_another = names and not any(name.startswith("JavaScript") for name in names)
    return "characters-not-encoded" if is_another and mistake == "js-encodeuricomponent" else mistake


_MOST_NAMED = 4
_INSIDE = frozenset({"both", "inner", "all"})  # where names and values are encoded by it


_BEST_KNOWN = ("JavaScript", "PHP", "Python", "Java", ".NET", "Ruby", "Go", "Perl")


def _best_known(names: Sequence[str]) -> list[str]:
    """A few of the names, one a platform, the best-known platforms first."""
    of_platform: dict[str, str] = {}
    for name in names:
        of_platform.setdefault(name.partition("'")[0], name)
    ranked = sorted(of_platform, key=lambda name: _BEST_KNOWN.index(name) if name in _BEST_KNOWN else len(_BEST_KNOWN))
    return [of_platform[platform] for platform in ranked[:_MOST_NAMED]]


def _says(encoder: Encoder, names: Sequence[str], scope: str, inside: str, uri: str) -> str:
    whose = f" as by {' or '.join(_best_known(names))}" if names else ""
    joined = _JOINED + "".join(char for char in inside if char in _RFC)  # these are joined as they are
    outside = {"inner": "", "parameters": joined, "uri": uri}.get(scope, joined + uri)
    characters = (inside if scope in _INSIDE else "") + outside
    deviations = [words for _, words in _deviations(encoder, characters, lower=_is_lower(encoder, scope, inside))]
    return f"{_SCOPES[scope][0]}{whose}: {'; '.join(deviations) or 'not as RFC 5849 says'}."


def _deviations(encoder: Encoder, characters: str, *, lower: bool) -> Iterator[tuple[str, str]]:
    """What it makes of these characters that is not right: mistakes of the catalogue, each in words."""
    left = [
        char for char in characters if char.isascii() and char not in _RFC and char != " " and encoder(char) == char
    ]
    if left:
        mistake = "js-encodeuricomponent" if _SPARED_BY_JAVASCRIPT.issuperset(left) else "characters-not-encoded"
        yield mistake, f"{' '.join(dict.fromkeys(left))} left as {'it is' if len(left) == 1 else 'they are'}"
    if " " in characters and encoder.space != "%20":
        yield "plus-for-space" if encoder.space == "+" else "characters-not-encoded", f"a space as {encoder.space!r}"
    for char in _RFC:
        if char in characters and encoder(char) != char:
            yield "tilde-encoded" if char == "~" else "values-overencoded", f"{char} as {encoder(char)}"
    if lower:
        yield "lowercase-hex", "escapes in lower case"
    beyond = next((char for char in characters if not char.isascii()), "")
    if beyond and encoder(beyond).upper() != percent_encode(beyond):
        yield "non-ascii-wrong-charset", f"{beyond} as {encoder(beyond)}"


def _is_lower(encoder: Encoder, scope: str, inside: str) -> bool:
    """Whether escapes in lower case show."""
    if not encoder.lower:
        return False
    made = encoder.encode(inside if scope == "inner" else _JOINED)
    return made != _ESCAPE_IN_LOWER_CASE.sub(lambda found: found[0].upper(), made)


# The most telling first.
_TELLING = (
    "plus-for-space", "js-encodeuricomponent", "characters-not-encoded", "lowercase-hex", "non-ascii-wrong-charset",
    "tilde-encoded", "values-overencoded",
)  # fmt: skip


def _mistake(encoder: Encoder, scope: str, inside: str, uri: str) -> str:
    """The mistake of the catalogue that this request shows, the most telling first."""
    if scope in _INSIDE and encoder.encode(inside) != percent_encode(inside):
        made = {mistake for mistake, _ in _deviations(encoder, inside, lower=_is_lower(encoder, scope, inside))}
        return next((mistake for mistake in _TELLING if mistake in made), _TELLING[-1])
    left = set(encoder.keeps).intersection(_JOINED + uri).difference(_RFC)
    return "js-encodeuricomponent" if left and left <= _SPARED_BY_JAVASCRIPT else "outer-encoder"


_ESCAPE_IN_LOWER_CASE = re.compile("%[0-9a-f]{2}")
_SPARED_BY_JAVASCRIPT = frozenset("!'()*")


# -- the rest --------------------------------------------------------------------------------------------------------


_SPACES = Table(
    Option(""),
    wrong("+", "plus-for-space"),
    wrong("raw", "characters-not-encoded", cause="Spaces were not encoded.", share=0.6),
    wrong(
        "first only", "characters-not-encoded", cause="Only the first space of each text was encoded.", share=VARIANT
    ),
    wrong("removed", "value-changed", cause="Spaces were left out.", share=VARIANT),
    wrong("everywhere", "plus-for-space", cause='Spaces were signed as "+" at both layers.', share=VARIANT),
)


_SPACES_OF_RAW_PLUS = Table(*map(_of_raw_plus, _SPACES.options))


def spaces(case: Case) -> Table:
    """What a space became after it was encoded."""
    if " " not in case.characters:
        return _SPACES.right_alone
    return _SPACES_OF_RAW_PLUS if _is_space_of_raw_plus(case) else _SPACES


hex_cases = always(
    Option(""),
    wrong("both", "lowercase-hex", parts=("uri", "parameters")),
    wrong("outer", "lowercase-hex", cause="Percent escapes of the outer encoding are in lower case.", share=0.6,
        parts=("uri", "parameters")),
    wrong("inner", "lowercase-hex", cause="Percent escapes of the inner encoding are in lower case.", share=0.8),
)  # fmt: skip

_TWICE, _RAW = "params-double-encoded", "values-not-encoded"
# How many layers of encoding (oauth_ names and values, query names, query values) get before they are joined.
layers = always(
    Option((1, 1, 1)),
    wrong((0, 0, 0), _RAW),
    wrong((1, 0, 0), _RAW, cause="The query's names and values were joined raw."),
    wrong((1, 1, 0), _RAW, cause="The query's values were joined raw."),
    wrong((1, 0, 1), _RAW, cause="The query's names were joined raw.", share=VARIANT),
    wrong((0, 1, 1), _RAW, cause="The oauth_ values were joined raw.", share=VARIANT),
    wrong((1, 1, 2), _TWICE, cause="The query's values were encoded twice."),
    wrong((1, 2, 2), _TWICE, cause="The query's names and values were encoded twice."),
    wrong((1, 2, 1), _TWICE, cause="The query's names were encoded twice.", share=VARIANT),
    wrong((2, 1, 1), _TWICE, cause="The oauth_ values were encoded twice."),
    wrong((2, 2, 2), _TWICE, cause="Every name and value was encoded twice."),
    wrong((3, 3, 3), _TWICE, cause="Every name and value was encoded three times.", share=VARIANT),
)  # fmt: skip
