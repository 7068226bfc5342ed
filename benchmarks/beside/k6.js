// Stations on the WebSocket module of k6 that keeps many sockets, for `python -m benchmarks.fleet`: one VU is one station. They check nothing.
import { WebSocket } from "k6/experimental/websockets";
import exec from "k6/execution";

const { URL, TAG } = __ENV;
const [STATIONS, RAMP, EVERY, LENGTH, METER] = ["STATIONS", "RAMP", "EVERY", "LENGTH", "METER"].map((n) => +__ENV[n]);

export const options = {
  scenarios: { stations: { executor: "per-vu-iterations", vus: STATIONS, iterations: 1, maxDuration: "10m" } },
};

const now = () => new Date().toISOString();
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

export default async function () {
  const number = exec.vu.idInTest;
  await pause(number / RAMP);
  const socket = new WebSocket(`${URL}/K6-${String(number).padStart(5, "0")}`, "ocpp1.6");
  let last = 0;
  let answered = null;
  const ask = (action, payload) =>
    new Promise((resolve) => {
      answered = resolve;
      last += 1;
      socket.send(JSON.stringify([2, `${number}-${last}`, action, payload]));
    });
  socket.onmessage = (event) => {
    const [kind, id, payload] = JSON.parse(event.data);
    if (kind === 3 && id === `${number}-${last}`) answered(payload);
  };
  await new Promise((resolve) => (socket.onopen = resolve));
  const status = (name) =>
    ask("StatusNotification", { connectorId: 1, errorCode: "NoError", status: name, timestamp: now() });

  await ask("BootNotification", { chargePointVendor: "other", chargePointModel: "k6" });
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
