// Deliberate defects to choose from: searched, because there are hundreds; those that are chosen stand first.

import { h } from "./dom.js";

const SHOWN = 40;
let count = 0;

// `known`: name and sentence of each; `chosen`: a set of names, which is kept; `changed` is called after each choice.
export function picker(known, chosen, changed, about) {
  const id = `faults-${count += 1}`;
  const find = h("input", { type: "search", placeholder: "Search: name, what it does wrong", autocomplete: "off", spellcheck: "false",
    "aria-label": `Search the defects ${about}`, "aria-controls": id });
  const list = h("ul", { class: "faults", id, "aria-label": `Defects ${about}` });
  const left = h("p", { class: "hint", role: "status" });
  const line = (one) => h("li", {}, h("label", { class: "check" }, h("input", { type: "checkbox", checked: chosen.has(one.name), onchange: (event) => {
    if (event.target.checked) chosen.add(one.name); else chosen.delete(one.name);
    changed();
  } }), h("span", {}, h("code", {}, one.name), " ", h("small", {}, one.sentence))));
  const draw = () => {
    const words = find.value.trim().toLowerCase().split(/\s+/);
    const fits = (one) => words.every((word) => `${one.name} ${one.sentence}`.toLowerCase().includes(word));
    const found = [...known.filter((one) => chosen.has(one.name)), ...known.filter((one) => !chosen.has(one.name) && fits(one))];
    list.replaceChildren(...found.slice(0, SHOWN).map(line));
    left.textContent = found.length > SHOWN ? `${found.length - SHOWN} more; search for what you look for.` : found.length ? "" : "There is no such defect.";
  };
  find.addEventListener("input", draw);
  draw();
  return h("div", { class: "picker" }, find, list, left);
}

export const counted = (number) => (number ? `Deliberate defects: ${number}` : "Deliberate defects");
