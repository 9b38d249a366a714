"""What is parsed of an envelope before its login: within bounds, and nothing legitimate is beyond them."""

import tracemalloc
from xml.etree import ElementTree as ET

import pytest
from support.passports import HOST, MESSAGES, NOW, PATH, SOAP, envelope, right
from werkzeug.test import Client

from pytest_netsuite_tba.login.bounds import BOUNDS, Bounds
from pytest_netsuite_tba.login.verdict import Diagnosis
from pytest_netsuite_tba.services import soap
from pytest_netsuite_tba.services.envelope_parser import NotXmlError, TooMuchError, login_part
from pytest_netsuite_tba.services.envelopes import read_envelope

FEW = Bounds(elements=20, levels=8, text=200_000)


@pytest.fixture
def send(netsuite):
    """Send an envelope to the account's own host, the clock frozen."""
    netsuite.clock.freeze(NOW)
    client = Client(netsuite.wsgi_app, use_cookies=False)
    return lambda body: client.post(PATH, base_url=f"https://{HOST}", data=body, content_type="text/xml; charset=utf-8")


def nested(levels, inside=""):
    return "<a>" * levels + inside + "</a>" * levels


def names(count):
    return "".join(f"<e{number}/>" for number in range(count))


ATTRIBUTE, PREFIX, ONE_MORE = "<a b{}=''/>", "<a xmlns:b{}='u'/>", " b{}=''"


def each(template):
    return "".join(template.format(number) for number in range(40))


OPERATION = f'<get xmlns="{MESSAGES}">{{}}</get>'
NOT_CLOSED = "<&"  # no XML: whoever says so went on parsing


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (envelope("<h/>" * 16, OPERATION.format("")), ""),
        (envelope(f"{'<h/>' * 21}{NOT_CLOSED}"), "has 21 elements or more besides its operation; more than 20"),
        (envelope("", "<get/>" * 30 + NOT_CLOSED), "has 21 elements or more besides its operation; more than 20"),
        (envelope("", "<getDataCenterUrls>" + "<account/>" * 30 + NOT_CLOSED), "has 21 elements or more besides"),
        (envelope(nested(6)), ""),
        (envelope(nested(7, NOT_CLOSED)), "has elements 9 levels deep or deeper; more than 8"),
        (envelope("", OPERATION.format(nested(5))), ""),
        (envelope("", OPERATION.format(nested(6, NOT_CLOSED))), "has elements 9 levels deep or deeper; more than 8"),
        (nested(9, NOT_CLOSED), "has elements 9 levels deep or deeper; more than 8"),
        (envelope("", OPERATION.format(names(12) * 100)), ""),
        (envelope("", OPERATION.format(names(40) + NOT_CLOSED)), "has 21 different names or more; more than 20"),
        (envelope("", f"<get>{each(ATTRIBUTE)}{NOT_CLOSED}"), "has 21 different names"),
        (envelope("", f"<get>{each(PREFIX)}{NOT_CLOSED}"), "has 21 different names"),
        (envelope(f"<a {each(ONE_MORE)}/>{NOT_CLOSED}"), "has 44 different names or more"),
        (envelope("", OPERATION.format(f"<a b='{'c' * 150_000}'/>")), ""),
        (envelope("", OPERATION.format(f"<a b='{'c' * 300_000}'/>")), "has a tag or comment of"),
        (envelope("", OPERATION.format(f"<!--{'c' * 300_000}-->")), "has a tag or comment of"),
        (envelope("", OPERATION.format("t" * 900_000)), ""),
        (envelope("", OPERATION.format(f"<![CDATA[{'t' * 900_000}]]>")), ""),
        (envelope(f"<h>{'t' * 900_000}</h>"), ""),
    ],
    ids=range(20),
)  # fmt: skip
def test_parsing_stops_at_a_bound(body, said):
    """Elements and levels, and what the parser keeps by itself: names, and a tag until it ends; the figure is told."""
    read, _ = read_envelope(body.encode(), FEW)

    assert ("", said != "") == (read.problem, read.excess != "")
    assert said in read.excess


