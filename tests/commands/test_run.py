"""netsuite-tba run: a command whose every NetSuite host is the fake; its exit status, its report."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "pytest_netsuite_tba", "run"]
PUSH = """
import os, sys
import requests
from requests_oauthlib import OAuth1

names = ("CONSUMER_KEY", "CONSUMER_SECRET", "TOKEN_ID", "TOKEN_SECRET")
realm = os.environ["NETSUITE_ACCOUNT"]
auth = OAuth1(*(os.environ["NETSUITE_" + name] for name in names), signature_method="HMAC-SHA256",
              realm=realm.lower() if "bad" in sys.argv else realm)
url = os.environ["NETSUITE_BASE_URL"] + "/app/site/hosting/restlet.nl"
for _ in range(3):
    query = {"script": "customscript_echo", "deploy": "customdeploy_echo"}
    print(requests.post(url, params=query, json={"id": 7}, auth=auth).status_code)
"""
URL = (
    "https://1234567-sb1.restlets.api.netsuite.com/app/site/hosting/restlet.nl"
    "?script=customscript_echo&deploy=customdeploy_echo"
)


@pytest.fixture
def run(tmp_path):
    """Run the command in a folder with push.py; gives status, output and errors."""
    (tmp_path / "push.py").write_text(PUSH)

    def call(*arguments, **variables):
        environment = {**os.environ, "NO_COLOR": "1"} | variables
        done = subprocess.run(
            [*COMMAND, *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    return call


def test_a_program_that_signs_right_reaches_the_fake(run):
    """Nothing in it knows of the fake: its real host names are answered."""
    assert (0, "200\n200\n200\n", "netsuite-tba: 3 logins, none refused\n") == run("--", sys.executable, "push.py")


def test_refused_logins_are_said_once_each_way_and_fail_the_run(run):
    """Even though the program swallowed them: what, why and cure, the header to compare; a retry is no news."""
    status, out, err = run("--", sys.executable, "push.py", "bad")
    lines = err.splitlines()

    assert (1, "401\n401\n401\n") == (status, out)
    assert ["netsuite-tba: 3 logins, 3 refused", "", f"POST {URL}"] == lines[:3]
    assert "Refused: 401 INVALID_LOGIN_ATTEMPT (wrong-realm)  (and 2 more like it)" == lines[3]
    assert {"What": 1, "Why": 1, "Cure": 1} == Counter(
        line.split(" ")[0] for line in lines if line[:4] in {"What", "Why ", "Cure"}
    )


def test_refusals_may_be_allowed(run):
    """For a program that is meant to be refused."""
    status, _, err = run("--allow-refusals", "--", sys.executable, "push.py", "bad")

    assert (0, True) == (status, "3 logins, 3 refused" in err)


def test_the_trail_can_be_kept(run, tmp_path):
    """One JSON object a line, with the keys of a LoginAttempt; no secret in it."""
    run("--trail", "trail.jsonl", "--", sys.executable, "push.py", "bad")
    attempts = [json.loads(line) for line in (tmp_path / "trail.jsonl").read_text().splitlines()]

    assert [(1, "Failure", 401), (2, "Failure", 401), (3, "Failure", 401)] == [
        (attempt["id"], attempt["status"], attempt["http_status"]) for attempt in attempts
    ]
    assert {"realm-lowercase"} == {m["id"] for attempt in attempts for m in attempt["diagnosis"]["mistakes"]}


def test_a_device_is_written_to_and_stays_one(run):
    """Taking a file's place is for files."""
    fifo = stat.S_IFMT(Path("/dev/null").stat().st_mode)
    assert 0 == run("--trail", "/dev/null", "--", "true")[0]
    assert fifo == stat.S_IFMT(Path("/dev/null").stat().st_mode)


