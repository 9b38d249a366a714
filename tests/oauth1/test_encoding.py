"""Percent encoding and query decoding (RFC 5849 sections 3.4.1.3.1 and 3.6)."""

from __future__ import annotations

import re
import string
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_netsuite_tba.oauth1 import encoding
from pytest_netsuite_tba.oauth1.encoding import (
    between_escapes,
    decode_query,
    form_decode,
    percent_decode,
    percent_encode,
    percent_encode_pair,
    to_bytes,
    to_text,
    without_lone_surrogates,
)

quick = settings(deadline=None, max_examples=100)  # where CI is set, Hypothesis derandomises by itself

UNRESERVED = string.ascii_letters + string.digits + "-._~"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "", id="empty"),
        pytest.param(UNRESERVED, UNRESERVED, id="unreserved"),
        pytest.param("abc123", "abc123", id="letters-and-digits"),
        pytest.param("a b", "a%20b", id="space"),
        pytest.param("a+b", "a%2Bb", id="plus"),
        pytest.param("/?#[]@:", "%2F%3F%23%5B%5D%40%3A", id="general-delimiters"),
        pytest.param("!$&'()*,;=", "%21%24%26%27%28%29%2A%2C%3B%3D", id="sub-delimiters"),
        pytest.param('"<>\\^`{|}', "%22%3C%3E%5C%5E%60%7B%7C%7D", id="never-allowed-in-a-url"),
        pytest.param("%", "%25", id="percent"),
        pytest.param("%20", "%2520", id="encoded-already"),
        pytest.param("\0\t\r\n\x7f", "%00%09%0D%0A%7F", id="control-characters"),
        pytest.param("é€", "%C3%A9%E2%82%AC", id="utf-8"),
        pytest.param("é1", "%C3%A91", id="letters-and-digits-beyond-ascii"),
        pytest.param("😀", "%F0%9F%98%80", id="beyond-the-bmp"),
        pytest.param("e\u0301", "e%CC%81", id="not-normalised"),
        pytest.param("\udcff\udce9", "%FF%E9", id="bytes-that-are-not-utf-8"),
    ],
)
def test_percent_encode(text, expected):
    """All but the unreserved characters become the upper-case %XX of their UTF-8 bytes."""
    assert expected == percent_encode(text)


@pytest.mark.parametrize("length", [255, 256, 257, 10_000, 100_000])
@pytest.mark.parametrize(("character", "encoded"), [("a", "a"), ("+", "%2B"), ("é", "%C3%A9")])
def test_a_long_text_is_encoded_as_a_short_one(character, encoded, length):
    """Each character by itself, alone and as one of a pair."""
    assert encoded * length == percent_encode(character * length)
    assert ("n%20", encoded * length) == percent_encode_pair(("n ", character * length))
    assert (encoded * length, "v%20") == percent_encode_pair((character * length, "v "))


@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("text", ["%2F", "%C3%A9", "%zz", "%", "%%41", "é%41", "+"])
def test_a_long_text_is_decoded_as_a_short_one(text, before):
    """Wherever the parts end in which it is decoded."""
    long = "a" * before + text * 40_000

    assert percent_decode(long) == "a" * before + percent_decode(text) * 40_000
    assert "".join(between_escapes(long)) == long


def test_a_long_text_takes_little_more_than_itself():
    """Not an object an escape, all at once."""
    text = "%2F" * 200_000
    tracemalloc.start()
    try:
        decoded = percent_decode(text)
        assert percent_encode(decoded) == text
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 10 * len(text)


