"""Commands that are printed to be copied do what they say in a shell, whatever is in them; a real curl runs them."""

import subprocess

import pytest

from pytest_netsuite_tba import NetSuiteServer
from pytest_netsuite_tba.login.environ import request_of
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.oauth1.target import Target
from pytest_netsuite_tba.report.curl import curl_command, quote

MADE = {"host", "content-length", "user-agent", "accept"}
JSON = (("Content-Type", "application/json"),)


@pytest.fixture(scope="module")
def listener():
    """Where a server listens, and what it heard last."""
    with NetSuiteServer() as server:

        def heard():
            request, _ = server.log[-1]
            return request_of(request.environ, request.get_data())

        yield Target.of(server.url), heard


@pytest.fixture
def folder(tmp_path):
    """Where a command is run: with files that it must not read, and a program that it must not run."""
    for name in ("secret", "body", "x: y"):
        (tmp_path / name).write_text("a file of the developer's own")
    return tmp_path


def in_bash(command, folder):
    """Paste a command into bash that looks at its history, as one in a terminal does."""
    text = f"set -o history; set -o histexpand\ntouch body\n{command}\n"
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-s"],
        input=text.encode(),
        cwd=folder,
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert ["body", "secret", "x: y"] == sorted(file.name for file in folder.iterdir())
    return done


def request_to(host, *, method="POST", target="/", headers=JSON, body=b""):
    return SignedRequest(method=method, target=target, host=host, scheme="http", headers=headers, body=body)


def shown(request):
    """What of a request is its client's."""
    headers = [(name, value) for name, value in request.headers if name.lower() not in MADE]
    return request.method, request.host, request.target, headers, request.body


NASTY = {
    "quotes": "'\"`'; touch ran; '",
    "a substitution": "$(touch ran) `touch ran` ${HOME} $HOME",
    "history": "!! !touch !$ '!!' \"!!\" ^true^touch",
    "an at sign": "@secret",
    "a dash": "-o ran",
    "two dashes": "--output ran",
    "a home": "~ ~root/x a=~",
    "a path of zsh": "=ls",
    "backslashes": "\\ \\\\ \\' \\n \\x41 \\",
    "jokers": "* ? [a-z] {a,b} {1..3}",
    "percents": "%s %n %% %25 %41",
    "operators": "; & | && || > ran < secret # x",
    "more than ASCII": "é 日本 \u202e \u00a0",
    "an equals sign": "a=b&c=d",
}
NASTY_BODIES = NASTY | {
    "line breaks": "a\nb\r\nc\n\n",
    "a line break at the end": "x\n",
    "an at sign and a line break": "@secret\n",
    "control characters": "\x01\x1b[31m\x07\x08\x7f\t",
    "a NUL": "a\0b%s\\n'c\n",
    "NULs alone": "\0\0",
    "bytes": "\udcff\udc80'\udcfe",
    "bytes and a NUL": "\udcff\0\udc80",
}


@pytest.mark.parametrize("body", NASTY_BODIES)
def test_a_body_is_sent_as_it_was(listener, folder, body):
    """No file is read, no command run, no byte lost."""
    server, heard = listener
    sent = request_to(server.host, body=NASTY_BODIES[body].encode("utf-8", "surrogateescape"))
    in_bash(curl_command(sent), folder)

    assert shown(sent) == shown(heard())


@pytest.mark.parametrize("value", NASTY)
def test_a_header_is_sent_as_it_was(listener, folder, value):
    server, heard = listener
    sent = request_to(
        server.host, headers=(*JSON, ("X-A", NASTY[value]), ("X-A", "again"), ("Authorization", NASTY[value]))
    )
    in_bash(curl_command(sent), folder)

    assert shown(sent) == shown(heard())


@pytest.mark.parametrize("value", NASTY)
def test_a_query_is_sent_as_it_was(listener, folder, value):
    """Raw but for blanks, of which no target has one, and the number sign."""
    server, heard = listener
    query = NASTY[value].replace(" ", "+").replace("#", "%23")
    sent = request_to(server.host, target=f"/a?{query}")
    in_bash(curl_command(sent), folder)

    assert shown(sent) == shown(heard())


TARGETS = [
    "/", "/?", "//evil.example.com/x", "/a/../b", "/a/./b", "/./", "/a/%2e%2E/b", "/[1-3]", "/{a,b}", "/a?b=[1-2]{c,d}", "/é",
    "/\\x", "/a|b", "/-o", "/~", "/@secret", "/a?@secret", "/a;b", "/%",
]  # fmt: skip


