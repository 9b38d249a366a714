"""The pages of ``docs/mistakes/``, one a mistake, and ``docs/signers.md``: from the catalogue, mistakes.toml and the lines of --fix."""

from __future__ import annotations

import functools
import itertools
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from support.mis_signers import UNLISTED, WRONG, Signer  # of tests/: they know nothing of our own signer

from pytest_netsuite_tba.diagnosis.catalogue import CATALOGUE
from pytest_netsuite_tba.report.fixes import LANGUAGES, TOPICS, fix, mistakes_of, signer
from pytest_netsuite_tba.report.rendering import align

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
GENERATED = "<!-- Made by docs/generate.py of docs/mistakes.toml, the catalogue and the lines of --fix. -->"
FENCES = {"javascript": "js", "python": "py", "php": "php", "java": "java", "csharp": "cs"}
FACTS = {
    "account": "1234567_SB1",
    "host": "1234567-sb1.restlets.api.netsuite.com",
    "permission": "Log in using Access Tokens",
}
SIGNERS = """Whole, to be pasted: one file a language, of which `netsuite-tba explain --fix` shows the part that cures
[a mistake](mistakes/index.md). Our tests compare what they sign with oauthlib and with published signatures, and send it
to the fake; **C# is not run by our tests**."""
MADE = {name: spoil for name, (_, spoil) in WRONG.items()} | UNLISTED
# The request of the examples, and what a mistake needs of it besides.
HOST = "1234567-sb1.restlets.api.netsuite.com"
PATH = "/app/site/hosting/restlet.nl"
QUERY = "script=1&deploy=1&q=O'Neil%20%26%20Caf%C3%A9+%7E&tag=red&tag=blue&note=&c%40=1&c2=2"
NEEDS = {
    "custom-port-dropped": {"host": f"{HOST}:8443"},
    "form-body-not-signed": {"method": "POST", "form": "id=7"},
    "json-body-as-params": {"method": "POST"},
    "key-secrets-not-encoded": {"token_secret": "TOKEN/SECRET"},
    "lowercase-hex": {"query": "script=1&deploy=1"},
    "plus-kept-literal": {"query": "script=1&deploy=1&q=a+b"},
    "query-not-signed": {"query": "script=1&deploy=1"},
    "query-partly-signed": {"query": "script=1&deploy=1&limit=10"},
    "query-in-base-uri": {"query": "script=1&deploy=1"},
    "query-reencoded-after-signing": {"query": "script=1&deploy=1&q=a+b"},
    "params-double-encoded": {"query": "script=1&deploy=1&q=a%20b"},
    "param-string-not-encoded": {"query": "script=1&deploy=1"},
    "not-sorted": {"query": "script=1&deploy=1"},
    "values-not-encoded": {"query": "script=1&deploy=1&q=a%20b"},
    "plus-for-space": {"query": "script=1&deploy=1&q=a%20b"},
    "non-ascii-wrong-charset": {"query": "script=1&deploy=1&q=Caf%C3%A9"},
    "empty-values-dropped": {"query": "script=1&deploy=1&note="},
    "sorted-before-encoding": {"query": "script=1&deploy=1&c%40=1&c2=2"},
    "array-names-rewritten": {"query": "script=1&deploy=1&tag=red&tag=blue"},
    "base-string-changed": {"query": "script=1&deploy=1"},
    "characters-not-encoded": {"query": "script=1&deploy=1&email=joe%40shop.example"},
    "empty-value-changed": {"query": "script=1&deploy=1&note="},
    "name-changed": {"query": "script=1&deploy=1"},
    "outer-encoder": {"query": "script=1&deploy=1"},
    "query-as-one-parameter": {"query": "script=1&deploy=1"},
    "query-escaped-as-html": {"query": "script=1&deploy=1"},
    "query-question-mark-signed": {"query": "script=1&deploy=1"},
    "query-split-otherwise": {"query": "script=1&deploy=1&q=Smith%20%26%20Sons"},
    "signed-twice": {"query": "script=1&deploy=1"},
    "soap-base-string-for-rest": {"query": "script=1&deploy=1"},
    "value-changed": {"query": "script=1&deploy=1&q=Smith"},
    "value-cut": {"query": "script=1&deploy=1&q=Smith%20%26%20Sons"},
}


def signed(name: str | None, nonce: str, **needs: str) -> Signer:
    """Give the signer of the example, with a mistake or with none."""
    header = {
        "oauth_consumer_key": "CONSUMER_KEY",
        "oauth_token": "TOKEN",
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": "1790000000",
        "oauth_nonce": nonce,
        "oauth_version": "1.0",
    }
    request = {"method": "GET", "scheme": "https", "host": HOST, "path": PATH, "query": QUERY}
    secrets = {"consumer_secret": "CONSUMER_SECRET", "token_secret": "TOKEN_SECRET"}
    made = Signer(**request | secrets | needs, header=header, realm="1234567_SB1")
    if name is not None:
        MADE[name](made)
    return made


