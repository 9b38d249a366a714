"""The ways in which people sign wrongly: each operator one row, by the stage of signing where it happens.

Drawn from RFC 5849, from reports of real clients, and from what platforms' functions do. ``ids`` are those of the
catalogue of failures, ``weight`` how often one was seen.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import unicodedata
from dataclasses import replace
from urllib.parse import unquote, unquote_plus, unquote_to_bytes

from .alphabets import ALPHABETS, JS, PLUS, percent
from .netsuite_calls import FORM
from .own_signer import Operator, Signer, after, before, form_pairs, instead, split_query, together

OPERATORS: list[Operator] = []


def row(stage, name, wrong, *, ids=(), words="", weight=1):
    """Add an operator to the table."""
    OPERATORS.append(
        Operator(
            name=name,
            stage=stage,
            ids=(ids,) if isinstance(ids, str) else tuple(ids),
            words=words,
            weight=weight,
            wrong=wrong,
        )
    )


# fmt: off
# Take apart: the method.

for method, weight in (("GET", 2), ("POST", 2), ("PUT", 1), ("DELETE", 1)):
    row("method", f"method-{method.lower()}", instead(method=lambda given, call, method=method: method), ids="method-wrong", weight=weight)
row("method", "method-lower-case", instead(method=lambda method, call: method.lower()), words=r"(?=.*method).*(case|lower)")
row("method", "method-title-case", instead(method=lambda method, call: method.title()), words=r"(?=.*method).*(case|\b(Get|Post|Put|Patch|Delete)\b)")
row("method", "method-empty", instead(method=lambda method, call: ""), words=r"(?=.*method).*(empty|left out|missing|without|\bno\b)")
row("method", "method-undefined", instead(method=lambda method, call: "undefined"), words=r"(?=.*method).*undefined")
row("method", "method-undefined-upper", instead(method=lambda method, call: "UNDEFINED"), words=r"(?=.*method).*undefined")


# Take apart: the URL.


def _of_host(change):
    """Change the host's name, its port left as it is."""

    def changed(place, call):
        name, colon, port = place.host.partition(":")
        return place._replace(host=change(name, call) + colon + port)

    return after("place", changed)


def _label(change):
    """Change the first label of a host of NetSuite."""
    return _of_host(lambda name, call: ".".join([change(name.split(".")[0]), *name.split(".")[1:]]) if "netsuite" in name else name)


def _own_host(domain):
    def host(place, call):
        label = call.credentials.account.lower().replace("_", "-")
        return place._replace(scheme="https", host=f"{label}.{domain}.netsuite.com")

    return after("place", host)


def _path(change):
    return after("place", lambda place, call: place._replace(path=change(place.path)))


def _if_port(place, call):
    return place._replace(host=place.host.partition(":")[0])


HOST = "host-not-the-one-sent"
row("url", "scheme-http", after("place", lambda place, call: place._replace(scheme="http")), ids="scheme-mismatch")
row("url", "scheme-https", after("place", lambda place, call: place._replace(scheme="https")), ids=("scheme-mismatch", "proxy-changes-request"))
row("url", "scheme-upper-case", after("place", lambda place, call: place._replace(scheme=place.scheme.upper())), words=r"(?=.*scheme).*(upper|case)")
row("url", "scheme-left-out", instead(uri=lambda place, call: place.host + place.path), ids=("path-only-or-host-only",), words=r"(?=.*scheme).*(without|left out|missing|no )")
row(
    "url",
    "default-port-kept",
    after("place", lambda place, call: place if ":" in place.host else place._replace(host=place.host + {"https": ":443", "http": ":80"}[place.scheme])),
    ids="default-port-kept",
    weight=4,
)
row("url", "custom-port-dropped", after("place", _if_port), ids=("custom-port-dropped",), weight=5)
row("url", "path-only", instead(uri=lambda place, call: place.path), ids="path-only-or-host-only", weight=2)
row("url", "host-only", instead(uri=lambda place, call: f"{place.scheme}://{place.host}"), ids="path-only-or-host-only", weight=2)
row("url", "slash-added", _path(lambda path: path + "/"), ids="trailing-slash")
row("url", "double-slash", _path(lambda path: path.replace("/", "//", 1)), ids="trailing-slash", words=r"slash|//")
row("url", "slash-in-front-lost", instead(uri=lambda place, call: f"{place.scheme}://{place.host}{place.path[1:]}"), words=r"slash")
row("url", "account-upper-case", _label(str.upper), ids="host-uppercase")
row("url", "account-as-in-realm", _label(lambda label: label.upper().replace("-", "_")), ids=("host-uppercase", "host-underscore"))
row("url", "account-underscore", _label(lambda label: label.replace("-", "_")), ids=("host-underscore", HOST), weight=3)
row("url", "account-of-production", _label(lambda label: label.partition("-")[0]), ids=(HOST,), words=r"production")
row("url", "host-upper-case", _of_host(lambda name, call: name.upper()), ids="host-uppercase")
row("url", "host-suitetalk", _own_host("suitetalk.api"), ids=(HOST, "wrong-service-domain", "proxy-changes-request"))
row("url", "host-restlets", _own_host("restlets.api"), ids=(HOST, "wrong-service-domain", "proxy-changes-request"))
row("url", "host-app", _own_host("app"), ids=(HOST, "wrong-service-domain"))
for host in ("rest", "system", "webservices"):
    row("url", f"host-{host}", after("place", lambda place, call, host=host: place._replace(scheme="https", host=f"{host}.netsuite.com")), ids=(HOST, "wrong-service-domain"))
row(
    "url",
    "host-localhost",
    after("place", lambda place, call: place._replace(host=place.host.replace("127.0.0.1", "localhost") if "127" in place.host else place.host.replace("localhost", "127.0.0.1"))),
    ids=HOST,
)
row("url", "path-lower-case", _path(str.lower), words=r"(?=.*path).*(signed as|lower|case)")
row("url", "path-decoded", _path(unquote), words=r"(?=.*path).*(signed as|decod|unescape)")
row("url", "path-encoded-again", _path(lambda path: "/".join(map(percent, path.split("/")))), words=r"(?=.*path).*(signed as|encod|escape|twice)")
row("url", "path-encoded-after-decoding", _path(lambda path: "/".join(percent(unquote(part)) for part in path.split("/"))), words=r"(?=.*path).*(signed as|encod|escape)")
row("url", "path-without-last-segment", _path(lambda path: path.rpartition("/")[0]), words=r"(?=.*path).*(signed as|segment|cut|part|left out|without|shorter)")
row(
    "url",
    "path-without-services",
    _path(lambda path: path.removeprefix("/services/rest").removeprefix("/app/site/hosting")),
    ids=("proxy-changes-request",),
    words=r"(?=.*path).*(signed as|segment|prefix|cut|part|left out|without|begin)",
)
row("url", "path-without-operation", _path(lambda path: path.partition("/!transform")[0]), words=r"(?=.*path).*(signed as|segment|cut|part|left out|without|end)")
row("url", "path-cut-at-colon", _path(lambda path: path.partition(":")[0]), words=r"(?=.*path).*(signed as|cut|left out|without)")
row("url", "path-cut-at-exclamation-mark", _path(lambda path: path.partition("!")[0]), words=r"(?=.*path).*(signed as|cut|left out|without)")
row("url", "host-as-written", after("place", lambda place, call: place._replace(host=call.host)), ids=("host-uppercase", "default-port-kept"), weight=2)
row("url", "question-mark-kept", after("uri", lambda uri, call: uri + "?"), words=r"\?|question mark")


