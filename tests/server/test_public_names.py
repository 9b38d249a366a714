"""What NetSuiteServer shows: these names, and nothing of pytest-httpserver's plumbing."""

import pytest
from werkzeug.test import Client

from pytest_netsuite_tba import NetSuiteServer

NAMES = {
    "account",
    "accounts",
    "token",
    "integration",
    "entity",
    "role",
    "create_token",
    "credentials",
    "credentials_for",
    "clock",
    "behaviour",
    "audit_trail",
    "deploy",
    "restlet_url",
    "url",
    "expect_refusal",
    "refuse_next",
    "arrange_refusal",
    "faults",
    "records",
    "suiteql",
    "soap",
    "soap_wsdl",
    "authorize",
    "restore",
    "verify",
    "wsgi_app",
    "start",
    "stop",
    "is_running",
    "host",
    "port",
    "limits",
    "proxy",
    "console",
    "httpserver",
    "expect_request",
    "expect_ordered_request",
    "expect_oneshot_request",
    "check",
    "check_assertions",
    "log",
    "clear",
}
HOST = "1234567-sb1.restlets.api.netsuite.com"
ECHO = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"


def test_these_names_are_public_and_no_other():
    """Whoever types ``netsuite.`` sees what is promised."""
    assert NAMES == {name for name in dir(NetSuiteServer()) if not name.startswith("_")}


def test_clear_forgets_what_a_user_expects(netsuite, netsuite_client):
    """Expectations, what was noted, the log and the trail go; records and deployments stay."""
    netsuite.expect_request("/own").respond_with_data("own")
    netsuite_client.get("/own")
    netsuite_client.get("/nowhere")

    netsuite.clear()

    assert ([], [], 0) == (list(netsuite.audit_trail), list(netsuite.log), netsuite.log.dropped)
    netsuite.verify()
    assert 200 == netsuite_client.get(ECHO).status_code
    assert 404 == netsuite_client.get("/own").status_code
    assert 2 == len(netsuite.log)
    with pytest.raises(AssertionError, match="/own: nothing answers this path"):
        netsuite.verify()


@pytest.mark.parametrize("cleared", [False, True])
def test_a_path_that_nothing_answers_is_an_empty_404(netsuite, netsuite_client, cleared):
    """Before and after ``clear()``; the report says what there is."""
    if cleared:
        netsuite.clear()
    netsuite.expect_request("/own").respond_with_data("own")

    answer = netsuite_client.get("/nowhere?a=1")

    assert (404, b"") == (answer.status_code, answer.data)
    with pytest.raises(AssertionError, match=r"GET /nowhere\?a=1: nothing answers this path; .*uri='/own'"):
        netsuite.verify()


def test_an_expectation_that_was_never_given_an_answer_fails_the_test(netsuite, netsuite_client):
    """pytest-httpserver raises an error of its own for it, which it notes nowhere."""
    netsuite.expect_request("/own")

    assert 500 == netsuite_client.get("/own").status_code
    assert 0 == len(netsuite.audit_trail)
    with pytest.raises(AssertionError, match="no response defined"):
        netsuite.verify()


def test_the_log_has_werkzeugs_requests_and_responses(netsuite, netsuite_client):
    """As pytest-httpserver's own, bodies included, for what the fake answers and for what it leaves."""
    netsuite.expect_request("/own").respond_with_json({"own": True})
    netsuite_client.post(ECHO, json={"a": 1})
    netsuite_client.post("/own", json={"b": 2})
    Client(netsuite.wsgi_app).get(ECHO, base_url=f"https://{HOST}")

    seen = [(request.method, request.get_json(silent=True), response.status_code) for request, response in netsuite.log]
    assert [("POST", {"a": 1}, 200), ("POST", {"b": 2}, 200), ("GET", None, 401)] == seen
    assert {"own": True} == netsuite.log[1][1].json
    assert 1 == netsuite.httpserver.get_matching_requests_count(netsuite.httpserver.create_matcher("/own"))
    netsuite.audit_trail.clear()
