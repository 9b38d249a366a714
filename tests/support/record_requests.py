"""Records tests/captures/wire: requests of real clients, signed by real libraries, as they stood on the wire.

    tests/matrix/install                               # what the matrix runs
    tests/captures/programs/install                    # what is run besides
    python tests/support/record_requests.py [CLIENT ...]

Each client makes each call in a process of its own, through the proxy to NetSuite's host names, and so to a running
fake. The bytes of the request, between its TLS and the reader, become ``wire/CLIENT/CASE.http``; ``wire/clients.json``
says by which versions, what a client cannot make, and what it signs wrongly. A client that is not installed is passed
over, and what was recorded of it stays.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from matrix.matrix import PATH, NotInstalledError, version

from pytest_netsuite_tba import Account, NetSuiteServer
from pytest_netsuite_tba.clients.variables import credential_variables
from pytest_netsuite_tba.reach.authority import CertificateAuthority
from pytest_netsuite_tba.reach.proxy import Proxy
from pytest_netsuite_tba.reach.trust import UNSET, TrustFiles
from pytest_netsuite_tba.wire import connection
from pytest_netsuite_tba.wire.reader import Reader

TESTS = Path(__file__).resolve().parents[1]
PROGRAMS = TESTS / "captures" / "programs"
WIRE = TESTS / "captures" / "wire"
WSDL = TESTS / "other_clients" / "netsuite.wsdl"
SANDBOX, PRODUCTION, TEST_DRIVE = ACCOUNTS = ("1234567_SB1", "1234567", "TSTDRV1234567")
SCRIPT = [("script", "customscript_orders"), ("deploy", "customdeploy_orders")]
RESTLET, REST = "restlets", "suitetalk"
RESTLET_PATH, REST_PATH = "/app/site/hosting/restlet.nl", "/services/rest"
JSON_TYPE = "application/json"
OMITTED = 3  # how a program ends that cannot make the call; it says why
GO = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": ""}  # Debian's packages, offline
BY_PROGRAM = {"PATH": os.pathsep.join([str(PROGRAMS / ".venv" / "bin"), PATH])}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One call; what stands in ``query`` comes besides script and deploy."""

    method: str = "GET"
    query: list[tuple[str, str]] = field(default_factory=list)
    body: str | None = None
    form: list[tuple[str, str]] | None = None
    path: str = RESTLET_PATH
    account: str = SANDBOX

    def call(self) -> dict[str, object]:
        """As the programs read it."""
        is_restlet = self.path == RESTLET_PATH
        label = self.account.lower().replace("_", "-")
        return {
            "method": self.method,
            "url": f"https://{label}.{RESTLET if is_restlet else REST}.api.netsuite.com{self.path}",
            "query": [*(SCRIPT if is_restlet else []), *self.query],
            "body": self.body,
            "form": self.form,
            "type": None if self.form else JSON_TYPE,
        }


