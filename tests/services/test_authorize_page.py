"""Step 2 in a browser's place: what the pages hold, and what they do not let happen (section_156536698849)."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from support.flow import APP, CALLBACK, asked, exchange, last, pairs_of, send, set_, two_accounts
from support.pages import PATH, fields_of, logged_in, opened, submit

from pytest_netsuite_tba import Account, Entity, Integration, NetSuiteServer, Role
from pytest_netsuite_tba.tokens import one_time_code

LOGIN = "INVALID_LOGIN_ATTEMPT"
pytestmark = pytest.mark.netsuite(strict=False)


def title(page):
    return re.search("<h1>(.*)</h1>", page.text)[1]


def error(page):
    found = re.search('<p class="error" role="alert">(.*?)</p>', page.text)
    return found and unescape(found[1])


@pytest.mark.netsuite(strict=True)
def test_log_in_pick_a_role_and_allow(netsuite):
    """The user logs in, sees the application and the roles, allows, and is sent to the callback."""
    token = asked(netsuite)
    page = opened(netsuite, token, state="s1")
    assert ("Log in", None, 200) == (title(page), error(page), page.status_code)
    page = logged_in(netsuite, page)
    assert ("Allow access?", None, 200) == (title(page), error(page), page.status_code)
    assert "<strong>Default integration</strong>" in page.text
    assert "https://my.example.com" in page.text
    answer = submit(netsuite, page, role="1234567_SB1/1005", decision="allow")

    assert (302, b"") == (answer.status_code, answer.data)
    sent = dict(parse_qsl(urlsplit(answer.headers["Location"]).query, keep_blank_values=True))
    assert answer.headers["Location"].startswith(f"{CALLBACK}&oauth_token=")
    assert {"company": "1234567_SB1", "role": "1005", "entity": "1", "state": "s1"} == {
        name: sent[name] for name in ("company", "role", "entity", "state")
    }
    assert pairs_of(exchange(netsuite, token, sent["oauth_verifier"]))
    trail = [
        (attempt.status, attempt.http_status, attempt.user, attempt.role, attempt.application)
        for attempt in netsuite.audit_trail
    ]
    user, app = "integration@example.com", "Default integration"
    assert [
        ("Success", 200, "", "", app),
        ("Success", 200, user, "Integration", app),
        ("Success", 302, user, "Integration", app),
        ("Success", 200, user, "Integration", app),
    ] == trail


def test_deny(netsuite):
    """Deny sends the user on with an empty verifier, and the page is over."""
    token = asked(netsuite)
    page = logged_in(netsuite, opened(netsuite, token))
    answer = submit(netsuite, page, decision="deny")

    expected = f"{CALLBACK}&oauth_token={token['oauth_token']}&oauth_verifier="
    assert (302, expected) == (answer.status_code, answer.headers["Location"])
    assert 400 == opened(netsuite, token).status_code


@pytest.mark.parametrize(
    ("arrange", "changed", "status", "refusal"),
    [
        (None, {"password": "wrong"}, 401, "user-wrong-credentials"),
        (None, {"email": "nobody@example.com"}, 401, "user-wrong-credentials"),
        (None, {"email": "", "password": ""}, 401, "user-wrong-credentials"),
        (None, {"password": "\udcff"}, 401, "user-wrong-credentials"),
        (lambda n: n.entity.lock(n.clock.now() + 60), {}, 401, "user-temporary_locked"),
        (set_("entity.access", False), {}, 401, "user-permission_denied"),
    ],
)
def test_a_failed_log_in_shows_the_page_again(netsuite, arrange, changed, status, refusal):
    """The page says no more than NetSuite would, keeps the address, and the trail has the cause."""
    token = asked(netsuite)
    if arrange is not None:
        arrange(netsuite)
    page = logged_in(
        netsuite, opened(netsuite, token), **{k: v.encode("utf-8", "surrogateescape") for k, v in changed.items()}
    )

    assert (status, "Log in") == (page.status_code, title(page))
    assert "You have entered an invalid email address or account number. Please try again." == error(page)
    assert refusal == last(netsuite)[2]
    assert ("Log in" if arrange else "Allow access?") == title(logged_in(netsuite, page))


def test_failures_on_the_page_lock_the_user(netsuite):
    """A wrong password on the page counts as one of NLAuth does."""
    page = opened(netsuite, asked(netsuite))
    for _ in range(5):
        page = logged_in(netsuite, page, password="wrong")

    assert netsuite.entity.is_locked(netsuite.clock.now())
    assert 401 == logged_in(netsuite, page).status_code
    assert "temporary_locked" == netsuite.audit_trail[-1].detail


UNUSABLE = {
    "web services only": (
        Role(id=7, name="Other", web_services_only=True),
        "The role has the Web Services Only box ticked.",
    ),
    "inactive": (Role(id=7, name="Other", active=False), "The role is inactive."),
    "switched off": (
        Role(id=7, name="Other", switched_off_by_user=True),
        "The user switched the role off in View My Roles.",
    ),
    "no permission": (
        Role(id=7, name="Other", permissions=["Log in using Access Tokens"]),
        "The role has neither User Access Tokens nor Access Token Management.",
    ),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_role_that_may_not_have_a_token_cannot_be_picked(netsuite, case):
    """Such a role is shown disabled with the reason; a form made by hand is refused."""
    role, why = UNUSABLE[case]
    netsuite.account.roles.add(role)
    netsuite.entity.roles.insert(0, role)
    netsuite.behaviour.web_services_only_refused = False  # on RESTlets; there is no user interface in any case
    token = asked(netsuite)
    page = logged_in(netsuite, opened(netsuite, token))

    assert re.search(
        rf'value="1234567_SB1/7" aria-describedby="why1" disabled.*?id="why1">{re.escape(why)}</p>',
        page.text,
        re.DOTALL,
    )
    assert re.search('value="1234567_SB1/1005" checked', page.text)
    page = submit(netsuite, page, role="1234567_SB1/7", decision="allow")
    assert "Allow access?" == title(page)
    assert 400 <= page.status_code < 500
    assert why == netsuite.audit_trail[-1].cause
    assert 302 == submit(netsuite, page, role="1234567_SB1/1005", decision="allow").status_code


def test_without_a_usable_role_only_deny_is_left(netsuite):
    """A user whose every role is Web Services Only can only deny."""
    netsuite.role.web_services_only = True
    page = logged_in(netsuite, opened(netsuite, asked(netsuite)))

    assert "None of your roles may have a token." == error(page)
    assert ["deny"] == re.findall('name="decision" value="([a-z]+)"', page.text)


def test_the_role_that_step_1_asked_for_is_checked(netsuite):
    """`role` of the first step is the one picked already."""
    netsuite.account.roles.add(Role(id=7, name="Other"))
    netsuite.entity.give_role(netsuite.account.roles[7])
    page = logged_in(netsuite, opened(netsuite, asked(netsuite, role="7")))

    assert ["1234567_SB1/7"] == re.findall('value="([^"]*)" checked', page.text)


def test_a_two_factor_role_asks_for_the_code_of_the_moment(netsuite):
    """Allow with such a role asks for the one-time code first."""
    netsuite.clock.freeze("2026-11-25")
    netsuite.role.two_factor = True
    token = asked(netsuite)
    page = submit(netsuite, logged_in(netsuite, opened(netsuite, token)), role="1234567_SB1/1005", decision="allow")
    assert (200, "One-time code") == (page.status_code, title(page))
    page = submit(netsuite, page, code="000000")
    assert (401, "The one-time code is not the one of these 30 seconds.") == (page.status_code, error(page))
    code = one_time_code.code(netsuite.entity.two_factor_secret, netsuite.clock.now())
    answer = submit(netsuite, page, code=code)

    assert 302 == answer.status_code
    assert 0 == netsuite.entity.failed_logins


@pytest.mark.parametrize("base", ["https://system.netsuite.com", "http://127.0.0.1:8080"])
def test_where_no_account_is_named_the_log_in_tells(base):
    """At the shared host the roles of every account are offered where the address and the password are right."""
    user = {"email": "jsmith@example.com", "password": "Welcome123"}
    netsuite = NetSuiteServer(
        Account("1111111", entities=[Entity(**user)]),
        Account("2222222", name="Customer & sons", entities=[Entity(**user)], integrations=[], tokens=[]),
    )
    token = asked(netsuite, base="https://system.netsuite.com", realm=None)
    page = opened(netsuite, token, base=base)
    page = submit(netsuite, page, base=base, **user)

    assert ["1111111/1005", "2222222/1005"] == re.findall('name="role" id="role." value="([^"]*)"', page.text)
    assert "Integration, Customer &amp; sons (2222222)" in page.text
    answer = submit(netsuite, page, base=base, role="2222222/1005", decision="allow")
    assert "&company=2222222&" in answer.headers["Location"]


def test_a_request_token_of_one_account_is_not_for_anothers_host():
    """The page of one account does not decide on another account's request token."""
    netsuite = two_accounts()
    token = asked(netsuite, base="https://2222222.restlets.api.netsuite.com", realm="2222222")

    assert 400 == opened(netsuite, token, base="https://1111111.app.netsuite.com").status_code
    assert "The request token was made for another account." == netsuite.audit_trail[-1].cause
    assert 200 == opened(netsuite, token, base="https://2222222.app.netsuite.com").status_code


