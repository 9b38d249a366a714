"""What a server keeps of its requests is bounded in bytes, and given back when it is cleared."""

from __future__ import annotations

import gc
import io
import tracemalloc
from urllib.parse import urlencode

import pytest
from werkzeug.test import Client

from pytest_netsuite_tba import Account, NetSuiteServer
from pytest_netsuite_tba.captures.judge import Judge
from pytest_netsuite_tba.login.nonces import NonceStore
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.report.explanation import explanation, readings
from pytest_netsuite_tba.server.expectations import MOST_NOTED
from pytest_netsuite_tba.tokens.request_tokens import CHARACTERS_KEPT, RequestToken, RequestTokens
from pytest_netsuite_tba.wire.message import parse_head
from pytest_netsuite_tba.wire.wsgi import make_environ

ECHO = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"
JSON = {"Content-Type": "application/json"}
SIZE = 100_000
LIMIT = 8 * SIZE


@pytest.fixture
def server() -> NetSuiteServer:
    return NetSuiteServer(history_bytes=LIMIT)


def body(number: int) -> bytes:
    """A JSON text that no other is."""
    return b'"%d%b"' % (number, b"x" * (SIZE - 3))


def wsgi_call(server: NetSuiteServer, target: str, authorization: str = "", body: bytes = b"{}") -> None:
    """A call as the listener makes it."""
    fields = f"Host: localhost\r\nContent-Type: application/json\r\n{authorization}Content-Length: {len(body)}"
    head = parse_head(f"POST {target} HTTP/1.1\r\n{fields}".encode())
    environ = make_environ(head, body, scheme="http", server=("localhost", 80), client=("127.0.0.1", 1))
    b"".join(server.wsgi_app(environ, lambda *_: None))


def post(server: NetSuiteServer, number: int) -> None:
    """One that nobody signed."""
    Client(server.wsgi_app).post(ECHO, data=body(number), headers=JSON)


def call(server: NetSuiteServer, number: int) -> None:
    """One that is let in, and echoed."""
    assert 200 == server.credentials.client().post(ECHO, data=body(number), headers=JSON).status_code


def test_bodies_are_cut_and_say_their_length(server):
    """Those of the oldest, in trail, log and calls; every request is still listed."""
    for number in range(10):
        post(server, number)
        call(server, number)
    trail, log, calls = server.audit_trail, server.log, server.account.restlets[0].calls

    assert trail.store is log.store is calls.store
    assert trail.store.used <= LIMIT
    assert (20, 20, 10) == (len(trail), len(log), len(calls))
    assert (0, 0, 0) == (trail.dropped, log.dropped, calls.dropped)
    request, response = log[1]
    assert (b"(100000 bytes, no longer kept)", "100000") == (request.data, request.headers["Content-Length"])
    assert b" bytes, no longer kept)" in response.data
    assert "(100000 bytes, no longer kept)" == calls[0].body
    assert body(9) == log[-1][0].data
    assert body(9) == f'"{calls[-1].body}"'.encode()
    assert SIZE == len(trail[-2].facts.request.body)


def test_an_attempt_whose_body_was_cut_says_so(server):
    """What the refusal shows by itself stays; nothing is searched, and no command is made of half a request."""
    for number in range(10):
        post(server, number)
    first, last = server.audit_trail[0], server.audit_trail[-1]
    said = "Its body of 100000 bytes is no longer kept"

    assert ["no-auth-at-all"] == [mistake.id for mistake in first.diagnosis.mistakes]
    assert said in first.diagnosis.notes[0]
    assert said in first.diagnosis.render().replace("\n", " ").replace("  ", " ")
    assert said in first.as_dict()["diagnosis"]["notes"][0]
    assert [] == explanation(first, server_url="http://localhost", is_proxy=False)["commands"]
    assert said not in "".join(last.diagnosis.notes)
    assert 1 == len(explanation(last, server_url="http://localhost", is_proxy=False)["commands"])


def refuse_signature(server: NetSuiteServer, number: int, length: int = 20_000) -> None:
    """One whose form was not signed."""
    credentials, form = server.credentials, urlencode({"a": f"{number}{'x' * length}"})
    header = credentials.authorization("POST", f"http://localhost{ECHO}")
    sent = {"Authorization": header, "Content-Type": "application/x-www-form-urlencoded"}
    Client(server.wsgi_app).post(ECHO, data=form, headers=sent)


