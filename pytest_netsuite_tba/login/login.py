"""Who logs in: what the gate judges, and what the checks find out about it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, cast

from pytest_netsuite_tba.oauth1.encoding import decode_query, form_decode
from pytest_netsuite_tba.oauth1.header import AuthorizationHeader, Parameter

from .base_string import expected_base_string
from .bounds import excess
from .facts import Secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_netsuite_tba.account.records import Account, Integration, Token

    from .nonces import NonceStore
    from .refusal import Channel, Refusal
    from .request import SignedRequest


class Columns(NamedTuple):
    """What NetSuite's trail shows of who logged in, as far as the request names it; else ``""``."""

    application: str = ""
    token_name: str = ""
    user: str = ""
    role: str = ""


class AnyLogin:
    """What the gate needs of a login, however it is made; by itself, of one that nobody can be named for.

    Attributes:
        request: as it came.
        account: that was called, or None.
        channel: by which it came.
        now: NetSuite's time in Unix seconds.
        attempt: id of the attempt that it becomes.
        parameters: decoded OAuth parameters, once the header parses.
        earlier_attempt: id of the attempt that used the nonce before, if one did.
        hosts: the host names that may have been meant; None stands for the RESTlet hosts of all accounts.
        is_explained: whether a diagnosis is made of it.
    """

    __slots__ = (
        "account",
        "attempt",
        "channel",
        "earlier_attempt",
        "hosts",
        "is_explained",
        "now",
        "parameters",
        "request",
    )
    at_token_endpoints = False  # whether it is refused by the rows of the token endpoints
    excess = ""  # what of the request is more than is read before a login, in a sentence

    def __init__(
        self,
        request: SignedRequest,
        account: Account | None,
        channel: Channel,
        now: float,
        *,
        hosts: tuple[str, ...] | None = (),
        is_explained: bool = True,
    ) -> None:
        self.request = request
        self.account = account
        self.channel = channel
        self.now = now
        self.attempt = 0
        self.parameters: dict[str, str] = {}
        self.earlier_attempt: int | None = None
        self.hosts = hosts
        self.is_explained = is_explained

    def read(self) -> None:
        """Read what needs no record: the gate asks for it before it locks the account."""

    @property
    def signature(self) -> str:
        """The signature that was sent, or ``""``."""
        return self.parameters.get("oauth_signature", "")

    @property
    def columns(self) -> Columns:
        """What the trail shows of it."""
        return Columns()

    @property
    def secrets_of_its_own(self) -> tuple[str, ...]:
        """Secrets besides those that the accounts hold: nothing that is shown may hold them."""
        return ()

    def signed_with(self) -> tuple[str, ...]:
        """Key, token and both secrets that it is to be signed with; empty where one of them is unknown."""
        return ()

    def own_secrets(self) -> Secrets | None:
        """The secrets that its key and token ask for, or None where one of them is unknown."""
        return None

    def other_secrets(self, first: tuple[Secrets, ...], accounts: Iterable[Account]) -> tuple[Secrets, ...]:
        """Those that it may have been signed with by mistake; ``first`` are those of the server's first tokens."""
        del first, accounts
        return ()

    def count(self, refusal: Refusal | None) -> None:
        """Count a failed login towards the lock of its user, or forget those before a good one."""


