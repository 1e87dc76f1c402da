// Elements, made by hand: nothing here takes HTML as text.

// el makes an element with attributes and children. An attribute that is null,
// undefined or false is left out; a function is a listener; children are elements,
// texts, or nothing.
export function el(name, attributes, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") e.addEventListener(key, value);
    else e.setAttribute(key, value === true ? "" : value);
  }
  e.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return e;
}

// walk lets arrow keys move a single tab stop among elements: those that items()
// returns. next(key, at, items) says where a key leads, or returns undefined.
export function walk(box, items, next, moved) {
  box.addEventListener("keydown", (event) => {
    const all = items();
    const at = all.indexOf(document.activeElement);
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const to = next(event.key, at, all);
    if (!to) return;
    event.preventDefault();
    stop(all, to);
    to.focus();
    moved?.(to);
  });
}

// stop makes one of elements the one that Tab reaches.
export function stop(all, one) {
  for (const e of all) e.tabIndex = e === one ? 0 : -1;
}
