"""What a user's e-mail address, password, role and one-time code must pass, in order."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from pytest_netsuite_tba.login.checks import address_is_let_in
from pytest_netsuite_tba.login.login import AnyLogin, Columns
from pytest_netsuite_tba.login.refusals.token_endpoints import BY_TOKEN_ID
from pytest_netsuite_tba.login.web_services_only import WAYS_IN
from pytest_netsuite_tba.oauth1.encoding import to_bytes

from . import one_time_code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_netsuite_tba.account.records import Account, Integration, Token
    from pytest_netsuite_tba.account.users import Entity, Role
    from pytest_netsuite_tba.login.refusal import Refusal
    from pytest_netsuite_tba.login.request import SignedRequest

    from .nlauth import UserCredentials


class UserLogin(AnyLogin):
    """One user on the way through the checks.

    Attributes:
        account: where the user logs in.
        credentials: as sent.
        interface: the user logs in to the user interface, not by NLAuth.
        consumer_key, token_id: of the query string, where the endpoint takes them.
        integration: as the consumer key names it, in this account or else in one of ``accounts``, or None.
        entity, role: as the credentials name them, or None; without a role named, the entity's first that may have a token.
        application: name of the application that the user logs in for, or ``""``.
        token_name: of the token that was made or revoked, or ``""``.
    """

    __slots__ = (
        "application",
        "consumer_key",
        "credentials",
        "entity",
        "integration",
        "interface",
        "role",
        "token_id",
        "token_name",
    )
    account: Account
    at_token_endpoints = True

    def __init__(
        self,
        request: SignedRequest,
        account: Account,
        credentials: UserCredentials,
        *,
        interface: bool = False,
        consumer_key: str = "",
        token_id: str = "",
        accounts: Iterable[Account] = (),
    ) -> None:
        super().__init__(request, account, "token", account.clock.now(), is_explained=False)
        self.credentials = credentials
        self.interface = interface
        self.entity = account.entities.by("login", credentials.email.lower())
        self.consumer_key = consumer_key
        self.token_id = token_id
        self.integration = find_integration(consumer_key, (account, *accounts))
        self.role = None if self.entity is None else _role(self.entity, credentials.role)
        self.application = "" if self.integration is None else self.integration.name
        self.token_name = ""

    @property
    def found_entity(self) -> Entity:
        """The entity, for the checks after the password's."""
        return cast("Entity", self.entity)

    @property
    def found_role(self) -> Role:
        """The role, for the checks after the one that finds it."""
        return cast("Role", self.role)

    @property
    def columns(self) -> Columns:
        """What the trail shows of it."""
        user = "" if self.entity is None else self.entity.label
        return Columns(self.application, self.token_name, user, "" if self.role is None else self.role.name)

    def count(self, refusal: Refusal | None) -> None:
        """Lock the user at the fifth failure in a row."""
        if self.entity is not None and refusal is None:
            self.entity.failed_logins = 0
        elif self.entity is not None and refusal is not None and refusal.counted:
            self.entity.count_failure(self.now)


def _role(entity: Entity, wanted: str) -> Role | None:
    if wanted:
        return next((role for role in entity.roles if str(role.id) == wanted), None)
    usable = (
        role
        for role in entity.roles
        if why_unusable(entity, role) is None and not role.web_services_only and role.may_make_tokens
    )
    return next(usable, None) or next(iter(entity.roles), None)


# What makes an entity or a role unusable to log in with: (holds, why not).
_USABLE: tuple[tuple[Callable[[Entity, Role], bool], str], ...] = (
    (lambda entity, _: entity.active, "The user is inactive."),
    (lambda entity, _: entity.access, "The user has no access to NetSuite."),
    (lambda _, role: role.active, "The role is inactive."),
    (lambda entity, role: role in entity.roles, "The user does not have this role."),
    (lambda _, role: not role.switched_off_by_user, "The user switched the role off in View My Roles."),
)


