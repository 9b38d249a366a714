"""Each encoder, against what the real function answered, or against the alphabet that its source prints."""

import json
import string
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.record_platforms import ENCODED

from pytest_netsuite_tba.diagnosis.encoders import ALPHABETS, BEYOND, ENCODERS
from pytest_netsuite_tba.oauth1.encoding import percent_encode

REAL = json.loads(Path(__file__).with_name("encoders.json").read_text("utf-8"))
BY_NAME = {encoder.name: encoder for encoder in ENCODERS}
ALPHANUMERIC = string.ascii_letters + string.digits
HALF = "\ud83d"  # what stands last in the answers of those that can be asked for it

# Real functions that do the same as one that has a row, and where a real one is more than an encoder.
NO_ROW = {
    "Python's quote, Python 2": "Python's quote before 3.7",
    "Python's quote(safe=''), Python 2": "Python's quote(safe='') before 3.7",
    "Python's quote(safe='~'), Python 2": "Python's quote(safe='~')",
    "Python's quote(safe='~') before 3.7": "Python's quote(safe='~')",
    "Python's quote_plus, Python 2": "Python's quote_plus before 3.7",
    "Python's urlencode, Python 2": "Python's urlencode before 3.7",
}
UNLIKE = {
    "Addressable's form_encode": ("\n\r", "a line break is made CR LF"),
    "JavaScript's URL.search": ("\t\n\r", "the parser of URLs drops them"),
    "R's URLencode": ("\0", "no text of R holds it"),
    "R's URLencode, reserved": ("\0", "no text of R holds it"),
    "Tcl's http::formatQuery": ("\n", "a line break is made CR LF"),
}

# What could not be run: the alphabet as its source prints it, letters and digits too where it prints them.
UPPER, LOWER, DIGITS = string.ascii_uppercase, string.ascii_lowercase, string.digits
DART_2396 = [0x0000, 0x0000, 0x6782, 0x03FF, 0xFFFE, 0x87FF, 0xFFFE, 0x47FF]  # a bit for each character, low first
DART_3986 = [0x0000, 0x0000, 0x6000, 0x03FF, 0xFFFE, 0x87FF, 0xFFFE, 0x47FF]
INDY_UNSAFE = '*<>#%"{}|\\^[]`'
SUB_DELIMS = "!$&'()*+,;="


def of_bits(words):
    return "".join(chr(16 * at + bit) for at, word in enumerate(words) for bit in range(16) if word >> bit & 1)


PRINTED = {
    ".NET's Uri.EscapeDataString before 4.5": "-_.!~*'()",
    "PHP's rawurlencode before 5.3": "-_.",
    "OAuthBase.cs and RestSharp's UrlEncodeStrict": f"{UPPER}{LOWER}1234567890-._~",
    "Angular's HttpParams": "!'()*-._~" + "@:$,;?/=",  # of values; what encodeURIComponent leaves, and the replacements
    "Ktor's encodeURLParameter": "-._~",
    "Ktor's encodeURLQueryComponent": ":/?#[]@!$&'()*,;=-.~+",
    "Ktor's encodeURLQueryComponent, full": "",
    "Dart's Uri.encodeComponent": of_bits(DART_2396),
    "Dart's Uri.encodeQueryComponent": of_bits(DART_3986),
    "Swift's alphanumerics": "",
    "Swift's urlQueryAllowed": f"!$&'()*+,-./{DIGITS}:;=?@{UPPER}_{LOWER}~",
    "Swift's urlHostAllowed": f"!$&'()*+,-.{DIGITS}:;={UPPER}[]_{LOWER}~",
    "Swift's urlPathAllowed": f"!$&'()*+,-./{DIGITS}:=@{UPPER}_{LOWER}~",
    "Swift's urlUserAllowed": f"!$&'()*+,-.{DIGITS};={UPPER}_{LOWER}~",
    "Swift's URLQueryItem": "".join(sorted(set(f"-._~{SUB_DELIMS}:@/?") - set("=&"))),
    "Alamofire's afURLQueryAllowed": "".join(sorted(set(f"-._~{SUB_DELIMS}:@/?") - set(":#[]@!$&'()*+,;="))),
    "Delphi's TNetEncoding.URL": f"{UPPER}{LOWER}*@._-{DIGITS}$!'()",
    "Indy's TIdURI.ParamsEncode": "".join(char for char in map(chr, range(33, 128)) if char not in INDY_UNSAFE),
    "Oracle's UTL_URL.ESCAPE": "-_.!~*'();/?:@&=+$%,",
    "Oracle's UTL_URL.ESCAPE, reserved characters too": "-_.!~*'()",
    "T-SQL's UrlEncode of Peter DeBetta": "()'*-._!~",
    "VBA's URLEncode of freevbcode.com": "".join(map(chr, [*range(48, 58), *range(65, 91), *range(97, 123)])),
    "VBA's URLEncode by ADODB.Stream": "".join(map(chr, [45, 46, 95, 126])),
    "LibreOffice's ENCODEURL": "-_",
    "ABAP's escape, E_URL": "!$'()*+,-._&/:;=?@",
    "DataWeave's encodeURIComponent": "-_.!~*'()",
    "RFC 3986's unreserved characters": "-._~",
}


