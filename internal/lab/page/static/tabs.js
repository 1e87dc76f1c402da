// The tabs: one stop of the Tab key, arrow keys between them.

import { el, stop, walk } from "./dom.js";

// start draws a tab for each panel. choose(name) is called for the one that is
// chosen. It returns show(name), which marks one without a call.
export function start(list, panels, choose) {
  const tabs = panels.map((p) =>
    el("button", {
      type: "button", role: "tab", id: "tab-" + p.name, "aria-controls": "panel", "data-panel": p.name,
      click: () => choose(p.name),
    }, p.title));
  list.replaceChildren(...tabs);
  walk(list, () => tabs, next, (tab) => choose(tab.dataset.panel));
  return (name) => {
    for (const tab of tabs) tab.setAttribute("aria-selected", String(tab.dataset.panel === name));
    stop(tabs, tabs.find((tab) => tab.dataset.panel === name));
  };
}

function next(key, at, tabs) {
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[key];
  return to === undefined ? undefined : tabs[to % tabs.length];
}
