"""Rows 19 to 25: what a RESTlet answers once the login was let in."""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug import Response

from pytest_netsuite_tba import NetSuiteServer, Role, SuiteScriptError
from pytest_netsuite_tba.account.scripts import Audience

PATH = "/app/site/hosting/restlet.nl"
URL = f"{PATH}?script=customscript_a&deploy=customdeploy_a"
JSON, XML, TEXT = "application/json", "application/xml", "text/plain"


def error_of(answer):
    return answer.status_code, answer.json["error"]["code"]


def test_ids_and_numbers_name_the_same_deployment(netsuite, netsuite_client):
    """script and deploy take the id or the internal number (rules 4.1)."""
    netsuite.deploy("customscript_a", "customdeploy_a", number=42, deploy_number=3, get={"found": True})

    for query in (
        "script=customscript_a&deploy=customdeploy_a",
        "script=42&deploy=3",
        "&script=42&deploy=customdeploy_a",
    ):
        assert {"found": True} == netsuite_client.get(f"{PATH}?{query}").json


@pytest.mark.parametrize("query", ["script=nope&deploy=1", "script=1", "deploy=1", "", "script=1&deploy=2"])
def test_an_unknown_restlet_is_not_found_and_fails_the_test(netsuite, netsuite_client, query):
    """Row 20: 404, the login a Success; the test did not deploy it, so it is unexpected."""
    answer = netsuite_client.get(f"{PATH}?{query}")

    assert (404, "SSS_INVALID_SCRIPTLET_ID") == error_of(answer)
    assert "That Suitelet is invalid, disabled, or no longer exists." == answer.json["error"]["message"]
    assert ("Success", 404) == (netsuite.audit_trail[-1].status, netsuite.audit_trail[-1].http_status)
    with pytest.raises(AssertionError, match="which is not deployed; deployed: customscript_echo / customdeploy_echo"):
        netsuite.verify()


def test_what_is_not_deployed_is_not_found_but_expected(netsuite, netsuite_client):
    """The Deployed box decides; a test that clears it expects the 404."""
    netsuite.deploy("customscript_a", "customdeploy_a", get={}).deployed = False

    assert (404, "SSS_INVALID_SCRIPTLET_ID") == error_of(netsuite_client.get(URL))
    netsuite.verify()


AUDIENCES = {
    "all": ("all", 200),
    "owner only": ([], 403),
    "role": ([1005], 200),
    "another role": ([3], 403),
    "employee": (["integration@example.com"], 200),
    "role and department": (Audience(roles=[1005], departments=["Sales"]), 403),
    "department": (Audience(departments=["IT"]), 200),
}


@pytest.mark.parametrize("who", AUDIENCES)
def test_the_audience_decides(netsuite, netsuite_client, who):
    """Row 21: roles and departments must both hold, employees are let in besides."""
    audience, status = AUDIENCES[who]
    netsuite.account.roles.add(Role(id=3, name="Other"))
    netsuite.entity.department = "IT"
    netsuite.deploy("customscript_a", "customdeploy_a", get={}, audience=audience)

    answer = netsuite_client.get(URL)

    assert status == answer.status_code
    if status != 200:
        assert {"code": "INSUFFICIENT_PERMISSION", "message": "You do not have privileges to view this page"} == (
            answer.json["error"]
        )


@pytest.mark.parametrize(("owner", "status"), [("integration@example.com", 200), (None, 403)])
def test_testing_is_for_the_owner(netsuite, netsuite_client, owner, status):
    """A deployment in status Testing lets only its owner in (section_4618456517)."""
    netsuite.deploy("customscript_a", "customdeploy_a", get={}, status="TESTING", owner=owner)

    assert status == netsuite_client.get(URL).status_code


def test_the_role_needs_suitescript(netsuite, netsuite_client):
    """Row 22: without the SuiteScript permission no RESTlet runs; the status is Behaviour's."""
    netsuite.role.permissions.remove("SuiteScript")
    netsuite.behaviour.insufficient_permission_status = 400

    answer = netsuite_client.get(f"{PATH}?script=1&deploy=1")

    assert (400, "INSUFFICIENT_PERMISSION") == error_of(answer)
    assert answer.json["error"]["message"] == (
        "Permission Violation: You need the 'SuiteScript' permission to access this page. "
        "Please contact your account administrator."
    )


@pytest.mark.parametrize("method", ["GET", "DELETE", "PATCH", "OPTIONS"])
def test_a_method_without_an_entry_point_is_not_allowed(netsuite, netsuite_client, method):
    """Row 23: 405, with the methods that there are."""
    netsuite.deploy("customscript_a", "customdeploy_a", post={}, put={})

    answer = netsuite_client.open(URL, method=method)

    assert (405, "POST, PUT") == (answer.status_code, answer.headers["Allow"])


