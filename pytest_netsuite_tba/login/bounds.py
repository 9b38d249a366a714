"""How much of a request is read before its login. The bounds are ours, and nothing legitimate comes near them.

What is counted is counted before it is split, decoded or kept, so that a request that is refused costs no memory.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from .refusal import Refusal
    from .request import SignedRequest

R = TypeVar("R", bound="Refusal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The most that is read of a request for its login.

    Attributes:
        parameters: in header, query and form together.
        text: bytes of a form, and of a tag or comment in an envelope; characters of a query and of an Authorization header.
        levels: of nested elements in an envelope.
        elements: in an envelope besides those in its operation; and the most different names in all of it.
    """

    parameters: int = 1_000
    text: int = 1024 * 1024
    levels: int = 100
    elements: int = 10_000


BOUNDS = Bounds()
_CURE = "Send less: the bound is of this fake, which reads no more before a login; Oracle names none."


def excess(request: SignedRequest, bounds: Bounds = BOUNDS) -> str:
    """Say, in a sentence with the figure, what of a signed request is more than is read; ``""`` where nothing is.

    Nothing is split or copied. Two ``&`` with nothing between them count as a parameter, and so does what a header has
    between two commas; a realm is none, for it is not signed.
    """
    header = request.authorizations[0] if request.authorizations else ""
    form = request.body if request.is_form else b""
    for name, text, unit in (
        ("Authorization header", header, "characters"),
        ("query string", request.query, "characters"),
        ("form", form, "bytes"),
    ):
        if len(text) > bounds.text:
            return f"The {name} has {len(text)} {unit}; more than {bounds.text} are not read."
    counts = {
        "header": max(header.count("="), header.count(",") + 1) - ("realm=" in header) if header else 0,
        "query": request.query.count("&") + 1 if request.query else 0,
        "form": form.count(b"&") + 1 if form else 0,
    }
    count = sum(counts.values())
    if count <= bounds.parameters:
        return ""
    where = ", ".join(f"{number} in the {place}" for place, number in counts.items() if number)
    return f"The request has {count} parameters ({where}); more than {bounds.parameters} are not read."


def unread(refusal: R, cause: str) -> R:
    """The refusal of a request that is more than is read, for ``cause``: no mistake of signing is looked for."""
    told = refusal.because(cause, _CURE)
    return replace(told, title="More than is read before a login", mistake="", header_at_fault=False)
