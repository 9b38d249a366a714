"""Requests a second over eight connections, by wrk: ours by real, signed logins, theirs verifying nothing."""

from __future__ import annotations

import logging
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pairs import ANSWER, DEPLOY, SCRIPT, TARGET
from pytest_httpserver import HTTPServer

from pytest_netsuite_tba import NetSuiteServer
from pytest_netsuite_tba.reach.authority import CertificateAuthority

if TYPE_CHECKING:
    import ssl

logging.getLogger("werkzeug").setLevel(logging.ERROR)  # pytest-httpserver's line a request would cost it time

CONNECTIONS = 8
SECONDS = 2
_SIGNED = 20_000  # more than are sent in that time: a header is good for one request

_LUA = """
local number, headers = 0, {}
for line in io.lines("%s") do headers[#headers + 1] = line end
request = function()
  number = number + 1
  return wrk.format("GET", nil, {["Authorization"] = headers[number], ["Content-Type"] = "application/json"})
end
done = function(summary) io.write(string.format("failed %%d\\n", summary.errors.status)) end
"""


def wrk(url: str, headers: list[str]) -> float:
    """Give the requests a second that were answered, each with a header of its own.

    Raises:
        RuntimeError: one was not answered with 200.

    """
    with tempfile.TemporaryDirectory() as folder:
        lines, script = Path(folder) / "headers", Path(folder) / "signed.lua"
        lines.write_text("\n".join(headers))
        script.write_text(_LUA % lines)
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script), url]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "failed 0" not in out:
        raise RuntimeError(out)
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    assert found is not None, out
    return float(found.group(1))


def ours(context: ssl.SSLContext | None) -> float:
    """Our server in this process, every request verified."""
    with NetSuiteServer(ssl_context=context) as netsuite:
        netsuite.deploy(SCRIPT, DEPLOY, get=ANSWER)
        url = netsuite.url + TARGET
        return wrk(url, [netsuite.credentials.authorization("GET", url) for _ in range(_SIGNED)])


def theirs(context: ssl.SSLContext | None) -> float:
    """pytest-httpserver in this process, as its own fixture makes it, the same JSON."""
    with HTTPServer(port=0, ssl_context=context) as server:
        server.expect_request(TARGET.partition("?")[0]).respond_with_json(ANSWER)
        return wrk(server.url_for("") + TARGET.removeprefix("/"), ["OAuth"] * _SIGNED)


def side(name: str, *, tls: bool) -> float:
    """Measure one side in a process of its own."""
    done = subprocess.run([sys.executable, __file__, name, str(tls)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return float(done.stdout)


def available() -> bool:
    """Whether wrk is installed (Debian: ``apt-get install wrk``)."""
    return shutil.which("wrk") is not None


if __name__ == "__main__":
    measured = {"ours": ours, "theirs": theirs}[sys.argv[1]]
    print(measured(CertificateAuthority().context() if sys.argv[2] == "True" else None))
