"""The server around it: accounts, announcements, bounds, secrets, pytest-httpserver's own ways."""

from urllib.parse import urlsplit

import pytest
import requests  # noqa: F401  (before pytester runs in this process, and unloads what was first loaded there)
from werkzeug.test import Client

from pytest_netsuite_tba import Account, NetSuiteServer, Role, Token
from pytest_netsuite_tba.login.refusals import BY_ID
from pytest_netsuite_tba.report.trail import render_trail

PATH = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"
HOST = "1234567-sb1.restlets.api.netsuite.com"


# -- which account -------------------------------------------------------------------------------------------------------


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


def test_a_foreign_address_without_a_known_realm_is_the_first_accounts():
    """A realm that no account has falls to the first account, whose realm check refuses it."""
    with NetSuiteServer(Account("7654321"), Account("1234567_SB1")) as netsuite:
        client = netsuite.credentials.client()
        credentials = netsuite.credentials
        for realm in ("9999999", "7654321_SB1", "7654321-sb1"):
            header = credentials.authorization("GET", f"http://localhost{PATH}").replace("7654321", realm, 1)
            with netsuite.expect_refusal("wrong-realm", count=1) as attempts:
                client.get(f"http://localhost{PATH}", headers={"Authorization": header})
            assert "7654321" == attempts[0].account


def test_each_account_has_its_own_records_clock_and_nonces():
    """What happens to one account leaves the others alone; the trail is one."""
    with NetSuiteServer(Account("1111111"), Account("2222222")) as netsuite:
        first, second = (
            netsuite.credentials_for(account.tokens["Default token"]).client() for account in netsuite.accounts.values()
        )
        netsuite.accounts["1111111"].tokens["Default token"].revoke()
        netsuite.accounts["2222222"].clock.freeze(1_000_000_000)
        with netsuite.expect_refusal("token_rejected", count=1):
            first.get(PATH)
        assert "2222222" == second.get(PATH).json["account"]
        assert [("1111111", "Failure"), ("2222222", "Success")] == [
            (attempt.account, attempt.status) for attempt in netsuite.audit_trail
        ]
        assert 2001 == netsuite.audit_trail[-1].time.year


def test_credentials_for_names_the_tokens_there_are():
    """A token of another account is refused with those that would do."""
    with NetSuiteServer(Account("1111111"), Account("2222222")) as netsuite:
        with pytest.raises(ValueError, match="token 'Default token' is of no account of this server") as refused:
            netsuite.credentials_for(Account("3333333").tokens["Default token"])
        assert str(refused.value).endswith("valid: 'Default token' of 1111111, 'Default token' of 2222222")


def test_an_account_without_tokens_says_so():
    """Nothing can be signed before there is a token."""
    with (
        NetSuiteServer(Account(tokens=[])) as netsuite,
        pytest.raises(ValueError, match=r"account 1234567_SB1 has no token; netsuite\.create_token\(\) makes one"),
    ):
        _ = netsuite.credentials


def test_credentials_stay_as_they_were(netsuite, netsuite_client):
    """A client keeps the key it was given; the administrator's reset makes it unknown."""
    netsuite.integration.reset_credentials()
    with netsuite.expect_refusal("consumer_key_unknown", count=1):
        netsuite_client.get(PATH)

    assert 200 == netsuite.credentials_for(netsuite.token).client().get(PATH).status_code


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (lambda n: n.refuse_next("nonce_usd"), "did you mean 'nonce_used'"),
        (lambda n: n.refuse_next("nonce_used", times=0), "times is 0"),
        (lambda n: n.expect_refusal("token_rejeted").__enter__(), "did you mean 'token_rejected'"),
        (lambda n: n.create_token(role=1006), "1006"),
        (lambda n: n.account.add_token(Token(name="x", role=Role(id=9))), "9"),
        (lambda n: n.deploy("a", "b", get=object()), "a function, or a value that JSON can hold"),
        (lambda n: n.deploy("a", "b", audience=[77]), "77"),
    ],
)
def test_misuse_raises_at_once(netsuite, misuse, message):
    """Wrong use names the offending value and the valid ones."""
    with pytest.raises(ValueError, match=message):
        misuse(netsuite)


# -- expectations of pytest-httpserver -----------------------------------------------------------------------------------


