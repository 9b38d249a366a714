"""REST web services take what NetSuite takes, and say it in its words (docs/rules.md 3.4, 3.6, 9)."""

import gzip
import json
import re
import uuid

import jsonschema
import pytest

from pytest_netsuite_tba import Account, NetSuiteServer
from pytest_netsuite_tba.account.jobs import Jobs
from pytest_netsuite_tba.server.compression import compressed
from pytest_netsuite_tba.services.reply import Reply
from pytest_netsuite_tba.services.rest_suiteql import unparsed

HOST = "1234567-sb1.suitetalk.api.netsuite.com"
ROOT = f"https://{HOST}/services/rest/"
CUSTOMER = f"{ROOT}record/v1/customer"
CATALOG = f"{ROOT}record/v1/metadata-catalog"
SUITEQL = f"{ROOT}query/v1/suiteql"
TRANSIENT = {"Prefer": "transient"}
ASYNC = {"Prefer": "respond-async"}


def details(answer):
    (found,) = answer.json["o:errorDetails"]
    return found


# -- what is taken -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content_type", ["", "text/plain;charset=UTF-8", "application/json; charset=utf-8"])
def test_a_body_needs_no_content_type(netsuite, netsuite_client, content_type):
    """npm's got sends a text without one, JavaScript's fetch as text/plain."""
    netsuite.records.add("customer", {"companyName": "Acme"}, id=107)
    netsuite.suiteql("SELECT id FROM customer", [{"id": "107"}])
    calls = [
        ("POST", SUITEQL, '{"q": "SELECT id FROM customer"}'),
        ("PATCH", f"{CUSTOMER}/107", '{"phone": "1"}'),
        ("PUT", f"{CUSTOMER}/eid:A", '{"phone": "2"}'),
        ("POST", CUSTOMER, '{"phone": "3"}'),
    ]

    answers = [
        netsuite_client.open(url, method=method, data=body, content_type=content_type, headers=TRANSIENT)
        for method, url, body in calls
    ]

    assert [200, 204, 204, 204] == [answer.status_code for answer in answers]
    assert ["1", "2", "3"] == [record["phone"] for record in netsuite.records["customer"].values()]


def test_text_plain_can_be_refused(netsuite, netsuite_client):
    """No source says what NetSuite does with it: a field of Behaviour."""
    netsuite.behaviour.rest_plain_text_body = "refused"

    assert 415 == netsuite_client.post(CUSTOMER, data="{}", content_type="text/plain").status_code
    assert 204 == netsuite_client.post(CUSTOMER, data="{}", content_type="").status_code


@pytest.mark.parametrize("blank", ["\n", "\r\n", "\t", "\n\t\t "])
def test_a_text_of_json_may_have_line_breaks_and_tabs(netsuite, netsuite_client, blank):
    """The README of netsuite-rest writes its query over several lines, inside of the quotes."""
    netsuite.suiteql("SELECT id FROM customer", [{"id": "1"}])

    answer = netsuite_client.post(SUITEQL, data=f'{{"q":\n"SELECT{blank}id{blank}FROM customer"}}', headers=TRANSIENT)

    assert (200, "1") == (answer.status_code, answer.json["items"][0]["id"])
    assert 204 == netsuite_client.post(CUSTOMER, data=f'{{"comments": "a{blank}b"}}').status_code
    assert f"a{blank}b" == netsuite.records["customer"]["1"]["comments"]


@pytest.mark.parametrize(
    "body", ["{", "{a: 1}", '{"a": 1,}', "nonsense", "", "[1]", '{"a": NaN}', '{"a": "\\x"}', '"a']
)
def test_a_broken_body_is_answered_in_netsuites_words(netsuite, netsuite_client, body):
    """Nothing of the parser's own gets out (captured: drudge/n8n-nodes-netsuite#5)."""
    answer = netsuite_client.post(CUSTOMER, data=body)

    assert (400, {"detail": "Invalid content in the request body.", "o:errorCode": "INVALID_CONTENT"}) == (
        answer.status_code,
        details(answer),
    )
    assert netsuite.audit_trail[-1].cause


@pytest.mark.parametrize("url", [f"{ROOT}*", CUSTOMER, SUITEQL])
def test_options_is_answered(netsuite, netsuite_client, url):
    """204, as the tests of npm's netsuite-rest expect of a real account."""
    assert 204 == netsuite_client.open(url, method="OPTIONS").status_code
    netsuite.verify()


