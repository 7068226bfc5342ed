// What is known of stations, connectors and transactions: asked from the API once, then kept up to date from the frames.

import { all, get, station as path } from "./api.js";
import { soon } from "./dom.js";
import { Part } from "./loading.js";
import { of, VERSIONS } from "./versions.js";

const REFRESHING = new Set(["BootNotification", "StatusNotification"]);
const MOST_OPEN = 2000;
const MOST_METERS = 50;
const AT_ONCE = 20; // stations that are asked for one by one; when more have changed, all are
const SHORTLY = 150; // ms
const CROWDED = 1000; // ms between two questions for everything
const AFTER_FAILURE = 3000; // ms
const UNIT = { Wh: 1, kWh: 1000, W: 1, kW: 1000 };

export const stations = new Map();
export const running = new Map(); // station -> its transactions
export const meters = new Map(); // "station/place" -> {energy Wh, power W}
export const frames = { total: 0, perSecond: new Array(60).fill(0), current: 0, live: false };
export const link = { state: "connecting", why: "", since: 0 }; // connecting, live, lost: whether the events come

const listeners = new Set();
export const afterTransactions = new Set();
const calls = new Map(); // "station/sender/id" -> {action, at, payload}
const stale = new Set();
let staleTransactions = false;
let refreshing = null;
let missed = null; // why the last refresh has failed

export function onChange(listener) {
  listeners.add(listener);
}

export function changed() {
  for (const listener of listeners) soon(listener);
}

// Stations and what runs at them: one part, because a connector is shown with both.
export const everything = new Part("The stations", async () => {
  const [list, transactions] = await Promise.all([all("/api/v1/stations"), askRunning()]);
  stations.clear();
  for (const station of list) stations.set(station.identity, station);
  meters.clear(); // what was measured before the events were lost is not what is measured now
  keepRunning(transactions);
  changed();
  await Promise.all(transactions.slice(0, MOST_METERS).map(loadMeter)); // the others are known with their next MeterValues
  if (stale.size) refreshing ??= setTimeout(refresh, SHORTLY); // what has changed while the answer was under way
});

export async function loadMeter(transaction) {
  const { version } = transaction;
  keepMeter(version, transaction, version.values(await get(version.one(transaction))));
  changed();
}

// Transactions of all versions, in the words of this page.
export const read = (version, told) => told.map((each) => ({ version, ...version.transaction(each) }));

async function askRunning() {
  const found = await Promise.all(VERSIONS.map(async (version) => read(version, await all(`${version.root}/transactions?running=true`))));
  return found.flat();
}

function keepRunning(transactions) {
  running.clear();
  for (const transaction of transactions) {
    if (!running.has(transaction.station)) running.set(transaction.station, []);
    running.get(transaction.station).push(transaction);
  }
}

export const allRunning = () => [...running.values()].flat();

// One event of the stream; gives what the list of frames shows of it, or null.
export function take(kind, event) {
  if (kind === "connected" || kind === "disconnected") {
    const known = stations.get(event.station);
    if (known) known.online = kind === "connected";
    mark(event.station);
    changed();
    return { ...event, kind };
  }
  if (kind === "ended") { // no frame tells of it
    staleTransactions = true;
    forgetPower(event.station);
    mark(event.station);
    return { ...event, kind };
  }
  if (kind === "refused" || kind === "finding") return { ...event, kind };
  if (kind !== "frame") return null;
  frames.total += 1;
  if (frames.live) frames.current += 1; // not what is only shown again
  return understand(event);
}

function understand(event) {
  const up = event.direction === "station->csms";
  const shown = { ...event, up, type: "malformed", action: "Not OCPP-J", payload: null };
  let message;
  try {
    message = JSON.parse(event.text);
  } catch {
    if (event.size > event.text.length) shown.action = `${event.size.toLocaleString()} characters`;
    return shown;
  }
  if (!Array.isArray(message)) return shown;
  const [type, id] = message;
  if (type === 2) {
    Object.assign(shown, { type: "call", id, action: String(message[2]), payload: message[3] });
    calls.set(key(event, up, id), { action: shown.action, at: event.at, payload: message[3] });
    if (calls.size > MOST_OPEN) calls.delete(calls.keys().next().value);
  } else if (type === 3 || type === 4) {
    const asked = calls.get(key(event, !up, id));
    calls.delete(key(event, !up, id));
    shown.id = id;
    shown.type = type === 3 ? "result" : "error";
    shown.action = asked?.action ?? "unasked";
    shown.took = asked ? (event.at - asked.at) * 1000 : null;
    shown.payload = type === 3 ? message[2] : { errorCode: message[2], errorDescription: message[3], errorDetails: message[4] };
    if (asked && type === 3) follow(event.station, !up, asked, message[2]);
  }
  return shown;
}

