// newman, with Postman's own OAuth 1.0 helper: it makes the one call of $CALL.
const { createRequire } = require("node:module");

const newman = createRequire(`${__dirname}/../../matrix/node/package.json`)("newman");
const { env } = process;
const { method, url, query, body, form, type } = JSON.parse(env.CALL);
// What somebody types into the URL: only what would be read otherwise is encoded by hand.
const typed = (text) => text.replace(/[%&+=#]/g, encodeURIComponent);
const name = (key, value) => ({ key, value });

newman.run({
  collection: {
    info: { name: "one call", schema: "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
    auth: {
      type: "oauth1",
      oauth1: [
        name("signatureMethod", "HMAC-SHA256"),
        name("addParamsToHeader", true),
        name("realm", env.NETSUITE_ACCOUNT),
        name("consumerKey", env.NETSUITE_CONSUMER_KEY),
        name("consumerSecret", env.NETSUITE_CONSUMER_SECRET),
        name("token", env.NETSUITE_TOKEN_ID),
        name("tokenSecret", env.NETSUITE_TOKEN_SECRET),
        name("version", "1.0"),
      ],
    },
    item: [
      {
        name: "call",
        request: {
          method,
          url: query.length ? `${url}?${query.map((pair) => pair.map(typed).join("=")).join("&")}` : url,
          header: type ? [name("Content-Type", type)] : [],
          body: form ? { mode: "urlencoded", urlencoded: form.map((pair) => name(...pair)) } : body ? { mode: "raw", raw: body } : undefined,
        },
      },
    ],
  },
});
