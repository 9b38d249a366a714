"""docs/console.md: its commands are run, in order, against one server."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_netsuite_tba import Account, NetSuiteServer
from pytest_netsuite_tba.console import Console

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGE = (DOCS / "console.md").read_text("utf-8")


def test_the_commands_of_the_page_run(tmp_path):
    """None fails, and the page's own example of a mistake is what the server says of it."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    assert "netsuite-tba serve\n" == blocks[0]
    with NetSuiteServer(Account()) as server:
        server.console = Console(server)
        server.credentials.client().get("/app/site/hosting/restlet.nl?script=1&deploy=1")
        script = "\n".join(blocks[1:]).replace("http://127.0.0.1:8080", server.url)
        script = script.replace("netsuite-tba audit", f"netsuite-tba audit --url {server.url}")
        environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            ["bash", "-euxc", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert (0, True) == (done.returncode, len(blocks) > 10), done.stderr[-3000:]
        wrong = 'curl -sS -X PATCH "$account/roles/1005" -H "$json" -d \'{"web_service_only": true}\''
        names = script[: script.index("curl")]
        said = subprocess.run(["bash", "-euc", names + wrong], capture_output=True, text=True, check=True).stdout

    shown = next(line for line in PAGE.splitlines() if line.startswith('{"error"'))
    beginning, _, end = shown.partition("...")
    assert (True, True) == (said.startswith(beginning), said.rstrip().endswith(end))


@pytest.mark.parametrize("picture", sorted(set(re.findall(r"\((console-[a-z]+\.png)\)", PAGE))))
def test_its_pictures_are_there(picture):
    """Made by tests/console/test_page.py."""
    assert (DOCS / picture).read_bytes().startswith(b"\x89PNG")
