"""What each setting of the training recipe is worth: out-of-fold log-loss, one change at a time.

    python bench/recipe_ablation.py                                  # the changes of decisions.md
    python bench/recipe_ablation.py decay=1.0 "decay=1.0 members=1"  # others, by name=value

Ten tables of ../shared/data, at most --rows rows of each, one process; prints the mean over the
tables of the out-of-fold log-loss divided by the base rate's, and every table's.
"""

import argparse
import ast
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from trueodds import main_job
from trueodds.table import choice, rates, read_table, read_target

DATA = Path(__file__).parents[2] / "shared" / "data"
TABLES = (
    *("titanic", "german_credit", "telco_churn", "hmeq", "spambase", "mammography", "adult"),
    *("bank_marketing", "polish_bankruptcy", "give_me_some_credit"),
)
INPUTS: dict[str, Any] = {
    "MOST_PIECES": choice,
    "PIECES_IN_ALL": choice,
    "RECURRING": rates,
}
"""Constants of the inputs that a change may name, and the module they live in."""
CHANGES = (
    *("", "MOST_PIECES=1", "MOST_PIECES=8", "PIECES_IN_ALL=1000", "RECURRING=1e9"),
    *("members=1", "epochs=24 least_steps=1200", "widths=(128,128)", "widths=(256,256,256)"),
    *("dropout=0.2", "learning_rate=0.002", "decay=1.5", "decay=6.0", "activation='silu'"),
)


@contextmanager
def changed(change: str) -> Iterator[None]:
    """Fits in the block have some settings of recipe and inputs replaced: name=value words."""
    pairs = (word.split("=", 1) for word in change.split())
    settings: dict[str, Any] = {name: ast.literal_eval(value) for name, value in pairs}
    if "members" in settings:
        settings.setdefault("many_members", settings["members"])
    usual = {name: getattr(module, name) for name, module in INPUTS.items()}
    of_effort = main_job.recipe_for
    for name in settings.keys() & INPUTS.keys():
        setattr(INPUTS[name], name, settings.pop(name))
    main_job.recipe_for = lambda effort: replace(of_effort(effort), **settings)
    try:
        yield
    finally:
        main_job.recipe_for = of_effort
        for name, value in usual.items():
            setattr(INPUTS[name], name, value)


def measure(most_rows: int) -> dict[str, float]:
    """Relative out-of-fold log-loss of every table."""
    manifest = {t["name"]: t for t in json.loads((DATA / "manifest.json").read_text())}
    found = {}
    for name in TABLES:
        about = manifest[name]
        frame = read_table(DATA / about["file"])
        if frame.rows > most_rows:
            chosen = np.random.default_rng(0).permutation(frame.rows)[:most_rows]
            frame = frame.take(np.sort(chosen))
        column = frame.column(about["target"])
        target = read_target(column, name=about["target"], positive=about["positive"])
        inputs = frame.without([about["target"], *about["drop"]])
        scores = main_job.learn(inputs, target, jobs=1).model.scores
        found[name] = scores.log_loss.value / scores.base_log_loss
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("changes", nargs="*", default=CHANGES)
    parser.add_argument("--rows", type=int, default=8000)
    asked = parser.parse_args()
    for change in asked.changes:
        began = time.perf_counter()
        with changed(change):
            found = measure(asked.rows)
        each = " ".join(f"{name} {value:.3f}" for name, value in found.items())
        overall = float(np.mean(list(found.values())))
        title = f"{change or 'standard'} ({time.perf_counter() - began:.0f} s)"
        print(f"{overall:.4f}  {title}  {each}", flush=True)


if __name__ == "__main__":
    main()