# -- parameters of the query -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["q", "fields", "expandSubResources", "replace", "nonsense", "Limit"])
@pytest.mark.parametrize("url", [CUSTOMER, f"{CUSTOMER}/1", SUITEQL, CATALOG, f"{CATALOG}/customer"])
def test_an_unknown_parameter_is_served_and_named(netsuite, netsuite_client, name, url):
    """Whichever it is and wherever it stands."""
    netsuite.records.add("customer", {"companyName": "Acme"})
    netsuite.suiteql("SELECT 1", [])
    how = {"method": "POST", "json": {"q": "SELECT 1"}, "headers": TRANSIENT} if url == SUITEQL else {"method": "GET"}

    answer = netsuite_client.open(f"{url}?{name}=x", **how)

    assert 200 == answer.status_code
    assert netsuite.audit_trail[-1].cause.endswith(f"the answer is as without them: {name!r}.")
    netsuite.verify()
    netsuite.behaviour.unknown_query_parameter = "refused"
    refused = netsuite_client.open(f"{url}?{name}=x", **how)
    assert (400, "INVALID_PARAMETER", name) == (
        refused.status_code,
        details(refused)["o:errorCode"],
        details(refused)["o:errorQueryParam"],
    )


def test_a_known_parameter_is_not_named(netsuite, netsuite_client):
    """limit and offset of a list, select of the catalog."""
    netsuite.records.add("customer")
    netsuite.behaviour.unknown_query_parameter = "refused"

    for url in (f"{CUSTOMER}?limit=5&offset=0", f"{CATALOG}?select=customer"):
        assert 200 == netsuite_client.get(url).status_code
        assert not netsuite.audit_trail[-1].cause


# -- links and texts ---------------------------------------------------------------------------------------------------


def test_links_are_those_that_were_captured(netsuite, netsuite_client):
    """Self is as it was asked for and has a method; the others keep the parameters (keboola/ex-netsuite-http)."""
    for _ in range(5):
        netsuite.records.add("customer")
    query = "limit=2&offset=2&q=id+BETWEEN+%5B1%2C+9%5D"

    page = netsuite_client.get(f"{CUSTOMER}?{query}").json

    def at(offset):
        return f"{CUSTOMER}?{query.replace('offset=2', f'offset={offset}')}"

    assert [
        {"rel": "previous", "href": at(0)},
        {"rel": "first", "href": at(0)},
        {"rel": "next", "href": at(4)},
        {"rel": "last", "href": at(4)},
        {"rel": "self", "href": at(2), "method": "GET"},
    ] == page["links"]
    assert [{"rel": "self", "href": f"{CUSTOMER}/3", "method": "GET"}] == page["items"][0]["links"]
    assert [{"rel": "self", "href": CUSTOMER, "method": "GET"}] == netsuite_client.get(CUSTOMER).json["links"]
    one = netsuite_client.get(f"{CUSTOMER}/1?expandSubResources=true").json
    assert [{"rel": "self", "href": f"{CUSTOMER}/1?expandSubResources=true", "method": "GET"}] == one["links"]


def test_a_page_of_suiteql(netsuite, netsuite_client):
    """Its self link is a POST, and the preference was applied (captured in 2026)."""
    netsuite.suiteql("SELECT 1", [{"n": "1"}, {"n": "2"}])

    answer = netsuite_client.post(f"{SUITEQL}?limit=1", json={"q": "SELECT 1"}, headers=TRANSIENT)

    assert {"rel": "self", "href": f"{SUITEQL}?limit=1", "method": "POST"} == answer.json["links"][-1]
    assert f"{SUITEQL}?limit=1&offset=1" == answer.json["links"][0]["href"]
    assert "transient" == answer.headers["Preference-Applied"]
    assert answer.text.endswith("}\n")


def test_a_type_that_is_none(netsuite, netsuite_client):
    """404 with o:errorUrl between detail and code (captured in 2026)."""
    answer = netsuite_client.get(f"{ROOT}record/v1/file")

    assert 404 == answer.status_code
    assert [
        ("detail", "Record type 'file' does not exist."),
        ("o:errorUrl", "/services/rest/record/v1/file"),
        ("o:errorCode", "NONEXISTENT_ID"),
    ] == list(details(answer).items())
    netsuite.verify()


