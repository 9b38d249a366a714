"""Python's clients, each with its own signer: ``python_clients.py CLIENT`` makes the one call of $CALL."""

import asyncio
import hashlib
import hmac
import json
import os
import sys
from contextlib import suppress
from urllib.parse import urlencode

CALL = json.loads(os.environ["CALL"])
METHOD, URL, QUERY, BODY, FORM, TYPE = (CALL[name] for name in ("method", "url", "query", "body", "form", "type"))
QUERY, FORM = [tuple(pair) for pair in QUERY], FORM and [tuple(pair) for pair in FORM]
ACCOUNT, KEY, SECRET, TOKEN, TOKEN_SECRET = (
    os.environ[f"NETSUITE_{name}"]
    for name in ("ACCOUNT", "CONSUMER_KEY", "CONSUMER_SECRET", "TOKEN_ID", "TOKEN_SECRET")
)
HEADERS = {"Content-Type": TYPE} if TYPE else {}
FORM_TYPE = "application/x-www-form-urlencoded"
DATA = urlencode(FORM) if FORM else BODY
FULL = f"{URL}?{urlencode(QUERY)}" if QUERY else URL


def omit(why):
    """End the program: the client cannot make this call."""
    sys.stderr.write(f"omitted: {why}\n")
    sys.exit(3)


def signed(quoted=FULL):
    """Sign as oauthlib does: the headers of the call."""
    from oauthlib.oauth1 import Client

    signer = Client(
        KEY, SECRET, TOKEN, TOKEN_SECRET, signature_method="HMAC-SHA256", realm=ACCOUNT
    )  # fmt: skip
    headers = HEADERS | ({"Content-Type": FORM_TYPE} if FORM else {})
    _, headers, _ = signer.sign(quoted, METHOD, DATA if FORM else None, headers)
    return headers


def requests_oauthlib(requests):
    from requests_oauthlib import OAuth1

    auth = OAuth1(KEY, SECRET, TOKEN, TOKEN_SECRET, signature_method="HMAC-SHA256", realm=ACCOUNT)
    data = FORM or (BODY.encode() if BODY else None)
    return requests.request(METHOD, URL, params=QUERY, data=data, headers=HEADERS, auth=auth)


def by_requests():
    import requests

    requests_oauthlib(requests)


def by_niquests():
    import niquests

    headers = signed()
    niquests.request(METHOD, FULL, data=DATA, headers=headers)


def authlib_with_sha256():
    """Authlib has HMAC-SHA1 alone: the digest is ours, registered as its documentation says."""
    import base64

    from authlib.oauth1 import ClientAuth
    from authlib.oauth1.rfc5849.signature import generate_signature_base_string
    from authlib.oauth1.rfc5849.util import escape

    def sign(client, request):
        key = f"{escape(client.client_secret)}&{escape(client.token_secret)}"
        text = generate_signature_base_string(request)
        return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()

    ClientAuth.register_signature_method("HMAC-SHA256", sign)


def by_authlib_requests():
    from authlib.integrations.requests_client import OAuth1Session

    authlib_with_sha256()

    session = OAuth1Session(KEY, SECRET, TOKEN, TOKEN_SECRET, signature_method="HMAC-SHA256", realm=ACCOUNT)
    session.request(METHOD, URL, params=QUERY, data=FORM or (BODY.encode() if BODY else None), headers=HEADERS)


def by_authlib_httpx():
    from authlib.integrations.httpx_client import OAuth1Client

    authlib_with_sha256()
    with OAuth1Client(KEY, SECRET, TOKEN, TOKEN_SECRET, signature_method="HMAC-SHA256", realm=ACCOUNT) as client:
        client.request(METHOD, URL, params=QUERY, data=dict(FORM) if FORM else None, content=BODY, headers=HEADERS)


def by_httpx():
    import httpx

    httpx.request(METHOD, FULL, content=DATA, headers=signed())


def by_aiohttp():
    import aiohttp

    async def call():
        async with (
            aiohttp.ClientSession(trust_env=True) as session,
            session.request(METHOD, FULL, data=DATA, headers=signed()) as answer,
        ):
            await answer.read()

    asyncio.run(call())


def by_urllib():
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    data = DATA.encode() if DATA else None
    with suppress(HTTPError):
        urlopen(Request(FULL, data=data, headers=signed(), method=METHOD)).read()


def by_urllib3():
    import urllib3

    pool = urllib3.ProxyManager(os.environ["HTTPS_PROXY"], ca_certs=os.environ["SSL_CERT_FILE"])
    pool.request(METHOD, FULL, body=DATA, headers=signed(), retries=False)


def by_pycurl():
    import pycurl

    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, FULL)
    curl.setopt(pycurl.CUSTOMREQUEST, METHOD)
    curl.setopt(pycurl.CAINFO, os.environ["SSL_CERT_FILE"])
    curl.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in signed().items()])
    curl.setopt(pycurl.WRITEFUNCTION, lambda data: None)
    if DATA:
        curl.setopt(pycurl.COPYPOSTFIELDS, DATA.encode())
    curl.perform()