def test_the_operation_is_not_kept():
    """However many elements it has; but what needs no login is read as a header is."""
    root = login_part(envelope("<h><i>1</i></h>", OPERATION.format("<a b='c'>text</a>" * 50_000)).encode(), FEW)
    asked = login_part(
        envelope("", f'<getDataCenterUrls xmlns="{MESSAGES}"><account>1</account></getDataCenterUrls>').encode()
    )

    assert ["Envelope", "Header", "h", "i", "Body", "get"] == [
        element.tag.rpartition("}")[2] for element in root.iter()
    ]
    assert "1" == root.findtext(f"{{{SOAP}}}Header/h/i")
    assert "1" == asked.findtext(f".//{{{MESSAGES}}}account")


def test_what_follows_an_operation_is_read():
    """A header behind the body, and a body that is no XML to its end."""
    late = f'<s:Envelope xmlns:s="{SOAP}"><s:Body><get>{nested(3, "text")}</get></s:Body><s:Header><h>1</h></s:Header></s:Envelope>'

    assert "1" == login_part(late.encode()).findtext(f"{{{SOAP}}}Header/h")
    for broken in ("<a></b>", "&undefined;", "<a", "</get></get>"):
        with pytest.raises(NotXmlError):
            login_part(envelope("", OPERATION.format(broken)).encode())


@pytest.mark.parametrize("body", [nested(1_000_000), envelope("", OPERATION.format(names(1_000_000)))])
def test_what_is_refused_takes_no_memory(body):
    """9 MB of nested elements once took 836 MB; what Python keeps of it is nothing to speak of."""
    sent = body.encode()
    tracemalloc.start()
    with pytest.raises(TooMuchError):
        login_part(sent)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 10_000_000


@pytest.mark.parametrize(
    "body",
    [nested(5_000), envelope("<h/>" * 20_000), right.__name__],
)
def test_more_than_is_read_is_a_malformed_request(netsuite, send, body):
    """The fault is that of any body that is no envelope; the trail has the figure, and keeps nothing of it."""
    if body == right.__name__:
        body = right(netsuite.token).replace("<tokenPassport", f"<x>{'<y/>' * 20_000}</x><tokenPassport")
    with netsuite.expect_refusal("malformed-envelope", count=2) as attempts:
        answers = [send(body), send("no envelope")]

    assert [500, 500] == [answer.status_code for answer in answers]
    assert answers[0].data == answers[1].data
    assert (
        f"more than {BOUNDS.levels if body.startswith('<a>') else BOUNDS.elements} are not read." in attempts[0].cause
    )
    assert (None, Diagnosis()) == (attempts[0].facts, attempts[0].diagnosis)


@pytest.mark.parametrize("records", [200, 1_000])
def test_a_list_of_many_records_is_let_in(netsuite, send, records):
    """An upsertList of NetSuite's largest size, a hundred fields each: the bounds are of what the login reads."""
    fields = "".join(f'<r:field{number} internalId="{number}">{number}</r:field{number}>' for number in range(100))
    body = f'<upsertList xmlns="{MESSAGES}" xmlns:r="urn:r">{f"<record>{fields}</record>" * records}</upsertList>'
    seen = []

    def answered(operation):
        seen.append(len(ET.fromstring(operation)))
        return f'<upsertListResponse xmlns="{MESSAGES}"/>'

    netsuite.soap("upsertList", answered)

    assert 200 == send(right(netsuite.token, body)).status_code
    assert ([records], True) == (seen, netsuite.audit_trail[-1].accepted)


def test_the_operation_is_parsed_once_the_login_is_let_in(netsuite, send, monkeypatch):
    """Nobody makes the fake build the tree of a large body without a token."""
    built = []
    monkeypatch.setattr(soap, "operation_of", lambda body: built.append(len(body)) or ET.Element("get"))
    netsuite.soap("getServerTime", lambda _: "<a/>")
    with netsuite.expect_refusal("InvalidSignature", count=1):
        send(right(netsuite.token).replace("<signature", "<nonsense/><signature").replace("<nonce>f", "<nonce>g"))
    assert [] == built

    assert 200 == send(right(netsuite.token)).status_code
    assert 1 == len(built)
