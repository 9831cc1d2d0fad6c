// Soft splits learn a corner: two gates, four leaves, and gradient descent on all eight numbers.
"use strict";

{
const { Plot, element, format, sentence, sigmoid } = Figures;

const SIDE = 20;
const REACH = 2;
const RATE = 0.5;
const START = { thresholds: [-1, 1], slopes: [1.5, 1.5], leaves: [0.1, 0, 0, -0.1] };

// Rows on a grid; yes is the corner where both inputs are above 0.
const places = Array.from({ length: SIDE }, (_, i) => -REACH + ((i + 0.5) * 2 * REACH) / SIDE);
const rows = places.flatMap((a) => places.map((b) => ({ x: [a, b], y: a > 0 && b > 0 ? 1 : 0 })));
const lossOf = (z, y) => (y ? Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z)));
const mean = (f) => rows.reduce((total, row) => total + f(row), 0) / rows.length;

function forward({ thresholds, slopes, leaves }, x) {
  const gates = x.map((value, i) => sigmoid(slopes[i] * (value - thresholds[i])));
  const [g, h] = gates;
  const shares = [g * h, g * (1 - h), (1 - g) * h, (1 - g) * (1 - h)];
  return { gates, shares, z: shares.reduce((total, share, i) => total + share * leaves[i], 0) };
}

const loss = (tree) => mean(({ x, y }) => lossOf(forward(tree, x).z, y));

// One step: every number moves against its slope, worked out by the chain rule.
function descend(tree) {
  const [a, b, c, d] = tree.leaves;
  const slope = { thresholds: [0, 0], slopes: [0, 0], leaves: [0, 0, 0, 0] };
  for (const { x, y } of rows) {
    const { gates: [g, h], shares, z } = forward(tree, x);
    const error = (sigmoid(z) - y) / rows.length;
    shares.forEach((share, i) => { slope.leaves[i] += error * share; });
    const byGate = [h * (a - c) + (1 - h) * (b - d), g * (a - b) + (1 - g) * (c - d)];
    [g, h].forEach((gate, i) => {
      const through = error * byGate[i] * gate * (1 - gate);
      slope.thresholds[i] -= through * tree.slopes[i];
      slope.slopes[i] += through * (x[i] - tree.thresholds[i]);
    });
  }
  const moved = (name) => tree[name].map((value, i) => value - RATE * slope[name][i]);
  return { thresholds: moved("thresholds"), slopes: moved("slopes"), leaves: moved("leaves") };
}

// The least loss of w · x + b, by gradient descent; both weights are equal, as both inputs are alike.
function straightLine() {
  let [w, b] = [0, 0];
  for (let step = 0; step < 400; step++) {
    const error = ({ x, y }) => sigmoid(w * (x[0] + x[1]) + b) - y;
    const [byW, byB] = [mean((row) => error(row) * (row.x[0] + row.x[1])), mean(error)];
    w -= byW;
    b -= byB;
  }
  return mean(({ x, y }) => lossOf(w * (x[0] + x[1]) + b, y));
}

function corner(parent) {
  const plot = new Plot(parent, {
    x: [-REACH, REACH], y: [-REACH, REACH], xTicks: 4, yTicks: 4, width: 420, height: 400,
    title: "Probability of yes by two inputs, as soft splits learn a corner",
    xTitle: "first input", yTitle: "second input",
  });
  const size = (2 * REACH) / SIDE;
  const cells = rows.map(({ x }) =>
    element("rect", {
      x: plot.atX(x[0] - size / 2), y: plot.atY(x[1] + size / 2), class: "cell",
      width: plot.atX(size) - plot.atX(0), height: plot.atY(0) - plot.atY(size),
    }, plot.svg));
  plot.curve("second")([[0, REACH], [0, 0], [REACH, 0]]);
  const gates = [plot.curve("third"), plot.curve("third")];
  const buttons = document.createElement("div");
  buttons.className = "buttons";
  parent.append(buttons);
  let tree = START;
  let steps = 0;
  const button = (words, pressed) => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    made.addEventListener("click", () => { pressed(); show(); });
    buttons.append(made);
  };
  const learn = (count) => () => {
    for (let i = 0; i < count; i++) tree = descend(tree);
    steps += count;
  };
  button("one step", learn(1));
  button("50 steps", learn(50));
  button("from the start", () => { tree = START; steps = 0; });
  const [how, numbers] = [sentence(parent), sentence(parent)];
  const line = straightLine();
  function show() {
    rows.forEach(({ x }, i) => cells[i].setAttribute("fill-opacity", format(sigmoid(forward(tree, x).z))));
    const [s, t] = tree.thresholds.map((value) => Math.min(Math.max(value, -REACH), REACH));
    gates[0]([[s, -REACH], [s, REACH]]);
    gates[1]([[-REACH, t], [REACH, t]]);
    how.textContent =
      `After ${steps} steps the log-loss is ${format(loss(tree))}. A weighted sum of both inputs cannot do better than ` +
      `${format(line)}, because its border is a straight line.`;
    numbers.textContent =
      `Gates: σ(${format(tree.slopes[0], 1)} · (x₁ − ${told(tree.thresholds[0])})) and ` +
      `σ(${format(tree.slopes[1], 1)} · (x₂ − ${told(tree.thresholds[1])})). ` +
      `Leaves in nats: both gates open ${format(tree.leaves[0], 1)}, the first alone ${format(tree.leaves[1], 1)}, ` +
      `the second alone ${format(tree.leaves[2], 1)}, none ${format(tree.leaves[3], 1)}.`;
  }
  const told = (value) => (value < 0 ? `(${format(value, 2)})` : format(value, 2));
  show();
}

Figures.corner = corner;
Figures.cornerParts = { descend, loss, straightLine, START };
}
