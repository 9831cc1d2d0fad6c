"""Pairs of columns that act together: found where they are planted, and claimed where none is.

    python bench/pairs.py

On simulated tables with correlated columns. In tables without a pair, the log-odds are a sum of
functions of the columns: every pair beyond chance is a false alarm. In the others one pair acts
together: how often it comes first and beyond chance, its size beside the planted one, and how often
another pair is called beyond chance.
"""

import argparse
import time
from typing import Any

import numpy as np
import pandas as pd

import machine
import tables
import trueodds.model.effects
from beside_the_networks import TABLES, Timed, fitted

PACKAGES = ("trueodds", "numpy", "numba")
PLANTED = ["none", "two numbers", "number and level", "yes/no and level"]
PAIRS = {
    "two numbers": {"wave", "slope"},
    "number and level": {"slope", "town"},
    "yes/no and level": {"told", "town"},
}


def planted(kind: str, rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray, float]:
    """A table, its labels, and the size in nats of what the planted pair does together."""
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(2, rows))
    wave, slope = first, 0.5 * first + np.sqrt(0.75) * second
    near = 0.8 * first + 0.6 * rng.normal(size=rows)
    town, told = rng.integers(0, 4, rows), rng.integers(0, 2, rows)
    X = pd.DataFrame({"wave": wave, "slope": slope, "near": near})
    X["town"], X["told"] = [f"town {t}" for t in town], np.where(told == 1, "yes", "no")
    levels = np.array([-0.8, -0.2, 0.3, 0.9])
    z = 1.2 * np.sin(1.5 * wave) + 0.8 * slope + levels[town] + 0.7 * told - 0.5
    side = np.where(town < 2, -1.0, 1.0)
    together = {
        "none": np.zeros(rows),
        "two numbers": np.clip(wave, -2, 2) * np.clip(slope, -2, 2),
        "number and level": np.clip(slope, -2, 2) * side,
        "yes/no and level": (2.0 * told - 1.0) * side,
    }[kind]
    z += together
    return X, (rng.random(rows) < 1.0 / (1.0 + np.exp(-z))).astype(int), float(together.std())


def measured(kind: str, rows: int, effort: str, seeds: int) -> dict[str, Any]:
    """How often pairs are found over some tables."""
    first, found, others, sizes, ratios = [], [], [], [], []
    for seed in range(seeds):
        X, y, size = planted(kind, rows, seed)
        pairs = fitted(X, y, effort, seed).out_of_fold.effects.pairs
        named = [{pair.first, pair.second} for pair in pairs]
        beyond = [pair.beyond_chance for pair in pairs]
        right = [name == PAIRS.get(kind) for name in named]
        first.append(bool(right[0]))
        found.append(any(b and r for b, r in zip(beyond, right, strict=True)))
        others.append(sum(b and not r for b, r in zip(beyond, right, strict=True)))
        sizes += [pair.size / size for pair, r in zip(pairs, right, strict=True) if r]
        ratios.append(
            max(pair.size / pair.chance for pair, r in zip(pairs, right, strict=True) if not r)
        )
    return {
        "kind": kind,
        "rows": rows,
        "effort": effort,
        "tables": seeds,
        "first": None if kind == "none" else float(np.mean(first)),
        "found": None if kind == "none" else float(np.mean(found)),
        "tables_with_others": float(np.mean(np.array(others) > 0)),
        "others": float(np.sum(others)),
        "size": None if kind == "none" else float(np.mean(sizes)),
        "largest_other_ratios": sorted(ratios),
    }


def cost(name: str) -> dict[str, Any]:
    """Processor time of the pairs beside that of a quick fit in one process."""
    X, y = tables.load(name, 1_000_000)
    step = max(1, len(y) // 300)
    fitted(X.iloc[::step], y[::step], "quick")  # compiles and loads what is needed
    pairs = Timed(trueodds.model.effects.pair_effects)
    trueodds.model.effects.pair_effects = pairs
    try:
        began = time.process_time()
        result = fitted(X, y, "quick")
        seconds = time.process_time() - began
    finally:
        trueodds.model.effects.pair_effects = pairs.function
    strongest = result.out_of_fold.effects.pairs[:1]
    return {
        "table": name,
        "rows": len(y),
        "seconds": seconds,
        "pairs": pairs.seconds / seconds,
        "strongest": [[p.first, p.second, p.size, p.chance] for p in strongest],
        "beyond": sum(pair.beyond_chance for pair in result.out_of_fold.effects.pairs),
    }


def text_of(found: list[dict[str, Any]], costs: list[dict[str, Any]]) -> str:
    """Both tables."""
    header = ["planted", "rows", "effort", "tables", "comes first", "beyond chance", "its size"]
    header += ["tables with another pair beyond chance"]
    lines = [
        [
            *(one["kind"], f"{one['rows']:,}", one["effort"], str(one["tables"])),
            *("" if one[k] is None else f"{one[k]:.0%}" for k in ("first", "found", "size")),
            f"{one['tables_with_others']:.1%}",
        ]
        for one in found
    ]
    text = "Pairs on simulated tables; size as a part of the planted one\n\n"
    text += machine.table(header, lines)
    header = ["table", "rows", "quick fit, s", "pairs", "beyond chance", "strongest pair"]
    lines = []
    for one in costs:
        told = [f"{a} and {b}: {s:.2f}, by chance {c:.2f}" for a, b, s, c in one["strongest"]]
        line = [one["table"], f"{one['rows']:,}", f"{one['seconds']:.1f}", f"{one['pairs']:.1%}"]
        lines.append([*line, str(one["beyond"]), *told])
    text += "\nProcessor time of a quick fit in one process, and of its pairs; nats\n\n"
    return text + machine.table(header, lines)


def main() -> None:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", nargs="*", default=TABLES)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--kinds", nargs="*", default=PLANTED)
    parser.add_argument("--rows", nargs="*", type=int, default=[600, 3000])
    parser.add_argument("--effort", default="quick")
    parser.add_argument("--name", default="pairs")
    args = parser.parse_args()
    costs = [cost(name) for name in args.tables]
    found = []
    for rows in args.rows:
        for kind in args.kinds:
            # False alarms are rare: tables without a pair are three times as many.
            seeds = args.seeds * (3 if kind == "none" else 1)
            found.append(measured(kind, rows, args.effort, seeds))
            print(found[-1], flush=True)
    about = machine.describe(PACKAGES, threads=1)
    text = f"{machine.heading(about)}\n{text_of(found, costs)}"
    machine.save(args.name, text, {"about": about, "pairs": found, "cost": costs})


if __name__ == "__main__":
    main()
