"""Rows 1 to 18 of the table of checks, in its order (``docs/refusals.md``).

Row 1, the host, is decided before there is an account: :mod:`pytest_netsuite_tba.services.routing`.
Each check looks at one :class:`Login` and gives a refusal, or None to let it pass on.
The order is ours: Oracle publishes none.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable
from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.users import REST_WEB_SERVICES
from pytest_netsuite_tba.oauth1.encoding import to_bytes
from pytest_netsuite_tba.oauth1.signature import sign, signing_key

from .bounds import unread
from .login import Login
from .nonces import WINDOW_SECONDS
from .refusals import BY_ID
from .web_services_only import WAYS_IN

if TYPE_CHECKING:
    from pytest_netsuite_tba.account.users import Entity, Role
    from pytest_netsuite_tba.oauth1.header import Deviation

    from .refusal import Refusal
    from .request import SignedRequest

REQUIRED = (
    "oauth_consumer_key",
    "oauth_token",
    "oauth_signature_method",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_signature",
)
_ALL_REQUIRED = frozenset(REQUIRED)
PROTOCOL_PARAMETERS = frozenset((*REQUIRED, "oauth_version"))
_ONCE = PROTOCOL_PARAMETERS | {"oauth_callback", "oauth_verifier"}
NONCE_MIN_LENGTH = 6
_TIMESTAMP_DIGITS = 15  # more is no time; also keeps int() cheap

# How a deviation from RFC 5849 reads as a cause. One that is not here, NetSuite lets pass:
# characters sent raw are decoded like any others (a raw "+" to a space), and stray commas are skipped.
_REFUSED_DEVIATIONS: dict[str, str] = {
    "duplicate": "{name} is sent twice in the Authorization header.",
    "empty": "{name} is empty.",
    "unquoted": "The value of {name} is not in double quotes.",
    "unterminated-quote": "The value of {name} has no closing quote.",
    "not-a-pair": 'Item {position} of the Authorization header is no name="value" pair.',
    "bad-escape": "The value of {name} has a % that two hex digits do not follow.",
    "missing-comma": "No comma follows {name} in the Authorization header.",
}


def has_authorization(login: Login) -> Refusal | None:
    """Row 2: an Authorization header is there, of the OAuth scheme (in any case), and no session cookie."""
    request = login.request
    if not request.authorizations:
        outside = login.account.behaviour.oauth_outside_header == "accept" and _is_signed_outside(request)
        return None if outside else BY_ID["no-authorization"]
    sent = request.authorizations[0].strip().partition(" ")[0]
    scheme = sent.lower()
    if scheme == "oauth":
        return BY_ID["session-cookie"] if "JSESSIONID=" in request.header("cookie") else None
    if not scheme:
        return BY_ID["no-authorization"].because("The Authorization header is empty.")
    cause = f"The Authorization header is of the scheme {sent[:40]!r}, not OAuth."
    return BY_ID["user-credentials"] if scheme == "nlauth" else BY_ID["other-scheme"].because(cause)


def header_is_well_formed(login: Login) -> Refusal | None:
    """Row 3: the header parses; each parameter is there once, not empty, well formed. Fills ``login.parameters``.

    What is more than is read (:mod:`.bounds`) is refused here too.
    """
    request = login.request
    rejected = BY_ID["parameter_rejected"]
    if len(request.authorizations) > 1:
        return rejected.because(f"The request has {len(request.authorizations)} Authorization headers.")
    if login.excess:
        return unread(rejected, login.excess)
    for deviation in login.header.deviations:
        if _is_refused(deviation):
            text = _REFUSED_DEVIATIONS[deviation.kind]
            return rejected.because(text.format(name=deviation.name[:80] or "a parameter", position=deviation.position))
    login.parameters = login.sent_parameters()
    login.identify()
    again = _sent_again(login)
    return rejected.because(again) if again else None


def _sent_again(login: Login) -> str:
    """Tell of a protocol parameter that stands in query or form, and elsewhere too; "" where none does.

    Each is there once a request (RFC 5849 section 3.1), and a name is what it decodes to. Where there is an Authorization
    header, it is the place of all that NetSuite knows; where there is none, realm is a parameter like the others.
    """
    in_header = bool(login.request.authorizations)
    seen = dict.fromkeys(login.parameters, "Authorization header") if in_header else {}
    for place, name in [(place, name) for place, pairs in login.outside.items() for name, _ in pairs]:
        if name in _ONCE or (name == "realm" and not in_header):
            if name in seen:
                where = f" in the {place}" if place == seen[name] else f": in the {seen[name]} and in the {place}"
                return f"{name[:80]} is sent twice{where}."
            if in_header and name in PROTOCOL_PARAMETERS:
                return f"{name} stands in the {place}, and not in the Authorization header with the others."
            seen[name] = place
    return ""


def _is_refused(deviation: Deviation) -> bool:
    if deviation.name == "realm" and deviation.kind in {"unquoted", "empty"}:
        return False  # an unquoted realm is let in (docs/rules.md 1.5); an empty one is a wrong one, row 8
    return deviation.kind in _REFUSED_DEVIATIONS


def _is_signed_outside(request: SignedRequest) -> bool:
    in_form = request.is_form and b"oauth_signature=" in request.body
    return "oauth_signature=" in request.query or in_form


def required_parameters_are_present(login: Login) -> Refusal | None:
    """Row 4: nothing that NetSuite needs is missing."""
    if login.parameters.keys() >= _ALL_REQUIRED:
        return None
    missing = [name for name in REQUIRED if name not in login.parameters]
    are = "is" if len(missing) == 1 else "are"
    return BY_ID["MissingTokenPassportRequiredFields"].because(
        f"{', '.join(missing)} {are} missing from the Authorization header."
    )


def version_is_accepted(login: Login) -> Refusal | None:
    """Row 5: ``oauth_version``, if sent, is 1.0."""
    version = login.parameters.get("oauth_version", "1.0")
    if version == "1.0":
        return None
    return BY_ID["VersionRejected"].because(f"oauth_version is {version[:40]!r}, not '1.0'.")


def algorithm_is_accepted(login: Login) -> Refusal | None:
    """Row 6: only HMAC-SHA256 (Oracle section_1534941088)."""
    method = login.parameters["oauth_signature_method"]
    if method == "HMAC-SHA256":
        return None
    return BY_ID["UnknownAlgorithm"].because(f"oauth_signature_method is {method[:40]!r}, not 'HMAC-SHA256'.")


def timestamp_is_in_window(login: Login) -> Refusal | None:
    """Row 7: a positive whole number of seconds, at most five minutes off either way."""
    text = login.parameters["oauth_timestamp"]
    if not (text.isascii() and text.isdigit() and text.strip("0")):
        return BY_ID["InvalidTimestamp-malformed"].because(
            f"oauth_timestamp is {text[:40]!r}, no positive whole number."
        )
    off = int(text[:_TIMESTAMP_DIGITS]) - login.now if len(text) <= _TIMESTAMP_DIGITS else float("inf")
    if abs(off) <= WINDOW_SECONDS:
        return None
    side = "ahead of" if off > 0 else "behind"
    by = f"{abs(off):.0f} seconds" if off != float("inf") else "ages"
    return BY_ID["InvalidTimestamp"].because(
        f"oauth_timestamp {text[:40]} is {by} {side} NetSuite's clock; {WINDOW_SECONDS} are let pass."
    )


def realm_is_this_account(login: Login) -> Refusal | None:
    """Row 8: realm is the account's id, spelt as the account spells it."""
    realm = login.parameters.get("realm")
    if realm == login.account.id:
        return None
    if realm is None:
        return BY_ID["realm-missing"]
    return BY_ID["wrong-realm"].because(f"realm is {realm[:80]!r}, but the account called is {login.account.id!r}.")


