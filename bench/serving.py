"""A server under load on loopback: its latency, its answers while it is disturbed, its memory.

    python bench/serving.py
    python bench/serving.py --only latency --rounds 1

Requests for one row are sent at fixed times, whether earlier ones are answered or not, and latency
counts from the time at which a request was due: a server that falls behind shows it. Each answer is
compared with Python's. Client and server share the machine. In rounds, a server of asyncio that
computes nothing gets the same load: its latency is that of the machine and of the client.
"""

import argparse
import asyncio
import hashlib
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import machine
from serving_client import EMPTY, Client, Load, Running, started
from trueodds import load

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
PACKAGES = ("trueodds", "starlette", "uvicorn", "httptools", "numpy", "numba")
PATH = "/models/m/predict"
EVENTS = 20
TOO_LARGE = 400
"""Every so many bodies one is larger than the server takes."""


def fitted(folder: Path, seed: int) -> bytes:
    """The bytes of a quick model of the example."""
    place = folder / f"{seed}.odds"
    words = ["fit", str(ROOT / "examples" / "german_credit.csv"), "--target", "default"]
    words += ["--effort", "quick", "--no-report", "--seed", str(seed), "--out", str(place)]
    subprocess.run([sys.executable, "-m", "trueodds", *words], check=True, capture_output=True)
    return place.read_bytes()


class Rows:
    """Rows of the example as requests, and the forecasts of two models by version."""

    def __init__(self, models: list[bytes], folder: Path) -> None:
        rows = pl.read_csv(ROOT / "examples" / "german_credit_new.csv").to_dicts()
        self.bodies = [json.dumps(row).encode() for row in rows]
        self.expected = {}
        for data in models:
            (folder / "read.odds").write_bytes(data)
            model = load(folder / "read.odds")
            version = hashlib.sha256(data).hexdigest()[:12]
            self.expected[version] = [float(model.predict(row)[0]) for row in rows]

    def right(self, number: int, answer: dict[str, Any]) -> bool:
        """Whether an answer has the bits of Python's forecast by the version that it names."""
        return bool(answer["rows"][0]["probability"] == self.expected[answer["version"]][number])


def serve(folder: Path, workers: int) -> list[str]:
    """The command that serves a folder."""
    return ["-m", "trueodds", "serve", str(folder), "--port", "0", "--workers", str(workers)]


def run(server: Running, rows: Rows | None, bodies: list[bytes], rate: float, s: float) -> Load:
    """Send requests; without ``rows`` the answers are not compared."""
    client = Client(server.port, rows.right if rows else lambda number, answer: True)
    return asyncio.run(client.load(PATH, bodies, rate, s))


def latency(models: Path, rows: Rows, given: argparse.Namespace) -> tuple[str, Any]:
    """Rounds of the same load for each server in turn."""
    names = {
        "asyncio, no work": ["-c", EMPTY],
        "trueodds, 1 worker": serve(models, 1),
        "trueodds, 2 workers": serve(models, 2),
    }
    found: dict[str, Load] = {name: Load() for name in names}
    cpu = dict.fromkeys(names, 0.0)
    loads = []
    for _ in range(given.rounds):
        for name, command in names.items():
            with started(command) as server:
                checked = rows if "trueodds" in name else None
                server.settle()
                run(server, checked, rows.bodies, 50.0, 2.0)
                loads.append(os.getloadavg()[0])
                before = server.cpu_seconds()
                with server.undisturbed():
                    made = run(server, checked, rows.bodies, given.rate, given.seconds)
                cpu[name] += server.cpu_seconds() - before
            whole = found[name]
            whole.seconds += made.seconds
            whole.wrong, whole.lost = whole.wrong + made.wrong, whole.lost + made.lost
    lines, data = [], {}
    for name, made in found.items():
        ms = [1e3 * float(np.quantile(made.seconds, q)) for q in (0.5, 0.95, 0.99, 1.0)]
        each = 1e3 * cpu[name] / len(made.seconds)
        data[name] = {"requests": len(made.seconds), "wrong": made.wrong, "lost": made.lost}
        data[name] |= {"quantiles_ms": ms, "cpu_ms": each}
        counts = [f"{len(made.seconds):,}", str(made.wrong), str(made.lost)]
        lines.append([name, *counts, *(f"{q:.2f}" for q in ms), f"{each:.2f}"])
    head = ["server", "requests", "wrong", "lost", "median, ms", "95 %", "99 %", "most"]
    text = f"One row, {given.rate:g} requests a second, {given.rounds} rounds of "
    text += f"{given.seconds:g} s each; load average {min(loads):.1f} to {max(loads):.1f}, "
    text += "client and server " + ("before" if os.geteuid() == 0 else "beside") + " other programs"
    text += "\n\n"
    return text + machine.table([*head, "CPU a request, ms"], lines), {**data, "load": loads}


