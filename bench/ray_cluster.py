"""Members and files on a real Ray cluster of several nodes: the same bytes, whatever is killed.

The nodes are processes of this machine (`ray.cluster_utils.Cluster`): a head without CPUs and
nodes of one CPU each. It writes bench/results/ray_cluster.json and .txt.

1. A fit on this machine, and on the cluster while it is hurt at 10 moments: a worker process is
   killed, or a node that another one replaces. The bytes are the same.
2. The same fit on the cluster with 2 nodes and with 1: seconds, and the same bytes.
3. The cluster is lost during the fit: the same command without Ray goes on to the same bytes.
4. A folder scored on the cluster, and each of its files on this machine: the same bits.
"""

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import psutil

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "examples" / "german_credit.csv"
FIT = ["fit", str(TABLE), "--target", "default", "--positive", "2", "--effort", "standard"]
FIT += ["--no-report"]
STORE = 200_000_000
"""Bytes of a node's object store."""
TASK = "ray::train_on_node"
"""The name of a worker process while it trains a member."""


class Nodes:
    """A cluster on this machine."""

    def __init__(self) -> None:
        # All run at the priority of this process.
        os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112
        # Seconds; on a busy machine a node takes longer than the usual wait.
        os.environ["RAY_raylet_start_wait_time_s"] = "120"  # noqa: SIM112
        # A busy machine may need longer than the 30 s that Ray waits for a node.
        os.environ["RAY_raylet_start_wait_time_s"] = "300"  # noqa: SIM112
        from ray.cluster_utils import Cluster

        self.cluster = Cluster()
        self._start(0)
        self.address: str = self.cluster.address
        self.others: list[Any] = []

    def _start(self, cpus: int) -> Any:
        for left in (3, 2, 1, 0):
            try:
                return self.cluster.add_node(
                    num_cpus=cpus, object_store_memory=STORE, include_dashboard=False
                )
            except Exception as error:
                print(f"a node did not start: {error}", flush=True)
                if not left:
                    raise
        return None

    def add(self) -> None:
        """Start a node of one CPU."""
        self.others.append(self._start(1))

    def remove(self) -> None:
        """End the oldest node as a failure ends it."""
        self.cluster.remove_node(self.others.pop(0), allow_graceful=False)

    def training(self) -> list[psutil.Process]:
        """Workers that train a member now."""
        found = []
        for node in self.others:
            raylet = node.all_processes["raylet"][0].process.pid
            for process in psutil.Process(raylet).children(recursive=True):
                try:
                    if TASK in " ".join(process.cmdline()):
                        found.append(process)
                except psutil.Error:
                    continue
        return found


