"""requests with requests-oauthlib."""

import os

import requests
from requests_oauthlib import OAuth1

RESTLET = os.environ["NETSUITE_BASE_URL"] + "/app/site/hosting/restlet.nl"
SCRIPT = {"script": "customscript_orders", "deploy": "customdeploy_orders"}

session = requests.Session()
session.auth = OAuth1(
    os.environ["NETSUITE_CONSUMER_KEY"],
    os.environ["NETSUITE_CONSUMER_SECRET"],
    os.environ["NETSUITE_TOKEN_ID"],
    os.environ["NETSUITE_TOKEN_SECRET"],
    signature_method="HMAC-SHA256",
    realm=os.environ["NETSUITE_ACCOUNT"],
)
session.headers["Content-Type"] = "application/json"

for answer in (
    session.get(RESTLET, params=SCRIPT | {"customer": "Café O'Hara & Co. (50%+1=x*!~)"}),
    session.get(RESTLET, params=SCRIPT | {"tag": ["red", "blue"]}),
    session.get(RESTLET, params=SCRIPT | {"note": "", "id": 7}),
    session.post(RESTLET, params=SCRIPT, json={"item": "Café", "quantity": 2}),
    session.put(RESTLET, params=SCRIPT, json={"id": 7, "item": "Café"}),
    session.delete(RESTLET, params=SCRIPT | {"id": 7}),
):
    print(answer.request.method, answer.status_code)
