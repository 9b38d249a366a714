"""Print the table of ratios: ``python benchmarks/ratios.py``.

Ours and theirs are measured in turns, in one run, so that whatever else the machine does strikes both. A ratio is
the median over the rounds of theirs divided by ours: 2.0 means that ours takes half the time.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import throughput as wrk
from pairs import ANSWER, DEPLOY, NETSUITE_HEADERS, PAIRS, SCRIPT, TARGET, Pair
from searching import ROWS as SEARCHES
from searching import Extent

from pytest_netsuite_tba import Account, NetSuiteServer
from pytest_netsuite_tba.fake.core import Fake
from pytest_netsuite_tba.login.checks import RESTLET
from pytest_netsuite_tba.login.login import Login
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.wire import Limits
from pytest_netsuite_tba.wire.reader import Reader
from pytest_netsuite_tba.wire.response import response_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PLUGIN = "pytest_netsuite_tba.plugin"
HTTPSERVER = "pytest_httpserver.pytest_plugin"
SESSION_TESTS = 200
REQUESTS_A_SECOND = 20  # of account time: the ten minutes of the window hold 12,000, the histories 10,000


class Row(NamedTuple):
    """A line of the table."""

    what: str
    against: str
    measured: str
    target: str


def in_turns(first: Callable[[], float], second: Callable[[], float], rounds: int) -> tuple[float, float, float]:
    """Measure both in turns; gives the median of each, and the median of second / first."""
    pairs = []
    for number in range(rounds):
        if number % 2:
            pairs.append((first(), second()))
        else:
            pairs.append((second(), first())[::-1])
    ours, theirs = zip(*pairs, strict=True)
    return (
        statistics.median(ours),
        statistics.median(theirs),
        statistics.median(pair[1] / pair[0] for pair in pairs),
    )


def ratio(pair: Pair, rounds: int) -> Row:
    """Measure one pair."""

    def timed(call: Callable[[object], object]) -> float:
        arguments = [pair.prepare() for _ in range(pair.number)]
        begin = time.perf_counter()
        for argument in arguments:
            call(argument)
        return (time.perf_counter() - begin) / pair.number

    timed(pair.ours)
    timed(pair.theirs)
    ours, theirs, factor = in_turns(lambda: timed(pair.ours), lambda: timed(pair.theirs), rounds)
    target = f"{pair.target:g}x or more" if pair.target else "none"
    return Row(pair.what, pair.against, f"{factor:.2f}x ({_time(ours)} / {_time(theirs)})", target)


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:.0f} us" if seconds < 1e-3 else f"{seconds * 1e3:.1f} ms"


# -- a session of many tests -----------------------------------------------------------------------------------------

WITH_OUR_CLIENT = f"""
import pytest
@pytest.mark.parametrize("number", range({SESSION_TESTS}))
def test_one(number, netsuite, netsuite_requests):
    netsuite.deploy({SCRIPT!r}, {DEPLOY!r}, get={{"number": number}})
    url = netsuite.restlet_url({SCRIPT!r}, {DEPLOY!r})
    assert netsuite_requests.get(url).json() == {{"number": number}}
"""
WITH_OURS = f"""
import pytest, requests
@pytest.mark.parametrize("number", range({SESSION_TESTS}))
def test_one(number, netsuite):
    netsuite.deploy({SCRIPT!r}, {DEPLOY!r}, get={{"number": number}})
    url = netsuite.restlet_url({SCRIPT!r}, {DEPLOY!r})
    headers = {{"Authorization": netsuite.credentials.authorization("GET", url), "Content-Type": "application/json"}}
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(url, headers=headers).json() == {{"number": number}}
"""
WITH_NOTHING_BEHIND = f"""
import pytest, requests
from pytest_netsuite_tba.wire.listener import Listener
HEADERS = {[*NETSUITE_HEADERS.items(), ("Content-Type", "application/json"), ("Content-Length", "2")]!r}
def app(environ, start_response):
    start_response("200 OK", HEADERS)
    return [b"{{}}"]
@pytest.fixture
def url():
    listener = Listener(app, "127.0.0.1", 0)
    listener.start()
    yield f"http://127.0.0.1:{{listener.port}}/"
    listener.stop()
