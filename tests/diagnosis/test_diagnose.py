"""Each mistake is named, alone and in pairs, and nothing is called proven that is not."""

import base64
import dataclasses
import itertools
import json
import random
from urllib.parse import quote

import oauthlib.oauth1
import oauthlib.oauth1.rfc5849.signature as oauthlib_signature
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.mis_signers import WRONG, Signer

from pytest_netsuite_tba import Account, Integration, NetSuiteServer, Token
from pytest_netsuite_tba.diagnosis import diagnose as diagnosing
from pytest_netsuite_tba.diagnosis.pipeline import Pipeline
from pytest_netsuite_tba.diagnosis.search import candidates, search
from pytest_netsuite_tba.fake.core import Fake
from pytest_netsuite_tba.login.facts import Facts, Secrets
from pytest_netsuite_tba.login.hiding import hiding
from pytest_netsuite_tba.login.refusals import find_refusal
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.report.explanation import reading_lines

NOW = 1_790_000_000
HOST = "1234567-sb1.restlets.api.netsuite.com"
PATH = "/app/site/hosting/restlet.nl"
# Whatever a mistake may stumble over: spaces both ways, escapes, repeated and empty values, é, an odd order.
QUERY = "script=customscript_orders&deploy=1&q=a%20b+c&r=2&r=10&empty=&c%40=x&c2=y&s=!'()*~&p=%2Fx%26y&n=caf%C3%A9"
BODY = b'{"id": 7, "lines": [1, 2], "note": "x y", "ok": true}'
CONSUMER_SECRET, TOKEN_SECRET = "consumer &+%é secret", "token &+%é secret"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
# What a mistake needs of the request besides; nothing for the others.
NEEDS = {
    "custom-port-dropped": {"host": f"{HOST}:8443"},
    "form-body-not-signed": {"method": "POST", "body": b"a=1&b=2", "content_type": FORM},
    "json-body-as-params": {"method": "POST", "body": BODY},
}
STAGE = {name: stage for name, (stage, _) in WRONG.items()}
# Pairs that cannot both be seen: the first leaves nothing of what the second spoils.
HIDES = {
    ("query-not-signed", "plus-for-space"): "no space is left",
    ("query-partly-signed", "plus-for-space"): "no space is left",
    ("query-in-base-uri", "plus-for-space"): "no space is left among the parameters",
    ("query-not-signed", "non-ascii-wrong-charset"): "no é is left",
    ("query-partly-signed", "non-ascii-wrong-charset"): "no é is left",
    ("query-in-base-uri", "non-ascii-wrong-charset"): "no é is left",
    ("query-not-signed", "sorted-before-encoding"): "plain names sort alike",
    ("query-partly-signed", "sorted-before-encoding"): "plain names sort alike",
    ("query-in-base-uri", "sorted-before-encoding"): "plain names sort alike",
    ("query-not-signed", "values-not-encoded"): "plain values look alike",
    ("query-partly-signed", "values-not-encoded"): "plain values look alike",
    ("query-in-base-uri", "values-not-encoded"): "plain values look alike",
    ("query-not-signed", "js-encodeuricomponent"): "no such character is left",
    ("query-partly-signed", "js-encodeuricomponent"): "no such character is left",
    ("query-not-signed", "tilde-encoded"): "no tilde is left",
    ("query-partly-signed", "tilde-encoded"): "no tilde is left",
    ("query-reencoded-after-signing", "non-ascii-wrong-charset"): "what is still encoded is ASCII",
    ("params-double-encoded", "non-ascii-wrong-charset"): "what is still encoded is ASCII",
    ("query-reencoded-after-signing", "plus-for-space"): "what is still encoded has no space",
    ("params-double-encoded", "plus-for-space"): "what is still encoded has no space",
    ("query-reencoded-after-signing", "sorted-before-encoding"): "what is still encoded sorts alike",
    ("params-double-encoded", "sorted-before-encoding"): "what is still encoded sorts alike",
    ("path-only-or-host-only", "proxy-changes-request"): "no scheme is signed",
    ("path-only-or-host-only", "scheme-mismatch"): "no scheme is signed",
    ("path-only-or-host-only", "query-in-base-uri"): "both say what the URL is",
    ("wrong-secret-pair", "secret-with-whitespace"): "both say whose secret it is",
    ("key-consumer-secret-only", "secret-with-whitespace"): "that secret is not in the key",
    ("key-uses-ids", "secret-with-whitespace"): "that secret is not in the key",
    ("digest-hex", "signature-plus-not-encoded"): "hex has no plus",
    ("values-not-encoded", "sorted-before-encoding"): "unencoded, they sort alike",
    ("default-port-kept", "scheme-mismatch"): ":443 is another port then",
    ("default-port-kept", "proxy-changes-request"): ":443 is another port then",
    ("json-body-as-params", "form-body-not-signed"): "a body is one or the other",
    ("query-in-base-uri", "trailing-slash"): "the URL is made in one go here",
    ("query-in-base-uri", "custom-port-dropped"): "the URL is made in one go here",
}
# These spoil the URL at one place; the signer of these tests makes it once.
URL_STAGES = {"host", "path", "scheme"}