def feature_is_enabled(login: Login) -> Refusal | None:
    """Row 9: the account has Token-based Authentication switched on."""
    return None if login.account.features.token_based_authentication else BY_ID["FeatureDisabled"]


def integration_is_known(login: Login) -> Refusal | None:
    """Row 10: an integration record has this consumer key."""
    return BY_ID["consumer_key_unknown"] if login.integration is None else None


def integration_is_enabled(login: Login) -> Refusal | None:
    """Row 11: the record is Enabled, and its Token-based Authentication box ticked."""
    integration = login.found_integration
    if integration.state == "BLOCKED":
        return BY_ID["consumer_key_refused-blocked"]
    if integration.state == "WAITING_FOR_APPROVAL":
        return BY_ID["consumer_key_refused-waiting-for-approval"]
    return None if integration.token_based_authentication else BY_ID["consumer_key_refused-tba-unticked"]


def token_is_usable(login: Login) -> Refusal | None:
    """Row 12: the token is known, active, and of this integration."""
    token = login.token
    if token is None:
        return BY_ID["token_rejected-unknown"]
    if token.revoked:
        return BY_ID["token_rejected-revoked"]
    if not token.active:
        return BY_ID["token_rejected-inactive"]
    return None if token.integration is login.integration else BY_ID["token_rejected-other-integration"]


def signature_is_right(login: Login) -> Refusal | None:
    """Row 13: the signature is the one that the request and the two secrets make."""
    right = is_signed_with(login, login.found_integration.consumer_secret, login.found_token.secret)
    return None if right else BY_ID["InvalidSignature"]


def is_signed_with(login: Login, consumer_secret: str, token_secret: str) -> bool:
    """Say whether the request's signature is the one that these secrets make; compared in constant time."""
    expected = sign(login.base_string(login.parameters), signing_key(consumer_secret, token_secret))
    return hmac.compare_digest(to_bytes(expected), to_bytes(login.parameters["oauth_signature"]))


