"""The docs are true: every python block runs, every name is there."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pytest_netsuite_tba import NetSuiteServer
from pytest_netsuite_tba import __all__ as public_names
from pytest_netsuite_tba.login.audit_trail import LoginAttempt
from pytest_netsuite_tba.login.differences import Difference, differences
from pytest_netsuite_tba.login.verdict import Diagnosis, Reading, Suspicion
from pytest_netsuite_tba.plugin import fixtures
from pytest_netsuite_tba.plugin.marker import KEYWORDS
from pytest_netsuite_tba.report.differences import difference_lines

DOCS = Path(__file__).parent.parent.parent / "docs"
BLOCKS = [
    pytest.param(block, id=f"{page.stem}-{number}")
    for page in sorted(DOCS.glob("*.md"))
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL), 1)
]


@pytest.mark.parametrize("block", BLOCKS)
def test_every_python_block_passes_when_pasted(pytester, block):
    """What the docs show runs, and each block holds at least one test."""
    pytester.makepyfile(block)

    outcomes = pytester.runpytest_subprocess().parseoutcomes()

    assert {"passed"} == set(outcomes) - {"warnings"}


def test_every_public_name_is_in_the_reference():
    """Fixtures, marker keywords, ini options and public names are all described."""
    reference = (DOCS / "reference.md").read_text("utf-8")
    ours = [name for name in vars(fixtures) if name.startswith("netsuite")]

    missing = [name for name in [*ours, *KEYWORDS, *public_names, "netsuite_strict"] if name not in reference]

    assert (True, []) == (len(ours) > 9, missing)


def test_every_name_on_netsuite_is_in_the_reference():
    """Whatever `netsuite.` shows stands in the table of it."""
    table = (DOCS / "reference.md").read_text("utf-8").partition("## On `netsuite`")[2].partition("\n## ")[0]

    assert [] == [name for name in dir(NetSuiteServer()) if not name.startswith("_") and f"`.{name}" not in table]


def test_the_commands_of_the_explain_page_run(tmp_path, monkeypatch):
    """Its files and its commands are taken from the page; the first command prints what the page shows."""
    page = (DOCS / "explain.md").read_text("utf-8")
    texts = re.findall(r"```text\n(.*?)\n```", page, re.DOTALL)
    (tmp_path / "request.txt").write_text(texts[0] + "\n", "utf-8")
    (tmp_path / "note.txt").write_text(texts[3] + "\n", "utf-8")
    (tmp_path / "cmd.txt").write_text(texts[4] + "\n", "utf-8")
    (tmp_path / "account.toml").write_text(re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[0], "utf-8")
    commands = "".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL)).splitlines()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    monkeypatch.setenv("COLUMNS", "80")

    done = [subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False) for line in commands]

    assert [1, 1, 1, 2, 1, 1, 2, 1, 0, 0, 0] == [ended.returncode for ended in done]
    assert [""] * 11 == [ended.stderr for ended in done]
    assert done[0].stdout.startswith(texts[1] + "\n")
    assert "(MissingTokenPassportRequiredFields)" in done[4].stdout
    assert "line 2 was taken for the URL, line 3 for the" in done[5].stdout
    assert done[6].stdout == texts[5] + "\n"
    assert re.findall(r"```js\n(.*?)```", page, re.DOTALL)[0] in done[7].stdout


def test_the_difference_on_the_explain_page_is_as_it_is_shown():
    """But for where it stands."""
    page = (DOCS / "explain.md").read_text("utf-8")
    (shown,) = re.findall(r"```text\n(What differs.*?)\n```", page, re.DOTALL)
    found = differences("GET&u&a%3D1%26q%3DO%27Neil", "GET&u&a%3D1%26q%3DO%2527Neil")
    lines = "\n".join(difference_lines(found, 80, colour=False))

    assert shown == lines.replace("(at 14)", "(at 421)")


def test_every_key_of_explains_json_is_on_its_page():
    """Those of an attempt, of its diagnosis, and of what is in that."""
    page = (DOCS / "explain.md").read_text("utf-8").partition("## What a diagnosis holds")[2]
    attempt = LoginAttempt(id=1, time=datetime.now(UTC), channel="rest", method="GET", url="/", status="Success")
    suspicion = Suspicion(likelihood=0.5)
    holders = (attempt, Diagnosis(), Difference(part="url"), suspicion, Reading(mistakes=(), likelihood=1.0))
    keys = {key for holder in holders for key in holder.as_dict()} | {"where", "notes", "unsure"}

    assert [] == sorted(key for key in keys if f"`{key}`" not in page)