def account():
    made = Account(
        "1234567_SB1",
        integrations=[
            Integration(name="Shop", consumer_key="c" * 64, consumer_secret=CONSUMER_SECRET),
            Integration(name="Other", consumer_key="e" * 64, consumer_secret="another consumer secret"),
        ],
        tokens=[
            Token(name="Shop token", id="d" * 64, secret=TOKEN_SECRET),
            Token(name="Other token", id="f" * 64, secret="another token secret"),
        ],
    )
    made.tokens["Other token"].integration = made.integrations["Other"]
    made.clock.freeze(NOW)
    return made


def signer(nonce="nonce+1234567890", *, method="GET", host=HOST, body=b"", content_type=JSON):
    oauth = {
        "oauth_consumer_key": "c" * 64,
        "oauth_token": "d" * 64,
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": str(NOW),
        "oauth_nonce": nonce,
        "oauth_version": "1.0",
    }
    return Signer(
        method=method,
        scheme="https",
        host=host,
        path=PATH,
        query=QUERY,
        header=oauth,
        consumer_secret=CONSUMER_SECRET,
        token_secret=TOKEN_SECRET,
        realm="1234567_SB1",
        form=body.decode() if content_type == FORM else "",
    )


def request(authorization, *, method="GET", host=HOST, body=b"", content_type=JSON, target=f"{PATH}?{QUERY}"):
    headers = (("Host", host), ("Content-Type", content_type), ("Authorization", authorization))
    return SignedRequest(method=method, target=target, host=host, headers=headers, body=body)


def judged(authorization, records=None, **sent):
    """The attempt, and the fake that it came to."""
    fake = Fake([records or account()])
    return fake.judge(request(authorization, **sent)), fake


def misled(*names):
    """Sign with these mistakes; give header, base string and what was sent."""
    sent = {}
    for name in names:
        sent |= NEEDS.get(name, {})
    # A signature without a plus shows nothing of a plus that was not encoded: take a nonce that makes one.
    for number in range(100):
        wrong = signer(f"nonce+{number:010}", **sent)
        for name in sorted(names, key=lambda name: STAGE[name] in {"query", "path"}):
            WRONG[name][1](wrong)
        header = wrong.authorization()
        if "signature-plus-not-encoded" not in names or "+" in header.rpartition("oauth_signature=")[2]:
            return header, wrong.base_string(), sent
    raise AssertionError("no signature has a plus")


def readings(diagnosis):
    """Every set of ids that the diagnosis offers, the main reading first."""
    return [{mistake.id for mistake in reading} for reading in (diagnosis.mistakes, *diagnosis.also_consistent)]


def test_the_right_request_is_let_in_and_never_searched(monkeypatch):
    monkeypatch.setattr(diagnosing, "search", None)
    attempt, _ = judged(signer().authorization())

    assert attempt.accepted, attempt
    assert attempt.diagnosis is None


@pytest.mark.parametrize("name", WRONG)
def test_every_mistake_is_named(name):
    header, base, sent = misled(name)
    attempt, fake = judged(header, **sent)
    diagnosis = attempt.diagnosis

    assert attempt.detail == "InvalidSignature"
    assert diagnosis.proven
    assert {name} in readings(diagnosis)
    assert diagnosis.signed_base_string == base
    again = fake.judge(request(diagnosis.corrected_authorization, **sent))
    assert again.accepted, again


@pytest.mark.parametrize("query", [QUERY, "script=1&deploy=1&s=it's*", "script=1&deploy=1&s=it's%20me"])
def test_encodeuricomponent_inside_of_a_strict_encoding(query):
    """Where the values hold nothing else to encode it looks like values joined raw; that is the other reading."""
    wrong = signer()
    wrong.query, wrong.encode = query, lambda text: quote(text, safe="-._~!'()*")
    diagnosis = judged(wrong.authorization(), target=f"{PATH}?{query}")[0].diagnosis

    assert {"js-encodeuricomponent"} == readings(diagnosis)[0]
    assert ({"values-not-encoded"} in readings(diagnosis)) == query.endswith("*")
    assert diagnosis.signed_base_string == wrong.base_string()


