// node:https reads no proxy before Node 22.21 and 24.5: proxy-agent does.
import http from "node:http";
import https from "node:https";

import { ProxyAgent } from "proxy-agent";

import { calls } from "./client.mjs";

const agent = new ProxyAgent();

for (const { url, body, ...options } of calls()) {
  const { request } = url.startsWith("https:") ? https : http;
  const status = await new Promise((resolve, reject) => {
    const sent = request(url, { ...options, agent }, (answer) => answer.resume().on("end", () => resolve(answer.statusCode)));
    sent.on("error", reject).end(body);
  });
  console.log(options.method, status);
}
agent.destroy();
