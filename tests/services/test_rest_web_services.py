"""REST web services: who is let in, what the client sees, the record store and SuiteQL."""

import re
import threading
import tomllib
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import jsonschema
import pytest
from support.passports import right
from support.signing import oauth_parameters, signature
from werkzeug.test import Client

from pytest_netsuite_tba import Account, NetSuiteServer
from pytest_netsuite_tba.account.schema import json_schema
from pytest_netsuite_tba.account.seed import SeedError, parse
from pytest_netsuite_tba.login.refusals import REFUSALS
from pytest_netsuite_tba.oauth1.header import format_authorization

HOST = "1234567-sb1.suitetalk.api.netsuite.com"
BASE = f"https://{HOST}/services/rest"
CUSTOMER = f"{BASE}/record/v1/customer"
SUITEQL = f"{BASE}/query/v1/suiteql"
ERROR_TYPE = "application/vnd.oracle.resource+json; type=error; charset=UTF-8"
CHALLENGE = 'OAuth realm="1234567_SB1", error="token_rejected", error_description="Invalid login attempt."'
# Captured: docs/rules.md 3.4.
UNAUTHORIZED = (
    '{"type":"https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.2","title":"Unauthorized","status":401,'
    '"o:errorDetails":[{"detail":"Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI at '
    'Setup > Users/Roles > User Management > View Login Audit Trail.","o:errorCode":"INVALID_LOGIN"}]}\n'
)
TRANSIENT = {"Prefer": "transient"}


def seen(answer):
    """Status, error code and the parameter or header that it names."""
    (details,) = answer.json["o:errorDetails"]
    return answer.status_code, details["o:errorCode"], details.get("o:errorQueryParam") or details.get("o:errorHeader")


# -- the login ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wanted",
    [refusal.id for refusal in REFUSALS if "rest" in refusal.channels and not refusal.answers and refusal.row > 1],
)
def test_every_refused_login_is_one_answer(netsuite, netsuite_client, wanted):
    """Any TBA failure is the same 401 with the constant challenge, HMAC-SHA1 included (docs/rules.md 3.3, 3.4)."""
    netsuite.arrange_refusal(wanted)

    answer = netsuite_client.get(CUSTOMER)

    assert (401, UNAUTHORIZED, ERROR_TYPE, CHALLENGE) == (
        answer.status_code,
        answer.text,
        answer.content_type,
        answer.headers["WWW-Authenticate"],
    )
    (attempt,) = netsuite.audit_trail
    assert ("rest", wanted, "INVALID_LOGIN", 401) == (
        attempt.channel,
        attempt.refusal.id,
        attempt.code,
        attempt.http_status,
    )


@pytest.mark.parametrize("channel", ["rest", "soap"])
@pytest.mark.parametrize(
    "wanted", [refusal.id for refusal in REFUSALS if {"restlet", "rest", "soap"} <= set(refusal.channels)]
)
def test_a_refusal_tells_its_answer_in_each_channel(netsuite, netsuite_client, wanted, channel):
    """What netsuite_refusal has for RESTlets, settled() has for web services."""
    envelope = right(netsuite.token, timestamp=int(netsuite.clock.client_now()))
    refusal = netsuite.arrange_refusal(wanted).settled(netsuite.behaviour, channel)

    if channel == "rest":
        answer = netsuite_client.get(CUSTOMER)
    else:
        answer = netsuite_client.post(f"https://{HOST}/services/NetSuitePort_2024_1", data=envelope)

    assert (wanted, refusal.status) == (netsuite.audit_trail[-1].refusal.id, answer.status_code)
    assert not refusal.message or refusal.message in answer.text


