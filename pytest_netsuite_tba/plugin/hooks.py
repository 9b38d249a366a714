"""The hooks: options, the marker, the verdict on a test's requests, the report under a test that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_netsuite_tba.server.server import NetSuiteServer

T = TypeVar("T")
SERVER: pytest.StashKey[NetSuiteServer] = pytest.StashKey()
_MARKER = "netsuite(account=, file=, web_services_only=, permissions=, features=, behaviour=, at=, strict=): the fake NetSuite's account for this test."


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
    config.addinivalue_line("markers", _MARKER)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a misspelt marker before any test runs."""
    for item in items:
        for mark in item.iter_markers("netsuite"):
            from .settings import check

            check(mark, item.nodeid)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``netsuite_refusal`` once for each way that NetSuite refuses a login."""
    if "netsuite_refusal" in metafunc.fixturenames:
        from pytest_netsuite_tba.login.refusals import REFUSALS

        refusals = [one.id for one in REFUSALS if "restlet" in one.channels]
        metafunc.parametrize("netsuite_refusal", refusals, indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test whose requests went wrong unannounced, behind its own exception if it raised one."""
    try:
        result = yield
    except BaseException as raised:
        failure = verdict(item)
        if failure is None or not isinstance(raised, (Exception, pytest.fail.Exception)):
            raise  # a test that skips itself is skipped, whatever it did before
        __tracebackhide__ = True
        _fail(failure, raised)
    failure = verdict(item)
    if failure is None:
        return result
    if failure.__cause__ is None:
        pytest.fail(str(failure), pytrace=False)  # there is no line of the test to show
    __tracebackhide__ = True
    _fail(failure, failure.__cause__)


def _fail(failure: AssertionError, behind: BaseException) -> NoReturn:
    __tracebackhide__ = True
    raise failure from behind


def verdict(item: pytest.Item) -> AssertionError | None:
    """Give what the test did not announce, or None; ``netsuite_strict`` and the marker's ``strict`` decide."""
    server = item.stash.get(SERVER, None)
    if server is None:
        return None
    from .settings import settings

    if not settings(item).get("strict", item.config.getini("netsuite_strict")):
        return None
    try:
        server.verify()
    except AssertionError as failure:
        return failure.with_traceback(None)
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the audit trail under a test that failed; after its teardown, let go of its server."""
    report = yield
    server = item.stash.get(SERVER, None)
    if server is not None and report.failed:
        import shutil

        from pytest_netsuite_tba.report.trail import TITLE, render

        report.sections.append((TITLE, render(server.audit_trail, width=shutil.get_terminal_size().columns)))
    if server is not None and call.when == "teardown":
        del item.stash[SERVER]  # pytest keeps the item to the end of the run
    return report
