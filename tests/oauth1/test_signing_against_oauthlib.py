"""The signing core against oauthlib, on requests that nobody would write by hand.

oauthlib is the oracle wherever it answers. It has rules of its own beyond RFC 5849: it refuses some queries, and
it changes some requests. Those are listed here one by one, and the core is held against the RFC in its place:
against :func:`by_the_rfc`, which shares no code with it, or against a base string worked out by hand.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import string
from collections import Counter
from dataclasses import dataclass
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256, Client
from oauthlib.oauth1.rfc5849 import signature as oracle

from pytest_netsuite_tba.oauth1.encoding import decode_query, to_text
from pytest_netsuite_tba.oauth1.header import parse_authorization
from pytest_netsuite_tba.oauth1.signature import base_string, base_uri, parameter_string, sign, signing_key

quick = settings(deadline=None, max_examples=200)  # where CI is set, Hypothesis derandomises by itself

FORM = "application/x-www-form-urlencoded"
UNRESERVED = string.ascii_letters + string.digits + "-._~"
TOKEN = string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"  # what a method is made of (RFC 9110 section 5.6.2)
ORACLE_SIGNS = {
    SIGNATURE_HMAC_SHA1: oracle.sign_hmac_sha1_with_client,
    SIGNATURE_HMAC_SHA256: oracle.sign_hmac_sha256_with_client,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request and the credentials it is signed with. ``query`` and ``body`` are raw, without ``?``."""

    method: str
    scheme: str
    host: str
    path: str
    query: str
    body: str | None
    consumer_key: str
    consumer_secret: str
    token: str | None
    token_secret: str
    nonce: str
    timestamp: str

    @property
    def url(self):
        return f"{self.scheme}://{self.host}{self.path}" + (f"?{self.query}" if self.query else "")

    def signed_by_oauthlib(self, method):
        """The Authorization header that oauthlib would send."""
        client = Client(
            self.consumer_key,
            client_secret=self.consumer_secret,
            resource_owner_key=self.token,
            resource_owner_secret=self.token_secret,
            signature_method=method,
            realm="123456_SB1",
            nonce=self.nonce,
            timestamp=self.timestamp,
        )
        headers = {} if self.body is None else {"Content-Type": FORM}
        _, headers, _ = client.sign(self.url, http_method=self.method, body=self.body, headers=headers)
        return headers["Authorization"]

    def base_string_by_oauthlib(self, header):
        parameters = oracle.collect_parameters(
            uri_query=urlsplit(self.url).query, body=self.body, headers={"Authorization": header}
        )
        uri = oracle.base_string_uri(self.url)
        return oracle.signature_base_string(self.method, uri, oracle.normalize_parameters(parameters))

    def base_string(self, header):
        """The core's base string of this request under an Authorization header."""
        signed = [(parameter.name, parameter.value) for parameter in parse_authorization(header).parameters]
        parameters = [
            *decode_query(self.query),
            *decode_query(self.body or ""),
            *((name, value) for name, value in signed if name not in {"realm", "oauth_signature"}),
        ]
        return base_string(self.method, base_uri(self.scheme, self.host, self.path), parameter_string(parameters))


# Texts as they stand on the wire. What oauthlib refuses in a query has a test of its own below.


def escaped(text):
    """Any text as UTF-8 escapes, in upper- and lower-case hex."""
    return st.booleans().map(lambda upper: "".join(f"%{byte:02{'X' if upper else 'x'}}" for byte in text.encode()))


