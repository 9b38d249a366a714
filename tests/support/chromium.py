"""A real Chromium for a test: Debian's, driven by playwright.

What is missing skips the test and says so; under ``BROWSER_TESTS=required`` it fails the test instead.
"""

import os
import shutil

import pytest

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def _do_without(what):
    message = f"THE BROWSER TESTS DO NOT RUN: {what} is not installed"
    if os.environ.get("BROWSER_TESTS") == "required":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@pytest.fixture(scope="module")
def chromium():
    """A browser, started once for the module."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        _do_without("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        _do_without("playwright")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield browser
        browser.close()


def expect(locator):
    """Wait until what is said of a part of the page holds (playwright's own)."""
    from playwright.sync_api import expect as expected

    return expected(locator)
