"""Latency of a server under a bounded load on loopback, and what it answers while it is loaded.

    python bench/serving.py
    python bench/serving.py --rate 50 --seconds 10 --workers 1

Requests for one row each are sent at fixed times, whether earlier ones are answered or not, and
latency counts from the time at which a request was due: a server that falls behind shows it. Each
answer is compared with Python's. Client and server share the machine.
"""

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

import machine
from trueodds import load

ROOT = Path(__file__).parents[1]
PACKAGES = ("trueodds", "starlette", "uvicorn", "numpy", "polars")
CONNECTIONS = 32


async def ask(
    free: "asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]]",
    request: bytes,
    due: float,
) -> tuple[float, int, bytes]:
    """Seconds from the time it was due, status and body of one request."""
    reader, writer = await free.get()
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    size = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    body = await reader.readexactly(size)
    seconds = time.perf_counter() - due
    free.put_nowait((reader, writer))
    return seconds, int(head.split()[1]), body


async def load_it(
    port: int, bodies: list[bytes], rate: float, seconds: float
) -> list[tuple[float, int, bytes]]:
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    requests = [
        b"POST /models/m/predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        b"content-length: %d\r\n\r\n%b" % (len(body), body)
        for body in bodies
    ]
    tasks, began = [], time.perf_counter()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(ask(free, requests[number % len(requests)], due)))
    return [await task for task in tasks]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, help="a model file; a quick one by default")
    parser.add_argument("--rate", type=float, default=200.0, help="requests a second")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--name", default="serving")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "m.odds"
        if given.model is None:
            words = ["fit", str(ROOT / "examples" / "german_credit.csv"), "--target", "default"]
            words += ["--effort", "quick", "--no-report", "--out", str(place)]
            subprocess.run([sys.executable, "-m", "trueodds", *words], check=True)
        else:
            place.write_bytes(given.model.read_bytes())
        model = load(place)
        rows = pl.read_csv(ROOT / "examples" / "german_credit_new.csv").to_dicts()
        expected = [model.predict(row)[0] for row in rows]
        words = ["serve", folder, "--port", "0", "--workers", str(given.workers)]
        with subprocess.Popen(
            [sys.executable, "-m", "trueodds", *words], stderr=subprocess.PIPE, text=True
        ) as server:
            assert server.stderr is not None
            port = int(json.loads(server.stderr.readline())["address"].rpartition(":")[2])
            server_log = subprocess.Popen(["cat"], stdin=server.stderr, stdout=subprocess.DEVNULL)
            bodies = [json.dumps(row).encode() for row in rows]
            asyncio.run(load_it(port, bodies, 20.0, 5.0))  # it warms up
            found = asyncio.run(load_it(port, bodies, given.rate, given.seconds))
            server.send_signal(signal.SIGTERM)
            server.wait()
            server_log.wait()
    seconds = np.array([each[0] for each in found])
    wrong = sum(
        status != 200 or json.loads(body)["rows"][0]["probability"] != expected[n % len(rows)]
        for n, (_, status, body) in enumerate(found)
    )
    ms = [f"{1e3 * float(np.quantile(seconds, q)):.2f}" for q in (0.5, 0.95, 0.99, 1.0)]
    header = ["requests a second", "requests", "workers", "wrong or lost", "median, ms", "95 %"]
    line = [f"{given.rate:g}", f"{len(found):,}", str(given.workers), str(wrong), *ms]
    text = machine.heading(machine.describe(PACKAGES, 1)) + "\n"
    text += machine.table([*header, "99 %", "most"], [line])
    machine.RESULTS.joinpath(f"{given.name}.txt").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
