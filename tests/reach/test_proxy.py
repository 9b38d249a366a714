"""The proxy and its TLS on raw sockets: tunnels, certificates, stalled clients, nothing left behind."""

import socket
import ssl
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from pytest_netsuite_tba import NetSuiteServer
from pytest_netsuite_tba.reach.authority import CertificateAuthority
from pytest_netsuite_tba.reach.proxy import Proxy
from pytest_netsuite_tba.reach.trust import TrustFiles
from pytest_netsuite_tba.wire import Limits
from pytest_netsuite_tba.wire.relay import RefusedHostError

HOST = "1234567-sb1.restlets.api.netsuite.com"
TARGET = "/app/site/hosting/restlet.nl?script=1&deploy=1"
REQUEST = f"GET {TARGET} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n\r\n".encode()
CONNECT = f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n".encode()
OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"
REFUSED = b'{"error" : {"code" : "INVALID_LOGIN_ATTEMPT", "message" : "Invalid login attempt."}}'


@pytest.fixture(scope="module")
def authority():
    return CertificateAuthority()


@pytest.fixture(scope="module")
def trusting(authority):
    return ssl.create_default_context(cadata=authority.certificate.decode())


@pytest.fixture
def server(authority):
    limits = Limits(head_seconds=60, idle_seconds=60)
    with NetSuiteServer(limits=limits, proxy=Proxy(authority), ssl_context=authority.context()) as server:
        server.start()
        yield server


def connected(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def tunnel(server, trusting, name=HOST):
    """Open a tunnel and speak TLS through it, as ``name``."""
    client = connected(server)
    client.sendall(CONNECT)
    assert OPEN == client.recv(65536)
    return trusting.wrap_socket(client, server_hostname=name)


def answer(client, request=REQUEST):
    client.sendall(request)
    data = b""
    while b"\r\n\r\n" not in data:
        data += client.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(next(line for line in head.split(b"\r\n") if line.startswith(b"Content-Length")).partition(b": ")[2])
    while len(body) < length:
        body += client.recv(65536)
    return int(head[9:12]), body


def test_a_tunnel_is_kept(server, trusting):
    """One tunnel carries many requests, each judged by its https URL."""
    with tunnel(server, trusting) as client:
        assert [(401, REFUSED)] * 50 == [answer(client) for _ in range(50)]

    assert {f"https://{HOST}{TARGET}"} == {attempt.url for attempt in server.audit_trail}


def test_the_leaf_is_for_the_host_that_the_client_names(server, trusting):
    """SNI wins over CONNECT (RFC 6066 section 3): some clients connect to one and speak to another."""
    with tunnel(server, trusting, "7654321.app.netsuite.com") as client:
        names = client.getpeercert()["subjectAltName"]

    assert (("DNS", "7654321.app.netsuite.com"),) == names


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", HOST])
def test_the_port_itself_speaks_tls(server, trusting, name):
    """``serve --tls``: its own address and, by a network alias, NetSuite's names."""
    with trusting.wrap_socket(connected(server), server_hostname=name) as client:
        assert (401, REFUSED) == answer(client)


def test_the_same_port_speaks_plain_http(server):
    """Whoever does not begin with a handshake is answered in plain HTTP."""
    with connected(server) as client:
        assert (401, REFUSED) == answer(client)


def test_a_tunnel_without_tls_is_plain_http(server):
    """A proxied client that speaks HTTP through a tunnel is understood."""
    with connected(server) as client:
        client.sendall(CONNECT)
        assert OPEN == client.recv(65536)
        assert (401, REFUSED) == answer(client)

    assert f"http://{HOST}{TARGET}" == server.audit_trail[-1].url


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"CONNECT example.com:443 HTTP/1.1", 403),
        (b"CONNECT example.com HTTP/1.1", 400),
        (b"CONNECT 1234567.restlets.api.netsuite.com:0 HTTP/1.1", 400),
        (b"CONNECT 1234567.restlets.api.netsuite.com:65536 HTTP/1.1", 400),
        (b"CONNECT a..b.netsuite.com:443 HTTP/1.1", 400),
        (b"GET http://example.com/ HTTP/1.1", 403),
        (b"GET http://example.com:99999/ HTTP/1.1", 400),
        (b"CONNECT [::ffff]:443 HTTP/1.1", 403),
    ],
)
def test_what_is_no_tunnel_gets_one_sentence(server, request_line, status):
    """And the connection ends: no byte for another host is ever taken for one of ours."""
    with connected(server) as client:
        client.sendall(request_line + b"\r\nHost: example.com\r\n\r\n")
        data = b"".join(iter(lambda: client.recv(65536), b""))

    assert (b"HTTP/1.1 %d" % status, 1) == (data[:12], data.partition(b"\r\n\r\n")[2].count(b"\n"))


def test_without_a_proxy_there_is_no_tunnel():
    """A fake that is not told to be a proxy says so."""
    with NetSuiteServer() as server:
        server.start()
        with connected(server) as client:
            client.sendall(CONNECT)
            assert client.recv(65536).startswith(b"HTTP/1.1 501 ")


@pytest.mark.parametrize("host", ["netsuite.com.example.org", "notnetsuite.com", "example.com", "localhost"])
def test_only_netsuite_is_the_fake(authority, host):
    """A look-alike is refused like any other host."""
    with pytest.raises(RefusedHostError, match=host):
        Proxy(authority).is_fake(host)


