// What an outlet gives over time beside what its charging profiles allow it: five minutes back, and five ahead.

import { h, lasting, s } from "./dom.js";

const BACK = 300; // seconds of the curve behind now; as many are ahead
const WIDTH = 600;
const HEIGHT = 130;

export const watt = (value) => (value >= 1000 ? `${(value / 1000).toFixed(1)} kW` : `${Math.round(value)} W`);

function drawn({ points, schedule }, now, name) {
  const x = (at) => ((at - now + BACK) / (2 * BACK)) * WIDTH;
  const behind = points.filter(([at]) => at > now - BACK);
  const ahead = schedule.map(([after, limit]) => [now + after, limit]).filter(([at]) => at < now + BACK);
  const most = Math.max(1, ...behind.map(([, power, limit]) => Math.max(power, limit ?? 0)), ...ahead.map(([, limit]) => limit));
  const y = (value) => HEIGHT - 4 - (value / most) * (HEIGHT - 16);
  const path = (list) => list.map(([at, value], number) => `${number ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  const stairs = ahead.flatMap(([at, limit], number) => [[at, limit], [ahead[number + 1]?.[0] ?? now + BACK, limit]]);
  const limited = [];
  for (const [at, , limit] of behind) {
    if (limit === null) limited.push([]); else { if (!limited.length) limited.push([]); limited.at(-1).push([at, limit]); }
  }
  const power = behind.map(([at, value]) => [at, value]);
  const last = power.at(-1)?.[1] ?? 0;
  return h("div", { class: "chart" }, s("svg", { class: "curve", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img",
    "aria-label": `Power of ${name} over the last five minutes, now ${watt(last)}, and what it may draw in the next five, at most ${watt(most)}` },
    s("path", { class: "grid", d: `M0 ${y(0)}H${WIDTH}M0 ${y(most)}H${WIDTH}` }),
    power.length ? s("path", { class: "area", d: `${path(power)}L${x(power.at(-1)[0]).toFixed(1)} ${y(0)}L${x(power[0][0]).toFixed(1)} ${y(0)}Z` }) : null,
    s("path", { class: "power", d: path(power) }),
    limited.filter((each) => each.length > 1).map((each) => s("path", { class: "limit", d: path(each) })),
    s("path", { class: "limit ahead", d: path(stairs) }),
    s("path", { class: "now", d: `M${WIDTH / 2} 0V${HEIGHT}` })),
    most > 1 ? h("span", { class: "most", "aria-hidden": "true" }, watt(most)) : null);
}

// The composite schedule in words: the curve shows five minutes of it, and nobody can read numbers off it.
function composite({ schedule }) {
  if (!schedule.length) return "No charging profile and no model says what it may draw.";
  return schedule.map(([after, limit]) => `${after ? `in ${lasting(after)}` : "now"} ${watt(limit)}`).join(", ");
}

export function course(one, now, name) {
  return [drawn(one, now, name),
    h("div", { class: "key" }, h("span", {}, "5 min ago"), h("span", { class: "grow" }), h("span", {}, "now"), h("span", { class: "grow" }), h("span", {}, "in 5 min")),
    h("p", { class: "hint composite" }, h("b", {}, "Composite schedule: "), composite(one))];
}