def test_base_strings_of_diagnoses_are_counted_and_cut():
    """Those that were searched; what was found stays, and the search is not made again."""
    server = NetSuiteServer(history_bytes=200_000)
    refuse_signature(server, 1)
    attempt, before = server.audit_trail[0], server.audit_trail.store.used
    found = attempt.diagnosis
    assert found.expected_base_string is not None
    assert server.audit_trail.store.used - before > len(found.expected_base_string)
    mistakes = found.mistakes

    for number in range(9):
        refuse_signature(server, number)

    assert attempt in server.audit_trail.unannounced
    cut = attempt.diagnosis
    assert (mistakes, None, None, ()) == (
        cut.mistakes, cut.expected_base_string, cut.signed_base_string, cut.differences,
    )  # fmt: skip
    assert cut is attempt.diagnose(budget=2)
    assert "cannot be searched for any more" in cut.notes[-1]
    assert not attempt.awaits_search
    told = " ".join(reading.why for reading in readings(server.audit_trail.unannounced[1]))
    assert "cannot be searched for any more" in told


def test_a_search_that_needs_no_body_can_be_made_again():
    """Of a request without one its base strings alone are cut."""
    server = NetSuiteServer(history_bytes=200_000)
    header = server.credentials.authorization("GET", f"http://localhost{ECHO}")
    Client(server.wsgi_app).get(f"{ECHO}&a={'x' * 1_000}", headers={"Authorization": header})
    attempt = server.audit_trail[0]
    found = attempt.diagnosis
    for number in range(9):
        refuse_signature(server, number)

    assert (found.mistakes, None) == (attempt.diagnosis.mistakes, attempt.diagnosis.expected_base_string)
    assert "search again" in attempt.diagnosis.notes[-1]
    assert found == attempt.diagnose()
    assert found.expected_base_string == attempt.diagnosis.expected_base_string


def test_an_attempt_that_awaited_a_search_awaits_none_once_it_is_cut():
    """What was seen of it without a search is seen anew."""
    server = NetSuiteServer(history_bytes=200_000)
    refuse_signature(server, 0)
    first = server.audit_trail[0]
    awaited, seen = first.awaits_search, first.diagnosis_within(budget=0)
    post(server, 1)
    other = server.audit_trail[1]
    assert "nobody has searched" in other.diagnosis_within(budget=0).notes[0]
    for number in range(9):
        refuse_signature(server, number)

    assert (True, None, False) == (awaited, seen, first.awaits_search)
    for cut in (first, other):
        (note,) = cut.diagnosis_within(budget=0).notes
        assert "cannot be searched for any more" in note


def test_an_attempt_that_the_trail_lets_go_keeps_no_body_where_it_is_kept_apart():
    """A refusal that nobody announced is known to verify(); from then on it is weighed there."""
    server = NetSuiteServer(history=2)
    post(server, 1)
    (attempt,), unannounced = server.audit_trail, server.audit_trail.unannounced
    weights = [kept.weight.rest for kept in unannounced._entries.values()]
    for number in range(2):
        call(server, number)

    assert attempt not in server.audit_trail
    assert [attempt] == unannounced
    assert b"" == attempt.facts.request.body
    assert weights[0] < attempt.weight.rest == next(iter(unannounced._entries.values())).weight.rest


def test_refusals_that_are_no_longer_kept_still_fail_the_test():
    """They are counted where they are gone."""
    server = NetSuiteServer(history_bytes=30_000)
    for number in range(50):
        refuse_signature(server, number)
    gone = server.audit_trail.unannounced.dropped

    assert gone > 0
    with pytest.raises(AssertionError, match=f"{gone} refused logins before these are no longer kept"):
        server.verify()
    server.verify()


def test_clearing_the_trail_gives_all_of_it_back(server):
    """The log of the same requests is cleared with it; the calls of RESTlets stay until all is restored."""
    seed = server.account.copy()
    for number in range(3):
        post(server, number)
    server.audit_trail.clear()
    assert (0, 0, 0) == (len(server.log), server.log.dropped, server.audit_trail.store.used)

    call(server, 1)
    call(server, 2)
    server.audit_trail.clear()
    assert 2 == len(server.account.restlets[0].calls)
    server.restore([seed])
    assert 0 == server.audit_trail.store.used


@pytest.mark.parametrize("deployed", ["by the server", "by the account", "into the list", "by a copy"])
def test_calls_share_the_bound_however_they_were_deployed(server, deployed):
    server.account.restlets.clear()
    if deployed == "by the server":
        server.deploy("customscript_echo", "customdeploy_echo", post="ok")
    elif deployed == "into the list":
        server.account.restlets += Account().restlets
    elif deployed == "by a copy":
        server.account.become(Account())
    else:
        server.account.deploy("customscript_echo", "customdeploy_echo", post="ok")
    calls = server.account.restlets[0].calls
    for number in range(10):
        call(server, number)

    assert calls is server.account.restlets[0].calls
    assert "no longer kept" in calls[0].body
    assert server.audit_trail.store.used <= LIMIT


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"[" + b"[]," * 30_000 + b"1]", "(90003 bytes, no longer kept)"),
        (b"{" + b'"a":{},' * 20_000 + b'"b":1}', {"a": {}, "b": 1}),
    ],
    ids=["lists", "names"],
)
def test_a_body_weighs_what_it_became(server, sent, kept):
    """A list of three characters takes sixty bytes of memory; of names that come again the last is kept."""
    server.credentials.client().post(ECHO, data=sent, headers=JSON)
    assert kept == server.account.restlets[0].calls[0].body


