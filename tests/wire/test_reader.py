"""The reader: bytes in, requests out, within limits."""

from dataclasses import replace

import pytest

from pytest_netsuite_tba.wire import Limits, message
from pytest_netsuite_tba.wire.message import BadRequestError, Head, Malformed
from pytest_netsuite_tba.wire.reader import Reader

LINE = b"POST /a?b=c HTTP/1.1\r\n"
HEAD = LINE + b"Host: h\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
LIMITS = Limits(head_bytes=100, body_bytes=10)


def read(data, *, limits=LIMITS, cure=None, closed=True):
    """All requests as pairs of head and body; then None, or the step that waits for more."""
    reader, requests = Reader(limits, cure), []
    reader.feed(data)
    if closed:
        reader.feed(b"")
    while reader.begin():
        head = reader.head()
        if head is None:
            return requests, "head"
        body = reader.body()
        if body is None:
            return requests, "body"
        requests.append((head, body))
    return requests, None


def refused(data, **options):
    with pytest.raises(BadRequestError) as caught:
        read(data, **options)
    return caught.value.malformed


def bodies(data, **options):
    requests, _ = read(data, **options)
    return [body for _, body in requests]


def test_a_request_is_head_and_body():
    """All that a head says is in its value; text is as sent."""
    requests, _ = read(HEAD + b"A:\t\xc3\xa9\xff \r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\nab")
    head = Head(
        method="POST",
        target="/a?b=c",
        minor=1,
        headers=(("Host", "h"), ("A", "é\udcff"), ("Content-Length", "2"), ("Expect", "100-Continue")),
        length=2,
        keep_alive=True,
        expects_continue=True,
    )

    assert [(head, b"ab")] == requests


def test_requests_follow_each_other():
    """Whatever is left after one is the beginning of the next; empty lines between them are skipped."""
    assert [b"ab", b"", b"c"] == bodies(
        HEAD + b"Content-Length: 2\r\n\r\nab\r\n\n" + HEAD + b"\r\n" + CHUNKED + b"1\r\nc\r\n0\r\n\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("data", "step"),
    [
        (b"", None),
        (b"\r\n\r", None),
        (b"P", "head"),
        (HEAD, "head"),
        (HEAD + b"\r", "head"),
        (HEAD + b"Content-Length: 2\r\n\r\na", "body"),
        (CHUNKED + b"1", "body"),
        (CHUNKED + b"1\r\na\r", "body"),
        (CHUNKED + b"0\r\nT: x\r\n", "body"),
    ],
)
def test_a_step_waits_for_what_is_missing(data, step):
    """It comes to its end once the rest is fed; where the client has closed instead, it is a 400."""
    assert ([], step) == read(data, closed=False)
    if step:
        assert f"the client closed in the middle of the request's {step}" == refused(data).reason


@pytest.mark.parametrize(("data", "step"), [(HEAD, "head"), (HEAD + b"Content-Length: 2\r\n\r\na", "body")])
def test_the_clock_is_the_callers(data, step):
    """Whoever has waited long enough says so; the next step is refused by 408."""
    reader = Reader(LIMITS)
    reader.feed(data)
    if step == "body":
        reader.head()
    assert getattr(reader, step)() is None
    reader.time_out()

    with pytest.raises(BadRequestError) as caught:
        getattr(reader, step)()
    malformed = caught.value.malformed
    assert (408, f"the request's {step} took too long to arrive") == (malformed.status, malformed.reason)


def test_nothing_more_comes():
    """Closed or too late between two requests is no malformed one."""
    closed, late = Reader(LIMITS), Reader(LIMITS)
    assert (None, None) == (closed.begin(), late.begin())
    closed.feed(b"")
    late.time_out()

    assert (False, False) == (closed.begin(), late.begin())