@pytest.mark.parametrize(
    ("made", "detail"),
    [
        ({"oauth_signature_method": "HMAC-SHA1"}, "UnknownAlgorithm"),
        ({"oauth_nonce": "short"}, None),
        ({"oauth_version": "2.0"}, None),
        ({"oauth_token": ""}, None),
        ({"oauth_token": "f" * 64}, "token_rejected"),
        ({"oauth_timestamp": "1"}, "InvalidTimestamp"),
    ],
)
def test_the_trail_names_details_as_this_channel_does(netsuite, netsuite_client, made, detail):
    """Some details of RESTlets have no counterpart in REST (Oracle subsect_156935170194)."""
    pairs = oauth_parameters(netsuite, **made)
    pairs["oauth_signature"] = signature(netsuite, pairs, host=HOST, path="/services/rest/record/v1/customer", query="")
    header = format_authorization(pairs.items(), realm="1234567_SB1")
    with netsuite.expect_refusal(count=1):
        answer = netsuite_client.get(CUSTOMER, headers={"Authorization": header})

    assert (401, UNAUTHORIZED) == (answer.status_code, answer.text)
    assert detail == netsuite.audit_trail[-1].detail


def test_a_replay_is_nonce_used_in_camel_case(netsuite):
    """REST and SOAP say NonceUsed where RESTlets say nonce_used."""
    header = netsuite.credentials.authorization("GET", CUSTOMER)
    client = netsuite.credentials.client()
    with netsuite.expect_refusal("nonce_used", count=1):
        answers = [client.get(CUSTOMER, headers={"Authorization": header}) for _ in range(2)]

    assert [200, 401] == [answer.status_code for answer in answers]
    assert "NonceUsed" == netsuite.audit_trail[-1].detail


@pytest.mark.parametrize("permissions", [["Log in using Access Tokens"], ["REST Web Services"]])
def test_a_missing_permission_is_a_400_of_its_own(netsuite, netsuite_client, permissions):
    """Without REST Web Services or Log in using Access Tokens: 400 USER_ERROR, or 401 (docs/rules.md 3.4)."""
    netsuite.role.permissions = permissions
    with netsuite.expect_refusal("permission_denied", count=2):
        answer = netsuite_client.get(CUSTOMER)
        netsuite.behaviour.rest_permission_code = "INVALID_LOGIN"
        other = netsuite_client.get(CUSTOMER)

    assert {
        "type": "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.1",
        "title": "Bad Request",
        "status": 400,
        "o:errorDetails": [
            {
                "detail": "Your current role does not have permission to perform this action.",
                "o:errorCode": "USER_ERROR",
            }
        ],
    } == answer.json
    assert "WWW-Authenticate" not in answer.headers
    assert (401, UNAUTHORIZED) == (other.status_code, other.text)


def test_a_restlet_needs_no_permission_of_rest(netsuite, netsuite_client):
    """Each channel asks for its own permission."""
    netsuite.role.permissions = ["Log in using Access Tokens", "SuiteScript"]

    assert 200 == netsuite_client.get("/app/site/hosting/restlet.nl?script=1&deploy=1").status_code
    netsuite.role.permissions = ["Log in using Access Tokens", "REST Web Services"]
    assert 200 == netsuite_client.get(CUSTOMER).status_code


def test_the_feature_switch(netsuite, netsuite_client):
    """Switched off, REST web services refuse and RESTlets do not."""
    netsuite.account.features.rest_web_services = False
    with netsuite.expect_refusal("FeatureDisabled", count=1):
        answer = netsuite_client.get(CUSTOMER)

    assert (401, UNAUTHORIZED) == (answer.status_code, answer.text)
    assert "REST Web Services" in netsuite.audit_trail[-1].cause
    assert 200 == netsuite_client.get("/app/site/hosting/restlet.nl?script=1&deploy=1").status_code


def test_a_bearer_token_gets_bearers_challenge(netsuite):
    """OAuth 2.0's own challenge for its own scheme (Oracle subsect_158521885412)."""
    with netsuite.expect_refusal("other-scheme"):
        answer = Client(netsuite.wsgi_app).get(
            "/services/rest/record/v1/customer",
            base_url=f"https://{HOST}",
            headers={"Authorization": "Bearer x"},
        )

    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="1234567_SB1", error="invalid_token"')


