"""Sign requests to NetSuite: the standard library alone."""

import base64
import hmac
import os
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request


# -- encode
def encode(text: str) -> str:
    """Percent-encode by RFC 3986; quote leaves / as it is unless it is told."""
    return urllib.parse.quote(text, safe="")


# -- url
def base_url(url: str) -> str:
    """The URL as it is signed: lower-case scheme and host, no default port, the path as sent, no query."""
    parts = urllib.parse.urlsplit(url)
    default_port = {"https": ":443", "http": ":80"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(default_port)}{parts.path or '/'}"


# -- query
def query_pairs(url: str) -> list[tuple[str, str]]:
    """Every pair of the query that is sent, decoded once; a name may come twice, a value may be empty."""
    return urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query, keep_blank_values=True)


# -- parameters
def signed_pairs(oauth: dict[str, str], url: str) -> list[tuple[str, str]]:
    """What is signed: the oauth_ parameters of the header and the query. Not realm, not oauth_signature, no JSON body."""
    in_header = [(name, value) for name, value in oauth.items() if name != "oauth_signature"]
    return in_header + query_pairs(url)


# -- sort
def parameter_string(pairs: list[tuple[str, str]]) -> str:
    """Encode each name and value, then sort by name, then by value, then join."""
    encoded = sorted((encode(name), encode(value)) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


# -- base-string
def base_string(method: str, url: str, parameters: str) -> str:
    """Method in upper case, URL and parameters, each of them encoded, joined by "&"."""
    return "&".join([method.upper(), encode(url), encode(parameters)])


# -- key
def signing_key(consumer_secret: str, token_secret: str) -> str:
    """Both secrets, encoded, joined by "&"; the consumer secret comes first."""
    return f"{encode(consumer_secret)}&{encode(token_secret)}"


# -- hmac
def signature(key: str, base: str) -> str:
    """Base64 of the raw HMAC-SHA256; oauth_signature_method says "HMAC-SHA256", too."""
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), "sha256")).decode()


# -- oauth
def oauth_parameters(credentials: dict[str, str]) -> dict[str, str]:
    """The oauth_ parameters: made once, then signed and sent; nonce and timestamp are new for every request."""
    return {
        "oauth_consumer_key": credentials["consumer_key"],
        "oauth_nonce": secrets.token_hex(16),
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": str(int(time.time())),  # whole seconds
        "oauth_token": credentials["token_id"],
        "oauth_version": "1.0",
    }


# -- account
def realm(account: str) -> str:
    """The account as realm: 1234567_SB1."""
    return account.upper().replace("-", "_")


def host(account: str, service: str = "restlets.api") -> str:
    """The account as part of a host: 1234567-sb1.restlets.api.netsuite.com (of web services: suitetalk.api)."""
    return f"{account.lower().replace('_', '-')}.{service}.netsuite.com"


# -- header
def header(realm: str, oauth: dict[str, str]) -> str:
    """The value of the Authorization header: realm and oauth_ parameters alone, each value encoded and quoted."""
    fields = ", ".join(f'{name}="{encode(value)}"' for name, value in oauth.items())
    return f'OAuth realm="{realm}", {fields}'


# -- credentials
def read_credentials() -> dict[str, str]:
    """The account and the four values of one token, without the blanks of a paste; none may be missing."""
    names = ("account", "consumer_key", "consumer_secret", "token_id", "token_secret")
    credentials = {name: os.environ.get(f"NETSUITE_{name.upper()}", "").strip() for name in names}
    missing = [f"NETSUITE_{name.upper()}" for name, value in credentials.items() if not value]
    if missing:
        raise RuntimeError(f"not set: {', '.join(missing)}")
    return credentials


# -- sign
def authorization(method: str, url: str, credentials: dict[str, str], oauth: dict[str, str] | None = None) -> str:
    """Sign one request: url is the whole URL, as it will be sent. Call it again for every request."""
    oauth = oauth or oauth_parameters(credentials)
    base = base_string(method, base_url(url), parameter_string(signed_pairs(oauth, url)))
    key = signing_key(credentials["consumer_secret"], credentials["token_secret"])
    return header(realm(credentials["account"]), {**oauth, "oauth_signature": signature(key, base)})


# -- send
class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is not followed: the header is good for one URL."""

    def redirect_request(self, *_: object) -> None:
        """Leave the answer as it is."""


def send(
    method: str,
    url: str,
    credentials: dict[str, str],
    body: bytes | None = None,
    tries: int = 3,
    pause: float = 1,
) -> tuple[int, bytes]:
    """Send JSON, and sign again for every try: a nonce is good for one request. Give status and body."""
    opener = urllib.request.build_opener(NoRedirect)
    for attempt in range(1, tries + 1):
        headers = {"Authorization": authorization(method, url, credentials), "Content-Type": "application/json"}
        request = urllib.request.Request(url, data=body, headers=headers, method=method)
        try:
            with opener.open(request) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            if error.code not in {429, 503} or attempt == tries:
                return error.code, error.read()
        time.sleep(attempt * pause)
    raise ValueError("tries is less than 1")


# -- passport
def token_passport(credentials: dict[str, str], oauth: dict[str, str] | None = None, version: str = "2025_2") -> str:
    """The tokenPassport of one SOAP call: five fields signed as they are; no method, no URL, nothing encoded."""
    oauth = oauth or oauth_parameters(credentials)
    account, consumer_key, token = realm(credentials["account"]), oauth["oauth_consumer_key"], oauth["oauth_token"]
    nonce, timestamp = oauth["oauth_nonce"], oauth["oauth_timestamp"]
    base = f"{account}&{consumer_key}&{token}&{nonce}&{timestamp}"
    key = f"{credentials['consumer_secret']}&{credentials['token_secret']}"
    return f"""<m:tokenPassport xmlns:m="urn:messages_{version}.platform.webservices.netsuite.com">
  <m:account>{account}</m:account>
  <m:consumerKey>{consumer_key}</m:consumerKey>
  <m:token>{token}</m:token>
  <m:nonce>{nonce}</m:nonce>
  <m:timestamp>{timestamp}</m:timestamp>
  <m:signature algorithm="HMAC-SHA256">{signature(key, base)}</m:signature>
</m:tokenPassport>"""
