"""``netsuite-tba explain``: say why NetSuite refuses a captured request."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_netsuite_tba.account.clock import unix_seconds
from pytest_netsuite_tba.captures import Capture, read
from pytest_netsuite_tba.captures.judge import NO_SECRETS, UNCHECKED_TIME, Judge
from pytest_netsuite_tba.report.explanation import reading_lines
from pytest_netsuite_tba.report.rendering import labelled_lines, paint

from .shell import LET_IN, REFUSED, SECRETS_COME_FROM, UsageError, accounts_of, has_colour, request_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from pytest_netsuite_tba.login.audit_trail import LoginAttempt

_SEARCHED_IN_FULL = 5  # requests whose whole budget may be spent; of the rest, every single mistake is still tried


def add_to(commands: Any) -> None:  # noqa: ANN401  (argparse's own class of it is private)
    """Add the command and its options."""
    explain = commands.add_parser(
        "explain",
        help="say why NetSuite refuses a captured request",
        description="Say why NetSuite refuses a captured request: a curl command, a raw HTTP request or a HAR file.",
        epilog=f"{SECRETS_COME_FROM} Exit status: 0 every request would be let in, 1 one would not, 2 the input cannot be read.",
    )
    explain.add_argument("file", nargs="?", metavar="FILE", help="the capture; standard input when omitted or -")
    explain.add_argument(
        "--account",
        metavar="FILE",
        action="append",
        help="account.toml with the records and the secrets; several times for several",
    )
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


def _explain(arguments: argparse.Namespace) -> int:
    if arguments.budget < 0:
        raise UsageError(f"--budget {arguments.budget:g} is less than nothing; expected seconds, from 0")
    captures = _captures(arguments)
    at = None if arguments.at is None else _at(arguments.at)
    accounts = accounts_of(arguments, ask=not arguments.no_secrets)
    judge = Judge(accounts)
    colour, width = has_colour(sys.stdout), shutil.get_terminal_size().columns
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
    yield paint(f"{head}{attempt.method} {url}", "bold", colour=colour)
    if unchecked:
        yield NO_SECRETS
    elif attempt.accepted:
        yield paint("Let in.", "+", colour=colour) + f" {attempt.token_name} of {attempt.application}".rstrip()
    else:
        detail = attempt.detail or (attempt.refusal.id if attempt.refusal else "")
        yield paint(f"Refused: {attempt.http_status} {attempt.code or ''} ({detail})", "-", colour=colour)
    if not unchecked and not attempt.accepted and not (attempt.diagnosis and attempt.diagnosis.mistakes):
        yield ""
        yield from reading_lines(attempt, width=width, colour=colour)
    if attempt.diagnosis is not None:
        yield ""
        yield attempt.diagnosis.render(width=width, colour=colour)
    for note in notes:
        yield from labelled_lines("Note", note, width, colour=colour)


def _shown(text: str, width: int) -> str:
    text = "".join(one if one.isprintable() else "?" for one in text)
    return text if len(text) <= width else f"{text[: width // 2]}…{text[len(text) - (width - width // 2 - 1) :]}"


def _captures(arguments: argparse.Namespace) -> list[Capture]:
    if arguments.url is not None:
        if arguments.file is not None or arguments.entry is not None:
            raise UsageError("--url is one request by itself: no FILE and no --entry goes with it")
        return [_of_options(arguments)]
    if arguments.method or arguments.authorization or arguments.body:
        raise UsageError("--method, --authorization and --body need --url")
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
            raise UsageError(f"--header {one[:40]!r} is no 'Name: value'")
        headers.append((name.strip(), value.strip()))
    if arguments.authorization is not None:
        value = arguments.authorization.strip()
        if value[:14].lower() == "authorization:":
            value = value[14:].strip()
        headers.append(("Authorization", value))
    body = os.fsencode(arguments.body or "")
    method = arguments.method or ("POST" if body else "GET")
    return Capture(request=request_of(method, arguments.url, headers, body), where="--url")


def _at(text: str) -> float:
    try:
        return float(text) if text.replace(".", "", 1).isdigit() else unix_seconds(text)
    except ValueError:
        raise UsageError(f"--at is {text[:40]!r}; expected 2026-09-21T14:13:20Z or Unix seconds") from None


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
