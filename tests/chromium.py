"""A real Chromium for a test, driven by playwright-core under Node.

It needs ``chromium``, ``node``, and playwright-core where ``NODE_PATH`` says. What is missing skips the test and says
so; under ``BROWSER_TESTS=required`` it fails the test instead.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

DRIVER = Path(__file__).parent / "browser" / "driver.cjs"


class Chromium:
    """One page; its methods are the driver's commands."""

    def __init__(self, executable):
        self._driver = subprocess.Popen(
            ["node", str(DRIVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"CHROMIUM": executable},
            text=True,
        )

    def __getattr__(self, name):
        def command(*values):
            self._driver.stdin.write(json.dumps([name, *values]) + "\n")
            self._driver.stdin.flush()
            line = self._driver.stdout.readline()
            assert line, "the driver has ended"
            answer = json.loads(line)
            assert "error" not in answer, answer["error"]
            return answer["value"]

        return command

    def close(self):
        self._driver.stdin.close()
        try:
            self._driver.wait(20)
        except subprocess.TimeoutExpired:
            self._driver.kill()
            self._driver.wait()
        self._driver.stdout.close()


def missing():
    """Say what a browser test lacks here, or None."""
    lacking = [name for name in ("chromium", "node") if shutil.which(name) is None]
    if not lacking:
        found = subprocess.run(["node", "-e", "require.resolve('playwright-core')"], capture_output=True, check=False)
        lacking = ["playwright-core (npm install playwright-core, and NODE_PATH)"] if found.returncode else []
    return ", ".join(lacking) or None


@pytest.fixture(scope="module")
def chromium():
    """A real browser, started once for the module."""
    lacking = missing()
    if lacking:
        message = f"THE BROWSER TESTS DO NOT RUN: {lacking} is not installed"
        if os.environ.get("BROWSER_TESTS") == "required":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    browser = Chromium(shutil.which("chromium"))
    yield browser
    browser.close()