CASES = {
    "space-and-plus": Case(query=[("q", "a b+c  d"), ("since", "2026-11-27T10:00:00+01:00")]),
    "punctuation": Case(query=[("customer", "Café O'Hara & Co. (50%+1=x*!~)")]),
    "e-mail": Case(query=[("email", "anna.o'neil+test@example.com"), ("name", "Łukasz 東京 😀")]),
    "empty-values": Case(query=[("note", ""), ("id", "7"), ("last", "")]),
    "repeated-names": Case(query=[("tag", "red"), ("tag", "blue"), ("tag", "Red")]),
    "brackets": Case(query=[("filter[name]", "x y"), ("ids[]", "1"), ("a[0][b]", "[z]")]),
    "reserved": Case(query=[("url", "https://example.com/a?b=c&d=e#f"), ("path", 'a/b;c,d:e$f@g\\h|i^j`k"l<m>n{o}p')]),
    "order": Case(
        query=[(name, str(at)) for at, name in enumerate(["b", "B", "a_b", "a-b", "a10", "a2", "a", "é", "a b"])]
    ),
    "post-json": Case(method="POST", query=[("q", "a b")], body='{"item": "Café 東京", "quantity": 2, "a": "b=c&d"}'),
    "post-form": Case(
        method="POST", form=[("q", "a b+c"), ("name", "Café O'Hara"), ("email", "a@example.com"), ("note", "")]
    ),
    "put-json": Case(method="PUT", body='{"id": 7, "item": "Café"}'),
    "delete": Case(method="DELETE", query=[("id", "7"), ("why", "50% off (now)")]),
    "record-list": Case(
        path=f"{REST_PATH}/record/v1/customer",
        query=[("q", 'email CONTAIN "o\'neil@example.com" AND isInactive IS false'), ("limit", "5")],
        account=PRODUCTION,
    ),
    "transform": Case(
        method="POST", path=f"{REST_PATH}/record/v1/salesOrder/42/!transform/invoice", body='{"memo": "1"}'
    ),
    "suiteql": Case(
        method="POST", path=f"{REST_PATH}/query/v1/suiteql", query=[("limit", "5"), ("offset", "0")],
        body='{"q": "SELECT id FROM customer WHERE email = \'a@example.com\'"}',
    ),
    "external-id": Case(
        method="PATCH", path=f"{REST_PATH}/record/v1/customer/eid:C%207", body='{"phone": "+1 555"}', account=TEST_DRIVE
    ),
}  # fmt: skip
# What is enough of a client whose signatures are another's.
FEW = ["punctuation", "repeated-names", "order", "post-json", "post-form", "transform", "record-list"]
FEW_OF_NETSUITE = [*FEW, "suiteql", "delete"]
FEW_NODE = [case for case in FEW if case != "order"]
SOAP = ["soap"]


@dataclass(frozen=True, kw_only=True)
class Client:
    """A client, and what signs for it.

    Attributes:
        command: run in ``tests/captures/programs``; of the fixtures' own clients, the name of the method of
            ``Credentials`` that makes it.
        versions: as in ``tests/matrix/clients.toml``, and ``program:NAME`` of this folder's environment of Python,
            ``node:NAME`` of its packages of Node.
        cases: those that it makes.
        refused: case -> id of the mistake that the client or its library makes, whatever its user does.
        unnamed: the same, case -> the pairs that it signs in place of the query's, where the catalogue had no name
            for what it does when it was recorded.
        ours: what of the signing is our own code, a sentence; left out where nothing is.
    """

    command: str
    versions: dict[str, str]
    cases: list[str] = field(default_factory=lambda: list(CASES))
    refused: dict[str, str] = field(default_factory=dict)
    unnamed: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    ours: str = ""


OAUTHLIB = {"oauthlib": "program:oauthlib"}
OAUTH_10A = {"oauth-1.0a": "node:oauth-1.0a"}
JAVA = (
    "java -cp " + ":".join(
        f"/usr/share/java/{name}.jar" for name in (
            "google-oauth-client", "google-http-client", "guava", "gson", "signpost-core", "commons-codec",
            "opencensus-api", "opencensus-contrib-http-util", "grpc-context",
        )
    ) + " JavaClients.java"
)  # fmt: skip
NODE = "../../matrix/node24/node_modules/node/bin/node"  # it reads HTTPS_PROXY by itself
SHA1 = "has HMAC-SHA1 alone: the digest is ours, base string and key are the library's."
LOST, OTHER_ORDER, SORTED_EARLY = "repeated-names-lost", "sorted-otherwise", "sorted-before-encoding"
ENCODED_AGAIN, ELSEWHERE = "query-reencoded-after-signing", "header-not-encoded-option"


def python(name: str, *versions: str, **more: Any) -> Client:
    """A client of python_clients.py, and the packages that make it; ``more`` as of :class:`Client`."""
    packages = {package: f"program:{package}" for package in versions}
    return Client(
        command=f"python python_clients.py {name}", versions={"Python": "python --version", **packages}, **more
    )


