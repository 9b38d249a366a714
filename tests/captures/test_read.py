"""Captured requests are read as they were sent: curl for three shells, raw HTTP, HAR."""

import contextlib
import json
import socket
import subprocess
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_netsuite_tba.captures import CaptureError, read

HOST = "1234567-sb1.restlets.api.netsuite.com"
URL = f"https://{HOST}/app/site/hosting/restlet.nl?script=1&deploy=2&q=a%20b"
AUTHORIZATION = 'OAuth realm="1234567_SB1",oauth_nonce="a%2Bb"'


def only(text, **options):
    """Read the one request of a text."""
    [capture] = read(text, **options)
    return capture


def seen(capture):
    """Give what is signed of it, and the body."""
    request = capture.request
    return request.method, request.url, request.header("authorization"), request.header("content-type"), request.body


BASH = rf"""curl --location '{URL}' \
--header 'Authorization: {AUTHORIZATION}' \
--header 'Content-Type: application/json' \
--data-raw $'{{"name":"it\'s \u00e9"}}' --compressed"""
CMD = (
    f'curl ^"{URL.replace("&", "^&").replace("%", "^%^")}^" ^\r\n'
    rf'  -H ^"Authorization: OAuth realm=\^"1234567_SB1\^",oauth_nonce=\^"a^%^2Bb\^"^" ^'
    "\r\n"
    '  -H ^"Content-Type: application/json^" ^\r\n'
    r'  --data-raw ^"^{\^"name\^":\^"it'
    "'"
    r's é\^"^}^"'
)
POWERSHELL = (
    f'curl.exe "{URL}" `\n'
    "  -H 'Authorization: " + AUTHORIZATION + "' `\n"
    '  -H "Content-Type: application/json" `\n'
    "  --data-raw '{\"name\":\"it''s é\"}'"
)


@pytest.mark.parametrize("text", [BASH, CMD, POWERSHELL], ids=["bash", "cmd", "powershell"])
def test_a_command_of_each_shell(text):
    wanted = ("POST", URL, AUTHORIZATION, "application/json", '{"name":"it\'s é"}'.encode())

    assert wanted == seen(only(text))


def serve_one(listener, received):
    """Answer one request on a plain socket, and keep its bytes."""
    client, _ = listener.accept()
    with client:
        data = b""
        while b"\r\n\r\n" not in data:
            data += client.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
        )
        while len(body) < length:
            body += client.recv(65536)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        received.append((head.decode("latin-1"), body))


