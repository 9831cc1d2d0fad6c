"""The command as a process: swaps, killed workers, a graceful stop, and an official client."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from serve.conftest import GOLDEN, Client, rows_of
from trueodds import load

pytestmark = pytest.mark.slow


class Started:
    """A server of its own process, and what it has told."""

    def __init__(self, *words: object, cwd: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "trueodds", "serve", *map(str, words), "--port", "0"],
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd,
        )
        self.told: list[dict[str, object]] = []
        assert self.process.stderr is not None
        self.told.append(json.loads(self.process.stderr.readline()))
        self.port = int(str(self.told[0]["address"]).rpartition(":")[2])
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.told.append(json.loads(line))

    def wait_ready(self) -> None:
        """Until it answers: its socket listens before its workers do."""
        assert Client(self.port).get("/v2/health/ready").status == 200


@contextmanager
def started(*words: object, cwd: Path) -> Iterator[Started]:
    found = Started(*words, cwd=cwd)
    try:
        yield found
    finally:
        found.process.send_signal(signal.SIGTERM)
        found.process.wait(60)


def put(data: bytes, place: Path) -> None:
    place.with_suffix(".new").write_bytes(data)
    os.replace(place.with_suffix(".new"), place)


def test_no_answer_is_lost_or_wrong_while_models_are_swapped(tmp_path) -> None:
    place, row = tmp_path / "m.odds", rows_of("relu")[3]
    # Both are of one table, so both read the row.
    names = ("relu", "gelu")
    files = [(GOLDEN / f"{name}.odds").read_bytes() for name in names]
    right = [load(GOLDEN / f"{name}.odds").log_odds(row)[0] for name in names]
    put(files[0], place)
    with started(tmp_path, cwd=tmp_path) as server:
        server.wait_ready()
        found: list[tuple[str, float]] = []
        wrong: list[bytes] = []
        done = threading.Event()

        def ask() -> None:
            client = Client(server.port)
            while not done.is_set():
                reply = client.post("/models/m/predict", row)
                if reply.status != 200:
                    wrong.append(reply.body)
                    return
                told = reply.json()
                found.append((told["version"], told["rows"][0]["log_odds"]))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(1, 21):
            put(files[number % 2], place)
            while not wrong and (not found or found[-1][1] != right[number % 2]):
                time.sleep(0.05)
        done.set()
        for thread in threads:
            thread.join(60)
    assert wrong == []
    assert {z for _, z in found} == {*right}
    assert len({*found}) == 2, "a version has one model"
    assert sum(line["event"] == "model" for line in server.told) == 20


def test_killed_workers_are_started_again(tmp_path) -> None:
    shutil.copy(GOLDEN / "relu.odds", tmp_path)
    row = rows_of("relu")[3]
    expected = load(GOLDEN / "relu.odds").log_odds(row)[0]
    with started(tmp_path, "--workers", 2, cwd=tmp_path) as server:
        server.wait_ready()
        answered = 0
        for _ in range(20):
            pids = [int(str(t["pid"])) for t in server.told if t.get("what") == "starts"]
            os.kill(pids[-1], signal.SIGKILL)
            for _ in range(10):
                try:
                    found = Client(server.port).post("/models/relu/predict", row).json()
                except (OSError, http.client.HTTPException):
                    continue  # the worker was killed with this request
                assert found["rows"][0]["log_odds"] == expected
                answered += 1
            time.sleep(0.2)
        metrics = Client(server.port).get("/metrics").body.decode()
        assert 'trueodds_rows_total{model="relu"' in metrics
    assert answered > 150
    assert server.process.returncode == 0
    assert sum(t.get("what") == "starts" for t in server.told) >= 10


def test_a_stop_answers_what_has_begun(tmp_path) -> None:
    shutil.copy(GOLDEN / "relu.odds", tmp_path)
    (tmp_path / "starlette.py").write_text("raise SystemExit('code beside the models ran')")
    body = json.dumps(rows_of("relu")[:3]).encode()
    with started("relu.odds", "--workers", 2, cwd=tmp_path) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.putrequest("POST", "/models/relu/predict")
        connection.putheader("content-type", "application/json")
        connection.putheader("content-length", str(len(body)))
        connection.endheaders(body[:10])
        server.wait_ready()
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        connection.send(body[10:])
        reply = connection.getresponse()
        assert (reply.status, len(json.loads(reply.read())["rows"])) == (200, 3)
        assert server.process.wait(60) == 0
    time.sleep(0.5)
    assert server.told[-1]["event"] == "stop"


def test_bytes_that_are_no_request_are_a_line_of_the_log(tmp_path) -> None:
    shutil.copy(GOLDEN / "relu.odds", tmp_path)
    with started(tmp_path, cwd=tmp_path) as server:
        server.wait_ready()
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(b"\x16\x03\x01 no request\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 400")
    assert any(line["event"] == "http" for line in server.told)


def test_the_official_client_of_the_protocol(tmp_path) -> None:
    http_client = pytest.importorskip("tritonclient.http")
    shutil.copy(GOLDEN / "crosses.odds", tmp_path)
    model = load(GOLDEN / "crosses.odds")
    # The client's JSON has no NaN for a missing number.
    rows = [row for row in rows_of("crosses") if None not in row.values()][:6]
    with started(tmp_path, cwd=tmp_path) as server:
        server.wait_ready()
        client = http_client.InferenceServerClient(f"127.0.0.1:{server.port}")
        assert client.is_server_live()
        assert client.is_server_ready()
        assert client.is_model_ready("crosses")
        about = client.get_model_metadata("crosses")
        for binary in (True, False):
            inputs = []
            for each in about["inputs"]:
                cells = [row[each["name"]] for row in rows]
                if each["datatype"] == "FP64":
                    array = np.array([np.nan if c is None else c for c in cells], np.float64)
                else:
                    array = np.array(["" if c is None else str(c) for c in cells], dtype=object)
                made = http_client.InferInput(each["name"], [len(rows)], each["datatype"])
                made.set_data_from_numpy(array, binary_data=binary)
                inputs.append(made)
            outputs = [
                http_client.InferRequestedOutput(name, binary_data=binary)
                for name in ("probability", "log_odds")
            ]
            found = client.infer("crosses", inputs, outputs=outputs, request_id="1")
            assert found.as_numpy("log_odds").tolist() == model.log_odds(rows).tolist()
            assert found.as_numpy("probability").tolist() == model.predict(rows).tolist()
        with pytest.raises(http_client.InferenceServerException, match="there is no model"):
            client.get_model_metadata("none")
