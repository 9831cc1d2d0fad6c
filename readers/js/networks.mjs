// The networks of a model, in whole numbers (docs/format.md, "From a row to its log-odds").

import { sigmoid } from "./sigmoid.mjs";

// The weighted sums of a layer. Sums of whole numbers are exact in any order, and most inputs are 0.
export function sumsOf({ weights, biases }, q) {
  const sums = Float64Array.from(biases);
  for (let input = 0; input < q.length; input += 1) {
    if (q[input] !== 0) add(sums, weights, input, q[input]);
  }
  return sums;
}

// Adds the part of one input to the sums.
export function add(sums, weights, input, x) {
  for (let unit = 0, at = input * sums.length; unit < sums.length; unit += 1, at += 1) {
    sums[unit] += x * weights[at];
  }
}

// The log-odds of a member in units of its last grid, from the sums of its first layer.
export function outputOf({ depth, grids, layers }, activation, firstSums) {
  const activate = ACTIVATIONS[activation];
  let sums = firstSums;
  for (let index = 0; ; index += 1) {
    const { units } = layers[index];
    const last = index === layers.length - 1;
    const soft = depth > 0 && !last;
    let z = new Float64Array(sums.length);
    for (let unit = 0; unit < z.length; unit += 1) {
      const sum = sums[unit] * units[unit];
      z[unit] = last || soft ? sum : activate(sum);
    }
    if (soft) z = leafShares(z, depth);
    const { limit, steps } = grids[index + 1];
    for (let at = 0; at < z.length; at += 1) z[at] = onGrid(z[at] * steps, limit);
    if (last) return z[0];
    sums = sumsOf(layers[index + 1], z);
  }
}

// The nearest whole number, ties to even, from −limit to limit; exact for |x| < 2⁵³.
export function onGrid(x, limit) {
  const low = Math.floor(x);
  const rest = x - low;
  const whole = rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
  return Math.min(Math.max(whole, -limit), limit);
}

// Shares of soft splits' leaves, leaf by leaf and tree by tree, from the gates' sums level by level.
function leafShares(z, depth) {
  const trees = z.length / depth;
  let shares = new Float64Array(trees).fill(1);
  for (let level = 0; level < depth; level += 1) {
    const gates = z.slice(level * trees, (level + 1) * trees);
    for (let tree = 0; tree < trees; tree += 1) gates[tree] = sigmoid(gates[tree]);
    const next = new Float64Array(2 * shares.length);
    for (let start = 0; start < shares.length; start += trees) {
      for (let tree = 0; tree < trees; tree += 1) {
        next[2 * start + tree] = shares[start + tree] * gates[tree];
        next[2 * start + trees + tree] = shares[start + tree] * (1 - gates[tree]);
      }
    }
    shares = next;
  }
  return shares;
}

const ACTIVATIONS = {
  relu: (z) => Math.max(z, 0),
  leaky_relu: (z) => (z > 0 ? z : 0.01 * z),
  silu: (z) => z * sigmoid(z),
  gelu: (z) => z * sigmoid(1.5957691216057308 * (z + 0.044715 * z * z * z)),
  tanh: (z) => 2 * sigmoid(2 * z) - 1,
  sigmoid: (z) => sigmoid(z),
};