COMMANDS = {
    "a plain GET": "curl 'URL?a=1&b=a%20b'",
    "data": "curl URL -d a=1 -d 'b=2 3' --data-raw @c",
    "get with data": "curl -G URL?x=1 -d a=1 --data-urlencode 'q=a b~'",
    "a header of one's own": "curl -sS URL -H 'X-A: 1' -H 'Accept:' -H 'X-Empty;' -XPUT -d '{}'",
    "json": """curl URL --json '{"a": "b"}'""",
    "clustered": "curl -sXDELETE -HX-B:2 URL/path/",
    "ansi quotes": r"""curl URL -d $'a\'b\n\x41\u00e9'""",
    "double quotes": r"""curl "URL?q=\"x\"" -H "X-C: it's" --data-binary "a\\b" """,
    "line breaks": "curl \\\n  URL \\\n  -A agent \\\n  -b k=v",
    "head": "curl -I URL",
    "a target of its own": "curl URL --request-target /other?z=1 -o /dev/null",
    "words glued together": "curl UR''L?a='b'\"c\"",
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_bash_and_curl_themselves_send_the_same(command):
    """The command is run by bash and curl against a socket; what arrives is what was read."""
    received = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        text = command.replace("URL", url).replace("UR''L", url)
        server = threading.Thread(target=serve_one, args=(listener, received), daemon=True)
        server.start()
        subprocess.run(["bash", "-c", text + " --max-time 20 --noproxy '*'"], check=True, capture_output=True)
        server.join(20)
    [(head, body)] = received
    lines = head.split("\r\n")
    method, target, _ = lines[0].split(" ")
    request = only(text).request

    assert (method, target) == (request.method, request.target)
    assert body == request.body
    sent = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    for name, value in request.headers:
        assert sent[name.lower()] == value
    assert ("content-type" in sent) == (request.header("content-type") != "")


def test_several_commands_are_several_requests():
    """Prompts, comments and other commands are passed over."""
    first, second = read(f"$ curl '{URL}' -H 'a: b'\n# then\ncurl http://example.com/x ; echo done\n")

    assert (first.where, first.request.url) == ("line 1", URL)
    assert (second.where, second.request.url) == ("line 3", "http://example.com/x")


def test_what_stands_in_a_file_or_a_variable_is_said():
    capture = only('curl https://x.netsuite.com/ -d @order.json -H "Authorization: $HEADER"')

    assert capture.request.body == b""
    assert capture.notes == (
        "$HEADER is a variable of a shell; it stands as it is.",
        "The body stands in the file 'order.json', which was not read.",
    )


REQUEST = f"POST {URL.partition(HOST)[2]} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: {AUTHORIZATION}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
RESPONSE = "HTTP/1.1 401 Unauthorized\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n{}"
TRANSCRIPT = (
    "* Connected to x\n"
    + "\n".join(f"> {line}" for line in REQUEST.partition("\r\n\r\n")[0].split("\r\n"))
    + "\n>\n* upload done\n"
    + "\n".join(f"< {line}" for line in RESPONSE.partition("\r\n\r\n")[0].split("\r\n"))
    + "\n<\n"
)
DEBUGLEVEL = (
    f"send: {(REQUEST[:-2]).encode()!r}\nsend: b'{{}}'\nreply: 'HTTP/1.1 401 Unauthorized\\r\\n'\n"
    "header: Date: Sun, 06 Nov 1994 08:49:37 GMT\n"
)


@pytest.mark.parametrize("text", [f"{REQUEST}\r\n{RESPONSE}", DEBUGLEVEL], ids=["raw", "http.client"])
def test_a_raw_request_and_its_response(text):
    """The moment is that of the example in RFC 9110 section 5.6.7."""
    capture = only(text)

    assert seen(capture) == ("POST", URL, AUTHORIZATION, "application/json", b"{}")
    assert (capture.time, capture.status, capture.notes) == (784111777.0, 401, ())


def test_a_transcript_of_curl_shows_no_body():
    capture = only(TRANSCRIPT)

    assert seen(capture) == ("POST", URL, AUTHORIZATION, "application/json", b"")
    assert (capture.time, capture.status) == (784111777.0, 401)
    assert capture.notes == ("The body is not in the capture.",)


@pytest.mark.parametrize(
    ("host", "scheme"),
    [
        (HOST, "https"),
        ("127.0.0.1:8080", "http"),
        ("localhost:1", "http"),
        ("example.com:80", "http"),
        ("a:8443", "https"),
    ],
)
def test_the_scheme_of_a_raw_request(host, scheme):
    assert only(f"GET /x HTTP/1.1\nHost: {host}\n\n").request.scheme == scheme


def har(*entries):
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}})


def entry(url=URL, **more):
    headers = [{"name": ":authority", "value": HOST}, {"name": "authorization", "value": AUTHORIZATION}]
    request = {"method": "GET", "url": url, "headers": headers} | more.pop("request", {})
    return {"startedDateTime": "1994-11-06T09:49:37.500+01:00", "request": request, "response": {"status": 401}} | more


def test_an_entry_of_a_har_file():
    capture = only(har(entry(url=URL + "#x")))

    assert seen(capture) == ("GET", URL, AUTHORIZATION, "", b"")
    assert capture.request.headers[0] == ("Host", HOST)
    assert (capture.where, capture.time, capture.status) == ("entry 1", 784111777.5, 401)


def test_which_entries_are_taken():
    plain = {"headers": []}
    entries = [
        entry("https://example.com/x", request=plain),
        entry("https://system.netsuite.com/", request=plain),
        entry("http://localhost/services/rest/record/v1/customer", request=plain),
        entry("https://example.com/signed"),
    ]

    assert ["entry 2", "entry 3", "entry 4"] == [capture.where for capture in read(har(*entries))]
    assert only(har(*entries), entry=1).request.host == "example.com"


