// Drives one page of a real Chromium: commands come as JSON lines on stdin, each is answered by one on stdout.
const readline = require("node:readline");
const { chromium } = require("playwright-core");

async function main() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  let page;
  const failures = [];
  const commands = {
    open: async (options) => {
      if (page) await page.context().close();
      page = await (await browser.newContext(options)).newPage();
      page.setDefaultTimeout(10000);
      page.on("console", (message) => message.type() === "error" && failures.push(message.text()));
      page.on("pageerror", (error) => failures.push(String(error)));
    },
    goto: (url) => page.goto(url).then((response) => response.status()),
    fill: (selector, text) => page.fill(selector, text),
    click: (selector) => page.click(selector),
    press: (key) => page.keyboard.press(key),
    type: (text) => page.keyboard.type(text),
    waitFor: (selector) => page.waitForSelector(selector).then(() => null),
    text: (selector) => page.innerText(selector),
    url: () => page.url(),
    waitForURL: (pattern) => page.waitForURL(pattern),
    evaluate: (expression) => page.evaluate(expression),
    screenshot: (path) => page.screenshot({ path, fullPage: true }).then(() => null),
    failures: () => failures.splice(0),
  };
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [name, ...values] = JSON.parse(line);
    try {
      console.log(JSON.stringify({ value: (await commands[name](...values)) ?? null }));
    } catch (error) {
      console.log(JSON.stringify({ error: String(error) }));
    }
  }
  await browser.close();
}

main().catch((error) => {
  console.log(JSON.stringify({ error: String(error) }));
  process.exit(1);
});