RESTLET = "/app/site/hosting/restlet.nl"
UNOWNED = {
    "a path of the test's own": f"https://{HOST}/services/custom",
    "an external Suitelet": (
        "https://1234567-sb1.extforms.netsuite.com/app/site/hosting/scriptlet.nl?script=1&deploy=1&compid=1234567_SB1"
    ),
    "one of before 2020.2": "https://forms.na2.netsuite.com/app/site/hosting/scriptlet.nl?script=1&deploy=1",
    "a public file": "https://1234567-sb1.app.netsuite.com/core/media/media.nl?id=12&c=1234567_SB1",
    "a page": "https://system.netsuite.com/pages/customerlogin.jsp",
    "at our own address": "http://127.0.0.1/core/media/media.nl?id=12",
}


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
@pytest.mark.parametrize("url", UNOWNED.values(), ids=UNOWNED)
def test_a_path_that_no_token_service_owns_needs_no_login(netsuite, netsuite_client, url, signed):
    """The test's own expectation answers it, whoever calls; there is no login, and so no attempt."""
    netsuite.expect_request(urlsplit(url).path).respond_with_data("there")
    where = urlsplit(url)
    unsigned = {"path": where.path, "query_string": where.query, "base_url": f"{where.scheme}://{where.netloc}"}

    answer = netsuite_client.get(url) if signed else Client(netsuite.wsgi_app).get(**unsigned)

    assert (200, "there", 0) == (answer.status_code, answer.text, len(netsuite.audit_trail))
    netsuite.verify()


@pytest.mark.parametrize("url", UNOWNED.values(), ids=UNOWNED)
def test_such_a_path_that_nothing_answers_is_told(netsuite, url):
    """404 and nothing, as where nothing is; the report says that nobody had to log in."""
    where = urlsplit(url)

    answer = Client(netsuite.wsgi_app).get(where.path, base_url=f"{where.scheme}://{where.netloc}")

    assert (404, b"", 0) == (answer.status_code, answer.data, len(netsuite.audit_trail))
    with pytest.raises(AssertionError, match=r"No token service owns the path: nobody had to log in\."):
        netsuite.verify()


def test_a_path_at_a_host_of_no_account_is_told_as_such(netsuite):
    """Row 1: the host is wrong, whatever the path."""
    with netsuite.expect_refusal("unknown-host"):
        answer = Client(netsuite.wsgi_app).get("/core/media/media.nl", base_url="https://7654321.app.netsuite.com")

    assert 403 == answer.status_code


def test_a_path_that_nothing_answers_fails_the_test(netsuite, netsuite_client):
    """It is found without calling check()."""
    assert 404 == netsuite_client.get("/nowhere").status_code
    with pytest.raises(AssertionError, match="GET /nowhere: nothing answers this path"):
        netsuite.verify()


@pytest.mark.parametrize("kind", ["expect_request", "expect_oneshot_request", "expect_ordered_request"])
def test_expectations_answer_signed_calls_alone(netsuite, netsuite_client, kind):
    """Where a token service owns the path, an unsigned request is refused before any expectation sees it."""
    getattr(netsuite, kind)(RESTLET, method="POST", json={"a": 1}).respond_with_json({"own": True})
    with netsuite.expect_refusal("no-authorization", count=1):
        assert 401 == Client(netsuite.wsgi_app).post(RESTLET, json={"a": 1}, base_url=f"https://{HOST}").status_code

    assert {"own": True} == netsuite_client.post(RESTLET, json={"a": 1}).json
    netsuite.verify()


def test_an_expectation_may_answer_at_the_restlet_path(netsuite, netsuite_client):
    """Where nothing is deployed, pytest-httpserver's own expectation answers; a deployment goes first."""
    netsuite.expect_request("/app/site/hosting/restlet.nl").respond_with_data("own")

    assert "own" == netsuite_client.get("/app/site/hosting/restlet.nl?script=77&deploy=1").text
    assert "1234567_SB1" == netsuite_client.get(PATH).json["account"]
    netsuite.verify()


def test_a_handler_that_raises_fails_the_test(netsuite, netsuite_client):
    """An expectation's own exception is a 500 on the wire and a failure in verify()."""

    def handler(request):
        raise LookupError("mine")

    netsuite.expect_request("/own").respond_with_handler(handler)
    assert 500 == netsuite_client.get("/own").status_code
    with pytest.raises(AssertionError, match="mine") as failure:
        netsuite.verify()
    assert isinstance(failure.value.__cause__, LookupError)


# -- histories -----------------------------------------------------------------------------------------------------------


