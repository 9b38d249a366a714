"""The NLAuth header: a user's e-mail address and password (Oracle section_4623992425)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pytest_netsuite_tba.oauth1.encoding import percent_decode

# A value as NetSuite wants it: what RFC 3986 lets stand raw, all else as %XX. Oracle's own samples send "@" raw.
_PAIR = re.compile(r"(nlauth_[a-z_]+)=((?:[A-Za-z0-9._~!$&'()*+;:@/?#\[\]-]|%[0-9A-Fa-f]{2})*)")


class BadNLAuthError(ValueError):
    """The header is not what NLAuth asks for; the message says where, without a value of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCredentials:
    """What a user logs in with. Values are decoded; ``""`` stands for what was not sent.

    Attributes:
        account: account id.
        email: e-mail address.
        password: in clear.
        role: id of a role, as sent.
        code: one-time code of six digits.
    """

    account: str = ""
    email: str = ""
    password: str = field(default="", repr=False)
    role: str = ""
    code: str = field(default="", repr=False)


_FIELDS = {
    "nlauth_account": "account",
    "nlauth_email": "email",
    "nlauth_signature": "password",
    "nlauth_role": "role",
    "nlauth_otp": "code",
}


def parse_nlauth(value: str) -> UserCredentials:
    """Read the value of an ``Authorization: NLAuth ...`` header.

    Parameters without a meaning here (``nlauth_application_id``) are skipped.

    Raises:
        BadNLAuthError: an item is no ``nlauth_...=value`` pair, a value is not percent-encoded, or one comes twice.
    """
    _, _, rest = value.strip().partition(" ")
    values: dict[str, str] = {}
    for position, item in enumerate(rest.split(","), 1):
        found = _PAIR.fullmatch(item.strip(" \t"))
        if found is None:
            raise BadNLAuthError(
                f"Item {position} of the NLAuth header is no nlauth_name=value pair, its value percent-encoded."
            )
        if found[1] in values:
            raise BadNLAuthError(f"{found[1]} is sent twice in the NLAuth header.")
        values[found[1]] = percent_decode(found[2])
    return UserCredentials(**{_FIELDS[name]: text for name, text in values.items() if name in _FIELDS})
