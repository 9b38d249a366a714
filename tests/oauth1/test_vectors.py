"""The signatures that Oracle, the RFC and other clients have published, each under its own name.

``vectors.json`` also keeps the misprints. A vector that is not ``self_consistent`` is one whose printed signature
does not follow from what is printed beside it; its note says what went wrong.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pytest_netsuite_tba.login.token_passport import TokenPassport
from pytest_netsuite_tba.oauth1.encoding import decode_query
from pytest_netsuite_tba.oauth1.signature import base_string, base_uri, parameter_string, sign, signing_key

VECTORS = json.loads(Path(__file__).parent.parent.joinpath("support", "vectors.json").read_text(encoding="utf-8"))

# What the helpers below read, and what is there for the reader only.
SIGNED_FIELDS = {
    *("method", "url", "consumer_key", "consumer_secret", "token", "token_secret", "nonce", "timestamp"),
    *("signature_method", "realm", "oauth_version", "extra_oauth_params", "form_params"),
}
EXPECTED_FIELDS = {"base_string", "signature", "computed_signature", "self_consistent"}
TEXT_FIELDS = {"name", "kind", "note", "source_url"}


def id_of(vector):
    disputed = vector["kind"] == "derived-disputed"  # right by the RFC; what NetSuite does there is unknown
    return f"{vector['name']}-disputed" if disputed else vector["name"]


def named(vectors):
    return [pytest.param(vector, id=id_of(vector)) for vector in vectors]


def passport_of(vector):
    return TokenPassport(
        account=vector["realm"],
        consumer_key=vector["consumer_key"],
        token=vector["token"],
        nonce=vector["nonce"],
        timestamp=vector["timestamp"],
    )


def header_parameters_of(vector):
    fields = {
        "oauth_consumer_key": vector["consumer_key"],
        "oauth_token": vector["token"],
        "oauth_signature_method": vector["signature_method"],
        "oauth_timestamp": vector["timestamp"],
        "oauth_nonce": vector["nonce"],
        "oauth_version": vector["oauth_version"],
    }
    sent = [(name, value) for name, value in fields.items() if value is not None]
    return [*sent, *vector["extra_oauth_params"].items()]


def base_string_of(vector):
    if vector["method"] == "SOAP":
        return passport_of(vector).base_string
    url = urlsplit(vector["url"])
    form = [(name, value) for name, value in vector["form_params"]]
    parameters = [*decode_query(url.query), *form, *header_parameters_of(vector)]
    uri = base_uri(url.scheme, url.netloc, url.path)
    return base_string(vector["method"], uri, parameter_string(parameters))


def signature_of(vector):
    if vector["method"] == "SOAP":
        passport = passport_of(vector)
        return passport.signature(vector["consumer_secret"], vector["token_secret"], vector["signature_method"])
    key = signing_key(vector["consumer_secret"], vector["token_secret"] or "")
    return sign(base_string_of(vector), key, vector["signature_method"])


@pytest.mark.parametrize("vector", named(VECTORS))
def test_a_published_request_gives_its_base_string(vector):
    """The base string follows from the request alone, whatever became of the signature in print."""
    assert vector["base_string"] == base_string_of(vector)


@pytest.mark.parametrize("vector", named(vector for vector in VECTORS if vector["self_consistent"]))
def test_a_published_request_gives_its_signature(vector):
    """A signature that agrees with the inputs printed beside it is reproduced to the letter."""
    assert vector["signature"] == signature_of(vector)


@pytest.mark.parametrize("vector", named(vector for vector in VECTORS if not vector["self_consistent"]))
def test_a_misprinted_signature_is_not_reproduced(vector):
    """A signature that disagrees with the inputs printed beside it is a misprint: they give another one."""
    actual = signature_of(vector)
    assert vector["computed_signature"] == actual
    assert vector["signature"] != actual


def ids_run_by(test):
    (mark,) = test.pytestmark
    _, params = mark.args
    assert not any(param.marks for param in params)  # no skip, no xfail
    return [param.id for param in params]


def test_every_vector_is_tested():
    """All 26 vectors run: each for its base string, and each exactly once for its signature or its misprint."""
    every = Counter(id_of(vector) for vector in VECTORS)
    assert 26 == len(every) == every.total()
    assert every == Counter(ids_run_by(test_a_published_request_gives_its_base_string))
    signed = ids_run_by(test_a_published_request_gives_its_signature)
    misprinted = ids_run_by(test_a_misprinted_signature_is_not_reproduced)
    assert every == Counter([*signed, *misprinted])
    kinds = {"documented": 12, "reconciled": 2, "computed": 1, "rfc": 3, "derived": 6, "derived-disputed": 2}
    assert kinds == Counter(vector["kind"] for vector in VECTORS)


def test_every_field_of_a_vector_is_used():
    """A vector has no field that these tests would pass over in silence."""
    expected = SIGNED_FIELDS | EXPECTED_FIELDS | TEXT_FIELDS
    assert {frozenset(expected)} == {frozenset(vector) for vector in VECTORS}


def test_both_soap_spellings_of_the_algorithm_sign_alike():
    """SOAP knows HMAC-SHA256 with a hyphen and with an underscore, and it is the same algorithm."""
    (vector,) = [vector for vector in VECTORS if vector["name"] == "oracle-soap-tokenpassport-1"]
    secrets = vector["consumer_secret"], vector["token_secret"]
    assert vector["signature"] == passport_of(vector).signature(*secrets, "HMAC_SHA256")
    with pytest.raises(KeyError):
        passport_of(vector).signature(*secrets, "HMAC-SHA1")


def test_without_a_token_secret_the_key_ends_with_its_ampersand():
    """As for a request token (RFC 5849 section 3.4.2)."""
    assert "cs%26&" == signing_key("cs&")
