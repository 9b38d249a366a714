"""Rows 1 to 18, beside the table of test_wire_answers: their order, what each signature covers, what Behaviour moves."""

import base64
import contextlib
import hashlib
import hmac
import uuid
from types import SimpleNamespace

import pytest
from support.signing import HOST, NONCE, NOW, PATH, QUERY, TARGET, authorization, oauth_parameters, signature
from werkzeug import Request
from werkzeug.test import Client, EnvironBuilder

from pytest_netsuite_tba import Entity, Integration, Token
from pytest_netsuite_tba.login.checks import address_is_let_in
from pytest_netsuite_tba.oauth1.encoding import decode_query, percent_encode
from pytest_netsuite_tba.oauth1.header import format_authorization
from pytest_netsuite_tba.oauth1.signature import base_string, base_uri, parameter_string, sign, signing_key

LOGIN_JSON = b'{"error" : {"code" : "INVALID_LOGIN_ATTEMPT", "message" : "Invalid login attempt."}}'
LOGIN_XML = b"<error><code>INVALID_LOGIN_ATTEMPT</code><message>Invalid login attempt.</message></error>"
LOGIN_TEXT = b"error code: INVALID_LOGIN_ATTEMPT\nerror message: Invalid login attempt."
URL = f"https://{HOST}{TARGET}"


@pytest.fixture
def send(netsuite, netsuite_client):
    """Sends a request with a header of the test's making to the fake, whose clock stands still."""
    netsuite.clock.freeze(NOW)

    def request(header, url=URL, *, method="GET", content_type="application/json", **options):
        headers = {"Content-Type": content_type, "Authorization": header} | options.pop("headers", {})
        return netsuite_client.open(url, method=method, headers=headers, **options)

    return request


def signed_for(netsuite, *, method="GET", url=URL, extra=(), key=None, **changed):
    """A header that is right for ``url``, spelt as given."""
    scheme, _, rest = url.partition("://")
    host, slash, target = rest.partition("/")
    path, _, query = (slash + target).partition("?")
    pairs = oauth_parameters(netsuite, **changed)
    queried = [(name, value) for name, _, value in (pair.partition("=") for pair in query.split("&")) if name]
    text = base_string(method, base_uri(scheme, host, path), parameter_string([*pairs.items(), *extra, *queried]))
    secrets = (netsuite.credentials.consumer_secret, netsuite.credentials.token_secret)
    pairs["oauth_signature"] = sign(text, key or signing_key(*secrets))
    return format_authorization([*pairs.items(), *extra], realm="1234567_SB1")


# -- the order of the rows ---------------------------------------------------------------------------------------

# One mistake a row, all of which one request can make at once: the header's own, then the records'.
# The row's number: (changes of the header or None, changes of the records or None, what the trail says).
MISTAKES = {
    4: ({"oauth_token": None}, None, "MissingTokenPassportRequiredFields"),
    5: ({"oauth_version": "2.0"}, None, "VersionRejected"),
    6: ({"oauth_signature_method": "HMAC-SHA1"}, None, "UnknownAlgorithm"),
    7: ({"oauth_timestamp": str(NOW - 301)}, None, "InvalidTimestamp"),
    8: ({"realm": "1234567_sb1"}, None, "wrong-realm"),
    9: (None, lambda n: setattr(n.account.features, "token_based_authentication", False), "FeatureDisabled"),
    10: ({"oauth_consumer_key": "f" * 64}, None, "consumer_key_unknown"),
    11: (None, lambda n: setattr(n.integration, "state", "BLOCKED"), "consumer_key_refused"),
    12: (None, lambda n: n.token.revoke(), "token_rejected"),
    13: ({"oauth_signature": "wrong"}, None, "InvalidSignature"),
    14: ({"oauth_nonce": "abcde"}, None, "nonce_rejected"),
    15: (None, None, "nonce_used"),
    16: (None, lambda n: n.entity.lock(NOW + 1), "temporary_locked"),
    17: (None, lambda n: setattr(n.entity, "active", False), "permission_denied"),
    18: (None, lambda n: setattr(n.role, "web_services_only", True), "web-services-only"),
}


