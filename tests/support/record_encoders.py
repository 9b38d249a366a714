"""Ask real platforms how they percent-encode: what tests/diagnosis/encoders.json holds.

``python tests/support/record_encoders.py`` runs each program of ``recorders/`` that this machine has a runtime for, and
puts its answers into the file; answers of runtimes that are not here stay as they are. Debian's packages for all of
them: nodejs php-cli php-curl perl liburi-perl libmojolicious-perl ruby ruby-addressable default-jdk-headless
libspring-web-java libokhttp-java libhttpclient-java libcommons-codec-java libguava-java golang jq mono-mcs
libmono-system-web4.0-cil libmono-system-net-http4.0-cil tcl lua5.4 lua-socket r-base-core python3-pyqt5 fp-compiler
fp-units-fcl cargo librust-percent-encoding-dev librust-form-urlencoded-dev. Node needs axios, jquery, jsdom and qs
where this is run; older Pythons are those of pyenv.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

PROGRAMS = Path(__file__).parent / "recorders"
ANSWERS = Path(__file__).parents[1] / "diagnosis" / "encoders.json"
TEXTS = [*map(chr, range(128)), "é", "日", "😀"]
JARS = "/usr/share/java/*"
CRATES = "/usr/share/cargo/registry"
CARGO = f"""[package]
name = "encoders"
version = "0.0.0"
edition = "2021"
[[bin]]
name = "encoders"
path = "encoders.rs"
[dependencies]
percent-encoding = {{ path = "{CRATES}/percent-encoding-2.2.0" }}
form_urlencoded = {{ path = "{CRATES}/form_urlencoded-1.1.0" }}
[patch.crates-io]
percent-encoding = {{ path = "{CRATES}/percent-encoding-2.2.0" }}
"""


class Runtime(NamedTuple):
    """What runs a program: shell lines, in a folder with the programs. ``version`` prints whose answers they are."""

    version: str
    run: str
    suffix: str = ""  # put behind each name: several versions answer


RUNTIMES = (
    Runtime("node -p '`Node ${process.version}`'", "NODE_PATH=$HERE/node_modules node encoders.js"),
    Runtime("php -r 'echo \"PHP \", PHP_VERSION;'", "php encoders.php"),
    Runtime(
        "perl -MURI -MMojolicious -e 'print \"Perl $^V, URI $URI::VERSION, Mojolicious $Mojolicious::VERSION\"'",
        "perl encoders.pl",
    ),
    Runtime('ruby -raddressable -e \'puts "Ruby #{RUBY_VERSION}, Addressable #{Addressable::VERSION::STRING}"\'',
        "ruby encoders.rb"),
    Runtime(
        "java --version | head -1; ls -l /usr/share/java | grep -oE '-> (guava|spring3-web|okhttp|httpclient|commons-codec)-[0-9.x]*[0-9x]' | cut -c4-",
        f"java -cp '{JARS}' Encoders.java",
    ),
    Runtime("go version | cut -d' ' -f3", "go run encoders.go"),
    Runtime("jq --version", "LC_ALL=C.UTF-8 bash encoders_jq.sh", " before 1.7"),
    Runtime("bash -c 'echo Bash $BASH_VERSION'", "LC_ALL=C.UTF-8 bash encoders.sh"),
    Runtime("mono --version | head -1 | cut -d' ' -f1-5", "mcs -nowarn:618 -r:System.Web.dll -r:System.Net.Http.dll encoders.cs && mono encoders.exe"),
    Runtime("echo 'puts \"Tcl [info patchlevel], http [package require http]\"' | tclsh", "tclsh encoders.tcl"),
    Runtime("lua5.4 -e 'print(_VERSION, require(\"socket\")._VERSION)'", "lua5.4 encoders.lua"),
    Runtime("Rscript -e 'cat(R.version.string)'", "LC_ALL=C.UTF-8 Rscript encoders.R"),
    Runtime("/usr/bin/python3 -c 'import PyQt5.QtCore as c; print(\"Qt\", c.QT_VERSION_STR)'", "/usr/bin/python3 encoders_qt.py"),
    Runtime("fpc -iV | sed 's/^/Free Pascal /'", "fpc -v0 -oencoders encoders.pas >&2 && ./encoders"),
    Runtime("rustc --version", "cargo build -q --offline && target/debug/encoders"),
    Runtime("python2.7 --version 2>&1", "python2.7 encoders_python.py", ", Python 2"),
    Runtime("python3.6 --version", "python3.6 encoders_python.py", " before 3.7"),
    Runtime(f"{sys.executable} --version", f"{sys.executable} encoders_python.py"),
)


def ask(runtime: Runtime, folder: Path) -> dict[str, dict]:
    """The answers of a runtime's functions by name: what each text became, None where it refused."""
    env_line = f"HERE={Path.cwd()}; "
    version = subprocess.run(runtime.version, shell=True, capture_output=True, text=True, check=False, cwd=folder)
    if version.returncode or not version.stdout.strip():
        print("not here:", runtime.version, file=sys.stderr)
        return {}
    lines = "".join(f"{text.encode().hex()}\n" for text in TEXTS)
    run = subprocess.run(env_line + runtime.run, shell=True, input=lines.encode(), capture_output=True, check=True, cwd=folder)
    answers = {}
    for line in run.stdout.decode().splitlines():
        name, *texts = line.split("\t")
        became = [None if text == "-" else bytes.fromhex(text).decode() for text in texts]
        answers[name + runtime.suffix] = {"by": ", ".join(version.stdout.split("\n")[:-1] or [version.stdout]), "became": became}
    return answers


def main() -> None:
    """Ask all, and write the file: a line for each function."""
    answers = json.loads(ANSWERS.read_text("utf-8")) if ANSWERS.exists() else {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "recorders"
        shutil.copytree(PROGRAMS, folder)
        (folder / "Cargo.toml").write_text(CARGO)
        for runtime in RUNTIMES:
            answers |= ask(runtime, folder)
    rows = [f"  {json.dumps(name)}: {json.dumps(answer, ensure_ascii=False)}" for name, answer in sorted(answers.items())]
    ANSWERS.write_text("{\n" + ",\n".join(rows) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
