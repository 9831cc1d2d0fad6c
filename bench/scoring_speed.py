"""How fast a trained model scores: one row, batches, a fresh process; beside the peers.

    python bench/scoring_speed.py [--table adult] [--effort standard] [--model FILE.odds]

All contenders are trained on the same table and take turns in one process, which has scored some
thousand rows before; figures are medians (and minima) over the rounds. One row: "from a dict"
starts from raw cells, "bare" from what the quickest call takes. Batches: "from a frame" starts from
polars as read, or pandas with category dtype; "networks alone" from inputs, in onnxruntime float32.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from threadpoolctl import threadpool_limits

import machine
import onnx_network
import processes
import tables
from peer_preparation import Preparation
from scoring_peers import OTHERS, TREES, Peer, Rows
from trueodds import Model, TrueOddsClassifier, load
from trueodds.columns.values import Values
from trueodds.model import threads as model_threads
from trueodds.model.scorer import ROWS

PACKAGES = (
    "trueodds", "numpy", "polars", "pandas", "lightgbm", "xgboost", "catboost", "scikit-learn",
    "onnxruntime",
)  # fmt: skip
OURS, ONNX = "trueodds", "onnxruntime"
DICT, BARE, FRAME, READ = "from a dict", "bare", "from a frame", "read before"
NETWORKS = "networks alone"
ROWS_USED, BURST = 2000, 20
Call = Callable[[], Any]
Figures = dict[str, dict[str, float]]


def measure(calls: dict[str, Call], rounds: int, burst: int = 1) -> Figures:
    """Median and least seconds of every call, in turns of ``burst`` calls, warmed up before."""
    for call in calls.values():
        for _ in range(min(3, burst)):
            call()
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            for _ in range(burst):
                began = time.perf_counter()
                call()
                times[name].append(time.perf_counter() - began)
    return {name: {"median": median(t), "least": min(t)} for name, t in times.items()}


def plain_rows(X: pd.DataFrame, count: int) -> list[dict[str, Any]]:
    """Rows as dicts of Python's own cells, None where missing."""
    rows: list[dict[str, Any]] = pl.from_pandas(X.head(count)).to_dicts()
    return rows


def one_row(model: Model, X: pd.DataFrame, peers: list[Peer], rounds: int) -> Figures:
    """One row at a time, other rows each time."""
    rows = plain_rows(X, ROWS_USED)

    def over(score: Callable[[Any], Any], given: list[Any]) -> Call:
        waiting = cycle(given)
        return lambda: score(next(waiting))

    warm = over(model.predict, rows)
    for _ in range(ROWS_USED):  # then the compiled scorer is there, as in a long-lived process
        warm()
    calls: dict[str, Call] = {f"{OURS}, {DICT}": over(model.predict, rows)}
    for peer in peers:
        ready = [peer.prepare_row(row) for row in rows]
        calls[f"{peer.name}, {DICT}"] = over(
            lambda row, peer=peer: peer.score_row(peer.prepare_row(row)), rows
        )
        calls[f"{peer.name}, {BARE}"] = over(peer.score_row, ready)
    return measure(calls, rounds, BURST)


def batch(
    model: Model, session: Any, X: pd.DataFrame, frame: pd.DataFrame, peers: list[Peer], rounds: int
) -> Figures:
    """One batch: from frames, and of the networks alone."""
    table = pl.from_pandas(X)
    values = model.read(table)
    floats = onnx_network.floats_of(model, values)
    theirs = session.run(None, {"X": floats})[0][:, 0]
    gap = float(np.abs(theirs - model.predict(table)).max())
    if gap > 2e-4:
        raise SystemExit(f"the exported networks differ by {gap} from ours")
    calls: dict[str, Call] = {
        f"{OURS}, {FRAME}": lambda: model.predict(table),
        f"{OURS}, {READ}": lambda: model.log_odds_of(values),
        f"{OURS}, {NETWORKS}": networks_alone(model, values),
        f"{ONNX}, {NETWORKS}": lambda: session.run(None, {"X": floats}),
    }
    for peer in peers:
        calls[f"{peer.name}, {FRAME}"] = partial(peer.score, frame)
    return measure(calls, rounds)


