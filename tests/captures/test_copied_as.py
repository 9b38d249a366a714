"""Chromium's "Copy as": samples made by the functions of its DevTools, of inputs of our own (copied_as.json)."""

import json
from pathlib import Path

import pytest

from pytest_netsuite_tba.captures import read

COPIED = json.loads((Path(__file__).parent / "copied_as.json").read_text("utf-8"))["whole"]


@pytest.mark.parametrize("form", ["fetch", "node", "powershell"])
def test_a_copied_request_comes_back_whole(form):
    """Method, URL, body, the login and whatever header was the client's own; line ends as the form writes them."""
    for sample in COPIED:
        (capture,) = read(sample[form])
        request, own = capture.request, [(name, value.strip()) for name, value in sample["headers"] if name != "cookie"]
        sent = {name.lower(): value for name, value in request.headers}

        assert (sample["method"], sample["url"]) == (request.method, request.url)
        assert sample["body"].replace("\r\n", "\n") == request.body.decode().replace("\r\n", "\n")
        assert [] == [name for name, value in own if name.startswith(("x-", "auth")) and sent[name] != value]
