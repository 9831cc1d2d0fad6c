// A reader and scorer of .odds files.
//
// With the other files here it needs no package, and it computes with doubles. Its results have the same bits as those of
// trueodds (docs/format.md). It runs in browsers and in Node.
//
//   import { read, score } from "./scorer.mjs";
//   const model = read(arrayBuffer);
//   score(model, { age: 39, job: "clerk", since: Date.UTC(2020, 0, 1) / 1000 });
//   // { logOdds: -1.2…, probability: 0.22… }
//
// A row is an object of cells by column name. Text is read as trueodds reads it (docs/format.md, "How
// text is read"). A number is a number, a duration in seconds or, in a column of dates, the seconds
// since 1970 UTC; a Date is a date. null, undefined and NaN are missing. A cell that cannot be read
// throws an Error, because NaN would be scored as a missing cell.

import { prepared, readCell } from "./cells.mjs";
import { cellsOf, inputRules, inputsOf } from "./inputs.mjs";
import { outputOf, sumsOf } from "./networks.mjs";
import { power, sigmoid } from "./sigmoid.mjs";
import { wordFinder } from "./words.mjs";

export { readCell, sigmoid };

const FEATURES = ["pieces", "cuts", "crosses", "readings", "soft_splits", "words"];
const OUTPUT = { bits: 32, limit: 2 ** 41 };
const LEAST = 2.2250738585072014e-308;
const MOST = 1 - 1.1102230246251565e-16;

// Read a model from the ArrayBuffer of its file. Throws an Error for another format; `verify` checks
// the checksum.
export function read(buffer) {
  const bytes = new DataView(buffer);
  const size = Number(bytes.getBigUint64(0, true));
  const text = new TextDecoder("utf-8", { fatal: true });
  const outer = JSON.parse(text.decode(new Uint8Array(buffer, 8, size)));
  const header = JSON.parse(outer.__metadata__.trueodds);
  const unknown = (header.needs ?? []).filter((name) => !FEATURES.includes(name));
  if (header.format !== 2 || unknown.length > 0) {
    throw new Error(
      `this reader knows format 2, but the file has format ${header.format} ${unknown}`.trim(),
    );
  }
  const array = (name) => {
    const { dtype, data_offsets: [start, stop] } = outer[name];
    const kind = { I16: [2, "getInt16"], I64: [8, "getBigInt64"], F32: [4, "getFloat32"] }[dtype];
    const out = [];
    for (let at = 8 + size + start; at < 8 + size + stop; at += kind[0]) {
      out.push(Number(bytes[kind[1]](at, true)));
    }
    return out;
  };
  const { folds, depths = [] } = header.networks;
  const withSteps = (grid) => ({ ...grid, steps: power(grid.bits) });
  const grids = header.networks.grids.map(withSteps);
  const [shares, output] = [header.networks.shares ?? OUTPUT, OUTPUT].map(withSteps);
  const members = folds.map((fold, number) => {
    const depth = depths[number] ?? 0;
    const before = depth > 0 ? [grids[0], shares] : grids;
    const layers = before.map(({ bits }, index) => ({
      weights: Float64Array.from(array(`weights/${number}/${index}`)),
      biases: array(`biases/${number}/${index}`),
      units: array(`shifts/${number}/${index}`).map((shift) => power(-bits - shift)),
    }));
    return { fold, depth, grids: [...before, output], layers };
  });
  const crosses = (header.crosses ?? []).map(({ name, parts }, position) => ({
    name,
    parts,
    positions: new Map(array(`crosses/${position}`).map((key, at) => [key, at])),
  }));
  const texts = new Map((header.texts ?? []).map((text) => [text.name, text]));
  const targetEncodings = header.rates.map((sources, fold) =>
    sources.map((source, position) => ({
      source,
      values: array(`rates/${fold}/${position}`),
      cuts: header.cuts?.[source],
      text: texts.get(source),
    })),
  );
  const columns = header.schema.columns.filter(({ kind }) => kind !== "aside").map(prepared);
  for (const column of columns) column.find = wordFinder(column.words ?? []);
  const rules = inputRules({ header, columns, crosses, targetEncodings });
  return { header, columns, members, rules };
}

// Whether the file has the content that was written: the header's first field is its SHA-256.
export async function verify(buffer) {
  const size = Number(new DataView(buffer).getBigUint64(0, true));
  const { __metadata__: { trueodds: header }, ...arrays } = JSON.parse(
    new TextDecoder().decode(new Uint8Array(buffer, 8, size)),
  );
  const kinds = { I16: "int16", I64: "int64", F32: "float32" };
  const utf8 = new TextEncoder();
  const parts = [utf8.encode(header.slice(77))];
  for (const name of Object.keys(arrays).sort()) {
    const { dtype, shape, data_offsets: [start, stop] } = arrays[name];
    parts.push(utf8.encode(`\n${name} ${kinds[dtype]} ${shape.join("x")}\n`));
    parts.push(new Uint8Array(buffer, 8 + size + start, stop - start));
  }
  const digest = await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer());
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"));
  return JSON.parse(header).sha256 === hex.join("");
}

// Calibrated log-odds of "yes" and its probability for one row. Throws an Error if a column is
// missing.
export function score(model, row) {
  const { header } = model;
  const cells = cellsOf(model, row);
  const inputs = model.rules.map((rules) => inputsOf(rules, cells));
  let total = 0;
  for (const member of model.members) {
    const sums = sumsOf(member.layers[0], inputs[member.fold]);
    total += outputOf(member, header.networks.activation, sums);
  }
  const logOdds = calibrated(model, total);
  return { logOdds, probability: Math.min(Math.max(sigmoid(logOdds), LEAST), MOST) };
}

// Calibrated log-odds from the sum of the members' outputs.
export function calibrated({ header, members }, total) {
  return header.calibrator.slope * (total / (members.length * 4294967296)) + header.calibrator.shift;
}

// The bounds of the share of yes among rows with these calibrated log-odds, { lower, upper }; null if
// the model has none.
export function interval({ header: { bounds } }, logOdds) {
  if (!bounds) return null;
  const { at, lower, upper } = bounds;
  const from = at.filter((step) => step <= logOdds).length;
  const beyond = at.filter((step) => step < logOdds).length;
  return { lower: from > 0 ? lower[from - 1] : 0, upper: beyond < at.length ? upper[beyond] : 1 };
}
