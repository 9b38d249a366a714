"""The ``Authorization: OAuth`` header: parse and format (RFC 5849 section 3.5.1).

The parser accepts whatever arrives. It reports each deviation from the RFC as
data and judges none of them: which ones NetSuite lets pass is the business of
:mod:`pytest_netsuite_tba.login.checks`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from .encoding import percent_decode, percent_encode, without_lone_surrogates

if TYPE_CHECKING:
    from collections.abc import Iterable

DeviationKind = Literal[
    "duplicate",  # the name was there before
    "empty",  # nothing between the quotes
    "unquoted",  # name=value
    "unterminated-quote",  # name="value and no more
    "not-a-pair",  # no "=" or no name
    "bad-escape",  # "%" without two hex digits
    "not-encoded",  # a character that RFC 5849 section 3.6 wants as %XX
    "missing-comma",  # two pairs with nothing but space, or another separator, between them
    "stray-comma",  # a comma with no pair before or after it
    "no-parameters",  # a scheme, and nothing after it
]


class Parameter(NamedTuple):
    """One pair of the header.

    Attributes:
        name: decoded.
        value: decoded by RFC 5849, so ``+`` is a plus; a realm is plain quoted text (RFC 7235), where ``%`` is a ``%``.
        raw: the value as sent, without its quotes.
        position: 1 for the first pair of the header.
    """

    name: str
    value: str
    raw: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One way in which the header is not what RFC 5849 section 3.5.1 asks for.

    Attributes:
        kind: what it is.
        name: the parameter's name, or the stray text where there is no parameter.
        position: the place of the pair in the header, from 1.
    """

    kind: DeviationKind
    name: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationHeader:
    """A parsed header: its scheme as sent, its parameters and deviations in the order met."""

    scheme: str
    parameters: tuple[Parameter, ...]
    deviations: tuple[Deviation, ...]


# A pair as nearly all clients send it: name="value", both made of nothing that needs a second look.
_NAME, _VALUE = "[A-Za-z0-9_.~-]+", "(?:[A-Za-z0-9_.~-]|%[0-9A-Fa-f]{2})+"
_PLAIN_PAIR = re.compile(rf'({_NAME})="({_VALUE})"')
_SHORT = 256  # characters of a pair; a longer one is not worth keeping
_REMEMBERED = 1_024  # all but nonce, timestamp and signature come again with every request
# Any pair: an optional name, then a quoted or a bare value, then whatever separates it from the next.
# Space before the name belongs to the name: a repeat of its own would make a run of spaces cost its square.
_PAIR = re.compile(r'([^=,"]*)=[ \t]*("(?:[^"\\]|\\.)*"|"[^"]*$|[^,"]*)[ \t]*')
_TO_THE_NEXT = re.compile(r"[^\w.~%=\",-]*")  # whatever stands where a comma should
_QUOTED_PAIR = re.compile(r"\\(.)")
_ESCAPE_MISSING = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NOT_ENCODED = re.compile(r"[^A-Za-z0-9_.~%-]")


def parse_authorization(value: str) -> AuthorizationHeader:
    """Parse the value of an Authorization header of any scheme.

    ``value`` is the header's text without its name. Nothing is raised: a header that cannot be read has
    no parameters and at least one deviation.
    """
    scheme, _, rest = value.strip().partition(" ")
    items = rest.split(", " if ", " in rest else ",")
    pairs = [_plain_pair(item, position) for position, item in enumerate(items, 1)]
    parameters = tuple([pair for pair in pairs if pair is not None])
    if len({parameter.name for parameter in parameters}) < len(pairs):
        return _parse_closely(scheme, rest)
    return AuthorizationHeader(scheme=scheme, parameters=parameters, deviations=())


@lru_cache(_REMEMBERED)
def _plain_pair(item: str, position: int) -> Parameter | None:
    """Read a pair; None for one that wants a second look."""
    found = _PLAIN_PAIR.fullmatch(item) if len(item) <= _SHORT else None
    if found is None:
        return None
    name, raw = found.groups()
    return Parameter(name, raw if name == "realm" else percent_decode(raw), raw, position)


def _parse_closely(scheme: str, rest: str) -> AuthorizationHeader:
    """Parse pair by pair, noting whatever deviates."""
    rest = without_lone_surrogates(rest)
    parameters: list[Parameter] = []
    deviations: list[Deviation] = []
    seen: set[str] = set()
    at, position = 0, 1
    if not rest.strip():
        deviations.append(Deviation(kind="no-parameters", name="", position=1))
    while at < len(rest):
        name, at = _next_pair(rest, at, position, parameters, deviations)
        if name in seen:
            deviations.append(Deviation(kind="duplicate", name=name, position=position))
        elif name:
            seen.add(name)
        position += 1
    if rest.rstrip().endswith(","):
        deviations.append(Deviation(kind="stray-comma", name="", position=position))
    return AuthorizationHeader(scheme=scheme, parameters=tuple(parameters), deviations=tuple(deviations))


def _next_pair(
    rest: str, at: int, position: int, parameters: list[Parameter], deviations: list[Deviation]
) -> tuple[str, int]:
    """Read a pair: its name ("" if there is none), and where the next begins."""

    def report(kind: DeviationKind, name: str) -> None:
        deviations.append(Deviation(kind=kind, name=name, position=position))

    found = _PAIR.match(rest, at)
    if found is None or not found.group(1).strip():
        comma = rest.find(",", at)
        end = len(rest) if comma < 0 else comma
        text = rest[at:end].strip()
        report("not-a-pair" if text else "stray-comma", text)
        return "", end + 1
    name, raw = percent_decode(found.group(1).strip()), found.group(2)
    end = found.end()
    if raw.startswith('"'):
        closed = len(raw) > 1 and raw.endswith('"')
        if not closed:
            report("unterminated-quote", name)
        raw = raw[1:-1] if closed else raw[1:]
    else:
        raw = raw.strip()
        report("unquoted", name)
    if not raw:
        report("empty", name)
    if name != "realm":
        if _ESCAPE_MISSING.search(raw):
            report("bad-escape", name)
        if _NOT_ENCODED.search(raw):
            report("not-encoded", name)
    if end < len(rest) and rest[end] != ",":
        report("missing-comma", name)
        end = _TO_THE_NEXT.match(rest, end).end()  # type: ignore[union-attr]  # it matches nothing at least
    else:
        end += 1
    value = _QUOTED_PAIR.sub(r"\1", raw) if name == "realm" else percent_decode(raw)
    parameters.append(Parameter(name=name, value=value, raw=raw, position=position))
    return name, end


def format_authorization(parameters: Iterable[tuple[str, str]], *, realm: str | None = None) -> str:
    """Write an OAuth header: realm first and as it is, every other name and value percent-encoded and quoted.

    Raises:
        ValueError: as :func:`pytest_netsuite_tba.oauth1.encoding.to_bytes`.
    """
    pairs = [f'{percent_encode(name)}="{percent_encode(value)}"' for name, value in parameters]
    if realm is not None:
        pairs.insert(0, f'realm="{realm}"')
    return "OAuth " + ", ".join(pairs)
