"""The shell's door: ``netsuite-tba explain`` and ``netsuite-tba sign``."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import secrets
import shlex
import shutil
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from .account.clock import unix_seconds
from .account.seed import load
from .captures import Capture, CaptureError, read
from .captures.capture import request_to
from .judge import NO_SECRETS, UNCHECKED_TIME, Judge, account_of
from .login.base_string import expected_base_string
from .login.diagnosis.rendering import labelled, painted, pieces
from .oauth1.encoding import percent_encode
from .oauth1.header import format_authorization
from .oauth1.signature import sign, signing_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .account.records import Account
    from .login.audit_trail import LoginAttempt
    from .login.request import SignedRequest

_SEARCHED_IN_FULL = 5  # requests whose whole budget may be spent; of the rest, every single mistake is still tried
LET_IN, REFUSED, UNREADABLE = 0, 1, 2
ENVIRONMENT = (
    "NETSUITE_ACCOUNT",
    "NETSUITE_CONSUMER_KEY",
    "NETSUITE_CONSUMER_SECRET",
    "NETSUITE_TOKEN_ID",
    "NETSUITE_TOKEN_SECRET",
)
_EPILOG = "Secrets come from --account, from the environment (" + ", ".join(ENVIRONMENT) + ") or from a prompt."


class _UsageError(Exception):
    """Said in one line, exit status 2."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; give its exit status. Whatever is wrong with the input is one line on standard error."""
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
    except (_UsageError, CaptureError, ValueError) as error:
        sys.stderr.write(f"netsuite-tba: {error}\n")
        return UNREADABLE
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            sys.stderr.close()
            return UNREADABLE
        sys.stderr.write(f"netsuite-tba: {error.strerror}: {error.filename}\n")
        return UNREADABLE
    except KeyboardInterrupt:
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="netsuite-tba", description="Explain and sign NetSuite requests (Token-Based Authentication)."
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    explain = commands.add_parser(
        "explain",
        help="say why NetSuite refuses a captured request",
        description="Say why NetSuite refuses a captured request: a curl command, a raw HTTP request or a HAR file.",
        epilog=f"{_EPILOG} Exit status: 0 every request would be let in, 1 one would not, 2 the input cannot be read.",
    )
    explain.add_argument("file", nargs="?", metavar="FILE", help="the capture; standard input when omitted or -")
    explain.add_argument("--account", metavar="FILE", help="account.toml with the records and the secrets")
    explain.add_argument("--json", action="store_true", help="one JSON object a request, a line each")
    explain.add_argument("--entry", type=int, metavar="N", help="only the N-th entry of a HAR file (or request)")
    explain.add_argument("--at", metavar="TIME", help="when NetSuite sees it: 2026-09-21T14:13:20Z or Unix seconds")
    explain.add_argument("--budget", type=float, default=1.0, metavar="SECONDS", help="for the search (default 1)")
    explain.add_argument("--no-secrets", action="store_true", help="ask for none; say what the header alone proves")
    explain.add_argument("--method", help="instead of a capture, with --url: the HTTP method")
    explain.add_argument("--url", help="the URL as it was sent")
    explain.add_argument("--authorization", metavar="HEADER", help="the Authorization header; not a secret")
    explain.add_argument("--header", action="append", default=[], metavar="'NAME: VALUE'", help="another header")
    explain.add_argument("--body", help="the body")
    explain.set_defaults(run=_explain)

    signing = commands.add_parser(
        "sign",
        help="make a correct Authorization header",
        description="Make a correct Authorization header for a request.",
        epilog=_EPILOG,
    )
    signing.add_argument("method", metavar="METHOD", help="GET, POST, PUT, DELETE ...")
    signing.add_argument("url", metavar="URL", help="the URL with its query string, exactly as it will be sent")
    signing.add_argument("--account", metavar="FILE", help="account.toml; its first token signs, or --token")
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
    return parser


# -- explain -----------------------------------------------------------------------------------------------------


