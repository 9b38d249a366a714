"""issuetoken, revoketoken and tokeninfo: NLAuth, its lock, its one-time codes (docs/rules.md 7.2)."""

import base64

import pytest
from support.flow import APP, RESTLETS, VECTORS, last, nlauth, refused, send, set_, take_role_away, two_accounts

from pytest_netsuite_tba import Account, Entity, Integration, NetSuiteServer, Role, Token
from pytest_netsuite_tba.oauth1.header import format_authorization
from pytest_netsuite_tba.tokens import one_time_code
from pytest_netsuite_tba.tokens.nlauth import BadNLAuthError, UserCredentials, parse_nlauth

LOGIN, CREDENTIALS = "INVALID_LOGIN_ATTEMPT", "INVALID_LOGIN_CREDENTIALS"
ECHO = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"
pytestmark = pytest.mark.netsuite(strict=False)


def issue(netsuite, authorization=None, *, base=RESTLETS, query=None, method="GET"):
    """Call issuetoken; rightly unless told otherwise."""
    query = f"consumerKey={netsuite.integration.consumer_key}" if query is None else query
    header = nlauth(netsuite) if authorization is None else authorization
    return send(netsuite, method, f"{base}/rest/issuetoken?{query}", authorization=header or None)


def issued(answer):
    """The id and the secret of a new token."""
    assert (200, "application/json; charset=utf-8") == (answer.status_code, answer.content_type)
    assert ["tokenId", "tokenSecret"] == list(answer.json)
    return answer.json["tokenId"], answer.json["tokenSecret"]


def token_of(netsuite, token_id):
    return next(token for token in netsuite.account.tokens.values() if token.id == token_id)


@pytest.mark.netsuite(strict=True)
@pytest.mark.parametrize("base", [RESTLETS, APP, "https://system.netsuite.com", "https://rest.netsuite.com"])
def test_an_issued_token_works_at_once_and_dies_with_revoketoken(netsuite, base):
    """issuetoken gives tokenId and tokenSecret, which sign RESTlet calls until revoketoken ends them."""
    token_id, secret = issued(
        issue(netsuite, base=base, query=f"consumerKey={netsuite.integration.consumer_key}&name=Mine")
    )
    token = token_of(netsuite, token_id)
    client = netsuite.credentials_for(token).client()
    revoke = f"{base}/rest/revoketoken?consumerKey={netsuite.integration.consumer_key}&token={token_id}"

    assert (secret, "Mine") == (token.secret, token.name)
    assert "Mine" == client.get(ECHO).json["token_name"]
    answer = send(netsuite, "GET", revoke, authorization=nlauth(netsuite))
    assert (200, b"") == (answer.status_code, answer.data)
    with netsuite.expect_refusal("token_rejected-revoked", count=1):
        client.get(ECHO)
    attempts = [(attempt.channel, attempt.user, attempt.role, attempt.token_name) for attempt in netsuite.audit_trail]
    user = ("integration@example.com", "Integration", "Mine")
    assert [("token", *user), ("restlet", *user), ("token", *user), ("restlet", *user)] == attempts


def test_a_token_without_a_name_is_called_by_application_user_and_role(netsuite):
    """The name's default is Oracle's (bridgehead_4254083671); one that is taken gets a number."""
    for _ in range(3):
        issued(issue(netsuite))

    name = "Default integration, integration@example.com, Integration"
    assert ["Default token", name, f"{name} (2)", f"{name} (3)"] == list(netsuite.account.tokens)


def wrong_account(netsuite):
    return nlauth(netsuite, nlauth_account="1234567-sb1")


