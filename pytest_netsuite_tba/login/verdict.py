"""What a diagnosis says: the mistakes behind a refusal, and how far they are proven."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from pytest_netsuite_tba.account.history import size_of

from .differences import Difference, differences

if TYPE_CHECKING:
    from collections.abc import Callable

    from .facts import Facts
    from .hiding import Hiding


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake in one request.

    Attributes:
        id: unique name, kebab case.
        title: what it is, in a few words.
        cause: what was found in this request, in a sentence.
        cure: what to do about it, in a sentence.
    """

    id: str
    title: str
    cause: str
    cure: str

    @property
    def docs(self) -> str:
        """The page of it, as it lies in the repository: what it looks like, who makes it, and the right lines."""
        return f"docs/mistakes/{self.id}.md"

    def as_dict(self) -> dict[str, str]:
        """As JSON holds it."""
        return {"id": self.id, "title": self.title, "cause": self.cause, "cure": self.cure, "docs": self.docs}


_AS_LIKELY = 0.7  # of the likeliest reading: one that has so much of its likelihood is called equally likely
_ROUGHLY = {
    "1 in 50": 1 / 50, "1 in 20": 1 / 20, "1 in 10": 1 / 10, "1 in 5": 1 / 5, "1 in 4": 1 / 4, "1 in 3": 1 / 3,
    "1 in 2": 1 / 2, "2 in 3": 2 / 3, "3 in 4": 3 / 4, "4 in 5": 4 / 5, "9 in 10": 9 / 10,
}  # fmt: skip


