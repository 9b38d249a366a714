"""explain() and assert_signed() on every kind of request, and the command netsuite-tba."""

import io
import json
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import httpx2
import pytest
import requests
from support.explained import ACCOUNT_ID, HOST, SECRETS, URL, header, run
from werkzeug.test import EnvironBuilder

from pytest_netsuite_tba import Account, assert_signed, explain
from pytest_netsuite_tba.captures import read
from pytest_netsuite_tba.captures.capture import Capture, request_to
from pytest_netsuite_tba.commands import explain as explaining
from pytest_netsuite_tba.commands.shell import ENVIRONMENT

pytestmark = pytest.mark.usefixtures("no_environment")
KEYS = {
    "accepted", "id", "time", "channel", "method", "url", "account", "http_status", "status", "detail", "refusal", "cause",
    "code", "application", "token_name", "user", "role", "forced", "expected", "logged_by_netsuite", "diagnosis", "where", "notes", "unsure",
}  # fmt: skip
DIAGNOSIS_KEYS = {
    "proven", "ambiguous", "mistakes", "also_consistent", "readings", "signed_base_string", "expected_base_string",
    "differences", "corrected_authorization", "wrong_secret", "tried", "tried_counts", "computed", "cut_short", "notes",
}  # fmt: skip


def all_kinds(authorization):
    """The same request of every library, and as a text."""
    headers = {"Authorization": authorization, "Content-Type": "application/json"}
    return {
        "requests, prepared": requests.Request("GET", URL, headers=headers).prepare(),
        "requests": requests.Request("GET", URL, headers=headers),
        "httpx": httpx.Request("GET", URL, headers=headers),
        "httpx2": httpx2.Request("GET", URL, headers=headers),
        "a response of httpx": httpx.Response(401, request=httpx.Request("GET", URL, headers=headers)),
        "werkzeug": EnvironBuilder.from_environ(
            EnvironBuilder(URL.partition(HOST)[2], f"https://{HOST}", headers=headers).get_environ()
        ).get_request(),
        "curl": f"curl '{URL}' -H 'Authorization: {authorization}' -H 'Content-Type: application/json'",
    }


@pytest.mark.parametrize("kind", all_kinds(""))
def test_every_kind_of_request(kind, account_file):
    attempt = explain(all_kinds(header())[kind], account_file)
    assert attempt.accepted, attempt
    assert_signed(all_kinds(header())[kind], account_file)

    wrong = all_kinds(header(URL.partition("?")[0]))[kind]
    assert [mistake.id for mistake in explain(wrong, account_file).diagnosis.mistakes] == ["query-not-signed"]
    with pytest.raises(AssertionError, match=r"(?s)would be refused.*Query parameters left out of the signature"):
        assert_signed(wrong, account_file)


def test_the_time_is_the_requests_own_unless_given(account_file):
    request = all_kinds(header())["requests"]

    assert explain(request, account_file, at="2026-09-21T14:18:20Z").accepted
    late = explain(request, account_file, at="2026-09-21T14:18:21Z")
    assert (late.detail, late.diagnosis.mistakes[0].id) == ("InvalidTimestamp", "timestamp-out-of-window")


def test_what_is_no_request():
    with pytest.raises(TypeError, match="cannot read a request from int; expected one of requests, httpx"):
        explain(7, Account())


def test_the_records_are_not_changed():
    """What is explained spends no nonce and stops no clock."""
    account = Account()
    now = account.clock.now()
    explain(all_kinds(header())["requests"], account)

    assert account.clock.now() >= now


# -- the command -------------------------------------------------------------------------------------------------


def capture_file(tmp_path, text):
    file = tmp_path / "capture.txt"
    file.write_text(text, "utf-8")
    return file


