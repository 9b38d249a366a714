"""The signers that ``explain --fix`` cuts its lines from, as programs: built of those lines, and asked by tabs and lines.

A line of the input is a command and its words; ``signers/driver.*`` says which there are.
"""

import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import oauthlib.oauth1

from pytest_netsuite_tba.report.fixes import TOPICS, lines_of

HERE = Path(__file__).parent
VECTORS = json.loads((HERE / "vectors.json").read_text("utf-8"))
CODE_TOPICS = [name for name, topic in TOPICS.items() if not topic.sentence]
ACCOUNT = "1234567_SB1"
KEYS = ("consumer key", "consumer &+%é secret", "token", "token &+%é secret/=")
RESTLET = "/app/site/hosting/restlet.nl"
HOST = "1234567-sb1.restlets.api.netsuite.com"
# Whatever a signer may stumble over.
QUERIES = (
    "script=customscript_orders&deploy=1",
    "q=a%20b+c&r=2&r=10&empty=&flag&c%40=x&c2=y&p=%2Fx%26y&n=caf%C3%A9&s=!'()*~-._",
    "x=YQ==&&y=1&",
    "emoji=%F0%9F%98%80&%E2%82%AC=1&a.b=1&a%5B%5D=2&a%5B0%5D=3&a_b=4&B=5",
    "lower=%c3%a9&tilde=%7e&plus=%2B&percent=%25&realm=1234567_SB1",
    "b=1&a=1&oauth=1&oauth_callbac=2&Z=1",
)
URLS = (
    *(f"https://{HOST}{RESTLET}?{query}" for query in QUERIES),
    f"https://{HOST}{RESTLET}",
    "https://1234567-SB1.Restlets.api.NetSuite.com/app/site/hosting/restlet.nl?script=1",
    f"https://{HOST}:443{RESTLET}?script=1",
    f"https://{HOST}:8443{RESTLET}?script=1",
    "http://127.0.0.1:8000/app/site/hosting/restlet.nl?script=1",
    f"http://{HOST}:80{RESTLET}?script=1",
    "https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/record/v1/customer/eid:a%20b'c/!transform/salesOrder",
    "https://1234567-sb1.suitetalk.api.netsuite.com",
)
METHODS = ("GET", "POST", "put", "PATCH", "Delete")


class NotInstalledError(Exception):
    """The platform is not on this machine."""


def programs(*names):
    """Where each program is.

    Raises:
        NotInstalledError: one is missing.

    """
    found = [shutil.which(name) for name in names]
    if not all(found):
        raise NotInstalledError(f"{' and '.join(names)} must be on PATH: run tests/matrix/install")
    return found


def build(language, folder):
    """Write the lines of ``--fix`` and the driver into a program; give the command that runs it.

    Raises:
        NotInstalledError: the platform is missing.

    """
    code = lines_of(CODE_TOPICS, language)
    if language == "java":
        javac, java = programs("javac", "java")
        (folder / "Signer.java").write_text(in_class("Signer", code), "utf-8")
        compile_java(javac, folder, [folder / "Signer.java", HERE / "signers" / "Driver.java"])
        return [java, "-cp", str(folder), "Driver"]
    (command,) = [sys.executable] if language == "python" else programs({"javascript": "node"}.get(language, language))
    suffix = {"javascript": "js", "python": "py", "php": "php"}[language]
    program = folder / f"program.{suffix}"
    start = "<?php\n" if language == "php" else ""
    program.write_text(start + code + "\n" + (HERE / "signers" / f"driver.{suffix}").read_text("utf-8"), "utf-8")
    return [command, str(program)]


def in_class(name, code):
    """The lines as a class of Java: the imports first."""
    lines = code.splitlines()
    imports = list(itertools.takewhile(lambda line: line.startswith("import "), lines))
    return "\n".join([*imports, f"class {name} {{", *lines[len(imports) :], "}"])


