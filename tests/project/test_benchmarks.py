"""The commands that measure the search for a mistake, and what many tokens cost, run. No figure that a clock gives is asserted."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
if not (ROOT / "benchmarks").is_dir():
    pytest.skip("the benchmarks are not beside the tests", allow_module_level=True)


def searching(*arguments, script="searching.py"):
    """What the command printed: its lines, and its errors."""
    command = [sys.executable, ROOT / "benchmarks" / script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.splitlines(), done.stderr


@pytest.mark.exhaustive
def test_every_row_is_measured_and_printed():
    (head, line, *rows), errors = searching("--rounds=1", "--budget=0", "--triples=1", "--requests=2")

    assert not errors
    assert (head, line) == ("| what | now | target |", "|---|---|---|")
    assert len(rows) == 7
    assert all(row.count("|") == 4 for row in rows)
    assert "10 of 10 named" in rows[0]
    assert "singles and likeliest pairs tried of 2 of 2" in rows[-1]


def test_another_checkout_is_another_column():
    (head, _, row), _ = searching("--rounds=1", "--only=singles", f"--before={ROOT}")

    assert head == "| what | before | now | target |"
    assert row.count("10 of 10 named") == 2


def test_what_is_no_checkout_is_said_so(tmp_path):
    assert (
        f"--before {tmp_path}: no checkout of the package"
        in searching("--only=singles", "--rounds=1", f"--before={tmp_path}")[1]
    )


def test_the_list_of_triples_is_fixed_and_holds_what_can_be_seen():
    listed, _ = searching("--list")

    assert len(set(listed)) == 100
    assert searching("--list")[0] == listed
    plain = [line for line in listed if line.startswith("GET") and "query-not-signed" in line]
    assert plain
    assert not [line for line in plain if "plus-for-space" in line]  # no space is left


def test_what_many_tokens_cost_is_printed_as_multiples():
    (head, _, *rows), errors = searching("--tokens", "10", "20", "30", "--rounds=1", script="records.py")

    assert not errors
    assert head == "| what | 10 tokens | 20 tokens | 30 tokens |"
    assert ["a login", "a refusal", "bytes that a refusal keeps", "creating a token"] == [
        row.split(" | ")[0].removeprefix("| ") for row in rows
    ]
    assert {5} == {row.count("|") for row in rows}
