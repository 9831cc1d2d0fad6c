"""How often slices raise a false alarm, and how often they find a planted difference.

    python bench/slice_alarms.py              # all laws, some minutes
    python bench/slice_alarms.py --runs 50    # a short run

Labels are drawn from the forecasts. Two columns (six levels of unequal size, and two levels) and
one number cut into quarters divide the rows. On tables without differences the share of runs with
any sentence is the family-wise false-alarm rate. In the other tables the labels of one level (a
tenth of the rows) or of one combination of two levels have higher log-odds than forecast.
"""

import argparse
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import machine
from trueodds.evaluation.slices import Grouping, Slices, slice_scores
from trueodds.functions.portable import sigmoid

SHARES = (0.45, 0.25, 0.1, 0.1, 0.06, 0.04)
GROUPED = 4
"""Rows of a cluster, which share a part of their log-odds."""
PACKAGES = ("trueodds", "numpy", "scipy")


@dataclass(frozen=True)
class Law:
    """How tables are drawn."""

    name: str
    rows: int
    centre: float = -0.5
    """Mean of the forecasts, log-odds in nats."""
    shift: float = 0.0
    """By how much labels of the planted rows are likelier than forecast, nats."""
    planted: str = "level"
    """``level`` (a tenth of the rows) or ``pair`` (an eighth)."""
    weighted: bool = False
    clustered: bool = False


LAWS = (
    Law("no difference", 300),
    Law("no difference", 1_000),
    Law("no difference", 10_000),
    Law("no difference, 4 % yes", 1_000, centre=-4.0),
    Law("no difference, 4 % yes", 10_000, centre=-4.0),
    Law("no difference, weights", 1_000, weighted=True),
    Law("no difference, clusters", 2_000, clustered=True),
    *(Law(f"a level, {s:g} nats", n, shift=s) for n in (1_000, 10_000) for s in (0.5, 1.0)),
    *(
        Law(f"a pair, {s:g} nats", n, shift=s, planted="pair")
        for n in (1_000, 10_000)
        for s in (0.5, 1.0)
    ),
)


def run(law: Law, seed: int) -> Slices:
    """Draw one table and look at its slices."""
    rng = np.random.default_rng([seed, law.rows])
    z = rng.normal(law.centre, 1.3, law.rows)
    level, side = rng.choice(len(SHARES), law.rows, p=SHARES), rng.integers(0, 2, law.rows)
    quarter = rng.integers(0, 4, law.rows)
    planted = level == 2 if law.planted == "level" else (level == 1) & (side == 1)
    clusters, truth = None, sigmoid(z + law.shift * planted)
    draw = rng.random(law.rows)
    if law.clustered:  # rows of a cluster often have one draw: labels depend, forecasts stay right
        clusters = np.arange(law.rows) // GROUPED
        draw = np.where(rng.random(law.rows) < 0.5, draw[clusters * GROUPED], draw)
    y = (draw < truth).astype(np.uint8)
    weight = rng.uniform(0.2, 2.0, law.rows) if law.weighted else None
    columns = [_grouping("level", level), _grouping("side", side), _grouping("quarter", quarter)]
    return slice_scores(y, z, columns, weight, clusters=clusters, seed=seed)


def _grouping(name: str, codes: NDArray[np.int64]) -> Grouping:
    return Grouping(name, tuple(str(code) for code in range(int(codes.max()) + 1)), codes)


def named(found: Slices, law: Law) -> bool:
    """Whether the planted rows are named: their level, or the pair by the search."""
    if law.planted == "level":
        return any(one.slice.name == "level = 2" for one in found.found)
    worst = found.worst
    return worst is not None and worst.p_value <= 0.05 and worst.name == "level = 1 and side = 1"


def figures(law: Law, runs: int, seed: int) -> dict[str, float | str | int]:
    """Share of runs with a sentence, and of runs that name the planted rows."""
    alarms, right = 0, 0
    for number in range(runs):
        found = run(law, seed + number)
        worst = found.worst is not None and found.worst.p_value <= 0.05
        alarms += bool(found.found) or worst
        right += named(found, law)
    about: dict[str, float | str | int] = {"name": law.name, "rows": law.rows, "runs": runs}
    return {**about, "told": alarms / runs, "named": right / runs if law.shift else float("nan")}


def main() -> None:
    """Run all laws and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--name", default="slice_alarms")
    args = parser.parse_args()
    began, found = time.monotonic(), []
    for law in LAWS:
        runs = args.runs if law.rows < 10_000 else max(1, args.runs // 4)
        found.append(figures(law, runs, args.seed))
        print(found[-1], flush=True)
    about = machine.describe(PACKAGES, threads=1)
    rows = [
        [
            str(one["name"]),
            f"{one['rows']:,}",
            str(one["runs"]),
            f"{one['told']:.3f}",
            "" if one["named"] != one["named"] else f"{one['named']:.3f}",
        ]
        for one in found
    ]
    title = "Share of tables with a sentence of a difference, and that name the planted rows"
    text = f"{machine.heading(about)}\n{title}\n\n"
    text += machine.table(["law", "rows", "runs", "told", "named"], rows)
    plain = [{k: v for k, v in one.items() if v == v} for one in found]
    results = {"laws": plain, "seed": args.seed, "seconds": time.monotonic() - began}
    machine.save(args.name, text, {"about": about, **results})


if __name__ == "__main__":
    main()
