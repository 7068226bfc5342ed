// A form for every operation, made from its schema in the API's own description.

import { get, request, station as path } from "./api.js";
import { $, h, pretty, time } from "./dom.js";
import { form } from "./form.js";
import { Part } from "./loading.js";
import { bays, running, stations } from "./model.js";
import { of, VERSIONS } from "./versions.js";

const GOOD = new Set(["Accepted", "Unlocked", "Scheduled", "RebootRequired"]);
const MOST = 8;

let known = null;
const chosen = new Map(); // version -> the action that was looked at last
const history = new Map(); // identity -> [{action, at, took, answer | problem}]

export const part = new Part("The operations", async () => {
  const description = await get("/openapi.json");
  const found = [];
  for (const [route, methods] of Object.entries(description.paths)) {
    const match = route.match(/^(.+)\/stations\/\{[^}]+\}\/operations\/(\w+)$/);
    const version = match && VERSIONS.find((each) => each.root === match[1]);
    if (!version || !methods.post) continue;
    const profile = methods.post.summary?.match(/\((\w+)\)/)?.[1] ?? "Other";
    found.push({ version, action: match[2], profile, schema: methods.post.requestBody?.content?.["application/json"]?.schema ?? {} });
  }
  const rank = ({ version, profile }) => version.order.indexOf(profile);
  found.sort((a, b) => rank(a) - rank(b) || a.action.localeCompare(b.action));
  known = found;
});

export function panel(identity) {
  const node = h("div", { class: "operations" });
  if (!known) {
    node.append(part.note());
    return node;
  }
  const place = h("div", { class: "operation" });
  const version = of(stations.get(identity));
  const mine = known.filter((operation) => operation.version === version);
  const action = chosen.get(version) ?? version.first;
  const groups = new Map();
  for (const operation of mine) {
    if (!groups.has(operation.profile)) groups.set(operation.profile, []);
    groups.get(operation.profile).push(operation);
  }
  const choose = (operation) => {
    chosen.set(version, operation.action);
    place.replaceChildren(editor(identity, operation));
  };
  const picker = h("div", { class: "picker", role: "radiogroup", "aria-label": "Operation" },
    [...groups].map(([profile, operations]) => h("div", { class: "group" },
      h("h4", {}, version.titles[profile] ?? profile),
      h("div", { class: "pills" }, operations.map((operation) => h("label", { class: "pill" },
        h("input", { type: "radio", name: "operation", value: operation.action, checked: operation.action === action, onchange: () => choose(operation) }),
        h("span", {}, operation.action)))))));
  node.append(picker, place);
  choose(mine.find((operation) => operation.action === action) ?? mine[0]);
  return node;
}

function hintsFor(identity) {
  const station = stations.get(identity);
  const transactions = (running.get(identity) ?? []).map((each) => [each.id, `${each.tag} at connector ${each.place}`]);
  const tags = [...$("tags").options].map((option) => [option.value, option.label]);
  return of(station).hints(station ? bays(station) : [], transactions, tags);
}

function editor(identity, { version, action, schema }) {
  const fields = form(schema, hintsFor(identity), version.hidden);
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
      entry.answer = await request("POST", `${path(identity, version.root)}/operations/${action}`, payload);
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
