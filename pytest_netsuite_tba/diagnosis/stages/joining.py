"""How the encoded parameters were sorted and joined, and how the base string was put together."""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_netsuite_tba.diagnosis.options import VARIANT, Option, Pair, Table, always, wrong
from pytest_netsuite_tba.diagnosis.sorts import SORTS, Sort, utf16
from pytest_netsuite_tba.oauth1.encoding import percent_decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import SupportsRichComparison

    from pytest_netsuite_tba.diagnosis.options import Case


class Piece(NamedTuple):
    """A pair encoded: once in ``name`` and ``value``, ``outer`` as it stands in the base string."""

    name: str
    value: str
    outer: str
    pair: Pair


_NAME_AND_VALUE = itemgetter(0, 1)


def _by(key: Callable[[Piece], Any], *, reverse: bool = False) -> Callable[[list[Piece]], list[Piece]]:
    return lambda pieces: sorted(pieces, key=key, reverse=reverse)


def _as_oracle_sorts(piece: Piece) -> tuple[str, bool, float, str]:
    """Order like Oracle's PHP sample: before encoding, numbers as numbers."""
    name, value = piece.pair[:2]
    number = value.isascii() and value.isdecimal()
    return name, not number, float(value) if number else 0.0, value


def _of(sources: str) -> Callable[[list[Piece]], list[Piece]]:
    ranks = {name: rank for rank, name in enumerate(sources.split())}
    return _by(lambda piece: ranks.get(piece.pair.source, len(ranks)))


def _sort_header_only(pieces: list[Piece]) -> list[Piece]:
    header = sorted((piece for piece in pieces if piece.pair.source == "header"), key=_NAME_AND_VALUE)
    return header + [piece for piece in pieces if piece.pair.source != "header"]


def _by_name_reversed(pieces: list[Piece]) -> list[Piece]:
    turned = pieces[::-1]
    return sorted(turned, key=itemgetter(0))


def _by_encoded(sort: Sort, piece: Piece) -> SupportsRichComparison:
    return sort.rank(*piece[:2])


def _by_decoded(sort: Sort, piece: Piece) -> SupportsRichComparison:
    return sort.rank(*piece.pair[:2])


SORT_AS_ORACLE_DOES = _by(_as_oracle_sorts)
_UNSORTED, _OTHERWISE, _BEFORE = "not-sorted", "sorted-otherwise", "sorted-before-encoding"
# The right order is by encoded name, then by encoded value.
_ORDERS = Table(
    Option(sorted),
    wrong(_by(lambda piece: piece.pair[:2]), _BEFORE),
    wrong(_of("header extra query form more"), _UNSORTED,
        cause="The header's parameters came first, then the query's, as sent."),
    wrong(_of("query form header more"), _UNSORTED,
        cause="The query's parameters came first, then the header's, as sent."),
    wrong(_of("header query form more extra"), _UNSORTED,
        cause="They were signed in the order in which they were made.", share=0.6),
    wrong(_sort_header_only, _UNSORTED,
        cause="The oauth_ parameters were sorted, the query's were appended as sent."),
    wrong(_by(lambda piece: (piece.pair.source != "header", piece.pair.source, *piece[:2])), _UNSORTED,
        cause="oauth_ and query parameters were sorted apart."),
    wrong(_by(lambda piece: (piece.pair.source == "header", *piece[:2])), _UNSORTED,
        cause="Query and oauth_ parameters were sorted apart, the query's first."),
    wrong(_by(lambda piece: (piece.pair.source == "header", piece[:2] if piece.pair.source == "header" else ("", ""))),
        _UNSORTED, cause="The query's parameters came first as sent, then the sorted oauth_ ones.", share=0.6),
    wrong(lambda pieces: pieces[::-1], _UNSORTED, cause="They were signed in the reverse of the order sent.", share=VARIANT),
    wrong(_by_name_reversed, _OTHERWISE, share=VARIANT,
        cause="They were sorted by name only; repeated names came in the reverse of the order sent."),
    wrong(lambda pieces: sorted(sorted(pieces, key=itemgetter(1), reverse=True), key=itemgetter(0)), _OTHERWISE, share=VARIANT,
        cause="Repeated names were sorted by value in descending order."),
    wrong(_by(lambda piece: (piece[1], piece[0])), _OTHERWISE, cause="They were sorted by value, then by name.", share=VARIANT),
    wrong(_by(lambda piece: (len(piece[0]), *piece[:2])), _OTHERWISE, cause="They were sorted by the length of the name.",
        share=VARIANT),
    wrong(_by(lambda piece: (piece[0].lower(), piece[1])), _OTHERWISE, share=VARIANT,
        cause="Names were sorted without regard to case, values with it."),
    wrong(SORT_AS_ORACLE_DOES, _OTHERWISE, cause="Numbers were sorted as numbers, as Oracle's PHP sample does."),
    *(
        wrong(_by(partial(_by_decoded if decoded else _by_encoded, sort), reverse=sort.descending), _BEFORE if decoded and sort.key is utf16 else _OTHERWISE,
            cause=f"They were sorted {sort.name}{', before they were encoded' if decoded else ''}.",
            share=1.0 if decoded == (sort.by == "pair") else VARIANT)
        for sort in SORTS[1:]
        for decoded in (False, True)
    ),
)  # fmt: skip


