"""What the scores' intervals, the calibration test and the debiased error do in simulations.

    python bench/calibration_test.py                  # ten minutes on two cores
    python bench/calibration_test.py --quick          # a tenth of the runs

Forecasts and labels are drawn from laws that are known, so that it can be counted how often a test
warns of a perfect forecast, how often it finds a wrong one, how far an estimate is from the truth
and how often an interval holds it. Groups share a random shift of their log-odds; a perfect
forecast of them is the probability averaged over that shift.
"""

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
from scipy.stats import norm

import machine
from calibration_laws import WRONG, Drawn, Law, draw, grouped, sigmoid
from trueodds.evaluation.calibration_error import bin_starts
from trueodds.evaluation.scores import Interval, Scores, score

Part = tuple[str, list[dict[str, Any]]]
"""A table, and what it shows."""
PACKAGES = ("trueodds", "numpy", "scipy")
TRUTH_ROWS = 2_000_000
DRAWS = 199
"""Of a perfect forecast in each test."""
FALSE_ALARM = 0.05


def scored(sample: Drawn, seed: int, draws: int, rows: bool = False) -> Scores:
    """Score a sample by its clusters, or as if its rows were independent."""
    clusters = None if rows else sample.clusters
    return score(sample.y, sample.z, sample.weight, clusters=clusters, draws=draws, seed=seed)


def percent(share: float) -> str:
    return f"{100.0 * share:.1f} %"


def spiegelhalter(sample: Drawn) -> bool:
    """Whether Spiegelhalter's z (1986) warns: for comparison, equal weights."""
    p = sigmoid(sample.z)
    lean = 1.0 - 2.0 * p
    z = ((sample.y - p) * lean).sum() / np.sqrt((lean**2 * p * (1.0 - p)).sum())
    return bool(2.0 * norm.sf(abs(z)) <= FALSE_ALARM)


def alarms(laws: list[Law], runs: int) -> Part:
    """How often the test warns, by clusters and by rows."""
    found = []
    for number, law in enumerate(laws):
        rng = np.random.default_rng([number, 1])
        warned, by_rows, peer = [], [], []
        for run in range(runs):
            sample = draw(law, rng)
            warned.append(scored(sample, run, DRAWS).calibration_error.p_value <= FALSE_ALARM)
            if sample.clusters is not None and run % 4 == 0:
                alone = scored(sample, run, DRAWS, rows=True)
                by_rows.append(alone.calibration_error.p_value <= FALSE_ALARM)
            elif sample.clusters is None and sample.weight is None:
                peer.append(spiegelhalter(sample))
        found.append(
            {
                "law": law.name,
                "warns": float(np.mean(warned)),
                "as_if_rows_were_independent": float(np.mean(by_rows)) if by_rows else None,
                "spiegelhalter": float(np.mean(peer)) if peer else None,
            }
        )
    cells = [
        [f["law"]] + ["" if f[k] is None else percent(f[k]) for k in list(f)[1:]] for f in found
    ]
    alone = [f["warns"] for f in found if f["as_if_rows_were_independent"] is None]
    cells.append(["mean of those without groups", percent(float(np.mean(alone))), "", ""])
    heads = ["", "warns", "as if rows were independent", "Spiegelhalter's z"]
    return machine.table(heads, cells), found


def true_gap(law: Law) -> float:
    """Calibration error of endless rows of a law."""
    rng = np.random.default_rng(7)
    z = np.sort(law.centre + law.spread * rng.normal(size=TRUTH_ROWS))
    gaps = sigmoid(z) - sigmoid(WRONG[law.truth](z))
    starts = bin_starts(z, np.ones(len(z)))
    return float(np.abs(np.add.reduceat(gaps, starts)).sum() / len(z))


def percentile_holds(sample: Drawn, truth: float, rng: np.random.Generator) -> bool:
    """Whether the percentile bootstrap of the calibration error, moved to its value, holds it."""
    order = np.argsort(sample.z)
    z, residual = sample.z[order], sample.y[order] - sigmoid(sample.z[order])
    starts, n = bin_starts(z, np.ones(len(z))), len(z)
    value = np.abs(np.add.reduceat(residual, starts)).sum() / n
    times = np.stack([np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(200)])
    again = np.abs(np.add.reduceat(times * residual, starts, axis=1)).sum(axis=1) / n
    low, high = np.quantile(np.maximum(again - again.mean() + value, 0.0), [0.025, 0.975])
    return bool(low <= truth <= high)


