"""The query string and a form: which pairs were signed, how they were decoded, what became of names and values.

The value of an option is a function from pairs to pairs; None leaves them as they are.
"""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from collections import Counter
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from pytest_netsuite_tba.diagnosis.options import RARE, VARIANT, Option, Pair, Table, split, wrong
from pytest_netsuite_tba.oauth1.encoding import form_decode, percent_decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pytest_netsuite_tba.diagnosis.options import Case

    Change = Callable[[Sequence[Pair]], Sequence[Pair]]

_MOST_NAMES = 8  # of a query whose every subset is tried
_MOST_ALONE = 20  # names that are left out one by one
IN_URI = "in the URI"
AS_SENT = "as sent"  # source of a pair that is signed as it stands in the URL, not encoded again
BARE = "bare"  # source of a pair that is signed without its "="
_COERCED = ("undefined", "null", "None", "true", "1", "nil", "NaN", "[object Object]")
_OF_SOMETHING = {"true", "1"}  # what a value of its own may be too


_SENT = ("query", "form", AS_SENT)


def of_query(pairs: Sequence[Pair]) -> Sequence[Pair]:
    """Those that were sent in the query or in a form."""
    return [pair for pair in pairs if pair.source in _SENT]


def _each(change: Callable[[Pair], Pair], sources: tuple[str, ...] = _SENT) -> Change:
    """A change of each pair of these sources."""
    return lambda pairs: [change(pair) if pair.source in sources else pair for pair in pairs]


def _keep(wanted: Callable[[Pair], bool], *sources: str) -> Change:
    """Leave out the pairs of these sources that are not wanted."""
    return lambda pairs: [pair for pair in pairs if pair.source not in sources or wanted(pair)]


def _value(change: Callable[[str], str]) -> Change:
    return _each(lambda pair: pair._replace(value=change(pair.value)))


def _name(change: Callable[[str], str]) -> Change:
    return _each(lambda pair: pair._replace(name=change(pair.name)))


# -- which pairs -----------------------------------------------------------------------------------------------------


def queries(case: Case) -> list[Option]:
    """Which pairs of the query may have been signed."""
    options = [Option(None)]
    if not case.query:
        return options
    names = tuple(dict.fromkeys(pair.name for pair in case.query))
    options += [
        wrong(_only(frozenset()), "query-not-signed", cause="Nothing of the query string was signed."),
        wrong(IN_URI, "query-in-base-uri", cause="The query is in the URL, not among the parameters.",
            parts=("uri", "parameters")),
    ]  # fmt: skip
    of_url = frozenset({"script", "deploy"}).intersection(names)
    options += _subsets(names, [(of_url, 1.0), (frozenset(names) - of_url, 1.0)], but={frozenset(), frozenset(names)})
    options += [
        wrong(_twice("query"), "signed-twice", cause="The query was signed twice."),
        wrong(_as_one_name(case.request.query), "query-as-one-parameter",
            cause="The whole query string was signed as the name of one parameter."),
        wrong(_as_one_name(form_decode(case.request.query)), "query-as-one-parameter",
            cause="The whole decoded query string was signed as the name of one parameter.", share=VARIANT),
    ]  # fmt: skip
    if ";" in case.request.query:
        options.append(
            wrong(_split_again(case.request.query.replace(";", "&")), "query-split-otherwise",
                cause='The query was split at semicolons (";") too.')
        )  # fmt: skip
    if "%26" in case.request.query or "%3D" in case.request.query.upper():
        options.append(
            wrong(_split_again(form_decode(case.request.query), raw=False), "query-split-otherwise",
                cause="The query was decoded too early: before it was split at & and =.")
        )  # fmt: skip
    first = case.query[0]
    options.append(
        wrong(
            _each(lambda pair: pair._replace(name=f"?{pair.name}") if pair is first else pair, ("query",)),
            "query-question-mark-signed", cause='The "?" was signed as the beginning of the first name.',
        )
    )  # fmt: skip
    if len(case.query) > 1:
        options.append(
            wrong(
                _each(lambda pair: pair._replace(name=f"amp;{pair.name}") if pair is not first else pair, ("query",)),
                "query-escaped-as-html", cause='The query was signed as HTML writes it, with "&amp;" for each "&".',
            )
        )  # fmt: skip
    return options


