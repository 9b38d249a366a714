"""One field for each thing that NetSuite's documents leave open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .fields import Record, setting

LoginCode = Literal["INVALID_LOGIN_ATTEMPT", "INVALID_LOGIN_CREDENTIALS", "INVALID_REQUEST"]


@dataclass(slots=True, kw_only=True)
class Behaviour(Record):
    """What the fake does where Oracle's pages are silent or disagree.

    Whoever has seen a real account do otherwise sets the field, and says so to us.
    """

    # fmt: off
    login_failure_status: Literal[401, 403] = setting(
        "HTTP status of a RESTlet call whose login is refused. Oracle's table points to 401; two old reports say 403.",
        default=401)
    missing_header_code: LoginCode = setting("Error code of a call without an Authorization header.",
        default="INVALID_LOGIN_ATTEMPT")
    missing_realm_code: LoginCode = setting("Error code of a header without realm.", default="INVALID_LOGIN_ATTEMPT")
    wrong_realm_logged: bool = setting(
        "Whether NetSuite's own audit trail shows a missing or wrong realm. One integrator found it empty.",
        default=False)
    timestamp_outside_window_code: LoginCode = setting(
        "Error code of a well-formed timestamp more than five minutes off.", default="INVALID_REQUEST")
    www_authenticate_on_restlets: bool = setting(
        "Whether a 401 of a RESTlet carries the WWW-Authenticate header that REST web services send.", default=True)
    web_services_only_refused: bool = setting(
        "Whether a role with the Web Services Only box ticked is refused by RESTlets. Oracle says so, one vendor not.",
        default=True)
    rest_permission_code: Literal["USER_ERROR", "INVALID_LOGIN"] = setting(
        "Error code of a REST web services call whose role lacks a permission that it needs: 400 `USER_ERROR`, as one "
        "guide has it, or the 401 `INVALID_LOGIN` of every other refusal, as another has it.", default="USER_ERROR")
    insufficient_permission_status: Literal[400, 401, 403] = setting(
        "HTTP status of INSUFFICIENT_PERMISSION, for the audience and for the SuiteScript permission.", default=403)
    tba_unticked_detail: Literal["consumer_key_refused", "consumer_key_unknown"] = setting(
        "Audit-trail detail when the integration's Token-based Authentication box is not ticked.",
        default="consumer_key_refused")
    failed_signatures_lock_user: bool = setting(
        "Whether five wrong signatures lock the user for 30 minutes, as five wrong passwords do.", default=False)
    script_and_deploy_reach_script: bool = setting(
        "Whether `script` and `deploy` are among the parameters that the script gets.", default=False)
    no_return_value_status: Literal[200, 400] = setting(
        "HTTP status of a RESTlet call of `text/plain`, or without a content type, to which the script returns "
        "nothing: 400 `INVALID_RETURN_DATA_FORMAT`, or 200 and an empty body.", default=400)
    object_to_xml_call: Literal["refused", "written"] = setting(
        "What becomes of an object that a script returns to an `application/xml` call: `INVALID_RETURN_DATA_FORMAT`, "
        "or XML of our own making, `<response>...</response>`. Oracle allows it and shows no such answer.",
        default="refused")
    javascript_exception_code: Literal["UNEXPECTED_ERROR", "JS_EXCEPTION"] = setting(
        "Error code of a plain JavaScript exception that a script does not catch. Captures have both.",
        default="UNEXPECTED_ERROR")
    oauth_outside_header: Literal["refuse", "accept"] = setting(
        "What happens to OAuth parameters in the query string or a form body in place of the header.", default="refuse"
    )
    parameter_order: Literal["rfc5849", "oracle-sample"] = setting(
        "How the base string orders parameters: by RFC 5849, or as the PHP sample on Oracle's page does "
        "(sorts before encoding, numbers by value, and cuts a value at a second `=`).", default="rfc5849")
    concurrency_before_login: bool = setting(
        "Whether the concurrency limit is checked before the login instead of after it.", default=False)
    nonce_max_length: int = setting("Longest nonce that is let in; 0 for no limit.", default=0, minimum=0)
    request_token_seconds: int = setting(
        "How long a request token of the authorization flow may be used, in seconds. Oracle's pages do not say.",
        default=3600, minimum=1)
    shared_hosts_redirect: bool = setting(
        "Whether a RESTlet call to a host of before 2020.2 (`rest.netsuite.com`, `rest.na1.netsuite.com`) is answered "
        "302 to the account's own host, as it was for a while, instead of 403.", default=False)
    hyphen_in_company_id: Literal["malformed", "account"] = setting(
        "What `1234567-sb1` is to `datacenterurls` and to SOAP's `getDataCenterUrls`: no account's id, as one report "
        "has it, or the account `1234567_SB1`.", default="malformed")
    soap_nonce_alphanumeric: bool = setting(
        "Whether SOAP refuses a nonce of other characters than letters and digits. Oracle asks for those; clients "
        "that send base64 work.", default=False)
    restlet_on_suitetalk: Literal["INVALID_URL", "forbidden"] = setting(
        "What a RESTlet's path on the suitetalk host is answered: 400 `INVALID_URL`, which one integrator saw, or "
        "`forbidden`, 403 with an empty body, as at any host of another service.", default="INVALID_URL")
    plain_http: Literal["served", "refused"] = setting(
        "Whether a call by plain http that names a NetSuite host is served as if it came by https, or `refused`: 403 "
        "with an empty body. NetSuite speaks TLS alone; what it says on port 80 is not known.", default="served")
    tokeninfo_entity_name: str = setting(
        "Name of the entity's id in the answer of tokeninfo. Oracle lists the entity id, and no names.",
        default="entityId")
    unknown_query_parameter: Literal["served", "refused"] = setting(
        "What REST web services do with a query parameter that the fake does not know, NetSuite's own `q`, `fields` and "
        "`expandSubResources` among them: answer as if it were not there, and name it in the report; or 400 "
        "`INVALID_PARAMETER`.", default="served")
    rest_plain_text_body: Literal["json", "refused"] = setting(
        "Whether REST web services read a body of `text/plain`, which JavaScript's `fetch` makes of any text, as the "
        "JSON that it is, as they do without a Content-Type; or refuse it with 415.", default="json")
