"""The three-step authorization flow: requesttoken, the user's decision, accesstoken (docs/rules.md 2.2 and 7.1)."""

from urllib.parse import quote

import pytest
from requests_oauthlib import OAuth1Session
from support.flow import (
    APP,
    CALLBACK,
    RESTLETS,
    VECTORS,
    ask,
    asked,
    exchange,
    header,
    last,
    pairs_of,
    refused,
    send,
    set_,
    take_role_away,
    two_accounts,
)

from pytest_netsuite_tba import Account, Entity, Integration, NetSuiteServer, Role, explain
from pytest_netsuite_tba.login.refusals.token_endpoints import BY_TOKEN_ID, TOKEN_REFUSALS
from pytest_netsuite_tba.report.explanation import explanation
from pytest_netsuite_tba.report.trail import render_trail
from pytest_netsuite_tba.tokens import request_tokens
from pytest_netsuite_tba.tokens.callbacks import matches, with_parameters

pytestmark = pytest.mark.netsuite(strict=False)


def session(netsuite, callback=CALLBACK, **more):
    """A session of requests-oauthlib, which signs by its own code."""
    integration = netsuite.integration
    return OAuth1Session(
        integration.consumer_key,
        client_secret=integration.consumer_secret,
        callback_uri=callback,
        signature_method="HMAC-SHA256",
        **more,
    )


@pytest.mark.netsuite(strict=True)
def test_the_whole_flow_by_requests_oauthlib(netsuite):
    """A token made by the three steps works on a RESTlet at once, and stands among the account's."""
    oauth = session(netsuite)
    oauth.fetch_request_token(f"{netsuite.url}/rest/requesttoken")
    address = oauth.authorization_url(f"{APP}/app/login/secure/authorizetoken.nl", state="abc123XYZ")
    redirect = netsuite.authorize(address)
    oauth.parse_authorization_response(redirect.url)
    made = oauth.fetch_access_token(f"{netsuite.url}/rest/accesstoken")

    token = next(token for token in netsuite.account.tokens.values() if token.id == made["oauth_token"])
    assert (netsuite.integration, netsuite.entity, netsuite.role) == (token.integration, token.entity, token.role)
    answer = (
        netsuite.credentials_for(token)
        .requests()
        .get(
            netsuite.restlet_url("customscript_echo", "customdeploy_echo"), headers={"Content-Type": "application/json"}
        )
    )
    assert (200, token.name) == (answer.status_code, answer.json()["token_name"])
    assert ["token", "token", "restlet"] == [attempt.channel for attempt in netsuite.audit_trail]
    assert ["Success"] * 3 == [attempt.status for attempt in netsuite.audit_trail]


def test_the_redirect_carries_what_oracle_documents(netsuite):
    """oauth_token, oauth_verifier, company, role, entity and state are added to the callback (section_156536698849)."""
    token = asked(netsuite)
    redirect = netsuite.authorize(token["oauth_token"], state="s1")

    expected = (
        f"{CALLBACK}&oauth_token={token['oauth_token']}&oauth_verifier={redirect.verifier}"
        "&company=1234567_SB1&role=1005&entity=1&state=s1"
    )
    assert expected == redirect.url
    assert 64 == len(redirect.verifier)


def test_deny_leaves_the_verifier_empty(netsuite):
    """After Deny the verifier is empty, and the request token is dead."""
    token = asked(netsuite)
    redirect = netsuite.authorize(token["oauth_token"], deny=True)

    assert f"{CALLBACK}&oauth_token={token['oauth_token']}&oauth_verifier=" == redirect.url
    assert (401, "INVALID_LOGIN_ATTEMPT") == refused(exchange(netsuite, token, "0" * 64))
    assert ("Failure", "TokenRejected", "flow-TokenRejected") == last(netsuite)
    with pytest.raises(ValueError, match="does not wait for a user"):
        netsuite.authorize(token["oauth_token"])


@pytest.mark.parametrize("name", ["oracle-flow-step1-requesttoken", "celigo-flow-step1-requesttoken-no-role"])
def test_documented_request_token_signatures_are_let_in(name):
    """The signatures that Oracle and Celigo publish for step 1 are right; a role that is sent comes back."""
    vector = VECTORS[name]
    key, secret = vector["consumer_key"], vector["consumer_secret"]
    netsuite = NetSuiteServer(Account("1234567", integrations=[Integration(consumer_key=key, consumer_secret=secret)]))
    netsuite.clock.freeze(int(vector["timestamp"]))
    answer = send(
        netsuite,
        "POST",
        vector["url"],
        authorization=header(
            netsuite,
            vector["url"],
            realm="1234567",
            oauth_nonce=vector["nonce"],
            oauth_signature=vector["signature"],
            **vector["extra_oauth_params"],
        ),
    )

    pairs = pairs_of(answer)
    assert "true" == pairs["oauth_callback_confirmed"]
    assert vector["extra_oauth_params"].get("role") == pairs.get("role")


