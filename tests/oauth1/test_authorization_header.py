"""The Authorization header: what is read out of it, and what is reported about it (RFC 5849 section 3.5.1)."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_netsuite_tba.oauth1 import header
from pytest_netsuite_tba.oauth1.encoding import to_text
from pytest_netsuite_tba.oauth1.header import (
    AuthorizationHeader,
    Deviation,
    DeviationKind,
    Parameter,
    format_authorization,
    parse_authorization,
)

quick = settings(deadline=None, max_examples=200)  # where CI is set, Hypothesis derandomises by itself

RFC_EXAMPLE = """OAuth realm="Example",
    oauth_consumer_key="0685bd9184jfhq22",
    oauth_token="ad180jjd733klru7",
    oauth_signature_method="HMAC-SHA1",
    oauth_signature="wOJIO9A2W5mFwDgiDvZbTSMK%2FPY%3D",
    oauth_timestamp="137131200",
    oauth_nonce="4572616e48616d6d65724c61686176",
    oauth_version="1.0\""""
RFC_PARAMETERS = [
    ("realm", "Example"),
    ("oauth_consumer_key", "0685bd9184jfhq22"),
    ("oauth_token", "ad180jjd733klru7"),
    ("oauth_signature_method", "HMAC-SHA1"),
    ("oauth_signature", "wOJIO9A2W5mFwDgiDvZbTSMK/PY="),
    ("oauth_timestamp", "137131200"),
    ("oauth_nonce", "4572616e48616d6d65724c61686176"),
    ("oauth_version", "1.0"),
]