@pytest.mark.parametrize(
    ("data", "body"),
    [
        ({"text": '{"a":"é"}'}, '{"a":"é"}'.encode()),
        ({"params": [{"name": "a b", "value": "c&d"}, {"name": "e", "value": "f"}]}, b"a+b=c%26d&e=f"),
        ({"text": "e30=", "encoding": "base64"}, b"{}"),
        ({}, b""),
    ],
)
def test_bodies_of_a_har_file(data, body):
    assert only(har(entry(request={"method": "POST", "postData": data}))).request.body == body


BAD = {
    "nothing": (
        " \n",
        "the input is empty; expected a request as a command line, a log, a file or a printed object has it, such as *",
    ),
    "prose": ("my request fails", "line 1: this is no form that is read*--method*--url*--authorization*"),
    "an open quote": ("curl https://x/ \\\n -H 'a", "line 2: the quote ' is not closed"),
    "no URL": ("curl -X POST", "line 1: the curl command has no URL"),
    "no value": ("curl http://x/ -H", "line 1: -H has no value"),
    "another scheme": ("curl ftp://user:pw@x/", "line 1: this is no http URL: 'x/'"),
    "no host": ("GET /x HTTP/1.1\n\n", "line 1: the request has no Host header*"),
    "a broken header": ("GET /x HTTP/1.1\nHost: a\nsecret stuff\n\n", "line 3: expected a header*got 'secret' ..."),
    "broken JSON": ('{"log": ', "line 1, column 9: the JSON is broken: Expecting value; give the parts*--url*"),
    "no HAR": ('{"a": 1}', "this JSON is no HAR file*; found: a; give the parts*"),
    "a list": ("[1]", "this JSON is no HAR file*; found: a list; give the parts*"),
    "nothing of NetSuite's": (
        har(entry("http://x/", request={"headers": []})),
        "none of the 1 entries*--entry N picks any",
    ),
    "a bad time": (har(entry(startedDateTime="noon")), "entry 1: startedDateTime is 'noon'; expected 2026-*"),
    "no request": (har({"request": {"url": URL}}), "entry 1: request.method and request.url must be texts"),
    "deep": ("[" * 100_000, "*nested too deep*"),
}


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD)
def test_bad_input_is_one_sentence(text, message):
    from fnmatch import fnmatchcase

    with pytest.raises(CaptureError) as raised:
        read(text)

    assert fnmatchcase(str(raised.value), message.replace("[", "[[]")), raised.value


def test_an_entry_that_is_not_there():
    with pytest.raises(CaptureError, match="there is no entry 3; the HAR file has 1 to 2"):
        read(har(entry(), entry()), entry=3)
    with pytest.raises(CaptureError, match="there is no request 2; the input holds 1"):
        read(BASH, entry=2)


@settings(deadline=None)
@given(
    st.text(),
    st.sampled_from(["", "curl ", "curl ^\n", "curl `\n'", "GET / HTTP/1.1\n", '{"log":{"entries":[', "send: b'"]),
)
def test_whatever_comes_is_read_or_refused(text, start):
    with contextlib.suppress(CaptureError):
        read(start + text)


@settings(deadline=None)
@given(st.data(), st.sampled_from([BASH, CMD, POWERSHELL, REQUEST, TRANSCRIPT, DEBUGLEVEL, har(entry())]))
def test_a_spoilt_capture_is_read_or_refused(data, text):
    at = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 10))
    with contextlib.suppress(CaptureError):
        read(text[:at] + data.draw(st.text(max_size=5)) + text[at + length :])


def test_a_printed_object_is_not_called_broken_json():
    """Headers as Python prints them hold a login and no URL: that is what is missing, and no quote of JSON's."""
    with pytest.raises(CaptureError, match="no URL") as raised:
        read('{\'Authorization\': \'OAuth realm="1", oauth_nonce="a", oauth_signature="b"\'}')

    assert "JSON" not in str(raised.value)