def test_the_documented_access_token_signature_is_let_in(monkeypatch):
    """The signature that Oracle publishes for step 3 is right."""
    vector = VECTORS["oracle-flow-step3-accesstoken"]
    key, secret = vector["consumer_key"], vector["consumer_secret"]
    netsuite = NetSuiteServer(Account("1234567", integrations=[Integration(consumer_key=key, consumer_secret=secret)]))
    netsuite.clock.freeze(int(vector["timestamp"]))
    token = asked(netsuite, base="https://1234567.restlets.api.netsuite.com", realm="1234567")
    netsuite.authorize(token["oauth_token"])
    kept = netsuite._fake.desk.request_tokens.find(token["oauth_token"])
    monkeypatch.setattr(kept, "id", vector["token"])
    monkeypatch.setattr(kept, "secret", vector["token_secret"])
    verifier = vector["extra_oauth_params"]["oauth_verifier"]
    object.__setattr__(kept.approval, "verifier", verifier)
    netsuite._fake.desk.request_tokens.add(kept)
    answer = exchange(
        netsuite,
        {"oauth_token": vector["token"], "oauth_token_secret": ""},
        verifier,
        base="https://1234567.restlets.api.netsuite.com",
        realm="1234567",
        oauth_signature=vector["signature"],
        oauth_nonce=vector["nonce"],
    )

    assert {"oauth_token", "oauth_token_secret"} == set(pairs_of(answer))


# How each row of docs/rules.md 2.2 comes about at step 1: records, parameters, detail, status.
LOGIN, REQUEST = "INVALID_LOGIN_ATTEMPT", "INVALID_REQUEST"
STEP_1 = {
    "UnknownIntegration": (None, {"oauth_consumer_key": "f" * 64}, 401, LOGIN),
    "IntegrationBlocked": (set_("integration.state", "BLOCKED"), {}, 401, LOGIN),
    "IntegrationBlocked waiting": (set_("integration.state", "WAITING_FOR_APPROVAL"), {}, 401, LOGIN),
    "AuthorizationFlowRequired": (set_("integration.authorization_flow", False), {}, 401, LOGIN),
    "AuthorizationFlowRequired TBA": (set_("integration.token_based_authentication", False), {}, 401, LOGIN),
    "InvalidTimestamp": (lambda netsuite: netsuite.clock.skew(minutes=6), {}, 400, REQUEST),
    "InvalidTimestamp malformed": (None, {"oauth_timestamp": "soon"}, 400, REQUEST),
    "InvalidSignature": (None, {"consumer_secret": "wrong"}, 401, LOGIN),
    "InvalidCallback <https://my.example.com/TBA/?callbackRequest>": (
        set_("integration.callback_url", "https://other.example.com/"),
        {},
        401,
        LOGIN,
    ),
    "InvalidCallback <oob>": (None, {"oauth_callback": "oob"}, 401, LOGIN),
    "MissingRequiredParameter": (None, {"oauth_callback": None}, 400, REQUEST),
    "MissingRequiredParameter nonce": (None, {"oauth_nonce": None}, 400, REQUEST),
    "MissingRequiredParameter signature": (None, {"oauth_signature": None}, 400, REQUEST),
    "MissingRequiredParameter empty": (None, {"oauth_callback": ""}, 400, REQUEST),
    "NonceRejected": (None, {"oauth_nonce": "abcde"}, 401, LOGIN),
    "NonceUsed": (ask, {}, 401, LOGIN),
    "FeatureDisabled": (set_("account.features.token_based_authentication", False), {}, 405, None),
    "UnknownAlgorithm": (None, {"oauth_signature_method": "HMAC-SHA1"}, 400, REQUEST),
    "VersionRejected": (None, {"oauth_version": "2.0"}, 400, REQUEST),
}


@pytest.mark.parametrize("case", STEP_1)
def test_step_1_is_refused_by_each_row(netsuite, case):
    """Each row of Oracle's table for the request-token step: its detail in the trail, JSON or nothing on the wire."""
    arrange, changed, status, code = STEP_1[case]
    netsuite.clock.freeze("2026-11-25")
    if arrange is not None:
        arrange(netsuite)
    before = len(netsuite._fake.desk.request_tokens)
    answer = ask(netsuite, **changed)

    assert (status, code) == refused(answer)
    attempt = netsuite.audit_trail[-1]
    detail = case if case.startswith("InvalidCallback") else case.partition(" ")[0]
    assert ("token", "Failure", detail, status, code) == (
        attempt.channel,
        attempt.status,
        attempt.detail,
        attempt.http_status,
        attempt.code,
    )
    assert before == len(netsuite._fake.desk.request_tokens)