@pytest.mark.parametrize("framing", [b"Content-Length: 1\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_a_client_may_wait_for_100_continue(framing):
    """From the end of its head to the first byte of its body (RFC 9110 section 10.1.1)."""
    reader = Reader(LIMITS)
    reader.feed(HEAD + framing + b"Expect: 100-continue\r\n\r\n")
    reader.head()
    assert (False, None, True) == (reader.awaits_continue, reader.body(), reader.awaits_continue)
    reader.feed(b"1")

    assert not reader.awaits_continue


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"Content-Length: 1\r\n\r\n",
        HEAD + b"Content-Length: 0\r\nExpect: 100-continue\r\n\r\n",
        HEAD.replace(b"1.1", b"1.0") + b"Content-Length: 1\r\nExpect: 100-continue\r\n\r\n",
        HEAD + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\na",
    ],
)
def test_others_do_not_wait(data):
    """Without the header, without a body, in HTTP/1.0, or with the body on its way (RFC 9110 section 10.1.1)."""
    reader = Reader(LIMITS)
    reader.feed(data)
    reader.head()
    reader.body()

    assert not reader.awaits_continue


def test_a_body_that_is_too_long_is_not_asked_for():
    """It is refused instead of the 100 Continue."""
    data = HEAD + b"Content-Length: 11\r\nExpect: 100-continue\r\n\r\n"

    assert 413 == refused(data, closed=False).status


def test_heads_may_arrive_in_pieces():
    """What was seen of one says nothing about the next."""
    reader, taken = Reader(LIMITS), []
    for piece in (HEAD, b"A: b\r\n\r", b"\n" + HEAD.replace(b"POST", b"GET") + b"\r", b"\nG", b"ET / HTTP/1.0\r\n\r\n"):
        reader.feed(piece)
        while reader.begin() and (head := reader.head()):
            taken.append((head.method, len(head.headers), reader.body()))

    assert [("POST", 2, b""), ("GET", 1, b""), ("GET", 0, b"")] == taken


# -- limits --------------------------------------------------------------------------------------------------------


def filled(length, start=HEAD):
    """A head of so many bytes, without the empty line."""
    return start + b"X: " + b"a" * (length - len(start) - 3)


def test_the_bound_on_a_head():
    """As many bytes as the limit says, and not one more."""
    assert [b""] == bodies(filled(100) + b"\r\n\r\n")
    assert Malformed(
        status=431,
        reason="the request's head is longer than 100 bytes",
        method="POST",
        target="/a?b=c",
        headers=(("Host", "h"),),
    ) == refused(filled(101) + b"\r\n\r\n")


def test_the_bound_on_a_head_holds_while_it_arrives():
    """Nobody waits for the end of what is too long already."""
    assert ([], "head") == read(filled(100), closed=False)
    assert 431 == refused(filled(101), closed=False).status


def test_the_bound_on_a_request_line():
    """It has a status of its own (RFC 9112 section 3), as long as not even its CRLF has come in time."""
    line = b"GET /" + b"a" * 84 + b" HTTP/1.1"
    assert [414, 431] == [refused(start + b"\r\n" + b"A" * 9, closed=False).status for start in (line + b"x", line)]
    malformed = refused(b"GET /" + b"a" * 200 + b" HTTP/1.1\r\n", closed=False)

    assert (414, "the request line is longer than 100 bytes", "GET") == (
        malformed.status,
        malformed.reason,
        malformed.method,
    )


@pytest.mark.parametrize("chunks", [b"A\r\n0123456789\r\n%b0\r\n\r\n", b"4\r\n0123\r\n6\r\n456789\r\n%b0\r\n\r\n"])
def test_the_bound_on_a_body(chunks):
    """However it is framed: as many bytes as the limit says, and not one more."""
    assert [b"0123456789"] == bodies(HEAD + b"Content-Length: 10\r\n\r\n0123456789")
    assert [b"0123456789"] == bodies(CHUNKED + chunks % b"")
    too_long = 413, "the body is longer than 10 bytes"
    for data in (HEAD + b"Content-Length: 11\r\n\r\n", CHUNKED + chunks % b"1\r\n", CHUNKED + b"B\r\n"):
        malformed = refused(data, closed=False)
        assert too_long == (malformed.status, malformed.reason)


