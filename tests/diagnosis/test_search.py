"""The search: nothing is proven by chance, the likely comes first, and work, not time, ends it."""

import base64
import gc
import hmac
import os
import random
import subprocess
import sys
import tracemalloc
import weakref
from pathlib import Path
from urllib.parse import quote

import pytest
from support.mis_signed import BODY, FORM, NOW, PATH, facts, judged, misled, readings, request, signer

from pytest_netsuite_tba.diagnosis import diagnose as diagnosing
from pytest_netsuite_tba.diagnosis.pipeline import HeaderPipeline, pipeline_of
from pytest_netsuite_tba.diagnosis.search import LEAST_WORK, WORK, Search, _digest, search
from pytest_netsuite_tba.diagnosis.stages.digest import HASHES_TRIED, Hmac

TESTS = str(Path(__file__).parents[1])


def made_up(chance):
    """The facts of a made-up request."""
    names = [chance.choice(("a", "b", "limit", "q", "é", "x y")) for _ in range(chance.randrange(4))]
    query = "&".join(f"{quote(name)}={quote(chance.choice(('1', 'a b', 'é~*', '')))}" for name in names)
    sent = request("OAuth x", method=chance.choice(("GET", "POST")), target=f"{PATH}?script=1&deploy=1&{query}")
    return facts(sent, nonce=f"{chance.getrandbits(80):020x}", secret=f"{chance.getrandbits(256):064x}")


class Counted(Search):
    """A search that counts the digests that begin as one that is wanted."""

    hits = 0

    def _check(self, *_):
        self.hits += 1


def hits(kept, signatures, budget):
    """How often a candidate of one request makes the beginning of what one of these signatures may be."""
    pipeline = pipeline_of(kept)
    counted, wanted = Counted(pipeline, budget), {}
    for pipeline.received in signatures:
        wanted |= counted._digests_wanted()
    counted._wanted = wanted
    found = counted.run()
    return counted.hits, found.made


PARTS, REQUESTS, SIGNATURES = 100, 4, 500


@pytest.mark.parametrize(
    "part",
    [0, *(pytest.param(number, marks=(pytest.mark.exhaustive, pytest.mark.whole)) for number in range(1, PARTS))],
)
def test_no_false_proof(part):
    """Of 200,000 random signatures over 400 requests no candidate makes even the beginning."""
    chance = random.Random(20260921 + part)
    for _ in range(REQUESTS):
        strange = [base64.b64encode(chance.randbytes(32)).decode() for _ in range(SIGNATURES)]
        number, made = hits(made_up(chance), strange, budget=0.1)
        assert (0, True) == (number, made > 10_000)


def test_a_signature_that_is_no_chance_is_found_among_them():
    """One planted among the random ones is hit: the test before can fail."""
    chance = random.Random(7)
    kept = made_up(chance)
    pipeline = pipeline_of(kept)
    pipeline.add_late_stages()
    planted = pipeline.signature((chance.choice(pipeline.deviations),))
    strange = [base64.b64encode(chance.randbytes(32)).decode() for _ in range(SIGNATURES)]

    assert hits(kept, [*strange, planted], budget=0.2)[0] > 0


# -- likeliest first -------------------------------------------------------------------------------------------------


class Watched(Search):
    """A search that keeps how much work was done when something was found first."""

    work = None

    def _keep(self, recipe):
        super()._keep(recipe)
        self.work = self.work or (self.pipeline.work if self.found else None)


def work_for(header, **sent):
    """The work until the mistakes of a request are found."""
    watched = Watched(pipeline_of(judged(header, **sent)[0].facts), 1.0)
    assert watched.run().recipes
    return watched.work


COMMON = [
    ("realm-in-base-string", "query-not-signed"),
    ("js-encodeuricomponent", "realm-in-base-string"),
    ("plus-for-space", "realm-in-base-string"),
    ("repeated-names-lost", "realm-in-base-string"),
]


def absurd(name, value):
    """A header whose parameter was signed as something else."""
    wrong = signer()
    wrong.left_out, wrong.more = {name}, [(name, value)]
    return wrong.authorization()


@pytest.mark.parametrize("pair", COMMON)
def test_two_common_mistakes_are_found_before_one_absurd_one(pair):
    header, _, sent = misled(*pair)
    work = work_for(header, **sent)

    assert work < LEAST_WORK / 2
    assert work < work_for(absurd("oauth_nonce", base64.b64encode(b"nonce+1234567890").decode()))
    assert work < work_for(absurd("oauth_timestamp", str(NOW + 14 * 3_600)))


