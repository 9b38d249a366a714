"""``netsuite-tba sign``: make a correct Authorization header."""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.fields import nearest
from pytest_netsuite_tba.account.records import by_id
from pytest_netsuite_tba.captures.judge import Judge
from pytest_netsuite_tba.clients.hosts import is_netsuite
from pytest_netsuite_tba.login.base_string import expected_base_string
from pytest_netsuite_tba.oauth1.encoding import percent_encode
from pytest_netsuite_tba.oauth1.signer import signed_header
from pytest_netsuite_tba.oauth1.target import Target, host_and_port
from pytest_netsuite_tba.report.curl import curl_command
from pytest_netsuite_tba.report.rendering import base_string_steps
from pytest_netsuite_tba.report.text import paint

from .command import Command, Status, UsageError, add_repeatable
from .shell import ENVIRONMENT, SECRETS_COME_FROM, accounts_of, has_colour, request_to_sign

if TYPE_CHECKING:
    import argparse

    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.login.request import SignedRequest
    from pytest_netsuite_tba.oauth1.signer import SignedHeader


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("method", metavar="METHOD", help="GET, POST, PUT, DELETE ...")
    parser.add_argument("url", metavar="URL", help="the URL with its query string, exactly as it will be sent")
    records = "account.toml; the first token of the account that the URL's host names signs, else of the first account"
    add_repeatable(parser, "--account", "FILE", records)
    parser.add_argument("--realm", metavar="ACCOUNT", help="id of the account that signs, of several")
    parser.add_argument("--token", metavar="NAME", help="name of the token in account.toml")
    parser.add_argument("--body", default="", help="the body; only a form (see --content-type) is signed")
    parser.add_argument("--content-type", default="application/json", metavar="TYPE", help="default: %(default)s")
    parser.add_argument("--nonce", help="a given nonce instead of a random one")
    parser.add_argument("--timestamp", metavar="SECONDS", help="a given Unix time instead of now")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--curl", action="store_true", help="print a whole curl command")
    output.add_argument("--base-string", action="store_true", help="show each stage; the key only by its shape")
    output.add_argument("--json", action="store_true", help="print header, base string and signature as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Sign the request that the options describe."""
    accounts = accounts_of(arguments, ask=True)
    if not accounts:
        missing = [name for name in ENVIRONMENT if not os.environ.get(name)]
        raise UsageError(f"no credentials: give --account account.toml, or set {', '.join(missing)}")
    account = _account(accounts, arguments.url, arguments.realm)
    if not account.tokens:
        raise UsageError(f"account {account.id} has no token")
    token = account.tokens.find(arguments.token) if arguments.token else account.tokens.first()
    method = arguments.method.upper()
    body = os.fsencode(arguments.body)
    content_type = [("Content-Type", arguments.content_type)] if arguments.content_type else []
    request = request_to_sign(method, arguments.url, content_type, body)
    signed = signed_header(
        partial(expected_base_string, request, parameter_order=account.behaviour.parameter_order),
        consumer_key=token.integration.consumer_key, consumer_secret=token.integration.consumer_secret,
        token_id=token.id, token_secret=token.secret, realm=account.id,
        nonce=arguments.nonce or secrets.token_hex(16), timestamp=arguments.timestamp or str(int(time.time())),
    )  # fmt: skip
    headers = [*request.headers, ("Authorization", signed.authorization)]
    request = request_to_sign(method, arguments.url, headers, body)
    attempt = Judge(accounts).judge(request, time.time())
    if not attempt.accepted:
        said = "This was not judged" if attempt.accepted is None else "NetSuite would refuse this"
        sys.stderr.write(f"netsuite-tba: {said}: {attempt.cause}\n")
    if arguments.json:
        sys.stdout.write(json.dumps(signed._asdict()) + "\n")
    elif arguments.curl:
        sys.stdout.write(f"{_curl(request)}\n")
    elif arguments.base_string:
        _show_stages(signed, token.integration.consumer_secret, token.secret)
    else:
        sys.stdout.write(f"Authorization: {signed.authorization}\n")
    return Status.DONE


def _curl(request: SignedRequest) -> str:
    """The whole command.

    Raises:
        UsageError: curl cannot send the request, as no HTTP can carry it.
    """
    command = curl_command(request, most_body_bytes=sys.maxsize)
    if command is None:
        raise UsageError("--curl: no HTTP request holds a blank or a line break in its method, URL or headers")
    return command


def _account(accounts: list[Account], url: str, realm: str | None) -> Account:
    """The account that ``realm`` or the URL's host names, else the first."""
    if realm is not None:
        known = by_id(accounts)
        if realm not in known:
            raise UsageError(f"--realm: {nearest(realm, known)}")
        return known[realm]
    host = host_and_port(Target.of(url).host)[0].lower()
    label = host.partition(".")[0] if is_netsuite(host) else ""
    return next((account for account in accounts if account.host_label == label), accounts[0])


def _show_stages(signed: SignedHeader, consumer_secret: str, token_secret: str) -> None:
    """Print each stage of the signature; of the key only its shape."""
    colour = has_colour(sys.stdout)
    shown = (
        *base_string_steps(signed.base_string),
        ("5 Key", [f"{_shape('consumer secret', consumer_secret)} & {_shape('token secret', token_secret)}"]),
        ("6 Signature: base64 of HMAC-SHA256", [signed.signature]),
        ("7 Header", [f"Authorization: {signed.authorization}"]),
    )
    for title, lines in shown:
        sys.stdout.write(paint(title, "bold", colour=colour) + "\n")
        for line in lines:
            sys.stdout.write(f"  {line}\n")


def _shape(name: str, secret: str) -> str:
    """Tell how long a secret is, and no more."""
    encoded = len(percent_encode(secret))
    return f"{name} ({len(secret)} characters{f', {encoded} once encoded' if encoded != len(secret) else ''})"


COMMAND = Command(
    name="sign", help="make a correct Authorization header",
    description="Make a correct Authorization header for a request.", epilog=SECRETS_COME_FROM,
    add_options=add_options, run=run,
)  # fmt: skip
