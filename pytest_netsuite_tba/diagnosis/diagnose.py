"""From the facts of an attempt to what is wrong with it."""

from __future__ import annotations

import numbers
import re
import secrets
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

from pytest_netsuite_tba.login.base_string import expected_base_string
from pytest_netsuite_tba.login.bounds import excess
from pytest_netsuite_tba.login.checks import NONCE_MIN_LENGTH
from pytest_netsuite_tba.login.token_passport import TokenPassport
from pytest_netsuite_tba.login.verdict import Diagnosis, Mistake, Reading, likeliest
from pytest_netsuite_tba.oauth1.encoding import to_text
from pytest_netsuite_tba.oauth1.signer import signed_header

from .catalogue import mistake
from .findings import finding, without_stray_scheme
from .likelihood import TOTAL, weight, weight_of
from .pipeline import pipeline_of
from .search import search
from .unexplained import what_cannot_be_proven, what_was_tried
from .wrong_secret import suspicion

if TYPE_CHECKING:
    from pytest_netsuite_tba.login.facts import Facts, Secrets
    from pytest_netsuite_tba.login.verdict import Suspicion

    from .pipeline import Pipeline, Recipe
    from .search import Found

_OTHERS_SECRETS = ("wrong-secret-pair",)
_WHOSE = " Send that token's own key and id."
_OF_STRANGERS = 0.1  # of a budget, where key or token is unknown: the signature is the lesser question
_SEEN_IN_THE_HEADER = {"query-in-auth-header", "invented-oauth-parameter"}  # between equals, what can be seen is first


def diagnose(facts: Facts, *, budget: float = 1.0) -> Diagnosis:
    """Name the mistakes; ``budget`` multiplies the work that the search for a wrong signature may take."""
    if not isinstance(budget, numbers.Real) or not budget >= 0:
        raise ValueError(f"budget is {budget!r}; expected how many times the usual work: a number from 0")
    if facts.forced:
        return Diagnosis(notes=("The test asked for this refusal; nothing is wrong with the request.",))
    shown = finding(facts)
    mistakes = () if shown is None else (shown,)
    notes: list[str] = []
    if not facts.parameters.get("oauth_signature") or _is_no_signature(facts, shown):
        return _finished(facts, mistakes=mistakes, notes=notes)
    too_large = excess(facts.request)
    if too_large:
        return _finished(facts, mistakes=mistakes, notes=[f"It was not searched: {too_large}"])
    facts = without_stray_scheme(facts)
    pipeline = pipeline_of(facts)
    expected = to_text(pipeline.base(()))
    if facts.own is None and not facts.known:
        notes.append("Without the secrets the signature cannot be checked.")
        return _finished(facts, mistakes=mistakes, notes=notes, expected=expected)
    found = search(pipeline, budget=budget * (1.0 if facts.sender else _OF_STRANGERS))
    readings = _readings(pipeline, found.recipes)
    if not readings:
        tried = what_was_tried(found.tried, dict(_counts(found)), computed=found.made, budget=budget)
        notes += [tried, *what_cannot_be_proven(facts)]
        is_searched = facts.own is not None and not found.cut_short
        return _finished(
            facts, mistakes=mistakes, notes=notes, expected=expected, found=found,
            wrong_secret=suspicion(facts) if is_searched else None,
        )  # fmt: skip
    best, weighed = readings[0], _weighed(readings)
    if facts.sender is None:
        notes += [option.says + _WHOSE for option in pipeline.told(best.recipe) if option.mistakes == _OTHERS_SECRETS]
    return _finished(
        facts, mistakes=mistakes + best.mistakes, notes=notes, expected=expected, proven=len(likeliest(weighed)) == 1,
        others=tuple(mistakes + reading.mistakes for reading in readings[1:]), readings=weighed,
        signed=to_text(pipeline.base(best.recipe)), found=found,
    )  # fmt: skip


def _is_no_signature(facts: Facts, shown: Mistake | None) -> bool:
    return shown is not None and shown.id == "value-of-nothing" and facts.refusal == "InvalidSignature"


class _Reading(NamedTuple):
    """A set of mistakes that makes the received signature."""

    mistakes: tuple[Mistake, ...]
    likelihood: float
    recipe: Recipe


def _readings(pipeline: Pipeline, recipes: tuple[Recipe, ...]) -> list[_Reading]:
    """Every set of mistakes that the recipes may be, the likeliest first."""
    readings: dict[frozenset[str], _Reading] = {}
    for recipe in recipes:
        variants: list[tuple[tuple[Mistake, ...], float]] = [((), 1.0)]
        options = pipeline.told(recipe)
        if pipeline.case.facts.sender is None:  # nobody's key or id: whose secrets they are tells what it was to be
            options = tuple([option for option in options if option.mistakes != _OTHERS_SECRETS])
        besides = {id: mistake(id, cause) for option in options for id, cause in option.besides}
        for option in options:
            variants = [
                (
                    (*so_far, mistake(id, option.says, account=pipeline.case.facts.account)),
                    odds * weight(option, weight_of(id), pipeline.case.platform) / TOTAL,
                )
                for so_far, odds in variants
                for id in option.mistakes
            ]
        for own, odds in variants:
            of_own = {found.id for found in own}
            variant = (*own, *(found for id, found in besides.items() if id not in of_own))
            ids = frozenset(of_own.union(besides))
            if ids not in readings or readings[ids].likelihood < odds:
                readings[ids] = _Reading(variant, odds, recipe)
    return sorted(
        readings.values(),
        key=lambda reading: (
            -reading.likelihood,
            _SEEN_IN_THE_HEADER.isdisjoint(found.id for found in reading.mistakes),
        ),
    )


def _counts(found: Found) -> tuple[tuple[str, int], ...]:
    return tuple(zip(("single mistakes", "pairs", "triples"), found.counts, strict=True))


def _weighed(readings: list[_Reading]) -> tuple[Reading, ...]:
    """The readings with their likelihoods, which sum to 1."""

    def numbers_of(recipe: Recipe) -> tuple[int, ...]:
        return tuple([deviation.at for deviation in recipe])

    total = sum(reading.likelihood for reading in readings)
    in_all: defaultdict[tuple[int, ...], float] = defaultdict(float)
    for reading in readings:
        in_all[numbers_of(reading.recipe)] += reading.likelihood / total
    return tuple(
        Reading(
            mistakes=reading.mistakes,
            likelihood=reading.likelihood / total,
            in_all=in_all.pop(numbers_of(reading.recipe), 0.0),
        )
        for reading in readings
    )


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
        tried_counts=() if found is None else _counts(found),
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
