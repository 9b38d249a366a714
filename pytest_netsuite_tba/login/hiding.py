"""Known secrets are taken out of whatever is shown: a client may send one where an id belongs, or in its URL."""

from __future__ import annotations

import html
import json
import re
from array import array
from binascii import a2b_base64, a2b_hex, b2a_base64
from bisect import bisect
from functools import lru_cache, partial
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from pytest_netsuite_tba.oauth1.encoding import between_escapes, percent_encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pytest_netsuite_tba.account.records import Account

    Span = tuple[int, int]
    View = tuple[bytes, Callable[[int, int], Span]]  # a way to read a text, and where a part of it stands in the text

HIDDEN = "[secret]"
_LEAST_PASSWORD = 10  # characters: a shorter one may be a word of our own texts
_BEGINNING = 12  # bytes of a secret that are one, where a text was cut
_HALF = 16  # bytes of a half that is one by itself, whatever goes on
_LEAST_SECRET = 6  # bytes; hiding a shorter text would tear every other text apart
_GOES_ON = range(0x80, 0xC0)  # bytes that begin no character (RFC 3629)
_FEW = 100  # beginnings, up to which each is looked for by itself

_ESCAPED = re.compile(rb"%(?:25)*([0-9A-Fa-f]{2})")  # a byte, however often it was encoded
_ESCAPED_AGAIN = re.compile(rb"%(?:25)+")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}")  # of six bytes or more
_HEX = re.compile(rb"[0-9A-Fa-f]{12,}")
_FROM_URL = bytes.maketrans(b"-_", b"+/")  # the alphabet of RFC 4648 section 5 to that of section 4
_TO_URL = bytes.maketrans(b"+/", b"-_")
_NO_BASE64 = bytes(byte for byte in range(256) if not _BASE64.fullmatch(bytes([byte]) * 8))
_MAKES_SIGNS = re.compile(rb"[>?~\x7f-\xff]")  # without these, what base64 makes of a text has letters and digits alone
_NO_HEX = bytes(byte for byte in range(256) if not _HEX.fullmatch(bytes([byte]) * 12))
# What a login says by name: there a secret is known for one, however short it is.
_NAMED = re.compile(
    rb"""\b(?:oauth_\w+|realm|algorithm)(?:\\?["'])?(?:=| is |: )(?:\\?["'])?([^\s"'&,;<>\\]{1,5})(?![^\s"'&,;<>\\])"""
)


