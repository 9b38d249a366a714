"""netsuite_hosts: NetSuite's own host names are the fake, for unmodified clients of this process and of its children."""

import os
import re
import socket
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path

import anyio
import httpx
import httpx2
import oauthlib.oauth1
import pytest
import requests
import trustme
from pytest_httpserver import HTTPServer
from requests_oauthlib import OAuth1

from pytest_netsuite_tba.clients.hosts import RealHostError
from pytest_netsuite_tba.reach.authority import CertificateAuthority
from pytest_netsuite_tba.reach.proxy import Proxy
from pytest_netsuite_tba.reach.trust import UNSET, TrustFiles

HOST = "1234567-sb1.restlets.api.netsuite.com"
TARGET = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo&q=caf%C3%A9+%26%2B"
URL = f"https://{HOST}{TARGET}"
SEEN = {"q": "café &+"}
PRINT_ECHO = "import json; print(json.loads(body)['parameters']['q'])"


def signed(netsuite, url=URL, method="GET"):
    """Sign with oauthlib, which knows nothing of us."""
    credentials = netsuite.credentials
    client = oauthlib.oauth1.Client(
        credentials.consumer_key,
        client_secret=credentials.consumer_secret,
        resource_owner_key=credentials.token_id,
        resource_owner_secret=credentials.token_secret,
        signature_method=oauthlib.oauth1.SIGNATURE_HMAC_SHA256,
        realm=credentials.account,
    )
    return {"Authorization": client.sign(url, method)[1]["Authorization"], "Content-Type": "application/json"}


def by_requests(headers):
    return requests.get(URL, headers=headers, timeout=10).json()


def by_httpx(headers):
    return httpx.get(URL, headers=headers).json()


def by_httpx2(headers):
    return httpx2.get(URL, headers=headers).json()


def by_async_httpx(headers):
    async def get():
        async with httpx.AsyncClient() as client:
            return (await client.get(URL, headers=headers)).json()

    return anyio.run(get)


def by_urllib(headers):
    import json

    with urllib.request.urlopen(urllib.request.Request(URL, headers=headers)) as answer:
        return json.loads(answer.read())


def by_aiohttp(headers):
    import aiohttp
    import yarl

    async def get():
        url = yarl.URL(URL, encoded=True)
        async with aiohttp.ClientSession(trust_env=True) as session, session.get(url, headers=headers) as answer:
            return await answer.json()

    return anyio.run(get)


@pytest.mark.parametrize("get", [by_requests, by_httpx, by_httpx2, by_async_httpx, by_urllib, by_aiohttp])
def test_an_unmodified_client_reaches_the_fake_by_its_real_name(netsuite, netsuite_hosts, get):
    """The host is part of what is signed: the production URL is signed, and let in."""
    answer = get(signed(netsuite))

    assert SEEN == answer["parameters"]
    assert URL == netsuite.audit_trail[-1].url


PYTHON_CHILD = """
import json, sys, urllib.request
request = urllib.request.Request(sys.argv[1], headers=json.loads(sys.argv[2]))
print(json.loads(urllib.request.urlopen(request).read())["parameters"]["q"])
"""


def test_a_child_process_reaches_the_fake_too(netsuite, netsuite_hosts):
    """The variables are those that clients of any language read."""
    import json

    headers = signed(netsuite)
    python = [sys.executable, "-c", PYTHON_CHILD, URL, json.dumps(headers)]
    curl = [
        "curl",
        "-sS",
        URL,
        *(word for name, value in signed(netsuite).items() for word in ("-H", f"{name}: {value}")),
    ]

    assert f"{SEEN['q']}\n" == subprocess.run(python, capture_output=True, check=True, text=True).stdout
    assert SEEN == json.loads(subprocess.run(curl, capture_output=True, check=True, text=True).stdout)["parameters"]


@pytest.mark.parametrize("host", ["1234567-SB1.Restlets.API.NetSuite.com", "1234567-sb1.restlets.api.netsuite.com."])
def test_every_spelling_of_the_host_reaches_the_account(netsuite, netsuite_hosts, host):
    """A host name has no case, and may end with a dot."""
    url = f"https://{host}{TARGET}"

    answer = requests.get(url, headers=signed(netsuite, url.replace(host, host.lower())), timeout=10)

    assert SEEN == answer.json()["parameters"]