def test_a_chunk_size_is_hexadecimal():
    """Of either case, with leading zeros."""
    for size in (b"1a", b"001A", b"1A;a=b"):
        assert [b"x" * 26] == bodies(CHUNKED + size + b"\r\n" + b"x" * 26 + b"\r\n0\r\n\r\n", limits=Limits())


def test_the_bound_on_a_line_of_a_chunked_body():
    """A chunk's extension or a trailer has 4,096 bytes, its CRLF included."""
    for start in (CHUNKED + b"0;", CHUNKED + b"0\r\nT:"):
        assert [b""] == bodies(start + b"x" * (4_096 - 4) + b"\r\n\r\n")
        malformed = refused(start + b"x" * (4_096 - 3) + b"\r\n\r\n", closed=False)
        assert (400, "a line of the chunked body is longer than 4096 bytes") == (malformed.status, malformed.reason)


def test_the_bound_on_trailers():
    """All of them together have 16,384 bytes, their CRLFs not counted; then 431."""
    trailer = b"T:" + b"x" * 2_046 + b"\r\n"
    assert [b""] == bodies(CHUNKED + b"0\r\n" + trailer * 8 + b"\r\n")
    malformed = refused(CHUNKED + b"0\r\n" + trailer * 8 + b"T:\r\n", closed=False)

    assert (431, "the trailers are longer than 16384 bytes") == (malformed.status, malformed.reason)


# -- headers over several lines ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "headers", "folded"),
    [
        ("A: b\r\n c\r\n\t \td", (("A", "b c d"),), ("A",)),
        ("A:\r\n b", (("A", "b"),), ("A",)),
        ("A: b\r\n ", (("A", "b"),), ("A",)),
        ("A: b\r\n\tc", (("A", "b c"),), ("A",)),
        ("A: b\r\n c\r\nB: d\r\nA: e\r\n f", (("A", "b c"), ("B", "d"), ("A", "e f")), ("A",)),
        ("A: b\r\n c: d", (("A", "b c: d"),), ("A",)),
        ("A: b", (("A", "b"),), ()),
    ],
)
def test_a_folded_header_is_read_as_one(lines, headers, folded):
    """Each fold is a blank (RFC 9112 section 5.2); which headers were folded is kept."""
    ((head, _),), _ = read(f"GET / HTTP/1.1\r\nHost: h\r\n{lines}\r\n\r\n".encode())

    assert ((("Host", "h"), *headers), folded) == (head.headers, head.folded)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("Content-Length: 1\r\n 1", "Content-Length is not one whole number: '1 1'"),
        (
            "Content-Length: 1\r\nTransfer-Encoding:\r\n chunked",
            "Content-Length and Transfer-Encoding contradict each other",
        ),
    ],
)
def test_a_fold_hides_no_framing(lines, reason):
    """How long a body is, is settled by what the headers say once they are read as one."""
    assert reason == refused(f"GET / HTTP/1.1\r\nHost: h\r\n{lines}\r\n\r\n".encode()).reason


# -- what is no HTTP -----------------------------------------------------------------------------------------------

