"""Rows 19 to 25: what a RESTlet answers once the login was let in; each refusal byte for byte in all three types."""

import json
import re
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from enum import Enum

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Response

from pytest_netsuite_tba import Account, Behaviour, Entity, NetSuiteServer, Role, SuiteScriptError
from pytest_netsuite_tba.account.scripts import Audience, Canned, ScriptError
from pytest_netsuite_tba.services.bodies import value_reply, xml_response

PATH = "/app/site/hosting/restlet.nl"
URL = f"{PATH}?script=customscript_a&deploy=customdeploy_a"
JSON, XML, TEXT = "application/json", "application/xml", "text/plain"
FORMS = {
    JSON: '{{"error" : {{"code" : "{0}", "message" : "{1}"}}}}',
    XML: "<error><code>{0}</code><message>{1}</message></error>",
    TEXT: "error code: {0}\nerror message: {1}",
    "": "error code: {0}\nerror message: {1}",
}
TYPES = {JSON: f"{JSON}; charset=utf-8", XML: f"{XML}; charset=utf-8"}


def error_of(answer):
    return answer.status_code, answer.json["error"]["code"]


# What stands in the way: (prepares the fake; method and body; status, code, message).
ROWS = {
    "19 over the limit": (
        lambda n: setattr(n.account, "concurrency_limit", 0),
        ("GET", b""),
        (400, "SSS_REQUEST_LIMIT_EXCEEDED", "Request Limit Exceeded!"),
    ),
    "20 not deployed": (
        lambda n: setattr(n.account.find_deployment("customscript_a", "1"), "deployed", False),
        ("GET", b""),
        (404, "SSS_INVALID_SCRIPTLET_ID", "That Suitelet is invalid, disabled, or no longer exists."),
    ),
    "21 audience": (
        lambda n: n.deploy("customscript_a", "customdeploy_a", get={}, audience=[]),
        ("GET", b""),
        (403, "INSUFFICIENT_PERMISSION", "You do not have privileges to view this page"),
    ),
    "21 testing": (
        lambda n: n.deploy("customscript_a", "customdeploy_a", get={}, status="TESTING"),
        ("GET", b""),
        (403, "INSUFFICIENT_PERMISSION", "You do not have privileges to view this page"),
    ),
    "22 SuiteScript": (
        lambda n: n.role.permissions.remove("SuiteScript"),
        ("GET", b""),
        (
            403,
            "INSUFFICIENT_PERMISSION",
            (
                "Permission Violation: You need the 'SuiteScript' permission to access this page. "
                "Please contact your account administrator."
            ),
        ),
    ),
    "23 method": (
        lambda n: None,
        ("PUT", b""),
        (405, "METHOD_NOT_ALLOWED", "This RESTlet has no entry point for the method PUT."),
    ),
    "24 a GET with a body": (
        lambda n: None,
        ("GET", b"{}"),
        (400, "INVALID_REQUEST", "The request could not be understood by the server due to malformed syntax."),
    ),
}


@pytest.mark.parametrize("content_type", FORMS)
@pytest.mark.parametrize("row", ROWS)
def test_each_row_is_refused_as_netsuite_does(netsuite, netsuite_client, row, content_type):
    """The login is a Success; what stands in the way is an error in the type of the call (docs/rules.md 3.1, 4.5)."""
    netsuite.deploy("customscript_a", "customdeploy_a", get={"a": 1}, delete=lambda _: None)
    prepare, (method, body), (status, code, message) = ROWS[row]
    prepare(netsuite)

    answer = netsuite_client.open(URL, method=method, data=body, headers={"Content-Type": content_type})

    attempt = netsuite.audit_trail[-1]
    assert (status, FORMS[content_type].format(code, message)) == (answer.status_code, answer.text)
    assert TYPES.get(content_type, f"{TEXT}; charset=utf-8") == answer.content_type
    assert ("Success", None, code, status) == (attempt.status, attempt.detail, attempt.code, attempt.http_status)
    assert attempt.cause
    assert "WWW-Authenticate" not in answer.headers
    netsuite.verify()


