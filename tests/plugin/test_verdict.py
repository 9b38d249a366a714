"""Where the verdict on a test's requests is told: the test's own exception stands, and a debugger stands in the test."""

import importlib.metadata
import sys
from xml.etree import ElementTree as ET

import pytest

ECHO = "/app/site/hosting/restlet.nl?script=1&deploy=1"
REFUSED = "login 1 was refused: The token is revoked. Create another token."
SECTION = "*- NetSuite: not announced by the test -*"
MISSED = "customscript_a / customdeploy_a is required, but was never called"
SOURCE = f"""
import asyncio, functools, unittest, pytest

def refuse(netsuite, client):
    netsuite.token.revoke()
    return client.get({ECHO!r})

def require(netsuite):
    netsuite.deploy("customscript_a", "customdeploy_a", get={{}}, required=True)

def decorate(function):
    @functools.wraps(function)
    def decorated(*args, **kwargs):
        return function(*args, **kwargs)
    return decorated
"""
OWN = """
def test_own(netsuite, netsuite_client):
    answer = refuse(netsuite, netsuite_client)
    {}["a key"]
"""
ALONE = """
def test_alone(netsuite, netsuite_client):
    answer = refuse(netsuite, netsuite_client)
    mine = 41
"""
CASE = """
class TestCase(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def fake(self, netsuite, netsuite_client):
        self.netsuite, self.client = netsuite, netsuite_client
"""
CRASH = f"""
def crash(netsuite, client):
    secret = netsuite.token.secret
    def break_deep():
        inner = secret
        raise ZeroDivisionError("deep inside")
    netsuite.clock.now = break_deep
    client.get({ECHO!r})
"""


def run(pytester, *parts, options=()):
    """Run a test file made of these parts."""
    pytester.makepyfile(test_it=SOURCE + "\n".join(parts))
    return pytester.runpytest("-p", "no:cacheprovider", *options)


def debug(pytester, *parts, typed, options=()):
    """Run it in a process of its own, and type this into the debugger that comes up."""
    pytester.makepyfile(test_it=SOURCE + "\n".join(parts))
    return pytester.run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--pdb", *options, stdin=typed)


def test_the_tests_own_exception_stands(pytester):
    """The verdict is a note on it and a section of its own, and no exception."""
    result = run(pytester, OWN, options=["--junitxml=junit.xml"])

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            '>*{}[[]"a key"[]]',
            "E *KeyError: 'a key'",
            f"E *{REFUSED}",
            "test_it.py:*: KeyError",
            SECTION,
            REFUSED,
            "*NetSuite Login Audit Trail*",
            "FAILED *::test_own - KeyError: 'a key'",
        ]
    )
    result.stdout.no_fnmatch_line("*direct cause*")
    result.stdout.no_fnmatch_line("*another exception*")
    (failure,) = ET.parse(pytester.path / "junit.xml").iter("failure")
    assert "KeyError: 'a key'" == failure.attrib["message"].splitlines()[0]


@pytest.mark.parametrize("options", [(), ("-n2",), ("--pdb",), ("-p", "no:debugging")])
def test_xfail_sees_the_tests_own_exception(pytester, options):
    """``raises=`` is about what the test raises, whatever its requests did besides."""
    result = run(
        pytester, "@pytest.mark.xfail(raises=KeyError)", OWN, OWN.replace("test_own", "test_red"), options=options
    )

    result.assert_outcomes(xfailed=1, failed=1)


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        ("pytest.skip('enough')", {"skipped": 1}),
        ("raise unittest.SkipTest('enough')", {"skipped": 1}),
        ("pytest.xfail('enough')", {"xfailed": 1}),
    ],
)
def test_a_test_that_ends_itself_is_not_judged(pytester, end, outcome):
    """What it did before does not count, nor what it never called."""
    result = run(pytester, OWN.replace('{}["a key"]', f"require(netsuite); {end}"), options=["-rsx"])

    result.assert_outcomes(**outcome)
    result.stdout.fnmatch_lines(["* enough"])