@pytest.mark.parametrize("name", ["query-not-signed", "method-wrong", "key-swapped"])
def test_the_expected_base_string_is_oauthlibs(name):
    header, _, _ = misled(name)
    diagnosis = judged(header)[0].diagnosis
    pairs = oauthlib_signature.collect_parameters(
        uri_query=QUERY.replace("!'()*~", quote("!'()*~")), headers={"Authorization": header}
    )
    wanted = oauthlib_signature.signature_base_string(
        "GET",
        oauthlib_signature.base_string_uri(f"https://{HOST}{PATH}"),
        oauthlib_signature.normalize_parameters([pair for pair in pairs if pair[0] != "oauth_signature"]),
    )

    assert diagnosis.expected_base_string == wanted


def sensible_pairs():
    """Every two mistakes of different stages, neither of which hides the other."""
    for pair in itertools.combinations(WRONG, 2):
        stages = {STAGE[name] for name in pair}
        if len(stages) == 2 and pair not in HIDES and pair[::-1] not in HIDES and not stages < URL_STAGES:
            yield pair


def test_every_sensible_pair_is_named():
    """The candidates of a request are made once, and the signature of each pair looked up among them."""
    made = {}
    missed = []
    number = 0
    for number, pair in enumerate(sensible_pairs(), 1):  # noqa: B007
        header, base, sent = misled(*pair)
        attempt, _ = judged(header, **sent)
        kept = attempt.facts
        key = (kept.parameters["oauth_nonce"], str(sent))
        if key not in made:
            made[key] = candidates_of(kept)
        pipeline, singles, pairs = made[key]
        signature = kept.parameters["oauth_signature"]
        recipes = singles.get(signature) or pairs.get(signature, [])
        found = diagnosing._readings(pipeline, tuple(recipes))
        if set(pair) not in [{mistake.id for mistake in reading} for reading, _ in found]:
            missed.append((pair, [{mistake.id for mistake in reading} for reading, _ in found][:3]))
        elif found[0][0] and {mistake.id for mistake in found[0][0]} == set(pair):
            assert base == pipeline.base_string(found[0][1])

    assert not missed, (len(missed), number, missed[:40])
    assert number > 500


def candidates_of(kept):
    """A pipeline, and the recipes of each signature with one and with two deviations."""
    pipeline = Pipeline(kept)
    tables = []
    for deviations in (1, 2):
        table = {}
        for recipe in candidates(pipeline, deviations):
            table.setdefault(pipeline.signature(recipe), []).append(recipe)
        tables.append(table)
    return pipeline, *tables


@pytest.mark.parametrize(
    "pair",
    [
        ("lowercase-hex", "key-swapped"),
        ("query-partly-signed", "method-wrong"),
        ("plus-for-space", "digest-hex"),
        ("scheme-mismatch", "custom-port-dropped"),
        ("not-sorted", "key-uses-ids"),
        ("realm-in-base-string", "query-not-signed"),
    ],
)
def test_a_pair_from_the_header_to_the_report(pair):
    header, _, sent = misled(*pair)
    diagnosis = judged(header, **sent)[0].diagnose(budget=60)

    assert diagnosis.proven
    assert set(pair) in readings(diagnosis)
    assert diagnosis.render().startswith("What  ")


def test_a_pair_with_a_rare_mistake_is_found():
    """One that is else tried alone, as a name of many left out of the query, is tried beside every other mistake too."""
    wrong = signer()
    wrong.method, wrong.pairs = "PUT", [(name, value) for name, value in wrong.split(QUERY) if name != "p"]
    diagnosis = judged(wrong.authorization())[0].diagnose(budget=60)

    assert {"query-partly-signed", "method-wrong"} == readings(diagnosis)[0]
    assert "Left out of the signature: p." in [mistake.cause for mistake in diagnosis.mistakes]
    assert wrong.base_string() == diagnosis.signed_base_string


def facts(random_source):
    """Make up a request and its facts."""
    names = [random_source.choice(("a", "b", "limit", "q", "é", "x y")) for _ in range(random_source.randrange(4))]
    query = "&".join(f"{quote(name)}={quote(random_source.choice(('1', 'a b', 'é~*', '')))}" for name in names)
    sent = request("OAuth x", method=random_source.choice(("GET", "POST")), target=f"{PATH}?script=1&deploy=1&{query}")
    token = f"{random_source.getrandbits(256):064x}"
    own = Secrets(name="t", consumer_key="c", consumer_secret=token, token_id="d", token_secret=token[::-1])
    parameters = signer(f"{random_source.getrandbits(80):020x}").header | {
        "oauth_signature": "none",
        "realm": "1234567_SB1",
    }
    return Facts(
        request=sent, row=find_refusal("InvalidSignature"), hiding=hiding(()), now=NOW, account="1234567_SB1", parameters=parameters,
        own=own, known=(own,),
    )  # fmt: skip


