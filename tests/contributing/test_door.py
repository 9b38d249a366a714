"""The contributor's door: what CONTRIBUTING.md and its neighbours say is there, is there."""

import ast
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
FORMS = sorted({*(GITHUB / "ISSUE_TEMPLATE").glob("*.yml")} - {GITHUB / "ISSUE_TEMPLATE" / "config.yml"})


def text(name):
    return (ROOT / name).read_text("utf-8")


def sessions():
    """The sessions of noxfile.py and their docstrings, read without nox."""
    functions = [node for node in ast.parse(text("noxfile.py")).body if isinstance(node, ast.FunctionDef)]
    return {each.name: ast.get_docstring(each) for each in functions if each.decorator_list}


def commands(page):
    """The commands in a page's blocks, one by one, each as its words."""
    blocks = re.findall(r"```sh\n(.*?)\n```", text(page), re.DOTALL)
    return [shlex.split(command) for block in blocks for command in re.split(r"\n| && ", block)]


def test_every_session_says_what_it_does_in_one_line():
    """`nox -l` shows a newcomer a line for each session."""
    assert {} == {name: said for name, said in sessions().items() if not said or "\n" in said}


def test_the_tests_that_a_session_names_exist():
    """pytest ignores what is not there without a word: a test that has moved would be run once more on each Python."""
    named = re.findall(r'"(?:--ignore=)?(tests/[^"{]+)"', text("noxfile.py"))

    assert (True, []) == (len(named) > 5, [name for name in named if not (ROOT / name).exists()])


def test_the_table_of_sessions_is_complete():
    """CONTRIBUTING.md lists every session of noxfile.py and no other."""
    rows = re.findall(r"^\| (`.*?) \| (yes|no) \|", text("CONTRIBUTING.md"), re.MULTILINE)
    listed = {name: in_ci for names, in_ci in rows for name in re.findall(r"`(\w+)`", names)}

    assert set(sessions()) == set(listed)
    run_by_ci = {name for name in sessions() if re.search(rf"\bcheck .*\b{name}\b", text(".ci/run"))}
    assert {name for name, in_ci in listed.items() if in_ci == "yes"} == run_by_ci


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "noxfile.py"])
def test_a_session_that_is_named_exists(page):
    """Whoever copies `nox -s NAME` gets what is promised."""
    named = re.findall(r"nox -s ([a-z_]+)", text(page))
    assert (True, set()) == (len(named) > 0, set(named) - set(sessions()))


def test_the_commands_of_contributing_find_what_they_name():
    """Groups of pyproject.toml, tests that are collected, and no program that the group `dev` does not bring."""
    groups = tomllib.loads(text("pyproject.toml"))["dependency-groups"]
    brought = re.findall(r"[\w-]+", str(groups["dev"]))

    for program, *arguments in commands("CONTRIBUTING.md"):
        if "--group" in arguments:
            assert arguments[arguments.index("--group") + 1] in groups
        if arguments[:2] == ["-m", "pytest"]:
            collecting = [sys.executable, *arguments, "--collect-only", "-q", "-p", "no:cacheprovider"]
            subprocess.run(collecting, cwd=ROOT, check=True, capture_output=True)
        assert program in {"python", ".", *brought}


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "README.md", ".github/pull_request_template.md"])
def test_a_link_leads_somewhere(page):
    """What a page links to, or writes as code with a slash in it, exists."""
    named = re.findall(r"\]\(([^)#:]+)\)|`((?:docs|tests)/[^` ]*)`", text(page))
    assert [] == [name for name in map("".join, named) if not (ROOT / name).exists()]


def test_the_issue_forms_are_forms():
    """GitHub takes a form that is none without a word, and shows an empty page."""
    schema = ["--builtin-schema", "vendor.github-issue-forms"]
    command = [sys.executable, "-m", "check_jsonschema", *schema, *map(str, FORMS)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (3, 0) == (len(FORMS), done.returncode), done.stdout


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.stem)
def test_a_form_asks_that_no_secret_is_in_it(form):
    """Whoever reports under stress pastes secrets: the last question is whether they did."""
    assert form.read_text("utf-8").endswith(
        "        - label: No consumer secret, token secret or password stands in what I wrote.\n"
        "          required: true\n"
    )


def test_a_subject_has_at_most_72_characters():
    """The hook refuses the 73rd character of a commit's subject, and nothing else."""
    entry = re.search(r"id: subject.*?entry: (\S+)", text(".pre-commit-config.yaml"), re.DOTALL)[1]

    too_long = [bool(re.search(entry, message)) for message in ("x" * 72 + "\n\n" + "y" * 99, "x" * 73)]

    assert [False, True] == too_long
