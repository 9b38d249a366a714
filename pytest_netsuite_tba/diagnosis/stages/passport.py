"""The fields of a ``tokenPassport``: which were signed, in what order, spelling and form."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from pytest_netsuite_tba.diagnosis.options import RARE, VARIANT, Option, always, wrong
from pytest_netsuite_tba.oauth1.encoding import percent_encode

from . import digest
from .header import COERCED, OFFSETS, is_number, spellings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_netsuite_tba.diagnosis.options import Case

FIELDS = ("account", "consumerKey", "token", "nonce", "timestamp")
_ORDER = "soap-base-string-wrong-order"
_SENT = {
    "consumerKey": "oauth_consumer_key",
    "token": "oauth_token",
    "nonce": "oauth_nonce",
    "timestamp": "oauth_timestamp",
}


def accounts(case: Case) -> tuple[Option, ...]:
    """How the account may have been spelt in the base string."""
    sent, right = case.sent.get("realm", ""), case.facts.account
    spellings = (
        sent,
        right.lower(),
        right.lower().replace("_", "-"),
        right.replace("_", "-"),
        right.partition("_")[0],
        "",
    )
    return (
        Option(right),
        *(
            wrong(spelling, "soap-account-spelling", cause=f"The account was signed as {spelling[:80]!r}.")
            for spelling in dict.fromkeys(spellings)
            if spelling != right
        ),
        *(
            wrong(text, "value-of-nothing", cause=f"The account was signed as the text {text!r}.", share=VARIANT)
            for text in COERCED
        ),
    )


def forms(case: Case) -> Sequence[Option]:
    """Which fields, in which order; or the base string that OAuth 1.0 would make of this request."""
    return (*_FORMS, *_of_oauth(case))


_FORMS = (
    Option(tuple(range(5))),
    *(
        wrong(chosen, _ORDER, cause=f"The fields were signed as {'&'.join(FIELDS[at] for at in chosen)}.",
            share=0.5 if size < len(FIELDS) and list(chosen) == sorted(chosen) else RARE * 5 if size == len(FIELDS) else RARE)
        for size in (5, 4, 3)
        for chosen in itertools.permutations(range(5), size)
        if chosen != tuple(range(5))
    ),
    *(
        wrong((*range(5)[:at], at, *range(5)[at:]), _ORDER, cause=f"{FIELDS[at]} was signed twice.", share=VARIANT)
        for at in range(5)
    ),
)  # fmt: skip


def _of_oauth(case: Case) -> list[Option]:
    request, sent = case.request, case.sent
    names = ("oauth_consumer_key", "oauth_token", "oauth_nonce", "oauth_timestamp", "oauth_signature_method")
    pairs = {name: sent.get(name, "") for name in names}
    options = []
    urls = dict.fromkeys((f"{request.scheme}://{request.host.lower()}{request.path}", request.url))
    for method, url, version in itertools.product(("POST", "GET"), urls, ({"oauth_version": "1.0"}, {})):
        joined = "&".join(sorted(f"{name}={percent_encode(value)}" for name, value in (pairs | version).items()))
        base = f"{method}&{percent_encode(url)}&{percent_encode(joined)}"
        cause = f"The base string is {method}, the URL {url[:120]} and the parameters, as OAuth 1.0 has it."
        options.append(wrong(base, "rest-base-string-for-soap", cause=cause))
    return options


def fields(case: Case) -> list[Option]:
    """Another value in the place of a field."""
    options = [Option(None)]
    own, account = case.facts.sender, case.facts.account
    for field, name in _SENT.items():
        right = case.sent.get(name, "")
        words = {account: "account"} | {case.sent.get(other, ""): place for place, other in _SENT.items()}
        if own is not None:
            words |= {own.consumer_secret: "consumer secret", own.token_secret: "token secret"}
        options += [
            wrong({field: value}, "value-of-another-field", cause=f"{field} was signed as the {says}.", share=VARIANT)
            for value, says in words.items()
            if value not in {right, ""}
        ]
        options += [
            wrong({field: text}, "value-of-nothing", share=VARIANT,
                cause=f"{field} was signed as {f'the text {text!r}' if text else 'an empty value'}.")
            for text in ("", *COERCED)
            if text != right
        ]  # fmt: skip
        options += [
            wrong({field: value}, "field-changed", cause=f"{field} was signed {says}.", share=0.2)
            for says, value in spellings(right).items()
            if value != right
        ]  # fmt: skip
    timestamp = case.sent.get("oauth_timestamp", "")
    if is_number(timestamp):
        options += [
            wrong({"timestamp": str(int(timestamp) + off)}, "nonce-or-timestamp-made-twice", share=0.3,
                cause=f"timestamp was signed as {int(timestamp) + off} ({off:+d} s of the one sent).")
            for off in (*range(1, 6), *range(-5, 0), *(3_600 * hours for hours in OFFSETS))
        ]  # fmt: skip
        options.append(
            wrong({"timestamp": f"{timestamp}000"}, "nonce-or-timestamp-made-twice", share=0.3,
                cause="timestamp was signed in milliseconds.")
        )  # fmt: skip
    return options


separators = always(
    Option("&"),
    *(
        wrong(by, _ORDER, cause=f"The fields were joined by {by!r}." if by else "The fields were joined by nothing.")
        for by in ("", ",", "|", " ", "\n", ";", ":", "-", "_", "+", "%26", "&amp;", ", ", "&&", " & ", "/", ".")
    ),
)
encodings = always(
    Option((None, None)),
    wrong((percent_encode, None), _ORDER, cause="Each field was percent-encoded."),
    wrong((None, percent_encode), _ORDER, cause="The joined fields were percent-encoded."),
    wrong((str.lower, None), _ORDER, cause="The fields were signed in lower case."),
    wrong((str.upper, None), _ORDER, cause="The fields were signed in upper case."),
    wrong((None, lambda text: text + "\n"), _ORDER, cause="The base string ends with a line break."),
    wrong(
        (None, lambda text: text + "&HMAC-SHA256"),
        _ORDER,
        cause="The algorithm was signed as a sixth field.",
        share=VARIANT,
    ),
    wrong((None, lambda text: text + "&"), _ORDER, cause='The base string ends with "&".'),
    wrong((None, lambda text: "&" + text), _ORDER, cause='The base string begins with "&".', share=VARIANT),
    wrong((lambda text: f'"{text}"', None), _ORDER, cause="Each field was signed in quotes.", share=VARIANT),
)


def _as_soap_calls_it(option: Option) -> Option:
    """A colon after the signature is copied from Oracle's sample of a passport."""
    return option._replace(mistakes=(_FORMAT,)) if "':'" in option.says else option


def _is_let_pass(option: Option) -> bool:
    """Blanks round the signature are."""
    made = b"\xfb\xff" * 16
    right: str = digest.TEXTS.options[0].value.forth(made)
    return bool(option.value.forth(made).strip() == right)


_FORMAT = "soap-namespace-or-format"
texts = always(
    digest.TEXTS.options[0],
    *(_as_soap_calls_it(option) for option in digest.TEXTS.options[1:] if not _is_let_pass(option)),
)
sent = always(
    digest.AS_WRITTEN,
    wrong(
        digest.PERCENT_ENCODED,
        _FORMAT,
        cause="The signature was percent-encoded; in a tokenPassport it is bare base64.",
    ),
    wrong(digest.PLUS_AS_SPACE, _FORMAT, cause="The plus of the signature became a space."),
    wrong(digest.QUOTED, _FORMAT, cause="The signature stands in quotes."),
)
