"""Transport faults on request: when they strike, what they answer, what they spend, what they leave in the trail."""

import pytest
import requests
from support.signing import HOST, NOW, TARGET, authorization

PATH = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"
URL = "/app/site/hosting/restlet.nl?script=customscript_a&deploy=customdeploy_a"


def statuses(client, count):
    return [client.get(PATH).status_code for _ in range(count)]


# -- when ----------------------------------------------------------------------------------------------------------------


def test_a_fault_strikes_on_schedule(netsuite, netsuite_client):
    """``on`` is the first matching call that it strikes, ``times`` how many."""
    netsuite.faults.add("unavailable", on=2, times=2, retry_after=7)

    assert [200, 503, 503, 200] == statuses(netsuite_client, 4)
    assert [False, True, True, False] == [attempt.forced for attempt in netsuite.audit_trail]
    netsuite.verify()


def test_only_calls_of_the_script_count(netsuite, netsuite_client):
    """With ``script`` a fault sees no other calls."""
    netsuite.deploy("customscript_a", "customdeploy_a", get={})
    netsuite.faults.add("unavailable", on=2, script="customscript_echo")

    assert [200] * 2 == [
        netsuite_client.get(f"{PATH.partition('?')[0]}?script=customscript_a&deploy=1").status_code for _ in range(2)
    ]
    assert [200, 503] == statuses(netsuite_client, 2)


def test_each_fault_counts_its_own_calls(netsuite, netsuite_client):
    """Schedules do not shift one another; of two faults on one call the first added answers."""
    netsuite.faults.add("unavailable", on=2)
    netsuite.faults.add("wrong_data_center", on=1, times=3)

    assert [302, 503, 302, 200] == [netsuite_client.get(PATH).status_code for _ in range(4)]


def test_on_counts_from_when_the_fault_was_added(netsuite, netsuite_client):
    """Calls before ``faults.add`` are not counted."""
    assert 200 == netsuite_client.get(PATH).status_code
    fault = netsuite.faults.add("unavailable", on=2)

    assert [200, 503] == [netsuite_client.get(PATH).status_code for _ in range(2)]
    assert 2 == fault.seen


@pytest.mark.parametrize(
    ("script", "query", "status"),
    [
        ("customscript_echo", "script=customscript_echo&deploy=1", 503),
        ("1", "deploy=1&script=1", 503),
        ("1", "script=11&deploy=1", 404),
        ("1", "script=customscript_echo&deploy=1", 200),
        ("customscript", "script=customscript_echo&deploy=1", 200),
    ],
)
def test_a_script_is_named_as_the_url_has_it(netsuite, netsuite_client, script, query, status):
    """``script`` is the id or the number in the URL, whole."""
    netsuite.faults.add("unavailable", script=script)

    assert status == netsuite_client.get(f"/app/site/hosting/restlet.nl?{query}").status_code
    netsuite.httpserver.clear_assertions()


def test_only_restlet_calls_have_a_script(netsuite, netsuite_client):
    """A path of another kind is struck by a fault for any call alone."""
    netsuite.expect_request("/own").respond_with_data("own")
    netsuite.faults.add("unavailable", script="1")
    assert 200 == netsuite_client.get("/own?script=1").status_code
    netsuite.faults.add("unavailable")
    assert 503 == netsuite_client.get("/own?script=1").status_code


def test_faults_are_forgotten_when_cleared(netsuite, netsuite_client):
    """``clear`` ends every schedule."""
    netsuite.faults.add("unavailable", times=9)
    netsuite.faults.clear()

    assert 200 == netsuite_client.get(PATH).status_code


# -- what ----------------------------------------------------------------------------------------------------------------