KNOWN = Malformed(status=400, reason="", method="POST", target="/a?b=c")
ONE_HOST = "an HTTP/1.1 request has one Host header, this one has {}"
LONG = "a" * 100
MALFORMED = [  # the lines after the first; status and reason; how many headers were read
    (" folded\nHost: h", 400, "a blank stands before the first header: ' folded'", 0),
    ("\tfolded\nHost: h", 400, "a blank stands before the first header: '\\tfolded'", 0),
    ("Host: h\nA\n : b", 400, "a header has whitespace before its colon: 'A : b'", 1),
    ("Host: h\nA : b", 400, "a header has whitespace before its colon: 'A : b'", 1),
    ("Host: h\nA\t: b", 400, "a header has whitespace before its colon: 'A\\t: b'", 1),
    (f"Host: h\n{LONG}", 400, f"a header line has no colon: {LONG[:60]!r}", 1),
    ("Host: h\n(: b", 400, "this is no header name: '(: b'", 1),
    ("Host: h\n: b", 400, "this is no header name: ': b'", 1),
    ("Host: h\nA: \x7f", 400, "a header has the control character '\\x7f': 'A: \\x7f'", 1),
    ("Host: h\nA\x00B: c", 400, "a header has the control character '\\x00': 'A\\x00B: c'", 1),
    ("A: b", 400, ONE_HOST.format(0), 1),
    ("Host: h\nHost: h", 400, ONE_HOST.format(2), 2),
    (f"Host: /{LONG}", 400, f"the Host header is no host: '/{LONG[:59]}'", 1),
    (
        f"Host: h\nExpect: 100-continue\nExpect: {LONG}",
        417,
        f"the only expectation is 100-continue, not '100-continue, {LONG[:46]}'",
        3,
    ),
    (
        "Host: h\nContent-Length: 1\nTransfer-Encoding: chunked",
        400,
        "Content-Length and Transfer-Encoding contradict each other",
        3,
    ),
    (f"Host: h\nTransfer-Encoding: {LONG}", 501, f"the only Transfer-Encoding is chunked, not {LONG[:60]!r}", 2),
    (
        "Host: h\nTransfer-Encoding: a\nTransfer-Encoding: b",
        501,
        "the only Transfer-Encoding is chunked, not 'a, b'",
        3,
    ),
    (f"Host: h\nContent-Length: {LONG}", 400, f"Content-Length is not one whole number: {LONG[:60]!r}", 2),
    ("Host: h\nContent-Length: 1\nContent-Length: 2", 400, "Content-Length is not one whole number: '1, 2'", 3),
    ("Host: h\nContent-Length: \xb2", 400, "Content-Length is not one whole number: '\xb2'", 2),
    ("Host: h\nContent-Length:", 400, "Content-Length is not one whole number: ''", 2),
]


@pytest.mark.parametrize(("lines", "status", "reason", "count"), MALFORMED)
def test_a_malformed_head_says_what_and_how_far_it_was_read(lines, status, reason, count):
    """One sentence names the offending part; method, target and the headers before it are there."""
    headers = tuple(tuple(line.split(": ") if ": " in line else (line[:-1], "")) for line in lines.split("\n")[:count])
    malformed = replace(KNOWN, status=status, reason=reason, headers=headers)

    assert malformed == refused(LINE + lines.replace("\n", "\r\n").encode() + b"\r\n\r\n", limits=Limits())


@pytest.mark.parametrize(
    ("version", "status", "reason"),
    [
        (b"2.0", 505, "HTTP/2.0 is not spoken here, HTTP/1.1 is"),
        (b"1.2", 505, "HTTP/1.2 is not spoken here, HTTP/1.1 is"),
        (b"1.0", 400, "HTTP/1.0 has no Transfer-Encoding"),
    ],
)
def test_other_versions(version, status, reason):
    """HTTP/1.0 knows no chunks (RFC 9112 section 6.1); others are not spoken (RFC 9110 section 15.6.6)."""
    malformed = refused(CHUNKED.replace(b"1.1", version))

    assert (status, reason, "POST") == (malformed.status, malformed.reason, malformed.method)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"GET / HTTP/1.1 \r\n", "the request line is not 'METHOD target HTTP/1.1': 'GET / HTTP/1.1 '"),
        (b"G" * 65 + b"\r\n", f"the request line is not 'METHOD target HTTP/1.1': {'G' * 60!r}"),
        (b" GET / HTTP/1.1\r\n", "this is not HTTP: ' GET / HTTP/1.1\\r\\n'"),
        (b"\x80", "this is not HTTP: '\\x80'"),
        (b"GET /\x00", "this is not HTTP: 'GET /\\x00'"),
        (b"GET / HTTP/1.1\r\nA: b\x0b", "this is not HTTP: 'GET / HTTP/1.1\\r\\nA: b'"),
        (b"GET / HTTP/1.1\rA: b\r\n\r\n", "the request line has the control character '\\r'"),
    ],
)
def test_what_becomes_no_head_is_refused_at_once(data, reason):
    """Nobody waits for the end of it; nothing of it is taken for a request."""
    assert Malformed(status=400, reason=reason) == refused(data, closed=False)


