"""Role and entity: who logs in, and what that may do."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any

from .fields import Record, RecordError, nearest, setting

LOCK_SECONDS = 30 * 60  # Oracle subsect_156935170194: wait 30 minutes
FAILURES_BEFORE_LOCK = 5  # same page
LOG_IN_USING_ACCESS_TOKENS = "Log in using Access Tokens"
USER_ACCESS_TOKENS = "User Access Tokens"
ACCESS_TOKEN_MANAGEMENT = "Access Token Management"  # noqa: S105  (a permission's name)
SUITESCRIPT = "SuiteScript"
REST_WEB_SERVICES = "REST Web Services"
SOAP_WEB_SERVICES = "SOAP Web Services"
# Permissions with a meaning to the fake; any other name is kept and changes nothing (Oracle bridgehead_4248124361).
PERMISSIONS = (
    LOG_IN_USING_ACCESS_TOKENS,
    USER_ACCESS_TOKENS,
    ACCESS_TOKEN_MANAGEMENT,
    SUITESCRIPT,
    REST_WEB_SERVICES,
    SOAP_WEB_SERVICES,
)
_DEFAULT_PERMISSIONS = frozenset(
    {LOG_IN_USING_ACCESS_TOKENS, USER_ACCESS_TOKENS, SUITESCRIPT, REST_WEB_SERVICES, SOAP_WEB_SERVICES}
)


class Omitted(list[Any]):
    """A list that nobody gave: the account fills it with whatever lets a login succeed."""


@dataclass(slots=True, kw_only=True)
class Role(Record):
    """A role (Oracle bridgehead_4248124361)."""

    id: int = setting("Internal id.", default=1005)
    name: str = setting("Its name.", default="Integration")
    active: bool = setting("False for an inactivated role.", default=True)
    permissions: set[str] = setting("Permissions by name.", factory=lambda: set(_DEFAULT_PERMISSIONS))
    web_services_only: bool = setting("The Web Services Only box.", default=False)
    switched_off_by_user: bool = setting("Switched off in the user's View My Roles.", default=False)
    two_factor: bool = setting("Two-Factor Authentication Required: logging in takes a one-time code.", default=False)
    customer_center: bool = setting(
        "Based on the Customer Center role: `/rest/roles` lists it only where the call names the account.",
        default=False,
    )

    def __setattr__(self, name: str, value: object) -> None:
        if name == "permissions" and isinstance(value, list | tuple | set | frozenset):
            for permission in value:
                _check_permission(permission)
        Record.__setattr__(self, name, value)

    @property
    def may_use_tokens(self) -> bool:
        """Whether it holds one of the two permissions to log in with a token."""
        return LOG_IN_USING_ACCESS_TOKENS in self.permissions or USER_ACCESS_TOKENS in self.permissions

    @property
    def may_make_tokens(self) -> bool:
        """Whether it holds one of the two permissions to create and revoke its user's tokens."""
        return USER_ACCESS_TOKENS in self.permissions or ACCESS_TOKEN_MANAGEMENT in self.permissions


def _check_permission(name: object) -> None:
    """Refuse what is nearly, but not quite, a permission that matters: it would silently change nothing."""
    if not isinstance(name, str) or name in PERMISSIONS:
        return
    folded = re.sub(r"[^a-z]", "", name.lower())
    for permission in PERMISSIONS:
        if folded.removesuffix("s") == re.sub(r"[^a-z]", "", permission.lower()).removesuffix("s"):
            raise RecordError("Role.permissions", name, f"NetSuite's spelling {permission!r}")


@dataclass(slots=True, kw_only=True)
class Entity(Record):
    """A user: an employee, or whoever else may log in."""

    email: str = setting("E-mail address.", default="integration@example.com")
    id: int | None = setting("Internal id; the next free one when omitted.", default=None)
    name: str = setting("Name; the audit trail's User. The e-mail address when omitted.", default="")
    active: bool = setting("False for an inactivated entity.", default=True)
    access: bool = setting("The Give Access box.", default=True)
    roles: list[Role] = setting("Ids of its roles; all of the account's when omitted.", factory=Omitted)
    department: str | None = setting("Department, for the audience of a deployment.", default=None)
    locked_until: float | None = setting("Unix seconds until which it is locked.", default=None)
    failed_logins: int = setting("Failed logins in a row, where they count.", default=0, seed=False)
    password: str = setting("Password; derived from the account and the address.", default="", secret=True)
    two_factor_secret: str = setting(
        "What its one-time codes (RFC 6238: SHA-1, 6 digits, 30 seconds) are made of, in base32; derived likewise.",
        default="",
        secret=True,
    )
    last_code_step: int = setting("Number of the 30 seconds whose code was used last.", default=-1, seed=False)

    def __setattr__(self, name: str, value: object) -> None:
        if name == "two_factor_secret" and isinstance(value, str):
            _check_base32(value)
        Record.__setattr__(self, name, value)

    @property
    def login(self) -> str:
        """What it logs in with: its e-mail address, for which case does not count."""
        return self.email.lower()

    @property
    def label(self) -> str:
        """What the audit trail calls it."""
        return self.name or self.email

    def take_role_away(self, role: Role) -> None:
        """Take ``role`` from the entity: its tokens with that role are unusable until it is given back.

        Raises:
            RecordError: the entity does not have it.
        """
        if role not in self.roles:
            raise RecordError(f"roles of {self.email}", role.id, nearest(role.id, [held.id for held in self.roles]))
        self.roles.remove(role)

    def give_role(self, role: Role) -> None:
        """Let the entity have ``role``, or have it back."""
        if role not in self.roles:
            self.roles.append(role)

    def count_failure(self, now: float) -> None:
        """Count a failed login at ``now`` (Unix seconds); the fifth in a row locks the user."""
        self.failed_logins += 1
        if self.failed_logins >= FAILURES_BEFORE_LOCK:
            self.failed_logins = 0
            self.lock(now + LOCK_SECONDS)

    def lock(self, until: float) -> None:
        """Lock the user until ``until`` (Unix seconds), as five failed logins do for 30 minutes."""
        self.locked_until = until

    def unlock(self) -> None:
        """End a lock, as a password reset does."""
        self.locked_until, self.failed_logins = None, 0

    def is_locked(self, now: float) -> bool:
        """Whether the user is locked at ``now`` (Unix seconds)."""
        return self.locked_until is not None and now < self.locked_until


def _check_base32(value: str) -> None:
    try:
        base64.b32decode(value, casefold=True)
    except (binascii.Error, ValueError):
        raise RecordError("Entity.two_factor_secret", value, "base32 (RFC 4648)", secret=True) from None