_AS_ORACLE = Table(Option(SORT_AS_ORACLE_DOES))


def orders(case: Case) -> Table:
    """How the encoded pairs were sorted; what the account asks for is right."""
    if case.facts.parameter_order != "rfc5849":
        return _AS_ORACLE
    return _ORDERS


_JOINED, _QUOTED = "parameters-joined-otherwise", "parameters-quoted"
joiners = always(
    Option(("", "=", "&", "")),
    wrong(("", "=", ",", ""), _JOINED, cause="The parameters were joined by commas."),
    wrong(("", "=", ", ", ""), _JOINED, cause="The parameters were joined by commas and spaces."),
    wrong(("", "=", "", ""), _JOINED, cause="The parameters were joined by nothing."),
    wrong(("", "", "", ""), _JOINED, cause="Names, values and pairs were joined by nothing."),
    wrong(("", "", "&", ""), _JOINED, cause='Names and values were joined by nothing, pairs by "&".'),
    wrong(("", ":", "&", ""), _JOINED, cause="Names and values were joined by colons.", share=VARIANT),
    wrong(("", ":", ",", ""), _JOINED, cause="Names and values were joined by colons, pairs by commas.", share=VARIANT),
    wrong(("", "=", ";", ""), _JOINED, cause="The parameters were joined by semicolons."),
    wrong(("", "=", "|", ""), _JOINED, cause="The parameters were joined by bars.", share=VARIANT),
    wrong(("", "=", " ", ""), _JOINED, cause="The parameters were joined by spaces.", share=VARIANT),
    wrong(("", "=", "\n", ""), _JOINED, cause="The parameters were joined by line breaks."),
    wrong(("", "=", "&amp;", ""), _JOINED, cause='The parameters were joined by "&amp;".'),
    wrong(("", "=", "%26", ""), _JOINED, cause='The parameters were joined by an encoded "&".', share=VARIANT),
    wrong(("", "%3D", "%26", ""), _JOINED, cause='The parameters were joined by an encoded "=" and "&".', share=VARIANT),
    wrong(("", "=", "&", "&"), _JOINED, cause='The parameters end with "&".'),
    wrong(("&", "=", "&", ""), _JOINED, cause='The parameters begin with "&".'),
    wrong(("?", "=", "&", ""), _JOINED, cause='The parameters begin with "?".'),
    wrong(("", "=", "&", "\n"), _JOINED, cause="The parameters end with a line feed.", share=VARIANT),
    wrong(("", '="', '"&', '"'), _QUOTED, cause="The values were signed with their quotes."),
    wrong(("", '="', '",', '"'), _QUOTED, cause="The header was signed as it is written.", share=0.6),
    wrong(("", '="', '", ', '"'), _QUOTED, cause="The header was signed as it is written.", share=0.6),
)  # fmt: skip