@pytest.mark.parametrize("content_type", FORMS)
def test_an_unknown_restlet_is_a_404_in_every_type(netsuite, netsuite_client, content_type):
    """Row 20: the same error for an unknown script as for one that is not deployed."""
    answer = netsuite_client.get(f"{PATH}?script=7&deploy=1", headers={"Content-Type": content_type})

    message = "That Suitelet is invalid, disabled, or no longer exists."
    assert (404, FORMS[content_type].format("SSS_INVALID_SCRIPTLET_ID", message)) == (answer.status_code, answer.text)
    with pytest.raises(AssertionError, match="GET called the RESTlet 7 / 1, which is not deployed"):
        netsuite.verify()


def test_of_several_obstacles_the_first_row_is_reported(netsuite, netsuite_client):
    """Rows 19 to 24 are looked at in their order (docs/rules.md 0.1)."""
    deployment = netsuite.deploy("customscript_a", "customdeploy_a", post={}, audience=[])
    deployment.deployed = False
    netsuite.role.permissions.remove("SuiteScript")
    netsuite.account.concurrency_limit = 0
    seen = []
    for clear in (
        lambda: setattr(netsuite.account, "concurrency_limit", None),
        lambda: setattr(deployment, "deployed", True),
        lambda: setattr(deployment, "audience", "all"),
        lambda: netsuite.role.permissions.add("SuiteScript"),
        lambda: setattr(deployment, "put", {}),
        lambda: None,
    ):
        seen.append(netsuite_client.put(URL, data=b"{", headers={"Content-Type": "text/html"}).status_code)
        clear()

    assert [400, 404, 403, 403, 405, 415] == seen
    assert 0 == len(deployment.calls)


def test_a_refused_login_takes_no_part_in_rows_19_to_25(netsuite, netsuite_client):
    """The login comes first: an unknown script of a revoked token is a login failure, and no unexpected call."""
    netsuite.token.revoke()

    with netsuite.expect_refusal("token_rejected", count=1):
        assert 401 == netsuite_client.get(f"{PATH}?script=nope&deploy=nope").status_code
    netsuite.verify()


# -- row 19 --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content_type", FORMS)
def test_a_busy_account_answers_in_the_calls_type(content_type):
    """Row 19: the request over the limit is refused while the others run; what has ended counts no more."""
    with NetSuiteServer(Account(concurrency_limit=1)) as netsuite:
        inside, release = threading.Event(), threading.Event()

        def work(_):
            inside.set()
            release.wait(10)
            return {"done": True}

        netsuite.deploy("customscript_a", "customdeploy_a", get=work)
        headers = {"Content-Type": content_type}
        with ThreadPoolExecutor(1) as pool:
            busy = pool.submit(netsuite.credentials.client().get, URL)
            assert inside.wait(10)
            refused = netsuite.credentials.client().get(URL, headers=headers)
            release.set()
            assert {"done": True} == busy.result().json
        after = netsuite.credentials.client().get(f"{PATH}?script=1&deploy=1", headers=headers)

    expected = FORMS[content_type].format("SSS_REQUEST_LIMIT_EXCEEDED", "Request Limit Exceeded!")
    assert (400, expected, 200) == (refused.status_code, refused.text, after.status_code)


def test_a_script_that_fails_frees_its_place(netsuite, netsuite_client):
    """Row 19: a place is given back however the request ends."""
    netsuite.account.concurrency_limit = 1

    def throw(_):
        raise SuiteScriptError("MY_ERROR")

    netsuite.deploy("customscript_a", "customdeploy_a", get=throw)
    with netsuite.expect_refusal("InvalidSignature", count=1):
        netsuite_client.get(URL, headers={"Authorization": netsuite.credentials.authorization("GET", "https://a/b")})

    assert ["MY_ERROR", "MY_ERROR"] == [netsuite_client.get(URL).json["error"]["code"] for _ in range(2)]


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
            assert [200, 200] == [call.result().status_code for call in busy]
        after = netsuite.credentials.client().get(URL)

        assert (400, "SSS_REQUEST_LIMIT_EXCEEDED") == error_of(refused)
        assert "Request Limit Exceeded!" == refused.json["error"]["message"]
        assert 200 == after.status_code
        assert before_login == bool(netsuite.audit_trail.refused)
        netsuite.verify()


# -- rows 20 to 24 -------------------------------------------------------------------------------------------------------


def test_ids_and_numbers_name_the_same_deployment(netsuite, netsuite_client):
    """script and deploy take the id or the internal number (docs/rules.md 4.1)."""
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