def test_that_nothing_was_tested_may_be_a_failure(run):
    """A client that ignores the proxy reaches nobody: the report asks for it, and --require-login fails the run."""
    assert 0 == run("--", "true")[0]
    assert (1, "", "netsuite-tba: no request reached the fake NetSuite; does the client follow HTTPS_PROXY?\n") == run(
        "--require-login", "--", "true"
    )
    assert 0 == run("--require-login", "--", sys.executable, "push.py")[0]


def test_a_call_that_found_no_restlet_is_said(run, tmp_path):
    """The program got NetSuite's 404; the report says what is deployed, and how it is said without a test."""
    (tmp_path / "account.toml").write_text(
        'account = "1234567_SB1"\n[[restlets]]\nscript = "customscript_a"\ndeploy = "customdeploy_a"\nget = { echo = true }\n'
    )
    status, out, err = run("--account", "account.toml", "--", sys.executable, "push.py")

    assert (0, "404\n404\n404\n") == (status, out)
    assert (
        "netsuite-tba: 3 logins, none refused\n"
        "netsuite-tba: POST called the RESTlet customscript_echo / customdeploy_echo, which is not deployed; "
        "deployed: customscript_a / customdeploy_a. netsuite.deploy(), or account.toml, deploys it.\n"
        "netsuite-tba: What netsuite.deploy(), .suiteql() and .soap() say in a test, an account file says here (--account):\n"
        "    [[restlets]], [[web_services.suiteql]], [[web_services.soap]], [[web_services.records]].\n"
        "    What netsuite.expect_request() answers, a test in pytest alone can say.\n"
    ) == err


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["sh", "-c", "exit 7"], 7),
        (["sh", "-c", "kill -9 $$"], 137),
        (["no-such-command"], 127),
        ([str(Path(__file__).parent)], 126),
        ([], 2),
    ],
)
def test_the_exit_status_is_the_commands_own(run, command, status):
    """As a shell gives it; what cannot be run is one line."""
    got, out, err = run("--", *command)

    assert (status, "", 1) == (got, out, err.count("\n"))


def test_the_command_may_read_other_names(run):
    """As the ini option netsuite_env_names."""
    assert "1234567_SB1\n" == run("--env-name", "NETSUITE_ACCOUNT=NS", "--", "sh", "-c", "echo $NS")[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--env-name", "NETSUITE_TOKN=A"],
            "--env-name NETSUITE_TOKN=A is not NETSUITE_...=NAME; did you mean 'NETSUITE_TOKEN_ID'?",
        ),
        (["--env-name", "NETSUITE_TOKEN_ID="], "--env-name NETSUITE_TOKEN_ID=: '' is no name of a variable"),
        (
            ["--env-name", "NETSUITE_TOKEN_ID=A", "--env-name", "NETSUITE_ACCOUNT=A"],
            "--env-name NETSUITE_ACCOUNT=A: A is given for another variable too",
        ),
        (["--account", "none.toml"], "none.toml: cannot be read: No such file or directory"),
        (["--allow-host", "1.app.netsuite.com"], "'1.app.netsuite.com' is NetSuite's"),
        (["--trail", "none/t"], "--trail none/t cannot be written: No such file or directory"),
    ],
)
def test_wrong_input_is_one_line_before_the_command_runs(run, arguments, said):
    """With the offending value and what is valid."""
    status, out, err = run(*arguments, "--", "sh", "-c", "echo ran")

    assert (2, "", 1) == (status, out, err.count("\n"))
    assert err.startswith(f"netsuite-tba: {said}")


UNTIL_TERMINATED = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
print("on", flush=True)
signal.pause()
"""


def test_sigterm_ends_the_command_and_the_report_follows(tmp_path):
    """It is passed on, whichever thread gets it."""
    process = subprocess.Popen(
        [*COMMAND, "--", sys.executable, "-c", UNTIL_TERMINATED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    assert "on\n" == process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)

    assert (3, "", "netsuite-tba: no request reached the fake NetSuite; does the client follow HTTPS_PROXY?\n") == (
        process.returncode,
        out,
        err,
    )