@pytest.mark.parametrize("target", TARGETS)
def test_a_path_is_sent_as_it_was(listener, folder, target):
    """curl takes no dots away, encodes nothing and makes no ranges."""
    server, heard = listener
    sent = request_to(server.host, target=target)
    in_bash(curl_command(sent), folder)

    assert shown(sent) == shown(heard())


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "get", "-o", "--output", "!!", "`", "$HOME", "'", "~"])
def test_a_method_is_sent_as_it_was(listener, folder, method):
    """HEAD too, after which curl waits for no body."""
    server, heard = listener
    sent = request_to(server.host, method=method, target="*" if method == "OPTIONS" else "/app/site/hosting/restlet.nl")
    done = in_bash(curl_command(sent), folder)

    assert (0, shown(sent)) == (done.returncode, shown(heard()))


HEADERS = {
    "empty": (("X-Empty", ""), *JSON),
    "without a content type": (),
    "an empty content type": (("Content-Type", ""),),
    "an odd name": (("!#$%&'*+-.^_`|~", "x"), *JSON),
    "in lower case": (("content-type", "text/plain"),),
}


@pytest.mark.parametrize("headers", HEADERS)
def test_curl_adds_and_drops_no_header(listener, folder, headers):
    """An empty one is sent; where there is no Content-Type, curl says no form, which would be signed."""
    server, heard = listener
    sent = request_to(server.host, headers=HEADERS[headers], body=b"{}")
    in_bash(curl_command(sent), folder)

    assert shown(sent) == shown(heard())


def test_a_body_that_came_packed_is_sent_unpacked(listener, folder):
    """It was unpacked when it came, so that its Content-Encoding says nothing of it any more."""
    server, heard = listener
    in_bash(curl_command(request_to(server.host, headers=(*JSON, ("Content-Encoding", "GZip")), body=b"{}")), folder)

    assert shown(request_to(server.host, body=b"{}")) == shown(heard())


def test_another_host_is_sent_as_a_header(listener, folder):
    server, heard = listener
    sent = request_to("1234567-sb1.restlets.api.netsuite.com", target="/a?b")
    in_bash(curl_command(sent, server=server), folder)

    assert shown(sent) == shown(heard())


def test_a_long_body_comes_from_a_file(listener, folder):
    """Of that name, which the command says; where it was asked for, the whole stands in the command."""
    server, heard = listener
    sent = request_to(server.host, body=b"x" * 11)
    in_bash(curl_command(sent, most_body_bytes=10), folder)

    assert b"a file of the developer's own" == heard().body
    assert curl_command(sent, most_body_bytes=10).endswith(" --data-binary '@body'")
    assert curl_command(sent).endswith(f" --data-raw {'x' * 11}")


NOT_SENT = {
    "a header that curl reads from a file": {"headers": (("@secret", "x"),)},
    "a header without a name": {"headers": (("", "x"),)},
    "a header of two lines": {"headers": (("X-A", "a\r\nX-B: b"),)},
    "a blank in the target": {"target": "/a b"},
    "a line break in the target": {"target": "/a\nb"},
    "a NUL in the target": {"target": "/a\0b"},
    "a blank in the method": {"method": "GET /"},
    "a file": {"target": "file://localhost/etc/passwd"},
    "another protocol": {"target": "gopher://localhost/x"},
    "another host behind an at sign": {"target": "http://localhost@evil.example.com/"},
    "a blank in the host": {"host": "a b"},
    "no host": {"host": ""},
}


@pytest.mark.parametrize("case", NOT_SENT)
def test_what_curl_cannot_send_is_no_command(case):
    """Rather than one that does something else."""
    assert curl_command(request_to(**({"host": "localhost"} | NOT_SENT[case]))) is None


@pytest.mark.parametrize("shell", ["bash", "sh"])
@pytest.mark.parametrize("value", [*NASTY.values(), "", "a\nb\n", "x\n", "\x1b[31m", "plain"])
def test_an_export_line_sets_what_it_says(shell, value):
    """As ``eval "$(netsuite-tba serve --print-env)"`` has it, in any shell of POSIX's family."""
    command = f'export X={quote(value)}\nprintf %s "$X"'
    assert value == subprocess.run([shell, "-c", command], capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("word", ["=ls", "~", "%self", "a=~", "{a,b}", "@x", "-x y", ""])
def test_a_word_that_some_shell_reads_is_quoted(word):
    """zsh makes a path of =ls, fish a process of %self."""
    assert f"'{word}'" == quote(word)
