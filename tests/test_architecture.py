"""Imports go down only, and pytest loads next to nothing of ours."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import pytest_netsuite_tba

PACKAGE = Path(pytest_netsuite_tba.__file__).parent
# room -> rooms that it may import from; each may import from itself.
MAY_IMPORT = {
    "extras": set(),
    "oauth1": set(),
    "account": {"oauth1"},
    "login": {"oauth1", "account"},
    "captures": {"oauth1", "login"},
    "clients": {"extras", "oauth1", "account"},
    "services": {"extras", "oauth1", "account", "login"},
    "http1": set(),
    "proxy": {"account", "extras"},
    "environment": {"clients", "proxy"},
    "process": {"environment"},
    "connection": {"http1", "proxy"},
    "crew": set(),
    "listener": {"connection", "crew", "http1", "proxy"},
    "listening": {"account", "connection", "listener", "proxy"},
    "server": {"oauth1", "account", "login", "services", "clients", "connection", "listener", "listening", "proxy"},
    "console": {"oauth1", "account", "login", "services", "clients", "server"},
    "judge": {"account", "extras", "login", "captures", "services"},
    "commands": {"account", "captures", "console", "environment", "judge", "login", "oauth1", "proxy", "server"},
    "cli": {"captures", "commands", "extras"},
    "__main__": {"cli"},
    "marker": {"account", "environment", "proxy", "server"},
    "plugin": {"account", "login", "clients", "environment", "extras", "process", "proxy", "server", "marker"},
    "__init__": {"account", "login", "server", "judge"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path):
    """The rooms of ours that a module imports, wherever in it."""
    package = ("pytest_netsuite_tba", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = list(package[: len(package) - node.level + 1]) if node.level else []
            base = [*start, *(node.module.split(".") if node.module else [])]
            names = [base] if len(base) > 1 else [[*base, alias.name] for alias in node.names]
        else:
            continue
        yield from (name[1] for name in names if name[0] == "pytest_netsuite_tba" and len(name) > 1)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_only(path):
    """A room imports only from those below it."""
    room = room_of(path)

    assert set() == set(imported_rooms(path)) - MAY_IMPORT[room] - {room}


def test_every_room_is_in_the_plan():
    """A new room is placed on its floor."""
    assert set(MAY_IMPORT) == {room_of(path) for path in MODULES}


def test_the_rooms_below_know_no_framework():
    """oauth1, account and login import no HTTP library and no pytest."""
    for path in MODULES:
        if room_of(path) in {"oauth1", "account", "login"}:
            text = path.read_text("utf-8")
            for library in ("werkzeug", "pytest_httpserver", "requests", "httpx", "socket"):
                assert f"import {library}" not in text, path
                assert f"from {library}" not in text, path


def test_the_entry_module_costs_at_most_five_modules():
    """Beyond pytest's own, loading the plugin loads nothing but itself."""
    code = (
        "import sys, pytest; before = set(sys.modules); import pytest_netsuite_tba.plugin; "
        "print(*sorted(set(sys.modules) - before))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert ["pytest_netsuite_tba", "pytest_netsuite_tba.plugin"] == out


def test_a_run_that_asks_for_no_fixture_loads_nothing_more(pytester):
    """Not even at the end of the session."""
    pytester.makepyfile("def test_a(): pass")
    pytester.makeconftest(
        "import sys\ndef pytest_unconfigure():\n"
        "    print('OURS', *sorted(m for m in sys.modules if m.startswith('pytest_netsuite_tba')))"
    )
    result = pytester.runpytest_subprocess("-p", "no:pytest_httpserver")

    result.stdout.fnmatch_lines(["OURS pytest_netsuite_tba pytest_netsuite_tba.plugin"])


@pytest.mark.parametrize("name", pytest_netsuite_tba.__all__)
def test_public_names_are_there(name):
    """Each promised name is loaded when it is used."""
    assert name == getattr(pytest_netsuite_tba, name).__name__


def test_other_names_are_not_there():
    """A misspelt name is an AttributeError, as in any module."""
    with pytest.raises(AttributeError, match="NetsuiteServer"):
        _ = pytest_netsuite_tba.NetsuiteServer
