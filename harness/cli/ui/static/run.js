// A run: under way, or one of those that are kept. The list of its cases, the one that is looked at, what can be done.

import { $, ask, h, lasting, problem } from "./dom.js";
import { explanation } from "./sequence.js";

const NAMES = { PASS: "passed", FAIL: "failed", XPASS: "passed unexpectedly", XFAIL: "failed as expected", ERROR: "errors",
  INCONCLUSIVE: "inconclusive", NOT_RUN: "not run", NOT_APPLICABLE: "not applicable" };
const RED = ["FAIL", "XPASS", "ERROR"];
const PHASES = { quiet: "first quietly", waiting: "the stations of the load are switched on", loaded: "now under load" };
const LOADED = /@loaded$/;
const plain = (id) => id.replace(/@.*/, "");
const titleOf = (id) => titles.get(id.replace(LOADED, "")) ?? "";
const word = (outcome) => outcome.replaceAll("_", " ");

let live = null;      // the picture of the run under way, or the last one
let kept = null;      // the overview of a run that is looked at, with all its cases
let looked = null;    // the id of the case that somebody wants to see; null: the one that is running
let drawn = "";       // what the detail shows now
let titles = new Map();
let start = () => {};
export const onStart = (call) => { start = call; };
export const knows = (cases) => { titles = new Map(cases); };

const badge = (outcome) => h("span", { class: `badge ${outcome}` }, word(outcome));

function outcomes() {
  if (kept) return kept.cases.map((each) => [each.id, each.title, each.outcome]);
  const running = Object.keys(live.running).map((id) => [id, titleOf(id), "RUNNING"]);
  const over = Object.entries(live.outcomes).map(([id, outcome]) => [id, titleOf(id), outcome]).reverse();
  const red = ([, , outcome]) => !RED.includes(outcome);
  return [...running, ...over.sort((a, b) => red(a) - red(b))];
}

function counts(cases) {
  const found = {};
  for (const [, , outcome] of cases) found[outcome] = (found[outcome] ?? 0) + 1;
  return h("div", { class: "counts" }, Object.entries(NAMES).filter(([name]) => found[name])
    .map(([name, text]) => h("span", { class: `badge ${name}` }, `${found[name]} ${text}`)));
}

function timing() {
  if (!live || kept || live.state === "over") return;
  const spent = Date.now() / 1000 - live.began;
  const left = live.each === null ? "" : `, about ${lasting(live.each * (live.total - live.done))} left`;
  const node = $("run-timing");
  if (node) node.textContent = `${live.done} of ${live.total} cases, ${lasting(spent)}${live.done < live.total ? left : ""}${live.phase ? `; ${PHASES[live.phase]} (background load: ${live.target.background})` : ""}`;
}

function head(cases) {
  const name = kept ? kept.name : live.name;
  const over = kept || live.state === "over";
  const red = [...new Set(cases.filter(([, , outcome]) => RED.includes(outcome)).map(([id]) => plain(id)))];
  const target = live && live.name === name ? live.target : null;
  const again = (ids) => start({ sut: target.sut, role: target.role, ocpp: target.ocpp }, ids, target.workers, target.background);
  const files = kept ? kept.files : [];
  return h("div", { class: "card" },
    h("div", { class: "head" }, h("h1", { id: "run-title" }, kept ? kept.headline : over ? "The run is over" : "The run is under way"),
      h("span", { class: "grow" }),
      over ? null : h("button", { class: "quiet", type: "button", id: "stop", onclick: () => act("stop") },
        live.state === "stopping" ? "Stop at once" : "Stop")),
    over ? h("p", { class: "hint" }, `${kept?.sut ?? ""} ${name}`) : [
      h("p", { id: "run-timing", class: "hint" }),
      h("progress", { max: live.total, value: live.done, "aria-label": "Cases that are over" })],
    counts(cases),
    kept?.remarks.length ? h("details", { class: "part", open: kept.remarks.length < 4 }, h("summary", {}, "Notes on the run"),
      h("ul", { class: "notes" }, kept.remarks.map((each) => h("li", {}, each)))) : null,
    h("p", { class: "problem", id: "run-problem", role: "alert", hidden: true }),
    over ? h("div", { class: "row" },
      target && red.length ? h("button", { class: "primary", type: "button", onclick: () => again(red) }, red.length === 1 ? "Run the red case again" : `Run the ${red.length} red cases again`) : null,
      target ? h("button", { class: "quiet", type: "button", onclick: () => again(target.cases) }, "Run all again") : null,
      target && looked ? h("button", { class: "quiet", type: "button", onclick: () => again([plain(looked)]) }, `Run ${looked} again`) : null,
      kept ? h("button", { class: "quiet", type: "button", onclick: compare }, "Compare with the run before") : null,
      files.includes("report.html") ? h("a", { class: "quiet", href: `/runs/${name}/report.html`, target: "_blank", rel: "noopener" }, "Report") : null,
      files.includes("background.html") ? h("a", { class: "quiet", href: `/runs/${name}/background.html`, target: "_blank", rel: "noopener" }, "Figures of the load") : null) : null,
    files.length ? h("div", { class: "row" }, h("span", { class: "hint", id: "files" }, "Download"),
      h("ul", { class: "buttons", "aria-labelledby": "files" }, [...files, "abstract.pdf"].map((file) => h("li", {},
        h("a", { class: "small", href: `/runs/${name}/${file}${file.endsWith(".pdf") ? "" : "?download"}`, download: "" }, file))))) : null,
    live && !kept && over ? h("pre", { class: "said-lines", tabindex: "0" }, live.said.join("\n")) : null,
    h("div", { id: "difference" }));
}