escapes = st.text(min_size=1, max_size=3).flatmap(escaped) | st.sampled_from(["%20", "%2B", "%2b", "%26", "%3D", "%25"])
query_text = st.lists(st.sampled_from(UNRESERVED + "+;:,*@!()/?'$") | st.just("+") | escapes, max_size=6).map("".join)
query_pair = st.one_of(
    st.builds("{}={}".format, query_text, query_text),
    st.builds("{}=".format, query_text),
    st.builds("{}={}={}".format, query_text, query_text, query_text),
    query_text,  # no "="; or nothing, which makes "&&"
    st.sampled_from(["a=1", "a=2", "a=10", "a=1", "A=1", "a", "a=", "realm=123456", "script=6"]),  # repeats
)
queries = st.builds(
    "{}{}".format,
    st.lists(query_pair, max_size=6).map("&".join),
    st.sampled_from(["", "", "", "%", "%4"]),  # a broken escape at the very end is one that oauthlib lets pass
)
paths = st.one_of(
    st.just(""),
    st.lists(
        st.sampled_from(UNRESERVED + "/;=:@&!$'()*+,") | st.sampled_from(["/", "//", "/../", ";v=1", "/a;b"]) | escapes
    )
    .map(lambda parts: "/" + "".join(parts))
    .filter(lambda path: not loses_its_semicolon(path)),
)
names_of_hosts = st.sampled_from(
    ["123456-sb1.restlets.api.netsuite.com", "TSTDRV1.RESTlets.API.NetSuite.com", "localhost", "127.0.0.1", "[::1]"]
) | st.text(string.ascii_letters + string.digits + "-.", min_size=1)
ports = st.sampled_from(["", "", ":80", ":443", ":8080", ":8443", ":180"]) | st.integers(1, 65535).map(":{}".format)
hosts = st.builds("{}{}".format, names_of_hosts, ports)
secrets = st.text() | st.text("&+%é =~/", min_size=1)
methods = st.sampled_from(["GET", "POST", "put", "Delete", "PATCH", "m-search"]) | st.text(TOKEN, min_size=1)


def loses_its_semicolon(path):
    """Tell whether urllib, and so oauthlib, drops a ``;`` of the path: one that ends it and is its segment's first."""
    return path.rpartition("/")[2].find(";") == len(path.rpartition("/")[2]) - 1 and path.endswith(";")


@st.composite
def sent_requests(draw):
    body = draw(st.none() | queries)
    method = draw(methods)
    if body is not None and method.upper() in {"GET", "HEAD"}:  # oauthlib wants no body there
        method = "POST"
    return Sent(
        method=method,
        scheme=draw(st.sampled_from(["https", "http", "HTTPS", "hTTp"])),
        host=draw(hosts),
        path=draw(paths),
        query=draw(queries),
        body=body,
        consumer_key=draw(st.text()),
        consumer_secret=draw(secrets),
        token=draw(st.none() | st.text(min_size=1)),
        token_secret=draw(st.just("") | secrets),
        nonce=draw(st.text()),
        timestamp=draw(st.integers(0, 2**33).map(str)),
    )


def pairs_of(sent):
    return sent.query.split("&") + (sent.body or "").split("&")


AWKWARD = {
    "upper-case host": lambda sent: sent.host != sent.host.lower(),
    "upper-case scheme": lambda sent: sent.scheme != sent.scheme.lower(),
    "default port": lambda sent: (
        (sent.scheme.lower(), sent.host.rpartition(":")[2]) in {("http", "80"), ("https", "443")}
    ),
    "the other scheme's port": lambda sent: (
        (sent.scheme.lower(), sent.host.rpartition(":")[2]) in {("http", "443"), ("https", "80")}
    ),
    "other port": lambda sent: sent.host.endswith((":8080", ":180")),
    "IPv6": lambda sent: sent.host.startswith("["),
    "no path": lambda sent: not sent.path,
    "semicolon in the path": lambda sent: ";" in sent.path,
    "escape in the path": lambda sent: "%" in sent.path,
    "double slash": lambda sent: "//" in sent.path,
    "no query": lambda sent: not sent.query,
    "plus": lambda sent: "+" in sent.query,
    "encoded plus": lambda sent: "%2B" in sent.query,
    "lower-case hex": lambda sent: re.search("%[0-9A-F]?[a-f]", sent.query) is not None,
    "not ASCII": lambda sent: re.search("%[C-F]", sent.query) is not None,
    "beyond the BMP": lambda sent: re.search("%F[0-4]%", sent.query, re.IGNORECASE) is not None,
    "broken escape": lambda sent: re.search("%.?$", sent.query) is not None,
    "semicolon": lambda sent: ";" in sent.query,
    "empty pair": lambda sent: "&&" in sent.query or sent.query.startswith("&"),
    "empty value": lambda sent: any(pair.endswith("=") and pair.count("=") == 1 for pair in pairs_of(sent)),
    "empty name": lambda sent: any(pair.startswith("=") for pair in pairs_of(sent)),
    "no equals sign": lambda sent: any(pair and "=" not in pair for pair in pairs_of(sent)),
    "equals sign in a value": lambda sent: any(pair.count("=") > 1 for pair in pairs_of(sent)),
    "pair sent twice": lambda sent: max(Counter(filter(None, pairs_of(sent))).values(), default=0) > 1,
    "name sent twice": lambda sent: len({pair for pair in pairs_of(sent) if pair.startswith("a=")}) > 1,
    "sorted by encoding": lambda sent: (pairs := decode_query(sent.query)) and _sorts_differently(pairs),
    "form body": lambda sent: bool(sent.body),
    "empty body": lambda sent: sent.body == "",
    "custom method": lambda sent: not sent.method.isalpha(),
    "& % or + in the method": lambda sent: any(character in sent.method for character in "&%+"),
    "no token": lambda sent: sent.token is None,
    "no token secret": lambda sent: not sent.token_secret,
    "ampersand in a secret": lambda sent: "&" in sent.consumer_secret + sent.token_secret,
    "percent in a secret": lambda sent: "%" in sent.consumer_secret + sent.token_secret,
    "plus in a secret": lambda sent: "+" in sent.consumer_secret + sent.token_secret,
    "é in a secret": lambda sent: "é" in sent.consumer_secret + sent.token_secret,
}


