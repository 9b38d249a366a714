"""The control API: what it reads of the audit trail, waits for and streams."""

import contextlib
import json
import socket
import struct
import subprocess
import threading
from pathlib import Path

import pytest
import requests
import urllib3
from support.console_caller import ACCOUNT, ECHO, Caller
from werkzeug.test import Client

from pytest_netsuite_tba import Account, NetSuiteServer, Token
from pytest_netsuite_tba.console import Console
from pytest_netsuite_tba.console.trail import _WAITING
from pytest_netsuite_tba.reach.authority import CertificateAuthority
from pytest_netsuite_tba.reach.proxy import Proxy
from pytest_netsuite_tba.wire import Limits
from pytest_netsuite_tba.wire.relay import LOOPBACK


def test_attempts_have_the_promised_keys(call):
    """Those of ``LoginAttempt.as_dict()``, the diagnosis included."""
    call.login()
    call("PATCH", f"{ACCOUNT}/roles/1005", {"web_services_only": True})
    call.login()

    found = call("GET", "attempts").json

    assert [attempt.as_dict() for attempt in call.server.audit_trail] == found["attempts"]
    assert (2, 0, False) == (found["matching"], found["dropped"], found["timed_out"])
    assert [None, call.server.audit_trail[1].refusal.id] == [attempt["refusal"] for attempt in found["attempts"]]
    assert found["attempts"][1] == call("GET", "attempts/2").json


def test_an_attempt_names_its_account():
    """Whatever the account that was called; none where the host is of none of them. One of them can be asked for."""
    with NetSuiteServer(Account("1234567_SB1"), Account("7654321")) as server:
        server.console = Console(server)
        call = Caller(server)
        for account in reversed(server.accounts.values()):
            server.credentials_for(account.tokens["Default token"]).client().get(ECHO)
        server.credentials.client().get(f"https://9999999.restlets.api.netsuite.com{ECHO}")
        server.httpserver.clear_assertions()

        def accounts(query):
            return [attempt["account"] for attempt in call("GET", f"attempts{query}").json["attempts"]]

        assert [["7654321", "1234567_SB1", ""], ["7654321"]] == [accounts(""), accounts("?account=7654321")]
        assert "7654321" == call("GET", "attempts/1/explanation").json["attempt"]["account"]


def test_attempts_are_filtered(call):
    """By status, detail or refusal, time, and id; of those that match the newest are given."""
    call.server.clock.freeze("2026-09-21T14:00:00Z")
    call.login()
    call("PATCH", f"{ACCOUNT}/clock", {"advance": 600})
    call.login()
    call("PATCH", f"{ACCOUNT}/tokens/Default%20token", {"revoked": True})
    call.login()

    def ids(query):
        return [attempt["id"] for attempt in call("GET", f"attempts?{query}").json["attempts"]]

    assert [[1, 2, 3], [1, 2], [3], [3], [3], []] == [
        ids(query)
        for query in (
            "",
            "status=Success",
            "status=Failure",
            "detail=token_rejected",
            "detail=token_rejected-revoked",
            "detail=nonce_used",
        )
    ]
    assert [[2, 3], [1], [2, 3], [3], [], [1, 2, 3]] == [
        ids(query)
        for query in (
            "since=2026-09-21T14:05:00Z",
            "until=2026-09-21T14:05:00Z",
            "after=1",
            "limit=1",
            "since=4000000000",
            "account=1234567_SB1",
        )
    ]


@pytest.mark.parametrize(
    ("query", "name", "said"),
    [
        ("status=success", "status", "did you mean 'Success'?"),
        ("detail=nonce_usd", "detail", "did you mean 'nonce_used'?"),
        ("account=1234567", "account", "did you mean '1234567_SB1'?"),
        ("since=yesterday", "since", "ISO 8601"),
        ("limit=0", "limit", "expected a whole number from 1"),
        ("timeout=61", "timeout", "expected a number from 0 to 60"),
        ("timeout=nan", "timeout", "expected a number from 0 to 60"),
        ("wait_for=-1", "wait_for", "expected a whole number from 1"),
        ("stauts=Success", "stauts", "did you mean 'status'?"),
    ],
)
def test_a_wrong_filter_is_named(call, query, name, said):
    """With the nearest valid one."""
    answer = call("GET", f"attempts?{query}")

    assert (400, name) == (answer.status_code, answer.json["error"]["path"])
    assert said in answer.json["error"]["message"]


