"""The fake as ``serve`` and ``run`` host it: accounts of files, a certificate authority, a log line a request."""

from __future__ import annotations

import errno
import json
import logging
import os
import secrets
import signal
import stat
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, TextIO

from pytest_netsuite_tba.account.records import Account
from pytest_netsuite_tba.account.seed import load
from pytest_netsuite_tba.report.explanation import how_to_open, reading_lines
from pytest_netsuite_tba.report.text import paint
from pytest_netsuite_tba.wire.relay import LOOPBACK

from .command import UsageError, add_repeatable
from .shell import has_colour, printable, reason, width

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from pytest_netsuite_tba.login.audit_trail import AuditTrail, LoginAttempt
    from pytest_netsuite_tba.reach.authority import CertificateAuthority
    from pytest_netsuite_tba.reach.trust import TrustFiles
    from pytest_netsuite_tba.server.server import NetSuiteServer

# What stops serve; SIGHUP, where there is one, comes when its terminal is closed.
STOP_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name))
_LOG_ENDS_WITHIN = 0.3
_OF_DEVICES = {"/dev", "/dev/fd", "/proc/self/fd"}  # /dev/stdout is a link
_MOST_OF_NAME = 50  # characters: what is put beside it is no longer than a system lets it be


def add_account_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--account``, as :func:`accounts_in` wants it."""
    about = "account.toml with the records; may come several times; without one, the default account"
    add_repeatable(parser, "--account", "FILE", about)


def accounts_in(files: Sequence[str]) -> list[Account]:
    """The accounts of these files, else the default account with its echo RESTlet.

    Raises:
        ValueError, OSError: a file is wrong, or cannot be read.
    """
    return [account for file in files for account in load(file)] or [Account()]


@contextmanager
def certified(
    allowed_hosts: Sequence[str], names: Sequence[str] = LOOPBACK
) -> Iterator[tuple[CertificateAuthority, TrustFiles]]:
    """Have a certificate authority, and files by which clients trust it and, if need be, the allowed hosts.

    Raises:
        MissingExtraError: trustme is not installed.
    """
    from pytest_netsuite_tba.reach.authority import CertificateAuthority
    from pytest_netsuite_tba.reach.trust import TrustFiles

    authority = CertificateAuthority(names)
    with tempfile.TemporaryDirectory(prefix="netsuite-tba-") as directory:
        yield authority, TrustFiles(Path(directory), authority, with_system_roots=bool(allowed_hosts))


@contextmanager
def _deaf_to_signals() -> Iterator[None]:
    """Start threads in here that get no signal: one of theirs would leave the main thread asleep."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows: signals are the main thread's anyway
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def listening(server: NetSuiteServer) -> Iterator[None]:
    """Have the server listen, and stop in the end.

    Raises:
        UsageError: its address cannot be listened on.
    """
    try:
        with _deaf_to_signals():
            server.start()
    except OSError as error:
        raise UsageError(_why_not(error, server.host, server.port)) from None
    try:
        yield
    finally:
        server.stop()


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is taken; give another --port, or --port 0 for a free one"
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"port {port} of {host} needs a permission that this user lacks; give a --port from 1024 on"
    return f"cannot listen on {host}, port {port}: {error.strerror or error}"


def write_file(option: str, path: str, content: bytes | None) -> None:
    """Write a file whole or not at all; None takes it away, and finds out whether it could be written.

    It is written beside its place, under a name that nobody foresees, and moved there: whoever laid a link in the way
    has it replaced, not followed. A device or a pipe is written to as it is, and never taken away.

    Raises:
        UsageError: it cannot be written; names the option and the path.
    """
    target = Path(path)
    try:
        if _is_device(target):
            _write_to_device(target, content)
        else:
            _write_beside(target, content)
    except OSError as error:
        raise UsageError(f"{option} {path} cannot be written: {error.strerror}") from None


