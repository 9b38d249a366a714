"""The fixtures: each imports what it needs when a test asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest

from .hooks import VERDICT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import httpx
    import httpx2
    import requests
    from werkzeug.test import Client

    from pytest_netsuite_tba.clients.hosts import Hosts
    from pytest_netsuite_tba.login.refusal import Refusal
    from pytest_netsuite_tba.reach.proxy import Proxy
    from pytest_netsuite_tba.reach.trust import TrustFiles
    from pytest_netsuite_tba.server.server import NetSuiteServer, Source

T = TypeVar("T")


def _make(make: Callable[[], T]) -> T:
    """Make a fixture's value; what its user can mend fails the fixture with one message and no traceback."""
    from pytest_netsuite_tba.account.seed import SeedError
    from pytest_netsuite_tba.extras import MissingExtraError

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
def netsuite_account(pytestconfig: pytest.Config) -> Source:
    """The account behind ``netsuite``: override it to give an ``Account`` or the path of an ``account.toml``."""
    from pytest_netsuite_tba.account.records import Account

    from .settings import account_file

    return account_file(pytestconfig) or Account()


@pytest.fixture
def netsuite(request: pytest.FixtureRequest, netsuite_account: Source) -> Iterator[NetSuiteServer]:
    """A fake NetSuite, fresh for this test."""
    from .settings import server_for
    from .verdict import Verdict

    server = _make(lambda: server_for(request.node, netsuite_account))
    request.node.stash[VERDICT] = Verdict(request.node, server)
    yield server
    server.stop()


@pytest.fixture
def netsuite_refusal(request: pytest.FixtureRequest, netsuite: NetSuiteServer) -> Refusal:
    """One way in which NetSuite refuses a login, arranged; the test runs once for each."""
    return netsuite.arrange_refusal(request.param)


@pytest.fixture
def netsuite_client(netsuite: NetSuiteServer) -> Client:
    """A signed in-process client: no socket, no extra."""
    return netsuite.credentials.client()


@pytest.fixture
def netsuite_requests(netsuite: NetSuiteServer) -> Iterator[requests.Session]:
    """A signed ``requests.Session``."""
    with _make(netsuite.credentials.requests) as session:
        yield session


@pytest.fixture
def netsuite_rest(netsuite: NetSuiteServer) -> Iterator[requests.Session]:
    """A signed ``requests.Session`` for REST web services."""
    with _make(netsuite.credentials.rest) as session:
        yield session


@pytest.fixture
def netsuite_httpx(request: pytest.FixtureRequest, netsuite: NetSuiteServer) -> Iterator[httpx.Client]:
    """A signed ``httpx.Client``."""
    _hosts_first(request)
    with _make(netsuite.credentials.httpx) as client:
        yield client


@pytest.fixture
def netsuite_async_httpx(request: pytest.FixtureRequest, netsuite: NetSuiteServer) -> httpx.AsyncClient:
    """A signed ``httpx.AsyncClient``."""
    _hosts_first(request)
    return _make(netsuite.credentials.async_httpx)


@pytest.fixture
def netsuite_httpx2(request: pytest.FixtureRequest, netsuite: NetSuiteServer) -> Iterator[httpx2.Client]:
    """A signed ``httpx2.Client``."""
    _hosts_first(request)
    with _make(netsuite.credentials.httpx2) as client:
        yield client


@pytest.fixture
def netsuite_async_httpx2(request: pytest.FixtureRequest, netsuite: NetSuiteServer) -> httpx2.AsyncClient:
    """A signed ``httpx2.AsyncClient``."""
    _hosts_first(request)
    return _make(netsuite.credentials.async_httpx2)


@pytest.fixture(scope="session")
def netsuite_env_names(pytestconfig: pytest.Config) -> Mapping[str, str]:
    """The names under which your code reads the credentials: ``{"NETSUITE_TOKEN_ID": "MY_TOKEN"}``."""
    from .settings import env_names

    return _make(lambda: env_names(pytestconfig))


@pytest.fixture
def netsuite_env(
    request: pytest.FixtureRequest,
    netsuite: NetSuiteServer,
    netsuite_env_names: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Mapping[str, str]:
    """The credentials in the environment of this test: the variables that it set."""
    from pytest_netsuite_tba.clients.variables import credential_variables

    from .settings import check_env_names

    _make(lambda: check_env_names(netsuite_env_names))
    by_real_name = "netsuite_hosts" in request.fixturenames
    base_url = f"https://{netsuite.account.restlets_host}" if by_real_name else netsuite.url
    variables = credential_variables(netsuite.credentials, base_url, netsuite_env_names)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture(scope="session")
def _netsuite_proxy(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> tuple[Proxy, TrustFiles]:
    """This run's certificate authority and what is let through."""
    from .settings import proxy_and_trust

    return _make(lambda: proxy_and_trust(pytestconfig, tmp_path_factory.mktemp("netsuite")))


@pytest.fixture
def netsuite_hosts(netsuite: NetSuiteServer, _netsuite_proxy: tuple[Proxy, TrustFiles]) -> Iterator[Hosts]:
    """Inside this test every ``https://*.netsuite.com`` is the fake, for this process and for those that it starts."""
    from pytest_netsuite_tba.reach.process import set_variables

    netsuite.proxy, files = _netsuite_proxy
    hosts = files.hosts(netsuite.url)
    with set_variables(hosts.variables):
        yield hosts