SCREEN = f"""\
GET https://{HOST[:31]}…script=customscript_orders&deploy=1&q=a%20b
Refused: 401 INVALID_LOGIN_ATTEMPT (InvalidSignature)

What  Query parameters left out of the signature (proven)
Why   Nothing of the query string was signed.
Cure  Decode every pair of the query string and sign it together with the oauth_
      parameters.
Docs  docs/mistakes/query-not-signed.md

What differs: - as signed, + as expected
  deploy: not signed  (at 92)
+ 1   deploy%3D1
  q: not signed  (at 399)
+ a%20b   q%3Da%2520b
  script: not signed  (at 413)
+ customscript_orders   script%3Dcustomscript_orders

Base strings: - as it was signed, + as it should have been
  GET&
  https%3A%2F%2F1234567-sb1.restlets.api.netsuite.com%…e%2Fhosting%2Frestlet.nl&
+ deploy%3D1%26
  oauth_consumer_key%3Dccccccccccccccccccccccccccccccc…cccccccccccccccccccccc%26
  oauth_nonce%3Dnonce-1234567890%26
  oauth_signature_method%3DHMAC-SHA256%26
  oauth_timestamp%3D1790000000%26
  oauth_token%3Ddddddddddddddddddddddddddddddddddddddd…dddddddddddddddddddddd%26
  oauth_version%3D1.0
+ q%3Da%2520b%26
+ script%3Dcustomscript_orders

The right header:
"""


def test_a_screen_of_80_columns(tmp_path, account_file, capsys):
    """Reviewed by eye; the header to copy follows, whole."""
    file = capture_file(tmp_path, all_kinds(header(URL.partition("?")[0]))["curl"])

    status, out, err = run("explain", "--account", account_file, file, capsys=capsys)

    assert (status, err) == (1, "")
    screen, _, rest = out.partition("Authorization: ")
    assert screen.splitlines()[1:] == SCREEN.splitlines()[1:]
    assert all(len(line) <= 80 for line in screen.splitlines())
    assert rest.splitlines()[1:] == [
        "Note  The time window was not checked: no time is known but the request's own",
        "      timestamp.",
    ]
    corrected = rest.splitlines()[0]
    assert explain(all_kinds(corrected)["requests"], account_file).accepted


SCREENS = Path(__file__).parent.parent / "screens"


@pytest.mark.parametrize("colour", ["plain", "colour"])
@pytest.mark.parametrize("width", ["80", "120"])
def test_screens(width, colour, tmp_path, account_file, capsys, monkeypatch):
    """Two requests, two mistakes: kept in files that were looked at; the nonce is fixed, so the header is too."""
    wrong = all_kinds(header(URL.partition("?")[0]))["curl"]
    twice_wrong = all_kinds(header(URL, method="POST", realm="1234567-sb1", secret=SECRETS[0] + "\n"))["curl"]
    file = capture_file(tmp_path, f"{wrong}\n{twice_wrong}\n")
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setenv("FORCE_COLOR" if colour == "colour" else "NO_COLOR", "1")

    _, out, _ = run("explain", "--account", account_file, file, capsys=capsys)

    assert out == (SCREENS / f"{width}-{colour}.txt").read_text("utf-8")
    assert ("\x1b" in out) == (colour == "colour")


def test_no_color_wins(tmp_path, account_file, capsys, monkeypatch):
    file = capture_file(tmp_path, all_kinds(header())["curl"])
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\x1b" not in run("explain", "--account", account_file, file, capsys=capsys)[1]


def test_json_is_a_line_a_request(tmp_path, account_file, capsys):
    wrong = all_kinds(header(realm="1234567-sb1"))["curl"]
    file = capture_file(tmp_path, f"{all_kinds(header())['curl']}\n{wrong}\n{all_kinds(header())['curl']}\n")

    status, out, _ = run("explain", "--account", account_file, "--json", file, capsys=capsys)

    first, second, third = map(json.loads, out.splitlines())
    assert status == 1
    assert (set(first), set(second["diagnosis"])) == (KEYS, DIAGNOSIS_KEYS)
    assert (first["accepted"], first["diagnosis"], first["time"]) == (True, None, "2026-09-21T14:13:20Z")
    assert second["diagnosis"]["mistakes"][0]["id"] == "realm-hyphen"
    assert (third["detail"], third["diagnosis"]["mistakes"][0]["id"]) == ("nonce_used", "header-reused")


