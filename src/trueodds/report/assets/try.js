"use strict";
// "Try it": scores the row of the form with the JavaScript reader, which gives the bits of Python.
// `row` is null where the form has no row that can be scored.
const tried = { model: null, row: null, percent: null };
(async () => {
  const place = (id) => document.getElementById(id);
  const form = place("try-form");
  const ready = (how) => {
    document.documentElement.dataset.model = how;
  };
  if (form === null) return ready("none");
  const { usual } = JSON.parse(place("data-try").textContent);
  let model;
  try {
    await unpacking.run("reader");
    model = trueoddsReader.read(await unpacking.fromHalves("model"));
  } catch (error) {
    place("try-missing").textContent =
      `This browser cannot read the model in the page (${error.message}): use a newer one, or trueodds predict.`;
    place("try-missing").hidden = false;
    return ready("failed");
  }
  tried.model = model;
  const inputs = [...form.querySelectorAll("[data-column]")];

  // The cell of a field as the reader takes it; null where the field is empty.
  function cellOf(input) {
    const column = model.columns[input.dataset.column];
    const kind = input.dataset.kind;
    if (input.value === "" && !input.validity.badInput) return null;
    if (kind === "level") return column.levels[input.value];
    if (kind === "text") return input.value;
    if (input.validity.badInput) throw new Error(`The field “${column.name}” has no ${column.kind} in it: correct it.`);
    return kind === "number" ? input.valueAsNumber : input.valueAsNumber / 1000;
  }

  // Says beside a field whether training rows had no such cell.
  function judge(input, cell) {
    const hint = place(`hint-${input.dataset.column}`);
    const { low, high } = input.dataset;
    const words = [hint.dataset.hint];
    if (low !== undefined && cell !== null && (cell < low || cell > high)) {
      const text = (x) =>
        input.dataset.kind === "number" ? String(Number(x)) : new Date(1000 * x).toISOString().slice(0, 10);
      words.push(`outside the training rows: ${text(low)} to ${text(high)}`);
    }
    const { levels = [], words: known } = model.columns[input.dataset.column];
    if (input.dataset.kind === "text" && cell !== null && levels.length > 0 && !known &&
        trueoddsReader.readCell(model.columns[input.dataset.column], cell) === -2) {
      words.push("a level that training rows did not have");
    }
    hint.textContent = words.filter((word) => word).join("; ");
  }

  function rowOfForm() {
    const row = {};
    model.columns.forEach((column, position) => {
      const cell = usual[position];
      row[column.name] = cell !== null && column.levels?.length > 0 ? column.levels[cell] : cell;
    });
    for (const input of inputs) {
      const cell = cellOf(input);
      row[model.columns[input.dataset.column].name] = cell;
      judge(input, cell);
    }
    return row;
  }

  const percent = (x) => {
    const digits = Math.min(x, 1 - x) < 0.01 ? 2 : 1;
    return `${(100 * x).toFixed(digits)}%`;
  };
  tried.percent = percent;

  function update() {
    const [value, words, problem] = ["try-probability", "try-words", "try-problem"].map(place);
    tried.row = null;
    try {
      const row = rowOfForm();
      const { logOdds, probability } = trueoddsReader.score(model, row);
      if (Number.isNaN(probability)) throw new Error("This row has no forecast.");
      const bounds = trueoddsReader.interval(model, logOdds);
      const threshold = Number(place("decide-form")?.dataset.threshold ?? NaN);
      value.textContent = percent(probability);
      Object.assign(value.dataset, { probability, logOdds });
      Object.assign(value.dataset, bounds ?? {});
      words.textContent = [
        bounds
          ? `95% interval: ${percent(bounds.lower)} to ${percent(bounds.upper)}.`
          : "The model has no interval: too few rows of a label.",
        Number.isNaN(threshold)
          ? ""
          : `By the threshold above, this row is ${probability >= threshold ? "called" : "not called"}.`,
      ].join(" ");
      problem.textContent = "";
      tried.row = row;
    } catch (error) {
      value.textContent = "–";
      words.textContent = "";
      problem.textContent = error.message;
    }
  }

  const changed = () => {
    update();
    dispatchEvent(new Event("row-changed"));
  };
  form.addEventListener("input", changed);
  form.addEventListener("reset", () => setTimeout(changed));
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("threshold-changed", update);
  form.hidden = false;
  update();
  ready("ready");
})();