# id: what follows the scheme, the (name, value) pairs read, the (kind, name, position) reported
REGULAR = {
    "plain": ('a="1", b="2"', [("a", "1"), ("b", "2")]),
    "no-space": ('a="1",b="2"', [("a", "1"), ("b", "2")]),
    "tabs": ('\ta="1"\t,\tb="2"', [("a", "1"), ("b", "2")]),
    "space-around-equals": ('a = "1" , b= "2"', [("a", "1"), ("b", "2")]),
    "folded": ('a="1",\r\n b="2"', [("a", "1"), ("b", "2")]),
    "realm-last": ('a="1", realm="123456_SB1"', [("a", "1"), ("realm", "123456_SB1")]),
    "realm-with-escapes": ('realm="%41", a="1"', [("realm", "%41"), ("a", "1")]),
    "realm-with-what-is-none": ('realm="12%33%zz+", a="1"', [("realm", "12%33%zz+"), ("a", "1")]),
    "realm-quoted-pair": (r'realm="a\"b\\c", a="1"', [("realm", r'a"b\c'), ("a", "1")]),
    "realm-as-it-is": ('realm="a, b/c=+é", a="1"', [("realm", "a, b/c=+é"), ("a", "1")]),
    "escapes": ('a="%2B%2f%3D%20%25"', [("a", "+/= %")]),
    "decoded-once": ('a="%252B"', [("a", "%2B")]),
    "escaped-name": ('a%20b="1"', [("a b", "1")]),
    "utf-8": ('a="%C3%A9%F0%9F%98%80"', [("a", "é😀")]),
    "not-utf-8": ('a="%FF%ED%A0%80"', [("a", "\udcff\udced\udca0\udc80")]),
    "names-differ-in-case": ('a="1", A="2"', [("a", "1"), ("A", "2")]),
}
IRREGULAR = {
    "duplicate": ('a="1", a="2"', [("a", "1"), ("a", "2")], [("duplicate", "a", 2)]),
    "duplicate-twice": (
        'a="1", b="2", a="1", a="1"',
        [("a", "1"), ("b", "2"), ("a", "1"), ("a", "1")],
        [("duplicate", "a", 3), ("duplicate", "a", 4)],
    ),
    "duplicate-once-decoded": ('a="1", %61="2"', [("a", "1"), ("a", "2")], [("duplicate", "a", 2)]),
    "empty": ('a="1", b=""', [("a", "1"), ("b", "")], [("empty", "b", 2)]),
    "empty-realm": ('realm="", a="1"', [("realm", ""), ("a", "1")], [("empty", "realm", 1)]),
    "unquoted": ('a=1, b="2"', [("a", "1"), ("b", "2")], [("unquoted", "a", 1)]),
    "unquoted-realm": ('a="1", realm=123456', [("a", "1"), ("realm", "123456")], [("unquoted", "realm", 2)]),
    "unquoted-all": ("a=1,b=2", [("a", "1"), ("b", "2")], [("unquoted", "a", 1), ("unquoted", "b", 2)]),
    "unquoted-and-empty": ('a=, b="2"', [("a", ""), ("b", "2")], [("unquoted", "a", 1), ("empty", "a", 1)]),
    "single-quotes": ("a='1'", [("a", "'1'")], [("unquoted", "a", 1), ("not-encoded", "a", 1)]),
    "unterminated-quote": ('a="1", b="2', [("a", "1"), ("b", "2")], [("unterminated-quote", "b", 2)]),
    "unterminated-and-empty": ('a="', [("a", "")], [("unterminated-quote", "a", 1), ("empty", "a", 1)]),
    "not-a-pair": ('a="1", stray, b="2"', [("a", "1"), ("b", "2")], [("not-a-pair", "stray", 2)]),
    "no-name": ('="1", b="2"', [("b", "2")], [("not-a-pair", '="1"', 1)]),
    "bearer": ("abc.def", [], [("not-a-pair", "abc.def", 1)]),
    "basic": ("dTpw==", [("dTpw", "=")], [("unquoted", "dTpw", 1), ("not-encoded", "dTpw", 1)]),
    "bad-escape": ('a="1", b="%zz%4"', [("a", "1"), ("b", "%zz%4")], [("bad-escape", "b", 2)]),
    "not-encoded-base64": ('a="1", b="x+y/z="', [("a", "1"), ("b", "x+y/z=")], [("not-encoded", "b", 2)]),
    "not-encoded-space": ('a="x y"', [("a", "x y")], [("not-encoded", "a", 1)]),
    "not-encoded-comma": ('a="1,2", b="3"', [("a", "1,2"), ("b", "3")], [("not-encoded", "a", 1)]),
    "not-encoded-beyond-ascii": ('a="é"', [("a", "é")], [("not-encoded", "a", 1)]),
    "not-encoded-escaped-quote": (r'a="x\"y", b="2"', [("a", r"x\"y"), ("b", "2")], [("not-encoded", "a", 1)]),
    "missing-comma": ('a="1" b="2"', [("a", "1"), ("b", "2")], [("missing-comma", "a", 1)]),
    "missing-comma-and-space": ('a="1"b="2",c="3"', [("a", "1"), ("b", "2"), ("c", "3")], [("missing-comma", "a", 1)]),
    "semicolons": (
        'a="1"; b="2" ;c="3"',
        [("a", "1"), ("b", "2"), ("c", "3")],
        [("missing-comma", "a", 1), ("missing-comma", "b", 2)],
    ),
    "ampersand": ('a="1"&b="2"', [("a", "1"), ("b", "2")], [("missing-comma", "a", 1)]),
    "semicolon-last": ('a="1";', [("a", "1")], [("missing-comma", "a", 1)]),
    "scheme-alone": ("", [], [("no-parameters", "", 1)]),
    "stray-comma-first": (', a="1"', [("a", "1")], [("stray-comma", "", 1)]),
    "stray-comma-between": ('a="1",, b="2"', [("a", "1"), ("b", "2")], [("stray-comma", "", 2)]),
    "stray-comma-last": ('a="1", b="2",', [("a", "1"), ("b", "2")], [("stray-comma", "", 3)]),
    "stray-comma-last-and-space": ('a="1" , ', [("a", "1")], [("stray-comma", "", 2)]),
    # JSON can hold half a character, which no bytes stand for.
    "half-a-character": (
        'a="\ud83d%41", b\ud83d%41="2"',
        [("a", "\ufffdA"), ("b\ufffdA", "2")],
        [("not-encoded", "a", 1)],
    ),
}


def pairs_of(parsed):
    return [(parameter.name, parameter.value) for parameter in parsed.parameters]


def deviations_of(parsed):
    return [(deviation.kind, deviation.name, deviation.position) for deviation in parsed.deviations]