def test_each_kind_answers_in_its_own_way(netsuite, netsuite_client):
    """A fault's answer has its status, no body, and no code; the trail says who asked for it."""
    netsuite.faults.add("unavailable")
    netsuite.faults.add("wrong_data_center", on=2)

    answers = [netsuite_client.get(PATH) for _ in range(2)]

    assert [(503, b"", None), (302, b"", None)] == [
        (answer.status_code, answer.data, answer.headers.get("Retry-After")) for answer in answers
    ]
    assert [
        ("Failure", None, None, 503, "The test asked for the fault 'unavailable'.", True, True, False),
        ("Failure", None, None, 302, "The test asked for the fault 'wrong_data_center'.", True, True, False),
    ] == [
        (
            attempt.status,
            attempt.detail,
            attempt.code,
            attempt.http_status,
            attempt.cause,
            attempt.forced,
            attempt.expected,
            attempt.logged_by_netsuite,
        )
        for attempt in netsuite.audit_trail
    ]
    netsuite.verify()


def test_a_fault_spends_no_nonce(netsuite, netsuite_client):
    """It strikes before the login: the very same header is good afterwards."""
    netsuite.clock.freeze(NOW)
    header = {"Authorization": authorization(netsuite)}
    netsuite.faults.add("unavailable")

    assert [503, 200] == [netsuite_client.get(f"https://{HOST}{TARGET}", headers=header).status_code for _ in range(2)]


def test_an_unsigned_call_is_struck_too(netsuite, netsuite_client):
    """A fault is the transport's: it asks for no login."""
    netsuite.faults.add("unavailable")

    assert 503 == netsuite_client.get(PATH, headers={"Authorization": ""}).status_code


def test_a_struck_call_never_reaches_the_script(netsuite, netsuite_client):
    """Only ``after_script`` lets the script run."""
    deployment = netsuite.deploy("customscript_a", "customdeploy_a", get={})
    for kind in ("unavailable", "wrong_data_center"):
        netsuite.faults.add(kind)
        netsuite_client.get(URL)
        netsuite.faults.clear()
    netsuite.faults.add("reset")
    with pytest.raises(ConnectionResetError):
        netsuite_client.get(URL)

    assert 0 == len(deployment.calls)


def test_retry_after_is_sent(netsuite, netsuite_client):
    """An unavailable service may say when to come back."""
    netsuite.faults.add("unavailable", retry_after=7)

    assert "7" == netsuite_client.get(PATH).headers["Retry-After"]


def test_the_wrong_data_center_redirects(netsuite, netsuite_client):
    """A 302 to the account's own host, or wherever the test says."""
    netsuite.faults.add("wrong_data_center")
    netsuite.faults.add("wrong_data_center", on=2, location="https://elsewhere.example/")

    answers = [netsuite_client.get(PATH) for _ in range(2)]

    assert [302, 302] == [answer.status_code for answer in answers]
    assert [f"https://1234567-sb1.restlets.api.netsuite.com{PATH}", "https://elsewhere.example/"] == [
        answer.headers["Location"] for answer in answers
    ]


@pytest.mark.parametrize(("after_script", "calls"), [(False, 0), (True, 1)])
def test_a_reset_drops_the_connection(netsuite, netsuite_requests, after_script, calls):
    """Before the login nothing happened; after the script, everything did but the answer."""
    orders = netsuite.deploy("customscript_a", "customdeploy_a", post={})
    netsuite.faults.add("reset", after_script=after_script)

    with pytest.raises(requests.ConnectionError):
        netsuite_requests.post(netsuite.restlet_url("customscript_a", "customdeploy_a"), json={})

    assert calls == len(orders.calls)
    assert netsuite.audit_trail[-1].http_status is None


def test_a_reset_leaves_the_listener_serving(netsuite, netsuite_requests):
    """A dropped connection is one call's; the next one is answered."""
    netsuite.faults.add("reset", on=2)
    url = netsuite.url + PATH

    assert 200 == netsuite_requests.get(url).status_code
    with pytest.raises(requests.ConnectionError):
        netsuite_requests.get(url)
    assert 200 == netsuite_requests.get(url).status_code
    assert [200, None, 200] == [attempt.http_status for attempt in netsuite.audit_trail]


def test_a_reset_after_the_script_has_spent_the_nonce(netsuite, netsuite_client):
    """The call was served, only its answer is lost: a blind retry of the header is a replay."""
    netsuite.clock.freeze(NOW)
    deployment = netsuite.account.find_deployment("customscript_echo", "1")
    header = {"Authorization": authorization(netsuite)}
    netsuite.faults.add("reset", after_script=True)

    with pytest.raises(ConnectionResetError):
        netsuite_client.get(f"https://{HOST}{TARGET}", headers=header)
    assert 1 == len(deployment.calls)
    with netsuite.expect_refusal("nonce_used", count=1):
        netsuite_client.get(f"https://{HOST}{TARGET}", headers=header)


