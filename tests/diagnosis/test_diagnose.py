"""What is said of a refused attempt as a whole: right ones are not searched, and no secret is told."""

import dataclasses
import json
from unittest import mock
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.mis_signed import (
    CONSUMER_SECRET,
    FORM,
    HOST,
    JSON,
    PATH,
    TOKEN_SECRET,
    account,
    explanation_of,
    facts,
    judged,
    misled,
    request,
    signer,
)

from pytest_netsuite_tba.diagnosis import diagnose as diagnosing
from pytest_netsuite_tba.diagnosis import search as searching
from pytest_netsuite_tba.diagnosis.catalogue import CATALOGUE
from pytest_netsuite_tba.login.verdict import Diagnosis


def test_the_right_request_is_let_in_and_never_searched(monkeypatch):
    monkeypatch.setattr(diagnosing, "search", None)
    attempt, _ = judged(signer().authorization())

    assert attempt.accepted, attempt
    assert (attempt.diagnosis, attempt.diagnosis.render(), attempt.as_dict()["diagnosis"]) == (Diagnosis(), "", None)


def test_a_signature_that_nothing_explains_is_said_so():
    wrong = signer()
    wrong.consumer_secret = "a secret that nobody knows"
    diagnosis = judged(wrong.authorization())[0].diagnose(budget=0.0)

    assert (diagnosis.proven, diagnosis.mistakes, diagnosis.signed_base_string) == (False, (), None)
    assert diagnosis.expected_base_string == signer().base_string()
    assert "No known mistake makes this signature" in diagnosis.notes[0]
    assert any("a secret that is not known here" in note for note in diagnosis.notes)


def test_later_changes_of_the_records_change_nothing():
    header, _, _ = misled("query-not-signed")
    records = account()
    attempt, _ = judged(header, records)
    records.tokens["Shop token"].secret = "changed"
    records.integrations["Shop"].reset_credentials()

    assert [mistake.id for mistake in attempt.diagnosis.mistakes] == ["query-not-signed"]


def test_every_entry_of_the_catalogue_reads_well():
    for name, entry in CATALOGUE.items():
        assert name == name.lower()
        assert entry.cure.endswith((".", "?")), name
        assert not entry.title.endswith("."), name


@settings(deadline=None, max_examples=200)
@given(
    st.dictionaries(st.sampled_from([*signer().header, "realm", "oauth_signature", "x"]), st.text(max_size=20)),
    st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), max_size=40),
    st.binary(max_size=40),
    st.sampled_from([JSON, FORM, "text/plain"]),
    st.sampled_from([HOST, "localhost:8080", "x", "1234567_sb1.app.netsuite.com", ""]),
)
def test_whatever_comes_it_never_raises_and_tells_no_secret(changed, query, body, content_type, host):
    pairs = signer().header | {"oauth_signature": "c2lnbmF0dXJl", "realm": "1234567_SB1"} | changed
    header = "OAuth " + ", ".join(f'{name}="{quote(value, safe="")}"' for name, value in pairs.items())
    attempt, _ = judged(header, host=host, body=body, content_type=content_type, target=f"{PATH}?{query}")
    with mock.patch.object(searching, "LEAST_WORK", 1_000_000):
        diagnosis = attempt.diagnose(budget=0.0)
    said = repr(attempt) + repr(diagnosis) + json.dumps(attempt.as_dict()) + diagnosis.render(width=100)

    for secret in (CONSUMER_SECRET, TOKEN_SECRET, quote(CONSUMER_SECRET, safe=""), "another token secret"):
        assert secret not in said


def test_a_secret_that_was_sent_as_an_id_is_not_shown():
    wrong = signer()
    wrong.header["oauth_consumer_key"] = CONSUMER_SECRET
    attempt, _ = judged(wrong.authorization())
    said = attempt.diagnosis.render() + json.dumps(attempt.diagnosis.as_dict())

    assert "[secret]" in said
    assert CONSUMER_SECRET not in said
    assert quote(CONSUMER_SECRET, safe="") not in said


