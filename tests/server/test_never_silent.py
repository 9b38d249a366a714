"""Whatever goes wrong behind an answer is a 500 that the test is told of; never silence, never a secret."""

import socket
import threading
import traceback
from contextlib import closing

import pytest
from werkzeug import Response

from pytest_netsuite_tba import Account, NetSuiteServer, SuiteScriptError
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.services.restlets import EntryPointError

ECHO = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"


@pytest.fixture
def server():
    return NetSuiteServer()


def break_records(server):
    server.token.integration = None


def break_clock(server):
    server.clock.freeze(1e18)


def break_watcher(server):
    server.audit_trail.watchers.append(lambda attempt: attempt.no_such_field)


def fail_in_entry_point(server):
    server.deploy("customscript_echo", "customdeploy_echo", get=lambda _: pytest.fail("said by the test"))


def exit_in_entry_point(server):
    server.deploy("customscript_echo", "customdeploy_echo", get=lambda _: raise_(SystemExit("said by the test")))


def raise_(exception):
    raise exception


@pytest.mark.parametrize(
    "damage", [break_records, break_clock, break_watcher, fail_in_entry_point, exit_in_entry_point]
)
def test_it_is_a_500_and_fails_the_test(server, damage):
    """Wherever it happens, and whatever the exception is."""
    credentials = server.credentials
    damage(server)

    assert 500 == credentials.client().get(ECHO).status_code
    with pytest.raises(AssertionError):
        server.verify()


def test_the_trail_has_it_though_the_clock_is_what_fails(server):
    """Then the attempt has the machine's own time."""
    server.clock.freeze(1e18)
    server.credentials.client().get(ECHO)

    (attempt,) = server.audit_trail
    assert (500, "fake-failed") == (attempt.http_status, attempt.refusal.id)
    assert attempt.cause.startswith("The fake itself failed: ")


@pytest.mark.parametrize("answer", [{"a": 1}, 7])
def test_a_handler_that_returns_no_response(server, answer):
    """It is no reset connection: the message says what was returned."""
    server.expect_request("/own").respond_with_handler(lambda _: answer)

    assert 500 == server.credentials.client().get("/own").status_code
    with pytest.raises(AssertionError, match=f"returned {type(answer).__name__}; expected a werkzeug Response"):
        server.verify()


def test_an_expectation_holds_its_place_among_the_requests_in_flight(server):
    """What the test answers by its own handler counts, as any request does."""
    server.account.concurrency_limit = 1
    entered, leave = threading.Event(), threading.Event()

    def slow(_):
        entered.set()
        assert leave.wait(10)
        return Response("done")

    server.expect_request("/app/site/hosting/restlet.nl").respond_with_handler(slow)
    statuses = []
    first = threading.Thread(
        target=lambda: statuses.append(
            server.credentials.client().get("/app/site/hosting/restlet.nl?script=9&deploy=1").status_code
        )
    )
    first.start()
    assert entered.wait(10)
    second = server.credentials.client().get("/app/site/hosting/restlet.nl?script=9&deploy=1").status_code
    leave.set()
    first.join(10)

    assert ([200], 400) == (statuses, second)


def test_restore_forgets_what_was_arranged_and_noted(server):
    """Nothing from before it fails the test, and nothing that was announced before it is let pass."""
    seed = Account()
    server.arrange_refusal("nonce_used")
    server.credentials.client().get("/nothing")
    server.restore([seed])
    server.verify()

    server.refuse_next("nonce_used")
    server.credentials.client().get(ECHO)
    assert not server.audit_trail.announced
    with pytest.raises(ValueError, match="no account '999' is here; valid: 1234567_SB1"):
        server.restore([Account("999")])


def test_restored_deployments_keep_as_many_calls_as_the_trail():
    """``history`` holds for them too."""
    server = NetSuiteServer(Account(), history=3)
    server.restore([Account()])
    for _ in range(5):
        server.credentials.client().get(ECHO)

    assert (3, 3) == (len(server.account.restlets[0].calls), len(server.audit_trail))


@pytest.mark.parametrize("times", [0, -1, 1.5, "3", True])
def test_times_is_a_whole_number(server, times):
    """Anything else is named."""
    with pytest.raises(ValueError, match=r"expected a whole number from 1, or None for all"):
        server.refuse_next("nonce_used", times=times)


CUT = {
    "version": lambda secret: {"Authorization": f'OAuth realm="1234567_SB1", oauth_version="{secret}"'},
    "scheme": lambda secret: {"Authorization": f"{secret} x"},
    "realm": lambda secret: {"Authorization": f'OAuth realm="{"r" * 30}{secret}"'},
}


@pytest.mark.parametrize("kind", CUT)
def test_a_secret_that_was_cut_is_not_shown_either(server, kind):
    """A message shows so many characters of what was sent; the beginning of a secret is one."""
    secret = server.token.secret
    client = server.credentials.client()
    client.get(ECHO, headers=CUT[kind](secret))

    shown = "".join(f"{attempt!r}{attempt.as_dict()}" for attempt in server.audit_trail)
    with pytest.raises(AssertionError) as verdict:
        server.verify()
    assert secret[:12] not in shown + str(verdict.value)


