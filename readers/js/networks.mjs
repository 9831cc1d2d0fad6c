// The networks of a model, in whole numbers (docs/format.md, "From a row to its log-odds").

import { power, sigmoid } from "./sigmoid.mjs";

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
    let z = sums.map((sum, unit) => sum * units[unit]);
    const last = index === layers.length - 1;
    if (!last) z = depth > 0 ? leafShares(z, depth) : z.map(activate);
    const q = z.map(onto(grids[index + 1]));
    if (last) return q[0];
    sums = sumsOf(layers[index + 1], q);
  }
}

// Gives the nearest whole number on a grid, ties to even, within its limit; exact for |x| < 2⁵³.
export function onto({ bits, limit }) {
  const steps = power(bits);
  return (x) => {
    const scaled = x * steps;
    const low = Math.floor(scaled);
    const rest = scaled - low;
    const whole = rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
    return Math.min(Math.max(whole, -limit), limit);
  };
}

// Shares of soft splits' leaves, leaf by leaf and tree by tree, from the gates' sums level by level.
function leafShares(z, depth) {
  const trees = z.length / depth;
  let shares = new Float64Array(trees).fill(1);
  for (let level = 0; level < depth; level += 1) {
    const gates = z.subarray(level * trees, (level + 1) * trees).map(sigmoid);
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
