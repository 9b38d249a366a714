"""What of a request shows the platform that made it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_netsuite_tba.login.facts import Facts

# The platform, and what its User-Agent looks like.
_USER_AGENTS = (
    ("Python", re.compile(r"python|httpx|aiohttp", re.IGNORECASE)),
    ("JavaScript", re.compile(r"node|axios|undici|\bgot\b|postman|mozilla|deno|bun/", re.IGNORECASE)),
    ("Java", re.compile(r"\bjava\b|apache-httpclient|okhttp|jersey|spring", re.IGNORECASE)),
    ("PHP", re.compile(r"\bphp\b|guzzle|symfony", re.IGNORECASE)),
    ("Ruby", re.compile(r"ruby|faraday|rest-client|httparty", re.IGNORECASE)),
    ("Go", re.compile(r"go-http-client|resty", re.IGNORECASE)),
    (".NET", re.compile(r"\.net|restsharp|mscoree|powershell", re.IGNORECASE)),
    ("Perl", re.compile(r"libwww-perl|mojolicious|http-tiny", re.IGNORECASE)),
    ("Apex", re.compile(r"sfdc|salesforce", re.IGNORECASE)),
)
# Nonces as well-known libraries make them.
_NONCES = (
    ("Python", re.compile(r"\d{18,}")),  # oauthlib: random bits and the time, as decimal digits
    ("JavaScript", re.compile(r"[A-Za-z0-9]{11}|(?=.*[A-Z])(?=.*[a-z])[A-Za-z0-9]{32}")),  # Postman, oauth-1.0a
    (".NET", re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)),
)
# The first parameters of a header as well-known libraries write it.
_ORDERS = (
    ("Python", ("oauth_nonce", "oauth_timestamp", "oauth_version", "oauth_signature_method")),  # oauthlib
    ("JavaScript", ("oauth_consumer_key", "oauth_nonce", "oauth_signature", "oauth_signature_method")),  # oauth-1.0a
)


def platform_of(facts: Facts) -> str:
    """The platform that a request looks like; ``""`` where it shows none."""
    agent = facts.request.header("user-agent")
    for platform, looks_like in _USER_AGENTS:
        if looks_like.search(agent[:200]):
            return platform
    nonce = facts.parameters.get("oauth_nonce", "")[:100]
    for platform, looks_like in _NONCES:
        if looks_like.fullmatch(nonce):
            return platform
    names = tuple(name for name in facts.parameters if name != "realm")
    return next((platform for platform, order in _ORDERS if names[: len(order)] == order), "")
