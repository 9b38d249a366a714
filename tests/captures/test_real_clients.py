"""Requests of real clients, as they stood on the wire: nothing that is signed well is called wrong.

``support/record_requests.py`` says how they were recorded, ``wire/clients.json`` by which versions, and which of them
their library signs wrongly. Which are right is not our word: oauthlib recomputes each, or SOAP's five fields by hand.
"""

import base64
import hashlib
import hmac
import io
import json
import re
import zlib
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, unquote, urlencode

import pytest
from oauthlib.oauth1.rfc5849 import signature as oracle

from pytest_netsuite_tba import Account, NetSuiteServer, explain
from pytest_netsuite_tba.captures import read
from pytest_netsuite_tba.login.environ import FOLDED_KEY, HEADERS_KEY
from pytest_netsuite_tba.wire.limits import Limits
from pytest_netsuite_tba.wire.reader import Reader
from pytest_netsuite_tba.wire.wsgi import make_environ

pytestmark = pytest.mark.exhaustive  # the same on every Python
WIRE = Path(__file__).with_name("wire")
CLIENTS = json.loads((WIRE / "clients.json").read_text("utf-8"))
ACCOUNTS = {name: Account(name) for name in ("1234567_SB1", "1234567", "TSTDRV1234567")}
FILES = {f"{file.parent.name}/{file.stem}": file for file in sorted(WIRE.glob("*/*.http"))}
NAMED = {f"{client}/{case}": id for client, row in CLIENTS.items() for case, id in row.get("refused", {}).items()}
UNNAMED = {
    f"{client}/{case}": pairs for client, row in CLIENTS.items() for case, pairs in row.get("unnamed", {}).items()
}
RIGHT = [name for name in FILES if name not in NAMED and name not in UNNAMED]
SIGNATURE = re.compile(r'(oauth_signature="|</?(?:\w+:)?signature [^>]*>)([^"<]+)')
PASSPORT_FIELDS = ("account", "consumerKey", "token", "nonce", "timestamp")


def text_of(name):
    return FILES[name].read_bytes().decode("utf-8")


def account_of(text):
    """The account whose host is called."""
    label = re.search(r"^host: *([\w-]+)", text, re.IGNORECASE | re.MULTILINE)[1]
    return ACCOUNTS.get(label.upper().replace("-", "_"), ACCOUNTS["1234567_SB1"])  # PHP's WSDL leads to the fake itself


def message(name):
    """Head and body as the wire's own reader gives them."""
    reader = Reader(Limits())
    reader.feed(FILES[name].read_bytes())
    assert reader.begin()
    head, body = reader.head(), reader.body()
    assert b"" == reader.rest
    return head, body


def passport(text):
    fields = re.findall(rf"<(?:\w+:)?({'|'.join(PASSPORT_FIELDS)})(?: [^>]*)?>([^<]+)<", text)
    return [dict(fields)[name] for name in PASSPORT_FIELDS]


def is_right(name):
    """Whether a signature is right, by oauthlib, or by Oracle's rule of the tokenPassport."""
    text = text_of(name)
    if "okenPassport" not in text:
        return is_signed(name, message(name)[0].target.partition("?")[2])
    made = hmac.digest("&".join(secrets_of(text)).encode(), "&".join(passport(text)).encode(), hashlib.sha256)
    return base64.b64encode(made).decode() == SIGNATURE.search(text)[2]


def secrets_of(text):
    token = next(iter(account_of(text).tokens.values()))
    return token.integration.consumer_secret, token.secret


def is_signed(name, query):
    """Whether oauthlib says that the request was signed with this query, and with its form."""
    request = by_oauthlib(name, query)
    return oracle.verify_hmac_sha256(request, *secrets_of(text_of(name)))


def by_oauthlib(name, query):
    """The request as oauthlib verifies one."""
    head, body = message(name)
    headers = {header.title(): value for header, value in head.headers}
    is_form = "x-www-form-urlencoded" in headers.get("Content-Type", "")
    pairs = oracle.collect_parameters(
        uri_query=query, body=body.decode() if is_form else [], headers=headers, exclude_oauth_signature=True
    )
    return SimpleNamespace(
        uri=f"https://{headers['Host']}{head.target.partition('?')[0]}", http_method=head.method, params=pairs,
        signature=unquote(SIGNATURE.search(text_of(name))[2]), client_key="",
    )  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_it_is_right_by_another_implementation(name):
    assert is_right(name)


@pytest.mark.parametrize("name", sorted(NAMED | UNNAMED))
def test_it_is_wrong_by_another_implementation(name):
    if NAMED.get(name) == "header-not-encoded-option":
        assert "Authorization" not in dict(message(name)[0].headers)
    else:
        assert not is_right(name)


@pytest.mark.parametrize("name", RIGHT)
def test_explain_lets_it_in(name):
    """As raw text: no mistake and no remark but that a text does not say http or https; nothing was unsure."""
    text = text_of(name)
    [capture] = read(text)
    attempt = explain(text, account_of(text))

    assert (None, []) == (capture.unsure, [note for note in capture.notes if "does not say the scheme" not in note])
    assert (True, "Success", None, "") == (attempt.accepted, attempt.status, attempt.detail, attempt.cause or "")
    assert ((), ()) == (attempt.diagnosis.mistakes, attempt.diagnosis.notes)