@pytest.mark.parametrize("scheme", ["OAuth", "oauth", "Bearer"])
@pytest.mark.parametrize("comma", [", ", ","])
def test_a_plain_header_is_read_as_any_other(scheme, comma):
    """Quickly, and with the same result: scheme as sent, pairs counted from 1."""
    rest = comma.join(['realm="1234567_SB1"', 'oauth_nonce="a%2Bb"', 'oauth_version="1.0"'])
    expected = (
        Parameter("realm", "1234567_SB1", "1234567_SB1", 1),
        Parameter("oauth_nonce", "a+b", "a%2Bb", 2),
        Parameter("oauth_version", "1.0", "1.0", 3),
    )

    read = parse_authorization(f"{scheme} {rest}")

    assert (scheme, expected, ()) == (read.scheme, read.parameters, read.deviations)
    assert read == header._parse_closely(scheme, rest)


@pytest.mark.parametrize(("text", "pairs"), REGULAR.values(), ids=REGULAR)
def test_a_regular_header(text, pairs):
    """A header by the RFC is read in full, and nothing is reported about it."""
    parsed = parse_authorization(f"OAuth {text}")
    assert (pairs, []) == (pairs_of(parsed), deviations_of(parsed))


@pytest.mark.parametrize(("text", "pairs", "deviations"), IRREGULAR.values(), ids=IRREGULAR)
def test_an_irregular_header(text, pairs, deviations):
    """A header that strays from the RFC is read as far as it can be, and each deviation has its name and place."""
    parsed = parse_authorization(f"OAuth {text}")
    assert (pairs, deviations) == (pairs_of(parsed), deviations_of(parsed))


def test_every_kind_of_deviation_is_in_the_table():
    """No kind of deviation is without an example."""
    assert set(get_args(DeviationKind)) == {kind for *_, deviations in IRREGULAR.values() for kind, _, _ in deviations}


def test_the_example_of_the_rfc():
    """The header of RFC 5849 section 3.5.1 is read as the RFC reads it."""
    parsed = parse_authorization(RFC_EXAMPLE)
    expected = ("OAuth", RFC_PARAMETERS, [])
    assert expected == (parsed.scheme, pairs_of(parsed), deviations_of(parsed))


def test_a_parameter_keeps_its_raw_value_and_its_place():
    """A parameter also tells how it was sent, and at which place of the header."""
    assert AuthorizationHeader(
        scheme="OAuth",
        parameters=(
            Parameter(name="a", value="+", raw="%2B", position=1),
            Parameter(name="b", value="+", raw="+", position=2),
            Parameter(name="c", value="1", raw="1", position=3),
        ),
        deviations=(
            Deviation(kind="not-encoded", name="b", position=2),
            Deviation(kind="unquoted", name="c", position=3),
        ),
    ) == parse_authorization('OAuth a="%2B", b="+", c=1')


@pytest.mark.parametrize("scheme", ["OAuth", "oauth", "OAUTH", "oAuTh", "Bearer", "NLAuth"])
def test_the_scheme_is_given_as_sent(scheme):
    """The scheme is reported in the case it came in, and changes nothing in how the rest is read."""
    parsed = parse_authorization(f' {scheme}   realm="1", a="2" ')
    expected = (scheme, [("realm", "1"), ("a", "2")], [])
    assert expected == (parsed.scheme, pairs_of(parsed), deviations_of(parsed))


@pytest.mark.parametrize("text", ["", " ", "OAuth", "OAuth "])
def test_a_header_without_parameters(text):
    """A header of a scheme alone, or of nothing, has no parameters, and that is reported."""
    nothing = Deviation(kind="no-parameters", name="", position=1)
    assert AuthorizationHeader(scheme=text.strip(), parameters=(), deviations=(nothing,)) == parse_authorization(text)


@pytest.mark.parametrize(
    ("parameters", "realm", "expected"),
    [
        pytest.param([], None, "OAuth ", id="nothing"),
        pytest.param([("a", "1"), ("b", "")], None, 'OAuth a="1", b=""', id="in-the-order-given"),
        pytest.param([("a b", "x+y/z= é")], None, 'OAuth a%20b="x%2By%2Fz%3D%20%C3%A9"', id="encoded"),
        pytest.param([("a", "1")], "1234567_SB1", 'OAuth realm="1234567_SB1", a="1"', id="realm-first"),
        pytest.param([("a", "1")], "a b", 'OAuth realm="a b", a="1"', id="realm-as-it-is"),
        pytest.param([("a", "1")], "", 'OAuth realm="", a="1"', id="empty-realm"),
    ],
)
def test_format_authorization(parameters, realm, expected):
    """A written header has its realm first and as it is, and every other name and value encoded and quoted."""
    assert expected == format_authorization(parameters, realm=realm)


