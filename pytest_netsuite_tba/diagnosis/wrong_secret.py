"""How likely a wrong secret is where no known mistake makes the signature, and what speaks for and against it.

A rough figure, and no more than that. It begins with the survey behind the catalogue: of 170 sightings of a wrong
signature 9 were of secrets that the records do not have (pasted wrongly, of another token, id or environment), and 161
of something else. The search names about nine in ten of the latter, so that of what it cannot name 9 in 25 are wrong
secrets. Each row of :data:`EVIDENCE` that fits the request then multiplies these odds; how much is our judgement.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from pytest_netsuite_tba.login.verdict import Suspicion
from pytest_netsuite_tba.oauth1.encoding import decode_query, percent_decode
from pytest_netsuite_tba.oauth1.target import host_and_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_netsuite_tba.login.facts import Facts

WRONG_SECRETS = ("secret-with-whitespace", "wrong-secret-pair", "key-uses-ids", "tokens-of-another-environment")
SIGHTINGS_OF_WRONG_SECRETS, SIGHTINGS_OF_OTHERS = 9, 161
_NOT_NAMED = 0.1  # share of the others that the search does not name
_OF_EVERY_RESTLET = {"script", "deploy"}
_MOST_NAMED = 6  # characters or names that a sentence lists
_MOST_CHARACTERS = 40  # of a name
_AWKWARD = re.compile(r"[^A-Za-z0-9._/-]")  # what some encoder or other leaves as it is, or encodes in its own way
_DEFAULT_PORTS = {"", "80", "443"}


class Evidence(NamedTuple):
    """What may be known of a request.

    Attributes:
        factor: by which the odds of a wrong secret are multiplied: below 1 it speaks against one, above 1 for it.
        what: may be so, in a few words, as the docs have it.
        sentence: says it of a request; ``""`` where it is not so.
    """

    factor: float
    what: str
    sentence: Callable[[Facts], str]


def suspicion(facts: Facts) -> Suspicion:
    """What is to be thought of the secrets of a request whose signature no known mistake makes."""
    odds = SIGHTINGS_OF_WRONG_SECRETS / (SIGHTINGS_OF_OTHERS * _NOT_NAMED)
    against: list[str] = []
    in_favour: list[str] = []
    for factor, _, sentence in EVIDENCE:
        said = sentence(facts)
        if said:
            odds *= factor
            (against if factor < 1 else in_favour).append(said)
    return Suspicion(likelihood=odds / (1 + odds), speaks_against=tuple(against), speaks_for=tuple(in_favour))


def _was_let_in(facts: Facts) -> str:
    id = facts.let_in_before
    return "" if id is None else f"Attempt {id}, with the same key, token and secrets, was let in."


def _was_never_let_in(facts: Facts) -> str:
    """Nothing is said of a first request: it stands alone, as in a capture."""
    is_said = facts.let_in_before is None and not facts.is_first
    return "No request with this key and token was let in before." if is_said else ""


def _pairs(facts: Facts) -> list[tuple[str, str]]:
    """The parameters that are signed besides those of the header; a SOAP call has none."""
    return (
        [] if facts.request.envelope is not None else facts.request.query_parameters + decode_query(facts.request.form)
    )


def _awkward_parameters(facts: Facts) -> str:
    found = _AWKWARD.findall("".join(name + value for name, value in _pairs(facts)))
    return _about("The parameters hold characters that encoders treat differently", found)


def _awkward_path(facts: Facts) -> str:
    found = _AWKWARD.findall("" if facts.request.envelope is not None else percent_decode(facts.request.path))
    return _about("The path holds characters that encoders treat differently", found)


def _repeated_or_empty(facts: Facts) -> str:
    pairs = _pairs(facts)
    counts = Counter(name for name, _ in pairs)
    found = [name for name, value in pairs if counts[name] > 1 or not value]
    return _about("A parameter stands there twice or is empty", found)


def _more_parameters(facts: Facts) -> str:
    found = [name for name, _ in _pairs(facts) if name not in _OF_EVERY_RESTLET]
    return _about("There are parameters to sign beside script and deploy", found)


def _form(facts: Facts) -> str:
    is_form = facts.request.envelope is None and facts.request.form
    return "The body is a form, whose fields are signed too." if is_form else ""


def _port(facts: Facts) -> str:
    _, port = host_and_port(facts.request.host)
    is_signed = facts.request.envelope is None and (port or "") not in _DEFAULT_PORTS
    return f"The URL has a port, {port}, which is signed." if is_signed else ""


def _about(what: str, found: list[str]) -> str:
    """A sentence that names each of ``found`` once, the first few; "" where there is none."""
    each = list(dict.fromkeys("a space" if text == " " else text[:_MOST_CHARACTERS] for text in found))
    more = ", ..." if len(each) > _MOST_NAMED else ""
    return f"{what}: {', '.join(each[:_MOST_NAMED])}{more}." if each else ""


EVIDENCE = (
    Evidence(1 / 8, "the same key, token and secrets were let in before", _was_let_in),
    Evidence(1 / 3, "parameters with characters that encoders treat differently", _awkward_parameters),
    Evidence(1 / 2, "a path with such characters", _awkward_path),
    Evidence(1 / 2, "a parameter that is repeated or empty", _repeated_or_empty),
    Evidence(1 / 2, "parameters beside `script` and `deploy`", _more_parameters),
    Evidence(1 / 2, "a form as the body", _form),
    Evidence(1 / 2, "a port in the URL", _port),
    Evidence(2, "no request with this key and token was let in, and it is not the first request", _was_never_let_in),
)