@pytest.mark.parametrize("name", REAL)
def test_it_answers_as_the_real_function(name):
    """All of ASCII, an accent, a CJK character, an emoji, and half of one where the language has such texts."""
    encoder = BY_NAME[NO_ROW.get(name, name)]
    texts = [*ENCODED, HALF][: len(REAL[name]["became"])]
    real = {text: became for text, became in zip(texts, REAL[name]["became"], strict=True) if became is not None}
    unlike, _ = UNLIKE.get(name, ("", ""))
    if name == "JavaScript's escape":
        del real[HALF]  # it encodes the half; a request with it is made by nobody else

    assert {text: real[text] for text in real if text not in unlike} == {
        text: encoder(text) for text in real if text not in unlike
    }
    assert all(real[text] != encoder(text) for text in unlike)


@pytest.mark.parametrize(("name", "printed"), PRINTED.items())
def test_it_keeps_what_its_source_prints(name, printed):
    """What could not be run keeps the characters of its source, and no others."""
    encoder = BY_NAME[name]
    kept = {char for char in map(chr, range(128)) if encoder(char) == char}

    assert {*ALPHANUMERIC, *printed} == kept


def test_each_row_is_compared_with_something():
    """A row has an answer of the real function, or an alphabet of its source; and each name is there once."""
    assert set(BY_NAME) == {*REAL, *PRINTED} - set(NO_ROW)
    assert len(BY_NAME) == len(ENCODERS)


@pytest.mark.parametrize("encoder", ENCODERS, ids=lambda encoder: encoder.name)
def test_a_row_is_in_order(encoder):
    """Its characters are sorted and are no letters; what it does beyond ASCII is known; it has a source."""
    assert "".join(sorted(set(encoder.keeps) - set(ALPHANUMERIC))) == encoder.keeps
    assert encoder.beyond in BEYOND
    assert encoder.source


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OAuthBase.cs and RestSharp's UrlEncodeStrict", "%E9%65E5%D83D%DE00"),
        ("Bash's printf of each character", "%E9%65E5%1F600"),
        ("T-SQL's UrlEncode of Peter DeBetta", "%e9%e565%3dd8%00de"),
        ("VBA's URLEncode of freevbcode.com", "%E9%3F%3F"),
        (".NET's HttpUtility.UrlEncodeUnicode", "%u00e9%u65e5%ud83d%ude00"),
        ("Java's URI of several arguments", "é日😀"),
        ("Perl's uri_escape", "%E9%3F%3F"),
        ("Swift's alphanumerics", "%C3%A9%E6%97%A5%F0%9F%98%80"),
    ],
)
def test_what_it_makes_of_other_characters(name, expected):
    """By the rule of its source: code units, code points, a charset, or nothing."""
    assert expected == BY_NAME[name]("é日😀")


def test_halves_of_a_character_can_be_encoded_by_themselves():
    """CESU-8 has three bytes for each half (Unicode Technical Report 26)."""
    assert "%ED%A0%BD%ED%B8%80" == BEYOND["cesu-8"]("😀")
    assert "%E6%97%A5" == BEYOND["cesu-8"]("日")


def test_the_first_is_the_right_one():
    """RFC 5849 section 3.6."""
    text = "".join(map(chr, range(128))) + "é日😀\udcff"

    assert percent_encode(text) == ENCODERS[0](text)
    assert ENCODERS[0] is ALPHABETS[0][0]


@pytest.mark.parametrize("encoder", ENCODERS, ids=lambda encoder: encoder.name)
def test_no_text_ends_a_search(encoder):
    """Half a character is U+FFFD as in a browser; a byte that is no text is escaped as it came."""
    replaced = encoder("\ufffd")

    assert f"a{replaced}b" == encoder("a\ud800b")
    assert f"a{'%ff' if encoder.lower else '%FF'}" == encoder("a\udcff")
    assert "" == encoder("")


@given(st.text(), st.sampled_from([group[0] for group in ALPHABETS if group[0].beyond == "utf-8"]))
def test_a_text_is_encoded_character_by_character(text, encoder):
    """However many different characters a text has, each becomes what it becomes alone."""
    assert "".join(map(encoder, text)) == encoder(text)
    assert encoder(text) == encoder.encode(text)


@given(st.text(st.sampled_from("%+ ab'~é"), max_size=60), st.sampled_from(["", "!'()*", "/", "%", "+"]))
def test_it_is_quote_with_other_safe_characters(text, safe):
    """The standard library's own encoder, asked for the same alphabet, answers the same."""
    alphabet = "".join(sorted({*"-._~", *safe}))

    assert quote(text, safe=safe) == ENCODERS[0]._replace(keeps=alphabet)(text)


def test_encoders_are_grouped_by_what_they_do():
    """A search tries each alphabet once, and can name all that have it."""
    assert len({encoder.alphabet for encoder in ENCODERS}) == len(ALPHABETS)
    assert {encoder.name for group in ALPHABETS for encoder in group} == set(BY_NAME)
    assert all(len({encoder.alphabet for encoder in group}) == 1 for group in ALPHABETS)