def why_unusable(entity: Entity, role: Role) -> str | None:
    """Say why ``entity`` cannot log in with ``role``, or None if it can."""
    return next((why for holds, why in _USABLE if not holds(entity, role)), None)


UserCheck = Callable[[UserLogin], "Refusal | None"]


def user_is_not_locked(login: UserLogin) -> Refusal | None:
    """Five failures in a row lock the user for 30 minutes: the right password is refused too."""
    locked = login.entity is not None and login.entity.is_locked(login.now)
    return BY_TOKEN_ID["user-temporary_locked"] if locked else None


def password_is_right(login: UserLogin) -> Refusal | None:
    """A user has this address and this password; compared in constant time."""
    refused, entity = BY_TOKEN_ID["user-wrong-credentials"], login.entity
    right = hmac.compare_digest(
        to_bytes("" if entity is None else entity.password), to_bytes(login.credentials.password)
    )
    if entity is None:
        return refused.because(f"No user of account {login.account.id} has the address {login.credentials.email!r}.")
    return None if right else refused.because(f"The password of {entity.email} is wrong.")


def entity_is_usable(login: UserLogin) -> Refusal | None:
    """The user is active, has access, and comes from an address let in."""
    refused = BY_TOKEN_ID["user-permission_denied"]
    if login.entity is None:
        return refused.because("The user is no longer there.")
    if not login.found_entity.active:
        return refused.because("The user is inactive.")
    if not login.found_entity.access:
        return refused.because("The user has no access to NetSuite.")
    rules = login.account.ip_rules
    if rules and not address_is_let_in(login.request.remote_address, rules):
        return refused.because("The account's IP address rules do not let this address in.")
    return None


def role_is_usable(login: UserLogin) -> Refusal | None:
    """The user has the role, and it is active."""
    refused = BY_TOKEN_ID["user-permission_denied"]
    if login.role is None:
        wanted = login.credentials.role
        return refused.because(f"The user has no role {wanted[:40]!r}." if wanted else "The user has no role.")
    why = why_unusable(login.found_entity, login.role)
    return None if why is None else refused.because(why)


def role_is_let_in(login: UserLogin) -> Refusal | None:
    """Web Services Only has no user interface, nor token endpoints (``Behaviour.web_services_only_refused``)."""
    if not login.found_role.web_services_only:
        return None
    refusal = WAYS_IN["ui" if login.interface else "issuetoken"].refusal
    refused = refusal is not None and (login.interface or login.account.behaviour.web_services_only_refused)
    return BY_TOKEN_ID[cast("str", refusal)] if refused else None


def code_is_right(login: UserLogin) -> Refusal | None:
    """A two-factor role takes the one-time code of these 30 seconds, once."""
    if not login.found_role.two_factor:
        return None
    refused, sent = BY_TOKEN_ID["user-two-factor"], login.credentials.code
    if not sent:
        return refused.because("The role requires two-factor authentication, and no one-time code came.")
    expected = one_time_code.code(login.found_entity.two_factor_secret, login.now)
    if not hmac.compare_digest(to_bytes(expected), to_bytes(sent)):
        return refused.because("The one-time code is not the one of these 30 seconds.")
    step = one_time_code.step_of(login.now)
    if step <= login.found_entity.last_code_step:
        return refused.because("The one-time code was used before.")
    login.found_entity.last_code_step = step
    return None


def role_may_make_tokens(login: UserLogin) -> Refusal | None:
    """The role has User Access Tokens or Access Token Management (Oracle bridgehead_4248124361)."""
    return None if login.found_role.may_make_tokens else BY_TOKEN_ID["user-insufficient-permission"]


def feature_is_enabled(login: UserLogin) -> Refusal | None:
    """The account has Token-based Authentication switched on."""
    on = login.account.features.token_based_authentication
    return None if on else BY_TOKEN_ID["issuetoken-FeatureDisabled"]


