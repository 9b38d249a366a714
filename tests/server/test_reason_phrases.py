"""The words after the status, which clients put into their exceptions (docs/rules.md 3.6)."""

import pytest
import requests
from werkzeug import Response

from pytest_netsuite_tba.services.reply import reason_phrase

HOSTS = "https://1234567-sb1.{}.netsuite.com{}"
REFUSED = {
    "restlet": ("restlets.api", "/app/site/hosting/restlet.nl?script=1&deploy=1", "401 Unauthorized"),
    "rest": ("suitetalk.api", "/services/rest/record/v1/customer", "401 Unauthorized"),
    "token": ("restlets.api", "/rest/datacenterurls", "400 Bad Request"),
}


@pytest.mark.parametrize("channel", REFUSED)
def test_a_reason_phrase_is_in_title_case_on_every_channel(netsuite, netsuite_client, channel):
    """As Oracle's table and its sample heads print them."""
    domain, path, status = REFUSED[channel]
    netsuite.audit_trail.announced |= {"no-authorization", "bad-parameter"}

    answer = netsuite_client.get(HOSTS.format(domain, path), headers={"Authorization": ""})

    assert status == answer.status


@pytest.mark.parametrize(
    ("status", "phrase"),
    [
        (200, "OK"),
        (204, "No Content"),
        (302, "Moved Temporarily"),
        (404, "Not Found"),
        (405, "Method Not Allowed"),
        (415, "Unsupported Media Type"),
        (429, "Too Many Requests"),
        (500, "Internal Server Error"),
        (503, "Service Unavailable"),
        (299, "Unknown"),
    ],
)
def test_the_phrases_are_oracles(status, phrase):
    """section_4634920277 for RESTlets; RFC 9110 and 6585 where that page has none."""
    assert phrase == reason_phrase(status)


def test_requests_shows_the_phrase(netsuite):
    """``raise_for_status`` has it in its text."""
    netsuite.token.revoke()
    url = netsuite.restlet_url("1", "1")
    with netsuite.expect_refusal("no-authorization"):
        answer = requests.get(url, headers={"Content-Type": "application/json"}, timeout=10)

    with pytest.raises(requests.HTTPError, match="401 Client Error: Unauthorized for url"):
        answer.raise_for_status()


@pytest.mark.parametrize(
    ("response", "status"),
    [(Response(status=404), "404 Not Found"), (Response(status="404 Gone fishing"), "404 Gone fishing")],
)
def test_a_response_of_the_tests_own_keeps_the_phrase_that_it_chose(netsuite, netsuite_client, response, status):
    """werkzeug's capitals are nobody's choice."""
    netsuite.deploy("customscript_a", "customdeploy_a", get=lambda _: response)

    answer = netsuite_client.get("/app/site/hosting/restlet.nl?script=customscript_a&deploy=1")

    assert status == answer.status
