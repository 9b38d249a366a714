"""The refusals that only REST or only SOAP web services know: rows of the one table in :mod:`.refusals`."""

from __future__ import annotations

from pytest_netsuite_tba.login.refusal import NO_PERMISSION, PublicError, Refusal, set_field

_UNEXPECTED = PublicError("UNEXPECTED_ERROR", 500, "An unexpected error occurred.")
_AMBIGUOUS = "Ambiguous authentication"
_NOTHING_ELSE = (
    "Send one tokenPassport and nothing else: no passport, no applicationInfo, no cookie of NetSuite's pages."
)

# fmt: off
WEB_SERVICES_REFUSALS: tuple[Refusal, ...] = (
    Refusal(id="malformed-envelope", row=2, channels=("soap",), logged=False, mistake="soap-namespace-or-format",
        answers={"soap": _UNEXPECTED},
        cause="The body is no SOAP 1.1 envelope.",
        cure="Send an Envelope of http://schemas.xmlsoap.org/soap/envelope/ with a Header and a Body, as UTF-8."),
    Refusal(id="soap-user-credentials", row=2, channels=("soap",), logged=False, mistake="soap-old-passport",
        answers={"soap": _UNEXPECTED},
        cause="The envelope's header has a passport: user credentials.",
        cure="Send a tokenPassport with each request; since endpoint 2020.2 there is no login."),
    Refusal(id="ambiguous-authentication", row=2, channels=("soap",), logged=False,
        mistake="soap-ambiguous-authentication", header_at_fault=False,
        answers={"soap": PublicError("USER_ERROR", 500, _AMBIGUOUS)},
        cause="Beside the tokenPassport there is an applicationInfo or a session cookie.",
        cure=_NOTHING_ELSE),
    Refusal(id="ambiguous-authentication-passport", row=2, channels=("soap",), logged=False,
        mistake="soap-ambiguous-authentication", header_at_fault=False,
        answers={"soap": PublicError(None, 500, _AMBIGUOUS)},  # its detail names the host alone
        cause="Beside the tokenPassport there is a passport.",
        cure=_NOTHING_ELSE),
    Refusal(id="two-token-passports", row=2, channels=("soap",), logged=False,
        mistake="soap-ambiguous-authentication", header_at_fault=False,
        cause="The envelope's header has more than one tokenPassport.",
        cure="Send one tokenPassport with each request, and make a new one for the next."),
    Refusal(id="soap-endpoint-without-tokens", row=2, channels=("soap",), logged=False,
        title="Endpoint older than tokens", header_at_fault=False,
        cause="The endpoint is of 2015.1 or older, and takes no tokenPassport.",
        cure="Call the endpoint of a supported WSDL; tokens begin with 2015.2."),
    Refusal(id="FeatureDisabled-rest", row=9, detail="FeatureDisabled", channels=("rest",),
        mistake="feature-disabled", header_at_fault=False,
        arrange=set_field("account.features.rest_web_services", value=False),
        cause="The account has the REST Web Services feature switched off.",
        cure="Switch it on at Setup > Company > Enable Features > SuiteCloud."),
    Refusal(id="FeatureDisabled-soap", row=9, detail="FeatureDisabled", channels=("soap",),
        mistake="feature-disabled", header_at_fault=False,
        arrange=set_field("account.features.soap_web_services", value=False),
        cause="The account has the SOAP Web Services feature switched off.",
        cure="Switch it on at Setup > Company > Enable Features > SuiteCloud."),
    Refusal(id="permission_denied-no-rest-permission", row=18, detail="permission_denied", channels=("rest",),
        mistake="role-lacks-permission", header_at_fault=False,
        arrange=set_field("token.role.permissions", ["Log in using Access Tokens"]),
        answers={"rest": NO_PERMISSION},
        cause="The token's role lacks the REST Web Services permission.",
        cure="Add the permission REST Web Services to the role."),
    Refusal(id="permission_denied-no-soap-permission", row=18, detail="permission_denied", channels=("soap",),
        mistake="role-lacks-permission", header_at_fault=False,
        arrange=set_field("token.role.permissions", ["Log in using Access Tokens"]),
        answers={
            "soap": PublicError(
                "INSUFFICIENT_PERMISSION",
                500,
                "Permission Violation: You need the 'SOAP Web Services' permission to access this page. "
                "Please contact your account administrator.",
            )
        },
        cause="The token's role lacks the SOAP Web Services permission.",
        cure="Add the permission SOAP Web Services to the role."),
)
