"""Members that share weights (BatchEnsemble) beside plain MLPs, alone and in the stack of standard.

    python bench/shared_weights.py --train     # what has no file yet, then the comparison
    python bench/shared_weights.py             # the comparison alone

Tables, inputs and stacks are those of bench/portfolio.py, and so are the plain kinds, whose kept
log-odds are used. Only the first of five folds is held back, of small tables too.
"shared k" is one network of k members with the widths of the MLP for every MLP (`shared_network`),
with the settings of the MLP: steps, learning rate, decay, dropout, running average, and the rule by
which pilots choose how long to train. Log-odds are kept beside those of portfolio.py.
"""

import argparse
import os
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from types import SimpleNamespace
from typing import Any

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
from threadpoolctl import threadpool_limits  # noqa: E402

import machine  # noqa: E402
import paired  # noqa: E402
import portfolio  # noqa: E402
from portfolio import KINDS, SETS, STANDARD, TABLES, Arrays  # noqa: E402
from shared_network import (  # noqa: E402
    Flat,
    SharedEngine,
    SharedLayout,
    first_parameters,
    shared_optimiser,
)
from trueodds.training.averaging import WeightAverage  # noqa: E402
from trueodds.training.column_subset import inputs_shown  # noqa: E402
from trueodds.training.data import TrainingData  # noqa: E402
from trueodds.training.evaluations import Evaluations, curve_rows  # noqa: E402
from trueodds.training.loop import Callback, train_network  # noqa: E402
from trueodds.training.member import Batches, base_logit  # noqa: E402
from trueodds.training.member_run import Averaging  # noqa: E402
from trueodds.training.pilot import choose_lengths, pilot_folds  # noqa: E402
from trueodds.training.recipe import Recipe  # noqa: E402
from trueodds.training.schedule import learning_rate  # noqa: E402

Stack = tuple[str, ...]
MEMBERS = (1, 8)
STACKS: tuple[Stack, ...] = (
    ("mlp",),
    *((f"shared {k}",) for k in MEMBERS),
    ("mlp", "shared 8"),
    ("mlp", "lean"),
    ("shared 8", "lean"),
    STANDARD,
    ("shared 8", *STANDARD[1:]),
    (*STANDARD, "shared 8"),
)
PAIRS: tuple[tuple[Stack, Stack], ...] = (
    (("shared 1",), ("mlp",)),
    (("shared 8",), ("mlp",)),
    (("shared 8",), ("shared 1",)),
    (("shared 8",), STANDARD),
    (("shared 8", "lean"), ("mlp", "lean")),
    (("shared 8", *STANDARD[1:]), STANDARD),
    ((*STANDARD, "shared 8"), STANDARD),
)
TIMED = ("mlp", *(f"shared {k}" for k in MEMBERS))
KEPT = (*STANDARD, *TIMED[1:])
TOGETHER = 256
"""Rows of one call that evaluates or forecasts."""


@dataclass(frozen=True, eq=False)
class Trained:
    """A network of one inner fold, at its evaluations."""

    layout: SharedLayout
    positions: Any
    averages: dict[int, Flat]
    """Running average of the parameters, by the epochs done."""
    curve: Any

    def log_odds(self, epochs: int, X: Flat) -> Flat:
        """Of rows with all inputs."""
        engine = SharedEngine(self.layout, self.averages[epochs], TOGETHER)
        return engine.log_odds(np.ascontiguousarray(X[:, self.positions])).astype(np.float64)


class Keeping(Callback):
    """Keeps the average of the parameters at every evaluation."""

    def __init__(self, evaluations: Evaluations, average: WeightAverage) -> None:
        self._evaluations, self._average = evaluations, average
        self.kept: dict[int, Flat] = {}

    def after_epoch(self, epoch: int) -> bool:
        """Keep it."""
        if self._evaluations.epochs[-1:] == [epoch]:
            self.kept[epoch] = self._average.value.copy()
        return False


def trained(data: TrainingData, recipe: Recipe, fold: int, k: int, until: int | None) -> Trained:
    """Train as `MemberRun` does: a pilot, or for ``until`` epochs."""
    task, rng = data.task(fold, 0), np.random.default_rng([0, 2, fold, 0])
    rows = len(task.shown)
    positions, _ = inputs_shown(task.columns, task.width, 1.0, rng, task.unseen)
    layout = SharedLayout(len(positions), recipe.widths, k)
    parameters = first_parameters(layout, rng, base_logit(task))
    batch = recipe.batch(rows)
    engine = SharedEngine(layout, parameters, batch, recipe.dropout)
    batches = Batches(task, positions, batch, recipe.epoch_rows, rng)
    average = WeightAverage(parameters, recipe.ema_epochs * batches.per_epoch)
    planned = recipe.epochs_for(rows)
    last = planned if until is None else min(until, planned)
    judged = curve_rows(task.held_out)
    evaluations = Evaluations(
        SharedEngine(layout, average.value, TOGETHER),
        *(task.inputs(judged, positions), task.y[judged], task.weight[judged]),
        *(planned, last, recipe.patience * planned if until is None else None, None),
    )
    keeping, steps = Keeping(evaluations, average), planned * batches.per_epoch
    train_network(
        engine,
        shared_optimiser(layout, parameters),
        batches.epoch,
        last,
        lambda step: learning_rate(step, steps, recipe.learning_rate),
        recipe.decay_for(rows),
        [Averaging(average, parameters), evaluations, keeping],
    )
    return Trained(layout, positions, keeping.kept, evaluations.all_log_odds())


