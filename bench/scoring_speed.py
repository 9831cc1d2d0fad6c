"""How fast a trained model scores: one row, a batch, a fresh process; beside the tree libraries.

    python bench/scoring_speed.py [--table adult] [--effort standard] [--model FILE.odds]

All contenders are trained on the same table and scored in turn in one process, round by round;
figures are medians over the rounds. "from cells" starts from what a user has: a dict of raw cells,
or a frame as read (polars for trueodds, pandas for the others); "prepared" from the numbers and
categories that a library wants. onnxruntime runs our own networks in float32 on encoded inputs.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from threadpoolctl import threadpool_limits

import machine
import onnx_network
import peers
import tables
from trueodds import Model, TrueOddsClassifier, load
from trueodds.model import threads as model_threads
from trueodds.table.rates import encode_rates

PACKAGES = (
    "trueodds", "numpy", "polars", "pandas", "lightgbm", "xgboost", "catboost", "scikit-learn",
    "onnxruntime",
)  # fmt: skip
TREES = ("xgboost", "lightgbm", "catboost", "hgb")
BATCHES = (1_000, 10_000)
Call = Callable[[], Any]


def rows_of(X: pd.DataFrame, count: int) -> pd.DataFrame:
    """So many rows, the table repeated where it is too short."""
    return X.iloc[np.arange(count) % len(X)].reset_index(drop=True)


class Tree:
    """A peer of `peers.CONTENDERS` taken apart: its preparation and its fitted model."""

    def __init__(self, name: str, X: pd.DataFrame, y: peers.Floats, categories: list[str]) -> None:
        self.prepare = peers.Preparation(X, categories).apply
        frame = self.prepare(X)
        if name == "hgb":
            from sklearn.ensemble import HistGradientBoostingClassifier

            self.model: Any = HistGradientBoostingClassifier(
                max_iter=peers.TREES,
                early_stopping=True,
                validation_fraction=peers.STOPPING_SHARE,
                n_iter_no_change=20,
                categorical_features="from_dtype",
                random_state=0,
            ).fit(frame, y)
        else:
            fit = {"xgboost": peers._xgboost, "lightgbm": peers._lightgbm}.get(
                name, peers._catboost
            )
            self.model = fit(machine.cores())(peers._stopping_split(frame, y))

    def set_threads(self, count: int) -> None:
        """Use so many threads from now on."""
        if hasattr(self.model, "set_params"):
            known = self.model.get_params()
            if "n_jobs" in known:
                self.model.set_params(n_jobs=count)

    def calls(self, X: pd.DataFrame) -> tuple[Call, Call]:
        """Scoring from raw cells, and of a frame prepared before."""
        ready = self.prepare(X)
        return (
            lambda: self.model.predict_proba(self.prepare(X)),
            lambda: self.model.predict_proba(ready),
        )


def measure(calls: dict[str, Call], rounds: int) -> dict[str, float]:
    """Median seconds of every call, interleaved; each once before, to warm up."""
    for call in calls.values():
        call()
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - began)
    return {name: median(found) for name, found in times.items()}


def one_row(model: Model, X: pd.DataFrame, trees: dict[str, Tree]) -> dict[str, float]:
    """Seconds for one row from a plain dict; for trees the one-row frame is built and prepared."""
    cells = X.iloc[0].to_dict()
    calls: dict[str, Call] = {"trueodds, from cells": lambda: model.predict(cells)}
    for name, tree in trees.items():
        _, prepared = tree.calls(X.iloc[[0]])
        calls[f"{name}, from cells"] = lambda tree=tree: tree.model.predict_proba(
            tree.prepare(pd.DataFrame([cells]))
        )
        calls[f"{name}, prepared"] = prepared
    return measure(calls, 300)


def batch(
    model: Model, session: Any, X: pd.DataFrame, trees: dict[str, Tree], rounds: int
) -> dict[str, float]:
    """Seconds for a batch, from frames as read, from prepared ones, and of the networks alone."""
    frame = pl.from_pandas(X)
    values = model.read(frame)
    scorer = model._scorer
    encoded = scorer.encode(values)
    floats = np.zeros((len(X), onnx_network.inputs_of(model)), np.float32)
    model.encoder.encode_into(values, floats)
    for start, tables_of in onnx_network.rates_of(model):
        floats[:, start : start + len(tables_of)] = encode_rates(values, tables_of)
    theirs = session.run(None, {"X": floats})[0][:, 0]
    gap = float(np.abs(theirs - model.predict(frame)).max())
    if gap > 1e-3:
        raise SystemExit(f"the exported networks differ by {gap} from ours")
    calls: dict[str, Call] = {
        "trueodds, from cells": lambda: model.predict(frame),
        "trueodds, prepared": lambda: model.log_odds_of(values),
        "trueodds, networks alone": lambda: scorer.outputs_of(encoded),
        "onnxruntime, networks alone": lambda: session.run(None, {"X": floats}),
    }
    for name, tree in trees.items():
        calls[f"{name}, from cells"], calls[f"{name}, prepared"] = tree.calls(X)
    return measure(calls, rounds)


def seconds_cold(path: Path, X: pd.DataFrame, folder: Path) -> float:
    """Median wall-clock of ``trueodds predict`` of one row in a fresh process."""
    new = folder / "one.csv"
    X.iloc[[0]].to_csv(new, index=False)
    command = [sys.executable, "-m", "trueodds", "predict", str(path), str(new)]
    times = []
    for _ in range(7):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return median(times[1:])


def onnx_session(data: bytes, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", default="adult")
    parser.add_argument("--effort", default="standard")
    parser.add_argument("--model", type=Path, help="a model of this table, instead of fitting one")
    parser.add_argument("--cap", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--batches", type=int, nargs="+", default=list(BATCHES))
    parser.add_argument("--name", default="scoring_speed")
    options = parser.parse_args()
    about = next(entry for entry in tables.manifest() if entry["name"] == options.table)
    X, y = tables.load(options.table, options.cap)
    trees = {name: Tree(name, X, y, about["categorical_columns"]) for name in TREES}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        path = options.model or folder / "m.odds"
        if options.model is None:
            TrueOddsClassifier(options.effort).fit(X, y.astype(int)).model_.save(path)
        model = load(path)
        loading = measure({"load": lambda: load(path)}, 30)["load"]
        cold = seconds_cold(path, X, folder)
        size = path.stat().st_size
    exported = onnx_network.onnx_bytes(model)
    found: dict[str, dict[str, float]] = {}
    sizes = [*options.batches, len(X)]
    for count in sorted({1, machine.cores()}):
        model_threads.cores = lambda count=count: count  # type: ignore[assignment]
        session = onnx_session(exported, count)
        for tree in trees.values():
            tree.set_threads(count)
        with threadpool_limits(count):
            found[f"one row, {count} thread(s)"] = one_row(model, X, trees)
            for size_of in sizes:
                rounds = max(3, options.rounds if size_of <= 10_000 else options.rounds // 3)
                found[f"{size_of:,} rows, {count} thread(s)"] = batch(
                    model, session, rows_of(X, size_of), trees, rounds
                )
    tell(options, model, found, {"load": loading, "cold": cold, "bytes": float(size)}, len(X))


def tell(
    options: Any,
    model: Model,
    found: dict[str, dict[str, float]],
    other: dict[str, float],
    rows: int,
) -> None:
    """Write the table and the targets."""
    text = machine.heading(machine.describe(PACKAGES, machine.cores()))
    members = model.networks.members
    text += (
        f"{options.table}, {rows:,} rows; {len(members)} members, "
        f"{sum(m.parameters for m in members):,} parameters, {other['bytes'] / 1000:,.0f} kB\n"
        "microseconds: for one row, and for each row of a batch\n\n"
    )
    names = list(next(reversed(found.values())))
    lines = []
    for name in names:
        line = [name]
        for title, figures in found.items():
            count = 1 if title.startswith("one row") else int(title.split()[0].replace(",", ""))
            line.append(f"{figures[name] / count * 1e6:.2f}" if name in figures else "")
        lines.append(line)
    heads = [title.replace(" thread(s)", " t") for title in found]
    text += machine.table(["scorer", *heads], lines)
    text += "\n" + "\n".join(targets(found, other)) + "\n"
    data = {
        "machine": machine.describe(PACKAGES, machine.cores()),
        "seconds": found,
        "other": other,
    }
    machine.save(options.name, text, data)


def targets(found: dict[str, dict[str, float]], other: dict[str, float]) -> list[str]:
    """One line a target, met or MISSED, judged with one thread."""
    single = found["one row, 1 thread(s)"]
    ours = single["trueodds, from cells"]
    fastest = min(single[f"{name}, from cells"] for name in TREES)
    bare = min(single[f"{name}, prepared"] for name in TREES)
    wholes = [figures for title, figures in found.items() if title.endswith("rows, 1 thread(s)")]
    lightgbm = max(f["trueodds, from cells"] / f["lightgbm, from cells"] for f in wholes)
    lightgbm_bare = max(f["trueodds, prepared"] / f["lightgbm, prepared"] for f in wholes)
    onnx = max(f["trueodds, networks alone"] / f["onnxruntime, networks alone"] for f in wholes)
    checks = [
        ("one row from a dict, µs", ours * 1e6, 100.0),
        ("… as a share of the fastest tree library's, from the dict", ours / fastest, 1.0),
        ("… as a share of the fastest tree library's bare call", ours / bare, 1.0),
        ("batches from a frame, times LightGBM's seconds, worst", lightgbm, 1.0),
        ("batches prepared, times LightGBM's seconds, worst", lightgbm_bare, 1.0),
        ("networks alone, times onnxruntime float32's seconds, worst", onnx, 2.0),
        ("trueodds predict of one row, fresh process, s", other["cold"], 0.5),
        ("load after imports, ms", other["load"] * 1e3, 5.0),
        ("model file, MB", other["bytes"] / 1e6, 2.0),
    ]
    return [
        f"{'met   ' if value <= most else 'MISSED'}  {what}: {value:.3g} (at most {most:g})"
        for what, value, most in checks
    ]


if __name__ == "__main__":
    main()