def by_rauth():
    from rauth import OAuth1Session
    from rauth.oauth import HmacSha1Signature

    class HmacSha256Signature(HmacSha1Signature):
        NAME = "HMAC-SHA256"

        def sign(self, consumer_secret, access_token_secret, method, url, oauth_params, req_kwargs):
            import rauth.oauth

            rauth.oauth.sha1 = hashlib.sha256  # it has no other place for the digest
            return super().sign(consumer_secret, access_token_secret, method, url, oauth_params, req_kwargs)

    if len({name for name, _ in QUERY}) < len(QUERY) or (FORM and len({name for name, _ in FORM}) < len(FORM)):
        query = {}
        for name, value in QUERY:
            query.setdefault(name, []).append(value)
    else:
        query = dict(QUERY)
    session = OAuth1Session(KEY, SECRET, TOKEN, TOKEN_SECRET, signature=HmacSha256Signature)
    data = dict(FORM) if FORM else BODY or {}
    headers = dict(HEADERS) | ({"Content-Type": FORM_TYPE} if FORM else {})
    session.request(METHOD, URL, params=query, data=data, headers=headers, header_auth=True, realm=ACCOUNT)


def by_oauth2():
    import httplib2
    import oauth2

    class SignatureMethodHmacSha256(oauth2.SignatureMethod_HMAC_SHA1):
        name = "HMAC-SHA256"

        def sign(self, request, consumer, token):
            import base64

            key, raw = self.signing_base(request, consumer, token)
            return base64.b64encode(hmac.new(key, raw, hashlib.sha256).digest())

    proxy = httplib2.proxy_info_from_environment("https")
    client = oauth2.Client(
        oauth2.Consumer(KEY, SECRET),
        oauth2.Token(TOKEN, TOKEN_SECRET),
        proxy_info=proxy,
        ca_certs=os.environ["SSL_CERT_FILE"],
    )
    client.set_signature_method(SignatureMethodHmacSha256())
    headers = dict(HEADERS) | ({"Content-Type": FORM_TYPE} if FORM else {})
    # The realm that the library makes is the URL's host: it is given another by its own class of requests.
    to_header = oauth2.Request.to_header
    oauth2.Request.to_header = lambda self, realm="": to_header(self, realm=ACCOUNT)
    client.request(FULL, METHOD, body=DATA if FORM else (BODY or "").encode(), headers=headers)


def by_netsuite():
    """The package netsuite, by jacobsvante: for RESTlets and for REST web services."""
    from netsuite import Config, NetSuiteRestApi, NetSuiteRestlet, TokenAuth
    from netsuite.exceptions import NetsuiteAPIRequestError

    if FORM:
        omit("it sends JSON alone")
    auth = TokenAuth(consumer_key=KEY, consumer_secret=SECRET, token_id=TOKEN, token_secret=TOKEN_SECRET)
    config = Config(account=ACCOUNT, auth=auth)

    async def call():
        more = {"json": json.loads(BODY)} if BODY else {}
        if "restlet.nl" in URL:
            query = {}
            for name, value in QUERY:
                query.setdefault(name, []).append(value)
            script, deploy = query.pop("script")[0], query.pop("deploy")[0]
            params = {name: values[0] if len(values) == 1 else values for name, values in query.items()}
            more |= {"params": params} if params else {}
            await getattr(NetSuiteRestlet(config), METHOD.lower())(script, deploy=deploy, **more)
        else:
            more |= {"params": dict(QUERY)} if QUERY else {}
            await getattr(NetSuiteRestApi(config), METHOD.lower())(URL.partition("/services/rest")[2], **more)

    with suppress(NetsuiteAPIRequestError):
        asyncio.run(call())


def by_netsuite_connector():
    from NetSuite_Connector.NetSuite import NetSuite

    client = NetSuite(
        ACCOUNT, {"consumer_key": KEY, "consumer_secret": SECRET}, {"token_key": TOKEN, "token_secret": TOKEN_SECRET}
    )
    if METHOD not in {"GET", "POST", "PUT", "DELETE"} or FORM:
        omit("it has no such call")
    body = {"body": BODY} if BODY else {}
    if METHOD == "GET":
        client.get(url=URL, headers=HEADERS, params=QUERY)
    else:
        getattr(client, METHOD.lower())(url=FULL, headers=HEADERS, **body)


def by_netsuite_client():
    from netsuite_client.client import NetSuiteClient

    client = NetSuiteClient(ACCOUNT, ACCOUNT.lower().replace("_", "-"), KEY, SECRET, TOKEN, TOKEN_SECRET, max_retries=0)
    if METHOD == "GET":
        if len({name for name, _ in QUERY}) < len(QUERY):
            omit("a name has one value")
        client.get(URL, dict(QUERY))
    elif METHOD == "POST" and not FORM and BODY:
        client.post(FULL, json.loads(BODY))
    else:
        omit("it has GET and POST of JSON alone")


def by_netsuite_oauth():
    from netsuite_oauth import NetsuiteOauth

    if FORM:
        omit("it sends JSON alone")
    client = NetsuiteOauth(URL, KEY, SECRET, TOKEN, TOKEN_SECRET, ACCOUNT)
    client.request(METHOD, json.loads(BODY) if BODY else None, params=QUERY)


def by_restsuite():
    from restsuite.base_rest import Rest

    if FORM:
        omit("it sends JSON alone")
    more = {"body": json.loads(BODY)} if BODY else {}
    Rest(ACCOUNT, KEY, SECRET, TOKEN, TOKEN_SECRET).request(METHOD, URL, params=QUERY, **more)


globals()[f"by_{sys.argv[1]}"]()
