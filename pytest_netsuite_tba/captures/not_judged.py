"""On which captured requests no verdict is given, and why: a row a reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pytest_netsuite_tba.account.records import NETSUITE
from pytest_netsuite_tba.oauth1.target import host_and_port
from pytest_netsuite_tba.services import discovery, rest_web_services, restlets, soap, token_endpoints

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pytest_netsuite_tba.login.request import SignedRequest

# The paths that a token service owns: those that begin so, and those that are one endpoint's.
_OWNED = tuple(path for owner in (restlets, rest_web_services, soap) for path in owner.SERVICE.paths)
_ENDPOINTS = frozenset((*token_endpoints.ENDPOINTS, *discovery.ENDPOINTS))
# What takes no token, by what its path begins with; the first that fits. The last is everything else.
_UNOWNED = {
    "/app/site/hosting/scriptlet.nl": "a Suitelet takes no token.",
    "/core/media/": "a file of the File Cabinet takes no token.",
    "/app/common/media/": "a file of the File Cabinet takes no token.",
    "/services/rest/auth/oauth2/": "it is an endpoint of OAuth 2.0, which is not judged here.",
    "/app/login/oauth2/": "it is an endpoint of OAuth 2.0, which is not judged here.",
    "/app/login/": "it is a page where users log in.",
    "/wsdl/": "a WSDL is for everybody.",
    "/xsd/": "a schema is for everybody.",
    "/rest/datacenterurls": "it answers everybody.",
    "": "what is there takes no token.",
}
_ONLY_UNOWNED = tuple(path for path in _UNOWNED if path)
_INTERFACE = (f".app{NETSUITE}", f"system{NETSUITE}")


class _Row(NamedTuple):
    """A reason: ``find`` says it of a request that it applies to; ``kind`` names one that holds no login by token."""

    kind: str
    find: Callable[[SignedRequest], str]


def _preflight(request: SignedRequest) -> str:
    asks = request.header("access-control-request-method") or request.header("origin")
    return (
        "A browser's CORS preflight holds no login."
        if asks and request.method == "OPTIONS" and not request.authorizations
        else ""
    )


def _unowned(request: SignedRequest) -> str:
    path = request.path
    if (path in _ENDPOINTS or path.startswith(_OWNED)) and not path.startswith(_ONLY_UNOWNED):
        return ""
    what = next(what for begin, what in _UNOWNED.items() if path.startswith(begin))
    return f"No token service owns this path, {path[:80]}: {what}"


def _page(request: SignedRequest) -> str:
    return "" if request.authorizations or _is_signed_outside(request) else _unowned(request)


def _session(request: SignedRequest) -> str:
    """A call of the user interface; SOAP is judged by its own rules."""
    if request.authorizations or _is_signed_outside(request) or request.path.startswith(soap.SOAP_PATH):
        return ""
    host = host_and_port(request.host.lower())[0]
    if host.endswith(_INTERFACE) or any("JSESSIONID=" in cookie for cookie in request.headers_of("cookie")):
        return "It logs in by a session of the user interface, not by a token."
    return ""


def _access_token(request: SignedRequest) -> str:
    scheme, _, rest = request.header("authorization").strip().partition(" ")
    if scheme.lower() != "bearer" or "oauth_" in rest:
        return ""
    return "It logs in by an access token of OAuth 2.0, which is not judged here."


def _is_signed_outside(request: SignedRequest) -> bool:
    return "oauth_signature=" in request.query or "oauth_signature=" in request.form


_ROWS = (
    _Row("CORS preflight", _preflight),
    _Row("page", _page),
    _Row("session call", _session),
    _Row("", _unowned),
    _Row("", _access_token),
)


def kind_without_login(request: SignedRequest) -> str:
    """What a request is that holds no login by token, as ``page``; ``""`` of any other."""
    return next((row.kind for row in _ROWS if row.kind and row.find(request)), "")


def why_not_judged(request: SignedRequest, sent: Mapping[str, str], known: Collection[str]) -> str:
    """Why no verdict is given on a request, as a sentence; ``""`` where one is.

    Args:
        request: its envelope is read, if it is a SOAP call.
        sent: the parameters of its header, or those of its passport.
        known: keys and ids that the records hold, which are never taken for masked ones.
    """
    whys = (row.find(request) for row in _ROWS)
    return next(filter(None, whys), "") or _why_masked(request, sent, known)


# -- what a tool put in the place of a value ---------------------------------------------------------------------

_WORD = (
    "redacted|masked|filtered|removed|omitted|sanitized|sanitised|scrubbed|censored|obfuscated|anonymized|anonymised"
    "|sensitive"
)
_VARIABLE = re.compile(r"\{\{[^{}]*\}\}|\$\{[^{}]*\}")
# The whole of a text: without a letter or digit, in brackets, or one word for it.
_MASK = re.compile(
    rf"[^A-Za-z0-9]+|(?!\[object )\$?[\[<{{(].*[\]>}})]|\W*(?:{_WORD}|hidden|secret|private)\W*|[xX]{{3,}}",
    re.DOTALL | re.IGNORECASE,
)
# A part of a text that is hex or base64 otherwise.
_MASKED_PART = re.compile(rf"\*{{3,}}|[\u2022\u25cf\u2588]|\u2026|\.{{3}}|[xX]{{6,}}|(?i:{_WORD})")
_OF_DIGITS = ("oauth_consumer_key", "oauth_token", "oauth_signature")
_SCHEMES = {"oauth", "nlauth", "bearer"}


def _why_masked(request: SignedRequest, sent: Mapping[str, str], known: Collection[str]) -> str:
    """Say that the header is not the one that was sent, and by what that is seen; ``""`` where nothing shows it."""
    for value in request.authorizations:
        scheme, _, rest = value.strip().partition(" ")
        if _MASK.fullmatch(value.strip()) or (scheme.lower() in _SCHEMES and _MASK.fullmatch(rest.strip())):
            return "The header was redacted by the tool: nothing of what was sent is left in it."
    for name, value in sent.items():
        if value in known:
            continue
        if _VARIABLE.fullmatch(value):
            return (
                f"The header was not filled in: {name[:40]} is the variable {value[:40]!r}; what was sent is not known."
            )
        if name == "nlauth_signature":  # a password, of which nothing is shown
            if len(set(value)) == 1 or re.fullmatch(rf"\W*(?:{_WORD})\W*", value, re.IGNORECASE):
                return f"The header was redacted by the tool: {name} is masked."
        elif _MASK.fullmatch(value) or (name in _OF_DIGITS and _MASKED_PART.search(value)):
            return f"The header was redacted by the tool: {name[:40]} is {value[:40]!r}."
    return ""
