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
// Python writes NaN and Infinity into JSON.
const rows = (name) =>
  JSON.parse(
    readFileSync(new URL(name, FOLDER), "utf-8")
      .replaceAll(": NaN", ": null")
      .replaceAll(/: (-?)Infinity/g, ": $11e999"),
  );

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".odds"))) {
  test(`${file}: every row has its bits`, async () => {
    assert.ok(await verify(whole(file)));
    const model = read(whole(file));
    for (const row of rows(file.replace(".odds", ".json"))) {
      const found = score(model, row.cells);
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

test("text, numbers and dates of the language are the same cells", () => {
  const model = read(whole("relu.odds"));
  const [{ cells, log_odds }] = rows("relu.json");
  const begun = new Date(`${cells.begun.replace(" ", "T")}Z`);
  for (const same of [{ begun }, { begun: begun.getTime() / 1000 }, { amount: ` ${cells.amount} ` }]) {
    assert.equal(bits(score(model, { ...cells, ...same }).logOdds), log_odds);
  }
  const missing = score(model, { ...cells, amount: null }).logOdds;
  for (const marker of ["", "NA", " null ", "#REF!", "Not available", undefined, NaN]) {
    assert.equal(score(model, { ...cells, amount: marker }).logOdds, missing);
  }
});

test("a cell that cannot be read throws", () => {
  const model = read(whole("relu.odds"));
  const [{ cells }] = rows("relu.json");
  for (const [name, text] of [["amount", "1.234,5"], ["amount", "often"], ["begun", "2023-02-30"]]) {
    assert.throws(() => score(model, { ...cells, [name]: text }), {
      message:
        `the cell "${text}" of column "${name}" is no ${name === "amount" ? "number" : "date"}: ` +
        "mend it, or give null, which counts as missing",
    });
  }
  assert.throws(() => score(model, { ...cells, amount: [1] }), /is of a type that is not read/);
  const { town, ...others } = cells;
  assert.throws(() => score(model, others), /the row has no column "town"/);
});
