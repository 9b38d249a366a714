"""What the tests of commands are given."""

import pytest
from support.explained import TOML

from pytest_netsuite_tba.commands.shell import ENVIRONMENT


@pytest.fixture
def account_file(tmp_path):
    file = tmp_path / "account.toml"
    file.write_text(TOML, "utf-8")
    return file


@pytest.fixture
def no_environment(monkeypatch):
    for name in (*ENVIRONMENT, "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
