"""What is at which host: RESTlets and web services elsewhere than at their own (docs/rules.md 3.4, 4.1, 6)."""

import pytest
from support.flow import APP, RESTLETS, ask, last, nlauth, send
from support.passports import right

from pytest_netsuite_tba import explain

ECHO = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"
SUITETALK = "https://1234567-sb1.suitetalk.api.netsuite.com"
CUSTOMER = "/services/rest/record/v1/customer"
FORMS = {
    "application/json": '{{"error" : {{"code" : "{0}", "message" : "{1}"}}}}',
    "application/xml": "<error><code>{0}</code><message>{1}</message></error>",
    "": "error code: {0}\nerror message: {1}",
}


# -- RESTlets ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content_type", FORMS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_restlet_at_the_suitetalk_host(netsuite, netsuite_client, method, content_type):
    """400 INVALID_URL, in the call's own form."""
    with netsuite.expect_refusal("restlet-on-suitetalk-host", count=1) as attempts:
        answer = netsuite_client.open(f"{SUITETALK}{ECHO}", method=method, headers={"Content-Type": content_type})

    text = answer.text.removeprefix('<?xml version="1.0" encoding="UTF-8"?>').strip()
    assert (400, FORMS[content_type].format("INVALID_URL", "Invalid URL.")) == (answer.status_code, text)
    (mistake,) = attempts[0].diagnosis.mistakes
    assert ("wrong-service-domain", True) == (mistake.id, "1234567-sb1.restlets.api" in mistake.cure)
    assert [] == netsuite.audit_trail.as_netsuite_shows()


def test_a_restlet_at_the_suitetalk_host_may_be_forbidden(netsuite, netsuite_client):
    """One integrator saw INVALID_URL: ``Behaviour.restlet_on_suitetalk`` goes back to 403."""
    netsuite.behaviour.restlet_on_suitetalk = "forbidden"
    with netsuite.expect_refusal("restlet-on-suitetalk-host", count=1):
        answer = netsuite_client.get(f"{SUITETALK}{ECHO}", headers={"Content-Type": "application/json"})

    assert (403, b"") == (answer.status_code, answer.data)


@pytest.mark.parametrize("path", [ECHO, CUSTOMER, "/services/NetSuitePort_2024_1", "/rest/tokeninfo"])
@pytest.mark.parametrize("name", ["extforms", "shop", "secure"])
def test_the_hosts_of_other_things_run_no_restlet(netsuite, netsuite_client, name, path):
    """404 with an empty body: Suitelets, shops and pages are there (Oracle section_4295564687, section_1498251763)."""
    with netsuite.expect_refusal("no-service-at-host", count=1) as attempts:
        answer = netsuite_client.get(f"https://1234567-sb1.{name}.netsuite.com{path}")

    assert (404, b"", None) == (answer.status_code, answer.data, answer.headers.get("WWW-Authenticate"))
    (mistake,) = attempts[0].diagnosis.mistakes
    assert "wrong-service-domain" == mistake.id


def test_a_restlet_at_the_app_host(netsuite, netsuite_client):
    """The internal URL runs it (Oracle section_158272429269)."""
    assert 200 == netsuite_client.get(f"{APP}{ECHO}").status_code


# -- hosts of old --------------------------------------------------------------------------------------------------

