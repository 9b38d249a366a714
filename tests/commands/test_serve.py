"""netsuite-tba serve: a real process, its signals, its files, and what it says of wrong input."""

import io
import json
import os
import shlex
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import oauthlib.oauth1
import pytest
import requests
from werkzeug.test import Client

from pytest_netsuite_tba import NetSuiteServer
from pytest_netsuite_tba.commands.hosting import AttemptLog

COMMAND = [sys.executable, "-m", "pytest_netsuite_tba"]
PATH = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"


@contextmanager
def serving(*arguments, cwd, env=None, under=()):
    """Run serve until the block ends; gives the process and the URL that it listens on."""
    process = subprocess.Popen(
        [*under, *COMMAND, "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"} | (env or {}),
    )
    try:
        greeting = process.stderr.readline()
        yield process, greeting.partition(" listens on ")[2].split(" ")[0] or pytest.fail(greeting)
    finally:
        process.kill()
        process.communicate()


def stopped(process, number=signal.SIGTERM):
    process.send_signal(number)
    return process.wait(10)


def exported(process):
    """Read the export lines; the last is known."""
    lines = []
    while not lines or "NETSUITE_BASE_URL" not in lines[-1]:
        lines.append(process.stdout.readline())
    words = [shlex.split(line.removeprefix("export ")) for line in lines if line.startswith("export ")]
    return dict(word[0].split("=", 1) for word in words)


def header(variables, url, **more):
    client = oauthlib.oauth1.Client(
        variables["NETSUITE_CONSUMER_KEY"],
        client_secret=variables["NETSUITE_CONSUMER_SECRET"],
        resource_owner_key=variables["NETSUITE_TOKEN_ID"],
        resource_owner_secret=variables["NETSUITE_TOKEN_SECRET"],
        signature_method=oauthlib.oauth1.SIGNATURE_HMAC_SHA256,
        realm=variables["NETSUITE_ACCOUNT"],
        **more,
    )
    return {"Authorization": client.sign(url, "GET")[1]["Authorization"], "Content-Type": "application/json"}


SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_client_with_the_printed_credentials_gets_in(tmp_path, number):
    """What --print-env prints is all that a client needs; a signal ends it with status 0."""
    with serving("--print-env", cwd=tmp_path) as (process, url):
        variables = exported(process)
        answer = requests.get(url + PATH, headers=header(variables, url + PATH), timeout=10)

        assert (url, "GET") == (variables["NETSUITE_BASE_URL"], answer.json()["method"])
        assert 0 == stopped(process, number)


def test_the_log_says_what_why_and_cure(tmp_path):
    """A line a request with the verdict; on refusal the lines of the diagnosis."""
    with serving("--print-env", cwd=tmp_path) as (process, url):
        variables = exported(process)
        requests.get(url + PATH, headers=header(variables, url + PATH), timeout=10)
        requests.get(
            url + PATH, headers=header(variables | {"NETSUITE_ACCOUNT": "1234567_sb1"}, url + PATH), timeout=10
        )
        stopped(process)
        lines = process.stderr.read().splitlines()

    said = [line.partition("  ")[2] for line in lines if line[:2].isdigit()]
    assert [f"200  GET {url}{PATH}  (Default token)", f"401 wrong-realm  GET {url}{PATH}  (Default token)"] == said
    assert ["    What  ", "    Why   ", "    Cure  ", "    Docs  "] == [line[:10] for line in lines[-4:]]
    assert "realm" in lines[-4]


def test_no_secret_is_in_the_log(tmp_path):
    """Neither in the lines nor as JSON; the greeting neither."""
    with serving("--json", cwd=tmp_path) as (process, url):
        requests.get(url + PATH, headers={"Authorization": 'OAuth realm="x"'}, timeout=10)
        stopped(process)
        out, err = process.communicate()
    from pytest_netsuite_tba import Account

    account = Account()
    secrets = [next(iter(account.tokens.values())).secret, next(iter(account.integrations.values())).consumer_secret]
    attempt = json.loads(out)

    assert ("MissingTokenPassportRequiredFields", 400) == (attempt["detail"], attempt["http_status"])
    assert [] == [secret for secret in secrets if secret in out + err]


