"""A user's tests: every fixture, annotated with the type that the docs promise."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, assert_type, runtime_checkable

import anyio
import httpx
import httpx2
import pytest
import requests
from werkzeug.test import Client, TestResponse

from pytest_netsuite_tba import Account, LoginAttempt, NetSuiteServer, Refusal

SCRIPT, DEPLOY = "customscript_echo", "customdeploy_echo"
ECHO = f"/app/site/hosting/restlet.nl?script={SCRIPT}&deploy={DEPLOY}"


@runtime_checkable
class Hosts(Protocol):
    """What the reference promises of ``netsuite_hosts``."""

    @property
    def proxy_url(self) -> str: ...
    @property
    def ca_file(self) -> Path: ...
    @property
    def variables(self) -> Mapping[str, str]: ...


@pytest.fixture(scope="session")
def netsuite_account() -> Account:
    """Whoever overrides it gives an account, or the path of an account.toml."""
    return Account("1234567_SB1", name="Typed company")


@pytest.fixture(scope="session")
def netsuite_env_names() -> dict[str, str]:
    """Whoever overrides it gives our names, and theirs."""
    return {"NETSUITE_TOKEN_ID": "MY_TOKEN"}


def test_the_fake(netsuite: NetSuiteServer, netsuite_account: Account | str | os.PathLike[str]) -> None:
    assert isinstance(netsuite_account, Account)
    assert netsuite.account.name == netsuite_account.name


def test_in_process(netsuite_client: Client) -> None:
    assert_type(netsuite_client.get(ECHO), TestResponse)


def test_requests(netsuite_requests: requests.Session) -> None:
    assert_type(netsuite_requests.get(ECHO).status_code, int)


def test_rest(netsuite: NetSuiteServer, netsuite_rest: requests.Session) -> None:
    netsuite.records.add("customer", {"companyName": "A"}, id=7)
    assert netsuite_rest.get("record/v1/customer/7").ok


def test_httpx(netsuite_httpx: httpx.Client, netsuite_httpx2: httpx2.Client) -> None:
    assert netsuite_httpx.get(ECHO).is_success
    assert netsuite_httpx2.get(ECHO).is_success


def test_async_httpx(netsuite_async_httpx: httpx.AsyncClient, netsuite_async_httpx2: httpx2.AsyncClient) -> None:
    async def ask() -> list[int]:
        async with netsuite_async_httpx, netsuite_async_httpx2:
            return [
                (await netsuite_async_httpx.get(ECHO)).status_code,
                (await netsuite_async_httpx2.get(ECHO)).status_code,
            ]

    assert anyio.run(ask) == [200, 200]


def test_env(netsuite_env: dict[str, str], netsuite_env_names: dict[str, str]) -> None:
    assert netsuite_env_names["NETSUITE_TOKEN_ID"] in netsuite_env


def test_hosts(netsuite: NetSuiteServer, netsuite_hosts: Hosts) -> None:
    assert_type(netsuite_hosts.proxy_url, str)
    assert netsuite_hosts.ca_file.exists()
    assert netsuite_hosts.proxy_url == netsuite.url
    assert "HTTPS_PROXY" in netsuite_hosts.variables


def test_refusal(netsuite: NetSuiteServer, netsuite_client: Client, netsuite_refusal: Refusal) -> None:
    answer = netsuite_client.get(ECHO)
    assert_type(netsuite_refusal.id, str)
    assert_type(netsuite_refusal.detail, str | None)
    assert_type(netsuite_refusal.status, int | None)
    assert answer.status_code == netsuite_refusal.status
    assert netsuite.audit_trail[-1].status == "Failure"


@pytest.mark.netsuite(at=datetime(2026, 9, 21, tzinfo=UTC))
def test_the_marker(netsuite: NetSuiteServer, netsuite_client: Client) -> None:
    with netsuite.expect_refusal(count=1) as refused:
        netsuite_client.get(ECHO, headers={"Authorization": "OAuth"})
    assert_type(refused, list[LoginAttempt])
