"""``netsuite-tba run``: a command in any language whose every NetSuite host is the fake."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_netsuite_tba.account.fields import nearest
from pytest_netsuite_tba.report.explanation import reading_lines
from pytest_netsuite_tba.report.rendering import paint, render_diagnosis

from .fake import accounts_in, add_account_option, listening, note_warnings, width, write_file
from .shell import UsageError, has_colour

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_netsuite_tba.login.audit_trail import AuditTrail, LoginAttempt
    from pytest_netsuite_tba.server.server import NetSuiteServer

REFUSED, NOT_FOUND, NOT_EXECUTABLE, KILLED = 1, 127, 126, 128  # as shells have them; the last plus the signal
_WAYS_SHOWN = 10
_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")


def add_to(commands: Any) -> None:  # noqa: ANN401  (argparse's own class of it is private)
    """Add the command and its options."""
    run = commands.add_parser(
        "run",
        usage="netsuite-tba run [options] -- COMMAND [ARGUMENT ...]",
        help="run a command whose every NetSuite host is the fake",
        description="Start the fake, run a command whose every NetSuite host is the fake, and say which logins were "
        "refused and why. The command finds the credentials in NETSUITE_ACCOUNT, NETSUITE_CONSUMER_KEY, "
        "NETSUITE_CONSUMER_SECRET, NETSUITE_TOKEN_ID, NETSUITE_TOKEN_SECRET and NETSUITE_BASE_URL.",
        epilog="Exit status: the command's own; 1 if that was 0 and logins were refused; 2 for bad input; 127 if "
        "there is no such command.",
    )
    add_account_option(run)
    run.add_argument("--require-login", action="store_true", help="exit with 1 if no login was let in")
    run.add_argument("--allow-refusals", action="store_true", help="refused logins do not change the exit status")
    run.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="HOST",
        help="let the command through to this real host, as *.example.com; may come several times",
    )
    run.add_argument(
        "--env-name",
        action="append",
        default=[],
        metavar="NETSUITE_TOKEN_ID=NAME",
        help="the name that the command reads instead; may come several times",
    )
    run.add_argument("--trail", metavar="FILE", help="write every attempt to this file, one JSON object a line")
    run.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND", help=argparse.SUPPRESS)
    run.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        raise UsageError("no command: netsuite-tba run -- COMMAND [ARGUMENT ...]")
    from pytest_netsuite_tba.clients.variables import credential_variables
    from pytest_netsuite_tba.reach.authority import CertificateAuthority
    from pytest_netsuite_tba.reach.proxy import Proxy
    from pytest_netsuite_tba.reach.trust import UNSET, TrustFiles
    from pytest_netsuite_tba.server.server import NetSuiteServer

    if arguments.trail is not None:
        write_file("--trail", arguments.trail, None)
    note_warnings()
    names = _names(arguments.env_name)
    authority = CertificateAuthority()
    server = NetSuiteServer(*accounts_in(arguments.account), proxy=Proxy(authority, arguments.allow_host))
    with tempfile.TemporaryDirectory(prefix="netsuite-tba-") as directory, listening(server):
        trust = TrustFiles(Path(directory), authority, with_system_roots=bool(arguments.allow_host))
        environment = {name: value for name, value in os.environ.items() if name not in UNSET}
        if server.token is not None:
            environment |= credential_variables(server.credentials, f"https://{server.account.restlets_host}", names)
        status = _status_of(command, environment | trust.variables(server.url))
    trail = server.audit_trail
    if arguments.trail is not None:
        lines = "".join(json.dumps(one.as_dict()) + "\n" for one in trail)
        write_file("--trail", arguments.trail, lines.encode())
    sys.stdout.flush()
    sys.stderr.writelines(f"{line}\n" for line in (*_report(trail), *_unexpected(server)))
    refused = trail.refused and not arguments.allow_refusals
    lacking = arguments.require_login and len(trail.refused) == len(trail)
    return REFUSED if status == 0 and (refused or lacking) else status


def _names(given: Sequence[str]) -> dict[str, str]:
    from pytest_netsuite_tba.clients.variables import CREDENTIAL_NAMES

    names: dict[str, str] = {}
    for one in given:
        ours, _, theirs = one.partition("=")
        if ours not in CREDENTIAL_NAMES:
            raise UsageError(f"--env-name {one} is not NETSUITE_...=NAME; {nearest(ours, CREDENTIAL_NAMES)}")
        if not _NAME.fullmatch(theirs):
            raise UsageError(f"--env-name {one}: {theirs!r} is no name of a variable")
        if theirs in names.values():
            raise UsageError(f"--env-name {one}: {theirs} is given for another variable too")
        names[ours] = theirs
    return names


def _status_of(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end; give its exit status as a shell would.

    Raises:
        UsageError: it cannot be run.

    """
    try:
        process = subprocess.Popen(command, env=environment)  # noqa: S603  (the user's own command)
    except FileNotFoundError:
        raise UsageError(f"there is no command {command[0]!r}", NOT_FOUND) from None
    except OSError as error:
        raise UsageError(f"{command[0]!r} cannot be run: {error.strerror}", NOT_EXECUTABLE) from None
    with _signals_left_to(process):
        status = process.wait()
    return status if status >= 0 else KILLED - status


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


def _report(trail: AuditTrail) -> Iterator[str]:
    """Say how many logins there were; of those refused, each way once, with its diagnosis."""
    refused = trail.refused
    colour, columns = has_colour(sys.stderr), width()
    count = len(trail) + trail.dropped
    if not count:
        yield "netsuite-tba: no request reached the fake NetSuite; does the client follow HTTPS_PROXY?"
        return
    logins = f"{count} login{'s' if count > 1 else ''}"
    yield f"netsuite-tba: {logins}, {len(refused) or 'none'} refused"
    ways: dict[tuple[str, str, str], LoginAttempt] = {}
    times: Counter[tuple[str, str, str]] = Counter()
    for one in refused:
        key = (one.method, one.url, one.refusal.id if one.refusal else "")  # a retry is no news
        ways.setdefault(key, one)
        times[key] += 1
    for key, one in list(ways.items())[:_WAYS_SHOWN]:
        again = f"  (and {times[key] - 1} more like it)" if times[key] > 1 else ""
        detail = one.detail or (one.refusal.id if one.refusal else "")
        yield ""
        yield paint(f"{one.method} {one.url}", "bold", colour=colour)
        said = " ".join(str(part) for part in (one.http_status, one.code, f"({detail})") if part)
        yield paint(f"Refused: {said}", "-", colour=colour) + again
        diagnosis = one.diagnosis
        if diagnosis is None or not diagnosis.mistakes:
            yield from reading_lines(one, width=columns, colour=colour)
        if diagnosis is not None:
            yield render_diagnosis(diagnosis, width=columns, colour=colour)
    if len(ways) > _WAYS_SHOWN:
        yield f"\n... and {len(ways) - _WAYS_SHOWN} more ways to be refused"


def _unexpected(server: NetSuiteServer) -> Iterator[str]:
    """Say which calls were let in and found nothing; that is for the command itself to notice."""
    said = dict.fromkeys(str(one) for one in server.assertions)
    yield from (f"netsuite-tba: {one}" for one in said)