def shared_forecasts(table: str, fold: int, recipe: Recipe, k: int) -> Arrays:
    """As `portfolio.member_forecasts`, of networks of k members that share weights."""
    case = portfolio.Case(table, fold, recipe)
    data = case.prepared.data
    with threadpool_limits(limits=1):
        pilots = {of: trained(data, recipe, of, k, None) for of in pilot_folds(data)}
        of_pilots: list[Any] = [
            SimpleNamespace(record=SimpleNamespace(fold=of), curve=pilot.curve)
            for of, pilot in pilots.items()
        ]
        epochs = [length.epochs for length in choose_lengths(data, recipe, of_pilots)]
        networks = []
        for of, until in enumerate(epochs):
            ready = of in pilots and until in pilots[of].averages
            networks.append(pilots[of] if ready else trained(data, recipe, of, k, until))
        seconds = time.process_time() - case.begun
        inputs = case.unseen_inputs()
        out_of_fold, unseen = np.zeros(len(data.y)), np.zeros(len(case.y_unseen))
        for of, (network, until) in enumerate(zip(networks, epochs, strict=True)):
            rows, base = data.folds.held_out(of), data.base_log_odds(of)
            out_of_fold[rows] += network.log_odds(until, data.inputs(of, rows)) - base
            unseen += network.log_odds(until, inputs(of)) - base
    out_of_fold /= data.folds.partitions
    return case.forecasts(out_of_fold, unseen / len(networks), seconds)


def maker(k: int) -> Callable[[str, int], Arrays]:
    """What trains networks of k members on one fold of a table."""
    return lambda table, fold: shared_forecasts(table, fold, KINDS["mlp"], k)


def compared(
    members: portfolio.Members, names: Sequence[str], pair: tuple[Stack, Stack]
) -> paired.Difference:
    """The first stack less the second, over tables and rows."""
    gaps, pools, rng = [], [], np.random.default_rng(0)
    for name in names:
        one, other = (
            np.concatenate([losses / base for losses, base in members.row_losses(stack, name)])
            for stack in pair
        )
        gaps.append(float((one - other).mean()))
        pools.append(paired.resampled_means((one - other)[:, None], rng)[:, 0])
    return paired.two_level(gaps, pools, rng)


def mean_cells(of: dict[str, float]) -> list[str]:
    """Mean of each set of tables, and the exponential of the mean logarithm over all."""
    cells = []
    for names in SETS.values():
        some = [of[name] for name in names if name in of]
        cells.append(f"{np.mean(some):.4f}" if some else "")
    return [*cells, f"{np.exp(np.mean(np.log(list(of.values())))):.4f}"]


def text_of(members: portfolio.Members, names: list[str], found: dict[str, Any]) -> str:
    """The three tables of the result, whose figures are put into ``found``."""
    losses = {stack: {t: members.unseen(stack, t) for t in names} for stack in STACKS}
    seconds = {kind: members.seconds(kind, names) for kind in KEPT}
    found |= {"seconds": seconds, "losses": {" + ".join(s): of for s, of in losses.items()}}
    stacks = [
        [str(len(s)), *mean_cells(of), f"{sum(seconds[kind] for kind in s):.1f}", " + ".join(s)]
        for s, of in losses.items()
    ]
    differences = []
    found["differences"] = []
    for pair in PAIRS:
        each = compared(members, names, pair)
        words = [" + ".join(stack) for stack in pair]
        found["differences"].append({"stack": words[0], "less": words[1], **asdict(each)})
        interval = paired.interval(each.low, each.high)
        even = each.tables - each.won - each.lost
        cells = [f"{each.mean:+.4f}", interval, *map(str, (each.won, each.lost, even))]
        differences.append([" less ".join(words), *cells])
    by_table = [
        [table, *(f"{losses[stack][table]:.4f}" for stack in STACKS)]
        + [f"{members.seconds(kind, [table]):.1f}" for kind in TIMED]
        for table in names
    ]
    header = ["table", *(f"({n})" for n in range(1, len(STACKS) + 1)), *(f"{k} s" for k in TIMED)]
    numbered = ", ".join(f"({n}) {' + '.join(s)}" for n, s in enumerate(STACKS, 1))
    return "\n".join(
        [
            machine.table(["kinds", *SETS, "exp of mean log", "seconds", "stack"], stacks),
            machine.table(["", "mean", "95 % interval", "won", "lost", "even"], differences),
            f"{numbered}; s: seconds\n",
            machine.table(header, by_table),
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--train", action="store_true", help="what has no file yet")
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=TABLES)
    parser.add_argument("--folds-run", type=int, default=1, help="of tables under 3,000 rows")
    parser.add_argument("--name", default="shared_weights", help="of the result's files")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # what fits say of the tables is not the subject
    members = portfolio.Members(machine.RESULTS / "portfolio.members", options.folds_run)
    if options.train:
        makers = {kind: portfolio.maker(kind) for kind in STANDARD}
        makers |= {f"shared {k}": maker(k) for k in MEMBERS}
        members.train(options.tables, makers)
    found: dict[str, Any] = {"about": machine.describe(("trueodds", "numpy", "numba"), 1)}
    tables_text = text_of(members, options.tables, found)
    counts = ", ".join(f"{len(set(of) & set(options.tables))} {name}" for name, of in SETS.items())
    text = (
        machine.heading(found["about"])
        + f"log-loss on unseen rows over the base rate's; tables: {counts}\n\n"
        + tables_text
    )
    machine.save(options.name, text, found)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
