// The library: package internal/lab of pinion, compiled to WebAssembly.

// start loads the library. It returns panels() and ask(panel, values). stopped is
// called if the program ends, which it should not.
export async function start(stopped) {
  const [bytes] = await Promise.all([program(), import("./wasm_exec.js")]); // of Go's toolchain: defines Go
  const go = new globalThis.Go();
  const { instance } = await WebAssembly.instantiate(bytes, go.importObject);
  go.run(instance).then(stopped, stopped);
  if (!globalThis.pinionLab) throw new Error("the library did not start");
  close();
  const { panels, ask } = globalThis.pinionLab;
  return {
    panels: () => JSON.parse(panels()),
    ask: (panel, values) => JSON.parse(ask(panel, JSON.stringify(values))),
  };
}

// program fetches and unpacks. Some hosts unpack by themselves what ends in .gz.
async function program() {
  const reply = await fetch("pinion.wasm.gz", { credentials: "omit" });
  if (!reply.ok) throw new Error("pinion.wasm.gz: " + reply.status + " " + reply.statusText);
  const bytes = new Uint8Array(await reply.arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(plain).arrayBuffer();
}

// close has the browser refuse whatever this page would still load or send: what was
// needed is here. A policy can be added to, and never taken back.
function close() {
  const meta = document.createElement("meta");
  meta.httpEquiv = "Content-Security-Policy";
  meta.content = "default-src 'none'; img-src data:";
  document.head.append(meta);
}