def test_a_deployment_of_the_same_ids_is_replaced(netsuite, netsuite_client):
    """One script and deployment id means one RESTlet: the newest."""
    for version in (1, 2):
        netsuite.deploy("customscript_a", "customdeploy_a", get={"version": version})

    assert {"version": 2} == netsuite_client.get(URL).json


def test_ids_are_case_sensitive_and_whole(netsuite, netsuite_client):
    """Row 20: a script is found by its id or number as they are."""
    netsuite.deploy("customscript_a", "customdeploy_a", get={}, number=42)
    for script in ("CUSTOMSCRIPT_A", "customscript_", "042", "42.0", "%20 42"):
        assert 404 == netsuite_client.get(f"{PATH}?script={script.strip()}&deploy=1").status_code
    with pytest.raises(AssertionError, match="not deployed"):
        netsuite.verify()


def test_the_owner_is_in_whatever_the_audience(netsuite, netsuite_client):
    """Row 21: an empty audience and the status Testing leave the owner in, and nobody else."""
    netsuite.account.add_entity(Entity(email="other@example.com"))
    netsuite.deploy(
        "customscript_a", "customdeploy_a", get={}, audience=[], status="TESTING", owner="integration@example.com"
    )
    other = netsuite.credentials_for(netsuite.create_token(entity="other@example.com")).client()

    assert (200, 403) == (netsuite_client.get(URL).status_code, other.get(URL).status_code)
    assert "Testing" in netsuite.audit_trail[-1].cause


@pytest.mark.parametrize("method", ["get", "Post", "put", "dElEtE"])
def test_a_method_is_the_same_in_any_case(netsuite, method):
    """A client that sends a method in lower case reaches the same entry point, with the same argument."""
    seen = []
    deployment = netsuite.deploy("customscript_a", "customdeploy_a", **dict.fromkeys(("get", "delete"), seen.append))
    deployment.post = deployment.put = seen.append
    url = f"{netsuite.url}{URL}"
    body = b"[1]" if method.lower() in {"post", "put"} else b""
    lines = [
        f"{method} {URL} HTTP/1.1",
        f"Host: 127.0.0.1:{netsuite.port}",
        f"Authorization: {netsuite.credentials.authorization(method, url)}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    with socket.create_connection(("127.0.0.1", netsuite.port), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        answer = connection.makefile("rb").read()

    assert b"HTTP/1.1 200 OK" == answer.partition(b"\r\n")[0]
    assert [[1] if body else {}] == seen
    assert method.upper() == deployment.calls[0].method


def test_a_delete_takes_its_parameters_and_no_body(netsuite, netsuite_client):
    """DELETE gets the query string, as GET does; its body goes nowhere (section_4407966008)."""
    deployment = netsuite.deploy("customscript_a", "customdeploy_a", delete=lambda parameters: parameters)

    answer = netsuite_client.delete(f"{URL}&id=7", data=b"{}")

    assert ({"id": "7"}, None) == (answer.json, deployment.calls[0].body)


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("a=1&a=2", {"a": "2"}),
        ("a=x+y&b=x%20y&c=%2B", {"a": "x y", "b": "x y", "c": "+"}),
        ("%C3%A9=%E2%82%AC", {"é": "€"}),
        ("a=%FF", {"a": "\ufffd"}),
        ("a=&b", {"a": "", "b": ""}),
        ("a%5B0%5D=1", {"a[0]": "1"}),
    ],
)
def test_parameters_reach_the_script_decoded(netsuite, netsuite_client, query, seen):
    """A script sees names and values as text; of a repeated name the last counts."""
    netsuite.deploy("customscript_a", "customdeploy_a", get=lambda parameters: parameters)

    assert seen == netsuite_client.get(f"{URL}&{query}").json


@pytest.mark.parametrize("content_type", ["text/html", "application/x-www-form-urlencoded", "application/json "])
def test_a_415_names_the_type(netsuite, netsuite_client, content_type):
    """Row 24: an unsupported type is named in text; space around it does not count."""
    netsuite.deploy("customscript_a", "customdeploy_a", post={"a": 1})

    answer = netsuite_client.post(URL, data=b"{}", headers={"Content-Type": content_type})

    if content_type.strip() == JSON:
        assert (200, '{"a":1}') == (answer.status_code, answer.text)
    else:
        message = f"The content type {content_type} is not supported."
        assert (415, FORMS[""].format("UNSUPPORTED_MEDIA_TYPE", message)) == (answer.status_code, answer.text)