def parts_of_query(case: Case) -> list[Option]:
    """Every other choice of names, of a query of few; of a longer one each left out, and each alone."""
    names = tuple(dict.fromkeys(pair.name for pair in case.query))
    of_url = frozenset({"script", "deploy"}).intersection(names)
    subsets = [(frozenset(names) - {name}, VARIANT) for name in names[:_MOST_ALONE]]
    subsets += [(frozenset({name}), VARIANT) for name in names[:_MOST_ALONE]]
    sizes = range(2, len(names)) if len(names) <= _MOST_NAMES else ()
    subsets += [(frozenset(some), RARE) for size in sizes for some in itertools.combinations(names, size)]
    done = {frozenset[str](), frozenset(names), of_url, frozenset(names) - of_url}
    return [Option(None), *_subsets(names, subsets, but=done)]


def _subsets(
    names: Sequence[str], subsets: Iterable[tuple[frozenset[str], float]], *, but: set[frozenset[str]]
) -> Iterator[Option]:
    for subset, share in subsets:
        if subset not in but:
            but.add(subset)
            yield wrong(_only(subset), "query-partly-signed", cause=partial(_says_left_out, names, subset), share=share)


def _says_left_out(names: Sequence[str], subset: frozenset[str]) -> str:
    return f"Left out of the signature: {', '.join(name for name in names if name not in subset)[:200]}."


def _only(names: frozenset[str]) -> Change:
    return _keep(lambda pair: pair.name in names, "query")


def _twice(source: str) -> Change:
    return lambda pairs: [*pairs, *(pair for pair in pairs if pair.source == source)]


def _split_again(query: str, *, raw: bool = True) -> Change:
    again = [Pair(name, value, "query", raw=raw) for name, value in split(query)]
    return lambda pairs: [*(pair for pair in pairs if pair.source != "query"), *again]


def _as_one_name(query: str) -> Change:
    return lambda pairs: [*(pair for pair in pairs if pair.source != "query"), Pair(query, "", "query")]


# -- repeated names and arrays ---------------------------------------------------------------------------------------


def _first_of_each(pairs: Iterable[Pair]) -> list[Pair]:
    return list({(pair.source == "header", pair.name): pair for pair in reversed(tuple(pairs))}.values())[::-1]


def _last_of_each(pairs: Iterable[Pair]) -> list[Pair]:
    return list({(pair.source == "header", pair.name): pair for pair in pairs}.values())


def _without_doubles(pairs: Iterable[Pair]) -> list[Pair]:
    return list(dict.fromkeys(pairs))


def _joined(join: Callable[[list[str]], str]) -> Change:
    """Make one pair of the values of each repeated name."""

    def change(pairs: Sequence[Pair]) -> list[Pair]:
        values: dict[str, list[str]] = {}
        for pair in of_query(pairs):
            values.setdefault(pair.name, []).append(pair.value)
        done: list[Pair] = []
        for pair in pairs:
            alike = values.get(pair.name, [])
            if pair.source not in _SENT or len(alike) == 1:
                done.append(pair)
            elif alike:
                done.append(pair._replace(value=join(alike)))
                values[pair.name] = []
        return done

    return change


_LOST = "repeated-names-lost"
_REPEATED = Table(
    Option(None),
    wrong(_last_of_each, _LOST, cause="Only the last value of each repeated name was signed."),
    wrong(_first_of_each, _LOST, cause="Only the first value of each repeated name was signed.", share=0.6),
    wrong(_joined(",".join), _LOST, cause="The values of a repeated name were joined by commas.", share=0.6),
    wrong(_joined(", ".join), _LOST, cause="The values of a repeated name were joined by commas and spaces.", share=0.1),
    wrong(_joined(";".join), _LOST, cause="The values of a repeated name were joined by semicolons.", share=0.1),
    wrong(_joined("".join), _LOST, cause="The values of a repeated name were joined by nothing.", share=0.1),
    wrong(_joined(" ".join), _LOST, cause="The values of a repeated name were joined by spaces.", share=0.1),
    wrong(_joined("|".join), _LOST, cause="The values of a repeated name were joined by bars.", share=0.1),
    wrong(_joined(lambda values: json.dumps(values, separators=(",", ":"))), _LOST,
        cause="The values of a repeated name were signed as a JSON list.", share=0.1),
    wrong(_joined(repr), _LOST, cause="The values of a repeated name were signed as Python prints a list.", share=0.1),
    wrong(_joined(lambda _: "Array"), _LOST, cause='The values of a repeated name were signed as "Array", as PHP writes one.', share=0.1),
    wrong(_joined(lambda values: f"[{', '.join(values)}]"), _LOST,
        cause="The values of a repeated name were signed as Java prints a list.", share=0.1),
    wrong(_without_doubles, _LOST, cause="A pair that stands twice was signed once.", share=0.2),
)  # fmt: skip
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")


