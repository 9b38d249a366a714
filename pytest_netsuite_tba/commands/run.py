"""``netsuite-tba run``: a command in any language whose every NetSuite host is the fake."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.fields import nearest
from pytest_netsuite_tba.clients.variables import CREDENTIAL_NAMES, credential_variables
from pytest_netsuite_tba.reach.trust import UNSET
from pytest_netsuite_tba.report.explanation import reading_lines
from pytest_netsuite_tba.report.rendering import render_diagnosis
from pytest_netsuite_tba.report.text import paint

from .command import Command, Status, UsageError, add_repeatable
from .hosting import accounts_in, add_account_option, certified, listening, note_warnings, write_file
from .shell import ENVIRONMENT, has_colour, printable, reason, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_netsuite_tba.login.audit_trail import AuditTrail, LoginAttempt

_WAYS_SHOWN = 10
_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")

# The words of what nothing answers are those of a test.
HOW_TO_ANSWER = (
    "netsuite-tba: What netsuite.deploy(), .suiteql() and .soap() say in a test, an account file says here (--account):",
    "    [[restlets]], [[web_services.suiteql]], [[web_services.soap]], [[web_services.records]].",
    "    What netsuite.expect_request() answers, a test in pytest alone can say.",
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_account_option(parser)
    parser.add_argument("--require-login", action="store_true", help="exit with 1 if no login was let in")
    parser.add_argument("--allow-refusals", action="store_true", help="refused logins do not change the exit status")
    let_through = "let the command through to this real host, as *.example.com; may come several times"
    add_repeatable(parser, "--allow-host", "HOST", let_through)
    renamed = "the name that the command reads instead; may come several times"
    add_repeatable(parser, "--env-name", "NETSUITE_TOKEN_ID=NAME", renamed)
    parser.add_argument("--trail", metavar="FILE", help="write every attempt to this file, one JSON object a line")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Run the command to its end, and report."""
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        raise UsageError("no command: netsuite-tba run -- COMMAND [ARGUMENT ...]")
    from pytest_netsuite_tba.reach.proxy import Proxy
    from pytest_netsuite_tba.server.server import NetSuiteServer

    if arguments.trail is not None:
        write_file("--trail", arguments.trail, None)
    note_warnings()
    names = _names(arguments.env_name)
    with certified(arguments.allow_host) as (authority, trust):
        server = NetSuiteServer(*accounts_in(arguments.account), proxy=Proxy(authority, arguments.allow_host, trust))
        with listening(server):
            environment = {name: value for name, value in os.environ.items() if name not in UNSET}
            if server.token is not None:
                base_url = f"https://{server.account.restlets_host}"
                environment |= credential_variables(server.credentials, base_url, names)
            status = _status_of(command, environment | trust.variables(server.url))
    trail = server.audit_trail
    report = list(_report(trail, len(server.log)))  # first: what it searches stands in the file
    if arguments.trail is not None:
        lines = "".join(json.dumps(attempt.as_dict(budget=0)) + "\n" for attempt in trail)
        write_file("--trail", arguments.trail, lines.encode())
    sys.stdout.flush()
    unexpected = dict.fromkeys(
        f"netsuite-tba: {problem}" for problem in server.httpserver.assertions
    )  # let in, and found nothing
    sys.stderr.writelines(f"{line}\n" for line in (*report, *unexpected, *(HOW_TO_ANSWER if unexpected else ())))
    refused = trail.refused and not arguments.allow_refusals
    lacking = arguments.require_login and len(trail.refused) == len(trail)
    return Status.REFUSED if status == 0 and (refused or lacking) else status


def _names(options: Sequence[str]) -> dict[str, str]:
    """Our name of each variable -> that which the command reads."""
    names: dict[str, str] = {}
    for option in options:
        ours, _, theirs = option.partition("=")
        if ours not in CREDENTIAL_NAMES:
            raise UsageError(f"--env-name {option} is not NETSUITE_...=NAME; {nearest(ours, CREDENTIAL_NAMES)}")
        if not _NAME.fullmatch(theirs):
            raise UsageError(f"--env-name {option}: {theirs!r} is no name of a variable")
        if theirs in names.values():
            raise UsageError(f"--env-name {option}: {theirs} is given for another variable too")
        names[ours] = theirs
    return names


def _status_of(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end, to its exit status as a shell has it.

    Raises:
        UsageError: it cannot be run.
    """
    try:
        process = subprocess.Popen(command, env=environment)  # noqa: S603  (the user's own command)
    except FileNotFoundError:
        raise UsageError(f"there is no command {command[0]!r}", Status.NOT_FOUND) from None
    except OSError as error:
        raise UsageError(f"{command[0]!r} cannot be run: {error.strerror}", Status.NOT_EXECUTABLE) from None
    with _signals_left_to(process):
        status = process.wait()
    return status if status >= 0 else Status.SIGNALLED - status


@contextmanager
def _signals_left_to(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Let the command end on a signal, and the report follow: Ctrl-C reaches both, SIGTERM is passed on."""
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
        signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: process.terminate()),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _report(trail: AuditTrail, requests: int) -> Iterator[str]:
    """Say how many logins there were; of those refused, each way once, with its diagnosis."""
    refused = trail.refused
    colour, columns = has_colour(sys.stderr), width()
    count = len(trail) + trail.dropped
    if not count and requests:
        yield f"netsuite-tba: {requests} request{'s' if requests > 1 else ''}, and no login among them"
        return
    if not count:
        yield "netsuite-tba: no request reached the fake NetSuite; does the client follow HTTPS_PROXY?"
        return
    logins = f"{count} login{'s' if count > 1 else ''}"
    yield f"netsuite-tba: {logins}, {len(refused) or 'none'} refused"
    ways: dict[tuple[str, str, str], LoginAttempt] = {}
    times: Counter[tuple[str, str, str]] = Counter()
    for attempt in refused:
        key = (attempt.method, attempt.url, attempt.refusal.id if attempt.refusal else "")  # a retry is no news
        ways.setdefault(key, attempt)
        times[key] += 1
    for key, attempt in list(ways.items())[:_WAYS_SHOWN]:
        again = f"  (and {times[key] - 1} more like it)" if times[key] > 1 else ""
        answer = " ".join(str(part) for part in (attempt.http_status, attempt.code, f"({reason(attempt)})") if part)
        yield ""
        yield paint(printable(f"{attempt.method} {attempt.url}"), "bold", colour=colour)
        yield paint(f"Refused: {answer}", "-", colour=colour) + again
        diagnosis = attempt.diagnosis
        if not diagnosis.mistakes:
            yield from reading_lines(attempt, width=columns, colour=colour)
        yield render_diagnosis(diagnosis, width=columns, colour=colour)
    if len(ways) > _WAYS_SHOWN:
        yield f"\n... and {len(ways) - _WAYS_SHOWN} more ways to be refused"


COMMAND = Command(
    name="run",
    usage="netsuite-tba run [options] -- COMMAND [ARGUMENT ...]",
    help="run a command whose every NetSuite host is the fake",
    description="Start the fake, run a command whose every NetSuite host is the fake, and say which logins were "
    f"refused and why. The command finds the credentials in {', '.join(ENVIRONMENT)} and NETSUITE_BASE_URL.",
    epilog="Exit status: the command's own; 1 if that was 0 and logins were refused; 2 for bad input; 127 if "
    "there is no such command.",
    add_options=add_options,
    run=run,
)