def test_histories_are_bounded_and_say_what_they_dropped():
    """audit_trail, log and calls keep the newest entries."""
    with NetSuiteServer(history=3) as netsuite:
        deployment = netsuite.deploy("customscript_a", "customdeploy_a", get={})
        client = netsuite.credentials.client()
        for _ in range(5):
            client.get("/app/site/hosting/restlet.nl?script=customscript_a&deploy=1")
        for history in (netsuite.audit_trail, netsuite.log, deployment.calls):
            assert (3, 2) == (len(history), history.dropped)
        assert [3, 4, 5] == [attempt.id for attempt in netsuite.audit_trail]


def test_a_bounded_trail_still_knows_that_something_went_wrong():
    """What was dropped from the trail is no secret to verify(): it keeps the refusals apart."""
    with NetSuiteServer(history=3) as netsuite:
        client = netsuite.credentials.client()
        Client(netsuite.wsgi_app).get(PATH)
        for _ in range(5):
            client.get(PATH)
        assert [] == netsuite.audit_trail.refused
        assert "(3 earlier attempts are not shown)" == render_trail(netsuite.audit_trail).splitlines()[0]
        with pytest.raises(AssertionError, match="login 1 was refused: The request has no Authorization header"):
            netsuite.verify()


def test_a_required_restlet_that_was_called_and_dropped_was_called():
    """``history`` bounds what is kept, not what is known."""
    with NetSuiteServer(history=0) as netsuite:
        deployment = netsuite.deploy("customscript_a", "customdeploy_a", get={}, required=True)
        netsuite.credentials.client().get("/app/site/hosting/restlet.nl?script=customscript_a&deploy=1")
        assert (0, 1) == (len(deployment.calls), deployment.calls.dropped)
        netsuite.verify()


def test_clearing_forgets_all_of_it():
    """A cleared trail and log are as new, and stay bounded."""
    with NetSuiteServer(history=2) as netsuite:
        client = netsuite.credentials.client()
        Client(netsuite.wsgi_app).get(PATH)
        netsuite.audit_trail.clear()
        netsuite.httpserver.clear_log()
        netsuite.verify()
        for _ in range(3):
            client.get(PATH)
        assert [(2, 1), (2, 1)] == [(len(kept), kept.dropped) for kept in (netsuite.audit_trail, netsuite.log)]


# -- announcements -------------------------------------------------------------------------------------------------------


def test_verify_says_what_when_and_how_to_go_on(netsuite, netsuite_client):
    """The message has each refusal with its cause, cure, URL and answer, then the way to announce it; once."""
    netsuite.token.revoke()
    netsuite_client.get(PATH)
    with pytest.raises(AssertionError) as failure:
        netsuite.verify()

    assert [
        "login 1 was refused: The token is revoked. Create another token.",
        f"    GET https://{HOST}{PATH} -> 401 INVALID_LOGIN_ATTEMPT",
        "Announce it with netsuite.expect_refusal(), or set netsuite_strict = false.",
    ] == str(failure.value).splitlines()
    netsuite.verify()


def test_verify_tells_every_problem_at_once(netsuite, netsuite_client):
    """A refusal, an unknown RESTlet and a required one that nobody called stand in one message."""
    netsuite.deploy("customscript_a", "customdeploy_a", get={}, required=True)
    netsuite_client.get("/app/site/hosting/restlet.nl?script=nope&deploy=1")
    netsuite.token.revoke()
    netsuite_client.get(PATH)
    with pytest.raises(AssertionError) as failure:
        netsuite.verify()
    for part in (
        "login 2 was refused",
        "RESTlet nope / 1, which is not deployed",
        "customscript_a / customdeploy_a is",
    ):
        assert part in str(failure.value)
    netsuite.account.find_deployment("customscript_a", "1").required = False


def test_a_required_restlet_must_be_called(netsuite, netsuite_client):
    """``required=True`` fails a test that never called it."""
    netsuite.deploy("customscript_a", "customdeploy_a", get={}, required=True)
    with pytest.raises(AssertionError, match="customscript_a / customdeploy_a is required, but was never called"):
        netsuite.verify()
    netsuite_client.get("/app/site/hosting/restlet.nl?script=customscript_a&deploy=1")
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
    assert ["The token is revoked."] == [attempt.cause for attempt in attempts]


