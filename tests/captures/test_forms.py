"""Each form of capture gives the request that it holds, and says what it had to assume."""

import base64
import json
import sys

import pytest

from pytest_netsuite_tba.captures import CaptureError, read

HOST = "1234567-sb1.restlets.api.netsuite.com"
TARGET = "/app/site/hosting/restlet.nl?script=1&deploy=2&q=a%20b"
URL = f"https://{HOST}{TARGET}"
HEADER = 'OAuth realm="1234567_SB1", oauth_nonce="abcdefghij", oauth_signature="a%2Bb%3D"'
ESCAPED = HEADER.replace('"', '\\"')
BODY = '{"name":"it\'s"}'
JSON = "application/json"


def only(text, **options):
    """Read the one request of a text."""
    [capture] = read(text, **options)
    return capture


def seen(capture):
    """Give what is signed of it, and the body."""
    request = capture.request
    return request.method, request.url, request.header("authorization"), request.body.decode()


# -- command lines -----------------------------------------------------------------------------------------------

CURL = f"curl -s '{URL}' -H 'Authorization: {HEADER}'"
COMMANDS = {
    "a variable": f"r=$({CURL})\necho $r",
    "a variable in quotes": f'response="$({CURL})"; echo "$response"',
    "backticks": f"r=`{CURL}`",
    "a text to run": f'curl_cmd="curl -s \'{URL}\' -H \'Authorization: {ESCAPED}\'"\neval "$curl_cmd"',
    "time": f"time {CURL}",
    "a path": f"$ /usr/bin/{CURL}",
    "a prompt with a host": f"me@host:~/work$ {CURL}",
    "an if": f"if ! {CURL}; then echo no; fi",
    "a variable of the environment": f"LC_ALL=C {CURL} | jq .",
    "after another command": f"cd /tmp && {CURL}",
    "a comment with an apostrophe": f"# it doesn't work\n{CURL}",
    "a comment behind it": f"{CURL} # doesn't work",
    "a comment after it": f"{CURL}\n# that's all",
    "prose round it": f"I'm calling NetSuite so:\n\n{CURL}\n\nand it doesn't work. What's wrong?",
    "a bullet after it": f"{CURL}\n\n- I've tried a new token",
    "a comment with a command": f"# curl 'https://example.com/old'\n{CURL}",
    "a fence": f"What's wrong here?\n\n```bash\n{CURL}\n```\n\nIt doesn't work.",
    "a fence of tildes": f"~~~\n{CURL}\n~~~",
    "a fence that is not closed": f"```sh\n{CURL}\n",
    "an answer in a second fence": f'```sh\n{CURL}\n```\n\nI get\n\n```json\n{{"error": {{"code": "INVALID"}}}}\n```\n',
    "carriage returns": f"curl -s '{URL}' \\\r\n  -H 'Authorization: {HEADER}'\r\n",
    "Postman": f"curl --location '{URL}' \\\n--header 'Authorization: {HEADER}'",
    "Insomnia": f"curl --request GET \\\n  --url '{URL}' \\\n  --header 'Authorization: {HEADER}'",
    "Firefox": f"curl '{URL}' --compressed -H 'User-Agent: Mozilla/5.0' -H 'Authorization: {HEADER}' -H 'Priority: u=0'",
    "wget": f"wget -qO- --header='Authorization: {HEADER}' '{URL}'",
    "wget with words": f"wget --quiet --method GET --header 'Authorization: {HEADER}' --output-document - '{URL}'",
    "HTTPie": f"http GET '{URL}' Authorization:'{HEADER}'",
    "HTTPie with a query": f"http 'https://{HOST}/app/site/hosting/restlet.nl' 'Authorization:{HEADER}' script==1 deploy==2 q=='a b'",
    "HTTPie's https": f"https '{HOST}{TARGET}' 'Authorization:{HEADER}'",
    "PowerShell": 'Invoke-WebRequest -UseBasicParsing -Uri "' + URL + '" `\n-WebSession $session `\n-Headers @{\n"authority"="x"\n  "authorization"="'
    + HEADER.replace('"', '`"') + '"\n}',
    "PowerShell on one line": f"$r = Invoke-RestMethod '{URL}' -Headers @{{Authorization='{HEADER}'; Accept='*/*'}} -Method Get",
    "PowerShell with a table": '$headers = New-Object "System.Collections.Generic.Dictionary[[String],[String]]"\n$headers.Add("Authorization", "'
    + HEADER.replace('"', '`"') + f"\")\n\n$response = Invoke-RestMethod '{URL}' -Method 'GET' -Headers $headers\n$response | ConvertTo-Json",
    "fetch of a browser": f'fetch("{URL}", {{\n  "headers": {{\n    "accept": "*/*",\n    "authorization": "{ESCAPED}"\n  }},\n  "body": null,\n  "method": "GET",\n  "mode": "cors"\n}});',
    "fetch by hand": f"const res = await fetch('{URL}', {{ headers: {{ Authorization: '{HEADER}' }} }})",
    "fetch with constants": f"const url = '{URL}';\nconst options = {{method: 'GET', headers: {{Authorization: '{HEADER}'}}}};\nfetch(url, options).then(r => r.json());",
}  # fmt: skip


