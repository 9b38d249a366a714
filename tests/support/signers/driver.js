// A line of standard input is a command and its arguments, by tabs; each is answered by a line.
async function answer([command, ...words]) {
  if (command === "account") return realm(words[0]) + " " + host(words[0]);
  if (command === "send") {
    const response = await send(words[0], words[1], readCredentials(), words[2] || undefined, 3, 0);
    return `${response.status} ${await response.text()}`;
  }
  const [method, url, account, consumerKey, consumerSecret, tokenId, tokenSecret, ...rest] = words;
  const credentials = { account, consumerKey, consumerSecret, tokenId, tokenSecret };
  const oauth = Object.fromEntries(rest.map((_, at) => [rest[at], rest[at + 1]]).filter((_, at) => at % 2 === 0));
  if (command === "passport") return tokenPassport(credentials, oauth).replaceAll(/\n\s*/g, "");
  return rest.length ? authorization(method, url, credentials, oauth) : authorization(method, url, credentials);
}

async function main() {
  for (const line of require("node:fs").readFileSync(0, "utf8").split("\n")) {
    if (line) console.log(await answer(line.split("\t")));
  }
}
main();
