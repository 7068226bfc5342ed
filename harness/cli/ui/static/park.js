// The car park: stations that are played by a click, their power over time, their frames.

import { $, ask, follow, h } from "./dom.js";
import { begin } from "./adding.js";
import { course, watt } from "./curve.js";
import { counted, picker } from "./faults.js";

const cards = new Map();
let facts = null;

function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { $("toast").hidden = true; }, 6000);
}

async function act(id, verb, given = {}) {
  try { await ask("POST", `/api/park/stations/${encodeURIComponent(id)}/api/v1/verbs/${verb}`, given); } catch (error) { toast(error.message); }
}

const button = (text, what, name) => h("button", { class: "small", type: "button", "aria-label": name ?? text, onclick: what }, text);

function outlet(id, one, tag) {
  const number = one.connectorId;
  const plugged = one.cable !== "none";
  const of = (text) => `${text}: connector ${number} of ${id}`;
  return [
    h("div", { class: "head" }, h("h3", {}, `Connector ${number}`), h("span", { class: "badge", "data-status": one.status }, one.status),
      one.transaction ? h("small", {}, `${one.transaction.idTag}, ${one.transaction.energy} Wh`) : null),
    h("div", { class: "buttons" },
      plugged ? button("Unplug", () => act(id, "unplug", { connector: number }), of("Unplug")) : button("Plug a car in", () => act(id, "plug_in", { connector: number }), of("Plug a car in")),
      button("Hold the card", () => act(id, "present", { tag: tag(), connector: number }), of("Hold the card")),
      one.transaction ? (one.ev_paused ? button("Car takes power", () => act(id, "resume_ev", { connector: number }), of("Car takes power"))
        : button("Car pauses", () => act(id, "pause_ev", { connector: number }), of("Car pauses"))) : null,
      one.status === "Faulted" ? button("Repair", () => act(id, "clear_fault", { connector: number }), of("Repair"))
        : button("Break it", () => act(id, "raise_fault", one.errorCode === undefined ? { connector: number } : { connector: number, error_code: "OtherError" }), of("Break it"))),
  ];
}

// What a station does wrong on purpose; made when somebody looks, because there are hundreds to choose from.
function defects(id, ocpp) {
  const chosen = new Set();
  const summary = h("summary", {}, counted(0));
  const place = h("div", {});
  const give = async () => {
    summary.textContent = counted(chosen.size);
    try {
      await ask("PUT", `/api/park/stations/${encodeURIComponent(id)}/api/v1/faults`, { faults: [...chosen] });
    } catch (error) { toast(error.message); }
  };
  const node = h("details", { class: "part defects", ontoggle: () => {
    place.replaceChildren(...(node.open ? [picker(facts.faults[ocpp], chosen, give, `of ${id}`)] : []));
  } }, summary, place);
  const are = (names) => {
    if (node.open) return; // whoever has it open is about to change it
    chosen.clear();
    for (const name of names) chosen.add(name);
    summary.textContent = counted(chosen.size) + (names.length ? ` (${names.slice(0, 2).join(", ")}${names.length > 2 ? ", …" : ""})` : "");
  };
  return { node, are };
}

function made(id, ocpp) {
  const wrong = defects(id, ocpp);
  const tag = h("input", { value: "TAG-1", "aria-label": `Card for ${id}`, autocomplete: "off", spellcheck: "false" });
  const node = h("li", { class: "card", "data-id": id },
    h("div", { class: "head" }, h("h2", {}, id), h("span", { class: "badge said" }), h("small", { class: "about" }), h("span", { class: "grow" }),
      button("Remove", () => ask("DELETE", `/api/park/stations/${encodeURIComponent(id)}`).catch((error) => toast(error.message)), `Remove ${id}`)),
    h("div", { class: "hands head" }, h("label", { class: "inline" }, "Card ", tag), h("span", { class: "power" }), h("span", { class: "network" })),
    h("p", { class: "hint failure", role: "status" }),
    wrong.node,
    h("div", { class: "plot" }, h("div", { class: "outlets" }), h("div", {}, h("h3", {}, "Frames"), h("ol", { class: "frames", tabindex: "0", "aria-label": `Frames of ${id}, newest first` }))));
  return { node, wrong, tag: () => tag.value.trim(), outlets: new Map(), last: 0, state: "" };
}

