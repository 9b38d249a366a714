#!/usr/bin/env bash
# newman runs the collection beside this file; in the Postman app, import it and set the same variables.
set -euo pipefail

exec newman run "$(dirname "$0")/restlets.postman_collection.json" --color off \
  --env-var "base_url=$NETSUITE_BASE_URL" \
  --env-var "account=$NETSUITE_ACCOUNT" \
  --env-var "consumer_key=$NETSUITE_CONSUMER_KEY" \
  --env-var "consumer_secret=$NETSUITE_CONSUMER_SECRET" \
  --env-var "token_id=$NETSUITE_TOKEN_ID" \
  --env-var "token_secret=$NETSUITE_TOKEN_SECRET"
