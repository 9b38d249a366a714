"""The matrix as data: the calls that every client makes, the clients of clients.toml, and the committed results."""

from __future__ import annotations

import functools
import json
import os
import re
import shlex
import subprocess
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
PATH = os.pathsep.join(
    [*(str(HERE / folder) for folder in ("python/.venv/bin", "node/node_modules/.bin")), os.environ["PATH"]]
)
ACCEPTED = "accepted"
REAL_NAME, PLAIN_URL = WAYS = ("real host name", "plain URL")

# Name -> method, what stands in the query besides script and deploy, JSON body.
CALLS = {
    "awkward characters": ("GET", [("customer", "Café O'Hara & Co. (50%+1=x*!~)")], None),
    "a repeated name": ("GET", [("tag", "red"), ("tag", "blue")], None),
    "an empty value": ("GET", [("note", ""), ("id", "7")], None),
    "POST": ("POST", [], {"item": "Café", "quantity": 2}),
    "PUT": ("PUT", [], {"id": 7, "item": "Café"}),
    "DELETE": ("DELETE", [("id", "7")], None),
}


@dataclass(frozen=True, kw_only=True)
class Client:
    """One row of ``clients.toml``, which says what its keys mean."""

    id: str
    language: str
    client: str
    signer: str
    command: str
    versions: dict[str, str]
    reads: list[str]
    code: str
    plain: str = ""
    refused: dict[str, str] = field(default_factory=dict)
    omitted: dict[str, str] = field(default_factory=dict)
    ours: str = ""
    notes: str = ""

    @property
    def ways(self) -> list[str]:
        """How it can reach the fake."""
        return [REAL_NAME] if self.plain else list(WAYS)

    @property
    def registries(self) -> set[str]:
        """Where its parts come from: pip, npm, apt; what the machine has before is of apt."""
        return {told_by.partition(":")[0] for told_by in self.versions.values()} & {"pip", "npm"} or {"apt"}

    @property
    def outcomes(self) -> dict[str, str]:
        """What becomes of each call that it makes: accepted, or the id of the mistake."""
        return {call: self.refused.get(call, ACCEPTED) for call in CALLS if call not in self.omitted}

    def run(self, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run it to its end, with these variables."""
        words = shlex.split(self.command)
        if "/" in words[0]:
            words[0] = str(HERE / words[0])
        return subprocess.run(
            words, cwd=HERE, env=environment, capture_output=True, encoding="utf-8", timeout=120, check=False
        )


def clients() -> list[Client]:
    """Give the clients of ``clients.toml``."""
    return [Client(**client) for client in tomllib.loads((HERE / "clients.toml").read_text("utf-8"))["clients"]]


def results() -> dict[str, dict[str, dict[str, str]]]:
    """Give what the last run with ``--write-compatibility`` wrote: client -> versions, and a key a way."""
    return json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}


class NotInstalledError(Exception):
    """A client's part is not on this machine; the message names it."""


@functools.cache
def version(name: str, told_by: str) -> str:
    """Give the version of a part; ``told_by`` is as in ``clients.toml``.

    Raises:
        NotInstalledError: there is none.

    """
    kind, _, package = told_by.partition(":")
    commands = {
        "pip": ["python", "-c", f"import importlib.metadata as m; print(m.version({package!r}))"],
        "npm": ["node", "-p", f"require('./{package.replace('/', '/node_modules/', 1)}/package.json').version"],
        "deb": ["dpkg-query", "-W", "-f", "${Version}", package],
    }
    words = commands.get(kind) or shlex.split(told_by)
    try:
        told = subprocess.run(
            words, cwd=HERE, env=os.environ | {"PATH": PATH}, capture_output=True, encoding="utf-8", check=True
        ).stdout
        found = re.search(r"\d+(\.\d+)+(~\w+)?", told)
        assert found is not None
    except (OSError, subprocess.CalledProcessError, AssertionError):
        raise NotInstalledError(f"{name} is not installed: run tests/matrix/install") from None
    return found[0]


def versions(client: Client) -> dict[str, str]:
    """Give the versions of a client's parts.

    Raises:
        NotInstalledError: one is missing.

    """
    return {name: version(name, told_by) for name, told_by in client.versions.items()}
