"""The server around it: accounts, announcements, bounds, pytest-httpserver's own ways."""

import pytest
from werkzeug.test import Client

from pytest_netsuite_tba import Account, NetSuiteServer, Role, Token

PATH = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"


def test_accounts_are_chosen_by_host_else_by_realm():
    """A NetSuite host names its account; any other address is the realm's."""
    with NetSuiteServer(Account("1234567_SB1"), Account("7654321"), Account("TSTDRV9_RP")) as netsuite:
        for account in netsuite.accounts.values():
            client = netsuite.credentials_for(account.tokens["Default token"]).client()
            for url in (f"https://{account.restlets_host}{PATH}", f"http://localhost:8080{PATH}"):
                assert account.id == client.get(url).json["account"]
        assert "tstdrv9-rp.restlets.api.netsuite.com" == netsuite.accounts["TSTDRV9_RP"].restlets_host
        other = netsuite.credentials_for(netsuite.accounts["7654321"].tokens["Default token"]).client()
        with netsuite.expect_refusal("wrong-realm"):
            other.get(f"https://1234567-sb1.restlets.api.netsuite.com{PATH}")
        netsuite.verify()


def test_two_accounts_of_one_id_are_refused():
    """An id names one account."""
    with pytest.raises(ValueError, match="two accounts '7654321'"):
        NetSuiteServer(Account("7654321"), Account("7654321"))


def test_expectations_answer_behind_the_check(netsuite, netsuite_client):
    """expect_request works as in pytest-httpserver, for whoever is let in."""
    netsuite.expect_request("/services/custom").respond_with_json({"own": True})
    url = "https://1234567-sb1.suitetalk.api.netsuite.com/services/custom"

    assert {"own": True} == netsuite_client.get(url).json
    with netsuite.expect_refusal("no-authorization"):
        assert 401 == Client(netsuite.wsgi_app).get("/services/custom").status_code
    assert 2 == len(netsuite.log)


def test_a_path_that_nothing_answers_fails_the_test(netsuite, netsuite_client):
    """pytest-httpserver's "no handler" is found without calling check()."""
    assert 404 == netsuite_client.get("/nowhere").status_code
    with pytest.raises(AssertionError, match="No handler found for request"):
        netsuite.verify()


def test_histories_are_bounded_and_say_what_they_dropped():
    """audit_trail, log and calls keep the newest entries."""
    with NetSuiteServer(history=3) as netsuite:
        deployment = netsuite.deploy("customscript_a", "customdeploy_a", get={})
        client = netsuite.credentials.client()
        for _ in range(5):
            client.get("/app/site/hosting/restlet.nl?script=customscript_a&deploy=1")
        for history in (netsuite.audit_trail, netsuite.log, deployment.calls):
            assert (3, 2) == (len(history), history.dropped)
        assert [3, 4, 5] == [one.id for one in netsuite.audit_trail]


def test_refuse_next_refuses_whatever_comes(netsuite, netsuite_client):
    """The next login is refused that way, marked as forced, and announced."""
    netsuite.refuse_next("nonce_used", times=2)

    assert [401, 401, 200] == [netsuite_client.get(PATH).status_code for _ in range(3)]
    assert [("nonce_used", True, True)] * 2 == [
        (one.detail, one.forced, one.expected) for one in netsuite.audit_trail.refused
    ]
    assert "Default integration" == netsuite.audit_trail[0].application
    netsuite.verify()


@pytest.mark.parametrize(
    ("detail", "count", "message"),
    [
        (None, None, "expected a refused login, but every login was let in"),
        ("nonce_used", None, "expected a login refused with 'nonce_used', but every login was let in"),
    ],
)
def test_an_announced_refusal_must_come(netsuite, netsuite_client, detail, count, message):
    """expect_refusal fails when nothing is refused."""
    with pytest.raises(AssertionError, match=message), netsuite.expect_refusal(detail, count=count):
        netsuite_client.get(PATH)


def test_an_announced_refusal_must_be_the_one(netsuite, netsuite_client):
    """expect_refusal fails on another detail and on another count."""
    netsuite.token.revoke()
    with pytest.raises(AssertionError, match="but attempt 1 was refused with 'token_rejected': The token is revoked"):  # noqa: SIM117
        with netsuite.expect_refusal("nonce_used"):
            netsuite_client.get(PATH)
    with pytest.raises(AssertionError, match="token_rejected' 2 times, but there were 1"):  # noqa: SIM117
        with netsuite.expect_refusal("token_rejected", count=2):
            netsuite_client.get(PATH)
    with netsuite.expect_refusal("token_rejected-revoked") as attempts:
        netsuite_client.get(PATH)
    assert ["The token is revoked."] == [one.cause for one in attempts]


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (lambda n: n.refuse_next("nonce_usd"), "did you mean 'nonce_used'"),
        (lambda n: n.refuse_next("nonce_used", times=0), "times is 0"),
        (lambda n: n.expect_refusal("token_rejeted").__enter__(), "did you mean 'token_rejected'"),
        (lambda n: n.create_token(role=1006), "1006"),
        (lambda n: n.credentials_for(Account("7654321").tokens["Default token"]), "of no account of this server"),
        (lambda n: n.account.add_token(Token(name="x", role=Role(id=9))), "9"),
        (lambda n: n.deploy("a", "b", get=object()), "a function, or a value that JSON can hold"),
        (lambda n: n.deploy("a", "b", audience=[77]), "77"),
    ],
)
def test_misuse_raises_at_once(netsuite, misuse, message):
    """Wrong use names the offending value and the valid ones."""
    with pytest.raises(ValueError, match=message):
        misuse(netsuite)


def test_a_required_restlet_must_be_called(netsuite, netsuite_client):
    """``required=True`` fails a test that never called it."""
    netsuite.deploy("customscript_a", "customdeploy_a", get={}, required=True)
    with pytest.raises(AssertionError, match="customscript_a / customdeploy_a is required, but was never called"):
        netsuite.verify()
    netsuite_client.get("/app/site/hosting/restlet.nl?script=customscript_a&deploy=1")
    netsuite.verify()


def test_no_repr_holds_a_secret(netsuite, netsuite_client):
    """Secrets stay out of every repr and of the trail."""
    netsuite_client.get(PATH)
    secrets = {netsuite.integration.consumer_secret, netsuite.token.secret}
    shown = [
        netsuite,
        netsuite.account,
        netsuite.accounts,
        netsuite.token,
        netsuite.integration,
        netsuite.credentials,
        netsuite_client,
        netsuite.audit_trail,
        netsuite.log,
        netsuite.faults,
        vars(netsuite),
    ]
    assert [] == [one for one in shown if any(secret in repr(one) for secret in secrets)]


def test_it_listens_from_the_first_url_until_it_is_stopped():
    """No socket is opened before somebody asks for the address."""
    with NetSuiteServer() as netsuite:
        assert not netsuite.is_running()
        assert netsuite.url == f"http://127.0.0.1:{netsuite.port}"
        assert netsuite.is_running()
    assert not netsuite.is_running()