def disturbed(folder: Path, models: list[bytes], rows: Rows) -> tuple[str, Any]:
    """Two workers; the model is swapped and a worker killed, each 20 times, under load."""
    place, data = folder / "m.odds", {"swaps": 0, "kills": 0}
    done = threading.Event()

    def disturb(server: Running) -> None:
        for number in range(EVENTS):
            time.sleep(1.5)
            place.with_suffix(".new").write_bytes(models[(number + 1) % 2])
            os.replace(place.with_suffix(".new"), place)
            data["swaps"] += 1
            time.sleep(1.5)
            workers = [each.pid for each in server.processes()[1:]]
            if workers:
                os.kill(random.Random(number).choice(workers), signal.SIGKILL)
                data["kills"] += 1
        done.set()

    versions: Counter[str] = Counter()

    def right(number: int, answer: dict[str, Any]) -> bool:
        versions[answer["version"]] += 1
        return rows.right(number, answer)

    with started(serve(folder, 2)) as server:
        server.settle()
        thread = threading.Thread(target=disturb, args=(server,))
        thread.start()
        found = Load()
        while not done.is_set():
            client = Client(server.port, right)
            made = asyncio.run(client.load(PATH, rows.bodies, 100.0, 5.0))
            for name in ("wrong", "lost", "broken"):
                setattr(found, name, getattr(found, name) + getattr(made, name))
            found.seconds += made.seconds
        thread.join()
        told = server.told()
    data["started"] = sum(line.get("what") == "starts" for line in told)
    data |= {"requests": len(found.seconds), "versions": dict(versions)}
    data |= {"wrong": found.wrong, "lost": found.lost, "sent_again": found.broken}
    text = (
        f"Two workers, 100 requests a second: {data['swaps']} swaps of the model, {data['kills']} "
        f"workers killed (SIGKILL), {data['started']} started.\n{data['requests']:,} answers: "
        f"{found.wrong} wrong, {found.lost} lost; {found.broken} requests sent again because their "
        f"connection broke. Answers by version: {', '.join(map(str, versions.values()))}.\n"
    )
    return text, data


def malformed(count: int) -> tuple[str, Any]:
    """Bodies of the fuzz test and bodies that are too large, and the server's memory."""
    from serve.test_fuzz import a_body

    statuses: Counter[int] = Counter()
    memory: list[tuple[int, float, float]] = []
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name in ("relu", "crosses", "words"):
            data = (ROOT / "tests" / "golden" / f"{name}.odds").read_bytes()
            (folder / f"{name}.odds").write_bytes(data)
        command = [*serve(folder, 1), "--most-bytes", "1000000"]
        with started(command) as server:
            rng, connection = random.Random(7), None
            for number in range(count + 1):
                if number % (count // 10) == 0:
                    info = Path(f"/proc/{server.process.pid}/status").read_text()
                    held = dict(line.split(":", 1) for line in info.splitlines())
                    kb = [int(held[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")]
                    memory.append((number, kb[0], kb[1]))
                path, body, kind, headers = a_body(rng)
                if number % TOO_LARGE == TOO_LARGE - 1:
                    body = b"[" * 5_000_000
                headers = {k.replace("_", "-"): v for k, v in headers.items()}
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
                try:
                    connection.request("POST", path, body, {"content-type": kind, **headers})
                    reply = connection.getresponse()
                    reply.read()
                    statuses[reply.status] += 1
                    if reply.will_close:
                        connection.close()
                except TimeoutError:
                    told = f"no answer in 60 s to body {number}: {path} {kind} {body[:400]!r}"
                    raise SystemExit(told) from None
                except (ConnectionError, http.client.HTTPException):
                    # The server refuses a large body before it has read all of it.
                    statuses[0] += 1
                    connection.close()
                    connection = None
            alive = server.process.poll() is None
    failed = sum(n for status, n in statuses.items() if status >= 500)
    data = {"statuses": dict(statuses), "failed": failed, "alive": alive, "memory_mb": memory}
    lines = [[f"{n:,}", f"{rss:.0f}", f"{most:.0f}"] for n, rss, most in memory]
    shown = ", ".join(f"{status or 'cut off'}: {n:,}" for status, n in sorted(statuses.items()))
    text = f"{count:,} malformed bodies: {failed} answers of 500 or more. By status: {shown}.\n\n"
    return text + machine.table(["bodies", "memory, MB", "most so far, MB"], lines), data


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=float, default=200.0, help="requests a second")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--bodies", type=int, default=20_000)
    parser.add_argument("--only", choices=("latency", "disturbed", "malformed"))
    parser.add_argument("--name", default="serving")
    given = parser.parse_args()
    about = machine.describe(PACKAGES, 1)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        served = folder / "served"
        served.mkdir()
        models = [fitted(folder, 0), fitted(folder, 1)]
        (served / "m.odds").write_bytes(models[0])
        rows = Rows(models, folder)
        for name, part in (
            ("latency", lambda: latency(served, rows, given)),
            ("disturbed", lambda: disturbed(served, models, rows)),
            ("malformed", lambda: malformed(given.bodies)),
        ):
            if given.only in (None, name):
                text, data = part()
                text = f"{machine.heading(about)}\n{text}"
                machine.save(f"{given.name}-{name}", text, {"about": about, **data})


if __name__ == "__main__":
    main()
