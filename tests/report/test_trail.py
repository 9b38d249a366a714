"""The report section, to the letter."""

import pytest

from pytest_netsuite_tba.login.audit_trail import AuditTrail
from pytest_netsuite_tba.report.trail import Table, render_trail

RESTLET = "/app/site/hosting/restlet.nl?script=customscript_orders&deploy=customdeploy_orders"

AT_80 = """\
Time      Method  Path        Status       Detail          Application  Role
14:13:20  GET     orders / …  200 Success                  Default in…  Integra…
14:13:20  GET     orders / …  401 Failure  token_rejected  Default in…  Integra…
    The token is revoked.
    Cure: Create another token; revoking is permanent."""

AT_120 = """\
Time      Method  Path             Status       Detail          Application          Role
14:13:20  GET     orders / orders  200 Success                  Default integration  Integration
14:13:20  GET     orders / orders  401 Failure  token_rejected  Default integration  Integration
    The token is revoked.
    Cure: Create another token; revoking is permanent."""


@pytest.mark.parametrize(("width", "expected"), [(80, AT_80), (120, AT_120)])
def test_the_table_fits_the_terminal(netsuite, netsuite_client, width, expected):
    """Path, application and role give way; each refusal says its cause and its cure."""
    netsuite.clock.freeze("2026-09-21T14:13:20Z")
    netsuite.deploy("customscript_orders", "customdeploy_orders", get={})
    netsuite_client.get(RESTLET)
    netsuite.token.revoke()
    with netsuite.expect_refusal():
        netsuite_client.get(RESTLET)

    assert expected == render_trail(netsuite.audit_trail, width=width)


@pytest.mark.parametrize(("width", "shown"), [(60, False), (80, True), (120, True)])
def test_the_account_is_given_up_last(width, shown):
    """Of two accounts' attempts each says whose it is, as long as what it is about fits too."""
    rows = [("14:13:20", id, "DELETE", "x" * 60, "401 Failure", "d" * 20, "a" * 20, "r" * 9) for id in ("123", "456")]
    table = Table(rows, width=width)

    assert (shown, True) == ("Account" in table.heading(), width >= len(table.line(rows[0])))


def test_only_the_newest_attempts_are_shown(netsuite, netsuite_client):
    """A long trail says how much of it is left out."""
    for _ in range(25):
        netsuite_client.get("/app/site/hosting/restlet.nl?script=1&deploy=1")

    lines = render_trail(netsuite.audit_trail, width=120).splitlines()

    assert ("(5 earlier attempts are not shown)", 22) == (lines[0], len(lines))


def test_control_characters_do_not_reach_the_terminal(netsuite, netsuite_client):
    """What a client sent cannot colour or move the report."""
    netsuite.refuse_next("InvalidSignature")
    netsuite_client.open("/app/site/hosting/restlet.nl?script=1&deploy=1&\x1b[31m", method="G\x1b[1mET")

    assert "\x1b" not in render_trail(netsuite.audit_trail, width=300)


def test_an_empty_trail_says_so(netsuite):
    """Nothing came: that is worth saying too."""
    first, second = render_trail(netsuite.audit_trail).splitlines()

    assert "No request reached the fake NetSuite." == first
    assert "netsuite_hosts" in second


def test_a_request_that_is_no_login_is_not_denied():
    """A Suitelet that nothing answers makes no attempt; that nothing came would be untrue."""
    said = render_trail(AuditTrail(), requests=1)

    assert "No login reached the fake NetSuite; what came was of paths that no token service owns." == said
