"""The Login Audit Trail page in headless Chromium, as somebody who debugs by eye uses it."""

import base64
import os
import re
import subprocess
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.chromium import expect

from pytest_netsuite_tba import Account, NetSuiteServer, Token
from pytest_netsuite_tba.console import Console
from pytest_netsuite_tba.login.audit_trail import LoginAttempt

ROOT = Path(__file__).parent.parent.parent
NPM = ROOT / "tests" / "npm" / "node_modules"
AXE = NPM / "axe-core" / "axe.min.js"
NEWMAN = NPM / ".bin" / "newman"
BIOME = NPM / ".bin" / "biome"
# Where pictures for the docs go: NETSUITE_TBA_SCREENSHOTS=docs python -m pytest tests/console/test_page.py
SCREENSHOTS = os.environ.get("NETSUITE_TBA_SCREENSHOTS")
ECHO = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
WORTH = {"error", "warning"}  # of what is written to the console


@pytest.fixture
def server():
    account = Account()
    account.clock.freeze("2026-09-21T14:13:20Z")
    with NetSuiteServer(account) as one:
        one.console = Console(one)
        yield one


@pytest.fixture
def visit(chromium, server):
    """Opens the page; at the end nothing stands in any console, and nothing was fetched from elsewhere."""
    contexts, problems = [], []

    def open_page(panel="#trail", *, viewport=WIDE, scheme="light", path="", server=server):
        context = chromium.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on(
            "console",
            lambda message: (
                problems.append(f"{message.text} {message.location['url']}") if message.type in WORTH else None
            ),
        )
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "request",
            lambda request: None if request.url.startswith((server.url, "data:")) else problems.append(request.url),
        )
        page.goto(f"{server.url}/__admin/{path}{panel}")
        page.wait_for_selector(".live.on")
        return page

    open_page.allowed = None
    yield open_page
    for context in contexts:
        context.close()
    assert [] == [problem for problem in problems if open_page.allowed is None or open_page.allowed not in problem]


def send(server, url=ECHO, *, signed=None, credentials=None, headers=None, method="GET"):
    """Send a request as a client would; ``signed`` is the URL that is signed where that differs."""
    credentials = credentials or server.credentials
    given = {"Authorization": credentials.authorization(method, server.url + (signed or url))} | (headers or {})
    given.setdefault("Content-Type", "application/json")
    request = urllib.request.Request(server.url + url, headers=given, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return None


def wrong_secret(server):
    stranger = Account(tokens=[Token(secret="not-the-secret-of-this-token")], clock=server.clock)
    return NetSuiteServer(stranger).credentials


def picture(page, name, tmp_path):
    """Keep a screenshot: for the docs if asked to."""
    page.evaluate("document.fonts.ready")
    page.screenshot(path=Path(SCREENSHOTS or tmp_path) / f"{name}.png")


def whats(page):
    return page.locator("#story .what")


def fits(page, selector):
    """Whether an element is to be seen without scrolling."""
    box, size = page.locator(selector).first.bounding_box(), page.viewport_size
    return box["y"] >= 0 and box["y"] + box["height"] <= size["height"] and box["x"] + box["width"] <= size["width"]


# -- the story -----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not NEWMAN.exists(), reason="SKIPPED: npm install --prefix tests/npm gives newman")
@pytest.mark.parametrize(("viewport", "name"), [(WIDE, "console-wide"), (NARROW, "console-narrow")])
def test_a_wrong_token_secret_in_postman_is_read_without_scrolling(server, visit, tmp_path, viewport, name):
    """Somebody who has never seen the tool opens the page: cause and cure are on the first screen."""
    server.clock.reset()
    send(server)
    send(server, method="POST")
    credentials = server.credentials
    variables = {
        "NETSUITE_ACCOUNT": credentials.account,
        "NETSUITE_CONSUMER_KEY": credentials.consumer_key,
        "NETSUITE_CONSUMER_SECRET": credentials.consumer_secret,
        "NETSUITE_TOKEN_ID": credentials.token_id,
        "NETSUITE_TOKEN_SECRET": "deliberately-wrong",
        "NETSUITE_BASE_URL": server.url,
    }
    words = [word for pair in variables.items() for word in ("--env-var", "=".join(pair))]
    collection = Path(__file__).parent / "newman.json"
    subprocess.run([NEWMAN, "run", collection, *words], capture_output=True, check=True, timeout=120)

    page = visit(viewport=viewport)
    page.wait_for_selector("#story .cure")

    assert "No known mistake explains this signature" == whats(page).inner_text()
    assert "ompare your base string" in page.locator("#story .cure").inner_text()
    assert [True] * 3 == [
        fits(page, selector) for selector in ("#story .what", "#story .reading dd:nth-of-type(2)", "#story .cure")
    ]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, name, tmp_path)