@pytest.mark.parametrize("before_login", [False, True])
def test_a_busy_account(before_login):
    """Over the limit it is 429 CONCURRENCY_LIMIT_EXCEEDED, not the RESTlets' 400 (docs/rules.md 4.8)."""
    with NetSuiteServer(Account(concurrency_limit=1)) as netsuite:
        netsuite.behaviour.concurrency_before_login = before_login
        inside, release = threading.Event(), threading.Event()

        def rows(_):
            inside.set()
            release.wait(10)
            return []

        netsuite.suiteql("SELECT 1", rows)
        client = netsuite.credentials.client()
        with ThreadPoolExecutor(1) as pool:
            # The store's own lock is not held while a function of the test runs.
            busy = pool.submit(client.post, SUITEQL, json={"q": "SELECT 1"}, headers=TRANSIENT)
            assert inside.wait(10)
            refused = netsuite.credentials.client().get(CUSTOMER)
            release.set()
            assert 200 == busy.result().status_code

    assert (429, "CONCURRENCY_LIMIT_EXCEEDED", None) == seen(refused)
    assert "Concurrent request limit exceeded. Request blocked." == refused.json["o:errorDetails"][0]["detail"]
    assert "Too Many Requests" == refused.json["title"]


# -- which host --------------------------------------------------------------------------------------------------


def test_rest_on_the_restlets_host(netsuite, netsuite_client):
    """It is refused there as RESTlets refuse: 401 INVALID_LOGIN_ATTEMPT (captured, docs/rules.md 3.4)."""
    with netsuite.expect_refusal("rest-on-restlets-host", count=1) as attempts:
        answer = netsuite_client.get(CUSTOMER.replace("suitetalk", "restlets"))

    assert (401, {"error": {"code": "INVALID_LOGIN_ATTEMPT", "message": "Invalid login attempt."}}) == (
        answer.status_code,
        answer.json,
    )
    (mistake,) = attempts[0].diagnosis.mistakes
    assert ("wrong-service-domain", True) == (mistake.id, HOST in mistake.cure)


@pytest.mark.parametrize(
    "url",
    [
        "https://1234567-sb1.restlets.api.netsuite.com/services/NetSuitePort_2024_1",
        "https://7654321.suitetalk.api.netsuite.com/services/rest/record/v1/customer",
        "https://system.netsuite.com/app/site/hosting/restlet.nl",
    ],
)
def test_what_is_at_no_such_host(netsuite, netsuite_client, url):
    """An invalid domain is a 403 (Oracle section_4634920277)."""
    with netsuite.expect_refusal("unknown-host", count=1):
        answer = netsuite_client.get(url)

    assert (403, b"") == (answer.status_code, answer.data)


def test_the_fakes_own_address_has_every_service(netsuite, netsuite_rest, netsuite_requests):
    """On loopback the path says which service is called."""
    netsuite_rest.post("record/v1/customer", json={"companyName": "Acme"})

    for url in ("record/v1/customer/1", "/record/v1/customer/1", "/services/rest/record/v1/customer/1"):
        answer = netsuite_rest.get(url)
        assert (200, "Acme") == (answer.status_code, answer.json()["companyName"])
    assert f"{netsuite.url}/services/rest/record/v1/customer/1" == answer.json()["links"][0]["href"]
    assert 200 == netsuite_requests.get(netsuite.restlet_url("customscript_echo", "customdeploy_echo")).status_code
    assert ["rest"] * 4 + ["restlet"] == [attempt.channel for attempt in netsuite.audit_trail]


# -- the record store --------------------------------------------------------------------------------------------