@pytest.mark.parametrize("row", MISTAKES)
def test_of_several_mistakes_the_first_row_is_reported(netsuite, send, row):
    """A request that breaks this row and every later one is refused by this row (docs/rules.md 0.1)."""
    if row == 15:
        assert 200 == send(authorization(netsuite)).status_code
    changed = {}
    for number, (header, records, _) in MISTAKES.items():
        if number >= row:
            changed |= header or {}
            if records is not None:
                records(netsuite)

    with netsuite.expect_refusal(MISTAKES[row][2], count=1):
        send(authorization(netsuite, **changed))


@pytest.mark.parametrize("row", [2, 3])
def test_the_header_is_judged_before_what_it_says(netsuite, send, row):
    """Rows 2 and 3: without a header that parses, no record is looked at."""
    netsuite.account.features.token_based_authentication = False
    netsuite.token.revoke()
    header = "" if row == 2 else authorization(netsuite, oauth_version="2.0") + ", oauth_version"

    with netsuite.expect_refusal("no-authorization" if row == 2 else "parameter_rejected", count=1):
        send(header)


# -- row 1 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content_type", ["application/json", "application/xml", ""])
@pytest.mark.parametrize(
    "host",
    [
        "7654321.restlets.api.netsuite.com",  # nobody's
        "1234567.restlets.api.netsuite.com",  # production, where only its sandbox is served
        "1234567_sb1.restlets.api.netsuite.com",  # the account's spelling, not the host's
        "1234567-sb1.nonsense.netsuite.com",  # no service
        "rest.na1.netsuite.com",  # retired with 2020.2
    ],
)
def test_a_host_of_no_account_is_refused_without_a_word(netsuite, netsuite_client, host, content_type):
    """Row 1: 403, no body and no challenge, whatever the call's type."""
    with netsuite.expect_refusal("unknown-host", count=1):
        answer = netsuite_client.get(f"https://{host}{TARGET}", headers={"Content-Type": content_type})

    assert (403, b"", None) == (answer.status_code, answer.data, answer.headers.get("WWW-Authenticate"))
    assert [] == netsuite.audit_trail.as_netsuite_shows()
    assert (1, False) == (netsuite.audit_trail[-1].id, netsuite.audit_trail[-1].forced)


def test_a_host_is_the_same_in_any_case_and_with_its_port(netsuite, netsuite_client):
    """Scheme and host are signed in lower case, without the default port (RFC 5849 section 3.4.1.2)."""
    for host in (HOST.upper(), f"{HOST}:443"):
        assert 200 == netsuite_client.get(f"https://{host}{TARGET}").status_code


# -- rows 2 and 3 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", LOGIN_JSON),
        ("application/json; charset=utf-8", LOGIN_JSON),
        ("application/xml", LOGIN_XML),
        ("text/plain", LOGIN_TEXT),
        ("text/html", LOGIN_TEXT),
        ("", LOGIN_TEXT),
    ],
)
def test_the_shape_of_a_refusal_follows_the_calls_content_type(netsuite, send, content_type, body):
    """JSON, XML or two lines of text (section_4634920277), byte for byte."""
    with netsuite.expect_refusal("token_rejected"):
        answer = send(authorization(netsuite, oauth_token="f" * 64), content_type=content_type)

    assert (401, body) == (answer.status_code, answer.data)


def test_a_session_cookie_beside_the_header_is_refused(netsuite, send):
    """Row 2: a header and a session may not come together (section_N2971402)."""
    with netsuite.expect_refusal("session-cookie", count=1):
        answer = send(authorization(netsuite), headers={"Cookie": "a=b; JSESSIONID=x"})

    assert (401, LOGIN_JSON) == (answer.status_code, answer.data)


def test_netsuites_routing_cookie_is_no_session(netsuite, send):
    """A client with a cookie jar sends NS_ROUTING_VERSION back; it changes nothing (docs/rules.md 3.6)."""
    assert 200 == send(authorization(netsuite), headers={"Cookie": "NS_ROUTING_VERSION=LAGGING"}).status_code


def test_the_routing_cookie_is_set_until_the_client_sends_it(netsuite, send):
    """A load balancer's cookie: set on the answer to a request that does not carry it, a stale one set anew."""
    cookies = ["", "a=b", "NS_ROUTING_VERSION=LEADING", "a=b; NS_ROUTING_VERSION=LAGGING"]

    answers = [
        send(authorization(netsuite, oauth_nonce=f"{NONCE}{cookie}"), headers={"Cookie": cookie}) for cookie in cookies
    ]

    assert ["NS_ROUTING_VERSION=LAGGING; path=/"] * 3 + [None] == [
        answer.headers.get("Set-Cookie") for answer in answers
    ]


