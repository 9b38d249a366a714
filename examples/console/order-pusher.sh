#!/usr/bin/env bash
# Tests an integration in shell against a running `netsuite-tba serve`; curl and openssl are all it needs.
#
#     netsuite-tba serve --print-env > env.sh &      prints NETSUITE_BASE_URL and the credentials
#     . ./env.sh
#     bash order-pusher.sh
set -euo pipefail

# -- the code under test: it pushes an order to a RESTlet --------------------------------------------------------------

push_order() {
  local path=$NETSUITE_BASE_URL/app/site/hosting/restlet.nl stamp nonce pairs base key signature
  stamp=$(date +%s)
  nonce=$(openssl rand -hex 12)
  # Sorted by name; nothing here needs escaping a first time.
  pairs="deploy=customdeploy_orders&oauth_consumer_key=$NETSUITE_CONSUMER_KEY&oauth_nonce=$nonce"
  pairs+="&oauth_signature_method=HMAC-SHA256&oauth_timestamp=$stamp&oauth_token=$NETSUITE_TOKEN_ID"
  pairs+="&oauth_version=1.0&script=customscript_orders"
  base="POST&$(escaped "$path")&$(escaped "$pairs")"
  key="$NETSUITE_CONSUMER_SECRET&$NETSUITE_TOKEN_SECRET"
  signature=$(printf %s "$base" | openssl dgst -sha256 -hmac "$key" -binary | openssl base64 -A)
  curl -sS -o answer.json -w '%{http_code}' -X POST "$path?script=customscript_orders&deploy=customdeploy_orders" \
    -H "Content-Type: application/json" -d "$1" \
    -H "Authorization: OAuth realm=\"$NETSUITE_ACCOUNT\", oauth_consumer_key=\"$NETSUITE_CONSUMER_KEY\", \
oauth_token=\"$NETSUITE_TOKEN_ID\", oauth_signature_method=\"HMAC-SHA256\", oauth_timestamp=\"$stamp\", \
oauth_nonce=\"$nonce\", oauth_version=\"1.0\", oauth_signature=\"$(escaped "$signature")\""
}

escaped() { printf %s "$1" | sed -e 's/%/%25/g; s/:/%3A/g; s,/,%2F,g; s/&/%26/g; s/=/%3D/g; s/+/%2B/g'; }

# -- the control API ---------------------------------------------------------------------------------------------------

admin() { # method, path, body
  curl -sS --fail-with-body -X "$1" "$NETSUITE_BASE_URL/__admin/$2" -H "Content-Type: application/json" ${3+-d "$3"}
}

account=accounts/$NETSUITE_ACCOUNT
cd "$(mktemp -d)"

expect() { # what, wanted, got
  [[ $3 == *"$2"* ]] || { echo "not ok: $1: expected $2, got $3" >&2; exit 1; }
  echo "ok: $1"
}

# -- the tests ---------------------------------------------------------------------------------------------------------

admin POST reset
admin POST "$account/restlets" \
  '{"script": "customscript_orders", "deploy": "customdeploy_orders", "post": {"json": {"id": 4711}}}' >/dev/null

expect "an order is pushed" 200 "$(push_order '{"number": 1007}')"
expect "the RESTlet got it" '"body": {"number": 1007}' \
  "$(admin GET "$account/restlets/customscript_orders/customdeploy_orders/calls")"

admin POST faults '{"kind": "unavailable"}' >/dev/null
expect "a busy NetSuite is a 503" 503 "$(push_order '{}')"

admin PATCH "$account/roles/1005" '{"web_services_only": true}' >/dev/null
expect "a role for web services only is refused" 401 "$(push_order '{}')"
expect "the trail says why" 'Web Services Only' "$(admin GET 'attempts?status=Failure&wait_for=2&timeout=5')"

expect "a misspelt field is named" "did you mean 'web_services_only'?" \
  "$(admin PATCH "$account/roles/1005" '{"web_service_only": true}' || true)"
