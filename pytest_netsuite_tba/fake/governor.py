"""The concurrency governor: how many requests an account takes at once, and how many of one integration (4.7)."""

from __future__ import annotations

import os
import threading
from collections import Counter
from typing import TYPE_CHECKING, Self

from pytest_netsuite_tba.account.forks import free_in_child

if TYPE_CHECKING:
    from pytest_netsuite_tba.account.records import Account, Integration

# What is counted: of an account, by its id, everything; those of one integration, by its name; those of the others.
_Pool = tuple[str, str, str]
_Place = tuple[int, _Pool]  # in a process: what was in flight at a fork is not in the child's


def unallocated(account: Account) -> int | None:
    """How many requests the integrations without a limit of their own may have in flight; None for no limit.

    What the account's limit leaves, and at least one (Oracle bridgehead_156224824287).
    """
    total = account.concurrency_limit
    if total is None:
        return None
    with account.lock:
        allocated = sum(integration.concurrency_limit or 0 for integration in account.integrations.values())
    return max(total - allocated, min(total, 1))


class Governor:
    """Counts the requests in flight of one fake."""

    def __init__(self) -> None:
        self._lock = free_in_child(threading.Lock())
        self._in_flight: Counter[_Place] = Counter()

    def take(self, pool: _Pool, limit: int | None) -> _Place | None:
        """Take a place, which is returned; None where the limit is reached."""
        place = os.getpid(), pool
        with self._lock:
            if limit is not None and self._in_flight[place] >= limit:
                return None
            self._in_flight[place] += 1
            return place

    def give_back(self, places: list[_Place]) -> None:
        """Give back places that were taken."""
        with self._lock:
            self._in_flight.subtract(places)


class Places:
    """The places that one request holds among those in flight, until it is answered: a context manager.

    Args:
        governor: where they are counted.
        account: that the request calls; None where nothing is counted.
    """

    def __init__(self, governor: Governor, account: Account | None) -> None:
        self._governor = governor
        self._account = account
        self._taken: list[_Place] = []
        self._over = ""

    def take_of_account(self) -> None:
        """Take a place in the account's pool: on arrival, whoever calls."""
        account = self._account
        if account is not None:
            limit = account.concurrency_limit
            if not self._take((account.id, "all", ""), limit):
                self._over = f"More than {limit} requests were in flight."

    def over_account(self) -> str:
        """Why the account's pool had no place; ``""`` where it had one."""
        return self._over

    def over_integration(self, integration: Integration) -> str:
        """Take a place of the integration that the login named; why there is none, or ``""``."""
        account, own = self._account, integration.concurrency_limit
        if account is None:
            return ""
        if own is not None:
            taken = self._take((account.id, "own", integration.name), own)
            return "" if taken else f"More than {own} requests of the integration {integration.name!r} were in flight."
        rest = unallocated(account)
        if self._take((account.id, "unallocated", ""), rest):
            return ""
        return (
            f"More than {rest} requests of integrations without a limit of their own were in flight: "
            f"of the account's {account.concurrency_limit} the others have the rest."
        )

    def _take(self, pool: _Pool, limit: int | None) -> bool:
        taken = self._governor.take(pool, limit)
        if taken is not None:
            self._taken.append(taken)
        return taken is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._governor.give_back(self._taken)
