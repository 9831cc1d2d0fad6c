"""Calibrators of the same networks, on rows that no choice saw.

Each table is fitted once as `fit` fits it. Every calibrator is then fitted to the same out-of-fold
log-odds, and judged on the rows held back: the first of five folds, all five of tables under 3,000
rows. Figures are the change of the log-loss against a slope and a shift, in percent: where the
calibrator is always taken, and where it is taken only if the folds gain by more than one standard
error, each judged after a fit to the others. No choice sees the rows held back.

  bend       a second slope above the log-odds with half of the information on either side
  quadratic  z² beside slope and shift
  beta       another slope of log p than of log(1 − p) (Kull, Silva Filho & Flach 2017)
  spline     hinges of softplus shape at the quarters of the log-odds

Every fold of a table is a line of NAME.jsonl: started again, the benchmark goes on where it was.
"""

import argparse
import json
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

import machine  # noqa: E402
import tables  # noqa: E402
from trueodds import functions, main_job  # noqa: E402
from trueodds.columns import read_target  # noqa: E402
from trueodds.ensemble.calibrator import fit_slopes  # noqa: E402
from trueodds.ensemble.ensemble import Ensemble  # noqa: E402
from trueodds.ensemble.stacking import fit_stack  # noqa: E402
from trueodds.functions.portable import sigmoid  # noqa: E402
from trueodds.model import Model  # noqa: E402
from trueodds.table import as_frame  # noqa: E402
from trueodds.table.convert import as_column  # noqa: E402
from trueodds.training.data import TrainingData  # noqa: E402

Floats = NDArray[np.float64]
Folds = NDArray[np.int64]
Fit = Callable[[Floats, NDArray[np.uint8]], Callable[[Floats], Floats]]
LEAST_GAIN = 1.0
"""A calibrator is taken if the folds gain by more than this number of standard errors."""
RIDGE = 1.0
"""Pull, in rows, of a standardised further term to 0."""


def line(z: Floats, y: NDArray[np.uint8]) -> Callable[[Floats], Floats]:
    slopes, shift = fit_slopes(z[:, None], y)
    return lambda new: slopes[0] * new + shift


def bend(z: Floats, y: NDArray[np.uint8]) -> Callable[[Floats], Floats]:
    p = sigmoid(z)
    order = np.argsort(z, kind="stable")
    sums = np.cumsum((p * (1.0 - p))[order])
    knot = float(z[order[int(np.searchsorted(sums, 0.5 * sums[-1]))]])

    def parts(new: Floats) -> Floats:
        above = np.maximum(new - knot, 0.0)
        # The plain mean of these two is z, to which `fit_slopes` pulls.
        return 2.0 * np.stack([new - above, above], axis=1)

    slopes, shift = fit_slopes(parts(z), y)
    return lambda new: parts(new) @ slopes + shift


def with_terms(terms: Callable[[Floats, Floats], list[Floats]]) -> Fit:
    """A calibrator of slope, shift and further terms; the second argument gives their places."""

    def fit(z: Floats, y: NDArray[np.uint8]) -> Callable[[Floats], Floats]:
        scale = np.array([term.std() for term in terms(z, z)]) + 1e-12

        def columns(new: Floats) -> Floats:
            further = np.stack(terms(new, z), axis=1) / scale
            return np.column_stack([new, np.ones(len(new)), further])

        X = columns(z)
        pull = np.array([1e-6, 1e-6, *[RIDGE] * len(scale)])
        weights = np.zeros(len(pull))
        weights[0] = 1.0
        for _ in range(100):
            p = sigmoid(X @ weights)
            gradient = X.T @ (p - y) + pull * weights
            step = np.linalg.solve((X.T * (p * (1.0 - p))) @ X + np.diag(pull), gradient)
            step /= max(1.0, float(np.abs(step).max()))
            weights -= step
            if np.abs(step).max() < 1e-8:
                break
        return lambda new: columns(new) @ weights

    return fit


def softplus(z: Floats) -> Floats:
    return np.asarray(functions.softplus(z))


def hinges(z: Floats, fitted: Floats) -> list[Floats]:
    width = max(fitted.std() / 3.0, 0.1)
    return [softplus((z - at) / width) for at in np.quantile(fitted, (0.25, 0.5, 0.75))]


CALIBRATORS: dict[str, Fit] = {
    "bend": bend,
    "quadratic": with_terms(lambda z, _: [z * z]),
    "beta": with_terms(lambda z, _: [softplus(z)]),
    "spline": with_terms(hinges),
}


