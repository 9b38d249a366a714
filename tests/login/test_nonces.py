"""A header is good for one request."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from support.signing import HOST, NONCE, NOW, TARGET, authorization

from pytest_netsuite_tba.login.nonces import NonceStore


@pytest.fixture
def send(netsuite, netsuite_client):
    netsuite.clock.freeze(NOW)
    return lambda header: netsuite_client.get(f"https://{HOST}{TARGET}", headers={"Authorization": header}).status_code


def test_a_replay_names_the_attempt_that_used_the_nonce(netsuite, send):
    """The trail says which attempt spent the nonce."""
    header = authorization(netsuite)
    assert 200 == send(header)
    with netsuite.expect_refusal("nonce_used"):
        send(header)
    assert netsuite.audit_trail[-1].cause.startswith("Attempt 1 of this user already used this nonce")


def test_nonces_are_compared_decoded(netsuite, send):
    """%66ja... is fja...: the same nonce, spelt otherwise."""
    header = authorization(netsuite)
    assert 200 == send(header)
    with netsuite.expect_refusal("nonce_used"):
        send(header.replace(NONCE, "%66" + NONCE[1:]))


def test_another_timestamp_makes_it_another_nonce(netsuite, send):
    """Nonce and timestamp together are what may be used once."""
    assert [200, 200] == [send(authorization(netsuite, oauth_timestamp=str(NOW + off))) for off in (0, 1)]


def test_two_tokens_of_one_user_share_their_nonces(netsuite, send):
    """It is the user that may use a nonce once, not the token."""
    assert 200 == send(authorization(netsuite))
    second = netsuite.credentials_for(netsuite.create_token())

    class Other:
        credentials, clock = second, netsuite.clock

    with netsuite.expect_refusal("nonce_used"):
        send(authorization(Other))


def test_a_wrong_signature_spends_no_nonce(netsuite, send):
    """Row 13 comes before row 15."""
    with netsuite.expect_refusal("InvalidSignature"):
        send(authorization(netsuite, oauth_signature="wrong"))
    assert 200 == send(authorization(netsuite))


def test_a_nonce_is_kept_for_the_whole_window(netsuite, send):
    """As long as its timestamp is let in, a nonce is known; after that the timestamp is refused."""
    header = authorization(netsuite, oauth_timestamp=str(NOW + 300))
    assert 200 == send(header)
    netsuite.clock.advance(seconds=600)
    with netsuite.expect_refusal("nonce_used"):
        send(header)
    netsuite.clock.advance(seconds=1)
    with netsuite.expect_refusal("InvalidTimestamp"):
        send(header)


def test_memory_is_bounded_by_the_windows_traffic():
    """Twenty minutes of ten nonces a second leave ten minutes' worth."""
    store = NonceStore()
    sizes = []
    for second in range(1200):
        for number in range(10):
            store.spend("user", f"{second}-{number}", NOW + second, now=NOW + second, attempt=1)
        sizes.append(len(store))
    assert 6010 == max(sizes) == sizes[-1]


def test_of_64_threads_with_one_nonce_exactly_one_gets_in(netsuite):
    """A nonce is spent under the account's lock."""
    netsuite.clock.freeze(NOW)
    header = authorization(netsuite)

    def one(_):
        client = netsuite.credentials.client()
        return client.get(f"https://{HOST}{TARGET}", headers={"Authorization": header}).status_code

    with netsuite.expect_refusal("nonce_used", count=63), ThreadPoolExecutor(64) as pool:
        statuses = list(pool.map(one, range(64)))
    assert [200, *[401] * 63] == sorted(statuses)
