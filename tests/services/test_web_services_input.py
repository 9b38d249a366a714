"""Anything can be sent to web services: the answer is their channel's own, and no record is half-changed."""

import socket
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.passports import HOST, NOW, PATH, SOAP, envelope, fields, passport, right
from werkzeug.test import Client

from pytest_netsuite_tba import NetSuiteServer

REST = "/services/rest/record/v1/customer"
HEADERS = st.dictionaries(
    st.sampled_from(["Prefer", "Cookie", "Content-Type", "SOAPAction", "X-Other", "Accept-Language"]),
    st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=20),
    max_size=3,
)
NETSUITE = NetSuiteServer()
NETSUITE.clock.freeze(NOW)


def is_envelope(answer):
    """Whether an error is REST's own: envelope, content type, and the status in both places."""
    body = answer.json
    (details,) = body["o:errorDetails"]
    return (
        "application/vnd.oracle.resource+json; type=error; charset=UTF-8" == answer.content_type
        and body["status"] == answer.status_code
        and body["type"].startswith("https://www.rfc-editor.org/rfc/rfc")
        and {"detail", "o:errorCode"} <= set(details)
    )


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"]),
    st.sampled_from(["", "/1", "/eid:a", "/eid:", "/%2F", "/%FF", "/1%00", "/99999999999999999999"]),
    st.text(st.characters(codec="ascii", categories=["L", "N", "P"], exclude_characters="#"), max_size=20),
    st.binary(max_size=40) | st.sampled_from([b"{}", b'{"externalId": "a"}', b'{"id": 5}', b'{"a":1,"a":2}', b"[]"]),
    HEADERS,
)
def test_any_signed_call_of_a_record(method, id_, query, body, headers):
    """Whatever a signed call holds: a success of this service, or its own error envelope."""
    store = NETSUITE.records
    if not store["customer"]:
        store.add("customer", {"kept": True})
    before = {id_: dict(one) for id_, one in store["customer"].items()}
    client = NETSUITE.credentials.client()

    answer = client.open(f"https://{HOST}{REST}{id_}?{query}", method=method, data=body, headers=headers)

    NETSUITE.httpserver.clear_assertions()
    if answer.status_code >= 300:
        assert method == "HEAD" or is_envelope(answer), answer.data
        assert before == {id_: dict(one) for id_, one in store["customer"].items()}
    else:
        assert answer.status_code in {200, 204}


@settings(deadline=None, max_examples=150)
@given(
    st.text(max_size=30) | st.sampled_from(["OAuth", "OAuth realm", 'OAuth realm="1234567_SB1"', "Basic x"]), HEADERS
)
def test_any_authorization_of_a_record(header, headers):
    """Whatever the Authorization header holds, a call that is not signed gets the one 401."""
    header = header.encode("utf-8").decode("latin-1").replace("\r", "").replace("\n", "").replace("\0", "")
    client = Client(NETSUITE.wsgi_app)

    answer = client.get(REST, base_url=f"https://{HOST}", headers=headers | {"Authorization": header})

    NETSUITE.audit_trail.clear()
    assert (401, True) == (answer.status_code, is_envelope(answer))
    assert "INVALID_LOGIN" == answer.json["o:errorDetails"][0]["o:errorCode"]


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(["POST", "GET", "PUT", "BREW"]),
    st.binary(max_size=60)
    | st.text(max_size=60).map(lambda text: envelope(text).encode("utf-8", "replace"))
    | st.dictionaries(
        st.sampled_from(["account", "consumerKey", "token", "nonce", "timestamp"]),
        st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=30),
    ).map(lambda changed: envelope(passport(fields(NETSUITE.token) | changed, "c2ln")).encode()),
    HEADERS,
)
def test_any_soap_call(method, body, headers):
    """Whatever a SOAP call holds, the answer is a fault with a code and a text."""
    answer = Client(NETSUITE.wsgi_app, use_cookies=False).open(
        PATH, method=method, base_url=f"https://{HOST}", data=body, headers=headers
    )

    NETSUITE.audit_trail.clear()
    found = ET.fromstring(answer.data).find(f"{{{SOAP}}}Body/{{{SOAP}}}Fault")
    assert (500, "text/xml; charset=utf-8") == (answer.status_code, answer.content_type)
    assert found.find("faultstring").text