PARTS, REQUESTS, SIGNATURES = 20, 10, 500


@pytest.mark.parametrize(
    "part", [0, *(pytest.param(number, marks=pytest.mark.exhaustive) for number in range(1, PARTS))]
)
def test_no_false_proof(part):
    """100,000 random signatures are looked up among every single and pair candidate; none is found."""
    chance = random.Random(20260921 + part)
    for _ in range(REQUESTS):
        pipeline = Pipeline(facts(chance))
        made = {pipeline.signature(recipe) for deviations in (1, 2) for recipe in candidates(pipeline, deviations)}
        assert len(made) > 5_000
        strange = {base64.b64encode(chance.randbytes(32)).decode() for _ in range(SIGNATURES)}
        assert not made & strange


def test_a_signature_that_nothing_explains_is_said_so():
    wrong = signer()
    wrong.consumer_secret = "a secret that nobody knows"
    diagnosis = judged(wrong.authorization())[0].diagnose(budget=0.0)

    assert (diagnosis.proven, diagnosis.mistakes, diagnosis.signed_base_string) == (False, (), None)
    assert diagnosis.expected_base_string == signer().base_string()
    assert "No known mistake makes this signature" in diagnosis.notes[0]
    assert "a secret that is not known here" in diagnosis.notes[1]


def test_whose_secrets_they_were():
    header, _, _ = misled("wrong-secret-pair")

    assert judged(header)[0].diagnosis.mistakes[0].cause == "It was signed with the secrets of token 'Other token'."


def test_later_changes_of_the_records_change_nothing():
    header, _, _ = misled("query-not-signed")
    records = account()
    attempt, _ = judged(header, records)
    records.tokens["Shop token"].secret = "changed"
    records.integrations["Shop"].reset_credentials()

    assert [mistake.id for mistake in attempt.diagnosis.mistakes] == ["query-not-signed"]


def change(records, **fields):
    """Set ``owner__field`` in the first token's records."""
    token = records.tokens["Shop token"]
    owners = {"token": token, "integration": token.integration, "role": token.role, "entity": token.entity}
    owners["features"] = records.features
    for name, value in fields.items():
        owner, _, key = name.partition("__")
        setattr(owners[owner], key, value)


def oauthlib_header(**more):
    values = {"timestamp": str(NOW), "nonce": "nonce-1234567890", "realm": "1234567_SB1"} | more
    client = oauthlib.oauth1.Client(
        "c" * 64,
        client_secret=CONSUMER_SECRET,
        resource_owner_key="d" * 64,
        resource_owner_secret=TOKEN_SECRET,
        signature_method=values.pop("signature_method", "HMAC-SHA256"),
        **values,
    )
    return client.sign(f"https://{HOST}{PATH}?{QUERY.replace(chr(39), '%27')}")[1]["Authorization"]


