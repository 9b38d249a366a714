"""The whole truth about the Web Services Only box: each way in of the docs' own table, with and without it."""

import pytest
from support.flow import RESTLETS, asked, nlauth, send
from support.pages import logged_in, opened, submit
from support.passports import HOST, NOW, PATH, right
from werkzeug.test import Client

from pytest_netsuite_tba.login.refusals import find_refusal
from pytest_netsuite_tba.login.web_services_only import WAYS_IN


def restlet(netsuite):
    return netsuite.credentials.client().get("/app/site/hosting/restlet.nl?script=1&deploy=1")


def rest(netsuite):
    return netsuite.credentials.client().get(f"https://{HOST}/services/rest/record/v1/customer")


def soap(netsuite):
    return Client(netsuite.wsgi_app).post(PATH, base_url=f"https://{HOST}", data=right(netsuite.token))


def tokeninfo(netsuite):
    return netsuite.credentials.client().get("/rest/tokeninfo")


def issuetoken(netsuite):
    url = f"{RESTLETS}/rest/issuetoken?consumerKey={netsuite.integration.consumer_key}"
    return send(netsuite, "GET", url, authorization=nlauth(netsuite))


def ui(netsuite):
    """The whole way to the Allow button; what is looked at is the answer to that."""
    page = logged_in(netsuite, opened(netsuite, asked(netsuite)))
    netsuite.audit_trail.clear()
    return submit(netsuite, page, role="1234567_SB1/1005", decision="allow")


# Way in -> the call, the channel that the trail shows, the status where it is let in.
CALLS = {
    "restlet": (restlet, "restlet", 200),
    "rest": (rest, "rest", 200),
    "soap": (soap, "soap", 200),
    "tokeninfo": (tokeninfo, "token", 200),
    "issuetoken": (issuetoken, "token", 200),
    "ui": (ui, "token", 302),
}


def test_every_way_in_of_the_table_is_tried():
    """A row of the table without a call here would be a claim that nothing proves."""
    assert set(WAYS_IN) == set(CALLS)


@pytest.mark.parametrize("ticked", [False, True])
@pytest.mark.parametrize("way_in", WAYS_IN)
def test_the_whole_truth_table(netsuite, way_in, ticked):
    """A role with the box ticked is let in by web services alone; any other everywhere."""
    call, channel, status = CALLS[way_in]
    netsuite.clock.freeze(NOW)
    netsuite.role.web_services_only = ticked
    wanted = WAYS_IN[way_in].refusal if ticked else None

    with netsuite.expect_refusal(count=0 if wanted is None else 1):
        answer = call(netsuite)

    assert (status if wanted is None else find_refusal(wanted).status) == answer.status_code
    assert [(channel, wanted)] == [
        (attempt.channel, attempt.refusal and attempt.refusal.id) for attempt in netsuite.audit_trail
    ]
    netsuite.verify()