# Choose what to sign: the query.


def _query(change):
    """Change the query's pairs; ``change`` takes them alone."""
    return after("sent", lambda pairs, call: change(pairs))


def _first_of_each(pairs):
    kept = {}
    for name, value in pairs:
        kept.setdefault(name, value)
    return list(kept.items())


def _repeated(pairs):
    seen = {}
    for name, _ in pairs:
        seen[name] = seen.get(name, 0) + 1
    return {name for name, count in seen.items() if count > 1}


def _joined(separator):
    def joined(pairs):
        kept = {}
        for name, value in pairs:
            kept.setdefault(name, []).append(value or "")
        return [(name, separator.join(values)) for name, values in kept.items()]

    return joined


def _renamed(form):
    """Names that come more than once, as a framework writes arrays."""

    def renamed(pairs):
        repeated, count, result = _repeated(pairs), {}, []
        for name, value in pairs:
            number = count.get(name, 0)
            count[name] = number + 1
            result.append((form(name, number) if name in repeated else name, value))
        return result

    return renamed


def _valueless(text):
    return _query(lambda pairs: [(name, text if value is None else value) for name, value in pairs])


def _values(change, stage="sent"):
    return after(stage, lambda pairs, call: [(name, None if value is None else change(value)) for name, value in pairs])


def _swapped(first, second):
    def swapped(pairs):
        values = dict(pairs)
        if not {first, second} <= values.keys():
            return pairs
        other = {first: values[second], second: values[first]}
        return [(name, other.get(name, value)) for name, value in pairs]

    return swapped


def _number(value):
    """As JavaScript's Number() and String() write a number."""
    if not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return value
    number = float(value)
    return str(int(number)) if number == int(number) else repr(number)


def _added(*pairs):
    """Pairs that are signed and not sent."""
    return after("sent", lambda query, call: [*query, *(pair for pair in pairs if pair[0] not in dict(query))])


PARTLY, LOST, EMPTY = "query-partly-signed", "repeated-names-lost", "empty-values-dropped"
NOT_SENT = r"not sent|never sent|does not hold|is not in the URL|signed but"
row("choose", "query-left-out", _query(lambda pairs: []), ids="query-not-signed", weight=12)
row("choose", "query-in-base-uri", together(instead(sent=lambda pairs, call: []), after("uri", lambda uri, call: f"{uri}?{call.query}" if call.query else uri)), ids="query-in-base-uri", weight=3)
row("choose", "query-in-base-uri-too", after("uri", lambda uri, call: f"{uri}?{call.query}" if call.query else uri), ids="query-in-base-uri", words=r"twice|too|as well")
row("choose", "script-and-deploy-only", _query(lambda pairs: [pair for pair in pairs if pair[0] in ("script", "deploy")]), ids=(PARTLY, "query-not-signed"), weight=3)
row("choose", "script-and-deploy-left-out", _query(lambda pairs: [pair for pair in pairs if pair[0] not in ("script", "deploy")]), ids=(PARTLY, "query-not-signed"), weight=3)
row("choose", "first-pair-only", _query(lambda pairs: pairs[:1]), ids=PARTLY)
row("choose", "last-pair-lost", _query(lambda pairs: pairs[:-1]), ids=(PARTLY, "query-not-signed"))
row("choose", "first-pair-lost", _query(lambda pairs: pairs[1:]), ids=(PARTLY, "query-not-signed"))
row("choose", "q-left-out", _query(lambda pairs: [pair for pair in pairs if pair[0] != "q"]), ids=(PARTLY, "query-not-signed"))
row("choose", "paging-left-out", _query(lambda pairs: [pair for pair in pairs if pair[0] not in ("limit", "offset")]), ids=(PARTLY, "query-not-signed"), weight=2)
row("choose", "query-signed-twice", _query(lambda pairs: pairs * 2), words=r"twice|two times|doubled", weight=2)
row("choose", "first-of-repeated", _query(_first_of_each), ids=LOST, weight=6)
row("choose", "last-of-repeated", _query(lambda pairs: list(dict(pairs).items())), ids=LOST, weight=6)
row("choose", "repeated-joined-by-comma", _query(_joined(",")), ids=LOST, words=r"comma|joined|,")
row("choose", "empty-dropped", _query(lambda pairs: [pair for pair in pairs if pair[1]]), ids=EMPTY, weight=2)
row("choose", "valueless-dropped", _query(lambda pairs: [pair for pair in pairs if pair[1] is not None]), ids=(EMPTY, PARTLY), words=r"without (an )?=|without (a )?value")
for text in ("undefined", "null", "None", "true", "[object Object]"):
    row("choose", f"valueless-{text}", _valueless(text), words=re.escape(text), weight=2 if text == "undefined" else 1)
for text in ("undefined", "null", "None"):
    row("choose", f"empty-as-{text}", _values(lambda value, text=text: value or text), words=re.escape(text))
row("choose", "names-lower-case", _query(lambda pairs: [(name.lower(), value) for name, value in pairs]), words=r"(?=.*name).*(lower|case)")
row("choose", "values-lower-case", _values(str.lower), words=r"(?=.*value).*(lower|case)")
row("choose", "values-trimmed", _values(str.strip), words=r"trim|strip|space")
row("choose", "array-brackets-stripped", _query(lambda pairs: [(name.removesuffix("[]"), value) for name, value in pairs]), words=r"\[\]|bracket|array")
row("choose", "array-brackets-added", _query(_renamed(lambda name, number: f"{name}[]")), words=r"\[\]|bracket|array")
row("choose", "array-indices-added", _query(_renamed(lambda name, number: f"{name}[{number}]")), words=r"\[0\]|\[\d|index|indices|bracket|array")
row("choose", "array-brackets-numbered", _query(lambda pairs: [(name.replace("[]", "[0]"), value) for name, value in pairs]), words=r"\[0\]|index|bracket|array")
row("choose", "array-dotted", _query(lambda pairs: [(re.sub(r"\[(\w+)\]", r".\1", name), value) for name, value in pairs]), words=r"dot|\.|bracket|array")
row("choose", "dots-as-underscores", _query(lambda pairs: [(name.replace(".", "_"), value) for name, value in pairs]), words=r"_|underscore|dot")
for character, called in (("=", r"="), ("&", r"&|ampersand"), ("#", r"#"), (";", r";|semicolon"), ("+", r"\+|plus"), (" ", r"space"), (",", r","), ("'", r"'|quote")):
    row("choose", f"value-cut-at-{character}", _values(lambda value, character=character: value.partition(character)[0]), words=rf"(?=.*(cut|split|end)).*({called})")
