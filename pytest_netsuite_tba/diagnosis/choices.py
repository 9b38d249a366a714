"""What can go wrong at the stages that the request and the records fill: hosts, queries, bodies, secrets."""

from __future__ import annotations

import hashlib
import itertools
import json
import posixpath
import re
from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from pytest_netsuite_tba.account.records import NETSUITE
from pytest_netsuite_tba.oauth1.encoding import to_text, without_lone_surrogates

from .stages import Option, Pair, wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pytest_netsuite_tba.login.facts import Facts, Secrets


_MOST_NAMES = 8  # of a query whose every subset is tried
_JAVASCRIPT_EXPONENT = 1e21  # from there on JavaScript writes a number with an exponent
_SERVICES = ("restlets.api", "suitetalk.api", "app", "extforms", "secure")
_OLD_HOSTS = ("system", "rest", "webservices", "restlets.api", "suitetalk.api", "system.sandbox", "system.na1")
_FORWARDED = {"x-forwarded-host", "x-original-host", "forwarded"}


def hosts(facts: Facts) -> list[Option]:
    """Other hosts that may have been signed, from a stated list; a host with a scheme goes without port."""
    request = facts.request
    sent, _, port = split_port(request.host)
    others = list(_other_hosts(facts, sent))
    if port:
        others.append((f"https://{sent}", ("custom-port-dropped", "scheme-mismatch")))
    options: dict[str, Option] = {}
    for host, mistakes in others:
        if host != sent:
            cause = f"The base string names {host!r}, the request went to {request.host!r}."
            options.setdefault(host, Option(host, mistakes, cause))
    return list(options.values())


def _other_hosts(facts: Facts, sent: str) -> Iterable[tuple[str, tuple[str, ...]]]:
    other = "host-not-the-one-sent"
    yield sent.upper(), ("host-uppercase",)
    first, dot, rest = sent.partition(".")
    if dot:
        yield first.upper() + dot + rest, ("host-uppercase",)
        yield first.replace("-", "_") + dot + rest, ("host-underscore",)
        yield first.replace("-", "_").upper() + dot + rest, ("host-underscore", "host-uppercase")
        yield first.replace("_", "-") + dot + rest, ("host-underscore",)
    for name, value in facts.request.headers:
        if name.lower() in _FORWARDED:
            yield value.rpartition("host=")[2].partition(";")[0].strip(' "'), ("proxy-changes-request", other)
        elif name.lower() == "host":
            yield split_port(value)[0], (other,)
    if sent in {"127.0.0.1", "localhost"}:
        yield ("localhost" if sent == "127.0.0.1" else "127.0.0.1"), (other,)
    # A fake on another address is called by http; the client may have signed the real host by https.
    prefix = "" if sent.endswith(NETSUITE) else "https://"
    label = facts.account.lower().replace("_", "-")
    if label:
        for service in _SERVICES:
            yield f"{prefix}{label}.{service}{NETSUITE}", (other, "scheme-mismatch") if prefix else (other,)
        for spelling in (label.replace("-", "_"), label.upper(), facts.account, label.partition("-")[0]):
            in_lower_case = other if spelling == spelling.lower() else "host-uppercase"
            yield (
                f"{prefix}{spelling}.restlets.api{NETSUITE}",
                ("host-underscore" if "_" in spelling else in_lower_case,),
            )
    for host in _OLD_HOSTS:
        yield f"{prefix}{host}{NETSUITE}", (other,)


def split_port(host: str) -> tuple[str, str, str]:
    """Split ``host:port``; without a port the other two are empty."""
    name, colon, port = host.rpartition(":")
    return (name, colon, port) if colon and port.isdigit() else (host, "", "")


def ports(facts: Facts) -> list[Option]:
    """The ports that may have been signed, with their colon."""
    _, _, port = split_port(facts.request.host)
    default = {"https": "443", "http": "80"}.get(facts.request.scheme, "443")
    options = []
    if port and port != default:
        options.append(wrong("", "custom-port-dropped", cause=f"The request went to port {port}; it was not signed."))
    for other in dict.fromkeys((default, "443", "80", "8080")):
        if other != port or port == default:
            options += [wrong(f":{other}", "default-port-kept", cause=f":{other} was signed.")]
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


def paths(path: str) -> list[Option]:
    """Other spellings of the path."""
    options: dict[str, Option] = {}
    for other, id_ in (
        (path.rstrip("/") or "/", "trailing-slash"),
        (path + "/", "trailing-slash"),
        (re.sub("/+", "/", path), "trailing-slash"),
        ("/" + path, "trailing-slash"),
        (path.lower(), "url-signed-in-lower-case"),
        *((spell(path), "path-spelt-otherwise") for spell in _SPELLINGS),
        (path.rpartition("/")[0], "trailing-slash"),
    ):
        if other != path:
            cause = f"The path was signed as {other!r}, and sent as {path!r}."
            options.setdefault(other, wrong(other, id_, cause=cause))
    return list(options.values())


