"""SOAP web services: the TokenPassport's checks, faults as captured, operations by name, hostile XML."""

import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree as ET

import pytest
from support.passports import (
    GET_SERVER_TIME,
    HOST,
    MESSAGES,
    NOW,
    PATH,
    SOAP,
    base_string,
    envelope,
    fields,
    passport,
    right,
    signature,
)
from werkzeug.test import Client

from pytest_netsuite_tba import Account, NetSuiteServer, SoapFault, explain
from pytest_netsuite_tba.account.seed import parse
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.report.explanation import explanation
from pytest_netsuite_tba.services.envelopes import read_envelope

FAULTS = "{urn:faults_2024_1.platform.webservices.netsuite.com}"


@pytest.fixture
def send(netsuite):
    """Send an envelope to the account's own host, the clock frozen."""
    netsuite.clock.freeze(NOW)
    client = Client(netsuite.wsgi_app, use_cookies=False)

    def post(body, base_url=f"https://{HOST}", path=PATH, **headers):
        return client.post(path, base_url=base_url, data=body, content_type="text/xml; charset=utf-8", headers=headers)

    return post


def fault(answer):
    """The fault's text, its element's name, code and message."""
    found = ET.fromstring(answer.data).find(f"{{{SOAP}}}Body/{{{SOAP}}}Fault")
    (*details, host) = found.find("detail")
    assert "soapenv:Server.userException" == found.find("faultcode").text
    assert "{http://xml.apache.org/axis/}hostname" == host.tag
    if not details:
        return None, None, found.find("faultstring").text
    (detail,) = details
    code, message = (detail.find(f"{FAULTS}{name}").text for name in ("code", "message"))
    assert message == found.find("faultstring").text
    return detail.tag.removeprefix(FAULTS), code, message


LOGIN = ("invalidCredentialsFault", "USER_ERROR", "Invalid login attempt.")
UNEXPECTED = ("unexpectedErrorFault", "UNEXPECTED_ERROR", "An unexpected error occurred.")
AMBIGUOUS = ("invalidCredentialsFault", "USER_ERROR", "Ambiguous authentication")
BARE = (None, None, "Ambiguous authentication")  # beside a passport the detail names the host alone
PASSPORT = f'<passport xmlns="{MESSAGES}"><email>a@example.com</email><password>p</password></passport>'
APPLICATION = f'<applicationInfo xmlns="{MESSAGES}"><applicationId>A-1</applicationId></applicationInfo>'
NIL = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"'
PERMISSION = (
    "insufficientPermissionFault",
    "INSUFFICIENT_PERMISSION",
    (
        "Permission Violation: You need the 'SOAP Web Services' permission to access this page. "
        "Please contact your account administrator."
    ),
)


def resigned(token, /, algorithm="HMAC-SHA256", namespace=MESSAGES, **changed):
    sent = fields(token, **changed)
    return envelope(passport(sent, signature(base_string(sent), token), algorithm=algorithm, namespace=namespace))


def twice(token):
    sent = fields(token)
    one = passport(sent, signature(base_string(sent), token))
    return envelope(one + one)


def beside(token, other):
    return right(token).replace("</s:Header>", f"{other}</s:Header>")


def test_a_right_passport_is_let_in(netsuite, send):
    """getServerTime is answered from the account's clock, and the attempt is of the channel soap."""
    answer = send(right(netsuite.token))

    assert (200, "text/xml; charset=utf-8") == (answer.status_code, answer.content_type)
    result = ET.fromstring(answer.data).find(f".//{{{MESSAGES}}}getServerTimeResponse")[0]
    core = "{urn:core_2024_1.platform.webservices.netsuite.com}"
    assert (f"{core}getServerTimeResult", "true") == (result.tag, result.find(f"{core}status").get("isSuccess"))
    assert "2026-09-21T14:13:20.000Z" == result.find(f"{core}serverTime").text
    (attempt,) = netsuite.audit_trail
    assert ("soap", "Success", 200, "Default token") == (
        attempt.channel,
        attempt.status,
        attempt.http_status,
        attempt.token_name,
    )


