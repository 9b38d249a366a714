"""No verdict is given where a capture lacks what the verdict depends on; what can be mended is, and said."""

import json

import pytest

from pytest_netsuite_tba.captures import read

HOST = "1234567-sb1.restlets.api.netsuite.com"
TARGET = "/app/site/hosting/restlet.nl?script=1&deploy=2"
URL = f"https://{HOST}{TARGET}"
HEADER = 'OAuth realm="1234567_SB1", oauth_nonce="abcdefghij", oauth_signature="a%2Bb%3D"'
FORM = "application/x-www-form-urlencoded"
LOGIN = f"-H 'Authorization: {HEADER}'"
RAW = f"POST {TARGET} HTTP/1.1\nHost: {HOST}\nAuthorization: {HEADER}\nContent-Type: {FORM}\n"


def har(**request):
    """A HAR file with one POST of a form."""
    headers = [{"name": "Authorization", "value": HEADER}, {"name": "Content-Type", "value": FORM}]
    entry = {"request": {"method": "POST", "url": URL, "headers": headers, **request}}
    return json.dumps({"log": {"entries": [entry]}})


UNSURE = {
    "a form without a body or a length": f"{RAW}\n",
    "curl -v, which prints no body": "".join(f"> {line}\n" for line in RAW.splitlines()) + "> \n< HTTP/1.1 401 X\n",
    "a form of which a part is there": f"{RAW}Content-Length: 7\n\na=1",
    "a form in chunks": f"{RAW}Transfer-Encoding: chunked\n\n3\na=1\n0\n\n",
    "a form over several lines": f"{RAW}\na=1\n&b=2\n",
    "a masked form": f"curl '{URL}' {LOGIN} -d 'a=***'",
    "a form that was cut": f"{RAW}\na=1&b...",
    "a HAR file without postData": har(bodySize=-1),
    "a HAR file with an empty text": har(postData={"mimeType": FORM, "text": ""}),
    "OkHttp without bodies": f"--> POST {URL}\nAuthorization: {HEADER}\n--> END POST (7-byte body omitted)\n",
    "a body that brings its type": f"fetch('{URL}', {{method: 'POST', headers: {{Authorization: '{HEADER}'}}, body: new URLSearchParams(x)}})",
    "a URL that was cut": f"GET {URL[:-3]}...\nAuthorization: {HEADER}\n",
    "a header that was cut": f"GET {TARGET} HTTP/1.1\nHost: {HOST}\nAuthorization: {HEADER[:50]}\u2026\n\n",
    "a file of options": f"curl -K x.conf '{URL}' {LOGIN}",
    "a file of headers": f"curl -H @x.txt '{URL}' {LOGIN}",
    "an option with an equals sign": f"curl --request=DELETE '{URL}' {LOGIN}",
    "an & outside of quotes": f"curl {URL} {LOGIN}",
    "a file in the query": f"curl '{URL}' --url-query x@y {LOGIN}",
    "a form in no known form": f"POST to {URL} with {HEADER}\nbody a=1&b=2",
    "a body, and no method": f"we called {URL} with {HEADER}, body {{}}",
}


@pytest.mark.parametrize("text", UNSURE.values(), ids=UNSURE)
def test_what_is_not_in_the_capture_is_not_judged(text):
    [capture] = read(text)

    assert capture.unsure


SURE = {
    "an empty form": f"{RAW}Content-Length: 0\n\n",
    "a GET with the type of a form": f"{RAW}\n".replace("POST", "GET"),
    "a HAR file that says that there is none": har(bodySize=0),
    "JSON in no known form": f'POST to {URL} with {HEADER}\nbody {{"a": "b=c"}}',
}


@pytest.mark.parametrize("text", SURE.values(), ids=SURE)
def test_what_is_known_is_judged(text):
    [capture] = read(text)

    assert capture.unsure is None


def test_the_query_that_curl_adds_is_part_of_the_url():
    [capture] = read(f"curl '{URL}' --url-query 'q=a b' --url-query +x=%20 {LOGIN}")

    assert f"{URL}&q=a+b&x=%20" == capture.request.url


@pytest.mark.parametrize("at", [60, 100, 135, 139, 150, 170, 190])
def test_a_command_that_a_terminal_wrapped_is_read_whole(at):
    text = f"curl -X GET '{URL}' {LOGIN}"
    cut = [text[:at], text[at:]]
    [capture] = read("\n".join(cut))

    assert (URL, HEADER) == (capture.request.url, capture.request.header("authorization"))
    assert any("Line breaks" in note for note in capture.notes)


def test_two_requests_of_a_wire_log_without_answers_are_two():
    def wire(*lines):
        return "".join(f'>> "{line}"\n' for line in lines)

    head = (f"Host: {HOST}[\\r][\\n]", f"Authorization: {HEADER}[\\r][\\n]", "[\\r][\\n]")
    text = wire(f"POST {TARGET} HTTP/1.1[\\r][\\n]", *head, "{}") + wire(f"GET {TARGET} HTTP/1.1[\\r][\\n]", *head)

    assert ["POST", "GET"] == [capture.request.method for capture in read(text)]


def test_next_begins_another_request_of_the_same_command():
    captures = read(f"curl '{URL}' {LOGIN} --next -X DELETE '{URL}' {LOGIN}")

    assert [("GET", 1), ("DELETE", 1)] == [
        (capture.request.method, len(capture.request.authorizations)) for capture in captures
    ]


def test_a_request_beside_a_command_that_is_not_read_is_spoken_of():
    [capture] = read(f"It is sent so:\n\ncurl '{URL}' {LOGIN}\n\nand goes out as\n\n{RAW}\n")

    assert "line 7" in capture.notes[-1]