def test_other_pictures_for_the_docs(server, visit, tmp_path):
    """A base string with its difference marked, in the dark; the account."""
    send(server, f"{ECHO}&status=open%20or%20billed", signed=ECHO)
    send(server, credentials=wrong_secret(server))
    send(server, f"{ECHO}&status=open%20or%20billed", signed=f"{ECHO}&status=open%2520or%2520billed")

    page = visit(scheme="dark")
    page.wait_for_selector(".sides mark")
    picture(page, "console-difference", tmp_path)
    page = visit("#account")
    page.wait_for_selector("#now")
    picture(page, "console-account", tmp_path)


# -- the trail -----------------------------------------------------------------------------------------------------


def test_attempts_come_live_newest_first(server, visit):
    """Without a reload; the newest is told."""
    page = visit()
    expect(page.locator("#empty")).to_contain_text("No request has come yet")

    assert 200 == send(server)
    page.wait_for_selector("#attempt-1")
    server.token.active = False
    assert 401 == send(server)

    page.wait_for_selector("#attempt-2[aria-selected=true]")
    cells = page.locator(".attempt .detail").all_inner_texts()
    assert ["token_rejected", ""] == cells
    expect(page.locator("#story .tag")).to_have_text("Failure: token_rejected")
    assert "2 attempts" == page.locator("#count").inner_text()


def test_until_the_first_answer_it_is_loading(server, chromium):
    """Not live, and not without attempts: nobody knows yet."""
    send(server)
    held = []
    with chromium.new_context(viewport=WIDE) as context:
        page = context.new_page()
        page.route("**/__admin/attempts?*", lambda route: held.append(route))  # noqa: PLW0108  (it marks what it is given)
        with page.expect_request("**/__admin/attempts?*"):
            page.goto(f"{server.url}/__admin/")
        page.wait_for_selector("#account-name:not(:empty)")

        expect(page.locator("#live")).to_have_text("Loading")
        expect(page.locator("#empty")).to_have_text("Loading")
        expect(page.locator("#count")).to_have_text("")
        assert 0 == page.locator(".live.on").count()
        held[0].continue_()
        page.wait_for_selector(".live.on")
        expect(page.locator("#live")).to_have_text("Live")
        expect(page.locator("#count")).to_have_text("1 attempts")
        expect(page.locator("#empty")).to_be_hidden()
        page.close()  # before the server goes


def test_the_columns_are_netsuites(server, visit):
    """In its words."""
    send(server)
    page = visit()
    page.wait_for_selector("#attempt-1")

    assert [
        "Date/Time (UTC)",
        "User",
        "Role",
        "Status",
        "Detail",
        "Token-based Access Token Name",
        "Token-based Application Name",
        "Request",
    ] == page.locator("[role=columnheader]:visible").all_inner_texts()
    assert [
        "2026-09-21 14:13:20",
        "integration@example.com",
        "Integration",
        "Success",
        "",
        "Default token",
        "Default integration",
        "GET customscript_echo",
    ] == page.locator("#attempt-1 > *").all_inner_texts()


