"""A diagnosis as text: what differs alone, in lines that fit and need no colour; a choice where none alone is proven."""

import itertools
from urllib.parse import quote

import pytest

from pytest_netsuite_tba.login.hiding import hiding
from pytest_netsuite_tba.login.verdict import Diagnosis, Mistake, Reading, Suspicion
from pytest_netsuite_tba.report.explanation import suspicion_text
from pytest_netsuite_tba.report.rendering import other_readings, render_diagnosis, told_of


def base(**values):
    joined = "&".join(f"{name}={value}" for name, value in values.items())
    return f"GET&{quote('https://h.example/p', safe='')}&{quote(joined, safe='-._~')}"


def rendered(signed, expected, width=80, **more):
    diagnosis = Diagnosis(proven=True, signed_base_string=signed, expected_base_string=expected, **more)
    return render_diagnosis(diagnosis.without_secrets(hiding(())), width=width)


QUOTE = """\

What differs: - as signed, + as expected
  q  (at 40)
- O'Neil     q%3DO%27Neil
   ^              ^^^
+ O%27Neil   q%3DO%2527Neil
   ^^^            ^^^^^

Base strings: - as it was signed, + as it should have been
  GET&
  https%3A%2F%2Fh.example%2Fp&
  a%3D1%26
- q%3DO%27Neil
+ q%3DO%2527Neil"""
NARROW = """\

What differs: - as signed, + as expected
  q  (at 40)
- O'Neil (and sons), Dublin
   ^    ^^   ^    ^^^
+ O%27Neil%20%28and%20sons%29%2C%20Dubl…
   ^^^    ^^^^^^   ^^^    ^^^^^^^^^
- q%3DO%27Neil%20%28and%20sons%29%2C%20…
       ^^^    ^^^^^^   ^^^    ^^^^^^^^^
+ q%3DO%2527Neil%2520%2528and%2520sons%…
       ^^^^^    ^^^^^^^^^^   ^^^^^    ^^"""


def test_the_differing_pair_stands_alone_first():
    """Decoded beside encoded, marked without colour; then both base strings, aligned."""
    assert rendered(base(a=1, q="O'Neil"), base(a=1, q="O%27Neil")) == QUOTE


def test_where_there_is_no_room_beside_it_stands_below():
    """And is cut round the place where the texts part."""
    value = "O'Neil (and sons), Dublin"
    text = rendered(base(a=1, q=value), base(a=1, q=quote(value)), width=40)

    assert text.partition("\n\nBase")[0] == NARROW


@pytest.mark.parametrize("width", [40, 80, 200])
def test_lines_fit_and_long_texts_are_bounded(width):
    """A value of 64 KiB that differs in its middle: the place is seen, and the screen is not flooded."""
    half = "x" * 32_768
    lines = rendered(base(q=f"{half}'{half}"), base(q=f"{half}%27{half}"), width).splitlines()

    assert max(map(len, lines)) <= width
    assert len(lines) < 60
    assert [line.count("^") for line in lines if "^" in line] == [1, 3, 3, 5]
    for line, marks in itertools.pairwise(lines):
        if "^" in marks:
            shown = line[marks.index("^") : marks.rindex("^") + 1]
            assert shown in {"'", "%27", "%2527"}


def test_of_many_differences_the_first_are_shown():
    """How many more there are is said."""
    names = [f"n{number}" for number in range(900)]
    text = rendered(base(**dict.fromkeys(names, "a+b")), base(**dict.fromkeys(names, "a%20b")))

    assert "  ... and 894 more" in text
    assert len(text.splitlines()) < 450


def test_what_cannot_be_printed_neither_moves_nor_colours_the_screen():
    """Controls become escapes; bytes that are no text the sign for that."""
    text = rendered(base(q="\x1b[31m\r\n"), base(q="%FF"))

    assert all(line.isprintable() for line in text.splitlines())
    assert "\\x1b[31m\\r\\n" in text


def mistake(id, title, cure="Do it right."):
    return Mistake(id=id, title=title, cause=f"{title}, as found.", cure=cure)


A, B, C = mistake("a", "First"), mistake("b", "Second", "Do it otherwise."), mistake("c", "Third")


def ambiguous(*shares):
    readings = [Reading(mistakes=(found,), likelihood=share) for found, share in zip((A, B, C), shares, strict=False)]
    return Diagnosis(mistakes=(A,), proven=True, readings=tuple(readings))


def test_two_readings_of_equal_weight_are_both_named():
    """None of them is called proven; the third is far less likely, and stands below."""
    diagnosis = ambiguous(0.48, 0.46, 0.06)

    assert diagnosis.is_ambiguous
    assert diagnosis.as_dict()["ambiguous"] is True
    assert told_of(diagnosis) == [
        (
            "Either First or Second; both make exactly this signature",
            "Either: First, as found. Or: Second, as found.",
            "Either: Do it right. Or: Do it otherwise.",
            False,
            "docs/mistakes/a.md, docs/mistakes/b.md",
        )
    ]
    text = diagnosis.without_secrets(hiding(()))
    text = render_diagnosis(text)
    assert "(proven)" not in text
    assert "Also  consistent, but less likely: Third (c), about 1 in 20" in text


def test_three_of_equal_weight_and_what_the_header_shows():
    """The latter is told by itself; one cure is said once."""
    shown = mistake("shown", "Seen in the header")
    readings = tuple(Reading(mistakes=(found,), likelihood=1 / 3) for found in (A, C, mistake("d", "Fourth")))
    told = told_of(Diagnosis(mistakes=(shown, A), proven=True, readings=readings))

    assert [what for what, *_ in told] == [
        "Seen in the header",
        "Either First, Third or Fourth; all 3 make exactly this signature",
    ]
    assert told[1].cure == "Do it right."


def test_one_that_is_much_likelier_is_proven():
    """The others are named with their likelihoods."""
    diagnosis = ambiguous(0.75, 0.25)

    assert not diagnosis.is_ambiguous
    assert render_diagnosis(diagnosis).startswith("What  First (proven)\n")
    assert other_readings(diagnosis) == "consistent, but less likely: Second (b), about 1 in 4"
    assert not other_readings(ambiguous(1.0))


def test_no_secret_is_in_any_part():
    """Whatever field of a diagnosis holds one."""
    secret = "0123456789abcdef" * 2
    leaking = Mistake(id="a", title="A", cause=f"It was {secret}.", cure=f"Not {secret}.")
    diagnosis = Diagnosis(
        mistakes=(leaking,), proven=True, readings=(Reading(mistakes=(leaking,), likelihood=1.0),),
        also_consistent=((leaking,),), signed_base_string=base(q=f"x{secret}"), expected_base_string=base(q=secret),
        wrong_secret=Suspicion(likelihood=0.3, speaks_against=(secret,), speaks_for=(secret,)), notes=(secret,),
    ).without_secrets(hiding((secret,)))  # fmt: skip

    assert secret not in f"{diagnosis}{diagnosis.as_dict()}{render_diagnosis(diagnosis)}"
    (found,) = diagnosis.differences
    assert (found.signed, found.expected) == ("x[secret]", "[secret]")


def test_what_speaks_against_a_wrong_secret_comes_first():
    """Then what speaks for it, then how likely it is."""
    suspicion = Suspicion(likelihood=0.31, speaks_against=("It was let in.",), speaks_for=("It was not.",))

    assert suspicion_text(suspicion) == (
        "Against a wrong secret: It was let in. For a wrong secret: It was not. "
        "A wrong token secret or consumer secret: about 1 in 3."
    )
