"""A fork at any moment leaves both sides working: the child finds every lock free, and its parent's clients are not its own."""

import ast
import multiprocessing
import os
import signal
import socket
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests
from support.console_caller import ACCOUNT, ECHO, Caller
from support.forked import (
    FORKS,
    NEEDS_FORK,
    PATIENCE,
    call_in_process,
    call_parent_and_own,
    forked,
    living_child,
    status_of,
)

import pytest_netsuite_tba
from pytest_netsuite_tba import NetSuiteServer
from pytest_netsuite_tba.account import forks
from pytest_netsuite_tba.console import Console

pytestmark = [NEEDS_FORK, FORKS]
PACKAGE = Path(pytest_netsuite_tba.__file__).parent


@pytest.fixture
def server():
    with NetSuiteServer() as server:
        server.console = Console(server)
        assert server.url
        yield server


@pytest.fixture
def call(server):
    return Caller(server)


def header_for(server):
    return server.credentials.authorization("GET", f"{server.url}{ECHO}")


def is_served(server):
    """Whether a signed request over the socket is let in."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(f"{server.url}{ECHO}", headers={"Authorization": header_for(server)}, timeout=PATIENCE).ok


@contextmanager
def elsewhere(entered):
    """Be inside of a context manager in another thread."""
    inside, leave = threading.Event(), threading.Event()

    def hold():
        with entered:
            inside.set()
            leave.wait(PATIENCE)

    holder = threading.Thread(target=hold)
    holder.start()
    assert inside.wait(PATIENCE)
    try:
        yield
    finally:
        leave.set()
        holder.join(PATIENCE)


@contextmanager
def all_locks():
    """Hold all that is known to be freed; of an event, what guards it."""
    with ExitStack() as stack:
        for lock in list(forks._LOCKS):
            stack.enter_context(getattr(lock, "_cond", lock))
        yield


def everything_works(call):
    """Whatever takes a lock."""
    server = call.server
    assert call_in_process(server)
    assert server.audit_trail.newest().accepted
    assert 200 == call("GET", "attempts?wait_for=1").status_code
    assert (201, 201) == (
        call("POST", "faults", {"kind": "delay", "seconds": 0}).status_code,
        call("POST", f"{ACCOUNT}/tokens", {}).status_code,
    )
    server.refuse_next("nonce_used")
    assert not call_in_process(server)
    server.restore([server.account.copy()])
    server.stop()
    server.start()
    assert is_served(server)
    server.stop()


def test_what_other_threads_hold_is_free_in_the_child(server, call):
    """They are not there to let it go."""
    with elsewhere(all_locks()):
        ended = status_of(forked(lambda: everything_works(call)))

    assert (0, True) == (ended, is_served(server))


def test_what_the_forking_thread_holds_stays_its_own(server):
    """It lets go of it itself, in both processes."""

    def leave():
        stack.close()
        everything_works(Caller(server))

    with ExitStack() as stack:
        stack.enter_context(server.account.lock)
        child = forked(leave)
    assert (0, True) == (status_of(child), call_in_process(server))


FREED_ELSEWHERE = {
    "account.records": "an account's lock is freed by the fake that serves it",
    "commands.explain": "tells a thread that draws seconds that the search is over: nobody forks there",
    "commands.serve": "tells a signal handler's news to the main thread: nobody forks there",
}
KINDS = {"Lock", "RLock", "Condition", "Event", "Semaphore", "BoundedSemaphore", "Barrier"}


def locks_in(path):
    """The lines on which a module makes a lock that no child finds free."""
    tree = ast.parse(path.read_text("utf-8"))
    freed = {
        id(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"free_in_child", "held_at_fork"}
        for argument in node.args
    }
    for node in ast.walk(tree):
        makes = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in KINDS
        if makes and id(node) not in freed:
            yield node.lineno


def test_every_lock_is_freed_in_a_child():
    """But for those of ``wire``, whose listeners a child has none of."""
    modules = {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
        for path in PACKAGE.rglob("*.py")
        if path.parent != PACKAGE / "wire"
    }

    assert FREED_ELSEWHERE.keys() == {name for name, path in modules.items() if [*locks_in(path)]}


# -- the listener ----------------------------------------------------------------------------------------------------


def test_a_child_stops_nothing_of_its_parent(server):
    """stop() does nothing there: it does not listen, and has no copy of the socket."""

    def stop():
        assert (False, -1) == (server.is_running(), server._listening._listener.socket.fileno())
        server.stop()

    assert (0, True, True) == (status_of(forked(stop)), server.is_running(), is_served(server))


def test_a_child_reads_its_parents_address(server):
    """And calls its parent by it: the attempt stands in the parent's trail."""
    assert 0 == status_of(forked(lambda: is_served(server)))
    assert [True] == [attempt.accepted for attempt in server.audit_trail]