def test_filters_survive_a_reload(server, visit):
    """They stand in the address, with the attempt that was chosen."""
    send(server)
    server.refuse_next("nonce_used")
    send(server)
    send(server)
    page = visit()
    page.wait_for_selector("#attempt-3")
    page.locator("#filter-status").select_option("Failure")
    page.locator("#filter-detail").select_option("nonce_used")
    page.locator("#filter-text").fill("echo")
    page.locator("#attempt-2").click()
    before = page.url

    page.reload()
    page.wait_for_selector("#attempt-2[aria-selected=true]")

    assert (before, "1 of 3 attempts") == (page.url, page.locator("#count").inner_text())
    assert ["Failure", "nonce_used", "echo"] == [
        page.locator(f"#filter-{field}").input_value() for field in ("status", "detail", "text")
    ]
    page.locator("#filter-text").fill("nothing of that")
    assert "No attempt matches these filters." == page.locator("#empty").inner_text()


@pytest.fixture
def two_accounts():
    """Attempts 1 and 3 are of the first account, 2 of the second, 4 of none that is here."""
    with NetSuiteServer(Account("1234567_SB1"), Account("7654321")) as server:
        server.console = Console(server)
        first, second = (
            server.credentials_for(account.tokens["Default token"]) for account in server.accounts.values()
        )
        for credentials in (first, second, first):
            send(server, credentials=credentials)
        first.client().get(f"https://9999999.restlets.api.netsuite.com{ECHO}")
        server.httpserver.clear_assertions()
        yield server


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_attempts_of_several_accounts_say_of_which(two_accounts, visit, viewport):
    """In the list and below; the filter by account stands in the address."""
    page = visit(viewport=viewport, server=two_accounts)
    page.wait_for_selector("#attempt-4")
    assert ["", "1234567_SB1", "7654321", "1234567_SB1"] == page.locator(".attempt .account").all_inner_texts()
    assert page.locator("#attempt-2 .account").is_visible()

    page.locator("#filter-account").select_option("7654321")
    page.wait_for_selector("#attempt-2[aria-selected=true]")
    page.get_by_text("The login was let in.").wait_for()
    assert page.url.endswith("#trail?account=7654321")
    page.reload()
    page.wait_for_selector("#attempt-2")
    expect(page.locator("#count")).to_have_text("1 of 4 attempts")
    assert "7654321" == page.locator("#filter-account").input_value()
    facts = page.locator("#story .facts div", has=page.get_by_text("Account", exact=True))
    expect(facts.locator("dd")).to_have_text("7654321")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()  # before the server goes: Chromium would note that


def test_one_account_alone_is_not_named(server, visit):
    """Neither in the list nor below; there is nothing to filter, whatever the address says."""
    send(server)
    page = visit("#trail?account=7654321")
    page.wait_for_selector("#attempt-1")
    page.wait_for_selector("#story .facts")

    assert [0, 0] == [
        page.locator(selector).count() for selector in (".attempt .account", "#story dt:text-is('Account')")
    ]
    assert [False, False] == [page.locator(selector).is_visible() for selector in ("#head-account", "#filter-account")]


def test_filters_by_time(server, visit):
    """By NetSuite's clock, whatever the browser's says."""
    send(server)
    server.clock.advance(minutes=30)
    send(server)
    page = visit("#trail?since=300")

    page.wait_for_selector("#attempt-2")
    assert "1 of 2 attempts" == page.locator("#count").inner_text()


def marked_pairs(box):
    return [
        tuple(pair.locator(".side").all_inner_texts())
        for pair in box.locator(".pair").all()
        if pair.locator("mark").count()
    ]


