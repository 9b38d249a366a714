"""The core: a request in, an outcome out, by itself; the server and ``explain`` stand on it."""

import subprocess
import sys
import threading

import pytest
from support.signing import HOST, NONCE, NOW, TARGET, authorization

from pytest_netsuite_tba import Account, NetSuiteServer
from pytest_netsuite_tba.account.scripts import SuiteScriptError
from pytest_netsuite_tba.fake.core import Fake
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.services import restlets
from pytest_netsuite_tba.services.reply import Reply

ECHO = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"


@pytest.fixture
def server():
    """A server whose clock stands at the moment of ``support.signing``: it only signs."""
    with NetSuiteServer() as server:
        server.clock.freeze(NOW)
        yield server


def signed(server, target=TARGET, **changed):
    return SignedRequest(
        method="GET",
        target=target,
        host=HOST,
        headers=(
            ("Host", HOST),
            ("Content-Type", "application/json"),
            ("Authorization", authorization(server, **changed)),
        ),
    )


def fake_of(server):
    return Fake(server.accounts.values())


def test_it_needs_no_framework():
    """Services and core import neither werkzeug nor pytest nor a socket's server."""
    code = "import sys, pytest_netsuite_tba.fake.core as _; print([m for m in ('werkzeug', 'pytest', 'pytest_httpserver') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "[]\n" == out


def test_a_call_is_answered(server):
    """The outcome holds the reply and the attempt that the call made, in the trail."""
    fake = fake_of(server)

    outcome = fake.call(signed(server))

    assert (200, b'{"method":"GET"') == (outcome.reply.status, outcome.reply.body[:15])
    assert [outcome.attempt] == list(fake.audit_trail)
    assert (200, "Success", False, False, []) == (
        outcome.attempt.http_status,
        outcome.attempt.status,
        outcome.unanswered,
        outcome.reset,
        outcome.failures,
    )


def test_the_attempt_is_complete_before_the_script_runs(server):
    """Whoever looks from inside a script sees the login, and no answer yet."""
    fake, seen = fake_of(server), []

    def script(_):
        seen.append({**fake.audit_trail[-1].as_dict()})
        raise SuiteScriptError("MINE")

    server.account.deploy("customscript_echo", "customdeploy_echo", get=script)
    outcome = fake.call(signed(server))

    after = outcome.attempt.as_dict()
    assert (None, None, "Default token", "Success") == tuple(
        seen[0][key] for key in ("http_status", "code", "token_name", "status")
    )
    assert {"http_status": 400, "code": "MINE", "cause": "The script threw MINE."} == {
        key: value for key, value in after.items() if value != seen[0][key]
    }


def test_a_watcher_is_told_once_and_of_the_answer(server):
    """Status and code are set before anybody is told."""
    fake, told = fake_of(server), []
    fake.audit_trail.watchers.append(lambda attempt: told.append((attempt.id, attempt.http_status, attempt.code)))

    fake.call(signed(server))
    fake.call(signed(server))

    assert [(1, 200, None), (2, 401, "INVALID_LOGIN_ATTEMPT")] == told


def test_a_path_of_nobody_is_left_unanswered_until_it_is_settled(server):
    """Whoever stands beside the fake answers, and settles what the trail says."""
    fake = fake_of(server)
    target = "/app/site/hosting/restlet.nl/nowhere"
    header = server.credentials.authorization("GET", f"https://{HOST}{target}")
    request = SignedRequest(method="GET", target=target, host=HOST, headers=(("Authorization", header),))

    outcome = fake.call(request)
    assert (None, True, None) == (outcome.reply, outcome.unanswered, outcome.attempt.http_status)

    outcome.reply = Reply(status=204)
    fake.settle(outcome)
    assert 204 == fake.audit_trail[-1].http_status


def test_a_reset_is_wished_for(server):
    """Before the login there is no reply; after the script there is one that nobody gets."""
    fake = fake_of(server)
    fake.faults.add("reset")
    fake.faults.add("reset", on=2, after_script=True)

    before, after = fake.call(signed(server)), fake.call(signed(server))

    assert (True, None, False) == (before.reset, before.reply, before.unanswered)
    assert (True, 200, None) == (after.reset, after.reply.status, after.attempt.http_status)
    assert after.attempt.cause.endswith("the client never got the answer.")


def test_a_delayed_call_holds_its_place(server):
    """The second call finds the pool full while the first is only late."""
    fake = fake_of(server)
    server.account.concurrency_limit = 1
    fake.faults.add("delay", seconds=60)
    waiting, wait = threading.Event(), fake.faults.wait

    def noted(fault):
        waiting.set()
        wait(fault)

    fake.faults.wait = noted
    outcomes = []
    late = threading.Thread(target=lambda: outcomes.append(fake.call(signed(server))))
    late.start()
    assert waiting.wait(10)
    busy = fake.call(signed(server, oauth_nonce=f"{NONCE}2"))
    fake.faults.stopped.set()
    late.join(10)

    assert ("SSS_REQUEST_LIMIT_EXCEEDED", 200) == (busy.reply.code, outcomes[0].reply.status)


def test_forced_refusals_are_counted_over_all_accounts():
    """``times=1`` refuses one login, whosever it is."""
    with NetSuiteServer(Account("1111111"), Account("2222222")) as server:
        server.refuse_next("nonce_used")
        clients = [
            server.credentials_for(account.tokens["Default token"]).client() for account in server.accounts.values()
        ]

        assert [401, 200, 200] == [client.get(ECHO).status_code for client in (*clients, clients[0])]


def test_an_exception_of_the_fakes_own_is_a_failure_of_the_test(server, monkeypatch, caplog):
    """A bug of ours is a 500 on the wire, and in the trail, the log and the verdict with its traceback."""
    broken = KeyError("ours")

    def answer(*_):
        raise broken

    monkeypatch.setattr(restlets.RestletCall, "answer", answer)
    client = server.credentials.client()

    assert 500 == client.get(ECHO).status_code
    assert ["The fake itself failed: KeyError: 'ours'"] == [attempt.cause for attempt in server.audit_trail]
    assert "KeyError: 'ours'" in caplog.text
    with pytest.raises(AssertionError, match="ours") as verdict:
        server.verify()
    assert broken is verdict.value.__cause__.__cause__


def test_an_exception_before_the_login_makes_an_attempt_too(server, monkeypatch):
    """Nothing is swallowed: where nobody was judged yet, the trail says that the fake failed."""
    monkeypatch.setattr("pytest_netsuite_tba.fake.core.route", lambda *_: 1 / 0)

    assert 500 == server.credentials.client().get(ECHO).status_code
    attempt = server.audit_trail[-1]
    assert ("fake-failed", 500, "Failure") == (attempt.refusal.id, attempt.http_status, attempt.status)
    with pytest.raises(AssertionError, match="division by zero"):
        server.verify()
    server.audit_trail.clear()
