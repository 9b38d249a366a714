"""Every way in which a door refuses, a table each; here they are looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.fields import nearest

from .calls import CALLS
from .token_endpoints import BY_TOKEN_ID
from .web_services import WEB_SERVICES_REFUSALS

if TYPE_CHECKING:
    from pytest_netsuite_tba.login.refusal import Refusal

REFUSALS: tuple[Refusal, ...] = tuple(sorted((*CALLS, *WEB_SERVICES_REFUSALS), key=lambda one: one.row))
BY_ID: dict[str, Refusal] = {one.id: one for one in REFUSALS}
DETAILS: tuple[str, ...] = tuple(dict.fromkeys(one.detail for one in REFUSALS if one.detail))


def refusal(wanted: str) -> Refusal:
    """Give the refusal of that id.

    Raises:
        ValueError: there is none; the message names the nearest.

    """
    known = BY_ID | BY_TOKEN_ID
    if wanted not in known:
        raise ValueError(f"{wanted!r} is no refusal; {nearest(wanted, known)}")
    return known[wanted]