def nonce_has_right_length(login: Login) -> Refusal | None:
    """Row 14: six characters or more, and no more than ``Behaviour.nonce_max_length`` if that is set."""
    nonce = login.parameters["oauth_nonce"]
    if len(nonce) < NONCE_MIN_LENGTH:
        return BY_ID["nonce_rejected"].because(
            f"oauth_nonce has {len(nonce)} characters; {NONCE_MIN_LENGTH} is the least."
        )
    longest = login.account.behaviour.nonce_max_length
    if longest and len(nonce) > longest:
        return BY_ID["nonce_rejected"].because(f"oauth_nonce has {len(nonce)} characters; {longest} is the most.")
    return None


def nonce_is_new(login: Login) -> Refusal | None:
    """Row 15: this user has not used this nonce with this timestamp; from now on it has."""
    if is_spent(login, login.found_token.entity.email):
        return BY_ID["nonce_used"].because(
            f"Attempt {login.earlier_attempt} of this user already used this nonce with this timestamp."
        )
    return None


def is_spent(login: Login, user: str) -> bool:
    """Say whether ``user`` used the request's nonce and timestamp before; spend them where not."""
    nonce, timestamp = login.parameters["oauth_nonce"], int(login.parameters["oauth_timestamp"])
    login.earlier_attempt = login.nonces.seen(user, nonce, timestamp)
    if login.earlier_attempt is None:
        login.nonces.spend(user, nonce, timestamp, now=login.now, attempt=login.attempt)
    return login.earlier_attempt is not None


def user_is_not_locked(login: Login) -> Refusal | None:
    """Row 16: the user is not locked after failed logins."""
    return BY_ID["temporary_locked"] if login.found_token.entity.is_locked(login.now) else None


# What makes an entity or a role unusable, in the order looked at: (holds, id of the refusal).
_PERMISSION_RULES: tuple[tuple[Callable[[Entity, Role], bool], str], ...] = (
    (lambda entity, _: entity.active, "permission_denied-entity-inactive"),
    (lambda entity, _: entity.access, "permission_denied-no-access"),
    (lambda _, role: role.active, "permission_denied-role-inactive"),
    (lambda entity, role: role in entity.roles, "permission_denied-role-taken-away"),
    (lambda _, role: not role.switched_off_by_user, "permission_denied-role-switched-off"),
    (lambda _, role: role.may_use_tokens, "permission_denied-no-token-permission"),
)


def entity_and_role_are_usable(login: Login) -> Refusal | None:
    """Row 17: entity and role are active, belong together, may use tokens, and come from an address let in."""
    token = login.found_token
    for holds, wanted in _PERMISSION_RULES:
        if not holds(token.entity, token.role):
            return BY_ID[wanted]
    if login.account.ip_rules and not address_is_let_in(login.request.remote_address, login.account.ip_rules):
        return BY_ID["permission_denied-ip-address"]
    return None


def address_is_let_in(address: str, rules: list[str]) -> bool:
    """Say whether an IP address is in one of the account's networks."""
    try:
        client = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(client in ipaddress.ip_network(rule, strict=False) for rule in rules)


def role_may_call_restlets(login: Login) -> Refusal | None:
    """Row 18: the role is not Web Services Only (Oracle section_4254801119; disputed, ``Behaviour`` decides)."""
    restricted = login.found_token.role.web_services_only and login.account.behaviour.web_services_only_refused
    refusal = WAYS_IN["restlet"].refusal
    return BY_ID[refusal] if restricted and refusal is not None else None


def rest_is_enabled(login: Login) -> Refusal | None:
    """Row 9 of REST web services: their own feature is on as well."""
    return None if login.account.features.rest_web_services else BY_ID["FeatureDisabled-rest"]


def role_may_call_rest(login: Login) -> Refusal | None:
    """Row 18 of REST web services: the role holds their permission (Oracle bridgehead_4248124361)."""
    allowed = REST_WEB_SERVICES in login.found_token.role.permissions
    return None if allowed else BY_ID["permission_denied-no-rest-permission"]


Check = Callable[[Login], "Refusal | None"]

# Each reads like the table: row 2 first, row 18 last.
_HEADER: tuple[Check, ...] = (
    has_authorization,
    header_is_well_formed,
    required_parameters_are_present,
    version_is_accepted,
    algorithm_is_accepted,
    timestamp_is_in_window,
    realm_is_this_account,
    feature_is_enabled,
)
_RECORDS: tuple[Check, ...] = (
    integration_is_known,
    integration_is_enabled,
    token_is_usable,
    signature_is_right,
    nonce_has_right_length,
    nonce_is_new,
    user_is_not_locked,
    entity_and_role_are_usable,
)
RESTLET = (*_HEADER, *_RECORDS, role_may_call_restlets)
REST = (*_HEADER, rest_is_enabled, *_RECORDS, role_may_call_rest)
TOKEN_ENDPOINTS = RESTLET  # tokeninfo, revoketoken; the flow has checks of its own
