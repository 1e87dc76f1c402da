// The rows of a step: digits below each other, so that they line up.
//
// Rows come in blocks. In a block every digit has its column; where a block is wider
// than there is room, it goes on below in bands, all of its rows together. What is
// done with a whole row (to encipher it, to take some of it) begins a new block, with
// an arrow between.

import { el, stop, walk } from "./dom.js";
import { label, letter, ops, tint } from "./kinds.js";

// widths are the columns of a band, by unit: with room, and on a phone.
const widths = { hex: [32, 32], digits: [32, 32], bits: [32, 32], text: [48, 32] };

// flows are the operations that have no columns, or whose other side is no row.
const flows = ["encipher", "decipher", "take", "decimalize", "derive"];
const flowing = (row) => flows.includes(row.op) || ((row.op === "xor" || row.op === "and") && row.with);

// drawRows draws the rows of a step that is called name.
export function drawRows(rows, name, narrow) {
  const grid = el("div", { class: "rows", role: "grid", "aria-label": "Digits of: " + name, "aria-readonly": "true" });
  for (const block of blocks(rows)) {
    if (flowing(block[0])) grid.append(arrow(block[0]));
    for (const band of bands(block, narrow)) grid.append(band);
  }
  const note = el("p", { class: "note", "aria-hidden": "true", hidden: true });
  const box = el("div", { class: "digits" }, el("div", { class: "scroll" }, grid), note, legend(rows));
  move(grid);
  tell(box, grid, note);
  return box;
}

function blocks(rows) {
  const all = [];
  for (const row of rows) {
    if (all.length === 0 || flowing(row)) all.push([]);
    all.at(-1).push(row);
  }
  return all;
}

// arrow is what is done between two blocks: "↓ encipher: AES, PIN key".
function arrow(row) {
  const [sign, words] = ops[row.op];
  const what = sign === "↓" ? words : sign + " " + words;
  return el("div", { class: "flow", role: "row" },
    el("span", { class: "via", role: "gridcell", tabindex: -1 }, el("b", null, what), row.with ? " " + row.with : ""));
}

// bands cuts a block into pieces that have room.
function bands(block, narrow) {
  const wide = (row) => (widths[row.unit] ?? widths.text)[narrow ? 1 : 0];
  const count = Math.max(1, ...block.map((row) => Math.ceil(size(row) / wide(row))));
  const all = [];
  for (let i = 0; i < count; i++) {
    const lines = block.map((row, at) => {
      const cells = cut(row, i * wide(row), (i + 1) * wide(row));
      return cells.length > 0 || i === 0 ? line(row, signs(block, at), cells, i > 0) : null;
    });
    all.push(el("div", { class: "band", role: "rowgroup" }, lines));
  }
  return all;
}

const size = (row) => row.parts.reduce((n, p) => n + [...p.text].length, 0);

// cut returns the parts of a row, or pieces of them, between two columns.
function cut(row, from, to) {
  const pieces = [];
  let at = 0;
  for (const part of row.parts) {
    const chars = [...part.text];
    const begin = Math.max(from - at, 0);
    const end = Math.min(to - at, chars.length);
    if (begin < end) pieces.push({ part, at: at + begin, chars: chars.slice(begin, end) });
    if (chars.length === 0 && at >= from && at < to) pieces.push({ part, at, chars: [] });
    at += chars.length;
  }
  return pieces;
}

// signs are what stands left of a row, as in sums on paper: the operation before its
// second row, and a line with "=" at what comes out. A row that is given anew after
// that has some room above it.
function signs(block, at) {
  const own = block[at];
  const next = block[at + 1];
  if (own.op === "compare") return { sign: ops.compare[0], words: ops.compare[1] };
  if (!own.op && block[at - 1]?.op && !sums(next)) return { fresh: true };
  if (own.op && !flowing(own)) return { sign: "=", words: "result of " + ops[own.op][1], sum: true };
  if (sums(next)) return { sign: ops[next.op][0], words: ops[next.op][1] };
  return {};
}

const sums = (row) => row?.op && row.op !== "compare" && !flowing(row);

function line(row, { sign, words, sum, fresh }, cells, again) {
  const say = [words, row.name, row.op && !flowing(row) && row.with, again && "continued"].filter(Boolean).join(", ");
  return el("div", { class: "row u-" + row.unit + (sum ? " sum" : "") + (fresh ? " fresh" : ""), role: "row" },
    el("span", { class: "sign", "aria-hidden": "true" }, sign ?? ""),
    el("span", { class: "name", role: "rowheader", "aria-label": say || "row" }, again ? "…" : row.name),
    cells.map((piece) => cell(row, piece)));
}