@pytest.mark.parametrize("text", COMMANDS.values(), ids=COMMANDS)
def test_a_command_wherever_it_stands(text):
    capture = only(text)

    assert seen(capture) == ("GET", URL, HEADER, "")
    assert capture.unsure is None


WITH_A_BODY = {
    "wget": f"wget --post-data '{{\"a\": 1}}' --header 'Content-Type: {JSON}' --header='Authorization: {HEADER}' {URL.replace('&', chr(92) + '&')}",
    "HTTPie": f"http POST '{URL}' 'Authorization:{HEADER}' a:=1",
    "HTTPie, without a method": f"http '{URL}' 'Authorization:{HEADER}' a:=1",
    "PowerShell": f'Invoke-WebRequest -Uri "{URL}" -Method "POST" -Headers @{{"Authorization"=\'{HEADER}\'}} -ContentType "{JSON}" -Body "{{`"a`": 1}}"',
    "PowerShell with text in bytes": f'Invoke-WebRequest -Uri "{URL}" -Method "POST" -Headers @{{"Authorization"=\'{HEADER}\'}} -ContentType "{JSON}" -Body ([System.Text.Encoding]::UTF8.GetBytes("{{`"a`": 1}}"))',
    "PowerShell with a here-string": f'$body = @"\n{{"a": 1}}\n"@\n$r = Invoke-RestMethod \'{URL}\' -Method \'POST\' -Headers @{{Authorization=\'{HEADER}\'}} -ContentType {JSON} -Body $body',
    "fetch": f'fetch("{URL}", {{"headers": {{"authorization": "{ESCAPED}", "content-type": "{JSON}"}}, "body": "{{\\"a\\": 1}}", "method": "POST"}});',
}  # fmt: skip


@pytest.mark.parametrize("text", WITH_A_BODY.values(), ids=WITH_A_BODY)
def test_a_body_comes_with_it(text):
    capture = only(text)

    assert seen(capture) == ("POST", URL, HEADER, '{"a": 1}')
    assert JSON == capture.request.media_type
    assert capture.unsure is None


def test_several_programs_are_several_requests():
    captures = read(
        f"{CURL}\nwget --header 'Authorization: {HEADER}' '{URL}'\nhttp {HOST}/x 'Authorization:{HEADER}'\n"
    )

    assert ["line 1", "line 2", "line 3"] == [capture.where for capture in captures]


