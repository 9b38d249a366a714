"""The listener: kept connections, many at once, and nothing left behind when it stops."""

import os
import queue
import socket
import ssl
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import trustme

from pytest_netsuite_tba.wire import Limits
from pytest_netsuite_tba.wire.listener import Listener

REQUEST = b"GET /a%20b?c=d HTTP/1.1\r\nHost: example\r\n\r\n"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="counts the descriptors in /proc")


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["PATH_INFO"].encode(), b"?", environ["QUERY_STRING"].encode()]


@pytest.fixture
def listener():
    one = Listener(app, "127.0.0.1", 0, limits=Limits(head_seconds=2, idle_seconds=30))
    one.start()
    yield one
    one.stop()


def connected(listener):
    return socket.create_connection(("127.0.0.1", listener.port), timeout=5)


def answer_to(client, request=REQUEST):
    """Send a request and read the one answer to it: head and body."""
    client.sendall(request)
    data = b""
    while b"\r\n\r\n" not in data:
        data += client.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
    length = 0 if request.startswith(b"HEAD") else int(fields.get(b"Content-Length", b"0"))
    while len(body) < length:
        body += client.recv(65536)
    return head, body


def test_a_connection_is_kept(listener):
    """One connection carries many requests (RFC 9112 section 9.3)."""
    with connected(listener) as client:
        assert [b"/a b?c=d"] * 100 == [answer_to(client)[1] for _ in range(100)]


@pytest.mark.parametrize(
    ("request_bytes", "kept"),
    [
        (REQUEST, True),
        (REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), False),
        (REQUEST.replace(b"HTTP/1.1", b"HTTP/1.0"), False),
        (REQUEST.replace(b"HTTP/1.1", b"HTTP/1.0").replace(b"\r\n\r\n", b"\r\nConnection: keep-alive\r\n\r\n"), True),
    ],
)
def test_the_client_says_whether_a_connection_is_kept(listener, request_bytes, kept):
    """HTTP/1.1 keeps unless told to close, HTTP/1.0 closes unless told to keep."""
    with connected(listener) as client:
        head, _ = answer_to(client, request_bytes)
        assert kept == (b"Connection: close" not in head)
        if kept:
            assert b"/a b?c=d" == answer_to(client)[1]
        else:
            assert b"" == client.recv(1)


def test_head_has_no_body(listener):
    """HEAD is answered by the head alone, its length that of the body left out (RFC 9110 section 9.3.2)."""
    with connected(listener) as client:
        head, body = answer_to(client, REQUEST.replace(b"GET", b"HEAD"))
        assert (b"", True) == (body, b"Content-Length: 8" in head)
        assert b"/a b?c=d" == answer_to(client)[1]


def test_many_connections_at_once(listener):
    """64 kept connections are served side by side."""

    def visit(_):
        with connected(listener) as client:
            return [answer_to(client)[1] for _ in range(5)]

    with ThreadPoolExecutor(64) as pool:
        assert [[b"/a b?c=d"] * 5] * 64 == list(pool.map(visit, range(64)))


def test_stalled_clients_block_nobody(listener):
    """Connections that say nothing, or half a head, keep no other client waiting."""
    stalled = [connected(listener) for _ in range(50)]
    for client in stalled[::2]:
        client.sendall(REQUEST[:20])
    with connected(listener) as client:
        assert b"/a b?c=d" == answer_to(client)[1]
    for client in stalled:
        client.close()


def test_a_stalled_handshake_blocks_nobody():
    """TLS is negotiated in the connection's own thread."""
    authority = trustme.CA()
    server_side, client_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(server_side)
    authority.configure_trust(client_side)
    one = Listener(app, "127.0.0.1", 0, ssl_context=server_side)
    one.start()
    with connected(one), connected(one) as plain, client_side.wrap_socket(plain, server_hostname="127.0.0.1") as client:
        assert b"/a b?c=d" == answer_to(client)[1]
    one.stop()


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def serving():
    """The threads that serve a client; a few more wait for the next, whatever listener it comes to."""
    return [one for one in threading.enumerate() if one.name.startswith("pytest_netsuite_tba.wire-connection")]


