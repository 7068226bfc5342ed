// What was asked for and when it is known. Nothing is shown of a part before it has come; why it did not is told.

import { h, soon } from "./dom.js";

const listeners = new Set();

export function onLoading(listener) {
  listeners.add(listener);
}

function tell() {
  for (const listener of listeners) soon(listener);
}

export class Part {
  // `what` as a sentence names it ("The stations"); `ask` gets it and keeps it, or throws.
  constructor(what, ask) {
    this.what = what;
    this.ask = ask;
    this.known = false; // it came at least once
    this.problem = ""; // why the last try failed
    this.asking = null;
    this.again = false;
  }

  // Ask for it; who asks while it is under way has it asked once more, since what is under way may be older.
  load() {
    if (this.asking) this.again = true;
    else this.asking = this.#run();
    return this.asking;
  }

  async #run() {
    tell();
    do {
      this.again = false;
      try {
        await this.ask();
        this.known = true;
        this.problem = "";
      } catch (error) {
        this.problem = error.message;
      }
    } while (this.again);
    this.asking = null;
    tell();
  }

  // What to show in its place, or above what is old; null when all is well.
  note() {
    if (this.problem) {
      return failed(`${this.what} could not be ${this.known ? "asked for again, so this may be old" : "loaded"}: ${this.problem}`, () => this.load());
    }
    return this.known ? null : loading(this.what);
  }
}

export const loading = (what) => h("p", { class: "hint loading", role: "status" }, `${what}: loading …`);

export function failed(sentence, retry) {
  return h("div", { class: "problem", role: "alert" }, h("p", {}, sentence), h("button", { type: "button", class: "small", onclick: retry }, "Try again"));
}
