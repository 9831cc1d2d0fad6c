// Calibration: the share of yes at each forecast, if the log-odds of the forecast need a slope and a shift.
"use strict";

{
const { Plot, format, legend, sentence, sigmoid, slider } = Figures;

function reliability(parent) {
  const plot = new Plot(parent, {
    x: [0, 1], y: [0, 1], width: 420, height: 400, title: "Share of yes at each forecast",
    xTitle: "forecast", yTitle: "share of yes",
  });
  plot.curve("third")([[0, 0], [1, 1]]);
  const shares = plot.curve("first");
  legend(parent, [["first", "share of yes"], ["third", "calibrated"]]);
  const slope = slider(parent, { label: "slope", min: 0.2, max: 3, step: 0.05, value: 0.5 }, show);
  const shift = slider(parent, { label: "shift", min: -2, max: 2, step: 0.05, value: 0 }, show);
  const words = sentence(parent);
  const logit = (p) => Math.log(p / (1 - p));
  const shareAt = (p) => sigmoid(slope.value * logit(p) + shift.value);
  const percent = (p) => `${format(100 * p, 0)} %`;
  function show() {
    shares(plot.sampled((x) => shareAt(Math.min(Math.max(x, 1e-6), 1 - 1e-6))));
    const verdict =
      slope.value < 1 ? "too sure of itself: high forecasts are too high, low ones too low"
        : slope.value > 1 ? "not sure enough: high forecasts are too low, low ones too high"
          : "as sure as it should be";
    const level = shift.value < 0 ? "too high" : shift.value > 0 ? "too low" : "right";
    words.textContent =
      `Of rows with a forecast of 90 %, ${percent(shareAt(0.9))} are yes; of those with 10 %, ` +
      `${percent(shareAt(0.1))}. The forecast is ${verdict}. Its level is ${level}: one half stands for ` +
      `${percent(shareAt(0.5))}. The calibrator takes slope times log-odds plus shift, and the curve becomes the diagonal.`;
  }
  show();
}

Figures.reliability = reliability;
}
