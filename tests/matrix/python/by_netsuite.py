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


async def call(method, **kwargs):
    try:
        await getattr(restlet, method.lower())(SCRIPT, deploy=DEPLOY, **kwargs)
    except NetsuiteAPIRequestError as refused:
        print(method, refused.status_code)
    else:
        print(method, 200)


async def main():
    await call("GET", params={"customer": "Café O'Hara & Co. (50%+1=x*!~)"})
    await call("GET", params={"tag": ["red", "blue"]})
    await call("GET", params={"note": "", "id": 7})
    await call("POST", json={"item": "Café", "quantity": 2})
    await call("PUT", json={"id": 7, "item": "Café"})
    await call("DELETE", params={"id": 7})


asyncio.run(main())