class Login(AnyLogin):
    """One signed request on its way through the checks.

    Attributes:
        nonces: those spent at the account.
        integration, token: as the parameters name them, once looked up.
        token_shown: by the trail, where that is not ``token``.
    """

    __slots__ = ("_base_string", "_excess", "_header", "_outside", "integration", "nonces", "token", "token_shown")
    account: Account

    def __init__(
        self, request: SignedRequest, account: Account, nonces: NonceStore, channel: Channel = "restlet"
    ) -> None:
        super().__init__(request, account, channel, account.clock.now(), hosts=None)
        self.nonces = nonces
        self.integration: Integration | None = None
        self.token: Token | None = None
        self.token_shown: Token | None = None
        self._excess: str | None = None
        self._header: AuthorizationHeader | None = None
        self._outside: dict[str, list[tuple[str, str]]] | None = None
        self._base_string: tuple[object, str] | None = None  # of which order and parameters, and which

    @property
    def excess(self) -> str:  # type: ignore[override]  # which login it is decides, and only this one reads that much
        """What of the request is more than is read before a login, in a sentence; ``""`` where nothing is."""
        if self._excess is None:
            envelope = self.request.envelope
            self._excess = excess(self.request) if envelope is None else envelope.excess
        return self._excess

    @property
    def header(self) -> AuthorizationHeader:
        """The Authorization header; where there is none, the OAuth parameters of query and form as if they stood in it."""
        if self._header is None:
            self._header = self.request.authorization or _header_outside(self.outside)
        return self._header

    @property
    def outside(self) -> dict[str, list[tuple[str, str]]]:
        """The decoded pairs of the query string and of the form, by the name of the place, decoded once."""
        if self._outside is None:
            self._outside = {"query string": self.request.query_parameters, "form": decode_query(self.request.form)}
        return self._outside

    def sent_parameters(self) -> dict[str, str]:
        """The decoded parameters of the header.

        The server URL-decodes: a ``+`` sent raw is a space (RFC 5849 would keep it).
        """
        return {
            sent.name: form_decode(sent.raw) if "+" in sent.raw and sent.name != "realm" else sent.value
            for sent in self.header.parameters
        }

    def base_string(self, parameters: dict[str, str]) -> str:
        """The base string that the client must have signed with these parameters of the header, built once."""
        order = self.account.behaviour.parameter_order
        if self._base_string is None or self._base_string[0] != (order, parameters):
            in_header = parameters.items() if self.request.authorizations else ()  # else they are in the query or form
            built = expected_base_string(self.request, in_header, parameter_order=order)
            self._base_string = (order, parameters), built
        return self._base_string[1]

    def read(self) -> None:
        """Count, decode and build the base string, all that a large request makes slow."""
        outside = self.account.behaviour.oauth_outside_header == "accept"
        if self.request.envelope is None and (self.request.authorizations or outside) and not self.excess:
            parameters, _ = self.sent_parameters(), self.outside
            if "oauth_signature" in parameters:
                with suppress(ValueError):  # what no URL can carry: told by the check that needs it
                    self.base_string(parameters)

    @property
    def found_integration(self) -> Integration:
        """The integration, for the checks after row 10."""
        return cast("Integration", self.integration)

    @property
    def found_token(self) -> Token:
        """The token, for the checks after row 12."""
        return cast("Token", self.token)

    @property
    def columns(self) -> Columns:
        """What the trail shows of it."""
        application = "" if self.integration is None else self.integration.name
        if self.token is None:
            return Columns(application)
        shown = self.token_shown or self.token
        return Columns(application, shown.name, self.token.entity.label, self.token.role.name)

    def identify(self) -> None:
        """Look up the integration and the token that the parameters name."""
        self.integration = self.account.integrations.by("consumer_key", self.parameters.get("oauth_consumer_key"))
        self.token = self.account.tokens.by("id", self.parameters.get("oauth_token"))

    def signed_with(self) -> tuple[str, ...]:
        """Key, token and both secrets that it is to be signed with; empty where one of them is unknown."""
        if self.integration is None or self.token is None:
            return ()
        return self.integration.consumer_key, self.integration.consumer_secret, self.token.id, self.token.secret

    def own_secrets(self) -> Secrets | None:
        """The secrets that the key and the token ask for, or None where one of them is unknown."""
        if self.integration is None or self.token is None:
            return None
        return Secrets.of(self.account, self.integration, self.token)

    def other_secrets(self, first: tuple[Secrets, ...], accounts: Iterable[Account]) -> tuple[Secrets, ...]:
        """Those of the first tokens, and of the one that was sent, whichever account's it is."""
        sent = ((account, account.tokens.by("id", self.parameters.get("oauth_token"))) for account in accounts)
        theirs = [Secrets.of(account, token.integration, token) for account, token in sent if token is not None]
        return (*first, *beyond) if (beyond := [secrets for secrets in theirs if secrets not in first]) else first

    def count(self, refusal: Refusal | None) -> None:
        """Lock the user after five wrong signatures in a row, where ``Behaviour`` says that they count."""
        if self.token is None or not self.account.behaviour.failed_signatures_lock_user:
            return
        if refusal is None:
            self.token.entity.failed_logins = 0
        elif refusal.counted:
            self.token.entity.count_failure(self.now)


def _header_outside(places: Mapping[str, Iterable[tuple[str, str]]]) -> AuthorizationHeader:
    """Read the OAuth parameters of the query string or the form body as if they stood in the header."""
    pairs = [pair for place in places.values() for pair in place if pair[0].startswith("oauth_") or pair[0] == "realm"]
    parameters = tuple(Parameter(name, value, "", position) for position, (name, value) in enumerate(pairs, 1))
    return AuthorizationHeader(scheme="OAuth", parameters=parameters, deviations=())
