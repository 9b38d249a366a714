"""The RESTlet endpoint: rows 20 to 25 of the table of checks, and how a RESTlet call is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_netsuite_tba.account.scripts import ENTRY_POINTS, Audience, Call, Canned, JavaScriptError, SuiteScriptError
from pytest_netsuite_tba.account.users import SUITESCRIPT
from pytest_netsuite_tba.extras import MissingExtraError
from pytest_netsuite_tba.login import checks
from pytest_netsuite_tba.oauth1.encoding import to_bytes

from . import bodies
from .reply import UNAUTHORIZED, error_id
from .service import Service

if TYPE_CHECKING:
    from pytest_netsuite_tba.account.records import Account, Token
    from pytest_netsuite_tba.account.scripts import Deployment
    from pytest_netsuite_tba.login.audit_trail import AuditTrail
    from pytest_netsuite_tba.login.login import Login
    from pytest_netsuite_tba.login.refusal import Refusal
    from pytest_netsuite_tba.login.request import SignedRequest

    from .reply import Reply
    from .service import Exchange, Surroundings

RESTLET_PATH = "/app/site/hosting/restlet.nl"

# code -> (status, message); Oracle section_4634920277, except where a comment says that nothing documents it.
# A status of None is Behaviour.insufficient_permission_status.
ERRORS: dict[str, tuple[int | None, str]] = {
    "SSS_INVALID_SCRIPTLET_ID": (404, "That Suitelet is invalid, disabled, or no longer exists."),
    "INSUFFICIENT_PERMISSION": (None, "You do not have privileges to view this page"),
    "METHOD_NOT_ALLOWED": (405, "This RESTlet has no entry point for the method {0}."),  # code and text are ours
    "UNSUPPORTED_MEDIA_TYPE": (415, "The content type {0} is not supported."),  # code and text are ours
    "INVALID_REQUEST": (400, "The request could not be understood by the server due to malformed syntax."),
    "SSS_FILE_CONTENT_SIZE_EXCEEDED": (400, "The content exceeds the maximum allowed size of 10 MB."),  # our choice
    "INVALID_RETURN_DATA_FORMAT": (400, "Invalid data format. You should return text."),  # captured
    "UNEXPECTED_ERROR": (500, "An unexpected error occurred. Error ID: {0}"),
}
# Errors of NetSuite's own that end a script: its name and message, and no SuiteScript error around them.
LIMIT_ERRORS = {
    "SSS_USAGE_LIMIT_EXCEEDED": "Script Execution Usage Limit Exceeded",
    "SSS_TIME_LIMIT_EXCEEDED": "Script Execution Time Exceeded.",
}
_MOST_LISTED = 20  # deployments, where a call is of none
_UNEXPECTED = "An unexpected SuiteScript error has occurred"
_NO_SUITESCRIPT = (
    "Permission Violation: You need the 'SuiteScript' permission to access this page. "
    "Please contact your account administrator."
)


class EntryPointError(Exception):
    """An entry point of the test raised something that is no SuiteScriptError; ``__cause__`` is what it raised."""


def error(request: SignedRequest, account: Account, code: str, *facts: str, message: str | None = None) -> Reply:
    """Answer with one of :data:`ERRORS`."""
    status, text = ERRORS[code]
    status = account.behaviour.insufficient_permission_status if status is None else status
    return bodies.error_reply(request.media_type, status, code, (message or text).format(*facts))


def refuse(exchange: Exchange, refusal: Refusal) -> Reply:
    """Render a refusal as the call's own content type asks."""
    account, status = exchange.account, refusal.status or UNAUTHORIZED
    challenged = account is not None and status == UNAUTHORIZED and account.behaviour.www_authenticate_on_restlets
    headers = exchange.challenge() if challenged else {}
    return bodies.error_reply(exchange.request.media_type, status, refusal.code, refusal.message, headers)


def answer(exchange: Exchange, login: Login) -> Reply | None:
    """Rows 20 to 25; what is no deployed RESTlet's is left to what the test expects."""
    if exchange.request.path != RESTLET_PATH:
        return None
    call = RestletCall(exchange.request, login.account, login.found_token, exchange.beside, exchange.gate.trail)
    deployment = call.deployment()
    if deployment is None:
        if exchange.beside.is_expected():
            return None
        _miss(exchange, call)
        return call.not_found()
    reply = call.answer(deployment)
    exchange.note = call.problem
    if call.failure is not None:
        exchange.failures.append(call.failure)
    return reply


def _miss(exchange: Exchange, call: RestletCall) -> None:
    """Tell of a RESTlet that is not deployed."""
    restlets = call.account.restlets
    deployed = [f"{restlet.script} / {restlet.deploy}" for restlet in restlets[:_MOST_LISTED]]
    deployed += [f"and {len(restlets) - _MOST_LISTED} more"] if len(restlets) > _MOST_LISTED else []
    asked = f"{call.parameters.get('script', '')} / {call.parameters.get('deploy', '')}"
    missed = f"the RESTlet {exchange.gate.hide().text(asked)}, which is not deployed; deployed: {', '.join(deployed) or 'none'}."
    exchange.failures.append(f"{call.request.method} called {missed} netsuite.deploy(), or account.toml, deploys it.")
    exchange.note = f"The call is of {missed}"