def test_a_long_text_is_not_remembered():
    """What comes again is short; a client's megabytes, each sent once, would stay in memory."""
    before = encoding._encode_short.cache_info().misses, encoding._encode_short_pair.cache_info().misses

    percent_encode("a" * 1_000)
    percent_encode_pair(("a" * 1_000, "b" * 1_000))

    assert before == (encoding._encode_short.cache_info().misses, encoding._encode_short_pair.cache_info().misses)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "", id="empty"),
        pytest.param("a%20b", "a b", id="space"),
        pytest.param("a+b", "a+b", id="plus-stays"),
        pytest.param("a%2Bb+", "a+b+", id="plus-beside-an-escape-stays"),
        pytest.param("%2f%2F", "//", id="hex-of-either-case"),
        pytest.param("%2525", "%25", id="decoded-once"),
        pytest.param("50%", "50%", id="percent-at-the-end"),
        pytest.param("%4", "%4", id="one-digit"),
        pytest.param("%zz%41", "%zzA", id="no-hex"),
        pytest.param("%%41", "%A", id="percent-before-an-escape"),
        pytest.param("%C3%A9", "é", id="utf-8"),
        pytest.param("é%41", "éA", id="raw-utf-8-beside-an-escape"),
        pytest.param("%FF%E9", "\udcff\udce9", id="bytes-that-are-not-utf-8"),
        pytest.param("%ED%A0%80", "\udced\udca0\udc80", id="an-encoded-surrogate-is-not-utf-8"),
    ],
)
def test_percent_decode(text, expected):
    """Each %XX becomes its byte, and whatever is no escape stays as it came, plus included."""
    assert ascii(expected) == ascii(percent_decode(text))  # pytest-xdist cannot carry a lone surrogate in a report


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a+b", "a b", id="plus"),
        pytest.param("a%20b", "a b", id="space"),
        pytest.param("a%2Bb", "a+b", id="encoded-plus"),
        pytest.param("++%2B+", "  + ", id="both"),
    ],
)
def test_form_decode(text, expected):
    """In a query and in a form, ``+`` and ``%20`` are a space, and ``%2B`` is a plus."""
    assert expected == form_decode(text)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", [], id="empty"),
        pytest.param("a=1&b=2", [("a", "1"), ("b", "2")], id="in-the-order-sent"),
        pytest.param("b=2&a=1&b=2", [("b", "2"), ("a", "1"), ("b", "2")], id="duplicates-kept"),
        pytest.param("&a=1&&b=2&", [("a", "1"), ("b", "2")], id="empty-pairs-skipped"),
        pytest.param("&&", [], id="nothing-but-ampersands"),
        pytest.param("a", [("a", "")], id="no-equals-sign"),
        pytest.param("a=", [("a", "")], id="empty-value"),
        pytest.param("=1", [("", "1")], id="empty-name"),
        pytest.param("=", [("", "")], id="empty-name-and-value"),
        pytest.param("a=YQ==", [("a", "YQ==")], id="equals-sign-in-the-value"),
        pytest.param("a%3Db=c%26d", [("a=b", "c&d")], id="split-before-decoding"),
        pytest.param("a=1;b=2", [("a", "1;b=2")], id="semicolon-separates-nothing"),
        pytest.param("a+b=c+d", [("a b", "c d")], id="plus-in-name-and-value"),
        pytest.param("a=%E9", [("a", "\udce9")], id="not-utf-8"),
        # The RFC's own example, section 3.4.1.3.1.
        pytest.param(
            "b5=%3D%253D&a3=a&c%40=&a2=r%20b", [("b5", "=%3D"), ("a3", "a"), ("c@", ""), ("a2", "r b")], id="rfc"
        ),
    ],
)
def test_decode_query(query, expected):
    """A query is split at ``&``, a pair at its first ``=``, and only then are names and values decoded."""
    assert expected == decode_query(query)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("ab\ud800", "cannot encode: U+D800 at position 2 is a lone surrogate", id="high"),
        pytest.param("\udc41é", "cannot encode: U+DC41 at position 0 is a lone surrogate", id="low"),
        pytest.param("\udcff\udfff", "cannot encode: U+DFFF at position 1 is a lone surrogate", id="after-a-byte"),
    ],
)
@pytest.mark.parametrize("encode", [to_bytes, percent_encode])
def test_a_lone_surrogate_cannot_be_encoded(encode, text, message):
    """A surrogate that stands for no byte is refused; the message says which and where, and not the text (a secret?)."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared below
        encode(text)
    assert message == str(caught.value)
    assert ValueError is type(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("é😀\udc80\udcff", "é😀\udc80\udcff", id="characters-and-bytes-stay"),
        pytest.param("\ud800a\udbff\udc00\udc7f\udd00\udfff", "\ufffda\ufffd\ufffd\ufffd\ufffd\ufffd", id="halves"),
    ],
)
def test_half_a_character_is_replaced(text, expected):
    """What JSON can write and no request can carry; a surrogate that stands for a byte stays."""
    assert ascii(expected) == ascii(without_lone_surrogates(text))


@quick
@given(st.text(st.characters()))
def test_what_was_replaced_can_be_encoded(text):
    """Character by character, and the rest is as it was."""
    whole = without_lone_surrogates(text)

    to_bytes(whole)
    assert len(text) == len(whole)
    for before, after in zip(text, whole, strict=True):
        if before != after:
            assert "\ufffd" == after
            with pytest.raises(ValueError, match="is a lone surrogate"):
                to_bytes(before)


@quick
@given(st.binary())
def test_bytes_survive_as_text(raw):
    """Any bytes can become text and come back as they were."""
    assert raw == to_bytes(to_text(raw))


@quick
@given(st.text() | st.binary().map(to_text))
def test_decoding_undoes_encoding(text):
    """What was encoded decodes to itself, as a header value and as a form value."""
    assert ascii(text) == ascii(percent_decode(percent_encode(text)))
    assert ascii(text) == ascii(form_decode(percent_encode(text)))


@quick
@given(st.text())
def test_encoded_text_is_plain(text):
    """An encoded text holds the unreserved characters and upper-case escapes, and nothing else."""
    plain = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*")
    assert plain.fullmatch(percent_encode(text)) is not None
