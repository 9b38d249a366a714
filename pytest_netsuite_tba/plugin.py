"""pytest's door: hooks and lazy fixtures. It wires and decides nothing.

Only pytest is imported here; everything else comes in when a fixture asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, TypeVar

import pytest

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Generator, Iterator

    import httpx
    import httpx2
    import requests

    from .account.records import Account
    from .clients.wsgi import NetSuiteClient
    from .environment import Hosts, TrustFiles
    from .login.refusal import Refusal
    from .proxy import Proxy
    from .server import NetSuiteServer

T = TypeVar("T")
_SERVER: pytest.StashKey[NetSuiteServer] = pytest.StashKey()
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
            from .marker import check  # noqa: PLC0415  (only for a run that uses the marker)

            check(mark, item.nodeid)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``netsuite_refusal`` once for each way that NetSuite refuses a login."""
    if "netsuite_refusal" in metafunc.fixturenames:
        from .login.refusals import REFUSALS  # noqa: PLC0415  (only for a run that uses the fixture)

        refusals = [one.id for one in REFUSALS if "restlet" in one.channels]
        metafunc.parametrize("netsuite_refusal", refusals, indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test whose requests went wrong unannounced, behind its own exception if it raised one."""
    try:
        result = yield
    except BaseException as raised:
        failure = _verdict(item)
        if failure is None or not isinstance(raised, (Exception, pytest.fail.Exception)):
            raise  # a test that skips itself is skipped, whatever it did before
        __tracebackhide__ = True
        _fail(failure, raised)
    failure = _verdict(item)
    if failure is None:
        return result
    if failure.__cause__ is None:
        pytest.fail(str(failure), pytrace=False)  # there is no line of the test to show
    __tracebackhide__ = True
    _fail(failure, failure.__cause__)


def _fail(failure: AssertionError, behind: BaseException) -> NoReturn:
    __tracebackhide__ = True
    raise failure from behind


def _verdict(item: pytest.Item) -> AssertionError | None:
    """Give what the test did not announce, or None; ``netsuite_strict`` and the marker's ``strict`` decide."""
    server = item.stash.get(_SERVER, None)
    if server is None:
        return None
    from .marker import settings  # noqa: PLC0415

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
    server = item.stash.get(_SERVER, None)
    if server is not None and report.failed:
        import shutil  # noqa: PLC0415  (only for a failing test)

        from .login.report import TITLE, render  # noqa: PLC0415

        report.sections.append((TITLE, render(server.audit_trail, width=shutil.get_terminal_size().columns)))
    if server is not None and call.when == "teardown":
        del item.stash[_SERVER]  # pytest keeps the item to the end of the run
    return report


def _made(make: Callable[[], T]) -> T:
    """Make what a fixture gives; what its user can mend fails the fixture with one message and no traceback."""
    from .account.seed import SeedError  # noqa: PLC0415
    from .extras import MissingExtraError  # noqa: PLC0415

    try:
        return make()
    except (MissingExtraError, SeedError, pytest.UsageError) as mistake:
        message = str(mistake)
    pytest.fail(message, pytrace=False)


def _hosts_first(request: pytest.FixtureRequest) -> None:
    """Set up ``netsuite_hosts`` before a client that reads its proxies when it is made, in whatever order asked for."""
    if "netsuite_hosts" in request.fixturenames:
        request.getfixturevalue("netsuite_hosts")


@pytest.fixture(scope="session")
def netsuite_account(pytestconfig: pytest.Config) -> Account | str | os.PathLike[str]:
    """The account behind ``netsuite``: override it to give an ``Account`` or the path of an ``account.toml``."""
    from .account.records import Account  # noqa: PLC0415
    from .marker import account_file  # noqa: PLC0415

    return account_file(pytestconfig) or Account()


@pytest.fixture
def netsuite(
    request: pytest.FixtureRequest, netsuite_account: Account | str | os.PathLike[str]
) -> Iterator[NetSuiteServer]:
    """A fake NetSuite, fresh for this test."""
    from .marker import server_for  # noqa: PLC0415

    server = _made(lambda: server_for(request.node, netsuite_account))
    request.node.stash[_SERVER] = server
    yield server
    server.stop()
    late = _verdict(request.node)  # of requests that a later fixture's teardown made
    if late is not None:
        raise late


@pytest.fixture
def netsuite_refusal(request: pytest.FixtureRequest, netsuite: NetSuiteServer) -> Refusal:
    """One way in which NetSuite refuses a login, arranged; the test runs once for each."""
    return netsuite.arrange_refusal(request.param)


@pytest.fixture
def netsuite_client(netsuite: NetSuiteServer) -> NetSuiteClient:
    """A signed in-process client: no socket, no extra."""
    return netsuite.credentials.client()


@pytest.fixture
def netsuite_requests(netsuite: NetSuiteServer) -> Iterator[requests.Session]:
    """A signed ``requests.Session``."""
    with _made(netsuite.credentials.requests) as session:
        yield session


@pytest.fixture
def netsuite_rest(netsuite: NetSuiteServer) -> Iterator[requests.Session]:
    """A signed ``requests.Session`` for REST web services."""
    with _made(netsuite.credentials.rest) as session:
        yield session


@pytest.fixture
def netsuite_httpx(request: pytest.FixtureRequest, netsuite: NetSuiteServer) -> Iterator[httpx.Client]:
    """A signed ``httpx.Client``."""
    _hosts_first(request)
    with _made(netsuite.credentials.httpx) as client:
        yield client


@pytest.fixture
def netsuite_async_httpx(request: pytest.FixtureRequest, netsuite: NetSuiteServer) -> httpx.AsyncClient:
    """A signed ``httpx.AsyncClient``."""
    _hosts_first(request)
    return _made(netsuite.credentials.async_httpx)


@pytest.fixture
def netsuite_httpx2(request: pytest.FixtureRequest, netsuite: NetSuiteServer) -> Iterator[httpx2.Client]:
    """A signed ``httpx2.Client``."""
    _hosts_first(request)
    with _made(netsuite.credentials.httpx2) as client:
        yield client


@pytest.fixture
def netsuite_async_httpx2(request: pytest.FixtureRequest, netsuite: NetSuiteServer) -> httpx2.AsyncClient:
    """A signed ``httpx2.AsyncClient``."""
    _hosts_first(request)
    return _made(netsuite.credentials.async_httpx2)


@pytest.fixture(scope="session")
def netsuite_env_names(pytestconfig: pytest.Config) -> dict[str, str]:
    """The names under which your code reads the credentials: ``{"NETSUITE_TOKEN_ID": "MY_TOKEN"}``."""
    from .marker import env_names  # noqa: PLC0415

    return _made(lambda: env_names(pytestconfig))


@pytest.fixture
def netsuite_env(
    request: pytest.FixtureRequest,
    netsuite: NetSuiteServer,
    netsuite_env_names: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, str]:
    """The credentials in the environment of this test; gives the variables that it set."""
    from .environment import credential_variables  # noqa: PLC0415
    from .marker import check_env_names  # noqa: PLC0415

    _made(lambda: check_env_names(netsuite_env_names))
    by_real_name = "netsuite_hosts" in request.fixturenames
    base_url = f"https://{netsuite.account.restlets_host}" if by_real_name else netsuite.url
    variables = credential_variables(netsuite.credentials, base_url, netsuite_env_names)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture(scope="session")
def _netsuite_proxy(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> tuple[Proxy, TrustFiles]:
    """This run's certificate authority and what is let through."""
    from .marker import proxy_and_trust  # noqa: PLC0415

    return _made(lambda: proxy_and_trust(pytestconfig, tmp_path_factory.mktemp("netsuite")))


@pytest.fixture
def netsuite_hosts(netsuite: NetSuiteServer, _netsuite_proxy: tuple[Proxy, TrustFiles]) -> Iterator[Hosts]:
    """Inside this test every ``https://*.netsuite.com`` is the fake, for this process and for those that it starts."""
    from .process import environment  # noqa: PLC0415

    netsuite.proxy, files = _netsuite_proxy
    hosts = netsuite.hosts = files.hosts(netsuite.url)
    with environment(hosts.variables):
        yield hosts
