"""What the diagnosis of an attempt needs, kept when it was judged: later changes of the records change nothing."""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from pytest_netsuite_tba.account.history import size_of_texts
from pytest_netsuite_tba.oauth1.signature import sign, signing_key

from .base_string import expected_base_string

if TYPE_CHECKING:
    from pytest_netsuite_tba.account.records import Account, Integration, Token

    from .hiding import Hiding
    from .refusal import Refusal
    from .request import SignedRequest


_CUT = (
    "Its body of {} bytes is no longer kept, as newer ones took its place: the mistake cannot be searched for any more."
)
_FACTS, _PART = 1_500, 200  # bytes, about, without texts: of the facts of an attempt; of a parameter that was read
MOST_KNOWN = 1_000  # tokens, of all accounts together, whose secrets a refusal keeps besides its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """The four values of a token, as its account holds them; ``name`` is the token's, ``account`` the account's id."""

    name: str
    account: str = ""
    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    token_id: str = field(repr=False)
    token_secret: str = field(repr=False)

    @classmethod
    def of(cls, account: Account, integration: Integration, token: Token) -> Self:
        """The four values of ``token`` as used with ``integration``."""
        return cls(
            name=token.name, account=account.id, consumer_key=integration.consumer_key,
            consumer_secret=integration.consumer_secret, token_id=token.id, token_secret=token.secret,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The attempt that used the same nonce before."""

    id: int
    method: str
    url: str
    signature: str
    http_status: int | None
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one refused attempt.

    Attributes:
        request: as it came.
        row: the refusal, with the facts of this request as its cause.
        now: NetSuite's time when it was judged, Unix seconds.
        account: id of the account called; ``""`` where there is none.
        host: the account's RESTlet host.
        hosts: the host names of the accounts known, for a host that belongs to none.
        parameters: the decoded OAuth parameters, as far as the header could be read.
        own: the secrets that the header's key and token ask for, or None where one of them is unknown.
        known: the secrets of the first :data:`MOST_KNOWN` tokens of this server, shared by all refusals between two
            changes; and, after them, of those that have the id that was sent.
        tokens: how many tokens this server has.
        known_elsewhere: name of another account that knows the consumer key or the token, or "".
        parameter_order: ``Behaviour.parameter_order``.
        earlier: the attempt that used the nonce before.
        is_first: whether this server, or this input, saw no attempt before it.
        after_redirect: whether the attempt before this one was answered by a redirect.
        forced: the test asked for this refusal.
        cut: why it cannot be searched any more, a sentence, once its body is no longer kept; else ``""``.
        let_in_before: id of the latest attempt that the same key, token and secrets let in, or None.
        hiding: takes the secrets that were known when it was judged out of what is shown of it.
    """

    request: SignedRequest
    row: Refusal
    hiding: Hiding = field(repr=False)
    now: float
    account: str = ""
    host: str = ""
    hosts: tuple[str, ...] = ()
    parameters: dict[str, str] = field(default_factory=dict)
    own: Secrets | None = None
    known: tuple[Secrets, ...] = ()
    tokens: int = 0
    known_elsewhere: str = ""
    parameter_order: str = "rfc5849"
    earlier: Earlier | None = None
    is_first: bool = False
    after_redirect: bool = False
    forced: bool = False
    let_in_before: int | None = None
    cut: str = ""

    def without_body(self) -> Facts:
        """The same once the body is no longer kept."""
        request = copy.copy(self.request)
        length, request.body = len(self.request.body), b""
        return replace(self, request=request, cut=_CUT.format(length))

    @property
    def size(self) -> int:
        """About how many bytes they take, without the body and what other attempts have too."""
        request = self.request
        parts = request.query.count("&") + sum(value.count(",") for value in request.authorizations)
        texts = itertools.chain((request.target, request.path, request.query), *request.headers)
        passports = () if request.envelope is None else request.envelope.passports
        return (
            _FACTS + _PART * parts + size_of_texts(texts) + size_of_texts(self.parameters.values())
            + sum(size_of_texts(passport.fields.values()) for passport in passports)
        )  # fmt: skip

    @property
    def refusal(self) -> str:
        """Id of the row that refused it."""
        return self.row.id

    @property
    def reason(self) -> str:
        """Why, in a sentence with the facts of this request."""
        return self.row.cause

    @property
    def is_signed_right(self) -> bool:
        """Whether the signature is the one that its request and secrets make: then there is no mistake of signing."""
        received, own, envelope = self.parameters.get("oauth_signature"), self.own, self.request.envelope
        if received is None or own is None:
            return False
        try:
            if envelope is not None:
                passport = envelope.passports[0].for_account(self.account)
                return received == passport.signature(own.consumer_secret, own.token_secret)
            in_header = self.parameters.items() if self.request.authorizations else ()
            base = expected_base_string(self.request, in_header, parameter_order=self.parameter_order)
            return received == sign(base, signing_key(own.consumer_secret, own.token_secret))
        except ValueError:  # it holds what no URL can carry
            return False

    @property
    def sender(self) -> Secrets | None:
        """The token whose key and id the header holds: of the account called, else of another; None if nobody's."""
        key, token_id = self.parameters.get("oauth_consumer_key"), self.parameters.get("oauth_token")
        others = (known for known in self.known if (known.consumer_key, known.token_id) == (key, token_id))
        return self.own or next(others, None)
