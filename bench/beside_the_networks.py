"""What `fit` adds beside the networks: effects of columns and a logistic regression.

    python bench/beside_the_networks.py

On simulated tables whose log-odds are a sum of functions of the columns: at how many places the
band of the effects holds the planted function. On real tables: the processor time of both beside
that of a quick fit in one process, and what the networks add to the logistic regression.
"""

import argparse
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

import machine
import tables
import trueodds.main_job
import trueodds.report.judge
from trueodds.columns import read_target
from trueodds.main_job import FitResult, learn
from trueodds.model.effect import ColumnEffect
from trueodds.table import as_frame

PACKAGES = ("trueodds", "numpy", "numba")
LEVELS = np.array([-0.8, -0.4, 0.0, 0.3, 0.6, 0.9])
TABLES = ["titanic", "german_credit", "telco_churn", "adult", "bank_marketing", "spambase"]


def fitted(X: pd.DataFrame, y: np.ndarray, effort: str, seed: int = 0) -> FitResult:
    """A model of a table, trained in this process."""
    labels = as_frame(pd.DataFrame({"y": np.asarray(y).astype(int)})).column("y")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        target = read_target(labels, name="y", positive="1")
        return learn(as_frame(X), target, effort=effort, seed=seed, jobs=1)


def planted(rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray, dict[str, np.ndarray]]:
    """A table, its labels, and what each column adds to the log-odds of each row."""
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(2, rows))
    wave, slope = first, 0.8 * first + 0.6 * second
    town, told = rng.integers(0, len(LEVELS), rows), rng.integers(0, 2, rows)
    X = pd.DataFrame(
        {"wave": wave, "slope": slope, "none": 0.8 * first + 0.6 * rng.normal(size=rows)}
    )
    X["town"], X["told"] = [f"town {t}" for t in town], np.where(told == 1, "yes", "no")
    parts = {"wave": 1.2 * np.sin(1.5 * wave), "slope": 0.8 * slope, "none": np.zeros(rows)}
    parts |= {"town": LEVELS[town], "told": 0.7 * told}
    z = sum(parts.values()) - 0.5
    return X, (rng.random(rows) < 1.0 / (1.0 + np.exp(-z))).astype(int), parts


def truth_at(found: ColumnEffect, cells: pd.Series, part: np.ndarray) -> np.ndarray:
    """The planted effects at the places of a column, of mean 0 over the rows."""
    if found.kind == "number":
        order = np.argsort(cells.to_numpy())
        at = np.array([point.at for point in found.points])
        exact = np.interp(at, cells.to_numpy()[order], part[order])
        return exact - np.interp(cells.to_numpy(), at, exact).mean()
    means = pd.Series(part).groupby(cells.to_numpy()).mean()
    return np.array([means[point.cell] for point in found.points]) - part.mean()


def coverage(rows: int, effort: str, seeds: int) -> dict[str, Any]:
    """Shares of places by column where the band holds the planted effect, over some tables."""
    held: dict[str, list[float]] = {}
    error, width = [], []
    for seed in range(seeds):
        X, y, parts = planted(rows, seed)
        model = fitted(X, y, effort, seed).model
        for found in model.effects(X).columns:
            truth = truth_at(found, X[found.column], parts[found.column])
            apart = np.array([point.effect for point in found.points]) - truth
            half = np.array([point.high - point.effect for point in found.points])
            held.setdefault(found.column, []).append(float(np.mean(np.abs(apart) <= half)))
            error.append(float(np.sqrt(np.mean(apart**2))))
            width.append(float(half.mean()))
    shares = {name: float(np.mean(each)) for name, each in held.items()}
    mean = float(np.mean(list(shares.values())))
    found = {"rows": rows, "effort": effort, "tables": seeds, "held": mean, "by_column": shares}
    return found | {"error": float(np.mean(error)), "half": float(np.mean(width))}


class Timed:
    """A function that counts its processor time."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.seconds = function, 0.0

    def __call__(self, *args: Any) -> Any:
        """What the function gives."""
        began = time.process_time()
        found = self.function(*args)
        self.seconds += time.process_time() - began
        return found


def cost(name: str) -> dict[str, Any]:
    """Processor time of a quick fit and of what it adds, and the difference from the regression."""
    X, y = tables.load(name, 1_000_000)
    step = max(1, len(y) // 300)
    fitted(X.iloc[::step], y[::step], "quick")  # compiles and loads what is needed
    regression = Timed(trueodds.report.judge.out_of_fold_log_odds)
    effects = Timed(trueodds.main_job._effects)
    trueodds.report.judge.out_of_fold_log_odds = regression
    trueodds.main_job._effects = effects
    try:
        began = time.process_time()
        found = fitted(X, y, "quick")
        seconds = time.process_time() - began
    finally:
        trueodds.report.judge.out_of_fold_log_odds = regression.function
        trueodds.main_job._effects = effects.function
    other = found.out_of_fold.logistic_regression
    return {
        "table": name,
        "rows": len(y),
        "seconds": seconds,
        "regression": regression.seconds / seconds,
        "effects": effects.seconds / seconds,
        "log_loss": found.model.scores.log_loss.value,
        "other": other and other.log_loss,
        "difference": other
        and [other.difference.value, other.difference.low, other.difference.high],
    }


def text_of(covered: list[dict[str, Any]], costs: list[dict[str, Any]]) -> str:
    """Both tables."""
    columns = list(covered[0]["by_column"]) if covered else []
    header = ["rows", "effort", "tables", "held", *columns, "error", "half width"]
    lines = [
        [
            *(f"{one['rows']:,}", one["effort"], str(one["tables"]), f"{one['held']:.0%}"),
            *(f"{one['by_column'][name]:.0%}" for name in columns),
            *(f"{one['error']:.2f}", f"{one['half']:.2f}"),
        ]
        for one in covered
    ]
    text = "Places whose band holds the planted effect; error and half width in nats\n\n"
    text += machine.table(header, lines)
    header = ["table", "rows", "quick fit, s", "regression", "effects", "log-loss", "regression's"]
    lines = []
    for one in costs:
        gap = (
            ""
            if one["difference"] is None
            else "{:+.4f} ({:+.4f} to {:+.4f})".format(*one["difference"])
        )
        lines.append(
            [
                *(one["table"], f"{one['rows']:,}", f"{one['seconds']:.1f}"),
                *(f"{one['regression']:.1%}", f"{one['effects']:.1%}", f"{one['log_loss']:.4f}"),
                *("" if one["other"] is None else f"{one['other']:.4f}", gap),
            ]
        )
    text += (
        "\nProcessor time of a quick fit in one process, and parts of it; out-of-fold log-loss\n\n"
    )
    return text + machine.table([*header, "difference, 95 %"], lines)


def main() -> None:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", nargs="*", default=TABLES)
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--rows", nargs="*", type=int, default=[600, 3000])
    parser.add_argument("--effort", default="quick")
    parser.add_argument("--name", default="beside_the_networks")
    args = parser.parse_args()
    costs = [cost(name) for name in args.tables]
    covered = [coverage(rows, args.effort, args.seeds) for rows in args.rows]
    about = machine.describe(PACKAGES, threads=1)
    text = f"{machine.heading(about)}\n{text_of(covered, costs)}"
    machine.save(args.name, text, {"about": about, "coverage": covered, "cost": costs})


if __name__ == "__main__":
    main()
