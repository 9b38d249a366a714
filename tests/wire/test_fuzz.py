"""A server on a raw socket, and whatever may arrive there: each request gets one response, and nothing is left of it.

Here run a thousand messages and two hundred handshakes; ``nox -s listener_fuzz`` runs a million, and a hundred thousand.
"""

import logging
import random
import socket
import ssl
import struct
import sys
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

import h11
import pytest
from support.http_messages import Maker, by_ours, cut

from pytest_netsuite_tba import NetSuiteServer
from pytest_netsuite_tba.console import Console
from pytest_netsuite_tba.reach.authority import CertificateAuthority

PARTS = 100


def in_parts(few, most):
    """Few of them in each run, most in as many others as are a part of all."""
    marks = pytest.mark.exhaustive, pytest.mark.whole
    others = (pytest.param(seed, most // PARTS, marks=marks) for seed in range(1, PARTS + 1))
    return pytest.mark.parametrize(("seed", "count"), [(0, few), *others])


ECHO = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"
TARGETS = [
    ECHO.encode(),
    b"/app/site/hosting/restlet.nl",
    b"/services/rest/record/v1/customer/1?expand=true",
    b"/services/rest/query/v1/suiteql",
    b"/services/NetSuitePort_2024_1",
    b"/rest/requesttoken",
    b"/rest/tokeninfo",
    b"/rest/datacenterurls?account=1234567_SB1",
    b"/app/login/secure/authorizetoken.nl?oauth_token=x",
    b"/wsdl/v2024_1_0/netsuite.wsdl",
    b"/__admin/attempts?wait_for=1&timeout=0",
    b"/__admin/health",
    b"//",
]
HEADERS = [
    b"Content-Type: application/json",
    b"Content-Type: application/x-www-form-urlencoded",
    b"Content-Type: text/xml; charset=utf-16",
    b"Content-Encoding: gzip",
    b"Content-Encoding: gzip, gzip, gzip",
    b"Accept-Encoding: gzip",
    b"Authorization: OAuth",
    b'Authorization: OAuth realm="1234567_SB1", oauth_nonce="\xff", oauth_signature="%zz"',
    b"Authorization: NLAuth nlauth_account=1, nlauth_email=a, nlauth_signature=b",
    b"Origin: null",
    b"Sec-Fetch-Site: cross-site",
    b"Prefer: respond-async",
]


class Caller(Maker):
    """Makes messages that a NetSuite may get."""

    def __init__(self, seed, authorization):
        super().__init__(seed)
        self.headers = [*HEADERS, f"Authorization: {authorization}".encode()]

    def pick(self, what, number=0):
        own = {"target": TARGETS, "header": self.headers}.get(what)
        return self.chance.choice(own) if own and self.chance.random() < 0.6 else super().pick(what, number)


@pytest.fixture(scope="module")
def authority():
    return CertificateAuthority()


@contextmanager
def flat(server):
    """Nothing is left in the end: no thread at work, no connection, no descriptor."""
    before = descriptors(server)
    yield
    assert (set(), before) == (server._listening._listener.streams, descriptors(server))


def descriptors(server):
    """How many there are, once nobody is served."""
    listener = server._listening._listener
    with listener._ended:
        assert listener._ended.wait_for(lambda: not listener._connections, 60)
    return len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0


@pytest.fixture
def server(authority):
    with NetSuiteServer(history=100, ssl_context=authority.context()) as server:
        server.console = Console(server)
        assert server.url
        assert is_served(server)  # the threads are at work
        yield server


def connected(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=60)


def is_served(server):
    """Whether a right request gets its response."""
    header = server.credentials.authorization("GET", f"http://127.0.0.1:{server.port}{ECHO}")
    lines = [f"GET {ECHO} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Connection: close", f"Authorization: {header}"]
    with connected(server) as client:
        client.sendall("\r\n".join([*lines, "", ""]).encode())
        return everything(client).startswith(b"HTTP/1.1 200 ")


def everything(client):
    data = b""
    with suppress(ConnectionResetError):
        while part := client.recv(65_536):
            data += part
    return data


def exchanged(server, pieces, *, leaves=False):
    """Send the pieces, and read what comes back; or leave by a reset, whatever comes."""
    with connected(server) as client:
        with suppress(OSError):  # it was refused before all was sent
            for piece in pieces:
                client.sendall(piece)
            if not leaves:
                client.shutdown(socket.SHUT_WR)
        data = b"" if leaves else everything(client)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return data


def statuses_in(data, methods):
    """The final statuses of responses that follow one another, as h11 reads them; each is to a request of that method."""
    statuses = []
    for method in methods:
        client = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
        client.send(h11.Request(method=method, target="/", headers=[("Host", "h")]))
        client.send(h11.EndOfMessage())
        client.receive_data(data)
        client.receive_data(b"")
        while not isinstance(event := client.next_event(), h11.EndOfMessage):
            if isinstance(event, h11.Response):
                statuses.append(event.status_code)
        data = client.trailing_data[0]
    assert b"" == data
    return statuses


@in_parts(1_000, 1_000_000)
def test_each_request_gets_one_response(seed, count, server, caplog):
    """Well-formed, in order and whole, to HTTP as to what only looks like it; and nothing of ours fails."""
    caplog.set_level(logging.ERROR)
    header = server.credentials.authorization("GET", f"http://127.0.0.1:{server.port}{ECHO}")
    maker, seen = Caller(seed, header), Counter()
    with flat(server):
        for _ in range(count):
            data = maker.message() or b"\r\n"
            pieces = cut(data, maker.chance) if len(data) > 1 and maker.chance.random() < 0.2 else [data]
            if maker.chance.random() < 0.05:
                exchanged(server, pieces[: maker.chance.randint(1, len(pieces))], leaves=True)
                continue
            taken, _, refused = by_ours(data)
            methods = [method for (method, *_), _ in taken]
            if refused is not None:
                methods.append((refused.method or "GET").encode())
            if refused is not None and b"HEAD" in data:
                pieces = [
                    data
                ]  # in pieces it may be refused before or after its method is known, with a body or without
            statuses = statuses_in(exchanged(server, pieces), [b"GET" if m == b"CONNECT" else m for m in methods])
            if refused is not None:  # of two faults, which is seen first depends on the pieces
                assert refused.status == statuses[-1] or (len(pieces) > 1 and statuses[-1] >= 400), data
            assert [] == caplog.records, data
            server.verify(strict=False)
            seen.update(statuses)
            server.clear()

    assert {200, 400, 401, 403, 404, 501} <= seen.keys()
    assert is_served(server)


def a_hello(name):
    """What a client begins a handshake with."""
    sent = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), sent, server_hostname=name)
    with suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return sent.read()


@in_parts(200, 100_000)
def test_no_handshake_prints_a_traceback(seed, count, server, monkeypatch):
    """Whatever is wrong with it; what ssl only prints would fail this test."""
    chance, printed = random.Random(seed), []
    monkeypatch.setattr(sys, "unraisablehook", printed.append)
    monkeypatch.setattr(threading, "excepthook", printed.append)
    whole = [a_hello(name) for name in ("1234567-sb1.restlets.api.netsuite.com", "localhost")]
    with flat(server):
        for _ in range(count):
            data = bytearray(chance.choice(whole))
            for _ in range(chance.choice([0, 1, 3, 20])):
                place = chance.randrange(1, chance.choice([44, len(data)]))
                data[place] = chance.choice([0, 255, chance.randrange(256)])
            if chance.random() < 0.3:
                at = data.find(b"localhost") + data.find(b"1234567") + 1
                data[at : at + 5] = chance.randbytes(5)
            pieces = cut(bytes(data), chance) if chance.random() < 0.2 else [bytes(data)]
            exchanged(server, pieces, leaves=chance.random() < 0.2)

    assert ([], True) == (printed, is_served(server))
