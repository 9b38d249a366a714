"""``netsuite-tba audit``: a running server's trail in the terminal."""

import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import pytest

from pytest_netsuite_tba import Account, NetSuiteServer, SuiteScriptError
from pytest_netsuite_tba.cli import main
from pytest_netsuite_tba.console import Console
from pytest_netsuite_tba.report.trail import row

ECHO = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"


@pytest.fixture
def server(monkeypatch):
    for name in ("NETSUITE_TBA_ADMIN_TOKEN", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    account = Account()
    account.clock.freeze("2026-09-21T14:13:20Z")
    with NetSuiteServer(account) as server:
        server.console = Console(server)
        yield server


def call(server, url=ECHO):
    return server.credentials.client().get(url).status_code


def test_the_trail_is_a_table_with_what_why_and_cure(server, capsys):
    """Oldest first, as the report of a failing test has it; below a refusal stands what to do."""
    call(server)
    server.token.revoke()
    call(server)

    assert 0 == main(["audit", "--url", server.url])

    lines = capsys.readouterr().out.splitlines()
    assert ["Time", "Method", "Path", "Status", "Detail", "Application", "Role"] == lines[0].split()
    assert [["14:13:20", "GET", "200 Success"], ["14:13:20", "GET", "401 Failure"]] == [
        [line[:8], line[10:13], *(status for status in ("200 Success", "401 Failure") if status in line)]
        for line in lines[1:3]
    ]
    assert "token_rejected" in lines[2]
    assert ["    What  Token revoked", "    Why   The token is revoked."] == [
        lines[3][: len("    What  Token revoked")],
        lines[4],
    ]
    assert lines[5].startswith("    Cure  Create another token")
    assert max(map(len, lines)) <= 100


@pytest.fixture
def two_accounts(server):
    with NetSuiteServer(Account("1234567_SB1"), Account("7654321")) as both:
        both.console = Console(both)
        yield both


def call_as(server, account):
    token = next(iter(server.accounts[account].tokens.values()))
    return server.credentials_for(token).client().get(ECHO).status_code


def test_attempts_of_several_accounts_say_of_which(two_accounts, capsys):
    """With those of one alone nothing of it is shown, whatever else is here."""
    headings = []
    for account in ("7654321", "7654321", "1234567_SB1"):
        call_as(two_accounts, account)
        main(["audit", "--url", two_accounts.url])
        heading, *lines = capsys.readouterr().out.splitlines()
        headings.append("Account" in heading)

    assert [False, False, True] == headings
    assert ["7654321", "7654321", "1234567_SB1"] == [line.split()[1] for line in lines]
    assert max(map(len, lines)) <= 100


def test_it_follows_several_accounts(two_accounts):
    """The column is there before the second account is called."""
    command = [sys.executable, "-m", "pytest_netsuite_tba", "audit", "-f", "--url", two_accounts.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        assert ["Time", "Account"] == process.stdout.readline().split()[:2]
        for account in ("1234567_SB1", "7654321"):
            call_as(two_accounts, account)
            assert account == process.stdout.readline().split()[1]
        two_accounts.stop()
        process.communicate()
        watchdog.cancel()


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_table_fits_the_window(server, columns):
    """As wide as the terminal is, with colour only where that is wanted."""
    server.refuse_next("nonce_used")
    call(server, f"{ECHO}&long={'x' * 200}")
    program = (
        "import pty, sys, os, fcntl, struct, termios; pid, fd = pty.fork()\n"
        "if pid == 0: os.execv(sys.executable, [sys.executable, '-m', 'pytest_netsuite_tba', *sys.argv[2:]])\n"
        "fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 40, int(sys.argv[1]), 0, 0))\n"
        "out = b''\n"
        "try:\n"
        "    while data := os.read(fd, 65536): out += data\n"
        "except OSError: pass\n"
        "sys.stdout.buffer.write(out); sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"
    )
    environment = {
        name: value for name, value in os.environ.items() if name not in {"COLUMNS", "NO_COLOR", "FORCE_COLOR"}
    }
    outs = []
    for extra in ({}, {"NO_COLOR": "1"}):
        command = [sys.executable, "-c", program, str(columns), "audit", "--url", server.url]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment | extra)
        outs.append(done.stdout.splitlines())

    assert [True, False] == ["\x1b[31m" in "\n".join(out) for out in outs]
    assert columns >= max(map(len, outs[1]))
    assert "nonce_used" in "\n".join(outs[1])


def test_json_is_an_object_a_line(server, capsys):
    """With the keys that attempts have everywhere."""
    call(server)
    server.token.revoke()
    call(server)

    assert 0 == main(["audit", "--json", "--url", f"{server.url}/__admin/"])

    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [attempt.as_dict() for attempt in server.audit_trail] == found


def test_filters(server, capsys):
    """By status, by detail, and the newest of them."""
    call(server)
    for refusal in ("nonce_used", "nonce_used", "InvalidSignature"):
        server.refuse_next(refusal)
        call(server)

    def ids(*options):
        assert 0 == main(["audit", "--json", "--url", server.url, *options])
        return [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()]

    assert [[1], [2, 3, 4], [2, 3], [3, 4]] == [
        ids("--status", "Success"),
        ids("--status", "Failure"),
        ids("--detail", "nonce_used"),
        ids("--limit", "2"),
    ]


def shown_details(server, capsys, *options):
    """The ids, and what the column Detail shows of each."""
    assert 0 == main(["audit", "--json", "--url", server.url, *options])
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [(attempt["id"], row(attempt)[5]) for attempt in found]


def test_the_filter_takes_what_the_column_shows(server, capsys):
    """A detail, a mistake of the diagnosis, a public code, that of a script too; and a refusal's id, which JSON has."""
    url = f"{server.url}{ECHO}"
    header = server.credentials.authorization("GET", url).replace('realm="1234567_SB1"', 'realm="7654321"')
    for authorization in (header, "Basic eDp5", None):
        given = {} if authorization is None else {"Authorization": authorization}
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(urllib.request.Request(url, headers=given))
    server.refuse_next("nonce_used")
    call(server)
    server.deploy("customscript_own", "customdeploy_own", get=own_error)
    call(server, "/app/site/hosting/restlet.nl?script=customscript_own&deploy=customdeploy_own")

    shown = shown_details(server, capsys)
    assert {"realm-is-something-else", "nonce_used", "ORDER_EXISTS"} < {detail for _, detail in shown}
    for attempt, detail in shown:
        assert (attempt, detail) in shown_details(server, capsys, "--detail", detail)
    assert [(1, "realm-is-something-else")] == shown_details(server, capsys, "--detail", "realm-is-something-else")
    assert [(1, "realm-is-something-else")] == shown_details(server, capsys, "--detail", "wrong-realm")
    assert [(5, "ORDER_EXISTS")] == shown_details(server, capsys, "--detail", "ORDER_EXISTS")


def own_error(_):
    raise SuiteScriptError("ORDER_EXISTS", "There is such an order.")


def test_following_filters_alike(two_accounts):
    """By account, and by what the column shows."""
    options = [
        "--account",
        "7654321",
        "--detail",
        "permission_denied-role-inactive",
        "--json",
        "-f",
        "--url",
        two_accounts.url,
    ]
    for account in two_accounts.accounts.values():
        next(iter(account.roles.values())).active = False
    call_as(two_accounts, "7654321")
    command = [sys.executable, "-m", "pytest_netsuite_tba", "audit", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        assert 1 == json.loads(process.stdout.readline())["id"]
        call_as(two_accounts, "1234567_SB1")
        two_accounts.refuse_next("nonce_used")
        call_as(two_accounts, "7654321")
        call_as(two_accounts, "7654321")
        assert 4 == json.loads(process.stdout.readline())["id"]
        two_accounts.stop()
        process.communicate()
        watchdog.cancel()


def test_one_account_alone(two_accounts, capsys):
    """As the control API has it."""
    for account in ("7654321", "1234567_SB1", "7654321"):
        call_as(two_accounts, account)

    assert [(1, ""), (3, "")] == shown_details(two_accounts, capsys, "--account", "7654321")


def test_an_empty_trail_says_so(server, capsys):
    """Nothing came: that is worth saying too."""
    assert (0, "The Login Audit Trail is empty.\n") == (main(["audit", "--url", server.url]), capsys.readouterr().out)


def test_what_is_left_out_is_counted(server, capsys):
    """The newest twenty are shown."""
    for _ in range(25):
        call(server)
    main(["audit", "--url", server.url])

    lines = capsys.readouterr().out.splitlines()
    assert ("(5 earlier attempts are not shown)", 22) == (lines[0], len(lines))


def test_it_follows_until_the_server_stops(server):
    """Attempts are shown as they come, with their diagnosis; each once."""
    call(server)
    command = [sys.executable, "-m", "pytest_netsuite_tba", "audit", "--follow", "--json", "--url", server.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        first = json.loads(process.stdout.readline())
        server.refuse_next("nonce_used")
        call(server)
        second = json.loads(process.stdout.readline())
        server.stop()
        rest, said = process.communicate()
        watchdog.cancel()

    assert [server.audit_trail[0].as_dict(), server.audit_trail[1].as_dict()] == [first, second]
    assert (0, "", f"netsuite-tba: the server at {command[-1]} has stopped\n") == (process.returncode, rest, said)


def test_it_follows_as_a_table(server):
    """The heading comes at once, before there is any attempt."""
    command = [sys.executable, "-m", "pytest_netsuite_tba", "audit", "-f", "--url", server.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        assert process.stdout.readline().startswith("Time      Method")
        call(server)
        assert "200 Success" in process.stdout.readline()
        server.stop()
        assert "" == process.stdout.read()
        watchdog.cancel()


@pytest.mark.parametrize("command", [["audit"], ["audit", "--follow"], ["audit", "--json"]])
def test_no_server_is_one_clear_line(server, capsys, command):
    """It says where nobody answered, and what to do."""
    url = server.url
    server.stop()

    assert 2 == main([*command, "--url", url])

    said = capsys.readouterr().err
    assert (1, True) == (
        said.count("\n"),
        said.startswith(f"netsuite-tba: no server answers at {url} (Connection refused)"),
    )
    assert "netsuite-tba serve" in said


def test_a_server_without_console_is_one_clear_line(server, capsys):
    """So is any other server."""
    server.console = None

    assert 2 == main(["audit", "--url", server.url])
    assert (
        f"netsuite-tba: what answers at {server.url} is no netsuite-tba serve; give its --url\n"
        == capsys.readouterr().err
    )
    server.httpserver.clear_assertions()


def test_an_exposed_server_wants_its_token(server, capsys, monkeypatch):
    """By option or environment; it is not repeated in any message."""
    server.console = Console(server, token="s3cret-token")
    call(server)

    assert [2, 2, 0] == [
        main(["audit", "--url", server.url]),
        main(["audit", "--url", server.url, "--token", "wr0ng"]),
        main(["audit", "--url", server.url, "--token", "s3cret-token"]),
    ]
    monkeypatch.setenv("NETSUITE_TBA_ADMIN_TOKEN", "s3cret-token")
    assert 0 == main(["audit", "--url", server.url])
    captured = capsys.readouterr()
    assert captured.err.splitlines()[0].endswith("give --token, or set NETSUITE_TBA_ADMIN_TOKEN")
    assert ("s3cret" in captured.err, "wr0ng" in captured.err) == (False, False)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--url", "localhost:8080"], "'localhost:8080' is no URL"),
        (["--detail", "nonce_usd"], "did you mean 'nonce_used'?"),
        (["--account", "1234567"], "did you mean '1234567_SB1'?"),
        (["--limit", "0"], "expected a whole number from 1"),
        (["--ca-file", "nowhere.pem"], "--ca-file nowhere.pem cannot be used: No such file"),
    ],
)
def test_bad_options_are_one_clear_line(server, capsys, options, said):
    """With what is valid."""
    assert 2 == main(["audit", "--url", server.url, *options])

    error = capsys.readouterr().err
    assert (1, True) == (error.count("\n"), said in error), error


def test_a_certificate_that_is_not_trusted(capsys, tmp_path):
    """The line names the option; with it the trail is shown."""
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA()
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with NetSuiteServer(Account(), ssl_context=context) as server:
        server.console = Console(server)
        assert 2 == main(["audit", "--url", server.url])
        assert "--ca-file" in capsys.readouterr().err
        assert 0 == main(["audit", "--url", server.url, "--ca-file", str(tmp_path / "ca.pem")])


def wrongly_signed(server):
    """A GET with the signature of a POST."""
    header = server.credentials.authorization("POST", f"{server.url}{ECHO}")
    request = urllib.request.Request(f"{server.url}{ECHO}", headers={"Authorization": header})
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(request)


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_the_listing_searches_nothing(server, searches, capsys, options):
    """Of a wrong signature it says where to have its mistake searched for."""
    wrongly_signed(server)

    assert 0 == main(["audit", "--url", server.url, *options])

    out = capsys.readouterr().out
    assert [] == searches
    assert ("method-wrong" in out, f"{server.url}/__admin/#trail?attempt=1" in out) == (False, not options)


def test_an_attempt_that_is_opened_is_searched(server, searches, capsys):
    """As a table with what, why and cure, and as JSON."""
    wrongly_signed(server)

    assert 0 == main(["audit", "--url", server.url, "--attempt", "1"])
    shown = capsys.readouterr().out
    assert 0 == main(["audit", "--url", server.url, "--attempt", "1", "--json"])
    found = json.loads(capsys.readouterr().out)

    assert ["InvalidSignature"] == list(dict.fromkeys(searches))
    assert ["method-wrong"] == [mistake["id"] for mistake in found["diagnosis"]["mistakes"]]
    assert " ".join(found["diagnosis"]["mistakes"][0]["title"].split()) in " ".join(shown.split())
    assert 2 == main(["audit", "--url", server.url, "--attempt", "7"])
    assert "no attempt 7" in capsys.readouterr().err