UNKNOWN = {
    "a header": f'curl "{URL}" -H "Authorization: $HEADER"',
    "what a command printed": f'curl "{URL}" -H "Authorization: $(./sign.sh)"',
    "the URL": f"curl \"https://$HOST/app/site/hosting/restlet.nl\" -H 'Authorization: {HEADER}'",
    "a whole header": f'curl "{URL}" -H "$AUTH"',
    "a form in a file": f"curl '{URL}' -H 'Authorization: {HEADER}' -d @form.txt",
    "a form of a variable": f"curl '{URL}' -H 'Authorization: {HEADER}' -d \"a=$A\"",
    "wget's": f'wget --header="Authorization: $HEADER" "{URL}"',
    "wget's form in a file": f"wget --post-file=x --header 'Authorization: {HEADER}' '{URL}'",
    "HTTPie's": f'http "{URL}" "Authorization:$HEADER"',
    "PowerShell's": f'Invoke-RestMethod "{URL}" -Headers @{{Authorization=$auth}}',
}


@pytest.mark.parametrize("text", UNKNOWN.values(), ids=UNKNOWN)
def test_what_a_shell_would_put_in_is_not_judged(text):
    assert only(text).unsure


def test_json_in_a_file_is_not_signed():
    capture = only(f"curl '{URL}' -H 'Authorization: {HEADER}' -H 'Content-Type: {JSON}' -d @order.json")

    assert capture.unsure is None
    assert "which was not read" in capture.notes[0]


# -- traffic -----------------------------------------------------------------------------------------------------

LINES = [f"GET {TARGET} HTTP/1.1", f"Host: {HOST}", f"Authorization: {HEADER}", "Accept: */*"]
HEAD = "\r\n".join(LINES)
ANSWER = "HTTP/1.1 401 Unauthorized\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 2\r\n\r\n{}"
CONNECT = f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\nHTTP/1.1 200 Connection established\r\n\r\n"
WIRE = "".join(f'DEBUG o.a.http.wire - http-outgoing-0 >> "{line}[\\r][\\n]"\n' for line in [*LINES, ""])
TRAFFIC = {
    "raw": f"{HEAD}\r\n\r\n{ANSWER}",
    "behind a CONNECT": f"{CONNECT}{HEAD}\r\n\r\n{ANSWER}",
    "behind a CONNECT without an answer": f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n{HEAD}\r\n\r\n{ANSWER}",
    "in colours": "\x1b[32mGET\x1b[39;49;00m " + f"{HEAD[4:]}\r\n\r\n\x1b[34m{ANSWER}",
    "below prose": f"This is what we send:\n\n{HEAD}\n\n{ANSWER}",
    "below prose that names curl": f"I use curl -s for it, and curl -v shows\n\n{HEAD}\n\n{ANSWER}",
    "in a fence": f"It doesn't work:\n```http\n{HEAD}\n\n{ANSWER}\n```\n",
    "quoted in a mail": "\n".join(f"> {line}" for line in [*LINES, ""]) + "\n" + "\n".join(f"< {line}" for line in ANSWER.split("\r\n")),
    "curl through a proxy": "> CONNECT x:443 HTTP/1.1\n> Host: x:443\n>\n< HTTP/1.1 200 OK\n<\n"
    + "\n".join(f"> {line}" for line in [*LINES, ""]) + "\n* noise\n" + "\n".join(f"< {line}" for line in ANSWER.split("\r\n")[:4]),
    "libcurl": f"* Connected\n> {HEAD}\r\n\r\n" + "\n".join(f"< {line}" for line in ANSWER.split("\r\n")[:4]),
    "http.client": f"send: {(HEAD + chr(13) + chr(10) * 1).encode()!r}\nsend: b'\\r\\n'\nreply: 'HTTP/1.1 401 Unauthorized\\r\\n'\nheader: Date: Sun, 06 Nov 1994 08:49:37 GMT\n",
    "http.client in a log": f"2026-01-01 DEBUG: send: {(HEAD + chr(13) + chr(10) + chr(13) + chr(10)).encode()!r}\nreply: 'HTTP/1.1 401 Unauthorized\\r\\n'\nheader: Date: Sun, 06 Nov 1994 08:49:37 GMT\n",
    "the wire of Apache": WIRE + 'DEBUG o.a.http.wire - http-outgoing-0 << "HTTP/1.1 401 Unauthorized[\\r][\\n]"\nDEBUG o.a.http.wire - http-outgoing-0 << "Date: Sun, 06 Nov 1994 08:49:37 GMT[\\r][\\n]"\n',
    "the wire of Apache 3": WIRE.replace("http-outgoing-0 ", "").replace("o.a.http", "httpclient") + 'DEBUG httpclient.wire.header - << "HTTP/1.1 401 Unauthorized[\\r][\\n]"\nDEBUG httpclient.wire.header - << "Date: Sun, 06 Nov 1994 08:49:37 GMT[\\r][\\n]"\n',
    "Guzzle": f">>>>>>>>\n{HEAD}\n\n<<<<<<<<\n{ANSWER}\n--------\nNULL\n",
    "Guzzle in Laravel's log": f"[2026-09-21 14:13:21] local.DEBUG: >>>>>>>>\n{HEAD}\n\n<<<<<<<<\n{ANSWER}\n--------\nNULL [] []\n",
    "Savon, HTTPI and Faraday stand on Ruby's": f'<- {json.dumps(HEAD + chr(13) + chr(10) + chr(13) + chr(10))}\n-> "HTTP/1.1 401 Unauthorized\\r\\n"\n-> "Date: Sun, 06 Nov 1994 08:49:37 GMT\\r\\n"\n-> "\\r\\n"',
    "wget": f"---request begin---\n{HEAD}\n\n---request end---\nHTTP request sent\n---response begin---\n{ANSWER[:-4]}\n---response end---\n",
}  # fmt: skip