def test_the_time_of_a_capture(tmp_path, account_file, capsys):
    request = f"GET {URL.partition(HOST)[2]} HTTP/1.1\nHost: {HOST}\nAuthorization: {header()}\n\n"
    file = capture_file(tmp_path, request + "HTTP/1.1 401 Unauthorized\nDate: Mon, 21 Sep 2026 16:13:20 GMT\n\n")

    _, out, _ = run("explain", "--account", account_file, file, capsys=capsys)

    assert "Why   oauth_timestamp is -2 hours off: local time was taken for UTC." in out
    assert "was not checked" not in out
    assert run("explain", "--account", account_file, "--at", "1790000000", file, capsys=capsys)[0] == 0


def test_without_secrets_the_header_alone_speaks(capsys):
    status, out, _ = run("explain", "--url", URL, "--authorization", header(), capsys=capsys)
    assert (status, out.splitlines()[1]) == (2, "Not judged.")
    assert "Why   The secrets are not known, so the signature was not checked;" in out

    status, out, _ = run("explain", "--url", URL, "--authorization", header(realm="1234567-sb1"), capsys=capsys)
    assert status == 1
    assert "What  realm with a hyphen\n" in out


def test_secrets_of_the_environment(capsys, monkeypatch):
    for name, value in zip(ENVIRONMENT, (ACCOUNT_ID, "c" * 64, SECRETS[0], "d" * 64, SECRETS[1]), strict=True):
        monkeypatch.setenv(name, value)

    status, out, _ = run("explain", "--url", URL, "--authorization", f"Authorization: {header()}", capsys=capsys)

    assert (status, out.splitlines()[1]) == (0, "Let in. Token of Integration")


def test_secrets_are_asked_for_without_echo(tmp_path):
    """A real terminal: what is typed for a secret is not shown."""
    file = capture_file(tmp_path, all_kinds(header())["curl"])
    pid, terminal = pty.fork()
    if not pid:
        os.execv(sys.executable, [sys.executable, "-m", "pytest_netsuite_tba", "explain", str(file)])
    shown = b""
    for prompt, answer in (
        (b"Account: ", ACCOUNT_ID),
        (b"Consumer key: ", "c" * 64),
        (b"Consumer secret (not shown): ", SECRETS[0]),
        (b"Token id: ", "d" * 64),
        (b"Token secret (not shown): ", SECRETS[1]),
    ):
        while not shown.endswith(prompt):
            shown += os.read(terminal, 1024)
        os.write(terminal, answer.encode() + b"\n")
    try:
        while chunk := os.read(terminal, 1024):
            shown += chunk
    except OSError:  # the end, as Linux tells it
        pass
    _, status = os.waitpid(pid, 0)

    assert os.waitstatus_to_exitcode(status) == 0, shown
    assert b"Let in." in shown
    assert not any(secret.encode() in shown for secret in SECRETS)