def test_real_host_names_by_proxy_and_tls(tmp_path):
    """curl, told nothing but the variables, calls the production URL."""
    with serving("--proxy", "--tls", "--ca-file", "ca.pem", "--print-env", cwd=tmp_path) as (process, url):
        variables = {"BASE": url}
        for line in iter(process.stdout.readline, ""):
            name, _, value = shlex.split(line.removeprefix("export "))[0].partition("=")
            variables[name] = value
            if name == "JAVA_TOOL_OPTIONS":
                break
        target = variables["NETSUITE_BASE_URL"] + PATH
        words = [w for pair in header(variables, target).items() for w in ("-H", ": ".join(pair))]
        by_proxy = subprocess.run(
            ["curl", "-sS", target, *words], env={**os.environ} | variables, capture_output=True, text=True, check=True
        )
        by_alias = requests.get(
            url + PATH, headers=header(variables, url + PATH), verify=tmp_path / "ca.pem", timeout=9
        )
        stopped(process)

    assert "https://1234567-sb1.restlets.api.netsuite.com" == variables["NETSUITE_BASE_URL"]
    assert ["GET", "GET"] == [json.loads(by_proxy.stdout)["method"], by_alias.json()["method"]]
    assert url.startswith("https://")
    assert "PRIVATE" not in (tmp_path / "ca.pem").read_text()


ACCOUNT = """
account = "7654321"
[[restlets]]
script = "customscript_slow"
deploy = "customdeploy_slow"
get = { text = "done" }
"""


def test_accounts_come_from_files(tmp_path):
    """Several are served by one process; each has its own host."""
    (tmp_path / "a.toml").write_text(ACCOUNT)
    (tmp_path / "b.toml").write_text('account = "1234567_RP"\n')
    with serving("--account", "a.toml", "--account", "b.toml", cwd=tmp_path) as (process, url):
        statuses = [
            requests.get(url + PATH, headers={"Host": f"{host}.restlets.api.netsuite.com"}, timeout=10).status_code
            for host in ("7654321", "1234567-rp", "1234567")
        ]
        line = process.stderr.readline()
        stopped(process)

    assert [401, 401, 403] == statuses
    assert f"  RESTlet  {url}/app/site/hosting/restlet.nl?script=customscript_slow&deploy=customdeploy_slow\n" == line


def test_the_urls_of_the_greeting_can_be_opened(tmp_path):
    """A token, a script and a deployment of whatever characters are encoded in them."""
    (tmp_path / "account.toml").write_text(
        '[[restlets]]\nscript = "customscript_a&b c"\ndeploy = "customdeploy_#1"\nget = { echo = true }'
    )
    token = "a&b c#d%2F+'$(touch ran)é"
    options = ("--expose", "--account", "account.toml")
    with serving(*options, cwd=tmp_path, env={"NETSUITE_TBA_ADMIN_TOKEN": token}) as (process, url):
        lines = [process.stderr.readline().split() for _ in range(2)]
        urls = {words[0]: words[1] for words in lines}
        opened = requests.get(urls["console"], timeout=10)

    assert (
        f"{url}/app/site/hosting/restlet.nl?script=customscript_a%26b%20c&deploy=customdeploy_%231" == urls["RESTlet"]
    )
    assert (200, "/__admin/") == (opened.status_code, opened.url.removeprefix(url))


SECRETS = ("NETSUITE_CONSUMER_SECRET", "NETSUITE_TOKEN_SECRET")
WARNING = "the well-known secrets of 1234567_SB1 protect nothing: --fresh-secrets makes new ones"


