"""The cure of a mistake as the few right lines for a platform: which lines cure which mistake, and in which language.

The lines are cut from ``signers/``, a whole right signer a language: ``-- topic`` begins a part of it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

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
        mistakes: ids of the catalogue that they cure.
        needs: topics whose functions they call, and that are shown before them.
        sentence: what is said in place of lines, where no code helps; else ``""``.
    """

    title: str
    mistakes: tuple[str, ...]
    needs: tuple[str, ...] = ()
    sentence: str = ""


# In the order of a signer.
TOPICS = {
    "encode": Topic(
        "Percent-encode",
        (
            "js-encodeuricomponent",
            "plus-for-space",
            "lowercase-hex",
            "tilde-encoded",
            "non-ascii-wrong-charset",
        ),
    ),
    "url": Topic(
        "The URL that is signed",
        (
            "custom-port-dropped",
            "default-port-kept",
            "query-in-base-uri",
            "path-only-or-host-only",
            "host-uppercase",
            "trailing-slash",
            "path-spelt-otherwise",
            "host-not-the-one-sent",
            "scheme-mismatch",
            "proxy-changes-request",
            "url-signed-in-lower-case",
        ),
    ),
    "query": Topic(
        "Decode and collect the query",
        (
            "query-not-signed",
            "query-partly-signed",
            "repeated-names-lost",
            "query-reencoded-after-signing",
            "plus-kept-literal",
            "empty-values-dropped",
            "params-double-encoded",
            "query-decoded-twice",
            "query-ends-at-equals-sign",
        ),
    ),
    "parameters": Topic(
        "Which parameters are signed",
        (
            "realm-in-base-string",
            "json-body-as-params",
            "form-body-not-signed",
            "empty-extras-signed",
            "parameters-signed-not-sent",
            "oauth-version-mismatch",
            "oauth-signature-in-base-string",
            "oauth-parameter-not-signed",
            "invented-oauth-parameter",
        ),
        needs=("query",),
    ),
    "sort": Topic(
        "Encode, sort and join the parameters",
        (
            "values-not-encoded",
            "sorted-before-encoding",
            "not-sorted",
            "sorted-otherwise",
            "parameters-joined-otherwise",
            "parameters-quoted",
        ),
        needs=("encode",),
    ),
    "base-string": Topic(
        "The base string",
        (
            "method-wrong",
            "method-lowercase",
            "param-string-not-encoded",
            "uri-not-encoded",
            "base-string-parts",
            "base-string-encoded-again",
        ),
        needs=("encode",),
    ),
    "key": Topic(
        "The key",
        ("key-consumer-secret-only", "key-no-ampersand", "key-secrets-not-encoded", "key-uses-ids", "key-swapped"),
        needs=("encode",),
    ),
    "hmac": Topic(
        "HMAC-SHA256 and base64",
        (
            "sha1-used",
            "method-declared-differs",
            "digest-base64-variant",
            "digest-hex",
            "digest-encoded-otherwise",
            "hmac-misused",
        ),
    ),
    "oauth": Topic(
        "The oauth_ parameters, with nonce and timestamp",
        (
            "nonce-or-timestamp-made-twice",
            "timestamp-out-of-window",
            "timestamp-milliseconds",
            "timestamp-not-integer",
            "nonce-too-short",
            "nonce-special-characters",
            "nonce-collision",
            "method-name-misspelled",
            "version-not-1.0",
            "params-missing",
        ),
    ),
    "account": Topic(
        "The account as realm and in the host",
        (
            "realm-missing",
            "realm-lowercase",
            "realm-hyphen",
            "realm-is-something-else",
            "host-underscore",
            "wrong-service-domain",
            "host-of-no-account",
        ),
    ),
    "header": Topic(
        "Write the header",
        (
            "signature-plus-not-encoded",
            "signature-encoded-twice",
            "query-in-auth-header",
            "header-not-encoded-option",
            "header-separators",
            "header-values-unquoted",
            "header-escape-broken",
            "scheme-twice",
        ),
        needs=("encode",),
    ),
    "credentials": Topic(
        "Read the four values of one token",
        ("secret-with-whitespace", "wrong-secret-pair", "token-of-another-integration"),
    ),
    "sign": Topic(
        "Sign a request",
        ("no-auth-at-all", "bearer-or-nlauth-mixed"),
        needs=(
            *("encode", "url", "query", "parameters", "sort", "base-string"),
            *("key", "hmac", "oauth", "account", "header"),
        ),
    ),
    "send": Topic(
        "Sign again for every request and every try; authorization() is the whole signer's",
        ("redirect-reuses-header", "redirect-drops-header", "retry-resends-header", "header-reused", "cookie-sent"),
    ),
    "passport": Topic(
        "The tokenPassport of a SOAP call",
        (
            "soap-account-spelling",
            "soap-base-string-wrong-order",
            "rest-base-string-for-soap",
            "soap-ambiguous-authentication",
            "soap-namespace-or-format",
            "soap-old-passport",
            "memoised-passport",
        ),
        needs=("hmac", "oauth", "account"),
    ),
    "administrator": Topic(
        "What only an administrator can do",
        (
            "role-lacks-permission",
            "token-revoked-or-inactive",
            "tokens-of-another-environment",
            "feature-disabled",
            "integration-blocked-or-unknown",
            "user-inactive-or-ip-blocked",
            "role-inactive-or-taken-away",
            "web-services-only-role",
        ),
        sentence="No code cures this: it is set right in the account, by an administrator.",
    ),
}
TOPIC_OF = {id: name for name, topic in TOPICS.items() for id in topic.mistakes}
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


def fixes_of(attempt: LoginAttempt, language: str) -> dict[str, Fix]:
    """The lines for each mistake of a refused attempt, by its id; a mistake without a topic has none."""
    mistakes = attempt.diagnosis.mistakes if attempt.diagnosis is not None and attempt.accepted is False else ()
    topics = {mistake.id: TOPIC_OF[mistake.id] for mistake in mistakes if mistake.id in TOPIC_OF}
    if attempt.channel == "soap":
        topics = {id: topic if topic in _AS_IN_REST else "passport" for id, topic in topics.items()}
    return {id: fix(topic, language) for id, topic in topics.items()}


def fix(topic: str, language: str) -> Fix:
    """The lines of a topic in a language; both are keys of the tables above."""
    title, _, needs, sentence = TOPICS[topic]
    code = "" if sentence else lines_of((*needs, topic), language)
    return Fix(topic, title, language, LANGUAGES[language].is_tested, code, sentence)


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