BAD = {
    "no file": (["nowhere.txt"], "No such file or directory: nowhere.txt"),
    "no account file": (["--url", URL, "--account", "nowhere.toml"], "nowhere.toml: cannot be read: No such file"),
    "no URL": (["--method", "GET"], "--method, --authorization and --body need --url"),
    "no full URL": (["--url", "/x"], "'/x' is no full URL: a URL begins with https://"),
    "no time": (["--url", URL, "--at", "noon"], "--at is 'noon'; expected 2026-09-21T14:13:20Z or Unix seconds"),
    "no year": (["--url", URL, "--at", "9" * 400], f"--at is '{'9' * 40}'; expected 2026-09-21T14:13:20Z"),
    "no budget": (
        ["--url", URL, "--budget", "nan"],
        "--budget is nan; expected how many times the usual work: a number from 0",
    ),
    "no header": (["--url", URL, "--header", "x"], "--header 'x' is no 'Name: value'"),
    "two inputs": (["a", "--url", URL], "--url is one request by itself: no FILE and no --entry goes with it"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD)
def test_bad_usage_is_one_line_and_status_2(arguments, message, capsys):
    status, out, err = run("explain", *arguments, capsys=capsys)

    assert (status, out) == (2, "")
    assert err.startswith(f"netsuite-tba: {message}")
    assert err.count("\n") == 1


def test_sign_makes_what_explain_lets_in(account_file, capsys, tmp_path):
    _, out, _ = run("sign", "get", URL, "--account", account_file, "--curl", capsys=capsys)

    assert run("explain", capture_file(tmp_path, out), "--account", account_file, capsys=capsys)[0] == 0


NASTY_TO_SIGN = {
    "a body that begins with an at sign": [URL, "--body", "@/etc/passwd", "--content-type", "text/plain"],
    "a body of quotes and line breaks": [URL, "--body", "'\n\"!!\n"],
    "a form": [URL, "--body", "a='b&c=@d", "--content-type", "application/x-www-form-urlencoded"],
    "no content type": [URL, "--body", "{}", "--content-type", ""],
    "dots": [f"{URL}&a=/../b"],
    "ranges and sets": [f"{URL}&a=[1-2]&b={{c,d}}"],
    "a letter beyond ASCII": [f"{URL}&a=é"],
}


@pytest.mark.parametrize("case", NASTY_TO_SIGN)
def test_the_command_of_sign_says_what_was_signed(account_file, capsys, tmp_path, case):
    """explain, which reads it as a shell and curl do, lets it in; a body is no name of a file."""
    url, *options = NASTY_TO_SIGN[case]
    _, out, _ = run("sign", "post", url, *options, "--account", account_file, "--curl", capsys=capsys)
    body = dict(zip(options[::2], options[1::2], strict=True)).get("--body", "")

    (capture,) = read(out)
    assert (url.partition(HOST)[2], body) == (capture.request.target, capture.request.body.decode())
    assert run("explain", capture_file(tmp_path, out), "--account", account_file, capsys=capsys)[0] == 0


def test_sign_writes_no_command_that_curl_cannot_run(account_file, capsys):
    status, out, err = run("sign", "GET", f"{URL}&a=b c", "--account", account_file, "--curl", capsys=capsys)
    assert (2, "", True) == (status, out, "no HTTP request holds a blank" in err)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--timestamp", "x"], "oauth_timestamp is 'x', no positive whole number."),
        (["--timestamp", "1790000000000"], "ahead of NetSuite's clock"),
        (["--nonce", "ab"], "nonce"),
    ],
)
def test_sign_says_what_netsuite_would_refuse(account_file, capsys, given, said):
    """It signs what it is told to; that it is no good is said beside it."""
    status, out, err = run("sign", "GET", URL, "--account", account_file, *given, capsys=capsys)

    assert (0, 1) == (status, err.count("\n"))
    assert out.startswith("Authorization: OAuth ")
    assert err.startswith("netsuite-tba: NetSuite would refuse this: ")
    assert said in err


def test_sign_says_of_what_takes_no_token_that_it_does_not_know(account_file, capsys):
    status, out, err = run("sign", "GET", SUITELET[1], "--account", account_file, capsys=capsys)

    assert (status, out[:15]) == (0, "Authorization: ")
    assert err.startswith("netsuite-tba: This was not judged: No token service owns this path")


