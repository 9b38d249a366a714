"""The right lines of ``netsuite-tba explain --fix``, run by the platforms that they are for; C# is not run."""

import json
import os

import pytest
from support import signers
from werkzeug import Response

from pytest_netsuite_tba.report.fixes import LANGUAGES, TOPICS, fix

# Set by .ci/run to the registries that answered: a platform that is missing then is a failure, not a skip.
REQUIRED = "apt" in os.environ.get("NETSUITE_TBA_MATRIX", "").split()
TESTED = [name for name, language in LANGUAGES.items() if language.is_tested]


def or_skip(make, *arguments):
    """What is not installed skips the test, or fails it in CI."""
    try:
        return make(*arguments)
    except signers.NotInstalledError as missing:
        reason = str(missing)
    return (pytest.fail if REQUIRED else pytest.skip)(reason)


@pytest.fixture(scope="module", params=TESTED)
def command(request, tmp_path_factory):
    """The lines of all topics, in the order of the table, as a program."""
    return or_skip(signers.build, request.param, tmp_path_factory.mktemp(request.param))


def test_it_signs_as_oauthlib_does(command):
    """Awkward queries, hosts, ports, paths and methods."""
    signers.check_oauthlib(command)


def test_it_makes_the_published_signatures(command):
    """Oracle's, and those of other clients; passports of SOAP."""
    signers.check_vectors(command)


def test_it_spells_the_account(command):
    """Underscore and upper case in realm, hyphen and lower case in the host."""
    signers.check_account(command)


def test_what_it_signs_is_let_in(command, netsuite, netsuite_client):
    """By its own nonce and timestamp."""
    own = netsuite.credentials
    words = [own.account, own.consumer_key, own.consumer_secret, own.token_id, own.token_secret]
    echo = f"https://{signers.HOST}{signers.RESTLET}?script=customscript_echo&deploy=customdeploy_echo"
    urls = [f"{echo}&{query}" for query in signers.QUERIES[1:]]

    headers = signers.ask(command, [["sign", "GET", url, *words] for url in urls])
    for url, header in zip(urls, headers, strict=True):
        netsuite_client.get(url, headers={"Authorization": header, "Content-Type": "application/json"})

    assert [True] * len(urls) == [attempt.accepted for attempt in netsuite.audit_trail]


def test_each_try_is_signed_anew(command, netsuite, netsuite_env):
    """A 429 spends the nonce; the next try has another. A redirect is not followed."""
    answers = iter([Response(status=429), {"tries": 2}, {"tries": 1}])
    ids = ("customscript_a", "customdeploy_a")
    netsuite.deploy(*ids, get=lambda _: next(answers), post=lambda _: next(answers))
    url = netsuite.restlet_url(*ids, q="a b'c")

    answered = signers.ask(command, [["send", "GET", url, ""], ["send", "POST", url, '{"a": 1}']])

    assert [(200, {"tries": 2}), (200, {"tries": 1})] == [(int(line[:3]), json.loads(line[4:])) for line in answered]

    assert [True] * 3 == [attempt.accepted for attempt in netsuite.audit_trail]
    netsuite.faults.add("wrong_data_center")
    assert "302" == signers.ask(command, [["send", "GET", url, ""]])[0][:3]


def test_the_lines_of_each_topic_compile_alone(tmp_path):
    """What is pasted has its imports, and whatever it calls; those that send call the signer."""
    (javac,) = or_skip(signers.programs, "javac")
    files = []
    for topic in signers.CODE_TOPICS:
        code = (
            signers.lines_of([*TOPICS["sign"].needs, "sign", "send"], "java")
            if topic == "send"
            else fix(topic, "java").code
        )
        file = tmp_path / topic / "Pasted.java"
        file.parent.mkdir()
        file.write_text(f"package {topic.replace('-', '_')};\n{signers.in_class('Pasted', code)}", "utf-8")
        files.append(file)

    signers.compile_java(javac, tmp_path, files)