STEP_3 = {
    "UnknownIntegration": (lambda netsuite: netsuite.integration.reset_credentials(), {"oauth_consumer_key": "f" * 64}),
    "IntegrationBlocked": (set_("integration.state", "BLOCKED"), {}),
    "AuthorizationFlowRequired": (set_("integration.authorization_flow", False), {}),
    "InvalidTimestamp": (lambda netsuite: netsuite.clock.skew(minutes=-6), {}),
    "InvalidSignature": (None, {"token_secret": ""}),
    "MissingRequiredParameter": (None, {"oauth_verifier": None}),
    "MissingRequiredParameter token": (None, {"oauth_token": None}),
    "NonceRejected": (None, {"oauth_nonce": "abcde"}),
    "NonceUsed": (None, {"oauth_nonce": "bUvpxBX93OWo0FLswq5M"}),  # step 1's own
    "TokenRejected": (None, {"oauth_token": "0" * 64}),
    "TokenRejected expired": (lambda netsuite: netsuite.clock.advance(seconds=3601), {}),
    "EntityOrRoleDisabled entity": (set_("entity.active", False), {}),
    "EntityOrRoleDisabled access": (set_("entity.access", False), {}),
    "EntityOrRoleDisabled role": (set_("role.active", False), {}),
    "EntityOrRoleDisabled taken": (take_role_away, {}),
    "EntityOrRoleDisabled permission": (set_("role.permissions", ["Log in using Access Tokens"]), {}),
    "EntityOrRoleDisabled web services": (set_("role.web_services_only", True), {}),
    "InvalidVerifier": (None, {"oauth_verifier": "0" * 64}),
    "FeatureDisabled": (set_("account.features.token_based_authentication", False), {}),
    "UnknownAlgorithm": (None, {"oauth_signature_method": "PLAINTEXT"}),
    "VersionRejected": (None, {"oauth_version": "1.0a"}),
}


@pytest.mark.parametrize("case", STEP_3)
def test_step_3_is_refused_by_each_row(netsuite, case):
    """Each row of Oracle's table for the access-token step; no token is made, and the request token stays."""
    arrange, changed = STEP_3[case]
    netsuite.clock.freeze("2026-11-25")
    token = asked(netsuite)
    redirect = netsuite.authorize(token["oauth_token"])
    if arrange is not None:
        arrange(netsuite)
    answer = exchange(netsuite, token, redirect.verifier, **changed)

    attempt = netsuite.audit_trail[-1]
    assert ("token", "Failure", case.partition(" ")[0]) == (attempt.channel, attempt.status, attempt.detail)
    assert (attempt.http_status, attempt.code) == refused(answer)
    assert (1, 1) == (len(netsuite.account.tokens), len(netsuite._fake.desk.request_tokens))


def test_every_detail_of_the_flow_is_provoked_above():
    """The tables above leave out no detail of the flow."""
    flow = {refusal.detail for refusal in TOKEN_REFUSALS if refusal.id.startswith("flow-")}

    assert flow == {case.partition(" ")[0] for case in (*STEP_1, *STEP_3)}


@pytest.mark.parametrize("wanted", [refusal.id for refusal in TOKEN_REFUSALS if refusal.id.startswith("flow-")])
def test_every_refusal_can_be_forced(netsuite, wanted):
    """refuse_next refuses the next step in any of these ways, whatever it holds, and only that one."""
    netsuite.refuse_next(wanted)
    with netsuite.expect_refusal(BY_TOKEN_ID[wanted].detail, count=1):
        ask(netsuite)

    attempt = netsuite.audit_trail[-1]
    assert (wanted, True, BY_TOKEN_ID[wanted].cause) == (attempt.refusal.id, attempt.forced, attempt.cause)
    assert asked(netsuite, oauth_nonce="another-nonce")


def test_every_refusal_has_a_title_of_its_own_words():
    """A short title that is neither the id nor the detail."""
    assert [] == [
        refusal.id
        for refusal in TOKEN_REFUSALS
        if not 0 < len(refusal.title) < 50 or refusal.title in (refusal.id, refusal.detail)
    ]


def test_the_report_begins_with_the_title(netsuite):
    """What is wrong, in words, of a signed step and of a user's log-in; the detail stays in its own column."""
    ask(netsuite, oauth_callback="oob")
    send(netsuite, "GET", f"{RESTLETS}/rest/issuetoken?consumerKey=x")
    report = render_trail(netsuite.audit_trail, width=120)
    netsuite.audit_trail.clear()

    assert "401 Failure  InvalidCallback <oob>" in report
    assert "    What  Callback differs from the integration's (proven)\n    Why   oauth_callback is " in report
    assert "    What  No user credentials\n    Why   The request has no Authorization header.\n" in report


