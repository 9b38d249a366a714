"""The checks of the authorization flow's two signed steps, in order; Oracle publishes the details, not the order.

Where a RESTlet call is checked in the same way, the rule is that of :mod:`pytest_netsuite_tba.login.checks`, and only
its refusal is the flow's.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from pytest_netsuite_tba.login import checks as calls
from pytest_netsuite_tba.login.bounds import unread
from pytest_netsuite_tba.login.facts import Secrets
from pytest_netsuite_tba.login.gate import first_refusal
from pytest_netsuite_tba.login.login import Columns, Login
from pytest_netsuite_tba.login.refusals.token_endpoints import BY_TOKEN_ID
from pytest_netsuite_tba.oauth1.encoding import to_bytes

from .callbacks import matches
from .nlauth import UserCredentials
from .user_checks import CHOICE_CHECKS, UserLogin, find_integration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_netsuite_tba.account.records import Account, Integration
    from pytest_netsuite_tba.login.nonces import NonceStore
    from pytest_netsuite_tba.login.refusal import Refusal
    from pytest_netsuite_tba.login.request import SignedRequest

    from .request_tokens import Approval, RequestToken, RequestTokens, TokenUse

_SIGNED = ("oauth_consumer_key", "oauth_signature_method", "oauth_timestamp", "oauth_nonce", "oauth_signature")


class FlowLogin(Login):
    """One request of the flow on its way through the checks.

    Attributes:
        accounts: those of the server: an integration record may be another account's.
        names_account: the host or the realm says which account is meant.
        request_tokens: those that wait.
        request_token: as ``oauth_token`` names it, once looked up.
        home: the account that the integration record was found in.
        token: the access token, once it is made.
    """

    __slots__ = ("_is_read", "accounts", "home", "names_account", "request_token", "request_tokens")
    at_token_endpoints = True

    def __init__(
        self,
        request: SignedRequest,
        account: Account,
        nonces: NonceStore,
        *,
        accounts: Iterable[Account],
        request_tokens: RequestTokens,
        names_account: bool,
    ) -> None:
        super().__init__(request, account, nonces, "token")
        self.accounts = tuple(accounts)
        self.request_tokens = request_tokens
        self.names_account = names_account
        self.request_token: RequestToken | None = None
        self.home = account
        self._is_read = False

    def read(self) -> None:
        """Read it as any login, once: the desk asks for it before it locks the request tokens."""
        if not self._is_read:
            super().read()
            self._is_read = True

    def identify(self) -> None:
        """Look up the integration, in this account first, and the request token that the parameters name."""
        key = self.parameters.get("oauth_consumer_key")
        for account in (self.account, *self.accounts):
            self.integration = find_integration(key or "", (account,))
            if self.integration is not None:
                self.home = account
                break
        self.request_token = self.request_tokens.find(self.parameters.get("oauth_token", ""))

    @property
    def installed(self) -> Integration | None:
        """The integration record as this account has it, or None where it is another account's so far."""
        return self.integration if self.home is self.account else None

    @property
    def found_request_token(self) -> RequestToken:
        """The request token, for the checks after it was found."""
        return cast("RequestToken", self.request_token)

    @property
    def found_approval(self) -> Approval:
        """What the user allowed, for the checks after it was found."""
        return cast("Approval", self.found_request_token.approval)

    @property
    def columns(self) -> Columns:
        """What the trail shows of it: the user is who allowed the request token."""
        application = "" if self.integration is None else self.integration.name
        token_name = "" if self.token is None else self.token.name
        approval = None if self.request_token is None else self.request_token.approval
        if approval is None:
            return Columns(application, token_name)
        return Columns(application, token_name, approval.entity.label, approval.role.name)

    @property
    def secrets_of_its_own(self) -> tuple[str, ...]:
        """The request token's."""
        return () if self.request_token is None else (self.request_token.secret,)

    def signed_with(self) -> tuple[str, ...]:
        """None that will come again: a request token is used once, and the access token was not used here."""
        return ()

    def own_secrets(self) -> Secrets | None:
        """The consumer secret, and the request token's: what this step is signed with."""
        if self.integration is None or (self.request_token is None and "oauth_token" in self.parameters):
            return None
        token = self.request_token
        return Secrets(
            name="request token" if token else self.integration.name,
            consumer_key=self.integration.consumer_key,
            consumer_secret=self.integration.consumer_secret,
            token_id=token.id if token else "",
            token_secret=token.secret if token else "",
        )

    def other_secrets(self, first: tuple[Secrets, ...], accounts: Iterable[Account]) -> tuple[Secrets, ...]:
        """None: a request token is no other token's."""
        del first, accounts
        return ()


