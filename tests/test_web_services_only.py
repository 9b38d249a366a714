"""The whole truth about the Web Services Only box: each door of the docs' own table, with and without it."""

import pytest
from passports import HOST, NOW, PATH, right
from werkzeug.test import Client

from pytest_netsuite_tba.login.refusals import BY_ID
from pytest_netsuite_tba.login.web_services_only import DOORS


def restlet(netsuite):
    return netsuite.credentials.client().get("/app/site/hosting/restlet.nl?script=1&deploy=1")


def rest(netsuite):
    return netsuite.credentials.client().get(f"https://{HOST}/services/rest/record/v1/customer")


def soap(netsuite):
    return Client(netsuite.wsgi_app).post(PATH, base_url=f"https://{HOST}", data=right(netsuite.token))


CALLS = {"restlet": restlet, "rest": rest, "soap": soap}


def test_every_door_of_the_table_is_tried():
    """A row of the table without a call here would be a claim that nothing proves."""
    assert set(DOORS) == set(CALLS)


@pytest.mark.parametrize("ticked", [False, True])
@pytest.mark.parametrize("door", DOORS)
def test_the_whole_truth_table(netsuite, door, ticked):
    """A role with the box ticked is let in by web services alone; any other everywhere."""
    netsuite.clock.freeze(NOW)
    netsuite.role.web_services_only = ticked
    wanted = DOORS[door].refusal if ticked else None

    with netsuite.expect_refusal(count=0 if wanted is None else 1):
        answer = CALLS[door](netsuite)

    assert (200 if wanted is None else BY_ID[wanted].status) == answer.status_code
    assert [(door, wanted)] == [(one.channel, one.refusal and one.refusal.id) for one in netsuite.audit_trail]
    netsuite.verify()
