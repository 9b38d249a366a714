"""A refused attempt told to the end: what, why and cure, the base strings side by side, the request as a command."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_netsuite_tba.oauth1.target import Target

from .rendering import aligned, labelled, stages

if TYPE_CHECKING:
    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.login.hiding import Hiding
    from pytest_netsuite_tba.login.request import SignedRequest
    from pytest_netsuite_tba.login.verdict import Diagnosis

MOST_BODY_BYTES = 10_000  # of a body that a command line shows
_PASSPORT = re.compile(rb"<(?:[\w.-]+:)?tokenPassport\b.*?</(?:[\w.-]+:)?tokenPassport\s*>", re.DOTALL)
_CURL_MAKES = {"host", "content-length", "connection", "accept-encoding", "transfer-encoding", "expect"}


class Reading(NamedTuple):
    """What is wrong, why, and what to do about it, in a sentence each."""

    what: str
    why: str
    cure: str

    def as_dict(self) -> dict[str, str]:
        """Give it as JSON holds it."""
        return self._asdict()


# What is left when every known mistake was tried with the right secrets, and none was it.
_WRONG_SECRET = Reading(
    "Most likely a wrong token secret or consumer secret",
    "No known way to sign wrongly makes this signature with the secrets of this key and token.",
    "Paste both secrets again, whole and without blanks; if they are right, compare your base string with the expected one.",
)


def readings(attempt: LoginAttempt) -> list[Reading]:
    """Give what, why and cure of each mistake; of the refusal itself where no mistake could be named."""
    diagnosis = attempt.diagnosis
    if diagnosis is not None and diagnosis.mistakes:
        return [Reading(one.title, one.cause, one.cure) for one in diagnosis.mistakes]
    if attempt.refusal is None:
        return []
    facts = attempt.facts
    if attempt.refusal.id == "InvalidSignature" and facts is not None and facts.own is not None and not facts.forced:
        return [_WRONG_SECRET]
    what = attempt.refusal.title or attempt.detail or attempt.refusal.id
    return [Reading(what, attempt.cause or "", attempt.cure or "")]


def told(attempt: LoginAttempt, *, width: int = 80, colour: bool = False) -> list[str]:
    """Give the readings as lines of at most ``width`` columns: What, Why and Cure."""
    proof = " (proven)" if attempt.diagnosis is not None and attempt.diagnosis.proven else ""
    return [
        line
        for one in readings(attempt)
        for label, text in (("What", one.what + proof), ("Why", one.why), ("Cure", one.cure))
        for line in labelled(label, text, width, colour=colour)
    ]


def explanation(attempt: LoginAttempt, *, server_url: str, is_proxy: bool) -> dict[str, Any]:
    """Give all that is known of an attempt, as JSON holds it; no secret is in it.

    ``server_url`` is where the commands send the request; ``is_proxy`` says whether NetSuite's own host names
    reach the server through it.
    """
    diagnosis = attempt.diagnosis
    facts = attempt.facts
    expected = (diagnosis and diagnosis.expected_base_string) or ""
    if facts is not None and facts.request.envelope is not None:
        expected = ""  # it is five fields: there are no stages to it
    commands = []
    if facts is not None and facts.request.headers:
        hide = facts.hiding
        where = _Where(server_url, is_proxy)
        commands = [("The request as it was sent", where.command(facts.request, hide))]
        right = diagnosis and diagnosis.corrected_authorization
        if right and facts.request.envelope is None:
            commands.append(("With the right header", where.command(facts.request, hide, authorization=right)))
        elif right:
            body = _PASSPORT.sub(lambda _: right.encode(), facts.request.body, count=1)
            commands.append(("With the right tokenPassport", where.command(facts.request, hide, body=body)))
    return {
        "attempt": attempt.as_dict(),
        "readings": [one.as_dict() for one in readings(attempt)],
        "difference": _difference(diagnosis),
        "stages": [{"title": title, "lines": lines} for title, lines in stages(expected)],
        "commands": [{"title": title, "command": command} for title, command in commands if command is not None],
    }


def _difference(diagnosis: Diagnosis | None) -> list[dict[str, str]]:
    """Give the pieces of the signed (``-``) and the expected (``+``) base string; those of both are marked ``=``."""
    if diagnosis is None or diagnosis.signed_base_string is None or diagnosis.expected_base_string is None:
        return []
    return [
        {"mark": mark, "text": text}
        for mark, text in aligned(diagnosis.signed_base_string, diagnosis.expected_base_string)
    ]


class _Where(NamedTuple):
    """Where a command sends a request, such that the server gets it as it came."""

    server_url: str
    is_proxy: bool

    def command(
        self, request: SignedRequest, hide: Hiding, authorization: str | None = None, body: bytes | None = None
    ) -> str | None:
        """Give the curl command of a request, with another header or body; None where no shell reaches its host."""
        body = request.body if body is None else body
        server = Target.of(self.server_url)
        words = ["curl", "-i", "-X", request.method]
        url = request.url
        if request.host != server.host and self.is_proxy:
            words += ["--proxy", self.server_url, "--insecure"]
        elif request.host != server.host and request.scheme == server.scheme:
            words += ["-H", f"Host: {request.host}"]
            url = server._replace(path=request.path, query=request.query).url
        elif request.host != server.host:
            return None
        elif request.scheme == "https":
            words.append("--insecure")
        words += ["--globoff", url]
        sent = [one for one in request.headers if one[0].lower() not in _CURL_MAKES]
        for name, value in sent:
            if name.lower() != "authorization":
                words += ["-H", f"{name}: {value}"]
            elif authorization is None:
                words += ["-H", f"Authorization: {value}"]
        if authorization is not None:
            words += ["-H", f"Authorization: {authorization}"]
        if body:
            shown = body[:MOST_BODY_BYTES]
            text = shown.decode("utf-8", "surrogateescape")
            words += ["--data-binary", text if shown == body else "@body"]
        return " ".join(_word(hide.text(one) or "") for one in words)


def _word(text: str) -> str:
    """Quote a word for bash; what is not printable becomes an escape, as bash's ``$'...'`` has them."""
    if text.isprintable():
        return shlex.quote(text)
    escaped = "".join(
        one
        if one.isprintable() and one not in "'\\"
        else "".join(f"\\x{byte:02x}" for byte in one.encode("utf-8", "surrogateescape"))
        for one in text
    )
    return f"$'{escaped}'"
