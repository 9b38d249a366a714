"""SOAP's spelling of the same login: five fields joined raw, and a signature (Oracle section_4395630653)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.signature import sign

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
        """Compute the base64 signature; the key is the two secrets, not encoded.

        Raises:
            KeyError: ``algorithm`` is none of :data:`ALGORITHMS`.
        """
        return sign(self.base_string, f"{consumer_secret}&{token_secret}", ALGORITHMS[algorithm])


# Field of the passport -> the OAuth parameter that says the same; the checks know them by the latter.
FIELDS = {
    "account": "realm",
    "consumerKey": "oauth_consumer_key",
    "token": "oauth_token",
    "nonce": "oauth_nonce",
    "timestamp": "oauth_timestamp",
    "signature": "oauth_signature",
}
_SAID_OF_PASSPORTS = {
    **{ours: field for field, ours in FIELDS.items()},
    "oauth_signature_method": "algorithm",
    "six oauth_ parameters": "six fields",
    "the Authorization header": "the tokenPassport",
    "The Authorization header": "The tokenPassport",
}
_WORDS = re.compile("|".join(sorted(_SAID_OF_PASSPORTS, key=len, reverse=True)))


def in_words_of_soap(text: str) -> str:
    """A sentence about the Authorization header as one about the passport."""
    return _WORDS.sub(lambda found: _SAID_OF_PASSPORTS[found[0]], text)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPassport:
    """A ``tokenPassport`` as it came, whatever its namespace and those of its fields.

    Attributes:
        fields: text of those of :data:`FIELDS` that it has, without white space round it; the last where one is repeated.
        repeated: those that came more than once.
        algorithm: the signature's attribute; ``""`` where it has none.
    """

    fields: dict[str, str] = field(repr=False)
    repeated: tuple[str, ...] = ()
    algorithm: str = ""

    def for_account(self, account: str) -> TokenPassport:
        """What is signed, with the account's own spelling of its id."""
        sent = self.fields.get
        return TokenPassport(
            account=account,
            consumer_key=sent("consumerKey", ""),
            token=sent("token", ""),
            nonce=sent("nonce", ""),
            timestamp=sent("timestamp", ""),
        )


OTHER_LOGINS = ("passport", "applicationInfo")  # elements of the header that log in by other ways


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a SOAP envelope says of its login.

    Attributes:
        operation: local name of the first element of the body; ``""`` where there is none.
        version: of the endpoint, ``2024_1``, as the operation's namespace has it; ``""`` where it has none.
        other_logins: what the header has besides, of :data:`OTHER_LOGINS`.
        passports: the ``tokenPassport`` elements of the header, the first two of them.
        problem: why it is no envelope, or ``""``.
        excess: what of it is more than is read before a login, in a sentence, or ``""``.
    """

    operation: str = ""
    version: str = ""
    other_logins: tuple[str, ...] = ()
    passports: tuple[SentPassport, ...] = ()
    problem: str = ""
    excess: str = ""
