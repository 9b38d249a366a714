"""A URL in four parts (RFC 3986 section 3, RFC 9112 section 3.2)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_netsuite_tba.oauth1.target import Target, host_and_port, origin_form, without_fragment

HOST = "1234567.restlets.api.netsuite.com"
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="/?#"))
QUERY = st.text(st.characters(codec="utf-8"))
PATH = QUERY.map(lambda text: "/" + text.replace("?", ""))


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        pytest.param(f"https://{HOST}/a?b=c", ("https", HOST, "/a", "b=c"), id="absolute"),
        pytest.param("/a?b=c", ("", "", "/a", "b=c"), id="origin-form"),
        pytest.param("https://h", ("https", "h", "", ""), id="host-alone"),
        pytest.param("https://h?b=c/d", ("https", "h", "", "b=c/d"), id="query-without-a-path"),
        pytest.param("HTTPS://H:8443/A", ("https", "H:8443", "/A", ""), id="case-of-the-host-stays"),
        pytest.param("http://[::1]:80/", ("http", "[::1]:80", "/", ""), id="ipv6"),
        pytest.param("http://u:p@h/", ("http", "u:p@h", "/", ""), id="user-information"),
        pytest.param("/a?next=https://h/?x", ("", "", "/a", "next=https://h/?x"), id="a-url-in-the-query"),
        pytest.param("?next=https://h/", ("", "", "", "next=https://h/"), id="a-url-in-a-query-without-a-path"),
        pytest.param("https://h/%7e%2F?%41=+", ("https", "h", "/%7e%2F", "%41=+"), id="escapes-stay"),
        pytest.param("https://h/a?b=c?d", ("https", "h", "/a", "b=c?d"), id="second-question-mark"),
        pytest.param("https://h/a#b?c", ("https", "h", "/a#b", "c"), id="a-hash-in-a-target-is-a-character"),
        pytest.param("https://h#b/c", ("https", "h", "#b/c", ""), id="a-hash-ends-the-host"),
        pytest.param("my-app+x.1://done?x", ("my-app+x.1", "done", "", "x"), id="scheme-of-an-application"),
        pytest.param("*", ("", "", "*", ""), id="asterisk-form"),
        pytest.param("", ("", "", "", ""), id="empty"),
    ],
)
def test_a_url_is_split_in_four(url, parts):
    """Nothing is decoded, and a URL inside of the query is no host."""
    assert parts == Target.of(url)


def test_an_origin_form_has_the_scheme_and_host_of_its_connection():
    """An absolute form has its own (RFC 9112 section 3.2.2)."""
    assert ("http", "h", "/a", "") == Target.of("/a", scheme="HTTP", host="h")
    assert ("https", "other", "/a", "") == Target.of("https://other/a", scheme="http", host="h")


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(["http", "https"]), TEXT, PATH, QUERY)
def test_the_url_of_four_parts_is_split_into_them(scheme, host, path, query):
    """Joining and splitting undo each other."""
    target = Target(scheme, host, path, query)

    assert target == Target.of(target.url)
    assert target == Target.of(target._replace(scheme="", host="").url, scheme=scheme, host=host)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h/a?b", "/a?b"),
        ("https://h", "/"),
        ("https://h?b", "/?b"),
        ("https://h/a?", "/a?"),
        ("/a?next=https://h/", "/a?next=https://h/"),
        ("a?b", "/a?b"),
        ("?b", "/?b"),
    ],
)
def test_the_origin_form_is_what_follows_the_host(url, expected):
    """As written, a question mark with nothing behind it too (RFC 9112 section 3.2.1)."""
    assert expected == origin_form(url)


@pytest.mark.parametrize("url", ["https://h/a?b=c", "https://h/a?b=c#d", "https://h/a?b=c#", "https://h/a?b=c#d#e?f"])
def test_a_fragment_is_not_sent(url):
    """It is the client's own (RFC 3986 section 3.5)."""
    assert "https://h/a?b=c" == without_fragment(url)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("h", ("h", "")),
        ("h:8443", ("h", "8443")),
        ("h:", ("h", "")),
        ("[::1]", ("[::1]", "")),
        ("[::1]:80", ("[::1]", "80")),
        ("u:p@h:1", ("u:p@h", "1")),
        ("", ("", "")),
    ],
)
def test_host_and_port(host, expected):
    """An IPv6 address keeps its brackets, and its colons are no port's."""
    assert expected == host_and_port(host)
