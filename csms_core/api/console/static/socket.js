// A vehicle inlet, drawn: its ring has the colour of the state, and turns while energy flows.

import { s } from "./dom.js";

const PINS = [[11, 12, 1.7], [21, 12, 1.7], [8, 18, 2.5], [16, 18, 2.5], [24, 18, 2.5], [12, 24, 2.5], [20, 24, 2.5]];

export function socket() {
  return s("svg", { class: "socket", viewBox: "0 0 32 32", "aria-hidden": "true" },
    s("circle", { class: "ring", cx: 16, cy: 16, r: 14.6 }),
    s("circle", { class: "flow", cx: 16, cy: 16, r: 14.6, pathLength: 100 }),
    s("path", { class: "face", d: "M7.6 7.2h16.8a12 12 0 1 1-16.8 0z" }),
    PINS.map(([x, y, r]) => s("circle", { class: "pin", cx: x * 0.82 + 2.9, cy: y * 0.82 + 2.4, r: r * 0.82 })));
}
