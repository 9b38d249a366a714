"""How much is read before a login: counted before it is split, refused with the figure, and not under the lock."""

from contextlib import contextmanager

import pytest
from support.signing import HOST, NOW, TARGET, authorization
from werkzeug.test import Client

from pytest_netsuite_tba import explain
from pytest_netsuite_tba.login import base_string as base_string_module
from pytest_netsuite_tba.login import login as login_module
from pytest_netsuite_tba.login import request as request_module
from pytest_netsuite_tba.login.bounds import BOUNDS, Bounds, excess
from pytest_netsuite_tba.login.refusals import BY_ID
from pytest_netsuite_tba.login.refusals.token_endpoints import BY_TOKEN_ID
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.login.verdict import Diagnosis
from pytest_netsuite_tba.oauth1.encoding import FORM
from pytest_netsuite_tba.services import authorize_page, bodies, endpoints, rest_call, soap

URL = f"https://{HOST}{TARGET}"
OAUTH = 'OAuth realm="1234567_SB1", oauth_nonce="a", oauth_signature="YQ%3D%3D"'  # two parameters: a realm is none
FEW = Bounds(parameters=10, text=200)


def request(header=OAUTH, query="", form=b"", content_type=FORM):
    headers = (("Authorization", header),) if header else ()
    return SignedRequest(
        method="POST", target=f"/?{query}", host=HOST, body=form, headers=(*headers, ("Content-Type", content_type))
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"query": "a&b=1&c&d", "form": b"e=1&f=2&g&h"}, ""),
        (
            {"query": "a&b=1&c&d", "form": b"e=1&f=2&g&h&i"},
            "The request has 11 parameters (2 in the header, 4 in the query, 5 in the form); more than 10 are not read.",
        ),
        ({"query": "&" * 8}, "The request has 11 parameters (2 in the header, 9 in the query); more than 10 are not read."),
        ({"header": f"{OAUTH}{',' * 9}"}, "The request has 11 parameters (11 in the header); more than 10 are not read."),
        ({"header": f"OAuth {'a=b ' * 11}"}, "The request has 11 parameters (11 in the header); more than 10 are not read."),
        ({"header": "", "form": b"&".join([b"a"] * 11)}, "The request has 11 parameters (11 in the form); more than 10 are not read."),
        ({"form": b"a=" + b"b" * 198}, ""),
        ({"form": b"a=" + b"b" * 199}, "The form has 201 bytes; more than 200 are not read."),
        ({"query": "q" * 201}, "The query string has 201 characters; more than 200 are not read."),
        ({"header": "OAuth " + "h" * 195}, "The Authorization header has 201 characters; more than 200 are not read."),
        ({"form": b"&" * 500, "content_type": "application/json"}, ""),  # it is not signed, so not counted
    ],
)  # fmt: skip
def test_what_is_signed_is_counted_together(given, said):
    """Parameters of header, query and form; the characters of each. The sentence has the figure."""
    assert said == excess(request(**given), FEW)


def test_the_bounds():
    """1,000 parameters, 1 MiB of text, 100 levels and 10,000 elements of XML."""
    assert Bounds(parameters=1_000, text=1 << 20, levels=100, elements=10_000) == BOUNDS


# Path of each channel: method, and the answer to a malformed header.
REFUSED = {
    TARGET: ("POST", 400, b"INVALID_REQUEST"),
    "/services/rest/record/v1/customer": ("POST", 401, b"INVALID_LOGIN"),
    "/rest/tokeninfo": ("GET", 400, b"INVALID_REQUEST"),
    "/rest/requesttoken": ("POST", 400, b"INVALID_REQUEST"),
}


@pytest.fixture
def decoded(monkeypatch):
    """How long each query and form was that was decoded."""
    sizes = []

    def counting(text, decode=request_module.decode_query):
        sizes.append(len(text))
        return decode(text)

    for module in (request_module, login_module, base_string_module):
        monkeypatch.setattr(module, "decode_query", counting)
    return sizes