row("choose", "numbers-coerced", _values(_number), words=r"number")
row("choose", "boolean-python", _values(lambda value: value.title() if value in ("true", "false") else value), words=r"True|False|title|capital|Python")
row("choose", "boolean-number", _values(lambda value: {"true": "1", "false": "0"}.get(value, value)), words=r"\b[01]\b|number|PHP")
row("choose", "boolean-false-empty", _values(lambda value: "" if value == "false" else value), words=r"false|empty|PHP")
row("choose", "script-and-deploy-swapped", _query(_swapped("script", "deploy")), words=r"swap|exchang|neighbour|each other|script.*deploy")
row("choose", "limit-and-offset-swapped", _query(_swapped("limit", "offset")), words=r"swap|exchang|neighbour|each other|limit.*offset")
row("choose", "paging-not-sent", _added(("limit", "1000"), ("offset", "0")), words=rf"{NOT_SENT}|paging", weight=2)
row("choose", "paging-20-not-sent", _added(("limit", "20"), ("offset", "0")), words=rf"{NOT_SENT}|paging")
row("choose", "limit-not-sent", _added(("limit", "1000")), words=rf"{NOT_SENT}|paging")
row("choose", "offset-not-sent", _added(("offset", "0")), words=rf"{NOT_SENT}|paging")
row("choose", "empty-q-not-sent", _added(("q", "")), words=rf"{NOT_SENT}|empty q|`q`")
row("choose", "script-not-sent", _added(("script", "1"), ("deploy", "1")), words=NOT_SENT)


# Choose what to sign: the OAuth fields and the body.


def _oauth(change):
    return after("oauth", lambda pairs, call: change(dict(pairs), call))


def _with(name, value):
    """A field signed with another value; ``value`` takes the call."""
    return _oauth(lambda fields, call: list((fields | {name: value(call)}).items()))


def _without(name):
    return _oauth(lambda fields, call: [pair for pair in fields.items() if pair[0] != name])


def _with_pair(name, value):
    return after("parts", lambda pairs, call: [*pairs, (name, value(call))])


def _field(value, other):
    return rf"(?=.*{value}).*{other}"


CALL = {
    "consumer-key": ("oauth_consumer_key", lambda call: call.credentials.consumer_key, r"consumer.?key"),
    "token-id": ("oauth_token", lambda call: call.credentials.token_id, r"(oauth_token|token id|token.?key|\btoken\b)"),
    "consumer-secret": (None, lambda call: call.credentials.consumer_secret, r"consumer.?secret"),
    "token-secret": (None, lambda call: call.credentials.token_secret, r"token.?secret"),
    "account": (None, lambda call: call.credentials.account, r"(account|realm)"),
    "nonce": ("oauth_nonce", lambda call: call.nonce, r"nonce"),
    "timestamp": ("oauth_timestamp", lambda call: call.timestamp, r"timestamp"),
}
row("oauth", "realm-signed", _with_pair("realm", lambda call: call.credentials.account), ids="realm-in-base-string", weight=13)
row("oauth", "realm-signed-lower-case", _with_pair("realm", lambda call: call.credentials.account.lower()), ids=("realm-in-base-string", "realm-lowercase"))
row("oauth", "realm-signed-hyphen", _with_pair("realm", lambda call: call.credentials.account.lower().replace("_", "-")), ids=("realm-in-base-string", "realm-hyphen"))
row("oauth", "empty-realm-signed", _with_pair("realm", lambda call: ""), ids=("realm-in-base-string",), words=r"empty.*realm|realm.*empty")
row("oauth", "empty-signature-signed", _with_pair("oauth_signature", lambda call: ""), ids="oauth-signature-in-base-string")
row("oauth", "undefined-signature-signed", _with_pair("oauth_signature", lambda call: "undefined"), ids="oauth-signature-in-base-string", words=r"undefined")
row("oauth", "empty-callback-signed", _with_pair("oauth_callback", lambda call: ""), ids="empty-extras-signed", weight=4)
row("oauth", "empty-verifier-signed", _with_pair("oauth_verifier", lambda call: ""), ids="empty-extras-signed", weight=4)
row("oauth", "callback-and-verifier-signed", together(_with_pair("oauth_callback", lambda call: ""), _with_pair("oauth_verifier", lambda call: "")), ids="empty-extras-signed", weight=2)
row("oauth", "callback-oob-signed", _with_pair("oauth_callback", lambda call: "oob"), ids="empty-extras-signed", words=r"oauth_callback|oob")
row("oauth", "version-left-out", _without("oauth_version"), ids="oauth-version-mismatch")
row("oauth", "version-signed-only", _oauth(lambda fields, call: list(({"oauth_version": "1.0"} | fields).items())), ids="oauth-version-mismatch")
row("oauth", "version-1", _oauth(lambda fields, call: [(name, "1" if name == "oauth_version" else value) for name, value in fields.items()]), ids="oauth-version-mismatch", words=r"version|number")
for name in ("oauth_consumer_key", "oauth_token", "oauth_nonce", "oauth_timestamp", "oauth_signature_method"):
    row("oauth", f"{name}-left-out", _without(name), words=rf"(?=.*{name}).*(left out|not signed|missing|without)")
for name in ("oauth_token", "oauth_consumer_key"):
    for text in ("", "undefined", "null"):
        row(
            "oauth",
            f"{name}-as-{text or 'empty'}",
            _with(name, lambda call, text=text: text),
            words=rf"(?=.*{name}).*{text or '(empty|not signed)'}",
            ids=("empty-extras-signed",) if not text and name == "oauth_token" else (),
        )
row("oauth", "signed-as-sha1", _with("oauth_signature_method", lambda call: "HMAC-SHA1"), ids="method-declared-differs", weight=2)
row("oauth", "signed-as-underscore", _with("oauth_signature_method", lambda call: "HMAC_SHA256"), ids=("method-declared-differs", "method-name-misspelled"))
row("oauth", "signed-as-lower-case", _with("oauth_signature_method", lambda call: "hmac-sha256"), ids=("method-declared-differs", "method-name-misspelled"))
for into, value in (
    ("consumer-key", "token-id"), ("consumer-key", "consumer-secret"), ("consumer-key", "account"), ("consumer-key", "token-secret"),
    ("token-id", "consumer-key"), ("token-id", "token-secret"), ("token-id", "consumer-secret"), ("token-id", "account"),
    ("nonce", "timestamp"), ("timestamp", "nonce"), ("nonce", "consumer-key"),
):  # fmt: skip
    row("oauth", f"{value}-as-{into}", _with(CALL[into][0], CALL[value][1]), words=_field(CALL[into][2], CALL[value][2]))
row("oauth", "key-and-token-swapped", together(_with("oauth_consumer_key", CALL["token-id"][1]), _with("oauth_token", CALL["consumer-key"][1])), words=r"swap|exchang|(?=.*consumer.?key).*token")
row("oauth", "other-token-signed", _with("oauth_token", lambda call: call.credentials.other_token_id), words=r"(another|other|different).*token|token.*(another|other)", ids=("wrong-secret-pair",))
row("oauth", "other-consumer-key-signed", _with("oauth_consumer_key", lambda call: call.credentials.other_consumer_key), words=r"(another|other|different).*(consumer|integration)", ids=("wrong-secret-pair",))
for seconds in (1, -1, 2):
    row("oauth", f"timestamp-{seconds:+d}", _with("oauth_timestamp", lambda call, seconds=seconds: str(int(call.timestamp) + seconds)), words=r"timestamp|second")
