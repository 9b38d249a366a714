"""A signer of its own that can be wrong at every stage, written from RFC 5849 and the survey's wrong recipes alone."""

import base64
import hashlib
import hmac
import unicodedata
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus

UNRESERVED = "-._~"


def rfc(text):
    return quote(text, safe=UNRESERVED)


def lower_hex(text):
    out, at = [], 0
    while at < len(text):
        step = 3 if text[at] == "%" else 1
        piece = text[at : at + step]
        out.append(piece.lower() if step == 3 else piece)
        at += step
    return "".join(out)


@dataclass
class Signer:
    """Every stage of a signature as a field: the defaults are right."""

    method: str
    scheme: str
    host: str
    path: str
    query: str
    header: dict  # oauth_ parameters, as they go into the header
    consumer_secret: str
    token_secret: str
    realm: str = ""
    form: str = ""
    uri: str | None = None
    more: list = field(default_factory=list)
    left_out: set = field(default_factory=set)
    pairs: list | None = None  # of the query
    split: object = staticmethod(lambda query: parse_qsl(query, keep_blank_values=True))
    encode: object = staticmethod(rfc)
    outer: object = staticmethod(rfc)
    encode_uri: object = staticmethod(rfc)
    sort: object = staticmethod(lambda encoded, _: sorted(encoded))
    finish: object = staticmethod(lambda base: base)
    key: object = staticmethod(lambda a, b: f"{rfc(a)}&{rfc(b)}")
    digest: str = "sha256"
    text: object = staticmethod(lambda raw: base64.b64encode(raw).decode())
    in_header: object = staticmethod(rfc)

    def base_string(self):
        uri = f"{self.scheme}://{self.host}{self.path}" if self.uri is None else self.uri
        decoded = [pair for pair in self.header.items() if pair[0] not in self.left_out]
        decoded += self.split(self.query) if self.pairs is None else self.pairs
        decoded += parse_qsl(self.form, keep_blank_values=True) + self.more
        encoded = [(self.encode(name), self.encode(value)) for name, value in decoded]
        joined = "&".join(f"{name}={value}" for name, value in self.sort(encoded, decoded))
        return self.finish(f"{self.method}&{self.encode_uri(uri)}&{self.outer(joined)}")

    def authorization(self):
        key = self.key(self.consumer_secret, self.token_secret)
        signature = self.text(hmac.digest(key.encode(), self.base_string().encode(), self.digest))
        pairs = [f'{name}="{rfc(value)}"' for name, value in self.header.items()]
        return f'OAuth realm="{self.realm}", ' + ", ".join([*pairs, f'oauth_signature="{self.in_header(signature)}"'])


def _change(**fields):
    def apply(signer):
        for name, value in fields.items():
            setattr(signer, name, value(signer) if callable(value) and name in COMPUTED else value)

    return apply


COMPUTED = {"uri", "host", "path", "scheme", "pairs", "more", "query", "consumer_secret", "token_secret", "form"}
ALL = staticmethod


def _decoded(signer):
    return parse_qsl(signer.query, keep_blank_values=True)


def _encoder(encode):
    return _change(encode=encode, outer=encode, encode_uri=encode)


def _keep(names):
    return lambda signer: [pair for pair in _decoded(signer) if pair[0] in names]


def _literal_plus(query):
    return [(unquote(name), unquote(value)) for name, _, value in (pair.partition("=") for pair in query.split("&"))]


def _raw(query):
    return [(name, value) for name, _, value in (pair.partition("=") for pair in query.split("&"))]


def _values_raw(signer):
    signer.encode = lambda text: text