@pytest.mark.parametrize("text", TRAFFIC.values(), ids=TRAFFIC)
def test_traffic_however_it_was_written_down(text):
    """The moment is that of the example in RFC 9110 section 5.6.7."""
    capture = only(text)

    assert seen(capture) == ("GET", URL, HEADER, "")
    assert (capture.time, capture.status, capture.notes, capture.unsure) == (784111777.0, 401, (), None)


def test_a_tunnel_is_tls():
    text = CONNECT.replace(HOST, "localhost") + HEAD.replace(HOST, "localhost") + "\r\n\r\n"

    assert "https" == only(text).request.scheme


def test_a_scheme_that_was_assumed_is_said():
    [note] = only(HEAD.replace(HOST, "127.0.0.1:8000")).notes

    assert "http was assumed" in note


OK_HTTP = [
    f"--> GET {URL}",
    f"Authorization: {HEADER}",
    "Accept: */*",
    "--> END GET",
    f"<-- 401 Unauthorized {URL} (20ms)",
]
PRINTED = {
    "OkHttp": "\n".join(OK_HTTP),
    "OkHttp of version 3": "\n".join([f"--> GET {URL} http/1.1", *OK_HTTP[1:]]),
    "OkHttp in logcat": "\n".join(f"D/OkHttp  ( 1234): {line}" for line in OK_HTTP),
    "OkHttp in a log with times": "\n".join(f"2026-09-21 14:13:2{number} INFO okhttp3.OkHttpClient: {line}" for number, line in enumerate(OK_HTTP)),
    "OkHttp of java.util.logging": "\n".join(f"Sep 21, 2026 2:13:20 PM okhttp3.internal.platform.Platform log\nINFO: {line}" for line in OK_HTTP),
    "HttpURLConnection": f"FINE: sun.net.www.MessageHeader@5e pairs: {{GET {TARGET} HTTP/1.1: null}}{{Authorization: {HEADER}}}{{Host: {HOST}}}{{Accept: */*}}",
    "HttpRequestMessage": f"Method: GET, RequestUri: '{URL}', Version: 1.1, Content: <null>, Headers:\r\n{{\r\n  Authorization: {HEADER}\r\n  Accept: */*\r\n}}",
    "aiohttp": f"ClientResponseError(RequestInfo(url=URL('{URL}'), method='GET', headers=<CIMultiDictProxy('Host': '{HOST}', 'Authorization': '{HEADER}')>, real_url=URL('{URL}')), (), status=401, message='Unauthorized')",
    "a prepared request of requests": f"-----------START-----------\nGET {URL}\r\nAuthorization: {HEADER}\r\nAccept: */*\r\n\r\n\n-----------END-----------",
    "axios": f"AxiosError: Request failed with status code 401\n    at settle (x.js:1:2) {{\n  config: {{\n    headers: Object [AxiosHeaders] {{\n      Authorization: '{HEADER}'\n    }},\n    method: 'get',\n    url: 'https://{HOST}/app/site/hosting/restlet.nl',\n    params: {{ script: 1, deploy: '2', q: 'a b' }},\n    data: undefined\n  }},\n  request: <ref *1> ClientRequest {{ _header: 'GET /x' }},\n  response: {{ status: 401 }}\n}}",
    "axios of an old Node": f"{{ Error: Request failed with status code 401\n    at createError (x.js:16:15)\n  config:\n   {{ adapter: [Function: httpAdapter],\n     headers:\n      {{ Accept: '*/*',\n        Authorization:\n         '{HEADER}' }},\n     method: 'get',\n     url:\n      '{URL}',\n     data: undefined }},\n  request:\n   ClientRequest {{\n     domain: null }} }}",
    "axios that was cut": f"AxiosError: x {{\n  config: {{\n    headers: {{ Authorization: '{HEADER}' }},\n    method: 'get',\n    url: '{URL}'\n  }},\n  request: {{ a: [",
    "axios as JSON": json.dumps({"message": "x", "config": {"headers": {"Authorization": HEADER}, "method": "get", "baseURL": f"https://{HOST}", "url": "/app/site/hosting/restlet.nl", "params": {"script": 1, "deploy": "2", "q": "a b"}}, "status": 401}),
    "got as JSON": json.dumps({"name": "HTTPError", "options": {"headers": {"authorization": HEADER}, "method": "GET", "url": URL}}),
    ".http": f"### orders\n# @name orders\nGET {URL} HTTP/1.1\nAuthorization: {HEADER}\n\n### end\n",
    ".http with a query on lines": f"@host = https://{HOST}\n\nGET {{{{host}}}}/app/site/hosting/restlet.nl\n    ?script=1\n    &deploy=2\n    &q=a%20b\nAuthorization: {HEADER}\n\n> {{%\n client.log('x')\n%}}\n",
    "a cassette": json.dumps({"interactions": [{"request": {"uri": URL, "method": "GET", "body": None, "headers": {"Authorization": [HEADER]}}, "response": {"status": {"code": 401}}}]}),
    "Postman's 2.0": json.dumps({"info": {}, "item": [{"name": "f", "item": [{"name": "r", "request": {"method": "GET", "header": f"Authorization: {HEADER}", "url": URL}}]}]}),
    "Postman with parts": json.dumps({"info": {}, "variable": [{"key": "host", "value": HOST}], "item": [{"name": "r", "request": {"method": "GET", "header": [{"key": "Authorization", "value": HEADER}, {"key": "X", "value": "1", "disabled": True}], "url": {"protocol": "https", "host": ["{{host}}"], "path": ["app", "site", "hosting", "restlet.nl"], "query": [{"key": "script", "value": "1"}, {"key": "deploy", "value": "2"}, {"key": "old", "value": "1", "disabled": True}, {"key": "q", "value": "a b"}]}}}]}),
    "Insomnia": json.dumps({"_type": "export", "__export_format": 4, "resources": [{"_type": "request", "name": "r", "method": "GET", "url": f"https://{HOST}/app/site/hosting/restlet.nl", "parameters": [{"name": "script", "value": "1"}, {"name": "deploy", "value": "2"}, {"name": "x", "value": "1", "disabled": True}, {"name": "q", "value": "a b"}], "headers": [{"name": "Authorization", "value": HEADER}], "body": {}, "authentication": {}}]}),
    "Burp": f'<?xml version="1.0"?>\n<!DOCTYPE items [\n<!ELEMENT items (item*)>\n]>\n<items burpVersion="2026.1" exportTime="x">\n  <item>\n    <time>x</time>\n    <url><![CDATA[{URL}]]></url>\n    <protocol>https</protocol>\n    <request base64="true"><![CDATA[{base64.b64encode((HEAD + chr(13) + chr(10) + chr(13) + chr(10)).encode()).decode()}]]></request>\n    <response base64="true"><![CDATA[]]></response>\n  </item>\n</items>',
    "a request of a HAR file": json.dumps({"method": "GET", "url": URL, "headers": [{"name": "Authorization", "value": HEADER}], "queryString": []}),
}  # fmt: skip


