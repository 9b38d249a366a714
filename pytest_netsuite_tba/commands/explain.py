"""``netsuite-tba explain``: say why NetSuite refuses a captured request."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import sys
import textwrap
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.clock import unix_seconds
from pytest_netsuite_tba.captures import Capture, read
from pytest_netsuite_tba.captures.blind import NO_METHOD
from pytest_netsuite_tba.captures.judge import UNCHECKED_TIME, Judge
from pytest_netsuite_tba.captures.not_judged import kind_without_login
from pytest_netsuite_tba.captures.searching import is_unfinished, search_all
from pytest_netsuite_tba.login.verdict import NO_DIAGNOSIS
from pytest_netsuite_tba.oauth1.encoding import to_text
from pytest_netsuite_tba.report.explanation import reading_lines
from pytest_netsuite_tba.report.fixes import LANGUAGES, SIGNERS, fixes_of, language_of
from pytest_netsuite_tba.report.rendering import render_diagnosis
from pytest_netsuite_tba.report.text import labelled_lines, paint

from .command import Command, Status, UsageError, add_repeatable
from .shell import SECRETS_COME_FROM, accounts_of, has_colour, printable, reason, request_to_sign

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.login.request import SignedRequest
    from pytest_netsuite_tba.report.fixes import Fix

_WHICH_METHOD = (
    "It was signed for another method than GET, and the text does not say which was sent; give it by --method."
)
_REFUSED = {401, 403}
_REFUSED_THERE = (
    "The captured answer is {status}: NetSuite refused this request. Its signature is right for the secrets given here; so "
    "they are not the account's own, or the token, its role or its user is at fault: the account's Login Audit Trail says which."
)
_TICK_SECONDS = 1.0
_BAR = 30  # columns


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("file", nargs="?", metavar="FILE", help="the capture; standard input when omitted or -")
    records = "account.toml with the records and the secrets; several times for several"
    add_repeatable(parser, "--account", "FILE", records)
    parser.add_argument("--json", action="store_true", help="one JSON object a request, a line each")
    parser.add_argument("--entry", type=int, metavar="N", help="only the N-th entry of a HAR file (or request)")
    parser.add_argument("--at", metavar="TIME", help="when NetSuite sees it: 2026-09-21T14:13:20Z or Unix seconds")
    parser.add_argument("--budget", type=float, default=1.0, metavar="N", help="search N times as long (default 1)")
    parser.add_argument("--no-secrets", action="store_true", help="ask for none; say what the header alone proves")
    languages = ", ".join(LANGUAGES)
    parser.add_argument("--fix", metavar="LANGUAGE", help=f"show the right lines below each cure: {languages}")
    parser.add_argument("--method", help="instead of a capture, with --url: the HTTP method")
    parser.add_argument("--url", help="the URL as it was sent")
    parser.add_argument("--authorization", metavar="HEADER", help="the Authorization header; not a secret")
    add_repeatable(parser, "--header", "'NAME: VALUE'", "another header")
    parser.add_argument("--body", help="the body")


def run(arguments: argparse.Namespace) -> int:
    """Judge each captured request, and say what is wrong with it."""
    if not arguments.budget >= 0:  # nor what is no number
        raise UsageError(f"--budget is {arguments.budget:g}; expected how many times the usual work: a number from 0")
    language = None if arguments.fix is None else _language(arguments.fix)
    captures = _captures(arguments)
    at = None if arguments.at is None else _at(arguments.at)
    judge = Judge(accounts_of(arguments, ask=not arguments.no_secrets))
    skipped: Counter[str] = Counter()
    taken: list[tuple[int, Capture]] = []
    for number, capture in enumerate(captures, 1):
        kind = kind_without_login(capture.request) if len(captures) > 1 and not arguments.json else ""
        skipped.update([kind] if kind else [])
        taken += [] if kind else [(number, capture)]
    moments = [capture.time if at is None else at for _, capture in taken]
    attempts = [
        judge.judge(capture.request, moment, unsure=capture.unsure)
        for (_, capture), moment in zip(taken, moments, strict=True)
    ]
    with _progress(len(attempts)) as step:
        got = search_all(attempts, budget=arguments.budget, step=step)
    for (_, capture), attempt in zip(taken, attempts, strict=True):
        if NO_METHOD in capture.notes and attempt.accepted is False and _was_signed_for_another_method(attempt):
            attempt.not_judged(_WHICH_METHOD)
            attempt.forget_diagnosis()
    _write(arguments, language, taken, moments, attempts, got, is_one_of_many=len(captures) > 1)
    if not arguments.json and len(captures) > 1:
        width = shutil.get_terminal_size().columns
        for line in _summary(attempts, skipped):
            sys.stdout.write("\n".join(textwrap.wrap(line, width)) + "\n")
    sys.stdout.flush()
    verdicts = {attempt.accepted for attempt in attempts}
    if False in verdicts:
        return Status.REFUSED
    return Status.DONE if True in verdicts else Status.UNREADABLE


def _part(share: float) -> str:
    return f"{share:.0%}" if share else "the least part"


def _write(
    arguments: argparse.Namespace,
    language: str | None,
    taken: list[tuple[int, Capture]],
    moments: list[float | None],
    attempts: list[LoginAttempt],
    got: list[float],
    *,
    is_one_of_many: bool,
) -> None:
    """Write what is known of each request: a line of JSON, or a part of the screen."""
    colour, width = has_colour(sys.stdout), shutil.get_terminal_size().columns
    for (number, capture), moment, attempt, share in zip(taken, moments, attempts, got, strict=True):
        notes = [*capture.notes]
        if moment is None and attempt.accepted is not None and _has_timestamp(capture.request):
            notes.append(UNCHECKED_TIME)
        if attempt.accepted and capture.status in _REFUSED:
            notes.append(_REFUSED_THERE.format(status=capture.status))
        if len(attempts) > 1 and is_unfinished(attempt):
            entry = capture.where.removeprefix("entry ") if capture.where.startswith("entry ") else number
            whole = f"alone, by --entry {entry}, it gets all of it."
            notes.append(
                f"Of many requests this one got {_part(share / (arguments.budget or 1))} of the budget; {whole}"
            )
        fixes = {} if language is None else fixes_of(attempt, language)
        notes += [] if language is None or fixes else [_nothing_to_fix(attempt)]
        if arguments.json:
            shown = attempt.as_dict() | {"where": capture.where, "notes": notes, "unsure": capture.unsure}
            for mistake in (shown["diagnosis"] or {}).get("mistakes", []):
                mistake.update({"fix": fixes[mistake["id"]]._asdict()} if mistake["id"] in fixes else {})
            sys.stdout.write(json.dumps(shown) + "\n")
            continue
        if attempt is not attempts[0]:
            sys.stdout.write("\n")
        where = capture.where if is_one_of_many else ""
        for line in _screen(attempt, where, notes, fixes, width=width, colour=colour):
            sys.stdout.write(line + "\n")


def _nothing_to_fix(attempt: LoginAttempt) -> str:
    """Say why ``--fix`` shows no lines."""
    if attempt.accepted:
        return "There is nothing to fix: the request is let in."
    if attempt.accepted is None:
        return "There is nothing to fix as long as nothing is judged."
    if attempt.refusal is not None and attempt.refusal.id == "InvalidSignature":
        return f"No mistake was named, so no line of it can be; whole right signers: {SIGNERS}."
    return "No lines cure this; do what stands at Cure."


def _was_signed_for_another_method(attempt: LoginAttempt) -> bool:
    return any(mistake.id == "method-wrong" for mistake in attempt.diagnosis.mistakes)


def _has_timestamp(request: SignedRequest) -> bool:
    header = request.authorization
    return header is not None and any(parameter.name == "oauth_timestamp" for parameter in header.parameters)


def _summary(attempts: list[LoginAttempt], skipped: Counter[str]) -> Iterator[str]:
    """How many were judged how, and how many were skipped as what."""
    if attempts:
        yield ""
    verdicts = Counter(attempt.accepted for attempt in attempts)
    said = {"let in": verdicts[True], "refused": verdicts[False], "not judged": verdicts[None]}
    counts = ", ".join(f"{count} {verdict}" for verdict, count in said.items() if count)
    yield (
        f"{_counted(len(attempts), 'request')}: {counts}."
        if attempts
        else "No request of the input holds a login by token."
    )
    if skipped:
        kinds = ", ".join(_counted(count, kind) for kind, count in skipped.items())
        yield f"Skipped, for they hold no login by token: {kinds}. --entry N shows one."


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _screen(
    attempt: LoginAttempt, where: str, notes: list[str], fixes: dict[str, Fix], *, width: int, colour: bool
) -> Iterator[str]:
    """What is shown of one request: the verdict first."""
    head = f"{where}: " if where else ""
    url = _fit(attempt.url, max(20, width - len(head) - len(attempt.method) - 1))
    yield paint(f"{head}{attempt.method} {url}", "bold", colour=colour)
    if attempt.accepted is None:
        yield paint("Not judged.", "bold", colour=colour)
        yield from labelled_lines("Why", attempt.cause or "", width, colour=colour)
    elif attempt.accepted:
        yield paint("Let in.", "+", colour=colour) + f" {attempt.token_name} of {attempt.application}".rstrip()
    else:
        yield paint(
            f"Refused: {attempt.http_status} {f'{attempt.code} ' if attempt.code else ''}({reason(attempt)})",
            "-",
            colour=colour,
        )
    if attempt.accepted is False and not attempt.diagnosis.mistakes:
        yield ""
        yield from reading_lines(attempt, width=width, colour=colour)
    if attempt.diagnosis is not NO_DIAGNOSIS:
        yield ""
        yield render_diagnosis(attempt.diagnosis, width=width, colour=colour, fixes=fixes)
    for note in notes:
        yield from labelled_lines("Note", note, width, colour=colour)


def _fit(text: str, width: int) -> str:
    """Shorten a text in its middle."""
    text = printable(text)
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
            sys.stderr.write("Paste a curl command, a raw HTTP request, a log or a HAR file, then Ctrl-D:\n")
        raw = sys.stdin.buffer.read()
    else:
        with open(arguments.file, "rb") as file:  # noqa: PTH123  (a name from the command line)
            raw = file.read()
    is_utf_16 = raw.startswith((b"\xff\xfe", b"\xfe\xff"))  # as PowerShell writes a file
    return read(raw.decode("utf-16", "replace") if is_utf_16 else to_text(raw), entry=arguments.entry)


def _of_options(arguments: argparse.Namespace) -> Capture:
    headers = []
    for header in arguments.header:
        name, colon, value = header.partition(":")
        if not colon:
            raise UsageError(f"--header {header[:40]!r} is no 'Name: value'")
        headers.append((name.strip(), value.strip()))
    if arguments.authorization is not None:
        value = arguments.authorization.strip()
        if value[:14].lower() == "authorization:":
            value = value[14:].strip()
        headers.append(("Authorization", value))
    body = os.fsencode(arguments.body or "")
    method = arguments.method or ("POST" if body else "GET")
    return Capture(request=request_to_sign(method, arguments.url, headers, body), where="--url")


def _language(name: str) -> str:
    try:
        return language_of(name)
    except ValueError as error:
        raise UsageError(f"--fix {error}") from None


def _at(text: str) -> float:
    try:
        moment = float(text) if text.replace(".", "", 1).isdigit() else unix_seconds(text)
        datetime.fromtimestamp(moment, UTC)  # beyond the year 9999 there is none
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"--at is {text[:40]!r}; expected 2026-09-21T14:13:20Z or Unix seconds") from None
    return moment


@contextmanager
def _progress(count: int) -> Iterator[Callable[[], None]]:
    """Show on standard error, second by second, how far the search is, where somebody looks."""
    done, ended = 0, threading.Event()

    def step() -> None:
        nonlocal done
        done += 1

    def show() -> None:
        for seconds in itertools.count(1):
            if ended.wait(_TICK_SECONDS):
                break
            filled = done * _BAR // count
            bar = f"[{'#' * filled}{'.' * (_BAR - filled)}] {done}/{count} requests, " if count > 1 else "searching, "
            sys.stderr.write(f"\r{bar}{seconds} s")
            sys.stderr.flush()

    thread = threading.Thread(target=show, name="netsuite-progress", daemon=True)
    is_shown = bool(count) and sys.stderr.isatty()
    try:
        if is_shown:
            thread.start()
        yield step
    finally:
        ended.set()
        if is_shown:
            thread.join()
            sys.stderr.write("\r" + " " * 60 + "\r")


COMMAND = Command(
    name="explain",
    help="say why NetSuite refuses a captured request",
    description="Say why NetSuite refuses a captured request: a command line, a log, a HAR file and many more.",
    epilog=f"{SECRETS_COME_FROM} Exit status: 0 every request that was judged would be let in, 1 one would not, "
    "2 nothing could be read or judged.",
    add_options=add_options,
    run=run,
)
