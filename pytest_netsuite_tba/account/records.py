"""Account, integration and token: the fields that change an answer. Roles and entities are in users.py."""

from __future__ import annotations

import base64
import copy
import hashlib
import ipaddress
import re
import secrets
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from .behaviour import Behaviour
from .clock import Clock
from .fields import CHANGES, Record, RecordError, rules_of, setting
from .keyed import Records
from .scripts import Audience, Canned, Deployment, Deployments
from .users import Entity, Omitted, Role
from .web_services import WebServicesContent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .scripts import EntryPoint

NETSUITE = ".netsuite.com"  # what every host of NetSuite's ends with
DEFAULT_ACCOUNT = "1234567_SB1"
_ACCOUNT_ID = re.compile(r"[A-Z0-9]+(?:_[A-Z0-9]+)?")

State = Literal["ENABLED", "BLOCKED", "WAITING_FOR_APPROVAL"]


@dataclass(slots=True, kw_only=True)
class Features(Record):
    """The boxes of Setup > Company > Enable Features that change an answer."""

    token_based_authentication: bool = setting("Token-based Authentication.", default=True)
    rest_web_services: bool = setting("REST Web Services.", default=True)
    soap_web_services: bool = setting("SOAP Web Services.", default=True)


@dataclass(slots=True, kw_only=True)
class Integration(Record):
    """An integration record (Oracle bridgehead_4249032125)."""

    name: str = setting("Its name; the audit trail's Token-based Application Name.", default="Default integration")
    consumer_key: str = setting("Consumer key; derived from the account and the name when omitted.", default="")
    consumer_secret: str = setting("Consumer secret; derived likewise.", default="", secret=True)
    state: State = setting("Blocked and waiting records refuse every request.", default="ENABLED")
    token_based_authentication: bool = setting("The Token-based Authentication box.", default=True)
    authorization_flow: bool = setting("The TBA: Authorization Flow box: the three steps.", default=True)
    issue_token_endpoint: bool = setting("The TBA: IssueToken Endpoint box: `/rest/issuetoken`.", default=True)
    callback_url: str = setting(
        "Callback URL, which `oauth_callback` must match; `http://localhost:*/...` stands for any port. "
        "Any callback is let pass when omitted.",
        default="",
    )
    concurrency_limit: int | None = setting(
        "Requests of it in flight at once: its part of the account's, which the other integrations then lack. "
        "Without one it shares what is left, one at least.",
        default=None,
        minimum=0,
    )

    def reset_credentials(self) -> None:
        """Make a new consumer key and secret; the old key is unknown from now on."""
        self.consumer_key, self.consumer_secret = secrets.token_hex(32), secrets.token_hex(32)


@dataclass(slots=True, kw_only=True)
class Token(Record):
    """One account, one entity, one role, one integration (Oracle bridgehead_4249078810)."""

    name: str = setting("Its name; the audit trail's Token-based Access Token Name.", default="Default token")
    id: str = setting("Token id; derived from the account and the name when omitted.", default="")
    secret: str = setting("Token secret; derived likewise.", default="", secret=True)
    integration: Integration = setting("Name of its integration; the first one when omitted.", default=None)
    entity: Entity = setting("E-mail address of its entity; the first one when omitted.", default=None)
    role: Role = setting("Id of its role; the first one of its entity when omitted.", default=None)
    active: bool = setting("False for the Inactive box, which is reversible.", default=True)
    revoked: bool = setting("True for a revoked token; that is permanent.", default=False)

    def __setattr__(self, name: str, value: object) -> None:
        if name == "revoked" and value is False and getattr(self, "revoked", False):
            raise RecordError("Token.revoked", value, "true: a revoked token stays revoked; create another")
        Record.__setattr__(self, name, value)

    def revoke(self) -> None:
        """Revoke it for good; it stays listed as inactive."""
        self.active, self.revoked = False, True