def test_sign_makes_what_oauthlib_makes(account_file, capsys):
    given = ("--nonce", "nonce-1234567890", "--timestamp", "1790000000")
    _, out, _ = run("sign", "GET", URL, "--account", account_file, *given, capsys=capsys)

    def parts(text):
        return set(text.strip().removeprefix("Authorization: ").removeprefix("OAuth ").split(", "))

    assert parts(out) == parts(header())


def test_the_stages_show_the_key_only_by_its_shape(account_file, capsys):
    _, out, _ = run("sign", "POST", URL, "--account", account_file, "--base-string", capsys=capsys)

    key = out.splitlines()[out.splitlines().index("5 Key") + 1]
    assert key == "  consumer secret (31 characters, 42 once encoded) & token secret (28 characters, 39 once encoded)"


def test_sign_without_credentials(capsys):
    status, _, err = run("sign", "GET", URL, capsys=capsys)

    assert status == 2
    assert err.startswith("netsuite-tba: no credentials: give --account account.toml, or set NETSUITE_ACCOUNT, ")


def test_the_command_is_installed():
    done = subprocess.run(
        [Path(sys.executable).with_name("netsuite-tba"), "--help"], check=True, capture_output=True, text=True
    )

    assert "explain" in done.stdout
    assert "sign" in done.stdout


TWO = '[[accounts]]\naccount = "1234567"\n[[accounts]]\naccount = "1234567_SB1"\n'
SHARED_URL = "http://127.0.0.1:8000/app/site/hosting/restlet.nl?script=1&deploy=1"


@pytest.mark.parametrize("files", [[TWO], ['account = "1234567"\n', 'account = "1234567_SB1"\n']], ids=["one", "two"])
@pytest.mark.parametrize(
    ("url", "given", "realm"),
    [
        (URL, [], "1234567_SB1"),
        (f"{URL}&a[0]=1", [], "1234567_SB1"),
        (SHARED_URL, [], "1234567"),
        (SHARED_URL, ["--realm", "1234567_SB1"], "1234567_SB1"),
    ],
)
def test_of_several_accounts_the_one_that_is_called_signs(tmp_path, capsys, files, url, given, realm):
    """The URL's host names it, else --realm, else it is the first; explain takes the same files."""
    options = []
    for number, text in enumerate(files):
        (tmp_path / f"{number}.toml").write_text(text)
        options += ["--account", str(tmp_path / f"{number}.toml")]

    status, out, err = run("sign", "GET", url, *options, *given, "--curl", capsys=capsys)

    assert (0, "") == (status, err)
    assert f'realm="{realm}"' in out
    assert run("explain", capture_file(tmp_path, out), *options, capsys=capsys)[0] == 0


def test_an_account_that_is_not_in_the_files_signs_nothing(tmp_path, capsys):
    (tmp_path / "a.toml").write_text(TWO)
    file = str(tmp_path / "a.toml")

    status, _, err = run("sign", "GET", URL, "--account", file, "--realm", "1234567_SB2", capsys=capsys)
    assert (2, True) == (status, "did you mean '1234567_SB1'?" in err)
    status, _, err = run("sign", "GET", URL, "--account", file, "--account", file, capsys=capsys)
    assert (2, True) == (status, "there are two accounts '1234567'" in err)


# -- what is judged, and what is not ------------------------------------------------------------------------------

PAGE = "https://1234567-sb1.app.netsuite.com/app/center/card.nl?sc=-29"
SESSION = f"https://1234567-sb1.app.netsuite.com{URL.partition(HOST)[2]}"


def har(*requests):
    """A HAR file of requests: method, URL and headers each."""
    entries = [
        {
            "startedDateTime": "2026-09-21T14:13:20Z",
            "request": {
                "method": method,
                "url": url,
                "headers": [{"name": name, "value": value} for name, value in sent],
            },
        }
        for method, url, sent in requests
    ]
    return json.dumps({"log": {"entries": entries}})