OLD = ["rest.netsuite.com", "rest.na1.netsuite.com", "rest.eu2.netsuite.com", "webservices.na1.netsuite.com"]
SHARED = [*OLD, "webservices.netsuite.com", "system.netsuite.com", "REST.sandbox.netsuite.com:443"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("host", SHARED)
def test_rest_web_services_at_a_shared_host(netsuite, netsuite_client, host, method):
    """200 with a SOAP fault, whoever calls and however (captured at rest.netsuite.com)."""
    with netsuite.expect_refusal("unknown-host", count=1) as attempts:
        answer = netsuite_client.open(f"https://{host}{CUSTOMER}", method=method)

    assert (200, "text/xml; charset=utf-8") == (answer.status_code, answer.content_type)
    assert b"<faultstring>Incorrect data center requested!" in answer.data
    assert ("rest", 200, "USER_ERROR") == (attempts[0].channel, attempts[0].http_status, attempts[0].code)
    assert SUITETALK.removeprefix("https://") in attempts[0].diagnosis.mistakes[0].cure


@pytest.mark.parametrize("host", ["rest.netsuite.com", "rest.na1.netsuite.com"])
def test_a_right_signature_does_not_get_in_at_a_shared_host(netsuite, host):
    """Nor does ``explain`` say so."""
    url = f"https://{host}{CUSTOMER}"
    header = netsuite.credentials.authorization("GET", url)
    attempt = explain(f"GET {CUSTOMER} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {header}\r\n\r\n", netsuite.account)

    assert (False, "unknown-host", 200) == (attempt.accepted, attempt.refusal.id, attempt.http_status)


def test_a_right_passport_does_not_get_in_at_a_shared_host(netsuite):
    """``explain`` knows where SOAP lets nobody in."""
    host, body = "webservices.netsuite.com", right(netsuite.token, timestamp=int(netsuite.clock.now()))
    head = f"POST /services/NetSuitePort_2024_1 HTTP/1.1\r\nHost: {host}\r\nContent-Type: text/xml\r\n"
    attempt = explain(f"{head}Content-Length: {len(body)}\r\n\r\n{body}", netsuite.account)

    assert (False, "unknown-host", 200) == (attempt.accepted, attempt.refusal.id, attempt.http_status)


@pytest.mark.parametrize("host", ["rest.app.netsuite.com", "rest.nonsense.netsuite.com", "restx.netsuite.com"])
def test_what_only_looks_like_a_shared_host(netsuite, netsuite_client, host):
    """It is a host of no account: 403."""
    with netsuite.expect_refusal("unknown-host", count=1):
        assert 403 == netsuite_client.get(f"https://{host}{CUSTOMER}").status_code


# -- the token endpoints -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", [RESTLETS, APP])
def test_every_token_endpoint_is_at_both_hosts(netsuite, base):
    """The restlets host, and the system domain (Oracle chapter_157017286140)."""
    key = f"consumerKey={netsuite.integration.consumer_key}"
    signed = lambda path: netsuite.credentials.authorization("GET", base + path)  # noqa: E731
    tokeninfo = send(netsuite, "GET", f"{base}/rest/tokeninfo", authorization=signed("/rest/tokeninfo"))
    issued = send(netsuite, "GET", f"{base}/rest/issuetoken?{key}", authorization=nlauth(netsuite))
    path = f"/rest/revoketoken?{key}&token={netsuite.token.id}"
    revoked = send(netsuite, "GET", f"{base}{path}", authorization=signed(path))

    assert [200] * 4 == [each.status_code for each in (ask(netsuite, base=base), tokeninfo, issued, revoked)]


# -- plain http ----------------------------------------------------------------------------------------------------


def plain(netsuite, url):
    return send(netsuite, "GET", url, authorization=netsuite.credentials.authorization("GET", url))


@pytest.mark.parametrize("base", [RESTLETS, SUITETALK])
def test_plain_http_is_served(netsuite, base):
    """As it always was: many a test has no certificate."""
    url = base.replace("https", "http") + (ECHO if base is RESTLETS else CUSTOMER)

    assert 200 == plain(netsuite, url).status_code


@pytest.mark.parametrize("base", [RESTLETS, SUITETALK, APP, "https://rest.netsuite.com"])
@pytest.mark.parametrize("path", [ECHO, CUSTOMER, "/rest/tokeninfo"])
def test_plain_http_may_be_refused(netsuite, base, path):
    """NetSuite speaks TLS alone (Oracle section_4640094112); what it says on port 80 is open: 403, empty."""
    netsuite.behaviour.plain_http = "refused"
    with netsuite.expect_refusal("plain-http", count=1):
        answer = plain(netsuite, base.replace("https", "http") + path)

    assert (403, b"") == (answer.status_code, answer.data)
    assert ("Failure", None, "plain-http") == last(netsuite)


def test_plain_http_at_the_fakes_own_address_is_no_netsuite_host(netsuite):
    """Only a NetSuite host name is asked to come by TLS."""
    netsuite.behaviour.plain_http = "refused"

    assert 200 == plain(netsuite, f"http://127.0.0.1:8080{ECHO}").status_code
    assert 200 == plain(netsuite, RESTLETS + ECHO).status_code