def integration_is_known(login: UserLogin) -> Refusal | None:
    """An integration record has this consumer key; another account's is installed by its first use."""
    return None if login.integration is not None else BY_TOKEN_ID["issuetoken-consumer_key_unknown"]


def integration_is_enabled(login: UserLogin) -> Refusal | None:
    """The record is Enabled in this account, where it is installed."""
    record = find_integration(login.consumer_key, (login.account,))
    if record is None or record.state == "ENABLED":
        return None
    state = "Blocked" if record.state == "BLOCKED" else "Waiting for Approval"
    return BY_TOKEN_ID["issuetoken-consumer_key_refused"].because(f"The integration record is {state}.")


def integration_is_installed(login: UserLogin) -> Refusal | None:
    """The first use of another account's record installs it here; one that then waits for approval is refused.

    Oracle chapter_157017286140.
    """
    record = find_integration(login.consumer_key, (login.account,))
    if record is None:
        record = login.account.install(cast("Integration", login.integration))
    login.integration = record
    return integration_is_enabled(login)


def issuetoken_is_ticked(login: UserLogin) -> Refusal | None:
    """Both boxes are ticked: Token-based Authentication, and TBA: IssueToken Endpoint."""
    integration = cast("Integration", login.integration)
    refused = BY_TOKEN_ID["issuetoken-unticked"]
    if not integration.token_based_authentication:
        return refused.because("The integration record has its Token-based Authentication box unticked.")
    return None if integration.issue_token_endpoint else refused


def token_is_the_users_own(login: UserLogin) -> Refusal | None:
    """The token to revoke is the user's own, of this integration, and not revoked yet."""
    return why_not_revocable(login.account, login.found_entity, login.consumer_key, login.token_id)


def why_not_revocable(account: Account, entity: Entity, consumer_key: str, token_id: str) -> Refusal | None:
    """Refuse to revoke what is not a live token of this user and this integration (Oracle chapter_157017286140)."""
    refused, token = BY_TOKEN_ID["revoketoken-token_rejected"], find_token(token_id, account)
    if token is None or token.integration.consumer_key != consumer_key:
        return refused.because("The account has no such token of this integration.")
    if token.entity is not entity:
        return refused.because("The token is another user's; nobody revokes those by an endpoint.")
    return refused.because("The token is revoked already.") if token.revoked else None


def find_integration(consumer_key: str, accounts: Iterable[Account]) -> Integration | None:
    """The first integration record with this consumer key, or None."""
    return next(filter(None, (account.integrations.by("consumer_key", consumer_key) for account in accounts)), None)


def find_token(token_id: str, account: Account) -> Token | None:
    """The account's token of this id, or None."""
    return account.tokens.by("id", token_id)


ENTITY_CHECKS: tuple[UserCheck, ...] = (user_is_not_locked, password_is_right, entity_is_usable)
ROLE_CHECKS: tuple[UserCheck, ...] = (role_is_usable, role_is_let_in, role_may_make_tokens)
# A one-time code is spent when it passes, so it is looked at last.
ISSUE_CHECKS: tuple[UserCheck, ...] = (
    feature_is_enabled,
    *ENTITY_CHECKS,
    *ROLE_CHECKS,
    integration_is_known,
    integration_is_enabled,
    issuetoken_is_ticked,
    code_is_right,
    integration_is_installed,
)
REVOKE_CHECKS: tuple[UserCheck, ...] = (
    feature_is_enabled,
    *ENTITY_CHECKS,
    *ROLE_CHECKS,
    integration_is_known,
    token_is_the_users_own,
    code_is_right,
)
# On the authorize page the password came with the page before.
CHOICE_CHECKS: tuple[UserCheck, ...] = (user_is_not_locked, entity_is_usable, *ROLE_CHECKS)
CODE_CHECKS: tuple[UserCheck, ...] = (*CHOICE_CHECKS, code_is_right)
