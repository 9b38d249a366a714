"""Whose secrets are in the key, what became of them, and how the key was put together."""

from __future__ import annotations

import base64
import binascii
import hashlib
import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote_plus

from pytest_netsuite_tba.diagnosis.options import RARE, VARIANT, Option, always, wrong
from pytest_netsuite_tba.oauth1.encoding import percent_decode, percent_encode, to_bytes, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_netsuite_tba.diagnosis.options import Case
    from pytest_netsuite_tba.login.facts import Facts, Secrets

_SECRETS = {"consumer_secret": "consumer secret", "token_secret": "token secret"}
_FEW_KNOWN = 10  # of more than so many, each is less likely
_MOST_NAMED = 3


def secrets(case: Case) -> list[Option]:
    """Whose secrets may be in the key; the first are the right ones, or None where nobody knows them."""
    facts = case.facts
    own = facts.sender
    known = facts.known
    share = min(1.0, _FEW_KNOWN / max(len(known), 1))
    options: list[Option] = [Option(own)]
    for fields, of in _OF_OTHERS:
        for tokens in _by_values(fields, known, own):
            names = [_name(token, facts) for token in tokens[:_MOST_NAMED]]
            more = ["others, which have the same"] if len(tokens) > _MOST_NAMED else []
            mixed = tokens[0] if own is None else replace(own, **{field: getattr(tokens[0], field) for field in fields})
            cause = f"It was signed with the {of} {' or '.join(names + more)}."
            options.append(wrong(mixed, "wrong-secret-pair", cause=cause, share=share))
        if own is None:
            break
    return options


# What may be another token's, and how it is called.
_BOTH = ("consumer_secret", "token_secret")
_OF_OTHERS = (
    (_BOTH, "secrets of token"),
    (("token_secret",), "token secret of"),
    (("consumer_secret",), "consumer secret of the integration of"),
)


def _by_values(fields: tuple[str, ...], known: Sequence[Secrets], own: Secrets | None) -> Iterator[list[Secrets]]:
    """The tokens that would sign otherwise than ``own``, in groups that share these fields."""
    groups: dict[tuple[str, ...], list[Secrets]] = {}
    for token in known:
        is_other = [own is None or getattr(token, field) != getattr(own, field) for field in _BOTH]
        if any(is_other) if fields == _BOTH else all(is_other):
            groups.setdefault(tuple([getattr(token, field) for field in fields]), []).append(token)
    yield from groups.values()


def _name(token: Secrets, facts: Facts) -> str:
    """Name a token, and its account where that is not the account called."""
    return repr(token.name) if token.account in {"", facts.account} else f"{token.name!r} of account {token.account}"


# What is pasted along with a secret: (before, after, in words, how often beside the others).
_PASTED = (
    ("", " ", "a space at its end", 1),
    (" ", "", "a space before it", 0.6),
    (" ", " ", "spaces round it", VARIANT),
    ("", "\n", "a line feed at its end", 1),
    ("", "\r\n", "a line break at its end", 0.8),
    ("", "\r", "a carriage return at its end", VARIANT),
    ("", "\t", "a tab at its end", VARIANT),
    ("\n", "", "a line feed before it", 0.2),
    ("\r\n", "", "a line break before it", 0.2),
    ("\t", "", "a tab before it", 0.2),
    ('"', '"', "double quotes round it", 0.8),
    ("'", "'", "single quotes round it", 0.6),
    ('"', "", "a double quote before it", 0.1),
    ("", '"', "a double quote at its end", 0.1),
    ("\ufeff", "", "a byte order mark before it", VARIANT),
    ("", "\x00", "a NUL at its end", 0.2),
    ("", "\u00a0", "a no-break space at its end", 0.2),
    ("\u200b", "", "a zero-width space before it", 0.1),
    ("", "\u200b", "a zero-width space at its end", 0.1),
    ("<", ">", "angle brackets round it", VARIANT),
    ("{", "}", "braces round it", 0.1),
    ("", ",", "a comma at its end", 0.2),
    ("", ";", "a semicolon at its end", 0.2),
    ("", ".", "a full stop at its end", 0.1),
    ("", "=", "an equals sign at its end", 0.1),
    ("=", "", "an equals sign before it", 0.1),
)
_BREAKS = (
    ("\n", "a line break"),
    ("\r\n", "a line break (CR LF)"),
    ("\n  ", "a line break and an indent"),
    (" ", "a space"),
)  # where a long line was wrapped
_MOST_BROKEN = 100  # characters of a secret that may have been wrapped
_MOST_CHANGED = 1_024  # characters of a secret that is tried as changed: NetSuite's have 64
Raw = bytes  # a secret that is no text any more