def biases(laws: list[Law], runs: int) -> Part:
    """Mean of every estimate of the calibration error minus the truth."""
    found = []
    for number, law in enumerate(laws):
        rng, truth = np.random.default_rng([number, 2]), true_gap(law)
        errors, held = [], []
        for run in range(runs):
            sample = draw(law, rng)
            errors.append(scored(sample, run, DRAWS).calibration_error)
            held.append(percentile_holds(sample, truth, rng))
        value = np.array([e.value for e in errors])
        floor = np.array([e.floor for e in errors])
        debiased = np.array([e.debiased for e in errors])
        found.append(
            {
                "law": law.name,
                "truth": truth,
                "floor": float(floor.mean()),
                "value": float(value.mean() - truth),
                "value_minus_floor": float(np.maximum(value - floor, 0.0).mean() - truth),
                "debiased": float(debiased.mean() - truth),
                "bootstrap_interval_holds": float(np.mean(held)),
            }
        )
    heads = ["", "truth", "floor", "bias of value", "of value − floor", "of debiased", "bootstrap"]
    cells = [
        [f["law"], f"{f['truth']:.4f}", f"{f['floor']:.4f}"]
        + [f"{f[k]:+.4f}" for k in ("value", "value_minus_floor", "debiased")]
        + [percent(f["bootstrap_interval_holds"])]
        for f in found
    ]
    return machine.table(heads, cells), found


def bootstrap(sample: Drawn, by_rows: bool, rng: np.random.Generator) -> Interval:
    """Percentile bootstrap of the log-loss (Efron 1979), of rows or of clusters."""
    losses = np.logaddexp(0.0, sample.z) - sample.y * sample.z
    unit = np.arange(len(losses)) if by_rows or sample.clusters is None else sample.clusters
    sums, sizes = np.bincount(unit, losses), np.bincount(unit)
    taken = rng.integers(0, len(sums), (400, len(sums)))
    low, high = np.quantile(sums[taken].sum(1) / sizes[taken].sum(1), [0.025, 0.975])
    return Interval(float(losses.mean()), float(low), float(high))


def coverage(laws: list[Law], runs: int) -> Part:
    """How often the intervals hold the score of endless rows."""
    keys = ("log_loss", "brier", "auc")
    found = []
    for number, law in enumerate(laws):
        rng = np.random.default_rng([number, 3])
        endless = Law(**{**vars(law), "rows": TRUTH_ROWS, "in_time": False})
        if law.groups or law.in_time:  # rows of ever new groups: averaged over the shift
            z = law.centre + law.spread * rng.normal(size=TRUTH_ROWS)
            y = (rng.random(TRUTH_ROWS) < sigmoid(WRONG[law.truth](z))).astype(np.uint8)
            everything = Drawn(y, z, None, None)
        else:
            everything = draw(endless, rng)
        truth = scored(everything, 0, 1, rows=True)
        kinds = ["ours"] if law.weighted else ["ours", "bootstrap"]
        if law.groups or law.in_time:
            kinds += ["ours, rows", "bootstrap, rows"]
        held: dict[tuple[str, str], list[bool]] = {}
        for run in range(runs):
            sample = draw(law, rng)
            for kind in kinds if run % 4 == 0 else kinds[:1]:
                by_rows = kind.endswith("rows")
                if kind.startswith("ours"):
                    made = scored(sample, run, 1, rows=by_rows)
                    intervals = {key: getattr(made, key) for key in keys}
                else:
                    intervals = {"log_loss": bootstrap(sample, by_rows, rng)}
                for key, interval in intervals.items():
                    true = getattr(truth, key).value
                    if np.isfinite(interval.low):
                        hit = bool(interval.low <= true <= interval.high)
                        held.setdefault((kind, key), []).append(hit)
        found.append(
            {"law": law.name}
            | {f"{kind}: {key}": float(np.mean(h)) for (kind, key), h in held.items()}
        )
    columns = [f"ours: {key}" for key in keys]
    columns += ["ours, rows: log_loss", "bootstrap: log_loss", "bootstrap, rows: log_loss"]
    heads = ["", "log-loss", "Brier", "AUC", "log-loss by rows", "bootstrap", "bootstrap of rows"]
    cells = [[f["law"], *(percent(f[c]) if c in f else "" for c in columns)] for f in found]
    return machine.table(heads, cells), found


