// A central system on npm `ocpp-rpc` in strict mode, for `python -m benchmarks.csms --ocpp-rpc FOLDER`. It keeps nothing.
"use strict";
const { RPCServer } = require("ocpp-rpc");

const now = () => new Date().toISOString();
const server = new RPCServer({ protocols: ["ocpp1.6"], strictMode: true });
server.auth((accept) => accept());
server.on("client", (client) => {
  client.handle("BootNotification", () => ({ status: "Accepted", currentTime: now(), interval: 300 }));
  client.handle("Authorize", () => ({ idTagInfo: { status: "Accepted" } }));
  client.handle("StartTransaction", () => ({ transactionId: 1, idTagInfo: { status: "Accepted" } }));
  client.handle("MeterValues", () => ({}));
  client.handle("StopTransaction", () => ({}));
  client.handle("Heartbeat", () => ({ currentTime: now() }));
  client.handle("StatusNotification", () => ({}));
});
server.listen(0, "127.0.0.1").then((http) => {
  console.log(JSON.stringify({ url: `ws://127.0.0.1:${http.address().port}` }));
});