def test_a_parameter_of_the_flow_is_sent_once(netsuite):
    """In the header and in the query, however spelt there, it is twice (RFC 5849 section 3.1)."""
    url = f"{RESTLETS}/rest/requesttoken"
    sent = header(netsuite, url, oauth_callback=CALLBACK)
    with netsuite.expect_refusal("flow-malformed", count=1) as attempts:
        send(netsuite, "POST", f"{url}?oauth%5Fcallback=https://other.example.com/", authorization=sent)

    assert "oauth_callback is sent twice: in the Authorization header and in the query string." == attempts[0].cause


def test_an_undecided_request_token_has_no_verifier(netsuite):
    """Before the user allowed it, no verifier is right."""
    token = asked(netsuite)

    assert (401, LOGIN) == refused(exchange(netsuite, token, "0" * 64))
    assert ("Failure", "InvalidVerifier", "flow-InvalidVerifier") == last(netsuite)


def test_a_request_token_works_once(netsuite):
    """A second exchange is refused, and told as such; the first one's token lives on, another id is unknown."""
    netsuite.clock.freeze("2026-11-25")
    token = asked(netsuite)
    verifier = netsuite.authorize(token["oauth_token"]).verifier
    pairs_of(exchange(netsuite, token, verifier))

    exchanged = netsuite.audit_trail[-1]
    netsuite.clock.advance(seconds=90)

    assert (401, LOGIN) == refused(exchange(netsuite, token, verifier, oauth_nonce="another-nonce"))
    assert ("Failure", "TokenRejected", "flow-TokenRejected") == last(netsuite)
    assert (
        f"The request token was used already: attempt {exchanged.id} exchanged it for an access token at "
        "2026-11-25 00:00:00 UTC."
    ) == netsuite.audit_trail[-1].cause
    assert "Keep the access token that it gave" in netsuite.audit_trail[-1].cure
    assert 2 == len(netsuite.account.tokens)
    exchange(netsuite, token, verifier, oauth_token="0" * 64, oauth_nonce="a-third-nonce")
    assert "There is no request token of this id." == netsuite.audit_trail[-1].cause


def test_an_expired_request_token_is_told_as_such(netsuite):
    """By the account's clock, after Behaviour.request_token_seconds."""
    netsuite.behaviour.request_token_seconds = 60
    token = asked(netsuite)
    verifier = netsuite.authorize(token["oauth_token"]).verifier
    netsuite.clock.advance(seconds=61)

    assert (401, LOGIN) == refused(exchange(netsuite, token, verifier))
    assert "The request token is older than 60 seconds." == netsuite.audit_trail[-1].cause


def test_a_request_token_of_another_integration_is_refused(netsuite):
    """A request token belongs to the integration that asked for it."""
    other = netsuite.account.add_integration(Integration(name="Other"))
    token = asked(netsuite)
    verifier = netsuite.authorize(token["oauth_token"]).verifier
    answer = exchange(
        netsuite, token, verifier, oauth_consumer_key=other.consumer_key, consumer_secret=other.consumer_secret
    )

    assert (401, LOGIN) == refused(answer)
    assert "The request token was made for another integration." == netsuite.audit_trail[-1].cause


@pytest.mark.parametrize("realm", [None, "1234567_SB1"])
def test_realm_is_optional(netsuite, realm):
    """Realm may be left out since 2020.1 (section_156338994830)."""
    token = asked(netsuite, realm=realm)
    verifier = netsuite.authorize(token["oauth_token"]).verifier

    assert pairs_of(exchange(netsuite, token, verifier, realm=realm))


def test_a_wrong_realm_is_refused(netsuite):
    """A realm that is sent must be the account that the host names."""
    assert (401, LOGIN) == refused(ask(netsuite, realm="1234567-sb1"))
    assert ("Failure", None, "wrong-realm") == last(netsuite)


@pytest.mark.parametrize("host", ["system.netsuite.com", "rest.netsuite.com", "1234567-sb1.app.netsuite.com"])
def test_the_steps_are_served_at_each_of_their_hosts(netsuite, host):
    """Who does not know the account asks a shared host; the redirect then tells the company."""
    token = asked(netsuite, base=f"https://{host}", realm=None)
    redirect = netsuite.authorize(token["oauth_token"])

    assert "1234567_SB1" == redirect.company
    assert pairs_of(exchange(netsuite, token, redirect.verifier, base=f"https://{host}", realm=None))


