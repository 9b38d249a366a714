"""What the product says of a call that was signed by somebody else: through its public door."""

from pytest_netsuite_tba import Account, Integration, Token, explain
from pytest_netsuite_tba.login.request import SignedRequest

from .netsuite_calls import ACCOUNTS

_FIELDS = ("account", "consumerKey", "token", "nonce", "timestamp")


def _account(credentials):
    first = Integration(
        name="First", consumer_key=credentials.consumer_key, consumer_secret=credentials.consumer_secret
    )
    other = Integration(
        name="Other", consumer_key=credentials.other_consumer_key, consumer_secret=credentials.other_consumer_secret
    )
    tokens = [
        Token(name="First", id=credentials.token_id, secret=credentials.token_secret, integration=first),
        Token(name="Other", id=credentials.other_token_id, secret=credentials.other_token_secret, integration=other),
    ]
    return Account(credentials.account, integrations=[first, other], tokens=tokens)


RECORDS = {credentials.account: _account(credentials) for credentials in ACCOUNTS}


def request(call, sent):
    """The request as it goes over the wire; ``sent`` is the header, or the signature of a passport."""
    headers = [("Host", call.host), ("Content-Type", call.content_type)]
    if call.agent:
        headers.append(("User-Agent", call.agent))
    body = call.body
    if call.passport:
        headers.append(("SOAPAction", "getServerTime"))
        body = _envelope(call, sent)
    else:
        headers.append(("Authorization", sent))
    return SignedRequest(
        method=call.method, scheme=call.scheme, host=call.host, target=call.target, headers=tuple(headers), body=body.encode()
    )  # fmt: skip


def _envelope(call, signature):
    messages = f"urn:messages_{call.path.rpartition('Port_')[2]}.platform.webservices.netsuite.com"
    credentials = call.credentials
    values = (credentials.account, credentials.consumer_key, credentials.token_id, call.nonce, call.timestamp)
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in zip(_FIELDS, values, strict=True))
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>'
        f'<tokenPassport xmlns="{messages}">{fields}<signature algorithm="HMAC-SHA256">{signature}</signature></tokenPassport>'
        f'</s:Header><s:Body><getServerTime xmlns="{messages}"/></s:Body></s:Envelope>'
    )


def judged(call, sent):
    """The login attempt that it becomes."""
    return explain(request(call, sent), RECORDS[call.credentials.account])
