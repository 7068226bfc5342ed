// The SUT file as a form: made of what the server says, and sent back as what was changed.

import { $, Refused, ask, h, problem } from "./dom.js";

let now = null;
let saved = () => {};
export const onSaved = (call) => { saved = call; };

const text = (value) => (Array.isArray(value) ? value.join(", ") : value === null || value === undefined ? "" : String(value));

function control(field, value, id) {
  const told = { id, "data-key": field.key, "data-was": text(value), "aria-describedby": `${id}-says` };
  if (field.kind === "yes" || field.kind === "choice") {
    const choices = field.kind === "yes" ? ["true", "false"] : field.choices.map(String);
    const names = { true: "yes", false: "no" };
    return h("select", told, h("option", { value: "" }, field.required ? "" : "(open)"),
      choices.map((each) => h("option", { value: each, selected: each === text(value) }, names[each] ?? each)));
  }
  const example = field.choices?.length ? `some of ${text(field.choices)}` : field.example === null ? "" : `e.g. ${text(field.example)}`;
  const number = field.kind === "integer" || field.kind === "number";
  return h("input", { ...told, type: field.secret ? "password" : "text", inputmode: number ? "decimal" : null, autocomplete: "off",
    spellcheck: "false", value: text(value), placeholder: field.kept ? "kept as it is in the file" : example });
}

let count = 0;
function field(one, value) {
  const id = `f${count += 1}`;
  const name = one.key.split(".").slice(one.key.includes(".") ? 1 : 0).join(".").replaceAll("_", " ");
  return h("div", { class: "field", "data-only": one.only, "data-field": one.key },
    h("label", { for: id }, name, one.required ? " *" : ""), control(one, value, id),
    h("small", { id: `${id}-says` }, one.description));
}

function row(section, values, number) {
  return h("fieldset", { "data-row": "" }, h("legend", {}, `${section.title} ${number}`),
    h("div", { class: "fields" }, section.columns.map((each) => field({ ...each, kept: values.kept?.includes(each.key) }, values[each.key]))),
    h("button", { class: "small", type: "button", onclick: (event) => event.target.closest("fieldset").remove() }, "Remove"));
}

function section(one) {
  const rows = h("div", { class: "stations", "data-table": one.name }, one.rows.map((values, number) => row(one, values, number + 1)));
  return h("details", { class: "part", open: one.first }, h("summary", {}, one.title), h("p", { class: "hint" }, one.description),
    one.fields.some((each) => each.key === `${one.name}.kind`) ? h("p", { class: "hint", "data-by-hand": one.name, role: "status" }) : null,
    one.columns.length ? [rows, h("button", { class: "small", type: "button",
      onclick: () => rows.append(row(one, {}, rows.children.length + 1)) }, "Add")] : null,
    one.fields.length ? h("div", { class: "fields" }, one.fields.map((each) => field(each, each.value))) : null);
}

// What only a text editor can write, by the kind of whoever acts.
const BY_HAND = {
  rest: "What is sent stands in the file itself, as a table for each request; it is written with a text editor. See the page about operators.",
  python: "The class is a file of yours, beside the SUT file.",
};

// Fields that belong to one kind of operator or driver are there for that kind only.
function kinds() {
  for (const node of $("sections").querySelectorAll("[data-only]")) {
    const table = node.dataset.field.split(".")[0];
    const kind = $("sections").querySelector(`[data-key="${table}.kind"]`)?.value;
    node.hidden = Boolean(node.dataset.only) && node.dataset.only !== kind;
  }
  for (const node of $("sections").querySelectorAll("[data-by-hand]"))
    node.textContent = BY_HAND[$("sections").querySelector(`[data-key="${node.dataset.byHand}.kind"]`)?.value] ?? "";
}

function value(node, one) {
  const given = node.value.trim();
  if (given === "") return null;
  if (one.kind === "yes") return given === "true";
  if (one.kind === "choice") return one.choices.find((each) => String(each) === given);
  const number = (word) => (word !== "" && Number.isFinite(Number(word)) ? Number(word) : word);
  if (one.kind === "integer" || one.kind === "number") return number(given);
  if (one.kind === "list") return given.split(",").map((word) => (one.of === "string" ? word.trim() : number(word.trim())));
  return given;
}