def trueodds(folder: Path, *words: str) -> float:
    """Run a command; return its wall seconds."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "trueodds", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"trueodds {' '.join(words)}\n{done.stderr[-3000:]}")
    return time.monotonic() - began


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fit(folder: Path, name: str, *more: str) -> dict[str, Any]:
    seconds = trueodds(folder, *FIT, "--out", f"{name}.odds", *more)
    return {
        "run": name,
        "seconds": round(seconds, 1),
        "load": round(os.getloadavg()[0], 1),
        "sha256": digest(folder / f"{name}.odds"),
    }


def hurt(nodes: Nodes, times: int, done: threading.Event) -> list[str]:
    """Kill ``times`` times while members are trained: workers, and every third time a node."""
    kills: list[str] = []
    dice = np.random.default_rng(0)
    while len(kills) < times and not done.is_set():
        time.sleep(float(dice.uniform(0.3, 1.2)))
        training = nodes.training()
        if not training:
            continue
        if len(kills) % 3 == 2:
            nodes.remove()
            nodes.add()
            kills.append("node")
        else:
            training[int(dice.integers(len(training)))].kill()
            kills.append("worker")
    return kills


def fit_hurt(nodes: Nodes, folder: Path, times: int) -> dict[str, Any]:
    """Fit on the cluster while this thread, the only one that Ray starts nodes in, hurts it."""
    done, found = threading.Event(), dict[str, Any]()

    def run() -> None:
        try:
            found.update(fit(folder, "killed", "--on", nodes.address))
        finally:
            done.set()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        kills = hurt(nodes, times, done)
    finally:
        thread.join()
    if not found:
        raise SystemExit("the fit on the hurt cluster failed")
    return {**found, "kills": kills}


def fit_lost(nodes: Nodes, folder: Path) -> dict[str, Any]:
    """End the whole cluster during a fit, and go on from what it has finished, without Ray."""
    words = [sys.executable, "-m", "trueodds", *FIT, "--out", "lost.odds"]
    place = {"cwd": folder, "env": {**os.environ, "PYTHONPATH": str(ROOT / "src")}, "text": True}
    cut = subprocess.Popen([*words, "--on", nodes.address], stderr=subprocess.PIPE, **place)
    while cut.poll() is None and not list(folder.glob(".lost.odds.work/member-*")):
        time.sleep(0.1)
    nodes.cluster.shutdown()
    _, told = cut.communicate()
    began = time.monotonic()
    done = subprocess.run(words, capture_output=True, check=True, **place)
    resumed = [line for line in done.stderr.splitlines() if line.startswith("Resuming")]
    return {
        "run": "lost",
        "seconds": round(time.monotonic() - began, 1),
        "load": round(os.getloadavg()[0], 1),
        "sha256": digest(folder / "lost.odds"),
        "exit": cut.returncode,
        "told": told.strip().splitlines()[-2:],
        "resumed": [line.split(" (")[0] for line in resumed],
    }


def write_rows(folder: Path, files: int, rows: int) -> None:
    """Files of rows drawn from the table, in folders by year as tables are kept."""
    table = pl.read_csv(TABLE).drop("default")
    for number in range(files):
        home = folder / f"year={2020 + number % 2}"
        home.mkdir(parents=True, exist_ok=True)
        drawn = table.sample(rows, with_replacement=True, seed=number)
        drawn.write_parquet(home / f"part-{number}.parquet")


def score(folder: Path, nodes: Nodes, files: int, rows: int) -> dict[str, Any]:
    """Score a folder on the cluster, and each of its files on this machine alone."""
    write_rows(folder / "new", files, rows)
    on = trueodds(folder, "predict", "here.odds", "new", "--on", nodes.address, "--out", "scored")
    alone, same = 0.0, 0
    for path in sorted((folder / "new").rglob("*.parquet")):
        inner = path.relative_to(folder / "new")
        pattern = f"new/{inner.parent}/{inner.stem}.parque[t]"
        alone += trueodds(folder, "predict", "here.odds", pattern, "--out", "one.parquet")
        one = pl.read_parquet(folder / "one.parquet")
        there = pl.read_parquet(folder / "scored" / inner, hive_partitioning=False)
        same += bool((one["probability"] == there["probability"]).all()) and one.height == rows
    return {
        "files": files,
        "rows": files * rows,
        "same_files": same,
        "seconds_on_cluster": round(on, 1),
        "seconds_alone": round(alone, 1),
    }


def text_of(found: dict[str, Any]) -> str:
    lines = [
        f"{found['machine']}; Ray {found['ray']}. Other programs use the cores too, so the seconds "
        "are rough: the load average",
        f"was {found['load']:.1f} at the start, and stands at each run's end beside its seconds.",
        "",
        "A fit of examples/german_credit.csv, --effort standard:",
    ]
    for run in found["fits"]:
        kills = f", {len(run['kills'])} kills: {' '.join(run['kills'])}" if "kills" in run else ""
        same = "same bytes" if run["sha256"] == found["fits"][0]["sha256"] else "OTHER BYTES"
        lines.append(
            f"  {run['run']:<8} {run['seconds']:>7.1f} s  load {run['load']:>4.1f}  {same}{kills}"
        )
        lines += [f"    {text}" for text in (*run.get("told", ()), *run.get("resumed", ()))]
    if scored := found.get("scored"):
        lines += [
            "",
            f"A folder of {scored['files']} files, {scored['rows']:,} rows, on the cluster: "
            f"{scored['seconds_on_cluster']} s; "
            f"{scored['same_files']} files have the bits of one machine.",
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results" / "ray_cluster")
    options = parser.parse_args()
    import ray

    found: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "ray": ray.__version__,
        "load": os.getloadavg()[0],
        "fits": [],
    }

    def keep(**more: Any) -> None:
        """Write what is known so far: a run takes long on a busy machine."""
        if run := more.pop("fit", None):
            found["fits"].append(run)
        found.update(more)
        options.out.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")
        options.out.with_suffix(".txt").write_text(text_of(found))

    with tempfile.TemporaryDirectory(prefix="ray-bench-") as name:
        folder = Path(name)
        keep(fit=fit(folder, "here", "--jobs", "1"))
        nodes = Nodes()
        try:
            nodes.add()
            nodes.add()
            keep(fit=fit_hurt(nodes, folder, options.kills))
            keep(fit=fit(folder, "nodes2", "--on", nodes.address))
            nodes.remove()
            keep(fit=fit(folder, "node1", "--on", nodes.address))
            keep(scored=score(folder, nodes, 4, 5_000))
            keep(fit=fit_lost(nodes, folder))
        finally:
            nodes.cluster.shutdown()
    print(text_of(found))
    if wrong := faults(found, options.kills):
        raise SystemExit("; ".join(wrong))


def faults(found: dict[str, Any], kills: int) -> list[str]:
    """What a run did not show."""
    wrong = [
        f"{run['run']} has other bytes"
        for run in found["fits"]
        if run["sha256"] != found["fits"][0]["sha256"]
    ]
    made = max(len(run.get("kills", ())) for run in found["fits"])
    if made < kills:
        wrong.append(f"{made} kills in place of {kills}: the fit ended too early")
    if found["scored"]["same_files"] != found["scored"]["files"]:
        wrong.append("a scored file has other bits")
    return wrong


if __name__ == "__main__":
    main()