def test_the_innermost_announcement_takes_the_refusal(netsuite, netsuite_client):
    """Announcements nest; each refusal counts for one of them."""
    netsuite.token.revoke()
    with netsuite.expect_refusal("token_rejected", count=1) as outer:
        netsuite_client.get(PATH)
        with netsuite.expect_refusal("token_rejected", count=2) as inner:
            netsuite_client.get(PATH)
            netsuite_client.get(PATH)

    assert ([1], [2, 3]) == ([attempt.id for attempt in outer], [attempt.id for attempt in inner])


def test_an_exception_in_the_block_is_not_hidden(netsuite):
    """The test's own exception comes through, not the complaint that nothing was refused."""
    with pytest.raises(KeyError, match="mine"), netsuite.expect_refusal("nonce_used"):
        raise KeyError("mine")


def test_none_may_be_announced(netsuite, netsuite_client):
    """count=0 announces that nothing is refused, and fails when something is."""
    with netsuite.expect_refusal(count=0):
        netsuite_client.get(PATH)
    netsuite.token.revoke()
    with pytest.raises(AssertionError, match="a refused login 0 times, but there were 1"):  # noqa: SIM117
        with netsuite.expect_refusal(count=0):
            netsuite_client.get(PATH)


def test_refuse_next_refuses_whatever_comes(netsuite, netsuite_client):
    """The next login is refused that way, marked as forced, and announced."""
    netsuite.refuse_next("nonce_used", times=2)

    assert [401, 401, 200] == [netsuite_client.get(PATH).status_code for _ in range(3)]
    assert [("nonce_used", True, True)] * 2 == [
        (attempt.detail, attempt.forced, attempt.expected) for attempt in netsuite.audit_trail.refused
    ]
    assert "Default integration" == netsuite.audit_trail[0].application
    netsuite.verify()


def test_refuse_next_may_last(netsuite, netsuite_client):
    """times=None refuses all from now on; what was asked for before comes first."""
    netsuite.refuse_next("nonce_used")
    netsuite.refuse_next("InvalidSignature", times=None)
    details = []
    for _ in range(4):
        netsuite_client.get(PATH)
        details.append(netsuite.audit_trail[-1].detail)

    assert ["nonce_used", *["InvalidSignature"] * 3] == details
    netsuite.verify()


@pytest.mark.parametrize("wanted", [name for name, one in BY_ID.items() if "restlet" in one.channels])
def test_each_refusal_can_be_arranged(netsuite, netsuite_client, wanted):
    """arrange_refusal makes the next login fail that way, announced, and says what the client will see."""
    refusal = netsuite.arrange_refusal(wanted)

    answers = [netsuite_client.get(PATH) for _ in range(2)]

    assert [refusal.status] * 2 == [answer.status_code for answer in answers]
    assert [(wanted, refusal.detail, refusal.code, True, BY_ID[wanted].arrange is None)] * 2 == [
        (attempt.refusal.id, attempt.detail, attempt.code, attempt.expected, attempt.forced)
        for attempt in netsuite.audit_trail
    ]
    netsuite.verify()


def test_an_arranged_refusal_announces_no_other(netsuite, netsuite_client):
    """Only the refusal that was arranged is announced."""
    netsuite.arrange_refusal("token_rejected-revoked")
    netsuite_client.get(PATH, headers={"Authorization": ""})
    with pytest.raises(AssertionError, match="The Authorization header is empty"):
        netsuite.verify()


# -- secrets -------------------------------------------------------------------------------------------------------------


def test_no_text_of_ours_holds_a_secret(netsuite, netsuite_client):
    """Reprs, the report, verify's message and error messages show no secret of any account."""
    token = netsuite.create_token(name="Second")
    credentials = netsuite.credentials_for(token)
    credentials.client().get(PATH)
    netsuite_client.get(PATH, headers={"Authorization": "OAuth realm=1"})
    with pytest.raises(AssertionError) as failure:
        netsuite.verify()
    with pytest.raises(ValueError, match="of no account") as refused:
        netsuite.credentials_for(Account("7654321").tokens["Default token"])
    texts = [
        *map(repr, (netsuite, netsuite.account, netsuite.account.tokens, token, token.integration, credentials)),
        *map(repr, (netsuite_client, netsuite.audit_trail, netsuite.log, credentials.client(), netsuite.behaviour)),
        *map(
            repr, (netsuite.accounts, netsuite.integration, netsuite.credentials, netsuite.faults, netsuite._fake.gate)
        ),
        repr(vars(netsuite)),
        render_trail(netsuite.audit_trail, width=500),
        str(failure.value),
        str(refused.value),
    ]
    secrets = [netsuite.integration.consumer_secret, netsuite.token.secret, token.secret]
    secrets.append(Account("7654321").tokens["Default token"].secret)

    assert [] == [text for text in texts for secret in secrets if secret in text]


