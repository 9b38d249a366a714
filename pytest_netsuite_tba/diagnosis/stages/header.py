"""The parameters of the header, and what may have been signed beside them.

The value of an option is a function from pairs to pairs; None leaves them as they are.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from pytest_netsuite_tba.diagnosis.options import RARE, VARIANT, Option, Pair, wrong
from pytest_netsuite_tba.oauth1.encoding import form_decode, percent_decode, percent_encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pytest_netsuite_tba.diagnosis.options import Case
    from pytest_netsuite_tba.login.facts import Secrets

    Change = Callable[[Sequence[Pair]], Sequence[Pair]]

IS_OAUTH = re.compile(
    "oauth_(consumer_key|token|signature_method|timestamp|nonce|signature|version|callback|verifier|body_hash)"
).fullmatch
_METHODS = ("HMAC-SHA1", "HMAC-SHA256", "HMAC_SHA256", "HMACSHA256", "HMAC-SHA512", "RSA-SHA1", "PLAINTEXT")
RAW_PLUS = 'The "+" of oauth_nonce stands raw in the header, where it is read as a space; encoded it is %2B.'
COERCED = ("undefined", "null", "None", "nil", "NaN", "false", "true", "0", "[object Object]", "[object Promise]")


def more(*pairs: tuple[str, str]) -> Change:
    """Sign these besides."""
    added = [Pair(name, value, "extra") for name, value in pairs]
    return lambda pairs: [*pairs, *added]


def without(names: Iterable[str]) -> Change:
    """Leave these out of the header's."""
    left_out = frozenset(names)
    return lambda pairs: [pair for pair in pairs if pair.source != "header" or pair.name not in left_out]


def put(name: str, value: str) -> Change:
    """Give a parameter of the header another value."""
    return lambda pairs: [
        pair._replace(value=value) if pair.source == "header" and pair.name == name else pair for pair in pairs
    ]


def realms(case: Case) -> list[Option]:
    """The realm, signed as if it were a parameter."""
    realm, account = case.sent.get("realm"), case.facts.account
    spellings = (realm, account, "", account.lower(), account.lower().replace("_", "-"), account.replace("_", "-"))
    values = dict.fromkeys(value for value in spellings if value is not None)
    return [
        Option(None),
        *(
            wrong(more(("realm", value)), "realm-in-base-string", cause=f"realm={value[:80]} was signed." if value else "An empty realm was signed.",
                share=1 if value == (realm or account) else 0.1)
            for value in values
        ),
    ]  # fmt: skip


def versions(case: Case) -> tuple[Option, ...]:
    """oauth_version, in the header or signed, and not both."""
    mistake = "oauth-version-mismatch"
    if "oauth_version" in case.sent:
        sent = case.sent["oauth_version"]
        return (
            Option(None),
            wrong(without({"oauth_version"}), mistake, cause="oauth_version is in the header, and was not signed."),
            *(
                wrong(put("oauth_version", other), mistake, share=VARIANT,
                    cause=f"oauth_version was signed as {other!r}, and sent as {sent[:20]!r}.")
                for other in ("1.0", "1", "1.0a", "2.0", "")
                if other != sent
            ),
        )  # fmt: skip
    signed = "was signed, and is not in the header."
    return (
        Option(None),
        wrong(more(("oauth_version", "1.0")), mistake, cause=f"oauth_version=1.0 {signed}"),
        wrong(more(("oauth_version", "1")), mistake, cause=f"oauth_version=1 {signed}", share=VARIANT),
        wrong(more(("oauth_version", "1.0a")), mistake, cause=f"oauth_version=1.0a {signed}", share=VARIANT),
    )


def declared(case: Case) -> tuple[Option, ...]:
    """The name of the signature method in the base string."""
    sent = case.declared
    return (
        Option(None),
        *(
            wrong(put("oauth_signature_method", name), "method-declared-differs", share=0.6 if name == "HMAC-SHA1" else VARIANT,
                cause=f"The base string says {name}, the header {sent[:40]!r}.")
            for name in dict.fromkeys((*_METHODS, sent.lower()))
            if name != sent
        ),
    )  # fmt: skip