def test_a_blocked_integration_shows_only_where_the_company_is_named(netsuite):
    """IntegrationBlocked at step 1 needs the company ID; without it step 3 is the first to tell (docs/rules.md 2.2)."""
    netsuite.integration.state = "BLOCKED"
    token = asked(netsuite, base="https://system.netsuite.com", realm=None)
    verifier = netsuite.authorize(token["oauth_token"]).verifier

    assert (401, LOGIN) == refused(exchange(netsuite, token, verifier, base="https://system.netsuite.com", realm=None))
    assert ("Failure", "IntegrationBlocked", "flow-IntegrationBlocked") == last(netsuite)
    assert (401, LOGIN) == refused(ask(netsuite, base="https://system.netsuite.com", oauth_nonce="another-nonce"))
    assert ("Failure", "IntegrationBlocked", "flow-IntegrationBlocked") == last(netsuite)


def test_the_first_use_installs_the_integration_record():
    """The access-token step installs another account's record (section_156537025868); the token works there."""
    netsuite = two_accounts()
    customer = netsuite.accounts["2222222"]
    base = "https://2222222.restlets.api.netsuite.com"
    token = asked(netsuite, base=base, realm="2222222")
    assert 0 == len(customer.integrations)
    redirect = netsuite.authorize(token["oauth_token"])
    made = pairs_of(exchange(netsuite, token, redirect.verifier, base=base, realm="2222222"))

    record = customer.integrations["Default integration"]
    assert ("2222222", "ENABLED") == (redirect.company, record.state)
    assert netsuite.integration is not record
    assert netsuite.integration.consumer_key == record.consumer_key
    signed = next(token for token in customer.tokens.values() if token.id == made["oauth_token"])
    url = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"
    assert 200 == netsuite.credentials_for(signed).client().get(url).status_code


def test_an_installed_record_may_wait_for_approval():
    """With the preference on, the record is Waiting for Approval: the step succeeds once it is approved."""
    netsuite = two_accounts(approve_auto_installation=True)
    customer = netsuite.accounts["2222222"]
    base = "https://2222222.restlets.api.netsuite.com"
    token = asked(netsuite, base=base, realm="2222222")
    verifier = netsuite.authorize(token["oauth_token"]).verifier

    assert (401, LOGIN) == refused(exchange(netsuite, token, verifier, base=base, realm="2222222"))
    assert ("Failure", "IntegrationBlocked", "flow-IntegrationBlocked") == last(netsuite)
    record = customer.integrations["Default integration"]
    assert "WAITING_FOR_APPROVAL" == record.state
    record.state = "ENABLED"
    assert pairs_of(exchange(netsuite, token, verifier, base=base, realm="2222222", oauth_nonce="another-nonce"))


def test_a_token_allowed_elsewhere_is_refused():
    """The access-token step belongs to the account where the user allowed it."""
    netsuite = two_accounts()
    token = asked(netsuite, base="https://system.netsuite.com", realm=None)
    verifier = netsuite.authorize(token["oauth_token"], account="2222222").verifier
    answer = exchange(netsuite, token, verifier, base="https://1111111.restlets.api.netsuite.com", realm=None)

    assert (401, LOGIN) == refused(answer)
    assert "The user allowed it for account 2222222." == netsuite.audit_trail[-1].cause


CALLBACKS = [
    ("https://a.example/cb", "https://a.example/cb", True),
    ("https://a.example/cb", "https://a.example/cb/", False),
    ("https://a.example/cb", "https://A.example/cb", False),
    ("https://a.example/cb", "https://a.example/cb?x=1", False),
    ("http://localhost:*/cb", "http://localhost:8080/cb", True),
    ("http://localhost:*/cb", "http://localhost:8080/other", False),
    ("http://localhost:*/cb", "http://localhost:99999999/cb", False),
    ("http://localhost:*/cb", "http://localhost:80@evil.example/cb", False),
    ("http://localhost:*", "http://localhost:1", True),
    ("http://localhost:8080/cb", "http://localhost:8081/cb", False),
    ("https://*.example/cb", "https://a.example/cb", False),
    ("", "https://any.example/", True),
    ("", "myapp://callback", True),
    ("", "/relative", False),
    ("", "javascript:alert(1)", False),
    ("", "https://a.example/\r\nX: y", False),
    ("", "https://a.example/ü", False),
]


@pytest.mark.parametrize(("registered", "sent", "expected"), CALLBACKS)
def test_callbacks(registered, sent, expected):
    """The callback is the record's, character by character; only localhost:* stands for any port."""
    assert expected == matches(registered, sent)