def test_a_request_that_shows_its_platform_prefers_that_platforms_mistakes():
    """encodeURIComponent, where values joined raw look alike: of node's request it is likelier, of Java's less likely."""
    wrong = signer()
    wrong.query, wrong.encode = "script=1&deploy=1&s=it's*", lambda text: quote(text, safe="-._~!'()*")
    odds = []
    for agent in ("axios/1.7.2", "curl/8.5.0", "okhttp/4.12.0"):
        attempt, _ = judged(wrong.authorization(), target=f"{PATH}?{wrong.query}", agent=agent)
        pipeline = pipeline_of(attempt.facts)
        found = diagnosing._readings(pipeline, search(pipeline).recipes)
        odds += [reading.likelihood for reading in found if reading.mistakes[0].id == "js-encodeuricomponent"]
        assert agent.startswith("okhttp") or found[0].mistakes[0].id == "js-encodeuricomponent"

    assert odds[0] > 2 * odds[1] > 2 * odds[2]


def test_a_platforms_own_mistake_is_found_with_less_work():
    """encodeURIComponent with a mistake besides, sent by node and by Java."""
    wrong = signer()
    wrong.encode, wrong.method = lambda text: quote(text, safe="-._~!'()*"), "PUT"
    header = wrong.authorization()

    assert work_for(header, agent="undici") < work_for(header, agent="Jersey/2.35 (HttpUrlConnection 11)")


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("scheme-mismatch", "proxy-changes-request"),
        ("params-double-encoded", "query-reencoded-after-signing"),
        ("plus-kept-literal", "query-reencoded-after-signing"),
        ("host-underscore", "host-underscore"),
    ],
)
def test_a_second_reading_of_equal_weight_is_told(name, other):
    """Both are named, each alone; where there is none, none is."""
    header, _, sent = misled(name)
    alone = [reading for reading in readings(judged(header, **sent)[0].diagnosis) if len(reading) == 1]

    assert {name, other} == set().union(*alone)


# -- work, not time --------------------------------------------------------------------------------------------------


def unexplained(**sent):
    """The facts of a request that nothing explains."""
    return facts(
        request("OAuth x", **sent),
        signature=base64.b64encode(b"nothing makes this signature, ever").decode()[:43] + "=",
    )


def form(body):
    return {"method": "POST", "content_type": FORM, "body": body}


def pairs(number, size=3):
    """A form of so many pairs."""
    return b"&".join(b"p%d=%s" % (at, b"x" * size) for at in range(number))


USUAL = {
    "GET": {},
    "REST": {"target": "/services/rest/record/v1/customer?limit=20&q=email%20IS%20%22a@b.example%22"},
    "JSON": {"method": "POST", "body": BODY},
    "form": form(b"a=1&b=x+y&c=%C3%A9"),
}
LARGE = {
    "900 pairs": form(pairs(900)),
    "one value": form(b"a=" + b"x" * (2**20 - 2)),
    "one value of escapes": form(b"a=" + b"%C3%A9" * 174_000),
    "900 pairs of escapes": form(pairs(900, 380).replace(b"x", b"%2F")),
    "900 pairs of 1 MiB": form(pairs(900, 1_150)),
    "20 MB of JSON": {"method": "POST", "body": b'{"a": "' + b"x" * 20_000_000 + b'"}'},
    "a query of 950 pairs": {"target": f"{PATH}?{pairs(950).decode()}"},
}


@pytest.mark.parametrize("name", USUAL)
def test_the_least_budget_tries_the_single_mistakes_and_the_likely_pairs(name):
    found = search(pipeline_of(unexplained(**USUAL[name])), budget=0)

    assert found.recipes == ()
    assert (found.tried, found.cut_short) == (("single mistakes", "likely pairs"), False)
    assert found.counts[0] > 1_000
    assert found.made == 1 + sum(found.counts)


@pytest.mark.parametrize("name", USUAL)
def test_the_same_request_gets_the_same_verdict(name):
    """Whatever was searched before it."""
    kept = unexplained(**USUAL[name])
    first, pipeline = search(pipeline_of(kept), budget=0), pipeline_of(kept)
    search(pipeline_of(made_up(random.Random(name))), budget=0)

    assert first == search(pipeline, budget=0)
    assert diagnosing.diagnose(kept, budget=0) == diagnosing.diagnose(kept, budget=0)


