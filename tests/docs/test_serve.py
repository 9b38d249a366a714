"""docs/serve.md and the Dockerfile: what they show is run."""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "serve.md").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
BIN = str(Path(sys.executable).parent)


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("number", range(len(blocks("sh"))))
def test_every_command_of_the_page_runs(tmp_path, number):
    """In a folder with the page's own push.py; none fails."""
    (tmp_path / "push.py").write_text(blocks("py")[0], "utf-8")
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}

    done = subprocess.run(
        ["bash", "-euc", blocks("sh")[number]],
        check=False,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (0, "") == (done.returncode, done.stdout), done.stderr
    log = tmp_path / "log.txt"
    assert "none refused" in done.stderr or " 200  POST https://1234567-sb1." in log.read_text()


@pytest.mark.parametrize(("schema", "number"), [("github-workflows", 0), ("gitlab-ci", 1), ("compose-spec", 2)])
def test_every_recipe_is_what_its_tool_reads(tmp_path, schema, number):
    """By the schema that the tool's own editors use."""
    file = tmp_path / f"{schema}.yml"
    file.write_text(blocks("yaml")[number], "utf-8")

    done = subprocess.run(
        [f"{BIN}/check-jsonschema", "--builtin-schema", f"vendor.{schema}", file],
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stdout


def instruction(name):
    """Give a JSON-form instruction of the Dockerfile."""
    return json.loads(re.search(rf"{name}[^\[]*(\[.*\])", DOCKERFILE).group(1))


@pytest.fixture
def for_anyone():
    """A folder that another user may read and write; pytest's own are for one user."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def as_another_user(folder):
    """Give what runs a command as another user, where there is one who can reach what is installed here."""
    prefix = ["setpriv", "--reuid", "65534", "--clear-groups"] if os.getuid() == 0 else []
    command = [*prefix, sys.executable, "-c", "import pytest_netsuite_tba.cli"]
    return prefix if subprocess.run(command, capture_output=True, cwd=folder, check=False).returncode == 0 else []


COMPOSE = re.search(r'command: (\["--account".*?\])', PAGE).group(1)


@pytest.mark.parametrize("options", [[], json.loads(COMPOSE)], ids=["as it stands", "as in the compose recipe"])
def test_the_container_starts_and_is_healthy(for_anyone, options):
    """The entry point and the health check of the Dockerfile, as another user, with no engine: the same commands."""
    account, certificate = for_anyone / "account.toml", for_anyone / "ca.pem"
    account.write_text('account = "1234567_SB1"\n')
    mounted = {"/srv/account.toml": str(account), "/ca/ca.pem": str(certificate), "443": "0"}
    command = [
        *as_another_user(for_anyone),
        sys.executable,
        "-m",
        "pytest_netsuite_tba",
        *instruction("ENTRYPOINT")[1:],
        "--port",
        "0",
    ]
    process = subprocess.Popen(
        [*command, *(mounted.get(option, option) for option in options)],
        stderr=subprocess.PIPE,
        text=True,
        cwd=for_anyone,
    )
    try:
        greeting = process.stderr.readline()
        port = re.search(r":(\d+) ", greeting).group(1)
        check = instruction("CMD")
        checked = subprocess.run(
            [sys.executable, *(argument.replace(":8080/", f":{port}/") for argument in check[1:])],
            capture_output=True,
            text=True,
            check=False,
        )
        process.terminate()
        status = process.wait(20)
    finally:
        process.kill()
        process.communicate()

    assert ("python", 0, 0) == (check[0], checked.returncode, status), checked.stderr
    assert bool(options) == certificate.exists()


def test_the_image_installs_what_serve_needs():
    """The wheel with the extras for TLS and XML; another user; no port but the one that is served."""
    assert 'install --no-cache-dir "$(echo /wheels/*.whl)[tls,xml]"' in DOCKERFILE
    assert ("USER 10001", "EXPOSE 8080") == tuple(re.findall(r"^(?:USER|EXPOSE) .*", DOCKERFILE, re.MULTILINE))
    assert ["netsuite-tba", "serve", "--host", "0.0.0.0", "--expose"] == instruction("ENTRYPOINT")


def test_the_dockerfile_builds_the_wheel_that_it_installs(tmp_path):
    """Its own pip steps, in a folder with what .dockerignore lets through."""
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    source = tmp_path / "src"
    source.mkdir()
    for name in (pattern.removeprefix("!") for pattern in ignored if pattern.startswith("!")):
        subprocess.run(["cp", "-r", ROOT / name, source], check=True)
    step = re.search(r"^RUN python -m (pip wheel .*)$", DOCKERFILE, re.MULTILINE).group(1)
    words = shlex.split(step.replace("/wheels", str(tmp_path / "wheels")).replace("/src", str(source)))

    subprocess.run([sys.executable, "-m", *words, "-q", "--no-build-isolation"], check=True)

    assert 1 == len(list((tmp_path / "wheels").glob("pytest_netsuite_tba-*.whl")))
