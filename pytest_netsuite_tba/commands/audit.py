"""``netsuite-tba audit``: the Login Audit Trail of a running server, as a table or as JSON."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import sys
import urllib.error
import urllib.request
from contextlib import nullcontext
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pytest_netsuite_tba.report.text import labelled_lines, paint
from pytest_netsuite_tba.report.trail import INDENT, SHOWN, Table, row

from .command import Command, Status, UsageError
from .shell import ADMIN_VARIABLE, has_colour, width

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

_URL = "http://127.0.0.1:8080"  # where ``serve`` listens unless reading_lines
_SECONDS = 30.0  # for an answer; events may be silent for half of that
# So wide are the columns of a trail that has yet to come; its account stands after the time.
_TIME, *_REST = ("00:00:00", "DELETE", "/" + "x" * 60, "200 Success", "consumer_key_refused", "x" * 20, "x" * 16)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--url", default=_URL, help="where the server listens (default: %(default)s)")
    parser.add_argument("--follow", "-f", action="store_true", help="go on showing attempts as they come")
    parser.add_argument("--status", choices=("Success", "Failure"), help="only logins of this status")
    parser.add_argument(
        "--detail", metavar="DETAIL", help="only these: what the column Detail shows, or a refusal's id"
    )
    parser.add_argument("--attempt", type=int, metavar="N", help="open attempt N: its mistake is searched for")
    parser.add_argument("--account", metavar="ID", help="only logins to this account, as 1234567_SB1")
    parser.add_argument("--limit", type=int, default=SHOWN, metavar="N", help="the newest N (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="one JSON object an attempt, a line each")
    parser.add_argument(
        "--token", metavar="TOKEN", help=f"of an exposed server; else {ADMIN_VARIABLE} of the environment"
    )
    parser.add_argument("--ca-file", metavar="FILE", help="the certificate to trust, as serve --tls --ca-file wrote it")


def run(arguments: argparse.Namespace) -> int:
    """Show the trail and, with ``--follow``, what comes until the server stops."""
    server = _ControlApi(arguments.url, arguments.token or os.environ.get(ADMIN_VARIABLE, ""), arguments.ca_file)
    if arguments.attempt is not None:
        _open(server, arguments.attempt, as_json=arguments.json)
        return Status.DONE
    wanted = {"status": arguments.status, "detail": arguments.detail, "account": arguments.account}
    query = {name: value for name, value in wanted.items() if value is not None} | {"limit": arguments.limit}
    screen = None if arguments.json else _Screen(server, more=arguments.follow)
    add = _write_json if screen is None else screen.add
    with server.open("events") if arguments.follow else nullcontext() as events:  # first, so that none is missed
        found = server.get("attempts", query)
        if screen is not None:
            screen.begin(found)
        for attempt in found["attempts"]:
            add(attempt)
        if events is None:
            return Status.DONE
        shown = {attempt["id"] for attempt in found["attempts"]}
        for event in _attempts(events):
            passes = all(wanted[name] in {None, event[name]} for name in ("status", "account"))
            if passes and event["id"] not in shown:
                attempt = server.get(f"attempts/{event['id']}", {"search": "false"})
                if wanted["detail"] in {None, *_details(attempt)}:
                    add(attempt)
    sys.stderr.write(f"netsuite-tba: the server at {server.url} has stopped\n")
    return Status.DONE


def _open(server: _ControlApi, id: int, *, as_json: bool) -> None:
    """Show one attempt, its mistake searched for."""
    attempt = server.get(f"attempts/{id}")
    if as_json:
        _write_json(attempt)
        return
    screen = _Screen(server, is_opened=True)
    screen.begin({"attempts": [attempt], "matching": 1, "dropped": 0})
    screen.add(attempt)


def _details(attempt: dict[str, Any]) -> set[str | None]:
    """What the control API's filter by detail takes for this attempt."""
    mistakes = (attempt["diagnosis"] or {}).get("mistakes", [])
    return {attempt["detail"], attempt["refusal"], attempt["code"], *(mistake["id"] for mistake in mistakes)}


