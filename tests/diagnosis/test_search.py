"""The search: nothing is proven by chance, the likely comes first, and work, not time, ends it."""

import base64
import random
from urllib.parse import quote

import pytest
from support.mis_signed import PATH, facts, judged, request, signer

from pytest_netsuite_tba.diagnosis.pipeline import pipeline_of
from pytest_netsuite_tba.diagnosis.search import Search, search


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
    "part", [0, *(pytest.param(number, marks=pytest.mark.exhaustive) for number in range(1, PARTS))]
)
def test_no_false_proof(part):
    """Of 200,000 random signatures over 400 requests no candidate makes even the beginning."""
    chance = random.Random(20260921 + part)
    for _ in range(REQUESTS):
        strange = [base64.b64encode(chance.randbytes(32)).decode() for _ in range(SIGNATURES)]
        number, made = hits(made_up(chance), strange, budget=0.2)
        assert (0, True) == (number, made > 20_000)


def test_a_signature_that_is_no_chance_is_found_among_them():
    """One planted among the random ones is hit: the test before can fail."""
    chance = random.Random(7)
    kept = made_up(chance)
    pipeline = pipeline_of(kept)
    pipeline.add_late_stages()
    planted = pipeline.signature((chance.choice(pipeline.deviations),))
    strange = [base64.b64encode(chance.randbytes(32)).decode() for _ in range(SIGNATURES)]

    assert hits(kept, [*strange, planted], budget=0.2)[0] > 0


def test_the_search_keeps_to_its_work():
    """Nothing is called tried that was not."""
    wrong = signer()
    wrong.token_secret = "quite another secret"
    kept = judged(wrong.authorization())[0].facts
    little = Search(pipeline_of(kept), 0.0)
    little.end = 200_000
    found = little.run()
    assert (found.tried, found.cut_short, 0 < found.made < 200) == ((), True, True)

    quick = search(pipeline_of(kept), budget=0.0)
    assert (quick.tried, quick.cut_short) == (("single mistakes", "likely pairs"), True)