# -- SuiteQL that nobody can parse -------------------------------------------------------------------------------------

LOOSE = [
    "SELECT 'a FROM customer",
    "SELECT id FROM customer WHERE name = 'O'Brien'",
    'SELECT "id FROM customer',
    "SELECT COUNT(id FROM customer",
    "SELECT COUNT(id)) FROM customer",
    "SELECT )( FROM customer",
    "SELECT {d '2026-01-01' FROM customer",
    "SELECT id] FROM customer",
    "SELECT (id} FROM customer",
    "SELECT id /* FROM customer",
    "SELECT q'[it's ' FROM customer",
    "SELECT (q'<)>' FROM customer",
]
TIGHT = [
    "SELECT 'It''s (' FROM customer",
    """SELECT "a'b" FROM customer WHERE x = '"'""",
    "SELECT id -- don't (\nFROM customer",
    "SELECT /* it's ( */ id FROM customer",
    "SELECT COUNT((id)) FROM customer WHERE d = {d '2026-01-01'}",
    "SELECT '' FROM customer",
    "SELECT q'[it's (]' FROM customer",
    "SELECT nQ'!it's!', Q'{a'b(}' FROM customer",
    "SELECT id FROM customer WHERE q='a(b'",
]


@pytest.mark.parametrize("query", LOOSE)
@pytest.mark.parametrize("answered", ["pattern", "function", "text"])
def test_a_loose_quote_or_bracket_is_400(netsuite, netsuite_client, query, answered):
    """Whatever answers it (captured of another syntax error: keboola/ex-netsuite-http)."""
    said = {"pattern": (re.compile("customer"), []), "function": (re.compile(""), lambda _: []), "text": (query, [])}
    netsuite.suiteql(*said[answered])

    answer = netsuite_client.post(SUITEQL, json={"q": query}, headers=TRANSIENT)

    found = details(answer)
    start = (
        "Invalid search query. Detailed unprocessed description follows. Search error occurred: Failed to parse SQL ["
    )
    assert (400, "INVALID_PARAMETER", "q") == (answer.status_code, found["o:errorCode"], found["o:errorQueryParam"])
    assert found["detail"].startswith(f"{start}{query}]")
    assert netsuite.audit_trail[-1].cause.startswith("NetSuite could not parse the query: the ")
    netsuite.verify()


@pytest.mark.parametrize("query", TIGHT)
def test_what_can_be_parsed_is_answered(netsuite, netsuite_client, query):
    """Quotes in comments, brackets in quotes."""
    netsuite.suiteql(re.compile("customer"), [])

    assert 200 == netsuite_client.post(SUITEQL, json={"q": query}, headers=TRANSIENT).status_code


def test_a_long_query_is_looked_through_once():
    """A million characters of beginnings are refused at the first."""
    assert "the comment at character 1 is never closed" == unparsed("/* " * 500_000)
    assert "the ( at character 500000 is never closed" == unparsed("(" * 500_000)
    assert "the quote at character 1 is never closed" == unparsed("q'[" * 300_000)
    assert unparsed("q'[ ]'" * 200_000) is None


# -- respond-async -----------------------------------------------------------------------------------------------------