def test_a_failing_tests_report_holds_no_secret(pytester):
    """Even with every local variable shown, a failing test's report has no secret in it."""
    pytester.makepyfile(
        """
        def test_it(netsuite, netsuite_client, netsuite_requests, netsuite_httpx, netsuite_env):
            credentials = netsuite.credentials
            token, integration, account = netsuite.token, netsuite.integration, netsuite.account
            auth = netsuite_requests.auth
            token.revoke()
            netsuite_client.get("/app/site/hosting/restlet.nl?script=1&deploy=1")
            netsuite_requests.get("/app/site/hosting/restlet.nl?script=1&deploy=1")
            assert 0
        """
    )
    result = pytester.runpytest("-p", "no:cacheprovider", "--showlocals", "-vv")
    result.assert_outcomes(failed=1)
    records = Account()
    shown = result.stdout.str() + result.stderr.str()

    assert "NetSuite Login Audit Trail" in shown
    for secret in (records.integrations["Default integration"].consumer_secret, records.tokens["Default token"].secret):
        assert secret not in shown


# -- over a socket -------------------------------------------------------------------------------------------------------


def test_it_listens_from_the_first_url_until_it_is_stopped():
    """No socket is opened before somebody asks for the address."""
    with NetSuiteServer() as netsuite:
        assert not netsuite.is_running()
        assert netsuite.url == f"http://127.0.0.1:{netsuite.port}"
        assert netsuite.is_running()
    assert not netsuite.is_running()


def test_it_works_outside_pytest_over_a_socket():
    """With ``with`` the fake needs no fixture, and stops at the end."""
    with NetSuiteServer() as netsuite, netsuite.credentials.requests() as session:
        assert 200 == session.get(netsuite.restlet_url("customscript_echo", "customdeploy_echo")).status_code
        netsuite.verify()
    assert "<NetSuiteServer 1234567_SB1, not listening>" == repr(netsuite)


def test_a_restlet_url_is_encoded(netsuite, netsuite_requests):
    """Parameters are percent-encoded as a client would send them."""
    url = netsuite.restlet_url("customscript_echo", "customdeploy_echo", q="a b&c=é", page=2)

    assert url.endswith("&q=a%20b%26c%3D%C3%A9&page=2")
    assert {"q": "a b&c=é", "page": "2"} == netsuite_requests.get(url).json()["parameters"]


@pytest.mark.usefixtures("short_searches")
def test_a_secret_in_a_url_stands_in_no_trail(netsuite, netsuite_client):
    """As it is, and encoded: neither in the attempt nor in its cause, its JSON or the report."""
    netsuite.token.secret = "s&cret+of the token"
    forms = ("s&cret+of the token", "s%26cret%2Bof%20the%20token")
    url = f"/app/site/hosting/restlet.nl?script={forms[1]}&deploy=1&note={forms[1]}"
    with netsuite.expect_refusal("InvalidSignature"):
        netsuite_client.get(url)
    netsuite.credentials_for(netsuite.token).client().get(url)
    shown = f"{list(netsuite.audit_trail)}{[attempt.as_dict() for attempt in netsuite.audit_trail]}{render_trail(netsuite.audit_trail)}"

    assert 2 == len(netsuite.audit_trail)
    assert "note=[secret]" in netsuite.audit_trail[0].url
    assert [] == [form for form in forms if form in shown]
    netsuite.httpserver.clear_assertions()


@pytest.mark.usefixtures("short_searches")
def test_the_failure_of_a_test_searches_the_newest_alone():
    """Twenty, which the report shows too; of the others it says what is known."""
    server = NetSuiteServer()
    searched = []
    diagnose = server._fake.gate.diagnose
    server._fake.gate.diagnose = lambda facts, *, budget=1.0: searched.append(1) or diagnose(facts, budget=budget)
    url = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"
    for _ in range(22):
        header = server.credentials.authorization("POST", f"http://localhost{url}")
        Client(server.wsgi_app).get(url, headers={"Authorization": header})

    with pytest.raises(AssertionError) as failed:
        server.verify()

    lines = [line for line in str(failed.value).splitlines() if " was refused: " in line]
    assert (22, 20) == (len(lines), len(searched))
    assert ["Look at its .diagnosis" in line for line in lines] == [True] * 2 + [False] * 20