@pytest.mark.parametrize("text", PRINTED.values(), ids=PRINTED)
def test_files_and_objects_as_printed(text):
    capture = only(text)

    assert seen(capture) == ("GET", URL, HEADER, "")
    assert capture.unsure is None


# -- what is not sure --------------------------------------------------------------------------------------------


def har(**request):
    """A HAR file of one entry."""
    headers = [{"name": "Authorization", "value": HEADER}]
    return json.dumps({"log": {"entries": [{"request": {"method": "GET", "headers": headers} | request}]}})


PAIRS = [{"name": "script", "value": "1"}, {"name": "deploy", "value": "2"}, {"name": "q", "value": "a b"}]
BARE = URL.partition("?")[0]


def test_a_query_that_stands_in_the_list_only_is_signed():
    """HTTPSnippet and Insomnia write it so; a RESTlet called without its script would have been let in."""
    capture = only(har(url=BARE, queryString=PAIRS))

    assert seen(capture) == ("GET", URL, HEADER, "")
    assert capture.notes == ("The URL has no query; that of queryString was taken.",)


@pytest.mark.parametrize("value", ["a b", "a%20b"])
def test_a_query_in_both_is_one(value):
    capture = only(har(url=URL, queryString=[*PAIRS[:2], {"name": "q", "value": value}]))

    assert (URL, (), None) == (capture.request.url, capture.notes, capture.unsure)


