"""The pages of docs/mistakes: one a mistake, which every report names."""

import importlib.util
import re
from pathlib import Path

import pytest
from support.mis_signers import UNLISTED, WRONG

from pytest_netsuite_tba import Account, Integration, Token
from pytest_netsuite_tba.diagnosis.catalogue import CATALOGUE, mistake
from pytest_netsuite_tba.fake.core import Fake
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.report.fixes import LANGUAGES, TOPICS

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "mistakes"


@pytest.fixture(scope="module")
def maker():
    spec = importlib.util.spec_from_file_location("mistake_pages", ROOT / "docs" / "mistake_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def account(token_secret):
    """The account whose token signs the examples, and another token."""
    made = Account(
        "1234567_SB1",
        integrations=[Integration(name="Shop", consumer_key="CONSUMER_KEY", consumer_secret="CONSUMER_SECRET"),
                      Integration(name="Other", consumer_key="ANOTHER_KEY", consumer_secret="another consumer secret")],
        tokens=[Token(name="Shop token", id="TOKEN", secret=token_secret),
                Token(name="Other token", id="ANOTHER_TOKEN", secret="another token secret")],
    )  # fmt: skip
    made.tokens["Other token"].integration = made.integrations["Other"]
    made.clock.freeze(1_790_000_000)
    return made


@pytest.mark.parametrize("name", CATALOGUE)
def test_each_mistake_has_a_page(name):
    """Where `docs` of the mistake leads: its anchor, its sections, and the lines in each language or a sentence."""
    text = (ROOT / mistake(name, account="", host="", permission="").docs).read_text("utf-8")

    assert f'<a id="{name}"></a>\n\n# {CATALOGUE[name].title}\n' in text
    assert ["What it looks like", "Who makes it", "Why it is one", "The right way"] == re.findall(
        "^## (.*)", text, re.MULTILINE
    )
    topic = TOPICS[CATALOGUE[name].topic]
    titles = [] if topic.sentence else [language.title for language in LANGUAGES.values()]
    assert titles == [title.partition(" (not run")[0] for title in re.findall("^### (.*)", text, re.MULTILINE)]
    assert ("C# (not run by our tests)" in text) == bool(titles)
    assert topic.sentence in text


def test_there_is_no_other_page():
    """A mistake that is renamed takes its page along."""
    assert {"index", *CATALOGUE} == {path.stem for path in PAGES.iterdir()}


def test_the_index_has_each_page_once():
    links = re.findall(r"^- \[.*\]\((.*)\.md\) ", (PAGES / "index.md").read_text("utf-8"), re.MULTILINE)

    assert sorted(CATALOGUE) == sorted(links)


def test_a_mistake_without_a_text_is_named(maker, monkeypatch):
    """Whoever adds a row of the catalogue reads what is missing, and where."""
    monkeypatch.setitem(maker.CATALOGUE, "digest-base32", maker.CATALOGUE["digest-hex"])
    missing = re.escape("docs/mistakes.toml: missing mistakes: digest-base32; not in the catalogue: none")

    with pytest.raises(ValueError, match=missing):
        maker.outputs(ROOT / "docs")


def test_a_mistake_that_nobody_makes_needs_looks(maker):
    with pytest.raises(ValueError, match="digest-base32 needs looks"):
        maker.looks("digest-base32", {"who": "", "why": ""})


def test_an_example_is_the_difference_alone(maker):
    """By a signer that knows nothing of ours."""
    assert ("Key", [("-", "CONSUMER_SECRET&"), ("+", "CONSUMER_SECRET&TOKEN_SECRET")]) == maker.example(
        "key-consumer-secret-only"
    )
    assert ("Base string", [("-", "realm%3D1234567_SB1%26")]) == maker.example("realm-in-base-string")
    assert all(maker.example(name)[1] for name in maker.MADE)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", [*WRONG, *UNLISTED])
def test_what_an_example_shows_is_named_so(maker, name):
    """Sent to the fake, the request of a page gets the page's own name, and its base string is found."""
    needs = maker.NEEDS.get(name, {})
    nonce = "fjaLirsIcCGVZWzBX002"  # one whose signatures have a plus
    signer, sent = maker.signed(name, nonce, **needs), maker.signed(None, nonce, **needs)
    body = (
        b"" if sent.method == "GET" else sent.form.encode() or b'{"id": 7, "lines": [1, 2], "note": "x y", "ok": true}'
    )
    content_type = "application/x-www-form-urlencoded" if sent.form else "application/json"
    headers = (("Host", sent.host), ("Content-Type", content_type), ("Authorization", signer.authorization()))
    request = SignedRequest(
        method=sent.method, target=f"{sent.path}?{sent.query}", host=sent.host, headers=headers, body=body
    )

    diagnosis = Fake([account(sent.token_secret)]).judge(request).diagnosis

    readings = [{found.id for found in reading} for reading in (diagnosis.mistakes, *diagnosis.also_consistent)]
    assert diagnosis.proven
    assert {name} in readings
