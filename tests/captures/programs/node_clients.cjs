// Node's clients, each with its own signer: node_clients.cjs CLIENT makes the one call of $CALL.
const { createHmac } = require("node:crypto");
const { createRequire } = require("node:module");

const matrix = createRequire(`${__dirname}/../../matrix/node/package.json`);
const { env } = process;
const { method, url, query, body, form, type } = JSON.parse(env.CALL);
const [account, key, secret, token, tokenSecret] = ["ACCOUNT", "CONSUMER_KEY", "CONSUMER_SECRET", "TOKEN_ID", "TOKEN_SECRET"].map(
  (name) => env[`NETSUITE_${name}`],
);
const headers = type ? { "Content-Type": type } : {};
// oauth-1.0a decodes with decodeURIComponent: a space must be %20.
const encoded = (pairs) => pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
const full = query.length ? `${url}?${encoded(query)}` : url;
const FORM = "application/x-www-form-urlencoded";
const formHeaders = form ? { "Content-Type": FORM } : headers;
// How JavaScript has a form of pairs: an object, with a list where a name is repeated.
const asObject = (pairs) => {
  const made = {};
  for (const [name, value] of pairs) made[name] = name in made ? [made[name], value].flat() : value;
  return made;
};

function omit(why) {
  console.error(`omitted: ${why}`);
  process.exit(3);
}

function oauth10a(OAuth = require("oauth-1.0a")) {
  const oauth = new OAuth({
    consumer: { key, secret },
    realm: account,
    signature_method: "HMAC-SHA256",
    hash_function: (text, by) => createHmac("sha256", by).update(text).digest("base64"),
  });
  const data = form ? asObject(form) : undefined;
  const authorization = oauth.authorize({ url: full, method, data }, { key: token, secret: tokenSecret });
  if (form) for (const name of Object.keys(authorization)) if (!name.startsWith("oauth_")) delete authorization[name];
  return { ...formHeaders, ...oauth.toHeader(authorization) };
}

const content = () => (form ? new URLSearchParams(form).toString() : (body ?? undefined));

const CLIENTS = {
  fetch: async () => (await fetch(full, { method, headers: oauth10a(), body: content() })).text(),
  async undici() {
    const { EnvHttpProxyAgent, request } = matrix("undici");
    const answer = await request(full, { method, headers: oauth10a(), body: content(), dispatcher: new EnvHttpProxyAgent() });
    await answer.body.text();
  },
  async axios() {
    await matrix("axios")({ url: full, method, headers: oauth10a(), data: content(), validateStatus: () => true });
  },
  https() {
    const { ProxyAgent } = matrix("proxy-agent");
    const agent = new ProxyAgent();
    return new Promise((resolve, reject) => {
      const sent = require("node:https").request(full, { method, headers: oauth10a(), agent }, (answer) => answer.resume().on("end", resolve));
      sent.on("error", reject).end(content());
    }).finally(() => agent.destroy());
  },
  async superagent() {
    const { ProxyAgent } = matrix("proxy-agent");
    const made = require("superagent")(method, full).agent(new ProxyAgent()).set(oauth10a()).ok(() => true);
    await (content() ? made.send(content()) : made);
  },
  async got() {
    const { got } = await import("got");
    const { ProxyAgent } = matrix("proxy-agent");
    await got(full, { method, headers: oauth10a(), body: content(), agent: { https: new ProxyAgent() }, throwHttpErrors: false, retry: { limit: 0 } });
  },
  async oauth_1_0a_ts() {
    const { OAuth } = require("node-oauth-1.0a-ts");
    const answer = await fetch(full, { method, headers: oauth10a(OAuth), body: content() });
    await answer.text();
  },
  // ciaranj's: it makes the request by itself.
  oauth() {
    const { OAuth } = require("oauth");
    const { ProxyAgent } = matrix("proxy-agent");
    const client = new OAuth(null, null, key, secret, "1.0", null, "HMAC-SHA256", 32, {});
    client._createClient = (port, host, verb, path, sent) =>
      require("node:https").request({ host, port, path, method: verb, headers: sent, agent: new ProxyAgent() });
    client._buildAuthorizationHeaders = ((build) => (ordered) => build.call(client, ordered).replace("OAuth ", `OAuth realm="${account}",`))(
      client._buildAuthorizationHeaders,
    );
    return new Promise((resolve) => {
      const done = () => resolve(setTimeout(() => process.exit(0), 100));
      if (method === "GET") return client.get(full, token, tokenSecret, done);
      if (method === "DELETE") return client.delete(full, token, tokenSecret, done);
      if (method === "POST") return client.post(full, token, tokenSecret, form ? asObject(form) : (body ?? ""), form ? FORM : type, done);
      if (method === "PUT") return client.put(full, token, tokenSecret, form ? asObject(form) : (body ?? ""), form ? FORM : type, done);
      return omit(`it has no ${method}`);
    });
  },
  // request, with its own option oauth, by oauth-sign. It knows HMAC-SHA256 since 2.88.
  request() {
    const oauth = { consumer_key: key, consumer_secret: secret, token, token_secret: tokenSecret, realm: account, signature_method: "HMAC-SHA256" };
    const options = { method, uri: url, qs: asObject(query), qsStringifyOptions: { arrayFormat: "repeat" }, useQuerystring: true, headers, oauth };
    if (form) options.form = asObject(form);
    else if (body) options.body = body;
    return new Promise((resolve) => require("request")(options, resolve));
  },
  // Its interceptor signs config.url and config.params.
  async axios_oauth_10a() {
    const client = require("axios").create({ validateStatus: () => true });
    require("axios-oauth-1.0a").default(client, { key, secret, token, tokenSecret, realm: account, algorithm: "HMAC-SHA256", includeBodyHash: false });
    const params = new URLSearchParams(query);
    await client.request({ url, method, params, headers: formHeaders, data: form ? new URLSearchParams(form) : (body ?? undefined) });
  },
  async axios_oauth_10a_body_hash() {
    const client = require("axios").create({ validateStatus: () => true });
    require("axios-oauth-1.0a").default(client, { key, secret, token, tokenSecret, realm: account, algorithm: "HMAC-SHA256" });
    await client.request({ url: full, method, headers: formHeaders, data: form ? new URLSearchParams(form) : (body ?? undefined) });
  },
  // SuiteTalk REST alone.
  async netsuite_rest() {
    const Rest = require("netsuite-rest");
    if (!url.includes("/services/rest/")) omit("it calls REST web services alone");
    const client = new Rest({ consumer_key: key, consumer_secret_key: secret, token, token_secret: tokenSecret, realm: account });
    await client.request({ path: full.split("/services/rest/")[1], method, body: body ?? "", heads: headers }).catch(() => null);
  },
  async nsrestlet() {
    if (!url.includes("restlet.nl") || form) omit("it calls RESTlets alone, with JSON");
    const { script, deploy, ...more } = asObject(query);
    const settings = { accountId: account, tokenKey: token, tokenSecret, consumerKey: key, consumerSecret: secret };
    const where = { url: `${url}?script=${script}&deploy=${deploy}` };
    if (body) where.url = full;
    await require("nsrestlet").createLink(settings, where)[method.toLowerCase()](body ? JSON.parse(body) : more).catch(() => null);
  },
};

Promise.resolve(CLIENTS[process.argv[2]]()).catch((error) => {
  console.error(error);
  process.exit(1);
});
