"""No text takes long, or ends otherwise than in requests or in one sentence."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_netsuite_tba.captures import CaptureError, read
from pytest_netsuite_tba.captures.table import READERS

SAMPLES = [
    path.read_text("utf-8")
    for path in sorted((Path(__file__).parent / "samples").iterdir())
    if path.name != "README.md"
]
SHORT = [text for text in SAMPLES if len(text) < 3_000]


@settings(deadline=None, max_examples=200)
@given(st.data(), st.sampled_from(SHORT))
def test_a_spoilt_sample_is_read_or_refused(data, text):
    at = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 400))
    with contextlib.suppress(CaptureError):
        read(text[:at] + data.draw(st.text("\"'`\\{}[]()<>:=&%$#@!^\n\r\0 aé\ud800", max_size=6)) + text[at + length :])


@pytest.mark.parametrize("text", SAMPLES)
def test_no_row_raises_when_it_is_asked(text):
    """Each row is asked for each text, half of it, and the same without its line breaks."""
    for row in READERS:
        for part in (text, text[: len(text) // 2], text.replace("\n", " ")):
            row.recognises(part)


def test_nothing_that_a_capture_names_is_opened(monkeypatch, tmp_path):
    """The files exist, and whoever opens them is caught."""
    secret = tmp_path / "secret"
    secret.write_text("s", "utf-8")
    monkeypatch.setattr("builtins.open", lambda *_, **__: pytest.fail("a file was opened"))
    for text in (
        f"curl https://x.netsuite.com/ -K {secret} -d @{secret} -H @{secret} -F a=@{secret} -T {secret} --data-urlencode a@{secret}",
        f"wget --post-file={secret} -i {secret} https://x.netsuite.com/",
        f"http https://x.netsuite.com/ a=@{secret} b:=@{secret} c@{secret}",
        f"### x\nPOST https://x.netsuite.com/\nA: b\n\n< {secret}\n",
        f"Invoke-WebRequest https://x.netsuite.com/ -InFile {secret}",
    ):
        assert read(text)
