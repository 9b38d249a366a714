"""What is to be said of any captured request, whatever form it had: values that are masked, a URL that is odd."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.encoding import to_text

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
_RESTLET = "/app/site/hosting/restlet.nl"
_NO_SCRIPT = "The URL of every RESTlet has script and deploy; this one has no {}."


def remarked(capture: Capture) -> Capture:
    """The same capture, with a note on a RESTlet's URL that is odd, and not to be judged where a value is masked."""
    request = capture.request
    notes = capture.notes
    if request.path == _RESTLET:
        names = {name for name, _ in request.query_parameters}
        missing = " and no ".join(name for name in ("script", "deploy") if name not in names)
        notes += (_NO_SCRIPT.format(missing),) if missing else ()
    masked = _masked(capture)
    unsure = capture.unsure or (masked and f"{masked} was masked by the tool that made the capture; take it unmasked.")
    return replace(capture, notes=notes, unsure=unsure or None)


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