def compile_java(javac, folder, files):
    """Compile by the rules of Java 11; a warning is a failure."""
    words = [javac, "-encoding", "UTF-8", "--release", "11", "-Xlint:all,-options", "-Werror", "-d", folder, *files]
    subprocess.run(words, check=True, capture_output=True, encoding="utf-8")


def ask(command, lines):
    """Give the answers of a program, one a line."""
    ran = subprocess.run(
        command,
        input="".join("\t".join(line) + "\n" for line in lines).encode(),
        capture_output=True,
        env=os.environ,
        timeout=120,
        check=False,
    )
    assert (0, b"") == (ran.returncode, ran.stderr), ran.stderr.decode()
    return ran.stdout.decode().splitlines()


def oauth(consumer_key, token, nonce="fjaLirsIcCGVZWzBX0pg", timestamp="1790000000", version="1.0", **more):
    """The oauth_ parameters as words: name, value, name, value."""
    pairs = {
        "oauth_consumer_key": consumer_key,
        "oauth_nonce": nonce,
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": timestamp,
        "oauth_token": token,
        "oauth_version": version,
    } | more
    return [word for name, value in pairs.items() if value is not None for word in (name, value)]


def by_oauthlib(method, url):
    """The same header by a signer that knows nothing of us."""
    consumer_key, consumer_secret, token, token_secret = KEYS
    client = oauthlib.oauth1.Client(
        consumer_key, consumer_secret, token, token_secret, realm=ACCOUNT, nonce="fjaLirsIcCGVZWzBX0pg",
        timestamp="1790000000", signature_method=oauthlib.oauth1.SIGNATURE_HMAC_SHA256,
    )  # fmt: skip
    return client.sign(url, method)[1]["Authorization"]


def check_oauthlib(command):
    """Header for header what oauthlib makes, but for the order of the fields."""
    calls = [(METHODS[number % len(METHODS)], url) for number, url in enumerate(URLS)]
    made = ask(command, [["sign", method, url, ACCOUNT, *KEYS, *oauth(KEYS[0], KEYS[2])] for method, url in calls])

    def fields(header):
        return sorted(header.removeprefix("OAuth ").split(", "))

    assert [fields(by_oauthlib(*call)) for call in calls] == [fields(header) for header in made]


def check_vectors(command):
    """Every published signature by HMAC-SHA256, of a request without a form; passports, too."""
    vectors = [
        vector
        for vector in VECTORS
        if vector["signature_method"] == "HMAC-SHA256" and vector["self_consistent"] and not vector["form_params"]
    ]
    lines = []
    for vector in vectors:
        keys = [vector[name] or "" for name in ("consumer_key", "consumer_secret", "token", "token_secret")]
        words = oauth(
            vector["consumer_key"],
            vector["token"],
            vector["nonce"],
            vector["timestamp"],
            vector["oauth_version"],
            **vector["extra_oauth_params"],
        )
        is_passport = vector["method"] == "SOAP"
        start = ["passport", "", ""] if is_passport else ["sign", vector["method"], vector["url"]]
        lines.append([*start, vector["realm"], *keys, *words])
    assert len([line for line in lines if line[0] == "passport"]) > 1
    assert len(lines) > 10
    for vector, answer in zip(vectors, ask(command, lines), strict=True):
        right = vector["signature"]
        encoded = right.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
        assert f'"HMAC-SHA256">{right}</' in answer or f'oauth_signature="{encoded}"' in answer, (
            vector["name"],
            answer,
        )


def check_account(command):
    """Any spelling of an account is NetSuite's own in realm, and in a host."""
    spelt = ["1234567", "1234567_SB1", "1234567-sb1", "tstdrv1234567", "1234567_rp"]

    assert [
        "1234567 1234567.restlets.api.netsuite.com",
        *["1234567_SB1 1234567-sb1.restlets.api.netsuite.com"] * 2,
        "TSTDRV1234567 tstdrv1234567.restlets.api.netsuite.com",
        "1234567_RP 1234567-rp.restlets.api.netsuite.com",
    ] == ask(command, [["account", account] for account in spelt])
