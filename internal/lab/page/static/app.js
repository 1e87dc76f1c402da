// The page: a panel, what is typed into it, and the library's answer.

import { button, say } from "./copy.js";
import { el } from "./dom.js";
import { start } from "./engine.js";
import { drawAnswer, drawSteps } from "./explanation.js";
import { Form } from "./fields.js";
import { read, write } from "./link.js";
import * as tabs from "./tabs.js";
import * as theme from "./theme.js";

const place = document.getElementById("panel");
const narrow = matchMedia("(max-width: 40rem)");

let library, all, mark; // the engine, its panels, and what marks a tab
let panel, form, result, answer; // what is shown
const typed = {}; // values, by panel

// show shows a panel with values.
function show(name, values) {
  panel = all.find((p) => p.name === name) ?? all[0];
  form = new Form(panel, changed);
  form.values = typed[panel.name] = values ?? typed[panel.name] ?? panel.examples[0].values;
  result = el("div", { class: "result" });
  place.setAttribute("role", "tabpanel");
  place.setAttribute("aria-labelledby", "tab-" + panel.name);
  place.replaceChildren(
    el("div", { class: "side" }, el("h1", null, panel.title), el("p", { class: "intro" }, panel.intro), menu(), form.element),
    result);
  mark(panel.name);
  document.title = panel.title + " · pinion lab";
  ask();
}

// menu is the examples, and the way back to the first.
function menu() {
  const fill = (values) => {
    form.values = values;
    changed();
  };
  const list = el("select", { id: "examples" },
    el("option", { value: "" }, "choose …"),
    panel.examples.map((e, i) => el("option", { value: String(i) }, e.name)),
    el("option", { value: "none" }, "(empty fields)"));
  list.addEventListener("change", () => {
    if (list.value !== "") fill(panel.examples[list.value]?.values ?? {});
  });
  const reset = el("button", { type: "button", id: "reset" }, "Reset");
  reset.addEventListener("click", () => {
    list.value = "";
    fill(panel.examples[0].values);
  });
  return el("div", { class: "menu" }, el("label", { for: "examples" }, "Examples"), list, reset);
}

let due = false;

// changed asks again before the next frame. What is typed is kept with the entry of
// this tab's history, and not in the address: browsers keep addresses, and some send
// them to their makers.
function changed() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    typed[panel.name] = form.values;
    history.replaceState({ panel: panel.name, values: form.values }, "", write(panel.name, {}));
    ask();
  });
}

function ask() {
  answer = library.ask(panel.name, form.values);
  const rest = form.show(answer);
  draw(rest);
  const wrong = Object.keys(answer.problems ?? {}).length;
  const facts = answer.explanation?.answer ?? [];
  say(wrong ? wrong + (wrong === 1 ? " problem: " : " problems: ") + Object.values(answer.problems).join(" ")
    : facts.map((f) => f.name + ": " + f.value).join("; "), 700);
}

function draw(problems) {
  const e = answer.explanation;
  const bad = Object.keys(answer.problems ?? {}).length > 0;
  result.replaceChildren(...[
    problems.map((p) => el("p", { class: "problem whole" }, p)),
    e ? drawAnswer(e) : bad && problems.length === 0 ? el("p", { class: "waiting" }, "No answer yet: see what is marked beside the fields.") : null,
    el("div", { class: "copies" },
      button("Copy link", "Copy link to this panel as it is filled in", link),
      apart(e) ? button("Copy result", "Copy result in one piece", () => answer.result) : null,
      answer.command ? button("Copy command", "Copy command that does the same", () => answer.command) : null,
      answer.go ? button("Copy Go", "Copy Go program that does the same", () => answer.go) : null),
    e ? drawSteps(e, narrow.matches) : null,
    same(),
  ].flat().filter(Boolean));
}

// apart tells whether the result is more than one of the facts, which have buttons.
function apart(e) {
  return answer.result && !(e?.answer ?? []).some((f) => f.value === answer.result);
}

// same is the same thing elsewhere: what the buttons copy, to read.
let opened = false;
function same() {
  if (!answer.command && !answer.go) return null;
  const box = el("details", { class: "same", open: opened }, el("summary", null, "The same as a command and in Go"),
    answer.command ? el("pre", { class: "command", tabindex: 0, role: "region", "aria-label": "Command" }, answer.command) : null,
    answer.go ? el("pre", { class: "go", tabindex: 0, role: "region", "aria-label": "Go program" }, answer.go) : null);
  box.addEventListener("toggle", () => {
    opened = box.open;
  });
  return box;
}

function link() {
  const { origin, pathname, search } = location;
  return origin + pathname + search + write(panel.name, form.shown);
}

// restore shows what the address or the tab's history says.
function restore() {
  const at = read(location.hash);
  const values = history.state?.panel === at.panel ? history.state.values : at.values;
  show(at.panel, values);
}

// begin puts the page together when the library is there.
async function begin() {
  library = await start(() => stopped("The library has stopped. Load the page again."));
  all = library.panels();
  mark = tabs.start(document.getElementById("tabs"), all, (name) => {
    if (name === panel.name) return;
    history.pushState({ panel: name, values: typed[name] }, "", write(name, {}));
    show(name);
  });
  addEventListener("popstate", restore);
  narrow.addEventListener("change", ask);
  restore();
  performance.mark("answer");
  document.documentElement.dataset.ready = "yes";
}

function stopped(text) {
  place.replaceChildren(el("p", { class: "stopped", role: "alert" }, text));
}

theme.start(document.getElementById("theme"));
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the fragment is the panel's
  place.focus();
});
begin().catch((error) => stopped("The library did not load (" + error.message + "). This page needs a browser of 2024 or later, and its files beside it."));
