"""The shell's door: ``netsuite-tba COMMAND``; each command is a module of ``commands/``."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, NoReturn

from .captures import CaptureError
from .commands import audit, explain, run, serve, sign
from .commands.command import Status, UsageError
from .extras import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (serve.COMMAND, run.COMMAND, audit.COMMAND, explain.COMMAND, sign.COMMAND)


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(Status.UNREADABLE, f"netsuite-tba: {message}; {self.prog} --help says what is valid\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, to its exit status. Whatever is wrong with the input is one line on standard error."""
    parser = _Parser(
        prog="netsuite-tba",
        description="A fake NetSuite for integrations, and the reasons why the real one refuses them.",
    )
    parser.add_argument("--version", action="version", version=f"netsuite-tba {version('pytest-netsuite-tba')}")
    parsers = parser.add_subparsers(required=True, metavar="command", dest="command_name")
    for command in COMMANDS:
        own = parsers.add_parser(
            command.name, usage=command.usage, help=command.help, description=command.description, epilog=command.epilog
        )
        command.add_options(own)
        own.set_defaults(run=command.run)
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        parsers.choices[arguments.command_name].error(f"unknown: {' '.join(unknown)}")
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()  # while an error of it can still be said
    except (UsageError, CaptureError, MissingExtraError, ValueError) as error:
        sys.stderr.write(f"netsuite-tba: {error}\n")
        return error.status if isinstance(error, UsageError) else Status.UNREADABLE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered goes nowhere
        return Status.PIPE_CLOSED
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        sys.stderr.write(f"netsuite-tba: {error.strerror}{where}\n")
        return Status.UNREADABLE
    except KeyboardInterrupt:
        return Status.INTERRUPTED
    return status
