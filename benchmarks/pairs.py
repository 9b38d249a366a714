"""What is compared: for each row of the table one operation of ours and the same by other means.

Both sides of a pair take the same argument, made beforehand: making it is not measured.
"""

from __future__ import annotations

import json
import logging
import socket
import tempfile
import threading
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import requests
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, RequestValidator, ResourceEndpoint
from oauthlib.oauth1 import Client as Signer
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from werkzeug.test import Client

from pytest_netsuite_tba import NetSuiteServer
from pytest_netsuite_tba.fake.core import Fake
from pytest_netsuite_tba.login.checks import RESTLET
from pytest_netsuite_tba.login.login import Login
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.reach.authority import CertificateAuthority
from pytest_netsuite_tba.reach.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_netsuite_tba.clients.credentials import Credentials

SCRIPT = "customscript_orders"
DEPLOY = "customdeploy_orders"
TARGET = f"/app/site/hosting/restlet.nl?script={SCRIPT}&deploy={DEPLOY}&number=SO-1001&note=a%20b"
NETSUITE_HEADERS = {  # as the fake sends them (docs/open-questions.md)
    "x-n-operationid": "0d1f3c54-6c1f-4e6e-8b1e-0f7a2f3f2b11",
    "Set-Cookie": "NS_ROUTING_VERSION=LAGGING; path=/",
    "P3P": 'CP="CAO PSAa OUR BUS PUR"',
    "Vary": "User-Agent",
    "Strict-Transport-Security": "max-age=31536000",
}
ANSWER = {"id": 4711, "status": "created"}
JSON = "application/json"

logging.getLogger("werkzeug").setLevel(logging.ERROR)  # pytest-httpserver's line a request would cost it time


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One comparison.

    Attributes:
        what, against: for the table.
        target: how many times as fast ours is to be; None for a row that only informs.
        prepare: makes the argument of one call.
        ours, theirs: one call.
        number: calls in a round.

    """

    what: str
    against: str
    target: float | None
    prepare: Callable[[], Any]
    ours: Callable[[Any], object]
    theirs: Callable[[Any], object]
    number: int


class InMemoryValidator(RequestValidator):
    """The least that oauthlib needs to verify one token of one client; lengths relaxed to NetSuite's."""

    enforce_ssl = False
    allowed_signature_methods = (SIGNATURE_HMAC_SHA256,)
    client_key_length = access_token_length = (1, 128)
    nonce_length = (6, 128)
    dummy_client = dummy_access_token = "dummy"

    def __init__(self, credentials: Credentials) -> None:
        super().__init__()
        self.credentials = credentials
        self.seen: set[tuple[str, str, str, str]] = set()

    def check_client_key(self, client_key):
        return 0 < len(client_key) <= 128

    check_access_token = check_client_key

    def check_nonce(self, nonce):
        return 6 <= len(nonce) <= 128

    def validate_client_key(self, client_key, request):
        return client_key == self.credentials.consumer_key

    def validate_access_token(self, client_key, token, request):
        return token == self.credentials.token_id

    def validate_timestamp_and_nonce(
        self,
        client_key,
        timestamp,
        nonce,
        request,
        request_token=None,
        access_token=None,
    ):
        key = (client_key, access_token, timestamp, nonce)
        new = key not in self.seen
        self.seen.add(key)
        return new

    def validate_realms(self, client_key, token, request, uri=None, realms=None):
        return True

    def get_client_secret(self, client_key, request):
        return self.credentials.consumer_secret

    def get_access_token_secret(self, client_key, token, request):
        return self.credentials.token_secret


@contextmanager
def verify() -> Iterator[Pair]:
    """One signed request in, a verdict out; no HTTP."""
    with NetSuiteServer() as netsuite:
        account, credentials = netsuite.account, netsuite.credentials
        gate = Fake([account]).gate
        endpoint = ResourceEndpoint(InMemoryValidator(credentials))
        host = account.restlets_host
        url = f"https://{host}{TARGET}"

        def ours(authorization: str) -> None:
            headers = (("Host", host), ("Content-Type", JSON), ("Authorization", authorization))
            request = SignedRequest(method="GET", target=TARGET, host=host, headers=headers)
            attempt = gate.judge(Login(request, account, gate.nonces[account.id]), RESTLET)
            assert attempt.accepted, attempt

        def theirs(authorization: str) -> None:
            headers = {"Host": host, "Content-Type": JSON, "Authorization": authorization}
            valid, _ = endpoint.validate_protected_resource_request(url, http_method="GET", headers=headers)
            assert valid

        yield Pair(
            what="verify one request",
            against="oauthlib `ResourceEndpoint`",
            target=3,
            prepare=lambda: credentials.authorization("GET", url),
            ours=ours,
            theirs=theirs,
            number=300,
        )


@contextmanager
def _two_servers(headers: dict[str, str] | None = None) -> Iterator[tuple[NetSuiteServer, HTTPServer]]:
    with NetSuiteServer() as netsuite, HTTPServer(port=0) as other:
        netsuite.deploy(SCRIPT, DEPLOY, get=ANSWER)
        other.expect_request(TARGET.partition("?")[0]).respond_with_json(ANSWER, headers=headers)
        yield netsuite, other


