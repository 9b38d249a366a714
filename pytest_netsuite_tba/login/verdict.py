"""What a diagnosis says: the mistakes behind a refusal, and how far they are proven."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

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


def _refuse_to_render(diagnosis: Diagnosis, **_: object) -> str:
    raise TypeError(f"nothing was handed in that renders {type(diagnosis).__name__}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Why a login was refused.

    Attributes:
        mistakes: in the order found; empty where nothing could be named.
        proven: recomputing with these mistakes gave exactly the received signature.
        also_consistent: other readings, a tuple of mistakes each, that give the same signature for this request.
        signed_base_string: what the client must have signed, when proven; else None.
        expected_base_string: what it should have signed; None where too little came.
        corrected_authorization: the header (of a SOAP call: the ``tokenPassport``) that would have been let in; None
            where none would have been.
        tried: what was searched to its end, as far as it was needed: ``single mistakes``, ``likely pairs``, ``pairs``,
            ``triples``.
        cut_short: the time ended before everything was tried.
        notes: plain sentences: what cannot be proven, what the corrected header changed.
    """

    mistakes: tuple[Mistake, ...] = ()
    proven: bool = False
    also_consistent: tuple[tuple[Mistake, ...], ...] = ()
    signed_base_string: str | None = None
    expected_base_string: str | None = None
    corrected_authorization: str | None = field(default=None, repr=False)
    tried: tuple[str, ...] = ()
    cut_short: bool = False
    notes: tuple[str, ...] = ()
    renderer: Callable[..., str] = field(default=_refuse_to_render, repr=False, compare=False)

    def without_secrets(self, hiding: Hiding) -> Diagnosis:
        """The same without the secrets that ``hiding`` knows."""
        hide, optional = hiding.text, hiding.optional

        def hide_in(mistakes: tuple[Mistake, ...]) -> tuple[Mistake, ...]:
            return tuple(replace(mistake, cause=hide(mistake.cause), cure=hide(mistake.cure)) for mistake in mistakes)

        return replace(
            self, mistakes=hide_in(self.mistakes), also_consistent=tuple(map(hide_in, self.also_consistent)),
            signed_base_string=optional(self.signed_base_string),
            expected_base_string=optional(self.expected_base_string),
            corrected_authorization=optional(self.corrected_authorization), notes=tuple(map(hide, self.notes)),
        )  # fmt: skip

    def render(self, *, width: int = 80, colour: bool = False) -> str:
        """As text: what, why and cure first, the base strings below."""
        return self.renderer(self, width=width, colour=colour)

    def as_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "proven": self.proven,
            "mistakes": [mistake.as_dict() for mistake in self.mistakes],
            "also_consistent": [[mistake.as_dict() for mistake in reading] for reading in self.also_consistent],
            "signed_base_string": self.signed_base_string,
            "expected_base_string": self.expected_base_string,
            "corrected_authorization": self.corrected_authorization,
            "tried": list(self.tried),
            "cut_short": self.cut_short,
            "notes": list(self.notes),
        }


class FirstLook(Protocol):
    """Tells what a refused request shows without a search; handed in from above, as :class:`Diagnose`."""

    def __call__(self, facts: Facts) -> Diagnosis | None:
        """What can be seen; None where only a search can tell."""


class Diagnose(Protocol):
    """Names the mistake behind a refusal; handed in from above, so that ``login`` looks up nowhere."""

    def __call__(self, facts: Facts, *, budget: float = 1.0) -> Diagnosis:
        """Search for ``budget`` seconds at most."""
