"""The rows of a SOAP call, beside the table of tests/services/test_soap.py: bounds, and the words of a cause."""

from __future__ import annotations

import pytest
from support.passports import HOST, NOW, PATH, right
from werkzeug.test import Client


@pytest.fixture
def send(netsuite):
    """Posts an envelope to the fake, whose clock stands still."""
    netsuite.clock.freeze(NOW)
    return lambda body: Client(netsuite.wsgi_app).post(PATH, base_url=f"https://{HOST}", data=body).status_code


@pytest.mark.parametrize("length", [6, 64])
def test_the_shortest_and_the_longest_nonce_are_let_pass(netsuite, send, length):
    """Row 14: 6 to 64 characters (docs/rules.md 8)."""
    assert 200 == send(right(netsuite.token, nonce="a" * length))


@pytest.mark.parametrize("nonce", ["abcdé1", "abc-12", "abc 12"])
def test_letters_and_digits_are_those_of_ascii(netsuite, send, nonce):
    """Row 14 where soap_nonce_alphanumeric says so."""
    netsuite.behaviour.soap_nonce_alphanumeric = True

    with netsuite.expect_refusal("nonce_rejected", count=1):
        assert 500 == send(right(netsuite.token, nonce=nonce))


def test_a_cause_speaks_of_the_passports_fields(netsuite, send):
    """Not of the header's parameters, of which a SOAP client has never heard."""
    with netsuite.expect_refusal("InvalidTimestamp", count=1) as attempts:
        send(right(netsuite.token, timestamp=NOW - 301))

    assert f"timestamp {NOW - 301} is 301 seconds behind NetSuite's clock; 300 are let pass." == attempts[0].cause
    assert "oauth_" not in attempts[0].cure


def test_all_that_a_passport_lacks_is_said(netsuite, send):
    """Rows 3 and 4: in one sentence, so that it is mended at once."""
    with netsuite.expect_refusal("MissingTokenPassportRequiredFields", count=1) as attempts:
        send(right(netsuite.token, nonce=None, token=None).replace(' algorithm="HMAC-SHA256"', ""))

    assert "Token is missing or empty, nonce is missing or empty, the signature has no algorithm." == attempts[0].cause
