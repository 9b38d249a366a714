"""typing_tests/ is a user's code, which two type checkers read: it leaves out nothing, and what it says is true."""

import ast
import re
import shutil
from pathlib import Path
from types import UnionType
from typing import get_args, get_origin, get_type_hints

import pytest

import pytest_netsuite_tba

USERS_CODE = Path(__file__).parents[2] / "typing_tests"
NODES = [node for file in sorted(USERS_CODE.glob("*.py")) for node in ast.walk(ast.parse(file.read_text("utf-8")))]


def classes(hint):
    """The classes that a type hint allows, without what they hold."""
    if get_origin(hint) is UnionType:
        return tuple(each for part in get_args(hint) for each in classes(part))
    return (get_origin(hint) or hint,)


class AnnotationsAreTrue:
    """Before a test runs, its fixtures' values are of the types that it says."""

    def __init__(self):
        self.seen = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem):
        hints = get_type_hints(pyfuncitem.function)
        del hints["return"]
        for name, hint in hints.items():
            assert isinstance(pyfuncitem.funcargs[name], classes(hint)), (name, hint)
        self.seen |= set(hints)


def test_every_fixture_has_a_type_that_is_true(pytester):
    """Every fixture stands in a user's test, and gives a value of the type that it is annotated with."""
    listed = pytester.runpytest("--fixtures").stdout.str()
    fixtures = set(re.findall(r"^(netsuite\w*)", listed, re.MULTILINE))
    shutil.copytree(USERS_CODE, pytester.path, dirs_exist_ok=True)
    checked = AnnotationsAreTrue()

    outcomes = pytester.runpytest(plugins=[checked]).parseoutcomes()

    assert {"passed"} == set(outcomes)
    assert (True, set()) == (len(fixtures) > 12, fixtures ^ checked.seen)


def test_every_public_name_is_used():
    """A public name that no user's code uses is one whose type nobody checks."""
    used = {node.id for node in NODES if isinstance(node, ast.Name)}

    assert set() == set(pytest_netsuite_tba.__all__) - used


def test_nothing_is_excused():
    """A checker that is told to look away finds nothing."""
    text = "".join(file.read_text("utf-8") for file in USERS_CODE.glob("*.py"))

    assert [] == [excuse for excuse in ("type: ignore", "pyright:", "mypy:", "noqa", "cast(") if excuse in text]
