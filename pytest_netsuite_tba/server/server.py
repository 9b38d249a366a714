"""The fake NetSuite as a server: WSGI round the core, a listener when it is asked for, a pytest-httpserver beside it."""

from __future__ import annotations

import os
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import quote

from werkzeug.utils import cached_property
from werkzeug.wsgi import get_input_stream

from pytest_netsuite_tba.account.history import DEFAULT_HISTORY, DEFAULT_HISTORY_BYTES
from pytest_netsuite_tba.account.records import Account
from pytest_netsuite_tba.account.seed import load
from pytest_netsuite_tba.account.wsdl import read_wsdl
from pytest_netsuite_tba.clients.credentials import Credentials
from pytest_netsuite_tba.clients.maker import ClientMaker
from pytest_netsuite_tba.fake.core import Fake, InternalError
from pytest_netsuite_tba.login.environ import request_of
from pytest_netsuite_tba.login.refusals import find_refusal
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.services.reply import Reply, reason_phrase
from pytest_netsuite_tba.services.restlets import RESTLET_PATH
from pytest_netsuite_tba.tokens.approval import approve
from pytest_netsuite_tba.wire import Limits
from pytest_netsuite_tba.wire.coding import unpacked
from pytest_netsuite_tba.wire.message import BadRequestError

from .compression import compressed
from .expectations import Expectations, LogEntry, RequestLog, as_reply, readable
from .listening import Listening

if TYPE_CHECKING:
    import re
    import ssl
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from pytest_httpserver import RequestHandler
    from werkzeug import Request

    from pytest_netsuite_tba.account.behaviour import Behaviour
    from pytest_netsuite_tba.account.clock import Clock
    from pytest_netsuite_tba.account.records import Integration, Token
    from pytest_netsuite_tba.account.scripts import Audience, Deployment, EntryPoint
    from pytest_netsuite_tba.account.users import Entity, Role
    from pytest_netsuite_tba.account.web_services import Rows, SoapAnswer, WebServicesContent
    from pytest_netsuite_tba.fake.core import Outcome
    from pytest_netsuite_tba.fake.faults import Faults
    from pytest_netsuite_tba.login.audit_trail import AuditTrail, LoginAttempt
    from pytest_netsuite_tba.login.refusal import Refusal
    from pytest_netsuite_tba.reach.proxy import Proxy
    from pytest_netsuite_tba.services.service import Service
    from pytest_netsuite_tba.tokens.desk import Redirect
    from pytest_netsuite_tba.wire.message import Malformed

CONSOLE_PATH = "/__admin/"  # no path of NetSuite's begins so
RESET = "the test asked for a reset connection"
Source = Account | str | os.PathLike[str]

_OPEN_IT = "Look at its .diagnosis in netsuite.audit_trail, and the mistake is searched for."


class UnexpectedRequestError(AssertionError):
    """Requests came that the test did not announce; the message lists them."""


