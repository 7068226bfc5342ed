// A case: its verdict, why, and the sequence of its messages, while it grows and when it is over.

import { h, pretty } from "./dom.js";

function step(one) {
  const up = one.direction === "station->csms";
  const kind = one.direction ? (up ? "up" : "down") : "note";
  const at = h("time", {}, one.ms === null ? "" : `${Math.round(one.ms)} ms`);
  const line = one.direction && h("div", { class: "line", "aria-hidden": "true" });
  const way = one.direction && h("span", { class: "hidden" }, up ? "station to CSMS: " : "CSMS to station: ");
  const said = [way, one.direction ? h("b", {}, one.label) : one.label, one.detail && h("small", {}, one.detail), line];
  const inside = one.text && one.direction
    ? h("details", { class: "way" }, h("summary", {}, said), h("pre", { tabindex: "0" }, pretty(one.text)))
    : h("div", { class: "way" }, said, one.text ? h("pre", { tabindex: "0" }, one.text) : null);
  return h("li", { class: `step ${kind} ${one.offending ? "bad" : ""}` }, at, inside);
}

function group(one, live) {
  const steps = h("ol", { class: "sequence" }, one.steps.map(step));
  if (one.name === null) return steps;
  return h("details", { class: "fold", open: one.open || live }, h("summary", {}, one.summary), steps);
}

export function sequence(groups, live) {
  if (!groups.length) return h("p", { class: "hint" }, "Nothing has passed.");
  return h("div", {}, h("div", { class: "lanes", "aria-hidden": "true" }, h("span", {}, "Station"), h("span", {}, "CSMS")),
    groups.map((each) => group(each, live)));
}

function frame(found) {
  if (!found) return null;
  const { text, start, end } = found;
  return h("pre", { class: "frame", tabindex: "0" }, start === null ? text
    : [text.slice(0, start), h("mark", {}, text.slice(start, end) || "⟨missing here⟩"), text.slice(end)]);
}

export function explanation(told) {
  const { failure } = told;
  const fact = (name, value, style) => (value ? [h("dt", {}, name), h("dd", { class: style }, value)] : []);
  return [
    h("div", { class: "head" }, h("h2", {}, `${told.id} ${told.title}`),
      h("span", { class: `badge ${told.outcome ?? "RUNNING"}` }, told.word ?? "running")),
    told.is_over ? h("p", { class: "hint" }, [told.profile, told.ref].filter(Boolean).join(" · ")) : null,
    told.reason ? h("p", {}, told.reason) : null,
    failure ? h("dl", { class: "facts" },
      fact("Rule", [h("code", {}, failure.rule ?? ""), failure.ref ? ` · ${failure.ref}` : ""]),
      fact("", failure.sentence), fact("Expected", failure.expected), fact("Actual", failure.actual, "bad")) : null,
    failure ? frame(failure.frame) : null,
    failure?.evidence ? h("pre", { class: "frame", tabindex: "0" }, failure.evidence) : null,
    told.findings?.length ? h("ul", { class: "rules" }, told.findings.map((found) =>
      h("li", {}, h("span", { class: "badge broken" }, `${found.level} ${found.rule}`), found.message))) : null,
    sequence(told.groups, !told.is_over),
    told.rules?.length ? h("details", { class: "part" }, h("summary", {}, "Rules that it judges"), h("ul", { class: "rules" },
      told.rules.map((rule) => h("li", {}, h("span", { class: `badge ${rule.state}` }, `${rule.id} ${rule.state}`),
        rule.sentence, rule.why ? h("small", {}, ` (${rule.why})`) : null)))) : null,
    told.rerun ? h("p", { class: "hint" }, "At a terminal: ", h("code", {}, told.rerun)) : null,
  ];
}
