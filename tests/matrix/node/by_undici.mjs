// fetch on any Node: undici's EnvHttpProxyAgent reads HTTPS_PROXY.
import { EnvHttpProxyAgent, fetch, setGlobalDispatcher } from "undici";

import { calls } from "./client.mjs";

setGlobalDispatcher(new EnvHttpProxyAgent());

for (const { url, ...options } of calls()) {
  const answer = await fetch(url, options);
  console.log(options.method, answer.status);
}
