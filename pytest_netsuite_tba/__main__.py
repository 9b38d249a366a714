"""``python -m pytest_netsuite_tba``: the command ``netsuite-tba``."""

from __future__ import annotations

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