def first_line_and_variables(*arguments, cwd, env=None):
    """What serve says first, and the credentials that it prints."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", "--print-env", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd, env={**os.environ, "NO_COLOR": "1"} | (env or {}),
    )  # fmt: skip
    try:
        return process.stderr.readline().rstrip(), exported(process)
    finally:
        process.kill()
        process.communicate()


def test_exposed_well_known_secrets_are_told_of_on_the_first_line(tmp_path):
    """Anybody can work them out; not said where nobody else can reach them, or where none of them is left."""
    lines = {
        arguments: first_line_and_variables(*arguments, cwd=tmp_path)[0]
        for arguments in ((), ("--expose",), ("--expose", "--host", "0.0.0.0"), ("--expose", "--fresh-secrets"))
    }

    assert [False, True, True, False] == [WARNING in line for line in lines.values()]
    assert [True] * 4 == [" listens on http://127.0.0.1:" in line for line in lines.values()]


def test_fresh_secrets_are_random_and_printed(tmp_path):
    """They let a client in, the default ones do not; those that a file gives stay."""
    secret = "given-" * 6
    file = f'[[integrations]]\nconsumer_key = "k"\nconsumer_secret = "{secret}"\n'
    (tmp_path / "account.toml").write_text(file)
    default = first_line_and_variables(cwd=tmp_path)[1]
    with serving("--print-env", "--expose", "--fresh-secrets", cwd=tmp_path) as (process, url):
        variables = exported(process)
        with_fresh, with_default = (
            requests.get(url + PATH, headers=header(variables | known, url + PATH), timeout=10)
            for known in ({}, {name: default[name] for name in SECRETS})
        )
    _, again = first_line_and_variables("--fresh-secrets", cwd=tmp_path)
    _, given = first_line_and_variables("--fresh-secrets", "--account", "account.toml", cwd=tmp_path)

    assert (200, 401) == (with_fresh.status_code, with_default.status_code)
    assert [3, 3] == [len({default[name], variables[name], again[name]}) for name in SECRETS]
    assert (secret, True) == (given[SECRETS[0]], given[SECRETS[1]] not in {default[SECRETS[1]], secret})


def test_a_wsdl_is_served_to_anybody(tmp_path):
    """--wsdl, with the schemas that it imports; its addresses are the server's own, and the greeting has its URL."""
    schema = '<schema xmlns="http://www.w3.org/2001/XMLSchema"/>'
    (tmp_path / "core.xsd").write_text(schema)
    (tmp_path / "netsuite.wsdl").write_text(
        '<a xmlns:x="http://www.w3.org/2001/XMLSchema" at="https://webservices.netsuite.com/services/NetSuitePort_2024_1">'
        '<x:import schemaLocation="https://webservices.netsuite.com/xsd/platform/v2024_1_0/core.xsd"/></a>'
    )
    with serving("--wsdl", "netsuite.wsdl", cwd=tmp_path) as (process, url):
        assert url in process.stderr.readline()
        assert f"  WSDL     {url}/wsdl/v2024_1_0/netsuite.wsdl\n" == process.stderr.readline()
        wsdl = requests.get(f"{url}/wsdl/v2024_1_0/netsuite.wsdl", timeout=10).text
        core = requests.get(f"{url}/xsd/platform/v2024_1_0/core.xsd", timeout=10).text

    assert f'at="{url}/services/NetSuitePort_2024_1"' in wsdl
    assert f'"{url}/xsd/platform/v2024_1_0/core.xsd"' in wsdl
    assert schema == core


def test_the_ready_file_holds_the_url_while_it_listens(tmp_path):
    """Whoever waits for the file can call at once; one of an earlier run is gone before this one listens."""
    ready = tmp_path / "ready"
    ready.write_text("http://stale\n")
    with serving("--ready-file", "ready", "--print-env", cwd=tmp_path) as (process, url):
        while not ready.exists():
            assert process.poll() is None

        assert f"{url}\n" == ready.read_text()
        stopped(process)
        assert not ready.exists()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_leaves_no_file_behind(tmp_path, number):
    """Neither the ready file nor the certificates: closing the terminal is a way to stop it."""
    (tmp_path / "temporary").mkdir()
    options = ["--proxy", "--ready-file", "ready"]
    with serving(*options, cwd=tmp_path, env={"TMPDIR": str(tmp_path / "temporary")}) as (process, _):
        while not (tmp_path / "ready").exists():
            assert process.poll() is None
        assert 1 == len(list((tmp_path / "temporary").iterdir()))

        assert 0 == stopped(process, number)

    assert ["temporary"] == [file.name for file in tmp_path.iterdir()]
    assert [] == list((tmp_path / "temporary").iterdir())


