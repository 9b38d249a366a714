"""The catalogue and what names its rows: nothing is named that is no row, and no row is there that nothing names."""

import ast
import codecs
import re
from pathlib import Path

import pytest

from pytest_netsuite_tba import diagnosis
from pytest_netsuite_tba.diagnosis.catalogue import CATALOGUE
from pytest_netsuite_tba.login.refusals import REFUSALS

ROOM = Path(diagnosis.__file__).parent
STAGES = sorted((ROOM / "stages").glob("*.py"))
IS_ID = re.compile(r"[a-z]+[a-z0-9]*(-[a-z0-9.]+)+").fullmatch
NO_IDS = {"x-forwarded-host", "x-original-host", "cesu-8"}  # spelt like one


def texts(path):
    """The texts of a module that are spelt like an id, without those that are none."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    found = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in found if IS_ID(text) and not is_charset(text)} - NO_IDS


def is_charset(text):
    try:
        return bool(codecs.lookup(text))
    except LookupError:
        return False


@pytest.mark.parametrize("path", STAGES, ids=lambda path: path.stem)
def test_an_id_of_a_stage_is_a_row(path):
    """A slip in an id would end a search with a KeyError, and only where its option fits."""
    assert set() == texts(path) - set(CATALOGUE)


def test_each_row_is_named_somewhere():
    """By an option of a stage, by a finding or by a refusal; a row that nothing names goes."""
    modules = {*STAGES, *ROOM.glob("*.py")} - {ROOM / "catalogue.py"}
    named = set().union(*map(texts, modules)) | {refusal.mistake for refusal in REFUSALS}

    assert set() == set(CATALOGUE) - named


def test_a_title_is_said_once():
    """Two rows of one title could not be told apart in a report."""
    titles = [entry.title for entry in CATALOGUE.values()]

    assert [] == sorted({title for title in titles if titles.count(title) > 1})


@pytest.mark.parametrize("id", CATALOGUE)
def test_a_row_reads_well(id):
    """A title is a heading, without a full stop and short enough for one line; a cure is a sentence or more."""
    entry = CATALOGUE[id]

    assert (id, entry.title) == (id.lower(), entry.title.rstrip("."))
    assert len(entry.title) <= 72
    assert entry.cure.endswith(".")