class Hiding:
    """Takes some secrets out of texts: as they are, percent-encoded however often, in base64, in hex; in capitals or none.

    A key or id that equals a secret is no secret of ours: it would tear the ids out of every text. The work grows with
    the text, and not with the number of the secrets.

    Args:
        secrets: consumer secrets and token secrets.
    """

    __slots__ = ("_forms", "_lengths", "_longest", "_packed", "_run", "_short", "_sorted", "_with_capitals")

    def __init__(self, secrets: Iterable[str]) -> None:
        secrets = set(secrets)
        self._short = {_bytes(secret) for secret in secrets if 0 < len(_bytes(secret)) < _LEAST_SECRET}
        self._with_capitals: dict[bytes, set[bytes]] = {}  # in small letters -> as they are
        self._forms: set[bytes] = set()  # in small letters
        for form in (form for secret in secrets for form in _forms(secret)):
            small = form.lower()
            self._forms.add(small)
            if small != form:
                self._with_capitals.setdefault(small, set()).add(form)
        self._sorted = sorted(self._forms)
        self._longest = max(map(len, self._sorted), default=0)
        self._lengths: dict[bytes, set[int]] = {}  # the beginning of a form -> how long those are that begin so
        for form in self._sorted:
            self._lengths.setdefault(form[:_LEAST_SECRET], set()).add(len(form))
        shortest = min(*map(len, self._sorted), _BEGINNING) if self._sorted else _BEGINNING
        letters = rb"A-Za-z0-9+/_-" if any(map(_MAKES_SIGNS.search, self._sorted)) else rb"A-Za-z0-9"
        self._run = re.compile(rb"[%b]{%d}" % (letters, shortest * 8 // 6 - 1))  # of base64 or hex that may hold one
        self._packed: tuple[bytes, ...] = ()  # how base64 and hex begin that have one; of a few
        if len(self._lengths) <= _FEW:
            as_they_are = set().union(self._forms, *self._with_capitals.values())
            self._packed = tuple({mark for form in as_they_are for mark in _packed_beginnings(form[:_LEAST_SECRET])})

    def text(self, text: str) -> str:
        """The text without the secrets, whole or cut short."""
        raw = _bytes(text)
        if len(raw) < _LEAST_SECRET or not (self._short or self._may_stand_in(raw)):
            return text
        spans = sorted(
            {_of_characters(raw, *place(*span)) for view, place in _views(raw) for span in self._spans(view)}
        )
        shown, at = [], 0
        for start, end in spans:
            shown += [raw[at:start], HIDDEN.encode()] if start >= at else []  # else one is in another
            at = max(at, end)
        return b"".join([*shown, raw[at:]]).decode("utf-8", "surrogatepass")

    def optional(self, text: str | None) -> str | None:
        """The same for a text that may be None."""
        return None if text is None else self.text(text)

    def _may_stand_in(self, raw: bytes) -> bool:
        """Whether a text, in whatever way it is read, has the beginning of a secret: of most texts this is all that is asked."""
        readings, text = [raw], raw
        if b"%" in raw or b"+" in raw:
            parts = between_escapes(raw.decode("latin-1"))  # an escape is an object for a while
            text = b"".join([unquote_to_bytes(_ESCAPED_AGAIN.sub(b"%", part.encode("latin-1"))) for part in parts])
            readings.append(text.replace(b"+", b" "))
        if len(self._lengths) > _FEW:
            readings += _all_unpacked(text) if self._run.search(text) else ()
            return any(True for _ in self._places(b"\n".join(readings).lower()))
        return any(any(map(reading.lower().__contains__, self._lengths)) for reading in readings) or (
            self._run.search(text) is not None and any(map(text.__contains__, self._packed))
        )

    def _spans(self, text: bytes) -> Iterator[Span]:
        """Where secrets stand."""
        small = text.lower()
        for at in self._places(small):
            lengths = self._lengths[small[at : at + _LEAST_SECRET]]
            ends = [at + length for length in lengths if self._is_form(text[at : at + length])]
            end = max([*ends, self._end_of_beginning(text, small, at)])
            if end > at:
                yield at, end
        if self._short:
            yield from (named.span(1) for named in _NAMED.finditer(text) if named[1] in self._short)

    def _places(self, small: bytes) -> Iterable[int]:
        """Where a text, in small letters, begins like a form."""
        if len(self._lengths) <= _FEW:
            return (found for beginning in self._lengths for found in _all(small, beginning))
        return (at for at in range(len(small)) if small[at : at + _LEAST_SECRET] in self._lengths)

    def _is_form(self, piece: bytes, whole: bytes | None = None) -> bool:
        """Whether a piece is a form, or the beginning of the ``whole`` one, as it is, or in small letters or capitals alone."""
        small = piece.lower()
        whole = small if whole is None else whole
        if piece in {small, small.upper()}:
            return whole in self._forms
        return any(piece == form[: len(piece)] for form in self._with_capitals.get(whole, ()))

    def _end_of_beginning(self, text: bytes, small: bytes, at: int) -> int:
        """Where a secret ends that the text was cut within, so that no word goes on after it; 0 where none does.

        Half a secret is one whatever goes on.
        """
        here = small[at : at + self._longest]
        place = bisect(self._sorted, here)
        for whole in self._sorted[max(0, place - 1) : place + 1]:
            length = _alike(whole, here)
            end = at + length
            goes_on = text[end : end + 4].decode("utf-8", "ignore")[:1].isalnum() and length < max(
                _HALF, len(whole) // 2
            )
            if length >= _BEGINNING and not goes_on and self._is_form(text[at:end], whole):
                return end
        return 0


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _of_characters(raw: bytes, start: int, end: int) -> Span:
    """The span without half a character of UTF-8 at its ends."""
    while start < len(raw) and raw[start] in _GOES_ON:
        start -= 1
    while end < len(raw) and raw[end] in _GOES_ON:
        end += 1
    return start, end


def _alike(left: bytes, right: bytes) -> int:
    """How many bytes two texts begin with alike."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(left), len(right)))


def _all(text: bytes, part: bytes) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


# -- the ways to read a text -------------------------------------------------------------------------------------


def _views(raw: bytes) -> Iterator[View]:
    """The text as it is, unescaped, and what is packed in it."""
    yield raw, lambda start, end: (start, end)
    text, place = _unescaped(raw)
    if text != raw or b"+" in text:
        yield text.replace(b"+", b" "), place
    for unpacked, at, packed, plain in _unpacked(text):
        yield unpacked, partial(_place_of_packed, place, at, packed, plain)


def _place_of_packed(place: Callable[[int, int], Span], at: int, packed: int, plain: int, start: int, end: int) -> Span:
    return place(at + start * packed // plain, at - (-end * packed // plain))


def _unescaped(raw: bytes) -> View:
    """Read each escape as the byte that it stands for."""
    text = bytearray()
    read, last = array("Q", [0]), array("Q", [0])  # read[n] of what is read stands at last[n] of the raw text
    for found in _ESCAPED.finditer(raw):
        text += raw[last[-1] : found.start()] + a2b_hex(found[1])
        read.append(len(text))
        last.append(found.end())

    def place(start: int, end: int) -> Span:
        first, final = bisect(read, start) - 1, bisect(read, end) - 1
        return last[first] + start - read[first], last[final] + end - read[final]

    return bytes(text + raw[last[-1] :]), place


def _unpacked(text: bytes) -> Iterator[tuple[bytes, int, int, int]]:
    """What base64 and hex hold: the bytes, where they are packed from, and how many characters hold how many bytes.

    Another text may stand before them in a run of such characters: each place at which they can begin is tried.
    """
    for run in _BASE64.finditer(text):
        packed = run[0].translate(_FROM_URL)
        yield from ((_from_base64(packed[skipped:]), run.start() + skipped, 4, 3) for skipped in range(4))
    for run in _HEX.finditer(text):
        yield from ((_from_hex(run[0][skipped:]), run.start() + skipped, 2, 1) for skipped in range(2))


def _all_unpacked(text: bytes) -> Iterator[bytes]:
    """What all that a text has of base64 and hex would hold if it stood in one place: that and more, fast."""
    packed, digits = text.translate(_FROM_URL, _NO_BASE64), text.translate(None, _NO_HEX)
    yield from (_from_base64(packed[skipped:]) for skipped in range(4))
    yield from (_from_hex(digits[skipped:]) for skipped in range(2))


def _packed_beginnings(beginning: bytes) -> Iterator[bytes]:
    """How the beginning of a secret looks in hex, and in the three ways that base64 has of it, by either alphabet."""
    yield beginning.hex().encode()
    yield beginning.hex().upper().encode()
    for before in range(3):
        packed = b2a_base64(b"\0" * before + beginning)[-(-before * 8 // 6) : (before + len(beginning)) * 8 // 6]
        yield packed
        yield packed.translate(_TO_URL)


def _from_base64(packed: bytes) -> bytes:
    """The bytes of base64 without its ``=``; a character that is too much is left out."""
    packed = packed[: len(packed) - (len(packed) % 4 == 1)]
    return a2b_base64(packed + b"=" * (-len(packed) % 4))


def _from_hex(digits: bytes) -> bytes:
    return a2b_hex(digits[: len(digits) // 2 * 2])


# -- which secrets -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def hiding(secrets: tuple[str, ...]) -> Hiding:
    """What hides these secrets; the same ones are asked for with every request."""
    return Hiding(secrets)


def secrets_of(accounts: Iterable[Account]) -> list[str]:
    """Every secret that these accounts have now; of passwords the long ones, as a short one may be a word."""
    found: list[str] = []
    for account in accounts:
        found += [integration.consumer_secret for integration in account.integrations.values()]
        for token in account.tokens.values():
            found += (token.secret, token.integration.consumer_secret)  # which may be another account's
        for entity in account.entities.values():
            found += [entity.password] if len(entity.password) >= _LEAST_PASSWORD else []
            found += [entity.two_factor_secret] if entity.two_factor_secret else []
    return found


def hider(accounts: Mapping[str, Account]) -> Callable[[str], str]:
    """What takes the secrets out of a text that these accounts have when it is called."""

    def hide(text: str) -> str:
        try:
            secrets = secrets_of(accounts.values())
        except (AttributeError, TypeError, ValueError) as failed:  # a test broke them, as token.integration = None
            return f"(not shown: the secrets of the records cannot be read: {type(failed).__name__})"
        return hiding(tuple(secrets)).text(text)

    return hide


@lru_cache(maxsize=1_024)
def _forms(secret: str) -> frozenset[bytes]:
    """How a secret is found in a text: as it is and as others quote it, each also unescaped; nothing of one too short."""
    plain, once = _bytes(secret), percent_encode(secret)
    forms = {plain}
    if once != secret:
        in_json = json.dumps(secret)[1:-1]
        halves_reversed = re.sub("%(.)(.)", r"%\2\1", once)
        quoted = (
            repr(secret)[1:-1],
            in_json,
            in_json.replace("/", "\\/"),
            json.dumps(secret, ensure_ascii=False)[1:-1],
        )
        forms |= set(map(_bytes, (*quoted, html.escape(secret), halves_reversed, *_encoded_again(once))))
    forms |= {plain[len(plain) // 2 :]} if len(plain) >= 2 * _HALF else set()  # the first half is a beginning
    forms |= {_unescaped(form)[0].replace(b"+", b" ") for form in forms if b"%" in form or b"+" in form}
    return frozenset(form for form in forms if len(form) >= _LEAST_SECRET)


def _encoded_again(once: str) -> Iterator[str]:
    """Encoded once and up to four times: where an escaped percent sign stands before a secret, it may not be unescaped."""
    for _ in range(4):
        yield once
        once = percent_encode(once)