def test_leaving_pytest_leaves_it(pytester):
    """``pytest.exit`` ends the run as it would without us."""
    result = run(pytester, OWN.replace('{}["a key"]', "pytest.exit('enough')"))

    assert pytest.ExitCode.INTERRUPTED == result.ret
    result.stdout.fnmatch_lines(["*Exit: enough*"])
    result.stdout.no_fnmatch_line("*login 1 was refused*")


# Tests of whom nothing but their requests is wrong; each ends with a local variable of its own.
METHOD = (
    "class TestClass:\n    def test_alone(self, netsuite, netsuite_client):\n        refuse(netsuite, netsuite_client)"
)
STANDS = {
    "function": ALONE,
    "required": "def test_alone(netsuite):\n    require(netsuite)\n    mine = 41",
    "method": f"{METHOD}\n        mine = 41",
    "unittest": f"{CASE}\n    def test_alone(self):\n        refuse(self.netsuite, self.client)\n        mine = 41",
    "decorated": f"@decorate{ALONE}",
    "parametrised": f"@pytest.mark.parametrize('number', [1]){ALONE.replace('(', '(number, ', 1)}",
    "asked for late": (
        "def test_alone(request):\n    netsuite = request.getfixturevalue('netsuite')\n"
        "    refuse(netsuite, netsuite.credentials.client())\n    mine = 41"
    ),
    "async": (
        "@pytest.mark.anyio\n@pytest.mark.parametrize('anyio_backend', ['asyncio'])\n"
        f"async {ALONE.strip().replace('mine', 'await asyncio.sleep(0); mine')}"
    ),
    "entry point": (
        "def test_alone(netsuite, netsuite_client):\n"
        "    netsuite.deploy('customscript_a', 'customdeploy_a', number=7, get=lambda _: {}['x'])\n"
        f"    netsuite_client.get({ECHO.replace('script=1', 'script=7')!r})\n    mine = 41"
    ),
}


@pytest.mark.parametrize("name", STANDS)
def test_a_verdict_alone_is_the_failure_and_a_debugger_stands_in_the_test(pytester, name):
    """At its end, with all that it had in hand."""
    result = debug(pytester, STANDS[name], typed=b"p mine\nc\n")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*entering PDB*", "> */test_it.py(*)test_alone()*", "-> *mine = 41", "(Pdb) 41"])


def test_a_debugger_stands_where_the_tests_own_exception_was_raised(pytester):
    """And has told the verdict before: a session in the debugger shows no sections."""
    result = debug(pytester, OWN, typed=b"p answer.status_code\nc\n")

    result.stdout.fnmatch_lines(
        [f"E *{REFUSED}", "*entering PDB*", "> */test_it.py(*)test_own()", '-> {}[[]"a key"[]]', "(Pdb) 401"]
    )


FAILED = {
    "test": ("def test_a(netsuite):\n    require(netsuite)\n    assert 0", {"failed": 1}),
    "setup": (
        "@pytest.fixture\ndef broken(netsuite):\n    require(netsuite)\n    assert 0\ndef test_a(broken): pass",
        {"errors": 1},
    ),
    "unittest": (f"{CASE}\n    def test_a(self):\n        require(self.netsuite)\n        assert 0", {"failed": 1}),
    "pytest.fail": ("def test_a(netsuite):\n    require(netsuite)\n    pytest.fail('mine')", {"failed": 1}),
}


@pytest.mark.parametrize("name", FAILED)
def test_a_required_restlet_is_not_asked_for_once_the_test_has_failed(pytester, name):
    """It never came so far as to call it."""
    source, outcome = FAILED[name]

    result = run(pytester, source)

    result.assert_outcomes(**outcome)
    result.stdout.no_fnmatch_line(f"*{MISSED}*")


RAISES = "refuse(netsuite, netsuite_client)\n    {}['x']"
RAISED = {
    "unittest": f"{CASE}\n    def test_a(self):\n        refuse(self.netsuite, self.client)\n        {{}}['x']",
    "setup": f"@pytest.fixture\ndef early(netsuite, netsuite_client):\n    {RAISES}\ndef test_a(early): pass",
    "teardown": f"@pytest.fixture\ndef late(netsuite, netsuite_client):\n    yield\n    {RAISES}\ndef test_a(late): pass",
}