def node(name: str, *versions: str, **more: Any) -> Client:
    """A client of node_clients.cjs, and the packages that make it; ``more`` as of :class:`Client`."""
    packages = {package: f"node:{package}" for package in versions}
    packages |= {package: f"npm:node/{package}" for package in versions if package in {"axios", "undici"}}
    told_by = f"{NODE.removeprefix('../../matrix/')} --version"
    return Client(command=f"{NODE} node_clients.cjs {name}", versions={"Node": told_by, **packages}, **more)


CLIENTS = {
    # The fixtures' own.
    "own-requests": Client(command="own requests", versions={"requests": "own:requests"}),
    "own-httpx": Client(command="own httpx", versions={"httpx": "own:httpx"}),
    "own-async-httpx": Client(command="own async_httpx", versions={"httpx": "own:httpx"}, cases=FEW),
    "own-httpx2": Client(command="own httpx2", versions={"httpx2": "own:httpx2"}, cases=FEW),
    "own-async-httpx2": Client(command="own async_httpx2", versions={"httpx2": "own:httpx2"}, cases=FEW),
    # Python.
    "python-requests-oauthlib": python("requests", "requests", "requests-oauthlib", "oauthlib"),
    "python-httpx": python("httpx", "httpx", "oauthlib", cases=FEW),
    "python-aiohttp": python("aiohttp", "aiohttp", "oauthlib"),
    "python-urllib": python("urllib", "oauthlib", cases=FEW),
    "python-urllib3": python("urllib3", "urllib3", "oauthlib", cases=FEW),
    "python-niquests": python("niquests", "niquests", "oauthlib", cases=FEW),
    "python-pycurl": python("pycurl", "pycurl", "oauthlib", cases=FEW),
    "python-authlib-requests": python("authlib_requests", "authlib", "requests", ours=f"authlib {SHA1}"),
    "python-authlib-httpx": python("authlib_httpx", "authlib", "httpx", cases=FEW, ours=f"authlib {SHA1}"),
    "python-rauth": python(
        "rauth", "rauth", refused={"repeated-names": OTHER_ORDER, "order": SORTED_EARLY}, ours=f"rauth {SHA1}"
    ),
    "python-oauth2": python(
        "oauth2", "oauth2", "httplib2", ours=f"oauth2 {SHA1}",
        cases=["punctuation", "post-json", "post-form", "put-json", "delete", "record-list", "transform", "suiteql", "external-id"],
        refused=dict.fromkeys(["punctuation", "post-form", "record-list"], ELSEWHERE),
    ),
    "python-netsuite": Client(
        command="../../matrix/python/.venv/bin/python python_clients.py netsuite",
        versions={"netsuite": "pip:netsuite", "authlib": "pip:authlib", "httpx": "pip:httpx"},
    ),
    "python-netsuite-client": python("netsuite_client", "netsuite-client", cases=FEW_OF_NETSUITE),
    "python-netsuite-connector": python("netsuite_connector", "netsuite-connector", cases=FEW_OF_NETSUITE),
    "python-netsuite-oauth": python("netsuite_oauth", "netsuite-oauth-python", cases=FEW_OF_NETSUITE),
    "python-restsuite": python("restsuite", "restsuite", cases=FEW_OF_NETSUITE),
    # Node.
    "node-fetch": node("fetch", "oauth-1.0a", refused={"order": ENCODED_AGAIN, "brackets": ENCODED_AGAIN}),
    "node-undici": node("undici", "undici", "oauth-1.0a", cases=FEW_NODE),
    "node-https": node("https", "oauth-1.0a", cases=FEW_NODE),
    "node-axios": node("axios", "axios", "oauth-1.0a", cases=FEW_NODE),
    "node-superagent": node("superagent", "superagent", "oauth-1.0a", cases=FEW_NODE),
    "node-got": node("got", "got", "oauth-1.0a", cases=FEW_NODE),
    "node-oauth-1.0a-ts": node(
        "oauth_1_0a_ts", "node-oauth-1.0a-ts", refused={"order": ENCODED_AGAIN, "brackets": ENCODED_AGAIN}
    ),
    "node-oauth": node("oauth", "oauth", unnamed={"repeated-names": [*SCRIPT, ("tag[0]", "red"), ("tag[1]", "blue"), ("tag[2]", "Red")]}),
    "node-request": node(
        "request", "request", "oauth-sign",
        unnamed={"brackets": [*SCRIPT, ("filter[name]", "x y"), ("ids", "1"), ("a", "[object Object]")]},
    ),
    "node-axios-oauth-1.0a": node(
        "axios_oauth_10a", "axios-oauth-1.0a", refused={"post-form": "form-body-not-signed"}
    ),
    "node-axios-oauth-1.0a-hash": node(
        "axios_oauth_10a_body_hash", "axios-oauth-1.0a", cases=["post-json", "post-form", "put-json", "delete", "transform"],
        refused={"post-form": "form-body-not-signed"}
    ),
    "node-netsuite-rest": node("netsuite_rest", "netsuite-rest"),
    "node-nsrestlet": node(
        "nsrestlet", "nsrestlet", refused=dict.fromkeys(["repeated-names", "order", "brackets"], ENCODED_AGAIN)
    ),
    "postman-newman": Client(
        command="node newman.cjs",
        versions={"newman": "npm:node/newman", "postman-runtime": "npm:node/postman-runtime"},
    ),
    # Other languages.
    "curl": Client(command="./curl.sh", versions={"curl": "curl --version", **OAUTHLIB}),
    "go-mrjones": Client(
        command="go run go_mrjones.go",
        versions={"Go": "go version", "mrjones/oauth": "deb:golang-github-mrjones-oauth-dev"},
        refused={
            "brackets": "values-not-encoded", "order": "values-not-encoded", "post-form": "query-not-signed",
            "external-id": "path-spelt-otherwise",
        },
    ),
    "java-google": Client(
        command=f"{JAVA} google",
        versions={"Java": "javac --version", "google-oauth-client": "deb:libgoogle-oauth-client-java"},
    ),
    "java-google-transport": Client(
        command=f"{JAVA} googleTransport",
        versions={"Java": "javac --version", "google-oauth-client": "deb:libgoogle-oauth-client-java"},
    ),
    "java-signpost": Client(
        command=f"{JAVA} signpost",
        versions={"Java": "javac --version", "signpost": "deb:liboauth-signpost-java"},
        ours=f"signpost 1.2 {SHA1}",
    ),
    "perl-net-oauth": Client(
        command="perl perl_clients.pl net_oauth",
        versions={"Perl": "perl -e 'print $^V'", "Net::OAuth": "perl -MNet::OAuth -e 'print $Net::OAuth::VERSION'"},
        refused={"repeated-names": LOST, "order": OTHER_ORDER},
    ),
    "perl-www-oauth": Client(
        command="perl perl_clients.pl www_oauth",
        versions={"Perl": "perl -e 'print $^V'", "WWW::OAuth": "perl -MWWW::OAuth -e 'print $WWW::OAuth::VERSION'"},
        ours=f"WWW::OAuth 1.0 {SHA1}",
    ),
    "php-pecl": Client(
        command="php php_clients.php",
        versions={"PHP": "php --version", "PECL oauth": "php -r 'echo phpversion(\"oauth\");'"},
        refused={"repeated-names": LOST, "order": SORTED_EARLY},
    ),
    "ruby-oauth": Client(
        command="ruby ruby_clients.rb oauth",
        refused={"order": SORTED_EARLY},
        versions={"Ruby": "ruby --version", "oauth": "ruby -roauth -roauth/version -e 'puts OAuth::VERSION'"},
        ours=f"oauth 0.5.4 {SHA1}",
    ),
    "ruby-simple-oauth": Client(
        command="ruby ruby_clients.rb simple_oauth",
        versions={"Ruby": "ruby --version", "simple_oauth": "deb:ruby-simple-oauth"},
        ours=f"simple_oauth 0.3.1 {SHA1}",
    ),
    "ruby-signet": Client(
        command="ruby ruby_clients.rb signet",
        versions={"Ruby": "ruby --version", "signet": "deb:ruby-signet"},
        refused={"order": OTHER_ORDER},
        ours=f"signet {SHA1}",
    ),
    # SOAP web services.
    "php-soap": Client(command="php soap_client.php", versions={"PHP": "php --version"}, cases=SOAP),
    "python-netsuite-soap": Client(
        command="soap/.venv/bin/python soap/soap_clients.py netsuite", versions={"netsuite": "soap:netsuite", "zeep": "soap:zeep"},
        cases=SOAP,
    ),
    "python-netsuitesdk": Client(
        command="soap/.venv/bin/python soap/soap_clients.py netsuitesdk",
        versions={"netsuitesdk": "soap:netsuitesdk", "zeep": "soap:zeep"}, cases=SOAP,
    ),
}  # fmt: skip


