"use strict";
// Whatever an attempt holds may be hostile: it reaches the page through textContent and value only, never as HTML.
const MOST = 10000;
const $ = (id) => document.getElementById(id);

function make(tag, given = {}, ...children) {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name === "on") for (const [event, run] of Object.entries(value)) one.addEventListener(event, run);
    else if (name in one && name !== "list" && name !== "role") one[name] = value;
    else one.setAttribute(name, value);
  }
  one.append(...children.filter((child) => child !== null && child !== undefined));
  return one;
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
  if (!response.ok) throw new Error((found.error.path ? found.error.path + ": " : "") + found.error.message);
  return found;
}

async function attemptTo(run) {
  try { return await run(); } catch (error) { say(error.message); return undefined; }
}

// Asks once more before it does what cannot be undone.
function careful(label, sure, run) {
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
  return `#${panel}${query ? "?" + query : ""}`;
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
  field.replaceChildren(make("option", { value: "", textContent: any }), ...all.map((one) => make("option", { value: one, textContent: one })));
  field.value = state[name];
}

const offerDetails = () => offer("detail", "Any detail", [...details].sort());
const offerAccounts = () => offer("account", "Any account", accounts.map((one) => one.account));

// -- the attempts --------------------------------------------------------------------------------------------------------
let attempts = [];           // oldest first, as the server has them
let ids = new Set();
let visible = [];            // those that match, newest first
let fresh = [];              // came since the last frame
let scheduled = false;
let loaded = false;          // whether the server has said what there is
const details = new Set();

const detailOf = (one) => one.detail || (one.accepted ? "" : one.logged_by_netsuite ? one.code || "no detail" : "not logged by NetSuite");

function matches(one, now) {
  if (state.status && one.status !== state.status) return false;
  if (state.detail && detailOf(one) !== state.detail) return false;
  if (state.account && several() && one.account !== state.account) return false;
  if (state.since && Date.parse(one.time) < now - Number(state.since) * 1000) return false;
  if (!state.text) return true;
  const said = [one.user, one.role, one.token_name, one.application, one.method, one.url, one.cause || "", detailOf(one)];
  return said.join("\n").toLowerCase().includes(state.text.toLowerCase());
}

function refilter() {
  const now = netsuiteNow();
  visible = [];
  for (let index = attempts.length - 1; index >= 0; index--) if (matches(attempts[index], now)) visible.push(attempts[index]);
  draw();
}

function noteDetails(some) {
  const before = details.size;
  for (const one of some) if (detailOf(one)) details.add(detailOf(one));
  if (details.size !== before) offerDetails();
}

function take(some) {
  const known = some.filter((one) => !ids.has(one.id));
  if (!known.length) return;
  for (const one of known) ids.add(one.id);
  attempts.push(...known);
  attempts.sort((left, right) => left.id - right.id);
  if (attempts.length > MOST) for (const one of attempts.splice(0, attempts.length - MOST)) ids.delete(one.id);
  noteDetails(known);
  refilter();
}

function come(one) {
  fresh.push(one);
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => { scheduled = false; const some = fresh; fresh = []; take(some); });
}

async function load() {
  const found = await attemptTo(() => api("GET", `attempts?diagnosis=false&limit=${MOST}`));
  if (!found) return;
  loaded = true;
  attempts = []; ids = new Set();
  take(found.attempts);
  if (!found.attempts.length) refilter();
}

// -- the list: only the rows that can be seen are in the document ----------------------------------------------------------
const length = (name) => parseFloat(getComputedStyle(document.documentElement).getPropertyValue(name));
const rowHeight = () => length("--row");
const room = () => $("grid").clientHeight - length("--head");

function chosen() {
  return visible.find((one) => one.id === state.attempt) || (state.attempt ? null : visible[0]) || null;
}

function shownRequest(one) {
  const path = one.url.replace(/^[a-z]+:\/\/[^/?]*/i, "");
  const script = /[?&]script=([^&]*)/.exec(path);
  return `${one.method} ${script ? script[1] : path}`;
}