def test_a_post_of_nothing_needs_no_content_type(netsuite, netsuite_client):
    """Row 24: only a body needs a Content-Type."""
    deployment = netsuite.deploy("customscript_a", "customdeploy_a", post="done")

    answer = netsuite_client.post(URL, headers={"Content-Type": ""})

    assert (200, "done", "") == (answer.status_code, answer.text, deployment.calls[0].body)


def test_the_script_never_sees_the_signature(netsuite, netsuite_client):
    """``calls`` keeps the request's headers but Authorization."""
    deployment = netsuite.deploy("customscript_a", "customdeploy_a", get={})
    netsuite_client.get(URL, headers={"X-Mine": "1"})

    headers = deployment.calls[0].headers
    assert ("1", False) == (headers["x-mine"], "authorization" in headers)


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


def test_the_status_of_a_missing_permission_is_open(netsuite, netsuite_client):
    """Rows 21 and 22: no page says which status; it is Behaviour's."""
    netsuite.role.permissions.remove("SuiteScript")
    netsuite.behaviour.insufficient_permission_status = 400

    assert (400, "INSUFFICIENT_PERMISSION") == error_of(netsuite_client.get(f"{PATH}?script=1&deploy=1"))


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


# -- row 25 --------------------------------------------------------------------------------------------------------------


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
    """POST and PUT give an object for JSON and XML, a string for text (docs/rules.md 4.2)."""
    deployment = netsuite.deploy("customscript_a", "customdeploy_a", post=None, put=lambda _: "")

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
        (XML, b'<?xml version="1.0" encoding="nonsense"?><a/>'),
    ],
)
def test_a_body_that_is_not_what_it_says_is_a_400(netsuite, netsuite_client, content_type, body):
    """Broken JSON and XML are user errors; the script does not run."""
    deployment = netsuite.deploy("customscript_a", "customdeploy_a", post={})

    answer = netsuite_client.post(URL, data=body, headers={"Content-Type": content_type})

    assert (400, 0) == (answer.status_code, len(deployment.calls))
    assert b"INVALID_REQUEST" in answer.data
    assert not re.search("Expecting|codec|Error|constant|ncoding specified", netsuite.audit_trail[-1].cause)


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
        (XML, "<own/>", "<own/>"),
        (TEXT, "text", "text"),
    ],
)
def test_what_a_script_returns_is_written_as_its_call_asks(netsuite, netsuite_client, content_type, value, expected):
    """The response's type follows the request's (section_0618021129)."""
    netsuite.deploy("customscript_a", "customdeploy_a", get=lambda _: value)

    answer = netsuite_client.get(URL, headers={"Content-Type": content_type})

    assert (200, expected, f"{content_type}; charset=utf-8") == (answer.status_code, answer.text, answer.content_type)


class Colour(str, Enum):  # noqa: UP042  (StrEnum writes itself otherwise)
    """A text that Python shows by its name."""

    RED = "red"


NOT_TEXT = "Invalid data format. You should return text."
# What Oracle and captures say, else what the rules page calls inferred (docs/rules.md 4.3): value -> by type of call,
# the body of a 200; None is the 400.
RETURNED = {
    "Hello World!": {JSON: "Hello World!", XML: "Hello World!", TEXT: "Hello World!", "": "Hello World!"},
    '{"id":"7"}': {JSON: '{"id":"7"}', XML: '{"id":"7"}', TEXT: '{"id":"7"}', "": '{"id":"7"}'},
    "": {JSON: "", XML: "", TEXT: "", "": ""},
    ("object", (("a", 1),)): {JSON: '{"a":1}', XML: None, TEXT: None, "": None},
    ("object", ()): {JSON: "{}", XML: None, TEXT: None, "": None},
    ("list", (1, 2)): {JSON: "[1,2]", XML: None, TEXT: None, "": None},
    9564: {JSON: "9564", XML: None, TEXT: None, "": None},
    0: {JSON: "0", XML: None, TEXT: None, "": None},
    1.5: {JSON: "1.5", XML: None, TEXT: None, "": None},
    100.0: {JSON: "100", XML: None, TEXT: None, "": None},  # ECMA-262, Number::toString
    ("object", (("total", 1e16),)): {JSON: '{"total":10000000000000000}', XML: None, TEXT: None, "": None},
    Colour.RED: {JSON: "red", XML: "red", TEXT: "red", "": "red"},
    ("boolean", True): {JSON: "true", XML: None, TEXT: None, "": None},
    ("boolean", False): {JSON: "false", XML: None, TEXT: None, "": None},
    None: {JSON: "", XML: "", TEXT: None, "": None},
}
# What no script can return, however a test wrote it.
NO_JAVASCRIPT = [b"bytes", {1}, datetime(2026, 1, 1, tzinfo=UTC)]
MADE = {"object": dict, "list": list, "boolean": bool}


