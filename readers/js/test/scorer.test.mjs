// The reader gives the bits of the golden files, like every version of trueodds.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { read, score, sigmoid, verify } from "../scorer.mjs";

const FOLDER = new URL("../../../tests/golden/", import.meta.url);
const bits = (x) =>
  new BigUint64Array(new Float64Array([x]).buffer)[0].toString(16).padStart(16, "0");
const whole = (name) => {
  const data = readFileSync(new URL(name, FOLDER));
  return data.buffer.slice(data.byteOffset, data.byteOffset + data.length);
};
// Python writes NaN and Infinity into JSON. A date is text in the golden files; the reader takes
// seconds since 1970.
const rows = (name) =>
  JSON.parse(
    readFileSync(new URL(name, FOLDER), "utf-8")
      .replaceAll(": NaN", ": null")
      .replaceAll(/: (-?)Infinity/g, ": $11e999"),
  );
const cell = (value) =>
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value)
    ? Date.parse(value.replace(" ", "T") + "Z") / 1000
    : value;

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".odds"))) {
  test(`${file}: every row has its bits`, async () => {
    assert.ok(await verify(whole(file)));
    const model = read(whole(file));
    for (const row of rows(file.replace(".odds", ".json"))) {
      const cells = Object.fromEntries(Object.entries(row.cells).map(([k, v]) => [k, cell(v)]));
      const found = score(model, cells);
      assert.equal(bits(found.logOdds), row.log_odds);
      assert.equal(bits(found.probability), row.probability);
    }
  });
}

test("a changed byte is noticed", async () => {
  const data = whole("relu.odds");
  new Uint8Array(data)[data.byteLength - 1] ^= 1;
  assert.equal(await verify(data), false);
});

test("a newer format is refused", () => {
  const data = new Uint8Array(whole("relu.odds"));
  const text = new TextDecoder("latin1").decode(data);
  const at = text.indexOf('\\"format\\":2') + '\\"format\\":'.length;
  assert.ok(at > 20);
  data[at] = "9".charCodeAt(0);
  assert.throws(() => read(data.buffer), /knows format 2, but the file has format 9/);
});

test("the sigmoid at its ends", () => {
  assert.equal(sigmoid(0), 0.5);
  assert.equal(sigmoid(-Infinity), 0);
  assert.equal(sigmoid(Infinity), 1);
});

test("text is read as Python reads it, or throws", () => {
  const model = read(whole("relu.odds"));
  const [row] = rows("relu.json");
  const cells = Object.fromEntries(Object.entries(row.cells).map(([k, v]) => [k, cell(v)]));
  const spelt = { ...cells, amount: ` ${cells.amount} `, begun: row.cells.begun };
  assert.equal(bits(score(model, spelt).logOdds), bits(score(model, cells).logOdds));
  const missing = score(model, { ...cells, amount: null }).logOdds;
  for (const marker of ["", "NA", " null "]) {
    assert.equal(score(model, { ...cells, amount: marker }).logOdds, missing);
  }
  for (const [name, text] of [["amount", "1.234,5"], ["amount", "5 %"], ["begun", "31.12.2023"], ["begun", "2023-02-30"]]) {
    assert.throws(() => score(model, { ...cells, [name]: text }), /is text that this reader does not read/);
  }
});
