// Elements without markup in strings: what a product says can then never become markup. And what both pages ask.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "indeterminate") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
export const $ = (id) => document.getElementById(id);

// What is wrong, as the server says it; `problems` where it names single keys.
export class Refused extends Error {
  constructor(sentence, problems) {
    super(sentence);
    this.problems = problems ?? [];
  }
}

export async function ask(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method, cache: "no-store", body: body === undefined ? undefined : JSON.stringify(body),
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
    });
  } catch {
    throw new Refused("plugproof ui does not answer; is it still running?");
  }
  const told = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(told.detail ?? `The answer was ${response.status}.`, told.problems);
  return told;
}

export function problem(node, error) {
  node.hidden = !error;
  node.replaceChildren(...(error ? [error.problems?.length > 1
    ? h("ul", {}, error.problems.map((each) => h("li", {}, each.sentence))) : error.message] : []));
}

// A stream of pictures, each of which takes the place of the last one.
export function follow(path, draw) {
  const live = (state, text) => { $("live").dataset.state = state; $("live").lastElementChild.textContent = text; };
  const source = new EventSource(path);
  source.onopen = () => live("live", "Live");
  source.onerror = () => live("lost", "Lost; trying again");
  source.onmessage = (event) => draw(JSON.parse(event.data));
}

export function lasting(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const two = (number) => String(number).padStart(2, "0");
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
    : `${Math.floor(whole / 60)}:${two(whole % 60)}`;
}

export function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 1); } catch { return text; }
}