def _numbered(pattern: str, *, keep: bool = False) -> Change:
    """Rename repeated names (or those that end with ``[]``), counting; ``keep`` what they end with."""

    def change(pairs: Sequence[Pair]) -> list[Pair]:
        times = Counter(pair.name for pair in of_query(pairs))
        seen: Counter[str] = Counter()
        done = []
        for pair in pairs:
            if pair.source in _SENT and (times[pair.name] > 1 or (pair.name.endswith("[]") and not keep)):
                name = pattern.format(
                    name=pair.name if keep else pair.name.removesuffix("[]"),
                    at=seen[pair.name],
                    nth=seen[pair.name] + 1,
                )
                seen[pair.name] += 1
                done.append(pair._replace(name=name))
            else:
                done.append(pair)
        return done

    return change


_ARRAYS = "array-names-rewritten"
_NAMES_OF_ARRAYS = Table(
    Option(None),
    wrong(_numbered("{name}[]"), _ARRAYS, cause='Repeated names were signed with "[]" after them.'),
    wrong(_numbered("{name}[{at}]"), _ARRAYS, cause='Repeated names were signed as "name[0]", "name[1]".'),
    wrong(_numbered("{name}[{at}]", keep=True), _ARRAYS, cause='Repeated names were signed with "[0]", "[1]" after them.', share=VARIANT),
    wrong(_numbered("{name}[]", keep=True), _ARRAYS, cause='Repeated names were signed with "[]" after them.', share=VARIANT),
    wrong(_numbered("{name}[{nth}]"), _ARRAYS, cause='Repeated names were signed as "name[1]", "name[2]".', share=VARIANT),
    wrong(_numbered("{name}.{at}"), _ARRAYS, cause='Repeated names were signed as "name.0", "name.1".', share=VARIANT),
    wrong(_numbered("{name}{at}"), _ARRAYS, cause='Repeated names were signed as "name0", "name1".', share=VARIANT),
    wrong(_numbered("{name}"), _ARRAYS, cause='Names were signed without their "[]".'),
    wrong(_name(lambda name: _BRACKETS.sub("", name)), _ARRAYS, cause="Names were signed without their brackets."),
    wrong(_name(lambda name: _BRACKETS.sub("[]", name)), _ARRAYS, cause='Names were signed with "[]" for their brackets.'),
    wrong(_name(lambda name: _BRACKETS.sub(r".\1", name).rstrip(".")), _ARRAYS,
        cause="Names were signed with dots for their brackets."),
    wrong(_name(lambda name: _BRACKETS.sub(r"_\1_", name)), _ARRAYS, share=VARIANT,
        cause="Names were signed with underscores for their brackets."),
)  # fmt: skip


def repeated(case: Case) -> Table:
    """What became of repeated names."""
    pairs = (*case.query, *case.form)
    return _REPEATED if len({pair.name for pair in pairs}) < len(pairs) else _REPEATED.right_alone


def arrays(case: Case) -> Table:
    """How frameworks rewrite the names of arrays."""
    pairs = (*case.query, *case.form)
    names = [form_decode(pair.name) for pair in pairs]
    has_arrays = len(set(names)) < len(names) or any("[" in name for name in names)
    return _NAMES_OF_ARRAYS if has_arrays else _NAMES_OF_ARRAYS.right_alone


# -- decoding --------------------------------------------------------------------------------------------------------


def _decoded_by(decode: Callable[[str], str]) -> Change:
    return lambda pairs: [
        Pair(decode(pair.name), decode(pair.value), pair.source) if pair.raw else pair for pair in pairs
    ]


def _charset(name: str) -> Callable[[str], str]:
    """Read the escapes in another charset, byte by byte."""
    return lambda text: form_decode(text).encode("utf-8", "surrogateescape").decode(name, "replace")


def _decoded_html(quotes: str, text: str) -> str:
    return _html(form_decode(text), quotes=quotes)


