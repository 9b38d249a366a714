// axios reads HTTPS_PROXY by itself.
import axios from "axios";

import { calls } from "./client.mjs";

for (const { body, ...options } of calls()) {
  const answer = await axios({ ...options, data: body, validateStatus: () => true });
  console.log(options.method, answer.status);
}
