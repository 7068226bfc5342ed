// The page of the proxy: what happens comes as a stream, the figures are asked for every two seconds. Texts of the two
// parties are only ever put in as text.

const MOST = 200;
const EVERY = 2000;
const $ = (id) => document.getElementById(id);
const kept = [];
let paused = false;

function h(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

const time = (seconds) => new Date(seconds * 1000).toLocaleTimeString([], { hour12: false });
const count = (number) => number.toLocaleString("en");

function event(shown) {
  const up = shown.direction === "station->csms";
  const mark = shown.kind === "frame"
    ? h("span", { class: `arrow ${up ? "up" : "down"}`, title: up ? "station to CSMS" : "CSMS to station" },
        h("span", { class: "hidden" }, up ? "station to CSMS " : "CSMS to station "), up ? "→" : "←")
    : h("span", { class: `tag ${shown.level ?? shown.kind}` }, shown.rule ? `${shown.level} ${shown.rule}` : shown.kind);
  return h("li", { class: `event ${shown.kind}` },
    h("span", { class: "row" }, mark, h("b", {}, shown.identity || `#${shown.connection}`),
      shown.party ? h("span", { class: "soft" }, shown.party) : null,
      h("time", { class: "last" }, time(shown.at))),
    h("span", { class: "said" }, shown.text));
}

function wanted(shown) {
  const words = $("filter").value.trim().toLowerCase();
  return !words || `${shown.identity} ${shown.kind} ${shown.rule ?? ""} ${shown.text}`.toLowerCase().includes(words);
}

function again() {
  $("events").replaceChildren(...kept.filter(wanted).slice(-MOST).map(event).reverse());
  $("events-note").hidden = $("events").children.length > 0;
}

function add(shown) {
  kept.push(shown);
  if (kept.length > 3 * MOST) kept.splice(0, MOST);
  if (paused || !wanted(shown)) return;
  $("events").prepend(event(shown));
  if ($("events").children.length > MOST) $("events").lastElementChild.remove();
  $("events-note").hidden = true;
}

function live(state, text) {
  $("live").dataset.state = state;
  $("live").lastElementChild.textContent = text;
}

function draw(state) {
  $("listens").textContent = state.listens;
  $("to").textContent = state.to;
  $("n-open").textContent = count(state.open);
  $("n-station").textContent = count(state.messages.station);
  $("n-csms").textContent = count(state.messages.csms);
  for (const level of ["MUST", "SHOULD"]) {
    const times = state.findings.filter((found) => found.level === level).reduce((sum, found) => sum + found.count, 0);
    $(`n-${level.toLowerCase()}`).textContent = count(times);
    $(`n-${level.toLowerCase()}`).classList.toggle("bad", level === "MUST" && times > 0);
  }
  $("n-lag").textContent = state.lag < 1 ? `${(state.lag * 1000).toFixed(0)} ms` : `${state.lag.toFixed(1)} s`;
  const warnings = [
    state.unseen ? `${count(state.unseen)} messages were passed on while the judge was behind, and are not judged.` : "",
    state.unjudged ? `${count(state.unjudged)} messages could not be judged.` : "",
    state.faults_on ? `Faults are put in: ${state.faults_on}.` : "",
    state.problem,
  ].filter(Boolean);
  $("warning").textContent = warnings.join(" ");
  $("warning").hidden = warnings.length === 0;
  $("found").replaceChildren(...state.findings.map((found) => h("li", {},
    h("span", { class: "row" }, h("span", { class: `tag ${found.level}` }, `${found.level} ${found.rule}`),
      h("span", {}, found.party), h("span", { class: "last" }, `${count(found.count)} ×`)),
    h("span", { class: "soft" }, found.sentence))));
  $("found-note").hidden = state.findings.length > 0;
  $("stations").replaceChildren(...state.stations.map((station) => h("li", { class: "row" },
    h("b", {}, station.identity || station.address),
    h("span", { class: "soft" }, station.version ? `OCPP ${station.version}` : station.state),
    station.findings ? h("span", { class: "tag MUST" }, `${count(station.findings)} ${station.findings === 1 ? "finding" : "findings"}`) : null,
    h("span", { class: "last" }, `→ ${count(station.station)}  ← ${count(station.csms)}`))));
  $("stations-note").hidden = state.stations.length > 0;
}

async function ask() {
  try {
    const answer = await fetch("/api/state");
    draw(await answer.json());
  } catch {
    live("lost", "The proxy has ended");
  }
  setTimeout(ask, EVERY);
}

$("pause").addEventListener("click", () => {
  paused = !paused;
  $("pause").setAttribute("aria-pressed", String(paused));
  $("pause").textContent = paused ? "Resume" : "Pause";
  if (!paused) again();
});
$("filter").addEventListener("input", again);

const stream = new EventSource("/api/events");
stream.addEventListener("open", () => live("live", "Live"));
stream.addEventListener("error", () => live("lost", "Waiting for the proxy"));
stream.addEventListener("message", (message) => add(JSON.parse(message.data)));
ask();