@contextmanager
def _round_trip(library: Any, make: Callable[[], Any], headers: dict[str, str] | None = None) -> Iterator[Pair]:
    """The same plain client and the same ready-made header to both servers.

    ``headers`` has theirs answer NetSuite's own headers too: its cookie alone costs requests a third of a millisecond.
    """
    with _two_servers(headers) as (netsuite, other), closing(make()) as to_ours, closing(make()) as to_theirs:
        url, other_url = netsuite.url + TARGET, other.url_for("") + TARGET.removeprefix("/")

        def call(client: Any, where: str, authorization: str) -> None:
            answer = client.get(where, headers={"Authorization": authorization, "Content-Type": JSON})
            assert answer.json() == ANSWER, answer.text

        yield Pair(
            what=f"round trip, {library.__name__}, kept alive",
            against="pytest-httpserver, same JSON" + (" and headers" if headers else ""),
            target=None if headers else 1.8,
            prepare=lambda: netsuite.credentials.authorization("GET", url),
            ours=lambda authorization: call(to_ours, url, authorization),
            theirs=lambda authorization: call(to_theirs, other_url, authorization),
            number=60,
        )


def _plain_requests() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


def round_trip_requests():
    """One GET over a socket with requests."""
    return _round_trip(requests, _plain_requests)


def round_trip_httpx():
    """One GET over a socket with httpx."""
    return _round_trip(httpx, lambda: httpx.Client(trust_env=False))


def same_headers_requests():
    """The same, the other server answering as many headers."""
    return _round_trip(requests, _plain_requests, NETSUITE_HEADERS)


def same_headers_httpx():
    """The same, the other server answering as many headers."""
    return _round_trip(httpx, lambda: httpx.Client(trust_env=False), NETSUITE_HEADERS)


@contextmanager
def proxied_tls() -> Iterator[Pair]:
    """One GET by NetSuite's real host name through the proxy and its TLS, with requests; theirs: its own TLS."""
    authority = CertificateAuthority()
    netsuite = NetSuiteServer(proxy=Proxy(authority))
    other = HTTPServer(port=0, ssl_context=authority.context())
    with netsuite, other, tempfile.NamedTemporaryFile() as trusted, closing(_plain_requests()) as client:
        trusted.write(authority.certificate)
        trusted.flush()
        netsuite.deploy(SCRIPT, DEPLOY, get=ANSWER)
        other.expect_request(TARGET.partition("?")[0]).respond_with_json(ANSWER)
        client.verify = trusted.name
        url, other_url = f"https://{netsuite.account.restlets_host}{TARGET}", other.url_for("") + TARGET[1:]
        proxies = {"https": netsuite.url}

        def call(where: str, authorization: str, through: dict[str, str]) -> None:
            headers = {"Authorization": authorization, "Content-Type": JSON}
            answer = client.get(where, headers=headers, proxies=through)
            assert answer.json() == ANSWER, answer.text

        yield Pair(
            what="round trip by proxy and TLS, requests, kept alive",
            against="pytest-httpserver's own TLS",
            target=10,
            prepare=lambda: netsuite.credentials.authorization("GET", url),
            ours=lambda authorization: call(url, authorization, proxies),
            theirs=lambda authorization: call(other_url, authorization, {}),
            number=30,
        )


@contextmanager
def _bare_socket() -> Iterator[str]:
    """Answer whatever comes with the fake's own bytes, made beforehand, from one thread; gives the URL.

    As the fake does, it sets its cookie in the first answer alone.
    """
    body = json.dumps(ANSWER).encode()
    lines = [f"{name}: {value}" for name, value in NETSUITE_HEADERS.items() if name != "Set-Cookie"]
    lines += [
        f"Content-Type: {JSON}; charset=utf-8",
        "Date: Thu, 01 Jan 2026 00:00:00 GMT",
        f"Content-Length: {len(body)}",
    ]
    answer = "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode() + body
    cookie = f"\r\nSet-Cookie: {NETSUITE_HEADERS['Set-Cookie']}\r\n".encode()

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            first = answer.replace(b"\r\n", cookie, 1)
            while connection.recv(65_536):
                connection.sendall(first or answer)
                first = b""

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()  # the client has closed


@contextmanager
def _floor(library: Any, make: Callable[[], Any]) -> Iterator[Pair]:
    """The round trip again, with nothing behind the socket: what no server could better in this client's process."""
    with _two_servers() as (netsuite, other), _bare_socket() as bare:
        url, other_url = bare + TARGET, other.url_for("") + TARGET.removeprefix("/")
        with closing(make()) as to_ours, closing(make()) as to_theirs:

            def call(client: Any, where: str, authorization: str) -> None:
                answer = client.get(where, headers={"Authorization": authorization, "Content-Type": JSON})
                assert answer.json() == ANSWER, answer.text

            yield Pair(
                what=f"floor: a bare socket with ready-made bytes, {library.__name__}",
                against="pytest-httpserver, same JSON",
                target=None,
                prepare=lambda: netsuite.credentials.authorization("GET", url),
                ours=lambda authorization: call(to_ours, url, authorization),
                theirs=lambda authorization: call(to_theirs, other_url, authorization),
                number=60,
            )


