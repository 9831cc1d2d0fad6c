"""How often intervals of forecasts hold the share of yes, and how wide they are.

    python bench/venn_abers.py                        # simulations and real tables, some minutes
    python bench/venn_abers.py --tables adult compas  # other tables

Two intervals are compared: trueodds' bounds (`trueodds.ensemble.bounds`), exact limits at a
level of 95 %, and Venn-Abers predictors (Vovk, Petej & Fedorova 2015) on the same out-of-fold
forecasts, one of which is calibrated on average over trained models.

Simulations know the share of yes at every forecast. Rows are cut into tenths by their forecasts. A
tenth is held if its mean share lies between its mean bounds. Every simulation draws the rows that
fit the bounds anew. On real tables half of the rows (at most 10,000) train a quick model, and the
observed share of each tenth of the other rows is compared: its own chance counts against the
intervals. Venn-Abers predictors see at most 200 different forecasts; any binning keeps their
promise.
"""

import argparse
import time
import warnings
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression
from sklearn.model_selection import train_test_split

import machine
import tables
from trueodds.columns import read_target
from trueodds.ensemble.bounds import fit_bounds
from trueodds.functions.portable import sigmoid
from trueodds.main_job import learn
from trueodds.table import as_frame

Floats = NDArray[np.float64]
TENTHS = 10
CELLS = 200
ROWS = (200, 1_000, 5_000, 20_000)
SHAPES: dict[str, Callable[[Floats], Floats]] = {
    "calibrated": lambda z: z,
    "too sure": lambda z: 0.5 * z,
    "not sure enough": lambda z: 2.0 * z,
    "a step": lambda z: np.where(z > 0.0, 1.5, -2.0),
    "rare": lambda z: z - 3.0,
    "no skill": lambda z: np.full(len(z), -1.0),
}
TABLES = (
    *("adult", "bank_marketing", "telco_churn", "german_credit", "mammography", "hmeq"),
    *("credit_card_default", "compas", "stroke", "hr_attrition", "pima_diabetes", "phoneme"),
    *("churn_telecom", "online_shoppers", "titanic", "credit_approval"),
)
PACKAGES = ("trueodds", "numpy", "scipy", "pandas")


def venn_abers(z: Floats, y: Floats, new: Floats) -> tuple[Floats, Floats]:
    """Forecasts p0 and p1 of new rows: isotonic, with the row as a no and as a yes."""
    cuts = np.unique(np.quantile(z, np.linspace(0.0, 1.0, CELLS)))
    cell = np.searchsorted(cuts, z, "right") - 1
    rows = np.bincount(cell, minlength=len(cuts)).astype(np.float64)
    yes = np.bincount(cell, y, minlength=len(cuts))
    cuts, rows, yes = (values[rows > 0.0] for values in (cuts, rows, yes))
    out = np.empty((2, len(cuts)))
    for at in range(len(cuts)):
        one = np.arange(len(cuts)) == at
        for label in (0, 1):
            found = isotonic_regression((yes + one * label) / (rows + one), weights=rows + one)
            out[label, at] = found.x[at]
    where = np.clip(np.searchsorted(cuts, new, "right") - 1, 0, len(cuts) - 1)
    return out[0, where], out[1, where]


def tenths(order: NDArray[np.int64], values: Floats) -> Floats:
    """Means over tenths of the rows in this order."""
    return np.array([values[part].mean() for part in np.array_split(order, TENTHS)])


class Count:
    """Tenths held and widths, summed over repetitions."""

    def __init__(self) -> None:
        self.held: list[Floats] = []
        self.width: list[float] = []
        self.sums: list[Floats] = []

    def add(self, z: Floats, share: Floats, low: Floats, high: Floats) -> None:
        """Count one set of new rows with their forecasts, shares and bounds."""
        order = np.argsort(z, kind="stable")
        means = np.array([tenths(order, values) for values in (low, share, high)])
        self.held.append((means[0] <= means[1]) & (means[1] <= means[2]))
        self.width.append(float((high - low).mean()))
        self.sums.append(means)

    def figures(self) -> dict[str, float]:
        """Share of tenths held, also of the worst, mean width, and tenths held on average.

        A tenth is held on average if the means over all runs contradict this by at most 2 of their
        standard errors.
        """
        each, sums = np.array(self.held), np.array(self.sums)
        below, above = sums[:, 1] - sums[:, 0], sums[:, 2] - sums[:, 1]
        root = len(each) ** 0.5
        good = [gap.mean(axis=0) >= -2.0 * gap.std(axis=0) / root for gap in (below, above)]
        return {
            "held": float(each.mean()),
            "worst_tenth": float(each.mean(axis=0).min()),
            "width": float(np.mean(self.width)),
            "held_on_average": float((good[0] & good[1]).mean()),
        }