def left_out(case: Case) -> list[Option]:
    """Parameters of the header that may not have been signed."""
    names = [pair.name for pair in case.header]
    strange = frozenset(name for name in names if not name.startswith("oauth_"))
    options = [Option(None)]
    if strange:
        cause = f"The header holds {', '.join(sorted(strange))[:120]}, which was not signed twice."
        options.append(wrong(without(strange), "query-in-auth-header", cause=cause))
    for name in names:
        if name not in strange and name != "oauth_version":
            mistake = "oauth-parameter-not-signed" if IS_OAUTH(name) else "invented-oauth-parameter"
            options.append(wrong(without({name}), mistake, cause=f"{name[:60]} is in the header, but not signed."))
    oauth = frozenset(name for name in names if IS_OAUTH(name))
    options += [
        wrong(without(oauth), "oauth-parameter-not-signed", cause="No oauth_ parameter was signed.", share=VARIANT),
        wrong(without(oauth - {"oauth_token", "oauth_consumer_key"}), "oauth-parameter-not-signed", share=VARIANT,
            cause="Of the oauth_ parameters only key and token were signed."),
        wrong(lambda pairs: [*pairs, *(pair for pair in pairs if pair.source == "header")], "signed-twice",
            cause="The oauth_ parameters were signed twice."),
        wrong(lambda pairs: [pair._replace(name=pair.name.removeprefix("oauth_")) if pair.source == "header" else pair
            for pair in pairs], "name-changed", cause='The oauth_ parameters were signed without their "oauth_".'),
        wrong(lambda pairs: [pair._replace(name=pair.name.upper()) if pair.source == "header" else pair
            for pair in pairs], "name-changed", cause="The oauth_ names were signed in upper case.", share=VARIANT),
        wrong(lambda pairs: [pair._replace(value=f'"{pair.value}"') if pair.source == "header" else pair for pair in pairs],
            "parameters-quoted", cause="The oauth_ values were signed with their quotes."),
        wrong(lambda pairs: [pair._replace(value=pair.value.lower()) if pair.source == "header" else pair for pair in pairs],
            "field-changed", cause="The oauth_ values were signed in lower case."),
        wrong(lambda pairs: [pair._replace(value=pair.value.upper()) if pair.source == "header" else pair for pair in pairs],
            "field-changed", cause="The oauth_ values were signed in upper case.", share=VARIANT),
    ]  # fmt: skip
    return options


_WORDS = {
    "oauth_consumer_key": "consumer key",
    "oauth_token": "token id",
    "oauth_nonce": "nonce",
    "oauth_timestamp": "timestamp",
}


def fields(case: Case) -> list[Option]:
    """The value of a wrong field in the place of one of the header's, or of none."""
    options = [Option(None)]
    for name, place in _WORDS.items():
        if name not in case.sent:
            continue
        right = case.sent[name]
        values = {value: words for value, words in _others(case, place).items() if value != right}
        options += [
            wrong(put(name, value), "value-of-another-field", share=VARIANT, cause=f"{name} was signed as the {words}.")
            for value, words in values.items()
        ]
        options += [
            wrong(put(name, text), "value-of-nothing", share=VARIANT,
                cause=f"{name} was signed as {f'the text {text!r}' if text else 'an empty value'}.")
            for text in ("", *COERCED)
            if text != right
        ]  # fmt: skip
        others = _of_other_tokens(case, name) if name in {"oauth_consumer_key", "oauth_token"} else ()
        options += [
            wrong(
                put(name, value),
                "id-of-another-token",
                cause=f"{name} was signed as that of another token: {whose}.",
                share=VARIANT,
            )
            for value, whose in others
            if value not in values and value != right
        ]
        options += [
            wrong(put(name, value), "field-changed", share=0.2, cause=f"{name} was signed {says}.")
            for says, value in spellings(right).items()
            if value != right
        ]
        options.append(
            wrong(lambda pairs, name=name: [pair._replace(name=pair.name.replace("_", "")) if pair.name == name else pair
                for pair in pairs], "name-changed", share=0.1, cause=f"{name} was signed without its underscores.")
        )  # fmt: skip
    if {"oauth_consumer_key", "oauth_token"} <= case.sent.keys():
        key, token = case.sent["oauth_consumer_key"], case.sent["oauth_token"]
        swap = {"oauth_consumer_key": token, "oauth_token": key}
        options.append(
            wrong(lambda pairs: [pair._replace(value=swap.get(pair.name, pair.value)) for pair in pairs],
                "value-of-another-field", cause="oauth_consumer_key and oauth_token were signed in each other's place.")
        )  # fmt: skip
        options += [
            wrong(_as_of(other), "id-of-another-token", share=VARIANT,
                cause=f"Consumer key and token id were signed as those of another token: {other.name!r}.")
            for other in case.facts.known[:_MOST_TOKENS]
            if other.consumer_key != key and other.token_id != token
        ]  # fmt: skip
    return options


