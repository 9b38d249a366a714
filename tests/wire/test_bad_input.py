"""Anything can arrive on the socket: what is legal is served, the rest gets a clear 4xx, and the server lives on."""

import socket
from contextlib import contextmanager

import pytest

from pytest_netsuite_tba import NetSuiteServer
from pytest_netsuite_tba.wire import Limits

TARGET = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"


@pytest.fixture
def server():
    """A fake with short patience."""
    limits = Limits(head_seconds=0.3, body_seconds=0.3, idle_seconds=5)
    with NetSuiteServer(limits=limits) as fake:
        assert fake.url
        yield fake


@contextmanager
def connected(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
        yield client


def everything(client):
    """Read until the server closes."""
    data = b""
    try:
        while part := client.recv(65536):
            data += part
    except ConnectionResetError:
        pass
    return data


def exchanged(server, message, *, end=True):
    """Send bytes, then read until the server closes."""
    with connected(server) as client:
        client.sendall(message)
        if end:
            client.shutdown(socket.SHUT_WR)
        return everything(client)


def signed(server, method="GET", target=TARGET, *, extra="", body=b""):
    """A correctly signed request as bytes; ``extra`` are further header lines."""
    host = f"127.0.0.1:{server.port}"
    url = target if "://" in target else f"http://{host}{target}"
    header = server.credentials.authorization(method, url)
    lines = f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {header}\r\n{extra}\r\n"
    return lines.encode() + body


def answers_still(server):
    """Whether a well-behaved client gets its answer."""
    return exchanged(server, signed(server)).startswith(b"HTTP/1.1 200 OK\r\n")


LEGAL = {
    "chunked": lambda server: signed(
        server,
        "POST",
        extra="Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n",
        body=b'4;name=value\r\n{"a"\r\n3\r\n:1}\r\n0\r\nTrailer: x\r\n\r\n',
    ),
    "absolute-form": lambda server: signed(server, target=f"http://127.0.0.1:{server.port}{TARGET}"),
    "absolute-form-of-the-real-host": lambda server: signed(
        server, target=f"https://1234567-sb1.restlets.api.netsuite.com{TARGET}"
    ),
    "leading-empty-line": lambda server: b"\r\n" + signed(server),
    "http-1.0": lambda server: signed(server).replace(b"HTTP/1.1\r\n", b"HTTP/1.0\r\n"),
    "raw-utf8-in-the-query": lambda server: signed(server, target=f"{TARGET}&name=caf%C3%A9").replace(
        b"%C3%A9", b"\xc3\xa9"
    ),
    "lone-surrogate": lambda server: signed(server, target=f"{TARGET}&name=%ED%A0%80"),
    "not-utf8": lambda server: signed(server, target=f"{TARGET}&name=%FF%00"),
}


@pytest.mark.parametrize("kind", LEGAL)
def test_legal_but_unusual_is_served(server, kind):
    """What HTTP allows is served, however seldom it is seen."""
    answer = exchanged(server, LEGAL[kind](server))

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n"), answer
    assert [attempt.status for attempt in server.audit_trail] == ["Success"]


def test_expect_100_continue_is_told_to_go_on(server):
    """A client that asks before it sends its body gets 100 Continue, then its answer."""
    extra = "Content-Type: application/json\r\nContent-Length: 7\r\nExpect: 100-continue\r\n"
    with connected(server) as client:
        client.sendall(signed(server, "POST", extra=extra))
        assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b'{"a":1}')
        client.shutdown(socket.SHUT_WR)
        assert everything(client).startswith(b"HTTP/1.1 200 OK\r\n")


def test_pipelined_requests_are_answered_in_order(server):
    """Requests sent together are answered one after the other over the same connection."""
    targets = [f"{TARGET}&n={number}" for number in range(5)]
    answer = exchanged(server, b"".join(signed(server, target=target) for target in targets))

    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 5
    positions = [answer.index(f'"n":"{number}"'.encode()) for number in range(5)]
    assert sorted(positions) == positions


