"""What each setting of the training recipe is worth: log-loss, one change at a time.

    python bench/recipe_ablation.py                                  # the changes of decisions.md
    python bench/recipe_ablation.py weight_decay=1.0 "weight_decay=1.0 members=1"  # others

Tables of ../shared/data, at most --rows rows of each, the first --folds of five held back in turn,
one process; prints the log-loss divided by the base rate's on the rows held back, its mean over the
folds and tables, and the out-of-fold one that the model itself reports.
"""

import argparse
import ast
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

import machine
import tables
from trueodds import main_job
from trueodds.columns import read_target, words
from trueodds.ensemble import held_out
from trueodds.features import cross_search
from trueodds.features import feature_rules as choice
from trueodds.features import target_encoding as rates
from trueodds.table import read_table
from trueodds.training import pilot

TABLES = tuple(name for name in tables.SETS["tuned"] if name != "mushroom")
"""Those used to choose the recipe, but for mushroom, which everything gets right."""
CONSTANTS: dict[str, Any] = {
    "MOST_BINS": choice,
    "BINS_IN_ALL": choice,
    "RECURRING": rates,
    "MOST_WORDS": words,
    "MOST_CROSSES": cross_search,
    "LEAST_CHANCE": cross_search,
    "WORTH": pilot,
    "LATE": pilot,
    "MOST_VARIANCE": held_out,
}
"""Constants that a change may name, and the module they live in."""
CHANGES = (
    *("", "fold_factor=1", "WORTH=0.005", "column_fractions=(1.0,0.8)"),
    *("epochs=12 least_steps=600", "epochs=75 least_steps=3750", "members=2"),
    *("MOST_BINS=1", "RECURRING=1e9"),
    *(
        "dropout=0.2",
        "weight_decay=1.5",
        "weight_decay=6.0",
        "widths=(256,256,256)",
        "activation='silu'",
    ),
)


@contextmanager
def changed(change: str) -> Iterator[None]:
    """Fits in the block have some settings and constants replaced: name=value words."""
    pairs = (word.split("=", 1) for word in change.split())
    settings: dict[str, Any] = {name: ast.literal_eval(value) for name, value in pairs}
    if "members" in settings:
        settings.setdefault("many_members", settings["members"])
    usual = {name: getattr(module, name) for name, module in CONSTANTS.items()}
    of_effort = main_job.recipe_for
    for name in settings.keys() & CONSTANTS.keys():
        setattr(CONSTANTS[name], name, settings.pop(name))
    main_job.recipe_for = lambda effort: replace(of_effort(effort), **settings)
    try:
        yield
    finally:
        main_job.recipe_for = of_effort
        for name, value in usual.items():
            setattr(CONSTANTS[name], name, value)


def measure(name: str, most_rows: int, effort: str, folds: int) -> tuple[float, float]:
    """Relative log-loss of one table, mean over folds: on rows held back, and out of fold."""
    about = next(entry for entry in tables.manifest() if entry["name"] == name)
    frame = read_table(machine.DATA / about["file"])
    if frame.rows > most_rows:
        chosen = np.random.default_rng(0).permutation(frame.rows)[:most_rows]
        frame = frame.take(np.sort(chosen))
    column = frame.column(about["target"])
    target = read_target(column, name=about["target"], positive=about["positive"])
    rows = np.flatnonzero(target.kept)
    inputs = frame.without([about["target"], *about["drop"]])
    found = []
    splits = StratifiedKFold(5, shuffle=True, random_state=0).split(rows, target.y)
    for shown, held in islice(splits, folds):
        known = read_target(
            frame.take(rows[shown]).column(about["target"]), name="y", positive=about["positive"]
        )
        model = main_job.learn(inputs.take(rows[shown]), known, effort=effort, jobs=1).model
        p = model.predict(inputs.take(rows[held]))
        y = target.y[held]
        base = np.full(len(y), target.y[shown].mean())
        loss, of_base = (log_loss(y, q, labels=[0, 1]) for q in (p, base))
        own = model.scores.log_loss.value / model.scores.base_log_loss
        found.append((loss / of_base, own))
    unseen, own = np.mean(found, axis=0)
    return float(unseen), float(own)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("changes", nargs="*", default=CHANGES)
    parser.add_argument("--tables", nargs="+", default=TABLES)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--effort", default="standard")
    parser.add_argument("--folds", type=int, choices=range(1, 6), default=1)
    asked = parser.parse_args()
    print("unseen  out-of-fold  seconds of processor time")
    for change in asked.changes:
        began = time.process_time()
        with changed(change):
            found = {t: measure(t, asked.rows, asked.effort, asked.folds) for t in asked.tables}
        unseen, own = np.mean(list(found.values()), axis=0)
        each = " ".join(f"{name} {value:.3f}" for name, (value, _) in found.items())
        seconds = time.process_time() - began
        print(
            f"{unseen:.4f}  {own:.4f}  {seconds:.0f}  {change or asked.effort}  {each}", flush=True
        )


if __name__ == "__main__":
    main()
