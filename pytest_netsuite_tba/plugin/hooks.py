"""The hooks: options, the marker, the verdict on a test's requests, the report under a test that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import marker

if TYPE_CHECKING:
    from collections.abc import Generator

    from .verdict import Verdict

VERDICT: pytest.StashKey[Verdict] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini options."""
    parser.addini("netsuite_account_file", "account.toml of the fake NetSuite, relative to the ini file", default="")
    parser.addini(
        "netsuite_strict", "fail tests whose logins were refused without being announced", type="bool", default=True
    )
    parser.addini(
        "netsuite_env_names",
        "lines NETSUITE_TOKEN_ID=NAME: the names that your code reads",
        type="linelist",
        default=[],
    )
    parser.addini(
        "netsuite_allowed_hosts",
        "under netsuite_hosts: hosts besides NetSuite's that are let through to the real ones, as *.example.com",
        type="linelist",
        default=[],
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line("markers", marker.LINE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a misspelt marker before any test runs."""
    for item in items:
        for mark in item.iter_markers("netsuite"):
            marker.check(mark, item.nodeid)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``netsuite_refusal`` once for each way that NetSuite refuses a login."""
    if "netsuite_refusal" in metafunc.fixturenames:
        from pytest_netsuite_tba.login.refusals import REFUSALS

        refusals = [refusal.id for refusal in REFUSALS if "restlet" in refusal.channels]
        metafunc.parametrize("netsuite_refusal", refusals, indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Say when the test is over."""
    try:
        return (yield)
    finally:
        if VERDICT in item.stash:
            item.stash[VERDICT].end()


@pytest.hookimpl(specname="pytest_runtest_makereport")
def pytest_runtest_judge(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Judge a phase, after unittest's plugin has put what its TestCase raised where we look for it."""
    if VERDICT in item.stash:
        item.stash[VERDICT].judge(call)


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Explain an ``==`` of our own values: pytest's comparison would go round the reprs that keep the secrets."""
    ours = __package__.partition(".")[0]
    if op != "==" or ours not in {type(side).__module__.partition(".")[0] for side in (left, right)}:
        return None
    from .comparison import explain

    return explain(left, right)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the verdict and the audit trail under a test that failed, and take the secrets out of all that is said of it.

    After its teardown, let go of its server.
    """
    report = yield
    verdict = item.stash.get(VERDICT, None)
    if verdict is not None:
        report.sections += verdict.sections() if report.failed else []
        verdict.hide_secrets(report)
    if verdict is not None and call.when == "teardown":
        verdict.end()
        del item.stash[VERDICT]  # pytest keeps the item to the end of the run
    return report
