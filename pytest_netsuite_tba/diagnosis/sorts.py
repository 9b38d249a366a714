"""The sorts that real platforms have: for each how it compares texts, what is sorted by it, and who says so.

A key is a function of one text, encoded or not: which of them is sorted is another question than how. The orders of
languages hold for ASCII and for letters with accents; other characters stand behind them by code point.
``tests/diagnosis/sorts.json`` holds how the real ones sorted.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cmp_to_key
from string import ascii_lowercase, digits
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import SupportsRichComparison


class Sort(NamedTuple):
    """One way to sort parameters: ``sorted(pairs, key=lambda pair: sort.rank(*pair), reverse=sort.descending)``.

    ``key`` makes a text comparable. ``by`` says what is compared: ``pair`` the name, then the value; ``name`` the name
    only, so that repeated ones stay as they came; ``value`` the value only; ``text`` the joined ``name=value``.
    ``source`` is the document or the source file that says so.
    """

    name: str
    key: Callable[[str], SupportsRichComparison]
    source: str
    by: str = "pair"
    descending: bool = False

    def rank(self, name: str, value: str) -> SupportsRichComparison:
        """What a parameter is compared by."""
        if self.by == "pair":
            return self.key(name), self.key(value)
        return self.key({"name": name, "value": value}.get(self.by, f"{name}={value}"))


def utf16(text: str) -> bytes:
    """By UTF-16 code unit: characters beyond U+FFFF stand before those from U+E000 on."""
    return text.encode("utf-16-be", "surrogatepass")


_NUMBER = re.compile(r"0*([0-9]+)")
_NUMERIC = re.compile(r"[ \t\n\r\v\f]*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[ \t\n\r\v\f]*")
_LONGEST = 256  # characters of a number: no request has a longer one, and reading one costs its square
_EXACT = 18  # digits that surely fit into 64 bits
_MOST = 0x1000  # digits of a number that are counted


def _by_size(number: re.Match[str]) -> str:
    """A number as a text that sorts by size: how many digits (as one character), then the digits."""
    return "0" + chr(0xE000 + min(len(number[1]), _MOST)) + number[1]


def natural(text: str) -> tuple[str, str]:
    """Numbers in the text as numbers; spaces do not count."""
    return _NUMBER.sub(_by_size, text.replace(" ", "")), text


def _php_number(text: str) -> float | None:
    """The number that a text is for PHP 8: whole ones exactly, as far as its integers go."""
    if len(text) > _LONGEST or not _NUMERIC.fullmatch(text):
        return None
    return int(text) if len(text) <= _EXACT and text.isdecimal() else float(text)


def _compare_as_php(left: str, right: str) -> int:
    first, second = _php_number(left), _php_number(right)
    if first is not None and second is not None:
        return (first > second) - (first < second)
    return (left > right) - (left < right)


def _where_they_stand(text: str, ignored: str) -> str:
    return "".join([chr(place) + char for place, char in enumerate(text[:_MOST]) if char in ignored])


def _before_the_others(text: str, ignored: str) -> str:
    return "".join([char if char in ignored else "\uffff" for char in text])


def _behind_the_others(text: str, ignored: str) -> str:
    return "".join([char if char in ignored else " " for char in text])


def collation(
    marks: str,
    *,
    ignored: str = "",
    tie: Callable[[str, str], str] = _where_they_stand,
    numeric: bool = False,
    cased: bool = True,
    case_last: bool = False,
) -> Callable[[str], tuple[str, str, str, str]]:
    """The key of a language's order: letters without case, then their accents, their case (lower first), then the tie.

    ``marks`` are the ASCII characters that stand before the digits, in their order. ``ignored`` ones count only where
    all else is equal, by ``tie``, and before the case if that is last; control characters do not count at all.
    ``numeric`` sorts numbers as numbers.
    """
    order = [*marks, _OTHER_MARKS, *digits, *ascii_lowercase]
    primary: dict[int, str | None] = dict.fromkeys(range(128))
    primary |= {ord(char): chr(rank) for rank, char in enumerate(order, start=1)}

    def key(text: str) -> tuple[str, str, str, str]:
        accents = ""
        if not text.isascii():
            text = unicodedata.normalize("NFD", text)
            accents = "".join([char if unicodedata.combining(char) else " " for char in text])
            text = "".join([char for char in text if not unicodedata.combining(char)])
        letters = _NUMBER.sub(_by_size, text) if numeric else text
        if not text.isascii():
            letters = "".join([_OTHER_MARKS + char if _is_other_mark(char) else char for char in letters])
        case = "".join(["b" if char.isupper() else "a" for char in text if char not in ignored]) if cased else ""
        last = tie(text, ignored) if ignored else ""
        return (letters.casefold().translate(primary), accents, *((last, case) if case_last else (case, last)))

    return key


_OTHER_MARKS = "\uffff"


def _is_other_mark(char: str) -> bool:
    return not char.isascii() and unicodedata.category(char)[0] in "SPZ"


_SPACES = "\t\n\v\f\r "
_CLDR = _SPACES + "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
_NLS = _SPACES + '!"#$%&()*,./:;?@[\\]^_`{|}~+<=>'
_GLIBC = _SPACES + "!\"#%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_JAVA = "_,;:!?/.`^~'\"()[]{}@$*\\&#%+<=>|"
_UTS35 = "Unicode CLDR root collation (UTS 35 part 5, section 2)"
_UCODEREF = "MS-UCODEREF section 3.1.5.2"

# The first is the right one.
SORTS = (
    Sort("by byte", str, "RFC 5849 section 3.4.1.3.2"),
    Sort("by byte, by name only", str,
        "PHP manual, ksort (SORT_STRING); Python library reference, sorted (key)", "name"),
    Sort("by byte, as name=value", str, "sort(1) in the C locale; ECMA-262, Array.prototype.sort of joined texts", "text"),
    Sort("by byte, by value only", str, "PHP manual, asort", "value"),
    Sort("by byte, descending", str, "PHP manual, krsort", descending=True),
    Sort("by UTF-16 code unit", utf16,
        "ECMA-262 section 23.1.3.30.2; Java SE API, String.compareTo; .NET API, StringComparer.Ordinal"),
    Sort("without case, as lower case", str.lower,
        "PHP manual, strcasecmp and SORT_FLAG_CASE; Java SE API, String.CASE_INSENSITIVE_ORDER"),
    Sort("without case, as upper case", lambda text: utf16(text.upper()), ".NET API, StringComparer.OrdinalIgnoreCase"),
    Sort("numbers as numbers", cmp_to_key(_compare_as_php),
        "PHP manual, ksort and sort (SORT_REGULAR): numeric strings; so does Oracle's PHP sample"),
    Sort("in natural order", natural, "PHP manual, strnatcmp and SORT_NATURAL"),
    Sort("in natural order without case", lambda text: natural(text.upper())[0], "PHP manual, strnatcasecmp"),
    Sort("by localeCompare (a language's order, as .NET 5 and later)", collation(_CLDR), _UTS35),
    Sort("by localeCompare, numbers as numbers", collation(_CLDR, numeric=True),
        f"ECMA-402, Intl.Collator (numeric); {_UTS35}"),
    Sort("by localeCompare without case", collation(_CLDR, cased=False),
        f"ECMA-402, Intl.Collator (sensitivity); {_UTS35}"),
    Sort("by .NET Framework's culture (- and ' ignored at first)", collation(_NLS, ignored="-'"),
        f"{_UCODEREF}; .NET API, CompareOptions (word sort)"),
    Sort("by .NET Framework's culture without case (- and ' ignored at first)",
        collation(_NLS, ignored="-'", cased=False), f"{_UCODEREF}; .NET API, StringComparer.CurrentCultureIgnoreCase"),
    Sort("by the shell's locale (marks ignored at first), as name=value",
        collation("$", ignored=_GLIBC, tie=_before_the_others),
        "sort(1) by LC_COLLATE; glibc localedata/locales/iso14651_t1_common", "text"),
    Sort("by Java's Collator (spaces and - ignored at first)",
        collation(_JAVA, ignored=" -", tie=_behind_the_others, case_last=True),
        "Java SE API, java.text.Collator; OpenJDK java/text/CollationRules.java"),
)  # fmt: skip
