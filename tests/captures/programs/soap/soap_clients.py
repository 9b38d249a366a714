"""Two libraries of Python that call SOAP web services: ``soap_clients.py CLIENT`` makes one call."""

import asyncio
import os
import sys
import warnings

warnings.simplefilter("ignore")  # in the libraries' own calls of httpx and oauthlib
KEY, SECRET, TOKEN, TOKEN_SECRET = (
    os.environ[f"NETSUITE_{name}"] for name in ("CONSUMER_KEY", "CONSUMER_SECRET", "TOKEN_ID", "TOKEN_SECRET")
)
ACCOUNT = os.environ["NETSUITE_ACCOUNT"]


def by_netsuite():
    import zeep
    from netsuite import Config, NetSuite, TokenAuth

    auth = TokenAuth(consumer_key=KEY, consumer_secret=SECRET, token_id=TOKEN, token_secret=TOKEN_SECRET)
    options = {"version": "2024.1.0", "cache": zeep.cache.InMemoryCache()}
    client = NetSuite(Config(account=ACCOUNT, auth=auth), soap_api_options=options)
    asyncio.run(client.soap_api.request("getServerTime"))


def by_netsuitesdk():
    from netsuitesdk.internal.client import NetSuiteClient

    client = NetSuiteClient(account=ACCOUNT, caching=False, wsdl_version="2024_1")
    client.connect_tba(KEY, SECRET, TOKEN, TOKEN_SECRET)
    client.request("getServerTime")


globals()[f"by_{sys.argv[1]}"]()
