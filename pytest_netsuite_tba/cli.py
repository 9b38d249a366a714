"""The shell's door: ``netsuite-tba COMMAND``; each command is a module of ``commands/``."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, NoReturn

from .captures import CaptureError
from .commands import audit, explain, run, serve, sign
from .commands.shell import UNREADABLE, UsageError
from .extras import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Sequence

PIPE_CLOSED = 141  # as a shell has it: 128 and SIGPIPE
COMMANDS = (serve, run, audit, explain, sign)


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(UNREADABLE, f"netsuite-tba: {message}; {self.prog} --help says what is valid\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; give its exit status. Whatever is wrong with the input is one line on standard error."""
    parser = _Parser(
        prog="netsuite-tba",
        description="A fake NetSuite for integrations, and the reasons why the real one refuses them.",
    )
    parser.add_argument("--version", action="version", version=f"netsuite-tba {version('pytest-netsuite-tba')}")
    commands = parser.add_subparsers(required=True, metavar="command", dest="command_name")
    for command in COMMANDS:
        command.add_to(commands)
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        commands.choices[arguments.command_name].error(f"unknown: {' '.join(unknown)}")
    try:
        status = _flushed(arguments.run(arguments))
    except (UsageError, CaptureError, MissingExtraError, ValueError) as error:
        sys.stderr.write(f"netsuite-tba: {error}\n")
        return error.status if isinstance(error, UsageError) else UNREADABLE
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered goes nowhere
            return PIPE_CLOSED
        where = f": {error.filename}" if error.filename else ""
        sys.stderr.write(f"netsuite-tba: {error.strerror}{where}\n")
        return UNREADABLE
    except KeyboardInterrupt:
        return 130
    return status


def _flushed(status: int) -> int:
    """Write what is buffered while an error of it can still be said."""
    sys.stdout.flush()
    return status