# what is wrong: (the envelope, or a change of the records; the fault; the audit-trail detail)
ROWS = {
    "2 no envelope": (lambda n: "<a/>", UNEXPECTED, None),
    "2 no passport": (lambda n: envelope(""), LOGIN, None),
    "2 a login": (lambda n: right(n.token, f'<login xmlns="{MESSAGES}"/>'), UNEXPECTED, None),
    "2 user credentials": (lambda n: envelope("<passport><email>a</email></passport>"), UNEXPECTED, None),
    "2 both": (lambda n: beside(n.token, PASSPORT), BARE, None),
    "2 an empty passport": (lambda n: beside(n.token, "<passport/>"), BARE, None),
    "2 applicationInfo": (lambda n: beside(n.token, APPLICATION), AMBIGUOUS, None),
    "2 passport and applicationInfo": (lambda n: beside(n.token, PASSPORT + APPLICATION), BARE, None),
    "2 two passports": (lambda n: twice(n.token), LOGIN, None),
    "2 an old endpoint": (lambda n: right(n.token), LOGIN, None),
    "4 missing": (lambda n: resigned(n.token, nonce=None), LOGIN, "MissingTokenPassportRequiredFields"),
    "4 empty": (lambda n: resigned(n.token, token=""), LOGIN, "MissingTokenPassportRequiredFields"),
    "4 no signature": (
        lambda n: envelope(passport(fields(n.token), None)),
        LOGIN,
        "MissingTokenPassportRequiredFields",
    ),
    "4 no algorithm": (lambda n: resigned(n.token, algorithm=None), LOGIN, "MissingTokenPassportRequiredFields"),
    "4 repeated": (
        lambda n: right(n.token).replace("<token>", "<token>x</token><token>"),
        LOGIN,
        "MissingTokenPassportRequiredFields",
    ),
    "6 SHA-1": (lambda n: resigned(n.token, algorithm="HMAC-SHA1"), LOGIN, "UnknownAlgorithm"),
    "7 too old": (lambda n: right(n.token, timestamp=NOW - 301), LOGIN, "InvalidTimestamp"),
    "7 milliseconds": (lambda n: right(n.token, timestamp=NOW * 1000), LOGIN, "InvalidTimestamp"),
    "7 no number": (lambda n: right(n.token, timestamp="now"), LOGIN, "InvalidTimestamp"),
    "8 another account": (lambda n: right(n.token, account="7654321"), LOGIN, None),
    "9 TBA off": (
        lambda n: setattr(n.account.features, "token_based_authentication", False),
        LOGIN,
        "FeatureDisabled",
    ),
    "9 SOAP off": (lambda n: setattr(n.account.features, "soap_web_services", False), LOGIN, "FeatureDisabled"),
    "10 key unknown": (lambda n: right(n.token, consumerKey="f" * 64), LOGIN, "consumer_key_unknown"),
    "11 blocked": (lambda n: setattr(n.integration, "state", "BLOCKED"), LOGIN, "consumer_key_refused"),
    "12 token unknown": (lambda n: right(n.token, token="f" * 64), LOGIN, "token_rejected"),
    "12 revoked": (lambda n: n.token.revoke(), LOGIN, "token_rejected"),
    "13 lower case": (lambda n: right(n.token, account="1234567_sb1"), LOGIN, "InvalidSignature"),
    "13 hyphen": (lambda n: right(n.token, account="1234567-SB1"), LOGIN, "InvalidSignature"),
    "13 signature": (lambda n: envelope(passport(fields(n.token), "c2ln")), LOGIN, "InvalidSignature"),
    "13 not ASCII": (lambda n: envelope(passport(fields(n.token), "é")), LOGIN, "InvalidSignature"),
    "14 short": (lambda n: right(n.token, nonce="abcde"), LOGIN, None),
    "14 long": (lambda n: right(n.token, nonce="a" * 65), LOGIN, None),
    "15 again": (lambda n: None, LOGIN, "NonceUsed"),
    "16 locked": (lambda n: n.entity.lock(NOW + 60), LOGIN, "temporary_locked"),
    "17 role inactive": (lambda n: setattr(n.role, "active", False), LOGIN, "permission_denied"),
    "18 no permission": (
        lambda n: setattr(n.role, "permissions", ["Log in using Access Tokens"]),
        PERMISSION,
        "permission_denied",
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_each_row_is_refused_in_soaps_own_way(netsuite, send, row):
    """A fault with status 500 tells the client next to nothing; the trail has SOAP's detail."""
    make, expected, detail = ROWS[row]
    if row.startswith("15"):
        send(right(netsuite.token))
    body = make(netsuite)

    with netsuite.expect_refusal(count=1) as attempts:
        path = "/services/NetSuitePort_2015_1" if row == "2 an old endpoint" else PATH
        answer = send(body if isinstance(body, str) else right(netsuite.token), path=path)

    assert (500, "text/xml; charset=utf-8", expected) == (answer.status_code, answer.content_type, fault(answer))
    (attempt,) = attempts
    assert ("soap", detail, 500, expected[1]) == (attempt.channel, attempt.detail, attempt.http_status, attempt.code)
    assert f"{row.partition(' ')[0]}" == str(attempt.refusal.row)
    assert "oauth_" not in f"{attempt.cause} {attempt.cure}"
    assert "oauth_" not in attempt.diagnosis.render(), attempt.diagnosis.render()


@pytest.mark.parametrize(
    "make",
    [
        lambda n: resigned(n.token, algorithm="HMAC_SHA256"),
        lambda n: right(n.token).replace("</signature>", "\n</signature>"),
        lambda n: right(n.token, nonce="a+b/c=d-e_f"),
        lambda n: right(n.token).replace("<nonce>", "<nonce> "),
        lambda n: right(n.token).replace('encoding="UTF-8"', 'encoding="US-ASCII"'),
        lambda n: beside(n.token, "<applicationInfo/>"),
        lambda n: beside(n.token, "<applicationInfo> <applicationId/> </applicationInfo>"),
        lambda n: beside(n.token, f"<passport {NIL}/><applicationInfo {NIL}/><tokenPassport {NIL}/>"),
        lambda n: beside(n.token, "<preferences/><searchPreferences><pageSize>5</pageSize></searchPreferences>"),
        lambda n: right(n.token).replace("<token>", "<other/><other/><token>"),
    ],
)
def test_what_netsuite_lets_pass(netsuite, send, make):
    """The other name of the algorithm, a line break after the signature, a base64 nonce (docs/rules.md 8)."""
    assert 200 == send(make(netsuite)).status_code


def spaced(token, passport_namespace, field_namespace):
    """A right envelope whose passport and its fields are in other namespaces; "" for none."""
    sent = fields(token)
    made = ET.fromstring(passport(sent, signature(base_string(sent), token), namespace="urn:any"))
    for element in made.iter():
        namespace = passport_namespace if element is made else field_namespace
        name = element.tag.partition("}")[2]
        element.tag = f"{{{namespace}}}{name}" if namespace else name
    return envelope(ET.tostring(made, "unicode"))


@pytest.mark.parametrize(
    "passport_namespace", ["ns", "", MESSAGES, "urn:messages_2012_1.platform.webservices.netsuite.com"]
)
@pytest.mark.parametrize("field_namespace", ["ns", "", MESSAGES, "urn:core_2024_1.platform.webservices.netsuite.com"])
def test_a_passport_may_be_in_any_namespace(netsuite, send, passport_namespace, field_namespace):
    """PHP's toolkits make one up, others have none: the local names count (docs/rules.md 8)."""
    body = spaced(netsuite.token, passport_namespace, field_namespace)

    assert 200 == send(body).status_code
    assert netsuite.audit_trail[-1].accepted


@pytest.mark.parametrize("namespace", ["ns", ""])
def test_a_wrong_signature_in_a_made_up_namespace_is_refused(netsuite, send, namespace):
    """The namespace alone is let pass."""
    with netsuite.expect_refusal("InvalidSignature", count=1):
        send(spaced(netsuite.token, namespace, namespace).replace("fjaLirs", "another"))


@pytest.mark.parametrize(
    ("endpoint", "let_in"),
    [("2_6", False), ("2008_1", False), ("2015_1", False), ("2015_2", True), ("2016_1", True), ("2025_2", True)],
)
def test_tokens_begin_with_the_endpoint_of_2015_2(netsuite, send, endpoint, let_in):
    """Older ones answer as for a call without a passport (Oracle section_N3445710)."""
    path = f"/services/NetSuitePort_{endpoint}"
    if let_in:
        assert 200 == send(right(netsuite.token), path=path).status_code
        return
    with netsuite.expect_refusal("soap-endpoint-without-tokens", count=1):
        refused = send(right(netsuite.token), path=path)
    with netsuite.expect_refusal("no-authorization", count=1):
        without = send(envelope(""), path=path)
    assert without.data == refused.data


def test_a_passport_of_many_children_costs_no_square():
    """What is kept of it is its six fields, however many others there are."""
    children = "".join(f"<e{number}/><token>{number}</token>" for number in range(1_600))
    other = f'<tokenPassport xmlns="{MESSAGES}">{children}</tokenPassport>'

    read, _ = read_envelope(envelope(other * 3).encode())

    assert 2 == len(read.passports)
    assert ({"token": "1599"}, ("token",)) == (read.passports[0].fields, read.passports[0].repeated)


def test_a_nonce_of_letters_and_digits_on_request(netsuite, send):
    """Oracle's own words are a setting: soap_nonce_alphanumeric."""
    netsuite.behaviour.soap_nonce_alphanumeric = True
    with netsuite.expect_refusal("nonce_rejected", count=1) as attempts:
        send(right(netsuite.token, nonce="abc+def"))

    assert "nonce-special-characters" == attempts[0].diagnosis.mistakes[0].id


def test_a_session_cookie_is_another_way_to_log_in(netsuite, send):
    """tokenPassport and JSESSIONID together are ambiguous; NetSuite's routing cookie is none."""
    assert 200 == send(right(netsuite.token), Cookie="NS_ROUTING_VERSION=LAGGING").status_code
    with netsuite.expect_refusal("ambiguous-authentication", count=1):
        assert AMBIGUOUS == fault(send(right(netsuite.token, nonce="another"), Cookie="JSESSIONID=x"))


def test_a_session_cookie_counts_in_whichever_header(netsuite):
    """HTTP/2 lets a client send several Cookie headers (RFC 9113 section 8.2.3)."""
    request = SignedRequest(
        method="POST", target=PATH, host=HOST, headers=[("Cookie", "a=b"), ("Cookie", "JSESSIONID=x")],
        body=right(netsuite.token).encode(),
    )  # fmt: skip

    assert "ambiguous-authentication" == explain(request, netsuite.account).refusal.id


def test_without_a_passport_there_is_none_to_correct(netsuite, send):
    """The explanation offers no command that would send the same again."""
    with netsuite.expect_refusal("no-authorization"):
        send(envelope(""))

    told = explanation(netsuite.audit_trail[-1], server_url="http://127.0.0.1:8080", is_proxy=True)
    assert ["The request as it was sent"] == [command["title"] for command in told["commands"]]


@pytest.mark.parametrize("before_login", [False, True])
def test_a_busy_account(before_login):
    """SOAP has a fault of its own: ExceededConcurrentRequestLimitFault, WS_REQUEST_BLOCKED (docs/rules.md 4.8)."""
    with NetSuiteServer(Account(concurrency_limit=1)) as netsuite:
        netsuite.clock.freeze(NOW)
        netsuite.behaviour.concurrency_before_login = before_login
        inside, release = threading.Event(), threading.Event()

        def work(_):
            inside.set()
            release.wait(10)
            return "<done/>"

        netsuite.soap("get", work)
        client = Client(netsuite.wsgi_app)

        def post(nonce, body):
            return client.post(PATH, base_url=f"https://{HOST}", data=right(netsuite.token, body, nonce=nonce))

        with ThreadPoolExecutor(1) as pool:
            busy = pool.submit(post, "nonce-1", f'<get xmlns="{MESSAGES}"/>')
            assert inside.wait(10)
            refused = post("nonce-2", GET_SERVER_TIME)
            release.set()
            assert 200 == busy.result().status_code

    assert ("exceededConcurrentRequestLimitFault", "WS_REQUEST_BLOCKED") == fault(refused)[:2]


# -- operations --------------------------------------------------------------------------------------------------


def test_an_operation_is_answered_as_the_test_said(netsuite, send):
    """A text, or a function of the operation's own XML."""
    netsuite.soap("get", f'<getResponse xmlns="{MESSAGES}"><ok/></getResponse>')
    netsuite.soap("add", lambda xml: f"<seen>{len(re.findall('companyName', xml))}</seen>")

    answer = send(right(netsuite.token, f'<get xmlns="{MESSAGES}"/>'))
    assert (200, f"{{{MESSAGES}}}getResponse") == (answer.status_code, body_of(answer).tag)
    body = f'<add xmlns="{MESSAGES}"><record><companyName>A</companyName></record></add>'
    answer = send(right(netsuite.token, body, nonce="another"))
    assert "2" == body_of(answer).text


def test_an_answer_names_its_document(netsuite, send):
    """Its header has a documentInfo with an nsId, as captured; NetSweet's search reads it (docs/rules.md 8)."""
    netsuite.soap("search", f'<searchResponse xmlns="{MESSAGES}"/>')

    found = [document(send(right(netsuite.token, f'<search xmlns="{MESSAGES}"/>', nonce=f"nonce-{n}"))) for n in "12"]
    asked = document(
        send(envelope("", f'<getDataCenterUrls xmlns="{MESSAGES}"><account>1</account></getDataCenterUrls>'))
    )

    assert all(re.fullmatch(r"WEBSERVICES_1234567_SB1_09212026[0-9]{16,20}_[0-9a-f]{6,14}", name) for name in found)
    assert found[0] != found[1]
    assert asked.startswith("WEBSERVICES_1_09212026")
    netsuite.token.revoke()
    with netsuite.expect_refusal("token_rejected"):
        refused = send(right(netsuite.token, nonce="nonce-3"))
    assert [f"{{{SOAP}}}Body"] == [part.tag for part in ET.fromstring(refused.data)]  # a fault has no header


def document(answer):
    """The nsId of an answer's header."""
    (header, _) = ET.fromstring(answer.data)
    ((number,),) = header
    assert (f"{{{SOAP}}}Header", f"{{{MESSAGES}}}nsId") == (header.tag, number.tag)
    return number.text


def body_of(answer):
    """The element in an answer's Body."""
    (content,) = ET.fromstring(answer.data).find(f"{{{SOAP}}}Body")
    return content


BUSY = SoapFault("WS_REQUEST_BLOCKED", "Too many requests & more")


def raising(_):
    raise BUSY


@pytest.mark.parametrize("answer", [BUSY, lambda _: BUSY, raising])
def test_a_fault_by_name(netsuite, send, answer):
    """Given, returned or raised: status 500, and the fault that carries the code; it fails no test."""
    netsuite.soap("get", answer)

    refused = send(right(netsuite.token, f'<get xmlns="{MESSAGES}"/>'))

    expected = ("exceededConcurrentRequestLimitFault", "WS_REQUEST_BLOCKED", "Too many requests & more")
    assert (500, expected) == (refused.status_code, fault(refused))
    (attempt,) = netsuite.audit_trail
    assert ("Success", 500, "WS_REQUEST_BLOCKED") == (attempt.status, attempt.http_status, attempt.code)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("INSUFFICIENT_PERMISSION", "insufficientPermissionFault"),
        ("WS_CONCUR_SESSION_DISALLWD", "exceededRequestLimitFault"),
        ("UNEXPECTED_ERROR", "unexpectedErrorFault"),
        ("SESSION_TIMED_OUT", "invalidSessionFault"),
        ("USER_ERROR", "invalidCredentialsFault"),
        ("MY_OWN", "invalidCredentialsFault"),
    ],
)
def test_the_code_says_which_fault_it_is(netsuite, send, code, kind):
    """Oracle lists the faults (section_N3539420)."""
    netsuite.soap("get", SoapFault(code, "Why."))

    assert (kind, code, "Why.") == fault(send(right(netsuite.token, f'<get xmlns="{MESSAGES}"/>')))


