// The list of stations, and the pane of the one that is looked at.

import { get, station as path } from "./api.js";
import { $, h, lasting, when } from "./dom.js";
import * as faults from "./faults.js";
import { failed, loading, Part } from "./loading.js";
import { allRunning, bays, everything, link, loadMeter, meterOf, read, stations, totals, transactionAt } from "./model.js";
import * as operations from "./operations.js";
import { socket } from "./socket.js";
import { of, STATES, VERSIONS } from "./versions.js";

const TABS = [["operations", "Operations"], ["transactions", "Transactions"], ["details", "Details"], ["faults", "Faults"]];
const MOST_ENDED = 8;
const MOST_ROWS = 1000;
const MOST_TRANSACTIONS = 100;
const rows = new Map(); // identity -> {node, signature}
const alphabet = new Intl.Collator(undefined, { numeric: true });

const asked = new Set(); // transactions whose meter was asked for because somebody looks at them
let shown = null; // {identity, live, tab}
let ended = []; // the newest transactions that are over

export const endedPart = new Part("The transactions that ended last", async () => {
  const found = await Promise.all(VERSIONS.map(async (version) =>
    read(version, await get(`${version.root}/transactions?running=false&limit=${MOST_ENDED}`))));
  ended = found.flat().sort((a, b) => Date.parse(b.stopped_at) - Date.parse(a.stopped_at)).slice(0, MOST_ENDED);
});

// Whether a station is there: "online", "offline", or "unknown" while no events come that would tell.
const presence = (station) => (link.state === "live" ? (station.online ? "online" : "offline") : "unknown");
const told = (station, bay) => (presence(station) === "online" ? words(bay.status) : `Last told: ${words(bay.status)}`);
const PRESENCE = { online: "Online", offline: "Offline", unknown: "Not known" };

const words = (status) => status.replace(/([a-z])([A-Z])/g, "$1 $2").replace("Suspended EVSE", "Suspended by EVSE").replace("Suspended EV", "Suspended by EV");
const name = (station) => of(station).unit(station.boot).filter(Boolean).join(" ");

// --- the list

export function drawList(current) {
  const wanted = $("search").value.trim().toLowerCase();
  const list = $("station-list");
  const visible = [...stations.values()]
    .filter((station) => !wanted || searchable(station).includes(wanted))
    .sort((a, b) => b.online - a.online || alphabet.compare(a.identity, b.identity));
  const nodes = visible.slice(0, MOST_ROWS).map((station) => row(station, station.identity === current));
  if (nodes.length !== list.children.length || nodes.some((node, index) => list.children[index] !== node)) {
    const focused = document.activeElement;
    list.replaceChildren(...nodes);
    if (list.contains(focused)) focused.focus();
  }
  const about = everything.note();
  if (about) note([about]);
  else if (stations.size === 0) note(["No station is registered yet."]);
  else if (visible.length === 0) note(["No station matches."]);
  else if (visible.length > MOST_ROWS) note([`${MOST_ROWS} of ${visible.length} are shown; search for the others.`]);
  else note([]);
}

// Left alone while it says the same, so that a button in it keeps the focus.
function note(parts) {
  const place = $("station-note");
  const text = parts.map((part) => part.textContent ?? part).join("");
  place.hidden = parts.length === 0;
  if (place.textContent !== text) place.replaceChildren(...parts);
}

const searchable = (station) =>
  `${station.identity} ${name(station)} ${station.online ? "online" : "offline"} ${bays(station).map((each) => each.status).join(" ")}`.toLowerCase();

function row(station, current) {
  const here = presence(station);
  const connectors = bays(station);
  const signature = JSON.stringify([here, station.boot, station.registered_as, connectors.map((each) => [each.at, each.status]), current]);
  const known = rows.get(station.identity);
  if (known?.signature === signature) return known.node;
  const node = h("li", {}, h("a", { href: `#/stations/${encodeURIComponent(station.identity)}`, "aria-current": current ? "true" : null, class: here },
    h("span", { class: "dot", title: PRESENCE[here].toLowerCase() }, h("span", { class: "hidden" }, PRESENCE[here].toLowerCase())),
    h("span", { class: "identity" }, station.identity),
    h("span", { class: "model" }, name(station) || (station.registered_as ? "" : "has not booted yet")),
    h("span", { class: "chips" }, connectors.slice(0, 6).map((bay) =>
      h("span", { class: "chip", "data-status": bay.status, title: `${bay.title}: ${told(station, bay)}` },
        h("span", { "aria-hidden": "true" }, bay.mark), h("span", { class: "hidden" }, `${bay.title.replace("Connector", "connector")} ${told(station, bay)}`))),
      connectors.length > 6 ? h("span", { class: "more" }, `+${connectors.length - 6}`) : null)));
  const old = known?.node;
  if (old?.contains(document.activeElement)) queueMicrotask(() => node.firstChild.focus());
  rows.set(station.identity, { node, signature });
  return node;
}