const key = (event, byStation, id) => `${event.station}/${byStation}/${id}`;

// A CALL was answered: only then is what it said in the store.
function follow(identity, byStation, asked, answer) {
  const station = stations.get(identity);
  if (!byStation) return;
  if (!station) {
    mark(identity);
    return;
  }
  const version = of(station);
  const find = (id) => (running.get(identity) ?? []).find((each) => each.id === id);
  const told = version.reads(asked.action, asked.payload, find);
  if (told.values.length) {
    keepMeter(version, { station: identity, at: told.at }, told.values);
    changed();
  }
  if (!REFRESHING.has(asked.action) && !told.transactions) return;
  if (told.transactions) staleTransactions = true;
  if (told.free) delete meters.get(`${identity}/${told.at}`)?.power;
  if (told.ended) forgetPower(identity);
  mark(identity);
}

function forgetPower(identity) {
  for (const [at, meter] of meters) if (at.startsWith(`${identity}/`)) delete meter.power;
}

function keepMeter(version, { station, at }, values) {
  const place = `${station}/${at}`;
  const meter = meters.get(place) ?? {};
  for (const value of Array.isArray(values) ? values : []) {
    for (const sample of value.sampledValue ?? []) {
      const number = Number(sample.value) * (UNIT[version.unitOf(sample)] ?? 1) * 10 ** (sample.unitOfMeasure?.multiplier ?? 0);
      if (!Number.isFinite(number) || sample.phase) continue;
      const measurand = sample.measurand ?? "Energy.Active.Import.Register";
      if (measurand === "Energy.Active.Import.Register") meter.energy = number;
      if (measurand === "Power.Active.Import") meter.power = number;
    }
  }
  meters.set(place, meter);
}

function mark(identity) {
  stale.add(identity);
  if (everything.known && !everything.asking) refreshing ??= setTimeout(refresh, SHORTLY);
}

async function refresh() {
  const asked = [...stale];
  const transactions = staleTransactions;
  stale.clear();
  staleTransactions = false;
  try {
    if (asked.length > AT_ONCE) {
      const list = await all("/api/v1/stations");
      for (const station of list) stations.set(station.identity, station);
    } else {
      await Promise.all(asked.map(async (identity) => {
        try {
          stations.set(identity, await get(path(identity)));
        } catch (error) {
          if (error.status !== 404) throw error;
          stations.delete(identity);
        }
      }));
    }
    if (transactions) {
      keepRunning(await askRunning());
      await Promise.all([...afterTransactions].map((each) => each()));
    }
    if (everything.problem === missed) everything.problem = "";
    missed = null;
  } catch (error) {
    everything.problem = missed = error.message; // is shown; and what was asked for is asked for again
    for (const identity of asked) stale.add(identity);
    staleTransactions ||= transactions;
  }
  refreshing = null;
  const wait = missed !== null ? AFTER_FAILURE : asked.length > AT_ONCE ? CROWDED : SHORTLY;
  if (stale.size || staleTransactions) refreshing = setTimeout(refresh, wait);
  changed();
}

export const refreshStation = mark;

// Its connectors, wherever they are.
export const bays = (station) => of(station).bays(station.connectors, (at) => transactionAt(station.identity, at));

// What runs there; a transaction that names no connector runs at its whole EVSE.
export function transactionAt(identity, at) {
  return (running.get(identity) ?? []).find((each) => each.at !== "" && (each.at === at || at.startsWith(`${each.at}.`))) ?? null;
}

export const meterOf = (transaction) => meters.get(`${transaction.station}/${transaction.at}`) ?? {};

export function totals() {
  let online = 0;
  let charging = 0;
  let connectors = 0;
  let power = 0;
  let measured = 0; // of those that charge
  for (const station of stations.values()) {
    if (station.online) online += 1;
    for (const bay of bays(station)) {
      connectors += 1;
      if (station.online && bay.status === "Charging") {
        charging += 1;
        const transaction = transactionAt(station.identity, bay.at);
        const measurement = (transaction ? meterOf(transaction) : meters.get(`${station.identity}/${bay.at}`))?.power;
        if (measurement === undefined) continue;
        measured += 1;
        power += measurement;
      }
    }
  }
  return { online, stations: stations.size, charging, connectors, power, measured, running: allRunning().length };
}
