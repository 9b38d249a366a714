"""The fake NetSuite: a pytest-httpserver whose every request comes before the account's gate."""

from __future__ import annotations

import os
import uuid
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from werkzeug import Request, Response

from pytest_netsuite_tba.account.history import DEFAULT_HISTORY, History
from pytest_netsuite_tba.account.records import Account, by_id
from pytest_netsuite_tba.account.seed import load
from pytest_netsuite_tba.clients.credentials import Credentials, Hosts
from pytest_netsuite_tba.fake.explaining import diagnose
from pytest_netsuite_tba.fake.faults import RESET, Faults
from pytest_netsuite_tba.login.audit_trail import AuditTrail
from pytest_netsuite_tba.login.gate import Gate
from pytest_netsuite_tba.login.hiding import without_secrets
from pytest_netsuite_tba.login.refusals import refusal
from pytest_netsuite_tba.login.refusals.transport import MALFORMED_HTTP
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.services.hosts import MisdirectedError, called, host_of, signed_request
from pytest_netsuite_tba.services.restlets import PATH, Restlets
from pytest_netsuite_tba.tokens.approval import approved
from pytest_netsuite_tba.tokens.desk import TokenDesk

from .listening import ListeningServer

if TYPE_CHECKING:
    import re
    import ssl
    from collections.abc import Iterable
    from contextlib import AbstractContextManager
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from pytest_netsuite_tba.account.behaviour import Behaviour
    from pytest_netsuite_tba.account.clock import Clock
    from pytest_netsuite_tba.account.records import Integration, Token
    from pytest_netsuite_tba.account.scripts import Audience, Deployment, EntryPoint
    from pytest_netsuite_tba.account.users import Entity, Role
    from pytest_netsuite_tba.account.web_services import Operation, RecordStore, Rows
    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.login.refusal import Refusal
    from pytest_netsuite_tba.reach.proxy import Proxy
    from pytest_netsuite_tba.services.hosts import Name
    from pytest_netsuite_tba.services.service import Service
    from pytest_netsuite_tba.tokens.desk import Redirect
    from pytest_netsuite_tba.wire.connection import Limits
    from pytest_netsuite_tba.wire.listener import Malformed

CONSOLE_PATH = "/__admin/"  # no path of NetSuite's begins so
Source = Account | str | os.PathLike[str]


class UnexpectedRequestError(AssertionError):
    """Requests came that the test did not announce; the message lists them."""


class InternalError(Exception):
    """The fake itself raised what is the ``__cause__``."""


