// The form of a panel. It knows how a field looks, and nothing of what it means.

import { el } from "./dom.js";

// Form is the fields of one panel. changed is called at each change.
export class Form {
  constructor(panel, changed) {
    this.fields = panel.fields.map((field) => draw(field, changed));
    this.element = el("form", { class: "fields", "aria-label": panel.title, submit: (e) => e.preventDefault() },
      this.fields.map((f) => f.box));
  }

  // values returns what is in the fields. Those that are not shown keep theirs.
  get values() {
    return Object.fromEntries(this.fields.map((f) => [f.name, f.get()]));
  }

  set values(values) {
    for (const f of this.fields) f.set(values[f.name] ?? "");
  }

  // show marks what an answer says of the fields. Problems of fields that are not
  // shown are returned, with those that are about no field.
  show({ uses, problems }) {
    const rest = { ...problems };
    for (const f of this.fields) {
      f.box.hidden = Boolean(uses) && !uses.includes(f.name);
      f.mark(f.box.hidden ? "" : rest[f.name] ?? "");
      if (!f.box.hidden) delete rest[f.name];
    }
    return Object.values(rest);
  }

  // shown returns the values of the fields that are shown.
  get shown() {
    return Object.fromEntries(this.fields.filter((f) => !f.box.hidden).map((f) => [f.name, f.get()]));
  }
}

function draw(field, changed) {
  const id = "field-" + field.name;
  const input = control(field, id);
  const tick = field.kind === "tick";
  const hint = field.hint ? el("p", { class: "hint", id: id + "-hint" }, field.hint) : null;
  const problem = el("p", { class: "problem", id: id + "-problem", hidden: true });
  const name = el("label", { for: id }, field.label);
  input.addEventListener("input", changed);
  const described = (wrong) => [hint && hint.id, wrong && problem.id].filter(Boolean).join(" ");
  const mark = (text) => {
    problem.textContent = text;
    problem.hidden = text === "";
    set(input, "aria-invalid", text === "" ? "" : "true");
    set(input, "aria-describedby", described(text !== ""));
  };
  mark("");
  return {
    name: field.name,
    box: el("div", { class: "field takes-" + field.kind }, tick ? [input, name] : [name, input], hint, problem),
    get: () => (tick ? (input.checked ? "yes" : "") : input.value),
    set: (value) => {
      if (tick) input.checked = value !== "";
      else if (field.kind === "choose") pick(input, value);
      else input.value = value;
    },
    mark,
  };
}

// pick chooses what a link says, the first for nothing. What is not in the list is put
// there, so that the library says beside it that it is none: it is not answered as if
// it were another.
function pick(list, value) {
  list.querySelector("[data-strange]")?.remove();
  const same = (o) => o.value.toLowerCase() === value.toLowerCase();
  let option = value === "" ? list.options[0] : [...list.options].find(same);
  if (!option) list.append(option = el("option", { value, "data-strange": true }, value.slice(0, 40)));
  option.selected = true;
}

function set(e, name, value) {
  if (value) e.setAttribute(name, value);
  else e.removeAttribute(name);
}

// plain has browsers keep out of what is typed: a spelling checker or a store of
// former input may be somebody's server.
const plain = { autocomplete: "off", autocapitalize: "off", autocorrect: "off", spellcheck: "false", translate: "no" };

function control(field, id) {
  const same = { id, name: field.name };
  switch (field.kind) {
    case "choose":
      return el("select", same, (field.choices ?? []).map((c) => el("option", { value: c.value }, c.label)));
    case "tick":
      return el("input", { ...same, type: "checkbox" });
    case "lines":
      return el("textarea", { ...same, ...plain, rows: 3 });
    default:
      return el("input", { ...same, ...plain, type: "text", inputmode: field.kind === "digits" ? "numeric" : null });
  }
}
