"""Which checks a request passes, by its channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .checks import REST, RESTLET
from .passport_checks import SOAP

if TYPE_CHECKING:
    from .checks import Check
    from .refusal import Channel

CHECKS: dict[Channel, tuple[Check, ...]] = {
    "restlet": RESTLET,
    "rest": REST,
    "soap": SOAP,
    "token": RESTLET,  # tokeninfo and revoketoken; the flow and user credentials have their own, in tokens/
}
