// A form for every operation, made from its schema in the API's own description.

import { get, request, station as path } from "./api.js";
import { $, h, pretty, time } from "./dom.js";
import { form } from "./form.js";
import { Part } from "./loading.js";
import { bays, running, stations } from "./model.js";

const ORDER = ["Core", "RemoteTrigger", "SmartCharging", "Reservation", "LocalAuthListManagement", "FirmwareManagement", "Security"];
const TITLES = {
  RemoteTrigger: "Remote trigger", SmartCharging: "Smart charging", LocalAuthListManagement: "Local list",
  FirmwareManagement: "Firmware", Security: "Security extensions",
};
const GOOD = new Set(["Accepted", "Unlocked", "Scheduled", "RebootRequired"]);
const MOST = 8;

let known = null;
let chosen = "RemoteStartTransaction";
const history = new Map(); // identity -> [{action, at, took, answer | problem}]

export const part = new Part("The operations", async () => {
  const description = await get("/openapi.json");
  const found = [];
  for (const [route, methods] of Object.entries(description.paths)) {
    const match = route.match(/^\/api\/v1\/stations\/\{[^}]+\}\/operations\/(\w+)$/);
    if (!match || !methods.post) continue;
    const profile = methods.post.summary?.match(/\((\w+)\)/)?.[1] ?? "Other";
    found.push({ action: match[1], profile, schema: methods.post.requestBody?.content?.["application/json"]?.schema ?? {} });
  }
  found.sort((a, b) => ORDER.indexOf(a.profile) - ORDER.indexOf(b.profile) || a.action.localeCompare(b.action));
  known = found;
});

export function panel(identity) {
  const node = h("div", { class: "operations" });
  if (!known) {
    node.append(part.note());
    return node;
  }
  const place = h("div", { class: "operation" });
  const groups = new Map();
  for (const operation of known) {
    if (!groups.has(operation.profile)) groups.set(operation.profile, []);
    groups.get(operation.profile).push(operation);
  }
  const choose = (operation) => {
    chosen = operation.action;
    place.replaceChildren(editor(identity, operation));
  };
  const picker = h("div", { class: "picker", role: "radiogroup", "aria-label": "Operation" },
    [...groups].map(([profile, operations]) => h("div", { class: "group" },
      h("h4", {}, TITLES[profile] ?? profile),
      h("div", { class: "pills" }, operations.map((operation) => h("label", { class: "pill" },
        h("input", { type: "radio", name: "operation", value: operation.action, checked: operation.action === chosen, onchange: () => choose(operation) }),
        h("span", {}, operation.action)))))));
  node.append(picker, place);
  choose(known.find((operation) => operation.action === chosen) ?? known[0]);
  return node;
}

function hintsFor(identity) {
  const station = stations.get(identity);
  const connectors = station ? bays(station).map((bay) => [bay.connectorId, bay.status]) : [];
  const transactions = [...running.values()].filter((each) => each.station === identity)
    .map((each) => [each.transactionId, `${each.idTag} at connector ${each.connectorId}`]);
  const tags = [...$("tags").options].map((option) => [option.value, option.label]);
  return { connectorId: connectors, transactionId: transactions, idTag: tags, parentIdTag: tags };
}

function editor(identity, { action, schema }) {
  const fields = form(schema, hintsFor(identity));
  const text = h("textarea", { class: "json", spellcheck: "false", "aria-label": `Payload of ${action} as JSON`, rows: 8 });
  const preview = h("div", { class: "preview", "aria-hidden": "true" });
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  const send = h("button", { class: "primary", id: "send" }, `Send ${action}`);
  const results = h("ol", { class: "results", "aria-label": "Answers", "aria-live": "polite" });
  let written = false;

  const show = () => preview.replaceChildren(pretty(fields.get()));
  const fail = (sentence) => {
    problem.textContent = sentence;
    problem.hidden = !sentence;
  };
  const drawResults = () => results.replaceChildren(...(history.get(identity) ?? []).map(result));
  const mode = h("button", { type: "button", class: "small", "aria-pressed": "false", onclick: () => turn(!written) }, "Write JSON");

  function turn(to) {
    if (to) text.value = JSON.stringify(fields.get(), null, 2);
    else {
      try {
        fields.set(JSON.parse(text.value));
      } catch (error) {
        fail(`This is no JSON: ${error.message}.`);
        return;
      }
    }
    fail("");
    written = to;
    mode.setAttribute("aria-pressed", String(to));
    text.hidden = !to;
    fields.node.hidden = preview.hidden = to;
    for (const control of fields.node.querySelectorAll("input, select")) control.disabled = to;
    (to ? text : mode).focus();
    show();
  }

  async function submit(event) {
    event.preventDefault();
    fail("");
    let payload;
    try {
      payload = written ? JSON.parse(text.value) : fields.get();
    } catch (error) {
      fail(`This is no JSON: ${error.message}.`);
      return;
    }
    send.disabled = true;
    send.textContent = "Waiting for the station …";
    const entry = { action, at: Date.now() };
    try {
      entry.answer = await request("POST", `${path(identity)}/operations/${action}`, payload);
    } catch (error) {
      entry.problem = error.message;
      fail(error.message);
    }
    entry.took = Date.now() - entry.at;
    history.set(identity, [entry, ...(history.get(identity) ?? [])].slice(0, MOST));
    send.disabled = false;
    send.textContent = `Send ${action}`;
    drawResults();
  }

  text.hidden = true;
  const node = h("form", { onsubmit: submit, oninput: show },
    h("div", { class: "operation-head" }, h("h3", {}, action), mode),
    h("div", { class: "editor" }, fields.node, text, preview),
    problem, h("div", { class: "buttons" }, send), results);
  show();
  drawResults();
  return node;
}

function result({ action, at, took, answer, problem }) {
  const status = problem ? "failed" : String(answer?.status ?? "answered");
  const good = !problem && (answer?.status === undefined || GOOD.has(answer.status));
  const rest = answer && Object.keys(answer).some((name) => name !== "status");
  return h("li", { class: good ? "good" : "bad" },
    h("span", { class: "badge" }, status), h("b", {}, action), h("span", { class: "hint" }, `${time(at)} · ${took} ms`),
    problem ? h("p", {}, problem) : rest ? h("details", {}, h("summary", {}, "Answer"), pretty(answer)) : null);
}
