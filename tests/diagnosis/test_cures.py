"""A mistake is named as what it is, and its cure speaks of that."""

from urllib.parse import quote, quote_plus

import pytest
from support.mis_signed import FORM, HOST, NOW, QUERY, account, diagnosed, judged, readings, signer
from support.mis_signers import lower_hex

from pytest_netsuite_tba.fake.core import Fake
from pytest_netsuite_tba.login.request import SignedRequest


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


def test_a_plus_of_the_nonce_that_stands_raw_beside_another_mistake():
    """What was not encoded at all is still told of as the plus of the nonce."""
    raw = signer("a+b+c+1234567")
    raw.query, raw.encode, raw.method = "script=1&deploy=1", lambda text: text.replace(" ", "+"), "POST"
    diagnosis = diagnosed(raw, query=raw.query, raw_nonce=True, budget=1)

    assert diagnosis.proven
    assert {"nonce-special-characters", "method-wrong"} in readings(diagnosis)


def test_a_space_of_the_query_signed_as_a_plus_is_still_that():
    wrong = signer("a+b1234567")
    wrong.query, wrong.encode = "script=1&deploy=1&q=a%20b", lambda text: quote(text, safe=" ").replace(" ", "+")
    diagnosis = diagnosed(wrong, query=wrong.query)

    assert readings(diagnosis)[0] == {"plus-for-space"}


def test_an_at_sign_that_was_left_as_it_is():
    wrong = signer()
    wrong.query, wrong.encode = "script=1&deploy=1&email=joe%40shop.example", lambda text: quote(text, safe="@-._~")
    diagnosis = diagnosed(wrong, query=wrong.query)

    assert (diagnosis.proven, readings(diagnosis)[0]) == (True, {"values-not-encoded"})


UNSENT = [
    [("limit", "20"), ("offset", "0"), ("q", "")], [("limit", "1000")], [("offset", "0")], [("page", "1"), ("pageSize", "50")],
    [("page", "1"), ("perPage", "100")], [("_", str(NOW))], [("expandSubResources", "true")], [("q", "")],
    [("limit", "1000"), ("offset", "1000")], [("limit", "250"), ("offset", "500")],
]  # fmt: skip


@pytest.mark.parametrize("unsent", UNSENT, ids=str)
def test_what_was_signed_and_not_sent(unsent):
    wrong = signer()
    wrong.query, wrong.more = "script=1&deploy=1", unsent
    diagnosis = diagnosed(wrong, query=wrong.query)

    assert (diagnosis.proven, readings(diagnosis)[0]) == (True, {"parameters-signed-not-sent"})
    assert all(f"{name}={value}" in diagnosis.mistakes[0].cause for name, value in unsent)
    assert diagnosis.signed_base_string == wrong.base_string()


def by_table(safe, *, space="%20", lower=False):
    """An encoder as platforms document theirs: what it leaves, what a space becomes, the case of its escapes."""

    def encode(text):
        escaped = [
            char if char in safe or char.isalnum() else f"%{ord(char):02{'x' if lower else 'X'}}" for char in text
        ]
        return "".join(space if char == " " else escape for char, escape in zip(text, escaped, strict=True))

    return encode


# What is documented of each: the characters that it leaves besides letters and digits, and what a space becomes.
ENCODERS = {
    ".NET's WebUtility.UrlEncode": by_table("!()*-._", space="+"),
    ".NET's HttpUtility.UrlEncode": by_table("!()*-._", space="+", lower=True),
    "Java's URLEncoder": by_table("*-._", space="+"),
    "JavaScript's escape": by_table("@*_+-./"),
    "JavaScript's encodeURI": by_table(";,/?:@&=+$-_.!~*'()#"),
    "PHP's urlencode": by_table("-_.", space="+"),
    "Go's PathEscape": by_table("-_.~$&+=:@"),
}


@pytest.mark.parametrize("value", ['email START_WITH "anne@d\'or.example" (EU)~!*', "a + b/c: 'x@y' (z)~ #1!*"])
@pytest.mark.parametrize("name", ENCODERS)
def test_a_platforms_encoder_is_named_with_its_platform(name, value):
    """Used for everything or for names and values alone; what it does to the characters of this request is told."""
    encode = ENCODERS[name]
    for layers in ({"encode": encode}, {"encode": encode, "outer": encode, "encode_uri": encode}):
        wrong = signer()
        wrong.query = f"script=77&deploy=2&q={quote(value, safe='')}"
        for layer, used in layers.items():
            setattr(wrong, layer, used)
        diagnosis = diagnosed(wrong, query=wrong.query)

        assert diagnosis.proven
        first, *others = diagnosis.mistakes
        assert name in first.cause
        assert all(mistake.cause.startswith("The same encoder: ") for mistake in others), readings(diagnosis)
        assert wrong.base_string() == diagnosis.signed_base_string