def test_answers_carry_the_headers_captured_of_netsuite(netsuite, send):
    """As captured (docs/rules.md 3.6), with a new operation id each."""
    answers = [send(authorization(netsuite, oauth_nonce=f"{NONCE}{number}")) for number in range(2)]

    assert 2 == len({uuid.UUID(answer.headers["x-n-operationid"]) for answer in answers})
    for answer in answers:
        assert 'CP="CAO PSAa OUR BUS PUR"' == answer.headers["P3P"]
        assert "User-Agent" == answer.headers["Vary"]
        assert "max-age=31536000" == answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("realm", ["1234567%5FSB1", "1234567_SB1+", "%31234567_SB1"])
def test_a_realm_is_not_decoded(netsuite, send, realm):
    """Realm is plain quoted text (RFC 7235 section 2.2): what decodes to the account's id is not the id."""
    with netsuite.expect_refusal("wrong-realm", count=1):
        send(authorization(netsuite, realm=realm))

    assert repr(realm) in netsuite.audit_trail[-1].cause


def test_a_scheme_alone_lacks_every_parameter(netsuite, send):
    """Row 4, not row 3: nothing of ``OAuth`` alone is malformed."""
    with netsuite.expect_refusal("MissingTokenPassportRequiredFields", count=1):
        assert 400 == send("OAuth").status_code


def test_a_bearer_token_is_challenged_as_one(netsuite, send):
    """Row 2: OAuth 2.0 gets the Bearer challenge (subsect_158521885412)."""
    with netsuite.expect_refusal("other-scheme"):
        answer = send("Bearer abc")

    challenge = 'Bearer realm="1234567_SB1", error="invalid_token", error_description="Invalid login attempt."'
    assert (401, challenge) == (answer.status_code, answer.headers["WWW-Authenticate"])


FORM = "application/x-www-form-urlencoded"
NONCE_SPELT = ["oauth_nonce", "oauth%5Fnonce", "oauth%5fnonce", "%6Fauth_nonce", "%6f%61uth%5F%6eonce"]


@pytest.mark.parametrize("value", [NONCE, "another", ""])
@pytest.mark.parametrize("name", NONCE_SPELT)
@pytest.mark.parametrize("place", ["query string", "form"])
def test_a_protocol_parameter_beside_the_header_is_sent_twice(netsuite, send, place, name, value):
    """Row 3: each parameter once (RFC 5849 section 3.1), wherever it stands and however its name is spelt."""
    again = f"{name}={value}"
    url, form = (f"{URL}&{again}", "") if place == "query string" else (URL, again)
    header = authorization(netsuite, method="POST", query=f"{QUERY}&{again}")  # and signed as it is to be
    with netsuite.expect_refusal("parameter_rejected", count=1) as attempts:
        send(header, url, method="POST", data=form, content_type=FORM)

    assert f"oauth_nonce is sent twice: in the Authorization header and in the {place}." == attempts[0].cause


# The query and the form of a request without a header, and what is said of it.
OUTSIDE = {
    "once": ("{all}", "", None),
    "nonce again": ("oauth_nonce=firstone&{all}", "", "oauth_nonce is sent twice in the query string."),
    "nonce again, %5F": ("{all}&oauth%5Fnonce=lastone", "", "oauth_nonce is sent twice in the query string."),
    "token again, in the form": (
        "{all}", "oauth%5Ftoken=x", "oauth_token is sent twice: in the query string and in the form."),
    "twice in the form": ("", "{all}&oauth%5ftoken=x", "oauth_token is sent twice in the form."),
    "realm again": ("{all}&re%61lm=7654321", "", "realm is sent twice in the query string."),
    "signature again": ("{all}&oauth_signatur%65=x", "", "oauth_signature is sent twice in the query string."),
    "a parameter of the script again": ("a=1&a=2&{all}&b=1", "b=2", None),
    "one that OAuth does not know": ("oauth_tone=1&oauth_tone=2&{all}", "", None),
}  # fmt: skip