def test_the_difference_is_marked(server, visit):
    """The pair alone, decoded above encoded; then both base strings side by side. Only what differs is marked."""
    send(server, f"{ECHO}&q=a%20b", signed=f"{ECHO}&q=a%2520b")
    page = visit()
    page.wait_for_selector(".sides")
    alone, whole = page.locator(".sides").all()

    assert "q at 398" == alone.locator(".piece").inner_text()
    assert [("a%2520b", "a%20b"), ("q%3Da%252520b", "q%3Da%2520b")] == marked_pairs(alone)
    assert [("q%3Da%252520b%26", "q%3Da%2520b%26")] == marked_pairs(whole)
    assert (["%2520", "%252520"], ["%20", "%2520"]) == tuple(
        alone.locator(f".{side} mark").all_inner_texts() for side in ("minus", "plus")
    )
    assert (["%252520"], ["%2520"]) == tuple(
        whole.locator(f".{side} mark").all_inner_texts() for side in ("minus", "plus")
    )
    page.get_by_text("The stages that lead to the base string").click()
    assert "1 Method" == page.locator(".stage h3").first.inner_text()


def test_copy_buttons_copy(server, visit):
    """The right header is let in as it was copied; the curl line runs."""
    send(server, f"{ECHO}&q=1", signed=ECHO)
    page = visit()
    page.get_by_role("button", name="Copy: the right header").click()
    page.wait_for_selector("#said.on")
    header = page.evaluate("navigator.clipboard.readText()")
    assert 200 == send(server, f"{ECHO}&q=1", headers={"Authorization": header.removeprefix("Authorization: ")})

    page.locator("#attempt-1").click()
    page.get_by_role("button", name="Copy: curl, the request as it was sent").click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.startsWith('curl '))")
    command = page.evaluate("navigator.clipboard.readText()")
    out = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout
    assert out.startswith("HTTP/1.1 401")


def test_the_keyboard_suffices(server, visit):
    """Tab reaches the list, arrows choose, End is the oldest."""
    for number in range(12):
        send(server, f"{ECHO}&n={number}")
    page = visit()
    page.wait_for_selector("#attempt-12")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "grid":
            break
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("#attempt-11[aria-selected=true]")
    assert "attempt-11" == page.locator("#grid").get_attribute("aria-activedescendant")
    page.keyboard.press("End")
    page.wait_for_selector("#attempt-1[aria-selected=true]")
    expect(page.locator("#story .facts dd").first).to_have_text("1")


# The share of the pixels along each edge of a picture that have the accent's colour.
RING = """async (picture) => {
  const bytes = Uint8Array.from(atob(picture), (one) => one.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes])), [width, height] = [image.width, image.height];
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const accent = [0x1f, 0x4b, 0x6e];
  return [[1, 0, 1, height], [width - 2, 0, 1, height], [0, 1, width, 1], [0, height - 2, width, 1]].map((edge) => {
    const { data } = context.getImageData(...edge);
    let same = 0;
    for (let at = 0; at < data.length; at += 4) same += accent.every((one, index) => data[at + index] === one);
    return same / (data.length / 4);
  });
}"""


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_ring_around_the_focused_list_is_whole(server, visit, viewport):
    """No row and no heading lies over it, wherever the list is scrolled to."""
    for _ in range(12):
        send(server)
    page = visit(viewport=viewport)
    page.wait_for_selector("#attempt-12")
    page.locator("#filter-text").focus()
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "grid":
            break
    for key in ("ArrowDown", "End"):
        page.keyboard.press(key)
        page.wait_for_selector({"ArrowDown": "#attempt-11", "End": "#attempt-1"}[key] + "[aria-selected=true]")
        picture = base64.b64encode(page.locator("#grid").screenshot()).decode()
        assert [True] * 4 == [share > 0.98 for share in page.evaluate(RING, picture)]  # but for a corner between pixels