_MOST_TOKENS = 20


def _as_of(token: Secrets) -> Change:
    values = {"oauth_consumer_key": token.consumer_key, "oauth_token": token.token_id}
    return lambda pairs: [
        pair._replace(value=values.get(pair.name, pair.value)) if pair.source == "header" else pair for pair in pairs
    ]


def _of_other_tokens(case: Case, name: str) -> list[tuple[str, str]]:
    """The ids or keys of the other tokens of this server, and the tokens' names."""
    return [
        (known.token_id if name == "oauth_token" else known.consumer_key, repr(known.name))
        for known in case.facts.known[:_MOST_TOKENS]
    ]


def _others(case: Case, place: str) -> dict[str, str]:
    """The values that may stand in a wrong place, and what they are."""
    own, sent = case.facts.sender, case.sent
    others = {
        case.facts.account: "account",
        sent.get("oauth_nonce", ""): "nonce",
        sent.get("oauth_timestamp", ""): "timestamp",
    }
    if own is not None:
        others |= {
            own.consumer_key: "consumer key", own.token_id: "token id",
            own.consumer_secret: "consumer secret", own.token_secret: "token secret",
        }  # fmt: skip
    return {value: words for value, words in others.items() if value and words != place}


def _from_base64(value: str) -> str:
    try:
        return b64decode(value, validate=True).decode("ascii")
    except ValueError:
        return value


def spellings(value: str) -> dict[str, str]:
    """What may have become of a field, by what is said of it."""
    return {
        "in lower case": value.lower(),
        "in upper case": value.upper(),
        "with a space after it": value + " ",
        "with a space before it": " " + value,
        "with a line feed after it": value + "\n",
        "with a line break after it": value + "\r\n",
        "encoded once before": re.sub(
            r"[^A-Za-z0-9._~-]",
            lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace")),
            value,
        ),
        "without what is no letter or digit": re.sub(r"[^A-Za-z0-9]", "", value),
        "without hyphens": value.replace("-", ""),
        'cut at its "="': value.partition("=")[0],
        'cut at its "+"': value.partition("+")[0],
        "without its last character": value[:-1],
        "without its first character": value[1:],
        "twice": value * 2,
        **{f"cut to {length} characters": value[:length] for length in (10, 16, 20, 32, 40, 50)},
        "in hex": value.encode("utf-8", "replace").hex(),
        "decoded from base64": _from_base64(value),
        "as its MD5": hashlib.new("md5", value.encode("utf-8", "replace"), usedforsecurity=False).hexdigest(),
        "in base64": b64encode(value.encode("utf-8", "replace")).decode(),
    }


_NOT_WHAT_IS_READ = ": what is read there is not what was signed."
_SHOWN = 6.0  # share of what the header itself shows: a space or an escape in a nonce is no accident


def nonces(case: Case) -> list[Option]:
    """A "+" that stands raw in the header is read as a space; the nonce was signed with its plus."""
    sent = case.sent.get("oauth_nonce", "")
    meant = {
        nonce_with_plus(case): (RAW_PLUS, True),
        sent.replace(" ", "+"): (RAW_PLUS, True),
        percent_decode(sent): (f"oauth_nonce was encoded twice in the header{_NOT_WHAT_IS_READ}", True),
        form_decode(sent): (f"oauth_nonce was encoded as a form in the header{_NOT_WHAT_IS_READ}", True),
        percent_encode(sent): ("oauth_nonce was signed encoded once more than the header has it.", False),
    }
    return [
        Option(None),
        *(
            wrong(put("oauth_nonce", nonce), "nonce-special-characters", cause=cause, share=_SHOWN if shows else 1)
            for nonce, (cause, shows) in meant.items()
            if nonce not in {"", sent}
        ),
    ]