function rowOf(one, index, height, picked) {
  const cell = (className, text) => make("span", { className, role: "gridcell", textContent: text, title: text });
  const detail = cell(one.accepted || one.detail ? "detail" : "detail unlogged", detailOf(one) || (one.http_status >= 400 ? one.code || `HTTP ${one.http_status}` : ""));
  detail.dataset.else = one.token_name || one.user || one.status;
  const row = make("div", { className: "attempt", role: "row", id: `attempt-${one.id}`, "aria-rowindex": index + 2, "aria-selected": String(one === picked),
      on: { click: () => pick(one) } },
    cell("time", one.time.replace("T", " ").replace("Z", "")), several() ? cell("account", one.account) : null, cell("user", one.user), cell("role", one.role),
    cell(`status ${one.accepted ? "letin" : "refused"}`, one.status),
    detail,
    cell("token", one.token_name), cell("application", one.application), cell("request", shownRequest(one)));
  row.style.top = `${index * height}px`;
  return row;
}

let drawnStory = 0;
function draw() {
  const height = rowHeight(), scroll = $("grid"), picked = chosen();
  const first = Math.max(0, Math.floor(scroll.scrollTop / height) - 6);
  const last = Math.min(visible.length, first + Math.ceil(room() / height) + 12);
  $("space").style.height = `${visible.length * height}px`;
  const rows = [];
  for (let index = first; index < last; index++) rows.push(rowOf(visible[index], index, height, picked));
  $("space").replaceChildren(...rows);
  $("grid").setAttribute("aria-rowcount", visible.length + 1);
  if (picked && rows.some((row) => row.id === `attempt-${picked.id}`)) scroll.setAttribute("aria-activedescendant", `attempt-${picked.id}`);
  else scroll.removeAttribute("aria-activedescendant");
  const all = attempts.length === visible.length;
  $("count").textContent = !loaded ? "" : all ? `${visible.length.toLocaleString("en")} attempts` : `${visible.length.toLocaleString("en")} of ${attempts.length.toLocaleString("en")} attempts`;
  $("grid").hidden = !visible.length;
  $("empty").hidden = Boolean(visible.length);
  if (!loaded) $("empty").textContent = "Loading";
  else if (!visible.length) {
    $("empty").replaceChildren(attempts.length ? "No attempt matches these filters." : "No request has come yet. Point your client at ",
      ...(attempts.length ? [] : [make("code", { textContent: location.origin }), " and it shows up here; or make one by hand under Request."]));
  }
  if ((picked ? picked.id : 0) !== drawnStory) tell(picked);
}

function pick(one) {
  state.attempt = one.id;
  writeHash();
  draw();
}

function bringIntoView(index) {
  const height = rowHeight(), scroll = $("grid");
  if (index * height < scroll.scrollTop) scroll.scrollTop = index * height;
  else if ((index + 1) * height > scroll.scrollTop + room()) scroll.scrollTop = (index + 1) * height - room();
}

$("grid").addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
document.addEventListener("keydown", (event) => {
  if ($("trail").hidden || !(event.target === document.body || event.target === $("trail") || $("grid").contains(event.target))) return;
  const page = Math.max(1, Math.floor(room() / rowHeight()) - 1);
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -visible.length, End: visible.length };
  if (!(event.key in steps) || !visible.length) return;
  event.preventDefault();
  const at = visible.indexOf(chosen());
  const index = Math.min(visible.length - 1, Math.max(0, at + steps[event.key]));
  bringIntoView(index);
  pick(visible[index]);
});
addEventListener("resize", () => draw());

// -- the chosen attempt, told to the end -----------------------------------------------------------------------------------
async function tell(one) {
  drawnStory = one ? one.id : 0;
  const story = $("story");
  if (!one) { story.replaceChildren(); return; }
  const found = await attemptTo(() => api("GET", `attempts/${one.id}/explanation`));
  if (drawnStory !== one.id) return;
  if (!found) { drawnStory = -1; return; }
  story.replaceChildren(...storyOf(found));
}