def _attempts(events: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    """The attempts of a stream of server-sent events, until it ends."""
    event = ""
    try:
        for line in events:
            name, _, value = line.decode("utf-8").rstrip("\r\n").partition(": ")
            if name == "event":
                event = value
            elif name == "data" and event == "attempt":
                yield json.loads(value)
    except (OSError, http.client.HTTPException):  # it stopped in the middle of an event
        return


def _write_json(attempt: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(attempt) + "\n")
    sys.stdout.flush()


class _Screen:
    """Writes a table, and below a refusal what, why and cure.

    Args:
        server: asked for the explanations of what has no diagnosis.
        more: more attempts are to come, for which the columns need room.
        is_opened: the mistake is searched for; else an attempt says how to have it searched.
    """

    def __init__(self, server: _ControlApi, *, more: bool = False, is_opened: bool = False) -> None:
        self._server, self._more, self._is_opened = server, more, is_opened
        self._colour, self._width = has_colour(sys.stdout), width()
        self._table = Table([], width=self._width)

    def begin(self, found: dict[str, Any]) -> None:
        """Write the heading above what the control API found."""
        attempts = found["attempts"]
        rows = [row(attempt) for attempt in attempts]
        if self._more:
            rows += [(_TIME, account, *_REST) for account in self._server.get("health")["accounts"]]
        self._table = Table(rows, width=self._width)
        earlier = found["matching"] + found["dropped"] - len(attempts)
        if earlier:
            sys.stdout.write(f"({earlier} earlier attempts are not shown)\n")
        if not attempts and not self._more:
            sys.stdout.write("The Login Audit Trail is empty.\n")
            return
        sys.stdout.write(paint(self._table.heading(), "bold", colour=self._colour) + "\n")
        sys.stdout.flush()

    def add(self, attempt: dict[str, Any]) -> None:
        """Write one attempt."""
        cells = self._table.line(row(attempt))
        lines = [cells if attempt["accepted"] else paint(cells, "-", colour=self._colour)]
        for reading in self._readings(attempt):
            for label, text in zip(("What", "Why", "Cure", "Docs"), reading, strict=True):
                shown = labelled_lines(label, text, self._width - len(INDENT), colour=self._colour) if text else ()
                lines += [f"{INDENT}{line}" for line in shown]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()

    def _readings(self, attempt: dict[str, Any]) -> list[tuple[str, str, str, str]]:
        if attempt["accepted"] or attempt["expected"]:
            return []
        diagnosis = attempt["diagnosis"] or {}
        mistakes = diagnosis.get("mistakes", [])
        if mistakes and not diagnosis["ambiguous"]:
            return [(mistake["title"], mistake["cause"], mistake["cure"], mistake["docs"]) for mistake in mistakes]
        search = "true" if self._is_opened else "false"
        found = self._server.get(f"attempts/{attempt['id']}/explanation", {"search": search})
        return [(reading["what"], reading["why"], reading["cure"], reading["docs"]) for reading in found["readings"]]


class _ControlApi:
    """The control API of a running server.

    Args:
        url: where it listens.
        token: the console's, or "".
        ca_file: the certificate to trust, or None for those of the system.
    """

    def __init__(self, url: str, token: str, ca_file: str | None) -> None:
        if not url.startswith(("http://", "https://")):
            raise UsageError(f"--url {url[:80]!r} is no URL; expected one as {_URL}")
        self.url = url.partition("/__admin")[0].rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            context = ssl.create_default_context(cafile=ca_file)
        except OSError as error:
            raise UsageError(f"--ca-file {ca_file} cannot be used: {error.strerror or error}") from None
        # Whatever proxy the environment names, the fake is reached directly: it may be that proxy.
        handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
        self._opener = urllib.request.build_opener(*handlers)

    def get(self, path: str, query: dict[str, Any] | None = None) -> dict[str, Any]:
        """The JSON at a path.

        Raises:
            UsageError: there is none.
        """
        with self.open(f"{path}?{urlencode(query)}" if query else path) as answer:
            try:
                found: dict[str, Any] = json.load(answer)
            except (ValueError, OSError, http.client.HTTPException):
                raise UsageError(self._no_console()) from None
        return found

    def open(self, path: str) -> http.client.HTTPResponse:
        """Ask for a path; the answer is to be read and closed.

        Raises:
            UsageError: in one line, why there is none.
        """
        request = urllib.request.Request(f"{self.url}/__admin/{path}", headers=self._headers)  # noqa: S310  (checked)
        try:
            response: http.client.HTTPResponse = self._opener.open(request, timeout=_SECONDS)
        except urllib.error.HTTPError as error:
            with error:
                raise UsageError(self._refused(error)) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, ssl.SSLCertVerificationError):
                raise UsageError(
                    f"the certificate of {self.url} is not trusted; --ca-file names the one that serve --ca-file wrote"
                ) from None
            why = getattr(reason, "strerror", None) or reason
            raise UsageError(
                f"no server answers at {self.url} ({why}); start one with netsuite-tba serve, or give its --url"
            ) from None
        return response

    def _refused(self, error: urllib.error.HTTPError) -> str:
        try:
            message = json.load(error)["error"]["message"]
        except (ValueError, TypeError, KeyError):
            return self._no_console()
        if error.code == HTTPStatus.UNAUTHORIZED:
            return f"the server at {self.url} wants the token that it printed: give --token, or set {ADMIN_VARIABLE}"
        return f"the server at {self.url} refuses: {message}"

    def _no_console(self) -> str:
        return f"what answers at {self.url} is no netsuite-tba serve; give its --url"


COMMAND = Command(
    name="audit", help="show the Login Audit Trail of a running server",
    description="Show the Login Audit Trail of a running netsuite-tba serve: each login, and on refusal what, why and cure.",
    epilog="Exit status: 0, or 2 if no server answers.", add_options=add_options, run=run,
)  # fmt: skip
