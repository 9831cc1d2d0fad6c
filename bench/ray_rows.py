"""A model of ten million rows in fixed memory: ``fit --rows`` of a folder of Parquet files.

    python bench/ray_rows.py [--runs here:1 nodes2:1 node1:1 nodes2:10] [--drawn 20000]

A run is a place and millions of rows. The rows are those of bench/scale.py, as Parquet files of
half a million rows. The fit is of effort quick, on this machine alone ("here"), or on a cluster of
one or two nodes of one CPU each, which are processes of this machine
(`ray.cluster_utils.Cluster`). Results of other runs, of an earlier call, are kept. Peaks are the
largest resident memory that a process of a kind ever had (VmHWM): "command" reads, prepares and
judges, "driver" is its connection to Ray, "worker" runs tasks on a node. Resident memory counts the
pages of files that a process maps, Ray's object store among them. Processor seconds are those of
the command, its children and the nodes. It writes bench/results/ray_rows.json and .txt.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import psutil

import machine
import scale
from ray_cluster import ROOT, Nodes

PACKAGES = ("trueodds", "ray", "numpy", "numba", "polars")
FILE = 500_000
"""Rows of a file."""
PLACES = ["here", "node1", "nodes2"]
"""By their number of nodes."""
INTERVAL = 0.5
"""Seconds between two looks at the processes."""


def make_file(folder: Path, number: int) -> None:
    rng = np.random.default_rng([7, number])
    parts = [scale.make_part(rng, scale.PART // 2) for _ in range(2 * FILE // scale.PART)]
    pl.concat(parts).write_parquet(folder / f"part-{number:03}.parquet")


def make_folder(folder: Path, rows: int) -> float:
    """Write the files of so many rows; their MB."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = range(rows // FILE)
    with ProcessPoolExecutor(3, get_context("spawn")) as pool:
        list(pool.map(make_file, [folder] * len(numbers), numbers))
    return sum(path.stat().st_size for path in folder.iterdir()) / 1e6


class Watch:
    """Peaks and processor time of the processes below some others, by kind."""

    def __init__(self, roots: list[int]) -> None:
        self.roots, self.peaks, self.used = roots, dict[str, float](), dict[int, float]()
        self.began: dict[int, float] = {}
        self._ended = threading.Event()
        self.look()
        self.began = dict(self.used)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended.wait(INTERVAL):
            self.look()

    def look(self) -> None:
        """Take the figures of the processes that are there now."""
        for root in self.roots:
            try:
                family = [psutil.Process(root), *psutil.Process(root).children(recursive=True)]
            except psutil.Error:
                continue
            for process in family:
                try:
                    kind = kind_of(process.cmdline())
                    times = process.cpu_times()
                    status = Path(f"/proc/{process.pid}/status").read_text()
                except (psutil.Error, OSError):
                    continue
                self.used[process.pid] = times.user + times.system
                if kind and "VmHWM:" in status:
                    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
                    self.peaks[kind] = max(self.peaks.get(kind, 0.0), peak)

    def end(self) -> float:
        """Processor seconds of all processes."""
        self._ended.set()
        self._thread.join()
        return sum(used - self.began.get(pid, 0.0) for pid, used in self.used.items())


def kind_of(words: list[str]) -> str:
    """What a process does, by its command line; empty for the rest of a cluster."""
    line = " ".join(words)
    if line.startswith("ray::"):
        return "worker"
    if "execution.ray_" in line:
        return "driver"
    return "command" if "-m trueodds fit" in line else ""