def _sorts_differently(pairs):
    """Tell whether decoded pairs sort in another order than encoded ones do."""
    encoded = [(rfc_encode(name.encode()), rfc_encode(value.encode())) for name, value in sorted(pairs)]
    return encoded != sorted(encoded)


@pytest.mark.exhaustive
def test_the_awkward_requests_are_reached():
    """The requests drawn below hold every awkward case that this module is about."""
    reached = Counter()

    @settings(max_examples=1_000, derandomize=True, database=None, deadline=None)
    @given(sent_requests())
    def look(sent):
        reached.update(name for name, holds in AWKWARD.items() if holds(sent))

    look()
    assert {name for name, times in reached.items() if times} == set(AWKWARD)


@pytest.mark.parametrize("method", ["HMAC-SHA256", "HMAC-SHA1"])
@quick
@given(sent=sent_requests())
def test_a_request_is_signed_alike(method, sent):
    """For a request that oauthlib signs, the core finds the same base string and the same signature."""
    for name, holds in AWKWARD.items():
        if holds(sent):
            event(name)
    header = sent.signed_by_oauthlib(method)
    text = sent.base_string(header)
    assert sent.base_string_by_oauthlib(header) == text
    (expected,) = [
        parameter.value for parameter in parse_authorization(header).parameters if parameter.name == "oauth_signature"
    ]
    assert expected == sign(text, signing_key(sent.consumer_secret, sent.token_secret), method)


@quick
@given(query=queries)
def test_a_query_is_read_alike(query):
    """oauthlib and the core split and decode a query into the same pairs, and put them in the same order."""
    pairs = oracle.collect_parameters(uri_query=query)
    assert pairs == decode_query(query)
    assert oracle.normalize_parameters(pairs) == parameter_string(decode_query(query))


@quick
@given(pairs=st.lists(st.tuples(st.text(), st.text())))
@example(
    pairs=[
        ("a", "2"),
        ("a", "10"),
        ("a", "1"),
        ("a b", ""),
        ("a", ""),
        ("a-", ""),
        ("é", "~"),
        ("\uffff", "\U00010000"),
    ]
)
def test_any_parameters_are_joined_alike(pairs):
    """Any decoded names and values are encoded, sorted and joined as oauthlib does it."""
    assert oracle.normalize_parameters(pairs) == parameter_string(pairs)


@quick
@given(scheme=st.sampled_from(["http", "https", "HTTPS"]), host=hosts, path=paths)
def test_an_address_is_normalised_alike(scheme, host, path):
    """The host comes out in lower case and without its default port, whether it is the URL's or the Host header's."""
    expected = base_uri(scheme, host, path)
    assert expected == oracle.base_string_uri(f"{scheme}://{host}{path}?a=1#b")
    assert expected == oracle.base_string_uri(f"{scheme}://elsewhere:1234{path}", host)


@pytest.mark.parametrize(
    ("scheme", "host", "expected"),
    [
        ("https", "h.com:", "https://h.com/"),
        ("https", "h.com:0443", "https://h.com/"),
        ("http", "h.com:00080", "http://h.com/"),
        ("https", "h.com:80", "https://h.com:80/"),
        ("https", "h.com:08443", "https://h.com:8443/"),
        ("https", "h.com:000", "https://h.com:0/"),
        ("https", "h.com:٤٤٣", "https://h.com:٤٤٣/"),
        ("https", "h.com:0x1bb", "https://h.com:0x1bb/"),
        ("https", "[::443]", "https://[::443]/"),
        ("https", "[::1]:0443", "https://[::1]/"),
        ("ftp", "h.com:", "ftp://h.com/"),
    ],
)
def test_a_port_is_a_number(scheme, host, expected):
    """An empty port is the default one, and zeros before a number are not part of it (RFC 3986 section 6.2.3)."""
    assert expected == base_uri(scheme, host, "/")