def test_nohup_keeps_it_running(tmp_path):
    """Whoever has SIGHUP ignored wants just that."""
    with serving(cwd=tmp_path, under=["nohup"]) as (process, url):
        process.send_signal(signal.SIGHUP)

        assert 200 == requests.get(f"{url}/__admin/health", timeout=10).status_code
        assert 0 == stopped(process)


def refused(*arguments, cwd, **more):
    done = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, cwd=cwd, timeout=30, check=False, **more
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "--host 0.0.0.0 may let other machines in; if that is wanted, add --expose"),
        (["--host", "example.com"], "--host example.com may let other machines in; if that is wanted, add --expose"),
        (
            ["--host", "\N{LATIN SMALL LETTER U WITH DIAERESIS}..x", "--expose"],
            "--host '\N{LATIN SMALL LETTER U WITH DIAERESIS}..x' is no host name",
        ),
        (["--host", f"{'x' * 64}.test", "--expose", "--tls"], f"--host '{'x' * 64}.test' is no host name"),
        (["--ca-file", "a.pem"], "--ca-file needs --proxy or --tls: without them there is no certificate"),
        (["--allow-host", "a.example"], "--allow-host needs --proxy"),
        (["--account", "none.toml"], "none.toml: cannot be read: No such file or directory"),
        (["--wsdl", "none"], "WSDL: 'none' is not valid; expected a file that can be read (No such file or directory)"),
        (["--account", "wrong.toml"], "wrong.toml: acount: unknown key; did you mean 'account'?"),
        (["--tls", "--ca-file", "none/ca.pem"], "--ca-file none/ca.pem cannot be written: No such file or directory"),
        (["--ready-file", "none/r"], "--ready-file none/r cannot be written: No such file or directory"),
        (["--proxy", "--allow-host", "a/b"], "'a/b' is no host that can be allowed; expected a name or a pattern"),
    ],
)
def test_wrong_input_is_one_line(tmp_path, arguments, said):
    """With the offending value and what is valid; status 2, and never a traceback."""
    (tmp_path / "wrong.toml").write_text('acount = "1234567"\n')

    status, out, err = refused("serve", "--port", "0", *arguments, cwd=tmp_path)

    assert (2, "", 1) == (status, out, err.count("\n"))
    assert err.startswith(f"netsuite-tba: {said}")


def test_a_port_that_is_none_is_a_usage_error(tmp_path):
    """The valid range is named."""
    status, _, err = refused("serve", "--port", "65536", cwd=tmp_path)

    said = "argument --port: '65536' is no port; expected 0 to 65535"
    assert (2, f"netsuite-tba: {said}; netsuite-tba serve --help says what is valid\n") == (status, err)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serve", "--prot", "1"], "unknown: --prot 1; netsuite-tba serve --help says what is valid"),
        (["run", "--bogus", "--", "true"], "unknown: --bogus"),
        (["serve", "--admin-host", "a b"], "--admin-host 'a b' is no host name"),
        (
            ["explain", "--budget", "-1"],
            "--budget is -1; expected how many times the usual work: a number from 0",
        ),
    ],
)
def test_an_option_that_is_none_is_one_line(tmp_path, arguments, said):
    """Of the command that was called."""
    status, out, err = refused(*arguments, cwd=tmp_path)

    assert (2, "", 1) == (status, out, err.count("\n"))
    assert err.startswith(f"netsuite-tba: {said}")


def test_a_plain_server_says_how_it_becomes_a_proxy(tmp_path):
    """To whoever takes it for one, and to whoever speaks TLS to it."""
    with serving(cwd=tmp_path) as (process, url):
        address = url.partition("://")[2]
        for words in (["-x", url, "https://1234567-sb1.app.netsuite.com/"], [f"https://{address}/"]):
            subprocess.run(["curl", "-s", *words], check=False)
        stopped(process)
        log = process.stderr.read()

    assert "501 malformed-http  CONNECT http://1234567-sb1.app.netsuite.com:443\n" in log
    cures = [line.strip() for line in log.splitlines() if line.strip().startswith("Cure")]
    assert [
        "Cure  Start it with netsuite-tba serve --proxy, or ask for the fixture netsuite_hosts.",
        "Cure  Call it by http://, or start it with netsuite-tba serve --tls.",
    ] == cures