def test_a_child_may_listen_for_itself(server):
    """At an address of its own, while its parent listens at the old one."""

    def start():
        before = server.url
        server.start()
        assert server.is_running()
        assert before != server.url
        assert is_served(server)
        server.stop()
        server.start()
        assert is_served(server)

    assert 0 == status_of(forked(start))
    assert 0 == len(server.audit_trail)


def test_after_stop_the_port_refuses_though_a_child_lives(server):
    """Neither the port nor a connection is held open by it."""
    address = "127.0.0.1", server.port
    with socket.create_connection(address, timeout=PATIENCE) as kept:
        assert is_served(server)
        with living_child():
            server.stop()
            assert b"" == kept.recv(1)
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(address, timeout=PATIENCE)
            server.start()
            assert is_served(server)


def test_a_port_is_refused_though_a_child_that_knows_nothing_has_it(server, monkeypatch):
    """As one that was forked by other code than Python's: a socket that is only closed goes on listening in it."""
    monkeypatch.setattr("pytest_netsuite_tba.wire.listener._LISTENERS", [])
    address = "127.0.0.1", server.port
    with living_child():
        server.stop()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, timeout=PATIENCE)


FORKING = ECHO.replace("_echo", "_fork")


def answer_to(server):
    """All that comes back for a call of the RESTlet that forks; the connection is then closed."""
    url = f"{server.url}{FORKING}"
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as client:
        lines = [f"GET {FORKING} HTTP/1.1", f"Host: {server.host}:{server.port}", "Connection: close"]
        lines.append(f"Authorization: {server.credentials.authorization('GET', url)}")
        client.sendall("\r\n".join([*lines, "", ""]).encode())
        return b"".join(iter(lambda: client.recv(65_536), b""))


def deploy(server, script):
    server.deploy("customscript_fork", "customdeploy_fork", get=lambda _: script())


def test_a_script_may_fork(server):
    """Its child comes back with a value as the parent does: one of them answers, and the other's thread ends."""
    children = []

    def fork():
        child = os.fork()
        if not child:
            signal.alarm(PATIENCE)
            return "of the child"
        children.append(child)
        assert 0 == status_of(child)
        return "of the parent"

    deploy(server, fork)
    answer = answer_to(server)

    assert (1, b"of the parent", 1) == (answer.count(b"HTTP/1.1 200 OK"), answer[-13:], len(children))
    assert is_served(server)


def test_a_connection_ends_though_a_child_lives(server):
    """A reset is sent when the last descriptor of a connection is closed: the child has none."""
    with ExitStack() as stack:
        deploy(server, lambda: stack.enter_context(living_child()) or "made")
        server.faults.add("reset", script="customscript_fork", after_script=True)
        with pytest.raises(ConnectionResetError):
            answer_to(server)


def test_what_is_in_flight_at_a_fork_is_not_in_flight_in_the_child(server):
    """A place that another thread holds is given back to the parent alone."""
    server.account.concurrency_limit = 1
    seen = []

    def fork():
        seen[:] = [status_of(forked(lambda: call_in_process(server))), call_in_process(server)]

    deploy(server, fork)
    answer_to(server)

    assert ([0, False], True) == (seen, call_in_process(server))


# -- under load ------------------------------------------------------------------------------------------------------

CALLERS, CHILDREN = 4, 20


@pytest.fixture
def load(server):
    """Threads that call without a pause, in process and over a socket, let in and refused."""
    stop, failed = threading.Event(), []

    def send(number):
        client = server.credentials.client() if number % 2 else None
        while not stop.is_set():
            if not (is_served(server) if client is None else client.get(ECHO).status_code == 200):
                failed.append(number)
            if client is not None:
                client.get(ECHO, headers={"Authorization": "OAuth nothing"})

    threads = [threading.Thread(target=send, args=(number,)) for number in range(CALLERS)]
    for thread in threads:
        thread.start()
    yield
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert ([], []) == ([thread for thread in threads if thread.is_alive()], failed)


def work_of_a_child(call):
    """What a fork in a test does: call the fake that it inherited, one of its own, and stop both."""
    assert call_in_process(call.server)
    call_parent_and_own(call.server.url, header_for(call.server))
    call.server.stop()


def test_forks_under_load(call, load):
    """None of the children hangs, and nobody's call goes wrong."""
    children = [forked(lambda: work_of_a_child(call)) for _ in range(CHILDREN)]

    assert [0] * CHILDREN == [status_of(child) for child in children]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_every_start_method_under_load(method, server, load):
    """A child started by multiprocessing calls its parent by URL, and a fake of its own."""
    context = multiprocessing.get_context(method)
    children = [context.Process(target=call_parent_and_own, args=(server.url, header_for(server))) for _ in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join(2 * PATIENCE)

    assert [0] * 4 == [child.exitcode for child in children]
