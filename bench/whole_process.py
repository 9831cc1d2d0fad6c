"""What a person at the command line waits for and what it takes in memory and on disk.

    python bench/whole_process.py [--runs 5]

``trueodds fit`` on adult (all folds and the report), the start of a second process with the
kernels that fit needs, ``trueodds predict`` of 1,000 rows, and the size of an installed core.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd

import machine
import processes
import tables
from install_size import installed_mb

TARGETS = {
    "fit_adult_seconds": 60.0,
    "fit_adult_peak_mb": 1500.0,
    "second_start_seconds": 1.5,
    "predict_1000_seconds": 1.2,
    "installed_core_mb": 700.0,
}
TITLES = {
    "fit_adult_seconds": "trueodds fit adult, whole process with report, s",
    "fit_adult_peak_mb": "trueodds fit adult, peak of all processes together, MB",
    "second_start_seconds": "second process: imports and kernels of fit, s",
    "predict_1000_seconds": "trueodds predict, 1,000 rows, fresh process, s",
    "installed_core_mb": "trueodds and its core dependencies on disk, MB",
}
PACKAGES = ("trueodds", "numpy", "numba", "polars", "scikit-learn", "scipy")
KERNELS = """
import numpy as np
import trueodds.main_job, trueodds.report, trueodds.cli.app, trueodds.cli.fit
from trueodds.functions import log_loss_from_logits, sigmoid
from trueodds.network.engine import Engine
from trueodds.network.initialise import initialise
from trueodds.network.kernels import gather
from trueodds.network.layout import Layout
from trueodds.training.optimiser import AdamW
layout = Layout(4, (8, 8))
parameters = initialise(layout, np.random.default_rng(0))
engine = Engine(layout, parameters, 8, 0.2)
shared, own = np.ones((8, 3), np.float32), np.ones((8, 1), np.float32)
X, one = np.empty((8, 4), np.float32), np.ones(8, np.float32)
gather(shared, own, np.arange(8), X)
engine.backward(X, one, one, 1)
AdamW(parameters, [(layout.size, 1.0, 1.0)]).step(engine.gradient, 1e-3, 1e-2)
sigmoid(log_loss_from_logits(engine.log_odds(X).astype(np.float64), one.astype(np.float64)))
"""
"""Everything that `fit` compiles in a first process and reads from the cache in a second."""


def checked(command: list[str]) -> processes.Finished:
    """Run a command that has to end well."""
    done = processes.run(command, timeout=900.0)
    if done.code:
        raise SystemExit(
            f"{' '.join(command[:6])} … ended with {done.code}:\n{done.stderr[-2000:]}"
        )
    return done


def trueodds(*arguments: str) -> list[str]:
    """Give the command line of trueodds."""
    return processes.python("-m", "trueodds", *arguments)


def measure(runs: int, folder: Path) -> dict[str, Any]:
    """All figures; the first fit warms the kernel cache and is told apart."""
    adult = machine.DATA / "adult.csv.gz"
    model, new, out = (str(folder / name) for name in ("m.odds", "new.csv", "scored.csv"))
    command = trueodds("fit", str(adult), "--target", "income", "--out", model)
    checked(processes.python("-c", KERNELS))  # compiles, if nobody has yet
    fit = checked(command)
    X, _ = tables.load("adult", 10**9)
    X.head(1000).to_csv(new, index=False)
    predict = trueodds("predict", model, new, "--out", out)
    checked(predict)
    scored = pd.read_csv(out)
    if len(scored) != 1000 or "probability" not in scored:
        raise SystemExit(f"predict wrote {len(scored)} rows and columns {list(scored)}")
    starts = [checked(processes.python("-c", KERNELS)).seconds for _ in range(runs)]
    predictions = [checked(predict).seconds for _ in range(runs)]
    total, sizes = installed_mb("trueodds")
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:8]
    return {
        "fit_adult_seconds": fit.seconds,
        "fit_adult_peak_mb": fit.peak_mb,
        "second_start_seconds": median(starts),
        "predict_1000_seconds": median(predictions),
        "installed_core_mb": total,
        "largest_packages_mb": {name: round(size, 1) for name, size in largest},
        "fit_says": fit.stdout,
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5, help="of start-up and predict")
    parser.add_argument("--name", default="whole_process", help="of the files in bench/results")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="trueodds-bench-") as folder:
        found = measure(options.runs, Path(folder))
    about = machine.describe(PACKAGES, threads=machine.cores())
    met = {key: found[key] < target for key, target in TARGETS.items()}
    rows = [
        [TITLES[key], f"{found[key]:.2f}", f"{target:g}", "met" if met[key] else "MISSED"]
        for key, target in TARGETS.items()
    ]
    largest = ", ".join(f"{name} {size:.0f}" for name, size in found["largest_packages_mb"].items())
    text = (
        machine.heading(about)
        + "\n"
        + machine.table(["", "measured", "below", ""], rows)
        + f"\nLargest packages, MB: {largest}\n\n{found['fit_says']}"
    )
    machine.save(options.name, text, {"about": about, "figures": found, "met": met})
    return 0 if all(met.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