def losses(z: Floats, y: Floats) -> Floats:
    return np.asarray(functions.log_loss_from_logits(z, y.astype(np.float64)))


def gain(fit: Fit, z: Floats, y: NDArray[np.uint8], fold: Folds) -> float:
    """Standard errors by which rows of left-out folds gain over slope and shift."""
    out = np.zeros(len(z))
    for number in np.unique(fold):
        there, rest = fold == number, fold != number
        plain = losses(line(z[rest], y[rest])(z[there]), y[there])
        out[there] = plain - losses(fit(z[rest], y[rest])(z[there]), y[there])
    return float(out.mean() / (out.std() / len(out) ** 0.5))


def one_fold(name: str, fold: int, rows: int, effort: str) -> dict[str, Any]:
    """Fit a table without one fold; the change of its log-loss by every calibrator, in percent."""
    X, labels = tables.load(name, rows)
    shown, held = tables.folds(labels)[fold]
    y = labels[shown].astype(np.uint8)
    model, ensemble, of_row = fitted(X.iloc[shown].reset_index(drop=True), y, effort)
    held_out = ensemble.held_out.log_odds
    stack = fit_stack(held_out, y, None)
    z = stack.apply(held_out)
    new = model.log_odds(X.iloc[held].reset_index(drop=True))
    before = losses(new, labels[held]).mean()
    found: dict[str, Any] = {"table": name, "fold": fold, "rows": len(shown)}
    for called, fit in CALIBRATORS.items():
        change = losses(fit(z, y)(new), labels[held]).mean() / before - 1.0
        found[called] = [100.0 * float(change), gain(fit, z, y, of_row)]
    return found


def fitted(X: pd.DataFrame, y: NDArray[np.uint8], effort: str) -> tuple[Model, Ensemble, Folds]:
    """A model, its ensemble, and the fold of every row."""
    caught: list[tuple[Ensemble, Folds]] = []

    def combine(runs: Any, data: TrainingData, *rest: Any) -> Ensemble:
        caught.append((usual(runs, data, *rest), data.folds.of_row[0].astype(np.int64)))
        return caught[0][0]

    usual = main_job.combine
    main_job.combine = combine
    try:
        target = read_target(as_column(y.astype(np.int64), "y"), name="y", positive="1")
        model = main_job.learn(as_frame(X), target, effort=effort, jobs=1).model
    finally:
        main_job.combine = usual
    return model, *caught[0]


def summary(found: list[dict[str, Any]]) -> str:
    """A line for each table, and the mean of the tables, in percent."""
    names = list(dict.fromkeys(line["table"] for line in found))
    header = ["table", "rows", *CALIBRATORS, *(f"{name}, if it gains" for name in CALIBRATORS)]
    each = []
    for name in names:
        runs = [line for line in found if line["table"] == name]
        always = [np.mean([run[of][0] for run in runs]) for of in CALIBRATORS]
        chosen = [
            np.mean([run[of][0] if run[of][1] > LEAST_GAIN else 0.0 for run in runs])
            for of in CALIBRATORS
        ]
        each.append([float(value) for value in (*always, *chosen)])
    figures = np.array(each)
    lines = [*figures, figures.mean(axis=0), figures.max(axis=0), figures.min(axis=0)]
    rows = [str(next(r["rows"] for r in found if r["table"] == name)) for name in names]
    first = [*zip(names, rows, strict=True), ("mean", ""), ("worst", ""), ("best", "")]
    body = [[*a, *(f"{v:+.2f}" for v in b)] for a, b in zip(first, lines, strict=True)]
    return machine.table(header, body)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", nargs="+", default=[n for s in tables.SETS.values() for n in s])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--effort", default="standard")
    parser.add_argument("--name", default="calibrators", help="of the files written")
    parser.add_argument("--out", type=Path, default=machine.RESULTS)
    asked = parser.parse_args()
    path = asked.out / f"{asked.name}.jsonl"
    found = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    done = {(line["table"], line["fold"]) for line in found}
    with path.open("a") as journal, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for name in asked.tables:
            for fold in tables.folds_of(name, asked.rows):
                if (name, fold) not in done:
                    found.append(one_fold(name, fold, asked.rows, asked.effort))
                    print(json.dumps(found[-1]), file=journal, flush=True)
    found = [line for line in found if line["table"] in asked.tables]
    where = machine.describe(("numpy", "numba"), 1)
    text = f"{machine.heading(where)}\n{asked.effort}, at most {asked.rows:,} rows; percent\n\n"
    machine.save(asked.name, text + summary(found), {"about": where, "folds": found}, asked.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