SEARCHED_ELSEWHERE = """
from support.mis_signed import judged, misled
from pytest_netsuite_tba.diagnosis.pipeline import pipeline_of
from pytest_netsuite_tba.diagnosis.search import search
for pair in [("query-not-signed", "key-no-ampersand"), ("plus-for-space", "host-uppercase")]:
    header, _, sent = misled(*pair)
    found = search(pipeline_of(judged(header, **sent)[0].facts))
    print(found.made, found.counts, [[made.option.says for made in recipe] for recipe in found.recipes])
"""


def test_another_machine_finds_the_same_with_the_same_work():
    """The order in which a process keeps its sets says nothing."""
    said = {
        subprocess.run(
            [sys.executable, "-c", SEARCHED_ELSEWHERE], env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": TESTS},
            capture_output=True, text=True, check=True, timeout=120,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip

    assert len(said) == 1
    assert said.pop().count("\n") == 2


class Weighed(HeaderPipeline):
    """A pipeline that counts the bytes of what it puts together."""

    made = 0

    def _part(self, part, recipe):
        made = super()._part(part, recipe)
        self.made += len(made)
        return made

    def _whole(self, recipe):
        made = super()._whole(recipe)
        self.made += len(made)
        return made


MOST = 1.3  # times the work of a small request, which ends when its budget does


@pytest.mark.parametrize("name", LARGE)
def test_a_large_request_is_searched_no_longer_than_a_small_one(name):
    """What is put together counts as work, so that no more is made of a large one."""
    small, large = (Weighed(unexplained(**sent)) for sent in ({}, LARGE[name]))
    assert search(small, budget=0).recipes == search(large, budget=0).recipes == ()

    assert LEAST_WORK <= small.work < 1.01 * LEAST_WORK
    assert LEAST_WORK <= large.work < MOST * LEAST_WORK
    assert large.made < LEAST_WORK


def test_the_search_keeps_to_its_work():
    """Nothing is called tried that was not."""
    little = Search(pipeline_of(unexplained()), 0.0)
    little.end = 200_000
    found = little.run()

    assert (found.tried, found.cut_short, 0 < found.made < 200) == ((), True, True)


def test_more_budget_is_more_work():
    pipelines = [pipeline_of(unexplained()) for _ in range(3)]
    for pipeline, budget in zip(pipelines, (0, 0.05, 0.1), strict=True):
        search(pipeline, budget=budget)

    assert [round(pipeline.work / WORK, 2) for pipeline in pipelines] == [round(LEAST_WORK / WORK, 2), 0.05, 0.1]


# -- memory ----------------------------------------------------------------------------------------------------------

MOST_MEMORY = 64 * 2**20


def peak_and_rest(kept, budget):
    """Bytes at the peak of a diagnosis, and what is left of it afterwards."""
    diagnosing.diagnose(kept, budget=0)  # what is made once for a process; the late tables are made for a small one
    diagnosing.diagnose(unexplained(), budget=0.05)
    gc.collect()
    tracemalloc.start()
    try:
        diagnosing.diagnose(kept, budget=budget)
        gc.collect()
        rest, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak, rest


@pytest.mark.exhaustive
@pytest.mark.parametrize("budget", [0.04, pytest.param(1, marks=(pytest.mark.exhaustive, pytest.mark.whole))])
@pytest.mark.parametrize("name", LARGE)
def test_memory_is_bounded_and_given_back(name, budget):
    peak, rest = peak_and_rest(unexplained(**LARGE[name]), budget)

    assert peak < MOST_MEMORY, f"{peak / 2**20:.0f} MiB"
    assert rest < 2**19, f"{rest / 2**20:.1f} MiB are kept"


def test_a_search_that_is_over_is_let_go():
    """Nothing of the process holds the pipeline."""
    pipeline = pipeline_of(unexplained())
    search(pipeline, budget=0)
    gone = weakref.ref(pipeline)
    del pipeline
    gc.collect()

    assert gone() is None


# -- HMAC by states --------------------------------------------------------------------------------------------------

KEYS = (0, 63, 64, 65, 127, 128, 129, 200)  # bytes: about the block sizes of the hashes


@pytest.mark.parametrize("name", ["sha1", "sha256", *HASHES_TRIED])
def test_hmac_by_states_is_hmac(name):
    """RFC 2104, for keys shorter and longer than a block, each used for several base strings."""
    chance = random.Random(name)
    for size in KEYS:
        key = chance.randbytes(size)
        by_states = _digest(Hmac(name), key)
        for length in (0, 1, 64, 1_000):
            base = chance.randbytes(length)
            assert hmac.digest(key, base, name) == by_states(base), (size, length)
