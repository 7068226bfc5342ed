// The HTTP API: requests, and the stream of events. A token, where one is asked for, lives in this tab only.

import { $ } from "./dom.js";

const KEY = "plugproof-token";
let asking = null;

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function headers(more) {
  const token = sessionStorage.getItem(KEY);
  return token ? { ...more, Authorization: `Bearer ${token}` } : { ...more };
}

function askForToken() {
  asking ??= new Promise((resolve) => {
    const dialog = $("token-dialog");
    const known = sessionStorage.getItem(KEY) !== null; // and was not taken
    sessionStorage.removeItem(KEY);
    dialog.querySelector(".problem").hidden = !known;
    dialog.addEventListener("close", () => {
      sessionStorage.setItem(KEY, new FormData($("token-form")).get("token"));
      $("token-form").reset();
      asking = null;
      resolve();
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

async function fetched(path, options = {}) {
  for (;;) {
    let response;
    try {
      response = await fetch(path, { ...options, headers: headers(options.headers) });
    } catch {
      throw new ApiError(0, "The CSMS cannot be reached.");
    }
    if (response.status !== 401) return response;
    await askForToken();
  }
}

export async function request(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  const response = await fetched(path, options);
  const text = await response.text();
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    value = { detail: text };
  }
  if (!response.ok) throw new ApiError(response.status, value?.detail ?? `The CSMS answered ${response.status}.`);
  return value;
}

export const get = (path) => request("GET", path);

const PAGE = 2000;

// All of a list, however long: page after page.
export async function all(path) {
  const found = [];
  for (;;) {
    const page = await get(`${path}${path.includes("?") ? "&" : "?"}limit=${PAGE}&offset=${found.length}`);
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}

export const station = (identity, root = "/api/v1") => `${root}/stations/${encodeURIComponent(identity).replaceAll("%2F", "/")}`;

let hurry = () => {};
export const tryNow = () => hurry(); // do not wait for the next try

// Follow the events for ever: `on(kind, event)` for each; `state("live")` when the connection is there,
// `state("lost", why)` when it is not.
export async function follow(on, state) {
  let last = 0;
  let waited = 0;
  for (;;) {
    let why = "The CSMS has ended the events.";
    try {
      const response = await fetched(`/api/v1/events?after=${last}`);
      if (!response.ok) {
        const answer = await response.json().catch(() => null);
        throw new ApiError(response.status, answer?.detail ?? `The CSMS answered ${response.status}.`);
      }
      state("live");
      waited = 0;
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        const parts = (text + value).split("\n\n");
        text = parts.pop();
        for (const part of parts) {
          const event = read(part);
          if (!event) continue;
          last = event.id ?? last;
          on(event.kind, event.data);
        }
      }
    } catch (error) {
      why = error instanceof ApiError ? error.message : "The CSMS cannot be reached.";
    }
    state("lost", why);
    waited = Math.min(10_000, waited ? waited * 2 : 500);
    await new Promise((resolve) => {
      hurry = resolve;
      setTimeout(resolve, waited);
    });
  }
}

function read(part) {
  const event = { kind: "message", data: "" };
  for (const line of part.split("\n")) {
    if (line.startsWith("id: ")) event.id = Number(line.slice(4));
    else if (line.startsWith("event: ")) event.kind = line.slice(7);
    else if (line.startsWith("data: ")) event.data += line.slice(6);
  }
  if (!event.data) return null;
  event.data = JSON.parse(event.data);
  return event;
}
