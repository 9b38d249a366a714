// Node's own fetch: it reads HTTPS_PROXY from Node 24 on, where NODE_USE_ENV_PROXY=1.
import { calls } from "./client.mjs";

for (const { url, ...options } of calls()) {
  const answer = await fetch(url, options);
  console.log(options.method, answer.status);
}
