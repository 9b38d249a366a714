"""What the commands share: exit statuses, credentials, colour, requests of options."""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING, TextIO

from pytest_netsuite_tba.account.records import spelt
from pytest_netsuite_tba.account.seed import load
from pytest_netsuite_tba.captures.capture import request_to
from pytest_netsuite_tba.captures.judge import account_of

if TYPE_CHECKING:
    import argparse

    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.login.request import SignedRequest

LET_IN, REFUSED, UNREADABLE = 0, 1, 2
ENVIRONMENT = (
    "NETSUITE_ACCOUNT",
    "NETSUITE_CONSUMER_KEY",
    "NETSUITE_CONSUMER_SECRET",
    "NETSUITE_TOKEN_ID",
    "NETSUITE_TOKEN_SECRET",
)
SECRETS_COME_FROM = (
    "Secrets come from --account, from the environment (" + ", ".join(ENVIRONMENT) + ") or from a prompt."
)


class UsageError(Exception):
    """Said in one line.

    Args:
        message: the line.
        status: the exit status.

    """

    def __init__(self, message: str, status: int = UNREADABLE) -> None:
        super().__init__(message)
        self.status = status


def accounts_of(arguments: argparse.Namespace, *, ask: bool) -> list[Account]:
    """Give the accounts of ``--account``, else one of the environment, the rest asked for where somebody is there."""
    if arguments.account is not None:
        return [one for file in arguments.account for one in load(file)]
    given = {name: os.environ.get(name, "") for name in ENVIRONMENT}
    if not all(given.values()) and ask and sys.stdin.isatty() and sys.stderr.isatty():
        given = {name: value or _asked(name) for name, value in given.items()}
    if not all(given.values()):
        return []
    account, key, secret, token_id, token_secret = given.values()
    return [
        account_of(
            spelt(account),
            consumer_key=key,
            consumer_secret=secret,
            token_id=token_id,
            token_secret=token_secret,
        )
    ]


def _asked(name: str) -> str:
    """Ask for a value; a secret without echo. An empty answer leaves it out."""
    said = name.removeprefix("NETSUITE_").replace("_", " ").capitalize()
    if name.endswith("_SECRET"):
        return getpass.getpass(f"{said} (not shown): ", sys.stderr)
    sys.stderr.write(f"{said}: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def has_colour(stream: TextIO) -> bool:
    """Whether to write in colour: NO_COLOR forbids it, FORCE_COLOR asks for it, else a terminal has it."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()


def request_of(method: str, url: str, headers: list[tuple[str, str]], body: bytes) -> SignedRequest:
    """Give the request of a URL as it will be sent.

    Raises:
        UsageError: it is no full URL.

    """
    if not url.lower().startswith(("http://", "https://")):
        raise UsageError(f"{url[:80]!r} is no full URL: a URL begins with https://")
    return request_to(url, "the URL", method=method, headers=headers, body=body)
