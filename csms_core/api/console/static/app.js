// The page: puts the parts together, follows the events, and shows what the address asks for.

import { all, follow, get, request, station as path, tryNow } from "./api.js";
import { $, copy, h, soon, time, toast } from "./dom.js";
import * as faults from "./faults.js";
import * as frames from "./frames.js";
import { onLoading, Part } from "./loading.js";
import * as model from "./model.js";
import * as operations from "./operations.js";
import * as stations from "./stations.js";

const THEME = "plugproof-theme";
const UNKNOWN = "–";
let current = null;

const address = new Part("The address", async () => {
  const health = await get("/health");
  $("address").disabled = false;
  $("address-text").textContent = health.url;
  $("address-tls-text").textContent = health.tls_url ?? "";
  $("address-tls").hidden = !health.tls_url;
});
const tags = new Part("The tags", async () => {
  const found = await all("/api/v1/tags");
  $("tags").replaceChildren(...found.map((tag) => h("option", { value: tag.idTag, label: tag.status })));
});
const PARTS = [model.everything, address, tags, stations.endedPart, faults.part, operations.part];

function draw() {
  stations.drawList(current);
  stations.drawOpen();
  if (faultsWait && (faults.part.known || faults.part.problem !== faultsTold)) drawFaults();
  drawFigures();
  if (PARTS.every((part) => part.known)) document.body.dataset.ready = "true";
}

// Nothing that is not known: before everything has come, and while no events come.
function drawFigures() {
  const totals = model.totals();
  const known = model.everything.known && model.link.state === "live";
  const unmeasured = totals.charging - totals.measured;
  const texts = {
    "n-online": totals.online, "n-stations": ` of ${totals.stations}`, "n-charging": totals.charging,
    "n-connectors": ` of ${totals.connectors}`, "n-running": totals.running,
    "n-power": totals.charging && !totals.measured ? UNKNOWN : (totals.power / 1000).toFixed(1),
    "n-power-of": unmeasured && totals.measured ? `kW (${totals.measured} of ${totals.charging})` : "kW",
  };
  for (const [id, text] of Object.entries(texts)) {
    const shown = known ? String(text) : $(id).tagName === "SMALL" ? "" : UNKNOWN;
    if ($(id).textContent !== shown) $(id).textContent = shown;
  }
  $("n-power-of").title = known && unmeasured ? `${unmeasured} of ${totals.charging} that charge have not told their power` : "";
}

let faultsWait = false; // the panel shows that it waits, or why
let faultsTold = "";

function drawFaults() {
  faultsTold = faults.part.problem;
  faultsWait = !faults.part.known;
  $("station").replaceChildren(h("div", { class: "title" }, h("a", { class: "back", href: "#/", "aria-label": "All stations" }, "‹"), h("h2", {}, "Faults")), faults.panel());
}

function route() {
  const [, kind, name] = location.hash.split("/");
  current = kind === "stations" && name ? decodeURIComponent(name) : null;
  frames.choose(current);
  faultsWait = false;
  stations.open(current);
  if (kind === "faults") drawFaults();
  view(kind ? "station" : "stations");
  draw();
}

// Which pane a narrow screen shows.
function view(name) {
  document.body.dataset.view = name;
  for (const button of document.querySelectorAll(".tabbar button")) button.toggleAttribute("aria-current", button.dataset.view === name);
}

// The events came, or went: without them nobody knows what is so now.
function live(state, why = "") {
  const { link } = model;
  model.frames.live = false; // what comes first is what was kept
  if (state === "lost" && link.state !== "lost") link.since = Date.now();
  if (state === "lost") $("n-rate").textContent = UNKNOWN;
  Object.assign(link, { state, why });
  document.body.dataset.link = state;
  $("live").dataset.state = state === "live" ? "live" : "waiting";
  $("live").lastElementChild.textContent = state === "live" ? "Live" : "Not connected";
  $("lost").hidden = state === "live";
  const old = model.everything.known ? " What is shown is as it was then." : "";
  const text = `No events since ${time(link.since)}: ${why}${old}`;
  if (state === "lost" && $("lost").firstElementChild.textContent !== text) $("lost").firstElementChild.textContent = text;
  frames.told(state);
  model.changed();
}

function take(kind, event) {
  if (kind === "live") {
    model.frames.live = true;
    for (const part of PARTS) part.load();
  }
  else if (kind === "dropped") frames.gap();
  else {
    const shown = model.take(kind, event);
    if (shown) frames.add(shown);
  }
}

// Once a second: the rate, and everything that lasts.
function tick() {
  const { perSecond, current: now } = model.frames;
  perSecond.push(now);
  perSecond.shift();
  model.frames.current = 0;
  $("n-rate").textContent = model.link.state === "live" ? now : UNKNOWN;
  const most = Math.max(4, ...perSecond);
  const points = perSecond.map((value, index) => `${(index * 120) / 59},${26 - (value / most) * 23}`);
  $("spark").querySelector(".edge").setAttribute("d", `M${points.join("L")}`);
  $("spark").querySelector(".area").setAttribute("d", `M0,28L${points.join("L")}L120,28Z`);
  stations.tick();
}

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

function setUp() {
  setTheme(localStorage.getItem(THEME));
  $("theme").addEventListener("click", () => {
    const dark = document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    const next = dark === "dark" ? "light" : "dark";
    localStorage.setItem(THEME, next);
    setTheme(next);
  });
  for (const id of ["address", "address-tls"]) {
    $(id).addEventListener("click", () => copy($(`${id}-text`).textContent, "The address"));
  }
  $("try-now").addEventListener("click", tryNow);
  $("search").addEventListener("input", () => soon(draw));
  for (const button of document.querySelectorAll(".tabbar button")) button.addEventListener("click", () => view(button.dataset.view));

  const dialog = $("add-dialog");
  const problem = dialog.querySelector(".problem");
  $("add-station").addEventListener("click", () => {
    problem.hidden = true;
    dialog.showModal();
  });
  dialog.querySelector("[value=cancel]").addEventListener("click", () => dialog.close());
  $("add-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const { identity, registration } = Object.fromEntries(new FormData($("add-form")));
    try {
      await request("PUT", path(identity), { registration: registration || null });
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
      return;
    }
    dialog.close();
    $("add-form").reset();
    model.refreshStation(identity);
    toast(`${identity} is registered.`);
  });
  // the theme of the docs and of the token dialog need nothing: both follow the browser
  $("token-dialog").addEventListener("cancel", (event) => event.preventDefault());
}

setUp();
frames.setUp();
route();
model.onChange(draw);
onLoading(draw);
model.afterTransactions.add(() => stations.endedPart.load());
addEventListener("hashchange", route);
setInterval(tick, 1000);
follow(take, live);