def _html(text: str, *, quotes: str = '"') -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for quote, name in (('"', "&quot;"), ("'", "&#39;")):
        text = text.replace(quote, name) if quote in quotes else text
    return text


_SPELT = "query-reencoded-after-signing"
_DECODING = Table(
    Option(_decoded_by(form_decode)),
    wrong(_decoded_by(percent_decode), _SPELT, "plus-kept-literal", cause='"+" was signed as a plus.'),
    wrong(_decoded_by(lambda text: text), _SPELT, "params-double-encoded",
        cause="The query was signed without decoding it: its escapes were encoded again."),
    wrong(_decoded_by(lambda text: text.replace("%20", "+")), _SPELT, "plus-for-space",
        cause="The query was signed with + for its spaces, and without decoding it.", share=0.2),
    wrong(_decoded_by(lambda text: text.replace("+", "%20")), _SPELT,
        cause="The query was signed with %20 for its pluses, and without decoding it.", share=VARIANT),
    wrong(_decoded_by(lambda text: form_decode(form_decode(text))), "query-decoded-twice"),
    wrong(_decoded_by(lambda text: percent_decode(form_decode(text))), "query-decoded-twice", share=VARIANT),
    wrong(_decoded_by(lambda text: form_decode(text).replace(" ", "+")), "plus-for-space", share=0.2,
        cause="Spaces were turned into pluses before they were encoded: a space was signed as %2B."),
    wrong(_decoded_by(lambda text: form_decode(text).replace("+", " ")), "query-decoded-twice",
        cause="A plus of the query was signed as a space."),
    wrong(lambda pairs: [pair._replace(source=AS_SENT, raw=False) if pair.raw else pair for pair in pairs], _SPELT,
        cause="The query was signed as it was sent, neither decoded nor encoded again."),
    wrong(_decoded_by(lambda text: text.replace("+", " ")), _SPELT,
        cause="Of the query only its pluses were decoded: its escapes were encoded again.", share=0.6),
    wrong(_decoded_by(_charset("cp1252")), "non-ascii-wrong-charset",
        cause="The query was decoded as Windows-1252, then encoded as UTF-8.", share=0.6),
    wrong(_decoded_by(_charset("ascii")), "non-ascii-wrong-charset",
        cause="The query was decoded as ASCII, then encoded as UTF-8.", share=0.6),
    wrong(_decoded_by(lambda text: form_decode(text.replace("%2B", " ").replace("%2b", " "))), "query-decoded-twice", share=VARIANT,
        cause="An escaped plus of the query was signed as a space."),
    wrong(_decoded_by(_charset("latin-1")), "non-ascii-wrong-charset", cause="The query was decoded as Latin-1, then encoded as UTF-8."),
    *(
        wrong(_decoded_by(partial(_decoded_html, quotes)), "query-escaped-as-html", share=share,
            cause="Names and values were signed as HTML writes them (&amp;, &lt;, &quot;).")
        for quotes, share in (('"', 1.0), ("\"'", 0.6), ("", VARIANT))
    ),
    wrong(lambda pairs: [Pair(form_decode(pair.name), pair.value, pair.source) if pair.raw else pair for pair in pairs],
        _SPELT, cause="The query's names were decoded, its values were not.", share=VARIANT),
    wrong(lambda pairs: [Pair(pair.name, form_decode(pair.value), pair.source) if pair.raw else pair for pair in pairs],
        _SPELT, cause="The query's values were decoded, its names were not.", share=VARIANT),
)  # fmt: skip


def decoding(case: Case) -> Table:
    """How the query and a form were decoded."""
    text = case.request.query + case.request.form
    is_plain = text.isascii() and not any(mark in text for mark in "%+<>\"'")
    return _DECODING.right_alone if is_plain else _DECODING


# -- values and names ------------------------------------------------------------------------------------------------

_CUTS = "=&#?;+ ,:/%\"'"
_MARKS = {
    " ": "space",
    "&": 'ampersand ("&")',
    "+": 'plus ("+")',
    ";": 'semicolon (";")',
    "'": "single quote",
    '"': "double quote",
}
_CUT = "value-cut"


