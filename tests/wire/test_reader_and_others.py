"""Our reader beside h11 and httptools (llhttp), which nobody here wrote, on well-formed and broken requests."""

import random
import re
from contextlib import suppress

import h11
import httptools
import pytest
from support.http_messages import Maker, by_ours, cut, request

# -- the three readers -----------------------------------------------------------------------------------------------


def by_h11(data):
    """The requests that h11 takes."""
    connection, taken = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20), []
    connection.receive_data(data)
    connection.receive_data(b"")
    with suppress(h11.RemoteProtocolError):
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Request):
                head, body = event, b""
                if event.method == b"CONNECT":
                    return [request(head.method, head.target, head.headers, b"")]
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                taken.append(request(head.method, head.target, head.headers, body))
                connection.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
                connection.send(h11.EndOfMessage())
                if connection.states != {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}:
                    break
                connection.start_next_cycle()
            else:
                break
    return taken


class Collector:
    """httptools' callbacks."""

    def __init__(self):
        self.taken = []

    def on_message_begin(self):
        self.target, self.headers, self.body, self.is_head = b"", [], b"", True

    def on_url(self, part):
        self.target += part

    def on_header(self, name, value):
        if self.is_head:
            self.headers.append((name, value))

    def on_headers_complete(self):
        self.method, self.is_head = self.parser.get_method(), False

    def on_body(self, part):
        self.body += part

    def on_message_complete(self):
        self.taken.append(request(self.method, self.target, self.headers, self.body))


def by_httptools(data):
    """The requests that llhttp takes."""
    collector = Collector()
    collector.parser = httptools.HttpRequestParser(collector)
    try:
        collector.parser.feed_data(data)
    except httptools.HttpParserUpgrade:
        return []  # it left the body unread
    except httptools.HttpParserError:
        pass
    return collector.taken


def messages(seed, count=2_000):
    maker = Maker(seed)
    return (maker.message() for _ in range(count))


# -- what is compared ------------------------------------------------------------------------------------------------

# the reason for which ours refuses what another takes -> an example, and who may say so
REFUSED = {
    "HTTP/1.0 has no Transfer-Encoding": (
        b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "RFC 9112 section 6.1: its framing is faulty",
    ),
    r"HTTP/\d\.\d is not spoken here": (b"GET / HTTP/2.0\r\nHost: h\r\n\r\n", "RFC 9110 section 15.6.6"),
    "Content-Length is not one whole number": (
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\na",
        "RFC 9110 section 8.6: a list of equal lengths may be refused",
    ),
    "the only Transfer-Encoding is chunked": (
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "RFC 9112 section 6.1: 501 for a coding that is not understood",
    ),
    "the only expectation is 100-continue": (
        b"GET / HTTP/1.1\r\nHost: h\r\nExpect: x\r\n\r\n",
        "RFC 9110 section 10.1.1: 417 for an expectation that is not understood",
    ),
    "an HTTP/1.1 request has one Host header": (b"GET / HTTP/1.1\r\n\r\n", "RFC 9112 section 3.2"),
    "the Host header is no host": (b"GET / HTTP/1.1\r\nHost: h/p\r\n\r\n", "RFC 9112 section 3.2"),
    "the request line is not": (b"GET /\r\nHost: h\r\n\r\n", "HTTP/0.9, gone since RFC 7230"),
    "the request target has a fragment": (b"GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", "RFC 9112 section 3.2.1"),
    "the request target is neither a path": (b"GET * HTTP/1.1\r\nHost: h\r\n\r\n", "RFC 9112 section 3.2.4"),
    "the target of CONNECT is not": (b"CONNECT / HTTP/1.1\r\nHost: h\r\n\r\n", "RFC 9112 section 3.2.3"),
    "a header has the control character": (b"GET / HTTP/1.1\r\nA: b\nHost: h\r\n\r\n", "RFC 9112 section 2.2: CRLF"),
    "the request line has the control character": (b"GET / HTTP/1.1\nHost: h\r\n\r\n", "RFC 9112 section 2.2: CRLF"),
    "a line ends with LF alone": (b"GET / HTTP/1.1\nHost: h\n\n", "RFC 9112 section 2.2: CRLF"),
    "this is not HTTP": (b"GET / HTTP/1.1\r\nHost: h\r\nExpect: \x7f\n\n", "RFC 9110 section 5.5: no DEL"),
    "this is no chunk size": (
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0;\x00\r\n\r\n",
        "RFC 9112 section 7.1.1: no NUL in an extension",
    ),
    "the client closed in the middle of the request's body": (
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\n",
        "RFC 9112 section 7.1: the end is CRLF",
    ),
}
# What ours alone takes: space after a chunk's size, which RFC 9112 section 7.1.1 has all recipients read; and a trailer
# that would frame a body, which frames none (RFC 9110 section 6.5.1), whatever its value.
OURS_ALONE = re.compile(
    rb"\r\n[0-9a-f]+[ \t]+(;|\r\n)|\r\n0+(;[^\r\n]*)?\r\n(content-length|transfer-encoding):", re.IGNORECASE
)


def others(data):
    return by_h11(data), by_httptools(data)


@pytest.mark.parametrize("seed", range(4))
def test_what_ours_takes_another_takes_too(seed):
    """And reads the same in the same bytes; what is not ASCII in a head, they do not agree on themselves."""
    alone = []
    for data in messages(seed):
        for taken, own in by_ours(data)[0]:
            head = own.removesuffix(taken[-1])
            if [taken] not in others(own) and head.isascii() and not OURS_ALONE.search(own):
                alone.append(own)

    assert [] == alone


@pytest.mark.parametrize("seed", range(4))
def test_what_ours_refuses_and_another_takes_is_listed(seed):
    """Ours is stricter where the RFCs let it be, and nowhere else."""
    unlisted = []
    for data in messages(seed):
        _, left, refused = by_ours(data)
        if refused and any(others(left)) and not any(re.match(reason, refused.reason) for reason in REFUSED):
            unlisted.append((refused.reason, left))

    assert [] == unlisted


@pytest.mark.parametrize("reason", REFUSED)
def test_each_listed_refusal_is_one(reason):
    """Ours refuses it for that reason, another takes it."""
    data, _ = REFUSED[reason]
    _, left, refused = by_ours(data)

    assert (data, True, True) == (left, bool(re.match(reason, refused.reason)), any(others(data)))


@pytest.mark.parametrize("seed", range(2))
def test_it_does_not_matter_how_the_bytes_arrive(seed):
    """Cut into pieces anywhere, the same requests are taken, and the same one is refused."""
    chance = random.Random(seed)
    for data in messages(seed):
        pieces = cut(data, chance)
        whole, _, refused = by_ours(data)
        taken, _, refused_in_pieces = by_ours(data, pieces)
        assert (whole, refused is None) == (taken, refused_in_pieces is None), pieces


@pytest.mark.parametrize("size", [b"5 \t;a=b", b"5\t"])
def test_space_after_a_chunk_size_is_skipped(size):
    """ "Bad whitespace" that every recipient must read (RFC 9112 section 7.1.1), though others do not."""
    data = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n%b\r\nabcde\r\n0\r\n\r\n" % size
    ((taken, _),), _, refused = by_ours(data)

    assert (b"abcde", None) == (taken[-1], refused)
