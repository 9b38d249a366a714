"""What can go wrong at the stages that the request and the records fill: hosts, queries, bodies, secrets."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pytest_netsuite_tba.account.records import NETSUITE
from pytest_netsuite_tba.oauth1.encoding import percent_encode, to_text

from .stages import Option, Pair, wrongly

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_netsuite_tba.login.facts import Facts, Secrets


_MOST_NAMES = 8  # of a query whose every subset is tried


_SERVICES = ("restlets.api", "suitetalk.api", "app", "extforms", "secure")
_OLD_HOSTS = ("system", "rest", "webservices", "restlets.api", "suitetalk.api", "system.sandbox", "system.na1")
_FORWARDED = {"x-forwarded-host", "x-original-host", "forwarded"}


def hosts(facts: Facts) -> list[Option]:
    """Give other hosts that may have been signed, from a stated list; one with a scheme goes without port."""
    request = facts.request
    sent, _, port = host_and_port(request.host)
    options: dict[str, Option] = {}
    for host, mistakes in _other_hosts(facts, sent):
        if host != sent and host not in options:
            cause = f"The base string names {host!r}, the request went to {request.host!r}."
            options[host] = Option(host, mistakes, cause)
    if port and f"https://{sent}" not in options:
        cause = f"The base string names 'https://{sent}', the request went to {request.host!r}."
        options[f"https://{sent}"] = Option(f"https://{sent}", ("custom-port-dropped", "scheme-mismatch"), cause)
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
            yield host_and_port(value)[0], (other,)
    if sent in {"127.0.0.1", "localhost"}:
        yield ("localhost" if sent == "127.0.0.1" else "127.0.0.1"), (other,)
    # A fake on another address is called by http; the client may have signed the real host by https.
    prefix = "" if sent.endswith(NETSUITE) else "https://"
    label = facts.account.lower().replace("_", "-")
    if label:
        for service in _SERVICES:
            yield f"{prefix}{label}.{service}{NETSUITE}", (other, "scheme-mismatch") if prefix else (other,)
        for spelling in (label.replace("-", "_"), label.upper(), facts.account, label.partition("-")[0]):
            wrong = (
                ("host-underscore",)
                if "_" in spelling
                else ("host-uppercase",)
                if spelling != spelling.lower()
                else (other,)
            )
            yield f"{prefix}{spelling}.restlets.api{NETSUITE}", wrong
    for host in _OLD_HOSTS:
        yield f"{prefix}{host}{NETSUITE}", (other,)


def host_and_port(host: str) -> tuple[str, str, str]:
    """Split ``host:port``; without a port the other two are empty."""
    name, colon, port = host.rpartition(":")
    return (name, colon, port) if colon and port.isdigit() else (host, "", "")


def ports(facts: Facts) -> list[Option]:
    """Give the ports that may have been signed, with their colon."""
    _, _, port = host_and_port(facts.request.host)
    default = {"https": "443", "http": "80"}.get(facts.request.scheme, "443")
    options = []
    if port and port != default:
        options.append(wrongly("", "custom-port-dropped", cause=f"The request went to port {port}; it was not signed."))
    for other in dict.fromkeys((default, "443", "80", "8080")):
        if other != port or port == default:
            options += [wrongly(f":{other}", "default-port-kept", cause=f":{other} was signed.")]
    return options


def paths(path: str) -> list[Option]:
    """Give other spellings of the path."""
    seen = {path}
    options = []
    for other, id_ in (
        (path.rstrip("/") or "/", "trailing-slash"),
        (path + "/", "trailing-slash"),
        (re.sub("/+", "/", path), "trailing-slash"),
        ("/" + path, "trailing-slash"),
        (path.lower(), "url-signed-in-lower-case"),
        (unquote(path), "params-double-encoded"),
        (percent_encode(path).replace("%2F", "/"), "params-double-encoded"),
        (path.rpartition("/")[0], "trailing-slash"),
    ):
        if other not in seen:
            seen.add(other)
            options.append(wrongly(other, id_, cause=f"The path was signed as {other!r}, and sent as {path!r}."))
    return options


FORMS_OF_URI = (
    Option("{s}://{h}{p}"),
    wrongly("{p}", "path-only-or-host-only", cause="Only the path was signed as the URL."),
    wrongly("{s}://{h}", "path-only-or-host-only", cause="The URL was signed without its path."),
    wrongly("{s}://{h}/", "path-only-or-host-only", cause="The URL was signed without its path."),
    wrongly("{h}{p}", "path-only-or-host-only", cause="The URL was signed without its scheme."),
    wrongly("//{h}{p}", "path-only-or-host-only", cause="The URL was signed without its scheme."),
    wrongly("{h}", "path-only-or-host-only", cause="Only the host was signed as the URL."),
    wrongly("{s}://{h}{p}?{q}", "query-in-base-uri", cause="The query is in the URL and among the parameters."),
    wrongly(
        "{p}?{q}", "query-in-base-uri", cause="The URL is only path and query; they are also among the parameters."
    ),
    wrongly("{s}://{h}{p}?", "query-in-base-uri", cause='The URL was signed with a "?" at its end.'),
    wrongly("", "path-only-or-host-only", cause="No URL was signed."),
)
IN_URI = "in the URI"


def queries(query: tuple[Pair, ...], target: str) -> list[Option]:
    """Which pairs of the query may have been signed: None stands for all."""
    if not query:
        return []
    names = tuple(dict.fromkeys(one.name for one in query))
    options = [wrongly(frozenset(), "query-not-signed", cause="Nothing of the query string was signed.")]
    options.append(wrongly(IN_URI, "query-in-base-uri", cause="The query is in the URL, not among the parameters."))
    seen: set[frozenset[str]] = {frozenset(), frozenset(names)}

    def add(kept: Iterable[str], *, alone: bool) -> None:
        some = frozenset(kept)
        if some not in seen:
            seen.add(some)
            left = ", ".join(one for one in names if one not in some)
            options.append(
                wrongly(some, "query-partly-signed", cause=f"Left out of the signature: {left[:200]}.", alone=alone)
            )

    url = {"script", "deploy"}
    add((one for one in names if one in url), alone=False)
    add((one for one in names if one not in url), alone=False)
    for name in names[:20]:
        add((one for one in names if one != name), alone=len(names) > _MOST_NAMES)
    if len(names) <= _MOST_NAMES:
        for size in range(1, len(names)):
            for some in itertools.combinations(names, size):
                add(some, alone=True)
    positions = target.count("&")
    if positions:
        options.append(wrongly("at equals", "query-ends-at-equals-sign"))
    return options


def _json_members(body: bytes) -> tuple[Pair, ...] | None:
    """Give the members of a JSON object as a JavaScript library makes them parameters."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    return tuple(Pair(str(name), _as_javascript(one), "more") for name, one in value.items())