class Recorder(Reader):
    """A reader that keeps the bytes of each request; what goes into a tunnel follows the CONNECT that opened it."""

    messages: ClassVar[list[bytes]] = []  # of all connections: one client runs at a time

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.kept = bytearray()

    def feed(self, data: bytes) -> None:
        self.kept += data
        super().feed(data)

    def head(self) -> object:
        head = super().head()
        if head is not None and head.method == "CONNECT":
            self.kept = bytearray(self.rest)
        return head

    def body(self) -> bytes | None:
        body = super().body()
        if body is not None:
            length = len(self.kept) - len(self.rest)
            self.messages.append(bytes(self.kept[:length]))
            self.kept = bytearray(self.rest)
        return body


class Recording:
    """A fake with the accounts of the cases, and what its clients need."""

    def __init__(self, directory: Path) -> None:
        connection.Reader = Recorder
        authority = CertificateAuthority()
        self.trust = TrustFiles(directory, authority)
        self.server = NetSuiteServer(*map(Account, ACCOUNTS), proxy=Proxy(authority, (), self.trust))
        self.server.deploy(
            "customscript_orders", "customdeploy_orders",
            **dict.fromkeys(("get", "post", "put", "delete"), lambda _: {"done": True}),
        )  # fmt: skip
        self.server.soap_wsdl(WSDL)
        self.server.start()

    def make(self, client: Client, case: str) -> str | None:
        """Have the client make the call; return why it cannot."""
        account = CASES[case].account if case in CASES else SANDBOX
        credentials = self.server.credentials_for(next(iter(self.server.accounts[account].tokens.values())))
        if client.command.startswith("own "):
            return make_by_own(getattr(credentials, client.command.split()[1])(), CASES[case])
        is_soap = case in SOAP
        base_url = (
            self.server.url if is_soap and "php" in client.command else "https://1234567-sb1.suitetalk.api.netsuite.com"
        )
        environment = {name: value for name, value in os.environ.items() if name not in UNSET}
        environment |= (
            credential_variables(credentials, base_url) | self.trust.variables(self.server.url) | GO | BY_PROGRAM
        )
        environment["CALL"] = "" if is_soap else json.dumps(CASES[case].call())
        ran = subprocess.run(
            shlex.split(client.command), cwd=PROGRAMS, env=environment, capture_output=True, encoding="utf-8",
            timeout=120, check=False,
        )  # fmt: skip
        if ran.returncode == OMITTED or (ran.returncode and "exit status 3" in ran.stderr):  # so does "go run" end
            return next(line for line in ran.stderr.splitlines() if line.startswith("omitted: "))[9:]
        if not Recorder.messages:
            raise RuntimeError(f"{client.command} made no request of {case}:\n{ran.stdout}\n{ran.stderr}")
        return None

    def record(self, client: Client, case: str) -> tuple[bytes, str] | str:
        """The bytes of the request, and ``""`` or the mistakes that it was refused for; why the client cannot make it."""
        Recorder.messages.clear()
        self.server.audit_trail.clear()
        why = self.make(client, case)
        if why is not None:
            return why
        signed = [
            message for message in Recorder.messages if b"oauth_signature=" in message or b"okenPassport" in message
        ]
        attempts = list(self.server.audit_trail)
        if len(signed) != len(attempts) or not signed:
            raise RuntimeError(f"{client.command}, {case}: {len(signed)} requests, {len(attempts)} attempts")
        attempt = attempts[0]
        readings = [attempt.diagnosis.mistakes, *attempt.diagnosis.also_consistent]
        mistakes = " ".join(mistake.id for reading in readings for mistake in reading)
        return signed[0], "" if attempt.accepted else f"{attempt.detail}: {mistakes}"


