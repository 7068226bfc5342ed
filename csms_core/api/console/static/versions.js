// What is of a version of OCPP, as data: where its resources are, and how what its stations tell is read. The rest of the
// page knows bays (a connector, somewhere), transactions and meters, whatever the version.

const V16 = {
  name: "1.6",
  root: "/api/v1",
  states: ["Available", "Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing", "Reserved", "Unavailable", "Faulted"],
  tabs: [],

  unit: (boot) => [boot?.chargePointVendor, boot?.chargePointModel],
  firmware: (boot) => boot?.firmwareVersion,
  whole: (connectors) => connectors.find((each) => each.connectorId === 0)?.status,
  bays: (connectors) => connectors.filter((each) => each.connectorId > 0).map((each) => ({
    at: String(each.connectorId), mark: String(each.connectorId), title: `Connector ${each.connectorId}`, info: each.info,
    status: each.status, problem: each.errorCode === "NoError" ? null : each.errorCode, numbers: { connectorId: each.connectorId },
  })),

  transaction: (each) => ({
    station: each.station, id: each.transactionId, at: String(each.connectorId), place: String(each.connectorId), tag: each.idTag,
    running: each.running, started_at: each.started_at, stopped_at: each.stopped_at, reason: each.reason, evidence: each.evidence,
    first: each.meterStart, last: each.meterStop,
  }),
  one: (transaction) => `/api/v1/transactions/${transaction.id}`,
  values: (told) => told.meterValue,
  unitOf: (sample) => sample.unit,

  // What an answered CALL of a station says: meter values with their place, whether transactions have changed, what is free.
  reads(action, payload) {
    const free = action === "StatusNotification" && payload?.status === "Available"; // which ends a transaction, too
    return {
      at: String(payload?.connectorId),
      values: action === "MeterValues" ? payload?.meterValue ?? [] : [],
      transactions: action.endsWith("Transaction") || free,
      free,
      ended: action === "StopTransaction",
    };
  },

  first: "RemoteStartTransaction",
  order: ["Core", "RemoteTrigger", "SmartCharging", "Reservation", "LocalAuthListManagement", "FirmwareManagement", "Security"],
  titles: {
    RemoteTrigger: "Remote trigger", SmartCharging: "Smart charging", LocalAuthListManagement: "Local list",
    FirmwareManagement: "Firmware", Security: "Security extensions",
  },
  hidden: new Set(),
  hints: (bays, transactions, tags) => ({
    connectorId: bays.map((bay) => [bay.numbers.connectorId, bay.status]), transactionId: transactions, idTag: tags, parentIdTag: tags,
  }),
};

const placeOf = (evse, connector) => (evse === null || evse === undefined ? "" : connector === null || connector === undefined ? `${evse}` : `${evse}.${connector}`);

const V201 = {
  name: "2.0.1",
  root: "/api/v1/ocpp2.0.1",
  states: ["Available", "Occupied", "EVConnected", "Charging", "SuspendedEV", "SuspendedEVSE", "Idle", "Reserved", "Unavailable", "Faulted"],
  tabs: [["variables", "Variables"]],

  unit: (boot) => [boot?.chargingStation?.vendorName, boot?.chargingStation?.model],
  firmware: (boot) => boot?.chargingStation?.firmwareVersion,
  whole: () => undefined,
  bays: (connectors, runningAt) => connectors.map((each) => {
    const at = placeOf(each.evseId, each.connectorId);
    const state = each.connectorStatus === "Occupied" ? runningAt(at)?.state : null; // which says more
    return {
      at, mark: at, title: `EVSE ${each.evseId}, connector ${each.connectorId}`, info: "", status: state ?? each.connectorStatus,
      problem: null, numbers: { evseId: each.evseId, connectorId: each.connectorId },
    };
  }),

  transaction: (each) => ({
    station: each.station, id: each.transactionId, at: placeOf(each.evseId, each.connectorId), place: placeOf(each.evseId, each.connectorId) || "–",
    tag: each.idToken ? each.idToken.idToken || each.idToken.type : "not told", state: each.chargingState, running: each.running,
    started_at: each.started_at, stopped_at: each.stopped_at, reason: each.stoppedReason, evidence: each.evidence,
    first: each.energy_start, last: each.energy_last,
  }),
  one: (transaction) => `/api/v1/ocpp2.0.1/stations/${encodeURIComponent(transaction.station)}/transactions/${encodeURIComponent(transaction.id)}`,
  values: (told) => told.transaction_events.flatMap((event) => event.payload.meterValue ?? []),
  unitOf: (sample) => sample.unitOfMeasure?.unit,

  reads(action, payload, find) {
    const is = action === "TransactionEvent";
    const free = action === "StatusNotification" && payload?.connectorStatus === "Available";
    const told = placeOf(payload?.evse?.id, payload?.evse?.connectorId);
    return {
      at: is ? told || find(payload?.transactionInfo?.transactionId)?.at || "" : placeOf(payload?.evseId, payload?.connectorId),
      values: is || action === "MeterValues" ? payload?.meterValue ?? [] : [],
      transactions: is && (payload?.eventType !== "Updated" || "chargingState" in (payload.transactionInfo ?? {}) || "idToken" in payload),
      free,
      ended: is && payload?.eventType === "Ended",
    };
  },

  first: "RequestStartTransaction",
  order: ["RemoteControl", "Provisioning", "Availability", "Authorization", "Transactions", "Reservation", "SmartCharging", "LocalAuthorizationListManagement",
    "FirmwareManagement", "Diagnostics", "DisplayMessage", "TariffAndCost", "Security", "ISO15118CertificateManagement", "DataTransfer"],
  titles: {
    RemoteControl: "Remote control", SmartCharging: "Smart charging", LocalAuthorizationListManagement: "Local list", FirmwareManagement: "Firmware",
    DisplayMessage: "Display messages", TariffAndCost: "Tariff and cost", ISO15118CertificateManagement: "ISO 15118 certificates", DataTransfer: "Data transfer",
  },
  hidden: new Set(["customData"]),
  hints: (bays, transactions, tags) => {
    const numbers = (name) => [...new Map(bays.map((bay) => [bay.numbers[name], [bay.numbers[name], bay.status]])).values()];
    return { evseId: numbers("evseId"), connectorId: numbers("connectorId"), transactionId: transactions, idToken: tags };
  },
};

export const VERSIONS = [V16, V201];

// The version a station speaks; one that has not booted is shown as one of the first.
export const of = (station) => VERSIONS.find((version) => version.name === station?.ocpp) ?? V16;

export const STATES = [...new Set(VERSIONS.flatMap((version) => version.states))];