def test_a_job_can_be_asked_for(netsuite, netsuite_client):
    """202 with its URL, then status, tasks and result (Oracle chapter_161251386312 and its subsections)."""
    answer = netsuite_client.post(CUSTOMER, json={"companyName": "A"}, headers=ASYNC)

    here = f"{ROOT}async/v1/job/1"
    assert (202, b"", "respond-async", here) == (
        answer.status_code,
        answer.data,
        answer.headers["Preference-Applied"],
        answer.headers["Location"],
    )
    assert "A" == netsuite.records["customer"]["1"]["companyName"]
    job = netsuite_client.get(here).json
    assert (True, "1", "succeeded") == (job["completed"], job["id"], job["progress"])
    assert f"{here}/task" == job["task"]["links"][0]["href"]
    for slash in ("", "/"):
        tasks = netsuite_client.get(f"{here}/task{slash}").json
        assert [f"{here}/task/1"] == [link["href"] for item in tasks["items"] for link in item["links"]]
    task = netsuite_client.get(f"{here}/task/1").json
    assert {"related": f"{here}/task/1/result", "self": f"{here}/task/1"} == {
        link["rel"]: link["href"] for link in task["links"]
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", task["startTime"])
    assert task["startTime"] <= task["endTime"]
    result = netsuite_client.get(f"{here}/task/1/result")
    assert (204, f"{CUSTOMER}/1") == (result.status_code, result.headers["Location"])
    netsuite.verify()


@pytest.mark.parametrize(
    "prefer", ["respond-async", "Respond-Async", "respond-async, wait=10", "return=minimal; respond-async"]
)
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_any_request_can_be_asynchronous(netsuite, netsuite_client, prefer, method):
    """Oracle chapter_161251386312."""
    netsuite.records.add("customer", {"companyName": "A"})

    answer = netsuite_client.open(f"{CUSTOMER}/1", method=method, json={"phone": "1"}, headers={"Prefer": prefer})

    assert 202 == answer.status_code
    result = netsuite_client.get(f"{answer.headers['Location']}/task/1/result")
    assert (200 if method == "GET" else 204) == result.status_code


def test_an_asynchronous_query_keeps_its_result(netsuite, netsuite_client):
    """SuiteQL needs its own preference beside, and may be sent as two headers."""
    netsuite.suiteql("SELECT 1", [{"n": "1"}])

    answer = netsuite_client.post(
        SUITEQL, json={"q": "SELECT 1"}, headers=[("Prefer", "transient"), ("Prefer", "respond-async")]
    )

    result = netsuite_client.get(f"{answer.headers['Location']}/task/1/result")
    assert [{"links": [], "n": "1"}] == result.json["items"]


def test_a_job_that_failed(netsuite, netsuite_client):
    """The error is its result."""
    location = netsuite_client.get(f"{CUSTOMER}/5", headers=ASYNC).headers["Location"]

    assert "failed" == netsuite_client.get(location).json["progress"]
    assert 404 == netsuite_client.get(f"{location}/task/1/result").status_code


@pytest.mark.parametrize("path", ["9", "9/task", "9/task/1", "9/task/1/result", "1/task/2", "1/task/2/result"])
def test_an_unknown_job_is_404(netsuite, netsuite_client, path):
    """As any record that is not there."""
    netsuite_client.get(CUSTOMER, headers=ASYNC)

    assert 404 == netsuite_client.get(f"{ROOT}async/v1/job/{path}").status_code


def test_an_idempotency_key_is_used_once(netsuite, netsuite_client):
    """A second request with it is refused, and told the first one's job (Oracle subsect_164494900632)."""
    headers = {**ASYNC, "X-NetSuite-Idempotency-Key": str(uuid.uuid4())}
    first, second = (netsuite_client.post(CUSTOMER, json={}, headers=headers) for _ in range(2))

    assert [202, 400] == [first.status_code, second.status_code]
    assert first.headers["Location"] == second.headers["Location"]
    assert ("Conflict", "IDEMPOTENCY_ERROR") == (second.json["title"], details(second)["o:errorCode"])
    assert 1 == len(netsuite.records["customer"])
    headers["Prefer"] = "return=minimal"
    assert 204 == netsuite_client.post(CUSTOMER, json={}, headers=headers).status_code


def test_jobs_are_bounded():
    """In number and in bytes; the newest stay."""
    many, large = Jobs(), Jobs()
    for _ in range(1_200):
        many.finish(many.start(0.0), 0.0, 200, [], b"")
    for _ in range(5):
        large.finish(large.start(0.0), 0.0, 200, [], b"x" * (5 << 20))

    assert [None, True] == [many.find("200"), many.find("201") is not None]
    assert [None, True] == [large.find("2"), large.find("3") is not None]


# -- the metadata catalog ----------------------------------------------------------------------------------------------

FIELDS = {
    "companyName": "Acme",
    "isInactive": False,
    "balance": 1.5,
    "reminderDays": 3,
    "startDate": "2026-01-31",
    "dateCreated": "2024-04-09T10:08:00Z",
    "custentity_note": "x",
    "subsidiary": {"id": "1", "refName": "Parent"},
    "addressBook": {"items": [{"label": "Home", "defaultBilling": True}]},
}
# Captured of a real customer in July 2026 (keboola/ex-netsuite-http).
CAPTURED = {
    "companyName": ("string", None, None),
    "isInactive": ("boolean", None, None),
    "balance": ("number", "double", None),
    "reminderDays": ("integer", "int64", None),
    "startDate": ("string", "date", None),
    "dateCreated": ("string", "date-time", None),
    "custentity_note": ("string", None, True),
    "subsidiary": ("object", None, None),
    "addressBook": ("object", None, None),
    "id": ("string", None, None),
    "externalId": ("string", None, None),
    "refName": ("string", None, None),
    "links": ("array", None, None),
}


def seen(schema):
    return {
        name: (field["type"], field.get("format"), field.get("x-ns-custom-field"))
        for name, field in schema["properties"].items()
    }


@pytest.mark.parametrize("type_", ["customer", "Customer"])
@pytest.mark.parametrize("accept", ["", "application/schema+json", "application/json"])
def test_a_schema_is_made_of_the_records(netsuite, netsuite_client, type_, accept):
    """Of the shape that was captured, and valid."""
    netsuite.records.add("customer", {"companyName": "Acme"})
    netsuite.records.add("customer", FIELDS)

    answer = netsuite_client.get(f"{CATALOG}/{type_}", headers={"Accept": accept})

    schema = answer.json
    assert "application/schema+json; charset=UTF-8" == answer.content_type
    assert ["type", "properties", "$schema", "x-ns-filterable"] == list(schema)
    assert CAPTURED == seen(schema)
    assert {"title": "Company Name", "type": "string", "nullable": True} == schema["properties"]["companyName"]
    assert {"id", "refName", "externalId", "links"} == set(schema["properties"]["subsidiary"]["properties"])
    lines = schema["properties"]["addressBook"]["properties"]["items"]["items"]
    assert {"label", "defaultBilling", "links"} == set(lines["properties"])
    assert {*CAPTURED} - {"links", "refName", "addressBook"} == set(schema["x-ns-filterable"])
    jsonschema.Draft6Validator.check_schema(schema)
    netsuite.verify()


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        ([1, 2.5], "number"),
        ([True, 1], "string"),
        ([1, "a"], "string"),
        ([None], "string"),
        ([None, True], "boolean"),
        (["2026-01-01", "soon"], "string"),
        ([{"a": 1}, "a"], "string"),
        ([["a"]], "array"),
    ],
)
def test_a_field_of_many_values(netsuite, netsuite_client, values, type_):
    """The narrowest type that all of them have."""
    for value in values:
        netsuite.records.add("customer", {"x": value})

    field = netsuite_client.get(f"{CATALOG}/customer").json["properties"]["x"]

    assert (type_, None) == (field["type"], None if type_ == "number" else field.get("format"))