# id -> (stage, what is done wrong). Two of the same stage are no pair.
WRONG = {
    "realm-in-base-string": ("realm", _change(more=lambda s: [*s.more, ("realm", s.realm)])),
    "js-encodeuricomponent": ("encoding", _encoder(lambda text: quote(text, safe="-._~!'()*"))),
    "query-not-signed": ("query", _change(pairs=lambda _: [])),
    "json-body-as-params": (
        "body",
        _change(more=lambda s: [*s.more, ("id", "7"), ("lines", "1,2"), ("note", "x y"), ("ok", "true")]),
    ),
    "plus-for-space": ("encoding", _change(encode=lambda text: quote_plus(text, safe="~"))),
    "repeated-names-lost": ("query", _change(pairs=lambda s: list(dict(_decoded(s)).items()))),
    "key-consumer-secret-only": ("key", _change(key=lambda a, _: f"{rfc(a)}&")),
    "custom-port-dropped": ("host", _change(host=lambda s: s.host.partition(":")[0])),
    "key-no-ampersand": ("key", _change(key=lambda a, b: rfc(a) + rfc(b))),
    "query-reencoded-after-signing": ("query", _change(split=_raw)),
    "default-port-kept": ("host", _change(host=lambda s: f"{s.host.partition(':')[0]}:443")),
    "empty-extras-signed": ("extras", _change(more=lambda s: [*s.more, ("oauth_callback", "")])),
    "query-partly-signed": ("query", _change(pairs=_keep({"script", "deploy"}))),
    "query-in-base-uri": (
        "query",
        lambda s: _change(pairs=[], uri=f"{s.scheme}://{s.host}{s.path}?{s.query}")(s),
    ),
    "values-not-encoded": ("encoding", _values_raw),
    "form-body-not-signed": ("body", _change(form="")),
    "key-secrets-not-encoded": ("key", _change(key=lambda a, b: f"{a}&{b}")),
    "lowercase-hex": ("encoding", _encoder(lambda text: lower_hex(rfc(text)))),
    "method-declared-differs": ("digest", _change(digest="sha1")),
    "method-wrong": ("method", _change(method="PUT")),
    "path-only-or-host-only": ("host", _change(uri=lambda s: s.path)),
    "secret-with-whitespace": ("secrets", _change(token_secret=lambda s: s.token_secret + "\n")),
    "wrong-secret-pair": (
        "secrets",
        _change(consumer_secret="another consumer secret", token_secret="another token secret"),
    ),
    "plus-kept-literal": ("query", _change(split=_literal_plus)),
    "sorted-before-encoding": (
        "order",
        _change(sort=lambda encoded, decoded: [one for _, one in sorted(zip(decoded, encoded, strict=True))]),
    ),
    "empty-values-dropped": ("query", _change(pairs=lambda s: [pair for pair in _decoded(s) if pair[1]])),
    "non-ascii-wrong-charset": (
        "encoding",
        _change(encode=lambda text: quote(text.encode("latin-1", "replace"), safe=UNRESERVED)),
    ),
    "not-sorted": ("order", _change(sort=lambda encoded, _: encoded)),
    "proxy-changes-request": ("scheme", _change(scheme="http")),
    "tilde-encoded": ("encoding", _encoder(lambda text: rfc(text).replace("~", "%7E"))),
    "digest-base64-variant": ("text", _change(text=lambda raw: base64.b64encode(raw).decode().rstrip("="))),
    "digest-hex": ("text", _change(text=lambda raw: raw.hex())),
    "host-uppercase": ("host", _change(host=lambda s: s.host.partition(".")[0].upper() + s.host[s.host.index(".") :])),
    "host-underscore": ("host", _change(host=lambda s: s.host.replace("-", "_"))),
    "key-uses-ids": ("key", "key-uses-ids"),
    "trailing-slash": ("path", _change(path=lambda s: s.path + "/")),
    "host-not-the-one-sent": ("host", _change(host="system.netsuite.com")),
    "oauth-version-mismatch": ("version", _change(left_out={"oauth_version"})),
    "param-string-not-encoded": ("joining", _change(outer=lambda text: text)),
    "params-double-encoded": ("query", _change(split=_raw)),
    "scheme-mismatch": ("scheme", _change(scheme="http")),
    "key-swapped": ("key", _change(key=lambda a, b: f"{rfc(b)}&{rfc(a)}")),
    "oauth-signature-in-base-string": ("extras", _change(more=lambda s: [*s.more, ("oauth_signature", "")])),
    "uri-not-encoded": ("joining", _change(encode_uri=lambda text: text)),
    "signature-plus-not-encoded": ("header", _change(in_header=lambda text: text)),
}


