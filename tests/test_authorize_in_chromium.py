"""The authorize page in a real browser, from OAuth1Session's first step to a signed RESTlet call."""

import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from chromium import chromium  # noqa: F401  (a fixture)
from requests_oauthlib import OAuth1Session

from pytest_netsuite_tba import Role
from pytest_netsuite_tba.login.tokens import one_time_code

SCREENSHOTS = os.environ.get("SCREENSHOTS")  # a directory, for who wants to look


class Application:
    """The application that asks for access: it listens where its callback URL says."""

    def __init__(self):
        self.called = called = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                called.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<title>Done</title><h1>Back at the application</h1>")

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.callback = f"http://localhost:{self.server.server_port}/tba"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def application():
    app = Application()
    yield app
    app.close()


@pytest.fixture
def oauth(netsuite, application):
    """A session of requests-oauthlib, after its first step."""
    netsuite.integration.callback_url = "http://localhost:*/tba"
    integration = netsuite.integration
    session = OAuth1Session(
        integration.consumer_key,
        client_secret=integration.consumer_secret,
        callback_uri=application.callback,
        signature_method="HMAC-SHA256",
    )
    session.fetch_request_token(f"{netsuite.url}/rest/requesttoken")
    return session


def authorize_url(netsuite, oauth, **more):
    return oauth.authorization_url(f"{netsuite.url}/app/login/secure/authorizetoken.nl", **more)


def look(chromium, name):  # noqa: F811
    if SCREENSHOTS:
        chromium.screenshot(str(Path(SCREENSHOTS) / f"{name}.png"))


def finished(chromium, netsuite, oauth, application):  # noqa: F811
    """Take the third step with what the callback got, and call a RESTlet with the new token."""
    chromium.waitForURL("http://localhost:*/**")
    chromium.waitFor("h1:text-is('Back at the application')")
    (path,) = [one for one in application.called if one.startswith("/tba")]
    oauth.parse_authorization_response(f"http://localhost{path}")
    made = oauth.fetch_access_token(f"{netsuite.url}/rest/accesstoken")
    token = next(one for one in netsuite.account.tokens.values() if one.id == made["oauth_token"])
    call = OAuth1Session(
        netsuite.integration.consumer_key,
        client_secret=netsuite.integration.consumer_secret,
        resource_owner_key=made["oauth_token"],
        resource_owner_secret=made["oauth_token_secret"],
        signature_method="HMAC-SHA256",
        realm=netsuite.account.id,
    )
    answer = call.get(
        netsuite.restlet_url("customscript_echo", "customdeploy_echo"), headers={"Content-Type": "application/json"}
    )
    assert (200, token.name) == (answer.status_code, answer.json()["token_name"])
    return path, token


@pytest.mark.parametrize("scripts", [True, False], ids=["javascript", "no-javascript"])
def test_the_whole_flow(netsuite, oauth, application, chromium, scripts):  # noqa: F811
    """Log in, pick a role, Allow; with and without JavaScript."""
    netsuite.account.roles.add(Role(id=7, name="Warehouse"))
    netsuite.entity.give_role(netsuite.account.roles[7])
    chromium.open({"javaScriptEnabled": scripts})
    chromium.goto(authorize_url(netsuite, oauth, state="abc123"))
    chromium.waitFor("h1:text-is('Log in')")
    chromium.fill("#email", netsuite.entity.email)
    chromium.fill("#password", netsuite.entity.password)
    chromium.click("button")
    chromium.waitFor("h1:text-is('Allow access?')")
    chromium.click("text=Warehouse")
    chromium.click("text=Allow >> nth=-1")
    path, token = finished(chromium, netsuite, oauth, application)

    assert path.endswith("&company=1234567_SB1&role=7&entity=1&state=abc123")
    assert "Warehouse" == token.role.name
    assert [] == chromium.failures()


def test_by_the_keyboard_alone(netsuite, oauth, application, chromium):  # noqa: F811
    """Every step can be taken without a mouse; the focus is where typing begins."""
    netsuite.account.roles.add(Role(id=7, name="Warehouse"))
    netsuite.entity.give_role(netsuite.account.roles[7])
    chromium.open({})
    chromium.goto(authorize_url(netsuite, oauth))
    chromium.type(netsuite.entity.email)
    chromium.press("Tab")
    chromium.type(netsuite.entity.password)
    chromium.press("Enter")
    chromium.waitForURL("**/authorizetoken.nl")
    chromium.waitFor("h1:text-is('Allow access?')")
    chromium.press("Tab")
    assert "1234567_SB1/1005" == chromium.evaluate("document.activeElement.value")
    chromium.press("ArrowDown")
    chromium.press("Tab")
    assert "Allow" == chromium.evaluate("document.activeElement.innerText")
    chromium.press("Enter")
    _, token = finished(chromium, netsuite, oauth, application)

    assert "Warehouse" == token.role.name


