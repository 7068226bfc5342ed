// Deliberate defects: what each breaks in a sentence, and its switch, for all stations or for one.

import { get, request } from "./api.js";
import { $, h, toast } from "./dom.js";
import { Part } from "./loading.js";

let faults = [];

export const part = new Part("The faults", async () => {
  faults = await get("/api/v1/faults");
  count();
});

function count() {
  const on = faults.filter((fault) => fault.everywhere || fault.stations.length).length;
  const badge = $("faults-on");
  badge.hidden = on === 0;
  badge.textContent = `${on} ${on === 1 ? "fault" : "faults"} on`;
}

export function panel(identity = null) {
  const note = part.note();
  if (!part.known) return h("div", { class: "faults" }, note);
  const words = h("input", { type: "search", placeholder: "Search faults", "aria-label": "Search faults", autocomplete: "off" });
  const list = h("ul", { class: "fault-list" });
  const order = sorted().map((fault) => fault.name);
  const draw = () => {
    const found = order.map((name) => faults.find((fault) => fault.name === name)).filter((fault) => fault && matches(fault, words.value));
    list.replaceChildren(...(found.length ? found.map((fault) => row(fault, identity, draw)) : [h("li", { class: "none" }, h("p", { class: "hint" }, "No fault matches."))]));
  };
  words.addEventListener("input", draw);
  draw();
  const about = identity
    ? "A fault makes the CSMS wrong on purpose, here towards this station only."
    : "A fault makes the CSMS wrong on purpose, here towards every station.";
  return h("div", { class: "faults" }, note, h("p", { class: "hint" }, `${about} They prove that a check can fail.`), h("label", { class: "search" }, words), list);
}

// Those that are on come first, but none moves under the pointer while the panel is open.
function sorted() {
  const isOn = (fault) => fault.everywhere || fault.stations.length > 0;
  return [...faults].sort((a, b) => isOn(b) - isOn(a));
}

function matches(fault, words) {
  const text = `${fault.name} ${fault.sentence}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function row(fault, identity, draw) {
  const on = identity ? fault.stations.includes(identity) : fault.everywhere;
  const turn = async () => {
    try {
      const now = await request("PUT", `/api/v1/faults/${encodeURIComponent(fault.name)}`, { enabled: !on, station: identity });
      faults = faults.map((each) => (each.name === now.name ? now : each));
      count();
    } catch (error) {
      toast(error.message);
    }
    draw();
    document.getElementById(`fault-${fault.name}`)?.focus();
  };
  const elsewhere = identity ? (fault.everywhere ? "on for every station" : "") : fault.stations.length ? `on for ${fault.stations.join(", ")}` : "";
  return h("li", { class: on || (identity && fault.everywhere) ? "on" : "" },
    h("button", { type: "button", role: "switch", class: "switch", id: `fault-${fault.name}`, "aria-checked": String(on), "aria-label": fault.name, onclick: turn }, h("i")),
    h("div", {}, h("code", {}, fault.name), elsewhere ? h("span", { class: "badge" }, elsewhere) : null, h("p", {}, fault.sentence)));
}