def networks_alone(model: Model, values: Values) -> Call:
    """Our networks as a batch runs them, from inputs that were encoded or looked up before."""
    scorer, parts = model._scorer, {}
    quick = scorer.compiled.for_rows(values.rows)
    if quick is None:
        encoded = scorer.encode(values)
        return lambda: scorer.outputs_of(encoded)
    out = np.empty((scorer.members, values.rows))

    def look(start: int, stop: int) -> None:
        parts[start] = quick.look(values.between(start, stop)), np.empty((len(out), stop - start))

    def fill(start: int, stop: int) -> None:
        looked, part = parts[start]
        quick.fill(looked, part)
        out[:, start:stop] = part

    model_threads.side_by_side(look, values.rows, ROWS)
    return lambda: model_threads.side_by_side(fill, values.rows, ROWS)


def seconds_cold(path: Path, X: pd.DataFrame, folder: Path) -> dict[str, float]:
    """Wall-clock of ``trueodds predict`` of one row in a fresh process."""
    new = folder / "one.csv"
    X.iloc[[0]].to_csv(new, index=False)
    command = processes.python("-m", "trueodds", "predict", str(path), str(new))
    times = []
    for _ in range(8):
        done = processes.run(command, timeout=100.0)
        if done.code:
            raise SystemExit(f"trueodds predict failed: {done.stderr}")
        times.append(done.seconds)
    return {"median": median(times[1:]), "least": min(times)}


def require_agreement(peers: list[Peer], X: pd.DataFrame, frame: pd.DataFrame) -> None:
    """Refuse a peer whose one-row call gives other probabilities than its frames."""
    rows = plain_rows(X, ROWS_USED)
    for peer in peers:
        one_by_one = np.array([peer.score_row(peer.prepare_row(row)) for row in rows])
        whole = np.asarray(peer.score(frame.head(len(rows))))
        gap = float(np.abs(one_by_one - whole).max())
        if gap > 1e-5:
            raise SystemExit(f"{peer.name}: a row alone differs by {gap} from the same in a frame")


def repeated(frame: pd.DataFrame, count: int) -> pd.DataFrame:
    """So many rows, the table again and again where it is too short."""
    return frame.iloc[np.arange(count) % len(frame)].reset_index(drop=True)


def every_way(
    model: Model,
    X: pd.DataFrame,
    frame: pd.DataFrame,
    peers: list[Peer],
    sizes: list[int],
    rounds: int,
) -> dict[str, Figures]:
    """One row and batches of every size, with one thread and with all."""
    session_of = partial(onnx_network.session, onnx_network.onnx_bytes(model))
    found: dict[str, Figures] = {}
    for count in sorted({1, machine.cores()}):
        model_threads.cores = lambda count=count: count  # type: ignore[assignment]
        for peer in peers:
            peer.set_threads(count)
        with threadpool_limits(count):
            found[f"1 row, {count} t"] = one_row(model, X, peers, rounds)
            for size in sizes:
                turns = max(3, rounds if size <= 10_000 else rounds // 3)
                given = repeated(X, size), repeated(frame, size)
                found[f"{size} rows, {count} t"] = batch(
                    model, session_of(count), *given, peers, turns
                )
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--table", default="adult")
    parser.add_argument("--effort", default="standard")
    parser.add_argument("--model", type=Path, help="a model of this table, instead of fitting one")
    parser.add_argument("--cap", type=int, default=50_000, help="most rows of the table")
    parser.add_argument("--peers", nargs="*", default=[*TREES, *OTHERS], choices=[*TREES, *OTHERS])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--batches", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--name", default="scoring_speed", help="of the files in bench/results")
    options = parser.parse_args(arguments)
    about = next(entry for entry in tables.manifest() if entry["name"] == options.table)
    X, y = tables.load(options.table, options.cap)
    preparation = Preparation(X, about["categorical_columns"])
    frame = preparation.apply(X)
    rows = Rows(X, preparation)
    peers = [Peer(name, frame, y, rows) for name in options.peers]
    require_agreement(peers, X, frame)
    with tempfile.TemporaryDirectory(prefix="trueodds-bench-") as place:
        folder = Path(place)
        path = options.model or folder / "m.odds"
        if options.model is None:
            TrueOddsClassifier(options.effort).fit(X, y.astype(int)).model_.save(path)
        model = load(path)
        other = {
            "load": measure({"": lambda: load(path)}, 30)[""],
            "cold": seconds_cold(path, X, folder),
            "bytes": {"median": float(path.stat().st_size)},
        }
    found = every_way(model, X, frame, peers, [*options.batches, len(X)], options.rounds)
    judged = verdicts(found, other)
    text = text_of(options.table, len(X), model, found, judged)
    facts = machine.describe(PACKAGES, machine.cores())
    data = {"about": facts, "seconds": found, "other": other, "targets": judged}
    machine.save(options.name, machine.heading(facts) + text, data)
    return 0 if all(v["met"] for v in judged) else 1


