"""Print what the search for a mistake takes: ``python benchmarks/searching.py [--before CHECKOUT]``.

The unit is one verify: how long a right request of the same kind takes to be judged. It is measured in turns with the
search, and both by the time of this process, so that whatever else the machine does strikes both or neither. With
``--before`` the same rows are measured with the package of another checkout as well, row by row in turns, each in a
process of its own; it may be older than the search by likelihood.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_plus

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.mis_signers import WRONG, Signer

from pytest_netsuite_tba import Account
from pytest_netsuite_tba.captures import read
from pytest_netsuite_tba.captures.judge import Judge
from pytest_netsuite_tba.captures.searching import search_all
from pytest_netsuite_tba.diagnosis import pipeline as pipelines
from pytest_netsuite_tba.diagnosis import search as searches
from pytest_netsuite_tba.fake.core import Fake
from pytest_netsuite_tba.login.request import SignedRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.login.facts import Facts

ROOT = Path(__file__).resolve().parent.parent
NOW = 1_790_000_000
WHEN = "2026-09-21T14:13:20Z"
IS_BEFORE = hasattr(searches, "candidates")  # the search tried recipes by their number, for some seconds
PAIRS_BEFORE = 31_284  # of the request below; twice as many candidates are to be as fast
SEED, MOST_TRIPLES = 16, 100
MOST_ANEW = 10_000  # base strings made anew
VERIFIES, VERIFIES_OF_HAR = 100, 20  # whose median is one verify, each time that one is measured
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request without its header."""

    path: str
    query: str
    method: str = "GET"
    host: str = "1234567-sb1.restlets.api.netsuite.com"
    body: str = ""
    content_type: str = JSON


RESTLET = Call(
    path="/app/site/hosting/restlet.nl",
    query="script=customscript_orders&deploy=customdeploy_orders&number=SO-1001&note=a%20b",
)
RECORDS = Call(
    path="/services/rest/record/v1/customer",
    query="q=companyName%20CONTAIN%20Alpha&limit=50&offset=100",
    host="1234567-sb1.suitetalk.api.netsuite.com",
)
BODY = '{"id": 7, "lines": [1, 2], "note": "x y", "ok": true}'  # as the wrong signer has it
HAR_OF = (  # the kinds of requests of the HAR file
    RESTLET,
    RECORDS,
    replace(RESTLET, query="script=1&deploy=1"),
    replace(RESTLET, query="script=1&deploy=1&q=O%27Neil%20caf%C3%A9&ids=1&ids=2&empty=&page=3"),
    replace(RESTLET, method="POST", body=BODY),
    replace(RESTLET, method="POST", body="name=Alpha+%26+Co&city=Z%C3%BCrich", content_type=FORM),
)