def roughly(likelihood: float) -> str:
    """A likelihood in words that promise no more than is known: ``about 1 in 3``."""

    def log_odds(share: float) -> float:
        share = min(max(share, 0.01), 0.99)
        return math.log(share / (1 - share))

    nearest = min(_ROUGHLY, key=lambda words: abs(log_odds(_ROUGHLY[words]) - log_odds(likelihood)))
    return f"about {nearest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One set of mistakes that makes exactly the received signature.

    Attributes:
        mistakes: of which it consists, in the order of the pipeline.
        likelihood: its share among all readings found, 0 to 1; they sum to 1.
        in_all: its share together with those that are other names of the same, where it is the likeliest of them.
    """

    mistakes: tuple[Mistake, ...]
    likelihood: float
    in_all: float = field(default=0.0, repr=False, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {"mistakes": [mistake.as_dict() for mistake in self.mistakes], "likelihood": round(self.likelihood, 4)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """How likely a wrong secret is where no known mistake makes the signature.

    Attributes:
        likelihood: rough, 0 to 1; how it is made stands in ``diagnosis/wrong_secret.py``.
        speaks_against: what is known of the request that makes it less likely, a plain sentence each.
        speaks_for: what makes it likelier.
    """

    likelihood: float
    speaks_against: tuple[str, ...] = ()
    speaks_for: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "likelihood": round(self.likelihood, 2),
            "speaks_against": list(self.speaks_against),
            "speaks_for": list(self.speaks_for),
        }


def _refuse_to_render(diagnosis: Diagnosis, **_: object) -> str:
    raise TypeError(f"nothing was handed in that renders {type(diagnosis).__name__}")


def likeliest(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """Of readings, likeliest first, those that are about as likely as the first, alone or in all."""
    least = _AS_LIKELY * readings[0].likelihood if readings else 0.0
    least_in_all = max(least, _AS_LIKELY * readings[0].in_all) if readings else 0.0
    return tuple(reading for reading in readings if reading.likelihood >= least or reading.in_all >= least_in_all)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Why a login was refused.

    Attributes:
        mistakes: in the order found; empty where nothing could be named. What the header shows, then those of the
            likeliest reading.
        proven: recomputing with these mistakes gave exactly the received signature, and no others that are as likely
            do; where others are, the diagnosis :attr:`is_ambiguous`.
        also_consistent: the mistakes of the other readings, a tuple each, likeliest first.
        readings: every set of mistakes that makes the received signature, likeliest first.
        signed_base_string: what the client must have signed, when proven; else None.
        expected_base_string: what it should have signed; None where too little came.
        differences: where those two part, as far as both are known.
        corrected_authorization: the header (of a SOAP call: the ``tokenPassport``) that would have been let in; None
            where none would have been.
        wrong_secret: how likely that is, where a search that came to its end found nothing; else None.
        tried: what was searched to its end, as far as it was needed: ``single mistakes``, ``likely pairs``, ``pairs``,
            ``triples``.
        tried_counts: how many signatures that was, by the names of ``tried``; empty where nobody counted.
        computed: how many signatures were computed in all.
        cut_short: the budget ended before everything was tried.
        notes: plain sentences: what cannot be proven, what the corrected header changed.
    """

    mistakes: tuple[Mistake, ...] = ()
    proven: bool = False
    also_consistent: tuple[tuple[Mistake, ...], ...] = ()
    readings: tuple[Reading, ...] = ()
    signed_base_string: str | None = None
    expected_base_string: str | None = None
    differences: tuple[Difference, ...] = ()
    corrected_authorization: str | None = field(default=None, repr=False)
    wrong_secret: Suspicion | None = None
    tried: tuple[str, ...] = ()
    tried_counts: tuple[tuple[str, int], ...] = ()
    computed: int = 0
    cut_short: bool = False
    notes: tuple[str, ...] = ()
    renderer: Callable[..., str] = field(default=_refuse_to_render, repr=False, compare=False)

    @property
    def equally_likely(self) -> tuple[Reading, ...]:
        """The readings that are as likely as the likeliest, itself included; empty where nothing explains the signature."""
        return likeliest(self.readings)

    @property
    def is_ambiguous(self) -> bool:
        """Whether two readings or more explain the signature equally well, so that none of them alone is proven."""
        return len(self.equally_likely) > 1

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return size_of(self.as_dict())

    def without_base_strings(self, note: str) -> Diagnosis:
        """The same without what is as long as the request; ``note`` says why."""
        return replace(
            self, signed_base_string=None, expected_base_string=None, differences=(), corrected_authorization=None,
            notes=(*self.notes, note),
        )  # fmt: skip

    def without_secrets(self, hiding: Hiding) -> Diagnosis:
        """The same without the secrets that ``hiding`` knows; its differences are those of what is left."""
        hide, optional = hiding.text, hiding.optional
        signed, expected = optional(self.signed_base_string), optional(self.expected_base_string)
        found = () if signed is None or expected is None else differences(signed, expected)
        suspicion = self.wrong_secret

        def hide_in(mistakes: tuple[Mistake, ...]) -> tuple[Mistake, ...]:
            return tuple(replace(mistake, cause=hide(mistake.cause), cure=hide(mistake.cure)) for mistake in mistakes)

        return replace(
            self, mistakes=hide_in(self.mistakes), also_consistent=tuple(map(hide_in, self.also_consistent)),
            readings=tuple(replace(reading, mistakes=hide_in(reading.mistakes)) for reading in self.readings),
            signed_base_string=signed, expected_base_string=expected,
            differences=tuple(difference.without_secrets(hiding) for difference in found),
            corrected_authorization=optional(self.corrected_authorization), notes=tuple(map(hide, self.notes)),
            wrong_secret=None if suspicion is None else replace(
                suspicion, speaks_against=tuple(map(hide, suspicion.speaks_against)),
                speaks_for=tuple(map(hide, suspicion.speaks_for)),
            ),
        )  # fmt: skip

    def render(self, *, width: int = 80, colour: bool = False) -> str:
        """As text: what, why and cure first, the base strings below."""
        return self.renderer(self, width=width, colour=colour)

    def as_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "proven": self.proven,
            "ambiguous": self.is_ambiguous,
            "mistakes": [mistake.as_dict() for mistake in self.mistakes],
            "also_consistent": [[mistake.as_dict() for mistake in reading] for reading in self.also_consistent],
            "readings": [reading.as_dict() for reading in self.readings],
            "signed_base_string": self.signed_base_string,
            "expected_base_string": self.expected_base_string,
            "differences": [difference.as_dict() for difference in self.differences],
            "corrected_authorization": self.corrected_authorization,
            "wrong_secret": None if self.wrong_secret is None else self.wrong_secret.as_dict(),
            "tried": list(self.tried),
            "tried_counts": dict(self.tried_counts),
            "computed": self.computed,
            "cut_short": self.cut_short,
            "notes": list(self.notes),
        }


def _render_nothing(_: Diagnosis, **__: object) -> str:
    return ""


NO_DIAGNOSIS = Diagnosis(renderer=_render_nothing)  # of what was not refused, or not kept


class FirstLook(Protocol):
    """Tells what a refused request shows without a search; handed in from above, as :class:`Diagnose`."""

    def __call__(self, facts: Facts) -> Diagnosis | None:
        """What can be seen; None where only a search can tell."""


class Diagnose(Protocol):
    """Names the mistake behind a refusal; handed in from above, so that ``login`` looks up nowhere."""

    def __call__(self, facts: Facts, *, budget: float = 1.0) -> Diagnosis:
        """Search; ``budget`` multiplies the usual work."""