def values(case: Case) -> list[Option]:
    """What may have become of the decoded values."""
    decoded = [form_decode(pair.value) for pair in (*case.query, *case.form)]
    everything = "".join(decoded)
    options = [Option(None)]
    if not decoded:
        return options
    for mark in _CUTS:
        if mark in everything:
            ids = ("query-ends-at-equals-sign", _CUT) if mark == "=" else (_CUT,)
            options.append(
                wrong(_value(partial(_cut_at, mark)), ids[0],
                    cause=f"Each value was cut at its first {_MARKS.get(mark, repr(mark))} after decoding.")
            )  # fmt: skip
    for says, change in _CHANGES_OF_VALUES.items():
        if any(change(value) != value for value in decoded):
            options.append(wrong(_value(change), "value-changed", cause=f"The query's values were signed {says}."))
    options += _swaps(case)
    pairs = [pair for pair in dict.fromkeys((*case.query, *case.form)) if pair.value]
    for pair in pairs[:20]:
        name, value = form_decode(pair.name)[:60], form_decode(pair.value)
        floats = (f"{value}.0",) if value.isascii() and value.isdecimal() else ()
        of_something = {*_OF_SOMETHING, *floats}
        for text in ("", *_COERCED, f"{{{{{name}}}}}", f"${{{name}}}", f"{{{name}}}", f":{name}", *floats):
            if value != text:
                options.append(
                    wrong(_set(pair, text), "value-changed" if text in of_something else "value-of-nothing", share=0.1,
                        cause=f"{name} was signed {_as_text(text)}.")
                )  # fmt: skip
    return options


def _cut_at(mark: str, value: str) -> str:
    return value.partition(mark)[0]


def _revalued(values: dict[str, str], pair: Pair) -> Pair:
    return pair._replace(value=values.get(pair.name, pair.value))


def _swaps(case: Case) -> Iterator[Option]:
    """Two values in each other's place."""
    sent = list({pair.name: pair for pair in (*case.query, *case.form)}.values())
    together = {frozenset({"script", "deploy"}), frozenset({"limit", "offset"})}
    for first, second in itertools.combinations(sent[:_MOST_NAMES], 2):
        if first.value != second.value:
            names = {
                form_decode(first.name): form_decode(second.value),
                form_decode(second.name): form_decode(first.value),
            }
            yield wrong(
                _each(partial(_revalued, names)), "value-of-another-field",
                cause=f"The values of {' and '.join(names)[:120]} were signed swapped, each in the other's place.",
                share=1.0 if frozenset(names) in together else 0.2,
            )  # fmt: skip


def _as_text(text: str) -> str:
    return f"as the text {text!r}" if text else "as an empty value"


def _set(changed: Pair, text: str) -> Change:
    name = form_decode(changed.name)
    return _each(lambda pair: pair._replace(value=text) if pair.name == name else pair, (changed.source,))


def _number(value: str) -> str:
    """As a language writes the number that it read."""
    if not re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,15})?", value):
        return value
    number = float(value)
    return str(int(number)) if number.is_integer() else repr(number)


def _in_53_bits(value: str) -> str:
    """As JavaScript writes a number that is too large for it."""
    return f"{Decimal(repr(float(value))):f}" if re.fullmatch(r"[1-9]\d{15,19}", value) else value


