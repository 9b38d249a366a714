"""``netsuite-tba serve``: the fake as a process, for clients in any language."""

from __future__ import annotations

import argparse
import ipaddress
import os
import re
import secrets
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.well_known import has_well_known_secrets, make_fresh
from pytest_netsuite_tba.clients.variables import credential_variables
from pytest_netsuite_tba.oauth1.encoding import percent_encode
from pytest_netsuite_tba.oauth1.target import Target, host_and_port, origin_form
from pytest_netsuite_tba.reach.trust import UNSET
from pytest_netsuite_tba.report.curl import quote
from pytest_netsuite_tba.wire.relay import LOOPBACK

from .command import Command, Status, UsageError, add_repeatable
from .hosting import (
    STOP_SIGNALS,
    AttemptLog,
    accounts_in,
    add_account_option,
    certified,
    listening,
    note_warnings,
    remove_file,
    write_file,
)
from .shell import ADMIN_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_netsuite_tba.reach.trust import TrustFiles
    from pytest_netsuite_tba.server.server import NetSuiteServer

_HOST_NAME = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:]+|\[[0-9A-Fa-f:]+\]")
_PORTS = 65_536  # RFC 9293
_GRACE = 0.6  # seconds for requests in flight
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  (what a client here calls them by)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_account_option(parser)
    add_repeatable(parser, "--wsdl", "FILE", "serve this WSDL and the schemas that it imports; may come several times")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--expose", action="store_true", help="allow a --host that other machines can reach")
    parser.add_argument(
        "--fresh-secrets",
        action="store_true",
        help="new random secrets in the place of those that anybody can work out",
    )
    parser.add_argument("--port", type=_port, default=8080, help="0 takes a free one (default: %(default)s)")
    parser.add_argument(
        "--proxy", action="store_true", help="be a proxy too: NetSuite's real host names reach the fake"
    )
    parser.add_argument("--tls", action="store_true", help="speak TLS too, on the same port")
    parser.add_argument("--ca-file", metavar="FILE", help="write the certificate to trust (with --proxy or --tls)")
    parser.add_argument("--ready-file", metavar="FILE", help="written once it listens, with the URL in it")
    let_through = "with --proxy: let clients through to this real host, as *.example.com; may come several times"
    add_repeatable(parser, "--allow-host", "HOST", let_through)
    called = "a name by which browsers and scripts may call the console; may come several times"
    add_repeatable(parser, "--admin-host", "NAME", called)
    output = parser.add_mutually_exclusive_group()
    output.add_argument(
        "--print-env",
        action="store_true",
        help="print the credentials, secrets included, and the variables to set, as export lines",
    )
    output.add_argument("--json", action="store_true", help="the log on standard output, one JSON object a line")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < _PORTS):
        raise argparse.ArgumentTypeError(f"{text!r} is no port; expected 0 to 65535")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Serve until a signal comes."""
    _check(arguments)
    accounts = accounts_in(arguments.account)
    if arguments.fresh_secrets:
        for account in accounts:
            make_fresh(account)
    note_warnings()
    stopping = threading.Event()
    for number in STOP_SIGNALS:
        if number in {signal.SIGTERM, signal.SIGINT} or signal.getsignal(number) != signal.SIG_IGN:  # nohup ignores it
            signal.signal(number, lambda *_: stopping.set())
    from pytest_netsuite_tba.console import Console
    from pytest_netsuite_tba.reach.proxy import Proxy
    from pytest_netsuite_tba.server.server import NetSuiteServer

    with ExitStack() as stack:
        context = proxy = trust = None
        if arguments.tls or arguments.proxy:
            names = LOOPBACK if arguments.host in _WILDCARDS else (*LOOPBACK, arguments.host)
            authority, trust = stack.enter_context(certified(arguments.allow_host, names))
            context = authority.context() if arguments.tls else None
            proxy = Proxy(authority, arguments.allow_host, trust) if arguments.proxy else None
            if arguments.ca_file is not None:
                write_file("--ca-file", arguments.ca_file, trust.ca_file.read_bytes())
        server = NetSuiteServer(*accounts, host=arguments.host, port=arguments.port, ssl_context=context, proxy=proxy)
        wsdls = [server.soap_wsdl(file) for file in arguments.wsdl]
        token = (os.environ.get(ADMIN_VARIABLE) or secrets.token_urlsafe(24)) if arguments.expose else None
        server.console = Console(server, token=token, admin_hosts=arguments.admin_host)
        stack.enter_context(listening(server))
        stream, console_url = sys.stdout if arguments.json else sys.stderr, f"{_url(server)}/__admin/"
        log = AttemptLog(server.audit_trail, stream, console_url=console_url, as_json=arguments.json)
        if arguments.print_env:
            sys.stdout.writelines(f"{line}\n" for line in _exports(server, arguments, trust))
            sys.stdout.flush()
        sys.stderr.writelines(f"{line}\n" for line in _greeting(server, arguments, trust, token, wsdls))
        sys.stderr.flush()
        if arguments.ready_file is not None:
            write_file("--ready-file", arguments.ready_file, f"{_url(server)}\n".encode())
            stack.callback(remove_file, arguments.ready_file)
        stopping.wait()
        server.stop(_GRACE)
        log.close()
    return Status.DONE


def _check(arguments: argparse.Namespace) -> None:
    """Refuse what would surprise.

    Raises:
        UsageError: says which option is missing, or wrong.
    """
    if not arguments.expose and not _is_loopback(arguments.host):
        raise UsageError(f"--host {arguments.host} may let other machines in; if that is wanted, add --expose")
    try:
        arguments.host.encode("idna")
    except UnicodeError:
        raise UsageError(f"--host {arguments.host!r} is no host name") from None
    for name in arguments.admin_host:
        if not _HOST_NAME.fullmatch(name):
            raise UsageError(f"--admin-host {name!r} is no host name")
    if arguments.ca_file is not None and not (arguments.tls or arguments.proxy):
        raise UsageError("--ca-file needs --proxy or --tls: without them there is no certificate")
    if arguments.allow_host and not arguments.proxy:
        raise UsageError("--allow-host needs --proxy")
    if arguments.ready_file is not None:
        write_file("--ready-file", arguments.ready_file, None)  # one of an earlier run says nothing of this one


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _url(server: NetSuiteServer) -> str:
    """The server's URL as a client on this machine can call it."""
    scheme, address, *_ = Target.of(server.url)
    host, port = host_and_port(address)
    return f"{scheme}://{_WILDCARDS.get(host.strip('[]'), host)}:{port}"