def test_lf_alone_ends_no_line():
    """It is refused as it comes, with what could be read of the request (RFC 9112 section 2.2)."""
    reason = "a line ends with LF alone, not with CRLF"

    assert replace(KNOWN, reason=reason) == refused(LINE[:-2] + b"\n", closed=False)
    assert replace(KNOWN, reason=reason, headers=(("Host", "h"),)) == refused(HEAD + b"A: b\n", closed=False)


def test_a_tls_handshake_has_a_cure():
    """What helps is handed in: it depends on how the listener was started."""
    reason = "this is a TLS handshake, and this port speaks plain HTTP"

    for cure in (None, "Call it by http."):
        assert Malformed(status=400, reason=reason, cure=cure) == refused(b"\x16\x03\x01", cure=cure, closed=False)
    assert "this is not HTTP: '\\x16\\x04'" == refused(b"\x16\x04", closed=False).reason


@pytest.mark.parametrize(
    ("chunks", "reason"),
    [
        (b"g" * 30 + b"\r\n", f"this is no chunk size: {'g' * 20!r}"),
        (b"\r\n", "this is no chunk size: ''"),
        (b"1;\x00\r\n", "this is no chunk size: '1;\\x00'"),
        (b"1X\r\n", "this is no chunk size: '1X'"),
        (b"1\r\nab\r\n", "a chunk does not end where its size says"),
        (b"0\r\nT\r\n", "a header line has no colon: 'T'"),
    ],
)
def test_a_malformed_chunk(chunks, reason):
    """Sizes are hexadecimal, chunks end where they say, trailers are headers (RFC 9112 section 7.1)."""
    assert Malformed(status=400, reason=reason) == refused(CHUNKED + chunks, closed=False)


LENGTHS = {
    b"0": 0,
    b"007": 7,
    b"0" * 30 + b"7": 7,
    b"1\r\nContent-Length: 1": 1,
    b"9" * 30: None,
}


@pytest.mark.parametrize("value", LENGTHS)
def test_a_length_is_one_whole_number(value):
    """It may be repeated where it is the same (RFC 9112 section 6.3); a huge one is too long, and no more than that."""
    data = HEAD + b"Content-Length: " + value + b"\r\n\r\n" + b"x" * (LENGTHS[value] or 0)
    if LENGTHS[value] is None:
        assert 413 == refused(data, limits=Limits()).status
    else:
        assert [b"x" * LENGTHS[value]] == bodies(data, limits=Limits())


@pytest.mark.parametrize(
    ("line", "headers", "keeps"),
    [
        (b"1.1", b"", True),
        (b"1.1", b"Connection: x, Close\r\n", False),
        (b"1.1", b"Connection: x\r\nConnection: close\r\n", False),
        (b"1.0", b"", False),
        (b"1.0", b"Connection: Keep-Alive\r\n", True),
        (b"1.0", b"Connection: keep-alive, close\r\n", False),
    ],
)
def test_who_wants_the_connection_kept(line, headers, keeps):
    """RFC 9112 section 9.3."""
    ((head, _),), _ = read(HEAD.replace(b"1.1", line) + headers + b"\r\n")

    assert keeps == head.keep_alive


TARGETS = {
    "CONNECT": (["h:443", "[::1]:80"], ["h", "h:", "/", "h:x", "h:1/"]),
    "OPTIONS": (["*", "/"], ["**"]),
    "GET": (["/", "//", "/%zz?", "http://h", "HTTPS://h:1/p?q", "http://h?q"], ["*", "a", "ftp://h", "http:///", "/#"]),
}