def test_what_lies_deep_in_a_record_is_no_trouble(netsuite, netsuite_client):
    """A schema ends where nobody looks any more."""
    deep = "end"
    for _ in range(60):
        deep = {"a": [deep]}
    netsuite.records.add("customer", {"deep": deep})

    assert 200 == netsuite_client.get(f"{CATALOG}/customer").status_code


@pytest.mark.parametrize(
    ("url", "accept"),
    [
        (f"{CATALOG}?select=customer", "application/swagger+json"),
        (f"{CATALOG}?select=customer", ""),
        (f"{CATALOG}/?select=customer", "application/json"),
        (f"{CATALOG}/customer", "application/swagger+json"),
        (CATALOG, "application/swagger+json"),
    ],
)
def test_openapi_of_a_type(netsuite, netsuite_client, url, accept):
    """What can be done, and the schema in components (Oracle section_1545126526)."""
    netsuite.records.add("customer", FIELDS)

    answer = netsuite_client.get(url, headers={"Accept": accept})

    found = answer.json
    assert "application/swagger+json; charset=UTF-8" == answer.content_type
    assert found["openapi"].startswith("3.0.")
    assert {"get", "post"} == set(found["paths"]["/customer"])
    assert CAPTURED == seen(found["components"]["schemas"]["customer"])
    assert "companyName" in found["components"]["schemas"]["customer"]["x-ns-filterable"]
    taken = found["paths"]["/customer"]["get"]["responses"]["200"]["content"]
    media_type = "application/vnd.oracle.resource+json; type=collection"
    assert {"$ref": "#/components/schemas/customerCollection"} == taken[media_type]["schema"]
    wanted = set(re.findall('"#/components/schemas/([^"]+)"', json.dumps(found)))
    assert wanted <= set(found["components"]["schemas"])
    netsuite.verify()


