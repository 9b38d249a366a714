const { readFileSync } = require("node:fs");
const querystring = require("node:querystring");

const { JSDOM } = require("jsdom");
const { jQueryFactory } = require("jquery/factory");
const axios = require("axios");
const qs = require("qs");

const search = (text) => {
  const url = new URL("http://h/");
  url.search = `a=${text}`;
  return url.search.slice(3);
};
const jquery = jQueryFactory(new JSDOM().window);
const functions = {
  "JavaScript's encodeURIComponent": encodeURIComponent,
  "JavaScript's encodeURI": encodeURI,
  "JavaScript's escape": escape,
  "JavaScript's URLSearchParams": (text) => new URLSearchParams({ a: text }).toString().slice(2),
  "JavaScript's URL.search": search,
  "Node's querystring.escape": querystring.escape,
  "axios's params, 1.7": (text) => require("axios-old").getUri({ url: "http://h/", params: { a: text } }).slice(12),
  "axios's params": (text) => axios.getUri({ url: "http://h/", params: { a: text } }).slice(12),
  "jQuery's param": (text) => jquery.param({ a: text }).slice(2),
  "qs's stringify": (text) => qs.stringify({ a: text }).slice(2),
  "qs's stringify, RFC 1738": (text) => qs.stringify({ a: text }, { format: "RFC1738" }).slice(2),
};
const texts = readFileSync(0, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => Buffer.from(line, "hex").toString());
const answer = (encode, text) => {
  try {
    return Buffer.from(encode(text)).toString("hex");
  } catch {
    return "-";
  }
};
for (const [name, encode] of Object.entries(functions)) {
  // Half a character has no UTF-8, so it does not come in: it stands last.
  console.log([name, ...texts.map((text) => answer(encode, text)), answer(encode, "\ud83d")].join("\t"));
}