// --- the pane

export function open(identity, tab = "operations") {
  const pane = $("station");
  shown = { identity, tab, version: of(stations.get(identity)), head: h("div", { class: "station-head" }), live: h("div", { class: "bays" }) };
  if (!identity) {
    shown.live = h("div", { class: "overview" });
    pane.replaceChildren(shown.live);
    drawOpen();
    return;
  }
  const shownTabs = TABS.toSpliced(2, 0, ...shown.version.tabs);
  const body = h("div", { class: "tab-body", role: "tabpanel", id: "tab-body", tabindex: "0" });
  const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "About this station" }, shownTabs.map(([key, label]) =>
    h("button", { type: "button", role: "tab", id: `tab-${key}`, "aria-controls": "tab-body", onclick: () => select(key) }, label)));
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const index = shownTabs.findIndex(([key]) => key === shown.tab);
    const next = shownTabs[(index + step + shownTabs.length) % shownTabs.length][0];
    select(next);
    $(`tab-${next}`).focus();
  });
  pane.replaceChildren(shown.head, shown.live, tabs, body);

  function select(key) {
    shown.tab = key;
    for (const [each] of shownTabs) {
      const button = $(`tab-${each}`);
      button.setAttribute("aria-selected", String(each === key));
      button.tabIndex = each === key ? 0 : -1;
    }
    body.setAttribute("aria-labelledby", `tab-${key}`);
    shown.waits = key === "operations" ? operations.part : key === "faults" ? faults.part : null;
    shown.told = shown.waits?.problem;
    if (shown.waits?.known) shown.waits = null; // what is there is not made anew under the hands of whoever fills it in
    body.replaceChildren(content(key, identity));
  }
  shown.again = () => select(shown.tab);
  select(shownTabs.some(([key]) => key === tab) ? tab : TABS[0][0]);
  drawOpen();
}

export function drawOpen() {
  if (!shown) return;
  if (shown.waits && (shown.waits.known || shown.waits.problem !== shown.told)) shown.again();
  if (!shown.identity) {
    shown.live.replaceChildren(...overview());
    return;
  }
  const station = stations.get(shown.identity);
  if (!station) {
    shown.head.replaceChildren(h("h2", {}, shown.identity), everything.note() ?? h("p", { class: "hint" }, "This station is not registered."));
    shown.live.replaceChildren();
    return;
  }
  if (shown.version !== of(station)) { // it was not known before, or the station came back with another
    open(shown.identity, shown.tab);
    return;
  }
  const whole = of(station).whole(station.connectors);
  shown.head.replaceChildren(
    h("div", { class: "title" },
      h("a", { class: "back", href: "#/", "aria-label": "All stations" }, "‹"),
      h("h2", {}, station.identity),
      h("span", { class: `state ${presence(station)}` }, PRESENCE[presence(station)]),
      station.registered_as && station.registered_as !== "Accepted" ? h("span", { class: "badge warn" }, station.registered_as) : null,
      whole && whole !== "Available" ? h("span", { class: "badge warn" }, words(whole)) : null),
    h("p", { class: "about" }, [name(station), of(station).firmware(station.boot) && `firmware ${of(station).firmware(station.boot)}`, station.ocpp && `OCPP ${station.ocpp}`,
      presence(station) === "unknown" ? null : station.online ? `connected ${when(station.connected_at)}` : "not connected",
      presence(station) === "online" && `security profile ${station.security_profile}`].filter(Boolean).join(" · ")));
  const connectors = bays(station);
  shown.live.replaceChildren(...(connectors.length ? connectors.map((bay) => card(station, bay)) : [h("p", { class: "hint" }, "No connector has reported its state yet.")]));
}