@pytest.mark.parametrize(
    ("callback", "expected"),
    [
        ("https://a.example/cb", "https://a.example/cb?a=1%262"),
        ("https://a.example/cb?x", "https://a.example/cb?x&a=1%262"),
        ("https://a.example/cb?", "https://a.example/cb?a=1%262"),
        ("https://a.example/cb?x&", "https://a.example/cb?x&a=1%262"),
        ("https://a.example/cb#top", "https://a.example/cb?a=1%262#top"),
    ],
)
def test_parameters_are_added_to_whatever_query_a_callback_has(callback, expected):
    """What is added goes behind the callback's own query and before its fragment."""
    assert expected == with_parameters(callback, {"a": "1&2"})


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "post"])
@pytest.mark.parametrize("path", ["/rest/requesttoken", "/rest/accesstoken"])
def test_the_steps_take_post_only(netsuite, path, method):
    """Another method is 405 with no body."""
    answer = send(netsuite, method, f"{RESTLETS}{path}")

    assert (405, b"", "POST") == (answer.status_code, answer.data, answer.headers["Allow"])
    assert ("Failure", None, "method-not-allowed") == last(netsuite)


def test_authorize_says_why_it_cannot(netsuite):
    """In a test, what the page would not let the user do is an error with the reason."""
    netsuite.account.roles.add(Role(id=7, name="Web", web_services_only=True))
    netsuite.entity.give_role(netsuite.account.roles[7])
    token = asked(netsuite)["oauth_token"]

    with pytest.raises(ValueError, match="has the Web Services Only box ticked"):
        netsuite.authorize(token, role=7)
    with pytest.raises(ValueError, match="99 is not valid; valid: 1005, 7"):
        netsuite.authorize(token, role=99)
    with pytest.raises(ValueError, match="expected letters and digits"):
        netsuite.authorize(token, state="a-b")
    with pytest.raises(ValueError, match="is not served here; valid: 1234567_SB1"):
        netsuite.authorize(token, account="1")
    assert "1005" == netsuite.authorize(token).role


def test_the_role_that_step_1_asked_for_is_picked(netsuite):
    """`role` in the first step comes back, and is the role picked on the page."""
    netsuite.account.roles.add(Role(id=7, name="Other"))
    netsuite.entity.give_role(netsuite.account.roles[7])
    token = asked(netsuite, role="7")

    assert "7" == token["role"]
    assert "7" == netsuite.authorize(token["oauth_token"]).role


def test_no_secret_is_in_a_repr(netsuite):
    """Secrets and verifiers stay out of every repr."""
    token = asked(netsuite)
    redirect = netsuite.authorize(token["oauth_token"])
    kept = netsuite._fake.desk.request_tokens.find(token["oauth_token"])
    shown = repr([kept, redirect, netsuite.entity, netsuite.audit_trail[-1]])

    secrets = (
        token["oauth_token_secret"],
        redirect.verifier,
        netsuite.entity.password,
        netsuite.entity.two_factor_secret,
    )
    assert [] == [secret for secret in secrets if secret in shown]


def test_a_wrong_signature_is_diagnosed(netsuite):
    """A flow request signed in a known wrong way is named, proven by recomputation."""
    url = f"{RESTLETS}/rest/requesttoken"
    right = header(netsuite, url, oauth_callback=CALLBACK)
    send(netsuite, "POST", url.replace("https", "http"), authorization=right)

    diagnosis = netsuite.audit_trail[-1].diagnosis
    assert ("flow-InvalidSignature", True) == (netsuite.audit_trail[-1].refusal.id, diagnosis.proven)


def curl(url, authorization):
    return f"curl -X POST '{url}' -H 'Authorization: {authorization}'"


def test_a_captured_first_step_is_explained(netsuite):
    """explain() judges a captured requesttoken by the flow's own checks, and names the mistake."""
    url = f"{RESTLETS}/rest/requesttoken"
    assert explain(curl(url, header(netsuite, url, oauth_callback=CALLBACK)), netsuite.account).accepted
    unsigned_callback = header(netsuite, url).replace("OAuth ", f'OAuth oauth_callback="{quote(CALLBACK, safe="")}", ')
    attempt = explain(curl(url, unsigned_callback), netsuite.account)

    assert ("InvalidSignature", "flow-InvalidSignature") == (attempt.detail, attempt.refusal.id)
    assert attempt.diagnosis.proven
    assert netsuite.integration.consumer_secret not in attempt.diagnosis.render()


def test_a_captured_third_step_without_its_request_token(netsuite):
    """The request token of a captured accesstoken is unknown, so the step is not judged, and nothing said of its signature."""
    url = f"{RESTLETS}/rest/accesstoken"
    authorization = header(netsuite, url, oauth_token="0" * 64, oauth_verifier="0" * 64, token_secret="x")
    attempt = explain(curl(url, authorization), netsuite.account)

    assert (None, "NotJudged") == (attempt.accepted, attempt.status)
    assert ("Without the secrets the signature cannot be checked.",) == attempt.diagnosis.notes