def test_each_form_works_once(netsuite):
    """A form that was sent, a form of another request token and one made up are refused, and change nothing."""
    token, other = asked(netsuite), asked(netsuite, oauth_nonce="another-nonce")
    page = opened(netsuite, token)
    consent = logged_in(netsuite, page)
    strange = fields_of(opened(netsuite, other))["form"]

    for attempt in (
        logged_in(netsuite, page),
        submit(netsuite, consent, form=strange, role="1234567_SB1/1005", decision="allow"),
        submit(netsuite, consent, form="", role="1234567_SB1/1005", decision="allow"),
    ):
        assert (400, "This request cannot be allowed") == (attempt.status_code, title(attempt))
        assert "page-stale-form" == last(netsuite)[2]
    assert netsuite._fake.desk.waiting(token["oauth_token"])
    assert 302 == submit(netsuite, consent, role="1234567_SB1/1005", decision="allow").status_code


def test_the_oldest_of_many_open_pages_is_over(netsuite):
    """Sixteen pages of one request token may be open; the next one ends the first, and no other."""
    token = asked(netsuite)
    pages = [opened(netsuite, token) for _ in range(17)]

    assert 16 == len(netsuite._fake.desk.request_tokens.find(token["oauth_token"]).forms)
    assert 400 == logged_in(netsuite, pages[0]).status_code
    assert "page-stale-form" == last(netsuite)[2]
    assert 200 == logged_in(netsuite, pages[16]).status_code
    assert 200 == logged_in(netsuite, pages[2]).status_code


