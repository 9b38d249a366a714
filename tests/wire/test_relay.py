"""The proxy's part: whom a request is for, how it is sent on, and bytes carried both ways."""

import socket
import ssl
import subprocess
import sys
import threading
from contextlib import closing, contextmanager

import pytest
import trustme

from pytest_netsuite_tba.wire.listener import Listener
from pytest_netsuite_tba.wire.message import BadRequestError, parse_head
from pytest_netsuite_tba.wire.relay import RefusedHostError, authority_of, forwarded, relay


def head_of(line, *headers):
    return parse_head("\r\n".join([f"{line} HTTP/1.1", "Host: other", *headers]).encode("utf-8", "surrogateescape"))


AUTHORITIES = {
    "GET /p?http://x": ("", 0),
    "OPTIONS *": ("", 0),
    "GET http://H.example/p": ("h.example", 80),
    "GET HTTP://h?q": ("h", 80),
    "GET https://h/": ("h", 443),
    "GET https://h:/": ("h", 443),
    "GET http://h:65535/": ("h", 65535),
    "GET http://[::1]/": ("::1", 80),
    "GET http://[::1]:8/": ("::1", 8),
    "CONNECT h:1": ("h", 1),
    "CONNECT [::1]:443": ("::1", 443),
}


@pytest.mark.parametrize("line", AUTHORITIES)
def test_whom_a_request_is_for(line):
    """Its target says so, not its Host header (RFC 9112 section 3.2)."""
    assert AUTHORITIES[line] == authority_of(head_of(line))


@pytest.mark.parametrize("port", ["0", "65536", "000080", "x"])
def test_what_is_no_port(port):
    """Of 16 bits, and not 0."""
    with pytest.raises(BadRequestError, match=f"'{port}' is no port"):
        authority_of(head_of(f"GET http://h:{port}/"))


@pytest.mark.parametrize(
    ("target", "path", "host"), [("http://h/a?b", "/a?b", "h"), ("http://h:8?b", "/?b", "h:8"), ("https://h", "/", "h")]
)
def test_a_request_is_sent_on_in_origin_form(target, path, host):
    """Its Host is the target's, what is meant for the proxy stays there, the rest goes on as it came."""
    head = head_of(
        f"POST {target}",
        "Proxy-Authorization: x",
        "proxy-connection: y",
        "Connection: keep-alive",
        "Expect: 100-continue",
        "Transfer-Encoding: chunked",
        "X-a: \xe9",
    )

    assert (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nX-a: \xe9\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab".encode()
        == forwarded(head, b"ab")
    )


def test_a_length_is_sent_on_where_there_was_one():
    """An empty chunked body is one; a request without a body gets none."""
    assert b"Content-Length: 0\r\n" in forwarded(head_of("POST http://h/", "Transfer-Encoding: chunked"), b"")
    assert b"Content-Length" not in forwarded(head_of("GET http://h/"), b"")


# -- the pump --------------------------------------------------------------------------------------------------------


@contextmanager
def carried(*, idle_seconds=30.0, is_tunnel=True):
    """The far ends of a client and its upstream, and the thread that carries bytes between them."""
    (client, client_end), (upstream, upstream_end) = socket.socketpair(), socket.socketpair()
    with client, client_end, upstream, upstream_end:
        options = {"idle_seconds": idle_seconds, "is_tunnel": is_tunnel}
        thread = threading.Thread(target=relay, args=(client_end, upstream_end), kwargs=options)
        thread.start()
        client.settimeout(5)
        upstream.settimeout(5)
        yield client, upstream, thread
        client.shutdown(socket.SHUT_RDWR)
        upstream.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        assert not thread.is_alive()


def test_bytes_go_both_ways():
    """As they come, whoever begins."""
    with carried() as (client, upstream, _):
        for source, sink in ((client, upstream), (upstream, client), (client, upstream)):
            source.sendall(b"abc")
            assert b"abc" == sink.recv(10)


@pytest.mark.parametrize("client_ends_first", [True, False])
def test_one_side_that_has_ended_still_hears_the_other(client_ends_first):
    """The end of either is passed on; the relay ends with the second."""
    with carried() as (client, upstream, thread):
        first, second = (client, upstream) if client_ends_first else (upstream, client)
        first.shutdown(socket.SHUT_WR)
        assert b"" == second.recv(1)
        second.sendall(b"late")
        assert b"late" == first.recv(10)
        second.shutdown(socket.SHUT_WR)
        assert b"" == first.recv(1)
        thread.join(5)
        assert not thread.is_alive()


def test_without_a_tunnel_all_is_over_with_the_upstream():
    """There was but one request; a client that keeps its side open is not waited for."""
    with carried(is_tunnel=False) as (client, upstream, thread):
        upstream.sendall(b"response")
        upstream.shutdown(socket.SHUT_WR)
        thread.join(5)
        assert (False, b"response") == (thread.is_alive(), client.recv(10))


def test_silence_ends_it():
    """Nothing came for so long."""
    with carried(idle_seconds=0.01) as (_, _, thread):
        thread.join(5)
        assert not thread.is_alive()


# -- a proxy, by raw bytes -------------------------------------------------------------------------------------------


class Rules:
    """A proxy that is ``fake.test`` and lets ``localhost`` through, and what is no name."""

    def is_fake(self, host):
        if host not in {"fake.test", "localhost", "a..b"}:
            raise RefusedHostError(f"{host} is refused")
        return host == "fake.test"

    def context(self, host):
        raise ValueError(host)


def app(_environ, start_response):
    start_response("200 OK", [])
    return [b"the fake"]


