"""Whose secrets are in the key, what became of them, and how the key was put together."""

from __future__ import annotations

import base64
import binascii
import hashlib
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote_plus

from pytest_netsuite_tba.diagnosis.options import RARE, VARIANT, Option, always, wrong
from pytest_netsuite_tba.oauth1.encoding import percent_decode, percent_encode, to_bytes, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_netsuite_tba.diagnosis.options import Case
    from pytest_netsuite_tba.login.facts import Facts, Secrets

_SECRETS = {"consumer_secret": "consumer secret", "token_secret": "token secret"}
_MOST_KNOWN = 50  # tokens whose secrets are tried


def secrets(case: Case) -> list[Option]:
    """Whose secrets may be in the key; the first are the right ones, or None where nobody knows them."""
    facts = case.facts
    own = facts.sender
    options: list[Option] = [Option(own)]
    known = facts.known[:_MOST_KNOWN]
    for other in known:
        if own is None or (other.consumer_secret, other.token_secret) != (own.consumer_secret, own.token_secret):
            cause = f"It was signed with the secrets of token {_name(other, facts)}."
            options.append(wrong(other, "wrong-secret-pair", cause=cause))
    if own is None:
        return options
    for other in known:
        if other.token_secret != own.token_secret and other.consumer_secret != own.consumer_secret:
            for which, whose in (("token_secret", ""), ("consumer_secret", " the integration of")):
                cause = f"It was signed with the {_SECRETS[which]} of{whose} {_name(other, facts)}."
                mixed = replace(own, **{which: getattr(other, which)})
                options.append(wrong(mixed, "wrong-secret-pair", cause=cause))
    return options


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
    ("was encoded as a form (a space became a plus)", lambda secret: to_text(quote_plus(to_bytes(secret)).encode()), 0.2, _OTHER),
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
    ("System.String", 0.1), ("xxx", RARE), ("secret", 0.1), ("changeme", RARE),
)  # fmt: skip


def _changed(which: str) -> Callable[[Case], list[Option]]:
    """What may have become of one secret; a function of the secret."""

    def options(case: Case) -> list[Option]:
        own = case.facts.sender
        if own is None:
            return [Option(None)]
        secret, name = getattr(own, which), _SECRETS[which]
        found = [Option(None)]
        for before, after, says, share in _PASTED:
            found.append(
                wrong(f"{before}{secret}{after}", _SPACE, cause=f"The {name} used has {says}.", share=share)
            )
        for says, change, share, mistake in _CHANGED:
            value = change(secret)
            if value is not None and value not in {secret, ""}:
                found.append(wrong(value, mistake, cause=f"The {name} used {says}.", share=share))
        names = _environment_names(which)
        found += [
            wrong(text, "value-of-nothing", cause=f"The {name} was signed as the text {text!r}.", share=share)
            for text, share in (*_VALUES_OF_NOTHING, *((text, 0.1) for text in names))
        ]
        return found

    return options


def _environment_names(which: str) -> Iterator[str]:
    """What is signed where a variable was not filled in."""
    for name in (which, which.upper(), f"NETSUITE_{which.upper()}", which.replace("_s", "S")):
        yield from (name, f"${name}", f"${{{name}}}", f"{{{{{name}}}}}", f"<{name}>", f"%{name}%")


def both_secrets(case: Case) -> list[Option]:
    """What may have become of both secrets alike: a function of a secret."""
    options = [Option(None)]
    for before, after, says, share in _PASTED:
        options.append(
            wrong(lambda secret, before=before, after=after: f"{before}{secret}{after}", _SPACE, cause=f"Both secrets used have {says}.", share=share)
        )
    for says, change, share, mistake in _CHANGED:
        options.append(wrong(change, mistake, cause=f"Of both secrets: each {says}.", share=share))
    options += [
        wrong(lambda _, text=text: text, "value-of-nothing", cause=f"Both secrets were signed as the text {text!r}.", share=share)
        for text, share in _VALUES_OF_NOTHING
    ]
    return options


consumer_secrets, token_secrets = _changed("consumer_secret"), _changed("token_secret")


class Key(NamedTuple):
    """The secrets as they go into the key; bytes where they are no text any more."""

    consumer_secret: str | bytes
    token_secret: str | bytes