def test_openapi_of_several_types(netsuite, netsuite_client):
    """As many as are selected, spelt as they were."""
    for type_ in ("customer", "salesOrder", "invoice"):
        netsuite.records.add(type_)

    found = netsuite_client.get(f"{CATALOG}?select=customer,%20salesorder").json

    assert {"customer", "salesorder"} == {path.split("/")[1] for path in found["paths"]}


def test_the_list_of_types(netsuite, netsuite_client):
    """As captured in July 2026: four links of each, names in lower case (keboola/ex-netsuite-http)."""
    netsuite.records.add("salesOrder")

    answer = netsuite_client.get(f"{CATALOG}/")

    here = f"{CATALOG}/salesorder"
    assert {
        "items": [
            {
                "name": "salesorder",
                "links": [
                    {"rel": "canonical", "href": here, "mediaType": "application/schema+json"},
                    {"rel": "alternate", "href": here, "mediaType": "application/swagger+json"},
                    {"rel": "alternate", "href": here, "mediaType": "application/schema+json"},
                    {"rel": "describes", "href": f"{ROOT}record/v1/salesorder", "mediaType": "application/json"},
                ],
            }
        ],
        "links": [{"rel": "canonical", "href": f"{CATALOG}/", "mediaType": "application/json"}],
    } == answer.json
    assert 200 == netsuite_client.get(f"{CATALOG}/nsLink").status_code


@pytest.mark.parametrize("url", [f"{CATALOG}/invoice", f"{CATALOG}?select=customer,invoice"])
def test_a_type_without_records_has_no_schema(netsuite, netsuite_client, url):
    """Nobody knows its fields: it fails the test, and says what helps."""
    netsuite.records.add("customer")

    assert (404, "Record type 'invoice' does not exist.") == (
        netsuite_client.get(url).status_code,
        details(netsuite_client.get(url))["detail"],
    )
    with pytest.raises(AssertionError, match=r"asked for 'invoice', of which there is no record: netsuite.records.add"):
        netsuite.verify()


# -- headers and compression -------------------------------------------------------------------------------------------

