"""The server that a TLS handshake names: one that is not ASCII is refused before Python's ssl prints a traceback of it."""

import random
import socket
import ssl
import struct
import time

import pytest
import trustme

from pytest_netsuite_tba.wire import Limits
from pytest_netsuite_tba.wire.hello import HelloError, check_hello, hello_in, server_name_of
from pytest_netsuite_tba.wire.listener import Listener

ALERT = b"\x15\x03\x01\x00\x02\x02\x70"  # fatal, unrecognized_name (RFC 8446 section 6.2)
REFUSED_ANYWAY = b"\x15\x03\x03\x00\x02\x02\x70"


def hello(name):
    """What a client of this Python begins a handshake with, for a server of this name; one record."""
    stand_in = "x" * len(name)
    sent = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), sent, server_hostname=stand_in)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return sent.read().replace(stand_in.encode(), name)


def in_records(record, size):
    """The same handshake in records of so many bytes (RFC 8446 section 5.1)."""
    message = record[5:]
    parts = [message[start : start + size] for start in range(0, len(message), size)]
    return b"".join(b"\x16\x03\x01" + struct.pack("!H", len(part)) + part for part in parts)


NAMES = [b"netsuite.test", "caf\N{LATIN SMALL LETTER E WITH ACUTE}.test".encode(), b"\xff"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [16_384, 100])
def test_the_name_is_found(name, size):
    """In one record or in several, and nowhere before all of it is there."""
    records = in_records(hello(name), size)
    end, message = hello_in(records + b"more")

    assert (len(records), name) == (end, server_name_of(message))
    for count in range(len(records)):
        wanted, message = hello_in(records[:count])
        assert (True, None) == (count < wanted <= len(records), message)


@pytest.mark.parametrize(
    "other", [b"\x15\x03\x01\x00\x02\x02\x70", b"\x16\x03\x01\x00\x00", b"\x16\x03\x01\x00\x01\x02"]
)
def test_what_is_no_hello_is_left_to_ssl(other):
    """An alert, nothing, or another message of the handshake."""
    assert b"" == hello_in(other)[1]
    assert b"" == server_name_of(b"")


@pytest.mark.parametrize(
    "records", [in_records(hello(b"a.test"), 1), b"\x16\x03\x01\x40\x01"], ids=["a byte a record", "by its length"]
)
def test_a_hello_longer_than_any_clients_is_refused(records):
    """And one in more records: each would be looked at anew."""
    with pytest.raises(HelloError, match="longer than 16384 bytes, or comes in more than 16 records"):
        hello_in(records)


def test_nothing_that_arrives_is_an_error():
    """Of 20,000 mutated handshakes each is some bytes, or too long."""
    chance, whole = random.Random(17), [in_records(hello(name), size) for name in NAMES for size in (16_384, 50)]
    for _ in range(20_000):
        data = bytearray(chance.choice(whole))
        for _ in range(chance.choice([1, 2, 10])):
            data[chance.randrange(min(len(data), 300))] = chance.choice([0, 1, 22, 255, chance.randrange(256)])
        try:
            _, message = hello_in(bytes(data[: chance.choice([len(data), chance.randrange(len(data))])]))
        except HelloError:
            continue
        assert isinstance(server_name_of(message or b""), bytes)


def test_it_waits_no_longer_than_it_is_let():
    """A hello that does not come is no hello."""
    client, server = socket.socketpair()
    with client, server:
        client.sendall(hello(b"a.test")[:-1])
        with pytest.raises(TimeoutError):
            check_hello(server, time.monotonic() - 1)


# -- a listener ------------------------------------------------------------------------------------------------------


def app(_environ, start_response):
    start_response("200 OK", [])
    return [b"served"]


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def listener(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("netsuite.test").configure_cert(context)
    context.sni_callback = lambda *_: None
    listener = Listener(app, "127.0.0.1", 0, ssl_context=context, limits=Limits(head_seconds=5))
    listener.start()
    yield listener
    listener.stop()


def connected(listener):
    return socket.create_connection(("127.0.0.1", listener.port), timeout=5)


@pytest.mark.parametrize("name", NAMES[1:])
@pytest.mark.parametrize("size", [16_384, 100])
def test_a_name_that_is_not_ascii_is_refused(listener, name, size, caplog):
    """By the alert, and a line in the log; an exception that ssl only prints would fail this test."""
    with connected(listener) as client:
        for part in struct.iter_unpack("c", in_records(hello(name), size)):
            client.sendall(*part)
        answer = b"".join(iter(lambda: client.recv(100), b""))

    assert (ALERT, True) == (answer, "refused a TLS handshake: the server's name is not ASCII" in caplog.text)


@pytest.mark.parametrize("size", [16_384, 100])
def test_a_hello_in_pieces_is_waited_for(listener, authority, size):
    """As that of any client which the network cuts."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    arrived, to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
    client_side = context.wrap_bio(arrived, to_send, server_hostname="netsuite.test")
    with connected(listener) as client:
        with pytest.raises(ssl.SSLWantReadError):
            client_side.do_handshake()
        for part in struct.iter_unpack("c", in_records(to_send.read(), size)):
            client.sendall(*part)
        while True:
            try:
                client_side.do_handshake()
                break
            except ssl.SSLWantReadError:
                arrived.write(client.recv(65_536))

    assert "netsuite.test" in str(client_side.getpeercert())


def test_a_client_that_goes_in_the_middle_leaves_nothing(listener):
    """Nobody waits for the rest."""
    with connected(listener) as client:
        client.sendall(hello(b"netsuite.test")[:-1])
        client.shutdown(socket.SHUT_WR)
        client.recv(100)
    listener.stop()