@pytest.mark.parametrize("detail", ["<detail><f:x xmlns:f='urn:f'><f:code>A_CODE</f:code></f:x></detail>", ""])
def test_a_fault_as_xml_goes_out_with_500(netsuite, send, detail):
    """Whoever writes the whole fault gets its status too."""
    own = f'<x:Fault xmlns:x="{SOAP}"><faultcode>x:Server</faultcode><faultstring>No.</faultstring>{detail}</x:Fault>'
    netsuite.soap("get", own)
    netsuite.soap("add", lambda _: own)

    for number, operation in enumerate(("get", "add")):
        answer = send(right(netsuite.token, f'<{operation} xmlns="{MESSAGES}"/>', nonce=f"nonce-{number}"))
        assert (500, "No.") == (answer.status_code, body_of(answer).findtext("faultstring"))
        assert ("A_CODE" if detail else None) == netsuite.audit_trail[-1].code


def test_a_fault_stays_itself_when_an_account_is_copied(netsuite):
    """As for every test whose account is made once."""
    netsuite.soap("get", BUSY)

    twin = netsuite.account.copy().web_services.operations["get"]

    assert (BUSY.code, BUSY.message, str(BUSY)) == (twin.code, twin.message, str(twin))
    assert "WS_REQUEST_BLOCKED: Too many requests & more" == str(BUSY)


