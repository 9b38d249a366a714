"""What is no refused login and yet an attempt: the trail keeps it beside NetSuite's own refusals."""

from __future__ import annotations

from pytest_netsuite_tba.login.refusal import PublicError, Refusal

# fmt: off
MALFORMED_HTTP = Refusal(id="malformed-http", row=0, code=None, status=400, logged=False,
    cause="The request is no well-formed HTTP.",
    cure="Send one well-formed HTTP/1.1 request (RFC 9112).")
FAULT = Refusal(id="fault", row=0, code=None, status=503, logged=False,
    cause="The test asked for this fault.",
    cure="Nothing: netsuite.faults.add() asked for it.")
WRONG_DATA_CENTER = Refusal(id="wrong-data-center", row=0, code=None, status=302, logged=False,
    cause="The host is one of before 2020.2, which every account of a data centre shared.",
    cure="Call the account's own host; sign the request that follows the redirect anew.")
CONCURRENCY = Refusal(id="concurrency", row=0, code="SSS_REQUEST_LIMIT_EXCEEDED", status=400, logged=False,
    text="Request Limit Exceeded!",
    answers={
        "rest": PublicError("CONCURRENCY_LIMIT_EXCEEDED", 429, "Concurrent request limit exceeded. Request blocked."),
        "soap": PublicError(
            "WS_REQUEST_BLOCKED", 500, "SuiteTalk concurrent request limit exceeded. Request blocked."
        ),  # the text that netsuitesdk waits for
    },
    cause="More requests are in flight than the account's concurrency limit, or its integration's, allows.",
    cure="Send fewer requests at once, and retry with a new nonce.")
OVERLOAD = Refusal(id="overload", row=0, logged=False, header_at_fault=False,
    cause="The test asked for this fault.",
    cure="Nothing: netsuite.faults.add() asked for it. Retry a login error a few times, each signed anew.")
FAKE_FAILED = Refusal(id="fake-failed", row=0, code=None, status=500, logged=False, header_at_fault=False,
    cause="The fake itself failed.",
    cure="Please report it with its traceback; nothing is known to be wrong with the request.")