def test_a_records_life(netsuite, netsuite_client):
    """Create, read, change, delete: 204 with Location, and 404 NONEXISTENT_ID at the end."""
    created = netsuite_client.post(CUSTOMER, json={"companyName": "Acme", "subsidiary": {"id": "1"}})
    assert (204, b"", f"{CUSTOMER}/1") == (created.status_code, created.data, created.headers["Location"])

    read = netsuite_client.get(created.headers["Location"])
    assert "application/vnd.oracle.resource+json; type=singular; charset=UTF-8" == read.content_type
    assert {
        "links": [{"rel": "self", "href": f"{CUSTOMER}/1", "method": "GET"}],
        "id": "1",
        "companyName": "Acme",
        "subsidiary": {"id": "1"},
    } == read.json

    patched = netsuite_client.patch(f"{CUSTOMER}/1", json={"companyName": "Acme Ltd", "id": "99"})
    assert (204, f"{CUSTOMER}/1") == (patched.status_code, patched.headers["Location"])
    assert {"companyName": "Acme Ltd", "subsidiary": {"id": "1"}, "id": "1"} == netsuite.records["customer"]["1"]

    assert 204 == netsuite_client.delete(f"{CUSTOMER}/1").status_code
    gone = netsuite_client.get(f"{CUSTOMER}/1")
    assert (404, "NONEXISTENT_ID", None) == seen(gone)
    assert ERROR_TYPE == gone.content_type
    assert (
        "The record instance does not exist. Provide a valid record instance ID."
        == gone.json["o:errorDetails"][0]["detail"]
    )
    attempt = netsuite.audit_trail[-1]
    assert ("Success", 404, "NONEXISTENT_ID") == (attempt.status, attempt.http_status, attempt.code)


def test_upsert_by_external_id(netsuite, netsuite_client):
    """PUT to eid:... creates, then changes the same record; it is found by both ids."""
    for name in ("Acme", "Acme Ltd"):
        answer = netsuite_client.put(f"{CUSTOMER}/eid:C%2001", json={"companyName": name})
        assert (204, f"{CUSTOMER}/1") == (answer.status_code, answer.headers["Location"])

    assert [{"companyName": "Acme Ltd", "externalId": "C 01", "id": "1"}] == list(netsuite.records["customer"].values())
    for id_ in ("1", "eid:C%2001"):
        assert "Acme Ltd" == netsuite_client.get(f"{CUSTOMER}/{id_}").json["companyName"]
    assert 204 == netsuite_client.patch(f"{CUSTOMER}/eid:C%2001", json={"phone": "1"}).status_code
    assert 204 == netsuite_client.delete(f"{CUSTOMER}/eid:C%2001").status_code
    assert {} == netsuite.records["customer"]


def test_an_external_id_is_unique(netsuite, netsuite_client):
    """A second record with it is refused, and nothing has changed."""
    netsuite.records.add("customer", {"externalId": "A"})
    netsuite.records.add("customer", {"externalId": "B", "phone": "1"})
    before = repr(dict(netsuite.records["customer"]))

    answers = [
        netsuite_client.post(CUSTOMER, json={"externalId": "A"}),
        netsuite_client.patch(f"{CUSTOMER}/2", json={"phone": "2", "externalId": "A"}),
    ]

    assert [(400, "USER_ERROR", None)] * 2 == [seen(answer) for answer in answers]
    assert before == repr(dict(netsuite.records["customer"]))


def test_pages(netsuite, netsuite_client):
    """limit and offset choose a page; its links lead to the others (Oracle section_156414087576)."""
    for number in range(5):
        netsuite.records.add("salesOrder", {"tranId": f"SO{number}"})
    url = f"{BASE}/record/v1/salesOrder"

    pages = [netsuite_client.get(f"{url}?limit=2&offset={offset}").json for offset in (0, 2, 4)]

    assert [["1", "2"], ["3", "4"], ["5"]] == [[record["id"] for record in page["items"]] for page in pages]
    assert [(2, True, 0, 5), (2, True, 2, 5), (1, False, 4, 5)] == [
        (page["count"], page["hasMore"], page["offset"], page["totalResults"]) for page in pages
    ]
    assert [
        {"next": 2, "last": 4, "self": 0},
        {"first": 0, "previous": 0, "next": 4, "last": 4, "self": 2},
        {"first": 0, "previous": 2, "self": 4},
    ] == [{link["rel"]: int(link["href"].rpartition("offset=")[2]) for link in page["links"]} for page in pages]
    assert {"links": [{"rel": "self", "href": f"{url}/1", "method": "GET"}], "id": "1"} == pages[0]["items"][0]
    assert 5 == netsuite_client.get(url).json["count"]
    assert 0 == netsuite_client.get(f"{BASE}/record/v1/invoice").json["totalResults"]