def test_ten_thousand_attempts_are_a_few_rows(server, visit):
    """Only what can be seen is in the document; the oldest is there when it is scrolled to."""
    for number in range(1, 10_001):
        server.audit_trail.append(
            LoginAttempt(
                id=server.audit_trail.next_id(),
                time=datetime.fromtimestamp(1_790_000_000 + number, UTC),
                channel="restlet",
                method="GET",
                url=f"{server.url}{ECHO}&n={number}",
                http_status=200,
                status="Success",
                user="integration@example.com",
            )
        )
    page = visit()
    page.wait_for_selector("#attempt-10000")
    assert "10,000 attempts" == page.locator("#count").inner_text()
    assert 40 > page.locator(".attempt").count()

    page.locator("#grid").evaluate("one => one.scrollTop = one.scrollHeight")
    page.wait_for_selector("#attempt-1")
    assert 40 > page.locator(".attempt").count()
    page.locator("#filter-text").fill("n=4321")
    expect(page.locator("#count")).to_have_text("1 of 10,000 attempts")
    send(server)
    page.locator("#filter-text").fill("")
    page.wait_for_selector("#attempt-10001")


def test_hostile_text_stays_text(server, visit):
    """Whatever a client sends, and whatever a record is called, nothing of it becomes an element."""
    evil = "<img/src=x/onerror=alert(1)>"
    server.role.name = server.token.name = server.integration.name = server.entity.name = evil
    send(server, f"{ECHO}&x={evil}", signed=f"{ECHO}&x=</script><script>alert(2)</script>", headers={"X-Evil": evil})
    for panel in ("#trail", "#account", "#request"):
        page = visit(panel)
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        page.wait_for_selector("#account-name:not(:empty)")
        if panel == "#trail":
            page.wait_for_selector("#story .block")
            assert evil in page.locator("#attempt-1 .role").inner_text()
        assert 0 == page.locator("img").count()


def test_the_trail_is_cleared_after_a_second_press(server, visit):
    """What cannot be undone is asked for twice."""
    send(server)
    page = visit()
    page.wait_for_selector("#attempt-1")
    page.locator("#clear").click()
    assert ("Clear the trail?", 1) == (page.locator("#clear").inner_text(), len(server.audit_trail))
    page.locator("#clear").click()
    page.wait_for_selector("#empty:not([hidden])")
    assert 0 == len(server.audit_trail)


# -- the account ---------------------------------------------------------------------------------------------------


SWITCHES = [
    ("Web Services Only", None, 401),
    ("Log in using Access Tokens", "permission_denied", 401),
    ("Blocked", "consumer_key_refused", 401),
    ("Give Access", "permission_denied", 401),
    ("Frozen", None, 200),
]


@pytest.mark.parametrize(("label", "detail", "status"), SWITCHES, ids=[switch[0] for switch in SWITCHES])
def test_a_switch_changes_the_next_login(server, visit, label, detail, status):
    """And back."""
    server.clock.reset()
    server.role.permissions = server.role.permissions - {"User Access Tokens"}  # either lets a token in
    page = visit("#account")
    switch = page.get_by_role("switch", name=label, exact=True)
    was = switch.is_checked()
    switch.click()
    page.wait_for_selector("#said.on")

    assert status == send(server)
    assert (detail, not was) == (server.audit_trail[-1].detail, switch.is_checked())
    page.locator("#said").evaluate("one => one.classList.remove('on')")
    switch.click()
    page.wait_for_selector("#said.on")
    assert 200 == send(server)


@pytest.mark.parametrize(
    ("card", "label", "detail"),
    [
        ("Enable Features", "Token-based Authentication", "FeatureDisabled"),
        ("Default integration", "Token-based Authentication", "consumer_key_refused"),
        ("Integration", "Active", "permission_denied"),
        ("Default token", "Active", "token_rejected"),
        ("integration@example.com", "Active", "permission_denied"),
    ],
)
def test_a_switch_of_a_card_changes_the_next_login(server, visit, card, label, detail):
    """Features, integration, role, token and user each have their own."""
    page = visit("#account")
    box = page.locator(".card", has=page.get_by_role("heading", name=card, exact=True))
    box.get_by_role("switch", name=label, exact=True).click()
    page.wait_for_selector("#said.on")

    assert (401, detail) == (send(server), server.audit_trail[-1].detail)