# How each refusal of issuetoken comes about: records, header, detail, code, status, id.
ISSUE = {
    "no header": (None, lambda n: "", None, LOGIN, 401, "user-no-credentials"),
    "signed": (
        None,
        lambda n: n.credentials.authorization("GET", f"{RESTLETS}/rest/issuetoken"),
        None,
        LOGIN,
        401,
        "user-no-credentials",
    ),
    "basic": (None, lambda n: "Basic YTpi", None, LOGIN, 401, "user-no-credentials"),
    "not encoded": (
        None,
        lambda n: "NLAuth nlauth_account=1234567_SB1, nlauth_email=a@b.example, nlauth_signature=50%off",
        None,
        LOGIN,
        401,
        "user-malformed",
    ),
    "a comma in the password": (
        None,
        lambda n: "NLAuth nlauth_account=1234567_SB1, nlauth_email=a@b.example, nlauth_signature=a,b",
        None,
        LOGIN,
        401,
        "user-malformed",
    ),
    "no account": (None, lambda n: nlauth(n, nlauth_account=None), None, CREDENTIALS, 401, "user-incomplete"),
    "no password": (None, lambda n: nlauth(n, nlauth_signature=None), None, CREDENTIALS, 401, "user-incomplete"),
    "empty email": (None, lambda n: nlauth(n, nlauth_email=""), None, CREDENTIALS, 401, "user-incomplete"),
    "wrong account": (None, wrong_account, None, CREDENTIALS, 401, "user-wrong-account"),
    "wrong email": (
        None,
        lambda n: nlauth(n, nlauth_email="a@b.example"),
        None,
        CREDENTIALS,
        401,
        "user-wrong-credentials",
    ),
    "wrong password": (
        None,
        lambda n: nlauth(n, nlauth_signature="no"),
        None,
        CREDENTIALS,
        401,
        "user-wrong-credentials",
    ),
    "not utf-8": (
        None,
        lambda n: nlauth(n, nlauth_signature=b"\xff"),
        None,
        CREDENTIALS,
        401,
        "user-wrong-credentials",
    ),
    "locked": (
        lambda n: n.entity.lock(n.clock.now() + 60),
        nlauth,
        "temporary_locked",
        CREDENTIALS,
        401,
        "user-temporary_locked",
    ),
    "entity": (set_("entity.active", False), nlauth, "permission_denied", CREDENTIALS, 401, "user-permission_denied"),
    "access": (set_("entity.access", False), nlauth, "permission_denied", CREDENTIALS, 401, "user-permission_denied"),
    "role": (set_("role.active", False), nlauth, "permission_denied", CREDENTIALS, 401, "user-permission_denied"),
    "taken away": (take_role_away, nlauth, "permission_denied", CREDENTIALS, 401, "user-permission_denied"),
    "not the user's role": (
        None,
        lambda n: nlauth(n, nlauth_role="3"),
        "permission_denied",
        CREDENTIALS,
        401,
        "user-permission_denied",
    ),
    "address": (
        set_("account.ip_rules", ["10.0.0.0/8"]),
        nlauth,
        "permission_denied",
        CREDENTIALS,
        401,
        "user-permission_denied",
    ),
    "web services only": (
        set_("role.web_services_only", True),
        nlauth,
        None,
        CREDENTIALS,
        401,
        "user-web-services-only",
    ),
    "two factors": (set_("role.two_factor", True), nlauth, None, "TWO_FA_REQD", 401, "user-two-factor"),
    "wrong code": (
        set_("role.two_factor", True),
        lambda n: nlauth(n, nlauth_otp="12345"),
        None,
        "TWO_FA_REQD",
        401,
        "user-two-factor",
    ),
    "permission": (
        set_("role.permissions", ["Log in using Access Tokens"]),
        nlauth,
        "permission_denied",
        "INSUFFICIENT_PERMISSION",
        403,
        "user-insufficient-permission",
    ),
    "feature": (
        set_("account.features.token_based_authentication", False),
        nlauth,
        "FeatureDisabled",
        LOGIN,
        401,
        "issuetoken-FeatureDisabled",
    ),
    "unknown integration": (
        lambda n: n.integration.reset_credentials(),
        nlauth,
        "consumer_key_unknown",
        LOGIN,
        401,
        "issuetoken-consumer_key_unknown",
    ),
    "blocked": (
        set_("integration.state", "BLOCKED"),
        nlauth,
        "consumer_key_refused",
        LOGIN,
        401,
        "issuetoken-consumer_key_refused",
    ),
    "unticked": (
        set_("integration.issue_token_endpoint", False),
        nlauth,
        "consumer_key_refused",
        LOGIN,
        401,
        "issuetoken-unticked",
    ),
    "tba unticked": (
        set_("integration.token_based_authentication", False),
        nlauth,
        "consumer_key_refused",
        LOGIN,
        401,
        "issuetoken-unticked",
    ),
}


