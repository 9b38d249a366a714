"""An application's side: the environ that it gets, and its response as bytes (PEP 3333, RFC 9112)."""

import re

import pytest

from pytest_netsuite_tba.wire.message import parse_head
from pytest_netsuite_tba.wire.response import error_response, response_bytes
from pytest_netsuite_tba.wire.wsgi import call, make_environ


def head_of(line="GET / HTTP/1.1", *headers):
    return parse_head("\r\n".join([line, "Host: h:1", *headers]).encode("utf-8", "surrogateescape"))


def environ_of(*lines, body=b"", scheme="http"):
    return make_environ(head_of(*lines), body, scheme=scheme, server=("127.0.0.1", 8080), client=("127.0.0.2", 99))


def test_all_that_an_application_gets():
    """Text is bytes as latin-1 (PEP 3333), the raw target is there too."""
    environ = environ_of(
        "POST /a%20b\xe9?c=%20\xe9 HTTP/1.0", "Content-Type: x", "Content-Length: 04", "X-Y: \xe9", body=b"body"
    )
    body = environ.pop("wsgi.input").read()
    errors = environ.pop("wsgi.errors")

    assert (b"body", True) == (body, hasattr(errors, "write"))
    assert {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/a b\xc3\xa9",
        "QUERY_STRING": "c=%20\xc3\xa9",
        "REQUEST_URI": "/a%20b\xc3\xa9?c=%20\xc3\xa9",
        "RAW_URI": "/a%20b\xc3\xa9?c=%20\xc3\xa9",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8080",
        "SERVER_PROTOCOL": "HTTP/1.0",
        "REMOTE_ADDR": "127.0.0.2",
        "REMOTE_PORT": "99",
        "HTTP_HOST": "h:1",
        "CONTENT_TYPE": "x",
        "CONTENT_LENGTH": "4",
        "HTTP_X_Y": "\xc3\xa9",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    } == environ


def test_an_absolute_target_wins_over_host_and_connection():
    """RFC 9112 section 3.2.2; the target is still there as it was sent."""
    environ = environ_of("GET HTTPS://other:2?a=b HTTP/1.1")
    keys = ("wsgi.url_scheme", "HTTP_HOST", "PATH_INFO", "QUERY_STRING", "REQUEST_URI")

    assert ["https", "other:2", "/", "a=b", "HTTPS://other:2?a=b"] == [environ[key] for key in keys]
    assert "https" == environ_of("GET / HTTP/1.1", scheme="https")["wsgi.url_scheme"]


@pytest.mark.parametrize("rest", ["/p?q=http://evil.example/", "?q=http://evil.example/", "/http://evil.example/"])
def test_a_url_in_a_query_or_path_is_not_the_host(rest):
    """The authority ends at the first slash or question mark (RFC 3986 section 3.2)."""
    environ = environ_of(f"GET http://other:2{rest} HTTP/1.1")

    assert ("http", "other:2") == (environ["wsgi.url_scheme"], environ["HTTP_HOST"])


def test_headers_that_an_application_gets():
    """Repeated ones in one, none whose name could pass for another's, and a length wherever there is a body."""
    environ = environ_of("POST / HTTP/1.1", "a-b: 1", "A-B: 2", "A_B: 3", "Transfer-Encoding: chunked", body=b"abc")

    assert ("1,2", "3", False) == (environ["HTTP_A_B"], environ["CONTENT_LENGTH"], "HTTP_TRANSFER_ENCODING" in environ)
    assert "CONTENT_LENGTH" not in environ_of("GET / HTTP/1.1")


# -- what it answers -------------------------------------------------------------------------------------------------