row("oauth", "timestamp-milliseconds-signed", _with("oauth_timestamp", lambda call: call.timestamp + "000"), words=r"milli", ids=("timestamp-milliseconds",))
row("oauth", "timestamp-float-signed", _with("oauth_timestamp", lambda call: call.timestamp + ".0"), words=r"timestamp", ids=("timestamp-not-integer",))
row("oauth", "nonce-upper-case-signed", _with("oauth_nonce", lambda call: call.nonce.upper()), words=r"(?=.*nonce).*(upper|case)")
row("oauth", "nonce-lower-case-signed", _with("oauth_nonce", lambda call: call.nonce.lower()), words=r"(?=.*nonce).*(lower|case)")
row("oauth", "nonce-plus-one-signed", _with("oauth_nonce", lambda call: str(int(call.nonce) + 1) if call.nonce.isdecimal() else call.nonce), words=r"nonce")
row("oauth", "nonce-cut-at-32", _with("oauth_nonce", lambda call: call.nonce[:32]), words=r"nonce")
row("oauth", "nonce-without-hyphens", _with("oauth_nonce", lambda call: call.nonce.replace("-", "")), words=r"nonce")
row("oauth", "fields-without-prefix", after("oauth", lambda pairs, call: [(name.removeprefix("oauth_"), value) for name, value in pairs]), words=r"prefix|oauth_")
row("oauth", "all-lower-case", after("oauth", lambda pairs, call: [(name, value.lower()) for name, value in pairs]), words=r"lower|case")


def _json_pairs(text):
    """The members of a JSON body as pairs, each value by ``text``."""

    def pairs(body, call):
        try:
            given = json.loads(body)
        except ValueError:
            return []
        return [(name, text(value)) for name, value in given.items()] if isinstance(given, dict) else []

    return pairs


def _js_text(value):
    if isinstance(value, dict):
        return "[object Object]"
    if isinstance(value, list):
        return ",".join(map(_js_text, value))
    return value if isinstance(value, str) else json.dumps(value)


def _text_pairs(pairs):
    return [(name, value or "") for name, value in pairs]


def _or_form(function):
    return lambda body, call: form_pairs(body, call) if call.content_type == FORM else function(body, call)


JSON_BODY = "json-body-as-params"
RAW = ("params-double-encoded", "query-reencoded-after-signing")
row("body", "json-members-signed", instead(body=_or_form(_json_pairs(_js_text))), ids=JSON_BODY, weight=10)
row("body", "json-members-signed-python", instead(body=_or_form(_json_pairs(str))), ids=JSON_BODY, words=r"Python", weight=2)
row("body", "json-members-signed-as-json", instead(body=_or_form(_json_pairs(lambda value: value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))))), ids=JSON_BODY)
row("body", "json-as-name", instead(body=_or_form(lambda body, call: [(body, "")] if body else [])), words=r"(?=.*body).*(name|whole|text)", ids=(JSON_BODY,))
row("body", "json-as-body", instead(body=_or_form(lambda body, call: [("body", body)] if body else [])), words=r"(?=.*body)", ids=(JSON_BODY,))
row("body", "body-appended", after("base", lambda base, call: f"{base}&{percent(call.body)}" if call.body and call.content_type != FORM else base), words=r"(?=.*body)", ids=(JSON_BODY,))
row("body", "form-not-decoded", instead(body=lambda body, call: _text_pairs(split_query(body, call)) if call.content_type == FORM else []), words=r"(?=.*form).*(decod|encod|twice)", ids=RAW)
row("body", "form-signed-twice", after("body", lambda pairs, call: pairs * 2), words=r"(?=.*(form|body)).*(twice|two|doubled)")
row("body", "form-left-out", instead(body=lambda body, call: []), ids=("form-body-not-signed",), weight=3)
for name, digest in (("sha1", hashlib.sha1), ("sha256", hashlib.sha256)):
    row(
        "body",
        f"body-hash-{name}-signed",
        _with_pair("oauth_body_hash", lambda call, digest=digest: base64.b64encode(digest(call.body.encode()).digest()).decode()),
        words=r"body.?hash",
        ids=("body-hash-present", "body-hash-wrong-value"),
    )


# Decode.


def _decoded_by(function):
    return instead(decode=lambda text, call: function(text))


row("decode", "plus-kept", _decoded_by(lambda text: unquote(text, errors="surrogateescape")), ids=("plus-kept-literal", "query-reencoded-after-signing"), weight=2)
row("decode", "not-decoded", _decoded_by(lambda text: text), ids=RAW, weight=2)
row("decode", "only-plus-decoded", _decoded_by(lambda text: text.replace("+", " ")), ids=RAW)
row("decode", "decoded-twice", _decoded_by(lambda text: unquote_plus(unquote_plus(text))), words=r"(?=.*decod).*(twice|two)")
row("decode", "escaped-plus-as-space", _decoded_by(lambda text: unquote(text).replace("+", " ")), words=r"(?=.*(plus|\+)).*space")
row("decode", "decoded-as-latin-1", _decoded_by(lambda text: unquote_to_bytes(text.replace("+", " ")).decode("latin-1")), ids="non-ascii-wrong-charset")
row("decode", "decoded-as-windows-1252", _decoded_by(lambda text: unquote_to_bytes(text.replace("+", " ")).decode("cp1252", "replace")), ids="non-ascii-wrong-charset")
row("decode", "decoded-as-ascii", _decoded_by(lambda text: unquote_to_bytes(text.replace("+", " ")).decode("ascii", "replace")), ids="non-ascii-wrong-charset")
row("decode", "decoded-before-splitting", before("query", lambda query, call: unquote_plus(query)), words=r"(?=.*decod).*(split|too early|before)")
row(
    "decode",
    "split-at-every-equals",
    instead(split=lambda query, call: [(pair.split("=")[0], pair.split("=")[1] if "=" in pair else None) for pair in query.split("&") if pair]),
    words=r"(?=.*(cut|split|end)).*=",
)
row("decode", "split-at-semicolons", instead(split=lambda query, call: split_query(query.replace(";", "&"), call)), words=r"semicolon|;")
row(
    "decode",
    "as-sent-not-encoded-again",
    together(_decoded_by(lambda text: text), instead(encode=lambda text, call: percent(text) if "%" not in text and "+" not in text else text)),
    ids=("query-reencoded-after-signing",),
    words=r"as (it was )?sent|raw|undecoded|not decoded",
)


# Encode: an alphabet at the inner layer, at the outer, at both.


def _inner(encode):
    return instead(encode=lambda text, call: encode(text), encode_name=lambda text, call: encode(text))


def _outer(encode):
    return instead(outer_uri=lambda text, call: encode(text), outer_parameters=lambda text, call: encode(text))


for name, alphabet in ALPHABETS.items():
    row("encode", f"{name}-inside", _inner(alphabet.encode), ids=alphabet.ids, words=alphabet.words, weight=alphabet.weight)