# What may be allowed -> hosts that are let through by it, and look-alikes that are not.
ALLOWED = {
    "example.com": (
        ["example.com", "EXAMPLE.com", "example.com."],
        ["evilexample.com", "api.example.com", "example.com.evil.org", "example.co", "xample.com", "example.com.x"],
    ),
    "*.example.com": (
        ["api.example.com", "a.b.example.com", "API.Example.Com."],
        ["example.com", "evilexample.com", "api.example.com.evil.org"],
    ),
    " Example.COM. ": (["example.com", "example.com."], ["evilexample.com"]),
    "api?.example.com": (["api1.example.com"], ["api.example.com", "api12.example.com"]),
}


@pytest.mark.parametrize("pattern", ALLOWED)
def test_only_what_is_allowed_is_let_through(authority, pattern):
    """The whole name has to match: neither a suffix nor a prefix of it will do; case and a dot at its end do not count."""
    proxy = Proxy(authority, [pattern])
    through, refused = ALLOWED[pattern]

    assert [False] * len(through) == [proxy.is_fake(host) for host in through]
    for host in refused:
        with pytest.raises(RefusedHostError, match=f"^{host} is not NetSuite"):
            proxy.is_fake(host)


@pytest.mark.parametrize("host", [HOST, HOST.upper(), f"{HOST}.", "system.netsuite.com."])
def test_a_netsuite_host_is_the_fake_in_every_spelling(authority, host):
    """Case does not count, nor does a dot at its end (RFC 9499); and it cannot be allowed as another's."""
    assert Proxy(authority, ["*"]).is_fake(host)
    with pytest.raises(ValueError, match="is NetSuite's: the fake answers for it"):
        Proxy(authority, [host])


@pytest.mark.parametrize(
    "host", ["", " ", ".", ".example.com", "https://example.com", "example.com:443", "a b", "a,b", "u@h"]
)
def test_what_is_no_host_cannot_be_allowed(authority, host):
    """It would match nothing, and whoever wrote it would not know."""
    with pytest.raises(ValueError, match="is no host that can be allowed; expected a name or a pattern"):
        Proxy(authority, [host])


@pytest.mark.parametrize("name", [f"{HOST}.", HOST.upper()])
def test_a_leaf_is_for_the_name_without_case_or_last_dot(authority, name):
    """One certificate serves every spelling (RFC 6066 section 3: the name in SNI has no last dot)."""
    assert authority.context(HOST) is authority.context(name)


def test_without_trust_files_nothing_leads_to_the_fake(authority, tmp_path):
    """The proxy knows the way only where a client can trust what it finds there."""
    assert Proxy(authority).hosts("http://127.0.0.1:8080") is None
    hosts = Proxy(authority, trust=TrustFiles(tmp_path, authority)).hosts("http://127.0.0.1:8080")

    assert ("http://127.0.0.1:8080", tmp_path / "ca.pem") == (hosts.proxy_url, hosts.ca_file)
    assert "http://127.0.0.1:8080" == hosts.variables["HTTPS_PROXY"]


def test_a_tunnel_to_a_look_alike_of_an_allowed_host_is_refused(authority):
    """On the wire too: only the host that was allowed is ever looked up."""
    with NetSuiteServer(proxy=Proxy(authority, ["example.com"])) as server:
        server.start()
        with connected(server) as client:
            client.sendall(b"CONNECT evilexample.com:443 HTTP/1.1\r\nHost: evilexample.com\r\n\r\n")
            data = b"".join(iter(lambda: client.recv(65536), b""))

    assert data.startswith(b"HTTP/1.1 403 ")


def test_a_certificate_dies_with_its_run(authority):
    """Another run's authority is not trusted."""
    other = ssl.create_default_context(cadata=CertificateAuthority().certificate.decode())
    with NetSuiteServer(ssl_context=authority.context()) as server:
        server.start()
        with connected(server) as client, pytest.raises(ssl.SSLCertVerificationError):
            other.wrap_socket(client, server_hostname="localhost")


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(sys.platform != "linux", reason="counts the descriptors in /proc")
def test_a_hundred_stalled_clients_keep_nobody_waiting(authority, trusting):
    """Mid-header, before TLS and inside its handshake; a hundred good ones are answered beside them."""
    hello = ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        trusting.wrap_bio(ssl.MemoryBIO(), hello, server_hostname=HOST).do_handshake()
    part_of_hello = hello.read()[:40]
    stalls = [(b"GET / HTTP/1.1\r\nHos", b""), (CONNECT, b""), (CONNECT, part_of_hello), (part_of_hello, b"")]
    before = descriptors()
    server = NetSuiteServer(
        limits=Limits(head_seconds=60, idle_seconds=60), proxy=Proxy(authority), ssl_context=authority.context()
    )
    with server, ExitStack() as stack:
        server.start()
        for number in range(100):
            client = stack.enter_context(connected(server))
            first, second = stalls[number % len(stalls)]
            client.sendall(first)
            if first is CONNECT:
                assert OPEN == client.recv(65536)
                client.sendall(second)

        def good(_):
            with tunnel(server, trusting) as client:
                return answer(client)

        with ThreadPoolExecutor(100) as pool:
            answers = list(pool.map(good, range(100)))
        assert [(401, REFUSED)] * 100 == answers
        stack.close()  # the stalled ones give up
    connections = [
        thread for thread in threading.enumerate() if thread.name.startswith("pytest_netsuite_tba.wire-connection")
    ]

    assert (before, []) == (descriptors(), connections)