function storyOf({ attempt, readings, difference, stages, commands }) {
  const diagnosis = attempt.diagnosis;
  const parts = [
    make("div", { className: "verdict" },
      make("span", { className: `tag ${attempt.accepted ? "good" : "bad"}`, textContent: attempt.accepted ? "Success" : `Failure${attempt.detail ? ": " + attempt.detail : ""}` }),
      make("span", { textContent: `${attempt.http_status ? "HTTP " + attempt.http_status : "Connection reset"}${attempt.code ? " " + attempt.code : ""}` }),
      make("code", { className: "url", textContent: `${attempt.method} ${attempt.url}` })),
  ];
  for (const one of readings) {
    parts.push(make("dl", { className: "reading" },
      make("dt", { className: "first", textContent: "What" }), make("dd", { className: "what", textContent: one.what }),
      make("dt", { textContent: "Why" }), make("dd", { textContent: one.why }),
      make("dt", { textContent: "Cure" }), make("dd", { className: "cure", textContent: one.cure })));
  }
  if (attempt.accepted) {
    parts.push(make("dl", { className: "reading" }, make("dt", { className: "first", textContent: "What" }),
      make("dd", { className: "what", textContent: attempt.cause || "The login was let in." })));
  }
  const notes = [];
  if (diagnosis) {
    if (diagnosis.proven) notes.push(attempt.detail === "InvalidSignature"
      ? "Proven: with this mistake, and the account's own secrets, the signature comes out as it was sent."
      : "Proven: the signature is right; this alone stands in the way.");
    notes.push(...diagnosis.notes);
    if (diagnosis.also_consistent.length) {
      notes.push("Also consistent: " + diagnosis.also_consistent.slice(0, 5).map((recipe) => recipe.map((one) => one.title).join(" and ")).join("; "));
    }
  }
  if (!attempt.accepted && !attempt.logged_by_netsuite) notes.push("NetSuite's own Login Audit Trail does not show this attempt.");
  if (notes.length) parts.push(make("ul", { className: "notes" }, ...notes.map((text) => make("li", { textContent: text }))));
  parts.push(...proofs(attempt, difference, stages, commands), factsOf(attempt));
  return parts;
}

function proofs(attempt, difference, stages, commands) {
  const diagnosis = attempt.diagnosis;
  if (!diagnosis) return [];
  const parts = [];
  const differs = difference.some((one) => one.mark !== "=");
  const right = diagnosis.corrected_authorization;
  const what = right && right.startsWith("<") ? "tokenPassport" : "header"; // SOAP has it in the envelope
  const header = right &&
    block(`The right ${what}`, "", code(what === "header" ? `Authorization: ${right}` : right, `the right ${what}`));
  if (header && !differs) parts.push(header);
  if (differs) parts.push(block("Base strings", "as it was signed, and as NetSuite expects it", sidesOf(difference)));
  else if (diagnosis.expected_base_string) {
    const note = !diagnosis.proven ? "as NetSuite expects it; what was signed is not known"
      : attempt.detail === "InvalidSignature" ? "signed and expected are the same: the mistake is in the key or after it"
      : "as it was signed, and as NetSuite expects it";
    parts.push(block("Base string", note, code(diagnosis.expected_base_string, "the expected base string")));
  }
  if (header && differs) parts.push(header);
  for (const one of commands) parts.push(block(one.title, "as a curl command", code(one.command, `curl, ${one.title.toLowerCase()}`)));
  if (stages.length) {
    parts.push(make("details", { className: "block" }, make("summary", { textContent: "The stages that lead to the base string" }),
      ...stages.map((one) => make("div", { className: "stage" }, make("h3", { textContent: one.title }), make("pre", { textContent: one.lines.join("\n") })))));
  }
  return parts;
}