class RestletCall:
    """One call that was let in, on its way through rows 20 to 25.

    Attributes:
        problem: what a reader of the report should know of the answer, or None.
        failure: an exception of the test's own entry point, or None.
    """

    def __init__(
        self, request: SignedRequest, account: Account, token: Token, beside: Surroundings, trail: AuditTrail
    ) -> None:
        self.request = request
        self.trail = trail
        self.beside = beside
        self.account = account
        self.token = token
        self.parameters = dict(request.query_parameters)
        if not "".join(map("".join, request.query_parameters)).isascii():
            self.parameters = {_plain(name): _plain(value) for name, value in request.query_parameters}
        self.problem: str | None = None
        self.failure: Exception | None = None

    def deployment(self) -> Deployment | None:
        """Row 20: the deployment that the URL names, deployed or not."""
        with self.account.lock:
            return self.account.find_deployment(self.parameters.get("script", ""), self.parameters.get("deploy", ""))

    def not_found(self) -> Reply:
        """Row 20, refused."""
        return self._error("SSS_INVALID_SCRIPTLET_ID")

    def answer(self, deployment: Deployment) -> Reply:
        """Rows 20 to 25: the deployment's answer, or the first row's that stands in its way."""
        if not deployment.deployed:
            self.problem = f"{deployment.script} / {deployment.deploy} is not deployed."
            return self.not_found()
        refused = self._permission(deployment)
        if refused is None:
            refused = self._shape(deployment)
        return self._run(deployment) if refused is None else refused

    def _error(self, code: str, *facts: str, message: str | None = None) -> Reply:
        return error(self.request, self.account, code, *facts, message=message)

    def _permission(self, deployment: Deployment) -> Reply | None:
        """Rows 21 and 22: status and audience, then the SuiteScript permission of the role."""
        entity, role, audience = self.token.entity, self.token.role, deployment.audience
        if entity.email != deployment.owner:
            if deployment.status == "TESTING":
                self.problem = "The deployment's status is Testing: only the script's owner may call it."
            elif isinstance(audience, Audience) and not audience.holds(entity, role):
                self.problem = f"The deployment's audience holds neither {entity.email} nor the role {role.id}."
        if self.problem is not None:
            return self._error("INSUFFICIENT_PERMISSION")
        if SUITESCRIPT not in role.permissions:
            self.problem = f"The role {role.id} lacks the SuiteScript permission."
            return self._error("INSUFFICIENT_PERMISSION", message=_NO_SUITESCRIPT)
        return None

    def _shape(self, deployment: Deployment) -> Reply | None:
        """Rows 23 and 24: the method has an entry point; type and size of the body are allowed."""
        request = self.request
        method = request.method.lower()
        if method not in ENTRY_POINTS or getattr(deployment, method) is None:
            self.problem = f"{deployment.script} has no entry point {method[:20]!r}."
            reply = self._error("METHOD_NOT_ALLOWED", request.method[:20])
            allowed = [name.upper() for name in ENTRY_POINTS if getattr(deployment, name) is not None]
            reply.headers.append(("Allow", ", ".join(allowed)))
            return reply
        if method == "get" and request.body:
            self.problem = "A GET has no body."
            return self._error("INVALID_REQUEST")
        # Some clients put a Content-Type of their own on a DELETE without a body.
        has_type = bool(request.body or (request.media_type and method != "delete"))
        if has_type and request.media_type not in bodies.MEDIA_TYPES:
            self.problem = f"Content-Type is {request.media_type[:80]!r}; RESTlets take {', '.join(bodies.MEDIA_TYPES)}, in lower case."
            return self._error("UNSUPPORTED_MEDIA_TYPE", request.media_type[:80] or "of a body without Content-Type")
        if len(request.body) > bodies.LIMIT_BYTES:
            self.problem = f"The body has {len(request.body)} bytes; 10 MB is the most."
            return self._error("SSS_FILE_CONTENT_SIZE_EXCEEDED")
        return None

    def _run(self, deployment: Deployment) -> Reply:
        """Row 25: read the body, run the entry point, write what it returns."""
        method = self.request.method.lower()
        try:
            body = bodies.read_body(self.request.media_type, self.request.body) if method in {"post", "put"} else None
        except bodies.BadBodyError as bad:
            self.problem = f"{bad}."
            return self._error("INVALID_REQUEST")
        except MissingExtraError as missing:
            self.problem, self.failure = f"{missing}.", missing
            return self._error("UNEXPECTED_ERROR", error_id())
        call = self._call(body)
        deployment.calls.join(self.trail)
        deployment.calls.append(call)
        try:
            return self._write(_value(getattr(deployment, method), call, self))
        except SuiteScriptError as thrown:
            self.problem = f"The script threw {thrown.name}."
            return self._script_error(thrown, deployment)
        except JavaScriptError as thrown:
            self.problem = f"The script threw {thrown}."
            return self._thrown(self.account.behaviour.javascript_exception_code, str(thrown))
        except Exception as raised:  # noqa: BLE001  (an entry point is the test's own code; NetSuite answers 400 whatever a script throws)
            self.problem = f"Entry point {method!r} of {deployment.script} raised {type(raised).__name__}: {raised}"
            self.failure = EntryPointError(self.problem)
            self.failure.__cause__ = raised
            return self._thrown("UNEXPECTED_ERROR", _UNEXPECTED)

    def _write(self, value: object) -> Reply:
        """Write what an entry point returned; a framework's response is a script's own ``createResponse``."""
        own = self.beside.as_reply(value)
        if own is not None:
            return own
        try:
            reply = bodies.value_reply(self.request.media_type, value, self.account.behaviour)
        except bodies.NotReturnableError:
            returned = "nothing" if value is None else f"a Python {type(value).__name__}"
            call = (
                bodies.call_type(self.request.media_type) if self.request.media_type else "call without a Content-Type"
            )
            self.problem = f"The script returned {returned} to a {call}: that takes a text alone."
            return self._error("INVALID_RETURN_DATA_FORMAT")
        except (TypeError, ValueError) as wrong:
            raise TypeError(f"it returned what is no text, and no value of JSON ({wrong})") from None
        if len(cast("bytes", reply.body)) > bodies.LIMIT_BYTES:
            self.problem = "The answer has more than 10 MB."
            return self._error("SSS_FILE_CONTENT_SIZE_EXCEEDED")
        return reply

    def _call(self, body: object) -> Call:
        parameters = dict(self.parameters)
        if not self.account.behaviour.script_and_deploy_reach_script:
            parameters.pop("script", None)
            parameters.pop("deploy", None)
        token = self.token
        return Call(
            method=self.request.method.upper(), parameters=parameters, body=body,
            headers={name.lower(): value for name, value in self.request.headers if name.lower() != "authorization"},
            user=token.entity.label, role=token.role.name, application=token.integration.name,
            token_name=token.name,
        )  # fmt: skip

    def _script_error(self, thrown: SuiteScriptError, deployment: Deployment) -> Reply:
        """The code is the error's name, the message is itself a JSON text (docs/rules.md 4.6)."""
        if thrown.name in LIMIT_ERRORS:
            return self._thrown(thrown.name, thrown.message or LIMIT_ERRORS[thrown.name])
        error = {"name": thrown.name, "message": thrown.message}
        made = "createError(N/error)"
        details = {
            "type": "error.SuiteScriptError",
            **error,
            "stack": [made, f"{self.request.method.lower()}(/SuiteScripts/{deployment.script}.js:1)", made],
            "cause": error | {"notifyOff": False},
            "id": "",
            "notifyOff": False,
            "userFacing": True,
        }
        return self._thrown(thrown.name, bodies.dump_json(details))

    def _thrown(self, code: str, message: str) -> Reply:
        """What a script does not catch is a 400."""
        return bodies.error_reply(self.request.media_type, 400, code, message)