def simulate(name: str, rows: int, runs: int, seed: int) -> dict[str, dict[str, float]]:
    """Draw rows, fit both intervals and look at 2,000 new rows, many times."""
    shape, rng = SHAPES[name], np.random.default_rng([seed, rows, list(SHAPES).index(name)])
    bounds, pairs = Count(), Count()
    for _ in range(runs):
        z, new = rng.normal(-0.5, 1.5, rows), rng.normal(-0.5, 1.5, 2_000)
        y = (rng.random(rows) < sigmoid(shape(z))).astype(np.uint8)
        share = sigmoid(shape(new))
        found = fit_bounds(y, z)
        if found is None:
            continue
        bounds.add(new, share, *found.of(new))
        pairs.add(new, share, *venn_abers(z, y.astype(np.float64), new))
    if len(bounds.held) < runs / 2:  # nearly always too few rows of a label
        return {}
    return {"bounds": bounds.figures(), "venn_abers": pairs.figures()}


def on_table(name: str) -> dict[str, object]:
    """Fit a quick model to half of a table and look at the other half."""
    X, y = tables.load(name, 20_000)
    shown, rest = train_test_split(np.arange(len(y)), train_size=0.5, stratify=y, random_state=0)
    frame = as_frame(X.iloc[np.sort(shown)].reset_index(drop=True))
    labels = as_frame(pd.DataFrame({"y": y[np.sort(shown)].astype(int)})).column("y")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        learned = learn(frame, read_target(labels, name="y", positive="1"), effort="quick", jobs=1)
        z = learned.model.log_odds(as_frame(X.iloc[rest].reset_index(drop=True)))
    if learned.model.bounds is None:
        return {"table": name, "rows": len(shown), "bounds": None}
    low, high = learned.model.bounds_of(z)
    p = sigmoid(z)
    bounds, pairs = Count(), Count()
    bounds.add(z, y[rest], low, high)
    past = learned.out_of_fold
    pairs.add(z, y[rest], *venn_abers(past.log_odds, past.y.astype(np.float64), z))
    return {
        "table": name,
        "rows": len(shown),
        "bounds": bounds.figures(),
        "venn_abers": pairs.figures(),
        "forecast_outside": float(((p < low) | (p > high)).mean()),
    }


def lines(results: dict[str, object]) -> Iterable[str]:
    """The figures as text."""
    simulated, real = results["simulations"], results["tables"]
    yield "Share of tenths whose mean share of yes lies between the mean bounds; mean width"
    yield ""
    yield f"{'simulation':<17}{'rows':>7}{'runs':>6}   {'bounds':<26}{'Venn-Abers':<34}"
    yield f"{'':<30}   {'held  worst  width':<26}{'held  worst  width   on average':<34}"
    for one in simulated:
        a, b = one["bounds"], one["venn_abers"]
        yield (
            f"{one['name']:<17}{one['rows']:>7,}{one['runs']:>6}   {a['held']:.3f} "
            f"{a['worst_tenth']:.3f} {a['width']:.4f}        {b['held']:.3f} "
            f"{b['worst_tenth']:.3f} {b['width']:.4f}  {b['held_on_average']:.1f}"
        )
    yield ""
    yield "on average: share of tenths held by the means over all runs, within 2 standard errors"
    yield ""
    yield f"{'table':<21}{'rows':>7}   {'bounds':<16}{'Venn-Abers':<16}forecasts outside the bounds"
    for one in real:
        if one["bounds"] is None:
            yield f"{one['table']:<21}{one['rows']:>7,}   too few rows of a label"
            continue
        a, b = one["bounds"], one["venn_abers"]
        yield (
            f"{one['table']:<21}{one['rows']:>7,}   {a['held']:.1f}  {a['width']:.4f}     "
            f"{b['held']:.1f}  {b['width']:.4f}     {one['forecast_outside']:.2%}"
        )
    known = [one for one in real if one["bounds"] is not None]
    yield (
        f"{'mean':<28}   {np.mean([one['bounds']['held'] for one in known]):.3f}"
        f"{'':<12}{np.mean([one['venn_abers']['held'] for one in known]):.3f}"
    )


def main() -> None:
    """Run the simulations and the tables, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", nargs="*", default=list(TABLES))
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=int, nargs="*", default=list(ROWS))
    parser.add_argument("--name", default="venn_abers")
    args = parser.parse_args()
    began, simulated = time.monotonic(), []
    for name in SHAPES:
        for rows in args.rows:
            found = simulate(name, rows, args.runs, args.seed)
            if found:
                simulated.append({"name": name, "rows": rows, "runs": args.runs, **found})
                print(simulated[-1], flush=True)
    real = []
    for name in args.tables:
        real.append(on_table(name))
        print(real[-1], flush=True)
    results = {"simulations": simulated, "tables": real, "seconds": time.monotonic() - began}
    about = machine.describe(PACKAGES, threads=1)
    text = machine.heading(about) + "\n" + "\n".join(lines(results)) + "\n"
    machine.save(args.name, text, {"about": about, **results})


if __name__ == "__main__":
    main()
