// From the cells of a row to the inputs of the networks (docs/format.md, "From a row to its log-odds").

import { readCell } from "./cells.mjs";
import { onGrid } from "./networks.mjs";
import { power } from "./sigmoid.mjs";
import { sumOf } from "./words.mjs";

// The cells of a row: numbers and codes, by name, of columns and of what is derived from them, and the
// places of the words of texts. Throws an Error if a column is missing.
export function cellsOf(model, row) {
  const [values, words] = [new Map(), new Map()];
  for (const column of model.columns) {
    const { name, words: known, find } = column;
    if (!Object.hasOwn(row, name)) throw new Error(`the row has no column "${name}"`);
    values.set(name, readCell(column, row[name]));
    if (known) words.set(name, find(values.get(name) === -1 ? null : String(row[name])));
  }
  for (const derived of model.header.encoder.derived) derive(values, derived);
  return { values, words };
}

// Sets what is derived from some columns.
export function derive(values, { name, part, columns }) {
  values.set(name, PARTS[part](...columns.map((column) => values.get(column))));
}

// Rules of groups of inputs, for each fold: the columns that they depend on, the place of the first
// input, and the inputs of cells, as whole numbers on the networks' grid.
export function inputRules({ header, columns, crosses, targetEncodings }) {
  const plain = new Set(columns.map(({ name }) => name));
  const derived = new Map(header.encoder.derived.map(({ name, columns: of }) => [name, of]));
  const crossed = new Map(crosses.map((cross) => [cross.name, cross]));
  const columnsOf = (source) => {
    if (plain.has(source)) return [source];
    return derived.get(source) ?? crossed.get(source).parts.flatMap((part) => columnsOf(part.source));
  };
  const [{ bits, limit }] = header.networks.grids;
  const whole = (x) => onGrid(x * power(bits), limit);
  const shared = [];
  let width = 0;
  for (const block of header.encoder.blocks) {
    const of = ({ values }) => BLOCKS[block.kind](block, values.get(block.source)).map(whole);
    shared.push({ columns: columnsOf(block.source), at: width, of });
    width += BLOCKS[block.kind](block, NaN).length;
  }
  return targetEncodings.map((tables) => {
    const own = tables.map(({ source, values: table, cuts, text }, position) => {
      const cross = crossed.get(source);
      const of = ({ values, words }) => {
        if (text) return [whole(sumOf(words.get(text.column), text.places, table))];
        return [whole(table.at(cross ? crossCode(cross, values) : code(values.get(source), cuts)))];
      };
      return { columns: text ? [text.column] : columnsOf(source), at: width + position, of };
    });
    return { width: width + own.length, rules: [...shared, ...own] };
  });
}

// The inputs of cells for one fold.
export function inputsOf({ width, rules }, cells) {
  const q = new Float64Array(width);
  for (const { at, of } of rules) q.set(of(cells), at);
  return q;
}

function crossCode({ parts, positions }, values) {
  const place = ({ source, cuts }) => code(values.get(source), cuts) + 2;
  return positions.get(parts.reduce((sum, part) => sum * (part.levels + 2) + place(part), 0)) ?? -2;
}

// A category's code as it is; a number's by how many cuts do not exceed it.
function code(v, cuts) {
  if (cuts === undefined || cuts.length === 0) return v;
  return Number.isNaN(v) ? -1 : cuts.filter((cut) => cut <= v).length;
}

const BLOCKS = {
  clipped_scale({ centre, scale }, v) {
    if (Number.isNaN(v)) return [0];
    const t = Math.min(Math.max((v - centre) * scale, -1e6), 1e6);
    return [t / Math.sqrt(1 + (t / 3) * (t / 3))];
  },
  curve({ x, y }, v) {
    if (Number.isNaN(v)) return [0];
    const u = Math.min(Math.max(v, x[0]), x[x.length - 1]);
    let left = 0;
    while (left < x.length - 2 && x[left + 1] <= u) left += 1;
    const t = y[left] + ((y[left + 1] - y[left]) / (x[left + 1] - x[left])) * (u - x[left]);
    return [Math.min(t > y[left] ? t : y[left], y[left + 1])];
  },
  pieces({ x }, v) {
    const u = Math.min(Math.max(v, x[0]), x[x.length - 1]);
    return x.slice(1).map((high, i) => {
      if (Number.isNaN(v)) return 0;
      return Math.min(Math.max((u - x[i]) / (high - x[i]), 0), 1) - 0.5;
    });
  },
  equals: ({ values }, v) => values.map((known) => (known === v ? 1 : 0)),
  missing: (_, v) => [Number.isNaN(v) ? 1 : 0],
  levels({ slots, missing, other, width }, code) {
    const slot = code >= 0 ? slots[code] : code === -1 ? missing : other;
    return Array.from({ length: width }, (_, position) => (position === slot ? 1 : 0));
  },
};

const DAY = 86400;
const PARTS = {
  month(seconds) {
    if (!(Math.abs(seconds) < 1e13)) return NaN;
    const day = Math.floor(Math.trunc(seconds) / DAY);
    // Days since 1 March of year 0, in eras of 400 years (Hinnant, chrono-compatible algorithms).
    const ofEra = modulo(day + 719468, 146097);
    const leaps = Math.floor(ofEra / 1460) - Math.floor(ofEra / 36524) + Math.floor(ofEra / 146096);
    const year = Math.floor((ofEra - leaps) / 365);
    const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
    const month = Math.floor((5 * ofYear + 2) / 153);
    return month < 10 ? month + 3 : month - 9;
  },
  weekday: (seconds) => modulo(Math.floor(seconds / DAY) + 3, 7),
  hour: (seconds) => modulo(seconds, DAY) / 3600,
  days_between: (first, second) => (second - first) / DAY,
  calendar_days_between: (first, second) => Math.floor(second / DAY) - Math.floor(first / DAY),
};

function modulo(x, y) {
  const rest = x % y;
  return rest < 0 ? rest + y : rest;
}
