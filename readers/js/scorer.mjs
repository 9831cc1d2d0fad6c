// A reader and scorer of .odds files; over 300 lines, as its parts share the layout of the file.
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
import { sumOf, wordFinder } from "./words.mjs";

export { readCell };

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
  const { folds, grids, depths = [], shares } = header.networks;
  const members = folds.map((fold, number) => {
    const depth = depths[number] ?? 0;
    const before = depth > 0 ? [grids[0], shares] : grids;
    const layers = before.map(({ bits }, index) => ({
      weights: Float64Array.from(array(`weights/${number}/${index}`)),
      biases: array(`biases/${number}/${index}`),
      units: array(`shifts/${number}/${index}`).map((shift) => power(-bits - shift)),
    }));
    return { fold, depth, grids: [...before, OUTPUT], layers };
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
  return { header, columns, members, targetEncodings, crosses };
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
  const values = new Map();
  for (const column of model.columns) {
    if (!Object.hasOwn(row, column.name)) throw new Error(`the row has no column "${column.name}"`);
    values.set(column.name, readCell(column, row[column.name]));
  }
  for (const { name, part, columns } of header.encoder.derived) {
    values.set(name, PARTS[part](...columns.map((column) => values.get(column))));
  }
  const shared = header.encoder.blocks.flatMap((block) =>
    BLOCKS[block.kind](block, values.get(block.source)),
  );
  for (const { name, parts, positions } of model.crosses) {
    const place = ({ source, cuts }) => code(values.get(source), cuts) + 2;
    const key = parts.reduce((sum, part) => sum * (part.levels + 2) + place(part), 0);
    values.set(name, positions.get(key) ?? -2);
  }
  const words = new Map();
  for (const { name, words: known, find } of model.columns) {
    if (known) words.set(name, find(values.get(name) === -1 ? null : String(row[name])));
  }
  const own = model.targetEncodings.map((tables) =>
    tables.map(({ source, values: table, cuts, text }) =>
      text ? sumOf(words.get(text.column), text.places, table) : table.at(code(values.get(source), cuts)),
    ),
  );
  const onto = (grid) => {
    const steps = power(grid.bits);
    return (x) => onGrid(x * steps, grid);
  };
  const inputs = own.map((rates) => [...shared, ...rates].map(onto(header.networks.grids[0])));
  const activate = ACTIVATIONS[header.networks.activation];
  let total = 0;
  for (const { fold, depth, grids, layers } of model.members) {
    let q = inputs[fold];
    layers.forEach((layer, index) => {
      let z = sums(layer, q);
      if (index < layers.length - 1) z = depth > 0 ? leafShares(z, depth) : z.map(activate);
      q = z.map(onto(grids[index + 1]));
    });
    total += q[0];
  }
  const mean = total / (model.members.length * 4294967296);
  const logOdds = header.calibrator.slope * mean + header.calibrator.shift;
  return { logOdds, probability: Math.min(Math.max(sigmoid(logOdds), LEAST), MOST) };
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

// A category's code as it is; a number's by how many cuts do not exceed it.
function code(v, cuts) {
  if (cuts === undefined || cuts.length === 0) return v;
  return Number.isNaN(v) ? -1 : cuts.filter((cut) => cut <= v).length;
}

// The weighted sums of a layer. Sums of whole numbers are exact in any order, and most inputs are 0.
function sums({ weights, biases, units }, q) {
  const out = Float64Array.from(biases);
  q.forEach((x, i) => {
    if (x === 0) return;
    for (let unit = 0, at = i * out.length; unit < out.length; unit += 1, at += 1) {
      out[unit] += x * weights[at];
    }
  });
  return out.map((sum, unit) => sum * units[unit]);
}

// Shares of soft splits' leaves, leaf by leaf and tree by tree, from the gates' sums level by level.
function leafShares(z, depth) {
  const trees = z.length / depth;
  let shares = new Array(trees).fill(1);
  for (let level = 0; level < depth; level += 1) {
    const gates = z.slice(level * trees, (level + 1) * trees).map(sigmoid);
    const next = [];
    for (let start = 0; start < shares.length; start += trees) {
      for (let tree = 0; tree < trees; tree += 1) next.push(shares[start + tree] * gates[tree]);
      for (let tree = 0; tree < trees; tree += 1) {
        next.push(shares[start + tree] * (1 - gates[tree]));
      }
    }
    shares = next;
  }
  return shares;
}

// The nearest whole number, ties to even, within the limit of the grid; exact for |x| < 2⁵³.
function onGrid(x, { limit }) {
  const low = Math.floor(x);
  const rest = x - low;
  const whole = rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
  return Math.min(Math.max(whole, -limit), limit);
}

const ACTIVATIONS = {
  relu: (z) => Math.max(z, 0),
  leaky_relu: (z) => (z > 0 ? z : 0.01 * z),
  silu: (z) => z * sigmoid(z),
  gelu: (z) => z * sigmoid(1.5957691216057308 * (z + 0.044715 * z * z * z)),
  tanh: (z) => 2 * sigmoid(2 * z) - 1,
  sigmoid: (z) => sigmoid(z),
};

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

// 2ⁿ, exactly: Math.pow may round.
function power(n) {
  let out = 1;
  for (let i = 0; i < Math.abs(n); i += 1) out *= n > 0 ? 2 : 0.5;
  return out;
}

// The constants of `sigmoid`, which is a fixed order of IEEE operations.
const STEPS_PER_E = 92.33248261689366;
const STEP_HIGH = 0.010830424696223417;
const STEP_LOW = 2.572804622327669e-14;
const MAGIC = 6755399441055744;
const SPLITTER = 134217729;
const REST = [
  -0.3678787626878334, 0.36807177045560613, -0.3666666662889641, 0.3749999998213338, -0.3333333333333351, 0.5000000000000003,
];
// 2^(j / 64) as the sum of two doubles: the nearest double, and the nearest to the rest.
const POWERS = [
  [1.0, 0.0],
  [1.0108892860517005, -1.507066976926039e-17],
  [1.0218971486541166, 4.9997448722726326e-17],
  [1.0330248790212284, 7.357846871247418e-18],
  [1.0442737824274138, 8.189317638195515e-17],
  [1.0556451783605572, 1.6665881442326747e-18],
  [1.0671404006768237, -7.402825309426177e-17],
  [1.0787607977571199, -6.170654745608695e-17],
  [1.0905077326652577, -2.7939114859515733e-17],
  [1.102382583307841, 4.776959425256223e-17],
  [1.1143867425958924, 9.341710609905046e-17],
  [1.1265216186082418, 4.585670326662351e-17],
  [1.1387886347566916, 7.826573258636076e-17],
  [1.1511892299529827, 2.823784425951061e-17],
  [1.1637248587775775, 3.2904726646008416e-17],
  [1.1763969916502812, 4.721368121170128e-17],
  [1.189207115002721, 3.3484623336251524e-17],
  [1.202156731452703, 5.527550048505249e-17],
  [1.215247359980469, -6.346552106729483e-17],
  [1.22848053610687, -1.5456342819397733e-17],
  [1.241857812073484, 3.750854201303127e-17],
  [1.255380757024691, -5.346099009198751e-18],
  [1.2690509571917332, 2.1023049675215714e-18],
  [1.2828700160787783, 1.3357510088834541e-17],
  [1.2968395546510096, 1.9572585293112036e-17],
  [1.3109612115247644, -5.478069123926778e-17],
  [1.3252366431597413, -2.1571477251208752e-17],
  [1.339667524053303, 6.663804589232195e-17],
  [1.3542555469368927, 5.68648095791174e-17],
  [1.3690024229745905, 7.007875046906994e-17],
  [1.383909881963832, -4.8923067513522756e-17],
  [1.3989796725383112, -6.872303720902018e-17],
  [1.4142135623730951, -6.835808657661922e-17],
  [1.42961333839197, -8.416011634717156e-18],
  [1.4451808069770467, -2.092304381843353e-17],
  [1.460917794180647, -3.833464968654295e-17],
  [1.4768261459394993, -2.3591094770850053e-17],
  [1.4929077282912648, 9.50689710108796e-18],
  [1.5091644275934228, -6.735219232374683e-17],
  [1.5255981507445384, -7.226635472101257e-17],
  [1.5422108254079407, 5.1548301170786783e-17],
  [1.559004400237837, 2.4253985766689806e-17],
  [1.5759808451078865, -6.432131775424189e-18],
  [1.593142151342267, -6.336161863401293e-17],
  [1.6104903319492543, 1.5341410053603723e-17],
  [1.6280274218573478, -4.123367330661149e-17],
  [1.645755478153965, -6.152602891550265e-17],
  [1.6636765803267364, 3.540948262646183e-17],
  [1.681792830507429, 4.875160526227062e-17],
  [1.7001063537185235, -4.719539664590972e-18],
  [1.718619298122478, -1.0772487078934056e-17],
  [1.7373338352737062, 1.821405440362259e-17],
  [1.7562521603732995, 1.685487290628973e-17],
  [1.7753764925265212, 3.621615935336894e-17],
  [1.7947090750031072, 1.01562190116415e-17],
  [1.8142521755003989, -5.495118966122005e-17],
  [1.8340080864093424, 1.790126907604513e-17],
  [1.8539791250833855, 5.265370768556274e-17],
  [1.8741676341103, -3.266924100901318e-17],
  [1.8945759815869656, 1.7963932659833022e-17],
  [1.9152065613971474, -5.545065618639427e-17],
  [1.9360617934922943, 5.336805878514151e-17],
  [1.9571441241754002, 4.5784915277060095e-17],
  [1.978456026387951, 2.0414278897578303e-17],
];

export function sigmoid(z) {
  if (Number.isNaN(z)) return z;
  const a = Math.min(Math.max(-Math.abs(z), -746), -7.888609052210118e-31);
  const k = a * STEPS_PER_E + MAGIC - MAGIC;
  const r = a - k * STEP_HIGH;
  const [base, baseLow] = POWERS[k & 63];
  let p = REST[0] * r + REST[1];
  for (let i = 2; i < REST.length; i += 1) p = p * r + REST[i];
  let tail = baseLow - k * STEP_LOW;
  tail += tail * (0.5 * tail);
  const square = r * r;
  const rest = (square + square * tail) * p + tail;
  const step = base * r;
  const first = base + step;
  let low = step - (first - base) + first * rest;
  let high = first + low;
  low -= high - first;
  let n = k >> 6;
  const scale = power(Math.max(n, -100));
  const e = high * scale;
  const s = 1 + e;
  const sLow = e - (s - 1) + low * scale;
  if (z >= 0) [high, low, n] = [1, 0, 0];
  const reciprocal = 1 / s;
  const q = high * reciprocal;
  const product = q * s;
  const remainder = high - product - productError(q, s, product);
  const qLow = (remainder + (low - q * sLow)) * reciprocal;
  const anchor = n < -1022 || (n === -1022 && q < 1) ? power(-n - 1022) : 0;
  const t = anchor + q;
  const rounded = t + (q - (t - anchor) + qLow);
  return (rounded - anchor) * power(n + 200) * power(-200);
}

// x·y − product, exactly (Dekker 1971).
function productError(x, y, product) {
  let t = x * SPLITTER;
  const xHigh = t - (t - x);
  const xLow = x - xHigh;
  t = y * SPLITTER;
  const yHigh = t - (t - y);
  const yLow = y - yHigh;
  return xHigh * yHigh - product + xHigh * yLow + xLow * yHigh + xLow * yLow;
}