// groups are how many characters stand together, by unit.
const groups = { hex: 2, bits: 4 };

function cell(row, { part, at, chars }) {
  const group = groups[row.unit];
  const gap = (i) => group && i > 0 && i % group === 0;
  const digits = chars.map((c, i) => el("span", { class: i > 0 && gap(at + i) ? "c gap" : "c" }, c));
  const says = [chars.join("") || "nothing", label(part.kind), part.note].filter(Boolean).join(", ");
  return el("span", {
    class: "part " + tint(part.kind) + (gap(at) ? " gap" : "") + (chars.length ? "" : " none"),
    role: "gridcell", tabindex: -1, "aria-label": says, "data-kind": part.kind, "data-note": part.note,
  }, el("span", { class: "cs" }, digits), el("span", { class: "tag", "data-letter": letter(part.kind) }));
}

// move lets arrow keys go from part to part.
function move(grid) {
  const lines = [...grid.querySelectorAll("[role=row]")].map((r) => [...r.querySelectorAll("[role=gridcell]")]).filter((l) => l.length);
  const cells = lines.flat();
  if (cells.length) stop(cells, cells[0]);
  grid.addEventListener("focusin", (e) => {
    if (cells.includes(e.target)) stop(cells, e.target);
  });
  walk(grid, () => cells, (key, at) => go(key, lines, cells[at]));
}

function go(key, lines, cell) {
  const y = lines.findIndex((l) => l.includes(cell));
  const x = lines[y].indexOf(cell);
  const near = (l) => l?.[Math.min(x, l.length - 1)];
  switch (key) {
    case "ArrowRight": return lines[y][x + 1];
    case "ArrowLeft": return lines[y][x - 1];
    case "ArrowDown": return near(lines[y + 1]);
    case "ArrowUp": return near(lines[y - 1]);
    case "Home": return lines[y][0];
    case "End": return lines[y].at(-1);
  }
}

// tell shows what a part says, below it, while it is pointed at or reached by keys.
// Escape takes it away.
function tell(box, grid, note) {
  const show = (e) => {
    const part = e.target.closest(".part");
    note.hidden = !part;
    if (!part) return;
    note.textContent = part.getAttribute("aria-label");
    const at = part.getBoundingClientRect();
    const from = box.getBoundingClientRect();
    note.style.top = at.bottom - from.top + 4 + "px";
    note.style.left = Math.max(0, Math.min(at.left - from.left, from.width - note.offsetWidth)) + "px";
  };
  const hide = () => {
    note.hidden = true;
  };
  grid.addEventListener("mouseover", show);
  grid.addEventListener("focusin", show);
  grid.addEventListener("mouseleave", hide);
  grid.addEventListener("focusout", hide);
  grid.addEventListener("keydown", (e) => {
    if (e.key === "Escape") hide();
  });
}

// legend says what the letters of a step mean, and what its parts say: of text, such as
// a key block, one part after the other.
function legend(rows) {
  const text = rows.filter((row) => row.unit === "text").flatMap((row) => row.parts).filter((part) => part.note);
  if (text.length > 0) {
    return el("ul", { class: "legend list" }, text.map((part) => el("li", null, sample(part.kind),
      el("code", null, [...part.text].length > 16 ? [...part.text].slice(0, 14).join("") + " …" : part.text),
      el("span", null, part.note))));
  }
  const all = new Map();
  for (const part of rows.flatMap((row) => row.parts)) {
    if (!part.kind && !part.note) continue;
    const notes = all.get(part.kind ?? "") ?? new Set();
    if (part.note && part.note !== label(part.kind)) notes.add(part.note);
    all.set(part.kind ?? "", notes);
  }
  if (all.size === 0) return null;
  return el("ul", { class: "legend" }, [...all].map(([kind, notes]) => el("li", null,
    sample(kind),
    el("span", null, kind ? el("b", null, label(kind)) : null, notes.size > 0 && kind ? ": " : "", [...notes].join("; ")))));
}

const sample = (kind) => el("span", { class: "key " + tint(kind), "aria-hidden": "true" }, letter(kind) || "·");