# The catalogue's ten most sighted mistakes of a signature, and what each needs of a request to be seen.
MOST_SIGHTED: dict[str, Callable[[Call], Call]] = {
    "realm-in-base-string": lambda call: call,
    "js-encodeuricomponent": lambda call: replace(call, query=call.query + "&customer=O%27Neil"),
    "query-not-signed": lambda call: call,
    "json-body-as-params": lambda call: replace(call, method="POST", body=BODY),
    "plus-for-space": lambda call: call,
    "signature-plus-not-encoded": lambda call: call,
    "repeated-names-lost": lambda call: replace(call, query=call.query + "&item=7&item=8"),
    "key-consumer-secret-only": lambda call: call,
    "custom-port-dropped": lambda call: replace(call, host=call.host + ":8443"),
    "key-no-ampersand": lambda call: call,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is measured.

    Attributes:
        rounds: of each row.
        budget: how many times the default budget.
        triples: how many of the list.
        requests: of the HAR file.
        is_verbose: say which triples were not named, and what was said.
    """

    rounds: int = 5
    budget: float = 1.0
    triples: int = MOST_TRIPLES
    requests: int = 1000
    is_verbose: bool = False


class Measured(NamedTuple):
    """What a row gives: the figure that its target is about, and how the table says it."""

    figure: float
    said: str


class Desk:
    """Signs requests, rightly and wrongly, and has them judged by one account."""

    def __init__(self) -> None:
        self.account = Account("1234567_SB1")
        self.account.clock.freeze(NOW)
        self.token = next(iter(self.account.tokens.values()))
        self.fake = Fake([self.account])
        self._numbers = itertools.count()

    def signer(self, call: Call, number: int) -> Signer:
        """A right signer of a call; the number makes its nonce."""
        integration = self.token.integration
        header = {
            "oauth_consumer_key": integration.consumer_key,
            "oauth_token": self.token.id,
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(NOW),
            "oauth_nonce": hashlib.sha256(str(number).encode()).hexdigest()[:32],
            "oauth_version": "1.0",
        }
        return Signer(
            method=call.method, scheme="https", host=call.host, path=call.path, query=call.query, header=header, realm="1234567_SB1",
            consumer_secret=integration.consumer_secret, token_secret=self.token.secret,
            form=call.body if call.content_type == FORM else "",
        )  # fmt: skip

    def right(self, call: Call) -> SignedRequest:
        return request(call, self.signer(call, next(self._numbers)).authorization())

    def with_wrong_secret(self, call: Call) -> SignedRequest:
        """Signed with a token secret that nobody knows."""
        signer = self.signer(call, next(self._numbers))
        signer.token_secret = "f" * len(signer.token_secret)
        return request(call, signer.authorization())

    def wrong(self, call: Call, names: tuple[str, ...]) -> SignedRequest | None:
        """Signed with these mistakes; None where not each of them can be seen: the signature is the same without it."""
        for _ in range(100):  # until a signature has a plus, where one is to be sent raw
            signer = self.signer(call, next(self._numbers))
            made, *others = (_misled(signer, some) for some in (names, *itertools.combinations(names, len(names) - 1)))
            if unquote_plus(made) not in map(unquote_plus, others):  # a plus that stands raw is read as a space
                return request(call, made)
            if "signature-plus-not-encoded" not in names:
                break
        return None

    def judged(self, sent: SignedRequest) -> LoginAttempt:
        return self.fake.judge(sent)

    def refused(self, call: Call) -> Facts:
        """The facts of a request with a wrong secret."""
        facts = self.judged(self.with_wrong_secret(call)).facts
        assert facts is not None
        return facts

    def verify(self, call: Call, number: int = VERIFIES) -> float:
        """How long one verify takes, in seconds of this process: the median of so many."""
        made = [self.right(call) for _ in range(number)]
        assert self.judged(self.right(call)).accepted
        return statistics.median(took(lambda sent=sent: self.judged(sent)) for sent in made)


def request(call: Call, authorization: str) -> SignedRequest:
    headers = (("Host", call.host), ("Content-Type", call.content_type), ("Authorization", authorization))
    target = f"{call.path}?{call.query}"
    return SignedRequest(
        method=call.method, target=target, host=call.host, headers=headers, body=call.body.encode(), scheme="https"
    )


def _misled(signer: Signer, names: tuple[str, ...]) -> str:
    """The header by a signer that makes these mistakes."""
    wrong = deepcopy(signer)
    for name in sorted(names, key=lambda name: WRONG[name][0] == "query"):  # it takes what the others left
        WRONG[name][1](wrong)
    return wrong.authorization()


def needing(call: Call, names: tuple[str, ...]) -> Call:
    """A call at which these mistakes can be seen."""
    for name in names:
        call = MOST_SIGHTED[name](call)
    return call


def took(call: Callable[[], object]) -> float:
    begin = process_time()
    call()
    return process_time() - begin


def is_named(attempt: LoginAttempt, names: tuple[str, ...]) -> bool:
    """Whether one of the readings is exactly these mistakes."""
    diagnosis = attempt.diagnosis
    readings = (diagnosis.mistakes, *diagnosis.also_consistent)
    return any({mistake.id for mistake in reading} == set(names) for reading in readings)


# -- the rows --------------------------------------------------------------------------------------------------------


def singles(extent: Extent) -> Measured:
    """Each of the most sighted mistakes is named; the mean of their medians."""
    desk, medians, named = Desk(), [], 0
    for name in MOST_SIGHTED:
        call = needing(RESTLET, (name,))
        ratios = []
        for _ in range(extent.rounds + 1):  # the first one warms up
            attempt = desk.judged(desk.wrong(call, (name,)))
            ratios.append(took(attempt.diagnose) / desk.verify(call))
        named += is_named(attempt, (name,))
        medians.append(statistics.median(ratios[1:]))
    mean = statistics.mean(medians)
    return Measured(
        mean, f"{mean:.0f} verifies ({min(medians):.0f} to {max(medians):.0f}); {named} of {len(medians)} named"
    )


def pairs(extent: Extent) -> Measured:
    """Nothing is found: how long so many candidates take; before, all single mistakes and pairs of common ones."""
    budget = 0.0 if IS_BEFORE else _budget_of(2 * PAIRS_BEFORE, extent.budget)
    ratio, made = _searched(extent, _every_pair if IS_BEFORE else partial(_search, budget=budget))
    return Measured(ratio, f"{ratio:,.0f} verifies for {made:,} candidates")


def whole_budget(extent: Extent) -> Measured:
    """Nothing is found, and the budget ends the search."""
    ratio, made = _searched(extent, partial(_search, budget=extent.budget))
    return Measured(ratio, f"{ratio:,.0f} verifies for {made:,} candidates")


def _searched(extent: Extent, search: Callable[[Facts], int]) -> tuple[float, int]:
    desk, ratios, made = Desk(), [], 0
    for _ in range(extent.rounds):
        facts = desk.refused(RESTLET)
        before = desk.verify(RESTLET)
        begin = process_time()
        made = search(facts)
        spent = process_time() - begin
        ratios.append(spent / statistics.mean((before, desk.verify(RESTLET))))
    return statistics.median(ratios), made


def _search(facts: Facts, *, budget: float) -> int:
    """Search; how many candidates were tried."""
    made: int = searches.search(_pipeline(facts), budget=budget).made
    return made


def _every_pair(facts: Facts) -> int:
    """Before: every single mistake, and every pair but of rare ones."""
    pipeline, made = _pipeline(facts), 0
    for recipe in itertools.chain(searches.candidates(pipeline, 1), searches.candidates(pipeline, 2)):
        pipeline.signature(recipe)
        made += 1
    return made


def _pipeline(facts: Facts):
    return pipelines.Pipeline(facts) if IS_BEFORE else pipelines.pipeline_of(facts)


def _budget_of(candidates: int, most: float) -> float:
    """The budget within which so many candidates are tried, or a few more; at most ``most``. Work is no clock's."""
    facts, low, high = Desk().refused(RESTLET), 0.0, most
    while high - low > most / 200:
        middle = (low + high) / 2
        low, high = (low, middle) if _search(facts, budget=middle) >= candidates else (middle, high)
    return high


def all_triples() -> Iterator[tuple[Call, tuple[str, ...]]]:
    """Every three of the most sighted mistakes that can be seen together, at two requests."""
    desk = Desk()
    for call, names in itertools.product((RESTLET, RECORDS), itertools.combinations(MOST_SIGHTED, 3)):
        if len({WRONG[name][0] for name in names}) == 3 and desk.wrong(needing(call, names), names) is not None:
            yield needing(call, names), names


def fixed_triples(number: int) -> list[tuple[Call, tuple[str, ...]]]:
    """The first of the list of 100, which the seed fixes."""
    return random.Random(SEED).sample(list(all_triples()), MOST_TRIPLES)[:number]


def triples(extent: Extent) -> Measured:
    """How many of the fixed list are named within the budget."""
    desk, named, ratios = Desk(), 0, []
    for call, names in fixed_triples(extent.triples):
        attempt = desk.judged(desk.wrong(call, names))
        ratios.append(took(partial(attempt.diagnose, budget=extent.budget)) / desk.verify(call))
        is_found = is_named(attempt, names)
        named += is_found
        if extent.is_verbose and not is_found:
            said = " + ".join(mistake.id for mistake in attempt.diagnosis.mistakes) or "nothing"
            print(f"{call.method} {call.host}: {' + '.join(names)}: {said}", file=sys.stderr)
    return Measured(named, f"{named} of {len(ratios)} named; a mean of {statistics.mean(ratios):,.0f} verifies")


def candidate(extent: Extent) -> Measured:
    """The mean candidate of a search that finds nothing, against a bare HMAC of the right base string."""
    desk, ratios = Desk(), []
    for _ in range(extent.rounds):
        facts = desk.refused(RESTLET)
        bare = _bare_hmac(desk, [_right_base(facts)] * 2000)
        begin = process_time()
        made = _search(facts, budget=extent.budget)
        spent = (process_time() - begin) / made
        ratios.append(spent / statistics.mean((bare, _bare_hmac(desk, [_right_base(facts)] * 2000))))
    ratio = statistics.median(ratios)
    return Measured(ratio, f"{ratio:.1f} times a bare HMAC")


def candidate_anew(extent: Extent) -> Measured:
    """Candidates of two mistakes that change the same part: the base string and its HMAC, against its HMAC alone."""
    desk, ratios = Desk(), []
    for _ in range(extent.rounds):
        make, recipes = _anew(desk.refused(RESTLET))
        bases: list[bytes] = []
        spent = took(lambda make=make, recipes=recipes, bases=bases: bases.extend(map(make, recipes)))
        bare = _bare_hmac(desk, bases)
        ratios.append((spent / len(bases) + bare) / bare)
    ratio = statistics.median(ratios)
    return Measured(ratio, f"{ratio:.1f} times a bare HMAC")


def _bare_hmac(desk: Desk, bases: list[bytes]) -> float:
    """The mean HMAC of these base strings, in seconds."""
    key = f"{desk.token.integration.consumer_secret}&{desk.token.secret}".encode()
    begin = process_time()
    for base in bases:
        hmac.digest(key, base, "sha256")
    return (process_time() - begin) / len(bases)


def _right_base(facts: Facts) -> bytes:
    pipeline = _pipeline(facts)
    made: bytes = pipeline.base_string(pipeline.right).encode() if IS_BEFORE else pipeline.base(())
    return made


def _anew(facts: Facts) -> tuple[Callable[[object], bytes], list[object]]:
    """What makes a base string, and the likeliest recipes of two deviations that both change the parameters."""
    pipeline = _pipeline(facts)
    if IS_BEFORE:
        of_parameters = range(pipeline.stages.index("query"), pipeline.stages.index("joiner") + 1)
        recipes = [
            recipe
            for recipe in searches.candidates(pipeline, 2)
            if all(at in of_parameters for at, option in enumerate(recipe) if option)
        ]
        return lambda recipe: pipeline.base_string(recipe).encode(), recipes[:MOST_ANEW]
    pipeline.add_late_stages()
    stages = {stage.name for stage in pipeline.stages if stage.parts == ("parameters",)}
    changing = [found for found in pipeline.deviations if found.stage in stages and not found.option.parts]
    recipes = [pair for pair in itertools.combinations(changing, 2) if pair[0].stage != pair[1].stage]
    recipes.sort(key=lambda pair: pair[0].cost + pair[1].cost)
    return pipeline.base, recipes[:MOST_ANEW]


def har(extent: Extent) -> Measured:
    """A HAR file of requests with a wrong secret, read, judged and searched as ``netsuite-tba explain`` does it."""
    desk = Desk()
    calls = [HAR_OF[number % len(HAR_OF)] for number in range(extent.requests)]
    text = json.dumps({"log": {"entries": [_entry(call, desk.with_wrong_secret(call)) for call in calls]}})
    verifies: list[float] = []
    spent: list[float] = []
    begin = process_time()
    judge = Judge([desk.account])
    captures = read(text)
    attempts = [judge.judge(capture.request, capture.time, unsure=capture.unsure) for capture in captures]
    in_all = process_time() - begin
    since = process_time()

    def step() -> None:
        nonlocal since
        spent.append(process_time() - since)
        verifies.append(desk.verify(calls[len(verifies)], VERIFIES_OF_HAR))
        since = process_time()

    search_all(attempts, budget=extent.budget, step=step)
    in_all += sum(spent) + process_time() - since
    mean, most = in_all / sum(verifies), max(map(lambda search, verify: search / verify, spent, verifies))
    whole = sum({"single mistakes", "likely pairs"} <= set(attempt.diagnosis.tried) for attempt in attempts)
    return Measured(
        mean,
        f"{mean:,.0f} verifies each, {most:,.0f} at most; singles and likeliest pairs tried of {whole:,} of {len(attempts):,}",
    )


def _entry(call: Call, sent: SignedRequest) -> dict[str, object]:
    """An entry of a HAR file."""
    post = {"postData": {"mimeType": call.content_type, "text": call.body}} if call.body else {}
    return {
        "startedDateTime": WHEN,
        "request": {
            "method": call.method, "url": f"https://{call.host}{call.path}?{call.query}",
            "headers": [{"name": name, "value": value} for name, value in sent.headers], **post,
        },
    }  # fmt: skip


class Row(NamedTuple):
    """A line of the table: what it is about, what it is to be, what measures it."""

    what: str
    target: str
    measure: Callable[[Extent], Measured]


ROWS = {
    "singles": Row("one common mistake named: mean of the ten most sighted", "50 verifies", singles),
    "pairs": Row("every single and every pair; now the likeliest candidates, twice as many", "as many verifies", pairs),
    "budget": Row("the whole default budget, nothing found", "none", whole_budget),
    "triples": Row("triples of the ten most sighted", "70 of 100", triples),
    "candidate": Row("one candidate, the mean of a whole budget", "at most 4 times", candidate),
    "anew": Row("one candidate whose base string is made anew", "at most 4 times", candidate_anew),
    "har": Row("a HAR file of wrong requests", "at most 15,000 verifies each, all tried", har),
}


# -- the command -----------------------------------------------------------------------------------------------------


def measured(name: str, checkout: Path, extent: Extent) -> Measured:
    """Measure a row with the package of a checkout, in a process of its own."""
    given = [f"--{option}={getattr(extent, option)}" for option in ("rounds", "budget", "triples", "requests")]
    if extent.is_verbose and checkout == ROOT:
        given.append("--verbose")
    command = [sys.executable, __file__, "--row", name, *given]
    environ = os.environ | {"PYTHONPATH": str(checkout), "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"The row {name!r} failed with the package of {checkout}.")
    package, *row = json.loads(done.stdout)
    if checkout.resolve() not in Path(package).resolve().parents:
        sys.exit(f"--before {checkout}: no checkout of the package; {package} was measured instead")
    return Measured(*row)


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path, metavar="CHECKOUT", help="measure the package of this checkout too")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each row (default 5)")
    parser.add_argument("--only", default="", help=f"only rows whose name contains this: {', '.join(ROWS)}")
    parser.add_argument("--budget", type=float, default=1.0, help="how many times the default budget (default 1)")
    parser.add_argument("--triples", type=int, default=MOST_TRIPLES, help="how many of the list (default all 100)")
    parser.add_argument("--requests", type=int, default=1000, help="requests of the HAR file (default 1000)")
    parser.add_argument("--verbose", action="store_true", help="say which triples were not named, and what was said")
    parser.add_argument("--list", action="store_true", help="print the list of triples, and measure nothing")
    parser.add_argument("--row", choices=ROWS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    extent = Extent(
        rounds=options.rounds, budget=options.budget, triples=options.triples, requests=options.requests, is_verbose=options.verbose
    )  # fmt: skip
    if options.list:
        for call, names in fixed_triples(options.triples):
            print(f"{call.method} https://{call.host}{call.path}?{call.query}: {', '.join(names)}")
        return
    if options.row:
        print(json.dumps([searches.__file__, *ROWS[options.row].measure(extent)]))
        return
    checkouts = [*([options.before] if options.before else []), ROOT]
    print(
        f"| what | {'before | ' if options.before else ''}now | target |\n|{'---|' * (2 + len(checkouts))}", flush=True
    )
    for name, row in ROWS.items():
        if options.only in name:
            cells = [measured(name, checkout, extent).said for checkout in checkouts]
            print(f"| {row.what} | {' | '.join(cells)} | {row.target} |", flush=True)


if __name__ == "__main__":
    main()
