// σ and its slope: a point on the curve is dragged, and the tangent goes along.
"use strict";

{
const { Plot, format, legend, sentence, sigmoid } = Figures;

function slope(parent) {
  const plot = new Plot(parent, {
    x: [-8, 8], y: [0, 1], xTicks: 8, title: "σ with its tangent at a point that can be dragged",
    xTitle: "log-odds x", yTitle: "probability σ(x)",
  });
  plot.curve("first")(plot.sampled(sigmoid));
  plot.curve("second")(plot.sampled((x) => sigmoid(x) * sigmoid(-x)));
  legend(parent, [["first", "σ(x)"], ["second", "slope σ′(x)"], ["third", "tangent"]]);
  const tangent = plot.curve("third");
  const words = sentence(parent);
  const place = plot.handle(show, 0.25);
  function show(x) {
    const [p, steep] = [sigmoid(x), sigmoid(x) * sigmoid(-x)];
    // The tangent is cut where it leaves the plot.
    const reach = Math.min(2.5, p / steep, (1 - p) / steep);
    tangent([[x - Math.min(reach, p / steep), p - steep * Math.min(reach, p / steep)], [x + reach, p + steep * reach]]);
    place(x, p);
    words.textContent =
      `x = ${format(x, 2)}: σ = ${format(p, 4)}, odds ${Number(Math.exp(x).toPrecision(3))} to 1, slope ` +
      `${format(p, 4)} · ${format(1 - p, 4)} = ${format(steep, 4)}. ` +
      `A gradient that passes here is multiplied by ${format(steep, 4)}.`;
  }
  show(1);
}

Figures.slope = slope;
}