def waiting():
    return [one for one in threading.enumerate() if one.name == "pytest_netsuite_tba.wire-waiting"]


@LINUX
def test_nothing_is_left_behind(listener):
    """Starting and stopping leaves no thread at work and no descriptor, with idle and half-read connections open."""
    with connected(listener) as client:
        answer_to(client)  # the crew is at work
    listener.stop()
    before = descriptors()
    for _ in range(30):
        one = Listener(app, "127.0.0.1", 0)
        one.start()
        with connected(one) as idle, connected(one) as half, connected(one) as kept:
            half.sendall(REQUEST[:20])
            answer_to(kept)
            one.stop()
            assert b"" == kept.recv(1)
            assert idle
    assert (before, []) == (descriptors(), serving())


def test_threads_are_kept_but_a_few(listener):
    """However many listeners and connections there were, a handful of threads waits for more."""
    with ExitStack() as stack:
        for client in [stack.enter_context(connected(listener)) for _ in range(40)]:
            answer_to(client)
        assert 40 == len(serving())
    listener.stop()
    for one in waiting():
        one.join(0.2)  # most are about to end

    assert ([], True) == (serving(), len(waiting()) <= 5)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork()")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")  # what it is about
def test_a_forked_process_has_a_crew_of_its_own(listener):
    """A child process has none of its parent's threads; its listener is served all the same."""
    child = os.fork()
    if not child:
        with suppress(BaseException):
            one = Listener(app, "127.0.0.1", 0)
            one.start()
            with connected(one) as client:
                os._exit(0 if b"/a b?c=d" == answer_to(client)[1] else 2)
        os._exit(1)
    assert (child, 0) == os.waitpid(child, 0)
    with connected(listener) as client:
        assert b"/a b?c=d" == answer_to(client)[1]


def test_stop_does_not_wait_for_a_busy_application():
    """An application that is still at work does not keep the listener from stopping."""
    entered, release = threading.Event(), threading.Event()

    def busy(environ, start_response):
        entered.set()
        release.wait(10)
        return app(environ, start_response)

    one = Listener(busy, "127.0.0.1", 0)
    one.start()
    with connected(one) as client:
        client.sendall(REQUEST)
        assert entered.wait(10)
        one.stop()
        assert not release.is_set()
        release.set()