function card(station, bay) {
  const transaction = transactionAt(station.identity, bay.at);
  const meter = transaction ? meterOf(transaction) : {};
  const key = transaction && `${transaction.version.name}/${transaction.station}/${transaction.id}`;
  if (transaction && meter.energy === undefined && !asked.has(key)) {
    asked.add(key);
    loadMeter(transaction).catch(() => asked.delete(key)); // until then the gauges show that it is not known
  }
  const error = bay.problem;
  return h("article", { class: "bay", "data-status": presence(station) === "online" ? bay.status : "Offline", "aria-label": bay.title },
    socket(),
    h("div", { class: "bay-what" },
      h("h3", {}, bay.title),
      h("p", { class: "bay-status" }, told(station, bay), error ? h("span", { class: "badge bad" }, error) : null),
      transaction ? h("p", { class: "bay-tag" }, h("code", {}, transaction.tag), ` · no. ${transaction.id}`) : h("p", { class: "bay-tag" }, bay.info || "No transaction")),
    transaction ? h("dl", { class: "gauges" },
      gauge("Energy", energy(transaction, meter), "kWh"),
      gauge("Power", meter.power === undefined || presence(station) !== "online" ? "–" : (meter.power / 1000).toFixed(1), "kW"),
      h("div", {}, h("dt", {}, "Time"), h("dd", { "data-since": transaction.started_at }, lasting(Date.now() - Date.parse(transaction.started_at))))) : null);
}

const gauge = (title, value, unit) => h("div", {}, h("dt", {}, title), h("dd", {}, value, h("small", {}, ` ${unit}`)));
const energy = (transaction, meter) => (meter.energy === undefined ? "–" : (Math.max(0, meter.energy - (transaction.first ?? meter.energy)) / 1000).toFixed(2));

function overview() {
  const { stations: count } = totals();
  const url = $("address-text").textContent;
  const parts = [h("div", { class: "title" }, h("h2", {}, "All stations"))];
  if (!everything.known) return [...parts, everything.note()];
  const transactions = allRunning();
  if (count === 0) {
    parts.push(h("div", { class: "welcome" }, socket(), h("h3", {}, "Waiting for the first station"),
      h("p", {}, "Register its identity with Add, then let it connect. A simulated one is one command away:"),
      h("pre", {}, h("code", {}, `plugproof station ${url} \\\n    --id CP1 --session`))));
    return parts;
  }
  parts.push(everything.note() ?? "", spread() ?? "", h("h3", {}, "Transactions running"), transactions.length ? table(transactions.slice(0, MOST_TRANSACTIONS), true) : h("p", { class: "hint" }, "None at the moment."));
  if (transactions.length > MOST_TRANSACTIONS) parts.push(h("p", { class: "hint" }, `${MOST_TRANSACTIONS} of ${transactions.length} are shown; the others are at their stations.`));
  parts.push(h("h3", {}, "Ended last"), endedPart.note() ?? "", ended.length ? table(ended, true) : endedPart.known ? h("p", { class: "hint" }, "None yet.") : "");
  return parts;
}

const SHOWN = [...STATES, "Offline", "Not known"];

// How many connectors are in which state, as one bar.
function spread() {
  const counts = new Map(SHOWN.map((state) => [state, 0]));
  for (const station of stations.values()) {
    for (const bay of bays(station)) {
      const state = { online: bay.status, offline: "Offline", unknown: "Not known" }[presence(station)];
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
  }
  const found = [...counts].filter(([, count]) => count > 0);
  if (found.length === 0) return null;
  return h("div", { class: "spread" },
    h("div", { class: "bar", "aria-hidden": "true" }, found.map(([state, count]) => {
      const part = h("span", { "data-status": state });
      part.style.flexGrow = count;
      return part;
    })),
    h("ul", { class: "legend" }, found.map(([state, count]) => h("li", { "data-status": state }, h("i"), h("b", {}, String(count)), ` ${words(state)}`))));
}

function table(transactions, withStation) {
  const over = transactions.some((each) => !each.running);
  const head = [withStation && "Station", "No.", "Connector", "Tag", "Started", over ? "Ended" : "Lasting", "Energy"].filter(Boolean);
  return h("div", { class: "table" }, h("table", {},
    h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, transactions.map((each) => {
      const kwh = each.running ? energy(each, meterOf(each))
        : each.last === null ? "–" : ((each.last - each.first) / 1000).toFixed(2); // nobody told
      const end = each.running
        ? h("td", { "data-since": each.started_at }, lasting(Date.now() - Date.parse(each.started_at)))
        : h("td", {}, when(each.stopped_at), each.evidence ? [" ", h("span", { class: "badge warn", title: each.evidence }, "not told")]
          : each.reason && each.reason !== "Local" ? [" ", h("span", { class: "badge" }, each.reason)] : null);
      return h("tr", {},
        withStation ? h("td", {}, h("a", { href: `#/stations/${encodeURIComponent(each.station)}` }, each.station)) : null,
        h("td", {}, String(each.id)), h("td", {}, each.place), h("td", {}, h("code", {}, each.tag)),
        h("td", {}, when(each.started_at)), end, h("td", { class: "number" }, `${kwh} kWh`));
    }))));
}

