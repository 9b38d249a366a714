"""``netsuite-tba sign``: make a correct Authorization header."""

from __future__ import annotations

import json
import os
import re
import secrets
import shlex
import sys
import time
from typing import TYPE_CHECKING, Any

from pytest_netsuite_tba.account.fields import nearest
from pytest_netsuite_tba.account.records import NETSUITE
from pytest_netsuite_tba.captures.judge import Judge
from pytest_netsuite_tba.login.base_string import expected_base_string
from pytest_netsuite_tba.oauth1.encoding import percent_encode
from pytest_netsuite_tba.oauth1.header import format_authorization
from pytest_netsuite_tba.oauth1.signature import sign, signing_key
from pytest_netsuite_tba.report.rendering import base_string_steps, paint

from .shell import ENVIRONMENT, LET_IN, SECRETS_COME_FROM, UsageError, accounts_of, has_colour, request_of

if TYPE_CHECKING:
    import argparse

    from pytest_netsuite_tba.account.records import Account


def add_to(commands: Any) -> None:  # noqa: ANN401  (argparse's own class of it is private)
    """Add the command and its options."""
    signing = commands.add_parser(
        "sign",
        help="make a correct Authorization header",
        description="Make a correct Authorization header for a request.",
        epilog=SECRETS_COME_FROM,
    )
    signing.add_argument("method", metavar="METHOD", help="GET, POST, PUT, DELETE ...")
    signing.add_argument("url", metavar="URL", help="the URL with its query string, exactly as it will be sent")
    signing.add_argument(
        "--account",
        metavar="FILE",
        action="append",
        help="account.toml; the first token of the account that the URL's host names signs, else of the first account",
    )
    signing.add_argument("--realm", metavar="ACCOUNT", help="id of the account that signs, of several")
    signing.add_argument("--token", metavar="NAME", help="name of the token in account.toml")
    signing.add_argument("--body", default="", help="the body; only a form (see --content-type) is signed")
    signing.add_argument("--content-type", default="application/json", metavar="TYPE", help="default: %(default)s")
    signing.add_argument("--nonce", help="a given nonce instead of a random one")
    signing.add_argument("--timestamp", metavar="SECONDS", help="a given Unix time instead of now")
    shown = signing.add_mutually_exclusive_group()
    shown.add_argument("--curl", action="store_true", help="print a whole curl command")
    shown.add_argument("--base-string", action="store_true", help="show each stage; the key only by its shape")
    shown.add_argument("--json", action="store_true", help="print header, base string and signature as JSON")
    signing.set_defaults(run=_sign)


def _sign(arguments: argparse.Namespace) -> int:
    accounts = accounts_of(arguments, ask=True)
    if not accounts:
        missing = [name for name in ENVIRONMENT if not os.environ.get(name)]
        raise UsageError(f"no credentials: give --account account.toml, or set {', '.join(missing)}")
    account = _account(accounts, arguments.url, arguments.realm)
    if not account.tokens:
        raise UsageError(f"account {account.id} has no token")
    token = account.tokens.find(arguments.token) if arguments.token else account.tokens.first()
    nonce = arguments.nonce or secrets.token_hex(16)
    timestamp = arguments.timestamp or str(int(time.time()))
    method = arguments.method.upper()
    body = os.fsencode(arguments.body)
    request = request_of(method, arguments.url, [("Content-Type", arguments.content_type)], body)
    parameters = [
        ("oauth_consumer_key", token.integration.consumer_key),
        ("oauth_token", token.id),
        ("oauth_signature_method", "HMAC-SHA256"),
        ("oauth_timestamp", timestamp),
        ("oauth_nonce", nonce),
        ("oauth_version", "1.0"),
    ]
    base = expected_base_string(request, parameters, parameter_order=account.behaviour.parameter_order)
    consumer_secret, token_secret = token.integration.consumer_secret, token.secret
    signature = sign(base, signing_key(consumer_secret, token_secret))
    header = format_authorization([*parameters, ("oauth_signature", signature)], realm=account.id)
    signed = request_of(method, arguments.url, [*request.headers, ("Authorization", header)], body)
    attempt = Judge(accounts).judge(signed, time.time())
    if not attempt.accepted:
        sys.stderr.write(f"netsuite-tba: NetSuite would refuse this: {attempt.cause}\n")
    if arguments.json:
        found = {"authorization": header, "base_string": base, "signature": signature}
        sys.stdout.write(json.dumps(found) + "\n")
    elif arguments.curl:
        words = ["curl", "-X", method, arguments.url, "-H", f"Authorization: {header}"]
        words += ["-H", f"Content-Type: {arguments.content_type}"]
        words += ["--data-binary", arguments.body] if arguments.body else []
        sys.stdout.write(shlex.join(words) + "\n")
    elif arguments.base_string:
        _show_stages(base, consumer_secret, token_secret, signature, header)
    else:
        sys.stdout.write(f"Authorization: {header}\n")
    return LET_IN


def _account(accounts: list[Account], url: str, realm: str | None) -> Account:
    """Give the account that ``realm`` or the URL's host names, else the first."""
    if realm is not None:
        found = {one.id: one for one in accounts}.get(realm)
        if found is None:
            raise UsageError(f"--realm: {nearest(realm, [one.id for one in accounts])}")
        return found
    host = re.split("[/?]", url.partition("://")[2], maxsplit=1)[0].partition(":")[0].lower()
    label = host.partition(".")[0] if host.endswith(NETSUITE) else ""
    return next((one for one in accounts if one.host_label == label), accounts[0])


def _show_stages(base: str, consumer_secret: str, token_secret: str, signature: str, header: str) -> None:
    """Print each stage of the signature; of the key only its shape."""
    colour = has_colour(sys.stdout)
    shapes = [
        f"{name} ({len(secret)} characters{', ' + str(len(percent_encode(secret))) + ' once encoded' if percent_encode(secret) != secret else ''})"
        for name, secret in (("consumer secret", consumer_secret), ("token secret", token_secret))
    ]
    lines_of = (
        *base_string_steps(base),
        ("5 Key", [" & ".join(shapes)]),
        ("6 Signature: base64 of HMAC-SHA256", [signature]),
        ("7 Header", [f"Authorization: {header}"]),
    )
    for title, lines in lines_of:
        sys.stdout.write(paint(title, "bold", colour=colour) + "\n")
        for line in lines:
            sys.stdout.write(f"  {line}\n")