def test_a_request_in_flight_is_answered_before_it_stops(listener):
    """Stopping with grace finishes what has begun, here a body still on its way; nobody new is let in."""
    with connected(listener) as client, connected(listener) as idle:
        answer_to(idle)  # it was let in
        client.sendall(b"POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 100 ")
        stopping = threading.Thread(target=listener.stop, args=(60,))
        stopping.start()
        assert b"" == idle.recv(1)  # the idle one is closed: it is stopping
        with pytest.raises(ConnectionRefusedError):
            connected(listener)
        client.sendall(b"body")
        answer = client.recv(1000)
        stopping.join(60)

    assert (b"HTTP/1.1 200 ", False) == (answer[:13], stopping.is_alive())


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_an_answer_that_has_no_body_is_not_streamed(status):
    """Not one byte follows its head, or the next answer on the connection would begin with it (RFC 9112 section 6.3)."""

    def app(environ, start_response):
        start_response(status, [])
        return iter(())  # of no known length, as werkzeug gives it

    one = Listener(app, "127.0.0.1", 0)
    one.start()
    with connected(one) as client:
        client.sendall(REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        data = b"".join(iter(lambda: client.recv(65536), b""))
    one.stop()

    assert (b"", False) == (data.partition(b"\r\n\r\n")[2], b"Transfer-Encoding" in data)


def test_stop_twice_is_stop_once(listener):
    """A second stop does nothing."""
    listener.stop()
    listener.stop()
    with pytest.raises(ConnectionRefusedError):
        connected(listener)


def test_an_application_that_fails_says_nothing_on_the_wire(caplog):
    """The client gets an empty 500, the log gets the traceback, the next request its answer."""

    def failing(environ, start_response):
        raise ValueError("secret detail")

    one = Listener(failing, "127.0.0.1", 0)
    one.start()
    with connected(one) as client:
        for _ in range(2):
            head, body = answer_to(client)
            assert (True, b"") == (head.startswith(b"HTTP/1.1 500 "), body)
    one.stop()
    assert "secret detail" in caplog.text


def test_a_reset_that_the_application_wants_is_one(listener):
    """ConnectionResetError of the application resets the connection: the client gets no answer."""

    def resetting(environ, start_response):
        raise ConnectionResetError

    listener.app = resetting
    with connected(listener) as client:
        client.sendall(REQUEST)
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_a_port_in_use_is_an_oserror(listener):
    """The address is taken when the listener is made, not later."""
    with pytest.raises(OSError, match="in use"):
        Listener(app, "127.0.0.1", listener.port)


class Endless:
    """An application whose body comes in parts when the test says so; it notes when it was closed."""

    def __init__(self):
        self.parts, self.closed = queue.Queue(), threading.Event()

    def __call__(self, _environ, start_response):
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        return self.body()

    def body(self):
        try:
            while True:
                try:
                    part = self.parts.get(timeout=0.02)
                except queue.Empty:
                    part = b""
                if part is None:
                    return
                if part is ValueError:
                    raise ValueError("in the middle")
                yield part
        finally:
            self.closed.set()


def read_until(client, end):
    data = b""
    while not data.endswith(end):
        more = client.recv(65536)
        assert more, data
        data += more
    return data


@pytest.fixture
def endless(listener):
    listener.app = Endless()
    return listener.app


def test_a_body_without_length_comes_in_chunks_as_it_is_made(listener, endless):
    """Each part is a chunk at once, and the connection is kept after the last (RFC 9112 section 7.1)."""
    with connected(listener) as client:
        client.sendall(REQUEST)
        endless.parts.put(b"one")
        head, _, body = read_until(client, b"3\r\none\r\n").partition(b"\r\n\r\n")
        assert (True, False, b"3\r\none\r\n") == (
            b"\r\nTransfer-Encoding: chunked" in head,
            b"Content-Length" in head,
            body,
        )
        endless.parts.put(b"x" * 20)
        assert b"14\r\n" + b"x" * 20 + b"\r\n" == read_until(client, b"x\r\n")
        endless.parts.put(None)
        assert b"0\r\n\r\n" == read_until(client, b"\r\n\r\n")
        listener.app = app
        assert b"/a b?c=d" == answer_to(client)[1]


def test_a_body_without_length_ends_with_the_connection_in_http_1_0(listener, endless):
    """HTTP/1.0 knows no chunks (RFC 9112 section 6.3)."""
    endless.parts.put(b"one")
    endless.parts.put(None)
    with connected(listener) as client:
        client.sendall(REQUEST.replace(b"HTTP/1.1", b"HTTP/1.0\r\nConnection: keep-alive", 1))
        head, _, body = read_until(client, b"one").partition(b"\r\n\r\n")
        assert (b"one", False, True) == (body, b"chunked" in head, b"Connection: close" in head)
        assert b"" == client.recv(1)


def test_a_client_that_leaves_ends_its_stream(listener, endless):
    """The application's iterable is closed, though it had nothing to send."""
    with connected(listener) as client:
        client.sendall(REQUEST)
        read_until(client, b"\r\n\r\n")
    assert endless.closed.wait(5)


def test_stop_ends_a_stream(listener, endless):
    """A stream that would never end holds nobody up, whatever grace the others have, and leaves no thread."""
    with connected(listener) as client:
        client.sendall(REQUEST)
        read_until(client, b"\r\n\r\n")
        listener.stop(grace=60)
        assert (True, []) == (endless.closed.is_set(), serving())


def test_a_stream_that_fails_is_cut_short(listener, endless, caplog):
    """Without its last chunk the client knows that something is missing (RFC 9112 section 8)."""
    with connected(listener) as client:
        client.sendall(REQUEST)
        read_until(client, b"\r\n\r\n")
        endless.parts.put(ValueError)
        assert b"" == client.recv(1)
    assert "in the middle" in caplog.text


def test_a_head_request_is_not_streamed(listener, endless):
    """HEAD has no body, whatever the application gives."""
    endless.parts.put(None)
    with connected(listener) as client:
        assert b"" == answer_to(client, REQUEST.replace(b"GET", b"HEAD"))[1]