def pulled_auc(runs: int) -> Part:
    """AUC of noise that is forecast by the other folds' base rate: all pairs, and within folds."""
    rng = np.random.default_rng(5)
    pooled, within = [], []
    for _ in range(runs):
        fold = rng.integers(0, 5, 200).astype(np.int64)
        y = (rng.random(200) < 0.3).astype(np.uint8)
        rates = np.array([y[fold != k].mean() for k in range(5)])
        z = np.log(rates / (1.0 - rates))[fold] + 0.01 * rng.normal(size=200)
        pooled.append(score(y, z, draws=1).auc.value)
        within.append(score(y, z, folds=fold, draws=1).auc.value)
    row = {"all_pairs": float(np.mean(pooled)), "within_folds": float(np.mean(within))}
    text = machine.table(
        ["mean AUC of noise, 200 rows, 5 random folds", "all pairs", "within folds"],
        [["truth 0.5", f"{row['all_pairs']:.3f}", f"{row['within_folds']:.3f}"]],
    )
    return text, [row]


SIZES = (20, 100, 300, 1000)
PERFECT = [
    *(Law(n) for n in (*SIZES, 10_000)),
    *(Law(n, centre=-3.4) for n in SIZES),
    *(Law(n, weighted=True) for n in SIZES),
    *(Law(n, centre=-3.4, weighted=True) for n in (100, 1000)),
    *(grouped(g) for g in (6, 10, 20, 40)),
    *(grouped(g, equal=False) for g in (10, 20, 40)),
    *(grouped(g, centre=-3.4) for g in (10, 40)),
    *(grouped(g, alike=True) for g in (10, 40)),
    *(grouped(g, alike=True, equal=False) for g in (20, 40)),
    Law(1000, in_time=True),
]
MISTAKES = [t for t in WRONG if t != "perfect"]
POWER = [
    *(Law(n, t) for t in MISTAKES for n in (300, 1000, 3000)),
    *(grouped(g, truth=t) for t in MISTAKES for g in (10, 40, 120)),
]
BIAS = [Law(n, t) for t in WRONG for n in (100, 300, 1000, 3000)]
BIAS += [Law(n, t, -3.4) for t in ("perfect", "shift 0.2") for n in (300, 3000)]
COVERED = [
    *(Law(n) for n in (60, 300, 3000)),
    Law(300, spread=0.3),
    *(Law(n, centre=-3.4) for n in (300, 3000)),
    Law(300, "slope 0.8", spread=4.0),
    Law(300, weighted=True),
    *(grouped(g) for g in (5, 10, 40)),
    *(grouped(g, equal=False) for g in (5, 10, 40)),
    *(grouped(g, centre=-3.4) for g in (5, 10, 40)),
    *(grouped(g, alike=True) for g in (5, 10, 40)),
    *(Law(n, in_time=True) for n in (1000, 4000)),
]


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--quick", action="store_true", help="a tenth of the runs")
    parser.add_argument("--name", default="calibration_test", help="of the files in bench/results")
    options = parser.parse_args()
    runs = max(2, options.runs // 10 if options.quick else options.runs)
    few = max(2, runs // 4)
    error = 100.0 * np.sqrt(0.05 * 0.95 / runs)
    parts: dict[str, tuple[Callable[..., Part], tuple[Any, ...]]] = {
        "Coverage of 95 % intervals": (coverage, (COVERED, runs)),
        f"False alarms: how often a perfect forecast gets p ≤ {FALSE_ALARM}": (
            alarms,
            (PERFECT, runs),
        ),
        f"Power: how often a wrong forecast gets p ≤ {FALSE_ALARM}": (alarms, (POWER, few)),
        "Calibration error: bias of three estimates, coverage of a bootstrap interval": (
            biases,
            (BIAS, few),
        ),
        "AUC within folds": (pulled_auc, (few,)),
    }
    with ProcessPoolExecutor(machine.cores()) as pool:
        running = {title: pool.submit(part, *given) for title, (part, given) in parts.items()}
        done = {title: future.result() for title, future in running.items()}
    about = machine.describe(PACKAGES, 1)
    setting = (
        f"{runs} samples each (a rate of 5 % or 95 % is then known to ± {2 * error:.1f} points), "
        f"a quarter of that for power, bias, AUC and "
        f"what ours is compared with; {DRAWS} draws a test"
    )
    text = f"{machine.heading(about)}{setting}\n"
    for title, (table, _) in done.items():
        text += f"\n{title}\n\n{table}"
    data = {"about": about, "setting": setting} | {
        title: found for title, (_, found) in done.items()
    }
    machine.save(options.name, text, data)


if __name__ == "__main__":
    main()