# id of the mistake -> (the header sent, changes of the records, whether the signature proves the rest right).
SHOWN = {
    "sha1-used": (oauthlib_header(signature_method="HMAC-SHA1"), {}, True),
    "realm-missing": (oauthlib_header(realm=None), {}, True),
    "realm-lowercase": (oauthlib_header(realm="1234567_sb1"), {}, True),
    "realm-hyphen": (oauthlib_header(realm="1234567-sb1"), {}, True),
    "realm-is-something-else": (oauthlib_header(realm="1234567"), {}, True),
    "timestamp-out-of-window": (oauthlib_header(timestamp=str(NOW - 3_600)), {}, True),
    "timestamp-milliseconds": (oauthlib_header(timestamp=f"{NOW}000"), {}, True),
    "timestamp-not-integer": (oauthlib_header(timestamp=f"{NOW}.5"), {}, True),
    "nonce-too-short": (oauthlib_header(nonce="abc"), {}, True),
    "method-name-misspelled": (oauthlib_header().replace("HMAC-SHA256", "HMAC_SHA256"), {}, True),
    "params-missing": (oauthlib_header().replace('oauth_nonce="nonce-1234567890", ', ""), {}, False),
    "header-separators": (oauthlib_header().replace(", ", "&"), {}, False),
    "header-values-unquoted": (
        oauthlib_header().replace('"', "").replace("OAuth realm=1234567_SB1", 'OAuth realm="1234567_SB1"'),
        {},
        False,
    ),
    "bearer-or-nlauth-mixed": ("Bearer abc", {}, False),
    "no-auth-at-all": ("", {}, False),
    "feature-disabled": (oauthlib_header(), {"features__token_based_authentication": False}, True),
    "integration-blocked-or-unknown": (oauthlib_header(), {"integration__state": "BLOCKED"}, True),
    "token-revoked-or-inactive": (oauthlib_header(), {"token__active": False}, True),
    "role-lacks-permission": (oauthlib_header(), {"role__permissions": ["SuiteScript"]}, True),
    "user-inactive-or-ip-blocked": (oauthlib_header(), {"entity__active": False}, True),
    "web-services-only-role": (oauthlib_header(), {"role__web_services_only": True}, True),
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_header_and_records_show(name):
    header, changes, proven = SHOWN[name]
    records = account()
    change(records, **changes)
    attempt, _ = judged(header, records, target=f"{PATH}?{QUERY.replace(chr(39), '%27')}")
    diagnosis = attempt.diagnose(budget=0.0)

    assert not attempt.accepted
    assert diagnosis.mistakes[0].id == name
    assert diagnosis.proven == proven


def test_local_time_is_called_so():
    diagnosis = judged(oauthlib_header(timestamp=str(NOW + 2 * 3_600 + 5)))[0].diagnosis

    assert diagnosis.mistakes[0].cause == "oauth_timestamp is +2 hours off: local time was taken for UTC."
    assert "new nonce and timestamp" in diagnosis.notes[-1]


@pytest.mark.parametrize(
    ("status", "code", "path", "name"),
    [
        (200, None, PATH, "header-reused"),
        (302, None, PATH, "redirect-reuses-header"),
        (503, None, PATH, "retry-resends-header"),
        (400, "SSS_REQUEST_LIMIT_EXCEEDED", PATH, "retry-resends-header"),
    ],
)
def test_a_header_that_comes_again(status, code, path, name):
    header = signer().authorization()
    first, fake = judged(header)
    first.http_status, first.code = status, code
    second = fake.judge(request(header, target=f"{path}?{QUERY}"))

    assert second.detail == "nonce_used"
    assert [mistake.id for mistake in second.diagnosis.mistakes] == [name]
    third = fake.judge(request(second.diagnosis.corrected_authorization))
    assert third.accepted


def test_another_request_with_the_same_nonce():
    _, fake = judged(signer().authorization())
    other = signer()
    other.query = "script=1&deploy=1"
    attempt = fake.judge(request(other.authorization(), target=f"{PATH}?{other.query}"))

    assert [mistake.id for mistake in attempt.diagnosis.mistakes] == ["nonce-collision"]


@settings(deadline=None, max_examples=200)
@given(
    st.dictionaries(st.sampled_from([*signer().header, "realm", "oauth_signature", "x"]), st.text(max_size=20)),
    st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), max_size=40),
    st.binary(max_size=40),
    st.sampled_from([JSON, FORM, "text/plain"]),
    st.sampled_from([HOST, "localhost:8080", "x", "1234567_sb1.app.netsuite.com", ""]),
)
def test_whatever_comes_it_never_raises_and_tells_no_secret(changed, query, body, content_type, host):
    pairs = signer().header | {"oauth_signature": "c2lnbmF0dXJl", "realm": "1234567_SB1"} | changed
    header = "OAuth " + ", ".join(f'{name}="{quote(value, safe="")}"' for name, value in pairs.items())
    attempt, _ = judged(header, host=host, body=body, content_type=content_type, target=f"/x?{query}")
    diagnosis = attempt.diagnose(budget=0.0)
    said = repr(attempt) + repr(diagnosis) + json.dumps(attempt.as_dict())
    if diagnosis is not None:
        said += diagnosis.render(width=100)

    for secret in (CONSUMER_SECRET, TOKEN_SECRET, quote(CONSUMER_SECRET, safe=""), "another token secret"):
        assert secret not in said


def test_half_a_character_in_a_json_body_is_searched_past():
    """JSON can write it; no request can carry it as a parameter."""
    body = b'{"half \\ud800": "\\udfff", "text": "x"}'
    wrong = signer(method="POST", body=body)
    wrong.more = [("half \ufffd", "\ufffd"), ("text", "x")]
    diagnosis = judged(wrong.authorization(), method="POST", body=body)[0].diagnosis

    assert {"json-body-as-params"} == readings(diagnosis)[0]


def test_a_secret_that_was_sent_as_an_id_is_not_shown():
    wrong = signer()
    wrong.header["oauth_consumer_key"] = CONSUMER_SECRET
    attempt, _ = judged(wrong.authorization())
    said = attempt.diagnosis.render() + json.dumps(attempt.diagnosis.as_dict())

    assert "[secret]" in said
    assert CONSUMER_SECRET not in said
    assert quote(CONSUMER_SECRET, safe="") not in said