@pytest.mark.parametrize(
    "content_type", ["text/html", "Application/JSON", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_other_content_types_are_refused(netsuite, netsuite_client, content_type):
    """Row 24: 415; content types are case-sensitive, and a body needs one (section_4619215993)."""
    netsuite.deploy("customscript_a", "customdeploy_a", post={})

    answer = netsuite_client.post(URL, data=b"a=b", headers={"Content-Type": content_type})

    assert 415 == answer.status_code
    assert "Success" == netsuite.audit_trail[-1].status


def test_a_get_has_no_body(netsuite, netsuite_client):
    """Row 24: a GET with a body is a 400 (section_4634920277)."""
    assert 400 == netsuite_client.get(f"{PATH}?script=1&deploy=1", data=b"{}").status_code


@pytest.mark.parametrize(
    ("content_type", "body", "seen"),
    [
        (JSON, '{"a": [1, "é"]}', {"a": [1, "é"]}),
        (f"{JSON}; charset=utf-8", "[1]", [1]),
        (JSON, "", None),
        (XML, "<order><id>7</id><line>a</line><line>b</line></order>", {"id": "7", "line": ["a", "b"]}),
        (TEXT, "plain é", "plain é"),
    ],
)
def test_a_body_reaches_the_script_as_its_content_type_says(netsuite, netsuite_client, content_type, body, seen):
    """POST and PUT give an object for JSON and XML, a string for text (rules 4.2)."""
    deployment = netsuite.deploy("customscript_a", "customdeploy_a", post=None, put=lambda _: None)

    answer = netsuite_client.put(URL, data=body.encode(), headers={"Content-Type": content_type})

    assert (200, b"", seen) == (answer.status_code, answer.data, deployment.calls[0].body)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (JSON, b"{"),
        (JSON, b"\xff"),
        (JSON, b"NaN"),
        (JSON, b"[" * 100_000),
        (XML, b"<a>"),
        (XML, b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        (XML, b'<?xml version="1.0" encoding="nonsense"?><a/>'),
    ],
)
def test_a_body_that_is_not_what_it_says_is_a_400(netsuite, netsuite_client, content_type, body):
    """Broken JSON and XML, and XML with entities, are user errors; the script does not run."""
    deployment = netsuite.deploy("customscript_a", "customdeploy_a", post={})

    answer = netsuite_client.post(URL, data=body, headers={"Content-Type": content_type})

    assert (400, 0) == (answer.status_code, len(deployment.calls))
    assert b"INVALID_REQUEST" in answer.data


def test_xml_without_its_extra_says_how_to_install_it(netsuite, netsuite_client, monkeypatch):
    """Without defusedxml an XML call answers a 500; the cause, with the install line, is in the trail."""
    monkeypatch.setitem(sys.modules, "defusedxml", None)
    netsuite.deploy("customscript_a", "customdeploy_a", post={})

    answer = netsuite_client.post(URL, data=b"<a/>", headers={"Content-Type": XML})

    assert 500 == answer.status_code
    assert "pip install 'pytest-netsuite-tba[xml]'" in netsuite.audit_trail[-1].cause
    with pytest.raises(AssertionError, match="pip install"):
        netsuite.verify()


@pytest.mark.parametrize(
    ("content_type", "value", "expected"),
    [
        (JSON, {"b": "é", "a": [1, None, True]}, '{"b":"é","a":[1,null,true]}'),
        (JSON, {"lone": "\ud800"}, '{"lone":"\\ud800"}'),
        (
            XML,
            {"a": [1, "<"], "b": None, "c": True},
            "<response><a><item>1</item><item>&lt;</item></a><b></b><c>true</c></response>",
        ),
        (XML, "<own/>", "<own/>"),
        (TEXT, "text", "text"),
        (TEXT, None, ""),
    ],
)
def test_what_a_script_returns_is_written_as_its_call_asks(netsuite, netsuite_client, content_type, value, expected):
    """The response's type follows the request's (section_0618021129)."""
    netsuite.deploy("customscript_a", "customdeploy_a", get=lambda _: value)

    answer = netsuite_client.get(URL, headers={"Content-Type": content_type})

    assert (200, expected, f"{content_type}; charset=utf-8") == (answer.status_code, answer.text, answer.content_type)


@pytest.mark.parametrize(("content_type", "value"), [(JSON, "text"), (JSON, 1), (TEXT, {}), (TEXT, 1), ("", {"a": 1})])
def test_a_return_value_must_fit_its_call(netsuite, netsuite_client, content_type, value):
    """An object for JSON, a string for text; else INVALID_RETURN_DATA_FORMAT (section_4634920277)."""
    netsuite.deploy("customscript_a", "customdeploy_a", get=value)

    answer = netsuite_client.get(URL, headers={"Content-Type": content_type})

    assert 400 == answer.status_code
    assert "INVALID_RETURN_DATA_FORMAT" == netsuite.audit_trail[-1].code


def test_a_script_may_choose_type_and_headers(netsuite, netsuite_client):
    """Since 2024.1 a script may make its own response; here that is a werkzeug one."""
    netsuite.deploy(
        "customscript_a", "customdeploy_a", get=lambda _: Response("a,b", 206, {"X-A": "1"}, content_type="text/csv")
    )

    answer = netsuite_client.get(URL)

    assert (206, "a,b", "text/csv", "1") == (
        answer.status_code,
        answer.text,
        answer.content_type,
        answer.headers["X-A"],
    )


def test_an_unhandled_script_error_is_a_json_text_in_json(netsuite, netsuite_client):
    """The code is the error's name, the message is itself JSON (rules 4.6)."""

    def throw(_):
        raise SuiteScriptError("MY_ERROR", 'no "order"')

    netsuite.deploy("customscript_a", "customdeploy_a", post=throw)

    answer = netsuite_client.post(URL, json={})

    assert (400, "MY_ERROR") == error_of(answer)
    details = json.loads(answer.json["error"]["message"])
    assert ["type", "name", "message", "stack", "cause", "id", "notifyOff", "userFacing"] == list(details)
    assert ("error.SuiteScriptError", "MY_ERROR", 'no "order"', False) == (
        details["type"],
        details["name"],
        details["message"],
        details["userFacing"],
    )
    netsuite.verify()


def test_an_entry_point_that_raises_is_the_tests_own_mistake(netsuite, netsuite_client):
    """A Python exception is a 400 on the wire, and fails the test with the exception behind it."""
    netsuite.deploy("customscript_a", "customdeploy_a", post=lambda body: body["nope"])

    assert (400, "UNEXPECTED_ERROR") == error_of(netsuite_client.post(URL, json={}))
    with pytest.raises(AssertionError, match="Entry point 'post' of customscript_a raised KeyError") as failure:
        netsuite.verify()
    assert isinstance(failure.value.__cause__.__cause__, KeyError)


@pytest.mark.parametrize("direction", ["in", "out"])
def test_ten_megabytes_each_way(netsuite, netsuite_client, direction):
    """A string of more than 10 MB goes neither in nor out (section_4640094112)."""
    size = 10 * 1024 * 1024
    netsuite.deploy("customscript_a", "customdeploy_a", post=lambda body: body if direction == "out" else "ok")
    fits, too_long = b"a" * size, b"a" * (size + 1)
    if direction == "out":
        netsuite.deploy("customscript_a", "customdeploy_a", post=lambda body: "a" * int(body))
        fits, too_long = str(size).encode(), str(size + 1).encode()

    statuses = [
        netsuite_client.post(URL, data=one, headers={"Content-Type": TEXT}).status_code for one in (fits, too_long)
    ]

    assert [200, 400] == statuses


@pytest.mark.parametrize("reach", [False, True])
def test_script_and_deploy_may_reach_the_script(netsuite, netsuite_client, reach):
    """Whether the script sees its own ids is Behaviour's."""
    netsuite.behaviour.script_and_deploy_reach_script = reach
    netsuite.deploy("customscript_a", "customdeploy_a", get=lambda parameters: parameters)

    seen = netsuite_client.get(f"{URL}&a=b").json

    assert ({"script", "deploy", "a"} if reach else {"a"}) == set(seen)


@pytest.mark.parametrize("before_login", [False, True])
def test_the_governor_bounds_the_requests_in_flight(before_login):
    """Row 19: beyond the account's limit a RESTlet answers 400 SSS_REQUEST_LIMIT_EXCEEDED (bridgehead_1525252812)."""
    with NetSuiteServer() as netsuite:
        netsuite.account.concurrency_limit = 2
        netsuite.behaviour.concurrency_before_login = before_login
        inside, release = threading.Semaphore(0), threading.Event()

        def work(_):
            inside.release()
            release.wait(10)
            return {}

        netsuite.deploy("customscript_a", "customdeploy_a", get=work)
        with ThreadPoolExecutor(2) as pool:
            busy = [pool.submit(netsuite.credentials.client().get, URL) for _ in range(2)]
            for _ in busy:
                assert inside.acquire(timeout=10)
            refused = netsuite.credentials.client().get(URL)
            release.set()
            assert [200, 200] == [one.result().status_code for one in busy]
        after = netsuite.credentials.client().get(URL)

        assert (400, "SSS_REQUEST_LIMIT_EXCEEDED") == error_of(refused)
        assert "Request Limit Exceeded!" == refused.json["error"]["message"]
        assert 200 == after.status_code
        assert before_login == bool(netsuite.audit_trail.refused)
        netsuite.verify()


def test_echo_answers_what_the_script_saw(netsuite, netsuite_client):
    """``echo`` shows method, parameters, body and who called."""
    expected = {
        "method": "POST",
        "parameters": {"a": "1"},
        "body": {"b": 2},
        "account": "1234567_SB1",
        "user": "integration@example.com",
        "role": "Integration",
        "application": "Default integration",
        "token_name": "Default token",
    }
    url = f"{PATH}?script=1&deploy=1&a=1"

    assert expected == netsuite_client.post(url, json={"b": 2}).json
    as_text = netsuite_client.post(url, data=b"hello", headers={"Content-Type": TEXT})
    assert expected | {"body": "hello"} == json.loads(as_text.text)
