"""A key that was made of other secrets than the token's own, or of what became of them."""

from dataclasses import replace

import pytest
from support.mis_signed import account, diagnosed, facts, judged, readings, request, signer

from pytest_netsuite_tba.diagnosis.diagnose import diagnose
from pytest_netsuite_tba.diagnosis.pipeline import pipeline_of
from pytest_netsuite_tba.diagnosis.search import search
from pytest_netsuite_tba.diagnosis.stages.key import MOST_KNOWN


def signed_with(**secrets):
    wrong = signer()
    for name, secret in secrets.items():
        setattr(wrong, name, secret)
    return wrong


def with_tokens(count, secret="secret of {}"):
    """Beside the two of every test so many tokens."""
    records = account()
    for number in range(count):
        token = records.create_token(name=f"Token {number}", integration=records.integrations["Other"])
        token.secret = secret.format(number)
    return records


def cause_of(wrong, records):
    diagnosis = judged(wrong.authorization(), records)[0].diagnose(budget=0.0)
    assert (diagnosis.proven, readings(diagnosis)) == (True, [{"wrong-secret-pair"}])
    return diagnosis.mistakes[0].cause


@pytest.mark.parametrize("broken_by", ["\n", "\r\n", " "])
@pytest.mark.parametrize("at", [1, 8, 16])
@pytest.mark.parametrize("which", ["consumer_secret", "token_secret"])
def test_a_secret_that_was_wrapped_is_told_with_the_place(which, at, broken_by):
    secret = getattr(signer(), which)
    diagnosis = diagnosed(signed_with(**{which: secret[:at] + broken_by + secret[at:]}))

    assert (diagnosis.proven, readings(diagnosis)[0]) == (True, {"secret-with-whitespace"})
    assert which.replace("_", " ") in diagnosis.mistakes[0].cause
    assert f"after {at} characters" in diagnosis.mistakes[0].cause


@pytest.mark.parametrize("spelt", ["your_{}", "YOUR_{}", "<your {}>", "<your-{}>", "${{{}}}", "{{{{NETSUITE_{}}}}}"])
def test_a_placeholder_is_told(spelt):
    """In one place of the key, and in both."""
    texts = {which: spelt.format(_words_like(spelt, which)) for which in ("consumer_secret", "token_secret")}
    for used in ({"token_secret": texts["token_secret"]}, {"consumer_secret": texts["consumer_secret"]}, texts):
        diagnosis = diagnosed(signed_with(**used))

        assert (diagnosis.proven, readings(diagnosis)[0]) == (True, {"value-of-nothing"})
        assert all(repr(text) in diagnosis.mistakes[0].cause for text in used.values())


def _words_like(spelt, which):
    words = {"<your {}>": which.replace("_", " "), "<your-{}>": which.replace("_", "-")}.get(spelt, which)
    return words.upper() if "YOUR" in spelt or "NETSUITE" in spelt else words


def test_tokens_that_share_their_secret_are_all_named():
    """Which of them it was cannot be known."""
    few, many = with_tokens(2, "shared"), with_tokens(20, "shared")
    of_token = {"token_secret": "shared", "consumer_secret": "another consumer secret"}

    assert cause_of(signed_with(token_secret="shared"), few) == (
        "It was signed with the token secret of 'Token 0' or 'Token 1'."
    )
    assert cause_of(signed_with(**of_token), few) == "It was signed with the secrets of token 'Token 0' or 'Token 1'."
    assert cause_of(signed_with(**of_token), many).endswith("'Token 2' or others, which have the same.")


def test_of_many_tokens_so_many_are_tried_and_a_note_says_how_many():
    records = with_tokens(MOST_KNOWN)

    assert "'Token 900'" in cause_of(signed_with(token_secret="secret of 900"), records)
    notes = judged(signed_with(token_secret="of nobody").authorization(), records)[0].diagnose(budget=0.0).notes
    assert f"Of the {MOST_KNOWN + 2:,} tokens known here, the secrets of {MOST_KNOWN:,} were tried." in notes


def test_long_secrets_are_work():
    """Keys of thousands of characters take as much of the budget as they cost, so that fewer are tried."""
    usual = facts(request("OAuth x"), signature="nothing makes this signature, ever")
    long = replace(usual, own=replace(usual.own, consumer_secret="c+" * 500, token_secret="t/" * 500))
    made = {name: search(pipeline_of(known), budget=0).made for name, known in (("usual", usual), ("long", long))}

    assert made["long"] < made["usual"] / 3
    assert not diagnose(long, budget=0).proven
