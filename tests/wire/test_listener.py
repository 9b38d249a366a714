"""The listener: kept connections, many at once, and nothing left behind when it stops."""

import os
import queue
import socket
import ssl
import struct
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import trustme

from pytest_netsuite_tba import wire
from pytest_netsuite_tba.wire import Limits
from pytest_netsuite_tba.wire.listener import Listener
from pytest_netsuite_tba.wire.message import Malformed

REQUEST = b"GET /a%20b?c=d HTTP/1.1\r\nHost: example\r\n\r\n"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="counts the descriptors in /proc")


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["PATH_INFO"].encode(), b"?", environ["QUERY_STRING"].encode()]


@contextmanager
def started(app=app, **options):
    listener = Listener(app, "127.0.0.1", 0, **options)
    listener.start()
    yield listener
    listener.stop()


@pytest.fixture
def listener():
    with started(limits=Limits(head_seconds=2, idle_seconds=30)) as listener:
        yield listener


def connected(listener):
    return socket.create_connection(("127.0.0.1", listener.port), timeout=5)


def answer_to(client, request=REQUEST):
    """Send a request and read the one answer to it: head and body."""
    client.sendall(request)
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(65536)
        assert more, data
        data += more
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
    with (
        started(ssl_context=server_side) as listener,
        connected(listener),
        client_side.wrap_socket(connected(listener), server_hostname="127.0.0.1") as client,
    ):
        assert b"/a b?c=d" == answer_to(client)[1]


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def serving():
    """The threads that serve a client; a few more wait for the next, whatever listener it comes to."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("pytest_netsuite_tba.wire-connection")]


def waiting():
    return [thread for thread in threading.enumerate() if thread.name == "pytest_netsuite_tba.wire-waiting"]


@LINUX
def test_nothing_is_left_behind(listener):
    """Starting and stopping leaves no thread at work and no descriptor, with idle and half-read connections open."""
    with connected(listener) as client:
        answer_to(client)  # the threads are at work
    listener.stop()
    before = descriptors()
    for _ in range(30):
        with started() as other, connected(other) as idle, connected(other) as half, connected(other) as kept:
            half.sendall(REQUEST[:20])
            answer_to(kept)
            other.stop()
            assert b"" == kept.recv(1)
            assert idle
    assert (before, []) == (descriptors(), serving())


def test_threads_are_kept_but_a_few(listener):
    """However many listeners and connections there were, a handful of threads waits for more."""
    before = set(waiting())  # of other tests, which have threads of their own
    with ExitStack() as stack:
        for client in [stack.enter_context(connected(listener)) for _ in range(40)]:
            answer_to(client)
        assert 40 == len(serving())
    listener.stop()
    for thread in set(waiting()) - before:
        thread.join(0.2)  # most are about to end

    assert ([], True) == (serving(), len(set(waiting()) - before) <= 5)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork()")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")  # what it is about
def test_a_forked_process_has_threads_of_its_own(listener):
    """A child process has none of its parent's threads; its listener is served all the same."""
    child = os.fork()
    if not child:
        with suppress(BaseException), started() as own, connected(own) as client:
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

    with started(busy) as listener, connected(listener) as client:
        client.sendall(REQUEST)
        assert entered.wait(10)
        listener.stop()
        assert not release.is_set()
        release.set()


