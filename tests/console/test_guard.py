"""The control API: who may use it."""

import pytest
from support.console_caller import Caller
from werkzeug.test import EnvironBuilder, run_wsgi_app

from pytest_netsuite_tba import Account, NetSuiteServer
from pytest_netsuite_tba.console import Console


def test_nothing_answers_until_a_console_is_set(netsuite, netsuite_client):
    """A fixture's server has no console: its path is a path like any other."""
    assert 404 == netsuite_client.get("/__admin/health").status_code
    netsuite.httpserver.clear_assertions()


def test_health(call):
    """From this machine, without ceremony; the uptime is that of an injected clock."""
    seconds = iter([100.0, 107.5])
    call.server.console = Console(call.server, monotonic=lambda: next(seconds))

    answer = call("GET", "health")

    assert (200, {"status": "ok", "version": "0.1.0", "accounts": ["1234567_SB1"], "uptime_seconds": 7.5}) == (
        answer.status_code,
        answer.json,
    )


@pytest.mark.parametrize("address", ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1", ""])
def test_without_a_token_only_this_machine_is_let_in(call, address):
    """Another machine, or one that cannot be told, gets 403."""
    assert 403 == call("GET", "health", address=address).status_code


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_has_many_addresses(call, address):
    """All of 127.0.0.0/8 and ::1 are loopback (RFC 6890)."""
    assert 200 == call("GET", "health", address=address).status_code


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:80", "[::1]:8080", "app.localhost"])
def test_loopback_names_are_let_in(call, host):
    """Any name that only this machine resolves to itself."""
    assert 200 == call("GET", "health", host=host).status_code


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil-localhost", "192.0.2.7"]
)
def test_a_foreign_host_is_refused(call, host):
    """Somebody else's DNS may point their name here (DNS rebinding)."""
    answer = call("GET", "accounts", host=host)

    assert (403, 1) == (answer.status_code, answer.text.count("\n"))
    assert host in answer.json["error"]["message"]


def test_a_request_without_a_host_is_refused(call):
    """HTTP/1.0 may leave it out; nobody can tell then what it meant."""
    environ = EnvironBuilder("/__admin/accounts", environ_base={"REMOTE_ADDR": "127.0.0.1"}).get_environ()
    del environ["HTTP_HOST"]

    assert "403 FORBIDDEN" == run_wsgi_app(call.server.wsgi_app, environ)[1]


def test_a_host_that_was_named_is_let_in(exposed):
    """``--admin-host`` names it; its port does not matter, nor do the brackets of an IPv6 address."""
    bearer = {"Authorization": "Bearer s3cret-token"}

    assert [200, 200, 200, 403] == [
        exposed("GET", "accounts", host=host, **bearer).status_code
        for host in ("ci.example:9999", "other.example", "[2001:db8::1]:80", "third.example")
    ]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:3000", "https://localhost"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_foreign_origin_is_refused(call, method, origin):
    """Another scheme, host or port is another site (RFC 6454)."""
    assert 403 == call(method, "faults", Origin=origin).status_code


def test_its_own_origin_is_let_in(call):
    """The page's own requests carry it; a host has no case."""
    assert 204 == call("DELETE", "faults", Origin="http://localhost").status_code
    assert 204 == call("DELETE", "faults", Origin="HTTP://LocalHost").status_code


LINK = {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}