FORMS_OF_URI = (
    Option("{s}://{h}{p}"),
    wrong("{p}", "path-only-or-host-only", cause="Only the path was signed as the URL."),
    wrong("{s}://{h}", "path-only-or-host-only", cause="The URL was signed without its path."),
    wrong("{s}://{h}/", "path-only-or-host-only", cause="The URL was signed without its path."),
    wrong("{h}{p}", "path-only-or-host-only", cause="The URL was signed without its scheme."),
    wrong("//{h}{p}", "path-only-or-host-only", cause="The URL was signed without its scheme."),
    wrong("{h}", "path-only-or-host-only", cause="Only the host was signed as the URL."),
    wrong("{s}://{h}{p}?{q}", "query-in-base-uri", cause="The query is in the URL and among the parameters."),
    wrong("{p}?{q}", "query-in-base-uri", cause="The URL is only path and query; they are also among the parameters."),
    wrong("{s}://{h}{p}?", "query-in-base-uri", cause='The URL was signed with a "?" at its end.'),
    wrong("", "path-only-or-host-only", cause="No URL was signed."),
)
IN_URI = "in the URI"


def queries(query: tuple[Pair, ...], target: str) -> list[Option]:
    """Which pairs of the query may have been signed: None stands for all."""
    if not query:
        return []
    names = tuple(dict.fromkeys(pair.name for pair in query))
    options = [
        wrong(frozenset(), "query-not-signed", cause="Nothing of the query string was signed."),
        wrong(IN_URI, "query-in-base-uri", cause="The query is in the URL, not among the parameters."),
    ]
    of_url = frozenset({"script", "deploy"}).intersection(names)
    is_short = len(names) <= _MOST_NAMES
    subsets = [(of_url, False), (frozenset(names) - of_url, False)]  # with whether they are tried alone first
    subsets += [(frozenset(names) - {name}, not is_short) for name in names[:20]]
    sizes = range(1, len(names)) if is_short else ()
    subsets += [(frozenset(some), True) for size in sizes for some in itertools.combinations(names, size)]
    seen: set[frozenset[str]] = {frozenset(), frozenset(names)}
    for subset, alone in subsets:
        if subset not in seen:
            seen.add(subset)
            cause = f"Left out of the signature: {', '.join(name for name in names if name not in subset)[:200]}."
            options.append(wrong(subset, "query-partly-signed", cause=cause, alone=alone))
    if "&" in target:
        options.append(wrong("at equals", "query-ends-at-equals-sign"))
    return options


