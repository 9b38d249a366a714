"""The package netsuite, by jacobsvante: its RESTlet client."""

import asyncio
import os

from netsuite import Config, NetSuiteRestlet, TokenAuth
from netsuite.exceptions import NetsuiteAPIRequestError

SCRIPT, DEPLOY = "customscript_orders", "customdeploy_orders"  # or their numbers

restlet = NetSuiteRestlet(
    Config(
        account=os.environ["NETSUITE_ACCOUNT"],
        auth=TokenAuth(
            consumer_key=os.environ["NETSUITE_CONSUMER_KEY"],
            consumer_secret=os.environ["NETSUITE_CONSUMER_SECRET"],
            token_id=os.environ["NETSUITE_TOKEN_ID"],
            token_secret=os.environ["NETSUITE_TOKEN_SECRET"],
        ),
    )
)


async def call(method, query="", **kwargs):
    try:
        # httpx drops the URL's own query when params= is given: the parameters go behind the deployment.
        await getattr(restlet, method.lower())(SCRIPT, deploy=DEPLOY + query, **kwargs)
    except NetsuiteAPIRequestError as refused:
        print(method, refused.status_code)
    else:
        print(method, 200)


async def main():
    await call("GET", "&customer=Caf%C3%A9%20O%27Hara%20%26%20Co.%20%2850%25%2B1%3Dx%2A%21~%29")
    await call("GET", "&tag=red&tag=blue")
    await call("GET", "&note=&id=7")
    await call("POST", json={"item": "Café", "quantity": 2})
    await call("PUT", json={"id": 7, "item": "Café"})
    await call("DELETE", "&id=7")


asyncio.run(main())