@pytest.fixture(scope="module")
def fake():
    server = NetSuiteServer(*(account.copy() for account in ACCOUNTS.values()))
    server.deploy(
        "customscript_orders", "customdeploy_orders", **dict.fromkeys(("get", "post", "put", "delete"), lambda _: {})
    )
    return server


@pytest.mark.parametrize("name", RIGHT)
def test_the_fake_lets_it_in(name, fake):
    """Read by the wire's reader, at the time that it says; one that comes twice is no login any more."""
    text = text_of(name)
    head, body = message(name)
    stamp = re.search(r'oauth_timestamp="(\d+)"|timestamp(?: [^>]*)?>(\d+)<', text)
    for account in fake.accounts.values():
        account.clock.freeze(int(stamp[1] or stamp[2]))
    scheme = "http" if "127.0.0.1" in text.partition("\r\n\r\n")[0] else "https"
    environ = make_environ(head, body, scheme=scheme, server=("127.0.0.1", 443), client=("127.0.0.1", 1))
    environ |= {HEADERS_KEY: head.headers, FOLDED_KEY: head.folded}
    for accepted in (True, False):
        environ["wsgi.input"] = io.BytesIO(body)
        list(fake.wsgi_app(environ, lambda *_: None))
        attempt = fake.audit_trail[-1]
        assert (accepted, None if accepted else "nonce_used") == (
            attempt.accepted,
            attempt.refusal and attempt.refusal.id,
        )


@pytest.mark.parametrize("name", sorted(NAMED))
def test_a_wrong_one_is_named(name):
    """What the library is known to do, from its source, is in the reading or in an equal one; the cure lets it in."""
    text = text_of(name)
    attempt = explain(text, account_of(text))
    found = attempt.diagnose(budget=30)  # whatever else the machine does

    assert attempt.accepted is False
    assert NAMED[name] in {mistake.id for reading in (found.mistakes, *found.also_consistent) for mistake in reading}
    if attempt.detail == "InvalidSignature":
        assert found.proven
        header = f"Authorization: {found.corrected_authorization}\r"
        assert explain(re.sub(r"(?im)^authorization: .*$", lambda _: header, text), account_of(text)).accepted


@pytest.mark.parametrize("name", sorted(UNNAMED))
def test_a_wrong_one_without_a_name_is_refused(name):
    """By oauthlib it signs the pairs that the row says; nothing else may be proven."""
    query = urlencode([tuple(pair) for pair in UNNAMED[name]])
    attempt = explain(text_of(name), account_of(text_of(name)))
    found = attempt.diagnosis

    assert is_signed(name, query)
    assert (False, "InvalidSignature") == (attempt.accepted, attempt.detail)
    signed = oracle.normalize_parameters(by_oauthlib(name, query).params)
    assert not found.proven or found.signed_base_string.endswith(quote(signed, safe=""))


def with_a_wrong_byte(name):
    """The text with one byte of its signature's digest flipped: which one and how, the name decides."""
    text = text_of(name)
    found = SIGNATURE.search(text)
    digest = bytearray(base64.b64decode(unquote(found[2])))
    at = zlib.crc32(name.encode())
    digest[at % len(digest)] ^= 1 << at // 64 % 8
    wrong = base64.b64encode(digest).decode()
    wrong = wrong if "okenPassport" in text else quote(wrong, safe="")
    return text[: found.start(2)] + wrong + text[found.end(2) :]


@pytest.mark.parametrize("name", RIGHT)
def test_with_a_wrong_byte_it_is_refused(name):
    text = with_a_wrong_byte(name)
    attempt = explain(text, account_of(text))

    assert (False, "InvalidSignature") == (attempt.accepted, attempt.detail)


# A search takes long: one of each case, and on one Python one of each client besides.
OF_EACH_CASE = {name.partition("/")[2]: name for name in RIGHT}.values()
OF_EACH_CLIENT = {name.partition("/")[0]: name for name in RIGHT}.values()


@pytest.mark.parametrize(
    "name",
    [
        *tuple(OF_EACH_CASE)[:4],
        *(pytest.param(name, marks=pytest.mark.whole) for name in tuple(OF_EACH_CASE)[4:]),
        *(pytest.param(name, marks=(pytest.mark.exhaustive, pytest.mark.whole)) for name in OF_EACH_CLIENT),
    ],
)
def test_a_wrong_byte_is_never_proven(name):
    """No mistake makes it: whoever names one as proven would make a false statement."""
    text = with_a_wrong_byte(name)
    found = explain(text, account_of(text)).diagnosis

    assert (False, ()) == (found.proven, found.mistakes)


def test_the_table_and_the_files_are_one():
    """Each client has files, each known mistake its file; the whole is small."""
    assert set(CLIENTS) == {name.partition("/")[0] for name in FILES}
    assert set(NAMED) | set(UNNAMED) <= set(FILES)
    assert 500 < len(RIGHT)
    assert sum(file.stat().st_size for file in FILES.values()) < 1_000_000
