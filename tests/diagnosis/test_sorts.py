"""Each sort, against what the real ones made of the same texts."""

import json
from pathlib import Path

import pytest
from support.record_platforms import shuffled

from pytest_netsuite_tba.diagnosis.sorts import SORTS

REAL = json.loads(Path(__file__).with_name("sorts.json").read_text("utf-8"))
BY_NAME = {sort.name: sort for sort in SORTS}
SHELL = "by the shell's locale (marks ignored at first), as name=value"
LOCALE = "by localeCompare (a language's order, as .NET 5 and later)"
CULTURE = "by .NET Framework's culture (- and ' ignored at first)"
# Ours for each real one.
OURS = {
    ".NET Framework's culture": CULTURE,
    ".NET Framework's culture, ignoring case": "by .NET Framework's culture without case (- and ' ignored at first)",
    ".NET's Ordinal": "by UTF-16 code unit",
    ".NET's OrdinalIgnoreCase": "without case, as upper case",
    "Java's CASE_INSENSITIVE_ORDER": "without case, as lower case",
    "Java's Collator": "by Java's Collator (spaces and - ignored at first)",
    "Java's compareTo": "by UTF-16 code unit",
    "JavaScript's localeCompare": LOCALE,
    "JavaScript's localeCompare, German": LOCALE,
    "JavaScript's localeCompare, numeric": "by localeCompare, numbers as numbers",
    "JavaScript's localeCompare, sensitivity accent": "by localeCompare without case",
    "JavaScript's sort": "by UTF-16 code unit",
    "PHP's ksort, SORT_LOCALE_STRING": SHELL,
    "PHP's ksort, SORT_NATURAL": "in natural order",
    "PHP's ksort, SORT_REGULAR": "numbers as numbers",
    "PHP's ksort, SORT_STRING": "by byte",
    "PHP's ksort, SORT_STRING | SORT_FLAG_CASE": "without case, as lower case",
    "PHP's strcasecmp": "without case, as lower case",
    "PHP's strcmp": "by byte",
    "PHP's strnatcasecmp": "in natural order without case",
    "PHP's strnatcmp": "in natural order",
    "Perl's sort": "by byte",
    "Ruby's sort": "by byte",
    "Ruby's sort_by downcase": "without case, as lower case",
    "sort(1) in C": "by byte",
    "sort(1) in de_DE.UTF-8": SHELL,
    "sort(1) in en_US.UTF-8": SHELL,
}
NO_LETTER = "what is no letter stands where its own table says"
# Where ours is not told to be the real one.
UNLIKE = {
    (".NET Framework's culture", "beyond"): NO_LETTER,
    (".NET Framework's culture, ignoring case", "beyond"): NO_LETTER,
    ("PHP's ksort, SORT_LOCALE_STRING", "beyond"): NO_LETTER,
    ("sort(1) in de_DE.UTF-8", "beyond"): NO_LETTER,
    ("sort(1) in en_US.UTF-8", "beyond"): NO_LETTER,
    ("Java's Collator", "beyond"): NO_LETTER,
    ("PHP's ksort, SORT_STRING | SORT_FLAG_CASE", "accents"): "PHP knows the case of ASCII only",
    ("PHP's strcasecmp", "accents"): "PHP knows the case of ASCII only",
    ("PHP's strnatcasecmp", "accents"): "PHP knows the case of ASCII only",
}


def test_every_real_sort_is_one_of_ours():
    """Nothing was recorded that is not compared."""
    assert set(OURS) == set(REAL)
    assert set(OURS.values()) <= set(BY_NAME)


@pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name in OURS for kind in shuffled() if (name, kind) not in UNLIKE]
)
def test_it_sorts_as_the_real_one(name, kind):
    """The same texts, given in the same order, come out in the same order."""
    assert REAL[name][kind] == sorted(shuffled()[kind], key=BY_NAME[OURS[name]].key)


@pytest.mark.parametrize(("name", "kind"), UNLIKE)
def test_where_it_is_unlike_the_real_one(name, kind):
    """An exception that is none any more is struck out."""
    assert REAL[name][kind] != sorted(shuffled()[kind], key=BY_NAME[OURS[name]].key)


PAIRS = [("b", "1"), ("a1", "x"), ("a", "9"), ("a", "10"), ("B", "0")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("by byte", "B=0 a=10 a=9 a1=x b=1"),
        ("by byte, by name only", "B=0 a=9 a=10 a1=x b=1"),
        ("by byte, as name=value", "B=0 a1=x a=10 a=9 b=1"),
        ("by byte, by value only", "B=0 b=1 a=10 a=9 a1=x"),
        ("by byte, descending", "b=1 a1=x a=9 a=10 B=0"),
        ("numbers as numbers", "B=0 a=9 a=10 a1=x b=1"),
        ("without case, as lower case", "a=10 a=9 a1=x B=0 b=1"),
    ],
)
def test_what_is_sorted_by_it(name, expected):
    """Name then value, one of them, or the joined text; repeated names stay as they came where only names count."""
    sort = BY_NAME[name]
    pairs = sorted(PAIRS, key=lambda pair: sort.rank(*pair), reverse=sort.descending)

    assert expected.split() == [f"{name}={value}" for name, value in pairs]


@pytest.mark.parametrize("sort", SORTS, ids=lambda sort: sort.name)
def test_any_text_can_be_compared(sort):
    """Half characters, bytes that are no text, numbers of any length: nothing of it ends a search."""
    texts = ["", "\ud800", "\udcff", "1" * 5_000, "9" * 1_200_000, "1e999999999", "\x00", "é\u0301", "ﬁ", "İ"]

    ordered = sorted(texts, key=sort.key)

    assert set(texts) == set(ordered)


def test_long_numbers_are_compared_fast():
    """Reading a number of a million digits would cost its square: numbers beyond any real one are texts."""
    key = BY_NAME["numbers as numbers"].key

    assert key("2" * 1_000_000) > key("1" * 1_000_001)
    assert key("9007199254740993") > key("9007199254740992")  # a double has no such number, PHP's integer does


def test_every_sort_has_a_source():
    """A sort that nobody's platform has is no row; each has a name of its own."""
    assert all(sort.source for sort in SORTS)
    assert len(SORTS) == len(BY_NAME)
    assert {sort.by for sort in SORTS} == {"pair", "name", "value", "text"}