DATE = re.compile(r"Date: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
OLD = head_of("GET / HTTP/1.0")
OLD_KEPT = head_of("GET / HTTP/1.0", "Connection: keep-alive")
NEW = head_of()
CLOSING = head_of("GET / HTTP/1.1", "Connection: close")
HEAD = head_of("HEAD / HTTP/1.1")


@pytest.mark.parametrize(
    ("head", "status", "headers", "content", "lines", "sent", "kept"),
    [
        (NEW, "200 OK", {"X": "y"}, b"ab", ["X: y", "Date", "Content-Length: 2"], b"ab", True),
        (NEW, "299", {"transfer-encoding": "x"}, b"", ["Date", "Content-Length: 0"], b"", True),
        (NEW, "200 OK", {"date": "x"}, b"", ["date: x", "Content-Length: 0"], b"", True),
        (NEW, "200 OK", {"Connection": "CLOSE"}, b"", ["Date", "Content-Length: 0", "Connection: close"], b"", False),
        (CLOSING, "200 OK", {}, b"", ["Date", "Content-Length: 0", "Connection: close"], b"", False),
        (OLD, "200 OK", {}, b"", ["Date", "Content-Length: 0", "Connection: close"], b"", False),
        (OLD_KEPT, "200 OK", {}, b"", ["Date", "Content-Length: 0", "Connection: keep-alive"], b"", True),
        (NEW, "200 OK", {"content-length": "2"}, b"ab", ["Date", "Content-Length: 2"], b"ab", True),
        (
            NEW,
            "200 OK",
            {"Content-Length": "3"},
            b"ab",
            ["Date", "Content-Length: 3", "Connection: close"],
            b"ab",
            False,
        ),
        (
            NEW,
            "200 OK",
            {"Content-Length": "1"},
            b"ab",
            ["Date", "Content-Length: 1", "Connection: close"],
            b"a",
            False,
        ),
        (HEAD, "200 OK", {}, b"ab", ["Date", "Content-Length: 2"], b"", True),
        (HEAD, "200 OK", {"Content-Length": "9"}, b"", ["Date", "Content-Length: 9"], b"", True),
        (HEAD, "200 OK", {}, b"", ["Date"], b"", True),
        (NEW, "204 No Content", {"Content-Length": "2"}, b"ab", ["Date"], b"", True),
        (NEW, "304 Not Modified", {"Content-Length": "2"}, b"ab", ["Date", "Content-Length: 2"], b"", True),
        (NEW, "200 OK", {}, None, ["Date", "Transfer-Encoding: chunked"], b"", True),
        (OLD_KEPT, "200 OK", {}, None, ["Date", "Connection: close"], b"", False),
    ],
)
def test_a_response_is_framed(head, status, headers, content, lines, sent, kept):
    """Its length and whether the connection is kept are settled here (RFC 9112 sections 6 and 9)."""
    message, keep = response_bytes(head, status, list(headers.items()), content)
    start, _, body = message.partition(b"\r\n\r\n")
    line, *fields = start.decode().split("\r\n")

    assert (f"HTTP/1.1 {status}", sent, kept) == (line, body, keep)
    assert lines == ["Date" if DATE.fullmatch(field) else field for field in fields]


@pytest.mark.parametrize(
    ("status", "headers", "complaint"),
    [
        ("100 Continue", [], "'100 Continue' is no final HTTP status"),
        ("20", [], "'20' is no final HTTP status"),
        ("200 OK\r\n", [], "is no final HTTP status"),
        ("200 OK", [("Content-Length", "-1")], "Content-Length is '-1'"),
        ("200 OK", [("A", "b\r\nC: d")], "line break"),
        ("200 OK", [("A", "b\n")], "line break"),
        ("200 OK", [("A", "b\0")], "NUL"),
        ("200 OK", [("A\r", "b")], "line break"),
    ],
)
def test_what_cannot_be_sent_is_an_error(status, headers, complaint):
    """Nothing that the application says ends its header before its end."""
    with pytest.raises(ValueError, match=re.escape(complaint)):
        response_bytes(NEW, status, headers, b"")


def test_an_error_response():
    """Its reason is text; a phrase of its own stands in the status line, in ASCII."""
    start, _, body = error_response(400, "caf\xe9", method="GET").partition(b"\r\n\r\n")
    line, kind, length, _, connection = start.split(b"\r\n")

    assert (b"HTTP/1.1 400 Bad Request", b"Content-Type: text/plain; charset=utf-8") == (line, kind)
    assert (b"Content-Length: 6", b"Connection: close", "caf\xe9\n") == (length, connection, body.decode())
    assert error_response(403, "caf\xe9", method=None, phrase="caf\xe9").startswith(b"HTTP/1.1 403 caf?\r\n")
    assert error_response(400, "\ud800", method="GET").endswith(b"\r\n\r\n?\n")
    assert error_response(400, "a", method="HEAD").endswith(b"\r\n\r\n")


# -- how it is called ------------------------------------------------------------------------------------------------


class Parts:
    """A body of no known length; it says whether it was closed."""

    def __init__(self, *parts):
        self.parts, self.closed = iter(parts), False

    def __iter__(self):
        return self.parts

    def close(self):
        self.closed = True


def called(parts, headers=(), *, method="GET", status="200 OK", written=b""):
    def app(_environ, start_response):
        start_response(status, list(headers))(written)
        return parts

    return call(app, {"REQUEST_METHOD": method})


@pytest.mark.parametrize(
    "options",
    [{"headers": [("content-Length", "2")]}, {"method": "HEAD"}, {"status": "204 No Content"}, {"status": "304"}],
)
def test_a_body_of_known_length_is_read_whole(options):
    """And closed after that; so is one that is not sent."""
    parts = Parts(b"a", b"b")

    assert (b"ab", (), True) == (*called(parts, **options)[2:], parts.closed)


def test_a_sequence_has_a_length():
    """What was written comes before it."""
    assert ("200 OK", [("X", "y")], b"wab", ()) == called([b"a", b"b"], [("X", "y")], written=b"w")


def test_a_body_of_no_known_length_is_still_to_come():
    """It is neither read nor closed."""
    parts = Parts(b"a")

    assert (None, parts, False) == (*called(parts)[2:], parts.closed)


def test_a_body_that_fails_is_closed():
    """As PEP 3333 has it."""
    parts = Parts()
    parts.parts = (1 // 0 for _ in "a")
    with pytest.raises(ZeroDivisionError):
        called(parts, method="HEAD")

    assert parts.closed


def test_start_response_is_called_once():
    """Again only with an exception, before anything was sent (PEP 3333)."""

    def app_of(*calls):
        def app(_environ, start_response):
            for arguments in calls:
                start_response(*arguments)
            return [b""]

        return app

    environ = {"REQUEST_METHOD": "GET"}
    assert "500 Oh" == call(app_of(("200 OK", []), ("500 Oh", [], (None, None, None))), environ)[0]
    with pytest.raises(AssertionError, match="called twice"):
        call(app_of(("200 OK", []), ("200 OK", [])), environ)
    with pytest.raises(AssertionError, match="not called"):
        call(app_of(), environ)
