"""Transport faults on request."""

import pytest
import requests

PATH = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"


def statuses(client, count):
    return [client.get(PATH).status_code for _ in range(count)]


def test_a_fault_strikes_on_schedule(netsuite, netsuite_client):
    """``on`` is the first matching call that it strikes, ``times`` how many."""
    netsuite.faults.add("unavailable", on=2, times=2, retry_after=7)

    assert [200, 503, 503, 200] == statuses(netsuite_client, 4)
    assert [False, True, True, False] == [one.forced for one in netsuite.audit_trail]
    netsuite.verify()


def test_retry_after_is_sent(netsuite, netsuite_client):
    """An unavailable service may say when to come back."""
    netsuite.faults.add("unavailable", retry_after=7)

    assert "7" == netsuite_client.get(PATH).headers["Retry-After"]


def test_only_calls_of_the_script_count(netsuite, netsuite_client):
    """With ``script`` a fault sees no other calls."""
    netsuite.deploy("customscript_a", "customdeploy_a", get={})
    netsuite.faults.add("unavailable", on=2, script="customscript_echo")

    assert [200] * 2 == [
        netsuite_client.get(f"{PATH.partition('?')[0]}?script=customscript_a&deploy=1").status_code for _ in range(2)
    ]
    assert [200, 503] == statuses(netsuite_client, 2)


def test_the_wrong_data_center_redirects(netsuite, netsuite_client):
    """A 302 to the account's own host, or wherever the test says."""
    netsuite.faults.add("wrong_data_center")
    netsuite.faults.add("wrong_data_center", on=2, location="https://elsewhere.example/")

    answers = [netsuite_client.get(PATH) for _ in range(2)]

    assert [302, 302] == [one.status_code for one in answers]
    assert [f"https://1234567-sb1.restlets.api.netsuite.com{PATH}", "https://elsewhere.example/"] == [
        one.headers["Location"] for one in answers
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
    assert [(None, lost), (None, f"No RESTlet is deployed at this URL. {lost}")] == told
    assert all(one.accepted for one in netsuite.audit_trail)
    netsuite.clear_assertions()


def test_a_reset_in_process_is_the_exception_itself(netsuite, netsuite_client):
    """Without a socket there is nothing to reset: the exception comes through."""
    netsuite.faults.add("reset")

    with pytest.raises(ConnectionResetError):
        netsuite_client.get(PATH)


def test_a_delay_ends_when_the_server_stops(netsuite, netsuite_client):
    """A delay is served by waiting, and never keeps a server from stopping."""
    netsuite.faults.add("delay", seconds=3600)
    netsuite.stop()

    assert 200 == netsuite_client.get(PATH).status_code


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "unavailible"}, "did you mean 'unavailable'"),
        ({"kind": "delay", "secs": 1}, "delay has no option 'secs'; did you mean 'seconds'"),
        ({"kind": "delay", "seconds": "1"}, "delay: seconds is '1'; expected float"),
        ({"kind": "reset", "on": 0}, "on is 0; expected a whole number from 1"),
        ({"kind": "reset", "times": -1}, "times is -1"),
    ],
)
def test_misuse_raises_at_once(netsuite, arguments, message):
    """A fault that cannot be is refused with the valid names."""
    with pytest.raises(ValueError, match=message):
        netsuite.faults.add(**arguments)