@pytest.mark.parametrize(("code", "message"), [("", "a"), (None, "a"), (7, "a"), ("A", None)])
def test_a_fault_needs_a_code_and_a_text(code, message):
    """Said at once, with what is valid."""
    with pytest.raises(ValueError, match=r"SoapFault\.(code|message): .* is not valid; expected a"):
        SoapFault(code, message)


def test_faults_of_an_account_file(send, netsuite):
    """`fault` in place of `xml`; what the file holds can be written again."""
    (read,) = parse(
        """
        [[web_services.records]]
        type = "customer"
        [[web_services.soap]]
        operation = "get"
        fault = { code = "WS_REQUEST_BLOCKED", message = "Busy." }
        [[web_services.soap]]
        operation = "add"
        xml = "<done/>"
        """,
        "account.toml",
    )
    netsuite.account.web_services = read.web_services

    refused = send(right(netsuite.token, f'<get xmlns="{MESSAGES}"/>'))

    assert (500, ("exceededConcurrentRequestLimitFault", "WS_REQUEST_BLOCKED", "Busy.")) == (
        refused.status_code,
        fault(refused),
    )
    (first, second) = read.web_services.as_seed().soap
    assert ("get", None, "WS_REQUEST_BLOCKED") == (first.operation, first.xml, first.fault.code)
    assert ("add", "<done/>", None) == (second.operation, second.xml, second.fault)


