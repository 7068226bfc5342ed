
"use strict";
// The page is readable without this script: it only finds, opens, copies and turns the light on and off.
(() => {
  const $ = (id) => document.getElementById(id);
  const cases = [...document.querySelectorAll("details.case")];
  const chips = [...document.querySelectorAll(".chip")];
  const texts = new Map();

  const text = (node) => {
    if (!texts.has(node)) texts.set(node, node.textContent.toLowerCase());
    return texts.get(node);
  };

  function filter() {
    const wanted = new Set(chips.filter((chip) => chip.ariaPressed === "true").map((chip) => chip.dataset.outcome));
    const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const profile = $("profile").value;
    let shown = 0;
    for (const part of document.querySelectorAll(".profile")) {
      let any = false;
      for (const one of part.querySelectorAll(".case")) {
        const fits = (!wanted.size || wanted.has(one.dataset.outcome)) && (!profile || part.dataset.profile === profile) && words.every((word) => text(one).includes(word));
        one.hidden = !fits;
        any ||= fits;
        shown += fits;
      }
      part.hidden = !any;
    }
    $("shown").textContent = shown === cases.length ? `${shown}` : `${shown} of ${cases.length}`;
    $("nothing").hidden = shown > 0;
  }

  function showAll() {
    for (const chip of chips) chip.ariaPressed = "false";
    $("search").value = $("profile").value = "";
    filter();
  }

  // What an address names is shown, however deep it lies.
  function follow() {
    const target = location.hash && $(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest("[hidden]")) showAll();
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView();
    target.querySelector("summary")?.focus({ preventScroll: true });
  }

  function copy(button) {
    const command = button.parentElement.querySelector("code");
    const done = () => {
      button.firstChild.data = "Copied";
      setTimeout(() => { button.firstChild.data = "Copy"; }, 1500);
    };
    const select = () => getSelection().selectAllChildren(command);
    if (navigator.clipboard) navigator.clipboard.writeText(command.textContent).then(done, select);
    else select();
  }

  function theme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("plugproof-theme", root.dataset.theme); } catch { /* a file may have no storage */ }
  }

  try {
    const kept = localStorage.getItem("plugproof-theme");
    if (kept) document.documentElement.dataset.theme = kept;
  } catch { /* as above */ }

  for (const id of ["tools", "theme"]) $(id).hidden = false;
  for (const button of document.querySelectorAll(".copy")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  for (const chip of chips) chip.addEventListener("click", () => { chip.ariaPressed = String(chip.ariaPressed !== "true"); filter(); });
  $("search").addEventListener("input", filter);
  $("profile").addEventListener("change", filter);
  $("reset").addEventListener("click", () => { showAll(); $("search").focus(); });
  $("expand").addEventListener("click", () => { for (const one of cases) one.open = !one.hidden; });
  $("collapse").addEventListener("click", () => { for (const one of cases) one.open = false; });
  $("theme").addEventListener("click", theme);
  addEventListener("hashchange", follow);
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT)$/.test(event.target.tagName)) return;
    event.preventDefault();
    $("search").focus();
  });

  // On paper stands what matters; afterwards everything is as it was.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details[data-print]:not([open])")];
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of opened) one.open = false; });

  filter();
  addEventListener("load", follow); // not before the browser has gone there itself, which takes the focus away
})();