def remove_file(path: str) -> None:
    """Take away what :func:`write_file` wrote."""
    if not _is_device(Path(path)):
        Path(path).unlink(missing_ok=True)


def _is_device(target: Path) -> bool:
    """Whether nothing can be put in its place: a device, a pipe, a directory. Links are those of ``/dev`` alone."""
    if str(target.parent) in _OF_DEVICES:
        return True
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISLNK(mode))


def _write_to_device(target: Path, content: bytes | None) -> None:
    if content is None and target.is_fifo():
        return  # whoever reads it would take this for the end
    no_link = 0 if str(target.parent) in _OF_DEVICES else getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_APPEND | no_link), "wb") as device:
        device.write(content or b"")


def _write_beside(target: Path, content: bytes | None) -> None:
    beside = target.with_name(f".{target.name[:_MOST_OF_NAME]}.{secrets.token_hex(8)}.tmp")
    with beside.open("xb") as file:  # fails where there is anything of that name, a link too
        try:
            file.write(content or b"")
            file.close()  # as Windows wants it
            if content is None:
                target.unlink(missing_ok=True)
            else:
                beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)


def note_warnings() -> None:
    """Have what the listener warns of (a host that is not let through) stand in the log like the rest."""
    logging.Formatter.converter = time.gmtime  # as the trail's times
    logging.basicConfig(format="%(asctime)s  %(message)s", datefmt="%H:%M:%S", level=logging.WARNING)


class AttemptLog:
    """Writes a line an attempt, in a thread of its own: whoever reads slowly keeps no answer waiting.

    No mistake is searched for: the line says what can be seen without, and where to have it searched.

    Args:
        trail: whose attempts.
        stream: where to.
        console_url: of the page that opens an attempt.
        as_json: one JSON object a line, as ``explain --json`` has it.
    """

    def __init__(self, trail: AuditTrail, stream: TextIO, *, console_url: str, as_json: bool = False) -> None:
        self._stream = stream
        self._console_url = console_url
        self._as_json = as_json
        self._queue: SimpleQueue[LoginAttempt | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="netsuite-log", daemon=True)
        with _deaf_to_signals():
            self._thread.start()
        trail.watchers.append(self._queue.put)

    def close(self) -> None:
        """Write what is left, for a moment."""
        self._queue.put(None)
        self._thread.join(_LOG_ENDS_WITHIN)

    def _write_all(self) -> None:
        while (attempt := self._queue.get()) is not None:
            if self._as_json:
                lines = [json.dumps(attempt.as_dict(budget=0))]
            else:
                lines = log_lines(attempt, self._stream, console_url=self._console_url)
            try:
                self._stream.write("\n".join(lines) + "\n")
                self._stream.flush()
            except (OSError, ValueError):  # nobody reads it any more: the fake goes on
                return


def log_lines(attempt: LoginAttempt, stream: TextIO, *, console_url: str) -> list[str]:
    """A line with the verdict and, on refusal, what, why and cure as far as they are known without a search."""
    colour = has_colour(stream)
    verdict = f"{attempt.http_status or 'reset'} {reason(attempt) or attempt.code or ''}".rstrip()
    verdict = paint(verdict, "+" if attempt.accepted else "-", colour=colour)
    by = f"  ({printable(attempt.token_name)})" if attempt.token_name else ""
    line = f"{attempt.time:%H:%M:%S}  {verdict}  {attempt.method} {printable(attempt.url)}{by}"
    more = (
        reading_lines(attempt, width=width() - 4, colour=colour, how_to_open=how_to_open(console_url, attempt.id))
        if not attempt.accepted
        else filter(None, [attempt.cause])
    )
    opened = f"netsuite-tba audit --attempt {attempt.id} --url {console_url.removesuffix('/__admin/')}"
    return [line, *(f"    {text}" for text in more), *([f"    Or    {opened}"] if attempt.awaits_search else [])]