# -- secrets -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("short_searches")
@pytest.mark.parametrize("spelt", [lambda secret: secret, lambda secret: quote(secret, safe="")])
def test_a_secret_in_the_callback_is_shown_nowhere(netsuite, spelt):
    """A refused requesttoken tells neither the token's secret nor the application's that stood in its oauth_callback."""
    netsuite.token.secret, netsuite.integration.consumer_secret = "s&cret+of the token", "s=cret of the application"
    secrets = (netsuite.token.secret, netsuite.integration.consumer_secret)
    for number, secret in enumerate(secrets):
        callback = f"https://my.example.com/?leaked={spelt(secret)}"
        netsuite.integration.callback_url = "https://other.example.com/"
        ask(netsuite, oauth_callback=callback, oauth_nonce=f"leaked{number:06}")
        ask(netsuite, oauth_callback=callback, oauth_nonce=f"wrong{number:07}", consumer_secret="wrong")
    attempts = list(netsuite.audit_trail)
    with pytest.raises(AssertionError) as verdict:
        netsuite.verify()
    shown = [
        *(f"{attempt!r}{attempt.as_dict()}{attempt.diagnosis.render(width=500)}" for attempt in attempts),
        *(str(explanation(attempt, server_url="http://127.0.0.1:1", is_proxy=False)) for attempt in attempts),
        render_trail(netsuite.audit_trail, width=500),
        str(verdict.value),
    ]

    assert ["InvalidCallback", "InvalidSignature"] * 2 == [attempt.refusal.detail for attempt in attempts]
    assert "[secret]" in attempts[0].detail
    forms = [
        form for secret in secrets for form in (secret, quote(secret, safe=""), quote(quote(secret, safe=""), safe=""))
    ]
    assert [] == [(form, text) for form in forms for text in shown if form in text]


def test_deny_gives_the_applications_state_back(netsuite):
    """An application that checks the state needs it on either way."""
    redirect = netsuite.authorize(asked(netsuite)["oauth_token"], deny=True, state="s1")

    assert ("s1", True) == (redirect.state, redirect.url.endswith("&oauth_verifier=&state=s1"))


@pytest.mark.parametrize("inactive", [0, 1])
def test_the_last_step_looks_at_the_role_that_was_approved(inactive):
    """What becomes of another role of the user's changes nothing."""
    roles = [Role(id=1010, name="First"), Role(id=1011, name="Second")]
    netsuite = NetSuiteServer(Account(roles=roles, entities=[Entity(email="a@b.example", roles=roles)]))
    token = asked(netsuite)
    redirect = netsuite.authorize(token["oauth_token"], role=1011)
    roles[inactive].active = False

    answer = exchange(netsuite, token, redirect.verifier)

    assert answer.status_code == (401 if inactive else 200)


# -- who may, where and how often ----------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [True, False])
def test_web_services_only_keeps_the_user_interface_shut(netsuite, before):
    """Whether RESTlets take such a role is open; that it has no user interface is not (docs/rules.md 5.3)."""
    netsuite.behaviour.web_services_only_refused = False
    token = asked(netsuite)
    if before:
        netsuite.role.web_services_only = True
        with pytest.raises(ValueError, match="has the Web Services Only box ticked"):
            netsuite.authorize(token["oauth_token"])
        return
    verifier = netsuite.authorize(token["oauth_token"]).verifier
    netsuite.role.web_services_only = True

    assert (401, LOGIN) == refused(exchange(netsuite, token, verifier))
    assert ("Failure", "EntityOrRoleDisabled", "flow-EntityOrRoleDisabled") == last(netsuite)
    assert 1 == len(netsuite.account.tokens)


def test_a_nonce_is_one_applications(netsuite):
    """Another application may use the same nonce in the same second; the first may not again (docs/rules.md 2.2)."""
    netsuite.clock.freeze("2026-11-25")
    other = netsuite.account.add_integration(Integration(name="Other"))
    others = {"oauth_consumer_key": other.consumer_key, "consumer_secret": other.consumer_secret}

    assert asked(netsuite)
    assert asked(netsuite, **others)
    assert (401, LOGIN) == refused(ask(netsuite, **others))
    assert ("Failure", "NonceUsed", "flow-NonceUsed") == last(netsuite)


def test_the_host_says_whose_request_token_it_is():
    """Without a realm the account's own host names it: that account, not the first, decides and gets the token."""
    netsuite = two_accounts()
    base = "https://2222222.restlets.api.netsuite.com"
    token = asked(netsuite, base=base, realm=None)
    assert "2222222" == netsuite.authorize(token["oauth_token"]).company

    netsuite.accounts["2222222"].features.token_based_authentication = False
    assert (405, None) == refused(ask(netsuite, base=base, realm=None, oauth_nonce="another-nonce"))