def test_waiting_ends_with_the_attempt_that_was_waited_for(server):
    """A script asks for N attempts, and is answered when they are there."""
    session = requests.Session()
    got = []
    waiting = threading.Thread(
        target=lambda: got.append(session.get(f"{server.url}/__admin/attempts?wait_for=2&timeout=60").json())
    )
    waiting.start()
    for _ in range(2):
        server.credentials.client().get(ECHO)
    waiting.join(30)

    assert [(2, False)] == [(answer["matching"], answer["timed_out"]) for answer in got]


def test_waiting_ends_with_its_time(call):
    """What came is given all the same, and that there was not enough of it."""
    call.login()

    found = call("GET", "attempts?wait_for=2&timeout=0.01").json

    assert (1, True) == (len(found["attempts"]), found["timed_out"])


def test_the_trail_is_cleared(call):
    """Numbers go on: an attempt is not taken for an earlier one."""
    call.login()

    assert 204 == call("DELETE", "attempts").status_code
    call.login()
    assert [2] == [attempt["id"] for attempt in call("GET", "attempts").json["attempts"]]


def test_an_attempt_that_is_not_there(call):
    """404, and why."""
    assert [404, 404] == [call("GET", f"attempts/7{rest}").status_code for rest in ("", "/explanation")]


def events_of(response):
    """Pairs of event and data, as they come."""
    event = None
    for line in response.iter_lines(decode_unicode=True):
        if line.startswith("event: "):
            event = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield event, json.loads(line.removeprefix("data: "))


def test_events_come_as_they_happen(server):
    """An attempt without its diagnosis; that records changed; that all was cleared."""
    with requests.get(f"{server.url}/__admin/events", stream=True, timeout=30) as response:
        assert "text/event-stream" == response.headers["Content-Type"].partition(";")[0]
        events = events_of(response)
        server.refuse_next("InvalidSignature")
        server.credentials.client().get(ECHO)
        event, attempt = next(events)
        assert ("attempt", 1, "InvalidSignature", None) == (
            event,
            attempt["id"],
            attempt["detail"],
            attempt["diagnosis"],
        )
        requests.patch(f"{server.url}/__admin/{ACCOUNT}/roles/1005", json={"active": False}, timeout=30)
        assert ("records", {}) == next(events)
        requests.delete(f"{server.url}/__admin/attempts", timeout=30)
        assert ("cleared", {}) == next(events)


def test_a_stop_ends_events_and_waits(server):
    """Nobody hangs on a server that is gone, and no thread is left."""
    done = threading.Event()
    url = f"{server.url}/__admin/attempts?wait_for=1&timeout=600"

    def wait():
        with contextlib.suppress(requests.RequestException):  # it may also have got its whole answer: nothing came
            requests.get(url, timeout=600)
        done.set()

    with requests.get(f"{server.url}/__admin/events", stream=True, timeout=30) as response:
        next(response.iter_lines())
        threading.Thread(target=wait, daemon=True).start()
        server.stop()
        assert [] == [line for line in response.iter_lines() if line.startswith(b"event")]
    assert done.wait(60)
    assert [] == [
        thread for thread in threading.enumerate() if thread.name.startswith("pytest_netsuite_tba.wire-connection")
    ]


def trail_of(server):
    return server.console._context.keywords["trail"]