@pytest.mark.parametrize("case", ISSUE)
def test_issuetoken_is_refused(netsuite, case):
    """Each way in which issuetoken refuses: JSON on the wire, the cause in the trail, no token made."""
    arrange, header, detail, code, status, refusal = ISSUE[case]
    query = f"consumerKey={netsuite.integration.consumer_key}"
    if arrange is not None:
        arrange(netsuite)
    answer = issue(netsuite, header(netsuite), query=query)

    assert (status, code) == refused(answer)
    assert ("Failure", detail, refusal) == last(netsuite)
    assert 1 == len(netsuite.account.tokens)


@pytest.mark.parametrize("permission", ["User Access Tokens", "Access Token Management"])
def test_either_permission_makes_tokens(netsuite, permission):
    """A role with User Access Tokens or Access Token Management may make its user's tokens (docs/rules.md 5.1)."""
    netsuite.role.permissions = [permission]

    assert issued(issue(netsuite))


def test_five_failures_lock_the_user_for_30_minutes(netsuite):
    """After five failed logins even the right password is refused, on RESTlets too, for 30 minutes."""
    netsuite.clock.freeze("2026-11-25")
    wrong = nlauth(netsuite, nlauth_signature="no")
    for _ in range(4):
        issue(netsuite, wrong)
    assert issued(issue(netsuite))  # a success starts the count again
    for _ in range(5):
        issue(netsuite, wrong)

    assert (401, CREDENTIALS) == refused(issue(netsuite))
    assert ("Failure", "temporary_locked", "user-temporary_locked") == last(netsuite)
    assert 401 == netsuite.credentials.client().get(ECHO).status_code
    assert "temporary_locked" == netsuite.audit_trail[-1].detail
    netsuite.clock.advance(minutes=29, seconds=59)
    assert 401 == issue(netsuite).status_code
    netsuite.clock.advance(seconds=1)
    assert issued(issue(netsuite))


RFC_6238 = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
}


@pytest.mark.parametrize(("at", "code"), RFC_6238.items())
def test_one_time_codes_are_those_of_rfc_6238(at, code):
    """The six digits are the last of the eight in RFC 6238, appendix B."""
    assert code[-6:] == one_time_code.code(base64.b32encode(b"12345678901234567890").decode(), at)


def test_a_one_time_code_is_good_once_and_for_30_seconds(netsuite):
    """A two-factor role takes the code of the moment, once."""
    netsuite.role.two_factor = True
    netsuite.clock.freeze(1_790_000_010)
    now = one_time_code.code(netsuite.entity.two_factor_secret, netsuite.clock.now())
    header = nlauth(netsuite, nlauth_otp=now)

    assert issued(issue(netsuite, header))
    assert (401, "TWO_FA_REQD") == refused(issue(netsuite, header))
    assert "The one-time code was used before." == netsuite.audit_trail[-1].cause
    netsuite.clock.advance(seconds=30)
    assert (401, "TWO_FA_REQD") == refused(issue(netsuite, header))
    assert "The one-time code is not the one of these 30 seconds." == netsuite.audit_trail[-1].cause
    fresh = one_time_code.code(netsuite.entity.two_factor_secret, netsuite.clock.now())
    assert issued(issue(netsuite, nlauth(netsuite, nlauth_otp=fresh)))


def test_a_two_factor_role_signs_without_a_code(netsuite):
    """Two-factor authentication stops user credentials, not tokens (docs/rules.md 5.6)."""
    netsuite.role.two_factor = True

    assert 200 == netsuite.credentials.client().get(ECHO).status_code