# what arrives -> status, whether the trail has an attempt of method and target
BAD = {
    "a-header-of-1-MB": (lambda s: signed(s, extra=f"X-Big: {'a' * 1024 * 1024}\r\n"), 431),
    "no-request-line": (lambda s: b"hello there\r\n\r\n", 400),
    "garbage-bytes": (lambda s: bytes(range(256)) * 4, 400),
    "tls-hello": (lambda s: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    "nul-in-a-header": (lambda s: signed(s, extra="X-Nul: a\0b\r\n"), 400),
    "nul-in-the-target": (lambda s: signed(s).replace(b"customscript_echo", b"custom\0"), 400),
    "two-content-lengths": (
        lambda s: signed(s, "POST", extra="Content-Length: 1\r\nContent-Length: 2\r\n", body=b"ab"),
        400,
    ),
    "content-length-and-chunked": (
        lambda s: signed(s, "POST", extra="Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", body=b"0\r\n\r\n"),
        400,
    ),
    "content-length-no-number": (lambda s: signed(s, "POST", extra="Content-Length: +1\r\n", body=b"a"), 400),
    "other-transfer-encoding": (lambda s: signed(s, "POST", extra="Transfer-Encoding: gzip\r\n"), 501),
    "body-too-long": (lambda s: signed(s, "POST", extra="Content-Length: 99999999\r\n", body=b"a"), 413),
    "chunk-size-no-number": (lambda s: signed(s, "POST", extra="Transfer-Encoding: chunked\r\n", body=b"xyz\r\n"), 400),
    "body-shorter-than-declared": (lambda s: signed(s, "POST", extra="Content-Length: 10\r\n", body=b"abc"), 400),
    "header-without-colon": (lambda s: signed(s, extra="nonsense\r\n"), 400),
    "space-before-colon": (lambda s: signed(s, extra="X : y\r\n"), 400),
    "blank-before-the-first-header": (lambda s: b"GET / HTTP/1.1\r\n X: a\r\nHost: h\r\n\r\n", 400),
    "two-hosts": (lambda s: signed(s, extra="Host: other\r\n"), 400),
    "no-host": (lambda s: b"GET / HTTP/1.1\r\n\r\n", 400),
    "http-2": (lambda s: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "other-expectation": (lambda s: signed(s, extra="Expect: 200-ok\r\n"), 417),
    "two-authorization-headers": (lambda s: signed(s, extra='Authorization: OAuth a="b"\r\n'), 400),
    "ten-thousand-parameters": (lambda s: signed(s, target=TARGET + "&a=1" * 10_000), 400),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_not_legal_gets_a_clear_answer(server, kind):
    """Bad input gets its status and an attempt in the trail that names the trouble; the next client is served."""
    make, status = BAD[kind]
    answer = exchanged(server, make(server))

    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer[:200]
    assert [("Failure", status)] == [(attempt.status, attempt.http_status) for attempt in server.audit_trail]
    assert server.audit_trail[-1].cause
    assert answers_still(server)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("head", b"GET / HTTP/1.1\r\nHost: a\r\n"),
        ("body", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab"),
    ],
)
def test_a_client_that_stalls_is_told_so_at_the_deadline(server, part, message):
    """A client has so long for its whole head and its whole body; then 408."""
    answer = exchanged(server, message, end=False)

    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n"), answer
    assert f"The request's {part} took too long to arrive." == server.audit_trail[-1].cause
    assert answers_still(server)


def test_a_byte_at_a_time_does_not_extend_the_deadline(server):
    """The head's deadline is for all of it: bytes that trickle in do not extend it."""
    message = b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000
    answer = b""
    with connected(server) as client:
        client.settimeout(0.02)
        for position in range(len(message)):
            client.send(message[position : position + 1])
            try:
                answer = client.recv(65536)
                break
            except TimeoutError:
                continue

    assert answer.startswith(b"HTTP/1.1 408 "), answer
    assert answers_still(server)


def test_a_connection_that_says_nothing_leaves_nothing(server):
    """A client that connects and goes is no request."""
    with connected(server):
        pass
    assert answers_still(server)
    assert len(server.audit_trail) == 1