@contextmanager
def proxy(**options):
    listener = Listener(app, "127.0.0.1", 0, proxy=Rules(), **options)
    listener.start()
    yield listener
    listener.stop()


@contextmanager
def upstream_of(response):
    """A server that reads one request, sends these bytes and closes; gives its port, and what it read in the end."""
    read = []

    def serve():
        with listening.accept()[0] as client:
            read.append(client.recv(65_536))
            client.sendall(response)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1], read
        thread.join(5)


def connected(listener):
    return socket.create_connection(("127.0.0.1", listener.port), timeout=5)


def exchanged(client, message):
    client.sendall(message)
    return b"".join(iter(lambda: client.recv(65_536), b""))


def test_an_allowed_host_is_reached():
    """And its response comes as it is."""
    with proxy() as listener, upstream_of(b"as it is") as (port, read), connected(listener) as client:
        response = exchanged(client, b"GET http://localhost:%d/a HTTP/1.1\r\nHost: x\r\n\r\n" % port)

    host = b"Host: localhost:%d" % port
    assert (b"as it is", [b"GET /a HTTP/1.1\r\n%b\r\nConnection: close\r\n\r\n" % host]) == (response, read)


def test_over_tls_too():
    """The whole response, and the end of TLS after it: nobody takes it for cut short (RFC 8446 section 6.1)."""
    authority = trustme.CA()
    server_side, client_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(server_side)
    authority.configure_trust(client_side)
    long = b"as it is" * 50_000
    with proxy(ssl_context=server_side) as listener, upstream_of(long) as (port, _), connected(listener) as plain:
        wrapped = client_side.wrap_socket(plain, server_hostname="127.0.0.1", suppress_ragged_eofs=False)
        with closing(wrapped) as client:
            assert long == exchanged(client, b"GET http://localhost:%d/a HTTP/1.1\r\nHost: x\r\n\r\n" % port)


def test_a_tunnel_carries_what_came_with_its_request():
    """Bytes that were sent before it was open are the upstream's."""
    with proxy() as listener, upstream_of(b"back") as (port, read), connected(listener) as client:
        response = exchanged(client, b"CONNECT localhost:%d HTTP/1.1\r\nHost: x\r\n\r\nthere" % port)

    assert (b"HTTP/1.1 200 Connection established\r\n\r\nback", [b"there"]) == (response, read)


@pytest.mark.parametrize("method", ["GET http://{}/", "HEAD http://{}/", "CONNECT {}"])
@pytest.mark.parametrize(
    ("authority", "status", "reason"),
    [
        ("other.test:1", 403, "other.test is refused"),
        ("localhost:{}", 502, "localhost cannot be reached: {}"),
        ("a..b:1", 502, "a..b cannot be reached: it is no host name"),
    ],
)
def test_what_is_not_carried_is_said_in_the_status_line(method, authority, status, reason, caplog):
    """That is all that most clients show of it; it is no malformed request."""
    told = []
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # nobody listens there
        authority = authority.format(unused.getsockname()[1])
        line = method.format(authority)
        with proxy(on_malformed=told.append) as listener, connected(listener) as client:
            response = exchanged(client, f"{line} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    assert response.startswith(f"HTTP/1.1 {status} {reason.format('')}".encode())
    body = b"" if line.startswith("HEAD") else response.split(b"\r\n")[0].partition(b" %d " % status)[2] + b"\n"
    assert (body, [], True) == (response.partition(b"\r\n\r\n")[2], told, reason.format("") in caplog.text)


@pytest.mark.parametrize("target", ["/", "http://fake.test/", "http://127.0.0.1:{}/", "http://localhost:{}/"])
def test_the_application_answers_for_itself(target):
    """By its own address, and by the names that the rules say."""
    with proxy() as listener, connected(listener) as client:
        line = f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".format(listener.port)
        assert exchanged(client, line.encode()).endswith(b"\r\n\r\nthe fake")


@pytest.mark.parametrize(
    ("rest", "reason"),
    [(b"", "no certificate can be made for 'fake.test'"), (b"\x16", "bytes came before the tunnel was open")],
)
def test_a_tunnel_that_cannot_be_opened_is_malformed(rest, reason):
    """Whoever listens is told, with the whole head."""
    told = []
    with proxy(on_malformed=told.append) as listener, connected(listener) as client:
        response = exchanged(client, b"CONNECT fake.test:443 HTTP/1.1\r\nHost: x\r\n\r\n" + rest)

    assert response.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert [(400, reason, "CONNECT", "fake.test:443", (("Host", "x"),))] == [
        (bad.status, bad.reason, bad.method, bad.target, bad.headers) for bad in told
    ]


MANY_DESCRIPTORS = """
import os, resource, socket, threading
from pytest_netsuite_tba.wire.relay import relay

resource.setrlimit(resource.RLIMIT_NOFILE, (2_048, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1_100)]
(client, client_end), (upstream, upstream_end) = socket.socketpair(), socket.socketpair()
assert client_end.fileno() > 1_024
thread = threading.Thread(
    target=relay, args=(client_end, upstream_end), kwargs={"idle_seconds": 10, "is_tunnel": True}, daemon=True
)
thread.start()
client.sendall(b"there")
print(upstream.recv(10))
upstream.sendall(b"back")
print(client.recv(10))
"""


def test_descriptors_above_1024():
    """A server with many connections has them; select() knows none of those."""
    resource = pytest.importorskip("resource", reason="this system has no bound on descriptors that could be lifted")
    if 0 <= resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 2_048:
        pytest.skip("this system allows a process fewer than 2,048 descriptors")
    command = [sys.executable, "-c", MANY_DESCRIPTORS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert ("b'there'\nb'back'\n", 0) == (done.stdout, done.returncode), done.stderr