NOT_SURE = {
    "two queries": har(url=URL, queryString=PAIRS[:2]),
    "two values": har(url=URL, queryString=[*PAIRS[:2], {"name": "q", "value": "c"}]),
    "more in the list": har(url=f"{BARE}?script=1&deploy=2", queryString=PAIRS),
    "encoded or not": har(url=BARE, queryString=[*PAIRS[:2], {"name": "q", "value": "a%20b"}]),
    "a form that is not there": har(url=URL, bodySize=3, headers=[{"name": "Authorization", "value": HEADER}, {"name": "Content-Type", "value": "application/x-www-form-urlencoded"}]),
    "a form of curl -v": "\n".join(f"> {line}" for line in [*LINES, "Content-Type: application/x-www-form-urlencoded", "Content-Length: 3", ""]),
    "what Chrome hides": json.dumps({"log": {"creator": {"name": "WebInspector"}, "entries": [{"request": {"method": "GET", "url": URL, "headers": []}}]}}),
    "Postman signs later": json.dumps({"item": [{"name": "r", "request": {"url": URL, "auth": {"type": "oauth1", "oauth1": []}}}]}),
    "Postman, inherited": json.dumps({"auth": {"type": "oauth1"}, "item": [{"name": "r", "request": {"url": URL}}]}),
    "Postman's variable": json.dumps({"item": [{"name": "r", "request": {"url": f"{BARE}?script={{{{script}}}}&deploy=1", "header": [{"key": "Authorization", "value": HEADER}]}}]}),
    "Insomnia signs later": json.dumps({"_type": "export", "resources": [{"_type": "request", "url": URL, "authentication": {"type": "oauth1"}}]}),
    ".http": f"### x\nGET {BARE}?script={{{{script}}}}&deploy=1\nAuthorization: {HEADER}\n",
    "axios with a list": f"Error: x {{\n  config: {{ headers: {{ Authorization: '{HEADER}' }}, url: '{URL}', method: 'get', params: {{ a: [ 1, 2 ] }} }}\n}}",
    "axios with what was not printed": f"Error: x {{\n  config: {{ headers: {{ Authorization: '{HEADER}' }}, url: '{URL}', method: 'get', params: [Object] }}\n}}",
    "masked": f"GET {URL} HTTP/1.1\nHost: {HOST}\nAuthorization: ***\n\n",
    "masked by OkHttp": f"--> GET {URL}\nAuthorization: ██\n--> END GET",
    "masked by httpx": f"GET {URL} HTTP/1.1\nHost: {HOST}\nAuthorization: [secure]\n\n",
    "masked by a cassette": json.dumps({"interactions": [{"request": {"uri": URL, "method": "GET", "headers": {"Authorization": ["<AUTHORIZATION>"]}}}]}),
    "masked in part": CURL.replace("a%2Bb%3D", "<redacted>"),
    "masked with stars": CURL.replace("a%2Bb%3D", "****"),
    "cut": CURL.replace("a%2Bb%3D", "a%2..."),
}  # fmt: skip