@pytest.mark.parametrize("rest", ["", 'xml = "<a/>"\nfault = { code = "A" }'])
def test_an_operation_of_a_file_has_one_answer(rest):
    """Neither or both names the table and the operation."""
    with pytest.raises(ValueError, match=r"web_services\.soap\[0\].*'get'.*exactly one of xml and fault"):
        parse(f'[[web_services.soap]]\noperation = "get"\n{rest}', "account.toml")


def test_an_operation_that_nothing_answers_fails_the_test(netsuite, send):
    """With the line that mends it."""
    answer = send(right(netsuite.token, f'<search xmlns="{MESSAGES}"/>'))

    assert (500, "UNEXPECTED_ERROR") == (answer.status_code, fault(answer)[1])
    assert netsuite.audit_trail[-1].accepted
    with pytest.raises(AssertionError, match=r"'search', which nothing answers: netsuite\.soap\('search', ...\)"):
        netsuite.verify()


def test_a_function_that_raises_fails_the_test(netsuite, send):
    """The client sees a fault, the test its own exception."""
    netsuite.soap("get", lambda _: {}["no such"])

    answer = send(right(netsuite.token, f'<get xmlns="{MESSAGES}"/>'))

    assert (500, "UNEXPECTED_ERROR") == (answer.status_code, fault(answer)[1])
    with pytest.raises(AssertionError) as failure:
        netsuite.verify()
    assert isinstance(failure.value.__cause__, KeyError)


