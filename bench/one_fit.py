"""One contender on some folds of one table, in a process of its own; started by main_job.py.

Prints one JSON line a fold: scores, seconds, rows scored a second, one-row latency, peak memory.
Each held-out row's log-loss goes to a file.
"""

import argparse
import importlib
import json
import resource
import time
import warnings
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

import machine
import peers
import tables

SCORED_ROWS = 20_000
DRAWS = 200
"""Draws behind the calibration error that a perfectly calibrated forecast would show."""
ONE_ROW_CALLS, ONE_ROW_SECONDS = 50, 3.0


def rows_a_second(forecast: peers.Forecast, X: pd.DataFrame) -> float:
    """Rows scored in a second of processor time: the held-out rows, repeated to about 20,000.

    Median of three runs.
    """
    many = pd.concat([X] * max(1, -(-SCORED_ROWS // len(X))), ignore_index=True)
    seconds = []
    for _ in range(3):
        start = time.process_time()
        forecast(many)
        seconds.append(time.process_time() - start)
    return len(many) / median(seconds)


def one_row_seconds(forecast: peers.Forecast, X: pd.DataFrame) -> float:
    """Median processor time to score one row that arrives as a frame of its own."""
    seconds: list[float] = []
    begun = time.perf_counter()
    while len(seconds) < ONE_ROW_CALLS and time.perf_counter() - begun < ONE_ROW_SECONDS:
        row = X.iloc[[len(seconds) % len(X)]]
        start = time.process_time()
        forecast(row)
        seconds.append(time.process_time() - start)
    return median(seconds)


def cpu_seconds() -> float:
    """Processor time of this process and its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def calibration_floor(p: peers.Floats) -> float:
    """Mean calibration error of the same forecast, were every probability exactly right."""
    rng = np.random.default_rng(0)
    draws = [(rng.random(len(p)) < p).astype(np.float64) for _ in range(DRAWS)]
    return float(np.mean([tables.calibration_error(y, p) for y in draws]))


def run(
    X: pd.DataFrame,
    y: peers.Floats,
    categories: list[str],
    contender: str,
    fold: int,
    threads: int,
    losses: Path,
) -> dict[str, Any]:
    """Fit, score and time one contender on one fold."""
    shown, held = tables.folds(y)[fold]
    X_shown, y_shown = X.iloc[shown].reset_index(drop=True), y[shown]
    X_held, y_held = X.iloc[held].reset_index(drop=True), y[held]

    start, used = time.perf_counter(), cpu_seconds()
    forecast = peers.CONTENDERS[contender](X_shown, y_shown, categories, threads)
    fit_seconds, used = time.perf_counter() - start, cpu_seconds() - used
    p = np.asarray(forecast(X_held), dtype=np.float64)
    np.save(losses, tables.row_losses(y_held, p).astype(np.float32))
    return {
        **tables.scores(y_held, p, float(y_shown.mean())),
        "calibration_floor": calibration_floor(p),
        "fit_seconds": fit_seconds,
        "cpu_seconds": used,
        "rows_per_second": rows_a_second(forecast, X_held),
        "one_row_seconds": one_row_seconds(forecast, X_held),
        "own_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "rows_fitted": len(shown),
        "versions": machine.versions(peers.packages_of(contender)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("table")
    parser.add_argument("contender", choices=peers.CONTENDERS)
    parser.add_argument("--folds", type=int, nargs="+", default=[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--losses",
        type=Path,
        nargs="+",
        required=True,
        help="a file a fold, for its rows",
    )
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    importlib.import_module(peers.module_of(asked.contender))
    about = next(entry for entry in tables.manifest() if entry["name"] == asked.table)
    X, y = tables.load(asked.table, asked.rows)
    categories = [c for c in about["categorical_columns"] if c in X.columns]
    with threadpool_limits(asked.threads):
        for fold, losses in zip(asked.folds, asked.losses, strict=True):
            found = run(X, y, categories, asked.contender, fold, asked.threads, losses)
            print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
