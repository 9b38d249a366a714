"""Every refusal of a login, a table for each kind of call; here they are looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.fields import nearest

from .calls import CALLS
from .token_endpoints import BY_TOKEN_ID, TOKEN_DETAILS
from .web_services import WEB_SERVICES_REFUSALS

if TYPE_CHECKING:
    from pytest_netsuite_tba.login.refusal import Refusal

REFUSALS: tuple[Refusal, ...] = tuple(sorted((*CALLS, *WEB_SERVICES_REFUSALS), key=lambda refusal: refusal.row))
BY_ID: dict[str, Refusal] = {refusal.id: refusal for refusal in REFUSALS}
DETAILS: tuple[str, ...] = tuple(dict.fromkeys(refusal.detail for refusal in REFUSALS if refusal.detail))
ALL_BY_ID: dict[str, Refusal] = BY_ID | BY_TOKEN_ID
KNOWN: tuple[str, ...] = tuple(dict.fromkeys((*DETAILS, *BY_ID, *TOKEN_DETAILS, *BY_TOKEN_ID)))  # ids and details


def find_refusal(id: str) -> Refusal:
    """Look up a refusal of any kind by its id.

    Raises:
        ValueError: there is none; the message names the nearest.
    """
    if id not in ALL_BY_ID:
        raise ValueError(f"{id!r} is no refusal; {nearest(id, ALL_BY_ID)}")
    return ALL_BY_ID[id]