@pytest.mark.parametrize(
    ("encode", "mistakes"),
    [
        (lambda text: lower_hex(quote_plus(text)), {"plus-for-space", "lowercase-hex"}),
        (lambda text: lower_hex(quote(text, safe="!~")), {"js-encodeuricomponent", "lowercase-hex"}),
        (lambda text: quote_plus(text, encoding="latin-1"), {"plus-for-space", "non-ascii-wrong-charset"}),
        (lambda text: quote_plus(text, safe="!").replace("~", "%7E"),
            {"plus-for-space", "characters-not-encoded", "tilde-encoded"}),
    ],
)  # fmt: skip
def test_an_encoder_that_does_several_things_wrong_is_all_of_them(encode, mistakes):
    """Each has its cure: whoever mends the first alone would be refused again."""
    wrong = signer()
    wrong.query = f"script=77&deploy=2&q={quote('café ~ b!/', safe='')}"
    wrong.encode = encode
    diagnosis = diagnosed(wrong, query=wrong.query)

    assert diagnosis.proven
    assert {mistake.id for mistake in diagnosis.mistakes} == mistakes, readings(diagnosis)


@pytest.mark.parametrize("char", "@:/,$!'()*;?[]|^{}<>`")
def test_a_character_that_was_left_as_it_is_is_told(char):
    wrong = signer()
    wrong.query = f"script=9&deploy=3&mail=ann{quote(char, safe='')}shop"
    wrong.encode = lambda text: quote(text, safe=f"-._~{char}")
    diagnosis = diagnosed(wrong, query=wrong.query)

    assert diagnosis.proven
    assert len(readings(diagnosis)[0]) == 1
    assert readings(diagnosis)[0] <= {"values-not-encoded", "js-encodeuricomponent"}
    assert wrong.base_string() == diagnosis.signed_base_string


def as_a_language_sorts(text):
    """Marks before digits before letters, without case: what collations of languages have in common."""
    return [(0 if not char.isalnum() else 1 if char.isdigit() else 2, char.casefold()) for char in text]


@pytest.mark.parametrize(
    "query",
    [
        "script=3&deploy=1&line_id=4&line2=8",
        "script=3&deploy=1&Zone=4&area=8",
        "script=3&deploy=1&a_b=1&aB=2&a1=3",
        "script=3&deploy=1&folder=12&Folder_id=9",
    ],
)
def test_an_order_of_a_language_is_named_as_an_order(query):
    wrong = signer()
    wrong.query = query
    wrong.sort = lambda encoded, _: sorted(encoded, key=lambda pair: tuple(map(as_a_language_sorts, pair)))
    diagnosis = diagnosed(wrong, query=query)

    assert diagnosis.proven
    assert len(readings(diagnosis)[0]) == 1
    assert readings(diagnosis)[0] <= {"sorted-otherwise", "not-sorted"}
    assert "sort" in diagnosis.mistakes[0].cure.lower()
    assert wrong.base_string() == diagnosis.signed_base_string


@pytest.mark.exhaustive
@pytest.mark.parametrize("text", ["undefined", "null", "None", "true", "[object Object]"])
@pytest.mark.parametrize(
    "query", ["script=5&deploy=1&verbose", "verbose&script=5&deploy=1&limit=7", "script=5&deploy=1&verbose="]
)
def test_what_a_language_writes_for_nothing_is_told(query, text):
    wrong = signer()
    wrong.query = query
    wrong.pairs = [(name, text if name == "verbose" else value) for name, value in wrong.split(query)]
    diagnosis = diagnosed(wrong, query=query)

    assert diagnosis.proven
    assert readings(diagnosis)[0] == {"empty-value-changed"}
    assert text in diagnosis.mistakes[0].cause
    assert wrong.base_string() == diagnosis.signed_base_string


@pytest.mark.parametrize(
    ("body", "is_json"),
    [('{"id": 7}', True), ("[1, 2]", True), ("=x&a=1", False), ("{a}=1&[b]=2", False), ("a=1", False)],
)
def test_json_that_was_sent_as_a_form_is_called_so(body, is_json):
    """As curl -d sends it; a form whose names look a little like it is a form."""
    wrong = signer(method="POST")
    sent = {"method": "POST", "content_type": FORM, "body": body.encode()}
    diagnosis = judged(wrong.authorization(), **sent)[0].diagnose(budget=0.0)

    cause = next(mistake.cause for mistake in diagnosis.mistakes if mistake.id == "form-body-not-signed")
    assert ("looks like JSON" in cause) is is_json


@pytest.mark.parametrize("query", ["script=5&deploy=1&page=1&limit=20", "script=customscript_a&deploy=1&page=1"])
def test_one_number_that_became_a_float_is_told(query):
    """And not only where all of them did."""
    wrong = signer()
    wrong.query = query.replace("page=1", "page=1.0")
    diagnosis = diagnosed(wrong, query=query)

    assert (diagnosis.proven, readings(diagnosis)[0]) == (True, {"value-changed"})
    assert "page was signed as the text '1.0'" in diagnosis.mistakes[0].cause
