"""``python -m pytest_netsuite_tba``: the command ``netsuite-tba``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main() -> int:
    """Run the command; give its exit status."""
    _forget_ready_file(sys.argv[1:])
    from .cli import main as run  # noqa: PLC0415  (a tenth of a second)

    return run()


def _forget_ready_file(arguments: Sequence[str]) -> None:
    """Remove what an earlier ``serve`` that was killed left: somebody may wait for the file already."""
    if arguments[:1] != ["serve"]:
        return
    for option, value in zip(arguments, [*arguments[1:], ""], strict=True):
        name, _, given = option.partition("=")
        path = Path(given or value)
        if name == "--ready-file":
            try:
                if path.is_file():
                    path.unlink()
            except (OSError, ValueError):  # serve itself says what is wrong with it
                return


if __name__ == "__main__":
    sys.exit(main())
