"""The concurrency governor: which limit holds for which call, and what counts when (docs/rules.md 4.7, 4.8)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from support.passports import HOST, PATH, right
from werkzeug.test import Client

from pytest_netsuite_tba import Integration
from pytest_netsuite_tba.account.records import Account
from pytest_netsuite_tba.fake.governor import unallocated

ECHO = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"
CUSTOMER = "https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/record/v1/customer"
BUSY, SERVED = (400, "SSS_REQUEST_LIMIT_EXCEEDED"), (200, None)


@contextmanager
def held(netsuite, *calls):
    """Calls that the fault ``delay`` holds until the block ends."""
    waiting, release = threading.Semaphore(0), threading.Event()

    def wait(_):
        waiting.release()
        release.wait(10)

    netsuite.faults.wait = wait
    netsuite.faults.add("delay", times=len(calls))
    with ThreadPoolExecutor(len(calls)) as pool:
        answers = [pool.submit(call) for call in calls]
        try:
            for _ in calls:
                assert waiting.acquire(timeout=10)
            yield
        finally:
            release.set()
        assert [200] * len(calls) == [answer.result(10).status_code for answer in answers]


@pytest.fixture
def other(netsuite):
    """Another integration of the account, and a token of it."""
    integration = netsuite.account.add_integration(Integration(name="Other"))
    return netsuite.create_token(integration=integration)


def caller(netsuite, token=None, url=ECHO):
    """Calls as the owner of a token."""
    client = netsuite.credentials_for(token or netsuite.token).client()
    return lambda: client.get(url)


def seen(netsuite, call):
    """Status, and the code that the trail has."""
    return call().status_code, netsuite.audit_trail[-1].code


# -- an integration's limit ----------------------------------------------------------------------------------------


def test_an_integration_has_no_more_than_its_own_limit(netsuite, other):
    """The account would take more, and another integration's call is served."""
    netsuite.integration.concurrency_limit = 1
    with held(netsuite, caller(netsuite)):
        assert BUSY == seen(netsuite, caller(netsuite))
        attempt = netsuite.audit_trail[-1]
        assert ("Success", True) == (attempt.status, attempt.accepted)
        assert "More than 1 requests of the integration 'Default integration' were in flight." == attempt.cause
        assert SERVED == seen(netsuite, caller(netsuite, other))
    assert SERVED == seen(netsuite, caller(netsuite))
    netsuite.verify()


def test_rest_answers_an_integrations_limit_as_the_accounts(netsuite):
    """429 CONCURRENCY_LIMIT_EXCEEDED; the pool is one for RESTlets and REST."""
    netsuite.integration.concurrency_limit = 1
    with held(netsuite, caller(netsuite)):
        assert (429, "CONCURRENCY_LIMIT_EXCEEDED") == seen(netsuite, caller(netsuite, url=CUSTOMER))


def test_soap_answers_an_integrations_limit_as_the_accounts(netsuite):
    """WS_REQUEST_BLOCKED, for a call with a token (Oracle bridgehead_1525252812)."""
    netsuite.integration.concurrency_limit = 1
    with held(netsuite, caller(netsuite)):
        timestamp = int(netsuite.clock.now())
        answer = Client(netsuite.wsgi_app).post(
            PATH, base_url=f"https://{HOST}", data=right(netsuite.token, timestamp=timestamp), content_type="text/xml"
        )
    assert (500, "WS_REQUEST_BLOCKED") == (answer.status_code, netsuite.audit_trail[-1].code)
    assert b"exceededConcurrentRequestLimitFault" in answer.data


def test_the_others_share_what_is_left(netsuite, other):
    """A part that is set aside is taken from the rest (Oracle section_0827103226: 5, of them 2, leave 3)."""
    netsuite.account.concurrency_limit = 3
    other.integration.concurrency_limit = 2
    with held(netsuite, caller(netsuite)):
        assert BUSY == seen(netsuite, caller(netsuite))
        assert "More than 1 requests of integrations without a limit" in netsuite.audit_trail[-1].cause
        assert SERVED == seen(netsuite, caller(netsuite, other))


@pytest.mark.parametrize(
    ("total", "allocated", "left"),
    [
        (None, [2], None),
        (5, [2], 3),
        (5, [None, 2, 1], 2),
        (5, [], 5),
        (5, [5], 1),
        (5, [9], 1),
        (1, [1], 1),
        (0, [], 0),
        (0, [1], 0),
    ],
)
def test_one_place_at_least_is_nobodys_own(total, allocated, left):
    """The minimum of the unallocated limit is one (Oracle bridgehead_156224824287)."""
    integrations = [
        Integration(name=str(number), concurrency_limit=limit) for number, limit in enumerate(allocated)
    ] or None

    assert left == unallocated(Account(concurrency_limit=total, integrations=integrations, tokens=[]))


