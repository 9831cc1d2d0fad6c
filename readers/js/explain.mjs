// Why a row has its forecast: Shapley values of the calibrated log-odds, with the bits of trueodds.
//
//   import { explain } from "./explain.mjs";
//   explain(model, { age: 39, job: "clerk" });
//   // { base: -1.1…, values: [0.2…, …], errors: […] }
//
// They are those of src/trueodds/model/explain.py with the seed 0: the same orders of columns, the
// same sums in the same order.

import { cellsOf, derive, inputsOf } from "./inputs.mjs";
import { add, outputOf, sumsOf } from "./networks.mjs";
import { randomNumbers } from "./random.mjs";
import { calibrated } from "./scorer.mjs";

const TOLERANCE = 0.05;
const MOST_ROUNDS = 8;
const CHECKED = 16;

// Shapley values of a row and their standard errors in nats, by column of the model, and the mean
// log-odds of the background. null for a model without a background.
export function explain(model, row) {
  const steps = explaining(model, row);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

// The same as a generator, which pauses after every forecast.
export function* explaining(model, row) {
  const { background } = model.header;
  if (!background) return null;
  const names = columnsInOrder(model);
  const own = cellsOf(model, row);
  const rows = Array.from({ length: background.rows }, (_, at) => backgroundCells(model, at));
  const ownLogOdds = logOddsOf(model, stateOf(model, own));
  const theirs = [];
  for (const cells of rows) {
    theirs.push(logOddsOf(model, stateOf(model, cells)));
    yield;
  }
  const moved = rows.map((cells) => names.filter((name) => !same(own, cells, name)));
  const random = randomNumbers();
  const width = names.length;
  const [sums, squares, apart, further] = [0, 1, 2, 3].map(() => new Float64Array(rows.length * width));
  const counts = new Array(rows.length).fill(0);
  let at = rows.map((_, number) => number);
  for (let round = 0; ; round += 1) {
    const orders = at.map((b) => {
      const keys = new Map(names.map((name) => [name, random()]));
      return [...moved[b]].sort((one, other) => keys.get(one) - keys.get(other));
    });
    for (let number = 0; number < at.length; number += 1) {
      const b = at[number];
      const both = [];
      for (const order of [orders[number], [...orders[number]].reverse()]) {
        const path = [theirs[b]];
        const state = stateOf(model, rows[b]);
        for (const name of order.slice(0, -1)) {
          move(model, state, own, name);
          path.push(logOddsOf(model, state));
          yield;
        }
        path.push(ownLogOdds);
        both.push(new Map(order.map((name, rank) => [name, path[rank + 1] - path[rank]])));
      }
      names.forEach((name, column) => {
        const [first, second] = both.map((changes) => changes.get(name) ?? 0);
        const cell = b * width + column;
        const mean = (first + second) / 2;
        const square = (first - second) * (first - second);
        sums[cell] += mean;
        squares[cell] += mean * mean;
        apart[cell] += square;
        if (round > 0) further[cell] += square;
      });
      counts[b] += 1;
    }
    if (round === 0) {
      at = farthest(apart, width);
      continue;
    }
    at = rows.map((_, number) => number);
    const values = byColumn(sums.map((sum, cell) => sum / counts[Math.floor(cell / width)]), width);
    const found = values.map((value) => value / rows.length);
    const errors = standardErrors(width, sums, squares, apart, further, counts);
    const largest = found.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (round < MOST_ROUNDS && Math.max(...errors) > TOLERANCE * largest) continue;
    const place = model.columns.map(({ name }) => names.indexOf(name));
    return {
      base: sumOfAll(theirs) / theirs.length,
      values: place.map((column) => found[column]),
      errors: place.map((column) => errors[column]),
    };
  }
}

// The columns in the order of the values: numbers and dates, then the others.
function columnsInOrder({ columns, header: { background } }) {
  const numbers = columns.filter(({ name }) => Object.hasOwn(background.numbers, name));
  const others = columns.filter(({ name }) => !Object.hasOwn(background.numbers, name));
  return [...numbers, ...others].map(({ name }) => name);
}

// Cells of a row of the background, as `cellsOf` gives those of a row.
function backgroundCells({ columns, header: { background, encoder } }, row) {
  const [values, words] = [new Map(), new Map()];
  for (const { name, words: known } of columns) {
    const { [name]: cells = background.codes[name] } = background.numbers;
    values.set(name, cells[row] ?? NaN);
    if (known) words.set(name, new Set(background.words[name][row]));
  }
  for (const derived of encoder.derived) derive(values, derived);
  return { values, words };
}

// Whether two rows have the same cell in a column.
function same(one, other, name) {
  const [x, y] = [one.values.get(name), other.values.get(name)];
  if (x !== y && !(Number.isNaN(x) && Number.isNaN(y))) return false;
  const [here, there] = [one.words.get(name), other.words.get(name)];
  return !here || (here.size === there.size && [...here].every((place) => there.has(place)));
}

// What a forecast is made of: the cells, the inputs of each fold, and the first sums of each member.
function stateOf(model, { values, words }) {
  const cells = { values: new Map(values), words: new Map(words) };
  const inputs = model.rules.map((rules) => inputsOf(rules, cells));
  const sums = model.members.map(({ fold, layers }) => sumsOf(layers[0], inputs[fold]));
  return { cells, inputs, sums };
}

function logOddsOf(model, { sums }) {
  const { activation } = model.header.networks;
  const total = model.members.reduce(
    (sum, member, number) => sum + outputOf(member, activation, sums[number]),
    0,
  );
  return calibrated(model, total);
}

// Gives a state the cell of a row in one column. Sums of whole numbers are exact, so that only the
// inputs that change are taken off and added.
function move(model, { cells, inputs, sums }, own, name) {
  cells.values.set(name, own.values.get(name));
  if (own.words.has(name)) cells.words.set(name, own.words.get(name));
  for (const derived of model.header.encoder.derived) {
    if (derived.columns.includes(name)) derive(cells.values, derived);
  }
  model.rules.forEach(({ rules }, fold) => {
    for (const { columns, at, of } of rules) {
      if (!columns.includes(name)) continue;
      of(cells).forEach((x, offset) => {
        const before = inputs[fold][at + offset];
        if (x === before) return;
        inputs[fold][at + offset] = x;
        model.members.forEach((member, number) => {
          if (member.fold !== fold) return;
          const { weights } = member.layers[0];
          if (before !== 0) add(sums[number], weights, at + offset, -before);
          if (x !== 0) add(sums[number], weights, at + offset, x);
        });
      });
    }
  });
}

// The rows whose two orders are farthest apart.
function farthest(apart, width) {
  const rows = Array.from({ length: apart.length / width }, (_, row) => row);
  const whole = rows.map((row) => sumOfAll(apart.subarray(row * width, (row + 1) * width)));
  return rows.sort((one, other) => whole[other] - whole[one] || one - other)
    .slice(0, CHECKED)
    .sort((one, other) => one - other);
}

function standardErrors(width, sums, squares, apart, further, counts) {
  const spread = [];
  counts.forEach((count, row) => {
    if (count < 2) return;
    for (let cell = row * width; cell < (row + 1) * width; cell += 1) {
      spread.push(Math.max(squares[cell] - (sums[cell] * sums[cell]) / count, 0));
    }
  });
  const whole = sumOfAll(further);
  const left = whole > 0 ? sumOfAll(spread) / whole : 0;
  const each = apart.map((square, cell) => square / counts[Math.floor(cell / width)] ** 2);
  return byColumn(each, width).map((sum) => Math.sqrt(left * sum) / counts.length);
}

// Sums by column of cells that lie row by row; NumPy adds a single column as `sumOfAll` does.
function byColumn(cells, width) {
  if (width === 1) return [sumOfAll(cells)];
  return Array.from({ length: width }, (_, column) => {
    let sum = cells[column];
    for (let at = column + width; at < cells.length; at += width) sum += cells[at];
    return sum;
  });
}

// A sum in the order of NumPy's pairwise summation.
function sumOfAll(x, start = 0, size = x.length) {
  if (size > 128) {
    const half = size / 2 - ((size / 2) % 8);
    return sumOfAll(x, start, half) + sumOfAll(x, start + half, size - half);
  }
  const whole = size - (size % 8);
  const parts = [0, 1, 2, 3, 4, 5, 6, 7].map((at) => x[start + at]);
  for (let at = 8; at < whole; at += 1) parts[at % 8] += x[start + at];
  const [a, b, c, d, e, f, g, h] = parts;
  let sum = whole > 0 ? a + b + (c + d) + (e + f + (g + h)) : 0;
  for (let at = whole; at < size; at += 1) sum += x[start + at];
  return sum;
}