_PARTS, _AGAIN = "base-string-parts", "base-string-encoded-again"
# What becomes of the whole base string: its name, in words, the share.
_CHANGED = (
    ("lower", "The whole base string was signed in lower case.", 1),
    ("upper", "The whole base string was signed in upper case.", 0.6),
    ("decoded", "The whole base string was decoded once: its parts are not encoded.", 0.6),
    ("decoded twice", "The whole base string was decoded as often as it could be.", VARIANT),
    ("%20 as +", 'Each encoded space of the base string became "+" (%2520 became %2B).', 0.6),
    ("%2520 as %20", "Each doubly encoded space of the base string became a single one (%2520 became %20).", 0.6),
    ("%25 as %", 'Each "%25" of the base string became "%".', 0.6),
    ("+ as space", 'Each "+" of the base string became a space.', VARIANT),
    ("spaces lost", "The base string lost its encoded spaces.", VARIANT),
    ("trimmed", "The base string was trimmed.", VARIANT),
)
CHANGES: dict[str, Callable[[str], str]] = {
    "lower": str.lower, "upper": str.upper, "decoded": percent_decode,
    "decoded twice": lambda base: percent_decode(percent_decode(base)),
    "%20 as +": lambda base: base.replace("%2520", "%2B"), "%2520 as %20": lambda base: base.replace("%2520", "%20"),
    "%25 as %": lambda base: base.replace("%25", "%"), "+ as space": lambda base: base.replace("+", " "),
    "spaces lost": lambda base: base.replace("%2520", ""), "trimmed": str.strip,
}  # fmt: skip
# {m}, {u} and {p} are the encoded parts, {U} and {P} what they are made of, {uu} and {pp} what is encoded once more.
RIGHT_JOIN = "{m}&{u}&{p}"
joins = always(
    Option(RIGHT_JOIN),
    wrong("{m}&{u}&{P}", "param-string-not-encoded"),
    wrong("{m}&{U}&{p}", "uri-not-encoded"),
    wrong("{m}&{U}&{P}", "uri-not-encoded", cause="Neither part was encoded.", share=2,
        besides=(("param-string-not-encoded", "Nor were the joined parameters."),)),
    wrong("{m}&{u}&", _PARTS, cause="The base string has no parameters."),
    wrong("{m}&{u}", _PARTS, cause="The base string has no parameters."),
    wrong("{u}&{p}", _PARTS, cause="The base string has no method."),
    wrong("{m}&{p}", _PARTS, cause="The base string has no URL."),
    wrong("{p}", _PARTS, cause="The base string is only the parameters."),
    wrong("{P}", _PARTS, cause="The base string is only the parameters, encoded once."),
    wrong("{U}", _PARTS, cause="The base string is only the URL.", share=VARIANT),
    wrong("{u}", _PARTS, cause="The base string is only the URL.", share=VARIANT),
    wrong("{u}&{m}&{p}", _PARTS, cause="URL and method are swapped: the URL comes first."),
    wrong("{m}&{p}&{u}", _PARTS, cause="URL and parameters are swapped."),
    wrong("{p}&{u}&{m}", _PARTS, cause="The parts stand in reverse.", share=VARIANT),
    wrong("{m}{u}{p}", _PARTS, cause='The parts were joined without "&".'),
    wrong("{m}\n{u}\n{p}", _PARTS, cause="The parts were joined by line breaks."),
    wrong("{m}&{u}&{p}\n", _PARTS, cause="The base string ends with a line break."),
    wrong("{m}&{u}&{p}\r\n", _PARTS, cause="The base string ends with a line break.", share=VARIANT),
    wrong("{m}&{u}&{p} ", _PARTS, cause="The base string ends with a space.", share=VARIANT),
    wrong("{m} {u} {p}", _PARTS, cause="The parts were joined by spaces."),
    wrong("{m},{u},{p}", _PARTS, cause="The parts were joined by commas.", share=VARIANT),
    wrong("{m}|{u}|{p}", _PARTS, cause='The parts were joined by bars ("|").', share=VARIANT),
    wrong("{m}+{u}+{p}", _PARTS, cause='The parts were joined by "+".', share=VARIANT),
    wrong("{m} & {u} & {p}", _PARTS, cause='The parts were joined by " & ".', share=VARIANT),
    wrong("{m}&amp;{u}&amp;{p}", _PARTS, cause='The parts were joined by "&amp;".', share=VARIANT),
    wrong("{m}&{u}?{p}", _PARTS, cause='URL and parameters were joined by "?".'),
    wrong("{m}&{u}%3F{p}", _PARTS, cause='URL and parameters were joined by an encoded "?".', share=0.6),
    wrong("{m}&{u}{p}", _PARTS, cause="URL and parameters were joined by nothing.", share=0.6),
    wrong("{m}{u}&{p}", _PARTS, cause="Method and URL were joined by nothing.", share=0.6),
    wrong("{m}&{u}%26{p}", _PARTS, cause='URL and parameters were joined by an encoded "&".'),
    wrong("{m}%26{u}%26{p}", _PARTS, cause='The parts were joined by an encoded "&".', share=0.6),
    wrong("&{m}&{u}&{p}", _PARTS, cause='The base string begins with "&".', share=0.6),
    wrong("{m}&{u}&{p}&", _PARTS, cause='The base string ends with "&".', share=0.6),
    wrong("{m}&{u}&{p}&{b}", _PARTS, cause="The body was signed as a fourth part.", share=0.6),
    wrong("{m}&{u}&{p}&{B}", _PARTS, cause="The encoded body was signed as a fourth part.", share=0.6),
    wrong("{m}&{u}&{p}{B}", _PARTS, cause="The encoded body was appended to the parameters.", share=VARIANT),
    wrong("{m}&{u}&{p}%26{B}", _PARTS, cause="The encoded body was appended to the parameters.", share=VARIANT),
    wrong("whole", _AGAIN, cause='The whole base string was encoded once more, its "&" too.'),
    *(wrong(how, "base-string-changed", cause=cause, share=share) for how, cause, share in _CHANGED),
    wrong("{m}&{u}&{pp}", _AGAIN, cause="The joined parameters were encoded twice."),
    wrong("{m}&{uu}&{p}", _AGAIN, cause="The URL was encoded twice."),
    wrong("{m}&{uu}&{pp}", _AGAIN, cause="URL and parameters were encoded twice.", share=0.6),
    wrong("soap", "soap-base-string-for-rest"),
    wrong("soap encoded", "soap-base-string-for-rest", share=VARIANT,
        cause="The five fields of a tokenPassport were signed, encoded."),
)  # fmt: skip
