"""The plugin as its users meet it."""

import pytest

REFUSED = """
    def test_swallowed(netsuite, netsuite_client):
        netsuite.token.revoke()
        netsuite_client.get("/app/site/hosting/restlet.nl?script=1&deploy=1")
"""
SECTION = "*NetSuite Login Audit Trail*"
WAYS = {
    "plainly": (),
    "xdist": ("-n2",),
    "without the cache": ("-p", "no:cacheprovider"),
    "without pytest-httpserver's plugin": ("-p", "no:pytest_httpserver"),
    "importlib": ("--import-mode=importlib",),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_refusal_that_the_test_swallowed_fails_it(pytester, way):
    """FAILED in the call phase, with one report section; however pytest is run."""
    pytester.makepyfile(
        REFUSED
        + "\n    def test_green(netsuite_client):\n        netsuite_client.get('/app/site/hosting/restlet.nl?script=1&deploy=1')"
    )

    result = pytester.runpytest_subprocess(*WAYS[way])

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "login 1 was refused: The token is revoked. Create another token.",
            SECTION,
            "Time * Method * Path * Status * Detail * Application * Role",
            "* GET * 401 Failure * token_rejected * Default* Integra*",
            "    What  Token revoked, inactive or unknown (proven)",
            "    Why   The token is revoked.",
            "    Cure  Create another token.",
        ]
    )
    assert 1 == str(result.stdout).count("NetSuite Login Audit Trail")


@pytest.mark.parametrize("strict", ["ini", "marker"])
def test_strictness_may_be_turned_off(pytester, strict):
    """By ini option for all tests, by marker for one."""
    marker = "@pytest.mark.netsuite(strict=False)" if strict == "marker" else ""
    pytester.makepyfile(f"import pytest\n{marker}\n" + REFUSED.replace("\n    ", "\n"))
    if strict == "ini":
        pytester.makeini("[pytest]\nnetsuite_strict = false")

    pytester.runpytest().assert_outcomes(passed=1)


def test_the_marker_beats_the_ini_option(pytester):
    """The nearest word counts."""
    pytester.makepyfile("import pytest\n@pytest.mark.netsuite(strict=True)\n" + REFUSED.replace("\n    ", "\n"))
    pytester.makeini("[pytest]\nnetsuite_strict = false")

    pytester.runpytest().assert_outcomes(failed=1)


def test_skip_and_xfail_stay_what_they_are(pytester):
    """A test that skips itself is skipped, one that is expected to fail is expected to."""
    pytester.makepyfile(
        "import pytest\n"
        + REFUSED.replace("\n    ", "\n").replace("test_swallowed", "test_skip")
        + "    pytest.skip('enough')\n"
        + "@pytest.mark.xfail\n"
        + REFUSED.replace("\n    ", "\n").lstrip("\n")
    )

    pytester.runpytest().assert_outcomes(skipped=1, xfailed=1)


def test_green_tests_and_others_say_nothing(pytester):
    """No section for a test that passes, nor for one that fails without a fixture of ours."""
    pytester.makepyfile("def test_a(netsuite): pass\ndef test_b(): assert 0")

    result = pytester.runpytest()

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.no_fnmatch_line(SECTION)


def test_no_secret_is_printed(pytester):
    """Not with -vv, not with the locals shown."""
    pytester.makepyfile(
        """
        def test_a(netsuite, netsuite_env, netsuite_client, netsuite_requests):
            credentials, account, token = netsuite.credentials, netsuite.account, netsuite.token
            netsuite_requests.get(netsuite.restlet_url("customscript_echo", "customdeploy_echo"))
            log, trail = list(netsuite.log), list(netsuite.audit_trail)
            token.revoke()
            netsuite_client.get("/app/site/hosting/restlet.nl?script=1&deploy=1")
            assert 0
        """
    )
    from pytest_netsuite_tba import Account

    text = str(pytester.runpytest("-vv", "--showlocals").stdout)

    token = Account().tokens["Default token"]
    assert "credentials" in text
    assert [] == [secret for secret in (token.secret, token.integration.consumer_secret) if secret in text]


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("web_service_only=True", "no keyword 'web_service_only'; did you mean 'web_services_only'"),
        ("'1234567'", "takes keywords only, not '1234567'"),
        ("web_services_only='yes'", "expected true or false"),
        ("account='1234567-sb1'", "did you mean '1234567_SB1'"),
        ("features={'tba': True}", "token_based_authentication"),
        ("behaviour={'login_failure_status': 402}", "expected one of 401, 403"),
        ("at='yesterday'", "'yesterday' is no moment"),
        ("permissions=['Log in using access token']", "Log in using Access Tokens"),
        ("strict='no'", "expected True or False"),
    ],
)
def test_a_wrong_marker_is_a_usage_error(pytester, marker, message):
    """Before any test runs, with the offending value and the valid ones."""
    pytester.makepyfile(f"import pytest\n@pytest.mark.netsuite({marker})\ndef test_a(netsuite): pass")

    result = pytester.runpytest()

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    assert message in str(result.stderr)
    assert "Traceback" not in str(result.stderr)


