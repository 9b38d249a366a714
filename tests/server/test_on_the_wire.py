"""What real clients put on the wire: folded headers, packed bodies, whatever comes inside TLS."""

import gzip
import json
import socket
import ssl

import pytest

from pytest_netsuite_tba import NetSuiteServer
from pytest_netsuite_tba.wire import Limits

PATH = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"
ACCOUNT_HOST = "1234567-sb1.restlets.api.netsuite.com"


def sent(netsuite, header, *more, body=b"", method="GET"):
    netsuite.start()
    lines = [f"{method} {PATH} HTTP/1.1", f"Host: 127.0.0.1:{netsuite.port}", *header, "Content-Type: application/json"]
    lines += [f"Content-Length: {len(body)}", *more, "Connection: close", "", ""]
    with socket.create_connection(("127.0.0.1", netsuite.port), timeout=10) as connection:
        connection.sendall("\r\n".join(lines).encode() + body)
        return connection.makefile("rb").read()


def test_a_folded_authorization_header_is_let_in_and_named(netsuite):
    """Old clients write a header of many parameters over several lines (RFC 9112 section 5.2)."""
    header = netsuite.credentials.authorization("GET", f"{netsuite.url}{PATH}").replace(", ", ",\r\n ")
    assert "\r\n " in header

    answer = sent(netsuite, [f"Authorization: {header}"])

    attempt = netsuite.audit_trail[-1]
    assert (b"HTTP/1.1 200 OK", True) == (answer.partition(b"\r\n")[0], attempt.accepted)
    assert "Folded over several lines, and read as one (RFC 9112 section 5.2): Authorization." == attempt.cause


def test_a_refused_login_keeps_its_cause_before_the_fold(netsuite):
    """What was wrong comes first; that a header was folded is said besides."""
    with netsuite.expect_refusal("no-authorization", count=1) as attempts:
        sent(netsuite, ["X-A: b\r\n\tc"])

    assert attempts[0].cause.startswith("The request has no Authorization header.")
    assert attempts[0].cause.endswith("(RFC 9112 section 5.2): X-A.")


@pytest.mark.parametrize("coding", ["gzip", "x-gzip"])
def test_a_packed_body_reaches_the_script_unpacked(netsuite, coding):
    """Over a socket; a JSON body is not signed, so that its coding changes nothing."""
    header = netsuite.credentials.authorization("POST", f"{netsuite.url}{PATH}")
    packed = gzip.compress(b'{"a": "b"}')

    answer = sent(netsuite, [f"Authorization: {header}"], f"Content-Encoding: {coding}", body=packed, method="POST")

    assert {"a": "b"} == json.loads(answer.partition(b"\r\n\r\n")[2])["body"]


def test_a_packed_body_reaches_an_expectation_unpacked(netsuite, netsuite_client):
    """In-process, too: what matches by its JSON matches."""
    netsuite.expect_request("/own", method="POST", json={"a": "b"}).respond_with_data("there")

    answer = netsuite_client.post("/own", data=gzip.compress(b'{"a": "b"}'), headers={"Content-Encoding": "gzip"})

    assert "there" == answer.text


def test_the_signature_of_a_packed_form_is_over_what_was_packed(netsuite, netsuite_client):
    """A form's pairs are signed before it is packed for the way (RFC 5849 section 3.4.1.3)."""
    url = f"https://{ACCOUNT_HOST}{PATH}"
    form = "application/x-www-form-urlencoded"
    header = netsuite.credentials.authorization("POST", url, form="a=b")

    answer = netsuite_client.post(
        url, data=gzip.compress(b"a=b"),
        headers={"Authorization": header, "Content-Type": form, "Content-Encoding": "gzip"},
    )  # fmt: skip

    assert (415, True) == (answer.status_code, netsuite.audit_trail[-1].accepted)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (gzip.compress(b"a" * 5_000_000, mtime=0), 413, "The body is longer than 1000 bytes once it is unpacked."),
        (b'{"a": "b"}', 400, "The body is not the gzip that its Content-Encoding says."),
    ],
    ids=["bomb", "plain"],
)
def test_a_body_that_cannot_be_unpacked_is_in_the_trail(body, status, reason):
    """Within the limit of a body; the trail says why."""
    with NetSuiteServer(limits=Limits(body_bytes=1_000)) as netsuite:
        body = gzip.compress(b"a" * 100_000) if status == 413 else body
        answer = netsuite.credentials.client().post(PATH, data=body, headers={"Content-Encoding": "gzip"})

        assert (status, reason) == (answer.status_code, netsuite.audit_trail[-1].cause)
        assert netsuite.audit_trail[-1].url.startswith("https://")


def test_what_comes_inside_tls_is_shown_as_https(netsuite, netsuite_hosts):
    """In a tunnel, too: the listener itself is called by http."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", netsuite.port), timeout=10) as plain:
        plain.sendall(f"CONNECT {ACCOUNT_HOST}:443 HTTP/1.1\r\nHost: {ACCOUNT_HOST}:443\r\n\r\n".encode())
        assert plain.recv(4_096).startswith(b"HTTP/1.1 200")
        with context.wrap_socket(plain, server_hostname=ACCOUNT_HOST) as tls, netsuite.expect_refusal(count=1):
            tls.sendall(f"GET /a HTTP/1.1\r\nHost: {ACCOUNT_HOST}\r\nnonsense\r\n\r\n".encode())
            assert tls.recv(4_096).startswith(b"HTTP/1.1 400 Bad Request")

    assert f"https://{ACCOUNT_HOST}/a" == netsuite.audit_trail[-1].url


def test_what_comes_in_the_clear_is_shown_as_http(netsuite):
    """Malformed or not."""
    with netsuite.expect_refusal(count=1):
        sent(netsuite, ["nonsense"])

    assert netsuite.audit_trail[-1].url.startswith("http://127.0.0.1")


@pytest.mark.parametrize("expected", [{"a": "b"}, "a=b"], ids=["pairs", "text"])
def test_a_query_that_is_not_utf_8_matches_nothing(expected):
    """Bytes that are no text are the client's, and no failure of the fake; the log has them escaped."""
    with NetSuiteServer() as netsuite:
        netsuite.expect_request("/own", query_string=expected).respond_with_data("there")
        netsuite.start()
        with socket.create_connection(("127.0.0.1", netsuite.port), timeout=10) as connection:
            connection.sendall(b"GET /own?a=b&c=%25\xff HTTP/1.0\r\n\r\n")
            answer = connection.makefile("rb").read()
        request, _ = netsuite.log[-1]
        assert (b"HTTP/1.1 404 Not Found", b"a=b&c=%25%FF") == (answer.partition(b"\r\n")[0], request.query_string)
        assert {"a": "b", "c": "%%FF"} == request.args.to_dict()
        netsuite.verify(strict=False)
