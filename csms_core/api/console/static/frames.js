// The frames as they pass, newest first. Bounded; a paused list keeps what it shows and counts what it misses.

import { $, copy, h, pretty, soon, time } from "./dom.js";

const MOST = 250;
const kept = [];
let waiting = [];
let missed = 0;
let cleared = false;
let paused = false;
let current = null;
let link = "connecting";

export function setUp() {
  $("pause").addEventListener("click", () => {
    paused = !paused;
    $("pause").setAttribute("aria-pressed", String(paused));
    $("pause").textContent = paused ? "Resume" : "Pause";
    $("frames").classList.toggle("paused", paused);
    if (!paused) again();
  });
  $("clear").addEventListener("click", () => {
    kept.length = 0;
    cleared = true;
    again();
  });
  for (const id of ["frame-filter", "only-station", "no-heartbeats"]) $(id).addEventListener("input", again);
  draw();
}

export function add(shown) {
  kept.push(shown);
  if (kept.length > MOST * 4) kept.splice(0, MOST);
  if (paused) missed += 1;
  else waiting.push(shown);
  soon(draw);
}

// Whether the events come: "connecting", "live", "lost".
export function told(state) {
  link = state;
  soon(draw);
}

export function choose(identity) {
  current = identity;
  $("only-station").disabled = !identity;
  if ($("only-station").checked) again();
}

export function gap() {
  add({ kind: "gap", at: Date.now() / 1000, station: "" });
}

function again() {
  missed = 0;
  $("frame-list").replaceChildren();
  waiting = [...kept];
  soon(draw);
}

function wanted(shown) {
  if ($("no-heartbeats").checked && shown.action === "Heartbeat") return false;
  if ($("only-station").checked && current && shown.station !== current) return false;
  const words = $("frame-filter").value.trim().toLowerCase();
  return !words || `${shown.station} ${shown.action ?? ""} ${shown.kind} ${shown.text ?? ""}`.toLowerCase().includes(words);
}

function draw() {
  const list = $("frame-list");
  const rows = waiting.filter(wanted).slice(-MOST).map(row).reverse();
  waiting = [];
  list.prepend(...rows);
  while (list.children.length > MOST) list.lastElementChild.remove();
  $("frame-count").textContent = paused && missed ? `${missed} new` : "";
  const note = $("frame-note");
  note.hidden = list.children.length > 0;
  note.textContent = kept.some((shown) => !wanted(shown)) ? "No frame of those that are kept is asked for."
    : cleared ? "Cleared; the next frame is shown."
    : { connecting: "Waiting for the events …", live: "No frame has passed yet.", lost: "No events come." }[link];
}

function row(shown) {
  const at = h("time", {}, time(shown.at * 1000));
  if (shown.kind !== "frame") {
    const gone = shown.text ? `disconnected by the CSMS: ${shown.text}` : "disconnected";
    const text = {
      connected: "connected",
      disconnected: gone,
      refused: `was refused: ${shown.text}`,
      finding: `was let pass: ${shown.text}`,
      ended: `told no end of ${shown.text}`,
      gap: "Some frames were too fast for this page.",
    }[shown.kind];
    return h("li", { class: `event ${shown.kind}` }, at, h("span", {}, h("b", {}, shown.station), ` ${text}`));
  }
  const way = shown.up ? "station to CSMS" : "CSMS to station";
  const head = h("summary", {},
    h("span", { class: "arrow", title: way }, h("span", { class: "hidden" }, `${way}: `), h("span", { "aria-hidden": "true" }, shown.up ? "→" : "←")),
    h("span", { class: "what" },
      h("b", {}, shown.action), label(shown),
      h("span", { class: "who" }, shown.station)),
    at,
    h("span", { class: "gist" }, gist(shown)));
  const details = h("details", {}, head);
  details.addEventListener("toggle", () => {
    if (details.open && !details.querySelector(".raw")) details.append(raw(shown));
  });
  return h("li", { class: `frame ${shown.up ? "up" : "down"} ${shown.type}` }, details);
}

function label(shown) {
  if (shown.type === "call") return null;
  if (shown.type === "malformed") return h("i", { class: "bad" }, "malformed");
  const took = shown.took === null || shown.took === undefined ? "" : ` ${shown.took < 10 ? shown.took.toFixed(1) : Math.round(shown.took)} ms`;
  if (shown.type === "error") return h("i", { class: "bad" }, `error${took}`);
  return h("i", {}, h("span", { class: "word" }, "answer"), took);
}

function raw(shown) {
  let body = shown.text;
  try {
    body = JSON.parse(shown.text);
  } catch {
    // shown as it is
  }
  const cut = shown.size > shown.text.length ? h("p", { class: "hint" }, `The first ${shown.text.length} of ${shown.size} characters.`) : null;
  return h("div", { class: "raw" }, pretty(body), cut, h("button", { type: "button", class: "small", onclick: () => copy(shown.text, "The frame") }, "Copy"));
}

// The members that tell the most, in one line.
export function gist(shown) {
  const payload = shown.payload;
  if (payload === null || typeof payload !== "object") return shown.text?.slice(0, 200) ?? "";
  return parts(payload, 3).join("  ") || (shown.type === "result" ? "empty" : "no payload");
}

function parts(value, depth) {
  const found = [];
  for (const [name, member] of Object.entries(value)) {
    if (member === null || member === undefined || member === "") continue;
    if (Array.isArray(member)) found.push(`${name} ×${member.length}`);
    else if (typeof member === "object") found.push(...(depth ? parts(member, depth - 1) : [name]));
    else found.push(`${name} ${name.toLowerCase().includes("time") ? moment(member) : member}`);
  }
  return found;
}

const moment = (text) => {
  const at = Date.parse(text);
  return Number.isNaN(at) ? text : time(at);
};


