"""A refused attempt told to the end: what, why and cure, the base strings side by side, the request as a command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.login.verdict import roughly
from pytest_netsuite_tba.oauth1.target import Target

from .curl import curl_command
from .differences import SHOWN, place, title
from .rendering import Told, align, base_string_steps, other_readings, told_lines, told_of

if TYPE_CHECKING:
    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.login.hiding import Hiding
    from pytest_netsuite_tba.login.verdict import Diagnosis, Suspicion

_UNEXPLAINED = "No known mistake explains this signature"
_COMPARE = "Compare your base string with the expected one, piece by piece"
_PASTE = "Paste both secrets again, whole and without blanks"
_TELL_APART = (
    "To tell the two apart, send the command that netsuite-tba sign --curl prints: where NetSuite lets it in, the secrets are "
    "right, and the code signs otherwise."
)
_DOCS_OF_SECRETS = "docs/mistakes/wrong-secret-pair.md"
_EVEN = 0.45  # from here on, "about 1 in 2", the secrets are looked at first
_PASSPORT = re.compile(rb"<(?:[\w.-]+:)?tokenPassport\b.*?</(?:[\w.-]+:)?tokenPassport\s*>", re.DOTALL)


def how_to_open(console_url: str, id: int) -> str:
    """Say how an attempt is opened at a server's console, so that its mistake is searched for."""
    return f"Open attempt {id}, and the mistake is searched for: {console_url}#trail?attempt={id}"


def readings(attempt: LoginAttempt, *, how_to_open: str = "") -> list[Told]:
    """What, why and cure of each mistake; of the refusal itself where no mistake could be named.

    Where ``how_to_open`` is given nothing is searched: it is a sentence that says how to have it searched.
    """
    diagnosis = attempt.diagnosis_within(budget=0) if how_to_open else attempt.diagnosis
    if diagnosis is not None and diagnosis.mistakes:
        return told_of(diagnosis)
    if attempt.refusal is None:
        return []
    what = attempt.refusal.title or attempt.detail or attempt.refusal.id
    if how_to_open and attempt.awaits_search:
        return [Told(what, attempt.cause or "", how_to_open)]
    if attempt.refusal.detail == "InvalidSignature" and diagnosis is not None and diagnosis.computed:
        return [_unexplained(diagnosis)]
    why = " ".join(filter(None, (attempt.cause, "" if attempt.facts is None else attempt.facts.cut)))
    return [Told(what, why, attempt.cure or "", diagnosis is not None and diagnosis.proven)]


def in_a_sentence(told: Told) -> str:
    """Why and cure; before them what, where the why only weighs."""
    return f"{f'{told.what}. ' if told.what == _UNEXPLAINED else ''}{told.why} {told.cure}"


def _unexplained(diagnosis: Diagnosis) -> Told:
    """What is told of a signature that no known mistake makes; its notes tell what was tried.

    Secrets are doubted only after a search that came to its end, and after what speaks against it.
    """
    suspicion = diagnosis.wrong_secret
    if suspicion is None and diagnosis.cut_short:
        why = "The search ended before everything was tried, so that nothing more can be said."
        return Told(_UNEXPLAINED, why, f"{_COMPARE}; or search on with a larger budget.")
    if suspicion is None:
        return Told(_UNEXPLAINED, "What was signed is not known.", f"{_COMPARE}.")
    cure = f"{_PASTE}. If they are right: {_COMPARE.lower()}."
    if suspicion.likelihood < _EVEN:
        cure = f"{_COMPARE}. Where they are the same: {_PASTE.lower()}."
    docs = _DOCS_OF_SECRETS if suspicion.likelihood >= _EVEN else ""
    return Told(_UNEXPLAINED, suspicion_text(suspicion), f"{cure} {_TELL_APART}", docs=docs)


def suspicion_text(suspicion: Suspicion) -> str:
    """Whether a wrong secret is likely: first what speaks against it, then what speaks for it, then how likely."""
    sides = (("Against a wrong secret", suspicion.speaks_against), ("For a wrong secret", suspicion.speaks_for))
    said = [f"{side}: {' '.join(facts)}" for side, facts in sides if facts]
    return " ".join([*said, f"A wrong token secret or consumer secret: {roughly(suspicion.likelihood)}."])


