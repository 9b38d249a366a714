"""Mistakes that nobody listed for the diagnosis are named by it: those of signers that share no code with it.

``python benchmarks/diagnosis.py`` measures the same, and lists what was missed.
"""

import base64
import random
import string
from collections import Counter

import pytest
from oauthlib.common import Request
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client
from support.judged import judged, request
from support.netsuite_calls import FORM, draw_call
from support.wrong_operators import OPERATORS
from support.wrong_signers import BESIDE, COMMON, NAMED, RIGHT, draw_case, make_case, rightly_named

CALLS = 400
# What is asked of each day's sample, and of the whole: cases, and the share in percent that is proven and rightly named.
SAMPLE = {1: (60, 90), 2: (20, 70), 3: (10, 90)}
WHOLE = {1: (2_000, 95), 2: (2_000, 85), 3: (300, 70)}
PARTS = 10  # of the whole, for as many processes
LITTLE = 0.002  # of the usual budget: for what is asked often
LETTERS = string.ascii_letters + string.digits


def calls(seed, count=CALLS):
    """As many calls."""
    source = random.Random(seed)
    return [draw_call(source) for _ in range(count)]


def outcome_of(case):
    """How the diagnosis did."""
    attempt = judged(case.call, case.signed.sent)
    return "let in" if attempt.accepted else rightly_named(case, attempt.diagnosis)


def check(number, count, floor, seed):
    """Draw ``count`` cases of ``number`` operators, and fail below ``floor`` percent."""
    source, outcomes, missed = random.Random(f"{number}/{seed}"), Counter(), []
    for _ in range(count):
        case = draw_case(source, number, COMMON if number == 3 else OPERATORS, weighted=number == 3)
        outcome = outcome_of(case)
        outcomes[outcome] += 1
        if outcome not in (NAMED, BESIDE):
            missed.append(f"{outcome}: {case}")
    share = 100 * (outcomes[NAMED] + outcomes[BESIDE]) / count
    assert share >= floor, f"{share:.1f} % of {count} rightly named, expected {floor} %:\n" + "\n".join(missed[:40])
    assert not outcomes["let in"], "\n".join(missed)


@pytest.mark.exhaustive
@pytest.mark.parametrize("number", SAMPLE)
def test_wrong_signers_are_named(number):
    """A sample of singles, pairs, and triples of common mistakes is proven and rightly named."""
    check(number, *SAMPLE[number], "sample")


@pytest.mark.exhaustive
@pytest.mark.whole
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("number", WHOLE)
def test_many_wrong_signers_are_named(number, part):
    """Of thousands of them so many are proven and rightly named."""
    count, floor = WHOLE[number]
    check(number, count // PARTS, floor, f"whole/{part}")


def random_signature(source, right):
    """A signature of one of the shapes that wrong ones have, made of nothing; or a right one with a letter changed."""
    raw = source.randbytes(source.choice((32, 32, 32, 32, 20, 64)))
    at = source.randrange(40)
    return source.choice((
        base64.b64encode(raw).decode(),
        base64.b64encode(raw).decode(),
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        raw.hex(),
        base64.b64encode(raw.hex().encode()).decode(),
        base64.b64encode(raw).decode().replace("+", " "),
        right[:at] + source.choice(LETTERS.replace(right[at], "")) + right[at + 1 :],
    ))  # fmt: skip


def check_nothing_is_proven(seed, count, times, budget):
    """Refuse each random signature, and say that nothing is proven."""
    source = random.Random(seed)
    for call in calls(seed, count):
        right = RIGHT.signature(call)
        for _ in range(times):
            signature = random_signature(source, right)
            attempt = judged(call, RIGHT.with_signature(call, signature))
            assert not attempt.accepted, (call, signature)
            assert not attempt.diagnose(budget=budget).proven, (call, signature, attempt.diagnosis)


@pytest.mark.exhaustive
def test_a_random_signature_is_not_proven():
    """A signature that nobody made is not explained by any mistake."""
    check_nothing_is_proven("random", 20, 2, LITTLE)
    check_nothing_is_proven("random, to the end", 2, 1, 1)


@pytest.mark.exhaustive
@pytest.mark.whole
@pytest.mark.parametrize("part", range(PARTS))
def test_no_random_signature_is_proven(part):
    """Of 200,000 signatures over 400 requests none is; 400 of them are searched to the end."""
    check_nothing_is_proven(f"random/{part}", CALLS // PARTS, 500, LITTLE)
    check_nothing_is_proven(f"random, to the end/{part}", CALLS // PARTS, 1, 1)


# -- the generator itself --------------------------------------------------------------------------------------------


def test_the_right_signer_is_let_in():
    """A signer without an operator is right: all that the others do wrong is their operators'."""
    for call in calls("right"):
        attempt = judged(call, RIGHT.sign(call).sent)
        assert attempt.accepted, (call, attempt.cause)


def test_oauthlib_signs_the_same():
    """oauthlib gives the signature of the right signer, wherever it takes the request."""
    compared = 0
    for call in calls("oauthlib"):
        if call.passport or not call.version:  # oauthlib knows no passports, and always sends a version
            continue
        credentials = call.credentials
        client = Client(
            credentials.consumer_key, credentials.consumer_secret, credentials.token_id, credentials.token_secret,
            signature_method=SIGNATURE_HMAC_SHA256, nonce=call.nonce, timestamp=call.timestamp,
        )  # fmt: skip
        try:
            made = _for_oauthlib(client, call)
            asked = client.get_oauth_signature(made)
        except ValueError:  # a query that it does not take, though it can be sent
            continue
        if made.body and made.decoded_body is None:  # a form that it does not take it leaves out of the signature
            continue
        assert RIGHT.signature(call) == asked, call
        compared += 1
    assert compared > CALLS // 2


def _for_oauthlib(client, call):
    form = call.content_type == FORM
    url = f"{call.scheme}://{call.host}{call.target}"
    made = Request(url, call.method, call.body if form else None, {"Content-Type": FORM} if form else {})
    made.oauth_params = client.get_oauth_params(made)
    return made


def test_each_operator_shows():
    """There are enough of them, of every stage; each changes what is sent, and can be named."""
    names = Counter(operator.name for operator in OPERATORS)
    assert len(names) == len(OPERATORS) >= 400
    source = random.Random("each")
    for operator in OPERATORS:
        assert operator.ids or operator.words, operator
        assert draw_case(source, 1, [operator]).operators == (operator,)


def test_what_changes_nothing_is_no_case():
    """A raw signature without a plus is what it says; an operator that another hides does not matter."""
    source = random.Random("nothing")
    by_name = {operator.name: operator for operator in OPERATORS}
    plain = next(
        call for call in iter(lambda: draw_call(source), None) if "+" not in RIGHT.signature(call) and not call.passport
    )
    assert make_case(plain, (by_name["signature-raw"],)) is None
    hidden = (by_name["encodeURIComponent-inside"], by_name["parameters-empty"])
    assert make_case(plain, hidden) is None


def test_a_request_is_built_as_it_goes_over_the_wire():
    """The product is handed the bytes of the call, and nothing that the generator knows besides."""
    call = next(call for call in calls("wire") if call.query and not call.passport)
    built = request(call, "OAuth x")
    assert (call.method, call.host, call.target) == (built.method, built.host, built.target)
    assert built.headers_of("authorization") == ("OAuth x",)