def test_without_a_role_named_the_first_that_may_have_a_token_is_taken():
    """nlauth_role is optional: then a role is chosen for the user; an unusable one is passed over."""
    roles = [Role(id=1, name="Off", active=False), Role(id=2, web_services_only=True), Role(id=3, name="On")]
    netsuite = NetSuiteServer(Account("1234567_SB1", roles=roles))
    token_id, _ = issued(issue(netsuite))

    assert "On" == token_of(netsuite, token_id).role.name


def test_issuetoken_installs_another_accounts_integration_record():
    """The first use of issuetoken installs the record as well (chapter_157017286140)."""
    netsuite = two_accounts()
    customer = netsuite.accounts["2222222"]
    header = nlauth(
        netsuite, nlauth_account="2222222", nlauth_signature=customer.entities["integration@example.com"].password
    )
    token_id, _ = issued(issue(netsuite, header, base="https://2222222.restlets.api.netsuite.com"))

    assert ["Default integration"] == list(customer.integrations)
    assert [token_id] == [token.id for token in customer.tokens.values()]


def test_a_record_that_issuetoken_installs_may_wait_for_approval():
    """With the preference on, issuetoken is refused until somebody approves the record."""
    netsuite = two_accounts(approve_auto_installation=True)
    customer = netsuite.accounts["2222222"]
    header = nlauth(
        netsuite, nlauth_account="2222222", nlauth_signature=customer.entities["integration@example.com"].password
    )
    base = "https://2222222.restlets.api.netsuite.com"

    assert (401, LOGIN) == refused(issue(netsuite, header, base=base))
    assert ("Failure", "consumer_key_refused", "issuetoken-consumer_key_refused") == last(netsuite)
    assert 0 == len(customer.tokens)
    customer.integrations["Default integration"].state = "ENABLED"
    assert issued(issue(netsuite, header, base=base))


@pytest.mark.parametrize("path", ["issuetoken", "revoketoken", "tokeninfo"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
def test_these_endpoints_take_get_only(netsuite, path, method):
    """Another method is 405 with no body."""
    answer = send(netsuite, method, f"{RESTLETS}/rest/{path}", authorization=nlauth(netsuite))

    assert (405, b"", "GET") == (answer.status_code, answer.data, answer.headers["Allow"])


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "Please enter value(s) for: consumerKey"),
        ("consumerKey=", "Please enter value(s) for: consumerKey"),
        ("consumerkey=a", "Please enter value(s) for: consumerKey"),
        ("consumerKey=a&consumerKey=a", "consumerKey is given more than once."),
        ("consumerKey=a&name=1&name=2", "name is given more than once."),
    ],
)
def test_parameters_come_once_with_a_value(netsuite, query, message):
    """A parameter that is missing, empty or sent twice is a USER_ERROR that names it."""
    answer = issue(netsuite, query=query)

    assert (400, "USER_ERROR", message) == (answer.status_code, *answer.json["error"].values())
    assert ("Failure", None, "bad-parameter") == last(netsuite)
    assert not netsuite.audit_trail[-1].logged_by_netsuite


def revoke(netsuite, authorization, token_id, consumer_key=None):
    key = consumer_key or netsuite.integration.consumer_key
    url = f"{RESTLETS}/rest/revoketoken?consumerKey={key}&token={token_id}"
    header = authorization(url) if callable(authorization) else authorization
    return send(netsuite, "GET", url, authorization=header)


def test_a_token_revokes_itself_by_its_own_signature(netsuite):
    """revoketoken takes an OAuth signature too, the query parameters signed (Celigo's client)."""
    answer = revoke(netsuite, lambda url: netsuite.credentials.authorization("GET", url), netsuite.token.id)

    assert (200, b"") == (answer.status_code, answer.data)
    assert netsuite.token.revoked
    assert ("Success", "token", "Default token") == (
        netsuite.audit_trail[-1].status,
        netsuite.audit_trail[-1].channel,
        netsuite.audit_trail[-1].token_name,
    )