def test_the_trail_says_that_an_answer_was_lost(netsuite, netsuite_client):
    """The login was let in and the script ran: only the cause tells that the client never got the answer."""
    told = []
    netsuite.audit_trail.watchers.append(lambda attempt: told.append((attempt.http_status, attempt.cause)))
    netsuite.deploy("customscript_a", "customdeploy_a", get={})
    netsuite.faults.add("reset", after_script=True, times=2)
    for deploy in ("customdeploy_a", "customdeploy_echo"):
        with pytest.raises(ConnectionResetError):
            netsuite_client.get(f"/app/site/hosting/restlet.nl?script=customscript_a&deploy={deploy}")

    lost = "The test asked for the fault 'reset' after the script: the client never got the answer."
    missing = "The call is of the RESTlet customscript_a / customdeploy_echo, which is not deployed; deployed: "
    assert [(None, lost), (None, missing)] == [
        (status, cause.partition("customscript_echo /")[0]) for status, cause in told
    ]
    assert told[1][1].endswith(f". {lost}")
    assert all(attempt.accepted for attempt in netsuite.audit_trail)
    netsuite.httpserver.clear_assertions()


def test_a_delay_only_delays(netsuite, netsuite_client):
    """After its delay a call goes on to whatever else strikes it, else to the login."""
    netsuite.faults.add("delay", seconds=0, times=2)
    netsuite.faults.add("unavailable")

    assert [503, 200] == [netsuite_client.get(PATH).status_code for _ in range(2)]
    assert 2 == len(netsuite.audit_trail)


def test_a_delay_ends_when_the_server_stops(netsuite, netsuite_client):
    """A delay is served by waiting, and never keeps a server from stopping."""
    netsuite.faults.add("delay", seconds=3600)
    netsuite.stop()

    assert 200 == netsuite_client.get(PATH).status_code


# -- misuse --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "unavailible"}, "did you mean 'unavailable'"),
        ({"kind": "delay", "secs": 1}, "delay has no option 'secs'; did you mean 'seconds'"),
        ({"kind": "delay", "seconds": "1"}, "delay: seconds is '1'; expected float"),
        ({"kind": "reset", "on": 0}, "on is 0; expected a whole number from 1"),
        ({"kind": "reset", "times": -1}, "times is -1"),
        ({"kind": "rest"}, "'rest' is no fault; did you mean 'reset'"),
        ({"kind": "reset", "after_scripts": True}, "reset has no option 'after_scripts'; did you mean 'after_script'"),
        ({"kind": "unavailable", "location": "x"}, "unavailable has no option 'location'"),
        ({"kind": "reset", "after_script": 1}, "reset: after_script is 1; expected bool"),
        ({"kind": "wrong_data_center", "location": 1}, "wrong_data_center: location is 1; expected str"),
        ({"kind": "delay", "seconds": True}, "delay: seconds is True; expected float"),
        ({"kind": "delay", "seconds": -1}, "delay: seconds is -1; expected 0 to 86400 seconds"),
        ({"kind": "delay", "seconds": float("nan")}, "delay: seconds is nan; expected 0 to 86400 seconds"),
        ({"kind": "delay", "seconds": 1e9}, "delay: seconds is 1000000000.0; expected 0 to 86400 seconds"),
        ({"kind": "unavailable", "on": 1.5}, "on is 1.5; expected a whole number from 1"),
        ({"kind": "unavailable", "on": True}, "on is True; expected a whole number from 1"),
        ({"kind": "unavailable", "times": "2"}, "times is '2'; expected a whole number from 1"),
    ],
)
def test_misuse_leaves_nothing_behind(netsuite, netsuite_client, arguments, message):
    """A fault that cannot be is refused, with what would do, and strikes nothing."""
    with pytest.raises(ValueError, match=message):
        netsuite.faults.add(**arguments)

    assert 200 == netsuite_client.get(PATH).status_code
