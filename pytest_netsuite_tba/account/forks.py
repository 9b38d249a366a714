"""What a forked process inherits: locks, without the threads that held them."""

from __future__ import annotations

import os
from typing import Any, TypeVar
from weakref import WeakSet

L = TypeVar("L")

_LOCKS: WeakSet[Any] = WeakSet()


def free_in_child(lock: L) -> L:
    """This lock, condition or event itself; a child process finds it free, unless the thread that forks holds it.

    Every lock of the package is made by it or by :func:`held_at_fork`, but for the listeners' own: a child has none of those.
    """
    _LOCKS.add(lock)
    return lock


def held_at_fork(lock: L) -> L:
    """This lock itself; a fork waits for it, so that the child finds nothing half-changed. It is held for instants only."""
    held: Any = lock
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=held.acquire, after_in_parent=held.release, after_in_child=held.release)
    return lock


def _free_all() -> None:
    for lock in list(_LOCKS):
        is_held_here = getattr(lock, "_is_owned", None)  # by the one thread that there is; a plain lock knows no owner
        if is_held_here is None or not is_held_here():
            lock._at_fork_reinit()  # noqa: SLF001  (as logging and threading do; there is no public way, and a new lock in its place would not free whoever holds on to this one)


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_free_all)
