"""Which callback a request token may have, and where the user is sent in the end (Oracle section_156536698849)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.encoding import percent_encode

if TYPE_CHECKING:
    from collections.abc import Mapping

# An absolute URL of any scheme, without what a Location header cannot hold.
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[\x21-\x7e]+")
_ANY_PORT = "http://localhost:*"


def is_absolute(callback: str) -> bool:
    """Say whether it is an absolute URL."""
    return _ABSOLUTE.fullmatch(callback) is not None


def matches(registered: str, callback: str) -> bool:
    """Say whether ``oauth_callback`` is the one on the integration record.

    They are the same, character by character; only ``http://localhost:*`` on the record stands for any port (since
    2020.1, Oracle section_156338994830). A record without a callback takes any.
    """
    if not is_absolute(callback):
        return False
    if registered.startswith(_ANY_PORT):
        rest = re.escape(registered.removeprefix(_ANY_PORT))
        return re.fullmatch(rf"http://localhost:[0-9]{{1,5}}{rest}", callback) is not None
    return registered in {"", callback}


def with_parameters(callback: str, parameters: Mapping[str, str]) -> str:
    """Add query parameters to a callback, before its fragment if it has one."""
    before, mark, fragment = callback.partition("#")
    joint = "?" if "?" not in before else "" if before.endswith(("?", "&")) else "&"
    query = "&".join(f"{name}={percent_encode(value)}" for name, value in parameters.items())
    return f"{before}{joint}{query}{mark}{fragment}"
