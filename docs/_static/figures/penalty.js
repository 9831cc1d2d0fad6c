// What log-loss punishes: the penalty of a forecast for both labels, beside the squared error.
"use strict";

{
const { Plot, format, legend, sentence } = Figures;

function penalty(parent) {
  const plot = new Plot(parent, {
    x: [0, 1], y: [0, 5], title: "Penalty of a forecast by log-loss and by the squared error",
    xTitle: "forecast p of yes", yTitle: "penalty",
  });
  const edge = 1e-4;
  const inside = (p) => Math.min(Math.max(p, edge), 1 - edge);
  plot.curve("first")(plot.sampled((p) => -Math.log(inside(p)), 400));
  plot.curve("second")(plot.sampled((p) => -Math.log(1 - inside(p)), 400));
  plot.curve("third")(plot.sampled((p) => (1 - p) ** 2));
  legend(parent, [["first", "log-loss if yes"], ["second", "log-loss if no"], ["third", "squared error if yes"]]);
  const words = sentence(parent);
  const place = plot.handle(show, 0.02);
  function show(p) {
    const q = inside(p);
    place(p, -Math.log(q));
    words.textContent =
      `A forecast of ${format(100 * q, 1)} %: if the row is yes, log-loss is ${format(-Math.log(q))} nats and the ` +
      `squared error ${format((1 - q) ** 2)}; if it is no, ${format(-Math.log(1 - q))} nats. If such rows are yes in ` +
      `${format(100 * q, 1)} % of cases, the mean is ${format(-q * Math.log(q) - (1 - q) * Math.log(1 - q))} nats, ` +
      "and any other forecast costs more.";
  }
  show(0.2);
}

Figures.penalty = penalty;
}