def text_of(
    name: str, rows: int, model: Model, found: dict[str, Figures], judged: list[dict[str, Any]]
) -> str:
    """Lay out the table people read."""
    members = model.networks.members
    text = (
        f"{name}, {rows:,} rows; {len(members)} networks, "
        f"{sum(m.parameters for m in members):,} parameters\n"
        "microseconds for one row, and for each row of a batch: median (least)\n\n"
    )
    names = list(dict.fromkeys(name for figures in found.values() for name in figures))
    lines = []
    for each in names:
        line = [each]
        for title, figures in found.items():
            scale = 1e6 / int(title.split()[0])
            one = figures.get(each)
            line.append(f"{one['median'] * scale:.1f} ({one['least'] * scale:.1f})" if one else "–")
        lines.append(line)
    lines.sort(key=lambda line: line[1] == "–")
    text += machine.table(["", *found], lines) + "\n"
    return text + "".join(
        f"{'met   ' if v['met'] else 'MISSED'}  {v['what']}: {v['measured']:.3g} "
        f"(at most {v['target']:g})\n"
        for v in judged
    )


def verdicts(found: dict[str, Figures], other: dict[str, dict[str, float]]) -> list[dict[str, Any]]:
    """Every target of issue 4, by medians; batches are judged at their worst size."""

    def times(first: str, second: str, titles: list[str]) -> float | None:
        """Worst ratio of two contenders' seconds."""
        ratios = [
            found[title][first]["median"] / found[title][second]["median"]
            for title in titles
            if second in found[title]
        ]
        return max(ratios, default=None)

    checks: list[tuple[str, float | None, float]] = []
    for threads in sorted({title.split(", ")[1] for title in found}):
        one = f"1 row, {threads}"
        batches = [t for t in found if t.endswith(f"rows, {threads}")]
        ours = f"{OURS}, {DICT}"
        checks.append(
            (f"one row from a dict, µs, {threads}", 1e6 * found[one][ours]["median"], 100)
        )
        for way in (DICT, BARE):
            trees = [f"{name}, {way}" for name in TREES if f"{name}, {way}" in found[one]]
            worst = max((times(ours, tree, [one]) or 0.0 for tree in trees), default=None)
            checks.append((f"… over the fastest trees' row {way}, {threads}", worst, 1))
        frames = times(f"{OURS}, {FRAME}", f"lightgbm, {FRAME}", batches)
        checks.append((f"batches from frames, over LightGBM, {threads}", frames, 1))
        networks = times(f"{OURS}, {NETWORKS}", f"{ONNX}, {NETWORKS}", batches)
        checks.append((f"networks alone, over onnxruntime float32, {threads}", networks, 2))
    checks += [
        ("trueodds predict of one row, fresh process, s", other["cold"]["median"], 0.5),
        ("load after imports, ms", 1e3 * other["load"]["median"], 5),
        ("model file, MB", other["bytes"]["median"] / 1e6, 2),
    ]
    return [
        {"what": what, "measured": got, "target": most, "met": got <= most}
        for what, got, most in checks
        if got is not None
    ]


if __name__ == "__main__":
    sys.exit(main())
