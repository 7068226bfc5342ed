// Stations on the client of npm `ocpp-rpc` in strict mode, for `python -m benchmarks.fleet --ocpp-rpc FOLDER`.
"use strict";
const { RPCClient } = require("ocpp-rpc");

const { URL: endpoint, TAG } = process.env;
const [STATIONS, RAMP, EVERY, LENGTH, METER] = ["STATIONS", "RAMP", "EVERY", "LENGTH", "METER"].map(
  (name) => +process.env[name],
);

const now = () => new Date().toISOString();
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

async function play(number) {
  await pause(number / RAMP);
  const identity = `NPM-${String(number).padStart(5, "0")}`;
  const client = new RPCClient({ endpoint, identity, protocols: ["ocpp1.6"], strictMode: true, pingIntervalMs: 0 });
  await client.connect();
  const ask = (action, payload) => client.call(action, payload);
  const status = (name) =>
    ask("StatusNotification", { connectorId: 1, errorCode: "NoError", status: name, timestamp: now() });

  await ask("BootNotification", { chargePointVendor: "other", chargePointModel: "ocpp-rpc" });
  await status("Available");
  await pause(((EVERY + LENGTH) * number) / STATIONS);
  for (;;) {
    await status("Preparing");
    await ask("Authorize", { idTag: TAG });
    const start = { connectorId: 1, idTag: TAG, meterStart: 0, timestamp: now() };
    const { transactionId } = await ask("StartTransaction", start);
    await status("Charging");
    for (let sample = 0; sample < Math.floor(LENGTH / METER); sample++) {
      await pause(METER);
      const value = { value: "1", context: "Sample.Periodic", measurand: "Energy.Active.Import.Register", unit: "Wh" };
      const meterValue = [{ timestamp: now(), sampledValue: [value] }];
      await ask("MeterValues", { connectorId: 1, transactionId, meterValue });
    }
    await pause(LENGTH % METER);
    await ask("StopTransaction", { transactionId, meterStop: 1, timestamp: now(), reason: "Local", idTag: TAG });
    await status("Finishing");
    await status("Available");
    await pause(EVERY);
  }
}

for (let number = 1; number <= STATIONS; number++) {
  play(number).catch((error) => {
    console.error(`station ${number}:`, error);
    process.exit(1);
  });
}