function content(tab, identity) {
  if (tab === "operations") return operations.panel(identity);
  if (tab === "faults") return faults.panel(identity);
  const place = h("div", {});
  const [what, ask] = PARTS[tab];
  const fill = async () => {
    place.replaceChildren(loading(what));
    try {
      place.replaceChildren(await ask(identity));
    } catch (error) {
      place.replaceChildren(failed(`${what} could not be loaded: ${error.message}`, fill));
    }
  };
  fill();
  return place;
}

async function transactionsOf(identity) {
  const version = of(stations.get(identity));
  const found = read(version, await get(`${version.root}/transactions?limit=50&station=${encodeURIComponent(identity)}`));
  return found.length ? table(found, false) : h("p", { class: "hint" }, "This station has booked no transaction yet.");
}

async function detailsOf(identity) {
  const [station, notices] = await Promise.all([get(path(identity)), get(`${path(identity)}/notices?limit=20`)]);
  const facts = { ...flat(station.boot), "registered as": station.registered_as ?? "has not booted yet", booted: when(station.booted_at), "last seen": station.online ? when(station.last_seen) : "not connected", OCPP: station.ocpp ?? "not known", interval: station.interval ?? "as configured" };
  return h("div", { class: "details" },
    h("dl", { class: "facts" }, Object.entries(facts).map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, String(value))))),
    h("h3", {}, "Reports"),
    notices.length ? h("ul", { class: "notices" }, notices.map((notice) => h("li", {}, h("b", {}, notice.action), h("time", {}, when(notice.received_at)), h("code", {}, JSON.stringify(notice.payload)))))
      : h("p", { class: "hint" }, "Nothing reported yet (firmware, diagnostics, security events, data transfer)."));
}

// Members of members by their own names.
const flat = (value) => Object.fromEntries(Object.entries(value ?? {}).flatMap(([name, member]) =>
  (member !== null && typeof member === "object" ? Object.entries(flat(member)) : [[name, member]])));

async function variablesOf(identity) {
  const found = await get(`${path(identity, of(stations.get(identity)).root)}/variables`);
  if (!found.length) return h("p", { class: "hint" }, "Nothing is known of its variables yet; GetBaseReport asks for them.");
  const where = ({ name, instance, evse }) => [name, instance, evse && `EVSE ${evse.id}`, evse?.connectorId && `connector ${evse.connectorId}`].filter(Boolean).join(", ");
  return h("div", { class: "table" }, h("table", {},
    h("thead", {}, h("tr", {}, ["Component", "Variable", "Value", "May be"].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, found.flatMap((each) => each.variableAttribute.map((attribute) => h("tr", {},
      h("td", {}, where(each.component)), h("td", {}, where(each.variable), attribute.type === "Actual" ? null : ` (${attribute.type})`),
      h("td", {}, attribute.value === undefined ? "–" : h("code", {}, attribute.value)), h("td", {}, attribute.mutability ?? "–")))))));
}

const PARTS = {
  transactions: ["The transactions", transactionsOf],
  details: ["The details", detailsOf],
  variables: ["The variables", variablesOf],
};

export function tick() {
  if (link.state !== "live") return; // what has not been heard of for a while may have ended
  for (const node of document.querySelectorAll("[data-since]")) node.textContent = lasting(Date.now() - Date.parse(node.dataset.since));
}