@pytest.mark.parametrize("site", ["cross-site", "same-site", "Cross-Site"])
@pytest.mark.parametrize(("method", "path"), [("GET", "accounts"), ("HEAD", "events"), ("GET", ""), ("GET", "health")])
def test_what_a_page_of_another_site_asks_is_refused(call, method, path, site):
    """Its browser says so where it sends no Origin (Fetch Metadata): of ``<img>``, or of ``fetch()`` without CORS."""
    assert 403 == call(method, path, Sec_Fetch_Site=site).status_code
    assert 403 == call(method, path, Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors").status_code


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_what_its_own_page_asks_is_answered(call, site):
    """And what somebody typed."""
    assert 200 == call("GET", "accounts", Sec_Fetch_Site=site, Sec_Fetch_Mode="cors").status_code


def test_a_link_of_another_site_opens_the_page(call, exposed):
    """It alone, and not in a frame: a terminal or a log in a browser shows the address."""
    links = [("GET", "", LINK), ("GET", "accounts", LINK), ("HEAD", "", LINK), ("POST", "faults", LINK)]
    links.append(("GET", "", LINK | {"Sec_Fetch_Dest": "iframe"}))

    assert [200, 403, 403, 403, 403] == [
        call(method, path, Sec_Fetch_Site="cross-site", **headers).status_code for method, path, headers in links
    ]
    assert 303 == exposed("GET", "?token=s3cret-token", Sec_Fetch_Site="cross-site", **LINK).status_code


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_write_is_json(call, kind):
    """What an HTML form could send changes nothing; to read, no Content-Type is needed."""
    answer = call("POST", "faults", {"kind": "reset"}, Content_Type=kind)
    changed = call("PATCH", "accounts/1234567_SB1/roles/1005", {"active": False}, Content_Type=kind)

    assert (415, 415, []) == (answer.status_code, changed.status_code, call("GET", "faults").json["faults"])
    assert (True, 200) == (call.server.role.active, call("HEAD", "health", Content_Type=kind).status_code)


def test_exposed_it_needs_the_token(exposed):
    """From this machine too: what forwards a port makes every client look like it."""
    wrong = [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic s3cret-token"},
        {"Cookie": "netsuite-tba-80=x"},
    ]

    answers = [exposed("GET", "accounts", **headers) for headers in wrong]

    assert [401] * 4 == [answer.status_code for answer in answers]
    assert "s3cret" not in "".join(answer.text for answer in answers)
    assert answers[0].headers["WWW-Authenticate"].startswith("Bearer")
    assert 200 == exposed("GET", "accounts", address="192.0.2.7", Authorization="bearer  s3cret-token ").status_code


def test_a_browser_exchanges_the_token_for_a_cookie(exposed):
    """At once, and goes on at an address without it; the cookie is not the token."""
    answer = exposed("GET", "?token=s3cret-token")
    cookie = answer.headers["Set-Cookie"]

    assert (303, "/__admin/") == (answer.status_code, answer.headers["Location"])
    assert [True] * 3 == [part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/__admin/")]
    assert "s3cret" not in cookie
    assert 200 == exposed("GET", "accounts", Cookie=cookie.partition(";")[0]).status_code


def test_the_cookie_is_of_this_console_and_port_alone(exposed):
    """Browsers send a host's cookies to all of its ports; over TLS to TLS alone."""
    first, second = exposed, Caller(NetSuiteServer(Account()))
    second.server.console = Console(second.server, token="s3cret-token")
    cookie, other = (call("GET", "?token=s3cret-token").headers["Set-Cookie"] for call in (first, second))

    assert [True, False, False] == [
        cookie.startswith("netsuite-tba-80="),
        cookie.partition(";")[0] == other.partition(";")[0],
        "Secure" in cookie,
    ]
    assert 401 == second("GET", "accounts", Cookie=cookie.partition(";")[0]).status_code
    https = first.client.get("/__admin/?token=s3cret-token", base_url="https://localhost:8443")
    assert [True, True] == [part in https.headers["Set-Cookie"] for part in ("netsuite-tba-8443=", "Secure")]


@pytest.mark.parametrize("token", ["t\N{LATIN SMALL LETTER O WITH DIAERESIS}ken", "t\udcffken"], ids=ascii)
def test_a_token_of_any_characters_is_compared(exposed, token):
    """Those of an environment, too, which may be no text; a wrong one is a 401, and no failure."""
    exposed.server.console = Console(exposed.server, token=token)

    assert 401 == exposed("GET", "accounts", Authorization="Bearer t\N{LATIN SMALL LETTER E WITH ACUTE}").status_code


@pytest.mark.parametrize("path", ["?token=wrong", "accounts?token=s3cret-token", "attempts?token=s3cret-token"])
def test_only_the_right_token_at_the_page_is_exchanged(exposed, path):
    """A token in any other address is no token."""
    assert 401 == exposed("GET", path).status_code


@pytest.mark.parametrize("path", ["", "?token=wr0ng", "accounts"])
def test_a_browser_without_the_token_is_told_how_to_open_the_page(exposed, path):
    """In HTML, with the status and the headers that it has otherwise; what was tried is not repeated."""
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
    answer, plain = exposed("GET", path, Accept=accept), exposed("GET", path)
    page = exposed("GET", "", Accept=accept, Authorization="Bearer s3cret-token")

    assert (401, "text/html", 200) == (answer.status_code, answer.mimetype, page.status_code)
    assert "/__admin/?token=TOKEN" in answer.text
    assert [False] * 3 == [text in answer.text for text in ("s3cret", "wr0ng", "<script")]
    varying = {"Content-Length", "Content-Security-Policy"}
    assert {(name, value) for name, value in page.headers if name not in varying} == {
        (name, value) for name, value in answer.headers if name not in {*varying, "WWW-Authenticate"}
    }
    policies = [response.headers["Content-Security-Policy"].split("; ") for response in (page, answer)]
    assert [{"script-src", "style-src"}] == [
        {directive.split()[0] for directive in set(policies[0]) ^ set(policies[1])},
    ]
    assert "script-src 'none'" in policies[1]
    assert plain.headers["WWW-Authenticate"] == answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/html", "text/event-stream", ""])
def test_a_script_without_the_token_gets_json(exposed, accept):
    """Whoever does not ask for HTML first is no browser that shows a page."""
    answer = exposed("GET", "accounts", Accept=accept)

    assert (401, "application/json") == (answer.status_code, answer.mimetype)


def test_health_needs_no_token(exposed):
    """An orchestrator has none; it learns no more than that something listens."""
    answers = [exposed("GET", "health", host=host) for host in ("localhost", "10.1.2.3:8080", "netsuite:8080")]

    assert [{"status", "version", "accounts", "uptime_seconds"}] * 3 == [answer.json.keys() for answer in answers]


def test_a_body_of_many_megabytes_is_refused(call):
    """Nothing that the console takes is that long."""
    answer = call("POST", "accounts/1234567_SB1/tokens", {"name": "a" * 20_000_000})

    assert (413, "$") == (answer.status_code, answer.json["error"]["path"])


@pytest.mark.parametrize("path", ["", "attempts", "accounts", "nope"])
def test_a_query_that_is_no_text_is_refused(call, exposed, path):
    """Bytes that are not UTF-8 are the client's mistake, not ours."""
    for caller in (call, exposed):
        environ = EnvironBuilder(f"/__admin/{path}", environ_base={"REMOTE_ADDR": "127.0.0.1"}).get_environ()
        environ["QUERY_STRING"] = "token=\xff"  # as PEP 3333 has bytes
        body, status, _ = run_wsgi_app(caller.server.wsgi_app, environ)
        assert ("400 BAD REQUEST", True) == (status, b"the query string is not UTF-8" in b"".join(body))


def test_the_last_slash_may_be_left_out(call):
    """Whoever types the address gets there."""
    answer = call.client.get("/__admin", base_url="http://localhost/", environ_base={"REMOTE_ADDR": "127.0.0.1"})

    assert (308, "/__admin/", 0) == (answer.status_code, answer.headers["Location"], len(call.server.audit_trail))


@pytest.mark.parametrize("path", ["", "health", "nope"])
def test_every_answer_has_the_security_headers(call, path):
    """Errors too."""
    headers = call("GET", path).headers

    assert ("nosniff", "no-referrer", "no-store") == (
        headers["X-Content-Type-Options"],
        headers["Referrer-Policy"],
        headers["Cache-Control"],
    )
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_a_failure_of_its_own_says_nothing_on_the_wire(call, monkeypatch, caplog):
    """The client gets a JSON 500, the log gets the traceback."""
    monkeypatch.setattr(call.server, "accounts", None)

    answer = call("GET", "accounts")

    assert (500, "the console failed; the server's log has the traceback") == (
        answer.status_code,
        answer.json["error"]["message"],
    )
    assert "Traceback" in caplog.text