def test_a_request_in_flight_is_answered_before_it_stops(listener):
    """Stopping with grace finishes what has begun, here a body still on its way; nobody new is accepted."""
    with connected(listener) as client, connected(listener) as idle:
        answer_to(idle)  # it was accepted
        client.sendall(b"POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 100 ")
        stopping = threading.Thread(target=listener.stop, args=(60,))
        stopping.start()
        assert b"" == idle.recv(1)  # the idle one is closed: it is stopping
        with pytest.raises((ConnectionRefusedError, ConnectionResetError)):
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

    with started(app) as listener, connected(listener) as client:
        client.sendall(REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        data = b"".join(iter(lambda: client.recv(65536), b""))

    assert (b"", False) == (data.partition(b"\r\n\r\n")[2], b"Transfer-Encoding" in data)


def test_stop_twice_is_stop_once(listener):
    """A second stop does nothing."""
    listener.stop()
    listener.stop()
    with pytest.raises(ConnectionRefusedError):
        connected(listener)


def test_a_listener_is_started_once(listener):
    """Neither again, nor after it has stopped."""
    for _ in range(2):
        with pytest.raises(RuntimeError, match="started once"):
            listener.start()
        listener.stop()


def test_a_client_that_is_gone_is_not_waited_for(listener):
    """Between the news that it is there and its being accepted, it may leave."""
    assert 0 == listener.socket.gettimeout()
    assert listener._accept() is None


def test_ipv6():
    """An address says of which kind it is."""
    try:
        listener = Listener(app, "::1", 0)
    except OSError as error:
        pytest.skip(f"this system has no IPv6: {error}")
    listener.start()
    with socket.create_connection(("::1", listener.port), timeout=5) as client:
        assert b"/a b?c=d" == answer_to(client)[1]
    listener.stop()


def test_an_application_that_fails_says_nothing_on_the_wire(caplog):
    """The client gets an empty 500, the log gets the traceback, the next request its answer."""

    def failing(environ, start_response):
        raise ValueError("secret detail")

    with started(failing) as listener, connected(listener) as client:
        for _ in range(2):
            head, body = answer_to(client)
            assert (True, b"") == (head.startswith(b"HTTP/1.1 500 "), body)
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
        endless.parts.put(b"abc")
        head, _, body = read_until(client, b"3\r\nabc\r\n").partition(b"\r\n\r\n")
        assert (True, False, b"3\r\nabc\r\n") == (
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
    endless.parts.put(b"abc")
    endless.parts.put(None)
    with connected(listener) as client:
        client.sendall(REQUEST.replace(b"HTTP/1.1", b"HTTP/1.0\r\nConnection: keep-alive", 1))
        head, _, body = read_until(client, b"abc").partition(b"\r\n\r\n")
        assert (b"abc", False, True) == (body, b"chunked" in head, b"Connection: close" in head)
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


def test_a_stream_begins_before_its_head_is_sent(listener, caplog):
    """One that cannot begin is a 500, and whoever has read the head of another misses nothing of it (PEP 3333)."""

    def app(_environ, start_response):
        start_response("200 OK", [])
        return (1 // 0 for _ in [None])

    listener.app = app
    with connected(listener) as client:
        head, _ = answer_to(client)
    assert (b"HTTP/1.1 500 ", True) == (head[:13], "ZeroDivisionError" in caplog.text)


def test_a_stream_whose_client_is_gone_is_closed(listener, endless):
    """One that has not begun could not be: what it does in the end it would never do."""
    clients = []

    def app(environ, start_response):
        parts = endless(environ, start_response)
        clients[0].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        clients[0].close()
        return parts

    listener.app = app
    clients.append(connected(listener))
    clients[0].sendall(REQUEST)
    assert endless.closed.wait(5)


def test_streams_shut_out_nobody(caplog):
    """They are counted apart from other connections; one more is a 503, until one of them ends."""
    endless = Endless()

    def either(environ, start_response):
        return (endless if environ["PATH_INFO"] == "/endless" else app)(environ, start_response)

    def stream(client):
        client.sendall(b"GET /endless HTTP/1.1\r\nHost: h\r\n\r\n")
        return read_until(client, b"\r\n\r\n")[:12]

    with started(either, limits=Limits(connections=2, streams=3)) as listener, ExitStack() as stack:
        streaming = [stack.enter_context(connected(listener)) for _ in range(2)]
        assert [b"HTTP/1.1 200"] * 2 == [stream(client) for client in streaming]
        with connected(listener) as first, connected(listener) as second:
            assert [b"/a b?c=d"] * 2 == [answer_to(client)[1] for client in (first, second)]
            assert b"HTTP/1.1 200" == stream(first)
            assert (503, b"there are 3 streams already\n") == status_and_body(second, b"/endless")
            assert b"" == second.recv(1)
        assert "answered 503: there are 3 streams already" in caplog.text
        assert endless.closed.wait(5)
        with listener._ended:
            assert listener._ended.wait_for(lambda: len(listener._connections) == 2, 5)
        assert b"HTTP/1.1 200" == stream(stack.enter_context(connected(listener)))


def status_and_body(client, target):
    head, body = answer_to(client, b"GET %b HTTP/1.1\r\nHost: h\r\n\r\n" % target)
    return int(head[9:12]), body


@pytest.mark.parametrize("host", ["\N{LATIN SMALL LETTER U WITH DIAERESIS}..x", f"{'x' * 64}.test"], ids=ascii)
def test_what_is_no_host_name_is_an_oserror(host):
    """Whatever its encoding makes of it."""
    with pytest.raises(OSError, match="is no host name"):
        Listener(app, host, 0)


def test_a_head_request_is_not_streamed(listener, endless):
    """HEAD has no body, whatever the application gives."""
    endless.parts.put(None)
    with connected(listener) as client:
        assert b"" == answer_to(client, REQUEST.replace(b"GET", b"HEAD"))[1]


def test_one_connection_more_than_the_limit_is_closed_at_once(caplog):
    """Those that are open are served on, and once one of them is gone, the next is served too."""
    with started(limits=Limits(connections=2)) as listener, connected(listener) as first:
        with connected(listener) as second:
            answer_to(first)
            answer_to(second)
            with connected(listener) as third:
                assert b"" == third.recv(1)
            assert "closed a connection: there are 2 already" in caplog.text
            assert [b"/a b?c=d"] * 2 == [answer_to(client)[1] for client in (first, second)]
        with listener._ended:
            assert listener._ended.wait_for(lambda: len(listener._connections) == 1, 5)
        with connected(listener) as third:
            assert b"/a b?c=d" == answer_to(third)[1]


def test_what_is_malformed_is_told_once_before_it_is_answered():
    """One value, from the parser to whoever is told; that the telling failed is in the log, and no matter on the wire."""
    told = []
    with started(on_malformed=told.append) as listener, connected(listener) as client:
        head, body = answer_to(client, b"GET /a HTTP/1.1\r\nHost: h\r\nX\r\n\r\n")

    assert (400, b"a header line has no colon: 'X'\n") == (int(head[9:12]), body)
    assert [
        Malformed(
            status=400,
            reason="a header line has no colon: 'X'",
            method="GET",
            target="/a",
            headers=(("Host", "h"),),
        )
    ] == told


def test_a_teller_that_fails_is_in_the_log(caplog):
    """The client gets its answer all the same."""

    def fail(_malformed):
        raise ValueError("disk full")

    with started(on_malformed=fail) as listener, connected(listener) as client:
        head, _ = answer_to(client, b"GET /\r\n\r\n")

    assert (400, True) == (int(head[9:12]), "disk full" in caplog.text)


def test_what_a_malformed_body_belongs_to_is_told():
    """Method, target and headers were read before it."""
    told = []
    with started(on_malformed=told.append, limits=Limits(body_bytes=1)) as listener, connected(listener) as client:
        answer_to(client, b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab")

    assert [(413, "POST", "/a", 2)] == [(bad.status, bad.method, bad.target, len(bad.headers)) for bad in told]


def test_a_request_that_stop_cuts_short_is_not_malformed(listener):
    """Its client did nothing wrong."""
    told = []
    listener.on_malformed = told.append
    with connected(listener) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 100 ")
        listener.stop()

    assert ([], []) == (told, serving())


CONNECT = b"CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"


@pytest.mark.parametrize(
    ("message", "status", "cure"), [(b"\x16\x03\x01", 400, "no TLS"), (CONNECT, 501, "no proxy"), (b"\0", 400, None)]
)
def test_the_cures_are_handed_in(message, status, cure):
    """What helps depends on how the listener is started, which its user knows."""
    told = []
    cures = {"tls_cure": "no TLS", "proxy_cure": "no proxy"}
    with started(on_malformed=told.append, **cures) as listener, connected(listener) as client:
        answer_to(client, message)

    assert [(status, cure)] == [(bad.status, bad.cure) for bad in told]


def test_headers_as_sent_are_found_by_the_key_that_is_handed_in():
    """The environ joins repeated headers and knows no case; whoever needs both asks for them."""
    request = b"GET / HTTP/1.1\r\nHost: h\r\nx-A: 1\r\nX-a: \xff\r\n\r\n"

    def app(environ, start_response):
        start_response("200 OK", [])
        return [repr((environ["HTTP_X_A"], environ.get("raw"))).encode()]

    for key, headers in ((None, None), ("raw", (("Host", "h"), ("x-A", "1"), ("X-a", "\udcff")))):
        with started(app, headers_key=key) as listener, connected(listener) as client:
            assert repr(("1,\xff", headers)).encode() == answer_to(client, request)[1]


def test_the_room_knows_nobody_that_it_serves():
    """Whom it serves, and by which certificate, is handed in."""
    for path in Path(wire.__file__).parent.glob("*.py"):
        assert "netsuite" not in path.read_text("utf-8").lower(), path
