"""SOAP calls by hand: a passport signed from Oracle's description alone, with any mistake in it."""

import base64
import hmac
from xml.sax.saxutils import escape

from .signing import NOW

HOST = "1234567-sb1.suitetalk.api.netsuite.com"
PATH = "/services/NetSuitePort_2024_1"
URL = f"https://{HOST}{PATH}"
MESSAGES = "urn:messages_2024_1.platform.webservices.netsuite.com"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
GET_SERVER_TIME = f'<getServerTime xmlns="{MESSAGES}"/>'


def fields(token, /, account="1234567_SB1", *, nonce="fjaLirsIcCGVZWzBX0pg", timestamp=NOW, **changed):
    """The five fields of a right passport; a keyword changes one (None leaves it out)."""
    right = {
        "account": account,
        "consumerKey": token.integration.consumer_key,
        "token": token.id,
        "nonce": nonce,
        "timestamp": str(timestamp),
    }
    return {name: value for name, value in (right | changed).items() if value is not None}


def base_string(sent):
    return "&".join(sent.values())


def signature(base, token, digest="sha256"):
    key = f"{token.integration.consumer_secret}&{token.secret}"
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), digest)).decode()


def passport(sent, signed, *, algorithm="HMAC-SHA256", namespace=MESSAGES):
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in sent.items())
    attribute = "" if algorithm is None else f' algorithm="{algorithm}"'
    signed = "" if signed is None else f"<signature{attribute}>{escape(signed)}</signature>"
    return f'<tokenPassport xmlns="{namespace}">{inside}{signed}</tokenPassport>'


def envelope(header, body=GET_SERVER_TIME):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP}"><s:Header>{header}</s:Header>'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )


def right(token, /, body=GET_SERVER_TIME, **changed):
    """An envelope with a right passport, but for what is changed before it is signed."""
    sent = fields(token, **changed)
    return envelope(passport(sent, signature(base_string(sent), token)), body)