# Captured on 22 answers in March 2026 (julienchriqui-okkoer/netsuite-mcp-server), but akamai-grn.
HEADERS = {
    "Cache-Control": "No-Cache",
    "Pragma": "No-Cache",
    "Expires": "0",
    "Strict-Transport-Security": "max-age=31536000",
    "Vary": "User-Agent, Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}


def test_the_headers_of_2026(netsuite, netsuite_client):
    """On 200, 204, 400, 404 and 401 alike; no cookie, no P3P; two random ids."""
    netsuite.records.add("customer")
    answers = [
        netsuite_client.get(CUSTOMER),
        netsuite_client.patch(f"{CUSTOMER}/1", json={}),
        netsuite_client.post(CUSTOMER, data="{"),
        netsuite_client.get(f"{CUSTOMER}/5"),
    ]
    with netsuite.expect_refusal("token_rejected"):
        netsuite.token.revoke()
        answers.append(netsuite_client.get(CUSTOMER))

    assert [200, 204, 400, 404, 401] == [answer.status_code for answer in answers]
    for answer in answers:
        assert HEADERS.items() <= dict(answer.headers).items()
        assert not {"set-cookie", "p3p", "akamai-grn", "server", "connection"} & {
            name.lower() for name, _ in answer.headers
        }
    for name in ("X-NetSuite-JobId", "X-N-OperationId"):
        assert 5 == len({uuid.UUID(answer.headers[name]) for answer in answers})


def test_other_channels_keep_their_headers(netsuite, netsuite_client):
    """A RESTlet's answer has none of these."""
    answer = netsuite_client.get("/app/site/hosting/restlet.nl?script=1&deploy=1", headers={"Accept-Encoding": "gzip"})

    assert {"P3P", "Set-Cookie", "x-n-operationid"} <= set(answer.headers.keys())
    assert not {"X-NetSuite-JobId", "Content-Encoding"} & set(answer.headers.keys())


def test_what_a_test_says_of_a_header_stands(netsuite, netsuite_client):
    """An expectation's own Cache-Control is not sent twice."""
    netsuite.expect_request("/services/rest/record/v1/customer").respond_with_data(
        "x", headers={"Cache-Control": "max-age=1"}
    )

    assert ["max-age=1"] == netsuite_client.get(CUSTOMER).headers.getlist("Cache-Control")


@pytest.mark.parametrize(
    ("accept", "is_gzip"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("gzip, deflate, br", True),
        ("gzip;q=0.5", True),
        ("br;q=1, gzip;q=0.2", True),
        ("*", True),
        ("gzip, identity", True),
        ("identity;q=0, gzip;q=0.1", True),
        ("", False),
        ("identity", False),
        ("br", False),
        ("gzip;q=0", False),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("identity, gzip;q=0.5", False),
        ("identity;q=0, *;q=0", False),
        ("gzip;q=nonsense", False),
    ],
)
def test_gzip_for_whoever_offers_it(netsuite, netsuite_client, accept, is_gzip):
    """RFC 9110 section 12.5.3; what is in it is the same, and its length is right."""
    netsuite.records.add("customer")
    plain = netsuite_client.get(f"{CUSTOMER}/1").data

    answer = netsuite_client.get(f"{CUSTOMER}/1", headers={"Accept-Encoding": accept})

    assert ("gzip" if is_gzip else None) == answer.headers.get("Content-Encoding")
    assert len(answer.data) == int(answer.headers["Content-Length"])
    assert plain == (gzip.decompress(answer.data) if is_gzip else answer.data)
    assert plain == netsuite.log[-1][1].data


def test_what_is_not_compressed():
    """An empty body, one of unknown length, one that has a coding."""
    replies = [
        Reply(status=204),
        Reply.of(b""),
        Reply(body=iter([b"a"])),
        Reply.of(b"a", headers={"Content-Encoding": "br"}),
    ]

    for reply in replies:
        sent = compressed(reply, "gzip")
        assert (reply.headers, reply.body) == (sent.headers, sent.body)


def test_errors_and_expectations_are_compressed_too(netsuite, netsuite_client):
    """Every captured answer was (netsuite-mcp-server), and a test's own is one of the service."""
    netsuite.expect_request("/services/rest/record/v1/customer").respond_with_data("own " * 99)

    own, missing, head = (
        netsuite_client.open(url, method=method, headers={"Accept-Encoding": "gzip"})
        for method, url in (("GET", CUSTOMER), ("GET", f"{CUSTOMER}/9"), ("HEAD", f"{CUSTOMER}/9"))
    )

    assert b"own " * 99 == gzip.decompress(own.data)
    assert (404, b'{"type":') == (missing.status_code, gzip.decompress(missing.data)[:8])
    assert (405, b"", "gzip") == (head.status_code, head.data, head.headers["Content-Encoding"])


@pytest.mark.parametrize("library", ["requests", "httpx"])
def test_clients_unpack_it_and_keep_their_connection(library):
    """requests and httpx offer gzip by themselves; an error does not end the connection."""
    with NetSuiteServer(Account()) as netsuite:
        client = getattr(netsuite.credentials, library)()
        url = f"{netsuite.url}/services/rest/record/v1/customer"
        answers = [
            client.post(url, content=b"{") if library == "httpx" else client.post(url, data=b"{"),
            client.get(url),
            client.head(url),
            client.get(f"{url}/9"),
        ]
        client.close()

    assert [400, 200, 405, 404] == [answer.status_code for answer in answers]
    assert ["gzip"] * 4 == [answer.headers["Content-Encoding"] for answer in answers]
    assert 0 == answers[1].json()["totalResults"]
    assert not any("close" in answer.headers.get("Connection", "") for answer in answers)


def test_a_body_nested_deep_is_kept(netsuite, netsuite_client):
    """Whatever JSON can hold; what it cannot is said without a traceback."""
    nested = '{"a":' * 400 + "1" + "}" * 400

    assert 204 == netsuite_client.post(CUSTOMER, data=nested).status_code
    assert 200 == netsuite_client.get(f"{CUSTOMER}/1").status_code
    looped = {}
    looped["a"] = looped
    with pytest.raises(ValueError, match="values that JSON can hold"):
        netsuite.records.add("customer", looped)