BROWSERS = (
    ("GET", PAGE, [("Cookie", "JSESSIONID=x")]),
    ("GET", SESSION, [("Cookie", "JSESSIONID=x")]),
    ("GET", SESSION, []),  # a browser may leave the cookie out of the file
    ("OPTIONS", URL, [("Origin", "https://shop.example"), ("Access-Control-Request-Method", "GET")]),
)
SIGNED = ("GET", URL, [("Authorization", header())])
REFUSED = ("GET", URL, [("Authorization", header(nonce="another-nonce", realm="1234567"))])
SUITELET = ("GET", f"https://{HOST}/app/site/hosting/scriptlet.nl?script=1&deploy=1", [("Authorization", header())])


@pytest.mark.parametrize(
    ("requests", "status"),
    [
        ((*BROWSERS, SIGNED), 0),
        ((*BROWSERS, SIGNED, SUITELET), 0),
        ((*BROWSERS, SIGNED, REFUSED), 1),
        ((*BROWSERS, SUITELET), 2),
        (BROWSERS, 2),
    ],
    ids=["let in", "one not judged", "one refused", "only one not judged", "nothing"],
)
def test_what_holds_no_login_is_skipped_and_counted(requests, status, tmp_path, account_file, capsys, monkeypatch):
    """0: all that were judged were let in, and one was; 1: one was refused; 2: nothing was judged."""
    monkeypatch.setenv("COLUMNS", "120")
    file = capture_file(tmp_path, har(*requests))

    got, out, err = run("explain", "--account", account_file, file, capsys=capsys)

    assert (got, err) == (status, "")
    assert "Skipped, for they hold no login by token: 1 page, 2 session calls, 1 CORS preflight." in out
    assert "No Authorization header" not in out
    assert ("Let in." in out) == (SIGNED in requests)
    assert out.count(": GET ") == len(requests) - len(BROWSERS)


def test_json_tells_of_all_and_an_entry_is_shown_when_asked_for(tmp_path, account_file, capsys):
    file = capture_file(tmp_path, har(*BROWSERS, SIGNED))

    status, out, _ = run("explain", "--account", account_file, "--json", file, capsys=capsys)
    lines = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [line["status"] for line in lines] == ["NotJudged"] * 4 + ["Success"]
    assert [line["accepted"] for line in lines] == [None] * 4 + [True]
    assert lines[1]["cause"] == "It logs in by a session of the user interface, not by a token."

    status, out, _ = run("explain", "--account", account_file, "--entry", "4", file, capsys=capsys)
    assert (status, out.splitlines()[1]) == (2, "Not judged.")
    assert "CORS preflight" in out


def test_what_a_reader_is_unsure_of_is_not_judged(account_file, capsys, monkeypatch):
    """Not even where the header alone would be refused: the reader does not know what was sent."""
    for authorization in (header(), header(realm="1234567")):
        sent = request_to(URL, "x", method="GET", headers=[("Authorization", authorization)])
        capture = Capture(
            request=sent, where="line 1", notes=("The method was taken for GET.",), unsure="It is cut off."
        )
        monkeypatch.setattr("pytest_netsuite_tba.commands.explain.read", lambda *_, capture=capture, **__: [capture])

        status, out, _ = run("explain", "--account", account_file, account_file, capsys=capsys)
        assert status == 2
        assert out.splitlines()[1:] == ["Not judged.", "Why   It is cut off.", "Note  The method was taken for GET."]

        _, out, _ = run("explain", "--account", account_file, "--json", account_file, capsys=capsys)
        found = json.loads(out)
        assert (found["status"], found["cause"], found["unsure"]) == ("NotJudged", "It is cut off.", "It is cut off.")
        assert found["notes"] == ["The method was taken for GET."]


