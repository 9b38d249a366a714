"""Every way in which NetSuite refuses a login, worded once.

Rows are those of the table of checks in ``docs/refusals.md``; details are Oracle's
(subsect_156935170194), in Oracle's mixed spelling. The wire, the report and the docs
render this table and word nothing anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.fields import nearest
from pytest_netsuite_tba.account.records import Integration

from .refusal import NO_PERMISSION, WEB_SERVICES, Answer, Refusal, set_field
from .tokens.refusals import BY_TOKEN_ID
from .web_services_refusals import WEB_SERVICES_REFUSALS

if TYPE_CHECKING:
    from pytest_netsuite_tba.account.records import Account, Token


def _use_another_integration(account: Account, token: Token) -> None:
    token.integration = account.add_integration(Integration(name=f"Not the integration of {token.name}"))


_ROWS: tuple[Refusal, ...] = (
    Refusal(
        id="unknown-host",
        row=1,
        code=None,
        status=403,
        answers=dict.fromkeys(WEB_SERVICES, Answer(None, 403, "")),
        logged=False,
        cause="The host belongs to no account that is served here.",
        cure="Use the account's own host: the account id in lower case, with a hyphen for the underscore.",
    ),
    Refusal(
        id="rest-on-restlets-host",
        row=1,
        status=401,
        logged=False,
        channels=("restlet",),
        cause="The path is of REST web services, but the host is that of RESTlets.",
        cure="Call REST web services at the account's suitetalk host: 1234567-sb1.suitetalk.api.netsuite.com.",
    ),
    Refusal(
        id="no-authorization",
        row=2,
        status=401,
        logged=False,
        cause="The request has no Authorization header.",
        cure="Sign the request; if it followed a redirect, sign the second request as well.",
    ),
    Refusal(
        id="user-credentials",
        row=2,
        channels=("restlet", "rest"),
        code="INVALID_LOGIN_CREDENTIALS",
        logged=False,
        cause="The Authorization header holds user credentials (NLAuth).",
        cure="Sign with a token; RESTlets made since 2021.1 take no user credentials.",
    ),
    Refusal(
        id="other-scheme",
        row=2,
        channels=("restlet", "rest"),
        status=401,
        logged=False,
        cause="The Authorization header is not of the OAuth scheme.",
        cure="Send 'Authorization: OAuth realm=..., oauth_consumer_key=...', signed with a token.",
    ),
    Refusal(
        id="session-cookie",
        row=2,
        channels=("restlet", "rest"),
        status=401,
        logged=False,
        cause="A session cookie (JSESSIONID) came together with the Authorization header.",
        cure="Send no cookies of NetSuite's user interface with a signed request.",
    ),
    Refusal(
        id="parameter_rejected",
        channels=("restlet", "rest"),
        row=3,
        detail="parameter_rejected",
        web_services_detail=None,
        code="INVALID_REQUEST",
        status=400,
        cause="A parameter of the Authorization header is sent twice, malformed or empty.",
        cure='Send each OAuth parameter once, as name="percent-encoded value", separated by commas.',
    ),
    Refusal(
        id="MissingTokenPassportRequiredFields",
        row=4,
        detail="MissingTokenPassportRequiredFields",
        code="INVALID_REQUEST",
        status=400,
        cause="A required OAuth parameter is missing.",
        cure="Send oauth_consumer_key, oauth_token, oauth_signature_method, oauth_timestamp, oauth_nonce and "
        "oauth_signature.",
    ),
    Refusal(
        id="VersionRejected",
        channels=("restlet", "rest"),
        row=5,
        detail="VersionRejected",
        web_services_detail=None,
        code="INVALID_REQUEST",
        status=400,
        cause="oauth_version is not 1.0.",
        cure='Send oauth_version="1.0", or leave it out.',
    ),
    Refusal(
        id="UnknownAlgorithm",
        row=6,
        detail="UnknownAlgorithm",
        code="INVALID_REQUEST",
        status=400,
        cause="The signature method is not HMAC-SHA256.",
        cure="Sign with HMAC-SHA256; HMAC-SHA1 ended with release 2023.1.",
    ),
    Refusal(
        id="InvalidTimestamp-malformed",
        row=7,
        detail="InvalidTimestamp",
        code="INVALID_REQUEST",
        status=400,
        cause="oauth_timestamp is not a positive whole number.",
        cure="Send Unix time in whole seconds: ten digits.",
    ),
    Refusal(
        id="InvalidTimestamp",
        row=7,
        detail="InvalidTimestamp",
        code="INVALID_REQUEST",
        status=400,
        cause="oauth_timestamp is more than five minutes off NetSuite's clock.",
        cure="Keep the client's clock by NTP, send seconds (not milliseconds), and sign just before sending.",
        arrange=lambda account, _: account.clock.skew(minutes=7),
    ),
    Refusal(
        id="realm-missing",
        channels=("restlet", "rest"),
        row=8,
        logged=False,
        cause="The Authorization header has no realm.",
        cure="Add realm with the account id, upper case with an underscore: 1234567_SB1.",
    ),
    Refusal(
        id="wrong-realm",
        row=8,
        logged=False,
        cause="realm is not the id of the account that was called.",
        cure="Write the account id as NetSuite does, upper case with an underscore: 1234567_SB1.",
    ),
    Refusal(
        id="FeatureDisabled",
        row=9,
        detail="FeatureDisabled",
        cause="The account has the Token-based Authentication feature switched off.",
        cure="Switch it on at Setup > Company > Enable Features > SuiteCloud.",
        arrange=set_field("account.features.token_based_authentication", value=False),
    ),
    Refusal(
        id="consumer_key_unknown",
        row=10,
        detail="consumer_key_unknown",
        cause="No integration record has this consumer key.",
        cure="Correct the consumer key; it changes when the integration's credentials are reset.",
        arrange=lambda _, token: token.integration.reset_credentials(),
    ),
    Refusal(
        id="consumer_key_refused-blocked",
        row=11,
        detail="consumer_key_refused",
        cause="The integration record is Blocked.",
        cure="Set the integration record's State to Enabled.",
        arrange=set_field("token.integration.state", "BLOCKED"),
    ),
    Refusal(
        id="consumer_key_refused-waiting-for-approval",
        row=11,
        detail="consumer_key_refused",
        cause="The integration record is Waiting for Approval.",
        cure="Approve it: set the integration record's State to Enabled.",
        arrange=set_field("token.integration.state", "WAITING_FOR_APPROVAL"),
    ),
    Refusal(
        id="consumer_key_refused-tba-unticked",
        row=11,
        detail="consumer_key_refused",
        cause="The integration record has its Token-based Authentication box unticked.",
        cure="Tick Token-based Authentication on the integration record.",
        arrange=set_field("token.integration.token_based_authentication", value=False),
    ),
    Refusal(
        id="token_rejected-unknown",
        row=12,
        detail="token_rejected",
        cause="The account has no token of this id.",
        cure="Use a token of this very account; a sandbox refresh deletes the sandbox's tokens.",
        arrange=lambda account, token: account.delete_token(token),
    ),
    Refusal(
        id="token_rejected-revoked",
        row=12,
        detail="token_rejected",
        cause="The token is revoked.",
        cure="Create another token; revoking is permanent.",
        arrange=lambda _, token: token.revoke(),
    ),
    Refusal(
        id="token_rejected-inactive",
        row=12,
        detail="token_rejected",
        cause="The token is inactive.",
        cure="Clear the Inactive box of the token.",
        arrange=set_field("token.active", value=False),
    ),
    Refusal(
        id="token_rejected-other-integration",
        row=12,
        detail="token_rejected",
        cause="The token was made for another integration record.",
        cure="Use the token together with the consumer key of its own integration.",
        arrange=_use_another_integration,
    ),
    Refusal(
        id="InvalidSignature",
        row=13,
        detail="InvalidSignature",
        cause="The signature is not the one that this request and these secrets make.",
        cure="Check both secrets first; then compare the client's base string with the expected one.",
    ),
    Refusal(
        id="nonce_rejected",
        row=14,
        detail="nonce_rejected",
        web_services_detail=None,
        cause="The nonce is shorter than six characters.",
        cure="Send a nonce of six characters or more, ideally 20.",
    ),
    Refusal(
        id="nonce_used",
        row=15,
        detail="nonce_used",
        web_services_detail="NonceUsed",
        cause="This user already used this nonce with this timestamp.",
        cure="Make a new nonce and signature for each request; never resend a header, not after a redirect or a retry.",
    ),
    Refusal(
        id="temporary_locked",
        row=16,
        detail="temporary_locked",
        cause="The user is locked after five failed logins.",
        cure="Wait 30 minutes, or have the user's password reset.",
        arrange=lambda account, token: token.entity.lock(account.clock.now() + 30 * 60),
    ),
    Refusal(
        id="permission_denied-entity-inactive",
        row=17,
        detail="permission_denied",
        cause="The token's entity is inactive.",
        cure="Clear the Inactive box of the entity.",
        arrange=set_field("token.entity.active", value=False),
    ),
    Refusal(
        id="permission_denied-no-access",
        row=17,
        detail="permission_denied",
        cause="The token's entity has no access to NetSuite.",
        cure="Tick Give Access on the entity's Access tab.",
        arrange=set_field("token.entity.access", value=False),
    ),
    Refusal(
        id="permission_denied-role-inactive",
        row=17,
        detail="permission_denied",
        cause="The token's role is inactive.",
        cure="Clear the Inactive box of the role.",
        arrange=set_field("token.role.active", value=False),
    ),
    Refusal(
        id="permission_denied-role-taken-away",
        row=17,
        detail="permission_denied",
        cause="The token's entity no longer has the token's role.",
        cure="Give the role back to the entity, or create a token for a role that it has.",
        arrange=lambda _, token: token.entity.take_role_away(token.role),
    ),
    Refusal(
        id="permission_denied-role-switched-off",
        row=17,
        detail="permission_denied",
        cause="The user switched the token's role off in View My Roles.",
        cure="Switch the role on again in View My Roles.",
        arrange=set_field("token.role.switched_off_by_user", value=True),
    ),
    Refusal(
        id="permission_denied-no-token-permission",
        row=17,
        detail="permission_denied",
        answers={"rest": NO_PERMISSION},
        cause="The token's role has neither Log in using Access Tokens nor User Access Tokens.",
        cure="Add the permission Log in using Access Tokens to the role.",
        arrange=set_field("token.role.permissions", ["SuiteScript"]),
    ),
    Refusal(
        id="permission_denied-ip-address",
        row=17,
        detail="permission_denied",
        cause="The account's IP address rules do not let this address in.",
        cure="Add the client's address to the IP address rules.",
        arrange=set_field("account.ip_rules", ["192.0.2.0/24"]),
    ),
    Refusal(
        id="web-services-only",
        row=18,
        code="INVALID_LOGIN_CREDENTIALS",
        status=401,
        channels=("restlet",),
        cause="The token's role has the Web Services Only box ticked, and RESTlets are no web service.",
        cure="Clear Web Services Only on the role, or make the token for another role.",
        arrange=set_field("token.role.web_services_only", value=True),
    ),
)

REFUSALS: tuple[Refusal, ...] = tuple(sorted((*_ROWS, *WEB_SERVICES_REFUSALS), key=lambda one: one.row))
BY_ID: dict[str, Refusal] = {one.id: one for one in REFUSALS}
DETAILS: tuple[str, ...] = tuple(dict.fromkeys(one.detail for one in REFUSALS if one.detail))

# What is no login at all, yet an attempt: the trail keeps it beside NetSuite's own refusals.
MALFORMED_HTTP = Refusal(
    id="malformed-http",
    row=0,
    code=None,
    status=400,
    logged=False,
    cause="The request is no well-formed HTTP.",
    cure="Send one well-formed HTTP/1.1 request (RFC 9112).",
)
FAULT = Refusal(
    id="fault",
    row=0,
    code=None,
    status=503,
    logged=False,
    cause="The test asked for this fault.",
    cure="Nothing: netsuite.faults.add() asked for it.",
)
WRONG_DATA_CENTER = Refusal(
    id="wrong-data-center",
    row=0,
    code=None,
    status=302,
    logged=False,
    cause="The host is one of before 2020.2, which every account of a data centre shared.",
    cure="Call the account's own host; sign the request that follows the redirect anew.",
)
CONCURRENCY = Refusal(
    id="concurrency",
    row=0,
    code="SSS_REQUEST_LIMIT_EXCEEDED",
    status=400,
    text="Request Limit Exceeded!",
    answers={
        "rest": Answer("CONCURRENCY_LIMIT_EXCEEDED", 429, "Concurrent request limit exceeded. Request blocked."),
        "soap": Answer(
            "WS_REQUEST_BLOCKED", 500, "SuiteTalk concurrent request limit exceeded. Request blocked."
        ),  # the text that netsuitesdk waits for
    },
    logged=False,
    cause="More requests are in flight than the account's concurrency limit, which is checked before the login.",
    cure="Send fewer requests at once, and retry with a new nonce.",
)


def refusal(wanted: str) -> Refusal:
    """Give the refusal of that id.

    Raises:
        ValueError: there is none; the message names the nearest.

    """
    known = BY_ID | BY_TOKEN_ID
    if wanted not in known:
        raise ValueError(f"{wanted!r} is no refusal; {nearest(wanted, known)}")
    return known[wanted]
