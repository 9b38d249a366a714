"""The JSON Schema of ``account.toml``: it takes what the reader takes, and refuses misspelt keys."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

import pytest_netsuite_tba.account.schema
from pytest_netsuite_tba.account.schema import json_schema
from pytest_netsuite_tba.account.seed import SeedError, parse

jsonschema = pytest.importorskip("jsonschema")

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "account-toml.md"
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
RESTLET = '[[restlets]]\nscript = "customscript_a"\ndeploy = "customdeploy_a"\n'


def errors(text: str) -> list[str]:
    # An editor hands a date and time over as a text.
    value = json.loads(json.dumps(tomllib.loads(text), default=lambda moment: moment.isoformat()))
    validator = jsonschema.Draft202012Validator(json_schema())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def test_schema_is_one():
    """The schema itself is valid by draft 2020-12."""
    jsonschema.Draft202012Validator.check_schema(json_schema())


def test_schema_is_in_the_package():
    """The committed file is the schema."""
    path = Path(pytest_netsuite_tba.account.schema.__file__).with_name("account.schema.json")
    assert json_schema() == json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", ["", *EXAMPLES])
def test_examples_are_valid(text):
    """The examples of the page, and an empty file, are valid."""
    assert [] == errors(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[[tokens]]\nrol = 1005",
            "$.tokens[0]: Additional properties are not allowed ('rol' was unexpected)",
        ),
        ("acount = 1", "$: Additional properties are not allowed ('acount' was unexpected)"),
        (
            "[[accounts]]\n[accounts.feature]",
            "$.accounts[0]: Additional properties are not allowed ('feature' was unexpected)",
        ),
    ],
)
def test_misspelt_key(text, expected):
    """A misspelt key is refused, wherever it stands."""
    assert [expected] == errors(text)


@pytest.mark.parametrize(
    "text",
    [
        'account = "1"\n[[accounts]]',
        "accounts = []",
        "account = 1234567",
        "concurrency_limit = true",
        "concurrency_limit = -1",
        "[behaviour]\nnonce_max_length = -1",
        "[behaviour]\nlogin_failure_status = 402",
        '[[integrations]]\nstate = "enabled"',
        '[[tokens]]\nrole = "1005"',
        "[[entities]]\nroles = [1005, 1005]",
        "[[entities]]\nlocked_until = true",
        "[[entities]]\nfailed_logins = 1",
        '[[restlets]]\nscript = "a"',
        f"{RESTLET}get = 5",
        f'{RESTLET}get = {{ json = 1, text = "" }}',
        f"{RESTLET}get = {{}}",
        f"{RESTLET}get = {{ error = {{}} }}",
        f'{RESTLET}audience = "All"',
        f"{RESTLET}audience = [1.5]",
        f"{RESTLET}required = true",
    ],
)
def test_both_refuse(text):
    """What the schema refuses, the reader refuses too."""
    assert [] != errors(text)
    with pytest.raises(SeedError):
        parse(text, "account.toml")


@pytest.mark.parametrize(
    "text",
    [
        f'{RESTLET}audience = "all"\nget = {{ json = [] }}',
        f"{RESTLET}audience = []\nget = {{ json = false }}",
        f"{RESTLET}audience = {{ roles = [1005] }}\nget = {{ echo = true }}",
        "[[entities]]\nlocked_until = 1.5",
        "[[entities]]\nlocked_until = 2026-01-01T00:00:00Z",
        "tokens = []\nrestlets = []",
    ],
)
def test_both_take(text):
    """What the reader takes, the schema takes too."""
    parse(text, "account.toml")
    assert [] == errors(text)


def test_secrets_have_no_default():
    """A secret's default is derived from its record, so the schema shows none."""
    secret = json_schema()["$defs"]["Token"]["properties"]["secret"]
    assert {"type": "string", "description": "Token secret; derived likewise."} == secret
