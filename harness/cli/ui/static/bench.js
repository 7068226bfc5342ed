// The test bench: four views of one page, what is tested, and what a person is asked to do.

import { $, ask, follow, h, lasting, problem } from "./dom.js";
import * as cases from "./cases.js";
import * as form from "./form.js";
import * as busy from "./busy.js";
import * as run from "./run.js";

const OWN = { csms: "Reference CSMS (comes along)", charge_point: "Simulated station (comes along)" };
const VIEWS = ["sut", "cases", "run", "runs"];
let facts = null;

function target() {
  const [kind, name] = $("product").value.split(/:(.*)/s);
  return kind === "file" ? { sut: name } : { sut: null, role: name, ocpp: $("version").value };
}

function products(chosen) {
  $("product").replaceChildren(
    ...facts.roles.map((role) => h("option", { value: `own:${role}` }, OWN[role])),
    ...facts.files.map((name) => h("option", { value: `file:${name}` }, name)));
  $("product").value = chosen;
}

async function choose() {
  const what = target();
  $("version-field").hidden = Boolean(what.sut);
  $("product-hint").textContent = what.sut ? `A SUT file in ${facts.folder}.`
    : "Runs in a process of its own, for the time of the run: to see what a run is.";
  form.show(null);
  await cases.load(what);
  remember();
  if (!what.sut) return;
  try { form.show(await ask("GET", `/api/bench/sut/${encodeURIComponent(what.sut)}`)); } catch (error) { $("product-hint").textContent = error.message; }
}

async function remember() {
  const found = new Map();
  const what = target();
  const query = new URLSearchParams(what.sut ? { sut: what.sut } : { role: what.role, ocpp: what.ocpp });
  try {
    for (const profile of (await ask("GET", `/api/bench/cases?${query}`)).profiles)
      for (const one of profile.cases) found.set(one.id, one.title);
    run.knows(found);
  } catch { /* the view of the cases says it */ }
}

async function start(what, ids, workers, background) {
  $("start-said").textContent = "Starting …";
  try {
    await ask("POST", "/api/bench/run", { ...what, cases: ids, workers, background });
    $("start-said").textContent = "";
    location.hash = "#run";
  } catch (error) {
    $("start-said").textContent = error.message;
    if ($("run-problem")) problem($("run-problem"), error);
  }
}

async function kept() {
  const runs = await ask("GET", "/api/bench/runs");
  $("kept").replaceChildren(...(runs.length ? runs : [null]).map((each) => (each === null ? h("li", { class: "hint" }, "There is none yet.") : h("li", {},
    h("div", { class: "head" }, h("b", {}, each.sut), h("span", { class: `badge ${each.code ? "FAIL" : "PASS"}` }, each.code ? "red" : "green"),
      h("time", {}, new Date(each.started).toLocaleString()), h("span", { class: "grow" }),
      h("button", { class: "small", type: "button", "aria-label": `Look at ${each.name}`, onclick: async () => { await run.see(each.name); location.hash = "#run"; } }, "Look")),
    h("p", {}, each.headline), h("small", {}, each.name)))));
}

function view() {
  const name = VIEWS.find((each) => `#${each}` === location.hash) ?? "sut";
  for (const each of VIEWS) $(each).hidden = each !== name;
  for (const link of document.querySelectorAll(".tabs a"))
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  if (name === "runs") kept().catch(() => {});
}

let told = "";
function asked(all) {
  const now = JSON.stringify(all);
  if (now === told) return;
  told = now;
  $("asked").replaceChildren(...all.map((one) => h("div", {},
    h("p", { class: "text" }, one.text),
    h("p", { class: "hint", "data-until": one.until }),
    h("div", { class: "buttons" }, Object.entries(one.words).reverse().map(([word, text]) => h("button", {
      type: "button", class: word === "done" ? "primary" : "quiet",
      onclick: () => ask("POST", "/api/bench/run/answer", { number: one.number, word }).catch(() => {}) }, text))))));
  ticks();
}

function ticks() {
  for (const node of $("asked").querySelectorAll("[data-until]"))
    node.textContent = `${lasting(Number(node.dataset.until) - Date.now() / 1000)} left. What you do is seen on the wire, and the case goes on by itself.`;
}

$("product").addEventListener("change", choose);
$("version").addEventListener("change", choose);
$("new-file").addEventListener("click", () => { problem($("new-form").querySelector(".problem"), null); $("new-dialog").showModal(); });
$("new-form").querySelector("[value=cancel]").addEventListener("click", () => $("new-dialog").close());
$("new-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, role } = Object.fromEntries(new FormData($("new-form")));
  try {
    if (facts.files.includes(name)) throw new Error(`${name} is there already; choose it in the list, or another name.`);
    form.show(await ask("POST", `/api/bench/sut/${encodeURIComponent(name)}`, { role }));
    $("new-dialog").close();
    $("form").scrollIntoView();
  } catch (error) { problem($("new-form").querySelector(".problem"), error); }
});
form.onSaved(async (name) => {
  facts = await ask("GET", "/api/bench");
  products(`file:${name}`);
  $("version-field").hidden = true;
  await cases.load(target());
  await remember();
});
cases.onStart((ids, workers, background) => start(target(), ids, workers, background));
run.onStart(start);
addEventListener("hashchange", view);
setInterval(ticks, 1000);

facts = await ask("GET", "/api/bench");
busy.begin(facts.loads);
$("version").replaceChildren(...facts.versions.map((each) => h("option", {}, each)));
products(facts.first ? `file:${facts.first}` : "own:csms");
if (!$("product").value) products("own:csms");
await choose();
view();
follow("/api/bench/run/events", (picture) => { asked(picture.asked); run.picture(picture.run); });
document.body.dataset.ready = "";