def test_a_second_browser_is_not_logged_in(netsuite):
    """The log-in belongs to the form that came of it: whoever opens the same URL logs in anew."""
    token = asked(netsuite)
    logged_in(netsuite, opened(netsuite, token))

    assert "Log in" == title(opened(netsuite, token))


def test_nothing_can_be_skipped(netsuite):
    """A decision sent with the log-in page's form is a log-in without a password."""
    token = asked(netsuite)
    page = submit(netsuite, opened(netsuite, token), role="1234567_SB1/1005", decision="allow")

    assert (401, "Log in") == (page.status_code, title(page))
    assert netsuite._fake.desk.request_tokens.find(token["oauth_token"]).approval is None


def test_nothing_is_shown_unescaped():
    """Names of records, and what comes in a form, are text on the page."""
    evil = '"><script>alert(1)</script>'
    account = Account(
        "1234567_SB1",
        name=evil,
        integrations=[Integration(name=evil)],
        roles=[Role(name=evil), Role(id=7, name=evil, active=False)],
        entities=[Entity(name=evil)],
    )
    netsuite = NetSuiteServer(account)
    token = asked(netsuite)
    page = opened(netsuite, token)
    again = logged_in(netsuite, page, email=evil)
    pages = [page, again, logged_in(netsuite, again)]
    pages += [
        opened(netsuite, {"oauth_token": evil}),
        opened(netsuite, token, state=evil),
        send(netsuite, "GET", f"{APP}{PATH}?oauth_token=a&{urlencode({evil: '1'})}&{urlencode({evil: '2'})}"),
    ]

    assert [] == [page.text for page in pages if "<script" in page.text]
    assert "&lt;script&gt;" in pages[2].text
    assert all("default-src 'none'" in page.headers["Content-Security-Policy"] for page in pages)
    assert {"no-store"} == {page.headers["Cache-Control"] for page in pages}