def _value(entry_point: Any, call: Call, run: RestletCall) -> object:  # noqa: ANN401  (whatever a test deploys)
    """What an entry point returns for a call."""
    if isinstance(entry_point, Canned):
        if entry_point.error is not None:
            raise SuiteScriptError(entry_point.error.code, entry_point.error.message)
        if entry_point.exception is not None:
            raise JavaScriptError(entry_point.exception)
        if entry_point.echo:
            return _echo(call, run)
        return entry_point.text if entry_point.text is not None else entry_point.json
    if callable(entry_point):
        return entry_point(call.body if call.method in {"POST", "PUT"} else call.parameters)
    return entry_point


def _echo(call: Call, run: RestletCall) -> object:
    seen = {
        "method": call.method,
        "parameters": call.parameters,
        "body": call.body,
        "account": run.account.id,
        "user": call.user,
        "role": call.role,
        "application": call.application,
        "token_name": call.token_name,
    }
    return bodies.xml_response(seen) if run.request.media_type == bodies.XML else bodies.dump_json(seen)


def _plain(text: str) -> str:
    """Text as a script sees it: bytes that are not UTF-8 become U+FFFD."""
    return text if text.isascii() else to_bytes(text).decode("utf-8", "replace")


SERVICE = Service(
    name="restlet", channel="restlet", domains=("restlets.api", "app"), paths=(RESTLET_PATH,),
    checks=checks.RESTLET, refuse=refuse, answer=answer,
)  # fmt: skip
