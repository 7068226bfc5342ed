// The form of a new station: what it is, how it identifies itself, and what it does wrong on purpose.

import { $, ask, h, problem } from "./dom.js";
import { counted, picker } from "./faults.js";

const form = $("add");
const { url, id, ocpp, model, connectors, security_profile: security, password } = form.elements;
const wrong = new Set();
let facts = null;

// Only what belongs to the choice is asked, and only that is sent.
function fits() {
  model.disabled = !facts.with_models.includes(ocpp.value);
  connectors.disabled = Boolean(model.value) && !model.disabled;
  const profile = Number(security.value);
  const asked = { password: profile === 1 || profile === 2, ca_file: profile >= 2 || url.value.trim().startsWith("wss:"),
    certificate: profile === 3, key: profile === 3 };
  for (const [name, needed] of Object.entries(asked)) {
    form.elements[name].closest(".field").hidden = !needed;
    form.elements[name].disabled = !needed;
  }
  password.required = asked.password;
}

function faults() {
  wrong.clear();
  const summary = $("add-faults").querySelector("summary");
  const said = () => { summary.textContent = counted(wrong.size); };
  said();
  $("add-faults").querySelector("div").replaceChildren(picker(facts.faults[ocpp.value], wrong, said, "of the new station"));
}

async function add(event) {
  event.preventDefault();
  const given = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
  for (const name of ["connectors", "security_profile"]) if (given[name]) given[name] = Number(given[name]);
  try {
    const added = await ask("POST", "/api/park/stations", { ...given, faults: [...wrong] });
    problem($("add-problem"), null);
    id.value = "";
    password.value = "";
    $("add-said").textContent = `${added.id} is switched on.`;
  } catch (error) {
    $("add-said").textContent = "";
    problem($("add-problem"), error);
  }
}

export function begin(known) {
  facts = known;
  ocpp.replaceChildren(...facts.versions.map((each) => h("option", { selected: each === facts.usual }, each)));
  model.replaceChildren(h("option", { value: "" }, "plain"), ...facts.models.map((each) => h("option", { value: each.name, title: each.description }, each.name)));
  security.replaceChildren(...facts.profiles.map((each) => h("option", { value: each.number }, `${each.number} ${each.title}`)));
  for (const one of [ocpp, model, security]) one.addEventListener("change", fits);
  url.addEventListener("input", fits);
  ocpp.addEventListener("change", faults);
  form.addEventListener("submit", add);
  fits();
  faults();
}
