"""aiohttp with oauthlib."""

import asyncio
import json
import os
from urllib.parse import urlencode

import aiohttp
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client

RESTLET = os.environ["NETSUITE_BASE_URL"] + "/app/site/hosting/restlet.nl"
SCRIPT = {"script": "customscript_orders", "deploy": "customdeploy_orders"}

signer = Client(
    os.environ["NETSUITE_CONSUMER_KEY"],
    client_secret=os.environ["NETSUITE_CONSUMER_SECRET"],
    resource_owner_key=os.environ["NETSUITE_TOKEN_ID"],
    resource_owner_secret=os.environ["NETSUITE_TOKEN_SECRET"],
    signature_method=SIGNATURE_HMAC_SHA256,
    realm=os.environ["NETSUITE_ACCOUNT"],
)


async def call(session, method, params, body=None):
    url = f"{RESTLET}?{urlencode(SCRIPT | params, doseq=True)}"
    _, headers, _ = signer.sign(url, method)
    headers["Content-Type"] = "application/json"  # of a GET too: NetSuite answers in that form
    data = json.dumps(body) if body else None
    async with session.request(method, url, headers=headers, data=data) as answer:
        print(method, answer.status)


async def main():
    # trust_env=True: HTTPS_PROXY is read.
    async with aiohttp.ClientSession(trust_env=True) as session:
        await call(session, "GET", {"customer": "Café O'Hara & Co. (50%+1=x*!~)"})
        await call(session, "GET", {"tag": ["red", "blue"]})
        await call(session, "GET", {"note": "", "id": 7})
        await call(session, "POST", {}, {"item": "Café", "quantity": 2})
        await call(session, "PUT", {}, {"id": 7, "item": "Café"})
        await call(session, "DELETE", {"id": 7})


asyncio.run(main())