// Buttons are made anew only when they change, so that nobody clicks on one that is just replaced.
function put(node, key, ...children) {
  if (node.dataset.key === key) return;
  const focused = node.contains(document.activeElement) ? document.activeElement.textContent : null;
  node.dataset.key = key;
  node.replaceChildren(...children.flat().filter(Boolean));
  if (focused) ([...node.querySelectorAll("button")].find((each) => each.textContent === focused) ?? node.querySelector("button"))?.focus();
}

function draw(stations) {
  $("empty").hidden = stations.length > 0;
  for (const id of [...cards.keys()]) {
    if (stations.some((each) => each.id === id)) continue;
    cards.get(id).node.remove();
    cards.delete(id);
  }
  for (const { id, model, ocpp, state, faults, failure, said } of stations) {
    if (!cards.has(id)) { cards.set(id, made(id, ocpp)); $("lot").append(cards.get(id).node); }
    const card = cards.get(id);
    const find = (name) => card.node.querySelector(name);
    find(".said").textContent = state.connection;
    find(".said").dataset.status = state.connection === "online" ? "Available" : "";
    find(".about").textContent = [`OCPP ${ocpp}`, model, state.security_profile ? `security profile ${state.security_profile}` : "", state.url].filter(Boolean).join(", ");
    card.wrong.are(faults);
    find(".failure").textContent = (state.connection === "not connected" && failure) || said.join(" ");
    put(find(".power"), `${state.powered}`, state.powered ? button("Cut the power", () => act(id, "cut_power"), `Cut the power of ${id}`) : button("Power on", () => act(id, "restore_power"), `Power on ${id}`));
    put(find(".network"), `${state.network}`, state.network ? button("Cut the network", () => act(id, "lose_network"), `Cut the network of ${id}`) : button("Network on", () => act(id, "restore_network"), `Network on ${id}`));
    for (const one of state.connectors) {
      if (!card.outlets.has(one.connectorId)) {
        const node = h("section", { class: "outlet", "aria-label": `Connector ${one.connectorId} of ${id}` }, h("div", {}), h("div", { class: "key" }), h("div", {}));
        card.outlets.set(one.connectorId, node);
        find(".outlets").append(node);
      }
      const node = card.outlets.get(one.connectorId);
      put(node.children[0], JSON.stringify([one.status, one.cable, one.ev_paused, one.transaction]), outlet(id, one, card.tag));
      put(node.children[1], JSON.stringify([one.power, one.limit, one.limited_by]),
        h("span", { class: "power" }, `— power ${watt(one.power)}`),
        h("span", { class: "limit" }, `┅ ${one.limit === null ? "no charging profile limits it" : `limit ${watt(one.limit)}`}${one.limited_by.length ? ` (${one.limited_by.join(", ")})` : ""}`));
    }
  }
}

async function look(id, card) {
  const base = `/api/park/stations/${encodeURIComponent(id)}`;
  const told = await ask("GET", `${base}/course`);
  for (const one of told.connectors) {
    const node = card.outlets.get(one.connectorId);
    if (node) node.children[2].replaceChildren(...course(one, told.now, `connector ${one.connectorId} of ${id}`));
  }
  const frames = await ask("GET", `${base}/api/v1/frames?last=60`);
  const newest = frames.at(-1)?.number ?? 0;
  if (newest === card.last) return;
  card.last = newest;
  card.node.querySelector(".frames").replaceChildren(...frames.reverse().map((one) => h("li", {},
    h("span", { class: `arrow ${one.sender}` }, h("span", { class: "hidden" }, one.sender === "station" ? "station to CSMS " : "CSMS to station "), h("span", { "aria-hidden": "true" }, one.sender === "station" ? "→ " : "← ")),
    h("b", {}, one.type === "CALL" ? one.action : `${one.action ?? ""} ${one.type === "CALLRESULT" ? "answer" : one.type}`), " ",
    one.findings.map((found) => h("span", { class: "badge broken" }, `${found.level} ${found.rule}`)), h("br"), h("code", {}, one.text))));
}

async function looks() {
  if (!document.hidden)
    for (const [id, card] of cards) await look(id, card).catch(() => {});
  setTimeout(looks, 1000);
}

facts = await ask("GET", "/api/park");
begin(facts);
follow("/api/park/events", draw);
looks();
document.body.dataset.ready = "";