def test_deny(netsuite, oauth, application, chromium):  # noqa: F811
    """Deny sends the browser back with an empty verifier."""
    chromium.open({})
    chromium.goto(authorize_url(netsuite, oauth))
    chromium.fill("#email", netsuite.entity.email)
    chromium.fill("#password", netsuite.entity.password)
    chromium.press("Enter")
    chromium.click("text=Deny")
    chromium.waitForURL("http://localhost:*/**")

    assert application.called[0].endswith("&oauth_verifier=")


# Each control has a label, and text stands out from its background as WCAG 2.1 AA asks: 4.5 to 1.
AUDIT = r"""
(() => {
  const shade = (text) => {
    const [r, g, b] = text.match(/[\d.]+/g).map(Number).map((one) => one / 255)
      .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (one) => {
    for (; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (!/, 0\)$/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const contrast = (one) => {
    const [a, b] = [shade(getComputedStyle(one).color), shade(behind(one))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const found = [];
  for (const one of document.querySelectorAll("input:not([type=hidden])"))
    if (!one.labels.length || !one.labels[0].innerText.trim()) found.push(`no label: ${one.name}`);
  for (const one of document.querySelectorAll("h1, p, label, legend, button, input:not([type=hidden]):not([type=radio])"))
    if (contrast(one) < 4.5) found.push(`contrast ${contrast(one).toFixed(2)}: ${one.outerHTML.slice(0, 60)}`);
  if (document.documentElement.scrollWidth > innerWidth) found.push("wider than the screen");
  if (!document.title || !document.documentElement.lang) found.push("no title or language");
  return found;
})()
"""


@pytest.mark.netsuite(strict=False)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 320])
def test_each_page_is_readable(netsuite, oauth, chromium, scheme, width):  # noqa: F811
    """In light and dark, wide and narrow: labels, contrast, nothing cut off, and it says that it is a fake."""
    netsuite.integration.name = "Order pusher with a name that is rather long for a narrow screen"
    netsuite.account.roles.add(Role(id=7, name="Web services", web_services_only=True))
    netsuite.account.roles.add(Role(id=8, name="Warehouse", two_factor=True))
    netsuite.entity.give_role(netsuite.account.roles[7])
    netsuite.entity.give_role(netsuite.account.roles[8])
    audits = {}

    def audited(name):
        assert "This is not NetSuite." in chromium.text("footer")
        audits[name] = chromium.evaluate(AUDIT)
        look(chromium, f"{name}-{scheme}-{width}")

    chromium.open({"colorScheme": scheme, "viewport": {"width": width, "height": 720}})
    chromium.goto(authorize_url(netsuite, oauth))
    audited("log-in")
    chromium.fill("#email", "nobody@example.com")
    chromium.fill("#password", "wrong")
    chromium.press("Enter")
    chromium.waitForURL("**/authorizetoken.nl")
    audited("log-in-failed")
    chromium.fill("#email", netsuite.entity.email)
    chromium.fill("#password", netsuite.entity.password)
    chromium.press("Enter")
    chromium.click("text=Warehouse")
    audited("consent")
    chromium.click("text=Allow >> nth=-1")
    chromium.waitFor("h1:text-is('One-time code')")
    audited("code")
    chromium.goto(f"{netsuite.url}/app/login/secure/authorizetoken.nl?oauth_token=unknown")
    audited("notice")

    assert {name: [] for name in ("log-in", "log-in-failed", "consent", "code", "notice")} == audits


@pytest.mark.netsuite(strict=False)
def test_a_two_factor_role(netsuite, oauth, application, chromium):  # noqa: F811
    """The one-time code is asked for after Allow."""
    netsuite.role.two_factor = True
    netsuite.clock.freeze()
    chromium.open({})
    chromium.goto(authorize_url(netsuite, oauth))
    chromium.fill("#email", netsuite.entity.email)
    chromium.fill("#password", netsuite.entity.password)
    chromium.press("Enter")
    chromium.click("text=Allow >> nth=-1")
    chromium.fill("#code", one_time_code.code(netsuite.entity.two_factor_secret, netsuite.clock.now()))
    chromium.press("Enter")

    chromium.waitForURL("http://localhost:*/**")
    assert "&role=1005&" in application.called[0]