def test_memory_is_what_the_bound_says(server):
    """And nothing waits for a collection: no request leaves a circle behind."""
    for number in range(10):
        wsgi_call(server, ECHO, body=body(number))
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        for number in range(40):
            wsgi_call(server, ECHO, body=body(number))
        _, peak = tracemalloc.get_traced_memory()
        server.audit_trail.clear()
        left, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()

    assert peak < LIMIT + 5 * SIZE
    assert left < SIZE


@pytest.mark.parametrize("target", [ECHO, "/own", "/app/site/hosting/own.nl", "/nothing", "/rest/issuetoken"])
@pytest.mark.parametrize("signed", [True, False])
def test_no_request_leaves_a_circle(target, signed):
    """A body is freed when the last list lets it go, not when somebody collects."""
    server = NetSuiteServer(history=0)
    server.expect_request("/own").respond_with_data("x")
    server.expect_request("/app/site/hosting/own.nl").respond_with_data("x")
    header = f"Authorization: {server.credentials.authorization('POST', f'http://localhost{target}')}\r\n"
    wsgi_call(server, target, header if signed else "")
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        wsgi_call(server, target, header if signed else "")
        gc.collect()
        left = [type(kept) for kept in gc.garbage]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()

    assert [] == [kind for kind in left if kind in {io.BytesIO, SignedRequest}]


def test_what_fails_a_test_is_counted_where_it_is_too_much():
    """A server that runs for days keeps a hundred of a kind; verify() says how many there were besides."""
    server = NetSuiteServer(history=0)
    server.deploy("customscript_a", "customdeploy_a", post=lambda _: 1 / 0)
    client = server.credentials.client()
    for _ in range(MOST_NOTED + 5):
        client.get("/nothing")
        client.post(ECHO.replace("echo", "a"), data="{}", headers=JSON)

    assert (MOST_NOTED, MOST_NOTED) == (len(server.httpserver.assertions), len(server.httpserver.handler_errors))
    with pytest.raises(AssertionError, match="10 more failures were counted, but not kept"):
        server.verify()
    server.verify()


@pytest.mark.parametrize(("length", "kept"), [(10, True), (200_000, False)])
def test_a_failure_keeps_no_long_body(length, kept):
    """The frames of its traceback have the variables, unless the body is long; the lines of it stay."""

    def fail(text):
        raise LookupError("mine")

    server = NetSuiteServer(history=0)
    server.deploy("customscript_a", "customdeploy_a", post=fail)
    server.credentials.client().post(ECHO.replace("echo", "a"), json="x" * length)
    (failure,) = server.httpserver.handler_errors
    trace = failure.__cause__.__traceback__
    while trace.tb_next:
        trace = trace.tb_next

    assert "fail" == trace.tb_frame.f_code.co_name
    assert kept == ("text" in trace.tb_frame.f_locals)
    with pytest.raises(AssertionError, match="mine"):
        server.verify()


def test_a_client_reads_the_log_twice(server):
    """Each look has the body anew."""
    call(server, 1)
    assert body(1) == server.log[0][0].data == server.log[0][0].data
    assert [body(1)] == [request.get_data() for request, _ in server.log]


def test_a_long_nonce_is_kept_as_its_hash():
    nonces = NonceStore()
    nonces.spend("user", "n" * 60_000, 1, now=1.0, attempt=7)
    assert (7, None) == (nonces.seen("user", "n" * 60_000, 1), nonces.seen("user", "n" * 59_999, 1))
    ((_, kept),) = nonces._buckets[1]
    assert len(kept) < 100


def test_request_tokens_are_bounded_by_their_callbacks():
    """The oldest go; what was spent gives its room back."""
    tokens, account = RequestTokens(), Account()
    quarter = CHARACTERS_KEPT // 4
    made = [
        tokens.add(RequestToken(consumer_key="", home=account, callback="c" * quarter, created=0.0)) for _ in range(6)
    ]

    assert [False, False, True, True, True, True] == [tokens.find(token.id) is not None for token in made]


def test_captures_are_judged_without_that_bound():
    """They are all judged before the first is searched, and in memory as long as whoever reads them."""
    trail = Judge([Account()])._trail
    assert trail.limit > 10**9
    assert trail.store.limit > 10**12


@pytest.mark.parametrize("given", [-1, 1.5, "64", True, None])
def test_bytes_are_a_whole_number(given):
    with pytest.raises(ValueError, match=r"history_bytes is .*; expected a whole number from 0"):
        NetSuiteServer(history_bytes=given)
