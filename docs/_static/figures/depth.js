// Saturation through depth: the gradient after each layer on its way back, as layers and signal are chosen.
"use strict";

{
const { Plot, format, legend, sentence, sigmoid, slider } = Figures;

const LAYERS = 30;
const LEAST = -30;

function depth(parent) {
  const plot = new Plot(parent, {
    x: [0, LAYERS], y: [LEAST, 0], xTicks: 6, yTicks: 6, title: "Size of the gradient after each layer, on its way back",
    xTitle: "layers that the gradient has passed", yTitle: "size of the gradient",
    yLabel: (value) => (value === 0 ? "1" : `1e${String(value).replace("-", "−")}`),
  });
  const sigma = plot.curve("first");
  const tanh = plot.curve("second");
  const relu = plot.curve("third");
  legend(parent, [["first", "sigmoid"], ["second", "tanh"], ["third", "ReLU, z > 0"]]);
  const z = slider(parent, { label: "weighted sum z of every neuron", min: -6, max: 6, step: 0.1, value: 1 }, show);
  const w = slider(parent, { label: "weight w between layers", min: 0.5, max: 4, step: 0.1, value: 1 }, show);
  const words = sentence(parent);
  const along = (factor) =>
    Array.from({ length: LAYERS + 1 }, (_, layer) => [layer, Math.min(0, layer * Math.log10(Math.max(factor, 1e-30)))]);
  function show() {
    const steep = sigmoid(z.value) * sigmoid(-z.value);
    const steepTanh = 1 - Math.tanh(z.value) ** 2;
    sigma(along(w.value * steep));
    tanh(along(w.value * steepTanh));
    relu(along(z.value > 0 ? Math.min(w.value, 1) : 1e-30));
    const after = (w.value * steep) ** 10;
    words.textContent =
      `σ′(${format(z.value, 1)}) = ${format(steep, 4)}. Each layer multiplies the gradient by w · σ′ = ` +
      `${format(w.value * steep, 4)}; after ten layers ${after.toExponential(1).replace("-", "−")} is left. ` +
      (w.value * steep >= 1
        ? "The weight makes up for the slope here, but only at this z."
        : w.value >= 4
          ? "Even this weight does not make up for a saturated slope."
          : "The largest slope is ¼, so a weight below 4 cannot make up for it.");
  }
  show();
}

Figures.depth = depth;
}
