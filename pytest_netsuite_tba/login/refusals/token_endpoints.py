"""Every way in which the token endpoints and the authorize page refuse, worded once.

Details of the flow are Oracle's (subsect_156934879823). They are not those of a RESTlet call: ``NonceUsed``, not
``nonce_used``. The table of RESTlet refusals is :mod:`pytest_netsuite_tba.login.refusals`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_netsuite_tba.login.refusal import Refusal

if TYPE_CHECKING:
    from pytest_netsuite_tba.login.refusal import Channel

FLOW = "requesttoken, accesstoken"
STEP_1 = "requesttoken"
STEP_3 = "accesstoken"
USER = "issuetoken, revoketoken, roles, authorize page"
ISSUE = "issuetoken"
REVOKE = "revoketoken"
PAGE = "authorize page"
ANY = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRefusal(Refusal):
    """One reason to refuse; ``where`` names the endpoints that do."""

    title: str
    row: int = 0
    channels: tuple[Channel, ...] = ("token",)
    where: str

    def saying(self, text: str) -> TokenRefusal:
        """The same refusal with another public message."""
        return dataclasses.replace(self, text=text)


# fmt: off
TOKEN_REFUSALS: tuple[TokenRefusal, ...] = (
    TokenRefusal(id="method-not-allowed", title="Method not taken by the endpoint", where=ANY, code=None, status=405,
        logged=False,
        cause="The endpoint does not take this method.",
        cure="POST to requesttoken and accesstoken; GET from the others."),
    TokenRefusal(id="bad-parameter", title="Query parameter missing, empty or sent twice", where=ANY,
        code="USER_ERROR", status=400, logged=False,
        cause="A parameter of the query string is missing, empty or sent twice.",
        cure="Send each parameter of the endpoint once, with a value."),
    TokenRefusal(id="flow-malformed", title="Authorization header malformed", where=FLOW,
        detail="MissingRequiredParameter", code="INVALID_REQUEST", status=400,
        cause="A parameter of the Authorization header is sent twice, malformed or empty.",
        cure='Send each OAuth parameter once, as name="percent-encoded value", separated by commas.'),
    TokenRefusal(id="flow-MissingRequiredParameter", title="OAuth parameter missing", where=FLOW,
        detail="MissingRequiredParameter", code="INVALID_REQUEST", status=400,
        cause="A required OAuth parameter is missing.",
        cure="Send oauth_callback to requesttoken, oauth_token and oauth_verifier to accesstoken, and to both what "
        "every signature needs."),
    TokenRefusal(id="flow-VersionRejected", title="oauth_version is not 1.0", where=FLOW, detail="VersionRejected",
        code="INVALID_REQUEST", status=400,
        cause="oauth_version is not 1.0.",
        cure='Send oauth_version="1.0", or leave it out.'),
    TokenRefusal(id="flow-UnknownAlgorithm", title="Signature method is not HMAC-SHA256", where=FLOW,
        detail="UnknownAlgorithm", code="INVALID_REQUEST", status=400,
        cause="The signature method is not HMAC-SHA256.",
        cure="Sign with HMAC-SHA256; OAuth1Session takes signature_method='HMAC-SHA256'."),
    TokenRefusal(id="flow-InvalidTimestamp", title="Timestamp malformed or outside the window", where=FLOW,
        detail="InvalidTimestamp", code="INVALID_REQUEST", status=400,
        cause="oauth_timestamp is more than five minutes off NetSuite's clock.",
        cure="Keep the client's clock by NTP, send seconds (not milliseconds), and sign just before sending."),
    TokenRefusal(id="flow-FeatureDisabled", title="Token-based Authentication switched off", where=FLOW,
        detail="FeatureDisabled", code=None, status=405,
        cause="The account has the Token-based Authentication feature switched off.",
        cure="Switch it on at Setup > Company > Enable Features > SuiteCloud."),
    TokenRefusal(id="flow-UnknownIntegration", title="Consumer key unknown", where=FLOW, detail="UnknownIntegration",
        cause="No integration record has this consumer key.",
        cure="Correct the consumer key; it changes when the integration's credentials are reset."),
    TokenRefusal(id="flow-IntegrationBlocked", title="Integration not enabled", where=FLOW,
        detail="IntegrationBlocked",
        cause="The integration record is Blocked.",
        cure="Set the integration record's State to Enabled."),
    TokenRefusal(id="flow-AuthorizationFlowRequired", title="Integration not for the authorization flow", where=FLOW,
        detail="AuthorizationFlowRequired",
        cause="The integration record has its TBA: Authorization Flow box unticked.",
        cure="Tick TBA: Authorization Flow, and Token-based Authentication, on the integration record."),
    TokenRefusal(id="flow-TokenRejected", title="Request token unknown or no longer usable", where=STEP_3,
        detail="TokenRejected",
        cause="There is no request token of this id.",
        cure="Begin again with requesttoken; a request token works once, for a limited time."),
    TokenRefusal(id="flow-InvalidSignature", title="Wrong signature", where=FLOW, detail="InvalidSignature",
        cause="The signature is not the one that this request and these secrets make.",
        cure="Sign requesttoken with consumer_secret& alone, accesstoken with the request token's secret added; sign "
        "oauth_callback, oauth_verifier and role as well."),
    TokenRefusal(id="flow-NonceRejected", title="Nonce too short", where=FLOW, detail="NonceRejected",
        cause="The nonce is shorter than six characters.",
        cure="Send a nonce of six characters or more, ideally 20."),
    TokenRefusal(id="flow-NonceUsed", title="Nonce used before", where=FLOW, detail="NonceUsed",
        cause="This application already used this nonce with this timestamp.",
        cure="Make a new nonce and signature for each request."),
    TokenRefusal(id="flow-InvalidCallback", title="Callback differs from the integration's", where=STEP_1,
        detail="InvalidCallback",
        cause="oauth_callback is not the Callback URL of the integration record.",
        cure="Send the Callback URL exactly as the integration record has it."),
    TokenRefusal(id="flow-InvalidVerifier", title="Wrong or premature oauth_verifier", where=STEP_3,
        detail="InvalidVerifier",
        cause="oauth_verifier is not the one that the redirect carried.",
        cure="Send the oauth_verifier of the redirect to the callback; nobody has one before the user clicks Allow."),
    TokenRefusal(id="flow-EntityOrRoleDisabled", title="Entity or role not usable", where=STEP_3,
        detail="EntityOrRoleDisabled",
        cause="The entity or the role that the token is for is no longer usable.",
        cure="Repair the entity or the role, and let the user allow the application again."),
    TokenRefusal(id="user-no-credentials", title="No user credentials", where="issuetoken, roles", status=401,
        logged=False,
        cause="The Authorization header is not of the NLAuth scheme.",
        cure="Send 'Authorization: NLAuth nlauth_account=..., nlauth_email=..., nlauth_signature=<password>'."),
    TokenRefusal(id="user-malformed", title="NLAuth header unreadable", where="issuetoken, revoketoken, roles",
        logged=False,
        cause="The NLAuth header cannot be read.",
        cure="Percent-encode each value (RFC 3986) and separate the pairs by commas."),
    TokenRefusal(id="user-incomplete", title="NLAuth header incomplete", where="issuetoken, revoketoken, roles",
        code="INVALID_LOGIN_CREDENTIALS", logged=False,
        cause="nlauth_account, nlauth_email or nlauth_signature is missing.",
        cure="Send all three."),
    TokenRefusal(id="user-wrong-account", title="Credentials for another account",
        where="issuetoken, revoketoken, roles", code="INVALID_LOGIN_CREDENTIALS", logged=False,
        cause="nlauth_account is not the account that was called.",
        cure="Write the account id as NetSuite does, upper case with an underscore, and call that account's host."),
    TokenRefusal(id="user-temporary_locked", title="User locked", where=USER, detail="temporary_locked",
        code="INVALID_LOGIN_CREDENTIALS",
        cause="The user is locked after five failed logins.",
        cure="Wait 30 minutes, or have the user's password reset."),
    TokenRefusal(id="user-wrong-credentials", title="Wrong e-mail address or password", where=USER, counted=True,
        code="INVALID_LOGIN_CREDENTIALS",
        cause="There is no user of this e-mail address, or the password is wrong.",
        cure="Correct the address or the password; the fifth failure in a row locks the user for 30 minutes."),
    TokenRefusal(id="user-permission_denied", title="User or role cannot log in", where=USER,
        detail="permission_denied", code="INVALID_LOGIN_CREDENTIALS",
        cause="The user or the role cannot log in.",
        cure="Repair the entity or the role."),
    TokenRefusal(id="user-web-services-only", title="Role is Web Services Only", where=USER,
        code="INVALID_LOGIN_CREDENTIALS", status=401,
        cause="The role has the Web Services Only box ticked.",
        cure="Clear Web Services Only on the role, or log in with another role."),
    TokenRefusal(id="user-two-factor", title="One-time code missing or wrong", where=USER, counted=True,
        code="TWO_FA_REQD",
        cause="The role requires two-factor authentication, and no valid one-time code came.",
        cure="Send the six digits of the moment, once: nlauth_otp, or the field on the page."),
    TokenRefusal(id="user-insufficient-permission", title="Role may not make tokens",
        where="issuetoken, revoketoken, authorize page", detail="permission_denied", code="INSUFFICIENT_PERMISSION",
        settle=lambda behaviour: {"status": behaviour.insufficient_permission_status},
        text="Permission Violation: You need the 'User Access Tokens' permission to access this page. "
        "Please contact your account administrator.",
        cause="The role has neither User Access Tokens nor Access Token Management.",
        cure="Add the permission User Access Tokens to the role."),
    TokenRefusal(id="issuetoken-FeatureDisabled", title="Token-based Authentication switched off",
        where="issuetoken, revoketoken", detail="FeatureDisabled",
        cause="The account has the Token-based Authentication feature switched off.",
        cure="Switch it on at Setup > Company > Enable Features > SuiteCloud."),
    TokenRefusal(id="issuetoken-consumer_key_unknown", title="Consumer key unknown", where="issuetoken, revoketoken",
        detail="consumer_key_unknown",
        cause="No integration record has this consumerKey.",
        cure="Correct the consumer key; it changes when the integration's credentials are reset."),
    TokenRefusal(id="issuetoken-consumer_key_refused", title="Integration not enabled", where=ISSUE,
        detail="consumer_key_refused",
        cause="The integration record is not Enabled.",
        cure="Set the integration record's State to Enabled."),
    TokenRefusal(id="issuetoken-unticked", title="Integration not for issuetoken", where=ISSUE,
        detail="consumer_key_refused",
        cause="The integration record has its TBA: IssueToken Endpoint box unticked.",
        cure="Tick TBA: IssueToken Endpoint, and Token-based Authentication, on the integration record."),
    TokenRefusal(id="revoketoken-token_rejected", title="No such token of the user", where=REVOKE,
        detail="token_rejected",
        cause="The user has no such token of this integration.",
        cure="Revoke a token that is the user's own, with the consumer key that it was made for."),
    TokenRefusal(id="page-no-request-token", title="No request token waits for the user", where=PAGE, code=None,
        status=400, logged=False,
        cause="There is no request token of this id that waits for the user.",
        cure="Begin again with requesttoken; a request token works once, for a limited time."),
    TokenRefusal(id="page-bad-state", title="state malformed", where=PAGE, code=None, status=400, logged=False,
        cause="state is not made of letters and digits, 512 at most.",
        cure="Send a state of letters and digits only, or none."),
    TokenRefusal(id="page-stale-form", title="Page sent before, or not from here", where=PAGE, code=None, status=400,
        logged=False,
        cause="This page was already sent, or did not come from here.",
        cure="Open the authorize URL again."),
)
# fmt: on

BY_TOKEN_ID: dict[str, TokenRefusal] = {refusal.id: refusal for refusal in TOKEN_REFUSALS}
TOKEN_DETAILS: tuple[str, ...] = tuple(dict.fromkeys(refusal.detail for refusal in TOKEN_REFUSALS if refusal.detail))
