"""SOAP's spelling of the same login: five fields joined raw, and a signature (Oracle section_4395630653)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.signature import sign, signing_key

if TYPE_CHECKING:
    from pytest_netsuite_tba.oauth1.signature import HmacMethod

# SOAP knows its algorithm by two names (Oracle section_4395625838).
ALGORITHMS: dict[str, HmacMethod] = {"HMAC-SHA256": "HMAC-SHA256", "HMAC_SHA256": "HMAC-SHA256"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPassport:
    """The ``tokenPassport`` header element. All fields are required text, as sent.

    Attributes:
        account: the account id, upper case with an underscore (``1234567_SB1``); signed as sent.
        consumer_key: of the integration record.
        token: the token's id.
        nonce: 6 to 64 letters and digits.
        timestamp: Unix seconds.

    """

    account: str
    consumer_key: str
    token: str
    nonce: str
    timestamp: str

    @property
    def base_string(self) -> str:
        """The five fields joined by ``&``, not encoded."""
        return f"{self.account}&{self.consumer_key}&{self.token}&{self.nonce}&{self.timestamp}"

    def signature(self, consumer_secret: str, token_secret: str, algorithm: str = "HMAC-SHA256") -> str:
        """Give the base64 signature.

        Raises:
            KeyError: ``algorithm`` is none of :data:`ALGORITHMS`.

        """
        return sign(self.base_string, signing_key(consumer_secret, token_secret), ALGORITHMS[algorithm])
