"""The credentials as environment variables: the names that a client process reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .credentials import Credentials

CREDENTIAL_NAMES = (
    "NETSUITE_ACCOUNT",
    "NETSUITE_CONSUMER_KEY",
    "NETSUITE_CONSUMER_SECRET",
    "NETSUITE_TOKEN_ID",
    "NETSUITE_TOKEN_SECRET",
    "NETSUITE_BASE_URL",
)


class SecretVariables(dict[str, str]):
    """Environment variables whose values no report shows."""

    def __repr__(self) -> str:
        return f"<{', '.join(self)}>"


def credential_variables(
    credentials: Credentials, base_url: str, names: Mapping[str, str] | None = None
) -> SecretVariables:
    """The variables of :data:`CREDENTIAL_NAMES`; ``names`` maps them to the names that the code reads."""
    values = (
        credentials.account,
        credentials.consumer_key,
        credentials.consumer_secret,
        credentials.token_id,
        credentials.token_secret,
        base_url,
    )
    names = names or {}
    return SecretVariables(zip((names.get(name, name) for name in CREDENTIAL_NAMES), values, strict=True))
