"use strict";
// "What to do": counts the rows that a threshold calls, and what that costs.
(() => {
  const place = (id) => document.getElementById(id);
  const form = place("decide-form");
  if (form === null) return;
  const { thresholds, rows, yes, no, complete, weighted } = JSON.parse(
    place("data-decide").textContent,
  );
  const none = thresholds.length;
  const [slider, threshold, problem] = ["slider", "threshold", "decide-problem"].map(place);
  const prices = ["cost-fp", "cost-fn", "benefit"].map(place);

  const whole = (x) => x.toLocaleString("en-US", { maximumFractionDigits: weighted ? 1 : 0 });
  const short = (x) => String(Number(x.toPrecision(4)));
  const percent = (x) => {
    if (Number.isNaN(x)) return "not defined";
    const rare = x > 0 && x < 1 && Math.min(x, 1 - x) < 0.01;
    return `${(100 * x).toFixed(rare ? 2 : 1)}%`;
  };
  const show = (id, value, text) => {
    place(id).textContent = text;
    place(id).dataset.value = value;
  };

  // The position of the lowest threshold that is at least t.
  function positionOf(t) {
    let [low, high] = [0, none];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (thresholds[middle] >= t) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  function countAt(position) {
    const at = (sums) => (position < none ? sums[position] : 0);
    const [allYes, allNo] = [yes[0], no[0]];
    return {
      called: at(rows), truePositives: at(yes), falsePositives: at(no),
      falseNegatives: allYes - at(yes), trueNegatives: allNo - at(no), allYes, allNo,
    };
  }

  // Says what is wrong with the inputs; empty if nothing is.
  function wrong([falsePositive, falseNegative, benefit], t) {
    const costs = [falsePositive, falseNegative, benefit];
    if (!costs.every((cost) => Number.isFinite(cost) && cost >= 0)) {
      return "A cost is not a number from 0 on: correct it.";
    }
    if (costs.every((cost) => cost === 0)) {
      return "All costs are 0: then every decision costs the same. Give one of them a cost.";
    }
    return t >= 0 && t <= 1 ? "" : "The threshold is not a number from 0 to 1: correct it.";
  }

  function update() {
    const costs = prices.map((input) => input.valueAsNumber);
    const t = threshold.valueAsNumber;
    problem.textContent = wrong(costs, t);
    if (problem.textContent !== "") return;
    const [falsePositive, falseNegative, benefit] = costs;
    const position = positionOf(t);
    slider.value = position;
    slider.setAttribute("aria-valuetext", position < none ? percent(t) : "no row is called");
    const found = countAt(position);
    const total = found.allYes + found.allNo;
    const cost = (found.falsePositives * falsePositive + found.falseNegatives * falseNegative -
      found.truePositives * benefit) / total;
    const costNone = (found.allYes * falseNegative) / total;
    const costAll = (found.allNo * falsePositive - found.allYes * benefit) / total;
    const saving = Math.min(costNone, costAll) - cost;
    const mass = found.truePositives + found.falsePositives;
    const precision = mass > 0 ? found.truePositives / mass : NaN;
    const recall = found.truePositives / found.allYes;
    show("true-positives", found.truePositives, whole(found.truePositives));
    show("false-positives", found.falsePositives, whole(found.falsePositives));
    show("false-negatives", found.falseNegatives, whole(found.falseNegatives));
    show("true-negatives", found.trueNegatives, whole(found.trueNegatives));
    show("called", found.called, `${found.called.toLocaleString("en-US")} (${percent(mass / total)})`);
    show("precision", precision, percent(precision));
    show("recall", recall, percent(recall));
    show("cost", cost, short(cost));
    show("cost-none", costNone, short(costNone));
    show("cost-all", costAll, short(costAll));
    show("saving", saving, short(saving));
    const better = costNone <= costAll ? "calling no row" : "calling every row";
    const compared =
      Math.abs(saving) < 1e-12
        ? `as much as ${better}`
        : `${short(Math.abs(saving))} ${saving > 0 ? "less" : "more"} than ${better}`;
    place("decide-answer").textContent =
      `${found.called.toLocaleString("en-US")} of ${rows[0].toLocaleString("en-US")} rows are called, ` +
      `with ${percent(recall)} of all yes. A row costs ${short(cost)} on average: ${compared}.`;
    form.dataset.threshold = t;
    chartViews.get("worth")?.signal("chosen", t).run();
    dispatchEvent(new Event("threshold-changed"));
  }

  // The fewest digits that call the same rows.
  function digitsOf(t) {
    for (let digits = 3; digits < 17; digits += 1) {
      const rounded = Number(t.toPrecision(digits));
      if (positionOf(rounded) === positionOf(t)) return rounded;
    }
    return t;
  }

  // Where not every forecast is in the table, the threshold is one of the table: its counts are exact.
  function choose(t) {
    const position = positionOf(t);
    const inTable = position < none ? thresholds[position] : 1;
    threshold.value = t >= 0 && t <= 1 ? (complete ? digitsOf(t) : inTable) : t;
    update();
  }

  function chooseByCosts() {
    const [falsePositive, falseNegative, benefit] = prices.map((input) => input.valueAsNumber);
    const sum = falsePositive + falseNegative + benefit;
    if (sum > 0 && Number.isFinite(sum)) choose(falsePositive / sum);
    else update();
  }

  for (const price of prices) price.addEventListener("input", chooseByCosts);
  place("by-costs").addEventListener("click", chooseByCosts);
  threshold.addEventListener("input", update);
  threshold.addEventListener("change", () => choose(threshold.valueAsNumber));
  slider.addEventListener("input", () => {
    const position = slider.valueAsNumber;
    choose(position < none ? thresholds[position] : 1);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("charts-drawn", update);
  form.hidden = false;
  choose(threshold.valueAsNumber);
})();
