// A form out of a JSON Schema. `form(schema, hints)` gives {node, get, set}: `get` the payload without what was left
// empty, `set` the other way round.

import { h } from "./dom.js";

let number = 0;

const title = (name) => name;

// `hidden` are members that are left to who writes JSON.
export function form(schema, hints = {}, hidden = new Set()) {
  return objectParts(without(schema, hidden), hints);
}

function without(schema, hidden) {
  if (!hidden.size || schema === null || typeof schema !== "object") return schema;
  if (Array.isArray(schema)) return schema.map((each) => without(each, hidden));
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [
    name, name === "properties" ? Object.fromEntries(Object.entries(value).filter(([member]) => !hidden.has(member)).map(([member, each]) => [member, without(each, hidden)])) : without(value, hidden),
  ]));
}

function part(schema, hints, name, required) {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object" || schema.properties) return nested(schema, hints, name, required);
  if (type === "array") return list(schema, hints, name, required);
  return simple(schema, type, hints, name, required);
}

function objectParts(schema, hints) {
  const must = new Set(schema.required ?? []);
  const names = Object.keys(schema.properties ?? {}).sort((a, b) => must.has(b) - must.has(a));
  const members = names.map((name) => [name, part(schema.properties[name], hints, name, must.has(name))]);
  const node = h("div", { class: "fields" }, members.map(([, member]) => member.node));
  if (members.length === 0) node.append(h("p", { class: "hint" }, "This request has no members."));
  return {
    node,
    get() {
      const value = {};
      for (const [name, member] of members) {
        const found = member.get();
        if (found !== undefined) value[name] = found;
      }
      return value;
    },
    set(value) {
      for (const [name, member] of members) member.set(value?.[name]);
    },
  };
}

function simple(schema, type, hints, name, required) {
  const id = `field-${(number += 1)}`;
  const choices = schema.enum ?? (type === "boolean" ? ["true", "false"] : null);
  const numeric = type === "integer" || type === "number";
  let control;
  if (choices) {
    control = h("select", { id, required }, required ? null : h("option", { value: "" }, "–"), choices.map((choice) => h("option", {}, choice)));
  } else {
    const listed = hints[name] ? `${id}-list` : undefined;
    control = h("input", {
      id, required, list: listed, autocomplete: "off", spellcheck: "false", name,
      inputmode: numeric ? (type === "integer" ? "numeric" : "decimal") : undefined,
      pattern: numeric ? (type === "integer" ? "-?[0-9]+" : "-?[0-9]+([.][0-9]+)?") : undefined,
      maxlength: schema.maxLength,
      placeholder: schema.format === "date-time" ? "2030-01-31T12:00:00Z" : schema.format === "uri" ? "https://…" : undefined,
      title: numeric ? (type === "integer" ? "a whole number" : "a number") : undefined,
    });
  }
  const about = choices ? "" : schema.format === "date-time" ? "dateTime" : type === "string" ? (schema.maxLength ? `≤ ${schema.maxLength}` : "text") : type;
  const suggestions = hints[name] && !choices
    ? h("datalist", { id: `${id}-list` }, hints[name].map(([value, text]) => h("option", { value }, text ?? "")))
    : null;
  const now = schema.format === "date-time"
    ? h("button", { type: "button", class: "small inside", onclick: () => { control.value = new Date().toISOString().replace(/\.\d+Z/, "Z"); control.dispatchEvent(new Event("input", { bubbles: true })); } }, "now")
    : null;
  const node = h("div", { class: "field" },
    h("label", { for: id }, h("span", {}, title(name), required ? h("em", { title: "required" }, " *") : null), h("small", {}, about)),
    h("div", { class: "control" }, control, now), suggestions);
  return {
    node,
    get() {
      const text = control.value;
      if (text === "" && !(required && type === "string" && !choices)) return undefined;
      if (type === "boolean") return text === "true";
      if (numeric && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
      return text;
    },
    set(value) {
      if (value === undefined || value === null) control.value = choices && required ? choices[0] : "";
      else control.value = typeof value === "object" ? JSON.stringify(value) : String(value);
    },
  };
}

function nested(schema, hints, name, required) {
  const inside = objectParts(schema, hints);
  const set = h("fieldset", {}, h("legend", {}, title(name), required ? h("em", { title: "required" }, " *") : null), inside.node);
  if (required) return { ...inside, node: set };
  const { node, isOn, turn } = optional(name, set);
  return {
    node,
    get: () => (isOn() ? inside.get() : undefined),
    set(value) {
      turn(value !== undefined && value !== null);
      inside.set(value);
    },
  };
}

// What may be left out stands behind a button, and its controls are off while it is, so that none of them is asked for.
function optional(name, set) {
  let on = false;
  const toggle = h("button", { type: "button", class: "small", onclick: () => turn(!on) });
  const node = h("div", { class: "optional" }, toggle, set);
  function turn(value) {
    on = value;
    set.hidden = set.disabled = !on;
    toggle.textContent = on ? `Leave out ${name}` : `Add ${name}`;
    toggle.setAttribute("aria-expanded", String(on));
    toggle.dispatchEvent(new Event("input", { bubbles: true }));
  }
  turn(false);
  return { node, isOn: () => on, turn };
}

function list(schema, hints, name, required) {
  const items = [];
  const holder = h("div", { class: "items" });
  const least = required ? Math.max(1, schema.minItems ?? 0) : 0;
  const add = h("button", { type: "button", class: "small", onclick: () => grow().focus?.() }, `Add to ${name}`);
  const set = h("fieldset", { class: "list" }, h("legend", {}, title(name), required ? h("em", { title: "required" }, " *") : null), holder, add);

  function grow() {
    const member = part(schema.items ?? {}, hints, name, true);
    const line = h("div", { class: "item" }, member.node);
    const entry = { member, line };
    line.append(h("button", { type: "button", class: "small remove", "aria-label": `Remove from ${name}`, onclick: () => { shrink(entry); add.focus(); } }, "Remove"));
    items.push(entry);
    holder.append(line);
    add.dispatchEvent(new Event("input", { bubbles: true }));
    return line.querySelector("input, select") ?? line;
  }
  function shrink(entry) {
    items.splice(items.indexOf(entry), 1);
    entry.line.remove();
    add.dispatchEvent(new Event("input", { bubbles: true }));
  }
  for (let count = 0; count < least; count += 1) grow();
  return {
    node: set,
    get() {
      const values = items.map(({ member }) => member.get()).filter((value) => value !== undefined);
      return values.length || required ? values : undefined;
    },
    set(value) {
      const values = Array.isArray(value) ? value : [];
      while (items.length) shrink(items[0]);
      while (items.length < Math.max(values.length, least)) grow();
      items.forEach(({ member }, index) => member.set(values[index]));
    },
  };
}
