"""/rest/datacenterurls, /rest/roles, and hosts of before 2020.2 (docs/rules.md 6)."""

import pytest
from support.flow import RESTLETS, last, nlauth, refused, send, set_

from pytest_netsuite_tba import Account, Entity, NetSuiteServer, Role

REST = "https://rest.netsuite.com"
OURS = {
    "webservicesDomain": "https://1234567-sb1.suitetalk.api.netsuite.com",
    "restDomain": "https://1234567-sb1.restlets.api.netsuite.com",
    "systemDomain": "https://1234567-sb1.app.netsuite.com",
}
SHARED = {
    "webservicesDomain": "https://webservices.netsuite.com",
    "restDomain": "https://rest.netsuite.com",
    "systemDomain": "https://system.netsuite.com",
}
pytestmark = pytest.mark.netsuite(strict=False)


@pytest.mark.netsuite(strict=True)
@pytest.mark.parametrize("base", [REST, "https://system.netsuite.com", RESTLETS, "http://127.0.0.1:8080"])
@pytest.mark.parametrize("query", ["account=1234567_SB1", "c=1234567_SB1", "account=1234567_SB1&c=1234567_SB1"])
def test_domains_of_an_account(netsuite, base, query):
    """Anybody is told an account's three domains, without a login; the trail shows nothing."""
    answer = send(netsuite, "GET", f"{base}/rest/datacenterurls?{query}")

    assert (200, OURS) == (answer.status_code, answer.json)
    assert 0 == len(netsuite.audit_trail)


@pytest.mark.parametrize("account", ["1234567_sb1", "1234567_Sb1"])
def test_an_account_in_lower_case_is_known(netsuite, account):
    """Observed: a client asks so, and works (docs/rules.md 6)."""
    answer = send(netsuite, "GET", f"{REST}/rest/datacenterurls?account={account}")

    assert (200, OURS) == (answer.status_code, answer.json)


@pytest.mark.parametrize(
    ("account", "expected"), [("1234567-sb1", OURS), ("1234567-SB1", OURS), ("7654321-sb1", SHARED)]
)
def test_a_hyphen_in_the_id_on_request(netsuite, account, expected):
    """hyphen_in_company_id: the account itself; by default it is malformed."""
    netsuite.behaviour.hyphen_in_company_id = "account"
    answer = send(netsuite, "GET", f"{REST}/rest/datacenterurls?account={account}")

    assert (200, expected) == (answer.status_code, answer.json)


def test_an_unknown_account_gets_the_shared_hosts(netsuite):
    """200 with webservices, rest and system.netsuite.com."""
    answer = send(netsuite, "GET", f"{REST}/rest/datacenterurls?account=7654321")

    assert (200, SHARED) == (answer.status_code, answer.json)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "Please enter value(s) for: account"),
        ("account=", "Please enter value(s) for: account"),
        ("account=1234567-sb1", "Company ID is invalid"),
        ("account=12%2034", "Company ID is invalid"),
        ("account=%FF", "Company ID is invalid"),
        ("account=" + "1" * 5000, "Company ID is invalid"),
        ("account=1&account=1", "account is given more than once."),
    ],
)
def test_what_is_no_account_id_is_a_user_error(netsuite, query, message):
    """USER_ERROR names the required field, or says that the ID is invalid: `-sb1` is."""
    answer = send(netsuite, "GET", f"{REST}/rest/datacenterurls?{query}")

    assert (400, "USER_ERROR", message) == (answer.status_code, *answer.json["error"].values())


