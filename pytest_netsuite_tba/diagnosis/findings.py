"""What the header, the trail and the records show without any recomputation: a row a refusal."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.records import as_account_id
from pytest_netsuite_tba.login.token_passport import in_words_of_soap

from .catalogue import mistake

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_netsuite_tba.login.facts import Facts
    from pytest_netsuite_tba.login.verdict import Mistake

_PLAUSIBLE = re.compile(r"1\d{9}|2\d{9}")
_TOLERANCE = 90  # seconds by which a clock that is off by whole hours may be off besides
_MOST_HALF_HOURS = 28  # UTC-14 to UTC+14
_REDIRECTS = {301, 302, 303, 307, 308}
_RETRIED = {408, 425, 429, 500, 502, 503, 504}


def _timestamp(facts: Facts) -> Mistake:
    """Row 7: tell what kind of number it is."""
    text = facts.parameters.get("oauth_timestamp", "")
    if re.fullmatch(r"\d{13}", text):
        return mistake("timestamp-milliseconds", f"oauth_timestamp {text} has 13 digits: milliseconds.")
    if not (text.isascii() and text.isdigit()):
        return mistake("timestamp-not-integer", f"oauth_timestamp is {text[:40]!r}, no positive whole number.")
    off = int(text[:15]) - facts.now
    half_hours = round(off / 1800)
    if 0 < abs(half_hours) <= _MOST_HALF_HOURS and abs(off - half_hours * 1800) <= _TOLERANCE:
        cause = f"oauth_timestamp is {half_hours / 2:+g} hours off: local time was taken for UTC."
        return mistake("timestamp-out-of-window", cause)
    return mistake("timestamp-out-of-window", facts.reason)


def _realm(facts: Facts) -> Mistake:
    realm, account = facts.parameters.get("realm", ""), facts.account
    cause = f"realm is {realm[:80]!r}, the account that was called is {account!r}."
    wanted = "realm-is-something-else"
    if "-" in realm and as_account_id(realm) == account:
        wanted = "realm-hyphen"
    elif realm.upper() == account:
        wanted = "realm-lowercase"
    return mistake(wanted, cause, account=account)


def _algorithm(facts: Facts) -> Mistake:
    name = facts.parameters.get("oauth_signature_method", "")
    if name == "HMAC-SHA1":
        return mistake("sha1-used", "oauth_signature_method is HMAC-SHA1.")
    return mistake("method-name-misspelled", f"oauth_signature_method is {name[:40]!r}.")


# How a deviation of the header is called in the catalogue, the first that fits.
_DEVIATIONS = {
    "missing-comma": "header-separators",
    "not-a-pair": "header-separators",
    "unquoted": "header-values-unquoted",
    "unterminated-quote": "header-values-unquoted",
    "bad-escape": "header-escape-broken",
    "duplicate": "params-missing",
    "empty": "params-missing",
}


def _header(facts: Facts) -> Mistake:
    header = facts.request.authorization
    kinds = [deviation.kind for deviation in header.deviations if deviation.name != "realm"] if header else []
    for kind, wanted in _DEVIATIONS.items():
        if kind in kinds:
            return mistake(wanted, facts.reason)
    return mistake("params-missing", facts.reason)


def _nonce_shape(facts: Facts) -> Mistake:
    alphanumeric = facts.request.envelope is not None and not facts.parameters.get("oauth_nonce", "").isalnum()
    return mistake("nonce-special-characters" if alphanumeric else "nonce-too-short", facts.reason)


def _nothing(facts: Facts) -> Mistake:
    """Row 2: no header; perhaps lost on the way, perhaps elsewhere."""
    if "oauth_signature=" in facts.request.query or b"oauth_signature=" in facts.request.body:
        return mistake("header-not-encoded-option", "The OAuth parameters stand in the query string or the body.")
    if facts.after_redirect:
        return mistake("redirect-drops-header", "The request before this one was answered by a redirect.")
    return mistake("no-auth-at-all", facts.reason)


def _nonce(facts: Facts) -> Mistake:
    """Row 15: tell what the earlier request with this nonce was."""
    earlier = facts.earlier
    if earlier is None:
        return mistake("header-reused", facts.reason)
    if earlier.signature != facts.parameters.get("oauth_signature"):
        cause = f"Attempt {earlier.id} had the same nonce and timestamp, and another signature: the nonce is not random enough."
        return mistake("nonce-collision", cause)
    if facts.request.envelope is not None:
        return mistake("memoised-passport", f"Attempt {earlier.id} sent this very tokenPassport.")
    if earlier.http_status in _REDIRECTS:
        return mistake(
            "redirect-reuses-header", f"Attempt {earlier.id} was answered by a redirect with this very header."
        )
    same = (earlier.method, earlier.url) == (facts.request.method, facts.request.url)
    if same and (earlier.http_status in _RETRIED or earlier.code == "SSS_REQUEST_LIMIT_EXCEEDED"):
        cause = f"Attempt {earlier.id} sent this very header and was answered {earlier.http_status}; then it was sent again."
        return mistake("retry-resends-header", cause)
    return mistake("header-reused", f"Attempt {earlier.id} sent this very header.")


def _host(facts: Facts) -> Mistake:
    host = facts.request.host.lower().partition(":")[0]
    label, _, rest = host.partition(".")
    right = facts.host or (facts.hosts[0] if facts.hosts else "1234567.restlets.api.netsuite.com")
    labels = {known.partition(".")[0] for known in facts.hosts}
    if "_" in label:
        return mistake("host-underscore", f"The host {host!r} has an underscore.")
    if label in labels or label in {"rest", "system", "webservices"}:
        return mistake(
            "wrong-service-domain", f"{rest if label in labels else host} is not where this service is.", host=right
        )
    return mistake("host-of-no-account", facts.reason, host=right)


def _rest_on_restlets_host(facts: Facts) -> Mistake:
    host = facts.request.host.lower().replace(".restlets.", ".suitetalk.")
    return mistake("wrong-service-domain", facts.reason, host=host)


# What stands where a value was not filled in: what languages make of nothing, and what samples and settings have.
_NAME = r"(?:consumer|client|token|access|signature|oauth)(?:[ _-]?(?:key|id|token|signature|secret))?"
_IS_NOTHING = re.compile(
    rf"(?i:undefined|null|none|nil|nan|true|false|todo|fixme|changeme|placeholder|x{{3,}}|\[object \w+\]"
    rf"|(?:your|my)[ _-]?(?:netsuite[ _-]|oauth[ _-])?{_NAME}(?:[ _-]here)?"
    rf"|{_NAME}[ _-](?:goes[ _-])?here"
    rf"|[<{{$%\[]+[ _-]?(?:\w+[ ._-]){{0,3}}{_NAME}[ >}}%\]]*)"
    r"|(?:NETSUITE_|NS_|OAUTH_)?(?:CONSUMER|CLIENT|TOKEN|ACCESS)_(?:KEY|ID|TOKEN|SECRET)"
)
_MOST_TEXT = 60


def _signature(facts: Facts) -> Mistake | None:
    """A signature that is none; of any other only recomputation can tell."""
    return _not_filled_in("oauth_signature", facts.parameters.get("oauth_signature", ""))


def _not_filled_in(name: str, value: str) -> Mistake | None:
    if len(value) > _MOST_TEXT or not _IS_NOTHING.fullmatch(value):
        return None
    return mistake("value-of-nothing", f"{name} is the text {value!r}.")


# What a token has, as it is called.
_VALUES = {
    "consumer_key": "consumer key", "consumer_secret": "consumer secret", "token_id": "token id", "token_secret": "token secret",
}  # fmt: skip


_FIELDS = {"realm": "account", "oauth_nonce": "nonce", "oauth_timestamp": "timestamp"}
_PASTED_ALONG = " \t\r\n\"'\u00a0\ufeff\u200b"
_MOST_OF_ID = 0.8  # so much of an id is of no other one


def _of_another_field(name: str, right: str, facts: Facts) -> Mistake | None:
    """The value is known here: as another than what it is sent as, or as the right one that was pasted wrongly."""
    value = facts.parameters.get(name, "")
    for other, words in _FIELDS.items():
        if value == facts.parameters.get(other):
            return mistake("value-of-another-field", f"{name} is the {words}.")
    bare = value.strip(_PASTED_ALONG)
    for token in facts.known:
        for field, words in _VALUES.items():
            if field != right and getattr(token, field) == value:
                return mistake("value-of-another-field", f"{name} is the {words} of token {token.name!r}.")
        known, whose = getattr(token, right), f"the {_VALUES[right]} of token {token.name!r}"
        if known == bare:
            return mistake("secret-with-whitespace", f"{name} is {whose}, as {value.replace(bare, '...')!r}.")
        if known.lower() == bare.lower():
            return mistake("secret-with-whitespace", f"{name} is {whose}, in another case.")
        lost = len(known) - len(bare)
        if 0 < lost <= (1 - _MOST_OF_ID) * len(known) and (known.startswith(bare) or known.endswith(bare)):
            return mistake("secret-with-whitespace", f"{name} is {whose}, without {lost} of its characters.")
    return _not_filled_in(name, value)


def _credentials(wanted: str, name: str, right: str) -> Callable[[Facts], Mistake]:
    def find(facts: Facts) -> Mistake:
        if facts.known_elsewhere:
            cause = f"{facts.reason} Account {facts.known_elsewhere} has it."
            return mistake("tokens-of-another-environment", cause)
        return _of_another_field(name, right, facts) or mistake(wanted, facts.reason)

    return find


# What may stand before the first parameter where only "OAuth " belongs: the scheme once more, or the header's name.
_STRAY_SCHEME = re.compile(r"\s*(?:Authorization\s*:\s*)?(?:OAuth\b[\s:,]*)+", re.IGNORECASE)
_STRAY_BEGINNINGS = (
    (
        re.compile(r"OAuth\s*[:,]?\s*OAuth\b", re.IGNORECASE),
        "The header begins with OAuth OAuth: the word stands there twice.",
    ),
    (
        re.compile(r"(?:OAuth\s+)?Authorization\s*:", re.IGNORECASE),
        "The header's value begins with its own name, Authorization.",
    ),
)


def _stray_scheme(facts: Facts) -> Mistake | None:
    """The header begins otherwise than a scheme does; whatever the refusal is, that is the reason."""
    if facts.request.envelope is None:
        for sent in facts.request.authorizations[:1]:
            for beginning, cause in _STRAY_BEGINNINGS:
                if beginning.match(sent.strip()):
                    return mistake("scheme-twice", cause)
    return None


def without_stray_scheme(facts: Facts) -> Facts:
    """The facts with the first parameter's name as it was meant, where the scheme stands twice."""
    if not any(" " in name for name in facts.parameters):
        return facts
    meant = {_STRAY_SCHEME.sub("", name): value for name, value in facts.parameters.items()}
    return replace(facts, parameters=meant)