@pytest.mark.parametrize(("total", "last"), [(3, 2), (4, 2), (5, 4), (6, 4)])
def test_the_last_page_is_never_empty(netsuite, netsuite_client, total, last):
    """Where the total divides evenly, the last page is the one that ends with it."""
    for _ in range(total):
        netsuite.records.add("invoice", {})

    page = netsuite_client.get(f"{BASE}/record/v1/invoice?limit=2").json

    assert [last] == [int(link["href"].rpartition("=")[2]) for link in page["links"] if link["rel"] == "last"]


def test_types_have_no_case_and_their_first_spelling_is_kept(netsuite, netsuite_client):
    """salesorder is salesOrder."""
    netsuite.records.add("salesOrder", id=7)

    assert 200 == netsuite_client.get(f"{BASE}/record/v1/salesorder/7").status_code
    assert ["salesOrder"] == list(netsuite.records)
    catalog = netsuite_client.get(f"{BASE}/record/v1/metadata-catalog").json
    assert [("salesorder", f"{BASE}/record/v1/metadata-catalog/salesorder")] == [
        (record_type["name"], record_type["links"][0]["href"]) for record_type in catalog["items"]
    ]


@pytest.mark.parametrize(
    ("what", "message"),
    [
        (lambda r: r.add("sales order"), "letters, digits and underscores"),
        (lambda r: r.add("customer", id="x1"), "digits"),
        (lambda r: r.add("customer", id=1), "an id that no other has"),
        (lambda r: r.add("customer", {"externalId": "A"}), "one that no other has"),
        (lambda r: r.add("customer", {"when": object()}), "values that JSON can hold"),
        (lambda r: r.answer_suiteql("x", [1]), "a dict of JSON values"),
    ],
)
def test_a_store_says_what_it_cannot_hold(netsuite, what, message):
    """An error names the value and what is valid; nothing has changed."""
    netsuite.records.add("customer", {"externalId": "A"}, id=1)

    with pytest.raises(ValueError, match=message):
        what(netsuite.records)
    assert ["1"] == list(netsuite.records["customer"])


def test_each_test_has_a_store_of_its_own(netsuite, netsuite_account):
    """A record that a test adds is not in the account that the next test starts from."""
    netsuite.records.add("customer")

    assert 0 == len(netsuite_account.web_services)
    assert 0 == len(netsuite.account.copy().web_services) - 1


SEED = """
[[web_services.records]]
type = "customer"
id = 7
fields = { companyName = "Acme", externalId = "C-1" }

[[web_services.records]]
type = "customer"

[[web_services.suiteql]]
query = "SELECT 1"
rows = [{ n = "1" }]

[[web_services.soap]]
operation = "get"
xml = "<done/>"
"""


def test_an_account_file_fills_the_store():
    """For a fake that is started from the shell."""
    (account,) = parse(SEED, "account.toml")

    assert {
        "7": {"companyName": "Acme", "externalId": "C-1", "id": "7"},
        "8": {"id": "8"},
    } == account.web_services["customer"]
    assert [{"n": "1"}] == account.web_services.rows_of("SELECT  1")
    assert {"get": "<done/>"} == account.web_services.operations
    jsonschema.validate(tomllib.loads(SEED), json_schema())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("id = 7", "web_services.records[1]: 7 is not valid; expected an id that no other has"),
        ('fields = { externalId = "C-1" }', "web_services.records[1]: 'C-1' is not valid; expected one that no other"),
        ("fields = { a = 1979-05-27 }", "web_services.records[1].fields.a: 1979-05-27 is not valid; JSON cannot hold"),
        ("fields = 1", "web_services.records[1]: 1 is not valid; expected a dict of JSON values"),
        ('feilds = { a = "b" }', "web_services.records[1].feilds: unknown key; did you mean 'fields'?"),
    ],
)
def test_an_account_file_says_what_is_wrong(line, message):
    """With the table and the key."""
    with pytest.raises(SeedError) as wrong:
        parse(
            SEED.replace(
                'type = "customer"\n\n[[web_services.suiteql', f'type = "customer"\n{line}\n[[web_services.suiteql'
            ),
            "account.toml",
        )

    assert f"account.toml: {message}" in str(wrong.value)


