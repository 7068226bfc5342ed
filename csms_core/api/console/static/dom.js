// Elements without markup in strings: what a station says can then never become markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
export const $ = (id) => document.getElementById(id);

const SHARE = 4;
let pending = new Set();
let rest = 0; // until when nothing is drawn

// Run once before the next picture, however often it is asked for. Where drawing takes long it is done less often, so
// that four fifths of the time are left for whoever clicks and scrolls.
export function soon(work) {
  if (pending.size === 0) {
    const run = () => {
      const now = pending;
      pending = new Set();
      const began = performance.now();
      for (const each of now) each();
      rest = performance.now() + SHARE * (performance.now() - began);
    };
    const wait = rest - performance.now();
    if (document.hidden) setTimeout(run, 250);
    else if (wait > 0) setTimeout(() => requestAnimationFrame(run), wait);
    else requestAnimationFrame(run);
  }
  pending.add(work);
}

export function toast(text) {
  const node = $("toast");
  node.textContent = text;
  node.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { node.hidden = true; }, 5000);
}

// A page that is not on this machine and not on https may not reach the clipboard.
export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    toast(`${what} was copied.`);
  } catch {
    toast(`The browser does not let this page copy; by hand: ${text}`);
  }
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const hour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

export const time = (milliseconds) => clock.format(milliseconds);

export function when(text) {
  const at = new Date(text ?? NaN);
  if (Number.isNaN(at.getTime())) return text ?? "–";
  const today = new Date().toDateString() === at.toDateString();
  return today ? hour.format(at) : `${day.format(at)}, ${hour.format(at)}`;
}

export function lasting(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${rest}` : rest;
}

// JSON with its parts marked, for reading.
export function pretty(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const code = h("code");
  let end = 0;
  for (const match of text.matchAll(/("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g)) {
    code.append(text.slice(end, match.index));
    const kind = match[2] ? "key" : match[1] ? "text" : /^[tfn]/.test(match[0]) ? "word" : "number";
    code.append(h("span", { class: `j-${kind}` }, match[1] ?? match[0]), match[2] ?? "");
    end = match.index + match[0].length;
  }
  code.append(text.slice(end));
  return h("pre", { tabindex: "0" }, code);
}