@pytest.mark.parametrize("case", OUTSIDE)
def test_a_protocol_parameter_outside_the_header_is_there_once(netsuite, case):
    """Row 3 where Behaviour lets parameters stand outside: each once, in the query or in the form."""
    netsuite.clock.freeze(NOW)
    netsuite.behaviour.oauth_outside_header = "accept"
    query, form, cause = OUTSIDE[case]
    pairs = oauth_parameters(netsuite) | {"realm": "1234567_SB1"}
    sent = "&".join(f"{name}={value}" for name, value in pairs.items())
    signed = [pair for pair in decode_query(f"{QUERY}&{query}&{form}".format(all=sent)) if pair[0] != "oauth_signature"]
    sent += f"&oauth_signature={percent_encode(signature(netsuite, {}, method='POST', parameters=parameter_string(signed)))}"
    with contextlib.nullcontext() if cause is None else netsuite.expect_refusal("parameter_rejected", count=1):
        Client(netsuite.wsgi_app).post(
            f"{TARGET}&{query.format(all=sent)}",
            base_url=f"https://{HOST}",
            data=form.format(all=sent),
            content_type=FORM,
        )

    attempt = netsuite.audit_trail[-1]
    assert cause == (None if attempt.accepted else attempt.cause)


def test_a_parameter_that_left_the_header_for_the_query_is_named(netsuite, send):
    """Row 3: where there is a header, all that NetSuite knows stands in it."""
    url = f"{URL}&oauth_version=1.0"
    header = signed_for(netsuite, url=url, oauth_version=None)
    with netsuite.expect_refusal("parameter_rejected", count=1) as attempts:
        send(header, url)

    assert attempts[0].cause.startswith("oauth_version stands in the query string, and not in the Authorization header")


def test_two_headers_are_one_too_many(netsuite):
    """Row 3: a request has one Authorization header."""
    netsuite.clock.freeze(NOW)
    environ = EnvironBuilder(TARGET, f"https://{HOST}/").get_environ()
    environ["netsuite_tba.headers"] = (("Authorization", authorization(netsuite)),) * 2

    with netsuite.expect_refusal("parameter_rejected", count=1):
        answer = Client(netsuite.wsgi_app).open(Request(environ))

    assert 400 == answer.status_code
    assert "The request has 2 Authorization headers." == netsuite.audit_trail[-1].cause


@pytest.mark.parametrize(
    "name",
    [
        "oauth_consumer_key",
        "oauth_token",
        "oauth_signature_method",
        "oauth_timestamp",
        "oauth_nonce",
        "oauth_signature",
    ],
)
def test_each_required_parameter_is_required(netsuite, send, name):
    """Row 4: the trail names the one that is missing."""
    with netsuite.expect_refusal("MissingTokenPassportRequiredFields", count=1):
        send(authorization(netsuite, **{name: None}))

    assert f"{name} is missing from the Authorization header." == netsuite.audit_trail[-1].cause


