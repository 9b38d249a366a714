"""What tools wrote of calls that were let in is read so that it is let in, and refused with another signature."""

import json
import re
from pathlib import Path

import pytest

from pytest_netsuite_tba import Account
from pytest_netsuite_tba.captures import read
from pytest_netsuite_tba.captures.judge import Judge, account_with

SAMPLES = sorted(path for path in (Path(__file__).parent / "samples").iterdir() if path.name != "README.md")
# Where the form cuts the signature's name from its value: another name for it does as well.
_SPOIL = {"curl-trace.txt": ("6f 61 75 74 68 5f 73 69", "6f 61 75 74 68 5f 78 69")}


def judged(text):
    """The attempt that the one request of a text would have become."""
    [capture] = read(text)
    assert capture.unsure is None
    return Judge([Account("1234567_SB1")]).judge(capture.request, capture.time)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_sample_is_let_in(path):
    if path.suffix in {".yml", ".yaml"}:
        pytest.importorskip("yaml")
    text = path.read_text("utf-8")
    attempt = judged(text)

    assert attempt.accepted
    assert {"script", "deploy", "q"} == {pair.partition("=")[0] for pair in attempt.url.partition("?")[2].split("&")}
    spoilt = re.sub(*_SPOIL.get(path.name, (r"(oauth_signature=\W{0,3})\w{2}", r"\1__")), text)
    assert spoilt != text
    assert not judged(spoilt).accepted


def test_a_token_password_of_connect_is_signed_as_soap_is():
    """Its help has the same base string and key; the values are Oracle's sample of a tokenPassport, recomputed."""
    vectors = json.loads((Path(__file__).parents[1] / "support" / "vectors.json").read_text("utf-8"))
    sample = next(vector for vector in vectors if vector["name"] == "oracle-soap-tokenpassport-2-computed")
    parts = ("realm", "consumer_key", "token", "nonce", "timestamp", "signature", "signature_method")
    password = "&".join(sample[name] for name in parts)
    account = account_with(
        sample["realm"],
        consumer_key=sample["consumer_key"],
        consumer_secret=sample["consumer_secret"],
        token_id=sample["token"],
        token_secret=sample["token_secret"],
    )
    wrong = password.replace(sample["nonce"], sample["nonce"][::-1])
    for text, is_let_in in [(password, True), (f"Password={password};Role=3", True), (wrong, False)]:
        [capture] = read(text)
        assert is_let_in == Judge([account]).judge(capture.request).accepted
        assert "SuiteAnalytics Connect" in capture.notes[0]