@pytest.mark.parametrize("text", NOT_SURE.values(), ids=NOT_SURE)
def test_what_the_capture_does_not_say_is_not_judged(text):
    assert only(text).unsure


@pytest.mark.parametrize("name", [name for name in NOT_SURE if name.startswith("masked")])
def test_what_is_masked_is_said_to_be(name):
    assert "masked" in only(NOT_SURE[name]).unsure


def test_a_restlet_without_script_is_odd():
    capture = only(CURL.replace("script=1&", ""))

    assert capture.notes == ("The URL of every RESTlet has script and deploy; this one has no script.",)
    assert capture.unsure is None


# -- without a URL -----------------------------------------------------------------------------------------------

ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="urn:messages_2021_1.platform.webservices.netsuite.com">'
    '<s:Header><m:tokenPassport xmlns="urn:core_2021_1.platform.webservices.netsuite.com"><account>1234567_SB1</account>'
    "<consumerKey>k</consumerKey></m:tokenPassport></s:Header><s:Body><m:get/></s:Body></s:Envelope>"
)


@pytest.mark.parametrize(
    "text", [ENVELOPE, f"D, [2026-09-21] DEBUG -- : SOAP request:\n{ENVELOPE}\nSOAP response (status 500)"]
)
def test_an_envelope_alone(text):
    capture = only(text)

    assert "POST" == capture.request.method
    assert "https://1234567-sb1.suitetalk.api.netsuite.com/services/NetSuitePort_2021_1" == capture.request.url
    assert ENVELOPE.encode() == capture.request.body
    assert "assumed" in capture.notes[0]


# -- without a form ----------------------------------------------------------------------------------------------

ANYWHERE = {
    "a log": f"14:13:20 INFO calling GET {URL}\n14:13:20 DEBUG headers {{'Authorization': '{HEADER}'}}",
    "a log of JSON": json.dumps({"level": "error", "msg": "401"}) + "\n" + json.dumps({"http": {"verb": "GET", "uri": URL}, "sent": f"Authorization: {HEADER}"}),
    "Python's dict": f"https://example.com/docs\nGET\n{URL}\n{{'User-Agent': 'x', 'Authorization': b'{HEADER}'}}",
    "Go's request": f"&{{Method:GET URL:{URL} Proto:HTTP/1.1 Header:map[Authorization:[{HEADER}]] Body:<nil>}}",
    "HTML": f"<pre>GET {URL.replace('&', '&amp;')}\nAuthorization: {HEADER.replace(chr(34), '&quot;')}</pre>",
    "a header over lines": f"URL: {URL}\nMethod: GET\nHeader:\n{HEADER.replace(', ', ',' + chr(10) + '    ')}",
    "SuiteScript": f"var response = https.get({{ url: '{URL}', headers: {{ 'Authorization': '{HEADER}' }} }});",
}  # fmt: skip