def _from_hex(secret: str) -> bytes | None:
    try:
        return bytes.fromhex(secret) if secret else None
    except ValueError:
        return None


def _from_base64(secret: str) -> bytes | None:
    try:
        return base64.b64decode(secret + "=" * (-len(secret) % 4), validate=True) or None
    except (ValueError, binascii.Error):
        return None


def _hashed(name: str) -> Callable[[str], str]:
    return lambda secret: hashlib.new(name, to_bytes(secret)).hexdigest()


# What becomes of a secret: (in words, what it is then, how often beside the others, the mistake).
_SPACE, _OTHER = "secret-with-whitespace", "secret-changed"
_CHANGED: tuple[tuple[str, Callable[[str], str | bytes | None], float, str], ...] = (
    ("has lost its first character", lambda secret: secret[1:], 0.6, _SPACE),
    ("has lost its last character", lambda secret: secret[:-1], 0.8, _SPACE),
    ("was trimmed, though its space belongs to it", str.strip, 0.6, _OTHER),
    ("has lost its blanks", lambda secret: "".join(secret.split()), 0.2, _OTHER),
    ("was put in upper case", str.upper, 0.6, _OTHER),
    ("was put in lower case", str.lower, 0.6, _OTHER),
    ("was decoded from hex", _from_hex, 1, _OTHER),
    ("was decoded from base64", _from_base64, 1, _OTHER),
    ("was encoded to base64", lambda secret: base64.b64encode(to_bytes(secret)).decode(), 1, _OTHER),
    ("was encoded to hex", lambda secret: to_bytes(secret).hex(), 0.6, _OTHER),
    ("was percent-decoded", percent_decode, 0.6, _OTHER),
    ("was form-decoded (a plus became a space)", lambda secret: percent_decode(secret.replace("+", " ")), 0.4, _OTHER),
    (
        "was encoded as a form (a space became a plus)",
        lambda secret: to_text(quote_plus(to_bytes(secret)).encode()),
        0.2,
        _OTHER,
    ),
    ("stands there twice", lambda secret: secret * 2, 0.6, _OTHER),
    ("was turned round", lambda secret: secret[::-1], 0.2, _OTHER),
    ("was cut at its first half", lambda secret: secret[: len(secret) // 2], 0.2, _OTHER),
    ("was cut to 32 characters", lambda secret: secret[:32], 0.4, _OTHER),
    ("was cut to 40 characters", lambda secret: secret[:40], 0.2, _OTHER),
    ("was cut to 50 characters", lambda secret: secret[:50], 0.2, _OTHER),
    ("was cut to 60 characters", lambda secret: secret[:60], 0.2, _OTHER),
    ("was cut to 63 characters", lambda secret: secret[:63], 0.2, _OTHER),
    ("was cut to 255 characters", lambda secret: secret[:255], 0.1, _OTHER),
    ("was hashed with MD5", _hashed("md5"), 0.4, _OTHER),
    ("was hashed with SHA-1", _hashed("sha1"), 0.4, _OTHER),
    ("was hashed with SHA-256", _hashed("sha256"), 0.6, _OTHER),
    ("was cut at its first &", lambda secret: secret.partition("&")[0], 0.2, _OTHER),
    ("was cut at its first #", lambda secret: secret.partition("#")[0], 0.4, _OTHER),
    ("was cut at its first =", lambda secret: secret.partition("=")[0], 0.2, _OTHER),
    ("was cut at its first %", lambda secret: secret.partition("%")[0], 0.1, _OTHER),
    ("was cut at its first $", lambda secret: secret.partition("$")[0], 0.2, _OTHER),
    ("was cut at its first space", lambda secret: secret.partition(" ")[0], 0.2, _OTHER),
    ("has lost what is no letter or digit", lambda secret: "".join(filter(str.isalnum, secret)), 0.2, _OTHER),
)
_VALUES_OF_NOTHING = (
    ("undefined", 1.0), ("null", 1.0), ("None", 0.8), ("[object Object]", 0.6), ("[object Promise]", 0.4), ("nil", 0.2), ("NaN", 0.2),
    ("false", 0.2), ("true", 0.2), ("0", 0.2), ("NULL", 0.2), ("{}", 0.1), ('""', 0.1), ("''", 0.1), ("Array", 0.1), ("[]", 0.1),
    ("System.String", 0.1), ("secret", 0.1), ("changeme", RARE),
    ("TODO", 0.1), ("todo", RARE), ("FIXME", RARE), ("TBD", RARE), ("tbd", RARE), ("n/a", RARE), ("N/A", RARE), ("...", RARE), ("placeholder", RARE), ("password", RARE), ("test", RARE),
    *((mark * count, RARE) for mark in "xX*" for count in range(3, 17)),
)  # fmt: skip


def _changed(which: str) -> Callable[[Case], list[Option]]:
    """What may have become of one secret; a function of the secret."""

    def options(case: Case) -> list[Option]:
        own = case.facts.sender
        if own is None or len(getattr(own, which)) > _MOST_CHANGED:
            return [Option(None)]
        secret, name = getattr(own, which), _SECRETS[which]
        found = [Option(None)]
        in_key = partial(_in_key, case, is_plain=percent_encode(secret) == secret)
        for before, after, says, share in _PASTED:
            found += in_key(f"{before}{secret}{after}", _SPACE, f"The {name} used has {says}", share)
        for says, change, share, mistake in _CHANGED:
            value = change(secret)
            if isinstance(value, bytes):
                found.append(wrong(value, mistake, cause=f"The {name} used {says}.", share=share))
            elif value not in {None, secret, ""}:
                found += in_key(str(value), mistake, f"The {name} used {says}", share)
        for at in range(1, len(secret[:_MOST_BROKEN])):
            for by, says in _BREAKS:
                value = f"{secret[:at]}{by}{secret[at:]}"
                found += in_key(value, _SPACE, f"The {name} used has {says} after {at} characters", RARE)
        names = _environment_names(which)
        for text, share in (*_VALUES_OF_NOTHING, *((text, 0.1) for text in names)):
            found += in_key(text, "value-of-nothing", f"The {name} was signed as the text {text!r}", share)
        return found

    return options


def _in_key(case: Case, value: str, mistake: str, says: str, share: float, *, is_plain: bool) -> Iterator[Option]:
    """A changed secret as the key has it; and encoded otherwise, which nobody notices while there is nothing to encode."""
    yield wrong(value, mistake, cause=f"{says}.", share=share)
    if is_plain and percent_encode(value) != value:
        otherwise, how = _otherwise(case)
        yield wrong(to_bytes(otherwise(value)), mistake, cause=f"{says}; it was {how} in the key.", share=share)


def _otherwise(case: Case) -> tuple[Callable[[str], str], str]:
    """What the key of this channel does not do with a secret: in a header's it is encoded, in a passport's it is not."""
    return (str, "not encoded") if case.request.envelope is None else (percent_encode, "encoded")


def _environment_names(which: str) -> Iterator[str]:
    """What is signed where a variable was not filled in."""
    words = which.replace("_", " ")
    for name in (which, which.upper(), f"NETSUITE_{which.upper()}", which.replace("_s", "S")):
        yield from (name, f"${name}", f"${{{name}}}", f"{{{{{name}}}}}", f"<{name}>", f"%{name}%")
    for before in ("your", "my"):
        name = f"{before} {words}"
        spelt = (name, name.replace(" ", "_"), name.replace(" ", "-"), name.title().replace(" ", ""))
        yield from (*spelt, spelt[1].upper(), f"<{name}>", f"<{spelt[1]}>", f"<{spelt[2]}>", f"{spelt[1]}_here".upper())


def both_secrets(case: Case) -> list[Option]:
    """What may have become of both secrets alike: a function of a secret."""
    own = case.facts.sender
    secrets = "" if own is None else own.consumer_secret + own.token_secret
    is_plain = percent_encode(secrets) == secrets
    otherwise, how = _otherwise(case)
    changes: list[tuple[str, Callable[[str], str | bytes | None], float, str]] = [
        (f"Each of the two secrets used has {says}", partial(_pasted, before, after), share, _SPACE)
        for before, after, says, share in _PASTED
    ]
    changes += [(f"Of both secrets: each {says}", change, share, mistake) for says, change, share, mistake in _CHANGED]
    changes += [
        (f"Both secrets were signed as the text {text!r}", partial(_replaced, text), share, "value-of-nothing")
        for text, share in _VALUES_OF_NOTHING
    ]
    if own is not None:
        changes += [
            (f"The secrets were signed as the texts {consumer!r} and {token!r}",
             {own.consumer_secret: consumer, own.token_secret: token}.get, 0.1, "value-of-nothing")
            for consumer, token in zip(*map(_environment_names, _SECRETS), strict=True)
        ]  # fmt: skip
    options = [Option(None)]
    for says, change, share, mistake in changes:
        options.append(wrong(change, mistake, cause=f"{says}.", share=share))
        if is_plain:
            changed = partial(_changed_and_encoded, change, otherwise)
            options.append(wrong(changed, mistake, cause=f"{says}; they were {how} in the key.", share=share))
    return options


def _pasted(before: str, after: str, secret: str) -> str:
    return f"{before}{secret}{after}"


def _replaced(text: str, _: str) -> str:
    return text


def _changed_and_encoded(
    change: Callable[[str], str | bytes | None], encode: Callable[[str], str], secret: str
) -> bytes | None:
    value = change(secret)
    return value if value is None or isinstance(value, bytes) else to_bytes(encode(value))


consumer_secrets, token_secrets = _changed("consumer_secret"), _changed("token_secret")


# How a key is put together: ({c} and {t} are the secrets as the key has them, {C} and {T} as they are, {ce} encoded, {cc} twice,
# {k} and {i} key and id, {a} the account, {whole} all of it encoded), the mistakes, what is said, the share.
_ONE, _OTHER_ONE, _NO_AMPERSAND, _JOINED, _RAW, _SWAPPED, _IDS, _NONE = (
    "key-consumer-secret-only", "key-token-secret-only", "key-no-ampersand", "key-joined-otherwise",
    "key-secrets-not-encoded", "key-swapped", "key-uses-ids", "value-of-nothing",
)  # fmt: skip
_WORDS = {" ": "a space", "\n": "a line feed"}
_FORMS: tuple[tuple[str, tuple[str, ...], str, float], ...] = (
    ("{c}&", (_ONE,), "", 1),
    ("{c}", (_ONE,), "The key is the consumer secret.", 0.6),
    ("{C}", (_ONE,), "The key is the consumer secret, not encoded.", VARIANT),
    ("{c}{t}", (_NO_AMPERSAND,), "", 1),
    ("{C}{T}", (_NO_AMPERSAND,), "The secrets were joined by nothing, and not encoded.", VARIANT),
    ("{C}&{T}", (_RAW,), "The secrets were not encoded in the key.", 1),
    ("{cc}&{tt}", (_RAW,), "The secrets were encoded twice in the key.", 1),
    ("{ce}&{te}", (_RAW,), "The secrets were percent-encoded in the key.", 1),
    ("{c}&{T}", (_RAW,), "The token secret was not encoded in the key.", VARIANT),
    ("{C}&{t}", (_RAW,), "The consumer secret was not encoded in the key.", VARIANT),
    ("{whole}", (_RAW,), 'The whole key was encoded, its "&" too.', 0.6),
    ("{c+}&{t+}", (_RAW,), "The secrets were encoded as a form in the key.", 0.6),
    ("{cl}&{tl}", (_RAW,), "The secrets were encoded with escapes in lower case in the key.", 0.6),
    ("{t}&{c}", (_SWAPPED,), "", 1),
    ("{t}{c}", (_SWAPPED,), "The secrets are swapped, and joined by nothing.", VARIANT),
    ("&{t}", (_OTHER_ONE,), 'The key is "&" + token secret.', VARIANT),
    ("{t}", (_OTHER_ONE,), "The key is the token secret.", VARIANT),
    ("{T}", (_OTHER_ONE,), "The key is the token secret, not encoded.", VARIANT),
    ("{t}&", (_OTHER_ONE,), 'The key is token secret + "&".', VARIANT),
    ("&{c}", (_ONE,), 'The key is "&" + consumer secret.', VARIANT),
    ("{c}&{c}", ("key-secret-twice",), "The consumer secret stands in both places of the key.", 1),
    ("{t}&{t}", ("key-secret-twice",), "The token secret stands in both places of the key.", 1),
    ("{c}&{c}&", ("key-secret-twice",), "", 0.1),
    ("&", (_NONE,), "Both secrets in the key are empty.", 1),
    ("", (_NONE,), "The key is empty.", 0.6),
    ("{c}&{t}&", (_JOINED,), 'The key ends with "&".', VARIANT),
    ("&{c}&{t}", (_JOINED,), 'The key begins with "&".', VARIANT),
    ("{c}&&{t}", (_JOINED,), 'The secrets were joined by "&&".', VARIANT),
    ("{c}&{t}\n", (_JOINED,), "The key ends with a line feed.", VARIANT),
    ("{c}& {t}", (_JOINED,), 'The secrets were joined by "& ".', VARIANT),
    ("{c} & {t}", (_JOINED,), 'The secrets were joined by " & ".', VARIANT),
    *((f"{{c}}{by}{{t}}", (_JOINED,), f"The secrets were joined by {_WORDS.get(by, repr(by))}.", 0.5)
        for by in ("%26", "+", ":", ",", "|", " ", "\n", "&amp;", ";", "/", "-", "_", ".", "%2526", "\\u0026", "=")),
)  # fmt: skip
_VALUES = {
    "c": "consumer secret",
    "t": "token secret",
    "k": "consumer key",
    "i": "token id",
    "a": "account",
    "n": "nonce",
    "s": "timestamp",
}


def _of_ids() -> Iterator[tuple[str, tuple[str, ...], str, float]]:
    """An id, a key or another field in the place of a secret."""
    for first, second in itertools.product("ctkians", repeat=2):
        if {first, second} - {"c", "t"}:
            common = {first, second} <= set("ctki")
            places = ((first, "c", "consumer secret"), (second, "t", "token secret"))
            wrong_ones = [
                f"the {_VALUES[value]} in the place of the {place}" for value, right, place in places if value != right
            ]
            says = f"The key has {' and '.join(wrong_ones)}."
            yield f"{{{first}}}&{{{second}}}", (_IDS,), says, 0.8 if common else 0.2
    for only in "kian":
        yield f"{{{only}}}&", (_IDS,), f'The key is {_VALUES[only]} + "&".', VARIANT
        yield f"{{{only}}}", (_IDS,), f"The key is the {_VALUES[only]}.", VARIANT
        yield (
            "{a}&{c}&{t}" if only == "a" else f"{{c}}&{{t}}&{{{only}}}",
            (_IDS,),
            f"The {_VALUES[only]} is in the key too.",
            0.1,
        )


RIGHT_KEY = "{c}&{t}"
_BESIDES = dict.fromkeys(("{c}", "{C}"), ((_NO_AMPERSAND, 'Nor has the key an "&".'),))
keys = always(
    Option(RIGHT_KEY),
    *(
        Option(form, ids, cause, share, besides=_BESIDES.get(form, ()))
        for form, ids, cause, share in (*_FORMS, *_of_ids())
    ),
)


def _as_bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else to_bytes(value)


def _encoded(value: str | bytes, encode: Callable[[str], str]) -> bytes:
    return value if isinstance(value, bytes) else to_bytes(encode(value))


def _twice(text: str) -> str:
    return percent_encode(percent_encode(text))


def _other(letter: str, parts: KeyParts) -> bytes:
    return _encoded(parts.others[letter], parts.encode)


def _lower(text: str) -> str:
    encoded = percent_encode(text)
    return "".join(f"%{part[:2].lower()}{part[2:]}" if at else part for at, part in enumerate(encoded.split("%")))


def _form(text: str) -> str:
    return percent_encode(text).replace("%20", "+")


_Made = dict[str, Callable[["KeyParts"], bytes]]


class KeyParts(NamedTuple):
    """What a key is put together of.

    ``consumer_secret`` and ``token_secret`` are bytes where they are no text any more; ``others`` are the other values
    by their letter (``k``, ``i``, ``a``, ``n``, ``s``); ``encode`` is what encodes a secret (in a passport nothing does).
    """

    consumer_secret: str | bytes
    token_secret: str | bytes
    others: dict[str, str]
    encode: Callable[[str], str]


_MADE: _Made = {
    "c": lambda parts: _encoded(parts.consumer_secret, parts.encode),
    "t": lambda parts: _encoded(parts.token_secret, parts.encode),
    "C": lambda parts: _as_bytes(parts.consumer_secret),
    "T": lambda parts: _as_bytes(parts.token_secret),
    "ce": lambda parts: _encoded(parts.consumer_secret, percent_encode),
    "te": lambda parts: _encoded(parts.token_secret, percent_encode),
    "cc": lambda parts: _encoded(parts.consumer_secret, _twice),
    "tt": lambda parts: _encoded(parts.token_secret, _twice),
    "c+": lambda parts: _encoded(parts.consumer_secret, _form),
    "t+": lambda parts: _encoded(parts.token_secret, _form),
    "cl": lambda parts: _encoded(parts.consumer_secret, _lower),
    "tl": lambda parts: _encoded(parts.token_secret, _lower),
    "whole": lambda parts: to_bytes(
        percent_encode(to_text(_as_bytes(parts.consumer_secret) + b"&" + _as_bytes(parts.token_secret)))
    ),
    **{letter: partial(_other, letter) for letter in "kians"},
}


@cache  # of the forms of the table
def _pieces(form: str) -> tuple[bytes | Callable[[KeyParts], bytes], ...]:
    """A form taken apart: what stands there, and what is put there."""
    first, *rest = form.split("{")
    pieces: list[bytes | Callable[[KeyParts], bytes]] = [to_bytes(first)]
    for text in rest:
        name, _, after = text.partition("}")
        pieces += [_MADE[name], to_bytes(after)]
    return tuple(piece for piece in pieces if piece != b"")


def key_bytes(form: str, parts: KeyParts) -> bytes:
    """Put a key together."""
    return b"".join([piece if isinstance(piece, bytes) else piece(parts) for piece in _pieces(form)])