R = TypeVar("R", bound=Record)
# What a kind of record is called, and the field that names one.
KEYS: dict[type, tuple[str, str]] = {
    Integration: ("integration", "name"),
    Role: ("role", "id"),
    Entity: ("entity", "email"),
    Token: ("token", "name"),
}
# What else a request finds one by.
_FOUND_BY: dict[type, tuple[str, ...]] = {Integration: ("consumer_key",), Token: ("id",), Entity: ("id", "login")}


@dataclass(slots=True, init=False)
class Account(Record):
    """A NetSuite account: its records, its features, its clock.

    Whatever is omitted takes the value that lets a login succeed: an account made from its id alone has one
    integration, role, entity and token, and the RESTlet ``customscript_echo`` / ``customdeploy_echo``.

    ``lock`` is held while records change together and while a request is judged.
    """

    id: str = setting("Account id, as `1234567_SB1`.", key="account", default=DEFAULT_ACCOUNT)
    name: str = setting("Company name.", default="Fake company")
    features: Features = setting("Features switched on.", factory=Features)
    behaviour: Behaviour = setting("What NetSuite's documents leave open.", factory=Behaviour)
    ip_rules: list[str] = setting("Addresses and networks that may log in; all when empty.", factory=list)
    concurrency_limit: int | None = setting(
        "Requests in flight at once; no limit when omitted. NetSuite's own are 5, 10, 15 or 20 by service tier.",
        default=None,
        minimum=0,
    )
    approve_auto_installation: bool = setting(
        "Require Approval during Auto-Installation of Integration: a record that the authorization flow or "
        "issuetoken installs is Waiting for Approval.",
        default=False,
    )
    integrations: Records[Integration] = setting("Integration records; one when omitted.")
    roles: Records[Role] = setting("Roles; one when omitted.")
    entities: Records[Entity] = setting("Entities; one with every role when omitted.")
    tokens: Records[Token] = setting("Tokens; one when omitted.")
    restlets: list[Deployment] = setting("Script deployments; `customscript_echo` when omitted.")
    web_services: WebServicesContent = setting("What web services find in it.", factory=WebServicesContent)
    clock: Clock = setting("The account's clock.", factory=Clock, seed=False)
    lock: threading.RLock = setting("Held while records change.", factory=threading.RLock, seed=False)

    def __init__(  # noqa: PLR0913  (a keyword for each of its fields, as the __init__ that dataclass would make)
        self,
        id: str = DEFAULT_ACCOUNT,
        *,
        name: str = "Fake company",
        features: Features | None = None,
        behaviour: Behaviour | None = None,
        ip_rules: Iterable[str] = (),
        concurrency_limit: int | None = None,
        approve_auto_installation: bool = False,
        integrations: Iterable[Integration] | None = None,
        roles: Iterable[Role] | None = None,
        entities: Iterable[Entity] | None = None,
        tokens: Iterable[Token] | None = None,
        restlets: Iterable[Deployment] | None = None,
        web_services: WebServicesContent | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Make an account; the arguments are the fields.

        Raises:
            RecordError: a value does not fit, or a token names a record that is not this account's.
        """
        self.id = id
        self.name = name
        self.features = Features() if features is None else features
        self.behaviour = Behaviour() if behaviour is None else behaviour
        self.ip_rules = list(ip_rules)
        self.concurrency_limit = concurrency_limit
        self.web_services = (
            WebServicesContent() if web_services is None else web_services
        )  # without records it is false
        self.approve_auto_installation = approve_auto_installation
        self.clock = Clock() if clock is None else clock
        self.lock = threading.RLock()
        self.integrations, self.roles = _no_records(Integration, id), _no_records(Role, id)
        self.entities, self.tokens = _no_records(Entity, id), _no_records(Token, id)
        self.restlets = Deployments()
        for integration in [Integration()] if integrations is None else integrations:
            self.add_integration(integration)
        for role in [Role()] if roles is None else roles:
            self.roles.add(role)
        for entity in [Entity()] if entities is None else entities:
            self.add_entity(entity)
        if tokens is None:
            tokens = [Token()] if self.integrations and self.entities and self.roles else []
        for token in tokens:
            self.add_token(token)
        echo = Canned(echo=True)
        if restlets is None:
            self.deploy("customscript_echo", "customdeploy_echo", get=echo, post=echo, put=echo, delete=echo)
        for deployment in restlets or ():
            self.add_deployment(deployment)

    def __setattr__(self, name: str, value: object) -> None:
        if name == "id" and isinstance(value, str) and not _ACCOUNT_ID.fullmatch(value):
            hint = f"; did you mean {as_account_id(value)!r}?" if _ACCOUNT_ID.fullmatch(as_account_id(value)) else ""
            raise RecordError("Account.id", value, f"upper case with an underscore, as '1234567_SB1'{hint}")
        if name == "ip_rules" and isinstance(value, list | tuple | set | frozenset):
            for rule in value:
                _check_network(rule)
        if name == "restlets" and isinstance(value, list):
            value = Deployments(value)
        Record.__setattr__(self, name, value)

    @property
    def host_label(self) -> str:
        """The account as hosts spell it: ``1234567-sb1`` (Oracle section_1498251763)."""
        return self.id.lower().replace("_", "-")

    @property
    def type(self) -> str:
        """What kind of account its id says it is: ``SANDBOX`` (_SB1), ``RELEASE_PREVIEW`` (_RP) or ``PRODUCTION``."""
        _, _, suffix = self.id.partition("_")
        return "SANDBOX" if suffix.startswith("SB") else "RELEASE_PREVIEW" if suffix == "RP" else "PRODUCTION"

    @property
    def restlets_host(self) -> str:
        """The host of RESTlets and token endpoints."""
        return f"{self.host_label}.restlets.api.netsuite.com"

    def add_integration(self, integration: Integration) -> Integration:
        """Add an integration record, deriving what credentials it lacks."""
        for field in ("consumer_key", "consumer_secret"):
            if not getattr(integration, field):
                setattr(integration, field, default_credential(self.id, "integration", integration.name, field))
        return self.integrations.add(integration)

    def add_entity(self, entity: Entity) -> Entity:
        """Add an entity, filling what it lacks; without roles of its own it gets all of the account's.

        Raises:
            RecordError: its id is taken, or a role is not of this account.
        """
        if isinstance(entity.roles, Omitted):
            entity.roles = list(self.roles.values())
        for role in entity.roles:
            self.roles.find(role)
        if entity.id is None:
            entity.id = self.entities.next_number("id")
        elif self.entities.by("id", entity.id) is not None:
            raise RecordError("Entity.id", entity.id, "an id not yet in use")
        if not entity.password:
            entity.password = default_credential(self.id, "entity", entity.email, "password")
        if not entity.two_factor_secret:
            raw = bytes.fromhex(default_credential(self.id, "entity", entity.email, "two_factor_secret"))
            entity.two_factor_secret = base64.b32encode(raw[:20]).decode()
        return self.entities.add(entity)

    def add_token(self, token: Token) -> Token:
        """Add a token, filling what it lacks from the account's first records.

        Raises:
            RecordError: it names a record of another account.
        """
        token.integration = _given_or_first(token.integration, self.integrations)
        token.entity = _given_or_first(token.entity, self.entities)
        token.role = _given_or_first(token.role, self.roles, token.entity.roles)
        for field in ("id", "secret"):
            if not getattr(token, field):
                setattr(token, field, default_credential(self.id, "token", token.name, field))
        return self.tokens.add(token)

    def create_token(
        self,
        *,
        integration: Integration | str | None = None,
        entity: Entity | str | None = None,
        role: Role | int | None = None,
        name: str | None = None,
    ) -> Token:
        """Create a token; a record may be named by its name, e-mail address or id.

        Raises:
            RecordError: no such record in this account; the message names those there are.
        """
        with self.lock:
            token = Token(name=f"Token {len(self.tokens) + 1}" if name is None else name)
            token.integration = self.integrations.find(
                self.integrations.first() if integration is None else integration
            )
            token.entity = self.entities.find(self.entities.first() if entity is None else entity)
            if role is not None:
                token.role = self.roles.find(role)
            return self.add_token(token)

    def issue_token(self, integration: Integration, entity: Entity, role: Role, name: str = "") -> Token:
        """Create a token as NetSuite's own endpoints do: its id and secret are random.

        Without a name it is called by application, user and role (Oracle bridgehead_4254083671); a name that is
        taken gets a number.
        """
        with self.lock:
            wanted = name or f"{integration.name}, {entity.label}, {role.name}"
            return self.add_token(
                Token(
                    name=self.tokens.free_name(_numbered(wanted)),
                    id=secrets.token_hex(32),
                    secret=secrets.token_hex(32),
                    integration=integration,
                    entity=entity,
                    role=role,
                )
            )

    def install(self, integration: Integration) -> Integration:
        """Install another account's integration record here, as its first use does; one consumer key serves both."""
        with self.lock:
            record = copy.copy(integration)
            record.name = self.integrations.free_name(_numbered(integration.name))
            record.concurrency_limit = None  # each account allocates its own
            record.state = "WAITING_FOR_APPROVAL" if self.approve_auto_installation else "ENABLED"
            return self.add_integration(record)

    def delete_entity(self, entity: Entity) -> None:
        """Delete an entity; its tokens are deleted with it."""
        with self.lock:
            self.entities.remove(self.entities.find(entity))
            for token in [token for token in self.tokens.values() if token.entity is entity]:
                self.tokens.remove(token)

    def delete_integration(self, integration: Integration) -> None:
        """Delete an integration record; its tokens are revoked."""
        with self.lock:
            self.integrations.remove(self.integrations.find(integration))
            for token in self.tokens.values():
                if token.integration is integration:
                    token.revoke()

    def delete_token(self, token: Token) -> None:
        """Delete a token."""
        with self.lock:
            self.tokens.remove(self.tokens.find(token))

    def refresh_sandbox(self) -> None:
        """Do what a sandbox refresh does to tokens: all are deleted (Oracle section_1515141510)."""
        with self.lock:
            for token in list(self.tokens.values()):
                self.tokens.remove(token)

    def deploy(
        self,
        script: str,
        deploy: str,
        *,
        get: EntryPoint = None,
        post: EntryPoint = None,
        put: EntryPoint = None,
        delete: EntryPoint = None,
        number: int | None = None,
        deploy_number: int | None = None,
        audience: Audience | list[int | str] | Literal["all"] = "all",
        owner: str | None = None,
        status: Literal["RELEASED", "TESTING"] = "RELEASED",
        required: bool = False,
    ) -> Deployment:
        """Deploy a RESTlet; one of the same script and deployment id is replaced.

        Raises:
            RecordError: an entry point is neither a function nor a value that JSON can hold, a number is taken,
                or the audience names a role or an entity that is not here.
        """
        return self.add_deployment(
            Deployment(
                script=script,
                deploy=deploy,
                get=get,
                post=post,
                put=put,
                delete=delete,
                script_number=number,
                deploy_number=deploy_number,
                audience=cast("Any", audience),
                owner=owner,
                status=status,
                required=required,
            )
        )

    def add_deployment(self, deployment: Deployment) -> Deployment:
        """Add a deployment, numbering it; one of the same ids is replaced. Raises as :meth:`deploy`."""
        with self.lock:
            restlets = self._deployments
            former = restlets.of(deployment.script, deployment.deploy)
            at = len(restlets) if former is None else restlets.take(former)
            try:
                self._number(deployment)
                self._check_audience(deployment)
            except RecordError:
                restlets[at:at] = () if former is None else (former,)
                raise
            restlets.append(deployment)
            return deployment

    @property
    def _deployments(self) -> Deployments:
        return cast("Deployments", self.restlets)  # which any list becomes when it is set

    def _check_audience(self, deployment: Deployment) -> None:
        if isinstance(deployment.audience, Audience):
            for role in deployment.audience.roles:
                self.roles.find(role, "Deployment.audience")
            for email in deployment.audience.employees:
                self.entities.find(email, "Deployment.audience")
        if deployment.owner is not None:
            self.entities.find(deployment.owner, "Deployment.owner")

    def _number(self, deployment: Deployment) -> None:
        """Fill in the numbers that the deployment lacks; refuse those that mean another script or deployment."""
        restlets, script, number = self._deployments, deployment.script, deployment.script_number
        sibling = restlets.of(script)
        if number is None:
            deployment.script_number = restlets.next_number() if sibling is None else sibling.script_number
        else:
            taken = restlets.numbered(number)
            if taken is not None and taken.script != script:
                raise RecordError("Deployment.script_number", number, f"a number that {taken.script} has not")
        number = deployment.deploy_number
        if number is None:
            deployment.deploy_number = restlets.next_number(script)
        else:
            taken = restlets.numbered(script, number)
            if taken is not None:
                raise RecordError("Deployment.deploy_number", number, f"a number that {taken.deploy} has not")

    def find_deployment(self, script: str, deploy: str) -> Deployment | None:
        """Find the deployment that ``script`` and ``deploy`` name, each an id or a number."""
        return self._deployments.called(script, deploy)

    def copy(self) -> Account:
        """Copy all records, independent of these; functions in entry points stay the caller's own."""
        return copy.deepcopy(self)

    def become(self, other: Account) -> None:
        """Take over every record of ``other``, and its clock; ``other`` is not to be used afterwards."""
        with self.lock:
            for name in rules_of(Account):
                if name not in {"id", "lock"}:
                    object.__setattr__(self, name, getattr(other, name))
            CHANGES.note()

    def __getstate__(self) -> dict[str, Any]:
        """The fields without the lock: a pickle, and a shallow copy, have one of their own."""
        return {name: value for name, value in Record.__getstate__(self).items() if name != "lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over the fields, with another lock."""
        Record.__setstate__(self, state | {"lock": threading.RLock()})

    def __deepcopy__(self, memo: dict[int, Any]) -> Account:
        memo[id(self.lock)] = threading.RLock()
        return Record.__deepcopy__(self, memo)


def _no_records(kind: type[R], account: str) -> Records[R]:
    return Records(*KEYS[kind], _FOUND_BY.get(kind, ()), account)


def _given_or_first(given: R | None, records: Records[R], preferred: Iterable[R] = ()) -> R:
    if given is None:
        given = next(iter(preferred), None) or records.first()
    return records.find(given)


def _numbered(name: str) -> Callable[[int], str]:
    """The name, then the same name with a number, from 2."""
    return lambda number: name if number == 1 else f"{name} ({number})"


def _check_network(rule: object) -> None:
    try:
        ipaddress.ip_network(cast("str", rule), strict=False)
    except ValueError as error:
        raise RecordError("Account.ip_rules", rule, f"an address or network, as '192.0.2.0/24' ({error})") from None


def as_account_id(name: str) -> str:
    """Spell an account id as NetSuite does, however it was spelled: ``1234567_SB1``."""
    return name.upper().replace("-", "_")


def by_id(accounts: Iterable[Account]) -> dict[str, Account]:
    """Index accounts by their ids, in their order.

    Raises:
        ValueError: two have the same id.
    """
    found: dict[str, Account] = {}
    for account in accounts:
        if account.id in found:
            raise ValueError(f"there are two accounts {account.id!r}; each needs an id of its own")
        found[account.id] = account
    return found


def default_credential(account: str, kind: str, name: str, field: str) -> str:
    """Make a default key, secret or password: 64 hex digits that are the same tomorrow."""
    return hashlib.sha256(f"pytest-netsuite-tba/{account}/{kind}/{name}/{field}".encode()).hexdigest()
