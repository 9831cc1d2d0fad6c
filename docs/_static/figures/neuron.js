// One neuron by hand: weighted sum, σ, loss, and a step of gradient descent, number by number.
"use strict";

{
const { Plot, format, sentence, sigmoid, slider } = Figures;

const INPUTS = [2, 1, 0.4];
const START = [0.8, -1.2, 0.5, 0.3];
const NAMES = ["w₁", "w₂", "w₃", "b"];

function neuron(parent) {
  let weights = [...START];
  let label = 0;
  let losses = [];
  const plot = new Plot(parent, {
    x: [0, 20], y: [0, 3], xTicks: 4, yTicks: 3, height: 220, title: "Loss after each step",
    xTitle: "steps", yTitle: "log-loss",
  });
  const curve = plot.curve("first");
  const sliders = weights.map((value, i) =>
    slider(parent, { label: i < 3 ? `${NAMES[i]}, for input ${INPUTS[i]}` : "bias b", min: -4, max: 4, step: 0.01, value },
      (next) => { weights[i] = next; losses = []; show(); }));
  const rate = slider(parent, { label: "learning rate", min: 0.05, max: 2, step: 0.05, value: 0.5 }, () => show());
  const buttons = document.createElement("div");
  buttons.className = "buttons";
  parent.append(buttons);
  const button = (words, pressed) => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    made.addEventListener("click", pressed);
    buttons.append(made);
    return made;
  };
  button("one step", () => { step(); show(); });
  const other = button("", () => { label = 1 - label; losses = []; show(); });
  button("from the start", () => { weights = [...START]; losses = []; update(); show(); });
  const [sum, loss, slopes] = [sentence(parent), sentence(parent), sentence(parent)];

  const weighted = () => INPUTS.reduce((total, x, i) => total + weights[i] * x, weights[3]);
  const lossOf = (z) => (label ? Math.log1p(Math.exp(-z)) : Math.log1p(Math.exp(z)));
  function update() {
    weights.forEach((value, i) => { sliders[i].value = value; });
  }
  function step() {
    if (!losses.length) losses.push(lossOf(weighted()));
    const error = sigmoid(weighted()) - label;
    weights = weights.map((value, i) => value - rate.value * error * (INPUTS[i] ?? 1));
    losses.push(lossOf(weighted()));
    losses = losses.slice(-21);
    update();
  }
  function show() {
    const z = weighted();
    const p = sigmoid(z);
    const error = p - label;
    other.textContent = `label is ${label ? "yes" : "no"}: change it`;
    // Two equal points are drawn as a dot, one alone is not drawn.
    curve((losses.length ? losses : [lossOf(z), lossOf(z)]).map((value, i) => [losses.length && i, value]));
    const term = (value) => (value < 0 ? `(${format(value, 2)})` : format(value, 2));
    const terms = INPUTS.map((x, i) => `${term(weights[i])} · ${x}`).join(" + ");
    sum.textContent = `z = ${terms} + ${term(weights[3])} = ${format(z, 2)}, and σ(z) = ${format(p, 4)}.`;
    loss.textContent =
      `The label is ${label ? "yes, so the loss is −ln σ(z)" : "no, so the loss is −ln(1 − σ(z))"} = ` +
      `${format(lossOf(z), 4)}. Forecast less label: ${format(p, 4)} − ${label} = ${format(error, 4)}.`;
    slopes.textContent =
      "A step takes from each weight learning rate · (forecast − label) · input: " +
      weights.map((value, i) =>
        `${NAMES[i]} ${format(value, 2)} → ${format(value - rate.value * error * (INPUTS[i] ?? 1), 2)}`).join(", ") + ".";
  }
  show();
}

Figures.neuron = neuron;
}
