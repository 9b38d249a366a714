"""Rows 2 to 18 of a SOAP call, whose login is a ``tokenPassport`` in the envelope (Oracle section_4395630653).

It says the same as an Authorization header, so most rows are those of :mod:`.checks`.
"""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.records import as_account_id
from pytest_netsuite_tba.account.users import SOAP_WEB_SERVICES
from pytest_netsuite_tba.oauth1.encoding import to_bytes

from . import checks
from .bounds import unread
from .refusals import BY_ID
from .token_passport import ALGORITHMS, FIELDS, Envelope, SentPassport

if TYPE_CHECKING:
    from .login import Login
    from .refusal import Refusal

NONCE_MAX_LENGTH = 64
USER_LOGINS = ("login", "ssoLogin", "mapSso", "logout")  # operations of user credentials
_ENDPOINT = re.compile(r"/services/NetSuitePort_([0-9]{1,4})_([0-9])")  # NetSuitePort_2_6 is of 2007
_FIRST_ENDPOINT_WITH_TOKENS = (2015, 2)


def _envelope(login: Login) -> Envelope:
    return login.request.envelope or Envelope(problem="The request holds no SOAP envelope.")


def _passport(login: Login) -> SentPassport:
    return _envelope(login).passports[0]


def has_token_passport(login: Login) -> Refusal | None:
    """Row 2: an envelope with one ``tokenPassport``, and no other way to log in beside it."""
    envelope, request = _envelope(login), login.request
    if login.excess or envelope.problem:
        malformed = BY_ID["malformed-envelope"]
        return unread(malformed, login.excess) if login.excess else malformed.because(envelope.problem)
    if envelope.operation in USER_LOGINS:
        return BY_ID["soap-user-credentials"].because(f"The operation {envelope.operation!r} is of user credentials.")
    others = list(envelope.other_logins)
    if not envelope.passports:
        if "passport" in others:
            return BY_ID["soap-user-credentials"]
        return BY_ID["no-authorization"].because("The envelope has no tokenPassport in its header.")
    if any("JSESSIONID=" in cookies for cookies in request.headers_of("cookie")):
        others.append("JSESSIONID cookie")
    if others:
        said = " and ".join(f"a{'n' * (name[0] in 'aeiou')} {name}" for name in others)
        refusal = "ambiguous-authentication-passport" if "passport" in others else "ambiguous-authentication"
        return BY_ID[refusal].because(f"Beside the tokenPassport there is {said}.")
    return BY_ID["two-token-passports"] if len(envelope.passports) > 1 else None


def endpoint_takes_tokens(login: Login) -> Refusal | None:
    """Row 2: token-based authentication begins with the endpoint of 2015.2 (Oracle section_N3445710)."""
    called = _ENDPOINT.match(login.request.path)
    if called is None or (int(called[1]), int(called[2])) >= _FIRST_ENDPOINT_WITH_TOKENS:
        return None
    return BY_ID["soap-endpoint-without-tokens"].because(
        f"The endpoint {called[1]}.{called[2]} takes no tokenPassport."
    )


def passport_is_well_formed(login: Login) -> Refusal | None:
    """Row 4: each field is there once, not empty. Fills ``login.parameters``."""
    passport = _passport(login)
    login.parameters = {
        parameter: passport.fields[name] for name, parameter in FIELDS.items() if name in passport.fields
    }
    login.parameters["oauth_signature_method"] = passport.algorithm
    login.identify()
    wrong = [f"{name} is sent twice" for name in passport.repeated]
    wrong += [f"{name} is missing or empty" for name in FIELDS if not passport.fields.get(name)]
    wrong += [] if passport.algorithm else ["the signature has no algorithm"]
    if not wrong:
        return None
    said = ", ".join(wrong)
    return BY_ID["MissingTokenPassportRequiredFields"].because(f"{said[0].upper()}{said[1:]}.")


def algorithm_is_accepted(login: Login) -> Refusal | None:
    """Row 6: HMAC-SHA256, by either of its two names (Oracle section_4395625838)."""
    algorithm = _passport(login).algorithm
    if algorithm in ALGORITHMS:
        return None
    return BY_ID["UnknownAlgorithm"].because(f"algorithm is {algorithm[:40]!r}, not 'HMAC-SHA256'.")


def account_is_this_account(login: Login) -> Refusal | None:
    """Row 8: the account that was called. Only spelt otherwise it is found, and the signature is wrong then."""
    sent = login.parameters["realm"]
    return None if as_account_id(sent) == login.account.id else checks.realm_is_this_account(login)


def soap_is_enabled(login: Login) -> Refusal | None:
    """Row 9 of SOAP web services: their own feature is on as well."""
    return None if login.account.features.soap_web_services else BY_ID["FeatureDisabled-soap"]


def signature_is_right(login: Login) -> Refusal | None:
    """Row 13: that of the five fields and the two secrets; compared in constant time."""
    passport = _passport(login).for_account(login.account.id)
    expected = passport.signature(login.found_integration.consumer_secret, login.found_token.secret)
    received = login.parameters["oauth_signature"]
    return None if hmac.compare_digest(to_bytes(expected), to_bytes(received)) else BY_ID["InvalidSignature"]


def nonce_is_accepted(login: Login) -> Refusal | None:
    """Row 14: 6 to 64 characters; only letters and digits where ``Behaviour`` says so."""
    nonce = login.parameters["oauth_nonce"]
    if not checks.NONCE_MIN_LENGTH <= len(nonce) <= NONCE_MAX_LENGTH:
        return BY_ID["nonce_rejected"].because(
            f"nonce has {len(nonce)} characters; {checks.NONCE_MIN_LENGTH} to {NONCE_MAX_LENGTH} are let pass."
        )
    if login.account.behaviour.soap_nonce_alphanumeric and not (nonce.isascii() and nonce.isalnum()):
        return BY_ID["nonce_rejected"].because("nonce has other characters than letters and digits.")
    return None


def role_may_call_soap(login: Login) -> Refusal | None:
    """Row 18 of SOAP web services: the role holds their permission (Oracle bridgehead_4248124361)."""
    allowed = SOAP_WEB_SERVICES in login.found_token.role.permissions
    return None if allowed else BY_ID["permission_denied-no-soap-permission"]


SOAP: tuple[checks.Check, ...] = (
    has_token_passport,
    endpoint_takes_tokens,
    passport_is_well_formed,
    algorithm_is_accepted,
    checks.timestamp_is_in_window,
    account_is_this_account,
    checks.feature_is_enabled,
    soap_is_enabled,
    checks.integration_is_known,
    checks.integration_is_enabled,
    checks.token_is_usable,
    signature_is_right,
    nonce_is_accepted,
    checks.nonce_is_new,
    checks.user_is_not_locked,
    checks.entity_and_role_are_usable,
    role_may_call_soap,
)
