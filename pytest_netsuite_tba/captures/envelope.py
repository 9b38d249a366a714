"""What holds a token of SOAP's kind and no URL: an envelope alone, and the token password of SuiteAnalytics Connect."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from pytest_netsuite_tba.login.token_passport import ALGORITHMS
from pytest_netsuite_tba.oauth1.encoding import to_bytes
from pytest_netsuite_tba.services.soap import SOAP_PATH

from .capture import Capture, CaptureError, Reader, lines_of, request_to

_ENVELOPE = re.compile(r"(?:<\?xml[^>]*\?>\s*)?<(?:([\w.-]+):)?Envelope\b")
_VERSION = re.compile(r"urn:messages_([0-9]{4}_[0-9])")
_ACCOUNT = re.compile(r"<(?:[\w.-]+:)?account\b[^>]*>\s*([\w-]+)\s*<")
_NEWEST = "2025_2"
_ASSUMED = "Only the envelope was found. Its URL and headers were assumed; a tokenPassport signs neither."


def _read(text: str) -> list[Capture]:
    captures: list[Capture] = []
    line_of = lines_of(text)
    at = 0
    while (start := _ENVELOPE.search(text, at)) is not None:
        prefix = f"{start[1]}:" if start[1] else ""
        close = f"</{prefix}Envelope>"
        end = text.find(close, start.end())
        if end < 0:
            break
        at = end + len(close)
        envelope = text[start.start() : at]
        if "<" in envelope and re.search(r"<(?:[\w.-]+:)?(?:Fault|\w+Response)\b", envelope):
            continue  # an answer
        captures.append(_capture(envelope, f"line {line_of(start.start())}", (_ASSUMED,)))
    if not captures:
        raise CaptureError("there is no whole SOAP envelope of a call in the input")
    return captures


def _capture(envelope: str, where: str, notes: tuple[str, ...]) -> Capture:
    account = _ACCOUNT.search(envelope)
    label = account[1].lower().replace("_", "-") if account else "webservices"
    host = f"{label}.suitetalk.api.netsuite.com" if account else "webservices.netsuite.com"
    version = _VERSION.search(envelope)
    url = f"https://{host}{SOAP_PATH}{version[1] if version else _NEWEST}"
    headers = [("Content-Type", "text/xml; charset=utf-8"), ("SOAPAction", '""')]
    request = request_to(url, where, method="POST", headers=headers, body=to_bytes(envelope))
    return Capture(request=request, where=where, notes=notes)


# -- SuiteAnalytics Connect: account&consumerKey&token&nonce&timestamp&signature&algorithm ------------------------

_PART = r"[^&\s\"'<>]"
_PASSWORD = re.compile(
    rf"(?<![^\s\"'=:;{{(`])([A-Za-z0-9_-]{{1,40}})&({_PART}{{20,128}})&({_PART}{{20,128}})&({_PART}{{1,128}})&([0-9]{{1,16}})"
    rf"&({_PART}{{1,200}})&({'|'.join(ALGORITHMS)}|HMAC-SHA1)(?![\w-])"
)
_JUDGED_AS = "A token password of SuiteAnalytics Connect; it was judged as the tokenPassport of a SOAP call, which is signed alike."


def _connect(text: str) -> list[Capture]:
    captures = []
    line_of = lines_of(text)
    for found in _PASSWORD.finditer(text):
        account, key, token, nonce, timestamp, signature, algorithm = (escape(part) for part in found.groups())
        namespace = f"_{_NEWEST}.platform.webservices.netsuite.com"
        envelope = (
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
            f'<s:Header><tokenPassport xmlns="urn:messages{namespace}" xmlns:c="urn:core{namespace}">'
            f"<c:account>{account}</c:account><c:consumerKey>{key}</c:consumerKey><c:token>{token}</c:token>"
            f"<c:nonce>{nonce}</c:nonce><c:timestamp>{timestamp}</c:timestamp>"
            f"<c:signature algorithm={quoteattr(algorithm)}>{signature}</c:signature></tokenPassport></s:Header>"
            f'<s:Body><getServerTime xmlns="urn:messages{namespace}"/></s:Body></s:Envelope>'
        )
        captures.append(_capture(envelope, f"line {line_of(found.start())}", (_JUDGED_AS,)))
    return captures


READER = Reader("a SOAP envelope", lambda text: _ENVELOPE.search(text) and "tokenPassport" in text, _read)
CONNECT = Reader("a token password of SuiteAnalytics Connect", _PASSWORD.search, _connect)