def floor_requests():
    """What remains of the round trip if the server takes no time, with requests."""
    return _floor(requests, _plain_requests)


def floor_httpx():
    """The same with httpx."""
    return _floor(httpx, lambda: httpx.Client(trust_env=False))


@contextmanager
def _signed_round_trip(what: str, signed: Callable[[NetSuiteServer], Any], plain: Any) -> Iterator[Pair]:
    """The fixture's client, which signs, at ours; a plain client, which need not, at theirs."""
    with _two_servers() as (netsuite, other), closing(signed(netsuite)) as to_ours, closing(plain()) as to_theirs:
        url, other_url = netsuite.url + TARGET, other.url_for("") + TARGET.removeprefix("/")

        def call(client: Any, where: str) -> None:
            answer = client.get(where)
            assert answer.json() == ANSWER, answer.text

        yield Pair(
            what=what,
            against="pytest-httpserver, unsigned",
            target=None,
            prepare=lambda: None,
            ours=lambda _: call(to_ours, url),
            theirs=lambda _: call(to_theirs, other_url),
            number=60,
        )


def signed_round_trip_requests():
    """The same with ``netsuite_requests``."""
    return _signed_round_trip(
        "round trip, `netsuite_requests`, signing included",
        lambda server: server.credentials.requests(),
        _plain_requests,
    )


def signed_round_trip_httpx():
    """The same with ``netsuite_httpx``."""
    return _signed_round_trip(
        "round trip, `netsuite_httpx`, signing included",
        lambda server: server.credentials.httpx(),
        lambda: httpx.Client(trust_env=False),
    )


@contextmanager
def _in_process(signer: str, target: float | None) -> Iterator[Pair]:
    """One GET without a socket; theirs is signed by ``signer``."""
    with NetSuiteServer() as netsuite:
        netsuite.deploy(SCRIPT, DEPLOY, get=ANSWER)
        credentials = netsuite.credentials
        endpoint = ResourceEndpoint(InMemoryValidator(credentials))
        base = f"https://{netsuite.account.restlets_host}"
        oauthlibs = Signer(
            credentials.consumer_key,
            client_secret=credentials.consumer_secret,
            resource_owner_key=credentials.token_id,
            resource_owner_secret=credentials.token_secret,
            signature_method=SIGNATURE_HMAC_SHA256,
            realm=credentials.account,
        )

        @Request.application
        def bare(request: Request) -> Response:
            valid, _ = endpoint.validate_protected_resource_request(
                request.url, request.method, request.get_data(as_text=True), dict(request.headers)
            )
            return Response(json.dumps(ANSWER), status=200 if valid else 401, content_type=JSON)

        client, other = credentials.client(), Client(bare)

        def authorization() -> str:
            if signer == "oauthlib":
                return oauthlibs.sign(base + TARGET)[1]["Authorization"]
            return credentials.authorization("GET", base + TARGET)

        def ours(_: object) -> None:
            assert client.get(TARGET).get_json() == ANSWER

        def theirs(_: object) -> None:
            answer = other.get(TARGET, base_url=base, content_type=JSON, headers={"Authorization": authorization()})
            assert answer.get_json() == ANSWER
            assert answer.status_code == 200

        yield Pair(
            what="in-process round trip, `netsuite_client`",
            against=f"werkzeug's client, signed by {signer}; bare app, verified by oauthlib",
            target=target,
            prepare=lambda: None,
            ours=ours,
            theirs=theirs,
            number=150,
        )


def in_process():
    """Theirs made of werkzeug and oauthlib alone."""
    return _in_process("oauthlib", 2)


def in_process_same_signer():
    """Theirs signed by our own code, so that only the rest differs."""
    return _in_process("our own code", None)


@contextmanager
def start_and_stop() -> Iterator[Pair]:
    """A server made, listening, and gone."""

    def cycle(make: Callable[[], HTTPServer]) -> None:
        server = make()
        server.start()
        server.stop()

    yield Pair(
        what="server start + stop",
        against="pytest-httpserver",
        target=20,
        prepare=lambda: None,
        ours=lambda _: cycle(NetSuiteServer),
        theirs=lambda _: cycle(lambda: HTTPServer(port=0)),
        number=2,
    )


PAIRS = (
    verify,
    round_trip_requests,
    round_trip_httpx,
    same_headers_requests,
    same_headers_httpx,
    floor_requests,
    floor_httpx,
    signed_round_trip_requests,
    signed_round_trip_httpx,
    proxied_tls,
    in_process,
    in_process_same_signer,
    start_and_stop,
)


def opened(stack: ExitStack) -> list[Pair]:
    """Open every pair; ``stack`` closes them."""
    return [stack.enter_context(pair()) for pair in PAIRS]
