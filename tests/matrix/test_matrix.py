"""Real clients with real signers, unmodified, in many languages: by NetSuite's own host name and by a plain URL."""

import os
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from matrix.matrix import ACCEPTED, CALLS, PATH, PLAIN_URL, REAL_NAME, NotInstalledError, clients, results, versions

TESTS = Path(__file__).parent.parent
PAGE = TESTS.parent / "docs" / "compatibility.md"
SCRIPT, DEPLOY = "customscript_orders", "customdeploy_orders"
# Set by .ci/run to the registries that answered: a client that is missing then is a failure, not a skip.
REQUIRED = os.environ.get("NETSUITE_TBA_MATRIX", "").split()
GO = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": ""}  # Debian's packages, offline


def by(way):
    """Every client that can reach the fake this way."""
    return pytest.mark.parametrize(
        "client", [pytest.param(client, id=client.id) for client in clients() if way in client.ways]
    )


@by(REAL_NAME)
def test_by_the_real_host_name(client, netsuite_hosts, netsuite_env, netsuite, record_property, pytestconfig):
    """An unmodified client reaches the fake by NetSuite's own name, with the variables that its row names alone."""
    unread = set(netsuite_hosts.variables) - set(client.reads)
    assert set() == set(client.reads) - set(netsuite_hosts.variables)

    judge(client, REAL_NAME, netsuite, unread, record_property, pytestconfig)

    assert {"1234567-sb1.restlets.api.netsuite.com"} == {
        urlsplit(attempt.url).netloc for attempt in netsuite.audit_trail
    }


@by(PLAIN_URL)
def test_by_a_plain_url(client, netsuite_env, netsuite, record_property, pytestconfig):
    """The same program with another base URL, and no proxy."""
    proxies = {name for name in os.environ if name.lower().endswith("_proxy")}  # a developer's own

    judge(client, PLAIN_URL, netsuite, proxies, record_property, pytestconfig)

    assert {urlsplit(netsuite.url).netloc} == {urlsplit(attempt.url).netloc for attempt in netsuite.audit_trail}


def judge(client, way, netsuite, unread, record_property, pytestconfig):
    """Run a client; compare what the fake saw and answered with what its row, and the committed results, say."""
    installed = versions_or_skip(client)
    deployment = netsuite.deploy(
        SCRIPT, DEPLOY, **dict.fromkeys(("get", "post", "put", "delete"), lambda _: {"done": True})
    )
    environment = {name: value for name, value in os.environ.items() if name not in unread} | GO | {"PATH": PATH}
    with netsuite.expect_refusal("InvalidSignature") if client.refused else nullcontext():
        ran = client.run(environment)

    attempts = list(netsuite.audit_trail)
    outcomes = client.outcomes
    made = [(*CALLS[name], outcome == ACCEPTED) for name, outcome in outcomes.items()]
    said = f"{ran.stdout}\n{ran.stderr}"
    assert [method for method, *_ in made] == [attempt.method for attempt in attempts], said
    assert [sorted(query) for _, query, *_ in made] == [sorted(query_of(attempt)) for attempt in attempts]
    assert outcomes == dict(zip(outcomes, map(outcome_of, attempts), strict=True))
    let_in = [(method, dict(query), body) for method, query, body, accepted in made if accepted]
    assert let_in == [(call.method, call.parameters, call.body) for call in deployment.calls]
    printed = re.findall(r"\b(GET|POST|PUT|DELETE) (\d{3})\b", ran.stdout)
    assert [(method, "200" if accepted else "401") for method, _, _, accepted in made] == printed
    assert 0 == ran.returncode, said

    record_property("compatibility", (client.id, installed, way, outcomes))
    if not writing(pytestconfig):
        assert results()[client.id][way] == outcomes, "run: python -m pytest tests/matrix --write-compatibility"


def writing(pytestconfig):
    return pytestconfig.getoption("--write-compatibility", default=False)


def versions_or_skip(client):
    """Give the versions of the client's parts; one that is missing skips the test, or fails it where CI has them all."""
    try:
        return versions(client)
    except NotInstalledError as missing:
        reason = str(missing)
    if client.registries <= set(REQUIRED):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def query_of(attempt):
    pairs = parse_qsl(urlsplit(attempt.url).query, keep_blank_values=True)
    assert [("deploy", DEPLOY), ("script", SCRIPT)] == sorted(pair for pair in pairs if pair[0] in {"script", "deploy"})
    return [pair for pair in pairs if pair[0] not in {"script", "deploy"}]


def outcome_of(attempt):
    if attempt.accepted:
        return ACCEPTED
    return " ".join(mistake.id for mistake in attempt.diagnosis.mistakes)


def test_every_client_of_the_table_was_run(pytestconfig):
    """results.json holds each client of clients.toml, each way that it can go, and no other."""
    if writing(pytestconfig):
        pytest.skip("results.json is being written")
    assert {client.id: sorted([*client.ways, "versions"]) for client in clients()} == {
        name: sorted(one) for name, one in results().items()
    }


def test_the_command_of_the_page_runs(tmp_path, monkeypatch):
    """docs/compatibility.md: its account.toml, and its command with a program of this folder."""
    page = PAGE.read_text("utf-8")
    accounts, commands = (re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("toml", "sh"))
    (tmp_path / "account.toml").write_text(accounts[0], "utf-8")
    (tmp_path / "tests").symlink_to(TESTS)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)

    ran = subprocess.run(
        ["bash", "-euc", commands[0]], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )

    assert (0, "netsuite-tba: 6 logins, none refused\n") == (ran.returncode, ran.stderr)
    assert [f"{method} 200" for method, *_ in CALLS.values()] == ran.stdout.splitlines()
