#!/usr/bin/env bash
# curl; the header is oauthlib's. It makes the one call of $CALL.
set -euo pipefail

python3 - <<'PY' | curl -sS -o /dev/null -K -
import json, os
from urllib.parse import urlencode
from oauthlib.oauth1 import Client

call = json.loads(os.environ["CALL"])
names = ("CONSUMER_KEY", "CONSUMER_SECRET", "TOKEN_ID", "TOKEN_SECRET")
client = Client(
    *(os.environ[f"NETSUITE_{name}"] for name in names), signature_method="HMAC-SHA256", realm=os.environ["NETSUITE_ACCOUNT"]
)
url = call["url"] + ("?" + urlencode([*map(tuple, call["query"])]) if call["query"] else "")
kind = "application/x-www-form-urlencoded" if call["form"] else call["type"]
body = urlencode([*map(tuple, call["form"])]) if call["form"] else call["body"]
_, headers, _ = client.sign(url, call["method"], body if call["form"] else None, {"Content-Type": kind} if kind else {})
quoted = lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
print("globoff")
print("url =", quoted(url))
print("request =", call["method"])
for name, value in headers.items():
    print("header =", quoted(f"{name}: {value}"))
if body:
    print("data-raw =", quoted(body))
PY