FORMS = {
    "pairs": (b"a=b&" * 50_000, f"{50_001} in the form"),
    "bytes": (b"a=" + b"b" * BOUNDS.text, f"The form has {BOUNDS.text + 2} bytes"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("outside", ["refuse", "accept"])
@pytest.mark.parametrize("path", REFUSED)
def test_a_large_form_is_refused_unread(netsuite, netsuite_client, decoded, path, outside, form):
    """Row 3 of each channel, as any header that is malformed; the trail has the figure, and nothing was split."""
    netsuite.behaviour.oauth_outside_header = outside
    (body, figure), (method, status, code) = FORMS[form], REFUSED[path]
    host = HOST.replace("restlets", "suitetalk") if "/services/" in path else HOST
    headers = {"Content-Type": FORM, "Authorization": authorization(netsuite)}
    with netsuite.expect_refusal(count=1) as attempts:
        answer = netsuite_client.open(f"https://{host}{path}", method=method, data=body, headers=headers)

    (attempt,) = attempts
    assert {"parameter_rejected", "flow-malformed"} >= {attempt.refusal.id}
    assert (status, True) == (answer.status_code, code in answer.data)
    assert figure in attempt.cause
    assert "not read" in attempt.cause
    assert [] == [size for size in decoded if size > 1_000]
    assert (Diagnosis(), None) == (attempt.diagnosis, attempt.facts)  # neither searched nor kept
    assert 200 == netsuite_client.get(TARGET).status_code


def test_the_wire_tells_nothing_of_the_bound(netsuite, netsuite_client):
    """The answer is that of any malformed header, to the byte."""
    header = authorization(netsuite)
    answers = []
    for sent, body in ((header, b"a&" * 1_000), (f'{header}, oauth_nonce="twice"', b"")):
        with netsuite.expect_refusal("parameter_rejected", count=1):
            answer = netsuite_client.post(URL, data=body, headers={"Content-Type": FORM, "Authorization": sent})
        answers.append((answer.status, answer.data, sorted(name for name, _ in answer.headers)))

    assert answers[0] == answers[1]
    assert answers[0][0].startswith("400 ")


def test_a_form_within_the_bounds_is_judged(netsuite, netsuite_client):
    """Nearly a thousand pairs, nearly 1 MiB: the login is let in, and the RESTlet says that it takes no forms."""
    body = "&".join(f"{number}={'v' * 1_000}" for number in range(990))
    netsuite.clock.freeze(NOW)
    answer = netsuite_client.post(TARGET, data=body, headers={"Content-Type": FORM})

    assert (415, True) == (answer.status_code, netsuite.audit_trail[-1].accepted)


@pytest.mark.parametrize("header", [None, "Basic eDp5"])
def test_row_2_comes_first(netsuite, netsuite_client, header):
    """Who sends no OAuth header at all is told so, however much else came."""
    headers = {"Content-Type": FORM} | ({} if header is None else {"Authorization": header})
    wanted = "no-authorization" if header is None else "other-scheme"
    with netsuite.expect_refusal(wanted, count=1):
        Client(netsuite.wsgi_app).post(URL, data=b"a&" * 2_000, headers=headers)


def test_the_report_has_the_figure(netsuite):
    """What, why and cure; no mistake of signing is suspected."""
    headers = (("Authorization", authorization(netsuite)), ("Content-Type", FORM))
    sent = SignedRequest(method="POST", target=TARGET, host=HOST, body=b"a&" * 2_000, headers=headers)

    attempt = explain(sent, netsuite.account)

    assert ("parameter_rejected", False, Diagnosis()) == (attempt.detail, attempt.accepted, attempt.diagnosis)
    assert "2001 in the form" in attempt.cause
    assert "no more before a login" in attempt.cure


class _WatchedLock:
    """A lock that knows whether it is held."""

    def __init__(self, lock):
        self._lock, self.held = lock, 0

    def __enter__(self):
        self._lock.__enter__()
        self.held += 1

    def __exit__(self, *raised):
        self.held -= 1
        return self._lock.__exit__(*raised)


@contextmanager
def watched(monkeypatch, account):
    """The functions that read and build, each with whether the account was locked when it was called."""
    lock = _WatchedLock(account.lock)
    account.lock = lock
    called = []

    def watching(name, function):
        def call(*arguments, **options):
            called.append((name, bool(lock.held)))
            return function(*arguments, **options)

        return call

    for module, name in (
        (login_module, "expected_base_string"),
        (login_module, "excess"),
        (login_module, "form_decode"),
        (request_module, "parse_authorization"),
        (request_module, "decode_query"),
    ):
        monkeypatch.setattr(module, name, watching(name, getattr(module, name)))
    yield called


@pytest.mark.parametrize("signature", [None, "wrong"])
def test_the_account_is_locked_for_the_verdict_alone(netsuite, netsuite_client, monkeypatch, signature):
    """Header, query and form are read and the base string is built, once each, before the lock is taken."""
    netsuite.clock.freeze(NOW)
    changed = {} if signature is None else {"oauth_signature": signature}
    header = authorization(netsuite, **changed)
    refused = 0 if signature is None else 1
    with watched(monkeypatch, netsuite.account) as called, netsuite.expect_refusal(count=refused):
        answer = netsuite_client.get(URL, headers={"Authorization": header, "Content-Type": "application/json"})

    assert (200 if signature is None else 401) == answer.status_code
    assert {False} == {locked for _, locked in called}
    names = [name for name, _ in called]
    assert [1, 1, 1, 1] == [
        names.count(n) for n in ("expected_base_string", "excess", "parse_authorization", "decode_query")
    ]


BODY = b'{"companyName": "a"}'
FORM_BODY = b"a=1&b=2"
ENVELOPE = (
    b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><tokenPassport/></s:Header>'
    b'<s:Body><get xmlns="urn:messages_2024_1.platform.webservices.netsuite.com"/></s:Body></s:Envelope>'
)
NLAUTH = "NLAuth nlauth_account=1234567_SB1, nlauth_email=a%40b.c, nlauth_signature=d"
# A request of each kind: method, path, whose body is read, signed or with what header, its media type.
DOORS = {
    "restlet": ("POST", TARGET, BODY, None, "application/json"),
    "restlet form": ("POST", TARGET, FORM_BODY, None, FORM),
    "rest": ("POST", "/services/rest/record/v1/customer", BODY, None, "application/json"),
    "rest change": ("PATCH", "/services/rest/record/v1/customer/1", BODY, None, "application/json"),
    "rest upsert": ("PUT", "/services/rest/record/v1/customer/eid:1", BODY, None, "application/json"),
    "soap": ("POST", "/services/NetSuitePort_2024_1", ENVELOPE, "", "text/xml"),
    "tokeninfo": ("GET", "/rest/tokeninfo?a=1", b"", None, ""),
    "requesttoken": ("POST", "/rest/requesttoken?a=1", FORM_BODY, None, FORM),
    "accesstoken": ("POST", "/rest/accesstoken?a=1", FORM_BODY, None, FORM),
    "issuetoken": ("GET", "/rest/issuetoken?consumerKey=a", b"", NLAUTH, ""),
    "roles": ("GET", "/rest/roles?a=1", b"", NLAUTH, ""),
    "authorize": ("GET", "/app/login/secure/authorizetoken.nl?oauth_token=a", b"", "", ""),
    "authorize form": ("POST", "/app/login/secure/authorizetoken.nl", FORM_BODY, "", FORM),
}


@pytest.mark.parametrize("door", DOORS)
def test_no_door_reads_or_builds_under_a_lock(netsuite, netsuite_client, monkeypatch, door):
    """Neither the account's nor the desk's, which others wait for: query, form, JSON, XML, header and base string."""
    method, path, body, header, media_type = DOORS[door]
    netsuite.clock.freeze(NOW)
    netsuite.records.add("customer", {"companyName": "b"})
    host = HOST.replace("restlets", "suitetalk") if "/services/" in path else HOST
    host = HOST.replace("restlets.api", "app") if "/login/" in path else host
    url = f"https://{host}{path}"
    desk = netsuite._fake.desk
    locks = [netsuite.account.lock, desk.lock] = [_WatchedLock(netsuite.account.lock), _WatchedLock(desk.lock)]
    read = []

    def watch(module, name):
        function = getattr(module, name)

        def call(*arguments, **options):
            read.append((name, any(lock.held for lock in locks)))
            return function(*arguments, **options)

        monkeypatch.setattr(module, name, call)

    for name, modules in {
        "decode_query": (request_module, login_module, base_string_module, authorize_page),
        "expected_base_string": (login_module,), "parse_authorization": (request_module,), "read_body": (rest_call, bodies),
        "read_envelope": (soap,), "parse_nlauth": (endpoints,),
    }.items():  # fmt: skip
        for module in modules:
            watch(module, name)
    sent = {} if header == "" else {"Authorization": header or netsuite.credentials.authorization(method, url)}
    if media_type == FORM and header is None:
        sent["Authorization"] = authorization(netsuite)  # of another request: its signature is computed, and wrong
    netsuite.audit_trail.announced |= set(BY_ID) | set(BY_TOKEN_ID)
    Client(netsuite.wsgi_app).open(
        url, method=method, data=body or None, headers=sent | ({"Content-Type": media_type} if media_type else {})
    )

    assert read
    assert [] == [name for name, locked in read if locked]


def test_a_changed_order_is_seen(netsuite):
    """The base string that was built before the lock is built anew where the account's behaviour changed meanwhile."""
    headers = (("Authorization", authorization(netsuite)),)
    sent = SignedRequest(method="GET", target=f"{TARGET}&a=10&a=9", host=HOST, headers=headers)
    made = login_module.Login(sent, netsuite.account, None)
    made.read()
    first = made.base_string(made.sent_parameters())
    netsuite.behaviour.parameter_order = "oracle-sample"

    assert first != made.base_string(made.sent_parameters())