class NetSuiteServer(ListeningServer):
    """A fake NetSuite for one or more accounts.

    It listens on loopback, from the first time that :attr:`url` is read until :meth:`stop` (or the end of a
    ``with`` block). In-process it needs no socket: :attr:`wsgi_app` is a WSGI application.

    Args:
        sources: accounts, or paths of ``account.toml`` files; the default account when empty.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        history: how many attempts, log entries and calls are kept.
        limits: what a client may send, and how long it may take.
        ssl_context: speak TLS with this context, to whoever begins with a handshake.
        proxy: be an HTTP proxy too, by which NetSuite's own host names reach the fake.

    Attributes:
        gates: each account's door, by its id.
        desk: where tokens are made and revoked by NetSuite's own endpoints.
        console: what answers below ``/__admin/``; nothing does unless it is set.
        hosts: how its own signed clients reach it by NetSuite's host names; without it they refuse to.

    Raises:
        ValueError: two accounts have the same id, or an ``account.toml`` is wrong.

    """

    def __init__(
        self,
        *sources: Source,
        host: str = ListeningServer.DEFAULT_LISTEN_HOST,
        port: int = 0,
        history: int = DEFAULT_HISTORY,
        limits: Limits | None = None,
        ssl_context: ssl.SSLContext | None = None,
        proxy: Proxy | None = None,
    ) -> None:
        super().__init__(host, port, history=history, limits=limits, ssl_context=ssl_context, proxy=proxy)
        self.no_handler_status_code = 404
        self.hosts: Hosts | None = None
        accounts: list[Account] = []
        for source in sources or (Account(),):
            accounts += [source] if isinstance(source, Account) else load(source)
        self.accounts = by_id(accounts)
        for account in accounts:
            for deployment in account.restlets:
                deployment.calls = History(history)
        self.account = accounts[0]
        self._missed: list[Deployment] = []
        self.token: Token | None = next(iter(self.account.tokens.values()), None)
        self.audit_trail = AuditTrail(history, diagnose=diagnose)
        self.audit_trail.hide = lambda text: without_secrets(text, self.accounts)
        self.faults = Faults(self.audit_trail, self._stopped)
        self.console: WSGIApplication | None = None
        self.gates = {account.id: Gate(account, self.audit_trail, accounts) for account in accounts}
        self.desk = TokenDesk(self.gates, self.audit_trail)
        self._credentials = None if self.token is None else self.credentials_for(self.token)
        self._services: dict[str, Service] = {}

    # -- the records of the first token ----------------------------------------------------------------------

    def _first_token(self) -> Token:
        if self.token is None:
            raise ValueError(f"account {self.account.id} has no token; netsuite.create_token() makes one")
        return self.token

    @property
    def integration(self) -> Integration:
        """The integration record of the first token."""
        return self._first_token().integration

    @property
    def entity(self) -> Entity:
        """The entity of the first token."""
        return self._first_token().entity

    @property
    def role(self) -> Role:
        """The role of the first token."""
        return self._first_token().role

    @property
    def clock(self) -> Clock:
        """The first account's clock."""
        return self.account.clock

    @property
    def behaviour(self) -> Behaviour:
        """The first account's behaviour, where NetSuite's documents leave something open."""
        return self.account.behaviour

    @property
    def credentials(self) -> Credentials:
        """The first token's credentials as they were when the server was made, whatever happens to the records."""
        self._first_token()
        assert self._credentials is not None  # noqa: S101  (made together with the first token)
        return self._credentials

    def credentials_for(self, token: Token) -> Credentials:
        """Give the credentials of ``token`` as they are now; its methods make signed clients.

        Raises:
            ValueError: the token is of no account of this server.

        """
        for account in self.accounts.values():
            if any(one is token for one in account.tokens.values()):
                return Credentials(
                    account=account.id,
                    consumer_key=token.integration.consumer_key,
                    consumer_secret=token.integration.consumer_secret,
                    token_id=token.id,
                    token_secret=token.secret,
                    records=account,
                    application=self.wsgi_app,
                    base_url=lambda: self.url,
                    hosts=lambda: self.hosts,
                )
        known = [
            f"{one.name!r} of {account.id}" for account in self.accounts.values() for one in account.tokens.values()
        ]
        raise ValueError(f"token {token.name!r} is of no account of this server; valid: {', '.join(known) or 'none'}")

    def create_token(
        self,
        *,
        integration: Integration | str | None = None,
        entity: Entity | str | None = None,
        role: Role | int | None = None,
        name: str | None = None,
    ) -> Token:
        """Create a token in the first account; see :meth:`pytest_netsuite_tba.Account.create_token`."""
        return self.account.create_token(integration=integration, entity=entity, role=role, name=name)

    def authorize(
        self,
        request_token: str,
        *,
        entity: Entity | str | None = None,
        role: Role | int | None = None,
        account: Account | str | None = None,
        state: str = "",
        deny: bool = False,
    ) -> Redirect:
        """Do in one line what a user does on the authorize page: allow a request token, or deny it.

        Args:
            request_token: the ``oauth_token`` of the first step, or the whole authorize URL, from which ``state``
                is taken too.
            entity, role: whom the token is for, records or their keys; the account's first entity, and that
                entity's first role which may have a token, when omitted.
            account: where; the one that the request token was made for, else the first, when omitted.
            state: the application's own, letters and digits.
            deny: click Deny.

        Raises:
            ValueError: the request token does not wait for a user, or the page would not let the user allow it;
                the message says why.

        """
        return approved(self.desk, request_token, entity=entity, role=role, account=account, state=state, deny=deny)

    # -- what the account answers ----------------------------------------------------------------------------

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
        audience: Audience | list[int | str] | str = "all",
        owner: str | None = None,
        status: str = "RELEASED",
        required: bool = False,
    ) -> Deployment:
        """Deploy a RESTlet in the first account; it records its ``calls``.

        Args:
            script, deploy: the ids, ``customscript_...`` and ``customdeploy_...``.
            get, post, put, delete: the answer: a JSON value, or a function of the parameters (GET, DELETE) or of
                the body (POST, PUT) that returns one or raises :class:`pytest_netsuite_tba.SuiteScriptError`.
            number, deploy_number: internal numbers; the next free ones when omitted.
            audience: ``"all"``, a list of role ids and e-mail addresses, or an ``Audience``; ``[]`` is the owner only.
            owner: the owner's e-mail address.
            status: ``RELEASED``, or ``TESTING`` for the owner only.
            required: fail the test if the RESTlet was never called.

        Raises:
            ValueError: a value does not fit; the message has it and the valid ones.

        """
        values: dict[str, Any] = {"audience": audience, "status": status}
        deployment = self.account.deploy(
            script,
            deploy,
            get=get,
            post=post,
            put=put,
            delete=delete,
            number=number,
            deploy_number=deploy_number,
            owner=owner,
            required=required,
            **values,
        )
        deployment.calls = History(self.history)
        return deployment

    @property
    def records(self) -> RecordStore:
        """The first account's business records, as REST web services find them."""
        return self.account.store

    def suiteql(self, query: str | re.Pattern[str], rows: Rows) -> None:
        """Say what a SuiteQL query of the first account gives; see :meth:`RecordStore.answer_suiteql`.

        Args:
            query: its text (outside quotes case does not count, and any white space is one space), or a pattern that
                is found in it; the latest that fits wins.
            rows: a list of dicts, or a function of the query's text that gives one.

        Raises:
            ValueError: JSON cannot hold a row.

        """
        with self.account.lock:
            self.account.store.answer_suiteql(query, rows)

    def soap(self, operation: str, answer: Operation) -> None:
        """Say what a SOAP operation of the first account answers.

        Args:
            operation: its name, ``get``.
            answer: the element inside the answer's Body, ``<getResponse xmlns="urn:messages_...">...``, or a function
                of the request's own such element that gives it. XML as text.

        Raises:
            ValueError: it is no such text.

        """
        with self.account.lock:
            self.account.store.answer_soap(operation, answer)

    def restlet_url(self, script: str, deploy: str, **params: str | int) -> str:
        """Give the URL of a RESTlet at this server, as a client would call it; ``params`` are added, encoded."""
        pairs = {"script": script, "deploy": deploy} | params
        query = "&".join(f"{quote(name, safe='')}={quote(str(value), safe='')}" for name, value in pairs.items())
        return f"{self.url}{PATH}?{query}"

    # -- what the test announces -----------------------------------------------------------------------------

    def expect_refusal(
        self, detail: str | None = None, *, count: int | None = None
    ) -> AbstractContextManager[list[LoginAttempt]]:
        """Announce that logins will be refused inside the ``with`` block; gives the list of refused attempts.

        ``detail`` is an audit-trail detail or the id of a refusal; ``count`` is how many there must be.

        Raises:
            AssertionError: at the end of the block: none was refused, another detail, another count.
            ValueError: there is no such detail.

        """
        return self.audit_trail.expect_refusal(detail, count=count)

    def refuse_next(self, id: str, *, times: int | None = 1) -> None:
        """Refuse the next ``times`` logins in that way, whatever they hold (all from now on, if None).

        Raises:
            ValueError: there is no such refusal; the message names the nearest.

        """
        forced = refusal(id)
        if times is not None and times < 1:
            raise ValueError(f"times is {times!r}; expected a whole number from 1, or None for all")
        if forced.channels == ("token",):
            self.desk.force(forced, times)
            return
        for gate in self.gates.values():
            gate.force(forced, times)

    def arrange_refusal(self, id: str) -> Refusal:
        """Make every login from now on be refused in that way, and announce it.

        What a record can cause is arranged in the first token's records; what only a client's mistake can cause
        is forced, as by :meth:`refuse_next`.

        Raises:
            ValueError: there is no such refusal; the message names the nearest.

        """
        wanted = refusal(id)
        self.audit_trail.announced.add(wanted.id)
        if wanted.arrange is None:
            self.refuse_next(id, times=None)
        else:
            with self.account.lock:
                wanted.arrange(self.account, self._first_token())
        return wanted.settled(self.behaviour, wanted.channels[0])

    def restore(self, seed: Iterable[Account]) -> None:
        """Go back to these records, which are copied, and forget all that happened since.

        Forgotten are attempts, calls, faults, spent nonces, request tokens and refusals by force; attempts go on being numbered.
        """
        for one in seed:
            account = self.accounts[one.id]
            with account.lock:
                account.become(one.copy())
                self.gates[one.id].forget()
        self.desk.forget()
        self.token = next(iter(self.account.tokens.values()), None)
        self.faults.clear()
        self.audit_trail.clear()
        self.clear_log()

    def verify(self, *, required: bool = True, strict: bool = True) -> None:
        """Raise an AssertionError for whatever the test did not announce.

        That is: a refused login, a request that nothing answers, an entry point that raised, a required RESTlet
        that was never called (unless ``required`` is False). Without ``strict``, only an exception inside the fake.
        """
        if not strict:
            self.audit_trail.unannounced.clear()
            self.clear_assertions()
            self.handler_errors = [one for one in self.handler_errors if isinstance(one, InternalError)]
            required = False
        from pytest_netsuite_tba.report.explanation import readings

        refused = [
            f"login {one.id} was refused: {'; '.join(f'{reading.why} {reading.cure}' for reading in readings(one))}\n"
            f"    {one.method} {one.url} -> {one.http_status} {one.code or ''}"
            for one in self.audit_trail.unannounced
        ]
        if refused:
            refused.append("Announce it with netsuite.expect_refusal(), or set netsuite_strict = false.")
        raised: list[BaseException] = [one for one in self.assertions if isinstance(one, AssertionError)]
        raised += self.handler_errors
        missed = [
            one
            for account in self.accounts.values()
            for one in account.restlets
            if required and one.required and not one.calls and not one.calls.dropped and one not in self._missed
        ]
        self._missed += missed  # each is said once
        never_called = [f"{one.script} / {one.deploy} is required, but was never called" for one in missed]
        problems = [*refused, *map(str, self.assertions), *map(str, self.handler_errors), *never_called]
        self.audit_trail.unannounced.clear()
        self.clear_assertions()
        self.clear_handler_errors()
        if problems:
            raise UnexpectedRequestError("\n".join(problems)) from (raised[0] if raised else None)

    def __repr__(self) -> str:
        state = f"listening on {self.host}:{self.port}" if self.is_running() else "not listening"
        return f"<NetSuiteServer {', '.join(self.accounts)}, {state}>"

    def record_malformed(self, malformed: Malformed) -> None:
        """Write into the trail what the listener could read of a request that is no HTTP."""
        tunnel = malformed.method == "CONNECT"  # its target is a host, and no path
        request = SignedRequest(
            method=malformed.method or "?",
            target="" if tunnel else malformed.target or "",
            host=next((value for name, value in malformed.headers if name.lower() == "host"), ""),
            scheme="http" if self.ssl_context is None else "https",
            headers=malformed.headers,
        )
        cause = f"{malformed.reason[:1].upper()}{malformed.reason[1:]}."
        refused = MALFORMED_HTTP.because(cause, malformed.cure)
        attempt = self.audit_trail.refuse(request, refused, now=self.clock.now())
        self.audit_trail.answered(attempt, malformed.status)

    # -- one request -----------------------------------------------------------------------------------------

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one WSGI call; the fake without a socket."""
        if self.console is not None and f"{environ['PATH_INFO']}/".startswith(CONSOLE_PATH):
            return self.console(environ, start_response)
        request = Request(environ)
        try:
            response = self.application(request)
        except ConnectionResetError:
            raise
        except Exception as raised:  # noqa: BLE001  (whatever it does, the client gets its answer)
            inside = InternalError(f"the fake raised {type(raised).__name__}: {raised}")
            inside.__cause__ = raised
            self.note_failure(inside)
            response = Response(status=500)
        content, status, headers = response.get_wsgi_response(environ)
        is_routed = _ROUTING_COOKIE in environ.get("HTTP_COOKIE", "")
        cookie = () if is_routed else (("Set-Cookie", f"{_ROUTING_COOKIE}; path=/"),)
        start_response(status, [*headers, ("x-n-operationid", str(uuid.uuid4())), *cookie, *_CAPTURED_HEADERS])
        return content

    def dispatch(self, request: Request) -> Response:
        """Judge one request and answer it: which service of which account, then faults, its gate, the service."""
        signed = signed_request(request.environ, request.get_data())
        try:
            name, account = called(signed, self.accounts)
        except MisdirectedError as wrong:
            return self._misdirected(signed, wrong)
        faults = self.faults.striking(signed)
        for fault in faults:
            response = self.faults.strike(fault, signed, name, account or self.account)
            if response is not None:
                return response
        signed.is_answered = not any(fault.kind == "reset" for fault in faults)
        service = self._services.get(name) or self._service(name)
        if account is None:
            response = service.serve(request, signed, None, within_limit=True)
        else:
            gate = self.gates[account.id]
            with gate.slot() as within_limit:
                response = service.serve(request, signed, gate, within_limit=within_limit)
        if not signed.is_answered:
            raise ConnectionResetError(RESET)
        return response

    def _service(self, name: Name) -> Service:
        """Make a service when it is first called; its module comes in with it."""
        module, kind = _SERVICES.get(name, _SERVICES["restlet"])
        service: Service = getattr(import_module(f"pytest_netsuite_tba.services.{module}"), kind)(self)
        return self._services.setdefault(name, service)

    def _misdirected(self, signed: SignedRequest, wrong: MisdirectedError) -> Response:
        """Row 1: refuse as RESTlets do."""
        hosts = tuple(host_of(wrong.service, one) for one in self.accounts.values())
        account = wrong.account
        attempt = self.audit_trail.refuse(
            signed, wrong.refusal, now=self.clock.now(), hosts=hosts, account="" if account is None else account.id
        )
        self.audit_trail.answered(attempt, wrong.refusal.status)
        response = Restlets(self).refuse(signed, wrong.refusal, account)
        if wrong.location:
            response.headers["Location"] = wrong.location
        return response

    # -- what the services ask of the server -----------------------------------------------------------------

    def is_expected(self, request: Request) -> bool:
        """Whether an expectation of pytest-httpserver's matches."""
        handlers = [*self.ordered_handlers[:1], *self.oneshot_handlers, *self.handlers]
        return any(one.matcher.match(request) for one in handlers)

    def answer_expected(self, request: Request) -> Response:
        """Answer by pytest-httpserver's expectations; where none matches, the test fails."""
        return super().dispatch(request)

    def note_failure(self, failure: Exception) -> None:
        """Fail the test with an exception of its own code, or of its set-up."""
        self.handler_errors.append(failure)


# Service -> its module in services/ and its class there.
_SERVICES = {
    "restlet": ("restlets", "Restlets"),
    "soap": ("soap", "SoapWebServices"),
    "rest": ("rest_web_services", "RestWebServices"),
    "token": ("token_endpoints", "TokenEndpoints"),
    "ui": ("authorize_page", "AuthorizePage"),
    "discovery": ("discovery", "Discovery"),
}
# Captured on SOAP answers in 2022, likely on all hosts. A client with a cookie jar sends the cookie back; it is set
# only for a request without it, as a load balancer does.
_ROUTING_COOKIE = "NS_ROUTING_VERSION=LAGGING"
_CAPTURED_HEADERS = (
    ("P3P", 'CP="CAO PSAa OUR BUS PUR"'),
    ("Vary", "User-Agent"),
    ("Strict-Transport-Security", "max-age=31536000"),
)