def test_the_screen_says_what_each_of_many_got(tmp_path, account_file, capsys, monkeypatch):
    """Of each the single mistakes and the likeliest pairs were tried; the budget of 0 leaves nothing to share."""
    monkeypatch.setenv("COLUMNS", "200")
    wrong = [("GET", URL, [("Authorization", header(nonce=f"nonce-{n}-1234567890", secret="x"))]) for n in range(2)]
    file = capture_file(tmp_path, har(*wrong))

    status, out, _ = run("explain", "--account", account_file, "--budget", "0", file, capsys=capsys)

    assert status == 1
    assert out.count("every single mistake (") == out.count("To try more: --budget 4") == 2
    for number in (1, 2):
        assert f"this one got the least part of the budget; alone, by --entry {number}, it gets all of it." in out
    assert out.splitlines()[-1] == "2 requests: 2 refused."


@pytest.mark.parametrize("answer", ["401 Unauthorized", "403 Forbidden", "200 OK", ""])
def test_what_netsuite_refused_all_the_same_is_told(tmp_path, account_file, capsys, monkeypatch, answer):
    """A signature may be right for secrets that are not the account's own."""
    monkeypatch.setenv("COLUMNS", "400")
    path = URL.partition("netsuite.com")[2]
    text = f"GET {path} HTTP/1.1\nHost: 1234567-sb1.restlets.api.netsuite.com\nAuthorization: {header()}\n\n"
    text += f"HTTP/1.1 {answer}\nContent-Type: application/json\n\n{{}}\n" if answer else ""

    status, out, _ = run("explain", "--account", account_file, capture_file(tmp_path, text), capsys=capsys)

    assert (status, "Let in." in out) == (0, True)
    assert (f"The captured answer is {answer[:3]}: NetSuite refused this request." in out) == (answer[:1] == "4")


def test_explain_takes_the_one_request_of_a_file_that_holds_a_login(account_file):
    assert explain(har(*BROWSERS, SIGNED), account_file).accepted
    with pytest.raises(ValueError, match="the text holds 4 requests"):
        explain(har(*BROWSERS), account_file)


def test_what_is_not_judged_is_not_well_signed(account_file):
    request = requests.Request("GET", SUITELET[1], headers=dict(SUITELET[2])).prepare()

    assert explain(request, account_file).accepted is None
    with pytest.raises(AssertionError, match="was not judged: No token service owns this path"):
        assert_signed(request, account_file)


def test_a_method_that_was_assumed_is_no_mistake(tmp_path, account_file, capsys):
    text = f"url {URL} failed, the header was {header(method='DELETE')}\n"
    status, out, _ = run(
        "explain", "--account", account_file, "--budget", "inf", capture_file(tmp_path, text), capsys=capsys
    )

    assert status == 2
    assert "Not judged." in out
    assert "signed for another method than GET" in out
    assert "Cure" not in out


# -- progress --------------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    """A standard error that somebody looks at; it tells when a text has come."""

    def __init__(self, awaited):
        super().__init__()
        self.awaited, self.came = awaited, threading.Event()

    def isatty(self):
        return True

    def write(self, text):
        written = super().write(text)
        if self.awaited in self.getvalue():
            self.came.set()
        return written


@pytest.mark.parametrize(("count", "shown"), [(1, "\rsearching, 3 s"), (2, f"\r[{'#' * 15}{'.' * 15}] 1/2 requests, ")])
def test_a_long_search_shows_how_far_it_is(count, shown, monkeypatch):
    """And leaves nothing on the screen at its end."""
    terminal = Terminal(shown)
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(explaining, "_TICK_SECONDS", 0.001)
    with explaining._progress(count) as step:
        for _ in range(count - 1):
            step()
        assert terminal.came.wait(60), terminal.getvalue()

    assert terminal.getvalue().endswith("\r" + " " * 60 + "\r")


def test_nobody_looks_at_what_is_no_terminal(monkeypatch, capsys):
    monkeypatch.setattr(explaining, "_TICK_SECONDS", 0)
    with explaining._progress(3) as step:
        step()

    assert capsys.readouterr().err == ""
