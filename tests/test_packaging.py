"""What is shipped."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_the_base_install_is_three_libraries():
    """Everything else is an extra."""
    assert ["pytest>=8", "werkzeug>=3.1", "pytest-httpserver>=1.1.2"] == PROJECT["dependencies"]
    assert {"requests", "httpx", "httpx2", "tls", "xml", "all"} == set(PROJECT["optional-dependencies"])


def test_the_wheel_holds_the_package_and_nothing_else(tmp_path):
    """Every module, the type marker, the schema, the licence; no test, no docs."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())

    package = {f"{path.relative_to(ROOT)}" for path in (ROOT / "pytest_netsuite_tba").rglob("*") if path.is_file()}
    package = {name for name in package if "__pycache__" not in name}
    assert package == {name for name in names if name.startswith("pytest_netsuite_tba/")}
    assert {"pytest_netsuite_tba/py.typed", "pytest_netsuite_tba/account/account.schema.json"} <= names
    rest = {name.partition("/")[2] for name in names - package}
    assert {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"} == rest
