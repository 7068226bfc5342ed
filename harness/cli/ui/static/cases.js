// The cases as a tree: searched, filtered, chosen.

import { $, ask, h, problem } from "./dom.js";
import * as busy from "./busy.js";

let profiles = [];
const chosen = new Set();
const open = new Set();
let start = () => {};
export const onStart = (call) => { start = call; };

const all = () => profiles.flatMap((each) => each.cases);
const free = (one) => one.not === null;

function wanted(one) {
  const words = $("case-search").value.trim().toLowerCase();
  return (!$("applicable").checked || free(one))
    && (!words || `${one.id} ${one.title} ${one.ref} ${one.rules.join(" ")}`.toLowerCase().includes(words));
}

function count() {
  const number = chosen.size;
  $("start").disabled = number === 0;
  $("start").textContent = number ? `Start ${number} case${number === 1 ? "" : "s"}` : "Start";
}

function line(one) {
  const box = h("input", { type: "checkbox", checked: chosen.has(one.id), disabled: !free(one), onchange: (event) => {
    if (event.target.checked) chosen.add(one.id); else chosen.delete(one.id);
    heads();
    count();
  } });
  return h("label", { class: "case" }, box, h("code", {}, one.id), h("span", {}, one.title),
    one.not ? h("small", {}, one.not) : null);
}

function heads() {
  for (const group of $("tree").children) {
    const cases = profiles.find((each) => each.name === group.dataset.name).cases.filter((each) => free(each) && wanted(each));
    const on = cases.filter((each) => chosen.has(each.id)).length;
    const box = group.querySelector(":scope > input");
    box.checked = on > 0 && on === cases.length;
    box.indeterminate = on > 0 && on < cases.length;
    group.querySelector("summary small").textContent = `${on} of ${cases.length} chosen`;
  }
}

function draw() {
  const searching = $("case-search").value.trim() !== "";
  $("tree").replaceChildren(...profiles.map((profile) => {
    const shown = profile.cases.filter(wanted);
    if (!shown.length) return null;
    const box = h("input", { type: "checkbox", "aria-label": `All of ${profile.title}`,
      onchange: (event) => {
        for (const one of shown.filter(free)) if (event.target.checked) chosen.add(one.id); else chosen.delete(one.id);
        for (const each of event.target.closest(".group").querySelectorAll(".case input:enabled")) each.checked = event.target.checked;
        heads();
        count();
      } });
    return h("div", { class: "group", "data-name": profile.name }, box, h("details", { open: searching || open.has(profile.name),
      ontoggle: (event) => { if (event.target.open) open.add(profile.name); else open.delete(profile.name); } },
      h("summary", {}, profile.title, " ", h("small", {})), shown.map(line)));
  }).filter(Boolean));
  heads();
  count();
}

export async function load(target) {
  const query = new URLSearchParams(target.sut ? { sut: target.sut } : { role: target.role, ocpp: target.ocpp });
  try {
    const told = await ask("GET", `/api/bench/cases?${query}`);
    profiles = told.profiles;
    busy.offer(told.role === "csms");
    problem($("cases-problem"), null);
  } catch (error) {
    profiles = [];
    problem($("cases-problem"), error);
  }
  chosen.clear();
  if (profiles.length) open.add(profiles[0].name);
  for (const one of all()) if (free(one) && !one.optional) chosen.add(one.id);
  draw();
}

// No list is sent where all are meant: then it is a run of the whole, and not of a selection.
function asked() {
  const usual = all().filter((one) => free(one) && !one.optional);
  const whole = usual.length === chosen.size && usual.every((one) => chosen.has(one.id));
  return whole ? [] : all().map((one) => one.id).filter((id) => chosen.has(id));
}

$("case-search").addEventListener("input", draw);
$("applicable").addEventListener("change", draw);
$("none").addEventListener("click", () => { chosen.clear(); draw(); });
$("all").addEventListener("click", () => {
  for (const one of all()) if (free(one) && !one.optional) chosen.add(one.id);
  draw();
});
$("start").addEventListener("click", () => start(asked(), $("workers").value ? Number($("workers").value) : null, busy.wanted()));