def test_a_call_that_is_not_let_in_counts_for_no_integration(netsuite):
    """Only the login says whose a call is: a stranger with the consumer key takes no place of the integration."""
    netsuite.integration.concurrency_limit = 1
    wrong = caller(netsuite)
    with netsuite.expect_refusal("InvalidSignature"), ThreadPoolExecutor(1) as pool:
        waiting, release = threading.Event(), threading.Event()

        def wait(_):
            waiting.set()
            release.wait(10)

        netsuite.faults.wait = wait
        netsuite.faults.add("delay")
        secret, netsuite.token.secret = netsuite.token.secret, "another"
        refused = pool.submit(wrong)
        assert waiting.wait(10)
        netsuite.token.secret = secret
        served = seen(netsuite, caller(netsuite))
        release.set()
        assert 401 == refused.result(10).status_code
    assert SERVED == served


def test_a_call_that_is_not_let_in_holds_its_place_in_the_accounts_pool(netsuite):
    """Whose account it is the host says, before any login."""
    netsuite.account.concurrency_limit = 1
    waiting, release = threading.Event(), threading.Event()

    def wait(_):
        waiting.set()
        release.wait(10)

    netsuite.faults.wait = wait
    netsuite.faults.add("delay")
    with netsuite.expect_refusal("no-authorization"), ThreadPoolExecutor(1) as pool:
        refused = pool.submit(netsuite.credentials.client().get, ECHO, headers={"Authorization": ""})
        assert waiting.wait(10)
        busy = seen(netsuite, caller(netsuite))
        release.set()
        assert 401 == refused.result(10).status_code
    assert BUSY == busy


def test_a_refused_call_takes_no_place_and_is_told_at_once(netsuite):
    """The governor's answer is never held: there would be no place for it."""
    netsuite.account.concurrency_limit = 1
    with held(netsuite, caller(netsuite)):
        netsuite.faults.add("delay", times=2)
        assert [BUSY, BUSY] == [seen(netsuite, caller(netsuite)) for _ in range(2)]
    assert SERVED == seen(netsuite, caller(netsuite))


def test_the_token_endpoints_are_outside_the_pool(netsuite):
    """One pool for RESTlets, SOAP and REST (Oracle bridgehead_1500275603); tokeninfo is none of them."""
    netsuite.account.concurrency_limit = 1
    with held(netsuite, caller(netsuite, url="/rest/tokeninfo")):
        assert SERVED == seen(netsuite, caller(netsuite))
    with held(netsuite, caller(netsuite)):
        assert SERVED == seen(netsuite, caller(netsuite, url="/rest/tokeninfo"))


def test_faults_that_answer_by_themselves_take_no_place(netsuite):
    """Of all faults ``delay`` alone holds one."""
    netsuite.account.concurrency_limit = 1
    waiting, release = threading.Event(), threading.Event()

    def wait(fault):
        if fault.kind == "overload":
            waiting.set()
            release.wait(10)

    netsuite.faults.wait = wait
    netsuite.faults.add("overload")
    with ThreadPoolExecutor(1) as pool:
        overloaded = pool.submit(caller(netsuite))
        assert waiting.wait(10)
        served = seen(netsuite, caller(netsuite))
        release.set()
        assert 401 == overloaded.result(10).status_code
    assert SERVED == served


def test_an_installed_record_has_no_limit_of_the_vendors(netsuite):
    """Each account allocates its own."""
    vendor = Account("1111111", integrations=[Integration(name="App", concurrency_limit=3)], tokens=[])

    assert netsuite.account.install(vendor.integrations["App"]).concurrency_limit is None


def test_a_limit_is_checked_like_any_field():
    """A whole number from 0, or none."""
    with pytest.raises(ValueError, match=r"Integration\.concurrency_limit: -1 is not valid; expected"):
        Integration(concurrency_limit=-1)


