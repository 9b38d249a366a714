"""What the commands share: credentials, colour, requests of options."""

from __future__ import annotations

import getpass
import os
import shutil
import sys
from typing import TYPE_CHECKING, TextIO

from pytest_netsuite_tba.account.records import as_account_id
from pytest_netsuite_tba.account.seed import load
from pytest_netsuite_tba.captures.capture import request_to
from pytest_netsuite_tba.captures.judge import account_with
from pytest_netsuite_tba.clients.variables import CREDENTIAL_NAMES

from .command import UsageError

if TYPE_CHECKING:
    import argparse

    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.login.request import SignedRequest

ENVIRONMENT = CREDENTIAL_NAMES[:-1]  # without the base URL
SECRETS_COME_FROM = (
    "Secrets come from --account, from the environment (" + ", ".join(ENVIRONMENT) + ") or from a prompt."
)
ADMIN_VARIABLE = "NETSUITE_TBA_ADMIN_TOKEN"
_NARROWEST = 60
_UNSEEN_WIDTH = 100  # of what no terminal shows


def accounts_of(arguments: argparse.Namespace, *, ask: bool) -> list[Account]:
    """The accounts of ``--account``, else that of the environment, the rest asked for where somebody is there."""
    if arguments.account:
        return [account for file in arguments.account for account in load(file)]
    values = {name: os.environ.get(name, "") for name in ENVIRONMENT}
    if not all(values.values()) and ask and sys.stdin.isatty() and sys.stderr.isatty():
        values = {name: value or _prompt_for(name) for name, value in values.items()}
    if not all(values.values()):
        return []
    account, *texts = values.values()
    names = ("consumer_key", "consumer_secret", "token_id", "token_secret")
    return [account_with(as_account_id(account), **dict(zip(names, texts, strict=True)))]


def _prompt_for(name: str) -> str:
    """Ask for a value; a secret without echo. An empty answer leaves it out."""
    label = name.removeprefix("NETSUITE_").replace("_", " ").capitalize()
    if name.endswith("_SECRET"):
        return getpass.getpass(f"{label} (not shown): ", sys.stderr)
    sys.stderr.write(f"{label}: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def has_colour(stream: TextIO) -> bool:
    """Whether to write in colour: NO_COLOR forbids it, FORCE_COLOR asks for it, else a terminal has it."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()


def width() -> int:
    """How many columns to fill: of COLUMNS, else of the terminal."""
    return max(_NARROWEST, shutil.get_terminal_size((_UNSEEN_WIDTH, 0)).columns)


def printable(text: str) -> str:
    """A text of one line; what cannot be shown is a question mark."""
    return "".join(character if character.isprintable() else "?" for character in text)


def reason(attempt: LoginAttempt) -> str:
    """Why a login was refused, in one word: the audit trail's detail, else the refusal's id."""
    return attempt.detail or (attempt.refusal.id if attempt.refusal else "")


def request_to_sign(method: str, url: str, headers: list[tuple[str, str]], body: bytes) -> SignedRequest:
    """The request of a URL as it will be sent.

    Raises:
        UsageError: it is no full URL.
    """
    if not url.lower().startswith(("http://", "https://")):
        raise UsageError(f"{url[:80]!r} is no full URL: a URL begins with https://")
    return request_to(url, "the URL", method=method, headers=headers, body=body)