def test_a_token_is_revoked_after_a_second_press(server, visit):
    """Revoking is permanent, and is said so."""
    page = visit("#account")
    page.get_by_role("button", name="Revoke", exact=True).click()
    page.get_by_role("button", name="Revoke for good?").click()
    page.get_by_text("Revoked; that is permanent.").wait_for()

    assert (401, "The token is revoked.") == (send(server), server.audit_trail[-1].cause)


def test_the_clock_is_skewed_frozen_and_advanced(server, visit):
    """NetSuite's time is shown; a client seven minutes off is refused."""
    page = visit("#account")
    now = page.locator("#now")
    expect(now).to_have_text("2026-09-21 14:13:20")
    page.get_by_role("button", name="Skew NetSuite 7 minutes ahead").click()
    expect(now).to_have_text("2026-09-21 14:20:20")
    assert (400, "InvalidTimestamp") == (send(server), server.audit_trail[-1].detail)
    page.get_by_role("button", name="End the skew").click()
    expect(now).to_have_text("2026-09-21 14:13:20")
    page.get_by_role("button", name="Advance 5 minutes").click()
    expect(now).to_have_text("2026-09-21 14:18:20")
    assert 200 == send(server)


@pytest.mark.parametrize(("kind", "status"), [("unavailable", 503), ("reset", None), ("wrong_data_center", 302)])
def test_a_fault_strikes_the_next_call(server, visit, kind, status):
    """As often as was asked."""
    page = visit("#account")
    page.get_by_label("Fault", exact=True).select_option(kind)
    page.get_by_role("button", name="Inject the fault").click()
    page.get_by_text(re.compile("1 more")).wait_for()

    client = server.credentials.client()
    if status is None:
        with pytest.raises(ConnectionResetError):
            client.get(ECHO)
    else:
        assert status == client.get(ECHO).status_code
    assert 200 == client.get(ECHO).status_code


def test_reset_goes_back_to_the_seed(server, visit):
    """Records and trail; the page shows it at once."""
    page = visit("#account")
    page.get_by_role("switch", name="Web Services Only").click()
    page.wait_for_selector("#said.on")
    send(server)
    page.get_by_role("button", name="Reset", exact=True).click()
    page.get_by_role("button", name="Reset all, the trail too?").click()
    expect(page.get_by_role("switch", name="Web Services Only")).not_to_be_checked()

    assert (0, 200) == (len(server.audit_trail), send(server))


def test_a_change_made_elsewhere_is_seen(server, visit):
    """By another page, or by a script."""
    page, other = visit("#account"), visit("#account")
    page.get_by_role("switch", name="Web Services Only").click()

    expect(other.get_by_role("switch", name="Web Services Only")).to_be_checked()


# -- a request by hand ---------------------------------------------------------------------------------------------


def test_a_request_by_hand_is_signed_by_the_server(server, visit):
    """What came back is shown, and where it stands in the trail; no secret reaches the page."""
    page = visit("#request")
    texts = []
    page.on(
        "response",
        lambda response: (
            texts.append(response.text()) if "/requests" in response.url or "/accounts" in response.url else None
        ),
    )
    expect(page.locator("#hand-url")).to_have_value(ECHO)
    page.locator("#hand-method").select_option("POST")
    page.locator("#hand-body").fill('{"hello": "there"}')
    page.get_by_role("button", name="Sign and send").click()
    page.wait_for_selector("#hand-answer pre")

    assert '"hello":"there"' in page.locator("#hand-answer pre").inner_text()
    page.get_by_role("link", name="Attempt 1 in the audit trail").click()
    page.wait_for_selector("#attempt-1[aria-selected=true]")
    secrets = (server.credentials.consumer_secret, server.credentials.token_secret)
    assert [False] * len(texts) == [any(secret in text for secret in secrets) for text in texts]


def test_a_mistake_in_the_form_is_told(server, visit):
    """In the API's words."""
    page = visit("#request")
    page.locator("#hand-url").fill("ftp://example")
    visit.allowed = "status of 400"  # Chromium notes each such answer
    page.get_by_role("button", name="Sign and send").click()

    expect(page.locator("#hand-problem")).to_contain_text("no scheme of NetSuite's")