def make_by_own(client: object, case: Case) -> str | None:
    """Make the call by one of the fixtures' own clients."""
    call = case.call()
    name = type(client).__module__.partition(".")[0]
    headers = {"Content-Type": call["type"]} if call["type"] else {}
    arguments = {"params": call["query"], "headers": headers}
    if case.form:
        arguments["data"] = dict(case.form)
    elif case.body:
        arguments["data" if name == "pytest_netsuite_tba" else "content"] = case.body.encode()
    made = client.request(call["method"], call["url"], **arguments)
    if asyncio.iscoroutine(made):
        asyncio.run(made)
    return None


def found_versions(client: Client) -> dict[str, str]:
    """The versions of a client's parts.

    Raises:
        NotInstalledError: one is missing.
    """
    pythons = {
        "program": PROGRAMS / ".venv/bin/python",
        "own": sys.executable,
        "soap": PROGRAMS / "soap/.venv/bin/python",
    }
    found = {}
    for name, told_by in client.versions.items():
        kind, _, package = told_by.partition(":")
        by_kind = {"node": f"node -p \"require('{PROGRAMS}/node_modules/{package}/package.json').version\""}
        for environment, executable in pythons.items():
            by_kind[environment] = f"{executable} -c \"import importlib.metadata as m; print(m.version('{package}'))\""
        found[name] = version(name, by_kind.get(kind, told_by))
    return found