def test_expectations_go_first(netsuite, send):
    """pytest-httpserver's own may answer an operation as well."""
    netsuite.expect_request(PATH).respond_with_data("<own/>", content_type="text/xml")

    assert "<own/>" == send(right(netsuite.token)).text


@pytest.mark.parametrize(
    ("account", "domains"),
    [
        ("1234567_SB1", ["1234567-sb1.restlets.api", "1234567-sb1.suitetalk.api", "1234567-sb1.app"]),
        ("1234567_sb1", ["1234567-sb1.restlets.api", "1234567-sb1.suitetalk.api", "1234567-sb1.app"]),
        ("1234567-sb1", ["rest", "webservices", "system"]),
        ("7654321", ["rest", "webservices", "system"]),
    ],
)
@pytest.mark.parametrize("host", [f"https://{HOST}", "https://webservices.netsuite.com"])
def test_get_data_center_urls_needs_no_login(netsuite, send, account, domains, host):
    """The account's own hosts, or those for all of them where it is not known (Oracle chapter_157011836591)."""
    body = f'<getDataCenterUrls xmlns="{MESSAGES}"><account>{account}</account></getDataCenterUrls>'

    answer = send(envelope("", body), base_url=host)

    urls = [element.text for element in ET.fromstring(answer.data).iter() if element.tag.endswith("Domain")]
    assert (200, [f"https://{domain}.netsuite.com" for domain in domains]) == (answer.status_code, urls)
    assert 0 == len(netsuite.audit_trail)