def _explain(arguments: argparse.Namespace) -> int:
    captures = _captures(arguments)
    at = None if arguments.at is None else _at(arguments.at)
    accounts = _accounts(arguments, ask=not arguments.no_secrets)
    judge = Judge(accounts)
    colour, width = _has_colour(sys.stdout), shutil.get_terminal_size().columns
    status = LET_IN
    left = arguments.budget * _SEARCHED_IN_FULL
    with _progress(len(captures)) as step:
        for number, capture in enumerate(captures):
            given = capture.time if at is None else at
            attempt = judge.judge(capture.request, given)
            begin = time.monotonic()
            attempt.diagnose(budget=max(0.0, min(arguments.budget, left)))
            left -= time.monotonic() - begin
            unchecked = judge.unchecked(attempt)
            if not attempt.accepted:
                status = REFUSED
            step()
            notes = [*capture.notes]
            if given is None and capture.request.authorization is not None:
                notes.append(UNCHECKED_TIME)
            if arguments.json:
                sys.stdout.write(json.dumps(_as_json(attempt, unchecked=unchecked, notes=notes)) + "\n")
                continue
            if number:
                sys.stdout.write("\n")
            where = capture.where if len(captures) > 1 else ""
            for line in _screen(attempt, where, notes, unchecked=unchecked, width=width, colour=colour):
                sys.stdout.write(line + "\n")
    sys.stdout.flush()
    return status


def _as_json(attempt: LoginAttempt, *, unchecked: bool, notes: list[str]) -> dict[str, object]:
    found = attempt.as_dict()
    if unchecked:
        found |= {
            "accepted": None,
            "status": None,
            "detail": None,
            "code": None,
            "http_status": None,
            "cause": NO_SECRETS,
        }
    return found | {"notes": notes}


def _screen(
    attempt: LoginAttempt, where: str, notes: list[str], *, unchecked: bool, width: int, colour: bool
) -> Iterator[str]:
    """Give what is shown of one request: the verdict first."""
    head = f"{where}: " if where else ""
    url = _shown(attempt.url, max(20, width - len(head) - len(attempt.method) - 1))
    yield painted(f"{head}{attempt.method} {url}", "bold", colour=colour)
    if unchecked:
        yield NO_SECRETS
    elif attempt.accepted:
        yield painted("Let in.", "+", colour=colour) + f" {attempt.token_name} of {attempt.application}".rstrip()
    else:
        detail = attempt.detail or (attempt.refusal.id if attempt.refusal else "")
        yield painted(f"Refused: {attempt.http_status} {attempt.code or ''} ({detail})", "-", colour=colour)
    if attempt.diagnosis is not None:
        yield ""
        yield attempt.diagnosis.render(width=width, colour=colour)
    for note in notes:
        yield from labelled("Note", note, width, colour=colour)


def _shown(text: str, width: int) -> str:
    text = "".join(one if one.isprintable() else "?" for one in text)
    return text if len(text) <= width else f"{text[: width // 2]}…{text[len(text) - (width - width // 2 - 1) :]}"


def _captures(arguments: argparse.Namespace) -> list[Capture]:
    if arguments.url is not None:
        if arguments.file is not None:
            raise _UsageError("give either a FILE or --url, not both")
        return [_of_options(arguments)]
    if arguments.method or arguments.authorization or arguments.body:
        raise _UsageError("--method, --authorization and --body need --url")
    if arguments.file in {None, "-"}:
        if sys.stdin.isatty():
            sys.stderr.write("Paste a curl command, a raw HTTP request or a HAR file, then Ctrl-D:\n")
        raw = sys.stdin.buffer.read()
    else:
        with open(arguments.file, "rb") as file:  # noqa: PTH123  (a name from the command line)
            raw = file.read()
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    text = raw.decode(encoding, "replace" if encoding == "utf-16" else "surrogateescape")
    return read(text, entry=arguments.entry)


def _of_options(arguments: argparse.Namespace) -> Capture:
    headers = []
    for one in arguments.header:
        name, colon, value = one.partition(":")
        if not colon:
            raise _UsageError(f"--header {one[:40]!r} is no 'Name: value'")
        headers.append((name.strip(), value.strip()))
    if arguments.authorization is not None:
        value = arguments.authorization.strip()
        if value[:14].lower() == "authorization:":
            value = value[14:].strip()
        headers.append(("Authorization", value))
    body = os.fsencode(arguments.body or "")
    method = arguments.method or ("POST" if body else "GET")
    return Capture(request=_request(method, arguments.url, headers, body), where="--url")