# -- busy ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before_login", [False, True])
@pytest.mark.parametrize(("url", "status"), [(ECHO, 400), (CUSTOMER, 429)])
def test_busy_so_often_then_let_in(netsuite, url, status, before_login):
    """The channel's own answer, as if the limit were reached; nothing of it fails the test."""
    netsuite.behaviour.concurrency_before_login = before_login
    netsuite.faults.add("busy", times=2)

    assert [status, status, 200] == [caller(netsuite, url=url)().status_code for _ in range(3)]
    assert ["The test asked for the fault 'busy'."] * 2 + [None] == [each.cause for each in netsuite.audit_trail]
    assert [before_login, before_login, False] == [each.status == "Failure" for each in netsuite.audit_trail]
    assert [] == netsuite.faults.pending()
    netsuite.verify()


def test_busy_in_soap(netsuite):
    """WS_REQUEST_BLOCKED once, then the answer."""
    netsuite.faults.add("busy")
    client, timestamp = Client(netsuite.wsgi_app), int(netsuite.clock.now())
    answers = [
        client.post(
            PATH, base_url=f"https://{HOST}", data=right(netsuite.token, nonce=f"{number}" * 8, timestamp=timestamp)
        )
        for number in range(2)
    ]

    assert [(500, True), (200, False)] == [
        (answer.status_code, b"WS_REQUEST_BLOCKED" in answer.data) for answer in answers
    ]


def test_busy_counts_the_calls_that_it_answers(netsuite):
    """A refused login and a token endpoint never came to the governor: two answers are two answers."""
    netsuite.faults.add("busy", times=2)
    with netsuite.expect_refusal("no-authorization"):
        netsuite.credentials.client().get(ECHO, headers={"Authorization": ""})
    assert 200 == caller(netsuite, url="/rest/tokeninfo")().status_code

    assert [400, 400, 200] == [caller(netsuite)().status_code for _ in range(3)]


def test_busy_spends_the_nonce(netsuite):
    """The limit comes after the login: a retry of the same header is a replay."""
    netsuite.clock.freeze("2026-09-21T14:13:20Z")
    url = "https://1234567-sb1.restlets.api.netsuite.com" + ECHO
    header = {"Authorization": netsuite.credentials.authorization("GET", url)}
    client = netsuite.credentials.client()
    netsuite.faults.add("busy")

    assert 400 == client.get(url, headers=header).status_code
    with netsuite.expect_refusal("nonce_used", count=1) as attempts:
        client.get(url, headers=header)
    assert ["retry-resends-header"] == [mistake.id for mistake in attempts[0].diagnosis.mistakes]


def test_busy_for_one_script(netsuite):
    """``script`` narrows it down, as it does any fault."""
    netsuite.deploy("customscript_a", "customdeploy_a", get={})
    netsuite.faults.add("busy", script="customscript_a")

    assert 200 == caller(netsuite)().status_code
    busy = caller(netsuite, url="/app/site/hosting/restlet.nl?script=customscript_a&deploy=customdeploy_a")
    assert [400, 200] == [busy().status_code for _ in range(2)]


# -- overload ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "code"), [(ECHO, "INVALID_LOGIN_ATTEMPT"), (CUSTOMER, "INVALID_LOGIN")], ids=["restlet", "rest"]
)
def test_overload_is_a_wait_then_the_channels_login_error(netsuite, url, code):
    """Up to a minute of nothing, then a 401 that says the login was wrong, which it was not (docs/rules.md 3.4)."""
    waited = []
    netsuite.faults.wait = lambda fault: waited.append(fault.options["seconds"])
    netsuite.faults.add("overload", seconds=7)
    call = caller(netsuite, url=url)

    assert [(401, code), SERVED] == [seen(netsuite, call) for _ in range(2)]
    attempt = netsuite.audit_trail[0]
    assert ([7], True, False) == (waited, attempt.forced, attempt.logged_by_netsuite)
    assert "The test asked for the fault 'overload'." == attempt.cause
    assert () == attempt.diagnosis.mistakes
    netsuite.verify()


def test_overload_in_soap(netsuite):
    """A fault, `Invalid login attempt.`"""
    netsuite.faults.add("overload", seconds=0)
    answer = Client(netsuite.wsgi_app).post(PATH, base_url=f"https://{HOST}", data=right(netsuite.token))

    assert (500, True) == (answer.status_code, b"<faultstring>Invalid login attempt.</faultstring>" in answer.data)


def test_overload_waits_a_minute_unless_told(netsuite):
    """As long as the one report of it."""
    assert {"seconds": 60.0} == netsuite.faults.add("overload").options


def test_overload_ends_when_the_server_stops(netsuite):
    """Nobody waits for a server that is gone."""
    netsuite.faults.add("overload", seconds=3600)
    netsuite.stop()

    assert 401 == caller(netsuite)().status_code