@pytest.mark.parametrize("number", range({SESSION_TESTS}))
def test_one(number, url):
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(url).json() == {{}}
"""
WITH_THEIRS = f"""
import pytest, requests
@pytest.mark.parametrize("number", range({SESSION_TESTS}))
def test_one(number, httpserver):
    httpserver.expect_request("/restlet").respond_with_json({{"number": number}})
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(httpserver.url_for("/restlet")).json() == {{"number": number}}
"""


def session_of_tests(rounds: int, ours: str, what: str, target: str = "1x or more") -> Row:
    """Run a whole pytest whose tests are ``ours``, and one with ``httpserver``."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "pytest.ini").write_text("[pytest]\n")
        (root / "test_ours.py").write_text(ours)
        (root / "test_theirs.py").write_text(WITH_THEIRS)

        def run(file: str, *plugins: str) -> float:
            options = [option for name in plugins for option in ("-p", name)]
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, file]
            begin = time.perf_counter()
            done = subprocess.run(command, cwd=root, env=_environ(), capture_output=True, text=True, check=False)
            taken = time.perf_counter() - begin
            if f"{SESSION_TESTS} passed" not in done.stdout:
                raise RuntimeError(done.stdout + done.stderr)
            return taken

        own, theirs, factor = in_turns(
            lambda: run("test_ours.py", HTTPSERVER, PLUGIN), lambda: run("test_theirs.py", HTTPSERVER), rounds
        )
    return Row(
        f"session of {SESSION_TESTS} tests, a request each, {what}",
        "pytest-httpserver's `httpserver`",
        f"{factor:.2f}x ({_time(own)} / {_time(theirs)})",
        target,
    )


def _environ() -> dict[str, str]:
    """Only the plugins that are named are loaded, and bytecode is kept, as pip keeps it for whatever it installs."""
    unwanted = ("PYTEST_", "PYTHONDONTWRITEBYTECODE")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def throughput(rounds: int, *, tls: bool) -> Row:
    """Requests a second over eight connections; each side in a process of its own."""
    what = f"{wrk.CONNECTIONS} connections of wrk{', TLS' if tls else ''}"
    against, target = "pytest-httpserver", "4x or more" if tls else "none"
    if not wrk.available():
        return Row(what, against, "wrk is not installed", target)
    theirs, ours, factor = in_turns(lambda: wrk.side("theirs", tls=tls), lambda: wrk.side("ours", tls=tls), rounds)
    return Row(what, against, f"{factor:.2f}x ({ours:.0f} / {theirs:.0f} a second)", target)


# -- what loading the plugin costs -----------------------------------------------------------------------------------


def import_time(rounds: int) -> Row:
    """Import our entry module after pytest and its own plugins; count the modules it adds, and their time."""
    pytests_own = "from _pytest.config import get_config; get_config()"

    def imported(code: str) -> dict[str, int]:
        command = [sys.executable, "-X", "importtime", "-c", code]
        done = subprocess.run(command, env=_environ(), capture_output=True, text=True, check=True)
        lines = re.findall(r"^import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)$", done.stderr, re.MULTILINE)
        return {name: int(cost) for cost, name in lines}

    alone = imported(pytests_own)

    def added() -> dict[str, int]:
        return {name: cost for name, cost in imported(f"{pytests_own}; import {PLUGIN}").items() if name not in alone}

    added()  # writes the bytecode
    runs = [added() for _ in range(rounds)]
    milliseconds = statistics.median(sum(run.values()) for run in runs) / 1e3
    return Row(
        "`-X importtime` of the plugin",
        "beyond pytest's own",
        f"{milliseconds:.2f} ms, {len(runs[0])} modules ({', '.join(runs[0])})",
        "at most 3 ms, 5 modules",
    )


# -- memory ----------------------------------------------------------------------------------------------------------