def _request(method: str, url: str, headers: list[tuple[str, str]], body: bytes) -> SignedRequest:
    if not url.lower().startswith(("http://", "https://")):
        raise _UsageError(f"{url[:80]!r} is no full URL; it begins with https://")
    return request_to(url, "the URL", method=method, headers=headers, body=body)


def _at(text: str) -> float:
    try:
        return float(text) if text.replace(".", "", 1).isdigit() else unix_seconds(text)
    except ValueError:
        raise _UsageError(f"--at is {text[:40]!r}; expected 2026-09-21T14:13:20Z or Unix seconds") from None


@contextmanager
def _progress(count: int) -> Iterator[Callable[[], None]]:
    """Show a bar on standard error while there is much to do and somebody looks."""
    shown = count > 50 and sys.stderr.isatty()  # noqa: PLR2004  (fewer take no time)
    done = 0
    last = 0.0

    def step() -> None:
        nonlocal done, last
        done += 1
        now = time.monotonic()
        if shown and (now - last > 0.1 or done == count):  # noqa: PLR2004  (seconds)
            last = now
            filled = done * 30 // count
            sys.stderr.write(f"\r[{'#' * filled}{'.' * (30 - filled)}] {done}/{count} requests")
            sys.stderr.flush()

    try:
        yield step
    finally:
        if shown:
            sys.stderr.write("\r" + " " * 60 + "\r")


# -- secrets -----------------------------------------------------------------------------------------------------


def _accounts(arguments: argparse.Namespace, *, ask: bool) -> list[Account]:
    """Give the accounts of ``--account``, else one of the environment, the rest asked for where somebody is there."""
    if arguments.account is not None:
        return load(arguments.account)
    given = {name: os.environ.get(name, "") for name in ENVIRONMENT}
    if not all(given.values()) and ask and sys.stdin.isatty() and sys.stderr.isatty():
        given = {name: value or _asked(name) for name, value in given.items()}
    if not all(given.values()):
        return []
    account, key, secret, token_id, token_secret = given.values()
    return [
        account_of(
            account.upper().replace("-", "_"),
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


def _has_colour(stream: TextIO) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()


# -- sign --------------------------------------------------------------------------------------------------------


def _sign(arguments: argparse.Namespace) -> int:
    accounts = _accounts(arguments, ask=True)
    if not accounts:
        missing = [name for name in ENVIRONMENT if not os.environ.get(name)]
        raise _UsageError(f"no credentials: give --account account.toml, or set {', '.join(missing)}")
    account = accounts[0]
    if not account.tokens:
        raise _UsageError(f"account {account.id} has no token")
    token = account.tokens.find(arguments.token) if arguments.token else account.tokens.first()
    nonce = arguments.nonce or secrets.token_hex(16)
    timestamp = arguments.timestamp or str(int(time.time()))
    method = arguments.method.upper()
    body = os.fsencode(arguments.body)
    request = _request(method, arguments.url, [("Content-Type", arguments.content_type)], body)
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


def _show_stages(base: str, consumer_secret: str, token_secret: str, signature: str, header: str) -> None:
    """Print each stage of the signature; of the key only its shape."""
    colour = _has_colour(sys.stdout)
    method, url, *_ = base.split("&")
    shapes = [
        f"{name} ({len(secret)} characters{', ' + str(len(percent_encode(secret))) + ' once encoded' if percent_encode(secret) != secret else ''})"
        for name, secret in (("consumer secret", consumer_secret), ("token secret", token_secret))
    ]
    stages = (
        ("1 Method", [method]),
        ("2 URL, encoded", [url]),
        ("3 Parameters: encoded, sorted, joined by & and encoded again", pieces(base)[2:]),
        ("4 Base string", [base]),
        ("5 Key", [" & ".join(shapes)]),
        ("6 Signature: base64 of HMAC-SHA256", [signature]),
        ("7 Header", [f"Authorization: {header}"]),
    )
    for title, lines in stages:
        sys.stdout.write(painted(title, "bold", colour=colour) + "\n")
        for line in lines:
            sys.stdout.write(f"  {line}\n")
