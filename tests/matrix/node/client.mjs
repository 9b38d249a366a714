// What the programs beside this file share: the calls, and their signatures by oauth-1.0a.
import { createHmac } from "node:crypto";

import OAuth from "oauth-1.0a";

const { env } = process;
const RESTLET = `${env.NETSUITE_BASE_URL}/app/site/hosting/restlet.nl`;
const SCRIPT = [["script", "customscript_orders"], ["deploy", "customdeploy_orders"]];

const oauth = new OAuth({
  consumer: { key: env.NETSUITE_CONSUMER_KEY, secret: env.NETSUITE_CONSUMER_SECRET },
  realm: env.NETSUITE_ACCOUNT,
  signature_method: "HMAC-SHA256",
  hash_function: (text, key) => createHmac("sha256", key).update(text).digest("base64"),
});
const token = { key: env.NETSUITE_TOKEN_ID, secret: env.NETSUITE_TOKEN_SECRET };

// oauth-1.0a decodes with decodeURIComponent: a space must be %20. URLSearchParams would make it "+".
const query = (pairs) => pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");

export function* calls() {
  yield call("GET", [["customer", "Café O'Hara & Co. (50%+1=x*!~)"]]);
  yield call("GET", [["tag", "red"], ["tag", "blue"]]);
  yield call("GET", [["note", ""], ["id", "7"]]);
  yield call("POST", [], { item: "Café", quantity: 2 });
  yield call("PUT", [], { id: 7, item: "Café" });
  yield call("DELETE", [["id", "7"]]);
}

function call(method, parameters, body) {
  const url = `${RESTLET}?${query([...SCRIPT, ...parameters])}`;
  const headers = { ...oauth.toHeader(oauth.authorize({ url, method }, token)), "Content-Type": "application/json" };
  return { url, method, headers, body: body && JSON.stringify(body) };
}