def main(names: list[str]) -> None:
    """Record the clients of these names, or all."""
    unknown = set(names) - set(CLIENTS)
    if unknown:
        raise SystemExit(f"no such client: {', '.join(sorted(unknown))}; valid: {', '.join(CLIENTS)}")
    index = WIRE / "clients.json"
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as directory:
        recording = Recording(Path(directory))
        for name in names or CLIENTS:
            client = CLIENTS[name]
            try:
                versions = found_versions(client)
            except NotInstalledError as missing:
                sys.stdout.write(f"{name}: passed over: {missing}\n")
                continue
            folder = WIRE / name
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            row: dict[str, object] = {"versions": versions}
            row |= {"ours": client.ours} if client.ours else {}
            omitted = {}
            for case in client.cases:
                try:
                    made = recording.record(client, case)
                except RuntimeError as failed:
                    wrong.append(str(failed))
                    continue
                if isinstance(made, str):
                    omitted[case] = made
                    continue
                message, mistakes = made
                (folder / f"{case}.http").write_bytes(message)
                known_to_be_wrong = case in {**client.refused, **client.unnamed}
                named = client.refused.get(case, "") in mistakes
                if bool(mistakes) != known_to_be_wrong or not named:
                    wrong.append(f"{name} {case}: {mistakes or 'let in'}")
            row |= {"refused": client.refused} if client.refused else {}
            row |= {"unnamed": client.unnamed} if client.unnamed else {}
            row |= {"omitted": omitted} if omitted else {}
            known = json.loads(index.read_text("utf-8")) if index.exists() else {}
            known[name] = row
            sys.stdout.write(f"{name}: {len(list(folder.iterdir()))} recorded\n")
            index.write_text(
                json.dumps({key: known[key] for key in CLIENTS if key in known}, indent=2, ensure_ascii=False) + "\n",
                "utf-8",
            )
        recording.server.stop()
    if wrong:
        raise SystemExit("not as the table of clients says:\n" + "\n".join(wrong))


if __name__ == "__main__":
    main(sys.argv[1:])