function factsOf(attempt) {
  const facts = [["Attempt", attempt.id], ["Date/Time", attempt.time], ["Account", several() ? attempt.account : ""], ["User", attempt.user], ["Role", attempt.role],
    ["Token-based Access Token Name", attempt.token_name], ["Token-based Application Name", attempt.application], ["Channel", attempt.channel]];
  return make("section", { className: "block" }, make("h2", { textContent: "Audit trail" }), make("dl", { className: "facts" },
    ...facts.filter(([, value]) => value).map(([name, value]) => make("div", {}, make("dt", { textContent: name }), make("dd", { textContent: value })))));
}

// Pairs what was signed with what is expected, and marks the part in which a pair differs.
function sidesOf(difference) {
  const box = make("div", { className: "sides mono", role: "table", "aria-label": "Signed and expected base string" });
  const cell = (className, role, ...children) => make("div", { className: `side ${className}`, role }, ...children);
  box.append(make("div", { className: "pair", role: "row" }, cell("heading signed", "columnheader", "As it was signed"), cell("heading", "columnheader", "Expected")));
  let minus = [], plus = [], equal = [];
  // Of a long run that is the same on both sides only its ends are shown, until somebody asks.
  const rest = (isLast) => {
    const rows = equal.map((text) => make("div", { className: "pair equal", role: "row" }, cell("same", "cell", text), cell("same", "cell", text)));
    const from = box.querySelector("mark") ? 1 : 0, until = rows.length - (isLast ? 0 : 1);
    box.append(...rows);
    if (until - from > 2) {
      const hidden = rows.slice(from, until);
      for (const row of hidden) row.hidden = true;
      const more = make("div", { className: "pair", role: "row" }, make("div", { className: "more", role: "cell" },
        make("button", { type: "button", textContent: `Show ${hidden.length} that are the same`, on: { click: () => { more.remove(); for (const row of hidden) row.hidden = false; } } })));
      rows[from].before(more);
    }
    equal = [];
  };
  const flush = () => {
    if (minus.length || plus.length) rest(false);
    for (let index = 0; index < Math.max(minus.length, plus.length); index++) {
      const left = minus[index], right = plus[index];
      const [of, against] = [tokens(left), tokens(right)];
      const same = common(of, against);
      box.append(make("div", { className: "pair", role: "row" },
        left === undefined ? cell("", "cell") : cell("minus", "cell", ...marked(of, same.map(([one]) => one))),
        right === undefined ? cell("", "cell") : cell("plus", "cell", ...marked(against, same.map(([, one]) => one)))));
    }
    minus = []; plus = [];
  };
  for (const one of difference) {
    if (one.mark === "-") minus.push(one.text);
    else if (one.mark === "+") plus.push(one.text);
    else {
      flush();
      equal.push(one.text);
    }
  }
  flush();
  rest(true);
  return box;
}

// An escape, however often it was encoded, is one token: so it is marked whole.
const tokens = (text) => (text ?? "").match(/%(?:25)*[0-9A-Fa-f]{2}|[^]/gu) || [];
const MOST_COMPARED = 400000;

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
let accounts = [], faults = [], readAt = 0, current = "";

const several = () => accounts.length > 1;
const account = () => accounts.find((one) => one.account === current) || accounts[0];
const netsuiteNow = () => {
  const clock = account() && account().clock;
  return clock ? Date.parse(clock.now) + (clock.frozen ? 0 : Date.now() - readAt) : Date.now();
};

async function loadRecords() {
  const found = await attemptTo(async () => [await api("GET", "accounts"), await api("GET", "faults")]);
  if (!found) return;
  const were = several();
  accounts = found[0].accounts;
  faults = found[1].faults;
  readAt = Date.now();
  if (several() !== were) {
    $("trail").classList.toggle("several", several());
    $("by-account").hidden = $("head-account").hidden = !several();
    offerAccounts();
    drawnStory = 0;
    refilter();
  }
  if (!accounts.some((one) => one.account === current)) current = accounts[0].account;
  $("account-name").textContent = accounts.map((one) => one.account).join(", ");
  document.title = `Login Audit Trail, ${current}`;
  drawAccount();
  drawForm();
}

function change(method, path, body, said) {
  return attemptTo(async () => { const found = await api(method, path, body); say(said); await loadRecords(); return found ?? true; });
}

