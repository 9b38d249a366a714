"""The right lines for a mistake: each has some, and those of Python are run here (the others in tests/matrix)."""

import ast
import builtins
from types import SimpleNamespace

import pytest
from support import signers

from pytest_netsuite_tba.diagnosis.catalogue import CATALOGUE, mistake
from pytest_netsuite_tba.login.verdict import Diagnosis
from pytest_netsuite_tba.report.fixes import LANGUAGES, TOPICS, fix, fixes_of, language_of, mistakes_of, signer
from pytest_netsuite_tba.report.rendering import render_diagnosis


def test_every_mistake_has_a_topic():
    """A new row of the catalogue names the topic whose lines cure it."""
    unknown = {id: entry.topic for id, entry in CATALOGUE.items() if entry.topic not in TOPICS}

    assert {} == unknown, f"no topics of report/fixes.py: {unknown}; expected one of {', '.join(TOPICS)}"


@pytest.mark.parametrize("topic", TOPICS)
def test_each_topic_cures_something(topic):
    """The most sighted first."""
    sightings = [CATALOGUE[id].sightings for id in mistakes_of(topic)]

    assert sightings == sorted(sightings, reverse=True) != []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
def test_each_topic_has_lines_in_each_language(topic, language):
    """Or a sentence, where no code helps; never both."""
    found = fix(topic, language)

    assert bool(found.code) != bool(found.sentence)
    assert "-- " not in found.code
    assert not any(line[:1] == " " for line in found.code.splitlines()[:1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_part_of_a_signer_is_a_topic(language):
    """In the order of the table."""
    marker = {"python": "# -- "}.get(language, "// -- ")
    parts = [line.strip().removeprefix(marker) for line in signer(language).splitlines() if marker in line]

    assert signers.CODE_TOPICS == parts


@pytest.mark.parametrize("topic", signers.CODE_TOPICS)
def test_lines_of_python_know_every_name(topic):
    """What is pasted has its imports, and whatever it calls; what sends calls the signer."""
    tree = ast.parse(fix(topic, "python").code)
    made = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    made |= {
        alias.name.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    made |= {node.name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)}
    made |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    made |= {name.id for name in names if isinstance(name.ctx, ast.Store)} | set(dir(builtins))

    assert ({"authorization"} if topic == "send" else set()) == {name.id for name in names} - made


def test_the_lines_of_several_topics_stand_together():
    """Each function once, below them all, so that they can be pasted; of one topic they stand at its first mistake."""
    mistakes = tuple(mistake(id) for id in ("plus-for-space", "tilde-encoded", "not-sorted"))
    fixes = {found.id: fix(CATALOGUE[found.id].topic, "php") for found in mistakes}

    lines = render_diagnosis(Diagnosis(mistakes=mistakes), fixes=fixes).splitlines()

    assert [
        "Fix   Percent-encode (PHP), below.",
        "Fix   Percent-encode (PHP), below.",
        "Fix   Encode, sort and join the parameters (PHP), below.",
    ] == [line for line in lines if line.startswith("Fix")]
    functions = [line for line in lines if line.startswith("function ")]
    assert len(set(functions)) == len(functions) > 1
    of_one = render_diagnosis(Diagnosis(mistakes=mistakes[:2]), fixes=fixes).splitlines()
    assert ["Fix   Percent-encode (PHP):", "Fix   Percent-encode (PHP), as above."] == [
        line for line in of_one if line.startswith("Fix")
    ]


def test_a_passport_is_cured_by_the_lines_of_passports(netsuite):
    """A SOAP call has another base string; what only an administrator can do stays that."""
    found = tuple(mistake(id) for id in ("key-swapped", "secret-with-whitespace", "token-revoked-or-inactive"))
    attempt = SimpleNamespace(accepted=False, channel="soap", diagnosis=Diagnosis(mistakes=found))

    assert ["passport", "credentials", "administrator"] == [each.topic for each in fixes_of(attempt, "php").values()]


@pytest.mark.parametrize(
    ("name", "language"),
    [("JavaScript", "javascript"), ("js", "javascript"), ("Node", "javascript"), ("PY", "python"), (" php ", "php"),
     ("Java", "java"), ("C#", "csharp"), ("CSharp", "csharp"), ("cs", "csharp")],
)  # fmt: skip
def test_a_language_has_several_names(name, language):
    assert language == language_of(name)


def test_an_unknown_language():
    """The message names the valid ones."""
    with pytest.raises(
        ValueError, match=r"'cobol' is no language.*javascript .js, node., python .py., php, java, csharp"
    ):
        language_of("cobol")


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    return signers.build("python", tmp_path_factory.mktemp("python"))


def test_python_signs_as_oauthlib_does(python):
    signers.check_oauthlib(python)


def test_python_makes_the_published_signatures(python):
    signers.check_vectors(python)


def test_python_spells_the_account(python):
    signers.check_account(python)


def test_python_sends(python, netsuite, netsuite_env):
    """The credentials come from the environment; without one it says which is missing."""
    url = netsuite.restlet_url("customscript_echo", "customdeploy_echo", q="a b'c")
    netsuite.faults.add("unavailable")

    (answer,) = signers.ask(python, [["send", "GET", url, ""]])

    assert ("200", True) == (answer[:3], netsuite.audit_trail[-1].accepted)


def test_python_misses_a_credential(python, netsuite_env, monkeypatch):
    monkeypatch.setenv("NETSUITE_TOKEN_ID", " ")

    with pytest.raises(AssertionError, match="RuntimeError: not set: NETSUITE_TOKEN_ID"):
        signers.ask(python, [["send", "GET", "https://unused.invalid", ""]])
