const { readFileSync } = require("node:fs");

const sorts = {
  "JavaScript's sort": undefined,
  "JavaScript's localeCompare": (left, right) => left.localeCompare(right, "en"),
  "JavaScript's localeCompare, German": (left, right) => left.localeCompare(right, "de"),
  "JavaScript's localeCompare, numeric": (left, right) => left.localeCompare(right, "en", { numeric: true }),
  "JavaScript's localeCompare, sensitivity accent": (left, right) =>
    left.localeCompare(right, "en", { sensitivity: "accent" }),
};
const texts = readFileSync(0, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => Buffer.from(line, "hex").toString());
for (const [name, compare] of Object.entries(sorts)) {
  console.log([name, ...[...texts].sort(compare).map((text) => Buffer.from(text).toString("hex"))].join("\t"));
}
