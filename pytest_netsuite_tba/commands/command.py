"""What a command is, and how it ends."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable


class Status(IntEnum):
    """Exit statuses, a shell's own where it has one."""

    DONE = 0
    REFUSED = 1
    UNREADABLE = 2
    NOT_EXECUTABLE = 126
    NOT_FOUND = 127
    SIGNALLED = 128  # and the number of the signal
    INTERRUPTED = SIGNALLED + signal.SIGINT
    PIPE_CLOSED = SIGNALLED + 13  # SIGPIPE, which Windows lacks


class UsageError(Exception):
    """Said in one line, ``message``; then the command ends with ``status``."""

    def __init__(self, message: str, status: Status = Status.UNREADABLE) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command as argparse shows it; ``add_options`` fills its parser, ``run`` does it and returns the exit status."""

    name: str
    help: str
    description: str
    epilog: str
    usage: str | None = None  # argparse makes one
    add_options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def add_repeatable(parser: argparse.ArgumentParser, option: str, metavar: str, about: str) -> None:
    """Add an option that may come several times, and is a list."""
    parser.add_argument(option, action="append", default=[], metavar=metavar, help=about)