def test_query_parameters_in_the_header():
    """They are signed once by the client, and twice by the server, which finds them in two places."""
    wrong = signer()
    wrong.header["script"] = "customscript_orders"
    wrong.pairs = [pair for pair in wrong.split(QUERY) if pair[0] != "script"]
    attempt, _ = judged(wrong.authorization())

    assert [mistake.id for mistake in attempt.diagnosis.mistakes] == ["query-in-auth-header"]


def test_an_invented_parameter_that_is_not_signed():
    wrong = signer()
    wrong.header["oauth_otp"] = "123456"
    wrong.left_out = {"oauth_otp"}
    attempt, _ = judged(wrong.authorization())

    assert [mistake.id for mistake in attempt.diagnosis.mistakes] == ["invented-oauth-parameter"]


@pytest.mark.parametrize(
    "header",
    [
        signer("a+/=b-nonce").authorization(),
        "OAuth " + signer().authorization().removeprefix('OAuth realm="1234567_SB1", ') + ", realm=1234567_SB1",
        oauthlib_header(),
    ],
    ids=["nonce-special-characters", "realm-last-or-unquoted", "right"],
)
def test_what_netsuite_tolerates_is_let_in(header):
    target = f"{PATH}?{QUERY.replace(chr(39), '%27')}"

    assert judged(header, target=target)[0].accepted


def test_a_signed_body_hash_is_let_in():
    right = signer()
    right.header["oauth_body_hash"] = "2jmj7l5rSw0yVb/vlWAYkK/YBwk="

    assert judged(right.authorization())[0].accepted


def called(netsuite, url, **headers):
    """Call in-process as the client of another account would; give the attempt."""
    with netsuite.expect_refusal():
        netsuite.credentials.client().get(url, headers=headers)
    return netsuite.audit_trail[-1]


ECHO = f"{PATH}?script=customscript_echo&deploy=customdeploy_echo"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("1234567_sb1.restlets.api.netsuite.com", "host-underscore"),
        ("rest.netsuite.com", "wrong-service-domain"),
        ("7654321.restlets.api.netsuite.com", "host-of-no-account"),
    ],
)
def test_a_host_that_is_wrong(host, name):
    attempt = called(NetSuiteServer(), f"https://{host}{ECHO}")

    assert [mistake.id for mistake in attempt.diagnosis.mistakes] == [name]
    assert "1234567-sb1" in attempt.diagnosis.mistakes[0].cure


def test_tokens_of_another_environment():
    netsuite = NetSuiteServer(Account("1234567_SB1"), Account("1234567"))
    production = next(iter(netsuite.accounts["1234567"].tokens.values()))
    url = f"https://1234567-sb1.restlets.api.netsuite.com{ECHO}"
    header = netsuite.credentials_for(production).authorization("GET", url).replace('"1234567"', '"1234567_SB1"')
    attempt = called(netsuite, url, Authorization=header)

    assert attempt.diagnosis.mistakes[0].id == "tokens-of-another-environment"
    assert "Account 1234567 has it." in attempt.diagnosis.mistakes[0].cause


def test_a_session_cookie():
    attempt = called(NetSuiteServer(), ECHO, Cookie="JSESSIONID=x")

    assert attempt.diagnosis.mistakes[0].id == "cookie-sent"


def test_parameters_outside_the_header():
    attempt = called(NetSuiteServer(), f"{ECHO}&oauth_signature=x", Authorization="")

    assert attempt.diagnosis is not None
    fake = Fake([account()])
    bare = SignedRequest(method="GET", target=f"{ECHO}&oauth_signature=x", host=HOST, headers=(("Host", HOST),))
    assert fake.judge(bare).diagnosis.mistakes[0].id == "header-not-encoded-option"


def test_a_redirect_that_lost_the_header():
    fake = Fake([account()])
    first = fake.judge(request(signer().authorization()))
    first.http_status = 302
    bare = SignedRequest(method="GET", target=ECHO, host=HOST, headers=(("Host", HOST),))

    assert fake.judge(bare).diagnosis.mistakes[0].id == "redirect-drops-header"


PRODUCTION, SANDBOX = "1234567", "1234567_SB1"


def sent_to_two(realm, signed_as, **changed):
    """Send one account's credentials to the address that two accounts share; the one refused attempt."""
    accounts = [
        Account(id, integrations=[Integration(name="Shop")], tokens=[Token(name="Shop token")])
        for id in (PRODUCTION, SANDBOX)
    ]
    netsuite = NetSuiteServer(*accounts)
    owner = netsuite.accounts[signed_as]
    credentials = dataclasses.replace(netsuite.credentials_for(owner.tokens.first()), **changed)
    url = "http://127.0.0.1:1/app/site/hosting/restlet.nl?script=1&deploy=1"
    header = credentials.authorization("GET", url).replace(f'realm="{signed_as}", ', realm and f"{realm}, ")
    return called(netsuite, url, Authorization=header)