# What a refusal shows by more than its own row, by its id.
FINDINGS: dict[str, Callable[[Facts], Mistake | None]] = {
    "unknown-host": _host,
    "no-service-at-host": _host,
    "restlet-on-suitetalk-host": _host,
    "rest-on-restlets-host": _rest_on_restlets_host,
    "no-authorization": _nothing,
    "parameter_rejected": _header,
    "UnknownAlgorithm": _algorithm,
    "InvalidTimestamp": _timestamp,
    "InvalidTimestamp-malformed": _timestamp,
    "wrong-realm": _realm,
    "consumer_key_unknown": _credentials("integration-blocked-or-unknown", "oauth_consumer_key", "consumer_key"),
    "token_rejected-unknown": _credentials("token-revoked-or-inactive", "oauth_token", "token_id"),
    "InvalidSignature": _signature,
    "nonce_rejected": _nonce_shape,
    "nonce_used": _nonce,
    "permission_denied-no-token-permission": lambda facts: mistake(
        "role-lacks-permission", facts.reason, permission="Log in using Access Tokens"
    ),
    "permission_denied-no-soap-permission": lambda facts: mistake(
        "role-lacks-permission", facts.reason, permission="SOAP Web Services"
    ),
    "permission_denied-no-rest-permission": lambda facts: mistake(
        "role-lacks-permission", facts.reason, permission="REST Web Services"
    ),
}


def finding(facts: Facts) -> Mistake | None:
    """What the refusal itself shows; None where only recomputation can tell, or nothing is to be found."""
    stray = _stray_scheme(facts)
    if stray is not None:
        return stray
    find = FINDINGS.get(facts.refusal)
    if find is None and not facts.row.mistake:
        return None
    found = mistake(facts.row.mistake, facts.reason, account=facts.account) if find is None else find(facts)
    if found is None or facts.request.envelope is None:
        return found
    return replace(found, cause=in_words_of_soap(found.cause), cure=in_words_of_soap(found.cure))
