"""The threads of every listener, as leader and followers.

The invariant: as long as a listener is watched, a thread that serves nobody waits for its clients. That is so because

- at most one thread, the leader, waits in ``select()``, and the next one takes its place as soon as it has a client;
- the last free thread accepts nobody before another was started;
- the leader sees at once that a listener came, be it woken where its selector does not look;
- no error ends it that select() or accept() may raise, and a thread that is ended all the same is counted out and
  replaced if it was the last free one.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import threading
import time
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Serve = Callable[[], object]

_SPARE = 4  # threads kept without work
_BACK_OFF_SECONDS = 0.05
_SEES_CHANGES = ("EpollSelector", "KqueueSelector")  # the kernel adds a socket to a wait that is under way


class ThreadPool:
    """Threads that take turns at the listening sockets that they watch.

    A test's listener comes and goes within a millisecond. To start a thread for it, and to have one thread wake
    another for each client, would take longer than all the rest; so the threads stay, and whoever accepts serves.
    """

    def __init__(self) -> None:
        self._begin()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._begin_in_child)

    def _begin_in_child(self) -> None:
        """Begin anew: a child process has none of these threads, and its parent waits by the same selector."""
        self._selector.close()
        if self._waker is not None:
            self._waker.close()
            self._woken.close()
        self._begin()

    def _begin(self) -> None:
        self._lead = threading.Lock()  # held by the leader
        self._lock = threading.Lock()
        self._free: set[threading.Thread] = set()  # they serve nobody: the leader, and who waits to be it
        self._selector = selectors.DefaultSelector()
        self._waker: socket.socket | None = None
        if type(self._selector).__name__ not in _SEES_CHANGES:
            self._waker, self._woken = socket.socketpair()
            self._selector.register(self._woken, selectors.EVENT_READ, self._drain)

    def watch(self, listening: socket.socket, accept: Callable[[], Serve | None]) -> None:
        """Serve whoever comes to this socket from now on.

        ``accept`` accepts a client without waiting, and returns what serves it, None where nobody is to be served.

        Raises:
            RuntimeError: no thread can be started.
        """
        with self._lock:
            if not self._free:
                self._start_thread()
            self._selector.register(listening, selectors.EVENT_READ, accept)
            if self._waker is not None:
                self._waker.send(b"\0")

    def leave(self, listening: socket.socket) -> None:
        """Accept nobody at this socket any more; it is about to be shut down, which ends a wait under way, and closed."""
        with self._lock:
            self._selector.unregister(listening)

    def _drain(self) -> None:
        self._woken.recv(4_096)

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._work, name=f"{__package__}-waiting", daemon=True)
        thread.start()
        self._free.add(thread)

    def _work(self) -> None:
        """Lead, serve, and so on, until there are enough others."""
        this, lead = threading.current_thread(), self._lead
        try:
            while True:
                with lead:
                    serve = self._next()
                serve()
                with self._lock:
                    if lead is not self._lead:  # what was served has forked, and this is the child
                        return
                    if len(self._free) >= _SPARE:
                        return
                    self._free.add(this)
        except BaseException:
            with self._lock, contextlib.suppress(RuntimeError):
                self._free.discard(this)
                if not self._free:
                    self._start_thread()
            raise

    def _next(self) -> Serve:
        """Wait for a client, and return what serves it; by then somebody else is free to wait for the one after it."""
        while True:
            try:
                for key, _ in self._selector.select():
                    with self._lock:
                        if len(self._free) == 1:
                            self._start_thread()
                    serve: Serve | None = key.data()
                    if serve is not None:
                        with self._lock:
                            self._free.discard(threading.current_thread())
                        return serve
            except (OSError, RuntimeError, ValueError):
                # out of descriptors or threads until one is free again; a socket that was closed under select()
                time.sleep(_BACK_OFF_SECONDS)


@cache
def common_threads() -> ThreadPool:
    """The threads of this process; made when they are first needed, lest gevent should patch them after that."""
    return ThreadPool()