FlowCheck = Callable[[FlowLogin], "Refusal | None"]


def _refusing_as(id: str, check: Callable[[Login], Refusal | None]) -> FlowCheck:
    """Take over a check of RESTlet calls, with the flow's own refusal; the cause stays."""

    def renamed(login: FlowLogin) -> Refusal | None:
        found, refused = check(login), BY_TOKEN_ID[id]
        if found is None:
            return None
        return unread(refused, found.cause) if login.excess else refused.because(found.cause)

    return renamed


def _holds_all(*names: str) -> FlowCheck:
    """Nothing that the step needs is missing."""

    def check(login: FlowLogin) -> Refusal | None:
        missing = [name for name in names if name not in login.parameters]
        if not missing:
            return None
        are = "is" if len(missing) == 1 else "are"
        return BY_TOKEN_ID["flow-MissingRequiredParameter"].because(
            f"{' and '.join(missing)} {are} missing from the Authorization header."
        )

    return check


def realm_is_this_account(login: FlowLogin) -> Refusal | None:
    """Realm is optional since 2020.1 (Oracle section_156338994830); one that is sent names the account called."""
    return calls.realm_is_this_account(login) if "realm" in login.parameters else None


def feature_is_enabled(login: FlowLogin) -> Refusal | None:
    """The account has Token-based Authentication switched on, where an account is named."""
    on = login.account.features.token_based_authentication or not login.names_account
    return None if on else BY_TOKEN_ID["flow-FeatureDisabled"]


def integration_is_known(login: FlowLogin) -> Refusal | None:
    """An integration record of some account here has this consumer key."""
    return BY_TOKEN_ID["flow-UnknownIntegration"] if login.integration is None else None


def integration_is_enabled(login: FlowLogin) -> Refusal | None:
    """The record is Enabled in the account that is named; where none is, nobody can tell (step 1)."""
    installed = login.installed if login.names_account else None
    if installed is None or installed.state == "ENABLED":
        return None
    state = "Blocked" if installed.state == "BLOCKED" else "Waiting for Approval"
    return BY_TOKEN_ID["flow-IntegrationBlocked"].because(f"The integration record is {state}.")


def flow_is_ticked(login: FlowLogin) -> Refusal | None:
    """Both boxes are ticked: Token-based Authentication, and TBA: Authorization Flow."""
    refused = BY_TOKEN_ID["flow-AuthorizationFlowRequired"]
    integration = login.found_integration
    if not integration.token_based_authentication:
        return refused.because("The integration record has its Token-based Authentication box unticked.")
    return None if integration.authorization_flow else refused


def _explain_use(use: TokenUse) -> tuple[str, str]:
    """Say cause and cure of a request token that was exchanged before."""
    when = f"{use.time:%Y-%m-%d %H:%M:%S} UTC"
    cause = f"The request token was used already: attempt {use.attempt} exchanged it for an access token at {when}."
    return cause, "Keep the access token that it gave, and send accesstoken once; for another begin with requesttoken."


def request_token_is_usable(login: FlowLogin) -> Refusal | None:
    """The request token is known, still good, of this integration, and not for another account or denied."""
    refused, token = BY_TOKEN_ID["flow-TokenRejected"], login.request_token
    if token is None:
        use = login.request_tokens.use_of(login.parameters["oauth_token"])
        return refused if use is None else refused.because(*_explain_use(use))
    if token.consumer_key != login.found_integration.consumer_key:
        return refused.because("The request token was made for another integration.")
    if token.expired:
        return refused.because(f"The request token is older than {token.home.behaviour.request_token_seconds} seconds.")
    if token.denied:
        return refused.because("The user clicked Deny.")
    if token.approval is not None and token.approval.account is not login.account:
        return refused.because(f"The user allowed it for account {token.approval.account.id}.")
    return None