@pytest.mark.parametrize(
    ("realm", "wanted"),
    [
        (f'realm="{SANDBOX.lower()}"', "realm-lowercase"),
        ('realm="1234567-sb1"', "realm-hyphen"),
        ('realm="9"', "realm-is-something-else"),
        ("", "realm-missing"),
    ],
)
def test_of_two_accounts_the_one_that_was_meant_judges(realm, wanted):
    """At an address of both, a misspelt realm still tells which; else the token does."""
    attempt = sent_to_two(realm, SANDBOX)

    assert (SANDBOX, [wanted]) == (attempt.account, [mistake.id for mistake in attempt.diagnosis.mistakes])
    assert attempt.diagnosis.corrected_authorization.startswith(f'OAuth realm="{SANDBOX}"')


def test_the_four_values_of_another_account_belong_together():
    """They are at the wrong account, which is one mistake; no secret was mixed up."""
    attempt = sent_to_two(f'realm="{SANDBOX}"', PRODUCTION)

    diagnosis = attempt.diagnosis
    assert (["tokens-of-another-environment"], True) == (
        [mistake.id for mistake in diagnosis.mistakes],
        diagnosis.proven,
    )
    assert diagnosis.corrected_authorization is None


def test_a_secret_of_another_accounts_token_is_named_with_its_account():
    """Two tokens of one name are told apart."""
    other = Account(PRODUCTION, integrations=[Integration(name="Shop")], tokens=[Token(name="Shop token")])
    mixed = other.tokens.first()
    attempt = sent_to_two(
        f'realm="{SANDBOX}"',
        SANDBOX,
        consumer_secret=mixed.integration.consumer_secret,
        token_secret=mixed.secret,
    )

    (mistake,) = attempt.diagnosis.mistakes
    assert "It was signed with the secrets of token 'Shop token' of account 1234567." == mistake.cause


# -- cures that fit their cause -----------------------------------------------------------------------------------


def diagnosed(wrong, *, path=PATH, query=QUERY, raw_nonce=False, budget=0.0):
    """The diagnosis of what a signer signed, sent to this path and query; quick parts of the search only."""
    header = wrong.authorization()
    if raw_nonce:
        header = header.replace(quote(wrong.header["oauth_nonce"], safe=""), wrong.header["oauth_nonce"])
    target = f"{path}?{query}" if query else path
    return judged(header, target=target)[0].diagnose(budget=budget)


@pytest.mark.parametrize(
    ("sent", "signed"),
    [
        ("/services/rest/record/v1/salesOrder/5/!transform/invoice", "/services/rest/record/v1/salesOrder/5/%21transform/invoice"),
        ("/services/rest/record/v1/salesOrder/5/%21transform/invoice", "/services/rest/record/v1/salesOrder/5/!transform/invoice"),
        ("/services/rest/record/v1/customer/eid:A%20B", "/services/rest/record/v1/customer/eid:A B"),
        ("/services/rest/record/v1/customer/eid:A%20B", "/services/rest/record/v1/customer/eid%3AA%20B"),
        ("/services/rest/record/v1/customer/eid:A%20B", "/services/rest/record/v1/customer/eid%3AA%2520B"),
        ("/services/rest/record/v1/customer/eid:A%2FB", "/services/rest/record/v1/customer/eid:A%2fB"),
        ("/services/rest/record/v1/customer/eid:A%20B", "/services/rest/record/v1/customer/eid:A+B"),
        ("/services/rest/record/../record/v1/customer", "/services/rest/record/v1/customer"),
    ],
)  # fmt: skip
def test_a_path_that_was_signed_otherwise_is_told_of_as_a_path(sent, signed):
    wrong = signer()
    wrong.path = signed
    records = account()
    attempt = Fake([records]).judge(
        SignedRequest(
            method="GET", target=f"{sent}?{QUERY}", host=HOST.replace("restlets", "suitetalk"),
            headers=(("Authorization", _signed_for(wrong, HOST.replace("restlets", "suitetalk"))),),
        )
    )  # fmt: skip
    diagnosis = attempt.diagnose(budget=0.0)

    assert diagnosis.proven
    assert readings(diagnosis)[0] == {"path-spelt-otherwise"}
    assert "path" in diagnosis.mistakes[0].cure
    assert "query" not in diagnosis.mistakes[0].cure


def _signed_for(wrong, host):
    wrong.host = host
    return wrong.authorization()


