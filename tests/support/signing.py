"""Signs a request by hand, with any mistake in it."""

from pytest_netsuite_tba.oauth1.encoding import decode_query
from pytest_netsuite_tba.oauth1.header import format_authorization
from pytest_netsuite_tba.oauth1.signature import base_string, base_uri, parameter_string, sign, signing_key

HOST = "1234567-sb1.restlets.api.netsuite.com"
PATH = "/app/site/hosting/restlet.nl"
QUERY = "script=customscript_echo&deploy=customdeploy_echo"
TARGET = f"{PATH}?{QUERY}"
NOW = 1_790_000_000
NONCE = "fjaLirsIcCGVZWzBX0pg"


def oauth_parameters(netsuite, **changed):
    """The pairs of a right header; a keyword changes one (None leaves it out)."""
    credentials = netsuite.credentials
    pairs = {
        "oauth_consumer_key": credentials.consumer_key,
        "oauth_token": credentials.token_id,
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": str(int(netsuite.clock.client_now())),
        "oauth_nonce": NONCE,
        "oauth_version": "1.0",
    } | changed
    return {name: value for name, value in pairs.items() if value is not None}


def signature(netsuite, pairs, *, method="GET", host=HOST, path=PATH, query=QUERY, parameters=None):
    """The right signature of these pairs; ``parameters`` replaces the parameter string."""
    if parameters is None:
        parameters = parameter_string([*pairs.items(), *decode_query(query)])
    text = base_string(method, base_uri("https", host, path), parameters)
    return sign(text, signing_key(netsuite.credentials.consumer_secret, netsuite.credentials.token_secret))


def authorization(netsuite, *, realm="1234567_SB1", method="GET", query=QUERY, **changed):
    """A header that is right but for what is changed; ``oauth_signature`` may be changed too."""
    wrong_signature = changed.pop("oauth_signature", "")
    pairs = oauth_parameters(netsuite, **changed)
    right = signature(netsuite, pairs, method=method, query=query)
    if wrong_signature is not None:
        pairs["oauth_signature"] = wrong_signature or right
    return format_authorization(pairs.items(), realm=realm)
