// What keeps a back office busy while the cases run a second time: nothing, so many stations, or a load profile.

import { $, h } from "./dom.js";

const FIXED = { "": "none", number: "a number of stations", file: "a load profile of yours" };
let known = [];

function shown() {
  const kind = $("load-kind").value;
  $("load-number").parentElement.hidden = kind !== "number";
  $("load-file").parentElement.hidden = kind !== "file";
  const one = known.find((each) => each.name === kind);
  $("load-hint").textContent = kind === "" ? ""
    : `Each case runs twice: quietly, then while ${one ? `the load profile plays (${one.description})` : "the stations charge"}. The report shows both.`;
}

export function begin(profiles) {
  known = profiles;
  const { number, file, ...none } = FIXED;
  $("load-kind").replaceChildren(...[...Object.entries(none), ["number", number], ...known.map((one) => [one.name, one.name]), ["file", file]]
    .map(([value, text]) => h("option", { value }, text)));
  $("load-kind").addEventListener("change", shown);
  shown();
}

// A charge point has nothing to be kept busy with.
export function offer(is) {
  $("load").hidden = !is;
  if (!is) $("load-kind").value = "";
  shown();
}

export function wanted() {
  const kind = $("load-kind").value;
  const own = { number: $("load-number").value.trim() || "0", file: $("load-file").value.trim() || "?" };
  return own[kind] ?? (kind || null);
}