ACCOUNT_FILE = """
account = "7654321"
[[tokens]]
name = "From the file"
"""


@pytest.mark.parametrize("by", ["ini", "marker", "fixture"])
def test_an_account_file_is_read(pytester, by):
    """By ini option, by marker, or by the fixture that gives its path."""
    pytester.makefile(".toml", account=ACCOUNT_FILE)
    marker = "@pytest.mark.netsuite(file='account.toml')" if by == "marker" else ""
    pytester.makepyfile(
        f"import pytest\n{marker}\ndef test_a(netsuite):\n"
        "    assert ('7654321', 'From the file') == (netsuite.account.id, netsuite.token.name)"
    )
    if by == "ini":
        pytester.makeini("[pytest]\nnetsuite_account_file = account.toml")
    if by == "fixture":
        pytester.makeconftest(
            "import pathlib, pytest\n@pytest.fixture(scope='session')\ndef netsuite_account():\n"
            "    return pathlib.Path(__file__).parent / 'account.toml'"
        )

    pytester.runpytest().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("text", "message"),
    [('account = "7654321"\ntokns = []', "tokns"), ("account = ", "account.toml"), (None, "account.toml")],
)
def test_a_wrong_account_file_is_one_line(pytester, text, message):
    """The file and the key at fault, and no traceback."""
    if text is not None:
        pytester.makefile(".toml", account=text)
    pytester.makeini("[pytest]\nnetsuite_account_file = account.toml")
    pytester.makepyfile("def test_a(netsuite): pass")

    result = pytester.runpytest()

    result.assert_outcomes(errors=1)
    assert message in str(result.stdout)
    assert "seed.py" not in str(result.stdout)


def test_each_test_starts_afresh(pytester):
    """Records, clock and trail of one test do not reach the next."""
    pytester.makepyfile(
        """
        import pytest
        from pytest_netsuite_tba import Account

        @pytest.fixture(scope="session")
        def netsuite_account():
            return Account("7654321")

        @pytest.mark.parametrize("time", range(2))
        def test_a(netsuite, netsuite_client, time):
            assert netsuite.token.active and not len(netsuite.audit_trail)
            netsuite.clock.freeze("2020-01-01")
            assert 200 == netsuite_client.get("/app/site/hosting/restlet.nl?script=1&deploy=1").status_code
            netsuite.token.active = False
        """
    )

    pytester.runpytest().assert_outcomes(passed=2)


def test_netsuite_refusal_runs_once_for_each(pytester):
    """Every row of the table is a test; its id is the refusal's."""
    pytester.makepyfile(
        """
        def test_a(netsuite_refusal, netsuite_client):
            answer = netsuite_client.get("/app/site/hosting/restlet.nl?script=1&deploy=1")
            assert netsuite_refusal.status == answer.status_code
            assert netsuite_refusal.code == (answer.json["error"]["code"] if answer.data else None)
        """
    )
    from pytest_netsuite_tba.login.refusals import REFUSALS

    result = pytester.runpytest("-v")

    result.assert_outcomes(passed=sum("restlet" in refusal.channels for refusal in REFUSALS))
    for id_ in ("nonce_used", "permission_denied-role-inactive", "web-services-only", "InvalidSignature"):
        result.stdout.fnmatch_lines([f"*test_a?{id_}?*"])