def test_an_underscore_in_the_host_arrives_and_is_named(netsuite, netsuite_hosts):
    """NetSuite has no such host; here the request gets as far as the trail, which says what is wrong with it."""
    with netsuite.expect_refusal("unknown-host"):
        answer = requests.get(URL.replace("1234567-sb1", "1234567_sb1"), timeout=10)

    assert 403 == answer.status_code
    assert ["host-underscore"] == [mistake.id for mistake in netsuite.audit_trail[-1].diagnosis.mistakes]


def test_an_account_that_is_not_served_is_a_wrong_domain(netsuite, netsuite_hosts):
    """Row 1: 403, and nothing more."""
    with netsuite.expect_refusal("unknown-host"):
        answer = requests.get(URL.replace("1234567-sb1", "7654321"), timeout=10)

    assert (403, b"") == (answer.status_code, answer.content)


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_offline_means_offline(netsuite, netsuite_hosts, scheme):
    """Another host is refused with a message that names it, and never looked up."""
    with pytest.raises((requests.exceptions.ProxyError, requests.exceptions.HTTPError)) as refused:
        requests.get(f"{scheme}://telemetry.example.com/x", timeout=10).raise_for_status()

    assert "telemetry.example.com is not NetSuite" in str(refused.value)
    assert [] == list(netsuite.audit_trail)


def test_credentials_name_the_real_host(netsuite_env, netsuite_hosts):
    """Under netsuite_hosts, code that reads its base URL gets the production one."""
    assert f"https://{HOST}" == os.environ["NETSUITE_BASE_URL"]


def test_the_usual_libraries_work_from_credentials(netsuite_hosts, netsuite, netsuite_env):
    """The whole of a user's own code: nothing is told of the fake."""
    names = ("CONSUMER_KEY", "CONSUMER_SECRET", "TOKEN_ID", "TOKEN_SECRET")
    auth = OAuth1(
        *(os.environ[f"NETSUITE_{name}"] for name in names),
        signature_method="HMAC-SHA256",
        realm=os.environ["NETSUITE_ACCOUNT"],
    )

    answer = requests.post(f"{os.environ['NETSUITE_BASE_URL']}{TARGET}", json={"id": 7}, auth=auth, timeout=10)

    assert ({"id": 7}, "POST") == (answer.json()["body"], netsuite.audit_trail[-1].method)


def test_a_listener_that_already_runs_becomes_the_proxy(netsuite_requests, netsuite, netsuite_hosts):
    """The order in which a test asks for fixtures does not matter."""
    assert SEEN == by_requests(signed(netsuite))["parameters"]
    assert 200 == netsuite_requests.get(TARGET).status_code