function flick(label, on, run) {
  return make("label", { className: "line" }, make("span", { textContent: label }),
    make("input", { type: "checkbox", role: "switch", checked: on, on: { change: async (event) => {
      if ((await run(event.target.checked)) === undefined) event.target.checked = !event.target.checked;
    } } }));
}

function line(label, ...controls) {
  return make("div", { className: "line" }, make("span", { textContent: label }), make("div", { className: "controls" }, ...controls));
}

function card(title, sub, ...children) {
  return make("div", { className: "card" }, make("h3", { textContent: title }), sub ? make("p", { className: "sub", textContent: sub }) : null, ...children);
}

function section(title, note, ...controls) {
  return make("div", { className: "section" }, make("h2", { textContent: title }), note ? make("p", { textContent: note }) : null,
    make("div", { className: "controls" }, ...controls));
}

const press = (text, label, run) => make("button", { type: "button", textContent: text, "aria-label": label.includes(text) ? label : `${text}, ${label}`, on: { click: run } });

function drawAccount() {
  const one = account(), base = `accounts/${encodeURIComponent(one.account)}`;
  const set = (kind, name, body) => change("PATCH", `${base}/${kind}/${encodeURIComponent(name)}`, body, "Changed; the next login sees it");
  const focused = document.activeElement && document.activeElement.closest("#account") ? [...$("account").querySelectorAll("button, input, select")].indexOf(document.activeElement) : -1;
  const choice = accounts.length > 1 ? [make("select", { "aria-label": "Account", value: current, on: { change: (event) => { current = event.target.value; drawAccount(); drawForm(); } } },
    ...accounts.map((each) => make("option", { value: each.account, textContent: each.account, selected: each.account === current })))] : [];
  $("account").replaceChildren(
    section(`Account ${one.account}`, "", ...choice, careful("Reset", "Reset all, the trail too?", () => change("POST", "reset", {}, "Back to the seed"))),
    make("div", { className: "board" },
      group("Company", card("Enable Features", "", flick("Token-based Authentication", one.features.token_based_authentication,
        (on) => change("PATCH", base, { features: { token_based_authentication: on } }, "Changed; the next login sees it"))), clockCard(one, base), faultCard()),
      group("Integrations", ...one.integrations.map((each) => card(each.name, each.consumer_key,
        flick("Blocked", each.state === "BLOCKED", (on) => set("integrations", each.name, { state: on ? "BLOCKED" : "ENABLED" })),
        flick("Token-based Authentication", each.token_based_authentication, (on) => set("integrations", each.name, { token_based_authentication: on }))))),
      group("Roles", ...one.roles.map((each) => roleCard(each, set))),
      group("Access Tokens", ...one.tokens.map((each) => tokenCard(each, set))),
      group("Users", ...one.entities.map((each) => card(each.name || each.email, each.name ? each.email : "",
        flick("Active", each.active, (on) => set("entities", each.email, { active: on })),
        flick("Give Access", each.access, (on) => set("entities", each.email, { access: on })),
        each.locked_until ? line("Locked", press("Unlock", `Unlock ${each.email}`, () => set("entities", each.email, { locked_until: null }))) : null))),
      group("RESTlets", ...one.restlets.map((each) => card(each.script, each.deploy,
        make("p", { textContent: `${each.status}; ${["get", "post", "put", "delete"].filter((verb) => each[verb]).join(", ").toUpperCase() || "no entry point"}; called ${each.calls === 1 ? "once" : `${each.calls} times`}` })))),
    ),
  );
  if (focused >= 0) [...$("account").querySelectorAll("button, input, select")][focused]?.focus();
}

function group(title, ...cards) {
  return make("section", { className: "group" }, make("h2", { textContent: title }), ...cards);
}

function tokenCard(each, set) {
  const switches = each.revoked ? [make("p", { textContent: "Revoked; that is permanent." })] : [
    flick("Active", each.active, (on) => set("tokens", each.name, { active: on })),
    line("Revoke", careful("Revoke", "Revoke for good?", () => set("tokens", each.name, { revoked: true, active: false })))];
  return card(each.name, `${each.entity}, role ${each.role}, ${each.integration}`, ...switches);
}

