"""Which kinds of members belong together: stacks of kinds, chosen with one table left out.

    python bench/portfolio.py --train          # one member a fold of every kind
    python bench/portfolio.py                  # all stacks of the kinds that are trained

Each kind is trained alone: one network a fold, for few rows one in each of two partitions, on the
rows that bench/main_job.py trains on (at most 10,000 rows; first of five folds, all five of tables
under 3,000 rows). Its out-of-fold log-odds, and those of the rows held back, are kept in
bench/results/portfolio.members. A stack takes some kinds, with slopes and a shift fitted to the
out-of-fold log-odds as a model does it (`trueodds.ensemble.stacking`), and is judged on the rows
held back. The choice among stacks of one size is made by the mean logarithm of the log-loss over
all tables but one, and judged on that one.
"""

import argparse
import itertools
import os
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402
from threadpoolctl import threadpool_limits  # noqa: E402

import machine  # noqa: E402
import tables  # noqa: E402
from trueodds import functions  # noqa: E402
from trueodds.array_store import Store  # noqa: E402
from trueodds.columns import read_target  # noqa: E402
from trueodds.columns.describe import describe  # noqa: E402
from trueodds.columns.values import to_values  # noqa: E402
from trueodds.ensemble.held_out import held_out  # noqa: E402
from trueodds.ensemble.stacking import fit_stack  # noqa: E402
from trueodds.execution.train import train  # noqa: E402
from trueodds.features.target_encoding import encode_targets  # noqa: E402
from trueodds.model.align import aligned  # noqa: E402
from trueodds.model.freeze import plain_log_odds  # noqa: E402
from trueodds.table import as_frame  # noqa: E402
from trueodds.training.prepare import prepare  # noqa: E402
from trueodds.training.recipe import DENSE, LEAN, SPARSE, Recipe  # noqa: E402

Arrays = dict[str, Any]
Floats = tables.Floats
ROWS = 10_000
LEFT_OUT = ("mushroom", "grants")
"""Tables without a figure: every kind gets the first right, and the second is slow."""
SETS = {
    name: [table for table in members if table not in LEFT_OUT]
    for name, members in tables.SETS.items()
}
TABLES = [name for members in SETS.values() for name in members]
ONE_EACH = replace(Recipe(), members=1, many_members=2, column_fractions=())
KINDS: dict[str, Recipe] = {
    "mlp": replace(ONE_EACH, column_fractions=(1.0,)),
    "mlp 60 %": replace(ONE_EACH, column_fractions=(0.6,)),
    "mlp decay 1": replace(ONE_EACH, column_fractions=(1.0,), weight_decay=1.0),
    "additive": replace(ONE_EACH, column_fractions=(1.0,), widths=()),
    "lean": replace(ONE_EACH, soft_splits=(LEAN,)),
    "dense": replace(ONE_EACH, soft_splits=(DENSE,)),
    "sparse": replace(ONE_EACH, soft_splits=(SPARSE,)),
}
"""Kinds of members: MLPs by fraction of columns and decay, and soft splits."""
STANDARD = ("mlp", "lean", "dense", "sparse")
"""The kinds of ``--effort standard``."""
MOST_KINDS = 5
"""Of a stack."""


class Case:
    """A fold of a table, with inputs as its networks see them."""

    def __init__(self, table: str, fold: int, recipe: Recipe) -> None:
        X, y = tables.load(table, ROWS)
        shown, held = tables.folds(y)[fold]
        self.y, self.y_unseen = y[shown].astype(np.uint8), y[held]
        labels = pl.Series(np.where(y[shown] == 1.0, "yes", "no"))
        self.begun = time.process_time()
        frame = as_frame(X.iloc[shown].reset_index(drop=True))
        target, store = read_target(labels, name="y"), Store()
        described = describe(
            frame, target, weight=None, groups=None, time=None, drop=(), keep=store.keep
        )
        self.prepared = prepare(described, recipe, 0, store)
        self._rows = as_frame(X.iloc[held].reset_index(drop=True))

    def unseen_inputs(self) -> Callable[[int], Any]:
        """What makes the inputs of the rows held back for the networks of an inner fold."""
        prepared, source = self.prepared, self.prepared.table
        values = to_values(aligned(self._rows, source.schema, source.source).frame, source.schema)
        shared = prepared.encoder.encode(values)
        each = prepared.target_encodings
        return lambda of: np.concatenate([shared, encode_targets(values, each[of])], axis=1)

    def forecasts(self, out_of_fold: Floats, unseen: Floats, seconds: float) -> Arrays:
        """What is kept of a kind."""
        kept = {"out_of_fold": out_of_fold, "unseen": unseen, "seconds": seconds}
        return kept | {"y": self.y, "y_unseen": self.y_unseen}


def member_forecasts(table: str, fold: int, recipe: Recipe) -> Arrays:
    """Train a kind on one fold of a table; log-odds without those of the base rate."""
    case = Case(table, fold, recipe)
    data = case.prepared.data
    members = train(data, recipe, 0, 1).made[0]
    seconds = time.process_time() - case.begun
    inputs, total = case.unseen_inputs(), np.zeros(len(case.y_unseen))
    with threadpool_limits(limits=1):
        for member in members:
            of = member.record.fold
            X = inputs(of).astype(np.float64)
            z = plain_log_odds(X, member.layout, member.parameters)
            total += z - data.base_log_odds(of)
    out_of_fold = held_out(members, data).log_odds.mean(axis=1)
    return case.forecasts(out_of_fold, total / len(members), seconds)


def maker(kind: str) -> Callable[[str, int], Arrays]:
    """What trains a kind on one fold of a table."""
    return lambda table, fold: member_forecasts(table, fold, KINDS[kind])


