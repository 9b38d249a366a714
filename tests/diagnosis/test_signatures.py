"""Each mistake of a signature is named, alone and in pairs, and proven by making its signature again."""

import itertools
from urllib.parse import quote

import oauthlib.oauth1.rfc5849.signature as oauthlib_signature
import pytest
from support.mis_signed import HOST, PATH, QUERY, STAGE, judged, misled, readings, request, signer
from support.mis_signers import WRONG

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
    """Where the values hold nothing else to encode it looks like values joined raw, too, which is four times less likely."""
    wrong = signer()
    wrong.query, wrong.encode = query, lambda text: quote(text, safe="-._~!'()*")
    diagnosis = judged(wrong.authorization(), target=f"{PATH}?{query}")[0].diagnosis

    assert {"js-encodeuricomponent"} == readings(diagnosis)[0]
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


PAIR_PARTS = 180  # one in each day's run


@pytest.mark.parametrize(
    "part",
    [0, *(pytest.param(number, marks=(pytest.mark.exhaustive, pytest.mark.whole)) for number in range(1, PAIR_PARTS))],
)
def test_every_sensible_pair_is_named(part):
    """The search finds it within the usual work; the base string is the one that the client signed."""
    missed = []
    for pair in itertools.islice(sensible_pairs(), part, None, PAIR_PARTS):
        header, base, sent = misled(*pair)
        diagnosis = judged(header, **sent)[0].diagnosis
        found = readings(diagnosis)
        if set(pair) not in found:
            missed.append((pair, found[:3]))
        elif found[0] == set(pair):
            assert base == diagnosis.signed_base_string

    assert not missed, missed


@pytest.mark.parametrize(
    "pair",
    [
        ("query-not-signed", "lowercase-hex"),
        ("query-not-signed", "uri-not-encoded"),
        ("query-partly-signed", "uri-not-encoded"),
        ("query-in-base-uri", "lowercase-hex"),
        ("query-reencoded-after-signing", "lowercase-hex"),
        ("query-reencoded-after-signing", "tilde-encoded"),
    ],
)
def test_of_an_encoder_only_what_the_signed_text_shows_is_named(pair):
    """No space, and none of what encodeURIComponent leaves, is signed where the query is not, or not decoded."""
    header, _, sent = misled(*pair)
    found = readings(judged(header, **sent)[0].diagnosis)

    assert set(pair) in found
    assert not {"plus-for-space", "js-encodeuricomponent"} & set().union(*found)


def test_there_are_many_sensible_pairs():
    assert 500 < len(list(sensible_pairs()))


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


def test_whose_secrets_they_were():
    header, _, _ = misled("wrong-secret-pair")

    assert judged(header)[0].diagnosis.mistakes[0].cause == "It was signed with the secrets of token 'Other token'."


def test_half_a_character_in_a_json_body_is_searched_past():
    """JSON can write it; no request can carry it as a parameter."""
    body = b'{"half \\ud800": "\\udfff", "text": "x"}'
    wrong = signer(method="POST", body=body)
    wrong.more = [("half \ufffd", "\ufffd"), ("text", "x")]
    diagnosis = judged(wrong.authorization(), method="POST", body=body)[0].diagnosis

    assert {"json-body-as-params"} == readings(diagnosis)[0]


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
