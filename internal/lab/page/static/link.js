// Links: a panel and its values after the #, which browsers never send.

// write returns the fragment of a panel with values; empty ones are left out.
export function write(panel, values) {
  const filled = Object.entries(values).filter(([, value]) => value !== "");
  const query = new URLSearchParams(filled).toString();
  return "#" + encodeURIComponent(panel) + (query ? "?" + query : "");
}

// read returns the panel of a fragment, and its values, or null if it has none.
export function read(fragment) {
  const [panel, query] = split(fragment.replace(/^#/, ""));
  const values = query === null ? null : Object.fromEntries(new URLSearchParams(query));
  return { panel: unescape(panel), values };
}

function split(text) {
  const at = text.indexOf("?");
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

function unescape(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return ""; // no panel has such a name
  }
}
