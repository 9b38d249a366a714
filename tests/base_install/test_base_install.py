"""What the base install can do, with no extra and without pytest-httpserver's plugin."""

import importlib.util

import pytest


def test_netsuite_client_needs_no_extra(netsuite, netsuite_client):
    """The in-process client signs and is answered with the base install alone."""
    answer = netsuite_client.get("/app/site/hosting/restlet.nl?script=customscript_echo&deploy=1&colour=blue")

    assert answer.json["parameters"] == {"colour": "blue"}
    assert netsuite.audit_trail[-1].status == "Success"


def test_expectations_answer_behind_the_check(netsuite, netsuite_client):
    """pytest-httpserver's expectations work where its plugin is switched off."""
    netsuite.expect_request("/ping").respond_with_json({"pong": True})

    assert netsuite_client.get("/ping").json == {"pong": True}


@pytest.mark.parametrize("library", ["requests", "httpx", "httpx2"])
def test_a_client_of_a_missing_extra_names_the_install_line(netsuite, library):
    """A missing extra skips nothing: it says how to install it."""
    if importlib.util.find_spec(library) is not None:
        assert getattr(netsuite.credentials, library)() is not None
        return
    with pytest.raises(RuntimeError, match=rf"pip install 'pytest-netsuite-tba\[{library}\]'"):
        getattr(netsuite.credentials, library)()