def test_what_cannot_be_encoded_is_not_written():
    """A lone surrogate is refused when a header is written, for there are no bytes to send."""
    with pytest.raises(ValueError, match=r"U\+D83D at position 1 is a lone surrogate"):
        format_authorization([("a", "x\ud83d")])


any_text = st.text() | st.binary().map(to_text)
realms = st.text(st.characters(codec="utf-8", exclude_characters='"\\'), min_size=1)


@quick
@given(parameters=st.lists(st.tuples(any_text.filter(bool), any_text)), realm=st.none() | realms)
@example(parameters=[("😀", "\U00010000\U0010ffff"), (" ", '",\\"= '), ("%41", "%41+")], realm="😀, =")
@example(parameters=[("a", ""), ("a", "\n")], realm=None)
def test_what_is_written_is_read_back(parameters, realm):
    """Any names and values survive the way into a header and out of it; only empty and repeated ones are reported."""
    parsed = parse_authorization(format_authorization(parameters, realm=realm))
    expected = parameters if realm is None else [("realm", realm), *parameters]
    assert expected == pairs_of(parsed)
    names = [name for name, _ in expected]
    regular = {("empty", name, at) for at, (name, value) in enumerate(expected, 1) if not value}
    regular |= {("no-parameters", "", 1)} if not expected else set()
    regular |= {("duplicate", name, at) for at, name in enumerate(names, 1) if name in names[: at - 1]}
    assert regular == set(deviations_of(parsed))


anything = st.text(st.characters()) | st.text(st.sampled_from('aB="" ,\\%4;\'\t\r\n\ud83dé'))


@settings(quick, max_examples=500)
@given(anything)
def test_any_text_is_read(text):
    """Whatever arrives is read without an error: each place holds at most one parameter, and nothing goes unreported."""
    parsed = parse_authorization(f"OAuth {text}")
    places = [parameter.position for parameter in parsed.parameters]
    assert sorted(set(places)) == places
    told = {*places, *(deviation.position for deviation in parsed.deviations)}
    assert set(range(1, len(told) + 1)) == told
    assert told


SIZE = 64 * 1024
# A long run of one thing, and how many parameters are read out of it.
LONG = {
    "letters": ("a" * SIZE, 0),
    "letters-in-quotes": (f'a="{"a" * SIZE}"', 1),
    "quotes": ('"' * SIZE, 0),
    "escaped-quotes": ('\\"' * SIZE, 0),
    "escaped-quotes-in-quotes": ('a="' + '\\"' * SIZE + '"', 1),
    "escaped-quotes-without-end": ('a="' + '\\"' * SIZE, 1),
    "backslashes-without-end": ('a="' + "\\" * SIZE, 1),
    "quotes-opened-and-cut-short": ('a="\\\n,' * SIZE, SIZE),
    "spaces-before-a-stray-word": ("," + " " * SIZE + "a", 0),
    "spaces-after-a-name": ("a" + " " * SIZE + "b", 0),
    "spaces-after-an-equals-sign": ("a=" + " " * SIZE + "b", 1),
    "spaces-after-a-value": ('a="1"' + " " * SIZE + "b", 1),
    "equals-signs": ("=" * SIZE, 0),
    "percents": ("a=" + "%" * SIZE, 1),
    "commas": ("," * SIZE, 0),
    "plain-pairs-and-a-stray-word": ('a="1" , ' * SIZE + "x", SIZE),
    "pairs-without-a-comma": ('a=""' * SIZE, SIZE),
}


@pytest.mark.parametrize(("text", "parameters"), LONG.values(), ids=LONG)
def test_a_long_header_is_read_in_one_pass(text, parameters):
    """64 KiB of anything is read in linear work; work that grew by the square would not come back from here."""
    parsed = parse_authorization(f"OAuth {text}")
    assert parameters == len(parsed.parameters)


def test_only_one_repeat_reads_the_space_before_a_name():
    """A pair begins with its name, space included: two repeats could share a run of n spaces in n ways and try them all."""
    found = header._PAIR.match("  a=1")
    expected = [(0, 3), (4, 5)]
    assert expected == [found.span(1), found.span(2)]
