"""The authorize page in a real browser, from OAuth1Session's first step to a signed RESTlet call."""

import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from requests_oauthlib import OAuth1Session

from pytest_netsuite_tba import Role
from pytest_netsuite_tba.tokens import one_time_code

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


@pytest.fixture
def visit(chromium):
    """Opens a page in a context of its own; at the end nothing may stand in the console."""
    contexts, problems = [], []

    def open_page(**options):
        contexts.append(chromium.new_context(**options))
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    # That a log-in was refused is what the browser itself says in its console.
    assert [] == [problem for problem in problems if "the server responded with a status of 4" not in problem]


def finished(page, netsuite, oauth, application):
    """Take the third step with what the callback got, and call a RESTlet with the new token."""
    page.wait_for_url("http://localhost:*/**")
    page.wait_for_selector("h1:text-is('Back at the application')")
    (path,) = [path for path in application.called if path.startswith("/tba")]
    oauth.parse_authorization_response(f"http://localhost{path}")
    made = oauth.fetch_access_token(f"{netsuite.url}/rest/accesstoken")
    token = next(token for token in netsuite.account.tokens.values() if token.id == made["oauth_token"])
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
def test_the_whole_flow(netsuite, oauth, application, visit, scripts):
    """Log in, pick a role, Allow; with and without JavaScript."""
    netsuite.account.roles.add(Role(id=7, name="Warehouse"))
    netsuite.entity.give_role(netsuite.account.roles[7])
    page = visit(java_script_enabled=scripts)
    page.goto(authorize_url(netsuite, oauth, state="abc123"))
    page.wait_for_selector("h1:text-is('Log in')")
    page.fill("#email", netsuite.entity.email)
    page.fill("#password", netsuite.entity.password)
    page.click("button")
    page.wait_for_selector("h1:text-is('Allow access?')")
    page.click("text=Warehouse")
    page.click("text=Allow >> nth=-1")
    path, token = finished(page, netsuite, oauth, application)

    assert path.endswith("&company=1234567_SB1&role=7&entity=1&state=abc123")
    assert "Warehouse" == token.role.name


def test_by_the_keyboard_alone(netsuite, oauth, application, visit):
    """Every step can be taken without a mouse; the focus is where typing begins."""
    netsuite.account.roles.add(Role(id=7, name="Warehouse"))
    netsuite.entity.give_role(netsuite.account.roles[7])
    page = visit()
    page.goto(authorize_url(netsuite, oauth))
    page.wait_for_selector("#email:focus")
    page.keyboard.type(netsuite.entity.email)
    page.keyboard.press("Tab")
    page.keyboard.type(netsuite.entity.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/authorizetoken.nl")
    page.wait_for_selector("h1:text-is('Allow access?')")
    page.keyboard.press("Tab")
    assert "1234567_SB1/1005" == page.evaluate("document.activeElement.value")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert "Allow" == page.evaluate("document.activeElement.innerText")
    page.keyboard.press("Enter")
    _, token = finished(page, netsuite, oauth, application)

    assert "Warehouse" == token.role.name


def test_deny(netsuite, oauth, application, visit):
    """Deny sends the browser back with an empty verifier."""
    page = visit()
    page.goto(authorize_url(netsuite, oauth))
    page.fill("#email", netsuite.entity.email)
    page.fill("#password", netsuite.entity.password)
    page.keyboard.press("Enter")
    page.click("text=Deny")
    page.wait_for_url("http://localhost:*/**")

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
def test_each_page_is_readable(netsuite, oauth, visit, scheme, width):
    """In light and dark, wide and narrow: labels, contrast, nothing cut off, and it says that it is a fake."""
    netsuite.integration.name = "Order pusher with a name that is rather long for a narrow screen"
    netsuite.account.roles.add(Role(id=7, name="Web services", web_services_only=True))
    netsuite.account.roles.add(Role(id=8, name="Warehouse", two_factor=True))
    netsuite.entity.give_role(netsuite.account.roles[7])
    netsuite.entity.give_role(netsuite.account.roles[8])
    audits = {}

    def audited(name):
        assert "This is not NetSuite." in page.inner_text("footer")
        audits[name] = page.evaluate(AUDIT)
        if SCREENSHOTS:
            page.screenshot(path=Path(SCREENSHOTS) / f"{name}-{scheme}-{width}.png", full_page=True)

    page = visit(color_scheme=scheme, viewport={"width": width, "height": 720})
    page.goto(authorize_url(netsuite, oauth))
    audited("log-in")
    page.fill("#email", "nobody@example.com")
    page.fill("#password", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_url("**/authorizetoken.nl")
    audited("log-in-failed")
    page.fill("#email", netsuite.entity.email)
    page.fill("#password", netsuite.entity.password)
    page.keyboard.press("Enter")
    page.click("text=Warehouse")
    audited("consent")
    page.click("text=Allow >> nth=-1")
    page.wait_for_selector("h1:text-is('One-time code')")
    audited("code")
    page.goto(f"{netsuite.url}/app/login/secure/authorizetoken.nl?oauth_token=unknown")
    audited("notice")

    assert {name: [] for name in ("log-in", "log-in-failed", "consent", "code", "notice")} == audits


@pytest.mark.netsuite(strict=False)
def test_a_two_factor_role(netsuite, oauth, application, visit):
    """The one-time code is asked for after Allow."""
    netsuite.role.two_factor = True
    netsuite.clock.freeze()
    page = visit()
    page.goto(authorize_url(netsuite, oauth))
    page.fill("#email", netsuite.entity.email)
    page.fill("#password", netsuite.entity.password)
    page.keyboard.press("Enter")
    page.click("text=Allow >> nth=-1")
    page.fill("#code", one_time_code.code(netsuite.entity.two_factor_secret, netsuite.clock.now()))
    page.keyboard.press("Enter")

    page.wait_for_url("http://localhost:*/**")
    assert "&role=1005&" in application.called[0]