@pytest.mark.parametrize(
    ("method", "target", "taken"),
    [(method, target, taken) for method, rows in TARGETS.items() for taken in (0, 1) for target in rows[1 - taken]],
)
def test_the_four_forms_of_a_target(method, target, taken):
    """Each where it belongs (RFC 9112 section 3.2)."""
    data = f"{method} {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode()
    if taken:
        ((head, _),), _ = read(data)
        assert target == head.target
    else:
        malformed = refused(data)
        assert (400, method, target) == (malformed.status, malformed.method, malformed.target)


@pytest.mark.parametrize(
    ("connection", "keep_alive"),
    [(b"close, TE", False), (b"TE ,close", False), (b"keep-alive, TE", True), (b"closed, TE", True)],
)
def test_connection_is_a_list_of_options(connection, keep_alive):
    """One of several may close (RFC 9110 section 7.6.1)."""
    ((head, _),), _ = read(HEAD + b"Connection: " + connection + b"\r\n\r\n")

    assert keep_alive is head.keep_alive


def test_a_length_of_more_digits_than_a_number_may_have_is_too_long():
    """int() refuses to read thousands of them."""
    endless = HEAD + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n"

    assert 413 == refused(endless, limits=Limits(head_bytes=10_000, body_bytes=10)).status


def test_what_was_folded_is_named_by_what_stands_before_the_first_colon():
    ((head, _),), _ = read(HEAD + b"A: b:c\r\n d\r\n\r\n")

    assert ("A",) == head.folded


def test_a_line_of_a_chunked_body_is_not_waited_for_once_it_is_too_long():
    """No CRLF that comes after 4,096 bytes can end it in time."""
    assert ([], "body") == read(CHUNKED + b"0;" + b"x" * (4_095 - 2), closed=False)
    assert 400 == refused(CHUNKED + b"0;" + b"x" * (4_096 - 2), closed=False).status


@pytest.mark.parametrize("blank", [" ", "\t"])
def test_a_trailer_may_be_folded(blank):
    """A line that begins with a blank goes on with the trailer before (RFC 9112 section 5.2)."""
    assert [b"a"] == bodies(CHUNKED + b"1\r\na\r\n0\r\nT: x\r\n" + blank.encode() + b"y\r\n\r\n")


def test_a_request_line_is_judged_when_its_end_comes():
    """Though nothing but its CRLF is new, and no header ever follows."""
    reader = Reader(LIMITS)
    reader.feed(b"GET / HTTP/1.1 too")
    assert (True, None) == (reader.begin(), reader.head())
    reader.feed(b"\r\n")
    with pytest.raises(BadRequestError, match=r"the request line is not 'METHOD target HTTP/1\.1'"):
        reader.head()


def test_letters_are_no_blanks():
    """What is taken off before a request and round a value is CR, LF, blank and tab, and no more."""
    ((head, _),), _ = read(b"\r\n\nX" + HEAD + b"A: \tX X\t \r\n\r\n")

    assert ("XPOST", ("A", "X X")) == (head.method, head.headers[-1])


def test_a_long_header_is_not_kept_after_its_request():
    """Short lines are remembered; 1,024 long ones would be megabytes, and hold signatures."""
    remembered = message._parse_short_header
    remembered.cache_clear()
    for length in (256, 257, 4_000):
        line = b"Authorization: OAuth " + b"a" * (length - 21)
        assert length == len(line)
        read(b"GET / HTTP/1.0\r\n" + line + b"\r\n\r\n", limits=Limits())

    assert 1 == remembered.cache_info().currsize


def test_all_whole_headers_of_an_unfinished_head_are_told():
    """They say whose request it was; the last line may go on."""
    malformed = refused(HEAD + b"A: b\r\nC: d\r\nE: f", limits=Limits())

    assert (("Host", "h"), ("A", "b"), ("C", "d")) == malformed.headers
