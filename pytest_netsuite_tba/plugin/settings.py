"""What the ini options and the marker ask for, made: a test's server, the names of its variables, a run's proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_netsuite_tba.account.fields import nearest
from pytest_netsuite_tba.account.records import Account
from pytest_netsuite_tba.account.seed import load
from pytest_netsuite_tba.clients.variables import CREDENTIAL_NAMES
from pytest_netsuite_tba.server.server import NetSuiteServer

from .marker import KEYWORDS, keywords_of

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_netsuite_tba.reach.proxy import Proxy
    from pytest_netsuite_tba.reach.trust import TrustFiles
    from pytest_netsuite_tba.server.server import Source


def account_file(config: pytest.Config) -> Path | None:
    """Find the path that the ini option ``netsuite_account_file`` names; None without it."""
    name = config.getini("netsuite_account_file")
    return _beside_ini(config, name) if name else None


def _beside_ini(config: pytest.Config, name: str | os.PathLike[str]) -> Path:
    return (config.inipath.parent if config.inipath else config.rootpath) / name


def server_for(item: pytest.Item, source: Source) -> NetSuiteServer:
    """Make the server of one test: its own copy of the account, as the marker wants it."""
    wanted = keywords_of(item)
    if "account" in wanted:
        source = wanted["account"] if isinstance(wanted["account"], Account) else Account(wanted["account"])
    elif "file" in wanted:
        beside_test = item.path.parent / wanted["file"]
        source = beside_test if beside_test.exists() else _beside_ini(item.config, wanted["file"])
    accounts = [source.copy()] if isinstance(source, Account) else load(source)
    for name, value in wanted.items():
        KEYWORDS[name].apply(accounts[0], value)
    return NetSuiteServer(*accounts)


def env_names(config: pytest.Config) -> dict[str, str]:
    """Read the ini option ``netsuite_env_names``: a line ``NETSUITE_TOKEN_ID=MY_TOKEN`` each.

    Raises:
        pytest.UsageError: a line is none of these.
    """
    names = {}
    for line in config.getini("netsuite_env_names"):
        ours, mark, theirs = line.partition("=")
        if not mark or not theirs.strip():
            raise pytest.UsageError(f"netsuite_env_names: {line!r} is not NETSUITE_TOKEN_ID=NAME")
        names[ours.strip()] = theirs.strip()
    check_env_names(names)
    return names


def check_env_names(names: Mapping[str, str]) -> None:
    """Refuse a mapping of names that we do not set.

    Raises:
        pytest.UsageError: with the nearest valid name.
    """
    for name in names:
        if name not in CREDENTIAL_NAMES:
            raise pytest.UsageError(
                f"netsuite_env_names: {name!r} is no variable of ours; {nearest(name, CREDENTIAL_NAMES)}"
            )


def proxy_and_trust(config: pytest.Config, directory: Path) -> tuple[Proxy, TrustFiles]:
    """Make this run's proxy rules and certificate authority, its certificate (and no key) written into ``directory``.

    Raises:
        MissingExtraError: trustme is not installed.
        pytest.UsageError: a line of the ini option ``netsuite_allowed_hosts`` is no host.
    """
    from pytest_netsuite_tba.reach.authority import CertificateAuthority
    from pytest_netsuite_tba.reach.proxy import Proxy
    from pytest_netsuite_tba.reach.trust import TrustFiles

    allowed = config.getini("netsuite_allowed_hosts")
    authority = CertificateAuthority()
    try:
        trust = TrustFiles(directory, authority, with_system_roots=bool(allowed))
        return Proxy(authority, allowed, trust), trust
    except ValueError as wrong:
        raise pytest.UsageError(f"netsuite_allowed_hosts: {wrong}") from None