@pytest.mark.parametrize("account", ["1234567-sb1", "1234567-SB1"])
def test_a_hyphen_in_the_id_on_request(netsuite, send, account):
    """hyphen_in_company_id lets it name the account."""
    netsuite.behaviour.hyphen_in_company_id = "account"
    body = f'<getDataCenterUrls xmlns="{MESSAGES}"><account>{account}</account></getDataCenterUrls>'

    assert "https://1234567-sb1.suitetalk.api.netsuite.com" in send(envelope("", body)).text


@pytest.mark.parametrize("account", ["", "<account/>", "<account> </account>"])
def test_no_account_is_told_so_in_the_answer(netsuite, send, account):
    """200 with a status that is no success, word for word (Oracle section_N3494684)."""
    answer = send(envelope("", f'<getDataCenterUrls xmlns="{MESSAGES}">{account}</getDataCenterUrls>'))

    core = "{urn:core_2024_1.platform.webservices.netsuite.com}"
    status = body_of(answer).find(f"{core}getDataCenterUrlsResult/{core}status")
    (detail,) = status
    assert (200, "false", "ERROR") == (answer.status_code, status.get("isSuccess"), detail.get("type"))
    assert ["DATA_REQD", "You need to provide a proper value for the required field: account."] == [
        part.text for part in detail
    ]
    assert document(answer).startswith("WEBSERVICES__09212026")


def test_the_old_host_for_all_accounts_serves_nothing_else(netsuite, send):
    """A status of 200 with a fault, as captured (docs/rules.md 3.4)."""
    with netsuite.expect_refusal("unknown-host"):
        answer = send(right(netsuite.token), base_url="https://webservices.netsuite.com")

    assert 200 == answer.status_code
    assert fault(answer)[2].startswith("Incorrect data center requested!")


def test_a_wsdl_is_the_tests_own_and_needs_no_login(netsuite):
    """Oracle's WSDL is not ours to ship; whoever has it serves it by an expectation."""
    netsuite.expect_request("/wsdl/v2024_1_0/netsuite.wsdl").respond_with_data("<definitions/>")
    client = Client(netsuite.wsgi_app)

    assert "<definitions/>" == client.get("/wsdl/v2024_1_0/netsuite.wsdl", base_url=f"https://{HOST}").text
    assert 404 == client.get("/wsdl/v2023_1_0/netsuite.wsdl", base_url=f"https://{HOST}").status_code
    with pytest.raises(AssertionError, match="nothing answers this path"):
        netsuite.verify()


def test_on_loopback_the_passport_names_the_account():
    """Of several accounts at the fake's own address."""
    with NetSuiteServer(Account("1111111"), Account("2222222")) as netsuite:
        second = netsuite.accounts["2222222"]
        second.clock.freeze(NOW)
        body = right(second.tokens["Default token"], account="2222222")
        assert 200 == Client(netsuite.wsgi_app).post(PATH, data=body).status_code
        assert "2222222" == netsuite.audit_trail[-1].account


# -- hostile and broken input ------------------------------------------------------------------------------------

