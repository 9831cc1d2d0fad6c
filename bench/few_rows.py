"""How good forecasts from few rows are: small samples of tables, scored on what is left.

    python bench/few_rows.py                                 # all contenders, every sample
    python bench/few_rows.py --contenders trueodds "trueodds weight_decay=6.0"  # a changed recipe

A fold of a small table leaves a few dozen rows to score, so that its log-loss is mostly noise. Here
samples of 150 and 500 rows of larger tables are scored on up to 4,000 of the others, and tables
under 3,000 rows on all five folds. Without --tables these are the tables used to choose the recipe.
One thread each; finished fits are kept in the journal.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from statistics import mean
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold, train_test_split

import machine
import peers
import tables
from recipe_ablation import changed

SIZES = (150, 500)
SEEDS = 2
SCORED = 4_000
LEAST_RARER = 10
"""Rows of the rarer class that a sample must hold: below, chance alone decides."""
DEFAULT = ("logreg", "logreg_cv", "lightgbm_cv5", "catboost_cv5", "trueodds_quick", "trueodds")
PACKAGES = ("trueodds", "numpy", "numba", "scikit-learn", "pandas", "lightgbm", "catboost")
Floats = tables.Floats
Rows = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Sample:
    """Rows of a table to learn from; ``rows`` is 0 for four fifths of it."""

    table: str
    rows: int
    seed: int

    @property
    def group(self) -> str:
        """Samples whose scores belong into one mean."""
        return f"{self.table} {self.rows}" if self.rows else self.table


@lru_cache(maxsize=1)
def _table(name: str) -> tuple[pd.DataFrame, Floats]:
    return tables.load(name, 20_000)


def samples(names: list[str], sizes: tuple[int, ...], seeds: int) -> Iterator[Sample]:
    """All samples of some tables that hold enough rows of either class."""
    for name in names:
        _, y = _table(name)
        if len(y) < tables.FEW_ROWS:
            yield from (Sample(name, 0, fold) for fold in range(tables.FOLDS))
            continue
        share = min(y.mean(), 1.0 - y.mean())
        for size in sizes:
            if size * share >= LEAST_RARER - 0.5:
                yield from (Sample(name, size, seed) for seed in range(seeds))


def split(sample: Sample) -> tuple[Rows, Rows]:
    """Rows to learn from and rows to score."""
    _, y = _table(sample.table)
    everything = np.arange(len(y))
    if not sample.rows:
        splitter = StratifiedKFold(tables.FOLDS, shuffle=True, random_state=0)
        return list(splitter.split(everything, y))[sample.seed]
    shown, rest = train_test_split(
        everything, train_size=sample.rows, stratify=y, random_state=sample.seed
    )
    return np.sort(shown), np.sort(rest[:SCORED])


def fit(contender: str, sample: Sample) -> dict[str, float]:
    """Train one contender on one sample and score it on the other rows."""
    about = next(entry for entry in tables.manifest() if entry["name"] == sample.table)
    X, y = _table(sample.table)
    shown, held = split(sample)
    categories = [c for c in about["categorical_columns"] if c in X.columns]
    name, _, change = contender.partition(" ")
    began = time.perf_counter()
    with changed(change):
        forecast = peers.CONTENDERS[name](
            X.iloc[shown].reset_index(drop=True), y[shown], categories, 1
        )
    seconds = time.perf_counter() - began
    p = np.asarray(forecast(X.iloc[held].reset_index(drop=True)), dtype=np.float64)
    return {**tables.scores(y[held], p, float(y[shown].mean())), "fit_seconds": seconds}


def text_of(lines: list[dict[str, Any]], contenders: list[str]) -> str:
    """Relative log-loss of every group of samples and contender, their mean, and the seconds."""
    groups: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for line in lines:
        sample = Sample(line["table"], line["rows"], line["seed"])
        groups.setdefault(sample.group, {}).setdefault(line["contender"], []).append(line)
    rows = []
    each: dict[str, list[float]] = {c: [] for c in contenders}
    seconds: dict[str, list[float]] = {c: [] for c in contenders}
    for group, found in groups.items():
        cells = []
        for c in contenders:
            value = mean(line["relative_log_loss"] for line in found[c])
            each[c].append(value)
            seconds[c] += [line["fit_seconds"] for line in found[c]]
            cells.append(f"{value:.4f}")
        rows.append([group, *cells])
    small = {line["table"] for line in lines if not line["rows"]}
    whole = [i for i, group in enumerate(groups) if group in small]
    drawn = [i for i, group in enumerate(groups) if group not in small]
    for title, chosen in (("mean, samples", drawn), ("mean, small tables", whole)):
        if chosen:
            rows.append([title, *(f"{mean(each[c][i] for i in chosen):.4f}" for c in contenders)])
    rows.append(["mean", *(f"{mean(each[c]):.4f}" for c in contenders)])
    rows.append(["seconds a fit", *(f"{mean(seconds[c]):.1f}" for c in contenders)])
    return machine.table(["log-loss ÷ the base rate's", *contenders], rows)


def main() -> None:
    """Measure what the journal lacks, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [entry["name"] for entry in tables.manifest()]
    chosen_on = list(tables.SETS["tuned"])
    parser.add_argument("--tables", nargs="+", choices=names, default=chosen_on)
    parser.add_argument("--contenders", nargs="+", default=list(DEFAULT))
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--name", default="few_rows", help="of the files in bench/results")
    options = parser.parse_args()
    journal = machine.RESULTS / f"{options.name}.jsonl"
    known = [json.loads(line) for line in journal.open()] if journal.exists() else []
    wanted = list(samples(options.tables, tuple(options.sizes), options.seeds))
    lines = []
    for sample in wanted:
        for contender in options.contenders:
            key = {**vars(sample), "contender": contender}
            line = next((k for k in known if all(k[n] == v for n, v in key.items())), None)
            if line is None:
                line = {**key, **fit(contender, sample)}
                with journal.open("a") as out:
                    out.write(json.dumps(line) + "\n")
            lines.append(line)
        print(".", end="", file=sys.stderr, flush=True)
    about = machine.describe(PACKAGES, 1)
    setting = f"samples of {' and '.join(map(str, options.sizes))} rows, {options.seeds} of each"
    text = f"{machine.heading(about)}{setting}\n\n{text_of(lines, options.contenders)}"
    machine.save(options.name, text, {"about": about, "setting": setting, "lines": lines})


if __name__ == "__main__":
    main()