@pytest.mark.parametrize("path", ["datacenterurls?account=1234567_SB1", "roles"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
def test_other_methods_are_405(netsuite, path, method):
    """Both take GET only."""
    answer = send(netsuite, method, f"{REST}/rest/{path}")

    assert (405, b"", "GET") == (answer.status_code, answer.data, answer.headers["Allow"])


def test_roles_of_a_user(netsuite):
    """One entry a role: the account ID is a string, the role ID a number; nothing of it is a login."""
    answer = send(netsuite, "GET", f"{REST}/rest/roles", authorization=nlauth(netsuite))

    account = {"internalId": "1234567_SB1", "name": "Fake company", "type": "SANDBOX"}
    expected = [{"account": account, "role": {"internalId": 1005, "name": "Integration"}, "dataCenterURLs": OURS}]
    assert (200, expected) == (answer.status_code, answer.json)
    assert [] == netsuite.audit_trail.as_netsuite_shows()


@pytest.mark.parametrize(
    ("account", "base", "expected"),
    [
        ("1234567_SB1", REST, [1005, 14]),
        (None, REST, [1005]),
        (None, RESTLETS, [1005, 14]),
        (None, "http://127.0.0.1:8080", [1005]),
    ],
)
def test_customer_center_roles_are_listed_where_the_account_is_named(netsuite, account, base, expected):
    """In the header or by the host; without either the Customer Center is left out (section_4639983016)."""
    netsuite.account.roles.add(Role(id=14, name="Customer Center", customer_center=True))
    netsuite.entity.give_role(netsuite.account.roles[14])
    answer = send(netsuite, "GET", f"{base}/rest/roles", authorization=nlauth(netsuite, nlauth_account=account))

    assert expected == [entry["role"]["internalId"] for entry in answer.json]


def test_roles_of_every_account_where_the_user_is():
    """Without an account, all those where this address and password are a user's."""
    user = {"email": "jsmith@example.com", "password": "Welcome123"}
    netsuite = NetSuiteServer(
        *(Account(name, entities=[Entity(**user)]) for name in ("1111111", "2222222_RP")),
        Account("3333333", entities=[Entity(email="jsmith@example.com", password="another")]),
    )
    header = "NLAuth nlauth_email=jsmith@example.com, nlauth_signature=Welcome123"
    answer = send(netsuite, "GET", f"{REST}/rest/roles", authorization=header)

    listed = [(entry["account"]["internalId"], entry["account"]["type"]) for entry in answer.json]
    assert [("1111111", "PRODUCTION"), ("2222222_RP", "RELEASE_PREVIEW")] == listed


ROLES = {
    "no header": (None, None, "INVALID_LOGIN_ATTEMPT", "user-no-credentials"),
    "signed": (None, 'OAuth realm="1234567_SB1"', "INVALID_LOGIN_ATTEMPT", "user-no-credentials"),
    "wrong password": (None, {"nlauth_signature": "no"}, "INVALID_LOGIN_CREDENTIALS", "user-wrong-credentials"),
    "no password": (
        None,
        {"nlauth_account": None, "nlauth_signature": None},
        "INVALID_LOGIN_CREDENTIALS",
        "user-incomplete",
    ),
    "unknown account": (None, {"nlauth_account": "1"}, "INVALID_LOGIN_CREDENTIALS", "user-wrong-account"),
    "inactive": (set_("entity.active", False), {}, "INVALID_LOGIN_CREDENTIALS", "user-permission_denied"),
}


@pytest.mark.parametrize("case", ROLES)
def test_roles_is_refused(netsuite, case):
    """roles takes NLAuth only, and right credentials."""
    arrange, header, code, refusal = ROLES[case]
    if arrange is not None:
        arrange(netsuite)
    authorization = nlauth(netsuite, **header) if isinstance(header, dict) else header
    answer = send(netsuite, "GET", f"{REST}/rest/roles", authorization=authorization)

    assert (401, code) == refused(answer)
    assert refusal == last(netsuite)[2]


OLD = ["rest.netsuite.com", "rest.na1.netsuite.com", "rest.eu2.netsuite.com"]
CALL = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"


@pytest.mark.parametrize("host", OLD)
def test_a_restlet_call_to_a_host_of_old_is_refused(netsuite, host):
    """Such hosts are unsupported since 2020.2: 403."""
    answer = send(
        netsuite,
        "GET",
        f"https://{host}{CALL}",
        authorization=netsuite.credentials.authorization("GET", f"https://{host}{CALL}"),
    )

    assert (403, b"") == (answer.status_code, answer.data)
    assert ("Failure", None, "unknown-host") == last(netsuite)


@pytest.mark.parametrize("host", OLD)
@pytest.mark.parametrize(("method", "status"), [("GET", 302), ("POST", 403)])
def test_a_restlet_call_to_a_host_of_old_may_be_redirected(netsuite, host, method, status):
    """For a while a GET was answered 302, wrong data centre, to the account's own host (section_4295564687)."""
    netsuite.behaviour.shared_hosts_redirect = True
    url = f"https://{host}{CALL}"
    answer = send(netsuite, method, url, authorization=netsuite.credentials.authorization(method, url))

    assert (status, b"") == (answer.status_code, answer.data)
    location = f"https://1234567-sb1.restlets.api.netsuite.com{CALL}" if status == 302 else None
    assert location == answer.headers.get("Location")
    assert ("wrong-data-center" if status == 302 else "unknown-host") == last(netsuite)[2]