function roleCard(each, set) {
  const may = (name) => flick(name, each.permissions.includes(name), (on) =>
    set("roles", each.id, { permissions: on ? [...each.permissions, name] : each.permissions.filter((one) => one !== name) }));
  return card(each.name, `Internal ID ${each.id}`,
    flick("Active", each.active, (on) => set("roles", each.id, { active: on })),
    flick("Web Services Only", each.web_services_only, (on) => set("roles", each.id, { web_services_only: on })),
    ...["Log in using Access Tokens", "User Access Tokens", "SuiteScript", "REST Web Services", "SOAP Web Services"].map(may));
}

function clockCard(one, base) {
  const clock = one.clock;
  const turn = (body) => change("PATCH", `${base}/clock`, body, "The clock was set");
  const minutes = clock.skew_seconds / 60;
  return card("Clock", "",
    line("NetSuite's time, UTC", make("code", { id: "now", textContent: shownTime(netsuiteNow()) })),
    flick("Frozen", clock.frozen, (on) => turn({ freeze: on })),
    line("Advance", press("+5 min", "Advance 5 minutes", () => turn({ advance: 300 })), press("+1 h", "Advance 1 hour", () => turn({ advance: 3600 }))),
    line(minutes ? `Skew ${minutes > 0 ? "+" : ""}${minutes} min` : "Skew",
      press("\u22127 min", "Skew NetSuite 7 minutes behind", () => turn({ skew: -420 })),
      press("0", "End the skew", () => turn({ skew: 0 })), press("+7 min", "Skew NetSuite 7 minutes ahead", () => turn({ skew: 420 }))));
}

const shownTime = (milliseconds) => new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ");
setInterval(() => { if (account() && $("now") && !account().clock.frozen) $("now").textContent = shownTime(netsuiteNow()); }, 1000);

const FAULTS = { unavailable: "503 unavailable", delay: "Delay of 1 s", reset: "Connection reset", wrong_data_center: "302 wrong data center" };
function faultCard() {
  const kind = make("select", { "aria-label": "Fault" }, ...Object.entries(FAULTS).map(([value, text]) => make("option", { value, textContent: text })));
  const times = make("input", { type: "number", min: 1, max: 99, value: 1, "aria-label": "How many calls" });
  times.style.width = "56px";
  kind.style.flex = "1";
  return card("Faults", "",
    make("div", { className: "line" }, kind, times, press("Inject", "Inject the fault", () => change("POST", "faults", { kind: kind.value, times: Number(times.value) || 1 }, "The next call meets it"))),
    ...faults.map((one) => make("p", { textContent: `${FAULTS[one.kind]}: ${one.on + one.times - 1 - one.seen} more${one.script ? ", of " + one.script : ""}` })),
    faults.length ? line("", press("Clear", "Clear all faults", () => change("DELETE", "faults", {}, "No fault any more"))) : null);
}

// -- a request by hand -------------------------------------------------------------------------------------------------------
function drawForm() {
  const one = account(), token = $("hand-token").value;
  const options = (values, kept) => values.map((value) => make("option", { value, textContent: value, selected: value === kept }));
  $("hand-account").replaceChildren(...options(accounts.map((each) => each.account), current));
  $("hand-token").replaceChildren(...options(one.tokens.map((each) => each.name), token));
  const urls = one.restlets.map((each) => `/app/site/hosting/restlet.nl?script=${encodeURIComponent(each.script)}&deploy=${encodeURIComponent(each.deploy)}`);
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
        attempt ? make("span", { textContent: `Login: ${attempt.status}${attempt.detail ? ", " + attempt.detail : ""}` }) : null,
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
  const button = careful("Clear trail", "Clear the trail?", () => attemptTo(() => api("DELETE", "attempts")));
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
source.addEventListener("attempt", (event) => come(JSON.parse(event.data)));
source.addEventListener("records", loadRecords);
source.addEventListener("cleared", load);