def test_a_pipe_that_closes_is_no_error_of_ours():
    """As for any command: the status of SIGPIPE, and not a word."""
    command = f"{shlex.join(COMMAND)} sign --help >/dev/null; {shlex.join(COMMAND)} explain --url https://x/ | true"
    done = subprocess.run(
        ["bash", "-c", f"{command}; echo ${{PIPESTATUS[0]}}"], capture_output=True, text=True, check=True
    )

    assert ("141\n", "") == (done.stdout, done.stderr)


def test_the_version_is_told():
    """As every command tells its own."""
    assert (0, "netsuite-tba 0.1.0\n", "") == refused("--version", cwd="/")


def test_a_taken_port_is_one_line(tmp_path):
    """A second serve on the same port says what to do."""
    with serving(cwd=tmp_path) as (_, url):
        port = url.rpartition(":")[2]
        status, out, err = refused("serve", "--port", port, cwd=tmp_path)

    said = f"netsuite-tba: port {port} of 127.0.0.1 is taken; give another --port, or --port 0 for a free one\n"
    assert (2, "", said) == (status, out, err)


def _privileged_ports_start():
    file = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    return int(file.read_text()) if file.exists() else 0


@pytest.mark.skipif(_privileged_ports_start() <= 80, reason="here any user may listen on port 80")
def test_a_port_without_permission_is_one_line(tmp_path):
    """As whoever may not; the tests may run as root."""
    without = ["setpriv", "--bounding-set", "-net_bind_service"] if os.getuid() == 0 else []
    command = [*without, *COMMAND, "serve", "--port", "80"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=30, check=False)

    said = "port 80 of 127.0.0.1 needs a permission that this user lacks; give a --port from 1024 on"
    assert (2, "", f"netsuite-tba: {said}\n") == (done.returncode, done.stdout, done.stderr)


def test_a_missing_extra_is_one_line(tmp_path):
    """With the install line."""
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['trustme'] = None\n")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}

    status, out, err = refused("serve", "--port", "0", "--tls", cwd=tmp_path, env=env)

    assert (2, "", "netsuite-tba: TLS needs the extra 'tls': pip install 'pytest-netsuite-tba[tls]'\n") == (
        status,
        out,
        err,
    )


def test_the_log_searches_nothing():
    """Its line of a wrong signature says where the mistake is searched for, as JSON it has no diagnosis."""
    server = NetSuiteServer()
    server._fake.gate.diagnose = never
    lines, objects = io.StringIO(), io.StringIO()
    logs = [AttemptLog(server.audit_trail, lines, console_url="http://127.0.0.1:8080/__admin/")]
    logs.append(AttemptLog(server.audit_trail, objects, console_url="", as_json=True))
    for changed in ("oauth_signature", "realm"):
        header = server.credentials.authorization("GET", f"http://localhost{PATH}").replace(
            f'{changed}="', f'{changed}="7'
        )
        Client(server.wsgi_app).get(PATH, headers={"Authorization": header})
    for log in logs:
        log.close()

    text, (first, second) = lines.getvalue(), map(json.loads, objects.getvalue().splitlines())
    searched = "Open attempt 1, and the mistake is searched for: http://127.0.0.1:8080/__admin/#trail?attempt=1"
    assert searched in " ".join(text.split())
    assert "    Or    netsuite-tba audit --attempt 1 --url http://127.0.0.1:8080\n" in text
    assert ("attempt=2" in text, None) == (False, first["diagnosis"])
    assert ["realm-is-something-else"] == [mistake["id"] for mistake in second["diagnosis"]["mistakes"]]


def never(_, *, budget=1.0):
    raise AssertionError(f"a search within {budget} was asked for")