def test_everything_is_put_back(pytester):
    """After the test the environment, urllib's opener and aiohttp's context are what they were."""
    pytester.makepyfile(
        """
        import os, urllib.request
        import aiohttp.connector as aiohttp
        import pytest

        os.environ["ALL_PROXY"] = "socks5://127.0.0.1:1"
        os.environ["https_proxy"] = "http://127.0.0.1:1"
        urllib.request.install_opener(urllib.request.build_opener())

        def state():
            environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
            return environ, urllib.request._opener, aiohttp._SSL_CONTEXT_VERIFIED

        BEFORE = state()

        @pytest.fixture
        def unchanged():
            yield
            assert BEFORE == state()

        def test_changed(unchanged, netsuite_hosts):
            environ, opener, context = state()
            assert netsuite_hosts.proxy_url == environ["https_proxy"] == environ["HTTPS_PROXY"]
            assert "ALL_PROXY" not in environ
            assert opener is None
            assert BEFORE[2] is not context
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_an_aiohttp_imported_inside_the_test_is_repaired_after_it(pytester):
    """Its context, made under the fake's certificate, would trust nobody else for the rest of the run."""
    pytester.makepyfile(
        """
        import sys

        def test_inside(netsuite_hosts):
            assert "aiohttp" not in sys.modules
            import aiohttp.connector
            global INSIDE
            INSIDE = aiohttp.connector._SSL_CONTEXT_VERIFIED

        def test_after():
            assert sys.modules["aiohttp.connector"]._SSL_CONTEXT_VERIFIED is not INSIDE
        """
    )
    pytester.runpytest_subprocess("-p", "no:randomly").assert_outcomes(passed=2)


def test_no_key_of_the_authority_is_on_disk(netsuite_hosts):
    """What clients read holds certificates only."""
    files = [file for file in netsuite_hosts.ca_file.parent.rglob("*") if file.is_file()]

    assert ["ca.ini", "ca.pem", "truststore.p12"] == sorted(file.name for file in files)
    assert [] == [file for file in files if b"PRIVATE" in file.read_bytes()]
    assert 1 == netsuite_hosts.ca_file.read_text().count("BEGIN CERTIFICATE")


def test_a_missing_extra_says_how_to_install_it(pytester):
    """Nothing is skipped: the fixture fails with the line to type."""
    pytester.makeconftest("import sys; sys.modules['trustme'] = None")
    pytester.makepyfile("def test_one(netsuite_hosts): pass")

    result = pytester.runpytest_subprocess()

    result.stdout.fnmatch_lines(["*TLS needs the extra 'tls': pip install 'pytest-netsuite-tba[[]tls[]]'"])
    assert {"errors": 1} == result.parseoutcomes()


# -- hosts that are let through -----------------------------------------------------------------------------------

REAL = "127.0.0.2"  # a loopback address that NO_PROXY does not name


@pytest.fixture
def real_host():
    """A real TLS host of somebody else's, and the file with its certificate authority."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(REAL).configure_cert(context)
    with HTTPServer(REAL, 0, ssl_context=context) as server, authority.cert_pem.tempfile() as file:
        server.expect_request("/real").respond_with_data("the real one")
        yield server, file


def test_an_allowed_host_is_let_through_to_the_real_one(real_host, pytester, monkeypatch):
    """The tunnel carries the client's own TLS; the file to trust holds the system's roots and the fake's."""
    server, file = real_host
    monkeypatch.setenv("SSL_CERT_FILE", file)
    pytester.makeini(f"[pytest]\nnetsuite_allowed_hosts =\n    {REAL}\n    *.example.com\n")
    pytester.makepyfile(
        f"""
        import requests
        def test_through(netsuite, netsuite_hosts):
            assert "the real one" == requests.get("https://{REAL}:{server.port}/real", timeout=10).text
            assert 403 == requests.get("https://7654321.app.netsuite.com/", timeout=10).status_code
            assert 1 == len(netsuite.audit_trail)
            netsuite.audit_trail.clear()
        """
    )
    pytester.runpytest_subprocess("-p", "no:pytest_httpserver").assert_outcomes(passed=1)


def certificates_in(text):
    found = re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", text, re.DOTALL)
    return [ssl.PEM_cert_to_DER_cert(certificate) for certificate in found]


def system_roots():
    paths = ssl.get_default_verify_paths()
    files = [*([Path(paths.cafile)] if paths.cafile else []), *(Path(paths.capath).iterdir() if paths.capath else ())]
    texts = [file.read_text("utf-8", "replace") for file in files if file.is_file()]
    return [certificate for text in texts for certificate in certificates_in(text)]


@pytest.mark.skipif(not system_roots(), reason="OpenSSL trusts nobody here")
def test_the_system_roots_are_trusted_too_where_real_hosts_are_let_through(tmp_path):
    """Each of them, as OpenSSL has them here; the authority of this run is the first."""
    authority = CertificateAuthority()
    alone, with_roots = tmp_path / "alone", tmp_path / "roots"
    files = []
    for folder in (alone, with_roots):
        folder.mkdir()
        files.append(TrustFiles(folder, authority, with_system_roots=folder is with_roots).ca_file.read_bytes())

    assert authority.certificate == files[0]
    assert files[1].startswith(authority.certificate)
    assert set(system_roots()) <= set(certificates_in(files[1].decode()))


def test_a_plain_request_is_let_through_as_its_origin_wants_it(netsuite):
    """In absolute form to the proxy, in origin form to the host (RFC 9112 section 3.2)."""
    netsuite.proxy = Proxy(CertificateAuthority(), [REAL])
    with HTTPServer(REAL, 0) as server:
        server.expect_request("/real", query_string="a=b", method="POST", data="body").respond_with_data("ok")
        with requests.Session() as session:
            session.trust_env = False
            session.proxies = {"http": netsuite.url}
            answers = [session.post(server.url_for("/real?a=b"), data="body").text for _ in range(2)]
        raised, _ = server.log[0]

    assert ["ok", "ok"] == answers
    assert f"{REAL}:{server.port}" == raised.host
    assert "Proxy-Connection" not in raised.headers


def test_an_allowed_host_that_is_away_is_a_502_that_names_it(netsuite):
    """The client learns that it was the host that did not answer, not the fake."""
    netsuite.proxy = Proxy(CertificateAuthority(), [REAL])
    with socket.socket() as taken:
        taken.bind((REAL, 0))  # bound, but nobody listens
        port = taken.getsockname()[1]
        with requests.Session() as session:
            session.trust_env = False
            session.proxies = {"http": netsuite.url}
            answer = session.get(f"http://{REAL}:{port}/")

    assert (502, f"{REAL} cannot be reached: Connection refused\n") == (answer.status_code, answer.text)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("https://api.example.com", "'https://api.example.com' is no host that can be allowed"),
        ("1234567.app.netsuite.com", "'1234567.app.netsuite.com' is NetSuite's"),
    ],
)
def test_a_wrong_allowed_host_is_said_at_once(pytester, line, said):
    """With the offending line and what would be right."""
    pytester.makeini(f"[pytest]\nnetsuite_allowed_hosts = {line}\n")
    pytester.makepyfile("def test_one(netsuite_hosts): pass")

    result = pytester.runpytest_subprocess()

    result.stdout.fnmatch_lines([f"netsuite_allowed_hosts: {said}*"])
    assert {"errors": 1} == result.parseoutcomes()