function changed() {
  const values = {};
  const stations = {};
  for (const part of now.sections) {
    for (const one of part.fields) {
      const node = $("sections").querySelector(`[data-field="${one.key}"][data-only="${one.only}"] [data-key]`);
      if (node && !node.closest(".field").hidden && node.value.trim() !== node.dataset.was) values[one.key] = value(node, one);
    }
    if (!part.columns.length) continue;
    const rows = [...$("sections").querySelectorAll(`[data-table="${part.name}"] > [data-row]`)];
    stations[part.name] = rows.map((each) => Object.fromEntries(part.columns.flatMap((one) => {
      const node = each.querySelector(`[data-key="${one.key}"]`);
      return node.value.trim() === node.dataset.was ? [] : [[one.key, value(node, one)]];
    })));
    if (stations[part.name].length === part.rows.length && stations[part.name].every((each) => !Object.keys(each).length))
      delete stations[part.name];
  }
  return { role: now.role, values, stations };
}

function told(problems) {
  for (const node of $("sections").querySelectorAll(".wrong")) {
    node.classList.remove("wrong");
    node.querySelector(".said")?.remove();
    node.querySelector("[data-key]").removeAttribute("aria-invalid");
  }
  for (const each of problems) {
    const node = each.key && $("sections").querySelector(`[data-field="${CSS.escape(each.key)}"]`);
    if (!node) continue;
    node.classList.add("wrong");
    node.append(h("small", { class: "said" }, each.sentence));
    node.querySelector("[data-key]").setAttribute("aria-invalid", "true");
    node.closest("details").open = true;
  }
  problem($("form-problem"), problems.length ? new Refused(problems[0].sentence, problems) : null);
}

export function show(form) {
  now = form;
  $("form").hidden = !form;
  if (!form) return;
  $("form-title").textContent = form.name + (form.exists ? "" : " (new)");
  $("sections").replaceChildren(...form.sections.map(section));
  $("unseen").textContent = form.unseen.length ? `Also in the file, and kept as it is: ${form.unseen.join(", ")}.` : "";
  $("form-said").textContent = "";
  $("probe").hidden = form.role !== "csms" || !form.exists;
  $("probe-said").hidden = true;
  kinds();
  told(form.exists ? form.problems : []);
}

async function send(check) {
  $("form-said").textContent = "";
  try {
    await ask("PUT", `/api/bench/sut/${encodeURIComponent(now.name)}`, { ...changed(), check });
  } catch (error) {
    if (error.problems?.length) told(error.problems);
    else problem($("form-problem"), error);
    return;
  }
  told([]);
  $("form-said").textContent = check ? "Nothing is wrong." : "Saved.";
  if (!check) {
    const name = now.name;
    show(await ask("GET", `/api/bench/sut/${encodeURIComponent(name)}`));
    $("form-said").textContent = "Saved.";
    await saved(name);
  }
}

// A first look at the back office, by the file as it is saved.
async function probe() {
  $("probe").disabled = true;
  $("probe-said").hidden = true;
  $("form-said").textContent = "A station connects …";
  try {
    const { works, said } = await ask("POST", `/api/bench/sut/${encodeURIComponent(now.name)}/probe`);
    $("form-said").textContent = works ? "The back office answers as it should." : "There is something to mend.";
    $("probe-said").textContent = said;
    $("probe-said").hidden = false;
  } catch (error) { $("form-said").textContent = error.message; }
  $("probe").disabled = false;
}

$("probe").addEventListener("click", probe);
$("form").addEventListener("submit", (event) => { event.preventDefault(); send(false); });
$("check").addEventListener("click", () => send(true));
$("sections").addEventListener("change", kinds);
$("find").addEventListener("input", () => {
  const words = $("find").value.trim().toLowerCase();
  for (const part of $("sections").children) {
    let any = !words;
    for (const node of part.querySelectorAll(".field")) {
      const found = !words || `${node.dataset.field} ${node.textContent}`.toLowerCase().replaceAll("_", " ").includes(words);
      node.classList.toggle("hidden", !found);
      any ||= found;
    }
    part.hidden = !any;
    if (words && any) part.open = true;
  }
});
