"""A process with more than 1,024 files open is served everywhere: select() would know none of the later ones."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import pytest_netsuite_tba

MANY = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (4_096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1_100)]

import asyncio, http.server, tempfile, threading
from pathlib import Path

import httpx, requests

from pytest_netsuite_tba import NetSuiteServer
from pytest_netsuite_tba.cli import main
from pytest_netsuite_tba.console import Console
from pytest_netsuite_tba.reach.authority import CertificateAuthority
from pytest_netsuite_tba.reach.proxy import Proxy
from pytest_netsuite_tba.reach.trust import TrustFiles

class Real(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()
    def log_message(self, *_):
        pass

real = http.server.HTTPServer(("127.0.0.1", 0), Real)
threading.Thread(target=real.serve_forever, daemon=True).start()
authority, folder = CertificateAuthority(), tempfile.TemporaryDirectory()
trust = TrustFiles(Path(folder.name), authority)
server = NetSuiteServer(ssl_context=authority.context(), proxy=Proxy(authority, ["localhost"], trust))
server.console = Console(server)
plain, ca = server.url.replace("https:", "http:"), str(trust.ca_file)
credentials, script = server.credentials, ("customscript_echo", "customdeploy_echo")
by_name = server.restlet_url(*script).replace(server.url, f"https://{server.account.restlets_host}")
proxies = {"http": plain, "https": plain}

def header(url):
    return {"Authorization": credentials.authorization("GET", url), "Content-Type": "application/json"}

def told(what, status):
    print(what, status, flush=True)

assert credentials.client().get(by_name).status_code == 200
with requests.Session() as session:
    session.trust_env = False
    for base in (plain, server.url):
        url = server.restlet_url(*script).replace(server.url, base)
        told(base.partition(":")[0], session.get(url, headers=header(url), verify=ca, timeout=30).status_code)
    told("tunnel", session.get(by_name, headers=header(by_name), verify=ca, proxies=proxies, timeout=30).status_code)
    address = f"localhost:{real.server_port}"
    told("proxied", session.get(f"http://{address}/", proxies=proxies, timeout=30).status_code)
    with session.get(f"{plain}/__admin/events", stream=True, timeout=30) as events:
        credentials.client().get(by_name)
        told("events", next(line for line in events.iter_lines() if line.startswith(b"event:")).decode())

async def call():
    async with httpx.AsyncClient(trust_env=False) as client:
        url = server.restlet_url(*script).replace(server.url, plain)
        return (await client.get(url, headers=header(url))).status_code

told("asyncio", asyncio.run(call()))
server.stop()
real.shutdown()
command = [sys.executable, "-c", "import os, urllib.request; print('of the child')"]
told("run", main(["run", "--", *command]))
"""


def test_descriptors_above_1024():
    """Plain, by TLS, through the proxy, to a real host, as a stream, in asyncio, around a command."""
    resource = pytest.importorskip("resource", reason="this system has no bound on descriptors that could be lifted")
    if 0 <= resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 4_096:
        pytest.skip("this system allows a process fewer than 4,096 descriptors")
    done = subprocess.run([sys.executable, "-c", MANY], capture_output=True, text=True, timeout=120, check=False)

    assert [
        "http 200", "https 200", "tunnel 200", "proxied 204", "events event: attempt", "asyncio 200", "of the child",
        "run 0",
    ] == done.stdout.splitlines(), done.stderr  # fmt: skip
    assert "Traceback" not in done.stderr


def test_nothing_waits_by_select():
    """Which knows no descriptor above 1,024: a selector is the system's own."""
    for path in Path(pytest_netsuite_tba.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            assert "select" not in names, path
            assert not (isinstance(node, ast.Attribute) and node.attr == "SelectSelector"), path