class NetSuiteServer:
    """A fake NetSuite for one or more accounts.

    It listens on loopback, from the first time that :attr:`url` is read until :meth:`stop` (or the end of a
    ``with`` block). In-process it needs no socket: :attr:`wsgi_app` is a WSGI application.

    Args:
        sources: accounts, or paths of ``account.toml`` files; the default account when empty.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        history: how many attempts, log entries and calls of a deployment are kept.
        history_bytes: within how many bytes all of them together; the bodies of the oldest go first.
        limits: what a client may send, and how long it may take.
        ssl_context: speak TLS with this context, to whoever begins with a handshake.
        proxy: be an HTTP proxy too, by which NetSuite's own host names reach the fake.

    Attributes:
        account, accounts: the first account; every account by its id.
        token: the first token of the first account, or None.
        audit_trail: every login, refused or not.
        faults: what is to go wrong on the way.
        log: every request and its response, werkzeug's both.
        httpserver: the pytest-httpserver behind: it answers what the fake leaves unanswered, and never listens itself.
        console: what answers below ``/__admin/``; nothing does unless it is set.

    Raises:
        ValueError: two accounts have the same id, an ``account.toml`` is wrong, or ``history_bytes`` is no number of
            bytes.
    """

    def __init__(
        self,
        *sources: Source,
        host: str = "127.0.0.1",
        port: int = 0,
        history: int = DEFAULT_HISTORY,
        history_bytes: int = DEFAULT_HISTORY_BYTES,
        limits: Limits | None = None,
        ssl_context: ssl.SSLContext | None = None,
        proxy: Proxy | None = None,
    ) -> None:
        if type(history_bytes) is not int or history_bytes < 0:
            raise ValueError(f"history_bytes is {history_bytes!r}; expected a whole number from 0")
        accounts: list[Account] = []
        for source in sources or (Account(),):
            accounts += [source] if isinstance(source, Account) else load(source)
        self._fake = Fake(accounts, history=history, history_bytes=history_bytes)
        self.account = accounts[0]
        self.accounts: dict[str, Account] = self._fake.accounts
        self.token: Token | None = next(iter(self.account.tokens.values()), None)
        self.audit_trail: AuditTrail = self._fake.audit_trail
        self.faults: Faults = self._fake.faults
        self.log = self.audit_trail.log = RequestLog(history, self.audit_trail.store)
        self.console: WSGIApplication | None = None
        self.httpserver = Expectations(host, port, self.log, self._fake.gate.shown)
        self._missed: list[Deployment] = []
        self._listening = Listening(
            self.wsgi_app, host, port, limits=limits or Limits(), ssl_context=ssl_context, proxy=proxy,
            stopped=self.faults.stopped, on_malformed=self._note_malformed,
        )  # fmt: skip
        self._credentials = None if self.token is None else self.credentials_for(self.token)

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
        return cast("Credentials", self._credentials)

    def credentials_for(self, token: Token) -> Credentials:
        """The credentials of ``token`` as they are now; its methods make signed clients.

        Raises:
            ValueError: the token is of no account of this server.
        """
        for account in self.accounts.values():
            if account.tokens.holds(token):
                return Credentials(
                    account=account.id,
                    consumer_key=token.integration.consumer_key,
                    consumer_secret=token.integration.consumer_secret,
                    token_id=token.id,
                    token_secret=token.secret,
                    clock=account.clock,
                    make_client=ClientMaker(
                        application=self.wsgi_app,
                        restlets_host=account.restlets_host,
                        base_url=lambda: self.url,
                        hosts=lambda: None if self.proxy is None else self.proxy.hosts(self.url),
                    ).make,
                )
        known = [
            f"{known.name!r} of {account.id}" for account in self.accounts.values() for known in account.tokens.values()
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
        return approve(
            self._fake.desk, request_token, entity=entity, role=role, account=account, state=state, deny=deny
        )

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
        return self.account.deploy(
            script, deploy, get=get, post=post, put=put, delete=delete, number=number, deploy_number=deploy_number,
            owner=owner, required=required, **values,
        )  # fmt: skip

    @property
    def records(self) -> WebServicesContent:
        """The first account's business records, as REST web services find them."""
        return self.account.web_services

    def suiteql(self, query: str | re.Pattern[str], rows: Rows) -> None:
        """Say what a SuiteQL query of the first account gives; see :meth:`~pytest_netsuite_tba.account.web_services.WebServicesContent.answer_suiteql`.

        Args:
            query: its text (outside quotes case does not count, and any white space is one space), or a pattern that
                is found in it; the latest that fits wins.
            rows: a list of dicts, or a function of the query's text that gives one.

        Raises:
            ValueError: JSON cannot hold a row.
        """
        with self.account.lock:
            self.account.web_services.answer_suiteql(query, rows)

    def soap(self, operation: str, answer: SoapAnswer) -> None:
        """Say what a SOAP operation of the first account answers.

        Args:
            operation: its name, ``get``.
            answer: the element inside the answer's Body, ``<getResponse xmlns="urn:messages_...">...``, XML as text;
                or a :class:`pytest_netsuite_tba.SoapFault`; or a function of the request's own such element that
                gives either, or raises the fault. A fault goes out with status 500.

        Raises:
            ValueError: it is none of these.
        """
        with self.account.lock:
            self.account.web_services.answer_soap(operation, answer)

    def soap_wsdl(self, path: str | os.PathLike[str]) -> str:
        """Serve a WSDL and the schemas that it imports, without a login; several versions may be there.

        They stay when :meth:`restore` brings the records back. At the server's own address its addresses are the server's, so that a SOAP client needs that URL alone.

        Args:
            path: of the file; see :func:`pytest_netsuite_tba.account.wsdl.read_wsdl` for where its schemas lie.

        Returns:
            The path at which NetSuite has it, ``/wsdl/v2024_1_0/netsuite.wsdl``.

        Raises:
            ValueError: a file cannot be read or is no XML, or the WSDL is of no endpoint.
        """
        files = read_wsdl(path)
        self._fake.files |= files
        return next(iter(files))

    def restlet_url(self, script: str, deploy: str, **params: str | int) -> str:
        """The URL of a RESTlet at this server, as a client would call it; ``params`` are added, encoded."""
        pairs = {"script": script, "deploy": deploy} | params
        query = "&".join(f"{quote(name, safe='')}={quote(str(value), safe='')}" for name, value in pairs.items())
        return f"{self.url}{RESTLET_PATH}?{query}"

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

        They are counted over all accounts.

        Raises:
            ValueError: there is no such refusal; the message names the nearest.
        """
        forced = find_refusal(id)
        if times is not None and (type(times) is not int or times < 1):
            raise ValueError(f"times is {times!r}; expected a whole number from 1, or None for all")
        self._fake.gate.force(forced, times)

    def arrange_refusal(self, id: str) -> Refusal:
        """Make every login from now on be refused in that way, and announce it.

        What a record can cause is arranged in the first token's records; what only a client's mistake can cause
        is forced, as by :meth:`refuse_next`.

        Raises:
            ValueError: there is no such refusal; the message names the nearest.
        """
        wanted = find_refusal(id)
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
        self._fake.restore(seed)
        self._missed.clear()
        self.audit_trail.announced.clear()
        self.httpserver.clear_assertions()
        self.httpserver.clear_handler_errors()
        self.token = next(iter(self.account.tokens.values()), None)

    def verify(self, *, required: bool = True, strict: bool = True) -> None:
        """Raise an AssertionError for whatever the test did not announce.

        That is: a refused login, a request that nothing answers, an entry point that raised, an exception of the
        fake's own and, unless ``required`` is False, a required RESTlet that was never called. Without ``strict``,
        only an exception of the fake's own.
        """
        from pytest_netsuite_tba.report.explanation import in_a_sentence, readings
        from pytest_netsuite_tba.report.trail import SHOWN

        unannounced = list(self.audit_trail.unannounced) if strict else []
        opened = len(unannounced) - SHOWN  # from here on: those that the report of the trail shows too
        refused = []
        for number, attempt in enumerate(unannounced):
            found = readings(attempt, how_to_open="" if number >= opened else _OPEN_IT)
            refused.append(
                f"login {attempt.id} was refused: {'; '.join(map(in_a_sentence, found))}\n"
                f"    {attempt.method} {attempt.url} -> {attempt.http_status} {attempt.code or ''}"
            )
        if refused:
            refused.append("Announce it with netsuite.expect_refusal(), or set netsuite_strict = false.")
        missed = [
            deployment
            for account in (self.accounts.values() if required and strict else ())
            for deployment in account.restlets
            if deployment.required and not any(deployment is missed for missed in self._missed)  # each is said once
            if not deployment.calls and not deployment.calls.dropped
        ]
        self._missed += missed
        never_called = [f"{missing.script} / {missing.deploy} is required, but was never called" for missing in missed]
        noted: list[Any] = [*self.httpserver.assertions, *self.httpserver.handler_errors]
        noted = [failure for failure in noted if strict or isinstance(failure, InternalError)]
        gone = self.audit_trail.unannounced.dropped if strict else 0
        untold = self.httpserver.untold if strict else 0
        more = [f"{gone} refused logins before these are no longer kept"] if gone else []
        more += [f"{untold} more failures were counted, but not kept"] if untold else []
        self.httpserver.clear_assertions()
        self.httpserver.clear_handler_errors()
        self.audit_trail.unannounced.clear()
        problems = [*refused, *map(str, noted), *more, *never_called]
        if problems:
            raised = [failure for failure in noted if isinstance(failure, BaseException)]
            told = self._fake.gate.shown("\n".join(problems))
            raise UnexpectedRequestError(told) from (raised[0] if raised else None)

    # -- pytest-httpserver's own ways ----------------------------------------------------------------------------

    @property
    def expect_request(self) -> Callable[..., RequestHandler]:
        """Expect a request, any number of times; see :meth:`pytest_httpserver.HTTPServer.expect_request`."""
        return self.httpserver.expect_request

    @property
    def expect_oneshot_request(self) -> Callable[..., RequestHandler]:
        """Expect a request once; see :meth:`pytest_httpserver.HTTPServer.expect_oneshot_request`."""
        return self.httpserver.expect_oneshot_request

    @property
    def expect_ordered_request(self) -> Callable[..., RequestHandler]:
        """Expect a request next; see :meth:`pytest_httpserver.HTTPServer.expect_ordered_request`."""
        return self.httpserver.expect_ordered_request

    def check(self) -> None:
        """Raise the first thing that was noted to fail the test; see :meth:`pytest_httpserver.HTTPServer.check`."""
        self.httpserver.check()

    def check_assertions(self) -> None:
        """Raise the first request that nothing answers."""
        self.httpserver.check_assertions()

    def clear(self) -> None:
        """Forget expectations, what was noted to fail the test, the log and the audit trail; records stay."""
        self.httpserver.clear()
        self.audit_trail.clear()

    # -- where it listens ----------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """``http://127.0.0.1:<port>``; reading it starts the listener."""
        return self._listening.url

    @property
    def host(self) -> str:
        """The address that it listens on."""
        return self._listening.host

    @property
    def port(self) -> int:
        """The port that it listens on; 0 until a free one is taken."""
        return self._listening.port

    @property
    def limits(self) -> Limits:
        """What a client may send, and how long it may take."""
        return self._listening.limits

    @property
    def proxy(self) -> Proxy | None:
        """The rules of the proxy that it also is; set, they hold at once."""
        return self._listening.proxy

    @proxy.setter
    def proxy(self, proxy: Proxy | None) -> None:
        self._listening.proxy = proxy

    def start(self) -> None:
        """Listen now rather than when :attr:`url` is first read; does nothing if it does."""
        self._listening.start()

    def stop(self, grace: float = 0.0) -> None:
        """Stop: the socket and every connection are closed. Does nothing if it does not listen.

        Requests in flight have ``grace`` seconds to be answered.
        """
        self._listening.stop(grace)

    def is_running(self) -> bool:
        """Whether it listens."""
        return self._listening.is_running

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = f"listening on {self.host}:{self.port}" if self.is_running() else "not listening"
        return f"<NetSuiteServer {', '.join(self.accounts)}, {state}>"

    def _note_malformed(self, malformed: Malformed) -> None:
        """Write into the trail what the listener could read of a request that is no HTTP."""
        tunnel = malformed.method == "CONNECT"  # its target is a host, and no path
        request = SignedRequest(
            method=malformed.method or "?",
            target="" if tunnel else malformed.target or "",
            host=next((value for name, value in malformed.headers if name.lower() == "host"), ""),
            scheme="https" if malformed.is_tls else "http",
            headers=malformed.headers,
        )
        cause = f"{malformed.reason[:1].upper()}{malformed.reason[1:]}."
        for failed in self._fake.note_malformed(request, malformed.status, cause, malformed.cure):
            self.httpserver.note(InternalError.of(failed))

    def _refuse_packed(self, environ: WSGIEnvironment, malformed: Malformed) -> Reply:
        """Write a body that cannot be unpacked into the trail."""
        request = request_of(environ, b"")
        self._note_malformed(
            replace(
                malformed, method=request.method, target=request.target, headers=request.headers,
                is_tls=request.scheme == "https",
            )
        )  # fmt: skip
        return Reply.of(f"{malformed.reason}\n".encode(), status=malformed.status)

    # -- one request -----------------------------------------------------------------------------------------------

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one WSGI call; the fake without a socket."""
        if self.console is not None and f"{environ['PATH_INFO']}/".startswith(CONSOLE_PATH):
            return self.console(environ, start_response)
        body = get_input_stream(environ).read()
        try:
            body = unpacked(body, environ.get("HTTP_CONTENT_ENCODING", ""), self.limits.body_bytes)
            environ |= {"wsgi.input": BytesIO(body), "wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(body))}
            reply, service = self._reply(request_of(environ, body), _Beside(self, environ))
        except BadRequestError as bad:
            reply, service = self._refuse_packed(environ, bad.malformed), None
        except ConnectionResetError:
            raise
        except Exception as failed:  # noqa: BLE001  (what the core's own net does not span, as reading the environ; uncaught, the test stays green)
            unread = SignedRequest(method=environ["REQUEST_METHOD"], target="", host="")
            reply, service = self._told(self._fake.fail(unread, failed))
        self.log.append(LogEntry.of(environ, body, reply))  # not yet compressed: whoever looks wants to read it
        if service is not None and service.gzips:
            reply = compressed(reply, environ.get("HTTP_ACCEPT_ENCODING", ""))
        start_response(f"{reply.status} {reply.reason or reason_phrase(reply.status)}", reply.headers)
        if not isinstance(reply.body, bytes):
            return reply.body
        return () if environ["REQUEST_METHOD"] == "HEAD" else (reply.body,)

    def _reply(self, request: SignedRequest, beside: _Beside) -> tuple[Reply, Service | None]:
        """Ask the core, and pytest-httpserver for what that leaves; the reply, and the service that it is of.

        Raises:
            ConnectionResetError: the test asked for it.
        """
        return self._told(self._fake.call(request, beside))

    def _told(self, outcome: Outcome) -> tuple[Reply, Service | None]:
        for failure in outcome.failures:
            self.httpserver.note(failure, body=len(outcome.request.body))
        if outcome.reset or outcome.reply is None:
            raise ConnectionResetError(RESET)
        return outcome.reply, outcome.service


class _Beside:
    """What stands beside the core for one WSGI call: pytest-httpserver's expectations, and werkzeug's responses."""

    def __init__(self, server: NetSuiteServer, environ: WSGIEnvironment) -> None:
        self._server = server
        self.environ = environ

    @cached_property
    def request(self) -> Request:
        """The call as werkzeug has it."""
        return readable(self.environ)

    def is_expected(self) -> bool:
        """Whether an expectation matches this very request."""
        httpserver = self._server.httpserver
        return not httpserver.is_empty and httpserver.is_expected(self.request)

    def answer(self) -> Reply:
        """What pytest-httpserver answers; where no expectation matches, the 404 that fails the test."""
        response = self._server.httpserver.dispatch(self.request)
        reply = as_reply(response, self.environ)
        if reply is None:
            raise TypeError(
                f"an expectation's handler returned {type(response).__name__}; expected a werkzeug Response"
            )
        return reply

    def as_reply(self, value: object) -> Reply | None:
        """A werkzeug response as a reply; None for any other value."""
        return as_reply(value, self.environ)
