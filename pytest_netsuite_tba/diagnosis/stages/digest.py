"""How the base string was hashed, the digest written, and the signature put into the header.

Writing is searched backwards: from the signature that came to the digests that it may be. An option of ``texts`` and
``headers`` has both directions.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
from typing import TYPE_CHECKING, NamedTuple

from pytest_netsuite_tba.diagnosis.options import VARIANT, Option, Table, always, wrong
from pytest_netsuite_tba.oauth1.encoding import form_decode, percent_decode, percent_encode, to_bytes, to_text
from pytest_netsuite_tba.oauth1.signature import HASHES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_netsuite_tba.diagnosis.options import Case


class Hmac(NamedTuple):
    """HMAC with a hash: the digest whose states are made once for a key."""

    name: str

    def __call__(self, key: bytes, base: bytes) -> bytes:
        """The digest of a base string with a key."""
        return hmac.digest(key, base, self.name)


def plaintext(key: bytes, _: bytes) -> bytes:
    """The key itself (RFC 5849 section 3.4.4)."""
    return key


HASHES_TRIED = (*HASHES.values(), "sha512", "sha384", "sha224", "md5", "sha3_256")
_MISUSED = "hmac-misused"


def _misused(right: str) -> Iterable[Option]:
    new = hashlib.new
    for says, make, share in (
        (
            "The base string was used as the key, and the key as the text.",
            lambda key, base: hmac.digest(base, key, right),
            1,
        ),
        ("The base string was hashed without a key.", lambda _, base: new(right, base).digest(), 1),
        (
            "Key and base string were hashed together, without HMAC.",
            lambda key, base: new(right, key + base).digest(),
            1,
        ),
        (
            "Base string and key were hashed together, without HMAC.",
            lambda key, base: new(right, base + key).digest(),
            1,
        ),
        (
            'Base string, "&" and key were hashed together, without HMAC.',
            lambda key, base: new(right, base + b"&" + key).digest(),
            VARIANT,
        ),
        (
            'Key, "&" and base string were hashed together, without HMAC.',
            lambda key, base: new(right, key + b"&" + base).digest(),
            VARIANT,
        ),
        (
            "The base string was hashed before HMAC.",
            lambda key, base: hmac.digest(key, new(right, base).digest(), right),
            1,
        ),
        (
            "The base string was hashed to hex before HMAC.",
            lambda key, base: hmac.digest(key, new(right, base).hexdigest().encode(), right),
            0.6,
        ),
        (
            "The base string was hashed to base64 before HMAC.",
            lambda key, base: hmac.digest(key, base64.b64encode(new(right, base).digest()), right),
            VARIANT,
        ),
        ("The key was hashed before HMAC.", lambda key, base: hmac.digest(new(right, key).digest(), base, right), 1),
        (
            "The key was hashed to hex before HMAC.",
            lambda key, base: hmac.digest(new(right, key).hexdigest().encode(), base, right),
            0.6,
        ),
        *(
            (
                f"The key was hashed to hex by {name.upper()} before HMAC.",
                lambda key, base, name=name: hmac.digest(new(name, key).hexdigest().encode(), base, right),
                0.2,
            )
            for name in ("md5", "sha1", "sha256")
            if name != right
        ),
        (
            "The key was encoded to base64 before HMAC.",
            lambda key, base: hmac.digest(base64.b64encode(key), base, right),
            0.6,
        ),
        (
            "The base string was encoded to base64 before HMAC.",
            lambda key, base: hmac.digest(key, base64.b64encode(base), right),
            0.6,
        ),
        (
            "The base string was encoded to hex before HMAC.",
            lambda key, base: hmac.digest(key, base.hex().encode(), right),
            VARIANT,
        ),
        (
            "The base string was hashed as UTF-16.",
            lambda key, base: hmac.digest(key, to_text(base).encode("utf-16-le", "replace"), right),
            0.6,
        ),
        (
            "Key and base string were hashed as UTF-16.",
            lambda key, base: hmac.digest(
                to_text(key).encode("utf-16-le", "replace"), to_text(base).encode("utf-16-le", "replace"), right
            ),
            0.6,
        ),
        (
            "The key was taken as UTF-16.",
            lambda key, base: hmac.digest(to_text(key).encode("utf-16-le", "replace"), base, right),
            VARIANT,
        ),
        ("The digest was hashed once more.", lambda key, base: new(right, hmac.digest(key, base, right)).digest(), 0.6),
        ("HMAC was used twice.", lambda key, base: hmac.digest(key, hmac.digest(key, base, right), right), 0.6),
        ("The signature is an empty text's.", lambda key, _: hmac.digest(key, b"", right), 0.6),
    ):
        yield wrong(make, _MISUSED, cause=says, share=share)
    if right != "sha1":
        yield wrong(lambda _, base: hashlib.new("sha1", base, usedforsecurity=False).digest(), _MISUSED, share=VARIANT,
            cause="The base string was hashed with SHA-1, without a key.")  # fmt: skip
    yield wrong(plaintext, "method-declared-differs", cause="The signature is PLAINTEXT: the key itself.", share=0.6)


def digests(case: Case) -> Table:
    """HMAC with the hash that is declared, then with every other, then what is no HMAC of the base string."""
    right = HASHES.get(case.declared.replace("_", "-"), "sha256") if case.request.envelope is None else "sha256"
    return _DIGESTS[right]


_DIGESTS = {
    right: Table(
        Option(Hmac(right)),
        *(
            wrong(Hmac(name), "method-declared-differs", cause=f"It was made with HMAC and {name.upper()}.",
                share=1 if name in {"sha1", "sha256"} else VARIANT)
            for name in HASHES_TRIED
            if name != right
        ),
        *_misused(right),
    )
    for right in HASHES.values()
}  # fmt: skip


class Writing(NamedTuple):
    """A way to write a digest (or to send what is written), and the way back.

    ``back`` gives the digest (or its first bytes), or None where the text was not written so.
    """

    forth: Callable[..., str]
    back: Callable[[str], bytes | str | None]


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode("ascii")


def _from_base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        return None


def _from_url_safe(text: str) -> bytes | None:
    return None if "+" in text or "/" in text else _from_base64(text.replace("-", "+").replace("_", "/"))


def _padded(text: str) -> str | None:
    return None if text.endswith("=") else text + "=" * (-len(text) % 4)


def _from_hex(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text) if text.isalnum() else None
    except ValueError:
        return None


def _through(*steps: Callable[..., bytes | str | None]) -> Callable[[str], bytes | None]:
    """One step after the other, while each gives something."""

    def back(text: str) -> bytes | None:
        value: bytes | str | None = text
        for step in steps:
            if value is None:
                return None
            value = step(value)
        return value if isinstance(value, bytes) else None

    return back


def _without(end: str, beginning: str = "") -> Callable[[str], str | None]:
    return lambda text: (
        text[len(beginning) : len(text) - len(end)] if text.endswith(end) and text.startswith(beginning) else None
    )


def _wrapped(digest: bytes) -> str:
    """Base64 in lines, as OpenSSL and old libraries write a long one."""
    text = _base64(digest)
    return "\n".join(text[at : at + 64] for at in range(0, len(text), 64)) + "\n"


_VARIANT, _HEX, _SHORT, _OTHERWISE = "digest-base64-variant", "digest-hex", "digest-cut", "digest-encoded-otherwise"
_LEAST_CUT = 22  # characters of base64 that are left of a signature that was cut: enough to prove it


def _cut(mark: str) -> Callable[[bytes], str]:
    return lambda digest: _base64(digest).partition(mark)[0]


def _decodable(text: str) -> bytes | None:
    """What a cut text still says: as many bytes as are whole."""
    return _from_base64(text[: len(text) // 4 * 4]) if len(text) >= _LEAST_CUT else None


def _from_latin_1(text: str) -> bytes | None:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return None


def _from_base32(text: str) -> bytes | None:
    try:
        return base64.b32decode(text)
    except ValueError:
        return None


def _from_numbers(text: str, between: str) -> bytes | None:
    try:
        return bytes(map(int, text.split(between)))
    except ValueError:
        return None


# What stands before a digest that OpenSSL prints, by its versions, and by whether it reads a file or is fed.
_OF_OPENSSL = tuple(f"{name}(stdin)= " for name in ("", "SHA2-256", "SHA256", "HMAC-SHA2-256", "HMAC-SHA256"))


def no_way_back(_: str) -> None:
    """Of a writing that loses something: it is tried on the right digest only."""


TEXTS = Table(
    Option(Writing(_base64, _from_base64)),
    wrong(Writing(lambda d: d.hex(), _from_hex), _HEX),
    wrong(Writing(lambda d: d.hex().upper(), _from_hex), _HEX, cause="The signature is in hex, upper case.", share=VARIANT),
    wrong(Writing(lambda d: base64.urlsafe_b64encode(d).decode(), _from_url_safe), _VARIANT,
        cause="The signature is URL-safe base64 (- and _)."),
    wrong(Writing(lambda d: _base64(d).rstrip("="), _through(_padded, _from_base64)), _VARIANT,
        cause="The signature has lost its padding (=)."),
    wrong(Writing(lambda d: base64.urlsafe_b64encode(d).decode().rstrip("="), _through(_padded, _from_url_safe)), _VARIANT,
        cause="The signature is URL-safe base64 without padding."),
    *(
        wrong(Writing(lambda d, end=end: _base64(d) + end, _through(_without(end), _from_base64)), _VARIANT,
            cause=f"The signature ends with {end!r}.", share=VARIANT)
        for end in ("\n", "\r\n", " ", ":", "&", "=", ",", ";", '"', "'")
    ),
    *(
        wrong(Writing(lambda d, end=end: end + _base64(d), _through(_without("", end), _from_base64)), _VARIANT,
            cause=f"The signature begins with {end!r}.", share=0.2)
        for end in (" ", ":", "b'", '"')
    ),
    wrong(Writing(lambda d: f"b'{_base64(d)}'", _through(_without("'", "b'"), _from_base64)), _OTHERWISE,
        cause="It is the base64 as Python prints bytes: b'...'."),
    wrong(Writing(_wrapped, _through(lambda text: text.replace("\n", "") if "\n" in text else None, _from_base64)), _VARIANT,
        cause="The signature is wrapped in lines.", share=VARIANT),
    wrong(Writing(lambda d: _base64(d).replace("+", "").replace("/", "").replace("=", ""), no_way_back), _SHORT, share=VARIANT,
        cause="The signature has lost its + / and =."),
    wrong(Writing(lambda d: _base64(d.hex().encode()), _through(_from_base64, to_text, _from_hex)), _OTHERWISE,
        cause="It is base64 of the digest in hex."),
    wrong(Writing(lambda d: _base64(d.hex().upper().encode()), _through(_from_base64, to_text, _from_hex)), _OTHERWISE,
        cause="It is base64 of the digest in upper-case hex.", share=VARIANT),
    wrong(Writing(lambda d: _base64(f"{d.hex()}\n".encode()), _through(_from_base64, to_text, _without("\n"), _from_hex)),
        _OTHERWISE, cause="It is base64 of the digest in hex and a line feed, as a shell pipes it."),
    *(
        wrong(Writing(lambda d, label=label: label + d.hex(), _through(_without("", label), _from_hex)), _HEX,
            cause=f"The signature is what openssl dgst prints: {label}...", share=VARIANT)
        for label in _OF_OPENSSL
    ),
    *(
        wrong(Writing(lambda d, label=label, end=end: _base64(f"{label}{d.hex()}{end}".encode()),
            _through(_from_base64, to_text, _without(end, label), _from_hex)), _OTHERWISE,
            cause=f"It is base64 of what openssl dgst prints ({label}...), not of the digest: -binary is missing.", share=0.2)
        for label in _OF_OPENSSL for end in ("", "\n")
    ),
    wrong(Writing(lambda d: _base64(_base64(d).encode()), _through(_from_base64, to_text, _from_base64)), _OTHERWISE,
        cause="It is base64 of base64."),
    wrong(Writing(lambda d: d.hex("-").upper(), lambda text: _from_hex(text.replace("-", "")) if "-" in text else None), _HEX,
        cause="The signature is in hex with hyphens (BitConverter.ToString)."),
    wrong(Writing(lambda d: d.hex(":"), lambda text: _from_hex(text.replace(":", "")) if ":" in text else None), _HEX,
        cause="The signature is in hex with colons.", share=0.2),
    wrong(Writing(lambda d: d.hex(" "), lambda text: _from_hex(text.replace(" ", "")) if " " in text else None), _HEX,
        cause="The signature is in hex with spaces.", share=0.2),
    wrong(Writing(lambda d: _base64(d).encode().hex(), _through(_from_hex, to_text, _from_base64)), _HEX,
        cause="The signature is hex of the base64.", share=0.6),
    wrong(Writing(lambda d: ",".join(map(str, d)), lambda text: _from_numbers(text, ",")), _OTHERWISE,
        cause="The signature is the digest's bytes as decimal numbers.", share=VARIANT),
    wrong(Writing(lambda d: f"HMAC-SHA256 {_base64(d)}", _through(_without("", "HMAC-SHA256 "), _from_base64)), _OTHERWISE,
        cause='"HMAC-SHA256" stands in front of the signature.', share=VARIANT),
    wrong(Writing(lambda d: "0x" + d.hex(), _through(_without("", "0x"), _from_hex)), _HEX,
        cause="The signature is in hex after 0x.", share=0.2),
    wrong(Writing(to_text, to_bytes), _OTHERWISE, cause="It is the raw digest, without base64."),
    wrong(Writing(lambda d: _base64(to_bytes(d.decode("latin-1"))), _through(_from_base64, to_text, _from_latin_1)), _OTHERWISE,
        cause="The digest was turned into text before base64."),
    wrong(Writing(lambda d: _base64(d.decode("utf-8", "replace").encode()), no_way_back), _OTHERWISE, share=VARIANT,
        cause="The digest was turned into UTF-8 text before base64."),
    wrong(Writing(lambda d: base64.b32encode(d).decode(), _from_base32), _OTHERWISE, cause="The signature is base32.", share=0.2),
    *(
        wrong(Writing(_cut(mark), _decodable), _SHORT, cause=f"The signature was cut at its first {mark!r}.", share=VARIANT)
        for mark in "+/"
    ),
    wrong(Writing(lambda d: _base64(d)[:-1], _decodable), _SHORT, cause="The signature has lost its last character.", share=VARIANT),
    wrong(Writing(lambda d: _base64(d)[:40], _decodable), _SHORT, cause="The signature was cut to 40 characters.", share=0.2),
    wrong(Writing(lambda d: _base64(d)[:32], _decodable), _SHORT, cause="The signature was cut to 32 characters.", share=0.2),
    wrong(Writing(lambda d: _base64(d[:20]), _from_base64), _SHORT, cause="The digest was cut to 20 bytes.", share=0.2),
    wrong(Writing(lambda d: _base64(d[:16]), _from_base64), _SHORT, cause="The digest was cut to 16 bytes.", share=0.2),
    wrong(Writing(lambda d: _base64(d[::-1]), lambda text: (_from_base64(text) or b"")[::-1] or None), _OTHERWISE,
        cause="The digest's bytes stand in reverse.", share=0.2),
)  # fmt: skip


def texts(_: Case) -> Table:
    """How a digest may have been written."""
    return TEXTS


def _same(text: str) -> str:
    return text


def _changes(forth: Callable[[str], str]) -> Callable[[str], str | None]:
    return lambda text: forth(text) if forth(text) != text else None


_PLUS = "signature-plus-not-encoded"
AS_WRITTEN = Option(Writing(_same, _same))
PERCENT_ENCODED = Writing(percent_encode, _changes(percent_decode))
PLUS_AS_SPACE = Writing(lambda text: text.replace("+", " "), _changes(lambda text: text.replace(" ", "+")))
QUOTED = Writing(lambda text: f'"{text}"', _without('"', '"'))
headers = always(
    AS_WRITTEN,
    wrong(PLUS_AS_SPACE, _PLUS,
        cause="The plus of the signature was sent as a space.", share=0.6),
    # Decoded by the server, a raw plus is a space.
    wrong(Writing(form_decode, _changes(lambda text: text.replace(" ", "+"))), _PLUS),
    wrong(PERCENT_ENCODED, "signature-encoded-twice"),
    wrong(Writing(lambda text: percent_encode(percent_encode(text)), _changes(lambda text: percent_decode(percent_decode(text)))),
        "signature-encoded-twice", cause="The signature was percent-encoded three times.", share=0.2),
    wrong(Writing(lambda text: _lower_escapes(percent_encode(text)), _changes(percent_decode)), "signature-encoded-twice",
        cause="The signature was percent-encoded twice, once in lower case.", share=0.2),
    wrong(QUOTED, _OTHERWISE, cause="The signature is quoted twice."),
    wrong(Writing(lambda text: f"'{text}'", _without("'", "'")), _OTHERWISE, cause="The signature stands in single quotes.", share=0.2),
    wrong(Writing(lambda text: f"<{text}>", _without(">", "<")), _OTHERWISE, cause="The signature stands in angle brackets.", share=0.1),
    *(
        wrong(Writing(lambda text, marks=marks, form=form: _as_html(text, marks, form), _changes(html.unescape)), "signature-escaped-as-html",
            cause=f"The signature was escaped for HTML ({form.format(ord(marks[0]))} for {marks[0]}).", share=VARIANT)
        for marks, form in (("+", "&#{};"), ("=/", "&#x{:X};"), ("+=/", "&#{};"), ("+=/", "&#x{:X};"), ("=", "&#{};"), ("=", "&#x{:X};"), ("/", "&#x{:X};"), ("+", "&#x{:X};"))
    ),
    wrong(Writing(str.lower, no_way_back), _OTHERWISE, cause="The signature was put in lower case.", share=0.2),
)  # fmt: skip


def _as_html(text: str, marks: str, form: str) -> str:
    for mark in marks:
        text = text.replace(mark, form.format(ord(mark)))
    return text


def _lower_escapes(text: str) -> str:
    first, *rest = text.split("%")
    return first + "".join(f"%{part[:2].lower()}{part[2:]}" for part in rest)
