"""The marker: a row of the table a keyword. pytest lists it in every run, so this loads nothing before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_netsuite_tba.account.clock import Moment
    from pytest_netsuite_tba.account.records import Account


def _set_each(record: str) -> Callable[[Account, dict[str, object]], None]:
    def apply(account: Account, values: dict[str, object]) -> None:
        from pytest_netsuite_tba.account.fields import rules_of

        target = getattr(account, record)
        if not isinstance(values, dict):
            name = next(iter(rules_of(type(target))))
            raise ValueError(f"expected a dict, as {record}={{{name!r}: {getattr(target, name)!r}}}")
        for name, value in values.items():
            setattr(target, name, value)

    return apply


def _set_role(field: str) -> Callable[[Account, object], None]:
    return lambda account, value: setattr(account.tokens.first().role, field, value)


def _freeze(account: Account, at: Moment) -> None:
    from pytest_netsuite_tba.account.clock import unix_seconds

    account.clock.freeze(unix_seconds(at))


def _check_account(value: Account | str) -> None:
    from pytest_netsuite_tba.account.records import Account

    if not isinstance(value, Account):
        Account(value)


def _check_strict(value: object) -> None:
    if not isinstance(value, bool):
        raise ValueError("expected True or False")


class Keyword(NamedTuple):
    """What a keyword does to a test's account, where it does, and how its value is checked: by default, by doing it."""

    apply: Callable[[Account, Any], object] = lambda *_: None
    check: Callable[[Any], object] | None = None


KEYWORDS = {
    "account": Keyword(check=_check_account),
    "file": Keyword(),
    "web_services_only": Keyword(_set_role("web_services_only")),
    "permissions": Keyword(_set_role("permissions")),
    "features": Keyword(_set_each("features")),
    "behaviour": Keyword(_set_each("behaviour")),
    "at": Keyword(_freeze),
    "strict": Keyword(check=_check_strict),
}
LINE = f"netsuite({', '.join(f'{name}=' for name in KEYWORDS)}): the fake NetSuite's account for this test."


def check(mark: pytest.Mark, where: str) -> None:
    """Refuse a marker with a misspelt keyword, a positional argument, or a value that is none.

    Raises:
        pytest.UsageError: with the offending value and the valid ones.
    """
    from pytest_netsuite_tba.account.fields import nearest
    from pytest_netsuite_tba.account.records import Account

    marker = f"{where}: @pytest.mark.netsuite"
    if mark.args:
        raise pytest.UsageError(f"{marker} takes keywords only, not {mark.args[0]!r}; {nearest('', KEYWORDS)}")
    for name, value in mark.kwargs.items():
        if name not in KEYWORDS:
            raise pytest.UsageError(f"{marker} has no keyword {name!r}; {nearest(name, KEYWORDS)}")
        keyword = KEYWORDS[name]
        try:
            keyword.check(value) if keyword.check else keyword.apply(Account(), value)
        except (ValueError, AttributeError) as error:
            raise pytest.UsageError(f"{marker}({name}={value!r}): {error}") from None


def keywords_of(item: pytest.Item) -> dict[str, Any]:
    """Read the marker's keywords of a test; of several markers the nearest counts, keyword by keyword."""
    merged: dict[str, Any] = {}
    for mark in item.iter_markers("netsuite"):
        merged = dict(mark.kwargs) | merged
    return merged
