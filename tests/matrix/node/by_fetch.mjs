// Node's own fetch: with NODE_USE_ENV_PROXY=1 it reads HTTPS_PROXY, from Node 22.21 and 24.5 on.
import { calls } from "./client.mjs";

for (const { url, ...options } of calls()) {
  const answer = await fetch(url, options);
  console.log(options.method, answer.status);
}
