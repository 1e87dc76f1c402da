// An explanation: its steps, and what came out. It draws whatever package explain
// says, and nothing is worked out here.

import { button } from "./copy.js";
import { el } from "./dom.js";
import { label, tint } from "./kinds.js";
import { drawRows } from "./rows.js";

// prose tells sentences from digits, which are in columns.
const prose = (value) => value.length > 24 && value.includes(" ");

// drawAnswer draws what came out.
export function drawAnswer(explanation) {
  const facts = explanation.answer ?? [];
  if (facts.length === 0) return null;
  return el("dl", { class: "answer" }, facts.map((f) => el("div", { class: tint(f.kind) },
    el("dt", null, f.name),
    el("dd", null, el("output", { class: prose(f.value) ? "value prose" : "value" }, f.value), badge(f.kind),
      f.value ? button("Copy", "Copy: " + f.name, () => f.value) : null,
      f.note ? el("p", { class: "means" }, f.note) : null))));
}

// drawSteps draws how it came out.
export function drawSteps(explanation, narrow) {
  return [
    el("h2", { class: "title" }, explanation.title),
    el("ol", { class: "steps" }, (explanation.steps ?? []).map((s) => drawStep(s, narrow))),
    (explanation.notes ?? []).map((n) => el("p", { class: "remark" }, n)),
  ].flat();
}

function drawStep(step, narrow) {
  return el("li", { class: "step" },
    el("h3", null, step.title),
    step.why ? el("p", { class: "why" }, step.why) : null,
    step.rows?.length ? drawRows(step.rows, step.title, narrow) : null,
    step.facts?.length ? drawFacts(step.facts) : null,
    step.tree ? el("ul", { class: "tree" }, drawNode(step.tree)) : null);
}

function drawFacts(facts) {
  return el("table", { class: "facts" }, el("tbody", null, facts.map((f) => el("tr", { class: tint(f.kind) },
    el("th", { scope: "row" }, f.name),
    el("td", { class: prose(f.value) ? "value prose" : f.value.length > 34 ? "value" : "value brief" }, f.value, badge(f.kind)),
    el("td", { class: "means" }, f.note ?? "")))));
}

// badge says right and wrong by a sign, and to a screen reader in words.
function badge(kind) {
  if (kind !== "right" && kind !== "wrong") return null;
  return el("span", { class: "badge" }, el("span", { "aria-hidden": "true" }, kind === "right" ? "✓" : "✗"), el("span", { class: "unseen" }, label(kind)));
}

function drawNode(node) {
  return el("li", { class: node.on_path ? "on" : null },
    el("div", { class: "node " + tint(node.kind) },
      el("span", { class: "name" }, node.on_path ? el("span", { class: "unseen" }, "on the path: ") : null, node.name),
      node.value ? el("code", { class: "value" }, node.value) : null,
      badge(node.kind),
      node.note ? el("span", { class: "means" }, node.note) : null),
    node.children?.length ? el("ul", null, node.children.map(drawNode)) : null);
}