@pytest.mark.parametrize("secret", [CONSUMER_SECRET, TOKEN_SECRET])
@pytest.mark.parametrize("name", ["oauth_nonce", "oauth_token"])
def test_a_secret_that_was_signed_in_a_wrong_place_is_not_shown(name, secret):
    """It is named, and the base string that proves it is shown without it."""
    wrong = signer()
    wrong.left_out, wrong.more = {name}, [(name, secret)]
    diagnosis = judged(wrong.authorization())[0].diagnosis
    said = diagnosis.render() + json.dumps(diagnosis.as_dict()) + repr(diagnosis)

    assert diagnosis.proven
    assert [mistake.id for mistake in diagnosis.mistakes] == ["value-of-another-field"]
    for times in range(3):
        assert secret not in said, times
        secret = quote(secret, safe="")


def test_a_search_that_was_cut_short_says_so_and_how_to_go_on(monkeypatch):
    monkeypatch.setattr(searching, "LEAST_WORK", 1_000_000)
    wrong = signer()
    wrong.token_secret = "quite another secret"
    diagnosis = judged(wrong.authorization())[0].diagnose(budget=0.0)

    assert diagnosis.cut_short
    assert any("--budget" in note and "diagnose(budget=" in note for note in diagnosis.notes), diagnosis.notes
    assert "budget" not in " ".join(judged(misled("query-not-signed")[0])[0].diagnosis.notes)


def test_a_search_that_ended_before_the_single_mistakes_blames_no_secret(monkeypatch):
    """Of 1 MiB of form the least work is a few candidates."""
    monkeypatch.setattr(searching, "LEAST_WORK", 100_000)
    wrong = signer()
    wrong.token_secret = "quite another secret"
    attempt = judged(wrong.authorization())[0]

    assert (attempt.diagnose(budget=0.0).tried, attempt.diagnosis.cut_short) == ((), True)
    assert "No mistake was found" in attempt.diagnosis.notes[0]
    assert "secret" not in explanation_of(attempt).partition("Cure")[2]


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"target": f"{PATH}?{'&'.join(f'p{at}=x' for at in range(1_000))}"}, "more than 1000 are not read."),
        ({"method": "POST", "content_type": FORM, "body": b"&".join(b"p%d" % at for at in range(1_000))}, "more than 1000 are not read."),
        ({"method": "POST", "content_type": FORM, "body": b"a=" + b"x" * 2**20}, "more than 1048576 are not read."),
    ],
    ids=["query", "form", "long form"],
)  # fmt: skip
def test_what_is_too_large_is_not_searched(sent, says, monkeypatch):
    monkeypatch.setattr(diagnosing, "search", None)
    monkeypatch.setattr(diagnosing, "pipeline_of", None)
    diagnosis = diagnosing.diagnose(facts(request("OAuth x", **sent)))

    assert (diagnosis.proven, diagnosis.tried) == (False, ())
    assert any(note.startswith("It was not searched") and says in note for note in diagnosis.notes), diagnosis.notes


def test_secrets_are_doubted_only_after_the_request_was_searched():
    """A search that ended early never blames them; one that came as far as it should says how likely, and what speaks against it."""
    wrong = signer()
    wrong.token_secret = "quite another secret"
    attempt = judged(wrong.authorization())[0]

    diagnosis = attempt.diagnose(budget=0.0)
    assert (diagnosis.tried, diagnosis.cut_short) == (("single mistakes", "likely pairs"), False)
    assert "parameters signed that the request does not hold" in " ".join(diagnosis.notes)
    said = explanation_of(attempt)
    assert "No known mistake explains this signature" in said
    assert said.index("Against a wrong secret:") < said.index("A wrong token secret or consumer secret: about 1 in")
    assert "paste both secrets again" in said

    attempt._diagnosis = dataclasses.replace(diagnosis, cut_short=True, wrong_secret=None)
    assert "secret" not in explanation_of(attempt)