def decomposed(text):
    """Give NFD, another form that is not the one sent."""
    return unicodedata.normalize("NFD", text)


def uses_ids(signer):
    """Key of consumer secret and token id."""
    token_id = signer.header["oauth_token"]
    signer.key = lambda a, _: f"{rfc(a)}&{rfc(token_id)}"


WRONG["key-uses-ids"] = ("key", uses_ids)


def _each(change):
    """Every pair of the query changed."""
    return _change(pairs=lambda s: [change(name, value) for name, value in _decoded(s)])


def _sign(name, value):
    """Another value of a field of the header than the one that is sent."""
    return lambda s: _change(left_out={name}, more=[*s.more, (name, value(s))])(s)


def _finish_as_soap(signer):
    oauth = signer.header
    fields = [signer.realm, *(oauth[f"oauth_{name}"] for name in ("consumer_key", "token", "nonce", "timestamp"))]
    signer.finish = lambda _: "&".join(fields)


def hyphens_too(text):
    return rfc(text).replace("-", "%2D")


# Mistakes that nobody listed: id -> what is done wrong. They are made alone, not in pairs.
UNLISTED = {
    "array-names-rewritten": _each(lambda name, value: (f"{name}[]" if name == "tag" else name, value)),
    "base-string-changed": _change(finish=str.lower),
    "characters-not-encoded": _encoder(lambda text: quote(text, safe="-._~@")),
    "digest-cut": _change(text=lambda raw: base64.b64encode(raw).decode()[:40]),
    "digest-encoded-otherwise": _change(text=lambda raw: base64.b64encode(raw.hex().encode()).decode()),
    "empty-value-changed": _each(lambda name, value: (name, value or "undefined")),
    "field-changed": _sign("oauth_nonce", lambda s: s.header["oauth_nonce"].lower()),
    "key-joined-otherwise": _change(key=lambda a, b: f"{rfc(a)}|{rfc(b)}"),
    "key-secret-twice": _change(key=lambda a, _: f"{rfc(a)}&{rfc(a)}"),
    "key-token-secret-only": _change(key=lambda _, b: f"&{rfc(b)}"),
    "name-changed": _each(lambda name, value: (name.upper(), value)),
    "outer-encoder": _change(outer=hyphens_too, encode_uri=hyphens_too),
    "query-as-one-parameter": _change(pairs=lambda s: [(s.query, "")]),
    "query-escaped-as-html": _change(
        split=lambda query: parse_qsl(query.replace("&", "&amp;"), keep_blank_values=True)
    ),
    "query-question-mark-signed": _change(split=lambda query: parse_qsl(f"?{query}", keep_blank_values=True)),
    "query-split-otherwise": _change(split=lambda query: _raw(unquote_plus(query))),
    "secret-changed": _change(token_secret=lambda s: base64.b64encode(s.token_secret.encode()).decode()),
    "signed-twice": _change(pairs=lambda s: _decoded(s) * 2),
    "soap-base-string-for-rest": _finish_as_soap,
    "url-signed-otherwise": _change(scheme=lambda s: s.scheme.upper()),
    "value-changed": _each(lambda name, value: (name, value.lower())),
    "value-cut": _each(lambda name, value: (name, value.partition("&")[0])),
    "value-of-another-field": _sign("oauth_token", lambda s: s.header["oauth_consumer_key"]),
    "value-of-nothing": _change(token_secret="undefined"),
    "values-overencoded": _change(encode=lambda text: rfc(text).replace("_", "%5F")),
}
HASHES = hashlib.algorithms_guaranteed