def _json_members(body: bytes) -> dict[str, object]:
    """The members of a JSON object; none of any other body."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _member(name: str, value: str) -> Pair:
    return Pair(without_lone_surrogates(name), without_lone_surrogates(value), "more")


def _as_javascript(value: object) -> str:
    """Spell a value as a JavaScript library does that makes it a parameter."""
    if isinstance(value, dict):
        return "[object Object]"
    if isinstance(value, list):
        return ",".join("" if item is None else _as_javascript(item) for item in value)
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _JAVASCRIPT_EXPONENT:
        return str(int(value))
    return str(value)


def _as_json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def bodies(facts: Facts, form: tuple[Pair, ...]) -> list[Option]:
    """What of the body may have been signed."""
    request = facts.request
    if form:
        return [wrong((), "form-body-not-signed")]
    if not request.body:
        return []
    members = _json_members(request.body)
    text = to_text(request.body)
    spellings = dict.fromkeys(
        tuple(_member(name, spell(value)) for name, value in members.items())
        for spell in (_as_javascript, _as_json, str)
    )
    options = [
        wrong(pairs, "json-body-as-params", cause="The members of the JSON body were signed.")
        for pairs in spellings
        if pairs
    ]
    options.append(wrong((Pair(text, "", "more"),), "json-body-as-params", cause="The body was signed as a name."))
    options.append(
        wrong((Pair("body", text, "more"),), "json-body-as-params", cause="The body was signed as parameter 'body'.")
    )
    if "=" in text:
        pairs = tuple(Pair(name, value, "more") for name, value in split(text))
        options.append(wrong(pairs, "json-body-as-params", cause="The body was signed as if it were a form."))
    if "oauth_body_hash" not in facts.parameters:
        options += [
            wrong(
                (Pair("oauth_body_hash", b64encode(hashlib.new(name, request.body).digest()).decode(), "header"),),
                "empty-extras-signed",
                cause="An oauth_body_hash was signed that is not in the header.",
            )
            for name in ("sha1", "sha256")
        ]
    return options


# What a client may have signed that its URL does not hold: names of pages and of their sizes, that go together.
_PAGED_BY = (
    ("offset", "limit"), ("page", "limit"), ("page", "pageSize"), ("page", "perPage"), ("page", "per_page"),
    ("page", "page_size"), ("page", "size"), ("pageNumber", "pageSize"), ("pageIndex", "pageSize"), ("start", "count"),
    ("start", "length"), ("skip", "take"), ("skip", "top"),
)  # fmt: skip
_SIZES = ("10", "20", "25", "50", "100", "200", "250", "500", "1000")
_FIRST_PAGES = ("0", "1")
_EMPTY = ("q", "query", "search", "filter", "fields", "expand", "sort", "cursor", "_")
_OTHERS = (("expandSubResources", "true"), ("expandSubResources", "false"), ("fields", "id"))


def unsent(query: Iterable[Pair], timestamp: str) -> list[Option]:
    """Parameters that may have been signed though the URL does not hold them, from a stated list."""
    names = {pair.name for pair in query}
    return [
        wrong(pairs, "parameters-signed-not-sent", alone=True,
            cause=f"{'&'.join('='.join(pair) for pair in pairs)} was signed; the URL does not hold it.")
        for pairs in dict.fromkeys(_often_signed(timestamp))
        if names.isdisjoint(name for name, _ in pairs)
    ]  # fmt: skip


def _often_signed(timestamp: str) -> Iterator[tuple[tuple[str, str], ...]]:
    singles = [*((name, "") for name in _EMPTY), *_OTHERS, ("_", timestamp), ("_", f"{timestamp}000")]
    yield from ((pair,) for pair in singles)
    for page, size in _PAGED_BY:
        firsts: list[tuple[tuple[str, str], ...]] = [(), *(((page, number),) for number in _FIRST_PAGES)]
        sizes: list[tuple[tuple[str, str], ...]] = [(), *(((size, number),) for number in _SIZES)]
        paged = [first + most for first in firsts for most in sizes if first or most]
        yield from paged
        yield from ((*pairs, ("q", "")) for pairs in paged)


def split(query: str) -> list[tuple[str, str]]:
    """Split into pairs that are still encoded."""
    return [(name, value) for name, _, value in (pair.partition("=") for pair in query.split("&") if pair)]


def secrets(facts: Facts) -> list[Option]:
    """Whose secrets may be in the key; the first are the right ones, or None where nobody knows them."""
    own = facts.sender
    options: list[Option] = [Option(own)]
    for other in facts.known:
        if own is None or (other.consumer_secret, other.token_secret) != (own.consumer_secret, own.token_secret):
            cause = f"It was signed with the secrets of token {_name(other, facts)}."
            options.append(wrong(other, "wrong-secret-pair", cause=cause))
    if own is None:
        return options
    for other in facts.known:
        if other.token_secret != own.token_secret and other.consumer_secret != own.consumer_secret:
            for which, whose in (("token_secret", ""), ("consumer_secret", " the integration of")):
                cause = f"It was signed with the {which.replace('_', ' ')} of{whose} {_name(other, facts)}."
                mixed = replace(own, **{which: getattr(other, which)})
                options.append(wrong(mixed, "wrong-secret-pair", cause=cause))
    which_secrets = ("consumer_secret", "token_secret")
    options += [option for which in which_secrets for option in _mispasted(own, which)]
    for change, says in ((str.upper, "upper"), (str.lower, "lower")):
        for which in which_secrets:
            changed = change(getattr(own, which))
            if changed != getattr(own, which):
                cause = f"The {which.replace('_', ' ')} was put in {says} case."
                options.append(wrong(replace(own, **{which: changed}), "secret-with-whitespace", cause=cause))
    return options


def _name(token: Secrets, facts: Facts) -> str:
    """Name a token, and its account where that is not the account called."""
    return repr(token.name) if token.account in {"", facts.account} else f"{token.name!r} of account {token.account}"


# What is pasted along with a secret: (before, after, in words).
_PASTED = (
    ("", " ", "a space at its end"),
    (" ", "", "a space before it"),
    (" ", " ", "spaces round it"),
    ("", "\n", "a line feed at its end"),
    ("", "\r\n", "a line break at its end"),
    ("", "\r", "a carriage return at its end"),
    ("", "\t", "a tab at its end"),
    ("\n", "", "a line feed before it"),
    ("\r\n", "", "a line break before it"),
    ("\t", "", "a tab before it"),
    ('"', '"', "double quotes round it"),
    ("'", "'", "single quotes round it"),
    ("\ufeff", "", "a byte order mark before it"),
    ("", "\x00", "a NUL at its end"),
    ("", "\u00a0", "a no-break space at its end"),
    ("<", ">", "angle brackets round it"),
)


def _mispasted(own: Secrets, which: str) -> list[Option]:
    secret, name = getattr(own, which), which.replace("_", " ")
    texts = [(f"{before}{secret}{after}", f"has {says}") for before, after, says in _PASTED]
    texts += [(secret[1:], "has lost its first character"), (secret[:-1], "has lost its last character")]
    texts.append((secret.strip(), "was trimmed, though its space belongs to it"))
    return [
        wrong(replace(own, **{which: text}), "secret-with-whitespace", cause=f"The {name} used {says}.")
        for text, says in texts
        if text != secret
    ]
