"""pytest's door. It wires and decides nothing; only pytest is imported before a fixture asks for more."""

from __future__ import annotations

pytest_plugins = ("pytest_netsuite_tba.plugin.hooks", "pytest_netsuite_tba.plugin.fixtures")