@pytest.mark.parametrize("text", ANYWHERE.values(), ids=ANYWHERE)
def test_one_header_and_one_url_anywhere(text):
    capture = only(text)

    method, url, header, _ = seen(capture)
    assert (method, url) == ("GET", URL)
    assert HEADER.replace(" ", "") == header.replace(" ", "")
    assert capture.unsure is None


def test_what_was_taken_for_what_is_said():
    capture = only(f"I call\n{URL}\nwith the header\n{HEADER}\n")

    assert capture.notes == (
        "No known form: line 2 was taken for the URL, line 4 for the Authorization header.",
        "No method was found: GET was assumed.",
    )


UNREADABLE = {
    "two headers": (f"{URL}\n{HEADER}\n{HEADER.replace('abc', 'xyz')}", "2 OAuth headers that differ: line 2 (oauth_nonce 'abcdefghij'), line 3 (oauth_nonce 'xyzdefghij')"),
    "two URLs": (f"{URL}\n{URL}&x=1\n{HEADER}", "2 URLs that differ"),
    "no URL": (f"the header is {HEADER}", "holds an OAuth header, but no URL"),
    "no header": (f'INFO:httpx:HTTP Request: GET {URL} "HTTP/1.1 401 Unauthorized"', "holds no OAuth header"),
    "a masked header": (f"<Request('GET', '{URL}')>\nHeaders({{'authorization': '[secure]'}})", "masked the Authorization header"),
    "nothing": ("please help", "this is no form that is read"),
    "other JSON": ('{"error": {"code": "INVALID_LOGIN_ATTEMPT"}}', "this JSON is no HAR file"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "says"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_one_sentence_with_a_way_out(text, says):
    with pytest.raises(CaptureError) as raised:
        read(text)

    assert says in str(raised.value)
    assert all(option in str(raised.value) for option in ("--method", "--url", "--authorization"))


def test_several_methods_are_not_chosen_from():
    assert "GET, POST" in only(f"GET or POST?\n{URL}\n{HEADER}").unsure


INSOMNIA_5 = f"""type: collection.insomnia.rest/5.0
name: orders
collection:
  - name: folder
    children:
      - url: "{{{{ _.host }}}}/app/site/hosting/restlet.nl"
        name: r
        method: GET
        parameters:
          - name: script
            value: "1"
          - name: deploy
            value: "2"
          - name: q
            value: a b
        headers:
          - name: Authorization
            value: '{HEADER}'
environments:
  name: Base
  data:
    host: https://{HOST}
"""


def test_insomnia_of_version_5():
    pytest.importorskip("yaml")

    assert seen(only(INSOMNIA_5)) == ("GET", URL, HEADER, "")


CASSETTE = f"---\nhttp_interactions:\n- request:\n    method: get\n    uri: {URL}\n    headers:\n      Authorization:\n      - '{HEADER}'\n"


@pytest.mark.parametrize("text", [INSOMNIA_5, CASSETTE], ids=["Insomnia", "VCR"])
def test_yaml_without_pyyaml_says_what_to_install(monkeypatch, text):
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(CaptureError, match="pip install pyyaml"):
        read(text)


@pytest.mark.parametrize(
    "text", [f"{CASSETTE}  x: !ruby/object:Object {{}}\n", f"{CASSETTE}  x: [\n", f"{CASSETTE}x: {'[' * 5000}"]
)
def test_yaml_that_is_no_plain_value_is_refused(text):
    pytest.importorskip("yaml")
    with pytest.raises(CaptureError, match="YAML cannot be read"):
        read(text)
