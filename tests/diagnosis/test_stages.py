"""Each row of each table of ``diagnosis/stages/`` is applicable, and says truly which parts of a signature it changes."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.mis_signed import BODY, FORM, HOST, JSON, QUERY, facts, request, signer
from support.passports import envelope, fields, passport

from pytest_netsuite_tba import Account, explain
from pytest_netsuite_tba.diagnosis.catalogue import CATALOGUE
from pytest_netsuite_tba.diagnosis.pipeline import _FIRST_OF_REQUEST as FIRST_OF_REQUEST
from pytest_netsuite_tba.diagnosis.pipeline import KEY, pipeline_of
from pytest_netsuite_tba.diagnosis.stages import digest
from pytest_netsuite_tba.diagnosis.stages.digest import no_way_back

ARRAYS = "ids[]=1&ids[]=2&a[b]=c&ids=3&ids=4&first_name=Ann&lastName=%20Lee%20&day.of=01.50&B=1&a=1&A=2&b10=1&b9=1&c-d=1&cc=1&%C3%A9=1&f=1&flag=true&off=false&one=1&"
AWKWARD = (
    "say=%22it%27s%22&eq=a%3Db&amp=a%26b&html=%3Cb%3E&line=a%0D%0Ab&half=%F0%9F%98%80&nfd=e%CC%81&tab=%09x&bare&none=&"
    "ru=%D0%9F%D1%80&ja=%E3%81%82&zh=%E4%B8%AD&ko=%ED%95%9C&eur=%E2%82%AC&json=[1]&semi=a;b&hash=%23a&q=What%3F&ratio=1:2&path=a/b&pct=100%25&comma=a,b&twice=%2541&plus=a%2Bb&dup=1&dup=1"
)  # fmt: skip
# Requests that between them allow whatever a table holds.
REQUESTS = {
    "awkward": {"target": f"/app/site//hosting/restlet.nl/%7e%41%2F+!x;y:z/?{AWKWARD}&{ARRAYS}"},
    "usual": {"target": f"/app/site/hosting/restlet.nl?{QUERY}"},
    "bare": {"target": "/"},
    "REST": {"target": "/services/rest/record/v1/customer/5", "method": "DELETE"},
    "long secret": {"secret": " 0aF/+" * 20},
    "form": {"method": "POST", "content_type": FORM, "body": ARRAYS.encode() + b"note=a+b&note=%C3%A9", "target": "/x?a=1"},
    "JSON": {"method": "POST", "body": BODY[:-1] + b', "deep": {"a": [null, {"b": "\\u00e9"}]}, "f": 1.0}'},
    "half a character": {"method": "POST", "body": b'{"half \\ud800": "\\udfff", "text": "x"}'},
    "text": {"method": "PUT", "content_type": "text/plain", "body": b"a=1&b=x y"},
    "port": {"host": "1234567_SB1.restlets.api.netsuite.com:8443"},
    "local": {"host": "127.0.0.1:8080"},
}  # fmt: skip


def kept(secret="a short secret", **sent):
    """The facts of a refused request."""
    return facts(request("OAuth x", **sent), nonce="Nonce +=%2B-0123", secret=secret, x_strange="a b")


def passport_kept():
    """The facts of a refused SOAP call."""
    records = Account("1234567_SB1")
    sent = fields(records.tokens.first(), nonce="Nonce+/=1234567890")
    body = envelope(passport(sent, "c2lnbmF0dXJl" * 4))
    host = "1234567-sb1.suitetalk.api.netsuite.com"
    call = f"POST /services/NetSuitePort_2024_1 HTTP/1.1\nHost: {host}\nContent-Type: text/xml\nSOAPAction: x\n\n{body}"
    return explain(call, records).facts


def pipelines():
    """A pipeline a request, with every option that there is."""
    for name, sent in REQUESTS.items():
        yield name, pipeline_of(kept(**sent))
    yield "passport", pipeline_of(passport_kept())


ALL = dict(pipelines())
for made in ALL.values():
    made.add_late_stages()


@pytest.mark.parametrize("name", ALL)
def test_each_option_gives_a_signature(name):
    """Alone, whatever it is: without raising, and the same each time."""
    pipeline = ALL[name]
    for deviation in pipeline.deviations:
        made = pipeline.signature((deviation,))
        assert isinstance(made, str), deviation
        assert made == pipeline.signature((deviation,)), deviation


@pytest.mark.parametrize("name", ALL)
def test_each_option_changes_only_the_parts_that_it_says(name):
    """The other parts of the base string, and the key, are the right ones: they are not made again."""
    pipeline = ALL[name]
    right_key, makers = pipeline.key(()), pipeline.makers()
    for deviation in pipeline.deviations:
        if not deviation.bits & KEY:
            assert right_key == pipeline.key((deviation,)), deviation
        for part, bit, right in pipeline._right_parts:
            if not deviation.bits & bit:
                assert right == makers[part]((deviation,)), (deviation, part)


@pytest.mark.parametrize("name", ALL)
def test_each_option_is_told(name):
    """Each has a mistake of the catalogue, and words; the likeliest come first."""
    pipeline = ALL[name]
    costs = [deviation.cost for deviation in pipeline.deviations]
    assert costs == sorted(costs)
    assert costs[0] > 0
    for deviation in pipeline.deviations:
        option = deviation.option
        assert option.mistakes, deviation
        assert all(id in CATALOGUE for id in option.mistakes), deviation
        assert option.says.endswith((".", "")), deviation
        assert 0 < option.share <= (6 if deviation.stage == "nonce" else 2), deviation


# Of the right base string they change nothing: they need a second mistake.
ONLY_IN_PAIRS = {
    "The secrets were percent-encoded in the key.",  # of a passport: these secrets have nothing to encode
    'Each "+" of the base string became a space.',
    "The base string was trimmed.",
    "They were sorted by UTF-16 code unit.",
}


def test_no_option_is_dead():
    """Each row of the tables that all requests share changes the signature of one of these requests at least."""
    rows, alive = {}, set()
    for pipeline in ALL.values():
        right = pipeline.signature(())
        for deviation in pipeline.deviations:
            if deviation.at < FIRST_OF_REQUEST and deviation.option.says not in ONLY_IN_PAIRS:
                rows[deviation.at] = deviation
            if pipeline.signature((deviation,)) != right:
                alive.add(deviation.at)
    dead = [(row.stage, row.option) for at, row in rows.items() if at not in alive]

    assert len(rows) > 400
    assert not dead


def test_every_stage_has_its_options():
    """Of each stage one request or another has options besides the right one."""
    stages = {stage.name for pipeline in ALL.values() for stage in pipeline.stages}

    assert stages == {deviation.stage for pipeline in ALL.values() for deviation in pipeline.deviations}


@pytest.mark.exhaustive
@settings(deadline=None, max_examples=100)
@given(
    st.dictionaries(st.sampled_from([*signer().header, "x", "ö"]), st.text(max_size=20)),
    st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), max_size=40),
    st.binary(max_size=40) | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5), lambda inner: st.dictionaries(st.text(max_size=3), inner), max_leaves=5
    ).map(lambda value: str(value).replace("'", '"').encode("utf-8", "replace")),
    st.sampled_from([JSON, FORM, "text/plain"]),
    st.sampled_from([HOST, "localhost:8080", "x", "[::1]:80", ".", ""]),
    st.integers(),
)  # fmt: skip
def test_whatever_comes_each_option_gives_a_signature(changed, query, body, content_type, host, seed):
    """Alone and with others: of odd requests too, the late stages made."""
    sent = request("OAuth x", host=host, body=body, content_type=content_type, target=f"/x?{query}")
    pipeline = pipeline_of(facts(sent, **changed))
    pipeline.add_late_stages()
    chance = random.Random(seed)
    for size in (1, 2, 3):
        for _ in range(40):
            recipe = {made.stage: made for made in chance.sample(pipeline.deviations, size)}
            signature = pipeline.signature(tuple(recipe.values()))
            assert signature is None or isinstance(signature, str)


# -- writing a digest, and the way back ------------------------------------------------------------------------------

LEAST_CUT = 22  # characters of base64 that prove a signature


def writings(table):
    """The options of a table, by words of their own."""
    return {
        f"{number} {option.says or option.mistakes}": option.value for number, option in enumerate(table(None).options)
    }


TEXTS, HEADERS = writings(digest.texts), writings(digest.headers)


@pytest.mark.parametrize("of_header", HEADERS)
@pytest.mark.parametrize("of_text", TEXTS)
def test_a_writing_is_gone_back(of_text, of_header):
    """From what was sent to the digest, or to its beginning."""
    text, header = TEXTS[of_text], HEADERS[of_header]
    chance = random.Random(f"{of_text}/{of_header}")
    for _ in range(200):
        made = chance.randbytes(32)
        written = text.forth(made)
        sent = header.forth(written)
        back = header.back(sent)
        found = None if back is None else text.back(back)
        if no_way_back in (text.back, header.back):
            assert found is None
        elif sent == written and of_header != next(iter(HEADERS)):
            pass  # the header did nothing: it is the right one
        elif " " in written and " " not in header.forth("+ ").strip():
            pass  # of the spaces that were sent some were no plus
        elif len(written) < LEAST_CUT:
            assert not found
        else:
            assert found, (made.hex(), written, sent)
            assert len(found) >= 15
            assert made.startswith(found), (made.hex(), written, sent)