# -- over a socket -----------------------------------------------------------------------------------------------


def exchanged(server, message):
    """Send bytes and read until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(message)
        client.shutdown(socket.SHUT_WR)
        parts = []
        while part := client.recv(65536):
            parts.append(part)
    return b"".join(parts)


def call(server, path, *, method="POST", extra="", body=b"", content_type="application/json", twice=False):
    host = f"127.0.0.1:{server.port}"
    header = f"Authorization: {server.credentials.authorization(method, f'http://{host}{path}')}\r\n"
    length = "" if "Length" in extra or "Encoding" in extra else f"Content-Length: {len(body)}\r\n"
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{header}{header if twice else ''}Content-Type: {content_type}\r\n"
    )
    return f"{head}{length}{extra}\r\n".encode() + body


# what arrives at REST -> status, part of the answer
REST_BAD = {
    "two Authorization headers": (lambda s: call(s, REST, body=b"{}", twice=True), 401, b'"INVALID_LOGIN"'),
    "ten thousand parameters": (lambda s: call(s, f"{REST}?{'a=1&' * 10_000}", method="GET"), 401, b'"INVALID_LOGIN"'),
    "a body too long": (lambda s: call(s, REST, extra="Content-Length: 99999999\r\n", body=b"{"), 413, b""),
    "a body cut off": (lambda s: call(s, REST, extra="Content-Length: 10\r\n", body=b"{"), 400, b""),
    "a body of 20 MB": (lambda s: call(s, REST, body=b'{"a":"' + b"x" * 20_000_000), 400, b'"INVALID_CONTENT"'),
    "no body": (lambda s: call(s, REST), 400, b'"INVALID_CONTENT"'),
    "not UTF-8": (lambda s: call(s, REST, body=b'{"a": "\xff"}'), 400, b'"INVALID_CONTENT"'),
    "another type": (lambda s: call(s, REST, body=b"{}", content_type="text/csv"), 415, b'"UNSUPPORTED_MEDIA_TYPE"'),
    "another method": (lambda s: call(s, REST, method="DELETE"), 405, b'"INVALID_METHOD"'),
}


@pytest.mark.parametrize("what", REST_BAD)
def test_bad_input_at_rest(what):
    """Its status and its code, and the next call is served; nothing was created."""
    make, status, part = REST_BAD[what]
    with NetSuiteServer() as server:
        assert server.url
        answer = exchanged(server, make(server))

        assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer[:200]
        assert part in answer
        assert {} == server.records["customer"]
        assert exchanged(server, call(server, REST, body=b"{}")).startswith(b"HTTP/1.1 204 ")


SOAP_BAD = {
    "an oversized envelope": (lambda t: right(t).replace("</s:Header>", f"<x>{'y' * 20_000_000}</x></s:Header>"), 200),
    "a passport of 1 MB": (lambda t: right(t, nonce="n" * 1_000_000), 500),
    "ten thousand passports": (lambda t: envelope("<tokenPassport/>" * 10_000), 500),
    "not UTF-8": (lambda t: b"\xff\xfe" + right(t).encode(), 500),
    "empty": (lambda t: b"", 500),
}


@pytest.mark.parametrize("what", SOAP_BAD)
def test_bad_input_at_soap(what):
    """A fault, or an answer where only the size is odd; the next call is served."""
    make, status = SOAP_BAD[what]
    with NetSuiteServer() as server:
        server.clock.freeze(NOW)
        assert server.url
        body = make(server.token)
        body = body if isinstance(body, bytes) else body.encode()
        answer = exchanged(server, call(server, PATH, body=body, content_type="text/xml"))

        assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer[:200]
        assert (b"Fault>" in answer) == (status == 500)
        last = right(server.token, nonce="the next one").encode()
        assert exchanged(server, call(server, PATH, body=last)).startswith(b"HTTP/1.1 200 ")