@quick
@given(method=methods, uri=st.text(), parameters=st.text() | st.text("aZ9-._~%&=+/ é"))
@example(method="M&%+", uri="", parameters="")
@example(method="GET", uri="", parameters="a=+")
def test_the_parts_are_joined_alike(method, uri, parameters):
    """The base string is its three parts encoded, a custom method included (RFC 5849 section 3.4.1.1)."""
    assert oracle.signature_base_string(method, uri, parameters) == base_string(method, uri, parameters)


@pytest.mark.parametrize("method", ORACLE_SIGNS)
@quick
@given(text=st.text(), consumer_secret=secrets, token_secret=secrets | st.just(""))
def test_any_text_is_signed_alike(method, text, consumer_secret, token_secret):
    """Any text is signed under any two secrets as oauthlib signs it."""
    client = SimpleNamespace(client_secret=consumer_secret, resource_owner_secret=token_secret)
    assert ORACLE_SIGNS[method](text, client) == sign(text, signing_key(consumer_secret, token_secret), method)


# The RFC once more, on bytes and by hand, for what oauthlib does not answer.


def rfc_encode(raw):
    return "".join(chr(byte) if chr(byte) in UNRESERVED else f"%{byte:02X}" for byte in raw)


def rfc_pairs(query):
    """The encoded pairs of a query, by way of its bytes (RFC 5849 sections 3.4.1.3.1 and 3.4.1.3.2)."""

    def decode(raw):
        return re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), raw.replace(b"+", b" "))

    pairs = [pair.partition(b"=") for pair in query.encode("utf-8", "surrogateescape").split(b"&") if pair]
    return [(rfc_encode(decode(name)), rfc_encode(decode(value))) for name, _, value in pairs]


def by_the_rfc(query, consumer_secret, token_secret):
    """Base string and signature of a GET of https://example.com/r with no parameter outside its query."""
    parameters = "&".join(f"{name}={value}" for name, value in sorted(rfc_pairs(query)))
    text = f"GET&https%3A%2F%2Fexample.com%2Fr&{rfc_encode(parameters.encode())}"
    key = f"{rfc_encode(consumer_secret.encode())}&{rfc_encode(token_secret.encode())}"
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return text, base64.b64encode(digest).decode()


def by_the_core(query, consumer_secret, token_secret):
    text = base_string("GET", base_uri("https", "example.com", "/r"), parameter_string(decode_query(query)))
    return text, sign(text, signing_key(consumer_secret, token_secret))


@quick
@given(query=st.text() | queries | st.text('ab=&+%4E[]{}|"é'), consumer_secret=secrets, token_secret=secrets)
def test_any_query_is_signed_by_the_rfc(query, consumer_secret, token_secret):
    """Any query at all is signed as RFC 5849 says, whether oauthlib would take it or not."""
    expected = by_the_rfc(query, consumer_secret, token_secret)
    assert expected == by_the_core(query, consumer_secret, token_secret)


REFUSED_BY_OAUTHLIB = {
    "brackets": ("a[0]=1", "a%5B0%5D=1"),
    "braces": ("q={}", "q=%7B%7D"),
    "pipe": ("q=a|b", "q=a%7Cb"),
    "quote": ('q="a"', "q=%22a%22"),
    "backslash": ("q=a\\b", "q=a%5Cb"),
    "caret": ("q=a^b", "q=a%5Eb"),
    "backtick": ("q=a`b", "q=a%60b"),
    "angles": ("q=<a>", "q=%3Ca%3E"),
    "space": ("q=a b", "q=a%20b"),
    "hash": ("q=a#b", "q=a%23b"),
    "latin": ("q=é", "q=%C3%A9"),
    "beyond-the-bmp": ("q=😀", "q=%F0%9F%98%80"),
    "no-hex": ("q=%zz", "q=%25zz"),
    "one-hex-digit": ("q=%4&a=1", "a=1&q=%254"),
    "percent-at-the-end-of-a-pair": ("q=100%&a=1", "a=1&q=100%25"),
}


@pytest.mark.parametrize(("query", "expected"), REFUSED_BY_OAUTHLIB.values(), ids=REFUSED_BY_OAUTHLIB)
def test_what_oauthlib_refuses_is_signed(query, expected):
    """A query that oauthlib refuses to read is on the wire all the same, and has the signature that the RFC gives it."""
    with pytest.raises(ValueError, match=r"non urlencoded|Invalid hex"):
        oracle.collect_parameters(uri_query=query)
    assert expected == parameter_string(decode_query(query))


