"""Which checks a request passes, by its channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .checks import REST, RESTLET, TOKEN
from .passport_checks import SOAP

if TYPE_CHECKING:
    from .checks import Check
    from .refusal import Channel

CHECKS: dict[Channel, tuple[Check, ...]] = {"restlet": RESTLET, "rest": REST, "soap": SOAP, "token": TOKEN}
