const crypto = require("node:crypto");

// -- encode
/** Percent-encode by RFC 3986: encodeURIComponent leaves ! ' ( ) * as they are. */
function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => "%" + char.charCodeAt(0).toString(16).toUpperCase());
}

// -- url
/** The URL as it is signed: lower-case scheme and host, no default port, the path as sent, no query. */
function baseUrl(url) {
  const { origin, pathname } = new URL(url); // fetch sends it as URL spells it
  return origin + pathname;
}

// -- query
/** Every pair of the query that is sent, decoded once; a name may come twice, a value may be empty. */
function queryPairs(url) {
  return [...new URL(url).searchParams];
}

// -- parameters
/** What is signed: the oauth_ parameters of the header and the query. Not realm, not oauth_signature, no JSON body. */
function signedPairs(oauth, url) {
  const inHeader = Object.entries(oauth).filter(([name]) => name !== "oauth_signature");
  return [...inHeader, ...queryPairs(url)];
}

// -- sort
/** Encode each name and value, then sort by name, then by value, then join. */
function parameterString(pairs) {
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  return pairs
    .map(([name, value]) => [encode(name), encode(value)])
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

// -- base-string
/** Method in upper case, URL and parameters, each of them encoded, joined by "&". */
function baseString(method, url, parameters) {
  return [method.toUpperCase(), encode(url), encode(parameters)].join("&");
}

// -- key
/** Both secrets, encoded, joined by "&"; the consumer secret comes first. */
function signingKey(consumerSecret, tokenSecret) {
  return `${encode(consumerSecret)}&${encode(tokenSecret)}`;
}

// -- hmac
/** Base64 of the raw HMAC-SHA256; oauth_signature_method says "HMAC-SHA256", too. */
function signature(key, base) {
  return crypto.createHmac("sha256", key).update(base).digest("base64");
}

// -- oauth
/** The oauth_ parameters: made once, then signed and sent; nonce and timestamp are new for every request. */
function oauthParameters(credentials) {
  return {
    oauth_consumer_key: credentials.consumerKey,
    oauth_nonce: crypto.randomBytes(16).toString("hex"),
    oauth_signature_method: "HMAC-SHA256",
    oauth_timestamp: String(Math.floor(Date.now() / 1000)), // whole seconds
    oauth_token: credentials.tokenId,
    oauth_version: "1.0",
  };
}

// -- account
/** The account as realm: 1234567_SB1. */
function realm(account) {
  return account.toUpperCase().replaceAll("-", "_");
}

/** The account as part of a host: 1234567-sb1.restlets.api.netsuite.com (of web services: suitetalk.api). */
function host(account, service = "restlets.api") {
  return `${account.toLowerCase().replaceAll("_", "-")}.${service}.netsuite.com`;
}

// -- header
/** The value of the Authorization header: realm and oauth_ parameters alone, each value encoded and quoted. */
function header(realm, oauth) {
  const fields = Object.entries(oauth).map(([name, value]) => `${name}="${encode(value)}"`);
  return `OAuth realm="${realm}", ${fields.join(", ")}`;
}

// -- credentials
/** The account and the four values of one token, without the blanks of a paste; none may be missing. */
function readCredentials(env = process.env) {
  const read = (name) => {
    const value = (env[name] ?? "").trim();
    if (!value) throw new Error(`${name} is not set`);
    return value;
  };
  return {
    account: read("NETSUITE_ACCOUNT"),
    consumerKey: read("NETSUITE_CONSUMER_KEY"),
    consumerSecret: read("NETSUITE_CONSUMER_SECRET"),
    tokenId: read("NETSUITE_TOKEN_ID"),
    tokenSecret: read("NETSUITE_TOKEN_SECRET"),
  };
}

// -- sign
/** Sign one request: url is the whole URL, as it will be sent. Call it again for every request. */
function authorization(method, url, credentials, oauth = oauthParameters(credentials)) {
  const base = baseString(method, baseUrl(url), parameterString(signedPairs(oauth, url)));
  const key = signingKey(credentials.consumerSecret, credentials.tokenSecret);
  return header(realm(credentials.account), { ...oauth, oauth_signature: signature(key, base) });
}

// -- send
/** Send JSON, and sign again for every try: a nonce is good for one request. A redirect is not followed. */
async function send(method, url, credentials, body, tries = 3, pause = 1) {
  for (let attempt = 1; ; attempt++) {
    const headers = { Authorization: authorization(method, url, credentials), "Content-Type": "application/json" };
    const response = await fetch(url, { method, headers, body, redirect: "manual" });
    if (![429, 503].includes(response.status) || attempt >= tries) return response;
    await new Promise((done) => setTimeout(done, attempt * pause * 1000));
  }
}

// -- passport
/** The tokenPassport of one SOAP call: five fields signed as they are; no method, no URL, nothing encoded. */
function tokenPassport(credentials, oauth = oauthParameters(credentials), version = "2025_2") {
  const account = realm(credentials.account);
  const { oauth_consumer_key: consumerKey, oauth_token: token, oauth_nonce: nonce, oauth_timestamp: timestamp } = oauth;
  const base = [account, consumerKey, token, nonce, timestamp].join("&");
  const key = `${credentials.consumerSecret}&${credentials.tokenSecret}`;
  return `<m:tokenPassport xmlns:m="urn:messages_${version}.platform.webservices.netsuite.com">
  <m:account>${account}</m:account>
  <m:consumerKey>${consumerKey}</m:consumerKey>
  <m:token>${token}</m:token>
  <m:nonce>${nonce}</m:nonce>
  <m:timestamp>${timestamp}</m:timestamp>
  <m:signature algorithm="HMAC-SHA256">${signature(key, base)}</m:signature>
</m:tokenPassport>`;
}
