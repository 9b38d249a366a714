"""The threads of every listener: one waits for the next client, and serves it while another waits in its place."""

from __future__ import annotations

import os
import selectors
import socket
import threading
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

_SPARE = 4  # threads kept without work
_BACK_OFF_SECONDS = 0.05


class Door(Protocol):
    """A listening socket, and what becomes of who comes."""

    socket: socket.socket

    def let_in(self) -> Callable[[], object] | None:
        """Accept a client without waiting, and give what serves it; None where nobody is to be served.

        Raises:
            OSError: nobody can be let in for now.

        """


class Crew:
    """Threads that take turns at the doors that they watch.

    A test's listener comes and goes within a millisecond. To start a thread for it, and to have one thread wake
    another for each client, would take longer than all the rest; so the threads stay, and whoever accepts serves.
    """

    def __init__(self) -> None:
        self._begin()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._begin)  # a child process has none of these threads

    def _begin(self) -> None:
        self._turn = threading.Lock()  # held by the one that waits for the next client
        self._lock = threading.Lock()
        self._free = 0  # threads that serve nobody
        self._selector = selectors.DefaultSelector()
        self._wake: socket.socket | None = None
        if isinstance(self._selector, selectors.SelectSelector):  # a select() under way sees no new socket
            self._wake, woken = socket.socketpair()
            self._selector.register(woken, selectors.EVENT_READ)

    def watch(self, door: Door) -> None:
        """Serve whoever comes to ``door`` from now on.

        Raises:
            RuntimeError: no thread can be started.

        """
        with self._lock:
            if not self._free:
                self._hire()
            self._selector.register(door.socket, selectors.EVENT_READ, door)
            if self._wake is not None:
                self._wake.send(b"\0")

    def leave(self, door: Door) -> None:
        """Let nobody in at ``door`` any more; it is still open."""
        with self._lock:
            self._selector.unregister(door.socket)

    def _hire(self) -> None:
        threading.Thread(target=self._work, name="netsuite-waiting", daemon=True).start()
        self._free += 1

    def _work(self) -> None:
        while True:
            with self._turn:
                serve = self._next()
            serve()
            with self._lock:
                if self._free >= _SPARE:
                    return
                self._free += 1

    def _next(self) -> Callable[[], object]:
        """Wait for a client, and give what serves it; by then somebody else is free to wait for the one after it."""
        while True:
            for key, _ in self._selector.select():
                door: Door | None = key.data
                if door is None:
                    key.fileobj.recv(4_096)  # type: ignore[union-attr]  # it was only woken
                    continue
                try:
                    with self._lock:
                        if self._free == 1:
                            self._hire()
                    serve = door.let_in()
                except (OSError, RuntimeError):  # out of descriptors, or of threads, until one is free again
                    time.sleep(_BACK_OFF_SECONDS)
                    continue
                if serve is not None:
                    with self._lock:
                        self._free -= 1
                    return serve


CREW = Crew()