def test_celigos_documented_revoke_signature_is_let_in():
    """The signature in Celigo's tests for revoketoken is right."""
    vector = VECTORS["celigo-revoketoken-get"]
    account = Account(
        "1234567",
        integrations=[Integration(consumer_key=vector["consumer_key"], consumer_secret=vector["consumer_secret"])],
        tokens=[Token(id=vector["token"], secret=vector["token_secret"])],
    )
    netsuite = NetSuiteServer(account)
    netsuite.clock.freeze(int(vector["timestamp"]))
    pairs = {
        "oauth_consumer_key": vector["consumer_key"],
        "oauth_token": vector["token"],
        "oauth_signature_method": vector["signature_method"],
        "oauth_timestamp": vector["timestamp"],
        "oauth_nonce": vector["nonce"],
        "oauth_version": "1.0",
        "oauth_signature": vector["signature"],
    }
    answer = send(netsuite, "GET", vector["url"], authorization=format_authorization(pairs.items(), realm="1234567"))

    assert (200, True) == (answer.status_code, netsuite.token.revoked)


def test_revoketoken_revokes_nothing_but_ones_own(netsuite):
    """Another user's token, another integration's, an unknown one and one revoked already are refused."""
    other = netsuite.account.add_entity(Entity(email="other@example.com"))
    theirs = netsuite.create_token(entity=other, name="Theirs")
    gone = netsuite.create_token(name="Gone")
    gone.revoke()
    signed = lambda url: netsuite.credentials.authorization("GET", url)  # noqa: E731
    user = nlauth(netsuite)
    causes = [
        (theirs.id, None, "The token is another user's; nobody revokes those by an endpoint."),
        ("0" * 64, None, "The account has no such token of this integration."),
        (gone.id, None, "The token is revoked already."),
    ]

    for authorization in (user, signed):
        for token_id, key, cause in causes:
            assert (401, LOGIN) == refused(revoke(netsuite, authorization, token_id, key))
            assert ("token_rejected", cause) == (netsuite.audit_trail[-1].detail, netsuite.audit_trail[-1].cause)
    assert (401, LOGIN) == refused(revoke(netsuite, user, netsuite.token.id, "f" * 64))
    assert ("Failure", "consumer_key_unknown", "issuetoken-consumer_key_unknown") == last(netsuite)
    assert (False, False) == (theirs.revoked, netsuite.token.revoked)


@pytest.mark.parametrize("by", ["user", "signature"])
def test_revoking_needs_the_permission_too(netsuite, by):
    """Log in using Access Tokens lets a role use tokens, not manage them (docs/rules.md 5.1)."""
    netsuite.role.permissions = ["Log in using Access Tokens", "SuiteScript"]
    signed = lambda url: netsuite.credentials.authorization("GET", url)  # noqa: E731
    answer = revoke(netsuite, nlauth(netsuite) if by == "user" else signed, netsuite.token.id)

    assert (403, "INSUFFICIENT_PERMISSION") == refused(answer)
    assert "'User Access Tokens'" in answer.json["error"]["message"]
    assert not netsuite.token.revoked


@pytest.mark.parametrize("name", ["entityId", "userId"])
def test_tokeninfo_tells_what_the_token_stands_for(netsuite, netsuite_client, name):
    """Company, role and entity, as Oracle lists them; of the entity's id the name is the likeliest (7.2)."""
    if name != "entityId":
        netsuite.behaviour.tokeninfo_entity_name = name
    netsuite.entity.id = 42
    answer = netsuite_client.get("/rest/tokeninfo")

    expected = {
        "companyName": "Fake company",
        "companyId": "1234567_SB1",
        "roleName": "Integration",
        "roleId": 1005,
        name: 42,
    }
    assert (200, expected) == (answer.status_code, answer.json)
    assert ("token", "Success", 200) == (
        netsuite.audit_trail[-1].channel,
        netsuite.audit_trail[-1].status,
        netsuite.audit_trail[-1].http_status,
    )


