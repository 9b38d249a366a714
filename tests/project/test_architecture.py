"""Imports go down only, between rooms and inside them; pytest loads next to nothing of ours."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import pytest_netsuite_tba

PACKAGE = Path(pytest_netsuite_tba.__file__).parent
# room -> rooms that it may import from; each may import from itself. Lazy and type-only imports count too.
_BELOW = {
    "extras": (),
    "oauth1": (),
    "account": ("oauth1",),
    "login": ("oauth1", "account"),
    "tokens": ("oauth1", "account", "login"),
    "diagnosis": ("oauth1", "account", "login"),
    "report": ("oauth1", "account", "login", "diagnosis"),
    "services": ("extras", "oauth1", "account", "login", "tokens"),
    "fake": ("extras", "oauth1", "account", "login", "tokens", "diagnosis", "report", "services"),
    "captures": ("extras", "oauth1", "account", "login", "tokens", "services", "fake"),
    "clients": ("extras", "oauth1", "account"),
    "wire": (),
    "reach": ("extras", "oauth1", "account", "clients", "wire"),
    "server": (
        "extras",
        "oauth1",
        "account",
        "login",
        "tokens",
        "report",
        "services",
        "fake",
        "clients",
        "reach",
        "wire",
    ),
}
_ANYWHERE = {"console", "commands", "plugin", "cli", "__init__", "__main__"}
_ABOVE = {
    "console": {"commands", "plugin", "cli"},
    "commands": {"plugin", "cli"},
    "plugin": {"console", "commands", "cli"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path):
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


NAMES = {name_of(path) for path in MODULES}


def room_of(name):
    return name.partition(".")[0]


def imported(path):
    """The modules of ours that a module imports, wherever in it."""
    package = ("pytest_netsuite_tba", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join((*start, *([node.module] if node.module else [])))
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            ours = name.removeprefix("pytest_netsuite_tba.")
            if ours != name:
                yield ours if ours in NAMES else ours.rpartition(".")[0]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_down_only(path):
    """A room imports only from those below it."""
    room = room_of(name_of(path))
    wanted = {room_of(name) for name in imported(path)} - {room, ""}

    if room in _ANYWHERE:
        assert set() == wanted & _ABOVE.get(room, set())
    else:
        assert set() == wanted - set(_BELOW[room])


def test_no_files_import_each_other():
    """Inside a room, too, imports go one way: there is no circle of files."""
    below = {name_of(path): set(imported(path)) & NAMES - {name_of(path)} for path in MODULES}
    while ends := {name for name in below if not below[name] or all(name not in others for others in below.values())}:
        below = {name: others - ends for name, others in below.items() if name not in ends}

    assert {} == below


def test_every_room_is_in_the_plan():
    """A new room is placed on its floor."""
    assert {*_BELOW, *_ANYWHERE} == {room_of(name) for name in NAMES - {""}}


def test_few_modules_lie_loose_beside_the_rooms():
    """A newcomer finds everything in a room."""
    assert {"__init__.py", "__main__.py", "cli.py", "extras.py"} == {path.name for path in PACKAGE.glob("*.py")}


@pytest.mark.parametrize(
    ("room", "libraries"),
    [
        *[
            (room, ("werkzeug", "pytest_httpserver", "requests", "httpx", "socket", "pytest"))
            for room in ("oauth1", "account", "login")
        ],
        *[
            (room, ("pytest_httpserver", "requests", "httpx", "socket", "pytest"))
            for room in ("tokens", "diagnosis", "report")
        ],
        ("wire", ("werkzeug", "pytest_httpserver", "pytest")),
    ],
)
def test_the_rooms_below_know_no_framework(room, libraries):
    """The rules import no HTTP library, no server and no pytest."""
    for path in MODULES:
        if room_of(name_of(path)) == room:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = (
                    [alias.name for alias in node.names]
                    if isinstance(node, ast.Import)
                    else [node.module or ""]
                    if isinstance(node, ast.ImportFrom) and not node.level
                    else []
                )
                assert set() == {name.partition(".")[0] for name in names} & set(libraries), path


def test_the_entry_module_costs_at_most_five_modules():
    """Beyond pytest's own, loading the plugin loads nothing but itself."""
    code = (
        "import sys, pytest; before = set(sys.modules); "
        "import pytest_netsuite_tba.plugin.hooks, pytest_netsuite_tba.plugin.fixtures; "
        "print(*sorted(set(sys.modules) - before))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert OURS == out


OURS = [
    "pytest_netsuite_tba",
    "pytest_netsuite_tba.plugin",
    "pytest_netsuite_tba.plugin.fixtures",
    "pytest_netsuite_tba.plugin.hooks",
    "pytest_netsuite_tba.plugin.marker",
]


def test_a_run_that_asks_for_no_fixture_loads_nothing_more(pytester):
    """Not even at the end of the session."""
    pytester.makepyfile("def test_a(): pass")
    pytester.makeconftest(
        "import sys\ndef pytest_unconfigure():\n"
        "    print('OURS', *sorted(m for m in sys.modules if m.startswith('pytest_netsuite_tba')))"
    )
    result = pytester.runpytest_subprocess("-p", "no:pytest_httpserver")

    result.stdout.fnmatch_lines([f"OURS {' '.join(OURS)}"])


@pytest.mark.parametrize("name", pytest_netsuite_tba.__all__)
def test_public_names_are_there(name):
    """Each promised name is loaded when it is used."""
    assert name == getattr(pytest_netsuite_tba, name).__name__


def test_other_names_are_not_there():
    """A misspelt name is an AttributeError, as in any module."""
    with pytest.raises(AttributeError, match="NetsuiteServer"):
        _ = pytest_netsuite_tba.NetsuiteServer
