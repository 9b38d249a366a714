"""Where two base strings part: what is said of each piece, and that its places are right in both."""

import random
from urllib.parse import quote

import pytest

from pytest_netsuite_tba.login.differences import differences
from pytest_netsuite_tba.login.hiding import hiding
from pytest_netsuite_tba.login.verdict import Diagnosis

URL = "https://h.example/p"
PAIRS = [("a", "1"), ("ids", "7"), ("oauth_nonce", "n=="), ("oauth_token", "t"), ("q", "O'Neil"), ("s", "")]


def encoded(text, safe=""):
    return quote(text, safe=f"-._~{safe}")


def joined(pairs, safe=""):
    return "&".join(f"{encoded(name, safe)}={encoded(value, safe)}" for name, value in pairs)


def base(pairs=PAIRS, *, method="GET", url=URL, safe=""):
    """A base string, made by urllib alone; ``safe`` is not encoded in names and values."""
    return f"{method}&{encoded(url)}&{encoded(joined(pairs, safe))}"


EXPECTED = base()


def without(*names):
    return [pair for pair in PAIRS if pair[0] not in names]


def changed(**values):
    return [(name, values.get(name, value)) for name, value in PAIRS]


def renamed(name, other):
    return [(other if each == name else each, value) for each, value in PAIRS]


def said(signed, expected=EXPECTED):
    """Part, name and both texts of each difference, after its places were looked at."""
    found = differences(signed, expected)
    for difference in found:
        for text, at, raw, decoded in (
            (signed, difference.signed_at, difference.signed_raw, difference.signed),
            (expected, difference.expected_at, difference.expected_raw, difference.expected),
        ):
            assert (at is None, decoded is None) == (raw is None, raw is None)
            assert raw is None or text[slice(*at)] == raw
    return [(difference.part, difference.name, difference.signed, difference.expected) for difference in found]


ONE = {
    "an encoder that spares a quote": (base(safe="'"), ("parameter", "q", "O'Neil", "O%27Neil")),
    "encoded twice": (base(changed(q=encoded("O'Neil"))), ("parameter", "q", "O%2527Neil", "O%27Neil")),
    "left out": (base(without("q")), ("parameter", "q", None, "O%27Neil")),
    "signed, but not sent": (base([*PAIRS, ("z", "9")]), ("parameter", "z", "9", None)),
    "another value": (base(changed(a="2")), ("parameter", "a", "2", "1")),
    "brackets": (base(renamed("ids", "ids[]"), safe="[]"), ("name", "ids", "ids[]", "ids")),
    "a name in another case": (base(renamed("ids", "IDS")), ("name", "ids", "IDS", "ids")),
    "a name of two words": (base([*PAIRS, ("x y", "1")], safe=" "), ("name", "x y", "x y", "x%20y")),
    "method": (base(method="POST"), ("method", "", "POST", "GET")),
    "url": (base(url=f"{URL}/"), ("url", "", f"{URL}/", URL)),
    "url not encoded": (EXPECTED.replace(encoded(URL), URL), ("url", "", URL, URL)),
    "order": (base([PAIRS[1], PAIRS[0], *PAIRS[2:]]), ("order", "", "ids", "a")),
    "order of equal names": (base([("a", "2"), ("a", "1")]), ("order", "", "a=2", "a=1")),
    "no equals sign": (EXPECTED.removesuffix("%3D"), ("form", "s", "s", "s=")),
    "parameters not encoded": (EXPECTED.replace(encoded(joined(PAIRS)), joined(PAIRS)), ("form", "parameters", joined(PAIRS), joined(PAIRS))),
    "parameters encoded again": (EXPECTED.replace(encoded(joined(PAIRS)), encoded(encoded(joined(PAIRS)))), ("form", "parameters", joined(PAIRS), joined(PAIRS))),
    "no method": (EXPECTED.removeprefix("GET&"), ("form", "", "", "GET&")),
    "nothing at the end": (EXPECTED + "%26", None),
}  # fmt: skip
AGAINST = {"order of equal names": base([("a", "1"), ("a", "2")]), "a name of two words": base([*PAIRS, ("x y", "1")])}


@pytest.mark.parametrize("name", ONE)
def test_the_differing_pair_stands_alone(name):
    """One mistake is one difference; its places are right in both texts."""
    signed, wanted = ONE[name]
    found = said(signed, AGAINST.get(name, EXPECTED))

    assert found == ([wanted] if wanted else [("parameter", "", "", None)])


