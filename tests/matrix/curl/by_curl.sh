#!/usr/bin/env bash
# curl; the header is oauthlib's.
set -euo pipefail

restlet="$NETSUITE_BASE_URL/app/site/hosting/restlet.nl?script=customscript_orders&deploy=customdeploy_orders"

authorization() { # METHOD URL
  python3 - "$@" <<'PY'
import os, sys
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client

names = ("CONSUMER_KEY", "CONSUMER_SECRET", "TOKEN_ID", "TOKEN_SECRET")
client = Client(
    *(os.environ[f"NETSUITE_{name}"] for name in names),
    signature_method=SIGNATURE_HMAC_SHA256,
    realm=os.environ["NETSUITE_ACCOUNT"],
)
method, url = sys.argv[1:]
print("Authorization:", client.sign(url, method)[1]["Authorization"])
PY
}

call() { # METHOD QUERY [curl's own options]
  local method=$1 url="$restlet$2"
  shift 2
  # The header comes by standard input: a command line is there for every process to read.
  authorization "$method" "$url" |
    curl -sS -o /dev/null -w "$method %{http_code}\n" -X "$method" -H @- -H "Content-Type: application/json" "$@" "$url"
}

call GET "&customer=Caf%C3%A9+O%27Hara+%26+Co.+(50%25%2B1%3Dx*!~)"
call GET "&tag=red&tag=blue"
call GET "&note=&id=7"
call POST "" --data-binary '{"item": "Café", "quantity": 2}'
call PUT "" --data-binary '{"id": 7, "item": "Café"}'
call DELETE "&id=7"