@functools.cache
def example(name: str) -> tuple[str, list[tuple[str, str]]]:
    """Sign a request wrongly and rightly; give what differs, and its pieces: ``-`` as signed, ``+`` as expected.

    Raises:
        ValueError: nobody makes it, or nothing differs.

    """
    if name not in MADE:
        raise ValueError(f"docs/mistakes.toml: {name} needs looks, for tests/support/mis_signers.py does not make it")
    for number in range(100):
        nonce = f"fjaLirsIcCGVZWzBX{number:03}"
        wrong, right = (signed(which, nonce, **NEEDS.get(name, {})) for which in (name, None))
        texts = [
            ("Base string", wrong.base_string(), right.base_string()),
            ("Key", *(each.key(each.consumer_secret, each.token_secret) for each in (wrong, right))),
            ("Header", *(each.authorization().rpartition(", ")[2] for each in (wrong, right))),
        ]
        for what, ours, theirs in texts:
            if ours != theirs:
                pieces = align(ours, theirs) if what == "Base string" else (("-", ours), ("+", theirs))
                return what, [(mark, piece) for mark, piece in pieces if mark != "="]
    raise ValueError(
        f"the example of {name} shows nothing: it needs another request, in NEEDS of docs/mistake_pages.py"
    )


def looks(name: str, said: dict[str, str]) -> str:
    """Show what a mistake looks like: made by a mis-signer, else as mistakes.toml says."""
    text = said.get("looks", "")
    if text.startswith("```"):
        return f"```text\n{text.removeprefix('```')}\n```"
    if text:
        return text
    what, pieces = example(name)
    lines = "\n".join(f"{mark} {piece}" for mark, piece in pieces)
    return f"{what}, what differs: `-` as it was signed, `+` as it should have been.\n\n```diff\n{lines}\n```"


def page(name: str, said: dict[str, str]) -> str:
    """Give the page of a mistake."""
    entry = CATALOGUE[name]
    topic = TOPICS[entry.topic]
    seen = {0: "in no report so far", 1: "found once"}.get(
        entry.sightings, f"found in {entry.sightings} independent places"
    )
    parts = [
        GENERATED,
        f'<a id="{name}"></a>',
        f"# {entry.title}",
        f"`{name}`, {seen}. [Every mistake](index.md); [how it is named](../explain.md).",
        "## What it looks like",
        looks(name, said),
        "## Who makes it",
        said["who"],
        "## Why it is one",
        said["why"],
        "## The right way",
        entry.cure.format(**FACTS),
    ]
    if topic.sentence:
        return "\n\n".join([*parts, topic.sentence]) + "\n"
    parts.append(
        f"{topic.title}, as `netsuite-tba explain --fix LANGUAGE` shows it; whole in [Right signers](../signers.md)."
    )
    return "\n\n".join([*parts, *code(entry.topic)]) + "\n"


def code(topic: str) -> Iterator[str]:
    """Give the lines of a topic in each language, under headings."""
    for name, language in LANGUAGES.items():
        yield f"### {language.title}{'' if language.is_tested else ' (not run by our tests)'}"
        yield f"```{FENCES[name]}\n{fix(topic, name).code}\n```"


def index() -> str:
    """Give the index of the pages, by stage of a signature."""
    languages = ", ".join(language.title for language in LANGUAGES.values())
    parts = [
        GENERATED,
        "# Every mistake",
        f"A page each: what it looks like, who makes it, why it is one, and the right lines for {languages}.",
        "Reports name the page at Docs.",
    ]
    for key, topic in TOPICS.items():
        parts.append(f"## {topic.title.partition(';')[0]}")
        parts.append("\n".join(f"- [{CATALOGUE[name].title}]({name}.md) (`{name}`)" for name in mistakes_of(key)))
    pages = "\n".join(itertools.chain.from_iterable(map(mistakes_of, TOPICS)))
    return "\n\n".join([*parts, f"```{{toctree}}\n:hidden:\n\n{pages}\n```"]) + "\n"


def signers() -> str:
    """Give the page of the whole signers."""
    parts = [
        GENERATED,
        "# Right signers",
        SIGNERS,
    ]
    for name, language in LANGUAGES.items():
        untested = "" if language.is_tested else " Not run by our tests."
        parts.append(f"## {language.title}")
        parts.append(f"For {language.stands_on}.{untested}")
        parts.append(f"```{FENCES[name]}\n{signer(name).strip()}\n```")
    return "\n\n".join(parts) + "\n"


def outputs(docs: Path) -> dict[Path, str]:
    """Give each page's path in ``docs`` with its text.

    Raises:
        ValueError: mistakes.toml lacks a mistake of the catalogue, or has one too many.

    """
    said = tomllib.loads((docs / "mistakes.toml").read_text("utf-8"))
    if set(said) != set(CATALOGUE):
        lacks, unknown = (
            ", ".join(sorted(names)) for names in (set(CATALOGUE) - set(said), set(said) - set(CATALOGUE))
        )
        raise ValueError(
            f"docs/mistakes.toml: missing mistakes: {lacks or 'none'}; not in the catalogue: {unknown or 'none'}"
        )
    pages = {docs / "mistakes" / f"{name}.md": page(name, said[name]) for name in CATALOGUE}
    return {docs / "mistakes" / "index.md": index(), docs / "signers.md": signers(), **pages}