def test_variables_that_lead_elsewhere_are_unset():
    """A proxy for everything, or another directory of certificates, would win over ours with some clients."""
    assert {"ALL_PROXY", "all_proxy", "SSL_CERT_DIR"} == set(UNSET)


# -- the plugin's own signed clients ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["netsuite_requests", "netsuite_httpx", "netsuite_httpx2"])
def test_a_signed_client_reaches_the_fake_by_its_real_name(netsuite, request, name, netsuite_hosts):
    """Whatever the order of the fixtures; a relative URL goes straight to the fake."""
    client = request.getfixturevalue(name)

    assert [SEEN, SEEN] == [client.get(url).json()["parameters"] for url in (URL, TARGET)]
    assert [URL, netsuite.url + TARGET] == [attempt.url for attempt in netsuite.audit_trail]


def test_the_rest_client_reaches_it_too(netsuite, netsuite_rest, netsuite_hosts):
    """By the suitetalk host."""
    url = "https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/record/v1/customer"

    assert 0 == netsuite_rest.get(url).json()["totalResults"]
    assert ("rest", url) == (netsuite.audit_trail[-1].channel, netsuite.audit_trail[-1].url)


def test_an_async_signed_client_reaches_it_too(netsuite, netsuite_async_httpx, netsuite_async_httpx2, netsuite_hosts):
    """Both libraries."""

    async def get(client):
        async with client:
            return (await client.get(URL)).json()["parameters"]

    assert [SEEN, SEEN] == [anyio.run(get, client) for client in (netsuite_async_httpx, netsuite_async_httpx2)]


@pytest.mark.parametrize("host", [HOST, f"{HOST}.", HOST.upper()])
@pytest.mark.parametrize("name", ["netsuite_requests", "netsuite_httpx", "netsuite_httpx2", "netsuite_rest"])
def test_without_netsuite_hosts_a_signed_client_calls_nobody_real(netsuite, request, name, host):
    """The fake's credentials never leave for the real NetSuite, however its host is spelt; the message says what to ask for."""
    said = f"(?i)^{host} would be the real NetSuite: ask for the fixture netsuite_hosts"
    with pytest.raises(RealHostError, match=said):
        request.getfixturevalue(name).get(f"https://{host}{TARGET}")


def test_a_redirect_to_a_real_host_is_not_followed_there(netsuite, netsuite_requests):
    """The wrong-data-centre answer names the account's own host."""
    netsuite.faults.add("wrong_data_center")
    with pytest.raises(RealHostError):
        netsuite_requests.get(TARGET)