def fit(folder: Path, name: str, words: list[str], nodes: Nodes | None) -> dict[str, Any]:
    roots = []
    if nodes is not None:
        roots = [node.all_processes["raylet"][0].process.pid for node in nodes.others]
        words = [*words, "--on", nodes.address]
    began = time.monotonic()
    with (folder / "errors").open("w") as errors:
        command = [sys.executable, "-m", "trueodds", "fit", *words, "--out", f"{name}.odds"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=errors, stderr=errors
        )
        watch = Watch([process.pid, *roots])
        code = process.wait()
    used = watch.end()
    told = (folder / "errors").read_text()
    if code:
        raise SystemExit(f"{name} ended with {code}:\n{told[-3000:]}")
    return {
        "run": name,
        "seconds": round(time.monotonic() - began),
        "cpu_seconds": round(used),
        "load": round(os.getloadavg()[0], 1),
        "peaks_mb": {kind: round(peak) for kind, peak in sorted(watch.peaks.items())},
        "sha256": hashlib.sha256((folder / f"{name}.odds").read_bytes()).hexdigest(),
        "told": [line for line in told.splitlines() if "no member saw, " in line],
    }


def text_of(about: dict[str, Any], runs: list[dict[str, Any]]) -> str:
    header = ["", "rows", "files, MB", "s", "load", "CPU s", "command", "driver", "worker", "bytes"]
    lines = []
    for run in runs:
        first = next(one for one in runs if one["rows"] == run["rows"])
        lines.append(
            [
                run["run"],
                f"{run['rows']:,}",
                f"{run['mb']:.0f}",
                f"{run['seconds']:,}",
                f"{run['load']}",
                f"{run['cpu_seconds']:,}",
                *(f"{run['peaks_mb'].get(kind, '')}" for kind in ("command", "driver", "worker")),
                "the same" if run["sha256"] == first["sha256"] else "OTHERS",
            ]
        )
    told = [text for run in runs for text in run["told"]]
    more = "Other programs use the cores too: the seconds are rough, see the load. Peaks in MB.\n"
    return "\n".join(
        [machine.heading(about) + more, machine.table(header, lines), *dict.fromkeys(told), ""]
    )


def with_earlier(name: str, run: dict[str, Any]) -> list[dict[str, Any]]:
    """A run among those of earlier calls, in the order of rows and places."""
    path = machine.RESULTS / f"{name}.json"
    before = json.loads(path.read_text())["runs"] if path.exists() else []
    key = run["rows"], run["run"]
    kept = [one for one in before if (one["rows"], one["run"]) != key]
    return sorted([*kept, run], key=lambda one: (one["rows"], PLACES.index(one["run"])))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", nargs="*", default=["here:1", "nodes2:1", "node1:1", "nodes2:10"])
    parser.add_argument("--drawn", type=int, default=20_000)
    parser.add_argument("--name", default="ray_rows", help="of the files in bench/results")
    options = parser.parse_args()
    about = machine.describe(PACKAGES, threads=machine.cores())
    about["load"] = round(os.getloadavg()[0], 1)
    words = ["--target", "answer", "--rows", str(options.drawn), "--no-report"]
    words += ["--effort", "quick"]
    with tempfile.TemporaryDirectory(prefix="ray-bench-") as name:
        folder, sizes = Path(name), dict[int, float]()
        for place, millions in (run.split(":") for run in options.runs):
            rows, nodes = int(millions) * 10**6, None
            if rows not in sizes:
                sizes[rows] = make_folder(folder / "rows" / millions, rows)
            if place != "here":
                nodes = Nodes()
            try:
                for _ in range(PLACES.index(place)):
                    nodes.add()
                # All have the same name, which the model keeps.
                home = folder / f"{place}{millions}"
                home.mkdir()
                (home / "rows").symlink_to(folder / "rows" / millions)
                found = fit(home, place, ["rows", *words], nodes)
            finally:
                if nodes is not None:
                    nodes.cluster.shutdown()
            found |= {"rows": rows, "mb": round(sizes[rows], 1)}
            print(found, file=sys.stderr, flush=True)
            runs = with_earlier(options.name, found)
            machine.save(options.name, text_of(about, runs), {"about": about, "runs": runs})
            if len({run["sha256"] for run in runs if run["rows"] == rows}) > 1:
                raise SystemExit(f"{place} has other bytes")


if __name__ == "__main__":
    main()