# How a key is put together: ({c} and {t} are the encoded secrets, {C} and {T} as they are, {cc} and {tt} encoded twice,
# {k} and {i} key and id, {a} the account, {whole} all of it encoded), the mistakes, what is said, the share.
_ONE, _OTHER_ONE, _NO_AMPERSAND, _JOINED, _RAW, _SWAPPED, _IDS, _NONE = (
    "key-consumer-secret-only", "key-token-secret-only", "key-no-ampersand", "key-joined-otherwise",
    "key-secrets-not-encoded", "key-swapped", "key-uses-ids", "value-of-nothing",
)  # fmt: skip
_WORDS = {" ": "a space", "\n": "a line feed"}
_FORMS: tuple[tuple[str, tuple[str, ...], str, float], ...] = (
    ("{c}&", (_ONE,), "", 1),
    ("{c}", (_ONE, _NO_AMPERSAND), "", 0.6),
    ("{C}", (_ONE, _NO_AMPERSAND), "The key is the consumer secret, not encoded.", VARIANT),
    ("{c}{t}", (_NO_AMPERSAND,), "", 1),
    ("{C}{T}", (_NO_AMPERSAND,), "The secrets were joined by nothing, and not encoded.", VARIANT),
    ("{C}&{T}", (_RAW,), "The secrets were not encoded in the key.", 1),
    ("{cc}&{tt}", (_RAW,), "The secrets were encoded twice in the key.", 1),
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
_VALUES = {"c": "consumer secret", "t": "token secret", "k": "consumer key", "i": "token id", "a": "account", "n": "nonce", "s": "timestamp"}


def _of_ids() -> Iterator[tuple[str, tuple[str, ...], str, float]]:
    """An id, a key or another field in the place of a secret."""
    for first, second in itertools.product("ctkians", repeat=2):
        if {first, second} - {"c", "t"}:
            common = {first, second} <= set("ctki")
            places = ((first, "c", "consumer secret"), (second, "t", "token secret"))
            wrong_ones = [f"the {_VALUES[value]} in the place of the {place}" for value, right, place in places if value != right]
            says = f"The key has {' and '.join(wrong_ones)}."
            yield f"{{{first}}}&{{{second}}}", (_IDS,), says, 0.8 if common else 0.2
    for only in "kian":
        yield f"{{{only}}}&", (_IDS,), f'The key is {_VALUES[only]} + "&".', VARIANT
        yield f"{{{only}}}", (_IDS,), f"The key is the {_VALUES[only]}.", VARIANT
        yield f"{{a}}&{{c}}&{{t}}" if only == "a" else f"{{c}}&{{t}}&{{{only}}}", (_IDS,), f"The {_VALUES[only]} is in the key too.", 0.1


RIGHT_KEY = "{c}&{t}"
keys = always(Option(RIGHT_KEY), *(Option(form, ids, cause, share) for form, ids, cause, share in (*_FORMS, *_of_ids())))


def _as_bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else to_bytes(value)


def _encoded(value: str | bytes, encode: Callable[[str], str]) -> bytes:
    return value if isinstance(value, bytes) else to_bytes(encode(value))


def _twice(text: str) -> str:
    return percent_encode(percent_encode(text))


def _lower(text: str) -> str:
    encoded = percent_encode(text)
    return "".join(f"%{part[:2].lower()}{part[2:]}" if at else part for at, part in enumerate(encoded.split("%")))


def _form(text: str) -> str:
    return percent_encode(text).replace("%20", "+")


def key_bytes(form: str, secrets: Key, others: dict[str, str], encode: Callable[[str], str]) -> bytes:
    """Put a key together; ``encode`` is what encodes a secret (in a passport nothing does)."""
    consumer, token = secrets
    if form == RIGHT_KEY:
        return _encoded(consumer, encode) + b"&" + _encoded(token, encode)
    if form == "{whole}":
        return to_bytes(percent_encode(to_text(_as_bytes(consumer) + b"&" + _as_bytes(token))))
    made: dict[str, Callable[[], bytes]] = {
        "c": lambda: _encoded(consumer, encode), "t": lambda: _encoded(token, encode),
        "C": lambda: _as_bytes(consumer), "T": lambda: _as_bytes(token),
        "cc": lambda: _encoded(consumer, _twice), "tt": lambda: _encoded(token, _twice),
        "c+": lambda: _encoded(consumer, _form), "t+": lambda: _encoded(token, _form),
        "cl": lambda: _encoded(consumer, _lower), "tl": lambda: _encoded(token, _lower),
    }  # fmt: skip
    out = b""
    for text in form.split("{"):
        name, brace, rest = text.partition("}")
        if not brace:
            out += to_bytes(text)
        else:
            out += (made[name]() if name in made else _encoded(others[name], encode)) + to_bytes(rest)
    return out