def test_a_request_token_that_names_no_account_belongs_to_none():
    """At a host that all share, without a realm, the user's log-in is to tell."""
    netsuite = two_accounts()
    named = asked(netsuite, base="https://1111111.restlets.api.netsuite.com", realm="1111111")
    unnamed = asked(netsuite, base="https://system.netsuite.com", realm=None, oauth_nonce="another-nonce")
    kept = [netsuite._fake.desk.request_tokens.find(token["oauth_token"]).account for token in (named, unnamed)]

    assert [netsuite.accounts["1111111"], None] == kept


def test_the_oldest_request_token_makes_room_for_the_newest(netsuite, monkeypatch):
    """No more are kept than the bound says; each new one is let in, and the rest still wait."""
    monkeypatch.setattr(request_tokens, "KEPT", 2)
    asking = [asked(netsuite, oauth_nonce=f"nonce-{number}")["oauth_token"] for number in range(4)]
    waits = [netsuite._fake.desk.waiting(token_id) is not None for token_id in asking]

    assert ([False, False, True, True], 2) == (waits, len(netsuite._fake.desk.request_tokens))


def test_the_oldest_exchange_is_forgotten_and_its_token_stays_dead(netsuite, monkeypatch):
    """When a request token was exchanged is remembered within the same bound; no token works twice either way."""
    monkeypatch.setattr(request_tokens, "KEPT", 2)
    spent = []
    for number in range(4):
        token = asked(netsuite, oauth_nonce=f"asked-{number}")
        spent.append((token, netsuite.authorize(token["oauth_token"]).verifier))
        assert pairs_of(exchange(netsuite, *spent[-1], oauth_nonce=f"exchanged-{number}"))
    causes = []
    for number, (token, verifier) in enumerate(spent):
        assert (401, LOGIN) == refused(exchange(netsuite, token, verifier, oauth_nonce=f"again-{number}"))
        causes.append(netsuite.audit_trail[-1].cause.startswith("The request token was used already"))

    assert [False, False, True, True] == causes
    assert 5 == len(netsuite.account.tokens)


def test_a_reset_ends_the_request_tokens(netsuite):
    """What was asked for before is unknown afterwards, allowed or not; asking anew works."""
    token, waiting = asked(netsuite), asked(netsuite, oauth_nonce="another-nonce")
    verifier = netsuite.authorize(token["oauth_token"]).verifier
    netsuite._fake.restore([netsuite.account.copy()])

    assert (401, LOGIN) == refused(exchange(netsuite, token, verifier))
    assert ("Failure", "TokenRejected", "flow-TokenRejected") == last(netsuite)
    with pytest.raises(ValueError, match="does not wait for a user"):
        netsuite.authorize(waiting["oauth_token"])
    assert netsuite.authorize(asked(netsuite, oauth_nonce="a-third-nonce")["oauth_token"]).verifier


def test_authorize_takes_whom_it_is_told():
    """The token is the named user's; a role that step 1 asked for and this user lacks is not picked."""
    roles = [Role(id=1010, name="First"), Role(id=1011, name="Second")]
    entities = [Entity(email="a@b.example", roles=roles), Entity(email="c@d.example", roles=roles[:1])]
    netsuite = NetSuiteServer(Account("1234567_SB1", roles=roles, entities=entities))
    token = asked(netsuite, role="1011")
    address = f"{APP}/app/login/secure/authorizetoken.nl?oauth_token={token['oauth_token']}&state=s1"
    redirect = netsuite.authorize(address, entity="c@d.example")

    assert (token["oauth_token"], str(entities[1].id), "1010", "s1") == (
        redirect.token,
        redirect.entity,
        redirect.role,
        redirect.state,
    )
    made = pairs_of(exchange(netsuite, token, redirect.verifier))
    assert ["c@d.example"] == [
        token.entity.email for token in netsuite.account.tokens.values() if token.id == made["oauth_token"]
    ]


def test_a_wrong_signature_of_the_third_step_is_diagnosed(netsuite):
    """Its key holds the request token's secret: recomputed with that, the mistake is proven."""
    token = asked(netsuite)
    verifier = netsuite.authorize(token["oauth_token"]).verifier
    url = f"{RESTLETS}/rest/accesstoken"
    signed = {"oauth_token": token["oauth_token"], "oauth_verifier": verifier, "oauth_nonce": "another-nonce"}
    right = header(netsuite, url, token_secret=token["oauth_token_secret"], **signed)
    send(netsuite, "POST", url.replace("https", "http"), authorization=right)

    attempt = netsuite.audit_trail[-1]
    assert ("flow-InvalidSignature", True) == (attempt.refusal.id, attempt.diagnosis.proven)
    assert token["oauth_token_secret"] not in attempt.diagnosis.render(width=500)