BAD = {
    "no token": ("GET", "", None, 400, "page-no-request-token"),
    "unknown token": ("GET", "oauth_token=abc", None, 400, "page-no-request-token"),
    "not utf-8": ("GET", "oauth_token=%FF%00", None, 400, "page-no-request-token"),
    "repeated": ("GET", "oauth_token=a&oauth_token=b", None, 400, "bad-parameter"),
    "state with a dash": ("GET", "oauth_token={token}&state=a-b", None, 400, "page-bad-state"),
    "state of 513": ("GET", "oauth_token={token}&state=" + "a" * 513, None, 400, "page-bad-state"),
    "state of digits elsewhere": ("GET", "oauth_token={token}&state=%D9%A1", None, 400, "page-bad-state"),
    "put": ("PUT", "oauth_token={token}", b"", 405, "method-not-allowed"),
    "json": ("POST", "", b"{}", 400, "page-stale-form"),
    "empty form": ("POST", "", b"", 400, "page-no-request-token"),
    "huge form": ("POST", "", b"a=" + b"b" * 70_000, 400, "page-stale-form"),
    "repeated field": ("POST", "", b"form=a&form=b", 400, "bad-parameter"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(netsuite, case):
    """Bad input gets a page that says so; the trail has it, and the request token still waits."""
    method, query, body, status, refusal = BAD[case]
    token = asked(netsuite)
    kind = "application/json" if case == "json" else "application/x-www-form-urlencoded"
    more = {} if body is None else {"data": body, "content_type": kind}
    answer = send(netsuite, method, f"{APP}{PATH}?{query.format(token=token['oauth_token'])}", **more)

    assert (status, "This request cannot be allowed") == (answer.status_code, title(answer))
    assert ("Failure", refusal, status) == (last(netsuite)[0], last(netsuite)[2], netsuite.audit_trail[-1].http_status)
    assert netsuite._fake.desk.waiting(token["oauth_token"])


def test_an_expired_request_token_is_over(netsuite):
    """By the account's clock, after Behaviour.request_token_seconds."""
    netsuite.behaviour.request_token_seconds = 60
    netsuite.clock.freeze("2026-11-25")
    token = asked(netsuite)
    page = opened(netsuite, token)
    netsuite.clock.advance(seconds=60)
    page = logged_in(netsuite, page)
    assert 200 == page.status_code
    netsuite.clock.advance(seconds=1)

    assert 400 == submit(netsuite, page, role="1234567_SB1/1005", decision="allow").status_code
    assert "page-no-request-token" == last(netsuite)[2]


def test_another_path_of_the_login_is_an_expectations(netsuite):
    """What is no page of ours goes to pytest-httpserver's expectations."""
    netsuite.expect_request("/app/login/secure/enterpriselogin.nl").respond_with_data("hello")

    assert "hello" == send(netsuite, "GET", f"{APP}/app/login/secure/enterpriselogin.nl").text


def test_the_public_answer_of_step_3_is_the_same_whatever_failed(netsuite):
    """The wire tells nothing: a denied and an unknown request token look alike."""
    denied = asked(netsuite)
    netsuite.authorize(denied["oauth_token"], deny=True)
    answers = [
        exchange(netsuite, denied, "0" * 64).data,
        exchange(netsuite, denied, "0" * 64, oauth_token="0" * 64, oauth_nonce="another-nonce").data,
    ]

    assert 1 == len(set(answers))
    assert LOGIN.encode() in answers[0]
