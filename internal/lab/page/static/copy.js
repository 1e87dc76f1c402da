// Buttons that copy.

import { el } from "./dom.js";

// button makes a button that copies what text() returns, and says so in its place.
export function button(name, what, text) {
  const b = el("button", { type: "button", class: "copy", "aria-label": what }, name);
  let back;
  b.addEventListener("click", async () => {
    const done = await put(text());
    b.textContent = done ? "Copied" : "Not allowed";
    b.classList.toggle("failed", !done);
    say(done ? "Copied." : "The browser does not let the page copy: select the text instead.");
    clearTimeout(back);
    back = setTimeout(() => {
      b.textContent = name;
      b.classList.remove("failed");
    }, 1600);
  });
  return b;
}

// put returns whether the text is on the clipboard. Pages that came over plain HTTP
// from another computer have no clipboard.
async function put(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

let later;

// say has a screen reader read a text out, when typing pauses.
export function say(text, after = 0) {
  clearTimeout(later);
  later = setTimeout(() => {
    document.getElementById("live").textContent = text;
  }, after);
}