BOMB = '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
ODD = {
    "nothing": b"",
    "no XML": b"hello",
    "not UTF-8": b'<?xml version="1.0" encoding="UTF-8"?><a>\xff</a>',
    "an unknown encoding": b'<?xml version="1.0" encoding="x-no-such"?><a/>',
    "cut off": b"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'>",
    "SOAP 1.2": envelope("").replace(
        "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"
    ),
    "no operation": envelope("", ""),
    "no Body": f'<s:Envelope xmlns:s="{SOAP}"/>',
    "entities": envelope("").replace("?>", f"?>{BOMB}"),
    "an external entity": envelope("&a;").replace("?>", f"?>{OUTSIDE}"),
    "a DTD from elsewhere": envelope("").replace("?>", '?><!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "nested deep": "<a>" * 100_000,
    "a form": b"a=1&b=2",
}


@pytest.mark.parametrize("what", ODD)
def test_bad_input_is_a_fault(netsuite, send, what):
    """Whatever comes, the answer is a fault that any SOAP client can read, and nothing is expanded or fetched."""
    with netsuite.expect_refusal(count=1):
        answer = send(ODD[what])

    assert 500 == answer.status_code
    assert fault(answer)[0] in {"unexpectedErrorFault", "invalidCredentialsFault"}
    assert netsuite.audit_trail[-1].cause
    assert 200 == send(right(netsuite.token)).status_code


@pytest.mark.parametrize("doctype", [BOMB, OUTSIDE, '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">'])
def test_no_entity_is_expanded_or_fetched(netsuite, send, doctype):
    """A call that is right but for its document type is turned away before anything of it is read."""
    body = right(netsuite.token).replace("?>", f"?>{doctype}")
    with netsuite.expect_refusal("malformed-envelope", count=1) as attempts:
        assert UNEXPECTED == fault(send(body if "SYSTEM" in doctype else body.replace("<token>", "<token>&a;")))

    assert attempts[0].cause.startswith("The body is XML that is not let in")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_another_method_has_no_envelope(netsuite, method):
    """Only a POST has one."""
    with netsuite.expect_refusal("malformed-envelope", count=1):
        assert 500 == Client(netsuite.wsgi_app).open(PATH, method=method, base_url=f"https://{HOST}").status_code


def test_without_defusedxml(netsuite, send, monkeypatch):
    """A 500 on the wire; the test's failure has the line that installs it."""
    monkeypatch.setitem(sys.modules, "defusedxml", None)

    assert 500 == send(right(netsuite.token)).status_code
    with pytest.raises(
        AssertionError, match=r"a SOAP call needs the extra 'xml': pip install 'pytest-netsuite-tba\[xml\]'"
    ):
        netsuite.verify()


# -- what a test says of an answer -------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["<getResponse", "text", {"a": 1}, None, "<a/><b/>"])
def test_an_answer_that_is_no_xml_is_refused_at_once(netsuite, answer):
    """With what it is, and what is valid."""
    with pytest.raises(ValueError, match=r"SOAP answer.*the text of one XML element"):
        netsuite.soap("get", answer)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("<x:getResponse/>", "unbound prefix"),
        ("<!DOCTYPE a><a/>", "without a DOCTYPE"),
        ('<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>', "not the envelope"),
    ],
)
def test_an_answer_that_no_body_can_hold_is_refused_at_once(netsuite, answer, why):
    """Before a client gets what is no SOAP."""
    with pytest.raises(ValueError, match=f"SOAP answer.*{why}"):
        netsuite.soap("get", answer)


@pytest.mark.parametrize("as_function", [False, True])
@pytest.mark.parametrize(
    "declaration", ['<?xml version="1.0" encoding="UTF-8"?>\n', "<?xml version='1.0'?>", "\ufeff", "\n"]
)
def test_an_answer_may_begin_as_a_document_does(netsuite, send, declaration, as_function):
    """As whoever reads it from a file has it; in the Body there is no declaration (XML 1.0 section 2.8)."""
    answer = f'{declaration}<getResponse xmlns="urn:a"/>'
    netsuite.soap("get", (lambda _: answer) if as_function else answer)

    sent = send(right(netsuite.token, f'<get xmlns="{MESSAGES}"/>'))

    assert (200, "{urn:a}getResponse") == (sent.status_code, body_of(sent).tag)


def test_a_shared_host_is_a_refusal_that_the_trail_holds(netsuite, netsuite_client):
    """Answered 200 as captured; the test fails unless it announced it, and the cure names the SOAP host."""
    with netsuite.expect_refusal("unknown-host", count=1):
        answer = netsuite_client.post(
            "https://webservices.netsuite.com/services/NetSuitePort_2024_1",
            data="<a/>",
            headers={"Content-Type": "text/xml"},
        )
    attempt = netsuite.audit_trail[-1]

    assert (200, True) == (answer.status_code, b"Incorrect data center requested!" in answer.data)
    assert ("soap", 200) == (attempt.channel, attempt.http_status)
    assert "1234567-sb1.suitetalk.api.netsuite.com" in attempt.diagnosis.mistakes[0].cure


def test_the_cure_of_a_wrong_host_names_the_services_own(netsuite, netsuite_client):
    """SOAP is not at the RESTlets' host."""
    with netsuite.expect_refusal("unknown-host"):
        netsuite_client.post("https://1234567-sb1.restlets.api.netsuite.com/services/NetSuitePort_2024_1", data="<a/>")

    assert "1234567-sb1.suitetalk.api.netsuite.com" in netsuite.audit_trail[-1].diagnosis.mistakes[0].cure
