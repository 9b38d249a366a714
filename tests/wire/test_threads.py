"""The threads of all listeners: as long as a listener is watched, one that serves nobody waits for its clients."""

import errno
import queue
import selectors
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack

import pytest

from pytest_netsuite_tba.wire.listener import Listener
from pytest_netsuite_tba.wire.threads import ThreadPool

CLASSES = ("SelectSelector", "PollSelector", "EpollSelector", "DevpollSelector", "KqueueSelector")
DIES = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # what it is about
PRESENT = [name for name in CLASSES if hasattr(selectors, name)]


def app(_environ, start_response):
    start_response("200 OK", [])
    return [b"served"]


def pool_of(selector, monkeypatch):
    """Threads that all new listeners use, which wait by this selector."""
    monkeypatch.setattr(selectors, "DefaultSelector", selector)
    pool = ThreadPool()
    monkeypatch.setattr("pytest_netsuite_tba.wire.listener.common_threads", lambda: pool)
    return pool


def started(stack):
    listener = Listener(app, "127.0.0.1", 0)
    listener.start()
    stack.callback(listener.stop)
    return listener


def is_served(listener):
    """Whether a client gets its response within five seconds."""
    with socket.create_connection(("127.0.0.1", listener.port), timeout=5) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        return b"".join(iter(lambda: client.recv(1_000), b"")).endswith(b"served")


@pytest.mark.parametrize("name", PRESENT)
def test_every_selector_sees_who_comes_and_goes(name, monkeypatch):
    """A listener that starts while a thread already waits is served; one that has stopped refuses at once."""
    pool_of(getattr(selectors, name), monkeypatch)
    with ExitStack() as stack:
        first = started(stack)
        assert is_served(first)
        for _ in range(10):
            with ExitStack() as inner:
                listener = started(inner)
                assert is_served(listener)
            with pytest.raises(ConnectionRefusedError):
                is_served(listener)
        assert is_served(first)


@pytest.mark.parametrize("name", PRESENT)
def test_one_that_stops_unseen_is_refused_at_once(name, monkeypatch):
    """Though the wait under way has never looked up since it came."""
    pool_of(getattr(selectors, name), monkeypatch)
    with ExitStack() as stack:
        listener = started(stack)
        stack.close()
        with pytest.raises(ConnectionRefusedError):
            is_served(listener)
        assert is_served(started(stack))


def test_who_was_woken_sleeps_again(monkeypatch):
    """One look for each that comes, and no more until the next."""
    looks = []

    class Counting(selectors.SelectSelector):
        def select(self, timeout=None):
            looks.append(1)
            return super().select(timeout)

    pool_of(Counting, monkeypatch)
    with ExitStack() as stack:
        assert [True] * 20 == [is_served(started(stack)) for _ in range(20)]

    assert len(looks) < 100


class Troubled(selectors.DefaultSelector):
    """A selector whose wait ends in the errors of ``troubles`` first."""

    def __init__(self):
        super().__init__()
        self.troubles = []

    def select(self, timeout=None):
        ready = super().select(timeout)
        if self.troubles:
            raise self.troubles.pop()
        return ready


@pytest.fixture
def pool(monkeypatch):
    return pool_of(Troubled, monkeypatch)


@pytest.fixture
def stack():
    with ExitStack() as stack:
        yield stack


@pytest.mark.parametrize("trouble", [OSError(errno.EBADF, "closed meanwhile"), ValueError("too many descriptors")])
def test_a_wait_that_fails_is_begun_again(pool, stack, trouble):
    """As select() does where a listener was closed under it: no thread ends, and the client is served."""
    listener = started(stack)
    (thread,) = pool._free
    pool._selector.troubles[:] = [trouble, trouble]

    assert (True, True) == (is_served(listener), thread.is_alive())


@DIES
def test_a_thread_that_dies_is_counted_out_and_replaced(pool, stack):
    """Whatever ends the only one that waits, another waits in its place."""
    listener = started(stack)
    (thread,) = pool._free
    pool._selector.troubles[:] = [SystemExit()]

    assert is_served(listener)
    thread.join(5)
    assert (False, False) == (thread.is_alive(), thread in pool._free)


class OneClient:
    """A listening socket with one client, which is served once by ``serve``."""

    def __init__(self, serve, troubles=()):
        self.serve, self.troubles = serve, list(troubles)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.client = socket.create_connection(self.socket.getsockname())
        self.socket.settimeout(0)

    def accept(self):
        if self.troubles:
            raise self.troubles.pop()
        try:
            self.socket.accept()[0].close()
        except BlockingIOError:
            return None
        return self.serve

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.socket.close()
        self.client.close()


@DIES
def test_what_a_client_does_to_its_thread_is_no_matter_to_others(pool, stack):
    """A thread may end while it serves: the next client is served all the same."""
    died = queue.Queue()

    def serve():
        died.put(threading.current_thread())
        raise SystemExit

    for _ in range(10):
        with OneClient(serve) as one_client:
            pool.watch(one_client.socket, one_client.accept)
            died.get(timeout=5).join(5)
            pool.leave(one_client.socket)

    assert is_served(started(stack))


def test_whoever_cannot_be_accepted_now_is_later(pool):
    """Out of descriptors, the client waits in the backlog until one is free."""
    served = threading.Event()
    with OneClient(served.set, [OSError(errno.EMFILE, "too many open files")] * 2) as one_client:
        pool.watch(one_client.socket, one_client.accept)
        assert served.wait(5)
        pool.leave(one_client.socket)


def test_the_last_free_thread_accepts_nobody(pool, stack, monkeypatch):
    """It starts another first; where none can be started, the client waits until one can."""
    listener = started(stack)
    start, failures = pool._start_thread, [RuntimeError("can't start new thread")] * 2

    def start_thread():
        if failures:
            raise failures.pop()
        start()

    monkeypatch.setattr(pool, "_start_thread", start_thread)
    assert is_served(listener)
    assert [] == failures


def test_a_listener_that_no_thread_can_serve_does_not_start(pool, monkeypatch):
    """It says so rather than let its clients wait."""

    def start_thread():
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(pool, "_start_thread", start_thread)
    listener = Listener(app, "127.0.0.1", 0)
    with pytest.raises(RuntimeError, match="start new thread"):
        listener.start()
    listener.stop()


UNDER_GEVENT = """
import sys
if sys.argv[2] == "imported before":
    import pytest_netsuite_tba.wire.listener
from gevent import monkey
monkey.patch_all(**({"thread": False, "select": False} if sys.argv[1] == "grequests" else {}))
import requests
from pytest_netsuite_tba.wire.listener import Listener

def app(environ, start_response):
    start_response("200 OK", [])
    return [b"served"]

with requests.Session() as session:
    session.trust_env = False
    for _ in range(3):
        listener = Listener(app, "127.0.0.1", 0)
        listener.start()
        for _ in range(2):
            print(session.get(f"http://127.0.0.1:{listener.port}/", timeout=10).text)
        listener.stop()
"""


@pytest.mark.parametrize("patched_as_by", ["locust", "grequests"])
@pytest.mark.parametrize("imported", ["imported before", "imported after"])
def test_sockets_under_gevent(patched_as_by, imported):
    """locust patches all, threads and selectors too; grequests leaves these two alone."""
    pytest.importorskip("gevent", reason="gevent is not installed; it is in the dependency group `test`")
    command = [sys.executable, "-W", "ignore", "-c", UNDER_GEVENT, patched_as_by, imported]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert ("served\n" * 6, 0) == (done.stdout, done.returncode), done.stderr
