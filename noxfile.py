"""What is checked, and how: ``nox -l`` lists it, ``nox -s NAME`` runs one, ``.ci/run`` runs most of it on a clean clone."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import nox

if TYPE_CHECKING:
    from collections.abc import Iterable

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"  # a Python that is not here is left out
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "typing", "docs"]  # of `nox` alone: seconds, no browser, no other language

PROJECT = nox.project.load_toml()
README = re.findall(r"```sh\n(.*?)\n```", Path("README.md").read_text("utf-8"), re.DOTALL)
MOST = (  # all but what no Python answers differently: the README's own command runs that
    "-n",
    "auto",
    "-m",
    "not exhaustive",
    "--ignore=tests/matrix",
    "--ignore=tests/console/test_page.py",
    "--ignore=tests/services/test_authorize_in_chromium.py",
    "--ignore=tests/docs/test_pages.py",
)

# The rooms that use a library; what the others do depends on Python alone.
WITH_LIBRARIES = [f"tests/{room}" for room in ("clients", "console", "plugin", "reach", "server", "services")]


def install(session: nox.Session, *groups: str, package: str = ".[all]") -> None:
    """Install dependency groups of pyproject.toml, and the package."""
    session.install(*(word for group in groups for word in ("--group", group)), package)


def pytest(session: nox.Session, *arguments: str, otherwise: Iterable[str]) -> None:
    """Run pytest with what the caller of nox wrote behind ``--``, or with ``otherwise``."""
    session.run("python", "-m", "pytest", "-q", *arguments, *(session.posargs or otherwise))


@nox.session(venv_backend="venv", reuse_venv=False)
@nox.parametrize("command", README, ids=["examples", "tests"])
def readme(session: nox.Session, command: str) -> None:
    """A command of the README as it stands there, in a fresh environment: the examples, or all tests."""
    session.run("bash", "-euo", "pipefail", "-c", command, external=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Style of Python and of the Dockerfile: ruff and hadolint."""
    session.install("--group", "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("hadolint", "Dockerfile")


@nox.session
def typing(session: nox.Session) -> None:
    """Types: mypy over the package, mypy and basedpyright, both strict, over a user's code."""
    install(session, "lint", "test")
    session.run("mypy")
    session.run("basedpyright", "typing_tests")


@nox.session
def docs(session: nox.Session) -> None:
    """Docs: what is generated is up to date, and Sphinx has nothing to warn of."""
    install(session, "docs")
    session.run("python", "docs/generate.py", "--check")
    session.run("python", "-m", "sphinx", "-q", "-W", "-b", "html", "docs", session.create_tmp())


@nox.session(python=[f"3.{minor}" for minor in range(11, 16)])
def tests(session: nox.Session) -> None:
    """The tests on one Python, but for what no Python answers differently; as in nox -s tests-3.12 -- -k nonce."""
    install(session, "test")
    pytest(session, otherwise=MOST)


@nox.session
def coverage(session: nox.Session) -> None:
    """The same tests with coverage of branches, in every process and thread; the floor stands in pyproject.toml."""
    install(session, "test", "coverage", package="-e.[all]")
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", "-q", *(session.posargs or MOST))
    session.run("coverage", "combine", "-q")
    session.run("coverage", "report")


@nox.session(python=[f"3.{minor}" for minor in range(11, 16)])
def libraries(session: nox.Session) -> None:
    """The tests of the rooms that use libraries, on one Python: what CI runs on the third and later."""
    install(session, "test")
    pytest(session, otherwise=[*MOST, *WITH_LIBRARIES])


@nox.session
def lowest(session: nox.Session) -> None:
    """The tests of the rooms that use libraries, on the lowest version that we declare of each."""
    extras = PROJECT["project"]["optional-dependencies"]
    declared = [
        *PROJECT["project"]["dependencies"],
        *(each for name in extras if name != "all" for each in extras[name]),
    ]
    session.install("--group", "test", ".[all]", *(each.replace(">=", "==") for each in declared))
    pytest(session, otherwise=[*MOST, *WITH_LIBRARIES])


@nox.session
def matrix(session: nox.Session) -> None:
    """Real clients in nine languages; installs them first, with apt-get, npm and pip."""
    install(session, "test")
    installed = session.run("tests/matrix/install", external=True, silent=True, stderr=None)
    session.env["NETSUITE_TBA_MATRIX"] = str(installed).strip()
    pytest(session, otherwise=["-n", "auto", "tests/matrix"])


@nox.session
def base_install(session: nox.Session) -> None:
    """The base install alone: every fixture that needs no extra, without pytest-httpserver's plugin."""
    session.install(".")
    pytest(session, "-p", "no:pytest_httpserver", otherwise=["tests/base_install"])


@nox.session
def other_clients(session: nox.Session) -> None:
    """Client libraries that nobody here wrote, in an environment that has their pins."""
    install(session, "clients", package=".[requests,httpx,tls,xml]")
    pytest(session, otherwise=["tests/other_clients"])


@nox.session
def mutation(session: nox.Session) -> None:
    """Break the code of a room, or of one module, in hundreds of ways: do its tests notice? nox -s mutation -- oauth1."""
    if not session.posargs:
        session.error("name a room, and its tests where they are not tests/ROOM: nox -s mutation -- oauth1")
    room, *tests = session.posargs
    install(session, "test", "mutation")
    copy = Path(session.create_tmp()) / room.replace("/", ".")  # of the checkout: mutmut writes beside what it reads
    shutil.copytree(".", copy, ignore=shutil.ignore_patterns(".*", "node_modules", "build", "dist"), dirs_exist_ok=True)
    settings = {
        "source_paths": ["pytest_netsuite_tba"],
        "only_mutate": [f"pytest_netsuite_tba/{room}*"],
        # Broken code leaves sockets open; an error of pytest's own, when it looks back, would stop mutmut.
        "pytest_add_cli_args": ["-q", "-pno:cacheprovider", "-Wignore::pytest.PytestUnraisableExceptionWarning"],
        "pytest_add_cli_args_test_selection": tests or [f"tests/{room}"],
        "also_copy": sorted(path.name for path in copy.iterdir() if path.name not in {"mutants", "setup.cfg"}),
    }
    lines = (f"{name} =\n    " + "\n    ".join(values) for name, values in settings.items())
    (copy / "setup.cfg").write_text("[mutmut]\n" + "\n".join(lines) + "\n", "utf-8")
    session.env["CI"] = "true"  # Hypothesis then tries the same examples each time
    with session.chdir(copy):
        session.run("mutmut", "run")
        survivors = re.findall(r"(\S+): survived", str(session.run("mutmut", "results", silent=True)))
        for name in survivors:
            session.run("mutmut", "show", name)
    session.log(f"{len(survivors)} changes that no test noticed")


@nox.session
def fuzz(session: nox.Session) -> None:
    """The property tests, with examples that no earlier run had."""
    install(session, "test")
    session.env["CI"] = None  # under it Hypothesis tries the same examples each time
    pytest(session, "-m", "hypothesis", otherwise=["-n", "auto"])


@nox.session
def listener_fuzz(session: nox.Session) -> None:
    """A million messages to a server's raw socket, and a hundred thousand TLS handshakes: a quarter of an hour on two cores."""
    install(session, "test")
    pytest(session, otherwise=["-n", "auto", "-m", "whole", "tests/wire/test_fuzz.py"])


@nox.session
def benchmarks(session: nox.Session) -> None:
    """The README's table of ratios, made anew, what a search takes and many tokens cost: minutes, on a quiet machine with wrk."""
    install(session, "benchmark")
    session.run("python", "benchmarks/ratios.py", *session.posargs)
    if not session.posargs:  # they are the table's
        session.run("python", "benchmarks/searching.py")
        session.run("python", "benchmarks/records.py")
