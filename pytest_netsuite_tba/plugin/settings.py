"""The marker and the ini options: what a test asks of its fake NetSuite, checked and applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_netsuite_tba.account.clock import unix_seconds
from pytest_netsuite_tba.account.fields import nearest, rules_of
from pytest_netsuite_tba.account.records import Account, Features
from pytest_netsuite_tba.account.seed import load
from pytest_netsuite_tba.clients.variables import CREDENTIAL_NAMES
from pytest_netsuite_tba.server.server import NetSuiteServer

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from pathlib import Path

    from pytest_netsuite_tba.reach.proxy import Proxy
    from pytest_netsuite_tba.reach.trust import TrustFiles

    Source = Account | str | os.PathLike[str]


def _first_role(account: Account) -> Any:  # noqa: ANN401  (a Role)
    return account.tokens[next(iter(account.tokens))].role


def _set_web_services_only(account: Account, value: Any) -> None:  # noqa: ANN401  (the record checks it)
    _first_role(account).web_services_only = value


def _set_permissions(account: Account, value: Any) -> None:  # noqa: ANN401
    _first_role(account).permissions = value


def _set_features(account: Account, value: dict[str, bool]) -> None:
    for name, on in dict(value).items():
        setattr(account.features, name, on)


def _set_behaviour(account: Account, value: dict[str, object]) -> None:
    for name, choice in dict(value).items():
        setattr(account.behaviour, name, choice)


def _set_time(account: Account, value: Any) -> None:  # noqa: ANN401
    account.clock.freeze(value)


# keyword -> what it does to the account; None where it chooses the account or speaks to the plugin.
KEYWORDS: dict[str, Callable[[Account, Any], None] | None] = {
    "account": None,
    "file": None,
    "web_services_only": _set_web_services_only,
    "permissions": _set_permissions,
    "features": _set_features,
    "behaviour": _set_behaviour,
    "at": _set_time,
    "strict": None,
}


def check(mark: pytest.Mark, where: str) -> None:
    """Refuse a marker with a misspelt keyword, a positional argument, or a value that is none.

    Raises:
        pytest.UsageError: with the offending value and the valid ones.

    """
    if mark.args:
        raise pytest.UsageError(
            f"{where}: @pytest.mark.netsuite takes keywords only, not {mark.args[0]!r}; {nearest('', KEYWORDS)}"
        )
    for name, value in mark.kwargs.items():
        if name not in KEYWORDS:
            raise pytest.UsageError(
                f"{where}: @pytest.mark.netsuite has no keyword {name!r}; {nearest(name, KEYWORDS)}"
            )
        try:
            _check_value(name, value)
        except (ValueError, AttributeError) as error:
            raise pytest.UsageError(f"{where}: @pytest.mark.netsuite({name}={value!r}): {error}") from None


def _check_value(name: str, value: object) -> None:
    """Try a value on a throw-away account."""
    if name in {"features", "behaviour"} and not isinstance(value, dict):
        raise ValueError(f"expected a dict, as {name}={{{next(iter(rules_of(Features)))!r}: False}}")
    if name == "strict" and not isinstance(value, bool):
        raise ValueError("expected True or False")
    if name == "at":
        unix_seconds(value)  # type: ignore[arg-type]  # it checks the type itself
    if name == "account" and not isinstance(value, Account):
        Account(value)  # type: ignore[arg-type]  # likewise
    apply = KEYWORDS[name]
    if apply is not None and name != "at":
        apply(Account(), value)


def settings(item: pytest.Item) -> dict[str, Any]:
    """Give the marker's keywords for a test; of several markers the nearest counts."""
    merged: dict[str, Any] = {}
    for mark in item.iter_markers("netsuite"):
        merged = dict(mark.kwargs) | merged
    return merged


def account_file(config: pytest.Config) -> Path | None:
    """Give the path that the ini option ``netsuite_account_file`` names, or None."""
    name = config.getini("netsuite_account_file")
    return _beside_ini(config, name) if name else None


def _beside_ini(config: pytest.Config, name: str | os.PathLike[str]) -> Path:
    return (config.inipath.parent if config.inipath else config.rootpath) / name


def server_for(item: pytest.Item, source: Source) -> NetSuiteServer:
    """Make the server of one test: its own copy of the account, as the marker wants it."""
    wanted = settings(item)
    if "account" in wanted:
        source = wanted["account"] if isinstance(wanted["account"], Account) else Account(wanted["account"])
    elif "file" in wanted:
        beside_test = item.path.parent / wanted["file"]
        source = beside_test if beside_test.exists() else _beside_ini(item.config, wanted["file"])
    accounts = [source.copy()] if isinstance(source, Account) else load(source)
    for name, value in wanted.items():
        apply = KEYWORDS[name]
        if apply is not None:
            apply(accounts[0], value)
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


def check_env_names(names: dict[str, str]) -> None:
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
