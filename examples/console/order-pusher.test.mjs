// Tests an integration in Node against a running `netsuite-tba serve`; Node 20 is all it needs.
//
//     netsuite-tba serve --print-env > env.sh &      prints NETSUITE_BASE_URL and the credentials
//     . ./env.sh
//     node --test order-pusher.test.mjs

import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { beforeEach, test } from "node:test";

const env = process.env;

// -- the code under test: it pushes an order to a RESTlet --------------------------------------------------------------

const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (one) => "%" + one.charCodeAt(0).toString(16).toUpperCase());

function authorization(method, address) {
  const url = new URL(address);
  const oauth = {
    oauth_consumer_key: env.NETSUITE_CONSUMER_KEY,
    oauth_token: env.NETSUITE_TOKEN_ID,
    oauth_signature_method: "HMAC-SHA256",
    oauth_timestamp: String(Math.floor(Date.now() / 1000)),
    oauth_nonce: randomBytes(12).toString("hex"),
    oauth_version: "1.0",
  };
  const pairs = [...Object.entries(oauth), ...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`);
  const base = [method, encode(url.origin + url.pathname), encode(pairs.sort().join("&"))].join("&");
  const key = `${encode(env.NETSUITE_CONSUMER_SECRET)}&${encode(env.NETSUITE_TOKEN_SECRET)}`;
  oauth.oauth_signature = createHmac("sha256", key).update(base).digest("base64");
  const said = Object.entries({ realm: env.NETSUITE_ACCOUNT, ...oauth }).map(([name, value]) => `${name}="${encode(value)}"`);
  return `OAuth ${said.join(", ")}`;
}

async function pushOrder(order) {
  const url = `${env.NETSUITE_BASE_URL}/app/site/hosting/restlet.nl?script=customscript_orders&deploy=customdeploy_orders`;
  for (let attempt = 1; ; attempt++) {
    const headers = { Authorization: authorization("POST", url), "Content-Type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(order) });
    if (response.ok) return (await response.json()).id;
    if (response.status !== 503 || attempt === 3) throw new Error(`NetSuite answered ${response.status}`);
  }
}

// -- the control API ---------------------------------------------------------------------------------------------------

async function admin(method, path, body) {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(`${env.NETSUITE_BASE_URL}/__admin/${path}`, { method, headers, body: body && JSON.stringify(body) });
  const found = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(`${found.error.path}: ${found.error.message}`);
  return found;
}

const account = `accounts/${env.NETSUITE_ACCOUNT}`;

beforeEach(async () => {
  await admin("POST", "reset");
  await admin("POST", `${account}/restlets`, {
    script: "customscript_orders",
    deploy: "customdeploy_orders",
    post: { json: { id: 4711 } },
  });
});

// -- the tests ---------------------------------------------------------------------------------------------------------

test("an order is pushed", async () => {
  assert.equal(await pushOrder({ number: 1007 }), 4711);

  const { calls } = await admin("GET", `${account}/restlets/customscript_orders/customdeploy_orders/calls`);
  assert.deepEqual(calls.map((one) => one.body), [{ number: 1007 }]);
});

test("a busy NetSuite is asked again, with a new header", async () => {
  await admin("POST", "faults", { kind: "unavailable" });

  assert.equal(await pushOrder({ number: 1007 }), 4711);
  const { attempts } = await admin("GET", "attempts?wait_for=2");
  assert.deepEqual(attempts.map((one) => one.http_status), [503, 200]);
});

test("a revoked token is an error that somebody hears of", async () => {
  const { tokens } = await admin("GET", account);
  await admin("PATCH", `${account}/tokens/${encodeURIComponent(tokens[0].name)}`, { revoked: true });

  await assert.rejects(pushOrder({ number: 1007 }), /401/);
  const { attempts } = await admin("GET", "attempts?status=Failure&wait_for=1&timeout=5");
  assert.deepEqual(attempts.map((one) => [one.detail, one.cause]), [["token_rejected", "The token is revoked."]]);
});

test("a misspelt field is named", async () => {
  await assert.rejects(admin("PATCH", `${account}/roles/1005`, { web_service_only: true }), /did you mean 'web_services_only'/);
});
