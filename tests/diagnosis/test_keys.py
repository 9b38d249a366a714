"""A key that was made of other secrets than the token's own, or of what became of them."""

from dataclasses import replace
from urllib.parse import quote

import pytest
from support.mis_signed import (
    CONSUMER_SECRET,
    TOKEN_SECRET,
    account,
    diagnosed,
    facts,
    judged,
    readings,
    request,
    signer,
)

from pytest_netsuite_tba.diagnosis.diagnose import diagnose
from pytest_netsuite_tba.diagnosis.pipeline import pipeline_of
from pytest_netsuite_tba.diagnosis.search import search
from pytest_netsuite_tba.login.facts import MOST_KNOWN


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


@pytest.mark.parametrize("broken_by", ["\n", "\r\n", "\n  ", " "])
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


# -- a value that is sent in a wrong place, or was not filled in ------------------------------------------------------


def sent_with(**fields):
    """A signer that sends other values than its own, and signs what it sends."""
    wrong = signer()
    wrong.header |= fields
    return judged(wrong.authorization())[0].diagnosis


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("oauth_consumer_key", "d" * 64, "token id"),
        ("oauth_consumer_key", CONSUMER_SECRET, "consumer secret"),
        ("oauth_token", "c" * 64, "consumer key"),
        ("oauth_token", TOKEN_SECRET, "token secret"),
    ],
)
def test_a_value_of_another_field_is_called_so(name, value, words):
    """Not an unknown integration or a revoked token; whose secrets signed it is a note, no mistake. No secret is shown."""
    diagnosis = sent_with(**{name: value})

    assert [mistake.id for mistake in diagnosis.mistakes] == ["value-of-another-field"]
    assert diagnosis.mistakes[0].cause == f"{name} is the {words} of token 'Shop token'."
    assert diagnosis.notes[0] == (
        "It was signed with the secrets of token 'Shop token'. Send that token's own key and id."
    )
    assert CONSUMER_SECRET not in diagnosis.render()


@pytest.mark.parametrize(
    ("value", "id"),
    [("undefined", "value-of-nothing"), ("YOUR_TOKEN_ID", "value-of-nothing"), ("<your token id>", "value-of-nothing"),
     ("TOKEN_ID", "value-of-nothing"), ("$NETSUITE_TOKEN_ID", "value-of-nothing"), ("token id goes here", "value-of-nothing"),
     ("token", "token-revoked-or-inactive"), ("shop-token", "token-revoked-or-inactive"), ("token-1", "token-revoked-or-inactive"),
     ("D" * 64, "secret-with-whitespace"), ("d" * 63, "secret-with-whitespace"), ("1234567_SB1", "value-of-another-field"),
     (f" {'d' * 64}", "secret-with-whitespace"), (f'"{"d" * 64}"', "secret-with-whitespace"), ("1" * 64, "token-revoked-or-inactive")],
)  # fmt: skip
def test_an_id_that_was_not_filled_in_or_pasted_wrongly_is_called_so(value, id):
    assert [mistake.id for mistake in sent_with(oauth_token=value).mistakes] == [id]


@pytest.mark.parametrize("text", ["undefined", "null", "YOUR_SIGNATURE", "[object Promise]"])
def test_a_signature_that_is_none_is_called_so(text):
    """It is not searched for: a key of nothing would explain it, and prove nothing."""
    wrong = signer()
    header = wrong.authorization()
    signature = header.partition('oauth_signature="')[2].partition('"')[0]
    diagnosis = judged(header.replace(signature, quote(text, safe="")))[0].diagnosis

    assert [(mistake.id, diagnosis.proven) for mistake in diagnosis.mistakes] == [("value-of-nothing", False)]
    assert (text in diagnosis.mistakes[0].cause, diagnosis.computed) == (True, 0)


def test_a_key_of_nothing_proves_no_plaintext():
    diagnosis = diagnose(facts(request("OAuth x"), signature="secret"), budget=0)

    assert (diagnosis.mistakes, diagnosis.proven) == ((), False)
    assert diagnosis.notes[1].startswith("The signature has 6 characters and is no base64")


@pytest.mark.parametrize("budget", [-1, float("nan"), "4", None])
def test_a_budget_is_a_number_from_0(budget):
    with pytest.raises(ValueError, match="expected how many times the usual work: a number from 0"):
        diagnose(facts(request("OAuth x")), budget=budget)
