"""What a stage of signing may do: options, of which the first is right and every other is a mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_netsuite_tba.login.base_string import NOT_SIGNED
from pytest_netsuite_tba.oauth1.encoding import form_decode, to_text

from .platforms import platform_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_netsuite_tba.login.facts import Facts

MOST_SIGNED_BODY = 65_536  # bytes of a body whose content may have been signed; of a longer one only digests


class Pair(NamedTuple):
    """A parameter on its way into the base string; ``raw`` ones are still encoded as they were sent."""

    name: str
    value: str
    source: str  # header, query, form or more
    raw: bool = False


class Option(NamedTuple):
    """A choice at one stage.

    Attributes:
        value: what the stage does, in the form that the stage takes.
        mistakes: the ids that it may be, the most sighted first; none is right.
        cause: what is said of it, in a sentence, or a function that says it; ``""`` is the mistake's title.
        share: of the mistake's sightings, how many look like this: one of many variants has a small share.
        platform: whose habit it is; a request that shows another platform makes it less likely.
        parts: what of the signature it changes, where that is not what its stage changes.
        besides: the ids and causes of other mistakes that it makes at the same time.
    """

    value: Any
    mistakes: tuple[str, ...] = ()
    cause: str | Callable[[], str] = ""
    share: float = 1.0
    platform: str = ""
    parts: tuple[str, ...] = ()
    besides: tuple[tuple[str, str], ...] = ()

    @property
    def says(self) -> str:
        """The cause in words."""
        return self.cause if isinstance(self.cause, str) else self.cause()


VARIANT, RARE = 0.4, 0.02  # shares: of a variant of a mistake, and of one among hundreds


def wrong(
    value: object,
    *mistakes: str,
    cause: str | Callable[[], str] = "",
    share: float = 1.0,
    platform: str = "",
    parts: tuple[str, ...] = (),
    besides: tuple[tuple[str, str], ...] = (),
) -> Option:
    """An option that is a mistake; several ids where the same transform has several causes."""
    return Option(value, mistakes, cause, share, platform, parts, besides)


class Table:
    """Options that are the same for every request, the right one first.

    Attributes:
        options: all of them.
        known: what was worked out of them, by the name of the stage.
    """

    __slots__ = ("_right_alone", "known", "options")

    def __init__(self, *options: Option) -> None:
        self.options = options
        self.known: dict[str, Any] = {}
        self._right_alone: Table | None = None

    @property
    def right_alone(self) -> Table:
        """The right option, where the others cannot be."""
        if self._right_alone is None:
            self._right_alone = Table(self.options[0])
        return self._right_alone


class Stage(NamedTuple):
    """A step of signing.

    Attributes:
        name: unique.
        options: of one request: the right one first.
        parts: what of the signature it changes: ``method``, ``uri``, ``parameters``, ``key``, ``digest``, ``text``.
            Options of different parts are combined without making either again.
        is_late: its options are many and seldom seen: they are made when the likely ones were tried; its right option
            changes nothing (None).
    """

    name: str
    options: Callable[[Case], Table | Sequence[Option]]
    parts: tuple[str, ...]
    is_late: bool = False


class Case:
    """A request whose signature is searched, taken apart once.

    Attributes:
        facts: what is known of the attempt.
        header: the pairs of the header that are signed, decoded.
        query, form: their pairs, still encoded.
        pairs: all of them.
        declared: ``oauth_signature_method``.
        received: the signature that came, as the server reads it.
        platform: what made the request, as far as it shows.
        body: the body, where it is short enough to have been signed.
        signed_characters: what is neither letter nor digit in what is signed rightly, each character once, sorted.
        characters: the same of the body besides.
    """

    def __init__(self, facts: Facts) -> None:
        request = facts.request
        self.facts = facts
        self.request = request
        self.sent = facts.parameters
        in_header = facts.parameters.items() if request.authorizations else ()
        self.header = tuple(Pair(name, value, "header") for name, value in in_header if name not in NOT_SIGNED)
        self.query = tuple(
            Pair(name, value, "query", raw=True)
            for name, value in split(request.query)
            if form_decode(name) != "oauth_signature"
        )
        self.form = tuple(Pair(name, value, "form", raw=True) for name, value in split(request.form))
        self.pairs = (*self.header, *self.query, *self.form)
        self.declared = facts.parameters.get("oauth_signature_method", "")
        self.received = facts.parameters.get("oauth_signature", "")
        self.platform = platform_of(facts)
        self.body = request.body if len(request.body) <= MOST_SIGNED_BODY else b""
        sent = [form_decode(pair.name) + form_decode(pair.value) for pair in (*self.query, *self.form)]
        self.signed_characters = special("".join([*sent, *(pair.name + pair.value for pair in self.header)]))
        self.characters = special(self.signed_characters + to_text(self.body))


def special(text: str) -> str:
    """What is neither letter nor digit, each character once, sorted."""
    return "".join(sorted([char for char in set(text) if not (char.isalnum() and char.isascii())]))


def split(query: str) -> list[tuple[str, str]]:
    """Split into pairs that are still encoded."""
    return [(name, value) for name, _, value in (pair.partition("=") for pair in query.split("&") if pair)]


def always(*options: Option) -> Callable[[Case], Table]:
    """The options of a stage that asks nothing of the request."""
    table = Table(*options)
    return lambda _: table