# -- SuiteQL -----------------------------------------------------------------------------------------------------


def suiteql(client, query, url=SUITEQL, **headers):
    return client.post(url, json={"q": query}, headers=headers or TRANSIENT)


def test_suiteql_gives_the_rows_of_the_latest_answer_that_fits(netsuite, netsuite_client):
    """White space does not count; a pattern is searched; a function gets the query."""
    netsuite.suiteql(re.compile("FROM customer", re.IGNORECASE), [{"id": "1"}])
    netsuite.suiteql("SELECT id\n  FROM customer WHERE id = 2", [{"id": "2"}])
    netsuite.suiteql(re.compile("FROM item"), lambda query: [{"query": query}])

    answer = suiteql(netsuite_client, "SELECT id FROM customer")
    assert [{"links": [], "id": "1"}] == answer.json["items"]
    assert "application/vnd.oracle.resource+json; type=collection; charset=UTF-8" == answer.content_type
    assert "2" == suiteql(netsuite_client, "SELECT id FROM customer  WHERE id = 2 ").json["items"][0]["id"]
    assert "SELECT 1 FROM item" == suiteql(netsuite_client, "SELECT 1 FROM item").json["items"][0]["query"]


SAID = """SELECT id, "Name" FROM customer WHERE name = 'It''s  Me'"""


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        (SAID, True),
        ("""\nselect ID,\n\t"Name" from Customer where NAME = 'It''s  Me' """, True),
        (SAID.replace('"Name"', '"name"'), False),
        (SAID.replace("It''s", "it''s"), False),
        (SAID.replace("Me", "me"), False),
        (SAID.replace("  Me", " Me"), False),
        (SAID.replace("id,", "id ,"), False),
        (SAID.removesuffix("'"), False),
    ],
)
def test_a_suiteql_text_has_no_case_outside_of_quotes(netsuite, netsuite_client, asked, fits):
    """SQL's keywords and bare names have no case; literals and quoted identifiers are exact, white space too."""
    netsuite.suiteql(SAID, [])

    assert (200 if fits else 400) == suiteql(netsuite_client, asked).status_code
    netsuite.httpserver.clear_assertions()
    assert [SAID] == [query.query for query in netsuite.records.as_seed().suiteql]


def test_suiteql_pages(netsuite, netsuite_client):
    """limit and offset stand in the query, and are signed (docs/rules.md 9)."""
    netsuite.suiteql("SELECT 1", [{"n": str(number)} for number in range(3)])

    page = suiteql(netsuite_client, "SELECT 1", f"{SUITEQL}?limit=2&offset=2").json

    assert (["2"], 3, False) == ([record["n"] for record in page["items"]], page["totalResults"], page["hasMore"])


def test_suiteql_needs_prefer_transient(netsuite, netsuite_client):
    """Without it: 400, and the header is named."""
    netsuite.suiteql("SELECT 1", [])

    assert (400, "INVALID_HEADER", "Prefer") == seen(suiteql(netsuite_client, "SELECT 1", Prefer="respond-async"))
    assert 200 == suiteql(netsuite_client, "SELECT 1", Prefer="handling=strict, Transient").status_code
    assert 202 == suiteql(netsuite_client, "SELECT 1", Prefer="respond-async, Transient").status_code


def test_a_query_that_nothing_answers_fails_the_test(netsuite, netsuite_client):
    """As a RESTlet that is not deployed does, with the line that mends it."""
    assert (400, "INVALID_PARAMETER", None) == seen(suiteql(netsuite_client, "SELECT secret FROM vault"))
    with pytest.raises(AssertionError, match=r"'SELECT secret FROM vault', which nothing answers: netsuite.suiteql"):
        netsuite.verify()