def test_a_secret_in_the_method_and_at_a_path_that_nothing_answers(server):
    """The method is text of the client's, too."""
    secret = server.token.secret
    client = server.credentials.client()
    client.open(ECHO, method=f"X{secret}")
    client.get(f"/nothing?x={secret}")

    assert secret[:12] not in "".join(f"{attempt!r}{attempt.as_dict()}" for attempt in server.audit_trail)
    with pytest.raises(AssertionError) as verdict:
        server.verify()
    assert secret[:12] not in str(verdict.value)


def test_where_the_secrets_cannot_be_read_nothing_is_shown(server):
    """A text of which nobody can say what is a secret in it stays out of the verdict."""
    secret = server.token.secret
    client = server.credentials.client()
    server.expect_request("/own").respond_with_handler(lambda _: pytest.fail(f"the secret is {secret}"))
    break_records(server)
    client.get("/own")

    with pytest.raises(AssertionError, match=r"\(not shown: the secrets of the records cannot be read") as verdict:
        server.verify()
    assert secret not in str(verdict.value)


@pytest.mark.parametrize("sent", ["S3cret%21pass%2fword%2bx", "S3cret!pass%2Fword%2Bx", "S3cret%21pass%2Fword%2Bx"])
def test_a_secret_is_hidden_however_a_client_encodes_it(server, sent):
    """.NET writes lower-case escapes, JavaScript leaves ``!``."""
    server.token.secret = "S3cret!pass/word+x"
    server.credentials.client().get(f"{ECHO}&leaked={sent}")

    assert "[secret]" in server.audit_trail[-1].url


def leak(server, kind=ValueError):
    """Have an entry point raise what holds a secret, which the client sent."""
    server.deploy("customscript_echo", "customdeploy_echo", get=lambda sent: raise_(kind(sent["c"], "m")))
    server.credentials.client().get(f"{ECHO}&c={server.token.secret}")


def test_a_code_that_holds_a_secret_is_hidden(server):
    """The name of a script's error becomes the code of the answer, and of the attempt."""
    leak(server, SuiteScriptError)

    (attempt,) = server.audit_trail
    assert "[secret]" == attempt.code
    assert server.token.secret not in repr(attempt)


@pytest.mark.parametrize("raised", [lambda server: server.check(), lambda server: server.verify()])
def test_an_exception_that_holds_a_secret_is_told_without_it(server, raised):
    leak(server)

    with pytest.raises((EntryPointError, AssertionError)) as told:
        raised(server)
    shown = "".join(traceback.format_exception(told.value))
    assert (True, False) == ("[secret]" in shown, server.token.secret in shown)


def test_no_repr_shows_a_query(server):
    request = SignedRequest(method="GET", target=f"/a?b={server.token.secret}", host="example.com")

    assert "<SignedRequest GET /a>" == repr(request)


def test_the_trail_has_the_status_that_the_client_got_though_a_watcher_failed(server):
    """And each watcher is told, whatever another raises."""
    told = []
    server.audit_trail.watchers += [lambda _: raise_(ZeroDivisionError("deep inside")), told.append]

    answer = server.credentials.client().get(ECHO)

    (attempt,) = server.audit_trail
    assert (500, 500, [attempt]) == (answer.status_code, attempt.http_status, told)
    assert "The fake itself failed: ZeroDivisionError: deep inside" == attempt.cause
    assert "x-n-operationid" in answer.headers


def test_a_watcher_that_fails_on_what_is_no_http_fails_the_test(server):
    server.audit_trail.watchers.append(lambda _: raise_(ZeroDivisionError("deep inside")))
    server.start()
    with closing(socket.create_connection((server.host, server.port), 5)) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 400 ")
    server.stop()

    with pytest.raises(AssertionError, match="the fake raised ZeroDivisionError: deep inside"):
        server.verify()


def test_what_fails_before_there_is_a_request_is_in_log_and_trail(server, monkeypatch, caplog):
    monkeypatch.setattr("pytest_netsuite_tba.server.server.request_of", lambda *_: raise_(ZeroDivisionError("deep")))

    assert 500 == server.credentials.client().get(ECHO).status_code

    (attempt,) = server.audit_trail
    assert (500, "fake-failed") == (attempt.http_status, attempt.refusal.id)
    assert "ZeroDivisionError: deep" in caplog.text
    with pytest.raises(AssertionError, match="ZeroDivisionError: deep"):
        server.verify()


def test_a_required_restlet_is_asked_for_again_after_a_reset():
    """In each test of a module that shares a fake."""
    seed = Account()
    seed.deploy("customscript_a", "customdeploy_a", get={}, required=True)
    server = NetSuiteServer(seed.copy())

    for _ in range(2):
        with pytest.raises(AssertionError, match="customscript_a / customdeploy_a is required, but was never called"):
            server.verify()
        server.verify()
        server.restore([seed])


def test_a_trail_that_is_cleared_meanwhile_breaks_no_login(server):
    """``newest`` looks and takes at once: a history may be emptied between the two."""
    assert server.audit_trail.newest() is None
    server.credentials.client().get(ECHO, headers={"Authorization": "OAuth"})

    assert server.audit_trail.newest() is server.audit_trail[-1]