NOT_UTF_8 = {
    "FF": ("q=%FF", "q=%FF"),
    "latin-1": ("q=caf%E9", "q=caf%E9"),
    "lower-case-hex": ("q=%e9", "q=%E9"),
    "cut-short": ("q=%C3", "q=%C3"),
    "cut-short-then-plain": ("q=%C3%28", "q=%C3%28"),
    "cut-short-beyond-the-bmp": ("q=%F0%9F%98", "q=%F0%9F%98"),
    "surrogate": ("q=%ED%A0%80", "q=%ED%A0%80"),
    "surrogate-pair": ("q=%ED%A0%BD%ED%B8%80", "q=%ED%A0%BD%ED%B8%80"),
    "overlong": ("q=%C0%AF", "q=%C0%AF"),
    "in-the-name": ("%FF=1&%FE=2", "%FE=2&%FF=1"),
    "sorted-among-utf-8": ("%F4%8F%BF%BF=1&%C3=2&%EF%BF%BF=3", "%C3=2&%EF%BF%BF=3&%F4%8F%BF%BF=1"),
    "raw-byte-beside-an-escape": ("q=\udcc3%A9", "q=%C3%A9"),
}


@pytest.mark.parametrize(("query", "expected"), NOT_UTF_8.values(), ids=NOT_UTF_8)
def test_bytes_that_are_not_utf_8_are_signed_as_sent(query, expected):
    """Bytes that are not UTF-8 come out of the core as the bytes that went in."""
    assert expected == parameter_string(decode_query(query))


@quick
@given(name=st.binary(min_size=1), value=st.binary())
def test_any_bytes_are_signed_as_sent(name, value):
    """Whatever bytes are escaped in a query, the base string holds those bytes: UTF-8 or not."""
    expected = f"{rfc_encode(name)}={rfc_encode(value)}"
    lower_case = "".join(f"%{byte:02x}" for byte in name) + "=" + "".join(f"%{byte:02x}" for byte in value)
    assert expected == parameter_string(decode_query(lower_case))
    assert expected == parameter_string([(to_text(name), to_text(value))])


# Where oauthlib answers, and changes the request before it does.


@pytest.mark.parametrize(
    ("query", "by_oauthlib", "expected"),
    [
        pytest.param("q=%FF", "q=%EF%BF%BD", "q=%FF", id="replaces-what-is-not-utf-8"),
        pytest.param("oauth_x=%252B", "oauth_x=%2B", "oauth_x=%252B", id="decodes-oauth-values-twice"),
    ],
)
def test_a_query_that_oauthlib_changes(query, by_oauthlib, expected):
    """oauthlib replaces bytes and decodes ``oauth_`` values twice; the RFC decodes a query once and replaces nothing."""
    assert by_oauthlib == oracle.normalize_parameters(oracle.collect_parameters(uri_query=query))
    assert expected == parameter_string(decode_query(query))
    assert expected == "&".join("=".join(pair) for pair in sorted(rfc_pairs(query)))


@pytest.mark.parametrize(
    ("host", "path", "by_oauthlib", "expected"),
    [
        pytest.param("h.com", "/a;", "https://h.com/a", "https://h.com/a;", id="drops-a-last-semicolon"),
        pytest.param("[0:0::1]", "/", "https://[::1]/", "https://[0:0::1]/", id="rewrites-ipv6"),
    ],
)
def test_an_address_that_oauthlib_changes(host, path, by_oauthlib, expected):
    """oauthlib rewrites some addresses; by the RFC path and host are the ones of the request line and Host header."""
    assert by_oauthlib == oracle.base_string_uri(f"https://{host}{path}")
    assert expected == base_uri("https", host, path)


@pytest.mark.parametrize(
    ("path", "dropped"),
    [
        ("/a;", True),
        ("/;", True),
        ("/b;/a;", True),
        ("/a;;", False),
        ("/a;b", False),
        ("/a;/", False),
        ("/a;b;", False),
    ],
)
def test_only_dropped_semicolons_are_kept_from_oauthlib(path, dropped):
    """The paths left out above are those that oauthlib changes, and no others."""
    assert dropped == loses_its_semicolon(path)
    assert dropped == (oracle.base_string_uri(f"https://h.com{path}") != f"https://h.com{path}")
