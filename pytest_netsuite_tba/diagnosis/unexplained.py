"""What is said where no mistake was found: what was tried, and what cannot be proven."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_netsuite_tba.login.facts import Facts

# What a search tries, in order; all that it came to the end of is in ``Diagnosis.tried``.
_KINDS = ("single mistakes", "pairs", "triples")
_DIGESTS = {20, 32, 48, 64}  # bytes of SHA-1 and SHA-2
_MORE = 4  # times the budget, to go on with


def what_was_tried(tried: Sequence[str], counts: Mapping[str, int], *, computed: int, budget: float) -> str:
    """Say how many signatures were computed, of which kinds, and how to go on where not everything was tried.

    ``tried`` and ``counts`` are by the names of ``Diagnosis.tried``.
    """
    kinds = [
        f"every {kind.removesuffix('s')} ({counts[kind]:,})"
        if kind in tried
        else f"{counts[kind]:,} {kind}, the likeliest ones"
        for kind in _KINDS
        if counts.get(kind)
    ]
    known = (
        "No known mistake makes this signature"
        if "single mistakes" in tried
        else "No mistake was found that makes this signature"
    )
    said = (
        f"{known}: {computed:,} {'was' if computed == 1 else 'were'} computed{': ' if kinds else ''}{', '.join(kinds)}"
    )
    if "triples" in tried:
        return f"{said}."
    more = max(_MORE, _MORE * budget)
    return f"{said}. To try more: --budget {more:g}, .diagnose(budget={more:g})."


def what_cannot_be_proven(facts: Facts) -> list[str]:
    """What no search can find out."""
    parameters = (
        "parameters signed that the request does not hold (but the usual ones of paging, which were tried), "
        if facts.request.envelope is None
        else ""
    )
    unproven = f"{parameters}a secret that is not known here, another nonce or timestamp signed than sent"
    notes = [_shape(facts.parameters.get("oauth_signature", ""))] if facts.sender is not None else []
    notes = [*filter(None, notes), f"What cannot be proven: {unproven}, or a request that was changed on its way."]
    if facts.tokens > len(facts.known):
        notes.append(f"Of the {facts.tokens:,} tokens known here, the secrets of {len(facts.known):,} were tried.")
    if facts.sender is None:
        notes.append("The account does not know this key or token, so its secrets are unknown.")
    return notes


def _shape(signature: str) -> str:
    """What the signature looks like, where it does not look like one; ``""`` where it does."""
    try:
        digest = b64decode(signature, validate=True)
    except ValueError:
        return f"The signature has {len(signature)} characters and is no base64; a right one is base64 of 32 bytes: 44 characters."
    if len(digest) in _DIGESTS:
        return ""
    text = "readable text" if digest.isascii() and digest.decode().strip().isprintable() and digest else "no digest"
    return f"The signature is base64 of {len(digest)} bytes, {text}; a right one is base64 of the digest's 32."