# -- whoever it is for ---------------------------------------------------------------------------------------------


def violations(page):
    page.evaluate(AXE.read_text("utf-8"))
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in page.evaluate("axe.run()")["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.skipif(not AXE.exists(), reason="SKIPPED: npm install --prefix tests/npm gives axe-core")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_axe_finds_no_violation_with_several_accounts(two_accounts, visit, viewport, scheme):
    """Nor is the page wider then."""
    page = visit(viewport=viewport, scheme=scheme, server=two_accounts)
    page.wait_for_selector("#story .facts")

    assert [] == violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()  # before the server goes: Chromium would note that


@pytest.mark.skipif(not AXE.exists(), reason="SKIPPED: npm install --prefix tests/npm gives axe-core")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("panel", ["#trail", "#account", "#request"])
def test_axe_finds_no_violation(server, visit, panel, viewport, scheme):
    """WCAG 2.2 AA and the best practices, as far as axe-core can tell; and nothing has to be scrolled sideways."""
    send(server)
    send(server, f"{ECHO}&q=a%20b", signed=f"{ECHO}&q=a%2520b")
    page = visit(panel, viewport=viewport, scheme=scheme)
    page.wait_for_selector(
        {"#trail": ".sides", "#account": "#now", "#request": "#hand-urls option"}[panel], state="attached"
    )

    assert [] == violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_exposed_the_token_becomes_a_cookie(visit):
    """The address that is left is clean, and the page goes on with the cookie alone."""
    with NetSuiteServer(Account()) as server:
        server.console = Console(server, token="s3cret-token")
        page = visit("", path="?token=s3cret-token", server=server)
        page.wait_for_selector("#account-name:not(:empty)")

        assert "s3cret" not in page.url
        assert "" == page.evaluate("document.cookie")
        page.reload()
        page.wait_for_selector(".live.on")
        page.close()  # before the server goes: Chromium would note that


@pytest.mark.skipif(not AXE.exists(), reason="SKIPPED: npm install --prefix tests/npm gives axe-core")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_exposed_without_the_token_it_says_how_to_open_it(chromium, scheme):
    """Its style is let through by its policy, it asks for nothing else, and axe finds nothing."""
    with NetSuiteServer(Account()) as server, chromium.new_context(viewport=NARROW, color_scheme=scheme) as context:
        server.console = Console(server, token="s3cret-token")
        page, requested, said = context.new_page(), [], []
        page.on("request", lambda request: requested.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{server.url}/__admin/")

        assert "This page needs the token of its server" == page.locator("h1").inner_text()
        assert "16px" == page.locator("p").first.evaluate("one => getComputedStyle(one).fontSize")
        assert "24px" == page.locator("p").first.evaluate("one => getComputedStyle(one).lineHeight")
        assert [] == violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert [f"{server.url}/__admin/"] == [url for url in requested if not url.startswith("data:")]
        assert [] == [text for text in said if "status of 401" not in text]
        assert 0 == len(server.audit_trail)


@pytest.mark.skipif(not BIOME.exists(), reason="SKIPPED: npm install --prefix tests/npm gives biome")
def test_the_linter_finds_nothing():
    """Neither in the script nor in the style, by biome.jsonc."""
    done = subprocess.run([BIOME, "lint", "--error-on-warnings"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (0, True) == (done.returncode, "Checked" in done.stderr), done.stdout + done.stderr


def test_the_page_says_when_the_server_is_gone(server, visit):
    """And comes back with it."""
    page = visit()
    visit.allowed = "net::ERR_"  # Chromium notes each attempt
    server.stop()
    page.wait_for_selector(".live:not(.on)")
    assert "Reconnecting" == page.locator("#live").inner_text()
    server.start()
    page.wait_for_selector(".live.on")