@pytest.mark.parametrize(("off", "accepted"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_the_window_is_five_minutes_either_way(netsuite, send, off, accepted):
    """Row 7: 300 seconds off is let pass, 301 is not."""
    header = authorization(netsuite, oauth_timestamp=str(NOW + off))
    if accepted:
        assert 200 == send(header).status_code
    else:
        with netsuite.expect_refusal("InvalidTimestamp", count=1):
            assert 400 == send(header).status_code


@pytest.mark.parametrize(
    "timestamp", ["-1", "0", "000", "+1790000000", "1790000000.0", " 1790000000", "١٧٩٠٠٠٠٠٠٠", "0x6ab1"]
)
def test_a_timestamp_is_plain_digits(netsuite, send, timestamp):
    """Row 7: a positive whole number, in ASCII digits."""
    with netsuite.expect_refusal("InvalidTimestamp-malformed", count=1):
        assert 400 == send(authorization(netsuite, oauth_timestamp=timestamp)).status_code


@pytest.mark.parametrize("timestamp", [f"00000{NOW}5", f"{NOW}" * 2, "9" * 400])
def test_a_timestamp_of_too_many_digits_is_not_cut(netsuite, send, timestamp):
    """Row 7: its first digits may be the right time."""
    with netsuite.expect_refusal("InvalidTimestamp", count=1):
        assert 400 == send(authorization(netsuite, oauth_timestamp=timestamp)).status_code


def test_the_version_and_the_realm_are_not_among_what_row_4_asks_for(netsuite, send):
    """Without oauth_version a request is let in; without a realm as well it gets as far as row 8."""
    assert 200 == send(authorization(netsuite, oauth_version=None)).status_code
    with netsuite.expect_refusal("realm-missing", count=1):
        send(authorization(netsuite, realm=None, oauth_version=None))


def test_an_empty_realm_is_a_wrong_one(netsuite, send):
    """Row 8, not row 3: quotes with nothing between them are well formed for a realm."""
    with netsuite.expect_refusal("wrong-realm", count=1):
        send(authorization(netsuite, realm=""))


@pytest.mark.parametrize(("more", "accepted"), [(0, True), (1, False)])
def test_a_thousand_parameters_are_judged(netsuite, send, more, accepted):
    """Row 3: those of the header and of the query together; one more is refused before anything is computed."""
    url = URL + "&a" * (991 + more)  # beside the header's eight pairs and the "&" of the URL
    header = signed_for(netsuite, url=url)
    if accepted:
        assert 200 == send(header, url).status_code
    else:
        with netsuite.expect_refusal("parameter_rejected", count=1):
            assert 400 == send(header, url).status_code


# -- rows 12, 15 and 17: whose the token is ----------------------------------------------------------------------


def test_a_token_is_good_with_its_own_integration_alone(netsuite, send):
    """Row 12: the key of another record of the account, and a signature with its secret, let nobody in."""
    other = netsuite.account.add_integration(Integration(name="another"))
    header = signed_for(
        netsuite,
        key=signing_key(other.consumer_secret, netsuite.credentials.token_secret),
        oauth_consumer_key=other.consumer_key,
    )

    with netsuite.expect_refusal("token_rejected", count=1):
        assert 401 == send(header).status_code


def test_another_user_may_use_the_same_nonce(netsuite, send):
    """Row 15: a nonce is spent by one user (subsect_156935170194)."""
    assert 200 == send(authorization(netsuite)).status_code
    entity = netsuite.account.add_entity(Entity(email="second@example.com", roles=[netsuite.role]))
    token = netsuite.account.add_token(
        Token(name="second", entity=entity, role=netsuite.role, integration=netsuite.integration)
    )
    second = SimpleNamespace(credentials=netsuite.credentials_for(token), clock=netsuite.clock)

    assert 200 == send(authorization(second)).status_code


@pytest.mark.parametrize(
    ("address", "accepted"),
    [("203.0.113.5", True), ("203.0.113.255", True), ("203.0.114.5", False), ("2001:db8::1", False), ("", False)],
)
def test_an_address_is_let_in_by_its_network_alone(address, accepted):
    """Row 17: a rule may name any address of the network; what is no address is in none."""
    assert accepted == address_is_let_in(address, ["192.0.2.0/24", "203.0.113.5/24"])


# -- row 13: what the signature covers ---------------------------------------------------------------------------


def without_the_query(netsuite, url):
    return signed_for(netsuite, url=url.partition("?")[0])


def with_a_copied_query_parameter(netsuite, url):
    return signed_for(netsuite, url=url.partition("?")[0], extra=[("script", "1"), ("deploy", "1")])


def with_the_token_id_in_the_key(netsuite, url):
    return signed_for(
        netsuite, url=url, key=signing_key(netsuite.credentials.consumer_secret, netsuite.credentials.token_id)
    )


def with_the_realm_signed(netsuite, url):
    pairs = oauth_parameters(netsuite)
    pairs["oauth_signature"] = signature(netsuite, pairs | {"realm": "1234567_SB1"})
    return format_authorization(pairs.items(), realm="1234567_SB1")


def in_hex(netsuite, url):
    pairs = oauth_parameters(netsuite)
    text = base64.b64decode(signature(netsuite, pairs)).hex()
    return format_authorization([*pairs.items(), ("oauth_signature", text)], realm="1234567_SB1")


def by_sha1(netsuite, url):
    pairs = oauth_parameters(netsuite)
    secrets = (netsuite.credentials.consumer_secret, netsuite.credentials.token_secret)
    text = f"GET&{percent_encode(f'https://{HOST}{PATH}')}&{percent_encode(parameter_string(pairs.items()))}"
    digest = hmac.new("&".join(secrets).encode(), text.encode(), hashlib.sha1).digest()
    return format_authorization(
        [*pairs.items(), ("oauth_signature", base64.b64encode(digest).decode())], realm="1234567_SB1"
    )


WRONG_SIGNATURES = {
    "the query is not signed": without_the_query,
    "a query parameter is in the header too": with_a_copied_query_parameter,
    "the token id is in the key": with_the_token_id_in_the_key,
    "the header's realm is signed": with_the_realm_signed,
    "the digest is in hex": in_hex,
    "the digest is SHA-1's": by_sha1,
    "another method": lambda n, url: signed_for(n, url=url, method="POST"),
    "another host": lambda n, url: signed_for(n, url=url.replace("restlets.api", "suitetalk.api")),
    "http for https": lambda n, url: signed_for(n, url=url.replace("https", "http")),
}


@pytest.mark.parametrize("mistake", WRONG_SIGNATURES)
def test_a_signature_of_anything_else_is_wrong(netsuite, send, mistake):
    """Row 13: method, URL, query and both secrets are what is signed (docs/rules.md 1.1, 1.2)."""
    with netsuite.expect_refusal("InvalidSignature", count=1):
        answer = send(WRONG_SIGNATURES[mistake](netsuite, URL))

    assert (401, LOGIN_JSON) == (answer.status_code, answer.data)


@pytest.mark.parametrize(
    ("content_type", "body"), [("application/json", b'{"a": 1}'), ("application/xml", b"<a/>"), ("text/plain", b"a=1")]
)
def test_a_body_is_not_signed(netsuite, send, content_type, body):
    """JSON, XML and text bodies are no part of the base string (section_1534939551)."""
    header = signed_for(netsuite, method="POST")

    assert 200 == send(header, method="POST", content_type=content_type, data=body).status_code


LET_PASS = {
    "an empty pair in front": f"https://{HOST}{PATH}?&{QUERY}",
    "empty pairs all over": f"https://{HOST}{PATH}?{QUERY}&&",
    "realm in the query": f"{URL}&realm=1234567_SB1",
    "an empty value": f"{URL}&a=",
    "duplicates": f"{URL}&a=2&a=10&a=1",
    "the UI's host": f"https://1234567-sb1.app.netsuite.com{TARGET}",
}


@pytest.mark.parametrize("what", LET_PASS)
def test_urls_that_netsuite_lets_pass(netsuite, send, what):
    """A URL of unusual shape is signed as it is (docs/rules.md 1.1, 1.6, 4.1)."""
    assert 200 == send(signed_for(netsuite, url=LET_PASS[what]), LET_PASS[what]).status_code


@pytest.mark.parametrize("scheme", ["OAuth", "oauth", "OAUTH", "oAuTh"])
def test_the_scheme_is_in_any_case(netsuite, send, scheme):
    """An authentication scheme has no case (RFC 9110 section 11.1)."""
    assert 200 == send(authorization(netsuite).replace("OAuth", scheme, 1)).status_code


def test_an_absolute_target_is_what_was_signed(netsuite):
    """Absolute form, as a client sends to a proxy, names scheme and host; the Host header does not count."""
    netsuite.clock.freeze(NOW)
    environ = EnvironBuilder(TARGET, "http://127.0.0.1:8080/").get_environ()
    environ["REQUEST_URI"] = URL
    environ["HTTP_AUTHORIZATION"] = authorization(netsuite)

    assert 200 == Client(netsuite.wsgi_app).open(Request(environ)).status_code


# -- what Behaviour moves, and what it leaves --------------------------------------------------------------------


def test_a_403_has_no_challenge_and_a_missing_header_stays_a_401(netsuite, send):
    """login_failure_status moves rows 8 to 17; WWW-Authenticate belongs to a 401."""
    netsuite.behaviour.login_failure_status = 403

    with netsuite.expect_refusal(count=2):
        refused, unsigned = send(authorization(netsuite, oauth_token="f" * 64)), send("")

    assert (403, LOGIN_JSON, None) == (refused.status_code, refused.data, refused.headers.get("WWW-Authenticate"))
    assert 401 == unsigned.status_code


def test_a_missing_realm_is_logged_as_a_wrong_one_is(netsuite, send):
    """wrong_realm_logged covers both ways of row 8."""
    netsuite.behaviour.wrong_realm_logged = True

    with netsuite.expect_refusal("realm-missing"):
        send(authorization(netsuite, realm=None))

    assert [True] == [attempt.logged_by_netsuite for attempt in netsuite.audit_trail]


def test_a_malformed_timestamp_stays_a_syntax_error(netsuite, send):
    """timestamp_outside_window_code is about the window alone."""
    netsuite.behaviour.timestamp_outside_window_code = "INVALID_LOGIN_ATTEMPT"

    with netsuite.expect_refusal("InvalidTimestamp-malformed"):
        answer = send(authorization(netsuite, oauth_timestamp="soon"))

    assert (400, "INVALID_REQUEST") == (answer.status_code, answer.json["error"]["code"])


@pytest.mark.parametrize(("pause", "locked"), [(False, True), (True, False)])
def test_only_failures_in_a_row_lock_the_user(netsuite, send, pause, locked):
    """A login that is let in starts the count of wrong signatures anew."""
    netsuite.behaviour.failed_signatures_lock_user = True
    with netsuite.expect_refusal("InvalidSignature", count=6):
        for number in range(6):
            if number == 3 and pause:
                send(authorization(netsuite, oauth_nonce="another-one"))
            if number == 5 and locked:
                netsuite.clock.advance(minutes=30)
            send(authorization(netsuite, oauth_signature="wrong"))

    assert (NOW + 1800 if locked else None) == netsuite.entity.locked_until


def test_wrong_signatures_lock_nobody_by_default(netsuite, send):
    """Oracle speaks of failed logins, not of failed signatures: the default counts none."""
    with netsuite.expect_refusal("InvalidSignature", count=9):
        for _ in range(9):
            send(authorization(netsuite, oauth_signature="wrong"))

    assert 200 == send(authorization(netsuite)).status_code


@pytest.mark.parametrize(("length", "accepted"), [(30, True), (31, False)])
def test_the_nonces_length_is_counted_decoded(netsuite, send, length, accepted):
    """nonce_max_length counts characters, not their percent-encoding."""
    netsuite.behaviour.nonce_max_length = 30
    header = authorization(netsuite, oauth_nonce="+" * length)
    if accepted:
        assert 200 == send(header).status_code
    else:
        with netsuite.expect_refusal("nonce_rejected", count=1):
            assert 401 == send(header).status_code


def test_a_plain_request_is_the_same_in_either_order(netsuite, netsuite_client):
    """parameter_order matters to the three disputed cases alone."""
    netsuite.behaviour.parameter_order = "oracle-sample"

    assert 200 == netsuite_client.get(f"{TARGET}&b=x%20y&a=2&a=1&c=%C3%A9%7E&flag").status_code


@pytest.mark.parametrize("query", ["a=2&a=10&a=1", "a[0]=x&a1=y", "x=YQ=="])
def test_the_disputed_cases_are_refused_when_signed_the_other_way(netsuite, netsuite_client, query):
    """What RFC 5849 makes of the three disputed cases, Oracle's sample does not (docs/rules.md 1.1)."""
    assert 200 == netsuite_client.get(f"{TARGET}&{query}").status_code
    netsuite.behaviour.parameter_order = "oracle-sample"
    with netsuite.expect_refusal("InvalidSignature", count=1):
        netsuite_client.get(f"{TARGET}&{query}")


def test_parameters_in_a_form_are_let_in_and_the_form_is_not(netsuite):
    """oauth_outside_header reads a form body too; RESTlets take no form, so a 415 follows (section_1534939551)."""
    netsuite.clock.freeze(NOW)
    netsuite.behaviour.oauth_outside_header = "accept"
    pairs = oauth_parameters(netsuite) | {"realm": "1234567_SB1"}
    pairs["oauth_signature"] = signature(netsuite, pairs, method="POST")

    answer = Client(netsuite.wsgi_app).post(TARGET, base_url=f"https://{HOST}", data=pairs)

    assert (415, "Success") == (answer.status_code, netsuite.audit_trail[-1].status)


def test_nothing_of_the_cause_reaches_the_client(netsuite, send):
    """Two refusals with different causes are one answer, but for the operation's id."""
    with netsuite.expect_refusal(count=2):
        wrong = send(authorization(netsuite, oauth_signature="wrong"))
        short = send(authorization(netsuite, oauth_nonce="abcde"))

    def shown(answer):
        return answer.status_code, answer.data, [header for header in answer.headers if header[0] != "x-n-operationid"]

    assert shown(wrong) == shown(short)
