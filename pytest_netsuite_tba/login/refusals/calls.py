"""Every way in which NetSuite refuses a login, worded once.

Rows are those of the table of checks in ``docs/refusals.md``; details are Oracle's
(subsect_156935170194), in Oracle's mixed spelling. The wire, the report and the docs
render this table and word nothing anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.records import Integration
from pytest_netsuite_tba.login.refusal import NO_PERMISSION, WEB_SERVICES, PublicError, Refusal, set_field

if TYPE_CHECKING:
    from pytest_netsuite_tba.account.behaviour import Behaviour
    from pytest_netsuite_tba.account.records import Account, Token


def _use_another_integration(account: Account, token: Token) -> None:
    token.integration = account.add_integration(Integration(name=f"Not the integration of {token.name}"))


def _timestamp_code(behaviour: Behaviour) -> dict[str, object]:
    code = behaviour.timestamp_outside_window_code
    return {"code": code, "status": 400 if code == "INVALID_REQUEST" else None}


def _restlet_on_suitetalk(behaviour: Behaviour) -> dict[str, object]:
    known = behaviour.restlet_on_suitetalk == "INVALID_URL"
    return {} if known else {"code": None, "status": 403}


# fmt: off
CALLS: tuple[Refusal, ...] = (
    Refusal(id="unknown-host", row=1, code=None, status=403, logged=False, header_at_fault=False,
        answers=dict.fromkeys(WEB_SERVICES, PublicError(None, 403, "")),
        cause="The host belongs to no account that is served here.",
        cure="Use the account's own host: the account id in lower case, with a hyphen for the underscore."),
    Refusal(id="plain-http", row=1, code=None, status=403, logged=False, header_at_fault=False,
        answers=dict.fromkeys(WEB_SERVICES, PublicError(None, 403, "")), title="Plain http",
        cause="The request came by plain http; NetSuite speaks TLS alone.",
        cure="Call https:// and sign that URL."),
    Refusal(id="no-service-at-host", row=1, code=None, status=404, logged=False,
        answers=dict.fromkeys(WEB_SERVICES, PublicError(None, 404, "")),
        cause="The account's hosts extforms, shop and secure run no RESTlets and no web services.",
        cure="Call RESTlets at the account's restlets host: 1234567-sb1.restlets.api.netsuite.com."),
    Refusal(id="restlet-on-suitetalk-host", row=1, code="INVALID_URL", status=400, channels=("restlet",), logged=False,
        settle=_restlet_on_suitetalk, text="Invalid URL.",  # the words are ours: only the code was seen
        cause="The path is of RESTlets, but the host is that of web services.",
        cure="Call RESTlets at the account's restlets host: 1234567-sb1.restlets.api.netsuite.com."),
    Refusal(id="rest-on-restlets-host", row=1, status=401, channels=("restlet",), logged=False,
        cause="The path is of REST web services, but the host is that of RESTlets.",
        cure="Call REST web services at the account's suitetalk host: 1234567-sb1.suitetalk.api.netsuite.com."),
    Refusal(id="no-authorization", row=2, status=401, logged=False,
        settle=lambda behaviour: {"code": behaviour.missing_header_code},
        cause="The request has no Authorization header.",
        cure="Sign the request; if it followed a redirect, sign the second request as well."),
    Refusal(id="user-credentials", row=2, code="INVALID_LOGIN_CREDENTIALS", channels=("restlet", "rest"),
        logged=False, mistake="bearer-or-nlauth-mixed",
        cause="The Authorization header holds user credentials (NLAuth).",
        cure="Sign with a token; RESTlets made since 2021.1 take no user credentials."),
    Refusal(id="other-scheme", row=2, status=401, channels=("restlet", "rest"), logged=False,
        mistake="bearer-or-nlauth-mixed",
        cause="The Authorization header is not of the OAuth scheme.",
        cure="Send 'Authorization: OAuth realm=..., oauth_consumer_key=...', signed with a token."),
    Refusal(id="session-cookie", row=2, status=401, channels=("restlet", "rest"), logged=False,
        mistake="cookie-sent", header_at_fault=False,
        cause="A session cookie (JSESSIONID) came together with the Authorization header.",
        cure="Send no cookies of NetSuite's user interface with a signed request."),
    Refusal(id="parameter_rejected", row=3, detail="parameter_rejected", code="INVALID_REQUEST", status=400,
        channels=("restlet", "rest"), web_services_detail=None,
        cause="A parameter of the Authorization header is sent twice, malformed or empty.",
        cure='Send each OAuth parameter once, as name="percent-encoded value", separated by commas.'),
    Refusal(id="MissingTokenPassportRequiredFields", row=4, detail="MissingTokenPassportRequiredFields",
        code="INVALID_REQUEST", status=400, mistake="params-missing",
        cause="A required OAuth parameter is missing.",
        cure="Send oauth_consumer_key, oauth_token, oauth_signature_method, oauth_timestamp, oauth_nonce and "
        "oauth_signature."),
    Refusal(id="VersionRejected", row=5, detail="VersionRejected", code="INVALID_REQUEST", status=400,
        channels=("restlet", "rest"), web_services_detail=None, mistake="version-not-1.0",
        cause="oauth_version is not 1.0.",
        cure='Send oauth_version="1.0", or leave it out.'),
    Refusal(id="UnknownAlgorithm", row=6, detail="UnknownAlgorithm", code="INVALID_REQUEST", status=400,
        cause="The signature method is not HMAC-SHA256.",
        cure="Sign with HMAC-SHA256; HMAC-SHA1 ended with release 2023.1."),
    Refusal(id="InvalidTimestamp-malformed", row=7, detail="InvalidTimestamp", code="INVALID_REQUEST", status=400,
        needs_new_nonce=True,
        cause="oauth_timestamp is not a positive whole number.",
        cure="Send Unix time in whole seconds: ten digits."),
    Refusal(id="InvalidTimestamp", row=7, detail="InvalidTimestamp", code="INVALID_REQUEST", status=400,
        needs_new_nonce=True, settle=_timestamp_code, arrange=lambda account, _: account.clock.skew(minutes=7),
        cause="oauth_timestamp is more than five minutes off NetSuite's clock.",
        cure="Keep the client's clock by NTP, send seconds (not milliseconds), and sign just before sending."),
    Refusal(id="realm-missing", row=8, channels=("restlet", "rest"), logged=False, mistake="realm-missing",
        settle=lambda behaviour: {"code": behaviour.missing_realm_code, "logged": behaviour.wrong_realm_logged},
        cause="The Authorization header has no realm.",
        cure="Add realm with the account id, upper case with an underscore: 1234567_SB1."),
    Refusal(id="wrong-realm", row=8, logged=False,
        settle=lambda behaviour: {"logged": behaviour.wrong_realm_logged},
        cause="realm is not the id of the account that was called.",
        cure="Write the account id as NetSuite does, upper case with an underscore: 1234567_SB1."),
    Refusal(id="FeatureDisabled", row=9, detail="FeatureDisabled", mistake="feature-disabled",
        header_at_fault=False, arrange=set_field("account.features.token_based_authentication", value=False),
        cause="The account has the Token-based Authentication feature switched off.",
        cure="Switch it on at Setup > Company > Enable Features > SuiteCloud."),
    Refusal(id="consumer_key_unknown", row=10, detail="consumer_key_unknown",
        mistake="integration-blocked-or-unknown", header_at_fault=False,
        arrange=lambda _, token: token.integration.reset_credentials(),
        cause="No integration record has this consumer key.",
        cure="Correct the consumer key; it changes when the integration's credentials are reset."),
    Refusal(id="consumer_key_refused-blocked", row=11, detail="consumer_key_refused",
        mistake="integration-blocked-or-unknown", header_at_fault=False,
        arrange=set_field("token.integration.state", "BLOCKED"),
        cause="The integration record is Blocked.",
        cure="Set the integration record's State to Enabled."),
    Refusal(id="consumer_key_refused-waiting-for-approval", row=11, detail="consumer_key_refused",
        mistake="integration-blocked-or-unknown", header_at_fault=False,
        arrange=set_field("token.integration.state", "WAITING_FOR_APPROVAL"),
        cause="The integration record is Waiting for Approval.",
        cure="Approve it: set the integration record's State to Enabled."),
    Refusal(id="consumer_key_refused-tba-unticked", row=11, detail="consumer_key_refused",
        mistake="integration-blocked-or-unknown", header_at_fault=False,
        settle=lambda behaviour: {"detail": behaviour.tba_unticked_detail},
        arrange=set_field("token.integration.token_based_authentication", value=False),
        cause="The integration record has its Token-based Authentication box unticked.",
        cure="Tick Token-based Authentication on the integration record."),
    Refusal(id="token_rejected-unknown", row=12, detail="token_rejected", mistake="token-revoked-or-inactive",
        header_at_fault=False, arrange=lambda account, token: account.delete_token(token),
        cause="The account has no token of this id.",
        cure="Use a token of this very account; a sandbox refresh deletes the sandbox's tokens."),
    Refusal(id="token_rejected-revoked", row=12, detail="token_rejected", mistake="token-revoked-or-inactive",
        header_at_fault=False, arrange=lambda _, token: token.revoke(),
        cause="The token is revoked.",
        cure="Create another token; revoking is permanent."),
    Refusal(id="token_rejected-inactive", row=12, detail="token_rejected", mistake="token-revoked-or-inactive",
        header_at_fault=False, arrange=set_field("token.active", value=False),
        cause="The token is inactive.",
        cure="Clear the Inactive box of the token."),
    Refusal(id="token_rejected-other-integration", row=12, detail="token_rejected",
        mistake="token-of-another-integration", header_at_fault=False, arrange=_use_another_integration,
        cause="The token was made for another integration record.",
        cure="Use the token together with the consumer key of its own integration."),
    Refusal(id="InvalidSignature", row=13, detail="InvalidSignature", counted=True,
        cause="The signature is not the one that this request and these secrets make.",
        cure="Check both secrets first; then compare the client's base string with the expected one."),
    Refusal(id="nonce_rejected", row=14, detail="nonce_rejected", web_services_detail=None, needs_new_nonce=True,
        cause="The nonce is shorter than six characters.",
        cure="Send a nonce of six characters or more, ideally 20."),
    Refusal(id="nonce_used", row=15, detail="nonce_used", web_services_detail="NonceUsed", needs_new_nonce=True,
        cause="This user already used this nonce with this timestamp.",
        cure="Make a new nonce and signature for each request; "
             "never resend a header, not after a redirect or a retry."),
    Refusal(id="temporary_locked", row=16, detail="temporary_locked", mistake="user-inactive-or-ip-blocked",
        header_at_fault=False, arrange=lambda account, token: token.entity.lock(account.clock.now() + 30 * 60),
        cause="The user is locked after five failed logins.",
        cure="Wait 30 minutes, or have the user's password reset."),
    Refusal(id="permission_denied-entity-inactive", row=17, detail="permission_denied",
        mistake="user-inactive-or-ip-blocked", header_at_fault=False,
        arrange=set_field("token.entity.active", value=False),
        cause="The token's entity is inactive.",
        cure="Clear the Inactive box of the entity."),
    Refusal(id="permission_denied-no-access", row=17, detail="permission_denied",
        mistake="user-inactive-or-ip-blocked", header_at_fault=False,
        arrange=set_field("token.entity.access", value=False),
        cause="The token's entity has no access to NetSuite.",
        cure="Tick Give Access on the entity's Access tab."),
    Refusal(id="permission_denied-role-inactive", row=17, detail="permission_denied",
        mistake="role-inactive-or-taken-away", header_at_fault=False,
        arrange=set_field("token.role.active", value=False),
        cause="The token's role is inactive.",
        cure="Clear the Inactive box of the role."),
    Refusal(id="permission_denied-role-taken-away", row=17, detail="permission_denied",
        mistake="role-inactive-or-taken-away", header_at_fault=False,
        arrange=lambda _, token: token.entity.take_role_away(token.role),
        cause="The token's entity no longer has the token's role.",
        cure="Give the role back to the entity, or create a token for a role that it has."),
    Refusal(id="permission_denied-role-switched-off", row=17, detail="permission_denied",
        mistake="role-inactive-or-taken-away", header_at_fault=False,
        arrange=set_field("token.role.switched_off_by_user", value=True),
        cause="The user switched the token's role off in View My Roles.",
        cure="Switch the role on again in View My Roles."),
    Refusal(id="permission_denied-no-token-permission", row=17, detail="permission_denied",
        mistake="role-lacks-permission", header_at_fault=False,
        arrange=set_field("token.role.permissions", ["SuiteScript"]),
        answers={"rest": NO_PERMISSION},
        cause="The token's role has neither Log in using Access Tokens nor User Access Tokens.",
        cure="Add the permission Log in using Access Tokens to the role."),
    Refusal(id="permission_denied-ip-address", row=17, detail="permission_denied",
        mistake="user-inactive-or-ip-blocked", header_at_fault=False,
        arrange=set_field("account.ip_rules", ["192.0.2.0/24"]),
        cause="The account's IP address rules do not let this address in.",
        cure="Add the client's address to the IP address rules."),
    Refusal(id="web-services-only", row=18, code="INVALID_LOGIN_CREDENTIALS", status=401, channels=("restlet",),
        mistake="web-services-only-role", header_at_fault=False,
        arrange=set_field("token.role.web_services_only", value=True),
        cause="The token's role has the Web Services Only box ticked, and RESTlets are no web service.",
        cure="Clear Web Services Only on the role, or make the token for another role."),
)