for name in (JS, "encodeURI", "escape", "URLSearchParams", "HttpUtility.UrlEncode", "Uri.EscapeUriString", "quote", "go-path-escape",
             "swift-url-query-allowed", "lower-case-hex", "guava-path-segment", "colon-left", "php-urlencode", "WebUtility.UrlEncode"):  # fmt: skip
    alphabet = ALPHABETS["encodeURIComponent" if name == JS else name]
    row("encode", f"{name}-everywhere", together(_inner(alphabet.encode), _outer(alphabet.encode)), ids=alphabet.ids, words=alphabet.words, weight=alphabet.weight)
    row("outer", f"{name}-outside", _outer(alphabet.encode), ids=alphabet.ids, words=alphabet.words)


def _replaced_once(text):
    """``replace("'", "%27")`` of JavaScript replaces the first alone."""
    text = ALPHABETS["encodeURIComponent"].encode(text)
    for character in "!'()*":
        text = text.replace(character, percent(character), 1)
    return text


NOT_ENCODED = "values-not-encoded"
row("encode", "not-encoded-inside", _inner(lambda text: text), ids=NOT_ENCODED, weight=3)
row("encode", "names-not-encoded", instead(encode_name=lambda text, call: text), words=r"(?=.*name).*(not encoded|raw|unencoded)", ids=(NOT_ENCODED,))
row("encode", "encoded-twice-inside", _inner(lambda text: percent(percent(text))), ids="params-double-encoded", words=r"twice")
row("encode", "first-quote-only-encoded", _inner(_replaced_once), words=r"first|once", ids=(JS,))
row("encode", "first-space-only-encoded", _inner(lambda text: percent(text).replace("%20", " ").replace(" ", "%20", 1)), words=r"first|once")
row("encode", "plus-for-space-only", _inner(lambda text: percent(text).replace("%20", "+")), ids=PLUS, weight=9)
row("encode", "html-escaped", _inner(lambda text: percent(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;"))), words=r"HTML|XML|entit|&amp;")
row("encode", "spaces-removed", _inner(lambda text: percent(text.replace(" ", ""))), words=r"(?=.*space).*(left out|removed|without|dropped)")


# Sort.


def _ordered(key, *, by="encoded", reverse=False):
    def order(pairs, call):
        index = 1 if by == "encoded" else 0
        return [encoded for _, encoded in sorted(pairs, key=lambda pair: key(pair[index]), reverse=reverse)]

    return instead(order=order)


def _natural(text):
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"[0-9]+|[^0-9]+", text)]


def _collated(text):
    """Roughly what a language's collation does with ASCII: signs, digits, letters; lower case before upper; accents last."""
    flat = "".join(part for part in unicodedata.normalize("NFD", text) if not unicodedata.combining(part))
    signs = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
    first = [(0, signs.index(part), "") if part in signs else (1, 0, part) if part.isdigit() else (2, 0, part.lower()) for part in flat]
    return first, [not part.islower() for part in flat]


def _is_oauth(pair):
    return pair[0][0].startswith("oauth_")


def _encoded(pairs):
    return [encoded for _, encoded in pairs]


SORTED = "not-sorted"
row("sort", "header-order-then-query", instead(order=lambda pairs, call: _encoded(pairs)), ids=SORTED, weight=2)
row("sort", "query-then-header-order", instead(order=lambda pairs, call: _encoded([*(pair for pair in pairs if not _is_oauth(pair)), *filter(_is_oauth, pairs)])), ids=SORTED, weight=2)
row("sort", "sorted-oauth-then-query", instead(order=lambda pairs, call: _encoded([*sorted(filter(_is_oauth, pairs)), *(pair for pair in pairs if not _is_oauth(pair))])), ids=SORTED, weight=2)
row("sort", "query-then-sorted-oauth", instead(order=lambda pairs, call: _encoded([*(pair for pair in pairs if not _is_oauth(pair)), *sorted(filter(_is_oauth, pairs))])), ids=SORTED)
row("sort", "sorted-query-then-sorted-oauth", instead(order=lambda pairs, call: _encoded([*sorted(pair for pair in pairs if not _is_oauth(pair)), *sorted(filter(_is_oauth, pairs))])), ids=SORTED)
row("sort", "sorted-oauth-then-sorted-query", instead(order=lambda pairs, call: _encoded([*sorted(filter(_is_oauth, pairs)), *sorted(pair for pair in pairs if not _is_oauth(pair))])), ids=SORTED)
row("sort", "before-encoding", _ordered(lambda pair: pair, by="raw"), ids="sorted-before-encoding", weight=2)
row("sort", "by-name-alone", _ordered(lambda pair: pair[0]), words=r"by name|name alone|names alone|only by", ids=(SORTED,), weight=2)
row("sort", "by-value", _ordered(lambda pair: (pair[1], pair[0])), words=r"by value", ids=())
row("sort", "by-joined-text", _ordered("=".join), words=r"name=value|joined|after joining|with (the|its) =|text")
row("sort", "descending", _ordered(lambda pair: pair, reverse=True), words=r"descending|reverse")
row("sort", "without-case", _ordered(lambda pair: (pair[0].lower(), pair[1].lower())), words=r"case|collat")
row("sort", "names-without-case", _ordered(lambda pair: (pair[0].lower(), pair[1])), words=r"case|collat")
row("sort", "natural", _ordered(lambda pair: (_natural(pair[0]), _natural(pair[1]))), words=r"natural|number")
row("sort", "values-by-number", _ordered(lambda pair: (pair[0], not pair[1].isdigit(), int(pair[1]) if pair[1].isdigit() else 0, pair[1])), words=r"natural|number")
row("sort", "collated", _ordered(lambda pair: (_collated(pair[0]), _collated(pair[1])), by="raw"), words=r"collat|language|locale|culture|case", weight=2)
row("sort", "collated-encoded", _ordered(lambda pair: (_collated(pair[0]), _collated(pair[1]))), words=r"collat|language|locale|culture|case")
row("sort", "by-utf-16", _ordered(lambda pair: [text.encode("utf-16-be", "surrogatepass") for text in pair], by="raw"), ids=("sorted-before-encoding",), words=r"UTF-16")
row(
    "sort",
    "repeated-values-reversed",
    instead(order=lambda pairs, call: _encoded(sorted(sorted(pairs, key=lambda pair: pair[1][1], reverse=True), key=lambda pair: pair[1][0]))),
    words=r"(?=.*(value|repeated)).*(order|descend|revers)",
)


# Join.


def _joined_by(between, equals="=", around=""):
    return instead(join=lambda pairs, call: between.join(f"{name}{equals}{around}{value}{around}" for name, value in pairs))


for name, between, called in (("comma", ",", r"comma|,"), ("comma-space", ", ", r"comma|,"), ("nothing", "", r"nothing|without|no &|left out|missing|empty"),
                              ("semicolon", ";", r"semicolon|;"), ("newline", "\n", r"line"), ("html-ampersand", "&amp;", r"&amp;|HTML|entit|XML"), ("escaped-ampersand", "%26", r"%26|encoded|twice")):  # fmt: skip
    row("join", f"pairs-joined-by-{name}", _joined_by(between), words=called)
row("join", "name-and-value-by-colon", _joined_by("&", ":"), words=r":|colon")
row("join", "name-and-value-by-nothing", _joined_by("&", ""), words=r"=|nothing|without|equals")
row("join", "values-quoted", _joined_by("&", "=", '"'), words=r"quot")
row("join", "ampersand-at-the-end", after("join", lambda text, call: text + "&"), words=r"(?=.*(&|ampersand)).*(end|trailing|last|behind)")
row("join", "ampersand-in-front", after("join", lambda text, call: "&" + text), words=r"(?=.*(&|ampersand)).*(front|leading|begin|first|before)")
row("join", "question-mark-in-front", after("join", lambda text, call: "?" + text), words=r"\?|question")
row("join", "empty-without-equals", instead(join=lambda pairs, call: "&".join(f"{name}={value}" if value else name for name, value in pairs)), words=r"(?=.*(empty|without)).*=")


# Encode the joined texts.

row("outer", "parameters-not-encoded", instead(outer_parameters=lambda text, call: text), ids="param-string-not-encoded", weight=2)
row("outer", "uri-not-encoded", instead(outer_uri=lambda text, call: text), ids="uri-not-encoded", weight=2)
row("outer", "neither-encoded", _outer(lambda text: text), ids=("param-string-not-encoded", "uri-not-encoded"))
row("outer", "parameters-encoded-twice", instead(outer_parameters=lambda text, call: percent(percent(text))), ids=("params-double-encoded",), words=r"twice|double|once too often")
row("outer", "uri-encoded-twice", instead(outer_uri=lambda text, call: percent(percent(text))), words=r"(?=.*(URL|URI)).*(twice|double|once too often)")
row("outer", "only-separators-encoded", instead(outer_parameters=lambda text, call: text.replace("=", "%3D").replace("&", "%26")), words=r"separator|%|percent|only", ids=())
row("outer", "uri-by-encodeURI", instead(outer_uri=lambda text, call: ALPHABETS["encodeURI"].encode(text)), ids=("uri-not-encoded",), words=r"encodeURI\b")


# Put the parts together.


def _parts(change):
    return instead(base=lambda parts, call: change(*parts))


def _passport_of(call):
    credentials = call.credentials
    fields = (credentials.account, credentials.consumer_key, credentials.token_id, call.nonce, call.timestamp)
    return "&".join(fields)


row("parts", "uri-first", _parts(lambda method, uri, text: f"{uri}&{method}&{text}"), words=r"order|swap|exchang|first|place")
row("parts", "parameters-before-uri", _parts(lambda method, uri, text: f"{method}&{text}&{uri}"), words=r"order|swap|exchang|first|place")
row("parts", "method-left-out", _parts(lambda method, uri, text: f"{uri}&{text}"), words=r"(?=.*method).*(left out|missing|without)")
row("parts", "uri-left-out", _parts(lambda method, uri, text: f"{method}&{text}"), words=r"(?=.*(uri|url)).*(left out|missing|without)", ids=("path-only-or-host-only",))
row("parts", "parameters-left-out", _parts(lambda method, uri, text: f"{method}&{uri}"), words=r"(?=.*parameter).*(left out|missing|without)")
row("parts", "parameters-empty", _parts(lambda method, uri, text: f"{method}&{uri}&"), words=r"(?=.*parameter).*(left out|missing|without|empty)")
for name, between, called in (("nothing", "", r"nothing|without|left out|missing|no &|empty"), ("newline", "\n", r"line"), ("space", " ", r"space"), ("pipe", "|", r"\|"), ("html-ampersand", "&amp;", r"&amp;|HTML|entit|XML"), ("escaped-ampersand", "%26", r"%26|encoded|whole"), ("question-mark", None, r"\?|question")):  # fmt: skip
    row(
        "parts",
        f"parts-joined-by-{name}",
        _parts((lambda method, uri, text: f"{method}&{uri}?{text}") if between is None else (lambda method, uri, text, between=between: between.join((method, uri, text)))),
        words=called,
    )
row("parts", "base-encoded-once-more", after("base", lambda base, call: percent(base)), words=r"(?=.*(base|whole|all)).*(encod|twice)")
row("parts", "base-with-newline", after("base", lambda base, call: base + "\n"), words=r"line|newline")
row("parts", "base-lower-case", after("base", lambda base, call: base.lower()), words=r"lower|case")
row("parts", "base-trimmed-ampersand", after("base", lambda base, call: base + "&"), words=r"&|ampersand")
row("parts", "plus-in-base-replaced", after("base", lambda base, call: base.replace("%2520", "%2B")), words=r"\+|plus|space", ids=(PLUS,))
row("parts", "base-decoded", after("base", lambda base, call: unquote(base)), words=r"decod|not encoded|unescape", ids=())


# Make the key.


def _secrets(change):
    return after("secrets", lambda secrets, call: change(*secrets))


def _key(change):
    return instead(key=lambda secrets, call: change(*secrets))


def _decoded(place, decode):
    """One secret (or both, for place None) decoded to bytes before use; what cannot be decoded is used as it is."""

    def key(secrets, call):
        try:
            return b"&".join([decode(secret) if place in (number, None) else secret.encode() for number, secret in enumerate(secrets)])
        except ValueError:
            return "&".join(secrets)

    return instead(key=key)


def _from_base64(text):
    return base64.b64decode(text + "=" * (-len(text) % 4))


SPACE = "secret-with-whitespace"
for which, place, said in (("consumer-secret", 0, r"consumer.?secret"), ("token-secret", 1, r"token.?secret")):

    def _one(change, place=place):
        return after("secrets", lambda secrets, call: tuple(change(secret) if number == place else secret for number, secret in enumerate(secrets)))

    for name, change in (
        ("newline", lambda secret: secret + "\n"), ("crlf", lambda secret: secret + "\r\n"), ("space", lambda secret: secret + " "),
        ("space-in-front", lambda secret: " " + secret), ("tab", lambda secret: secret + "\t"), ("double-quotes", lambda secret: f'"{secret}"'),
        ("single-quotes", lambda secret: f"'{secret}'"), ("bom", lambda secret: "\ufeff" + secret), ("no-break-space", lambda secret: secret + "\u00a0"),
        ("first-character-lost", lambda secret: secret[1:]), ("last-character-lost", lambda secret: secret[:-1]),
    ):  # fmt: skip
        row("key", f"{which}-{name}", _one(change), ids=SPACE, words=r"space|line|quot|tab|charact|BOM|cut|U\+", weight=2 if name in ("newline", "space") else 1)
    for text in ("undefined", "null", "None", "[object Object]", "nil", "NaN"):
        row("key", f"{which}-{text}", _one(lambda secret, text=text: text), words=rf"(?=.*{said}).*{re.escape(text)}", weight=2 if text == "undefined" else 1)
    row("key", f"{which}-pasted-twice", _one(lambda secret: secret * 2), words=rf"(?=.*{said}).*(twice|two|double)")
    row("key", f"{which}-upper-case", _one(str.upper), words=rf"(?=.*{said}).*(upper|case)")
    row("key", f"{which}-from-hex", _decoded(place, bytes.fromhex), words=rf"(?=.*{said}).*hex")
    row("key", f"{which}-from-base64", _decoded(place, _from_base64), words=rf"(?=.*{said}).*base64")
    row("key", f"{which}-to-base64", _one(lambda secret: base64.b64encode(secret.encode()).decode()), words=rf"(?=.*{said}).*base64")
    row("key", f"{which}-hashed", _one(lambda secret: hashlib.sha256(secret.encode()).hexdigest()), words=rf"(?=.*{said}).*(hash|digest|sha)")


# Most signers that are written by hand join the secrets as they are; right secrets of NetSuite are hex, where it makes no difference.
for name, change in (("newline", lambda secret: secret + "\n"), ("crlf", lambda secret: secret + "\r\n"), ("space", lambda secret: secret + " "), ("quotes", lambda secret: f'"{secret}"')):
    row("key", f"consumer-secret-{name}-raw", _key(lambda cs, ts, change=change: f"{change(cs)}&{ts}"), ids=SPACE, words=r"line|space|quot")
    row("key", f"token-secret-{name}-raw", _key(lambda cs, ts, change=change: f"{cs}&{change(ts)}"), ids=SPACE, words=r"line|space|quot")
    row("key", f"both-{name}-raw", _key(lambda cs, ts, change=change: f"{change(cs)}&{change(ts)}"), ids=SPACE, words=r"line|space|quot")
row("key", "both-newline", _secrets(lambda cs, ts: (cs + "\n", ts + "\n")), ids=SPACE, words=r"line", weight=2)
row("key", "both-crlf", _secrets(lambda cs, ts: (cs + "\r\n", ts + "\r\n")), ids=SPACE, words=r"line")
row("key", "both-space", _secrets(lambda cs, ts: (cs + " ", ts + " ")), ids=SPACE, words=r"space")
row("key", "both-quotes", _secrets(lambda cs, ts: (f'"{cs}"', f'"{ts}"')), ids=SPACE, words=r"quot")
row("key", "both-upper-case", _secrets(lambda cs, ts: (cs.upper(), ts.upper())), words=r"upper|case")
row("key", "both-from-hex", _decoded(None, bytes.fromhex), words=r"hex")
row("key", "both-undefined", _secrets(lambda cs, ts: ("undefined", "undefined")), words=r"undefined")
row("key", "both-null", _secrets(lambda cs, ts: ("null", "null")), words=r"null")
row("key", "consumer-secret-in-both", _secrets(lambda cs, ts: (cs, cs)), words=r"(both|twice|consumer secret.*(place|token)|same)", weight=2)
row("key", "token-secret-in-both", _secrets(lambda cs, ts: (ts, ts)), words=r"(both|twice|token secret.*(place|consumer)|same)", weight=2)
row("key", "consumer-secret-alone", _key(lambda cs, ts: f"{cs}&"), ids="key-consumer-secret-only", weight=5)
row("key", "consumer-secret-without-ampersand", _key(lambda cs, ts: cs), ids=("key-consumer-secret-only", "key-no-ampersand"), weight=5)
row("key", "token-secret-alone", _key(lambda cs, ts: ts), ids=("key-swapped",), words=r"(?=.*consumer secret).*(missing|left out|without)")
row("key", "token-secret-behind-ampersand", _key(lambda cs, ts: f"&{ts}"), ids=("key-swapped",), words=r"(?=.*consumer secret).*(missing|left out|without|empty)")
row("key", "nothing", _key(lambda cs, ts: "&"), words=r"(empty|missing|left out|without)")
row("key", "no-ampersand", _key(lambda cs, ts: cs + ts), ids="key-no-ampersand", weight=5)
row("key", "swapped", _key(lambda cs, ts: f"{ts}&{cs}"), ids="key-swapped", weight=2)
row("key", "swapped-no-ampersand", _key(lambda cs, ts: ts + cs), ids=("key-swapped",))
for name, between, called in (("pipe", "|", r"\|"), ("colon", ":", r":|colon"), ("comma", ",", r"comma|,"), ("escaped-ampersand", "%26", r"%26|encoded|whole"), ("html-ampersand", "&amp;", r"&amp;|HTML|entit|XML"), ("space", " ", r"space"), ("plus", "+", r"\+|plus")):  # fmt: skip
    row("key", f"key-joined-by-{name}", _key(lambda cs, ts, between=between: f"{cs}{between}{ts}"), words=called, ids=("key-no-ampersand",))
row("key", "ampersand-behind", _key(lambda cs, ts: f"{cs}&{ts}&"), words=r"(?=.*(&|ampersand)).*(end|trailing|last|behind)")
row("key", "key-newline", _key(lambda cs, ts: f"{cs}&{ts}\n"), ids=SPACE, words=r"line")
row("key", "key-to-base64", _key(lambda cs, ts: base64.b64encode(f"{cs}&{ts}".encode()).decode()), words=r"base64")
row("key", "key-hashed", _key(lambda cs, ts: hashlib.sha256(f"{cs}&{ts}".encode()).hexdigest()), words=r"hash|digest|sha")


def _value_in_key(place, value):
    return instead(key=lambda secrets, call: "&".join(value(call) if number == place else secret for number, secret in enumerate(secrets)))


for place, which, said in ((0, "consumer-secret", r"consumer.?secret"), (1, "token-secret", r"token.?secret")):
    for value in ("consumer-key", "token-id", "account", "nonce", "timestamp"):
        ids = ("key-uses-ids",) if value in ("consumer-key", "token-id") else ()
        row("key", f"{value}-as-{which}", _value_in_key(place, CALL[value][1]), ids=ids, words=_field(said, CALL[value][2]))
row("key", "ids-for-secrets", instead(key=lambda secrets, call: f"{call.credentials.consumer_key}&{call.credentials.token_id}"), ids="key-uses-ids")
row("key", "other-token-secret", instead(key=lambda secrets, call: f"{secrets[0]}&{call.credentials.other_token_secret}"), ids="wrong-secret-pair", weight=2)
row("key", "other-consumer-secret", instead(key=lambda secrets, call: f"{call.credentials.other_consumer_secret}&{secrets[1]}"), ids="wrong-secret-pair", weight=2)
row(
    "key",
    "other-pair",
    instead(key=lambda secrets, call: f"{call.credentials.other_consumer_secret}&{call.credentials.other_token_secret}"),
    ids=("wrong-secret-pair", "tokens-of-another-environment"),
    weight=2,
)


# Hash.

for name in ("sha1", "sha512", "md5", "sha384"):
    row("hash", f"hmac-{name}", instead(hash=lambda given, call, name=name: hmac.digest(*given, name)), ids="method-declared-differs", weight=2 if name == "sha1" else 1, words=name)
row("hash", "sha256-of-base", instead(hash=lambda given, call: hashlib.sha256(given[1]).digest()), words=r"without (a|the|any) key|no key|plain|HMAC|key.*left out")
row("hash", "sha256-of-key-and-base", instead(hash=lambda given, call: hashlib.sha256(given[0] + given[1]).digest()), words=r"plain|HMAC|concat|in front|before")
row("hash", "sha256-of-base-and-key", instead(hash=lambda given, call: hashlib.sha256(given[1] + given[0]).digest()), words=r"plain|HMAC|concat|behind|after")
row("hash", "key-and-base-swapped", instead(hash=lambda given, call: hmac.digest(given[1], given[0], "sha256")), words=r"swap|exchang|(?=.*key).*(message|base|text)")
row("hash", "base-in-utf-16", instead(octets=lambda text, call: text.encode("utf-16-le", "surrogatepass")), words=r"UTF-?16|Unicode")
row("hash", "base-hashed-first", instead(hash=lambda given, call: hmac.digest(given[0], hashlib.sha256(given[1]).digest(), "sha256")), words=r"hash|twice|digest")
row("hash", "base-hashed-first-in-hex", instead(hash=lambda given, call: hmac.digest(given[0], hashlib.sha256(given[1]).hexdigest().encode(), "sha256")), words=r"hash|twice|digest|hex")


# Write the digest.

HEXED, VARIANT = "digest-hex", "digest-base64-variant"
row("digest", "hex", instead(text=lambda digest, call: digest.hex()), ids=HEXED, weight=2)
row("digest", "hex-upper-case", instead(text=lambda digest, call: digest.hex().upper()), ids=HEXED)
row("digest", "hex-with-dashes", instead(text=lambda digest, call: digest.hex("-").upper()), ids=HEXED, words=r"dash|hyphen|BitConverter")
row("digest", "base64-of-hex", instead(text=lambda digest, call: base64.b64encode(digest.hex().encode()).decode()), ids=(HEXED, VARIANT), words=r"(?=.*base64).*hex", weight=2)
row("digest", "hex-of-base64", instead(text=lambda digest, call: base64.b64encode(digest).hex()), ids=(HEXED,), words=r"(?=.*base64).*hex")
row("digest", "base64-url-safe", instead(text=lambda digest, call: base64.urlsafe_b64encode(digest).decode()), ids=VARIANT)
row("digest", "base64-url-safe-unpadded", instead(text=lambda digest, call: base64.urlsafe_b64encode(digest).decode().rstrip("=")), ids=VARIANT)
row("digest", "base64-unpadded", after("text", lambda text, call: text.rstrip("=")), ids=VARIANT)
row("digest", "base64-newline", after("text", lambda text, call: text + "\n"), ids=VARIANT)
row("digest", "base64-crlf", after("text", lambda text, call: text + "\r\n"), ids=VARIANT)
row("digest", "base64-space", after("text", lambda text, call: text + " "), ids=VARIANT, words=r"space")
row("digest", "base64-quoted", after("text", lambda text, call: f'"{text}"'), ids=VARIANT, words=r"quot")
row("digest", "base64-lower-case", after("text", lambda text, call: text.lower()), words=r"lower|case", ids=(VARIANT,))
row("digest", "base32", instead(text=lambda digest, call: base64.b32encode(digest).decode()), words=r"base32", ids=("digest-base32",))
row("digest", "base64-twice", after("text", lambda text, call: base64.b64encode(text.encode()).decode()), words=r"(?=.*base64).*(twice|two|of base64|once more)", ids=())
row("digest", "bytes-as-numbers", instead(text=lambda digest, call: ",".join(map(str, digest))), words=r"number|decimal|bytes")
row("digest", "latin-1-to-utf-8", instead(text=lambda digest, call: base64.b64encode(digest.decode("latin-1").encode()).decode()), words=r"UTF-8|Latin|text|charset")
row("digest", "utf-8-replaced", instead(text=lambda digest, call: base64.b64encode(digest.decode("utf-8", "replace").encode()).decode()), words=r"UTF-8|replace|text|charset")
row("digest", "method-in-front", after("text", lambda text, call: f"HMAC-SHA256 {text}"), words=r"HMAC-SHA256|front|method")
row("digest", "colon-behind", after("text", lambda text, call: text + ":"), words=r":|colon", ids=("soap-namespace-or-format", VARIANT))


# Put it into the header.

RAW_PLUS = "signature-plus-not-encoded"
row("header", "signature-raw", instead(written=lambda text, call: text), ids=(RAW_PLUS, "header-not-encoded-option"), weight=9)
row("header", "signature-plus-raw", instead(written=lambda text, call: percent(text).replace("%2B", "+")), ids=RAW_PLUS, weight=9)
row("header", "signature-plus-as-space", before("written", lambda text, call: text.replace("+", " ")), ids=RAW_PLUS, words=r"space", weight=2)
row("header", "signature-encoded-twice", instead(written=lambda text, call: percent(percent(text))), words=r"twice|double|once too often")
row("header", "signature-html-escaped", before("written", lambda text, call: text.replace("=", "&#x3D;").replace("/", "&#x2F;")), words=r"HTML|entit|&#")
row("header", "signature-plus-html-escaped", before("written", lambda text, call: text.replace("+", "&#43;")), words=r"HTML|entit|&#")
row("header", "nonce-raw", instead(nonce=lambda nonce, call: nonce), ids=("nonce-special-characters", "header-not-encoded-option"))
row("header", "nonce-encoded-twice", instead(nonce=lambda nonce, call: percent(percent(nonce))), words=r"(?=.*nonce).*(twice|double|encod)", ids=("nonce-special-characters",))
row("header", "nonce-encoded-as-form", instead(nonce=lambda nonce, call: nonce.replace("+", "%20")), words=r"nonce", ids=("nonce-special-characters",))


# Passports of SOAP.


def _fields(change):
    return after("fields", lambda fields, call: change(*fields))


WRONG_ORDER = "soap-base-string-wrong-order"
row("passport", "token-before-key", _fields(lambda account, key, token, nonce, stamp: [account, token, key, nonce, stamp]), ids=WRONG_ORDER)
row("passport", "timestamp-before-nonce", _fields(lambda account, key, token, nonce, stamp: [account, key, token, stamp, nonce]), ids=WRONG_ORDER)
row("passport", "account-last", _fields(lambda account, key, token, nonce, stamp: [key, token, nonce, stamp, account]), ids=WRONG_ORDER)
row("passport", "account-left-out", _fields(lambda account, key, token, nonce, stamp: [key, token, nonce, stamp]), ids=WRONG_ORDER)
row("passport", "timestamp-left-out", _fields(lambda account, key, token, nonce, stamp: [account, key, token, nonce]), ids=WRONG_ORDER)
row("passport", "account-lower-case", _fields(lambda account, *more: [account.lower(), *more]), ids="soap-account-spelling", weight=2)
row("passport", "account-hyphen", _fields(lambda account, *more: [account.lower().replace("_", "-"), *more]), ids="soap-account-spelling", weight=2)
for name, between in (("comma", ","), ("pipe", "|"), ("nothing", ""), ("newline", "\n")):
    row("passport", f"fields-joined-by-{name}", instead(passport_base=lambda fields, call, between=between: between.join(fields)), ids=WRONG_ORDER)
row("passport", "passport-encoded", after("passport_base", lambda text, call: percent(text)), ids=WRONG_ORDER, words=r"encod")
row("passport", "passport-signature-encoded", after("text", lambda text, call: percent(text) if call.passport else text), words=r"encod|%", ids=("soap-namespace-or-format",))
row("passport", "passport-nonce-in-base64", _fields(lambda account, key, token, nonce, stamp: [account, key, token, base64.b64encode(nonce.encode()).decode(), stamp]), words=r"nonce.*base64")
row("passport", "base-string-of-rest", instead(passport_base=lambda fields, call: Signer().base_string(replace(call, passport=False))), ids="rest-base-string-for-soap")
row("parts", "base-string-of-soap", after("base", lambda base, call: _passport_of(call)), words=r"SOAP|passport")