def test_tokeninfo_refuses_as_a_restlet_does(netsuite):
    """tokeninfo is signed like a RESTlet call: its refusals are a RESTlet's, in JSON."""
    answer = send(netsuite, "GET", f"{RESTLETS}/rest/tokeninfo", authorization=nlauth(netsuite))
    assert (401, CREDENTIALS) == refused(answer)
    answer = send(netsuite, "GET", f"{RESTLETS}/rest/tokeninfo")
    assert (401, LOGIN) == refused(answer)
    assert answer.headers["WWW-Authenticate"].startswith('OAuth realm="1234567_SB1", error="token_rejected"')
    assert ("Failure", None, "no-authorization") == last(netsuite)


@pytest.mark.parametrize(("refused_there", "status"), [(True, 401), (False, 200)])
def test_web_services_only_at_the_token_endpoints(netsuite, refused_there, status):
    """The token endpoints are no web services: they refuse such a role as RESTlets do, by the same Behaviour."""
    netsuite.role.web_services_only = True
    netsuite.behaviour.web_services_only_refused = refused_there

    assert status == netsuite.credentials.client().get("/rest/tokeninfo").status_code
    assert status == issue(netsuite).status_code


def test_nlauth_values_are_decoded():
    """Values are percent-encoded (section_4623992425); an application id is skipped, "@" may stand raw."""
    header = (
        "NLAuth nlauth_account=1234567_SB1, nlauth_email=a@b.example,nlauth_signature=%3D%2C%25%20%C3%A9, "
        "nlauth_role=3, nlauth_otp=123456, nlauth_application_id=ABC-1"
    )
    expected = UserCredentials(account="1234567_SB1", email="a@b.example", password="=,% é", role="3", code="123456")

    assert expected == parse_nlauth(header)
    assert "é" not in repr(expected)


@pytest.mark.parametrize(
    "rest", ["", "nlauth_email", "nlauth_email=a b", "nlauth_email=é", "=x", 'nlauth_email="a"', "a=b"]
)
def test_what_is_no_nlauth_header_is_said_without_its_values(rest):
    """A header that cannot be read says where, and shows no value of it."""
    with pytest.raises(BadNLAuthError, match=r"^Item 2 of the NLAuth header is no nlauth_name=value pair"):
        parse_nlauth(f"NLAuth nlauth_signature=secret, {rest}")
    with pytest.raises(BadNLAuthError, match="nlauth_email is sent twice"):
        parse_nlauth("NLAuth nlauth_email=a, nlauth_email=a")


def test_a_good_login_starts_the_count_at_nothing(netsuite):
    """Four failures, a good login, four failures: the next good one is let in."""
    wrong = nlauth(netsuite, nlauth_signature="no")
    for _ in range(2):
        for _ in range(4):
            issue(netsuite, wrong)
        assert issued(issue(netsuite))


def test_the_address_decides_where_the_account_has_ip_rules(netsuite):
    """An address within the rules gets a token, another one none."""
    netsuite.account.ip_rules = ["127.0.0.0/8"]
    assert issued(issue(netsuite))

    netsuite.account.ip_rules = ["192.0.2.0/24"]
    assert (401, CREDENTIALS) == refused(issue(netsuite))


@pytest.mark.parametrize(("at", "code"), RFC_6238.items())
def test_a_secret_of_codes_may_be_in_lower_case(at, code):
    """RFC 4648 section 6 writes base32 in capitals; people type small letters too."""
    secret = base64.b32encode(b"12345678901234567890").decode().lower()

    assert code[-6:] == one_time_code.code(secret, at)


@pytest.mark.parametrize("password", [None, "no"])
def test_netsuites_own_trail_has_each_call_of_issuetoken(netsuite, password):
    """Let in or not, with the application that it was for (docs/rules.md 2)."""
    issue(netsuite, None if password is None else nlauth(netsuite, nlauth_signature=password))

    attempt = netsuite.audit_trail[-1]
    assert (password is None, True, "Default integration") == (
        attempt.accepted,
        attempt.logged_by_netsuite,
        attempt.application,
    )
