"""Print what many tokens cost: ``python benchmarks/records.py [--tokens 100 1000 10000 100000]``.

Each figure is a multiple of what the first number of tokens costs, measured in the same run: a curve that is flat is 1.
Times are medians, by the time of this process, in turns over the numbers, so that whatever else the machine does strikes
all or none.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import statistics
import tracemalloc
from dataclasses import dataclass, field
from time import process_time
from typing import TYPE_CHECKING

from pytest_netsuite_tba import Account, NetSuiteServer
from pytest_netsuite_tba.fake.core import Fake
from pytest_netsuite_tba.login.request import SignedRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_netsuite_tba.login.audit_trail import LoginAttempt

TOKENS = (100, 1_000, 10_000, 100_000)
TARGET = "/app/site/hosting/restlet.nl?script=customscript_echo&deploy=customdeploy_echo"
NOW = 1_790_000_000
KEPT = 200  # refusals over which the bytes are counted
_NAMES = itertools.count()


@dataclass
class Side:
    """A fake whose account has so many tokens; the last of them logs in."""

    tokens: int
    account: Account = field(init=False)
    fake: Fake = field(init=False)

    def __post_init__(self) -> None:
        self.account = Account()
        self.account.clock.freeze(NOW)
        for _ in range(self.tokens):
            self.create()
        self.fake = Fake([self.account])
        last = list(self.account.tokens.values())[-1]
        self.credentials = NetSuiteServer(self.account).credentials_for(last)
        self.login()  # what is made of all secrets is made once

    def create(self) -> None:
        """Create a token."""
        self.account.create_token(name=f"of the benchmark {next(_NAMES)}")

    def _judge(self, spoil: str = "") -> LoginAttempt:
        host = self.account.restlets_host
        header = self.credentials.authorization("GET", f"https://{host}{TARGET}")
        headers = (("Host", host), ("Authorization", header.replace('oauth_signature="', f'oauth_signature="{spoil}')))
        return self.fake.judge(SignedRequest(method="GET", target=TARGET, host=host, headers=headers))

    def login(self) -> None:
        """Let the last token in, its request signed here."""
        assert self._judge().accepted

    def refusal(self) -> None:
        """Refuse a wrong signature of the last token."""
        assert not self._judge(spoil="A").accepted

    def kept(self) -> float:
        """How many bytes a refusal keeps, however many the trail has."""
        self.refusal()
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(KEPT):
            self.refusal()
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return (after - before) / KEPT


def timed(call: Callable[[], None], times: int = 20) -> float:
    """Seconds of one call, of so many."""
    gc.collect()
    gc.disable()
    begin = process_time()
    for _ in range(times):
        call()
    taken = (process_time() - begin) / times
    gc.enable()
    return taken


def row(what: str, figures: list[float], unit: str) -> str:
    """A line of the table: the first figure, and the others as multiples of it."""
    first, *others = figures
    return f"| {what} | {first:,.0f} {unit} | {' | '.join(f'{other / first:.2f}' for other in others)} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, nargs="+", default=TOKENS, help="numbers of tokens")
    parser.add_argument("--rounds", type=int, default=15, help="rounds of each row (default 15)")
    options = parser.parse_args()
    sides = [Side(number) for number in options.tokens]
    print(f"| what | {' | '.join(f'{number:,} tokens' for number in options.tokens)} |")
    print(f"|---|{'---|' * len(sides)}")
    for what, name in (("a login", "login"), ("a refusal", "refusal")):
        rounds = [[timed(getattr(side, name)) for side in sides] for _ in range(options.rounds)]
        print(row(what, [statistics.median(times) * 1e6 for times in zip(*rounds, strict=True)], "us"), flush=True)
    print(row("bytes that a refusal keeps", [side.kept() for side in sides], "bytes"), flush=True)
    rounds = [[timed(side.create) for side in sides] for _ in range(options.rounds)]
    print(row("creating a token", [statistics.median(times) * 1e6 for times in zip(*rounds, strict=True)], "us"))


if __name__ == "__main__":
    main()