@pytest.mark.parametrize(
    ("fixture", "library", "extra"),
    [
        ("netsuite_requests", "requests_oauthlib", "requests"),
        ("netsuite_httpx", "httpx", "httpx"),
        ("netsuite_async_httpx", "httpx", "httpx"),
        ("netsuite_httpx2", "httpx2", "httpx2"),
        ("netsuite_async_httpx2", "httpx2", "httpx2"),
    ],
)
def test_a_missing_extra_fails_with_its_install_line(pytester, fixture, library, extra):
    """Nothing is skipped."""
    pytester.makeconftest(f"import sys\nsys.modules[{library!r}] = None")
    pytester.makepyfile(f"def test_a({fixture}): pass")

    result = pytester.runpytest_subprocess("-p", "no:anyio")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*pip install 'pytest-netsuite-tba[[]{extra}[]]'"])


def test_the_environment_is_set_and_put_back(pytester):
    """Under the names that the code reads, for this test only."""
    pytester.makeini("[pytest]\nnetsuite_env_names =\n    NETSUITE_TOKEN_ID=MY_TOKEN")
    pytester.makepyfile(
        """
        import os

        def test_a(netsuite, netsuite_env):
            assert os.environ["MY_TOKEN"] == netsuite.token.id == netsuite_env["MY_TOKEN"]
            assert os.environ["NETSUITE_ACCOUNT"] == "1234567_SB1"
            assert os.environ["NETSUITE_BASE_URL"] == netsuite.url
            assert "NETSUITE_TOKEN_ID" not in os.environ

        def test_b():
            assert not {"MY_TOKEN", "NETSUITE_ACCOUNT"} & set(os.environ)
        """
    )

    pytester.runpytest_subprocess().assert_outcomes(passed=2)


@pytest.mark.parametrize("line", ["NETSUITE_TOKN_ID=A", "NETSUITE_TOKEN_ID"])
def test_a_wrong_name_in_the_environments_map_is_said(pytester, line):
    """A variable that we do not set, or a line that is no pair."""
    pytester.makeini(f"[pytest]\nnetsuite_env_names =\n    {line}")
    pytester.makepyfile("def test_a(netsuite_env): pass")

    result = pytester.runpytest()

    result.assert_outcomes(errors=1)
    assert "netsuite_env_names" in str(result.stdout)


def test_a_request_from_a_later_teardown_is_seen_too(pytester):
    """What a fixture's teardown does to the fake is an error of that teardown."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def careless(netsuite, netsuite_client):
            yield
            netsuite.token.revoke()
            netsuite_client.get("/app/site/hosting/restlet.nl?script=1&deploy=1")

        def test_a(careless): pass
        """
    )

    pytester.runpytest().assert_outcomes(passed=1, errors=1)


def test_a_server_lives_no_longer_than_its_test(pytester):
    """A long run keeps no trail of the tests before."""
    pytester.makepyfile(
        """
        import gc, weakref

        servers = []

        def test_one(netsuite, netsuite_client):
            netsuite_client.get("/app/site/hosting/restlet.nl?script=1&deploy=1")
            servers.append(weakref.ref(netsuite))

        def test_two(netsuite):
            gc.collect()
            assert servers[0]() is None
        """
    )
    pytester.runpytest().assert_outcomes(passed=2)


def test_a_required_restlet_that_was_never_called_is_said_once(pytester):
    """In the call phase, and not again when the fixture goes."""
    pytester.makepyfile(
        """
        def test_one(netsuite):
            netsuite.deploy("customscript_a", "customdeploy_a", get={}, required=True)
        """
    )
    result = pytester.runpytest_subprocess()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["customscript_a / customdeploy_a is required, but was never called"])


def test_no_frame_of_ours_stands_behind_the_tests_own_exception(pytester):
    """The report shows the test's lines, and what it did not announce."""
    pytester.makepyfile(
        """
        def test_one(netsuite):
            netsuite.deploy("customscript_a", "customdeploy_a", get={}, required=True)
            raise ValueError("the test's own")
        """
    )
    out = pytester.runpytest_subprocess().stdout.str()

    assert "the test's own" in out
    assert "pytest_netsuite_tba/" not in out