def test_a_function_that_raises_fails_the_test(netsuite, netsuite_client):
    """The client sees a 500, the test its own exception."""
    netsuite.suiteql("SELECT 1", lambda _: {}["no such"])

    assert (500, "UNEXPECTED_ERROR", None) == seen(suiteql(netsuite_client, "SELECT 1"))
    with pytest.raises(AssertionError) as failure:
        netsuite.verify()
    assert isinstance(failure.value.__cause__, KeyError)


# -- whatever else -----------------------------------------------------------------------------------------------


def test_expectations_go_before_the_store(netsuite, netsuite_client):
    """The store answers every type, so whoever wants another answer says so by pytest-httpserver's means."""
    netsuite.expect_request("/services/rest/record/v1/customer/1").respond_with_json({"own": True}, status=409)

    assert 409 == netsuite_client.get(f"{CUSTOMER}/1").status_code
    assert 404 == netsuite_client.get(f"{CUSTOMER}/2").status_code


@pytest.mark.parametrize(
    "path", ["record/v1/metadata-catalog/cust-omer", "record/v1/customer/1/addressbook", "nothing", "record/v1/"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_a_path_that_nothing_answers_fails_the_test(netsuite, netsuite_client, method, path):
    """A schema, a subrecord or another service: this channel's envelope, unless an expectation answers it."""
    at = urlsplit(f"{BASE}/{path}").path
    netsuite.expect_oneshot_request(at, method=method).respond_with_json({"own": True})

    assert 200 == netsuite_client.open(f"{BASE}/{path}", method=method).status_code
    netsuite.verify()
    answer = netsuite_client.open(f"{BASE}/{path}", method=method)
    assert (404, "NONEXISTENT_ID", None) == seen(answer)
    attempt = netsuite.audit_trail[-1]
    assert ("Success", "Nothing answers this path.", "NONEXISTENT_ID") == (attempt.status, attempt.cause, attempt.code)
    asked = re.escape(f"asked for {method} {at}, which nothing answers: netsuite.expect_request()")
    with pytest.raises(AssertionError, match=asked):
        netsuite.verify()


ODD = {
    "not JSON": (
        lambda c: c.post(CUSTOMER, data=b"{", content_type="application/json"),
        (400, "INVALID_CONTENT", None),
    ),
    "a list": (lambda c: c.post(CUSTOMER, json=[1]), (400, "INVALID_CONTENT", None)),
    "empty": (lambda c: c.post(CUSTOMER, data=b"", content_type="application/json"), (400, "INVALID_CONTENT", None)),
    "not UTF-8": (
        lambda c: c.patch(f"{CUSTOMER}/1", data=b'{"a":"\xff"}', content_type="application/json"),
        (400, "INVALID_CONTENT", None),
    ),
    "NaN": (
        lambda c: c.post(CUSTOMER, data=b'{"a":NaN}', content_type="application/json"),
        (400, "INVALID_CONTENT", None),
    ),
    "nested too deep": (
        lambda c: c.post(CUSTOMER, data=b'{"a":' * 100_000, content_type="application/json"),
        (400, "INVALID_CONTENT", None),
    ),
    "a form": (
        lambda c: c.post(CUSTOMER, data={"a": "1"}),
        (415, "UNSUPPORTED_MEDIA_TYPE", None),
    ),
    "DELETE of all": (lambda c: c.delete(CUSTOMER), (405, "INVALID_METHOD", None)),
    "POST to one": (lambda c: c.post(f"{CUSTOMER}/1", json={}), (405, "INVALID_METHOD", None)),
    "PUT by internal id": (lambda c: c.put(f"{CUSTOMER}/1", json={}), (405, "INVALID_METHOD", None)),
    "PATCH of none": (lambda c: c.patch(f"{CUSTOMER}/2", json={}), (404, "NONEXISTENT_ID", None)),
    "DELETE of none": (lambda c: c.delete(f"{CUSTOMER}/eid:x"), (404, "NONEXISTENT_ID", None)),
    "GET of SuiteQL": (lambda c: c.get(SUITEQL), (405, "INVALID_METHOD", None)),
    "no query": (lambda c: c.post(SUITEQL, json={}, headers=TRANSIENT), (400, "INVALID_CONTENT", None)),
    "a number as query": (lambda c: c.post(SUITEQL, json={"q": 1}, headers=TRANSIENT), (400, "INVALID_CONTENT", None)),
    "POST to the catalog": (
        lambda c: c.post(f"{BASE}/record/v1/metadata-catalog", json={}),
        (405, "INVALID_METHOD", None),
    ),
    "limit 0": (lambda c: c.get(f"{CUSTOMER}?limit=0"), (400, "INVALID_PARAMETER", "limit")),
    "limit 1001": (lambda c: c.get(f"{CUSTOMER}?limit=1001"), (400, "INVALID_PARAMETER", "limit")),
    "limit x": (lambda c: c.get(f"{CUSTOMER}?limit=x"), (400, "INVALID_PARAMETER", "limit")),
    "limit of 5,000 digits": (lambda c: c.get(f"{CUSTOMER}?limit={'9' * 5000}"), (400, "INVALID_PARAMETER", "limit")),
    "offset -1": (lambda c: c.get(f"{CUSTOMER}?offset=-1"), (400, "INVALID_PARAMETER", "offset")),
    "offset between pages": (lambda c: c.get(f"{CUSTOMER}?limit=2&offset=3"), (400, "INVALID_PARAMETER", "offset")),
}


@pytest.mark.parametrize("what", ODD)
def test_bad_input_gets_the_documented_envelope(netsuite, netsuite_client, what):
    """Whatever is wrong with a call is said in REST's own words, and changes nothing."""
    netsuite.records.add("customer", {"companyName": "Acme"})
    call, expected = ODD[what]

    answer = call(netsuite_client)

    assert expected == seen(answer)
    assert ERROR_TYPE == answer.content_type
    assert answer.json["status"] == answer.status_code
    assert (expected[0] == 405) == ("Allow" in answer.headers)
    assert {"1": {"companyName": "Acme", "id": "1"}} == netsuite.records["customer"]
    assert netsuite.audit_trail[-1].accepted


def test_a_function_that_gives_no_rows_fails_the_test(netsuite, netsuite_rest):
    """As one that raises does: the client sees a 500, the test why."""
    netsuite.suiteql("SELECT 1", lambda query: 5)
    answer = netsuite_rest.post("query/v1/suiteql", json={"q": "SELECT 1"}, headers={"Prefer": "transient"})

    assert (500, 500) == (answer.status_code, netsuite.audit_trail[-1].http_status)
    with pytest.raises(AssertionError, match="a list of dicts"):
        netsuite.verify()


def test_a_secret_in_a_path_stays_out_of_the_message(netsuite, netsuite_client):
    """Where a client writes its secret into the URL, nothing that the test prints repeats it."""
    secret = netsuite.token.secret
    netsuite_client.get(f"{BASE}/{secret}")

    with pytest.raises(AssertionError, match=r"GET /services/rest/\[secret\], which") as raised:
        netsuite.verify()
    assert secret not in str(raised.value)


@pytest.mark.parametrize(
    ("query", "cause"),
    [
        ("limit=0", "The query parameter limit is '0'; expected a whole number from 1 to 1000."),
        ("limit=2&offset=1", "The offset 1 is not divisible by the limit 2."),
    ],
)
def test_the_trail_says_what_is_wrong_with_a_page(netsuite, netsuite_client, query, cause):
    base = f"https://{netsuite.account.host_label}.suitetalk.api.netsuite.com/services/rest/record/v1/customer"

    assert 400 == netsuite_client.get(f"{base}?{query}").status_code
    assert cause == netsuite.audit_trail[-1].cause