// Told to who hears the page: not each second, but what has happened.
function announce(before) {
  if (live.state === "over") return; // the headline says it, when it is there
  const red = Object.keys(live.outcomes).filter((id) => RED.includes(live.outcomes[id]) && !before?.outcomes[id]);
  const said = [...red.map((id) => `${id} ${word(live.outcomes[id])}`), live.phase && live.phase !== before?.phase ? PHASES[live.phase] : ""].filter(Boolean);
  if (!before) said.unshift(`A run of ${live.total} cases has begun`);
  if (said.length) $("announced").textContent = said.join("; ");
}

async function act(what) {
  try { await ask("POST", `/api/bench/run/${what}`, {}); } catch (error) { problem($("run-problem"), error); }
}

async function compare() {
  try {
    const runs = await ask("GET", "/api/bench/runs");
    const older = runs.filter((each) => each.role === kept.role && each.started < kept.started);
    const before = older.find((each) => each.sut === kept.sut) ?? older[0];
    if (!before) throw new Error("There is no earlier run to compare with.");
    const told = await ask("GET", `/api/bench/runs/${kept.name}/since/${before.name}`);
    $("difference").replaceChildren(h("h2", {}, `Since ${before.name}: ${told.headline}`),
      ...told.warnings.map((each) => h("p", { class: "hint" }, each)),
      ...told.sections.map((part) => h("div", { class: "table", tabindex: "0", role: "region", "aria-label": part.title }, h("table", {}, h("caption", {}, part.title),
        h("thead", {}, h("tr", {}, part.headers.map((each) => h("th", { scope: "col" }, each)))),
        h("tbody", {}, part.rows.map((cells) => h("tr", {}, cells.map((each) => h("td", {}, each)))))))));
  } catch (error) { problem($("run-problem"), error); }
}

function list(cases) {
  return h("ul", { class: "card results", "aria-label": "Cases" }, cases.map(([id, title, outcome]) =>
    h("li", {}, h("button", { type: "button", "data-id": id, "aria-current": id === shownId() ? "true" : null, onclick: () => { looked = id; drawn = ""; draw(); } },
      h("code", {}, id), badge(outcome), h("small", {}, title)))));
}

function shownId() {
  if (looked) return looked;
  return kept ? kept.cases[0]?.id : Object.keys(live.running)[0] ?? Object.keys(live.outcomes).at(-1);
}

async function detail() {
  const id = shownId();
  const state = kept ? `kept ${kept.name}` : `${live.name} ${live.running[id] ?? "over"}`;
  if (!id || drawn === `${id} ${state}`) return;
  drawn = `${id} ${state}`;
  const path = kept ? `/api/bench/runs/${kept.name}/cases/${id}` : `/api/bench/run/cases/${id}`;
  let told;
  try { told = await ask("GET", path); } catch { drawn = ""; return; }
  if (shownId() !== id) return;
  const node = $("detail");
  const open = [...node.querySelectorAll("details")].map((each) => each.open);
  const same = node.dataset.id === id;
  node.dataset.id = id;
  node.replaceChildren(...explanation(told).filter(Boolean));
  if (same) node.querySelectorAll("details").forEach((each, number) => { each.open ||= open[number] ?? false; });
}

function draw() {
  const section = $("run");
  if (!live && !kept) {
    section.replaceChildren(h("div", { class: "card" }, h("h1", { id: "run-title" }, "No run yet"),
      h("p", { class: "hint" }, "Choose cases and start.")));
    return;
  }
  const cases = outcomes();
  const focused = document.activeElement?.dataset?.id ?? document.activeElement?.id;
  const scrolled = section.querySelector(".results")?.scrollTop ?? 0;
  const difference = section.querySelector("#difference")?.children ?? [];
  const node = $("detail") ?? h("article", { class: "card", id: "detail", "aria-label": "The case" });
  const parts = h("div", { class: "run" }, list(cases), node);
  const top = head(cases);
  if (kept && section.dataset.name === kept.name) top.querySelector("#difference").append(...difference);
  section.dataset.name = kept?.name ?? live.name;
  section.replaceChildren(top, parts);
  section.querySelector(".results").scrollTop = scrolled;
  if (focused) (section.querySelector(`[data-id="${CSS.escape(focused)}"]`) ?? $(focused))?.focus({ preventScroll: true });
  timing();
  detail();
}

export async function picture(run) {
  if (!run) { if (!kept) draw(); return; }
  const fresh = live?.name !== run.name;
  const ended = run.state === "over" && (live?.state !== "over" || fresh);
  const before = fresh ? null : live;
  live = run;
  announce(before);
  if (fresh) { kept = null; looked = null; drawn = ""; }
  if (kept && kept.name !== run.name) return;
  if (ended) { await see(run.name).catch(() => draw()); return; }
  if (!kept) draw();
}

// Look at a run that is kept.
export async function see(name) {
  kept = await ask("GET", `/api/bench/runs/${name}`);
  if (looked && !kept.cases.some((each) => each.id === looked)) looked = null;
  drawn = "";
  $("announced").textContent = `The run is over: ${kept.headline}`;
  draw();
}

setInterval(timing, 1000);
draw();
