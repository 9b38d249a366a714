"""What CONTRIBUTING.md says of a mistake, carried out in a copy: it is named, and it has its page."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COPIED = (
    "pytest_netsuite_tba",
    "docs",
    "tests/support",
    "tests/docs",
    "tests/diagnosis",
    "tests/conftest.py",
    "pyproject.toml",
)
NEW_PAGES = """
import sys
from pathlib import Path
sys.path += ["docs", "tests"]
import mistake_pages
for path, text in mistake_pages.outputs(Path("docs").resolve()).items():
    path.write_text(text, "utf-8")
"""
# Where each block of the section goes: a file, and what it stands behind ("" is the end) or in place of.
PLACES = (
    ("pytest_netsuite_tba/diagnosis/catalogue.py", "CATALOGUE: dict[str, Entry] = {\n", "behind"),
    (
        "pytest_netsuite_tba/diagnosis/stages/digest.py",
        "TEXTS = Table(\n    Option(Writing(_base64, _from_base64)),\n",
        "in place of",
    ),
    ("docs/mistakes.toml", "", "behind"),
    ("tests/support/mis_signers.py", "UNLISTED = {\n", "behind"),
)


def blocks():
    """The blocks of the section, in their order."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    section = re.search(r"^### A mistake\n(.*?)^### ", text, re.DOTALL | re.MULTILINE)[1]
    return re.findall(r"^```\w+\n(.*?\n)```$", section, re.DOTALL | re.MULTILINE)


def run(copy, *arguments):
    """Run Python with the copy in place of the package that is installed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}  # of the copy none
    environment |= {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def copy(tmp_path):
    """The package, its docs and the tests of the diagnosis, changed as the section says."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, tmp_path / name)
    for block, (name, anchor, how) in zip(blocks(), PLACES, strict=True):
        path = tmp_path / name
        text = path.read_text("utf-8")
        assert not anchor or text.count(anchor) == 1, f"{name} has no {anchor!r}"
        changed = text.replace(anchor, block if how == "in place of" else anchor + block) if anchor else text + block
        path.write_text(changed, "utf-8")
    return tmp_path


@pytest.mark.exhaustive
def test_the_mistake_of_contributing_is_named_and_has_its_page(copy):
    """Two files of the package, its text and a line of a test: nothing else."""
    run(copy, "-c", NEW_PAGES)
    tests = ("tests/docs/test_mistakes.py", "tests/diagnosis/test_catalogue.py")

    said = run(copy, "-m", "pytest", *tests, "-k", "digest-base85 or is_a_row", "-p", "no:cacheprovider", "-v")

    for passed in ("has_a_page[digest-base85] PASSED", "named_so[digest-base85] PASSED", "is_a_row[digest] PASSED"):
        assert passed in said
    assert "# Signature in base85 instead of base64" in (copy / "docs/mistakes/digest-base85.md").read_text("utf-8")
