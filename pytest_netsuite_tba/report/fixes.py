"""The cure of a mistake as the few right lines for a platform: which lines cure which mistake, and in which language.

The lines are cut from ``signers/``, a whole right signer a language: ``-- topic`` begins a part of it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pytest_netsuite_tba.diagnosis.catalogue import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_netsuite_tba.login.audit_trail import LoginAttempt

SIGNERS = "docs/signers.md"  # the page that has them whole
_SIGNERS = Path(__file__).parent / "signers"
_MARKER = re.compile(r"^( *)(?://|#) -- ([a-z-]+)\n", re.MULTILINE)
_IMPORT = re.compile(r"^(?:import|using|const) .*$", re.MULTILINE)
_PROSE = re.compile(r'/\*\*.*?\*/|///[^\n]*|^ +""".*?"""', re.DOTALL | re.MULTILINE)


class Language(NamedTuple):
    """A platform that there are lines for.

    Attributes:
        title: as people write it.
        file: its signer, in ``signers/``.
        aliases: other names that ``--fix`` takes.
        stands_on: what it needs.
        is_tested: whether our tests run it.
    """

    title: str
    file: str
    aliases: tuple[str, ...]
    stands_on: str
    is_tested: bool = True


LANGUAGES = {
    "javascript": Language("JavaScript", "signer.js", ("js", "node"), "Node 18 or later, no package"),
    "python": Language("Python", "signer.py", ("py",), "Python 3.10 or later, the standard library"),
    "php": Language("PHP", "signer.php", (), "PHP 7.4 or later, no package"),
    "java": Language("Java", "Signer.java", (), "Java 11 or later, the JDK"),
    "csharp": Language("C#", "Signer.cs", ("c#", "cs"), ".NET, or .NET Framework 4.6 or later", is_tested=False),
}


class Topic(NamedTuple):
    """What a group of mistakes has in common: the same right lines.

    Attributes:
        title: what the lines do.
        needs: topics whose functions they call, and that are shown before them.
        sentence: what is said in place of lines, where no code helps; else ``""``.
    """

    title: str
    needs: tuple[str, ...] = ()
    sentence: str = ""


# In the order of a signer; a row of the catalogue names its topic.
TOPICS = {
    "encode": Topic("Percent-encode"),
    "url": Topic("The URL that is signed"),
    "query": Topic("Decode and collect the query"),
    "parameters": Topic("Which parameters are signed", needs=("query",)),
    "sort": Topic("Encode, sort and join the parameters", needs=("encode",)),
    "base-string": Topic("The base string", needs=("encode",)),
    "key": Topic("The key", needs=("encode",)),
    "hmac": Topic("HMAC-SHA256 and base64"),
    "oauth": Topic("The oauth_ parameters, with nonce and timestamp"),
    "account": Topic("The account as realm and in the host"),
    "header": Topic("Write the header", needs=("encode",)),
    "credentials": Topic("Read the four values of one token"),
    "sign": Topic(
        "Sign a request",
        needs=(
            *("encode", "url", "query", "parameters", "sort", "base-string"),
            *("key", "hmac", "oauth", "account", "header"),
        ),
    ),
    "send": Topic("Sign again for every request and every try; authorization() is the whole signer's"),
    "passport": Topic("The tokenPassport of a SOAP call", needs=("hmac", "oauth", "account")),
    "administrator": Topic(
        "What only an administrator can do",
        sentence="No code cures this: it is set right in the account, by an administrator.",
    ),
}
_AS_IN_REST = ("credentials", "administrator")  # what else a SOAP call got wrong is right in its passport


class Fix(NamedTuple):
    """The lines for one mistake in one language.

    Attributes:
        topic: a key of :data:`TOPICS`.
        title: what the lines do.
        language: a key of :data:`LANGUAGES`.
        is_tested: whether our tests run them.
        code: the lines; ``""`` where none help.
        sentence: what is said where none do; else ``""``.
    """

    topic: str
    title: str
    language: str
    is_tested: bool
    code: str
    sentence: str


def language_of(name: str) -> str:
    """Find a language by its name or an alias, in any case.

    Raises:
        ValueError: there is none; the message names the valid ones.
    """
    wanted = name.strip().lower()
    for key, language in LANGUAGES.items():
        if wanted in {key, *language.aliases}:
            return key
    valid = ", ".join(
        f"{key} ({', '.join(language.aliases)})" if language.aliases else key for key, language in LANGUAGES.items()
    )
    raise ValueError(f"{name[:40]!r} is no language that there are lines for; expected one of {valid}")


def mistakes_of(topic: str) -> list[str]:
    """The ids of the catalogue that the lines of a topic cure, the most sighted first."""
    ids = [id for id, entry in CATALOGUE.items() if entry.topic == topic]
    return sorted(ids, key=lambda id: -CATALOGUE[id].sightings)


def fixes_of(attempt: LoginAttempt, language: str) -> dict[str, Fix]:
    """The lines for each mistake of a refused attempt, by its id."""
    mistakes = attempt.diagnosis.mistakes if attempt.accepted is False else ()
    topics = {mistake.id: CATALOGUE[mistake.id].topic for mistake in mistakes}
    if attempt.channel == "soap":
        topics = {id: topic if topic in _AS_IN_REST else "passport" for id, topic in topics.items()}
    return {id: fix(topic, language) for id, topic in topics.items()}


def fix(topic: str, language: str) -> Fix:
    """The lines of a topic in a language; both are keys of the tables above."""
    title, needs, sentence = TOPICS[topic]
    code = "" if sentence else lines_of((*needs, topic), language)
    return Fix(topic, title, language, LANGUAGES[language].is_tested, code, sentence)


def lines_of_all(topics: Iterable[str], language: str) -> str:
    """The lines of several topics, in the order of a signer, each once, with those that they call."""
    wanted = {each for topic in topics for each in (*TOPICS[topic].needs, topic)}
    return lines_of([topic for topic in TOPICS if topic in wanted and not TOPICS[topic].sentence], language)


def signer(language: str) -> str:
    """The whole signer of a language."""
    return (_SIGNERS / LANGUAGES[language].file).read_text("utf-8")


def lines_of(topics: Iterable[str], language: str) -> str:
    """The lines of several topics, with the imports that they need."""
    head, parts = _parts(language)
    gap = "\n\n\n" if language == "python" else "\n\n"
    code = gap.join(parts[topic] for topic in topics)
    imports = "\n".join(_imports(head, code))
    return gap.join([imports, code] if imports else [code])


@cache
def _parts(language: str) -> tuple[str, dict[str, str]]:
    """What stands before the first part of a signer, and its parts by topic, without the indent of a class."""
    head, *rest = _MARKER.split(signer(language))
    parts = {}
    for indent, topic, text in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        inside = [line for line in text.splitlines() if line.startswith(indent) or not line]
        parts[topic] = "\n".join(line.removeprefix(indent) for line in inside).strip("\n")
    return head, parts


def _imports(head: str, code: str) -> Iterator[str]:
    """The imports that the code uses: of one it names the last word, or those behind ``//``."""
    used = set(re.findall(r"\w+", _PROSE.sub("", code)))
    for line in _IMPORT.findall(head):
        statement, _, names = line.partition(" // ")
        imported = names.split() or re.findall(r"\w+", statement)[-1:]
        if line.startswith("const"):
            imported = [line.split()[1]]
        if used & set(imported):
            yield statement