def nonce_with_plus(case: Case) -> str:
    """The nonce as it was meant, if a "+" of it stands raw in the header; else ``""``."""
    header = case.request.authorization
    sent = header.parameters if header else ()
    return next((pair.value for pair in sent if pair.name == "oauth_nonce" and "+" in pair.raw), "")


_TWICE = "nonce-or-timestamp-made-twice"


def made_twice(case: Case) -> list[Option]:
    """A nonce or a timestamp that a second call of the same function would give."""
    timestamp, nonce = case.sent.get("oauth_timestamp", ""), case.sent.get("oauth_nonce", "")
    options = [Option(None)]
    if is_number(timestamp):
        options += [*_other_times(timestamp), *_hashes_of_times(int(timestamp), nonce)]
    return [*options, *_other_nonces(nonce)]


_MOST_DIGITS = 19  # of a number that is counted on
_DIGITS_OF_A_TIME = 10
_NEAR = (1, -1, 2, -2, 3, -3, 4, -4, 5, -5)
OFFSETS = (*range(-12, 0), *range(1, 15))  # hours of the world's time zones
_COUNTED = (*range(1, 21), *range(-20, 0))


def is_number(text: str) -> bool:
    """Whether a text is a whole number that can be counted on."""
    return text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS


def _other_times(timestamp: str) -> Iterator[Option]:
    second = int(timestamp)
    for off in _NEAR:
        yield _second("oauth_timestamp", str(second + off), f"{off:+d} s", 0.6 if abs(off) == 1 else 0.2)
    for text, says in (
        (f"{timestamp}000", "in milliseconds"), (f"{timestamp}.0", "as a float"), (f"{second / 10**9}E9", "with an exponent"),
        (str(second // 1000), "in thousands of seconds"), (f"{second - second % 60}", "in whole minutes"),
    ):  # fmt: skip
        yield wrong(
            put("oauth_timestamp", text), _TWICE, cause=f"oauth_timestamp was signed {says}: {text}.", share=VARIANT
        )
    for hours in OFFSETS:
        yield _second("oauth_timestamp", str(second + 3_600 * hours), f"{hours:+d} h", 0.1)


def _hashes_of_times(second: int, nonce: str) -> Iterator[Option]:
    """A nonce that is the hash of the time, a second or two later or earlier."""
    for name in ("md5", "sha1", "sha256"):
        if hashlib.new(name, str(second).encode()).hexdigest() == nonce:
            for off in _NEAR[:4]:
                again = hashlib.new(name, str(second + off).encode()).hexdigest()
                yield _second("oauth_nonce", again, f"that of {off:+d} s", 0.6)


def _other_nonces(nonce: str) -> Iterator[Option]:
    if is_number(nonce):
        for off in _COUNTED:
            yield _second("oauth_nonce", str(int(nonce) + off).zfill(len(nonce)), f"{off:+d}", 0.2)
    elif nonce[:_DIGITS_OF_A_TIME].isdecimal() and nonce.isascii():  # as oauth libraries that begin it with the time
        for off in (-1, 1):
            time = str(int(nonce[:_DIGITS_OF_A_TIME]) + off)
            yield _second("oauth_nonce", time + nonce[_DIGITS_OF_A_TIME:], f"its time {off:+d} s", 0.1)
    try:
        known = uuid.UUID(nonce)
    except ValueError:
        return
    for text in (str(known), known.hex, str(known).upper(), known.hex.upper(), f"{{{known}}}"):
        if text != nonce:
            yield _second("oauth_nonce", text, f"the UUID as {text[:8]!r}...", VARIANT)


def _second(name: str, value: str, says: str, share: float) -> Option:
    return wrong(
        put(name, value), _TWICE, cause=f"{name} was signed as {value[:40]} ({says} of the one sent).", share=share
    )


def extras(case: Case) -> list[Option]:
    """oauth_ parameters that may have been signed though the header does not hold them."""
    empty, twice = "empty-extras-signed", "oauth-signature-in-base-string"
    return [
        Option(None),
        wrong(more(("oauth_callback", "")), empty, cause="An empty oauth_callback was signed."),
        wrong(more(("oauth_verifier", "")), empty, cause="An empty oauth_verifier was signed."),
        wrong(more(("oauth_token", "")), empty, cause="An empty oauth_token was signed.", share=VARIANT),
        wrong(more(("oauth_callback", ""), ("oauth_verifier", "")), empty, share=VARIANT,
            cause="An empty oauth_callback and an empty oauth_verifier were signed."),
        wrong(more(("oauth_callback", "oob")), empty, cause="oauth_callback=oob was signed.", share=VARIANT),
        wrong(more(("oauth_body_hash", "")), empty, cause="An empty oauth_body_hash was signed.", share=VARIANT),
        *(
            wrong(more((name, text)), empty, cause=f"{name} was signed as the text {text!r}.", share=0.1)
            for name in ("oauth_callback", "oauth_verifier")
            for text in ("undefined", "null", "None")
        ),
        wrong(more(("oauth_signature", "")), twice, cause="An empty oauth_signature was signed."),
        wrong(more(("oauth_signature", case.received)), twice, cause="The signature of the header was signed too."),
        wrong("previous", twice, cause="The signature of a first pass was signed too."),
        *(
            wrong(more(("oauth_signature", text)), twice, cause=f"oauth_signature was signed as {text!r}.", share=VARIANT)
            for text in ("undefined", "null", "None")
        ),
    ]  # fmt: skip


# What a client may have signed that its URL does not hold: names of pages and of their sizes, that go together.
_PAGED_BY = (
    ("offset", "limit"), ("page", "limit"), ("page", "pageSize"), ("page", "perPage"), ("page", "per_page"),
    ("page", "page_size"), ("page", "size"), ("pageNumber", "pageSize"), ("pageIndex", "pageSize"), ("start", "count"),
    ("start", "length"), ("skip", "take"), ("skip", "top"), ("start", "end"),
)  # fmt: skip
_SIZES = ("1", "5", "10", "20", "25", "50", "100", "200", "250", "500", "1000")
_FIRST_PAGES = ("0", "1")
_COUNTED_BY_ROWS = {"offset", "start", "skip"}
_EMPTY = ("q", "query", "search", "filter", "fields", "expand", "sort", "cursor", "_", "undefined", "")
_TOGETHER = ((("script", "1"), ("deploy", "1")), (("limit", "1000"), ("offset", "0"), ("expandSubResources", "true")))
_OTHERS = (
    ("expandSubResources", "true"), ("expandSubResources", "false"), ("fields", "id"), ("format", "json"),
    ("compid", "{account}"), ("c", "{account}"), ("script", "1"), ("deploy", "1"), ("undefined", "undefined"),
)  # fmt: skip


def unsent(case: Case) -> list[Option]:
    """Parameters that may have been signed though the URL does not hold them, from a stated list."""
    names = {form_decode(pair.name) for pair in case.query}
    return [
        Option(None),
        *(
            wrong(more(*pairs), "parameters-signed-not-sent", share=VARIANT if len(pairs) == 1 else RARE * 3,
                cause=f"{'&'.join('='.join(pair) for pair in pairs)} was signed; the URL does not hold it.")
            for pairs in dict.fromkeys(_often_signed(case))
            if names.isdisjoint(name for name, _ in pairs)
        ),
    ]  # fmt: skip


def _often_signed(case: Case) -> Iterator[tuple[tuple[str, str], ...]]:
    timestamp = case.sent.get("oauth_timestamp", "")
    singles = [*((name, "") for name in _EMPTY), ("_", timestamp), ("_", f"{timestamp}000")]
    singles += [(name, value.format(account=case.facts.account)) for name, value in _OTHERS]
    yield from ((pair,) for pair in singles)
    yield from _TOGETHER
    for page, size in _PAGED_BY:
        firsts: list[tuple[tuple[str, str], ...]] = [(), *(((page, number),) for number in _FIRST_PAGES)]
        sizes: list[tuple[tuple[str, str], ...]] = [(), *(((size, number),) for number in _SIZES)]
        paged = [first + most for first in firsts for most in sizes if first or most]
        yield from paged
        if page in _COUNTED_BY_ROWS:  # the second page, and the third
            yield from (((page, str(times * int(number))), (size, number)) for number in _SIZES for times in (1, 2))
        yield from ((*pairs, ("q", "")) for pairs in paged)