def test_lower_case_escapes_of_everything():
    """What is the same once it is decoded is told as the form of the whole, not parameter by parameter."""
    outer = encoded(joined(PAIRS))
    lower = "".join(
        char.lower() if outer[max(0, at - 2) : at].find("%") >= 0 else char for at, char in enumerate(outer)
    )

    assert said(EXPECTED.replace(outer, lower)) == [("form", "parameters", joined(PAIRS), joined(PAIRS))]


def test_several_are_told_in_the_order_of_the_expected_one():
    """Method, URL, each parameter, those that are too many last."""
    signed = base([("a", "2"), *PAIRS[1:4], ("s", ""), ("z", "")], method="PUT")

    assert said(signed) == [
        ("method", "", "PUT", "GET"),
        ("parameter", "a", "2", "1"),
        ("parameter", "q", None, "O%27Neil"),
        ("parameter", "z", "", None),
    ]


def test_of_a_passport_the_field_is_named():
    """Five fields, nothing encoded."""
    right = "1234567_SB1&key&token&n=+1&1790000000"

    assert said(right.replace("_SB1", "-sb1"), right) == [("account", "", "1234567-sb1", "1234567_SB1")]
    assert said(right.replace("179", "178"), right) == [("timestamp", "", "1780000000", "1790000000")]
    assert said("key&1234567_SB1&token&n=+1&1790000000", right) == [
        ("order", "", "consumerKey&account&token&nonce&timestamp", "account&consumerKey&token&nonce&timestamp")
    ]
    assert [difference[0] for difference in said(EXPECTED, right)] == ["form"]
    assert said("1234567_SB1&key&token&n=+1", right) == [("form", "", "", "&1790000000")]


def test_no_escape_is_torn_apart():
    """What is left of two texts begins and ends between escapes."""
    assert said("%2F", "%3F") == [("form", "", "/", "?")]
    assert said("x%2Fy", "x%2fy") == [("form", "", "/", "/")]


def test_equal_texts_differ_nowhere():
    """Nor do empty ones."""
    assert (differences(EXPECTED, EXPECTED), differences("", "")) == ((), ())


def test_whatever_is_compared_the_places_are_right():
    """Texts cut, doubled and mixed by chance: there is always a difference, and it always stands where it says."""
    chance = random.Random(16)
    for _ in range(2_000):
        text = list(EXPECTED)
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(text))
            text[at : at + chance.randrange(3)] = chance.choice(("", "&", "=", "%26", "%3D", "%25", "x", "%", "\udc80"))
        signed = "".join(text)
        assert bool(said(signed)) == (signed != EXPECTED)
        assert bool(said(EXPECTED, signed)) == (signed != EXPECTED)


class Counted(str):
    """A text that counts how many of its characters were sliced."""

    __slots__ = ()
    sliced = 0

    def __getitem__(self, at):
        found = str.__getitem__(self, at)
        Counted.sliced += len(found)
        return found


@pytest.mark.parametrize("count", [1_000, 8_000])
def test_the_work_grows_with_the_text_only(count):
    """A text of 64 KiB and more is no more work for each character than a short one."""
    many = [(f"n{number}", "'" * 8) for number in range(count)]
    expected = base(many)
    for signed in (base(many, safe="'"), base(many[::-1]), base(many[::2]), expected[1:], expected[:-1] + "x", "x"):
        Counted.sliced = 0
        found = differences(Counted(signed), Counted(expected))
        assert found
        assert len(found) <= len(many)
        assert Counted.sliced < 40 * (len(signed) + len(expected))


def test_a_secret_that_shows_once_decoded_is_hidden():
    """However often it was encoded; escapes in lower case are known once they are decoded."""
    secret = "s3cret+/with&signs"
    signed = base([("p", encoded(encoded(secret))), ("r", quote(encoded(secret).lower(), safe=""))])
    diagnosis = Diagnosis(signed_base_string=signed, expected_base_string=base([("p", "1"), ("r", "1")]))

    shown = diagnosis.without_secrets(hiding((secret,)))

    assert [difference.signed for difference in shown.differences] == ["[secret]", "[secret]"]
    assert "with" not in str(shown.as_dict())
    found = shown.differences[0]
    assert shown.signed_base_string[slice(*found.signed_at)] == found.signed_raw
    assert shown.expected_base_string[slice(*found.expected_at)] == found.expected_raw


def test_what_is_decoded_is_hidden_once_more():
    """A spelling that nobody knows may become one that is known."""
    secret = "s3cret+/with&signs"
    signed = base([("p", encoded(encoded(encoded(secret))))])
    diagnosis = Diagnosis(signed_base_string=signed, expected_base_string=base([("p", "1")]))

    (found,) = diagnosis.without_secrets(hiding((secret,))).differences

    assert found.signed == "[secret]"
