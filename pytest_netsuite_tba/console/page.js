// Whatever an attempt holds may be hostile: it reaches the page through textContent and value only, never as HTML.
const MOST = 10_000;
const $ = (id) => document.getElementById(id);

function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name === "on") for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
    else if (name in element && name !== "list" && name !== "role") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

let saying = 0;
function say(text) {
  $("said").textContent = text;
  $("said").classList.add("on");
  clearTimeout(saying);
  saying = setTimeout(() => $("said").classList.remove("on"), 2600);
}

async function api(method, path, body) {
  const options = { method, credentials: "same-origin" };
  if (method !== "GET") {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body ?? {});
  }
  const response = await fetch(path, options);
  if (response.status === 204) return null;
  const found = await response.json();
  if (!response.ok) throw new Error([found.error.path, found.error.message].filter(Boolean).join(": "));
  return found;
}

// Undefined where it fails.
const orSay = (run) => run().catch((error) => say(error.message));

// Asks once more before it does what cannot be undone.
function askTwice(label, sure, run) {
  const button = make("button", { type: "button", textContent: label });
  let timer = 0;
  const disarm = () => { clearTimeout(timer); button.classList.remove("armed"); button.textContent = label; };
  button.addEventListener("click", () => {
    if (button.classList.contains("armed")) { disarm(); run(); return; }
    button.classList.add("armed");
    button.textContent = sure;
    timer = setTimeout(disarm, 4000);
  });
  button.addEventListener("blur", disarm);
  return button;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {  // no clipboard where the page was not served by https or loopback
    const area = make("textarea", { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say("Copied");
}

function code(text, what) {
  return make("div", { className: "code" }, make("pre", { tabIndex: 0, textContent: text, role: "region", "aria-label": what }),
    make("button", { type: "button", textContent: "Copy", "aria-label": `Copy: ${what}`, on: { click: () => copy(text) } }));
}

function block(title, note, ...children) {
  return make("section", { className: "block" },
    make("div", { className: "head" }, make("h2", { textContent: title }), note ? make("p", { textContent: note }) : null), ...children);
}

// -- where we are: panel, filters and chosen attempt stand in the URL's hash ---------------------------------------------
const PANELS = ["trail", "account", "request"];
const FILTERS = ["status", "detail", "since", "account", "text"];
const state = { panel: "trail", status: "", detail: "", since: "", account: "", text: "", attempt: 0 };

function readHash() {
  const [panel, query] = location.hash.slice(1).split("?");
  const given = new URLSearchParams(query || "");
  state.panel = PANELS.includes(panel) ? panel : "trail";
  for (const name of FILTERS) state[name] = given.get(name) || "";
  state.attempt = Number(given.get("attempt")) || 0;
}

function hashOf(panel) {
  const given = new URLSearchParams();
  for (const name of FILTERS) if (state[name]) given.set(name, state[name]);
  if (state.attempt) given.set("attempt", state.attempt);
  const query = given.toString();
  return `#${panel}${query && `?${query}`}`;
}

function writeHash() {
  history.replaceState(null, "", hashOf(state.panel));
  for (const panel of PANELS) $(`to-${panel}`).href = hashOf(panel);
}

function showPanel() {
  for (const panel of PANELS) {
    $(panel).hidden = panel !== state.panel;
    if (panel === state.panel) $(`to-${panel}`).setAttribute("aria-current", "page");
    else $(`to-${panel}`).removeAttribute("aria-current");
  }
  offerDetails();
  offerAccounts();
  for (const name of FILTERS) $(`filter-${name}`).value = state[name];
  writeHash();
}

// Offers values to filter by; the one that the URL asks for stays, even if nothing has it yet.
function offer(name, any, values) {
  const all = state[name] && !values.includes(state[name]) ? [...values, state[name]] : values;
  const field = $(`filter-${name}`);
  field.replaceChildren(make("option", { value: "", textContent: any }), ...all.map((value) => make("option", { value, textContent: value })));
  field.value = state[name];
}

const offerDetails = () => offer("detail", "Any detail", [...details].sort());
const offerAccounts = () => offer("account", "Any account", accounts.map((each) => each.account));

// -- the attempts --------------------------------------------------------------------------------------------------------
let attempts = [];           // oldest first, as the server has them
let ids = new Set();
let visible = [];            // those that match, newest first
let fresh = [];              // came since the last frame
let loaded = false;          // whether the server has said what there is
const details = new Set();

function detailOf(attempt) {
  if (attempt.detail || attempt.accepted) return attempt.detail || "";
  return attempt.logged_by_netsuite ? attempt.code || "no detail" : "not logged by NetSuite";
}

function matches(attempt, now) {
  if (state.status && attempt.status !== state.status) return false;
  if (state.detail && detailOf(attempt) !== state.detail) return false;
  if (state.account && several() && attempt.account !== state.account) return false;
  if (state.since && Date.parse(attempt.time) < now - Number(state.since) * 1000) return false;
  const { user, role, token_name, application, method, url, cause } = attempt;
  return !state.text || [user, role, token_name, application, method, url, cause, detailOf(attempt)].join("\n").toLowerCase().includes(state.text.toLowerCase());
}

function refilter() {
  const now = netsuiteNow();
  visible = attempts.filter((attempt) => matches(attempt, now)).reverse();
  draw();
}

function noteDetails(found) {
  const before = details.size;
  for (const detail of found.map(detailOf).filter(Boolean)) details.add(detail);
  if (details.size !== before) offerDetails();
}

function add(found) {
  const unknown = found.filter(({ id }) => !ids.has(id));
  if (!unknown.length) return;
  for (const { id } of unknown) ids.add(id);
  attempts.push(...unknown);
  attempts.sort((left, right) => left.id - right.id);
  for (const { id } of attempts.splice(0, attempts.length - MOST)) ids.delete(id);
  noteDetails(unknown);
  refilter();
}

function addSoon(attempt) {
  fresh.push(attempt);
  if (fresh.length === 1) requestAnimationFrame(() => { const found = fresh; fresh = []; add(found); });
}

async function load() {
  const found = await orSay(() => api("GET", `attempts?diagnosis=false&limit=${MOST}`));
  if (!found) return;
  loaded = true;
  attempts = []; ids = new Set();
  add(found.attempts);
  if (!found.attempts.length) refilter();
}

// -- the list: only the rows that can be seen are in the document ----------------------------------------------------------
const length = (name) => Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue(name));
const rowHeight = () => length("--row");
const room = () => $("grid").clientHeight - length("--head");

function chosen() {
  return visible.find(({ id }) => id === state.attempt) || (state.attempt ? null : visible[0]) || null;
}

const ORIGIN = /^[a-z]+:\/\/[^/?]*/iu, SCRIPT = /[?&]script=([^&]*)/u;
function shownRequest({ method, url }) {
  const path = url.replace(ORIGIN, "");
  return `${method} ${SCRIPT.exec(path)?.[1] ?? path}`;
}

function rowOf(attempt, index, height, picked) {
  const cell = (className, text) => make("span", { className, role: "gridcell", textContent: text, title: text });
  const detail = cell(attempt.accepted || attempt.detail ? "detail" : "detail unlogged",
    detailOf(attempt) || (attempt.http_status >= 400 ? attempt.code || `HTTP ${attempt.http_status}` : ""));
  detail.dataset.else = attempt.token_name || attempt.user || attempt.status;
  const row = make("div", { className: "attempt", role: "row", id: `attempt-${attempt.id}`, "aria-rowindex": index + 2, "aria-selected": String(attempt === picked),
      on: { click: () => choose(attempt) } },
    cell("time", attempt.time.replace("T", " ").replace("Z", "")), several() ? cell("account", attempt.account) : null,
    cell("user", attempt.user), cell("role", attempt.role), cell(`status ${attempt.accepted ? "letin" : "refused"}`, attempt.status), detail,
    cell("token", attempt.token_name), cell("application", attempt.application), cell("request", shownRequest(attempt)));
  row.style.top = `${index * height}px`;
  return row;
}

let drawnStory = 0;
function draw() {
  const height = rowHeight(), grid = $("grid"), picked = chosen();
  const first = Math.max(0, Math.floor(grid.scrollTop / height) - 6);
  const last = Math.min(visible.length, first + Math.ceil(room() / height) + 12);
  $("space").style.height = `${visible.length * height}px`;
  const rows = [];
  for (let index = first; index < last; index++) rows.push(rowOf(visible[index], index, height, picked));
  $("space").replaceChildren(...rows);
  grid.setAttribute("aria-rowcount", visible.length + 1);
  const active = `attempt-${picked?.id}`;
  if (rows.some((row) => row.id === active)) grid.setAttribute("aria-activedescendant", active);
  else grid.removeAttribute("aria-activedescendant");
  grid.hidden = !visible.length;
  $("empty").hidden = Boolean(visible.length);
  drawCount();
  if ((picked?.id ?? 0) !== drawnStory) drawStory(picked);
}

function drawCount() {
  if (!loaded) { $("empty").textContent = "Loading"; $("count").textContent = ""; return; }
  const [shown, all] = [visible, attempts].map((some) => some.length.toLocaleString("en"));
  $("count").textContent = shown === all ? `${all} attempts` : `${shown} of ${all} attempts`;
  $("empty").replaceChildren(...(attempts.length ? ["No attempt matches these filters."] : ["No request has come yet. Point your client at ",
    make("code", { textContent: location.origin }), " and it shows up here; or make one by hand under Request."]));
}

function choose(attempt) {
  state.attempt = attempt.id;
  writeHash();
  draw();
}

function bringIntoView(index) {
  const height = rowHeight(), grid = $("grid");
  if (index * height < grid.scrollTop) grid.scrollTop = index * height;
  else if ((index + 1) * height > grid.scrollTop + room()) grid.scrollTop = (index + 1) * height - room();
}

$("grid").addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
document.addEventListener("keydown", (event) => {
  const place = event.target, reached = place === document.body || place === $("trail") || $("grid").contains(place);
  if ($("trail").hidden || !reached) return;
  const page = Math.max(1, Math.floor(room() / rowHeight()) - 1);
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -visible.length, End: visible.length };
  if (!(event.key in steps && visible.length)) return;
  event.preventDefault();
  const at = visible.indexOf(chosen());
  const index = Math.min(visible.length - 1, Math.max(0, at + steps[event.key]));
  bringIntoView(index);
  choose(visible[index]);
});
addEventListener("resize", () => draw());

// -- the chosen attempt, told to the end -----------------------------------------------------------------------------------
async function drawStory(attempt) {
  drawnStory = attempt ? attempt.id : 0;
  if (!attempt) { $("story").replaceChildren(); return; }
  const found = await orSay(() => api("GET", `attempts/${attempt.id}/explanation`));
  if (drawnStory !== attempt.id) return;
  if (found) $("story").replaceChildren(...storyOf(found));
  else drawnStory = -1;
}

function storyOf({ attempt, readings, also, differences, difference, stages, commands }) {
  const { accepted, detail, http_status, code: publicCode, diagnosis } = attempt;
  const notes = notesOf(attempt, also);
  return [
    make("div", { className: "verdict" },
      make("span", { className: `tag ${accepted ? "good" : "bad"}`, textContent: accepted ? "Success" : ["Failure", detail].filter(Boolean).join(": ") }),
      make("span", { textContent: [http_status ? `HTTP ${http_status}` : "Connection reset", publicCode].filter(Boolean).join(" ") }),
      make("code", { className: "url", textContent: `${attempt.method} ${attempt.url}` })),
    ...readings.map((reading) => make("dl", { className: "reading" },
      make("dt", { className: "first", textContent: "What" }), make("dd", { className: "what", textContent: reading.what }),
      make("dt", { textContent: "Why" }), make("dd", { textContent: reading.why }),
      make("dt", { textContent: "Cure" }), make("dd", { className: "cure", textContent: reading.cure }),
      ...(reading.docs ? [make("dt", { textContent: "Docs" }), make("dd", { textContent: reading.docs })] : []))),
    accepted ? make("dl", { className: "reading" }, make("dt", { className: "first", textContent: "What" }),
      make("dd", { className: "what", textContent: attempt.cause || "The login was let in." })) : "",
    notes.length ? make("ul", { className: "notes" }, ...notes.map((text) => make("li", { textContent: text }))) : "",
    ...(diagnosis ? proofsOf(attempt, differences, difference, commands) : []),
    diagnosis && stages.length ? make("details", { className: "block" }, make("summary", { textContent: "The stages that lead to the base string" }),
      ...stages.map(({ title, lines }) => make("div", { className: "stage" }, make("h3", { textContent: title }), make("pre", { textContent: lines.join("\n") })))) : "",
    factsOf(attempt)];
}

function notesOf({ accepted, detail, logged_by_netsuite, diagnosis }, also) {
  const notes = [];
  if (diagnosis?.proven && !diagnosis.ambiguous) notes.push(detail === "InvalidSignature"
    ? "Proven: with this mistake, and the account's own secrets, the signature comes out as it was sent."
    : "Proven: the signature is right; this alone stands in the way.");
  if (diagnosis) notes.push(...diagnosis.notes);
  if (also) notes.push(`Also ${also}`);
  if (!(accepted || logged_by_netsuite)) notes.push("NetSuite's own Login Audit Trail does not show this attempt.");
  return notes;
}

function proofsOf({ detail, diagnosis }, differences, difference, commands) {
  const right = diagnosis.corrected_authorization;
  const what = right?.startsWith("<") ? "tokenPassport" : "header";  // SOAP has it in the envelope
  const header = right ? [block(`The right ${what}`, "", code(what === "header" ? `Authorization: ${right}` : right, `the right ${what}`))] : [];
  const curls = commands.map(({ title, command }) => block(title, "as a curl command, for bash and zsh", code(command, `curl, ${title.toLowerCase()}`)));
  if (difference.some(({ mark }) => mark !== "=")) {
    return [block("What differs", "each piece alone: decoded once, and below as the base string has it", eachAlone(differences, diagnosis.differences.length)),
      block("Base strings", "as it was signed, and as NetSuite expects it", sideBySide(difference)), ...header, ...curls];
  }
  if (!diagnosis.expected_base_string) return [...header, ...curls];
  let note = "as NetSuite expects it; what was signed is not known";
  if (diagnosis.proven) note = "as it was signed, and as NetSuite expects it";
  if (diagnosis.proven && detail === "InvalidSignature") note = "signed and expected are the same: the mistake is in the key or after it";
  return [...header, block("Base string", note, code(diagnosis.expected_base_string, "the expected base string")), ...curls];
}

function factsOf(attempt) {
  const facts = [["Attempt", attempt.id], ["Date/Time", attempt.time], ["Account", several() ? attempt.account : ""], ["User", attempt.user], ["Role", attempt.role],
    ["Token-based Access Token Name", attempt.token_name], ["Token-based Application Name", attempt.application], ["Channel", attempt.channel]];
  return make("section", { className: "block" }, make("h2", { textContent: "Audit trail" }), make("dl", { className: "facts" },
    ...facts.filter(([, value]) => value).map(([name, value]) => make("div", {}, make("dt", { textContent: name }), make("dd", { textContent: value })))));
}

const cell = (className, role, ...children) => make("div", { className: `side ${className}`, role }, ...children);

function sides(label) {
  const box = make("div", { className: "sides mono", role: "table", "aria-label": label });
  box.append(make("div", { className: "pair", role: "row" }, cell("heading signed", "columnheader", "As it was signed"), cell("heading", "columnheader", "Expected")));
  return box;
}

// A row of the two texts with the parts marked in which they differ; nothing on the side where one is missing.
function differing(left, right) {
  const [of, against] = [tokens(left), tokens(right)], same = common(of, against);
  return make("div", { className: "pair", role: "row" },
    left === undefined ? cell("", "cell") : cell("minus", "cell", ...marked(of, same.map(([at]) => at))),
    right === undefined ? cell("", "cell") : cell("plus", "cell", ...marked(against, same.map(([, at]) => at))));
}

// Each difference by itself: decoded, and below it as it stands in the base string.
function eachAlone(differences, all) {
  const box = sides("What differs");
  for (const { title, place, signed, expected, signed_raw, expected_raw } of differences) {
    box.append(make("div", { className: "pair", role: "row" }, make("div", { className: "piece", role: "cell" }, make("b", { textContent: title }), ` ${place}`)));
    const rows = [[signed, expected]];
    if (signed_raw !== signed || expected_raw !== expected) rows.push([signed_raw, expected_raw]);
    for (const [left, right] of rows) if (left !== right) box.append(differing(left ?? undefined, right ?? undefined));
  }
  if (all > differences.length) box.append(make("div", { className: "pair", role: "row" }, make("div", { className: "piece", role: "cell", textContent: `and ${all - differences.length} more` })));
  return box;
}

// Pairs what was signed with what is expected, and marks the part in which a pair differs.
function sideBySide(difference) {
  const box = sides("Signed and expected base string");
  let minus = [], plus = [], equal = [];
  // Of a long run that is the same on both sides only its ends are shown, until somebody asks.
  const showEqual = (isLast) => {
    const rows = equal.map((text) => make("div", { className: "pair equal", role: "row" }, cell("same", "cell", text), cell("same", "cell", text)));
    const from = box.querySelector("mark") ? 1 : 0, until = rows.length - (isLast ? 0 : 1);
    box.append(...rows);
    if (until - from > 2) {
      const hidden = rows.slice(from, until);
      const hide = (yes) => { for (const row of hidden) row.hidden = yes; };
      const more = make("div", { className: "pair", role: "row" }, make("div", { className: "more", role: "cell" },
        make("button", { type: "button", textContent: `Show ${hidden.length} that are the same`, on: { click: () => { more.remove(); hide(false); } } })));
      hide(true);
      rows[from].before(more);
    }
    equal = [];
  };
  const showDifferent = () => {
    if (minus.length || plus.length) showEqual(false);
    for (let index = 0; index < Math.max(minus.length, plus.length); index++) {
      box.append(differing(minus[index], plus[index]));
    }
    minus = []; plus = [];
  };
  for (const { mark, text } of difference) {
    if (mark === "=") { showDifferent(); equal.push(text); }
    else (mark === "-" ? minus : plus).push(text);
  }
  showDifferent();
  showEqual(true);
  return box;
}

// An escape, however often it was encoded, is one token: so it is marked whole.
const tokens = (text) => (text ?? "").match(/%(?:25)*[0-9A-Fa-f]{2}|./gsu) || [];
const MOST_COMPARED = 400_000;

// Gives the pairs of places at which two texts have the same token: their longest common subsequence.
function common(left, right) {
  const rows = left.length + 1, columns = right.length + 1;
  if (rows * columns > MOST_COMPARED) return [];
  const lengths = new Uint16Array(rows * columns);
  for (let row = rows - 2; row >= 0; row--) {
    for (let column = columns - 2; column >= 0; column--) {
      lengths[row * columns + column] = left[row] === right[column] ? lengths[(row + 1) * columns + column + 1] + 1
        : Math.max(lengths[(row + 1) * columns + column], lengths[row * columns + column + 1]);
    }
  }
  const found = [];
  for (let row = 0, column = 0; row < left.length && column < right.length;) {
    if (left[row] === right[column]) found.push([row++, column++]);
    else if (lengths[(row + 1) * columns + column] >= lengths[row * columns + column + 1]) row++;
    else column++;
  }
  return found;
}

function marked(all, same) {
  const parts = [];
  let at = 0;
  for (const place of [...same, all.length]) {
    if (place > at) parts.push(make("mark", { textContent: all.slice(at, place).join("") }));
    if (place < all.length) parts.push(all[place]);
    at = place + 1;
  }
  return parts;
}

// -- the account -----------------------------------------------------------------------------------------------------------
let accounts = [], faults = [], kinds = {}, readAt = 0, current = "";

const several = () => accounts.length > 1;
const currentAccount = () => accounts.find((each) => each.account === current) || accounts[0];
const netsuiteNow = () => {
  const clock = currentAccount()?.clock;
  return clock ? Date.parse(clock.now) + (clock.frozen ? 0 : Date.now() - readAt) : Date.now();
};

async function loadRecords() {
  const found = await orSay(async () => [await api("GET", "accounts"), await api("GET", "faults")]);
  if (!found) return;
  const were = several();
  accounts = found[0].accounts;
  ({ faults, kinds } = found[1]);
  readAt = Date.now();
  if (several() !== were) {
    $("trail").classList.toggle("several", several());
    for (const id of ["by-account", "head-account"]) $(id).hidden = !several();
    offerAccounts();
    drawnStory = 0;
    refilter();
  }
  if (!accounts.some((each) => each.account === current)) current = accounts[0].account;
  $("account-name").textContent = accounts.map((each) => each.account).join(", ");
  document.title = `Login Audit Trail, ${current}`;
  drawAccount();
  drawForm();
}

function change(method, path, body, said) {
  return orSay(async () => { const found = await api(method, path, body); say(said); await loadRecords(); return found ?? true; });
}

function toggle(label, on, run) {
  return make("label", { className: "line" }, make("span", { textContent: label }),
    make("input", { type: "checkbox", role: "switch", checked: on, on: { change: async (event) => {
      if ((await run(event.target.checked)) === undefined) event.target.checked = !event.target.checked;
    } } }));
}

const controlsOf = (controls) => make("div", { className: "controls" }, ...controls);
const line = (label, ...controls) => make("div", { className: "line" }, make("span", { textContent: label }), controlsOf(controls));
const section = (title, ...controls) => make("div", { className: "section" }, make("h2", { textContent: title }), controlsOf(controls));
const group = (title, ...cards) => make("section", { className: "group" }, make("h2", { textContent: title }), ...cards);
const card = (title, sub, ...children) => make("div", { className: "card" }, make("h3", { textContent: title }),
  sub ? make("p", { className: "sub", textContent: sub }) : null, ...children);
const press = (text, label, run) => make("button", { type: "button", textContent: text, "aria-label": label.includes(text) ? label : `${text}, ${label}`, on: { click: run } });

function drawAccount() {
  const account = currentAccount(), base = `accounts/${encodeURIComponent(account.account)}`;
  const set = (kind, name, body) => change("PATCH", `${base}/${kind}/${encodeURIComponent(name)}`, body, "Changed; the next login sees it");
  const controls = () => [...$("account").querySelectorAll("button, input, select")];
  const focused = controls().indexOf(document.activeElement);
  const choice = several() ? [make("select", { "aria-label": "Account", value: current, on: { change: (event) => { current = event.target.value; drawAccount(); drawForm(); } } },
    ...accounts.map((each) => make("option", { value: each.account, textContent: each.account, selected: each.account === current })))] : [];
  $("account").replaceChildren(
    section(`Account ${account.account}`, ...choice, askTwice("Reset", "Reset all, the trail too?", () => change("POST", "reset", {}, "Back to the seed"))),
    make("div", { className: "board" },
      group("Company", card("Enable Features", "", toggle("Token-based Authentication", account.features.token_based_authentication,
        (on) => change("PATCH", base, { features: { token_based_authentication: on } }, "Changed; the next login sees it"))), clockCard(account.clock, base), faultCard()),
      group("Integrations", ...account.integrations.map((each) => card(each.name, each.consumer_key,
        toggle("Blocked", each.state === "BLOCKED", (on) => set("integrations", each.name, { state: on ? "BLOCKED" : "ENABLED" })),
        toggle("Token-based Authentication", each.token_based_authentication, (on) => set("integrations", each.name, { token_based_authentication: on }))))),
      group("Roles", ...account.roles.map((each) => roleCard(each, set))),
      group("Access Tokens", ...account.tokens.map((each) => tokenCard(each, set))),
      group("Users", ...account.entities.map((each) => card(each.name || each.email, each.name ? each.email : "",
        toggle("Active", each.active, (on) => set("entities", each.email, { active: on })),
        toggle("Give Access", each.access, (on) => set("entities", each.email, { access: on })),
        each.locked_until ? line("Locked", press("Unlock", `Unlock ${each.email}`, () => set("entities", each.email, { locked_until: null }))) : null))),
      group("RESTlets", ...account.restlets.map((each) => card(each.script, each.deploy,
        make("p", { textContent: `${each.status}; ${["get", "post", "put", "delete"].filter((verb) => each[verb]).join(", ").toUpperCase() || "no entry point"}; called ${each.calls === 1 ? "once" : `${each.calls} times`}` })))),
    ),
  );
  controls()[focused]?.focus();
}

function tokenCard(each, set) {
  const switches = each.revoked ? [make("p", { textContent: "Revoked; that is permanent." })] : [
    toggle("Active", each.active, (on) => set("tokens", each.name, { active: on })),
    line("Revoke", askTwice("Revoke", "Revoke for good?", () => set("tokens", each.name, { revoked: true, active: false })))];
  return card(each.name, `${each.entity}, role ${each.role}, ${each.integration}`, ...switches);
}

function roleCard(each, set) {
  const may = (name) => toggle(name, each.permissions.includes(name), (on) =>
    set("roles", each.id, { permissions: on ? [...each.permissions, name] : each.permissions.filter((permission) => permission !== name) }));
  return card(each.name, `Internal ID ${each.id}`,
    toggle("Active", each.active, (on) => set("roles", each.id, { active: on })),
    toggle("Web Services Only", each.web_services_only, (on) => set("roles", each.id, { web_services_only: on })),
    ...["Log in using Access Tokens", "User Access Tokens", "SuiteScript", "REST Web Services", "SOAP Web Services"].map(may));
}

function clockCard(clock, base) {
  const setClock = (body) => change("PATCH", `${base}/clock`, body, "The clock was set");
  const minutes = clock.skew_seconds / 60;
  return card("Clock", "",
    line("NetSuite's time, UTC", make("code", { id: "now", textContent: shownTime(netsuiteNow()) })),
    toggle("Frozen", clock.frozen, (on) => setClock({ freeze: on })),
    line("Advance", press("+5 min", "Advance 5 minutes", () => setClock({ advance: 300 })), press("+1 h", "Advance 1 hour", () => setClock({ advance: 3600 }))),
    line(minutes ? `Skew ${minutes > 0 ? "+" : ""}${minutes} min` : "Skew",
      press("\u22127 min", "Skew NetSuite 7 minutes behind", () => setClock({ skew: -420 })),
      press("0", "End the skew", () => setClock({ skew: 0 })), press("+7 min", "Skew NetSuite 7 minutes ahead", () => setClock({ skew: 420 }))));
}

const shownTime = (milliseconds) => new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ");
setInterval(() => { if ($("now") && !currentAccount().clock.frozen) $("now").textContent = shownTime(netsuiteNow()); }, 1000);

function faultCard() {
  const kind = make("select", { "aria-label": "Fault" }, ...Object.entries(kinds).map(([value, text]) => make("option", { value, textContent: text })));
  const times = make("input", { type: "number", min: 1, max: 99, value: 1, "aria-label": "How many calls" });
  times.style.width = "56px";
  kind.style.flex = "1";
  return card("Faults", "",
    make("div", { className: "line" }, kind, times, press("Inject", "Inject the fault", () => change("POST", "faults", { kind: kind.value, times: Number(times.value) || 1 }, "The next call meets it"))),
    ...faults.map((fault) => make("p", { textContent: `${kinds[fault.kind]}: ${fault.on + fault.times - 1 - fault.seen} more${fault.script ? `, of ${fault.script}` : ""}` })),
    faults.length ? line("", press("Clear", "Clear all faults", () => change("DELETE", "faults", {}, "No fault any more"))) : null);
}

// -- a request by hand -------------------------------------------------------------------------------------------------------
function drawForm() {
  const account = currentAccount(), token = $("hand-token").value;
  const options = (values, kept) => values.map((value) => make("option", { value, textContent: value, selected: value === kept }));
  $("hand-account").replaceChildren(...options(accounts.map((each) => each.account), current));
  $("hand-token").replaceChildren(...options(account.tokens.map((each) => each.name), token));
  const urls = account.restlets.map((each) => `/app/site/hosting/restlet.nl?script=${encodeURIComponent(each.script)}&deploy=${encodeURIComponent(each.deploy)}`);
  $("hand-urls").replaceChildren(...urls.map((value) => make("option", { value })));
  if (!$("hand-url").value && urls.length) $("hand-url").value = urls[0];
}

$("hand-account").addEventListener("change", (event) => { current = event.target.value; drawAccount(); drawForm(); });
$("by-hand").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("hand-problem").textContent = "";
  const body = { account: $("hand-account").value, token: $("hand-token").value, method: $("hand-method").value, url: $("hand-url").value.trim(), content_type: $("hand-type").value };
  if ($("hand-body").value) body.body = $("hand-body").value;
  try {
    const found = await api("POST", "requests", body), attempt = found.attempt;
    $("hand-answer").replaceChildren(
      make("div", { className: "verdict" },
        make("span", { className: `tag ${found.status && found.status < 400 ? "good" : "bad"}`, textContent: found.status ? `HTTP ${found.status}` : "Connection reset" }),
        attempt ? make("span", { textContent: `Login: ${[attempt.status, attempt.detail].filter(Boolean).join(", ")}` }) : null,
        attempt ? make("a", { href: `#trail?attempt=${attempt.id}`, textContent: `Attempt ${attempt.id} in the audit trail` }) : null),
      code(found.body || "(no body)", "the answer's body"));
  } catch (error) {
    $("hand-problem").textContent = error.message;
  }
});

// -- start -------------------------------------------------------------------------------------------------------------------
for (const name of FILTERS) {
  $(`filter-${name}`).addEventListener("input", (event) => { state[name] = event.target.value; state.attempt = 0; writeHash(); $("grid").scrollTop = 0; refilter(); });
}
$("filters").addEventListener("submit", (event) => event.preventDefault());
{
  const button = askTwice("Clear trail", "Clear the trail?", () => orSay(() => api("DELETE", "attempts")));
  button.id = "clear";
  $("clear").replaceWith(button);
}
addEventListener("hashchange", () => { readHash(); showPanel(); refilter(); });
readHash();
showPanel();
draw();

const source = new EventSource("events");
source.addEventListener("open", async () => {
  if (!loaded) $("live").textContent = "Loading";
  await loadRecords();
  await load();
  if (!loaded || source.readyState !== EventSource.OPEN) return;
  $("live").textContent = "Live";
  $("live").classList.add("on");
});
source.addEventListener("error", () => { $("live").textContent = "Reconnecting"; $("live").classList.remove("on"); });
source.addEventListener("attempt", (event) => addSoon(JSON.parse(event.data)));
source.addEventListener("records", loadRecords);
source.addEventListener("cleared", load);
