"""What is to be said of any captured request, whatever form it had: values that are masked, a URL that is odd."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.oauth1.encoding import FORM, to_text

if TYPE_CHECKING:
    from .capture import Capture

# What tools put in the place of a value.
_MASK = re.compile(
    r"\*{3,}|\{\{[^{}]*\}\}|[•●█▇…]{2,}|x{8,}|X{5,}|\[(?:secure|redacted|filtered|hidden|masked|removed|secret|scrubbed|truncated|omitted|private)[\w ]*\]"
    r"|[<{(](?:redacted|filtered|hidden|masked|removed|secret|scrubbed|omitted|private|signature|token|your)[\w ._-]*[>})]"
    r"|\b(?:redacted|filtered|masked|scrubbed|dummy)\b|__\w*redacted\w*__|\.{3}",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"[<{(\[][\w .:_-]{1,80}[>})\]]"
)  # of a whole header: VCR's filter_sensitive_data, and others
_OF_PASSPORT = re.compile(r"<(?:[\w.-]+:)?(account|consumerKey|token|nonce|timestamp|signature)\b[^>]*>([^<]{0,300})<")
_MASKED_FORM = re.compile(r"=(?:\*{3,}|\[\w+\])(?:&|\Z)|(?:\.{3}|\u2026)\Z")
_ENDS_CUT = re.compile(r"(?:\.{3}|\u2026|%E2%80%A6)\Z", re.IGNORECASE)
_CUT = "The URL ends in an ellipsis: what made the text cut it; take it whole."
_BREAK = re.compile(r"[ \t]*\r?\n[ \t]*")
_UNWRAPPED = "Line breaks inside of the URL or the header were taken out: a terminal or a mail put them there."
_WRAPPED_FORM = "Line breaks stand in the form of the body, which is signed; take it as it was sent."
_RESTLET = "/app/site/hosting/restlet.nl"
_NO_SCRIPT = "The URL of every RESTlet has script and deploy; this one has no {}."


def remarked(capture: Capture) -> Capture:
    """The same capture, with a note on a RESTlet's URL that is odd, and not to be judged where a value is masked."""
    capture = _unwrapped(capture)
    request = capture.request
    notes = capture.notes
    if request.path == _RESTLET:
        names = {name for name, _ in request.query_parameters}
        missing = " and no ".join(name for name in ("script", "deploy") if name not in names)
        notes += (_NO_SCRIPT.format(missing),) if missing else ()
    masked = _cut_or_masked(capture)
    unsure = capture.unsure or (_CUT if _ENDS_CUT.search(request.target) else None)
    unsure = unsure or (
        masked and f"{masked} was masked or cut by the tool that made the capture; take it whole and unmasked."
    )
    return replace(capture, notes=notes, unsure=unsure or None)


def _unwrapped(capture: Capture) -> Capture:
    """The same capture without line breaks where no request can hold one: text was wrapped before it was copied."""
    request = capture.request
    sent = to_text(request.body).strip()
    if "\n" in sent and request.media_type == FORM:
        capture = replace(capture, unsure=capture.unsure or _WRAPPED_FORM)
    if all("\n" not in text for text in (request.target, request.host, *(value for _, value in request.headers))):
        return capture
    headers = tuple((name, _joined(value)) for name, value in request.headers)
    whole = SignedRequest(
        method=request.method, target=_BREAK.sub("", request.target), host=_BREAK.sub("", request.host),
        scheme=request.scheme, headers=headers, body=request.body,
    )  # fmt: skip
    is_form = "\n" in to_text(request.body) and whole.media_type == FORM
    unsure = capture.unsure or (_WRAPPED_FORM if is_form else None)
    return replace(capture, request=whole, notes=(*capture.notes, _UNWRAPPED), unsure=unsure)


def _joined(value: str) -> str:
    return re.sub(r"\A(OAuth)(?=[a-z])", r"\1 ", _BREAK.sub("", value)) if "\n" in value else value


def _cut_or_masked(capture: Capture) -> str:
    request = capture.request
    if request.media_type == FORM and _MASKED_FORM.search(to_text(request.body)):
        return "A value of the form"
    if any(header.strip().endswith(("...", "\u2026")) for header in request.authorizations):
        return "The end of the Authorization header"
    return _masked(capture)


def _masked(capture: Capture) -> str:
    """Which value is masked, as the subject of a sentence; "" where none is."""
    request = capture.request
    for header in request.authorizations:
        value = header.strip()
        if request.authorization is not None and request.authorization.parameters:
            for parameter in request.authorization.parameters:
                if _MASK.search(parameter.value):
                    return f"{parameter.name[:40]} of the Authorization header"
        if (
            _MASK.fullmatch(value)
            or _PLACEHOLDER.fullmatch(value)
            or (" " in value and _MASK.fullmatch(value.partition(" ")[2].strip()))
        ):
            return "The Authorization header"
    if b"tokenPassport" in request.body:
        for name, text in _OF_PASSPORT.findall(to_text(request.body)):
            if _MASK.fullmatch(text.strip()):
                return f"{name} of the tokenPassport"
    query = (
        _MASK.search(request.query.replace("...", ""))
        if "*" in request.query or "redacted" in request.query.lower()
        else None
    )
    return "The query of the URL" if query else ""
