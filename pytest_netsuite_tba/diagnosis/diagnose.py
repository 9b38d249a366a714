"""From the facts of an attempt to what is wrong with it."""

from __future__ import annotations

import re
import secrets
from functools import partial
from math import prod
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from pytest_netsuite_tba.login.base_string import expected_base_string
from pytest_netsuite_tba.login.checks import NONCE_MIN_LENGTH
from pytest_netsuite_tba.login.token_passport import TokenPassport
from pytest_netsuite_tba.login.verdict import Diagnosis, Mistake, Reading
from pytest_netsuite_tba.oauth1.signer import signed_header

from .catalogue import CATALOGUE, mistake
from .findings import finding, without_stray_scheme
from .passports import PassportPipeline
from .pipeline import Pipeline
from .search import BUDGET_SECONDS, search
from .unexplained import what_cannot_be_proven, what_was_tried
from .wrong_secret import suspicion

if TYPE_CHECKING:
    from pytest_netsuite_tba.login.facts import Facts, Secrets
    from pytest_netsuite_tba.login.verdict import Suspicion

    from .pipeline import Recipe
    from .search import Found

_SIGHTINGS = sum(entry.sightings + 1 for entry in CATALOGUE.values())
_SEEN_IN_THE_HEADER = {"query-in-auth-header", "invented-oauth-parameter"}  # between equals, what can be seen is first


def diagnose(facts: Facts, *, budget: float = BUDGET_SECONDS) -> Diagnosis:
    """Name the mistakes; the search for a wrong signature takes ``budget`` seconds at most, but for the quick part."""
    if facts.forced:
        return Diagnosis(notes=("The test asked for this refusal; nothing is wrong with the request.",))
    shown = finding(facts)
    mistakes = () if shown is None else (shown,)
    notes: list[str] = []
    if not facts.parameters.get("oauth_signature"):
        return _finished(facts, mistakes=mistakes, notes=notes)
    facts = without_stray_scheme(facts)
    pipeline = Pipeline(facts) if facts.request.envelope is None else PassportPipeline(facts)
    expected = pipeline.base_string(pipeline.right)
    if facts.own is None and not facts.known:
        notes.append("Without the secrets the signature cannot be checked.")
        return _finished(facts, mistakes=mistakes, notes=notes, expected=expected)
    found = search(pipeline, budget=budget)
    readings = _readings(pipeline, found.recipes)
    if not readings:
        counts: dict[str, int] = {}
        tried = what_was_tried(found.tried, counts, computed=found.made, cut_short=found.cut_short, budget=budget)
        notes += [tried, *what_cannot_be_proven(facts)]
        is_searched = facts.own is not None and not found.cut_short
        return _finished(
            facts, mistakes=mistakes, notes=notes, expected=expected, found=found,
            wrong_secret=suspicion(facts) if is_searched else None,
        )  # fmt: skip
    best, recipe = readings[0]
    return _finished(
        facts, mistakes=mistakes + best, notes=notes, expected=expected, proven=True,
        others=tuple(mistakes + other for other, _ in readings[1:]), readings=_weighed(readings),
        signed=pipeline.base_string(recipe), found=found,
    )  # fmt: skip


def _readings(pipeline: Pipeline, recipes: tuple[Recipe, ...]) -> list[tuple[tuple[Mistake, ...], Recipe]]:
    """Every set of mistakes that the recipes may be, the most sighted first."""
    readings: dict[frozenset[str], tuple[tuple[Mistake, ...], Recipe]] = {}
    for recipe in recipes:
        variants: list[tuple[Mistake, ...]] = [()]
        for ids, cause in pipeline.mistakes(recipe):
            variants = [
                (*so_far, mistake(id, cause, account=pipeline.facts.account)) for so_far in variants for id in ids
            ]
        for variant in variants:
            unique = {found.id: found for found in reversed(variant)}
            readings.setdefault(frozenset(unique), (tuple(unique.values())[::-1], recipe))

    def rank(reading: tuple[tuple[Mistake, ...], Recipe]) -> tuple[float, bool]:
        return -_weight(reading[0]), _SEEN_IN_THE_HEADER.isdisjoint(found.id for found in reading[0])

    return sorted(readings.values(), key=rank)