def _as_javascript(value: object) -> str:
    if isinstance(value, dict):
        return "[object Object]"
    if isinstance(value, list):
        return ",".join("" if one is None else _as_javascript(one) for one in value)
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:  # noqa: PLR2004  (JavaScript's own limit)
        return str(int(value))
    return str(value)


def _as_python(value: object) -> str:
    return str(value)


def bodies(facts: Facts, form: tuple[Pair, ...]) -> list[Option]:
    """What of the body may have been signed."""
    request = facts.request
    if form:
        return [wrongly((), "form-body-not-signed")]
    if not request.body:
        return []
    options = []
    members = _json_members(request.body)
    text = to_text(request.body)
    if members:
        options.append(wrongly(members, "json-body-as-params", cause="The members of the JSON body were signed."))
        as_json = tuple(
            Pair(
                name,
                value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False),
                "more",
            )
            for name, value in json.loads(request.body).items()
        )
        as_python = tuple(Pair(name, _as_python(value), "more") for name, value in json.loads(request.body).items())
        seen = [members]
        for other in (as_json, as_python):
            if other not in seen:
                seen.append(other)
                options.append(wrongly(other, "json-body-as-params", cause="The members of the JSON body were signed."))
    options.append(wrongly((Pair(text, "", "more"),), "json-body-as-params", cause="The body was signed as a name."))
    options.append(
        wrongly((Pair("body", text, "more"),), "json-body-as-params", cause="The body was signed as parameter 'body'.")
    )
    if "=" in text:
        pairs = tuple(Pair(name, value, "more") for name, value in split(text))
        options.append(wrongly(pairs, "json-body-as-params", cause="The body was signed as if it were a form."))
    digest = b64encode(hashlib.sha1(request.body).digest()).decode()  # noqa: S324  (what such libraries use)
    digest256 = b64encode(hashlib.sha256(request.body).digest()).decode()
    if "oauth_body_hash" not in facts.parameters:
        options += [
            wrongly(
                (Pair("oauth_body_hash", one, "header"),),
                "empty-extras-signed",
                cause="An oauth_body_hash was signed that is not in the header.",
            )
            for one in (digest, digest256)
        ]
    return options


def split(query: str) -> list[tuple[str, str]]:
    """Split into pairs that are still encoded."""
    return [(name, value) for name, _, value in (pair.partition("=") for pair in query.split("&") if pair)]


def secrets(facts: Facts) -> list[Option]:
    """Whose secrets may be in the key; the first are the right ones, or None where nobody knows them."""
    own = facts.sender
    options: list[Option] = [Option(own)]
    pair = "wrong-secret-pair"
    for one in facts.known:
        if own is None or (one.consumer_secret, one.token_secret) != (own.consumer_secret, own.token_secret):
            options += [wrongly(one, pair, cause=f"It was signed with the secrets of token {_named(one, facts)}.")]
    if own is None:
        return options
    for one in facts.known:
        if one.token_secret != own.token_secret and one.consumer_secret != own.consumer_secret:
            mixed = _with(own, "token_secret", one.token_secret)
            options.append(wrongly(mixed, pair, cause=f"It was signed with the token secret of {_named(one, facts)}."))
            mixed = _with(own, "consumer_secret", one.consumer_secret)
            options.append(
                wrongly(
                    mixed,
                    pair,
                    cause=f"It was signed with the consumer secret of the integration of {_named(one, facts)}.",
                )
            )
    options += [option for which in ("consumer_secret", "token_secret") for option in _mispasted(own, which)]
    for change, says in ((str.upper, "upper"), (str.lower, "lower")):
        for which in ("consumer_secret", "token_secret"):
            other = change(getattr(own, which))
            if other != getattr(own, which):
                cause = f"The {which.replace('_', ' ')} was put in {says} case."
                options.append(wrongly(_with(own, which, other), "secret-with-whitespace", cause=cause))
    return options


def _named(one: Secrets, facts: Facts) -> str:
    """Name a token, and its account where that is not the one called."""
    return repr(one.name) if one.account in {"", facts.account} else f"{one.name!r} of account {one.account}"


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
        wrongly(_with(own, which, text), "secret-with-whitespace", cause=f"The {name} used {says}.")
        for text, says in texts
        if text != secret
    ]


def _with(secrets: Secrets, which: str, value: str) -> Secrets:
    return replace(secrets, **{which: value})
