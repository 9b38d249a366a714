"""A console called in-process: fixtures for the tests of the control API."""

import json

import pytest
from werkzeug.test import Client

from pytest_netsuite_tba import Account, NetSuiteServer
from pytest_netsuite_tba.console import Console

ACCOUNT = "accounts/1234567_SB1"
ECHO = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"


class Caller:
    """Calls a console in-process, as a program on this machine would."""

    def __init__(self, server):
        self.server = server
        self.client = Client(server.wsgi_app, use_cookies=False)

    def __call__(self, method, path, body=None, *, address="127.0.0.1", host="localhost", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        content = None
        if body is not None:
            content = body if isinstance(body, bytes) else json.dumps(body)
        if method in {"POST", "PATCH", "PUT"}:
            headers.setdefault("Content-Type", "application/json")
        return self.client.open(
            "/__admin/" + path,
            method=method,
            data=content,
            headers=headers,
            base_url=f"http://{host}/",
            environ_base={"REMOTE_ADDR": address},
        )

    def login(self):
        """One correctly signed call; gives its HTTP status."""
        return self.server.credentials.client().get(ECHO).status_code


@pytest.fixture
def server():
    with NetSuiteServer(Account()) as one:
        one.console = Console(one)
        yield one


@pytest.fixture
def call(server):
    return Caller(server)


@pytest.fixture
def exposed():
    with NetSuiteServer(Account()) as one:
        one.console = Console(
            one, token="s3cret-token", admin_hosts=["ci.example", "Other.Example:8080", "2001:db8::1"]
        )
        yield Caller(one)
