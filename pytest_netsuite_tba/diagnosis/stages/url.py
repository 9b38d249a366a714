"""Method and URL: which of them may have been signed, and how they may have been spelt."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from pytest_netsuite_tba.account.records import NETSUITE
from pytest_netsuite_tba.diagnosis.options import VARIANT, Option, Table, wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pytest_netsuite_tba.diagnosis.options import Case

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")
_SERVICES = ("restlets.api", "suitetalk.api", "app", "extforms", "secure")
_OLD_HOSTS = ("system", "rest", "webservices", "restlets.api", "suitetalk.api", "system.sandbox", "system.na1")
_OTHER = "host-not-the-one-sent"
_FORWARDED = {"x-forwarded-host", "x-original-host", "forwarded"}
_DEFAULT_PORTS = {"https": "443", "http": "80"}


def methods(case: Case) -> tuple[Option, ...]:
    """The methods that may have been signed."""
    sent = case.request.method.upper()
    return (
        Option(sent),
        *(
            wrong(other, "method-wrong", cause=f"It was signed for {other}, and sent as {sent}.", share=0.5)
            for other in _METHODS
            if other != sent
        ),
        wrong(sent.lower(), "method-lowercase"),
        wrong(sent.capitalize(), "method-lowercase", cause="The method was signed capitalised.", share=VARIANT),
        wrong("", "method-wrong", cause="No method was signed.", share=VARIANT),
        *(
            wrong(text, "value-of-nothing", cause=f"The method was signed as the text {text!r}.", share=VARIANT)
            for text in ("undefined", "null", "None", "UNDEFINED", "NULL", "NONE")
        ),
    )


def schemes(case: Case) -> tuple[Option, ...]:
    """The scheme sent, and the other."""
    sent = case.request.scheme
    other = "http" if sent == "https" else "https"
    cause = f"The base string begins with {other}://, the request came by {sent}."
    return Option(sent), wrong(other, "proxy-changes-request", "scheme-mismatch", cause=cause)


def hosts(case: Case) -> list[Option]:
    """Other hosts that may have been signed, from a stated list; a host with a scheme goes without port."""
    sent, _, port = split_port(case.request.host)
    others = list(_other_hosts(case, sent))
    if port:
        others.append((f"https://{sent}", ("custom-port-dropped", "scheme-mismatch"), 0.5))
    options: dict[str, Option] = {}
    for host, mistakes, share in others:
        if host != sent.lower():
            named = host if "://" in host or not port else f"{host}:{port}"
            cause = f"The base string names {named!r}, the request went to {case.request.host!r}."
            options.setdefault(host, Option(host, mistakes, cause, share))
    return [Option(""), *options.values()]


def _other_hosts(case: Case, sent: str) -> Iterable[tuple[str, tuple[str, ...], float]]:
    yield from _spelt_otherwise(sent)
    for name, value in case.request.headers:
        if name.lower() in _FORWARDED:
            yield value.rpartition("host=")[2].partition(";")[0].strip(' "'), ("proxy-changes-request", _OTHER), 1
        elif name.lower() == "host":
            yield split_port(value)[0], (_OTHER,), 1
    if sent in {"127.0.0.1", "localhost"}:
        yield ("localhost" if sent == "127.0.0.1" else "127.0.0.1"), (_OTHER,), 1
    # A fake on another address is called by http; the client may have signed the real host by https.
    prefix = "" if sent.lower().endswith(NETSUITE) else "https://"
    yield from _of_account(case.facts.account, prefix, sent)
    for host in _OLD_HOSTS:
        yield f"{prefix}{host}{NETSUITE}", (_OTHER,), VARIANT


def _spelt_otherwise(sent: str) -> Iterator[tuple[str, tuple[str, ...], float]]:
    if sent != sent.lower():  # as the URL has it: the Host header may have it too
        yield sent, ("host-uppercase",), 1
    yield sent.upper(), ("host-uppercase",), 1
    first, dot, rest = sent.lower().partition(".")
    if dot:
        yield first.upper() + dot + rest, ("host-uppercase",), 1
        yield first.replace("-", "_") + dot + rest, ("host-underscore",), 1
        yield first.replace("-", "_").upper() + dot + rest, ("host-underscore", "host-uppercase"), 1
        yield first.replace("_", "-") + dot + rest, ("host-underscore",), 1


def _of_account(account: str, prefix: str, sent: str) -> Iterator[tuple[str, tuple[str, ...], float]]:
    """The account's own hosts, and misspelt ones."""
    label = account.lower().replace("_", "-")
    if not label:
        return
    for service in _SERVICES:
        yield f"{prefix}{label}.{service}{NETSUITE}", (_OTHER, "scheme-mismatch") if prefix else (_OTHER,), 0.5
    _, dot, rest = sent.lower().partition(".")
    for spelling in (label.replace("-", "_"), label.upper(), account, label.partition("-")[0]):
        in_lower_case = _OTHER if spelling == spelling.lower() else "host-uppercase"
        mistake = "host-underscore" if "_" in spelling else in_lower_case
        yield f"{prefix}{spelling}.restlets.api{NETSUITE}", (mistake,), VARIANT
        if not prefix and dot:
            yield f"{spelling}.{rest}", (mistake,), VARIANT


def split_port(host: str) -> tuple[str, str, str]:
    """Split ``host:port``; without a port the other two are empty."""
    name, colon, port = host.rpartition(":")
    return (name, colon, port) if colon and port.isdigit() else (host, "", "")


