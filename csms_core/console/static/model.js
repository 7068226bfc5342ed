// What is known of stations, connectors and transactions: asked from the API once, then kept up to date from the frames.

import { get, station as path } from "./api.js";
import { soon } from "./dom.js";

const REFRESHING = new Set(["BootNotification", "StatusNotification", "StartTransaction", "StopTransaction"]);
const MOST_OPEN = 2000;
const UNIT = { Wh: 1, kWh: 1000, W: 1, kW: 1000 };

export const stations = new Map();
export const running = new Map(); // transactionId -> transaction
export const meters = new Map(); // "station/connector" -> {energy Wh, power W, at}
export const frames = { total: 0, perSecond: new Array(60).fill(0), current: 0, live: false };

const listeners = new Set();
export const afterTransactions = new Set();
const calls = new Map(); // "station/sender/id" -> {action, at, payload}
const stale = new Set();
let staleTransactions = false;
let refreshing = null;

export function onChange(listener) {
  listeners.add(listener);
}

export function changed() {
  for (const listener of listeners) soon(listener);
}

export async function loadAll() {
  const [list, transactions] = await Promise.all([get("/api/v1/stations?limit=1000"), get("/api/v1/transactions?running=true&limit=1000")]);
  stations.clear();
  for (const station of list) stations.set(station.identity, station);
  keepRunning(transactions);
  changed();
  await Promise.all(transactions.slice(0, 50).map(loadMeter));
  changed();
}

async function loadMeter(transaction) {
  const values = (await get(`/api/v1/transactions/${transaction.transactionId}`)).meterValue;
  for (const value of values) keepMeter(transaction.station, transaction.connectorId, [value]);
}

function keepRunning(transactions) {
  running.clear();
  for (const transaction of transactions) running.set(transaction.transactionId, transaction);
}

// One event of the stream; gives what the list of frames shows of it, or null.
export function take(kind, event) {
  if (kind === "connected" || kind === "disconnected") {
    const known = stations.get(event.station);
    if (known) known.online = kind === "connected";
    mark(event.station);
    changed();
    return { ...event, kind };
  }
  if (kind === "refused") return { ...event, kind };
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
  if (station) station.last_seen = new Date().toISOString();
  if (!byStation) return;
  if (!station) {
    mark(identity);
    return;
  }
  if (asked.action === "MeterValues") {
    keepMeter(identity, asked.payload?.connectorId, asked.payload?.meterValue ?? []);
    changed();
  }
  if (!REFRESHING.has(asked.action)) return;
  if (asked.action.endsWith("Transaction")) staleTransactions = true;
  if (asked.action === "StopTransaction") meters.forEach((_, at) => { if (at.startsWith(`${identity}/`)) delete meters.get(at).power; });
  mark(identity);
}

function keepMeter(identity, connectorId, values) {
  const at = `${identity}/${connectorId}`;
  const meter = meters.get(at) ?? {};
  for (const value of Array.isArray(values) ? values : []) {
    for (const sample of value.sampledValue ?? []) {
      const number = Number(sample.value) * (UNIT[sample.unit] ?? 1);
      if (!Number.isFinite(number) || sample.phase) continue;
      const measurand = sample.measurand ?? "Energy.Active.Import.Register";
      if (measurand === "Energy.Active.Import.Register") meter.energy = number;
      if (measurand === "Power.Active.Import") meter.power = number;
    }
  }
  meters.set(at, meter);
}

function mark(identity) {
  stale.add(identity);
  refreshing ??= setTimeout(refresh, 150);
}

async function refresh() {
  const asked = [...stale];
  const transactions = staleTransactions;
  stale.clear();
  staleTransactions = false;
  try {
    if (asked.length > 20) {
      const list = await get("/api/v1/stations?limit=1000");
      for (const station of list) stations.set(station.identity, station);
    } else {
      await Promise.all(asked.map(async (identity) => {
        try {
          stations.set(identity, await get(path(identity)));
        } catch (error) {
          if (error.status === 404) stations.delete(identity);
        }
      }));
    }
    if (transactions) {
      keepRunning(await get("/api/v1/transactions?running=true&limit=1000"));
      await Promise.all([...afterTransactions].map((each) => each()));
    }
  } catch {
    // the stream has gone as well then; everything is asked again when it comes back
  }
  refreshing = null;
  if (stale.size || staleTransactions) refreshing = setTimeout(refresh, 150);
  changed();
}

export const refreshStation = mark;

export const bays = (station) => station.connectors.filter((each) => each.connectorId > 0);

export function transactionAt(identity, connectorId) {
  for (const each of running.values()) if (each.station === identity && each.connectorId === connectorId) return each;
  return null;
}

export function totals() {
  let online = 0;
  let charging = 0;
  let connectors = 0;
  let power = 0;
  for (const station of stations.values()) {
    if (station.online) online += 1;
    for (const bay of bays(station)) {
      connectors += 1;
      if (station.online && bay.status === "Charging") {
        charging += 1;
        power += meters.get(`${station.identity}/${bay.connectorId}`)?.power ?? 0;
      }
    }
  }
  return { online, stations: stations.size, charging, connectors, power, running: running.size };
}