def allocated(requests: int, steps: int = 10) -> Iterator[tuple[int, int, float | None]]:
    """Let ``requests`` in, the clock advancing; gives at each step the count, Python's blocks and the RSS in MB."""
    account = Account()
    netsuite = NetSuiteServer(account)
    credentials, fake = netsuite.credentials, Fake([account])
    account.clock.freeze("2026-01-01T00:00:00Z")
    host = account.restlets_host
    for number in range(1, requests + 1):
        authorization = credentials.authorization("GET", f"https://{host}{TARGET}")
        headers = (("Host", host), ("Content-Type", "application/json"), ("Authorization", authorization))
        attempt = fake.judge(SignedRequest(method="GET", target=TARGET, host=host, headers=headers))
        assert attempt.accepted, attempt
        account.clock.advance(seconds=1 / REQUESTS_A_SECOND)
        if number % (requests // steps) == 0:
            yield number, sys.getallocatedblocks(), _resident()


def _resident() -> float | None:
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20 if status.exists() else None


def memory(requests: int) -> Row:
    """Compare the memory once the window is full with the memory at the end."""
    full = 600 * REQUESTS_A_SECOND + REQUESTS_A_SECOND
    steps = [step for step in allocated(requests) if step[0] >= full]
    (_, blocks, resident), (_, last_blocks, last_resident) = steps[0], steps[-1]
    grown = f"{(last_blocks / blocks - 1) * 100:+.1f} % blocks"
    if resident is not None and last_resident is not None:
        grown += f", RSS {resident:.0f} -> {last_resident:.0f} MB"
    return Row(f"{requests:,} accepted requests", "memory since the window was full", grown, "flat")


def bytes_to_bytes(rounds: int) -> Row:
    """How long a request takes from its bytes to those of its answer, without a socket, as a multiple of one verify."""
    netsuite = NetSuiteServer()
    netsuite.deploy(SCRIPT, DEPLOY, get=ANSWER)
    account, credentials, fake = netsuite.account, netsuite.credentials, Fake([netsuite.account])
    host, reader = account.restlets_host, Reader(Limits())

    def signed() -> tuple[str, bytes]:
        authorization = credentials.authorization("GET", f"https://{host}{TARGET}")
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers_with(authorization))
        return authorization, f"GET {TARGET} HTTP/1.1\r\n{lines}\r\n".encode()

    def headers_with(authorization: str) -> tuple[tuple[str, str], ...]:
        return ("Host", host), ("Content-Type", "application/json"), ("Authorization", authorization)

    def served(raw: bytes) -> None:
        reader.feed(raw)
        head, body = reader.head(), reader.body()
        request = SignedRequest(
            method=head.method, target=head.target, host=host, headers=head.headers, body=body, scheme="https"
        )
        reply = fake.call(request).reply
        assert reply.status == 200, reply
        response_bytes(head, "200 OK", reply.headers, reply.body)

    def verify(authorization: str) -> None:  # as the row of that name does
        request = SignedRequest(method="GET", target=TARGET, host=host, headers=headers_with(authorization))
        fake.gate.judge(Login(request, account, fake.gate.nonces[account.id]), RESTLET)

    def median(call: Callable[[Any], object], made: list[Any]) -> float:
        times = []
        for request in made:
            begin = time.perf_counter()
            call(request)
            times.append(time.perf_counter() - begin)
        return statistics.median(times)

    times = []
    for _ in range(rounds):
        made = [signed() for _ in range(600)]
        times.append((median(served, [raw for _, raw in made[:300]]), median(verify, [one for one, _ in made[300:]])))
    factor = statistics.median(whole / verify for whole, verify in times)
    measured = f"{factor:.2f} times as long ({_time(statistics.median(whole for whole, _ in times))})"
    return Row("a request from bytes to bytes, on the core", "one verify", measured, "at most 2.3")


def diagnosis(name: str, rounds: int) -> Row:
    """A row of ``searching.py``, which has more of them, and compares them with those of another checkout."""
    row = SEARCHES[name]
    return Row(f"diagnosis: {row.what}", "one verify", row.measure(Extent(rounds=rounds)).said, row.target)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15, help="rounds of each pair (default 15)")
    parser.add_argument("--sessions", type=int, default=7, help="rounds of whole pytest sessions (default 7)")
    parser.add_argument(
        "--requests", type=int, default=50_000, help="requests for the memory row (default 50000; the goal: 1000000)"
    )
    parser.add_argument("--only", default="", help="only rows whose name contains this")
    options = parser.parse_args()
    if options.requests < 30_000:
        parser.error("--requests: at least 30000, for the window to fill")

    def pair_row(make: Callable[..., object]) -> Row:
        with make() as pair:
            return ratio(pair, options.rounds)

    rows: dict[str, Callable[[], Row]] = {make.__name__: lambda make=make: pair_row(make) for make in PAIRS}
    rows["session"] = lambda: session_of_tests(options.sessions, WITH_OURS, "plain requests")
    rows["session_client"] = lambda: session_of_tests(options.sessions, WITH_OUR_CLIENT, "`netsuite_requests`")
    rows["session_floor"] = lambda: session_of_tests(
        options.sessions, WITH_NOTHING_BEHIND, "floor: a listener with a ready-made answer", "none"
    )
    rows["throughput"] = lambda: throughput(options.sessions, tls=False)
    rows["throughput_tls"] = lambda: throughput(options.sessions, tls=True)
    rows["diagnosis_singles"] = lambda: diagnosis("singles", options.rounds)
    rows["diagnosis_pairs"] = lambda: diagnosis("pairs", options.rounds)
    rows["bytes"] = lambda: bytes_to_bytes(options.rounds)
    rows["import"] = lambda: import_time(options.sessions)
    rows["memory"] = lambda: memory(options.requests)
    print("| what | against | measured: ratio (ours / theirs) | target |\n|---|---|---|---|", flush=True)
    for name, row in rows.items():
        if options.only in name:
            print(f"| {' | '.join(row())} |", flush=True)


if __name__ == "__main__":
    main()