def ports(case: Case) -> list[Option]:
    """The ports that may have been signed, with their colon; None is the right one."""
    _, _, port = split_port(case.request.host)
    default = _DEFAULT_PORTS.get(case.request.scheme, "443")
    options = [Option(None)]
    if port and port != default:
        options.append(wrong("", "custom-port-dropped", cause=f"The request went to port {port}; it was not signed."))
    for other in dict.fromkeys((default, "443", "80", "8080")):
        if other != port or port == default:
            share = 1 if other == default else VARIANT
            mistake = "host-not-the-one-sent" if other == "8080" else "default-port-kept"
            options.append(wrong(f":{other}", mistake, cause=f":{other} was signed.", share=share))
    options.append(wrong(":", "url-signed-otherwise", cause="A colon without a port was signed.", share=VARIANT))
    return options


# How libraries spell a path that they are given, escaped or not.
_SPELLINGS: tuple[Callable[[str], str], ...] = (
    unquote,
    lambda path: quote(unquote(path), safe="/-._~"),
    lambda path: quote(unquote(path), safe="/-._~!'()*"),  # encodeURIComponent of each segment
    lambda path: quote(unquote(path), safe="/-._~!$&'()*+,;=:@"),  # as RFC 3986 lets a path be
    lambda path: quote(path, safe="/-._~"),  # an escaped one once more
    lambda path: re.sub("%[0-9A-Fa-f]{2}", lambda escape: escape[0].lower(), path),
    lambda path: re.sub("%[0-9A-Fa-f]{2}", lambda escape: escape[0].upper(), path),
    lambda path: path.replace("%20", "+"),
    lambda path: path.replace("+", "%20"),
    lambda path: posixpath.normpath(path).replace("//", "/"),
)


_PREFIXES = (
    "/services/rest",
    "/services",
    "/services/rest/record/v1",
    "/services/rest/query/v1",
    "/app/site/hosting",
    "/app/site",
    "/app",
)


def paths(case: Case) -> list[Option]:
    """The path as sent, and other spellings of it."""
    path = case.request.path or "/"
    options: dict[str, Option] = {}
    for other, id_, share in (
        (path.rstrip("/") or "/", "trailing-slash", 1),
        (path + "/", "trailing-slash", 1),
        (re.sub("/+", "/", path), "trailing-slash", VARIANT),
        ("/" + path, "trailing-slash", VARIANT),
        (path.removeprefix("/"), "trailing-slash", VARIANT),
        (path.lower(), "url-signed-in-lower-case", 1),
        (path.upper(), "path-spelt-otherwise", VARIANT),
        *((spell(path), "path-spelt-otherwise", 1) for spell in _SPELLINGS),
        *((path.removeprefix(prefix), "path-spelt-otherwise", VARIANT) for prefix in _PREFIXES),
        *((path.partition(mark)[0], "path-spelt-otherwise", VARIANT) for mark in ("!", ";", ":", "/!") if mark in path),
        (path.rpartition("/")[0], "trailing-slash", VARIANT),
    ):
        if other != path:
            cause = f"The path was signed as {other!r}, and sent as {path!r}."
            options.setdefault(other, wrong(other, id_, cause=cause, share=share))
    return [Option(path), *options.values()]


_PART = "path-only-or-host-only"
_FORMS = Table(
    Option("{s}://{h}{p}"),
    wrong("{p}", _PART, cause="Only the path was signed as the URL."),
    wrong("{s}://{h}", _PART, cause="The URL was signed without its path."),
    wrong("{s}://{h}/", _PART, cause="The URL was signed without its path.", share=VARIANT),
    wrong("{h}{p}", _PART, cause="The URL was signed without its scheme.", share=VARIANT),
    wrong("//{h}{p}", _PART, cause="The URL was signed without its scheme.", share=VARIANT),
    wrong("{h}", _PART, cause="Only the host was signed as the URL.", share=VARIANT),
    wrong("", _PART, cause="No URL was signed.", share=VARIANT),
    wrong("{s}:/{h}{p}", _PART, cause="The URL was signed with one slash after its scheme.", share=VARIANT),
    wrong("{S}://{h}{p}", "url-signed-otherwise", cause="The scheme was signed in upper case."),
    wrong("{A}", "url-signed-otherwise", cause="The URL was signed in upper case."),
    wrong("{s}://{h}{p}#", "url-signed-otherwise", cause='The URL was signed with a "#" at its end.', share=VARIANT),
    *(
        wrong(text, "value-of-nothing", cause=f"The URL was signed as the text {text!r}.", share=VARIANT)
        for text in ("undefined", "null", "None", "[object Object]")
    ),
    wrong("{s}://{h}{p}?", "query-in-base-uri", cause='The URL was signed with a "?" at its end.', share=VARIANT),
)
_FORMS_WITH_QUERY = Table(
    *_FORMS.options,
    wrong("{s}://{h}{p}?{q}", "query-in-base-uri", cause="The query is in the URL and among the parameters."),
    wrong("{p}?{q}", "query-in-base-uri", cause="The URL is only path and query; they are also among the parameters.",
        share=VARIANT),
    wrong("{s}://{h}{p}?{d}", "query-in-base-uri", cause="The decoded query is in the URL and among the parameters.",
        share=VARIANT),
)  # fmt: skip


def forms_of_uri(case: Case) -> Table:
    """What the URL is made of: scheme {s}, host and port {h}, path {p}, query {q} (decoded {d}), the whole in upper case {A}."""
    return _FORMS_WITH_QUERY if case.request.query else _FORMS