@pytest.mark.parametrize("content_type", [JSON, XML, TEXT, ""])
@pytest.mark.parametrize("returned", RETURNED, ids=str)
def test_what_a_script_may_return_to_which_call(netsuite, netsuite_client, returned, content_type):
    """A text goes out as it is, to a JSON call too; anything else fits JSON alone (section_4628875570, section_4634148062)."""
    value = MADE[returned[0]](returned[1]) if isinstance(returned, tuple) else returned
    netsuite.deploy("customscript_a", "customdeploy_a", get=lambda _: value)

    answer = netsuite_client.get(URL, headers={"Content-Type": content_type})

    body = RETURNED[returned][content_type]
    code = None if body is not None else "INVALID_RETURN_DATA_FORMAT"
    expected = FORMS[content_type].format(code, NOT_TEXT) if body is None else body
    assert (200 if code is None else 400, expected) == (answer.status_code, answer.text)
    assert TYPES.get(content_type, f"{TEXT}; charset=utf-8") == answer.content_type
    assert code == netsuite.audit_trail[-1].code
    netsuite.verify()


@pytest.mark.parametrize("content_type", [JSON, XML, TEXT, ""])
@pytest.mark.parametrize("value", NO_JAVASCRIPT, ids=str)
def test_what_no_script_can_return_fails_the_test(netsuite, netsuite_client, value, content_type):
    """Whatever the call: it is the test's own mistake, and no answer of NetSuite's."""
    netsuite.deploy("customscript_a", "customdeploy_a", get=lambda _: value)

    assert 400 == netsuite_client.get(URL, headers={"Content-Type": content_type}).status_code
    with pytest.raises(AssertionError, match="raised TypeError"):
        netsuite.verify()


def test_nothing_returned_to_a_text_call_is_open(netsuite, netsuite_client):
    """``no_return_value_status`` makes it a 200 without a body."""
    netsuite.behaviour.no_return_value_status = 200
    netsuite.deploy("customscript_a", "customdeploy_a", get=lambda _: None)

    answer = netsuite_client.get(URL, headers={"Content-Type": TEXT})

    assert (200, b"") == (answer.status_code, answer.data)


def test_an_object_returned_to_an_xml_call_is_open(netsuite, netsuite_client):
    """``object_to_xml_call`` writes it as XML of our own making."""
    netsuite.behaviour.object_to_xml_call = "written"
    netsuite.deploy("customscript_a", "customdeploy_a", get={"a": [1, "<"], "b": None, "c": True})

    answer = netsuite_client.get(URL, headers={"Content-Type": XML})

    expected = "<response><a><item>1</item><item>&lt;</item></a><b></b><c>true</c></response>"
    assert (200, expected) == (answer.status_code, answer.text)


CANNED = {
    "nothing": (Canned(nothing=True), 200, ""),
    "text": (Canned(text="9564"), 200, "9564"),
    "false": (Canned(json=False), 200, "false"),
    "usage": (
        Canned(error=ScriptError(code="SSS_USAGE_LIMIT_EXCEEDED")),
        400,
        FORMS[JSON].format("SSS_USAGE_LIMIT_EXCEEDED", "Script Execution Usage Limit Exceeded"),
    ),
    "time": (
        Canned(error=ScriptError(code="SSS_TIME_LIMIT_EXCEEDED")),
        400,
        FORMS[JSON].format("SSS_TIME_LIMIT_EXCEEDED", "Script Execution Time Exceeded."),
    ),
    "exception": (
        Canned(exception="TypeError: order is null"),
        400,
        FORMS[JSON].format("UNEXPECTED_ERROR", "TypeError: order is null"),
    ),
}


