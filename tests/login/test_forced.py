"""A refusal that a test asked for: it decides alone, and leaves everything as it was."""

from __future__ import annotations

import pytest
from support.flow import asked, exchange, pairs_of
from support.signing import HOST, NOW, TARGET, authorization

from pytest_netsuite_tba.login.refusals import BY_ID


@pytest.fixture
def send(netsuite, netsuite_client):
    """Sends a header to the echo RESTlet of the fake, whose clock stands still."""
    netsuite.clock.freeze(NOW)
    return lambda header: netsuite_client.get(f"https://{HOST}{TARGET}", headers={"Authorization": header}).status_code


@pytest.mark.parametrize("header", ["", "Bearer abc", "OAuth", "OAuth a"])
def test_it_decides_whatever_the_login_holds(netsuite, send, header):
    """A request that would be refused by itself is refused as the test asked."""
    netsuite.refuse_next("nonce_used")

    assert 401 == send(header)
    attempt = netsuite.audit_trail[-1]
    assert ("nonce_used", True, True) == (attempt.refusal.id, attempt.forced, attempt.expected)
    assert BY_ID["nonce_used"].cause == attempt.cause


def test_it_spends_no_nonce(netsuite, send):
    """The same header is let in afterwards: a client that tries again is to be tested with it."""
    header = authorization(netsuite)
    netsuite.refuse_next("InvalidSignature", times=3)

    assert [401, 401, 401, 200] == [send(header) for _ in range(4)]


def test_it_counts_as_no_failure(netsuite, send):
    """Five that are forced lock nobody."""
    netsuite.behaviour.failed_signatures_lock_user = True
    netsuite.refuse_next("InvalidSignature", times=5)
    for _ in range(5):
        send(authorization(netsuite))

    assert (0, None) == (netsuite.entity.failed_logins, netsuite.entity.locked_until)


def test_it_counts_as_no_success(netsuite, send):
    """Between wrong signatures it does not begin their count anew."""
    netsuite.behaviour.failed_signatures_lock_user = True
    with netsuite.expect_refusal(count=6):
        for _ in range(4):
            send(authorization(netsuite, oauth_signature="wrong"))
        netsuite.refuse_next("nonce_used")
        send(authorization(netsuite))
        send(authorization(netsuite, oauth_signature="wrong"))

    assert NOW + 1800 == netsuite.entity.locked_until


def test_it_makes_no_access_token(netsuite):
    """The request token stays, and is exchanged afterwards."""
    netsuite.clock.freeze(NOW)
    token = asked(netsuite)
    verifier = netsuite.authorize(token["oauth_token"]).verifier
    netsuite.refuse_next("flow-TokenRejected")

    assert 401 == exchange(netsuite, token, verifier).status_code
    assert 1 == len(netsuite.account.tokens)
    assert pairs_of(exchange(netsuite, token, verifier))
    assert 2 == len(netsuite.account.tokens)


def test_those_of_the_token_endpoints_wait_for_them(netsuite, send):
    """A signed call in between is let in, and so is a step of the flow while one for calls waits."""
    netsuite.refuse_next("flow-TokenRejected")
    netsuite.refuse_next("nonce_used")
    assert 401 == send(authorization(netsuite))
    assert 200 == send(authorization(netsuite))

    with netsuite.expect_refusal("flow-TokenRejected", count=1), pytest.raises(AssertionError):
        asked(netsuite)
    assert asked(netsuite)