def _exports(server: NetSuiteServer, arguments: argparse.Namespace, trust: TrustFiles | None) -> Iterator[str]:
    """The lines for a shell."""
    proxy_url = _proxy_url(server) if arguments.proxy else None
    base_url = f"https://{server.account.restlets_host}" if arguments.proxy else _url(server)
    variables: dict[str, str] = {} if server.token is None else {**credential_variables(server.credentials, base_url)}
    if trust is not None:
        variables |= trust.variables(proxy_url)
        if arguments.ca_file is not None:
            asked_for = str(Path(arguments.ca_file).absolute())
            variables = {n: asked_for if value == str(trust.ca_file) else value for n, value in variables.items()}
        yield f"unset {' '.join(UNSET)}"
    yield from (f"export {name}={quote(value)}" for name, value in variables.items())


def _proxy_url(server: NetSuiteServer) -> str:
    return f"http://{Target.of(_url(server)).host}"


def _greeting(
    server: NetSuiteServer, arguments: argparse.Namespace, trust: TrustFiles | None, token: str | None, wsdls: list[str]
) -> Iterator[str]:
    url = _url(server)
    known = [id for id, account in server.accounts.items() if arguments.expose and has_well_known_secrets(account)]
    unsafe = (
        f"; the well-known secrets of {', '.join(known)} protect nothing: --fresh-secrets makes new ones"
        if known
        else ""
    )
    yield f"Fake NetSuite for {', '.join(server.accounts)} listens on {url} (Ctrl-C stops it){unsafe}"
    if arguments.fresh_secrets and not arguments.print_env:
        yield "  secrets  new ones; --print-env prints them"
    for deployment in server.account.restlets:
        yield f"  RESTlet  {url}{origin_form(server.restlet_url(deployment.script, deployment.deploy))}"
    yield from (f"  WSDL     {url}{path}" for path in wsdls)
    if arguments.proxy:
        yield f"  proxy    HTTPS_PROXY={_proxy_url(server)} reaches it by https://{server.account.restlets_host}"
    yield f"  console  {url}/__admin/{f'?token={percent_encode(token)}' if token else ''}"
    if token is not None and not arguments.admin_host:
        yield "           from elsewhere: --admin-host NAME, the name or address by which this machine is called"
    if trust is not None:
        yield f"  trust    {arguments.ca_file or trust.ca_file}"


COMMAND = Command(
    name="serve",
    help="run the fake as a process",
    description="Run the fake NetSuite as a process: a line a request, and on refusal what, why and cure.",
    epilog=f"With --expose the console asks for a token: {ADMIN_VARIABLE} of the environment, or one that is printed. "
    "SIGTERM, SIGHUP and Ctrl-C stop it; requests in flight are answered first. Exit status: 0, or 2 for bad input.",
    add_options=add_options,
    run=run,
)