def signature_is_right(login: FlowLogin) -> Refusal | None:
    """The signature is the one that the secrets make: the consumer secret, and the request token's if there is one."""
    token_secret = login.request_token.secret if login.request_token else ""
    right = calls.is_signed_with(login, login.found_integration.consumer_secret, token_secret)
    return None if right else BY_TOKEN_ID["flow-InvalidSignature"]


def nonce_is_new(login: FlowLogin) -> Refusal | None:
    """This application has not used this nonce with this timestamp; there is no user yet."""
    if calls.is_spent(login, f"application {login.parameters['oauth_consumer_key']}"):
        return BY_TOKEN_ID["flow-NonceUsed"].because(
            f"Attempt {login.earlier_attempt} of this application already used this nonce with this timestamp."
        )
    return None


def callback_is_registered(login: FlowLogin) -> Refusal | None:
    """``oauth_callback`` is the integration record's (Oracle section_156338994830); the detail shows it."""
    callback, registered = login.parameters["oauth_callback"], login.found_integration.callback_url
    if matches(registered, callback):
        return None
    why = f"not {registered!r}, which the integration record has" if registered else "no absolute URL"
    refused = BY_TOKEN_ID["flow-InvalidCallback"].because(f"oauth_callback is {callback[:200]!r}, {why}.")
    return replace(refused, detail_value=callback[:200])


def verifier_is_right(login: FlowLogin) -> Refusal | None:
    """``oauth_verifier`` is the one that the redirect carried; compared in constant time."""
    refused, approval = BY_TOKEN_ID["flow-InvalidVerifier"], login.found_request_token.approval
    if approval is None:
        return refused.because("The user has not allowed this request token yet.")
    received = to_bytes(login.parameters["oauth_verifier"])
    return None if hmac.compare_digest(to_bytes(approval.verifier), received) else refused


def entity_and_role_are_usable(login: FlowLogin) -> Refusal | None:
    """Entity and role may still have a token, and the role may make one."""
    approval = login.found_approval
    credentials = UserCredentials(email=approval.entity.email, role=str(approval.role.id))
    user = UserLogin(login.request, approval.account, credentials, interface=True)
    found = first_refusal(user, CHOICE_CHECKS)
    return None if found is None else BY_TOKEN_ID["flow-EntityOrRoleDisabled"].because(found.cause)


def integration_is_installed(login: FlowLogin) -> Refusal | None:
    """The first use of another account's record installs it here; one that then waits for approval is refused.

    Oracle section_156537025868.
    """
    if login.installed is None:
        login.integration, login.home = login.account.install(login.found_integration), login.account
    return integration_is_enabled(login)


_REQUESTED = (realm_is_this_account, feature_is_enabled, integration_is_known, integration_is_enabled, flow_is_ticked)
_WELL_SIGNED = (
    _refusing_as("flow-VersionRejected", calls.version_is_accepted),
    _refusing_as("flow-UnknownAlgorithm", calls.algorithm_is_accepted),
    _refusing_as("flow-InvalidTimestamp", calls.timestamp_is_in_window),
)
_READABLE = (calls.has_authorization, _refusing_as("flow-malformed", calls.header_is_well_formed))
_FRESH = (_refusing_as("flow-NonceRejected", calls.nonce_has_right_length), nonce_is_new)

REQUEST_TOKEN_CHECKS: tuple[FlowCheck, ...] = (
    *_READABLE,
    _holds_all(*_SIGNED, "oauth_callback"),
    *_WELL_SIGNED,
    *_REQUESTED,
    signature_is_right,
    *_FRESH,
    callback_is_registered,
)
ACCESS_TOKEN_CHECKS: tuple[FlowCheck, ...] = (
    *_READABLE,
    _holds_all(*_SIGNED, "oauth_token", "oauth_verifier"),
    *_WELL_SIGNED,
    *_REQUESTED,
    request_token_is_usable,
    signature_is_right,
    *_FRESH,
    verifier_is_right,
    entity_and_role_are_usable,
    integration_is_installed,
)
