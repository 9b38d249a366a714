"""The generated parts of the docs, and the JSON Schema file, are those that the code makes."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_netsuite_tba.account.behaviour import Behaviour
from pytest_netsuite_tba.account.fields import rules_of
from pytest_netsuite_tba.login.refusals import REFUSALS

SCRIPT = Path(__file__).resolve().parent.parent.parent / "docs" / "generate.py"


@pytest.fixture(scope="module")
def generate():
    spec = importlib.util.spec_from_file_location("generate_docs", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copy_of_docs(generate, tmp_path, monkeypatch):
    """A copy of the generated files, which a test may spoil."""
    (tmp_path / "docs").mkdir()
    shutil.copy(SCRIPT.with_name("mistakes.toml"), tmp_path / "docs")
    for path in generate.outputs():
        target = tmp_path / path.relative_to(generate.ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    monkeypatch.setattr(generate, "SCHEMA_FILE", tmp_path / generate.SCHEMA_FILE.relative_to(SCRIPT.parent.parent))
    return tmp_path


def test_files_are_up_to_date(generate):
    """Whoever changes a record or a refusal runs docs/generate.py."""
    assert [] == generate.stale()


def test_check_as_a_command():
    """docs/generate.py --check exits 0 when nothing is stale, and prints nothing."""
    ran = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)
    assert (0, "", "") == (ran.returncode, ran.stdout, ran.stderr)


def test_check_finds_a_stale_file(generate, copy_of_docs, capsys):
    """--check exits 1 and names the stale file; without it the file is written."""
    page = copy_of_docs / "docs" / "behaviour.md"
    fresh = page.read_text(encoding="utf-8")
    page.write_text(fresh.replace("| `401` | `401`, `403` |", "| `403` | `401`, `403` |"), encoding="utf-8")
    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().out == "stale: docs/behaviour.md\n"
    assert generate.main([]) == 0
    assert capsys.readouterr().out == "written: docs/behaviour.md\n"
    assert fresh == page.read_text(encoding="utf-8")


def test_missing_schema_is_stale(generate, copy_of_docs):
    """A file that is not there is stale."""
    (copy_of_docs / "pytest_netsuite_tba" / "account" / "account.schema.json").unlink()
    assert generate.stale() == ["pytest_netsuite_tba/account/account.schema.json"]


def test_lost_marker(generate, copy_of_docs):
    """A page without its markers is an error, not a page without its table."""
    (copy_of_docs / "docs" / "refusals.md").write_text("# Every refusal\n", encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape("docs/refusals.md has no <!-- generated:refusals -->")):
        generate.stale()


def test_wrong_argument(generate, capsys):
    """A misspelt option writes nothing."""
    assert generate.main(["--chek"]) == 2
    assert capsys.readouterr().err == "usage: python docs/generate.py [--check]\n"


def test_every_question_has_a_row():
    """docs/behaviour.md has one row for each field of Behaviour."""
    lines = (SCRIPT.parent / "behaviour.md").read_text(encoding="utf-8").splitlines()
    assert list(rules_of(Behaviour)) == [line.split("`")[1] for line in lines if line.startswith("| `")]


def test_every_refusal_has_a_row():
    """docs/refusals.md has one row for each refusal, then rows 19 to 25."""
    lines = (SCRIPT.parent / "refusals.md").read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if line.startswith("| ") and line[2].isdigit()]
    logins, calls = rows[: len(REFUSALS)], rows[len(REFUSALS) :]
    assert [(f"| {refusal.row}", f"`{refusal.id}`") for refusal in REFUSALS] == [(row[0], row[1]) for row in logins]
    assert [f"| {row}" for row in range(19, 26)] == list(dict.fromkeys(row[0] for row in calls))