@pytest.mark.parametrize("kind", CANNED)
def test_a_canned_entry_point_may_fail_in_each_way(netsuite, netsuite_client, kind):
    """An error by name, a plain exception of JavaScript, and little values (docs/rules.md 4.5, 4.6)."""
    canned, status, body = CANNED[kind]
    netsuite.deploy("customscript_a", "customdeploy_a", post=canned)

    answer = netsuite_client.post(URL, json={})

    assert (status, body) == (answer.status_code, answer.text)
    netsuite.verify()


def test_the_code_of_a_javascript_exception_is_open(netsuite, netsuite_client):
    """Captures have both codes."""
    netsuite.behaviour.javascript_exception_code = "JS_EXCEPTION"
    netsuite.deploy("customscript_a", "customdeploy_a", get=Canned(exception="TypeError: a is null"))

    assert "JS_EXCEPTION" == netsuite_client.get(URL).json["error"]["code"]


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/html", "image/png", "*/*", JSON])
def test_a_delete_without_a_body_is_served_whatever_its_type(netsuite, netsuite_client, content_type):
    """The JDK's HttpURLConnection adds a form's type by itself; an answer of a type that RESTlets have not is text."""
    netsuite.deploy("customscript_a", "customdeploy_a", delete="deleted")

    answer = netsuite_client.delete(URL, headers={"Content-Type": content_type})

    assert (200, "deleted") == (answer.status_code, answer.text)
    assert f"{JSON if content_type == JSON else TEXT}; charset=utf-8" == answer.content_type


@pytest.mark.parametrize(("method", "body"), [("DELETE", b"a=b"), ("POST", b""), ("PUT", b"a=b")])
def test_a_form_is_no_body_of_a_restlet(netsuite, netsuite_client, method, body):
    """Row 24 holds for whatever has a body, or ought to."""
    netsuite.deploy("customscript_a", "customdeploy_a", delete="x", post="x", put="x")

    answer = netsuite_client.open(
        URL, method=method, data=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )

    assert 415 == answer.status_code


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
        netsuite_client.post(URL, data=body, headers={"Content-Type": TEXT}).status_code for body in (fits, too_long)
    ]

    assert [200, 400] == statuses


@pytest.mark.parametrize("reach", [False, True])
def test_script_and_deploy_may_reach_the_script(netsuite, netsuite_client, reach):
    """Whether the script sees its own ids is Behaviour's."""
    netsuite.behaviour.script_and_deploy_reach_script = reach
    netsuite.deploy("customscript_a", "customdeploy_a", get=lambda parameters: parameters)

    seen = netsuite_client.get(f"{URL}&a=b").json

    assert ({"script", "deploy", "a"} if reach else {"a"}) == set(seen)


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


SCRIPT_ERROR = (
    '{"type":"error.SuiteScriptError","name":"MY_ERROR","message":"no \\"order\\" <7>",'
    '"stack":["createError(N/error)","post(/SuiteScripts/customscript_a.js:1)","createError(N/error)"],'
    '"cause":{"name":"MY_ERROR","message":"no \\"order\\" <7>","notifyOff":false},'
    '"id":"","notifyOff":false,"userFacing":true}'
)


@pytest.mark.parametrize("how", ["raised", "canned"])
@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        (JSON, f'{{"error" : {{"code" : "MY_ERROR", "message" : {json.dumps(SCRIPT_ERROR)}}}}}'),
        (
            XML,
            "<error><code>MY_ERROR</code><message>"
            + SCRIPT_ERROR.replace("<", "&lt;").replace(">", "&gt;")
            + "</message></error>",
        ),
        (TEXT, f"error code: MY_ERROR\nerror message: {SCRIPT_ERROR}"),
    ],
)
def test_an_unhandled_script_error_in_each_type(netsuite, netsuite_client, content_type, expected, how):
    """A 400, the code is the error's name, the message a JSON text (docs/rules.md 4.6)."""

    def throw(_):
        raise SuiteScriptError("MY_ERROR", 'no "order" <7>')

    canned = Canned(error=ScriptError(code="MY_ERROR", message='no "order" <7>'))
    netsuite.deploy("customscript_a", "customdeploy_a", post=throw if how == "raised" else canned)
    body = {JSON: b"{}", XML: b"<a/>", TEXT: b"a"}[content_type]

    answer = netsuite_client.post(URL, data=body, headers={"Content-Type": content_type})

    assert (400, expected) == (answer.status_code, answer.text)
    assert ("Success", "MY_ERROR") == (netsuite.audit_trail[-1].status, netsuite.audit_trail[-1].code)
    netsuite.verify()


@pytest.mark.parametrize("content_type", [JSON, XML])
@pytest.mark.parametrize("value", [{"at": datetime(2026, 1, 1, tzinfo=UTC)}, {"set": {1}}, {"bytes": b"a"}])
def test_what_no_type_can_carry_is_the_tests_own_mistake(netsuite, netsuite_client, content_type, value):
    """An entry point that returns what JavaScript has not fails the test, as one that raises does."""
    netsuite.behaviour.object_to_xml_call = "written"
    netsuite.deploy("customscript_a", "customdeploy_a", get=lambda _: value)

    answer = netsuite_client.get(URL, headers={"Content-Type": content_type})

    assert (400, "UNEXPECTED_ERROR") == (answer.status_code, netsuite.audit_trail[-1].code)
    with pytest.raises(AssertionError, match="Entry point 'get' of customscript_a raised TypeError"):
        netsuite.verify()


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_function_that_raises_says_nothing_on_the_wire(netsuite, netsuite_client, method):
    """The exception's type and text are for the report: the client is told NetSuite's standard words."""
    deployment = netsuite.deploy("customscript_a", "customdeploy_a")
    deployment.get = deployment.delete = lambda _: 1 / 0

    answer = netsuite_client.open(URL, method=method)

    message = "An unexpected SuiteScript error has occurred"
    assert (400, FORMS[JSON].format("UNEXPECTED_ERROR", message)) == (answer.status_code, answer.text)
    with pytest.raises(AssertionError, match="raised ZeroDivisionError: division by zero"):
        netsuite.verify()
    netsuite.verify()


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON_VALUES.filter(lambda value: isinstance(value, dict | list)))
def test_xml_out_is_well_formed_whatever_is_returned(value):
    """Any value that JSON can hold is well-formed XML: names and characters that XML forbids are replaced."""
    assert "response" == fromstring(xml_response(value)).tag


@given(JSON_VALUES.filter(lambda value: isinstance(value, dict | list)))
def test_json_out_is_what_was_returned(value):
    """A JSON answer is UTF-8 and means the value returned."""
    assert value == json.loads(value_reply(JSON, value, Behaviour()).body.decode())


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd" [<!ENTITY % b SYSTEM "http://127.0.0.1:9/b"> %b;]><a/>',
    ],
)
def test_xml_with_entities_is_not_let_in(netsuite, netsuite_client, body):
    """No entity is expanded and nothing is fetched: the call is a 400, in XML."""
    deployment = netsuite.deploy("customscript_a", "customdeploy_a", post="<a/>")

    answer = netsuite_client.post(URL, data=body, headers={"Content-Type": XML})

    message = "The request could not be understood by the server due to malformed syntax."
    assert (400, FORMS[XML].format("INVALID_REQUEST", message)) == (answer.status_code, answer.text)
    assert 0 == len(deployment.calls)


def test_echo_by_xml_survives_any_parameter(netsuite, netsuite_client):
    """The echo RESTlet answers well-formed XML to names that XML has not, and to namespaces."""
    answer = netsuite_client.post(
        f"{PATH}?script=1&deploy=1&a[0]=%00&1=2", data=b'<a xmlns="urn:b"><c>1</c></a>', headers={"Content-Type": XML}
    )

    assert 200 == answer.status_code
    seen = fromstring(answer.data)
    assert {"a_0_": "\ufffd", "_1": "2"} == {parameter.tag: parameter.text for parameter in seen.find("parameters")}
    assert ["1"] == [element.text for element in seen.find("body")]


def test_of_many_deployments_a_miss_names_twenty(netsuite, netsuite_client):
    """What is kept of a call does not grow with what is deployed."""
    for number in range(30):
        netsuite.deploy(f"customscript_{number}", "customdeploy_a")
    netsuite_client.get(f"{PATH}?script=customscript_none&deploy=1")

    assert netsuite.audit_trail[-1].cause.endswith("customscript_18 / customdeploy_a, and 11 more.")
    netsuite.httpserver.clear_assertions()
