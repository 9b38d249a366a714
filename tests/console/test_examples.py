"""A whole test driven through the control API, from Node and from a shell: the examples, run against ``serve``."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent.parent / "examples" / "console"


@pytest.fixture
def environment():
    """What ``serve --print-env`` exports, while the server runs."""
    command = [sys.executable, "-m", "pytest_netsuite_tba", "serve", "--port", "0", "--print-env"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        watchdog = threading.Timer(90, process.kill)
        watchdog.start()
        exports = []
        while not exports or "NETSUITE_BASE_URL" not in exports[-1]:
            exports.append(process.stdout.readline())
            assert exports[-1], "serve ended before it had printed its URL"
        shell = subprocess.run(
            ["bash", "-c", "".join(exports) + "\nenv -0"], capture_output=True, text=True, check=True
        )
        yield dict(pair.split("=", 1) for pair in shell.stdout.split("\0") if "=" in pair)
        process.terminate()
        watchdog.cancel()


@pytest.mark.skipif(shutil.which("node") is None, reason="SKIPPED: node is not installed")
def test_a_whole_test_in_node(environment):
    """It deploys, pushes, breaks and asks why; nothing but Node is needed."""
    command = ["node", "--test", "--test-reporter=tap", EXAMPLES / "order-pusher.test.mjs"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)

    assert (0, True) == (done.returncode, "# pass 4" in done.stdout), done.stdout + done.stderr


def test_a_whole_test_in_shell(environment):
    """The same with curl and openssl."""
    command = ["bash", EXAMPLES / "order-pusher.sh"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)

    assert (0, 6) == (done.returncode, done.stdout.count("ok: ")), done.stdout + done.stderr
