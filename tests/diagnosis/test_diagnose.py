"""What is said of a refused attempt as a whole: right ones are not searched, and no secret is told."""

import dataclasses
import json
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st
from support.mis_signed import (
    CONSUMER_SECRET,
    FORM,
    HOST,
    JSON,
    TOKEN_SECRET,
    account,
    explanation_of,
    judged,
    misled,
    signer,
)

from pytest_netsuite_tba.diagnosis import diagnose as diagnosing
from pytest_netsuite_tba.diagnosis.catalogue import CATALOGUE


def test_the_right_request_is_let_in_and_never_searched(monkeypatch):
    monkeypatch.setattr(diagnosing, "search", None)
    attempt, _ = judged(signer().authorization())

    assert attempt.accepted, attempt
    assert attempt.diagnosis is None


def test_a_signature_that_nothing_explains_is_said_so():
    wrong = signer()
    wrong.consumer_secret = "a secret that nobody knows"
    diagnosis = judged(wrong.authorization())[0].diagnose(budget=0.0)

    assert (diagnosis.proven, diagnosis.mistakes, diagnosis.signed_base_string) == (False, (), None)
    assert diagnosis.expected_base_string == signer().base_string()
    assert "No known mistake makes this signature" in diagnosis.notes[0]
    assert "a secret that is not known here" in diagnosis.notes[1]


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
    attempt, _ = judged(header, host=host, body=body, content_type=content_type, target=f"/x?{query}")
    diagnosis = attempt.diagnose(budget=0.0)
    said = repr(attempt) + repr(diagnosis) + json.dumps(attempt.as_dict())
    if diagnosis is not None:
        said += diagnosis.render(width=100)

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


def test_secrets_are_doubted_only_after_the_request_was_searched():
    wrong = signer()
    wrong.token_secret = "quite another secret"
    attempt = judged(wrong.authorization())[0]

    assert attempt.diagnose(budget=0.0).tried == ("single mistakes", "likely pairs")
    assert "parameters signed that the request does not hold" in " ".join(attempt.diagnosis.notes)
    assert "Paste both secrets again" in explanation_of(attempt)

    attempt._diagnosis = dataclasses.replace(attempt.diagnosis, tried=())
    assert "secret" not in explanation_of(attempt).partition("Cure")[2]