def test_a_reader_exists_while_its_stream_runs(call):
    """HEAD begins none, nor does a stream that nobody reads; who ends one leaves nothing."""
    trail = trail_of(call.server)
    for _ in range(100):
        assert 200 == call("HEAD", "events").status_code
        trail.events()
    assert set() == trail._readers

    events = trail.events()
    next(events)
    assert 1 == len(trail._readers)
    events.close()
    assert set() == trail._readers


def test_streams_that_are_reset_at_once_leave_nothing(server):
    """Whoever is gone before the first byte is no reader."""
    for _ in range(200):
        with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=30) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sendall(b"GET /__admin/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    listener = server._listening._listener
    with listener._ended:
        assert listener._ended.wait_for(lambda: not listener._connections, 30)

    assert (set(), set()) == (trail_of(server)._readers, listener.streams)


def test_a_reader_that_is_too_far_behind_is_let_go(call, monkeypatch):
    """What is kept for it is bounded in bytes; it gets what was kept, and comes back."""
    monkeypatch.setattr("pytest_netsuite_tba.console.trail._MOST_PENDING", 2_000)
    trail = trail_of(call.server)
    slow, quick = trail.events(), trail.events()
    parts = [next(slow), next(quick)]
    for _ in range(10):
        call.login()
        parts.append(next(quick))

    assert [b"retry: 1000\n\n"] * 2 == parts[:2]
    assert [True] * 10 == [part.startswith(b"event: attempt\n") for part in parts[2:]]
    (reader,) = trail._readers  # the quick one, of which nothing is kept
    assert 0 == reader.size
    assert [] == list(slow)


def test_an_event_holds_nothing_of_the_request(call):
    """But what is shown: the body of an attempt goes when the trail lets go of it."""
    trail = trail_of(call.server)
    events = trail.events()
    next(events)
    refused(call.server, realm="9")
    (reader,) = trail._readers

    assert [bytes] == [type(event) for event in reader.events]
    assert None is json.loads(next(events).partition(b"data: ")[2])["diagnosis"]
    assert None is call.server.audit_trail[-1]._seen  # nor is anything looked for while the client waits


def test_who_waits_shuts_out_nobody():
    """As many wait as there may be streams; one more is told so at once, and who need not wait is answered."""
    with NetSuiteServer(limits=Limits(streams=2)) as server:
        server.console = Console(server)
        call, trail = Caller(server), trail_of(server)
        places = [trail._governor.take(_WAITING, 2) for _ in range(2)]
        answer = call("GET", "attempts?wait_for=1&timeout=60")
        assert (503, "2 requests wait for attempts already; ask again later, or without wait_for") == (
            answer.status_code,
            answer.json["error"]["message"],
        )
        call.login()
        assert [200, 200] == [call("GET", f"attempts{query}").status_code for query in ("", "?wait_for=1")]

        trail._governor.give_back(places[:1])
        assert [200, 200] == [call("GET", "attempts?wait_for=9&timeout=0").status_code for _ in range(2)]


def test_streams_shut_out_no_request():
    """However many are asked for, a login is judged."""
    with NetSuiteServer(limits=Limits(connections=4, streams=3)) as server, contextlib.ExitStack() as stack:
        server.console = Console(server)
        url = f"{server.url}/__admin/events"
        streams = [stack.enter_context(requests.get(url, stream=True, timeout=30)) for _ in range(5)]

        assert [200] * 3 + [503] * 2 == [stream.status_code for stream in streams]
        assert 200 == requests.get(f"{server.url}/__admin/health", timeout=30).status_code


def test_an_attempt_is_explained_to_the_end(server, monkeypatch):
    """What, why and cure, both base strings aligned, the stages, the right header, and commands that run."""
    credentials = server.credentials
    url = server.url + ECHO
    header = credentials.authorization("GET", url)
    requests.get(f"{url}&extra=1", headers={"Authorization": header, "Content-Type": "application/json"}, timeout=30)

    found = requests.get(f"{server.url}/__admin/attempts/1/explanation", timeout=30).json()

    (reading,) = found["readings"]
    assert ("Only some query parameters signed", "Left out of the signature: extra.") == (
        reading["what"],
        reading["why"],
    )
    assert [{"mark": "+", "text": "extra%3D1%26"}] == [part for part in found["difference"] if part["mark"] != "="]
    assert ["1 Method", "2 URL, encoded"] == [stage["title"] for stage in found["stages"]][:2]
    assert [
        {
            "title": "extra: not signed", "place": "at 351", "signed": None, "expected": "1", "signed_raw": None,
            "expected_raw": "extra%3D1",
        }
    ] == [difference | {"place": "at 351"} for difference in found["differences"]]  # fmt: skip
    as_sent, right = [entry["command"] for entry in found["commands"]]
    assert (header in as_sent, found["attempt"]["diagnosis"]["corrected_authorization"] in right) == (True, True)
    ran = [
        subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout
        for command in (as_sent, right)
    ]
    assert ["HTTP/1.1 401", "HTTP/1.1 200"] == [output[:12] for output in ran]
    assert ["InvalidSignature", None] == [attempt.detail for attempt in server.audit_trail][1:]


def test_a_hostile_request_becomes_a_harmless_command(server):
    """Quotes, line breaks and bytes that are no text reach the server as they came, and nothing else is run."""
    header = server.credentials.authorization("POST", server.url + ECHO)
    body = b"'; touch ran #\n" + b"\xff\\"
    headers = {"Authorization": header, "Content-Type": "text/plain", "X-A": "$(touch ran) `touch ran` '"}
    requests.post(f"{server.url}{ECHO}&a='b", data=body, headers=headers, timeout=30)

    command = requests.get(f"{server.url}/__admin/attempts/1/explanation", timeout=30).json()["commands"][0]["command"]
    subprocess.run(["bash", "-c", command], capture_output=True, check=True)

    first, second = (attempt.facts.request for attempt in server.audit_trail)
    assert (first.target, first.body, first.header("x-a")) == (second.target, second.body, second.header("x-a"))
    assert not Path("ran").exists()


@pytest.mark.usefixtures("short_searches")
def test_a_body_that_begins_with_an_at_sign_is_no_file(server, tmp_path):
    """The command as it was sent, and that with the right header, send the text."""
    header = server.credentials.authorization("POST", f"{server.url}{ECHO}&a=b")
    headers = {"Authorization": header, "Content-Type": "text/plain"}
    requests.post(server.url + ECHO, data=b"@secret", headers=headers, timeout=30)

    found = requests.get(f"{server.url}/__admin/attempts/1/explanation", timeout=30).json()
    (tmp_path / "secret").write_text("a file of the developer's own")
    for entry in found["commands"]:
        subprocess.run(["bash", "-c", entry["command"]], cwd=tmp_path, capture_output=True, check=True)

    assert [b"@secret"] * 3 == [request.get_data() for request, _ in server.log]
    assert [False, False, True] == [attempt.accepted for attempt in server.audit_trail]


@pytest.mark.usefixtures("short_searches")
def test_a_request_through_the_proxy_is_repeated_through_it(server):
    """Its host is part of what was signed, so that the command goes the same way."""
    server.proxy = Proxy(CertificateAuthority(LOOPBACK))
    url = f"https://1234567-sb1.restlets.api.netsuite.com{ECHO}"
    header = server.credentials.authorization("GET", f"{url}&signed=1")
    headers = {"Authorization": header, "Content-Type": "application/json"}
    with pytest.warns(urllib3.exceptions.InsecureRequestWarning):
        requests.get(url, headers=headers, proxies={"https": server.url}, verify=False, timeout=30)

    found = requests.get(f"{server.url}/__admin/attempts/1/explanation", timeout=30).json()
    for entry in found["commands"]:
        subprocess.run(["bash", "-c", entry["command"]], capture_output=True, check=True)

    assert [url] * 3 == [attempt.url for attempt in server.audit_trail]
    assert ["Failure", "Failure", "Success"] == [attempt.status for attempt in server.audit_trail]


@pytest.mark.usefixtures("short_searches")
def test_what_nothing_explains_is_said_so(call):
    """How likely a wrong secret is comes after what speaks for and against it; and how to go on is told."""
    stranger = Account(tokens=[Token(secret="another")])
    wrong = NetSuiteServer(stranger).credentials
    header = wrong.authorization("GET", f"https://1234567-sb1.restlets.api.netsuite.com{ECHO}")
    call.server.credentials.client().get(ECHO, headers={"Authorization": header})

    found = call("GET", "attempts/1/explanation").json

    diagnosis, (reading,) = found["attempt"]["diagnosis"], found["readings"]
    assert ("InvalidSignature", False) == (found["attempt"]["detail"], diagnosis["cut_short"])
    assert 0 < diagnosis["wrong_secret"]["likelihood"] < 1
    assert "No known mistake explains this signature" == reading["what"]
    assert "A wrong token secret or consumer secret: about " in reading["why"]
    assert "To try more: --budget 4" in diagnosis["notes"][0]


def refused(server, **changed):
    """A login that is refused: its signature is changed, or its realm."""
    authorization = server.credentials.authorization("GET", f"http://localhost{ECHO}")
    for old, new in changed.items():
        authorization = authorization.replace(f'{old}="', f'{old}="{new}')
    return Client(server.wsgi_app).get(ECHO, headers={"Authorization": authorization})


@pytest.mark.usefixtures("short_searches")
def test_a_listing_searches_nothing(call, searches):
    """It says what is known: what a refusal shows by itself, and of a wrong signature nothing until it was opened."""
    refused(call.server, oauth_signature="A")
    refused(call.server, realm="9")

    first, second = call("GET", "attempts").json["attempts"]
    assert (None, ["realm-is-something-else"]) == (
        first["diagnosis"],
        [mistake["id"] for mistake in second["diagnosis"]["mistakes"]],
    )
    assert [None, None] == [
        attempt["diagnosis"] for attempt in call("GET", "attempts?diagnosis=false").json["attempts"]
    ]
    assert None is call("GET", "attempts/1?search=false").json["diagnosis"]
    assert [] == searches

    opened = call("GET", "attempts/1").json
    assert ["InvalidSignature"] == searches
    assert [opened, opened] == [
        call("GET", "attempts").json["attempts"][0],
        call("GET", "attempts/1?search=false").json,
    ]


def test_a_filter_by_a_mistake_matches_what_is_known(call, searches):
    """A mistake of signing once its attempt was opened; it is never searched for to answer a filter."""
    server = call.server
    server.credentials.client().get(ECHO)
    header = server.credentials.authorization("POST", f"http://localhost{ECHO}")
    Client(server.wsgi_app).get(ECHO, headers={"Authorization": header})

    def ids():
        return [attempt["id"] for attempt in call("GET", "attempts?detail=method-wrong").json["attempts"]]

    assert ([], []) == (ids(), searches)
    assert ["method-wrong"] == [mistake["id"] for mistake in call("GET", "attempts/2").json["diagnosis"]["mistakes"]]
    assert ([2], ["InvalidSignature"]) == (ids(), searches)


def test_an_explanation_without_a_search_says_how_to_have_one(call, searches):
    """What, why, and the page that opens the attempt."""
    refused(call.server, oauth_signature="A")

    (reading,) = call("GET", "attempts/1/explanation?search=false").json["readings"]

    assert "InvalidSignature" == reading["what"]
    assert "http://localhost/__admin/#trail?attempt=1" in reading["cure"]
    assert [] == searches
    assert 400 == call("GET", "attempts/1/explanation?search=maybe").status_code


def test_a_right_signature_has_nothing_to_be_searched(call, searches):
    """A refusal behind the signature's check is diagnosed whole at once."""
    call.server.role.active = False
    call.login()

    (listed,) = call("GET", "attempts").json["attempts"]

    assert (True, listed) == (listed["diagnosis"]["proven"], call("GET", "attempts/1").json)