@pytest.mark.parametrize("nonce", ["ab+cd/ef0123456789==", "5e+11", "a+b+c+1234567"])
@pytest.mark.parametrize("query", ["script=1&deploy=1", "script=1&deploy=1&q=a%20b"])
def test_a_plus_of_the_nonce_that_stands_raw(nonce, query):
    """It was signed as a plus: as RFC 5849 says, or not encoded at all; the server reads a space."""
    wrong = signer(nonce)
    wrong.query = query
    diagnosis = diagnosed(wrong, query=query, raw_nonce=True)
    assert (diagnosis.proven, readings(diagnosis)[0]) == (True, {"nonce-special-characters"})
    assert "oauth_nonce" in diagnosis.mistakes[0].cause

    if "%20" not in query:
        raw = signer(nonce)
        raw.query, raw.encode = query, lambda text: text.replace(" ", "+")
        diagnosis = diagnosed(raw, query=query, raw_nonce=True, budget=60)
        assert diagnosis.proven
        assert "nonce-special-characters" in readings(diagnosis)[0]
        assert all("plus-for-space" not in reading for reading in readings(diagnosis))


def test_a_space_of_the_query_signed_as_a_plus_is_still_that():
    wrong = signer("a+b1234567")
    wrong.query, wrong.encode = "script=1&deploy=1&q=a%20b", lambda text: quote(text, safe=" ").replace(" ", "+")
    diagnosis = diagnosed(wrong, query=wrong.query)

    assert readings(diagnosis)[0] == {"plus-for-space"}


def test_an_at_sign_that_was_left_as_it_is():
    wrong = signer()
    wrong.query, wrong.encode = "script=1&deploy=1&email=joe%40shop.example", lambda text: quote(text, safe="@-._~")
    diagnosis = diagnosed(wrong, query=wrong.query)

    assert (diagnosis.proven, readings(diagnosis)[0]) == (True, {"characters-not-encoded"})


UNSENT = [
    [("limit", "20"), ("offset", "0"), ("q", "")], [("limit", "1000")], [("offset", "0")], [("page", "1"), ("pageSize", "50")],
    [("page", "1"), ("perPage", "100")], [("_", str(NOW))], [("expandSubResources", "true")], [("q", "")],
]  # fmt: skip


@pytest.mark.parametrize("unsent", UNSENT, ids=str)
def test_what_was_signed_and_not_sent(unsent):
    wrong = signer()
    wrong.query, wrong.more = "script=1&deploy=1", unsent
    diagnosis = diagnosed(wrong, query=wrong.query)

    assert (diagnosis.proven, readings(diagnosis)[0]) == (True, {"parameters-signed-not-sent"})
    assert all(f"{name}={value}" in diagnosis.mistakes[0].cause for name, value in unsent)
    assert diagnosis.signed_base_string == wrong.base_string()


def test_secrets_are_doubted_only_after_the_request_was_searched():
    wrong = signer()
    wrong.token_secret = "quite another secret"
    attempt = judged(wrong.authorization())[0]

    assert attempt.diagnose(budget=0.0).tried[:1] == ("single mistakes",)
    assert "parameters signed that the request does not hold" in " ".join(attempt.diagnosis.notes)
    assert "Paste both secrets again" in explanation_of(attempt)

    attempt._diagnosis = dataclasses.replace(attempt.diagnosis, tried=())
    assert "secret" not in explanation_of(attempt).partition("Cure")[2]


def explanation_of(attempt):
    return " ".join(" ".join(reading_lines(attempt)).split())


@pytest.mark.parametrize(
    "beginning", ["OAuth OAuth ", "OAuth oauth  ", "OAuth Authorization: OAuth ", "Authorization: OAuth "]
)
def test_a_scheme_that_stands_twice_is_named(beginning):
    attempt = judged(beginning + signer().authorization().removeprefix("OAuth "))[0]
    diagnosis = attempt.diagnose(budget=0.0)

    assert not attempt.accepted
    assert [found.id for found in diagnosis.mistakes] == ["scheme-twice"]
    assert diagnosis.proven == beginning.startswith("OAuth")


def test_the_search_keeps_to_its_time():
    """A clock that goes on a second at each look: nothing is called tried that was not."""
    wrong = signer()
    wrong.token_secret = "quite another secret"
    pipeline = Pipeline(judged(wrong.authorization())[0].facts)
    ticks = itertools.count()
    found = search(pipeline, budget=10, clock=lambda: float(next(ticks)))
    assert (found.tried, found.cut_short, found.made < 12) == ((), True, True)

    ticks = itertools.count()
    quick = search(Pipeline(pipeline.facts), budget=0.0, clock=lambda: next(ticks) / 1e5)
    assert (quick.tried, quick.cut_short) == (("single mistakes", "likely pairs"), True)