def _weight(mistakes: tuple[Mistake, ...]) -> float:
    """How likely they are together: by the sightings of each, which are taken to be independent."""
    return prod((CATALOGUE[found.id].sightings + 1) / _SIGHTINGS for found in mistakes)


def _weighed(readings: list[tuple[tuple[Mistake, ...], Recipe]]) -> tuple[Reading, ...]:
    """The readings with their likelihoods, which sum to 1."""
    total = sum(_weight(mistakes) for mistakes, _ in readings)
    return tuple(Reading(mistakes=mistakes, likelihood=_weight(mistakes) / total) for mistakes, _ in readings)


def _finished(
    facts: Facts,
    *,
    mistakes: tuple[Mistake, ...],
    notes: list[str],
    expected: str | None = None,
    proven: bool = False,
    others: tuple[tuple[Mistake, ...], ...] = (),
    readings: tuple[Reading, ...] = (),
    signed: str | None = None,
    found: Found | None = None,
    wrong_secret: Suspicion | None = None,
) -> Diagnosis:
    corrected, renewed = _corrected(facts)
    if renewed:
        right = "header" if facts.request.envelope is None else "tokenPassport"
        notes.append(f"The right {right} has a new nonce and timestamp: those that were sent cannot be used any more.")
    return Diagnosis(
        mistakes=mistakes,
        proven=proven,
        also_consistent=others,
        readings=readings,
        signed_base_string=signed,
        expected_base_string=expected,
        corrected_authorization=corrected,
        tried=() if found is None else found.tried,
        computed=0 if found is None else found.made,
        cut_short=found is not None and found.cut_short,
        wrong_secret=wrong_secret,
        notes=tuple(notes),
    ).without_secrets(facts.hiding)


def _corrected(facts: Facts) -> tuple[str | None, bool]:
    """The header that would have been let in, and whether its nonce and timestamp are new."""
    own = facts.own
    if own is None or not facts.account or not facts.row.header_at_fault:
        return None, False
    sent = facts.parameters
    nonce, timestamp = sent.get("oauth_nonce", ""), sent.get("oauth_timestamp", "")
    renewed = facts.row.needs_new_nonce or len(nonce) < NONCE_MIN_LENGTH or not re.fullmatch(r"[0-9]{10}", timestamp)
    if renewed:
        nonce, timestamp = secrets.token_hex(16), str(int(facts.now))
    return _right_authorization(facts, own, nonce, timestamp), renewed and bool(sent)


def _right_authorization(facts: Facts, own: Secrets, nonce: str, timestamp: str) -> str:
    """Sign the request anew: the header, or of a SOAP call the ``tokenPassport``."""
    if facts.request.envelope is not None:
        passport = TokenPassport(
            account=facts.account, consumer_key=own.consumer_key, token=own.token_id, nonce=nonce, timestamp=timestamp
        )
        names = ("account", "consumerKey", "token", "nonce", "timestamp")
        values = (passport.account, passport.consumer_key, passport.token, passport.nonce, passport.timestamp)
        inside = "".join(f"<m:{name}>{escape(value)}</m:{name}>" for name, value in zip(names, values, strict=True))
        signature = passport.signature(own.consumer_secret, own.token_secret)
        version = facts.request.envelope.version or "2025_2"
        return (
            f'<m:tokenPassport xmlns:m="urn:messages_{version}.platform.webservices.netsuite.com">{inside}'
            f'<m:signature algorithm="HMAC-SHA256">{signature}</m:signature></m:tokenPassport>'
        )
    make = partial(expected_base_string, facts.request, parameter_order=facts.parameter_order)
    return signed_header(
        make,
        consumer_key=own.consumer_key,
        consumer_secret=own.consumer_secret,
        token_id=own.token_id,
        token_secret=own.token_secret,
        realm=facts.account,
        nonce=nonce,
        timestamp=timestamp,
    ).authorization
