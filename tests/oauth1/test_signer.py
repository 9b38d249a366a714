"""A right header is made in one place."""

import oauthlib.oauth1
import pytest

from pytest_netsuite_tba.oauth1.header import parse_authorization
from pytest_netsuite_tba.oauth1.signer import base_string_for, signed_header

URL = "https://1234567.restlets.api.netsuite.com/app/site/hosting/restlet.nl?script=1&deploy=1&a=b%20c"
KEYS = {"consumer_key": "ck+/", "consumer_secret": "cs&%", "token_id": "t é", "token_secret": "ts="}
GIVEN = {"realm": "1234567_SB1", "nonce": "fjaLirsIcCGVZWzBX0pg", "timestamp": "1790000000"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("method", "url", "form"),
    [("GET", URL, ""), ("POST", URL, "d=%C3%A9&a=1+2"), ("put", "http://h:8080", "")],
    ids=["query", "form", "bare"],
)
def test_the_header_is_oauthlibs(method, url, form):
    """An independent implementation signs the same request with the same nonce and time in the same way."""
    client = oauthlib.oauth1.Client(
        KEYS["consumer_key"],
        KEYS["consumer_secret"],
        KEYS["token_id"],
        KEYS["token_secret"],
        signature_method=oauthlib.oauth1.SIGNATURE_HMAC_SHA256,
        realm=GIVEN["realm"],
        nonce=GIVEN["nonce"],
        timestamp=GIVEN["timestamp"],
    )
    theirs = client.sign(url, method, form or None, FORM if form else None)[1]["Authorization"]

    ours = signed_header(base_string_for(method, url, form), **KEYS, **GIVEN)

    assert pairs_of(theirs) == pairs_of(ours.authorization)
    assert ("oauth_signature", ours.signature) in pairs_of(ours.authorization)


def test_without_a_form_nothing_of_a_body_is_signed():
    """Only the header's pairs and the query (RFC 5849 section 3.4.1.3.1)."""
    make_base_string = base_string_for("GET", "https://h/p?a=1")

    assert "GET&https%3A%2F%2Fh%2Fp&a%3D1%26oauth_nonce%3Dn" == make_base_string([("oauth_nonce", "n")])


def pairs_of(header):
    return sorted((pair.name, pair.value) for pair in parse_authorization(header).parameters)


def test_the_base_string_may_be_made_otherwise():
    """By a rule of somebody else's: it gets the header's pairs, and what it makes is signed."""
    seen = []

    signed = signed_header(lambda pairs: seen.extend(pairs) or "base string", **KEYS, **GIVEN)

    assert "base string" == signed.base_string
    assert seen == [(pair.name, pair.value) for pair in parse_authorization(signed.authorization).parameters[1:-1]]
    assert signed.signature != signed_header(base_string_for("GET", URL), **KEYS, **GIVEN).signature


def test_no_secret_is_in_it():
    """What it shows may be logged."""
    shown = repr(signed_header(base_string_for("GET", URL), **KEYS, **GIVEN))

    assert all(KEYS[name] not in shown for name in ("consumer_secret", "token_secret"))