_CHANGES_OF_VALUES: dict[str, Callable[[str], str]] = {
    "in lower case": str.lower,
    "in upper case": str.upper,
    "trimmed, without the spaces round them": str.strip,
    "without their spaces": lambda value: value.replace(" ", ""),
    "as numbers (without leading and trailing zeros)": _number,
    "as floating-point numbers": lambda value: f"{value}.0" if value.isascii() and value.isdecimal() else value,
    "as JavaScript's numbers, which hold 53 bits": _in_53_bits,
    "with milliseconds behind their times": lambda value: re.sub(r"(\d\d:\d\d:\d\d)(?=Z|[+-]\d\d|$)", r"\1.000", value),
    "without milliseconds behind their times": lambda value: re.sub(r"(\d\d:\d\d:\d\d)\.\d+", r"\1", value),
    "with +00:00 for the Z of their times": lambda value: re.sub(r"(?<=:\d\d)Z$", "+00:00", value),
    "with Z for the +00:00 of their times": lambda value: re.sub(r"(?<=:\d\d)\+00:?00$", "Z", value),
    "in composed Unicode (NFC)": lambda value: unicodedata.normalize("NFC", value),
    "without their accents": lambda value: "".join(
        char for char in unicodedata.normalize("NFD", value) if not unicodedata.combining(char)
    ),
    "without what is no ASCII": lambda value: value.encode("ascii", "ignore").decode(),
    "with their truth values capitalised": lambda value: value.capitalize() if value in {"true", "false"} else value,
    "with 1 and 0 for true and false": lambda value: {"true": "1", "false": "0"}.get(value, value),
    "with nothing for false": lambda value: "" if value == "false" else value,
    "without their quotes": lambda value: value.replace('"', "").replace("'", ""),
    "with escaped quotes": lambda value: value.replace("\\", "\\\\").replace('"', '\\"').replace("'", "\\'"),
    "with escaped double quotes": lambda value: value.replace("\\", "\\\\").replace('"', '\\"'),
    "with doubled single quotes": lambda value: value.replace("'", "''"),
    "in JSON's quotes": lambda value: json.dumps(value, ensure_ascii=False),
    "in single quotes": lambda value: f"'{value}'",
    "without their line breaks": lambda value: value.replace("\r", "").replace("\n", ""),
    "with line feeds for line breaks": lambda value: value.replace("\r\n", "\n"),
    "with typographic quotes": lambda value: value.replace("'", "\u2019"),
    "without the second half of each surrogate pair": lambda value: re.sub("[\U00010000-\U0010ffff]", "\ufffd", value),
}
_CHANGES_OF_NAMES: dict[str, Callable[[str], str]] = {
    "in lower case": str.lower,
    "in upper case": str.upper,
    "trimmed, without the spaces round them": str.strip,
    "with underscores for hyphens": lambda name: name.replace("-", "_"),
    "with underscores for dots": lambda name: name.replace(".", "_"),
    "with underscores for dots and blanks": lambda name: name.replace(".", "_").replace(" ", "_"),
    "in snake case": lambda name: re.sub("(?<=[a-z0-9])([A-Z])", r"_\1", name).lower(),
    "with a capital at the beginning": lambda name: name[:1].upper() + name[1:],
}


def names(case: Case) -> list[Option]:
    """What may have become of the decoded names."""
    decoded = {form_decode(pair.name) for pair in (*case.query, *case.form)}
    return [
        Option(None),
        *(
            wrong(_name(change), "name-changed", cause=f"The query's names were signed {says}.")
            for says, change in _CHANGES_OF_NAMES.items()
            if any(change(name) != name for name in decoded)
        ),
    ]


def empties(case: Case) -> list[Option]:
    """What may have become of pairs with an empty value, or without ``=``."""
    sent = [*case.query, *case.form]
    options = [Option(None)]
    if all(pair.value for pair in (*case.header, *sent)):
        return options
    options.append(wrong(_keep(lambda pair: bool(pair.value), "query", "form", "header"), "empty-values-dropped"))
    without = {form_decode(part) for part in case.request.query.split("&") if part and "=" not in part}
    if without:
        options.append(
            wrong(_keep(lambda pair: pair.name not in without, "query"), "empty-values-dropped", share=0.6,
                cause='Parameters without a "=" were left out.')
        )  # fmt: skip
        options += [
            wrong(_valued(without, text), "empty-value-changed", share=0.6 if text in {"undefined", "null"} else VARIANT,
                cause=f'A parameter without a "=" was signed {_as_text(text)}.')
            for text in _COERCED
        ]  # fmt: skip
        options.append(
            wrong(_each(lambda pair: pair._replace(value=pair.name) if pair.name in without else pair), "empty-value-changed",
                cause='A parameter without a "=" was signed with its name as its value.', share=VARIANT)
        )  # fmt: skip
        options.append(
            wrong(
                _without_equals, "empty-value-changed", cause='A parameter without a value was signed without its "=".'
            )
        )
    if any(not pair.value for pair in sent):
        every = frozenset(form_decode(pair.name) for pair in sent if not pair.value)
        options += [
            wrong(
                _valued(every, text),
                "empty-value-changed",
                cause=f"An empty value was signed {_as_text(text)}.",
                share=VARIANT,
            )
            for text in (*_COERCED, '""', "''")
        ]
        if not without:
            options.append(
                wrong(_without_equals, "empty-value-changed",
                    cause='A parameter with an empty value was signed without its "=".')
            )  # fmt: skip
    return options


def _valued(wanted: Iterable[str], text: str) -> Change:
    """Give the empty pairs of these names a value."""
    return _each(lambda pair: pair._replace(value=text) if pair.name in wanted and not pair.value else pair)


_without_equals = _each(lambda pair: pair if pair.value else pair._replace(source=BARE))