@pytest.mark.parametrize("where", RAISED)
def test_a_note_is_made_wherever_the_exception_comes_from(pytester, where):
    """A method of a TestCase, a fixture before the test or after it."""
    run(pytester, RAISED[where]).stdout.fnmatch_lines(["E *KeyError: 'x'", f"E *{REFUSED}", SECTION])


def test_an_exception_that_takes_no_note_has_the_section(pytester):
    """A frozen dataclass cannot be written to."""
    result = run(
        pytester,
        "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass Frozen(Exception):\n    text: str",
        OWN.replace('{}["a key"]', "raise Frozen('mine')"),
    )

    result.stdout.fnmatch_lines(["E *Frozen: *mine*", SECTION, REFUSED, "FAILED *Frozen*"])


def test_each_subtest_is_told_its_own_part(pytester):
    """One that fails has the note, and nothing is asked for then; what a subtest that passes did is the test's."""
    if int(importlib.metadata.version("pytest").partition(".")[0]) < 9:
        pytest.skip("the fixture subtests came with pytest 9")
    result = run(
        pytester,
        "def test_a(netsuite, netsuite_client, subtests):\n    require(netsuite)\n"
        "    with subtests.test('green'):\n        pass\n"
        "    with subtests.test('red'):\n        refuse(netsuite, netsuite_client)\n        {}['x']\n",
        "def test_b(netsuite, netsuite_client, subtests):\n"
        "    with subtests.test('green'):\n        refuse(netsuite, netsuite_client)",
        "def test_c(netsuite, subtests):\n    require(netsuite)\n    with subtests.test('green'):\n        pass",
    )

    result.stdout.fnmatch_lines(
        [
            "*test_a [[]red[]]*",
            "E *KeyError: 'x'",
            f"E *{REFUSED}",
            SECTION,
            "*test_b*",
            REFUSED,
            "*test_c*",
            MISSED,
            "SUBFAILED*test_a - KeyError: 'x'",
        ]
    )
    assert 1 == str(result.stdout).partition("short test summary")[0].count(MISSED)


def test_a_test_that_runs_again_is_judged_again(pytester):
    """As plugins do that run a flaky test again."""
    pytester.makeconftest(
        "from _pytest.runner import runtestprotocol\n"
        "def pytest_runtest_protocol(item, nextitem):\n"
        "    for _ in range(2):\n        runtestprotocol(item, nextitem=nextitem)\n    return True"
    )

    run(pytester, ALONE, OWN).assert_outcomes(failed=4)


def test_an_exception_inside_of_the_fake_fails_the_test_with_its_traceback(pytester):
    """However the test ends, and though its logins may be refused; no local variable shows a secret."""
    result = run(
        pytester,
        CRASH,
        "def test_alone(netsuite, netsuite_client):\n    crash(netsuite, netsuite_client)",
        "@pytest.mark.netsuite(strict=False)\ndef test_lenient(netsuite, netsuite_client):\n    crash(netsuite, netsuite_client)",
        "def test_own(netsuite, netsuite_client):\n    crash(netsuite, netsuite_client)\n    {}['x']",
        options=["-p", "no:logging", "--showlocals", "--junitxml=junit.xml"],
    )
    from pytest_netsuite_tba import Account

    token, text = Account().tokens.first(), str(result.stdout)
    result.assert_outcomes(failed=3)
    told = text.partition("short test summary")[0]  # under CI pytest repeats whole messages in its summary
    assert 3 == told.count('raise ZeroDivisionError("deep inside")')
    result.stdout.fnmatch_lines(
        [
            "*test_own*",
            "E *KeyError: 'x'",
            "E *raised ZeroDivisionError: deep inside",
            SECTION,
            "Traceback (most recent call last):",
            "FAILED *test_alone - Failed: *raised ZeroDivisionError: *",
            "FAILED *test_own - KeyError: 'x'",
        ]
    )
    assert [] == [secret for secret in (token.secret, token.integration.consumer_secret) if secret in text]
    alone, lenient, own = ET.parse(pytester.path / "junit.xml").iter("failure")
    assert (True, True) == ("in break_deep" in alone.text, "in break_deep" in lenient.text)
    assert own.attrib["message"].startswith("KeyError: 'x'\n")