def reading_lines(attempt: LoginAttempt, *, width: int = 80, colour: bool = False, how_to_open: str = "") -> list[str]:
    """The :func:`readings` as lines of at most ``width`` columns: What, Why, Cure and Docs."""
    found = readings(attempt, how_to_open=how_to_open)
    return [line for told in found for line in told_lines(told, width, colour=colour)]


def explanation(attempt: LoginAttempt, *, server_url: str, is_proxy: bool, how_to_open: str = "") -> dict[str, Any]:
    """All that is known of an attempt, as JSON holds it; no secret is in it.

    ``server_url`` is where the commands send the request; ``is_proxy`` says whether NetSuite's own host names
    reach the server through it. ``how_to_open`` is as in :func:`readings`.
    """
    diagnosis, facts = attempt.diagnosis_within(budget=0) if how_to_open else attempt.diagnosis, attempt.facts
    expected = (diagnosis and diagnosis.expected_base_string) or ""
    if facts is not None and facts.request.envelope is not None:
        expected = ""  # it is five fields: there are no stages to it
    commands = []
    if facts is not None and facts.request.headers and not facts.cut:
        hide = facts.hiding
        destination = _Destination(server_url, is_proxy)
        commands = [("The request as it was sent", destination.command(facts.request, hide))]
        right = diagnosis and diagnosis.corrected_authorization
        if right and facts.request.envelope is None:
            commands.append(
                ("With the right header", destination.command(_changed(facts.request, authorization=right), hide))
            )
        elif right and facts.request.envelope and facts.request.envelope.passports:
            body = _PASSPORT.sub(lambda _: right.encode(), facts.request.body, count=1)
            commands.append(
                ("With the right tokenPassport", destination.command(_changed(facts.request, body=body), hide))
            )
    return {
        "attempt": attempt.as_dict(budget=0),  # it is searched by now, if it is to be
        "readings": [reading._asdict() for reading in readings(attempt, how_to_open=how_to_open)],
        "also": "" if diagnosis is None else other_readings(diagnosis),
        "differences": _differences(diagnosis),
        "difference": _difference(diagnosis),
        "stages": [{"title": title, "lines": lines} for title, lines in base_string_steps(expected)],
        "commands": [{"title": title, "command": command} for title, command in commands if command is not None],
    }


def _differences(diagnosis: Diagnosis | None) -> list[dict[str, str | None]]:
    """The first differences, each with what is said of it and where it stands."""
    return [
        {
            "title": title(difference),
            "place": place(difference),
            "signed": difference.signed,
            "expected": difference.expected,
            "signed_raw": difference.signed_raw,
            "expected_raw": difference.expected_raw,
        }
        for difference in (() if diagnosis is None else diagnosis.differences[:SHOWN])
    ]


def _difference(diagnosis: Diagnosis | None) -> list[dict[str, str]]:
    """The pieces of the signed (``-``) and the expected (``+``) base string; those of both are marked ``=``."""
    if diagnosis is None or diagnosis.signed_base_string is None or diagnosis.expected_base_string is None:
        return []
    marked = align(diagnosis.signed_base_string, diagnosis.expected_base_string)
    return [{"mark": mark, "text": text} for mark, text in marked]


class _Destination(NamedTuple):
    """Where a command sends a request, such that the server gets it as it came."""

    server_url: str
    is_proxy: bool

    def command(self, request: SignedRequest, hide: Hiding) -> str | None:
        """Write the curl command of a request; None where no shell reaches its host, or curl cannot send it."""
        server, options = Target.of(self.server_url), ["-i"]
        if request.host == server.host:
            options += ["--insecure"] if request.scheme == "https" else []
            return curl_command(request, options=options, hide=hide.text)
        if self.is_proxy:
            return curl_command(request, options=[*options, "--proxy", self.server_url, "--insecure"], hide=hide.text)
        if request.scheme == server.scheme:
            return curl_command(request, server=server, options=options, hide=hide.text)
        return None


def _changed(request: SignedRequest, *, authorization: str | None = None, body: bytes | None = None) -> SignedRequest:
    """The request with another header or body."""
    headers = request.headers
    if authorization is not None:
        kept = [header for header in headers if header[0].lower() != "authorization"]
        headers = (*kept, ("Authorization", authorization))
    return SignedRequest(
        method=request.method, target=request.target, host=request.host, scheme=request.scheme, headers=headers,
        body=request.body if body is None else body,
    )  # fmt: skip
