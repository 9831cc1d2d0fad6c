"use strict";
// The large parts of the page are packed: report/packed.py describes the form.
const unpacking = (() => {
  const refused = [0, 10, 13, 60];

  function bytesOf(text) {
    const bytes = new Uint8Array(2 * text.length);
    let [size, bits, held] = [0, 0, 0];
    const add = (seven) => {
      bits = ((bits << 7) | seven) & 0x7fff;
      held += 7;
      if (held < 8) return;
      held -= 8;
      bytes[size] = bits >> held;
      size += 1;
    };
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code < 0x100) add(code);
      else if (code >= 0x400) add(refused[code - 0x400]);
      else {
        add(refused[(code - 0x100) >> 7]);
        add(code & 127);
      }
    }
    return bytes.subarray(0, size);
  }

  // The bytes of a packed text. Throws an Error where the text is damaged or the browser too old.
  async function unpack(text) {
    if (typeof DecompressionStream === "undefined") throw new Error("it cannot decompress");
    const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  const part = (name) => unpack(document.getElementById(`packed-${name}`).textContent);

  // The ArrayBuffer whose bytes at even places come first, then those at odd places.
  async function fromHalves(name) {
    const halves = await part(name);
    const bytes = new Uint8Array(halves.length);
    const even = (halves.length + 1) >> 1;
    for (let at = 0; at < even; at += 1) bytes[2 * at] = halves[at];
    for (let at = even; at < halves.length; at += 1) bytes[2 * (at - even) + 1] = halves[at];
    return bytes.buffer;
  }

  const started = new Map();

  const textOf = async (name) => new TextDecoder().decode(await part(name));

  async function start(name) {
    const script = document.createElement("script");
    script.textContent = await textOf(name); // the policy of the page has its hash
    document.head.append(script);
  }

  // Runs a packed script, once.
  function run(name) {
    if (!started.has(name)) started.set(name, start(name));
    return started.get(name);
  }

  return { fromHalves, run, textOf };
})();
