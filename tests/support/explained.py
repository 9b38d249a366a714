"""What the tests of explain, its command and its lines share: an account in a file, and a request that oauthlib signed."""

import oauthlib.oauth1

from pytest_netsuite_tba import cli

ACCOUNT_ID = "1234567_SB1"
HOST = "1234567-sb1.restlets.api.netsuite.com"
URL = f"https://{HOST}/app/site/hosting/restlet.nl?script=customscript_orders&deploy=1&q=a%20b"
SECRETS = ("consumer-secret-\u00e9&+%-0123456789", "token-secret-\u00e9&+%-0123456789")
TOML = f"""
account = "{ACCOUNT_ID}"
[[integrations]]
name = "Shop"
consumer_key = "{"c" * 64}"
consumer_secret = "{SECRETS[0]}"
[[tokens]]
name = "Shop token"
id = "{"d" * 64}"
secret = "{SECRETS[1]}"
"""


def header(url=URL, method="GET", **more):
    """Sign with oauthlib, which knows nothing of us."""
    values = {"timestamp": "1790000000", "nonce": "nonce-1234567890"} | more
    client = oauthlib.oauth1.Client(
        "c" * 64,
        client_secret=values.pop("secret", SECRETS[0]),
        resource_owner_key="d" * 64,
        resource_owner_secret=SECRETS[1],
        signature_method=oauthlib.oauth1.SIGNATURE_HMAC_SHA256,
        realm=values.pop("realm", ACCOUNT_ID),
        **values,
    )
    return client.sign(url, method)[1]["Authorization"]


def run(*arguments, capsys):
    """Run the command in this process, whose standard input is no terminal; give status, output and errors."""
    status = cli.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert not any(secret in out + err for secret in SECRETS)
    return status, out, err
