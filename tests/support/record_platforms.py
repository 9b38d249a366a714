"""Ask real platforms how they percent-encode and sort: what tests/diagnosis/encoders.json and sorts.json hold.

``python tests/support/record_platforms.py`` runs each program of ``recorders/`` that this machine has a runtime for,
and puts its answers into the files; answers of runtimes that are not here stay as they are. Debian has them all: nodejs
php-cli php-curl liburi-perl libmojolicious-perl ruby ruby-addressable default-jdk-headless libspring-web-java
libokhttp-java libhttpclient-java libcommons-codec-java libguava-java golang jq mono-mcs libmono-system-web4.0-cil
libmono-system-net-http4.0-cil tcl lua5.4 lua-socket r-base-core python3-pyqt5 fp-compiler fp-units-fcl cargo
librust-percent-encoding-dev librust-form-urlencoded-dev, and the locales en_US.UTF-8 and de_DE.UTF-8. Node needs axios,
jquery, jsdom and qs in node_modules of the folder where this is run; python2.7, python3.6 and a jq of 1.7 or later
(called jq-new) are looked for on the PATH.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

PROGRAMS = Path(__file__).parent / "recorders"
ANSWERS = Path(__file__).parents[1] / "diagnosis"
ENCODED = [*map(chr, range(128)), "é", "日", "😀"]
NAMES = """
script deploy oauth_consumer_key oauth_nonce oauth_signature_method oauth_timestamp oauth_token oauth_version realm q Q
item_id item2 item-x itemA item Item iteme recordType recordtype record_type record-type record.type a b A B a_b a-b ab
a.b a%5B0%5D a%5B1%5D ids[] ids[0] ids co-op coop co-opt it's its its' x-y xy _ _a -a 'a a- a=1 a=10 a=2 a1=1 a1 a~b a~
a~~b ZZ zz Zz zZ
"""
NUMBERS = "a10 a9 a2 a1 A3 b10 b9 ids[10] ids[2] ids[1] 10 9 1 2 100 1.5 x x1y2 x1y10 x2y1 page limit 1e1 9007199254740993 9007199254740992"
ACCENTS = "resume résumé Resume Résumé ab äb az Äz z ñ n o ö e é ê f E É ü u v"
SORTED = {
    "characters": [*map(chr, range(32, 127))],
    "names": NAMES.split(),
    "numbers": NUMBERS.split(),
    "accents": ACCENTS.split(),
    "beyond": ["😀", "\uff5e", "5", "z", "日", "\ue000"],
}
JARS = "libguava-java libspring-web-java libokhttp-java libhttpclient-java libcommons-codec-java"
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
    """How a program is run, in a folder with all of them, and what prints whose answers they are.

    ``suffix`` is put behind the name of each answer, where several versions of a platform are asked.
    """

    version: str
    encoders: str = ""
    sorts: str = ""
    suffix: str = ""


NODE = "echo Node $(node --version) $(cd $NODE_PATH && grep -H '\"version\": \"[0-9]' axios/package.json jquery/package.json qs/package.json | sed 's,/package.json:,,' | tr -d '\t\",')"
PERL = "perl -MURI -MMojolicious -e 'print \"Perl $^V, URI $URI::VERSION, Mojolicious $Mojolicious::VERSION\"'"
RUBY = "ruby -raddressable -e 'print \"Ruby #{RUBY_VERSION}, Addressable #{Addressable::VERSION::STRING}\"'"
JAVA = f"java --version | head -1; dpkg-query -W -f '${{Package}} ${{Version}}\\n' {JARS}"
MONO = "mono --version | head -1 | cut -d' ' -f1-5"
RUNTIMES = (
    Runtime(NODE, "node encoders.js", "node sorts.js"),
    Runtime("php -r 'echo \"PHP \", PHP_VERSION;'", "php encoders.php", "php sorts.php"),
    Runtime(PERL, "perl encoders.pl", "perl sorts.pl"),
    Runtime(RUBY, "ruby encoders.rb", "ruby sorts.rb"),
    Runtime(JAVA, "java -cp '/usr/share/java/*' Encoders.java", "java Sorts.java"),
    Runtime("go version | cut -d' ' -f3", "go run encoders.go"),
    Runtime("jq --version | grep -E '1\\.[56]'", "bash encoders_jq.sh jq", suffix=" before 1.7"),
    Runtime("jq-new --version", "bash encoders_jq.sh jq-new"),
    Runtime("bash -c 'echo Bash $BASH_VERSION'", "bash encoders.sh"),
    Runtime(MONO,
        "mcs -nowarn:618 -r:System.Web.dll -r:System.Net.Http.dll encoders.cs && mono encoders.exe",
        "mcs sorts.cs && mono sorts.exe"),
    Runtime("echo 'puts \"Tcl [info patchlevel], http [package require http]\"' | tclsh", "tclsh encoders.tcl"),
    Runtime("lua5.4 -e 'print(_VERSION .. \", \" .. require(\"socket\")._VERSION)'", "lua5.4 encoders.lua"),
    Runtime("Rscript -e 'cat(R.version.string)'", "Rscript encoders.R"),
    Runtime("/usr/bin/python3 -c 'import PyQt5.QtCore as core; print(\"Qt\", core.QT_VERSION_STR)'",
        "/usr/bin/python3 encoders_qt.py"),
    Runtime("echo Free Pascal $(fpc -iV)", "fpc -v0 -oencoders encoders.pas >&2 && ./encoders"),
    Runtime("rustc --version", "cargo run -q --offline"),
    Runtime("python2.7 --version 2>&1", "python2.7 encoders_python.py", suffix=", Python 2"),
    Runtime("python3.6 --version", "python3.6 encoders_python.py", suffix=" before 3.7"),
    Runtime(f"{sys.executable} --version", f"{sys.executable} encoders_python.py"),
    Runtime("sort --version | head -1; ldd --version | head -1", sorts="bash sorts.sh"),
)  # fmt: skip


def shell(command: str, folder: Path, given: str = "") -> str:
    """What a command prints; nothing if it cannot be run here."""
    environment = f"export LC_ALL=C.UTF-8 NODE_PATH={Path.cwd()}/node_modules; {command}"
    ran = subprocess.run(environment, shell=True, input=given, capture_output=True, text=True, check=False, cwd=folder)
    if ran.returncode:
        sys.stderr.write(f"not run: {command}\n{ran.stderr[-300:]}\n")
    return "" if ran.returncode else ran.stdout


def rows(command: str, folder: Path, texts: list[str]) -> dict[str, list[str | None]]:
    """The answers of a program by the name of the function: a line for each, every text in hex, "-" where it refused."""
    out = shell(command, folder, "".join(f"{text.encode().hex()}\n" for text in texts))
    answers = {}
    for line in out.splitlines():
        name, *became = line.split("\t")
        answers[name] = [None if text == "-" else bytes.fromhex(text).decode() for text in became]
    return answers


def ask(runtime: Runtime, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a runtime's encoders and sorts answer."""
    by = ", ".join(shell(runtime.version, folder).split("\n")).strip(", ")
    encoders: dict[str, Any] = {}
    sorts: dict[str, Any] = {}
    if by and runtime.encoders:
        for name, became in rows(runtime.encoders, folder, ENCODED).items():
            encoders[name + runtime.suffix] = {"by": by, "became": became}
    if by and runtime.sorts:
        for kind, texts in shuffled().items():
            for name, order in rows(runtime.sorts, folder, texts).items():
                sorts.setdefault(name, {"by": by})[kind] = order
    return encoders, sorts


def shuffled() -> dict[str, list[str]]:
    """What is sorted, in the order in which it is given: the same each time."""
    return {kind: random.Random(kind).sample(texts, len(texts)) for kind, texts in SORTED.items()}


def write(name: str, answers: dict[str, Any]) -> None:
    """A line for each function; what was recorded elsewhere stays."""
    path = ANSWERS / name
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    lines = [
        f"  {json.dumps(key)}: {json.dumps(answer, ensure_ascii=False)}"
        for key, answer in sorted((known | answers).items())
    ]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def main() -> None:
    """Ask all of them, and write both files."""
    encoders: dict[str, Any] = {}
    sorts: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "recorders"
        shutil.copytree(PROGRAMS, folder)
        (folder / "Cargo.toml").write_text(CARGO)
        for runtime in RUNTIMES:
            encoded, sorted_ = ask(runtime, folder)
            encoders |= encoded
            sorts |= sorted_
    write("encoders.json", encoders)
    write("sorts.json", sorts)


if __name__ == "__main__":
    main()
