"""The shell's door: ``netsuite-tba COMMAND``; each command is a module of ``commands/``."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from .captures import CaptureError
from .commands import audit, explain, run, serve, sign
from .commands.shell import UNREADABLE, UsageError
from .extras import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (serve, run, audit, explain, sign)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; give its exit status. Whatever is wrong with the input is one line on standard error."""
    parser = argparse.ArgumentParser(
        prog="netsuite-tba",
        description="A fake NetSuite for integrations, and the reasons why the real one refuses them.",
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    for command in COMMANDS:
        command.add_to(commands)
    arguments = parser.parse_args(argv)
    try:
        status: int = arguments.run(arguments)
    except (UsageError, CaptureError, MissingExtraError, ValueError) as error:
        sys.stderr.write(f"netsuite-tba: {error}\n")
        return error.status if isinstance(error, UsageError) else UNREADABLE
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            sys.stderr.close()
            return UNREADABLE
        sys.stderr.write(f"netsuite-tba: {error.strerror}: {error.filename}\n")
        return UNREADABLE
    except KeyboardInterrupt:
        return 130
    return status