class Members:
    """Forecasts of every kind, in files that are made once; at most ``most`` folds of a table."""

    def __init__(self, folder: Path, most: int = tables.FOLDS) -> None:
        self._folder, self._most = folder, most
        self._known: dict[tuple[str, str, int], Arrays] = {}

    def folds(self, table: str) -> range:
        """Folds of a table whose rows are held back, one after the other."""
        return tables.folds_of(table, ROWS)[: self._most]

    def train(self, names: Sequence[str], makers: dict[str, Callable[[str, int], Arrays]]) -> None:
        """Train what has no file yet; a kind's maker takes a table and a fold."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for table, kind in itertools.product(names, makers):
            for fold in self.folds(table):
                if (path := self._path(kind, table, fold)).exists():
                    continue
                made = makers[kind](table, fold)
                partial = path.with_suffix(".partial.npz")
                np.savez_compressed(partial, **made)
                partial.replace(path)
                print(f"{kind}, {table}, fold {fold}: {made['seconds']:.1f} s", file=sys.stderr)

    def get(self, kind: str, table: str, fold: int) -> Arrays:
        """Forecasts of one kind."""
        key = (kind, table, fold)
        if key not in self._known:
            self._known[key] = dict(np.load(self._path(kind, table, fold)))
        return self._known[key]

    def _path(self, kind: str, table: str, fold: int) -> Path:
        word = kind.replace(" ", "_").replace("%", "percent")
        return self._folder / f"{word}.{table}.{fold}.npz"

    def seconds(self, kind: str, names: Sequence[str] = TABLES) -> float:
        """Processor time of a fit of one kind, mean over the tables."""
        each = [
            np.mean([float(self.get(kind, table, fold)["seconds"]) for fold in self.folds(table)])
            for table in names
        ]
        return float(np.mean(each))

    def row_losses(self, kinds: Sequence[str], table: str) -> list[tuple[Floats, float]]:
        """Log-losses of a stack on every fold's unseen rows, and the mean of the base rate's."""
        found = []
        for fold in self.folds(table):
            parts = [self.get(kind, table, fold) for kind in kinds]
            y, y_unseen = parts[0]["y"], parts[0]["y_unseen"]
            stack = fit_stack(np.stack([part["out_of_fold"] for part in parts], axis=1), y, None)
            z = stack.apply(np.stack([part["unseen"] for part in parts], axis=1))
            base = np.full(len(y_unseen), float(y.mean()))
            losses = tables.row_losses(y_unseen, functions.sigmoid(z))
            found.append((losses, float(tables.row_losses(y_unseen, base).mean())))
        return found

    def unseen(self, kinds: Sequence[str], table: str) -> float:
        """Log-loss of a stack on unseen rows over the base rate's, mean over the folds."""
        each = [losses.mean() / base for losses, base in self.row_losses(kinds, table)]
        return float(np.mean(each))


def left_out_choice(losses: dict[tuple[str, ...], dict[str, float]]) -> dict[str, float]:
    """Loss of every table by the stack that is best, in the mean logarithm, on the other tables."""
    stacks = list(losses)
    logs = np.log([[losses[stack][table] for table in TABLES] for stack in stacks])
    chosen = (logs.sum(axis=1, keepdims=True) - logs).argmin(axis=0)
    return {table: losses[stacks[at]][table] for table, at in zip(TABLES, chosen, strict=True)}


def means(of: dict[str, float]) -> list[str]:
    """Mean of each set of tables, and the exponential of the mean logarithm over all."""
    each = [f"{np.mean([of[name] for name in members]):.4f}" for members in SETS.values()]
    return [*each, f"{np.exp(np.mean(np.log([of[name] for name in TABLES]))):.4f}"]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--train", action="store_true", help="the kinds that have no file yet")
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=TABLES, help="of --train")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # what fits say of the tables is not the subject
    members = Members(machine.RESULTS / "portfolio.members")
    if options.train:
        members.train(options.tables, {kind: maker(kind) for kind in KINDS})
    if set(options.tables) != set(TABLES):
        return 0
    losses = {
        stack: {table: members.unseen(stack, table) for table in TABLES}
        for size in range(1, MOST_KINDS + 1)
        for stack in itertools.combinations(KINDS, size)
    }
    seconds = {kind: members.seconds(kind) for kind in KINDS}
    rows = []
    for size in range(1, MOST_KINDS + 1):
        of_size = {stack: of for stack, of in losses.items() if len(stack) == size}
        best = sorted(of_size, key=lambda stack: np.mean(np.log(list(losses[stack].values()))))
        shown = dict.fromkeys(best[: len(KINDS) if size == 1 else 3])
        if len(STANDARD) == size:
            shown[STANDARD] = None
        for stack in shown:
            time_of = sum(seconds[kind] for kind in stack)
            rows.append([str(size), *means(losses[stack]), f"{time_of:.1f}", " + ".join(stack)])
        rows.append([str(size), *means(left_out_choice(of_size)), "", "chosen on the other tables"])
    about = machine.describe(("trueodds", "numpy", "numba"), 1)
    counts = ", ".join(f"{len(of)} {name}" for name, of in SETS.items())
    text = (
        machine.heading(about)
        + f"log-loss on unseen rows over the base rate's; tables: {counts}\n\n"
        + machine.table(["kinds", *SETS, "exp of mean log", "seconds", "stack"], rows)
    )
    named = {" + ".join(stack): of for stack, of in losses.items()}
    machine.save("portfolio", text, {"about": about, "seconds": seconds, "losses": named})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
