// The page: puts the parts together, follows the events, and shows what the address asks for.

import { follow, get, request, station as path } from "./api.js";
import { $, h, soon, toast } from "./dom.js";
import * as faults from "./faults.js";
import * as frames from "./frames.js";
import * as model from "./model.js";
import * as operations from "./operations.js";
import * as stations from "./stations.js";

const THEME = "plugproof-theme";
let current = null;

function draw() {
  stations.drawList(current);
  stations.drawOpen();
  const totals = model.totals();
  const texts = {
    "n-online": totals.online, "n-stations": ` of ${totals.stations}`, "n-charging": totals.charging,
    "n-connectors": ` of ${totals.connectors}`, "n-power": (totals.power / 1000).toFixed(1), "n-running": totals.running,
  };
  for (const [id, text] of Object.entries(texts)) if ($(id).textContent !== String(text)) $(id).textContent = text;
}

function route() {
  const [, kind, name] = location.hash.split("/");
  current = kind === "stations" && name ? decodeURIComponent(name) : null;
  frames.choose(current);
  if (kind === "faults") {
    stations.open(null);
    $("station").replaceChildren(h("div", { class: "title" }, h("a", { class: "back", href: "#/", "aria-label": "All stations" }, "‹"), h("h2", {}, "Faults")), faults.panel());
  } else stations.open(current);
  view(kind ? "station" : "stations");
  draw();
}

// Which pane a narrow screen shows.
function view(name) {
  document.body.dataset.view = name;
  for (const button of document.querySelectorAll(".tabbar button")) button.toggleAttribute("aria-current", button.dataset.view === name);
}

function live(state) {
  model.frames.live = false; // what comes first is what was kept
  $("live").dataset.state = state;
  $("live").lastElementChild.textContent = state === "live" ? "Live" : "Reconnecting";
}

async function loadAll() {
  try {
    const [health, tags] = await Promise.all([get("/health"), get("/api/v1/tags?limit=500"), model.loadAll(), stations.loadEnded(), faults.load(), operations.load()]);
    $("address-text").textContent = health.url;
    $("address-tls-text").textContent = health.tls_url ?? "";
    $("address-tls").hidden = !health.tls_url;
    $("tags").replaceChildren(...tags.map((tag) => h("option", { value: tag.idTag, label: tag.status })));
    route();
    document.body.dataset.ready = "true";
  } catch (error) {
    toast(error.message);
  }
}

function take(kind, event) {
  if (kind === "live") {
    model.frames.live = true;
    loadAll();
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
  $("n-rate").textContent = now;
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
    $(id).addEventListener("click", async () => {
      await navigator.clipboard.writeText($(`${id}-text`).textContent);
      toast("The address was copied.");
    });
  }
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
model.onChange(draw);
model.afterTransactions.add(stations.loadEnded);
addEventListener("hashchange", route);
setInterval(tick, 1000);
follow(take, live);
