"""No secret stands in what pytest reports, whatever the test compares, keeps in its locals or prints."""

import pytest

SECRETS = ["ZZconsumer/SECRET+1", "ZZtokenSECRET-0123456789", "ZZpasswordSECRET"]
ACCOUNT = """
[[integrations]]
name = "I"
consumer_key = "k"
consumer_secret = "ZZconsumer/SECRET+1"
[[tokens]]
name = "T"
id = "t"
secret = "ZZtokenSECRET-0123456789"
[[entities]]
email = "e@example.com"
password = "ZZpasswordSECRET"
"""
TESTS = """
import copy, dataclasses, unittest
from urllib.parse import quote
import pytest

@dataclasses.dataclass
class Mine:
    value: object

@pytest.fixture
def other(netsuite):
    other = copy.copy(netsuite.integration)
    other.consumer_secret = "another-SECRET-of-mine"
    return other

def test_env(netsuite_env): assert netsuite_env == {"NETSUITE_ACCOUNT": "x", "MORE": "y"}
def test_env_as_dict(netsuite_env): assert dict(netsuite_env) == {"NETSUITE_ACCOUNT": "x"}
def test_env_and_what_is_expected(netsuite_env):
    assert netsuite_env == dict(netsuite_env, NETSUITE_ACCOUNT="x")
def test_env_on_the_right(netsuite_env): assert {"NETSUITE_ACCOUNT": "x"} == netsuite_env
def test_env_is_unequal(netsuite_env): assert netsuite_env != dict(netsuite_env)
def test_env_within(netsuite_env): assert {"env": [netsuite_env]} == {"env": [dict(netsuite_env, MORE="x")]}
def test_values(netsuite_env): assert list(netsuite_env.values()) == []
def test_a_variable(netsuite_env): assert netsuite_env["NETSUITE_TOKEN_SECRET"] == "x"
def test_integration(netsuite, other): assert netsuite.integration == other
def test_integrations(netsuite, other): assert [netsuite.integration] == [other]
def test_token(netsuite): assert netsuite.token == netsuite.create_token(name="b")
def test_entity(netsuite):
    other = copy.copy(netsuite.entity)
    other.password = "another-SECRET-of-mine"
    assert netsuite.entity == other
def test_credentials(netsuite): assert netsuite.credentials == netsuite.credentials_for(netsuite.create_token(name="b"))
def test_a_class_of_its_own(netsuite, netsuite_env): assert Mine(netsuite_env) == Mine(dict(netsuite_env, MORE="x"))
def test_secret(netsuite):
    secret = netsuite.token.secret
    encoded = {"a": [quote(secret, safe="").lower()]}
    assert secret.upper() == netsuite.integration.consumer_secret
def test_old_secret(netsuite):
    secret = netsuite.token.secret
    netsuite.token.secret = "x"
    assert secret == "y"
def test_broken_records(netsuite):
    secret, netsuite.token.integration = netsuite.token.secret, None
    assert secret == "the test's own words"
def test_raised(netsuite): raise ValueError(netsuite.token.secret)
def test_printed(netsuite):
    print("printed", netsuite.integration.consumer_secret)
    assert not netsuite.entity.password
def test_skipped(netsuite): pytest.skip(netsuite.token.secret)
@pytest.mark.xfail
def test_expected_to_fail(netsuite): assert netsuite.token.secret == "x"

class TestOfUnittest(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def given(self, netsuite, netsuite_env):
        self.env, self.netsuite = netsuite_env, netsuite

    def test_dict(self): self.assertEqual(dict(self.env), {"NETSUITE_ACCOUNT": "x"})
    def test_variables(self): self.assertEqual(self.env, {"NETSUITE_ACCOUNT": "x"})
    def test_subtests(self):
        with self.subTest(a=1): self.assertEqual(self.netsuite.token.secret, "x")
"""
VARIABLES = ("CONSUMER_KEY", "CONSUMER_SECRET", "TOKEN_ID", "TOKEN_SECRET", "BASE_URL")
WAYS = {
    "plainly": (),
    "verbose": ("-vv",),
    "with the locals": ("-vv", "--showlocals", "--tb=long"),
    "all that is known": ("-rA", "--showlocals", "--tb=long", "-o", "junit_logging=all", "-o", "xfail_tb=true"),
    "short": ("--tb=short", "-l"),
    "a line each": ("--tb=line",),
    "as Python does": ("--tb=native",),
    "without rewriting": ("--assert=plain", "-l"),
    "in colours": ("-vv", "--color=yes", "-l"),
    "xdist": ("-n2", "-vv", "--showlocals"),
}


@pytest.fixture
def files(pytester):
    pytester.makefile(".toml", account=ACCOUNT)
    pytester.makeini("[pytest]\nnetsuite_account_file = account.toml\nnetsuite_strict = false")
    pytester.makepyfile(TESTS)
    return pytester


@pytest.mark.parametrize("way", WAYS)
def test_no_secret_is_reported(files, way):
    """Neither on the screen nor in JUnit's file: of pytest's comparisons, of locals, of exceptions and of what was printed."""
    result = files.runpytest_subprocess("--junitxml=junit.xml", *WAYS[way])
    texts = {"screen": str(result.stdout) + str(result.stderr), "junit": (files.path / "junit.xml").read_text("utf-8")}

    assert {"skipped": 1, "xfailed": 1} == {name: result.parseoutcomes()[name] for name in ("skipped", "xfailed")}
    assert result.parseoutcomes()["failed"] >= 22
    for secret in (*SECRETS, "another-SECRET"):
        lines = {
            name: [line for line in text.splitlines() if secret.lower() in line.lower()] for name, text in texts.items()
        }
        # what stands in the test's own source is its author's
        assert {name: [] for name in texts} == {
            name: [line for line in found if ".consumer_secret = " not in line and ".password = " not in line]
            for name, found in lines.items()
        }
    assert "the test's own words" in texts["screen"]


def test_what_differs_is_named(files):
    """Of variables by their names, of records by their fields; of a secret that it is not the same."""
    text = str(
        files.runpytest("-k", "test_env or test_integration or test_token or test_credentials or test_entity").stdout
    )

    assert {
        "Other values: NETSUITE_ACCOUNT",
        f"Only on the left: {', '.join(f'NETSUITE_{name}' for name in VARIABLES)}",
        "Only on the right: MORE",
        "consumer_secret: not the same", "password: not the same", "secret: not the same", "token_secret: not the same",
        "name: 'T' != 'b'",
    } <= {line.removeprefix("E").strip() for line in text.splitlines()}  # fmt: skip


def test_what_is_equal_fails_nothing(pytester):
    """Equal values, and those of others, are compared as ever."""
    pytester.makepyfile("""
        import copy
        def test_equal(netsuite, netsuite_env):
            assert netsuite.integration == copy.copy(netsuite.integration)
            assert netsuite_env == dict(netsuite_env)
        def test_of_others(netsuite):
            assert {"a": 1, "b": 2} == {"a": 1, "b": 3}
    """)

    result = pytester.runpytest("-vv")

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E*{'b': 2} != {'b': 3}"])
